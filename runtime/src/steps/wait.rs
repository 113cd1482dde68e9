//! Whether a step that waits is made again, and when: a pure decision over what its answer showed, its rule and the time. Calling and sleeping
//! are `course`'s.

use std::time::Duration;

use crate::operation::WaitTable;

/// Calls in a row that may go wrong in a way that passes, before the wait is given up.
const PATIENCE: u32 = 3;

/// Where a wait stands after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Since the wait began.
    pub(super) waited: Duration,
    /// Calls made.
    pub(super) calls: u32,
    /// The last so many of them showed nothing: the connection broke, or the server was busy.
    pub(super) unclear: u32,
    /// How long the server asks to pause.
    pub(super) stated: Option<Duration>,
}

/// What comes next, where nothing is done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Another call, after this pause.
    Again(Duration),
    /// No other.
    Over(Over),
}

/// Why there is no other call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The time is used up.
    Time,
    /// The calls are used up.
    Times,
    /// The server asks for a longer pause than there is time.
    Stated(Duration),
    /// Too many calls in a row showed nothing.
    Unclear,
}

/// When to call again. Never before the server says, and never more often than the spec says; the last call comes when the time is over.
pub(super) fn next(rule: &WaitTable, standing: &Standing) -> Next {
    if standing.unclear > PATIENCE {
        return Next::Over(Over::Unclear);
    }
    // A clock that is set back must not make a wait endless: calls are counted, too.
    let most_calls = (rule.most / rule.every.max(1)).saturating_add(2);
    if rule.times.is_some_and(|times| standing.calls >= times) || u64::from(standing.calls) >= most_calls {
        return Next::Over(Over::Times);
    }
    let left = rule.most().saturating_sub(standing.waited);
    match standing.stated.map(|stated| if standing.calls == 0 { stated } else { stated.max(Duration::from_millis(rule.every)) }) {
        Some(stated) if stated > left => Next::Over(Over::Stated(stated)),
        Some(stated) => Next::Again(stated),
        // What was begun a moment ago may be done already.
        None if standing.calls == 0 => Next::Again(Duration::ZERO),
        None if left.is_zero() => Next::Over(Over::Time),
        None => Next::Again(rule.pause(standing.calls).min(left)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: WaitTable = WaitTable { every: 2_000, up_to: Some(60_000), until: &[], fails: &[], most: 1_800_000, times: None };

    fn after(calls: u32, waited: u64) -> Standing {
        Standing { waited: seconds(waited), calls, unclear: 0, stated: None }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn pauses_grow_as_far_as_the_spec_says() {
        let pauses: Vec<Next> = (0..8).map(|calls| next(&RULE, &after(calls, 0))).collect();
        assert_eq!(pauses, [0, 2, 4, 8, 16, 32, 60, 60].map(|pause| Next::Again(seconds(pause))));
        let even = WaitTable { up_to: None, ..RULE };
        assert_eq!(next(&even, &after(7, 0)), Next::Again(seconds(2)));
        assert_eq!(next(&RULE, &after(500, 0)), Next::Again(seconds(60)), "so many doublings are still a pause");
    }

    #[test]
    fn the_last_call_comes_when_the_time_is_over_and_none_after_it() {
        assert_eq!(next(&RULE, &after(9, 1_790)), Next::Again(seconds(10)));
        assert_eq!(next(&RULE, &after(10, 1_800)), Next::Over(Over::Time));
        assert_eq!(next(&RULE, &after(10, 9_999)), Next::Over(Over::Time));
    }

    #[test]
    fn the_servers_pause_is_kept_unless_it_is_longer_than_the_time_left() {
        let stated = |calls, wait| next(&RULE, &Standing { stated: Some(seconds(wait)), ..after(calls, 100) });
        assert_eq!(stated(6, 5), Next::Again(seconds(5)), "instead of the pause that has grown");
        assert_eq!(stated(6, 0), Next::Again(seconds(2)), "never more often than the spec says");
        assert_eq!(stated(0, 10), Next::Again(seconds(10)), "also before the first call");
        assert_eq!(stated(1, 1_700), Next::Again(seconds(1_700)));
        let year = 365 * 24 * 3600;
        assert_eq!(stated(1, year), Next::Over(Over::Stated(seconds(year))));
    }

    #[test]
    fn calls_are_counted() {
        let thrice = WaitTable { times: Some(3), ..RULE };
        assert_eq!(next(&thrice, &after(2, 0)), Next::Again(seconds(4)));
        assert_eq!(next(&thrice, &after(3, 0)), Next::Over(Over::Times));
        // No time passes on a clock that stands still; the wait ends all the same.
        assert_eq!(next(&RULE, &after(902, 0)), Next::Over(Over::Times));
    }

    #[test]
    fn what_shows_nothing_is_borne_for_a_while() {
        let unclear = |unclear| next(&RULE, &Standing { unclear, ..after(5, 20) });
        assert_eq!(unclear(3), Next::Again(seconds(32)));
        assert_eq!(unclear(4), Next::Over(Over::Unclear));
    }
}
