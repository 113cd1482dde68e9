//! Unguessable texts, and the proof of RFC 7636 that whoever redeems a code is who asked for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::error::AuthError;
use crate::random;
use crate::value::Secret;

/// 256 bits of the system's randomness as 43 characters that are safe in a URL: the length RFC 7636, 4.1 recommends.
pub(crate) fn unguessable() -> Result<Secret, AuthError> {
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(random::bytes::<32>()?)))
}

/// The `S256` challenge of a verifier (RFC 7636, 4.2).
pub(crate) fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        // RFC 7636, appendix B.
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn texts_are_long_and_never_the_same() {
        let (one, other) = (unguessable().unwrap(), unguessable().unwrap());
        assert_eq!(one.expose().len(), 43);
        assert!(one.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert!(one != other);
    }
}
