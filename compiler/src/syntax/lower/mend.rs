//! How far a statement could be read, what was expected there, and what would make it readable.

use super::block::Block;
use super::habits::{Habit, habit};
use super::reader::Shift;
use super::{Grammar, Rule, words};
use crate::diagnostics::nearest::nearest;
use crate::syntax::METHODS;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// How far a statement could be read.
pub(super) struct Failure {
    pub(super) at: usize,
    pub(super) expected: Vec<Rule>,
}

/// What makes a statement readable.
pub(super) enum Mend {
    /// Another word in place of this one.
    Replace(&'static str),
    /// Something missing before this.
    Insert(&'static str),
    /// The word goes, for this reason if there is one that can be told.
    Remove(Option<&'static str>),
}

impl Failure {
    pub(super) fn of(error: &pest::error::Error<Rule>) -> Self {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let expected = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives.clone(),
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Self { at, expected }
    }

    pub(super) fn habit(&self, text: &str) -> Option<Habit> {
        let found = first_token(&text[self.at..]);
        habit(found, &text[self.at + found.len()..], &self.expected)
    }

    /// The one keyword without which nothing follows, if the statement can be read on behind it.
    fn missing_keyword(&self, text: &str, block: &Block) -> Option<&'static str> {
        let compulsory = || self.expected.iter().copied().filter(|rule| words::is_compulsory(*rule));
        let mut keywords: Vec<&'static str> = compulsory().flat_map(words::keywords).copied().collect();
        keywords.dedup();
        let &[keyword] = keywords.as_slice() else { return None };
        if compulsory().any(|rule| words::keywords(rule).is_empty()) {
            return None;
        }
        let (mended, shift) = Mend::Insert(keyword).apply(text, self.at);
        let Err(error) = Grammar::parse(block.lone, &mended) else { return Some(keyword) };
        let (next, found) = (Failure::of(&error), self.at + shift.new as usize);
        let word = first_token(&mended[found..]);
        let behind = mended[found + word.len()..].trim_start();
        let ends = next.at == found && next.expected.contains(&Rule::EOI) && block.starts.contains(&word);
        (ends || next.at > mended.len() - behind.len()).then_some(keyword)
    }

    /// What would make the text readable beyond the failure.
    pub(super) fn mend(&self, text: &str, block: &Block, first: bool) -> Option<Mend> {
        let found = first_token(&text[self.at..]);
        if found.is_empty() {
            return self.missing_keyword(text, block).map(Mend::Insert);
        }
        if let Some(habit) = self.habit(text).filter(|_| !first) {
            return match habit {
                Habit::Write(word) => Some(Mend::Replace(word)),
                Habit::Before(word) => Some(Mend::Insert(word)),
                Habit::Leave(why) => Some(Mend::Remove(Some(why))),
                Habit::Stop(_) => None,
            };
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
        if let Some(keyword) = self.missing_keyword(text, block) {
            return Some(Mend::Insert(keyword));
        }
        (!first).then_some(Mend::Remove(None))
    }

    /// What to write where one word cannot say it.
    pub(super) fn advice(&self, text: &str, expected: &str, statement: &str) -> Option<&'static str> {
        match self.habit(text) {
            Some(Habit::Stop(why)) => Some(why),
            _ => advice(first_token(&text[self.at..]), &self.expected, expected, statement),
        }
    }
}

impl Mend {
    /// What is written, without space.
    pub(super) fn token(&self) -> &'static str {
        match self {
            Mend::Replace(token) | Mend::Insert(token) => token.trim(),
            Mend::Remove(_) => "",
        }
    }

    /// How much of the text from here on it is about: a word, or two that are to be a keyword of two.
    pub(super) fn replaced(&self, text: &str, at: usize) -> usize {
        let found = first_token(&text[at..]);
        let behind = text[at + found.len()..].trim_start_matches(' ');
        let next = first_token(behind);
        match self {
            Mend::Replace(words) if words.strip_prefix(found).is_some_and(|rest| nearest(next, [rest.trim_start()]).is_some()) => {
                text.len() - behind.len() + next.len() - at
            }
            _ => found.len(),
        }
    }

    pub(super) fn apply(self, text: &str, at: usize) -> (String, Shift) {
        let found = self.replaced(text, at);
        let (old, new) = match self {
            Mend::Replace(word) => (found, word.to_owned()),
            Mend::Insert(token) if is_word(token) => (0, format!(" {token} ")),
            Mend::Insert(token) => (0, token.to_owned()),
            Mend::Remove(_) => (found, text[at..at + found].chars().map(|one| if one == '\n' { '\n' } else { ' ' }).collect()),
        };
        let shift = Shift { base: 0, at: at as u32, new: new.len() as u32, old: old as u32 };
        (format!("{}{new}{}", &text[..at], &text[at + old..]), shift)
    }
}

/// The word, string, number, bracket or run of signs that a text starts with; nothing at a line's end or its own.
pub(super) fn first_token(text: &str) -> &str {
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

pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(|one: char| one.is_alphabetic() || one == '_')
}

const WAITS: &str = "a wait stands behind its step, as in `every 2s until state = finished fails when state = failed at most 30m`";

fn advice(found: &str, rules: &[Rule], expected: &str, statement: &str) -> Option<&'static str> {
    if rules.contains(&Rule::count) && matches!(found, "concurrent" | "points") {
        return Some("the number stands first, as in `limit 10 concurrent per connection`");
    }
    if rules.contains(&Rule::count) {
        return Some("write a whole number in digits");
    }
    if statement == "step" && found == "(" {
        return Some("what a step is given stands in braces, as in `fetch { url = job.url }`");
    }
    if statement == "step" && rules.contains(&Rule::step) {
        return Some(WAITS);
    }
    if statement == "value that is given" && matches!(found, "every" | "until" | "fails" | "at") {
        return Some("a wait stands behind the braces of its step");
    }
    if rules.contains(&Rule::string) && is_word(found) && rules.iter().all(|rule| *rule == Rule::string) {
        return Some("put it in double quotes");
    }
    if found.starts_with('?') && rules.contains(&Rule::colon) {
        return Some("the `?` stands right behind the name: `name? \"wire name\": type`");
    }
    (expected == "`use`").then_some("write `use SUCCESSOR \"why\"`, or `use none \"why\"` when there is none")
}
