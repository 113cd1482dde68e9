//! Members of objects as fields.

use std::collections::HashSet;

use super::Own;
use super::literals::plain;
use super::names::{Site, relative};
use super::read::{is_word, named};
use super::types::is_rest;
use crate::import::node::Node;
use crate::import::spec::literals::quoted;

/// A field in the making: what is said where it stands, beside its schema.
pub(super) struct Written<'n> {
    /// Where its name, documentation and life are said.
    pub(super) node: &'n Node,
    pub(super) schema: &'n Node,
    pub(super) wire: &'n str,
    /// The wire name is said by an extension, if at all.
    pub(super) unnamed: bool,
    pub(super) required: bool,
    pub(super) style: &'static str,
}

impl<'n> Own<'n> {
    /// The members of an object, each as a line.
    pub(super) fn fields(&mut self, schema: &'n Node, site: &Site) -> Vec<String> {
        self.members(schema, site, &mut HashSet::new())
    }

    /// The same where names are taken already: a body shares them with the other inputs.
    pub(super) fn members(&mut self, schema: &'n Node, site: &Site, taken: &mut HashSet<String>) -> Vec<String> {
        let required: HashSet<&str> = self.texts(schema, "required").unwrap_or_default().into_iter().collect();
        let mut lines = Vec::new();
        for member in schema.get("properties").map_or(&[][..], Node::members) {
            let (wire, node) = (&*member.key, &member.value);
            let written = Written { node, schema: node, wire, unnamed: false, required: required.contains(wire), style: "" };
            lines.push(self.field(&written, site, taken));
        }
        if let Some(rest) = schema.get("additionalProperties").filter(|rest| is_rest(rest)) {
            let at = self.count(schema, "x-linchpin-rest").and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
            let docs = self.docs_of(rest);
            lines.insert(at.min(lines.len()), format!("{docs}...: json"));
        }
        lines
    }

    /// What the spec calls something: what the document says, or a name made of the one on the wire.
    pub(super) fn spec_name(&mut self, node: &'n Node, wire: &str, taken: &mut HashSet<String>) -> String {
        let wanted = self
            .word(node, "x-linchpin-name")
            .map_or_else(|| if is_word(wire) { wire.to_owned() } else { named(wire, "field") }, str::to_owned);
        let free = (1..).map(|number| if number == 1 { wanted.clone() } else { format!("{wanted}_{number}") });
        let name = free.into_iter().find(|name| !taken.contains(name)).expect("numbers do not end");
        if name != wanted {
            self.odd(node, format!("`{wanted}` is the name of something else here: it is called `{name}`"));
        }
        taken.insert(name.clone());
        name
    }

    /// One field with its documentation.
    pub(super) fn field(&mut self, written: &Written<'n>, site: &Site, taken: &mut HashSet<String>) -> String {
        let Written { node, schema, wire, .. } = *written;
        let name = self.spec_name(node, wire, taken);
        let docs = self.docs_of(node);
        let what = self.what(schema, site, &name, true);
        let default = schema.get("default");
        let may_lack = default.is_none() || node.get("x-linchpin-optional").and_then(Node::bool) == Some(true);
        let optional = if !written.required && may_lack { "?" } else { "" };
        let takes_cursor = self.polled.as_ref().is_some_and(|(poll, inputs)| *poll == site.label && inputs.contains(&&*name));
        let (optional, default) = match default {
            // What takes the cursor may lack: it is given by the poll.
            _ if takes_cursor => ("", " = cursor.time".to_owned()),
            Some(value) => (optional, format!(" = {}", plain(value))),
            None => (optional, String::new()),
        };
        let own = if written.unnamed { self.text(node, "x-linchpin-wire") } else { Some(wire) };
        let own = own.filter(|wire| self.convention.wire(&name) != *wire).map(|wire| format!(" {}", quoted(wire))).unwrap_or_default();
        let from = self.dotted(node, "x-linchpin-from").and_then(|search| {
            let found = relative(&self.tables.modules, &site.group, search).filter(|_| self.tables.searches.contains(search));
            if found.is_none() {
                self.odd(node, format!("there is no search `{search}` to pick from"));
            }
            found
        });
        let from = from.map(|search| format!(" from {search}")).unwrap_or_default();
        let style = if written.style.is_empty() { String::new() } else { format!(" style {}", written.style) };
        let scope: Vec<String> = site.group.iter().chain([&site.label]).cloned().collect();
        let life = self.life(node, &scope);
        format!("{docs}{name}{optional}{own}: {}{default}{from}{style}{life}", what.whole())
    }
}

/// `head { … }`
pub(super) fn block(head: &str, lines: Vec<String>) -> String {
    let head = if head.is_empty() { String::new() } else { format!("{head} ") };
    if lines.is_empty() {
        return format!("{head}{{}}");
    }
    let short = lines.len() <= 5 && lines.iter().map(|line| line.len() + 2).sum::<usize>() + head.len() < 110;
    if short && lines.iter().all(|line| !line.contains('\n')) {
        return format!("{head}{{ {} }}", lines.join("  "));
    }
    format!("{head}{{\n{}\n}}", lines.join("\n"))
}
