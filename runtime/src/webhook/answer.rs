//! What a program answers a delivery with, for APIs that ask and not only tell: a status, headers, and JSON, text or bytes.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::error::{Error, ErrorKind};

/// An answer to a delivery. `Debug` shows no body and no header's value.
///
/// ```
/// use linchpin_runtime::webhook::Answer;
/// let shown = Answer::json(&serde_json::json!({ "response_type": "ephemeral", "text": "Done." }))?;
/// # Ok::<(), linchpin_runtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Headers that say how a message is framed: those are the server's.
const FRAMING: [HeaderName; 5] = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION, header::UPGRADE, header::TE];

impl Answer {
    /// 200 and nothing else.
    pub fn empty() -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// 200 and JSON: any value that serde writes, those of connectors with the names of the wire.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn json(body: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|error| input("the answer cannot be written as JSON").with_source(&error))?;
        Ok(Self::of(HeaderValue::from_static("application/json"), body.into()))
    }

    /// 200 and plain text.
    pub fn text(body: impl Into<String>) -> Self {
        Self::of(HeaderValue::from_static("text/plain; charset=utf-8"), body.into().into())
    }

    /// 200 and bytes of a content type.
    ///
    /// # Errors
    /// When the content type is none.
    pub fn bytes(content_type: &str, body: impl Into<Bytes>) -> Result<Self, Error> {
        let content_type = HeaderValue::try_from(content_type).map_err(|_| input("the content type is none"))?;
        Ok(Self::of(content_type, body.into()))
    }

    fn of(content_type: HeaderValue, body: Bytes) -> Self {
        let mut answer = Self { body, ..Self::empty() };
        answer.headers.insert(header::CONTENT_TYPE, content_type);
        answer
    }

    /// With another status, from 200 to 599.
    ///
    /// # Errors
    /// When it is none of those.
    pub fn status(mut self, status: u16) -> Result<Self, Error> {
        let known = StatusCode::from_u16(status).ok().filter(|status| (200..600).contains(&status.as_u16()));
        self.status = known.ok_or_else(|| input(&format!("an answer's status is from 200 to 599, and {status} is not")))?;
        Ok(self)
    }

    /// With a header more.
    ///
    /// # Errors
    /// When it is none, or one that the server sets itself.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let name = HeaderName::try_from(name).map_err(|_| input("a header's name is not one"))?;
        if FRAMING.contains(&name) {
            return Err(input(&format!("the header `{name}` is set by the server itself")));
        }
        let value = HeaderValue::try_from(value).map_err(|_| input(&format!("the value of the header `{name}` is not one")))?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// The answer as one of HTTP, for programs that receive without a service.
    pub fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.headers_mut().entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
        response
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Answer").field("status", &self.status).field("headers", &headers).field("body_bytes", &self.body.len()).finish()
    }
}

fn input(message: &str) -> Error {
    Error::new(ErrorKind::Input, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_an_answer_is_refused() {
        assert!(Answer::empty().status(101).is_err() && Answer::empty().status(600).is_err());
        assert!(Answer::empty().header("Content-Length", "3").is_err() && Answer::empty().header("X-A", "a\r\nb").is_err());
        assert!(Answer::bytes("a\nb", "x").is_err() && Answer::empty().header("a b", "c").is_err());
        let answer = Answer::text("s3cr3t").status(202).and_then(|answer| answer.header("X-Key", "s3cr3t")).expect("an answer");
        assert!(!format!("{answer:?}").contains("s3cr3t"));
        let response = answer.into_response();
        assert_eq!((response.status().as_u16(), response.headers()["x-content-type-options"].to_str().ok()), (202, Some("nosniff")));
    }
}
