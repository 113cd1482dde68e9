//! What of the command other programs of the workspace use: a spec's tables, made while it runs, so that a call needs no compiler of Rust.

pub mod tables;
