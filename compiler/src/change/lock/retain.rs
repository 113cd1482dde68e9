//! What a new lock keeps of the one before: revisions that the present no longer offers stay recorded, with the types as they were, so that
//! what becomes of them can be checked for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::compare::version_now;
use super::record::{Entry, Fact, Facts, Kind, Record};
use super::types::{self, Shape};
use crate::model::Versions;

/// What an entry was in one version, with the types that it names kept.
type PastShape = (Versions, Facts, Entry);

/// The present, and of what was released all that it does not have.
pub(super) fn with_past(before: &Record, present: Record) -> Record {
    let mut entries = present.entries.clone();
    let mut past: BTreeMap<(Kind, String, u32), Vec<PastShape>> = BTreeMap::new();
    let mut frozen = Frozen { before, generation: generation(before), types: BTreeMap::new(), kept: BTreeSet::new(), version: 0 };
    for version in 0..before.apis.len() {
        let Some(at) = version_now(before, &present, version) else { continue };
        frozen.version = version;
        frozen.generation += 1;
        let used = frozen.types.len();
        for entry in before.entries.iter().filter(|entry| entry.kind != Kind::Type && entry.on.has(version)) {
            if present.find(entry.kind, &entry.name, entry.revision, at).is_none() {
                let facts = frozen.facts(entry);
                past.entry((entry.kind, entry.name.clone(), entry.revision)).or_default().push((Versions(1 << at), facts, entry.clone()));
            }
        }
        if frozen.types.len() == used {
            frozen.generation -= 1;
        }
    }
    for shapes in past.into_values() {
        entries.extend(runs(shapes));
    }
    let all = Versions(u64::MAX >> (64 - present.apis.len().clamp(1, 64)));
    let kept = before.entries.iter().filter(|entry| entry.kind == Kind::Type && frozen.kept.contains(&entry.name));
    entries.extend(kept.map(|entry| Entry { on: all, ..entry.clone() }));
    entries.extend(frozen.types.into_iter().map(|(name, entry)| Entry { name, on: all, ..entry }));
    Record::new(present.connector, present.apis, entries, present.place)
}

/// The last number that superseded types bear.
fn generation(record: &Record) -> u32 {
    let numbers = record.entries.iter().filter_map(|entry| entry.name.split_once('~')?.1.parse().ok());
    numbers.max().unwrap_or(0)
}

/// Shapes of versions that stand beside each other become one where they are the same.
fn runs(shapes: Vec<PastShape>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (on, facts, entry) in shapes {
        match entries.last_mut() {
            Some(last) if *last.facts == facts && last.on.0 << 1 & on.0 != 0 => last.on = last.on.or(on),
            _ => entries.push(Entry { on, facts: Rc::new(facts), ..entry }),
        }
    }
    entries
}

/// Types that are kept as they were.
struct Frozen<'r> {
    before: &'r Record,
    generation: u32,
    version: usize,
    types: BTreeMap<String, Entry>,
    /// Names of those that were superseded before.
    kept: BTreeSet<String>,
}

impl Frozen<'_> {
    /// An entry's facts with the types that they name kept as they were.
    fn facts(&mut self, entry: &Entry) -> Facts {
        let mut facts = Facts::clone(&entry.facts);
        for fact in facts.values_mut() {
            self.fact(fact);
        }
        facts
    }

    fn fact(&mut self, fact: &mut Fact) {
        for (facet, text) in &mut fact.facets {
            if *facet == "type"
                && let Some(shape) = types::parse(text)
                && let Some(name) = named(&shape)
            {
                let kept = self.kept(name);
                *text = renamed(text, name, &kept);
            }
        }
    }

    /// The name under which a type is kept.
    fn kept(&mut self, name: &str) -> String {
        let before = self.before;
        let Some(entry) = before.type_in(name, self.version) else { return name.to_owned() };
        if name.contains('~') {
            if self.kept.insert(name.to_owned()) {
                // What it names was superseded with it.
                self.facts(entry);
            }
            return name.to_owned();
        }
        let kept = format!("{name}~{}", self.generation);
        if !self.types.contains_key(&kept) {
            self.types.insert(kept.clone(), entry.clone());
            let facts = self.facts(entry);
            self.types.insert(kept.clone(), Entry { facts: Rc::new(facts), ..entry.clone() });
        }
        kept
    }
}

fn named(shape: &Shape) -> Option<&str> {
    match shape {
        Shape::Plain(..) => None,
        Shape::Named(name) => Some(name),
        Shape::List(inner, _) | Shape::Map(inner, _) | Shape::Nullable(inner) => named(inner),
    }
}

/// A type's text with the one name in it replaced.
fn renamed(text: &str, name: &str, to: &str) -> String {
    let start = text
        .find(|letter: char| letter != '[')
        .map_or(0, |at| if text[at..].starts_with("map<") { text.find(name).unwrap_or(at) } else { at });
    let start = if text[start..].starts_with(name) { start } else { text.find(name).unwrap_or(0) };
    format!("{}{to}{}", &text[..start], &text[start + name.len()..])
}

/// A record without what is named: an API version, a module or a connection.
pub(super) fn without(record: Record, names: &[String]) -> Record {
    let gone = |api: &str| names.iter().any(|name| name == api);
    let kept: Vec<usize> = (0..record.apis.len()).filter(|at| !gone(&record.apis[*at].0)).collect();
    if kept.is_empty() {
        // Nothing is left that a released thing could be of.
        return Record::new(record.connector, vec![(String::new(), String::new())], Vec::new(), record.place);
    }
    let narrowed = |on: Versions| Versions(kept.iter().enumerate().fold(0, |bits, (new, old)| bits | u64::from(on.has(*old)) << new));
    let entries = record.entries.into_iter().filter(|entry| entry.kind == Kind::Type || !gone(&entry.name));
    let entries = entries.map(|entry| Entry { on: narrowed(entry.on), ..entry }).filter(|entry| !entry.on.is_empty());
    let apis = kept.iter().map(|at| record.apis[*at].clone()).collect();
    Record::new(record.connector, apis, entries.collect(), record.place)
}

/// What one record has and the one before had not, a line each; how much of what in the first.
pub(super) fn added(before: Option<&Record>, now: &Record) -> Vec<String> {
    let Some(before) = before else { return counted(now) };
    let mut lines = Vec::new();
    let had_api = |name: &str| before.apis.iter().any(|(other, _)| other == name);
    lines.extend(now.apis.iter().filter(|(name, _)| !name.is_empty() && !had_api(name)).map(|(name, _)| format!("API version {name}")));
    let mut told: BTreeSet<String> = BTreeSet::new();
    for entry in &now.entries {
        let label = match entry.kind {
            Kind::Whole => "the connector".to_owned(),
            kind => format!("{} {}", kind.word(), entry.label()),
        };
        let older: Vec<&Entry> = before.named(entry.kind, &entry.name).filter(|one| one.revision == entry.revision).collect();
        if older.is_empty() {
            if !entry.name.contains('~') && told.insert(label.clone()) {
                lines.push(label);
            }
            continue;
        }
        let known = |key, fact: &Fact| older.iter().any(|one| one.facts.get(key) == Some(fact));
        for (key, _) in entry.facts.iter().filter(|(key, fact)| !known(key, fact)) {
            let about = if key.name.is_empty() { key.group.to_owned() } else { format!("{} {}", key.group, key.name) };
            let line = format!("{label}: {about}");
            if told.insert(line.clone()) {
                lines.push(line);
            }
        }
    }
    lines
}

fn counted(record: &Record) -> Vec<String> {
    let of = |kind: Kind| {
        let names: BTreeSet<String> = record.entries.iter().filter(|entry| entry.kind == kind).map(Entry::label).collect();
        (names.len(), kind.word())
    };
    let counts = [Kind::Connection, Kind::Module, Kind::Type].map(of).into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" })).collect()
}
