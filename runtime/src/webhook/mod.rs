//! Triggers that are told: deliveries are verified, kept from coming twice, and given as typed events.
//!
//! Everything fails closed: what does not prove itself is refused, whatever else is right about it. One [`Receiver`] executes what the spec
//! declares: how a delivery proves itself (`verify`), which requests are answered and not delivered (`challenge`), what was there already
//! (`log`). A receiver is a plain function over a request and its raw body; `service` makes a tower service of it. Asking an API for deliveries, and
//! for no more, is `subscription`'s.

mod answer;
mod challenge;
mod gate;
mod inbound;
mod log;
mod multipart;
mod part;
mod receiver;
mod refusal;
mod service;
mod subscription;
mod taken;
mod token;
pub(crate) mod verify;

use std::future::Future;
use std::pin::Pin;

pub use answer::Answer;
pub use inbound::{Inbound, InboundPart, WebhookReceiver};
pub use log::{DeliveryLog, MemoryDeliveryLog};
pub use receiver::{Delivery, Received, Receiver};
pub use refusal::Refusal;
pub use service::WebhookService;
pub use subscription::{Endpoint, Subscription};

use crate::{
    api::{Api, Operation, WatchedIn},
    client::Client,
    error::Error,
    shape::Erased,
    value::Secret,
};

/// Something that an API tells of by itself. What it gives is the operation's output.
pub trait InstantTrigger: Operation {
    /// What receives its deliveries. Several secrets are for the time in which one replaces another; an API that proves nothing takes none.
    ///
    /// # Errors
    /// When a secret cannot be a key of this trigger, or there is none and one is needed.
    fn receiver(secrets: impl IntoIterator<Item = Secret>) -> Result<Receiver<Self::Output>, Error>
    where
        Self: Sized,
    {
        Receiver::of(Self::table(), secrets.into_iter().collect())
    }

    /// Asks the API to deliver to an endpoint. What comes back is to be kept: renewing and ending need it.
    ///
    /// # Errors
    /// As any call; and when the spec declares no such call.
    fn subscribe<A>(self, client: &Client<A>, endpoint: &Endpoint) -> Subscribing<Subscription>
    where
        A: Api,
        Self: WatchedIn<A> + Sized,
    {
        subscription::subscribe(client.any(), Self::table(), Erased::new(self), endpoint.clone())
    }

    /// Asks for more time. With nothing declared, the subscription stays as it is.
    ///
    /// # Errors
    /// As any call; and when the subscription is another trigger's.
    fn renew<A>(self, client: &Client<A>, endpoint: &Endpoint, subscription: &Subscription) -> Subscribing<Subscription>
    where
        A: Api,
        Self: WatchedIn<A> + Sized,
    {
        subscription::renew(client.any(), Self::table(), Erased::new(self), endpoint.clone(), subscription.clone())
    }

    /// Asks for no more deliveries.
    ///
    /// # Errors
    /// As any call; and when the spec declares no such call.
    fn unsubscribe<A>(self, client: &Client<A>, endpoint: &Endpoint, subscription: &Subscription) -> Subscribing<()>
    where
        A: Api,
        Self: WatchedIn<A> + Sized,
    {
        subscription::unsubscribe(client.any(), Self::table(), Erased::new(self), endpoint.clone(), subscription.clone())
    }
}

/// A call about a subscription, on its way.
pub type Subscribing<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;
