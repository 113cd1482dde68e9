//! Actions, searches and triggers, and the mixins that lend them statements. What stands in `steps` is `steps`'s.

use super::block::{ANSWERS, MIXIN, MODULE, PAGE};
use super::items::Header;
use super::reader::Reader;
use super::{Pair, Rule, change, fields, steps, triggers, types, values, versions};
use crate::source::{Span, Spanned};
use crate::syntax::ast;

pub(super) fn module(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::Module> {
    let header = Header::read(reader, pair, head);
    let kind = match header.other.as_ref()?.as_str() {
        "search" => ast::ModuleKind::Search,
        "trigger" => ast::ModuleKind::Trigger,
        _ => ast::ModuleKind::Action,
    };
    let (mut head, mut body) = (header.head, ast::ModuleBody::default());
    reader.block(header.rest, &MODULE, &mut |reader, pair| statement(reader, pair, &mut body, &mut head));
    Some(ast::Module { head, kind, name: header.name?, revision: header.revision, title: header.title, with: header.with, body, span })
}

pub(super) fn mixin(reader: &mut Reader<'_>, pair: Pair<'_>, head: ast::Head, span: Span) -> Option<ast::Mixin> {
    let header = Header::read(reader, pair, head);
    let (mut head, mut body, mut fields) = (header.head, ast::ModuleBody::default(), Vec::new());
    reader.block(header.rest, &MIXIN, &mut |reader, pair| match pair.as_rule() {
        Rule::fields_block => fields = fields::fields(reader, pair),
        _ => statement(reader, pair, &mut body, &mut head),
    });
    Some(ast::Mixin { head, name: header.name?, fields, body, span })
}

fn statement(reader: &mut Reader<'_>, pair: Pair<'_>, body: &mut ast::ModuleBody, head: &mut ast::Head) {
    match pair.as_rule() {
        Rule::call => body.exchange = call(reader, pair),
        Rule::module_server => body.server = server(reader, pair),
        Rule::connections => {
            let span = reader.span(&pair);
            body.connections = Some((pair.into_inner().map(|name| reader.ident(&name)).collect(), span));
        }
        Rule::path_block => body.path = fields::fields(reader, pair),
        Rule::query_block => body.query = fields::fields(reader, pair),
        Rule::header_block => body.header = fields::fields(reader, pair),
        Rule::cookie_block => body.cookie = fields::fields(reader, pair),
        Rule::request => body.request = request(reader, pair),
        Rule::answers => {
            reader.block(pair.into_inner(), &ANSWERS, &mut |reader, pair| body.answers.extend(status_answer(reader, pair)));
        }
        Rule::fails => body.fails.extend(fails(reader, pair)),
        Rule::page => body.page = page(reader, pair),
        Rule::parts => body.parts = parts(reader, pair),
        Rule::order => body.order = order(reader, pair),
        Rule::limit => body.limits.extend(versions::limit(reader, pair)),
        Rule::cost => body.cost = versions::cost(reader, pair),
        Rule::retry => body.retry = Some(versions::retry(reader, pair)),
        Rule::example => body.examples.push(values::example(reader, pair)),
        Rule::from_block => body.from.push(change::from(reader, pair)),
        Rule::input_block => {
            let span = reader.span(&pair);
            body.input = Some((fields::fields(reader, pair), span));
        }
        Rule::steps_block => body.steps = Some(steps::steps(reader, pair)),
        Rule::gives => {
            let span = reader.span(&pair);
            body.gives = pair.into_inner().next().map(|path| (reader.path(path), span));
        }
        Rule::cursor => body.cursor = triggers::cursor(reader, pair),
        Rule::webhook => body.webhook = triggers::webhook(reader, pair),
        Rule::verify => body.verify = triggers::verify(reader, pair),
        Rule::challenge => body.challenges.extend(triggers::challenge(reader, pair)),
        Rule::subscribe => body.subscribe = triggers::subscription(reader, pair),
        Rule::renew => body.renew = triggers::subscription(reader, pair),
        Rule::unsubscribe => body.unsubscribe = triggers::subscription(reader, pair),
        Rule::expires_at => {
            let span = reader.span(&pair);
            body.expires = pair.into_inner().next().map(|path| (reader.path(path), span));
        }
        Rule::life => head.life = versions::life(reader, pair),
        _ => {}
    }
}

/// `GET "/project/search" outside -> [Project] at data`
fn call(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Exchange1> {
    let span = reader.span(&pair);
    let (mut poll, mut leads, mut method, mut path, mut answer) = (false, None, None, None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::poll => poll = true,
            Rule::outside => leads = Some(ast::Leads::Outside),
            Rule::within_api => leads = Some(ast::Leads::Inside),
            Rule::method => method = Some(reader.ident(&part)),
            Rule::string => path = Some(reader.template(&part)),
            Rule::answer => answer = self::answer(reader, part, None),
            _ => {}
        }
    }
    Some(ast::Exchange1 { poll, method: method?, path: path?, leads, answer, span })
}

fn status_answer(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Answer> {
    let span = reader.span(&pair);
    let mut inner = pair.into_inner();
    let status = reader.status(&inner.next()?);
    let answer = answer(reader, inner.next()?, Some(status))?;
    Some(ast::Answer { span, ..answer })
}

pub(super) fn answer(reader: &mut Reader<'_>, pair: Pair<'_>, status: Option<Spanned<String>>) -> Option<ast::Answer> {
    let span = reader.span(&pair);
    let (mut body, mut at, mut encoding, mut items) = (None, None, None, ast::ItemsCome::default());
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::nothing => body = Some(ast::AnswerBody::Nothing(reader.span(&part))),
            Rule::type_expr => body = types::type_expr(reader, part).map(ast::AnswerBody::Type),
            Rule::at => at = first_path(reader, part),
            Rule::encoded => {
                encoding = part.into_inner().next().map(|encoding| match encoding.as_rule() {
                    Rule::string => reader.text(&encoding),
                    Rule::items_come => items_come(reader, encoding, &mut items),
                    _ => reader.ident(&encoding),
                });
            }
            _ => {}
        }
    }
    Some(ast::Answer { status, body: body?, at, encoding, items, span })
}

/// The word for how they come, and beside it what is said of them.
fn items_come(reader: &mut Reader<'_>, pair: Pair<'_>, items: &mut ast::ItemsCome) -> Spanned<String> {
    let mut word = Spanned { value: String::new(), span: reader.span(&pair) };
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::items_as => word = reader.ident(&part),
            Rule::items_named => items.named = Some(reader.span(&part)),
            Rule::items_end => items.end = part.into_inner().next().map(|text| reader.text(&text)),
            _ => items.resume = Some(reader.span(&part)),
        }
    }
    word
}

fn first_path(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::WirePath> {
    pair.into_inner().next().map(|path| reader.wire_path(path))
}

/// `server upload` or `server "https://…"`
fn server(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::ModuleServer> {
    let first = pair.into_inner().next()?;
    Some(match first.as_rule() {
        Rule::string => ast::ModuleServer::Url(reader.template(&first)),
        _ => ast::ModuleServer::Name(reader.ident(&first)),
    })
}

/// `body { … }` and its other spellings.
fn request(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Request> {
    let span = reader.span(&pair);
    let keyword = Span { end: span.start + "body".len() as u32, ..span };
    let mut encoding = Spanned { value: "json".to_owned(), span: keyword };
    let (mut detail, mut body) = (None, None);
    let whole = pair.clone();
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::word => encoding = reader.ident(&part),
            Rule::graphql_word => {
                encoding = reader.ident(&part);
                body = Some(ast::RequestBody::Fields(Vec::new()));
            }
            Rule::string => detail = Some(reader.text(&part)),
            Rule::open => {
                body = Some(ast::RequestBody::Fields(fields::fields(reader, whole)));
                break;
            }
            Rule::field => body = fields::field(reader, part).map(|field| ast::RequestBody::Whole(Box::new(field))),
            Rule::type_expr => body = types::type_expr(reader, part).map(whole_body),
            _ => {}
        }
    }
    Some(ast::Request { encoding, detail, body: body?, span })
}

/// `body json Type`: one field named `body`.
fn whole_body(ty: ast::TypeExpr) -> ast::RequestBody {
    let span = ty.span;
    ast::RequestBody::Whole(Box::new(ast::Field {
        head: ast::Head::default(),
        name: Spanned { value: "body".to_owned(), span },
        rest: false,
        optional: false,
        wire: None,
        ty,
        default: None,
        from: None,
        style: None,
        span,
    }))
}

/// `fails E …`
pub(super) fn fails(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Fails> {
    let span = reader.span(&pair);
    let (mut body, mut at, mut statuses, mut when, mut code, mut message) = (None, None, Vec::new(), None, None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::type_expr => body = types::type_expr(reader, part),
            Rule::at => at = first_path(reader, part),
            Rule::fails_on => statuses = part.into_inner().map(|status| reader.status(&status)).collect(),
            Rule::fails_when => when = condition(reader, part),
            Rule::fails_code => code = first_path(reader, part),
            Rule::fails_message => message = first_path(reader, part),
            _ => {}
        }
    }
    Some(ast::Fails { body: body?, at, statuses, when, code, message, span })
}

fn condition(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Condition> {
    let span = reader.span(&pair);
    let (mut path, mut equals) = (None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::wire_path => path = Some(reader.wire_path(part)),
            Rule::value => equals = values::value(reader, part),
            _ => {}
        }
    }
    Some(ast::Condition { path: path?, equals, span })
}

fn parts(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Parts> {
    let span = reader.span(&pair);
    let mut inner = pair.into_inner();
    let mut parts = ast::Parts { by: reader.ident(&inner.next()?), size: None, multiple: None, next: None, span };
    for part in inner {
        let rule = part.as_rule();
        let Some(said) = part.into_inner().next() else { continue };
        match rule {
            Rule::parts_size => parts.size = reader.byte_count(&said),
            Rule::parts_multiple => parts.multiple = reader.byte_count(&said),
            _ => parts.next = Some(reader.wire_path(said)),
        }
    }
    Some(parts)
}

pub(super) fn page(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Page> {
    let span = reader.span(&pair);
    let mut inner = pair.into_inner();
    let mut page = ast::Page {
        strategy: reader.ident(&inner.next()?),
        header: None,
        advance: None,
        size: None,
        send: None,
        read: None,
        key: None,
        items: None,
        stop: None,
        start: None,
        cap: None,
        span,
    };
    reader.block(inner, &PAGE, &mut |reader, pair| page_statement(reader, pair, &mut page));
    Some(page)
}

fn page_statement(reader: &mut Reader<'_>, pair: Pair<'_>, page: &mut ast::Page) {
    let span = reader.span(&pair);
    let rule = pair.as_rule();
    let mut inner = pair.into_inner();
    let Some(first) = inner.next() else { return };
    match rule {
        Rule::page_header => page.header = Some(reader.text(&first)),
        Rule::advance => page.advance = Some(reader.ident(&first)),
        Rule::page_size => page.size = Some(reader.ident(&first)),
        Rule::page_send => page.send = Some(reader.ident(&first)),
        Rule::page_read => page.read = Some(reader.wire_path(first)),
        Rule::page_key => page.key = Some(reader.ident(&first)),
        Rule::page_items => page.items = Some(reader.wire_path(first)),
        Rule::stop => page.stop = Some((reader.ident(&first), inner.next().map(|path| reader.wire_path(path)), span)),
        Rule::page_start => page.start = reader.count(&first),
        Rule::cap => page.cap = reader.count(&first),
        _ => {}
    }
}

/// `order id`, `order updated_at descending` or `order none "why"`
fn order(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Order> {
    let span = reader.span(&pair);
    let (mut by, mut descending, mut why) = (None, false, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::path => by = Some(reader.ident(&part)),
            Rule::descending => descending = true,
            _ => why = Some(reader.text(&part)),
        }
    }
    let by = by.filter(|by| by.value != "none");
    Some(ast::Order { by, descending, why, span })
}
