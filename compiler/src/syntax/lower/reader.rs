//! Tokens and spans: what every construct is made of. Says what is wrong with a token that has the wrong shape.

use super::{Pair, Rule};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::{Comment, Date, Ident, Template, TemplatePart, Text, WirePath};
use crate::syntax::scan::Scan;
use crate::syntax::text::{bytes, duration, milliseconds, over_lines};

/// A hundred years, in milliseconds: nothing that is waited for or kept takes longer, and clocks can count so far.
const LONGEST: u64 = 36_500 * 86_400_000;

/// What lowering carries along.
pub(super) struct Reader<'t> {
    file: FileId,
    /// The file's text, as its author wrote it.
    text: &'t str,
    comments: &'t [Comment],
    /// Start of each mended place, and how far it or one before it reaches; in order.
    mended: Vec<(u32, u32)>,
    /// From the text that is read now to the file's: not empty while a mended copy of a statement is read.
    shifts: Vec<Shift>,
    diagnostics: &'t mut Diagnostics,
    pub(super) unread: Vec<Span>,
}

/// How places in a copy of a stretch of text relate to the stretch: one word may be replaced by another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift {
    /// Where the stretch starts.
    pub(super) base: u32,
    /// Where the replaced word starts in the copy.
    pub(super) at: u32,
    /// How long it is now.
    pub(super) new: u32,
    /// How long it was.
    pub(super) old: u32,
}

impl Shift {
    /// Where a place of the copy stood before the word was replaced.
    pub(super) fn map(self, place: u32) -> u32 {
        let inside = match place {
            place if place <= self.at => place,
            place if place >= self.at + self.new => place - self.new + self.old,
            place => place.min(self.at + self.old),
        };
        self.base + inside
    }
}

impl<'t> Reader<'t> {
    pub(super) fn new(file: FileId, text: &'t str, scan: &'t Scan, diagnostics: &'t mut Diagnostics) -> Self {
        let mut mended: Vec<(u32, u32)> = scan.mended.iter().map(|span| (span.start, span.end)).collect();
        mended.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut mended {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        Self { file, text, comments: &scan.comments, mended, shifts: Vec::new(), diagnostics, unread: Vec::new() }
    }

    /// Only a defect of the grammar gets here: `file` matches every balanced text.
    pub(super) fn nothing_matches(&mut self, error: &pest::error::Error<Rule>) {
        let at = match error.location {
            pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at as u32,
        };
        let span = self.place(at, at);
        self.unread.push(Span { file: self.file, start: 0, end: self.text.len() as u32 });
        if self.mended.is_empty() {
            self.report(Diagnostic::new(codes::UNEXPECTED, span, "this cannot be read"));
        }
    }

    /// Records a mistake, unless it follows from one that was reported before.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if !self.is_mended(diagnostic.span()) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Runs `read` on a copy of a stretch of the text.
    pub(super) fn shifted<T>(&mut self, shifts: &[Shift], read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.shifts.len();
        self.shifts.extend_from_slice(shifts);
        let result = read(self);
        self.shifts.truncate(before);
        result
    }

    /// A stretch of the text that is read now, as a span of the file.
    pub(super) fn place(&self, start: u32, end: u32) -> Span {
        let limit = self.text.len() as u32;
        let map = |place| self.shifts.iter().rev().fold(place, |place, shift| shift.map(place)).min(limit);
        let (mut start, mut end) = (map(start), map(end));
        // What was mended may have split a character.
        while !self.text.is_char_boundary(start as usize) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end as usize) {
            end += 1;
        }
        Span { file: self.file, start, end: end.max(start) }
    }

    /// The span of a token: rules that end with their last character.
    pub(super) fn token(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        self.place(span.start() as u32, span.end() as u32)
    }

    /// The span of a construct, without the space and comments behind it.
    pub(super) fn span(&self, pair: &Pair<'_>) -> Span {
        let mut span = self.token(pair);
        loop {
            let written = self.text[span.start as usize..span.end as usize].trim_end_matches([' ', '\t', '\r', '\n', ',']);
            let end = span.start + written.len() as u32;
            let comment = self.comments.binary_search_by_key(&end, |comment| comment.span.end);
            span.end = end;
            match comment {
                Ok(index) if self.comments[index].span.start > span.start => span.end = self.comments[index].span.start,
                _ => return span,
            }
        }
    }

    /// True where something was reported and mended before: a further mistake follows from it.
    pub(super) fn is_mended(&self, span: Span) -> bool {
        let before = self.mended.partition_point(|(start, _)| *start <= span.start);
        before.checked_sub(1).is_some_and(|index| span.start <= self.mended[index].1)
    }

    /// True when nothing but space stands before this on its line; with how far it is indented.
    pub(super) fn starts_line(&self, span: Span) -> (bool, usize) {
        let start = self.text[..span.start as usize].rfind('\n').map_or(0, |end| end + 1);
        let before = &self.text[start..span.start as usize];
        let indentation = before.len() - before.trim_start().len();
        (indentation == before.len(), indentation)
    }

    /// The file's text under a span.
    pub(super) fn written(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    pub(super) fn blank_line_between(&self, before: Span, behind: Span) -> bool {
        let between = self.text.get(before.end as usize..behind.start as usize).unwrap_or_default();
        let mut whole_lines = between.split('\n').skip(1).collect::<Vec<_>>();
        // The last one is the begin of the line behind.
        whole_lines.pop();
        whole_lines.iter().any(|line| line.trim().is_empty())
    }

    pub(super) fn ident(&self, pair: &Pair<'_>) -> Ident {
        Spanned { value: pair.as_str().to_owned(), span: self.token(pair) }
    }

    /// Dotted names.
    pub(super) fn path(&self, pair: Pair<'_>) -> Vec<Ident> {
        pair.into_inner().map(|word| self.ident(&word)).collect()
    }

    /// `/// text` and `//! text`, without the slashes and one space.
    pub(super) fn doc(&self, pair: &Pair<'_>) -> Text {
        let text = pair.as_str()[3..].trim_end();
        Spanned { value: text.strip_prefix(' ').unwrap_or(text).to_owned(), span: self.span(pair) }
    }

    /// A string literal with its escapes resolved.
    pub(super) fn text(&mut self, pair: &Pair<'_>) -> Text {
        let written = pair.as_str();
        let span = self.token(pair);
        if let Some(lines) = written.strip_prefix("\"\"\"").and_then(|rest| rest.strip_suffix("\"\"\"")) {
            return Spanned { value: over_lines(lines), span };
        }
        let inside = &written[1..written.len() - 1];
        if !inside.contains('\\') {
            return Spanned { value: inside.to_owned(), span };
        }
        let mut value = String::with_capacity(inside.len());
        let mut rest = inside;
        while let Some(at) = rest.find('\\') {
            value.push_str(&rest[..at]);
            let escape = &rest[at..];
            let (character, length) = unescape(escape);
            match character {
                Some(character) => value.push(character),
                None => {
                    let start = span.start + 1 + (inside.len() - escape.len()) as u32;
                    let place = Span { file: span.file, start, end: (start + length as u32).min(span.end) };
                    self.report(
                        Diagnostic::new(codes::BAD_ESCAPE, place, format!("`{}` is no escape", &escape[..length]))
                            .help("there are `\\\"`, `\\\\`, `\\n`, `\\t`, `\\r` and `\\u{1F600}`; a backslash is written `\\\\`")
                            .replace("write the backslash itself", Span { end: start + 1, ..place }, "\\\\"),
                    );
                }
            }
            rest = &escape[length..];
        }
        value.push_str(rest);
        Spanned { value, span }
    }

    /// A string with `{path}` holes.
    pub(super) fn template(&mut self, pair: &Pair<'_>) -> Template {
        let text = self.text(pair);
        let plain = pair.as_str().len() == text.value.len() + 2;
        let mut template = Template { parts: Vec::new(), span: text.span };
        let mut plain_text = String::new();
        let mut rest = text.value.as_str();
        // Where escapes were resolved, a hole is pointed at by the whole literal.
        let place = |start: usize, length: usize| match plain {
            true => Span { start: text.span.start + 1 + start as u32, end: text.span.start + 1 + (start + length) as u32, ..text.span },
            false => text.span,
        };
        while let Some(at) = rest.find(['{', '}']) {
            let start = text.value.len() - rest.len() + at;
            plain_text.push_str(&rest[..at]);
            let brace = &rest[at..];
            if brace.starts_with("{{") || brace.starts_with("}}") {
                plain_text.push_str(&brace[..1]);
                rest = &brace[2..];
                continue;
            }
            let length = if brace.starts_with('{') { brace.find('}').map(|end| end + 1) } else { None };
            match length.and_then(|length| hole(&brace[1..length - 1], |at, len| place(start + 1 + at, len)).map(|names| (names, length))) {
                Some((names, length)) => {
                    if !plain_text.is_empty() {
                        template.parts.push(TemplatePart::Text(std::mem::take(&mut plain_text)));
                    }
                    template.parts.push(TemplatePart::Hole(names, place(start, length)));
                    rest = &brace[length..];
                }
                None => {
                    let length = length.unwrap_or(1);
                    self.report(
                        Diagnostic::new(
                            codes::BAD_HOLE,
                            place(start, length),
                            "a hole is a name in braces, as in `{id}` or `{connection.host}`",
                        )
                        .help("a brace that means itself is doubled: `{{` or `}}`"),
                    );
                    rest = &brace[length..];
                }
            }
        }
        plain_text.push_str(rest);
        if !plain_text.is_empty() {
            template.parts.push(TemplatePart::Text(plain_text));
        }
        template
    }

    /// Member names of an answer; a leading `body` says nothing and is dropped.
    pub(super) fn wire_path(&mut self, pair: Pair<'_>) -> WirePath {
        let span = self.span(&pair);
        let mut segments: Vec<Text> = Vec::new();
        for (index, segment) in pair.into_inner().enumerate() {
            match segment.as_rule() {
                Rule::string => segments.push(self.text(&segment)),
                _ if index == 0 && segment.as_str() == "body" => {}
                _ => segments.push(self.ident(&segment)),
            }
        }
        WirePath { segments, span }
    }

    /// A whole number without a sign, of at most 32 bits; none where it is not, which is reported.
    pub(super) fn count(&mut self, pair: &Pair<'_>) -> Option<Spanned<u64>> {
        let (text, span) = (pair.as_str(), self.token(pair));
        let value = text.parse().ok().filter(|count| *count <= u64::from(u32::MAX));
        match value {
            None if is_digits(text) => self.too_large(text, span, &u32::MAX.to_string()),
            None => self.bad_number(text, span, "a whole number", "write for example `10` or `5000`"),
            Some(_) => {}
        }
        value.map(|value| Spanned { value, span })
    }

    /// `320KiB`; none where it is no size, which is reported.
    pub(super) fn byte_count(&mut self, pair: &Pair<'_>) -> Option<Spanned<u64>> {
        let (text, span) = (pair.as_str(), self.token(pair));
        let value = bytes(text).filter(|bytes| *bytes <= i64::MAX as u64);
        if value.is_none() {
            let problem = Diagnostic::new(codes::BAD_NUMBER, span, format!("`{text}` is not a number of bytes"));
            match with_usual_unit(text, &BYTES) {
                Some(usual) if bytes(&usual).is_some() => {
                    self.report(problem.help(format!("write `{usual}`")).replace(format!("write `{usual}`"), span, usual));
                }
                Some(_) => self.too_large(text, span, "8589934591GiB"),
                None if is_digits(text) => self.too_large(text, span, "8589934591GiB"),
                None => self.report(problem.help("write for example `4096`, `320KiB`, `10MiB` or `1GiB`")),
            }
        }
        value.map(|value| Spanned { value, span })
    }

    /// `@2`
    pub(super) fn revision(&mut self, pair: &Pair<'_>) -> Spanned<u32> {
        let span = self.token(pair);
        let text = pair.as_str()[1..].trim();
        let value = text.parse().ok().filter(|value| *value > 0).unwrap_or_else(|| {
            if is_digits(text) && text.bytes().any(|digit| digit != b'0') {
                self.too_large(pair.as_str(), span, &format!("@{}", u32::MAX));
                return 1;
            }
            self.bad_number(pair.as_str(), span, "a revision", "revisions count from 1: `@1`, `@2`");
            1
        });
        Spanned { value, span }
    }

    /// A number as written: `-12.5`, `1e9`.
    pub(super) fn number(&mut self, pair: &Pair<'_>) -> Spanned<String> {
        let span = self.token(pair);
        let text = pair.as_str();
        if !is_json_number(text) {
            self.bad_number(text, span, "a number", "write for example `42`, `-1` or `12.5`");
            return Spanned { value: "0".to_owned(), span };
        }
        Spanned { value: text.to_owned(), span }
    }

    fn too_large(&mut self, text: &str, span: Span, most: &str) {
        self.report(
            Diagnostic::new(codes::BAD_NUMBER, span, format!("`{text}` is too large")).help(format!("at most `{most}` can stand here")),
        );
    }

    fn bad_number(&mut self, text: &str, span: Span, expected: &str, example: &str) {
        let diagnostic = Diagnostic::new(codes::BAD_NUMBER, span, format!("`{text}` is not {expected}"));
        let digits = text.replace('_', "");
        self.report(match digits != text && is_json_number(&digits) {
            true => diagnostic.help(format!("write `{digits}`")).replace(format!("write `{digits}`"), span, digits),
            false => diagnostic.help(example),
        });
    }

    /// `2026-05-08` or `2028-10`
    pub(super) fn date(&mut self, pair: &Pair<'_>) -> Spanned<Date> {
        let span = self.token(pair);
        let value = parse_date(pair.as_str()).unwrap_or_else(|| {
            self.report(
                Diagnostic::new(codes::BAD_DATE, span, format!("`{}` is not a date", pair.as_str()))
                    .help("a date is written `2026-05-08`, or `2026-05` where only the month is known"),
            );
            Date { year: 2000, month: 1, day: None }
        });
        Spanned { value, span }
    }

    /// `500ms 10s 1m 1h 1d` in milliseconds; none where it is no length of time, which is reported.
    pub(super) fn duration(&mut self, pair: &Pair<'_>) -> Option<Spanned<u64>> {
        const UNITS: &str = "write a whole number and `ms`, `s`, `m`, `h` or `d`: `500ms`, `10s`, `1m`, `1h`, `1d`";
        let (text, span) = (pair.as_str(), self.token(pair));
        let value = milliseconds(text);
        if value.is_some_and(|value| value <= LONGEST) {
            return value.map(|value| Spanned { value, span });
        }
        let usual = with_usual_unit(text, &TIMES).filter(|usual| milliseconds(usual).is_some_and(|value| value <= LONGEST));
        let whole =
            with_usual_unit(text, &TIMES).is_some_and(|usual| !usual.trim_end_matches(char::is_alphabetic).trim_matches('0').is_empty());
        let problem = Diagnostic::new(codes::BAD_DURATION, span, format!("`{text}` is not a length of time"));
        self.report(match usual {
            Some(usual) => problem.help(format!("write `{usual}`")).replace(format!("write `{usual}`"), span, usual),
            None if whole => Diagnostic::new(codes::BAD_DURATION, span, format!("`{text}` is too long"))
                .help(format!("at most `{}` can stand here", duration(LONGEST))),
            None => problem.help(UNITS),
        });
        None
    }

    /// `429` or `5xx`
    pub(super) fn status(&mut self, pair: &Pair<'_>) -> Spanned<String> {
        let span = self.token(pair);
        let text = pair.as_str();
        let bytes = text.as_bytes();
        let good =
            bytes.len() == 3 && (b'1'..=b'5').contains(&bytes[0]) && (&text[1..] == "xx" || bytes[1..].iter().all(u8::is_ascii_digit));
        if !good {
            self.report(
                Diagnostic::new(codes::MALFORMED_STATUS, span, format!("`{text}` is not a status"))
                    .help("a status is three digits, as `404`, or a hundred of them, as `4xx`"),
            );
        }
        Spanned { value: if good { text.to_owned() } else { "200".to_owned() }, span }
    }
}

/// What an escape means, and how many bytes it has.
fn unescape(escape: &str) -> (Option<char>, usize) {
    match escape.as_bytes().get(1) {
        Some(b'"') => (Some('"'), 2),
        Some(b'\\') => (Some('\\'), 2),
        Some(b'n') => (Some('\n'), 2),
        Some(b't') => (Some('\t'), 2),
        Some(b'r') => (Some('\r'), 2),
        Some(b'u') if escape[2..].starts_with('{') => {
            let Some(end) = escape.find('}') else { return (None, 2) };
            let character = u32::from_str_radix(&escape[3..end], 16).ok().and_then(char::from_u32);
            (character, end + 1)
        }
        _ => (None, 1 + escape[1..].chars().next().map_or(0, char::len_utf8)),
    }
}

/// The names of a hole, where they are names.
fn hole(inside: &str, place: impl Fn(usize, usize) -> Span) -> Option<Vec<Ident>> {
    let mut at = 0;
    inside
        .split('.')
        .map(|name| {
            let span = place(at, name.len());
            at += name.len() + 1;
            let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            (letters && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit()).then(|| Spanned { value: name.to_owned(), span })
        })
        .collect()
}

/// What people call units of time, and what they are called here.
const TIMES: [(&str, &[&str]); 5] = [
    ("ms", &["ms", "millis", "millisecond", "milliseconds", "msec"]),
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
    ("d", &["d", "day", "days"]),
];

/// The same of sizes.
const BYTES: [(&str, &[&str]); 3] = [("KiB", &["kib", "kb", "k"]), ("MiB", &["mib", "mb", "m"]), ("GiB", &["gib", "gb", "g"])];

/// `30 minutes` as `30m`
fn with_usual_unit(text: &str, units: &[(&str, &[&str])]) -> Option<String> {
    let (number, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let unit = unit.trim_start().to_ascii_lowercase();
    let (usual, _) = units.iter().find(|(_, names)| names.contains(&unit.as_str()))?;
    (!number.is_empty()).then(|| format!("{number}{usual}"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_json_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    digits(whole) && !leading_zero && digits(fraction) && digits(exponent.trim_start_matches(['+', '-']))
}

fn parse_date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |index: usize, length: usize| {
        parts.get(index).filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<u16>().ok()
    };
    let (year, month) = (number(0, 4)?, number(1, 2)? as u8);
    let day = match parts.len() {
        2 => None,
        3 => Some(number(2, 2)? as u8),
        _ => return None,
    };
    let valid = (1..=12).contains(&month) && day.is_none_or(|day| (1..=days_of(year, month)).contains(&day));
    valid.then_some(Date { year, month, day })
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn dates_are_checked_against_the_calendar() {
        assert_eq!(parse_date("2028-02-29"), Some(Date { year: 2028, month: 2, day: Some(29) }));
        assert_eq!(parse_date("2026-02-29"), None);
        assert_eq!(parse_date("2026-10"), Some(Date { year: 2026, month: 10, day: None }));
        assert_eq!(parse_date("2026"), None);
        assert_eq!(parse_date("26-10-01"), None);
    }

    #[test]
    fn numbers_are_those_of_json() {
        for good in ["0", "-1", "12.5", "1e9", "1.5E-3"] {
            assert!(is_json_number(good), "{good}");
        }
        for bad in ["01", "1.", "1_000", "1e", "0x1F", "--1", "12abc"] {
            assert!(!is_json_number(bad), "{bad}");
        }
    }
}
