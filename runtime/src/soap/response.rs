//! The answer to a call: its value, its headers; and the text of what came, by its content type.

use bytes::Bytes;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::{
    error::{Error, ErrorKind, shorten},
    http_module::text_of,
};

/// The answer to a call. `Debug` shows no value.
#[derive(Clone)]
pub struct SoapResponse {
    value: Json,
    headers: Map<String, Json>,
}

impl SoapResponse {
    pub(super) fn new(value: Json, headers: Map<String, Json>) -> Self {
        Self { value, headers }
    }

    pub(super) fn empty() -> Self {
        Self::new(Json::Null, Map::new())
    }

    /// What the operation gives, as [`SoapOperation::output_schema`](super::SoapOperation::output_schema) has it. Null when it gives nothing.
    pub fn value(&self) -> &Json {
        &self.value
    }

    /// The same, to keep.
    pub fn into_value(self) -> Json {
        self.value
    }

    /// The same as a value of the program's own type.
    ///
    /// # Errors
    /// It is not what the type says.
    pub fn into<T: DeserializeOwned>(self) -> Result<T, Error> {
        let made = serde_json::from_value(self.value);
        made.map_err(|error| Error::new(ErrorKind::Decode, "the answer is not what the program's type says").with_source(&error))
    }

    /// The headers of the envelope, by the local names of their elements; a list where several have one name.
    pub fn headers(&self) -> &Map<String, Json> {
        &self.headers
    }
}

impl std::fmt::Debug for SoapResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.headers.keys().collect();
        formatter.debug_struct("SoapResponse").field("headers", &names).finish_non_exhaustive()
    }
}

/// The text of an answer that is XML.
pub(super) fn text(headers: &HeaderMap, body: &Bytes) -> Result<String, Error> {
    let stated = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase());
    match stated.as_deref() {
        Some(kind) if kind.trim_start().starts_with("multipart/") => {
            return Err(Error::new(ErrorKind::Decode, "the answer has attachments (`multipart/related`), which are not supported"));
        }
        Some(kind) if !kind.contains("xml") => {
            return Err(Error::new(ErrorKind::Decode, format!("the answer is {}, not XML", shorten(kind))));
        }
        _ => {}
    }
    // Without a charset the document's own declaration counts, and UTF-8 without that (RFC 7303, 3).
    let states_charset = stated.is_some_and(|kind| kind.contains("charset="));
    let own = if states_charset { None } else { declared_encoding(body) };
    let mut headers = headers.clone();
    if let Some(encoding) = own.and_then(|own| format!("text/xml; charset={own}").parse().ok()) {
        headers.insert(header::CONTENT_TYPE, encoding);
    }
    text_of(&headers, body)
}

/// The text of an error's body, of which the content type is not known any more. What is neither what it says nor UTF-8 is read as Latin 1: it is
/// there for people.
pub(super) fn text_of_error(body: &Bytes) -> String {
    text(&HeaderMap::new(), body).unwrap_or_else(|_| body.iter().map(|byte| char::from(*byte)).collect())
}

/// What `<?xml … encoding="…"?>` says.
fn declared_encoding(body: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(body.get(..body.len().min(200))?).into_owned();
    let declaration = head.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split_once("?>")?.0.to_owned();
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start().to_owned();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let name = value[1..].split_once(quote)?.0.to_ascii_lowercase();
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, body: &'static [u8]) -> Result<String, Error> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
        text(&headers, &Bytes::from_static(body))
    }

    #[test]
    fn the_charset_is_that_of_the_header_or_of_the_document() {
        assert_eq!(read("text/xml; charset=iso-8859-1", b"<a>\xe9</a>").unwrap(), "<a>\u{e9}</a>");
        assert_eq!(read("text/xml", b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>").unwrap().chars().last(), Some('>'));
        assert!(read("text/xml", b"<a>\xe9</a>").is_err());
        assert!(read("application/soap+xml; charset=utf-16", b"<a/>").is_err());
        assert!(read("text/html", b"<a/>").is_err());
        assert!(read("multipart/related; type=\"text/xml\"", b"<a/>").unwrap_err().to_string().contains("attachments"));
    }
}
