//! The `connector` item: servers, what is always sent, limits, retry, error answers.

use super::items::Items;
use super::names::pascal;
use super::unknown::choice;
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Connection, Connector, Cost, Failure, Grant, Limit, Send, Server, Template, Type};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::{self, LimitKind, SendPlace, SendValue};

impl<'a> Resolver<'a> {
    /// What the `connector` item says; a connector without one has the name of nothing.
    pub(super) fn connector(&mut self, items: &Items<'a>, connections: &[Connection]) -> Connector {
        for again in items.connectors.iter().skip(1) {
            self.report(second_connector(again, items.connectors[0]));
        }
        let Some(item) = items.connectors.first().copied() else {
            let span = items.start.unwrap_or(Span { file: FileId(0), start: 0, end: 0 });
            self.report(no_connector(span));
            return missing(span);
        };
        // Each file of a folder says what it is for: the connector's own is the one that it stands in.
        let own: Vec<ast::Text> = items.docs.iter().copied().filter(|line| line.span.file == item.span.file).cloned().collect();
        let docs = [super::docs(&own), super::docs(&item.head.docs)].into_iter().filter(|docs| !docs.is_empty()).collect::<Vec<_>>();
        let site = Site { group: Vec::new(), name: pascal(&item.name.value), label: item.name.value.clone(), on: self.all_versions };
        if let Some(retry) = &item.retry {
            self.connector_retry(retry);
        }
        Connector {
            name: item.name.value.clone(),
            title: item.title.as_ref().unwrap_or(&item.name).value.clone(),
            docs: docs.join("\n\n"),
            docs_url: item.docs_url.as_ref().map(|url| url.value.clone()),
            names: self.convention.word(),
            servers: self.servers(item, connections),
            sends: item.sends.iter().filter_map(|send| self.constant_send(send)).collect(),
            limits: self.limits(&item.limits),
            retry_statuses: item.retry.as_ref().map_or_else(Vec::new, |retry| self.statuses(&retry.statuses)),
            honour: item.retry.as_ref().and_then(|retry| retry.honour.as_ref()).map(|header| header.value.to_lowercase()),
            fails: item.fails.iter().map(|fails| self.failure(fails, &site)).collect(),
            served: item.served.as_ref().map(|header| self.served(header)),
            span: item.name.span,
        }
    }

    fn connector_retry(&mut self, retry: &ast::Retry) {
        let misplaced = retry.class.as_ref().map(|class| class.span).or(retry.key.as_ref().map(|key| key.span));
        if let Some(span) = misplaced {
            self.report(
                Diagnostic::new(codes::RETRY_MISPLACED, span, "whether a call may be repeated is said by each module")
                    .here("not for a whole connector")
                    .help("on a connector, `retry 429, 5xx` names the statuses that are tried again"),
            );
        }
    }

    fn served(&mut self, header: &ast::Text) -> String {
        self.header_is_legal(header);
        if self.api_index.is_empty() {
            self.report(
                Diagnostic::new(
                    codes::IN_NO_VERSION,
                    header.span,
                    "the version served cannot be compared: this connector has no API versions",
                )
                .here("names a version of what?")
                .help("write an `api` item for each version, or leave `served` out"),
            );
        }
        header.value.to_lowercase()
    }

    fn servers(&mut self, item: &'a ast::Connector, connections: &[Connection]) -> Vec<Server> {
        let several = item.servers.len() > 1;
        let mut servers: Vec<Server> = Vec::new();
        for (index, server) in item.servers.iter().enumerate() {
            match &server.name {
                None if several => self.report(nameless_server(server)),
                Some(name) => {
                    let first = item.servers[..index].iter().filter_map(|one| one.name.as_ref()).find(|one| one.value == name.value);
                    if let Some(first) = first {
                        self.report(super::symbols::twice("server", name, first.span));
                    }
                }
                None => {}
            }
            let url = self.server_template(&server.url, connections);
            servers.push(Server { name: server.name.as_ref().map(|name| name.value.clone()), url, on: self.all_versions });
        }
        servers
    }

    /// A server's URL: over `{api}` and the fields that every connection has.
    pub(super) fn server_template(&mut self, url: &ast::Template, connections: &[Connection]) -> Template {
        let mut known = vec!["api".to_owned()];
        known.extend(connections.iter().flat_map(hole_names).map(|name| format!("connection.{name}")));
        known.dedup();
        let template = self.template(url, &known);
        for hole in template.holes.iter().filter_map(|hole| hole.strip_prefix("connection.")) {
            let using = connections.iter().filter(|connection| connection.server.is_none());
            for connection in using.filter(|connection| !hole_names(connection).any(|name| name == hole)) {
                self.report(connection_lacks(connection, hole, url.span));
            }
        }
        template
    }

    fn constant_send(&mut self, send: &ast::Send) -> Option<Send> {
        let known = ["api".to_owned()];
        let value = |resolver: &mut Self, value: &SendValue| resolver.send_value(value, &known);
        Some(match &send.place {
            SendPlace::Header(name, given) => {
                self.header_is_legal(name);
                Send::Header(name.value.clone(), value(self, given))
            }
            SendPlace::Query(name, given) => Send::Query(name.value.clone(), value(self, given)),
            SendPlace::Cookie(name, given) => Send::Cookie(name.value.clone(), value(self, given)),
            SendPlace::Bearer(_) | SendPlace::Basic(..) => {
                self.report(
                    Diagnostic::new(
                        codes::CREDENTIAL_ON_CONNECTOR,
                        send.span,
                        "a connector sends constants; credentials belong to a connection",
                    )
                    .here("belongs into a connection")
                    .help("write this `send` inside a `connection`"),
                );
                return None;
            }
        })
    }

    /// Limits on calls.
    pub(super) fn limits(&mut self, written: &[ast::Limit]) -> Vec<Limit> {
        written.iter().map(|limit| self.limit_of(limit)).collect()
    }

    fn limit_of(&mut self, limit: &ast::Limit) -> Limit {
        match &limit.kind {
            LimitKind::Concurrent(count) => Limit::Concurrent(self.not_zero(count, "calls at once")),
            LimitKind::Window { count, window, moving, points } => {
                let what = if *points { "points" } else { "calls" };
                let holds = self.not_zero(count, what);
                // A number that is wrong, and was reported, makes no cost too high.
                let count = if *points && count.value == 0 { u64::MAX } else { holds };
                Limit::Window { count, millis: window.value, moving: *moving, points: *points }
            }
            LimitKind::Headers { remaining, reset: (kind, header), points } => {
                const KINDS: [&str; 3] = ["epoch", "delta", "date"];
                if !KINDS.contains(&kind.value.as_str()) {
                    self.report(choice(codes::UNKNOWN_CHOICE, kind, "kind of reset", &KINDS));
                }
                self.header_is_legal(remaining);
                self.header_is_legal(header);
                let (remaining, reset) = (remaining.value.to_lowercase(), header.value.to_lowercase());
                Limit::Headers { remaining, reset, kind: kind.value.clone(), points: *points }
            }
        }
    }

    /// What a call costs.
    pub(super) fn cost(&mut self, cost: &ast::Cost) -> Cost {
        if let Some(header) = &cost.header {
            self.header_is_legal(header);
        }
        let header = cost.header.as_ref().map(|header| header.value.to_lowercase());
        Cost { points: u32::try_from(cost.points.value).unwrap_or(u32::MAX), header }
    }

    fn not_zero(&mut self, number: &Spanned<u64>, what: &str) -> u64 {
        if number.value == 0 {
            self.report(
                Diagnostic::new(codes::ZERO_LIMIT, number.span, format!("a limit of no {what} lets nothing through"))
                    .here("must be at least 1")
                    .help("write a number from 1, or leave the limit out"),
            );
        }
        number.value.max(1)
    }

    /// An error answer.
    pub(super) fn failure(&mut self, fails: &'a ast::Fails, site: &Site) -> Failure {
        let body = self.ty(&fails.body, site, "failure");
        self.settle_defaults();
        let at = segments(fails.at.as_ref());
        let on = site.on;
        let path = |resolver: &mut Self, path: &Option<ast::WirePath>| {
            path.as_ref().map_or_else(Vec::new, |path| resolver.answer_path(path, Some(&body), &at, on).0)
        };
        let (code, message) = (path(self, &fails.code), path(self, &fails.message));
        let when = fails
            .when
            .as_ref()
            .map(|when| (segments(Some(&when.path)), when.equals.as_ref().and_then(|value| self.condition_value(value))));
        Failure { statuses: self.statuses(&fails.statuses), when, body: strip_null(body), at, code, message }
    }

    fn condition_value(&mut self, value: &ast::Value) -> Option<String> {
        let (text, problems) = self.literals().read_json(value, super::literals::Reading::default_value(self.all_versions));
        for problem in problems {
            self.report(problem);
        }
        Some(text)
    }
}

/// What a server's template can name of a connection: its fields, and what its token response gives.
pub(super) fn hole_names(connection: &Connection) -> impl Iterator<Item = &str> {
    let reads: &[(String, Vec<String>)] = if let Grant::OAuth2(oauth) = &connection.grant { &oauth.reads } else { &[] };
    connection.fields.iter().map(|field| field.name.as_str()).chain(reads.iter().map(|(name, _)| name.as_str()))
}

/// The members of a path as they are on the wire.
pub(super) fn segments(path: Option<&ast::WirePath>) -> Vec<String> {
    path.map_or_else(Vec::new, |path| path.segments.iter().map(|segment| segment.value.clone()).collect())
}

fn strip_null(ty: Type) -> Type {
    if let Type::Nullable(inner) = ty { *inner } else { ty }
}

fn missing(span: Span) -> Connector {
    Connector {
        name: String::new(),
        title: String::new(),
        docs: String::new(),
        docs_url: None,
        names: "as_written",
        servers: Vec::new(),
        sends: Vec::new(),
        limits: Vec::new(),
        retry_statuses: Vec::new(),
        honour: None,
        fails: Vec::new(),
        served: None,
        span,
    }
}

fn no_connector(span: Span) -> Diagnostic {
    Diagnostic::new(codes::NO_CONNECTOR, span, "no file of this spec has a `connector` item")
        .here("expected somewhere in here")
        .help("write `connector acme \"Acme\" { server \"https://…\" }` in one of the files")
}

fn second_connector(again: &ast::Connector, first: &ast::Connector) -> Diagnostic {
    Diagnostic::new(codes::SECOND_CONNECTOR, again.name.span, "a spec describes one connector")
        .here("a second one")
        .also(first.name.span, "the first one")
        .help("move one of them into a file or folder of its own")
}

fn nameless_server(server: &ast::Server) -> Diagnostic {
    let at = Span { end: server.url.span.start, ..server.url.span };
    Diagnostic::new(codes::NAMELESS_SERVER, server.url.span, "each of several servers needs a name")
        .here("which one is this?")
        .help("write for example `server main \"https://…\"`; the first is the default")
        .replace("call it `main`", at, "main ")
}

fn connection_lacks(connection: &Connection, hole: &str, server: Span) -> Diagnostic {
    Diagnostic::new(
        codes::CONNECTION_LACKS_FIELD,
        connection.span,
        format!("the connection `{}` has no field `{hole}`, which the server needs", connection.name),
    )
    .here(format!("has no `{hole}`"))
    .also(server, "named here")
    .help(format!("add `{hole}: host` to its fields, or give the connection its own `server`"))
}
