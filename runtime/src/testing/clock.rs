//! A clock that waits for nobody: sleeping moves it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::clock::{BoxFuture, Clock};

/// A clock for tests. Whoever sleeps is woken at once, and the clock has moved by as much; so the order and length of waits can be tested
/// without waiting. Timeouts of requests that are on their way are real time all the same.
#[derive(Debug)]
pub struct SimulatedClock {
    state: Mutex<State>,
    start: SystemTime,
}

#[derive(Debug, Default)]
struct State {
    now: Duration,
    slept: Vec<Duration>,
}

impl SimulatedClock {
    /// Starts at this time of day.
    pub fn at(start: SystemTime) -> SimulatedClock {
        SimulatedClock { state: Mutex::default(), start }
    }

    /// Moves it.
    pub fn advance(&self, by: Duration) {
        self.state().now += by;
    }

    /// Every wait until now, in order.
    pub fn slept(&self) -> Vec<Duration> {
        self.state().slept.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts on 2023-11-14, 22:13:20 UTC, which is 1,700,000,000 seconds after 1970.
impl Default for SimulatedClock {
    fn default() -> Self {
        SimulatedClock::at(UNIX_EPOCH + Duration::from_secs(1_700_000_000))
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Duration {
        self.state().now
    }

    fn wall(&self) -> SystemTime {
        self.start + self.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut state = self.state();
        state.now += duration;
        state.slept.push(duration);
        Box::pin(std::future::ready(()))
    }
}
