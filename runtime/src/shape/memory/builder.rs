//! Values that are filled part by part: structures, lists and maps. What was filled is dropped when they are not finished.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc},
    ptr::NonNull,
};

use indexmap::IndexSet;

use super::{
    Erased, ErasedRef, Field, Filled, Kind, ListTable, Shape, Slot,
    slot::{fill, mismatch},
    tables::{MAP_VALUES, Parts},
    walk::drop_value,
};

/// A structure that is filled field by field.
pub(crate) struct StructureBuilder<'x> {
    slot: Option<Slot<'x>>,
    base: NonNull<u8>,
    fields: &'static [Field],
    filled: Bits,
}

impl<'x> StructureBuilder<'x> {
    #[inline]
    pub(super) fn new(slot: Slot<'x>) -> Self {
        let Kind::Structure(structure) = slot.shape().kind else { mismatch(slot.shape(), "a structure") };
        // SAFETY: a slot's place is never null.
        let base = unsafe { NonNull::new_unchecked(slot.place()) };
        let fields = structure.fields();
        Self { slot: Some(slot), base, fields, filled: Bits::new(fields.len()) }
    }

    /// The fields to fill.
    #[inline]
    pub(crate) fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// Is this field filled?
    #[inline]
    pub(crate) fn has(&self, index: usize) -> bool {
        self.filled.has(index)
    }

    /// Fills a field; what was in it is dropped first.
    #[inline]
    pub(crate) fn fill<E>(&mut self, index: usize, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<(), E> {
        let field = &self.fields[index];
        let shape = field.shape.get();
        if self.filled.has(index) {
            self.filled.clear(index);
            // SAFETY: it was filled, and no longer counts as such.
            unsafe { drop_value(shape, self.base.as_ptr().add(field.offset)) }
        }
        // SAFETY: the field's place lies within the structure's, and is not filled.
        unsafe { fill(shape, self.base.add(field.offset), value)? }
        self.filled.set(index);
        Ok(())
    }

    /// Is every field filled?
    #[inline]
    pub(crate) fn is_complete(&self) -> bool {
        self.filled.count == self.fields.len()
    }

    /// A field that is filled.
    pub(crate) fn get(&self, index: usize) -> Option<ErasedRef<'_>> {
        let field = &self.fields[index];
        // SAFETY: there is a value, and it stays while the builder is borrowed.
        self.has(index).then(|| unsafe { ErasedRef::new(field.shape.get(), self.base.as_ptr().add(field.offset)) })
    }

    /// The structure, when every field is filled.
    #[inline]
    pub(crate) fn finish(mut self) -> Filled<'x> {
        assert!(self.is_complete(), "a structure is finished when every field is filled");
        let slot = self.slot.take().expect("a builder has its slot until it is finished");
        // SAFETY: every field is filled. Without its slot the builder drops nothing.
        unsafe { slot.assume_filled() }
    }
}

impl Drop for StructureBuilder<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.slot.is_none() {
            return;
        }
        for (index, field) in self.fields.iter().enumerate() {
            if self.filled.has(index) {
                // SAFETY: the field was filled, and nobody will see it again.
                unsafe { drop_value(field.shape.get(), self.base.as_ptr().add(field.offset)) }
            }
        }
    }
}

/// Which fields are filled: 256 without allocating. How many there are is counted along, because it is asked of every structure.
struct Bits {
    first: [u64; 4],
    more: Vec<u64>,
    count: usize,
}

impl Bits {
    #[inline]
    fn new(count: usize) -> Self {
        Self { first: [0; 4], more: if count > 256 { vec![0; (count - 256).div_ceil(64)] } else { Vec::new() }, count: 0 }
    }

    #[inline]
    fn word(&mut self, index: usize) -> &mut u64 {
        match self.first.get_mut(index / 64) {
            Some(word) => word,
            None => &mut self.more[index / 64 - 4],
        }
    }

    #[inline]
    fn has(&self, index: usize) -> bool {
        let word = self.first.get(index / 64).unwrap_or_else(|| &self.more[index / 64 - 4]);
        word & (1 << (index % 64)) != 0
    }

    /// The field must not be filled yet.
    #[inline]
    fn set(&mut self, index: usize) {
        debug_assert!(!self.has(index));
        *self.word(index) |= 1 << (index % 64);
        self.count += 1;
    }

    /// The field must be filled.
    fn clear(&mut self, index: usize) {
        debug_assert!(self.has(index));
        *self.word(index) &= !(1 << (index % 64));
        self.count -= 1;
    }
}

/// Items of one shape in memory, as `Vec` holds them.
pub(super) struct RawList {
    item: &'static Shape,
    items: NonNull<u8>,
    length: usize,
    capacity: usize,
}

impl RawList {
    pub(super) fn new(item: &'static Shape) -> Self {
        Self { item, items: dangling(item), length: 0, capacity: 0 }
    }

    pub(super) fn item(&self) -> &'static Shape {
        self.item
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Adds an item.
    #[inline]
    pub(super) fn push<E>(&mut self, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<(), E> {
        if self.length == self.capacity {
            self.grow();
        }
        // SAFETY: there is room behind the last item.
        unsafe { fill(self.item, self.items.add(self.length * self.item.size), value)? }
        self.length += 1;
        Ok(())
    }

    /// Puts another item in an item's place.
    fn replace<E>(&mut self, index: usize, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<(), E> {
        assert!(index < self.length);
        let mut value = Erased::build(self.item, value)?;
        // SAFETY: both places hold a value of the item's shape. The old value is dropped where the new one was.
        unsafe { std::ptr::swap_nonoverlapping(self.items.as_ptr().add(index * self.item.size), value.place(), self.item.size) }
        Ok(())
    }

    #[cold]
    fn grow(&mut self) {
        if self.item.size == 0 {
            self.capacity = usize::MAX;
            return;
        }
        let capacity = (self.capacity * 2).max(4);
        let layout = array(self.item, capacity);
        // SAFETY: the size is not zero; the old memory was allocated here with the old layout.
        let items = unsafe {
            if self.capacity == 0 { alloc(layout) } else { realloc(self.items.as_ptr(), array(self.item, self.capacity), layout.size()) }
        };
        self.items = NonNull::new(items).unwrap_or_else(|| handle_alloc_error(layout));
        self.capacity = capacity;
    }

    pub(super) fn get(&self, index: usize) -> Option<ErasedRef<'_>> {
        // SAFETY: there is an item of that shape, which stays while the list is borrowed.
        (index < self.length).then(|| unsafe { ErasedRef::new(self.item, self.items.as_ptr().add(index * self.item.size)) })
    }

    /// Takes the last item out.
    pub(super) fn pop(&mut self) -> Option<Erased> {
        self.length = self.length.checked_sub(1)?;
        // SAFETY: the item is moved out, and no longer counts.
        Some(unsafe { Erased::moved_from(self.item, self.items.as_ptr().add(self.length * self.item.size)) })
    }

    pub(super) fn into_parts(self) -> Parts {
        let this = std::mem::ManuallyDrop::new(self);
        let capacity = if this.item.size == 0 { this.length } else { this.capacity };
        Parts { items: this.items.as_ptr(), length: this.length, capacity }
    }

    /// # Safety
    /// The parts are those of a `Vec` of items of that shape.
    pub(super) unsafe fn from_parts(item: &'static Shape, parts: Parts) -> Self {
        // SAFETY: the pointer of a `Vec` is never null.
        Self { item, items: unsafe { NonNull::new_unchecked(parts.items) }, length: parts.length, capacity: parts.capacity }
    }
}

impl Drop for RawList {
    fn drop(&mut self) {
        // SAFETY: it owns its items and their memory. The memory is given back when dropping an item panics, too.
        unsafe {
            let _memory = Memory { item: self.item, items: self.items, capacity: self.capacity };
            if self.item.needs_drop {
                for index in 0..self.length {
                    drop_value(self.item, self.items.as_ptr().add(index * self.item.size));
                }
            }
        }
    }
}

/// The memory of a list.
struct Memory {
    item: &'static Shape,
    items: NonNull<u8>,
    capacity: usize,
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.capacity != 0 && self.item.size != 0 {
            // SAFETY: it was allocated with this layout.
            unsafe { dealloc(self.items.as_ptr(), array(self.item, self.capacity)) }
        }
    }
}

/// A well-aligned pointer to nothing.
pub(super) fn dangling(shape: &Shape) -> NonNull<u8> {
    NonNull::new(std::ptr::without_provenance_mut(shape.align)).expect("an alignment is not zero")
}

fn array(item: &Shape, count: usize) -> Layout {
    let size = item.size.checked_mul(count).expect("a list fits into memory");
    Layout::from_size_align(size, item.align).expect("a list fits into memory")
}

/// A list that is filled item by item.
pub(crate) struct ListBuilder<'x> {
    slot: Slot<'x>,
    table: &'static ListTable,
    items: RawList,
}

impl<'x> ListBuilder<'x> {
    pub(super) fn new(slot: Slot<'x>) -> Self {
        let Kind::List(item, table) = &slot.shape().kind else { mismatch(slot.shape(), "a list") };
        Self { slot, table, items: RawList::new(item.get()) }
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// Adds an item.
    #[inline]
    pub(crate) fn push<E>(&mut self, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<(), E> {
        self.items.push(value)
    }

    /// The list.
    pub(crate) fn finish(self) -> Filled<'x> {
        // SAFETY: the parts are those of a list of that item, made for this very kind of list.
        unsafe {
            (self.table.build)(self.slot.place(), self.items.into_parts());
            self.slot.assume_filled()
        }
    }
}

/// The entries of a map, before it has a place.
pub(crate) struct MapEntries {
    keys: IndexSet<String>,
    values: RawList,
}

impl MapEntries {
    pub(crate) fn new(item: &'static Shape) -> Self {
        Self { keys: IndexSet::new(), values: RawList::new(item) }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Adds an entry; an earlier value under the same key is dropped.
    pub(crate) fn insert<E>(&mut self, key: String, value: impl for<'y> FnOnce(Slot<'y>) -> Result<Filled<'y>, E>) -> Result<(), E> {
        match self.keys.get_index_of(&key) {
            Some(index) => self.values.replace(index, value),
            None => {
                self.values.push(value)?;
                self.keys.insert(key);
                Ok(())
            }
        }
    }

    /// Puts the map into its place.
    pub(super) fn put(self, slot: Slot<'_>) -> Filled<'_> {
        let Kind::Map(item, table) = &slot.shape().kind else { mismatch(slot.shape(), "a map") };
        assert!(
            item.get().same(self.values.item()),
            "a map of {:?} does not fit in the place of a map of {:?}",
            self.values.item(),
            item.get()
        );
        // SAFETY: a map is its keys at the start and its values at `MAP_VALUES`; there is one key for each value.
        unsafe {
            slot.place().cast::<IndexSet<String>>().write(self.keys);
            (table.build)(slot.place().add(MAP_VALUES), self.values.into_parts());
            slot.assume_filled()
        }
    }
}
