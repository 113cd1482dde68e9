//! Operations: those below `paths`, webhooks, and the callbacks of an operation.

use super::{Reader, extensions};
use crate::import::document::{Operation, Origin};
use crate::import::node::{Member, Node};

/// The members of a path that are operations, and what they are called on the wire.
const METHODS: [(&str, &str); 9] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
    ("query", "QUERY"),
];

impl<'n> Reader<'n, '_> {
    /// Every operation of the document.
    pub(super) fn operations(&mut self, root: &'n Node) -> Vec<Operation<'n>> {
        let paths = self.map(root, "paths").map_or(&[][..], Node::members);
        let paths = paths.iter().filter(|member| !member.key.starts_with("x-"));
        let mut found: Vec<_> = paths.flat_map(|member| self.path(member, Origin::Path)).collect();
        for key in ["webhooks", "x-webhooks"] {
            let webhooks = self.map(root, key).map_or(&[][..], Node::members);
            found.extend(webhooks.iter().flat_map(|member| self.path(member, Origin::Webhook)));
        }
        found
    }

    fn path(&mut self, member: &'n Member, origin: Origin<'n>) -> Vec<Operation<'n>> {
        let Some(path) = self.followed(&member.value) else { return Vec::new() };
        let mut found = Vec::new();
        for operation in path.members() {
            let method = METHODS.iter().find(|(key, _)| operation.key.eq_ignore_ascii_case(key));
            if let Some((_, method)) = method.filter(|_| matches!(operation.value.value, crate::import::node::Value::Map(_))) {
                found.push(self.operation(member, path, operation, method, origin.clone()));
            }
        }
        found
    }

    fn operation(
        &mut self,
        member: &'n Member,
        path: &'n Node,
        operation: &'n Member,
        method: &'static str,
        origin: Origin<'n>,
    ) -> Operation<'n> {
        let node = &operation.value;
        let mut all_extensions = extensions(path);
        all_extensions.extend(extensions(node));
        let mut servers = self.servers(node);
        if servers.is_empty() {
            servers = self.servers(path);
        }
        Operation {
            origin,
            method,
            path: &member.key,
            path_span: member.key_span,
            id: self.text(node, "operationId"),
            summary: self.text(node, "summary").unwrap_or_default(),
            description: self.text(node, "description").unwrap_or_default(),
            tags: self.list(node, "tags").iter().filter_map(Node::plain).collect(),
            parameters: self.parameters(path, node),
            body: self.body(path, node),
            answers: self.answers(node),
            callbacks: self.callbacks(node),
            security: self.requirements(node),
            servers,
            life: self.life(node),
            extensions: all_extensions,
            span: operation.key_span,
        }
    }

    /// Callbacks of callbacks are not followed: a document could nest them through references without end.
    fn callbacks(&mut self, operation: &'n Node) -> Vec<Operation<'n>> {
        if self.in_callback {
            return Vec::new();
        }
        self.in_callback = true;
        let members = self.map(operation, "callbacks").map_or(&[][..], Node::members);
        let mut found = Vec::new();
        for callback in members {
            let Some(node) = self.followed(&callback.value) else { continue };
            let paths = node.members().iter().filter(|member| !member.key.starts_with("x-"));
            found.extend(paths.flat_map(|path| self.path(path, Origin::Callback(&callback.key))));
        }
        self.in_callback = false;
        found
    }
}
