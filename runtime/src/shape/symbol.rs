//! What the macros' enums do, by table.

use std::{
    convert::Infallible,
    hash::{Hash, Hasher},
};

use super::{
    ErasedRef, Kind, Shaped, SymbolView, View,
    memory::{Filled, Slot, build, build_with, mismatch},
};
use crate::value::InvalidValue;

/// The symbol of this text.
#[doc(hidden)]
pub fn text_symbol<T: Shaped>(text: &str) -> Option<T> {
    let Kind::TextEnum(table) = &T::shape().kind else { return None };
    symbol_at(table.symbols().iter().position(|symbol| symbol.wire == text)?)
}

/// The symbol of this integer.
#[doc(hidden)]
pub fn int_symbol<T: Shaped>(value: i64) -> Option<T> {
    let Kind::IntEnum(table) = &T::shape().kind else { return None };
    symbol_at(table.symbols().iter().position(|symbol| symbol.wire == value)?)
}

/// The symbol of this text; of one that the spec does not name, what keeps it.
#[doc(hidden)]
pub fn open_text_symbol<T: Shaped>(text: &str) -> T {
    build_with(text, put_open_text).unwrap_or_else(|never: Infallible| match never {})
}

fn put_open_text<'x>(text: &str, slot: Slot<'x>) -> Result<Filled<'x>, Infallible> {
    let Kind::TextEnum(table) = &slot.shape().kind else { mismatch(slot.shape(), "an enum of texts") };
    Ok(match table.symbols().iter().position(|symbol| symbol.wire == text) {
        Some(index) => slot.put_symbol(index),
        None => slot.put_other_text(text.to_owned()).unwrap_or_else(|(slot, _)| mismatch(slot.shape(), "an open enum")),
    })
}

fn symbol_at<T: Shaped>(index: usize) -> Option<T> {
    let Ok(symbol) = build(|slot| Ok::<_, Infallible>(slot.put_symbol(index)));
    Some(symbol)
}

/// The symbol of this text, or what is wrong.
#[doc(hidden)]
pub fn closed_text_symbol<T: Shaped>(text: &str) -> Result<T, InvalidValue> {
    text_symbol(text).ok_or(InvalidValue::new(T::shape().name))
}

/// The symbol of this integer, or what is wrong.
#[doc(hidden)]
pub fn closed_int_symbol<T: Shaped>(value: i64) -> Result<T, InvalidValue> {
    int_symbol(value).ok_or(InvalidValue::new(T::shape().name))
}

/// What stands on the wire.
#[doc(hidden)]
pub fn symbol_text<T: Shaped>(value: &T) -> &str {
    match ErasedRef::of(value).view() {
        View::Symbol(_, SymbolView::Text(symbol)) => symbol.wire,
        View::OtherText(text) => text,
        _ => "",
    }
}

/// What stands on the wire.
#[doc(hidden)]
pub fn symbol_int<T: Shaped>(value: &T) -> i64 {
    match ErasedRef::of(value).view() {
        View::Symbol(_, SymbolView::Int(symbol)) => symbol.wire,
        View::OtherInt(value) => value,
        _ => 0,
    }
}

/// Does the spec name it?
#[doc(hidden)]
pub fn symbol_is_known<T: Shaped>(value: &T) -> bool {
    matches!(ErasedRef::of(value).view(), View::Symbol(..))
}

/// Hashes an enum; equal values hash alike.
#[doc(hidden)]
pub fn hash_symbol<T: Shaped, H: Hasher>(value: &T, state: &mut H) {
    match ErasedRef::of(value).view() {
        View::Symbol(index, _) => index.hash(state),
        View::OtherText(text) => text.hash(state),
        View::OtherInt(value) => value.hash(state),
        _ => {}
    }
}
