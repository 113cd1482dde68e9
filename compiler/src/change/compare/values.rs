//! Enums and constants: values that are gone, new, renamed or merged.

use super::{Comparer, Difference, Key, Local};
use crate::change::findings::{Direction, Side, registry};
use crate::change::recognise::Case;
use crate::change::recognise::matching::unique_best;
use crate::change::recognise::names::{name_likeness, words};
use crate::change::shape::{Shape, Value, Values};
use crate::change::surface::{NOWHERE, Origin};

/// The most pairs of values that are held against each other.
const MOST_JUDGED: usize = 20_000;

impl Comparer<'_> {
    pub(super) fn compare_values(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        let (before, after) = (values(old), values(new));
        match (&before, &after) {
            (Some(before), Some(after)) => {
                if let ([one], [other], true) = (&before.list[..], &after.list[..], old.constant.is_some() && new.constant.is_some()) {
                    if one.wire != other.wire {
                        let kind = registry::CONSTANT_CHANGED.of(key.direction);
                        local.differences.push(Difference::new(kind, &one.wire, side(one), side(other), ""));
                    }
                    return;
                }
                self.compare_lists(key, before, after, local);
            }
            (None, Some(after)) if !self.loose() => {
                let kind = registry::BECAME_ENUM.of(key.direction);
                let new = Side::new(listed(after), after.list.first().map_or(NOWHERE, |value| value.at));
                local.differences.push(Difference::new(kind, "", Side::new(self.old_text(key), old.at.unwrap_or(NOWHERE)), new, ""));
            }
            (Some(before), None) if !self.loose() => {
                let kind = registry::NO_LONGER_ENUM.of(key.direction);
                let old = Side::new(listed(before), before.list.first().map_or(NOWHERE, |value| value.at));
                local.differences.push(Difference::new(kind, "", old, Side::words(""), ""));
            }
            _ => {}
        }
    }

    fn old_text(&self, key: Key) -> String {
        self.old.shape(key.old).types.join(" | ")
    }

    fn compare_lists(&mut self, key: Key, old: &Values, new: &Values, local: &mut Local) {
        let mut gone: Vec<&Value> = old.list.iter().filter(|one| !new.list.iter().any(|other| other.wire == one.wire)).collect();
        let mut fresh: Vec<&Value> = new.list.iter().filter(|one| !old.list.iter().any(|other| other.wire == one.wire)).collect();
        self.recognise_values(key, &mut gone, &mut fresh, local);
        let extensible = self.old.origin == Origin::Description && (old.open || new.open);
        for value in gone.into_iter().filter(|_| !self.new_is_part()) {
            let kind = if extensible { &registry::EXTENSIBLE_VALUE_REMOVED } else { &registry::VALUE_REMOVED };
            local.differences.push(Difference::new(kind.of(key.direction), &value.wire, side(value), Side::default(), ""));
        }
        for value in fresh.into_iter().filter(|_| !self.old_is_part() || !old.open) {
            let closed = self.old.origin == Origin::Spec && !old.open && key.direction == Direction::Response;
            let kind = match (extensible, closed) {
                (true, _) => &registry::EXTENSIBLE_VALUE_ADDED,
                (_, true) => &registry::VALUE_ADDED_TO_CLOSED,
                _ => &registry::VALUE_ADDED,
            };
            local.differences.push(Difference::new(kind.of(key.direction), &value.wire, Side::default(), side(value), ""));
        }
    }

    fn recognise_values(&mut self, key: Key, gone: &mut Vec<&Value>, fresh: &mut Vec<&Value>, local: &mut Local) {
        // So many are another list, not the same one with other names.
        if gone.len() * fresh.len() > MOST_JUDGED {
            return;
        }
        merge_values(key, gone, fresh, local);
        let pairs = unique_best(gone.len(), fresh.len(), |one, two| value_case(gone[one], fresh[two], gone.len(), fresh.len()));
        for (one, two, case) in &pairs {
            let kind = registry::VALUE_RENAMED.of(key.direction);
            let mut difference = Difference::new(kind, &gone[*one].wire, side(gone[*one]), side(fresh[*two]), "");
            difference.evidence = Some(case.clone().evidence());
            local.differences.push(difference);
        }
        let mut at = 0;
        gone.retain(|_| (!pairs.iter().any(|(one, ..)| *one == at), at += 1).0);
        at = 0;
        fresh.retain(|_| (!pairs.iter().any(|(_, two, _)| *two == at), at += 1).0);
    }
}

/// Several values whose words all stand in one new one: `javascript`, `typescript` → `javascript-typescript`.
fn merge_values(key: Key, gone: &mut Vec<&Value>, fresh: &mut Vec<&Value>, local: &mut Local) {
    let mut merged = Vec::new();
    for target in fresh.iter() {
        let whole = words(&target.wire);
        let inside = |value: &Value| {
            let own = words(&value.wire);
            !own.is_empty() && own.len() < whole.len() && own.iter().all(|word| whole.contains(word))
        };
        let parts: Vec<&Value> = gone.iter().filter(|value| inside(value)).copied().collect();
        let told: std::collections::BTreeSet<String> = parts.iter().flat_map(|part| words(&part.wire)).collect();
        if parts.len() < 2 || !whole.iter().all(|word| told.contains(word) || word == "and" || word == "or") {
            continue;
        }
        let text = parts.iter().map(|part| part.wire.as_str()).collect::<Vec<_>>().join(", ");
        let kind = registry::VALUES_MERGED.of(key.direction);
        let old = Side { text, ..side(parts[0]) };
        let mut difference = Difference::new(kind, &target.wire, old, side(target), "");
        let reasons = vec![format!("{} holds the words of all of them and no others", target.wire)];
        difference.evidence = Some(crate::change::findings::Evidence { confidence: 90, reasons });
        local.differences.push(difference);
        merged.push((target.wire.clone(), parts.iter().map(|part| part.wire.clone()).collect::<Vec<_>>()));
    }
    gone.retain(|value| !merged.iter().any(|(_, parts)| parts.contains(&value.wire)));
    fresh.retain(|value| !merged.iter().any(|(target, _)| *target == value.wire));
}

fn value_case(old: &Value, new: &Value, gone: usize, fresh: usize) -> Option<Case> {
    let mut case = Case::default();
    if old.spec_name.is_some() && old.spec_name == new.spec_name {
        let name = old.spec_name.clone().unwrap_or_default();
        case.weigh(100, 950, || format!("the spec calls both `{name}`"));
        return Some(case);
    }
    let (one, two) = (old.wire.trim_matches('"'), new.wire.trim_matches('"'));
    let likeness = name_likeness(one, two);
    if likeness < 400 || (one.len() < 4 && likeness < 1000) {
        return None;
    }
    case.weigh(70, likeness, || if likeness == 1000 { "written differently only".into() } else { "the names are alike".into() });
    case.weigh(30, if gone == 1 && fresh == 1 { 1000 } else { 300 }, || "the only value that is gone, the only one that is new".into());
    if let Some(docs) = crate::change::recognise::names::docs_likeness(&old.docs, &new.docs) {
        case.weigh(30, docs, || "described alike".into());
    }
    Some(case)
}

/// The values to choose from; a constant is a choice of one.
fn values(shape: &Shape) -> Option<Values> {
    shape.values.clone().or_else(|| {
        let wire = shape.constant.clone()?;
        let value = Value { wire, spec_name: None, docs: String::new(), at: shape.at.unwrap_or(NOWHERE) };
        Some(Values { list: vec![value], open: false })
    })
}

fn side(value: &Value) -> Side {
    Side::new(&value.wire, value.at).spec_name(value.spec_name.clone())
}

fn listed(values: &Values) -> String {
    let shown: Vec<_> = values.list.iter().take(8).map(|value| value.wire.as_str()).collect();
    let more = values.list.len().saturating_sub(8);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}
