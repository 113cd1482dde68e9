//! The table interpreter: one static table per type, and everything that is done with values through it. A new way in or out (a
//! "door") is one more file here and needs no regeneration; what the tables mean is in `table`, and how memory is touched in
//! `memory`. What is sent where is not decided here.

mod attrs;
mod compare;
mod debug;
mod decode;
mod encode;
mod macros;
pub(crate) mod memory;
mod schema;
mod symbol;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod validate;

pub use attrs::{Attrs, Ending, Range};
pub use compare::equal;
pub use debug::debug;
pub use decode::{
    DecodeError, DecodedPage, Limits, Names, PageRequest, decode_at, decode_json, decode_json_limited, decode_page, deserialize,
};
pub use encode::{encode_json, serialize, write_json};
/// Shapes without a Rust type.
pub mod dynamic {
    pub use super::memory::dynamic::{Declarations, Declared, DynamicField, DynamicSymbol, DynamicVariant, Part, id, leak};
}
pub use memory::{
    Erased, ErasedList, ErasedRef, ListTable, ListView, MapView, Opaque, OpaqueTable, OptionTable, PatchView, Shaped, StructureView,
    SymbolView, Texts, View, clone,
};
pub use schema::json_schema;
pub use symbol::{
    closed_int_symbol, closed_text_symbol, hash_symbol, int_symbol, open_text_symbol, symbol_int, symbol_is_known, symbol_text, text_symbol,
};
pub use table::{Declared, Field, Kind, Leaf, Link, Shape, Structure, Symbol, SymbolTable, UnionStyle, UnionTable, Variant};

pub use validate::{Violation, validate, violations};

pub(crate) use decode::{Strange, decode_formatted, noting};
pub(crate) use encode::write_named;
pub(crate) use memory::{Filled, Slot, build_with, opaque, taken};

/// For the macros.
#[doc(hidden)]
pub use ::serde;
