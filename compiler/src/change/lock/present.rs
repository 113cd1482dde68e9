//! The present as a record: each module and connection as each API version has it, and the types that they name.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::record::{Entry, Fact, Facts, Key, Kind, Record};
use super::{types, whole};
use crate::model::{
    Answer, Connection, ConstantPlace, Decoding, Encoding, Field, Grant, Input, Literal, Model, Module, ModuleServer, Page, PathPart,
    Place, Sign, Stop, Strategy, Symbol, Template, Type, TypeDef, TypeDefKind, Versions, project,
};
use crate::source::Span;
use crate::syntax::ast::ModuleKind;

/// What a connector has now.
pub(super) fn record(model: &Model) -> Record {
    let mut entries = Vec::new();
    whole_connector(model, &mut entries);
    modules(model, &mut entries);
    connections(model, &mut entries);
    types_of(model, &mut entries);
    let apis = model.apis.iter().map(|api| (api.name.clone(), api.wire.clone())).collect();
    Record::new(model.connector.name.clone(), apis, entries, model.connector.span)
}

/// Shapes in the order of versions; those that stand beside each other and are the same become one entry.
#[derive(Default)]
struct Runs {
    runs: Vec<(Versions, Facts, Span)>,
}

impl Runs {
    fn add(&mut self, version: usize, facts: Facts, place: Span) {
        self.runs.push((Versions(1 << version), facts, place));
    }

    fn finish(mut self, kind: Kind, name: &str, revision: u32, entries: &mut Vec<Entry>) {
        self.runs.sort_by_key(|(on, ..)| *on);
        let mut open: Option<Entry> = None;
        for (on, facts, place) in self.runs {
            match &mut open {
                Some(entry) if *entry.facts == facts && entry.on.0 << 1 & on.0 != 0 => entry.on = entry.on.or(on),
                _ => entries.extend(open.replace(Entry { kind, name: name.to_owned(), revision, on, facts: Rc::new(facts), place })),
            }
        }
        entries.extend(open);
    }
}

/// Calls `visit` for each version of an item, and says whether it has the same members there as in the version before.
fn each_version(on: Versions, members: &dyn Fn(usize) -> Vec<bool>, visit: &mut dyn FnMut(usize, bool)) {
    let mut before: Option<Vec<bool>> = None;
    for version in on.iter() {
        let now = members(version);
        visit(version, before.as_ref() == Some(&now));
        before = Some(now);
    }
}

fn whole_connector(model: &Model, entries: &mut Vec<Entry>) {
    let mut runs = Runs::default();
    for version in 0..model.apis.len() {
        runs.add(version, whole::of_connector(model, version), model.connector.span);
    }
    runs.finish(Kind::Whole, &model.connector.name, 0, entries);
}

fn modules(model: &Model, entries: &mut Vec<Entry>) {
    let mut all: HashMap<(Symbol, u32), Runs> = HashMap::new();
    for module in &model.modules {
        let runs = all.entry((module.symbol, module.revision)).or_default();
        let mut last = Facts::new();
        let members = |version: usize| {
            let constants = module.constants.iter().map(|constant| constant.on.has(version));
            module.inputs.iter().map(|input| input.field.on.has(version)).chain(constants).collect()
        };
        each_version(module.on, &members, &mut |version, same| {
            if !same {
                last = module_facts(model, module, version);
            }
            runs.add(version, last.clone(), module.span);
        });
    }
    for ((symbol, revision), runs) in all {
        runs.finish(Kind::Module, &model.full_name(symbol), revision, entries);
    }
}

pub(super) fn key(group: &'static str, name: impl Into<String>) -> Key {
    Key { group, name: name.into() }
}

fn module_facts(model: &Model, module: &Module, version: usize) -> Facts {
    let mut facts = Facts::new();
    let mut plain = |group: &'static str, text: String, place: Span| {
        if !text.is_empty() {
            facts.insert(key(group, ""), Fact::plain(text, place));
        }
    };
    plain("kind", kind_word(module.kind).to_owned(), module.span);
    // What steps call has a shape of its own; stored configuration of this module knows nothing of it.
    let call = match (&module.steps, &module.webhook) {
        (Some(_), _) => "steps".to_owned(),
        (None, Some(webhook)) => format!("webhook {}", webhook.text()).trim_end().to_owned(),
        (None, None) => format!("{} {}", module.method, path_text(&module.path)),
    };
    plain("call", call, module.spans.path);
    plain("server", server_text(model, &module.server), module.spans.path);
    plain("encoding", encoding_text(&module.encoding), module.spans.body.unwrap_or(module.span));
    let mut connections = module.connections.clone();
    connections.sort();
    plain("connections", connections.join(", "), module.span);
    if let Some(poll) = &module.poll {
        plain("cursor", poll.text(), poll.span);
    }
    if let Some(webhook) = &module.webhook {
        plain("proof", webhook.proof.text(), webhook.span);
    }
    if let Some(page) = &module.page {
        plain("page", page_text(page), page.spans.strategy);
        facts.insert(key("items", ""), shaped(model, Some(&page.item), &page.items, "", page.spans.strategy));
    }
    for answer in &module.answers {
        facts.insert(key("answer", statuses(answer)), answer_fact(model, answer));
    }
    for input in module.inputs.iter().filter(|input| input.field.on.has(version)) {
        facts.insert(key("input", &input.field.name), input_fact(model, input));
    }
    for constant in module.constants.iter().filter(|constant| constant.on.has(version)) {
        let name = format!("{} {}", constant_place(constant.place), constant.name);
        facts.insert(key("constant", name), Fact::plain(types::literal(&constant.value), constant.span));
    }
    whole::of_module(model, module, &mut facts);
    facts
}

fn kind_word(kind: ModuleKind) -> &'static str {
    match kind {
        ModuleKind::Action => "action",
        ModuleKind::Search => "search",
        ModuleKind::Trigger => "trigger",
    }
}

fn path_text(parts: &[PathPart]) -> String {
    let text = |part: &PathPart| match part {
        PathPart::Text(text) => text.replace('{', "{{"),
        PathPart::Input(name) => format!("{{{name}}}"),
    };
    parts.iter().map(text).collect()
}

fn server_text(model: &Model, server: &ModuleServer) -> String {
    match server {
        ModuleServer::Default => String::new(),
        ModuleServer::Named(index) => {
            let server = model.connector.servers.get(*index);
            server.map_or_else(String::new, |server| server.name.clone().unwrap_or_else(|| server.url.text.clone()))
        }
        ModuleServer::Own(url) => url.text.clone(),
        ModuleServer::Outside => "outside".to_owned(),
        ModuleServer::Inside => "inside".to_owned(),
    }
}

fn encoding_text(encoding: &Encoding) -> String {
    match encoding {
        Encoding::None => String::new(),
        Encoding::Json => "json".to_owned(),
        Encoding::JsonAs(content) => format!("json {}", types::quoted(content)),
        Encoding::Form => "form".to_owned(),
        Encoding::Multipart => "multipart".to_owned(),
        Encoding::Xml(root) => format!("xml {}", types::quoted(root)),
        Encoding::Raw(content) => format!("raw {}", types::quoted(content)),
        // Which fields are asked for is ours to change: what comes of it for users is told by the types.
        Encoding::Graphql(_) => "graphql".to_owned(),
    }
}

/// A page as the language writes it: what `page … was` needs.
fn page_text(page: &Page) -> String {
    let mut parts = Vec::new();
    let name = match &page.strategy {
        Strategy::Offset { advance, size } => {
            parts.push(format!("advance {advance}"));
            parts.extend(size.as_ref().map(|size| format!("size {size}")));
            "offset".to_owned()
        }
        Strategy::Number { advance, size, start } => {
            parts.push(format!("advance {advance}"));
            parts.extend(size.as_ref().map(|size| format!("size {size}")));
            parts.push(format!("start {start}"));
            "number".to_owned()
        }
        Strategy::Cursor { send, read } => {
            parts.push(format!("send {send}"));
            parts.push(format!("read {}", wire_path(read)));
            "cursor".to_owned()
        }
        Strategy::Link { header } => format!("link header {}", types::quoted(header)),
        Strategy::NextUrl { read } => {
            parts.push(format!("read {}", wire_path(read)));
            "next url".to_owned()
        }
        Strategy::Keyset { send, key } => {
            parts.push(format!("send {send}"));
            parts.push(format!("key {}", wire_path(std::slice::from_ref(key))));
            "keyset".to_owned()
        }
    };
    if !page.items.is_empty() {
        parts.push(format!("items {}", wire_path(&page.items)));
    }
    match &page.stop {
        Stop::Absent => parts.push("stop absent".to_owned()),
        Stop::Empty => parts.push("stop empty".to_owned()),
        Stop::Short => parts.push("stop short".to_owned()),
        Stop::More(path) => parts.push(format!("stop more {}", wire_path(path))),
        Stop::Total(path) => parts.push(format!("stop total {}", wire_path(path))),
    }
    if matches!(page.strategy, Strategy::Link { .. }) { name } else { format!("{name} {{ {} }}", parts.join("  ")) }
}

/// A path through an answer as the language writes it.
pub(super) fn wire_path(path: &[String]) -> String {
    let plain = |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    path.iter().map(|name| if plain(name) { name.clone() } else { types::quoted(name) }).collect::<Vec<_>>().join(".")
}

fn statuses(answer: &Answer) -> String {
    match answer.statuses {
        (from, to) if from == to => from.to_string(),
        (from, to) if from % 100 == 0 && to == from + 99 => format!("{}xx", from / 100),
        (from, to) => format!("{from}-{to}"),
    }
}

fn answer_fact(model: &Model, answer: &Answer) -> Fact {
    let decoding = match &answer.decoding {
        Decoding::Nothing | Decoding::Json => String::new(),
        Decoding::Xml => "xml".to_owned(),
        Decoding::Text(content) => content.clone(),
        Decoding::Stream => "bytes".to_owned(),
        Decoding::Items(items) => items.text(),
        Decoding::Headers => "headers".to_owned(),
    };
    shaped(model, answer.body.as_ref(), &answer.at, &decoding, answer.span)
}

fn shaped(model: &Model, ty: Option<&Type>, at: &[String], decoding: &str, place: Span) -> Fact {
    Fact { facets: shaped_facets(model, ty, at, decoding), place }
}

pub(super) fn shaped_facets(model: &Model, ty: Option<&Type>, at: &[String], decoding: &str) -> Vec<(&'static str, String)> {
    let mut facets = vec![("type", ty.map_or_else(|| "nothing".to_owned(), |ty| types::text(model, ty)))];
    if !at.is_empty() {
        facets.push(("at", wire_path(at)));
    }
    if !decoding.is_empty() {
        facets.push(("as", decoding.to_owned()));
    }
    facets
}

fn input_fact(model: &Model, input: &Input) -> Fact {
    let (place, style, usual) = match input.place {
        Place::Path(style) => ("path", style, "simple"),
        Place::Query(style) => ("query", style, "form_explode"),
        Place::Header(style) => ("header", style, "simple"),
        Place::Cookie(style) => ("cookie", style, "form_explode"),
        Place::Body => ("body", "", ""),
        Place::WholeBody => ("whole body", "", ""),
        Place::Steps => ("steps", "", ""),
    };
    let mut facets = vec![("in", place.to_owned())];
    if style != usual {
        facets.push(("style", style.to_owned()));
    }
    field_facets(model, &input.field, &mut facets);
    Fact { facets, place: input.field.span }
}

fn field_fact(model: &Model, field: &Field) -> Fact {
    let mut facets = Vec::new();
    field_facets(model, field, &mut facets);
    Fact { facets, place: field.span }
}

fn field_facets(model: &Model, field: &Field, facets: &mut Vec<(&'static str, String)>) {
    if field.wire != field.name && !field.rest {
        facets.push(("wire", field.wire.clone()));
    }
    facets.push(("type", types::text(model, &field.ty)));
    if field.optional {
        facets.push(("optional", String::new()));
    }
    if field.nullable {
        facets.push(("null", String::new()));
    }
    facets.extend(field.default.as_ref().map(|default| ("default", default.clone())));
}

fn constant_place(place: ConstantPlace) -> &'static str {
    match place {
        ConstantPlace::Query => "query",
        ConstantPlace::Header => "header",
        ConstantPlace::Cookie => "cookie",
        ConstantPlace::Body => "body",
    }
}

fn connections(model: &Model, entries: &mut Vec<Entry>) {
    let mut all: HashMap<(&str, u32), Runs> = HashMap::new();
    for connection in &model.connections {
        let runs = all.entry((&connection.name, connection.revision)).or_default();
        for version in connection.on.iter() {
            runs.add(version, connection_facts(model, connection, version), connection.span);
        }
    }
    for ((name, revision), runs) in all {
        runs.finish(Kind::Connection, name, revision, entries);
    }
}

fn connection_facts(model: &Model, connection: &Connection, version: usize) -> Facts {
    let mut facts = Facts::new();
    let place = connection.span;
    for field in connection.fields.iter().filter(|field| field.on.has(version)) {
        facts.insert(key("field", &field.name), field_fact(model, field));
    }
    let mut address = |group: &'static str, url: Option<&Template>| {
        if let Some(url) = url {
            facts.insert(key(group, ""), Fact::plain(&url.text, url.span));
        }
    };
    let grant = match &connection.grant {
        Grant::Fields => "fields".to_owned(),
        Grant::OAuth2(oauth) => {
            address("authorize", oauth.authorize.as_ref().or(oauth.device.as_ref()));
            address("token", Some(&oauth.token));
            address("refresh", oauth.refresh_url.as_ref());
            for scope in &oauth.scopes {
                facts.insert(key("scope", scope), Fact::plain("asked for", place));
            }
            for sign in oauth.assertion.iter().chain(&oauth.client_key) {
                signed(sign, &format!("{}.", sign.kind.name), &mut facts);
            }
            format!("oauth2 {}", oauth.flow.name())
        }
        Grant::Exchange(exchange) => {
            address("token", Some(&exchange.url));
            "exchange".to_owned()
        }
    };
    if let Some(tls) = &connection.tls {
        signed(tls, "tls.", &mut facts);
    }
    let grant = match &connection.sign {
        Some(sign) => {
            signed(sign, "", &mut facts);
            format!("sign {}", sign.kind.name)
        }
        None => grant,
    };
    facts.insert(key("grant", ""), Fact::plain(grant, place));
    for send in &connection.sends {
        let (name, value) = whole::sent(send);
        facts.insert(key("send", name), Fact::plain(value, place));
    }
    facts
}

/// What a signature is set by; `of` stands before the settings of one that is not the connection's own.
fn signed(sign: &Sign, of: &str, facts: &mut Facts) {
    for (name, value) in &sign.settings {
        facts.insert(key("sign", format!("{of}{name}")), Fact::plain(&value.text, value.span));
    }
}

/// The types that modules and connections name, and those that these name.
fn types_of(model: &Model, entries: &mut Vec<Entry>) {
    let mut open: Vec<Symbol> = Vec::new();
    for module in &model.modules {
        module.inputs.iter().for_each(|input| project::references(&input.field.ty, &mut open));
        module.answers.iter().filter_map(|answer| answer.body.as_ref()).for_each(|ty| project::references(ty, &mut open));
        module.page.iter().for_each(|page| project::references(&page.item, &mut open));
        module.fails.iter().for_each(|failure| project::references(&failure.body, &mut open));
    }
    model.connector.fails.iter().for_each(|failure| project::references(&failure.body, &mut open));
    model.connections.iter().flat_map(|one| &one.fields).for_each(|field| project::references(&field.ty, &mut open));
    let mut definitions: HashMap<Symbol, Vec<&TypeDef>> = HashMap::new();
    model.types.iter().for_each(|one| definitions.entry(one.symbol).or_default().push(one));
    let mut seen: HashSet<Symbol> = HashSet::new();
    while let Some(symbol) = open.pop() {
        if !seen.insert(symbol) {
            continue;
        }
        let mut runs = Runs::default();
        for definition in definitions.get(&symbol).into_iter().flatten() {
            open.extend(project::type_references(definition));
            let mut last = Facts::new();
            each_version(definition.on, &|version| members(definition, version), &mut |version, same| {
                if !same {
                    last = type_facts(model, definition, version);
                }
                runs.add(version, last.clone(), definition.span);
            });
        }
        runs.finish(Kind::Type, &model.full_name(symbol), 0, entries);
    }
}

fn members(definition: &TypeDef, version: usize) -> Vec<bool> {
    match &definition.kind {
        TypeDefKind::Struct(fields) => fields.iter().map(|one| one.on.has(version)).collect(),
        TypeDefKind::Enum { variants, .. } => variants.iter().map(|one| one.on.has(version)).collect(),
        TypeDefKind::Union { variants, .. } => variants.iter().map(|one| one.on.has(version)).collect(),
    }
}

fn type_facts(model: &Model, definition: &TypeDef, version: usize) -> Facts {
    let mut facts = Facts::new();
    let openness = |closed: &bool| if *closed { "closed " } else { "" };
    let is = match &definition.kind {
        TypeDefKind::Struct(fields) => {
            for field in fields.iter().filter(|field| field.on.has(version)) {
                let name = if field.rest { "..." } else { &field.name };
                facts.insert(key("field", name), field_fact(model, field));
            }
            "type".to_owned()
        }
        TypeDefKind::Enum { closed, variants } => {
            for variant in variants.iter().filter(|variant| variant.on.has(version)) {
                facts.insert(key("value", &variant.name), Fact::plain(value_text(&variant.value), variant.span));
            }
            format!("{}enum", openness(closed))
        }
        TypeDefKind::Union { tag, closed, variants } => {
            let there = variants.iter().filter(|variant| variant.on.has(version));
            for (position, variant) in there.enumerate() {
                let told = match tag {
                    Some(_) => ("tag", variant.tag.clone()),
                    None => ("position", (position + 1).to_string()),
                };
                let ty = ("type", types::text(model, &variant.ty));
                let facets = if tag.is_some() { vec![told, ty] } else { vec![ty, told] };
                facts.insert(key("variant", &variant.name), Fact { facets, place: variant.span });
            }
            match tag {
                Some(tag) => format!("{}union by {}", openness(closed), types::quoted(tag)),
                None => format!("{}union", openness(closed)),
            }
        }
    };
    facts.insert(key("is", ""), Fact::plain(is, definition.span));
    facts
}

fn value_text(value: &Literal) -> String {
    types::literal(value)
}
