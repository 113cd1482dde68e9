//! The receiver of one trigger: from a request with its raw body to a typed event, an answer, or a refusal.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, Uri};
use serde_json::Value;
use url::Url;

use super::{
    gate::{Gate, Passed},
    log::DeliveryLog,
    part::{Content, Request},
    refusal::{Refusal, text},
    taken::Taken,
};
use crate::{
    auth::StoreError,
    clock::Clock,
    error::{Error, ErrorKind},
    form,
    operation::{OperationTable, Webhook},
    shape::{Erased, Names, Shaped},
    value::Secret,
};

/// Receives the deliveries of one trigger. Cheap to clone; clones remember together.
pub struct Receiver<E> {
    any: Arc<Inner>,
    event: PhantomData<fn() -> E>,
}

impl<E> Clone for Receiver<E> {
    fn clone(&self) -> Self {
        Receiver { any: self.any.clone(), event: PhantomData }
    }
}

/// Without the secrets.
impl<E> fmt::Debug for Receiver<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Receiver").field("trigger", &self.any.table.name).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Inner {
    table: &'static OperationTable,
    webhook: &'static Webhook,
    gate: Gate,
    /// Events are given as JSON by the spec's names.
    by_name: bool,
}

/// What a request is.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received<E> {
    /// An event. Answer with 2xx once it is dealt with; if it cannot be, call [`Delivery::failed`] and answer with 5xx, so that it comes again.
    Event(Delivery<E>),
    /// A question whether somebody is there, and its answer.
    Answer(Response<Bytes>),
    /// A delivery that was taken already. Answer with 2xx, or it will come for ever.
    Repeated,
    /// A genuine delivery of something that this trigger is not about. Answer with 2xx.
    Other,
}

/// An event, and what it came with.
#[derive(Debug)]
pub struct Delivery<E> {
    /// What happened.
    pub event: E,
    id: Option<String>,
    taken: Taken,
}

impl<E> Received<E> {
    pub(super) fn event(event: E, id: Option<String>, taken: Taken) -> Received<E> {
        Received::Event(Delivery { event, id, taken })
    }
}

impl<E> Delivery<E> {
    /// What the API calls the delivery, where it says.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// It could not be dealt with, and may come again.
    ///
    /// # Errors
    /// When the log fails. The delivery is then refused until its time is over.
    pub async fn failed(self) -> Result<(), StoreError> {
        self.taken.release().await
    }

    /// The event by itself, and its place in the log.
    pub(super) fn parted(self) -> (E, Taken) {
        (self.event, self.taken)
    }

    fn map<T>(self, event: impl FnOnce(E) -> T) -> Delivery<T> {
        Delivery { event: event(self.event), id: self.id, taken: self.taken }
    }
}

impl<E: Shaped> Receiver<E> {
    pub(super) fn of(table: &'static OperationTable, secrets: Vec<Secret>) -> Result<Receiver<E>, Error> {
        Ok(Receiver { any: Arc::new(Inner::of(table, secrets)?), event: PhantomData })
    }

    /// What a request is. The body is as it came: byte for byte, before anything read it.
    ///
    /// # Errors
    /// Whatever does not prove itself. Answer with [`Refusal::response`].
    pub async fn receive(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Received<E>, Refusal> {
        let request = Request { method, uri, headers, body };
        Ok(match self.any.receive(&request).await? {
            Received::Event(delivery) => Received::Event(delivery.map(|event| {
                event.into::<E>().unwrap_or_else(|other| panic!("the table's event is {:?}, not the trigger's output", other.shape()))
            })),
            Received::Answer(answer) => Received::Answer(answer),
            Received::Repeated => Received::Repeated,
            Received::Other => Received::Other,
        })
    }
}

impl Receiver<Value> {
    /// The receiver of a trigger that is known by name when the program runs; events come by the spec's names.
    ///
    /// # Errors
    /// When there is no such trigger, or its secrets are not what it needs.
    pub fn named(catalog: &crate::Catalog, trigger: &str, secrets: impl IntoIterator<Item = Secret>) -> Result<Receiver<Value>, Error> {
        let module = catalog.module(trigger)?;
        let any = Inner::of(module.table(), secrets.into_iter().collect()).map_err(|error| error.with_operation(module.table()))?;
        Ok(Receiver { any: Arc::new(Inner { by_name: true, ..any }), event: PhantomData })
    }
}

impl<E> Receiver<E> {
    /// The most bytes of a body; a larger one is refused before anything is done with it. Default: 1 MiB.
    #[must_use]
    pub fn body_bytes(mut self, most: usize) -> Self {
        Arc::make_mut(&mut self.any).gate.body = most;
        self
    }

    /// The address by which the API calls, for APIs that sign it: only its scheme, host and port are looked at. Default: unknown, so that such
    /// deliveries are refused unless the request's own URI says it.
    #[must_use]
    pub fn public_url(mut self, url: Url) -> Self {
        Arc::make_mut(&mut self.any).gate.public_url = Some(url);
        self
    }

    /// Where deliveries are remembered. Default: in memory, 100,000 of them.
    #[must_use]
    pub fn log(mut self, log: Arc<dyn DeliveryLog>) -> Self {
        Arc::make_mut(&mut self.any).gate.log = log;
        self
    }

    /// How long deliveries are remembered that sign no time; those that do are remembered as long as they would be accepted. Default: a day.
    #[must_use]
    pub fn remembered(mut self, time: Duration) -> Self {
        Arc::make_mut(&mut self.any).gate.remembered = time;
        self
    }

    /// Whoever deals with its deliveries says so.
    pub(super) fn attended(mut self) -> Self {
        Arc::make_mut(&mut self.any).gate.attended = true;
        self
    }

    /// Where the time comes from. Default: the machine's clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        Arc::make_mut(&mut self.any).gate.clock = clock;
        self
    }

    /// Gives what comes again each time: for APIs that ask, and ask the same another day. Nothing is remembered then; what proves itself with a
    /// time is refused all the same when that is over. Default: once.
    #[must_use]
    pub fn every_time(mut self) -> Self {
        Arc::make_mut(&mut self.any).gate.again = true;
        self
    }

    pub(super) fn most(&self) -> usize {
        self.any.gate.body
    }
}

impl Inner {
    fn of(table: &'static OperationTable, secrets: Vec<Secret>) -> Result<Inner, Error> {
        let Some(webhook) = table.webhook else { return Err(Error::new(ErrorKind::Configuration, "it is not told of anything")) };
        Ok(Inner { table, webhook, gate: Gate::of(webhook, secrets)?, by_name: false })
    }

    async fn receive(&self, request: &Request<'_>) -> Result<Received<Erased>, Refusal> {
        let mut genuine = match self.gate.pass(self.webhook, request, || self.read(request.body))? {
            Passed::Answer(answer) => return Ok(Received::Answer(answer)),
            Passed::Genuine(genuine) => genuine,
        };
        genuine.body = genuine.body.take().or_else(|| self.read(request.body));
        let (body, claims) = (genuine.body.as_ref(), genuine.proved.claims.as_ref());
        if !self.is_ours(request, body, claims) {
            return Ok(Received::Other);
        }
        let event = self.event(request, genuine.body.take())?;
        self.gate.take(self.webhook, self.table.name, event, genuine).await
    }

    /// Whether a delivery is this trigger's.
    fn is_ours(&self, request: &Request<'_>, body: Option<&Value>, claims: Option<&Value>) -> bool {
        request.holds(self.webhook.when, &Content { body: &|| body, claims }, &self.gate.secrets)
    }

    /// The body as JSON; a form's fields as its members.
    fn read(&self, body: &[u8]) -> Option<Value> {
        if !self.webhook.form {
            return serde_json::from_slice(body).ok();
        }
        Some(form::json(body))
    }

    /// What was delivered, as its type.
    fn event(&self, request: &Request<'_>, body: Option<Value>) -> Result<Erased, Refusal> {
        let broken = |message: &str| Refusal::unreadable(Error::new(ErrorKind::Decode, message).with_operation(self.table));
        let answer = self.table.answers.first().ok_or_else(|| broken("the trigger declares no event"))?;
        let mut body = body.ok_or_else(|| broken("the body is not JSON"))?;
        for name in answer.at {
            body = body.get_mut(name).map(Value::take).ok_or_else(|| broken("the body lacks what the event is in"))?;
        }
        if !self.webhook.by.is_empty() {
            let tag = request.text(crate::operation::DeliveryPart::Header(self.webhook.by), &Content::UNREAD);
            let tag = tag.ok_or_else(|| broken("the header that tells what happened is missing"))?;
            let members = body.as_object_mut().ok_or_else(|| broken("the event is no object"))?;
            members.insert(self.tag().to_owned(), tag.into());
        }
        let decoded = Erased::decode(answer.shape.get(), body.to_string().as_bytes(), Names::Wire);
        let event = decoded.map_err(|error| Refusal::unreadable(crate::answer::undecodable(&error).with_operation(self.table)))?;
        if !self.by_name {
            return Ok(event);
        }
        crate::dynamic::to_json(event.as_ref()).map(Erased::new).map_err(Refusal::unreadable)
    }

    /// The member by which the union tells its variants apart: the header's name as the spec wrote it.
    fn tag(&self) -> &'static str {
        let shape = self.table.answers.first().map(|answer| answer.shape.get().unboxed());
        match shape.map(|shape| &shape.kind) {
            Some(crate::shape::Kind::Union(union)) => match union.style {
                crate::shape::UnionStyle::Tagged(tag) => tag,
                _ => self.webhook.by,
            },
            _ => self.webhook.by,
        }
    }
}

/// The answer to what was taken.
pub(super) fn taken() -> Response<Bytes> {
    text(StatusCode::OK, "")
}
