//! A value where there is no JSON: text, or texts in lists and members, read from a typed value or from JSON. How it is written down is
//! `address`'s.

use std::borrow::Cow;

use serde_json::Value;

use crate::shape::{Attrs, ErasedRef, PatchView, SymbolView, View};

/// A value where there is no JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plain<'a> {
    /// No value.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// Values in order.
    List(Vec<Plain<'a>>),
    /// Members in order.
    Members(Vec<(Cow<'a, str>, Plain<'a>)>),
}

impl<'a> Plain<'a> {
    /// From a typed value; none when it is absent. Times are written as the field says.
    pub(crate) fn of(value: ErasedRef<'a>, attrs: &Attrs) -> Option<Plain<'a>> {
        let text = |text: Cow<'a, str>| Some(Plain::Text(text));
        match value.view() {
            View::Unit | View::Opaque(_) => None,
            View::Optional(inner) => Plain::of(inner?, attrs),
            View::Patch(PatchView::Leave) => None,
            View::Patch(PatchView::Erase) => Some(Plain::Null),
            View::Patch(PatchView::Set(inner)) => Plain::of(inner, attrs),
            View::Bool(flag) => text(if flag { "true" } else { "false" }.into()),
            View::Int(number) | View::OtherInt(number) => text(number.to_string().into()),
            View::Float(number) => text(number.to_string().into()),
            View::String(string) | View::OtherText(string) => text(string.as_str().into()),
            View::Decimal(number) => text(number.as_str().into()),
            View::DateTime(time) => text(time.format(attrs.format).into()),
            View::Date(date) => text(date.format(attrs.format).into()),
            View::Time(time) => text(time.to_string().into()),
            View::Duration(duration) => text(duration_text(duration, attrs.format).into()),
            View::Uuid(id) => text(id.to_string().into()),
            View::Url(url) => text(url.as_str().into()),
            View::Bytes(bytes) => text(crate::value::bytes::format(bytes, attrs.format).into()),
            View::Json(json) => Some(Plain::from_json(json)),
            View::Secret(secret) => text(secret.expose().into()),
            View::Host(host) => text(host.as_str().into()),
            View::Id(id) => text(id.as_text().map_or_else(|| id.to_string().into(), Cow::Borrowed)),
            View::Symbol(_, SymbolView::Text(symbol)) => text(symbol.wire.into()),
            View::Symbol(_, SymbolView::Int(symbol)) => text(symbol.wire.to_string().into()),
            View::Union(_, _, inner) => Plain::of(inner, attrs),
            View::List(items) => Some(Plain::List(items.iter().filter_map(|item| Plain::of(item, attrs)).collect())),
            View::Map(entries) => {
                Some(Plain::Members(entries.iter().filter_map(|(key, entry)| Some((key.into(), Plain::of(entry, attrs)?))).collect()))
            }
            View::Structure(structure) => {
                Some(Plain::Members(members(structure.fields().map(|(field, value)| (field.wire, &field.attrs, value)))))
            }
        }
    }

    /// From JSON, with the texts copied.
    pub(crate) fn from_json(value: &Value) -> Plain<'static> {
        match value {
            Value::Null => Plain::Null,
            Value::Bool(flag) => Plain::Text(flag.to_string().into()),
            Value::Number(number) => Plain::Text(number.to_string().into()),
            Value::String(text) => Plain::Text(text.clone().into()),
            Value::Array(items) => Plain::List(items.iter().map(Plain::from_json).collect()),
            Value::Object(members) => {
                Plain::Members(members.iter().map(|(name, value)| (name.clone().into(), Plain::from_json(value))).collect())
            }
        }
    }

    /// As one text: lists and members within lists and members are written as JSON, which is what servers that take them read.
    pub(crate) fn flat(&self) -> Cow<'_, str> {
        match self {
            Plain::Null => Cow::Borrowed(""),
            Plain::Text(text) => Cow::Borrowed(text),
            _ => Cow::Owned(self.to_json().to_string()),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Plain::Null => Value::Null,
            Plain::Text(text) => Value::String(text.to_string()),
            Plain::List(items) => Value::Array(items.iter().map(Plain::to_json).collect()),
            Plain::Members(members) => Value::Object(members.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect()),
        }
    }
}

/// Members by wire name; what has no name of its own adds its entries.
fn members<'a>(fields: impl Iterator<Item = (&'static str, &'static Attrs, ErasedRef<'a>)>) -> Vec<(Cow<'a, str>, Plain<'a>)> {
    let mut all = Vec::new();
    for (wire, attrs, value) in fields {
        match Plain::of(value, attrs) {
            Some(Plain::Members(rest)) if attrs.rest => all.extend(rest),
            Some(plain) => all.push((Cow::Borrowed(wire), plain)),
            None => {}
        }
    }
    all
}

/// A duration as its field says: `seconds`, `millis`, or ISO 8601.
fn duration_text(duration: &crate::value::Duration, format: &str) -> String {
    match format {
        "seconds" => duration.as_seconds_f64().to_string(),
        "millis" => duration.as_milliseconds().to_string(),
        _ => duration.to_string(),
    }
}
