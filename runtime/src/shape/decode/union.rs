//! Decoding unions. What variant it is may stand anywhere in an object, so its text is looked at first and decoded then.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    error::shortened,
    leaf::{gives_raw_text, kind_of, unexpected},
    seed::Seed,
    strange,
    structure::put_default,
};
use crate::shape::{Erased, UnionStyle, UnionTable, memory::Filled};

/// Decodes a union.
pub(super) fn decode<'de, 'x, D: Deserializer<'de>>(
    seed: Seed<'_, 'x>,
    table: &'static UnionTable,
    deserializer: D,
) -> Result<Filled<'x>, D::Error> {
    let text: Cow<'_, str> = if gives_raw_text::<D>() {
        Box::<RawValue>::deserialize(deserializer)?.get().to_owned().into()
    } else {
        serde_json::Value::deserialize(deserializer)?.to_string().into()
    };
    if text == "null" && !seed.default.is_empty() {
        return put_default(seed);
    }
    match table.style {
        UnionStyle::Tagged(tag) => decode_tagged(seed, table, tag, &text),
        UnionStyle::Untagged | UnionStyle::Answers => decode_untagged(seed, table, &text),
    }
}

fn decode_tagged<'x, E: Error>(seed: Seed<'_, 'x>, table: &'static UnionTable, tag: &'static str, text: &str) -> Result<Filled<'x>, E> {
    if !text.starts_with('{') && !table.open {
        return Err(unexpected(&seed, kind_of(text)));
    }
    let found = serde_json::Deserializer::from_str(text).deserialize_any(TagVisitor(tag)).ok().flatten();
    let named = table.variants().len() - usize::from(table.open);
    let variant = found.as_deref().and_then(|found| table.variants()[..named].iter().position(|variant| variant.tag == found));
    let index = match (variant, table.open) {
        (Some(index), _) => index,
        (None, true) => named,
        (None, false) => {
            let known: Vec<_> = table.variants().iter().take(20).map(|variant| variant.tag).collect();
            let found = found.map_or_else(|| "nothing".to_owned(), |found| format!("{:?}", shortened(&found)));
            let error = seed.context.fail(format!("expected one of {}, found {found}", known.join(", ")));
            return Err(seed.context.below(error, tag));
        }
    };
    let Seed { slot, context, .. } = seed;
    slot.fill_variant(index, |slot| Seed::new(slot, context).deserialize(&mut serde_json::Deserializer::from_str(text)))
        .map_err(|_| E::custom("no variant fits"))
}

fn decode_untagged<'x, E: Error>(seed: Seed<'_, 'x>, table: &'static UnionTable, text: &str) -> Result<Filled<'x>, E> {
    let Seed { slot, context, .. } = seed;
    let mut reasons = Vec::new();
    let mark = strange::mark();
    for (index, variant) in table.variants().iter().enumerate() {
        let tried =
            Erased::build(variant.shape.get(), |slot| Seed::new(slot, context).deserialize(&mut serde_json::Deserializer::from_str(text)));
        match tried {
            Ok(value) => return slot.fill_variant(index, |slot| Ok(slot.put_erased(value))),
            Err(_) => {
                strange::back_to(mark);
                reasons.push(format!("{}: {}", variant.name, context.take_failure()));
            }
        }
    }
    Err(context.fail(format!("no variant fits ({})", reasons.join("; "))))
}

/// Finds the value of the tag; texts and whole numbers are tags.
struct TagVisitor(&'static str);

impl<'de> Visitor<'de> for TagVisitor {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Option<String>, A::Error> {
        let mut found = None;
        while let Some(key) = entries.next_key::<Cow<'de, str>>()? {
            if key != self.0 {
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            found = match entries.next_value::<serde_json::Value>()? {
                serde_json::Value::String(tag) => Some(tag),
                serde_json::Value::Number(tag) => Some(tag.to_string()),
                serde_json::Value::Bool(tag) => Some(tag.to_string()),
                _ => None,
            };
        }
        Ok(found)
    }
}
