//! Decoding structures: finding the field of a key, keeping or skipping what has none, and filling in what is missing.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::{Names, context::Context, index, seed::Seed, strange};
use crate::shape::{
    Erased, Field, Kind, Leaf, Shape,
    memory::{Filled, MapEntries, Slot, StructureBuilder},
};

/// Decodes a structure. Of a key that comes twice the last value counts.
#[inline]
pub(super) fn decode<'de, 'x, A: MapAccess<'de>>(slot: Slot<'x>, context: &Context, mut entries: A) -> Result<Filled<'x>, A::Error> {
    let mut lookup = Lookup::new(slot.shape(), slot.shape().fields(), context);
    let mut builder = slot.structure();
    let fields = builder.fields();
    let mut rest = rest_of(fields);
    while let Some(key) = entries.next_key_seed(&mut lookup)? {
        match key {
            Key::Field(index) => {
                let field = &fields[index];
                builder
                    .fill(index, |slot| {
                        entries.next_value_seed(Seed { slot, context, format: field.attrs.format, default: field.attrs.default })
                    })
                    .map_err(|error| context.below(error, context.name_of(field)))?;
                if !field.attrs.constant.is_empty() {
                    check_constant(&builder, index, context)?;
                }
            }
            Key::Unknown => {
                entries.next_value::<IgnoredAny>()?;
            }
            Key::Rest(key) => {
                let Some(rest) = &mut rest else { continue };
                context.check_items(rest.len() + 1)?;
                let name = key.clone();
                rest.insert(key, |slot| entries.next_value_seed(Seed::new(slot, context))).map_err(|error| context.below(error, &name))?;
            }
        }
    }
    if let Some(rest) = rest {
        builder.fill(fields.len() - 1, |slot| Ok(slot.put_map(rest)))?;
    }
    if !builder.is_complete() {
        fill_missing(&mut builder, context)?;
    }
    Ok(builder.finish())
}

/// What has no field is kept in the last one, if that is for it.
fn rest_of(fields: &'static [Field]) -> Option<MapEntries> {
    let last = fields.last()?;
    match last.shape().kind {
        Kind::Map(item, _) if last.attrs.rest => Some(MapEntries::new(item.get())),
        _ => None,
    }
}

/// Puts in what stands for a field that is absent.
#[inline(never)]
fn fill_missing<E: Error>(builder: &mut StructureBuilder<'_>, context: &Context) -> Result<(), E> {
    let fields = builder.fields();
    for (index, field) in fields.iter().enumerate() {
        if !builder.has(index) {
            builder.fill(index, |slot| put_missing(slot, field, context)).map_err(|error| context.below(error, context.name_of(field)))?;
        }
    }
    Ok(())
}

fn put_missing<'x, E: Error>(slot: Slot<'x>, field: &Field, context: &Context) -> Result<Filled<'x>, E> {
    let attrs = &field.attrs;
    if !attrs.default.is_empty() {
        return put_default(Seed { slot, context, format: attrs.format, default: attrs.default });
    }
    match slot.shape().kind {
        Kind::Leaf(Leaf::Unit) => Ok(slot.put(())),
        Kind::Patch(_) => Ok(slot.put_leave()),
        _ if attrs.required => Err(context.fail("missing".to_owned())),
        Kind::Optional(..) => Ok(slot.put_none()),
        Kind::List(..) => Ok(slot.list().finish()),
        Kind::Map(item, _) => Ok(slot.put_map(MapEntries::new(item.get()))),
        _ if !attrs.constant.is_empty() => put_default(Seed { slot, context, format: attrs.format, default: attrs.constant }),
        _ => Err(context.fail("missing".to_owned())),
    }
}

/// Puts in a default of the spec.
#[cold]
pub(super) fn put_default<'x, E: Error>(seed: Seed<'_, 'x>) -> Result<Filled<'x>, E> {
    let Seed { slot, context, format, default } = seed;
    let mut reader = serde_json::Deserializer::from_str(default);
    Seed { slot, context, format, default: "" }
        .deserialize(&mut reader)
        .map_err(|error: serde_json::Error| context.fail(format!("the default `{default}` does not fit: {error}")))
}

fn check_constant<E: Error>(builder: &StructureBuilder<'_>, index: usize, context: &Context) -> Result<(), E> {
    let field = &builder.fields()[index];
    let constant = Erased::decode(field.shape(), field.attrs.constant.as_bytes(), Names::Wire);
    let fits = constant.is_ok_and(|constant| builder.get(index) == Some(constant.as_ref()));
    if fits {
        return Ok(());
    }
    let error = context.fail(format!("expected {}", field.attrs.constant));
    Err(context.below(error, context.name_of(field)))
}

/// What a key stands for.
pub(super) enum Key {
    /// The field with this index.
    Field(usize),
    /// No field, and it is kept.
    Rest(String),
    /// No field, and it is skipped.
    Unknown,
}

/// Finds fields by key. Keys usually come in the order of the fields, so the next one is tried first.
struct Lookup<'c> {
    shape: &'static Shape,
    fields: &'static [Field],
    context: &'c Context,
    next: usize,
    keeps_rest: bool,
}

impl<'c> Lookup<'c> {
    #[inline]
    fn new(shape: &'static Shape, fields: &'static [Field], context: &'c Context) -> Self {
        let keeps_rest = fields.last().is_some_and(|field| field.attrs.rest);
        Self { shape, fields, context, next: 0, keeps_rest }
    }

    #[inline]
    fn find(&mut self, key: &str) -> Option<usize> {
        let index = match self.fields.get(self.next) {
            Some(field) if index::same(self.context.name_of(field), key) => self.next,
            _ => index::find(self.shape, self.context.names, key)?,
        };
        self.next = index + 1;
        Some(index)
    }
}

impl<'de> DeserializeSeed<'de> for &mut Lookup<'_> {
    type Value = Key;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for &mut Lookup<'_> {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    #[inline]
    fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
        if let Some(index) = self.find(key) {
            return Ok(Key::Field(index));
        }
        if !self.keeps_rest {
            strange::member(self.shape, key);
            return Ok(Key::Unknown);
        }
        self.context.check_text(key)?;
        Ok(Key::Rest(key.to_owned()))
    }
}
