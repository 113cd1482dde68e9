//! API versions, life clauses, limits, costs and retries.

use super::block::API;
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule};
use crate::source::{Span, Spanned};
use crate::syntax::ast;

pub(super) fn api(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::Api> {
    let header = Header::read(reader, pair, head);
    let wire = header.other.and_then(|wire| wire.into_inner().next()).map(|text| reader.text(&text));
    let mut api = ast::Api { head: header.head, name: header.name?, wire, released: None, unsupported: None, removed: None, span };
    reader.block(header.rest, &API, &mut |reader, pair| match pair.as_rule() {
        Rule::released => api.released = first_date(reader, pair),
        Rule::unsupported => api.unsupported = first_date(reader, pair),
        Rule::removed => api.removed = first_date(reader, pair),
        Rule::life => api.head.life = life(reader, pair),
        _ => {}
    });
    Some(api)
}

fn first_date(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<Spanned<ast::Date>> {
    pair.into_inner().next().map(|date| reader.date(&date))
}

/// `on v21, v22..`
pub(super) fn on(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::On {
    let span = reader.span(&pair);
    let parts = pair.into_inner().map(|part| on_part(reader, part)).collect();
    ast::On { parts, span }
}

fn on_part(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::OnPart {
    let written = pair.as_str();
    let open_start = written.starts_with("..");
    let is_range = written.contains("..");
    let mut versions = pair.into_inner().map(|version| reader.ident(&version));
    match (is_range, versions.next(), versions.next()) {
        (false, Some(version), _) => ast::OnPart::One(version),
        (_, end, None) if open_start => ast::OnPart::Range(None, end),
        (_, start, end) => ast::OnPart::Range(start, end),
    }
}

/// `deprecated since …`
pub(super) fn life(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Life> {
    let span = reader.span(&pair);
    let (mut since, mut sunset, mut successor, mut why) = (None, None, None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::since => since = first_date(reader, part),
            Rule::sunset => sunset = first_date(reader, part),
            Rule::successor => successor = part.into_inner().next().map(|path| reader.path(path)),
            Rule::string => why = Some(reader.text(&part)),
            _ => {}
        }
    }
    let path = successor?;
    let successor = match &path[..] {
        [only] if only.value == "none" => ast::Successor::None(only.span),
        _ => ast::Successor::Path(path),
    };
    Some(ast::Life { since, sunset, successor, why, span })
}

/// `limit …`
pub(super) fn limit(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Limit> {
    let span = reader.span(&pair);
    let inner = pair.into_inner().next()?;
    let kind = match inner.as_rule() {
        Rule::limit_headers => limit_by_headers(reader, inner)?,
        _ => limit_by_count(reader, inner)?,
    };
    Some(ast::Limit { kind, span })
}

fn limit_by_headers(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::LimitKind> {
    let (mut remaining, mut reset, mut points) = (None, None, false);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::points => points = true,
            Rule::limit_remaining => remaining = part.into_inner().next().map(|text| reader.text(&text)),
            Rule::limit_reset => {
                let mut inner = part.into_inner();
                let (kind, header) = (inner.next()?, inner.next()?);
                reset = Some((reader.ident(&kind), reader.text(&header)));
            }
            _ => {}
        }
    }
    Some(ast::LimitKind::Headers { remaining: remaining?, reset: reset?, points })
}

fn limit_by_count(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::LimitKind> {
    let mut inner = pair.into_inner();
    let count = reader.count(&inner.next()?);
    let window = inner.next()?;
    if window.as_rule() == Rule::concurrent {
        return Some(ast::LimitKind::Concurrent(count?));
    }
    let mut inner = window.into_inner().peekable();
    let points = inner.next_if(|pair| pair.as_rule() == Rule::points).is_some();
    let window = reader.duration(&inner.next()?);
    Some(ast::LimitKind::Window { count: count?, window: window?, moving: inner.next().is_some(), points })
}

/// `cost …`
pub(super) fn cost(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Cost> {
    let span = reader.span(&pair);
    let mut inner = pair.into_inner();
    let points = reader.count(&inner.next()?)?;
    let header = inner.next().and_then(|read| read.into_inner().next()?.into_inner().next()).map(|header| reader.text(&header));
    Some(ast::Cost { points, header, span })
}

/// `retry …`
pub(super) fn retry(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::Retry {
    let span = reader.span(&pair);
    let mut retry = ast::Retry { statuses: Vec::new(), honour: None, class: None, key: None, span };
    for part in pair.into_inner().flat_map(open_statuses) {
        match part.as_rule() {
            Rule::status => retry.statuses.push(reader.status(&part)),
            Rule::honour => retry.honour = part.into_inner().next().map(|header| reader.text(&header)),
            Rule::word => retry.class = Some(reader.ident(&part)),
            Rule::retry_key => {
                let header = part.into_inner().next().and_then(|header| header.into_inner().next());
                retry.key = header.map(|name| reader.text(&name));
            }
            _ => {}
        }
    }
    retry
}

/// `429, 5xx honour "…"` gives its parts; anything else is a part.
fn open_statuses(pair: Pair<'_>) -> Vec<Pair<'_>> {
    if pair.as_rule() == Rule::retry_statuses { pair.into_inner().collect() } else { vec![pair] }
}
