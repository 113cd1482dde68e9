//! `Debug` by shape. Secrets print as `[redacted]`.

use std::fmt::{self, Debug as _};

use super::{ErasedRef, PatchView, Shaped, SymbolView, View};

/// Prints a value as `#[derive(Debug)]` would.
#[doc(hidden)]
#[inline]
pub fn debug<T: Shaped>(value: &T, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    ErasedRef::of(value).fmt(formatter)
}

impl fmt::Debug for ErasedRef<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.view() {
            View::Unit => formatter.write_str("()"),
            View::Bool(value) => value.fmt(formatter),
            View::Int(value) | View::OtherInt(value) => value.fmt(formatter),
            View::Float(value) => value.fmt(formatter),
            View::String(value) => value.fmt(formatter),
            View::Decimal(value) => value.fmt(formatter),
            View::DateTime(value) => value.fmt(formatter),
            View::Date(value) => value.fmt(formatter),
            View::Time(value) => value.fmt(formatter),
            View::Duration(value) => value.fmt(formatter),
            View::Uuid(value) => value.fmt(formatter),
            View::Url(value) => value.as_str().fmt(formatter),
            View::Bytes(value) => write!(formatter, "{} bytes", value.len()),
            View::Json(value) => value.fmt(formatter),
            View::Secret(value) => value.fmt(formatter),
            View::Host(value) => value.fmt(formatter),
            View::Id(value) => value.fmt(formatter),
            View::Optional(value) => value.fmt(formatter),
            View::Patch(PatchView::Leave) => formatter.write_str("Leave"),
            View::Patch(PatchView::Erase) => formatter.write_str("Erase"),
            View::Patch(PatchView::Set(value)) => formatter.debug_tuple("Set").field(&value).finish(),
            View::Structure(value) => {
                let mut printed = formatter.debug_struct(value.shape().name);
                for (field, part) in value.fields() {
                    printed.field(field.name(), &part);
                }
                printed.finish()
            }
            View::List(value) => formatter.debug_list().entries(value.iter()).finish(),
            View::Map(value) => formatter.debug_map().entries(value.iter()).finish(),
            View::Symbol(_, SymbolView::Text(symbol)) => formatter.write_str(symbol.ident),
            View::Symbol(_, SymbolView::Int(symbol)) => formatter.write_str(symbol.ident),
            View::OtherText(text) => formatter.debug_tuple("Other").field(text).finish(),
            View::Union(_, variant, value) => formatter.debug_tuple(variant.name).field(&value).finish(),
            View::Opaque(value) => value.debug_opaque(formatter),
        }
    }
}
