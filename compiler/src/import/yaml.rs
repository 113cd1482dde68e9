//! YAML text as nodes: anchors, aliases and merge keys are resolved, tags are let go. The grammar is the crate's.
//!
//! Scalars are read by the core schema of YAML 1.2, so that `no` and `on` stay text. An alias is a copy of what it names; how much
//! copies may add is bounded, because a few lines of aliases can stand for more than any memory holds.

use std::borrow::Cow;
use std::collections::HashMap;

use super::codes;
use super::node::{Member, Node, Value};
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

/// The deepest nesting, as for JSON.
const DEEPEST: usize = 512;
/// The most nodes that aliases may add.
const MOST_COPIED: usize = 2_000_000;

/// Reads the text of one file; of several documents in it, the first.
pub(super) fn parse(file: FileId, text: &str) -> Result<Node, Box<Diagnostic>> {
    let places = Places::of(file, text);
    let mut tree = Tree::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, at) = event.map_err(|error| not_yaml(&error, &places))?;
        let span = places.span(at.start.index(), at.end.index());
        match event {
            Event::DocumentEnd | Event::StreamEnd if tree.root.is_some() => break,
            event => tree.take(event, span)?,
        }
    }
    tree.root.ok_or_else(|| unread(places.span(0, 0), "the file is empty"))
}

fn not_yaml(error: &ScanError, places: &Places) -> Box<Diagnostic> {
    let at = error.marker().index();
    unread(places.span(at, at + 1), format!("this is not YAML: {}", error.info()))
}

fn unread(span: Span, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(codes::NOT_A_DOCUMENT, span, message))
}

/// From the parser's characters to bytes.
struct Places {
    file: FileId,
    length: usize,
    /// The byte of each character; none when all are one byte.
    starts: Option<Vec<u32>>,
}

impl Places {
    fn of(file: FileId, text: &str) -> Self {
        let starts = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at as u32).collect());
        Self { file, length: text.len(), starts }
    }

    fn byte(&self, character: usize) -> u32 {
        let plain = character.min(self.length) as u32;
        self.starts.as_ref().map_or(plain, |starts| starts.get(character).copied().unwrap_or(self.length as u32))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let (start, end) = (self.byte(start), self.byte(end));
        Span { file: self.file, start, end: end.max(start) }
    }
}

/// A list or map that is being read.
struct Open {
    span: Span,
    anchor: usize,
    held: Held,
}

enum Held {
    List(Vec<Node>),
    Map(Vec<Member>, Option<(Box<str>, Span)>),
}

#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, (Node, usize)>,
    copied: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<Diagnostic>> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let quoted = style != ScalarStyle::Plain || tag.as_ref().is_some_and(|tag| tag.suffix == "str");
                let value = if quoted { Value::Text(text.into()) } else { scalar(text) };
                self.place(Node { span, value }, anchor);
            }
            Event::SequenceStart(anchor, _) => self.start(Open { span, anchor, held: Held::List(Vec::new()) })?,
            Event::MappingStart(anchor, _) => self.start(Open { span, anchor, held: Held::Map(Vec::new(), None) })?,
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span)?,
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, open: Open) -> Result<(), Box<Diagnostic>> {
        if self.open.len() >= DEEPEST {
            return Err(unread(open.span, format!("nested more than {DEEPEST} deep")));
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self, end: Span) {
        let Some(open) = self.open.pop() else { return };
        let value = match open.held {
            Held::List(items) => Value::List(items),
            Held::Map(members, _) => Value::Map(merged(members)),
        };
        // The parser says where a block ends only by what comes after it, so a block ends with its last item.
        let last = match &value {
            Value::List(items) => items.last().map(|item| item.span.end),
            Value::Map(members) => members.iter().map(|member| member.value.span.end).max(),
            _ => None,
        };
        let flow = end.end > end.start;
        let end = if flow { end.end } else { last.unwrap_or(end.end) };
        let span = Span { end: end.max(open.span.start), ..open.span };
        self.place(Node { span, value }, open.anchor);
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Box<Diagnostic>> {
        let Some((node, weight)) = self.anchors.get(&anchor) else {
            let message = "an alias inside of what it names stands for something endless";
            return Err(unread(span, message));
        };
        self.copied += weight;
        if self.copied > MOST_COPIED {
            return Err(unread(span, "the aliases stand for more than a description can hold"));
        }
        let copy = node.clone();
        self.place(copy, 0);
        Ok(())
    }

    fn place(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), weight(&node)));
        }
        match self.open.last_mut().map(|open| &mut open.held) {
            None => self.root = self.root.take().or(Some(node)),
            Some(Held::List(items)) => items.push(node),
            Some(Held::Map(members, key)) => match key.take() {
                None => *key = Some((node.plain().map_or_else(|| node.json().into(), Into::into), node.span)),
                Some((key, key_span)) => members.push(Member { key, key_span, value: node }),
            },
        }
    }
}

fn weight(node: &Node) -> usize {
    let below: usize = match &node.value {
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Map(members) => members.iter().map(|member| weight(&member.value)).sum(),
        _ => 0,
    };
    below + 1
}

/// `<<` takes in the members of another map that the map itself has not.
fn merged(members: Vec<Member>) -> Vec<Member> {
    if !members.iter().any(|member| &*member.key == "<<") {
        return members;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| &*member.key == "<<");
    for merge in merges {
        let sources = if let Value::List(items) = merge.value.value { items } else { vec![merge.value] };
        for member in sources.into_iter().flat_map(|source| if let Value::Map(members) = source.value { members } else { Vec::new() }) {
            if !own.iter().any(|one| one.key == member.key) {
                own.push(member);
            }
        }
    }
    own
}

fn scalar(text: Cow<'_, str>) -> Value {
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        plain if is_number(plain) => Value::Number(text.into()),
        _ => Value::Text(text.into()),
    }
}

/// A decimal number as JSON writes it, or with a plus or bare point as YAML allows; no infinity, octal or hexadecimal.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && text.parse::<f64>().is_ok()
}
