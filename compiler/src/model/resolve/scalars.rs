//! Literals of scalar types: what each type takes, as JSON text.

use crate::model::{Bounds, Literal, Type};
use crate::syntax::ast::{Value, ValueKind};

/// The JSON text of a value of a scalar type, or why it does not fit.
pub(super) fn read(value: &Value, ty: &Type) -> Result<String, String> {
    match ty {
        Type::String(bounds) => {
            let text = text(value, "a string")?;
            let pattern = bounds.pattern.as_deref().filter(|pattern| !super::pattern::matches(pattern, text));
            let misfit = pattern.map(|pattern| format!("it does not match the pattern `{pattern}`"));
            count_misfit(text.chars().count(), bounds, "characters").or(misfit).map_or(Ok(quoted(text)), Err)
        }
        Type::Int(bounds) => within(whole(value)?, bounds),
        Type::Float(bounds) => within(number(value, "a number")?, bounds),
        Type::Decimal(bounds) => decimal(value, bounds),
        Type::Bool => match &value.kind {
            ValueKind::Bool(value) => Ok(value.to_string()),
            _ => Err("`true` or `false` is wanted".to_owned()),
        },
        Type::Date(format) => time(value, format.as_deref(), is_date, "a date such as \"2026-01-31\""),
        Type::DateTime(format) => time(value, format.as_deref(), is_datetime, "a date and time such as \"2026-01-31T12:30:00Z\""),
        Type::Time => checked(value, is_time, "a time such as \"12:30:00\""),
        Type::Duration(None) => checked(value, |text| text.starts_with('P') && text.len() > 2, "an ISO 8601 duration such as \"PT15M\""),
        Type::Duration(Some(_)) => number(value, "a number"),
        Type::Uuid => checked(value, is_uuid, "a UUID such as \"67e55044-10b1-426f-9247-bb680e5fe0c8\""),
        Type::Url => checked(value, is_url, "a URL such as \"https://example.com/\""),
        Type::Host => checked(value, is_host, "a host name such as \"acme.example\""),
        Type::Bytes(format) => bytes(value, format.as_deref()),
        Type::Id(_) => id(value),
        Type::Literal(literal) => exactly(value, literal),
        _ => Ok(quoted(text(value, "a string")?)),
    }
}

/// Is a text a value of the type of this name? Types that are no texts of a form of their own take any.
#[cfg(feature = "import")]
pub(crate) fn is_text_of(ty: &str, text: &str) -> bool {
    match ty {
        "datetime" => is_datetime(text),
        "date" => is_date(text),
        "time" => is_time(text),
        "duration" => text.starts_with('P') && text.len() > 2,
        "uuid" => is_uuid(text),
        "url" => is_url(text),
        "bytes" => text.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c)),
        _ => true,
    }
}

/// A value of a scalar type as one would write it.
pub(super) fn example(ty: &Type) -> String {
    match ty {
        Type::Int(bounds) | Type::Float(bounds) | Type::Decimal(bounds) => {
            let default = if matches!(ty, Type::Int(_)) { "1" } else { "1.5" };
            bounds.max.as_deref().or(bounds.min.as_deref()).unwrap_or(default).to_owned()
        }
        Type::Bool => "true".to_owned(),
        Type::Date(None) => quoted("2026-01-31"),
        Type::DateTime(None) => quoted("2026-01-31T12:30:00Z"),
        Type::Date(Some(format)) | Type::DateTime(Some(format)) if format.starts_with("epoch") => "1767225600".to_owned(),
        Type::Time => quoted("12:30:00"),
        Type::Duration(None) => quoted("PT15M"),
        Type::Duration(Some(_)) => "900".to_owned(),
        Type::Uuid => quoted("67e55044-10b1-426f-9247-bb680e5fe0c8"),
        Type::Url => quoted("https://example.com/"),
        Type::Host => quoted("acme.example"),
        Type::Bytes(Some(format)) if format == "hex" => quoted("48656c6c6f"),
        Type::Bytes(_) => quoted("SGVsbG8="),
        Type::Literal(literal) => literal_text(literal),
        _ => quoted("text"),
    }
}

/// What is wrong with a length, if anything is.
pub(super) fn count_misfit(count: usize, bounds: &Bounds, what: &str) -> Option<String> {
    let end = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<usize>().ok());
    match (end(&bounds.min), end(&bounds.max)) {
        (Some(min), _) if count < min => Some(format!("at least {min} {what} are wanted, and there are {count}")),
        (_, Some(max)) if count > max => Some(format!("at most {max} {what} are allowed, and there are {count}")),
        _ => None,
    }
}

/// Text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A literal as JSON text.
pub(super) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

fn text<'v>(value: &'v Value, wanted: &str) -> Result<&'v str, String> {
    match &value.kind {
        ValueKind::Text(text) => Ok(text),
        ValueKind::Name(path) => Err(format!("{wanted} is wanted; write `\"{}\"`", super::symbols::joined(path).0)),
        _ => Err(format!("{wanted} is wanted, in quotes")),
    }
}

fn number(value: &Value, wanted: &str) -> Result<String, String> {
    match &value.kind {
        ValueKind::Number(number) if number.parse::<f64>().is_ok_and(f64::is_finite) => Ok(number.clone()),
        _ => Err(format!("{wanted} is wanted")),
    }
}

fn whole(value: &Value) -> Result<String, String> {
    let number = number(value, "a whole number")?;
    number.parse::<i64>().map_err(|_| "a whole number of at most 64 bits is wanted".to_owned())?;
    Ok(number)
}

fn decimal(value: &Value, bounds: &Bounds) -> Result<String, String> {
    match &value.kind {
        ValueKind::Text(text) if text.parse::<f64>().is_ok_and(f64::is_finite) => within(text.clone(), bounds).map(|_| quoted(text)),
        _ => within(number(value, "a decimal number")?, bounds),
    }
}

fn within(number: String, bounds: &Bounds) -> Result<String, String> {
    let value: f64 = number.parse().unwrap_or_default();
    let end = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
    match (end(&bounds.min), end(&bounds.max)) {
        (Some(min), _) if value < min => Err(format!("the least value is {min}")),
        (_, Some(max)) if value > max => Err(format!("the greatest value is {max}")),
        _ => Ok(number),
    }
}

fn checked(value: &Value, fits: impl Fn(&str) -> bool, wanted: &str) -> Result<String, String> {
    let text = text(value, wanted)?;
    if fits(text) { Ok(quoted(text)) } else { Err(format!("{wanted} is wanted")) }
}

fn time(value: &Value, format: Option<&str>, usual: fn(&str) -> bool, wanted: &str) -> Result<String, String> {
    match format {
        None => checked(value, usual, wanted),
        Some("epoch" | "epoch_ms") => number(value, "a number"),
        Some(_) => checked(value, |text| !text.is_empty(), wanted),
    }
}

fn bytes(value: &Value, format: Option<&str>) -> Result<String, String> {
    match format {
        Some("hex") => checked(value, |text| text.len() % 2 == 0 && text.chars().all(|c| c.is_ascii_hexdigit()), "hexadecimal text"),
        Some(_) => checked(value, |text| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_=".contains(c)), "base64url text"),
        None => checked(value, |text| text.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c)), "base64 text"),
    }
}

fn id(value: &Value) -> Result<String, String> {
    match &value.kind {
        ValueKind::Text(text) => Ok(quoted(text)),
        ValueKind::Number(number) if number.parse::<i64>().is_ok() => Ok(number.clone()),
        _ => Err("an id is wanted: text or a whole number".to_owned()),
    }
}

fn exactly(value: &Value, literal: &Literal) -> Result<String, String> {
    let wanted = literal_text(literal);
    if super::types::literal(value).as_ref() == Some(literal) { Ok(wanted) } else { Err(format!("only `{wanted}` fits here")) }
}

fn digits(text: &str, from: usize, to: usize) -> Option<u32> {
    text.get(from..to).filter(|part| part.chars().all(|c| c.is_ascii_digit())).and_then(|part| part.parse().ok())
}

fn is_date(text: &str) -> bool {
    let Some((year, month, day)) = (|| Some((digits(text, 0, 4)?, digits(text, 5, 7)?, digits(text, 8, 10)?)))() else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-' && (1..=12).contains(&month) && (1..=days).contains(&day)
}

fn is_time(text: &str) -> bool {
    let Some((hour, minute)) = (|| Some((digits(text, 0, 2)?, digits(text, 3, 5)?)))() else { return false };
    let seconds = match text.get(5..) {
        Some("") => true,
        Some(rest) => digits(rest, 1, 3).is_some_and(|second| second <= 60) && rest.starts_with(':') && is_fraction(&rest[3..]),
        None => false,
    };
    text.as_bytes().get(2) == Some(&b':') && hour < 24 && minute < 60 && seconds
}

fn is_fraction(text: &str) -> bool {
    text.is_empty() || text.strip_prefix('.').is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
}

fn is_datetime(text: &str) -> bool {
    let (Some(date), Some(rest)) = (text.get(..10), text.get(11..)) else { return false };
    let separator = matches!(text.as_bytes()[10], b'T' | b't' | b' ');
    let clock = rest.strip_suffix(['Z', 'z']).or_else(|| {
        let at = rest.rfind(['+', '-'])?;
        let offset = rest[at + 1..].replace(':', "");
        (offset.len() == 4 && digits(&offset, 0, 4).is_some()).then(|| &rest[..at])
    });
    separator && is_date(date) && clock.is_some_and(|clock| clock.len() >= 8 && is_time(clock))
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) && !rest.is_empty() && !text.contains(char::is_whitespace)
}

pub(super) fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "0"));
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    name.split('.').all(label) && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_text() {
        assert!(
            is_datetime("2026-01-02T03:04:05Z")
                && is_datetime("2024-02-29T23:59:60.123+02:00")
                && is_datetime("2026-01-02T03:04:05.000+0000")
        );
        assert!(!is_datetime("2026-02-29T00:00:00Z") && !is_datetime("2026-01-02") && !is_datetime("2026-01-02T03:04:05"));
        assert!(is_date("2024-02-29") && !is_date("2026-13-01") && !is_date("ä026-01-01"));
        assert!(is_time("12:30") && is_time("12:30:01.5") && !is_time("24:00") && !is_time("12:3"));
    }

    #[test]
    fn other_scalars_are_told_from_text() {
        assert!(is_uuid("67e55044-10b1-426f-9247-bb680e5fe0c8") && !is_uuid("67e55044"));
        assert!(is_host("acme.example:8443") && !is_host("acme.example/path") && !is_host("a..b") && !is_host("https://a"));
        assert!(is_url("https://a") && !is_url("a.example"));
        assert_eq!(quoted("a\"\n\u{1}"), r#""a\"\n\u0001""#);
    }
}
