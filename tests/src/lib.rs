//! Support for the tests of the whole.

pub mod openapi_check;
pub mod servers;
