//! The operations of a document: those below paths, and those that no path is right for.

use std::collections::HashSet;

use super::Own;
use super::names::dotted;
use super::read::{is_word, named};
use crate::import::node::Node;
use crate::source::Span;
use crate::syntax::METHODS;

/// The greatest revision that is read: what is below it must be told of, one by one.
const GREATEST_REVISION: u64 = 99;

/// An operation that becomes a module.
pub(super) struct Found<'n> {
    pub(super) node: &'n Node,
    /// The path and what stands beside the method there; none for what has no path.
    pub(super) path: Option<(&'n str, &'n Node)>,
    /// `GET`; empty for what makes several exchanges.
    pub(super) method: String,
    /// `operationId`
    pub(super) id: String,
    pub(super) group: Vec<String>,
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) revision: u32,
    /// It is what an API sends, and no call.
    pub(super) delivered: bool,
    /// Where its method is written.
    pub(super) at: Span,
}

impl<'n> Own<'n> {
    pub(super) fn declare_modules(&mut self, wants: &dyn Fn(&Found<'n>) -> bool) {
        let mut taken = HashSet::new();
        for path in self.root.get("paths").map_or(&[][..], Node::members) {
            for member in path.value.members() {
                let method = member.key.to_uppercase();
                if METHODS.contains(&method.as_str()) {
                    let found = self.found(&member.value, Some((&path.key, &path.value)), method, member.key_span, &mut taken);
                    let found = self.called(found);
                    self.modules.extend(Some(found).filter(wants));
                } else if ["trace", "query"].contains(&&*member.key) {
                    self.odd(&member.value, "a method that modules do not call");
                }
            }
        }
        for node in self.list(self.root, "x-linchpin-operations") {
            let call = self.text(node, "x-linchpin-call");
            let method = call.and_then(|call| call.split(' ').next()).unwrap_or_default().to_owned();
            if node.get("x-linchpin-steps").is_none() && !METHODS.contains(&method.as_str()) {
                self.odd(node, "an operation without a call that modules make");
                continue;
            }
            let found = self.found(node, None, method, node.span, &mut taken);
            let found = self.called(found);
            self.modules.extend(Some(found).filter(wants));
        }
        for webhook in self.root.get("webhooks").map_or(&[][..], Node::members) {
            for member in webhook.value.members().iter().filter(|member| METHODS.contains(&member.key.to_uppercase().as_str())) {
                let found = self.found(&member.value, None, String::new(), member.key_span, &mut taken);
                self.modules.extend(Some(Found { kind: "trigger", delivered: true, ..found }).filter(wants));
            }
        }
        for found in &self.modules {
            let full = dotted(&found.group, &found.name);
            if found.kind == "search" {
                self.tables.searches.insert(full.clone());
            }
            self.tables.modules.insert(full.clone());
            self.tables.successors.insert(full);
        }
        for index in 0..self.modules.len() {
            self.name_inputs(index);
        }
    }

    fn found(
        &mut self,
        node: &'n Node,
        path: Option<(&'n str, &'n Node)>,
        method: String,
        at: Span,
        taken: &mut HashSet<(String, u32)>,
    ) -> Found<'n> {
        let id = self.text(node, "operationId").unwrap_or_default().to_owned();
        let tag = node.get("tags").and_then(|tags| tags.items().first()).and_then(Node::text).unwrap_or_default();
        let group: Vec<String> = tag.split('.').filter(|part| !part.is_empty()).map(|part| named_word(part, "group")).collect();
        let told = self.object(node, "x-linchpin-module");
        let name = told.and_then(|told| self.word(told, "name")).map_or_else(
            || named(id.strip_prefix(tag).unwrap_or(&id).trim_start_matches(['.', '/']), &format!("{}_call", method.to_lowercase())),
            str::to_owned,
        );
        let kind = told.and_then(|told| self.one_of(told, "kind", &["action", "search", "trigger"])).unwrap_or("action");
        let revision = told.and_then(|told| self.count(told, "revision")).unwrap_or(1);
        if !(1..=GREATEST_REVISION).contains(&revision) {
            let at = told.and_then(|told| told.get("revision")).unwrap_or(node);
            self.odd(at, format!("a revision from 1 to {GREATEST_REVISION} is wanted"));
        }
        let revision = revision.clamp(1, GREATEST_REVISION) as u32;
        let free = (1..).map(|number| if number == 1 { name.clone() } else { format!("{name}_{number}") });
        let free = free.into_iter().find(|name| taken.insert((dotted(&group, name), revision))).expect("numbers do not end");
        if free != name {
            self.odd(node, format!("there is a module `{name}` already: this one is called `{free}`"));
        }
        Found { node, path, method, id, group, name: free, kind, revision, delivered: false, at }
    }

    /// What is called is a trigger if it says how a poll tells what is new.
    fn called(&mut self, found: Found<'n>) -> Found<'n> {
        let polls = found.node.get("x-linchpin-cursor").is_some_and(|cursor| !cursor.members().is_empty());
        if found.kind != "trigger" || polls {
            return found;
        }
        self.odd(found.node, "a trigger that does not say how it tells what is new: it is a search");
        Found { kind: "search", ..found }
    }

    /// Is this what an API sends, and no call?
    pub(super) fn is_delivered(&self, node: &Node) -> bool {
        self.modules.iter().any(|found| found.delivered && std::ptr::eq(found.node, node))
    }

    /// What a module takes can be named as a successor.
    fn name_inputs(&mut self, index: usize) {
        let found = &self.modules[index];
        let owner = dotted(&found.group, &found.name);
        let node = found.node;
        let called = |one: &Node, key: &str| one.get("x-linchpin-name").or_else(|| one.get(key)).and_then(Node::text).map(str::to_owned);
        let call = Some(node).filter(|_| !found.delivered);
        let parameters = call.and_then(|node| node.get("parameters")).map_or(&[][..], Node::items).iter();
        let mut names: Vec<String> = parameters.filter_map(|one| called(one, "name")).collect();
        let body = call.and_then(|node| node.get("requestBody"));
        names.extend(body.and_then(|body| called(body, "x-linchpin-whole")));
        let content = body.and_then(|body| body.get("content")?.members().first()?.value.get("schema"));
        for schema in content.into_iter().chain(node.get("x-linchpin-inputs")) {
            let members = schema.get("properties").map_or(&[][..], Node::members).iter();
            names.extend(members.map(|member| called(&member.value, "").unwrap_or_else(|| member.key.to_string())));
        }
        self.tables.successors.extend(names.into_iter().map(|name| format!("{owner}.{name}")));
    }
}

fn named_word(text: &str, otherwise: &str) -> String {
    if is_word(text) { text.to_owned() } else { named(text, otherwise) }
}
