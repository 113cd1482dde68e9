//! A day of polling, simulated: a server whose items come, change and go while it is read, whose answers fail and whose items show up late;
//! a program that stops at any point. Nothing here has a network or a clock. What must hold: what an item was when it was last changed is given, and
//! nothing is given twice by polls whose state was kept.
#![allow(unsafe_code, reason = "the macro that declares the input writes it")]

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::course::{Course, Seen};
use super::{PollState, Start};
use crate::operation::{Items, ModuleKind, OperationTable, Page, Poll, PollOrder, Stop, Strategy};
use crate::page::{Caps, Facts, Position};
use crate::shape::{Erased, Shaped};
use crate::value::DateTime;

crate::structure! {
    /// What the poll is asked with.
    struct Watch "watch" {
        since: Option<DateTime> = "since";
        first: i64 = "first!" "default 0";
        limit: i64 = "limit!" "default 3";
    }
}

const OFFSET: Strategy = Strategy::Offset { advance: 1, size: Some(2) };
const KEYSET: Strategy = Strategy::Keyset { send: 1, key: "id" };

fn table(strategy: Strategy, order: PollOrder, lookback: u64, cap: u32) -> &'static OperationTable {
    let items = Items { at: &[], shape: <Value as Shaped>::LINK };
    let stop = if matches!(strategy, Strategy::Keyset { .. }) { Stop::Empty } else { Stop::Short };
    let page = Box::leak(Box::new(Page { items, strategy, stop, cap }));
    let poll = Box::leak(Box::new(Poll { inputs: &[0], time: &["at"], id: &["id"], lookback, order }));
    Box::leak(Box::new(OperationTable {
        name: "watch",
        kind: ModuleKind::Trigger,
        input: <Watch as Shaped>::LINK,
        page: Some(page),
        poll: Some(poll),
        ..OperationTable::EMPTY
    }))
}

fn at(seconds: i64) -> DateTime {
    DateTime::from_epoch_seconds(1_700_000_000 + seconds).expect("a time")
}

/// An item as the server has it.
#[derive(Clone, Debug)]
struct Item {
    id: u32,
    time: i64,
    /// From when on it can be seen as it is now.
    shows: i64,
}

/// A server of items, sorted as the order says.
struct Server {
    items: Vec<Item>,
    now: i64,
    order: PollOrder,
    size: usize,
    random: fastrand::Rng,
    /// Every version of an item that lasted: what it was at the end, or for longer than a poll may miss it.
    late: i64,
    deletes: bool,
    next: u32,
    /// Fewer things than this happen at one time.
    at_once: usize,
}

impl Server {
    /// Time goes on, and something happens.
    fn live(&mut self) {
        self.now += self.random.i64(1..3);
        for _ in 0..self.random.usize(0..self.at_once) {
            let late = if self.random.u8(0..4) == 0 { self.random.i64(0..=self.late) } else { 0 };
            let (time, shows) = (self.now, self.now + late);
            match self.random.u8(0..10) {
                0..5 => {
                    self.next += 1;
                    self.items.push(Item { id: self.next, time, shows });
                }
                5..9 if !self.items.is_empty() => {
                    let index = self.random.usize(0..self.items.len());
                    // What does not show yet is not changed again: it would never have shown.
                    if self.items[index].shows <= self.now {
                        (self.items[index].time, self.items[index].shows) = (time, shows);
                    }
                }
                _ if self.deletes && !self.items.is_empty() => {
                    let index = self.random.usize(0..self.items.len());
                    self.items.swap_remove(index);
                }
                _ => {}
            }
        }
    }

    /// One page: items from a time on, as the position says.
    fn page(&self, since: i64, position: &Position, keyset: bool) -> (Vec<Seen>, Facts) {
        let mut found: Vec<&Item> = self.items.iter().filter(|item| item.time >= since && item.shows <= self.now).collect();
        found.sort_by_key(|item| match self.order {
            PollOrder::Rising => (item.time, item.id),
            PollOrder::Falling => (-item.time, item.id),
            PollOrder::Other => (i64::from(item.id), 0),
        });
        let from = match position {
            Position::Field(value) if keyset => {
                let last = value.as_u64().expect("an id");
                let place = found.iter().position(|item| u64::from(item.id) == last);
                // What the key stood for is gone or has moved: keyset servers go on behind its place in the order of ids.
                place.map_or_else(|| found.iter().take_while(|item| u64::from(item.id) <= last).count(), |place| place + 1)
            }
            Position::Field(value) => value.as_u64().expect("an offset") as usize,
            _ => 0,
        };
        let page: Vec<&&Item> = found.iter().skip(from).take(self.size).collect();
        let facts = Facts { items: page.len(), cursor: page.last().map(|item| json!(item.id)), ..Facts::default() };
        (page.iter().map(|item| Seen { time: at(item.time), id: item.id.to_string() }).collect(), facts)
    }
}

/// What one run of a day did.
struct Day {
    given: HashMap<(DateTime, String), u32>,
    polls: u32,
    faults: u32,
    /// Polls that stopped at the cap of their pages.
    capped: u32,
    server: Server,
}

#[derive(Clone, Copy)]
struct Plan {
    strategy: Strategy,
    order: PollOrder,
    lookback: i64,
    late: i64,
    cap: u32,
    deletes: bool,
    start: Start,
}

fn day(seed: u64, plan: Plan) -> Day {
    let mut random = fastrand::Rng::with_seed(seed);
    let size = random.usize(2..8);
    let table = table(plan.strategy, plan.order, plan.lookback.unsigned_abs() * 1000, plan.cap);
    let mut server = Server {
        items: Vec::new(),
        now: 0,
        order: plan.order,
        size,
        random: random.fork(),
        late: plan.late,
        deletes: plan.deletes,
        next: 0,
        // Items of one time do not fill a page of those that are counted.
        at_once: size.min(3),
    };
    (0..random.usize(0..30)).for_each(|_| server.live());
    let mut kept = PollState::start(plan.start);
    let mut day = Day { given: HashMap::new(), polls: 0, faults: 0, capped: 0, server };
    for round in 0..120 {
        let quiet = round >= 80;
        if !quiet {
            (0..random.usize(0..4)).for_each(|_| day.server.live());
        } else {
            day.server.now += plan.late + 1;
        }
        day.polls += 1;
        match poll(&mut day.server, table, &kept, &mut random, quiet, plan, size) {
            Some((found, state, more)) => {
                day.capped += u32::from(more);
                // The state goes through a store, as text.
                let text = serde_json::to_string(&state).expect("a state is JSON");
                kept = serde_json::from_str(&text).expect("and back");
                assert_eq!(kept, state);
                found.into_iter().for_each(|one| *day.given.entry(one).or_default() += 1);
            }
            None => day.faults += 1,
        }
    }
    day
}

/// A poll; none when something failed or the program stopped before its state was kept.
#[allow(clippy::type_complexity, reason = "what was given, the state, and whether there is more")]
fn poll(
    server: &mut Server,
    table: &'static OperationTable,
    state: &PollState,
    random: &mut fastrand::Rng,
    quiet: bool,
    plan: Plan,
    size: usize,
) -> Option<(Vec<(DateTime, String)>, PollState, bool)> {
    let input = Erased::new(Watch { since: None, first: 0, limit: size as i64 });
    let caps = Caps { pages: u32::MAX, records: u64::MAX };
    let poll = table.poll.expect("it polls");
    let mut course = Course::begin(table, poll, &input, state, at(server.now), caps).expect("the state fits");
    let mut found = Vec::new();
    while let Some((asked, position)) = course.next() {
        if !quiet && random.u8(0..30) == 0 {
            return None;
        }
        let since = asked[0].1.as_str().expect("a text").parse::<DateTime>().expect("a time").epoch_seconds() - 1_700_000_000;
        let (page, facts) = server.page(since, position, matches!(plan.strategy, Strategy::Keyset { .. }));
        let fresh = course.take(&page, facts).expect("pages end, and come in order");
        found.extend(page.into_iter().zip(fresh).filter(|(_, fresh)| *fresh).map(|(one, _)| (one.time, one.id)));
        if !quiet && random.u8(0..5) == 0 {
            server.live();
        }
    }
    let (state, more) = course.end().expect("it is through, or may stop here");
    // It stops after the work and before the state is kept: the work is done again.
    (quiet || random.u8(0..10) > 0).then_some((found, state, more))
}

fn holds(seed: u64, plan: Plan) -> Day {
    let day = day(seed, plan);
    for item in &day.server.items {
        let times = day.given.get(&(at(item.time), item.id.to_string())).copied().unwrap_or(0);
        let before = matches!(plan.start, Start::Now);
        assert!(times == 1 || before && times == 0, "seed {seed}: {item:?} was given {times} times in {:?}", plan.order);
    }
    for (one, times) in &day.given {
        assert_eq!(*times, 1, "seed {seed}: {one:?} was given {times} times by polls whose states were kept");
    }
    day
}

const PLAN: Plan = Plan { strategy: OFFSET, order: PollOrder::Rising, lookback: 0, late: 0, cap: 10_000, deletes: true, start: Start::All };

/// Days of a plan, one for each seed, and a line that says what they were like.
fn days(what: &str, seeds: u64, plan: Plan) {
    let (mut polls, mut faults, mut capped, mut given) = (0, 0, 0, 0);
    for seed in 0..seeds {
        let day = holds(seed, plan);
        (polls, faults, capped, given) = (polls + day.polls, faults + day.faults, capped + day.capped, given + day.given.len());
    }
    assert_eq!(plan.cap < 100, capped > polls / 50, "{what}: {capped} polls stopped at their cap");
    println!("{what}: {seeds} days, {polls} polls, {faults} of them failed or cut short, {given} items, none lost, none twice");
    // The days are what they are meant to be: full, and full of trouble.
    assert!(faults > polls / 20 && given as u64 > 30 * seeds, "{what}: {polls} polls, {faults} faults, {given} items");
}

#[test]
fn nothing_is_lost_or_given_twice_with_the_oldest_first() {
    days("oldest first", 150, PLAN);
}

#[test]
fn late_items_are_found_within_the_lookback() {
    // A poll itself takes time, and that counts.
    days("oldest first, items that show late", 100, Plan { late: 5, lookback: 40, ..PLAN });
}

#[test]
fn a_poll_may_stop_at_its_cap_with_the_oldest_first() {
    days("oldest first, capped", 150, Plan { cap: 2, ..PLAN });
}

#[test]
fn nothing_is_lost_or_given_twice_with_the_newest_first() {
    days("newest first", 150, Plan { order: PollOrder::Falling, deletes: false, ..PLAN });
}

#[test]
fn nothing_is_lost_or_given_twice_in_the_order_of_ids() {
    days("by id, by offset", 150, Plan { order: PollOrder::Other, deletes: false, ..PLAN });
    days("by id, by key", 150, Plan { order: PollOrder::Other, strategy: KEYSET, ..PLAN });
}

#[test]
fn from_now_on_gives_nothing_that_was_there() {
    for seed in 0..100 {
        let plan = Plan { start: Start::Now, ..PLAN };
        let day = holds(seed, plan);
        let first: HashSet<_> = day.given.keys().map(|(time, _)| *time).collect();
        assert!(first.iter().all(|time| *time >= at(0)));
    }
}

fn seen(items: &[(i64, &str)]) -> Vec<Seen> {
    items.iter().map(|(time, id)| Seen { time: at(*time), id: (*id).to_owned() }).collect()
}

fn begin(order: PollOrder, lookback: u64, cap: u32, state: &PollState) -> Course {
    let table = table(OFFSET, order, lookback, cap);
    let input = Erased::new(Watch { since: None, first: 0, limit: 2 });
    let caps = Caps { pages: u32::MAX, records: u64::MAX };
    Course::begin(table, table.poll.expect("it polls"), &input, state, at(1000), caps).expect("the state fits")
}

fn since(time: i64) -> PollState {
    PollState::start(Start::Since(at(time)))
}

fn facts(items: usize) -> Facts {
    Facts { items, ..Facts::default() }
}

#[test]
fn what_is_remembered_is_the_time_and_the_ids_at_it() {
    let mut course = begin(PollOrder::Rising, 0, 100, &since(0));
    assert_eq!(course.take(&seen(&[(1, "a"), (2, "b")]), facts(2)).expect("in order"), [true, true]);
    assert_eq!(course.take(&seen(&[(2, "b"), (2, "c")]), facts(2)).expect("in order"), [false, true]);
    assert_eq!(course.take(&seen(&[(2, "d")]), facts(1)).expect("in order"), [true]);
    let (state, more) = course.end().expect("through");
    assert!(!more);
    let text = serde_json::to_value(&state).expect("JSON");
    let time = at(2).to_string();
    assert_eq!(text, json!({ "trigger": "watch", "revision": 1, "time": time, "seen": [[time, "b"], [time, "c"], [time, "d"]] }));
}

#[test]
fn items_in_another_order_are_an_error_and_not_lost() {
    let mut course = begin(PollOrder::Rising, 0, 100, &since(0));
    let error = course.take(&seen(&[(2, "a"), (1, "b")]), facts(2)).expect_err("out of order");
    assert_eq!(error.kind(), crate::ErrorKind::Paging);
}

#[test]
fn a_lookback_that_fills_every_page_is_said() {
    let mut course = begin(PollOrder::Rising, 0, 100, &since(0));
    course.take(&seen(&[(1, "a")]), facts(1)).expect("in order");
    let (state, _) = course.end().expect("through");
    let mut stuck = begin(PollOrder::Rising, 60_000, 1, &state);
    stuck.take(&seen(&[(1, "a"), (1, "a")]), facts(2)).expect("in order");
    assert_eq!(stuck.end().expect_err("no way forward").kind(), crate::ErrorKind::Limit);
}

/// Data that was imported or typed in holds times that are still to come. One such item must not make a trigger deaf until then.
#[test]
fn an_item_of_the_far_future_hides_nothing_that_comes_after_it() {
    const FAR: i64 = 1_000_000_000;
    for order in [PollOrder::Rising, PollOrder::Falling, PollOrder::Other] {
        let sorted = |mut items: Vec<(i64, &'static str)>| {
            items.sort_unstable_by_key(|(time, _)| if order == PollOrder::Falling { -time } else { *time });
            seen(&items)
        };
        let poll = |state: &PollState, items: Vec<(i64, &'static str)>| {
            let mut course = begin(order, 0, 100, state);
            let page = sorted(items);
            let fresh = course.take(&page, facts(1)).expect("in order");
            let given: Vec<String> = page.into_iter().zip(fresh).filter(|(_, fresh)| *fresh).map(|(item, _)| item.id).collect();
            (given.concat(), course.end().expect("through").0)
        };
        let (given, state) = poll(&since(0), vec![(1, "a"), (FAR, "z")]);
        assert_eq!(given.len(), 2, "{order:?}: {given}");
        let (given, state) = poll(&state, vec![(1, "a"), (2, "b"), (FAR, "z")]);
        assert_eq!(given, "b", "{order:?}");
        let (given, state) = poll(&state, vec![(2, "b"), (FAR, "z")]);
        assert_eq!(given, "", "{order:?}");
        assert!(state.time().is_some_and(|time| time <= at(2)), "{order:?}: {state:?}");
    }
}

#[test]
fn a_page_of_the_far_future_does_not_keep_time_from_going_on() {
    const FAR: i64 = 1_000_000_000;
    let mut course = begin(PollOrder::Falling, 0, 100, &since(0));
    course.take(&seen(&[(FAR + 1, "z"), (FAR, "y")]), facts(1)).expect("in order");
    course.take(&seen(&[(2, "b"), (1, "a")]), facts(1)).expect("in order");
    assert_eq!(course.end().expect("through").0.time(), Some(at(2)));
}

#[test]
fn a_first_poll_that_cannot_read_all_that_is_there_is_said() {
    let mut course = begin(PollOrder::Rising, 0, 1, &PollState::start(Start::Now));
    course.take(&seen(&[(990, "a"), (995, "b")]), facts(2)).expect("in order");
    assert_eq!(course.end().expect_err("what follows was there too, and would be given as new").kind(), crate::ErrorKind::Limit);
}

#[test]
fn a_state_that_starts_again_loses_nothing_that_shows_late() {
    let mut course = begin(PollOrder::Rising, 60_000, 100, &since(0));
    course.take(&seen(&[(100, "a")]), facts(1)).expect("in order");
    let state = course.end().expect("through").0.forgetting();
    let mut again = begin(PollOrder::Rising, 60_000, 100, &state);
    assert_eq!(again.take(&seen(&[(30, "x"), (90, "late"), (100, "A")]), facts(1)).expect("in order"), [false, true, true]);
}

#[test]
fn a_state_of_another_trigger_is_refused() {
    let state: PollState =
        serde_json::from_value(json!({ "trigger": "other", "revision": 1, "time": "2026-01-02T03:04:05Z", "seen": [] })).expect("a state");
    let table = table(OFFSET, PollOrder::Rising, 0, 1);
    let input = Erased::new(Watch { since: None, first: 0, limit: 2 });
    let caps = Caps { pages: 1, records: 1 };
    let refused = Course::begin(table, table.poll.expect("it polls"), &input, &state, at(0), caps);
    assert_eq!(refused.err().map(|error| error.kind()), Some(crate::ErrorKind::Input));
}

#[test]
fn broken_states_do_no_harm_and_good_ones_go_back() {
    let good = [
        r#"{"start":"now"}"#,
        r#"{"start":"since","time":"2026-01-02T03:04:05Z"}"#,
        r#"{"trigger":"watch","revision":1,"time":"2026-01-02T03:04:05Z","top":"2026-01-02T04:00:00Z","seen":[["2026-01-02T03:04:05Z","a"]]}"#,
    ];
    let pieces = ["null", "[]", "{}", "\"", "-1", "4294967296", "\"9999-12-31T23:59:59Z\"", "seen", ","];
    let mut read = 0;
    crate::fuzz::feed(42, &good.map(str::as_bytes), &pieces, |bytes| {
        let Ok(state) = serde_json::from_slice::<PollState>(bytes) else { return };
        read += 1;
        let written = serde_json::to_vec(&state).expect("it is written");
        assert_eq!(serde_json::from_slice::<PollState>(&written).expect("it is read"), state);
    });
    assert!(read > 100, "{read} were read: the changes are too coarse to test anything");
}
