//! Cassettes: the exchanges of a test with a real server, recorded once and replayed from then on. What may not be kept of them is
//! `scrub`'s, how they are kept `file`'s.

mod bodies;
mod file;
mod scrub;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;

use crate::{
    body::Payload,
    clock::BoxFuture,
    transport::{About, ConnectSettings, Http, HttpClient, Incoming, IncomingBody, Outgoing, ReadLimits, Reader, SendFailure},
    value::Secret,
};
use file::{Answered, Asked, Content, Exchange};
use scrub::{Scope, Scrubber};

/// The exchanges of a test with a real server: recorded when it first runs, replayed from then on without a network. Give the client a clone
/// as its [`http_client`](crate::ClientBuilder::http_client), and call [`finish`](Cassette::finish) at the test's end.
///
/// ```no_run
/// # use linchpin_runtime::{AnyClient, ClientBuilder, testing::Cassette};
/// # async fn test(builder: ClientBuilder<()>) -> Result<(), Box<dyn std::error::Error>> {
/// let cassette = Cassette::open("tests/cassettes/open_issues.json")?;
/// let client = builder.http_client(cassette.client()).build_any()?;
/// let issues = client.call("list_issues", serde_json::json!({ "state": "open" })).await?;
/// assert_eq!(issues.as_array().map(Vec::len), Some(2));
/// cassette.finish()?;
/// # Ok(())
/// # }
/// ```
///
/// What is secret is taken out before anything is written: the connection's secrets wherever they stand, everything of an exchange for a
/// token, and the token wherever it stands from then on, inputs and outputs that the spec declares `secret`, what signs an address, and members,
/// parameters, elements and headers with names such as `password` and `authorization`. JSON and lines of it, events, XML, forms and forms in
/// parts are looked into. What else is confidential, people's addresses for example, only you know: [`scrub`](Cassette::scrub) it.
///
/// A request is answered by the first recorded exchange, not yet replayed, with its method, address and body; headers are not compared, and
/// what was scrubbed is equal to everything that would be.
#[derive(Clone)]
pub struct Cassette(Arc<Inner>);

struct Inner {
    path: PathBuf,
    state: Mutex<State>,
    /// What the exchanges go through when they are recorded; none when they are replayed.
    through: Option<Http>,
}

struct State {
    scrubber: Scrubber,
    tape: Vec<Played>,
}

struct Played {
    exchange: Exchange,
    played: bool,
}

impl Cassette {
    /// Replays the file when there is one, and records it when there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Cassette> {
        let path = path.into();
        if path.exists() { Cassette::replay(path) } else { Cassette::record(path) }
    }

    /// Replays a file, and never asks a server.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn replay(path: impl Into<PathBuf>) -> io::Result<Cassette> {
        let path = path.into();
        let tape = file::read(&path)?.into_iter().map(|exchange| Played { exchange, played: false }).collect();
        Ok(Cassette::new(path, tape, None))
    }

    /// Records anew, over the built-in HTTP client. A file that is there is replaced when the test is [finished](Cassette::finish).
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn record(path: impl Into<PathBuf>) -> io::Result<Cassette> {
        let http = Http::new(&ConnectSettings::default()).map_err(io::Error::other)?;
        Ok(Cassette::new(path.into(), Vec::new(), Some(http)))
    }

    /// Records anew, over this client.
    pub fn record_through(path: impl Into<PathBuf>, client: Arc<dyn HttpClient>) -> Cassette {
        Cassette::new(path.into(), Vec::new(), Some(Http::Other(client)))
    }

    fn new(path: PathBuf, tape: Vec<Played>, through: Option<Http>) -> Cassette {
        let state = Mutex::new(State { scrubber: Scrubber::default(), tape });
        Cassette(Arc::new(Inner { path, state, through }))
    }

    /// Takes the values of these members, parameters and headers out, wherever they stand. `e_mail` is also `eMail`.
    #[must_use]
    pub fn scrub(self, names: &[&str]) -> Cassette {
        names.iter().for_each(|name| self.state().scrubber.name(name));
        self
    }

    /// For [`ClientBuilder::http_client`](crate::ClientBuilder::http_client).
    pub fn client(&self) -> Arc<dyn HttpClient> {
        Arc::new(self.clone())
    }

    /// Does it record?
    pub fn records(&self) -> bool {
        self.0.through.is_some()
    }

    /// The end of the test: writes what was recorded, or sees that all that is on the tape was asked for. Without it nothing is written, so a
    /// test that fails leaves no half of a tape.
    ///
    /// # Errors
    /// When the file cannot be written; when something was not asked for that was when it was recorded.
    pub fn finish(self) -> io::Result<()> {
        let state = self.state();
        if self.records() {
            return file::write(&self.0.path, state.tape.iter().map(|played| played.exchange.clone()).collect());
        }
        let left: Vec<String> = state.tape.iter().filter(|played| !played.played).map(|played| named(&played.exchange.request)).collect();
        if left.is_empty() {
            return Ok(());
        }
        Err(io::Error::other(format!("the cassette {} has more than was asked for: {}", self.0.path.display(), left.join(", "))))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn recorded(&self, request: Outgoing, http: &Http) -> Result<Incoming, SendFailure> {
        let about = request.about.clone();
        let body = whole(request.body).await?;
        let asked = self.asked(&about, &request.method, &request.url, &request.headers, &body);
        let payload = Payload::of(body).open().await.map_err(SendFailure::NotSent)?;
        let outgoing = Outgoing::new(request.method, request.url, request.headers, payload, about.clone());
        let Incoming { status, mut headers, body } = http.send(outgoing).await?;
        let limits = ReadLimits { wire: u64::MAX, decoded: u64::MAX, ratio: u64::MAX };
        let body = match Reader::new(&headers, body, limits) {
            Ok(mut reader) => reader.all().await.map_err(SendFailure::Broken)?,
            Err(error) => return Err(SendFailure::Broken(error)),
        };
        // It is unpacked, and in one piece.
        for name in [header::CONTENT_ENCODING, header::TRANSFER_ENCODING, header::CONTENT_LENGTH] {
            headers.remove(name);
        }
        let answer = self.answered(&about, status, &headers, &body);
        self.state().tape.push(Played { exchange: Exchange { request: asked, answer }, played: true });
        Ok(Incoming { status, headers, body: body.into() })
    }

    async fn replayed(&self, request: Outgoing) -> Result<Incoming, SendFailure> {
        let body = whole(request.body).await?;
        let asked = self.asked(&request.about, &request.method, &request.url, &request.headers, &body);
        let mut state = self.state();
        let same = |played: &&mut Played| !played.played && matches(&played.exchange.request, &asked);
        let Some(found) = state.tape.iter_mut().find(same) else {
            return Err(SendFailure::not_sent(missing(&state.tape, &asked, &self.0.path)));
        };
        found.played = true;
        incoming(&found.exchange.answer).map_err(SendFailure::not_sent)
    }

    fn asked(&self, about: &About, method: &http::Method, url: &url::Url, headers: &HeaderMap, body: &[u8]) -> Asked {
        let state = self.state();
        let scope = state.scrubber.scope(about);
        let (method, url) = (method.as_str().to_owned(), scope.url(url));
        Asked { method, url, headers: scope.headers(headers), body: content(&scope, headers, body) }
    }

    fn answered(&self, about: &About, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Answered {
        let mut state = self.state();
        if matches!(about, About::Credential) {
            state.scrubber.tokens(body);
        }
        let scope = state.scrubber.scope(about);
        Answered { status: status.as_u16(), headers: scope.headers(headers), body: content(&scope, headers, body) }
    }
}

impl HttpClient for Cassette {
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, SendFailure>> {
        Box::pin(async move {
            match &self.0.through {
                Some(http) => self.recorded(request, http).await,
                None => self.replayed(request).await,
            }
        })
    }

    fn keep_secret(&self, secret: &Secret) {
        self.state().scrubber.text(secret);
    }
}

impl fmt::Debug for Cassette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cassette").field("path", &self.0.path).field("records", &self.records()).finish_non_exhaustive()
    }
}

async fn whole(body: crate::body::OpenPayload) -> Result<Bytes, SendFailure> {
    let unreadable = |error: io::Error| SendFailure::not_sent(format!("the body to send cannot be read: {error}"));
    Ok(Pin::from(Box::new(body)).collect().await.map_err(unreadable)?.to_bytes())
}

fn content(scope: &Scope<'_>, headers: &HeaderMap, body: &[u8]) -> Option<Content> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    scope.content(content_type, body)
}

/// Is it the request that was recorded? JSON is compared by value.
fn matches(recorded: &Asked, asked: &Asked) -> bool {
    let same_body = match (&recorded.body, &asked.body) {
        (Some(Content::Json(one)), Some(Content::Json(two))) => {
            let value = |json: &serde_json::value::RawValue| serde_json::from_str::<serde_json::Value>(json.get()).ok();
            value(one) == value(two)
        }
        (Some(Content::Text(one)), Some(Content::Text(two))) | (Some(Content::Base64(one)), Some(Content::Base64(two))) => one == two,
        (None, None) => true,
        _ => false,
    };
    recorded.method == asked.method && recorded.url == asked.url && same_body
}

fn missing(tape: &[Played], asked: &Asked, path: &Path) -> String {
    let same_address = |played: &&Played| played.exchange.request.method == asked.method && played.exchange.request.url == asked.url;
    let known: Vec<&Played> = tape.iter().filter(same_address).collect();
    let why = if known.is_empty() {
        "nothing of that address was recorded"
    } else if known.iter().any(|played| !played.played) {
        "it was recorded with another body"
    } else {
        "all that was recorded of it has been replayed"
    };
    format!("the cassette {} has no answer for {}: {why}; delete the file to record anew", path.display(), named(asked))
}

fn named(request: &Asked) -> String {
    format!("{} {}", request.method, request.url)
}

fn incoming(answer: &Answered) -> Result<Incoming, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        let name = HeaderName::try_from(name).map_err(|_| format!("the cassette has a header `{name}`, which is none"))?;
        let value = HeaderValue::try_from(value).map_err(|_| format!("the cassette has a value of `{name}` that is none"))?;
        headers.append(name, value);
    }
    let status = StatusCode::from_u16(answer.status).map_err(|_| format!("the cassette has a status {}", answer.status))?;
    let body = answer.body.as_ref().map_or_else(|| Ok(Bytes::new()), Content::bytes).map_err(|error| error.to_string())?;
    Ok(Incoming { status, headers, body: IncomingBody::from(body) })
}
