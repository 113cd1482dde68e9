//! The time axis of the picture: which stretch of time is shown, where a day stands on it, and which days are named.

use linchpin_compiler::change::day::Day;
use linchpin_compiler::change::outlook::Entry;

/// No more than this is shown before and after today; what lies further away is drawn up to the edge.
const BEFORE: i64 = 4 * 365;
const AFTER: i64 = 8 * 365;
/// What is shown before and after today in any case, so that one date does not fill the picture.
const LEAST_BEFORE: i64 = 120;
const LEAST_AFTER: i64 = 240;

/// Maps days to places.
pub(super) struct Axis {
    pub(super) start: Day,
    pub(super) end: Day,
    left: f64,
    width: f64,
}

/// A named place on the axis.
pub(super) struct Tick {
    pub(super) day: Day,
    pub(super) label: String,
    /// A year, not a month.
    pub(super) is_year: bool,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Axis {
    /// An axis that shows these entries.
    pub(super) fn of(entries: &[Entry], today: Day, left: f64, width: f64) -> Self {
        let dates = |entry: &Entry| [entry.since, entry.unsupported, entry.end];
        let days: Vec<Day> = entries.iter().flat_map(dates).flatten().map(Day::first).collect();
        let first = days.iter().map(|day| day.0).min().unwrap_or(today.0).min(today.0 - LEAST_BEFORE).max(today.0 - BEFORE);
        let last = days.iter().map(|day| day.0).max().unwrap_or(today.0).max(today.0 + LEAST_AFTER).min(today.0 + AFTER);
        // Some room, so that no mark stands on an edge.
        let room = (last - first) / 24;
        Self { start: Day(first - room), end: Day(last + room), left, width }
    }

    /// Where a day stands, and whether it is on the axis at all.
    pub(super) fn place(&self, day: Day) -> (f64, bool) {
        let share = (day.0 - self.start.0) as f64 / (self.end.0 - self.start.0) as f64;
        (self.left + share.clamp(0.0, 1.0) * self.width, (0.0..=1.0).contains(&share))
    }

    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Years, and as many months between them as there is room for.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let per_month = self.width / ((self.end.0 - self.start.0) as f64 / 30.44);
        let step = [1, 3, 6].into_iter().find(|step| per_month * f64::from(*step) >= 38.0);
        let every = step.map_or(12, i64::from);
        let years = (1..=50).find(|years| per_month * 12.0 * *years as f64 >= 42.0).unwrap_or(50);
        let (first, last) = (self.start.parts().0, self.end.parts().0);
        let mut ticks = Vec::new();
        for year in first..=last {
            for month in (1..=12).filter(|month| (month - 1) % every == 0) {
                let Some(day) = Day::parse(&format!("{year:04}-{month:02}-01")).filter(|day| self.place(*day).1) else { continue };
                let is_year = month == 1;
                if is_year && year % years != 0 {
                    continue;
                }
                let label = if is_year { year.to_string() } else { MONTHS[month as usize - 1].to_owned() };
                ticks.push(Tick { day, label, is_year });
            }
        }
        ticks
    }
}

/// `26 Nov 2026`
pub(super) fn spoken(day: Day) -> String {
    let (year, month, date) = day.parts();
    format!("{date} {} {year}", MONTHS[month as usize - 1])
}
