//! Linchpin's runtime: executes what modules compiled from connector specs declare.
pub mod operation;
