//! Reading the `{{…}}` form into a tree over the text. Every node knows the part of the text that it is, so what nobody changes is
//! written as it was.
//!
//! `{{1.items[1].name}}`, `{{get(2.body.data.`DE:Tags`; 1)}}`, `{{if(1.a = "x"; upper(1.b); "said ""no""")}}`, mixed with text.

use std::{borrow::Cow, ops::Range};

use super::{Access, Unreadable};

/// How deep calls and brackets may stand in each other.
const DEPTH: usize = 64;

/// A stored text.
#[derive(Debug, PartialEq)]
pub(super) struct Template {
    /// The expressions in it, in order.
    pub(super) blocks: Vec<Block>,
    /// Is there anything outside of them?
    pub(super) has_text: bool,
}

/// An expression between braces.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    /// Operands, with an operator between each two.
    pub(super) sum: Sum,
}

/// Operands with operators between them; precedence changes nothing about what is used.
pub(super) type Sum = Vec<Operand>;

/// A value in an expression.
#[derive(Debug, PartialEq)]
pub(super) struct Operand {
    pub(super) span: Range<usize>,
    pub(super) kind: OperandKind,
}

#[derive(Debug, PartialEq)]
pub(super) enum OperandKind {
    /// `3`, `1.5`: a whole number may be the whole output of a step.
    Number,
    /// `"text"`, as it is meant.
    Text(String),
    /// `3.items[].name`: the step's id and the path behind it.
    Output { step: String, path: Vec<Access> },
    /// `now`, `valueName`, `a.b`: a variable, or a name in a function's argument.
    Name(Vec<Access>),
    /// `get(a; b)`
    Call { name: String, arguments: Vec<Sum> },
    /// `(a + b)`
    Bracketed(Sum),
}

/// Reads a stored text.
pub(super) fn template(text: &str) -> Result<Template, Unreadable> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let mut template = Template { blocks: Vec::new(), has_text: false };
    while let Some(found) = text[reader.at..].find("{{") {
        template.has_text |= found > 0;
        reader.at += found + 2;
        let sum = reader.sum()?;
        if !reader.take("}}") {
            return Err(reader.wrong("expected `}}` or an operator"));
        }
        template.blocks.push(Block { sum });
    }
    template.has_text |= reader.at < text.len();
    Ok(template)
}

/// Reads a path such as `items[1].name` that stands in a text of its own.
pub(super) fn path(text: &str) -> Option<Vec<Access>> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let mut path = vec![Access::Name(reader.name().ok()?)];
    reader.accesses(&mut path).ok()?;
    (reader.at == text.len()).then_some(path)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn wrong(&self, message: &'static str) -> Unreadable {
        Unreadable { at: self.at, message: Cow::Borrowed(message) }
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Operands up to something that is no operator.
    fn sum(&mut self) -> Result<Sum, Unreadable> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.wrong("too deep"));
        }
        let mut operands = Vec::new();
        loop {
            self.space();
            // An argument may be left out: `replace(a; "b"; )`.
            if operands.is_empty() && (self.rest().starts_with("}}") || matches!(self.peek(), Some(';' | ')'))) {
                break;
            }
            while self.take("-") || self.take("!") {
                self.space();
            }
            operands.push(self.operand()?);
            self.space();
            if !self.operator() {
                break;
            }
        }
        self.depth -= 1;
        Ok(operands)
    }

    fn operator(&mut self) -> bool {
        const SIGNS: [&str; 14] = ["!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "=", "<", ">", "&"];
        if SIGNS.iter().any(|sign| self.take(sign)) {
            return true;
        }
        for word in ["and", "or", "mod"] {
            let behind = self.rest().strip_prefix(word).map(|rest| rest.chars().next());
            if behind.is_some_and(|next| next.is_none_or(|letter| !is_plain(letter))) {
                self.at += word.len();
                return true;
            }
        }
        false
    }

    fn operand(&mut self) -> Result<Operand, Unreadable> {
        let start = self.at;
        let kind = match self.peek() {
            Some('"') => OperandKind::Text(self.string()?),
            Some('(') => {
                self.at += 1;
                let inner = self.sum()?;
                self.close()?;
                OperandKind::Bracketed(inner)
            }
            Some(digit) if digit.is_ascii_digit() => self.number_or_output()?,
            Some(_) => self.name_or_call()?,
            None => return Err(self.wrong("expected `}}`")),
        };
        Ok(Operand { span: start..self.at, kind })
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        if self.take(")") { Ok(()) } else { Err(self.wrong("expected `)`, `;` or an operator")) }
    }

    /// `"say ""no"""`
    fn string(&mut self) -> Result<String, Unreadable> {
        let start = self.at;
        self.at += 1;
        let mut value = String::new();
        loop {
            let Some(end) = self.rest().find('"') else {
                return Err(Unreadable { at: start, message: Cow::Borrowed("a text without its closing quote") });
            };
            value.push_str(&self.rest()[..end]);
            self.at += end + 1;
            if !self.take("\"") {
                return Ok(value);
            }
            value.push('"');
        }
    }

    fn digits(&mut self) -> &str {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += length;
        &self.text[self.at - length..self.at]
    }

    fn number_or_output(&mut self) -> Result<OperandKind, Unreadable> {
        let step = self.digits().to_owned();
        let behind = self.at;
        if self.take(".") {
            let fraction = !self.digits().is_empty();
            if fraction && !self.peek().is_some_and(|letter| is_plain(letter) || matches!(letter, '.' | '[')) {
                return Ok(OperandKind::Number);
            }
            self.at = behind;
        }
        let mut path = Vec::new();
        self.accesses(&mut path)?;
        if path.is_empty() {
            return if self.peek().is_some_and(is_plain) { Err(self.wrong("expected an operator")) } else { Ok(OperandKind::Number) };
        }
        Ok(OperandKind::Output { step, path })
    }

    fn name_or_call(&mut self) -> Result<OperandKind, Unreadable> {
        let quoted = self.peek() == Some('`');
        let name = self.name()?;
        if !quoted && self.take("(") {
            return Ok(OperandKind::Call { name, arguments: self.arguments()? });
        }
        let mut path = vec![Access::Name(name)];
        self.accesses(&mut path)?;
        Ok(OperandKind::Name(path))
    }

    fn arguments(&mut self) -> Result<Vec<Sum>, Unreadable> {
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.sum()?);
            if !self.take(";") {
                self.close()?;
                return Ok(arguments);
            }
        }
    }

    /// `.name`, `[1]`, `[]`, as many as there are.
    fn accesses(&mut self, path: &mut Vec<Access>) -> Result<(), Unreadable> {
        loop {
            if self.take(".") {
                path.push(Access::Name(self.name()?));
            } else if self.take("[") {
                path.push(match self.digits() {
                    "" => Access::All,
                    digits => match digits.parse() {
                        Ok(index) => Access::Item(index),
                        Err(_) => return Err(self.wrong("an index that large stands for nothing")),
                    },
                });
                if !self.take("]") {
                    return Err(self.wrong("expected `]`"));
                }
            } else {
                return Ok(());
            }
        }
    }

    /// A name as it is, or between backticks.
    fn name(&mut self) -> Result<String, Unreadable> {
        if self.take("`") {
            let Some(end) = self.rest().find('`') else { return Err(self.wrong("a name without its closing backtick")) };
            let name = self.rest()[..end].to_owned();
            self.at += end + 1;
            return Ok(name);
        }
        let length = self.rest().find(|letter: char| !is_plain(letter)).unwrap_or(self.rest().len());
        if length == 0 {
            return Err(self.wrong("expected a value or a name"));
        }
        self.at += length;
        Ok(self.text[self.at - length..self.at].to_owned())
    }
}

/// May the letter stand in a name without backticks?
pub(super) fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$' | ':' | '@' | '#' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> OperandKind {
        let mut template = template(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((template.blocks.len(), template.has_text), (1, false), "{text}");
        let mut sum = template.blocks.remove(0).sum;
        assert_eq!(sum.len(), 1, "{text}");
        let operand = sum.remove(0);
        assert_eq!(&text[operand.span], text.trim_matches(['{', '}', ' ']), "the span is the text");
        operand.kind
    }

    fn name(name: &str) -> Access {
        Access::Name(name.into())
    }

    #[test]
    fn operands() {
        assert_eq!(only("{{3}}"), OperandKind::Number);
        assert_eq!(only("{{1.5}}"), OperandKind::Number);
        assert_eq!(only(r#"{{"say ""no"""}}"#), OperandKind::Text("say \"no\"".into()));
        assert_eq!(only("{{ now }}"), OperandKind::Name(vec![name("now")]));
        assert_eq!(
            only("{{12.items[1].`DE:Tags`[]}}"),
            OperandKind::Output { step: "12".into(), path: vec![name("items"), Access::Item(1), name("DE:Tags"), Access::All] }
        );
        assert_eq!(only("{{1.2024_total}}"), OperandKind::Output { step: "1".into(), path: vec![name("2024_total")] });
        let OperandKind::Call { name, arguments } = only("{{get(2.body; data.x)}}") else { panic!("a call") };
        assert_eq!((name.as_str(), arguments.len()), ("get", 2));
    }

    #[test]
    fn what_the_platform_documents_is_read() {
        for text in [
            "PROJ/{{1.newState.projectID}}",
            r#"{{if(1.newState.status = "NEW"; "New: " + upper(1.newState.name); ifempty(1.newState.description; "-"))}}"#,
            "{{1.value}}.{{2.value}}",
            "{{switch(1.v; a; 1; b; 2; else)}}",
            r#"{{replace(1.text; "/=/g"; )}}"#,
            r#"{{formatDate(now; "YYYY-MM-DD"; "Europe/Prague")}}"#,
            "{{map(3.items; value; key; 5)}}",
            "{{(1.a + 1.b) * -2}}",
            "{{1.a and 1.b or 1.order}}",
            "{{emptystring}}",
            "{{}}",
            "no expression } at all",
        ] {
            assert!(template(text).is_ok(), "{text}: {:?}", template(text));
        }
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        for (text, at) in
            [("{{1.a", 5), ("{{get(1.a}}", 9), ("{{\"a}}", 2), ("{{1.a 2.b}}", 6), ("{{1.`a}}", 5), ("{{1.a[x]}}", 6), ("a {{+}}", 4)]
        {
            assert_eq!(template(text).expect_err(text).at, at, "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let deep = format!("{{{{{}1{}}}}}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(template(&deep).unwrap_err().message, "too deep");
        let signs = format!("{{{{{}1}}}}", "-".repeat(100_000));
        assert!(template(&signs).is_ok());
    }
}
