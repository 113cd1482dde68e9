//! Reads a lock. It is TOML, of which `linchpin lock` writes only sections, plain keys, strings, `true`, one integer and tables on one line;
//! that and no more is read. What a merge left behind is said as such, at its place.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::record::{Entry, FACETS, Fact, Facts, GROUPS, Key, Kind, Record};
use super::{types, write};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{MOST_VERSIONS, Versions};
use crate::source::{FileId, Sources, Span};

/// The shape of the file that this compiler writes.
const FORMAT: &str = "1";

/// Reads a lock; nothing when it has mistakes, which are reported. A section that is that of the present, letter by letter, is taken from
/// there: nearly all are, and reading is dear where nothing is optimised.
pub(super) fn read(file: FileId, present: Option<&Record>, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Record> {
    let sections = present.iter().flat_map(|present| write::sections(present).zip(&present.entries));
    let known = sections.map(|(text, entry)| (text, Rc::clone(&entry.facts))).collect();
    let mut reader = Reader { file, diagnostics, conflict: None, failed: false, at: 0, known };
    let lock = reader.lines(&sources.file(file).text);
    if reader.failed { None } else { reader.finish(lock) }
}

/// What the lines say, before the names of versions are looked up.
#[derive(Default)]
struct Lines {
    connector: Option<(String, Span)>,
    apis: Vec<(String, String)>,
    sections: Vec<Section>,
}

struct Section {
    kind: Kind,
    title: String,
    facts: Rc<Facts>,
    place: Span,
}

/// In which section a line stands.
enum Inside {
    Top,
    Api,
    Entry,
}

struct Reader<'d> {
    file: FileId,
    diagnostics: &'d mut Diagnostics,
    conflict: Option<Span>,
    failed: bool,
    /// Where the line starts.
    at: usize,
    /// The facts of sections by their text.
    known: HashMap<String, Rc<Facts>>,
}

impl Reader<'_> {
    fn lines(&mut self, text: &str) -> Lines {
        let mut lines = Lines::default();
        let mut inside = Inside::Top;
        while let Some(raw) = text[self.at..].split_inclusive('\n').next() {
            let line = raw.trim_end_matches(['\n', '\r']);
            if !self.whole_section(text, line, &mut inside, &mut lines) {
                self.line(line, &mut inside, &mut lines);
                self.at += raw.len();
            }
        }
        if let Some(place) = self.conflict.take() {
            self.stray(place);
        }
        lines
    }

    /// Takes a section that is known as a whole, and goes on behind it.
    fn whole_section(&mut self, text: &str, line: &str, inside: &mut Inside, lines: &mut Lines) -> bool {
        if !line.starts_with('[') || self.conflict.is_some() {
            return false;
        }
        let rest = &text[self.at..];
        let length = rest.find("\n\n").map_or(rest.len(), |at| at + 1);
        let Some(facts) = self.known.get(&rest[..length]) else { return false };
        let title = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let Some(Some(known)) = title.and_then(|title| section(title, self.span(line))) else { return false };
        lines.sections.push(Section { facts: Rc::clone(facts), ..known });
        *inside = Inside::Entry;
        self.at += length;
        true
    }

    fn line(&mut self, line: &str, inside: &mut Inside, lines: &mut Lines) {
        let place = self.span(line);
        if ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|marker| line.starts_with(marker)) {
            return self.marker(line, place);
        }
        // Between markers stand both sides; what they say against each other is no further mistake.
        if line.trim().is_empty() || line.starts_with('#') || self.conflict.is_some() {
            return;
        }
        if let Some(title) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            match section(title, place) {
                Some(None) => *inside = Inside::Api,
                Some(Some(section)) => {
                    *inside = Inside::Entry;
                    lines.sections.push(section);
                }
                None => self.unreadable(place, "no section of a lock"),
            }
            return;
        }
        let Some((key, value)) = key_and_value(line) else { return self.unreadable(place, "no line of a lock") };
        match inside {
            Inside::Top => self.top(&key, &value, place, lines),
            Inside::Api => match value {
                Value::Text(wire) if lines.apis.iter().all(|(name, _)| *name != key) => lines.apis.push((key, wire)),
                Value::Text(_) => self.twice(place, "API version"),
                _ => self.unreadable(place, "what the version is on the wire must follow"),
            },
            Inside::Entry => self.fact(&key, value, place, lines),
        }
    }

    fn top(&mut self, key: &str, value: &Value, place: Span, lines: &mut Lines) {
        match (key, value) {
            ("lock", Value::Number(FORMAT)) => {}
            ("lock", Value::Number(_)) => self.unreadable(place, "written by another version of Linchpin"),
            ("connector", Value::Text(name)) => lines.connector = Some((name.clone(), place)),
            _ => self.unreadable(place, "unknown"),
        }
    }

    fn fact(&mut self, key: &str, value: Value, place: Span, lines: &mut Lines) {
        let Some(section) = lines.sections.last_mut() else { return };
        let (group, name) = key.split_once('\0').unwrap_or((key, ""));
        let Some(group) = GROUPS.iter().find(|known| **known == group) else { return self.unreadable(place, "unknown") };
        let facets = match value {
            Value::Text(text) => vec![("", text)],
            Value::Table(facets) => facets,
            Value::Number(_) => return self.unreadable(place, "unknown"),
        };
        let mut types_read = facets.iter().filter(|(name, _)| *name == "type").map(|(_, text)| text.as_str());
        if types_read.any(|text| text != "nothing" && types::parse(text).is_none()) {
            return self.unreadable(place, "no type of the language");
        }
        let before = Rc::make_mut(&mut section.facts).insert(Key { group, name: name.to_owned() }, Fact { facets, place });
        if before.is_some() {
            self.twice(place, "line");
        }
    }

    fn finish(&mut self, lines: Lines) -> Option<Record> {
        let start = Span { file: self.file, start: 0, end: 0 };
        let Some((connector, place)) = lines.connector else {
            self.unreadable(start, "names no connector");
            return None;
        };
        let apis = if lines.apis.is_empty() { vec![(String::new(), String::new())] } else { lines.apis };
        if apis.len() > MOST_VERSIONS {
            self.unreadable(start, "has too many API versions");
            return None;
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: HashSet<(Kind, String)> = HashSet::new();
        for section in lines.sections {
            if !seen.insert((section.kind, section.title.clone())) {
                self.twice(section.place, "section");
                continue;
            }
            let place = section.place;
            match entry(section, &apis) {
                Some(entry) => entries.push(entry),
                None => self.unreadable(place, "no section of a lock"),
            }
        }
        (!self.failed).then(|| Record::new(connector, apis, entries, place))
    }

    fn span(&self, line: &str) -> Span {
        Span { file: self.file, start: self.at as u32, end: (self.at + line.len()) as u32 }
    }

    fn marker(&mut self, line: &str, place: Span) {
        self.failed = true;
        match (self.conflict, line.starts_with(">>>>>>>")) {
            (Some(start), true) => {
                self.conflict = None;
                self.diagnostics.push(
                    Diagnostic::new(
                        codes::LOCK_CONFLICT,
                        start,
                        "two branches have released something else, and their merge is not finished",
                    )
                    .here("the conflict begins here")
                    .also(place, "and ends here")
                    .help("keep the lines of both where they differ, delete the markers, and run `linchpin lock`"),
                );
            }
            (None, true) => self.stray(place),
            // A line of `=` alone is a mark only between others; it is no line of a lock either way.
            (None, false) => self.conflict = Some(place),
            (Some(_), false) => {}
        }
    }

    fn stray(&mut self, place: Span) {
        self.diagnostics.push(
            Diagnostic::new(codes::LOCK_CONFLICT, place, "this is the mark of an unfinished merge")
                .here("it has no other end")
                .help("finish the merge: delete the markers, and run `linchpin lock`"),
        );
    }

    fn unreadable(&mut self, place: Span, what: &str) {
        self.failed = true;
        self.diagnostics.push(
            Diagnostic::new(codes::LOCK_UNREADABLE, place, "the lock cannot be read")
                .here(what)
                .help("take the file as it was committed, and run `linchpin lock`"),
        );
    }

    fn twice(&mut self, place: Span, what: &str) {
        self.failed = true;
        self.diagnostics.push(
            Diagnostic::new(codes::LOCK_UNREADABLE, place, format!("this {what} stands twice in the lock"))
                .here("the second one")
                .help("keep one of them, and run `linchpin lock`"),
        );
    }
}

/// `api`, or `module."create_program @1"`; none for anything else.
fn section(title: &str, place: Span) -> Option<Option<Section>> {
    if title == "api" {
        return Some(None);
    }
    let (word, name) = title.split_once('.')?;
    let kind = [Kind::Whole, Kind::Connection, Kind::Module, Kind::Type].into_iter().find(|kind| kind.word() == word)?;
    let mut rest = name;
    let title = string(&mut rest)?;
    rest.is_empty().then(|| Some(Section { kind, title, facts: Rc::default(), place }))
}

/// `create_program @1 on v1..v2` as an entry; none when it names no version of the lock.
fn entry(section: Section, apis: &[(String, String)]) -> Option<Entry> {
    let (label, range) = section.title.split_once(" on ").map_or((section.title.as_str(), ""), |(label, range)| (label, range));
    let (name, revision) = match label.split_once(" @") {
        Some((name, revision)) => (name, revision.parse().ok().filter(|revision| *revision > 0)?),
        None => (label, 0),
    };
    if (revision == 0) != matches!(section.kind, Kind::Type | Kind::Whole) {
        return None;
    }
    let version = |name: &str| apis.iter().position(|(api, _)| api == name);
    let (first, last) = match range.split_once("..") {
        None if range.is_empty() => (0, apis.len() - 1),
        None => return None,
        Some((first, last)) => {
            let first = if first.is_empty() { 0 } else { version(first)? };
            (first, if last.is_empty() { apis.len() - 1 } else { version(last)? })
        }
    };
    let on = (first..=last).fold(0, |bits, version| bits | 1 << version);
    Some(Entry { kind: section.kind, name: name.to_owned(), revision, on: Versions(on), facts: section.facts, place: section.place })
}

enum Value<'t> {
    Text(String),
    Number(&'t str),
    Table(Vec<(&'static str, String)>),
}

/// A line; of a key with two parts they are parted by a zero byte.
fn key_and_value(line: &str) -> Option<(String, Value<'_>)> {
    let mut rest = line;
    let mut name = key(&mut rest)?;
    if let Some(behind) = rest.strip_prefix('.') {
        rest = behind;
        name.push('\0');
        name.push_str(&key(&mut rest)?);
    }
    rest = rest.strip_prefix(" = ")?;
    let value = match rest.strip_prefix("{ ") {
        Some(inside) => {
            rest = inside;
            Value::Table(table(&mut rest)?)
        }
        None if rest.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty() => Value::Number(std::mem::take(&mut rest)),
        None => Value::Text(string(&mut rest)?),
    };
    rest.is_empty().then_some((name, value))
}

fn table(rest: &mut &str) -> Option<Vec<(&'static str, String)>> {
    let mut facets: Vec<(&'static str, String)> = Vec::new();
    loop {
        let name = key(rest)?;
        let facet = *FACETS.iter().find(|facet| **facet == name)?;
        *rest = rest.strip_prefix(" = ")?;
        let text = match rest.strip_prefix("true") {
            Some(behind) => {
                *rest = behind;
                String::new()
            }
            None => string(rest)?,
        };
        facets.push((facet, text));
        if let Some(behind) = rest.strip_prefix(" }") {
            *rest = behind;
            return Some(facets);
        }
        *rest = rest.strip_prefix(", ")?;
    }
}

fn key(rest: &mut &str) -> Option<String> {
    if rest.starts_with(['"', '\'']) {
        return string(rest);
    }
    let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '-').unwrap_or(rest.len());
    let (name, behind) = rest.split_at(length);
    *rest = behind;
    (!name.is_empty()).then(|| name.to_owned())
}

fn string(rest: &mut &str) -> Option<String> {
    if let Some(inside) = rest.strip_prefix('\'') {
        let (text, behind) = inside.split_once('\'')?;
        *rest = behind;
        return Some(text.to_owned());
    }
    let inside = rest.strip_prefix('"')?;
    // Nearly every string has no escape in it.
    let end = inside.find(['"', '\\'])?;
    if inside.as_bytes()[end] == b'"' {
        *rest = &inside[end + 1..];
        return Some(inside[..end].to_owned());
    }
    escaped(inside, rest)
}

fn escaped<'t>(inside: &'t str, rest: &mut &'t str) -> Option<String> {
    let mut out = String::new();
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                *rest = &inside[at + 1..];
                return Some(out);
            }
            '\\' => out.push(match letters.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'u' => {
                    let digits: String = letters.by_ref().take(4).map(|(_, digit)| digit).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                }
                other @ ('"' | '\\') => other,
                _ => return None,
            }),
            other => out.push(other),
        }
    }
    None
}
