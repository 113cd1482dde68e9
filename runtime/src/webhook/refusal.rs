//! Why a request is refused, and the answer that it gets. The answer tells the sender nothing that would help to get past.

use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode, header};

use crate::error::Error;

/// A request that is not taken. Its `Display` is for logs; the answer that [`Refusal::response`] makes says only the status.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    reason: String,
    error: Option<Error>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, reason: impl Into<String>) -> Refusal {
        Refusal { status, reason: reason.into(), error: None }
    }

    /// It does not prove itself.
    pub(super) fn unproved(reason: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, reason)
    }

    /// It proves itself, and does not hold what the spec says.
    pub(super) fn unreadable(error: Error) -> Refusal {
        Refusal { error: Some(error), ..Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "it is genuine, and is not what the spec says") }
    }

    /// It could not be looked at.
    #[cfg(feature = "blocking")]
    pub(crate) fn of_ours(error: Error) -> Refusal {
        Refusal { error: Some(error), ..Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "it could not be looked at") }
    }

    /// 401 where it does not prove itself, 413 where it is too large, 422 where it cannot be read, 500 and 503 where we are at fault.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong, for logs.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What does not fit the spec, where that is why.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// The answer to give.
    pub fn response(&self) -> Response<Bytes> {
        text(self.status, self.status.canonical_reason().unwrap_or("refused"))
    }
}

/// An answer of plain text that no browser takes for anything else.
pub(super) fn text(status: StatusCode, body: impl Into<String>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    response
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the delivery is refused with {}: {}", self.status.as_u16(), self.reason)?;
        self.error.as_ref().map_or(Ok(()), |error| write!(formatter, ": {error}"))
    }
}

impl std::error::Error for Refusal {}
