//! What receives deliveries, in a server without async.

use std::sync::Arc;

use http::{HeaderMap, Method, Uri};

use super::Waiter;
use crate::{
    auth::StoreError,
    error::Error,
    shape::Shaped,
    webhook::{self, Delivery, Inbound, Received, Refusal, WebhookReceiver},
};

/// A receiver of deliveries, of a trigger's or of the universal module's, as a function that returns when it is decided what a request is.
///
/// ```
/// use http::{HeaderMap, Method, StatusCode, Uri};
/// use linchpin_runtime::{blocking, webhook_module::{receiver, schemes}};
///
/// # fn main() -> Result<(), linchpin_runtime::Error> {
/// let receiver = blocking::Receiver::of(receiver(schemes::GITHUB, ["shared secret".into()])?)?;
/// let refused = receiver.receive(&Method::POST, &Uri::from_static("/hooks"), &HeaderMap::new(), b"{}").expect_err("nothing proves it");
/// assert_eq!(refused.response().status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Receiver<R> {
    inner: R,
    waiter: Arc<Waiter>,
}

impl<R> Receiver<R> {
    /// Of one that is not blocking.
    ///
    /// # Errors
    /// When the machine has no thread left.
    pub fn of(receiver: R) -> Result<Receiver<R>, Error> {
        Ok(Receiver { inner: receiver, waiter: Arc::new(Waiter::new()?) })
    }

    /// A delivery could not be dealt with, and may come again.
    ///
    /// # Errors
    /// As [`Delivery::failed`], and from async code, which it would block.
    pub fn failed<E>(&self, delivery: Delivery<E>) -> Result<(), StoreError> {
        self.waiter.wait(delivery.failed())?
    }
}

impl Receiver<WebhookReceiver> {
    /// What a request is. The body is as it came: byte for byte, before anything read it.
    ///
    /// # Errors
    /// Whatever does not prove itself. Answer with [`Refusal::response`].
    pub fn receive(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Received<Inbound>, Refusal> {
        self.waiter.wait(self.inner.receive(method, uri, headers, body)).map_err(Refusal::of_ours)?
    }
}

impl<E: Shaped> Receiver<webhook::Receiver<E>> {
    /// What a request is. The body is as it came: byte for byte, before anything read it.
    ///
    /// # Errors
    /// Whatever does not prove itself. Answer with [`Refusal::response`].
    pub fn receive(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Received<E>, Refusal> {
        self.waiter.wait(self.inner.receive(method, uri, headers, body)).map_err(Refusal::of_ours)?
    }
}
