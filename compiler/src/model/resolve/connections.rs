//! Connections: what a person fills in, where the credential goes, and two-step exchanges.

use std::collections::HashMap;

use super::connector::segments;
use super::items::{Items, Placed};
use super::names::{pascal, title};
use super::symbols::twice;
use super::unknown::choice;
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Connection, ConstantPlace, Encoding, Exchange, Field, Grant, Sign, TLS, Template, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, SendValue, Text};

/// Names that a token response gives without being asked.
pub(super) const STANDARD_READS: [&str; 3] = ["access_token", "refresh_token", "expires_in"];

impl<'a> Resolver<'a> {
    /// All connections.
    pub(super) fn connections(&mut self, items: &Items<'a>) -> Vec<Connection> {
        let mut seen: HashMap<(&str, u32), Vec<(Versions, Span)>> = HashMap::new();
        let mut connections = Vec::new();
        for placed in &items.connections {
            let item = placed.item;
            let connection = self.connection(placed);
            let places = seen.entry((&item.name.value, connection.revision)).or_default();
            if let Some((_, first)) = places.iter().find(|(on, _)| !on.and(connection.on).is_empty()) {
                let first = *first;
                self.report(twice("connection", &item.name, first));
            }
            places.push((connection.on, item.name.span));
            connections.push(connection);
        }
        connections
    }

    fn connection(&mut self, placed: &Placed<'a, &'a ast::Connection>) -> Connection {
        let item = placed.item;
        let on = self.placed_versions(&placed.heads, &item.head);
        let site = Site { group: Vec::new(), name: pascal(&item.name.value), label: item.name.value.clone(), on };
        let fields = self.connection_fields(&item.fields, &site);
        let mut names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        names.push("api".to_owned());
        let grant = self.grant(item, &fields, &names);
        self.proves_once(item);
        let sign = self.sign(item, &fields, &names);
        let tls = item.tls.as_ref().map(|tls| self.signed_by(tls, &TLS, &fields, &names));
        let mut sendable = names.clone();
        if let Grant::OAuth2(oauth) = &grant {
            sendable.extend(oauth.reads.iter().map(|(name, _)| name.clone()).filter(|name| !STANDARD_READS.contains(&name.as_str())));
        }
        let in_server = sendable.clone();
        if let Some(sign) = &sign {
            sendable.extend(sign.kind.gives.iter().map(|hole| (*hole).to_owned()));
        }
        if !matches!(grant, Grant::Fields) || sign.as_ref().is_some_and(Sign::makes_token) {
            sendable.push("access_token".to_owned());
        }
        Connection {
            name: item.name.value.clone(),
            revision: item.revision.as_ref().map_or(1, |revision| revision.value),
            title: item.title.as_ref().map_or_else(|| title(&item.name.value), |title| title.value.clone()),
            docs: super::docs(&item.head.docs),
            on,
            sends: item.sends.iter().map(|send| self.credential(send, &sendable)).collect(),
            probe: item.probe.as_ref().map(|(method, path)| (method.value.clone(), self.template(path, &names))),
            server: item.server.as_ref().map(|server| self.own_server(&server.url, &in_server)),
            life: self.life(&item.head, &[], &item.name),
            span: item.name.span,
            end: super::modules::before_brace(item.span),
            fields,
            grant,
            sign,
            tls,
        }
    }

    fn connection_fields(&mut self, written: &'a [ast::Field], site: &Site) -> Vec<Field> {
        self.names_differ(written.iter());
        let mut fields: Vec<Field> = written.iter().map(|field| self.field(field, site)).collect();
        self.settle_defaults();
        for (field, written) in fields.iter_mut().zip(written) {
            field.default = written.default.as_ref().and_then(|value| self.default(field, value));
        }
        fields
    }

    /// A connection's own server: `{host}` and `{connection.host}` mean the same.
    fn own_server(&mut self, url: &ast::Template, known: &[String]) -> Template {
        let rename = |name: &str| {
            let bare = name.strip_prefix("connection.").unwrap_or(name);
            let full = if bare == "api" { bare.to_owned() } else { format!("connection.{bare}") };
            known.iter().any(|one| one == bare).then_some(full)
        };
        self.template_with(url, rename, known)
    }

    fn grant(&mut self, item: &'a ast::Connection, fields: &[Field], names: &[String]) -> Grant {
        match &item.grant {
            None => Grant::Fields,
            Some(ast::Grant::OAuth2(oauth)) => {
                self.oauth2(oauth, fields, names).map_or(Grant::Fields, |oauth| Grant::OAuth2(Box::new(oauth)))
            }
            Some(ast::Grant::Exchange(exchange)) => Grant::Exchange(Box::new(self.exchange(exchange, names))),
        }
    }

    fn exchange(&mut self, written: &ast::Exchange, names: &[String]) -> Exchange {
        if written.token.is_none() {
            self.report(
                Diagnostic::new(codes::INCOMPLETE_GRANT, written.path.span, "this exchange does not say where the token stands")
                    .here("its answer holds a token")
                    .help("add `token access_token`, with the path to the token in the answer"),
            );
        }
        let mut values = Vec::new();
        self.exchange_values(ConstantPlace::Query, &written.query, names, &mut values);
        self.exchange_values(ConstantPlace::Header, &written.headers, names, &mut values);
        let body = written.body.as_ref().and_then(|(encoding, members)| {
            self.exchange_values(ConstantPlace::Body, members, names, &mut values);
            self.exchange_encoding(encoding)
        });
        let (expires_in, expires_at) = self.expiry(written);
        Exchange {
            method: self.method(&written.method),
            url: self.template(&written.path, names),
            values,
            body,
            token: segments(written.token.as_ref()),
            expires_in,
            expires_at,
        }
    }

    fn exchange_values(
        &mut self,
        place: ConstantPlace,
        written: &[(Ident, Option<Text>, SendValue)],
        names: &[String],
        values: &mut Vec<(ConstantPlace, String, Template)>,
    ) {
        for (name, wire, value) in written {
            let wire = match wire {
                Some(wire) => wire.value.clone(),
                None if place == ConstantPlace::Header => name.value.clone(),
                None => self.convention.wire(&name.value),
            };
            if place == ConstantPlace::Header {
                self.header_name_is_legal(&wire, name.span);
            }
            values.push((place, wire, self.send_value(value, names)));
        }
    }

    fn exchange_encoding(&mut self, encoding: &Ident) -> Option<Encoding> {
        match encoding.value.as_str() {
            "json" => Some(Encoding::Json),
            "form" => Some(Encoding::Form),
            _ => {
                self.report(choice(codes::UNKNOWN_ENCODING, encoding, "encoding of an exchange", &["json", "form"]));
                None
            }
        }
    }

    fn expiry(&mut self, written: &ast::Exchange) -> (Vec<String>, Vec<String>) {
        match &written.expires {
            Some((how, path)) if how.value == "in" => (segments(Some(path)), Vec::new()),
            Some((how, path)) if how.value == "at" => (Vec::new(), segments(Some(path))),
            Some((how, _)) => {
                self.report(choice(codes::UNKNOWN_CHOICE, how, "way to expire", &["in", "at"]));
                (Vec::new(), Vec::new())
            }
            None => (Vec::new(), Vec::new()),
        }
    }
}
