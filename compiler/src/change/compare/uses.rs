//! What is said of a use and not of the shape: null, default, read-only, deprecation.

use super::{Comparer, Difference};
use crate::change::findings::{Direction, Side, registry};
use crate::change::operations::life::{LifeKinds, life_differences};
use crate::change::shape::Use;

/// The kinds about a field's life, by direction.
fn field_life(direction: Direction) -> LifeKinds {
    LifeKinds {
        deprecated: registry::FIELD_DEPRECATED.of(direction),
        deprecated_with_sunset: registry::FIELD_DEPRECATED_WITH_SUNSET.of(direction),
        reactivated: registry::FIELD_REACTIVATED.of(direction),
        sunset_missing: registry::FIELD_SUNSET_MISSING.of(direction),
        sunset_malformed: registry::FIELD_SUNSET_MALFORMED.of(direction),
        sunset_too_soon: registry::FIELD_SUNSET_TOO_SOON.of(direction),
        stability_lowered: registry::FIELD_STABILITY_LOWERED.of(direction),
        stability_raised: registry::FIELD_STABILITY_RAISED.of(direction),
    }
}

impl Comparer<'_> {
    /// How two uses differ, apart from what they use.
    pub(in crate::change) fn use_differences(&self, direction: Direction, old: &Use, new: &Use, segment: &str) -> Vec<Difference> {
        let mut found = Vec::new();
        let name = if segment.is_empty() { "the value" } else { segment };
        let mut push = |kind: &'static crate::change::findings::Both, old: Side, new: Side| {
            found.push(Difference::new(kind.of(direction), name, old, new, segment));
        };
        let sides = || {
            let before = Side::new(self.old.type_text(old), old.at);
            (before, Side::new(self.new.type_text(new), new.at))
        };
        match (old.nullable, new.nullable) {
            (false, true) if self.null_matters(direction, new) => {
                let (before, after) = sides();
                push(&registry::BECAME_NULLABLE, before, after);
            }
            (true, false) if self.null_matters(direction, new) => {
                let (before, after) = sides();
                push(&registry::BECAME_NOT_NULLABLE, before, after);
            }
            _ => {}
        }
        if !self.loose() {
            match (&old.default, &new.default) {
                (Some(before), Some(after)) if !same_literal(before, after) => {
                    push(&registry::DEFAULT_CHANGED, Side::new(before, old.at), Side::new(after, new.at));
                }
                (Some(before), None) => push(&registry::DEFAULT_REMOVED, Side::new(before, old.at), Side::default()),
                (None, Some(after)) => push(&registry::DEFAULT_ADDED, Side::default(), Side::new(after, new.at)),
                _ => {}
            }
            let flips = [
                (old.read_only, new.read_only, &registry::BECAME_READ_ONLY, &registry::NO_LONGER_READ_ONLY),
                (old.write_only, new.write_only, &registry::BECAME_WRITE_ONLY, &registry::NO_LONGER_WRITE_ONLY),
            ];
            for (_, after, on, off) in flips.into_iter().filter(|(before, after, ..)| before != after) {
                let (before, after_side) = sides();
                push(if after { on } else { off }, before, after_side);
            }
        }
        let kinds = &field_life(direction);
        let sides = (Side::new(name, old.at), Side::new(name, new.at));
        found.extend(life_differences(kinds, name, &old.life, &new.life, sides, self.options).into_iter().map(|mut one| {
            one.segment = segment.to_owned();
            one
        }));
        found
    }

    /// A spec that asks for less than the API allows, or is ready for more than comes, is no difference.
    fn null_matters(&self, direction: Direction, new: &Use) -> bool {
        let harmless = matches!((direction, new.nullable), (Direction::Request, true) | (Direction::Response, false));
        !(self.new_is_part() || self.loose() && harmless)
    }
}

/// The same JSON value; numbers in whichever spelling.
fn same_literal(a: &str, b: &str) -> bool {
    a == b || a.parse::<f64>().is_ok_and(|one| b.parse::<f64>() == Ok(one))
}
