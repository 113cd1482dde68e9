//! A projection as the tables that the runtime executes. What rustc does with generated code for a program is done here when the
//! command runs, over shapes without Rust types. They live as long as the command.

mod connections;
mod steps;
mod triggers;
mod types;
mod upgrades;

use connections::{constant_send, credential, grant, sign};
use types::Declaring;

use linchpin_compiler::model::{
    self, ConstantPlace, Decoding, Encoding, Framing, Literal, Module, ModuleServer, PartsBy, PathPart, Place, Projection, RetryClass,
    Script, Stop, Strategy, Symbol, Template, Type,
};
use linchpin_compiler::syntax::ast::{Date, ModuleKind};
use linchpin_runtime::Download;
use linchpin_runtime::operation as table;
use linchpin_runtime::shape::dynamic::{Declarations, Declared, leak};
use linchpin_runtime::shape::{Link, Shape, Shaped};
use std::collections::HashMap;

/// The table of one version of a connector.
pub fn api(projection: &Projection<'_>) -> &'static table::ApiTable {
    let shapes = Shapes::of(projection);
    let followed = upgrades::tables(projection, &shapes);
    let connector = &projection.model.connector;
    let version = &projection.model.apis[projection.version];
    let connections = projection.model.connections.iter().filter(|one| one.on.has(projection.version));
    let tests = |symbol| projection.tests.iter().filter(move |test| test.module == symbol).map(|test| &test.script);
    let mut exchanges = HashMap::new();
    // Those with steps come last, since they name the others; then all stand in the spec's order again.
    let mut order: Vec<(usize, &Module)> = projection.modules.iter().map(|one| &one.item).enumerate().collect();
    order.sort_by_key(|(_, module)| !module.is_exchange());
    let mut operations: Vec<(usize, &'static table::OperationTable)> = Vec::new();
    for (at, module) in order {
        let exchange = shapes.operation(module, module.examples.iter().chain(tests(module.symbol)));
        let table: &'static table::OperationTable = Box::leak(Box::new(match (&module.steps, &module.webhook) {
            (None, None) => exchange,
            (None, Some(webhook)) => table::OperationTable { webhook: Some(triggers::webhook(webhook, &exchanges)), ..exchange },
            (Some(steps), _) => table::OperationTable {
                answers: &[],
                steps: steps::tables(steps, &exchanges),
                gives: steps::path(&steps.gives),
                ..exchange
            },
        }));
        if module.is_exchange() {
            exchanges.insert((module.symbol, module.revision), table);
        }
        operations.push((at, table));
    }
    operations.sort_by_key(|(at, _)| *at);
    let operations = operations.into_iter().map(|(_, table)| table);
    Box::leak(Box::new(table::ApiTable {
        connector: leak(connector.name.as_str()),
        title: leak(connector.title.as_str()),
        docs: leak(connector.docs.as_str()),
        version: leak(version.name.as_str()),
        wire_version: leak(version.wire.as_str()),
        servers: all(connector.servers_in(projection.version).map(|server| leak(server.url.text.as_str()))),
        constants: all(connector.sends.iter().filter_map(constant_send)),
        limits: limits(&connector.limits),
        retry: table::RetryPolicy {
            statuses: all(connector.retry_statuses.iter().map(|(from, to)| table::Statuses(*from, *to))),
            honour: connector.honour.as_deref().map(lower),
        },
        failures: all(connector.fails.iter().map(|one| shapes.failure(one))),
        connections: all(connections.map(|one| &*Box::leak(Box::new(shapes.connection(one))))),
        operations: table::Operations::Tables(all(operations)),
        released: version.released.as_ref().map_or("", date),
        unsupported: version.unsupported.as_ref().map(date),
        removed: version.removed.as_ref().map(date),
        life: life(version.life.as_ref()),
        served: connector.served.as_deref().map(lower),
        versions: all(projection.model.apis.iter().map(dates)),
        upgrades: followed.0,
        connection_upgrades: followed.1,
    }))
}

/// When a version lives.
fn dates(version: &model::Api) -> table::ApiDates {
    table::ApiDates {
        version: leak(version.name.as_str()),
        released: version.released.as_ref().map_or("", date),
        unsupported: version.unsupported.as_ref().map(date),
        removed: version.removed.as_ref().map(date),
    }
}

fn all<T>(items: impl Iterator<Item = T>) -> &'static [T] {
    Box::leak(items.collect::<Vec<_>>().into_boxed_slice())
}

fn names(path: &[String]) -> &'static [&'static str] {
    all(path.iter().map(|name| leak(name.as_str())))
}

fn lower(name: &str) -> &'static str {
    leak(name.to_lowercase())
}

fn date(date: &Date) -> &'static str {
    leak(date.to_string())
}

/// The shapes of a version: its types first, then the structures that only its modules and connections have.
struct Shapes {
    /// The names of modules, groups included.
    names: HashMap<Symbol, &'static str>,
    types: HashMap<Symbol, &'static Shape>,
    inputs: HashMap<(Symbol, u32), &'static Shape>,
    outputs: HashMap<(Symbol, u32), &'static Shape>,
    fields: HashMap<(String, u32), &'static Shape>,
    parts: HashMap<String, &'static Shape>,
    /// What upgrades start from that no version has any more, by their index.
    older: HashMap<usize, &'static Shape>,
}

impl Shapes {
    fn of(projection: &Projection<'_>) -> Self {
        let shapes = Declarations::default();
        let types = projection.types.iter().map(|one| (one.item.symbol, shapes.declare())).collect();
        let declaring = Declaring { projection, shapes, types };
        for one in &projection.types {
            declaring.definition(&one.item);
        }
        let (mut inputs, mut outputs, mut fields, mut parts) = (HashMap::new(), HashMap::new(), HashMap::new(), HashMap::new());
        let versions_connections = projection.model.connections.iter().filter(|one| one.on.has(projection.version));
        for one in versions_connections {
            fields.insert((one.name.clone(), one.revision), declaring.structure(&one.name, &one.docs, &one.fields));
        }
        for module in projection.modules.iter().map(|one| &one.item) {
            let name = &projection.model.name(module.symbol).name;
            let key = (module.symbol, module.revision);
            let input: Vec<_> = module.inputs.iter().map(|input| input.field.clone()).collect();
            inputs.insert(key, declaring.structure(name, &module.docs, &input));
            outputs.insert(key, declaring.output(name, module));
            for body in module.answers.iter().filter_map(|answer| answer.body.as_ref()).chain(module.page.iter().map(|page| &page.item)) {
                parts.entry(format!("{body:?}")).or_insert_with(|| declaring.holder(body));
            }
        }
        for failure in projection.model.connector.fails.iter().chain(projection.modules.iter().flat_map(|one| &one.item.fails)) {
            parts.entry(format!("{:?}", failure.body)).or_insert_with(|| declaring.holder(&failure.body));
        }
        let mut older = HashMap::new();
        for (index, upgrade) in projection.model.upgrades.iter().enumerate() {
            if upgrades::is_described(upgrade, projection) {
                older.insert(index, declaring.structure("input", "", &upgrade.input));
            }
        }
        let full_name = |symbol| leak(projection.model.full_name(symbol));
        let Declaring { shapes, types, .. } = declaring;
        let finished = shapes.finish();
        Self {
            names: projection.modules.iter().map(|one| (one.item.symbol, full_name(one.item.symbol))).collect(),
            types: types.into_iter().map(|(symbol, declared)| (symbol, finished[declared.index()])).collect(),
            inputs: inputs.into_iter().map(|(key, declared): (_, Declared)| (key, finished[declared.index()])).collect(),
            outputs: outputs.into_iter().map(|(key, declared): (_, Declared)| (key, finished[declared.index()])).collect(),
            fields: fields.into_iter().map(|(key, declared): (_, Declared)| (key, finished[declared.index()])).collect(),
            older: older.into_iter().map(|(key, declared): (_, Declared)| (key, finished[declared.index()])).collect(),
            parts: parts.into_iter().map(|(key, declared): (_, Declared)| (key, finished[declared.index()])).collect(),
        }
    }

    /// The shape of a type as a whole answer.
    fn whole(&self, ty: &Type) -> &'static Shape {
        match ty {
            Type::Named(symbol) => self.types[symbol],
            _ => self.parts[&format!("{ty:?}")].fields()[0].shape(),
        }
    }

    /// The shape of an answer: a file comes as a stream.
    fn answered(&self, body: Option<&Type>) -> &'static Shape {
        match body {
            None => <() as Shaped>::shape(),
            Some(Type::File) => <Download as Shaped>::shape(),
            Some(body) => self.whole(body),
        }
    }

    fn failure(&self, failure: &model::Failure) -> table::Failure {
        table::Failure {
            statuses: all(failure.statuses.iter().map(|(from, to)| table::Statuses(*from, *to))),
            when: failure.when.as_ref().map(|(path, equals)| table::Condition { path: names(path), equals: equals.as_deref().map(leak) }),
            shape: Link::to(self.whole(&failure.body)),
            at: names(&failure.at),
            code: names(&failure.code),
            message: names(&failure.message),
        }
    }

    fn connection(&self, connection: &model::Connection) -> table::ConnectionTable {
        table::ConnectionTable {
            name: leak(connection.name.as_str()),
            revision: connection.revision,
            title: leak(connection.title.as_str()),
            docs: leak(connection.docs.as_str()),
            fields: Link::to(self.fields[&(connection.name.clone(), connection.revision)]),
            grant: grant(&connection.grant),
            sign: connection.sign.as_ref().map(sign),
            tls: connection.tls.as_ref().and_then(|tls| Some((text(tls.setting("certificate")?), text(tls.setting("key")?)))),
            credentials: all(connection.sends.iter().map(credential)),
            probe: connection.probe.as_ref().map(|(method, path)| (leak(method.as_str()), text(path))),
            server: connection.server.as_ref().map(text),
            life: life(connection.life.as_ref()),
        }
    }

    fn operation<'s>(&self, module: &Module, scripts: impl Iterator<Item = &'s Script>) -> table::OperationTable {
        let key = (module.symbol, module.revision);
        let index = |name: &str| {
            let found = module.inputs.iter().position(|input| input.field.name == name);
            u16::try_from(found.expect("checking has seen to it that the input is declared")).expect("a module has few inputs")
        };
        let path: String = module
            .path
            .iter()
            .map(|part| match part {
                PathPart::Text(text) => text.replace('{', "{{"),
                PathPart::Input(name) => format!("{{{}}}", index(name)),
            })
            .collect();
        let several = several_outputs(module);
        let answers = module.answers.iter().map(|answer| table::Answer {
            statuses: table::Statuses(answer.statuses.0, answer.statuses.1),
            decoding: match &answer.decoding {
                Decoding::Nothing => table::Decoding::Nothing,
                Decoding::Json => table::Decoding::Json,
                Decoding::Xml => table::Decoding::Xml,
                Decoding::Text(content_type) => table::Decoding::Text(leak(content_type.as_str())),
                Decoding::Stream => table::Decoding::Stream,
                Decoding::Items(items) => table::Decoding::Items(Box::leak(Box::new(table::ItemStream {
                    framing: match items.framing {
                        Framing::Events => table::Framing::Events,
                        Framing::Lines => table::Framing::Lines,
                    },
                    named: items.named,
                    end: items.end.as_deref().map(leak),
                    resume: items.resume,
                }))),
                Decoding::Headers => table::Decoding::Headers,
            },
            shape: Link::to(self.answered(answer.body.as_ref())),
            at: names(&answer.at),
            variant: several
                .as_ref()
                .and_then(|bodies| bodies.iter().position(|body| **body == answer.body))
                .and_then(|at| u16::try_from(at).ok()),
        });
        let output = match &several {
            Some(_) => self.outputs[&key],
            None => self.answered(module.answers[0].body.as_ref()),
        };
        table::OperationTable {
            name: self.names[&module.symbol],
            revision: module.revision,
            title: leak(module.title.as_str()),
            docs: leak(module.docs.as_str()),
            kind: match module.kind {
                ModuleKind::Action => table::ModuleKind::Action,
                ModuleKind::Search => table::ModuleKind::Search,
                ModuleKind::Trigger => table::ModuleKind::Trigger,
            },
            method: leak(module.method.as_str()),
            path: leak(path),
            server: match &module.server {
                ModuleServer::Default => table::ServerChoice::Default,
                ModuleServer::Named(index) => table::ServerChoice::Named(u16::try_from(*index).expect("a connector has few servers")),
                ModuleServer::Own(url) => table::ServerChoice::Own(text(url)),
                ModuleServer::Outside => table::ServerChoice::Outside,
                ModuleServer::Inside => table::ServerChoice::Inside,
            },
            input: Link::to(self.inputs[&key]),
            places: all(module.inputs.iter().filter_map(|input| place(&input.place))),
            constants: all(module.constants.iter().map(|one| table::Constant {
                place: constant_place(one.place),
                name: leak(one.name.as_str()),
                value: constant_value(one.place, &one.value),
            })),
            body: encoding(&module.encoding),
            answers: all(answers),
            output: Link::to(output),
            failures: all(module.fails.iter().map(|one| self.failure(one))),
            parts: module.parts.as_ref().map(|parts| {
                &*Box::leak(Box::new(table::Parts {
                    by: match parts.by {
                        PartsBy::ContentRange => table::PartsBy::ContentRange,
                        PartsBy::Tus => table::PartsBy::Tus,
                    },
                    size: parts.size,
                    multiple: parts.multiple,
                    next: names(&parts.next),
                }))
            }),
            page: module.page.as_ref().map(|page| &*Box::leak(Box::new(self.page(page, index)))),
            retry: match &module.retry {
                RetryClass::Safe => table::RetryClass::Safe,
                RetryClass::Idempotent => table::RetryClass::Idempotent,
                RetryClass::Key(header) => table::RetryClass::Key(lower(header)),
                RetryClass::Never => table::RetryClass::Never,
            },
            limits: limits(&module.limits),
            cost: module
                .cost
                .as_ref()
                .map_or(table::Cost::ONE, |cost| table::Cost { points: cost.points, header: cost.header.as_deref().map(lower) }),
            connections: names(&module.connections),
            life: life(module.life.as_ref()),
            examples: all(scripts.map(example)),
            poll: module.poll.as_ref().map(|poll| triggers::poll(poll, index)),
            ..table::OperationTable::EMPTY
        }
    }

    fn page(&self, page: &model::Page, index: impl Fn(&str) -> u16) -> table::Page {
        let size = |size: &Option<String>| size.as_deref().map(&index);
        table::Page {
            items: table::Items { at: names(&page.items), shape: Link::to(self.whole(&page.item)) },
            strategy: match &page.strategy {
                Strategy::Offset { advance, size: by } => table::Strategy::Offset { advance: index(advance), size: size(by) },
                Strategy::Number { advance, size: by, start } => {
                    table::Strategy::Number { advance: index(advance), size: size(by), start: *start }
                }
                Strategy::Cursor { send, read } => table::Strategy::Cursor { send: index(send), read: names(read) },
                Strategy::Link { header } => table::Strategy::LinkHeader { header: lower(header) },
                Strategy::NextUrl { read } => table::Strategy::NextUrl { read: names(read) },
                Strategy::Keyset { send, key } => table::Strategy::Keyset { send: index(send), key: leak(key.as_str()) },
            },
            stop: match &page.stop {
                Stop::Absent => table::Stop::Absent,
                Stop::Empty => table::Stop::Empty,
                Stop::Short => table::Stop::Short,
                Stop::More(path) => table::Stop::More(names(path)),
                Stop::Total(path) => table::Stop::Total(names(path)),
            },
            cap: page.cap,
        }
    }
}

/// The different bodies of a module's answers, when there is more than one.
fn several_outputs(module: &Module) -> Option<Vec<&Option<Type>>> {
    let mut bodies: Vec<&Option<Type>> = Vec::new();
    for answer in &module.answers {
        if !bodies.contains(&&answer.body) {
            bodies.push(&answer.body);
        }
    }
    (bodies.len() > 1).then_some(bodies)
}

fn text(template: &Template) -> &'static str {
    leak(template.text.as_str())
}

fn plain(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

fn json(value: &Literal) -> String {
    match value {
        Literal::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        other => plain(other),
    }
}

fn constant_value(place: ConstantPlace, value: &Literal) -> &'static str {
    leak(if place == ConstantPlace::Body { json(value) } else { plain(value) })
}

fn constant_place(place: ConstantPlace) -> table::ConstantPlace {
    match place {
        ConstantPlace::Query => table::ConstantPlace::Query,
        ConstantPlace::Header => table::ConstantPlace::Header,
        ConstantPlace::Cookie => table::ConstantPlace::Cookie,
        ConstantPlace::Body => table::ConstantPlace::Body,
    }
}

fn encoding(encoding: &Encoding) -> table::BodyEncoding {
    match encoding {
        Encoding::None => table::BodyEncoding::None,
        Encoding::Json => table::BodyEncoding::Json,
        Encoding::JsonAs(content_type) => table::BodyEncoding::JsonAs(leak(content_type.as_str())),
        Encoding::Form => table::BodyEncoding::Form,
        Encoding::Multipart => table::BodyEncoding::Multipart,
        Encoding::Xml(root) => table::BodyEncoding::Xml(leak(root.as_str())),
        Encoding::Raw(content_type) => table::BodyEncoding::Raw(leak(content_type.as_str())),
        Encoding::Graphql(document) => table::BodyEncoding::Graphql(leak(document.as_str())),
    }
}

/// None for inputs of modules with steps: the modules that those call say where values go.
fn place(place: &Place) -> Option<table::Place> {
    Some(match place {
        Place::Path(by) => table::Place::Path(style(by)),
        Place::Query(by) => table::Place::Query(style(by)),
        Place::Header(by) => table::Place::Header(style(by)),
        Place::Cookie(by) => table::Place::Cookie(style(by)),
        Place::Body => table::Place::Body,
        Place::WholeBody => table::Place::WholeBody,
        Place::Steps => return None,
    })
}

fn style(name: &str) -> table::Style {
    match name {
        "form" => table::Style::Form,
        "space" => table::Style::Space,
        "pipe" => table::Style::Pipe,
        "deep" => table::Style::Deep,
        "brackets" => table::Style::Brackets,
        "simple" => table::Style::Simple,
        "simple_explode" => table::Style::SimpleExplode,
        "label" => table::Style::Label,
        "label_explode" => table::Style::LabelExplode,
        "matrix" => table::Style::Matrix,
        "matrix_explode" => table::Style::MatrixExplode,
        "json" => table::Style::Json,
        _ => table::Style::FormExplode,
    }
}

fn limits(limits: &[model::Limit]) -> &'static [table::Limit] {
    all(limits.iter().map(|limit| match limit {
        model::Limit::Concurrent(count) => table::Limit::Concurrent(u32::try_from(*count).unwrap_or(u32::MAX)),
        model::Limit::Window { count, millis, moving, points } => {
            let count = u32::try_from(*count).unwrap_or(u32::MAX);
            table::Limit::Window { count, millis: *millis, moving: *moving, points: *points }
        }
        model::Limit::Headers { remaining, reset, kind, points } => table::Limit::Headers {
            remaining: lower(remaining),
            reset: lower(reset),
            kind: match kind.as_str() {
                "delta" => table::Reset::Delta,
                "date" => table::Reset::Date,
                _ => table::Reset::Epoch,
            },
            points: *points,
        },
    }))
}

fn life(life: Option<&model::Life>) -> Option<&'static table::Life> {
    life.map(|life| {
        &*Box::leak(Box::new(table::Life {
            since: life.since.as_ref().map(date),
            sunset: life.sunset.as_ref().map(date),
            successor: life.successor.as_deref().map(leak),
            why: leak(life.why.as_str()),
        }))
    })
}

fn example(script: &Script) -> table::ExampleTable {
    let pairs = |pairs: &[(String, String)]| all(pairs.iter().map(|(name, value)| (leak(name.as_str()), leak(value.as_str()))));
    let exchanges = script.exchanges.iter().map(|one| table::ExampleExchange {
        sends: one.sends.as_ref().map_or(("", ""), |(method, target)| (leak(method.as_str()), leak(target.as_str()))),
        request_headers: pairs(&one.request_headers),
        request_body: leak(one.request_body.as_str()),
        status: one.status,
        headers: pairs(&one.headers),
        body: leak(one.body.as_str()),
    });
    table::ExampleTable {
        title: leak(script.title.as_str()),
        given: leak(script.given.as_str()),
        connection: script.connection.as_ref().map(|(name, fields)| (leak(name.as_str()), leak(fields.as_str()))),
        exchanges: all(exchanges),
        output: leak(script.output.as_str()),
        fails: script.fails.as_ref().map(|(kind, code)| (leak(kind.as_str()), code.as_deref().map(leak))),
    }
}
