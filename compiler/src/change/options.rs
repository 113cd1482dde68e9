//! What may be set about comparing. There is no clock here: whoever calls says which day it is.

use crate::syntax::ast::Date;

/// Settings.
#[derive(Clone, Debug)]
pub struct Options {
    /// Today; none: ends in the past are not told from those to come.
    pub today: Option<Date>,
    /// The least number of days from a deprecation to its end, of what is stable; none: no such rule.
    pub days_stable: Option<u32>,
    /// The same of what is beta.
    pub days_beta: Option<u32>,
    /// What is less stable is left out: it promises nothing.
    pub least_stability: Stability,
}

impl Default for Options {
    fn default() -> Self {
        Self { today: None, days_stable: None, days_beta: None, least_stability: Stability::Beta }
    }
}

/// How far one may rely on something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stability {
    /// A sketch.
    Draft,
    /// Tried out by few.
    Alpha,
    /// Tried out by many.
    Beta,
    /// Kept.
    Stable,
}

impl Stability {
    /// From a word; nothing said is stable.
    pub fn of(word: Option<&str>) -> Option<Stability> {
        match word {
            None => Some(Stability::Stable),
            Some("draft") => Some(Stability::Draft),
            Some("alpha") => Some(Stability::Alpha),
            Some("beta") => Some(Stability::Beta),
            Some("stable") => Some(Stability::Stable),
            Some(_) => None,
        }
    }

    /// "beta"
    pub fn name(self) -> &'static str {
        match self {
            Stability::Draft => "draft",
            Stability::Alpha => "alpha",
            Stability::Beta => "beta",
            Stability::Stable => "stable",
        }
    }
}

/// Days from a fixed day long ago; a month without a day ends with its last.
pub(super) fn day_number(date: Date) -> i64 {
    let day = i64::from(date.day.unwrap_or(31));
    let (year, month) = if date.month <= 2 {
        (i64::from(date.year) - 1, i64::from(date.month) + 9)
    } else {
        (i64::from(date.year), i64::from(date.month) - 3)
    };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day
}
