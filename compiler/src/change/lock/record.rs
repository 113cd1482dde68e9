//! What a lock holds: entries of facts. The same for what was released (read from a file) and for the present (made from a model).

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::model::Versions;
use crate::source::Span;

/// All that a connector has, or had, released.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name.
    pub connector: String,
    /// Name and wire text of each API version, oldest first; one nameless pair where there are none.
    pub apis: Vec<(String, String)>,
    /// Sorted by kind, name, revision and versions.
    pub entries: Vec<Entry>,
    /// Where the connector is named.
    pub place: Span,
    index: HashMap<Kind, HashMap<String, Vec<usize>>>,
}

/// What an entry is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What holds for the whole connector.
    Whole,
    /// A connection.
    Connection,
    /// An action, a search or a trigger.
    Module,
    /// A type, an enum or a union that one of the others names.
    Type,
}

impl Kind {
    /// Its word in the lock.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Whole => "whole",
            Kind::Connection => "connection",
            Kind::Module => "module",
            Kind::Type => "type",
        }
    }
}

/// The shape of one thing in some API versions.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is of.
    pub kind: Kind,
    /// With its groups; `Project~1` is a type as it was when what names it was superseded.
    pub name: String,
    /// The revision; 0 for types, and for the connector as a whole.
    pub revision: u32,
    /// In which of the record's versions.
    pub on: Versions,
    /// What is so about it.
    pub(super) facts: Rc<Facts>,
    /// Where it is written.
    pub place: Span,
}

/// Facts by name.
pub(super) type Facts = BTreeMap<Key, Fact>;

/// What a fact is about: `input.name`, `call`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// One of [`GROUPS`].
    pub(super) group: &'static str,
    /// Empty where there is one of the group.
    pub(super) name: String,
}

/// The groups of facts.
pub(super) const GROUPS: [&str; 28] = [
    "answer",
    "authorize",
    "call",
    "connections",
    "constant",
    "cost",
    "cursor",
    "encoding",
    "fails",
    "field",
    "grant",
    "input",
    "is",
    "items",
    "kind",
    "limit",
    "page",
    "proof",
    "refresh",
    "retry",
    "scope",
    "send",
    "server",
    "sign",
    "token",
    "value",
    "variant",
    "wait",
];

/// The facets of facts, in the order in which they are written; the first is that of a fact with nothing else.
pub(super) const FACETS: [&str; 16] =
    ["", "in", "style", "wire", "tag", "type", "optional", "null", "default", "at", "as", "position", "on", "when", "code", "message"];

/// One fact: what it says, facet by facet.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    /// In the order of [`FACETS`].
    pub(super) facets: Vec<(&'static str, String)>,
    /// Where it is written.
    pub(super) place: Span,
}

impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        self.facets == other.facets
    }
}

impl Fact {
    /// A fact with nothing else.
    pub(super) fn plain(text: impl Into<String>, place: Span) -> Self {
        Self { facets: vec![("", text.into())], place }
    }

    /// A facet's text; empty where it is not there.
    pub(super) fn get(&self, facet: &str) -> &str {
        self.facets.iter().find(|(name, _)| *name == facet).map_or("", |(_, text)| text)
    }

    /// Is a facet there?
    pub(super) fn has(&self, facet: &str) -> bool {
        self.facets.iter().any(|(name, _)| *name == facet)
    }
}

impl Record {
    /// A record of entries in any order.
    pub(super) fn new(connector: String, apis: Vec<(String, String)>, mut entries: Vec<Entry>, place: Span) -> Self {
        entries.sort_by(|one, other| one.order().cmp(&other.order()));
        let mut index: HashMap<Kind, HashMap<String, Vec<usize>>> = HashMap::new();
        for (at, entry) in entries.iter().enumerate() {
            index.entry(entry.kind).or_default().entry(entry.name.clone()).or_default().push(at);
        }
        Self { connector, apis, entries, place, index }
    }

    /// All entries of a name.
    pub(super) fn named(&self, kind: Kind, name: &str) -> impl Iterator<Item = &Entry> {
        let found = self.index.get(&kind).and_then(|names| names.get(name)).map_or(&[][..], Vec::as_slice);
        found.iter().map(|at| &self.entries[*at])
    }

    /// The entry of a name in one version.
    pub(super) fn find(&self, kind: Kind, name: &str, revision: u32, version: usize) -> Option<&Entry> {
        self.named(kind, name).find(|entry| entry.revision == revision && entry.on.has(version))
    }

    /// The type that a name stands for in one version; what was superseded stands for itself.
    pub(super) fn type_in(&self, name: &str, version: usize) -> Option<&Entry> {
        self.named(Kind::Type, name).find(|entry| entry.on.has(version) || name.contains('~'))
    }

    /// Does it have an API version, a module or a connection of this name, or is it the connector's?
    pub(super) fn has(&self, name: &str) -> bool {
        let of_name = |kind| self.named(kind, name).next().is_some();
        of_name(Kind::Module) || of_name(Kind::Connection) || of_name(Kind::Whole) || self.apis.iter().any(|(api, _)| api == name)
    }
}

impl Entry {
    /// Is just the same so about another?
    pub(super) fn same_facts(&self, other: &Entry) -> bool {
        Rc::ptr_eq(&self.facts, &other.facts) || self.facts == other.facts
    }

    fn order(&self) -> (Kind, &str, u32, u32) {
        (self.kind, &self.name, self.revision, self.on.0.trailing_zeros())
    }

    /// The facts of one group, by name.
    pub(super) fn group<'e>(&'e self, group: &'static str) -> impl Iterator<Item = (&'e str, &'e Fact)> {
        let from = Key { group, name: String::new() };
        self.facts.range(from..).take_while(move |(key, _)| key.group == group).map(|(key, fact)| (key.name.as_str(), fact))
    }

    /// One fact.
    pub(super) fn fact(&self, group: &'static str, name: &str) -> Option<&Fact> {
        self.facts.get(&Key { group, name: name.to_owned() })
    }

    /// The text of a fact with nothing else.
    pub(super) fn text(&self, group: &'static str) -> &str {
        self.fact(group, "").map_or("", |fact| fact.get(""))
    }

    /// `create_program @1`, `Project`
    pub fn label(&self) -> String {
        if self.revision == 0 { self.name.clone() } else { format!("{} @{}", self.name, self.revision) }
    }
}
