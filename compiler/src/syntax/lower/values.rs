//! Literals, and the examples and tests that are written with them.

use super::block::{ELEMENT, ENTRY, SCRIPT};
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule, change};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, ValueKind};

pub(super) fn value(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Value> {
    pair.into_inner().next().map(|literal_pair| content(reader, literal_pair))
}

/// Any literal without the rule `value` around it.
fn content(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::Value {
    let span = reader.token(&pair);
    let kind = match pair.as_rule() {
        Rule::object => {
            let mut entries = Vec::new();
            reader.block(pair.into_inner(), &ENTRY, &mut |reader, pair| entries.extend(entry(reader, pair)));
            ValueKind::Object(entries)
        }
        Rule::list => {
            let mut elements = Vec::new();
            reader.block(pair.into_inner(), &ELEMENT, &mut |reader, pair| elements.extend(value(reader, pair)));
            ValueKind::List(elements)
        }
        _ => return literal(reader, &pair),
    };
    ast::Value { kind, span }
}

/// A string, a number or a name.
pub(super) fn literal(reader: &mut Reader<'_>, pair: &Pair<'_>) -> ast::Value {
    let span = reader.token(pair);
    let kind = match (pair.as_rule(), pair.as_str()) {
        (Rule::string, _) => ValueKind::Text(reader.text(pair).value),
        (Rule::number, _) => ValueKind::Number(reader.number(pair).value),
        (_, "null") => ValueKind::Null,
        (_, "true") => ValueKind::Bool(true),
        (_, "false") => ValueKind::Bool(false),
        _ => ValueKind::Name(pair.clone().into_inner().next().map(|path| reader.path(path)).unwrap_or_default()),
    };
    ast::Value { kind, span }
}

fn entry(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<(ast::Text, ast::Value)> {
    let (mut key, mut found) = (None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::string => key = Some(reader.text(&part)),
            Rule::word => key = Some(reader.ident(&part)),
            Rule::value => found = value(reader, part),
            _ => {}
        }
    }
    Some((key?, found?))
}

/// `test "…" call module on v22 { … }`
pub(super) fn test(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::Test> {
    let header = Header::read(reader, pair, head);
    let mut call = header.other?.into_inner();
    let module = reader.path(call.next()?);
    let upgrade = call.next().map(|from| upgrade_from(reader, from));
    let script = script(reader, header.rest);
    Some(ast::Test { head: header.head, title: header.title?, module, upgrade, script, span })
}

/// `from channels_info @1`
fn upgrade_from(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::UpgradeFrom {
    let span = reader.span(&pair);
    let (mut of, mut revision) = (None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::from_of => of = change::from_of(reader, part),
            _ => revision = Some(reader.revision(&part)),
        }
    }
    ast::UpgradeFrom { of, revision, span }
}

pub(super) fn example(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::Example {
    let span = reader.span(&pair);
    let header = Header::read(reader, pair, ast::Head::default());
    let script = script(reader, header.rest);
    ast::Example { title: header.title, script, span }
}

fn script<'p>(reader: &mut Reader<'_>, pairs: impl Iterator<Item = Pair<'p>>) -> ast::Script {
    let mut script = ast::Script::default();
    let mut pending: Option<ast::Sends> = None;
    reader.block(pairs, &SCRIPT, &mut |reader, pair| {
        let rule = pair.as_rule();
        match rule {
            Rule::sends => {
                let previous = std::mem::replace(&mut pending, sends(reader, pair));
                previous.iter().for_each(|one| without_reply(reader, one));
            }
            Rule::reply => {
                if let Some(reply) = reply(reader, pair) {
                    script.exchanges.push(ast::ScriptExchange { sends: pending.take(), reply });
                }
            }
            _ => script_statement(reader, pair, &mut script),
        }
    });
    pending.iter().for_each(|one| without_reply(reader, one));
    script
}

fn without_reply(reader: &mut Reader<'_>, sends: &ast::Sends) {
    let keyword = Span { end: sends.span.start + "sends".len() as u32, ..sends.span };
    reader.report(
        Diagnostic::new(codes::SENDS_WITHOUT_REPLY, keyword, "this request gets no `reply`")
            .help("write the answer behind it, as in `reply 200 { … }`"),
    );
}

fn script_statement(reader: &mut Reader<'_>, pair: Pair<'_>, script: &mut ast::Script) {
    let rule = pair.as_rule();
    let mut inner = pair.into_inner();
    let Some(first) = inner.next() else { return };
    match rule {
        Rule::given => script.given = value(reader, first),
        Rule::expect => script.expect = value(reader, first),
        Rule::asks => script.asks = [first].into_iter().chain(inner).map(|name| reader.ident(&name)).collect(),
        Rule::reviews => script.reviews = [first].into_iter().chain(inner).map(|name| reader.ident(&name)).collect(),
        Rule::script_connection => {
            let fields = inner.next().map(|object| content(reader, object));
            script.connection = Some((reader.ident(&first), fields));
        }
        Rule::output => {
            let kind = reader.ident(&first);
            script.output = inner.next().and_then(|found| value(reader, found)).map(|found| (kind, found));
        }
        Rule::script_fails => {
            let code = inner.next().and_then(|code| code.into_inner().next()).map(|code| reader.text(&code));
            script.fails = Some((reader.ident(&first), code));
        }
        _ => {}
    }
}

fn sends(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Sends> {
    let span = reader.span(&pair);
    let (mut method, mut target, mut headers, mut body) = (None, None, Vec::new(), None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::method => method = Some(reader.ident(&part)),
            Rule::string => target = Some(reader.text(&part)),
            Rule::wire_header => headers.extend(wire_header(reader, part)),
            Rule::sends_body => body = part.into_inner().next().and_then(|found| value(reader, found)),
            _ => {}
        }
    }
    Some(ast::Sends { method: method?, target: target?, headers, body, span })
}

fn reply(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Reply> {
    let span = reader.span(&pair);
    let (mut status, mut headers, mut body) = (None, Vec::new(), None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::status => status = Some(exact_status(reader, &part)),
            Rule::wire_header => headers.extend(wire_header(reader, part)),
            _ => body = Some(content(reader, part)),
        }
    }
    Some(ast::Reply { status: status?, headers, body, span })
}

/// A reply has one status, not a hundred of them.
fn exact_status(reader: &mut Reader<'_>, pair: &Pair<'_>) -> Spanned<u16> {
    let status = reader.status(pair);
    let value = status.value.parse().unwrap_or_else(|_| {
        reader.report(
            Diagnostic::new(codes::MALFORMED_STATUS, status.span, format!("a reply has one status, not all of `{}`", status.value))
                .help("write three digits, as in `reply 404`"),
        );
        200
    });
    Spanned { value, span: status.span }
}

fn wire_header(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<(ast::Text, ast::Text)> {
    let mut inner = pair.into_inner();
    let (name, value) = (inner.next()?, inner.next()?);
    Some((reader.text(&name), reader.text(&value)))
}
