//! Dates as people write them, as the platform reads them: day, month and year are needed, time and zone are not.

use jiff::{
    civil::DateTime,
    fmt::temporal::DateTimePrinter,
    tz::{Offset, TimeZone},
};

/// ISO 8601 of a date: `2016/06/20 5:26 PM` is `2016-06-20T17:26:00Z`. Without a zone UTC is meant, for a profile's zone is not known here.
pub(super) fn iso(text: &str) -> Option<String> {
    let text = text.trim();
    let (day, rest) = day(text)?;
    let (clock, zone) = split_zone(rest.trim_start_matches('T').trim());
    let time = if clock.is_empty() { Default::default() } else { clock_time(clock)? };
    let offset = if zone.is_empty() { Offset::UTC } else { offset(zone)? };
    let timestamp = TimeZone::fixed(offset).to_timestamp(DateTime::from_parts(day, time)).ok()?;
    Some(DateTimePrinter::new().timestamp_to_string(&timestamp))
}

/// Does a date say its zone?
pub(super) fn has_zone(text: &str) -> bool {
    day(text.trim()).is_some_and(|(_, rest)| !split_zone(rest.trim_start_matches('T')).1.is_empty())
}

/// `17:26:44` of `17:26:44`, `5:26`: hours, minutes, and seconds where they are given.
pub(super) fn time(text: &str) -> Option<String> {
    let text = text.trim();
    (text.split(':').count() == 3).then(|| clock_time(text).map(|time| time.strftime("%H:%M:%S").to_string()))?
}

/// The day at the front of a text: `2016-06-20`, `2016/06/20`, `06/20/2016`, `20.6.2016`.
fn day(text: &str) -> Option<(jiff::civil::Date, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !"-/.".contains(letter)).unwrap_or(text.len());
    let (day, rest) = text.split_at(end);
    let separator = day.chars().find(|letter| !letter.is_ascii_digit())?;
    let mut parts = day.split(separator);
    let parts = [parts.next()?, parts.next()?, parts.next()?].map(str::to_owned);
    let [first, second, third] = &parts;
    let (year, month, day_of) = match (separator, first.len()) {
        ('-' | '/', 4) => (first, second, third),
        ('/', _) if third.len() == 4 => (third, first, second),
        ('.', _) if third.len() == 4 => (third, second, first),
        _ => return None,
    };
    if day.matches(separator).count() != 2 {
        return None;
    }
    let date = jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day_of.parse().ok()?).ok()?;
    Some((date, rest))
}

/// `17:26:44`, `17:26:44.356`, `5:26 PM`.
fn clock_time(text: &str) -> Option<jiff::civil::Time> {
    let lower = text.to_ascii_lowercase();
    let (clock, afternoon) = match (lower.strip_suffix("pm"), lower.strip_suffix("am")) {
        (Some(clock), _) => (clock.trim_end(), Some(true)),
        (_, Some(clock)) => (clock.trim_end(), Some(false)),
        _ => (lower.as_str(), None),
    };
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    if parts.next().is_some() || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hour: i8 = hour.parse().ok()?;
    let hour = match afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    let nanoseconds: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    jiff::civil::Time::new(hour, minute.parse().ok()?, second.parse().ok()?, nanoseconds).ok()
}

/// The time, and the zone behind it: `Z`, `GMT+02:00`, `+0200`, `+02:00`.
fn split_zone(text: &str) -> (&str, &str) {
    let at = text.find(|letter: char| matches!(letter, '+' | '-' | 'Z' | 'z') || text.len() > 3 && letter == 'G');
    let (clock, zone) = text.split_at(at.unwrap_or(text.len()));
    (clock.trim_end(), zone)
}

fn offset(zone: &str) -> Option<Offset> {
    let zone = zone.strip_prefix("GMT").unwrap_or(zone);
    if matches!(zone, "" | "Z" | "z") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|letter| *letter != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    if minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}
