//! Comparing operations: which is which, what became of each, and of its parts. Every difference ends as a finding with all places where
//! it is felt.

mod answers;
mod bodies;
mod exchange;
mod inputs;
pub(super) mod life;
mod pages;
mod security;
mod servers;
mod uses;
mod versions;

use std::collections::HashMap;

use super::compare::{Comparer, Difference};
use super::day::Day;
use super::findings::{Class, Cost, Direction, Evidence, Finding, Kind, Part, Side, Site, registry};
use super::options::{Options, Stability, day_number};
use super::recognise::moves;
use super::recognise::operations::{Pairing, pair};
use super::surface::{Life, Operation, Origin, Sense, Sunset, Surface, WaitFailure, anonymous, holes};
pub(super) use exchange::{Exchange, Item};
use life::{LifeKinds, life_differences};

static LIFE: LifeKinds = LifeKinds {
    deprecated: &registry::OPERATION_DEPRECATED,
    deprecated_with_sunset: &registry::OPERATION_DEPRECATED_WITH_SUNSET,
    reactivated: &registry::OPERATION_REACTIVATED,
    sunset_missing: &registry::SUNSET_MISSING,
    sunset_malformed: &registry::SUNSET_MALFORMED,
    sunset_too_soon: &registry::SUNSET_TOO_SOON,
    stability_lowered: &registry::STABILITY_LOWERED,
    stability_raised: &registry::STABILITY_RAISED,
};

/// `GET /pets`; of an event, its name.
pub(super) fn name(operation: &Operation) -> String {
    match operation.sense {
        Sense::Call => format!("{} {}", operation.method, operation.path),
        Sense::Event => operation.path.clone(),
    }
}

/// What an operation is known by, whatever the holes of its path are called.
pub(super) fn key_of(operation: &Operation) -> String {
    format!("{} {}", operation.method, anonymous(&operation.path))
}

/// Everything that differs, in no order yet; and which named types were held against which.
pub(super) fn compare(old: &Surface, new: &Surface, options: &Options) -> (Vec<Finding>, Vec<(String, String)>) {
    let mut differ = Differ { comparer: Comparer::new(old, new, options), found: Found::default() };
    let pairing = pair(old, new, differ.comparer.loose());
    differ.unpaired(&pairing);
    let mut exchanges = differ.exchanges(&pairing);
    differ.comparer.run();
    for exchange in &mut exchanges {
        let mut items = exchange.items(&differ.comparer);
        moves::recognise(&mut items, &differ.comparer);
        pages::recognise(exchange, &mut items);
        for item in items {
            differ.found.take(&exchange.name, item);
        }
    }
    if old.origin == Origin::Spec {
        uses::note(&mut differ.found, &exchanges, &differ.comparer);
    }
    security::compare_whole(&mut differ);
    servers::compare_whole(&mut differ);
    versions::compare(&mut differ);
    (differ.found.list, differ.comparer.names())
}

struct Differ<'s> {
    comparer: Comparer<'s>,
    found: Found,
}

/// Findings; what is the same thing in several places is one.
#[derive(Default)]
struct Found {
    list: Vec<Finding>,
    shared: HashMap<((usize, usize), &'static str), usize>,
    by_place: HashMap<String, usize>,
}

impl Found {
    fn take(&mut self, operation: &str, item: Item) {
        let site = Site { operation: operation.to_owned(), part: item.part, path: item.path };
        let key = item.key.map(|key| (key, item.difference.kind.id));
        if let Some(index) = key.and_then(|key| self.shared.get(&key)) {
            self.list[*index].sites.push(site);
            return;
        }
        let finding = finding(item.difference);
        let index = self.push_at(finding, site);
        if let Some(key) = key {
            self.shared.insert(key, index);
        }
    }

    fn push_at(&mut self, mut finding: Finding, site: Site) -> usize {
        let place = format!("{} {:?} {:?} {}", finding.kind.id, finding.old.place, finding.new.place, finding.message);
        if let Some(index) = self.by_place.get(&place).copied().filter(|_| finding.old.place.is_some() || finding.new.place.is_some()) {
            self.list[index].sites.push(site);
            return index;
        }
        finding.sites.push(site);
        self.list.push(finding);
        self.by_place.insert(place, self.list.len() - 1);
        self.list.len() - 1
    }

    fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }
}

/// A difference as a finding without sites.
fn finding(difference: Difference) -> Finding {
    let mut finding = Finding::new(difference.kind, difference.name, difference.old, difference.new);
    finding = finding.detail(&difference.detail);
    finding.class = difference.class.unwrap_or(finding.class);
    finding.cost = difference.cost.unwrap_or(finding.cost);
    finding.evidence = difference.evidence;
    finding
}

/// An operation as one side of a finding.
fn side(operation: &Operation) -> Side {
    Side::new(name(operation), operation.place).spec_name(operation.module.as_ref().and(operation.id.clone()))
}

impl<'s> Differ<'s> {
    /// Operations that are gone, new, split or merged.
    fn unpaired(&mut self, pairing: &Pairing) {
        let (old, new) = (self.comparer.old, self.comparer.new);
        let (old_part, new_part) = (self.comparer.old_is_part(), self.comparer.new_is_part());
        for at in pairing.gone.iter().filter(|_| !new_part) {
            let operation = &old.operations[*at];
            if self.counts(&operation.life) && self.could_be_there(operation) {
                self.gone(operation);
            }
        }
        for at in pairing.fresh.iter().filter(|_| !old_part) {
            let operation = &new.operations[*at];
            if self.counts(&operation.life) && self.could_be_there(operation) {
                let kind = if operation.sense == Sense::Call { &registry::OPERATION_ADDED } else { &registry::EVENT_ADDED };
                self.operation_finding(kind, operation, Side::default(), side(operation), "");
            }
        }
        for (one, parts, evidence) in &pairing.splits {
            let text = parts.iter().map(|two| name(&new.operations[*two])).collect::<Vec<_>>().join(", ");
            let after = Side { text, ..side(&new.operations[parts[0]]) };
            self.several(&registry::OPERATION_SPLIT, &old.operations[*one], side(&old.operations[*one]), after, evidence);
        }
        for (parts, two, evidence) in &pairing.merges {
            let text = parts.iter().map(|one| name(&old.operations[*one])).collect::<Vec<_>>().join(", ");
            let before = Side { text, ..side(&old.operations[parts[0]]) };
            self.several(&registry::OPERATION_MERGED, &new.operations[*two], before, side(&new.operations[*two]), evidence);
        }
    }

    fn several(&mut self, kind: &'static Kind, operation: &Operation, old: Side, new: Side, evidence: &Evidence) {
        let name = name(operation);
        self.found.push(Finding::new(kind, &name, old, new).because(evidence.clone()).at(&name, Part::Whole, ""));
    }

    /// What promises nothing is left out.
    fn counts(&self, life: &Life) -> bool {
        Stability::of(life.stability.as_deref()).is_none_or(|level| level >= self.comparer.options.least_stability)
    }

    /// A description has no place for several exchanges in one, nor for a call to an address that is known only when it is made.
    fn could_be_there(&self, operation: &Operation) -> bool {
        !self.comparer.loose() || (operation.method != "STEPS" && !operation.path.starts_with('{'))
    }

    fn gone(&mut self, operation: &Operation) {
        if operation.sense == Sense::Event {
            return self.operation_finding(&registry::EVENT_REMOVED, operation, side(operation), Side::default(), "");
        }
        let life = &operation.life;
        let (kind, old, detail) = match (life.deprecated, life.sunset) {
            (true, Sunset::On(date)) => {
                let early = self.comparer.options.today.is_some_and(|today| day_number(today) < day_number(date));
                let text = date.to_string();
                if early {
                    (&registry::OPERATION_REMOVED_BEFORE_SUNSET, Side { text, ..side(operation) }, String::new())
                } else {
                    (&registry::OPERATION_REMOVED_AS_ANNOUNCED, side(operation), format!(" for {text}"))
                }
            }
            (true, Sunset::None) => (&registry::OPERATION_REMOVED_AS_ANNOUNCED, side(operation), String::new()),
            _ => (&registry::OPERATION_REMOVED, side(operation), String::new()),
        };
        self.operation_finding(kind, operation, old, Side::default(), &detail);
        if let (Some(_), Some(last)) = (&life.successor, self.found.list.last_mut()) {
            last.cost = Cost::Person;
        }
    }

    fn operation_finding(&mut self, kind: &'static Kind, operation: &Operation, old: Side, new: Side, detail: &str) {
        let name = name(operation);
        self.found.push(Finding::new(kind, &name, old, new).detail(detail).at(&name, Part::Whole, ""));
    }

    /// Every pair of operations, with the shapes to compare asked for.
    fn exchanges(&mut self, pairing: &Pairing) -> Vec<Exchange<'s>> {
        let (old, new) = (self.comparer.old, self.comparer.new);
        let mut pairs: Vec<(usize, usize, Option<&Evidence>)> = pairing.same.iter().map(|(one, two)| (*one, *two, None)).collect();
        pairs.extend(pairing.rekeyed.iter().map(|(one, two, evidence)| (*one, *two, Some(evidence))));
        pairs.sort_by_key(|(_, two, _)| *two);
        let mut exchanges = Vec::new();
        for (one, two, evidence) in pairs {
            let (before, after) = (&old.operations[one], &new.operations[two]);
            if !self.counts(&before.life) && !self.counts(&after.life) {
                continue;
            }
            if let Some(evidence) = evidence {
                self.rekeyed(before, after, evidence);
            }
            self.exchange(before, after, &mut exchanges);
        }
        exchanges
    }

    fn exchange(&mut self, before: &'s Operation, after: &'s Operation, exchanges: &mut Vec<Exchange<'s>>) {
        let mut exchange = Exchange::new(before, after);
        self.whole(&mut exchange);
        inputs::compare(&mut self.comparer, &mut exchange);
        bodies::compare(&mut self.comparer, &mut exchange);
        answers::compare(&mut self.comparer, &mut exchange);
        security::compare_operation(&self.comparer, &mut exchange);
        servers::compare_operation(&self.comparer, &mut exchange);
        exchanges.push(exchange);
        self.callbacks(before, after, exchanges);
    }

    fn callbacks(&mut self, before: &'s Operation, after: &'s Operation, exchanges: &mut Vec<Exchange<'s>>) {
        if self.comparer.loose() {
            return;
        }
        for one in &before.callbacks {
            match after.callbacks.iter().find(|two| (&one.method, &one.path) == (&two.method, &two.path)) {
                Some(two) => self.exchange(one, two, exchanges),
                None => self.operation_finding(&registry::EVENT_REMOVED, one, side(one), Side::default(), ""),
            }
        }
        for two in
            after.callbacks.iter().filter(|two| !before.callbacks.iter().any(|one| (&one.method, &one.path) == (&two.method, &two.path)))
        {
            self.operation_finding(&registry::EVENT_ADDED, two, Side::default(), side(two), "");
        }
    }

    fn rekeyed(&mut self, before: &Operation, after: &Operation, evidence: &Evidence) {
        // A spec and a description divide an address as they like; they were paired by the whole of it.
        let same_path = anonymous(&before.path) == anonymous(&after.path) || self.comparer.loose();
        let kind = match (before.sense, same_path) {
            (Sense::Event, _) => &registry::EVENT_PAYLOAD_VERSION_CHANGED,
            (Sense::Call, true) => &registry::OPERATION_METHOD_CHANGED,
            (Sense::Call, false) => &registry::OPERATION_REKEYED,
        };
        let mut finding =
            Finding::new(kind, name(after), side(before), side(after)).because(evidence.clone()).at(&name(after), Part::Whole, "");
        // Another number of holes: somebody must say what goes into them.
        if holes(&before.path).len() < holes(&after.path).len() {
            finding.cost = Cost::Default;
        }
        self.found.push(finding);
    }

    /// What is said of the operation as a whole.
    fn whole(&mut self, exchange: &mut Exchange<'s>) {
        let (old, new) = (exchange.old, exchange.new);
        let sides = (side(old), side(new));
        for difference in life_differences(&LIFE, &exchange.name, &old.life, &new.life, sides.clone(), self.comparer.options) {
            exchange.push(Part::Whole, Direction::Request, difference);
        }
        let mut push = |kind: &'static Kind, old_text: String, new_text: String| {
            let (before, after) = (Side { text: old_text, ..sides.0.clone() }, Side { text: new_text, ..sides.1.clone() });
            exchange.push(Part::Whole, Direction::Request, Difference::new(kind, &name(new), before, after, ""));
        };
        if old.life.deprecated && new.life.deprecated {
            match (old.life.sunset, new.life.sunset) {
                (Sunset::On(before), Sunset::None | Sunset::Malformed) => {
                    push(&registry::SUNSET_REMOVED, before.to_string(), String::new())
                }
                (Sunset::On(before), Sunset::On(after)) if Day::last(before) != Day::last(after) => {
                    let earlier = day_number(after) < day_number(before);
                    let kind = if earlier { &registry::SUNSET_BROUGHT_FORWARD } else { &registry::SUNSET_POSTPONED };
                    push(kind, before.to_string(), after.to_string());
                }
                _ => {}
            }
        }
        let odd = |life: &Life| Stability::of(life.stability.as_deref()).is_none();
        if odd(&new.life) && !odd(&old.life) {
            push(&registry::STABILITY_UNKNOWN, String::new(), new.life.stability.clone().unwrap_or_default());
        }
        if let (Some(before), Some(after), false) = (&old.id, &new.id, self.comparer.loose())
            && before != after
        {
            push(&registry::OPERATION_RENAMED, before.clone(), after.clone());
        }
        for (before, after) in holes(&old.path).into_iter().zip(holes(&new.path)).filter(|(before, after)| before != after) {
            if anonymous(&old.path) == anonymous(&new.path) && !self.comparer.loose() {
                push(&registry::PATH_PARAMETER_RENAMED, before.to_owned(), after.to_owned());
            }
        }
        self.granularity(exchange);
    }

    /// A module that gives one thing where it gave several, or the other way round.
    fn granularity(&mut self, exchange: &mut Exchange<'s>) {
        let (Some(old), Some(new)) = (&exchange.old.module, &exchange.new.module) else { return };
        let sides = (side(exchange.old), side(exchange.new));
        let mut push = |kind: &'static Kind, class: Option<Class>, before: &str, after: &str| {
            let (before, after) = (Side { text: before.into(), ..sides.0.clone() }, Side { text: after.into(), ..sides.1.clone() });
            let mut difference = Difference::new(kind, &exchange.name, before, after, "");
            difference.class = class;
            exchange.push(Part::Whole, Direction::Response, difference);
        };
        let many = |kind: &str| if kind == "action" { "one result" } else { "an item at a time" };
        if many(old.kind) != many(new.kind) {
            push(&registry::OUTPUT_GRANULARITY_CHANGED, None, many(old.kind), many(new.kind));
        }
        if old.kind == "trigger" && new.kind == "trigger" && old.order != new.order {
            let told = |order: &Option<String>| order.clone().unwrap_or_else(|| "nothing".into());
            push(&registry::POLL_ORDER_CHANGED, None, &told(&old.order), &told(&new.order));
        }
        if old.waits != new.waits {
            let told = |waits: &[String]| if waits.is_empty() { "for nothing".to_owned() } else { waits.join(", then ") };
            push(&registry::WAIT_CHANGED, None, &told(&old.waits), &told(&new.waits));
        }
        let unknown = |one: &&WaitFailure, all: &[WaitFailure]| all.iter().all(|other| other.when != one.when);
        for gone in old.wait_failures.iter().filter(|one| unknown(one, &new.wait_failures)) {
            push(&registry::WAIT_FAILURE_REMOVED, None, &gone.told, "");
        }
        for came in new.wait_failures.iter().filter(|one| unknown(one, &old.wait_failures)) {
            push(&registry::WAIT_FAILURE_ADDED, None, "", &came.told);
        }
        // What fails it as before may say so elsewhere.
        let elsewhere = old.wait_failures.iter().filter(|one| !new.wait_failures.contains(one));
        for (before, after) in elsewhere.filter_map(|one| Some((one, new.wait_failures.iter().find(|other| other.when == one.when)?))) {
            push(&registry::ERRORS_REPORTED_ELSEWHERE, None, &format!("when {}", before.told), &format!("when {}", after.told));
        }
    }
}
