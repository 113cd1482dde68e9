//! What people write out of habit in the middle of a statement, and what stands there in this language. Words that begin a statement are the
//! blocks' own (`block.rs`); misspelled keywords are found by their nearness.

use super::Rule;

/// What to do with something that is written out of habit.
#[derive(Clone, Copy)]
pub(super) enum Habit {
    /// This is written in its place.
    Write(&'static str),
    /// This is missing before it.
    Before(&'static str),
    /// Nothing, for the reason that is given.
    Leave(&'static str),
    /// The statement in another way: what stands behind it cannot be read.
    Stop(&'static str),
}
use Habit::{Before, Leave, Stop, Write};

const CONDITION: &str = "a condition is a path with `= value` or `present` behind it; each `until` ends the wait by itself";
const NO_AND: &str = "there is no `and`: each `until` ends the wait by itself, so name what comes last";
const WHOLE: &str = "write each condition in full: `until state = finished until state = failed`";
const RESETS: &str = "say how the header tells the time: `reset epoch`, `reset delta` (seconds from now) or `reset date`";
const NO_QUOTES: &str = "names stand without quotes";
const NO_COLON: &str = "write it without a colon";
const COUNTED: &str = "the number stands first: `50 times`";
const WHAT_ENDS: &str = "say what ends the wait: `until state = finished`";

/// What the habit is where `found` stands, which is not among what is `expected`. `behind` is what follows it.
pub(super) fn habit(found: &str, behind: &str, expected: &[Rule]) -> Option<Habit> {
    let wanted = |rule: Rule| expected.contains(&rule);
    let next = behind.trim_start();
    if wanted(Rule::duration) {
        return if found == ":" { Some(Leave(NO_COLON)) } else { length_of_time(found) };
    }
    if wanted(Rule::retry_key) && found == "on" {
        return Some(Leave("leave it out: the statuses stand right behind `retry`"));
    }
    if wanted(Rule::reset_kind) {
        return Some(Stop(RESETS));
    }
    if wanted(Rule::honour) && matches!(found, "after" | "header" | "respect" | "honor" | "wait") {
        return Some(Write("honour"));
    }
    if wanted(Rule::cost_read) {
        return match found {
            "points" | "point" => Some(Leave("leave it out: what a call costs is counted in points anyway")),
            "header" if next.starts_with('"') => Some(Before("read")),
            _ => None,
        };
    }
    if wanted(Rule::points) || wanted(Rule::limit_window) {
        return match found {
            "requests" | "request" | "calls" | "call" | "hits" => Some(Leave("leave it out: where no `points` stand, calls are counted")),
            "/" if wanted(Rule::concurrent) => Some(Write("per")),
            _ => None,
        };
    }
    if wanted(Rule::parts_size) {
        return match found {
            "size" => Some(Write("of")),
            _ => found.starts_with(|one: char| one.is_ascii_digit()).then_some(Before("of")),
        };
    }
    if wanted(Rule::items_named) && matches!(found, "name" | "named" | "by") {
        return Some(Write("by name"));
    }
    if wanted(Rule::wait_when) {
        return match found {
            "if" | "on" => Some(Write("when")),
            _ => next.starts_with("when ").then_some(Leave("leave it out: `code` and `message` say where a job tells why it failed")),
        };
    }
    if found == ":" && (wanted(Rule::wait) || wanted(Rule::wait_every)) && wanted(Rule::open) {
        return Some(Write("="));
    }
    let names = |rule: &Rule| matches!(rule, Rule::path | Rule::word | Rule::wait_status);
    if found.starts_with('"') && !expected.is_empty() && expected.iter().all(names) {
        return Some(Stop(NO_QUOTES));
    }
    in_wait(found, next, &wanted)
}

/// What follows a condition.
const CLAUSES: [&str; 6] = ["every ", "until ", "fails ", "at most ", "code ", "message "];

/// Between the clauses of a wait.
fn in_wait(found: &str, next: &str, wanted: &dyn Fn(Rule) -> bool) -> Option<Habit> {
    let says_something = || {
        let rest = next.trim_start_matches(|one: char| one.is_alphanumeric() || "_.".contains(one)).trim_start();
        rest.starts_with('=') || rest.starts_with("present") || next.starts_with("status ")
    };
    let condition = wanted(Rule::present) || wanted(Rule::equals) || wanted(Rule::wait_condition);
    let word = found.starts_with(|one: char| one.is_alphabetic());
    let is_alone = word && (next.is_empty() || CLAUSES.iter().any(|clause| next.starts_with(clause)));
    match found {
        "or" | "||" if wanted(Rule::wait_until) => Some(match says_something() {
            // Behind `fails when` another failure is meant.
            true if wanted(Rule::wait_code) => Write("fails when"),
            true => Write("until"),
            false => Stop(WHOLE),
        }),
        "and" | "&&" if wanted(Rule::wait_until) => Some(Stop(NO_AND)),
        "while" | "unless" if wanted(Rule::wait_until) => Some(Stop(WHAT_ENDS)),
        "exists" | "exist" | "there" | "given" | "set" if wanted(Rule::present) => Some(Write("present")),
        "is" | "has" if wanted(Rule::present) => Some(match next.starts_with("present") {
            true => Leave("write `present` alone"),
            false => Write("="),
        }),
        ":" if condition || wanted(Rule::wait_status) => Some(Leave(NO_COLON)),
        "times" if wanted(Rule::wait_times) || wanted(Rule::count) => Some(Stop(COUNTED)),
        "=" if wanted(Rule::value) => Some(Leave("write one `=`")),
        "not" | "in" | "!=" | ">" | "<" | ">=" | "<=" | "!" if condition => Some(Stop(CONDITION)),
        "to" | "up" | "upto" | "till" if wanted(Rule::wait_up_to) => Some(Write("up to")),
        "at" | "atmost" | "max" | "maximum" | "within" | "timeout" | "for" if wanted(Rule::wait_most) => Some(Write("at most")),
        "wait" | "poll" | "repeat" | "retry" | "each" if wanted(Rule::wait) || wanted(Rule::wait_every) => Some(Write("every")),
        _ if wanted(Rule::present) && wanted(Rule::equals) && is_alone => Some(Before(" = ")),
        _ if next.starts_with('=') && wanted(Rule::wait_until) && !wanted(Rule::equals) => Some(Stop(WHOLE)),
        _ => None,
    }
}

/// A unit alone is one of it.
fn length_of_time(found: &str) -> Option<Habit> {
    Some(Write(match found {
        "millisecond" => "1ms",
        "second" | "sec" | "s" => "1s",
        "minute" | "min" | "m" => "1m",
        "hour" | "h" => "1h",
        "day" | "d" => "1d",
        "week" => "7d",
        _ => return None,
    }))
}
