//! Decimal numbers that keep what the wire said.

use std::{fmt, hash, str::FromStr};

use super::InvalidValue;

/// A decimal number as it was written: no digit is lost, whatever its length, and it never passes through a float.
/// Two are equal when they are the same number: `1.50` and `15e-1` are.
#[derive(Clone)]
pub struct Decimal {
    text: Box<str>,
    /// It stood in quotes on the wire, and goes back in quotes.
    quoted: bool,
}

impl Decimal {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        self.text.parse().unwrap_or(f64::NAN)
    }

    pub(crate) fn is_quoted(&self) -> bool {
        self.quoted
    }

    pub(crate) fn quoted(self) -> Self {
        Self { quoted: true, ..self }
    }

    /// The sign, the digits without zeros at either end, and the power of ten of the last of them.
    fn normal(&self) -> (bool, String, i64) {
        let (negative, unsigned) = match self.text.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, &*self.text),
        };
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_end_matches('0');
        let dropped = digits.len() - significant.len();
        let significant = significant.trim_start_matches('0');
        if significant.is_empty() {
            return (false, String::new(), 0);
        }
        let exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') { i64::MIN } else { i64::MAX });
        let power = exponent.saturating_sub(length(fraction)).saturating_add(i64::try_from(dropped).unwrap_or(i64::MAX));
        (negative, significant.to_owned(), power)
    }
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

/// Numbers as JSON writes them (RFC 8259, 6).
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}

impl FromStr for Decimal {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        is_number(text).then(|| Self { text: text.into(), quoted: false }).ok_or(InvalidValue::new("a decimal number"))
    }
}

impl TryFrom<&str> for Decimal {
    type Error = InvalidValue;

    fn try_from(text: &str) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self { text: number.to_string().into(), quoted: false }
    }
}

impl From<i32> for Decimal {
    fn from(number: i32) -> Self {
        i64::from(number).into()
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Self { text: number.to_string().into(), quoted: false }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text || self.normal() == other.normal()
    }
}

impl Eq for Decimal {}

impl hash::Hash for Decimal {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.normal().hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_as_json_writes_them() {
        for text in ["0", "-0", "12", "1.50", "-1.5e-3", "1E+400", "0.10", "123456789012345678901234567890.5"] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        for text in ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "NaN", " 1", "1_000"] {
            assert!(text.parse::<Decimal>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_same_number_is_equal_however_it_is_written() {
        let same = |one: &str, two: &str| one.parse::<Decimal>().unwrap() == two.parse::<Decimal>().unwrap();
        assert!(same("1.50", "15e-1"));
        assert!(same("100", "1e2"));
        assert!(same("-0.0", "0"));
        assert!(!same("1.5", "-1.5"));
        assert!(!same("0.1", "0.10000000000000000001"));
        assert!(!same("10", "1"));
    }
}
