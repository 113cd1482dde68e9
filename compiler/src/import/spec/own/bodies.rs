//! Request bodies.

use std::collections::HashSet;

use super::Own;
use super::fields::{Written, block};
use super::names::Site;
use crate::import::node::Node;
use crate::import::spec::literals::quoted;

impl<'n> Own<'n> {
    /// `body …`
    pub(super) fn body(&mut self, node: &'n Node, site: &Site, taken: &mut HashSet<String>) -> Option<String> {
        let body = self.object(node, "requestBody")?;
        let content = body.get("content").map_or(&[][..], Node::members);
        let [only] = content else {
            self.odd(body, "a body of one media type is wanted");
            return None;
        };
        let (media, Some(schema)) = (&*only.key, only.value.get("schema")) else {
            self.odd(body, "a body without a schema");
            return None;
        };
        let encoding = self.encoding(body, media, schema);
        let Some(whole) = self.word(body, "x-linchpin-whole") else {
            let mut lines = Vec::new();
            for line in self.members(schema, site, taken) {
                lines.push(line);
            }
            let head = if encoding == "json" { "body".to_owned() } else { format!("body {encoding}") };
            return Some(block(&head, lines));
        };
        let required = body.get("required").and_then(Node::bool) == Some(true);
        let line = self.whole(body, schema, whole, required, site, taken);
        Some(format!("body {encoding} {line}"))
    }

    /// What stands behind `body`.
    fn encoding(&mut self, body: &'n Node, media: &str, schema: &'n Node) -> String {
        let told = self.object(body, "x-linchpin-body");
        let word = told.and_then(|told| self.one_of(told, "as", &["json", "raw", "xml"]));
        let root = told.and_then(|told| self.text(told, "root"));
        let root = root.or_else(|| schema.get("xml").and_then(|xml| xml.get("name")).and_then(Node::text));
        match (word, media) {
            (Some("json"), _) => format!("json {}", quoted(media)),
            (Some("raw"), _) => format!("raw {}", quoted(media)),
            (Some("xml"), _) | (None, "application/xml") => format!("xml {}", quoted(root.unwrap_or("request"))),
            (_, "application/json") => "json".to_owned(),
            (_, "application/x-www-form-urlencoded") => "form".to_owned(),
            (_, "multipart/form-data") => "multipart".to_owned(),
            _ => format!("raw {}", quoted(media)),
        }
    }

    /// Members of a body, which share their names with the other inputs.
    fn members(&mut self, schema: &'n Node, site: &Site, taken: &mut HashSet<String>) -> Vec<String> {
        let schema = self.seen_through(schema);
        let required: HashSet<&str> = self.texts(schema, "required").unwrap_or_default().into_iter().collect();
        let mut lines = Vec::new();
        for member in schema.get("properties").map_or(&[][..], Node::members) {
            let (wire, node) = (&*member.key, &member.value);
            let written = Written { node, schema: node, wire, unnamed: false, required: required.contains(wire), style: "" };
            lines.push(self.field(&written, site, taken));
        }
        if let Some(rest) = schema.get("additionalProperties").filter(|rest| super::types::is_rest(rest)) {
            let at = self.count(schema, "x-linchpin-rest").and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
            let docs = self.docs_of(rest);
            lines.insert(at.min(lines.len()), format!("{docs}...: json"));
        }
        lines
    }

    /// A field that is the whole body: its name and documentation are said at the body, the rest at the schema.
    fn whole(
        &mut self,
        body: &'n Node,
        schema: &'n Node,
        name: &'n str,
        required: bool,
        site: &Site,
        taken: &mut HashSet<String>,
    ) -> String {
        let written = Written { node: schema, schema, wire: name, unnamed: true, required, style: "" };
        let line = self.field(&written, site, taken);
        let wire = self.text(body, "x-linchpin-wire").map(|wire| format!(" {}", quoted(wire))).unwrap_or_default();
        let docs = self.docs_of(body);
        let line = line.strip_prefix(name).map_or_else(
            || line.clone(),
            |rest| match rest.strip_prefix('?') {
                Some(rest) => format!("{name}?{wire}{rest}"),
                None => format!("{name}{wire}{rest}"),
            },
        );
        if docs.is_empty() { line } else { format!("\n{docs}{line}") }
    }
}
