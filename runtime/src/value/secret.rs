//! Texts that must not be seen.

use std::{convert::Infallible, fmt, str::FromStr};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A text that is overwritten when it is dropped and printed by nothing: it has no `Display`, and `Debug` and serde write `[redacted]`.
/// Only a request that the spec sends it with carries it in clear.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// What stands for a secret where it must not be seen.
    pub const REDACTED: &'static str = "[redacted]";

    /// Keeps a text secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text in clear: say why where you call it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Is there nothing to hide?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(Self::REDACTED)
    }
}

/// Takes the same time whatever differs, so that it says nothing about a secret of the same length.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}
