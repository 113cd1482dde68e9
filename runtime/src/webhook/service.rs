//! A receiver as a tower service, for axum, hyper and whatever else speaks `http`: reads the body within bounds, receives, answers.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::{
    answer::Answer,
    receiver::{Delivery, Received, Receiver, taken},
    refusal::{Refusal, text},
    taken::Taken,
};
use crate::{clock::BoxFuture, shape::Shaped};

/// How long an answer that the program makes may take, unless it says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// A receiver of any kind.
pub(super) trait Receives<E>: Send + Sync + fmt::Debug {
    /// The most bytes of a body.
    fn most(&self) -> usize;

    /// What a request is.
    fn received<'a>(
        &'a self,
        method: &'a Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> BoxFuture<'a, Result<Received<E>, Refusal>>;
}

impl<E: Shaped + Send + Sync> Receives<E> for Receiver<E> {
    fn most(&self) -> usize {
        Receiver::most(self)
    }

    fn received<'a>(
        &'a self,
        method: &'a Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> BoxFuture<'a, Result<Received<E>, Refusal>> {
        Box::pin(self.receive(method, uri, headers, body))
    }
}

/// What is done with an event. An error is answered with 500, and the delivery may come again.
type Handler<E> = dyn Fn(Arc<E>, Option<String>) -> Handling + Send + Sync;
type Handling = Pin<Box<dyn Future<Output = Result<Answer, Box<dyn std::error::Error + Send + Sync>>> + Send>>;

/// Receives and hands on: made by [`Receiver::service`] and [`Receiver::answering`].
pub struct WebhookService<E> {
    receiver: Arc<dyn Receives<E>>,
    handler: Arc<Handler<E>>,
    within: Option<Duration>,
}

impl<E> Clone for WebhookService<E> {
    fn clone(&self) -> Self {
        WebhookService { receiver: self.receiver.clone(), handler: self.handler.clone(), within: self.within }
    }
}

impl<E> fmt::Debug for WebhookService<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WebhookService").field("receiver", &self.receiver).finish_non_exhaustive()
    }
}

impl<E: Shaped + Send + Sync> Receiver<E> {
    /// A service that gives each event to `handle`, with the API's id of the delivery, and answers when that is done. When `handle` fails, the
    /// answer is 500 and the delivery may come again; what comes again before is answered with 503.
    pub fn service<H, F, X>(self, handle: H) -> WebhookService<E>
    where
        H: Fn(Arc<E>, Option<String>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), X>> + Send + 'static,
        X: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let answered = move |event, id| {
            let handled = handle(event, id);
            async move { handled.await.map(|()| Answer::text("")) }
        };
        WebhookService { within: None, ..WebhookService::over(Arc::new(self.attended()), answered) }
    }

    /// A service that answers what `handle` says, for APIs that ask and not only tell (slash commands, rates of carriers). An answer may take ten
    /// seconds, see [`WebhookService::within`]. When `handle` fails or takes longer, the answer is an error and the delivery may come again.
    pub fn answering<H, F, X>(self, handle: H) -> WebhookService<E>
    where
        H: Fn(Arc<E>, Option<String>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Answer, X>> + Send + 'static,
        X: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        WebhookService::over(Arc::new(self.attended()), handle)
    }
}

impl<E> WebhookService<E> {
    pub(super) fn over<H, F, X>(receiver: Arc<dyn Receives<E>>, handle: H) -> Self
    where
        H: Fn(Arc<E>, Option<String>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Answer, X>> + Send + 'static,
        X: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let handler = move |event, id| {
            let handled = handle(event, id);
            Box::pin(async move { handled.await.map_err(Into::into) }) as Handling
        };
        WebhookService { receiver, handler: Arc::new(handler), within: Some(PATIENCE) }
    }

    /// How long dealing with an event may take; then it is given up, answered with 503, and may come again. Some APIs wait only three seconds.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.within = Some(time);
        self
    }
}

impl<E, B> Service<Request<B>> for WebhookService<E>
where
    E: Send + Sync + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(service.answer(request).await.map(Full::new)) })
    }
}

impl<E: Send + Sync> WebhookService<E> {
    async fn answer<B: Body + Send>(&self, request: Request<B>) -> Response<Bytes>
    where
        B::Data: Send,
    {
        let (parts, body) = request.into_parts();
        let received = match read(body, self.receiver.most()).await {
            Ok(body) => self.receiver.received(&parts.method, &parts.uri, &parts.headers, &body).await,
            Err(refusal) => Err(refusal),
        };
        match received {
            Ok(Received::Event(delivery)) => self.handled(delivery).await,
            Ok(Received::Answer(answer)) => answer,
            Ok(Received::Repeated | Received::Other) => taken(),
            Err(refusal) => {
                tracing::warn!(status = refusal.status().as_u16(), "{refusal}");
                refusal.response()
            }
        }
    }

    async fn handled(&self, delivery: Delivery<E>) -> Response<Bytes> {
        let id = delivery.id().map(str::to_owned);
        let (event, taken) = delivery.parted();
        let mut claim = Claim { taken: Some(taken.clone()), dealt: false };
        let handled = (self.handler)(Arc::new(event), id);
        let handled = match self.within {
            None => Some(taken.attend(handled).await),
            Some(within) => tokio::time::timeout(within, taken.attend(handled)).await.ok(),
        };
        let (status, said) = match handled {
            Some(Ok(answer)) => {
                claim.dealt = true;
                settle(&taken).await;
                claim.taken = None;
                return answer.into_response();
            }
            Some(Err(error)) => {
                tracing::warn!("an event could not be dealt with: {error}");
                (StatusCode::INTERNAL_SERVER_ERROR, "the event could not be dealt with")
            }
            None => {
                tracing::warn!("an event took too long");
                (StatusCode::SERVICE_UNAVAILABLE, "the event took too long")
            }
        };
        release(&taken).await;
        claim.taken = None;
        text(status, said)
    }
}

/// A delivery that is being dealt with. Where that is cut off, because the sender hung up or the handler panicked, it may come again; where it was
/// dealt with and only the log was not told yet, that is made up for.
struct Claim {
    taken: Option<Taken>,
    dealt: bool,
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let (Some(taken), Ok(runtime)) = (self.taken.take(), tokio::runtime::Handle::try_current()) {
            let dealt = self.dealt;
            runtime.spawn(async move { if dealt { settle(&taken).await } else { release(&taken).await } });
        }
    }
}

async fn settle(taken: &Taken) {
    if let Err(error) = taken.settle().await {
        tracing::warn!("the log of deliveries was not told that one is done, so it may come again: {error}");
    }
}

async fn release(taken: &Taken) {
    if let Err(error) = taken.release().await {
        tracing::warn!("{error}");
    }
}

/// A whole body, as long as it is no larger than allowed.
async fn read<B: Body>(body: B, most: usize) -> Result<Bytes, Refusal> {
    let too_large = || Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than {most} bytes"));
    if body.size_hint().lower() > most as u64 {
        return Err(too_large());
    }
    let mut body = pin!(body);
    let mut read = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "the body broke off"))?;
        let Ok(mut data) = frame.into_data() else { continue };
        if read.len() + data.remaining() > most {
            return Err(too_large());
        }
        let piece = data.copy_to_bytes(data.remaining());
        read.extend_from_slice(&piece);
    }
    Ok(read.freeze())
}
