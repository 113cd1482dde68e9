//! Linchpin's runtime: executes what modules compiled from connector specs declare.
#![deny(unsafe_code)]

mod address;
mod answer;
pub mod api;
pub mod auth;
mod body;
mod call;
mod client;
pub mod clock;
mod codegen;
pub mod connection;
mod download;
mod engine;
mod error;
mod gate;
mod limit;
mod observe;
pub mod operation;
mod page;
mod retry;
pub mod shape;
mod transport;
pub mod value;

pub use codegen::{__codegen_v1, prelude};
pub use error::{Error, ErrorKind};
