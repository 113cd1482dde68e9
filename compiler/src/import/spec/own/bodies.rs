//! Request bodies.

use std::collections::HashSet;

use super::Own;
use super::fields::{Written, block};
use super::names::Site;
use crate::import::node::Node;
use crate::import::spec::literals::{in_lines, quoted};

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
        let encoding = self.encoding(body, media, schema, site);
        let Some(whole) = self.word(body, "x-linchpin-whole") else {
            let schema = self.seen_through(schema);
            // Of a GraphQL call the variables are what the language calls its members.
            let variables =
                if encoding.starts_with("graphql ") { schema.get("properties").and_then(|all| all.get("variables")) } else { None };
            let schema = variables.map_or(schema, |variables| self.seen_through(variables));
            let lines = self.members(schema, site, taken);
            let head = if encoding == "json" { "body".to_owned() } else { format!("body {encoding}") };
            return Some(block(&head, lines));
        };
        let required = body.get("required").and_then(Node::bool) == Some(true);
        let line = self.whole(body, schema, whole, required, site, taken);
        Some(format!("body {encoding} {line}"))
    }

    /// What stands behind `body`.
    fn encoding(&mut self, body: &'n Node, media: &str, schema: &'n Node, site: &Site) -> String {
        let told = self.object(body, "x-linchpin-body");
        let word = told.and_then(|told| self.one_of(told, "as", &["json", "raw", "xml", "graphql"]));
        let root = told.and_then(|told| self.text(told, "root"));
        let root = root.or_else(|| schema.get("xml").and_then(|xml| xml.get("name")).and_then(Node::text));
        match (word, media) {
            (Some("json"), _) => format!("json {}", quoted(media)),
            (Some("raw"), _) => format!("raw {}", quoted(media)),
            (Some("xml"), _) | (None, "application/xml") => format!("xml {}", quoted(root.unwrap_or("request"))),
            (Some("graphql"), _) => {
                let document = told.and_then(|told| self.text(told, "document")).unwrap_or_default();
                format!("graphql {}", in_lines(document, 4 + 2 * site.group.len()))
            }
            (_, "application/json") => "json".to_owned(),
            (_, "application/x-www-form-urlencoded") => "form".to_owned(),
            (_, "multipart/form-data") => "multipart".to_owned(),
            _ => format!("raw {}", quoted(media)),
        }
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
