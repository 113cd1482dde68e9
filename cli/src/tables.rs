//! A projection as the tables that the runtime executes. What rustc does with generated code for a program is done here when the
//! command runs, over shapes without Rust types. They live as long as the command.

use linchpin_compiler::model::{
    self, Bounds, ConstantPlace, Decoding, Encoding, Field, Grant, Literal, Module, ModuleServer, PathPart, Place, Projection, RetryClass,
    Script, Send, Stop, Strategy, Symbol, Template, Type, TypeDefKind,
};
use linchpin_compiler::syntax::ast::{Date, ModuleKind};
use linchpin_runtime::operation as table;
use linchpin_runtime::shape::dynamic::{Declarations, Declared, DynamicField, Part, id, leak};
use linchpin_runtime::shape::{Attrs, Link, Shape, Shaped, UnionStyle};
use linchpin_runtime::{Body, Date as DateValue, DateTime, Decimal, Download, Duration, Host, Secret, Time};
use std::collections::HashMap;

/// The table of one version of a connector.
pub(crate) fn api(projection: &Projection<'_>) -> &'static table::ApiTable {
    let shapes = Shapes::of(projection);
    let connector = &projection.model.connector;
    let version = &projection.model.apis[projection.version];
    let connections = projection.model.connections.iter().filter(|one| one.on.has(projection.version));
    let tests = |symbol| projection.tests.iter().filter(move |test| test.module == symbol).map(|test| &test.script);
    let operations = projection.modules.iter().map(|one| {
        let scripts = one.item.examples.iter().chain(tests(one.item.symbol));
        &*Box::leak(Box::new(shapes.operation(&one.item, scripts)))
    });
    Box::leak(Box::new(table::ApiTable {
        connector: leak(connector.name.as_str()),
        title: leak(connector.title.as_str()),
        docs: leak(connector.docs.as_str()),
        version: leak(version.name.as_str()),
        wire_version: leak(version.wire.as_str()),
        servers: all(connector.servers.iter().map(|server| leak(server.url.text.as_str()))),
        constants: all(connector.sends.iter().filter_map(constant_send)),
        limits: limits(&connector.limits),
        retry: table::RetryPolicy {
            statuses: all(connector.retry_statuses.iter().map(|(from, to)| table::Statuses(*from, *to))),
            honour: connector.honour.as_deref().map(lower),
        },
        failures: all(connector.fails.iter().map(|one| shapes.failure(one))),
        connections: all(connections.map(|one| &*Box::leak(Box::new(shapes.connection(one))))),
        operations: all(operations),
        released: version.released.as_ref().map_or("", date),
        unsupported: version.unsupported.as_ref().map(date),
        removed: version.removed.as_ref().map(date),
    }))
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
    leak(match date.day {
        Some(day) => format!("{:04}-{:02}-{day:02}", date.year, date.month),
        None => format!("{:04}-{:02}", date.year, date.month),
    })
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
}

/// While shapes are being declared.
struct Declaring<'p> {
    projection: &'p Projection<'p>,
    shapes: Declarations,
    types: HashMap<Symbol, Declared>,
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
        let full_name = |symbol| {
            let name = projection.model.name(symbol);
            leak(name.group.iter().chain([&name.name]).cloned().collect::<Vec<_>>().join("."))
        };
        let Declaring { shapes, types, .. } = declaring;
        let finished = shapes.finish();
        Self {
            names: projection.modules.iter().map(|one| (one.item.symbol, full_name(one.item.symbol))).collect(),
            types: types.into_iter().map(|(symbol, declared)| (symbol, finished[declared.index()])).collect(),
            inputs: inputs.into_iter().map(|(key, declared): (_, Declared)| (key, finished[declared.index()])).collect(),
            outputs: outputs.into_iter().map(|(key, declared): (_, Declared)| (key, finished[declared.index()])).collect(),
            fields: fields.into_iter().map(|(key, declared): (_, Declared)| (key, finished[declared.index()])).collect(),
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
        let segments = module.path.iter().map(|part| match part {
            PathPart::Text(text) => table::Segment::Text(leak(text.as_str())),
            PathPart::Input(name) => table::Segment::Field(index(name)),
        });
        let several = several_outputs(module);
        let answers = module.answers.iter().map(|answer| table::Answer {
            statuses: table::Statuses(answer.statuses.0, answer.statuses.1),
            decoding: match &answer.decoding {
                Decoding::Nothing => table::Decoding::Nothing,
                Decoding::Json => table::Decoding::Json,
                Decoding::Xml => table::Decoding::Xml,
                Decoding::Text(content_type) => table::Decoding::Text(leak(content_type.as_str())),
                Decoding::Stream => table::Decoding::Stream,
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
            path: all(segments),
            server: match &module.server {
                ModuleServer::Default => table::ServerChoice::Default,
                ModuleServer::Named(index) => table::ServerChoice::Named(u16::try_from(*index).expect("a connector has few servers")),
                ModuleServer::Own(url) => table::ServerChoice::Own(text(url)),
                ModuleServer::Outside => table::ServerChoice::Outside,
            },
            input: Link::to(self.inputs[&key]),
            places: all(module.inputs.iter().map(|input| place(&input.place))),
            constants: all(module.constants.iter().map(|one| table::Constant {
                place: constant_place(one.place),
                name: leak(one.name.as_str()),
                value: constant_value(one.place, &one.value),
            })),
            body: encoding(&module.encoding),
            answers: all(answers),
            output: Link::to(output),
            failures: all(module.fails.iter().map(|one| self.failure(one))),
            page: module.page.as_ref().map(|page| &*Box::leak(Box::new(self.page(page, index)))),
            retry: match &module.retry {
                RetryClass::Safe => table::RetryClass::Safe,
                RetryClass::Idempotent => table::RetryClass::Idempotent,
                RetryClass::Key(header) => table::RetryClass::Key(lower(header)),
                RetryClass::Never => table::RetryClass::Never,
            },
            limits: limits(&module.limits),
            connections: names(&module.connections),
            life: life(module.life.as_ref()),
            examples: all(scripts.map(example)),
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

impl Declaring<'_> {
    fn definition(&self, definition: &model::TypeDef) {
        let declared = self.types[&definition.symbol];
        let name = &self.projection.model.name(definition.symbol).name;
        match &definition.kind {
            TypeDefKind::Struct(fields) => self.shapes.structure(declared, name, &definition.docs, self.fields(fields)),
            TypeDefKind::Enum { closed, variants } => {
                let symbol = |variant: &model::EnumVariant| (variant.name.clone(), variant.docs.clone());
                let integers: Option<Vec<_>> = variants
                    .iter()
                    .map(|variant| match variant.value {
                        Literal::Int(value) => Some((symbol(variant).0, value, symbol(variant).1)),
                        _ => None,
                    })
                    .collect();
                match integers {
                    Some(symbols) => self.shapes.int_enum(declared, name, &definition.docs, !closed, symbols),
                    None => {
                        let symbols = variants.iter().map(|variant| (symbol(variant).0, plain(&variant.value), symbol(variant).1));
                        self.shapes.text_enum(declared, name, &definition.docs, !closed, symbols.collect());
                    }
                }
            }
            TypeDefKind::Union { tag, closed, variants } => {
                let style = tag.as_ref().map_or(UnionStyle::Untagged, |tag| UnionStyle::Tagged(leak(tag.as_str())));
                let open = tag.is_some() && !closed;
                let other = open.then(|| ("Other".to_owned(), String::new(), Part::Of(<serde_json::Value as Shaped>::shape())));
                let variants = variants.iter().map(|one| (one.name.clone(), one.tag.clone(), self.part(&one.ty))).chain(other);
                self.shapes.union(declared, name, &definition.docs, style, open, variants.collect());
            }
        }
    }

    fn structure(&self, name: &str, docs: &str, fields: &[Field]) -> Declared {
        let declared = self.shapes.declare();
        self.shapes.structure(declared, name, docs, self.fields(fields));
        declared
    }

    /// A structure with one field of that type, to hold the shape of a whole answer.
    fn holder(&self, ty: &Type) -> Declared {
        let declared = self.shapes.declare();
        let field =
            DynamicField { name: "value".into(), wire: "value".into(), docs: String::new(), part: self.part(ty), attrs: Attrs::REQUIRED };
        self.shapes.structure(declared, "", "", vec![field]);
        declared
    }

    fn output(&self, name: &str, module: &Module) -> Declared {
        let declared = self.shapes.declare();
        let variants = several_outputs(module).unwrap_or_default().into_iter().enumerate().map(|(index, body)| {
            let part = match body {
                None => Part::Of(<() as Shaped>::shape()),
                Some(Type::File) => Part::Of(<Download as Shaped>::shape()),
                Some(body) => self.part(body),
            };
            (format!("answer_{}", index + 1), String::new(), part)
        });
        self.shapes.union(declared, name, "", UnionStyle::Answers, false, variants.collect());
        declared
    }

    fn fields(&self, fields: &[Field]) -> Vec<DynamicField> {
        fields.iter().map(|field| self.field(field)).collect()
    }

    fn field(&self, field: &Field) -> DynamicField {
        let required = !field.optional && !field.nullable;
        let mut attrs = if field.rest {
            Attrs::REST
        } else if field.optional {
            Attrs::OPTIONAL
        } else {
            Attrs::REQUIRED
        };
        if field.nullable {
            attrs = attrs.nullable();
        }
        if let Some(default) = &field.default {
            attrs = attrs.default(leak(default.as_str()));
        }
        attrs = written(bounded(attrs, &field.ty), &field.ty);
        let part = match &field.ty {
            _ if field.rest => Part::Map(Box::new(Part::Of(<serde_json::Value as Shaped>::shape()))),
            ty if required || is_file(ty) => self.part(ty),
            ty => Part::Patch(Box::new(self.part(ty))),
        };
        DynamicField { name: field.name.clone(), wire: field.wire.clone(), docs: field.docs.clone(), part, attrs }
    }

    fn part(&self, ty: &Type) -> Part {
        let shape = match ty {
            Type::Named(symbol) => return Part::Declared(self.types[symbol]),
            Type::List(item, _) => return Part::List(Box::new(self.part(item))),
            Type::Map(item, _) => return Part::Map(Box::new(self.part(item))),
            Type::Nullable(inner) => return Part::Patch(Box::new(self.part(inner))),
            Type::String(_) | Type::Literal(Literal::Text(_)) => <String as Shaped>::shape(),
            Type::Int(_) | Type::Literal(Literal::Int(_)) => <i64 as Shaped>::shape(),
            Type::Float(_) => <f64 as Shaped>::shape(),
            Type::Bool | Type::Literal(Literal::Bool(_)) => <bool as Shaped>::shape(),
            Type::Decimal(_) => <Decimal as Shaped>::shape(),
            Type::Date(_) => <DateValue as Shaped>::shape(),
            Type::DateTime(_) => <DateTime as Shaped>::shape(),
            Type::Time => <Time as Shaped>::shape(),
            Type::Duration(_) => <Duration as Shaped>::shape(),
            Type::Uuid => <uuid::Uuid as Shaped>::shape(),
            Type::Url => <url::Url as Shaped>::shape(),
            Type::Bytes(_) => <bytes::Bytes as Shaped>::shape(),
            Type::Json => <serde_json::Value as Shaped>::shape(),
            Type::Secret => <Secret as Shaped>::shape(),
            Type::Host => <Host as Shaped>::shape(),
            Type::Id(_) => id(),
            Type::File => <Body as Shaped>::shape(),
        };
        Part::Of(shape)
    }
}

fn is_file(ty: &Type) -> bool {
    matches!(ty, Type::File)
}

fn bounded(attrs: Attrs, ty: &Type) -> Attrs {
    let integer = |end: &Option<String>, other: i64| end.as_deref().and_then(|text| text.parse().ok()).unwrap_or(other);
    let length = |attrs: Attrs, bounds: &Bounds| {
        let attrs = if bounds.unique { attrs.unique() } else { attrs };
        match (&bounds.min, &bounds.max) {
            (None, None) => attrs,
            (min, max) => attrs
                .length(u32::try_from(integer(min, 0)).unwrap_or(0), u32::try_from(integer(max, i64::from(u32::MAX))).unwrap_or(u32::MAX)),
        }
    };
    match ty {
        Type::String(bounds) => {
            let attrs = length(attrs, bounds);
            bounds.pattern.as_ref().map_or(attrs, |pattern| attrs.pattern(leak(pattern.as_str())))
        }
        Type::List(item, bounds) | Type::Map(item, bounds) => {
            length(attrs, bounds).items(Box::leak(Box::new(bounded(Attrs::OPTIONAL, item))))
        }
        Type::Nullable(inner) => bounded(attrs, inner),
        Type::Int(bounds) if bounds.min.is_some() || bounds.max.is_some() => {
            attrs.range(integer(&bounds.min, i64::MIN), integer(&bounds.max, i64::MAX))
        }
        Type::Float(bounds) | Type::Decimal(bounds) if bounds.min.is_some() || bounds.max.is_some() => {
            let number = |end: &Option<String>, other: f64| end.as_deref().and_then(|text| text.parse().ok()).unwrap_or(other);
            attrs.range_float(number(&bounds.min, f64::NEG_INFINITY), number(&bounds.max, f64::INFINITY))
        }
        Type::Literal(value) => attrs.constant(leak(json(value))),
        _ => attrs,
    }
}

/// How a value is written, or the items of a list: a field's format goes for all that it holds.
fn written(attrs: Attrs, ty: &Type) -> Attrs {
    match ty {
        Type::Date(Some(format)) | Type::DateTime(Some(format)) | Type::Duration(Some(format)) | Type::Bytes(Some(format)) => {
            attrs.format(leak(format.as_str()))
        }
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => written(attrs, inner),
        _ => attrs,
    }
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

fn constant_send(send: &Send) -> Option<table::Constant> {
    let (place, name, value) = match send {
        Send::Header(name, value) => (table::ConstantPlace::Header, name, value),
        Send::Query(name, value) => (table::ConstantPlace::Query, name, value),
        Send::Cookie(name, value) => (table::ConstantPlace::Cookie, name, value),
        Send::Basic(..) => return None,
    };
    Some(table::Constant { place, name: leak(name.as_str()), value: text(value) })
}

fn credential(send: &Send) -> table::Credential {
    match send {
        Send::Header(name, value) => table::Credential::Header(leak(name.as_str()), text(value)),
        Send::Query(name, value) => table::Credential::Query(leak(name.as_str()), text(value)),
        Send::Cookie(name, value) => table::Credential::Cookie(leak(name.as_str()), text(value)),
        Send::Basic(user, password) => table::Credential::Basic(text(user), text(password)),
    }
}

fn encoding(encoding: &Encoding) -> table::BodyEncoding {
    match encoding {
        Encoding::None => table::BodyEncoding::None,
        Encoding::Json => table::BodyEncoding::Json,
        Encoding::Form => table::BodyEncoding::Form,
        Encoding::Multipart => table::BodyEncoding::Multipart,
        Encoding::Xml(root) => table::BodyEncoding::Xml(leak(root.as_str())),
        Encoding::Raw(content_type) => table::BodyEncoding::Raw(leak(content_type.as_str())),
    }
}

fn place(place: &Place) -> table::Place {
    match place {
        Place::Path(by) => table::Place::Path(style(by)),
        Place::Query(by) => table::Place::Query(style(by)),
        Place::Header(by) => table::Place::Header(style(by)),
        Place::Cookie(by) => table::Place::Cookie(style(by)),
        Place::Body => table::Place::Body,
        Place::WholeBody => table::Place::WholeBody,
    }
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
        model::Limit::Window { count, millis, moving } => {
            table::Limit::Window { count: u32::try_from(*count).unwrap_or(u32::MAX), millis: *millis, moving: *moving }
        }
        model::Limit::Headers { remaining, reset, kind } => table::Limit::Headers {
            remaining: lower(remaining),
            reset: lower(reset),
            kind: match kind.as_str() {
                "delta" => table::Reset::Delta,
                "date" => table::Reset::Date,
                _ => table::Reset::Epoch,
            },
        },
    }))
}

fn life(life: Option<&model::Life>) -> Option<&'static table::Life> {
    life.map(|life| {
        &*Box::leak(Box::new(table::Life {
            since: date(&life.since),
            sunset: life.sunset.as_ref().map(date),
            successor: life.successor.as_deref().map(leak),
            why: leak(life.why.as_str()),
        }))
    })
}

fn grant(grant: &Grant) -> table::Grant {
    match grant {
        Grant::Fields => table::Grant::Fields,
        Grant::OAuth2(oauth) => table::Grant::OAuth2(Box::leak(Box::new(oauth2(oauth)))),
        Grant::Exchange(exchange) => table::Grant::Exchange(Box::leak(Box::new(table::Exchange {
            method: leak(exchange.method.as_str()),
            url: text(&exchange.url),
            values: all(exchange.values.iter().map(|(place, name, value)| (constant_place(*place), leak(name.as_str()), text(value)))),
            body: exchange.body.as_ref().map_or(table::BodyEncoding::None, encoding),
            token: names(&exchange.token),
            expires_in: names(&exchange.expires_in),
            expires_at: names(&exchange.expires_at),
        }))),
    }
}

fn oauth2(oauth: &model::OAuth2) -> table::OAuth2 {
    let extra = oauth.extra.iter().map(|(step, name, value)| {
        let step = match step.as_str() {
            "authorize" => table::OAuth2Step::Authorize,
            "refresh" => table::OAuth2Step::Refresh,
            _ => table::OAuth2Step::Token,
        };
        (step, leak(name.as_str()), text(value))
    });
    table::OAuth2 {
        flow: if oauth.code { table::OAuth2Flow::Code } else { table::OAuth2Flow::ClientCredentials },
        authorize: oauth.authorize.as_ref().map_or("", text),
        token: text(&oauth.token),
        refresh: oauth.refresh_url.as_ref().map(text),
        client: match oauth.client {
            model::ClientAuth::Basic => table::ClientAuth::Basic,
            model::ClientAuth::Body => table::ClientAuth::Body,
            model::ClientAuth::None => table::ClientAuth::None,
        },
        json: oauth.json,
        rotation: match oauth.rotation {
            model::Rotation::Rotating => table::Rotation::Rotating,
            model::Rotation::Fixed => table::Rotation::Fixed,
            model::Rotation::None => table::Rotation::None,
        },
        pkce: oauth.pkce,
        scopes: names(&oauth.scopes),
        separator: leak(oauth.separator.as_str()),
        extra: all(extra),
        reads: all(oauth.reads.iter().map(|(name, path)| (leak(name.as_str()), names(path)))),
    }
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
