//! The universal `graphql` module: a call to a GraphQL server that no spec describes, with typed variables and typed data, under the same
//! origin gate, limits, retries and byte bounds as every other call.
//!
//! ```no_run
//! # async fn example() -> Result<(), linchpin_runtime::Error> {
//! use linchpin_runtime::graphql_module::GraphqlRequest;
//! use linchpin_runtime::http_module::{Login, client_of};
//!
//! let client = client_of("https://api.acme.example", &Login::bearer("t0p-secret"))?.build_any()?;
//! let viewer = GraphqlRequest::new("/graphql", "query Me { viewer { login } }");
//! let answer = viewer.send::<serde_json::Value>(&client).await?;
//! println!("{:?}, {} errors", answer.data, answer.errors.len());
//! # Ok(())
//! # }
//! ```
//!
//! A document is read as far as to know what it does: a query is tried again like any read, a mutation never, unless the program says that it
//! may be. What the answer's errors mean is told by their codes (`codes.rs`), and said to the engine before it decides (`judge.rs`), so that a server
//! which answers "too many calls" with status 200 is waited for. Operations of a spec that speak GraphQL are judged the same way.

mod codes;
mod document;
mod envelope;
mod errors;
mod judge;
mod pages;
mod request;
mod response;
mod send;

pub use errors::GraphqlError;
pub(crate) use judge::{Told, amounts_to, refused};
pub use pages::{Connection, GraphqlItems, GraphqlPages};
pub use request::GraphqlRequest;
pub use response::GraphqlResponse;
