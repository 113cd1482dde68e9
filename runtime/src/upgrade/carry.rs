//! What was found in one upgrade, told in the words of the upgrades after it: a field that is asked for and then renamed is asked for by its
//! last name, and what a later upgrade fills in is not asked for.

use super::{
    outputs::dotted,
    report::{Action, Finding},
    table::{UpgradeStep, UpgradeTable},
};

/// What was found before, and what one more table found.
pub(crate) fn carry(before: Vec<Finding>, found: Vec<Finding>, table: &'static UpgradeTable) -> Vec<Finding> {
    let mut all: Vec<Finding> = before.into_iter().filter_map(|finding| carried(finding, table)).collect();
    for one in found {
        // A field that moved before and moves again has moved once.
        let earlier =
            all.iter_mut().find(|earlier| earlier.action == Action::Moved && one.action == Action::Moved && earlier.place() == one.place());
        match earlier {
            Some(_) => {}
            None => all.push(one),
        }
    }
    all
}

fn carried(finding: Finding, table: &'static UpgradeTable) -> Option<Finding> {
    let place = finding.place().to_owned();
    if finding.action == Action::Asked && drops_or_fills(&place, table) {
        return None;
    }
    match new_place(&place, table) {
        // What nobody has given yet has no place but the last.
        Some(to) if matches!(finding.action, Action::Asked | Action::Defaulted) => Some(Finding { field: to, to: None, ..finding }),
        Some(to) => Some(finding.to(to)),
        None => Some(finding),
    }
}

fn drops_or_fills(place: &str, table: &UpgradeTable) -> bool {
    table.steps.iter().any(|step| match step {
        UpgradeStep::Drop { from, .. } => dotted(from) == place,
        UpgradeStep::Default { to, .. } | UpgradeStep::Ask { to, .. } => dotted(to) == place,
        _ => false,
    })
}

/// Where a field stands after a table, when that is elsewhere.
fn new_place(place: &str, table: &UpgradeTable) -> Option<String> {
    let moves = table.steps.iter().filter_map(|step| match step {
        UpgradeStep::Move { from, to, .. } | UpgradeStep::Remap { from, to, .. } if from != to => Some((dotted(from), dotted(to))),
        _ => None,
    });
    let inside = moves.filter_map(|(from, to)| {
        let rest = place.strip_prefix(from.as_str())?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then(|| (from.len(), format!("{to}{rest}")))
    });
    inside.max().map(|(_, to)| to)
}
