//! Shows whether a connection works, by the call that its spec names for that.

use super::error::AuthError;
use super::template;
use super::values::Values;
use crate::api::Api;
use crate::client::{AnyClient, Client};
use crate::error::{Error, ErrorKind};
use crate::http_module::HttpRequest;

impl AnyClient {
    /// Makes the call that the spec names as the connection's `probe`; any 2xx means that the connection works.
    ///
    /// # Errors
    /// The client has no connection or its spec names no probe ([`ErrorKind::Configuration`]); or as any call, above all
    /// [`ErrorKind::Authentication`], [`ErrorKind::Reauthorize`] and [`ErrorKind::Permission`].
    pub async fn probe(&self) -> Result<(), Error> {
        let core = &self.core;
        let table = core.connection.and_then(|name| core.table.connections.iter().rev().find(|table| table.name == name));
        let probe = table.and_then(|table| table.probe);
        let (method, path) = probe.ok_or_else(|| Error::new(ErrorKind::Configuration, "no spec names a probe of this connection"))?;
        let server = core.servers.first().ok_or_else(|| AuthError::table("the API declares no server"))?;
        let url = template::expand_below(server, path, &Values::of(&core.fields))?;
        HttpRequest::new(method, url.as_str()).send(self).await.map(drop)
    }
}

impl<A: Api> Client<A> {
    /// Makes the call that the spec names as the connection's `probe`; any 2xx means that the connection works.
    ///
    /// # Errors
    /// See [`AnyClient::probe`].
    pub async fn probe(&self) -> Result<(), Error> {
        self.any().probe().await
    }
}
