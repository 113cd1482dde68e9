//! Lengths of time.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Span, SpanRelativeTo, SpanRound, Unit};

use super::InvalidValue;

/// A length of time. Written by default as ISO 8601 has it (`PT90S`); a field's format may be `seconds` or `millis`, a number.
/// A day is 24 hours here, and months and years have no length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Duration(SignedDuration);

impl Duration {
    /// From whole seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(SignedDuration::from_secs(seconds))
    }

    /// From whole milliseconds.
    pub const fn from_milliseconds(milliseconds: i64) -> Self {
        Self(SignedDuration::from_millis(milliseconds))
    }

    /// Whole seconds; what is less is cut off.
    pub const fn as_seconds(self) -> i64 {
        self.0.as_secs()
    }

    /// Seconds with a fraction.
    pub fn as_seconds_f64(self) -> f64 {
        self.0.as_secs_f64()
    }

    /// Whole milliseconds; what is less is cut off.
    pub fn as_milliseconds(self) -> i64 {
        i64::try_from(self.0.as_millis()).unwrap_or(if self.0.is_negative() { i64::MIN } else { i64::MAX })
    }

    pub(crate) fn from_number(number: f64, format: &str) -> Result<Self, InvalidValue> {
        let seconds = if format == "millis" { number / 1000.0 } else { number };
        SignedDuration::try_from_secs_f64(seconds).map(Self).map_err(|_| InvalidValue::new("a length of time"))
    }
}

impl FromStr for Duration {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid = |_| InvalidValue::new("a length of time such as `PT90S`");
        let span: Span = text.parse().map_err(invalid)?;
        let days = SpanRelativeTo::days_are_24_hours();
        span.round(SpanRound::new().largest(Unit::Hour).relative(days)).and_then(|span| span.to_duration(days)).map(Self).map_err(invalid)
    }
}

impl TryFrom<std::time::Duration> for Duration {
    type Error = InvalidValue;

    fn try_from(duration: std::time::Duration) -> Result<Self, InvalidValue> {
        SignedDuration::try_from(duration).map(Self).map_err(|_| InvalidValue::new("a length of time that fits into 64 bits"))
    }
}

impl TryFrom<Duration> for std::time::Duration {
    type Error = InvalidValue;

    fn try_from(duration: Duration) -> Result<Self, InvalidValue> {
        duration.0.try_into().map_err(|_| InvalidValue::new("a length of time that is not negative"))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_8601_goes_both_ways() {
        assert_eq!("PT90S".parse::<Duration>().unwrap().as_seconds(), 90);
        assert_eq!("P1DT1H".parse::<Duration>().unwrap().as_seconds(), 25 * 3600);
        assert_eq!(Duration::from_seconds(5400).to_string(), "PT1H30M");
        assert!("P1Y".parse::<Duration>().is_err());
        assert!("soon".parse::<Duration>().is_err());
    }

    #[test]
    fn broken_lengths_do_no_harm_and_good_ones_go_back() {
        let good = ["PT90S", "P1DT2H3M4.5S", "-PT1M", "90.5"];
        crate::fuzz::feed_text(45, &good, &["P", "T", "-", "9999999999", ".", "S", "D", "Y", "\u{e9}", "e9"], |text| {
            if let Ok(length) = text.parse::<Duration>() {
                assert_eq!(length.to_string().parse::<Duration>().expect("it goes back"), length, "{text}");
            }
            if let Ok(number) = text.parse::<f64>() {
                let _ = (Duration::from_number(number, "millis"), Duration::from_number(number, "seconds"));
            }
        });
    }
}
