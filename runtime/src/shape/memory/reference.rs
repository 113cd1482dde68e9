//! Reading a value by its shape.

use std::{fmt, marker::PhantomData};

use super::{
    Field, Kind, Leaf, Link, ListTable, Shape, Shaped, Tag,
    tables::{MAP_VALUES, PATCH_ERASE, PATCH_LEAVE},
};
use crate::{
    shape::table::Variant,
    value::{Date, DateTime, Decimal, Duration, Host, Id, Secret, Time},
};

/// A borrowed value of a type that is known by its shape.
#[derive(Clone, Copy)]
pub struct ErasedRef<'a> {
    shape: &'static Shape,
    place: *const u8,
    life: PhantomData<&'a ()>,
}

// SAFETY: every value with a shape is `Send` and `Sync` (invariant 8).
unsafe impl Send for ErasedRef<'_> {}
// SAFETY: as above.
unsafe impl Sync for ErasedRef<'_> {}

/// A value taken apart by one level.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the leaves are named as their types")]
pub enum View<'a> {
    Unit,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(&'a String),
    Decimal(&'a Decimal),
    DateTime(&'a DateTime),
    Date(&'a Date),
    Time(&'a Time),
    Duration(&'a Duration),
    Uuid(&'a uuid::Uuid),
    Url(&'a url::Url),
    Bytes(&'a bytes::Bytes),
    Json(&'a serde_json::Value),
    Secret(&'a Secret),
    Host(&'a Host),
    Id(&'a Id<()>),
    /// An option.
    Optional(Option<ErasedRef<'a>>),
    /// A patch.
    Patch(PatchView<'a>),
    /// A structure.
    Structure(StructureView<'a>),
    /// A list.
    List(ListView<'a>),
    /// A map.
    Map(MapView<'a>),
    /// A known symbol of an enum: its index, and what it is on the wire.
    Symbol(usize, SymbolView),
    /// A text that is no symbol of its enum.
    OtherText(&'a String),
    /// An integer that is no symbol of its enum.
    OtherInt(i64),
    /// A variant of a union: its index, itself, and what it holds.
    Union(usize, &'static Variant, ErasedRef<'a>),
    /// A value that only its owner understands; see [`ErasedRef::get`].
    Opaque(ErasedRef<'a>),
}

/// A symbol on the wire.
#[derive(Clone, Copy)]
pub enum SymbolView {
    /// A text.
    Text(&'static crate::shape::table::Symbol<&'static str>),
    /// An integer.
    Int(&'static crate::shape::table::Symbol<i64>),
}

/// A patch taken apart.
#[derive(Clone, Copy)]
pub enum PatchView<'a> {
    /// Leave it as it is.
    Leave,
    /// Erase it.
    Erase,
    /// Set it to this.
    Set(ErasedRef<'a>),
}

/// A structure's fields.
#[derive(Clone, Copy)]
pub struct StructureView<'a> {
    fields: &'static [Field],
    base: ErasedRef<'a>,
}

/// A list's items.
#[derive(Clone, Copy)]
pub struct ListView<'a> {
    item: &'static Shape,
    items: *const u8,
    length: usize,
    life: PhantomData<&'a ()>,
}

/// A map's entries.
#[derive(Clone, Copy)]
pub struct MapView<'a> {
    keys: &'a indexmap::IndexSet<String>,
    values: ListView<'a>,
}

impl<'a> ErasedRef<'a> {
    /// Forgets the type of a value.
    pub fn of<T: Shaped>(value: &'a T) -> Self {
        // Casts, since each function called here would exist for each type.
        #[expect(clippy::ref_as_ptr, clippy::ptr_as_ptr, reason = "see above")]
        let place = value as *const T as *const u8;
        Self { shape: T::LINK.get(), place, life: PhantomData }
    }

    /// Of a place: not generic, so that it exists once for all types.
    ///
    /// # Safety
    /// There is a value of that shape, and it stays for the lifetime.
    #[inline]
    pub(super) unsafe fn at(link: Link, place: *const u8) -> Self {
        Self { shape: link.get(), place, life: PhantomData }
    }

    /// # Safety
    /// There is a value of that shape, and it stays for the lifetime.
    #[inline]
    pub(super) unsafe fn new(shape: &'static Shape, place: *const u8) -> Self {
        Self { shape, place, life: PhantomData }
    }

    pub(super) fn place(self) -> *const u8 {
        self.place
    }

    /// What it is.
    #[inline]
    pub fn shape(self) -> &'static Shape {
        self.shape
    }

    /// The value, if it is of this type.
    pub fn get<T: Shaped>(self) -> Option<&'a T> {
        // SAFETY: the same shape is the same type.
        T::shape().same(self.shape).then(|| unsafe { &*self.place.cast::<T>() })
    }

    /// The field with this index, if it is a structure that has it. Boxes are looked through.
    pub fn field(self, index: usize) -> Option<ErasedRef<'a>> {
        match self.view() {
            View::Structure(structure) => structure.field(index).map(|(_, value)| value),
            _ => None,
        }
    }

    /// What is inside the box, if it is one.
    pub(super) fn unboxed_once(self) -> Self {
        match self.shape.kind {
            // SAFETY: a box is a pointer to its value.
            Kind::Boxed(inner) => unsafe { Self::new(inner.get(), self.place.cast::<*const u8>().read()) },
            _ => self,
        }
    }

    /// What there is inside the boxes, options and patches around it; none when one of them is empty.
    pub fn present(self) -> Option<ErasedRef<'a>> {
        match self.view() {
            View::Optional(value) => value?.present(),
            View::Patch(PatchView::Set(value)) => value.present(),
            View::Patch(_) => None,
            _ => Some(self),
        }
    }

    fn tag(self) -> usize {
        // SAFETY: enums start with their tag (invariant 6).
        usize::from(unsafe { self.place.cast::<Tag>().read() })
    }

    /// # Safety
    /// There is a value of type `T` at that offset.
    #[inline]
    unsafe fn part<T>(self, offset: usize) -> &'a T {
        // SAFETY: the caller says so.
        unsafe { &*self.place.add(offset).cast::<T>() }
    }

    /// Takes it apart by one level. Boxes are looked through.
    pub fn view(self) -> View<'a> {
        // SAFETY: the shape says what stands where.
        unsafe {
            match &self.shape.kind {
                Kind::Leaf(leaf) => self.view_leaf(*leaf),
                Kind::Structure(structure) => View::Structure(StructureView { fields: structure.fields(), base: self }),
                Kind::Optional(inner, table) => {
                    let value = (table.get)(self.place);
                    View::Optional((!value.is_null()).then(|| Self::new(inner.get(), value)))
                }
                Kind::List(item, table) => View::List(ListView::new(item.get(), table, self.place)),
                Kind::Boxed(_) => self.unboxed_once().view(),
                Kind::Map(item, table) => {
                    View::Map(MapView { keys: self.part(0), values: ListView::new(item.get(), table, self.place.add(MAP_VALUES)) })
                }
                Kind::Patch(inner) => View::Patch(match self.place.cast::<Tag>().read() {
                    PATCH_LEAVE => PatchView::Leave,
                    PATCH_ERASE => PatchView::Erase,
                    _ => PatchView::Set(Self::new(inner.get(), self.place.add(self.shape.align))),
                }),
                Kind::TextEnum(table) => match (table.symbols().get(self.tag()), table.other) {
                    (Some(symbol), _) => View::Symbol(self.tag(), SymbolView::Text(symbol)),
                    (None, other) => View::OtherText(self.part(other.expect("only an open enum has more tags than symbols"))),
                },
                Kind::IntEnum(table) => match (table.symbols().get(self.tag()), table.other) {
                    (Some(symbol), _) => View::Symbol(self.tag(), SymbolView::Int(symbol)),
                    (None, other) => View::OtherInt(*self.part(other.expect("only an open enum has more tags than symbols"))),
                },
                Kind::Union(table) => {
                    let variant = &table.variants()[self.tag()];
                    View::Union(self.tag(), variant, Self::new(variant.shape.get(), self.place.add(table.payload)))
                }
                Kind::Opaque(_) => View::Opaque(self),
            }
        }
    }

    /// # Safety
    /// It is that leaf.
    unsafe fn view_leaf(self, leaf: Leaf) -> View<'a> {
        // SAFETY: each leaf stands for one type.
        unsafe {
            match leaf {
                Leaf::Unit => View::Unit,
                Leaf::Bool => View::Bool(*self.part(0)),
                Leaf::Int => View::Int(*self.part(0)),
                Leaf::Float => View::Float(*self.part(0)),
                Leaf::String => View::String(self.part(0)),
                Leaf::Decimal => View::Decimal(self.part(0)),
                Leaf::DateTime => View::DateTime(self.part(0)),
                Leaf::Date => View::Date(self.part(0)),
                Leaf::Time => View::Time(self.part(0)),
                Leaf::Duration => View::Duration(self.part(0)),
                Leaf::Uuid => View::Uuid(self.part(0)),
                Leaf::Url => View::Url(self.part(0)),
                Leaf::Bytes => View::Bytes(self.part(0)),
                Leaf::Json => View::Json(self.part(0)),
                Leaf::Secret => View::Secret(self.part(0)),
                Leaf::Host => View::Host(self.part(0)),
                Leaf::Id => View::Id(self.part(0)),
            }
        }
    }

    /// Writes an opaque value as its owner does.
    pub(crate) fn debug_opaque(self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shape.kind {
            // SAFETY: it is a value of the type that the table is for.
            Kind::Opaque(table) => unsafe { (table.debug)(self.place, formatter) },
            _ => Ok(()),
        }
    }

    /// Compares opaque values as their owner does.
    pub(crate) fn same_opaque(self, other: ErasedRef<'_>) -> bool {
        match &self.shape.kind {
            // SAFETY: both are values of the type that the table is for.
            Kind::Opaque(table) if self.shape.same(other.shape) => unsafe { (table.same)(self.place, other.place) },
            _ => false,
        }
    }
}

impl<'a> StructureView<'a> {
    /// The shape of the structure.
    pub fn shape(self) -> &'static Shape {
        self.base.shape
    }

    /// How many fields it has.
    #[expect(clippy::len_without_is_empty, reason = "a structure is not a collection")]
    pub fn len(self) -> usize {
        self.fields.len()
    }

    /// A field and its value.
    pub fn field(self, index: usize) -> Option<(&'static Field, ErasedRef<'a>)> {
        let field = self.fields.get(index)?;
        // SAFETY: the table says that there is a value of that shape.
        Some((field, unsafe { ErasedRef::new(field.shape.get(), self.base.place.add(field.offset)) }))
    }

    /// The fields and their values, in declared order.
    pub fn fields(self) -> impl Iterator<Item = (&'static Field, ErasedRef<'a>)> {
        (0..self.fields.len()).filter_map(move |index| self.field(index))
    }
}

impl<'a> ListView<'a> {
    /// # Safety
    /// There is a list of that item at the place.
    unsafe fn new(item: &'static Shape, table: &ListTable, place: *const u8) -> Self {
        // SAFETY: the caller says so.
        let (items, length) = unsafe { (table.items)(place) };
        Self { item, items, length, life: PhantomData }
    }

    /// What the items are.
    pub fn item(self) -> &'static Shape {
        self.item
    }

    /// How many items it has.
    pub fn len(self) -> usize {
        self.length
    }

    /// Has it none?
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    /// An item.
    pub fn get(self, index: usize) -> Option<ErasedRef<'a>> {
        // SAFETY: there are that many items.
        (index < self.length).then(|| unsafe { ErasedRef::new(self.item, self.items.add(index * self.item.size)) })
    }

    /// The items in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = ErasedRef<'a>> {
        (0..self.length).map(move |index| self.get(index).expect("the index is less than the length"))
    }
}

impl<'a> MapView<'a> {
    /// What the values are.
    pub fn item(self) -> &'static Shape {
        self.values.item
    }

    /// How many entries it has.
    pub fn len(self) -> usize {
        self.keys.len()
    }

    /// Has it none?
    pub fn is_empty(self) -> bool {
        self.keys.is_empty()
    }

    /// The value under a key.
    pub fn get(self, key: &str) -> Option<ErasedRef<'a>> {
        self.values.get(self.keys.get_index_of(key)?)
    }

    /// The entries in order.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, ErasedRef<'a>)> {
        self.keys.iter().map(String::as_str).zip(self.values.iter())
    }
}
