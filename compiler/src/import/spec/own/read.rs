//! Reading members of extensions: each either has the shape that it should have, or is listed and counts as absent.

use super::Own;
use crate::import::node::{Node, Value};

pub(super) use crate::syntax::text::is_word;

/// Is this a number that the language can write?
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.len() < 40 && text.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(part)
}

/// A name for what bears none of the language: made of its words, or the one given.
pub(super) fn named(text: &str, otherwise: &str) -> String {
    let name = super::super::words::snake(text, otherwise);
    if is_word(&name) { name } else { otherwise.to_owned() }
}

impl<'n> Own<'n> {
    /// A member that is text.
    pub(super) fn text(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        let member = node.get(key)?;
        let text = member.text();
        if text.is_none() {
            self.odd(member, format!("`{key}` is {}, and a string is wanted", member.what()));
        }
        text
    }

    /// A member that is one of several texts.
    pub(super) fn one_of(&mut self, node: &'n Node, key: &str, allowed: &[&'static str]) -> Option<&'static str> {
        let text = self.text(node, key)?;
        let found = allowed.iter().find(|word| **word == text).copied();
        if found.is_none() {
            self.odd(node.get(key)?, format!("`{key}` is one of `{}`", allowed.join("`, `")));
        }
        found
    }

    /// A member that is a name of the language.
    pub(super) fn word(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        let text = self.text(node, key)?;
        let good = is_word(text);
        if !good {
            self.odd(node.get(key)?, format!("`{key}` is no name: names are of letters, digits and `_`"));
        }
        good.then_some(text)
    }

    /// A member that is names with dots between.
    pub(super) fn dotted(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        let text = self.text(node, key)?;
        let good = text.split('.').all(is_word);
        if !good {
            self.odd(node.get(key)?, format!("`{key}` is no name"));
        }
        good.then_some(text)
    }

    /// A member that is a whole number.
    pub(super) fn count(&mut self, node: &'n Node, key: &str) -> Option<u64> {
        let member = node.get(key)?;
        let count = match &member.value {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        };
        if count.is_none() {
            self.odd(member, format!("`{key}` is {}, and a whole number is wanted", member.what()));
        }
        count
    }

    /// A member that is a list; nothing where there is none.
    pub(super) fn list(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        let Some(member) = node.get(key) else { return &[] };
        if !matches!(member.value, Value::List(_)) {
            self.odd(member, format!("`{key}` is {}, and an array is wanted", member.what()));
        }
        member.items()
    }

    /// A member that is an object.
    pub(super) fn object(&mut self, node: &'n Node, key: &str) -> Option<&'n Node> {
        let member = node.get(key)?;
        let good = matches!(member.value, Value::Map(_));
        if !good {
            self.odd(member, format!("`{key}` is {}, and an object is wanted", member.what()));
        }
        good.then_some(member)
    }

    /// A member that is a list of texts, all of them.
    pub(super) fn texts(&mut self, node: &'n Node, key: &str) -> Option<Vec<&'n str>> {
        node.get(key)?;
        let items = self.list(node, key);
        let texts: Option<Vec<&str>> = items.iter().map(Node::text).collect();
        if texts.is_none() {
            self.odd(node.get(key)?, format!("`{key}` holds something else than strings"));
        }
        texts
    }

    /// A member that is a header's name.
    pub(super) fn header_name(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        let text = self.text(node, key)?;
        let good = super::super::inputs::is_header(text);
        if !good {
            self.odd(node.get(key)?, format!("`{text}` cannot be the name of a header"));
        }
        good.then_some(text)
    }

    /// A member that is a date of the language.
    pub(super) fn date(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        let text = self.text(node, key)?;
        let numbers: Vec<&str> = text.split('-').collect();
        let widths: Vec<usize> = numbers.iter().map(|number| number.len()).collect();
        let good = matches!(widths[..], [4, 2] | [4, 2, 2]) && numbers.iter().all(|one| one.bytes().all(|byte| byte.is_ascii_digit()));
        if !good {
            self.odd(node.get(key)?, format!("`{key}` is no date such as 2026-05-08 or 2028-10"));
        }
        good.then_some(text)
    }

    /// What a reference inside of this document leads to, and the name at its end.
    pub(super) fn target(&mut self, reference: &'n Node, below: &str) -> Option<(&'n str, &'n Node)> {
        let text = reference.text()?;
        let name = text.strip_prefix("#/components/").and_then(|rest| rest.strip_prefix(below)?.strip_prefix('/'));
        let found = name.and_then(|name| self.components.get(below)?.get_key_value(name)).map(|(name, node)| (*name, *node));
        if found.is_none() {
            self.odd(reference, format!("`{text}` is not among this document's own {below}"));
        }
        found
    }
}
