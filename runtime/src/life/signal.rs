//! One thing that a server said about the life of what was called, whatever the dialect.

use crate::{error::shorten, value::Date};

/// What a server says about the life of an operation. Texts are bounded and on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signal {
    /// Since when it is deprecated; may lie in the future. None where the server only says that it is.
    pub since: Option<Date>,
    /// When it stops. A hint: servers are known to answer for years after it.
    pub sunset: Option<Date>,
    /// The address of what takes its place.
    pub successor: Option<String>,
    /// What the server says in words, or where it says more.
    pub info: Option<String>,
    /// It has stopped already.
    pub gone: bool,
    /// Where this was read; the most telling first.
    pub sources: Vec<Source>,
}

/// Where a signal was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A header, by its name in lower case.
    Header(&'static str),
    /// The body of an error.
    Body,
    /// The status.
    Status(u16),
}

impl Signal {
    /// One that was read there.
    pub(super) fn from(source: Source) -> Signal {
        Signal { sources: vec![source], ..Signal::default() }
    }

    /// Takes in what another dialect of the same answer adds. What was said first stands.
    pub(super) fn and(mut self, other: Signal) -> Signal {
        self.since = self.since.or(other.since);
        self.sunset = self.sunset.or(other.sunset);
        self.successor = self.successor.or(other.successor);
        self.info = self.info.or(other.info);
        self.gone |= other.gone;
        self.sources.extend(other.sources);
        self
    }

    /// With these words; empty ones say nothing.
    pub(super) fn saying(mut self, text: &str) -> Signal {
        let text = shorten(text.trim());
        self.info = self.info.or((!text.is_empty()).then_some(text));
        self
    }
}

/// Does a text speak of the end of something? For places that carry other messages, too.
pub(super) fn speaks_of_an_end(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "deprecat",
        "sunset",
        "retire",
        "removed",
        "will be remov",
        "discontinu",
        "end of life",
        "end-of-life",
        "no longer supported",
        "no longer available",
        "migrate to",
    ];
    let text = text.to_ascii_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}
