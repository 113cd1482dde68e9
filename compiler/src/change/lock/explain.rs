//! What explains that something released is not there any more: a `from` block that knows it, another name under which it is stored, or an
//! older version that still has it. Says what is wrong where nothing does, and where a block contradicts the lock.

use super::compare::{Difference, Root, version_now};
use super::record::{Entry, Fact, Kind, Record};
use super::types::{self, Shape, quoted};
use crate::diagnostics::{Edit, Fix, codes, nearest};
use crate::model::{Api, Model, Type, Upgrade, UpgradeOf, UpgradeStep};
use crate::source::Span;

/// An API version that was released and is gone.
pub(super) fn version_gone(name: &str, then: &Record, model: &Model) -> Difference {
    let wire = then.apis.iter().find(|(other, _)| other == name).map_or("", |(_, wire)| wire.as_str());
    let message = if name.is_empty() {
        "the connector was released without API versions".to_owned()
    } else {
        format!("the API version `{name}` was released, and is gone")
    };
    let advice = format!(
        "write it again: `api {name} at {}`; or, when nobody calls it any more, take it out of the lock: `linchpin lock --drop {name}`",
        quoted(wire)
    );
    advised(codes::RELEASED_GONE, model.connector.span, message, format!("has no `{name}`"), then.place, advice)
}

/// An API version that is called something else on the wire.
pub(super) fn version_renamed(name: &str, wire: &str, then: &Record, api: &Api) -> Difference {
    let message = format!("`{name}` is `{}` on the wire now; it was released as `{wire}`", api.wire);
    let advice =
        format!("write `api {name} at {}`, or give what the owner published another name and say with `change` what differs", quoted(wire));
    advised(codes::RELEASED_CALL, api.span, message, format!("`{}`", api.wire), then.place, advice)
}

fn advised(code: crate::diagnostics::Code, span: Span, message: String, here: String, released: Span, advice: String) -> Difference {
    let released = Some((released, "released here".to_owned()));
    Difference { code, span, message, here, released, verb: None, affected: Vec::new(), advice: Some((advice, None)) }
}

/// What is wrong where the present has nothing of this kind, name and revision in a version; nothing when that is explained.
pub(super) fn missing(entry: &Entry, then: &Record, now: &Record, version: usize, model: &Model) -> Option<Difference> {
    if is_explained(entry, version, model) {
        return None;
    }
    let revisions = || now.named(entry.kind, &entry.name).map(|one| one.revision);
    let present = now.named(entry.kind, &entry.name).max_by_key(|one| (one.revision, one.on));
    let what = entry.kind.word();
    match present {
        Some(present) if revisions().max() < Some(entry.revision) => {
            let message =
                format!("the {what} `{}` was released as revision {}, and is {} now", entry.name, entry.revision, present.revision);
            let advice = format!("write `@{}`, or `@{}` where its shape is another", entry.revision, entry.revision + 1);
            Some(advised(codes::REVISION_BACK, present.place, message, "goes back".to_owned(), entry.place, advice))
        }
        Some(present) if present.revision == entry.revision && !now.apis[version].0.is_empty() => {
            let message = format!("`{}` was released with the {what} `{}`, and does not have it now", now.apis[version].0, entry.name);
            let advice = format!(
                "a `change` or an `on` says that it came later, or was called something else: mend that; or, when nobody calls `{}` any \
                 more, take it out of the lock: `linchpin lock --drop {0}`",
                now.apis[version].0
            );
            Some(advised(codes::RELEASED_GONE, present.place, message, "is only newer".to_owned(), entry.place, advice))
        }
        Some(present) => {
            let message =
                format!("revision {} of the {what} `{}` was released, and nothing says what became of it", entry.revision, entry.name);
            let advice = format!("say it inside: `from @{} {{ … }}`, or that nothing can: `from @{0} use none \"why\"`", entry.revision);
            Some(advised(codes::RELEASED_GONE, present.place, message, format!("is @{} now", present.revision), entry.place, advice))
        }
        None => Some(gone(entry, then, now, model)),
    }
}

/// Does something say what becomes of it?
fn is_explained(entry: &Entry, version: usize, model: &Model) -> bool {
    upgrades_of(entry, model).any(|upgrade| upgrade.on.has(version)) || is_stored_elsewhere(entry, model)
}

fn upgrades_of<'m>(entry: &Entry, model: &'m Model) -> impl Iterator<Item = &'m Upgrade> {
    let (kind, name, revision) = (entry.kind, entry.name.clone(), entry.revision);
    model.upgrades.iter().filter(move |upgrade| {
        upgrade.from_revision == revision
            && match &upgrade.from {
                UpgradeOf::Module(symbol) => kind == Kind::Module && model.full_name(*symbol) == name,
                UpgradeOf::Connection(of) => kind == Kind::Connection && *of == name,
            }
    })
}

/// `stored "acme:create_program" @1`: another module takes over what hosts stored under this name.
fn is_stored_elsewhere(entry: &Entry, model: &Model) -> bool {
    let is = |stored: &(String, Option<u32>)| {
        let name = stored.0.rsplit(':').next().unwrap_or_default();
        name == entry.name && stored.1.is_none_or(|revision| revision == entry.revision)
    };
    entry.kind == Kind::Module && model.upgrades.iter().any(|upgrade| upgrade.stored.iter().any(is))
}

/// A name that the present does not know. Something new that makes the same call, or is called nearly so, has probably taken its place.
fn gone(entry: &Entry, then: &Record, now: &Record, model: &Model) -> Difference {
    let what = entry.kind.word();
    let new = || now.entries.iter().filter(|one| one.kind == entry.kind && then.named(one.kind, &one.name).next().is_none());
    let same = |one: &&Entry| match entry.kind {
        Kind::Connection => one.same_facts(entry),
        _ => one.text("call") == entry.text("call") && !entry.text("call").is_empty(),
    };
    let near = || new().find(|one| nearest::nearest(&entry.name, [one.name.as_str()]).is_some());
    let message = format!("the {what} `{}` was released, and is gone", entry.name);
    let Some(successor) = new().find(same).or_else(near) else {
        let advice = format!(
            "write it again with `deprecated since … use …`; or, when the owner took it away with a new API version, say so in its `change`: \
             `remove {} {} @{} {{ … }}`; or, when nobody uses it any more, take it out of the lock: `linchpin lock --drop {}`",
            item_word(entry),
            last(&entry.name),
            entry.revision,
            entry.name
        );
        return advised(codes::RELEASED_GONE, model.connector.span, message, format!("has no `{}`", entry.name), entry.place, advice);
    };
    let message = format!("{message}; `{}` seems to be it under another name", successor.name);
    let mut found = advised(codes::RELEASED_GONE, successor.place, message, "not released".to_owned(), entry.place, String::new());
    found.advice = Some(renamed(entry, successor, then, model));
    found
}

fn item_word(entry: &Entry) -> &str {
    if entry.kind == Kind::Connection { "connection" } else { entry.text("kind") }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What to write where something has another name.
fn renamed(entry: &Entry, successor: &Entry, then: &Record, model: &Model) -> (String, Option<Fix>) {
    if entry.kind == Kind::Connection {
        let advice = format!(
            "call it `{0}` again: what people filled in is stored under that name; or write `{0}` again beside it, `deprecated since … use {1}`",
            entry.name, successor.name
        );
        let edit = Edit { span: successor.place, text: entry.name.clone() };
        return (advice, Some(Fix { title: format!("write `{}`", entry.name), edits: vec![edit] }));
    }
    let revision = successor.revision.max(entry.revision + 1);
    let block = format!("from @{} {{ stored \"{}:{}\" @{0} }}", entry.revision, then.connector, entry.name);
    let module = model.modules.iter().find(|module| model.full_name(module.symbol) == successor.name);
    let advice = format!("make it `@{revision}`, and say inside it under which name it is stored:\n{block}");
    let fix = module.map(|module| {
        let mut edits = revision_edit_at(successor.place, revision).edits;
        edits.push(Edit { span: module.spans.end, text: format!("  {block}\n") });
        Fix { title: "say under which name it is stored".to_owned(), edits }
    });
    (advice, fix)
}

/// A revision behind a name; the words replace it once the text is at hand.
fn revision_edit_at(name: Span, revision: u32) -> Fix {
    let edit = Edit { span: Span { start: name.end, ..name }, text: format!(" @{revision}") };
    Fix { title: format!("write `@{revision}`"), edits: vec![edit] }
}

/// Blocks that say what an older revision took say what the lock says.
pub(super) fn upgrades_agree(then: &Record, now: &Record, model: &Model, differences: &mut Vec<Difference>) {
    for entry in then.entries.iter().filter(|entry| entry.kind != Kind::Type) {
        let written = upgrades_of(entry, model).filter(|upgrade| upgrade.written && upgrade.gone.is_none());
        for upgrade in written {
            let version = entry.on.iter().filter(|version| version_now(then, now, *version).is_some_and(|now| upgrade.on.has(now))).last();
            let Some(version) = version else { continue };
            // What an older API version still has is compared as such.
            let in_model = version_now(then, now, version).and_then(|at| now.find(entry.kind, &entry.name, entry.revision, at));
            if in_model.is_none() {
                agrees(entry, upgrade, version, then, differences);
            }
        }
    }
}

fn agrees(entry: &Entry, upgrade: &Upgrade, version: usize, then: &Record, differences: &mut Vec<Difference>) {
    let group = if entry.kind == Kind::Connection { "field" } else { "input" };
    let declared = |name: &str| upgrade.input.iter().find(|field| field.name == name);
    let mut wrong: Vec<(String, Vec<String>)> = Vec::new();
    for (name, fact) in entry.group(group) {
        let was = format!("was {}", declaration(name, fact, then, version));
        match declared(name) {
            None => wrong.push((format!("it took `{name}`"), vec![was, format!("drop was.{name} because \"…\"")])),
            Some(field) if fact.has("optional") && !fact.has("default") && !field.optional && field.default.is_none() => {
                let told = upgrade.steps.iter().any(
                    |step| matches!(step, UpgradeStep::Ask { to, .. } | UpgradeStep::Default { to, .. } if to.first() == Some(&field.name)),
                );
                let ask = format!("ask {name} \"…\"");
                wrong.push((format!("`{name}` was optional"), if told { vec![was] } else { vec![was, ask] }));
            }
            Some(field) => {
                let before = types::parse(fact.get("type")).and_then(|shape| kind(&shape, then, version));
                let (before, after) = (before, kind_of(&field.ty));
                if let (Some(before), Some(after)) = (before, after)
                    && before != after
                {
                    wrong.push((format!("`{name}` was {before}, not {after}"), vec![was]));
                }
            }
        }
    }
    for field in upgrade.input.iter().filter(|field| entry.fact(group, &field.name).is_none()) {
        let is_needed = !field.optional && field.default.is_none() && !matches!(field.ty, Type::Literal(_));
        if is_needed {
            wrong.push((format!("it did not take `{}`", field.name), vec![format!("ask {} \"…\"", field.name)]));
        }
    }
    differences.extend(wrong.into_iter().map(|(what, lines)| contradicts(entry, upgrade, &what, &lines)));
}

fn contradicts(entry: &Entry, upgrade: &Upgrade, what: &str, lines: &[String]) -> Difference {
    let span = Span { end: (upgrade.span.start + "from".len() as u32).min(upgrade.span.end), ..upgrade.span };
    let end = Span { start: upgrade.span.end - 1, end: upgrade.span.end - 1, ..upgrade.span };
    let text: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    let message = format!("this is not what revision {} of `{}` was released as: {what}", entry.revision, entry.name);
    let advice = format!("say what is recorded:\n{}", lines.join("\n"));
    let fix = Fix { title: "say what is recorded".to_owned(), edits: vec![Edit { span: end, text: format!("\n{text}") }] };
    let mut found = advised(codes::UPGRADE_CONTRADICTS, span, message, "says otherwise".to_owned(), entry.place, String::new());
    found.affected = vec![(Root { kind: entry.kind, name: entry.name.clone(), revision: entry.revision }, Vec::new())];
    found.advice = Some((advice, Some(fix)));
    found
}

/// A recorded input as `was` declares it; types of the connector only by what kind of thing they are.
fn declaration(name: &str, fact: &Fact, then: &Record, version: usize) -> String {
    let optional = if fact.has("optional") { "?" } else { "" };
    let ty = match types::parse(fact.get("type")) {
        Some(Shape::Named(of)) => match then.type_in(&of, version).map(|entry| entry.text("is")) {
            Some(is) if is.ends_with("enum") => "string".to_owned(),
            _ => "json".to_owned(),
        },
        Some(Shape::List(inner, _)) if matches!(*inner, Shape::Named(_)) => "[json]".to_owned(),
        _ => fact.get("type").to_owned(),
    };
    format!("{name}{optional}: {ty}")
}

/// What kind of thing a recorded type is, in words; none for what may be anything.
fn kind(shape: &Shape, then: &Record, version: usize) -> Option<&'static str> {
    match shape {
        Shape::Plain(name, _) => match name.as_str() {
            "int" | "float" | "decimal" => Some("a number"),
            "bool" | "true" | "false" => Some("a yes or no"),
            "date" | "datetime" => Some("a date"),
            "bytes" | "file" => Some("bytes"),
            "json" | "time" => None,
            name if name.starts_with(['-']) || name.starts_with(|first: char| first.is_ascii_digit()) => Some("a number"),
            _ => Some("text"),
        },
        Shape::List(..) => Some("a list"),
        Shape::Map(..) => Some("an object"),
        Shape::Nullable(inner) => kind(inner, then, version),
        Shape::Named(name) => match then.type_in(name, version)?.text("is") {
            "type" => Some("an object"),
            is if is.ends_with("enum") => Some("text"),
            _ => None,
        },
    }
}

/// The same of a declared type; what it names may have become something else since, so nothing is said of that.
fn kind_of(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Int(_) | Type::Float(_) | Type::Decimal(_) => "a number",
        Type::Bool => "a yes or no",
        Type::Date(_) | Type::DateTime(_) => "a date",
        Type::Bytes(_) | Type::File => "bytes",
        Type::List(..) => "a list",
        Type::Map(..) => "an object",
        Type::String(_) | Type::Uuid | Type::Url | Type::Secret | Type::Host | Type::Id(_) | Type::Duration(_) => "text",
        Type::Nullable(inner) => return kind_of(inner),
        Type::Json | Type::Named(_) | Type::Literal(_) | Type::Time => return None,
    })
}
