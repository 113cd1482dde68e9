//! Request bodies: whether there is one, in which media types, and of what shape.

use super::Exchange;
use crate::change::compare::{Comparer, Difference};
use crate::change::findings::{Direction, Kind, Part, Side, registry};
use crate::change::shape::Use;
use crate::change::surface::{Body, Content, Sense, Surface};

/// Compares the request bodies of an exchange. Of an event it is the payload, which comes to us.
pub(super) fn compare(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>) {
    let direction = if exchange.new.sense == Sense::Call { Direction::Request } else { Direction::Response };
    let (old, new) = (exchange.old.body.as_ref(), exchange.new.body.as_ref());
    let mut push = |kind: &'static Kind, old: Side, new: Side| {
        exchange.push(Part::Body(String::new()), direction, Difference::new(kind, "body", old, new, ""));
    };
    let side = |body: &Body| Side::new("body", body.at);
    match (old, new) {
        (None, Some(body)) if body.required && !comparer.new_is_part() => {
            push(&registry::REQUEST_BODY_REQUIRED_ADDED, Side::default(), side(body))
        }
        (None, Some(body)) if !comparer.loose() => push(&registry::REQUEST_BODY_ADDED, Side::default(), side(body)),
        (Some(body), None) if !comparer.new_is_part() => push(&registry::REQUEST_BODY_REMOVED, side(body), Side::default()),
        (Some(before), Some(after)) => {
            match (before.required, after.required) {
                (false, true) if !comparer.loose() => push(&registry::REQUEST_BODY_BECAME_REQUIRED, side(before), side(after)),
                (true, false) if !comparer.loose() => push(&registry::REQUEST_BODY_BECAME_OPTIONAL, side(before), side(after)),
                _ => {}
            }
            compare_content(comparer, exchange, direction, &before.content, &after.content, &|media| Part::Body(media.to_owned()));
        }
        _ => {}
    }
}

/// Content per media type, of a body or an answer.
pub(super) fn compare_content(
    comparer: &mut Comparer<'_>,
    exchange: &mut Exchange<'_>,
    direction: Direction,
    old: &[Content],
    new: &[Content],
    part: &dyn Fn(&str) -> Part,
) {
    let mut gone: Vec<&Content> = Vec::new();
    let mut taken = vec![false; new.len()];
    for one in old {
        match new.iter().position(|two| two.media == one.media).filter(|at| !taken[*at]) {
            Some(at) => {
                taken[at] = true;
                compare_media(comparer, exchange, direction, one, &new[at], &part(&one.media));
            }
            None => gone.push(one),
        }
    }
    let mut fresh: Vec<&Content> = new.iter().enumerate().filter(|(at, _)| !taken[*at]).map(|(_, one)| one).collect();
    let push = |exchange: &mut Exchange<'_>, kind: &'static Kind, name: &str, old: Side, new: Side| {
        exchange.push(part(name), direction, Difference::new(kind, name, old, new, ""));
    };
    let side = |content: &Content| Side::new(&content.media, content.at);
    if let ([one], [two]) = (&gone[..], &fresh[..]) {
        let (one, two) = (*one, *two);
        // A spec and a description may name what holds JSON differently.
        if !comparer.loose() {
            push(exchange, registry::MEDIA_TYPE_CHANGED.of(direction), &two.media, side(one), side(two));
        }
        compare_media(comparer, exchange, direction, one, two, &part(&two.media));
        gone.clear();
        fresh.clear();
    }
    for one in gone.into_iter().filter(|_| !comparer.new_is_part()) {
        push(exchange, registry::MEDIA_TYPE_REMOVED.of(direction), &one.media, side(one), Side::default());
    }
    for two in fresh.into_iter().filter(|_| !comparer.loose()) {
        push(exchange, registry::MEDIA_TYPE_ADDED.of(direction), &two.media, Side::default(), side(two));
    }
}

fn compare_media(
    comparer: &mut Comparer<'_>,
    exchange: &mut Exchange<'_>,
    direction: Direction,
    old: &Content,
    new: &Content,
    part: &Part,
) {
    let mut push = |kind: &'static Kind| {
        let sides = (Side::new(&old.media, old.at), Side::new(&new.media, new.at));
        exchange.push(part.clone(), direction, Difference::new(kind, &new.media, sides.0, sides.1, ""));
    };
    match (&old.what, &new.what) {
        (Some(before), Some(after)) if is_text(comparer, direction, &new.media, before, after) => {
            let text = |surface: &Surface, what: &Use| Side::new(surface.type_text(what), what.at);
            let sides = (text(comparer.old, before), text(comparer.new, after));
            exchange.push(part.clone(), direction, Difference::new(registry::TYPE_COMPATIBLE.of(direction), "body", sides.0, sides.1, ""));
        }
        (Some(before), Some(after)) => exchange.look_into(comparer, part, direction, before, after),
        (None, Some(_)) if !comparer.loose() => push(registry::MEDIA_TYPE_SHAPE_ADDED.of(direction)),
        (Some(_), None) if !comparer.loose() => push(registry::MEDIA_TYPE_SHAPE_REMOVED.of(direction)),
        _ => {}
    }
}

/// Where everything is written as text, whatever was sent can be sent as a string. In XML a plain value is text, but an object is not.
fn is_text(comparer: &Comparer<'_>, direction: Direction, media: &str, old: &Use, new: &Use) -> bool {
    let (before, after) = (comparer.old.shape(old.shape), comparer.new.shape(new.shape));
    let plain = !before.is_object() && !before.is_list();
    let typed = media.contains("json") || media.contains("yaml") || (media.contains("xml") && !plain);
    let string = after.types == ["string"] && after.format.is_none() && after.values.is_none() && after.bounds.is_empty();
    !typed && direction == Direction::Request && string && !before.types.is_empty() && before.types != ["string"]
}
