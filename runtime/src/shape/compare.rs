//! Equality by shape.

use super::{ErasedRef, PatchView, Shaped, View};

/// Are two values of one type equal?
#[doc(hidden)]
#[inline]
pub fn equal<T: Shaped>(one: &T, two: &T) -> bool {
    ErasedRef::of(one) == ErasedRef::of(two)
}

/// Values of different types are never equal. Maps are equal whatever the order of their entries.
impl PartialEq for ErasedRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.view(), other.view()) {
            (View::Unit, View::Unit) => true,
            (View::Bool(one), View::Bool(two)) => one == two,
            (View::Int(one), View::Int(two)) => one == two,
            (View::Float(one), View::Float(two)) => one == two,
            (View::String(one), View::String(two)) => one == two,
            (View::Decimal(one), View::Decimal(two)) => one == two,
            (View::DateTime(one), View::DateTime(two)) => one == two,
            (View::Date(one), View::Date(two)) => one == two,
            (View::Time(one), View::Time(two)) => one == two,
            (View::Duration(one), View::Duration(two)) => one == two,
            (View::Uuid(one), View::Uuid(two)) => one == two,
            (View::Url(one), View::Url(two)) => one == two,
            (View::Bytes(one), View::Bytes(two)) => one == two,
            (View::Json(one), View::Json(two)) => one == two,
            (View::Secret(one), View::Secret(two)) => one == two,
            (View::Host(one), View::Host(two)) => one == two,
            (View::Id(one), View::Id(two)) => one == two,
            (View::Optional(one), View::Optional(two)) => one == two,
            (View::Patch(one), View::Patch(two)) => match (one, two) {
                (PatchView::Leave, PatchView::Leave) | (PatchView::Erase, PatchView::Erase) => true,
                (PatchView::Set(one), PatchView::Set(two)) => one == two,
                _ => false,
            },
            (View::Structure(one), View::Structure(two)) => {
                one.shape().same(two.shape()) && one.fields().zip(two.fields()).all(|((_, one), (_, two))| one == two)
            }
            (View::List(one), View::List(two)) => one.len() == two.len() && one.iter().zip(two.iter()).all(|(one, two)| one == two),
            (View::Map(one), View::Map(two)) => one.len() == two.len() && one.iter().all(|(key, value)| two.get(key) == Some(value)),
            (View::Symbol(one, _), View::Symbol(two, _)) => one == two && self.shape().unboxed().same(other.shape().unboxed()),
            (View::OtherText(one), View::OtherText(two)) => one == two,
            (View::OtherInt(one), View::OtherInt(two)) => one == two,
            (View::Union(one, _, left), View::Union(two, _, right)) => one == two && left == right,
            (View::Opaque(one), View::Opaque(two)) => one.same_opaque(two),
            _ => false,
        }
    }
}
