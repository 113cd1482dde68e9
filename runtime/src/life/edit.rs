//! The clause that would declare a signal, in the language of specs, with a successor where the spec has one that the server speaks of.

use std::fmt;

use super::signal::Signal;
use crate::{
    operation::{ApiTable, ModuleKind, OperationTable, Segment},
    value::Date,
};

/// `deprecated since … sunset … use … "why"`
#[derive(Debug)]
pub(super) struct Clause {
    since: String,
    sunset: Option<String>,
    successor: Option<String>,
    why: String,
}

impl Clause {
    /// What to write for this operation. What the spec says already stays, but for the date that has moved.
    pub(super) fn of(operation: &'static OperationTable, api: &'static ApiTable, signal: &Signal, today: Date) -> Clause {
        let life = operation.life;
        let said = life.and_then(|life| life.since).map(str::to_owned);
        let since = said.unwrap_or_else(|| signal.since.unwrap_or(today).to_string());
        let end = signal.sunset.or(signal.gone.then_some(today)).map(|day| day.to_string());
        let sunset = end.or_else(|| life.and_then(|life| life.sunset).map(str::to_owned));
        let successor = match life {
            Some(life) => life.successor.map(str::to_owned),
            None => successor(operation, api, signal).map(str::to_owned),
        };
        let why = life.map(|life| life.why.to_owned()).filter(|why| !why.is_empty());
        let why = why.or_else(|| signal.info.clone()).or_else(|| signal.successor.as_ref().map(|link| format!("see {link}")));
        let why = why.unwrap_or_else(|| "the server says so".to_owned());
        // A day that is stated only as the end, and has passed, is the latest that it can have been deprecated.
        let since = match &sunset {
            Some(sunset) if *sunset < since => sunset.clone(),
            _ => since,
        };
        Clause { since, sunset, successor, why }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deprecated since {}", self.since)?;
        if let Some(sunset) = &self.sunset {
            write!(f, " sunset {sunset}")?;
        }
        write!(f, " use {} {}", self.successor.as_deref().unwrap_or("none"), quoted(&self.why))
    }
}

/// The word that a module's item starts with.
pub(super) fn kind(kind: ModuleKind) -> &'static str {
    match kind {
        ModuleKind::Action => "action",
        ModuleKind::Search => "search",
        ModuleKind::Trigger => "trigger",
    }
}

/// A version's name as it can stand in a spec.
pub(super) fn version_name(served: &str) -> String {
    let letters = served.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect::<String>();
    let name = letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if name == served { name } else { format!("{name} at {}", quoted(served)) }
}

/// A string of the language.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// The operation of the spec that a server names as the successor: by the address of its link, or by a path or name in its words.
fn successor(operation: &'static OperationTable, api: &'static ApiTable, signal: &Signal) -> Option<&'static str> {
    let said = signal.successor.iter().chain(&signal.info);
    let words = said.flat_map(|text| text.split(|letter: char| letter.is_whitespace() || "`'\"()<>,;".contains(letter)));
    let others = || api.operations.iter().filter(|one| one.name != operation.name && one.life.is_none());
    words.take(200).map(|word| word.trim_end_matches(['.', ':', '!', '?'])).find_map(|word| {
        let exact = others().find(|one| one.name == word && word.contains(['.', '_']));
        let by_path = || {
            let matching = others().filter_map(|one| Some((fit(one, word)?, one.method == operation.method, one)));
            matching.max_by_key(|(segments, same_method, _)| (*segments, *same_method)).map(|(.., one)| one)
        };
        exact.or_else(by_path).map(|one| one.name)
    })
}

/// How many segments of an operation's path an address or a method name ends with; none when it is not that operation's.
fn fit(operation: &OperationTable, word: &str) -> Option<usize> {
    let path = word.split_once("://").map_or(word, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let path = path.split(['?', '#']).next()?.trim_matches('/');
    let said: Vec<&str> = path.split('/').collect();
    let template = template(operation);
    let declared: Vec<&str> = template.trim_matches('/').split('/').collect();
    let is_path = word.contains('/') || (declared.len() == 1 && word.contains('.'));
    let tail = said.len().checked_sub(declared.len()).map(|start| &said[start..])?;
    let fits = tail.iter().zip(&declared).all(|(said, declared)| *declared == HOLE && !said.is_empty() || said == declared);
    let literal = declared.iter().any(|segment| *segment != HOLE && !segment.is_empty());
    (is_path && fits && literal).then_some(declared.len())
}

/// What stands for an input in a path that is compared.
const HOLE: &str = "\u{0}";

fn template(operation: &OperationTable) -> String {
    operation
        .segments()
        .map(|segment| match segment {
            Segment::Text(text) => text,
            Segment::Field(_) => HOLE,
        })
        .collect()
}
