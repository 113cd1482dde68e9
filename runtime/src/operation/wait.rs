//! A step that is made again until something holds: how often, what ends it, and how long at most. What that comes to is `steps::wait`'s.

use std::time::Duration;

use super::{Condition, Statuses};

/// When a step is made again, and when no longer. Conditions speak of what the step gave, by the spec's names and with values as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTable {
    /// The pause between two calls in milliseconds; where pauses grow, the first.
    pub every: u64,
    /// The longest pause in milliseconds, where they grow.
    pub up_to: Option<u64>,
    /// What ends it; any of these.
    pub until: &'static [WaitUntil],
    /// What ends it badly.
    pub fails: &'static [WaitFailure],
    /// The longest time in milliseconds, from its first call on.
    pub most: u64,
    /// The most calls.
    pub times: Option<u32>,
}

/// What ends a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitUntil {
    /// An answer with such a status; what it holds is what the step gives.
    Status(Statuses),
    /// A condition on what the step gave.
    When(Condition),
}

/// A condition under which what was waited for has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitFailure {
    /// When.
    pub when: Condition,
    /// Where the API's own word for it stands; empty: nowhere.
    pub code: &'static [&'static str],
    /// Where its sentence stands; empty: nowhere.
    pub message: &'static [&'static str],
}

impl WaitTable {
    /// The pause before a call, after so many.
    pub(crate) fn pause(&self, calls: u32) -> Duration {
        let every = Duration::from_millis(self.every);
        let Some(longest) = self.up_to.map(Duration::from_millis) else { return every };
        let doubled = every.saturating_mul(1u32.checked_shl(calls.saturating_sub(1)).unwrap_or(u32::MAX));
        doubled.min(longest)
    }

    /// The longest time.
    pub(crate) fn most(&self) -> Duration {
        Duration::from_millis(self.most)
    }
}
