//! Pairs brackets before the grammar reads a file, so that every block finds its end. What has no partner is reported at
//! the place where it was opened and mended in place, no span moving.

use super::scan::{Scan, blank};
use crate::diagnostics::{Diagnostic, Diagnostics, Edit, codes};
use crate::source::{FileId, Span};

/// How deep brackets may stand in each other. The grammar recurses once a level, unoptimised, on any thread.
pub(super) const DEEPEST: usize = 32;

/// How many brackets without a partner are reported in one file.
const MOST: usize = 100;

/// Reports and mends brackets without a partner, and what stands too deep.
pub(super) fn balance(file: FileId, text: &mut Vec<u8>, scan: &mut Scan, diagnostics: &mut Diagnostics) {
    cut_too_deep(file, text, scan, diagnostics);
    if is_balanced(text, &scan.brackets) {
        return;
    }
    let by_indentation = unpaired(text, scan, true);
    let imbalance = imbalance(text, &scan.brackets);
    // Where indentation tells of many more mistakes than there must be, it is not to be trusted.
    let trusted = by_indentation.len() <= imbalance + 2;
    let found = if trusted { by_indentation } else { unpaired(text, scan, false) };
    let lines = Lines::of(text, scan);
    for one in found.iter().take(MOST) {
        one.report(file, text, scan, &lines, diagnostics);
    }
    if found.len() > MOST {
        // Hardly a spec: without the brackets that pair with nothing it is balanced, and nothing more is said of it.
        found.iter().for_each(|one| text[one.at() as usize] = b' ');
        scan.mended.push(Span { file, start: 0, end: text.len() as u32 });
        return;
    }
    let mut written = Written { length: text.len(), places: Vec::new() };
    // The outer one first: it takes the later place.
    for one in found.iter().rev() {
        one.mend(file, text, scan, &lines, trusted, &mut written);
    }
}

/// Replaces what stands deeper than [`DEEPEST`] by spaces.
fn cut_too_deep(file: FileId, text: &mut [u8], scan: &mut Scan, diagnostics: &mut Diagnostics) {
    let mut stack: Vec<u8> = Vec::new();
    let mut cut: Option<u32> = None;
    let mut regions = Vec::new();
    for &at in &scan.brackets {
        let bracket = text[at as usize];
        if matches!(bracket, b'{' | b'[' | b'(' | b'<') {
            stack.push(bracket);
            if stack.len() > DEEPEST && cut.is_none() {
                cut = Some(at);
            }
            continue;
        }
        pop(&mut stack, bracket);
        if stack.len() <= DEEPEST
            && let Some(start) = cut.take()
        {
            regions.push(Span { file, start, end: at + 1 });
        }
    }
    regions.extend(cut.map(|start| Span { file, start, end: text.len() as u32 }));
    for region in &regions {
        let opener = Span { end: region.start + 1, ..*region };
        diagnostics.push(
            Diagnostic::new(codes::TOO_DEEP, opener, format!("brackets stand in each other more than {DEEPEST} deep"))
                .help("give the inner type or value a name of its own"),
        );
        blank(text, *region);
    }
    scan.brackets.retain(|at| !regions.iter().any(|region| (region.start..region.end).contains(at)));
    scan.mended.extend(regions);
}

/// Takes off the partner of a closing bracket and whatever was left open above it; nothing where there is no partner.
fn pop(stack: &mut Vec<u8>, closer: u8) -> bool {
    let Some(index) = stack.iter().rposition(|opener| *opener == partner(closer)) else { return false };
    // A `<` never reaches past another bracket.
    if closer == b'>' && index + 1 != stack.len() {
        return false;
    }
    stack.truncate(index);
    true
}

fn partner(closer: u8) -> u8 {
    match closer {
        b'}' => b'{',
        b']' => b'[',
        b')' => b'(',
        _ => b'<',
    }
}

fn is_angle(bracket: u8) -> bool {
    matches!(bracket, b'<' | b'>')
}

fn is_opener(bracket: u8) -> bool {
    matches!(bracket, b'{' | b'[' | b'(')
}

fn is_balanced(text: &[u8], brackets: &[u32]) -> bool {
    let mut stack = Vec::new();
    for bracket in brackets.iter().map(|at| text[*at as usize]).filter(|bracket| !is_angle(*bracket)) {
        if is_opener(bracket) {
            stack.push(bracket);
        } else if stack.pop() != Some(partner(bracket)) {
            return false;
        }
    }
    stack.is_empty()
}

/// How many brackets have no partner at least.
fn imbalance(text: &[u8], brackets: &[u32]) -> usize {
    let count = |wanted: u8| brackets.iter().filter(|at| text[**at as usize] == wanted).count();
    [(b'{', b'}'), (b'[', b']'), (b'(', b')')].iter().map(|(open, close)| count(*open).abs_diff(count(*close))).sum()
}

/// A bracket without a partner.
enum Unpaired {
    /// Opened at `at`; it should be closed before `until`.
    Open { at: u32, until: u32 },
    /// Closes nothing.
    Close { at: u32 },
}

/// Where closers were written over space, and how long the text was before any were appended.
struct Written {
    length: usize,
    places: Vec<usize>,
}

struct Opener {
    at: u32,
    bracket: u8,
    line: usize,
    indentation: usize,
}

/// Pairs brackets; with `by_indentation`, a line that is not deeper than the line of an opener ends that opener's block.
fn unpaired(text: &[u8], scan: &Scan, by_indentation: bool) -> Vec<Unpaired> {
    let mut found = Vec::new();
    let mut stack: Vec<Opener> = Vec::new();
    let lines = Lines::of(text, scan);
    let mut seen_line = usize::MAX;
    let count = |wanted: u8| scan.brackets.iter().filter(|at| text[**at as usize] == wanted).count();
    let mut surplus = if by_indentation { count(b'}').saturating_sub(count(b'{')) } else { 0 };
    for &at in &scan.brackets {
        let bracket = text[at as usize];
        if is_angle(bracket) {
            continue;
        }
        let line = lines.line_of(at);
        if by_indentation {
            let from = if seen_line == usize::MAX { 0 } else { seen_line + 1 };
            for passed in from..=line {
                lines.close_by_indentation(passed, text, &mut stack, &mut found);
            }
            seen_line = line;
        }
        if is_opener(bracket) {
            stack.push(Opener { at, bracket, line, indentation: lines.all[line].indentation });
            continue;
        }
        let orphan = bracket == b'}' && surplus > 0 && lines.is_deeper(text, line, at, stack.last());
        surplus -= usize::from(orphan);
        let Some(index) = stack.iter().rposition(|opener| !orphan && opener.bracket == partner(bracket)) else {
            found.push(Unpaired::Close { at });
            continue;
        };
        found.extend(stack.drain(index + 1..).rev().map(|opener| Unpaired::Open { at: opener.at, until: at }));
        stack.pop();
    }
    if by_indentation && seen_line != usize::MAX {
        for passed in seen_line + 1..lines.all.len() {
            lines.close_by_indentation(passed, text, &mut stack, &mut found);
        }
    }
    found.extend(stack.into_iter().rev().map(|opener| Unpaired::Open { at: opener.at, until: text.len() as u32 }));
    found
}

/// The lines of a file: where their first code stands.
struct Lines {
    all: Vec<Line>,
}

struct Line {
    start: u32,
    indentation: usize,
    /// The first byte that is neither space nor comment.
    code: Option<u32>,
}

impl Lines {
    fn of(text: &[u8], scan: &Scan) -> Self {
        let mut all = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let indentation = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let first = (start + indentation) as u32;
            let empty = line.trim_ascii().is_empty();
            let comment = scan.skipped.binary_search_by_key(&first, |(start, _)| *start).is_ok();
            all.push(Line { start: start as u32, indentation, code: (!empty && !comment).then_some(first) });
            start += line.len();
        }
        Self { all }
    }

    fn line_of(&self, at: u32) -> usize {
        self.all.partition_point(|line| line.start <= at) - 1
    }

    /// One past the last code between an opener and a place: comments on lines of their own belong to what follows.
    fn code_end(&self, text: &[u8], scan: &Scan, at: u32, until: u32) -> u32 {
        let mut end = text[..until as usize].trim_ascii_end().len() as u32;
        while let Some((start, _)) = skipped_at(scan, end.saturating_sub(1)).filter(|(start, _)| *start > at) {
            if self.all[self.line_of(start)].code.is_some() {
                break;
            }
            end = text[..start as usize].trim_ascii_end().len() as u32;
        }
        end
    }

    /// Whether a closer stands deeper than the line of the block it would close: first on its line, or behind statements.
    fn is_deeper(&self, text: &[u8], line: usize, at: u32, top: Option<&Opener>) -> bool {
        let first = self.all[line].code.unwrap_or(at);
        let in_place = first == at || !matches!(text[first as usize], b'}' | b']' | b')');
        in_place && top.is_some_and(|top| top.line < line && self.all[line].indentation > top.indentation)
    }

    /// The lines above a closer that are deeper than it: a block whose first line is missing. Where that line is there, another
    /// closer took its block.
    fn orphans(&self, text: &[u8], at: u32) -> Option<u32> {
        let line = self.line_of(at);
        let indentation = self.all[line].indentation;
        if self.all[line].code != Some(at) {
            return None;
        }
        let inside = |above: &Line| above.code.is_none() || above.indentation > indentation;
        let first = self.all[..line].iter().rposition(|above| !inside(above)).map_or(0, |above| above + 1);
        let head = first.checked_sub(1).filter(|head| self.all[*head].indentation == indentation);
        let has_head = head.is_some() && text[..self.all[first].start as usize].trim_ascii_end().ends_with(b"{");
        let start = self.all[first..line].iter().find_map(|line| line.code);
        start.filter(|_| !has_head)
    }

    /// Ends the blocks that a line which does not start with a closing bracket cannot belong to.
    fn close_by_indentation(&self, index: usize, text: &[u8], stack: &mut Vec<Opener>, found: &mut Vec<Unpaired>) {
        let line = &self.all[index];
        let Some(code) = line.code else { return };
        let closes = matches!(text[code as usize], b'}' | b']' | b')');
        while let Some(top) = stack.last() {
            let outside = if closes { line.indentation < top.indentation } else { line.indentation <= top.indentation };
            if top.line >= index || !outside {
                return;
            }
            found.push(Unpaired::Open { at: top.at, until: code });
            stack.pop();
        }
    }
}

impl Unpaired {
    fn at(&self) -> u32 {
        match *self {
            Unpaired::Open { at, .. } | Unpaired::Close { at } => at,
        }
    }

    fn report(&self, file: FileId, text: &[u8], scan: &Scan, lines: &Lines, diagnostics: &mut Diagnostics) {
        let here = |at: u32| Span { file, start: at, end: at + 1 };
        match *self {
            Unpaired::Open { at, until } => {
                let opener = text[at as usize] as char;
                let closer = closer_of(text[at as usize]) as char;
                let end = lines.code_end(text, scan, at, until);
                let mut diagnostic = Diagnostic::new(codes::NEVER_CLOSED, here(at), format!("this `{opener}` is never closed"));
                if (until as usize) < text.len() {
                    diagnostic = diagnostic.also(here(until), format!("a `{closer}` is missing before this"));
                }
                let place = Span { file, start: end, end };
                let own_line = text[at as usize..end as usize].contains(&b'\n');
                let edit = if own_line {
                    format!("\n{}{closer}", " ".repeat(lines.all[lines.line_of(at)].indentation))
                } else {
                    format!(" {closer}")
                };
                diagnostics.push(
                    diagnostic.fix(format!("write `{closer}`"), vec![Edit { span: place, text: edit }]).help(format!("write `{closer}`")),
                );
            }
            Unpaired::Close { at } => {
                let closer = text[at as usize] as char;
                let diagnostic = Diagnostic::new(codes::CLOSES_NOTHING, here(at), format!("this `{closer}` closes nothing"));
                diagnostics.push(match lines.orphans(text, at) {
                    Some(start) => diagnostic
                        .also(here(start), "this looks like a block whose first line is missing")
                        .help(format!("write what `{closer}` should close above these lines, or take it away")),
                    None => {
                        diagnostic.help("take it away, or open what it should close").replace(format!("take `{closer}` away"), here(at), "")
                    }
                });
            }
        }
    }

    /// Makes the text balanced without moving anything.
    fn mend(&self, file: FileId, text: &mut Vec<u8>, scan: &mut Scan, lines: &Lines, trusted: bool, written: &mut Written) {
        match *self {
            Unpaired::Close { at } => {
                text[at as usize] = b' ';
                // Whatever is odd in front of it follows from the bracket that is missing there.
                let start = lines.orphans(text, at).unwrap_or_else(|| lines.all[lines.line_of(at)].start);
                scan.mended.push(Span { file, start, end: at });
            }
            Unpaired::Open { at, until } => {
                let closer = closer_of(text[at as usize]);
                match free_place(text, scan, at, until, written) {
                    Some(place) if place == written.length => text.insert(place, closer),
                    Some(place) => {
                        text[place] = closer;
                        written.places.push(place);
                    }
                    None => text[at as usize] = b' ',
                }
                let line = lines.all.get(lines.line_of(at) + 1).map_or(text.len() as u32, |next| next.start);
                let end = if trusted && closer == b'}' {
                    at + 1
                } else if trusted {
                    line
                } else {
                    text.len() as u32
                };
                scan.mended.push(Span { file, start: at, end });
            }
        }
    }
}

fn closer_of(opener: u8) -> u8 {
    match opener {
        b'{' => b'}',
        b'[' => b']',
        _ => b')',
    }
}

/// A byte of space between an opener and the place before which it must end, where its closer can be written.
fn free_place(text: &[u8], scan: &Scan, at: u32, until: u32, written: &Written) -> Option<usize> {
    if text[at as usize] != b'{'
        && let Some(place) = behind_first_word(text, at as usize, until as usize)
    {
        return Some(place);
    }
    let mut place = until as usize;
    if place == written.length && skipped_at(scan, place as u32).is_none() {
        return Some(place);
    }
    while place > at as usize + 1 {
        // A line end behind a comment belongs to the comment.
        if let Some((start, _)) = skipped_at(scan, place as u32 - 1) {
            place = start as usize;
            continue;
        }
        if written.places.contains(&(place - 1)) {
            place -= 1;
            continue;
        }
        if !matches!(text[place - 1], b' ' | b'\t' | b'\n' | b'\r' | b',') {
            return None;
        }
        return Some(place - 1);
    }
    None
}

/// The comment or documentation that a byte, or the line end behind it, belongs to.
fn skipped_at(scan: &Scan, at: u32) -> Option<(u32, u32)> {
    let index = scan.skipped.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
    Some(scan.skipped[index]).filter(|(_, end)| at <= *end)
}

/// `[Repository  page …`: the space behind the first word, on the same line.
fn behind_first_word(text: &[u8], at: usize, until: usize) -> Option<usize> {
    let line = text[at + 1..until].split(|byte| *byte == b'\n').next()?;
    let word = line.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let space = line[word..].iter().position(|byte| matches!(byte, b' ' | b'\t' | b',' | b'\r'))?;
    // What opens in the word closes behind it.
    let plain = !line[word..word + space].iter().any(|byte| is_opener(*byte) || matches!(byte, b'"'));
    plain.then_some(at + 1 + word + space)
}
