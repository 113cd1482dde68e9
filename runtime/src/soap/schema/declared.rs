//! A declaration of a schema where it stands, and how names in it are meant.

use std::sync::Arc;

use crate::soap::{
    documents::SchemaPart,
    name::{Name, XSD},
    problem::{Place, Problem},
    tree::{Node, words},
};

/// A declaration and the schema that it stands in.
#[derive(Clone, Copy)]
pub(super) struct Declared<'d> {
    pub(super) node: &'d Node,
    pub(super) part: &'d SchemaPart,
}

impl Declared<'_> {
    pub(super) fn place(&self) -> Place {
        Place::new(&self.part.file, self.node.line)
    }

    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(message, self.place())
    }
}

/// A name in a value. Where a schema without a namespace is included, its own names are in that of the includer.
pub(super) fn qualified(at: Declared<'_>, text: &str) -> Option<Name> {
    let own = if at.part.root.attribute("targetNamespace").is_none() { &*at.part.namespace } else { "" };
    at.node.qualified(text, own)
}

/// The namespace of what is declared inside a type.
pub(super) fn form(at: Declared<'_>, default: &str) -> Arc<str> {
    let stated = at.node.attribute("form").or_else(|| at.part.root.attribute(default));
    if stated == Some("qualified") { at.part.namespace.clone() } else { "".into() }
}

pub(super) fn is_true(text: Option<&str>) -> bool {
    matches!(text, Some("true" | "1"))
}

/// What the schema says for people.
pub(super) fn docs(node: &Node) -> String {
    words(node.all(XSD, "annotation").flat_map(|annotation| annotation.all(XSD, "documentation")))
}
