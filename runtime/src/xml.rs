//! XML by shape: request bodies out of plain values, answers into typed ones. A member `@name` is an attribute and `#text` the text beside
//! children; a list is the element repeated. Reading the document itself, without entities, is `http_module`'s.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::{
    answer::{missing, undecodable},
    error::{Error, ErrorKind},
    http_module::xml::to_json,
    plain::Plain,
    shape::{Erased, Kind, Leaf, Names, Shape, UnionStyle, UnionTable},
};

/// A document with this root element.
pub(crate) fn write(root: &str, value: &Plain<'_>) -> Result<String, Error> {
    if let Plain::List(items) = value
        && items.len() != 1
    {
        let message = format!("the body would be {} elements `{}`, and an XML document is one", items.len(), crate::error::shorten(root));
        return Err(Error::new(ErrorKind::Input, message));
    }
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
    // The attributes beside it are still a structure's own; what is optional around it is nothing.
    let own = matches!(shape.kind, Kind::Structure(_) | Kind::Union(_) | Kind::Boxed(_));
    let value = if is_nil(value) && !own { &Value::Null } else { value };
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
        Kind::Leaf(Leaf::Json) => value.clone(),
        Kind::Leaf(leaf) => leaf_of(text_of(value), *leaf),
        Kind::IntEnum(_) => leaf_of(text_of(value), Leaf::Int),
        Kind::TextEnum(_) => leaf_of(text_of(value), Leaf::String),
        Kind::Union(table) => match &table.style {
            UnionStyle::Tagged(tag) => variant(value, tag, table),
            _ => value.clone(),
        },
        Kind::Opaque(_) => value.clone(),
    }
}

/// `xsi:nil="true"`, whatever the prefix is: an element that is there to say that there is nothing.
fn is_nil(value: &Value) -> bool {
    let says = |(name, value): (&String, &Value)| name.ends_with(":nil") && matches!(value.as_str(), Some("true" | "1"));
    value.as_object().is_some_and(|members| members.keys().all(|name| name.starts_with('@')) && members.iter().any(says))
}

/// The text of an element without others in it. What its attributes say is for shapes that know of them.
fn text_of(value: &Value) -> &Value {
    match value {
        Value::Object(members) if members.keys().all(|name| name.starts_with('@') || name == "#text") => {
            members.get("#text").unwrap_or(&Value::Null)
        }
        other => other,
    }
}

/// The type of a union that a member names; one that is not known is kept as it came.
fn variant(value: &Value, tag: &str, table: &UnionTable) -> Value {
    let stated = value.get(tag).map(text_of).and_then(Value::as_str);
    let found = stated.and_then(|stated| table.variants().iter().find(|variant| !variant.tag.is_empty() && variant.tag == stated));
    let Some(variant) = found else { return value.clone() };
    let mut fitted = fitted(value, variant.shape());
    if let (Some(members), Some(stated)) = (fitted.as_object_mut(), stated) {
        members.insert(tag.to_owned(), stated.into());
    }
    fitted
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
#[allow(unsafe_code, dead_code, unreachable_pub, reason = "the macros that declare types write it")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_are_escaped_and_names_checked() {
        let body = json!({"@id": "a\"b\n\tc", "name": "x < y & z", "tag": ["1", "2"], "none": null});
        let text = write("item", &Plain::from_json(&body)).expect("it fits");
        let expected = "<item id=\"a&quot;b&#10;&#9;c\"><name>x &lt; y &amp; z</name><none/><tag>1</tag><tag>2</tag></item>";
        assert_eq!(text.split_once("?>").expect("a declaration").1, expected);
        // What is not one element is no document.
        for bad in [json!({"a b": "x"}), json!({"><script": "x"}), json!({"a": "\u{0}"}), json!(["a", "b"]), json!([])] {
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

    crate::open_enum! { enum State "State" { Open = "open", Shut = "shut" } }
    crate::structure! { struct Parcel "Parcel" { weight: i64 = "weight!"; } }
    crate::structure! { struct Letter "Letter" { pages: i64 = "pages!"; } }
    crate::tagged_union! { enum Sent "Sent" by "@kind" { Parcel(Parcel) = "parcel", Letter(Letter) = "letter" } }
    crate::structure! {
        struct Order "Order" {
            name: String = "name!";
            total: Option<f64> = "total";
            state: Option<State> = "state";
            day: Option<crate::value::Date> = "day";
            at: Option<crate::value::DateTime> = "at" "format epoch";
            parcel: Option<Parcel> = "parcel";
            sent: Vec<Sent> = "sent";
        }
    }

    fn order(inside: &str) -> Result<Order, Error> {
        let document = format!("<order xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><name>A</name>{inside}</order>");
        let read = read(document.as_bytes(), <Order as crate::shape::Shaped>::shape(), &[])?;
        Ok(read.into::<Order>().expect("of that shape"))
    }

    #[test]
    fn what_a_server_adds_to_a_text_does_no_harm() {
        let read = order(
            "<total currency='EUR'>12.5</total><state changed='yes'>open</state><day xsi:type='xsd:date'>2026-03-10</day>\
             <sent kind='parcel'><weight unit='kg'>5</weight></sent>",
        );
        let read = read.expect("it is all there");
        assert_eq!((read.total, read.state.is_some(), read.day.map(|day| day.to_string())), (Some(12.5), true, Some("2026-03-10".into())));
        assert!(matches!(read.state, Some(State::Open)));
        let document = "<order><name xml:lang='en'>A</name></order>";
        let read = self::read(document.as_bytes(), <Order as crate::shape::Shaped>::shape(), &[]).expect("a name");
        assert_eq!(read.into::<Order>().expect("an order").name, "A");
    }

    #[test]
    fn nil_is_nothing() {
        let read = order("<total xsi:nil='true'/><day xsi:nil='1'></day><parcel xsi:nil='true'/><state xsi:nil='true'/>").expect("nothing");
        assert!(read.total.is_none() && read.day.is_none() && read.parcel.is_none() && read.state.is_none());
        assert!(order("<parcel xsi:nil='false'/>").is_err(), "it lacks its weight");
        // What a structure has in attributes it has all the same.
        let item = super::read(b"<item id='7' xsi:nil='true'><name>x</name></item>", <Item as crate::shape::Shaped>::shape(), &[]);
        assert!(item.is_ok(), "{:?}", item.err());
    }

    #[test]
    fn numbers_are_numbers_wherever_the_shape_has_them() {
        let read =
            order("<sent kind='parcel'><weight>5</weight></sent><sent kind='letter'><pages>2</pages></sent><sent kind='x'><y>1</y></sent>");
        let read = read.expect("they are read");
        assert!(matches!(&read.sent[..], [Sent::Parcel(Parcel { weight: 5 }), Sent::Letter(Letter { pages: 2 }), Sent::Other(_)]));
        let read = order("<at>1700000000</at>").expect("a time");
        assert_eq!(read.at.map(|at| at.to_string()).as_deref(), Some("2023-11-14T22:13:20Z"));
    }

    #[test]
    fn two_documents_are_none() {
        for two in ["<a><item id='1'><name>x</name></item></a><a/>", "<a/><a/>"] {
            let read = read(two.as_bytes(), <Vec<Item> as crate::shape::Shaped>::shape(), &["item"]);
            assert_eq!(read.map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::Decode), "{two}");
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
