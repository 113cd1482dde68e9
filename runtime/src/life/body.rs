//! Refusals that say that something has ended: 410, and what APIs say in the bodies of other errors.

use http::HeaderMap;
use serde_json::Value;

use super::{
    header,
    signal::{Signal, Source, speaks_of_an_end},
};

/// The most bytes of a body that are looked at.
const MOST_BYTES: usize = 64 * 1024;
/// Codes that mean the end of a method or of a version, without their prefix, case and separators.
const CODES: [&str; 7] = [
    "methoddeprecated",
    "deprecatedendpoint",
    "endpointdeprecated",
    "unsupportedapiversion",
    "apiversionunsupported",
    "apiversionnotsupported",
    "apiversionretired",
];
/// Where APIs keep the code of an error, when the spec does not say.
const CODE_PLACES: [&str; 5] = ["/error/code", "/error", "/code", "/errorCode", "/0/errorCode"];
/// Where they keep what they say about it.
const TEXT_PLACES: [&str; 8] = [
    "/response_metadata/messages/0",
    "/errorMessages/0",
    "/error/message",
    "/message",
    "/0/message",
    "/detail",
    "/error_description",
    "/error",
];

/// What a refusal says about the life of what was called. `code` is the API's own, where the spec says where it stands.
pub(crate) fn refused(status: u16, code: Option<&str>, message: Option<&str>, body: &[u8], headers: &HeaderMap) -> Option<Signal> {
    let body = &body[..body.len().min(MOST_BYTES)];
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let ended = code.is_some_and(is_end) || json.as_ref().is_some_and(has_end) || (json.is_none() && is_fault(body));
    if !ended && status != 410 {
        return None;
    }
    let source = if ended { Source::Body } else { Source::Status(status) };
    let said = json.as_ref().and_then(said).or(message.map(str::to_owned)).or_else(|| plain(body, json.is_some()));
    let signal = Signal { gone: true, ..Signal::from(source) }.saying(&said.unwrap_or_default());
    Some(match header::read(headers, "") {
        Some(announced) => announced.and(signal),
        None => signal,
    })
}

/// Whether it is the operation that has ended. A bare 410 may speak of the one thing that was asked for.
pub(super) fn is_of_the_operation(signal: &Signal) -> bool {
    let is_told = signal.sources.iter().any(|source| matches!(source, Source::Body | Source::Header("alert")));
    is_told || signal.info.as_deref().is_some_and(speaks_of_an_end)
}

fn is_end(code: &str) -> bool {
    let code = code.rsplit([':', '.']).next().unwrap_or(code);
    let code: String = code.chars().take(64).filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    CODES.contains(&code.as_str())
}

fn has_end(json: &Value) -> bool {
    CODE_PLACES.iter().filter_map(|place| json.pointer(place)?.as_str()).any(is_end)
}

/// A SOAP fault, or text, that names the code.
fn is_fault(body: &[u8]) -> bool {
    const FAULT: &[u8] = b"UNSUPPORTED_API_VERSION";
    body.windows(FAULT.len()).any(|window| window == FAULT)
}

fn said(json: &Value) -> Option<String> {
    TEXT_PLACES.iter().filter_map(|place| json.pointer(place)?.as_str()).find(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// A body that is text; a page of HTML says nothing.
fn plain(body: &[u8], is_json: bool) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    (!is_json && !text.starts_with('<')).then(|| text.to_owned())
}
