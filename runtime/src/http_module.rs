//! The universal `http` module: a call that no spec describes. Any method and address, with or without a connection, under the same
//! origin gate, limits, retries and byte bounds as every other call.

mod body;
mod request;
mod response;
mod send;
pub(crate) mod xml;

pub use body::{HttpBody, Part};
pub use request::{HttpRequest, Redirects};
pub use response::HttpResponse;

use crate::{
    client::{AnyClient, ClientBuilder},
    error::Error,
    operation::{ApiTable, RetryPolicy, Statuses},
};

/// What stands for an API where there is none: no server, no connection.
static NO_API: ApiTable = ApiTable {
    connector: "http",
    title: "HTTP",
    docs: "Any address, without a connection.",
    retry: RetryPolicy { statuses: &[Statuses(429, 429), Statuses(502, 504)], honour: Some("retry-after") },
    ..ApiTable::EMPTY
};

/// A client for calls that need no connection. It sends no credential anywhere; build it with [`ClientBuilder::build_any`].
///
/// # Errors
/// As [`AnyClient::builder`].
pub fn client() -> Result<ClientBuilder<()>, Error> {
    AnyClient::builder(&NO_API, None)
}
