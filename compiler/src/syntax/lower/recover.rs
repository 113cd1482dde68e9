//! What could not be read: says what was expected, mends one word where that makes it readable, and reads on.

use super::block::Block;
use super::mend::{Failure, Mend, first_token, is_word};
use super::reader::{Reader, Shift};
use super::{Grammar, Pair, Rule, words};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use pest::Parser;

/// How many words of one statement are mended before it is given up.
const MENDS: usize = 4;

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
    /// A stretch that is no statement. `before` is the statement in front of it, not taken into the tree yet, and `more` are such stretches
    /// on the lines behind it that would go on with that statement. True when they were read along.
    pub(super) fn bad(
        &mut self,
        bad: Pair<'_>,
        before: Option<Pair<'_>>,
        more: &[Pair<'_>],
        block: &Block,
        last_bad: &mut Option<Span>,
        once: &mut Once<'_, 't>,
    ) -> bool {
        let Some(text) = bad.clone().into_inner().find(|pair| pair.as_rule() == Rule::bad_text) else {
            before.into_iter().for_each(|before| once(self, before));
            return false;
        };
        let span = self.span(&text);
        let follows = self.is_mended(span) || last_bad.is_some_and(|last| self.continues(last, span));
        if follows || self.is_reserved(&text, span, block) {
            before.into_iter().for_each(|before| once(self, before));
            self.unread.push(span);
            *last_bad = Some(span);
            return false;
        }
        let input = bad.as_span().get_input();
        let start = if block.documented { bad.as_span().start() } else { text.as_span().start() };
        let end_of = |bad: &Pair<'_>| bad.as_span().start() + bad.as_str().trim_end_matches([' ', '\t', '\r', '\n', ',']).len();
        let (end, whole_end) = (end_of(&bad), end_of(more.last().unwrap_or(&bad)));
        let text_at = text.as_span().start();
        let alone = Stretch { text: &input[start..end], base: start, bad_at: text_at - start, joined: false };
        let joined = before.as_ref().filter(|before| self.is_attached(self.span(before), self.span(before), span)).map(|before| {
            let base = before.as_span().start();
            Stretch { text: &input[base..whole_end], base, bad_at: text_at - base, joined: true }
        });
        let joined = joined.filter(|joined| goes_on(joined, &alone, block));
        let along = joined.is_some();
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
            let span = if along { Span { end: self.span(more.last().unwrap_or(&text)).end, ..span } } else { span };
            self.unread.push(span);
            *last_bad = Some(span);
        }
        along
    }

    /// Documentation where none can stand, or with nothing behind it.
    pub(super) fn stray_documentation(&mut self, bad: &Pair<'_>, block: &Block, bad_follows: bool) {
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

    /// True when a stretch stands on the line of a statement's end, or deeper on the next line; `last` is what of it came last before the stretch.
    pub(super) fn is_attached(&self, before: Span, last: Span, span: Span) -> bool {
        let (own_line, indentation) = self.starts_line(span);
        let (_, before_indentation) = self.starts_line(before);
        !own_line || (indentation > before_indentation && !self.blank_line_between(last, span))
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
        // What else is wrong behind something that goes follows from that.
        let (mut report, mut quiet) = (true, false);
        for _ in 0..MENDS {
            let failure = match Grammar::parse(block.lone, &text) {
                Ok(pairs) => {
                    self.shifted(&shifts, |reader| pairs.filter(|pair| pair.as_rule() != Rule::EOI).for_each(|pair| once(reader, pair)));
                    return true;
                }
                Err(error) => Failure::of(&error),
            };
            if failure.habit(&text).is_none()
                && let Some(pairs) = self.statement_before(&failure, &text, block)
            {
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
            quiet |= matches!(mend, Some(Mend::Remove(_)));
            // What else is wrong behind a misspelled word is a mistake of its own.
            report = !quiet && mend.as_ref().is_some_and(|mend| is_word(mend.token()));
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
            found => (failure.at, failure.at + mend.map_or(found.len(), |mend| mend.replaced(text, failure.at))),
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
                let place = if found.is_empty() { "here".to_owned() } else { format!("before `{shown}`") };
                Diagnostic::new(codes::UNEXPECTED, span, format!("`{token}` is missing {place}"))
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
                let inserted = if is_word(token) { format!(" {token}") } else { (*token).to_owned() };
                diagnostic.help(&write).replace(write, Span { start: at, end: at, ..span }, inserted)
            }
            Some(Mend::Remove(Some(why))) => diagnostic.help(*why),
            Some(Mend::Remove(None)) if found == ";" => diagnostic
                .help("take it away: space, a line end or a comma is enough between two statements")
                .replace("take it away", span, ""),
            _ if unknown => diagnostic.help(format!("there are {}", words::quoted(block.starts))),
            _ => match failure.advice(text, &expected, block.statement) {
                Some(advice) => diagnostic.help(advice),
                None => diagnostic,
            },
        };
        self.report(diagnostic);
    }
}

/// Whether an unreadable stretch goes on with the statement before it, rather than being one of its own.
fn goes_on(joined: &Stretch<'_>, alone: &Stretch<'_>, block: &Block) -> bool {
    let Err(error) = Grammar::parse(block.lone, joined.text) else { return false };
    let failure = Failure::of(&error);
    if failure.at != joined.bad_at {
        return failure.at > joined.bad_at;
    }
    if failure.habit(joined.text).is_some() {
        return true;
    }
    // A known keyword is a statement of its own, whatever is wrong behind it.
    if block.starts.contains(&first_token(&joined.text[joined.bad_at..])) {
        return false;
    }
    if matches!(failure.mend(joined.text, block, false), Some(Mend::Replace(_) | Mend::Insert(_))) {
        return true;
    }
    let Err(error) = Grammar::parse(block.lone, alone.text) else { return false };
    let own = Failure::of(&error);
    own.at <= alone.bad_at && !matches!(own.mend(alone.text, block, true), Some(Mend::Replace(_)))
}

/// A long string is shown by its start.
fn shorten(found: &str) -> String {
    match found.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found.to_owned(),
    }
}
