//! Texts, numbers, dates and bytes: from JSON to what stands on the wire, and back.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use regex_lite::Regex;
use serde_json::{Number, Value as Json};

use super::schema::{Base, Simple, Variety};

/// Writes a value. The error says what is wanted.
pub(super) fn write(simple: &Simple, value: &Json, checked: bool) -> Result<String, String> {
    let text = match &simple.variety {
        Variety::List(items) => match value {
            Json::Array(values) => {
                let written: Result<Vec<String>, String> = values.iter().map(|value| write(items, value, checked)).collect();
                written?.join(" ")
            }
            one => write(items, one, checked)?,
        },
        Variety::Union => plain(value)?,
        Variety::Atomic(base) => atomic(*base, value, checked)?,
    };
    if checked {
        check(simple, value, &text)?
    }
    Ok(text)
}

/// A value as text, whatever it is.
fn plain(value: &Json) -> Result<String, String> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(flag) => Ok(flag.to_string()),
        Json::Number(number) => Ok(number.to_string()),
        _ => Err("takes a text".to_owned()),
    }
}

fn atomic(base: Base, value: &Json, checked: bool) -> Result<String, String> {
    let text = match value {
        Json::Number(number) if matches!(base, Base::Decimal | Base::Int(..)) => without_exponent(number),
        value => plain(value).map_err(|_| format!("takes {}", wanted(base)))?,
    };
    let text = if base == Base::Text { text } else { text.trim().to_owned() };
    if !checked || is_written(base, &text) { Ok(text) } else { Err(format!("takes {}", wanted(base))) }
}

/// XML Schema's decimals know no exponent.
fn without_exponent(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => format!("{float}"),
        _ => number.to_string(),
    }
}

fn wanted(base: Base) -> String {
    let word = match base {
        Base::Text | Base::Token => "a text",
        Base::Uri => "an address",
        Base::Bool => "true or false",
        Base::Decimal => "a decimal number",
        Base::Int(Some(least), Some(greatest)) => return format!("a whole number from {least} to {greatest}"),
        Base::Int(Some(least), None) => return format!("a whole number of at least {least}"),
        Base::Int(None, Some(greatest)) => return format!("a whole number of at most {greatest}"),
        Base::Int(None, None) => "a whole number",
        Base::Float => "a number",
        Base::DateTime => "a date with a time, `2026-03-10T09:30:00Z`",
        Base::Date => "a date, `2026-03-10`",
        Base::Time => "a time, `09:30:00`",
        Base::Duration => "a duration, `P1DT2H`",
        Base::Calendar => "a part of a date",
        Base::Base64 => "bytes as base64",
        Base::Hex => "bytes in hexadecimal",
        Base::QName => "a name, `{namespace}name`",
    };
    word.to_owned()
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is one")
}

const ZONE: &str = r"(Z|[+-]\d\d:\d\d)?$";
const DAY: &str = r"^(-?\d{4,9})-(\d\d)-(\d\d)";
const HOUR: &str = r"([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d{1,30})?";

static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("{DAY}T{HOUR}{ZONE}")));
static DATE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("{DAY}{ZONE}")));
static TIME: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("^{HOUR}{ZONE}")));
static DURATION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^-?P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$"));
static CALENDAR: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^(-?\d{{4,9}}(-\d\d)?|--\d\d(-\d\d)?|---\d\d){ZONE}")));
static DECIMAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[+-]?(\d+(\.\d*)?|\.\d+)$"));
static WHOLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[+-]?\d+$"));

/// Whether a text is a value of a type.
fn is_written(base: Base, text: &str) -> bool {
    match base {
        Base::Text | Base::Token | Base::Uri => true,
        Base::Bool => matches!(text, "true" | "false" | "1" | "0"),
        Base::Decimal => DECIMAL.is_match(text),
        Base::Int(least, greatest) => WHOLE.is_match(text) && within(text, least, greatest),
        Base::Float => matches!(text, "INF" | "-INF" | "NaN") || text.parse::<f64>().is_ok_and(f64::is_finite),
        Base::DateTime => is_day(&DATE_TIME, text),
        Base::Date => is_day(&DATE, text),
        Base::Time => TIME.is_match(text),
        Base::Duration => DURATION.is_match(text) && text.ends_with(|c: char| c.is_alphabetic() && !matches!(c, 'P' | 'T')),
        Base::Calendar => CALENDAR.is_match(text),
        Base::Base64 => bytes(text).is_some(),
        Base::Hex => text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        Base::QName => super::name::is_ncname(text) || super::name::Name::from_clark(text).is_some(),
    }
}

/// Bounds of types that are wider than what is read as a number are those of signs only.
fn within(text: &str, least: Option<i128>, greatest: Option<i128>) -> bool {
    match text.parse::<i128>() {
        Ok(number) => least.is_none_or(|least| number >= least) && greatest.is_none_or(|greatest| number <= greatest),
        Err(_) if text.starts_with('-') => least.is_none(),
        Err(_) => greatest.is_none(),
    }
}

fn is_day(pattern: &Regex, text: &str) -> bool {
    let Some(found) = pattern.captures(text) else { return false };
    let part = |index: usize| found.get(index).map_or("", |part| part.as_str());
    match (part(1).parse::<i16>(), part(2).parse(), part(3).parse()) {
        (Ok(year), Ok(month), Ok(day)) if year >= -9999 => jiff::civil::Date::new(year, month, day).is_ok(),
        (Err(_), Ok(1..=12_i8), Ok(1..=31_i8)) => true,
        _ => false,
    }
}

/// Base64 as people and servers write it, with spaces and line ends.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.split_whitespace().collect();
    STANDARD.decode(packed).ok()
}

/// What the restrictions of a type say.
fn check(simple: &Simple, value: &Json, text: &str) -> Result<(), String> {
    if !simple.values.is_empty() && !simple.values.iter().any(|known| known == text) {
        let shown: Vec<&str> = simple.values.iter().take(12).map(String::as_str).collect();
        let more = if simple.values.len() > shown.len() { ", …" } else { "" };
        return Err(format!("takes one of `{}`{more}", shown.join("`, `")));
    }
    let length = match (&simple.variety, value) {
        (Variety::List(_), Json::Array(values)) => values.len() as u64,
        (Variety::List(_), _) => 1,
        (Variety::Atomic(Base::Base64), _) => bytes(text).map_or(0, |bytes| bytes.len() as u64),
        (Variety::Atomic(Base::Hex), _) => text.len() as u64 / 2,
        _ => text.chars().count() as u64,
    };
    let facets = &simple.facets;
    if let Some(least) = facets.min_length.filter(|least| length < *least) {
        return Err(format!("must have a length of at least {least}"));
    }
    if let Some(greatest) = facets.max_length.filter(|greatest| length > *greatest) {
        return Err(format!("must have a length of at most {greatest}"));
    }
    let Ok(number) = text.parse::<f64>() else { return Ok(()) };
    if let Some(least) = facets.least.as_ref().filter(|bound| number < bound.value || (bound.exclusive && number == bound.value)) {
        return Err(format!("must be {} {}", if least.exclusive { "more than" } else { "at least" }, least.value));
    }
    if let Some(most) = facets.greatest.as_ref().filter(|bound| number > bound.value || (bound.exclusive && number == bound.value)) {
        return Err(format!("must be {} {}", if most.exclusive { "less than" } else { "at most" }, most.value));
    }
    Ok(())
}

/// Reads a value. The error says what was expected.
pub(super) fn read(simple: &Simple, text: &str) -> Result<Json, String> {
    match &simple.variety {
        Variety::List(items) => text.split_whitespace().map(|item| read(items, item)).collect(),
        Variety::Union => Ok(text.trim().into()),
        Variety::Atomic(base) => read_atomic(*base, text),
    }
}

fn read_atomic(base: Base, text: &str) -> Result<Json, String> {
    let trimmed = text.trim();
    let wrong = || format!("is not {}", wanted(base));
    Ok(match base {
        Base::Text => text.into(),
        Base::Bool => match trimmed {
            "true" | "1" => true.into(),
            "false" | "0" => false.into(),
            _ => return Err(wrong()),
        },
        Base::Int(..) => whole(trimmed).ok_or_else(wrong)?,
        Base::Decimal if DECIMAL.is_match(trimmed) => decimal(trimmed),
        Base::Decimal => return Err(wrong()),
        Base::Float => match trimmed {
            "INF" | "-INF" | "NaN" | "+INF" => trimmed.into(),
            _ => {
                let number = trimmed.parse::<f64>().ok().and_then(Number::from_f64);
                Json::Number(number.ok_or_else(wrong)?)
            }
        },
        Base::Base64 => trimmed.split_whitespace().collect::<String>().into(),
        // Dates are kept as they were written: many servers leave out the zone.
        _ => trimmed.into(),
    })
}

fn whole(text: &str) -> Option<Json> {
    if !WHOLE.is_match(text) {
        return None;
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    Some(match (unsigned.parse::<i64>(), unsigned.parse::<u64>()) {
        (Ok(number), _) => number.into(),
        (_, Ok(number)) => number.into(),
        _ => unsigned.into(),
    })
}

/// A number where that is exactly what was written, and the text where a number would lose digits.
fn decimal(text: &str) -> Json {
    let float = text.parse::<f64>().ok().filter(|float| normal(&format!("{float}")) == normal(text));
    match float.and_then(Number::from_f64) {
        Some(_) if whole(text).is_some_and(|number| number.is_number()) => whole(text).unwrap_or(Json::Null),
        Some(number) => Json::Number(number),
        None => text.into(),
    }
}

fn normal(text: &str) -> String {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let sign = if negative && !(whole.is_empty() && fraction.is_empty()) { "-" } else { "" };
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(name: &str) -> Simple {
        Simple::of(Base::named(name).unwrap())
    }

    #[test]
    fn values_are_written_as_their_types_have_them() {
        for (name, value, expected) in [
            ("boolean", json!(true), Some("true")),
            ("boolean", json!("yes"), None),
            ("int", json!(-5), Some("-5")),
            ("int", json!("7"), Some("7")),
            ("int", json!(2_147_483_648_i64), None),
            ("int", json!(1.5), None),
            ("unsignedByte", json!(-1), None),
            ("integer", json!("123456789012345678901234567890123456789012345"), Some("123456789012345678901234567890123456789012345")),
            ("negativeInteger", json!("123456789012345678901234567890123456789012345"), None),
            ("decimal", json!(1e-7), Some("0.0000001")),
            ("decimal", json!("1.50"), Some("1.50")),
            ("decimal", json!("1e5"), None),
            ("double", json!(1e300), Some("1e+300")),
            ("double", json!("INF"), Some("INF")),
            ("dateTime", json!("2026-03-10T09:30:00"), Some("2026-03-10T09:30:00")),
            ("dateTime", json!("2026-02-30T09:30:00Z"), None),
            ("dateTime", json!("2026-03-10 09:30"), None),
            ("date", json!("2026-03-10+02:00"), Some("2026-03-10+02:00")),
            ("date", json!("10.3.2026"), None),
            ("time", json!("25:00:00"), None),
            ("duration", json!("P1DT2H"), Some("P1DT2H")),
            ("duration", json!("P"), None),
            ("gYearMonth", json!("2026-03"), Some("2026-03")),
            ("base64Binary", json!("aGk="), Some("aGk=")),
            ("base64Binary", json!("%%"), None),
            ("hexBinary", json!("0fa"), None),
            ("NMTOKENS", json!(["a", "b"]), Some("a b")),
            ("string", json!({"a": 1}), None),
        ] {
            assert_eq!(write(&of(name), &value, true).ok().as_deref(), expected, "{name} {value}");
        }
        assert_eq!(write(&of("int"), &json!("many"), false).as_deref(), Ok("many"));
    }

    #[test]
    fn values_are_read_without_losing_digits() {
        for (name, text, expected) in [
            ("boolean", " 1 ", Some(json!(true))),
            ("boolean", "x", None),
            ("long", "+5", Some(json!(5))),
            ("unsignedLong", "18446744073709551615", Some(json!(18_446_744_073_709_551_615_u64))),
            ("integer", "123456789012345678901234567890", Some(json!("123456789012345678901234567890"))),
            ("decimal", "19.99", Some(json!(19.99))),
            ("decimal", "-0.50", Some(json!(-0.5))),
            ("decimal", "12.000", Some(json!(12.0))),
            ("decimal", "0.1234567890123456789", Some(json!("0.1234567890123456789"))),
            ("decimal", "7", Some(json!(7))),
            ("double", "NaN", Some(json!("NaN"))),
            ("double", "1.5E3", Some(json!(1500.0))),
            ("string", " a ", Some(json!(" a "))),
            ("token", " a ", Some(json!("a"))),
            ("base64Binary", "aGk\n=", Some(json!("aGk="))),
            ("NMTOKENS", "a  b", Some(json!(["a", "b"]))),
        ] {
            assert_eq!(read(&of(name), text).ok(), expected, "{name} {text}");
        }
    }
}
