//! Following outputs that moved, wherever an expression uses them: as paths, as arguments of `get` and `map`, inside other calls.

use std::{fmt::Write, ops::Range};

use super::{
    Access, Followed, Outputs,
    parse::{self, Operand, OperandKind, Sum, Template, is_plain},
};
use crate::upgrade::edits::Edits;

/// Looks through a text.
pub(super) fn follow(text: &str, template: &Template, outputs: &dyn Outputs) -> Followed {
    let mut walk = Walk { text, outputs, edits: Edits::default(), changes: Vec::new(), review: Vec::new() };
    for block in &template.blocks {
        match block.sum.as_slice() {
            // The only place where a whole number is a step: it gives all of its output.
            [whole] if whole.kind == OperandKind::Number => walk.whole(&text[whole.span.clone()]),
            sum => walk.sum(sum),
        }
    }
    let Walk { edits, changes, mut review, .. } = walk;
    review.dedup();
    Followed { text: (!changes.is_empty()).then(|| edits.apply(text).into_owned()), changes, review }
}

/// A path as it is written; with the leading dot or without.
pub(in crate::upgrade) fn written(path: &[Access], dotted: bool) -> String {
    let mut text = String::new();
    for (index, access) in path.iter().enumerate() {
        match access {
            Access::Name(name) => {
                if dotted || index > 0 {
                    text.push('.');
                }
                let plain = !name.is_empty() && name.chars().all(is_plain);
                text.push_str(&if plain { name.clone() } else { format!("`{name}`") });
            }
            Access::Item(item) => write!(text, "[{item}]").expect("memory takes every text"),
            Access::All => text.push_str("[]"),
        }
    }
    text
}

struct Walk<'t> {
    text: &'t str,
    outputs: &'t dyn Outputs,
    edits: Edits,
    changes: Vec<(String, String)>,
    review: Vec<String>,
}

/// An output that an operand is.
struct Used {
    step: String,
    path: Vec<Access>,
}

impl Walk<'_> {
    fn sum(&mut self, sum: &[Operand]) {
        sum.iter().for_each(|operand| self.operand(operand));
    }

    fn operand(&mut self, operand: &Operand) {
        match &operand.kind {
            OperandKind::Output { step, path } => {
                if let Some(to) = self.moved(step, path) {
                    self.replace(operand.span.clone(), format!("{step}{}", written(&to, true)));
                }
            }
            OperandKind::Bracketed(inner) => self.sum(inner),
            OperandKind::Call { name, arguments } => self.call(operand, name, arguments),
            OperandKind::Number | OperandKind::Text(_) | OperandKind::Name(_) => {}
        }
    }

    /// `get(3.owner; id)` uses `3.owner.id`, and `map(3.items; name; kind; "x")` uses `3.items[].name` and `3.items[].kind`.
    fn call(&mut self, operand: &Operand, name: &str, arguments: &[Sum]) {
        let rest = match (name, arguments) {
            ("get", [_, chosen]) => match used(self.text, operand) {
                Some(used) => return self.got(operand, used),
                None if self.concerned(&arguments[0]) && below(self.text, chosen).is_none() => {
                    self.review.push("what is taken out of it is computed, so it cannot be followed".into());
                    0
                }
                None => 0,
            },
            ("map", [list, value, more @ ..]) => match used_by(self.text, list) {
                Some(used) if self.outputs.concerns(&used.step) => {
                    self.mapped(list, &used, [Some(value), more.first()].into_iter().flatten());
                    3
                }
                _ => 0,
            },
            _ => 0,
        };
        arguments.iter().skip(rest).for_each(|argument| self.sum(argument));
    }

    fn got(&mut self, call: &Operand, used: Used) {
        let Some(to) = self.moved(&used.step, &used.path) else { return };
        let OperandKind::Call { arguments, .. } = &call.kind else { return };
        let first = used_by(self.text, &arguments[0]).map(|first| first.path).unwrap_or_default();
        // What the call takes from stays, where the output is still below it.
        let kept = if to.len() > first.len() && to.starts_with(&first) { first.len() } else { 0 };
        let from = format!("{}{}", used.step, written(&to[..kept], true));
        let chosen = match &to[kept..] {
            [Access::Item(item)] => item.to_string(),
            below => written(below, false),
        };
        self.replace(call.span.clone(), format!("get({from}; {chosen})"));
    }

    fn mapped<'s>(&mut self, list: &Sum, used: &Used, chosen: impl Iterator<Item = &'s Sum>) {
        let mut base = used.path.clone();
        if base.last() != Some(&Access::All) {
            base.push(Access::All);
        }
        let mut list_to = None;
        for argument in chosen {
            let Some(below) = below(self.text, argument) else {
                self.review.push("what is taken out of each item is computed, so it cannot be followed".into());
                continue;
            };
            let whole: Vec<Access> = base.iter().chain(&below).cloned().collect();
            let Some(to) = self.moved(&used.step, &whole) else { continue };
            let Some(split) = to.iter().rposition(|access| *access == Access::All) else {
                self.review.push(format!("`{}{}` is no list any more", used.step, written(&base, true)));
                continue;
            };
            let (items, below) = to.split_at(split + 1);
            let items = if used.path.last() == Some(&Access::All) { items } else { &items[..split] };
            if list_to.as_deref().is_some_and(|before| before != items) {
                self.review.push("what is taken out of each item does not stand together any more".into());
                continue;
            }
            list_to = Some(items.to_vec());
            if let (Some(first), Some(last)) = (argument.first(), argument.last()) {
                self.replace(first.span.start..last.span.end, written(below, false));
            }
        }
        if let (Some(to), [operand]) = (list_to.filter(|to| *to != used.path), list.as_slice()) {
            self.replace(operand.span.clone(), format!("{}{}", used.step, written(&to, true)));
        }
    }

    fn whole(&mut self, number: &str) {
        if self.outputs.concerns(number) {
            self.moved(number, &[]);
        }
    }

    fn concerned(&self, sum: &Sum) -> bool {
        used_by(self.text, sum).is_some_and(|used| self.outputs.concerns(&used.step))
    }

    fn moved(&mut self, step: &str, path: &[Access]) -> Option<Vec<Access>> {
        if !self.outputs.concerns(step) {
            return None;
        }
        let moved = self.outputs.moved(step, path);
        let used = format!("{step}{}", written(path, true));
        self.review.extend(moved.review.into_iter().map(|reason| format!("`{used}`: {reason}")));
        moved.to
    }

    fn replace(&mut self, span: Range<usize>, text: String) {
        if self.text[span.clone()] != text {
            self.changes.push((self.text[span.clone()].to_owned(), text.clone()));
            self.edits.replace(span, text);
        }
    }
}

fn used_by(text: &str, sum: &Sum) -> Option<Used> {
    match sum.as_slice() {
        [operand] => used(text, operand),
        _ => None,
    }
}

/// The output that an operand is: a path, a whole step where a step is wanted, or what `get` takes out of one.
fn used(text: &str, operand: &Operand) -> Option<Used> {
    match &operand.kind {
        OperandKind::Output { step, path } => Some(Used { step: step.clone(), path: path.clone() }),
        OperandKind::Number => {
            let number = &text[operand.span.clone()];
            (!number.contains('.')).then(|| Used { step: number.to_owned(), path: Vec::new() })
        }
        OperandKind::Call { name, arguments } if name == "get" => {
            let [from, chosen] = arguments.as_slice() else { return None };
            let mut used = used_by(text, from)?;
            used.path.extend(below(text, chosen)?);
            Some(used)
        }
        _ => None,
    }
}

/// The path that an argument of `get` or `map` names: `id`, `owner.id`, `"owner.id"`, `1`.
fn below(text: &str, sum: &Sum) -> Option<Vec<Access>> {
    let [operand] = sum.as_slice() else { return None };
    match &operand.kind {
        OperandKind::Name(path) => Some(path.clone()),
        OperandKind::Text(path) => parse::path(path),
        OperandKind::Number => Some(vec![Access::Item(text[operand.span.clone()].parse().ok()?)]),
        _ => None,
    }
}
