//! Bounds of values, rules that hold a shape, and what must be there together.

use super::{Comparer, Difference, Key, Local};
use crate::change::findings::bounds::{Move, bound, rule};
use crate::change::findings::{Side, registry};
use crate::change::shape::{Bound, Shape};
use crate::change::surface::NOWHERE;

impl Comparer<'_> {
    pub(super) fn compare_bounds(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        for before in &old.bounds {
            let after = new.bounds.iter().find(|one| one.keyword == before.keyword);
            self.compare_bound(key, Some(before), after, local);
        }
        for after in new.bounds.iter().filter(|one| !old.bounds.iter().any(|before| before.keyword == one.keyword)) {
            self.compare_bound(key, None, Some(after), local);
        }
        self.compare_content(key, old, new, local);
        self.compare_dependents(key, old, new, local);
    }

    fn compare_bound(&mut self, key: Key, old: Option<&Bound>, new: Option<&Bound>, local: &mut Local) {
        // A spec does not repeat every bound that the API checks.
        if self.loose() && (old.is_none() || new.is_none()) {
            return;
        }
        let Some(keyword) = old.or(new).map(|one| one.keyword) else { return };
        let Some(moved) = moved(old, new) else { return };
        let Some(kinds) = bound(keyword, moved) else { return };
        let side = |bound: Option<&Bound>| bound.map_or_else(Side::default, |bound| Side::new(&bound.value, bound.at));
        local.differences.push(Difference::new(kinds.of(key.direction), keyword, side(old), side(new), ""));
    }

    fn compare_content(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        if self.loose() {
            return;
        }
        let pairs = [
            (&registry::CONTENT_ENCODING_CHANGED, &old.content_encoding, &new.content_encoding),
            (&registry::CONTENT_MEDIA_TYPE_CHANGED, &old.content_media_type, &new.content_media_type),
        ];
        for (kind, before, after) in pairs.into_iter().filter(|(_, before, after)| before != after) {
            let side = |text: &Option<String>, shape: &Shape| {
                Side::new(text.clone().unwrap_or_else(|| "nothing".into()), shape.at.unwrap_or(NOWHERE))
            };
            local.differences.push(Difference::new(kind.of(key.direction), "", side(before, old), side(after, new), ""));
        }
    }

    fn compare_dependents(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        let mut names: Vec<&String> = old.dependent_required.iter().chain(&new.dependent_required).map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        for name in names {
            let needed = |shape: &Shape| {
                let found = shape.dependent_required.iter().find(|(one, _)| one == name);
                found.map(|(_, needed)| {
                    let mut needed = needed.clone();
                    needed.sort();
                    needed.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                })
            };
            let (before, after) = (needed(old), needed(new));
            let kind = match (&before, &after) {
                (None, Some(_)) => &registry::DEPENDENT_REQUIRED_ADDED,
                (Some(_), None) => &registry::DEPENDENT_REQUIRED_REMOVED,
                (before, after) if before != after => &registry::DEPENDENT_REQUIRED_CHANGED,
                _ => continue,
            };
            let side = |text: Option<String>, shape: &Shape| Side::new(text.unwrap_or_default(), shape.at.unwrap_or(NOWHERE));
            local.differences.push(Difference::new(kind.of(key.direction), name, side(before, old), side(after, new), ""));
        }
    }

    /// Keywords that hold a shape: there, gone, or to be compared below.
    pub(super) fn compare_rules(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        if self.loose() {
            return;
        }
        for before in &old.rules {
            let segment = segment(before.keyword, &before.name);
            match new.rules.iter().find(|one| one.keyword == before.keyword && one.name == before.name) {
                Some(after) => self.link(key, &before.what, &after.what, &segment, local),
                None => {
                    let Some(kinds) = rule(before.keyword) else { continue };
                    let old = Side::new(self.old.type_text(&before.what), before.at);
                    local.differences.push(Difference::new(kinds.removed.of(key.direction), &before.name, old, Side::default(), &segment));
                }
            }
        }
        for after in new.rules.iter().filter(|one| !old.rules.iter().any(|before| before.keyword == one.keyword && before.name == one.name))
        {
            let Some(kinds) = rule(after.keyword) else { continue };
            let new = Side::new(self.new.type_text(&after.what), after.at);
            let segment = segment(after.keyword, &after.name);
            local.differences.push(Difference::new(kinds.added.of(key.direction), &after.name, Side::default(), new, &segment));
        }
        self.compare_not(key, old, new, local);
    }

    fn compare_not(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        match (&old.not, &new.not) {
            (Some(before), Some(after)) => self.link(Key { negated: !key.negated, ..key }, before, after, "<not>", local),
            (Some(before), None) => {
                let side = Side::new(self.old.type_text(before), before.at);
                local.differences.push(Difference::new(registry::NOT_REMOVED.of(key.direction), "", side, Side::default(), "<not>"));
            }
            (None, Some(after)) => {
                let side = Side::new(self.new.type_text(after), after.at);
                local.differences.push(Difference::new(registry::NOT_ADDED.of(key.direction), "", Side::default(), side, "<not>"));
            }
            (None, None) => {}
        }
    }
}

fn segment(keyword: &str, name: &str) -> String {
    if name.is_empty() { format!("<{keyword}>") } else { format!("<{keyword} {name}>") }
}

/// What became of a bound; none when it allows just what it did.
fn moved(old: Option<&Bound>, new: Option<&Bound>) -> Option<Move> {
    let (before, after) = match (old, new) {
        (Some(before), Some(after)) => (before, after),
        // Any text at all is no pattern.
        (Some(before), None) => return (!is_any(before)).then_some(Move::Removed),
        (None, after) => return after.filter(|after| !is_any(after)).map(|_| Move::Set),
    };
    if before.value == after.value {
        return None;
    }
    if before.keyword == "pattern" {
        return Some(if is_any(after) { Move::Loosened } else { Move::Tightened });
    }
    let (low, high): (f64, f64) = (before.value.parse().ok()?, after.value.parse().ok()?);
    let upper = before.keyword.to_lowercase().contains("max");
    match low.partial_cmp(&high)? {
        std::cmp::Ordering::Equal => None,
        _ if before.keyword == "multipleOf" => Some(if low % high == 0.0 { Move::Loosened } else { Move::Tightened }),
        std::cmp::Ordering::Less => Some(if upper { Move::Loosened } else { Move::Tightened }),
        std::cmp::Ordering::Greater => Some(if upper { Move::Tightened } else { Move::Loosened }),
    }
}

fn is_any(bound: &Bound) -> bool {
    bound.keyword == "pattern" && [".*", "^.*$", "^.*", ".*$"].contains(&bound.value.as_str())
}
