//! The types of a spec's values where the standard library or a crate that the whole field shares has none.

pub(crate) mod bytes;
mod decimal;
mod duration;
mod host;
mod id;
mod map;
mod patch;
mod secret;
mod time;
mod time_of_day;

pub use decimal::Decimal;
pub use duration::Duration;
pub use host::Host;
pub use id::Id;
pub use map::Map;
pub use patch::Patch;
pub use secret::Secret;
pub use time::{Date, DateTime};
pub use time_of_day::Time;

/// A text that is not a value of the type asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    expected: &'static str,
}

impl InvalidValue {
    pub(crate) const fn new(expected: &'static str) -> Self {
        Self { expected }
    }

    /// What would have been right: `a decimal number`.
    pub fn expected(&self) -> &'static str {
        self.expected
    }
}

impl std::fmt::Display for InvalidValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "expected {}", self.expected)
    }
}

impl std::error::Error for InvalidValue {}
