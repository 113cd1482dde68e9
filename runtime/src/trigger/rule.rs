//! The cursor rule: which items are new, and what is remembered of them. Pure: times and ids in, a decision out.
//!
//! A poll looks at everything from its *floor* on: the time up to which items were seen, less the lookback. An item is new when it is not
//! older than the floor, and was not seen at that very time: one that changed again is new again.

use std::collections::HashSet;

use super::{
    course::Seen,
    state::{At, Going, PollState, Start},
};
use crate::{
    operation::{Poll, PollOrder},
    plain::Plain,
    shape::{Attrs, ErasedRef, View},
    value::DateTime,
};

/// How much further back than the lookback a first poll looks for what is there already: clocks differ, ours and theirs.
const SKEW: std::time::Duration = std::time::Duration::from_secs(15 * 60);

/// How far a time may be from now and still move what is remembered. Further than clocks and time zones go, it is the item's own: something that
/// is planned, or mistyped.
const PLAUSIBLE: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// What a poll knows.
#[derive(Debug)]
pub(super) struct Rule {
    order: PollOrder,
    lookback: std::time::Duration,
    /// Older items are of no interest.
    pub(super) floor: DateTime,
    /// What is found was there already.
    baseline: bool,
    seen: HashSet<(DateTime, String)>,
    /// Up to when everything was seen before this poll.
    before: DateTime,
    /// The greatest time seen before this poll.
    top_before: DateTime,
    /// Later times move nothing: what comes after them would be taken for old until then.
    latest: DateTime,
    /// The greatest time seen.
    top: DateTime,
    /// The greatest time on the first page.
    first: Option<DateTime>,
    fresh: usize,
}

impl Rule {
    pub(super) fn begin(poll: &Poll, state: &PollState, now: DateTime) -> Rule {
        let lookback = std::time::Duration::from_millis(poll.lookback);
        let less = |time: DateTime, by| time.checked_sub(by).unwrap_or_else(epoch);
        let (floor, before, top, baseline, seen) = match &state.0 {
            At::Start(Start::Now) => {
                let floor = less(now, lookback.saturating_add(SKEW));
                (floor, floor, floor, true, HashSet::new())
            }
            At::Start(Start::All) => (epoch(), epoch(), epoch(), false, HashSet::new()),
            At::Start(Start::Since(time)) => (*time, *time, *time, false, HashSet::new()),
            At::Going(going) => (less(going.time, lookback), going.time, going.top, false, going.seen.iter().cloned().collect()),
        };
        let latest = now.checked_add(PLAUSIBLE).unwrap_or(now);
        Rule { order: poll.order, lookback, floor, baseline, seen, before, top_before: top, latest, top, first: None, fresh: 0 }
    }

    /// Takes in a page: which of its items are new.
    pub(super) fn take(&mut self, page: &[Seen]) -> Vec<bool> {
        let greatest = page.iter().map(|item| item.time).filter(|time| *time <= self.latest).max();
        // A page of nothing but the far future says nothing of when the reading began.
        self.first = self.first.or(greatest).or_else(|| page.is_empty().then_some(self.floor));
        self.top = greatest.map_or(self.top, |greatest| self.top.max(greatest));
        let fresh: Vec<bool> =
            page.iter().map(|item| item.time >= self.floor && self.seen.insert((item.time, item.id.clone())) && !self.baseline).collect();
        self.fresh += fresh.iter().filter(|fresh| **fresh).count();
        fresh
    }

    /// How many new items were found.
    pub(super) fn found(&self) -> u64 {
        self.fresh as u64
    }

    /// Is it about what is there already?
    pub(super) fn is_baseline(&self) -> bool {
        self.baseline
    }

    /// Was anything found that this poll did not know?
    pub(super) fn has_moved(&self) -> bool {
        self.fresh > 0 || self.top > self.before
    }

    /// What to remember.
    pub(super) fn end(self, trigger: String, revision: u32) -> PollState {
        let time = match self.order {
            PollOrder::Rising => self.top,
            // What was newest when the reading began: what changed since then may have slipped past.
            PollOrder::Falling => self.before.max(self.first.unwrap_or(self.before)),
            // Nothing is known to be complete but what was there before this poll began.
            PollOrder::Other => self.before.max(self.top_before),
        };
        let keep = time.checked_sub(self.lookback).unwrap_or_else(epoch);
        let mut seen: Vec<(DateTime, String)> = self.seen.into_iter().filter(|(at, _)| *at >= keep).collect();
        seen.sort();
        PollState(At::Going(Going { trigger, revision, time, top: self.top.max(time), seen }))
    }
}

/// Before anything that an API has.
fn epoch() -> DateTime {
    DateTime::from_epoch_seconds(0).expect("1970 is in the calendar")
}

/// When an item changed, and which it is.
pub(super) fn seen(item: ErasedRef<'_>, poll: &Poll) -> Option<Seen> {
    let time = match crate::steps::at(item, poll.time)?.view() {
        View::DateTime(time) => *time,
        View::Date(date) => DateTime::from_epoch_seconds(date.epoch_seconds()).ok()?,
        _ => return None,
    };
    let id = Plain::of(crate::steps::at(item, poll.id)?, &Attrs::REQUIRED)?;
    Some(Seen { time, id: id.flat().into_owned() })
}
