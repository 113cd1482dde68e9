//! Text, numbers and booleans: which of the language's own types one is, and its bounds.

use super::flat::Flat;
use super::literals;
use super::maker::Maker;
use super::notes::Subject;
use super::plan::{Bounds, Type};
use crate::import::node::{Node, Value};
use crate::model::resolve::{pattern, scalars};
use crate::source::Span;

/// Formats that only say how text is meant; the language has no type for them, and a value is the same text with one as without.
const IS_TEXT: [&str; 4] = ["string", "text", "password", "char"];

impl<'n> Maker<'_, 'n> {
    /// The type of a value that has no parts.
    pub(super) fn scalar(&mut self, flat: &Flat<'n>, at: Span) -> Type {
        match flat.types.first().copied() {
            Some("string") => self.text(flat, at),
            Some("integer" | "int" | "long") => self.whole(flat),
            Some("number" | "float" | "double") => self.number(flat),
            Some("boolean" | "bool") => Type::scalar("bool"),
            Some("file") => Type::scalar("file"),
            Some(other) => {
                self.note(Subject::Schema, at, format!("`{other}` is no type of a schema: `json` stands for it"));
                Type::json()
            }
            None => self.untyped(flat, at),
        }
    }

    /// What says no type may still tell by its format or rules.
    fn untyped(&mut self, flat: &Flat<'n>, at: Span) -> Type {
        let limits = |words: &[&str]| flat.limits.iter().any(|limit| words.contains(&limit.keyword));
        if flat.pattern.is_some() || limits(&["minLength", "maxLength"]) {
            return self.text(flat, at);
        }
        match flat.format {
            Some("int32" | "int64") => self.whole(flat),
            Some("float" | "double") => self.number(flat),
            Some("date-time" | "date" | "uuid" | "uri" | "email") => self.text(flat, at),
            _ => Type::json(),
        }
    }

    fn text(&mut self, flat: &Flat<'n>, at: Span) -> Type {
        let format = flat.format.unwrap_or_default();
        let wanted = match (format, flat.encoding) {
            ("date-time", _) => "datetime",
            ("date", _) => "date",
            ("time", _) => "time",
            ("duration", _) => "duration",
            ("uuid", _) => "uuid",
            ("uri" | "url", _) => "url",
            ("byte" | "base64", _) | (_, Some("base64")) => "bytes",
            ("base64url", _) | (_, Some("base64url")) => {
                return Type::Scalar("bytes", Bounds { format: Some("base64url"), ..Bounds::default() });
            }
            ("password", _) => return Type::scalar("secret"),
            ("decimal", _) => return Type::scalar("decimal"),
            ("binary", _) => "file",
            _ => "string",
        };
        if wanted == "string" || wanted == "file" {
            let bounds = self.text_bounds(flat, wanted == "string");
            return Type::Scalar(wanted, bounds);
        }
        // The document's own examples show what really comes.
        if let Some(odd) = odd_example(wanted, flat) {
            let reason = format!("`format: {format}` does not hold for the example `{odd}`: it is read as plain text");
            self.note(Subject::Constraint, at, reason);
            let bounds = self.text_bounds(flat, true);
            return Type::Scalar("string", bounds);
        }
        Type::scalar(wanted)
    }

    fn text_bounds(&mut self, flat: &Flat<'n>, tell: bool) -> Bounds {
        let mut bounds = self.counts(flat, "Length");
        let Some((text, at)) = flat.pattern.filter(|_| tell) else { return bounds };
        match pattern::check(text) {
            Ok(()) => bounds.pattern = Some(text.to_owned()),
            Err(_) => self.note(
                Subject::Constraint,
                at,
                format!("the pattern `{text}` needs look-around, back-references or Unicode classes, which patterns do not have here"),
            ),
        }
        if let Some(format) = flat.format.filter(|format| !IS_TEXT.contains(format) && bounds.pattern.is_none()) {
            self.formats.entry(format.to_owned()).or_insert((at, 0)).1 += 1;
        }
        bounds
    }

    fn whole(&mut self, flat: &Flat<'n>) -> Type {
        if matches!(flat.format, Some("unix-time" | "unixtime" | "unix-timestamp" | "epoch")) {
            return Type::Scalar("datetime", Bounds { format: Some("epoch"), ..Bounds::default() });
        }
        Type::Scalar("int", self.range(flat, true))
    }

    fn number(&mut self, flat: &Flat<'n>) -> Type {
        let whole = flat.limits.iter().any(|limit| limit.keyword == "multipleOf" && limit.value == "1");
        match flat.format {
            Some("int32" | "int64" | "integer") => Type::Scalar("int", self.range(flat, true)),
            Some("decimal") => Type::Scalar("decimal", self.range(flat, false)),
            _ if whole => Type::Scalar("int", self.range(flat, true)),
            _ => Type::Scalar("float", self.range(flat, false)),
        }
    }

    /// `minimum` and `maximum`; of whole numbers an exclusive end is the next number.
    fn range(&mut self, flat: &Flat<'n>, whole: bool) -> Bounds {
        let mut bounds = Bounds::default();
        for limit in &flat.limits {
            let (low, exclusive) = match limit.keyword {
                "minimum" => (true, false),
                "maximum" => (false, false),
                "exclusiveMinimum" => (true, true),
                "exclusiveMaximum" => (false, true),
                _ => continue,
            };
            let text = if whole { whole_end(limit.value, low, exclusive) } else { real_end(limit.value) };
            match text {
                Some(text) => *(if low { &mut bounds.min } else { &mut bounds.max }) = Some(text),
                None => self.note(Subject::Constraint, limit.span, format!("the end {} is beyond what numbers here can be", limit.value)),
            }
            if exclusive && !whole {
                self.note(Subject::Constraint, limit.span, format!("`{}`: the end itself counts as inside here", limit.keyword));
            }
        }
        self.ends_in_order(&mut bounds, flat);
        bounds
    }

    /// A value that is always the same.
    pub(super) fn constant(&mut self, node: &'n Node, flat: &Flat<'n>) -> Type {
        match literals::literal(node) {
            Some(literal) => Type::Literal(literal),
            None => {
                self.note(Subject::Constraint, node.span, "a constant that is neither text, a whole number nor a boolean");
                let free = Flat { constant: None, ..flat.clone() };
                if matches!(node.value, Value::Map(_)) { Type::json() } else { self.scalar(&free, node.span) }
            }
        }
    }
}

fn whole_end(text: &str, low: bool, exclusive: bool) -> Option<String> {
    let number: i128 = match text.parse::<i128>() {
        Ok(number) => number,
        Err(_) => {
            let real = text.parse::<f64>().ok().filter(|real| real.abs() < 1e18)?;
            (if low { real.ceil() } else { real.floor() }) as i128
        }
    };
    let number = match (exclusive, low) {
        (true, true) => number + 1,
        (true, false) => number - 1,
        _ => number,
    };
    i64::try_from(number).ok().map(|number| number.to_string())
}

fn real_end(text: &str) -> Option<String> {
    let real = text.parse::<f64>().ok().filter(|real| real.is_finite() && real.abs() < 1e18)?;
    // The language writes numbers without an exponent.
    Some(if text.contains(['e', 'E']) { format!("{real}") } else { text.to_owned() })
}

/// An example of the schema that its format does not allow.
fn odd_example<'n>(wanted: &str, flat: &Flat<'n>) -> Option<&'n str> {
    let fits = |text: &str| scalars::is_text_of(wanted, text);
    flat.examples.iter().flat_map(|node| texts(node)).find(|text| !fits(text))
}

fn texts(node: &Node) -> Vec<&str> {
    match &node.value {
        Value::Text(text) => vec![text],
        Value::List(items) => items.iter().filter_map(Node::text).collect(),
        _ => Vec::new(),
    }
}
