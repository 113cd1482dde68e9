//! The tables: what a [`Shape`] says about a Rust type. Data only; [`super::memory`] is what reads and writes through it, and
//! [`super::text`] reads what the macros leave as text.

use std::{cell::UnsafeCell, mem::ManuallyDrop, ops::Deref, sync::OnceLock};

use super::attrs::Attrs;
use super::memory::{ListTable, OpaqueTable, OptionTable};
use crate::operation::OperationTable;

/// What the runtime knows about a Rust type: where its fields stand and what they are called outside.
///
/// A shape is written by the macros ([`structure!`](crate::structure) and its siblings), never by hand: everything in
/// this crate that reads or writes memory trusts it.
pub struct Shape {
    /// The name in the spec, for messages and schemas; empty for a container.
    pub name: &'static str,
    /// The spec's documentation.
    pub docs: &'static str,
    pub(super) size: usize,
    pub(super) align: usize,
    /// May it need to be dropped? Where it is not worth rustc's while to find out, yes.
    pub(super) needs_drop: bool,
    /// What it is made of.
    pub kind: Kind,
}

/// A pointer to a shape that const evaluation does not look behind, so that types may be recursive.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Link(pub(super) *const Shape);

/// What a shape is made of.
pub enum Kind {
    /// A value without parts.
    Leaf(Leaf),
    /// Named fields.
    Structure(&'static Structure),
    /// `Option<T>`
    Optional(Link, OptionTable),
    /// `Vec<T>`
    List(Link, ListTable),
    /// `Box<T>`; on the outside nothing but its `T`.
    Boxed(Link),
    /// `Map<T>`
    Map(Link, ListTable),
    /// `Patch<T>`
    Patch(Link),
    /// One of some texts.
    TextEnum(&'static SymbolTable<&'static str>),
    /// One of some integers.
    IntEnum(&'static SymbolTable<i64>),
    /// One of some shapes.
    Union(&'static UnionTable),
    /// A value that only its owner understands: a body, a stream.
    Opaque(OpaqueTable),
}

/// The values without parts. Each stands for exactly one Rust type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as its type")]
pub enum Leaf {
    Unit,
    Bool,
    Int,
    Float,
    String,
    Decimal,
    DateTime,
    Date,
    Time,
    Duration,
    Uuid,
    Url,
    Bytes,
    Json,
    Secret,
    Host,
    Id,
}

/// What the macros declare: a shape, and beside it the table that the shape leads to. It stands in one static, so that each type has
/// one address by which it is known.
///
/// Of everything that is borrowed in a constant rustc proves whether something in it may change, and goes through all types that it is
/// made of to find out. Here something may, what was made of text, and the cell around it all says so at once.
#[doc(hidden)]
#[repr(transparent)]
pub struct Declared<T: 'static>(pub(super) UnsafeCell<Declaration<T>>);

/// What stands in a [`Declared`], the shape first, so that a pointer to the one is a pointer to the other.
#[repr(C)]
pub(super) struct Declaration<T: 'static> {
    pub(super) shape: Shape,
    pub(super) table: T,
}

/// A part of a table that is made of text when it is first asked for, and kept for good. So rustc sees one text per type instead
/// of an expression per field, and a program pays only for the types that it uses. It is never dropped, which spares rustc the question
/// of what that would do.
pub(super) struct Made<T: 'static>(ManuallyDrop<OnceLock<&'static [T]>>);

/// The fields of a structure.
pub struct Structure {
    pub(super) text: &'static str,
    /// The shapes of the fields, in declared order.
    pub(super) parts: &'static [Link],
    pub(super) made: Made<Field>,
    pub(super) operation: OperationText,
}

/// What is said of the operation that a structure is the input of, as text and the shapes that it speaks of by number; nothing of any
/// other structure. The table is made of it when it is first asked for.
pub(crate) struct OperationText {
    pub(crate) text: &'static str,
    /// What it gives comes first.
    pub(crate) shapes: &'static [Link],
    made: Made<OperationTable>,
}

/// A field of a structure.
pub struct Field {
    pub(super) name: &'static str,
    /// Its name on the wire; empty for the field that keeps what has no name.
    pub wire: &'static str,
    /// The spec's documentation.
    pub docs: &'static str,
    pub(super) offset: usize,
    pub(super) shape: Link,
    /// What else is known.
    pub attrs: Attrs,
}

/// The symbols of an enum. The tag of a value is the symbol's index; the number of symbols stands for "another value".
pub struct SymbolTable<W: 'static> {
    pub(super) text: &'static str,
    pub(super) count: usize,
    /// It keeps values that are not known, at this offset.
    pub(super) other: Option<usize>,
    pub(super) made: Made<Symbol<W>>,
}

/// A symbol of an enum.
pub struct Symbol<W> {
    pub(super) ident: &'static str,
    pub(super) named: &'static str,
    /// What stands on the wire.
    pub wire: W,
    /// The spec's documentation.
    pub docs: &'static str,
}

/// The variants of a union. The tag of a value is the variant's index.
pub struct UnionTable {
    pub(super) text: &'static str,
    /// The shapes of what the variants hold, in declared order.
    pub(super) parts: &'static [Link],
    /// How the variants are told apart.
    pub style: UnionStyle,
    /// The last variant keeps what no other takes.
    pub open: bool,
    pub(super) payload: usize,
    pub(super) made: Made<Variant>,
}

/// How the variants of a union are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnionStyle {
    /// By this member of the wire's object.
    Tagged(&'static str),
    /// By trying, in order.
    Untagged,
    /// By the answer's status; where it is stored, as if untagged.
    Answers,
}

/// A variant of a union.
pub struct Variant {
    /// Its name in Rust.
    pub name: &'static str,
    /// The value of the tag; empty when the union is not tagged.
    pub tag: &'static str,
    /// The spec's documentation.
    pub docs: &'static str,
    pub(super) shape: Link,
}

impl Link {
    /// Leads to a shape.
    pub const fn to(shape: &'static Shape) -> Self {
        Self(shape)
    }

    /// The shape.
    pub const fn get(self) -> &'static Shape {
        super::memory::follow(self.0)
    }
}

impl<T> Made<T> {
    /// A constant, so that rustc does not run a function for each type.
    #[expect(clippy::declare_interior_mutable_const, reason = "each use is to be a new one")]
    pub(super) const NOT_YET: Self = Self(ManuallyDrop::new(OnceLock::new()));

    /// What was made otherwise.
    pub(super) fn of(parts: &'static [T]) -> Self {
        Self(ManuallyDrop::new(OnceLock::from(parts)))
    }

    #[inline]
    pub(super) fn get(&self) -> Option<&'static [T]> {
        self.0.get().copied()
    }

    pub(super) fn get_or_init(&self, make: impl FnOnce() -> &'static [T]) -> &'static [T] {
        self.0.get_or_init(make)
    }
}

impl OperationText {
    /// Of what is no operation's input.
    #[expect(clippy::declare_interior_mutable_const, reason = "each use is to be a new one")]
    pub(super) const NONE: Self = Self { text: "", shapes: &[], made: Made::NOT_YET };

    pub(super) const fn of(text: &'static str, shapes: &'static [Link]) -> Self {
        Self { text, shapes, made: Made::NOT_YET }
    }

    /// The table that `read` makes of it, the first time; none where nothing is said.
    #[inline]
    pub(crate) fn table(&self, read: impl FnOnce() -> OperationTable) -> Option<&'static OperationTable> {
        let made = match self.made.get() {
            Some(made) => made,
            None if self.text.is_empty() => return None,
            None => self.made.get_or_init(|| Box::leak(Box::new([read()]))),
        };
        made.first()
    }
}

impl Shape {
    /// The fields, when it is a structure.
    pub fn fields(&self) -> &'static [Field] {
        match self.kind {
            Kind::Structure(structure) => structure.fields(),
            _ => &[],
        }
    }

    /// The index of the field with this spec name.
    pub fn field_named(&self, name: &str) -> Option<usize> {
        self.fields().iter().position(|field| field.name() == name)
    }

    /// Without the boxes around it.
    pub fn unboxed(&'static self) -> &'static Shape {
        match self.kind {
            Kind::Boxed(inner) => inner.get().unboxed(),
            _ => self,
        }
    }

    /// Without the boxes, options and patches around it.
    pub fn bare(&'static self) -> &'static Shape {
        match self.kind {
            Kind::Boxed(inner) | Kind::Optional(inner, _) | Kind::Patch(inner) => inner.get().bare(),
            _ => self,
        }
    }

    /// Do both describe the same Rust type? Shapes of containers have no single address, so they are compared by parts.
    pub fn same(&'static self, other: &'static Shape) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        match (&self.kind, &other.kind) {
            (Kind::Leaf(one), Kind::Leaf(two)) => one == two,
            (Kind::Optional(one, _), Kind::Optional(two, _))
            | (Kind::Boxed(one), Kind::Boxed(two))
            | (Kind::Patch(one), Kind::Patch(two)) => one.get().same(two.get()),
            (Kind::List(one, first), Kind::List(two, second)) | (Kind::Map(one, first), Kind::Map(two, second)) => {
                first.alike(second) && one.get().same(two.get())
            }
            (Kind::Opaque(one), Kind::Opaque(two)) => one.type_id() == two.type_id(),
            _ => false,
        }
    }
}

impl Field {
    /// Its name in the spec.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its shape.
    pub fn shape(&self) -> &'static Shape {
        self.shape.get()
    }
}

impl Structure {
    /// What is said of the operation that it is the input of.
    #[inline]
    pub(crate) fn operation(&self) -> &OperationText {
        &self.operation
    }

    /// The fields, in declared order.
    #[inline]
    pub fn fields(&self) -> &'static [Field] {
        match self.made.get() {
            Some(fields) => fields,
            None => self.make(),
        }
    }
}

impl UnionTable {
    /// The variants, in declared order.
    #[inline]
    pub fn variants(&self) -> &'static [Variant] {
        match self.made.get() {
            Some(variants) => variants,
            None => self.make(),
        }
    }
}

impl Variant {
    /// The shape of what it holds.
    pub fn shape(&self) -> &'static Shape {
        self.shape.get()
    }
}

impl<W> Symbol<W> {
    /// Its name in the spec: as written, or the Rust name in snake case.
    pub fn name(&self) -> std::borrow::Cow<'static, str> {
        if self.named.is_empty() { snake_case(self.ident).into() } else { self.named.into() }
    }
}

fn snake_case(ident: &str) -> String {
    let mut name = String::with_capacity(ident.len() + 4);
    for (index, letter) in ident.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

impl Deref for Link {
    type Target = Shape;

    fn deref(&self) -> &Shape {
        self.get()
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(formatter)
    }
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::Optional(inner, _) => write!(formatter, "Option<{:?}>", inner.get()),
            Kind::List(inner, _) => write!(formatter, "[{:?}]", inner.get()),
            Kind::Map(inner, _) => write!(formatter, "map<{:?}>", inner.get()),
            Kind::Patch(inner) => write!(formatter, "Patch<{:?}>", inner.get()),
            Kind::Boxed(inner) => write!(formatter, "{:?}", inner.get()),
            _ => formatter.write_str(self.name),
        }
    }
}
