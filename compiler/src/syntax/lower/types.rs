//! Type expressions, enums and unions.

use super::block::{BOUND, ENUM, TYPE};
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule, fields, values, versions};
use crate::source::Span;
use crate::syntax::ast::{self, TypeKind};

pub(super) fn type_expr(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::TypeExpr> {
    let span = reader.span(&pair);
    let mut all: Vec<ast::TypeExpr> = Vec::new();
    for part in pair.into_inner() {
        if part.as_rule() == Rule::bounds {
            let bounds = bounds(reader, part);
            if let (Some(last), Some(end)) = (all.last_mut(), bounds.span) {
                last.span = last.span.to(end);
                last.bounds = Some(bounds);
            }
            continue;
        }
        let span = reader.span(&part);
        let kind = kind(reader, part)?;
        all.push(ast::TypeExpr { kind, bounds: None, span });
    }
    match all.len() {
        0 | 1 => all.pop(),
        _ => Some(ast::TypeExpr { kind: TypeKind::Either(all), bounds: None, span }),
    }
}

fn kind(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<TypeKind> {
    let rule = pair.as_rule();
    Some(match rule {
        Rule::string | Rule::number => TypeKind::Literal(values::literal(reader, &pair)),
        Rule::type_name => name(reader, pair),
        Rule::struct_type => TypeKind::Struct(fields::fields(reader, pair)),
        Rule::id_type => TypeKind::Id(reader.ident(&pair.into_inner().next()?)),
        _ => {
            let inner = Box::new(type_expr(reader, pair.into_inner().next()?)?);
            if rule == Rule::list_type { TypeKind::List(inner) } else { TypeKind::Map(inner) }
        }
    })
}

fn name(reader: &mut Reader<'_>, pair: Pair<'_>) -> TypeKind {
    match pair.as_str() {
        "null" => TypeKind::Null,
        "true" | "false" => TypeKind::Literal(values::literal(reader, &pair)),
        _ => TypeKind::Name(pair.into_inner().next().map(|path| reader.path(path)).unwrap_or_default()),
    }
}

fn bounds(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::Bounds {
    let mut bounds = ast::Bounds { span: Some(reader.span(&pair)), ..ast::Bounds::default() };
    reader.block(pair.into_inner(), &BOUND, &mut |reader, pair| match pair.as_rule() {
        Rule::between => {
            for end in pair.into_inner() {
                let rule = end.as_rule();
                let number = end.into_inner().next().map(|number| reader.number(&number));
                if rule == Rule::at_least { bounds.min = number } else { bounds.max = number }
            }
        }
        Rule::pattern => bounds.pattern = pair.into_inner().next().map(|text| reader.text(&text)),
        Rule::format => bounds.format = pair.into_inner().next().map(|text| reader.text(&text)),
        Rule::unique => bounds.unique = true,
        _ => {}
    });
    bounds
}

pub(super) fn enum_item(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::EnumItem> {
    let header = Header::read(reader, pair, head);
    let mut item = ast::EnumItem { head: header.head, closed: header.closed, name: header.name?, variants: Vec::new(), span };
    reader.block(header.rest, &ENUM, &mut |reader, pair| match pair.as_rule() {
        Rule::life => item.head.life = versions::life(reader, pair),
        _ => item.variants.extend(variant(reader, pair)),
    });
    Some(item)
}

pub(super) fn variant(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Variant> {
    let span = reader.span(&pair);
    let mut head = ast::Head::default();
    let (mut name, mut value) = (None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::doc => head.docs.push(reader.doc(&part)),
            Rule::word => name = Some(reader.ident(&part)),
            Rule::variant_value => value = part.into_inner().next().map(|literal| values::literal(reader, &literal)),
            Rule::on => head.on = Some(versions::on(reader, part)),
            Rule::life => head.life = fields::life_on_the_same_line(reader, part, span),
            _ => {}
        }
    }
    let name = name?;
    let span = Span { start: name.span.start, ..span };
    Some(ast::Variant { head, name, value, span })
}

pub(super) fn union_item(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::UnionItem> {
    let header = Header::read(reader, pair, head);
    let tag = header.other.and_then(|by| by.into_inner().next()).map(|tag| reader.text(&tag));
    let mut item = ast::UnionItem { head: header.head, name: header.name?, tag, closed: header.closed, variants: Vec::new(), span };
    reader.block(header.rest, &TYPE, &mut |reader, pair| match pair.as_rule() {
        Rule::life => item.head.life = versions::life(reader, pair),
        _ => item.variants.extend(fields::field(reader, pair)),
    });
    Some(item)
}
