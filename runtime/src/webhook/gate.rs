//! What stands before every receiver: a body's size, challenges, the proof, and what came already. What a delivery means is the receiver's.

use std::{cell::OnceCell, sync::Arc, time::Duration, time::SystemTime};

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;
use url::Url;

use super::{
    challenge,
    log::{DeliveryLog, MemoryDeliveryLog},
    part::{Content, Request},
    receiver::Received,
    refusal::Refusal,
    taken::{ATTENDED, Taken},
    verify::{self, Proved},
};
use crate::{
    auth::StoreError,
    clock::{Clock, SystemClock},
    error::Error,
    operation::Webhook,
    value::Secret,
};

/// The most bytes of a body.
const BODY: usize = 1 << 20;
/// How many deliveries are remembered.
const REMEMBERED: usize = 100_000;
/// How long a delivery without a signed time is remembered.
const UNTIMED: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone)]
pub(super) struct Gate {
    pub(super) secrets: Vec<Secret>,
    keys: Vec<Vec<u8>>,
    pub(super) body: usize,
    pub(super) public_url: Option<Url>,
    pub(super) log: Arc<dyn DeliveryLog>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) remembered: Duration,
    /// What comes again is given again.
    pub(super) again: bool,
    /// Whoever deals with a delivery says so from time to time, and says when it is done.
    pub(super) attended: bool,
}

/// What the log knew of a delivery.
enum Claimed {
    /// Nothing.
    Anew,
    /// It is dealt with.
    Before,
    /// Somebody deals with it at this moment, or died while he did.
    Now,
}

fn unavailable(reason: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, reason)
}

/// A request that may pass.
pub(super) enum Passed {
    /// It asks whether somebody is there.
    Answer(Response<Bytes>),
    /// It is genuine.
    Genuine(Genuine),
}

/// A delivery that proved itself.
pub(super) struct Genuine {
    /// The body, where it was read already and could be.
    pub(super) body: Option<Value>,
    pub(super) proved: Proved,
    now: SystemTime,
}

impl Gate {
    pub(super) fn of(webhook: &Webhook, secrets: Vec<Secret>) -> Result<Gate, Error> {
        let keys = verify::keys(&webhook.proof, &secrets)?;
        Ok(Gate {
            secrets,
            keys,
            body: BODY,
            public_url: None,
            log: Arc::new(MemoryDeliveryLog::new(REMEMBERED)),
            clock: Arc::new(SystemClock::new()),
            remembered: UNTIMED,
            again: false,
            attended: false,
        })
    }

    /// Lets a request pass or refuses it; `read` makes JSON of its body, if that can be.
    pub(super) fn pass(&self, webhook: &Webhook, request: &Request<'_>, read: impl Fn() -> Option<Value>) -> Result<Passed, Refusal> {
        if request.body.len() > self.body {
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than {} bytes", self.body)));
        }
        let secrets = (self.secrets.as_slice(), self.keys.as_slice());
        if let Some(answer) = challenge::answer(webhook, request, &Content::UNREAD, secrets, false) {
            return answer.map(Passed::Answer);
        }
        let now = self.clock.wall();
        let millis = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
        // Only some proofs name members of the body: a stranger's is not read for the others.
        let body = OnceCell::new();
        let read_once = || body.get_or_init(&read).as_ref();
        let content = Content { body: &read_once, claims: None };
        let proved = verify::verify(&webhook.proof, request, &content, self.public_url.as_ref(), secrets, millis)?;
        if proved.short.as_ref().is_some_and(|message| challenge::may_have_signed(webhook, message)) {
            return Err(Refusal::unproved("what is signed is no more than what a challenge asks for, and that anybody may have signed"));
        }
        let content = Content { body: &read_once, claims: proved.claims.as_ref() };
        if let Some(answer) = challenge::answer(webhook, request, &content, secrets, true) {
            return answer.map(Passed::Answer);
        }
        Ok(Passed::Genuine(Genuine { body: body.into_inner().flatten(), proved, now }))
    }

    /// Gives an event, unless it was taken already. Several receivers may share a log, and one delivery may be of several.
    pub(super) async fn take<E>(&self, webhook: &Webhook, name: &str, event: E, genuine: Genuine) -> Result<Received<E>, Refusal> {
        let Genuine { proved, now, .. } = genuine;
        let within = webhook.proof.time.as_ref().map_or(0, |time| time.within);
        let until = match proved.sent {
            // As long as it would be accepted.
            Some(sent) => SystemTime::UNIX_EPOCH + Duration::from_millis(sent.saturating_add(within).saturating_add(1000)),
            None => now + self.remembered,
        };
        let key = verify::digest(&[name.as_bytes(), &proved.key]);
        let attended = self.attended && !self.again;
        let taken = Taken::new(key, self.log.clone(), self.clock.clone(), attended.then_some(until));
        if self.again {
            return Ok(Received::event(event, proved.id, taken));
        }
        let claimed = self.claim(&key, now, until).await;
        match claimed.map_err(|error| unavailable(format!("the log of deliveries fails: {error}")))? {
            Claimed::Anew => Ok(Received::event(event, proved.id, taken)),
            Claimed::Before => Ok(Received::Repeated),
            Claimed::Now => Err(unavailable("it is being dealt with, and that may fail yet")),
        }
    }

    async fn claim(&self, key: &[u8; 32], now: SystemTime, until: SystemTime) -> Result<Claimed, StoreError> {
        let lasting = self.log.outlives_processes();
        let first = if self.attended && lasting { until.min(now + ATTENDED) } else { until };
        if self.log.claim(key, now, first).await? {
            // Who does not say when a delivery is done has done with it from the beginning; in a log that lasts, its time says so.
            if !self.attended
                && !lasting
                && let Err(error) = self.log.settle(key, now, until).await
            {
                // It is claimed, and would be given to nobody.
                tracing::warn!(%error, "the log of deliveries was not told that one is done");
            }
            return Ok(Claimed::Anew);
        }
        // Clocks of machines differ: twice as long as anybody takes one for.
        let soon = now + 2 * ATTENDED;
        Ok(if !self.attended || self.log.is_settled(key, now, soon).await? { Claimed::Before } else { Claimed::Now })
    }
}
