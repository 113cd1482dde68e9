//! A call's time: what is left of it, and what one try may take.

use std::time::Duration;

/// When a call must be over, on its client's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    until: Option<Duration>,
    per_try: Duration,
}

impl Budget {
    /// Starts now.
    pub(crate) fn start(now: Duration, overall: Option<Duration>, per_try: Duration) -> Budget {
        Budget { until: overall.and_then(|overall| now.checked_add(overall)), per_try }
    }

    /// The moment when it ends.
    pub(crate) fn until(&self) -> Option<Duration> {
        self.until
    }

    /// What is left; none when there is no end.
    pub(crate) fn left(&self, now: Duration) -> Option<Duration> {
        self.until.map(|until| until.saturating_sub(now))
    }

    /// What a try that starts now may take.
    pub(crate) fn next_try(&self, now: Duration) -> Duration {
        self.left(now).map_or(self.per_try, |left| left.min(self.per_try))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_takes_no_more_than_is_left() {
        let second = Duration::from_secs;
        let budget = Budget::start(second(10), Some(second(60)), second(30));
        assert_eq!(budget.next_try(second(10)), second(30));
        assert_eq!(budget.next_try(second(50)), second(20));
        assert_eq!(budget.next_try(second(80)), Duration::ZERO);
        let endless = Budget::start(second(10), None, second(30));
        assert_eq!((endless.left(second(999)), endless.next_try(second(999))), (None, second(30)));
    }
}
