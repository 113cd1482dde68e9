//! Days of the calendar, counted, so that they can be compared and subtracted. Which day it is, is never asked here.

use crate::syntax::ast::Date;

/// A day, as the number of days since 1970-01-01 of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The first day that a date can mean: a month without a day starts on its first.
    pub fn first(date: Date) -> Day {
        Day(days(i64::from(date.year), i64::from(date.month), i64::from(date.day.unwrap_or(1))))
    }

    /// The last day that a date can mean.
    pub fn last(date: Date) -> Day {
        let (year, month) = (i64::from(date.year), i64::from(date.month));
        match date.day {
            Some(_) => Day::first(date),
            None if month == 12 => Day(days(year + 1, 1, 1) - 1),
            None => Day(days(year, month + 1, 1) - 1),
        }
    }

    /// The day of a time in seconds since 1970, UTC.
    pub fn of_seconds(seconds: i64) -> Day {
        Day(seconds.div_euclid(86_400))
    }

    /// Reads `2026-11-26`; none when it is no day of the calendar.
    pub fn parse(text: &str) -> Option<Day> {
        let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
        let number = |text: &str, digits: usize| {
            (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<i64>().ok()).flatten()
        };
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        let read = Day(days(year, month, day));
        ((1..=12).contains(&month) && read.parts() == (year, month, day)).then_some(read)
    }

    /// Year, month and day.
    pub fn parts(self) -> (i64, i64, i64) {
        // Years begin in March here, so that the day that comes and goes is a year's last.
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (era * 400 + year_of_era + i64::from(month <= 2), month, day)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Days since 1970 of a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_round() {
        for (text, number) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-26", 20_783), ("1600-03-01", -135_080)] {
            assert_eq!(Day::parse(text), Some(Day(number)), "{text}");
            assert_eq!(Day(number).to_string(), text);
        }
        let mut before = Day(-800_000);
        for number in -799_999..800_000 {
            let day = Day(number);
            assert!(day.parts() > before.parts(), "{before} is before {day}");
            let (year, month, date) = day.parts();
            assert_eq!(days(year, month, date), number);
            before = day;
        }
        for text in ["", "2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "2026-11", "+026-11-26", "2026-11-26-1"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_month_is_all_of_its_days() {
        let month = Date { year: 2024, month: 2, day: None };
        assert_eq!((Day::first(month).to_string(), Day::last(month).to_string()), ("2024-02-01".into(), "2024-02-29".into()));
        assert_eq!(Day::last(Date { year: 2024, month: 12, day: None }).to_string(), "2024-12-31");
    }
}
