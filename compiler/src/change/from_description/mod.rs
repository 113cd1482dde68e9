//! The surface of an API description.

mod operations;
mod pages;
mod security;
mod shapes;

use super::surface::{Life, NOWHERE, Origin, Selector, Server, Sunset, Surface};
use crate::import::document::{self, Document};
use crate::import::tree::Tree;
use crate::syntax::ast::Date;

/// What a description lets be seen. Pages are concluded from names, because descriptions do not tell of them.
pub fn surface(document: &Document<'_>, tree: &Tree) -> Surface {
    let mut surface = Surface {
        sources: tree.sources.clone(),
        origin: Origin::Description,
        title: document.title.to_owned(),
        version: document.version.to_owned(),
        version_wire: String::new(),
        operations: document.operations.iter().map(|one| operations::operation(one, document)).collect(),
        shapes: shapes::shapes(document),
        servers: servers(&document.servers),
        schemes: document.schemes.iter().map(security::scheme).collect(),
        security: security::security(document.security.as_deref()),
        releases: Vec::new(),
        limits: Vec::new(),
        selector: None,
    };
    surface.selector = selector(&surface);
    for index in 0..surface.operations.len() {
        surface.operations[index].page = pages::page(&surface, &surface.operations[index]);
    }
    surface
}

fn servers(servers: &[document::Server<'_>]) -> Vec<Server> {
    servers.iter().map(|server| Server { url: server.url.clone(), at: server.span }).collect()
}

fn life(life: &document::Life<'_>) -> Life {
    let sunset = match life.sunset {
        Some(text) => date(text).map_or(Sunset::Malformed, Sunset::On),
        None if life.odd_sunset => Sunset::Malformed,
        None => Sunset::None,
    };
    Life { deprecated: life.deprecated, sunset, stability: life.stability.map(str::to_owned), successor: None }
}

/// `2026-05-08`, with a time behind it or not.
fn date(text: &str) -> Option<Date> {
    let (day, rest) = text.split_at_checked(10)?;
    if !rest.is_empty() && !rest.starts_with(['T', 't', ' ']) {
        return None;
    }
    let mut parts = day.split('-');
    let year: u16 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let number: u8 = parts.next()?.parse().ok()?;
    let fits = (1..=12).contains(&month) && (1..=31).contains(&number) && parts.next().is_none();
    fits.then_some(Date { year, month, day: Some(number) })
}

/// Where the version is told: a number in the first server's path, or a parameter of that name that most operations take.
fn selector(surface: &Surface) -> Option<(Selector, crate::source::Span)> {
    let server = surface.servers.first();
    let versioned = |url: &str| url.split('/').skip(3).any(is_version);
    if let Some(server) = server.filter(|server| versioned(&server.url)) {
        return Some((Selector::Server, server.at));
    }
    let paths = surface.operations.iter().filter(|one| one.path.split('/').nth(1).is_some_and(is_version)).count();
    if paths * 2 > surface.operations.len() {
        return surface.operations.first().map(|one| (Selector::Server, one.path_place));
    }
    let named = |name: &str| {
        let name = name.to_lowercase();
        ["api-version", "apiversion", "api_version"].iter().any(|word| name.ends_with(word))
    };
    let mut found = None;
    let mut count = 0;
    for operation in &surface.operations {
        if let Some(input) = operation.inputs.iter().find(|input| named(&input.name)) {
            count += 1;
            let selector = if input.place == super::surface::InputPlace::Header { Selector::Header } else { Selector::Query };
            found = found.or(Some((selector, input.at)));
        }
    }
    found.filter(|(_, at)| count * 2 > surface.operations.len() && *at != NOWHERE)
}

/// `v1`, `v20.0`, `2024-01`.
fn is_version(part: &str) -> bool {
    let digits = part.strip_prefix(['v', 'V']).unwrap_or(part);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    plain && digits.starts_with(|first: char| first.is_ascii_digit()) && (part.len() > digits.len() || digits.contains(['.', '-']))
}
