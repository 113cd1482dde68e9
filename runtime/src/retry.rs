//! Whether and when a try is repeated: a pure decision over what happened. Waiting and sending are the engine's.

use std::{
    sync::Mutex,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    gate::Passage,
    operation::{RetryClass, RetryPolicy, Statuses},
};

/// Seconds above which a number in a retry header is a point in time and not a wait: the year 2001 as an epoch, 31 years as a wait.
const EPOCH_FROM: u64 = 1_000_000_000;
/// The same for milliseconds.
const EPOCH_MILLIS_FROM: u64 = 1_000_000_000_000;

/// How tries are spaced, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetrySettings {
    /// The most tries of one call, the first included; 1 is no retry.
    pub tries: u32,
    /// The ceiling of the first wait; it doubles with each try.
    pub first: Duration,
    /// The ceiling of every wait that the server does not state.
    pub longest: Duration,
    /// The longest wait stated by the server that is honoured; beyond it the call ends.
    pub longest_stated: Duration,
    /// Retries that all calls of a client may have open at once: an outage is not multiplied. A success gives a tenth back. Calls to other servers than
    /// the API's have as many of their own.
    pub quota: u32,
}

impl Default for RetrySettings {
    fn default() -> Self {
        RetrySettings {
            tries: 4,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(20),
            longest_stated: Duration::from_secs(120),
            quota: 50,
        }
    }
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The connection could not be made: nothing was sent.
    NotSent,
    /// It broke or timed out after something was sent.
    Broken,
    /// An answer that is not a success.
    Status(u16),
}

/// All that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Try {
    pub(crate) outcome: Outcome,
    /// Tries made, this one included.
    pub(crate) number: u32,
    /// What the server asked to wait.
    pub(crate) stated: Option<Duration>,
    /// What is left of the call's time.
    pub(crate) left: Option<Duration>,
    /// The body can be sent again.
    pub(crate) repeatable: bool,
    /// A number in 0..1.
    pub(crate) random: f64,
}

impl Try {
    /// One that may be repeated as far as time and body go, and of which the server said nothing.
    pub(crate) fn new(outcome: Outcome, number: u32) -> Try {
        Try { outcome, number, stated: None, left: None, repeatable: true, random: fastrand::f64() }
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Wait, then try again.
    After(Duration),
    /// Give the caller what there is.
    Stop,
}

/// Decides by class, settings and what happened. The quota is asked separately, last: by `Core::another`.
pub(crate) fn decide(class: RetryClass, policy: &RetryPolicy, settings: &RetrySettings, this: &Try) -> Verdict {
    if this.number >= settings.tries || !this.repeatable || !may_repeat(class, policy, this.outcome) {
        return Verdict::Stop;
    }
    let wait = match this.stated {
        Some(stated) if stated > settings.longest_stated => return Verdict::Stop,
        Some(stated) => stated,
        None => backoff(settings, this.number, this.random),
    };
    match this.left {
        Some(left) if wait >= left => Verdict::Stop,
        _ => Verdict::After(wait),
    }
}

fn may_repeat(class: RetryClass, policy: &RetryPolicy, outcome: Outcome) -> bool {
    match outcome {
        // Nothing reached the server, so even an unsafe call did nothing yet.
        Outcome::NotSent => true,
        Outcome::Broken => class != RetryClass::Never,
        Outcome::Status(status) => class != RetryClass::Never && includes(policy.statuses, status),
    }
}

/// Full jitter: anywhere between nothing and the ceiling, so that callers who failed together do not come back together.
fn backoff(settings: &RetrySettings, number: u32, random: f64) -> Duration {
    let doubled = settings.first.saturating_mul(1u32.checked_shl(number.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(settings.longest).mul_f64(random.clamp(0.0, 1.0))
}

/// Whether a status is in one of the ranges.
pub(crate) fn includes(ranges: &[Statuses], status: u16) -> bool {
    ranges.iter().any(|range| range.0 <= status && status <= range.1)
}

/// What a `Retry-After` or the like says: seconds (also with a fraction), an HTTP date, an epoch in seconds or milliseconds, or `0`.
/// A time that has passed is no wait.
pub(crate) fn stated_wait(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(number) = value.parse::<u64>() {
        return Some(match number {
            n if n >= EPOCH_MILLIS_FROM => until(UNIX_EPOCH + Duration::from_millis(n), now),
            n if n >= EPOCH_FROM => until(UNIX_EPOCH + Duration::from_secs(n), now),
            n => Duration::from_secs(n),
        });
    }
    if value.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return value.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    }
    http_date(value).map(|date| until(date, now))
}

/// An HTTP date (RFC 9110, 5.6.7).
pub(crate) fn http_date(value: &str) -> Option<SystemTime> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(SystemTime::from(date))
}

/// How long until then.
pub(crate) fn until(then: SystemTime, now: SystemTime) -> Duration {
    then.duration_since(now).unwrap_or_default()
}

/// What all calls of a client may repeat: those to the API's servers, and those to others, whose outage is not the API's.
#[derive(Debug)]
pub(crate) struct Quotas {
    api: Quota,
    others: Quota,
}

impl Quotas {
    pub(crate) fn new(tokens: u32) -> Self {
        Quotas { api: Quota::new(tokens), others: Quota::new(tokens) }
    }

    pub(crate) fn of(&self, passage: Passage) -> &Quota {
        match passage {
            Passage::WithCredentials => &self.api,
            Passage::Bare => &self.others,
        }
    }
}

/// The token bucket that calls share. A retry takes a token, a success gives a tenth of one back.
#[derive(Debug)]
pub(crate) struct Quota {
    /// Tenths of a token.
    left: Mutex<u32>,
    full: u32,
}

impl Quota {
    pub(crate) fn new(tokens: u32) -> Self {
        let full = tokens.saturating_mul(10);
        Quota { left: Mutex::new(full), full }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&self) -> bool {
        let mut left = self.lock();
        let enough = *left >= 10;
        if enough {
            *left -= 10;
        }
        enough
    }

    /// A call succeeded.
    pub(crate) fn refund(&self) {
        let mut left = self.lock();
        *left = (*left + 1).min(self.full);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, u32> {
        self.left.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { statuses: &[Statuses(429, 429), Statuses(500, 599)], honour: None };

    fn failed(outcome: Outcome) -> Try {
        Try { random: 0.5, ..Try::new(outcome, 1) }
    }

    fn verdict(class: RetryClass, this: Try) -> Verdict {
        decide(class, &POLICY, &RetrySettings::default(), &this)
    }

    #[test]
    fn a_bare_post_is_never_repeated_once_it_was_sent() {
        assert_eq!(verdict(RetryClass::Never, failed(Outcome::Status(503))), Verdict::Stop);
        assert_eq!(verdict(RetryClass::Never, failed(Outcome::Broken)), Verdict::Stop);
        assert!(matches!(verdict(RetryClass::Never, failed(Outcome::NotSent)), Verdict::After(_)));
        assert!(matches!(verdict(RetryClass::Key("idempotency-key"), failed(Outcome::Broken)), Verdict::After(_)));
    }

    #[test]
    fn only_listed_statuses_are_repeated() {
        assert!(matches!(verdict(RetryClass::Safe, failed(Outcome::Status(429))), Verdict::After(_)));
        assert_eq!(verdict(RetryClass::Safe, failed(Outcome::Status(404))), Verdict::Stop);
    }

    #[test]
    fn waits_grow_to_a_ceiling_and_are_jittered() {
        let wait = |number, random| verdict(RetryClass::Safe, Try { number, random, ..failed(Outcome::Status(500)) });
        assert_eq!(wait(1, 1.0), Verdict::After(Duration::from_millis(200)));
        assert_eq!(wait(3, 1.0), Verdict::After(Duration::from_millis(800)));
        assert_eq!(wait(3, 0.0), Verdict::After(Duration::ZERO));
        assert_eq!(wait(4, 1.0), Verdict::Stop);
        let patient = RetrySettings { tries: 100, ..RetrySettings::default() };
        let late = Try { number: 60, random: 1.0, ..failed(Outcome::Broken) };
        assert_eq!(decide(RetryClass::Safe, &POLICY, &patient, &late), Verdict::After(Duration::from_secs(20)));
    }

    #[test]
    fn the_servers_wait_is_honoured_within_the_calls_time() {
        let stated = |seconds, left| {
            let stated = Some(Duration::from_secs(seconds));
            verdict(RetryClass::Safe, Try { stated, left, ..failed(Outcome::Status(429)) })
        };
        assert_eq!(stated(0, None), Verdict::After(Duration::ZERO));
        assert_eq!(stated(7, None), Verdict::After(Duration::from_secs(7)));
        assert_eq!(stated(7, Some(Duration::from_secs(5))), Verdict::Stop);
        assert_eq!(stated(3600, None), Verdict::Stop);
    }

    #[test]
    fn a_stream_that_was_read_is_not_sent_again() {
        let gone = Try { repeatable: false, ..failed(Outcome::NotSent) };
        assert_eq!(verdict(RetryClass::Safe, gone), Verdict::Stop);
    }

    #[test]
    fn every_form_of_wait_is_understood() {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let wait = |text| stated_wait(text, now);
        assert_eq!(wait("0"), Some(Duration::ZERO));
        assert_eq!(wait(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(wait("1.5"), Some(Duration::from_millis(1500)));
        assert_eq!(wait("1700000030"), Some(Duration::from_secs(30)));
        assert_eq!(wait("1700000030500"), Some(Duration::from_millis(30_500)));
        assert_eq!(wait("1600000000"), Some(Duration::ZERO));
        assert_eq!(wait("Tue, 14 Nov 2023 22:14:20 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(wait("Tue, 14 Nov 2023 22:00:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["", "-1", "soon", "1e9999", "..", "99999999999999999999999"] {
            let wait = wait(nonsense);
            assert!(wait.is_none() || wait > Some(Duration::from_secs(u64::from(u32::MAX))), "{nonsense}: {wait:?}");
        }
    }

    #[test]
    fn the_quota_runs_out_and_recovers_slowly() {
        let quota = Quota::new(2);
        assert!(quota.take() && quota.take() && !quota.take());
        (0..9).for_each(|_| quota.refund());
        assert!(!quota.take());
        quota.refund();
        assert!(quota.take() && !quota.take());
    }

    #[test]
    fn broken_waits_and_dates_do_no_harm() {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let good =
            ["120", "1.5", "1700000030500", "Tue, 14 Nov 2023 22:14:20 GMT", "Tuesday, 14-Nov-23 22:14:20 GMT", "Tue Nov 14 22:14:20 2023"];
        crate::fuzz::feed_text(21, &good, &["-", "9", "e", "inf", "NaN", ":", ",", " GMT", "+9999", "\u{e9}"], |text| {
            if let Some(wait) = stated_wait(text, now) {
                assert!(now.checked_add(wait).is_some() || wait > Duration::from_secs(u64::from(u32::MAX)), "{text}");
            }
            let _ = http_date(text);
        });
    }
}
