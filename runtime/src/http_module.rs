//! The universal `http` module: a call that no spec describes. Any method and address, with or without a connection, under the same
//! origin gate, limits, retries and byte bounds as every other call.

mod body;
mod login;
mod oauth2;
mod oauth2_table;
mod request;
mod response;
mod send;
pub(crate) mod xml;

pub use body::{HttpBody, Part};
pub use login::Login;
pub use oauth2::OAuth2;
pub use request::{HttpRequest, Redirects};
pub use response::HttpResponse;
#[cfg(feature = "soap")]
pub(crate) use response::text_of;
pub(crate) use send::prepare;

use crate::{
    auth,
    client::{AnyClient, ClientBuilder},
    connection::FieldValues,
    error::Error,
    operation::{ApiTable, ConnectionTable, RetryPolicy, Statuses},
};

/// What stands for an API where there is none: no server, no connection.
static NO_API: ApiTable =
    ApiTable { connector: "http", title: "HTTP", docs: "Any address, without a connection.", retry: RETRY, ..ApiTable::EMPTY };

/// What stands for the API of a server that is known by its address only.
static ONE_SERVER: ApiTable = ApiTable {
    connector: "http",
    title: "HTTP",
    docs: "One server, with a credential of the program's.",
    servers: &["{connection.server}"],
    connections: &[&LOGIN, &CERTIFIED],
    retry: RETRY,
    ..ApiTable::EMPTY
};

const LOGIN_TABLE: ConnectionTable =
    ConnectionTable { name: "login", title: "Login", docs: "Shown to one server.", ..ConnectionTable::EMPTY };

static LOGIN: ConnectionTable = LOGIN_TABLE;

/// The same, for who shows a certificate.
static CERTIFIED: ConnectionTable = ConnectionTable { name: "certified", tls: Some(("{certificate}", "{key}")), ..LOGIN_TABLE };

const RETRY: RetryPolicy = RetryPolicy { statuses: &[Statuses(429, 429), Statuses(502, 504)], honour: Some("retry-after") };

/// A client for calls that need no connection. It sends no credential anywhere; build it with [`ClientBuilder::build_any`].
///
/// # Errors
/// As [`AnyClient::builder`].
pub fn client() -> Result<ClientBuilder<()>, Error> {
    AnyClient::builder(&NO_API, None)
}

/// A client for calls to one server with a credential; requests to it may be paths (`/projects`). Calls to any other origin go out
/// without the credential. Build it with [`ClientBuilder::build_any`].
///
/// ```no_run
/// # async fn example() -> Result<(), linchpin_runtime::Error> {
/// use linchpin_runtime::http_module::{HttpRequest, Login, client_of};
/// let client = client_of("https://acme.example/api", &Login::bearer("t0p-secret"))?.build_any()?;
/// let answer = HttpRequest::get("/projects").send(&client).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the server is no address, is not encrypted (on this machine it need not be), or the credential cannot be sent; of a login by OAuth 2.0,
/// everything that is wrong with it.
pub fn client_of(server: &str, login: &Login) -> Result<ClientBuilder<()>, Error> {
    let home = crate::address::server(server, |_| None)?;
    auth::encrypted(&home)?;
    let mut fields = FieldValues::new();
    fields.set("server", server);
    if let Some((certificate, key)) = login.identity() {
        fields.set("certificate", certificate.expose());
        fields.set("key", key.expose());
    }
    let certified = login.identity().is_some();
    if let Some(oauth2) = login.obtained() {
        oauth2.check(certified)?;
        oauth2.fill(&mut fields);
        let table = oauth2.kind(certified).table();
        return Ok(ClientBuilder::of(&ONE_SERVER, Some((table, fields))).scope(oauth2.scope(&home)));
    }
    if certified {
        return Ok(ClientBuilder::of(&ONE_SERVER, Some((&CERTIFIED, fields))).applied(login.applied()?).certified());
    }
    Ok(ClientBuilder::of(&ONE_SERVER, Some((&LOGIN, fields))).applied(login.applied()?))
}
