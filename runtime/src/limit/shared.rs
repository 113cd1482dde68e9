//! One process's side of limits that several share: its record is read, decided upon and swapped, over and over until nobody was in between. Places
//! that it holds are held on to by a task of their own, and run out when the process dies.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use http::HeaderMap;
use tokio::{
    runtime::Handle,
    sync::{MutexGuard, Notify},
};

use super::{
    rates::Moment,
    record::Record,
    store::{LimitStore, Seen, StoreDown, Swapped, Versioned},
};
use crate::{auth::StoreError, operation::Limit};

/// How long a place is held without word from its holder.
const HELD: Duration = Duration::from_secs(15);
/// How often a holder says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long what was seen last may be built upon.
const FRESH: Duration = Duration::from_secs(5);
/// How long a store may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a store that failed is left alone: where calls go on without it, and where they are refused, so that those in line do not each wait in vain.
const REST_ALONE: Duration = Duration::from_secs(2);
const REST_REFUSING: Duration = Duration::from_millis(500);
/// How often it is asked whether a place is free, in milliseconds.
const ASKED_EVERY: std::ops::Range<u64> = 40..90;

/// The limits of one connection in a store.
pub(crate) struct Shared {
    store: Arc<dyn LimitStore>,
    key: String,
    limits: &'static [Limit],
    /// The least of what may be done at once.
    most: Option<u32>,
    /// Names this process, or this part of it, in the record.
    id: u64,
    down: StoreDown,
    /// What was seen last. Who has this lock is the only one here who swaps.
    seen: tokio::sync::Mutex<Option<Known>>,
    in_use: AtomicU32,
    given_back: Notify,
    keeper: AtomicBool,
    rests_until: Mutex<Option<Instant>>,
}

/// What was seen last.
struct Known {
    record: Option<Versioned>,
    time: Duration,
    at: Instant,
    /// How long it was on its way, which is how late it can be.
    took: Duration,
}

impl Known {
    fn new(seen: Seen, asked: Instant) -> Known {
        let at = Instant::now();
        Known { record: seen.record, time: seen.time, at, took: at - asked }
    }

    fn now(&self) -> Moment {
        let least = self.time + self.at.elapsed();
        Moment { least, most: least + self.took }
    }
}

/// What comes of looking at a record.
enum Decision<T> {
    /// It was changed, and is to be written.
    Write(T),
    /// There is nothing to write.
    Keep(T),
    /// There is nothing to write, unless somebody changed it since.
    KeepIfStill(T),
}

/// What came of asking for room.
pub(crate) enum Asked {
    /// There is room; it was counted at this time of the store's.
    Room(Option<Place>, Duration),
    /// There is none for so long.
    Wait(Duration),
    /// The store does not answer, and calls go on without it.
    Alone,
}

/// A place among what may be done at once; it is given back when this is dropped, also by whoever stops asking for it.
pub(crate) struct Place {
    shared: Arc<Shared>,
    /// The store may know of it.
    told: bool,
}

impl Place {
    /// It was never given.
    fn refused(mut self) {
        self.told = false;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.in_use.fetch_sub(1, Ordering::AcqRel);
        if self.told {
            self.shared.given_back.notify_one();
            self.shared.start_keeper();
        }
    }
}

/// What keeps places, in a task; when that ends, or its runtime does, another may begin.
struct Keeper(Arc<Shared>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.keeper.store(false, Ordering::Release);
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("key", &self.key).field("store", &self.store).finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn new(store: Arc<dyn LimitStore>, key: String, limits: &'static [Limit], down: StoreDown) -> Shared {
        let at_once = limits.iter().filter_map(|limit| match limit {
            Limit::Concurrent(most) => Some((*most).max(1)),
            _ => None,
        });
        Shared {
            store,
            key,
            limits,
            most: at_once.min(),
            id: fastrand::u64(..),
            down,
            seen: tokio::sync::Mutex::default(),
            in_use: AtomicU32::default(),
            given_back: Notify::new(),
            keeper: AtomicBool::default(),
            rests_until: Mutex::default(),
        }
    }

    /// Asks for room for one call that is not counted yet, and for a place if `holds`.
    pub(crate) async fn ask(self: &Arc<Self>, cost: Option<u32>, holds: bool) -> Result<Asked, StoreError> {
        let mut seen = self.seen.lock().await;
        // Whoever was before in line may have found that nobody answers.
        if self.rests() {
            return match self.down {
                StoreDown::Refuse => Err("it did not answer a moment ago".into()),
                StoreDown::Alone => Ok(Asked::Alone),
            };
        }
        let most = self.most.filter(|_| holds);
        // Taken before it is asked for, so that what is written counts it.
        let place = most.map(|_| self.place());
        let decide = |record: &mut Record, now: Moment| {
            if let Some(most) = most
                && record.hold(self.id, self.places(), most, now, now.least + HELD).is_err()
            {
                return Decision::KeepIfStill(Asked::Wait(Duration::from_millis(fastrand::u64(ASKED_EVERY))));
            }
            match cost.map_or(Ok(()), |cost| record.rates.ask(now, cost)) {
                Ok(()) => Decision::Write(Asked::Room(None, now.most)),
                Err(wait) => Decision::KeepIfStill(Asked::Wait(wait)),
            }
        };
        let asked = match self.change(&mut seen, decide).await {
            Ok(asked) => asked,
            Err(error) => return self.without(error),
        };
        if let Asked::Room(_, counted) = asked {
            place.iter().for_each(|_| self.start_keeper());
            return Ok(Asked::Room(place, counted));
        }
        place.into_iter().for_each(Place::refused);
        Ok(asked)
    }

    /// Learns from an answer's headers.
    pub(crate) async fn learn(&self, headers: &HeaderMap, wall: SystemTime) {
        self.correct(|record, now| record.rates.learn(headers, now.least, wall)).await;
    }

    /// Nothing more for a while.
    pub(crate) async fn pause(&self, wait: Duration) {
        self.correct(|record, now| record.rates.pause(now.least, wait)).await;
    }

    /// A call turned out to cost something else.
    pub(crate) async fn settle(&self, counted: Duration, estimated: u32, actual: u32) {
        self.correct(|record, now| record.rates.settle(now, counted, estimated, actual)).await;
    }

    /// Writes what corrects the estimate. A call whose answer is here does not fail because of it.
    async fn correct(&self, change: impl Fn(&mut Record, Moment)) {
        let mut seen = self.seen.lock().await;
        if self.rests() {
            return;
        }
        let decide = |record: &mut Record, now: Moment| {
            let before = record.rates.clone();
            change(record, now);
            if record.rates == before { Decision::Keep(()) } else { Decision::Write(()) }
        };
        if let Err(error) = self.change(&mut seen, decide).await {
            self.rest();
            tracing::warn!(key = self.key, %error, "what a server says of its limits could not be told to other processes");
        }
    }

    /// Decides upon what is there, and writes what was decided if it still is.
    async fn change<T>(
        &self,
        seen: &mut MutexGuard<'_, Option<Known>>,
        mut decide: impl FnMut(&mut Record, Moment) -> Decision<T>,
    ) -> Result<T, StoreError> {
        let mut certain = seen.as_ref().is_none_or(|known| known.at.elapsed() > FRESH);
        if certain {
            **seen = Some(self.read().await?);
        }
        loop {
            let Some(known) = seen.as_ref() else {
                **seen = Some(self.read().await?);
                continue;
            };
            let mut record = match &known.record {
                None => Record::new(self.limits),
                Some(kept) => Record::read(self.limits, &kept.bytes)
                    .ok_or("what is kept of the limits is no record, or of a layout that this version does not know")?,
            };
            let now = known.now();
            match decide(&mut record, now) {
                Decision::Keep(value) => return Ok(value),
                Decision::KeepIfStill(value) if certain => return Ok(value),
                Decision::KeepIfStill(_) => (**seen, certain) = (Some(self.read().await?), true),
                Decision::Write(value) => {
                    let version = known.record.as_ref().map(|record| record.version);
                    // Whatever comes of it: what was seen before is of no use any more.
                    let written = Versioned { version: fastrand::u64(..=i64::MAX as u64), bytes: record.write() };
                    **seen = None;
                    let asked = Instant::now();
                    match self.in_time(self.store.swap(&self.key, version, written.clone(), record.lasts(now.least))).await? {
                        Swapped::Ours(time) => {
                            **seen = Some(Known::new(Seen { record: Some(written), time }, asked));
                            return Ok(value);
                        }
                        Swapped::Theirs(theirs) => (**seen, certain) = (Some(Known::new(theirs, asked)), true),
                    }
                }
            }
        }
    }

    async fn read(&self) -> Result<Known, StoreError> {
        let asked = Instant::now();
        Ok(Known::new(self.in_time(self.store.read(&self.key)).await?, asked))
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        tokio::time::timeout(PATIENCE, work).await.map_err(|_| format!("no answer in {} s", PATIENCE.as_secs()))?
    }

    fn rests(&self) -> bool {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self) {
        let rest = if self.down == StoreDown::Alone { REST_ALONE } else { REST_REFUSING };
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + rest);
    }

    /// What the program chose for a store that fails.
    fn without(&self, error: StoreError) -> Result<Asked, StoreError> {
        self.rest();
        match self.down {
            StoreDown::Refuse => Err(error),
            StoreDown::Alone => {
                tracing::warn!(key = self.key, %error, "the store of limits fails; this process counts for itself");
                Ok(Asked::Alone)
            }
        }
    }

    fn place(self: &Arc<Self>) -> Place {
        self.in_use.fetch_add(1, Ordering::AcqRel);
        Place { shared: self.clone(), told: true }
    }

    fn places(&self) -> u32 {
        self.in_use.load(Ordering::Acquire)
    }

    /// Has a task say that this process lives, for as long as it holds places, and give back what it no longer holds. Where no runtime is, places run out
    /// in the store.
    fn start_keeper(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else { return };
        if !self.keeper.swap(true, Ordering::AcqRel) {
            runtime.spawn(Keeper(self.clone()).keep());
        }
    }
}

impl Keeper {
    async fn keep(self) {
        let shared = self.0.clone();
        loop {
            let told = tokio::time::timeout(HEARTBEAT, shared.given_back.notified()).await;
            let mut seen = shared.seen.lock().await;
            let held = shared.tell(&mut seen, told.is_ok()).await;
            // Nobody takes a place while this has the lock, but some may be given back while it is told how many there are: those are told next.
            if shared.places() == 0 && held == 0 {
                drop(self);
                return;
            }
        }
    }
}

impl Shared {
    /// Tells the store how many places are held, and gives how many it was told; none where it could not be: what it was not told runs out there.
    async fn tell(&self, seen: &mut MutexGuard<'_, Option<Known>>, only_if_other: bool) -> u32 {
        if self.rests() {
            return 0;
        }
        // A write of which nobody heard may be on its way still. Another one after it keeps it out; seeing that it is not there yet does not.
        let settled = seen.is_some();
        let decide = |record: &mut Record, now: Moment| {
            let places = self.places();
            if only_if_other && settled && record.held_by(self.id) == places {
                return Decision::Keep(places);
            }
            // What this process has already is not asked for again: whoever it takes the place of came when it was thought dead.
            let _ = record.hold(self.id, places, u32::MAX, now, now.least + HELD);
            Decision::Write(places)
        };
        self.change(seen, decide).await.unwrap_or_else(|error| {
            self.rest();
            tracing::warn!(key = self.key, %error, "the store of limits was not told which calls are under way");
            0
        })
    }
}

#[cfg(test)]
mod tests;
