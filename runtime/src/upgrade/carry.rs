//! What was found in several upgrades, told as one: a field is called by the name that it has in the stored step, and by the last that it
//! gets; what a later upgrade fills in is not asked for, and what it drops has not moved before.

use super::{
    outputs::dotted,
    report::{Action, Finding},
    table::{UpgradeStep, UpgradeTable},
};

/// What was found before, and what one more table found.
pub(crate) fn carry(before: Vec<Finding>, found: Vec<Finding>, table: &'static UpgradeTable) -> Vec<Finding> {
    if before.is_empty() {
        return found;
    }
    let mut added = Vec::new();
    let mut gone = Vec::new();
    for one in found {
        let mut parts = before.iter().filter(|earlier| is_named(earlier) && below(earlier.place(), &one.field).is_some()).peekable();
        if one.action == Action::Dropped && parts.peek().is_none() {
            gone.push(one.field.clone());
        } else if one.action == Action::Dropped {
            // What was filled in on the way and is dropped again was never there.
            for part in parts.filter(|part| part.action != Action::Defaulted) {
                let dropped = Finding { field: part.field.clone(), ..one.clone() };
                if !added.contains(&dropped) {
                    added.push(dropped);
                }
            }
            gone.push(one.field);
            continue;
        }
        let earlier = before.iter().filter(|earlier| is_named(earlier)).find(|earlier| below(&one.field, earlier.place()).is_some());
        match (earlier, one.action) {
            (None, _) => added.push(one),
            // It moved before, and moves again: it has moved once.
            (Some(earlier), Action::Moved) if earlier.place() == one.field => {}
            (Some(earlier), _) => {
                let rest = below(&one.field, earlier.place()).unwrap_or_default();
                let to = one.place().to_owned();
                added.push(Finding { field: format!("{}{rest}", earlier.field), to: None, ..one }.moved_unless_dropped(to));
            }
        }
    }
    let stays = |finding: &Finding| match finding.action {
        Action::Kept => !uses(table, &finding.field),
        // What is dropped need not be looked at before.
        _ => {
            !((is_named(finding) || finding.action == Action::Questioned)
                && gone.iter().any(|field| below(finding.place(), field).is_some()))
        }
    };
    let carried = before.into_iter().filter(stays).filter_map(|finding| carried(finding, table));
    carried.chain(added).collect()
}

/// Does a table know an input that the one before did not?
fn uses(table: &UpgradeTable, field: &str) -> bool {
    table.steps.iter().filter_map(UpgradeStep::source).any(|path| path.first() == Some(&field))
}

/// Does it say what a field is called?
fn is_named(finding: &Finding) -> bool {
    matches!(finding.action, Action::Moved | Action::Defaulted | Action::Converted | Action::Remapped)
}

fn carried(finding: Finding, table: &'static UpgradeTable) -> Option<Finding> {
    let place = finding.place().to_owned();
    if finding.action == Action::Asked && settles(&place, table) {
        return None;
    }
    match new_place(&place, table) {
        // What nobody has given yet has no place but the last.
        Some(to) if matches!(finding.action, Action::Asked | Action::Defaulted) => Some(Finding { field: to, to: None, ..finding }),
        Some(to) => Some(finding.moved_unless_dropped(to)),
        None => Some(finding),
    }
}

/// Does a table drop a field, fill it in, or ask for it itself?
fn settles(place: &str, table: &UpgradeTable) -> bool {
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
    let inside = moves.filter_map(|(from, to)| Some((from.len(), format!("{to}{}", below(place, &from)?))));
    inside.max().map(|(_, to)| to)
}

/// The rest of a field's path below another; empty for the same.
fn below<'f>(field: &'f str, above: &str) -> Option<&'f str> {
    let rest = field.strip_prefix(above)?;
    (!above.is_empty() && (rest.is_empty() || rest.starts_with(['.', '[']))).then_some(rest)
}

impl Finding {
    fn moved_unless_dropped(self, to: String) -> Self {
        if self.action == Action::Dropped { self } else { self.to(to) }
    }
}
