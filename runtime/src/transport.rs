//! The bottom layer: one request out, one answer in, over reqwest or over what a program puts in its place. Also reading a body within bounds.
//! Knows nothing of operations, retries or credentials.

use std::{
    error::Error as StdError,
    fmt, io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, StatusCode, header};
use url::{Host, Url};

use crate::{
    body::OpenPayload,
    clock::BoxFuture,
    error::{Error, ErrorKind},
    gate,
    page::next,
};

/// Compressed bytes that are unpacked at once, so that the limits are looked at often enough.
const UNPACKED_AT_ONCE: usize = 4 * 1024;
/// Decoded bytes below which the ratio does not matter.
const RATIO_FROM: u64 = 1024 * 1024;

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
}

impl Outgoing {
    pub(crate) fn new(method: Method, url: Url, headers: HeaderMap, body: OpenPayload) -> Outgoing {
        Outgoing { method, url, headers, body }
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
    Reqwest(Box<reqwest::Response>),
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
            Source::Reqwest(response) => response.chunk().await.map_err(|error| failure(error).into_error()),
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

/// What sends requests: reqwest unless a program gives the client another, for example one that records. It must not follow redirects, retry or
/// unpack bodies: the layers above do.
pub trait HttpClient: Send + Sync + fmt::Debug {
    /// Sends a request and waits for the head of its answer.
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, SendFailure>>;
}

/// How connections are made.
#[derive(Clone, Debug)]
pub(crate) struct ConnectSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) guard: bool,
    pub(crate) proxy: Option<String>,
    pub(crate) roots: Vec<u8>,
}

/// What sends.
#[derive(Clone, Debug)]
pub(crate) enum Http {
    Reqwest(reqwest::Client),
    Other(Arc<dyn HttpClient>),
}

impl Http {
    /// reqwest with rustls, the ring provider, the public roots and nothing from the environment.
    pub(crate) fn new(settings: &ConnectSettings) -> Result<Http, Error> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(settings.connect_timeout)
            .tls_backend_preconfigured(tls(&settings.roots)?);
        if let Some(proxy) = &settings.proxy {
            let proxy = reqwest::Proxy::all(proxy.as_str()).map_err(|_| configuration("the proxy's address is not a URL"))?;
            builder = builder.proxy(proxy);
        }
        if settings.guard {
            builder = builder.dns_resolver(Arc::new(GuardedResolver));
        }
        let client = builder.build().map_err(|error| configuration("the HTTP client cannot be made").with_source(&error.without_url()))?;
        Ok(Http::Reqwest(client))
    }

    /// Sends one request and waits for the head of the answer.
    pub(crate) async fn send(&self, request: Outgoing) -> Result<Incoming, SendFailure> {
        let client = match self {
            Http::Reqwest(client) => client,
            Http::Other(client) => return client.send(request).await,
        };
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        match request.body.into_bytes() {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => *outgoing.body_mut() = Some(bytes.into()),
            Err(body) => *outgoing.body_mut() = Some(reqwest::Body::wrap(body)),
        }
        let mut response = client.execute(outgoing).await.map_err(failure)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Ok(Incoming { status, headers, body: IncomingBody(Source::Reqwest(Box::new(response))) })
    }
}

fn tls(extra_roots: &[u8]) -> Result<rustls::ClientConfig, Error> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in CertificateDer::pem_slice_iter(extra_roots) {
        let certificate = certificate.map_err(|_| configuration("the added root certificates are not PEM"))?;
        roots.add(certificate).map_err(|_| configuration("an added root certificate is not usable"))?;
    }
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| configuration("TLS cannot be set up").with_source(&error))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

/// Sorts what reqwest says. Its text names the URL unless it is told not to, and a URL may hold something secret.
fn failure(error: reqwest::Error) -> SendFailure {
    let error = error.without_url();
    if chain(&error).any(|cause| cause.is::<NotPublic>()) {
        return SendFailure::NotSent(not_public());
    }
    let (connect, timeout) = (error.is_connect(), error.is_timeout());
    let (kind, message) = match (timeout, connect) {
        (true, _) => (ErrorKind::Timeout, "the server took too long"),
        (_, true) => (ErrorKind::Transport, "the connection could not be made"),
        _ => (ErrorKind::Transport, "the connection broke"),
    };
    let failed = Error::new(kind, message).with_source(&error);
    if connect { SendFailure::NotSent(failed) } else { SendFailure::Broken(failed) }
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.source();
        Some(this)
    })
}

/// The egress guard for addresses that are written as numbers: no resolver is asked for those.
pub(crate) fn guard_literal(url: &Url) -> Result<(), Error> {
    let literal = match url.host() {
        Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
        Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
        _ => None,
    };
    if literal.is_some_and(|address| !gate::is_public(address)) { Err(not_public()) } else { Ok(()) }
}

fn not_public() -> Error {
    Error::new(ErrorKind::UnsafeAddress, "the server's address is not on the public internet")
}

/// Resolves once and gives only public addresses; the connection is made to exactly these.
#[derive(Debug)]
struct GuardedResolver;

#[derive(Debug)]
struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name resolves to an address that is not public")
    }
}

impl StdError for NotPublic {}

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One private address among public ones is an attempt to get at it: all are refused.
            if !found.iter().all(|address| gate::is_public(address.ip())) {
                return Err(Box::new(NotPublic) as Box<dyn StdError + Send + Sync>);
            }
            Ok(Box::new(found.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

/// Bounds on what is read of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    /// Bytes as they come.
    pub(crate) wire: u64,
    /// Bytes after unpacking.
    pub(crate) decoded: u64,
    /// Decoded bytes for each byte that came.
    pub(crate) ratio: u64,
}

/// Reads a body within bounds, unpacking gzip.
#[derive(Debug)]
pub(crate) struct Reader {
    body: IncomingBody,
    unpacker: Option<flate2::write::MultiGzDecoder<Vec<u8>>>,
    /// Came, and not unpacked yet.
    packed: Bytes,
    limits: ReadLimits,
    wire: u64,
    decoded: u64,
    stated: Option<u64>,
}

impl Reader {
    /// Fails at once when the length that the server states is beyond the bounds, or the encoding is none that was asked for.
    pub(crate) fn new(headers: &HeaderMap, body: IncomingBody, limits: ReadLimits) -> Result<Reader, Error> {
        let stated = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if stated.is_some_and(|length| length > limits.wire) {
            return Err(too_long(limits.wire));
        }
        let unpacker = match headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes()) {
            None | Some(b"" | b"identity") => None,
            Some(encoding) if encoding.eq_ignore_ascii_case(b"gzip") || encoding.eq_ignore_ascii_case(b"x-gzip") => {
                Some(flate2::write::MultiGzDecoder::new(Vec::new()))
            }
            Some(_) => return Err(Error::new(ErrorKind::Decode, "the answer is packed in a way that was not asked for")),
        };
        Ok(Reader { body, unpacker, packed: Bytes::new(), limits, wire: 0, decoded: 0, stated })
    }

    /// The number of bytes there will be, when that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        if self.unpacker.is_some() { None } else { self.stated }
    }

    /// The next piece of the decoded body.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if !self.packed.is_empty() {
                let unpacked = self.unpack()?;
                if !unpacked.is_empty() {
                    return Ok(Some(unpacked));
                }
                continue;
            }
            let Some(chunk) = self.body.chunk().await? else { return self.finish() };
            self.wire += chunk.len() as u64;
            if self.wire > self.limits.wire {
                return Err(too_long(self.limits.wire));
            }
            if self.unpacker.is_none() {
                self.count(chunk.len())?;
                return Ok(Some(chunk));
            }
            self.packed = chunk;
        }
    }

    fn unpack(&mut self) -> Result<Bytes, Error> {
        use io::Write;
        let Some(unpacker) = &mut self.unpacker else { return Ok(std::mem::take(&mut self.packed)) };
        let piece = self.packed.split_to(self.packed.len().min(UNPACKED_AT_ONCE));
        unpacker.write_all(&piece).map_err(|error| unpackable(&error))?;
        let unpacked = std::mem::take(unpacker.get_mut());
        self.count(unpacked.len())?;
        Ok(unpacked.into())
    }

    /// The end of what came. What is packed must end too.
    fn finish(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(mut unpacker) = self.unpacker.take().filter(|_| self.wire > 0) else { return Ok(None) };
        unpacker.try_finish().map_err(|error| unpackable(&error))?;
        let rest = std::mem::take(unpacker.get_mut());
        self.count(rest.len())?;
        Ok(Some(Bytes::from(rest)).filter(|rest| !rest.is_empty()))
    }

    fn count(&mut self, more: usize) -> Result<(), Error> {
        self.decoded += more as u64;
        let bomb = self.decoded > RATIO_FROM && self.decoded / self.wire.max(1) > self.limits.ratio;
        if self.decoded > self.limits.decoded {
            return Err(too_long(self.limits.decoded));
        }
        if bomb {
            return Err(Error::new(ErrorKind::Limit, format!("the answer unpacks to more than {} times its size", self.limits.ratio)));
        }
        Ok(())
    }

    /// All of it. A body that comes in one piece is not copied.
    pub(crate) async fn all(mut self) -> Result<Bytes, Error> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        // Also when the stated length has come: reading to the end lets the connection be used again.
        match self.chunk().await? {
            None => Ok(first),
            Some(second) => self.gather(first, second).await,
        }
    }

    async fn gather(mut self, first: Bytes, second: Bytes) -> Result<Bytes, Error> {
        let expected = self.length().unwrap_or(0).min(self.limits.decoded);
        let mut all = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).max(first.len() + second.len()));
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.into())
    }
}

fn too_long(limit: u64) -> Error {
    Error::new(ErrorKind::Limit, format!("the answer is longer than {limit} bytes, the most this client reads"))
}

fn unpackable(error: &io::Error) -> Error {
    Error::new(ErrorKind::Decode, "the answer cannot be unpacked").with_source(error)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const LIMITS: ReadLimits = ReadLimits { wire: 10_000_000, decoded: 4_000_000, ratio: 50 };

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(bytes).expect("it packs");
        packer.finish().expect("it packs")
    }

    async fn read(encoding: &str, body: Vec<u8>, limits: ReadLimits) -> Result<Bytes, Error> {
        let mut headers = HeaderMap::new();
        if !encoding.is_empty() {
            headers.insert(header::CONTENT_ENCODING, encoding.parse().expect("a header"));
        }
        Reader::new(&headers, body.into(), limits)?.all().await
    }

    #[tokio::test]
    async fn gzip_is_unpacked() {
        let text = b"hello ".repeat(5000);
        assert_eq!(read("gzip", gzip(&text), LIMITS).await.expect("it reads"), text);
        assert_eq!(read("gzip", Vec::new(), LIMITS).await.expect("no body"), "");
        assert_eq!(read("", b"plain".to_vec(), LIMITS).await.expect("it reads"), "plain");
    }

    #[tokio::test]
    async fn a_bomb_is_stopped_by_ratio_and_by_size() {
        let bomb = gzip(&vec![0; 3_000_000]);
        assert_eq!(read("gzip", bomb.clone(), LIMITS).await.expect_err("ratio").kind(), ErrorKind::Limit);
        let roomy = ReadLimits { ratio: u64::MAX, decoded: 2_000_000, ..LIMITS };
        assert_eq!(read("gzip", bomb, roomy).await.expect_err("size").kind(), ErrorKind::Limit);
    }

    #[tokio::test]
    async fn broken_and_foreign_packings_are_errors() {
        let whole = gzip(&b"hello ".repeat(5000));
        let cut = whole[..whole.len() / 2].to_vec();
        assert_eq!(read("gzip", cut, LIMITS).await.expect_err("cut").kind(), ErrorKind::Decode);
        assert_eq!(read("gzip", b"not gzip".to_vec(), LIMITS).await.expect_err("not packed").kind(), ErrorKind::Decode);
        assert_eq!(read("br", whole, LIMITS).await.expect_err("not asked for").kind(), ErrorKind::Decode);
    }

    #[test]
    fn literal_addresses_are_guarded() {
        for (address, public) in
            [("http://127.0.0.1/", false), ("http://[::1]:80/", false), ("http://0x7f.1/", false), ("https://8.8.8.8/", true)]
        {
            let url = Url::parse(address).expect("a URL");
            assert_eq!(guard_literal(&url).is_ok(), public, "{address}");
        }
    }
}
