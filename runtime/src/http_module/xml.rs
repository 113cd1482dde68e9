//! XML as JSON-like data, for answers that no spec describes.
//!
//! An element with nothing but text becomes that text. Otherwise it becomes an object: attributes as `@name`, children by their name, a
//! list where a name comes several times, text between them as `#text`. An empty element is null. Document type declarations are
//! refused, so no entity can be defined; depth is bounded.

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use serde_json::{Map, Value as Json};

use crate::error::{Error, ErrorKind};

/// The deepest nesting that is read.
const DEPTH: usize = 128;
/// The most elements of one document: each takes much more room than it is long.
pub(crate) const ELEMENTS: usize = 1_000_000;

/// Reads a document: an object with the root element as its only member.
pub(crate) fn to_json(document: &str) -> Result<Json, Error> {
    let mut reader = Reader::from_str(document);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = vec![Element::default()];
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|error| wrong("the answer is not well-formed XML").with_source(&error))?;
        match event {
            Event::Start(start) if open.len() > DEPTH => {
                let message = format!("the answer nests deeper than {DEPTH} elements");
                return Err(Error::new(ErrorKind::Limit, message).with_path(start.name().as_ref()));
            }
            Event::Start(_) if open.len() == 1 && open.iter().any(|document| !document.members.is_empty()) => {
                return Err(wrong("the answer is not one whole XML document"));
            }
            Event::Start(_) if elements == ELEMENTS => {
                return Err(Error::new(ErrorKind::Limit, format!("the answer has more than {ELEMENTS} elements")));
            }
            Event::Start(start) => {
                elements += 1;
                open.push(Element::start(&start)?);
            }
            Event::End(_) => close(&mut open)?,
            Event::Text(text) => last(&mut open)?.text.push_str(&text.xml10_content()),
            Event::CData(text) => last(&mut open)?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => last(&mut open)?.text.push_str(&resolve(&reference).ok_or_else(undefined)?),
            Event::DocType(_) => return Err(wrong("the answer declares a document type, which is not accepted")),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_) => {}
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(document), true) if document.members.len() == 1 && document.text.trim().is_empty() => Ok(Json::Object(document.members)),
        _ => Err(wrong("the answer is not one whole XML document")),
    }
}

/// An element while it is read.
#[derive(Default)]
struct Element {
    name: String,
    members: Map<String, Json>,
    text: String,
}

impl Element {
    fn start(start: &BytesStart<'_>) -> Result<Self, Error> {
        let mut element = Self { name: start.name().as_ref().to_owned(), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| wrong("an attribute of the answer is not well-formed").with_source(&error))?;
            let value = unescape(&attribute.value).map_err(|_| undefined())?;
            element.members.insert(format!("@{}", attribute.key.as_ref()), value.into());
        }
        Ok(element)
    }
}

/// An element with these attributes and children, and this text around them.
pub(crate) fn value(mut members: Map<String, Json>, text: &str) -> Json {
    let text = text.trim();
    match (members.is_empty(), text.is_empty()) {
        (true, true) => Json::Null,
        (true, false) => text.into(),
        (false, true) => members.into(),
        (false, false) => {
            members.insert("#text".to_owned(), text.into());
            members.into()
        }
    }
}

/// Adds a child; one of a name makes a list when another comes.
pub(crate) fn add(members: &mut Map<String, Json>, name: String, value: Json) {
    match members.get_mut(&name) {
        None => drop(members.insert(name, value)),
        Some(Json::Array(values)) => values.push(value),
        Some(first) => *first = Json::Array(vec![first.take(), value]),
    }
}

fn close(open: &mut Vec<Element>) -> Result<(), Error> {
    let Element { name, members, text } = open.pop().ok_or_else(|| wrong("the answer is not one whole XML document"))?;
    add(&mut last(open)?.members, name, value(members, &text));
    Ok(())
}

fn last(open: &mut [Element]) -> Result<&mut Element, Error> {
    open.last_mut().ok_or_else(|| wrong("the answer is not one whole XML document"))
}

/// One of the five predefined entities, or a character by number; there can be no others without a document type.
pub(crate) fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref().ok()? {
        Some(character) => Some(character.into()),
        None => resolve_predefined_entity(reference).map(str::to_owned),
    }
}

fn undefined() -> Error {
    wrong("the answer uses an entity that XML does not define")
}

fn wrong(message: &str) -> Error {
    Error::new(ErrorKind::Decode, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn elements_become_members() {
        let document = r#"<?xml version="1.0"?><!-- c --><list total="2&amp;3"><item id="1">A &lt;b&gt; &#xe9;</item><item><name>x</name><none/></item>
            <note><![CDATA[<raw>]]></note></list>"#;
        assert_eq!(
            to_json(document).unwrap(),
            json!({"list": {
                "@total": "2&3",
                "item": [{"@id": "1", "#text": "A <b> é"}, {"name": "x", "none": null}],
                "note": "<raw>",
            }})
        );
    }

    #[test]
    fn declarations_entities_and_depth_are_bounded() {
        let bomb = r#"<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>"#;
        assert_eq!(to_json(bomb).unwrap_err().kind(), ErrorKind::Decode);
        assert_eq!(to_json("<a>&x;</a>").unwrap_err().kind(), ErrorKind::Decode);
        let deep = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
        let many = format!("<a>{}</a>", "<b c=''/>".repeat(1_000_000));
        assert_eq!(to_json(&many).err().map(|error| error.kind()), Some(ErrorKind::Limit));
        assert_eq!(to_json(&deep).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn what_is_no_document_is_an_error() {
        for wrong in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "</a>",
            "<a b='&'/>",
            "<a b='&#0;'/>",
            "<a b='&x;'/>",
            "<a b=1/>",
            "<a/>text",
            "<a>&#0;</a>",
        ] {
            assert!(to_json(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn broken_documents_do_no_harm() {
        let good = [
            r#"<?xml version="1.0"?><!-- c --><list total="2&amp;3"><item id="1">A &lt;b&gt; &#xe9;</item><note><![CDATA[<raw>]]></note></list>"#,
            r#"<a xmlns:x="urn:x"><x:b x:c="d"/><x:b>1</x:b></a>"#,
        ];
        let pieces = [
            "<a>",
            "</a>",
            "<",
            ">",
            "/>",
            "&",
            ";",
            "&#x110000;",
            "<!DOCTYPE a [",
            "<!ENTITY x \"y\">",
            "<![CDATA[",
            "]]>",
            "<!--",
            "<?",
            "='",
            "\u{0}",
        ];
        let mut read = 0;
        crate::fuzz::feed_text(24, &good, &pieces, |document| {
            if let Ok(json) = to_json(document) {
                read += 1;
                assert!(json.as_object().is_some_and(|root| root.len() == 1), "{document}");
                // Text is shorter than its document, so nothing was expanded; the rest is names and braces.
                assert!(json.to_string().len() < document.len() * 8 + 100, "{document}");
            }
        });
        assert!(read > 100, "{read} were read: the changes are too coarse to test anything");
    }
}
