//! Modules that make several exchanges.

use super::Own;
use super::answers::is_status;
use super::fields::block;
use super::literals::property;
use super::names::{Site, dotted, relative};
use super::read::is_word;
use crate::import::node::{Node, Value};
use crate::import::spec::literals::key;
use crate::syntax::text::duration;

/// Values inside of values are read so deep.
const DEEPEST: usize = 24;
/// A wait of so many letters stands on several lines.
const LONG: usize = 60;

impl<'n> Own<'n> {
    /// `input`, `steps` and `gives`.
    pub(super) fn steps(&mut self, node: &'n Node, steps: &'n Node, site: &Site) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(inputs) = self.object(node, "x-linchpin-inputs") {
            let fields = self.fields(inputs, site);
            lines.extend((!fields.is_empty()).then(|| block("input", fields)));
        }
        let list = self.list(steps, "list");
        let names: Vec<Option<&str>> = list.iter().map(|step| self.word(step, "name")).collect();
        let mut made = Vec::new();
        for (step, name) in list.iter().zip(&names) {
            made.extend(self.call(step, *name, site, &names));
        }
        lines.push(format!("steps {{\n{}\n}}", made.join("\n")));
        if let Some(gives) = self.object(steps, "gives") {
            let last =
                gives.get("step").and_then(Node::number).and_then(|at| at.parse::<usize>().ok()).is_some_and(|at| at + 1 == list.len());
            let whole = gives.get("members").is_none() && gives.get("part").is_none();
            // What the last step gives is given unless something else is said.
            if !(last && whole && names.last().is_some_and(Option::is_none)) {
                let path = self.step_path(gives, &names);
                lines.extend(path.map(|path| format!("gives {path}")));
            }
        }
        lines
    }

    /// `name = module { input = value }`
    pub(super) fn call(&mut self, step: &'n Node, name: Option<&str>, site: &Site, names: &[Option<&str>]) -> Option<String> {
        let called = self.dotted(step, "module");
        let Some(module) = called.and_then(|called| relative(&self.tables.modules, &site.group, called)) else {
            self.odd(step, "a step of a module that is not there");
            return None;
        };
        let mut given = Vec::new();
        for member in step.get("inputs").map_or(&[][..], Node::members) {
            let schema = called.and_then(|called| self.input_of(called, &member.key));
            let value = self.step_value(&member.value, schema, names, 0);
            match value.filter(|_| is_word(&member.key)) {
                Some(value) => given.push(format!("{} = {value}", &*member.key)),
                None => self.odd(&member.value, "a value of a step that cannot be read"),
            }
        }
        let name = name.map(|name| format!("{name} = ")).unwrap_or_default();
        let given = if given.is_empty() { String::new() } else { format!(" {}", block("", given)) };
        let wait = self.object(step, "wait").map(|wait| self.wait(wait)).unwrap_or_default();
        Some(format!("{name}{module}{given}{wait}"))
    }

    /// ` every 2s until status = "finished" at most 30m`; a clause a line where that is long.
    fn wait(&mut self, wait: &'n Node) -> String {
        let mut clauses = Vec::new();
        let time =
            |word: &str, millis: Option<u64>| millis.filter(|millis| *millis > 0).map(|millis| format!("{word} {}", duration(millis)));
        let (every, up_to) = (self.count(wait, "everyMillis"), self.count(wait, "upToMillis"));
        let every: Vec<String> = time("every", every).into_iter().chain(time("up to", up_to)).collect();
        clauses.push(every.join(" "));
        for until in self.list(wait, "until") {
            let status = self.texts(until, "status").filter(|all| all.len() == 1 && is_status(all[0]));
            let condition = status.map(|status| format!("status {}", status[0])).or_else(|| self.wait_condition(until));
            match condition {
                Some(condition) => clauses.push(format!("until {condition}")),
                None => self.odd(until, "an end of a wait that cannot be read"),
            }
        }
        for failure in self.list(wait, "fails") {
            let Some(condition) = self.wait_condition(failure) else {
                self.odd(failure, "a failure of a wait that cannot be read");
                continue;
            };
            let told =
                ["code", "message"].map(|word| self.field_path(failure, word).map(|path| format!(" {word} {path}")).unwrap_or_default());
            clauses.push(format!("fails when {condition}{}", told.concat()));
        }
        let most = time("at most", self.count(wait, "mostMillis"));
        let times = self.count(wait, "times").map(|times| format!("{}{times} times", if most.is_some() { "" } else { "at most " }));
        clauses.push(most.into_iter().chain(times).collect::<Vec<_>>().join(" "));
        clauses.retain(|clause| !clause.is_empty());
        let space = if clauses.iter().map(String::len).sum::<usize>() > LONG { "\n" } else { " " };
        clauses.iter().map(|clause| format!("{space}{clause}")).collect()
    }

    fn wait_condition(&mut self, node: &'n Node) -> Option<String> {
        let path = self.field_path(node, "members")?;
        let Some(value) = node.get("is") else { return Some(format!("{path} present")) };
        let scalar = !matches!(value.value, Value::List(_) | Value::Map(_));
        scalar.then(|| format!("{path} = {}", super::literals::plain(value)))
    }

    fn step_value(&mut self, node: &'n Node, schema: Option<&'n Node>, names: &[Option<&str>], depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let schema = schema.map(|schema| self.seen_through(schema));
        if let Some(value) = node.get("value") {
            let scalar = !matches!(value.value, Value::List(_) | Value::Map(_));
            return scalar.then(|| schema.map_or_else(|| super::literals::plain(value), |schema| self.by_names(value, schema, false)));
        }
        if let Some(list) = node.get("list") {
            let item = schema.and_then(|schema| schema.get("items"));
            let items: Option<Vec<String>> = list.items().iter().map(|one| self.step_value(one, item, names, depth + 1)).collect();
            return items.map(|items| format!("[{}]", items.join(", ")));
        }
        if let Some(object) = node.get("object") {
            let members: Option<Vec<String>> = object
                .members()
                .iter()
                .map(|member| {
                    let inner = schema.and_then(|schema| property(schema, &member.key).or_else(|| schema.get("additionalProperties")));
                    let value = self.step_value(&member.value, inner, names, depth + 1)?;
                    is_word(&member.key).then(|| format!("{} = {value}", key(&member.key)))
                })
                .collect();
            return members.map(|members| format!("{{ {} }}", members.join("  ")));
        }
        self.step_path(node, names)
    }

    pub(super) fn step_path(&mut self, node: &'n Node, names: &[Option<&str>]) -> Option<String> {
        let endpoint = node.get("endpoint").and_then(Node::bool) == Some(true);
        let first = match node.get("input") {
            Some(_) => self.word(node, "input")?,
            None if endpoint => "endpoint",
            None => {
                let at = usize::try_from(self.count(node, "step")?).ok()?;
                (*names.get(at)?)?
            }
        };
        let members = self.texts(node, "members").unwrap_or_default();
        let part = self.one_of(node, "part", &["length", "name", "type"]);
        let path: Vec<&str> = std::iter::once(first).chain(members).chain(part).collect();
        path.iter().all(|one| is_word(one)).then(|| path.join("."))
    }

    /// The schema of a module's input, by the spec's name.
    fn input_of(&mut self, module: &str, name: &str) -> Option<&'n Node> {
        let found = self.modules.iter().rev().find(|one| dotted(&one.group, &one.name) == module)?;
        let (node, path) = (found.node, found.path);
        self.inputs_of(node, path).into_iter().find(|(other, _)| other == name).map(|(_, schema)| schema)
    }

    /// The inputs of an operation with their schemas.
    pub(super) fn inputs_of(&mut self, node: &'n Node, path: Option<(&'n str, &'n Node)>) -> Vec<(String, &'n Node)> {
        let mut found: Vec<(String, &Node)> = Vec::new();
        if self.is_delivered(node) {
            self.members_of(node.get("x-linchpin-inputs"), &mut found);
            return found;
        }
        let address = node.get("x-linchpin-outside").filter(|outside| !outside.members().is_empty());
        for one in address.into_iter().chain(self.parameters(node, path)) {
            let schema = one.get("schema").or_else(|| one.get("content")?.members().first()?.value.get("schema"));
            let name = one.get("x-linchpin-name").or_else(|| one.get("name")).and_then(Node::text);
            found.extend(name.zip(schema).map(|(name, schema)| (name.to_owned(), schema)));
        }
        let body = node.get("requestBody");
        let content = body.and_then(|body| body.get("content")?.members().first()?.value.get("schema"));
        if let (Some(whole), Some(schema)) = (body.and_then(|body| body.get("x-linchpin-whole")).and_then(Node::text), content) {
            found.push((whole.to_owned(), schema));
            return found;
        }
        self.members_of(content, &mut found);
        self.members_of(node.get("x-linchpin-inputs"), &mut found);
        found
    }

    fn members_of(&mut self, schema: Option<&'n Node>, found: &mut Vec<(String, &'n Node)>) {
        let schema = schema.map(|schema| self.seen_through(schema));
        for member in schema.and_then(|schema| schema.get("properties")).map_or(&[][..], Node::members) {
            let name = member.value.get("x-linchpin-name").and_then(Node::text).unwrap_or(&member.key);
            found.push((name.to_owned(), &member.value));
        }
    }
}
