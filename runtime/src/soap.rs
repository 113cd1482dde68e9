//! The universal `soap` module: operations of a WSDL 1.1, by name, over SOAP 1.1 and 1.2, under the same origin gate, limits, retries and
//! byte bounds as every other call (cargo feature `soap`).
//!
//! Values are JSON by the WSDL's types, described by JSON Schema. Nothing is fetched unless [`Wsdl::fetch`] is called, and what a WSDL says
//! of addresses is data: see `docs/soap.md`.

mod decode;
mod documents;
mod encode;
mod envelope;
mod fault;
mod json_schema;
mod members;
mod model;
mod name;
mod operation;
mod problem;
mod request;
mod response;
mod scalar;
mod schema;
mod security;
mod tree;
mod wsdl;

pub use fault::Fault;
pub use model::SoapVersion;
pub use operation::SoapOperation;
pub use problem::{Place, Problem};
pub use request::SoapRequest;
pub use response::SoapResponse;
pub use security::UsernameToken;
pub use wsdl::{Port, Service, Wsdl};

use crate::{
    client::{AnyClient, ClientBuilder},
    connection::{Applied, FieldValues},
    error::Error,
    operation::{ApiTable, ConnectionTable, RetryPolicy, Statuses},
};

/// What stands for the API of a service that is known by its address only.
static ONE_SERVER: ApiTable = ApiTable {
    connector: "soap",
    title: "SOAP",
    docs: "One service.",
    servers: &["{connection.server}"],
    connections: &[&NO_LOGIN],
    retry: RetryPolicy { statuses: &[Statuses(429, 429), Statuses(502, 504)], honour: Some("retry-after") },
    ..ApiTable::EMPTY
};

static NO_LOGIN: ConnectionTable =
    ConnectionTable { name: "service", title: "Service", docs: "A server's address.", ..ConnectionTable::EMPTY };

/// A client of one service, which shows nothing of its own to it: logins go with each call ([`SoapRequest::login`]). For a credential of
/// HTTP take [`http_module::client_of`](crate::http_module::client_of), for a connection of a spec that spec's client.
///
/// The address is the service's own (`https://quotes.example/soap`), or only its origin: then the path is that of the WSDL's address.
/// Build it with [`ClientBuilder::build_any`].
///
/// # Errors
/// When the server is no address.
pub fn client_of(server: &str) -> Result<ClientBuilder<()>, Error> {
    crate::address::server(server, |_| None)?;
    let mut fields = FieldValues::new();
    fields.set("server", server);
    Ok(AnyClient::builder(&ONE_SERVER, Some((NO_LOGIN.name, fields)))?.applied(Applied::default()))
}
