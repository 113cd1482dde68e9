//! A module's statements, its own and those of its mixins, as one list. What a module says itself wins.

use super::types::{gives_nothing, mixin_site};
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, ModuleBody, ModuleKind, RequestBody};

/// A module's statements, its own and those of its mixins.
pub(super) struct Flat<'a> {
    pub(super) exchange: Option<&'a ast::Exchange1>,
    pub(super) server: Option<&'a ast::ModuleServer>,
    pub(super) connections: Option<&'a (Vec<Ident>, Span)>,
    pub(super) path: Vec<(&'a ast::Field, usize)>,
    pub(super) query: Vec<(&'a ast::Field, usize)>,
    pub(super) header: Vec<(&'a ast::Field, usize)>,
    pub(super) cookie: Vec<(&'a ast::Field, usize)>,
    /// The body; mixins may add members to a body of members.
    pub(super) requests: Vec<(&'a ast::Request, usize)>,
    pub(super) answers: Vec<(&'a ast::Answer, usize)>,
    pub(super) fails: Vec<(&'a ast::Fails, usize)>,
    pub(super) parts: Option<&'a ast::Parts>,
    pub(super) page: Option<&'a ast::Page>,
    pub(super) order: Option<&'a ast::Order>,
    pub(super) limits: Vec<&'a ast::Limit>,
    pub(super) cost: Option<&'a ast::Cost>,
    pub(super) retry: Option<&'a ast::Retry>,
    pub(super) cursor: Option<&'a ast::Cursor>,
    pub(super) webhook: Option<&'a ast::Webhook>,
    pub(super) verify: Option<&'a ast::Verify>,
    pub(super) challenges: Vec<&'a ast::Challenge>,
    /// Where fields stand: the module itself, then each mixin.
    pub(super) sites: Vec<Site>,
}

impl<'a> Resolver<'a> {
    /// Takes in the mixins of a module.
    pub(super) fn flat(&mut self, item: &'a ast::Module, site: Site) -> Flat<'a> {
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
        if flat.exchange.is_none() && item.body.steps.is_none() && flat.webhook.is_none() && item.kind != ModuleKind::Trigger {
            self.report(no_exchange(item));
        }
        if let Some(exchange) = flat.exchange.filter(|exchange| exchange.poll && item.kind != ModuleKind::Trigger) {
            self.report(poll_outside_trigger(exchange));
        }
        flat
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
        note(body.parts.is_some() && own.parts.is_none(), "parts");
        note(body.page.is_some() && own.page.is_none(), "page");
        note(body.order.is_some() && own.order.is_none(), "order");
        note(body.retry.is_some() && own.retry.is_none(), "retry");
        note(body.cursor.is_some() && own.cursor.is_none(), "cursor");
        note(body.webhook.is_some() && own.webhook.is_none(), "webhook");
        note(body.verify.is_some() && own.verify.is_none(), "verify");
        self.exchange = self.exchange.or(body.exchange.as_ref());
        self.server = self.server.or(body.server.as_ref());
        self.connections = self.connections.or(body.connections.as_ref());
        self.requests.extend(body.request.as_ref().filter(|_| adds).map(|request| (request, at)));
        self.parts = self.parts.or(body.parts.as_ref());
        self.page = self.page.or(body.page.as_ref());
        self.order = self.order.or(body.order.as_ref());
        self.retry = self.retry.or(body.retry.as_ref());
        self.cost = self.cost.or(body.cost.as_ref());
        self.cursor = self.cursor.or(body.cursor.as_ref());
        self.webhook = self.webhook.or(body.webhook.as_ref());
        self.verify = self.verify.or(body.verify.as_ref());
        self.challenges.extend(&body.challenges);
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
    pub(super) fn sites_span(&self) -> Span {
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
        parts: body.parts.as_ref(),
        page: body.page.as_ref(),
        order: body.order.as_ref(),
        limits: body.limits.iter().collect(),
        cost: body.cost.as_ref(),
        retry: body.retry.as_ref(),
        cursor: body.cursor.as_ref(),
        webhook: body.webhook.as_ref(),
        verify: body.verify.as_ref(),
        challenges: body.challenges.iter().collect(),
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
        && body.parts.is_none()
        && body.page.is_none()
        && body.order.is_none()
        && body.limits.is_empty()
        && body.cost.is_none()
        && body.retry.is_none()
        && body.cursor.is_none()
        && body.webhook.is_none()
        && body.verify.is_none()
        && body.challenges.is_empty()
}

/// Two bodies of members in one encoding are one body.
fn add_up(a: &ast::Request, b: &ast::Request) -> bool {
    let members = |request: &ast::Request| matches!(request.body, RequestBody::Fields(_));
    members(a) && members(b) && a.encoding.value == b.encoding.value
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
