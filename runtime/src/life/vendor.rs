//! Headers that single vendors and frameworks announce an end in.

use super::{
    date,
    signal::{Signal, Source, speaks_of_an_end},
};

/// A header that says yes, a date or something in words; anything that says no says nothing.
pub(super) fn stated(name: &'static str, value: &str) -> Option<Signal> {
    let signal = Signal::from(Source::Header(name));
    let value = value.trim();
    match value.trim_matches('"').to_ascii_lowercase().as_str() {
        "" | "false" | "?0" | "0" | "no" => None,
        "true" | "?1" | "1" | "yes" => Some(signal),
        _ => match date::structured_day(value).or_else(|| date::day(value)) {
            Some(day) => Some(Signal { since: Some(day), ..signal }),
            None if value.starts_with('@') => None,
            None => Some(signal.saying(value)),
        },
    }
}

/// A header that carries other messages, too.
pub(super) fn message(name: &'static str, value: &str) -> Option<Signal> {
    speaks_of_an_end(value).then(|| Signal::from(Source::Header(name)).saying(value))
}

/// `api-deprecated-versions: 1.0, 2.0`: a signal when the version that was asked for is among them.
pub(super) fn versions(value: &str, supported: Option<&str>, asked: &str) -> Option<Signal> {
    let asked = bare(asked);
    let named = !asked.is_empty() && value.split([',', ';']).take(64).any(|one| bare(one).eq_ignore_ascii_case(asked));
    let signal = named.then(|| Signal::from(Source::Header("api-deprecated-versions")))?;
    Some(match supported.map(str::trim).filter(|supported| !supported.is_empty()) {
        Some(supported) => signal.saying(&format!("the server supports {supported}")),
        None => signal,
    })
}

/// A version without the `v` before it.
fn bare(version: &str) -> &str {
    version.trim().trim_start_matches(['v', 'V'])
}

/// Kinto's `Alert: {"code": "soft-eol", "message": "…", "url": "…"}`.
pub(super) fn alert(value: &str) -> Option<Signal> {
    let alert: serde_json::Value = serde_json::from_str(value).ok()?;
    let text = |name: &str| alert.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().trim();
    let gone = match text("code") {
        "soft-eol" => false,
        "hard-eol" => true,
        _ => return None,
    };
    let said = format!("{} {}", text("message"), text("url"));
    Some(Signal { gone, ..Signal::from(Source::Header("alert")).saying(&said) })
}
