//! Encoding values as JSON by shape, through serde_json's writer. One `Serialize` does it for every type.

use serde::ser::{Error, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::{Attrs, Erased, ErasedRef, Field, Names, PatchView, Shaped, StructureView, SymbolView, UnionStyle, View};
use crate::value::{Decimal, Secret};

/// Writes a value as JSON, secrets in clear: this is what goes on the wire.
pub fn encode_json<T: Shaped>(value: &T, names: Names) -> Vec<u8> {
    ErasedRef::of(value).encode_json(names)
}

/// What `Serialize` does for every type of the macros: wire names, secrets redacted.
#[doc(hidden)]
#[inline]
pub fn serialize<T: Shaped, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    write_to(ErasedRef::of(value), serializer)
}

/// Not generic over the type, so that it exists once for each serializer.
#[inline(never)]
fn write_to<S: Serializer>(value: ErasedRef<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    Encode { value, names: Names::Wire, clear: false, format: "" }.serialize(serializer)
}

impl Erased {
    /// Writes it as JSON, secrets in clear.
    pub fn encode_json(&self, names: Names) -> Vec<u8> {
        self.as_ref().encode_json(names)
    }
}

impl<'a> ErasedRef<'a> {
    /// Writes it as JSON, secrets in clear.
    pub fn encode_json(self, names: Names) -> Vec<u8> {
        let mut json = Vec::with_capacity(128);
        write(&mut json, Encode { value: self, names, clear: true, format: "" });
        json
    }
}

/// Writes a field's value as JSON with wire names, secrets in clear; times as the field's format says.
pub fn write_json(json: &mut Vec<u8>, value: ErasedRef<'_>, attrs: &Attrs) {
    write(json, Encode { value, names: Names::Wire, clear: true, format: attrs.format });
}

/// Writes a value as JSON by these names, secrets in clear; times in this format.
pub(crate) fn write_named(json: &mut Vec<u8>, value: ErasedRef<'_>, names: Names, format: &'static str) {
    write(json, Encode { value, names, clear: true, format });
}

fn write(json: &mut Vec<u8>, value: Encode<'_>) {
    serde_json::to_writer(json, &value).expect("keys are texts, and memory takes every byte");
}

/// A value that serde serializes.
#[derive(Clone, Copy)]
struct Encode<'a> {
    value: ErasedRef<'a>,
    names: Names,
    clear: bool,
    format: &'static str,
}

impl<'a> Encode<'a> {
    fn inner(self, value: ErasedRef<'a>) -> Self {
        Self { value, ..self }
    }

    fn name_of(self, field: &Field) -> &'static str {
        match self.names {
            Names::Wire => field.wire,
            Names::Spec => field.name(),
        }
    }

    /// The fields that are written, without `except`: a tag that was written before.
    fn structure<M: SerializeMap>(self, map: &mut M, structure: StructureView<'a>, except: &str) -> Result<(), M::Error> {
        for (field, value) in structure.fields() {
            if field.attrs.rest {
                self.rest(map, value, except)?;
                continue;
            }
            let name = self.name_of(field);
            if is_written(field, value) && (except.is_empty() || name != except) {
                map.serialize_entry(name, &Encode { value, format: field.attrs.format, ..self })?;
            }
        }
        Ok(())
    }

    fn rest<M: SerializeMap>(self, map: &mut M, value: ErasedRef<'a>, except: &str) -> Result<(), M::Error> {
        let View::Map(entries) = value.view() else { return Ok(()) };
        for (key, value) in entries.iter().filter(|(key, _)| except.is_empty() || *key != except) {
            map.serialize_entry(key, &self.inner(value))?;
        }
        Ok(())
    }

    fn union<S: Serializer>(
        self,
        serializer: S,
        tag: &'static str,
        tag_value: &'static str,
        value: ErasedRef<'a>,
    ) -> Result<S::Ok, S::Error> {
        let View::Structure(structure) = value.view() else { return self.inner(value).serialize(serializer) };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(tag, tag_value)?;
        self.structure(&mut map, structure, tag)?;
        map.end()
    }
}

/// Is a field written at all? What is absent is not; what must be there and is nothing is null.
fn is_written(field: &Field, value: ErasedRef<'_>) -> bool {
    match value.view() {
        View::Optional(None) => field.attrs.required && field.attrs.nullable,
        View::Patch(PatchView::Leave) => false,
        _ => true,
    }
}

impl Serialize for Encode<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value.view() {
            View::Unit | View::Optional(None) | View::Patch(PatchView::Leave | PatchView::Erase) => serializer.serialize_unit(),
            View::Bool(value) => serializer.serialize_bool(value),
            View::Int(value) | View::OtherInt(value) => serializer.serialize_i64(value),
            View::Float(value) => serializer.serialize_f64(value),
            View::String(value) | View::OtherText(value) => serializer.serialize_str(value),
            View::Decimal(value) => serialize_decimal(value, serializer),
            View::DateTime(value) => match self.format {
                "epoch" => serializer.serialize_i64(value.epoch_seconds()),
                "epoch_ms" => serializer.serialize_i64(value.epoch_milliseconds()),
                "" => serializer.collect_str(value),
                format => serializer.serialize_str(&value.format(format)),
            },
            View::Date(value) => match self.format {
                "epoch" => serializer.serialize_i64(value.epoch_seconds()),
                "epoch_ms" => serializer.serialize_i64(value.epoch_seconds() * 1000),
                format => serializer.serialize_str(&value.format(format)),
            },
            View::Time(value) => serializer.collect_str(value),
            View::Duration(value) => match self.format {
                "seconds" if value.as_milliseconds() % 1000 == 0 => serializer.serialize_i64(value.as_seconds()),
                "seconds" => serializer.serialize_f64(value.as_seconds_f64()),
                "millis" => serializer.serialize_i64(value.as_milliseconds()),
                _ => serializer.collect_str(value),
            },
            View::Uuid(value) => serializer.collect_str(value),
            View::Url(value) => serializer.serialize_str(value.as_str()),
            View::Bytes(value) if !self.format.is_empty() => serializer.serialize_str(&crate::value::bytes::format(value, self.format)),
            View::Bytes(value) => {
                serializer.collect_str(&base64::display::Base64Display::new(value, &base64::engine::general_purpose::STANDARD))
            }
            View::Json(value) => value.serialize(serializer),
            View::Secret(value) => serializer.serialize_str(if self.clear { value.expose() } else { Secret::REDACTED }),
            View::Host(value) => serializer.serialize_str(value.as_str()),
            View::Id(value) => match (value.as_number(), value.as_text()) {
                (Some(number), _) => serializer.serialize_i64(number),
                (None, text) => serializer.serialize_str(text.unwrap_or_default()),
            },
            View::Optional(Some(value)) | View::Patch(PatchView::Set(value)) => self.inner(value).serialize(serializer),
            View::Structure(structure) => {
                let mut map = serializer.serialize_map(None)?;
                self.structure(&mut map, structure, "")?;
                map.end()
            }
            View::List(items) => serializer.collect_seq(items.iter().map(|item| self.inner(item))),
            View::Map(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, self.inner(value)))),
            View::Symbol(_, SymbolView::Text(symbol)) => match self.names {
                Names::Wire => serializer.serialize_str(symbol.wire),
                Names::Spec => serializer.serialize_str(&symbol.name()),
            },
            View::Symbol(_, SymbolView::Int(symbol)) => match self.names {
                Names::Wire => serializer.serialize_i64(symbol.wire),
                Names::Spec => serializer.serialize_str(&symbol.name()),
            },
            View::Union(_, variant, value) => match self.union_style() {
                UnionStyle::Tagged(tag) if !variant.tag.is_empty() => self.union(serializer, tag, variant.tag, value),
                _ => self.inner(value).serialize(serializer),
            },
            // Where files may stand the engine takes them out before; elsewhere the compiler has refused them.
            View::Opaque(_) => serializer.serialize_unit(),
        }
    }
}

impl Encode<'_> {
    fn union_style(self) -> UnionStyle {
        match &self.value.shape().unboxed().kind {
            super::Kind::Union(table) => table.style,
            _ => UnionStyle::Untagged,
        }
    }
}

/// A decimal is written as it came; where raw JSON cannot be written, as text.
fn serialize_decimal<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_quoted() || !std::any::type_name::<S>().starts_with("&mut serde_json::ser::Serializer<") {
        return serializer.serialize_str(value.as_str());
    }
    RawValue::from_string(value.as_str().to_owned()).map_err(S::Error::custom)?.serialize(serializer)
}
