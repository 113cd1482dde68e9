//! The tokens of a GraphQL document (GraphQL, September 2025, 2.1), with the place of what is wrong.

/// A token. What a literal says does not matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'d> {
    Name(&'d str),
    Sign(char),
    Literal,
}

pub(super) struct Tokens<'d> {
    text: &'d str,
    at: usize,
}

impl<'d> Tokens<'d> {
    pub(super) fn new(text: &'d str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token, and where it begins.
    pub(super) fn next(&mut self) -> Result<Option<(Token<'d>, usize)>, String> {
        self.skip();
        let (start, rest) = (self.at, &self.text[self.at..]);
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let until = |ends: fn(char) -> bool| rest.find(ends).unwrap_or(rest.len());
        let (token, length) = match first {
            'A'..='Z' | 'a'..='z' | '_' => {
                let length = until(|letter| !letter.is_ascii_alphanumeric() && letter != '_');
                (Token::Name(&rest[..length]), length)
            }
            '"' => (Token::Literal, string_length(rest).ok_or_else(|| self.wrong(start, "this text has no end"))?),
            '0'..='9' | '-' => (Token::Literal, until(|letter| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '+' | '-'))),
            '!' | '$' | '&' | '(' | ')' | '.' | ':' | '=' | '@' | '[' | ']' | '{' | '|' | '}' => (Token::Sign(first), 1),
            _ => return Err(self.wrong(start, "no document has such a character")),
        };
        self.at += length;
        Ok(Some((token, start)))
    }

    pub(super) fn peek(&mut self) -> Result<Option<Token<'d>>, String> {
        let before = self.at;
        let token = self.next()?;
        self.at = before;
        Ok(token.map(|(token, _)| token))
    }

    /// Goes past a sign if it is next.
    pub(super) fn take(&mut self, sign: char) -> Result<bool, String> {
        let before = self.at;
        match self.next()? {
            Some((Token::Sign(found), _)) if found == sign => Ok(true),
            Some(_) => {
                self.at = before;
                Ok(false)
            }
            // Whoever looks for a sign is in the middle of something.
            None => Err(self.end(&format!("`{sign}`"))),
        }
    }

    pub(super) fn sign(&mut self, sign: char) -> Result<(), String> {
        self.expected(&format!("`{sign}`"), |token| (token == Token::Sign(sign)).then_some(()))
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), String> {
        self.expected(&format!("`{word}`"), |token| (token == Token::Name(word)).then_some(()))
    }

    pub(super) fn name(&mut self, what: &str) -> Result<&'d str, String> {
        self.expected(what, |token| if let Token::Name(name) = token { Some(name) } else { None })
    }

    fn expected<T>(&mut self, what: &str, of: impl FnOnce(Token<'d>) -> Option<T>) -> Result<T, String> {
        match self.next()? {
            Some((token, at)) => of(token).ok_or_else(|| self.wrong(at, &format!("here {what} is expected"))),
            None => Err(self.end(what)),
        }
    }

    /// It ends where something is expected.
    pub(super) fn end(&self, what: &str) -> String {
        format!("it ends where {what} is expected")
    }

    pub(super) fn wrong(&self, at: usize, message: &str) -> String {
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
        format!("{message}, in its line {line}, column {column}")
    }

    /// Past space, commas and comments.
    fn skip(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', ',', '\u{feff}']);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find(['\n', '\r']).unwrap_or(trimmed.len());
        }
    }
}

/// How long the text in quotes is that begins here.
fn string_length(text: &str) -> Option<usize> {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut at = 0;
        loop {
            let end = at + block[at..].find("\"\"\"")?;
            if !block[..end].ends_with('\\') {
                return Some(end + 6);
            }
            at = end + 3;
        }
    }
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' | '\r' => return None,
            '"' if !escaped => return Some(at + 1),
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    None
}
