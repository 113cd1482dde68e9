//! Owning a value whose type is known by its shape alone.

use std::{
    alloc::{alloc, dealloc, handle_alloc_error},
    convert::Infallible,
    fmt,
    mem::{ManuallyDrop, MaybeUninit},
    ptr::NonNull,
};

use super::{
    ErasedRef, Filled, Kind, Link, Shape, Shaped, Slot,
    builder::{RawList, dangling},
    slot::fill,
    walk::{clone_into, drop_value, try_clone},
};

/// An owned value of a type that is known by its shape.
pub struct Erased {
    shape: &'static Shape,
    place: NonNull<u8>,
}

// SAFETY: every value with a shape is `Send` and `Sync` (invariant 8).
unsafe impl Send for Erased {}
// SAFETY: as above.
unsafe impl Sync for Erased {}

/// What [`build_with`] calls: has a value made of what it is given.
pub(crate) type Make<G, E> = for<'y> fn(G, Slot<'y>) -> Result<Filled<'y>, E>;

/// Room for a value. Of its own, since each function of `MaybeUninit` would exist for each type that is made here.
union Room<T> {
    nothing: (),
    value: ManuallyDrop<T>,
}

/// Has `make` make a `T` of what it is given. As `make` is no closure of a function that is generic over `T`, everything but the place
/// for the value exists once for all types.
#[inline]
pub(crate) fn build_with<T: Shaped, G, E>(given: G, make: Make<G, E>) -> Result<T, E> {
    let mut room = Room::<T> { nothing: () };
    #[expect(clippy::ptr_as_ptr, reason = "a cast, for the same reason")]
    let place = &raw mut room as *mut u8;
    // SAFETY: the place is a `T`'s, seen by nobody else; when it is filled there is a `T`. No `?`, which would exist for each type too.
    unsafe {
        match fill_with(T::LINK.get(), place, given, make) {
            Ok(()) => Ok(ManuallyDrop::into_inner(room.value)),
            Err(error) => Err(error),
        }
    }
}

/// # Safety
/// As for [`fill`].
#[inline(never)]
unsafe fn fill_with<G, E>(shape: &'static Shape, place: *mut u8, given: G, make: Make<G, E>) -> Result<(), E> {
    // SAFETY: the caller says so.
    unsafe { fill(shape, NonNull::new_unchecked(place), |slot| make(given, slot)) }
}

/// Has `fill_it` make a `T`.
pub(crate) fn build<T: Shaped, E>(fill_it: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<T, E> {
    let mut value = MaybeUninit::<T>::uninit();
    // SAFETY: the place is a `T`'s, seen by nobody else; when it is filled there is a `T`.
    unsafe {
        fill(T::shape(), NonNull::from(&mut value).cast(), fill_it)?;
        Ok(value.assume_init())
    }
}

/// Memory for a value, given back when it is dropped; the value in it, if any, is not.
struct Memory {
    shape: &'static Shape,
    place: NonNull<u8>,
}

impl Memory {
    fn new(shape: &'static Shape) -> Self {
        if shape.size == 0 {
            return Self { shape, place: dangling(shape) };
        }
        let layout = shape.layout();
        // SAFETY: the size is not zero.
        let place = NonNull::new(unsafe { alloc(layout) }).unwrap_or_else(|| handle_alloc_error(layout));
        Self { shape, place }
    }

    /// # Safety
    /// There is a value in it.
    unsafe fn assume_filled(self) -> Erased {
        let this = ManuallyDrop::new(self);
        Erased { shape: this.shape, place: this.place }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.shape.size != 0 {
            // SAFETY: it owns the memory, which was allocated with this layout.
            unsafe { dealloc(self.place.as_ptr(), self.shape.layout()) }
        }
    }
}

impl Erased {
    /// Forgets the type of a value.
    pub fn new<T: Shaped>(value: T) -> Self {
        let Ok(erased) = Self::build(T::shape(), |slot| Ok::<_, Infallible>(slot.put(value)));
        erased
    }

    /// Has `fill_it` make a value of that shape.
    pub(crate) fn build<E>(shape: &'static Shape, fill_it: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<Self, E> {
        let memory = Memory::new(shape);
        // SAFETY: the memory is fresh and has the layout of the shape.
        unsafe {
            fill(shape, memory.place, fill_it)?;
            Ok(memory.assume_filled())
        }
    }

    /// What it is.
    pub fn shape(&self) -> &'static Shape {
        self.shape
    }

    /// Looks at it.
    pub fn as_ref(&self) -> ErasedRef<'_> {
        // SAFETY: it owns a value of that shape.
        unsafe { ErasedRef::new(self.shape, self.place.as_ptr()) }
    }

    pub(super) fn place(&mut self) -> *mut u8 {
        self.place.as_ptr()
    }

    /// The value, if it is of this type.
    pub fn into<T: Shaped>(self) -> Result<T, Self> {
        let mut room = Room::<T> { nothing: () };
        #[expect(clippy::ptr_as_ptr, reason = "a cast, since each function called here would exist for each type")]
        let place = &raw mut room as *mut u8;
        // SAFETY: the place is a `T`'s; when something was moved there, it is a `T`.
        unsafe {
            match self.move_if(T::LINK.get(), place) {
                Ok(()) => Ok(ManuallyDrop::into_inner(room.value)),
                Err(other) => Err(other),
            }
        }
    }

    /// Moves the value to a place that is free, if it is of that shape.
    ///
    /// # Safety
    /// The place has room for the shape.
    unsafe fn move_if(self, shape: &'static Shape, place: *mut u8) -> Result<(), Self> {
        if !shape.same(self.shape) {
            return Err(self);
        }
        // SAFETY: the same shape is the same type, so there is room.
        unsafe { self.move_to(place) }
        Ok(())
    }

    /// Puts another value in a field's place; gives it back when it does not fit or there is no such field.
    pub fn set_field(&mut self, index: usize, value: Erased) -> Result<(), Erased> {
        let Kind::Structure(structure) = &self.shape.kind else { return Err(value) };
        let Some(field) = structure.fields().get(index) else { return Err(value) };
        if !field.shape.get().same(value.shape) {
            return Err(value);
        }
        let mut value = value;
        // SAFETY: both places hold a value of the field's shape. The old value is dropped where the new one was.
        unsafe { std::ptr::swap_nonoverlapping(self.place.as_ptr().add(field.offset), value.place(), value.shape.size) }
        Ok(())
    }

    /// Moves the value to a place that is free.
    ///
    /// # Safety
    /// The place has room for the shape.
    pub(super) unsafe fn move_to(self, place: *mut u8) {
        let size = self.shape.size;
        // SAFETY: the caller says so; the two places are apart.
        unsafe { self.move_with(|from| std::ptr::copy_nonoverlapping(from, place, size)) }
    }

    /// Gives the value away.
    ///
    /// # Safety
    /// `take` moves the value out.
    pub(super) unsafe fn move_with(self, take: impl FnOnce(*mut u8)) {
        let this = ManuallyDrop::new(self);
        let memory = Memory { shape: this.shape, place: this.place };
        take(memory.place.as_ptr());
    }

    /// The value as the pointer of a `Box`.
    pub(super) fn into_raw(self) -> *mut u8 {
        ManuallyDrop::new(self).place.as_ptr()
    }

    /// # Safety
    /// The pointer is that of a `Box` of the shape's type, which is given up.
    pub(super) unsafe fn from_raw(shape: &'static Shape, place: *mut u8) -> Self {
        // SAFETY: a box is never null.
        Self { shape, place: unsafe { NonNull::new_unchecked(place) } }
    }

    /// # Safety
    /// There is a value of that shape, which is given up.
    pub(super) unsafe fn moved_from(shape: &'static Shape, place: *const u8) -> Self {
        let memory = Memory::new(shape);
        // SAFETY: the memory is fresh and has the layout of the shape.
        unsafe {
            std::ptr::copy_nonoverlapping(place, memory.place.as_ptr(), shape.size);
            memory.assume_filled()
        }
    }
}

impl Drop for Erased {
    fn drop(&mut self) {
        let _memory = Memory { shape: self.shape, place: self.place };
        // SAFETY: it owns a value of that shape. The memory is given back when this panics, too.
        unsafe { drop_value(self.shape, self.place.as_ptr()) }
    }
}

impl Clone for Erased {
    fn clone(&self) -> Self {
        self.as_ref().to_owned()
    }
}

impl fmt::Debug for Erased {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(formatter)
    }
}

impl ErasedRef<'_> {
    /// A clone of it.
    pub fn to_owned(self) -> Erased {
        let Ok(erased) = Erased::build(self.shape(), |slot| Ok::<_, Infallible>(clone_into(self, slot)));
        erased
    }
}

/// Clones a value by its shape.
#[doc(hidden)]
pub fn clone<T: Shaped>(value: &T) -> T {
    let Ok(clone) = build_with(ErasedRef::of(value), try_clone);
    clone
}

/// A value that was moved in, of a type that is known by its shape: it is dropped by its shape, so that a function which takes values
/// of any type by value costs no code of its own for each.
pub(crate) struct Taken<'a>(ErasedRef<'a>);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        // SAFETY: whoever made it gave the value up; see `taken`.
        unsafe { drop_value(self.0.shape(), self.0.place().cast_mut()) }
    }
}

/// Lets `look` look at a value, and drops it. As `look` is no closure of a function that is generic over `T`, everything but the place of
/// the value exists once for all types.
#[inline]
pub(crate) fn taken<T: Shaped, G, R>(value: T, given: G, look: fn(G, ErasedRef<'_>) -> R) -> R {
    let mut room = Room { value: ManuallyDrop::new(value) };
    #[expect(clippy::ptr_as_ptr, reason = "a cast, for the same reason")]
    let place = &raw mut room as *mut u8;
    // SAFETY: there is a value of that shape, which nobody else drops or sees.
    unsafe { look_at(T::LINK, place, given, look) }
}

/// # Safety
/// There is a value of that shape, which nobody else drops or sees.
#[inline(never)]
unsafe fn look_at<G, R>(link: Link, place: *mut u8, given: G, look: fn(G, ErasedRef<'_>) -> R) -> R {
    // SAFETY: the caller says so.
    let value = Taken(unsafe { ErasedRef::at(link, place) });
    look(given, value.0)
}

/// A list of values of one shape.
pub struct ErasedList {
    items: RawList,
}

// SAFETY: every value with a shape is `Send` and `Sync` (invariant 8).
unsafe impl Send for ErasedList {}
// SAFETY: as above.
unsafe impl Sync for ErasedList {}

impl ErasedList {
    /// An empty list.
    pub fn new(item: &'static Shape) -> Self {
        Self { items: RawList::new(item) }
    }

    /// What the items are.
    pub fn item(&self) -> &'static Shape {
        self.items.item()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An item.
    pub fn get(&self, index: usize) -> Option<ErasedRef<'_>> {
        self.items.get(index)
    }

    /// The last item.
    pub fn last(&self) -> Option<ErasedRef<'_>> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The items in order.
    pub fn iter(&self) -> impl Iterator<Item = ErasedRef<'_>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Takes the last item out.
    pub fn pop(&mut self) -> Option<Erased> {
        self.items.pop()
    }

    /// Adds an item.
    pub(crate) fn push<E>(&mut self, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<(), E> {
        self.items.push(value)
    }

    /// The items, if they are of this type. Nothing is copied.
    pub fn into_vec<T: Shaped>(self) -> Result<Vec<T>, Self> {
        if !T::shape().same(self.item()) {
            return Err(self);
        }
        let parts = self.items.into_parts();
        // SAFETY: the same shape is the same type, and the list is allocated as a `Vec` is.
        Ok(unsafe { Vec::from_raw_parts(parts.items.cast::<T>(), parts.length, parts.capacity) })
    }
}

impl fmt::Debug for ErasedList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}
