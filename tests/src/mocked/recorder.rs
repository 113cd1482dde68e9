//! Sends requests over plain connections and keeps what the mock server said of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use http_body_util::BodyExt as _;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use linchpin_runtime::{HttpClient, Incoming, OpenPayload, Outgoing, SendFailure};
use serde_json::Value;

/// The header in which the mock server says what does not fit the document.
const VIOLATIONS: &str = "sl-violations";

/// An HTTP client that remembers the last exchange.
#[derive(Debug)]
pub(super) struct Recorder {
    client: Client<HttpConnector, OpenPayload>,
    last: Mutex<Option<Seen>>,
    generated: AtomicBool,
}

/// What was seen of an exchange.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Method, path and query.
    pub(super) target: String,
    /// What of the request does not fit the document.
    pub(super) of_request: Vec<String>,
    /// What of the answer does not.
    pub(super) of_answer: Vec<String>,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), last: Mutex::new(None), generated: AtomicBool::new(false) }
    }

    /// The last exchange since this was asked before.
    pub(super) fn last(&self) -> Option<Seen> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// From now on the mock server makes up its answers by the types alone, or shows the document's examples again.
    pub(super) fn generated(&self, on: bool) {
        self.generated.store(on, Ordering::Relaxed);
    }

    async fn exchange(&self, out: Outgoing) -> Result<Incoming, SendFailure> {
        let (path, query) = (out.url.path(), out.url.query().map(|query| format!("?{query}")).unwrap_or_default());
        let target = format!("{} {path}{query}", out.method);
        if out.url.host_str() != Some("127.0.0.1") {
            // A redirect of an example leads into the world: what would come from there is a file.
            return Ok(Incoming { status: http::StatusCode::OK, headers: http::HeaderMap::new(), body: "a file".into() });
        }
        let mut request = http::Request::builder().method(out.method).uri(out.url.as_str()).body(out.body).expect("a request");
        *request.headers_mut() = out.headers;
        if self.generated.load(Ordering::Relaxed) {
            request.headers_mut().insert("prefer", http::HeaderValue::from_static("dynamic=true"));
        }
        let response = self.client.request(request).await.map_err(|error| SendFailure::broken(format!("{error:?}")))?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| SendFailure::broken(error.to_string()))?.to_bytes();
        let told =
            head.headers.get(VIOLATIONS).and_then(|value| serde_json::from_slice::<Vec<Value>>(value.as_bytes()).ok()).unwrap_or_default();
        let of = |place: &str| told.iter().filter(|one| one["location"][0] == place && one["severity"] == "Error").map(sentence).collect();
        let mut seen = Seen { target, of_request: of("request"), of_answer: of("response") };
        // Where it refuses without the header, its own problem says why.
        if head.status.is_client_error() && seen.of_request.is_empty() {
            let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
            let told = problem["validation"].as_array().into_iter().flatten().map(sentence);
            seen.of_request.extend(told);
            if seen.of_request.is_empty() {
                seen.of_request.push(format!("{} {}", head.status, String::from_utf8_lossy(&body[..body.len().min(300)])));
            }
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(Incoming { status: head.status, headers: head.headers, body: body.into() })
    }
}

fn sentence(violation: &Value) -> String {
    let place: Vec<String> = violation["location"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
        .collect();
    format!("{}: {}", place.join("."), violation["message"].as_str().unwrap_or_default())
}

impl HttpClient for Recorder {
    fn send(&self, request: Outgoing) -> std::pin::Pin<Box<dyn Future<Output = Result<Incoming, SendFailure>> + Send + '_>> {
        Box::pin(self.exchange(request))
    }
}
