//! Dates as servers write them in headers: structured ones, HTTP's three forms, the ending `UTC`, ISO 8601. All become a day in UTC,
//! which is what a spec states.

use jiff::{Timestamp, civil, fmt::rfc2822};

use crate::value::Date;

/// No form is longer; what is longer is no date.
const LONGEST: usize = 64;
const DAY: i64 = 86_400;

/// Forms that are no HTTP date and are sent all the same. A time without an offset is taken for UTC, as HTTP's are.
const LOOSE: [&str; 6] = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%a, %d %b %Y", "%d %b %Y", "%B %d, %Y"];
/// RFC 850 and asctime (RFC 9110, 5.6.7).
const OBSOLETE: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// A structured date (RFC 9651, 3.3.7), by itself or with parameters, as strict as the RFC is: seconds since 1970.
pub(super) fn structured(text: &str) -> Option<i64> {
    if !text.trim_start_matches(' ').starts_with('@') || text.len() > 4 * LONGEST {
        return None;
    }
    let item = sfv::Parser::new(text).parse::<sfv::Item>().ok()?;
    Some(i64::from(item.bare_item.as_date()?.unix_seconds()))
}

/// The day in UTC of a structured date.
pub(super) fn structured_day(text: &str) -> Option<Date> {
    day_of(structured(text)?)
}

/// The day of any date that is no structured one.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim().trim_matches('"').trim();
    if text.is_empty() || text.len() > LONGEST || !text.is_ascii() {
        return None;
    }
    http(text).or_else(|| loose(text))
}

/// An HTTP date; also one that ends in `UTC`, which the drafts of RFC 9745 showed, and one whose weekday is wrong.
fn http(text: &str) -> Option<Date> {
    static PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let in_gmt = match text.strip_suffix("UTC") {
        Some(before) => format!("{before}GMT"),
        None => text.to_owned(),
    };
    if let Ok(time) = PARSER.parse_timestamp(&in_gmt) {
        return day_of(time.as_second());
    }
    OBSOLETE.iter().find_map(|form| civil::DateTime::strptime(form, &in_gmt).ok()).and_then(civil_day)
}

fn loose(text: &str) -> Option<Date> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return day_of(time.as_second());
    }
    LOOSE.iter().find_map(|form| civil::Date::strptime(form, text).ok()).and_then(|date| civil_day(date.at(0, 0, 0, 0)))
}

fn civil_day(time: civil::DateTime) -> Option<Date> {
    Date::new(time.year(), time.month().unsigned_abs(), time.day().unsigned_abs()).ok()
}

fn day_of(seconds: i64) -> Option<Date> {
    Date::from_epoch_days(seconds.div_euclid(DAY))
}
