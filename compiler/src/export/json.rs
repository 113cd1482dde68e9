//! JSON as it is written: values in the order in which they were put together, laid out for people. Gives no meaning to any name.

use std::fmt::{self, Display, Write};

use crate::diagnostics::Diagnostics;
use crate::diagnostics::json_value::Json;
use crate::import::node::{self, Node};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Object),
}

/// An object; members stay in the order in which they were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object(Vec<(String, Value)>);

impl Object {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// With one more member.
    pub(super) fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// With one more member, if there is a value.
    pub(super) fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With one more member, unless there is nothing in it.
    pub(super) fn unless_empty(self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if value.is_empty() { self } else { self.with(name, value) }
    }

    /// With a member that is true, or without it.
    pub(super) fn flag(self, name: &str, is: bool) -> Self {
        if is { self.with(name, true) } else { self }
    }

    /// Sets a member; one of that name is replaced in its place.
    pub(super) fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.get_mut(&name) {
            Some(old) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes the members of another; its own stay.
    pub(super) fn joined(mut self, other: Object) -> Self {
        for (name, value) in other.0 {
            if self.get(&name).is_none() {
                self.0.push((name, value));
            }
        }
        self
    }

    /// Without a member.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(other, _)| other != name);
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// A member, to be added to.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// A member that is an object; an empty one where there was none.
    pub(super) fn object(&mut self, name: &str) -> &mut Object {
        let at = self.0.iter().position(|(other, value)| other == name && matches!(value, Value::Object(_)));
        let at = at.unwrap_or_else(|| {
            self.0.retain(|(other, _)| other != name);
            self.0.push((name.to_owned(), Value::Object(Object::new())));
            self.0.len() - 1
        });
        match &mut self.0[at].1 {
            Value::Object(object) => object,
            _ => unreachable!("looked for and found an object"),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn members(&self) -> &[(String, Value)] {
        &self.0
    }
}

impl Value {
    /// The value of JSON text that the compiler itself wrote; none if it is no JSON after all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let tree = crate::import::parse("value.json", text.to_owned(), &mut |_| None, &mut Diagnostics::default());
        tree.root().map(of_node)
    }

    /// Nothing is in it.
    fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Object(object) => object.is_empty(),
            _ => false,
        }
    }

    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(text) => out.push_str(text),
            Value::Text(text) => out.push_str(&Json::text(text.as_str()).to_string()),
            Value::List(items) if items.iter().all(Value::is_plain) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    item.write(depth, out);
                }
                out.push(']');
            }
            Value::List(items) => block(items, depth, ['[', ']'], out, |item, out| item.write(depth + 1, out)),
            Value::Object(object) if object.is_empty() => out.push_str("{}"),
            Value::Object(object) => block(&object.0, depth, ['{', '}'], out, |(name, value), out| {
                let _ = write!(out, "{}: ", Json::text(name.as_str()));
                value.write(depth + 1, out);
            }),
        }
    }

    fn is_plain(&self) -> bool {
        !matches!(self, Value::List(_) | Value::Object(_))
    }
}

fn block<T>(items: &[T], depth: usize, [open, close]: [char; 2], out: &mut String, write: impl Fn(&T, &mut String)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        write(item, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

fn of_node(node: &Node) -> Value {
    match &node.value {
        node::Value::Null => Value::Null,
        node::Value::Bool(value) => Value::Bool(*value),
        node::Value::Number(text) => Value::Number(text.to_string()),
        node::Value::Text(text) => Value::Text(text.to_string()),
        node::Value::List(items) => Value::List(items.iter().map(of_node).collect()),
        node::Value::Map(members) => {
            Value::Object(Object(members.iter().map(|member| (member.key.to_string(), of_node(&member.value))).collect()))
        }
    }
}

impl Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(0, &mut text);
        out.write_str(&text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::Text(text.clone())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Number(number.to_string())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number.to_string())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

/// A list of texts.
pub(super) fn texts(texts: &[String]) -> Value {
    Value::List(texts.iter().map(Value::from).collect())
}

#[cfg(test)]
mod tests {
    use super::{Object, Value};

    #[test]
    fn what_is_written_reads_the_same() {
        let inner = Object::new().with("b", Value::Number("1.50".into())).with("c \"\u{1}", vec!["x", "y"]).with("d", Value::Null);
        let value =
            Value::from(Object::new().with("a", inner).with("empty", Object::new()).with("list", vec![Object::new().with("z", true)]));
        let text = value.to_string();
        assert_eq!(Value::parse(&text), Some(value), "{text}");
        assert!(text.contains("\n    \"b\": 1.50,\n"), "{text}");
    }

    #[test]
    fn what_is_no_json_gives_nothing() {
        assert_eq!(Value::parse("{\"a\": "), None);
    }
}
