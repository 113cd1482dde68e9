//! What to write where an upgrade cannot be derived: the block to paste, as help and as an edit.

use super::View;
use super::compare::Missing;
use crate::diagnostics::{Diagnostic, Edit, codes};
use crate::model::{Connection, Module, Upgrade, UpgradeOf};
use crate::source::Span;

/// The lines that say what is missing and what is left over.
pub(super) fn lines(missing: &[Missing], unused: &[Vec<String>]) -> Vec<String> {
    let asks = missing.iter().map(|one| match one.name.contains('.') {
        false => format!("ask {} \"…\"", one.name),
        true => format!("default {} = {}", one.name, one.sample),
    });
    let drops = unused.iter().map(|path| format!("drop was.{} because \"…\"", path.join(".")));
    asks.chain(drops).collect()
}

/// The same in words.
pub(super) fn told(missing: &[Missing], unused: &[Vec<String>]) -> String {
    let needs = missing.iter().map(|one| match &one.why {
        Some(why) => format!("`{}` needs a value ({why})", one.name),
        None => format!("`{}` needs a value", one.name),
    });
    let lost = unused.iter().map(|path| format!("`was.{}` goes nowhere", path.join(".")));
    needs.chain(lost).collect::<Vec<_>>().join(", ")
}

/// A written block that leaves something out.
pub(super) fn incomplete(upgrade: &Upgrade, missing: &[Missing], unused: &[Vec<String>]) -> Diagnostic {
    let lines = lines(missing, unused);
    let end = Span { start: upgrade.span.end - 1, end: upgrade.span.end - 1, ..upgrade.span };
    let text: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    let head = Span { end: (upgrade.span.start + "from".len() as u32).min(upgrade.span.end), ..upgrade.span };
    Diagnostic::new(codes::INCOMPLETE_UPGRADE, head, format!("this upgrade leaves something out: {}", told(missing, unused)))
        .here("not all is said")
        .help(format!("add, or say where it comes from with `set`:\n{}", indented(&lines)))
        .fix("add the lines", vec![Edit { span: end, text: format!("\n{text}") }])
}

/// A step from one API version to the next that needs a person's word.
pub(super) fn needs_words(view: &View<'_>, module: &Module, upgrade: &Upgrade, then: usize, lines: &[String], told: String) -> Diagnostic {
    let version = &view.model.apis[then].name;
    let body = if lines.is_empty() { " ".to_owned() } else { format!("\n{}\n", indented(lines)) };
    let block = format!("from @{} on {version} {{{body}}}", upgrade.from_revision);
    Diagnostic::new(
        codes::INCOMPLETE_UPGRADE,
        module.span,
        format!("what was configured for `{}` on `{version}` cannot follow by itself: {told}", view.name(module.symbol)),
    )
    .here("takes something else now")
    .help(format!("say what becomes of it, inside the module:\n{block}"))
    .fix("add the block", vec![inside(module, &block)])
}

/// An older revision that no block speaks of.
pub(super) fn no_way_forward(view: &View<'_>, module: &Module, revision: u32) -> Diagnostic {
    let block = format!("from @{revision} {{\n  was …: string\n}}");
    let name = view.name(module.symbol);
    let found = Diagnostic::new(codes::NO_WAY_FORWARD, module.span, format!("revision {revision} of `{name}` has no way forward"))
        .here(format!("revision {} is the present one", module.revision))
        .help(format!("say what it took and what becomes of it:\n{block}"));
    // Which version had it is not plain, or it would have been given the number.
    let found = match view.model.apis.len() {
        1 => found,
        _ => found.help(format!("or which API versions had it: `from @{revision} on {} {{ }}`", view.model.apis[0].name)),
    };
    found.help(format!("or that nothing can follow: `from @{revision} use none \"why\"`"))
}

/// An older revision of a connection that no block speaks of.
pub(super) fn connection_left_behind(connection: &Connection, revision: u32) -> Diagnostic {
    let fields: Vec<&str> = connection.fields.iter().map(|field| field.name.as_str()).collect();
    let fields = if fields.is_empty() { String::new() } else { format!("keep {}  ", fields.join(", ")) };
    Diagnostic::new(codes::NO_WAY_FORWARD, connection.span, format!("revision {revision} of `{}` has no way forward", connection.name))
        .here(format!("revision {} is the present one", connection.revision))
        .help(format!("say inside it what becomes of what people filled in: `from @{revision} {{ {fields}reauthorize \"…\" }}`"))
        .help(format!("or that nothing can follow: `from @{revision} use none \"why\"`"))
}

/// A module that a version no longer has.
pub(super) fn module_ends(view: &View<'_>, older: &Module, now: usize) -> Diagnostic {
    let name = view.name(older.symbol);
    let version = &view.model.apis[now].name;
    Diagnostic::new(codes::NO_WAY_FORWARD, older.span, format!("`{name}` does not exist in `{version}`, and nothing takes its place"))
        .here("ends here")
        .help(format!("write inside what replaces it what becomes of it: `from {name} @{} {{ … }}`", older.revision))
        .help(format!(
            "or inside it, that nothing does: `deprecated since {} use none \"why\"`",
            view.model.apis[now]
                .released
                .map_or_else(|| "2026-01-01".to_owned(), |date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day.unwrap_or(1)))
        ))
}

/// Upgrades of which each leads to the next, and the last to the first.
pub(super) fn in_a_circle(view: &View<'_>, circle: &[&Upgrade]) -> Diagnostic {
    let name = |of: &UpgradeOf| match of {
        UpgradeOf::Module(symbol) => view.name(*symbol),
        UpgradeOf::Connection(name) => name.clone(),
    };
    let (first, others) = (circle[0], &circle[1..]);
    let problem = Diagnostic::new(
        codes::NO_WAY_FORWARD,
        first.span,
        format!("what was configured for `{}` never arrives: its upgrades lead in a circle", name(&first.from)),
    )
    .here(format!("leads to `{}`", name(&first.to)));
    others
        .iter()
        .fold(problem, |problem, upgrade| problem.also(upgrade.span, format!("leads to `{}`", name(&upgrade.to))))
        .help("one of them is what is offered now: take its `from @…`, or its `deprecated … use …`, away from the other")
}

/// A successor that has no block for what it replaces, and takes something else.
pub(super) fn successor_cannot_take(view: &View<'_>, older: &Module, newer: &Module, version: usize) -> Diagnostic {
    let (from, to) = (view.name(older.symbol), view.name(newer.symbol));
    let now = newer.on.iter().max().unwrap_or(version);
    let mut comparison = super::compare::Comparison::new(view, version, now);
    comparison.inputs(&super::inputs(older, version), &super::inputs(newer, now), &[]);
    let (_, missing, unused) = comparison.finish();
    let lines = lines(&missing, &unused);
    let block = format!("from {from} @{} {{\n{}\n}}", older.revision, indented(&lines));
    Diagnostic::new(
        codes::NO_WAY_FORWARD,
        newer.span,
        format!("`{to}` is to replace `{from}`, but cannot take its configuration: {}", told(&missing, &unused)),
    )
    .here("the successor")
    .also(older.span, "deprecated in favour of it")
    .help(format!("say inside `{to}` what becomes of it:\n{block}"))
    .fix("add the block", vec![inside(newer, &block)])
}

/// A connection that has no block for what it replaces.
pub(super) fn connection_cannot_take(older: &Connection, newer: &Connection) -> Diagnostic {
    let kept: Vec<&str> =
        newer.fields.iter().map(|field| field.name.as_str()).filter(|name| older.fields.iter().any(|one| one.name == *name)).collect();
    let asked: Vec<&str> = newer
        .fields
        .iter()
        .filter(|field| !field.optional && field.default.is_none())
        .map(|field| field.name.as_str())
        .filter(|name| !kept.contains(name))
        .collect();
    let mut lines = Vec::new();
    if !kept.is_empty() {
        lines.push(format!("keep {}", kept.join(", ")));
    }
    if !asked.is_empty() {
        lines.push(format!("ask {} \"…\"", asked.join(", ")));
    }
    lines.push("reauthorize".to_owned());
    let block = format!("from {} @{} {{\n{}\n}}", older.name, older.revision, indented(&lines));
    Diagnostic::new(codes::NO_WAY_FORWARD, newer.span, format!("`{}` is to replace `{}`, but does not say how", newer.name, older.name))
        .here("the successor")
        .also(older.span, "deprecated in favour of it")
        .help(format!("say inside `{}` what becomes of what people filled in:\n{block}", newer.name))
        .fix("add the block", vec![Edit { span: newer.end, text: format!("  {}\n", block.replace('\n', "\n  ")) }])
}

/// An edit that adds a block to a module.
fn inside(module: &Module, block: &str) -> Edit {
    Edit { span: module.spans.end, text: format!("  {}\n", block.replace('\n', "\n  ")) }
}

fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
