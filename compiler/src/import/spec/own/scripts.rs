//! Examples and tests.

use super::Own;
use super::answers::{down, is_status, successes};
use super::literals::plain;
use super::names::dotted;
use super::operations::Found;
use crate::import::node::{Node, Value};
use crate::import::spec::literals::{in_lines, key, listed, quoted};
use crate::syntax::METHODS;

impl<'n> Own<'n> {
    /// `example …`
    pub(super) fn examples(&mut self, node: &'n Node, title: &str) -> Vec<String> {
        let path = self.modules.iter().find(|found| std::ptr::eq(found.node, node)).and_then(|found| found.path);
        let mut lines = Vec::new();
        for (at, example) in self.list(node, "x-linchpin-examples").iter().enumerate() {
            let usual = if at == 0 { title.to_owned() } else { format!("{title} {}", at + 1) };
            let own = self.text(example, "title").filter(|title| *title != usual);
            let own = own.map(|title| format!(" {}", quoted(title))).unwrap_or_default();
            let script = self.script(example, node, path);
            lines.push(format!("example{own} {{\n{}\n}}", script.join("\n")));
        }
        lines
    }

    /// `test …`
    pub(super) fn tests(&mut self) -> Vec<String> {
        let mut texts = Vec::new();
        for test in self.list(self.root, "x-linchpin-tests") {
            let (Some(module), Some(title)) = (self.dotted(test, "module"), self.text(test, "title")) else { continue };
            let found = self.modules.iter().filter(|found| dotted(&found.group, &found.name) == module).max_by_key(|found| found.revision);
            let Some((node, path)) = found.map(|found| (found.node, found.path)) else {
                if self.everything {
                    self.odd(test, format!("a test of `{module}`, which is not there"));
                }
                continue;
            };
            let script = self.script(test, node, path);
            texts.push(format!("test {} call {module} {{\n{}\n}}", quoted(title), script.join("\n")));
        }
        texts
    }

    fn script(&mut self, script: &'n Node, node: &'n Node, path: Option<(&'n str, &'n Node)>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(given) = self.object(script, "given").filter(|given| !given.members().is_empty()) {
            let inputs = self.inputs_of(node, path);
            let mut out = String::new();
            listed('{', '}', given.members().iter(), &mut out, |member, out| {
                let schema = inputs.iter().find(|(name, _)| *name == *member.key).map(|(_, schema)| *schema);
                out.push_str(&key(&member.key));
                out.push_str(": ");
                out.push_str(&schema.map_or_else(|| plain(&member.value), |schema| self.by_names(&member.value, schema, true)));
            });
            lines.push(format!("given {out}"));
        }
        lines.extend(self.script_connection(script));
        let mut status = 200;
        for exchange in self.list(script, "exchanges") {
            lines.extend(self.sends(exchange));
            if let Some(reply) = self.object(exchange, "reply") {
                let told = self.count(reply, "status").filter(|status| is_status(&status.to_string()));
                let Some(told) = told else {
                    self.odd(reply, "an answer without a status");
                    continue;
                };
                status = told;
                let body = reply.get("body").map(|body| match &body.value {
                    Value::List(_) | Value::Map(_) => plain(body),
                    Value::Text(text) => in_lines(text, 6),
                    _ => quoted(&plain(body)),
                });
                let body = body.map(|body| format!(" {body}")).unwrap_or_default();
                lines.push(format!("reply {told}{}{body}", self.headers(reply)));
            }
        }
        if let Some(output) = script.get("output") {
            let yields = |found: &Found<'_>| std::ptr::eq(found.node, node) && found.kind != "action" && !found.delivered;
            let search = self.modules.iter().any(yields);
            let schema = if self.is_delivered(node) { self.delivered(node).schema } else { self.given_back(node, status) };
            let value = schema.map_or_else(|| plain(output), |schema| self.by_names(output, schema, true));
            lines.push(format!("{} {value}", if search { "yields" } else { "gives" }));
        }
        if let Some(fails) = self.object(script, "fails") {
            let code = self.text(fails, "code").map(|code| format!(" code {}", quoted(code))).unwrap_or_default();
            lines.extend(self.word(fails, "kind").map(|kind| format!("fails {kind}{code}")));
        }
        lines
    }

    fn script_connection(&mut self, script: &'n Node) -> Option<String> {
        let connection = self.object(script, "connection")?;
        let name =
            self.word(connection, "name").filter(|name| *name == "none" || self.tables.connections.values().any(|one| one == name))?;
        let fields = self.object(connection, "fields").filter(|fields| !fields.members().is_empty()).map(plain);
        Some(format!("connection {name}{}", fields.map(|fields| format!(" {fields}")).unwrap_or_default()))
    }

    fn sends(&mut self, exchange: &'n Node) -> Option<String> {
        let sends = self.text(exchange, "sends")?;
        let Some((method, target)) = sends.split_once(' ').filter(|(method, _)| METHODS.contains(method)) else {
            self.odd(exchange, "a request without a method");
            return None;
        };
        let body = exchange.get("body").map(|body| format!(" body {}", plain(body))).unwrap_or_default();
        Some(format!("sends {method} {}{}{body}", quoted(target), self.headers(exchange)))
    }

    fn headers(&mut self, node: &'n Node) -> String {
        let mut out = String::new();
        for header in self.list(node, "headers") {
            if let (Some(name), Some(value)) = (self.text(header, "name"), self.text(header, "value")) {
                out.push_str(&format!(" header {} {}", quoted(name), quoted(value)));
            }
        }
        out
    }

    /// The schema of what a module gives with a status: of a search with pages, a list of its items.
    fn given_back(&mut self, node: &'n Node, status: u64) -> Option<&'n Node> {
        let all = successes(node);
        let fits = |key: &str| key == status.to_string() || key.eq_ignore_ascii_case(&format!("{}xx", status / 100));
        let (_, answer) = all.iter().find(|(key, _)| fits(key)).or(all.first())?;
        let schema = answer.get("content")?.members().first()?.value.get("schema")?;
        let at = self.texts(answer, "x-linchpin-at").unwrap_or_default();
        let schema = down(schema, &at).unwrap_or(schema);
        let Some(page) = node.get("x-linchpin-page") else { return Some(schema) };
        let items = self.texts(page, "items").unwrap_or_default();
        let items = items.strip_prefix(&at[..]).unwrap_or_default().to_vec();
        let mut here = self.seen_through(schema);
        for segment in items {
            here = here.get("properties")?.get(segment)?;
            here = self.seen_through(here);
        }
        Some(here)
    }
}
