//! What must hold of all upgrades together: nobody is left behind, successors can take over, and claims are true.

use std::collections::HashSet;

use super::View;
use super::stub;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Coercion, Module, Upgrade, UpgradeOf, UpgradeStep};

/// Every older revision reaches one that is offered, or the spec says why it cannot.
pub(super) fn revisions_have_a_way_forward(view: &View<'_>, upgrades: &[Upgrade], diagnostics: &mut Diagnostics) {
    let newest = view.newest();
    let known: HashSet<(&UpgradeOf, u32)> = upgrades.iter().map(|upgrade| (&upgrade.from, upgrade.from_revision)).collect();
    for module in view.modules_in(newest) {
        let offered = |revision: u32| view.revision_in(module.symbol, revision, newest).is_some();
        for revision in (1..module.revision).filter(|revision| !offered(*revision)) {
            let from = UpgradeOf::Module(module.symbol);
            if !known.contains(&(&from, revision)) {
                diagnostics.push(stub::no_way_forward(view, module, revision));
            }
        }
    }
    for connection in view.model.connections.iter().filter(|one| one.on.has(newest)) {
        for revision in 1..connection.revision {
            let from = UpgradeOf::Connection(connection.name.clone());
            let declared = view.model.connections.iter().any(|one| one.name == connection.name && one.revision == revision);
            if !declared && !known.contains(&(&from, revision)) {
                diagnostics.push(stub::connection_left_behind(connection, revision));
            }
        }
    }
    for now in 1..view.model.apis.len() {
        for older in view.modules_in(now - 1) {
            let goes_on = view.counterparts(older, now).next().is_some();
            let told = known.contains(&(&UpgradeOf::Module(older.symbol), older.revision));
            if !goes_on && !told {
                diagnostics.push(stub::module_ends(view, older, now));
            }
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
        let names = (0..=group.len()).map(|depth| crate::model::resolve::dotted_name(&group[..depth], successor));
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
pub(super) fn claims_of_no_loss_hold(upgrades: &[Upgrade], diagnostics: &mut Diagnostics) {
    for upgrade in upgrades {
        let Some(claim) = upgrade.lossless else { continue };
        let loss = upgrade.steps.iter().find_map(loss).or_else(|| upgrade.gone.as_ref().map(|_| "there is no way forward".to_owned()));
        let loss = loss.or_else(|| {
            let gone = upgrade.outputs.iter().find(|output| output.to.is_none())?;
            Some(format!("`{}` of the output is gone", gone.from))
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
    }
}
