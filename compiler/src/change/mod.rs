//! Change: what was promised (the lock), and what differs between two versions of an API and what that means for those who use it.
//!
//! What ends when is told for a day that is given. Comparing is compiled with the cargo feature `diff` only: no build script compares.
//! The lock is held in every build.

#[cfg(feature = "diff")]
mod compare;
pub mod day;
#[cfg(feature = "diff")]
pub mod declared;
#[cfg(feature = "diff")]
mod differ;
#[cfg(feature = "diff")]
pub mod edit;
#[cfg(feature = "diff")]
pub mod findings;
#[cfg(feature = "diff")]
pub mod from_description;
#[cfg(feature = "diff")]
pub mod from_spec;
pub mod lock;
#[cfg(feature = "diff")]
mod operations;
#[cfg(feature = "diff")]
pub mod options;
pub mod outlook;
#[cfg(feature = "diff")]
mod recognise;
#[cfg(feature = "diff")]
pub mod render;
#[cfg(feature = "diff")]
pub mod shape;
#[cfg(feature = "diff")]
pub mod statement;
#[cfg(feature = "diff")]
pub mod surface;
#[cfg(feature = "diff")]
pub mod told;
#[cfg(feature = "diff")]
pub mod update;

#[cfg(feature = "diff")]
pub use differ::diff;
#[cfg(feature = "diff")]
pub use options::Options;
