//! What one request or one answer does not hold: bodies that go in parts, and items that come one after the other. How either is carried on is the
//! runtime's matter.

use crate::source::Span;
use crate::syntax::text::{byte_count, quoted, wire_path};

/// How a body goes in parts.
#[derive(Clone, Debug)]
pub struct Parts {
    /// How a part says where it belongs.
    pub by: PartsBy,
    /// Bytes of a part.
    pub size: u64,
    /// Every part but the last is a multiple of this.
    pub multiple: u64,
    /// Wire path to the list of what is missing, in an answer that wants more.
    pub next: Vec<String>,
    /// The statement.
    pub span: Span,
}

/// How a part says where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartsBy {
    /// By `Content-Range`.
    ContentRange,
    /// By tus 1.0.
    Tus,
}

/// Where it is written is no part of what is the same.
impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        (self.by, self.size, self.multiple, &self.next) == (other.by, other.size, other.multiple, &other.next)
    }
}

impl Parts {
    /// `content_range of 10MiB multiple 320KiB next missing`, as the language writes it.
    pub fn text(&self) -> String {
        let mut text = format!("{} of {}", self.by.word(), byte_count(self.size));
        if self.multiple > 1 {
            text.push_str(&format!(" multiple {}", byte_count(self.multiple)));
        }
        if !self.next.is_empty() {
            text.push_str(&format!(" next {}", wire_path(&self.next)));
        }
        text
    }
}

impl PartsBy {
    /// Every way.
    pub(crate) const ALL: [Self; 2] = [Self::ContentRange, Self::Tus];

    /// `tus`
    pub fn word(self) -> &'static str {
        match self {
            Self::ContentRange => "content_range",
            Self::Tus => "tus",
        }
    }
}

/// Items that come one after the other, each in a frame of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemStream {
    /// What a frame is.
    pub framing: Framing,
    /// The name of an event tells which variant it is.
    pub named: bool,
    /// What comes instead of an item when there are no more.
    pub end: Option<String>,
    /// Those that follow are asked for when the connection ends.
    pub resume: bool,
}

/// What an item that comes by itself stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A server-sent event.
    Events,
    /// A line.
    Lines,
}

impl ItemStream {
    /// `events by name end "[DONE]" resume`, as the language writes it.
    pub fn text(&self) -> String {
        let mut text = self.framing.word().to_owned();
        if self.named {
            text.push_str(" by name");
        }
        if let Some(end) = &self.end {
            text.push_str(" end ");
            text.push_str(&quoted(end));
        }
        if self.resume {
            text.push_str(" resume");
        }
        text
    }
}

impl Framing {
    /// The kind of this name.
    pub(crate) fn named(word: &str) -> Option<Self> {
        [Self::Events, Self::Lines].into_iter().find(|framing| framing.word() == word)
    }

    /// `events`
    pub fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Lines => "lines",
        }
    }

    /// The usual content type.
    pub fn media(self) -> &'static str {
        match self {
            Self::Events => "text/event-stream",
            Self::Lines => "application/x-ndjson",
        }
    }
}
