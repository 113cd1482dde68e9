//! Randomness of the system's, for what nobody may guess. What only has to differ is `fastrand`'s.

use std::fmt;

use crate::error::{Error, ErrorKind};

/// The system gives none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoRandomness;

/// So many bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// Where the bytes are to stand, for secrets that must be nowhere else.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(|_| NoRandomness)
}

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system gives no randomness")
    }
}

impl std::error::Error for NoRandomness {}

impl From<NoRandomness> for Error {
    fn from(none: NoRandomness) -> Error {
        Error::new(ErrorKind::Configuration, none.to_string())
    }
}
