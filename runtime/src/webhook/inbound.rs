//! Deliveries that no spec describes: proved by the same table as those of specs, and given as they are.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{
    answer::Answer,
    gate::{Gate, Passed},
    log::DeliveryLog,
    multipart,
    part::Request,
    receiver::Received,
    refusal::Refusal,
    service::{Receives, WebhookService},
};
use crate::{
    clock::{BoxFuture, Clock},
    error::{Error, ErrorKind},
    form,
    operation::{Challenge, Proof, ProofKind, Webhook},
    value::Secret,
};

/// Receives what proves itself, whatever it holds. Cheap to clone; clones remember together.
#[derive(Clone)]
pub struct WebhookReceiver {
    name: String,
    webhook: Arc<Webhook>,
    gate: Gate,
}

/// Without the secrets.
impl fmt::Debug for WebhookReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookReceiver").field("name", &self.name).finish_non_exhaustive()
    }
}

impl WebhookReceiver {
    pub(crate) fn new(proof: Proof, secrets: Vec<Secret>) -> Result<Self, Error> {
        let webhook = Webhook { proof, ..Webhook::EMPTY };
        let mut gate = Gate::of(&webhook, secrets)?;
        // Who shows the secret may say the same thing twice, and mean it: nothing but the body would tell that it is another delivery.
        gate.again = matches!(webhook.proof.kind, ProofKind::None | ProofKind::Token) && webhook.proof.id.is_none();
        Ok(Self { name: "webhook".to_owned(), webhook: Arc::new(webhook), gate })
    }

    /// What tells its deliveries from those of others in a log that they share. Default: `webhook`.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Requests that are answered and not given: questions whether somebody is there. Default: none.
    #[must_use]
    pub fn challenges(mut self, challenges: &'static [Challenge]) -> Self {
        // Nothing else holds it while it is put together; a clone has its own from here on.
        let webhook = &*self.webhook;
        self.webhook = Arc::new(Webhook { proof: webhook.proof.clone(), challenges, ..Webhook::EMPTY });
        self
    }

    /// The most bytes of a body; a larger one is refused before anything is done with it. Default: 1 MiB.
    #[must_use]
    pub fn body_bytes(mut self, most: usize) -> Self {
        self.gate.body = most;
        self
    }

    /// The address by which it is called, where that is signed: only its scheme, host and port are looked at.
    #[must_use]
    pub fn public_url(mut self, url: Url) -> Self {
        self.gate.public_url = Some(url);
        self
    }

    /// Where deliveries are remembered. Default: in memory, 100,000 of them.
    #[must_use]
    pub fn log(mut self, log: Arc<dyn DeliveryLog>) -> Self {
        self.gate.log = log;
        self
    }

    /// How long deliveries are remembered that sign no time. Default: a day.
    #[must_use]
    pub fn remembered(mut self, time: Duration) -> Self {
        self.gate.remembered = time;
        self
    }

    /// Gives what comes again each time, see [`Receiver::every_time`](super::Receiver::every_time). Default: once where something is signed or a
    /// delivery has an id, each time otherwise.
    #[must_use]
    pub fn every_time(mut self) -> Self {
        self.gate.again = true;
        self
    }

    /// Where the time comes from. Default: the machine's clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.gate.clock = clock;
        self
    }

    /// What a request is. The body is as it came: byte for byte, before anything read it.
    ///
    /// # Errors
    /// Whatever does not prove itself. Answer with [`Refusal::response`].
    pub async fn receive(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Received<Inbound>, Refusal> {
        let request = Request { method, uri, headers, body };
        let genuine = match self.gate.pass(&self.webhook, &request, || json(headers, body))? {
            Passed::Answer(answer) => return Ok(Received::Answer(answer)),
            Passed::Genuine(genuine) => genuine,
        };
        let inbound = Inbound {
            method: method.clone(),
            uri: uri.clone(),
            headers: headers.clone(),
            body: Bytes::copy_from_slice(body),
            claims: genuine.proved.claims.clone(),
        };
        self.gate.take(&self.webhook, &self.name, inbound, genuine).await
    }

    /// A service that gives each delivery to `handle`, with its id, and answers what that says, within ten seconds. When `handle` fails or takes
    /// longer, the answer is an error and the delivery may come again.
    pub fn answering<H, F, X>(mut self, handle: H) -> WebhookService<Inbound>
    where
        H: Fn(Arc<Inbound>, Option<String>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Answer, X>> + Send + 'static,
        X: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.gate.attended = true;
        WebhookService::over(Arc::new(self), handle)
    }
}

impl Receives<Inbound> for WebhookReceiver {
    fn most(&self) -> usize {
        self.gate.body
    }

    fn received<'a>(
        &'a self,
        method: &'a Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> BoxFuture<'a, Result<Received<Inbound>, Refusal>> {
        Box::pin(self.receive(method, uri, headers, body))
    }
}

/// A delivery that proved itself. `Debug` shows neither body nor values.
#[derive(Clone)]
pub struct Inbound {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    claims: Option<Value>,
}

/// A part of a multipart form.
#[derive(Clone)]
pub struct InboundPart {
    /// The field.
    pub name: String,
    /// What the file is called, where it is one. It is the sender's word: no path to write to.
    pub file_name: Option<String>,
    /// Its content type.
    pub content_type: Option<String>,
    /// What it holds.
    pub content: Bytes,
}

impl Inbound {
    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query, decoded; a name may come several times.
    pub fn query(&self) -> Vec<(String, String)> {
        form::pairs(self.uri.query().unwrap_or_default().as_bytes())
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as it came.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The claims of the token that proved it, where one did.
    pub fn claims(&self) -> Option<&Value> {
        self.claims.as_ref()
    }

    /// The body as JSON, whatever its content type.
    ///
    /// # Errors
    /// When it is no `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| decode("the delivery is not the JSON that is wanted").with_source(&error))
    }

    /// The body as text.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(&self.body).map_err(|_| decode("the delivery is no text in UTF-8"))
    }

    /// The fields of a form; a name may come several times.
    ///
    /// # Errors
    /// When its content type is not `application/x-www-form-urlencoded`.
    pub fn form(&self) -> Result<Vec<(String, String)>, Error> {
        if !form::is_form(&self.headers) {
            return Err(decode("the delivery is no form"));
        }
        Ok(form::pairs(&self.body))
    }

    /// The parts of a multipart form (RFC 7578).
    ///
    /// # Errors
    /// When it is none, is not well-formed, or has more than 1,000 parts.
    pub fn multipart(&self) -> Result<Vec<InboundPart>, Error> {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        multipart::read(kind, &self.body).map_err(decode)
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .field("headers", &self.headers.keys().map(http::HeaderName::as_str).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for InboundPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundPart").field("name", &self.name).field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

/// The body as JSON, for proofs that name a member of it; a form's fields as its members.
fn json(headers: &HeaderMap, body: &[u8]) -> Option<Value> {
    if form::is_form(headers) { Some(form::json(body)) } else { serde_json::from_slice(body).ok() }
}

fn decode(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Decode, message)
}
