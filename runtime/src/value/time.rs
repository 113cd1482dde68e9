//! Points in time and days, in whatever form a field has them.

use std::{fmt, hash, str::FromStr, time::SystemTime};

use jiff::{
    SignedDuration, Timestamp,
    civil::{self, DateTime as Civil},
    fmt::{
        StdFmtWrite, rfc2822, strtime,
        temporal::{DateTimeParser, DateTimePrinter},
    },
    tz::{Offset, TimeZone},
};

use super::InvalidValue;

/// A point in time, with the offset from UTC and the precision it was written with, so that it goes back as it came.
/// Two are equal when they are the same point in time.
#[derive(Clone, Copy)]
pub struct DateTime {
    timestamp: Timestamp,
    /// Seconds east of UTC; none for `Z`.
    offset: Option<Offset>,
    /// How many digits the fraction of the second has; none for as many as it needs.
    digits: Option<u8>,
}

impl DateTime {
    /// Now.
    pub fn now() -> Self {
        Self::at(Timestamp::now())
    }

    const fn at(timestamp: Timestamp) -> Self {
        Self { timestamp, offset: None, digits: None }
    }

    /// From whole seconds since 1970.
    pub fn from_epoch_seconds(seconds: i64) -> Result<Self, InvalidValue> {
        Timestamp::from_second(seconds).map(Self::at).map_err(|_| InvalidValue::new("a time within the calendar"))
    }

    /// From whole milliseconds since 1970.
    pub fn from_epoch_milliseconds(milliseconds: i64) -> Result<Self, InvalidValue> {
        Timestamp::from_millisecond(milliseconds).map(Self::at).map_err(|_| InvalidValue::new("a time within the calendar"))
    }

    /// Whole seconds since 1970.
    pub fn epoch_seconds(&self) -> i64 {
        self.timestamp.as_second()
    }

    /// Whole milliseconds since 1970.
    pub fn epoch_milliseconds(&self) -> i64 {
        self.timestamp.as_millisecond()
    }

    /// This much later.
    pub fn checked_add(&self, duration: std::time::Duration) -> Option<Self> {
        let timestamp = self.timestamp.checked_add(SignedDuration::try_from(duration).ok()?).ok()?;
        Some(Self { timestamp, ..*self })
    }

    /// This much earlier.
    pub fn checked_sub(&self, duration: std::time::Duration) -> Option<Self> {
        let timestamp = self.timestamp.checked_sub(SignedDuration::try_from(duration).ok()?).ok()?;
        Some(Self { timestamp, ..*self })
    }

    /// Reads a text in a field's format: RFC 3339 when there is none.
    pub(crate) fn parse(text: &str, format: &str) -> Result<Self, InvalidValue> {
        match format {
            "" | "rfc3339" => Self::parse_rfc3339(text),
            "epoch" | "epoch_ms" => {
                let number = text.parse().map_err(|_| InvalidValue::new("a number of seconds or milliseconds since 1970"))?;
                Self::from_number(number, format)
            }
            "rfc2822" => Self::parse_rfc2822(text),
            _ => Self::parse_format(text, format),
        }
    }

    fn parse_rfc3339(text: &str) -> Result<Self, InvalidValue> {
        const EXPECTED: InvalidValue = InvalidValue::new("a time such as `2026-01-02T03:04:05Z`");
        static PARSER: DateTimeParser = DateTimeParser::new();
        let pieces = PARSER.parse_pieces(text).map_err(|_| EXPECTED)?;
        let time = pieces.time().ok_or(EXPECTED)?;
        let (offset, shown) = match pieces.offset().ok_or(EXPECTED)? {
            jiff::fmt::temporal::PiecesOffset::Zulu => (Offset::UTC, None),
            numeric => {
                let offset = pieces.to_numeric_offset().unwrap_or_else(|| match numeric {
                    jiff::fmt::temporal::PiecesOffset::Numeric(offset) => offset.offset(),
                    _ => Offset::UTC,
                });
                (offset, Some(offset))
            }
        };
        let timestamp = offset.to_timestamp(Civil::from_parts(pieces.date(), time)).map_err(|_| EXPECTED)?;
        Ok(Self { timestamp, offset: shown, digits: fraction_digits(text) })
    }

    fn parse_rfc2822(text: &str) -> Result<Self, InvalidValue> {
        static PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new();
        let zoned = PARSER.parse_zoned(text).map_err(|_| InvalidValue::new("a time such as `Fri, 02 Jan 2026 03:04:05 GMT`"))?;
        let offset = (!text.trim_end().ends_with("GMT")).then(|| zoned.offset());
        Ok(Self { timestamp: zoned.timestamp(), offset, digits: None })
    }

    fn parse_format(text: &str, format: &str) -> Result<Self, InvalidValue> {
        let invalid = |_| InvalidValue::new("a time in the field's own format");
        let parsed = strtime::parse(format, text).map_err(invalid)?;
        let offset = parsed.offset();
        let timestamp = match offset {
            Some(_) => parsed.to_timestamp().map_err(invalid)?,
            // A format without an offset means UTC, and one without a time means midnight.
            None => {
                let date = match parsed.to_datetime() {
                    Ok(both) => both,
                    Err(_) => parsed.to_date().map_err(invalid)?.at(0, 0, 0, 0),
                };
                Offset::UTC.to_timestamp(date).map_err(invalid)?
            }
        };
        Ok(Self { timestamp, offset, digits: None })
    }

    pub(crate) fn from_number(number: i64, format: &str) -> Result<Self, InvalidValue> {
        if format == "epoch_ms" { Self::from_epoch_milliseconds(number) } else { Self::from_epoch_seconds(number) }
    }

    fn format_rfc2822(&self) -> String {
        static PRINTER: rfc2822::DateTimePrinter = rfc2822::DateTimePrinter::new();
        let written = match self.offset {
            None => PRINTER.timestamp_to_rfc9110_string(&self.timestamp),
            Some(offset) => PRINTER.zoned_to_string(&self.timestamp.to_zoned(TimeZone::fixed(offset))),
        };
        // A year before 0 has no form there.
        written.unwrap_or_else(|_| self.to_string())
    }

    /// Writes it in a field's format.
    pub(crate) fn format(&self, format: &str) -> String {
        match format {
            "" | "rfc3339" => self.to_string(),
            "epoch" => self.epoch_seconds().to_string(),
            "epoch_ms" => self.epoch_milliseconds().to_string(),
            "rfc2822" => self.format_rfc2822(),
            _ => {
                let zoned = self.timestamp.to_zoned(TimeZone::fixed(self.offset.unwrap_or(Offset::UTC)));
                strtime::format(format, &zoned).unwrap_or_else(|_| self.to_string())
            }
        }
    }
}

/// How many digits stand behind the decimal point.
fn fraction_digits(text: &str) -> Option<u8> {
    let (_, fraction) = text.split_once('.')?;
    u8::try_from(fraction.bytes().take_while(u8::is_ascii_digit).count().min(9)).ok()
}

impl fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printer = DateTimePrinter::new().precision(self.digits);
        match self.offset {
            None => printer.print_timestamp(&self.timestamp, StdFmtWrite(formatter)),
            Some(offset) => printer.print_timestamp_with_offset(&self.timestamp, offset, StdFmtWrite(formatter)),
        }
        .map_err(|_| fmt::Error)
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.timestamp == other.timestamp
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.timestamp.cmp(&other.timestamp)
    }
}

impl hash::Hash for DateTime {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.timestamp.hash(state);
    }
}

impl FromStr for DateTime {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::parse_rfc3339(text)
    }
}

impl TryFrom<&str> for DateTime {
    type Error = InvalidValue;

    fn try_from(text: &str) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl TryFrom<SystemTime> for DateTime {
    type Error = InvalidValue;

    fn try_from(time: SystemTime) -> Result<Self, InvalidValue> {
        Timestamp::try_from(time).map(Self::at).map_err(|_| InvalidValue::new("a time within the calendar"))
    }
}

impl From<DateTime> for SystemTime {
    fn from(time: DateTime) -> Self {
        time.timestamp.into()
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(civil::Date);

impl Date {
    /// A day, if the calendar has it.
    pub fn new(year: i16, month: u8, day: u8) -> Result<Self, InvalidValue> {
        let invalid = InvalidValue::new("a day that the calendar has");
        let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else { return Err(invalid) };
        civil::Date::new(year, month, day).map(Self).map_err(|_| invalid)
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.0.day().unsigned_abs()
    }

    /// The day in UTC of a point in time.
    pub(crate) fn from_number(number: i64, format: &str) -> Result<Self, InvalidValue> {
        DateTime::from_number(number, format).map(|time| Self(Offset::UTC.to_datetime(time.timestamp).date()))
    }

    /// The day this many days after the first of 1970.
    pub(crate) fn from_epoch_days(days: i64) -> Option<Self> {
        let days = jiff::Span::new().try_days(days).ok()?;
        civil::date(1970, 1, 1).checked_add(days).ok().map(Self)
    }

    /// Seconds from 1970 to the beginning of the day in UTC.
    pub(crate) fn epoch_seconds(self) -> i64 {
        const EPOCH: civil::Date = civil::date(1970, 1, 1);
        self.0.duration_since(EPOCH).as_secs()
    }

    /// Reads a text in a field's format: ISO 8601 when there is none.
    pub(crate) fn parse(text: &str, format: &str) -> Result<Self, InvalidValue> {
        if format.is_empty() {
            return text.parse();
        }
        if format.starts_with("epoch") {
            let number = text.parse().map_err(|_| InvalidValue::new("a number of seconds or milliseconds since 1970"))?;
            return Self::from_number(number, format);
        }
        civil::Date::strptime(format, text).map(Self).map_err(|_| InvalidValue::new("a day in the field's own format"))
    }

    /// Writes it in a field's format.
    pub(crate) fn format(self, format: &str) -> String {
        match format {
            "" => return self.to_string(),
            "epoch" => return self.epoch_seconds().to_string(),
            "epoch_ms" => return (self.epoch_seconds() * 1000).to_string(),
            _ => {}
        }
        strtime::format(format, self.0).unwrap_or_else(|_| self.to_string())
    }
}

impl FromStr for Date {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid = InvalidValue::new("a day such as `2026-01-02`");
        // The parser would take a whole time and cut it off.
        if text.len() > 13 || text.contains(['T', ' ']) {
            return Err(invalid);
        }
        text.parse().map(Self).map_err(|_| invalid)
    }
}

impl TryFrom<&str> for Date {
    type Error = InvalidValue;

    fn try_from(text: &str) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str, format: &str) -> String {
        DateTime::parse(text, format).unwrap().format(format)
    }

    #[test]
    fn times_go_back_as_they_came() {
        for text in
            ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05.120+02:00", "2026-01-02T03:04:05.123456789-11:30"]
        {
            assert_eq!(round(text, ""), text);
        }
        assert_eq!(round("2014-08-28T11:00:00:000-0400", "%Y-%m-%dT%H:%M:%S:%3f%z"), "2014-08-28T11:00:00:000-0400");
        assert_eq!(round("2014-08-28T11:00:00:120+0000", "%Y-%m-%dT%H:%M:%S:%3f%z"), "2014-08-28T11:00:00:120+0000");
        assert_eq!(round("1700000000", "epoch"), "1700000000");
        for text in ["Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 2 Jan 2026 03:04:05 -0930"] {
            assert_eq!(round(text, "rfc2822"), text);
        }
        assert_eq!(round("1700000000123", "epoch_ms"), "1700000000123");
        assert_eq!(round("2026-01-02 03:04:05", "%Y-%m-%d %H:%M:%S"), "2026-01-02 03:04:05");
        assert_eq!(round("02.01.2026", "%d.%m.%Y"), "02.01.2026");
    }

    #[test]
    fn days_are_counted_too() {
        for (text, format) in [("1767312000", "epoch"), ("-86400000", "epoch_ms"), ("02.01.2026", "%d.%m.%Y")] {
            assert_eq!(Date::parse(text, format).unwrap().format(format), text);
        }
        assert_eq!(Date::parse("1767323045", "epoch").unwrap().to_string(), "2026-01-02");
    }

    #[test]
    fn the_same_point_in_time_is_equal() {
        let one: DateTime = "2026-01-02T03:04:05Z".parse().unwrap();
        let two: DateTime = "2026-01-02T05:04:05.000+02:00".parse().unwrap();
        assert_eq!(one, two);
        assert_eq!(one.epoch_seconds(), 1_767_323_045);
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in ["", "2026-01-02", "2026-13-02T03:04:05Z", "2026-01-02T03:04:05", "yesterday"] {
            assert!(text.parse::<DateTime>().is_err(), "{text:?}");
        }
        for text in ["", "2026-02-30", "2026-01-02T03:04:05Z", "2026"] {
            assert!(text.parse::<Date>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn broken_times_do_no_harm_and_good_ones_go_back() {
        let formats = ["", "epoch", "epoch_ms", "rfc2822", "%Y-%m-%dT%H:%M:%S:%3f%z", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S"];
        let good = [
            "2026-01-02T03:04:05.123456789-11:30",
            "1700000000123",
            "Fri, 02 Jan 2026 03:04:05 GMT",
            "2014-08-28T11:00:00:120+0000",
            "02.01.2026",
            "2026-01-02 03:04:05",
            "2026-01-02",
        ];
        let pieces = ["9999", "-", "+", ":", "T", "Z", "24", "60", "99", "-009999", "[Europe/Paris]", "\u{e9}", "0000-00-00"];
        let mut read = 0;
        crate::fuzz::feed_text(33, &good, &pieces, |text| {
            for format in formats {
                if let Ok(time) = DateTime::parse(text, format) {
                    read += 1;
                    let written = time.format(format);
                    let again = DateTime::parse(&written, format);
                    assert!(again.is_ok_and(|again| again.format(format) == written), "{text:?} as {format:?} gave {written:?}");
                }
                // What has a time of day is no format of days.
                if !format.contains("%H")
                    && let Ok(day) = Date::parse(text, format)
                {
                    let written = day.format(format);
                    assert!(Date::parse(&written, format).is_ok_and(|again| again == day), "{text:?} as {format:?} gave {written:?}");
                }
            }
        });
        assert!(read > 100, "{read} were read: the changes are too coarse to test anything");
    }
}
