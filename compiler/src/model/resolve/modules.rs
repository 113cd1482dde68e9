//! Modules: mixins taken in, path holes bound, each input given its place, answers read.

use super::connector::segments;
use super::items::{Items, Placed};
use super::names::{pascal, title};
use super::pages::PageParts;
use super::types::{gives_nothing, literal, mixin_site};
use super::unknown::{choice, unknown};
use super::{Resolver, Site};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::model::{
    Answer, Connection, Connector, Constant, ConstantPlace, Decoding, Encoding, Field, Input, Literal, Module, ModuleServer, ModuleSpans,
    Order, PathPart, Place, RetryClass, Type,
};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, AnswerBody, Ident, ModuleBody, ModuleKind, RequestBody, TemplatePart, TypeKind};

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// A module's statements, its own and those of its mixins.
struct Flat<'a> {
    exchange: Option<&'a ast::Exchange1>,
    server: Option<&'a ast::ModuleServer>,
    connections: Option<&'a (Vec<Ident>, Span)>,
    path: Vec<(&'a ast::Field, usize)>,
    query: Vec<(&'a ast::Field, usize)>,
    header: Vec<(&'a ast::Field, usize)>,
    cookie: Vec<(&'a ast::Field, usize)>,
    /// The body; mixins may add members to a body of members.
    requests: Vec<(&'a ast::Request, usize)>,
    answers: Vec<(&'a ast::Answer, usize)>,
    fails: Vec<(&'a ast::Fails, usize)>,
    page: Option<&'a ast::Page>,
    order: Option<&'a ast::Order>,
    limits: Vec<&'a ast::Limit>,
    retry: Option<&'a ast::Retry>,
    /// Where fields stand: the module itself, then each mixin.
    sites: Vec<Site>,
}

/// Where the values of a module go, as they are read.
struct Inputs {
    list: Vec<Input>,
    constants: Vec<Constant>,
}

impl<'a> Resolver<'a> {
    /// All modules.
    pub(super) fn modules(&mut self, items: &Items<'a>, connector: &Connector, connections: &[Connection]) -> Vec<Module> {
        for mixin in &items.mixins {
            self.mixin_itself(mixin);
        }
        items.modules.iter().filter_map(|placed| self.module(placed, connector, connections)).collect()
    }

    /// What a mixin says is looked at even when nothing takes it in.
    fn mixin_itself(&mut self, mixin: &'a ast::Mixin) {
        let site = Site { group: Vec::new(), name: pascal(&mixin.name.value), label: mixin.name.value.clone(), on: self.all_versions };
        let body = &mixin.body;
        for field in [&mixin.fields, &body.path, &body.query, &body.header, &body.cookie].into_iter().flatten() {
            self.field(field, &site);
        }
    }

    fn module(&mut self, placed: &Placed<'a, &'a ast::Module>, connector: &Connector, connections: &[Connection]) -> Option<Module> {
        let item = placed.item;
        let symbol = self.module_table.find(&placed.group, &item.name.value)?;
        let on = self.placed_versions(&placed.heads, &item.head);
        let site = Site { group: placed.group.clone(), name: pascal(&item.name.value), label: item.name.value.clone(), on };
        let flat = self.flat(item, site);
        let site = flat.sites[0].clone();
        let (path, inputs) = self.inputs(item, &flat);
        let encoding = flat.requests.first().map_or(Encoding::None, |(request, _)| self.encoding(request));
        let mut answers = self.answers(&flat);
        let parts = PageParts { kind: item.kind, name: &item.name, page: flat.page, inputs: &inputs.list, constants: &inputs.constants, on };
        let page = self.page(&parts, &mut answers);
        let order = self.order(flat.order, page.as_ref(), on);
        let mut module = Module {
            symbol,
            kind: item.kind,
            revision: item.revision.as_ref().map_or(1, |revision| revision.value),
            title: item.title.as_ref().map_or_else(|| title(&item.name.value), |title| title.value.clone()),
            docs: super::docs(&item.head.docs),
            on,
            life: self.life(&item.head, &placed.group, &item.name),
            method: flat.exchange.map_or_else(|| "GET".to_owned(), |exchange| self.method(&exchange.method)),
            path,
            server: self.module_server(&flat, connector, connections),
            connections: self.module_connections(&flat, connections),
            inputs: inputs.list,
            constants: inputs.constants,
            encoding,
            fails: flat.fails.iter().map(|(fails, at)| self.failure(fails, &flat.sites[*at])).collect(),
            answers,
            page,
            order,
            limits: flat.limits.iter().flat_map(|limit| self.limits(std::slice::from_ref(*limit))).collect(),
            retry: self.retry_class(flat.retry, flat.exchange),
            examples: Vec::new(),
            span: item.name.span,
            spans: spans(&flat, item),
        };
        module.examples = self.examples(&module, &item.body.examples, connections, &site);
        Some(module)
    }

    fn flat(&mut self, item: &'a ast::Module, site: Site) -> Flat<'a> {
        let mut flat = own_statements(&item.body, site);
        let mut givers: Vec<(&'static str, &'a Ident)> = Vec::new();
        for name in &item.with {
            let Some(mixin) = self.mixin(name) else { continue };
            if is_empty(&mixin.body) {
                self.report(gives_nothing(name, mixin, "query { … }"));
            }
            let given = flat.take_in(&mixin.body, mixin_site(mixin, &flat.sites[0]), &item.body);
            for what in given {
                match givers.iter().find(|(other, _)| *other == what) {
                    Some((_, first)) => self.report(given_by_both(what, name, first)),
                    None => givers.push((what, name)),
                }
            }
        }
        if flat.exchange.is_none() {
            self.report(no_exchange(item));
        }
        if let Some(exchange) = flat.exchange.filter(|exchange| exchange.poll && item.kind != ModuleKind::Trigger) {
            self.report(poll_outside_trigger(exchange));
        }
        flat
    }

    fn inputs(&mut self, item: &'a ast::Module, flat: &Flat<'a>) -> (Vec<PathPart>, Inputs) {
        let mut inputs = Inputs { list: Vec::new(), constants: Vec::new() };
        let every = flat.path.iter().chain(&flat.query).chain(&flat.header).chain(&flat.cookie).map(|(field, _)| *field);
        let body = flat.requests.iter().flat_map(|(request, _)| request_fields(request));
        self.names_differ(every.chain(body));
        let path = self.path(item, flat, &mut inputs);
        for (field, at) in &flat.query {
            self.input(field, &flat.sites[*at], ConstantPlace::Query, &mut inputs);
        }
        for (field, at) in &flat.header {
            self.input(field, &flat.sites[*at], ConstantPlace::Header, &mut inputs);
        }
        for (field, at) in &flat.cookie {
            self.input(field, &flat.sites[*at], ConstantPlace::Cookie, &mut inputs);
        }
        for (request, at) in &flat.requests {
            let site = &flat.sites[*at];
            match &request.body {
                RequestBody::Fields(fields) => fields.iter().for_each(|field| self.input(field, site, ConstantPlace::Body, &mut inputs)),
                RequestBody::Whole(field) => {
                    let field = self.input_field(field, site);
                    inputs.list.push(Input { field, place: Place::WholeBody });
                }
            }
        }
        (path, inputs)
    }

    fn path(&mut self, item: &'a ast::Module, flat: &Flat<'a>, inputs: &mut Inputs) -> Vec<PathPart> {
        let Some(exchange) = flat.exchange else { return Vec::new() };
        let mut parts = Vec::new();
        let mut bound: Vec<&str> = Vec::new();
        for part in &exchange.path.parts {
            match part {
                TemplatePart::Text(text) => parts.push(PathPart::Text(text.clone())),
                TemplatePart::Hole(path, span) => {
                    let Some(hole) = path.last() else { continue };
                    bound.push(&hole.value);
                    parts.push(self.hole_input(item, flat, exchange, path, *span, inputs));
                }
            }
        }
        for (field, _) in flat.path.iter().filter(|(field, _)| !bound.contains(&field.name.value.as_str())) {
            self.report(no_such_hole(field, exchange));
        }
        parts
    }

    fn hole_input(
        &mut self,
        item: &ast::Module,
        flat: &Flat<'a>,
        exchange: &ast::Exchange1,
        path: &[Ident],
        span: Span,
        inputs: &mut Inputs,
    ) -> PathPart {
        let name = super::symbols::joined(path).0;
        let declared: Vec<_> = flat.path.iter().filter(|(field, _)| field.name.value == name).collect();
        if inputs.list.iter().any(|input| input.field.name == name) {
            return PathPart::Input(name);
        }
        for (field, at) in &declared {
            if let Some(text) = constant_text(field) {
                return PathPart::Text(text);
            }
            let style = self.style(field, ConstantPlace::Query, true);
            let field = self.input_field(field, &flat.sites[*at]);
            inputs.list.push(Input { field, place: Place::Path(style) });
        }
        if declared.is_empty() {
            self.report(undeclared_hole(item, exchange, &name, span));
            inputs.list.push(Input { field: unbound(&name, span, flat.sites[0].on), place: Place::Path("simple") });
        }
        PathPart::Input(name)
    }

    fn input(&mut self, field: &'a ast::Field, site: &Site, place: ConstantPlace, inputs: &mut Inputs) {
        // In a body it is what the API's own users add: custom fields, for example.
        if field.rest && place != ConstantPlace::Body {
            self.report(
                Diagnostic::new(codes::REST_IN_INPUT, field.name.span, "`...` belongs to types and bodies")
                    .here("not among these inputs")
                    .help("for further query parameters write `more?: map<string> style form explode`"),
            );
            return;
        }
        if let TypeKind::Literal(value) = &field.ty.kind
            && !field.optional
            && let Some(value) = literal(value)
        {
            let name = self.wire_name(field);
            if place == ConstantPlace::Header {
                self.header_name_is_legal(&name, field.wire.as_ref().map_or(field.name.span, |wire| wire.span));
            }
            let on = self.versions(&field.head, site.on);
            self.life(&field.head, &super::types::scope_of(site), &field.name);
            return inputs.constants.push(Constant { place, name, value, on, span: field.name.span });
        }
        let style = self.style(field, place, false);
        let place = match place {
            ConstantPlace::Query => Place::Query(style),
            ConstantPlace::Header => Place::Header(style),
            ConstantPlace::Cookie => Place::Cookie(style),
            ConstantPlace::Body => Place::Body,
        };
        let resolved = self.input_field(field, site);
        if matches!(place, Place::Header(_)) {
            self.header_name_is_legal(&resolved.wire, field.wire.as_ref().map_or(field.name.span, |wire| wire.span));
        }
        inputs.list.push(Input { field: resolved, place });
    }

    fn input_field(&mut self, written: &'a ast::Field, site: &Site) -> Field {
        let mut field = self.field(written, site);
        self.settle_defaults();
        let from_cursor = |value: &ast::Value| matches!(&value.kind, ast::ValueKind::Name(path) if path.len() > 1 && path[0].value == "cursor");
        field.default = written.default.as_ref().filter(|value| !from_cursor(value)).and_then(|value| self.default(&field, value));
        field
    }

    fn style(&mut self, field: &ast::Field, place: ConstantPlace, path: bool) -> &'static str {
        let (usual, allowed): (_, &[&str]) = match place {
            _ if path => ("simple", &["simple", "label", "matrix", "json", "comma"]),
            ConstantPlace::Query => ("form_explode", &["form", "space", "pipe", "deep", "brackets", "comma", "json"]),
            ConstantPlace::Header => ("simple", &["simple", "comma", "json"]),
            ConstantPlace::Cookie => ("form_explode", &["form", "comma", "json"]),
            ConstantPlace::Body => ("form_explode", &["form", "space", "pipe", "deep", "brackets", "comma", "json"]),
        };
        let Some(style) = &field.style else { return usual };
        if !allowed.contains(&style.name.value.as_str()) {
            self.report(choice(codes::STYLE_DOES_NOT_FIT, &style.name, "style for this place:", allowed));
            return usual;
        }
        let explode = |usual: bool| style.explode.unwrap_or(usual);
        match style.name.value.as_str() {
            "form" if explode(true) => "form_explode",
            "form" => "form",
            "comma" if path || place == ConstantPlace::Header => "simple",
            "comma" => "form",
            "simple" if explode(false) => "simple_explode",
            "label" if explode(false) => "label_explode",
            "label" => "label",
            "matrix" if explode(false) => "matrix_explode",
            "matrix" => "matrix",
            "space" => "space",
            "pipe" => "pipe",
            "deep" => "deep",
            "brackets" => "brackets",
            "json" => "json",
            _ => "simple",
        }
    }

    fn encoding(&mut self, request: &ast::Request) -> Encoding {
        let detail = |what: &str| request.detail.as_ref().map_or_else(|| what.to_owned(), |detail| detail.value.clone());
        match request.encoding.value.as_str() {
            "json" => Encoding::Json,
            "form" => Encoding::Form,
            "multipart" => Encoding::Multipart,
            "xml" => Encoding::Xml(detail("request")),
            "raw" => {
                self.raw_body_is_one_value(request);
                Encoding::Raw(detail("application/octet-stream"))
            }
            _ => {
                let encoding = &request.encoding;
                self.report(unknown(codes::UNKNOWN_ENCODING, encoding, "encoding of a body", ["json", "form", "multipart", "xml", "raw"]));
                Encoding::Json
            }
        }
    }

    fn raw_body_is_one_value(&mut self, request: &ast::Request) {
        let problem = match (&request.detail, &request.body) {
            (None, _) => Some("a raw body needs its content type"),
            (_, RequestBody::Fields(_)) => Some("a raw body is one value, not members"),
            _ => None,
        };
        if let Some(problem) = problem {
            self.report(
                Diagnostic::new(codes::RAW_BODY, request.encoding.span, problem)
                    .here("not enough to go by")
                    .help("write for example `body raw \"text/plain\" text: string`"),
            );
        }
    }

    fn answers(&mut self, flat: &Flat<'a>) -> Vec<Answer> {
        let shorthand = flat.exchange.and_then(|exchange| exchange.answer.as_ref()).map(|answer| (answer, 0));
        let written: Vec<_> = shorthand.into_iter().chain(flat.answers.iter().copied()).collect();
        let several = written.len() > 1;
        let mut answers: Vec<Answer> = Vec::new();
        for (answer, at) in written {
            let hint = match &answer.status {
                Some(status) if several => format!("output_{}", status.value),
                _ => "output".to_owned(),
            };
            answers.push(self.answer(answer, &flat.sites[at], &hint));
        }
        if answers.is_empty() {
            let span = flat.exchange.map_or(flat.sites_span(), |exchange| exchange.span);
            answers.push(Answer { statuses: (200, 299), body: None, at: Vec::new(), decoding: Decoding::Nothing, span });
        }
        self.settle_defaults();
        answers
    }

    fn answer(&mut self, answer: &'a ast::Answer, site: &Site, hint: &str) -> Answer {
        let statuses = answer.status.as_ref().and_then(|status| self.status(status)).unwrap_or((200, 299));
        let span = answer.status.as_ref().map_or(answer.span, |status| status.span);
        let body = match &answer.body {
            AnswerBody::Nothing(_) => None,
            AnswerBody::Type(ty) => Some(self.ty(ty, site, hint)),
        };
        let decoding = self.decoding(answer.encoding.as_ref(), body.as_ref());
        Answer { statuses, at: segments(answer.at.as_ref()), decoding, body, span }
    }

    fn decoding(&mut self, written: Option<&Spanned<String>>, body: Option<&Type>) -> Decoding {
        match (body, written) {
            (None, _) => Decoding::Nothing,
            (Some(Type::File), _) => Decoding::Stream,
            (_, None) => Decoding::Json,
            (_, Some(written)) if written.value == "json" || written.value.ends_with("/json") || written.value.ends_with("+json") => Decoding::Json,
            (_, Some(written)) if written.value == "xml" || written.value.ends_with("/xml") || written.value.ends_with("+xml") => Decoding::Xml,
            (Some(Type::String(_)), Some(written)) if written.value.contains('/') => Decoding::Text(written.value.clone()),
            (_, Some(written)) => {
                self.report(
                    Diagnostic::new(codes::UNKNOWN_ENCODING, written.span, format!("an answer of this type cannot be read as `{}`", written.value))
                        .here("unknown encoding")
                        .help("write `as json` or `as xml`; text goes with `string`, and any other bytes with `file`"),
                );
                Decoding::Json
            }
        }
    }

    /// A method that HTTP has.
    pub(super) fn method(&mut self, method: &Spanned<String>) -> String {
        if !METHODS.contains(&method.value.as_str()) {
            self.report(unknown(codes::UNKNOWN_METHOD, method, "HTTP method", METHODS));
        }
        method.value.clone()
    }

    fn module_server(&mut self, flat: &Flat<'a>, connector: &Connector, connections: &[Connection]) -> ModuleServer {
        if flat.exchange.is_some_and(|exchange| exchange.outside) {
            return ModuleServer::Outside;
        }
        match flat.server {
            None => ModuleServer::Default,
            Some(ast::ModuleServer::Url(url)) => ModuleServer::Own(self.server_template(url, connections)),
            Some(ast::ModuleServer::Name(name)) => {
                let found = connector.servers.iter().position(|server| server.name.as_deref() == Some(&name.value));
                if found.is_none() {
                    let known = connector.servers.iter().filter_map(|server| server.name.as_deref());
                    self.report(unknown(codes::UNKNOWN_SERVER, name, "server", known));
                }
                found.map_or(ModuleServer::Default, ModuleServer::Named)
            }
        }
    }

    fn module_connections(&mut self, flat: &Flat<'a>, connections: &[Connection]) -> Vec<String> {
        let Some((names, _)) = flat.connections else { return Vec::new() };
        names.iter().filter(|name| self.connection_exists(name, connections)).map(|name| name.value.clone()).collect()
    }

    /// Says so when there is no such connection; `none` always is.
    pub(super) fn connection_exists(&mut self, name: &Ident, connections: &[Connection]) -> bool {
        let found = name.value == "none" || connections.iter().any(|connection| connection.name == name.value);
        if !found {
            let known = connections.iter().map(|connection| connection.name.as_str());
            self.report(unknown(codes::UNKNOWN_CONNECTION, name, "connection", known));
        }
        found
    }

    fn retry_class(&mut self, retry: Option<&ast::Retry>, exchange: Option<&ast::Exchange1>) -> RetryClass {
        let usual = match exchange.map(|exchange| exchange.method.value.as_str()) {
            Some("GET" | "HEAD" | "OPTIONS") => RetryClass::Safe,
            Some("PUT" | "DELETE") => RetryClass::Idempotent,
            _ => RetryClass::Never,
        };
        let Some(retry) = retry else { return usual };
        if let Some(status) = retry.statuses.first().map(|status| status.span).or(retry.honour.as_ref().map(|header| header.span)) {
            self.report(
                Diagnostic::new(codes::RETRY_MISPLACED, status, "which statuses are tried again is said once, on the connector")
                    .here("not for one module")
                    .help("a module says `retry safe`, `retry idempotent`, `retry never` or `retry key header \"…\"`"),
            );
        }
        if let Some(key) = &retry.key {
            self.header_is_legal(key);
            return RetryClass::Key(key.value.clone());
        }
        match retry.class.as_ref().map(|class| class.value.as_str()) {
            Some("safe") => RetryClass::Safe,
            Some("idempotent") => RetryClass::Idempotent,
            Some("never") => RetryClass::Never,
            None => usual,
            Some(_) => {
                let class = retry.class.as_ref().expect("the arm above takes none");
                self.report(choice(codes::UNKNOWN_CHOICE, class, "retry class", &["safe", "idempotent", "never"]));
                usual
            }
        }
    }

    fn order(&mut self, order: Option<&ast::Order>, page: Option<&crate::model::Page>, on: crate::model::Versions) -> Option<Order> {
        let order = order?;
        let Some(by) = &order.by else {
            if order.why.is_none() {
                self.report(without_reason(codes::ORDER_NONE, order.span, "`order none`", "order none \"the API offers no sorting\""));
            }
            return Some(Order::None);
        };
        if let Some(Type::Named(symbol)) = page.map(|page| &page.item) {
            let fields: Vec<String> = self.field_names(*symbol, on);
            if !fields.is_empty() && !fields.contains(&by.value) {
                self.report(unknown(codes::UNKNOWN_ORDER, by, "field of the item called", fields.iter().map(String::as_str)));
            }
        }
        Some(Order::By(by.value.clone()))
    }

    /// The names of a struct's fields; none when it is no struct.
    pub(super) fn field_names(&self, symbol: crate::model::Symbol, on: crate::model::Versions) -> Vec<String> {
        let found = self.definitions_of(symbol).filter(|one| !one.on.and(on).is_empty());
        let fields = found.filter_map(|one| if let crate::model::TypeDefKind::Struct(fields) = &one.kind { Some(fields) } else { None });
        fields.flatten().filter(|field| !field.rest).map(|field| field.name.clone()).collect()
    }
}

impl<'a> Flat<'a> {
    /// Takes in what the module does not say itself; gives the names of the statements taken that can only be given once.
    fn take_in(&mut self, body: &'a ModuleBody, site: Site, own: &ModuleBody) -> Vec<&'static str> {
        let at = self.sites.len();
        self.sites.push(site);
        let mut given = Vec::new();
        let mut note = |taken: bool, what| {
            if taken {
                given.push(what);
            }
        };
        note(body.exchange.is_some() && own.exchange.is_none(), "exchange");
        note(body.server.is_some() && own.server.is_none(), "server");
        note(body.connections.is_some() && own.connections.is_none(), "connection");
        let adds = body.request.as_ref().is_some_and(|request| self.requests.iter().all(|(other, _)| add_up(other, request)));
        note(body.request.is_some() && own.request.is_none() && !adds, "body");
        note(body.page.is_some() && own.page.is_none(), "page");
        note(body.order.is_some() && own.order.is_none(), "order");
        note(body.retry.is_some() && own.retry.is_none(), "retry");
        self.exchange = self.exchange.or(body.exchange.as_ref());
        self.server = self.server.or(body.server.as_ref());
        self.connections = self.connections.or(body.connections.as_ref());
        self.requests.extend(body.request.as_ref().filter(|_| adds).map(|request| (request, at)));
        self.page = self.page.or(body.page.as_ref());
        self.order = self.order.or(body.order.as_ref());
        self.retry = self.retry.or(body.retry.as_ref());
        self.path.extend(body.path.iter().map(|field| (field, at)));
        self.query.extend(body.query.iter().map(|field| (field, at)));
        self.header.extend(body.header.iter().map(|field| (field, at)));
        self.cookie.extend(body.cookie.iter().map(|field| (field, at)));
        self.answers.extend(body.answers.iter().map(|answer| (answer, at)));
        self.fails.extend(body.fails.iter().map(|fails| (fails, at)));
        self.limits.extend(&body.limits);
        given
    }

    /// A place for what is not written at all.
    fn sites_span(&self) -> Span {
        self.answers.first().map_or(Span { file: crate::source::FileId(0), start: 0, end: 0 }, |(answer, _)| answer.span)
    }
}

fn own_statements(body: &ModuleBody, site: Site) -> Flat<'_> {
    let own = |fields| Vec::from_iter(std::iter::Iterator::map(<&[ast::Field]>::into_iter(fields), |field| (field, 0)));
    Flat {
        exchange: body.exchange.as_ref(),
        server: body.server.as_ref(),
        connections: body.connections.as_ref(),
        path: own(&body.path),
        query: own(&body.query),
        header: own(&body.header),
        cookie: own(&body.cookie),
        requests: body.request.iter().map(|request| (request, 0)).collect(),
        answers: body.answers.iter().map(|answer| (answer, 0)).collect(),
        fails: body.fails.iter().map(|fails| (fails, 0)).collect(),
        page: body.page.as_ref(),
        order: body.order.as_ref(),
        limits: body.limits.iter().collect(),
        retry: body.retry.as_ref(),
        sites: vec![site],
    }
}

fn is_empty(body: &ModuleBody) -> bool {
    let fields = [&body.path, &body.query, &body.header, &body.cookie];
    fields.iter().all(|fields| fields.is_empty())
        && body.exchange.is_none()
        && body.server.is_none()
        && body.connections.is_none()
        && body.request.is_none()
        && body.answers.is_empty()
        && body.fails.is_empty()
        && body.page.is_none()
        && body.order.is_none()
        && body.limits.is_empty()
        && body.retry.is_none()
}

/// Two bodies of members in one encoding are one body.
fn add_up(a: &ast::Request, b: &ast::Request) -> bool {
    let members = |request: &ast::Request| matches!(request.body, RequestBody::Fields(_));
    members(a) && members(b) && a.encoding.value == b.encoding.value
}

fn request_fields(request: &ast::Request) -> &[ast::Field] {
    match &request.body {
        RequestBody::Fields(fields) => fields,
        RequestBody::Whole(field) => std::slice::from_ref(field),
    }
}

fn constant_text(field: &ast::Field) -> Option<String> {
    let TypeKind::Literal(value) = &field.ty.kind else { return None };
    Some(match literal(value)? {
        Literal::Text(text) => text,
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    })
}

fn spans(flat: &Flat<'_>, item: &ast::Module) -> ModuleSpans {
    let retry = flat.retry.map(|retry| retry.class.as_ref().map_or(retry.span, |class| class.span));
    ModuleSpans {
        method: flat.exchange.map_or(item.name.span, |exchange| exchange.method.span),
        path: flat.exchange.map_or(item.name.span, |exchange| exchange.path.span),
        body: flat.requests.first().map(|(request, _)| request.encoding.span),
        retry,
    }
}

/// The input of a hole that nothing declares: said once, and silent from then on.
fn unbound(name: &str, span: Span, on: crate::model::Versions) -> Field {
    Field {
        name: name.to_owned(),
        wire: name.to_owned(),
        docs: String::new(),
        on,
        ty: Type::UNKNOWN,
        optional: false,
        nullable: false,
        rest: false,
        default: Some("null".to_owned()),
        from: None,
        life: None,
        span,
    }
}

fn no_exchange(item: &ast::Module) -> Diagnostic {
    Diagnostic::new(codes::NO_EXCHANGE, item.name.span, format!("`{}` does not say which HTTP call it makes", item.name.value))
        .here("makes no call")
        .help("write for example `GET \"/projects\" -> [Project]` inside it")
}

fn poll_outside_trigger(exchange: &ast::Exchange1) -> Diagnostic {
    let word = Span { end: exchange.method.span.start, ..exchange.span };
    Diagnostic::new(codes::POLL_OUTSIDE_TRIGGER, exchange.method.span, "only triggers poll")
        .here("called once, when asked")
        .help("leave `poll` out, or make this a `trigger`")
        .replace("leave `poll` out", word, "")
}

fn given_by_both(what: &str, name: &Ident, first: &Ident) -> Diagnostic {
    Diagnostic::new(codes::GIVEN_BY_BOTH, name.span, format!("two mixins give this module its `{what}`"))
        .here(format!("gives `{what}`"))
        .also(first.span, format!("gives `{what}` too"))
        .help(format!("take in one of them, or write `{what}` in the module itself"))
}

fn undeclared_hole(item: &ast::Module, exchange: &ast::Exchange1, name: &str, span: Span) -> Diagnostic {
    let (after, text) = match item.body.path.last() {
        Some(last) => (last.span, format!("  {name}: string")),
        None => (exchange.span, format!("\n  path {{ {name}: string }}")),
    };
    let at = Span { start: after.end, ..after };
    Diagnostic::new(codes::HOLE_NOT_DECLARED, span, format!("nothing declares the path parameter `{name}`"))
        .here("which type does it have?")
        .help(format!("add `path {{ {name}: string }}`"))
        .replace(format!("declare `{name}: string`"), at, text)
}

fn no_such_hole(field: &ast::Field, exchange: &ast::Exchange1) -> Diagnostic {
    Diagnostic::new(codes::NO_SUCH_HOLE, field.name.span, format!("the path has no hole for `{}`", field.name.value))
        .here("goes nowhere")
        .also(exchange.path.span, "the path")
        .help(format!("write `{{{}}}` where it belongs in the path, or move it into `query {{ … }}`", field.name.value))
}

/// A `none` that must say why.
pub(super) fn without_reason(code: Code, span: Span, what: &str, example: &str) -> Diagnostic {
    Diagnostic::new(code, span, format!("{what} does not say why")).here("a reason must follow").help(format!("write for example `{example}`"))
}
