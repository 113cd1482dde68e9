//! Modules: the call, its body and answers, where it goes, who may call it, and whether it may be repeated.

use super::connector::segments;
use super::flat::Flat;
use super::items::{Items, Placed};
use super::names::{pascal, title};
use super::pages::PageParts;
use super::unknown::{choice, unknown};
use super::{Resolver, Site};
use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::model::{
    Answer, Connection, Connector, Decoding, Encoding, Framing, ItemStream, Module, ModuleServer, ModuleSpans, Order, Page, Parts, PartsBy,
    RetryClass, Symbol, Type, TypeDefKind, Versions,
};
use crate::source::{Span, Spanned};
use crate::syntax::METHODS;
use crate::syntax::ast::{self, AnswerBody, Ident, Leads, RequestBody};

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
        let retry = self.retry_class(flat.retry, flat.exchange, &encoding);
        let mut answers = self.answers(&flat);
        let parts =
            PageParts { kind: item.kind, name: &item.name, page: flat.page, inputs: &inputs.list, constants: &inputs.constants, on };
        // What a module with steps gives is known when all modules are.
        let page = if item.body.steps.is_none() { self.page(&parts, &mut answers) } else { None };
        let makes_exchange = flat.exchange.is_some() || item.body.steps.is_none() && flat.webhook.is_none();
        let order = self.order(flat.order, page.as_ref(), on);
        let mut module = Module {
            symbol,
            kind: item.kind,
            revision: item.revision.as_ref().map_or(1, |revision| revision.value),
            title: item.title.as_ref().map_or_else(|| title(&item.name.value), |title| title.value.clone()),
            docs: super::docs(&item.head.docs),
            on,
            life: self.life(&item.head, &placed.group, &item.name),
            method: flat
                .exchange
                .map_or_else(|| if makes_exchange { "GET".to_owned() } else { String::new() }, |exchange| self.method(&exchange.method)),
            path,
            server: self.module_server(&flat, connector, connections),
            connections: self.module_connections(&flat, connections),
            inputs: inputs.list,
            constants: inputs.constants,
            encoding,
            fails: flat.fails.iter().map(|(fails, at)| self.failure(fails, &flat.sites[*at])).collect(),
            answers,
            parts: flat.parts.and_then(|parts| self.body_parts(parts)),
            page,
            order,
            limits: flat.limits.iter().flat_map(|limit| self.limits(std::slice::from_ref(*limit))).collect(),
            cost: flat.cost.map(|cost| self.cost(cost)),
            retry,
            steps: None,
            poll: None,
            webhook: self.webhook(item, &flat),
            examples: Vec::new(),
            span: item.name.span,
            spans: spans(&flat, item),
        };
        self.steps_stand_alone(item, &flat);
        self.trigger_is_whole(item, &flat);
        self.polls(item, &flat);
        // What only older versions have is shown as it was there, which is known when changes are undone.
        if item.body.steps.is_none() && on.has(self.apis.len() - 1) {
            module.examples = self.examples(&module, &item.body.examples, connections, &site);
        }
        Some(module)
    }

    fn encoding(&mut self, request: &ast::Request) -> Encoding {
        let detail = |what: &str| request.detail.as_ref().map_or_else(|| what.to_owned(), |detail| detail.value.clone());
        match request.encoding.value.as_str() {
            "json" => request.detail.as_ref().map_or(Encoding::Json, |detail| Encoding::JsonAs(detail.value.clone())),
            "form" => Encoding::Form,
            "multipart" => Encoding::Multipart,
            "xml" => Encoding::Xml(detail("request")),
            "raw" => {
                self.raw_body_is_one_value(request);
                Encoding::Raw(detail("application/octet-stream"))
            }
            "graphql" => self.document(request).map_or(Encoding::Json, Encoding::Graphql),
            _ => {
                let encoding = &request.encoding;
                let known = ["json", "form", "multipart", "xml", "raw", "graphql"];
                self.report(unknown(codes::UNKNOWN_ENCODING, encoding, "encoding of a body", known));
                Encoding::Json
            }
        }
    }

    /// What a GraphQL server is sent; none where it is not written as it should be, which is reported.
    fn document(&mut self, request: &ast::Request) -> Option<String> {
        let problem = match (&request.detail, &request.body) {
            (None, _) => Some("a GraphQL call needs its document"),
            (_, RequestBody::Whole(_)) => Some("the variables of a GraphQL call are members"),
            _ => None,
        };
        if let Some(problem) = problem {
            self.report(
                Diagnostic::new(codes::BAD_DOCUMENT, request.encoding.span, problem)
                    .here("not enough to go by")
                    .help("write for example `body graphql \"query Issue($id: ID!) { issue(id: $id) { title } }\" { id: string }`"),
            );
        }
        request.detail.as_ref().filter(|_| problem.is_none()).map(|detail| detail.value.clone())
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
        let delivered = flat.webhook.filter(|_| flat.exchange.is_none()).map(|webhook| &webhook.answer);
        let shorthand = flat.exchange.and_then(|exchange| exchange.answer.as_ref()).or(delivered).map(|answer| (answer, 0));
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
        let decoding = match answer.encoding.as_ref().and_then(|encoding| Framing::named(&encoding.value)) {
            Some(framing) => Decoding::Items(ItemStream {
                framing,
                named: answer.items.named.is_some(),
                end: answer.items.end.as_ref().map(|end| end.value.clone()),
                resume: answer.items.resume.is_some(),
            }),
            None => self.decoding(answer.encoding.as_ref(), body.as_ref()),
        };
        Answer { statuses, at: segments(answer.at.as_ref()), decoding, body, span }
    }

    fn decoding(&mut self, written: Option<&Spanned<String>>, body: Option<&Type>) -> Decoding {
        match (body, written) {
            (None, _) => Decoding::Nothing,
            (Some(Type::File), _) => Decoding::Stream,
            (_, None) => Decoding::Json,
            (_, Some(written)) if written.value == "headers" => Decoding::Headers,
            // Of a delivery.
            (_, Some(written)) if written.value == "form" => Decoding::Json,
            (_, Some(written)) if written.value == "json" || written.value.ends_with("/json") || written.value.ends_with("+json") => {
                Decoding::Json
            }
            (_, Some(written)) if written.value == "xml" || written.value.ends_with("/xml") || written.value.ends_with("+xml") => {
                Decoding::Xml
            }
            (Some(Type::String(_)), Some(written)) if written.value.contains('/') => Decoding::Text(written.value.clone()),
            (_, Some(written)) => {
                let problem = Diagnostic::new(
                    codes::UNKNOWN_ENCODING,
                    written.span,
                    format!("an answer of this type cannot be read as `{}`", written.value),
                )
                .here("unknown encoding");
                self.report(match meant(&written.value) {
                    Some(word) => problem.help(format!("write `as {word}`")).replace(format!("write `{word}`"), written.span, word),
                    None => problem.help("write `as json`, `as xml`, `as headers`, or `as events` or `as lines` for a list; text goes with `string`, any other bytes with `file`"),
                });
                Decoding::Json
            }
        }
    }

    fn body_parts(&mut self, written: &ast::Parts) -> Option<Parts> {
        let Some(by) = PartsBy::ALL.into_iter().find(|by| by.word() == written.by.value) else {
            self.report(unknown(codes::UNKNOWN_PARTS, &written.by, "way to send a body in parts", PartsBy::ALL.map(PartsBy::word)));
            return None;
        };
        let count = |said: &Option<Spanned<u64>>, usual: u64| said.as_ref().map_or(usual, |said| said.value);
        let multiple = count(&written.multiple, 1);
        // A size that nobody named is the usual one, as near as the multiple lets it be.
        let usual = USUAL_PART.checked_next_multiple_of(multiple.max(1)).unwrap_or(multiple);
        Some(Parts { by, size: count(&written.size, usual), multiple, next: segments(written.next.as_ref()), span: written.span })
    }

    /// A method that HTTP has.
    pub(super) fn method(&mut self, method: &Spanned<String>) -> String {
        if !METHODS.contains(&method.value.as_str()) {
            self.report(unknown(codes::UNKNOWN_METHOD, method, "HTTP method", METHODS));
        }
        method.value.clone()
    }

    fn module_server(&mut self, flat: &Flat<'a>, connector: &Connector, connections: &[Connection]) -> ModuleServer {
        match flat.exchange.and_then(|exchange| exchange.leads) {
            Some(Leads::Outside) => return ModuleServer::Outside,
            Some(Leads::Inside) => return ModuleServer::Inside,
            None => {}
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

    fn retry_class(&mut self, retry: Option<&ast::Retry>, exchange: Option<&ast::Exchange1>, encoding: &Encoding) -> RetryClass {
        let usual = RetryClass::usual(exchange.map_or("", |exchange| exchange.method.value.as_str()), encoding);
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

    fn order(&mut self, order: Option<&ast::Order>, page: Option<&Page>, on: Versions) -> Option<Order> {
        let order = order?;
        let Some(by) = &order.by else {
            if order.why.is_none() {
                self.report(without_reason(codes::ORDER_NONE, order.span, "`order none`", "order none \"the API offers no sorting\""));
            }
            return Some(Order::None(order.why.as_ref().map_or_else(String::new, |why| why.value.clone())));
        };
        if let Some(Type::Named(symbol)) = page.map(|page| &page.item) {
            let fields: Vec<String> = self.field_names(*symbol, on);
            let first = by.value.split('.').next().unwrap_or_default();
            if !fields.is_empty() && !fields.iter().any(|field| field == first) {
                self.report(unknown(codes::UNKNOWN_ORDER, by, "field of the item called", fields.iter().map(String::as_str)));
            }
        }
        Some(Order::By(by.value.clone()))
    }

    /// The names of a struct's fields; none when it is no struct.
    pub(super) fn field_names(&self, symbol: Symbol, on: Versions) -> Vec<String> {
        let found = self.definitions_of(symbol).filter(|one| !one.on.and(on).is_empty());
        let fields = found.filter_map(|one| if let TypeDefKind::Struct(fields) = &one.kind { Some(fields) } else { None });
        fields.flatten().filter(|field| !field.rest).map(|field| field.name.clone()).collect()
    }
}

fn spans(flat: &Flat<'_>, item: &ast::Module) -> ModuleSpans {
    let retry = flat.retry.map(|retry| retry.class.as_ref().map_or(retry.span, |class| class.span));
    ModuleSpans {
        method: flat.exchange.map_or(item.name.span, |exchange| exchange.method.span),
        path: flat.exchange.map_or(item.name.span, |exchange| exchange.path.span),
        body: flat.requests.first().map(|(request, _)| request.encoding.span),
        detail: flat.requests.first().and_then(|(request, _)| Some(request.detail.as_ref()?.span)),
        retry,
        cost: flat.cost.map(|cost| cost.span),
        end: before_brace(item.span),
    }
}

/// What an answer is read as, where it is called otherwise elsewhere.
fn meant(word: &str) -> Option<&'static str> {
    match word {
        "sse" | "stream" | "eventstream" | "event_stream" | "text/event-stream" => Some("events"),
        "ndjson" | "jsonl" | "jsonlines" | "json_lines" | "application/x-ndjson" | "application/jsonl" => Some("lines"),
        _ => nearest(word, ["json", "xml", "headers", "events", "lines"]),
    }
}

/// Just before the closing brace of an item.
pub(super) fn before_brace(item: Span) -> Span {
    Span { start: item.end.saturating_sub(1), end: item.end.saturating_sub(1), ..item }
}

/// A `none` that must say why.
pub(super) fn without_reason(code: Code, span: Span, what: &str, example: &str) -> Diagnostic {
    Diagnostic::new(code, span, format!("{what} does not say why"))
        .here("a reason must follow")
        .help(format!("write for example `{example}`"))
}

/// Bytes of a part where the spec names none.
const USUAL_PART: u64 = 8 << 20;
