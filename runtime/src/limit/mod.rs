//! Limits before the call, not after the 429: how many at once, how many in a window, what the server says is left. One set per connection, shared by
//! all clones of a client; where the program gives a store, by all processes that use it. What is decided is `rates`'; waiting is here.

mod both;
mod quiet;
mod rates;
mod record;
mod shared;
mod store;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::HeaderMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) use both::Call;
pub use store::{LimitStore, MemoryLimitStore, Seen, StoreDown, Swapped, Versioned};

use crate::{auth::StoreError, clock::Clock, operation::Limit};
pub(crate) use quiet::{Quiet, asked as quiet_asked};
use rates::Rates;
pub(crate) use shared::{Asked, Place, Shared};

/// Where the limits of a client are counted, if not in the client.
#[derive(Clone, Debug)]
pub(crate) struct Sharing {
    pub(crate) store: Arc<dyn LimitStore>,
    pub(crate) key: String,
    pub(crate) down: StoreDown,
}

/// The limits of one connection, or of one operation of it.
#[derive(Debug)]
pub(crate) struct Limits {
    at_once: Vec<Arc<Semaphore>>,
    rates: Mutex<Rates>,
    /// Whether anything is learned from answers.
    reported: bool,
    shared: Option<Arc<Shared>>,
    /// Who has a place of the API already and waits for one of these.
    pressing: both::Pressing,
}

/// What a call has been given: what holds its place until its answer has been read, and when it was counted. Clones hold the same place together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Permits {
    held: Option<Arc<[Held]>>,
    counted: Option<Duration>,
}

#[derive(Debug)]
#[allow(dead_code, reason = "held for its drop")]
enum Held {
    Here(OwnedSemaphorePermit),
    Shared(Place),
}

/// What a call was given by the limits of its operation and by those of the API.
#[derive(Clone, Debug, Default)]
pub(crate) struct Admitted {
    pub(crate) own: Permits,
    pub(crate) all: Permits,
}

impl Admitted {
    /// What a call of another operation can share in.
    pub(crate) fn of_all(&self) -> Admitted {
        Admitted { all: self.all.clone(), own: Permits::default() }
    }
}

/// Why a call may not be made.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It would have to wait for so long.
    TooLong(Duration),
    /// No place came free among those that run at once.
    NoPlace,
    /// The store does not answer.
    Store(StoreError),
}

/// A place among those that run at once, in the time that the call may take.
async fn place(places: &Arc<Semaphore>, clock: &dyn Clock, until: Option<Duration>) -> Result<OwnedSemaphorePermit, Refusal> {
    let place = places.clone().acquire_owned();
    let place = match until {
        None => place.await,
        Some(until) => tokio::time::timeout(until.saturating_sub(clock.now()), place).await.map_err(|_| Refusal::NoPlace)?,
    };
    Ok(place.expect("the semaphore is never closed"))
}

impl Permits {
    /// Whether a place is held.
    pub(crate) fn hold(&self) -> bool {
        self.held.is_some()
    }

    /// When the call was counted last.
    pub(crate) fn counted(&self) -> Option<Duration> {
        self.counted
    }

    /// Counted once more.
    pub(crate) fn count_again(&mut self, again: Permits) {
        self.counted = again.counted;
    }
}

impl Limits {
    /// `None` when nothing is limited.
    pub(crate) fn new(limits: &'static [Limit], sharing: Option<Sharing>) -> Option<Limits> {
        if limits.is_empty() {
            return None;
        }
        let at_once = limits.iter().filter_map(|limit| match limit {
            Limit::Concurrent(count) => Some(Arc::new(Semaphore::new((*count).max(1) as usize))),
            _ => None,
        });
        let rates = Rates::new(limits);
        Some(Limits {
            at_once: at_once.collect(),
            reported: !rates.reported.is_empty(),
            rates: Mutex::new(rates),
            shared: sharing.map(|sharing| Arc::new(Shared::new(sharing.store, sharing.key, limits, sharing.down))),
            pressing: both::Pressing::default(),
        })
    }

    /// Waits for a place and for room; what shares the place of another waits for room only. Most calls find both, and are spared what waiting takes.
    pub(crate) async fn admit(&self, clock: &dyn Clock, until: Option<Duration>, cost: u32, shares: &Permits) -> Result<Permits, Refusal> {
        match self.admit_now(clock, cost, shares) {
            Some(permits) => Ok(permits),
            None => Box::pin(self.admit_in_turn(clock, until, cost, shares)).await,
        }
    }

    /// A place and room, if both are there. Who waits for a place gets it before anybody who asks here.
    fn admit_now(&self, clock: &dyn Clock, cost: u32, shares: &Permits) -> Option<Permits> {
        if self.shared.is_some() {
            return None;
        }
        let place = if shares.hold() { shares.clone() } else { self.places_now()? };
        let now = clock.now();
        self.rates().ask(now.into(), cost).ok()?;
        Some(Permits { counted: Some(now), ..place })
    }

    fn places_now(&self) -> Option<Permits> {
        let places = self.at_once.iter().map(|places| places.clone().try_acquire_owned().ok().map(Held::Here));
        let held = places.collect::<Option<Vec<_>>>()?;
        Some(Permits { held: (!held.is_empty()).then(|| held.into()), counted: None })
    }

    async fn admit_in_turn(&self, clock: &dyn Clock, until: Option<Duration>, cost: u32, shares: &Permits) -> Result<Permits, Refusal> {
        if shares.hold() {
            let counted = self.admit_again(clock, until, cost).await?.counted;
            return Ok(Permits { counted, ..shares.clone() });
        }
        self.places(clock, until, Some(cost)).await
    }

    /// Waits for a place for a call that was counted before and has given its place up.
    async fn place_again(&self, clock: &dyn Clock, until: Option<Duration>, counted: Option<Duration>) -> Result<Permits, Refusal> {
        Ok(Permits { counted, ..Box::pin(self.places(clock, until, None)).await? })
    }

    async fn places(&self, clock: &dyn Clock, until: Option<Duration>, cost: Option<u32>) -> Result<Permits, Refusal> {
        let mut held = Vec::with_capacity(self.at_once.len());
        for semaphore in &self.at_once {
            held.push(Held::Here(place(semaphore, clock, until).await?));
        }
        let (shared, counted) = self.room(clock, until, cost, true).await?;
        held.extend(shared.map(Held::Shared));
        Ok(Permits { held: (!held.is_empty()).then(|| held.into()), counted })
    }

    /// Waits for room for one more try of a call that has a place.
    pub(crate) async fn admit_again(&self, clock: &dyn Clock, until: Option<Duration>, cost: u32) -> Result<Permits, Refusal> {
        let (_, counted) = self.room(clock, until, Some(cost), false).await?;
        Ok(Permits { held: None, counted })
    }

    /// The place in the store, where one is asked for and there is one, and when it was counted. Without a cost it was counted before.
    async fn room(
        &self,
        clock: &dyn Clock,
        until: Option<Duration>,
        cost: Option<u32>,
        holds: bool,
    ) -> Result<(Option<Place>, Option<Duration>), Refusal> {
        loop {
            let asked = self.ask(clock, cost, holds);
            let asked = match until.filter(|_| self.shared.is_some()) {
                None => asked.await,
                Some(until) => {
                    let left = until.saturating_sub(clock.now());
                    tokio::time::timeout(left, asked).await.unwrap_or_else(|_| Err("no answer in the time that the call may take".into()))
                }
            };
            let wait = match asked.map_err(Refusal::Store)? {
                Asked::Room(place, counted) => {
                    return Ok((place, Some(counted)));
                }
                Asked::Wait(wait) => wait,
                Asked::Alone => return Ok((None, None)),
            };
            if until.is_some_and(|until| clock.now() + wait >= until) {
                return Err(Refusal::TooLong(wait));
            }
            clock.sleep(wait).await;
        }
    }

    async fn ask(&self, clock: &dyn Clock, cost: Option<u32>, holds: bool) -> Result<Asked, StoreError> {
        let shared = match &self.shared {
            Some(shared) => Box::pin(shared.ask(cost, holds)).await?,
            None => Asked::Alone,
        };
        let now = clock.now();
        Ok(match shared {
            Asked::Alone => match cost.map_or(Ok(()), |cost| self.rates().ask(now.into(), cost)) {
                Ok(()) if self.shared.is_some() => Asked::Alone,
                Ok(()) => Asked::Room(None, now),
                Err(wait) => Asked::Wait(wait),
            },
            // Counted here too, for when the store fails.
            Asked::Room(place, counted) => {
                cost.into_iter().for_each(|cost| self.rates().take(now.into(), cost));
                Asked::Room(place, counted)
            }
            wait => wait,
        })
    }

    /// Learns from an answer's headers.
    pub(crate) async fn learn(&self, headers: &HeaderMap, clock: &dyn Clock) {
        if !self.reported {
            return;
        }
        let wall = clock.wall();
        self.rates().learn(headers, clock.now(), wall);
        if let Some(shared) = &self.shared {
            Box::pin(shared.learn(headers, wall)).await;
        }
    }

    /// A call turned out to cost something else.
    pub(crate) async fn settle(&self, clock: &dyn Clock, counted: Duration, estimated: u32, actual: u32) {
        if estimated == actual {
            return;
        }
        let now = clock.now();
        match &self.shared {
            None => self.rates().settle(now.into(), counted, estimated, actual),
            Some(shared) => {
                // Here it was counted at another time, so nothing is given back.
                self.rates().settle(now.into(), now, estimated, actual.max(estimated));
                Box::pin(shared.settle(counted, estimated, actual)).await;
            }
        }
    }

    /// The server said that all calls should wait.
    pub(crate) async fn pause(&self, clock: &dyn Clock, wait: Duration) {
        self.rates().pause(clock.now(), wait);
        if let Some(shared) = &self.shared {
            shared.pause(wait).await;
        }
    }

    fn rates(&self) -> MutexGuard<'_, Rates> {
        self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
