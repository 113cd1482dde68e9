//! Where requests go: servers, hosts, and what may stand in a URL.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Connection, Field, Grant, ModuleServer, Place, Template, Type};
use crate::source::Span;

/// Every module has a server: the connector's, its connection's, or its own.
pub(super) fn every_module_has_a_server(checker: &mut Checker<'_>) {
    let model = checker.model;
    let given = !model.connector.servers.is_empty() || model.connections.iter().any(|connection| connection.server.is_some());
    if given || !model.whole || model.connector.name.is_empty() {
        return;
    }
    if let Some(module) = model.modules.iter().find(|module| module.server == ModuleServer::Default && !module.method.is_empty()) {
        checker.report(
            Diagnostic::new(codes::NO_SERVER, model.connector.span, format!("the connector `{}` has no server", model.connector.name))
                .here("where do its calls go?")
                .also(module.span, "called there")
                .help("add `server \"https://…\"` to the connector"),
        );
    }
}

/// Servers and endpoints are absolute URLs, and encrypted but for this machine.
pub(super) fn servers_are_encrypted_urls(checker: &mut Checker<'_>) {
    for url in urls(checker).into_iter().map(|(url, _)| url) {
        if url.text.is_empty() || url.text.starts_with('{') {
            continue;
        }
        match url.text.split_once("://") {
            Some(("https", rest)) if !rest.is_empty() => {}
            Some(("http", rest)) if is_loopback(rest) => {}
            Some(("http", _)) => checker.report(plain_http(checker, url)),
            _ => checker.report(not_a_url(url)),
        }
    }
}

fn not_a_url(url: &Template) -> Diagnostic {
    let problem = Diagnostic::new(codes::NOT_A_URL, url.span, format!("`{}` is not a URL that can be called", url.text))
        .here("no `https://` at its start")
        .help("write the whole URL, for example `\"https://api.example.com\"`");
    let host = url.text.split('/').next().unwrap_or_default();
    let inside = Span { start: url.span.start + 1, end: url.span.start + 1, ..url.span };
    if host.contains('.') && !url.text.contains("://") {
        problem.replace("write `https://` before it", inside, "https://")
    } else {
        problem
    }
}

fn plain_http(checker: &Checker<'_>, url: &Template) -> Diagnostic {
    let written = checker.sources.text(url.span);
    let diagnostic = Diagnostic::new(codes::PLAIN_HTTP, url.span, "this address is not encrypted: anyone on the way reads the credentials")
        .here("`http` is for this machine only")
        .help("write `https`");
    match written.find("http://") {
        Some(at) => {
            let start = url.span.start + at as u32;
            diagnostic.replace("write `https`", Span { start, end: start + 4, ..url.span }, "https")
        }
        None => diagnostic,
    }
}

fn is_loopback(rest: &str) -> bool {
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|host| host.split(']').next()).unwrap_or_else(|| host.split(':').next().unwrap_or_default());
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

/// A hole in the place of the host is filled by something that can only be a host.
pub(super) fn hosts_are_validated(checker: &mut Checker<'_>) {
    for (url, connection) in urls(checker) {
        for (name, position) in host_holes(&url.text) {
            let name = name.strip_prefix("connection.").unwrap_or(name);
            if name == "api" {
                continue;
            }
            for (field, owner) in fields_named(checker, name, connection) {
                if !fits_host(checker, field, position) {
                    checker.report(match position {
                        Position::Origin => no_origin(url, field, owner),
                        Position::Host => open_host(url, field, owner),
                    });
                }
            }
        }
    }
}

/// What a hole in the host stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    /// All of the origin: scheme, host and port.
    Origin,
    /// A part of the host, or its port.
    Host,
}

/// The holes before the path of a URL.
fn host_holes(url: &str) -> Vec<(&str, Position)> {
    let (position, authority) = match url.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('{') => (Position::Host, rest),
        _ => (Position::Origin, url),
    };
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    let authority = &authority[..end];
    let holes = authority.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| (name, position));
    if position == Position::Origin { holes.take(1).collect() } else { holes.collect() }
}

fn fields_named<'m>(checker: &Checker<'m>, name: &str, connection: Option<&'m Connection>) -> Vec<(&'m Field, &'m Connection)> {
    let all = checker.model.connections.iter().filter(|one| connection.is_none_or(|only| std::ptr::eq(only, *one)));
    all.flat_map(|one| one.fields.iter().map(move |field| (field, one))).filter(|(field, _)| field.name == name).collect()
}

fn fits_host(checker: &Checker<'_>, field: &Field, position: Position) -> bool {
    match (&field.ty, position) {
        (Type::Url, Position::Origin) => true,
        (_, Position::Origin) => super::is_unknown(&field.ty),
        (Type::Host | Type::Literal(_) | Type::Int(_) | Type::Uuid, Position::Host) => true,
        (Type::String(bounds), Position::Host) => bounds.pattern.as_deref().is_some_and(confines_to_a_host),
        (ty @ Type::Named(_), Position::Host) => {
            let closed = |definition: &super::TypeDef| matches!(definition.kind, super::TypeDefKind::Enum { closed: true, .. });
            super::is_unknown(ty) || checker.definition(ty).is_some_and(closed)
        }
        _ => false,
    }
}

/// Does a pattern let through nothing but letters, digits, `-`, `_` and dots, from end to end?
fn confines_to_a_host(pattern: &str) -> bool {
    let Some(inner) = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')) else { return false };
    let mut chars = inner.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        let harmless = match c {
            '\\' => chars.next().is_some_and(|next| matches!(next, 'd' | 'w' | '.' | '-')),
            '[' => {
                in_class = true;
                chars.peek() != Some(&'^')
            }
            ']' => {
                in_class = false;
                true
            }
            '.' => in_class,
            '|' if !in_class => inner.starts_with('(') && inner.ends_with(')'),
            c => c.is_ascii_alphanumeric() || "-_{},()+*?|:".contains(c) && !(in_class && c == ':'),
        };
        if !harmless || c == ':' && !inner.contains("(?:") {
            return false;
        }
    }
    true
}

fn no_origin(url: &Template, field: &Field, owner: &Connection) -> Diagnostic {
    let before = Span { start: url.span.start + 1, end: url.span.start + 1, ..url.span };
    let problem = Diagnostic::new(
        codes::OPEN_HOST,
        field.span,
        format!("`{}` stands for the whole start of a URL, so it must be a `url`", field.name),
    )
    .here(format!("a field of `{}`", owner.name))
    .also(url.span, "begins with it")
    .help(format!("write `{}: url`, or `https://` before the hole", field.name));
    if field.ty == Type::Host { problem.replace("write `https://` before the hole", before, "https://") } else { problem }
}

fn open_host(url: &Template, field: &Field, owner: &Connection) -> Diagnostic {
    Diagnostic::new(codes::OPEN_HOST, field.span, format!("`{}` stands in the host of a URL, and any text would fit it", field.name))
        .here(format!("a field of `{}`", owner.name))
        .also(url.span, "stands for the host here")
        .help(format!("give it the type `host`, as in `{}: host`", field.name))
        .help("for a part of a host, write a pattern such as `string(pattern \"^[a-z0-9-]+$\")`")
}

/// A secret goes where `send query` says, and into no other URL: those are logged.
pub(super) fn secrets_stay_out_of_urls(checker: &mut Checker<'_>) {
    for (url, connection) in urls(checker) {
        for hole in &url.holes {
            let name = hole.strip_prefix("connection.").unwrap_or(hole);
            for (field, _) in fields_named(checker, name, connection) {
                if field.ty == Type::Secret {
                    checker.report(secret_in_url(url, field));
                }
            }
        }
    }
    for input in checker.model.modules.iter().flat_map(|module| &module.inputs) {
        if matches!(input.place, Place::Path(_) | Place::Query(_)) && input.field.ty == Type::Secret {
            checker.report(
                Diagnostic::new(
                    codes::SECRET_IN_URL,
                    input.field.span,
                    format!("the secret `{}` would stand in a URL, which proxies and logs keep", input.field.name),
                )
                .here("part of an address")
                .help("make it a field of a connection and say there with `send` where it goes, or move it into `header` or `body`"),
            );
        }
    }
}

fn secret_in_url(url: &Template, field: &Field) -> Diagnostic {
    Diagnostic::new(codes::SECRET_IN_URL, url.span, format!("the secret `{}` stands in a URL, which proxies and logs keep", field.name))
        .here("part of an address")
        .also(field.span, "a secret")
        .help("send it in a header; where the API takes it only in the query, write `send query \"…\" = …`")
}

/// Every address, and the connection that it belongs to when its holes are that connection's alone.
fn urls<'m>(checker: &Checker<'m>) -> Vec<(&'m Template, Option<&'m Connection>)> {
    let model = checker.model;
    let mut found: Vec<(&Template, Option<&Connection>)> = model.connector.servers.iter().map(|server| (&server.url, None)).collect();
    found.extend(
        model.modules.iter().filter_map(|module| if let ModuleServer::Own(url) = &module.server { Some((url, None)) } else { None }),
    );
    for connection in &model.connections {
        found.extend(connection.server.iter().map(|url| (url, Some(connection))));
        match &connection.grant {
            Grant::Fields => {}
            Grant::OAuth2(oauth) => {
                let endpoints = oauth.authorize.iter().chain(&oauth.device).chain([&oauth.token]).chain(&oauth.refresh_url);
                found.extend(endpoints.map(|url| (url, Some(connection))));
            }
            Grant::Exchange(exchange) if exchange.url.text.contains("://") => found.push((&exchange.url, Some(connection))),
            Grant::Exchange(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_of_hosts_are_found() {
        assert_eq!(host_holes("https://{a}.x.{b}:443/{c}?{d}"), [("a", Position::Host), ("b", Position::Host)]);
        assert_eq!(host_holes("{a}/x/{b}"), [("a", Position::Origin)]);
        assert!(host_holes("https://x.example/{a}").is_empty());
    }

    #[test]
    fn patterns_confine_to_a_host() {
        assert!(confines_to_a_host("^[a-z0-9-]{1,63}$") && confines_to_a_host(r"^\w+(\.\w+)*$") && confines_to_a_host("^(eu|us)$"));
        for open in ["[a-z]+", "^.*$", "^[^/]+$", r"^\S+$", "^eu|us$", "^[a-z/]+$", "^[a-z:]+$"] {
            assert!(!confines_to_a_host(open), "{open}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        assert!(is_loopback("localhost:8080/x") && is_loopback("127.0.0.1") && is_loopback("[::1]:80"));
        assert!(!is_loopback("localhost.example") && !is_loopback("127.0.0.1.example/"));
    }
}
