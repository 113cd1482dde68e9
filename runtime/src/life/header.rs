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
/// The lengths of those names and of the one that names the version served, a bit each.
const LENGTHS: u64 = lengths();
/// The most values of one header that are read, and the most bytes of one.
const MOST_VALUES: usize = 8;
const MOST_BYTES: usize = 4096;

const fn lengths() -> u64 {
    let (mut bits, mut index) = (1 << KNOWN.len(), 0);
    while index < SIGNALS.len() {
        bits |= 1 << SIGNALS[index].len();
        index += 1;
    }
    bits
}

/// Is there anything to read? Holds for nearly no answer, so this is all that most answers cost.
pub(super) fn may_say_something(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        let name = name.as_str();
        name.len() < 64 && LENGTHS >> name.len() & 1 == 1 && (SIGNALS.contains(&name) || name == KNOWN)
    })
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
