//! Modules of a spec as operations: where inputs go, what comes back, how it pages.

use super::connections::{life, security_of};
use super::server;
use super::shapes::Shapes;
use crate::change::shape::{Field, Shape};
use crate::change::surface::{Answer, Body, Content, Input, InputPlace, Module as Told, Operation, Page, Sense, Server, WaitFailure};
use crate::model::{
    self, ConstantPlace, Decoding, Encoding, Failure, Module, ModuleServer, Order, PathPart, Place, Projection, Send, Stop, Strategy,
};
use crate::syntax::ast::ModuleKind;

/// A module.
pub(super) fn operation(module: &Module, projection: &Projection<'_>, shapes: &mut Shapes<'_, '_>) -> Operation {
    let name = projection.model.name(module.symbol);
    let kind = match module.kind {
        ModuleKind::Action => "action",
        ModuleKind::Search => "search",
        ModuleKind::Trigger => "trigger",
    };
    let order = match (&module.order, &module.page) {
        // Of a poll, all that it tells new items by.
        _ if module.poll.is_some() => module.poll.as_ref().map(model::Poll::text),
        (Some(Order::By(field)), _) => Some(field.clone()),
        (_, Some(page)) => match &page.strategy {
            Strategy::Keyset { key, .. } => Some(key.clone()),
            _ => None,
        },
        _ => None,
    };
    let mut answers: Vec<Answer> = module.answers.iter().map(|one| answer(one, shapes)).collect();
    let mut body = body(module, shapes);
    if module.webhook.is_some() {
        // What is delivered is what the API sends.
        let content: Vec<_> = answers.drain(..).flat_map(|answer| answer.content).collect();
        body = (!content.is_empty()).then_some(Body { required: true, content, at: module.span });
    } else {
        let fails = module.fails.iter().chain(&projection.model.connector.fails);
        answers.extend(fails.flat_map(|failure| failures(failure, module, shapes)));
    }
    let full = name.full();
    Operation {
        sense: if module.webhook.is_some() { Sense::Event } else { Sense::Call },
        id: Some(full.clone()),
        title: module.title.clone(),
        docs: module.docs.clone(),
        group: name.group.clone(),
        // Several exchanges stand under their module's own name.
        method: match (&module.steps, &module.webhook) {
            (Some(_), _) => "STEPS".to_owned(),
            (None, Some(_)) => "POST".to_owned(),
            (None, None) => module.method.clone(),
        },
        path: if module.webhook.is_some() {
            full
        } else if module.steps.is_some() {
            format!("/{full}")
        } else {
            path(module)
        },
        inputs: match &module.webhook {
            Some(webhook) => delivered_headers(webhook, shapes),
            None => inputs(module, projection, shapes),
        },
        body,
        answers,
        callbacks: Vec::new(),
        security: security_of(&module.connections, module.span),
        servers: servers(module, projection),
        page: module.page.as_ref().map(|one| page(one, module)),
        module: Some(Told {
            kind,
            revision: module.revision,
            order,
            waits: waits(module).map(model::Wait::ends).collect(),
            wait_failures: waits(module).flat_map(|wait| &wait.fails).map(wait_failure).collect(),
        }),
        life: life(module.life.as_ref()),
        place: module.spans.method,
        path_place: module.spans.path,
    }
}

fn wait_failure(failure: &model::WaitFailure) -> WaitFailure {
    WaitFailure { when: failure.when.text(), told: failure.text() }
}

fn waits(module: &Module) -> impl Iterator<Item = &model::Wait> {
    module.steps.iter().flat_map(|steps| &steps.list).filter_map(|step| step.wait.as_ref())
}

/// The path, holes by their names on the wire.
fn path(module: &Module) -> String {
    let part = |part: &PathPart| match part {
        PathPart::Text(text) => text.clone(),
        PathPart::Input(name) => format!("{{{name}}}"),
    };
    module.path.iter().map(part).collect()
}

fn servers(module: &Module, projection: &Projection<'_>) -> Vec<Server> {
    match &module.server {
        ModuleServer::Default | ModuleServer::Outside | ModuleServer::Inside => Vec::new(),
        ModuleServer::Named(index) => projection.model.connector.servers.get(*index).map(|one| server(&one.url)).into_iter().collect(),
        ModuleServer::Own(template) => vec![server(template)],
    }
}

fn inputs(module: &Module, projection: &Projection<'_>, shapes: &mut Shapes<'_, '_>) -> Vec<Input> {
    let mut found = Vec::new();
    for input in &module.inputs {
        let (place, style) = match input.place {
            Place::Path(style) => (InputPlace::Path, style),
            Place::Query(style) => (InputPlace::Query, style),
            Place::Header(style) => (InputPlace::Header, style),
            Place::Cookie(style) => (InputPlace::Cookie, style),
            // What steps take goes nowhere by itself; it is compared as what is asked for.
            Place::Steps => (InputPlace::Query, "form_explode"),
            Place::Body | Place::WholeBody => continue,
        };
        let field = &input.field;
        // A hole of the path is known by its name there.
        let name = if place == InputPlace::Path { &field.name } else { &field.wire };
        found.push(Input {
            name: name.clone(),
            spec_name: Some(field.name.clone()),
            place,
            required: place == InputPlace::Path || (!field.optional && field.default.is_none()),
            style: Some(style_text(style)),
            docs: field.docs.clone(),
            what: Some(shapes.of_field(field)),
            life: life(field.life.as_ref()),
            at: field.span,
        });
    }
    let constants = module.constants.iter().filter_map(|constant| {
        let place = match constant.place {
            ConstantPlace::Query => InputPlace::Query,
            ConstantPlace::Header => InputPlace::Header,
            ConstantPlace::Cookie => InputPlace::Cookie,
            ConstantPlace::Body => return None,
        };
        Some((constant, place))
    });
    for (constant, place) in constants {
        let what = Some(shapes.constant(&constant.value, constant.span));
        found.push(always(&constant.name, place, what, constant.span));
    }
    for send in &projection.model.connector.sends {
        let (name, place, at) = match send {
            Send::Header(name, value) => (name, InputPlace::Header, value.span),
            Send::Query(name, value) => (name, InputPlace::Query, value.span),
            Send::Cookie(name, value) => (name, InputPlace::Cookie, value.span),
            Send::Basic(..) => continue,
        };
        found.push(always(name, place, None, at));
    }
    found
}

/// The headers of a delivery.
fn delivered_headers(webhook: &model::Webhook, shapes: &mut Shapes<'_, '_>) -> Vec<Input> {
    let header = |(name, value): (String, Option<String>)| {
        let what = match value {
            Some(text) => shapes.constant(&model::Literal::Text(text), webhook.span),
            None => shapes.used(&model::Type::String(model::Bounds::default()), webhook.span),
        };
        let style = Some(style_text("simple"));
        Input { required: true, style, ..always(&name, InputPlace::Header, Some(what), webhook.span) }
    };
    webhook.headers().into_iter().map(header).collect()
}

fn always(name: &str, place: InputPlace, what: Option<crate::change::shape::Use>, at: crate::source::Span) -> Input {
    let life = crate::change::surface::Life::default();
    Input { name: name.to_owned(), spec_name: None, place, required: false, style: None, docs: String::new(), what, life, at }
}

/// The spec's word for a style in the description's.
fn style_text(style: &str) -> String {
    match style {
        "form_explode" => "form exploded",
        "form" => "form",
        "space" => "spaceDelimited",
        "pipe" => "pipeDelimited",
        "deep" | "brackets" => "deepObject exploded",
        "simple_explode" => "simple exploded",
        "label_explode" => "label exploded",
        "matrix_explode" => "matrix exploded",
        "json" => "application/json",
        other => other,
    }
    .to_owned()
}

fn body(module: &Module, shapes: &mut Shapes<'_, '_>) -> Option<Body> {
    let media = match &module.encoding {
        Encoding::None => return None,
        Encoding::Json | Encoding::Graphql(_) => "application/json".to_owned(),
        Encoding::Form => "application/x-www-form-urlencoded".to_owned(),
        Encoding::Multipart => "multipart/form-data".to_owned(),
        Encoding::Xml(_) => "application/xml".to_owned(),
        Encoding::Raw(media) | Encoding::JsonAs(media) => media.clone(),
    };
    let at = module.spans.body.unwrap_or(module.span);
    if let Some(whole) = module.inputs.iter().find(|input| input.place == Place::WholeBody) {
        let what = Some(shapes.of_field(&whole.field));
        return Some(Body { required: !whole.field.optional, content: vec![Content { media, what, at }], at });
    }
    let fields: Vec<model::Field> =
        module.inputs.iter().filter(|input| input.place == Place::Body).map(|input| input.field.clone()).collect();
    let mut shape = shapes.structure(Shape { at: Some(at), ..Shape::default() }, &fields);
    for constant in module.constants.iter().filter(|constant| constant.place == ConstantPlace::Body) {
        let what = shapes.constant(&constant.value, constant.span);
        shape.fields.push(Field { name: constant.name.clone(), spec_name: None, required: true, what, at: constant.span });
    }
    if matches!(module.encoding, Encoding::Graphql(_)) {
        shape = graphql(shape, shapes, at);
    }
    let required = shape.fields.iter().any(|field| field.required);
    let life = crate::change::surface::Life::default();
    let shape = shapes.add(shape);
    let what = crate::change::shape::Use {
        shape,
        nullable: false,
        default: None,
        read_only: false,
        write_only: false,
        life,
        docs: String::new(),
        at,
    };
    Some(Body { required, content: vec![Content { media, what: Some(what), at }], at })
}

/// What a GraphQL server is sent: a document, which is ours and no matter of the API's, and its variables.
fn graphql(variables: Shape, shapes: &mut Shapes<'_, '_>, at: crate::source::Span) -> Shape {
    let query = Shape { types: vec!["string".into()], at: Some(at), ..Shape::default() };
    let life = crate::change::surface::Life::default;
    let fields = [("query", query), ("variables", variables)].map(|(name, shape)| Field {
        name: name.to_owned(),
        spec_name: None,
        required: true,
        what: crate::change::shape::Use {
            shape: shapes.add(shape),
            nullable: false,
            default: None,
            read_only: false,
            write_only: false,
            life: life(),
            docs: String::new(),
            at,
        },
        at,
    });
    Shape { fields: fields.into(), types: vec!["object".into()], at: Some(at), ..Shape::default() }
}

fn answer(answer: &model::Answer, shapes: &mut Shapes<'_, '_>) -> Answer {
    let media = match &answer.decoding {
        Decoding::Nothing | Decoding::Headers => None,
        Decoding::Json => Some("application/json".to_owned()),
        Decoding::Xml => Some("application/xml".to_owned()),
        Decoding::Text(media) => Some(media.clone()),
        Decoding::Stream => Some("application/octet-stream".to_owned()),
        Decoding::Items(items) => Some(items.framing.media().to_owned()),
    };
    let items = matches!(answer.decoding, model::Decoding::Items(_));
    let what = answer.body.as_ref().map(|ty| {
        let what = shapes.used(ty, answer.span);
        if items { what } else { shapes.within(what, &answer.at) }
    });
    let content = media.map(|media| Content { media, what, at: answer.span }).into_iter().collect();
    Answer { status: status_text(answer.statuses), content, headers: Vec::new(), at: answer.span }
}

fn status_text((from, to): (u16, u16)) -> String {
    if from == to { from.to_string() } else { format!("{}XX", from / 100) }
}

fn failures(failure: &Failure, module: &Module, shapes: &mut Shapes<'_, '_>) -> Vec<Answer> {
    let what = shapes.used(&failure.body, module.span);
    let what = shapes.within(what, &failure.at);
    let content = vec![Content { media: "application/json".into(), what: Some(what), at: module.span }];
    let mut statuses: Vec<String> = failure.statuses.iter().map(|one| status_text(*one)).collect();
    if statuses.is_empty() {
        let when = failure.when.as_ref().map(|(path, _)| format!("when {}", path.join(".")));
        statuses.push(when.unwrap_or_else(|| "default".into()));
    }
    statuses.into_iter().map(|status| Answer { status, content: content.clone(), headers: Vec::new(), at: module.span }).collect()
}

fn page(page: &model::Page, module: &Module) -> Page {
    let (scheme, names): (&'static str, Vec<&String>) = match &page.strategy {
        Strategy::Offset { advance, size } => ("offset", std::iter::once(advance).chain(size).collect()),
        Strategy::Number { advance, size, .. } => ("number", std::iter::once(advance).chain(size).collect()),
        Strategy::Cursor { send, .. } => ("cursor", vec![send]),
        Strategy::Link { .. } => ("link header", Vec::new()),
        Strategy::NextUrl { .. } => ("next url", Vec::new()),
        Strategy::Keyset { send, .. } => ("keyset", vec![send]),
    };
    let wire = |name: &String| module.inputs.iter().find(|input| input.field.name == *name).map(|input| input.field.wire.clone());
    let total = match &page.stop {
        Stop::Total(path) => path.last().cloned(),
        _ => None,
    };
    Page { scheme, inputs: names.into_iter().filter_map(wire).collect(), total, signs: Vec::new(), at: page.spans.strategy }
}
