//! What the engine and the ways of authenticating owe each other. How a credential is obtained, kept and renewed is `auth`'s;
//! where it may travel is the origin gate's.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    clock::{BoxFuture, Clock},
    error::Error,
    gate,
    operation::{ConnectionTable, OAuth2Step},
};

/// What a person filled in, by spec name, as text. Zeroed on drop; `Debug` shows names only.
#[derive(Clone, Default)]
pub struct FieldValues {
    values: Vec<(String, Zeroizing<String>)>,
    /// Parameters of OAuth 2.0 requests that no table names, beside those that one does.
    parameters: Vec<(OAuth2Step, String, Zeroizing<String>)>,
}

impl FieldValues {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), Zeroizing::new(value.into()));
        match self.values.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.values.push((name, value)),
        }
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Adds a parameter to the requests of a step: as it is, for it is no template.
    pub(crate) fn add_parameter(&mut self, step: OAuth2Step, name: impl Into<String>, value: impl Into<String>) {
        self.parameters.push((step, name.into(), Zeroizing::new(value.into())));
    }

    /// The parameters that were added to the requests of a step.
    pub(crate) fn parameters(&self, step: OAuth2Step) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().filter(move |(of, ..)| *of == step).map(|(_, name, value)| (name.as_str(), value.as_str()))
    }

    /// The names of the fields that have a value.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }
}

impl fmt::Debug for FieldValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// What a connection adds to every request to its own origin. Headers are marked sensitive by whoever makes this.
#[derive(Clone, Default)]
pub struct Applied {
    /// Counts renewals: a request that failed with generation 3 asks for something newer than 3.
    pub generation: u64,
    /// Headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Query parameters, not yet encoded.
    pub query: Vec<(String, Zeroizing<String>)>,
    /// Cookies.
    pub cookies: Vec<(String, Zeroizing<String>)>,
    /// Servers to which a token response moved the calls: as the client was made with them, and as they are.
    pub moved: Vec<(Url, Url)>,
}

impl Applied {
    /// Where an address of the API's really is.
    pub(crate) fn moved(&self, url: &Url) -> Option<Url> {
        self.moved.iter().find(|(declared, _)| gate::same_origin(declared, url)).map(|(_, real)| on(real, url))
    }

    /// What an address that a moved server gave would be had it not moved: what all decisions about addresses are made over.
    pub(crate) fn declared(&self, url: &Url) -> Option<Url> {
        self.moved.iter().find(|(_, real)| gate::same_origin(real, url)).map(|(declared, _)| on(declared, url))
    }
}

/// The same path and query on another origin.
fn on(origin: &Url, url: &Url) -> Url {
    let mut moved = origin.clone();
    moved.set_path(url.path());
    moved.set_query(url.query());
    moved
}

impl fmt::Debug for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applied")
            .field("generation", &self.generation)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("query", &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("cookies", &self.cookies.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish()
    }
}

/// How one connection proves who is calling. Shared by all clones of a client.
pub trait Credentials: Send + Sync + fmt::Debug {
    /// What is at hand without any exchange; `None` when it must be obtained first or has run out.
    fn ready(&self) -> Option<Arc<Applied>>;

    /// Obtains or renews. With `stale`, whatever has that generation was refused (401) and must not come back; when somebody else
    /// renewed it meanwhile, theirs is given. A grant that cannot renew gives an authentication error.
    ///
    /// The transport is shared rather than lent: a refresh runs to its end even when the call that asked for it is dropped, because
    /// the server may have used up the old refresh token already.
    fn obtain<'a>(&'a self, stale: Option<u64>, transport: Arc<dyn Transport>) -> BoxFuture<'a, Result<Arc<Applied>, Error>>;

    /// Whether a 401 is worth one renewal.
    fn renews(&self) -> bool {
        false
    }

    /// Told what a server asks for with a 401, and the generation of what had been sent to it.
    fn challenged(&self, _generation: u64, _headers: &HeaderMap) {}

    /// Whether [`Credentials::sign`] is to be called.
    fn signs(&self) -> bool {
        false
    }

    /// The names of the query parameters that signing adds, whose values belong to one request.
    fn signed_query(&self) -> &[&'static str] {
        &[]
    }

    /// Signs a request that is otherwise complete, for grants whose proof depends on the request itself.
    fn sign(&self, _request: &mut http::Request<()>, _body: Option<&[u8]>) -> Result<(), Error> {
        Ok(())
    }
}

/// One exchange with a token endpoint or the like, under the client's byte and time limits and egress guard, without credentials, without retry
/// and without redirects. Whatever the status, an answer is `Ok`.
pub trait Transport: Send + Sync {
    /// Sends.
    fn exchange<'a>(&'a self, request: http::Request<bytes::Bytes>) -> BoxFuture<'a, Result<http::Response<bytes::Bytes>, Error>>;
}

/// What `auth` makes [`Credentials`] from, once per client.
#[derive(Clone, Debug)]
pub struct Setup {
    /// How to connect.
    pub table: &'static ConnectionTable,
    /// What the person filled in.
    pub fields: FieldValues,
    /// The server's address, for exchanges written as a path below it.
    pub base: Url,
    /// The servers: their templates, and what the client was made with.
    pub servers: Vec<(String, Url)>,
    /// The client's clock.
    pub clock: Arc<dyn Clock>,
    /// `connector/version`, or what a login without a spec belongs to: a part of the key in a token store.
    pub scope: String,
}
