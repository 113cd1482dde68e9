//! Older revisions that no block speaks of, given to the API versions that had them. `action create @2` whose configuration follows from
//! what changes say needs no empty `from @1 on v1 { }`: as many revisions as nobody speaks of, as many versions that changed
//! it. Whether configuration does follow is found out later.

use std::collections::BTreeSet;

use super::super::Resolver;
use super::super::items::{Items, Placed};
use crate::model::{Module, Versions};
use crate::source::Span;
use crate::syntax::ast;

/// Asks of a module as it is in two neighbouring versions whether it stayed as it was.
type Stayed<'s> = &'s dyn Fn(&Module, &Module, usize) -> bool;

impl<'a> Resolver<'a> {
    /// Numbers the modules of older versions, where their `change` blocks leave one way to do it.
    pub(super) fn number_revisions(&self, items: &Items<'a>, modules: &mut Vec<Module>) {
        for placed in &items.modules {
            let Some(present) = modules.iter().filter(|one| one.span == placed.item.name.span).max_by_key(|one| one.on).cloned() else {
                continue;
            };
            let unspoken = unspoken(placed, &present, modules, self.apis.len());
            // The revisions up to the present one, with none in between that something else is said of.
            let in_a_row =
                unspoken.last().is_some_and(|last| last + 1 == present.revision) && unspoken.windows(2).all(|pair| pair[0] + 1 == pair[1]);
            if in_a_row && let Some(starts) = self.starts(&present, unspoken.len(), modules) {
                number(present.span, &unspoken, &starts, modules);
            }
        }
    }

    /// The versions with which the module became another, if they are as many as is asked for: those that changed it, or else those that
    /// changed it or a type that it names.
    fn starts(&self, present: &Module, wanted: usize, modules: &[Module]) -> Option<Vec<usize>> {
        let itself = |then: &Module, now: &Module, version: usize| std::ptr::eq(then, now) && takes_alike(now, version - 1, version);
        let with_types =
            |then: &Module, now: &Module, version: usize| itself(then, now, version) && self.reads_alike(now, version - 1, version);
        let ways: [Stayed<'_>; 2] = [&itself, &with_types];
        ways.into_iter().map(|stayed| became_another(present, modules, stayed)).find(|starts| starts.len() == wanted)
    }
}

/// The older revisions that are not declared, and that no block of the module speaks of: so many as could be numbered, where a number
/// may have been mistyped.
fn unspoken(placed: &Placed<'_, &ast::Module>, present: &Module, modules: &[Module], most: usize) -> Vec<u32> {
    let own = placed.item.body.from.iter().filter(|from| from.of.is_none());
    let mut spoken: BTreeSet<u32> = own.map(|from| from.revision.as_ref().map_or(1, |revision| revision.value)).collect();
    spoken.extend(modules.iter().filter(|one| one.symbol == present.symbol && one.span != present.span).map(|one| one.revision));
    (1..present.revision).filter(|revision| !spoken.contains(revision)).take(most).collect()
}

/// The versions in which the module, as far as it still has the present number, is not what it was in the version before.
fn became_another(present: &Module, modules: &[Module], stayed: Stayed<'_>) -> Vec<usize> {
    let numbered = |one: &&Module| one.span == present.span && one.revision == present.revision;
    let in_version = |version: usize| modules.iter().filter(numbered).find(|one| one.on.has(version));
    let newest = present.on.iter().max().unwrap_or(0);
    let became = |version: &usize| match (in_version(version - 1), in_version(*version)) {
        (Some(then), Some(now)) => !stayed(then, now, *version),
        _ => false,
    };
    (1..=newest).filter(became).collect()
}

fn takes_alike(module: &Module, then: usize, now: usize) -> bool {
    let both = |on: Versions| on.has(then) == on.has(now);
    module.inputs.iter().all(|input| both(input.field.on)) && module.constants.iter().all(|constant| both(constant.on))
}

/// Gives each stretch of versions before a start the next revision; what comes behind the last start keeps the present one.
fn number(span: Span, revisions: &[u32], starts: &[usize], modules: &mut Vec<Module>) {
    let Some(present) = modules.iter().filter(|one| one.span == span).map(|one| one.revision).max() else { return };
    let mut first = 0;
    for (revision, start) in revisions.iter().zip(starts) {
        let stretch = Versions::before(*start).without(Versions::before(first));
        first = *start;
        let mut at = 0;
        while at < modules.len() {
            let module = &mut modules[at];
            let common = module.on.and(stretch);
            at += 1;
            if module.span != span || module.revision != present || common.is_empty() {
                continue;
            }
            let rest = module.on.without(common);
            let numbered = Module { on: common, revision: *revision, ..module.clone() };
            if rest.is_empty() {
                *module = numbered;
                continue;
            }
            module.on = rest;
            modules.insert(at, numbered);
            at += 1;
        }
    }
}
