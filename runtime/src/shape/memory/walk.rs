//! Dropping and cloning a value by its shape.

use std::convert::Infallible;

use super::{
    Erased, ErasedRef, Filled, Kind, Leaf, MapEntries, PatchView, Shape, Slot, Tag, View,
    builder::RawList,
    tables::{MAP_VALUES, PATCH_SET},
};
use crate::value::{Date, DateTime, Decimal, Duration, Host, Id, Secret, Time};

/// Drops the value at `place`.
///
/// # Safety
/// There is a value of that shape, which the caller owns and will not use again.
pub(super) unsafe fn drop_value(shape: &'static Shape, place: *mut u8) {
    if !shape.needs_drop {
        return;
    }
    // SAFETY: the shape says what stands where.
    unsafe {
        match &shape.kind {
            Kind::Leaf(leaf) => drop_leaf(*leaf, place),
            Kind::Structure(structure) => {
                for field in structure.fields() {
                    drop_value(field.shape.get(), place.add(field.offset));
                }
            }
            Kind::Optional(inner, table) => {
                let value = (table.get)(place);
                if !value.is_null() {
                    // Through the owner's pointer: the one that `get` gives may only be read.
                    drop_value(inner.get(), place.add(value.addr() - place.addr()));
                }
            }
            Kind::List(item, table) => drop(RawList::from_parts(item.get(), (table.take)(place))),
            Kind::Boxed(inner) => drop(Erased::from_raw(inner.get(), place.cast::<*mut u8>().read())),
            Kind::Map(item, table) => {
                place.cast::<indexmap::IndexSet<String>>().drop_in_place();
                drop(RawList::from_parts(item.get(), (table.take)(place.add(MAP_VALUES))));
            }
            Kind::Patch(inner) => {
                if place.cast::<Tag>().read() == PATCH_SET {
                    drop_value(inner.get(), place.add(shape.align));
                }
            }
            Kind::TextEnum(table) => {
                if let Some(offset) = table.other
                    && usize::from(place.cast::<Tag>().read()) == table.symbols().len()
                {
                    place.add(offset).cast::<String>().drop_in_place();
                }
            }
            Kind::IntEnum(_) => {}
            Kind::Union(table) => {
                let variant = &table.variants()[usize::from(place.cast::<Tag>().read())];
                drop_value(variant.shape.get(), place.add(table.payload));
            }
            Kind::Opaque(table) => (table.drop)(place),
        }
    }
}

/// # Safety
/// As for [`drop_value`].
unsafe fn drop_leaf(leaf: Leaf, place: *mut u8) {
    // SAFETY: each leaf stands for the type named here, and for no other.
    unsafe {
        match leaf {
            Leaf::Unit | Leaf::Bool | Leaf::Int | Leaf::Float => {}
            Leaf::String => place.cast::<String>().drop_in_place(),
            Leaf::Decimal => place.cast::<Decimal>().drop_in_place(),
            Leaf::DateTime => place.cast::<DateTime>().drop_in_place(),
            Leaf::Date => place.cast::<Date>().drop_in_place(),
            Leaf::Time => place.cast::<Time>().drop_in_place(),
            Leaf::Duration => place.cast::<Duration>().drop_in_place(),
            Leaf::Uuid => place.cast::<uuid::Uuid>().drop_in_place(),
            Leaf::Url => place.cast::<url::Url>().drop_in_place(),
            Leaf::Bytes => place.cast::<bytes::Bytes>().drop_in_place(),
            Leaf::Json => place.cast::<serde_json::Value>().drop_in_place(),
            Leaf::Secret => place.cast::<Secret>().drop_in_place(),
            Leaf::Host => place.cast::<Host>().drop_in_place(),
            Leaf::Id => place.cast::<Id<()>>().drop_in_place(),
        }
    }
}

/// Puts a clone of the value into the slot.
pub(super) fn clone_into<'x>(value: ErasedRef<'_>, slot: Slot<'x>) -> Filled<'x> {
    let Ok(filled) = try_clone(value, slot);
    filled
}

/// In a form that fits what the slots want; it cannot fail.
pub(super) fn try_clone<'x>(value: ErasedRef<'_>, slot: Slot<'x>) -> Result<Filled<'x>, Infallible> {
    debug_assert!(value.shape().same(slot.shape()));
    if let Kind::Boxed(_) = slot.shape().kind {
        return slot.fill_box(|slot| try_clone(value.unboxed_once(), slot));
    }
    Ok(match value.view() {
        View::Unit => slot.put(()),
        View::Bool(value) => slot.put(value),
        View::Int(value) => slot.put(value),
        View::Float(value) => slot.put(value),
        View::String(value) => slot.put(value.clone()),
        View::Decimal(value) => slot.put(value.clone()),
        View::DateTime(value) => slot.put(*value),
        View::Date(value) => slot.put(*value),
        View::Time(value) => slot.put(*value),
        View::Duration(value) => slot.put(*value),
        View::Uuid(value) => slot.put(*value),
        View::Url(value) => slot.put(value.clone()),
        View::Bytes(value) => slot.put(value.clone()),
        View::Json(value) => slot.put(value.clone()),
        View::Secret(value) => slot.put(value.clone()),
        View::Host(value) => slot.put(value.clone()),
        View::Id(value) => slot.put(value.clone()),
        View::Optional(None) => slot.put_none(),
        View::Optional(Some(value)) => slot.fill_some(|slot| try_clone(value, slot))?,
        View::Patch(PatchView::Leave) => slot.put_leave(),
        View::Patch(PatchView::Erase) => slot.put_erase(),
        View::Patch(PatchView::Set(value)) => slot.fill_patch(|slot| try_clone(value, slot))?,
        View::Structure(value) => {
            let mut builder = slot.structure();
            for (index, (_, part)) in value.fields().enumerate() {
                builder.fill(index, |slot| try_clone(part, slot))?;
            }
            builder.finish()
        }
        View::List(value) => {
            let mut builder = slot.list();
            for item in value.iter() {
                builder.push(|slot| try_clone(item, slot))?;
            }
            builder.finish()
        }
        View::Map(value) => {
            let mut entries = MapEntries::new(value.item());
            for (key, item) in value.iter() {
                entries.insert(key.to_owned(), |slot| try_clone(item, slot))?;
            }
            slot.put_map(entries)
        }
        View::Symbol(index, _) => slot.put_symbol(index),
        View::OtherText(text) => slot.put_other_text(text.clone()).unwrap_or_else(|_| unreachable!("the same enum keeps other texts")),
        View::OtherInt(value) => slot.put_other_int(value).unwrap_or_else(|_| unreachable!("the same enum keeps other integers")),
        View::Union(index, _, value) => slot.fill_variant(index, |slot| try_clone(value, slot))?,
        View::Opaque(value) => {
            let Kind::Opaque(table) = &slot.shape().kind else { super::slot::mismatch(slot.shape(), "opaque") };
            // SAFETY: both places are of the same type, and the slot is free.
            unsafe {
                (table.clone)(value.place(), slot.place());
                slot.assume_filled()
            }
        }
    })
}
