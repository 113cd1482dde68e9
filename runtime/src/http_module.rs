//! The universal `http` module: a call that no spec describes. Any method and address, with or without a connection, under the same
//! origin gate, limits, retries and byte bounds as every other call.

mod body;
mod request;
mod response;
mod xml;

pub use body::{HttpBody, Part};
pub use request::{HttpRequest, Redirects};
pub use response::HttpResponse;
