//! What must hold of all upgrades together: nobody is left behind, successors can take over, and claims are true.

use std::collections::{HashMap, HashSet};

use super::View;
use super::stub;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Coercion, Module, OutputStep, Symbol, Type, TypeDefKind, Upgrade, UpgradeOf, UpgradeStep};

/// So many older revisions of one thing are told of at most: a number that was mistyped may have any number of them below.
const MOST_LEFT_BEHIND: usize = 8;

/// Every older revision reaches one that is offered, or the spec says why it cannot.
pub(super) fn revisions_have_a_way_forward(view: &View<'_>, upgrades: &[Upgrade], diagnostics: &mut Diagnostics) {
    let newest = view.newest();
    let known: HashSet<(&UpgradeOf, u32)> = upgrades.iter().map(|upgrade| (&upgrade.from, upgrade.from_revision)).collect();
    for module in view.modules_in(newest) {
        let offered = |revision: u32| view.revision_in(module.symbol, revision, newest).is_some();
        // Under another name it is the same module where it stands in the same place.
        let is_it = |one: &&Module, revision: u32| one.symbol == module.symbol || one.revision == revision;
        let told = |revision: u32| {
            let mut names = view.all_counterparts(module).filter(|one| is_it(one, revision));
            names.any(|one| known.contains(&(&UpgradeOf::Module(one.symbol), revision)))
        };
        for revision in (1..module.revision).filter(|revision| !offered(*revision) && !told(*revision)).take(MOST_LEFT_BEHIND) {
            diagnostics.push(stub::no_way_forward(view, module, revision));
        }
    }
    for connection in view.model.connections.iter().filter(|one| one.on.has(newest)) {
        let from = UpgradeOf::Connection(connection.name.clone());
        let declared = |revision: u32| view.model.connections.iter().any(|one| one.name == connection.name && one.revision == revision);
        let told = |revision: u32| known.contains(&(&from, revision));
        for revision in (1..connection.revision).filter(|revision| !declared(*revision) && !told(*revision)).take(MOST_LEFT_BEHIND) {
            diagnostics.push(stub::connection_left_behind(connection, revision));
        }
    }
    let succeeded: HashSet<Symbol> = successions(view).iter().map(|(older, ..)| older.symbol).collect();
    for now in 1..view.model.apis.len() {
        for older in view.modules_in(now - 1) {
            let goes_on = view.counterparts(older, now).next().is_some();
            let from = UpgradeOf::Module(older.symbol);
            let told = |upgrade: &Upgrade| upgrade.from_revision == older.revision && upgrade.on.has(now - 1) && upgrade.from == from;
            // What names a successor is told of with that.
            if !goes_on && !succeeded.contains(&older.symbol) && !upgrades.iter().any(told) {
                diagnostics.push(stub::module_ends(view, older, now));
            }
        }
    }
}

/// No chain of upgrades comes back to where it began: then it would lead to nothing.
pub(super) fn upgrades_arrive(view: &View<'_>, upgrades: &[Upgrade], diagnostics: &mut Diagnostics) {
    let mut by_source: HashMap<(&UpgradeOf, u32), Vec<usize>> = HashMap::new();
    for (index, upgrade) in upgrades.iter().enumerate().filter(|(_, upgrade)| upgrade.gone.is_none()) {
        by_source.entry((&upgrade.from, upgrade.from_revision)).or_default().push(index);
    }
    let next = |upgrade: &Upgrade| {
        let version = upgrade.to_on.iter().max()?;
        let there = by_source.get(&(&upgrade.to, upgrade.to_revision))?;
        there.iter().copied().find(|index| upgrades[*index].on.has(version))
    };
    for start in by_source.values().flatten().copied() {
        let mut chain = vec![start];
        while let Some(after) = next(&upgrades[chain[chain.len() - 1]]).filter(|after| !chain[1..].contains(after)) {
            if after == start {
                break;
            }
            chain.push(after);
        }
        let comes_back = next(&upgrades[chain[chain.len() - 1]]) == Some(start);
        // Each circle is told once, where it begins in the spec.
        if comes_back && chain.iter().all(|index| (upgrades[start].span, start) <= (upgrades[*index].span, *index)) {
            let circle: Vec<&Upgrade> = chain.iter().map(|index| &upgrades[*index]).collect();
            diagnostics.push(stub::in_a_circle(view, &circle));
        }
    }
}

/// Deprecated modules and the modules that they name as their successors, with the newest version that has the first.
pub(super) fn successions<'m>(view: &View<'m>) -> Vec<(&'m Module, &'m Module, usize)> {
    let mut found: Vec<(&Module, &Module, usize)> = Vec::new();
    for older in &view.model.modules {
        let Some(successor) = older.life.as_ref().and_then(|life| life.successor.as_ref()) else { continue };
        let Some(version) = older.on.iter().max() else { continue };
        let group = &view.model.name(older.symbol).group;
        let names = (0..=group.len()).map(|depth| crate::model::dotted(&group[..depth], successor));
        let places = names.flat_map(|name| view.named(&name).iter().copied());
        let newer = places.map(|at| (at, &view.model.modules[at])).max_by_key(|(at, module)| (module.on, module.revision, *at));
        let newer = newer.map(|(_, module)| module);
        if let Some(newer) = newer.filter(|newer| newer.symbol != older.symbol) {
            found.push((older, newer, version));
        }
    }
    found
}

/// What a deprecated module's configuration holds, its successor can take.
pub(super) fn successors_take_the_configuration(view: &View<'_>, upgrades: &[Upgrade], diagnostics: &mut Diagnostics) {
    let known: HashSet<&UpgradeOf> = upgrades.iter().map(|upgrade| &upgrade.from).collect();
    for (older, newer, version) in successions(view) {
        if !known.contains(&UpgradeOf::Module(older.symbol)) {
            diagnostics.push(stub::successor_cannot_take(view, older, newer, version));
        }
    }
    for older in &view.model.connections {
        let Some(successor) = older.life.as_ref().and_then(|life| life.successor.as_ref()) else { continue };
        let newer = view.model.connections.iter().find(|one| one.name == *successor && one.name != older.name);
        let from = UpgradeOf::Connection(older.name.clone());
        if let Some(newer) = newer.filter(|_| !known.contains(&from)) {
            diagnostics.push(stub::connection_cannot_take(older, newer));
        }
    }
}

/// A claim that nothing is lost is true: every step can be undone.
pub(super) fn claims_of_no_loss_hold(view: &View<'_>, upgrades: &[Upgrade], diagnostics: &mut Diagnostics) {
    for upgrade in upgrades {
        let Some(claim) = upgrade.lossless else { continue };
        let merged = || upgrade.steps.iter().find_map(|step| becomes_another(view, upgrade, step));
        let loss = upgrade
            .steps
            .iter()
            .find_map(loss)
            .or_else(merged)
            .or_else(|| upgrade.gone.as_ref().map(|_| "there is no way forward".to_owned()));
        let loss = loss.or_else(|| {
            upgrade.outputs.iter().find_map(|output| match output {
                OutputStep::Gone { from, .. } => Some(format!("`{from}` of the output is gone")),
                _ => None,
            })
        });
        if let Some(loss) = loss {
            diagnostics.push(
                Diagnostic::new(codes::NOT_LOSSLESS, claim, format!("this upgrade is not lossless: {loss}"))
                    .here("claims that nothing is lost")
                    .help("delete `lossless`, or what loses")
                    .replace("delete `lossless`", claim, ""),
            );
        }
    }
}

/// A value that is given the name of another, which stays: afterwards nobody can tell them apart.
fn becomes_another(view: &View<'_>, upgrade: &Upgrade, step: &UpgradeStep) -> Option<String> {
    let UpgradeStep::Remap { from, pairs, .. } = step else { return None };
    let then = upgrade.on.iter().max()?;
    let (first, rest) = from.split_first()?;
    let mut ty = &upgrade.input.iter().find(|field| field.name == *first)?.ty;
    for name in rest {
        let Type::Named(symbol) = ty else { return None };
        ty = &view.fields(*symbol, then)?.into_iter().find(|field| field.name == *name)?.ty;
    }
    let Type::Named(symbol) = ty else { return None };
    let TypeDefKind::Enum { variants, .. } = view.definition(*symbol, then)? else { return None };
    let stays = |new: &str| pairs.iter().all(|(old, _)| old != new) && variants.iter().any(|one| format!("\"{}\"", one.name) == new);
    let (old, new) = pairs.iter().find(|(_, new)| stays(new))?;
    Some(format!("{old} of `{}` becomes {new}, which is a value of its own", from.join(".")))
}

/// What a step loses, in words.
fn loss(step: &UpgradeStep) -> Option<String> {
    match step {
        UpgradeStep::Move { from, coercion: Some(kind), .. } if !matches!(kind, Coercion::Text | Coercion::Array) => {
            Some(format!("`{}` is turned into another type and cannot be turned back", from.join(".")))
        }
        UpgradeStep::Move { .. } => None,
        UpgradeStep::Remap { from, pairs, .. } => {
            let mut seen = Vec::new();
            let merged = pairs.iter().find(|(_, new)| {
                let again = seen.contains(&new);
                seen.push(new);
                again
            });
            merged.map(|(_, new)| format!("several values of `{}` become {new}", from.join(".")))
        }
        UpgradeStep::Default { to, .. } => Some(format!("`{}` gets a value that nobody gave", to.join("."))),
        UpgradeStep::Ask { to, .. } => Some(format!("`{}` is asked for", to.join("."))),
        UpgradeStep::Drop { from, .. } => Some(format!("`{}` is dropped", from.join("."))),
        UpgradeStep::Review { to, .. } => Some(format!("`{}` must be looked at", to.join("."))),
        UpgradeStep::NotNull { to } => Some(format!("a null in `{}` is left out", to.join("."))),
    }
}
