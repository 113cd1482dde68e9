//! When two connectors are the same.

use super::each_type;
use crate::model::{
    Connection, Field, Grant, Life, Model, Module, ModuleServer, ModuleSpans, PageSpans, PathPart, Script, Send, Sign, Step, Symbol,
    SymbolName, Template, Type, TypeDefKind,
};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Value, ValueKind};

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

/// A connector brought to one form: two are *the same* when what this gives for both is equal as text (`{:?}`).
///
/// Everything that a model holds counts: names in Rust and on the wire, types with their fields, values and variants in their order, documentation,
/// bounds, defaults, life; modules with their calls, inputs, constants, answers, errors, pages, order, limits, costs, retries, steps, cursors, deliveries and examples;
/// connections in their order; servers, limits, retries and errors of the connector; tests. Since the generator sees nothing else, what is
/// the same compiles to the same Rust.
///
/// What does not count is where things are written: places in files, the order in which types, modules, groups and tests stand, which decides
/// nothing, and whether a type was written in place (its name and documentation count).
pub fn same(mut model: Model) -> Model {
    sorted(&mut model);
    renumber(&mut model);
    without_places(&mut model);
    model
}

fn sorted(model: &mut Model) {
    let names = model.symbols.clone();
    let key = |symbol: Symbol| names.get(symbol.0 as usize).map(|name| (name.group.clone(), name.name.clone()));
    model.types.sort_by_cached_key(|one| key(one.symbol));
    model.modules.sort_by_cached_key(|one| (key(one.symbol), one.revision));
    model.groups.sort_by(|a, b| a.path.cmp(&b.path));
    model.tests.sort_by(|a, b| a.script.title.cmp(&b.script.title));
}

/// Symbols are numbered in the order of what bears them, types before modules; those that nothing bears are left out.
fn renumber(model: &mut Model) {
    let mut symbols: Vec<SymbolName> = Vec::new();
    let mut numbers = vec![Symbol::UNKNOWN; model.symbols.len()];
    let borne = model.types.iter().map(|one| one.symbol).chain(model.modules.iter().map(|one| one.symbol));
    for symbol in borne {
        let number = &mut numbers[symbol.0 as usize];
        if *number == Symbol::UNKNOWN {
            *number = Symbol(symbols.len() as u32);
            symbols.push(model.symbols[symbol.0 as usize].clone());
        }
    }
    let number = |symbol: &mut Symbol| *symbol = numbers.get(symbol.0 as usize).copied().unwrap_or(Symbol::UNKNOWN);
    each_type(model, &mut |ty| each_symbol(ty, &number));
    super::each_field(model, &mut |field| field.from.iter_mut().for_each(number));
    model.types.iter_mut().for_each(|one| number(&mut one.symbol));
    model.tests.iter_mut().for_each(|one| number(&mut one.module));
    for module in &mut model.modules {
        number(&mut module.symbol);
        each_call(module, &mut |step| number(&mut step.module));
    }
    model.symbols = symbols;
}

fn each_symbol(ty: &mut Type, visit: &impl Fn(&mut Symbol)) {
    match ty {
        Type::Named(symbol) => visit(symbol),
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => each_symbol(inner, visit),
        _ => {}
    }
}

/// Nothing is written anywhere.
fn without_places(model: &mut Model) {
    let connector = &mut model.connector;
    connector.span = NOWHERE;
    connector.servers.iter_mut().for_each(|server| server.url.span = NOWHERE);
    connector.sends.iter_mut().for_each(send);
    for api in &mut model.apis {
        api.span = NOWHERE;
        life(&mut api.life);
    }
    model.connections.iter_mut().for_each(connection);
    model.modules.iter_mut().for_each(module);
    model.tests.iter_mut().for_each(|test| script(&mut test.script));
    super::each_field(model, &mut field);
    for definition in &mut model.types {
        (definition.span, definition.inline) = (NOWHERE, false);
        life(&mut definition.life);
        match &mut definition.kind {
            TypeDefKind::Struct(_) => {}
            TypeDefKind::Enum { variants, .. } => variants.iter_mut().for_each(|one| {
                (one.span, one.origin) = (NOWHERE, NOWHERE);
                life(&mut one.life);
            }),
            TypeDefKind::Union { variants, .. } => variants.iter_mut().for_each(|one| {
                one.span = NOWHERE;
                life(&mut one.life);
            }),
        }
    }
}

fn field(field: &mut Field) {
    (field.span, field.origin) = (NOWHERE, NOWHERE);
    life(&mut field.life);
}

fn life(life: &mut Option<Life>) {
    life.iter_mut().for_each(|life| life.span = NOWHERE);
}

fn template(template: &mut Template) {
    template.span = NOWHERE;
}

fn send(send: &mut Send) {
    match send {
        Send::Header(_, value) | Send::Query(_, value) | Send::Cookie(_, value) => template(value),
        Send::Basic(user, password) => [user, password].into_iter().for_each(template),
    }
}

fn sign(sign: &mut Sign) {
    sign.span = NOWHERE;
    sign.settings.iter_mut().for_each(|(_, value)| template(value));
}

fn connection(connection: &mut Connection) {
    (connection.span, connection.end) = (NOWHERE, NOWHERE);
    life(&mut connection.life);
    connection.sends.iter_mut().for_each(send);
    connection.probe.iter_mut().for_each(|(_, path)| template(path));
    connection.server.iter_mut().for_each(template);
    connection.sign.iter_mut().chain(&mut connection.tls).for_each(sign);
    match &mut connection.grant {
        Grant::Fields => {}
        Grant::OAuth2(oauth2) => {
            let addresses = oauth2.authorize.iter_mut().chain([&mut oauth2.token]).chain(&mut oauth2.refresh_url);
            addresses.chain(&mut oauth2.device).chain(oauth2.extra.iter_mut().map(|(_, _, value)| value)).for_each(template);
            oauth2.assertion.iter_mut().chain(&mut oauth2.client_key).for_each(sign);
        }
        Grant::Exchange(exchange) => {
            template(&mut exchange.url);
            exchange.values.iter_mut().for_each(|(_, _, value)| template(value));
        }
    }
}

fn module(module: &mut Module) {
    module.span = NOWHERE;
    module.spans = ModuleSpans { method: NOWHERE, path: NOWHERE, body: None, detail: None, retry: None, cost: None, end: NOWHERE };
    life(&mut module.life);
    if let ModuleServer::Own(url) = &mut module.server {
        template(url);
    }
    joined(&mut module.path);
    module.constants.iter_mut().for_each(|constant| constant.span = NOWHERE);
    module.answers.iter_mut().for_each(|answer| answer.span = NOWHERE);
    module.parts.iter_mut().for_each(|parts| parts.span = NOWHERE);
    module.page.iter_mut().for_each(|page| page.spans = PageSpans { strategy: NOWHERE, stop: None });
    each_call(module, &mut |step| step.span = NOWHERE);
    module.poll.iter_mut().for_each(|poll| poll.span = NOWHERE);
    module.webhook.iter_mut().for_each(|webhook| webhook.span = NOWHERE);
    module.examples.iter_mut().for_each(script);
}

/// Every call of another module: steps, and what asks for deliveries.
fn each_call(module: &mut Module, visit: &mut impl FnMut(&mut Step)) {
    module.steps.iter_mut().flat_map(|steps| &mut steps.list).for_each(&mut *visit);
    if let Some(webhook) = &mut module.webhook {
        let renew = webhook.renew.as_mut().map(|(step, _)| step);
        webhook.subscribe.iter_mut().chain(renew).chain(&mut webhook.unsubscribe).for_each(visit);
    }
}

/// Two texts of a path one after the other are one: a constant in a path is text.
fn joined(path: &mut Vec<PathPart>) {
    let mut joined: Vec<PathPart> = Vec::new();
    for part in path.drain(..) {
        match (joined.last_mut(), part) {
            (Some(PathPart::Text(before)), PathPart::Text(text)) => before.push_str(&text),
            (_, part) => joined.push(part),
        }
    }
    *path = joined;
}

fn script(script: &mut Script) {
    script.span = NOWHERE;
    script.exchanges.iter_mut().filter_map(|exchange| exchange.body_value.as_mut()).for_each(value);
}

fn value(value: &mut Value) {
    value.span = NOWHERE;
    match &mut value.kind {
        ValueKind::List(items) => items.iter_mut().for_each(self::value),
        ValueKind::Object(members) => members.iter_mut().for_each(|(key, member)| {
            key.span = NOWHERE;
            self::value(member);
        }),
        ValueKind::Name(path) => path.iter_mut().for_each(|name| name.span = NOWHERE),
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Text(_) => {}
    }
}
