//! Times of day, without a date and without a zone.

use std::{cmp::Ordering, fmt, hash, str::FromStr};

use jiff::{
    civil,
    fmt::{StdFmtWrite, temporal::DateTimePrinter},
};

use super::InvalidValue;

/// A time of day (`12:30:00`), with the precision it was written with, so that it goes back as it came. Two are equal when the clock
/// shows the same.
#[derive(Clone, Copy)]
pub struct Time {
    time: civil::Time,
    written: Written,
}

/// How much of it was written.
#[derive(Clone, Copy)]
enum Written {
    Minutes,
    /// With so many digits of a fraction; none for as many as it needs.
    Seconds(Option<u8>),
}

impl Time {
    /// A time of day, if the clock shows it.
    pub fn new(hour: u8, minute: u8, second: u8) -> Result<Self, InvalidValue> {
        let invalid = InvalidValue::new("a time that the clock shows");
        let (Ok(hour), Ok(minute), Ok(second)) = (i8::try_from(hour), i8::try_from(minute), i8::try_from(second)) else {
            return Err(invalid);
        };
        let time = civil::Time::new(hour, minute, second, 0).map_err(|_| invalid)?;
        Ok(Self { time, written: Written::Seconds(None) })
    }

    /// The hour, from 0 to 23.
    pub fn hour(self) -> u8 {
        self.time.hour().unsigned_abs()
    }

    /// The minute.
    pub fn minute(self) -> u8 {
        self.time.minute().unsigned_abs()
    }

    /// The second.
    pub fn second(self) -> u8 {
        self.time.second().unsigned_abs()
    }

    /// What is less than a second, in nanoseconds.
    pub fn nanosecond(self) -> u32 {
        self.time.subsec_nanosecond().unsigned_abs()
    }
}

impl FromStr for Time {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid = InvalidValue::new("a time such as `12:30:00`");
        // The parser would take a date before it and other spellings too.
        let bytes = text.as_bytes();
        let plain = bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
        if !plain || bytes.get(2) != Some(&b':') || bytes.len() > 5 && bytes[5] != b':' {
            return Err(invalid);
        }
        let time = text.parse().map_err(|_| invalid)?;
        let digits = text.split_once('.').and_then(|(_, fraction)| u8::try_from(fraction.len()).ok());
        Ok(Self { time, written: if text.len() == 5 { Written::Minutes } else { Written::Seconds(digits) } })
    }
}

impl TryFrom<&str> for Time {
    type Error = InvalidValue;

    fn try_from(text: &str) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.written {
            Written::Minutes => write!(formatter, "{:02}:{:02}", self.hour(), self.minute()),
            Written::Seconds(digits) => {
                DateTimePrinter::new().precision(digits).print_time(&self.time, StdFmtWrite(formatter)).map_err(|_| fmt::Error)
            }
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.time == other.time
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        self.time.cmp(&other.time)
    }
}

impl hash::Hash for Time {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.time.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn times_of_day_go_back_as_they_came() {
        for text in ["12:30", "00:00:00", "23:59:59.120", "07:05:01.123456789"] {
            assert_eq!(text.parse::<Time>().unwrap().to_string(), text);
        }
        assert_eq!("12:30".parse::<Time>().unwrap(), Time::new(12, 30, 0).unwrap());
    }

    #[test]
    fn what_the_clock_does_not_show_is_refused() {
        for text in ["", "24:00", "12:60", "12", "1230", "12:3", "12:30Z", "2026-01-02T12:30", "12:30:00+02:00", "12:30.5"] {
            assert!(text.parse::<Time>().is_err(), "{text:?}");
        }
        assert!(Time::new(24, 0, 0).is_err() && Time::new(200, 0, 0).is_err());
    }
}
