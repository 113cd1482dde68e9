//! Fields, inputs and values: how they are parted into what they were before a version and what they are from it on.

use crate::model::{EnumVariant, Field, Input, TypeDefKind, UnionVariant, Versions};
use crate::source::Span;

/// What exists in some versions and has a name.
pub(super) trait Marked: Clone {
    fn name(&self) -> &str;
    fn set_name(&mut self, name: String);
    fn on(&self) -> Versions;
    fn set_on(&mut self, on: Versions);
    fn span(&self) -> Span;
}

/// The same for all but for where the field is that holds it.
macro_rules! marked {
    ($type:ty $(, $inside:ident)?) => {
        impl Marked for $type {
            fn name(&self) -> &str {
                &self$(.$inside)?.name
            }
            fn set_name(&mut self, name: String) {
                self$(.$inside)?.name = name;
            }
            fn on(&self) -> Versions {
                self$(.$inside)?.on
            }
            fn set_on(&mut self, on: Versions) {
                self$(.$inside)?.on = on;
            }
            fn span(&self) -> Span {
                self$(.$inside)?.span
            }
        }
    };
}

marked!(Field);
marked!(Input, field);
marked!(EnumVariant);
marked!(UnionVariant);

/// Begins the names of what one version's verbs have put in, so that none of them takes it for what another speaks of.
const HIDDEN: char = '\0';

/// Puts in what was there before.
pub(super) fn insert<T: Marked>(list: &mut Vec<T>, mut one: T) {
    one.set_name(hidden(one.name()));
    list.push(one);
}

/// A name that no verb finds.
pub(super) fn hidden(name: &str) -> String {
    format!("{HIDDEN}{name}")
}

/// The name as it is to be.
pub(super) fn shown(name: &str) -> String {
    name.trim_start_matches(HIDDEN).to_owned()
}

/// Gives everything the name that it is to have.
pub(super) fn show<T: Marked>(list: &mut [T]) {
    for one in list {
        one.set_name(shown(one.name()));
    }
}

/// Two of one name in one version: the places of the later and the earlier. The later goes, so that nothing follows from it.
pub(super) fn take_twice<T: Marked>(list: &mut Vec<T>, version: usize) -> Vec<(String, Span, Span)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < list.len() {
        let one = &list[at];
        let other = list[..at].iter().find(|other| one.on().has(version) && other.on().has(version) && other.name() == one.name());
        if let Some(other) = other {
            found.push((one.name().to_owned(), one.span(), other.span()));
            list.remove(at);
        } else {
            at += 1;
        }
    }
    found
}

/// Why something could not be parted.
pub(super) enum Parting {
    /// Nothing of this name exists from the version on.
    Missing,
    /// It exists, but not in the version before: its own `on` says so, at this place.
    NotBefore(Span),
}

/// The part that stands for the versions before; made by copying the present, which from then on is only what came after.
pub(super) fn part<'l, T: Marked>(list: &'l mut Vec<T>, name: &str, version: usize, before: Versions) -> Result<&'l mut T, Parting> {
    let named = |one: &T| one.name() == name;
    if let Some(at) = list.iter().position(|one| named(one) && one.on().has(version - 1) && one.on().without(before).is_empty()) {
        return Ok(&mut list[at]);
    }
    let Some(at) = list.iter().position(|one| named(one) && one.on().has(version - 1)) else {
        let now = list.iter().find(|one| named(one));
        return Err(now.map_or(Parting::Missing, |one| Parting::NotBefore(one.span())));
    };
    let mut older = list[at].clone();
    older.set_on(list[at].on().and(before));
    let newer = list[at].on().without(before);
    list[at].set_on(newer);
    list.insert(at + 1, older);
    Ok(&mut list[at + 1])
}

/// Says that something came with a version. Gives the place of what says otherwise.
pub(super) fn came_with<T: Marked>(list: &mut [T], name: &str, version: usize, before: Versions) -> Result<(), Parting> {
    let mut found = Err(Parting::Missing);
    for one in list.iter_mut().filter(|one| one.name() == name) {
        let on = one.on().without(before);
        if !on.has(version) {
            continue;
        }
        one.set_on(on);
        found = Ok(());
    }
    found
}

/// Where all members of a definition exist.
pub(super) fn all_marks(kind: &TypeDefKind) -> Box<dyn Iterator<Item = Versions> + '_> {
    match kind {
        TypeDefKind::Struct(fields) => Box::new(fields.iter().map(|field| field.on)),
        TypeDefKind::Enum { variants, .. } => Box::new(variants.iter().map(|variant| variant.on)),
        TypeDefKind::Union { variants, .. } => Box::new(variants.iter().map(|variant| variant.on)),
    }
}
