//! Text that must not leak: zeroed when dropped, and without any rendering of its content.

use zeroize::Zeroizing;

/// A credential or a part of one. `Debug` shows that it is there, never what it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Protected(Zeroizing<String>);

impl Protected {
    /// Takes over a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. The name is long so that a review finds every use.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that does not depend on where the texts differ.
    pub fn equals_in_constant_time(&self, other: &str) -> bool {
        let (left, right) = (self.0.as_bytes(), other.as_bytes());
        let difference = left
            .iter()
            .zip(right)
            .fold(left.len() ^ right.len(), |difference, (a, b)| {
                difference | usize::from(a ^ b)
            });
        std::hint::black_box(difference) == 0
    }
}

impl std::fmt::Debug for Protected {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl From<&str> for Protected {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Protected {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_text() {
        assert_eq!(format!("{:?}", Protected::new("hunter2")), "[redacted]");
    }

    #[test]
    fn comparison_covers_length_and_content() {
        let secret = Protected::new("abc");
        assert!(secret.equals_in_constant_time("abc"));
        assert!(!secret.equals_in_constant_time("abd"));
        assert!(!secret.equals_in_constant_time("ab"));
        assert!(!secret.equals_in_constant_time("abcd"));
        assert!(!secret.equals_in_constant_time(""));
    }
}
