//! XML by shape: request bodies out of plain values, answers into typed ones. A member `@name` is an attribute and `#text` the text beside
//! children; a list is the element repeated. Reading the document itself, without entities, is `http_module`'s.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::{
    answer::{missing, undecodable},
    error::{Error, ErrorKind},
    http_module::xml::to_json,
    plain::Plain,
    shape::{Erased, Kind, Leaf, Names, Shape},
};

/// A document with this root element.
pub(crate) fn write(root: &str, value: &Plain<'_>) -> Result<String, Error> {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned();
    element(&mut out, root, value)?;
    Ok(out)
}

fn element(out: &mut String, name: &str, value: &Plain<'_>) -> Result<(), Error> {
    match value {
        Plain::List(items) => items.iter().try_for_each(|item| element(out, name, item)),
        Plain::Null => open(out, name, &[]).map(|()| out.push_str("/>")),
        Plain::Text(text) | Plain::Bare(text) => {
            open(out, name, &[])?;
            out.push('>');
            escape(out, text)?;
            close(out, name);
            Ok(())
        }
        Plain::Members(members) => {
            open(out, name, members)?;
            out.push('>');
            for (member, value) in members.iter().filter(|(member, _)| !member.starts_with('@')) {
                match member.as_ref() {
                    "#text" => escape(out, &value.flat())?,
                    member => element(out, member, value)?,
                }
            }
            close(out, name);
            Ok(())
        }
    }
}

/// The start of an element with its attributes, without its end.
fn open(out: &mut String, name: &str, members: &[(std::borrow::Cow<'_, str>, Plain<'_>)]) -> Result<(), Error> {
    let _ = write!(out, "<{}", checked(name)?);
    for (member, value) in members {
        if let Some(attribute) = member.strip_prefix('@') {
            let _ = write!(out, " {}=\"", checked(attribute)?);
            escape_attribute(out, &value.flat())?;
            out.push('"');
        }
    }
    Ok(())
}

fn close(out: &mut String, name: &str) {
    let _ = write!(out, "</{name}>");
}

/// A name comes from the spec, or from a map's key, which is the caller's.
fn checked(name: &str) -> Result<&str, Error> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let starts = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == ':');
    if starts && name.chars().all(good) {
        return Ok(name);
    }
    Err(Error::new(ErrorKind::Input, format!("`{}` cannot be the name of an XML element", crate::error::shorten(name))))
}

pub(crate) fn escape(out: &mut String, text: &str) -> Result<(), Error> {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => {
                return Err(Error::new(ErrorKind::Input, "a text holds a character that XML cannot carry"));
            }
            c => out.push(c),
        }
    }
    Ok(())
}

/// In quotes. Line ends and tabs would be read as spaces.
pub(crate) fn escape_attribute(out: &mut String, text: &str) -> Result<(), Error> {
    let mut rest = text;
    while let Some(index) = rest.find(['\n', '\t']) {
        escape(out, &rest[..index])?;
        out.push_str(if rest.as_bytes()[index] == b'\n' { "&#10;" } else { "&#9;" });
        rest = &rest[index + 1..];
    }
    escape(out, rest)
}

/// Decodes what stands at a path below the root element.
pub(crate) fn read(bytes: &[u8], shape: &'static Shape, at: &[&str]) -> Result<Erased, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::Decode, "the answer is not UTF-8"))?;
    let document = to_json(text.trim_start_matches('\u{feff}'))?;
    let root = document.as_object().and_then(|document| document.values().next()).unwrap_or(&Value::Null);
    let found = at.iter().try_fold(root, |value, member| value.get(member));
    let found = match (found, &shape.bare().kind) {
        (Some(found), _) => found,
        // An empty list leaves no element behind.
        (None, Kind::List(..)) => &Value::Null,
        (None, _) => return Err(missing(at, 0)),
    };
    let json = fitted(found, shape).to_string();
    Erased::decode(shape, json.as_bytes(), Names::Wire).map_err(|error| undecodable(&error))
}

/// XML has only text, and no lists of one: what the shape says decides what they are.
fn fitted(value: &Value, shape: &'static Shape) -> Value {
    match &shape.kind {
        Kind::Optional(..) | Kind::Patch(_) if value.is_null() => Value::Null,
        Kind::Optional(inner, _) | Kind::Boxed(inner) | Kind::Patch(inner) => fitted(value, inner.get()),
        Kind::List(item, _) => match value {
            Value::Null => Value::Array(Vec::new()),
            Value::Array(items) => Value::Array(items.iter().map(|found| fitted(found, item.get())).collect()),
            one => Value::Array(vec![fitted(one, item.get())]),
        },
        Kind::Structure(_) => structure(value, shape),
        Kind::Map(item, _) => match value {
            Value::Null => Value::Object(Map::new()),
            Value::Object(members) => members.iter().map(|(name, found)| (name.clone(), fitted(found, item.get()))).collect(),
            other => other.clone(),
        },
        Kind::Leaf(leaf) => leaf_of(value, *leaf),
        Kind::IntEnum(_) => leaf_of(value, Leaf::Int),
        Kind::TextEnum(_) if value.is_null() => Value::String(String::new()),
        _ => value.clone(),
    }
}

fn structure(value: &Value, shape: &'static Shape) -> Value {
    let members = match value {
        Value::Object(members) => members.clone(),
        Value::Null => Map::new(),
        // An element with text and no attributes, where the shape knows of attributes.
        text => Map::from_iter([("#text".to_owned(), text.clone())]),
    };
    let mut fitted_members = members;
    for field in shape.fields().iter().filter(|field| !field.attrs.rest) {
        let is_list = matches!(field.shape().kind, Kind::List(..));
        match fitted_members.get_mut(field.wire) {
            Some(found) => *found = fitted(found, field.shape()),
            None if is_list && field.attrs.required => {
                fitted_members.insert(field.wire.to_owned(), Value::Array(Vec::new()));
            }
            None => {}
        }
    }
    Value::Object(fitted_members)
}

fn leaf_of(value: &Value, leaf: Leaf) -> Value {
    let text = match value {
        Value::Null if matches!(leaf, Leaf::String | Leaf::Secret | Leaf::Bytes) => return Value::String(String::new()),
        Value::String(text) => text,
        other => return other.clone(),
    };
    let parsed = match leaf {
        Leaf::Int => text.trim().parse::<i64>().ok().map(Value::from),
        Leaf::Float => text.trim().parse::<f64>().ok().map(Value::from),
        Leaf::Bool => match text.trim() {
            "true" | "1" => Some(true.into()),
            "false" | "0" => Some(false.into()),
            _ => None,
        },
        _ => None,
    };
    parsed.unwrap_or_else(|| value.clone())
}

#[cfg(test)]
#[allow(unsafe_code, reason = "the macro that declares an item writes it")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_are_escaped_and_names_checked() {
        let body = json!({"@id": "a\"b\n\tc", "name": "x < y & z", "tag": ["1", "2"], "none": null});
        let text = write("item", &Plain::from_json(&body)).expect("it fits");
        let expected = "<item id=\"a&quot;b&#10;&#9;c\"><name>x &lt; y &amp; z</name><none/><tag>1</tag><tag>2</tag></item>";
        assert_eq!(text.split_once("?>").expect("a declaration").1, expected);
        for bad in [json!({"a b": "x"}), json!({"><script": "x"}), json!({"a": "\u{0}"})] {
            assert!(write("item", &Plain::from_json(&bad)).is_err(), "{bad}");
        }
    }

    crate::structure! {
        /// An item.
        struct Item "Item" {
            id: i64 = "@id!";
            name: String = "name!";
            tags: Vec<String> = "tag";
        }
    }

    #[test]
    fn broken_documents_become_what_the_shape_says_or_nothing() {
        let good = [
            r#"<items><item id="1234567"><name>a name of several words, as most are</name><tag>a</tag><tag>b</tag></item><item id="2"><name/></item></items>"#,
        ];
        let pieces = ["<item id='3'>", "</item>", "<name>", "</name>", "<tag/>", "id=\"x\"", "&#49;", "<", ">", "9"];
        let mut read_some = 0;
        crate::fuzz::feed(25, &good.map(str::as_bytes), &pieces, |document| {
            let items = read(document, <Vec<Item> as crate::shape::Shaped>::shape(), &["item"]);
            let items = items.ok().and_then(|items| items.into::<Vec<Item>>().ok());
            read_some += usize::from(items.is_some());
        });
        assert!(read_some > 100, "{read_some} were read: the changes are too coarse to test anything");
    }
}
