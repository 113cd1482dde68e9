//! Where limits are counted when several processes live on them: the trait that any store fulfils, and the store in memory. What the records hold
//! is `record`'s; the stores know nothing of it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use crate::{
    auth::StoreError,
    clock::{BoxFuture, Clock, SystemClock},
};

/// Keeps small records that several processes change, each only as it last saw it. Time is the store's own, so that the clocks of the processes
/// do not matter.
///
/// A record is a few hundred bytes to a few kilobytes. Losing records early means that limits are counted from the beginning; they must not be lost
/// while the store runs.
pub trait LimitStore: Send + Sync + fmt::Debug {
    /// The record of a key, and the store's time.
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Seen, StoreError>>;

    /// Puts a record in the place of the one with the version that was `seen` (`None`: there was none). This is one atomic step. When another
    /// record is there, it stays and nothing is written; when none is there, or already this one, it is written. After `lasts` the record is
    /// of no use to anybody and may be removed.
    fn swap<'a>(
        &'a self,
        key: &'a str,
        seen: Option<u64>,
        record: Versioned,
        lasts: Duration,
    ) -> BoxFuture<'a, Result<Swapped, StoreError>>;
}

/// A record under its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// Chosen at random by whoever writes it, at most `i64::MAX`.
    pub version: u64,
    /// What is kept.
    pub bytes: Vec<u8>,
}

/// What a store has under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The record, if there is one.
    pub record: Option<Versioned>,
    /// The store's time, since 1970.
    pub time: Duration,
}

/// What became of a record that was to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swapped {
    /// It is written, at this time of the store's, since 1970.
    Ours(Duration),
    /// Somebody else was first; this is what is there.
    Theirs(Seen),
}

/// What a client does while its [`LimitStore`] does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreDown {
    /// Calls fail with an error of the kind [`LimitStore`](crate::ErrorKind::LimitStore), and nothing is sent: the limit is never exceeded.
    #[default]
    Refuse,
    /// Each client counts for itself, as it does without a store: calls go on, and all clients together may exceed the limit.
    Alone,
}

/// Counts in memory, for several clients of one process over one connection. Clones share what they count.
#[derive(Clone, Debug)]
pub struct MemoryLimitStore {
    records: Arc<Mutex<HashMap<String, (Versioned, Duration)>>>,
    clock: Arc<dyn Clock>,
}

impl MemoryLimitStore {
    /// With the machine's clock.
    pub fn new() -> MemoryLimitStore {
        Self::with_clock(Arc::new(SystemClock::new()))
    }

    /// With a clock of one's own, for tests.
    pub fn with_clock(clock: Arc<dyn Clock>) -> MemoryLimitStore {
        MemoryLimitStore { records: Arc::default(), clock }
    }

    fn records(&self) -> MutexGuard<'_, HashMap<String, (Versioned, Duration)>> {
        // Every action is a single operation on the map.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn time(&self) -> Duration {
        self.clock.wall().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

impl Default for MemoryLimitStore {
    fn default() -> Self {
        Self::new()
    }
}

impl LimitStore for MemoryLimitStore {
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Seen, StoreError>> {
        let seen = Seen { record: self.records().get(key).map(|(record, _)| record.clone()), time: self.time() };
        Box::pin(async { Ok(seen) })
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        seen: Option<u64>,
        record: Versioned,
        lasts: Duration,
    ) -> BoxFuture<'a, Result<Swapped, StoreError>> {
        let (mut records, time) = (self.records(), self.time());
        let swapped = match records.get(key) {
            Some((theirs, _)) if Some(theirs.version) != seen && theirs.version != record.version => {
                Swapped::Theirs(Seen { record: Some(theirs.clone()), time })
            }
            there => {
                if there.is_none() {
                    records.retain(|_, (_, until)| *until > time);
                }
                records.insert(key.to_owned(), (record, time.saturating_add(lasts)));
                Swapped::Ours(time)
            }
        };
        Box::pin(async { Ok(swapped) })
    }
}
