//! A place for a value, and the same place with a value in it. See the invariants 2 to 4 of the module.

use std::{marker::PhantomData, mem::MaybeUninit, ptr::NonNull};

use super::{
    Erased, Kind, Shape, Shaped, Tag,
    builder::{ListBuilder, MapEntries, StructureBuilder},
    tables::{PATCH_ERASE, PATCH_LEAVE, PATCH_SET},
    walk::drop_value,
};

/// A place for a value of a shape.
pub(crate) struct Slot<'x> {
    shape: &'static Shape,
    place: NonNull<u8>,
    brand: Brand<'x>,
}

/// A place with a value of its shape in it, which it owns.
pub(crate) struct Filled<'x> {
    shape: &'static Shape,
    place: NonNull<u8>,
    _brand: Brand<'x>,
}

type Brand<'x> = PhantomData<fn(&'x ()) -> &'x ()>;

impl Drop for Filled<'_> {
    fn drop(&mut self) {
        // SAFETY: it holds a value of its shape, which it owns.
        unsafe { drop_value(self.shape, self.place.as_ptr()) }
    }
}

/// Has `fill` put a value of `shape` at `place`, which then belongs to the caller.
///
/// # Safety
/// `place` must be as invariant 2 says, until the end of the call.
#[inline]
pub(super) unsafe fn fill<E>(
    shape: &'static Shape,
    place: NonNull<u8>,
    fill: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>,
) -> Result<(), E> {
    let filled = fill(Slot { shape, place, brand: PhantomData })?;
    debug_assert_eq!(filled.place, place);
    std::mem::forget(filled);
    Ok(())
}

impl<'x> Slot<'x> {
    /// What fits in.
    #[inline]
    pub(crate) fn shape(&self) -> &'static Shape {
        self.shape
    }

    #[inline]
    fn filled(self) -> Filled<'x> {
        Filled { shape: self.shape, place: self.place, _brand: self.brand }
    }

    pub(super) fn place(&self) -> *mut u8 {
        self.place.as_ptr()
    }

    /// The caller has put a value in.
    ///
    /// # Safety
    /// It has.
    #[inline]
    pub(super) unsafe fn assume_filled(self) -> Filled<'x> {
        self.filled()
    }

    /// Puts in a value of the slot's type.
    #[inline(always)]
    pub(crate) fn put<T: Shaped>(self, value: T) -> Filled<'x> {
        // Leaves are compared here, where the compiler knows the type's: they come once for each value.
        let fits = match (&T::shape().kind, &self.shape.kind) {
            (Kind::Leaf(one), Kind::Leaf(two)) => one == two,
            _ => T::shape().same(self.shape),
        };
        assert!(fits, "a {:?} does not fit in the place of a {:?}", T::shape(), self.shape);
        // SAFETY: the same shape is the same type.
        unsafe { self.place.cast::<T>().write(value) }
        self.filled()
    }

    /// Puts in a value whose type was erased.
    pub(crate) fn put_erased(self, value: Erased) -> Filled<'x> {
        assert!(value.shape().same(self.shape), "a {:?} does not fit in the place of a {:?}", value.shape(), self.shape);
        // SAFETY: the same shape is the same type, and the value's own place is given up without dropping it.
        unsafe { value.move_to(self.place()) }
        self.filled()
    }

    /// Puts nothing into the place of an option.
    #[inline]
    pub(crate) fn put_none(self) -> Filled<'x> {
        let Kind::Optional(_, table) = &self.shape.kind else { mismatch(self.shape, "an option") };
        // SAFETY: the place has room for the option.
        unsafe { (table.set)(self.place(), std::ptr::null_mut()) }
        self.filled()
    }

    /// Puts a value into the place of an option.
    #[inline]
    pub(crate) fn fill_some<E>(self, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<Filled<'x>, E> {
        let Kind::Optional(inner, table) = &self.shape.kind else { mismatch(self.shape, "an option") };
        let inner = inner.get();
        if inner.size <= size_of::<Scratch>() && inner.align <= align_of::<Scratch>() {
            let mut scratch = MaybeUninit::<Scratch>::uninit();
            let place = NonNull::from(&mut scratch).cast::<u8>();
            // SAFETY: the scratch place is large and aligned enough, and seen by nobody else; its value is moved into the option.
            unsafe {
                fill(inner, place, value)?;
                (table.set)(self.place(), place.as_ptr());
            }
        } else {
            let value = Erased::build(inner, value)?;
            // SAFETY: as above; the memory of the moved value is given back without dropping it.
            unsafe { value.move_with(|place| (table.set)(self.place(), place)) }
        }
        Ok(self.filled())
    }

    /// Puts a value on the heap and its box into the place.
    pub(crate) fn fill_box<E>(self, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<Filled<'x>, E> {
        let Kind::Boxed(inner) = &self.shape.kind else { mismatch(self.shape, "a box") };
        let value = Erased::build(inner.get(), value)?;
        // SAFETY: an erased value is allocated as a box is.
        unsafe { self.place.cast::<*mut u8>().write(value.into_raw()) }
        Ok(self.filled())
    }

    /// Puts "leave it as it is" into the place of a patch.
    pub(crate) fn put_leave(self) -> Filled<'x> {
        self.put_patch(PATCH_LEAVE)
    }

    /// Puts "erase it" into the place of a patch.
    pub(crate) fn put_erase(self) -> Filled<'x> {
        self.put_patch(PATCH_ERASE)
    }

    fn put_patch(self, tag: Tag) -> Filled<'x> {
        let Kind::Patch(_) = &self.shape.kind else { mismatch(self.shape, "a patch") };
        // SAFETY: a patch starts with its tag, and these two have nothing else.
        unsafe { self.place.cast::<Tag>().write(tag) }
        self.filled()
    }

    /// Puts a value to set into the place of a patch.
    pub(crate) fn fill_patch<E>(self, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<Filled<'x>, E> {
        let Kind::Patch(inner) = &self.shape.kind else { mismatch(self.shape, "a patch") };
        // SAFETY: the payload starts at the alignment (invariant 6).
        unsafe {
            fill(inner.get(), self.place.add(self.shape.align), value)?;
            self.place.cast::<Tag>().write(PATCH_SET);
        }
        Ok(self.filled())
    }

    /// Puts in the known symbol with this index.
    #[inline]
    pub(crate) fn put_symbol(self, index: usize) -> Filled<'x> {
        let count = match &self.shape.kind {
            Kind::TextEnum(table) => table.symbols().len(),
            Kind::IntEnum(table) => table.symbols().len(),
            _ => mismatch(self.shape, "an enum"),
        };
        assert!(index < count, "{:?} has no symbol {index}", self.shape);
        // SAFETY: the tag is the index (invariant 6).
        unsafe { self.place.cast::<Tag>().write(tag(index)) }
        self.filled()
    }

    /// Puts in a text that is no known symbol; gives the slot back when the enum is closed.
    pub(crate) fn put_other_text(self, text: String) -> Result<Filled<'x>, (Self, String)> {
        let Kind::TextEnum(table) = &self.shape.kind else { mismatch(self.shape, "an enum of texts") };
        let Some(offset) = table.other else { return Err((self, text)) };
        // SAFETY: the last variant has a `String` there.
        unsafe {
            self.place.add(offset).cast::<String>().write(text);
            self.place.cast::<Tag>().write(tag(table.symbols().len()));
        }
        Ok(self.filled())
    }

    /// Puts in an integer that is no known symbol; gives the slot back when the enum is closed.
    pub(crate) fn put_other_int(self, value: i64) -> Result<Filled<'x>, Self> {
        let Kind::IntEnum(table) = &self.shape.kind else { mismatch(self.shape, "an enum of integers") };
        let Some(offset) = table.other else { return Err(self) };
        // SAFETY: the last variant has an `i64` there.
        unsafe {
            self.place.add(offset).cast::<i64>().write(value);
            self.place.cast::<Tag>().write(tag(table.symbols().len()));
        }
        Ok(self.filled())
    }

    /// Puts in a variant of a union.
    pub(crate) fn fill_variant<E>(
        self,
        index: usize,
        value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>,
    ) -> Result<Filled<'x>, E> {
        let Kind::Union(table) = &self.shape.kind else { mismatch(self.shape, "a union") };
        // SAFETY: the payload of every variant starts there (invariant 6).
        unsafe {
            fill(table.variants()[index].shape.get(), self.place.add(table.payload), value)?;
            self.place.cast::<Tag>().write(tag(index));
        }
        Ok(self.filled())
    }

    /// Fills a structure field by field.
    #[inline]
    pub(crate) fn structure(self) -> StructureBuilder<'x> {
        StructureBuilder::new(self)
    }

    /// Fills a list item by item.
    pub(crate) fn list(self) -> ListBuilder<'x> {
        ListBuilder::new(self)
    }

    /// Puts in a map.
    pub(crate) fn put_map(self, entries: MapEntries) -> Filled<'x> {
        entries.put(self)
    }
}

/// Room for most values of options.
#[repr(align(16))]
struct Scratch(#[expect(dead_code, reason = "it is only room")] [u8; 256]);

fn tag(index: usize) -> Tag {
    Tag::try_from(index).expect("an enum has fewer than 65,536 variants")
}

/// A shape is not what the caller took it for: a mistake in this crate, not in any input.
#[cold]
pub(crate) fn mismatch(shape: &'static Shape, expected: &str) -> ! {
    panic!("{shape:?} is not {expected}")
}
