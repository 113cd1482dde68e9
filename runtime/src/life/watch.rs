//! The engine's hook: takes what answers and errors say, counts it, and tells what is new, once for each operation and client.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::HeaderMap;

use super::{Drift, Drifted, Signal, drift, header, served};
use crate::{
    engine::Core,
    error::Error,
    observe::{Notice, Unknown},
    operation::{OperationTable, ServerChoice},
    shape::{self, Strange},
    value::{Date, DateTime},
};

/// How often a server spoke of the end of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignalCount {
    /// What was called.
    pub operation: &'static str,
    /// Its revision.
    pub revision: u32,
    /// Answers whose signal the spec declares.
    pub declared: u64,
    /// Answers whose signal it does not.
    pub undeclared: u64,
}

/// In how many answers something was that the spec does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownCount {
    /// What was called.
    pub operation: &'static str,
    /// The type, by its name in the spec.
    pub within: &'static str,
    /// What it is.
    pub what: Unknown,
    /// In how many answers, or pages, it was.
    pub answers: u64,
}

/// The most that is counted of what specs do not know.
const MOST_STRANGE: usize = 1000;

fn unknown(strange: Strange) -> Unknown {
    if strange.is_member { Unknown::Member(strange.text) } else { Unknown::Value(strange.text) }
}

/// What a client and its clones have seen of the life of operations.
#[derive(Debug, Default)]
pub(crate) struct Watch(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    operations: HashMap<(&'static str, u32), Counted>,
    /// The drift of the API version was told.
    version: bool,
    /// What the spec does not know, by operation, and in how many answers it was.
    strange: HashMap<(&'static str, Strange), u64>,
}

#[derive(Debug, Default)]
struct Counted {
    declared: u64,
    undeclared: u64,
    /// The spec's own deprecation was told.
    life: bool,
    /// An announcement, and an end, that the spec does not declare were told.
    drift: (bool, bool),
}

impl Watch {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a signal; true when it differs from the spec for the first time.
    fn count(&self, operation: &OperationTable, drifted: Option<&Drifted>) -> bool {
        let mut seen = self.seen();
        let counted = seen.operations.entry((operation.name, operation.revision)).or_default();
        let Some(drifted) = drifted else {
            counted.declared += 1;
            return false;
        };
        counted.undeclared += 1;
        let told = if *drifted == Drifted::Gone { &mut counted.drift.1 } else { &mut counted.drift.0 };
        !std::mem::replace(told, true)
    }

    /// True the first time that the spec's own deprecation of an operation is to be told.
    fn first_life(&self, operation: &OperationTable) -> bool {
        let mut seen = self.seen();
        !std::mem::replace(&mut seen.operations.entry((operation.name, operation.revision)).or_default().life, true)
    }

    /// Counts something that the spec does not know; true the first time.
    fn count_strange(&self, operation: &'static str, strange: Strange) -> bool {
        let mut seen = self.seen();
        let full = seen.strange.len() >= MOST_STRANGE;
        match seen.strange.entry((operation, strange)) {
            Entry::Occupied(mut known) => {
                *known.get_mut() += 1;
                false
            }
            Entry::Vacant(new) if !full => {
                new.insert(1);
                true
            }
            Entry::Vacant(_) => false,
        }
    }

    /// What the spec does not know, by operation, type and name.
    pub(crate) fn unknowns(&self) -> Vec<UnknownCount> {
        let seen = self.seen();
        let counts = seen.strange.iter().map(|((operation, strange), answers)| UnknownCount {
            operation,
            within: strange.shape,
            what: unknown(strange.clone()),
            answers: *answers,
        });
        let mut counts: Vec<_> = counts.collect();
        counts.sort_unstable_by_key(|one| (one.operation, one.within, format!("{:?}", one.what)));
        counts
    }

    /// Everything that was counted, by name.
    pub(crate) fn counts(&self) -> Vec<SignalCount> {
        let seen = self.seen();
        let counts = seen.operations.iter().map(|((operation, revision), counted)| SignalCount {
            operation,
            revision: *revision,
            declared: counted.declared,
            undeclared: counted.undeclared,
        });
        let mut counts: Vec<_> = counts.filter(|one| one.declared + one.undeclared > 0).collect();
        counts.sort_unstable_by_key(|one| (one.operation, one.revision));
        counts
    }
}

impl Core {
    /// Decodes an answer; where somebody observes, what the spec does not know of it is counted, and told the first time.
    pub(crate) fn watching<T>(&self, operation: &'static OperationTable, decode: impl FnOnce() -> T) -> T {
        let (decoded, noted) = shape::noting(self.observer.is_some(), decode);
        for strange in noted {
            if self.watch.count_strange(operation.name, strange.clone()) {
                self.tell(&Notice::Unknown { operation: operation.name, within: strange.shape, what: unknown(strange) });
            }
        }
        decoded
    }

    /// The spec says that an operation is deprecated.
    pub(crate) fn tell_life(&self, operation: &'static OperationTable) {
        if let Some(life) = operation.life
            && self.watch.first_life(operation)
        {
            self.tell(&Notice::Deprecated { operation: operation.name, life });
        }
    }

    /// Looks at the headers of an answer. Nearly every answer says nothing, and is left after one look at its names.
    pub(crate) fn heed_headers(&self, operation: &'static OperationTable, status: u16, headers: &HeaderMap) {
        let speaks = header::may_say_something(headers);
        // Another origin does not speak for this API.
        if !(speaks || self.table.served.is_some()) || operation.server == ServerChoice::Outside {
            return;
        }
        if let Some(served) = served::other(self.table, headers)
            && !std::mem::replace(&mut self.watch.seen().version, true)
        {
            self.tell(&Notice::Drift(Box::new(drift::of_version(operation, self.table, served, self.today()))));
        }
        // What a refusal of this status says, its error has, headers and body together.
        let signal = if speaks && status != 410 { header::read(headers, self.table.wire_version) } else { None };
        if let Some(signal) = signal {
            self.heed(operation, &signal);
        }
    }

    /// An error as the caller gets it: with its operation, and with its signal heeded.
    pub(crate) fn blame(&self, operation: &'static OperationTable, error: Error) -> Error {
        // What failed in a task of its own passes here twice.
        if let (None, Some(signal)) = (error.operation(), error.signal()) {
            self.heed(operation, signal);
        }
        error.with_operation(operation).with_version_life(self.table.life)
    }

    fn heed(&self, operation: &'static OperationTable, signal: &Signal) {
        let drift: Option<Drift> = drift::of_signal(operation, self.table, signal, self.today());
        if self.watch.count(operation, drift.as_ref().map(|drift| &drift.what))
            && let Some(drift) = drift
        {
            self.tell(&Notice::Drift(Box::new(drift)));
        }
    }

    fn today(&self) -> Date {
        let seconds = DateTime::try_from(self.clock.wall()).map_or(0, |now| now.epoch_seconds());
        Date::from_epoch_days(seconds.div_euclid(86_400)).unwrap_or_else(|| Date::new(1970, 1, 1).expect("the calendar has it"))
    }
}
