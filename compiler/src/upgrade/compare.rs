//! The inputs of an older revision against those of the present: which is which, what happens to it, and what is left over.

use std::collections::HashSet;

use super::View;
use crate::model::{Coercion, EnumVariant, Field, Symbol, Type, TypeDefKind, UpgradeStep};

/// How deep structs in structs are looked into.
const DEPTH: usize = 6;

/// Something that the present needs and nothing gives.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    /// The input.
    pub(super) name: String,
    /// What keeps the value that was stored from being taken, where one was.
    pub(super) why: Option<String>,
    /// A value that could stand there, as the spec writes it.
    pub(super) sample: String,
    /// What was stored in its place, where that is another kind of thing.
    unfit: Option<Vec<String>>,
}

impl Missing {
    /// Does a path give it, or what it is part of?
    fn is_at_or_below(&self, path: &[String]) -> bool {
        let given = path.join(".");
        self.name == given || self.name.strip_prefix(&given).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// What becomes of configuration, as far as both sides tell.
pub(super) struct Comparison<'v, 'm> {
    view: &'v View<'m>,
    then: usize,
    now: usize,
    steps: Vec<UpgradeStep>,
    missing: Vec<Missing>,
    unused: Vec<Vec<String>>,
    visiting: HashSet<(Symbol, Symbol)>,
}

impl<'v, 'm> Comparison<'v, 'm> {
    /// From one version to another.
    pub(super) fn new(view: &'v View<'m>, then: usize, now: usize) -> Self {
        Self { view, then, now, steps: Vec::new(), missing: Vec::new(), unused: Vec::new(), visiting: HashSet::new() }
    }

    /// Steps, what is missing, and what is used by nothing.
    pub(super) fn finish(self) -> (Vec<UpgradeStep>, Vec<Missing>, Vec<Vec<String>>) {
        (self.steps, self.missing, self.unused)
    }

    /// Compares all inputs; `said` is what the spec says already.
    pub(super) fn inputs(&mut self, older: &[&'m Field], newer: &[&'m Field], said: &[UpgradeStep]) {
        let mut used: Vec<Vec<String>> = said.iter().filter_map(source).map(<[String]>::to_vec).collect();
        for field in newer {
            let given = said.iter().any(
                |step| matches!(step, UpgradeStep::Move { to, .. } | UpgradeStep::Remap { to, .. } if to.first() == Some(&field.name)),
            );
            if given {
                self.said_types_fit(field, older, said);
                self.said_is_there(field, std::slice::from_ref(&field.name), older, said, 0);
                self.left_unmapped(field, older, said);
                continue;
            }
            let told: Vec<&[String]> = said.iter().filter_map(told).filter(|to| to.first() == Some(&field.name)).collect();
            let source = counterpart(field, older).filter(|source| !used.iter().any(|path| path.len() == 1 && path[0] == source.name));
            match source {
                Some(source) => {
                    let before = self.missing.len();
                    let (from, to) = ([source.name.clone()], [field.name.clone()]);
                    self.value(source, field, &from, &to);
                    self.holes(source, field, &to, before);
                    let (answered, open): (Vec<_>, Vec<_>) =
                        self.missing.split_off(before).into_iter().partition(|one| told.iter().any(|to| one.is_at_or_below(to)));
                    self.missing.extend(open);
                    answered.into_iter().for_each(|one| self.gives_way(one));
                    used.push(vec![source.name.clone()]);
                }
                None if !told.is_empty() || !is_needed(field) => {}
                None => self.lacks(field, std::slice::from_ref(&field.name), None),
            }
        }
        // A member of a struct that is followed by itself may be dropped by name.
        let is_dropped =
            |path: &Vec<String>| said.iter().any(|step| matches!(step, UpgradeStep::Drop { from, .. } if path.starts_with(from)));
        self.unused.retain(|path| !is_dropped(path));
        for field in older.iter().filter(|field| !field.rest) {
            self.leftovers(field, &mut vec![field.name.clone()], &used, 0);
        }
        self.moved_inside(older, newer);
        let sources: Vec<&[String]> = said.iter().filter_map(source).collect();
        self.unused.retain(|path| !sources.iter().any(|said| path.starts_with(said)));
    }

    /// What was stored cannot stand where something else is asked for or written down: it would be taken for that.
    fn gives_way(&mut self, answered: Missing) {
        if let (Some(from), Some(because)) = (answered.unfit, answered.why) {
            self.steps.push(UpgradeStep::Drop { from, because });
        }
    }

    fn lacks(&mut self, field: &Field, path: &[String], why: Option<String>) {
        let sample = self.sample(&field.ty);
        self.missing.push(Missing { name: path.join("."), why, sample, unfit: None });
    }

    /// A value of a type, for the block to paste.
    fn sample(&self, ty: &Type) -> String {
        if let Type::Named(symbol) = ty
            && let Some(TypeDefKind::Enum { variants, .. }) = self.view.definition(*symbol, self.now)
        {
            let there = variants.iter().find(|one| one.on.has(self.now));
            return there.map_or_else(|| "\"…\"".to_owned(), |one| one.name.clone());
        }
        match kind(self.view, ty, self.now) {
            Some(Coercion::Number) => "0",
            Some(Coercion::Boolean) => "false",
            Some(Coercion::Array) => "[]",
            Some(Coercion::Collection) => "{}",
            None => "null",
            Some(Coercion::Text | Coercion::Date | Coercion::Time | Coercion::Buffer) => "\"…\"",
        }
        .to_owned()
    }

    /// What stands inside of another input now.
    fn moved_inside(&mut self, older: &[&'m Field], newer: &[&'m Field]) {
        for path in std::mem::take(&mut self.unused) {
            let field = if let [name] = &path[..] { older.iter().find(|field| field.name == *name) } else { None };
            let moved = field.and_then(|field| self.view.moved_below(newer, field.origin, self.now, DEPTH));
            match moved {
                Some(to) => {
                    let name = to.join(".");
                    self.missing.retain(|one| one.name != name);
                    self.moved(&path, &to, None);
                }
                None => self.unused.push(path),
            }
        }
    }

    /// A value that the spec puts together, or takes from what may be absent, is there as a whole.
    fn said_is_there(&mut self, field: &Field, path: &[String], older: &[&'m Field], said: &[UpgradeStep], depth: usize) {
        let is_told = said.iter().filter_map(told).any(|to| to == path);
        let moved = said.iter().find_map(|step| match step {
            UpgradeStep::Move { from, to, .. } | UpgradeStep::Remap { from, to, .. } if to == path => Some(from),
            _ => None,
        });
        if is_told {
            return;
        }
        if let Some(from) = moved {
            let was = |what: &str| Some(format!("`was.{}` {what}", from.join(".")));
            match is_needed(field) {
                true if self.may_be(older, from, &is_absent) => self.lacks(field, path, was("was optional")),
                true if !takes_null(field) && self.may_be(older, from, &is_null) => self.lacks(field, path, was("could be null")),
                false if !takes_null(field) && self.may_be(older, from, &is_null) => {
                    self.steps.push(UpgradeStep::NotNull { to: path.to_vec() })
                }
                _ => {}
            }
            return;
        }
        let partly = said.iter().filter_map(target).any(|to| to.starts_with(path));
        let inner = if let Type::Named(symbol) = &field.ty { self.view.fields(*symbol, self.now) } else { None };
        match inner.filter(|_| partly && depth < DEPTH) {
            Some(inner) => inner.iter().for_each(|field| self.said_is_there(field, &joined(path, &field.name), older, said, depth + 1)),
            None if is_needed(field) && !partly => self.lacks(field, path, None),
            None => {}
        }
    }

    /// Is this so of anything along a path into the older configuration?
    fn may_be(&self, older: &[&'m Field], path: &[String], so: &dyn Fn(&Field) -> bool) -> bool {
        let Some((first, rest)) = path.split_first() else { return false };
        let Some(field) = older.iter().find(|field| field.name == *first) else { return false };
        let inner = || {
            let Type::Named(symbol) = &field.ty else { return false };
            self.view.fields(*symbol, self.then).is_some_and(|fields| self.may_be(&fields, rest, so))
        };
        so(field) || !rest.is_empty() && inner()
    }

    /// What was stored need not be a value: what was optional can be absent, what was nullable can be null. `before` is how much was missing
    /// before the value was compared.
    fn holes(&mut self, older: &Field, newer: &Field, to: &[String], before: usize) {
        let nulls = older.nullable && !takes_null(newer);
        match is_needed(newer) {
            _ if self.missing.len() > before => {}
            true if older.optional => self.lacks(newer, to, Some("it was optional".to_owned())),
            true if nulls => self.lacks(newer, to, Some("it could be null".to_owned())),
            false if nulls => self.steps.push(UpgradeStep::NotNull { to: to.to_vec() }),
            _ => {}
        }
    }

    /// A value that the spec moves is turned into what is wanted, where its type is another.
    fn said_types_fit(&mut self, field: &Field, older: &[&Field], said: &[UpgradeStep]) {
        for step in said {
            let UpgradeStep::Move { from, to, coercion: None } = step else { continue };
            if to.len() != 1 || to[0] != field.name {
                continue;
            }
            let Some(source) = older.iter().find(|one| one.name == from[0]) else { continue };
            let Some(ty) = self.inner(source.ty.clone(), &from[1..]) else { continue };
            let (was, is) = (kind(self.view, &ty, self.then), kind(self.view, &field.ty, self.now));
            if let (Some(was), Some(is)) = (was, is)
                && was != is
            {
                self.steps.push(UpgradeStep::Move { from: from.clone(), to: to.clone(), coercion: Some(is) });
            }
        }
    }

    /// Values of an enum that a remapping does not speak of, and that are no values now.
    fn left_unmapped(&mut self, field: &Field, older: &[&'m Field], said: &[UpgradeStep]) {
        for step in said {
            let UpgradeStep::Remap { from, to, pairs } = step else { continue };
            if to.len() != 1 || to[0] != field.name {
                continue;
            }
            let source = older.iter().find(|one| one.name == from[0]).and_then(|one| self.inner(one.ty.clone(), &from[1..]));
            let (Some(Type::Named(was)), Type::Named(is)) = (source, &field.ty) else { continue };
            let kinds = (self.view.definition(was, self.then), self.view.definition(*is, self.now));
            let (Some(TypeDefKind::Enum { variants: was, .. }), Some(TypeDefKind::Enum { variants: is, .. })) = kinds else { continue };
            let mapped = |name: &str| pairs.iter().any(|(old, _)| *old == quoted(name));
            let kept = |name: &str| is.iter().any(|one| one.name == name && one.on.has(self.now));
            let lost: Vec<String> = was
                .iter()
                .filter(|one| one.on.has(self.then) && !mapped(&one.name) && !kept(&one.name))
                .map(|one| one.name.clone())
                .collect();
            if !lost.is_empty() {
                let because = format!("{} no longer a value", listed(&lost));
                self.steps.push(UpgradeStep::Review { to: to.clone(), because });
            }
        }
    }

    fn inner(&self, ty: Type, path: &[String]) -> Option<Type> {
        let Some((first, rest)) = path.split_first() else { return Some(ty) };
        let Type::Named(symbol) = ty else { return None };
        let fields = self.view.fields(symbol, self.then)?;
        self.inner(fields.iter().find(|field| field.name == *first)?.ty.clone(), rest)
    }

    /// One value and what it becomes.
    fn value(&mut self, older: &Field, newer: &Field, from: &[String], to: &[String]) {
        match (&older.ty, &newer.ty) {
            (Type::Named(was), Type::Named(is)) => self.named((*was, *is), (older, newer), from, to),
            (Type::List(was, _), Type::List(is, _)) if let Some((was, is)) = self.both_enums(was, is) => self.enums(was, is, from, to),
            (Type::List(was, _), Type::List(is, _)) | (Type::Map(was, _), Type::Map(is, _)) => {
                self.moved(from, to, None);
                if let Some(because) = self.items_differ(was, is, 0) {
                    self.steps.push(UpgradeStep::Review { to: to.to_vec(), because });
                }
            }
            (was, is) => {
                let (was_kind, is_kind) = (kind(self.view, was, self.then), kind(self.view, is, self.now));
                self.turned(was_kind, is_kind, newer, from, to);
            }
        }
    }

    fn turned(&mut self, was: Option<Coercion>, is: Option<Coercion>, newer: &Field, from: &[String], to: &[String]) {
        match (was, is) {
            (Some(was), Some(is)) if was != is => {
                if turns_into(was, is) {
                    self.moved(from, to, Some(is));
                } else {
                    let why = format!("{} cannot be turned into {}", word(was), word(is));
                    let sample = self.sample(&newer.ty);
                    self.missing.push(Missing { name: to.join("."), why: Some(why), sample, unfit: Some(from.to_vec()) });
                }
            }
            _ => self.moved(from, to, None),
        }
    }

    /// The values of both, where both are enums.
    fn both_enums(&self, was: &Type, is: &Type) -> Option<(&'m [EnumVariant], &'m [EnumVariant])> {
        let values = |ty: &Type, version: usize| match ty {
            Type::Named(symbol) => match self.view.definition(*symbol, version)? {
                TypeDefKind::Enum { variants, .. } => Some(variants.as_slice()),
                _ => None,
            },
            _ => None,
        };
        Some((values(was, self.then)?, values(is, self.now)?))
    }

    fn named(&mut self, (was, is): (Symbol, Symbol), (older, newer): (&Field, &Field), from: &[String], to: &[String]) {
        let kinds = (self.view.definition(was, self.then), self.view.definition(is, self.now));
        match kinds {
            (Some(TypeDefKind::Enum { variants: was, .. }), Some(TypeDefKind::Enum { variants: is, .. })) => self.enums(was, is, from, to),
            (Some(TypeDefKind::Struct(_)), Some(TypeDefKind::Struct(_))) => {
                if from.len() > DEPTH || !self.visiting.insert((was, is)) {
                    return self.moved(from, to, None);
                }
                self.structs(was, is, from, to);
                self.visiting.remove(&(was, is));
            }
            _ => {
                let (was, is) = (kind(self.view, &older.ty, self.then), kind(self.view, &newer.ty, self.now));
                self.turned(was, is, newer, from, to);
            }
        }
    }

    /// A struct is moved whole while all in it is as it was; otherwise member by member.
    fn structs(&mut self, was: Symbol, is: Symbol, from: &[String], to: &[String]) {
        let older = self.view.fields(was, self.then).unwrap_or_default();
        let newer = self.view.fields(is, self.now).unwrap_or_default();
        let mut inside = Comparison::new(self.view, self.then, self.now);
        inside.visiting.clone_from(&self.visiting);
        let mut all_kept = true;
        for field in &newer {
            let Some(source) = counterpart(field, &older) else {
                if is_needed(field) {
                    inside.lacks(field, &joined(to, &field.name), None);
                }
                continue;
            };
            let before = inside.missing.len();
            inside.value(source, field, &joined(from, &source.name), &joined(to, &field.name));
            inside.holes(source, field, &joined(to, &field.name), before);
            all_kept &= source.name == field.name;
            self.meaning(is, field, to);
        }
        let gone: Vec<&&Field> = older.iter().filter(|field| !field.rest && !newer.iter().any(|one| is_same(one, field))).collect();
        all_kept &= gone.is_empty() && inside.missing.is_empty() && inside.steps.iter().all(|step| kept_below(step, from, to));
        if all_kept {
            return self.moved(from, to, None);
        }
        self.steps.append(&mut inside.steps);
        self.missing.append(&mut inside.missing);
        for field in gone {
            self.unused.push(joined(from, &field.name));
        }
    }

    /// What changes between the two versions say that a member means.
    fn meaning(&mut self, owner: Symbol, field: &Field, around: &[String]) {
        let target = format!("{}.{}", self.view.name(owner), field.name);
        let said = self.view.meant(&target, self.then, self.now);
        self.steps.extend(said.map(|because| UpgradeStep::Review { to: joined(around, &field.name), because }));
    }

    fn enums(&mut self, was: &[EnumVariant], is: &[EnumVariant], from: &[String], to: &[String]) {
        let (pairs, lost) = renamed_values((was, self.then), (is, self.now));
        match pairs.is_empty() {
            true => self.moved(from, to, None),
            false => self.steps.push(UpgradeStep::Remap { from: from.to_vec(), to: to.to_vec(), pairs }),
        }
        if !lost.is_empty() {
            let because = format!("{} no longer a value", listed(&lost));
            self.steps.push(UpgradeStep::Review { to: to.to_vec(), because });
        }
    }

    /// What is other about the items of a list, in words.
    fn items_differ(&self, was: &Type, is: &Type, depth: usize) -> Option<String> {
        match (was, is) {
            (Type::Named(was), Type::Named(is)) => {
                let mut inside = Comparison::new(self.view, self.then, self.now);
                match (self.view.definition(*was, self.then)?, self.view.definition(*is, self.now)?) {
                    (TypeDefKind::Enum { variants: was, .. }, TypeDefKind::Enum { variants: is, .. }) => inside.enums(was, is, &[], &[]),
                    (TypeDefKind::Struct(_), TypeDefKind::Struct(_)) => inside.structs(*was, *is, &[], &[]),
                    _ => return None,
                }
                let is_said = |step: &UpgradeStep| matches!(step, UpgradeStep::Review { .. });
                let alike = |step: &UpgradeStep| super::is_identity(step) || is_said(step);
                if !(inside.missing.is_empty() && inside.unused.is_empty() && inside.steps.iter().all(alike)) {
                    return Some("its items have another shape".to_owned());
                }
                inside.steps.into_iter().find_map(|step| if let UpgradeStep::Review { because, .. } = step { Some(because) } else { None })
            }
            (Type::Nullable(was), Type::Nullable(is)) => self.items_differ(was, is, depth),
            (Type::Nullable(_), is) if *is != Type::Json => Some("its items could be null, and can be so no longer".to_owned()),
            (was, Type::Nullable(is)) => self.items_differ(was, is, depth),
            (Type::List(was, _), Type::List(is, _)) if depth < DEPTH => self.items_differ(was, is, depth + 1),
            (was, is) => {
                let differs = kind(self.view, was, self.then) != kind(self.view, is, self.now);
                differs.then(|| "its items are of another type".to_owned())
            }
        }
    }

    fn moved(&mut self, from: &[String], to: &[String], coercion: Option<Coercion>) {
        self.steps.push(UpgradeStep::Move { from: from.to_vec(), to: to.to_vec(), coercion });
    }

    /// What of an older value nothing uses.
    fn leftovers(&mut self, field: &Field, path: &mut Vec<String>, used: &[Vec<String>], depth: usize) {
        if used.iter().any(|one| path.starts_with(one)) {
            return;
        }
        let partly = used.iter().any(|one| one.starts_with(path));
        let inner = match &field.ty {
            Type::Named(symbol) if partly && depth < DEPTH => self.view.fields(*symbol, self.then),
            _ => None,
        };
        match inner {
            Some(fields) => {
                for field in fields.into_iter().filter(|field| !field.rest) {
                    path.push(field.name.clone());
                    self.leftovers(field, path, used, depth + 1);
                    path.pop();
                }
            }
            None => self.unused.push(path.clone()),
        }
    }
}

/// What a field was: by where it came from, else by its name.
fn counterpart<'f>(field: &Field, older: &[&'f Field]) -> Option<&'f Field> {
    let by_origin = older.iter().find(|one| one.origin == field.origin);
    by_origin.or_else(|| older.iter().find(|one| one.name == field.name)).copied()
}

/// The values of an enum that have other names in a later version, as JSON texts, old and new; and those that are none any more.
pub(super) fn renamed_values(
    (was, then): (&[EnumVariant], usize),
    (is, now): (&[EnumVariant], usize),
) -> (Vec<(String, String)>, Vec<String>) {
    let newer: Vec<&EnumVariant> = is.iter().filter(|one| one.on.has(now)).collect();
    let (mut pairs, mut lost) = (Vec::new(), Vec::new());
    for one in was.iter().filter(|one| one.on.has(then)) {
        match counterpart_value(one, &newer) {
            Some(new) if new.name != one.name => pairs.push((quoted(&one.name), quoted(&new.name))),
            Some(_) => {}
            None => lost.push(one.name.clone()),
        }
    }
    // The order of older values is that of the verbs that tell of them.
    pairs.sort();
    (pairs, lost)
}

/// What a value is: values that were merged later have one origin, and are apart until then.
fn counterpart_value<'v>(older: &EnumVariant, newer: &[&'v EnumVariant]) -> Option<&'v EnumVariant> {
    let by_both = newer.iter().find(|new| new.origin == older.origin && new.name == older.name);
    let by_origin = || newer.iter().find(|new| new.origin == older.origin);
    by_both.or_else(by_origin).or_else(|| newer.iter().find(|new| new.name == older.name)).copied()
}

fn is_same(newer: &Field, older: &Field) -> bool {
    newer.origin == older.origin || newer.name == older.name
}

fn is_absent(field: &Field) -> bool {
    field.optional && field.default.is_none()
}

fn is_null(field: &Field) -> bool {
    field.nullable
}

fn takes_null(field: &Field) -> bool {
    field.nullable || field.ty == Type::Json
}

/// Must a value be there?
fn is_needed(field: &Field) -> bool {
    !field.optional && field.default.is_none() && !field.rest
}

fn source(step: &UpgradeStep) -> Option<&[String]> {
    match step {
        UpgradeStep::Move { from, .. } | UpgradeStep::Remap { from, .. } | UpgradeStep::Drop { from, .. } => Some(from),
        UpgradeStep::Default { .. } | UpgradeStep::Ask { .. } | UpgradeStep::Review { .. } | UpgradeStep::NotNull { .. } => None,
    }
}

/// What a step gives a value to.
fn target(step: &UpgradeStep) -> Option<&[String]> {
    match step {
        UpgradeStep::Move { to, .. } | UpgradeStep::Remap { to, .. } | UpgradeStep::Default { to, .. } | UpgradeStep::Ask { to, .. } => {
            Some(to)
        }
        UpgradeStep::Drop { .. } | UpgradeStep::Review { .. } | UpgradeStep::NotNull { .. } => None,
    }
}

/// What a step gives a value to that was not stored.
fn told(step: &UpgradeStep) -> Option<&[String]> {
    match step {
        UpgradeStep::Default { to, .. } | UpgradeStep::Ask { to, .. } => Some(to),
        _ => None,
    }
}

/// Does a step inside a struct leave the struct as it is?
fn kept_below(step: &UpgradeStep, around_from: &[String], around_to: &[String]) -> bool {
    match step {
        UpgradeStep::Move { from, to, coercion: None } => from[around_from.len()..] == to[around_to.len()..],
        _ => false,
    }
}

fn joined(path: &[String], name: &str) -> Vec<String> {
    path.iter().cloned().chain([name.to_owned()]).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("{} {}", quoted.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// What kind of thing a value is, in the words of the platform whose scenarios are read; none for what may be anything.
pub(super) fn kind(view: &View<'_>, ty: &Type, version: usize) -> Option<Coercion> {
    Some(match ty {
        Type::String(_) | Type::Uuid | Type::Url | Type::Secret | Type::Host | Type::Id(_) | Type::Duration(_) => Coercion::Text,
        Type::Int(_) | Type::Float(_) | Type::Decimal(_) => Coercion::Number,
        Type::Bool => Coercion::Boolean,
        Type::Date(_) | Type::DateTime(_) => Coercion::Date,
        Type::Time => Coercion::Time,
        Type::Bytes(_) | Type::File => Coercion::Buffer,
        Type::List(..) => Coercion::Array,
        Type::Map(..) => Coercion::Collection,
        Type::Literal(crate::model::Literal::Text(_)) => Coercion::Text,
        Type::Literal(crate::model::Literal::Int(_)) => Coercion::Number,
        Type::Literal(crate::model::Literal::Bool(_)) => Coercion::Boolean,
        Type::Nullable(inner) => return kind(view, inner, version),
        Type::Json => return None,
        Type::Named(symbol) => match view.definition(*symbol, version)? {
            TypeDefKind::Struct(_) => Coercion::Collection,
            TypeDefKind::Enum { .. } => Coercion::Text,
            TypeDefKind::Union { .. } => return None,
        },
    })
}

/// The published table: can a value of one kind be expected where another is wanted? Some of it depends on the value.
pub(super) fn turns_into(was: Coercion, is: Coercion) -> bool {
    use Coercion::{Array, Boolean, Buffer, Collection, Date, Number, Text, Time};
    match (is, was) {
        (Array | Boolean, _) => true,
        (Buffer, Boolean | Date | Number | Text) => true,
        (Date | Number | Time, Text) => true,
        (Text, Boolean | Date | Number) => true,
        (Buffer | Collection | Date | Number | Text | Time, _) => false,
    }
}

pub(super) fn word(kind: Coercion) -> &'static str {
    match kind {
        Coercion::Array => "a list",
        Coercion::Boolean => "a yes or no",
        Coercion::Buffer => "bytes",
        Coercion::Collection => "an object",
        Coercion::Date => "a date",
        Coercion::Number => "a number",
        Coercion::Text => "text",
        Coercion::Time => "a time of day",
    }
}
