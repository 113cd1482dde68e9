//! What later steps read of an output that has another shape now.

use std::collections::HashSet;

use super::View;
use super::compare::{kind, renamed_values, turns_into, word};
use crate::model::{Coercion, Difference, DifferenceKind, Field, Module, OutputStep, Symbol, Type, TypeDefKind};

/// How deep outputs are looked into: no mapping is deeper in practice.
const DEPTH: usize = 5;

/// Adds what became of each path into the older output, except where the spec says it.
pub(super) fn derive(view: &View<'_>, (older, then): (&Module, usize), (newer, now): (&Module, usize), outputs: &mut Vec<OutputStep>) {
    let (Some(was), Some(is)) = (output(older), output(newer)) else { return };
    let mut walk = Walk { view, then, now, found: Vec::new(), visiting: HashSet::new() };
    walk.types(was, is, "", "", 0);
    for step in walk.found {
        // What is said of a part of it leaves the rest as it is derived: gone, unless it only moved.
        let goes_on = !matches!(step, OutputStep::Gone { .. });
        let of_part = |one: &OutputStep| goes_on && one.from().starts_with(&format!("{}.", step.from()));
        let said = outputs.iter().any(|one| step.from() == one.from() && one.is_place() == step.is_place() || of_part(one));
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
                    self.fields(*is, (&older, &newer), from, to, depth);
                }
                self.values(*was, *is, from);
                self.visiting.remove(&(*was, *is));
            }
            _ => {}
        }
    }

    fn fields(&mut self, owner: Symbol, (older, newer): (&[&Field], &[&Field]), from: &str, to: &str, depth: usize) {
        for field in older.iter().filter(|field| !field.rest) {
            let path = below(from, &field.name);
            let same = newer.iter().find(|one| one.origin == field.origin).or_else(|| newer.iter().find(|one| one.name == field.name));
            match same {
                Some(same) => {
                    let target = below(to, &same.name);
                    if same.name != field.name {
                        self.found.push(OutputStep::Moved { from: path.clone(), to: target.clone() });
                    }
                    self.cardinality(field, same, &path, &target);
                    self.kinds(field, same, &path);
                    self.meaning(owner, same, &path);
                    self.types(&field.ty, &same.ty, &path, &target, depth + 1);
                }
                None => {
                    let moved = self.view.moved_below(newer, field.origin, self.now, DEPTH);
                    let moved = moved.map(|moved| moved.join("."));
                    let place =
                        self.moved_to(field, newer).or(moved).or_else(|| self.taken_over(field, newer)).map(|place| below(to, &place));
                    let step = match place {
                        Some(to) => OutputStep::Moved { from: path, to },
                        None => OutputStep::Gone { from: path, because: self.reason(field) },
                    };
                    self.found.push(step);
                }
            }
        }
    }

    /// One became many: the first is what there was.
    fn cardinality(&mut self, older: &Field, newer: &Field, from: &str, to: &str) {
        let is_list = |ty: &Type| matches!(ty, Type::List(..));
        if !is_list(&older.ty) && is_list(&newer.ty) && older.ty != Type::Json {
            self.found.push(OutputStep::Moved { from: from.to_owned(), to: format!("{to}[1]") });
        } else if is_list(&older.ty) && !is_list(&newer.ty) && newer.ty != Type::Json {
            self.found.push(OutputStep::Moved { from: format!("{from}[1]"), to: to.to_owned() });
        }
    }

    /// Values that have other names now.
    fn values(&mut self, was: Symbol, is: Symbol, at: &str) {
        let kinds = (self.view.definition(was, self.then), self.view.definition(is, self.now));
        let (Some(TypeDefKind::Enum { variants: was, .. }), Some(TypeDefKind::Enum { variants: is, .. })) = kinds else { return };
        let (pairs, _) = renamed_values((was, self.then), (is, self.now));
        if !pairs.is_empty() {
            self.found.push(OutputStep::Renamed { at: at.to_owned(), pairs });
        }
    }

    /// What was one kind of thing and is another, which is not turned into that where it is used.
    fn kinds(&mut self, older: &Field, newer: &Field, at: &str) {
        let (Some(was), Some(is)) = (kind(self.view, &older.ty, self.then), kind(self.view, &newer.ty, self.now)) else { return };
        let lists = matches!(was, Coercion::Array) || matches!(is, Coercion::Array);
        if was != is && !lists && !turns_into(is, was) {
            let because = format!("it is {} now, and was {}", word(is), word(was));
            self.found.push(OutputStep::Differs { at: at.to_owned(), because });
        }
    }

    /// What changes between the two versions say that a field means.
    fn meaning(&mut self, owner: Symbol, newer: &Field, at: &str) {
        let target = format!("{}.{}", self.view.name(owner), newer.name);
        let said = self.view.meant(&target, self.then, self.now).map(|because| OutputStep::Differs { at: at.to_owned(), because });
        self.found.extend(said);
    }

    /// What changes between the two versions say of a field that only the older one has.
    fn said_of(&self, field: &Field) -> impl Iterator<Item = &Difference> {
        let changes = self.view.model.changes.iter().filter(|change| change.version > self.then && change.version <= self.now);
        let span = field.span;
        changes.flat_map(|change| &change.differences).filter(move |difference| {
            difference.span.file == span.file && difference.span.start <= span.start && span.end <= difference.span.end
        })
    }

    /// Where a field went that stands deeper now; in a list, in its first item.
    fn moved_to(&self, field: &Field, newer: &[&Field]) -> Option<String> {
        let moved = |difference: &&Difference| difference.kind == DifferenceKind::Moved && difference.before == field.name;
        let path = &self.said_of(field).find(moved)?.after;
        let (mut fields, mut place) = (newer.to_vec(), String::new());
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            place = below(&place, name);
            let ty = &fields.iter().find(|one| one.name == name)?.ty;
            if names.peek().is_some() {
                let (symbol, depth) = named(ty)?;
                place.push_str(&"[1]".repeat(depth));
                fields = self.view.fields(symbol, self.now)?;
            }
        }
        Some(place)
    }

    /// What took the place of a field in the same struct, where it holds the same, or several of the same.
    fn taken_over(&self, field: &Field, newer: &[&Field]) -> Option<String> {
        let removed = self.said_of(field).find(|difference| difference.target.rsplit('.').next() == Some(field.name.as_str()))?;
        let (owner, name) = removed.successor.as_ref()?.rsplit_once('.')?;
        if removed.target.rsplit_once('.')?.0 != owner {
            return None;
        }
        let successor = newer.iter().find(|one| one.name == name)?;
        match &successor.ty {
            ty if *ty == field.ty => Some(name.to_owned()),
            Type::List(inner, _) if **inner == field.ty => Some(format!("{name}[1]")),
            _ => None,
        }
    }

    /// Why a field is gone: what the change says of it, or its deprecation.
    fn reason(&self, field: &Field) -> String {
        let named = |target: &str| target.rsplit('.').next() == Some(field.name.as_str());
        let note = |difference: &Difference| match difference.kind {
            DifferenceKind::Merged => format!("use {}", difference.target),
            _ => difference.note.clone(),
        };
        let removed = self.said_of(field).find(|difference| named(&difference.target) || difference.kind == DifferenceKind::Merged);
        let life = || {
            field
                .life
                .as_ref()
                .map(|life| life.successor.as_ref().map_or_else(|| life.why.clone(), |successor| format!("use {successor}: {}", life.why)))
        };
        removed.map(note).filter(|note| !note.is_empty()).or_else(life).unwrap_or_else(|| "the owner removed it".to_owned())
    }
}

/// The struct that a type is made of, and in how many lists it stands.
fn named(ty: &Type) -> Option<(Symbol, usize)> {
    match ty {
        Type::Named(symbol) => Some((*symbol, 0)),
        Type::Nullable(inner) => named(inner),
        Type::List(inner, _) => named(inner).map(|(symbol, depth)| (symbol, depth + 1)),
        _ => None,
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
