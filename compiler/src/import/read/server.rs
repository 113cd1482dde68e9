//! Servers: `servers` of OpenAPI, and `host`, `basePath` and `schemes` of Swagger.

use super::Reader;
use crate::import::codes;
use crate::import::document::{Form, Server, Variable};
use crate::import::node::Node;

impl<'n> Reader<'n, '_> {
    /// The document's servers.
    pub(super) fn servers_of_document(&mut self, root: &'n Node) -> Vec<Server<'n>> {
        if self.form == Form::Swagger2 { swagger(root).into_iter().collect() } else { self.servers(root) }
    }

    /// `servers` of a document, path or operation.
    pub(super) fn servers(&mut self, node: &'n Node) -> Vec<Server<'n>> {
        let servers = self.list(node, "servers");
        servers.iter().filter_map(|server| self.server(server)).collect()
    }

    fn server(&mut self, node: &'n Node) -> Option<Server<'n>> {
        let Some(url) = self.text(node, "url") else {
            self.report(codes::MISSING, node, "a server without a `url`");
            return None;
        };
        let variables = self.map(node, "variables").map_or(&[][..], Node::members);
        let variables = variables.iter().map(|member| variable(&member.key, &member.value)).collect();
        let description = self.text(node, "description").unwrap_or_default();
        Some(Server { url: url.to_owned(), description, variables, span: node.get("url").map_or(node.span, |url| url.span) })
    }
}

fn variable<'n>(name: &'n str, node: &'n Node) -> Variable<'n> {
    let values = node.get("enum").map_or(&[][..], Node::items).iter().filter_map(Node::plain).collect();
    Variable { name, default: node.get("default").and_then(Node::plain).unwrap_or_default(), values }
}

/// Swagger has one host, and prefers none of its schemes; https is taken where it is offered or nothing is said.
fn swagger(root: &Node) -> Option<Server<'_>> {
    let host = root.get("host").and_then(Node::plain);
    let base = root.get("basePath").and_then(Node::plain);
    let at = root.get("host").or_else(|| root.get("basePath"))?;
    let schemes: Vec<&str> = root.get("schemes").map_or(&[][..], Node::items).iter().filter_map(Node::plain).collect();
    let scheme = if schemes.is_empty() || schemes.contains(&"https") { "https" } else { schemes[0] };
    let origin = host.map_or_else(String::new, |host| format!("{scheme}://{host}"));
    let url = format!("{origin}{}", base.unwrap_or_default().trim_end_matches('/'));
    Some(Server { url, description: "", variables: Vec::new(), span: at.span })
}
