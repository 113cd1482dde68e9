//! What an API's owner changed, and how stored configuration follows.

use super::block::{CHANGE, FROM, MERGED, REMAPPED};
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule, connection, fields, module, types, values, versions};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::ast::{self, FromKind, VerbKind};

/// `change v22 "…" { … }`
pub(super) fn change(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::Change> {
    let header = Header::read(reader, pair, head);
    let version = header.name?;
    let only_before = ast::On { parts: vec![ast::OnPart::Before(version.clone())], span: version.span };
    let before = ast::Head { on: Some(only_before), ..ast::Head::default() };
    let mut change = ast::Change { docs: header.head.docs, version, title: header.title, verbs: Vec::new(), before, span };
    reader.block(header.rest, &CHANGE, &mut |reader, pair| change.verbs.extend(verb(reader, pair)));
    Some(change)
}

fn verb(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Verb> {
    let span = reader.span(&pair);
    let mut inner = pair.into_inner().peekable();
    let mut docs = Vec::new();
    while let Some(doc) = inner.next_if(|part| part.as_rule() == Rule::doc) {
        docs.push(reader.doc(&doc));
    }
    let said = inner.next()?;
    let rule = said.as_rule();
    let parts: Vec<Pair<'_>> = said.into_inner().filter(|part| part.as_rule() != Rule::remove_word).collect();
    let kind = match rule {
        Rule::add => VerbKind::Add(paths(reader, parts)),
        Rule::removal => removed(reader, parts, &mut docs)?,
        Rule::remove_item => VerbKind::RemoveItem(Box::new(removed_item(reader, parts, &mut docs)?)),
        Rule::rename => rename(reader, parts)?,
        Rule::move_ => moved(reader, parts)?,
        Rule::relax => VerbKind::Relax(paths(reader, parts).pop()?),
        Rule::merge => merge(reader, parts)?,
        _ => typed_verb(reader, rule, parts)?,
    };
    Some(ast::Verb { docs, kind, span })
}

/// Verbs whose parts stand in a row, the target first.
fn typed_verb(reader: &mut Reader<'_>, rule: Rule, parts: Vec<Pair<'_>>) -> Option<VerbKind> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    Some(match rule {
        Rule::require => VerbKind::Require {
            target: reader.path(first),
            default: parts.next().and_then(|default| default.into_inner().next()).and_then(|value| values::value(reader, value)),
        },
        Rule::retype => {
            let target = reader.path(first);
            let mut types = parts.filter(|part| part.as_rule() == Rule::type_expr);
            let (from, to) = (types.next()?, types.next()?);
            VerbKind::Retype { target, from: types::type_expr(reader, from)?, to: types::type_expr(reader, to)? }
        }
        Rule::default_change => {
            let target = reader.path(first);
            let mut both = parts.filter(|part| part.as_rule() == Rule::value);
            let (from, to) = (both.next()?, both.next()?);
            VerbKind::Default { target, from: values::value(reader, from)?, to: values::value(reader, to)? }
        }
        Rule::split => split(reader, first, parts)?,
        Rule::status_change => status(reader, first, parts)?,
        Rule::page_change => {
            let module = reader.path(first);
            VerbKind::Page { module, was: Box::new(module::page(reader, parts.next()?)?) }
        }
        Rule::auth_change => {
            let to = parts.find(|part| part.as_rule() == Rule::word)?;
            VerbKind::Auth { from: reader.ident(&first), to: reader.ident(&to) }
        }
        Rule::server_change => {
            let to = parts.find(|part| part.as_rule() == Rule::string)?;
            VerbKind::Server { from: reader.template(&first), to: reader.template(&to) }
        }
        Rule::meaning => VerbKind::Meaning { target: reader.path(first), text: reader.text(&parts.next()?) },
        _ => return None,
    })
}

fn paths<'p>(reader: &mut Reader<'_>, parts: impl IntoIterator<Item = Pair<'p>>) -> Vec<ast::Path> {
    parts.into_iter().filter(|part| part.as_rule() == Rule::path).map(|path| reader.path(path)).collect()
}

/// `remove Issue.assignee?: User | null in query use Issue.assignees "why"`, `remove Status.legacy = "LEG"`
fn removed(reader: &mut Reader<'_>, parts: Vec<Pair<'_>>, docs: &mut Vec<ast::Text>) -> Option<VerbKind> {
    let (mut path, mut field, mut place, mut value, mut successor, mut why) = (None, None, None, None, None, None);
    for part in parts {
        match part.as_rule() {
            Rule::path => path = Some(reader.path(part)),
            Rule::removed_field => field = Some(part),
            Rule::variant_value => value = part.into_inner().next().map(|literal| values::literal(reader, &literal)),
            Rule::successor => successor = part.into_inner().next().map(|path| reader.path(path)),
            Rule::string => why = Some(reader.text(&part)),
            _ => {}
        }
    }
    let mut owner = path?;
    let name = owner.pop()?;
    let docs = std::mem::take(docs);
    if owner.is_empty() {
        reader.report(
            Diagnostic::new(codes::UNEXPECTED, name.span, format!("`remove {}` does not say how it was", name.value))
                .here("a whole item")
                .help(format!(
                    "write the item as it was, as in `remove action {} {{ GET \"…\" }}`, or name a field: `remove Type.field: string`",
                    name.value
                )),
        );
        return None;
    }
    Some(match field {
        Some(field) => {
            let field = old_field(reader, name, field, docs, &mut place)?;
            VerbKind::RemoveField { owner, field: Box::new(field), place, successor, why }
        }
        None => {
            let head = ast::Head { docs, ..ast::Head::default() };
            let span = name.span;
            VerbKind::RemoveVariant { owner, variant: Box::new(ast::Variant { head, name, value, span }), successor, why }
        }
    })
}

/// `?: User | null = 1 in query` behind a name.
fn old_field(
    reader: &mut Reader<'_>,
    name: ast::Ident,
    pair: Pair<'_>,
    docs: Vec<ast::Text>,
    place: &mut Option<ast::Ident>,
) -> Option<ast::Field> {
    let span = name.span.to(reader.span(&pair));
    let (mut optional, mut wire, mut ty, mut default) = (false, None, None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::optional => optional = true,
            Rule::string => wire = Some(reader.text(&part)),
            Rule::type_expr => ty = types::type_expr(reader, part),
            Rule::default => default = part.into_inner().next().and_then(|value| values::value(reader, value)),
            Rule::in_place => *place = part.into_inner().next().map(|place| reader.ident(&place)),
            _ => {}
        }
    }
    let head = ast::Head { docs, ..ast::Head::default() };
    Some(ast::Field { head, rest: false, name, optional, wire, ty: ty?, default, from: None, style: None, span })
}

/// A whole item, as it stood.
fn removed_item(reader: &mut Reader<'_>, parts: Vec<Pair<'_>>, docs: &mut Vec<ast::Text>) -> Option<ast::Item> {
    let part = parts.into_iter().next()?;
    let span = reader.span(&part);
    let head = ast::Head { docs: std::mem::take(docs), ..ast::Head::default() };
    Some(match part.as_rule() {
        Rule::module => ast::Item::Module(module::module(reader, part, head, span)?),
        Rule::type_item => ast::Item::Type(fields::type_item(reader, part, head, span)?),
        Rule::enum_item => ast::Item::Enum(types::enum_item(reader, part, head, span)?),
        Rule::union_item => ast::Item::Union(types::union_item(reader, part, head, span)?),
        Rule::connection => ast::Item::Connection(connection::connection(reader, part, head, span)?),
        _ => return None,
    })
}

fn rename(reader: &mut Reader<'_>, parts: Vec<Pair<'_>>) -> Option<VerbKind> {
    let (mut from, mut wire, mut value, mut to) = (None, None, None, None);
    for part in parts {
        match part.as_rule() {
            Rule::path => from = Some(reader.path(part)),
            Rule::wire_name => wire = wire_name(reader, part),
            Rule::old_value => value = part.into_inner().next().map(|literal| values::literal(reader, &literal)),
            Rule::word => to = Some(reader.ident(&part)),
            _ => {}
        }
    }
    Some(VerbKind::Rename { from: from?, wire, value, to: to? })
}

fn wire_name(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Text> {
    pair.into_inner().next().map(|text| reader.text(&text))
}

fn moved(reader: &mut Reader<'_>, parts: Vec<Pair<'_>>) -> Option<VerbKind> {
    let mut parts = parts.into_iter();
    let target = reader.path(parts.next()?);
    let how = parts.next()?;
    let rule = how.as_rule();
    let inner: Vec<Pair<'_>> = how.into_inner().filter(|part| part.as_rule() != Rule::arrow).collect();
    if rule == Rule::move_call {
        let [from_method, from, to_method, to] = <[Pair<'_>; 4]>::try_from(inner).ok()?;
        let from = (reader.ident(&from_method), reader.template(&from));
        return Some(VerbKind::MoveCall { module: target, from, to: (reader.ident(&to_method), reader.template(&to)) });
    }
    let (mut places, mut wire, mut path) = (Vec::new(), None, None);
    for part in inner {
        match part.as_rule() {
            Rule::place => places.push(reader.ident(&part)),
            Rule::wire_name => wire = wire_name(reader, part),
            Rule::path => path = Some(reader.path(part)),
            _ => {}
        }
    }
    if let Some(to) = path {
        return Some(VerbKind::MoveField { from: target, wire, to });
    }
    let to = places.pop()?;
    Some(VerbKind::MovePlace { input: target, from: places.pop()?, wire, to })
}

fn split<'p>(reader: &mut Reader<'_>, first: Pair<'p>, parts: impl Iterator<Item = Pair<'p>>) -> Option<VerbKind> {
    let from = reader.path(first);
    let (mut field, mut to) = (None, Vec::new());
    for part in parts {
        match part.as_rule() {
            Rule::removed_field => field = Some(old_field(reader, from.last()?.clone(), part, Vec::new(), &mut None)?),
            Rule::path => to.push(reader.path(part)),
            _ => {}
        }
    }
    Some(VerbKind::Split { from, field: field.map(Box::new), to })
}

fn merge(reader: &mut Reader<'_>, parts: Vec<Pair<'_>>) -> Option<VerbKind> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let to = paths(reader, parts).pop()?;
    if first.as_rule() == Rule::merge_paths {
        return Some(VerbKind::MergeModules { from: paths(reader, first.into_inner()), to });
    }
    let mut inner = first.into_inner();
    let owner = reader.path(inner.next()?);
    let (mut old_fields, mut variants) = (Vec::new(), Vec::new());
    reader.block(inner, &MERGED, &mut |reader, pair| match pair.as_rule() {
        Rule::field => old_fields.extend(fields::field(reader, pair)),
        _ => variants.extend(types::variant(reader, pair)),
    });
    let to = to.into_iter().next_back()?;
    Some(match old_fields.is_empty() {
        true => VerbKind::MergeVariants { owner, variants, to },
        false => VerbKind::MergeFields { owner, fields: old_fields, to },
    })
}

fn status<'p>(reader: &mut Reader<'_>, first: Pair<'p>, parts: impl Iterator<Item = Pair<'p>>) -> Option<VerbKind> {
    let module = reader.path(first);
    let (mut statuses, mut returning) = (Vec::new(), None);
    for part in parts {
        match part.as_rule() {
            Rule::status => statuses.push(reader.status(&part)),
            Rule::returning => {
                let mut inner = part.into_inner();
                let ty = types::type_expr(reader, inner.next()?)?;
                let at = inner.next().and_then(|at| at.into_inner().next()).map(|path| reader.wire_path(path));
                returning = Some((ty, at));
            }
            _ => {}
        }
    }
    let to = statuses.pop()?;
    Some(VerbKind::Status { module, from: statuses.pop()?, to, returning })
}

/// `from @1 on v21 { … }`
pub(super) fn from(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::From {
    let span = reader.span(&pair);
    let mut from = ast::From { of: None, revision: None, on: None, steps: ast::FromBody::Steps(Vec::new()), span };
    let mut rest = pair.into_inner();
    for part in rest.by_ref() {
        match part.as_rule() {
            Rule::from_of => from.of = from_of(reader, part),
            Rule::revision => from.revision = Some(reader.revision(&part)),
            Rule::on => from.on = Some(versions::on(reader, part)),
            Rule::from_none => {
                let why = part.into_inner().find(|part| part.as_rule() == Rule::string);
                from.steps = ast::FromBody::Gone(why.map(|text| reader.text(&text)));
                return from;
            }
            _ => break,
        }
    }
    let mut steps = Vec::new();
    reader.block(rest, &FROM, &mut |reader, pair| {
        let span = reader.span(&pair);
        steps.extend(from_step(reader, pair).map(|kind| ast::FromStep { kind, span }));
    });
    from.steps = ast::FromBody::Steps(steps);
    from
}

pub(super) fn from_of(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Path> {
    pair.into_inner().next().map(|path| reader.path(path))
}

fn from_step(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<FromKind> {
    let rule = pair.as_rule();
    let parts: Vec<Pair<'_>> = pair.into_inner().filter(|part| !matches!(part.as_rule(), Rule::arrow | Rule::equals)).collect();
    match rule {
        Rule::remap => return remap(reader, parts),
        Rule::ask | Rule::keep => {
            let fields = parts.iter().filter(|part| part.as_rule() == Rule::word).map(|name| reader.ident(name)).collect();
            let question = parts.iter().find(|part| part.as_rule() == Rule::string).map(|text| reader.text(text));
            return Some(match rule {
                Rule::keep => FromKind::Keep(fields),
                _ => FromKind::Ask { fields, question: question? },
            });
        }
        Rule::lossless => return Some(FromKind::Lossless),
        _ => {}
    }
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return (rule == Rule::reauthorize).then_some(FromKind::Reauthorize(None));
    };
    let second = parts.next();
    Some(match rule {
        Rule::was => match second {
            Some(field) => FromKind::Was { place: Some(reader.ident(&first)), field: Box::new(fields::field(reader, field)?) },
            None => FromKind::Was { place: None, field: Box::new(fields::field(reader, first)?) },
        },
        Rule::set => FromKind::Set { to: reader.path(first), from: of_was(reader, second?) },
        Rule::rename_step => FromKind::Rename { from: reader.ident(&first), to: reader.ident(&second?) },
        Rule::default_step => FromKind::Default { to: reader.path(first), value: values::value(reader, second?)? },
        Rule::drop => {
            let because = second?.into_inner().next()?;
            FromKind::Drop { from: of_was(reader, first), because: reader.text(&because) }
        }
        Rule::review => FromKind::Review { field: reader.path(first), because: reader.text(&second?) },
        Rule::output_step => output(reader, &first, second?)?,
        Rule::reauthorize => FromKind::Reauthorize(Some(reader.text(&first))),
        Rule::cursor_step => FromKind::Cursor { how: reader.ident(&first), why: second.map(|why| reader.text(&why)) },
        Rule::stored => FromKind::Stored { name: reader.text(&first), revision: second.map(|revision| reader.revision(&revision)) },
        _ => return None,
    })
}

fn remap(reader: &mut Reader<'_>, parts: Vec<Pair<'_>>) -> Option<FromKind> {
    let mut parts = parts.into_iter();
    let to = reader.path(parts.next()?);
    let mut rest = parts.peekable();
    let from = rest.next_if(|part| part.as_rule() == Rule::remap_from);
    let from = from.and_then(|part| part.into_inner().find(|part| part.as_rule() == Rule::path)).map(|path| of_was(reader, path));
    let mut pairs = Vec::new();
    reader.block(rest, &REMAPPED, &mut |reader, pair| {
        let mut both = pair.into_inner().filter(|part| part.as_rule() == Rule::value);
        if let (Some(old), Some(new)) = (both.next(), both.next()) {
            pairs.extend(values::value(reader, old).zip(values::value(reader, new)));
        }
    });
    Some(FromKind::Remap { to, from, pairs })
}

/// A dotted name of the older revision, without the `was` in front.
fn of_was(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::Path {
    let mut path = reader.path(pair);
    if path.len() > 1 && path[0].value == "was" {
        path.remove(0);
    }
    path
}

fn output(reader: &mut Reader<'_>, from: &Pair<'_>, to: Pair<'_>) -> Option<FromKind> {
    let output_path = |reader: &Reader<'_>, pair: &Pair<'_>| ast::OutputPath { text: pair.as_str().to_owned(), span: reader.token(pair) };
    let from = output_path(reader, from);
    let to = match to.as_rule() {
        Rule::output_gone => Err(reader.text(&to.into_inner().next()?)),
        _ => Ok(output_path(reader, &to)),
    };
    Some(FromKind::Output { from, to })
}
