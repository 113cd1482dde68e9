//! A request as signers see it: its parts, and what they put back. Headers that they add are marked sensitive.

use http::{HeaderName, HeaderValue, Uri, header, uri::PathAndQuery};
use percent_encoding::{percent_decode_str, utf8_percent_encode};

use super::super::error::AuthError;
use crate::{address::RESERVED, form};

/// Encodes everything but unreserved characters.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The same for bytes that need not be UTF-8.
pub(super) fn encoded_bytes(bytes: &[u8]) -> String {
    percent_encoding::percent_encode(bytes, RESERVED).to_string()
}

/// What an encoded text stands for.
pub(super) fn decoded(text: &str) -> Vec<u8> {
    percent_decode_str(text).collect()
}

/// The pairs of a query or a form, decoded. Only what UTF-8 can say can be signed so that the other side agrees.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    form::pairs(query.as_bytes())
}

/// Pairs, strictly encoded, in their order.
pub(super) fn joined(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

/// Pairs, strictly encoded, in the order of what they are then.
pub(super) fn sorted(pairs: &[(String, String)]) -> String {
    let mut pairs: Vec<(String, String)> = pairs.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// `host:port`, the port only where it is not the scheme's own: what the transport writes into `Host`.
pub(super) fn host(uri: &Uri) -> Result<String, AuthError> {
    let host = uri.host().ok_or_else(unsignable)?;
    Ok(match uri.port_u16() {
        Some(port) if uri.scheme_str() == Some("https") && port == 443 || uri.scheme_str() == Some("http") && port == 80 => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Takes another path and query in place of the request's; its origin stays.
pub(super) fn set_target(request: &mut http::Request<()>, path: &str, query: &str) -> Result<(), AuthError> {
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|_| unsignable())?);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_| unsignable())?;
    Ok(())
}

/// Sets a header that is shown nowhere.
pub(super) fn set_header(request: &mut http::Request<()>, name: HeaderName, value: &str) -> Result<(), AuthError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| unsignable())?;
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
    Ok(())
}

/// `Authorization: …`
pub(super) fn authorize(request: &mut http::Request<()>, value: &str) -> Result<(), AuthError> {
    set_header(request, header::AUTHORIZATION, value)
}

pub(super) fn unsignable() -> AuthError {
    AuthError::Unsignable { problem: "it holds what a signature cannot cover" }
}
