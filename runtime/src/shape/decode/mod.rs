//! Decoding JSON into values by shape, through serde_json's reader. One [`seed::Seed`] over serde's data model does the work for every
//! type; this file has the ways in.

mod context;
mod error;
mod index;
mod leaf;
mod page;
mod seed;
mod strange;
mod structure;
mod union;

use serde::de::DeserializeSeed as _;

use self::{context::Context, seed::Seed};
use super::{
    Erased, Shape, Shaped,
    memory::{Filled, Slot, build, build_with},
};

pub(crate) use self::strange::{Strange, noting};
pub use self::{
    error::DecodeError,
    page::{DecodedPage, PageRequest, decode_at, decode_page},
};

/// Which names stand in the JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// The API's.
    #[default]
    Wire,
    /// The spec's. Enum values may be written either way.
    Spec,
}

/// What is refused as too much. The reader itself goes no deeper than 128 whatever `depth` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep lists and objects may stand in each other.
    pub depth: usize,
    /// How many bytes a text may have.
    pub text: usize,
    /// How many items a list and how many entries a map may have.
    pub items: usize,
}

impl Limits {
    /// What holds where nothing else is said.
    pub const DEFAULT: Self = Self { depth: 100, text: 64 << 20, items: 1_000_000 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Reads a value from JSON.
pub fn decode_json<T: Shaped>(json: &[u8], names: Names) -> Result<T, DecodeError> {
    decode_json_limited(json, names, Limits::DEFAULT)
}

/// The same, with other limits.
pub fn decode_json_limited<T: Shaped>(json: &[u8], names: Names, limits: Limits) -> Result<T, DecodeError> {
    build(|slot| decode_slot(slot, json, names, limits, ""))
}

/// Reads a field's value from JSON with wire names, written in the field's format.
pub(crate) fn decode_formatted<T: Shaped>(json: &[u8], format: &'static str) -> Result<T, DecodeError> {
    build(|slot| decode_slot(slot, json, Names::Wire, Limits::DEFAULT, format))
}

impl Erased {
    /// Reads a value of a shape from JSON.
    pub fn decode(shape: &'static Shape, json: &[u8], names: Names) -> Result<Self, DecodeError> {
        Self::decode_limited(shape, json, names, Limits::DEFAULT)
    }

    /// The same, with other limits.
    pub fn decode_limited(shape: &'static Shape, json: &[u8], names: Names, limits: Limits) -> Result<Self, DecodeError> {
        Self::build(shape, |slot| decode_slot(slot, json, names, limits, ""))
    }
}

/// Not generic, so that it exists once.
fn decode_slot<'x>(slot: Slot<'x>, json: &[u8], names: Names, limits: Limits, format: &'static str) -> Result<Filled<'x>, DecodeError> {
    let text = text_of(json)?;
    let context = Context::new(names, limits);
    let mut reader = serde_json::Deserializer::from_str(text);
    let shape = slot.shape();
    Seed { slot, context: &context, format, default: "" }
        .deserialize(&mut reader)
        .and_then(|filled| reader.end().map(|()| filled))
        .map_err(|error| context.into_error(shape, text, &error))
}

/// JSON is UTF-8; checked once for the whole text, so that the reader need not check every string.
fn text_of(json: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(json).map_err(|error| DecodeError::new(String::new(), format!("byte {} is not UTF-8", error.valid_up_to())))
}

/// What `Deserialize` does for every type of the macros.
#[doc(hidden)]
#[inline]
pub fn deserialize<'de, T: Shaped, D: serde::Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    build_with(deserializer, read)
}

/// Not generic over the type, so that it exists once for each deserializer.
fn read<'de, 'x, D: serde::Deserializer<'de>>(deserializer: D, slot: Slot<'x>) -> Result<Filled<'x>, D::Error> {
    let context = Context::new(Names::Wire, Limits::DEFAULT);
    Seed::new(slot, &context).deserialize(deserializer).map_err(|error| context.rename(error))
}
