//! The answer to a universal call: status, headers and body, and the body parsed by its content type.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value as Json;
use url::Url;

use super::xml;
use crate::error::{Error, ErrorKind};

/// The answer to a universal call. `Debug` shows no header value and no body.
#[derive(Clone)]
pub struct HttpResponse {
    status: StatusCode,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl HttpResponse {
    pub(crate) fn new(status: StatusCode, url: Url, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, url, headers, body }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Where the answer came from: the address that was called, or where the redirects that were followed ended.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, unpacked.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text. The content type's charset is honoured for UTF-8, US-ASCII and ISO-8859-1.
    ///
    /// # Errors
    /// The body is not text in that charset.
    pub fn text(&self) -> Result<String, Error> {
        text_of(&self.headers, &self.body)
    }

    /// The body as JSON, whatever its content type.
    ///
    /// # Errors
    /// The body is not JSON.
    pub fn json(&self) -> Result<Json, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::new(ErrorKind::Decode, "the answer is not JSON").with_source(&error))
    }

    /// The body read as JSON, XML or text by its content type: what a person would expect to map from. Nothing is null; bytes that
    /// are none of these are an error, to be read with [`body`](Self::body).
    ///
    /// XML becomes an object with the root element as its member: attributes as `@name`, children by name, lists where a name
    /// repeats, text beside them as `#text`.
    ///
    /// # Errors
    /// The body is not what its content type says, or its content type is none of these.
    pub fn parsed(&self) -> Result<Json, Error> {
        if self.body.is_empty() {
            return Ok(Json::Null);
        }
        let (kind, _) = content_type(&self.headers);
        match kind.as_str() {
            kind if kind == "application/json" || kind.ends_with("+json") => self.json(),
            kind if kind.ends_with("/xml") || kind.ends_with("+xml") => xml::to_json(&self.text()?),
            kind if kind.starts_with("text/") || kind == "application/x-www-form-urlencoded" => self.text().map(Json::String),
            other => {
                Err(Error::new(ErrorKind::Decode, format!("the answer is `{}`, neither JSON, XML nor text", crate::error::shorten(other))))
            }
        }
    }
}

/// A body as text, in the charset of its content type.
pub(crate) fn text_of(headers: &HeaderMap, body: &Bytes) -> Result<String, Error> {
    let charset = content_type(headers).1;
    match charset.as_str() {
        "" | "utf-8" | "utf8" | "us-ascii" => {
            String::from_utf8(body.to_vec()).map_err(|_| Error::new(ErrorKind::Decode, "the answer is not text in UTF-8"))
        }
        "iso-8859-1" | "latin1" => Ok(body.iter().map(|byte| char::from(*byte)).collect()),
        other => Err(Error::new(ErrorKind::Decode, format!("the answer is text in `{}`, which is not read", crate::error::shorten(other)))),
    }
}

/// Type and charset of the content, in lower case.
fn content_type(headers: &HeaderMap) -> (String, String) {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(|charset| charset.trim_matches('"').to_owned()));
    (kind, charset.unwrap_or_default())
}

impl std::fmt::Debug for HttpResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &self.headers.keys().map(http::HeaderName::as_str).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn response(kind: &str, body: &'static [u8]) -> HttpResponse {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        HttpResponse::new(StatusCode::OK, Url::parse("https://acme.example/").unwrap(), headers, Bytes::from_static(body))
    }

    #[test]
    fn the_content_type_says_how_to_parse() {
        assert_eq!(response("application/json; charset=utf-8", b"[1]").parsed().unwrap(), json!([1]));
        assert_eq!(response("application/problem+json", b"{}").parsed().unwrap(), json!({}));
        assert_eq!(response("text/xml", b"<a>1</a>").parsed().unwrap(), json!({"a": "1"}));
        let marked = b"\xef\xbb\xbf<?xml version='1.0'?><a>1</a>";
        assert_eq!(response("text/xml", marked).parsed().unwrap(), json!({"a": "1"}));
        assert_eq!(response("application/atom+xml", b"<a/>").parsed().unwrap(), json!({"a": null}));
        assert_eq!(response("text/plain; charset=ISO-8859-1", b"\xe9").parsed().unwrap(), json!("é"));
        assert_eq!(response("application/json", b"").parsed().unwrap(), json!(null));
        assert!(response("text/plain", b"\xe9").parsed().is_err());
        assert!(response("application/json", b"<html>").parsed().is_err());
        assert!(response("image/png", b"x").parsed().is_err());
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", response("text/plain", b"s3cr3t"));
        assert!(shown.contains("content-type") && !shown.contains("s3cr3t"), "{shown}");
    }
}
