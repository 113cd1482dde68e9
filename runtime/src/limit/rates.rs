//! How much may be done in a time, as pure decisions over a reading of a clock: windows, what the server's headers say is left, and pauses. Waiting,
//! and where this is kept, is left to others.

use std::{
    collections::VecDeque,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::HeaderMap;

use crate::{
    operation::{Limit, Reset},
    retry::{http_date, until},
};

/// The longest pause that a server's header can cause; a header beyond it is not believed.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);
/// Calls that follow each other within this part of a moving window are remembered together.
const PARTS: u32 = 64;

/// A reading of a clock that is not quite certain, as one of another machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// It is this late, or later.
    pub(super) least: Duration,
    /// It is no later than this.
    pub(super) most: Duration,
}

impl From<Duration> for Moment {
    fn from(now: Duration) -> Moment {
        Moment { least: now, most: now }
    }
}

/// All limits that depend on time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rates {
    pub(super) windows: Vec<Window>,
    pub(super) reported: Vec<Reported>,
    pub(super) paused_until: Duration,
}

impl Rates {
    pub(super) fn new(limits: &'static [Limit]) -> Rates {
        let mut rates = Rates { windows: Vec::new(), reported: Vec::new(), paused_until: Duration::ZERO };
        for limit in limits {
            match *limit {
                Limit::Concurrent(_) => {}
                Limit::Window { count, millis, moving, points } => {
                    let length = Duration::from_millis(millis);
                    rates.windows.push(Window { count: count.max(1), length, points, used: Used::nothing(moving) });
                }
                Limit::Headers { remaining, reset, kind, points } => {
                    rates.reported.push(Reported { remaining, reset, kind, points, known: None });
                }
            }
        }
        rates
    }

    /// Takes room for a call of this cost in every limit, or in none and says how long to wait.
    pub(super) fn ask(&mut self, now: Moment, cost: u32) -> Result<(), Duration> {
        self.forget_what_cannot_be(now.most);
        let windows = self.windows.iter_mut().map(|window| window.wait(now.least, cost));
        let waits = windows.chain(self.reported.iter_mut().map(|reported| reported.wait(now.least, cost)));
        let wait = waits.max().unwrap_or_default().max(self.paused_until.saturating_sub(now.least));
        if !wait.is_zero() {
            return Err(wait);
        }
        self.take(now, cost);
        Ok(())
    }

    /// What lies too far ahead was counted by a clock that has been set back since. Nobody waits until that time comes again.
    fn forget_what_cannot_be(&mut self, now: Duration) {
        for window in &mut self.windows {
            let latest = now + window.length;
            match &mut window.used {
                Used::Fixed { start, used } if *start > latest => (*start, *used) = (Duration::ZERO, 0),
                Used::Fixed { .. } => {}
                Used::Moving(spans) => spans.retain(|span| span.to <= latest),
            }
        }
        let latest = now + LONGEST_PAUSE;
        self.reported.iter_mut().filter(|one| one.known.is_some_and(|(_, reset)| reset > latest)).for_each(|one| one.known = None);
        if self.paused_until > latest {
            self.paused_until = Duration::ZERO;
        }
    }

    /// Counts a call, whether there is room or not.
    pub(super) fn take(&mut self, now: Moment, cost: u32) {
        self.windows.iter_mut().for_each(|window| window.take(now, cost));
        self.reported.iter_mut().for_each(|reported| reported.take(cost));
    }

    /// A call that was counted at this time turned out to cost something else.
    pub(super) fn settle(&mut self, now: Moment, counted: Duration, estimated: u32, actual: u32) {
        let windows = self.windows.iter_mut().filter(|window| window.points);
        match actual.checked_sub(estimated) {
            Some(more) => windows.for_each(|window| window.used.add(now, window.length, more.min(window.count))),
            None => windows.for_each(|window| window.used.give_back(counted, estimated - actual)),
        }
    }

    /// Learns from an answer's headers.
    pub(super) fn learn(&mut self, headers: &HeaderMap, now: Duration, wall: SystemTime) {
        self.reported.iter_mut().for_each(|reported| reported.learn(headers, now, wall));
    }

    /// Nothing more for a while.
    pub(super) fn pause(&mut self, now: Duration, wait: Duration) {
        self.paused_until = self.paused_until.max(now + wait.min(LONGEST_PAUSE));
    }
}

/// So much in a window.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) count: u32,
    pub(super) length: Duration,
    /// Points are counted, not calls.
    pub(super) points: bool,
    pub(super) used: Used,
}

/// What was used of a window.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Used {
    /// Windows follow each other; the first starts with the first call.
    Fixed { start: Duration, used: u64 },
    /// Any window of that length.
    Moving(VecDeque<Span>),
}

/// What was used between two times that are close together. It counts until its end has left the window, so that no window ever holds more than it
/// should.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) from: Duration,
    pub(super) to: Duration,
    pub(super) used: u64,
}

impl Window {
    fn weight(&self, cost: u32) -> u64 {
        // What costs more than there is in a window is sent when the whole window is free.
        u64::from(if self.points { cost.min(self.count) } else { 1 })
    }

    fn wait(&mut self, now: Duration, cost: u32) -> Duration {
        let (weight, count, length) = (self.weight(cost), u64::from(self.count), self.length);
        match &mut self.used {
            Used::Fixed { start, used } => {
                if *used == 0 || now >= *start + length {
                    (*start, *used) = (now, 0);
                }
                if used.saturating_add(weight) <= count { Duration::ZERO } else { (*start + length).saturating_sub(now) }
            }
            Used::Moving(spans) => {
                while spans.front().is_some_and(|span| now >= span.to + length) {
                    spans.pop_front();
                }
                let mut used = spans.iter().fold(0_u64, |used, span| used.saturating_add(span.used));
                let mut wait = Duration::ZERO;
                for span in spans {
                    if used.saturating_add(weight) <= count {
                        break;
                    }
                    (used, wait) = (used.saturating_sub(span.used), (span.to + length).saturating_sub(now));
                }
                wait
            }
        }
    }

    fn take(&mut self, now: Moment, cost: u32) {
        let weight = if self.points { cost } else { 1 };
        self.used.add(now, self.length, weight);
    }
}

impl Used {
    fn nothing(moving: bool) -> Used {
        if moving { Used::Moving(VecDeque::new()) } else { Used::Fixed { start: Duration::ZERO, used: 0 } }
    }

    fn add(&mut self, now: Moment, length: Duration, more: u32) {
        let more = u64::from(more);
        match self {
            Used::Fixed { used, .. } => *used = used.saturating_add(more),
            Used::Moving(_) if more == 0 => {}
            Used::Moving(spans) => match spans.back_mut() {
                Some(last) if now.most.saturating_sub(last.from) < length / PARTS => {
                    (last.to, last.used) = (last.to.max(now.most), last.used.saturating_add(more));
                }
                last => {
                    // Times never go back, whoever read the clock.
                    let at = last.map_or(now.most, |last| last.to.max(now.most));
                    spans.push_back(Span { from: at, to: at, used: more });
                }
            },
        }
    }

    /// What was counted at this time was too much. What has left the window, or cannot be told from others, is not given back.
    fn give_back(&mut self, counted: Duration, too_much: u32) {
        let too_much = u64::from(too_much);
        match self {
            // A window of no calls starts with its next; this one has started.
            Used::Fixed { start, used } if *start <= counted => *used = used.saturating_sub(too_much).max((*used).min(1)),
            Used::Fixed { .. } => {}
            Used::Moving(spans) => {
                let span = spans.iter_mut().find(|span| span.from <= counted && counted <= span.to);
                span.into_iter().for_each(|span| span.used = span.used.saturating_sub(too_much));
                spans.retain(|span| span.used > 0);
            }
        }
    }
}

/// What the server last said is left, less what was sent since.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reported {
    pub(super) remaining: &'static str,
    pub(super) reset: &'static str,
    pub(super) kind: Reset,
    /// Points are left, not calls.
    pub(super) points: bool,
    pub(super) known: Option<(u64, Duration)>,
}

impl Reported {
    fn wait(&mut self, now: Duration, cost: u32) -> Duration {
        match self.known {
            Some((_, reset)) if now >= reset => {
                self.known = None;
                Duration::ZERO
            }
            Some((left, reset)) if left < self.weight(cost) => reset - now,
            _ => Duration::ZERO,
        }
    }

    fn weight(&self, cost: u32) -> u64 {
        if self.points { u64::from(cost) } else { 1 }
    }

    fn take(&mut self, cost: u32) {
        let weight = self.weight(cost);
        if let Some((left, _)) = &mut self.known {
            *left = left.saturating_sub(weight);
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
        let mut rates = Rates::new(&[Limit::Window { count: 2, millis: 10_000, moving: false, points: false }]);
        assert_eq!(rates.ask(seconds(3).into(), 1), Ok(()));
        assert_eq!(rates.ask(seconds(12).into(), 1), Ok(()));
        assert_eq!(rates.ask(seconds(12).into(), 1), Err(seconds(1)));
        assert_eq!(rates.ask(seconds(13).into(), 1), Ok(()));
        assert_eq!(rates.ask(seconds(13).into(), 1), Ok(()));
        assert_eq!(rates.ask(seconds(13).into(), 1), Err(seconds(10)));
    }

    #[test]
    fn a_moving_window_never_holds_more_than_its_count() {
        let mut rates = Rates::new(&[Limit::Window { count: 2, millis: 10_000, moving: true, points: false }]);
        assert_eq!(rates.ask(seconds(0).into(), 1), Ok(()));
        assert_eq!(rates.ask(seconds(9).into(), 1), Ok(()));
        assert_eq!(rates.ask(seconds(9).into(), 1), Err(seconds(1)));
        assert_eq!(rates.ask(seconds(10).into(), 1), Ok(()));
        assert_eq!(rates.ask(seconds(10).into(), 1), Err(seconds(9)));
    }

    #[test]
    fn a_refused_call_takes_no_place_anywhere() {
        let mut rates = Rates::new(&[
            Limit::Window { count: 1, millis: 1_000, moving: false, points: false },
            Limit::Window { count: 2, millis: 60_000, moving: false, points: false },
        ]);
        assert_eq!(rates.ask(seconds(0).into(), 1), Ok(()));
        (0..5).for_each(|_| assert_eq!(rates.ask(seconds(0).into(), 1), Err(seconds(1))));
        assert_eq!(rates.ask(seconds(1).into(), 1), Ok(()));
        assert_eq!(rates.ask(seconds(2).into(), 1), Err(seconds(58)));
    }

    #[test]
    fn nobody_waits_for_a_clock_that_was_set_back() {
        const MINUTE: Limit = Limit::Window { count: 1, millis: 60_000, moving: false, points: false };
        let limits = [
            MINUTE,
            Limit::Window { count: 1, millis: 60_000, moving: true, points: false },
            Limit::Headers { remaining: "x-left", reset: "x-reset", kind: Reset::Delta, points: false },
        ];
        let mut rates = Rates::new(Box::leak(Box::new(limits)));
        let year = seconds(365 * 24 * 3600);
        rates.learn(&headers("0", "30"), year, UNIX_EPOCH);
        rates.pause(year, seconds(30));
        assert_eq!(rates.ask(year.into(), 1), Err(seconds(30)));
        assert_eq!(rates.ask((year + seconds(31)).into(), 1), Ok(()));
        rates.pause(year, seconds(120));
        assert_eq!(rates.ask(seconds(1).into(), 1), Ok(()), "a year is not waited for");
        assert_eq!(rates.ask(seconds(1).into(), 1), Err(seconds(60)));
        // By less than a window: what was counted holds.
        assert_eq!(rates.ask(seconds(0).into(), 1), Err(seconds(61)));
    }

    fn headers(left: &str, reset: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-left", left.parse().expect("a header"));
        headers.insert("x-reset", reset.parse().expect("a header"));
        headers
    }

    fn reported(kind: Reset) -> Reported {
        Reported { remaining: "x-left", reset: "x-reset", kind, points: false, known: None }
    }

    #[test]
    fn headers_correct_the_estimate() {
        let mut reported = reported(Reset::Delta);
        reported.learn(&headers("2", "30"), seconds(0), UNIX_EPOCH);
        reported.take(1);
        assert_eq!(reported.wait(seconds(1), 1), Duration::ZERO);
        reported.take(1);
        assert_eq!(reported.wait(seconds(1), 1), seconds(29));
        // An answer that was on its way says 1 is left: it is older than what we know.
        reported.learn(&headers("1", "29"), seconds(1), UNIX_EPOCH);
        assert_eq!(reported.wait(seconds(1), 1), seconds(29));
        assert_eq!(reported.wait(seconds(31), 1), Duration::ZERO);
        reported.learn(&headers("100", "60"), seconds(31), UNIX_EPOCH);
        assert_eq!(reported.wait(seconds(31), 1), Duration::ZERO);
    }

    #[test]
    fn resets_are_read_as_declared_and_nonsense_is_not_believed() {
        let wall = UNIX_EPOCH + seconds(1_700_000_000);
        let mut epoch = reported(Reset::Epoch);
        epoch.learn(&headers("0", "1700000009"), seconds(5), wall);
        assert_eq!(epoch.wait(seconds(5), 1), seconds(9));
        let mut date = reported(Reset::Date);
        date.learn(&headers("0", "Tue, 14 Nov 2023 22:13:30 GMT"), seconds(0), wall);
        assert_eq!(date.wait(seconds(0), 1), seconds(10));
        for (left, reset) in [("x", "1"), ("0", "NaN"), ("0", "-4"), ("0", "99999999999999999999"), ("0", "1e300")] {
            let mut reported = reported(Reset::Delta);
            reported.learn(&headers(left, reset), seconds(0), wall);
            assert_eq!(reported.wait(seconds(0), 1), Duration::ZERO, "{left} {reset}");
        }
    }

    #[test]
    fn broken_headers_cause_no_pause_that_is_not_believed() {
        let wall = UNIX_EPOCH + seconds(1_700_000_000);
        let good = ["0", "12.5", "1700000009", "Tue, 14 Nov 2023 22:13:30 GMT"];
        crate::fuzz::feed_text(32, &good, &["-", "9", "e", "inf", "NaN", ":", " GMT", "."], |text| {
            let Ok(value) = http::HeaderValue::from_str(text) else { return };
            let mut headers = HeaderMap::new();
            headers.insert("x-left", http::HeaderValue::from_static("0"));
            headers.insert("x-reset", value.clone());
            for kind in [Reset::Delta, Reset::Epoch, Reset::Date] {
                let mut reported = reported(kind);
                reported.learn(&headers, seconds(5), wall);
                assert!(reported.wait(seconds(5), 1) <= LONGEST_PAUSE, "{text}");
            }
            headers.insert("x-left", value);
            reported(Reset::Delta).learn(&headers, seconds(5), wall);
        });
    }
}
