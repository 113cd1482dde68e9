//! What the spec demands of values beyond their type: lengths, ranges, patterns, items that differ, constants.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use regex_lite::Regex;

use super::{Attrs, Erased, ErasedRef, ListView, Names, Range, View};

/// A value that is not as the spec demands, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    path: String,
    message: String,
}

impl Violation {
    /// Where, by spec names: `items[2].name`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What: `has 300 characters; at most 255 are allowed`. The value itself is not in it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() { formatter.write_str(&self.message) } else { write!(formatter, "{}: {}", self.path, self.message) }
    }
}

impl std::error::Error for Violation {}

/// The first thing that is not as the spec demands.
pub fn validate(value: ErasedRef<'_>) -> Result<(), Violation> {
    match violations(value).into_iter().next() {
        Some(violation) => Err(violation),
        None => Ok(()),
    }
}

/// Everything that is not as the spec demands.
pub fn violations(value: ErasedRef<'_>) -> Vec<Violation> {
    let mut check = Check { path: String::new(), found: Vec::new() };
    check.parts(value, &Attrs::OPTIONAL);
    check.found
}

struct Check {
    path: String,
    found: Vec<Violation>,
}

impl Check {
    fn report(&mut self, message: String) {
        self.found.push(Violation { path: self.path.clone(), message });
    }

    fn below(&mut self, segment: &str, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 && !segment.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(segment);
        check(self);
        self.path.truncate(length);
    }

    /// What a field's attributes demand of it, and then what is in it.
    fn field(&mut self, value: ErasedRef<'_>, attrs: &Attrs) {
        let Some(value) = value.present() else { return };
        match value.view() {
            View::String(text) | View::OtherText(text) => self.text(text, attrs),
            View::Secret(text) => self.text(text.expose(), attrs),
            View::Url(url) => self.text(url.as_str(), attrs),
            View::Id(id) => self.text(id.as_text().unwrap_or_default(), attrs),
            View::Int(number) => self.int(number, attrs),
            View::Float(number) => self.float(number, attrs),
            View::Decimal(number) => self.float(number.to_f64(), attrs),
            View::Bytes(bytes) => self.length(bytes.len(), "bytes", attrs),
            View::Map(entries) => self.length(entries.len(), "entries", attrs),
            View::List(items) => self.list(items, attrs),
            _ => {}
        }
        if !attrs.constant.is_empty() {
            self.constant(value, attrs);
        }
        self.parts(value, attrs);
    }

    fn parts(&mut self, value: ErasedRef<'_>, attrs: &Attrs) {
        match value.view() {
            View::Optional(Some(inner)) => self.parts(inner, attrs),
            View::Patch(super::PatchView::Set(inner)) => self.parts(inner, attrs),
            View::Structure(structure) => {
                for (field, value) in structure.fields() {
                    self.below(field.name(), |check| check.field(value, &field.attrs));
                }
            }
            View::List(items) if attrs.items.is_some() || has_parts(items.item()) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(&format!("[{index}]"), |check| check.field(item, of_items(attrs)));
                }
            }
            View::Map(entries) if attrs.items.is_some() || has_parts(entries.item()) => {
                for (key, value) in entries.iter() {
                    self.below(key, |check| check.field(value, of_items(attrs)));
                }
            }
            View::Union(_, _, inner) => self.parts(inner, &Attrs::OPTIONAL),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, attrs: &Attrs) {
        if attrs.length.is_some() {
            self.length(text.chars().count(), "characters", attrs);
        }
        if attrs.pattern.is_empty() {
            return;
        }
        match pattern(attrs.pattern) {
            Ok(regex) if regex.is_match(text) => {}
            Ok(_) => self.report(format!("does not match the pattern `{}`", attrs.pattern)),
            Err(error) => self.report(format!("cannot be checked against the pattern `{}`: {error}", attrs.pattern)),
        }
    }

    fn length(&mut self, length: usize, what: &str, attrs: &Attrs) {
        let Some((least, greatest)) = attrs.length else { return };
        if length < least as usize {
            self.report(format!("has {length} {what}; at least {least} are needed"));
        }
        if greatest != u32::MAX && length > greatest as usize {
            self.report(format!("has {length} {what}; at most {greatest} are allowed"));
        }
    }

    fn list(&mut self, items: ListView<'_>, attrs: &Attrs) {
        self.length(items.len(), "items", attrs);
        if attrs.unique && has_twice(items) {
            self.report("has the same item twice".to_owned());
        }
    }

    fn int(&mut self, number: i64, attrs: &Attrs) {
        match attrs.range {
            Range::Int(least, greatest) if number < least || number > greatest => self.report(outside(number, attrs.range)),
            #[expect(clippy::cast_precision_loss, reason = "the bounds are fractions")]
            Range::Float(..) => self.float(number as f64, attrs),
            _ => {}
        }
    }

    fn float(&mut self, number: f64, attrs: &Attrs) {
        #[expect(clippy::cast_precision_loss, reason = "the value is a fraction")]
        let within = match attrs.range {
            Range::Any => true,
            Range::Int(least, greatest) => number >= least as f64 && number <= greatest as f64,
            Range::Float(least, greatest) => number >= least && number <= greatest,
        };
        if !within {
            self.report(outside(number, attrs.range));
        }
    }

    fn constant(&mut self, value: ErasedRef<'_>, attrs: &Attrs) {
        let constant = Erased::decode(value.shape(), attrs.constant.as_bytes(), Names::Wire);
        if !constant.is_ok_and(|constant| constant.as_ref() == value) {
            self.report(format!("is not {}, the only value allowed", attrs.constant));
        }
    }
}

fn outside(number: impl std::fmt::Display, range: Range) -> String {
    match range {
        Range::Int(least, i64::MAX) => format!("is {number}; at least {least} is needed"),
        Range::Int(i64::MIN, greatest) => format!("is {number}; at most {greatest} is allowed"),
        Range::Int(least, greatest) => format!("is {number}; it must be from {least} to {greatest}"),
        Range::Float(least, greatest) if greatest == f64::INFINITY => format!("is {number}; at least {least} is needed"),
        Range::Float(least, greatest) if least == f64::NEG_INFINITY => format!("is {number}; at most {greatest} is allowed"),
        Range::Float(least, greatest) => format!("is {number}; it must be from {least} to {greatest}"),
        Range::Any => format!("is {number}"),
    }
}

/// What is demanded of each item.
fn of_items(attrs: &Attrs) -> &Attrs {
    attrs.items.unwrap_or(&Attrs::OPTIONAL)
}

/// Can there be a field inside?
fn has_parts(shape: &'static super::Shape) -> bool {
    !matches!(shape.bare().kind, super::Kind::Leaf(_) | super::Kind::TextEnum(_) | super::Kind::IntEnum(_) | super::Kind::Opaque(_))
}

/// By what the items are on the wire, so that it does not take the square of their number.
fn has_twice(items: ListView<'_>) -> bool {
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    items.iter().any(|item| !seen.insert(item.encode_json(Names::Wire)))
}

/// Patterns are compiled once. They match in time proportional to the text; nothing backtracks.
fn pattern(pattern: &'static str) -> Result<Arc<Regex>, String> {
    static COMPILED: Mutex<Option<HashMap<&'static str, Arc<Regex>>>> = Mutex::new(None);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = compiled.get_or_insert_default();
    if let Some(regex) = compiled.get(pattern) {
        return Ok(regex.clone());
    }
    let regex = Arc::new(Regex::new(pattern).map_err(|error| error.to_string())?);
    compiled.insert(pattern, regex.clone());
    Ok(regex)
}
