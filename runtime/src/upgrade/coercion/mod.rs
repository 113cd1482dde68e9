//! What becomes of a value where another type is expected: the table that the platform publishes whose scenarios are read, as a decision
//! procedure. [`decide`] is for values that are not known yet, [`convert`] for those that stand there.

mod date;

use std::borrow::Cow;

use super::json::{Sort, quoted, sort, text_of};
use crate::shape::{Kind as ShapeKind, Leaf, Shape};

/// The platform's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Several values.
    Array,
    /// Yes or no.
    Boolean,
    /// Binary data.
    Buffer,
    /// Named values.
    Collection,
    /// A day, with a time or without.
    Date,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A time of day.
    Time,
}

/// What becomes of values of one type where another is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// They stay.
    Unchanged,
    /// Each is converted.
    Converted,
    /// It depends on the value; some are refused.
    Depends,
    /// Each is refused.
    Refused,
}

/// What becomes of a value of the type `received` where `expected` is expected; none for a type that is not known.
pub fn decide(expected: Kind, received: Option<Kind>) -> Decision {
    use Decision::{Converted, Depends, Refused, Unchanged};
    let Some(received) = received else {
        return if matches!(expected, Kind::Array | Kind::Boolean) { Converted } else { Depends };
    };
    match (expected, received) {
        // A binary value of an encoding that does not fit is converted, where that is possible.
        (Kind::Buffer, Kind::Buffer) => Depends,
        (expected, received) if expected == received => Unchanged,
        (Kind::Array, _) => Converted,
        // Numbers are true, even 0; texts are true unless empty or `false`; all else is true unless it is null.
        (Kind::Boolean, _) => Converted,
        (Kind::Buffer, Kind::Boolean | Kind::Date | Kind::Number | Kind::Text) => Converted,
        (Kind::Date | Kind::Number | Kind::Time, Kind::Text) => Depends,
        (Kind::Text, Kind::Boolean | Kind::Date | Kind::Number) => Converted,
        // If the array supports it; if an encoding is given.
        (Kind::Text, Kind::Array | Kind::Buffer) => Depends,
        (Kind::Buffer | Kind::Collection | Kind::Date | Kind::Number | Kind::Text | Kind::Time, _) => Refused,
    }
}

/// The value that a stored literal becomes; `declared` is the type that the field had, for dates, times and binary data are stored as text.
///
/// # Errors
/// When it has no place there, with what was expected.
pub(crate) fn convert(expected: Kind, declared: Option<Kind>, literal: &str) -> Result<Cow<'_, str>, &'static str> {
    let received = match (sort(literal), declared) {
        (Sort::Null, _) => return Ok(null(expected, literal)),
        (Sort::Text, Some(kind @ (Kind::Date | Kind::Time | Kind::Buffer))) => kind,
        (Sort::Text, _) => Kind::Text,
        (Sort::Number, _) => Kind::Number,
        (Sort::Bool, _) => Kind::Boolean,
        (Sort::List, _) => Kind::Array,
        (Sort::Object, _) => Kind::Collection,
    };
    let text = || text_of(literal).unwrap_or_default();
    match (expected, received) {
        (expected, received) if expected == received => Ok(Cow::Borrowed(literal)),
        (Kind::Array, _) => Ok(Cow::Owned(format!("[{literal}]"))),
        (Kind::Boolean, Kind::Text) => Ok(Cow::Borrowed(if matches!(&*text(), "" | "false") { "false" } else { "true" })),
        (Kind::Boolean, _) => Ok(Cow::Borrowed("true")),
        // Binary data is stored as text; its bytes are made when the step runs.
        (Kind::Buffer | Kind::Text, Kind::Number | Kind::Boolean) => Ok(Cow::Owned(format!("\"{literal}\""))),
        (Kind::Buffer, Kind::Text) => Ok(Cow::Borrowed(literal)),
        (Kind::Buffer | Kind::Text, Kind::Date) => date::iso(&text()).map(|iso| Cow::Owned(quoted(&iso))).ok_or(DATE),
        (Kind::Date, Kind::Text) => date::iso(&text()).map(|iso| Cow::Owned(quoted(&iso))).ok_or(DATE),
        (Kind::Number, Kind::Text) => number(&text()).map(Cow::Owned).ok_or("a number"),
        (Kind::Time, Kind::Text) => date::time(&text()).map(|time| Cow::Owned(quoted(&time))).ok_or("a time such as `17:26:44`"),
        (expected, _) => Err(expected.name()),
    }
}

/// Was a date read whose zone nobody said?
pub(crate) fn is_without_zone(expected: Kind, literal: &str) -> bool {
    expected == Kind::Date && text_of(literal).is_some_and(|text| !date::has_zone(&text))
}

const DATE: &str = "a date such as `2016-06-20T17:26:44Z`";

fn null(expected: Kind, literal: &str) -> Cow<'_, str> {
    Cow::Borrowed(if expected == Kind::Boolean { "false" } else { literal })
}

/// A text as a JSON number: what it says, in the digits that it says it with.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    (sort(digits) == Sort::Number && serde_json::from_str::<serde_json::Number>(digits).is_ok()).then(|| digits.to_owned())
}

impl Kind {
    /// What the platform calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Array => "an array",
            Kind::Boolean => "yes or no",
            Kind::Buffer => "binary data",
            Kind::Collection => "a collection",
            Kind::Date => "a date",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::Time => "a time",
        }
    }

    /// The type of a shape's values; none when they may have several.
    pub fn of(shape: &'static Shape) -> Option<Kind> {
        Some(match &shape.bare().kind {
            ShapeKind::Leaf(leaf) => match leaf {
                Leaf::Bool => Kind::Boolean,
                Leaf::Int | Leaf::Float | Leaf::Decimal => Kind::Number,
                Leaf::DateTime | Leaf::Date => Kind::Date,
                Leaf::Time => Kind::Time,
                Leaf::Bytes => Kind::Buffer,
                Leaf::String | Leaf::Duration | Leaf::Uuid | Leaf::Url | Leaf::Secret | Leaf::Host => Kind::Text,
                Leaf::Unit | Leaf::Json | Leaf::Id => return None,
            },
            ShapeKind::Structure(_) | ShapeKind::Map(..) => Kind::Collection,
            ShapeKind::List(..) => Kind::Array,
            // An enum's values are given by their names.
            ShapeKind::TextEnum(_) | ShapeKind::IntEnum(_) => Kind::Text,
            ShapeKind::Opaque(_) => Kind::Buffer,
            ShapeKind::Optional(..) | ShapeKind::Boxed(_) | ShapeKind::Patch(_) | ShapeKind::Union(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests;
