//! Linchpin's compiler: connector specs in, typed Rust out.
pub mod diagnostics;
pub mod model;
pub mod source;
pub mod syntax;
