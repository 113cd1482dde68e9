//! A model as text: each version's own items in few lines, then what changed and how configuration follows.

use linchpin_compiler::model::{
    Answer, Connection, Difference, Encoding, Field, Input, Literal, Model, Module, OutputStep, PathPart, Place, Projected, Symbol, Type,
    TypeDef, TypeDefKind, Upgrade, UpgradeOf, UpgradeStep, Versions, project_all,
};
use std::fmt::Write;

/// Everything that the history of a spec is about.
pub(crate) fn model(model: &Model) -> String {
    let mut text = String::new();
    for projection in project_all(model) {
        let _ = writeln!(text, "── {}", model.apis[projection.version].name);
        for server in model.connector.servers_in(projection.version).filter(|_| model.connector.servers.len() > 1) {
            let _ = writeln!(text, "server {}", server.url.text);
        }
        for connection in model.connections.iter().filter(|one| one.on.has(projection.version)) {
            let _ = writeln!(text, "{}", self::connection(model, connection));
        }
        for Projected { item, same_as } in &projection.types {
            let shown = definition(model, item);
            let _ = writeln!(text, "{}", shared(model, shown, *same_as));
        }
        for Projected { item, same_as } in &projection.modules {
            let shown = module(model, item, projection.version);
            let _ = writeln!(text, "{}", shared(model, shown, *same_as));
        }
    }
    for change in &model.changes {
        let _ = writeln!(text, "── change {} {:?}", model.apis[change.version].name, change.title);
        change.differences.iter().for_each(|one| text.push_str(&difference(one)));
    }
    for upgrade in &model.upgrades {
        text.push_str(&self::upgrade(model, upgrade));
    }
    for test in &model.upgrade_tests {
        let on = versions(model, test.stored);
        let _ = writeln!(
            text,
            "── test {:?} from @{}{on} {} -> {} asks {:?}",
            test.title, test.from_revision, test.given, test.expect, test.asks
        );
    }
    text
}

/// What is the same as before is named and not shown again.
fn shared(model: &Model, shown: String, same_as: Option<usize>) -> String {
    match same_as {
        Some(version) => format!("{} = {}", shown.split([' ', '{']).take(2).collect::<Vec<_>>().join(" "), model.apis[version].name),
        None => shown,
    }
}

fn name(model: &Model, symbol: Symbol) -> String {
    let name = model.name(symbol);
    name.group.iter().chain([&name.name]).cloned().collect::<Vec<_>>().join(".")
}

fn versions(model: &Model, on: Versions) -> String {
    let names: Vec<&str> = on.iter().filter_map(|index| model.apis.get(index)).map(|api| api.name.as_str()).collect();
    if names.len() == model.apis.len() { String::new() } else { format!(" on {}", names.join(", ")) }
}

fn definition(model: &Model, item: &TypeDef) -> String {
    let name = name(model, item.symbol);
    match &item.kind {
        TypeDefKind::Struct(fields) => {
            let fields: Vec<String> = fields.iter().map(|one| field(model, one)).collect();
            format!("type {name} {{ {} }}", fields.join("  "))
        }
        TypeDefKind::Enum { variants, .. } => {
            let values: Vec<String> = variants.iter().map(|one| format!("{} = {}", one.name, literal(&one.value))).collect();
            format!("enum {name} {{ {} }}", values.join("  "))
        }
        TypeDefKind::Union { variants, .. } => {
            let variants: Vec<String> = variants.iter().map(|one| format!("{} {:?}: {}", one.name, one.tag, ty(model, &one.ty))).collect();
            format!("union {name} {{ {} }}", variants.join("  "))
        }
    }
}

fn field(model: &Model, field: &Field) -> String {
    let wire = if field.wire == field.name { String::new() } else { format!(" {:?}", field.wire) };
    let (optional, nullable) = (if field.optional { "?" } else { "" }, if field.nullable { " | null" } else { "" });
    let default = field.default.as_ref().map_or_else(String::new, |default| format!(" = {default}"));
    format!("{}{optional}{wire}: {}{nullable}{default}", field.name, ty(model, &field.ty))
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("{text:?}"),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

fn ty(model: &Model, of: &Type) -> String {
    match of {
        Type::String(bounds) | Type::Int(bounds) | Type::Float(bounds) | Type::Decimal(bounds) => {
            let word = format!("{of:?}").split('(').next().unwrap_or_default().to_lowercase();
            let end = |end: &Option<String>| end.clone().unwrap_or_default();
            if bounds.min.is_none() && bounds.max.is_none() { word } else { format!("{word}({}..{})", end(&bounds.min), end(&bounds.max)) }
        }
        Type::Named(symbol) => name(model, *symbol),
        Type::List(inner, _) => format!("[{}]", ty(model, inner)),
        Type::Map(inner, _) => format!("map<{}>", ty(model, inner)),
        Type::Nullable(inner) => format!("{} | null", ty(model, inner)),
        Type::Literal(value) => literal(value),
        Type::Id(of) => format!("id<{of}>"),
        other => format!("{other:?}").split('(').next().unwrap_or_default().to_lowercase(),
    }
}

fn module(model: &Model, item: &Module, version: usize) -> String {
    let part = |part: &PathPart| match part {
        PathPart::Text(text) => text.clone(),
        PathPart::Input(name) => format!("{{{name}}}"),
    };
    let path: String = item.path.iter().map(part).collect();
    let inputs: String = item.inputs.iter().filter(|one| one.field.on.has(version)).map(|one| format!("  {}", input(model, one))).collect();
    let answers: Vec<String> = item.answers.iter().map(|one| answer(model, one)).collect();
    let page =
        item.page.as_ref().map_or_else(String::new, |page| format!(" page {:?} {:?} items {:?}", page.strategy, page.stop, page.items));
    let encoding = if item.encoding == Encoding::None { String::new() } else { format!(" {:?}", item.encoding) };
    let examples = if item.examples.is_empty() { String::new() } else { format!(" {} examples", item.examples.len()) };
    format!(
        "module {}@{} {} {path} -> {}{inputs}{encoding}{page}{examples}",
        name(model, item.symbol),
        item.revision,
        item.method,
        answers.join(", ")
    )
}

fn input(model: &Model, input: &Input) -> String {
    let place = match &input.place {
        Place::Path(_) => "path",
        Place::Query(_) => "query",
        Place::Header(_) => "header",
        Place::Cookie(_) => "cookie",
        Place::Steps => "input",
        Place::Body => "body",
        Place::WholeBody => "whole body",
    };
    format!("{place} {}", field(model, &input.field))
}

fn answer(model: &Model, answer: &Answer) -> String {
    let body = answer.body.as_ref().map_or_else(|| "nothing".to_owned(), |body| ty(model, body));
    let at = if answer.at.is_empty() { String::new() } else { format!(" at {}", answer.at.join(".")) };
    if answer.statuses == (200, 299) { format!("{body}{at}") } else { format!("{}: {body}{at}", answer.statuses.0) }
}

fn connection(model: &Model, connection: &Connection) -> String {
    let fields: Vec<String> = connection.fields.iter().map(|one| field(model, one)).collect();
    format!("connection {}@{} {{ {} }}", connection.name, connection.revision, fields.join("  "))
}

fn difference(one: &Difference) -> String {
    let note = if one.note.is_empty() { String::new() } else { format!(" // {}", one.note) };
    let why = if one.reason.is_empty() { String::new() } else { format!(" because {:?}", one.reason) };
    format!("{:?} {}: {} -> {}{note}{why}\n", one.kind, one.target, one.before, one.after)
}

fn side(model: &Model, of: &UpgradeOf, revision: u32, on: Versions) -> String {
    let name = match of {
        UpgradeOf::Module(symbol) => name(model, *symbol),
        UpgradeOf::Connection(name) => name.clone(),
    };
    format!("{name}@{revision}{}", versions(model, on))
}

fn upgrade(model: &Model, upgrade: &Upgrade) -> String {
    let from = side(model, &upgrade.from, upgrade.from_revision, upgrade.on);
    let to = side(model, &upgrade.to, upgrade.to_revision, upgrade.to_on);
    let mut text = format!("── {} {from} -> {to}\n", if upgrade.written { "written" } else { "derived" });
    let mut line = |line: String| text.push_str(&format!("{line}\n"));
    line(format!("was {}", upgrade.input.iter().map(|one| field(model, one)).collect::<Vec<_>>().join("  ")));
    upgrade.steps.iter().for_each(|one| line(step(one)));
    upgrade.outputs.iter().for_each(|one| {
        line(match one {
            OutputStep::Moved { from, to } => format!("output {from} -> {to} "),
            OutputStep::Gone { from, because } => format!("output {from} -> none {because}"),
            OutputStep::Renamed { at, pairs } => format!("output {at}: {pairs:?}"),
            OutputStep::Differs { at, because } => format!("output {at}: {because}"),
        });
    });
    upgrade.gone.iter().for_each(|why| line(format!("gone: {why}")));
    upgrade.cursor_reset.iter().for_each(|why| line(format!("cursor reset: {why}")));
    upgrade.reauthorize.iter().for_each(|why| line(format!("reauthorize: {why}")));
    upgrade.stored.iter().for_each(|stored| line(format!("stored {stored:?}")));
    text
}

fn step(step: &UpgradeStep) -> String {
    let path = |path: &[String]| path.join(".");
    match step {
        UpgradeStep::Move { from, to, coercion: None } if from == to => format!("keep {}", path(from)),
        UpgradeStep::Move { from, to, coercion } => {
            let turned = coercion.map_or_else(String::new, |kind| format!(" as {kind:?}"));
            format!("move {} -> {}{turned}", path(from), path(to))
        }
        UpgradeStep::Remap { from, to, pairs } => format!("remap {} -> {} {pairs:?}", path(from), path(to)),
        UpgradeStep::Default { to, value } => format!("default {} = {value}", path(to)),
        UpgradeStep::Ask { to, question } => format!("ask {} {question:?}", path(to)),
        UpgradeStep::Drop { from, because } => format!("drop {} {because:?}", path(from)),
        UpgradeStep::Review { to, because } => format!("review {} {because:?}", path(to)),
        UpgradeStep::NotNull { to } => format!("not null {}", path(to)),
    }
}
