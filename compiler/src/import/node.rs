//! What a description's text holds, JSON or YAML alike: values with the place where each is written. Gives no meaning to any name.

use crate::source::Span;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it is written.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// The values that JSON knows; YAML is brought to the same.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(Box<str>),
    /// A string.
    Text(Box<str>),
    /// An array.
    List(Vec<Node>),
    /// An object, in the order written. A name that stands twice stands here twice.
    Map(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name.
    pub key: Box<str>,
    /// Where the name is written.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The members of an object; none for anything else.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }

    /// The items of an array; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// A member of an object. Where a name stands twice the last counts, as parsers of JSON have it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().rev().find(|member| &*member.key == key).map(|member| &member.value)
    }

    /// A string.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A string, or what a number or boolean is written as: YAML reads `1.0` and `yes` where text is meant.
    pub fn plain(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// A boolean. `"true"` is taken for one: descriptions in the wild quote it.
    pub fn bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) if &**text == "true" => Some(true),
            Value::Text(text) if &**text == "false" => Some(false),
            _ => None,
        }
    }

    /// A number as written; a quoted one too.
    pub fn number(&self) -> Option<&str> {
        match &self.value {
            Value::Number(text) => Some(text),
            Value::Text(text) if text.parse::<f64>().is_ok_and(f64::is_finite) => Some(text),
            _ => None,
        }
    }

    /// "an object", for messages.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "an array",
            Value::Map(_) => "an object",
        }
    }

    /// The same value, wherever it is written; members in any order.
    pub fn same(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len() && a.iter().all(|member| other.get(&member.key).is_some_and(|value| member.value.same(value)))
            }
            (Value::Number(a), Value::Number(b)) => a == b || a.parse::<f64>().ok().is_some_and(|a| b.parse::<f64>() == Ok(a)),
            (a, b) => a == b,
        }
    }

    /// The value as JSON text on one line.
    pub fn json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) {
        match &self.value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(text) => out.push_str(text),
            Value::Text(text) => out.push_str(&crate::diagnostics::json_value::Json::text(&**text).to_string()),
            Value::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    item.write(out);
                }
                out.push(']');
            }
            Value::Map(members) => {
                out.push('{');
                for (index, member) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    out.push_str(&crate::diagnostics::json_value::Json::text(&*member.key).to_string());
                    out.push(':');
                    member.value.write(out);
                }
                out.push('}');
            }
        }
    }
}
