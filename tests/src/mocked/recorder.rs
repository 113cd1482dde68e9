//! Sends requests over plain connections and keeps what the mock server said of them.

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
        Self { client: Client::builder(TokioExecutor::new()).build_http(), last: Mutex::new(None) }
    }

    /// The last exchange since this was asked before.
    pub(super) fn last(&self) -> Option<Seen> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn exchange(&self, out: Outgoing) -> Result<Incoming, SendFailure> {
        let (path, query) = (out.url.path(), out.url.query().map(|query| format!("?{query}")).unwrap_or_default());
        let target = format!("{} {path}{query}", out.method);
        let mut request = http::Request::builder().method(out.method).uri(out.url.as_str()).body(out.body).expect("a request");
        *request.headers_mut() = out.headers;
        let response = self.client.request(request).await.map_err(|error| SendFailure::broken(format!("{error:?}")))?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| SendFailure::broken(error.to_string()))?.to_bytes();
        let told = head.headers.get(VIOLATIONS).and_then(|value| serde_json::from_slice::<Vec<Value>>(value.as_bytes()).ok()).unwrap_or_default();
        let of = |place: &str| told.iter().filter(|one| one["location"][0] == place && one["severity"] == "Error").map(sentence).collect();
        let mut seen = Seen { target, of_request: of("request"), of_answer: of("response") };
        // Where it refuses without the header, its own problem says why.
        if head.status.is_client_error() && seen.of_request.is_empty() {
            seen.of_request.push(format!("{} {}", head.status, String::from_utf8_lossy(&body[..body.len().min(600)])));
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(Incoming { status: head.status, headers: head.headers, body: body.into() })
    }
}

fn sentence(violation: &Value) -> String {
    let place: Vec<String> =
        violation["location"].as_array().into_iter().flatten().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
    format!("{}: {}", place.join("."), violation["message"].as_str().unwrap_or_default())
}

impl HttpClient for Recorder {
    fn send(&self, request: Outgoing) -> std::pin::Pin<Box<dyn Future<Output = Result<Incoming, SendFailure>> + Send + '_>> {
        Box::pin(self.exchange(request))
    }
}
