//! Host names that may stand in a server's address.

use std::{fmt, str::FromStr};

use super::InvalidValue;

/// A host name: letters, digits, `-` and `.`, at most 253 of them. No port, user, path, percent-encoding or address in brackets, so
/// that nothing put into a server's template can lead elsewhere. Kept in lower case.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(Box<str>);

impl Host {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Host {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let is_host = !text.is_empty() && text.len() <= 253 && text.split('.').all(is_label);
        is_host.then(|| Self(text.to_ascii_lowercase().into())).ok_or(InvalidValue::new("a host name such as `acme.example`"))
    }
}

/// RFC 1123, 2.1; an underscore is taken too, as some private names have one.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl TryFrom<&str> for Host {
    type Error = InvalidValue;

    fn try_from(text: &str) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl TryFrom<String> for Host {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_name_is_a_host() {
        assert_eq!("Acme.Example".parse::<Host>().unwrap().as_str(), "acme.example");
        for text in ["", ".", "a..b", "a.b:80", "u@a", "a/b", "a b", "a%2eb", "[::1]", "-a", "a\\b", "a?b", "a#b", "a\n", "é.example"] {
            assert!(text.parse::<Host>().is_err(), "{text:?}");
        }
    }
}
