//! Support for the tests of the whole.

pub mod collector;
#[path = "../../compiler/tests/corpus/mod.rs"]
pub mod corpus;
pub mod counter;
pub mod declared;
pub mod docs;
pub mod faults;
pub mod generated;
pub mod mocked;
pub mod openapi_check;
pub mod provider;
pub mod renewal;
pub mod servers;
pub mod snippets;
