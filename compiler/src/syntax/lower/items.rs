//! What stands at the top level and in groups.

use super::block::{CONNECTOR, ITEM};
use super::reader::Reader;
use super::{Pair, Rule, change, connection, fields, module, types, values, versions};
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn file<'p>(reader: &mut Reader<'_>, pairs: impl Iterator<Item = Pair<'p>>, file: &mut ast::File) {
    for root in pairs.filter(|pair| pair.as_rule() == Rule::file) {
        let mut rest = root.into_inner().peekable();
        while let Some(doc) = rest.next_if(|pair| pair.as_rule() == Rule::file_doc) {
            file.docs.push(reader.doc(&doc));
        }
        file.items = items(reader, rest);
    }
}

fn items<'p>(reader: &mut Reader<'_>, pairs: impl Iterator<Item = Pair<'p>>) -> Vec<ast::Item> {
    let mut items = Vec::new();
    reader.block(pairs, &ITEM, &mut |reader, pair| items.extend(item(reader, pair)));
    items
}

fn item(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Item> {
    let mut head = ast::Head::default();
    for part in pair.into_inner() {
        let span = reader.span(&part);
        return Some(match part.as_rule() {
            Rule::doc => {
                head.docs.push(reader.doc(&part));
                continue;
            }
            Rule::use_item => ast::Item::Use(use_item(reader, part, span)?),
            Rule::connector => ast::Item::Connector(connector(reader, part, head, span)?),
            Rule::api => ast::Item::Api(versions::api(reader, part, head, span)?),
            Rule::connection => ast::Item::Connection(connection::connection(reader, part, head, span)?),
            Rule::type_item => ast::Item::Type(fields::type_item(reader, part, head, span)?),
            Rule::enum_item => ast::Item::Enum(types::enum_item(reader, part, head, span)?),
            Rule::union_item => ast::Item::Union(types::union_item(reader, part, head, span)?),
            Rule::mixin => ast::Item::Mixin(module::mixin(reader, part, head, span)?),
            Rule::group_item => ast::Item::Group(group(reader, part, head, span)?),
            Rule::module => ast::Item::Module(module::module(reader, part, head, span)?),
            Rule::test => ast::Item::Test(values::test(reader, part, head, span)?),
            Rule::change => ast::Item::Change(change::change(reader, part, head, span)?),
            _ => return None,
        });
    }
    None
}

fn use_item(reader: &mut Reader<'_>, pair: Pair<'_>, span: Span) -> Option<ast::Use> {
    let path = reader.text(&pair.into_inner().next()?);
    Some(ast::Use { path, span })
}

fn group(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::Group> {
    let header = Header::read(reader, pair, head);
    let items = items(reader, header.rest);
    Some(ast::Group { head: header.head, name: header.name?, title: header.title, items, span })
}

fn connector(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::Connector> {
    let header = Header::read(reader, pair, head);
    let mut connector = ast::Connector {
        head: header.head,
        name: header.name?,
        title: header.title,
        docs_url: None,
        servers: Vec::new(),
        names: None,
        sends: Vec::new(),
        limits: Vec::new(),
        retry: None,
        fails: Vec::new(),
        served: None,
        span,
    };
    reader.block(header.rest, &CONNECTOR, &mut |reader, pair| match pair.as_rule() {
        Rule::docs => connector.docs_url = pair.into_inner().next().map(|url| reader.text(&url)),
        Rule::server => connector.servers.extend(connection::server(reader, pair)),
        Rule::names => connector.names = pair.into_inner().next().map(|case| reader.ident(&case)),
        Rule::send => connector.sends.extend(connection::send(reader, pair)),
        Rule::limit => connector.limits.extend(versions::limit(reader, pair)),
        Rule::retry => connector.retry = Some(versions::retry(reader, pair)),
        Rule::fails => connector.fails.extend(module::fails(reader, pair)),
        Rule::served => connector.served = served(reader, pair),
        _ => {}
    });
    Some(connector)
}

/// `served header "X-Api-Version"`: the header's name.
fn served(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Text> {
    let header = pair.into_inner().find(|part| part.as_rule() == Rule::served_header)?;
    header.into_inner().next().map(|name| reader.text(&name))
}

/// What stands before the braces of an item.
pub(super) struct Header<'p> {
    pub(super) head: ast::Head,
    pub(super) name: Option<ast::Ident>,
    pub(super) revision: Option<crate::source::Spanned<u32>>,
    pub(super) title: Option<ast::Text>,
    pub(super) with: Vec<ast::Ident>,
    pub(super) closed: bool,
    /// Rules that only one kind of item has.
    pub(super) other: Option<Pair<'p>>,
    /// What stands between the braces.
    pub(super) rest: pest::iterators::Pairs<'p, Rule>,
}

impl<'p> Header<'p> {
    pub(super) fn read(reader: &mut Reader<'_>, pair: Pair<'p>, head: ast::Head) -> Self {
        let rest = pair.into_inner();
        let mut header = Header { head, name: None, revision: None, title: None, with: Vec::new(), closed: false, other: None, rest };
        for part in header.rest.by_ref() {
            match part.as_rule() {
                Rule::open => break,
                Rule::word | Rule::version | Rule::grant => header.name = Some(reader.ident(&part)),
                Rule::revision => header.revision = Some(reader.revision(&part)),
                Rule::string => header.title = Some(reader.text(&part)),
                Rule::with => header.with = part.into_inner().map(|name| reader.ident(&name)).collect(),
                Rule::on => header.head.on = Some(versions::on(reader, part)),
                Rule::closed => header.closed = true,
                _ => header.other = Some(part),
            }
        }
        header
    }
}
