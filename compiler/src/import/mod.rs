//! Reading API descriptions: OpenAPI 3.0 and 3.1, Swagger 2.0, in JSON or YAML.
//!
//! ```text
//! texts ─▶ tree (nodes with places) ─▶ document (typed, references resolved)
//! ```
//! Descriptions are taken as they are published: whatever can be read is read, the rest is reported with its place, and no input makes
//! this panic. What a description means for a connector is left to others.

pub mod codes;
pub mod document;
mod json;
pub mod node;
mod read;
pub mod reference;
pub mod schema;
pub mod spec;
pub mod tree;
mod yaml;

pub use document::Document;
pub use read::read;
pub use tree::{Tree, parse};
