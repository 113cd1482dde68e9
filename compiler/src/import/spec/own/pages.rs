//! Pages, order, limits and retries.

use super::Own;
use super::answers::{down, successes};
use super::fields::block;
use crate::import::node::{Node, Value};
use crate::import::spec::literals::quoted;
use crate::model::PartsBy;
use crate::syntax::text::{byte_count, duration, wire_path};

/// The most pages where nothing is said.
const USUAL_CAP: u64 = 10_000;

impl<'n> Own<'n> {
    /// `parts …`
    pub(super) fn parts(&mut self, node: &'n Node) -> Option<String> {
        let parts = self.object(node, "x-linchpin-parts")?;
        let by = self.one_of(parts, "by", &PartsBy::ALL.map(PartsBy::word))?;
        let mut text = format!("parts {by}");
        for (word, name) in [("of", "size"), ("multiple", "multiple")] {
            if let Some(bytes) = self.count(parts, name).filter(|bytes| word == "of" || *bytes != 1) {
                text.push_str(&format!(" {word} {}", byte_count(bytes)));
            }
        }
        if let Some(next) = self.texts(parts, "next").filter(|next| !next.is_empty()) {
            text.push_str(&format!(" next {}", wire_path(&next)));
        }
        Some(text)
    }

    /// `page …`
    pub(super) fn page(&mut self, node: &'n Node) -> Option<String> {
        let page = self.object(node, "x-linchpin-page")?;
        let strategy = self.one_of(page, "strategy", &["offset", "number", "cursor", "link", "next", "keyset"])?;
        let first = successes(node).first().map(|(_, answer)| *answer);
        let at = first.and_then(|answer| self.texts(answer, "x-linchpin-at")).unwrap_or_default();
        let schema = first.and_then(|answer| answer.get("content")?.members().first()?.value.get("schema"));
        let schema = schema.map(|schema| down(schema, &at).unwrap_or(schema));
        let mut lines: Vec<String> = Vec::new();
        for word in ["advance", "size", "send"] {
            lines.extend(self.word(page, word).map(|input| format!("{word} {input}")));
        }
        let along = |own: &mut Self, key: &str| {
            let wire = own.texts(page, key).filter(|path| !path.is_empty())?;
            Some(wire_path(&schema.map_or_else(|| wire.clone(), |schema| own.names_along(schema, &at, &wire))))
        };
        lines.extend(along(self, "read").map(|read| format!("read {read}")));
        lines.extend(self.key(page, schema).map(|key| format!("key {key}")));
        let listed = schema.map(|schema| self.seen_through(schema)).is_some_and(is_list);
        if !listed {
            lines.extend(along(self, "items").map(|items| format!("items {items}")));
        }
        let stop = self.one_of(page, "stop", &["absent", "empty", "short", "more", "total"]);
        let usual = match strategy {
            "offset" | "number" => "",
            "keyset" => "empty",
            _ => "absent",
        };
        match (stop, along(self, "stopAt")) {
            (Some(stop @ ("more" | "total")), Some(at)) => lines.push(format!("stop {stop} {at}")),
            (Some(stop @ ("absent" | "empty" | "short")), _) if stop != usual => lines.push(format!("stop {stop}")),
            (Some("more" | "total"), None) => self.odd(page, "`stop` says more than `stopAt` does"),
            _ => {}
        }
        if strategy == "number" {
            lines.extend(self.count(page, "start").filter(|start| *start != 1).map(|start| format!("start {start}")));
        }
        lines.extend(self.count(page, "cap").filter(|cap| *cap != USUAL_CAP && *cap > 0).map(|cap| format!("cap {cap}")));
        let head = match strategy {
            "link" => format!("page link header {}", quoted(self.header_name(page, "header").unwrap_or("link"))),
            "next" => "page next url".to_owned(),
            other => format!("page {other}"),
        };
        Some(if lines.is_empty() { head } else { block(&head, lines) })
    }

    /// The field of an item that its key on the wire is.
    fn key(&mut self, page: &'n Node, schema: Option<&'n Node>) -> Option<String> {
        let wire = self.text(page, "key")?;
        let items = self.texts(page, "items").unwrap_or_default();
        let list = schema.map(|schema| self.seen_through(schema));
        let list = list.and_then(|list| if is_list(list) { Some(list) } else { down(list, &items).or(Some(list)) });
        let list = list.map(|list| self.seen_through(list));
        let item = list.and_then(|list| list.get("items")).map(|item| self.seen_through(item));
        let member = item.and_then(|item| item.get("properties")?.get(wire));
        let name = member.and_then(|member| member.get("x-linchpin-name")).and_then(Node::text).unwrap_or(wire);
        if super::read::is_word(name) {
            return Some(name.to_owned());
        }
        self.odd(page, format!("`{wire}` is no name of a field"));
        None
    }

    /// `order …`
    pub(super) fn order(&mut self, node: &'n Node) -> Option<String> {
        let order = node.get("x-linchpin-order")?;
        match &order.value {
            Value::Map(_) => self.text(order, "none").map(|why| format!("order none {}", quoted(why))),
            _ => self.dotted(node, "x-linchpin-order").map(|field| format!("order {field}")),
        }
    }

    /// `limit …`, of a module or of the connector.
    pub(super) fn limits(&mut self, node: &'n Node) -> Vec<String> {
        let mut lines = Vec::new();
        for limit in self.list(node, "x-linchpin-limits") {
            let concurrent = self.count(limit, "concurrent");
            let (count, millis) = (self.count(limit, "count"), self.count(limit, "millis"));
            let (remaining, reset) = (self.header_name(limit, "remaining"), self.header_name(limit, "reset"));
            let kind = self.one_of(limit, "kind", &["epoch", "delta", "date"]);
            let points = if limit.get("points").and_then(Node::bool) == Some(true) { " points" } else { "" };
            let moving = if limit.get("moving").and_then(Node::bool) == Some(true) { " moving" } else { "" };
            lines.push(match (concurrent, count, millis, remaining, reset, kind) {
                (Some(count @ 1..), ..) => format!("limit {count} concurrent per connection"),
                (_, Some(count @ 1..), Some(millis @ 1..), ..) => {
                    format!("limit {count}{points} per {}{moving} per connection", duration(millis))
                }
                (_, _, _, Some(remaining), Some(reset), Some(kind)) => {
                    format!("limit by headers{points} remaining {} reset {kind} {}", quoted(remaining), quoted(reset))
                }
                _ => {
                    self.odd(limit, "a limit that says too little");
                    continue;
                }
            });
        }
        lines
    }

    /// `cost …` of a module.
    pub(super) fn cost(&mut self, node: &'n Node) -> Option<String> {
        let cost = node.get("x-linchpin-cost")?;
        let header = cost.get("header").and_then(|_| self.header_name(cost, "header"));
        let read = header.map(|header| format!(" read header {}", quoted(header))).unwrap_or_default();
        match self.count(cost, "points") {
            Some(points) => Some(format!("cost {points}{read}")),
            None => {
                self.odd(cost, "a cost that says too little");
                None
            }
        }
    }

    /// `retry …` of a module.
    pub(super) fn retry_of(&mut self, node: &'n Node) -> Option<String> {
        let retry = node.get("x-linchpin-retry")?;
        match &retry.value {
            Value::Map(_) => self.header_name(retry, "key").map(|header| format!("retry key header {}", quoted(header))),
            _ => self.one_of(node, "x-linchpin-retry", &["safe", "idempotent", "never"]).map(|class| format!("retry {class}")),
        }
    }
}

fn is_list(schema: &Node) -> bool {
    match schema.get("type").map(|node| &node.value) {
        Some(Value::Text(word)) => &**word == "array",
        Some(Value::List(words)) => words.iter().any(|word| word.text() == Some("array")),
        _ => false,
    }
}
