//! Quiet that a server asks for while it still answers: `Backoff`, with a number of seconds, on any answer, as the services of Mozilla do (Kinto,
//! Sync). Calls that come meanwhile wait; those that cannot wait so long are not made.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use http::HeaderMap;

use super::rates::LONGEST_PAUSE;
use crate::retry::stated_wait;

/// How long an answer asks for quiet. What is beyond a day is not believed.
pub(crate) fn asked(headers: &HeaderMap, wall: SystemTime) -> Option<Duration> {
    let wait = stated_wait(headers.get("backoff")?.to_str().ok()?, wall)?;
    (!wait.is_zero() && wait <= LONGEST_PAUSE).then_some(wait)
}

/// Until when a connection is quiet whose API declares no limits: a reading of the client's clock, in milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Quiet(AtomicU64);

impl Quiet {
    pub(crate) fn begin(&self, now: Duration, wait: Duration) {
        self.0.fetch_max(millis(now.saturating_add(wait)), Ordering::Relaxed);
    }

    /// What is left of it.
    pub(crate) fn left(&self, now: Duration) -> Option<Duration> {
        let until = self.0.load(Ordering::Relaxed);
        let left = if until == 0 { 0 } else { until.saturating_sub(millis(now)) };
        (left > 0).then(|| Duration::from_millis(left))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_quiet() {
        let asked = |value: &str| {
            super::asked(&HeaderMap::from_iter([("backoff".parse().unwrap(), value.parse().unwrap())]), SystemTime::UNIX_EPOCH)
        };
        assert_eq!(asked("10"), Some(Duration::from_secs(10)));
        assert_eq!(asked("0.5"), Some(Duration::from_millis(500)));
        for nothing in ["0", "", "-1", "soon", "86401", "99999999999999999999"] {
            assert_eq!(asked(nothing), None, "{nothing:?}");
        }
        assert_eq!(super::asked(&HeaderMap::new(), SystemTime::UNIX_EPOCH), None);
    }

    #[test]
    fn the_longest_that_was_asked_for_holds() {
        let (quiet, seconds) = (Quiet::default(), Duration::from_secs);
        assert_eq!(quiet.left(seconds(5)), None);
        quiet.begin(seconds(5), seconds(10));
        quiet.begin(seconds(6), seconds(2));
        assert_eq!(quiet.left(seconds(7)), Some(seconds(8)));
        assert_eq!(quiet.left(seconds(15)), None);
    }
}
