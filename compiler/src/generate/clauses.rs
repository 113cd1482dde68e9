//! What is said of an operation, as text: a clause each, a word and what follows it, plain where that is plain and JSON otherwise.
//! The runtime reads it when the operation is first used (`operation/text.rs` there lists the clauses). rustc pays for each expression, and
//! hardly for a text, so a table of a thousand operations is no expression.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;

use super::types::json_text;

/// The clauses of an operation, and the types that they speak of by number.
pub(crate) struct Clauses {
    clauses: Vec<String>,
    /// The first is what the operation gives.
    types: Vec<(String, TokenStream)>,
}

impl Clauses {
    /// Of an operation that gives this.
    pub(crate) fn of(output: &TokenStream) -> Self {
        Self { clauses: Vec::new(), types: vec![(output.to_string(), output.clone())] }
    }

    /// One that is there only when it says something.
    pub(crate) fn say(&mut self, word: &str, said: &str) {
        if !said.is_empty() {
            self.clauses.push(format!("{word} {said}"));
        }
    }

    /// One in JSON.
    pub(crate) fn say_json(&mut self, word: &str, said: Json) {
        self.say(word, &said.finished());
    }

    /// The number of a type.
    pub(crate) fn number(&mut self, rust: &TokenStream) -> u64 {
        let text = rust.to_string();
        let known = self.types.iter().position(|(one, _)| *one == text);
        if known.is_none() {
            self.types.push((text, rust.clone()));
        }
        known.unwrap_or(self.types.len() - 1) as u64
    }

    /// As the macro takes them.
    pub(crate) fn tokens(&self) -> TokenStream {
        let clauses = self.clauses.iter().map(|clause| literal(clause));
        let types = self.types.iter().skip(1).map(|(_, rust)| rust);
        quote!(#(#clauses;)* [#(#types),*];)
    }
}

/// A text as Rust has it: raw where it would be full of backslashes.
fn literal(text: &str) -> Token {
    let plain = || Token::string(text);
    if !text.contains(['"', '\\']) || text.contains('\r') {
        return plain();
    }
    // As many as tell the end from every quote in the text.
    let hashes = text.split('"').skip(1).map(|rest| 1 + rest.len() - rest.trim_start_matches('#').len()).max().unwrap_or_default();
    let hashes = "#".repeat(hashes);
    format!("r{hashes}\"{text}\"{hashes}").parse().unwrap_or_else(|_| plain())
}

/// An object or an array as it is written.
pub(crate) struct Json {
    text: String,
    close: char,
}

impl Json {
    /// `{…}`
    pub(crate) fn object() -> Self {
        Self { text: "{".to_owned(), close: '}' }
    }

    /// `[…]`
    pub(crate) fn array(items: impl IntoIterator<Item = String>) -> String {
        items.into_iter().fold(Self { text: "[".to_owned(), close: ']' }, |array, item| array.value(&item)).finished()
    }

    /// `["a","b"]`
    pub(crate) fn texts<T: AsRef<str>>(texts: &[T]) -> String {
        Self::array(texts.iter().map(|text| json_text(text.as_ref())))
    }

    /// A member that is JSON, there only when it says something.
    pub(crate) fn json(mut self, name: &str, value: &str) -> Self {
        if value.is_empty() || value == "[]" {
            return self;
        }
        self.separate();
        self.text.push_str(&json_text(name));
        self.text.push(':');
        self.text.push_str(value);
        self
    }

    /// A member that is a text, there only when it is not empty.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.json(name, &json_text(value)) }
    }

    /// A member that is a text, empty or not.
    pub(crate) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.json(name, &json_text(value)),
            None => self,
        }
    }

    /// A member that is a number.
    pub(crate) fn number(self, name: &str, value: impl Into<Option<u64>>) -> Self {
        match value.into() {
            Some(value) => self.json(name, &value.to_string()),
            None => self,
        }
    }

    /// A member that is true, there only when it is.
    pub(crate) fn flag(self, name: &str, set: bool) -> Self {
        if set { self.json(name, "true") } else { self }
    }

    /// Its text.
    pub(crate) fn finished(mut self) -> String {
        self.text.push(self.close);
        self.text
    }

    fn value(mut self, value: &str) -> Self {
        self.separate();
        self.text.push_str(value);
        self
    }

    fn separate(&mut self) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_raw_where_that_reads_better() {
        let written = |text: &str| literal(text).to_string();
        assert_eq!(written("name a"), "\"name a\"");
        assert_eq!(written("answer {\"a\":1}"), "r#\"answer {\"a\":1}\"#");
        assert_eq!(written("a \"#\" b"), "r##\"a \"#\" b\"##");
        assert_eq!(written("a \\ \r \""), "\"a \\\\ \\r \\\"\"");
    }

    #[test]
    fn members_that_say_nothing_are_left_out() {
        let none: [&str; 0] = [];
        let object = Json::object().text("a", "").json("b", &Json::texts(&none)).maybe("c", Some("")).number("d", 1);
        let object = object.flag("e", false).flag("f", true).finished();
        assert_eq!(object, r#"{"c":"","d":1,"f":true}"#);
        assert_eq!(Json::texts(&["x", "\""]), r#"["x","\""]"#);
    }

    #[test]
    fn a_type_has_one_number() {
        let mut clauses = Clauses::of(&quote!(A));
        assert_eq!([clauses.number(&quote!(B)), clauses.number(&quote!(A)), clauses.number(&quote!(B))], [1, 0, 1]);
    }
}
