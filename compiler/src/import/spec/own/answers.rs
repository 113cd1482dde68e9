//! What comes back: answers by status, and errors.

use super::Own;
use super::fields::block;
use super::names::Site;
use crate::import::node::Node;
use crate::import::spec::literals::quoted;
use crate::model::{Framing, ItemStream};
use crate::syntax::text::wire_path;

/// Answers as they are written: behind the call where there is one for every success, otherwise in a block.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) short: String,
    pub(super) long: Option<String>,
}

impl<'n> Own<'n> {
    pub(super) fn answers(&mut self, node: &'n Node, site: &Site) -> Answers {
        let all = successes(node);
        let several = all.len() > 1;
        let mut lines: Vec<(String, String)> = Vec::new();
        for (status, answer) in all {
            let status = status.to_lowercase();
            if !is_status(&status) {
                self.odd(answer, format!("`{status}` is no status"));
                continue;
            }
            let hint = if several { format!("output_{status}") } else { "output".to_owned() };
            let text = self.answer(answer, site, &hint);
            lines.push((status, text));
        }
        match &lines[..] {
            [(status, text)] if status == "2xx" => {
                Answers { short: if text == "-> nothing" { String::new() } else { format!(" {text}") }, long: None }
            }
            [] => Answers::default(),
            _ => {
                let lines = lines.iter().map(|(status, text)| format!("{status} {text}")).collect();
                Answers { short: String::new(), long: Some(block("answers", lines)) }
            }
        }
    }

    /// `-> T at path as xml`
    fn answer(&mut self, answer: &'n Node, site: &Site, hint: &str) -> String {
        if let Some(schema) = answer.get("x-linchpin-headers") {
            return format!("-> {} as headers", self.what(schema, site, hint, true).whole());
        }
        let Some(media) = answer.get("content").and_then(|content| content.members().first()) else { return "-> nothing".to_owned() };
        let at = self.texts(answer, "x-linchpin-at").unwrap_or_default();
        let items = self.object(answer, "x-linchpin-items").map(|items| format!(" as {}", self.items(items).text()));
        let schema = media.value.get("schema");
        let schema = if items.is_some() { schema } else { schema.map(|schema| down(schema, &at).unwrap_or(schema)) };
        let what = schema.map_or_else(|| "json".to_owned(), |schema| self.what(schema, site, hint, true).whole());
        let at = if at.is_empty() { String::new() } else { format!(" at {}", wire_path(&at)) };
        let encoded = match &*media.key {
            _ if items.is_some() => items.unwrap_or_default(),
            "application/json" => String::new(),
            _ if what == "file" => String::new(),
            "application/xml" => " as xml".to_owned(),
            other => format!(" as {}", quoted(other)),
        };
        format!("-> {what}{at}{encoded}")
    }

    /// How items come one after the other.
    fn items(&mut self, items: &'n Node) -> ItemStream {
        let framing = self.text(items, "as").and_then(Framing::named);
        if framing.is_none() {
            self.odd(items, "items come as `events` or as `lines`");
        }
        let set = |name: &str| items.get(name).and_then(Node::bool).unwrap_or_default();
        let end = self.text(items, "end").map(str::to_owned);
        ItemStream { framing: framing.unwrap_or(Framing::Events), named: set("by_name"), end, resume: set("resume") }
    }

    /// `fails …`, of a module or of the connector.
    pub(super) fn fails(&mut self, node: &'n Node, site: &Site) -> Vec<String> {
        let mut lines = Vec::new();
        for failure in self.list(node, "x-linchpin-fails") {
            let Some(schema) = failure.get("schema") else {
                self.odd(failure, "an error without a schema");
                continue;
            };
            let what = self.what(schema, site, "failure", true).text;
            let at = self.texts(failure, "at").unwrap_or_default();
            let on = self.statuses(failure);
            let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(", ")) };
            let when = self.object(failure, "when").and_then(|when| {
                let at = self.texts(when, "at").filter(|at| !at.is_empty())?;
                let is = when.get("is").map_or(" present".to_owned(), |value| format!(" = {}", super::literals::plain(value)));
                Some(format!(" when {}{is}", wire_path(&at)))
            });
            let mut clause = |word: &str| {
                let wire = self.texts(failure, word).filter(|path| !path.is_empty())?;
                Some(format!(" {word} {}", wire_path(&self.names_along(schema, &at, &wire))))
            };
            let (code, message) = (clause("code"), clause("message"));
            let at = if at.is_empty() { String::new() } else { format!(" at {}", wire_path(&at)) };
            let [when, code, message] = [when, code, message].map(Option::unwrap_or_default);
            lines.push(format!("fails {what}{at}{on}{when}{code}{message}"));
        }
        lines
    }

    /// `429`, `5xx`
    pub(super) fn statuses(&mut self, node: &'n Node) -> Vec<&'n str> {
        let all = self.texts(node, "statuses").unwrap_or_default();
        let (good, bad): (Vec<&str>, Vec<&str>) = all.into_iter().partition(|status| is_status(status));
        if !bad.is_empty() {
            self.odd(node, format!("`{}` is no status", bad.join("`, `")));
        }
        good
    }

    /// A path from the top of an answer by the spec's names, where its schema, which stands at `at`, says them.
    pub(super) fn names_along(&mut self, schema: &'n Node, at: &[&'n str], wire: &[&'n str]) -> Vec<&'n str> {
        if !wire.starts_with(at) {
            return wire.to_vec();
        }
        let mut names: Vec<&str> = at.to_vec();
        let mut here = Some(self.seen_through(schema));
        for segment in &wire[at.len()..] {
            let member = here.and_then(|schema| schema.get("properties")?.get(segment));
            let name = member.and_then(|member| member.get("x-linchpin-name")).and_then(Node::text);
            names.push(name.unwrap_or(segment));
            here = member.map(|member| self.seen_through(member));
        }
        names
    }
}

/// The answers that are no errors, by status.
pub(super) fn successes(node: &Node) -> Vec<(&str, &Node)> {
    let all = node.get("responses").map_or(&[][..], Node::members).iter();
    let success = |status: &str, answer: &Node| {
        let told = answer.get("x-linchpin-answer").and_then(Node::bool);
        told.unwrap_or_else(|| status.starts_with('2'))
    };
    all.filter(|member| success(&member.key, &member.value)).map(|member| (&*member.key, &member.value)).collect()
}

/// What stands where a path leads.
pub(super) fn down<'n>(schema: &'n Node, at: &[&str]) -> Option<&'n Node> {
    at.iter().try_fold(schema, |schema, segment| schema.get("properties")?.get(segment))
}

pub(super) fn is_status(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 3 && (b'1'..=b'5').contains(&bytes[0]) && (bytes[1..].iter().all(u8::is_ascii_digit) || bytes[1..] == *b"xx")
}
