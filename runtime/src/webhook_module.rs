//! The universal `webhook` module: deliveries that no spec describes. They prove themselves by the same table as those of specs, are refused in
//! the same way when they do not, and are given with method, query, headers and body; the program says what they are answered.
//!
//! ```
//! use std::sync::Arc;
//! use linchpin_runtime::webhook::Answer;
//! use linchpin_runtime::webhook_module::{Inbound, receiver, schemes};
//!
//! let service = receiver(schemes::SLACK, ["signing secret".into()])?.answering(|asked: Arc<Inbound>, _id| async move {
//!     let form = asked.form()?;
//!     let text = form.iter().find(|(name, _)| name == "text").map_or("", |(_, value)| value);
//!     Answer::json(&serde_json::json!({ "response_type": "ephemeral", "text": format!("You said: {text}") }))
//! });
//! # drop(service); Ok::<(), linchpin_runtime::Error>(())
//! ```
//!
//! The service is one for tower: axum's `route_service`, hyper and others take it. Without one, [`WebhookReceiver::receive`] is a plain function over a
//! request and its raw body.

pub mod schemes;

pub use crate::operation::{Challenge, DeliveryPart, DeliveryTime, Encoded, Hash, Proof, ProofKind, Sent, Wanted};
pub use crate::webhook::{Inbound, InboundPart, WebhookReceiver};

use crate::{error::Error, value::Secret};

/// A receiver of what proves itself in this way. Several secrets are for the time in which one replaces another.
///
/// ```
/// use linchpin_runtime::webhook_module::{DeliveryPart, Encoded, Hash, Proof, ProofKind, Sent, receiver};
///
/// let proof = Proof {
///     kind: ProofKind::Hmac(Hash::Sha512),
///     sent: Sent { part: DeliveryPart::Header("x-acme-signature"), encoding: Encoded::Hex, ..Sent::EMPTY },
///     over: "{body}",
///     ..Proof::EMPTY
/// };
/// let receiver = receiver(proof, ["shared secret".into()])?;
/// # drop(receiver); Ok::<(), linchpin_runtime::Error>(())
/// ```
///
/// # Errors
/// When a secret cannot be a key of this kind, or there is none and one is needed.
pub fn receiver(proof: Proof, secrets: impl IntoIterator<Item = Secret>) -> Result<WebhookReceiver, Error> {
    WebhookReceiver::new(proof, secrets.into_iter().collect())
}
