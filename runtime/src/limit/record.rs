//! What is kept of the limits of one connection where several processes share them: rates, and who holds how many places. As JSON, so that a person
//! can read what is kept.

use std::time::Duration;

use serde_json::{Value, json};

use super::rates::{Moment, Rates, Reported, Span, Used, Window};
use crate::operation::Limit;

/// The layout of what is written here.
const LAYOUT: u64 = 1;
/// How long a record is kept after the last thing in it is over.
const KEPT_ON: Duration = Duration::from_secs(60);

/// No place is held for longer without word from its holder.
const LONGEST_HELD: Duration = Duration::from_secs(60);

/// The limits of one connection, shared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) rates: Rates,
    pub(super) holders: Vec<Holder>,
}

/// Somebody who holds places, until a time that is put off while they live.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Holder {
    pub(super) id: u64,
    pub(super) places: u32,
    pub(super) until: Duration,
}

impl Record {
    /// Nothing was done yet.
    pub(super) fn new(limits: &'static [Limit]) -> Record {
        Record { rates: Rates::new(limits), holders: Vec::new() }
    }

    /// What was kept; none when it is no record. Of limits that are no longer declared nothing is taken over, and new ones begin.
    pub(super) fn read(limits: &'static [Limit], bytes: &[u8]) -> Option<Record> {
        let kept: Value = serde_json::from_slice(bytes).ok()?;
        if kept.get("layout")?.as_u64()? != LAYOUT {
            return None;
        }
        let mut record = Record::new(limits);
        record.rates.paused_until = time(kept.get("paused_until")?)?;
        let windows = kept.get("windows")?.as_object()?;
        for window in &mut record.rates.windows {
            if let Some(kept) = windows.get(&window_name(window)) {
                window.used = read_used(&window.used, kept)?;
            }
        }
        let reported = kept.get("reported")?.as_object()?;
        for one in &mut record.rates.reported {
            if let Some(kept) = reported.get(one.remaining) {
                one.known = Some((kept.get(0)?.as_u64()?, time(kept.get(1)?)?));
            }
        }
        for holder in kept.get("holders")?.as_array()? {
            let places = u32::try_from(holder.get(1)?.as_u64()?).ok()?;
            record.holders.push(Holder { id: holder.get(0)?.as_u64()?, places, until: time(holder.get(2)?)? });
        }
        Some(record)
    }

    /// What is to be kept.
    pub(super) fn write(&self) -> Vec<u8> {
        let windows: serde_json::Map<_, _> =
            self.rates.windows.iter().map(|window| (window_name(window), written_used(&window.used))).collect();
        let reported = self.rates.reported.iter().filter_map(|one: &Reported| {
            let (left, reset) = one.known?;
            Some((one.remaining.to_owned(), json!([left, micros(reset)])))
        });
        let holders: Vec<Value> = self.holders.iter().map(|holder| json!([holder.id, holder.places, micros(holder.until)])).collect();
        let kept = json!({
            "layout": LAYOUT,
            "windows": windows,
            "reported": reported.collect::<serde_json::Map<_, _>>(),
            "paused_until": micros(self.rates.paused_until),
            "holders": holders,
        });
        kept.to_string().into_bytes()
    }

    /// How long it is of use.
    pub(super) fn lasts(&self, now: Duration) -> Duration {
        let windows = self.rates.windows.iter().map(|window| match &window.used {
            Used::Fixed { start, .. } => *start + window.length,
            Used::Moving(spans) => spans.back().map_or(Duration::ZERO, |span| span.to + window.length),
        });
        let reported = self.rates.reported.iter().filter_map(|one| one.known).map(|(_, reset)| reset);
        let holders = self.holders.iter().map(|holder| holder.until);
        let end = windows.chain(reported).chain(holders).max().unwrap_or_default().max(self.rates.paused_until);
        end.saturating_sub(now) + KEPT_ON
    }

    /// Holds so many places until then, if no more than `most` are held by all; else says how long it can take until one is free.
    pub(super) fn hold(&mut self, id: u64, places: u32, most: u32, now: Moment, until: Duration) -> Result<(), Duration> {
        // Who has a place for longer than anybody may has it by a clock that has been set back since; if they live, they will say so.
        let latest = now.most + LONGEST_HELD;
        self.holders.retain(|holder| holder.until > now.least && holder.until <= latest && holder.id != id);
        let others = self.holders.iter().fold(0_u32, |others, holder| others.saturating_add(holder.places));
        if places > 0 && others.saturating_add(places) > most {
            let free = self.holders.iter().map(|holder| holder.until).min();
            return Err(free.map_or(Duration::ZERO, |free| free.saturating_sub(now.least)));
        }
        if places > 0 {
            self.holders.push(Holder { id, places, until });
        }
        Ok(())
    }

    /// How many places somebody holds.
    pub(super) fn held_by(&self, id: u64) -> u32 {
        self.holders.iter().find(|holder| holder.id == id).map_or(0, |holder| holder.places)
    }
}

/// Windows are the same when they measure the same, also while processes with an older spec, and another number, still run.
fn window_name(window: &Window) -> String {
    let kind = if matches!(window.used, Used::Moving(_)) { "moving" } else { "fixed" };
    let what = if window.points { "points" } else { "calls" };
    format!("{what} per {} ms {kind}", window.length.as_millis())
}

fn written_used(used: &Used) -> Value {
    match used {
        Used::Fixed { start, used } => json!([micros(*start), used]),
        Used::Moving(spans) => spans.iter().map(|span| json!([micros(span.from), micros(span.to), span.used])).collect(),
    }
}

fn read_used(like: &Used, kept: &Value) -> Option<Used> {
    match like {
        Used::Fixed { .. } => Some(Used::Fixed { start: time(kept.get(0)?)?, used: kept.get(1)?.as_u64()? }),
        Used::Moving(_) => {
            let spans = kept
                .as_array()?
                .iter()
                .map(|span| Some(Span { from: time(span.get(0)?)?, to: time(span.get(1)?)?, used: span.get(2)?.as_u64()? }));
            spans.collect::<Option<_>>().map(Used::Moving)
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn time(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Reset;

    const LIMITS: &[Limit] = &[
        Limit::Concurrent(3),
        Limit::Window { count: 10, millis: 60_000, moving: false, points: true },
        Limit::Window { count: 5, millis: 1_000, moving: true, points: false },
        Limit::Headers { remaining: "x-left", reset: "x-reset", kind: Reset::Delta, points: false },
    ];

    fn at(micros: u64) -> Moment {
        Duration::from_micros(micros).into()
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut record = Record::new(LIMITS);
        let now = at(1_800_000_000_123_456);
        record.rates.ask(now, 4).expect("room");
        record.rates.pause(now.least, Duration::from_secs(2));
        record.rates.reported[0].known = Some((7, now.least + Duration::from_secs(30)));
        record.hold(u64::MAX, 2, 3, now, now.least + Duration::from_secs(30)).expect("room");
        let read = Record::read(LIMITS, &record.write()).expect("a record");
        assert_eq!(read, record);
        assert_eq!(read.lasts(now.least), Duration::from_secs(60) + KEPT_ON);
    }

    #[test]
    fn what_is_no_record_is_none() {
        let good = Record::new(LIMITS).write();
        for length in 0..good.len() {
            assert_eq!(Record::read(LIMITS, &good[..length]), None, "{length} bytes");
        }
        for wrong in [r#"{"layout":2}"#, "[]", "null", r#"{"layout":1,"paused_until":-1,"windows":{},"reported":{},"holders":[]}"#] {
            assert_eq!(Record::read(LIMITS, wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_place_whose_holder_does_not_say_that_they_live_is_free() {
        let mut record = Record::new(LIMITS);
        let second = Duration::from_secs(1);
        record.hold(1, 2, 3, at(0), second * 10).expect("room");
        record.hold(2, 1, 3, at(0), second * 20).expect("room");
        assert_eq!(record.hold(3, 1, 3, (second * 4).into(), second * 20), Err(second * 6));
        record.hold(1, 2, 3, (second * 5).into(), second * 15).expect("their own are no others");
        assert_eq!(record.held_by(1), 2);
        record.hold(3, 2, 3, (second * 15).into(), second * 25).expect("the first died");
        assert_eq!((record.held_by(1), record.held_by(3)), (0, 2));
        record.hold(3, 0, 3, (second * 15).into(), second * 25).expect("given back");
        assert_eq!(record.holders.len(), 1);
        record.hold(2, 1, 3, (second * 200).into(), second * 210).expect("room");
        record.hold(4, 3, 3, (second * 30).into(), second * 40).expect("by a clock that was set back, nobody has a place");
        assert_eq!((record.held_by(2), record.held_by(4)), (0, 3));
    }

    #[test]
    fn broken_records_do_no_harm() {
        let mut record = Record::new(LIMITS);
        let now = at(1_800_000_000_123_456);
        record.rates.ask(now, 4).expect("room");
        record.rates.reported[0].known = Some((7, now.least + Duration::from_secs(30)));
        record.hold(7, 2, 3, now, now.least + Duration::from_secs(30)).expect("room");
        let good = record.write();
        let pieces =
            ["18446744073709551615", "0", "-1", "[]", "{}", "null", "\"", ",", "1e9", "[0,18446744073709551615,18446744073709551615],"];
        let mut read = 0;
        crate::fuzz::feed(31, &[&good], &pieces, |bytes| {
            let Some(mut record) = Record::read(LIMITS, bytes) else { return };
            read += 1;
            assert_eq!(Record::read(LIMITS, &record.write()).as_ref(), Some(&record));
            let _ = (record.lasts(now.least), record.hold(9, 1, 3, now, now.least), record.rates.ask(now, 3));
            record.rates.settle(now, now.least, 3, 5);
            record.rates.settle(now, now.least, 5, 3);
            let _ = record.lasts(now.least);
        });
        assert!(read > 100, "{read} were read: the changes are too coarse to test anything");
    }
}
