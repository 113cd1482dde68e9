//! A first look at a file's characters: comments, where brackets stand, and characters that cannot stand where they do.
//! It mends what would confuse the grammar (an open string, a typographic quote) in place, so that no span moves.

use super::ast::Comment;
use crate::diagnostics::{Diagnostic, Diagnostics, Edit, codes};
use crate::source::{FileId, Span};

/// What begins and ends a text over several lines.
const TEXT: &[u8] = b"\"\"\"";

/// What the first look found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Comments that are not documentation.
    pub(super) comments: Vec<Comment>,
    /// Brackets outside strings and comments, `<` and `>` of `map<…>` and `id<…>` included.
    pub(super) brackets: Vec<u32>,
    /// Bytes of comments and documentation, in order.
    pub(super) skipped: Vec<(u32, u32)>,
    /// Where something was reported and mended; what the grammar cannot read there follows from it.
    pub(super) mended: Vec<Span>,
}

/// Looks at the text and mends it.
pub(super) fn scan(file: FileId, text: &mut Vec<u8>, diagnostics: &mut Diagnostics) -> Scan {
    let mut scanner =
        Scanner { file, text, at: 0, line_start: 0, line_has_code: false, known_line_end: 0, scan: Scan::default(), diagnostics };
    while scanner.at < scanner.text.len() {
        scanner.step();
    }
    scanner.scan
}

struct Scanner<'t> {
    file: FileId,
    text: &'t mut Vec<u8>,
    at: usize,
    /// Where the line starts as it was written: the quote that closes an open string may stand in place of a line end.
    line_start: usize,
    line_has_code: bool,
    /// The end of the line, once it was looked for.
    known_line_end: usize,
    scan: Scan,
    diagnostics: &'t mut Diagnostics,
}

impl Scanner<'_> {
    fn step(&mut self) {
        match self.text[self.at] {
            b'\n' => {
                self.line_has_code = false;
                self.at += 1;
                self.line_start = self.at;
            }
            b' ' | b'\t' | b'\r' | b',' => self.at += 1,
            b'/' if self.next_is(b'/') => self.comment(),
            b'/' if self.next_is(b'*') => self.foreign_comment(),
            b'#' if !self.line_has_code => self.foreign_comment(),
            b'"' => self.string(),
            b'\'' => self.single_quote(),
            b'{' | b'}' | b'[' | b']' | b'(' | b')' => self.bracket(),
            b'<' if self.after_generic() => self.bracket(),
            b'>' if self.at > 0 && !matches!(self.text[self.at - 1], b'-' | b'=') => self.bracket(),
            0x00..0x20 | 0x7f.. => self.odd_character(),
            _ => self.code(1),
        }
    }

    fn code(&mut self, bytes: usize) {
        self.line_has_code = true;
        self.at += bytes;
    }

    fn next_is(&self, byte: u8) -> bool {
        self.text.get(self.at + 1) == Some(&byte)
    }

    fn bracket(&mut self) {
        self.scan.brackets.push(self.at as u32);
        self.code(1);
    }

    /// True behind `map` and `id`.
    fn after_generic(&self) -> bool {
        let before = self.text[..self.at].trim_ascii_end();
        before.ends_with(b"map") || before.ends_with(b"id")
    }

    fn line_end(&mut self) -> usize {
        if self.at >= self.known_line_end {
            let length = self.text[self.at..].iter().position(|byte| *byte == b'\n');
            self.known_line_end = length.map_or(self.text.len(), |length| self.at + length);
        }
        self.known_line_end
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: start as u32, end: end as u32 }
    }

    fn comment(&mut self) {
        let end = self.line_end();
        let trimmed = self.at + self.text[self.at..end].trim_ascii_end().len();
        let span = self.span(self.at, trimmed);
        let slashes = &self.text[self.at..end];
        let documents = slashes.starts_with(b"//!") || (slashes.starts_with(b"///") && slashes.get(3) != Some(&b'/'));
        if !documents {
            self.scan.comments.push(Comment { span, trailing: self.line_has_code });
        } else if self.line_has_code {
            self.diagnostics.push(
                Diagnostic::new(codes::DOCUMENTS_NOTHING, span, "documentation stands on lines of its own, above what it documents")
                    .help("move it above, or write `//` for a comment"),
            );
            self.blank(span);
        }
        self.scan.skipped.push((span.start, end as u32));
        self.at = end;
    }

    /// `# …` and `/* … */`.
    fn foreign_comment(&mut self) {
        let start = self.at;
        let end = if self.text[start] == b'#' {
            self.line_end()
        } else {
            let inside = &self.text[start + 2..];
            inside.windows(2).position(|two| two == b"*/").map_or(self.text.len(), |length| start + 2 + length + 2)
        };
        let marker = if self.text[start] == b'#' { 1 } else { 2 };
        let span = self.span(start, start + marker);
        let whole = self.span(start, end);
        let mut diagnostic = Diagnostic::new(codes::FOREIGN_SYNTAX, span, "comments start with `//` and end with their line");
        if marker == 1 {
            diagnostic = diagnostic.replace("write `//`", span, "//");
        }
        self.diagnostics.push(diagnostic);
        self.blank(whole);
        self.scan.mended.push(whole);
        if let Some(last) = self.text[start..end].iter().rposition(|byte| *byte == b'\n') {
            self.line_start = start + last + 1;
        }
        self.at = end;
    }

    fn string(&mut self) {
        let start = self.at;
        if self.text[start..].starts_with(TEXT) {
            return self.block_string(start);
        }
        let mut at = start + 1;
        loop {
            match self.text.get(at) {
                Some(b'"') => break,
                Some(b'\\') if self.text.get(at + 1).is_some_and(|byte| *byte != b'\n') => at += 2,
                Some(b'\n') | None => return self.open_string(start),
                Some(_) => at += 1,
            }
        }
        self.code(at + 1 - start);
    }

    /// `"""…"""`, over several lines.
    fn block_string(&mut self, start: usize) {
        let mut from = start + TEXT.len();
        let end = loop {
            match self.text[from..].windows(TEXT.len()).position(|three| three == TEXT).map(|length| from + length) {
                Some(end) if self.text[end - 1] == b'\\' => from = end + TEXT.len(),
                Some(end) => break end,
                None => return self.open_block_string(start),
            }
        };
        if let Some(last) = self.text[start..end].iter().rposition(|byte| *byte == b'\n') {
            self.line_start = start + last + 1;
        }
        self.code(end + TEXT.len() - start);
    }

    /// It is taken to end before the next line that is indented no more than the one on which it starts.
    fn open_block_string(&mut self, start: usize) {
        let span = self.span(start, start + TEXT.len());
        self.diagnostics.push(
            Diagnostic::new(codes::OPEN_STRING, span, "this text has no closing quotes").here("starts here").help("close it with `\"\"\"`"),
        );
        let end = self.less_indented(start).unwrap_or(self.text.len());
        self.scan.mended.push(self.span(self.line_start, end));
        // It becomes a string on one line, so it holds neither quotes nor what would escape the last.
        for byte in self.text[start..end].iter_mut().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r')) {
            *byte = b' ';
        }
        self.text[start] = b'"';
        // Before the begin of a line stood the end of another, so there is room; the quotes at its start are three bytes.
        let end = match &mut self.text[end - 1] {
            byte @ b' ' => {
                *byte = b'"';
                end
            }
            _ => {
                self.text.push(b'"');
                end + 1
            }
        };
        (self.at, self.line_start, self.line_has_code) = (end, end, false);
    }

    /// Where the next line begins that is not indented more than this one.
    fn less_indented(&self, start: usize) -> Option<usize> {
        let indentation = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let limit = indentation(&self.text[self.line_start..]);
        let mut at = start;
        loop {
            at += self.text[at..].iter().position(|byte| *byte == b'\n')? + 1;
            let line = &self.text[at..];
            let blank = line.trim_ascii_start().is_empty() || line[indentation(line)..].starts_with(b"\n");
            if !blank && indentation(line) <= limit {
                return Some(at);
            }
        }
    }

    /// The string is taken to end before brackets that end the line, otherwise with the line.
    fn open_string(&mut self, start: usize) {
        let line_end = self.line_end();
        let end = start + brackets_at_end(&self.text[start..line_end]).unwrap_or(line_end - start);
        let written = start + self.text[start..end].trim_ascii_end().len();
        let span = self.span(start, written);
        self.diagnostics.push(
            Diagnostic::new(codes::OPEN_STRING, span, "this string has no closing quote on its line")
                .here("starts here")
                .help("close it with `\"`; a line end inside a string is written `\\n`")
                .replace("close the string", self.span(written, written), "\""),
        );
        // A backslash before the mended quote would escape it.
        let slashes = self.text[start..end].iter().rev().take_while(|byte| **byte == b'\\').count();
        if slashes % 2 == 1 {
            self.text[end - 1] = b' ';
        }
        match self.text.get_mut(end) {
            Some(byte) => *byte = b'"',
            None => self.text.push(b'"'),
        }
        // A quote may be missing further up on the line: what else is odd on it follows from that.
        self.scan.mended.push(self.span(self.line_start, line_end));
        self.line_has_code = end != line_end;
        self.at = end + 1;
        if end == line_end {
            self.line_start = self.at;
        }
    }

    fn single_quote(&mut self) {
        let start = self.at;
        let line_end = self.line_end();
        let inside = &self.text[start + 1..line_end];
        let closing = inside.iter().position(|byte| *byte == b'\'');
        let Some(length) = closing.filter(|length| !inside[..*length].contains(&b'"')) else {
            return self.code(1);
        };
        let end = start + 1 + length;
        self.text[start] = b'"';
        self.text[end] = b'"';
        let edit = |at| Edit { span: Span { file: self.file, start: at as u32, end: at as u32 + 1 }, text: "\"".into() };
        let edits = vec![edit(start), edit(end)];
        self.diagnostics.push(
            Diagnostic::new(codes::FOREIGN_SYNTAX, self.span(start, end + 1), "strings stand in double quotes")
                .fix("write double quotes", edits),
        );
    }

    /// Characters that look like space or quotes, and control characters. Other letters are left to the grammar.
    fn odd_character(&mut self) {
        let length = (1..=4).find(|length| std::str::from_utf8(&self.text[self.at..(self.at + length).min(self.text.len())]).is_ok());
        let length = length.unwrap_or(1);
        let (start, span) = (self.at, self.span(self.at, self.at + length));
        let character = std::str::from_utf8(&self.text[start..start + length]).ok().and_then(|text| text.chars().next()).unwrap_or('\0');
        let name = format!("U+{:04X}", character as u32);
        match character {
            // Some editors begin a file with it. It is no code: documentation may follow on its line.
            '\u{feff}' if start == 0 => {
                self.blank(span);
                self.at += length;
                return;
            }
            '\u{201c}' | '\u{201d}' | '\u{201e}' => return self.typographic_quotes(),
            '\u{a0}' | '\u{2000}'..='\u{200f}' | '\u{202f}' | '\u{3000}' | '\u{feff}' | '\0'..'\u{20}' | '\u{7f}' => {
                self.diagnostics.push(
                    Diagnostic::new(codes::ODD_CHARACTER, span, format!("the invisible character {name} cannot stand here")).replace(
                        "write a space",
                        span,
                        " ",
                    ),
                );
                self.blank(span);
            }
            _ => {}
        }
        self.code(length);
    }

    /// Mends the quote here and the next one on the line, then reads the string as any other.
    fn typographic_quotes(&mut self) {
        let start = self.at;
        let line_end = self.line_end();
        let quotes = [&b"\xe2\x80\x9c"[..], b"\xe2\x80\x9d", b"\xe2\x80\x9e"];
        let is_quote = |at: &usize| quotes.iter().any(|quote| self.text[*at..line_end].starts_with(quote));
        let closing = (start + 3..line_end).find(is_quote);
        let spans: Vec<Span> = std::iter::once(start).chain(closing).map(|at| self.span(at, at + 3)).collect();
        let edits = spans.iter().map(|span| Edit { span: *span, text: "\"".into() }).collect();
        let whole = self.span(start, closing.unwrap_or(start) + 3);
        self.diagnostics.push(
            Diagnostic::new(codes::ODD_CHARACTER, whole, "these are typographic quotes; strings stand in `\"`").fix("write `\"`", edits),
        );
        if closing.is_none() {
            self.scan.mended.push(self.span(start, line_end));
            return self.blank(whole);
        }
        for (index, span) in spans.iter().enumerate() {
            self.blank(*span);
            // The quotes hug what they enclose.
            self.text[if index == 0 { span.end as usize - 1 } else { span.start as usize }] = b'"';
        }
    }

    fn blank(&mut self, span: Span) {
        blank(self.text, span);
    }
}

/// Where brackets that stand apart end a line, the space before them.
fn brackets_at_end(line: &[u8]) -> Option<usize> {
    let bracket = |byte: &u8| matches!(byte, b'{' | b'}' | b'[' | b']' | b'(' | b')');
    let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b',');
    let behind = line.iter().rposition(|byte| !bracket(byte) && !space(byte))? + 1;
    let first_space = behind + line[behind..].iter().position(space)?;
    line[first_space..].iter().any(bracket).then_some(first_space)
}

/// Overwrites with spaces, line ends excepted.
pub(super) fn blank(text: &mut [u8], span: Span) {
    for byte in &mut text[span.start as usize..span.end as usize] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quote that closes an open string stands where the line ended; the next line is one of its own all the same.
    #[test]
    fn an_open_string_is_mended_on_its_line() {
        let text = "a \"b\n/* c\nd */ e \"f\n  \"g\nh";
        let mut mended = text.as_bytes().to_vec();
        let scan = scan(FileId(0), &mut mended, &mut Diagnostics::default());
        let lines: Vec<&str> = scan.mended.iter().map(|span| &text[span.start as usize..span.end as usize]).collect();
        assert_eq!(lines, ["a \"b", "/* c\nd */", "d */ e \"f", "  \"g"]);
    }
}
