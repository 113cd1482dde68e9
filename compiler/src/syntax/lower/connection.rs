//! Connections: what a person fills in, how the credential is obtained and where it goes.

use super::block::{BIND, CONNECTION, EXCHANGE, OAUTH2, PARAMETER, SCOPE};
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule, fields, sign, versions};
use crate::source::{Span, Spanned};
use crate::syntax::ast;

pub(super) fn connection(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::Connection> {
    let header = Header::read(reader, pair, head);
    let mut connection = ast::Connection {
        from: Vec::new(),
        head: header.head,
        name: header.name?,
        revision: header.revision,
        title: header.title,
        fields: Vec::new(),
        grant: None,
        beside: None,
        sign: None,
        tls: None,
        sends: Vec::new(),
        probe: None,
        server: None,
        span,
    };
    reader.block(header.rest, &CONNECTION, &mut |reader, pair| match pair.as_rule() {
        Rule::fields_block => connection.fields = fields::fields(reader, pair),
        Rule::oauth2 => {
            let grant = oauth2(reader, pair).map(Box::new).map(ast::Grant::OAuth2);
            connection.grants(grant);
        }
        Rule::exchange => {
            let grant = exchange(reader, pair).map(Box::new).map(ast::Grant::Exchange);
            connection.grants(grant);
        }
        Rule::tls => {
            let span = reader.span(&pair);
            let kind = Spanned { value: "tls".to_owned(), span: Span { end: span.start + 3, ..span } };
            connection.tls = Some(sign::settings(reader, pair.into_inner(), kind, span));
        }
        Rule::sign => connection.sign = sign::sign(reader, pair),
        Rule::send => connection.sends.extend(send(reader, pair)),
        Rule::probe => {
            let mut inner = pair.into_inner();
            if let (Some(method), Some(path)) = (inner.next(), inner.next()) {
                connection.probe = Some((reader.ident(&method), reader.template(&path)));
            }
        }
        Rule::server => connection.server = server(reader, pair),
        Rule::from_block => connection.from.push(super::change::from(reader, pair)),
        Rule::life => connection.head.life = versions::life(reader, pair),
        _ => {}
    });
    Some(connection)
}

/// `server "https://…"`, `server upload "https://…"`
pub(super) fn server(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Server> {
    let span = reader.span(&pair);
    let (mut name, mut url) = (None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::word => name = Some(reader.ident(&part)),
            _ => url = Some(reader.template(&part)),
        }
    }
    Some(ast::Server { name, url: url?, span })
}

/// `send header "X" = value` and its kin.
pub(super) fn send(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Send> {
    let span = reader.span(&pair);
    let place = pair.into_inner().next()?;
    let kind = place.as_rule();
    let (mut name, mut values) = (None, Vec::new());
    for part in place.into_inner() {
        match part.as_rule() {
            Rule::string => name = Some(reader.text(&part)),
            Rule::send_value => values.extend(send_value(reader, part)),
            _ => {}
        }
    }
    let mut values = values.into_iter();
    let value = values.next()?;
    let place = match kind {
        Rule::send_header => ast::SendPlace::Header(name?, value),
        Rule::send_query => ast::SendPlace::Query(name?, value),
        Rule::send_cookie => ast::SendPlace::Cookie(name?, value),
        Rule::send_bearer => ast::SendPlace::Bearer(value),
        _ => ast::SendPlace::Basic(value, values.next()?),
    };
    Some(ast::Send { place, span })
}

pub(super) fn send_value(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::SendValue> {
    let value = pair.into_inner().next()?;
    Some(match value.as_rule() {
        Rule::string => ast::SendValue::Template(reader.template(&value)),
        _ => ast::SendValue::Name(reader.ident(&value)),
    })
}

fn oauth2(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::OAuth2> {
    let span = reader.span(&pair);
    let mut header = Header::read(reader, pair, ast::Head::default());
    let mut oauth2 = ast::OAuth2 {
        kind: header.name.take()?,
        authorize: None,
        token: None,
        refresh_url: None,
        client: None,
        device: None,
        assertion: None,
        client_key: None,
        body: None,
        refresh: None,
        pkce: None,
        scopes: Vec::new(),
        scope_names: Vec::new(),
        separator: None,
        extra: Vec::new(),
        reads: Vec::new(),
        span,
    };
    reader.block(header.rest, &OAUTH2, &mut |reader, pair| oauth2_statement(reader, pair, &mut oauth2));
    Some(oauth2)
}

fn oauth2_statement(reader: &mut Reader<'_>, pair: Pair<'_>, oauth2: &mut ast::OAuth2) {
    let (rule, span) = (pair.as_rule(), reader.span(&pair));
    let mut inner = pair.into_inner();
    match (rule, inner.next()) {
        (Rule::authorize, Some(url)) => oauth2.authorize = Some(reader.template(&url)),
        (Rule::token_url, Some(url)) => oauth2.token = Some(reader.template(&url)),
        (Rule::refresh_url, Some(url)) => oauth2.refresh_url = Some(reader.template(&url)),
        (Rule::refresh, Some(word)) => oauth2.refresh = Some(reader.ident(&word)),
        (Rule::device_url, Some(url)) => oauth2.device = Some(reader.template(&url)),
        (Rule::assertion, Some(open)) => {
            let kind = Spanned { value: "assertion".to_owned(), span: Span { end: span.start + 9, ..span } };
            oauth2.assertion = Some(sign::settings(reader, std::iter::once(open).chain(inner), kind, span));
        }
        (Rule::client, Some(word)) => {
            let kind = reader.ident(&word);
            oauth2.client_key = inner.next().map(|block| sign::settings(reader, block.into_inner(), kind.clone(), span));
            oauth2.client = Some(kind);
        }
        (Rule::token_body, Some(word)) => oauth2.body = Some(reader.ident(&word)),
        (Rule::pkce, Some(word)) => oauth2.pkce = Some((reader.ident(&word), inner.next().map(|why| reader.text(&why)))),
        (Rule::separator, Some(text)) => oauth2.separator = Some(reader.text(&text)),
        (Rule::scopes, Some(first)) if first.as_rule() == Rule::open => scopes(reader, inner, oauth2),
        (Rule::scopes, Some(first)) => oauth2.scopes.extend(std::iter::once(first).chain(inner).map(|scope| reader.text(&scope))),
        (Rule::extra, Some(word)) => {
            let request = reader.ident(&word);
            let mut parameters = Vec::new();
            reader.block(inner, &PARAMETER, &mut |reader, pair| parameters.extend(parameter(reader, pair)));
            oauth2.extra.push((request, parameters));
        }
        (Rule::read_as, Some(word)) => {
            let name = reader.ident(&word);
            oauth2.reads.extend(inner.next().map(|path| (name, reader.wire_path(path))));
        }
        _ => {}
    }
}

fn scopes<'p>(reader: &mut Reader<'_>, pairs: impl Iterator<Item = Pair<'p>>, oauth2: &mut ast::OAuth2) {
    reader.block(pairs, &SCOPE, &mut |reader, pair| {
        let mut parts = pair.into_inner();
        if let (Some(name), Some(scope)) = (parts.next(), parts.next()) {
            oauth2.scope_names.push(reader.ident(&name));
            oauth2.scopes.push(reader.text(&scope));
        }
    });
}

/// `access_type "offline"` or `kind "accessType" = "offline"`
fn parameter(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Parameter> {
    let (mut name, mut wire, mut value) = (None, None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::word => name = Some(reader.ident(&part)),
            Rule::parameter_wire => wire = part.into_inner().next().map(|text| reader.text(&text)),
            Rule::string => value = Some(reader.template(&part)),
            _ => {}
        }
    }
    Some((name?, wire, value?))
}

fn exchange(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Exchange> {
    let span = reader.span(&pair);
    let mut inner = pair.into_inner();
    let (method, path) = (inner.next()?, inner.next()?);
    let mut exchange = ast::Exchange {
        method: reader.ident(&method),
        path: reader.template(&path),
        query: Vec::new(),
        headers: Vec::new(),
        body: None,
        token: None,
        expires: None,
        span,
    };
    reader.block(inner, &EXCHANGE, &mut |reader, pair| exchange_statement(reader, pair, &mut exchange));
    Some(exchange)
}

fn exchange_statement(reader: &mut Reader<'_>, pair: Pair<'_>, exchange: &mut ast::Exchange) {
    let rule = pair.as_rule();
    let mut inner = pair.into_inner();
    match rule {
        Rule::bind_query => exchange.query = binds(reader, inner),
        Rule::bind_header => exchange.headers = binds(reader, inner),
        Rule::bind_body => {
            exchange.body = inner.next().map(|word| reader.ident(&word)).map(|encoding| (encoding, binds(reader, inner)));
        }
        Rule::token_at => exchange.token = inner.next().map(|path| reader.wire_path(path)),
        Rule::expires => {
            if let (Some(kind), Some(path)) = (inner.next(), inner.next()) {
                exchange.expires = Some((reader.ident(&kind), reader.wire_path(path)));
            }
        }
        _ => {}
    }
}

pub(super) fn binds<'p>(reader: &mut Reader<'_>, pairs: impl Iterator<Item = Pair<'p>>) -> Vec<ast::Binding> {
    let mut binds = Vec::new();
    reader.block(pairs, &BIND, &mut |reader, pair| binds.extend(bind(reader, pair)));
    binds
}

/// `username "userName" = user`
fn bind(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Binding> {
    let (mut name, mut wire, mut value) = (None, None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::word => name = Some(reader.ident(&part)),
            Rule::string => wire = Some(reader.text(&part)),
            Rule::send_value => value = send_value(reader, part),
            _ => {}
        }
    }
    Some((name?, wire, value?))
}
