//! Decoding values without parts, and saying what was expected instead.

use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use super::{
    Names,
    error::shortened,
    seed::{AnyVisitor, Seed},
    strange,
};
use crate::{
    shape::{
        Kind, Leaf, Shape,
        memory::{Filled, OpaqueTable, Slot},
    },
    value::{Date, DateTime, Decimal, Duration, Host, Id, InvalidValue, Secret, Time},
};

/// A whole number came.
#[inline]
pub(super) fn int<'x, E: Error>(seed: Seed<'_, 'x>, value: i64) -> Result<Filled<'x>, E> {
    match &seed.slot.shape().kind {
        Kind::Leaf(Leaf::Int) => Ok(seed.slot.put(value)),
        #[expect(clippy::cast_precision_loss, reason = "the field is a float")]
        Kind::Leaf(Leaf::Float) => Ok(seed.slot.put(value as f64)),
        Kind::Leaf(Leaf::Id) => Ok(seed.slot.put(Id::<()>::from(value))),
        Kind::Leaf(Leaf::Decimal) => Ok(seed.slot.put(Decimal::from(value))),
        Kind::Leaf(Leaf::DateTime) if seed.format.starts_with("epoch") => {
            checked(seed, &value.to_string(), |format| DateTime::from_number(value, format))
        }
        Kind::Leaf(Leaf::Date) if seed.format.starts_with("epoch") => {
            checked(seed, &value.to_string(), |format| Date::from_number(value, format))
        }
        #[expect(clippy::cast_precision_loss, reason = "a length of time has no such precision")]
        Kind::Leaf(Leaf::Duration) if is_number(seed.format) => {
            checked(seed, &value.to_string(), |format| Duration::from_number(value as f64, format))
        }
        Kind::IntEnum(table) => {
            let found = match seed.context.names {
                Names::Wire | Names::Spec => table.symbols().iter().position(|symbol| symbol.wire == value),
            };
            match found {
                Some(index) => Ok(seed.slot.put_symbol(index)),
                None => {
                    let Seed { slot, context, format, default } = seed;
                    strange::value(slot.shape(), &value.to_string());
                    slot.put_other_int(value).map_err(|slot| unexpected(&Seed { slot, context, format, default }, &value.to_string()))
                }
            }
        }
        _ => Err(unexpected(&seed, &value.to_string())),
    }
}

/// A whole number came that does not fit into 64 bits with a sign.
#[cold]
pub(super) fn large_int<'x, E: Error>(seed: Seed<'_, 'x>, value: u64) -> Result<Filled<'x>, E> {
    match seed.slot.shape().kind {
        #[expect(clippy::cast_precision_loss, reason = "the field is a float")]
        Kind::Leaf(Leaf::Float) => Ok(seed.slot.put(value as f64)),
        Kind::Leaf(Leaf::Id) => Ok(seed.slot.put(Id::<()>::from(value.to_string()))),
        Kind::Leaf(Leaf::Decimal) => Ok(seed.slot.put(Decimal::from(value))),
        _ => Err(unexpected(&seed, &value.to_string())),
    }
}

/// A fraction came.
pub(super) fn float<'x, E: Error>(seed: Seed<'_, 'x>, value: f64) -> Result<Filled<'x>, E> {
    /// Up to here every whole number is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match seed.slot.shape().kind {
        Kind::Leaf(Leaf::Float) => Ok(seed.slot.put(value)),
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and small enough")]
        Kind::Leaf(Leaf::Int | Leaf::Id) if value.fract() == 0.0 && value.abs() <= EXACT => int(seed, value as i64),
        #[expect(clippy::cast_possible_truncation, reason = "what is less than a millisecond is cut off")]
        Kind::Leaf(Leaf::DateTime) if seed.format == "epoch" && value.abs() <= EXACT / 1000.0 => {
            checked(seed, &value.to_string(), |_| DateTime::from_epoch_milliseconds((value * 1000.0).round() as i64))
        }
        Kind::Leaf(Leaf::Duration) if is_number(seed.format) => {
            checked(seed, &value.to_string(), |format| Duration::from_number(value, format))
        }
        // Only a deserializer that is not serde_json's comes here.
        Kind::Leaf(Leaf::Decimal) => checked(seed, &value.to_string(), |_| value.to_string().parse::<Decimal>()),
        _ => Err(unexpected(&seed, &value.to_string())),
    }
}

/// A text came.
#[inline]
pub(super) fn text<'x, E: Error>(seed: Seed<'_, 'x>, text: &str) -> Result<Filled<'x>, E> {
    seed.context.check_text(text)?;
    match seed.slot.shape().kind {
        // By way of a box, which costs fewer steps than growing an empty text.
        Kind::Leaf(Leaf::String) => Ok(seed.slot.put(Box::<str>::from(text).into_string())),
        Kind::Leaf(Leaf::Id) => Ok(seed.slot.put(Id::<()>::from(text))),
        Kind::TextEnum(_) => symbol(seed, text),
        Kind::Leaf(Leaf::Decimal) => checked(seed, text, |_| text.parse::<Decimal>().map(Decimal::quoted)),
        Kind::Leaf(Leaf::Int | Leaf::Float | Leaf::Bool | Leaf::Unit) => Err(unexpected(&seed, &format!("{:?}", shortened(text)))),
        Kind::Leaf(_) => {
            let Seed { slot, context, format, default } = seed;
            leaf_from_text(slot, text, format).map_err(|(slot, invalid)| {
                wrong(&Seed { slot, context, format, default }, invalid.expected(), &format!("{:?}", shortened(text)))
            })
        }
        Kind::IntEnum(table) if seed.context.names == Names::Spec => {
            match table.symbols().iter().position(|symbol| symbol.name() == text) {
                Some(index) => Ok(seed.slot.put_symbol(index)),
                None => Err(unexpected(&seed, &format!("{:?}", shortened(text)))),
            }
        }
        _ => Err(unexpected(&seed, &format!("{:?}", shortened(text)))),
    }
}

fn symbol<'x, E: Error>(seed: Seed<'_, 'x>, text: &str) -> Result<Filled<'x>, E> {
    let Kind::TextEnum(table) = &seed.slot.shape().kind else { return Err(unexpected(&seed, text)) };
    let named = match seed.context.names {
        Names::Wire => None,
        Names::Spec => table.symbols().iter().position(|symbol| symbol.name() == text),
    };
    match named.or_else(|| table.symbols().iter().position(|symbol| symbol.wire == text)) {
        Some(index) => Ok(seed.slot.put_symbol(index)),
        None => {
            let Seed { slot, context, format, default } = seed;
            strange::value(slot.shape(), text);
            slot.put_other_text(text.to_owned()).map_err(|(slot, text)| {
                let known: Vec<_> = table.symbols().iter().take(20).map(|symbol| symbol.wire).collect();
                wrong(&Seed { slot, context, format, default }, &format!("one of {}", known.join(", ")), &format!("{:?}", shortened(&text)))
            })
        }
    }
}

fn checked<'x, T: crate::shape::Shaped, E: Error>(
    seed: Seed<'_, 'x>,
    found: &str,
    value: impl FnOnce(&'static str) -> Result<T, InvalidValue>,
) -> Result<Filled<'x>, E> {
    match value(seed.format) {
        Ok(value) => Ok(seed.slot.put(value)),
        Err(invalid) => Err(wrong(&seed, invalid.expected(), &shortened(found))),
    }
}

/// A value of any leaf from text, as JSON strings, query parameters and XML have them. Gives the slot back when it is none.
pub(crate) fn leaf_from_text<'x>(slot: Slot<'x>, text: &str, format: &'static str) -> Result<Filled<'x>, (Slot<'x>, InvalidValue)> {
    fn put<'x, T: crate::shape::Shaped>(slot: Slot<'x>, value: Result<T, InvalidValue>) -> Result<Filled<'x>, (Slot<'x>, InvalidValue)> {
        match value {
            Ok(value) => Ok(slot.put(value)),
            Err(invalid) => Err((slot, invalid)),
        }
    }
    fn parse<T: FromStr>(text: &str, expected: &'static str) -> Result<T, InvalidValue> {
        text.parse().map_err(|_| InvalidValue::new(expected))
    }
    let Kind::Leaf(leaf) = slot.shape().kind else { return Err((slot, InvalidValue::new("a value without parts"))) };
    match leaf {
        Leaf::Unit => put(slot, if text.is_empty() { Ok(()) } else { Err(InvalidValue::new("nothing")) }),
        Leaf::Bool => put(slot, parse::<bool>(text, "true or false")),
        Leaf::Int => put(slot, parse::<i64>(text, "a whole number")),
        Leaf::Float => put(slot, parse::<f64>(text, "a number")),
        Leaf::String => Ok(slot.put(text.to_owned())),
        Leaf::Decimal => put(slot, text.parse::<Decimal>()),
        Leaf::DateTime => put(slot, DateTime::parse(text, format)),
        Leaf::Date => put(slot, Date::parse(text, format)),
        Leaf::Time => put(slot, text.parse::<Time>()),
        Leaf::Duration if is_number(format) => {
            put(slot, parse::<f64>(text, "a number").and_then(|number| Duration::from_number(number, format)))
        }
        Leaf::Duration => put(slot, text.parse::<Duration>()),
        Leaf::Uuid => put(slot, parse::<uuid::Uuid>(text, "a UUID")),
        Leaf::Url => put(slot, parse::<url::Url>(text, "a URL")),
        Leaf::Bytes => put(slot, crate::value::bytes::parse(text, format)),
        Leaf::Json => Ok(slot.put(serde_json::Value::from(text))),
        Leaf::Secret => Ok(slot.put(Secret::from(text))),
        Leaf::Host => put(slot, text.parse::<Host>()),
        Leaf::Id => Ok(slot.put(Id::<()>::from(text))),
    }
}

fn is_number(format: &str) -> bool {
    matches!(format, "seconds" | "millis")
}

/// A decimal keeps the digits that stand there, which only the raw text has.
pub(super) fn decimal<'de, 'x, D: Deserializer<'de>>(seed: Seed<'_, 'x>, deserializer: D) -> Result<Filled<'x>, D::Error> {
    if !gives_raw_text::<D>() {
        return deserializer.deserialize_any(AnyVisitor(seed));
    }
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if let Ok(decimal) = raw.get().parse::<Decimal>() {
        return Ok(seed.slot.put(decimal));
    }
    if raw.get() == "null" && !seed.default.is_empty() {
        return super::structure::put_default(seed);
    }
    match serde_json::from_str::<String>(raw.get()) {
        Ok(quoted) => text(seed, &quoted),
        Err(_) => Err(unexpected(&seed, kind_of(raw.get()))),
    }
}

/// Any JSON. Texts in it are bounded by the length of the whole only.
pub(super) fn json<'de, 'x, D: Deserializer<'de>>(seed: Seed<'_, 'x>, deserializer: D) -> Result<Filled<'x>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(|value| seed.slot.put(value))
}

/// A file that a host gives as JSON. Nothing on the wire is ever read as one.
pub(super) fn opaque<'de, 'x, D: Deserializer<'de>>(
    seed: Seed<'_, 'x>,
    table: &OpaqueTable,
    deserializer: D,
) -> Result<Filled<'x>, D::Error> {
    let given = match seed.context.names {
        Names::Spec => table.from_json(&serde_json::Value::deserialize(deserializer)?),
        Names::Wire => None,
    };
    match given {
        Some(value) => Ok(seed.slot.put_erased(value)),
        None => Err(seed.context.fail("a file cannot stand here; in a call by name it is text, or {\"base64\": …}".to_owned())),
    }
}

/// Can a `RawValue` be had from it? There is no trait for this; where the name does not tell, decimals come through floats, and unions
/// through `Value`.
pub(super) fn gives_raw_text<D>() -> bool {
    let name = std::any::type_name::<D>().trim_start_matches("&mut ").trim_start_matches('&');
    name.starts_with("serde_json::de::Deserializer<") || name == "serde_json::value::Value"
}

/// What kind of value a JSON text is.
pub(super) fn kind_of(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// What would have been right.
pub(super) fn expected(shape: &Shape) -> &'static str {
    match &shape.kind {
        Kind::Leaf(leaf) => match leaf {
            Leaf::Unit => "nothing",
            Leaf::Bool => "true or false",
            Leaf::Int => "a whole number",
            Leaf::Float => "a number",
            Leaf::String | Leaf::Secret => "a string",
            Leaf::Decimal => "a decimal number",
            Leaf::DateTime => "a time",
            Leaf::Date => "a day",
            Leaf::Time => "a time of day",
            Leaf::Duration => "a length of time",
            Leaf::Uuid => "a UUID",
            Leaf::Url => "a URL",
            Leaf::Bytes => "bytes in base64",
            Leaf::Json => "any value",
            Leaf::Host => "a host name",
            Leaf::Id => "an identifier",
        },
        Kind::Structure(_) | Kind::Map(..) => "an object",
        Kind::List(..) => "a list",
        Kind::TextEnum(_) => "a string",
        Kind::IntEnum(_) => "a whole number",
        Kind::Union(_) => "one of several objects",
        Kind::Opaque(_) => "a file",
        Kind::Boxed(inner) | Kind::Optional(inner, _) | Kind::Patch(inner) => expected(inner.get()),
    }
}

/// Fails with what came instead.
#[cold]
pub(super) fn unexpected<E: Error>(seed: &Seed<'_, '_>, found: &str) -> E {
    wrong(seed, expected(seed.slot.shape()), found)
}

#[cold]
fn wrong<E: Error>(seed: &Seed<'_, '_>, expected: &str, found: &str) -> E {
    let found = if matches!(seed.slot.shape().kind, Kind::Leaf(Leaf::Secret)) { "something else" } else { found };
    seed.context.fail(format!("expected {expected}, found {found}"))
}
