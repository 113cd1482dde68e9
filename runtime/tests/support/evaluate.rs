//! A small evaluator of `{{…}}` texts, for tests alone: it shows that an upgraded expression gives what the upgraded value would be. It reads
//! expressions by itself, so that it does not share a mistake with what it tests.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test uses a part")]

use serde_json::{Map, Value, json};

/// What a stored value gives, over the outputs of earlier steps by their ids.
pub fn evaluate(stored: &Value, outputs: &Map<String, Value>) -> Value {
    match stored {
        Value::String(text) => text_value(text, outputs),
        Value::Array(items) => items.iter().map(|item| evaluate(item, outputs)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), evaluate(value, outputs))).collect(),
        other => other.clone(),
    }
}

fn text_value(text: &str, outputs: &Map<String, Value>) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let end = rest[start..].find("}}").expect("the tests close their braces") + start;
        if start > 0 {
            parts.push(json!(rest[..start]));
        }
        let mut reader = Reader { rest: &rest[start + 2..end], outputs };
        parts.push(reader.sum());
        rest = &rest[end + 2..];
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(json!(rest));
    }
    if parts.len() == 1 { parts.remove(0) } else { json!(parts.iter().map(plain).collect::<String>()) }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

struct Reader<'t> {
    rest: &'t str,
    outputs: &'t Map<String, Value>,
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn sum(&mut self) -> Value {
        let mut value = self.operand();
        while self.take("+") {
            value = json!(plain(&value) + &plain(&self.operand()));
        }
        value
    }

    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        if self.take("`") {
            let (name, rest) = self.rest.split_once('`').expect("the tests close their names");
            self.rest = rest;
            return name.to_owned();
        }
        let end = self.rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn operand(&mut self) -> Value {
        if self.take("\"") {
            let (text, rest) = self.rest.split_once('"').expect("the tests close their texts");
            self.rest = rest;
            return json!(text);
        }
        let word = self.word();
        if self.take("(") {
            return self.call(&word);
        }
        let start = self.outputs.get(&word).cloned().unwrap_or(Value::Null);
        self.path(start)
    }

    fn path(&mut self, mut value: Value) -> Value {
        loop {
            if self.rest.starts_with('.') {
                self.rest = &self.rest[1..];
                let name = self.word();
                value = value.get(&name).cloned().unwrap_or(Value::Null);
            } else if self.rest.starts_with('[') {
                let (index, rest) = self.rest[1..].split_once(']').expect("the tests close their brackets");
                self.rest = rest;
                let index: usize = index.parse().expect("an index");
                value = value.get(index.wrapping_sub(1)).cloned().unwrap_or(Value::Null);
            } else {
                return value;
            }
        }
    }

    fn call(&mut self, name: &str) -> Value {
        let first = self.sum();
        let result = match name {
            "get" => {
                assert!(self.take(";"), "get takes two arguments: {}", self.rest);
                // A path below the first argument.
                let name = self.word();
                let value = match name.parse::<usize>() {
                    Ok(index) => first.get(index.wrapping_sub(1)).cloned(),
                    Err(_) => first.get(&name).cloned(),
                };
                self.path(value.unwrap_or(Value::Null))
            }
            "first" => first.get(0).cloned().unwrap_or(Value::Null),
            "upper" => json!(plain(&first).to_uppercase()),
            "ifempty" => {
                assert!(self.take(";"));
                let other = self.sum();
                if first.is_null() || first == json!("") { other } else { first }
            }
            other => panic!("the tests know no function `{other}`"),
        };
        assert!(self.take(")"), "`)` is missing before `{}`", self.rest);
        result
    }
}
