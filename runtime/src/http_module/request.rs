//! A universal call: what is asked for, checked and sent.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value as Json;
use url::Url;

use super::body::{HttpBody, Part};
use super::response::HttpResponse;
use crate::api::Api;
use crate::body::{Body, Payload};
use crate::client::{AnyClient, Client};
use crate::download::Download;
use crate::error::{Error, ErrorKind};
use crate::gate::{self, Passage};
use crate::random;

/// Which redirects a universal call follows. Whatever is chosen: a credential stays on its own origin, and https is never left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redirects {
    /// None: the redirect is the answer.
    Never,
    /// Those of a GET or HEAD.
    #[default]
    Reads,
    /// All: 303 becomes a GET, 301 and 302 become a GET as browsers do it, 307 and 308 repeat the call.
    All,
}

/// A call that no spec describes.
///
/// ```no_run
/// # async fn example() -> Result<(), linchpin_runtime::Error> {
/// use linchpin_runtime::http_module::{HttpRequest, client};
/// let client = client()?.build_any()?;
/// let answer = HttpRequest::get("https://acme.example/api/projects").query("status", "open").send(&client).await?;
/// println!("{} {}", answer.status(), answer.parsed()?);
/// # Ok(())
/// # }
/// ```
///
/// The address is whole, or a path below the client's server (`/projects`). The client's credential goes along only to an origin that
/// its API declares.
#[derive(Clone)]
pub struct HttpRequest {
    method: String,
    url: String,
    query: Vec<(String, String)>,
    numbered: bool,
    headers: Vec<(String, String)>,
    body: HttpBody,
    timeout: Duration,
    redirects: Redirects,
    packed: bool,
    every_status: bool,
    repeatable: bool,
}

impl HttpRequest {
    /// A request with any method. The timeout is 40 seconds, redirects of reads are followed, and a status of 400 or more is an error.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            query: Vec::new(),
            numbered: false,
            headers: Vec::new(),
            body: HttpBody::Empty,
            timeout: Duration::from_secs(40),
            redirects: Redirects::default(),
            packed: true,
            every_status: false,
            repeatable: false,
        }
    }

    /// A GET.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A POST.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// A PUT.
    pub fn put(url: impl Into<String>) -> Self {
        Self::new("PUT", url)
    }

    /// A PATCH.
    pub fn patch(url: impl Into<String>) -> Self {
        Self::new("PATCH", url)
    }

    /// A DELETE.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new("DELETE", url)
    }

    /// Adds a query parameter. A name may come several times.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Writes names that come several times as `name[0]`, `name[1]`, … Default: `name` each time.
    #[must_use]
    pub fn numbered_query(mut self) -> Self {
        self.numbered = true;
        self
    }

    /// Adds a header. A name may come several times.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: HttpBody) -> Self {
        self.body = body;
        self
    }

    /// Sends bytes, a file or a stream as they are.
    #[must_use]
    pub fn raw(self, body: impl Into<Body>) -> Self {
        self.body(HttpBody::Raw(body.into()))
    }

    /// Sends JSON.
    #[must_use]
    pub fn json(self, body: Json) -> Self {
        self.body(HttpBody::Json(body))
    }

    /// Sends a form.
    #[must_use]
    pub fn form<N: Into<String>, V: Into<String>>(self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        self.body(HttpBody::Form(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }

    /// Sends a multipart form.
    #[must_use]
    pub fn multipart(self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.body(HttpBody::Multipart(parts.into_iter().collect()))
    }

    /// The longest that one try may take, from 1 to 300 seconds. Default: 40.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.clamp(Duration::from_secs(1), Duration::from_secs(300));
        self
    }

    /// Which redirects are followed. Default: those of reads.
    #[must_use]
    pub fn redirects(mut self, redirects: Redirects) -> Self {
        self.redirects = redirects;
        self
    }

    /// Does not ask for a packed (gzip) answer.
    #[must_use]
    pub fn unpacked(mut self) -> Self {
        self.packed = false;
        self
    }

    /// Takes every status as an answer. Default: what is not 2xx, and not a redirect that is not followed, is an error.
    #[must_use]
    pub fn every_status(mut self) -> Self {
        self.every_status = true;
        self
    }

    /// Says that doing it twice is the same as doing it once, so that it may be tried again. Default: by the method (RFC 9110, 9.2): GET, HEAD
    /// and OPTIONS change nothing, PUT and DELETE may be repeated, and no other method is.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Sends it and reads the whole answer.
    ///
    /// # Errors
    /// As any call; an answer that is an error keeps its body in [`Error::body_bytes`].
    pub async fn send(self, client: &impl AsRef<AnyClient>) -> Result<HttpResponse, Error> {
        super::send::send(self, client.as_ref()).await
    }

    /// Sends it and gives the body as a stream, for what does not fit into memory: a file with its length, type and name. A status that is not 2xx
    /// is an error; [`timeout`](Self::timeout) bounds the time to the first byte.
    ///
    /// # Errors
    /// As any call.
    pub async fn download(self, client: &impl AsRef<AnyClient>) -> Result<Download, Error> {
        super::send::download(self, client.as_ref()).await
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// What it comes to. `declared` gives addresses of servers that have moved as if they had not.
    pub(crate) fn parts(&self, base: Option<&Url>, servers: &[Url], declared: impl Fn(Url) -> Url) -> Result<Parts, Error> {
        let method = Method::from_bytes(self.method.as_bytes()).map_err(|_| input("the method is not one"))?;
        let (url, passage) = self.address(base, servers, declared)?;
        let mut headers = self.header_map()?;
        let payload = match self.body.encode(&boundary()?)? {
            None => Payload::default(),
            Some((kind, payload)) => {
                let kind = HeaderValue::try_from(kind).map_err(|_| input("the body's content type is not one"))?;
                headers.entry(header::CONTENT_TYPE).or_insert(kind);
                payload
            }
        };
        if !self.packed {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        Ok(Parts {
            method,
            url,
            passage,
            headers,
            payload,
            repeatable: self.repeatable,
            timeout: self.timeout,
            redirects: self.redirects,
            every_status: self.every_status,
        })
    }

    /// The whole address, and whether the client's credential goes there.
    fn address(&self, base: Option<&Url>, servers: &[Url], declared: impl Fn(Url) -> Url) -> Result<(Url, Passage), Error> {
        let mut url = if self.url.starts_with('/') && !self.url.starts_with("//") {
            below(base.ok_or_else(|| input("a path needs a client with a server"))?, &self.url)?
        } else {
            declared(whole(&self.url)?)
        };
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.pairs());
        }
        url.set_fragment(None);
        let home = servers.iter().any(|server| gate::same_origin(server, &url));
        Ok((url, if home { Passage::WithCredentials } else { Passage::Bare }))
    }

    /// The query, with repeated names numbered if that was asked for.
    fn pairs(&self) -> impl Iterator<Item = (String, &str)> {
        self.query.iter().enumerate().map(|(index, (name, value))| {
            let repeated = self.numbered && self.query.iter().filter(|(other, _)| other == name).count() > 1;
            let earlier = self.query[..index].iter().filter(|(other, _)| other == name).count();
            (if repeated { format!("{name}[{earlier}]") } else { name.clone() }, value.as_str())
        })
    }

    fn header_map(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| input("a header's name is not one"))?;
            if OWN.contains(&name) {
                return Err(input(&format!("the header `{name}` is set by the client itself")));
            }
            let mut value =
                HeaderValue::try_from(value.as_str()).map_err(|_| input(&format!("the value of the header `{name}` is not one")))?;
            value.set_sensitive(SECRET.contains(&name));
            headers.append(name, value);
        }
        Ok(headers)
    }
}

/// What a request comes to, ready for the engine.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) passage: Passage,
    pub(super) headers: HeaderMap,
    pub(super) payload: Payload,
    pub(super) repeatable: bool,
    pub(super) timeout: Duration,
    pub(super) redirects: Redirects,
    pub(super) every_status: bool,
}

/// Headers that say how a message is framed or routed: a second opinion on those is how requests are smuggled.
const OWN: [HeaderName; 6] =
    [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION, header::UPGRADE, header::TE];
const SECRET: [HeaderName; 3] = [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];

/// A whole address of the caller's.
fn whole(address: &str) -> Result<Url, Error> {
    let url = Url::parse(address).map_err(|_| input("the address is neither a whole URL nor a path that starts with `/`"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(Error::new(ErrorKind::UnsafeAddress, "the address is not http or https, or holds a user name"));
    }
    Ok(url)
}

/// A path below a server, which it cannot leave: not by another origin, and not by `..`.
fn below(base: &Url, path: &str) -> Result<Url, Error> {
    let prefix = base.path().trim_end_matches('/').to_owned();
    let mut origin = base.clone();
    origin.set_path("");
    origin.set_query(None);
    let url = format!("{}{prefix}{path}", origin.as_str().trim_end_matches('/'));
    let url = Url::parse(&url).map_err(|_| input("the path does not make an address"))?;
    if !gate::same_origin(&url, base) || !url.path().starts_with(&format!("{prefix}/")) {
        return Err(Error::new(ErrorKind::UnsafeAddress, "the path leads out of the client's server"));
    }
    Ok(url)
}

/// Unguessable, so that no content can hold it.
fn boundary() -> Result<String, Error> {
    Ok(format!("linchpin-{}", URL_SAFE_NO_PAD.encode(random::bytes::<24>()?)))
}

fn input(message: &str) -> Error {
    Error::new(ErrorKind::Input, message)
}

impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let origin = Url::parse(&self.url).map(|url| url.origin().ascii_serialization());
        formatter
            .debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("origin", &origin.unwrap_or_default())
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl AsRef<AnyClient> for AnyClient {
    fn as_ref(&self) -> &AnyClient {
        self
    }
}

impl<A: Api> AsRef<AnyClient> for Client<A> {
    fn as_ref(&self) -> &AnyClient {
        self.any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://acme.example/api/v1/").unwrap()
    }

    fn parts(request: &HttpRequest) -> Result<Parts, Error> {
        request.parts(Some(&base()), &[base()], |url| url)
    }

    #[test]
    fn paths_stand_below_the_server() {
        let made = parts(&HttpRequest::get("/projects?a=1#x").query("q", "b c&d")).unwrap();
        assert_eq!(made.url.as_str(), "https://acme.example/api/v1/projects?a=1&q=b+c%26d");
        assert_eq!(made.passage, Passage::WithCredentials);
        for outside in ["/../admin", "/x/../../../y", "/%2e%2e/%2e%2e/z"] {
            assert_eq!(parts(&HttpRequest::get(outside)).unwrap_err().kind(), ErrorKind::UnsafeAddress, "{outside}");
        }
    }

    #[test]
    fn the_credential_goes_to_declared_origins_only() {
        for (address, passage) in [
            ("https://acme.example/other", Passage::WithCredentials),
            ("https://acme.example:8443/x", Passage::Bare),
            ("http://acme.example/x", Passage::Bare),
            ("https://acme.example.evil.example/x", Passage::Bare),
        ] {
            assert_eq!(parts(&HttpRequest::get(address)).unwrap().passage, passage, "{address}");
        }
        for wrong in ["//evil.example/x", "ftp://acme.example/", "https://u:p@acme.example/", "projects", ""] {
            assert!(parts(&HttpRequest::get(wrong)).is_err(), "{wrong}");
        }
        assert!(HttpRequest::get("/x").parts(None, &[], |url| url).is_err());
    }

    #[test]
    fn repeated_names_are_numbered_when_asked() {
        let request = HttpRequest::get("/x").query("a", "1").query("b", "2").query("a", "3");
        assert_eq!(parts(&request).unwrap().url.query(), Some("a=1&b=2&a=3"));
        assert_eq!(parts(&request.numbered_query()).unwrap().url.query(), Some("a%5B0%5D=1&b=2&a%5B1%5D=3"));
    }

    #[test]
    fn headers_are_checked_and_secrets_marked() {
        let made = parts(&HttpRequest::get("/x").header("X-Tag", "a").header("X-Tag", "b").header("Authorization", "Bearer t")).unwrap();
        assert_eq!(made.headers.get_all("x-tag").iter().count(), 2);
        assert!(made.headers["authorization"].is_sensitive());
        for (name, value) in [("Host", "evil.example"), ("Content-Length", "0"), ("a b", "c"), ("X", "a\r\nb")] {
            assert!(parts(&HttpRequest::get("/x").header(name, value)).is_err(), "{name}");
        }
    }

    #[test]
    fn a_stated_content_type_wins() {
        let made = parts(&HttpRequest::post("/x").header("Content-Type", "application/vnd.acme+json").json(Json::Null)).unwrap();
        assert_eq!(made.headers["content-type"], "application/vnd.acme+json");
        let multipart = parts(&HttpRequest::post("/x").multipart([Part::text("a", "b")])).unwrap();
        assert!(multipart.headers["content-type"].to_str().unwrap().starts_with("multipart/form-data; boundary=linchpin-"));
    }

    #[test]
    fn debug_shows_no_value() {
        let request = HttpRequest::get("https://acme.example/x?key=s3cr3t").header("X-Key", "s3cr3t").query("t", "s3cr3t");
        assert!(!format!("{request:?}").contains("s3cr3t"));
    }
}
