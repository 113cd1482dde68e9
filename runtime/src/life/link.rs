//! Links about the life of a thing (RFC 8288): `deprecation` (RFC 9745), `sunset` (RFC 8594), `successor-version` (RFC 5829).

use http::{HeaderMap, header};

use super::signal::Signal;
use crate::error::shorten;

/// The most headers, and the most links of one, that are looked at.
const MOST: usize = 32;

/// What the links of an answer add to a signal. They say where to read more; that there is a signal is never theirs to say.
pub(super) fn explain(signal: &mut Signal, headers: &HeaderMap) {
    for value in headers.get_all(header::LINK).iter().take(MOST).filter_map(|value| value.to_str().ok()) {
        for link in (Links { rest: value }).take(MOST) {
            if link.is("successor-version") {
                signal.successor.get_or_insert_with(|| shorten(link.target));
            }
            if link.is("deprecation") || link.is("sunset") {
                signal.info.get_or_insert_with(|| shorten(link.target));
            }
        }
    }
}

/// One link: its target and its relations.
struct Link<'a> {
    target: &'a str,
    relations: &'a str,
}

impl Link<'_> {
    fn is(&self, relation: &str) -> bool {
        self.relations.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(relation))
    }
}

/// The links of one header. What is malformed ends them.
struct Links<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Links<'a> {
    type Item = Link<'a>;

    fn next(&mut self) -> Option<Link<'a>> {
        loop {
            let (before, opened) = self.rest.split_once('<')?;
            if !before.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b',')) {
                return None;
            }
            let (target, mut rest) = opened.split_once('>')?;
            let (mut relations, mut elsewhere) = (None, false);
            while let Some((name, value, behind)) = parameter(rest) {
                // The first `rel` counts; a link with an anchor is about something else.
                match name {
                    _ if name.eq_ignore_ascii_case("rel") => _ = relations.get_or_insert(value),
                    _ if name.eq_ignore_ascii_case("anchor") => elsewhere = true,
                    _ => {}
                }
                rest = behind;
            }
            self.rest = rest;
            if !elsewhere {
                return Some(Link { target: target.trim(), relations: relations.unwrap_or_default() });
            }
        }
    }
}

/// `; name=value` or `; name="value"` or `; name`, and what follows.
fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches([' ', '\t']).strip_prefix(';')?.trim_start_matches([' ', '\t']);
    let name_end = text.find(['=', ';', ',', ' ', '\t']).unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    let Some(value) = rest.trim_start_matches([' ', '\t']).strip_prefix('=') else { return Some((name, "", rest)) };
    let value = value.trim_start_matches([' ', '\t']);
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find([';', ',', ' ', '\t']).unwrap_or(value.len());
        return Some((name, &value[..end], &value[end..]));
    };
    let end = closing_quote(quoted)?;
    Some((name, &quoted[..end], &quoted[end + 1..]))
}

/// Where a quoted string ends; backslashes escape.
pub(super) fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}
