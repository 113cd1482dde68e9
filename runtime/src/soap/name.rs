//! Names in namespaces, and the namespaces that SOAP is made of. Which prefix stands for which is the tree's and the writer's.

use std::{fmt, sync::Arc};

pub(super) const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
pub(super) const WSDL_SOAP11: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
pub(super) const WSDL_SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema";
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Types of `rpc/encoded`.
pub(super) const ENCODING: &str = "http://schemas.xmlsoap.org/soap/encoding/";
pub(super) const ENVELOPE11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(super) const ENVELOPE12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// A local name in a namespace; none is the empty text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) namespace: Arc<str>,
    pub(super) local: Arc<str>,
}

impl Name {
    pub(super) fn new(namespace: impl Into<Arc<str>>, local: impl Into<Arc<str>>) -> Self {
        Self { namespace: namespace.into(), local: local.into() }
    }

    pub(super) fn is(&self, namespace: &str, local: &str) -> bool {
        &*self.local == local && &*self.namespace == namespace
    }

    /// Reads `{namespace}local`.
    pub(super) fn from_clark(text: &str) -> Option<Self> {
        let (namespace, local) = text.strip_prefix('{')?.split_once('}')?;
        is_ncname(local).then(|| Self::new(namespace, local))
    }
}

/// `{namespace}local`
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_empty() {
            write!(f, "{{{}}}", self.namespace)?;
        }
        f.write_str(&self.local)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What may be written as a name without a colon. A WSDL's names are data, and become tags.
pub(super) fn is_ncname(text: &str) -> bool {
    let mut characters = text.chars();
    let starts = characters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    starts && characters.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '·'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_end_a_tag_are_none() {
        for good in ["a", "_a", "GetQuote", "é-1.b"] {
            assert!(is_ncname(good), "{good}");
        }
        for bad in ["", "1a", "a b", "a:b", "a>", "a/", "-a", "a\"", "\u{0}"] {
            assert!(!is_ncname(bad), "{bad}");
        }
        assert_eq!(Name::from_clark("{urn:a}b"), Some(Name::new("urn:a", "b")));
        assert_eq!(Name::from_clark("{urn:a}b c"), None);
    }
}
