//! The version that a server says it served, against the one that was asked for. Some servers answer requests for a version that has ended
//! with the oldest that they still have, and say so in a header only.

use http::HeaderMap;

use crate::operation::ApiTable;

/// Read where a spec declares no header of its own: it is sent by nobody else.
pub(super) const KNOWN: &str = "x-shopify-api-version";

/// The version that was served, when it is not the one that was asked for.
pub(super) fn other<'h>(api: &ApiTable, headers: &'h HeaderMap) -> Option<&'h str> {
    let asked = api.wire_version;
    if asked.is_empty() {
        return None;
    }
    let served = headers.get(api.served.unwrap_or(KNOWN))?.to_str().ok()?.trim();
    (!served.is_empty() && !served.eq_ignore_ascii_case(asked)).then_some(served)
}
