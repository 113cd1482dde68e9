//! Triggers: polls with what they remember, and deliveries with what proves them. Calls that ask for deliveries are read like `steps`.

use super::Own;
use super::answers::down;
use super::fields::block;
use super::names::Site;
use super::read::is_word;
use crate::diagnostics::Diagnostics;
use crate::import::node::Node;
use crate::import::spec::webhooks::UNKNOWN;
use crate::source::FileId;
use crate::syntax;
use crate::syntax::ast::{Item, ModuleBody};
use crate::syntax::text::{duration, wire_path};

const FORM: &str = "application/x-www-form-urlencoded";

impl<'n> Own<'n> {
    /// A call that is made again and again, and its `cursor`.
    pub(super) fn poll(&mut self, node: &'n Node, path: Option<(&'n str, &'n Node)>, method: &str, site: &Site) -> Vec<String> {
        let cursor = self.object(node, "x-linchpin-cursor");
        let inputs = cursor.and_then(|cursor| self.texts(cursor, "inputs")).unwrap_or_default();
        self.polled = Some((site.label.clone(), inputs));
        let mut lines = self.exchange(node, path, method, site);
        self.polled = None;
        lines[0].insert_str(0, "poll ");
        let Some(cursor) = cursor else { return lines };
        let order = self.one_of(cursor, "order", &["oldest first", "newest first", "other"]);
        if order == Some("newest first") {
            let written = lines.iter_mut().find(|line| line.starts_with("order ") && !line.contains('"'));
            written.into_iter().for_each(|line| line.push_str(" descending"));
        }
        let lookback = self.count(cursor, "lookbackMillis").filter(|millis| *millis > 0);
        let lookback = lookback.map(|millis| format!(" lookback {}", duration(millis))).unwrap_or_default();
        match (self.field_path(cursor, "time"), self.field_path(cursor, "id")) {
            (Some(time), Some(id)) => lines.push(format!("cursor time {time} id {id}{lookback}")),
            _ => self.odd(cursor, "a cursor without the fields that say when an item changed and which it is"),
        }
        lines
    }

    /// From an item down to a field, by the spec's names.
    pub(super) fn field_path(&mut self, cursor: &'n Node, key: &str) -> Option<String> {
        let names = self.texts(cursor, key)?;
        (!names.is_empty() && names.iter().all(|name| is_word(name))).then(|| names.join("."))
    }

    /// What is delivered, what proves it, and how it is asked for.
    pub(super) fn delivery(&mut self, node: &'n Node, site: &Site) -> Vec<String> {
        let told = self.object(node, "x-linchpin-webhook");
        let Delivered { media, schema, at } = self.delivered(node);
        let unsaid = if media.is_empty() { "nothing" } else { "json" };
        let what = schema.map_or_else(|| unsaid.to_owned(), |schema| self.what(schema, site, "output", true).whole());
        let at = if at.is_empty() { String::new() } else { format!(" at {}", wire_path(&at)) };
        let which = told.and_then(|told| self.stated(told, "of", "webhook -> json", |body| body.webhook.is_some()));
        let form = if media == FORM && !which.is_some_and(|which| which.starts_with("as form")) { " as form" } else { "" };
        let mut lines = vec![format!("webhook -> {what}{at}{form} {}", which.unwrap_or_default()).trim_end().to_owned()];
        let proof = told.and_then(|told| self.stated(told, "verify", "verify", |body| body.verify.is_some()));
        if proof.is_none() {
            self.odd(node, "what makes a delivery genuine is not said: a bearer token is demanded until the spec says it");
        }
        lines.push(format!("verify {}", proof.unwrap_or(UNKNOWN)));
        for challenge in told.map_or(&[][..], |told| self.list(told, "challenges")) {
            let text = self.statement(challenge, "challenge", |body| body.challenges.len() == 1);
            lines.extend(text.map(|text| format!("challenge {text}")));
        }
        lines.extend(self.server_of(node));
        lines.extend(self.connections_of(node));
        lines.extend(self.limits(node));
        lines.extend(self.fails(node, site));
        if let Some(inputs) = self.object(node, "x-linchpin-inputs") {
            let fields = self.fields(inputs, site);
            lines.extend((!fields.is_empty()).then(|| block("input", fields)));
        }
        lines.extend(told.map_or_else(Vec::new, |told| self.subscription(told, site)));
        lines
    }

    /// `subscribe`, `expires`, `renew` and `unsubscribe`, in the order in which their calls are counted.
    fn subscription(&mut self, told: &'n Node, site: &Site) -> Vec<String> {
        let mut lines = Vec::new();
        let mut names: Vec<Option<&str>> = Vec::new();
        for word in ["subscribe", "renew", "unsubscribe"] {
            let Some(step) = self.object(told, word) else { continue };
            let name = self.word(step, "name");
            if let Some(call) = self.call(step, name, site, &names) {
                let before = if word == "renew" { self.count(step, "beforeMillis").filter(|millis| *millis > 0) } else { None };
                let before = before.map(|millis| format!(" before {}", duration(millis))).unwrap_or_default();
                lines.push(format!("{word} {call}{before}"));
            }
            names.push(name);
            if word == "subscribe"
                && let Some(end) = self.object(told, "expires")
            {
                lines.extend(self.step_path(end, &names).map(|path| format!("expires {path}")));
            }
        }
        lines
    }

    /// What is delivered.
    pub(super) fn delivered(&mut self, node: &'n Node) -> Delivered<'n> {
        let media = node.get("requestBody").and_then(|body| body.get("content")?.members().first());
        let at = self.object(node, "x-linchpin-webhook").and_then(|told| self.texts(told, "at")).unwrap_or_default();
        let schema = media.and_then(|media| media.value.get("schema")).map(|schema| down(schema, &at).unwrap_or(schema));
        Delivered { media: media.map_or("", |media| &*media.key), schema, at }
    }

    /// A member that is a statement of the language without its first word.
    fn stated(&mut self, node: &'n Node, key: &str, before: &str, is: fn(&ModuleBody) -> bool) -> Option<&'n str> {
        let member = node.get(key)?;
        self.statement(member, before, is)
    }

    /// Text that is one statement of a trigger and nothing else.
    fn statement(&mut self, member: &'n Node, before: &str, is: fn(&ModuleBody) -> bool) -> Option<&'n str> {
        let found = member.text().map(str::trim).filter(|text| is_statement(text, before, is));
        if found.is_none() {
            let word = before.split(' ').next().unwrap_or_default();
            self.odd(member, format!("this is no `{word}` of the language"));
        }
        found
    }
}

/// What an API sends: its media type, and the schema at its place in it.
pub(super) struct Delivered<'n> {
    pub(super) media: &'n str,
    pub(super) schema: Option<&'n Node>,
    pub(super) at: Vec<&'n str>,
}

/// Does this stand where one statement stands, and end where it ends? Whatever would end the trigger, begin another statement or be a comment
/// stands in no statement's place.
fn is_statement(text: &str, before: &str, is: fn(&ModuleBody) -> bool) -> bool {
    let head = "trigger t @1 \"T\" {\n";
    let statement = format!("{before} {text}");
    let mut diagnostics = Diagnostics::default();
    let file = syntax::parse(FileId(0), &format!("{head}{statement}\n}}\n"), &mut diagnostics);
    let [Item::Module(module)] = &file.items[..] else { return false };
    let body = &module.body;
    if diagnostics.has_errors() || !file.comments.is_empty() || !is(body) {
        return false;
    }
    let mut spans = body.webhook.iter().map(|one| one.span).chain(body.verify.iter().map(|one| one.span));
    let span = spans.by_ref().next().or_else(|| body.challenges.first().map(|one| one.span));
    let at_the_end = span.is_some_and(|span| span.start as usize == head.len() && span.end as usize >= head.len() + statement.len());
    // What a delivery is of is said beside this.
    at_the_end && spans.next().is_none() && body.webhook.as_ref().is_none_or(|webhook| webhook.answer.at.is_none())
}
