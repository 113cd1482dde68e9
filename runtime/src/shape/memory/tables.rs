//! How containers that the standard library lays out are taken apart and put together, and the shapes of everything that
//! no macro declares. The functions here are all that a container costs per type of item.

use std::{any::TypeId, fmt};

use super::{Erased, Kind, Leaf, Link, Shape};
use crate::value::{Date, DateTime, Decimal, Duration, Host, Id, Map, Patch, Secret, Time};

/// A type that has a shape.
///
/// # Safety
/// `PLACE` must be that of a shape which describes the type exactly: its size and alignment, the offset and the type of each
/// part; and `LINK` must lead there. The macros of this crate see to that, by writing the type and its table from the same tokens.
pub unsafe trait Shaped: Send + Sync + 'static {
    /// Where its shape stands.
    #[doc(hidden)]
    const PLACE: *const Shape;

    /// Its shape, in the form that tables hold.
    const LINK: Link = Link(Self::PLACE);

    /// Its shape.
    fn shape() -> &'static Shape {
        Self::LINK.get()
    }
}

/// How an `Option` is read and written.
#[derive(Clone, Copy)]
pub struct OptionTable {
    /// Where the value stands, or null.
    pub(super) get: unsafe fn(*const u8) -> *const u8,
    /// Makes an option of the value at the second place, or of nothing when that is null.
    pub(super) set: unsafe fn(*mut u8, *mut u8),
}

/// How a `Vec` is read and written.
#[derive(Clone, Copy)]
pub struct ListTable {
    /// Where the items stand, and how many.
    pub(super) items: unsafe fn(*const u8) -> (*const u8, usize),
    /// Takes a list apart; it must not be used again.
    pub(super) take: unsafe fn(*mut u8) -> Parts,
    /// Makes a list.
    pub(super) build: unsafe fn(*mut u8, Parts),
    /// It is no container of Rust's, but the parts one after the other.
    pub(super) loose: bool,
}

impl ListTable {
    /// Are both of Rust's, or both not?
    pub(in crate::shape) const fn alike(&self, other: &Self) -> bool {
        self.loose == other.loose
    }
}

/// What a `Vec` is made of.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) items: *mut u8,
    pub(super) length: usize,
    pub(super) capacity: usize,
}

/// A value that only its owner understands: a body, a stream. It can be an input or an output, and is never decoded from the wire.
pub trait Opaque: Shaped + Clone + fmt::Debug {
    /// What the spec calls it.
    const NAME: &'static str;

    /// Are both the same?
    fn same(&self, other: &Self) -> bool;

    /// The value that a host gives as JSON in a call by name, if there is such a form.
    fn from_json(_given: &serde_json::Value) -> Option<Self> {
        None
    }
}

/// What can be done with any opaque value.
#[derive(Clone, Copy)]
pub struct OpaqueTable {
    type_id: fn() -> TypeId,
    from_json: fn(&serde_json::Value) -> Option<Erased>,
    pub(super) drop: unsafe fn(*mut u8),
    pub(super) clone: unsafe fn(*const u8, *mut u8),
    pub(super) debug: unsafe fn(*const u8, &mut fmt::Formatter<'_>) -> fmt::Result,
    pub(super) same: unsafe fn(*const u8, *const u8) -> bool,
}

impl OpaqueTable {
    /// Which type it is.
    pub fn type_id(&self) -> TypeId {
        (self.type_id)()
    }

    /// The value that a host gives as JSON in a call by name.
    pub fn from_json(&self, given: &serde_json::Value) -> Option<Erased> {
        (self.from_json)(given)
    }
}

impl Shape {
    /// The shape of an opaque type.
    #[doc(hidden)]
    pub const fn opaque<T: Opaque>() -> Self {
        // SAFETY: in each, the caller gives places that hold (or, for the target of `clone`, have room for) a `T`.
        unsafe fn drop_opaque<T>(value: *mut u8) {
            unsafe { value.cast::<T>().drop_in_place() }
        }
        unsafe fn clone_opaque<T: Clone>(from: *const u8, to: *mut u8) {
            unsafe { to.cast::<T>().write((*from.cast::<T>()).clone()) }
        }
        unsafe fn debug_opaque<T: fmt::Debug>(value: *const u8, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            unsafe { (*value.cast::<T>()).fmt(formatter) }
        }
        unsafe fn same_opaque<T: Opaque>(one: *const u8, two: *const u8) -> bool {
            unsafe { (*one.cast::<T>()).same(&*two.cast::<T>()) }
        }
        let table = OpaqueTable {
            type_id: TypeId::of::<T>,
            from_json: |given| T::from_json(given).map(Erased::new),
            drop: drop_opaque::<T>,
            clone: clone_opaque::<T>,
            debug: debug_opaque::<T>,
            same: same_opaque::<T>,
        };
        Self::of::<T>(T::NAME, "", Kind::Opaque(table))
    }
}

/// Gives an [`Opaque`] type of this crate its shape.
macro_rules! opaque {
    ($type:ty) => {
        #[allow(unsafe_code, reason = "the shape is made from the type itself")]
        // SAFETY: the shape is made from the type itself.
        unsafe impl $crate::shape::Shaped for $type {
            const PLACE: *const $crate::shape::Shape = {
                static SHAPE: $crate::shape::Shape = $crate::shape::Shape::opaque::<$type>();
                &raw const SHAPE
            };
        }
    };
}
pub(crate) use opaque;

macro_rules! leaves {
    ($($type:ty = $leaf:ident $name:literal,)*) => {$(
        // SAFETY: each kind of leaf stands for one type: the one it is listed with here.
        unsafe impl Shaped for $type {
            const PLACE: *const Shape = {
                static SHAPE: Shape = Shape::of::<$type>($name, "", Kind::Leaf(Leaf::$leaf));
                &raw const SHAPE
            };
        }
    )*};
}

leaves! {
    () = Unit "nothing",
    bool = Bool "bool",
    i64 = Int "int",
    f64 = Float "float",
    String = String "string",
    Decimal = Decimal "decimal",
    DateTime = DateTime "datetime",
    Date = Date "date",
    Time = Time "time",
    Duration = Duration "duration",
    uuid::Uuid = Uuid "uuid",
    url::Url = Url "url",
    bytes::Bytes = Bytes "bytes",
    serde_json::Value = Json "json",
    Secret = Secret "secret",
    Host = Host "host",
}

// SAFETY: `Id<T>` is a transparent wrapper of the same type for every `T`.
unsafe impl<T: 'static> Shaped for Id<T> {
    const PLACE: *const Shape = {
        static SHAPE: Shape = Shape::of::<Id<()>>("id", "", Kind::Leaf(Leaf::Id));
        &raw const SHAPE
    };
}

/// The shape of a container. Written out, since rustc runs this for each type and pays for each call. What it holds is pointed to and not asked
/// whether it needs to be dropped: dropping finds out.
macro_rules! container {
    ($kind:expr) => {
        &Shape { name: "", docs: "", size: size_of::<Self>(), align: align_of::<Self>(), needs_drop: true, kind: $kind }
    };
}

// SAFETY: the functions are those of `Option<T>`.
unsafe impl<T: Shaped> Shaped for Option<T> {
    const PLACE: *const Shape = container!(Kind::Optional(Link(T::PLACE), OptionTable { get: get_option::<T>, set: set_option::<T> }));
}

// SAFETY: the functions are those of `Vec<T>`.
unsafe impl<T: Shaped> Shaped for Vec<T> {
    const PLACE: *const Shape = container!(Kind::List(
        Link(T::PLACE),
        ListTable { items: list_items::<T>, take: take_list::<T>, build: build_list::<T>, loose: false }
    ));
}

// SAFETY: a box of a sized type is a pointer to memory from the global allocator with the type's layout.
unsafe impl<T: Shaped> Shaped for Box<T> {
    const PLACE: *const Shape = container!(Kind::Boxed(Link(T::PLACE)));
}

// SAFETY: `Map<T>` is `repr(C)` with its keys first and a `Vec<T>` at `VALUES`.
unsafe impl<T: Shaped> Shaped for Map<T> {
    const PLACE: *const Shape = container!(Kind::Map(Link(T::PLACE), map_table::<T>()));
}

// SAFETY: `Patch<T>` is `repr(C, u16)` with the value in the variant `PATCH_SET`.
unsafe impl<T: Shaped> Shaped for Patch<T> {
    const PLACE: *const Shape = container!(Kind::Patch(Link(T::PLACE)));
}

/// Where the values of a map stand.
pub(super) const MAP_VALUES: usize = std::mem::offset_of!(Map<()>, values);
/// The tags of `Patch`, in the order in which it declares its variants.
pub(super) const PATCH_LEAVE: super::Tag = 0;
pub(super) const PATCH_ERASE: super::Tag = 1;
pub(super) const PATCH_SET: super::Tag = 2;

const fn map_table<T>() -> ListTable {
    assert!(std::mem::offset_of!(Map<T>, values) == MAP_VALUES);
    ListTable { items: list_items::<T>, take: take_list::<T>, build: build_list::<T>, loose: false }
}

// SAFETY of the functions below: the places hold (or have room for) the container that the function is for. They exist for each type of
// item, and so would every function that they call: that is why they cast.

#[expect(clippy::ptr_as_ptr, clippy::ref_as_ptr, reason = "see above")]
unsafe fn get_option<T>(option: *const u8) -> *const u8 {
    match unsafe { &*(option as *const Option<T>) } {
        Some(value) => value as *const T as *const u8,
        None => std::ptr::null(),
    }
}

#[expect(clippy::ptr_as_ptr, reason = "see above")]
unsafe fn set_option<T>(option: *mut u8, value: *mut u8) {
    let value = if value.is_null() { None } else { Some(unsafe { std::ptr::read(value as *const T) }) };
    unsafe { std::ptr::write(option as *mut Option<T>, value) }
}

#[expect(clippy::ptr_as_ptr, reason = "see above")]
unsafe fn list_items<T>(list: *const u8) -> (*const u8, usize) {
    let list = unsafe { &*(list as *const Vec<T>) };
    (list.as_ptr() as *const u8, list.len())
}

#[expect(clippy::ptr_as_ptr, reason = "see above")]
unsafe fn take_list<T>(list: *mut u8) -> Parts {
    let list = unsafe { &mut *(list as *mut Vec<T>) };
    Parts { items: list.as_mut_ptr() as *mut u8, length: list.len(), capacity: list.capacity() }
}

#[expect(clippy::ptr_as_ptr, reason = "see above")]
unsafe fn build_list<T>(list: *mut u8, parts: Parts) {
    unsafe { std::ptr::write(list as *mut Vec<T>, Vec::from_raw_parts(parts.items as *mut T, parts.length, parts.capacity)) }
}
