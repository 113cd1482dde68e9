//! API versions: the `api` items, and the `on` clauses that name them.

use super::Resolver;
use super::items::Items;
use super::symbols::twice;
use super::unknown::unknown;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Api, MOST_VERSIONS, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, Head, Ident, OnPart};

impl<'a> Resolver<'a> {
    /// Reads the `api` items; their order is the order of the versions.
    pub(super) fn read_apis(&mut self, items: &Items<'a>) {
        for (index, item) in items.apis.iter().take(MOST_VERSIONS).enumerate() {
            if let Some(first) = self.api_index.insert(&item.name.value, index) {
                self.report(twice("API version", &item.name, items.apis[first].name.span));
            }
        }
        if let Some(item) = items.apis.get(MOST_VERSIONS) {
            self.report(too_many(item.name.span));
        }
        let count = items.apis.len().clamp(1, MOST_VERSIONS);
        self.all_versions = Versions(u64::MAX >> (MOST_VERSIONS - count));
        for item in items.apis.iter().take(MOST_VERSIONS) {
            let api = self.api(item);
            self.apis.push(api);
        }
        if items.apis.is_empty() {
            self.apis.push(nameless());
        }
    }

    fn api(&mut self, item: &'a ast::Api) -> Api {
        let wire = item.wire.as_ref().map_or(&item.name.value, |wire| &wire.value).clone();
        Api {
            wire,
            docs: super::docs(&item.head.docs),
            released: item.released.as_ref().map(|date| date.value),
            unsupported: item.unsupported.as_ref().map(|date| date.value),
            removed: item.removed.as_ref().map(|date| date.value),
            life: self.life(&item.head, &[], &item.name),
            name: item.name.value.clone(),
            span: item.name.span,
        }
    }

    /// The versions that an `on` clause names, of those that its owner has.
    pub(super) fn versions(&mut self, head: &Head, owner: Versions) -> Versions {
        let Some(on) = &head.on else { return owner };
        let mut named = Versions(0);
        for part in &on.parts {
            let Some(part) = self.version_range(part) else { return owner };
            named = Versions(named.0 | part.0);
        }
        let common = named.and(owner);
        if common.is_empty() {
            self.report(never(on.span));
            return owner;
        }
        common
    }

    /// The versions of an item in groups: those that it and each group around it name.
    pub(super) fn placed_versions(&mut self, around: &[&Head], own: &Head) -> Versions {
        let outer = around.iter().fold(self.all_versions, |owner, head| self.versions(head, owner));
        self.versions(own, outer)
    }

    fn version_range(&mut self, part: &OnPart) -> Option<Versions> {
        let last = self.apis_declared().saturating_sub(1);
        let (from, to) = match part {
            OnPart::One(one) => {
                let index = self.version_index(one)?;
                (index, index)
            }
            OnPart::Range(from, to) => {
                let start = from.as_ref().map_or(Some(0), |from| self.version_index(from));
                let end = to.as_ref().map_or(Some(last), |to| self.version_index(to));
                (start?, end?)
            }
            OnPart::Before(version) => {
                let index = self.version_index(version)?;
                return Some(Versions::before(index)).filter(|before| !before.is_empty());
            }
        };
        if from > to {
            self.report(backwards(part));
            return None;
        }
        Some(Versions((from..=to).fold(0, |bits, index| bits | 1 << index)))
    }

    fn apis_declared(&self) -> usize {
        self.all_versions.0.count_ones() as usize
    }

    pub(super) fn version_index(&mut self, name: &Ident) -> Option<usize> {
        let found = self.api_index.get(name.value.as_str()).copied();
        if found.is_none() {
            let mut known: Vec<(usize, &str)> = self.api_index.iter().map(|(name, index)| (*index, *name)).collect();
            known.sort_unstable();
            self.report(unknown(codes::UNKNOWN_VERSION, name, "API version", known.into_iter().map(|(_, name)| name)));
        }
        found
    }
}

/// The one version of a connector without `api` items.
fn nameless() -> Api {
    let name = String::new();
    let span = Span { file: crate::source::FileId(0), start: 0, end: 0 };
    Api { wire: name.clone(), docs: name.clone(), name, released: None, unsupported: None, removed: None, life: None, span }
}

fn never(span: Span) -> Diagnostic {
    Diagnostic::new(codes::IN_NO_VERSION, span, "this exists in no API version")
        .here("none of these versions has what it stands in")
        .help("name a version in which the item around it exists, or leave `on` out")
}

fn backwards(part: &OnPart) -> Diagnostic {
    let OnPart::Range(Some(from), Some(to)) = part else { unreachable!("only a range with two ends can run backwards") };
    Diagnostic::new(codes::VERSIONS_BACKWARDS, from.span.to(to.span), "this range of versions runs backwards")
        .here(format!("`{}` is the newer one", from.value))
        .help(format!("write `{}..{}`; versions stand in the order of their `api` items", to.value, from.value))
        .replace("turn it round", from.span.to(to.span), format!("{}..{}", to.value, from.value))
}

fn too_many(span: Span) -> Diagnostic {
    Diagnostic::new(codes::TOO_MANY_VERSIONS, span, format!("a connector has at most {MOST_VERSIONS} API versions"))
        .here("one too many")
        .help("leave out the oldest versions that are no longer supported")
}
