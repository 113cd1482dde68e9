//! A value where there is no JSON: text, or texts in lists and members, read from a typed value or from JSON. How it is written down is
//! `address`'s.

use std::borrow::Cow;

use serde_json::Value;

use crate::shape::{Attrs, ErasedRef, Kind, PatchView, SymbolView, UnionStyle, Variant, View};

/// A value where there is no JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plain<'a> {
    /// No value.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// A number or a flag: the same text, and without quotes where it stands in JSON.
    Bare(Cow<'a, str>),
    /// Values in order.
    List(Vec<Plain<'a>>),
    /// Members in order.
    Members(Vec<(Cow<'a, str>, Plain<'a>)>),
}

impl<'a> Plain<'a> {
    /// From a typed value; none when it is absent. Times are written as the field says.
    pub(crate) fn of(value: ErasedRef<'a>, attrs: &Attrs) -> Option<Plain<'a>> {
        let text = |text: Cow<'a, str>| Some(Plain::Text(text));
        let bare = |text: String| Some(Plain::Bare(text.into()));
        match value.view() {
            View::Unit | View::Opaque(_) => None,
            View::Optional(inner) => Plain::of(inner?, attrs),
            View::Patch(PatchView::Leave) => None,
            View::Patch(PatchView::Erase) => Some(Plain::Null),
            View::Patch(PatchView::Set(inner)) => Plain::of(inner, attrs),
            View::Bool(flag) => Some(Plain::Bare(if flag { "true" } else { "false" }.into())),
            View::Int(number) | View::OtherInt(number) => bare(number.to_string()),
            View::Float(number) if number.is_finite() => bare(number.to_string()),
            View::Float(number) => text(number.to_string().into()),
            View::String(string) | View::OtherText(string) => text(string.as_str().into()),
            View::Decimal(number) if number.is_quoted() => text(number.as_str().into()),
            View::Decimal(number) => Some(Plain::Bare(number.as_str().into())),
            View::DateTime(time) if counts(attrs.format) => bare(time.format(attrs.format)),
            View::DateTime(time) => text(time.format(attrs.format).into()),
            View::Date(date) if counts(attrs.format) => bare(date.format(attrs.format)),
            View::Date(date) => text(date.format(attrs.format).into()),
            View::Time(time) => text(time.to_string().into()),
            View::Duration(duration) if counts(attrs.format) => bare(duration_text(duration, attrs.format)),
            View::Duration(duration) => text(duration_text(duration, attrs.format).into()),
            View::Uuid(id) => text(id.to_string().into()),
            View::Url(url) => text(url.as_str().into()),
            View::Bytes(bytes) => text(crate::value::bytes::format(bytes, attrs.format).into()),
            View::Json(json) => Some(Plain::from_json(json)),
            View::Secret(secret) => text(secret.expose().into()),
            View::Host(host) => text(host.as_str().into()),
            View::Id(id) => id.as_text().map_or_else(|| bare(id.to_string()), |id| text(id.into())),
            View::Symbol(_, SymbolView::Text(symbol)) => text(symbol.wire.into()),
            View::Symbol(_, SymbolView::Int(symbol)) => bare(symbol.wire.to_string()),
            View::Union(_, variant, inner) => Some(tagged(value, variant, Plain::of(inner, attrs)?)),
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
            Value::Bool(flag) => Plain::Bare(flag.to_string().into()),
            Value::Number(number) => Plain::Bare(number.to_string().into()),
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
            Plain::Text(text) | Plain::Bare(text) => Cow::Borrowed(text),
            _ => {
                let mut json = String::new();
                self.write_json(&mut json);
                Cow::Owned(json)
            }
        }
    }

    fn write_json(&self, json: &mut String) {
        match self {
            Plain::Null => json.push_str("null"),
            Plain::Text(text) => write_text(json, text),
            // As it is, so that no digit is lost.
            Plain::Bare(text) => json.push_str(text),
            Plain::List(items) => {
                json.push('[');
                for (index, item) in items.iter().enumerate() {
                    json.push_str(if index == 0 { "" } else { "," });
                    item.write_json(json);
                }
                json.push(']');
            }
            Plain::Members(members) => {
                json.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    json.push_str(if index == 0 { "" } else { "," });
                    write_text(json, name);
                    json.push(':');
                    value.write_json(json);
                }
                json.push('}');
            }
        }
    }
}

fn write_text(json: &mut String, text: &str) {
    json.push_str(&Value::from(text).to_string());
}

/// A value of a union, with the member that says which of its types it is.
fn tagged<'a>(union: ErasedRef<'a>, variant: &'static Variant, value: Plain<'a>) -> Plain<'a> {
    let tag = match &union.shape().unboxed().kind {
        Kind::Union(table) => match table.style {
            UnionStyle::Tagged(tag) => tag,
            _ => return value,
        },
        _ => return value,
    };
    match value {
        Plain::Members(mut members) if !variant.tag.is_empty() => {
            members.retain(|(name, _)| name != tag);
            members.insert(0, (tag.into(), Plain::Text(variant.tag.into())));
            Plain::Members(members)
        }
        value => value,
    }
}

/// Whether times in this format are numbers.
fn counts(format: &str) -> bool {
    matches!(format, "epoch" | "epoch_ms" | "seconds" | "millis")
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

#[cfg(test)]
#[allow(unsafe_code, missing_docs, unreachable_pub, dead_code, reason = "the macros that declare types write it")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{__codegen_v1 as lp, shape::Shaped};

    lp::closed_enum! { pub enum Level "Level" int { Low = 1, High = 2 } }
    lp::structure! {
        pub struct Card "Card" {
            pub number: String = "number!";
            pub months: i64 = "months!";
            pub level: Option<Level> = "level";
            pub rate: Option<f64> = "rate";
            pub saved: bool = "saved!";
            pub price: Option<lp::Decimal> = "price";
            pub since: Option<lp::DateTime> = "since" "format epoch";
            pub id: Option<lp::Id<Card>> = "id";
            pub note: Option<lp::Patch<String>> = "note?";
            pub more: Option<lp::Json> = "more";
        }
    }
    lp::structure! { pub struct Cash "Cash" { pub kind: String = "kind!"; } }
    lp::tagged_union! { pub enum Payment "Payment" by "kind" { Card(Card) = "card", Cash(Cash) = "cash" } }

    fn plain<T: Shaped>(json: &Value, use_it: impl FnOnce(Plain<'_>)) {
        let value: T = crate::shape::decode_json(json.to_string().as_bytes(), crate::shape::Names::Wire).expect("it fits");
        use_it(Plain::of(ErasedRef::of(&value), &Attrs::REQUIRED).expect("a value"));
    }

    fn card() -> Value {
        json!({
            "number": "4", "months": 12, "level": 2, "rate": 0.5, "saved": true, "price": 12.5, "since": 1_700_000_000, "id": 7,
            "more": {"a": [1, null, "1"]},
        })
    }

    #[test]
    fn what_is_written_as_json_is_the_json() {
        let text = card().to_string();
        plain::<Card>(&card(), |plain| assert_eq!(serde_json::from_str::<Value>(&plain.flat()).expect("JSON"), card(), "{text}"));
        assert_eq!(serde_json::from_str::<Value>(&Plain::from_json(&card()).flat()).expect("JSON"), card());
        // Alone, they are texts as they are.
        let Plain::Members(members) = Plain::from_json(&card()) else { panic!("an object") };
        let flat: Vec<String> = members.iter().take(3).map(|(name, value)| format!("{name}={}", value.flat())).collect();
        assert_eq!(flat, ["id=7", "level=2", "months=12"]);
    }

    #[test]
    fn a_union_says_which_of_its_types_it_is() {
        let mut tagged = card();
        tagged["kind"] = "card".into();
        plain::<Payment>(&tagged, |plain| assert_eq!(serde_json::from_str::<Value>(&plain.flat()).expect("JSON"), tagged));
        plain::<Payment>(&json!({"kind": "cash"}), |plain| {
            assert_eq!(plain, Plain::Members(vec![("kind".into(), Plain::Text("cash".into()))]));
        });
    }
}
