//! From nodes to a typed document. What is of the wrong kind is reported and left out; the rest is read.

mod answer;
mod life;
mod operation;
mod parameter;
mod schema;
mod security;
mod server;
mod swagger;

use std::collections::HashMap;

use super::codes;
use super::document::{Document, Extensions, Form, Tag};
use super::node::{Node, Value};
use super::reference::Refused;
use super::schema::{Schema, SchemaId};
use super::tree::Tree;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::source::FileId;

/// Reads the document of a tree; none when it is no API description at all.
pub fn read<'n>(tree: &'n Tree, diagnostics: &mut Diagnostics) -> Option<Document<'n>> {
    let root = tree.root()?;
    let Some(form) = form(root) else {
        let message = "this is no API description: it has neither `openapi` nor `swagger` at the top";
        diagnostics.push(Diagnostic::new(codes::NOT_A_DESCRIPTION, root.span, message));
        return None;
    };
    let mut reader = Reader::new(tree, form, root, diagnostics);
    let mut document = reader.document(root);
    document.schemas = reader.schemas();
    Some(document)
}

fn form(root: &Node) -> Option<Form> {
    let version = |key: &str| root.get(key).and_then(Node::plain);
    match (version("openapi"), version("swagger")) {
        (Some(version), _) if version.starts_with("3.0") => Some(Form::OpenApi30),
        (Some(version), _) if version.starts_with('3') => Some(Form::OpenApi31),
        (_, Some(version)) if version.starts_with('2') => Some(Form::Swagger2),
        _ => None,
    }
}

/// What reading needs at hand.
pub(super) struct Reader<'n, 'd> {
    tree: &'n Tree,
    form: Form,
    root: &'n Node,
    diagnostics: &'d mut Diagnostics,
    /// Schemas read or about to be, by the address of their node: two nodes never share one while the tree lives.
    known: HashMap<usize, SchemaId>,
    pending: Vec<(SchemaId, &'n Node)>,
    schemas: Vec<Option<Schema<'n>>>,
    targets: HashMap<(FileId, &'n str), Option<&'n Node>>,
    in_callback: bool,
}

impl<'n, 'd> Reader<'n, 'd> {
    fn new(tree: &'n Tree, form: Form, root: &'n Node, diagnostics: &'d mut Diagnostics) -> Self {
        let (known, targets) = (HashMap::new(), HashMap::new());
        Self { tree, form, root, diagnostics, known, pending: Vec::new(), schemas: Vec::new(), targets, in_callback: false }
    }

    fn document(&mut self, root: &'n Node) -> Document<'n> {
        let info = root.get("info");
        let word = |key: &str| info.and_then(|info| info.get(key)).and_then(Node::plain).unwrap_or_default();
        let mut extensions = extensions(root);
        extensions.extend(info.into_iter().flat_map(extensions_of));
        Document {
            form: self.form,
            title: word("title"),
            version: word("version"),
            description: word("description"),
            docs_url: root.get("externalDocs").and_then(|docs| docs.get("url")).and_then(Node::text).filter(|url| url.contains("://")),
            servers: self.servers_of_document(root),
            security: self.requirements(root),
            tags: root.get("tags").map_or_else(Vec::new, |tags| tags.items().iter().filter_map(tag).collect()),
            schemes: self.schemes(root),
            named: self.named_schemas(root),
            operations: self.operations(root),
            schemas: Vec::new(),
            extensions,
        }
    }

    fn report(&mut self, code: Code, at: &Node, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(code, at.span, message));
    }

    /// A member that must be an object.
    fn map(&mut self, node: &'n Node, key: &str) -> Option<&'n Node> {
        let found = node.get(key)?;
        match &found.value {
            Value::Map(_) => Some(found),
            Value::Null => None,
            _ => {
                self.report(codes::WRONG_KIND, found, format!("`{key}` is {}, not an object", found.what()));
                None
            }
        }
    }

    /// A member that must be an array.
    fn list(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        match node.get(key) {
            None => &[],
            Some(found) => {
                if !matches!(found.value, Value::List(_) | Value::Null) {
                    self.report(codes::WRONG_KIND, found, format!("`{key}` is {}, not an array", found.what()));
                }
                found.items()
            }
        }
    }

    /// A member that must be text; numbers and booleans count as what they are written as.
    fn text(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        let found = node.get(key)?;
        let text = found.plain();
        if text.is_none() && found.value != Value::Null {
            self.report(codes::WRONG_KIND, found, format!("`{key}` is {}, not a string", found.what()));
        }
        text
    }

    /// A member that must be a boolean; false where it is not there.
    fn flag(&mut self, node: &'n Node, key: &str) -> bool {
        let Some(found) = node.get(key) else { return false };
        found.bool().unwrap_or_else(|| {
            self.report(codes::WRONG_KIND, found, format!("`{key}` is {}, not a boolean", found.what()));
            false
        })
    }

    /// The node itself, or what its `$ref` leads to in the end; none when it leads nowhere, which is reported.
    fn followed(&mut self, node: &'n Node) -> Option<&'n Node> {
        let mut at = node;
        for _ in 0..32 {
            let Some(reference) = at.get("$ref").filter(|reference| reference.text().is_some()) else { return Some(at) };
            at = self.target(reference)?;
        }
        self.report(codes::ENDLESS, node, "this reference leads back to itself");
        None
    }

    /// What a `$ref` leads to, one step.
    fn target(&mut self, reference: &'n Node) -> Option<&'n Node> {
        let text = reference.text()?;
        let file = reference.span.file;
        if let Some(found) = self.targets.get(&(file, text)) {
            return *found;
        }
        let found = match self.tree.reference(text, file) {
            Err(Refused::Outside) => {
                self.report(codes::OUTSIDE, reference, format!("`{text}` leads out of the description's folder; it is not followed"));
                None
            }
            Err(Refused::NotAPointer) => {
                self.report(codes::NOTHING_THERE, reference, format!("`{text}` is not of the form `#/names/down/to/it`"));
                None
            }
            Ok(parsed) => {
                let found = self.tree.target(&parsed);
                if found.is_none() && self.tree.has_file(&parsed) {
                    self.report(codes::NOTHING_THERE, reference, format!("`{text}` leads to nothing"));
                }
                found
            }
        };
        self.targets.insert((file, text), found);
        found
    }
}

fn tag(node: &Node) -> Option<Tag<'_>> {
    let description = node.get("description").and_then(Node::text).unwrap_or_default();
    node.get("name").and_then(Node::plain).map(|name| Tag { name, description })
}

/// The `x-…` members.
pub(super) fn extensions(node: &Node) -> Extensions<'_> {
    extensions_of(node).collect()
}

fn extensions_of(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    node.members().iter().filter(|member| member.key.starts_with("x-")).map(|member| (&*member.key, &member.value))
}
