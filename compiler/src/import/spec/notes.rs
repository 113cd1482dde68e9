//! What could not be carried over: what it is, where it stands, and why. How it is shown is `report`'s.

use std::collections::HashSet;

use crate::source::Span;

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An operation, webhook or callback.
    Operation,
    /// A parameter.
    Parameter,
    /// A body, an answer, or one of their media types.
    Content,
    /// A schema, or a part of one.
    Schema,
    /// A rule about values that the language has no word for.
    Constraint,
    /// A default.
    Default,
    /// An example.
    Example,
    /// A way of authenticating.
    Security,
    /// A server.
    Server,
    /// What Linchpin itself wrote into a document, in another shape than it has.
    Extension,
    /// A link from one answer to another operation.
    Link,
}

impl Subject {
    /// Its word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::Content => "content",
            Self::Schema => "schema",
            Self::Constraint => "constraint",
            Self::Default => "default",
            Self::Example => "example",
            Self::Security => "security",
            Self::Server => "server",
            Self::Extension => "extension",
            Self::Link => "link",
        }
    }
}

/// One thing that was left out or changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Note {
    /// What it is about.
    pub subject: Subject,
    /// Where it stands in the document.
    pub at: Span,
    /// Why, in a sentence.
    pub reason: String,
}

/// Notes as they come, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    list: Vec<Note>,
    seen: HashSet<Note>,
}

impl Notes {
    pub(super) fn push(&mut self, subject: Subject, at: Span, reason: impl Into<String>) {
        let note = Note { subject, at, reason: reason.into() };
        if self.seen.insert(note.clone()) {
            self.list.push(note);
        }
    }

    /// All of them, in the order of the document.
    pub(super) fn sorted(mut self) -> Vec<Note> {
        self.list.sort_by(|a, b| (a.at, a.subject, &a.reason).cmp(&(b.at, b.subject, &b.reason)));
        self.list
    }
}
