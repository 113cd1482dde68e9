//! What a document does not hold, so that nothing is lost in silence.

use crate::model::Projection;

/// A line for each kind of thing.
pub(super) fn left_out(projection: &Projection<'_>, notes: &[String]) -> Vec<String> {
    let model = projection.model;
    let others = model.apis.iter().enumerate().filter(|(index, _)| *index != projection.version).map(|(_, api)| api.name.as_str());
    let others: Vec<&str> = others.collect();
    let mut lines = notes.to_vec();
    if !others.is_empty() {
        lines.push(format!("other API versions ({}): a document describes one; `--api-version` chooses it", others.join(", ")));
    }
    counted(&mut lines, model.changes.len(), "`change` block", "what the owner changed is no part of a description of the present");
    counted(&mut lines, model.upgrades.len(), "upgrade", "how stored configuration follows has no place in a description");
    counted(&mut lines, model.upgrade_tests.len(), "test of upgrades", "they go with the upgrades");
    lines
}

fn counted(lines: &mut Vec<String>, count: usize, what: &str, why: &str) {
    if count > 0 {
        let (first, rest) = what.split_once(' ').unwrap_or((what, ""));
        let plural = match (count, rest) {
            (1, _) => what.to_owned(),
            (_, "") => format!("{first}s"),
            (_, "block") => format!("{first} blocks"),
            (_, rest) => format!("{first}s {rest}"),
        };
        lines.push(format!("{count} {plural}: {why}"));
    }
}
