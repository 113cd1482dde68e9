//! Inputs for modules: from their JSON Schema, with the values that the document shows for members of the same name.

use std::collections::HashMap;

use regex_lite::Regex;
use serde_json::{Map, Value, json};

/// Whether optional inputs are given too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// What must be given.
    Least,
    /// All that can be given.
    Most,
}

/// Objects deeper than this have what they need and no more.
const DEEP: usize = 3;
/// For what is called an address of mail.
const EMAIL: &str = "ann@example.com";
/// No value nests so deep that it must.
const TOO_DEEP: usize = 24;

/// What a document shows.
pub(super) struct Samples {
    by_name: HashMap<String, Vec<Value>>,
    texts: Vec<String>,
}

impl Samples {
    /// The examples, defaults and values of a document: by the name of what they stand at, and all texts among them.
    pub(super) fn of(document: &Value) -> Self {
        let mut samples = Self { by_name: HashMap::new(), texts: Vec::new() };
        let mut open: Vec<(&str, &Value)> = vec![("", document)];
        while let Some((name, value)) = open.pop() {
            match value {
                Value::Object(members) => {
                    let name = members.get("name").and_then(Value::as_str).filter(|_| members.contains_key("in")).unwrap_or(name);
                    for key in ["example", "default", "x-example"] {
                        members.get(key).into_iter().for_each(|shown| samples.show(name, shown));
                    }
                    let named = members.get("examples").into_iter().flat_map(|all| match all {
                        Value::Object(all) => all.values().filter_map(|one| one.get("value")).collect::<Vec<_>>(),
                        Value::Array(all) => all.iter().collect(),
                        _ => Vec::new(),
                    });
                    named.for_each(|shown| samples.show(name, shown));
                    open.extend(
                        members.iter().map(|(key, value)| (if ["schema", "items"].contains(&key.as_str()) { name } else { key }, value)),
                    );
                }
                Value::Array(items) => open.extend(items.iter().map(|item| (name, item))),
                _ => {}
            }
        }
        samples
    }

    fn show(&mut self, name: &str, shown: &Value) {
        match shown {
            Value::Object(members) => members.iter().for_each(|(name, value)| self.show(name, value)),
            Value::Array(items) => items.iter().for_each(|item| self.show(name, item)),
            Value::Null => {}
            plain => {
                self.texts.extend(plain.as_str().map(str::to_owned));
                let all = self.by_name.entry(key(name)).or_default();
                if !all.contains(plain) {
                    all.push(plain.clone());
                }
            }
        }
    }

    /// An input; the name of what cannot be given otherwise.
    pub(super) fn input(&self, schema: &Value, wanted: Wanted) -> Result<Value, String> {
        Making { samples: self, root: schema, wanted }.value(schema, "", 0)
    }
}

struct Making<'s> {
    samples: &'s Samples,
    root: &'s Value,
    wanted: Wanted,
}

impl Making<'_> {
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Result<Value, String> {
        if depth > TOO_DEEP {
            return Err(name.to_owned());
        }
        if let Some(constant) = schema.get("const") {
            return Ok(constant.clone());
        }
        let mut value = self.plain(schema, name, depth)?;
        // A variant is told by its tag beside the reference to its type.
        if schema.get("$ref").is_some()
            && let (Value::Object(members), Some(tags)) = (&mut value, schema.get("properties").and_then(Value::as_object))
        {
            for (tag, told) in tags {
                let only = told.get("const").or_else(|| told["enum"].get(0));
                members.insert(tag.clone(), only.cloned().unwrap_or_default());
            }
        }
        Ok(value)
    }

    fn plain(&self, schema: &Value, name: &str, depth: usize) -> Result<Value, String> {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = self.root.pointer(target.trim_start_matches('#')).expect("it is defined");
            return self.value(found, name, depth + 1);
        }
        if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
            return Ok(first.clone());
        }
        if let Some(choices) = schema.get("anyOf").or(schema.get("oneOf")).and_then(Value::as_array) {
            let real = choices.iter().filter(|one| one["type"] != "null");
            let made = real.map(|one| self.value(one, name, depth + 1));
            return made.into_iter().find(Result::is_ok).unwrap_or_else(|| Err(name.to_owned()));
        }
        match kind(schema) {
            Some("object") => self.object(schema, name, depth),
            Some("array") => self.list(schema, name, depth),
            Some("boolean") => Ok(json!(true)),
            Some("string") => self.text(schema, name).map(Value::from),
            Some(number) => Ok(self.number(schema, name, number == "integer")),
            None => Ok(self.shown(name, |_| true).cloned().unwrap_or_else(|| json!({}))),
        }
    }

    fn object(&self, schema: &Value, name: &str, depth: usize) -> Result<Value, String> {
        let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut members = Map::new();
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            let needed = required.contains(&field.as_str());
            if !needed && (self.wanted == Wanted::Least || depth > DEEP) {
                continue;
            }
            match self.value(schema, field, depth + 1) {
                Ok(value) => drop(members.insert(field.clone(), value)),
                Err(_) if !needed => {}
                Err(inner) => return Err(if name.is_empty() { inner } else { format!("{name}.{inner}") }),
            }
        }
        Ok(Value::Object(members))
    }

    fn list(&self, schema: &Value, name: &str, depth: usize) -> Result<Value, String> {
        let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(1).max(1)).expect("a short list");
        let one = self.value(&schema["items"], name, depth + 1)?;
        Ok(Value::Array(vec![one; least]))
    }

    fn number(&self, schema: &Value, name: &str, whole: bool) -> Value {
        let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
        let fits = |value: &Value| {
            value.as_f64().is_some_and(|number| least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most))
                && (!whole || value.is_i64())
        };
        let ends = || schema.get("minimum").or_else(|| schema.get("maximum")).filter(|value| fits(value));
        self.shown(name, fits).or_else(ends).cloned().unwrap_or_else(|| json!(1))
    }

    fn text(&self, schema: &Value, name: &str) -> Result<String, String> {
        if schema["type"].is_array() && schema["type"].as_array().is_some_and(|types| types.contains(&json!("number"))) {
            return Ok(self.number(schema, name, true).to_string());
        }
        let count = |key: &str| schema[key].as_u64().and_then(|count| usize::try_from(count).ok());
        let (least, most) = (count("minLength").unwrap_or(0), count("maxLength").unwrap_or(usize::MAX));
        let patterns: Vec<Regex> = schema["pattern"].as_str().into_iter().filter_map(|pattern| Regex::new(pattern).ok()).collect();
        let fits = |text: &str| (least..=most).contains(&text.chars().count()) && patterns.iter().all(|pattern| pattern.is_match(text));
        if let Some(text) = formatted(schema) {
            return Ok(text.to_owned());
        }
        if let Some(Value::String(text)) = self.shown(name, |value| value.as_str().is_some_and(|text| !text.is_empty() && fits(text))) {
            return Ok(text.clone());
        }
        if key(name).contains("email") && fits(EMAIL) {
            return Ok(EMAIL.to_owned());
        }
        let usual = "text".chars().cycle().take(4.clamp(least, most)).collect::<String>();
        let plain = [usual.as_str(), "1", "2026-01-31", "12:30", "a", "A", "AA", "https://example.com/", "123456", "11111111"];
        let found = plain.into_iter().find(|text| fits(text)).map(str::to_owned);
        found.or_else(|| self.samples.texts.iter().find(|text| fits(text)).cloned()).ok_or_else(|| name.to_owned())
    }

    /// What the document shows for a member of this name.
    fn shown(&self, name: &str, fits: impl Fn(&Value) -> bool) -> Option<&Value> {
        self.samples.by_name.get(&key(name))?.iter().find(|value| fits(value))
    }
}

/// The type of a schema that has one beside null.
fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(one) => Some(one),
        // A decimal is a number or a text; most APIs that have such want the text.
        Value::Array(several) if several.contains(&json!("number")) && several.contains(&json!("string")) => Some("string"),
        Value::Array(several) => several.iter().filter_map(Value::as_str).find(|one| *one != "null"),
        _ => None,
    }
}

fn formatted(schema: &Value) -> Option<&'static str> {
    if schema.get("contentEncoding").is_some() {
        return Some("SGVsbG8=");
    }
    Some(match schema["format"].as_str()? {
        "date-time" => "2026-01-31T12:30:00Z",
        "date" => "2026-01-31",
        "time" => "12:30:00Z",
        "duration" => "PT15M",
        "uuid" => "67e55044-10b1-426f-9247-bb680e5fe0c8",
        "uri" => "https://example.com/",
        _ => return None,
    })
}

/// A name, however it is spelled.
fn key(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
