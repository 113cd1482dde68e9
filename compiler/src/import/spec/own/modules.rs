//! An operation as a module: its call, its inputs, and what is said of it.

use std::collections::HashSet;

use super::Own;
use super::fields::{Written, block};
use super::names::{Site, dotted, relative};
use super::operations::Found;
use crate::import::node::Node;
use crate::import::spec::literals::{quoted, template_text};

/// The inputs of a module by the place they go to, and the names taken.
#[derive(Default)]
pub(super) struct Inputs {
    pub(super) taken: HashSet<String>,
    path: Vec<String>,
    query: Vec<String>,
    header: Vec<String>,
    cookie: Vec<String>,
    /// What the holes of the path are called in the document, and in the spec.
    holes: Vec<(String, String)>,
}

impl<'n> Own<'n> {
    /// One module, with its head and braces.
    pub(super) fn module(&mut self, index: usize) -> String {
        let Found { node, path, ref group, ref name, ref method, kind, revision, delivered, .. } = self.modules[index];
        let (group, name, method) = (group.clone(), name.clone(), method.clone());
        let site = Site::of(&group, &name);
        let title = self.text(node, "summary").filter(|title| !title.is_empty()).map(str::to_owned);
        let title = title.unwrap_or_else(|| crate::model::resolve::names::title(&name));
        let docs = self.docs_of(node);
        let mut lines: Vec<String> = Vec::new();
        lines.extend(Some(self.life(node, &group).trim_start().to_owned()).filter(|life| !life.is_empty()));
        let steps = self.object(node, "x-linchpin-steps");
        match steps {
            _ if delivered => lines.extend(self.delivery(node, &site)),
            Some(steps) => lines.extend(self.steps(node, steps, &site)),
            None if kind == "trigger" => lines.extend(self.poll(node, path, &method, &site)),
            None => lines.extend(self.exchange(node, path, &method, &site)),
        }
        lines.extend(self.examples(node, &title));
        lines.extend(self.what_is_left(index));
        let head = format!("{docs}{kind} {name} @{revision} {}", quoted(&title));
        format!("{head} {{\n{}\n}}", lines.join("\n"))
    }

    /// Everything that is said of one exchange.
    pub(super) fn exchange(&mut self, node: &'n Node, path: Option<(&'n str, &'n Node)>, method: &str, site: &Site) -> Vec<String> {
        let mut inputs = Inputs::default();
        let outside = node.get("x-linchpin-outside");
        let address = outside.filter(|outside| !outside.members().is_empty());
        for parameter in address.into_iter().chain(self.parameters(node, path)) {
            self.parameter(parameter, site, &mut inputs);
        }
        let target = self.path(node, path, address, &mut inputs);
        let answers = self.answers(node, site);
        let leads = if outside.is_some_and(|one| one.bool() != Some(false)) {
            " outside"
        } else if node.get("x-linchpin-inside").and_then(Node::bool) == Some(true) {
            " inside"
        } else {
            ""
        };
        let mut lines = vec![format!("{method} {}{leads}{}", quoted(&target), answers.short)];
        if leads.is_empty() {
            lines.extend(self.server_of(node));
        }
        lines.extend(self.connections_of(node));
        for (word, fields) in [("path", inputs.path), ("query", inputs.query), ("header", inputs.header), ("cookie", inputs.cookie)] {
            if !fields.is_empty() {
                lines.push(block(word, fields));
            }
        }
        lines.extend(self.body(node, site, &mut inputs.taken));
        lines.extend(answers.long);
        lines.extend(self.parts(node));
        lines.extend(self.page(node));
        lines.extend(self.order(node));
        lines.extend(self.limits(node));
        lines.extend(self.cost(node));
        lines.extend(self.retry_of(node));
        lines.extend(self.fails(node, site));
        lines
    }

    /// Parameters of the path and of the operation; what is sent with every request is said by the connector.
    pub(super) fn parameters(&mut self, node: &'n Node, path: Option<(&'n str, &'n Node)>) -> Vec<&'n Node> {
        let shared = path.map_or(&[][..], |(_, item)| item.get("parameters").map_or(&[][..], Node::items));
        let own = self.list(node, "parameters");
        let mut found: Vec<&Node> = Vec::new();
        for one in shared.iter().chain(own) {
            let target = match one.get("$ref") {
                Some(reference) => self.target(reference, "parameters").map(|(_, target)| target),
                None => Some(one),
            };
            found.extend(target.filter(|target| target.get("x-linchpin-send").is_none()));
        }
        let key =
            |one: &Node| (one.get("in").and_then(Node::text).map(str::to_owned), one.get("name").and_then(Node::text).map(str::to_owned));
        let last = |(index, one): &(usize, &Node)| !found[index + 1..].iter().any(|later| key(later) == key(one));
        found.iter().copied().enumerate().filter(last).map(|(_, one)| one).collect()
    }

    fn parameter(&mut self, node: &'n Node, site: &Site, inputs: &mut Inputs) {
        let (Some(wire), Some(place)) = (self.text(node, "name"), self.one_of(node, "in", &["path", "query", "header", "cookie"])) else {
            self.odd(node, "a parameter without a name or a place");
            return;
        };
        let media = node.get("content").and_then(|content| content.members().first());
        let Some(schema) = media.and_then(|media| media.value.get("schema")).or_else(|| node.get("schema")) else {
            self.odd(node, "a parameter without a schema");
            return;
        };
        let style = if media.is_some() { "json" } else { self.style(node, place) };
        let required = place == "path" || node.get("required").and_then(Node::bool) == Some(true);
        // What is said of the value stands beside its type.
        let written = Written { node, schema, wire, unnamed: place == "path", required, style };
        let before: HashSet<String> = inputs.taken.clone();
        let line = self.field(&written, site, &mut inputs.taken);
        if place == "path" {
            let name = inputs.taken.difference(&before).next().cloned().unwrap_or_default();
            inputs.holes.push((wire.to_owned(), name));
        }
        match place {
            "path" => inputs.path.push(line),
            "query" => inputs.query.push(line),
            "header" => inputs.header.push(line),
            _ => inputs.cookie.push(line),
        }
    }

    /// The language's word for a style; nothing for the one that is usual in its place.
    fn style(&mut self, node: &'n Node, place: &str) -> &'static str {
        let explode = node.get("explode").and_then(Node::bool);
        let style = node.get("style").and_then(Node::text).unwrap_or_default();
        if node.get("x-linchpin-style").and_then(Node::text) == Some("brackets") {
            return "brackets";
        }
        match (place, style) {
            ("query" | "cookie", "form" | "") => {
                if explode.unwrap_or(true) {
                    ""
                } else {
                    "form joined"
                }
            }
            ("query", "spaceDelimited") => "space",
            ("query", "pipeDelimited") => "pipe",
            ("query", "deepObject") => "deep",
            ("path" | "header", "simple" | "") => {
                if explode == Some(true) {
                    "simple explode"
                } else {
                    ""
                }
            }
            ("path", "label") => {
                if explode == Some(true) {
                    "label explode"
                } else {
                    "label"
                }
            }
            ("path", "matrix") => {
                if explode == Some(true) {
                    "matrix explode"
                } else {
                    "matrix"
                }
            }
            _ => {
                self.odd(node, format!("`{style}` is no style of a {place}"));
                ""
            }
        }
    }

    /// The path as a template over the inputs.
    fn path(&mut self, node: &'n Node, path: Option<(&'n str, &'n Node)>, address: Option<&'n Node>, inputs: &mut Inputs) -> String {
        let told = match path {
            None => node.get("x-linchpin-call").and_then(Node::text).and_then(|call| call.split_once(' ')).map(|(_, path)| path),
            Some(_) => self.text(node, "x-linchpin-path"),
        };
        let mut out = String::new();
        if let Some((_, name)) = address.and_then(|_| inputs.holes.first()) {
            out.push_str(&format!("{{{name}}}"));
        }
        let plain = path.map_or("", |(path, _)| path.split_once('#').map_or(path, |(path, _)| path));
        let mut rest = told.unwrap_or(plain);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, behind) = rest.split_at(at);
            out.push_str(&template_text(before));
            let doubled = behind.starts_with("{{") || behind.starts_with("}}");
            if told.is_some() && doubled {
                out.push_str(&behind[..2]);
                rest = &behind[2..];
                continue;
            }
            let hole = behind.strip_prefix('{').and_then(|behind| behind.split_once('}'));
            let known = hole.and_then(|(hole, _)| inputs.holes.iter().find(|(wire, name)| wire == hole || name == hole));
            match (hole, known) {
                (Some((_, after)), Some((_, name))) => {
                    out.push_str(&format!("{{{name}}}"));
                    rest = after;
                }
                _ => {
                    self.odd(node, "a brace in the path that no parameter explains: it is text");
                    out.push_str(&template_text(&behind[..1]));
                    rest = &behind[1..];
                }
            }
        }
        out.push_str(&template_text(rest));
        out
    }

    /// `server …`, where it is not the connector's first.
    pub(super) fn server_of(&mut self, node: &'n Node) -> Option<String> {
        if let Some(name) = self.word(node, "x-linchpin-server") {
            if self.tables.servers.contains(name) {
                return Some(format!("server {name}"));
            }
            self.odd(node, format!("there is no server `{name}`"));
        }
        let server = self.list(node, "servers").first()?;
        self.server_url(server).map(|url| format!("server {url}"))
    }

    /// `connection …`
    pub(super) fn connections_of(&mut self, node: &'n Node) -> Option<String> {
        if let Some(told) = self.texts(node, "x-linchpin-connections") {
            let known = |name: &&str| *name == "none" || self.tables.connections.values().any(|one| one == name);
            let (good, bad): (Vec<&str>, Vec<&str>) = told.into_iter().partition(known);
            if !bad.is_empty() {
                self.odd(node, format!("there is no connection `{}`", bad.join("`, `")));
            }
            return (!good.is_empty()).then(|| format!("connection {}", good.join(", ")));
        }
        node.get("security")?;
        let mut names: Vec<String> = Vec::new();
        for way in self.list(node, "security") {
            let name = match way.members().first() {
                None => Some("none".to_owned()),
                Some(first) => self.tables.connections.get(&*first.key).cloned(),
            };
            match name {
                Some(name) if names.contains(&name) => {}
                Some(name) => names.push(name),
                None => self.odd(way, "a way of authenticating that is no connection"),
            }
        }
        if names.is_empty() { None } else { Some(format!("connection {}", names.join(", "))) }
    }

    /// How configuration of older revisions, and of what this is the successor of, follows: a document does not say it.
    fn what_is_left(&mut self, index: usize) -> Vec<String> {
        let Found { node, ref group, ref name, revision, .. } = self.modules[index];
        let same = |one: &&Found<'n>| one.group == *group && one.name == *name;
        let revisions: Vec<u32> = self.modules.iter().filter(same).map(|one| one.revision).collect();
        if revisions.iter().any(|other| *other > revision) {
            return Vec::new();
        }
        let (full, group) = (dotted(group, name), group.clone());
        let missing: Vec<u32> = (1..revision).filter(|one| !revisions.contains(one)).collect();
        let mut lines: Vec<String> = missing.iter().map(|revision| format!("from @{revision} use none {}", quoted(NOT_TOLD))).collect();
        let mut older: Vec<(String, u32)> = Vec::new();
        for one in &self.modules {
            let successor = one.node.get("x-linchpin-life").and_then(|life| life.get("use")).and_then(Node::text);
            let leads = successor.and_then(|name| nearest(&self.tables.modules, &one.group, name));
            if leads.as_ref() == Some(&full) && dotted(&one.group, &one.name) != full {
                older.push((dotted(&one.group, &one.name), one.revision));
            }
        }
        self.has_successors |= !older.is_empty();
        if self.says_what_is_left {
            let written = older.iter().filter_map(|(name, revision)| Some((relative(&self.tables.modules, &group, name)?, revision)));
            lines.extend(written.map(|(name, revision)| format!("from {name} @{revision} use none {}", quoted(NOT_TOLD))));
        }
        if !lines.is_empty() {
            self.odd(
                node,
                "how configuration that was stored for older revisions follows is no part of a document: write what becomes of it",
            );
        }
        lines
    }
}

/// What stands where a document does not say how configuration follows.
pub(super) const NOT_TOLD: &str = "nobody has said yet how it follows";

/// What a name leads to from inside of groups.
fn nearest(known: &HashSet<String>, group: &[String], name: &str) -> Option<String> {
    (0..=group.len()).rev().map(|depth| dotted(&group[..depth], name)).find(|path| known.contains(path))
}
