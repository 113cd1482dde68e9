//! Fields and the types that hold them.

use super::block::{FIELD, TYPE};
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule, types, values, versions};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn type_item(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::TypeItem> {
    let header = Header::read(reader, pair, head);
    let mut item = ast::TypeItem { head: header.head, name: header.name?, with: header.with, fields: Vec::new(), span };
    reader.block(header.rest, &TYPE, &mut |reader, pair| match pair.as_rule() {
        Rule::life => item.head.life = versions::life(reader, pair),
        _ => item.fields.extend(field(reader, pair)),
    });
    Some(item)
}

/// The fields of a block such as `query { … }`.
pub(super) fn fields(reader: &mut Reader<'_>, pair: Pair<'_>) -> Vec<ast::Field> {
    let mut fields = Vec::new();
    reader.block(pair.into_inner(), &FIELD, &mut |reader, pair| fields.extend(field(reader, pair)));
    fields
}

pub(super) fn field(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Field> {
    let span = reader.span(&pair);
    let mut head = ast::Head::default();
    let (mut name, mut optional, mut wire, mut ty, mut default, mut from, mut style) = (None, false, None, None, None, None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::doc => head.docs.push(reader.doc(&part)),
            Rule::field_name => name = Some(reader.ident(&part)),
            Rule::optional => optional = true,
            Rule::string => wire = Some(reader.text(&part)),
            Rule::type_expr => ty = types::type_expr(reader, part),
            Rule::default => default = part.into_inner().next().and_then(|value| values::value(reader, value)),
            Rule::from => from = part.into_inner().next().map(|path| reader.path(path)),
            Rule::style => style = self::style(reader, part),
            Rule::on => head.on = Some(versions::on(reader, part)),
            Rule::life => head.life = life_on_the_same_line(reader, part, span),
            _ => {}
        }
    }
    let name = name?;
    // The documentation belongs to the field, not to its span.
    let span = Span { start: name.span.start, ..span };
    Some(ast::Field { head, rest: name.value == "...", name, optional, wire, ty: ty?, default, from, style, span })
}

/// A life clause on a line of its own could be meant for the field above or for the item around: only one is read.
pub(super) fn life_on_the_same_line(reader: &mut Reader<'_>, pair: Pair<'_>, owner: Span) -> Option<ast::Life> {
    let life = versions::life(reader, pair)?;
    let (own_line, indentation) = reader.starts_line(life.span);
    let (_, owner_indentation) = reader.starts_line(owner);
    if own_line && indentation <= owner_indentation {
        let first = Span { end: life.span.start + "deprecated".len() as u32, ..life.span };
        reader.report(
            Diagnostic::new(codes::LIFE_BELONGS_WHERE, first, "it is not clear what is `deprecated` here")
                .also(owner, "this, which stands before it")
                .help("for the item around it, move the clause to the top of the braces; for this, to the end of its line"),
        );
    }
    Some(life)
}

fn style(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Style> {
    let span = reader.span(&pair);
    let mut inner = pair.into_inner();
    let name = reader.ident(&inner.next()?);
    let explode = inner.next().map(|word| word.as_str().starts_with("explode"));
    Some(ast::Style { name, explode, span })
}
