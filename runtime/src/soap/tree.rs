//! XML as a tree with namespaces: what WSDLs, schemas and envelopes are read from. quick-xml reads the text. Document type declarations are
//! refused, so no entity can be defined; depth, elements and namespaces in scope are bounded.

use std::sync::Arc;

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};

use super::name::{Name, XML};
use crate::http_module::xml::{ELEMENTS, resolve};

/// The deepest nesting that is read.
pub(super) const DEPTH: usize = 128;
/// The most namespaces in scope at once.
const BINDINGS: usize = 128;

/// Why a text is no tree.
#[derive(Debug)]
pub(super) struct NoTree {
    pub(super) message: String,
    pub(super) line: u32,
    /// A bound was reached, so it may be well-formed.
    pub(super) limit: bool,
}

/// Namespaces by prefix, over those of the elements around.
#[derive(Debug, Default)]
struct Scope {
    around: Option<Arc<Scope>>,
    bindings: Vec<(Box<str>, Arc<str>)>,
    count: usize,
}

impl Scope {
    fn find(&self, prefix: &str) -> Option<&Arc<str>> {
        let own = self.bindings.iter().find(|(known, _)| **known == *prefix);
        match (own, &self.around) {
            (Some((_, namespace)), _) => Some(namespace),
            (None, Some(around)) => around.find(prefix),
            (None, None) => None,
        }
    }
}

/// An element.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: Name,
    pub(super) attributes: Vec<(Name, String)>,
    pub(super) children: Vec<Node>,
    /// All text between the children.
    pub(super) text: String,
    pub(super) line: u32,
    scope: Arc<Scope>,
}

impl Node {
    /// An attribute without a namespace.
    pub(super) fn attribute(&self, local: &str) -> Option<&str> {
        self.attribute_of("", local)
    }

    pub(super) fn attribute_of(&self, namespace: &str, local: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name.is(namespace, local)).map(|(_, value)| value.trim())
    }

    /// The children with this name, in order.
    pub(super) fn all<'a>(&'a self, namespace: &'a str, local: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name.is(namespace, local))
    }

    pub(super) fn child(&self, namespace: &str, local: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name.is(namespace, local))
    }

    /// A name in a value, `tns:Quote`. Without a prefix it is in the default namespace, or in `otherwise` when there is none.
    pub(super) fn qualified(&self, text: &str, otherwise: &str) -> Option<Name> {
        let text = text.trim();
        let (prefix, local) = text.split_once(':').unwrap_or(("", text));
        let namespace = match (prefix, self.scope.find(prefix)) {
            (_, Some(namespace)) if !namespace.is_empty() => namespace.clone(),
            ("", _) => otherwise.into(),
            ("xml", _) => XML.into(),
            _ => return None,
        };
        super::name::is_ncname(local).then(|| Name::new(namespace, local))
    }
}

/// The most letters of documentation that are kept, and the most bytes that are read for them.
const WORDS: usize = 2_000;
const WORDS_READ: usize = 8 * WORDS;

/// What texts say for people, with one space between the words, as far as anybody reads on.
pub(super) fn words<'n>(texts: impl Iterator<Item = &'n Node>) -> String {
    let mut said = String::new();
    let mut left = WORDS_READ;
    for text in texts.map(|node| node.text.as_str()) {
        let end = (0..=left.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        for word in text[..end].split_whitespace() {
            said.push_str(if said.is_empty() { "" } else { " " });
            said.push_str(word);
        }
        left -= end;
        if end < text.len() {
            break;
        }
    }
    said.chars().take(WORDS).collect()
}

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Node, NoTree> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reading = Reading { text, seen: 0, line: 1, elements: 0, open: Vec::new(), root: None };
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let event = reader.read_event();
        reading.reach(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        match event.map_err(|error| reading.wrong(&format!("it is not well-formed XML: {error}")))? {
            Event::Start(start) => reading.start(&start)?,
            Event::End(_) => reading.end()?,
            Event::Text(text) => reading.add(&text.xml10_content())?,
            Event::CData(text) => reading.add(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let found = resolve(&reference).ok_or_else(|| reading.wrong("it uses an entity that XML does not define"))?;
                reading.add(&found)?;
            }
            Event::DocType(_) => return Err(reading.wrong("it declares a document type, which is not accepted")),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_) => {}
        }
    }
    match (reading.root.take(), reading.open.is_empty()) {
        (Some(root), true) => Ok(root),
        _ => Err(reading.wrong("it is not one whole XML document")),
    }
}

struct Reading<'t> {
    text: &'t str,
    seen: usize,
    line: u32,
    elements: usize,
    open: Vec<Node>,
    root: Option<Node>,
}

impl Reading<'_> {
    /// Counts the lines up to here.
    fn reach(&mut self, position: usize) {
        let position = position.min(self.text.len());
        if let Some(passed) = self.text.as_bytes().get(self.seen..position) {
            self.line = self.line.saturating_add(u32::try_from(passed.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX));
            self.seen = position;
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), NoTree> {
        if self.open.len() >= DEPTH {
            return Err(self.limit(&format!("it nests deeper than {DEPTH} elements")));
        }
        self.elements += 1;
        if self.elements > ELEMENTS {
            return Err(self.limit(&format!("it has more than {ELEMENTS} elements")));
        }
        if self.root.is_some() {
            return Err(self.wrong("it is not one whole XML document"));
        }
        let attributes = self.attributes(start)?;
        let scope = self.scope(&attributes)?;
        let name = self.resolve(&scope, start.name().as_ref(), "")?;
        let mut named = Vec::with_capacity(attributes.len());
        for (key, value) in attributes.into_iter().filter(|(key, _)| !is_declaration(key)) {
            let name = if key.contains(':') { self.resolve(&scope, &key, "")? } else { Name::new("", key) };
            named.push((name, value));
        }
        self.open.push(Node { name, attributes: named, children: Vec::new(), text: String::new(), line: self.line, scope });
        Ok(())
    }

    fn attributes(&self, start: &BytesStart<'_>) -> Result<Vec<(String, String)>, NoTree> {
        let read = |attribute: Result<quick_xml::events::attributes::Attribute<'_>, _>| {
            let attribute = attribute.map_err(|error| self.wrong(&format!("an attribute is not well-formed: {error}")))?;
            let value = unescape(&attribute.value).map_err(|_| self.wrong("an attribute uses an entity that XML does not define"))?;
            // A line's end in an attribute is a space (XML 1.0, 3.3.3).
            Ok((attribute.key.as_ref().to_owned(), value.replace(['\n', '\r', '\t'], " ")))
        };
        start.attributes().map(read).collect()
    }

    fn scope(&self, attributes: &[(String, String)]) -> Result<Arc<Scope>, NoTree> {
        let around = self.open.last().map(|node| node.scope.clone());
        let bindings: Vec<(Box<str>, Arc<str>)> = attributes
            .iter()
            .filter(|(key, _)| is_declaration(key))
            .map(|(key, value)| (key.strip_prefix("xmlns:").unwrap_or("").into(), value.as_str().into()))
            .collect();
        match around {
            Some(around) if bindings.is_empty() => Ok(around),
            around => {
                let count = around.as_ref().map_or(0, |around| around.count) + bindings.len();
                if count > BINDINGS {
                    return Err(self.limit(&format!("it has more than {BINDINGS} namespaces in scope")));
                }
                Ok(Arc::new(Scope { around, bindings, count }))
            }
        }
    }

    fn resolve(&self, scope: &Scope, key: &str, otherwise: &str) -> Result<Name, NoTree> {
        let (prefix, local) = key.split_once(':').unwrap_or(("", key));
        match (prefix, scope.find(prefix)) {
            (_, Some(namespace)) => Ok(Name::new(namespace.clone(), local)),
            ("", None) => Ok(Name::new(otherwise, local)),
            ("xml", None) => Ok(Name::new(XML, local)),
            _ => Err(self.wrong(&format!("no namespace is declared for the prefix of `{}`", crate::error::shorten(key)))),
        }
    }

    fn end(&mut self) -> Result<(), NoTree> {
        let node = self.open.pop().ok_or_else(|| self.wrong("it is not one whole XML document"))?;
        match self.open.last_mut() {
            Some(around) => around.children.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), NoTree> {
        match self.open.last_mut() {
            Some(node) => node.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(self.wrong("it is not one whole XML document")),
        }
        Ok(())
    }

    fn wrong(&self, message: &str) -> NoTree {
        NoTree { message: message.to_owned(), line: self.line, limit: false }
    }

    fn limit(&self, message: &str) -> NoTree {
        NoTree { limit: true, ..self.wrong(message) }
    }
}

fn is_declaration(key: &str) -> bool {
    key == "xmlns" || key.starts_with("xmlns:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_namespaces() {
        let text =
            "<a xmlns='urn:one' xmlns:t='urn:two'>\n  <t:b t:c='1' d=\"x &amp; y&#33;\">a &lt; <![CDATA[<b>]]></t:b>\n<e xmlns=''/></a>";
        let root = read(text).unwrap();
        assert!(root.name.is("urn:one", "a"));
        let b = &root.children[0];
        assert_eq!((b.name.to_string(), b.line, b.text.as_str()), ("{urn:two}b".into(), 2, "a < <b>"));
        assert_eq!((b.attribute("d"), b.attribute_of("urn:two", "c"), b.attribute("c")), (Some("x & y!"), Some("1"), None));
        assert!(root.children[1].name.is("", "e"));
        assert_eq!(b.qualified("t:x", ""), Some(Name::new("urn:two", "x")));
        assert_eq!(b.qualified("x", "urn:other"), Some(Name::new("urn:one", "x")));
        assert_eq!(root.children[1].qualified("x", "urn:other"), Some(Name::new("urn:other", "x")));
        assert_eq!(b.qualified("none:x", ""), None);
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z \"&x;&x;\">]><a>&z;</a>";
        let deep = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
        let bound: String = (0..200).map(|number| format!(" xmlns:p{number}='u'")).collect();
        for (wrong, limit) in [
            (bomb.to_owned(), false),
            ("<a>&x;</a>".to_owned(), false),
            ("<a b='&x;'/>".to_owned(), false),
            ("<p:a/>".to_owned(), false),
            ("<a/><b/>".to_owned(), false),
            ("<a>".to_owned(), false),
            ("text".to_owned(), false),
            (String::new(), false),
            ("<a>&#0;</a>".to_owned(), false),
            (deep, true),
            (format!("<a{bound}/>"), true),
        ] {
            let refused = read(&wrong).expect_err(&wrong);
            assert_eq!(refused.limit, limit, "{wrong}");
        }
    }

    #[test]
    fn broken_documents_do_no_harm() {
        let good = [
            "<a xmlns='urn:one' xmlns:t='urn:two'>\n  <t:b t:c='1' d=\"x &amp; y&#33;\">a &lt; <![CDATA[<b>]]></t:b><!-- c -->\n<e xmlns=''/></a>",
            "<?xml version='1.0' encoding='utf-8'?><s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>\
             <faultcode>s:Server</faultcode><faultstring>no</faultstring><detail><x>1</x></detail></s:Fault></s:Body></s:Envelope>",
        ];
        let pieces = [
            "<a>",
            "</a>",
            "<!DOCTYPE a [",
            "]>",
            "&x;",
            "&#x110000;",
            "<![CDATA[",
            "]]>",
            "xmlns:p='u'",
            "<!--",
            "<?",
            "'",
            "\"",
            "p:",
            "\u{e9}",
        ];
        let room = crate::fuzz::Room { times: 80, beside: 32 * 1024 };
        let mut read_well = 0;
        crate::fuzz::feed_within(room, 48, &good.map(str::as_bytes), &pieces, |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            let Ok(root) = read(text) else { return };
            read_well += 1;
            assert!(size(&root) <= text.len(), "a document does not grow by being read");
            let _ = crate::soap::envelope::Envelope::read(text).map(|envelope| envelope.fault().is_some());
        });
        assert!(read_well > 100, "{read_well} were read: the changes are too coarse to test anything");
    }

    /// Letters of all texts.
    fn size(node: &Node) -> usize {
        node.text.len() + node.children.iter().map(size).sum::<usize>()
    }
}
