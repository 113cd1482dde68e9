//! What could not be read: says what was expected, mends one word where that makes it readable, and reads on.

use super::block::Block;
use super::reader::{Reader, Shift};
use super::{Grammar, Pair, Rule, words};
use crate::diagnostics::{Diagnostic, codes, nearest::nearest};
use crate::source::Span;
use crate::syntax::METHODS;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// How many words of one statement are mended before it is given up.
const MENDS: usize = 4;

/// How far a statement could be read.
struct Failure {
    at: usize,
    expected: Vec<Rule>,
}

/// What makes a statement readable.
enum Mend {
    /// Another word in place of this one.
    Replace(&'static str),
    /// Something missing before this.
    Insert(&'static str),
    /// The word goes.
    Remove,
}

/// A stretch of text that is read again.
struct Stretch<'p> {
    text: &'p str,
    /// Where it starts in the text that is read now.
    base: usize,
    /// Where in it the unreadable part starts.
    bad_at: usize,
    /// Whether the statement before it is part of it.
    joined: bool,
}

type Once<'f, 't> = dyn FnMut(&mut Reader<'t>, Pair<'_>) + 'f;

impl<'t> Reader<'t> {
    /// A stretch that is no statement. `before` is the statement in front of it, not taken into the tree yet.
    pub(super) fn bad(
        &mut self,
        bad: Pair<'_>,
        before: Option<Pair<'_>>,
        block: &Block,
        bad_follows: bool,
        last_bad: &mut Option<Span>,
        once: &mut Once<'_, 't>,
    ) {
        self.stray_documentation(&bad, block, bad_follows);
        let Some(text) = bad.clone().into_inner().find(|pair| pair.as_rule() == Rule::bad_text) else {
            return before.into_iter().for_each(|before| once(self, before));
        };
        let span = self.span(&text);
        let follows = self.is_mended(span) || last_bad.is_some_and(|last| self.continues(last, span));
        if follows || self.is_reserved(&text, span, block) {
            before.into_iter().for_each(|before| once(self, before));
            self.unread.push(span);
            *last_bad = Some(span);
            return;
        }
        let input = bad.as_span().get_input();
        let start = if block.documented { bad.as_span().start() } else { text.as_span().start() };
        let end = bad.as_span().start() + bad.as_str().trim_end_matches([' ', '\t', '\r', '\n', ',']).len();
        let text_at = text.as_span().start();
        let alone = Stretch { text: &input[start..end], base: start, bad_at: text_at - start, joined: false };
        let joined = before.as_ref().filter(|before| self.is_attached(before, span)).map(|before| {
            let base = before.as_span().start();
            Stretch { text: &input[base..end], base, bad_at: text_at - base, joined: true }
        });
        let joined = joined.filter(|joined| goes_on(joined, &alone, block));
        let mended = match joined {
            Some(joined) => {
                let mended = self.mend(&joined, block, once);
                if !mended {
                    before.into_iter().for_each(|before| once(self, before));
                }
                mended
            }
            None => {
                before.into_iter().for_each(|before| once(self, before));
                self.mend(&alone, block, once)
            }
        };
        *last_bad = None;
        if !mended {
            self.unread.push(span);
            *last_bad = Some(span);
        }
    }

    /// Documentation where none can stand, or with nothing behind it.
    fn stray_documentation(&mut self, bad: &Pair<'_>, block: &Block, bad_follows: bool) {
        let mut parts = bad.clone().into_inner();
        let Some(doc) = parts.next().filter(|part| part.as_rule() == Rule::doc) else { return };
        let documents = block.documented && (bad_follows || parts.any(|part| part.as_rule() == Rule::bad_text));
        let span = self.span(&doc);
        if !documents && !self.is_mended(span) {
            self.report(
                Diagnostic::new(codes::DOCUMENTS_NOTHING, span, "nothing that can be documented follows")
                    .help("`///` stands above an item, a field or a variant; a comment starts with `//`"),
            );
        }
    }

    /// True for what stands behind an unreadable stretch on its line, or deeper on the next: it belongs to it.
    fn continues(&self, last: Span, span: Span) -> bool {
        let (own_line, indentation) = self.starts_line(span);
        let (_, last_indentation) = self.starts_line(last);
        !own_line || (indentation > last_indentation && !self.blank_line_between(last, span))
    }

    /// True when the stretch stands on the line of a statement's end, or deeper on the next line.
    fn is_attached(&self, before: &Pair<'_>, span: Span) -> bool {
        let before = self.span(before);
        let (own_line, indentation) = self.starts_line(span);
        let (_, before_indentation) = self.starts_line(before);
        !own_line || (indentation > before_indentation && !self.blank_line_between(before, span))
    }

    fn is_reserved(&mut self, text: &Pair<'_>, span: Span, block: &Block) -> bool {
        let word = first_token(text.as_str());
        let Some((_, advice)) = block.reserved.iter().find(|(reserved, _)| *reserved == word) else { return false };
        self.later(word, Span { end: span.start + word.len() as u32, ..span }, advice);
        true
    }

    fn later(&mut self, word: &str, span: Span, advice: &str) {
        self.report(Diagnostic::new(codes::RESERVED, span, format!("`{word}` is not part of this version of the language")).help(advice));
    }

    /// Reports what is wrong with a stretch and takes it into the tree if mending makes it readable.
    fn mend(&mut self, stretch: &Stretch<'_>, block: &Block, once: &mut Once<'_, 't>) -> bool {
        let mut text = stretch.text.to_owned();
        let mut shifts = vec![Shift { base: stretch.base as u32, at: 0, new: 0, old: 0 }];
        let mut report = true;
        for _ in 0..MENDS {
            let failure = match Grammar::parse(block.lone, &text) {
                Ok(pairs) => {
                    self.shifted(&shifts, |reader| pairs.filter(|pair| pair.as_rule() != Rule::EOI).for_each(|pair| once(reader, pair)));
                    return true;
                }
                Err(error) => Failure::of(&error),
            };
            if let Some(pairs) = self.statement_before(&failure, &text, block) {
                self.shifted(&shifts, |reader| pairs.filter(|pair| pair.as_rule() != Rule::EOI).for_each(|pair| once(reader, pair)));
                let from = shifts[1..].iter().rev().fold(failure.at, |at, shift| shift.map(at as u32) as usize);
                let rest = Stretch { text: &stretch.text[from..], base: stretch.base + from, bad_at: 0, joined: false };
                return self.mend(&rest, block, once);
            }
            let first = !stretch.joined && failure.at <= stretch.bad_at;
            let mend = failure.mend(&text, block, first);
            if std::mem::take(&mut report) {
                self.shifted(&shifts, |reader| reader.explain(&failure, &text, block, mend.as_ref(), first));
            }
            // What else is wrong behind a misspelled word is a mistake of its own.
            report = mend.as_ref().is_some_and(|mend| is_word(mend.token()));
            let Some(mend) = mend else { return false };
            let (mended, shift) = mend.apply(&text, failure.at);
            text = mended;
            shifts.push(shift);
        }
        false
    }

    /// What stands before a failure, if it is a whole statement and the next one starts there.
    fn statement_before<'m>(&self, failure: &Failure, text: &'m str, block: &Block) -> Option<pest::iterators::Pairs<'m, Rule>> {
        let next = failure.at > 0 && failure.expected.contains(&Rule::EOI) && block.starts.contains(&first_token(&text[failure.at..]));
        if next { Grammar::parse(block.lone, &text[..failure.at]).ok() } else { None }
    }

    fn explain(&mut self, failure: &Failure, text: &str, block: &Block, mend: Option<&Mend>, first: bool) {
        let found = first_token(&text[failure.at..]);
        let (start, end) = match found {
            "" => (text.trim_end().len(), text.trim_end().len()),
            found => (failure.at, failure.at + found.len()),
        };
        let span = self.place(start as u32, end as u32);
        if self.is_mended(span) {
            return;
        }
        if found == "upgrade" && failure.expected.contains(&Rule::test_call) {
            return self.later(found, span, "write `call` and test one version");
        }
        let shown = shorten(found);
        let unknown = first && is_word(found) && !block.starts.is_empty();
        let expected = words::list(&failure.expected, block.statement);
        let mut diagnostic = match unknown {
            true => Diagnostic::new(codes::UNKNOWN_STATEMENT, span, format!("`{shown}` starts no {}", block.statement)),
            false if matches!(mend, Some(Mend::Insert(_))) => {
                let token = mend.map_or("", Mend::token);
                Diagnostic::new(codes::UNEXPECTED, span, format!("`{token}` is missing before `{shown}`"))
            }
            false if mend.is_some_and(|mend| is_word(mend.token())) => {
                let word = mend.map_or("", Mend::token);
                Diagnostic::new(codes::UNEXPECTED, span, format!("expected `{word}`, found `{shown}`"))
            }
            false if found.is_empty() => Diagnostic::new(codes::UNEXPECTED, span, format!("{expected} is missing here")),
            false => Diagnostic::new(codes::UNEXPECTED, span, format!("expected {expected}, found `{shown}`")),
        };
        diagnostic = match mend {
            Some(Mend::Replace(word)) => diagnostic.help(format!("write `{word}`")).replace(format!("write `{word}`"), span, *word),
            Some(Mend::Insert(token)) => {
                let before = self.place(0, failure.at as u32);
                let at = before.start + self.written(before).trim_end().len() as u32;
                let write = format!("write `{}`", token.trim());
                diagnostic.help(&write).replace(write, Span { start: at, end: at, ..span }, *token)
            }
            Some(Mend::Remove) if found == ";" => diagnostic
                .help("take it away: space, a line end or a comma is enough between two statements")
                .replace("take it away", span, ""),
            _ if unknown => diagnostic.help(format!("there are {}", words::quoted(block.starts))),
            _ => match advice(found, &failure.expected, &expected) {
                Some(advice) => diagnostic.help(advice),
                None => diagnostic,
            },
        };
        self.report(diagnostic);
    }
}

/// What to write where one word cannot say it.
fn advice(found: &str, rules: &[Rule], expected: &str) -> Option<&'static str> {
    if found.starts_with('?') && rules.contains(&Rule::colon) {
        return Some("the `?` stands right behind the name: `name? \"wire name\": type`");
    }
    (expected == "`use`").then_some("write `use SUCCESSOR \"why\"`, or `use none \"why\"` when there is none")
}

/// Whether an unreadable stretch goes on with the statement before it, rather than being one of its own.
fn goes_on(joined: &Stretch<'_>, alone: &Stretch<'_>, block: &Block) -> bool {
    let Err(error) = Grammar::parse(block.lone, joined.text) else { return false };
    let failure = Failure::of(&error);
    if failure.at != joined.bad_at {
        return failure.at > joined.bad_at;
    }
    // A known keyword is a statement of its own, whatever is wrong behind it.
    if block.starts.contains(&first_token(&joined.text[joined.bad_at..])) {
        return false;
    }
    if matches!(failure.mend(joined.text, block, false), Some(Mend::Replace(_))) {
        return true;
    }
    let Err(error) = Grammar::parse(block.lone, alone.text) else { return false };
    let own = Failure::of(&error);
    own.at <= alone.bad_at && !matches!(own.mend(alone.text, block, true), Some(Mend::Replace(_)))
}

impl Failure {
    fn of(error: &pest::error::Error<Rule>) -> Self {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let expected = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives.clone(),
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Self { at, expected }
    }

    /// What would make the text readable beyond the failure.
    fn mend(&self, text: &str, block: &Block, first: bool) -> Option<Mend> {
        let found = first_token(&text[self.at..]);
        if found.is_empty() {
            return None;
        }
        if first && !block.starts.is_empty() && is_word(found) {
            let habit = block.habits.iter().find(|(habit, _)| *habit == found).map(|(_, word)| *word);
            return habit.or_else(|| nearest(found, block.starts.iter().copied())).map(Mend::Replace);
        }
        let keywords = self.expected.iter().flat_map(|rule| words::keywords(*rule));
        let methods = self.expected.contains(&Rule::method).then_some(&METHODS).into_iter().flatten();
        if is_word(found)
            && let Some(word) = nearest(found, keywords.chain(methods).copied())
        {
            return Some(Mend::Replace(word));
        }
        if self.expected.contains(&Rule::colon)
            && (is_word(found) || found.starts_with(|one: char| one.is_ascii_digit() || "[{\"-".contains(one)))
        {
            return Some(Mend::Insert(": "));
        }
        if self.expected.contains(&Rule::colon) && found == "=" {
            return Some(Mend::Replace(":"));
        }
        if self.expected.contains(&Rule::variant_value) && found.starts_with('"') {
            return Some(Mend::Insert(" = "));
        }
        if self.expected.contains(&Rule::equals) && (is_word(found) || found.starts_with('"')) {
            return Some(Mend::Insert(" = "));
        }
        if self.expected.contains(&Rule::variant_value) && found == ":" {
            return Some(Mend::Replace("="));
        }
        let arrow = self.expected.iter().any(|rule| matches!(rule, Rule::arrow | Rule::answer));
        if arrow && is_word(found) && !self.expected.contains(&Rule::EOI) {
            return Some(Mend::Insert("-> "));
        }
        if arrow && matches!(found, "=>" | ":" | "→") {
            return Some(Mend::Replace("->"));
        }
        (!first).then_some(Mend::Remove)
    }
}

impl Mend {
    /// What is written, without space.
    fn token(&self) -> &'static str {
        match self {
            Mend::Replace(token) | Mend::Insert(token) => token.trim(),
            Mend::Remove => "",
        }
    }

    fn apply(self, text: &str, at: usize) -> (String, Shift) {
        let found = first_token(&text[at..]).len();
        let (old, new) = match self {
            Mend::Replace(word) => (found, word.to_owned()),
            Mend::Insert(token) => (0, token.to_owned()),
            Mend::Remove => (found, text[at..at + found].chars().map(|one| if one == '\n' { '\n' } else { ' ' }).collect()),
        };
        let shift = Shift { base: 0, at: at as u32, new: new.len() as u32, old: old as u32 };
        (format!("{}{new}{}", &text[..at], &text[at + old..]), shift)
    }
}

/// The word, string, number, bracket or run of signs that a text starts with; nothing at a line's end or its own.
fn first_token(text: &str) -> &str {
    let Some(first) = text.chars().next() else { return "" };
    let length = match first {
        '"' => text[1..].find('"').map_or(text.len(), |end| end + 2),
        '{' | '}' | '[' | ']' | '(' | ')' => 1,
        '@' => 1 + text[1..].find(|one: char| !is_letter(one)).unwrap_or(text.len() - 1),
        one if is_letter(one) => text.find(|one: char| !is_letter(one) && one != '-').unwrap_or(text.len()),
        one if one.is_whitespace() || one == ',' => 0,
        _ => text.find(|one: char| is_letter(one) || one.is_whitespace() || "\"{}[](),@".contains(one)).unwrap_or(text.len()),
    };
    &text[..length]
}

fn is_letter(one: char) -> bool {
    one.is_alphanumeric() || one == '_'
}

fn is_word(text: &str) -> bool {
    text.starts_with(|one: char| one.is_alphabetic() || one == '_')
}

/// A long string is shown by its start.
fn shorten(found: &str) -> String {
    match found.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found.to_owned(),
    }
}
