//! Deprecation, sunset and stability, of whatever carries them.

use crate::change::compare::Difference;
use crate::change::findings::{Kind, Side};
use crate::change::options::{Options, Stability, day_number};
use crate::change::surface::{Life, Sunset};

/// The kinds for one sort of thing.
pub(in crate::change) struct LifeKinds {
    pub(in crate::change) deprecated: &'static Kind,
    pub(in crate::change) deprecated_with_sunset: &'static Kind,
    pub(in crate::change) reactivated: &'static Kind,
    pub(in crate::change) sunset_missing: &'static Kind,
    pub(in crate::change) sunset_malformed: &'static Kind,
    pub(in crate::change) sunset_too_soon: &'static Kind,
    pub(in crate::change) stability_lowered: &'static Kind,
    pub(in crate::change) stability_raised: &'static Kind,
}

/// What became of a life. The sides have the thing's name and place.
pub(in crate::change) fn life_differences(
    kinds: &LifeKinds,
    name: &str,
    old: &Life,
    new: &Life,
    sides: (Side, Side),
    options: &Options,
) -> Vec<Difference> {
    let mut found = Vec::new();
    let (before, after) = sides;
    let mut push = |kind: &'static Kind, old_text: &str, new_text: &str, detail: String| {
        let side = |side: &Side, text: &str| Side { text: text.to_owned(), ..side.clone() };
        let mut difference = Difference::new(kind, name, side(&before, old_text), side(&after, new_text), "");
        difference.detail = detail;
        found.push(difference);
    };
    let successor = new.successor.as_ref().map_or_else(String::new, |successor| format!("; use {successor}"));
    match (old.deprecated, new.deprecated, new.sunset) {
        (true, false, _) => push(kinds.reactivated, "", "", String::new()),
        (false, true, Sunset::On(date)) => {
            push(kinds.deprecated_with_sunset, "", &date.to_string(), successor);
            let days = least_days(new, options);
            let soon = options.today.zip(days).filter(|(today, days)| day_number(date) < day_number(*today) + i64::from(*days));
            if let Some((_, days)) = soon {
                push(kinds.sunset_too_soon, "", &date.to_string(), days.to_string());
            }
        }
        (false, true, Sunset::Malformed) => push(kinds.sunset_malformed, "", "", String::new()),
        (false, true, Sunset::None) => {
            push(kinds.deprecated, "", "", successor);
            if least_days(new, options).is_some_and(|days| days > 0) {
                push(kinds.sunset_missing, "", "", String::new());
            }
        }
        _ => {}
    }
    let (one, two) = (Stability::of(old.stability.as_deref()), Stability::of(new.stability.as_deref()));
    if let (Some(one), Some(two)) = (one, two)
        && one != two
    {
        let kind = if two < one { kinds.stability_lowered } else { kinds.stability_raised };
        push(kind, one.name(), two.name(), String::new());
    }
    found
}

/// How long something must go on after it was deprecated; none where there is no rule.
fn least_days(life: &Life, options: &Options) -> Option<u32> {
    match Stability::of(life.stability.as_deref()) {
        Some(Stability::Stable) => options.days_stable,
        Some(Stability::Beta) => options.days_beta,
        _ => None,
    }
}
