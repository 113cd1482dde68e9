//! Answers: statuses that are gone, new or changed; their bodies and headers.

use super::Exchange;
use super::bodies::compare_content;
use crate::change::compare::{Comparer, Difference};
use crate::change::findings::{Direction, Kind, Part, Side, registry};
use crate::change::recognise::Case;
use crate::change::recognise::matching::unique_best;
use crate::change::shape::Use;
use crate::change::surface::{Answer, Input, Sense, Surface};

/// Compares the answers of an exchange. Those to an event are ours to give.
pub(super) fn compare(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>) {
    let direction = if exchange.new.sense == Sense::Call { Direction::Response } else { Direction::Request };
    let (old, new) = (&exchange.old.answers, &exchange.new.answers);
    let mut gone: Vec<&Answer> = Vec::new();
    let mut taken = vec![false; new.len()];
    for one in old {
        let exact = new.iter().position(|two| two.status == one.status);
        // A class of statuses holds each of its own.
        let whole = |class: &str, status: &str| class.ends_with("XX") && status.as_bytes().first() == class.as_bytes().first();
        let found = exact.or_else(|| new.iter().position(|two| whole(&two.status, &one.status)));
        // A spec that names no status means the success that has what it reads.
        let reads = |two: &Answer| one.content.is_empty() || !two.content.is_empty();
        let loosely = || new.iter().position(|two| comparer.loose() && whole(&one.status, &two.status) && reads(two));
        let found = found.or_else(loosely);
        match found {
            Some(at) => {
                taken[at] = true;
                compare_one(comparer, exchange, direction, one, &new[at]);
            }
            None => gone.push(one),
        }
    }
    let mut fresh: Vec<&Answer> = new.iter().enumerate().filter(|(at, _)| !taken[*at]).map(|(_, answer)| answer).collect();
    recognise(comparer, exchange, direction, &mut gone, &mut fresh);
    // A spec names the errors that it tells apart, not every status that has one.
    let tells = |answer: &&Answer| !comparer.loose() || answer.is_success();
    for answer in gone.into_iter().filter(tells).filter(|_| !comparer.new_is_part()) {
        let kind = if answer.tells_error() { &registry::ERROR_STATUS_REMOVED } else { &registry::SUCCESS_STATUS_REMOVED };
        push(exchange, direction, kind, answer, side(answer), Side::default());
    }
    for answer in fresh.into_iter().filter(|_| !comparer.loose()) {
        let kind = if answer.tells_error() { &registry::ERROR_STATUS_ADDED } else { &registry::SUCCESS_STATUS_ADDED };
        push(exchange, direction, kind, answer, Side::default(), side(answer));
    }
}

fn push(exchange: &mut Exchange<'_>, direction: Direction, kind: &'static Kind, answer: &Answer, old: Side, new: Side) {
    let part = Part::Answer(answer.status.clone(), String::new());
    exchange.push(part, direction, Difference::new(kind, &answer.status, old, new, ""));
}

fn side(answer: &Answer) -> Side {
    Side::new(&answer.status, answer.at)
}

/// The only success that is gone and the only one that is new are one; errors go together by their bodies.
fn recognise(
    comparer: &mut Comparer<'_>,
    exchange: &mut Exchange<'_>,
    direction: Direction,
    gone: &mut Vec<&Answer>,
    fresh: &mut Vec<&Answer>,
) {
    let successes = |list: &[&Answer]| list.iter().filter(|answer| answer.is_success()).count();
    let lone = successes(gone) == 1 && successes(fresh) == 1;
    let pairs = unique_best(gone.len(), fresh.len(), |one, two| case(comparer, gone[one], fresh[two], lone));
    for (one, two, case) in &pairs {
        let (before, after) = (gone[*one], fresh[*two]);
        let elsewhere = before.status.starts_with("when") || after.status.starts_with("when");
        let kind = match (before.is_success(), elsewhere) {
            (true, _) => &registry::SUCCESS_STATUS_CHANGED,
            (false, true) => &registry::ERRORS_REPORTED_ELSEWHERE,
            (false, false) => &registry::ERROR_STATUS_CHANGED,
        };
        if !comparer.loose() || before.is_success() {
            let mut difference = Difference::new(kind, &after.status, side(before), side(after), "");
            difference.evidence = Some(case.clone().evidence());
            exchange.push(Part::Answer(after.status.clone(), String::new()), direction, difference);
        }
        compare_one(comparer, exchange, direction, before, after);
    }
    let mut at = 0;
    gone.retain(|_| (!pairs.iter().any(|(one, ..)| *one == at), at += 1).0);
    at = 0;
    fresh.retain(|_| (!pairs.iter().any(|(_, two, _)| *two == at), at += 1).0);
}

fn case(comparer: &Comparer<'_>, old: &Answer, new: &Answer, lone: bool) -> Option<Case> {
    let mut case = Case::default();
    if old.is_success() && new.is_success() {
        case.weigh(60, if lone { 1000 } else { 0 }, || "the only success that is gone, the only one that is new".into());
    } else if !(old.tells_error() && new.tells_error()) {
        return None;
    }
    let body = |answer: &Answer| answer.content.first().and_then(|content| content.what.clone());
    let alike = match (body(old), body(new)) {
        (Some(one), Some(two)) => comparer.same_type(&one, &two),
        (None, None) => true,
        _ => false,
    };
    case.weigh(40, u32::from(alike) * 1000, || "the same body".into());
    if old.tells_error() {
        // 422 and 451 have nothing but their bodies in common, unless they stand alone.
        case.weigh(10, u32::from(alike && body(old).is_some()) * 1000, || "errors of one shape".into());
    }
    Some(case)
}

fn compare_one(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>, direction: Direction, old: &Answer, new: &Answer) {
    if new.is_error() && error_changed(comparer, exchange, direction, old, new) {
        return;
    }
    if !granularity(comparer, exchange, direction, old, new) {
        let status = new.status.clone();
        compare_content(comparer, exchange, direction, &old.content, &new.content, &|media| Part::Answer(status.clone(), media.to_owned()));
    }
    compare_headers(comparer, exchange, direction, old, new);
}

fn first(content: &[crate::change::surface::Content]) -> Option<&Use> {
    content.iter().find_map(|content| content.what.as_ref())
}

/// An error of another type altogether: one thing to see to, not a list of fields.
fn error_changed(comparer: &Comparer<'_>, exchange: &mut Exchange<'_>, direction: Direction, old: &Answer, new: &Answer) -> bool {
    let (Some(before), Some(after)) = (first(&old.content), first(&new.content)) else { return false };
    let names = |surface: &Surface, what: &Use| surface.shape(what.shape).name.clone();
    let (one, two) = (names(comparer.old, before), names(comparer.new, after));
    let other = one.is_some() && two.is_some() && one != two && !comparer.same_type(before, after);
    if other && !comparer.loose() {
        let sides = (Side::new(comparer.old.type_text(before), before.at), Side::new(comparer.new.type_text(after), after.at));
        let part = Part::Answer(new.status.clone(), String::new());
        exchange.push(part, direction, Difference::new(&registry::ERROR_SHAPE_CHANGED, &new.status, sides.0, sides.1, ""));
    }
    other
}

/// A list where there was an object around such a list, or one where there were many: other steps see other bundles.
fn granularity(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>, direction: Direction, old: &Answer, new: &Answer) -> bool {
    let (Some(before), Some(after)) = (first(&old.content), first(&new.content)) else { return false };
    if !new.is_success() || comparer.loose() {
        return false;
    }
    let (one, two) = (listed(comparer.old, before), listed(comparer.new, after));
    let within = |path: &str| format!("an object with a list at `{path}`");
    let (words, pair) = match (one, two) {
        (Listed::Bare(one), Listed::Within(path, two)) => (("a list".to_owned(), within(&path)), (one, two)),
        (Listed::Within(path, one), Listed::Bare(two)) => ((within(&path), "a list".to_owned()), (one, two)),
        _ => return false,
    };
    if !comparer.same_type(&pair.0, &pair.1) {
        return false;
    }
    let sides = (Side { text: words.0, ..Side::new("", before.at) }, Side { text: words.1, ..Side::new("", after.at) });
    let part = Part::Answer(new.status.clone(), new.content.first().map(|content| content.media.clone()).unwrap_or_default());
    exchange.push(
        part.clone(),
        direction,
        Difference::new(&registry::OUTPUT_GRANULARITY_CHANGED, &exchange.name.clone(), sides.0, sides.1, ""),
    );
    exchange.look_into(comparer, &part, direction, &pair.0, &pair.1);
    true
}

enum Listed {
    /// The answer is a list: its items.
    Bare(Use),
    /// The answer holds one list: where, and its items.
    Within(String, Use),
    No,
}

fn listed(surface: &Surface, what: &Use) -> Listed {
    let shape = surface.shape(what.shape);
    if let (true, Some(item)) = (shape.is_list(), &shape.items) {
        return Listed::Bare(item.clone());
    }
    let fields = surface.all_fields(what.shape);
    let mut lists = fields.iter().filter_map(|field| {
        let shape = surface.shape(field.what.shape);
        Some((field.name.clone(), shape.items.clone().filter(|_| shape.is_list())?))
    });
    match (lists.next(), lists.next()) {
        (Some((name, item)), None) if shape.is_object() => Listed::Within(name, item),
        _ => Listed::No,
    }
}

fn compare_headers(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>, direction: Direction, old: &Answer, new: &Answer) {
    let part = |header: &Input| Part::Header(new.status.clone(), header.name.clone());
    let named = |list: &'_ [Input], name: &str| list.iter().position(|other| other.name.eq_ignore_ascii_case(name));
    let side = |header: &Input| Side::new(&header.name, header.at);
    for one in &old.headers {
        let found = named(&new.headers, &one.name).map(|at| &new.headers[at]);
        let kind = match found {
            None if comparer.loose() => continue,
            None if one.required => &registry::HEADER_REQUIRED_REMOVED,
            None => &registry::HEADER_REMOVED,
            Some(two) => {
                if let (Some(before), Some(after)) = (&one.what, &two.what) {
                    exchange.look_into(comparer, &part(two), direction, before, after);
                }
                match (one.required, two.required) {
                    (true, false) => &registry::HEADER_BECAME_OPTIONAL,
                    (false, true) => &registry::HEADER_BECAME_REQUIRED,
                    _ => continue,
                }
            }
        };
        exchange.push(part(one), direction, Difference::new(kind, &one.name, side(one), found.map_or_else(Side::default, side), ""));
    }
    for two in new.headers.iter().filter(|two| !comparer.loose() && named(&old.headers, &two.name).is_none()) {
        exchange.push(part(two), direction, Difference::new(&registry::HEADER_ADDED, &two.name, Side::default(), side(two), ""));
    }
}
