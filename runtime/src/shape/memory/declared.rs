//! What the macros declare. Nothing in the text of a table is trusted with memory: how many fields, symbols and variants there are, where
//! they stand and what they are comes from Rust's own tokens, through the constructors here.

use std::cell::UnsafeCell;

use super::{Field, Kind, Link, Shape};
use crate::operation::Operations;
use crate::shape::{
    table::{Declaration, Declared, Made, OperationText, Structure, Symbol, SymbolTable, UnionStyle, UnionTable, Variant},
    text,
};

/// The texts of a declaration: its name, its documentation, and what is said of its parts.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Texts(pub &'static str, pub &'static str, pub &'static str);

// SAFETY: a shape and a table are read only, but for what a `OnceLock` holds, which may be shared: links, texts and numbers. Said outright
// because rustc asks it of every static.
unsafe impl<T> Sync for Declared<T> {}

/// A declaration of a type. Its table stands in the same static, where it is not yet there: a raw pointer leads to it, since of a reference
/// to what a `OnceLock` is in rustc would prove much. Written out, since rustc runs this for each type and pays for each call.
macro_rules! declaration {
    ($type:ty, $texts:ident, $kind:ident, $own:ident, $table:ident) => {{
        // SAFETY: `own` is a static, as the caller says, so what stands there is there for good.
        let table = unsafe { &(*($own as *const Declaration<_>)).table };
        let (size, align) = (size_of::<$type>(), align_of::<$type>());
        let shape = Shape { name: $texts.0, docs: $texts.1, size, align, needs_drop: true, kind: Kind::$kind(table) };
        Self(UnsafeCell::new(Declaration { shape, table: $table }))
    }};
}

impl Declared<Structure> {
    /// A struct.
    ///
    /// # Safety
    /// `T` is a `repr(C)` struct, `parts` are the shapes of all its fields in declared order, and `own` is the static that this goes to.
    #[doc(hidden)]
    pub const unsafe fn structure<T>(texts: Texts, parts: &'static [*const Shape], own: *const Self) -> Self {
        let table = Structure { text: texts.2, parts: unsafe { links(parts) }, made: Made::NOT_YET, operation: OperationText::NONE };
        declaration!(T, texts, Structure, own, table)
    }

    /// A struct that an operation is given. `said` is what is said of the operation, `shapes` are those that it speaks of by number.
    ///
    /// # Safety
    /// As for a struct; and `shapes` are of types.
    #[doc(hidden)]
    pub const unsafe fn input<T>(
        texts: Texts,
        parts: &'static [*const Shape],
        said: &'static str,
        shapes: &'static [*const Shape],
        own: *const Self,
    ) -> Self {
        let operation = OperationText::of(said, unsafe { links(shapes) });
        let table = Structure { text: texts.2, parts: unsafe { links(parts) }, made: Made::NOT_YET, operation };
        declaration!(T, texts, Structure, own, table)
    }
}

impl Declared<SymbolTable<&'static str>> {
    /// An enum of texts.
    ///
    /// # Safety
    /// `T` is `repr(C, u16)` or `repr(u16)`, it has `count` variants without fields, and one more with a `String` if `other` says so;
    /// `own` is the static that this goes to.
    #[doc(hidden)]
    pub const unsafe fn text_enum<T>(texts: Texts, count: usize, other: bool, own: *const Self) -> Self {
        let table = SymbolTable { text: texts.2, count, other: payload::<T>(other), made: Made::NOT_YET };
        declaration!(T, texts, TextEnum, own, table)
    }
}

impl Declared<SymbolTable<i64>> {
    /// An enum of integers.
    ///
    /// # Safety
    /// As for an enum of texts, with `i64` for `String`.
    #[doc(hidden)]
    pub const unsafe fn int_enum<T>(texts: Texts, count: usize, other: bool, own: *const Self) -> Self {
        let table = SymbolTable { text: texts.2, count, other: payload::<T>(other), made: Made::NOT_YET };
        declaration!(T, texts, IntEnum, own, table)
    }
}

impl Declared<UnionTable> {
    /// A union.
    ///
    /// # Safety
    /// `T` is `repr(C, u16)`, each of its variants has one field, `parts` are the shapes of those in declared order, and `own` is the
    /// static that this goes to.
    #[doc(hidden)]
    pub const unsafe fn union<T>(texts: Texts, style: UnionStyle, open: bool, parts: &'static [*const Shape], own: *const Self) -> Self {
        let table =
            UnionTable { text: texts.2, parts: unsafe { links(parts) }, style, open, payload: align_of::<T>(), made: Made::NOT_YET };
        declaration!(T, texts, Union, own, table)
    }
}

impl Operations {
    /// Those with inputs of these shapes.
    ///
    /// # Safety
    /// Each is `Shaped::PLACE` of a type.
    #[doc(hidden)]
    pub const unsafe fn declared(inputs: &'static [*const Shape]) -> Self {
        Self::Declared(unsafe { links(inputs) })
    }
}

/// They come in as pointers, since of each link rustc would prove that nothing in it can change.
///
/// # Safety
/// Each is a shape's, written before it is followed.
const unsafe fn links(parts: &'static [*const Shape]) -> &'static [Link] {
    // SAFETY: a link is such a pointer, and the caller says that they lead to shapes.
    unsafe { std::mem::transmute::<&'static [*const Shape], &'static [Link]>(parts) }
}

/// The payload of an enum starts at its alignment (invariant 6).
const fn payload<T>(is_there: bool) -> Option<usize> {
    if is_there { Some(align_of::<T>()) } else { None }
}

impl Structure {
    /// Fields that were laid out when the program ran.
    pub(super) fn laid_out(fields: &'static [Field]) -> Self {
        Self { text: "", parts: &[], made: Made::of(fields), operation: OperationText::NONE }
    }

    /// Lays the fields out as `repr(C)` does (invariant 7), and reads what is said of them.
    #[cold]
    pub(in crate::shape) fn make(&self) -> &'static [Field] {
        self.made.get_or_init(|| {
            let mut end = 0;
            let mut said = text::Parts::of(self.text);
            let fields = self.parts.iter().map(|part| {
                let offset = usize::next_multiple_of(end, part.align);
                end = offset + part.size;
                text::field(said.next_part(), offset, *part)
            });
            leak(fields.collect())
        })
    }
}

impl<W> SymbolTable<W> {
    /// Symbols that were listed when the program ran.
    pub(super) fn listed(symbols: &'static [Symbol<W>], other: Option<usize>) -> Self {
        Self { text: "", count: symbols.len(), other, made: Made::of(symbols) }
    }
}

impl<W: text::Wire> SymbolTable<W> {
    /// The symbols, in declared order.
    #[inline]
    pub fn symbols(&self) -> &'static [Symbol<W>] {
        match self.made.get() {
            Some(symbols) => symbols,
            None => self.make(),
        }
    }

    #[cold]
    fn make(&self) -> &'static [Symbol<W>] {
        self.made.get_or_init(|| {
            let mut said = text::Parts::of(self.text);
            leak((0..self.count).map(|_| text::symbol(said.next_part())).collect())
        })
    }
}

impl UnionTable {
    /// Variants that were listed when the program ran.
    pub(super) fn listed(style: UnionStyle, variants: &'static [Variant], open: bool, payload: usize) -> Self {
        Self { text: "", parts: &[], style, open, payload, made: Made::of(variants) }
    }

    #[cold]
    pub(in crate::shape) fn make(&self) -> &'static [Variant] {
        self.made.get_or_init(|| {
            let mut said = text::Parts::of(self.text);
            leak(self.parts.iter().map(|part| text::variant(said.next_part(), *part)).collect())
        })
    }
}

fn leak<T>(parts: Vec<T>) -> &'static [T] {
    Box::leak(parts.into_boxed_slice())
}
