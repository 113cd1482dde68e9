//! A schema where one is used, as a type of the language.

use super::Own;
use super::fields::block;
use super::names::{Site, dotted, relative};
use super::read::{is_number, is_word};
use crate::diagnostics::Diagnostics;
use crate::import::node::{Node, Value};
use crate::import::spec::literals::{literal, quoted};

/// Types within types are written so deep.
const DEEPEST: usize = 48;

/// A type as it is written.
pub(super) struct What {
    pub(super) text: String,
    pub(super) nullable: bool,
}

impl What {
    fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), nullable: false }
    }

    /// With its `| null`.
    pub(super) fn whole(&self) -> String {
        if self.nullable { format!("{} | null", self.text) } else { self.text.clone() }
    }
}

impl<'n> Own<'n> {
    /// The type that a schema stands for. `hint` is the name of the field around it; `alone`: a choice may be written in place.
    pub(super) fn what(&mut self, schema: &'n Node, site: &Site, hint: &str, alone: bool) -> What {
        if self.depth >= DEEPEST {
            self.odd(schema, format!("types are nested more than {DEEPEST} deep here: `json` stands for the rest"));
            return What::of("json");
        }
        self.depth += 1;
        let what = self.told(schema, site, hint, alone);
        self.depth -= 1;
        what
    }

    fn told(&mut self, schema: &'n Node, site: &Site, hint: &str, alone: bool) -> What {
        if let Some(choices) = schema.get("anyOf").map(Node::items) {
            let (nulls, others): (Vec<&Node>, Vec<&Node>) = choices.iter().partition(|choice| is_null(choice));
            if let ([_], [only]) = (&nulls[..], &others[..]) {
                return What { nullable: true, ..self.what(only, site, hint, alone) };
            }
        }
        if let [only] = schema.get("allOf").map_or(&[][..], Node::items) {
            return self.what(only, site, hint, alone);
        }
        let types = self.types_of(schema);
        let nullable = types.contains(&"null");
        let text = if let Some(word) = schema.get("x-linchpin-type") {
            self.own_word(schema, word)
        } else if let Some(reference) = schema.get("$ref") {
            return self.named(reference, site, hint, alone);
        } else {
            None
        };
        if let Some(text) = text {
            return What { nullable: nullable || text == "json | null", text: text.replace("json | null", "json") };
        }
        if let Some(constant) = schema.get("const") {
            return What::of(literal(constant).unwrap_or_else(|| {
                self.odd(constant, "a constant is text, a whole number or a boolean");
                "json".to_owned()
            }));
        }
        let only: Vec<&str> = types.into_iter().filter(|word| *word != "null").collect();
        What { nullable, text: self.plain(schema, &only, site, hint) }
    }

    fn types_of(&mut self, schema: &'n Node) -> Vec<&'n str> {
        match schema.get("type").map(|node| &node.value) {
            Some(Value::Text(word)) => vec![word],
            Some(Value::List(_)) => self.texts(schema, "type").unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// What OpenAPI's own words say.
    fn plain(&mut self, schema: &'n Node, types: &[&str], site: &Site, hint: &str) -> String {
        let format = schema.get("format").and_then(Node::text).unwrap_or_default();
        match types {
            ["string"] => match (format, schema.get("contentEncoding").and_then(Node::text)) {
                ("date", _) => "date".to_owned(),
                ("date-time", _) => "datetime".to_owned(),
                ("time" | "duration" | "uuid", _) => format.to_owned(),
                ("uri", _) => "url".to_owned(),
                (_, Some("base64")) => "bytes".to_owned(),
                _ => format!("string{}", self.bounds(schema, ["minLength", "maxLength"])),
            },
            ["integer"] => format!("int{}", self.bounds(schema, ["minimum", "maximum"])),
            ["number"] => format!("float{}", self.bounds(schema, ["minimum", "maximum"])),
            ["boolean"] => "bool".to_owned(),
            ["array"] => {
                let item = schema.get("items").map_or_else(|| "json".to_owned(), |item| self.what(item, site, hint, true).whole());
                format!("[{item}]{}", self.bounds(schema, ["minItems", "maxItems"]))
            }
            ["object"] if schema.get("properties").is_some() => block("", self.fields(schema, site)),
            ["object"] => {
                let held = schema.get("additionalProperties").filter(|held| held.bool().is_none());
                let item = held.map_or_else(|| "json".to_owned(), |item| self.what(item, site, hint, true).whole());
                format!("map<{item}>{}", self.bounds(schema, ["minProperties", "maxProperties"]))
            }
            _ => {
                let told = ["oneOf", "anyOf", "allOf", "not", "if"].into_iter().any(|word| schema.get(word).is_some());
                if told || !types.is_empty() && types.len() != 5 {
                    self.odd(schema, "no type of the language by itself: `json` stands for it");
                }
                "json".to_owned()
            }
        }
    }

    /// A type with a name, or what a component without one holds.
    fn named(&mut self, reference: &'n Node, site: &Site, hint: &str, alone: bool) -> What {
        let Some((key, target)) = self.target(reference, "schemas") else { return What::of("json") };
        if let Some(index) = self.tables.by_key.get(key).copied() {
            self.uses[index] += 1;
            if let Some(text) = self.in_place(index, site, hint, alone) {
                return What::of(text);
            }
            let full = dotted(&self.types[index].group, &self.types[index].name);
            return What::of(relative(&self.tables.types, &site.group, &full).unwrap_or_else(|| {
                self.odd(reference, format!("`{full}` cannot be named here, where a nearer type has its name: `json` stands for it"));
                "json".to_owned()
            }));
        }
        if self.open.contains(&std::ptr::from_ref(target)) {
            self.odd(reference, "this leads back to itself: `json` stands for it");
            return What::of("json");
        }
        self.open.push(target);
        let of = target.get("x-linchpin-variant-of").and_then(|_| target.get("allOf")).and_then(|all| all.items().first());
        let what = self.what(of.unwrap_or(target), site, hint, alone);
        self.open.pop();
        what
    }

    /// The language's own word for a type.
    fn own_word(&mut self, schema: &'n Node, word: &'n Node) -> Option<String> {
        let text = word.text().unwrap_or_default();
        let id = text.strip_prefix("id<").and_then(|rest| rest.strip_suffix('>')).filter(|of| is_word(of));
        let found = match text {
            "secret" | "host" | "file" | "json | null" => Some(text.to_owned()),
            "decimal" => Some(format!("decimal{}", self.bounds(schema, ["minimum", "maximum"]))),
            _ if id.is_some() => Some(text.to_owned()),
            _ => with_format(text),
        };
        if found.is_none() {
            self.odd(word, "this is no type of the language");
        }
        found
    }

    /// What stands in parentheses.
    fn bounds(&mut self, schema: &'n Node, [low, high]: [&str; 2]) -> String {
        let mut end = |key: &str| {
            let node = schema.get(key)?;
            let number = match &node.value {
                Value::Number(text) if is_number(text) => Some(text.to_string()),
                _ => None,
            };
            if number.is_none() {
                self.odd(node, format!("`{key}` is no number that bounds can have"));
            }
            number
        };
        let (min, max) = (end(low), end(high));
        let mut parts = Vec::new();
        if min.is_some() || max.is_some() {
            parts.push(format!("{}..{}", min.unwrap_or_default(), max.unwrap_or_default()));
        }
        if low == "minLength"
            && let Some(pattern) = self.text(schema, "pattern")
        {
            parts.push(format!("pattern {}", quoted(pattern)));
        }
        if schema.get("uniqueItems").and_then(Node::bool) == Some(true) {
            parts.push("unique".to_owned());
        }
        if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) }
    }
}

/// `{type: "null"}`
fn is_null(schema: &Node) -> bool {
    schema.get("type").and_then(Node::text) == Some("null")
}

/// `datetime(format "epoch")`
fn with_format(text: &str) -> Option<String> {
    let (word, rest) = text.split_once("(format ")?;
    let format = rest.strip_suffix(')')?;
    let tree = crate::import::parse("format.json", format.to_owned(), &mut |_| None, &mut Diagnostics::default());
    let format = tree.root()?.text()?;
    ["date", "datetime", "duration", "bytes"].contains(&word).then(|| format!("{word}(format {})", quoted(format)))
}
