//! Forms (`application/x-www-form-urlencoded`, as the URL standard has them) and queries, read.

use http::{HeaderMap, header};
use serde_json::Value as Json;
use url::form_urlencoded;

/// Whether a body is said to be one.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Names and values, decoded; a name may come several times.
pub(crate) fn pairs(form: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(form).into_owned().collect()
}

/// The fields as members of an object. Of those with one name the last counts.
pub(crate) fn json(form: &[u8]) -> Json {
    Json::Object(pairs(form).into_iter().map(|(name, value)| (name, value.into())).collect())
}
