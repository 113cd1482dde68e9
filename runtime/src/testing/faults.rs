//! Faults that come when they like, but the same ones whenever a test runs: a seed says which request meets which.

use std::time::Duration;

use http::StatusCode;

use super::script::Reply;

/// What goes wrong with which share of the requests. Give it to [`StandIn::faults`](super::StandIn::faults).
///
/// ```
/// use linchpin_runtime::testing::{FaultSchedule, Reply};
/// let schedule = FaultSchedule::seeded(7).refused(0.02).lost(0.02).truncated(0.01).answered(0.05, Reply::status(429).header("retry-after", "0"));
/// ```
#[derive(Clone, Debug)]
pub struct FaultSchedule {
    random: fastrand::Rng,
    faults: Vec<(f64, Scheduled)>,
}

/// What happens to one request.
#[derive(Clone, Debug)]
pub(crate) enum Scheduled {
    /// The server reads it, does nothing and closes the connection.
    Refused,
    /// The server acts, and the connection breaks before its answer.
    Lost,
    /// The server acts, and the connection breaks in the middle of its answer.
    Truncated,
    /// The server acts, and its answer comes late.
    Late(Duration),
    /// The server does nothing but answer this.
    Answered(Box<Reply>),
}

impl FaultSchedule {
    /// The seed decides which request meets which fault.
    pub fn seeded(seed: u64) -> FaultSchedule {
        FaultSchedule { random: fastrand::Rng::with_seed(seed), faults: Vec::new() }
    }

    /// The server closes the connection, and has done nothing.
    #[must_use]
    pub fn refused(self, share: f64) -> FaultSchedule {
        self.with(share, Scheduled::Refused)
    }

    /// The server acts; nothing of its answer arrives.
    #[must_use]
    pub fn lost(self, share: f64) -> FaultSchedule {
        self.with(share, Scheduled::Lost)
    }

    /// The server acts; the first half of its answer arrives.
    #[must_use]
    pub fn truncated(self, share: f64) -> FaultSchedule {
        self.with(share, Scheduled::Truncated)
    }

    /// The server acts; its answer comes after this time.
    #[must_use]
    pub fn late(self, share: f64, by: Duration) -> FaultSchedule {
        self.with(share, Scheduled::Late(by))
    }

    /// The server answers this and does nothing else.
    #[must_use]
    pub fn answered(self, share: f64, reply: Reply) -> FaultSchedule {
        self.with(share, Scheduled::Answered(Box::new(reply)))
    }

    /// # Panics
    /// When all shares come to more than 1: a mistake in the test.
    fn with(mut self, share: f64, fault: Scheduled) -> FaultSchedule {
        self.faults.push((share, fault));
        let all: f64 = self.faults.iter().map(|(share, _)| share).sum();
        // Tenths do not come to one exactly.
        assert!(share >= 0.0 && all <= 1.0 + 1e-9, "the shares of faults are from 0 to 1 and come to 1 at most, not {all}");
        self
    }

    /// What happens to the next request.
    pub(crate) fn next(&mut self) -> Option<Scheduled> {
        let mut drawn = self.random.f64();
        for (share, fault) in &self.faults {
            if drawn < *share {
                return Some(fault.clone());
            }
            drawn -= share;
        }
        None
    }
}

impl Scheduled {
    /// Does the server do what it was asked?
    pub(crate) fn acts(&self) -> bool {
        !matches!(self, Scheduled::Refused | Scheduled::Answered(_))
    }

    /// What becomes of the answer.
    pub(crate) fn spoil(self, reply: Reply) -> Reply {
        match self {
            Scheduled::Refused | Scheduled::Lost => Reply::reset(),
            Scheduled::Truncated if reply.body.is_empty() => Reply::reset(),
            Scheduled::Truncated => {
                let half = reply.body.len() / 2;
                reply.truncated(half)
            }
            Scheduled::Late(by) => reply.delay(by),
            Scheduled::Answered(reply) => *reply,
        }
    }
}

/// So that a message can name it.
impl std::fmt::Display for Scheduled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scheduled::Refused => f.write_str("refused"),
            Scheduled::Lost => f.write_str("lost"),
            Scheduled::Truncated => f.write_str("truncated"),
            Scheduled::Late(by) => write!(f, "late by {by:?}"),
            Scheduled::Answered(reply) => write!(f, "answered {}", StatusCode::as_u16(&reply.status)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64) -> Vec<String> {
        let mut schedule = FaultSchedule::seeded(seed).refused(0.1).lost(0.2).answered(0.3, Reply::status(503));
        (0..10_000).map(|_| schedule.next().map_or_else(|| "none".to_owned(), |fault| fault.to_string())).collect()
    }

    #[test]
    fn a_seed_gives_the_same_faults_in_their_shares() {
        let faults = drawn(1);
        assert_eq!(faults, drawn(1));
        assert_ne!(faults, drawn(2));
        for (name, share) in [("refused", 0.1), ("lost", 0.2), ("answered 503", 0.3), ("none", 0.4)] {
            let seen = faults.iter().filter(|fault| *fault == name).count() as f64 / 10_000.0;
            assert!((seen - share).abs() < 0.02, "{name}: {seen}");
        }
    }

    #[test]
    #[should_panic(expected = "come to 1 at most")]
    fn more_faults_than_requests_are_a_mistake() {
        let _ = FaultSchedule::seeded(1).lost(0.6).refused(0.6);
    }
}
