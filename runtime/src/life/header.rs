//! Which headers of an answer say something about the life of what was called.
//!
//! Every answer passes here, and nearly none says anything: one pass over the names, which looks at their length first, decides.

use http::HeaderMap;

use super::{
    date, link,
    served::KNOWN,
    signal::{Signal, Source},
    vendor, warning,
};

/// Headers that may signal an end, the most telling first.
const SIGNALS: [&str; 12] = [
    "deprecation",
    "sunset",
    "alert",
    "x-deprecation-notice",
    "x-api-deprecation-date",
    "x-api-deprecation-info",
    "x-shopify-api-deprecated-reason",
    "deprecated",
    "paypal-deprecated",
    "api-deprecated-versions",
    "x-api-warn",
    "warning",
];
/// The most values of one header that are read, and the most bytes of one.
const MOST_VALUES: usize = 8;
const MOST_BYTES: usize = 4096;

/// Is there anything to read? Holds for nearly no answer, so this is all that most answers cost.
pub(super) fn may_say_something(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| says_something(name.as_str()))
}

/// The names of [`SIGNALS`], and that of the version served, by their lengths: most names are of another.
fn says_something(name: &str) -> bool {
    match name.len() {
        5 => name == "alert",
        6 => name == "sunset",
        7 => name == "warning",
        10 => name == "deprecated" || name == "x-api-warn",
        11 => name == "deprecation",
        17 => name == "paypal-deprecated",
        20 => name == "x-deprecation-notice",
        21 => name == KNOWN,
        22 => name == "x-api-deprecation-date" || name == "x-api-deprecation-info",
        23 => name == "api-deprecated-versions",
        31 => name == "x-shopify-api-deprecated-reason",
        _ => false,
    }
}

/// What the headers of an answer say about the life of what was called. `asked` is the API version that was asked for, as on the wire; empty
/// where the API has none.
pub fn read(headers: &HeaderMap, asked: &str) -> Option<Signal> {
    let mut found: Option<Signal> = None;
    for name in SIGNALS {
        for value in headers.get_all(name).iter().take(MOST_VALUES) {
            if value.len() > MOST_BYTES {
                continue;
            }
            // Words may be in any language; what is no UTF-8 is shown as far as it is.
            let value = String::from_utf8_lossy(value.as_bytes());
            if let Some(signal) = one(name, &value, headers, asked) {
                found = Some(match found {
                    Some(before) => before.and(signal),
                    None => signal,
                });
            }
        }
    }
    if let Some(signal) = &mut found {
        link::explain(signal, headers);
    }
    found
}

fn one(name: &'static str, value: &str, headers: &HeaderMap, asked: &str) -> Option<Signal> {
    let signal = || Signal::from(Source::Header(name));
    match name {
        "deprecation" => deprecation(value),
        "sunset" => Some(Signal { sunset: Some(date::day(value).or_else(|| date::structured_day(value))?), ..signal() }),
        "alert" => vendor::alert(value),
        "warning" => warning::read(value),
        "x-api-warn" => vendor::message(name, value),
        "api-deprecated-versions" => {
            let supported = headers.get("api-supported-versions").and_then(|value| value.to_str().ok());
            vendor::versions(value, supported, asked)
        }
        "x-api-deprecation-info" | "x-shopify-api-deprecated-reason" => (!value.trim().is_empty()).then(|| signal().saying(value)),
        _ => vendor::stated(name, value),
    }
}

/// `Deprecation`: a structured date, and what was sent before that was settled. Anything else is ignored, as RFC 9651 asks for.
fn deprecation(value: &str) -> Option<Signal> {
    let signal = Signal::from(Source::Header("deprecation"));
    match value.trim().trim_matches('"').to_ascii_lowercase().as_str() {
        "true" | "?1" | "1" => Some(signal),
        _ => Some(Signal { since: Some(date::structured_day(value).or_else(|| date::day(value))?), ..signal }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_look_knows_every_name() {
        assert!(SIGNALS.into_iter().chain([KNOWN]).all(says_something));
        assert!(!["date", "server", "content-type", "x-request-id", "link", "api-supported-versions", ""].into_iter().any(says_something));
    }
}
