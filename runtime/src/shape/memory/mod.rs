//! The only unsafe code of the crate: reading and writing values of a type that is known by its shape alone.
//!
//! What the rest of the crate may rely on, and what keeps it true:
//! 1. A [`Shape`] is only made by the `unsafe` constructors in [`declared`], called by this crate's macros, and by the implementations in
//!    [`tables`]; so it describes its type exactly.
//! 2. A [`Slot`] leads to memory that is large and aligned enough for its shape, that nobody else sees, and that holds no value.
//!    A [`Filled`] is the same place with a value in it, which it owns. A slot is used up when it is filled.
//! 3. The lifetime of a slot is a brand: it is invariant, and every function that hands a slot to a closure makes a new one.
//!    So a closure that gives back a `Filled` with that lifetime has filled that very slot.
//! 4. What was filled is dropped by whoever holds it when an error or a panic comes between: `Filled`, the builders and
//!    [`RawList`] drop exactly what they own.
//! 5. An [`ErasedRef`] leads to a value of its shape which stays there, unchanged, for its lifetime.
//! 6. Enums of the macros are `repr(C, u16)` or `repr(u16)`: the tag is a `u16` at the start, the payload of every variant
//!    starts at the enum's alignment. `Patch` is `repr(C, u16)` too, and `Map` is `repr(C)`.
//! 7. Structures of the macros are `repr(C)`, so their fields stand one after the other in declared order, each at the next multiple of its
//!    alignment: where a field stands follows from the shapes of the fields before it.
//! 8. Every `Shaped` type is `Send` and `Sync`, so what is erased is too.
#![allow(unsafe_code, reason = "this is the module for it")]

mod builder;
mod declared;
pub(super) mod dynamic;
mod owner;
mod reference;
mod slot;
mod tables;
mod walk;

use super::table::{Field, Kind, Leaf, Link, Shape};

pub use declared::Texts;
pub use owner::{Erased, ErasedList, clone};
pub use reference::{ErasedRef, ListView, MapView, PatchView, StructureView, SymbolView, View};
pub use tables::{ListTable, Opaque, OpaqueTable, OptionTable, Shaped};

pub(crate) use builder::{MapEntries, StructureBuilder};
pub(crate) use owner::{build, build_with, taken};
pub(crate) use slot::{Filled, Slot, mismatch};
pub(crate) use tables::opaque;

/// What a link leads to.
pub(super) const fn follow(shape: *const Shape) -> &'static Shape {
    // SAFETY: it is a `&'static Shape`, or the `PLACE` of a type that `Shaped` says is one, or one of `dynamic`, which are there for good.
    unsafe { &*shape }
}

// SAFETY: a link is a `&'static Shape` in disguise, and a shape is read only.
unsafe impl Send for Link {}
// SAFETY: as above.
unsafe impl Sync for Link {}

/// The tag of an enum with `symbols` symbols and unions of this crate's macros.
type Tag = u16;

impl Shape {
    const fn of<T>(name: &'static str, docs: &'static str, kind: Kind) -> Self {
        Self { name, docs, size: size_of::<T>(), align: align_of::<T>(), needs_drop: std::mem::needs_drop::<T>(), kind }
    }

    fn layout(&self) -> std::alloc::Layout {
        // SAFETY: size and alignment are those of a type.
        unsafe { std::alloc::Layout::from_size_align_unchecked(self.size, self.align) }
    }
}
