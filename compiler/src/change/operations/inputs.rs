//! Parameters: gone, new, required, renamed, moved to another place, written in another style.

use super::Exchange;
use super::life::{LifeKinds, life_differences};
use crate::change::compare::{Comparer, Difference};
use crate::change::findings::{Direction, Kind, Part, Side, registry};
use crate::change::recognise::Case;
use crate::change::recognise::matching::unique_best;
use crate::change::recognise::names::{docs_likeness, docs_same, name_likeness};
use crate::change::shape::Use;
use crate::change::surface::{Input, InputPlace, Sense, Surface, holes};

static LIFE: LifeKinds = LifeKinds {
    deprecated: &registry::PARAMETER_DEPRECATED,
    deprecated_with_sunset: &registry::PARAMETER_DEPRECATED_WITH_SUNSET,
    reactivated: &registry::PARAMETER_REACTIVATED,
    sunset_missing: &registry::FIELD_SUNSET_MISSING.request,
    sunset_malformed: &registry::FIELD_SUNSET_MALFORMED.request,
    sunset_too_soon: &registry::FIELD_SUNSET_TOO_SOON.request,
    stability_lowered: &registry::FIELD_STABILITY_LOWERED.request,
    stability_raised: &registry::FIELD_STABILITY_RAISED.request,
};

/// Compares the parameters of an exchange.
pub(super) fn compare(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>) {
    let (old, new) = (exchange.old, exchange.new);
    let mut gone: Vec<&Input> = Vec::new();
    let mut taken = vec![false; new.inputs.len()];
    for input in &old.inputs {
        let found = new.inputs.iter().position(|other| same(input, other, &old.path, &new.path));
        match found.filter(|at| !taken[*at]) {
            Some(at) => {
                taken[at] = true;
                compare_one(comparer, exchange, input, &new.inputs[at]);
            }
            None => gone.push(input),
        }
    }
    let mut fresh: Vec<&Input> = new.inputs.iter().enumerate().filter(|(at, _)| !taken[*at]).map(|(_, input)| input).collect();
    recognise(comparer, exchange, &mut gone, &mut fresh);
    // What a spec sends without anybody's doing need not be in a description.
    let told = |input: &&Input| !comparer.loose() || input.spec_name.is_some();
    for input in gone.into_iter().filter(told).filter(|_| !comparer.new_is_part()) {
        push(exchange, &registry::PARAMETER_REMOVED, input, side(comparer.old, input), Side::default(), input.what.clone());
    }
    for input in fresh {
        new_input(comparer, exchange, input);
    }
}

/// The same parameter: of one place and name, or the same hole of the path. Header names have no case.
fn same(one: &Input, two: &Input, old_path: &str, new_path: &str) -> bool {
    if one.place != two.place {
        return false;
    }
    match one.place {
        InputPlace::Header => one.name.eq_ignore_ascii_case(&two.name),
        InputPlace::Path => {
            let at = |path: &str, name: &str| holes(path).iter().position(|hole| *hole == name);
            // A path under another name has its holes in the same order.
            let counts = holes(old_path).len() == holes(new_path).len();
            match (at(old_path, &one.name), at(new_path, &two.name)) {
                (Some(before), Some(after)) if counts => before == after,
                _ => one.name == two.name,
            }
        }
        _ => one.name == two.name,
    }
}

fn new_input(comparer: &Comparer<'_>, exchange: &mut Exchange<'_>, input: &Input) {
    if comparer.new_is_part() || (comparer.old_is_part() && !input.required) {
        return;
    }
    let default = input.what.as_ref().and_then(|what| what.default.clone());
    let mut new = side(comparer.new, input);
    let kind = match (input.required, default) {
        (false, _) => &registry::PARAMETER_ADDED,
        (true, None) if signs(exchange, input) => {
            new.text = input.name.clone();
            &registry::EVENT_SIGNATURE_REQUIRED
        }
        (true, None) => &registry::PARAMETER_REQUIRED_ADDED,
        (true, Some(default)) => {
            new.text = default;
            &registry::PARAMETER_REQUIRED_ADDED_WITH_DEFAULT
        }
    };
    push(exchange, kind, input, Side::default(), new, input.what.clone());
}

/// A header by which the receiver of an event can tell who sent it.
fn signs(exchange: &Exchange<'_>, input: &Input) -> bool {
    let name = input.name.to_lowercase();
    exchange.new.sense == Sense::Event
        && input.place == InputPlace::Header
        && ["signature", "hmac", "digest"].iter().any(|word| name.contains(word))
}

fn part(input: &Input) -> Part {
    Part::Parameter(format!("{} {}", input.place.name(), input.name))
}

fn push(exchange: &mut Exchange<'_>, kind: &'static Kind, input: &Input, old: Side, new: Side, field: Option<Use>) {
    let name = if kind.id == "event-signature-required" { exchange.name.clone() } else { input.name.clone() };
    let mut difference = Difference::new(kind, &name, old, new, "");
    difference.detail = input.place.name().into();
    difference.field = field;
    exchange.push(part(input), direction(exchange), difference);
}

/// What goes into an event comes to us.
fn direction(exchange: &Exchange<'_>) -> Direction {
    if exchange.new.sense == Sense::Call { Direction::Request } else { Direction::Response }
}

fn side(surface: &Surface, input: &Input) -> Side {
    let side = Side::new(&input.name, input.at).spec_name(input.spec_name.clone());
    match &input.what {
        Some(what) => side.ty(surface.type_text(what)),
        None => side,
    }
}

fn compare_one(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>, old: &Input, new: &Input) {
    let sides = (side(comparer.old, old), side(comparer.new, new));
    let kind = match (old.required, new.required) {
        (false, true) if !(comparer.new_is_part() || comparer.loose() && always_sent(old)) => Some(&registry::PARAMETER_BECAME_REQUIRED),
        (true, false) if !comparer.loose() => Some(&registry::PARAMETER_BECAME_OPTIONAL),
        _ => None,
    };
    if let Some(kind) = kind {
        push(exchange, kind, new, sides.0.clone(), sides.1.clone(), None);
    }
    for mut difference in life_differences(&LIFE, &new.name, &old.life, &new.life, sides.clone(), comparer.options) {
        if difference.detail.is_empty() {
            difference.detail = new.place.name().into();
        }
        exchange.push(part(new), direction(exchange), difference);
    }
    compare_style(comparer, exchange, old, new, sides);
    let (Some(before), Some(after)) = (&old.what, &new.what) else { return };
    if !one_or_many(comparer, exchange, (old, before), (new, after)) {
        exchange.look_into(comparer, &part(new), direction(exchange), before, after);
    }
}

/// A spec fills in what has a default.
fn always_sent(input: &Input) -> bool {
    input.spec_name.is_none() || input.what.as_ref().is_some_and(|what| what.default.is_some())
}

/// Style counts for lists and objects only: a plain value is written the same in all.
fn compare_style(comparer: &Comparer<'_>, exchange: &mut Exchange<'_>, old: &Input, new: &Input, sides: (Side, Side)) {
    let compound = |surface: &Surface, what: &Option<Use>| {
        what.as_ref().is_some_and(|what| surface.shape(what.shape).is_list() || surface.shape(what.shape).is_object())
    };
    let (Some(before), Some(after)) = (&old.style, &new.style) else { return };
    if before == after || !compound(comparer.old, &old.what) || !compound(comparer.new, &new.what) {
        return;
    }
    let (old, new_side) = (Side { text: before.clone(), ..sides.0 }, Side { text: after.clone(), ..sides.1 });
    push(exchange, &registry::PARAMETER_STYLE_CHANGED, new, old, new_side, None);
}

/// `?a=x` is a value and a list of one: where each item is written apart, a value may become a list of such values.
fn one_or_many(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>, old: (&Input, &Use), new: (&Input, &Use)) -> bool {
    let exploded = new.0.style.as_deref() == Some("form exploded");
    let after = comparer.new.shape(new.1.shape);
    if !exploded || !after.is_list() || comparer.old.shape(old.1.shape).is_list() || comparer.loose() {
        return false;
    }
    let Some(item) = &after.items else { return false };
    let takes = comparer.takes_all(old.1.shape, item.shape);
    if takes {
        let sides = (side(comparer.old, old.0), side(comparer.new, new.0));
        let text = |side: Side| Side { text: side.ty.clone().unwrap_or_default(), ..side };
        let difference = Difference::new(registry::TYPE_WIDENED.of(direction(exchange)), &new.0.name, text(sides.0), text(sides.1), "");
        exchange.push(part(new.0), direction(exchange), difference);
    }
    takes
}

/// Renamed in its place, or moved to another place under its name.
fn recognise(comparer: &mut Comparer<'_>, exchange: &mut Exchange<'_>, gone: &mut Vec<&Input>, fresh: &mut Vec<&Input>) {
    let lone = gone.len() == 1 && fresh.len() == 1;
    let pairs = unique_best(gone.len(), fresh.len(), |one, two| case(comparer, gone[one], fresh[two], lone));
    for (one, two, case) in &pairs {
        let (old, new) = (gone[*one], fresh[*two]);
        let mut difference = Difference::new(&registry::PARAMETER_RENAMED, &new.name, side(comparer.old, old), side(comparer.new, new), "");
        difference.detail = new.place.name().into();
        if old.place != new.place {
            difference.kind = &registry::PARAMETER_MOVED;
            difference.old.text = old.place.name().into();
            difference.new.text = new.place.name().into();
        }
        difference.evidence = Some(case.clone().evidence());
        exchange.push(part(new), direction(exchange), difference);
        compare_one(comparer, exchange, old, new);
    }
    let mut at = 0;
    gone.retain(|_| (!pairs.iter().any(|(one, ..)| *one == at), at += 1).0);
    at = 0;
    fresh.retain(|_| (!pairs.iter().any(|(_, two, _)| *two == at), at += 1).0);
}

fn case(comparer: &Comparer<'_>, old: &Input, new: &Input, lone: bool) -> Option<Case> {
    let mut case = Case::default();
    if old.spec_name.is_some() && old.spec_name == new.spec_name {
        let name = old.spec_name.clone().unwrap_or_default();
        case.weigh(100, 980, || format!("the spec calls both `{name}`"));
        return Some(case);
    }
    let same_type = match (&old.what, &new.what) {
        (Some(one), Some(two)) => comparer.same_type(one, two),
        _ => true,
    };
    let likeness = name_likeness(&old.name, &new.name);
    let docs = docs_likeness(&old.docs, &new.docs);
    // Another place and another name at once is too much to conclude.
    if !same_type || (old.place != new.place && likeness < 1000) || (likeness < 350 && docs.is_none_or(|docs| docs < 700)) {
        return None;
    }
    let (by_name, by_docs) = if docs_same(&old.docs, &new.docs) { (25, 50) } else { (50, 25) };
    case.weigh(by_name, likeness, || if likeness == 1000 { "the same name".into() } else { "the names are alike".into() });
    case.weigh(20, 700, || "the same type".into());
    if let Some(docs) = docs {
        case.weigh(by_docs, docs, || "described alike".into());
    }
    case.weigh(10, if old.place == new.place { 1000 } else { 0 }, || "in the same place".into());
    case.weigh(10, if lone { 1000 } else { 0 }, || "the only one that is gone, the only one that is new".into());
    Some(case)
}
