//! What makes a trigger of a module: the cursor of a poll, and what is said of deliveries.

use super::block::{CHALLENGE_MEMBER, VERIFY};
use super::reader::Reader;
use super::{Pair, Rule, module, steps, values};
use crate::syntax::ast::{self, DeliveryPartKind};

/// `cursor time last_update id id lookback 2m`
pub(super) fn cursor(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Cursor> {
    let span = reader.span(&pair);
    let (mut time, mut id, mut lookback) = (None, None, None);
    for part in pair.into_inner() {
        let rule = part.as_rule();
        let Some(inner) = part.into_inner().next() else { continue };
        match rule {
            Rule::cursor_time => time = Some(reader.path(inner)),
            Rule::cursor_id => id = Some(reader.path(inner)),
            Rule::lookback => lookback = reader.duration(&inner),
            _ => {}
        }
    }
    Some(ast::Cursor { time: time?, id: id?, lookback, span })
}

/// `webhook -> Event by header "X" when …`
pub(super) fn webhook(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Webhook> {
    let span = reader.span(&pair);
    let (mut answer, mut by, mut when) = (None, None, Vec::new());
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::answer => answer = module::answer(reader, part, None),
            Rule::by_header => by = first(part).and_then(first).map(|header| reader.text(&header)),
            Rule::delivered_when => when.extend(condition(reader, part)),
            _ => {}
        }
    }
    Some(ast::Webhook { answer: answer?, by, when, span })
}

fn first(pair: Pair<'_>) -> Option<Pair<'_>> {
    pair.into_inner().next()
}

fn condition(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::DeliveryCondition> {
    let span = reader.span(&pair);
    let (mut part, mut equals) = (None, None);
    for inner in pair.into_inner() {
        match inner.as_rule() {
            Rule::delivery_part => part = delivery_part(reader, inner),
            Rule::value => equals = values::value(reader, inner),
            _ => {}
        }
    }
    Some(ast::DeliveryCondition { part: part?, equals, span })
}

fn delivery_part(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::DeliveryPart> {
    let span = reader.span(&pair);
    let inner = first(pair)?;
    let kind = match inner.as_rule() {
        Rule::wire_path => DeliveryPartKind::Body(reader.wire_path(inner)),
        rule => {
            let name = first(inner)?;
            let name = reader.text(&name);
            match rule {
                Rule::part_header => DeliveryPartKind::Header(name),
                Rule::part_query => DeliveryPartKind::Query(name),
                _ => DeliveryPartKind::Claim(name),
            }
        }
    };
    Some(ast::DeliveryPart { kind, span })
}

/// `verify hmac sha256 { … }` and its other kinds.
pub(super) fn verify(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Verify> {
    let span = reader.span(&pair);
    let mut words = Vec::new();
    let mut why = None;
    for part in pair.clone().into_inner() {
        match part.as_rule() {
            Rule::word => words.push(reader.ident(&part)),
            Rule::string => why = Some(reader.text(&part)),
            _ => break,
        }
    }
    let mut words = words.into_iter();
    let mut verify = ast::Verify {
        kind: words.next()?,
        algorithm: words.next(),
        why,
        sent: None,
        over: None,
        key: None,
        time: None,
        id: None,
        issuer: None,
        audience: None,
        digest: None,
        span,
    };
    reader.block(pair.into_inner(), &VERIFY, &mut |reader, pair| verify_statement(reader, pair, &mut verify));
    Some(verify)
}

fn verify_statement(reader: &mut Reader<'_>, pair: Pair<'_>, verify: &mut ast::Verify) {
    let span = reader.span(&pair);
    let rule = pair.as_rule();
    let mut inner = pair.into_inner();
    let Some(head) = inner.next() else { return };
    match rule {
        Rule::proof => verify.sent = sent(reader, head),
        Rule::over => verify.over = Some(reader.template(&head)),
        Rule::secret_key => {
            let after = inner.next().and_then(first).map(|after| reader.text(&after));
            verify.key = Some((reader.ident(&head), after, span));
        }
        Rule::delivery_time => {
            let Some(sent) = sent(reader, head) else { return };
            let (mut unit, mut within) = (None, None);
            for part in inner {
                match part.as_rule() {
                    Rule::word => unit = Some(reader.ident(&part)),
                    _ => within = first(part).and_then(|within| reader.duration(&within)),
                }
            }
            verify.time = Some(ast::DeliveryTime { sent, unit, within, span });
        }
        Rule::delivery_id => verify.id = delivery_part(reader, head),
        Rule::issuer => verify.issuer = Some(reader.text(&head)),
        Rule::audience => verify.audience = Some(reader.text(&head)),
        Rule::body_digest => {
            let encoding = inner.next().and_then(first).map(|encoding| reader.ident(&encoding));
            verify.digest = first(head).map(|claim| (reader.text(&claim), encoding, span));
        }
        _ => {}
    }
}

/// `header "X" split "," after "v1=" as hex`
fn sent(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Sent> {
    let span = reader.span(&pair);
    let (mut part, mut split, mut after, mut encoding) = (None, None, None, None);
    for inner in pair.into_inner() {
        let rule = inner.as_rule();
        if rule == Rule::delivery_part {
            part = delivery_part(reader, inner);
            continue;
        }
        let Some(word) = first(inner) else { continue };
        match rule {
            Rule::split_by => split = Some(reader.text(&word)),
            Rule::after => after = Some(reader.text(&word)),
            _ => encoding = Some(reader.ident(&word)),
        }
    }
    Some(ast::Sent { part: part?, split, after, encoding, span })
}

/// `challenge query "crc_token" answer { response_token = "sha256={hmac.base64}" }`
pub(super) fn challenge(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Challenge> {
    let span = reader.span(&pair);
    let (mut part, mut when, mut answer) = (None, Vec::new(), Vec::new());
    for inner in pair.into_inner() {
        match inner.as_rule() {
            Rule::delivery_part => part = delivery_part(reader, inner),
            Rule::delivered_when => when.extend(condition(reader, inner)),
            _ => reader.block(inner.into_inner(), &CHALLENGE_MEMBER, &mut |reader, pair| {
                let (mut name, mut value) = (None, None);
                for part in pair.into_inner() {
                    match part.as_rule() {
                        Rule::word => name = Some(reader.ident(&part)),
                        Rule::string => value = Some(reader.template(&part)),
                        _ => {}
                    }
                }
                answer.extend(name.zip(value));
            }),
        }
    }
    Some(ast::Challenge { part: part?, when, answer, span })
}

/// `subscribe hook = create_hook { … }`, `renew update_hook { … } before 1h`
pub(super) fn subscription(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Subscription> {
    let span = reader.span(&pair);
    let (mut step, mut before) = (None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::step => step = steps::step(reader, part),
            _ => before = first(part).and_then(|before| reader.duration(&before)),
        }
    }
    Some(ast::Subscription { step: step?, before, span })
}
