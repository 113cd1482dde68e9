//! The bottom layer: one request out, one answer in, over hyper, through a proxy over reqwest, or over what a program puts in their place.
//! Knows nothing of operations, retries or credentials.

mod about;
mod direct;
mod guard;
mod proxied;
mod read;

use std::{
    error::Error as StdError,
    fmt, io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::{
    body::OpenPayload,
    clock::BoxFuture,
    error::{Error, ErrorKind},
    page::next,
    value::Secret,
};
use direct::Direct;
use guard::NotPublic;
use proxied::Proxied;

pub(crate) use about::About;
pub(crate) use guard::guard_literal;
pub(crate) use read::{ReadLimits, Reader, Span};

/// A request on its way out.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: Url,
    /// The headers, credentials included.
    pub headers: HeaderMap,
    /// The body.
    pub body: OpenPayload,
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "cassettes read it"))]
    pub(crate) about: About,
}

impl Outgoing {
    pub(crate) fn new(method: Method, url: Url, headers: HeaderMap, body: OpenPayload, about: About) -> Outgoing {
        Outgoing { method, url, headers, body, about }
    }
}

/// The head of an answer, and its body still to be read.
#[derive(Debug)]
pub struct Incoming {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: IncomingBody,
}

/// A body still to be read.
pub struct IncomingBody(Source);

enum Source {
    Direct(hyper::body::Incoming),
    Proxied(Box<reqwest::Response>),
    /// The lock only makes it `Sync`; it is never contended.
    Stream(Mutex<Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>>),
    Bytes(Option<Bytes>),
}

impl IncomingBody {
    /// From a stream of chunks.
    pub fn stream(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> IncomingBody {
        IncomingBody(Source::Stream(Mutex::new(Box::pin(stream))))
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match &mut self.0 {
            Source::Direct(body) => direct::chunk(body).await,
            Source::Proxied(response) => response.chunk().await.map_err(|error| proxied::failed(error).into_error()),
            Source::Stream(stream) => {
                let stream = stream.get_mut().unwrap_or_else(PoisonError::into_inner);
                next(stream).await.transpose().map_err(|error| broken("the answer broke off").with_source(&error))
            }
            Source::Bytes(bytes) => Ok(bytes.take()),
        }
    }
}

impl<T: Into<Bytes>> From<T> for IncomingBody {
    fn from(bytes: T) -> IncomingBody {
        IncomingBody(Source::Bytes(Some(bytes.into())))
    }
}

impl fmt::Debug for IncomingBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IncomingBody")
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum SendFailure {
    /// Nothing reached the server.
    NotSent(Error),
    /// The server may have acted on it.
    Broken(Error),
}

impl SendFailure {
    /// The connection could not be made, for this reason. The text must hold nothing secret.
    pub fn not_sent(reason: impl Into<String>) -> SendFailure {
        SendFailure::NotSent(broken(reason))
    }

    /// The connection broke after something was sent. The text must hold nothing secret.
    pub fn broken(reason: impl Into<String>) -> SendFailure {
        SendFailure::Broken(broken(reason))
    }

    pub(crate) fn into_error(self) -> Error {
        match self {
            SendFailure::NotSent(error) | SendFailure::Broken(error) => error,
        }
    }
}

fn broken(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::Transport, reason)
}

/// What sends requests: built in unless a program gives the client another, for example one that records. It must not follow redirects, retry or
/// unpack bodies: the layers above do.
pub trait HttpClient: Send + Sync + fmt::Debug {
    /// Sends a request and waits for the head of its answer.
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, SendFailure>>;

    /// Told before anything is sent, once for each secret that was filled in for the connection: one that writes down what it sends must leave
    /// it out. Default: nothing is done with it.
    fn keep_secret(&self, _secret: &Secret) {}
}

/// How connections are made.
#[derive(Clone, Debug)]
pub(crate) struct ConnectSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) guard: bool,
    pub(crate) proxy: Option<String>,
    pub(crate) roots: Vec<u8>,
    pub(crate) identity: Option<Identity>,
}

/// A certificate and its key, in PEM, which a client shows to a server that asks.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) certificate: Secret,
    pub(crate) key: Secret,
}

impl Default for ConnectSettings {
    fn default() -> Self {
        ConnectSettings { connect_timeout: Duration::from_secs(10), guard: false, proxy: None, roots: Vec::new(), identity: None }
    }
}

/// A request on its way.
enum Sent<'a> {
    Direct(Result<direct::Answer, SendFailure>),
    Otherwise(BoxFuture<'a, Result<Incoming, SendFailure>>),
}

/// What sends.
#[derive(Clone, Debug)]
pub(crate) enum Http {
    Direct(Direct),
    Proxied(Proxied),
    Other(Arc<dyn HttpClient>),
}

impl Http {
    /// The built-in client: rustls with the ring provider, the public roots and nothing from the environment.
    pub(crate) fn new(settings: &ConnectSettings) -> Result<Http, Error> {
        let tls = tls(&settings.roots, settings.identity.as_ref())?;
        match &settings.proxy {
            None => Ok(Http::Direct(Direct::new(settings, tls))),
            Some(proxy) => Proxied::new(settings, proxy, tls).map(Http::Proxied),
        }
    }

    /// Sends one request and waits for the head of the answer. The request is no part of the future, which so stays small.
    pub(crate) fn send(&self, request: Outgoing) -> impl Future<Output = Result<Incoming, SendFailure>> + Send + '_ {
        let sent = match self {
            Http::Direct(client) => Sent::Direct(client.send(request)),
            Http::Proxied(client) => Sent::Otherwise(Box::pin(client.send(request))),
            Http::Other(client) => Sent::Otherwise(client.send(request)),
        };
        async move {
            match sent {
                Sent::Direct(answer) => direct::head(answer?).await,
                Sent::Otherwise(answer) => answer.await,
            }
        }
    }
}

pub(crate) fn tls(extra_roots: &[u8], identity: Option<&Identity>) -> Result<rustls::ClientConfig, Error> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in CertificateDer::pem_slice_iter(extra_roots) {
        let certificate = certificate.map_err(|_| configuration("the added root certificates are not PEM"))?;
        roots.add(certificate).map_err(|_| configuration("an added root certificate is not usable"))?;
    }
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| configuration("TLS cannot be set up").with_source(&error))?;
    let config = config.with_root_certificates(roots);
    let Some(identity) = identity else { return Ok(config.with_no_client_auth()) };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(identity.certificate.expose().as_bytes()).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| configuration("the connection's certificate is not PEM"))?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.expose().as_bytes());
    let key = key.map_err(|_| configuration("the key of the connection's certificate is not PEM"))?;
    // Rustls finds out here whether the key is the certificate's. What it says is left out: it may hold parts of them.
    config.with_client_auth_cert(chain, key).map_err(|_| configuration("the connection's certificate and key do not belong together"))
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

/// Sorts a failure by how it looks to the HTTP library: whether connecting failed, and whether for want of time.
fn failure(error: &(dyn StdError + 'static), connecting: bool, timed_out: bool) -> SendFailure {
    if chain(error).any(|cause| cause.is::<NotPublic>()) {
        return SendFailure::NotSent(guard::not_public());
    }
    let (kind, message) = match (timed_out, connecting) {
        (true, _) => (ErrorKind::Timeout, "the server took too long"),
        (_, true) => (ErrorKind::Transport, "the connection could not be made"),
        _ => (ErrorKind::Transport, "the connection broke"),
    };
    let failed = Error::new(kind, message).with_source(error);
    if connecting { SendFailure::NotSent(failed) } else { SendFailure::Broken(failed) }
}

/// An error and its causes, outermost first.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
