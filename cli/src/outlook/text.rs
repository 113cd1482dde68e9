//! What an entry is called and how its dates are said; the same in the table and in the picture.

use linchpin_compiler::change::day::Day;
use linchpin_compiler::change::outlook::{Entry, Kind};

/// How near an end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nearness {
    /// It has passed.
    Passed,
    /// At most so many days are left as a build warns of.
    Soon,
    /// More.
    Later,
    /// No date is known.
    Open,
}

/// Days from which on an end is soon: what a build warns of.
pub(super) const SOON: i64 = 90;

/// How near the deadline is.
pub(super) fn nearness(entry: &Entry, today: Day) -> Nearness {
    match entry.days_left(today) {
        None => Nearness::Open,
        Some(left) if left < 0 => Nearness::Passed,
        Some(left) if left <= SOON => Nearness::Soon,
        Some(_) => Nearness::Later,
    }
}

/// "in 3 months", "yesterday", "no date"
pub(super) fn distance(entry: &Entry, today: Day) -> String {
    let Some(left) = entry.days_left(today) else { return "no date yet".to_owned() };
    match left {
        0 => return "today".to_owned(),
        1 => return "tomorrow".to_owned(),
        -1 => return "yesterday".to_owned(),
        _ => {}
    }
    let length = match left.abs() {
        days @ ..=90 => format!("{days} days"),
        days @ ..=729 => count((days * 2 + 30) / 61, "month"),
        days => {
            let months = (days * 400 + 6087) / 12_175;
            match (months / 12, months % 12) {
                (years, 0) => count(years, "year"),
                (years, months) => format!("{}, {}", count(years, "year"), count(months, "month")),
            }
        }
    };
    if left < 0 { format!("{length} ago") } else { format!("in {length}") }
}

pub(super) fn count(number: i64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The deadline as the spec has it.
pub(super) fn date(entry: &Entry) -> String {
    entry.deadline().map_or_else(|| "—".to_owned(), |date| date.to_string())
}

/// What the deadline means.
pub(super) fn what_happens(entry: &Entry) -> &'static str {
    match (entry.deadline(), entry.unsupported) {
        (None, _) => "deprecated",
        (deadline, unsupported) if unsupported.is_some() && deadline == unsupported => "support ends",
        _ => "stops",
    }
}

/// What to use instead.
pub(super) fn instead(entry: &Entry) -> String {
    match (&entry.successor, entry.kind) {
        (Some(successor), _) => successor.clone(),
        (None, Kind::Version) => String::new(),
        (None, _) => "nothing".to_owned(),
    }
}
