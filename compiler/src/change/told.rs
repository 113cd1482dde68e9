//! What the `change` blocks of a spec tell, in the form in which declared changes join a report. Whether a claim shows when versions are
//! compared is judged there.

use super::declared::{Declared, Verb};
use crate::model::{Change, Difference, DifferenceKind, Field, Model, Module, PathPart, TypeDefKind};

/// Everything that is declared for the versions after `old`, up to and with `new`; indices into [`Model::apis`].
pub fn between(model: &Model, old: usize, new: usize) -> Vec<Declared> {
    let mut changes: Vec<&Change> = model.changes.iter().filter(|change| change.version > old && change.version <= new).collect();
    changes.sort_by_key(|change| change.version);
    changes.iter().flat_map(|change| change.differences.iter().map(|one| declared(model, change, one))).collect()
}

fn declared(model: &Model, change: &Change, one: &Difference) -> Declared {
    let exchanges = exchanges(model, one);
    let verb = verb(model, one);
    // Such a claim is about the whole API, whatever names it.
    let whole = matches!(one.kind, DifferenceKind::Served | DifferenceKind::Connected);
    let mut also = also(one);
    also.extend(wires(model, change.version, &one.target, &also));
    Declared {
        version: model.apis[change.version].name.clone(),
        title: change.title.clone(),
        subject: if whole { String::new() } else { one.target.clone() },
        also,
        exchanges,
        verb,
        reason: one.reason.clone(),
        place: one.span,
    }
}

fn verb(model: &Model, one: &Difference) -> Verb {
    let (before, after) = (one.before.clone(), one.after.clone());
    let of_enum = is_of_enum(model, &one.target);
    let leaf = one.target.rsplit('.').next().unwrap_or_default().to_owned();
    let parts = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
    match one.kind {
        DifferenceKind::Added if of_enum => Verb::EnumAdd(leaf),
        DifferenceKind::Added => Verb::Add,
        DifferenceKind::Removed if of_enum => Verb::EnumRemove(leaf),
        DifferenceKind::Removed => Verb::Remove((!one.note.is_empty()).then(|| one.note.clone())),
        DifferenceKind::Renamed if of_enum => Verb::EnumRename(before, after),
        DifferenceKind::Renamed => Verb::Rename(after),
        DifferenceKind::Moved => Verb::Move(after),
        DifferenceKind::Required => Verb::Require,
        DifferenceKind::Relaxed => Verb::Relax,
        DifferenceKind::Retyped => Verb::Retype(before, after),
        DifferenceKind::Defaulted => Verb::Default(before, after),
        DifferenceKind::Split => Verb::Split(parts(&after)),
        DifferenceKind::Merged if of_enum => Verb::EnumMerge(parts(&before), after),
        DifferenceKind::Merged => Verb::Merge(parts(&before), after),
        DifferenceKind::Status => Verb::Status(before, after),
        DifferenceKind::Paged => Verb::Page(before, after),
        DifferenceKind::Connected => Verb::Auth(before, after),
        DifferenceKind::Served => Verb::Server(before, after),
        DifferenceKind::Meant => Verb::Meaning(one.note.clone()),
    }
}

/// Other dotted names of the same thing: what it was called, what it was made of or became.
fn also(one: &Difference) -> Vec<String> {
    let (owner, leaf) = one.target.rsplit_once('.').unwrap_or(("", &one.target));
    let beside = |name: &str| match name {
        name if owner.is_empty() || name.contains('.') => name.to_owned(),
        name => format!("{owner}.{name}"),
    };
    match one.kind {
        DifferenceKind::Renamed => vec![beside(&one.before)],
        DifferenceKind::Moved if one.target.ends_with(&one.after) && one.after.contains('.') => {
            // The target is the owner and the whole way in; what it started from stood in the owner itself.
            let root = one.target[..one.target.len() - one.after.len()].trim_end_matches('.');
            vec![format!("{root}.{}", one.before), format!("{owner}.{leaf}")]
        }
        DifferenceKind::Merged => one.before.split(", ").map(beside).collect(),
        DifferenceKind::Split => one.after.split(", ").map(beside).collect(),
        _ => Vec::new(),
    }
}

/// The names on the wire of fields and inputs that are called otherwise in the spec, in this version and the one before.
fn wires(model: &Model, version: usize, target: &str, also: &[String]) -> Vec<String> {
    let there = |field: &&Field| field.wire != field.name && (field.on.has(version) || field.on.has(version - 1));
    let mut found = Vec::new();
    for (owner, leaf) in also.iter().map(String::as_str).chain([target]).filter_map(|name| name.rsplit_once('.')) {
        let of_types = model.types.iter().filter(|one| model.full_name(one.symbol) == owner).filter_map(|one| match &one.kind {
            TypeDefKind::Struct(fields) => Some(fields),
            _ => None,
        });
        let of_modules = model.modules.iter().filter(|one| model.full_name(one.symbol) == owner).flat_map(|one| &one.inputs);
        let fields = of_types.flatten().chain(of_modules.map(|input| &input.field));
        found.extend(fields.filter(|field| field.name == leaf).filter(there).map(|field| format!("{owner}.{}", field.wire)));
    }
    found.sort();
    found.dedup();
    found
}

fn is_of_enum(model: &Model, target: &str) -> bool {
    let Some((owner, _)) = target.rsplit_once('.') else { return false };
    let is_enum = |kind: &TypeDefKind| matches!(kind, TypeDefKind::Enum { .. });
    model.types.iter().any(|one| is_enum(&one.kind) && model.full_name(one.symbol) == owner)
}

/// The calls of the module that a difference is about, in all versions; none where it is about a type.
fn exchanges(model: &Model, one: &Difference) -> Vec<String> {
    let is_named = |module: &&Module| {
        let full = model.full_name(module.symbol);
        one.target == full || one.target.strip_prefix(&full).is_some_and(|rest| rest.starts_with('.'))
    };
    let mut found: Vec<String> = model.modules.iter().filter(is_named).map(call).collect();
    found.sort();
    found.dedup();
    found
}

/// `GET /tasks/{id}`
fn call(module: &Module) -> String {
    let part = |part: &PathPart| match part {
        PathPart::Text(text) => text.clone(),
        PathPart::Input(name) => format!("{{{name}}}"),
    };
    format!("{} {}", module.method, module.path.iter().map(part).collect::<String>())
}
