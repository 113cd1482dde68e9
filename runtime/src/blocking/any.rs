//! The client without a type: modules by name, and what no spec describes.

use std::{fmt, future::Future, sync::Arc};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Download, GraphqlItems, Waiter};
#[cfg(feature = "soap")]
use crate::soap::{Problem, SoapRequest, SoapResponse, Wsdl};
use crate::{
    client::{self, ClientBuilder},
    error::Error,
    graphql_module::{Connection, GraphqlRequest, GraphqlResponse},
    http_module::{HttpRequest, HttpResponse},
};

/// A client for modules called by name and for the universal modules, whose calls return when the answer is there.
///
/// ```no_run
/// use linchpin_runtime::{blocking, graphql_module::GraphqlRequest, http_module::{self, HttpRequest, Login}};
///
/// # fn main() -> Result<(), linchpin_runtime::Error> {
/// let acme = blocking::AnyClient::of(http_module::client_of("https://api.acme.example", &Login::bearer("t0p-secret"))?)?;
/// let projects = acme.http(HttpRequest::get("/projects"))?;
/// let viewer = acme.graphql::<serde_json::Value>(&GraphqlRequest::new("/graphql", "{ viewer { login } }"))?;
/// println!("{}: {}, {:?}", projects.status(), projects.text()?, viewer.data);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AnyClient {
    pub(super) inner: client::AnyClient,
    pub(super) waiter: Arc<Waiter>,
}

impl AnyClient {
    /// A client as built.
    ///
    /// # Errors
    /// As [`ClientBuilder::build_any`], and when the machine has no thread left.
    pub fn of(builder: ClientBuilder<()>) -> Result<AnyClient, Error> {
        Ok(AnyClient { waiter: Arc::new(Waiter::new()?), inner: builder.build_any()? })
    }

    /// Calls a module by its name, see [`client::AnyClient::call`].
    ///
    /// # Errors
    /// As there; and of [`Configuration`](crate::ErrorKind::Configuration) when it is called from async code, which it would block.
    pub fn call(&self, module: &str, input: Value) -> Result<Value, Error> {
        self.waiter.wait(self.inner.call(module, input))?
    }

    /// Calls a module that gives a file by its name.
    ///
    /// # Errors
    /// As [`AnyClient::call`]; and when the module gives no file.
    pub fn download(&self, module: &str, input: Value) -> Result<Download, Error> {
        Ok(Download::new(self.waiter.wait(self.inner.download(module, input))??, self.waiter.clone()))
    }

    /// Sends a request that no spec describes, as [`HttpRequest::send`] does.
    ///
    /// # Errors
    /// As there, and as [`AnyClient::call`].
    pub fn http(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        self.waiter.wait(request.send(&self.inner))?
    }

    /// Sends a query or mutation, as [`GraphqlRequest::send`] does.
    ///
    /// # Errors
    /// As there, and as [`AnyClient::call`].
    pub fn graphql<T: DeserializeOwned>(&self, request: &GraphqlRequest) -> Result<GraphqlResponse<T>, Error> {
        self.waiter.wait(request.send(&self.inner))?
    }

    /// The items of all pages of a connection, as [`GraphqlRequest::items`] gives them.
    pub fn graphql_items<T: DeserializeOwned>(&self, request: &GraphqlRequest, at: impl Into<Connection>) -> GraphqlItems<T> {
        GraphqlItems { inner: request.items(&self.inner, at), waiter: self.waiter.clone(), failed: false }
    }

    /// Calls an operation of a WSDL, as [`SoapRequest::send`] does.
    ///
    /// # Errors
    /// As there, and as [`AnyClient::call`].
    #[cfg(feature = "soap")]
    pub fn soap(&self, request: SoapRequest) -> Result<SoapResponse, Error> {
        self.waiter.wait(request.send(&self.inner))?
    }

    /// Fetches a WSDL, as [`Wsdl::fetch`] does.
    ///
    /// # Errors
    /// As there, and as [`AnyClient::call`].
    #[cfg(feature = "soap")]
    pub fn wsdl(&self, address: &str) -> Result<(Wsdl, Vec<Problem>), Error> {
        self.waiter.wait(Wsdl::fetch(address, &self.inner))?
    }

    /// Waits for anything else that the client does.
    ///
    /// # Errors
    /// Only when it is called from async code.
    pub fn wait<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        self.waiter.wait(future)
    }

    /// The client behind it.
    pub fn client(&self) -> &client::AnyClient {
        &self.inner
    }
}

impl fmt::Debug for AnyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
