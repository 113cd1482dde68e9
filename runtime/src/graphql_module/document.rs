//! What a GraphQL document says it does: its operations, their kinds and variables. It reads what decides how a call is treated, and
//! leaves the rest to the server, which knows the schema.

use crate::error::{Error, ErrorKind, shorten};

/// An operation of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation<'d> {
    pub(crate) kind: Kind,
    pub(crate) name: Option<&'d str>,
    /// Without the `$`.
    pub(crate) variables: Vec<&'d str>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It reads.
    Query,
    /// It changes something.
    Mutation,
    /// It is told of what happens, over a connection that stays.
    Subscription,
}

/// The operation that is called: the one of that name, or the only one.
pub(crate) fn select<'d>(document: &'d str, name: Option<&str>) -> Result<Operation<'d>, Error> {
    let mut operations = operations(document)?;
    match name {
        Some(name) => operations
            .into_iter()
            .find(|operation| operation.name == Some(name))
            .ok_or_else(|| wrong(format!("the document has no operation `{}`", shorten(name)))),
        None if operations.len() > 1 => Err(wrong("the document has several operations: name the one that is called")),
        None => operations.pop().ok_or_else(|| wrong("the document has no operation")),
    }
}

/// All operations of a document, in order.
fn operations(document: &str) -> Result<Vec<Operation<'_>>, Error> {
    let mut tokens = Tokens { text: document, at: 0 };
    let mut operations = Vec::new();
    let mut described = false;
    while let Some((token, at)) = tokens.next()? {
        match token {
            // What is said of the one that follows, if that has a word to begin with (2.3).
            Token::Other('"') if !described => {
                described = true;
                continue;
            }
            Token::Name(_) => described = false,
            _ if described => return Err(tokens.wrong(at, "here what was described begins")),
            _ => {}
        }
        match token {
            Token::Open('{') => {
                tokens.selection(vec!['{'])?;
                operations.push(Operation { kind: Kind::Query, name: None, variables: Vec::new() });
            }
            Token::Name("fragment") => drop(tokens.selection(Vec::new())?),
            Token::Name(word) => {
                let kind = match word {
                    "query" => Kind::Query,
                    "mutation" => Kind::Mutation,
                    "subscription" => Kind::Subscription,
                    _ => return Err(tokens.wrong(at, format!("`{}` begins no operation", shorten(word)))),
                };
                let name = tokens.name()?;
                operations.push(Operation { kind, name, variables: tokens.selection(Vec::new())? });
            }
            _ => return Err(tokens.wrong(at, "here an operation or a fragment begins")),
        }
    }
    if described {
        return Err(tokens.wrong(document.len(), "here what was described begins"));
    }
    Ok(operations)
}

/// As far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'d> {
    Name(&'d str),
    Open(char),
    Close(char),
    /// Text, numbers and the other signs.
    Other(char),
}

/// Where a document is read (GraphQL, September 2025, 2.1).
struct Tokens<'d> {
    text: &'d str,
    at: usize,
}

impl<'d> Tokens<'d> {
    /// Reads to the end of the selection that follows, and gives the variables that are declared before it. `open` is what is open already.
    fn selection(&mut self, mut open: Vec<char>) -> Result<Vec<&'d str>, Error> {
        let mut variables = Vec::new();
        let mut selecting = open.first() == Some(&'{');
        while let Some((token, at)) = self.next()? {
            match token {
                Token::Open(sign) => {
                    selecting |= open.is_empty() && sign == '{';
                    open.push(sign);
                }
                Token::Close(sign) => {
                    if open.pop().map(closing) != Some(sign) {
                        return Err(self.wrong(at, format!("`{sign}` closes nothing")));
                    }
                    if selecting && open.is_empty() {
                        return Ok(variables);
                    }
                }
                Token::Other('$') if open == ['('] && !selecting => {
                    let name = self.name()?;
                    let declares = matches!(self.peek()?, Some(Token::Other(':')));
                    variables.extend(name.filter(|_| declares));
                }
                Token::Name(_) | Token::Other(_) => {}
            }
        }
        Err(self.wrong(self.text.len(), "the document ends in the middle of an operation"))
    }

    /// The name that follows, if one does.
    fn name(&mut self) -> Result<Option<&'d str>, Error> {
        let before = self.at;
        match self.next()? {
            Some((Token::Name(name), _)) => Ok(Some(name)),
            _ => {
                self.at = before;
                Ok(None)
            }
        }
    }

    fn peek(&mut self) -> Result<Option<Token<'d>>, Error> {
        let before = self.at;
        let token = self.next()?;
        self.at = before;
        Ok(token.map(|(token, _)| token))
    }

    /// The next token, and where it begins.
    fn next(&mut self) -> Result<Option<(Token<'d>, usize)>, Error> {
        self.skip();
        let (start, rest) = (self.at, &self.text[self.at..]);
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let (token, length) = match first {
            'A'..='Z' | 'a'..='z' | '_' => {
                let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
                (Token::Name(&rest[..length]), length)
            }
            '{' | '(' | '[' => (Token::Open(first), 1),
            '}' | ')' | ']' => (Token::Close(first), 1),
            '"' => (Token::Other('"'), string(rest).ok_or_else(|| self.wrong(start, "a string has no end"))?),
            // A number is skipped as a whole, so that no part of it is taken for a name.
            '0'..='9' => {
                let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '+' | '-'));
                (Token::Other('0'), length.unwrap_or(rest.len()))
            }
            '!' | '$' | '&' | '.' | ':' | '=' | '@' | '|' | '-' => (Token::Other(first), 1),
            _ => return Err(self.wrong(start, "no document has such a character")),
        };
        self.at += length;
        Ok(Some((token, start)))
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

    fn wrong(&self, at: usize, message: impl std::fmt::Display) -> Error {
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
        wrong(format!("the document is no GraphQL: {message}, in line {line}, column {column}"))
    }
}

/// How long the string is that a text begins with, its quotes included; none when it has no end.
fn string(text: &str) -> Option<usize> {
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

fn closing(open: char) -> char {
    match open {
        '{' => '}',
        '(' => ')',
        _ => ']',
    }
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Input, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(document: &str) -> Vec<(Kind, Option<&str>, Vec<&str>)> {
        let operations = operations(document).expect("it is a document");
        operations.into_iter().map(|operation| (operation.kind, operation.name, operation.variables)).collect()
    }

    #[test]
    fn operations_are_told_by_their_words() {
        assert_eq!(all("{ a }"), [(Kind::Query, None, vec![])]);
        assert_eq!(all("query { mutation }"), [(Kind::Query, None, vec![])]);
        assert_eq!(
            all("query A($first: Int = 1, $in: [In!]! = [{a: {b: 1}}]) @x(y: $first) { a(b: $first) { c } }\nmutation B { b }"),
            [(Kind::Query, Some("A"), vec!["first", "in"]), (Kind::Mutation, Some("B"), vec![])]
        );
        assert_eq!(all("fragment F on T { mutation { a } } subscription S { s }"), [(Kind::Subscription, Some("S"), vec![])]);
        assert_eq!(all(""), []);
    }

    #[test]
    fn what_is_described_is_what_it_is() {
        let described = "\"\"\"\n  mutation { a }\n\"\"\"\nquery Q(\"how many\" $first: Int) { a }\n\"of T\" fragment F on T { b }\n\"x\" mutation M { c }";
        assert_eq!(all(described), [(Kind::Query, Some("Q"), vec!["first"]), (Kind::Mutation, Some("M"), vec![])]);
        assert!(operations("\"alone\"").is_err() && operations("{ a } \"x\" \"y\" { b }").is_err());
    }

    #[test]
    fn text_and_comments_say_nothing() {
        assert_eq!(all("# mutation M { a }\r\nquery Q { a(b: \"} mutation X { \\\" \") }"), [(Kind::Query, Some("Q"), vec![])]);
        let block = "query Q { a(b: \"\"\" } mutation X { \\\"\"\" \" \"\" { \"\"\") { c } }";
        assert_eq!(all(block), [(Kind::Query, Some("Q"), vec![])]);
        assert_eq!(all("\u{feff}mutation { a(b: 1e5, c: -2.5) }"), [(Kind::Mutation, None, vec![])]);
    }

    #[test]
    fn the_operation_that_is_called_is_named_where_there_are_several() {
        let two = "query A { a } mutation B { b }";
        assert_eq!(select(two, Some("B")).expect("there").kind, Kind::Mutation);
        assert!(select(two, None).is_err() && select(two, Some("C")).is_err() && select("fragment F on T { a }", None).is_err());
    }

    #[test]
    fn damaged_documents_are_mistakes_or_documents() {
        let text =
            "query A($a: [In!]! = [{b: \"\"\"x\\\"\"\"\"\"\"}]) @x(y: $a) { a(b: \"\\\"\") { ...F } } # é\nfragment F on T { c } \u{e9}";
        let letters: Vec<char> = text.chars().collect();
        for at in 0..letters.len() {
            let cut: String = letters[..at].iter().collect();
            let without: String = letters.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, letter)| *letter).collect();
            for damaged in [cut, without] {
                let _ = operations(&damaged);
            }
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        for (document, place) in [
            ("query A {\n  a(b: \"x\n) }", "line 2, column 8"),
            ("query A { a ", "line 1, column 13"),
            ("query A { a ) }", "line 1, column 13"),
            ("qurey A { a }", "line 1, column 1"),
            ("{ a } ; { b }", "line 1, column 7"),
            ("{ \"\"\" }", "line 1, column 3"),
            ("{ ä }", "line 1, column 3"),
            (") {", "line 1, column 1"),
        ] {
            let error = operations(document).expect_err(document);
            assert!(error.to_string().ends_with(place), "{document}: {error}");
            assert_eq!(error.kind(), ErrorKind::Input);
        }
    }
}
