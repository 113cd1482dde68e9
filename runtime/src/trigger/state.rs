//! What is remembered between polls: up to when items were seen, and which were seen of that time.

use serde_json::{Value, json};

use crate::{checkpoint::stored, value::DateTime};

/// Where a trigger stands: a value to keep together with what was done about the items, as JSON or by serde. It is of one trigger with one
/// input; with another input, what was seen says nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct PollState(pub(super) At);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum At {
    /// Nothing was polled yet.
    Start(Start),
    /// Something was.
    Going(Going),
}

/// Where the first poll starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// What there is when the first poll is made is not given; what comes later is.
    Now,
    /// With everything that there is.
    All,
    /// With what changed at this time or later.
    Since(DateTime),
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Going {
    /// Which trigger.
    pub(super) trigger: String,
    /// Its revision: another may tell new items in another way.
    pub(super) revision: u32,
    /// Everything up to this time was seen.
    pub(super) time: DateTime,
    /// The greatest time that was seen, where that is another: items that come in no order of time are safe only up to what was known when
    /// the reading of them began.
    pub(super) top: DateTime,
    /// What was seen of the time that is looked at again, oldest first.
    pub(super) seen: Vec<(DateTime, String)>,
}

impl PollState {
    /// Before the first poll.
    pub const fn start(start: Start) -> PollState {
        PollState(At::Start(start))
    }

    /// Up to when items were seen; none before the first poll.
    pub fn time(&self) -> Option<DateTime> {
        match &self.0 {
            At::Start(_) => None,
            At::Going(going) => Some(going.time),
        }
    }

    /// The trigger and the revision that it is of; none before the first poll.
    pub fn trigger(&self) -> Option<(&str, u32)> {
        match &self.0 {
            At::Start(_) => None,
            At::Going(going) => Some((&going.trigger, going.revision)),
        }
    }

    /// The same, of what became of the trigger.
    pub(crate) fn moved_to(self, trigger: &str, revision: u32) -> PollState {
        match self.0 {
            At::Going(going) => PollState(At::Going(Going { trigger: trigger.to_owned(), revision, ..going })),
            start => PollState(start),
        }
    }

    /// The same, with nothing seen: what is looked at again is given again, late items of that time among it.
    pub(crate) fn forgetting(self) -> PollState {
        match self.0 {
            At::Going(going) => PollState(At::Going(Going { seen: Vec::new(), ..going })),
            start => PollState(start),
        }
    }

    fn to_value(&self) -> Value {
        match &self.0 {
            At::Start(Start::Now) => json!({ "start": "now" }),
            At::Start(Start::All) => json!({ "start": "all" }),
            At::Start(Start::Since(time)) => json!({ "start": "since", "time": time.to_string() }),
            At::Going(going) => {
                let seen: Vec<Value> = going.seen.iter().map(|(time, id)| json!([time.to_string(), id])).collect();
                let mut value =
                    json!({ "trigger": going.trigger, "revision": going.revision, "time": going.time.to_string(), "seen": seen });
                if going.top != going.time {
                    value["top"] = going.top.to_string().into();
                }
                value
            }
        }
    }

    fn from_value(value: &Value) -> Option<PollState> {
        let time = |name: &str| value.get(name)?.as_str()?.parse::<DateTime>().ok();
        let at = match value.get("start").map(|start| start.as_str().unwrap_or_default()) {
            Some("now") => At::Start(Start::Now),
            Some("all") => At::Start(Start::All),
            Some("since") => At::Start(Start::Since(time("time")?)),
            Some(_) => return None,
            None => {
                let seen = value.get("seen")?.as_array()?.iter().map(|pair| {
                    let (at, id) = (pair.get(0)?.as_str()?.parse().ok()?, pair.get(1)?.as_str()?);
                    Some((at, id.to_owned()))
                });
                let (reached, trigger) = (time("time")?, value.get("trigger")?.as_str()?.to_owned());
                let top = if value.get("top").is_some() { time("top")? } else { reached };
                let revision = u32::try_from(value.get("revision")?.as_u64()?).ok()?;
                At::Going(Going { trigger, revision, time: reached, top, seen: seen.collect::<Option<_>>()? })
            }
        };
        Some(PollState(at))
    }
}

stored!(PollState, "this is not the state of a poll");
