//! What later steps read of an output that has another shape now.

use std::collections::HashSet;

use super::View;
use crate::model::{DifferenceKind, Field, Module, OutputStep, Symbol, Type};

/// How deep outputs are looked into: no mapping is deeper in practice.
const DEPTH: usize = 5;

/// Adds what became of each path into the older output, except where the spec says it.
pub(super) fn derive(view: &View<'_>, (older, then): (&Module, usize), (newer, now): (&Module, usize), outputs: &mut Vec<OutputStep>) {
    let (Some(was), Some(is)) = (output(older), output(newer)) else { return };
    let mut walk = Walk { view, then, now, found: Vec::new(), visiting: HashSet::new() };
    walk.types(was, is, "", "", 0);
    for step in walk.found {
        let said = outputs.iter().any(|one| step.from == one.from || one.from.starts_with(&format!("{}.", step.from)));
        if !said {
            outputs.push(step);
        }
    }
}

/// What a module gives: one item of a paged search.
fn output(module: &Module) -> Option<&Type> {
    match &module.page {
        Some(page) => Some(&page.item),
        None => module.answers.iter().find_map(|answer| answer.body.as_ref()),
    }
}

struct Walk<'v, 'm> {
    view: &'v View<'m>,
    then: usize,
    now: usize,
    found: Vec<OutputStep>,
    visiting: HashSet<(Symbol, Symbol)>,
}

impl Walk<'_, '_> {
    fn types(&mut self, was: &Type, is: &Type, from: &str, to: &str, depth: usize) {
        match (was, is) {
            (Type::Nullable(was), is) => self.types(was, is, from, to, depth),
            (was, Type::Nullable(is)) => self.types(was, is, from, to, depth),
            (Type::List(was, _), Type::List(is, _)) => self.types(was, is, &format!("{from}[]"), &format!("{to}[]"), depth),
            (Type::Named(was), Type::Named(is)) if depth < DEPTH => {
                if !self.visiting.insert((*was, *is)) {
                    return;
                }
                if let (Some(older), Some(newer)) = (self.view.fields(*was, self.then), self.view.fields(*is, self.now)) {
                    self.fields(&older, &newer, from, to, depth);
                }
                self.visiting.remove(&(*was, *is));
            }
            _ => {}
        }
    }

    fn fields(&mut self, older: &[&Field], newer: &[&Field], from: &str, to: &str, depth: usize) {
        for field in older.iter().filter(|field| !field.rest) {
            let path = below(from, &field.name);
            let same = newer.iter().find(|one| one.origin == field.origin).or_else(|| newer.iter().find(|one| one.name == field.name));
            match same {
                Some(same) => {
                    let target = below(to, &same.name);
                    if same.name != field.name {
                        self.found.push(OutputStep { from: path.clone(), to: Some(target.clone()), because: String::new() });
                    }
                    self.cardinality(field, same, &path, &target);
                    self.types(&field.ty, &same.ty, &path, &target, depth + 1);
                }
                None => {
                    let moved = self.view.moved_below(newer, field.origin, self.now, DEPTH);
                    let to = moved.map(|moved| below(to, &moved.join(".")));
                    let because = if to.is_some() { String::new() } else { self.reason(field) };
                    self.found.push(OutputStep { from: path, to, because });
                }
            }
        }
    }

    /// One became many: the first is what there was.
    fn cardinality(&mut self, older: &Field, newer: &Field, from: &str, to: &str) {
        let is_list = |ty: &Type| matches!(ty, Type::List(..));
        if !is_list(&older.ty) && is_list(&newer.ty) && older.ty != Type::Json {
            self.found.push(OutputStep { from: from.to_owned(), to: Some(format!("{to}[1]")), because: String::new() });
        } else if is_list(&older.ty) && !is_list(&newer.ty) && newer.ty != Type::Json {
            self.found.push(OutputStep { from: format!("{from}[1]"), to: Some(to.to_owned()), because: String::new() });
        }
    }

    /// Why a field is gone: what the change says of it, or its deprecation.
    fn reason(&self, field: &Field) -> String {
        let changes = self.view.model.changes.iter().filter(|change| change.version > self.then && change.version <= self.now);
        let named = |target: &str| target.rsplit('.').next() == Some(field.name.as_str());
        let note = |difference: &crate::model::Difference| match difference.kind {
            DifferenceKind::Merged => format!("use {}", difference.target),
            _ => difference.note.clone(),
        };
        let removed = changes.flat_map(|change| &change.differences).find(|difference| {
            difference.span.file == field.span.file
                && difference.span.start <= field.span.start
                && field.span.end <= difference.span.end
                && (named(&difference.target) || difference.kind == DifferenceKind::Merged)
        });
        let life = || {
            field
                .life
                .as_ref()
                .map(|life| life.successor.as_ref().map_or_else(|| life.why.clone(), |successor| format!("use {successor}: {}", life.why)))
        };
        removed.map(note).filter(|note| !note.is_empty()).or_else(life).unwrap_or_else(|| "the owner removed it".to_owned())
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
