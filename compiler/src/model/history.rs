//! What the owner changed, and how stored configuration follows.

use super::{Field, Symbol, Versions};
use crate::source::Span;

/// `change v22 "…" { … }`
#[derive(Clone, Debug)]
pub struct Change {
    /// The version that brings it: an index into [`Model::apis`](super::Model::apis).
    pub version: usize,
    /// What the owner announced.
    pub title: String,
    /// Documentation.
    pub docs: String,
    /// What is different.
    pub differences: Vec<Difference>,
    /// The version's name in the item.
    pub span: Span,
}

/// One difference between a version and the one before.
#[derive(Clone, Debug)]
pub struct Difference {
    /// What kind.
    pub kind: DifferenceKind,
    /// What differs, as it is called in the newer version: `Program.portfolio_id`, `create_program`.
    pub target: String,
    /// What was before, in words of the language: a name, a type, a method and a path. Empty where there is nothing to tell.
    pub before: String,
    /// What is now.
    pub after: String,
    /// The successor of what was removed, or the advice.
    pub note: String,
    /// What took the place of what was removed: `Issue.assignees`.
    pub successor: Option<String>,
    /// The statement.
    pub span: Span,
}

/// The kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// New.
    Added,
    /// Gone.
    Removed,
    /// Another name.
    Renamed,
    /// Another path, method, place in the request, or nesting.
    Moved,
    /// Optional before.
    Required,
    /// Required before.
    Relaxed,
    /// Another type.
    Retyped,
    /// Another default.
    Defaulted,
    /// One became several.
    Split,
    /// Several became one.
    Merged,
    /// Another status.
    Status,
    /// Another way of paging.
    Paged,
    /// Another way of connecting.
    Connected,
    /// Another server.
    Served,
    /// The same shape with another meaning.
    Meant,
}

/// What is moved to the present.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UpgradeOf {
    /// Configuration of a module.
    Module(Symbol),
    /// What a person filled in for a connection.
    Connection(String),
}

/// How configuration that was stored for an older revision, or for what this replaces, becomes the present one's.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// What was stored: the module or connection.
    pub from: UpgradeOf,
    /// Its revision.
    pub from_revision: u32,
    /// The API versions on which it was stored; all where the spec does not say.
    pub on: Versions,
    /// What it becomes.
    pub to: UpgradeOf,
    /// The revision that it becomes.
    pub to_revision: u32,
    /// The API versions in which that is offered.
    pub to_on: Versions,
    /// What was stored.
    pub input: Vec<Field>,
    /// What happens to it.
    pub steps: Vec<UpgradeStep>,
    /// What happens to what later steps read of its output.
    pub outputs: Vec<OutputStep>,
    /// There is no way forward, and why.
    pub gone: Option<String>,
    /// What becomes of a trigger's state; the reason where it starts again.
    pub cursor_reset: Option<String>,
    /// A person must connect again, and why.
    pub reauthorize: Option<String>,
    /// Other names under which hosts stored it, with their version.
    pub stored: Vec<(String, Option<u32>)>,
    /// Where the spec claims that nothing is lost, if it does.
    pub lossless: Option<Span>,
    /// It was written, and not only derived.
    pub written: bool,
    /// Where it is written.
    pub span: Span,
}

/// What happens to one value. Paths are spec names from the outside in.
#[derive(Clone, Debug, PartialEq)]
pub enum UpgradeStep {
    /// It has another place, or the same; a value of another type is turned into this one.
    Move {
        /// In the older configuration.
        from: Vec<String>,
        /// In the present one.
        to: Vec<String>,
        /// What the value must be now, where that is another kind of thing.
        coercion: Option<Coercion>,
    },
    /// Value by value.
    Remap {
        /// In the older configuration.
        from: Vec<String>,
        /// In the present one.
        to: Vec<String>,
        /// JSON texts, old and new.
        pairs: Vec<(String, String)>,
    },
    /// This where nothing was stored.
    Default {
        /// In the present configuration.
        to: Vec<String>,
        /// JSON text.
        value: String,
    },
    /// A person must say.
    Ask {
        /// In the present configuration.
        to: Vec<String>,
        /// What they are asked.
        question: String,
    },
    /// It is left out.
    Drop {
        /// In the older configuration.
        from: Vec<String>,
        /// Why nothing is lost that matters.
        because: String,
    },
    /// It stays, and a person should look at it.
    Review {
        /// In the present configuration.
        to: Vec<String>,
        /// Why.
        because: String,
    },
}

/// What a value must be now: the kinds that the published table of the platform knows whose scenarios are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "they are called what they are")]
pub enum Coercion {
    Array,
    Boolean,
    Buffer,
    Collection,
    Date,
    Number,
    Text,
    Time,
}

/// What happens to a path into an output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputStep {
    /// As it was.
    pub from: String,
    /// As it is; none when it is gone.
    pub to: Option<String>,
    /// Why it is gone.
    pub because: String,
}

/// `test "…" upgrade create_program from @1 { … }`
#[derive(Clone, Debug)]
pub struct UpgradeTest {
    /// The title.
    pub title: String,
    /// What was stored.
    pub from: UpgradeOf,
    /// Its revision.
    pub from_revision: u32,
    /// What it becomes.
    pub to: UpgradeOf,
    /// The API versions on which it was stored.
    pub stored: Versions,
    /// What was stored, as JSON text.
    pub given: String,
    /// What it becomes, as JSON text; empty when not said.
    pub expect: String,
    /// What is asked for.
    pub asks: Vec<String>,
    /// What is left for a person to look at.
    pub reviews: Vec<String>,
    /// Its title in the spec.
    pub span: Span,
}

/// What becomes of the fields of a connection.
#[derive(Clone, Debug, Default)]
pub struct ConnectionParts {
    /// Old and new name.
    pub keep: Vec<(String, String)>,
    /// Fields with one question for all of them.
    pub ask: Vec<(Vec<String>, String)>,
    /// Fields, and why they are left out.
    pub drop: Vec<(String, String)>,
}

impl Upgrade {
    /// Where the older configuration has what the present one has here.
    pub fn source_of<'u>(&'u self, to: &'u [String]) -> &'u [String] {
        let found = self.steps.iter().find_map(|step| match step {
            UpgradeStep::Move { from, to: there, .. } | UpgradeStep::Remap { from, to: there, .. } if there == to => Some(from.as_slice()),
            _ => None,
        });
        found.unwrap_or(to)
    }

    /// What changed about the module as a whole while its shape stayed.
    pub fn meaning(&self) -> Option<String> {
        let of_whole = self.steps.iter().filter_map(|step| match step {
            UpgradeStep::Review { to, because } if to.is_empty() => Some(because.as_str()),
            _ => None,
        });
        let all: Vec<&str> = of_whole.collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    /// The steps of a connection's upgrade, by what becomes of its fields.
    pub fn connection_parts(&self) -> ConnectionParts {
        let mut parts = ConnectionParts::default();
        let name = |path: &[String]| path.join(".");
        for step in &self.steps {
            match step {
                UpgradeStep::Move { from, to, .. } | UpgradeStep::Remap { from, to, .. } => parts.keep.push((name(from), name(to))),
                UpgradeStep::Drop { from, because } => parts.drop.push((name(from), because.clone())),
                UpgradeStep::Ask { to, question } => match parts.ask.iter_mut().find(|(_, other)| other == question) {
                    Some((fields, _)) => fields.push(name(to)),
                    None => parts.ask.push((vec![name(to)], question.clone())),
                },
                UpgradeStep::Default { .. } | UpgradeStep::Review { .. } => {}
            }
        }
        parts
    }
}

impl OutputStep {
    /// `assignees[1].login` as `assignees`, `[]`, `login`, and whether one item of a list is meant.
    fn path(text: &str) -> (Vec<String>, bool) {
        let mut path = Vec::new();
        let mut one = false;
        for step in text.split('.').filter(|step| !step.is_empty()) {
            let (name, position) = step.split_once('[').map_or((step, None), |(name, rest)| (name, rest.strip_suffix(']')));
            if !name.is_empty() {
                path.push(name.to_owned());
            }
            if let Some(position) = position {
                path.push("[]".to_owned());
                one |= !position.is_empty();
            }
        }
        (path, one)
    }

    /// Where it was, and whether one item of a list is meant.
    pub fn from_path(&self) -> (Vec<String>, bool) {
        Self::path(&self.from)
    }

    /// Where it is, and whether one item of a list is meant; none when it is gone.
    pub fn to_path(&self) -> Option<(Vec<String>, bool)> {
        self.to.as_deref().map(Self::path)
    }
}
