//! One table applied to one step's configured values. Every old value is used, mapped or dropped with a reason: what no step of the table
//! names stays, and is reported.

use std::borrow::Cow;

use super::{
    coercion::{Decision, Kind, convert, decide, is_without_zone},
    config::{Left, Taken, is_given, is_nothing, leave_out_null, put, read, take_away},
    expression::{Expressions, TextKind},
    json::{Layout, List, Node, Object},
    outputs::dotted,
    report::{Action, Finding, Verdict, shown},
    table::{Coercion, Other, UpgradeStep, UpgradeTable},
};
use crate::shape::{Kind as ShapeKind, Leaf, Shape};

/// The configured values of a step: what is mapped, and what is fixed.
pub(crate) type Config<'a> = [Object<'a>; 2];

/// The index of what is mapped.
const MAPPER: usize = 0;

/// Applies a table.
pub(crate) fn apply<'a>(table: &'static UpgradeTable, old: Config<'a>, expressions: &dyn Expressions) -> (Config<'a>, Vec<Finding>) {
    let placed = old.each_ref().map(|section| section.with(Vec::new()));
    let rest = old.clone();
    let mut work = Work { table, expressions, old: &old, rest, placed, orders: [Vec::new(), Vec::new()], findings: Vec::new() };
    for step in table.steps {
        work.step(step);
    }
    work.leftovers();
    for (section, orders) in work.placed.iter_mut().zip(&mut work.orders) {
        in_order(section, std::mem::take(orders));
    }
    work.leave_out_nulls();
    work.fill_in();
    work.findings.sort_by_key(|(order, _)| *order);
    let findings = work.findings.into_iter().map(|(_, finding)| finding).collect();
    (work.placed, findings)
}

/// Members stand where the values stood that they come from.
fn in_order(section: &mut Object<'_>, orders: Vec<usize>) {
    let mut members: Vec<_> = orders.into_iter().zip(std::mem::take(&mut section.members)).collect();
    members.sort_by_key(|(order, _)| *order);
    section.members = members.into_iter().map(|(_, member)| member).collect();
}

/// The questions of a table that are open: nothing gives what they ask for.
pub(crate) fn open_questions(table: &'static UpgradeTable, config: &Config<'_>, expressions: &dyn Expressions) -> Vec<Finding> {
    let asks = table.steps.iter().filter_map(|step| match step {
        UpgradeStep::Ask { to, question } => Some((*to, *question)),
        _ => None,
    });
    asks.filter(|(to, _)| !config.iter().any(|section| is_given(section, to, expressions)))
        .map(|(to, question)| Finding::new(Verdict::Asks, Action::Asked, dotted(to), question))
        .collect()
}

struct Work<'w, 'a> {
    table: &'static UpgradeTable,
    expressions: &'w dyn Expressions,
    old: &'w Config<'a>,
    /// What no step has used.
    rest: Config<'a>,
    placed: Config<'a>,
    /// For each placed member its place among the old ones.
    orders: [Vec<usize>; 2],
    findings: Vec<(usize, Finding)>,
}

/// Where a step reads.
#[derive(Clone, Copy)]
struct Source<'a> {
    section: usize,
    position: usize,
    path: &'static [&'static str],
    layout: Layout<'a>,
}

impl<'a> Work<'_, 'a> {
    fn step(&mut self, step: &'static UpgradeStep) {
        let Some(path) = step.source() else { return };
        let Some(source) = self.source(path) else { return };
        let taken = self.taken(&source);
        if let Some(why) = unclear(&taken) {
            let why = why.to_owned();
            return self.find(&source, Finding::review(dotted(path), why));
        }
        match step {
            UpgradeStep::Keep { coercion, .. } => self.place(&source, path, taken, *coercion),
            UpgradeStep::Move { to, coercion, .. } => self.place(&source, to, taken, *coercion),
            UpgradeStep::Remap { to, pairs, other, .. } => {
                let taken = self.renamed(&source, to, taken, pairs, *other);
                self.place(&source, to, taken, Coercion::None);
            }
            UpgradeStep::Drop { because, .. } => {
                if is_something(&taken) {
                    self.find(&source, Finding::new(Verdict::Upgraded, Action::Dropped, dotted(path), *because));
                }
                self.use_up(&source);
            }
            UpgradeStep::Review { because, .. } => {
                if is_something(&taken) {
                    self.find(&source, Finding::review(dotted(path), *because));
                }
            }
            UpgradeStep::Default { .. } | UpgradeStep::Ask { .. } | UpgradeStep::NotNull { .. } => {}
        }
    }

    /// What is mapped comes before what is fixed.
    fn source(&self, path: &'static [&'static str]) -> Option<Source<'a>> {
        let name = path.first()?;
        (0..self.old.len()).find_map(|section| {
            let position = self.old[section].position(name)?;
            Some(Source { section, position, path, layout: self.old[section].members[position].layout() })
        })
    }

    /// What stands there, without the parts that have a step of their own.
    fn taken(&mut self, source: &Source<'a>) -> Taken<'a> {
        let member = &self.old[source.section].members[source.position].value;
        let mut taken = read(member, &source.path[1..], self.expressions);
        let parts = self.table.steps.iter().filter(|step| !matches!(step, UpgradeStep::Review { .. })).filter_map(UpgradeStep::source);
        for part in parts.filter(|part| part.len() > source.path.len() && part.starts_with(source.path)) {
            let below = &part[source.path.len()..];
            let Taken::Value(value) = &mut taken else { continue };
            if value.text().is_some() && !is_nothing(value, self.expressions) {
                let reason = format!("it is mapped as a whole, and `{}` in it is no part of it any more", dotted(part));
                self.find(source, Finding::review(dotted(source.path), reason));
            } else if unclear(&read(value, below, self.expressions)).is_none() && take_away(value, below, self.expressions) == Left::Nothing
            {
                taken = Taken::Nothing;
            }
        }
        taken
    }

    fn find(&mut self, source: &Source<'_>, finding: Finding) {
        self.findings.push((source.section + 2 * source.position, finding));
    }

    fn use_up(&mut self, source: &Source<'_>) {
        let rest = &mut self.rest[source.section];
        let name = source.path[0];
        if let Some(member) = rest.get_mut(name)
            && take_away(member, &source.path[1..], self.expressions) == Left::Nothing
        {
            rest.remove(name);
        }
    }

    fn place(&mut self, source: &Source<'a>, to: &'static [&'static str], taken: Taken<'a>, coercion: Coercion) {
        let moved = source.path != to;
        let was = self.old[source.section].members[source.position].value.text().map(|text| text.into_owned());
        let something = is_something(&taken);
        if self.is_placed(to) {
            if something {
                let reason = format!("`{}` has a value of its own, which stays; this one is left out", dotted(to));
                self.find(source, Finding::review(dotted(source.path), reason).to(dotted(to)));
            }
            return self.use_up(source);
        }
        let shows = match (&taken, was) {
            (Taken::Value(value), Some(was)) if moved && source.path.len() > 1 => value.text().map(|now| (was, now.into_owned())),
            _ => None,
        };
        let taken = self.coerced(source, to, taken, coercion);
        if let Err(why) = self.put(source, to, taken) {
            return self.find(source, Finding::review(dotted(source.path), why));
        }
        self.use_up(source);
        if moved && something {
            let reason = match shows {
                // A text in an expression may be secret, whatever the field is.
                Some((was, now)) if !was.contains('"') && !is_secret(self.table.input.get(), source.path) => {
                    format!("`{}` becomes `{}`", shown(&was), shown(&now))
                }
                _ => String::new(),
            };
            self.find(source, Finding::new(Verdict::Upgraded, Action::Moved, dotted(source.path), reason).to(dotted(to)));
        }
    }

    /// Has another value come there already? What is said first of an input stands.
    fn is_placed(&self, to: &[&str]) -> bool {
        let [name] = to else { return false };
        let given = |section: &Object<'_>| section.get(name).is_some_and(|value| !is_nothing(value, self.expressions));
        self.placed.iter().any(given)
    }

    fn put(&mut self, source: &Source<'a>, to: &[&str], taken: Taken<'a>) -> Result<(), String> {
        let section = &mut self.placed[source.section];
        let before = section.members.len();
        let result = put(section, to, taken, source.layout);
        if result.is_err() {
            section.members.truncate(before);
        }
        self.orders[source.section].resize(section.members.len(), 2 * source.position);
        result
    }

    fn coerced(&mut self, source: &Source<'_>, to: &'static [&'static str], taken: Taken<'a>, coercion: Coercion) -> Taken<'a> {
        let Coercion::To(expected) = coercion else { return taken };
        match taken {
            Taken::Value(value) => Taken::Value(self.coerced_value(source, to, value, expected)),
            Taken::Each(items) => Taken::Each(items.into_iter().map(|item| self.coerced(source, to, item, coercion)).collect()),
            other => other,
        }
    }

    fn coerced_value(&mut self, source: &Source<'_>, to: &'static [&'static str], value: Node<'a>, expected: Kind) -> Node<'a> {
        let declared = shape_at(self.table.input.get(), source.path).and_then(Kind::of);
        let kind = value.text().map(|text| self.expressions.kind(&text));
        let finding = match kind {
            Some(Ok(TextKind::Nothing)) => return value,
            Some(Ok(TextKind::Mapped)) => coerced_when_run(decide(expected, declared), expected),
            Some(Ok(TextKind::Mixed)) => coerced_when_run(decide(expected, Some(Kind::Text)), expected),
            Some(Err(_)) => None,
            Some(Ok(TextKind::Literal)) | None => return self.coerced_literal(source, to, value, expected, declared),
        };
        if let Some(reason) = finding {
            self.find(source, Finding::review(dotted(source.path), reason).to(dotted(to)));
        }
        value
    }

    fn coerced_literal(
        &mut self,
        source: &Source<'_>,
        to: &'static [&'static str],
        value: Node<'a>,
        expected: Kind,
        declared: Option<Kind>,
    ) -> Node<'a> {
        let mut literal = String::new();
        value.write(&mut literal);
        let field = dotted(source.path);
        let (node, finding) = match convert(expected, declared, &literal) {
            Ok(Cow::Borrowed(same)) if same == literal => return value,
            Ok(converted) => {
                let mut finding = Finding::new(Verdict::Upgraded, Action::Converted, field, format!("it is {} now", expected.name()));
                if is_without_zone(expected, &literal) {
                    finding = Finding::review(finding.field, "it has no time zone, and was taken to be UTC");
                }
                (Node::New(converted.into_owned()), finding)
            }
            Err(wanted) => (value, Finding::review(field, format!("what is given is not {wanted}, which is needed now"))),
        };
        self.find(source, finding.to(dotted(to)));
        node
    }

    fn renamed(
        &mut self,
        source: &Source<'_>,
        to: &'static [&'static str],
        taken: Taken<'a>,
        pairs: &'static [(&'static str, &'static str)],
        other: Other,
    ) -> Taken<'a> {
        match taken {
            Taken::Value(value) => Taken::Value(self.renamed_value(source, to, value, pairs, other)),
            Taken::Each(items) => Taken::Each(items.into_iter().map(|item| self.renamed(source, to, item, pairs, other)).collect()),
            other => other,
        }
    }

    fn renamed_value(
        &mut self,
        source: &Source<'_>,
        to: &'static [&'static str],
        value: Node<'a>,
        pairs: &'static [(&'static str, &'static str)],
        other: Other,
    ) -> Node<'a> {
        if let Node::List(list) = &*value.opened() {
            let items = list.values().map(|item| self.renamed_value(source, to, item.clone(), pairs, other));
            return Node::List(List::of(items));
        }
        if is_nothing(&value, self.expressions) {
            return value;
        }
        let field = dotted(source.path);
        if value.text().is_some_and(|text| !matches!(self.expressions.kind(&text), Ok(TextKind::Literal))) {
            let names: Vec<String> = pairs.iter().map(|(old, new)| format!("{old} is {new}")).collect();
            let reason = format!("it is mapped, so its values cannot be renamed here: {} now", names.join(", "));
            self.find(source, Finding::review(field, reason).to(dotted(to)));
            return value;
        }
        let pair = pairs.iter().find(|(old, _)| is_same(&value, old));
        match (pair, other) {
            (Some((old, new)), _) if old != new => {
                let reason = format!("{old} is {new} now");
                self.find(source, Finding::new(Verdict::Upgraded, Action::Remapped, field, reason).to(dotted(to)));
                Node::New((*new).to_owned())
            }
            (Some(_), _) | (None, Other::Keep) => value,
            (None, Other::Review) => {
                self.find(source, Finding::review(field, "its value is none that is known; it stays as it is").to(dotted(to)));
                value
            }
        }
    }

    /// What no step has used stays.
    fn leftovers(&mut self) {
        for section in 0..self.rest.len() {
            for member in std::mem::take(&mut self.rest[section].members) {
                let name = member.name().into_owned();
                let Some(position) = self.old[section].position(&name) else { continue };
                let finding = self.leftover(&name, section);
                let displaced = self.placed[section].position(&name).is_some();
                if !displaced {
                    self.orders[section].push(2 * position + 1);
                    self.placed[section].members.push(member);
                }
                let finding = match finding {
                    _ if displaced => Some(Finding::review(name, "it gives way to another value of this name, and is lost")),
                    finding => finding,
                };
                self.findings.extend(finding.map(|finding| (section + 2 * position, finding)));
            }
        }
    }

    fn leftover(&self, name: &str, section: usize) -> Option<Finding> {
        // The host's own: connections and hooks.
        if name.starts_with("__") || section != MAPPER && name == "account" {
            return None;
        }
        let at = |module: &str, revision: u32| format!("{}@{revision}", shown(module));
        let mut steps = self.table.steps.iter().filter(|step| step.source().is_some_and(|path| path[0] == name)).peekable();
        if steps.peek().is_none() {
            let reason = format!("it is no input of {}, and stays as it is", at(self.table.from_module, self.table.from_revision));
            return Some(Finding::new(Verdict::Upgraded, Action::Kept, shown(name), reason));
        }
        let known = self.findings.iter().any(|(_, finding)| finding.verdict == Verdict::Review && is_at(&finding.field, name));
        let reviewed = steps.any(|step| matches!(step, UpgradeStep::Review { from, .. } if from.len() == 1));
        let reason = || format!("there is more in it than {} takes; that stays where it is", at(self.table.module, self.table.revision));
        (!known && !reviewed).then(|| Finding::review(shown(name), reason()))
    }

    /// Nulls where none can be any more.
    fn leave_out_nulls(&mut self) {
        for step in self.table.steps {
            if let UpgradeStep::NotNull { to } = step
                && self.placed.iter_mut().fold(false, |found, section| leave_out_null(section, to) | found)
            {
                let reason = "it can be null no longer, so the null is left out";
                self.findings.push((usize::MAX, Finding::new(Verdict::Upgraded, Action::Dropped, dotted(to), reason)));
            }
        }
    }

    /// What was not given: defaults first, then questions.
    fn fill_in(&mut self) {
        for step in self.table.steps {
            if let UpgradeStep::Default { to, value } = step
                && !self.is_given(to)
            {
                let section = &mut self.placed[MAPPER];
                let layout = section.layout();
                let finding = match put(section, to, Taken::Value(Node::New((*value).to_owned())), layout) {
                    Ok(()) => {
                        let reason = format!("nothing was given, so it is {value}");
                        Finding::new(Verdict::Upgraded, Action::Defaulted, dotted(to), reason)
                    }
                    Err(why) => Finding::review(dotted(to), format!("nothing was given, and it cannot be filled in: {why}")),
                };
                self.findings.push((usize::MAX, finding));
            }
        }
        let asked = open_questions(self.table, &self.placed, self.expressions);
        self.findings.extend(asked.into_iter().map(|finding| (usize::MAX, finding)));
    }

    fn is_given(&self, path: &[&str]) -> bool {
        self.placed.iter().any(|section| is_given(section, path, self.expressions))
    }
}

/// What a person must know when a value that is not known yet is coerced.
fn coerced_when_run(decision: Decision, expected: Kind) -> Option<String> {
    match decision {
        Decision::Unchanged | Decision::Converted => None,
        Decision::Depends => Some(format!("it is mapped, and what it gives must be {} now; some values are refused", expected.name())),
        Decision::Refused => Some(format!("it is mapped, and what it gives is not {}, which is needed now", expected.name())),
    }
}

/// Is the field that a path names this member or in it?
fn is_at(field: &str, name: &str) -> bool {
    field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn is_same(value: &Node<'_>, json: &str) -> bool {
    match (value.text(), super::json::text_of(json)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => value.scalar() == Some(json),
        _ => false,
    }
}

fn is_something(taken: &Taken<'_>) -> bool {
    match taken {
        Taken::Nothing => false,
        Taken::Value(value) => !value.is_null(),
        Taken::Each(items) => items.iter().any(is_something),
        Taken::Unclear(_) => true,
    }
}

fn unclear<'t>(taken: &'t Taken<'_>) -> Option<&'t str> {
    match taken {
        Taken::Unclear(why) => Some(why),
        Taken::Each(items) => items.iter().find_map(unclear),
        Taken::Nothing | Taken::Value(_) => None,
    }
}

/// The shape of what stands where a path leads.
pub(crate) fn shape_at(shape: &'static Shape, path: &[&str]) -> Option<&'static Shape> {
    let Some((first, below)) = path.split_first() else { return Some(shape) };
    let part = match &shape.bare().kind {
        ShapeKind::List(item, _) if *first == "[]" => item.get(),
        ShapeKind::Map(value, _) => value.get(),
        ShapeKind::Structure(fields) => fields.fields().iter().find(|field| field.name() == *first)?.shape(),
        _ => return None,
    };
    shape_at(part, below)
}

fn is_secret(shape: &'static Shape, path: &[&str]) -> bool {
    (1..=path.len())
        .any(|length| shape_at(shape, &path[..length]).is_some_and(|shape| matches!(shape.bare().kind, ShapeKind::Leaf(Leaf::Secret))))
}
