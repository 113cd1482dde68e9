//! Values of a document as the language writes them.

use crate::import::node::{Node, Value};

pub(super) use crate::syntax::text::{in_lines, is_unseen, quoted, word_or_quoted as key};

/// A string that is a template, where its braces are meant as braces.
pub(super) fn template_text(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// Text, a whole number or a boolean.
pub(super) fn literal(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(quoted(text)),
        Value::Number(number) => whole(number),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A whole number of 64 bits, also where it is written `1.0`.
pub(super) fn whole(number: &str) -> Option<String> {
    let plain = number.strip_suffix(".0").unwrap_or(number);
    plain.parse::<i64>().ok().map(|number| number.to_string())
}

/// A number as the language writes it, without an exponent.
pub(super) fn number(text: &str) -> String {
    if text.contains(['e', 'E', '+']) {
        return text.parse::<f64>().map_or_else(|_| quoted(text), |number| format!("{number}"));
    }
    text.to_owned()
}

/// Any value, as JSON that the language reads: names of members in quotes where they are no words.
pub(super) fn json(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    out
}

fn write(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(text) => out.push_str(&number(text)),
        Value::Text(text) => out.push_str(&quoted(text)),
        Value::List(items) => listed('[', ']', items.iter(), out, write),
        Value::Map(members) => listed('{', '}', members.iter(), out, |member, out| {
            out.push_str(&key(&member.key));
            out.push_str(": ");
            write(&member.value, out);
        }),
    }
}

/// Things between brackets.
pub(super) fn listed<T>(
    open: char,
    close: char,
    all: impl ExactSizeIterator<Item = T>,
    out: &mut String,
    mut each: impl FnMut(T, &mut String),
) {
    out.push(open);
    let some = all.len() > 0;
    for (index, one) in all.enumerate() {
        out.push_str(if index == 0 { " " } else { ", " });
        each(one, out);
    }
    out.push_str(if some { " " } else { "" });
    out.push(close);
}
