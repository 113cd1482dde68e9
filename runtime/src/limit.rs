//! Limits before the call, not after the 429: how many at once, how many in a window, what the server says is left. The decisions are pure over a
//! reading of the clock; waiting is here too, and nothing else. One set per connection, shared by all clones of a client.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::HeaderMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    clock::Clock,
    operation::{Limit, Reset},
    retry::{http_date, until},
};

/// The longest pause that a server's header can cause; a header beyond it is not believed.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// The limits of one connection, or of one operation of it.
#[derive(Debug)]
pub(crate) struct Limits {
    at_once: Vec<Arc<Semaphore>>,
    rates: Mutex<Rates>,
}

/// What holds a call's place until its answer has been read.
#[derive(Debug, Default)]
pub(crate) struct Permits(#[allow(dead_code, reason = "held for its drop")] Vec<OwnedSemaphorePermit>);

impl Permits {
    /// Both.
    pub(crate) fn and(mut self, other: Permits) -> Permits {
        if self.0.is_empty() {
            return other;
        }
        self.0.extend(other.0);
        self
    }
}

impl Limits {
    /// `None` when nothing is limited.
    pub(crate) fn new(limits: &'static [Limit]) -> Option<Limits> {
        if limits.is_empty() {
            return None;
        }
        let at_once = limits.iter().filter_map(|limit| match limit {
            Limit::Concurrent(count) => Some(Arc::new(Semaphore::new((*count).max(1) as usize))),
            _ => None,
        });
        Some(Limits { at_once: at_once.collect(), rates: Mutex::new(Rates::new(limits)) })
    }

    /// Waits for a place. `Err` holds the wait that would go beyond `until`.
    pub(crate) async fn admit(&self, clock: &dyn Clock, until: Option<Duration>) -> Result<Permits, Duration> {
        let mut permits = Vec::with_capacity(self.at_once.len());
        for semaphore in &self.at_once {
            let permit = semaphore.clone().acquire_owned().await.expect("the semaphore is never closed");
            permits.push(permit);
        }
        loop {
            let now = clock.now();
            let Err(wait) = self.rates().ask(now) else { return Ok(Permits(permits)) };
            if until.is_some_and(|until| now + wait >= until) {
                return Err(wait);
            }
            clock.sleep(wait).await;
        }
    }

    /// Learns from an answer's headers.
    pub(crate) fn learn(&self, headers: &HeaderMap, clock: &dyn Clock) {
        let mut rates = self.rates();
        if rates.reported.is_empty() {
            return;
        }
        let (now, wall) = (clock.now(), clock.wall());
        rates.reported.iter_mut().for_each(|reported| reported.learn(headers, now, wall));
    }

    /// The server said that all calls should wait.
    pub(crate) fn pause(&self, clock: &dyn Clock, wait: Duration) {
        let until = clock.now() + wait.min(LONGEST_PAUSE);
        let mut rates = self.rates();
        rates.paused_until = rates.paused_until.max(until);
    }

    fn rates(&self) -> MutexGuard<'_, Rates> {
        self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All limits that depend on time.
#[derive(Debug)]
struct Rates {
    windows: Vec<Window>,
    reported: Vec<Reported>,
    paused_until: Duration,
}

impl Rates {
    fn new(limits: &'static [Limit]) -> Rates {
        let mut rates = Rates { windows: Vec::new(), reported: Vec::new(), paused_until: Duration::ZERO };
        for limit in limits {
            match *limit {
                Limit::Concurrent(_) => {}
                Limit::Window { count, millis, moving } => rates.windows.push(Window::new(count, Duration::from_millis(millis), moving)),
                Limit::Headers { remaining, reset, kind } => rates.reported.push(Reported::new(remaining, reset, kind)),
            }
        }
        rates
    }

    /// Takes a place in every limit, or in none and says how long to wait.
    fn ask(&mut self, now: Duration) -> Result<(), Duration> {
        let waits =
            self.windows.iter_mut().map(|window| window.wait(now)).chain(self.reported.iter_mut().map(|reported| reported.wait(now)));
        let wait = waits.max().unwrap_or_default().max(self.paused_until.saturating_sub(now));
        if !wait.is_zero() {
            return Err(wait);
        }
        self.windows.iter_mut().for_each(|window| window.take(now));
        self.reported.iter_mut().for_each(Reported::take);
        Ok(())
    }
}

/// So many calls in a window.
#[derive(Debug)]
enum Window {
    /// Windows follow each other; the first starts with the first call.
    Fixed { count: u32, length: Duration, start: Duration, used: u32 },
    /// Any window of that length: the times of the last `count` calls.
    Moving { count: u32, length: Duration, times: VecDeque<Duration> },
}

impl Window {
    fn new(count: u32, length: Duration, moving: bool) -> Window {
        let count = count.max(1);
        match moving {
            true => Window::Moving { count, length, times: VecDeque::new() },
            false => Window::Fixed { count, length, start: Duration::ZERO, used: 0 },
        }
    }

    fn wait(&mut self, now: Duration) -> Duration {
        match self {
            Window::Fixed { count, length, start, used } => {
                if *used == 0 || now >= *start + *length {
                    (*start, *used) = (now, 0);
                }
                if *used < *count { Duration::ZERO } else { (*start + *length).saturating_sub(now) }
            }
            Window::Moving { count, length, times } => {
                while times.front().is_some_and(|&time| now >= time + *length) {
                    times.pop_front();
                }
                if times.len() < *count as usize {
                    return Duration::ZERO;
                }
                times.front().map_or(Duration::ZERO, |&oldest| (oldest + *length).saturating_sub(now))
            }
        }
    }

    fn take(&mut self, now: Duration) {
        match self {
            Window::Fixed { used, .. } => *used += 1,
            Window::Moving { times, .. } => times.push_back(now),
        }
    }
}

/// What the server last said is left, less what was sent since.
#[derive(Debug)]
struct Reported {
    remaining: &'static str,
    reset: &'static str,
    kind: Reset,
    known: Option<(u64, Duration)>,
}

impl Reported {
    fn new(remaining: &'static str, reset: &'static str, kind: Reset) -> Reported {
        Reported { remaining, reset, kind, known: None }
    }

    fn wait(&mut self, now: Duration) -> Duration {
        match self.known {
            Some((_, reset)) if now >= reset => {
                self.known = None;
                Duration::ZERO
            }
            Some((0, reset)) => reset - now,
            _ => Duration::ZERO,
        }
    }

    fn take(&mut self) {
        if let Some((left, _)) = &mut self.known {
            *left = left.saturating_sub(1);
        }
    }

    /// Answers may come out of order: within one window the lower number holds, a later window replaces an earlier one.
    fn learn(&mut self, headers: &HeaderMap, now: Duration, wall: SystemTime) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let Some(left) = text(self.remaining).and_then(|value| value.parse::<f64>().ok()) else { return };
        let Some(wait) = text(self.reset).and_then(|value| reset_wait(value, self.kind, wall)) else { return };
        if wait > LONGEST_PAUSE {
            return;
        }
        let (left, reset) = (left.max(0.0) as u64, now + wait);
        // Resets are whole seconds, so the same window seen at two moments may differ by almost one.
        self.known = Some(match self.known {
            Some((known, known_reset)) if reset <= known_reset + Duration::from_secs(1) && known_reset > now => {
                (known.min(left), known_reset.max(reset))
            }
            _ => (left, reset),
        });
    }
}

/// How long until the window that a reset header names starts again.
fn reset_wait(value: &str, kind: Reset, wall: SystemTime) -> Option<Duration> {
    let seconds = |value: &str| Duration::try_from_secs_f64(value.parse::<f64>().ok()?).ok();
    match kind {
        Reset::Delta => seconds(value),
        Reset::Epoch => UNIX_EPOCH.checked_add(seconds(value)?).map(|then| until(then, wall)),
        Reset::Date => http_date(value).map(|then| until(then, wall)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_fixed_window_starts_with_its_first_call() {
        let mut rates = Rates::new(&[Limit::Window { count: 2, millis: 10_000, moving: false }]);
        assert_eq!(rates.ask(seconds(3)), Ok(()));
        assert_eq!(rates.ask(seconds(12)), Ok(()));
        assert_eq!(rates.ask(seconds(12)), Err(seconds(1)));
        assert_eq!(rates.ask(seconds(13)), Ok(()));
        assert_eq!(rates.ask(seconds(13)), Ok(()));
        assert_eq!(rates.ask(seconds(13)), Err(seconds(10)));
    }

    #[test]
    fn a_moving_window_never_holds_more_than_its_count() {
        let mut rates = Rates::new(&[Limit::Window { count: 2, millis: 10_000, moving: true }]);
        assert_eq!(rates.ask(seconds(0)), Ok(()));
        assert_eq!(rates.ask(seconds(9)), Ok(()));
        assert_eq!(rates.ask(seconds(9)), Err(seconds(1)));
        assert_eq!(rates.ask(seconds(10)), Ok(()));
        assert_eq!(rates.ask(seconds(10)), Err(seconds(9)));
    }

    #[test]
    fn a_refused_call_takes_no_place_anywhere() {
        let mut rates = Rates::new(&[
            Limit::Window { count: 1, millis: 1_000, moving: false },
            Limit::Window { count: 2, millis: 60_000, moving: false },
        ]);
        assert_eq!(rates.ask(seconds(0)), Ok(()));
        (0..5).for_each(|_| assert_eq!(rates.ask(seconds(0)), Err(seconds(1))));
        assert_eq!(rates.ask(seconds(1)), Ok(()));
        assert_eq!(rates.ask(seconds(2)), Err(seconds(58)));
    }

    fn headers(left: &str, reset: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-left", left.parse().expect("a header"));
        headers.insert("x-reset", reset.parse().expect("a header"));
        headers
    }

    fn reported(kind: Reset) -> Reported {
        Reported::new("x-left", "x-reset", kind)
    }

    #[test]
    fn headers_correct_the_estimate() {
        let mut reported = reported(Reset::Delta);
        reported.learn(&headers("2", "30"), seconds(0), UNIX_EPOCH);
        reported.take();
        assert_eq!(reported.wait(seconds(1)), Duration::ZERO);
        reported.take();
        assert_eq!(reported.wait(seconds(1)), seconds(29));
        // An answer that was on its way says 1 is left: it is older than what we know.
        reported.learn(&headers("1", "29"), seconds(1), UNIX_EPOCH);
        assert_eq!(reported.wait(seconds(1)), seconds(29));
        assert_eq!(reported.wait(seconds(31)), Duration::ZERO);
        reported.learn(&headers("100", "60"), seconds(31), UNIX_EPOCH);
        assert_eq!(reported.wait(seconds(31)), Duration::ZERO);
    }

    #[test]
    fn resets_are_read_as_declared_and_nonsense_is_not_believed() {
        let wall = UNIX_EPOCH + seconds(1_700_000_000);
        let mut epoch = reported(Reset::Epoch);
        epoch.learn(&headers("0", "1700000009"), seconds(5), wall);
        assert_eq!(epoch.wait(seconds(5)), seconds(9));
        let mut date = reported(Reset::Date);
        date.learn(&headers("0", "Tue, 14 Nov 2023 22:13:30 GMT"), seconds(0), wall);
        assert_eq!(date.wait(seconds(0)), seconds(10));
        for (left, reset) in [("x", "1"), ("0", "NaN"), ("0", "-4"), ("0", "99999999999999999999"), ("0", "1e300")] {
            let mut reported = reported(Reset::Delta);
            reported.learn(&headers(left, reset), seconds(0), wall);
            assert_eq!(reported.wait(seconds(0)), Duration::ZERO, "{left} {reset}");
        }
    }
}
