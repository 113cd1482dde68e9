//! Tables of signatures: what is proved of each request, as names and values.

/// How each request is signed.
#[derive(Debug)]
pub struct Sign {
    /// Which kind.
    pub kind: SignKind,
    /// Name and value. Values are templates over the connection's fields, words, or seconds.
    pub settings: &'static [(&'static str, &'static str)],
}

/// A kind of signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignKind {
    /// AWS Signature Version 4.
    Aws4,
    /// The answer to a server's challenge (RFC 7616).
    Digest,
    /// A token that is signed here (RFC 7519).
    Jwt,
    /// A text made of parts of the request.
    Hmac,
    /// OAuth 1.0a (RFC 5849).
    OAuth1,
}

impl SignKind {
    /// By its name here.
    pub fn named(name: &str) -> Option<SignKind> {
        match name {
            "Aws4" => Some(SignKind::Aws4),
            "Digest" => Some(SignKind::Digest),
            "Jwt" => Some(SignKind::Jwt),
            "Hmac" => Some(SignKind::Hmac),
            "OAuth1" => Some(SignKind::OAuth1),
            _ => None,
        }
    }
}
