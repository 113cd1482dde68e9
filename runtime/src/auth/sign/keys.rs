//! Private keys and shared secrets as people hand them over, and signing with them: the algorithms of JSON Web Signatures (RFC 7518, 3; RFC 8037).

use std::fmt;

use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair},
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};

use super::settings::invalid;
use crate::{
    auth::{error::AuthError, pem::tidy},
    random::NoRandomness,
    value::Secret,
};

/// A key, and the algorithm it signs with.
pub(in crate::auth) enum SigningKey {
    Hmac(hmac::Key),
    Rsa(RsaKeyPair, &'static dyn ring::signature::RsaEncoding),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// The key for an algorithm by its name in JSON Web Signatures.
    pub(in crate::auth) fn new(algorithm: &str, key: &Secret) -> Result<SigningKey, AuthError> {
        let text = key.expose();
        Ok(match algorithm {
            "HS256" => SigningKey::Hmac(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())),
            "HS384" => SigningKey::Hmac(hmac::Key::new(hmac::HMAC_SHA384, text.as_bytes())),
            "HS512" => SigningKey::Hmac(hmac::Key::new(hmac::HMAC_SHA512, text.as_bytes())),
            "RS256" => SigningKey::Rsa(rsa(text)?, &ring::signature::RSA_PKCS1_SHA256),
            "RS384" => SigningKey::Rsa(rsa(text)?, &ring::signature::RSA_PKCS1_SHA384),
            "RS512" => SigningKey::Rsa(rsa(text)?, &ring::signature::RSA_PKCS1_SHA512),
            "PS256" => SigningKey::Rsa(rsa(text)?, &ring::signature::RSA_PSS_SHA256),
            "ES256" => SigningKey::Ecdsa(ecdsa(text, Curve::P256)?),
            "ES384" => SigningKey::Ecdsa(ecdsa(text, Curve::P384)?),
            "EdDSA" => SigningKey::Ed25519(ed25519(text)?),
            _ => return Err(AuthError::table(format!("`{algorithm}` is no algorithm of a JSON Web Token"))),
        })
    }

    pub(in crate::auth) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, AuthError> {
        let random = SystemRandom::new();
        let failed = |_| AuthError::from(NoRandomness);
        Ok(match self {
            SigningKey::Hmac(key) => hmac::sign(key, message).as_ref().to_vec(),
            SigningKey::Rsa(key, padding) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(*padding, &random, message, &mut signature).map_err(failed)?;
                signature
            }
            SigningKey::Ecdsa(key) => key.sign(&random, message).map_err(failed)?.as_ref().to_vec(),
            SigningKey::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        })
    }
}

/// The kind and nothing else.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SigningKey::Hmac(_) => "Hmac",
            SigningKey::Rsa(..) => "Rsa",
            SigningKey::Ecdsa(_) => "Ecdsa",
            SigningKey::Ed25519(_) => "Ed25519",
        })
    }
}

fn pem(text: &str) -> Result<PrivateKeyDer<'static>, AuthError> {
    PrivateKeyDer::from_pem_slice(tidy(text).expose().as_bytes())
        .map_err(|_| invalid("key", "is no private key in PEM: `-----BEGIN PRIVATE KEY-----` …"))
}

fn rsa(text: &str) -> Result<RsaKeyPair, AuthError> {
    let key = match pem(text)? {
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        _ => return Err(invalid("key", "is no RSA key")),
    };
    key.map_err(|_| invalid("key", "is no RSA key of 2048 to 4096 bits"))
}

#[derive(Clone, Copy)]
enum Curve {
    P256,
    P384,
}

fn ecdsa(text: &str, curve: Curve) -> Result<EcdsaKeyPair, AuthError> {
    let document = match pem(text)? {
        PrivateKeyDer::Pkcs8(key) => key.secret_pkcs8_der().to_vec(),
        PrivateKeyDer::Sec1(key) => wrapped(key.secret_sec1_der(), curve),
        _ => return Err(invalid("key", "is no key of an elliptic curve")),
    };
    let document = zeroize::Zeroizing::new(document);
    let algorithm = match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
    };
    EcdsaKeyPair::from_pkcs8(algorithm, &document, &SystemRandom::new()).map_err(|_| invalid("key", "is no key of the algorithm's curve"))
}

/// A key of RFC 5915 as PKCS #8 (RFC 5958), which is the one form that ring reads.
fn wrapped(key: &[u8], curve: Curve) -> Vec<u8> {
    // AlgorithmIdentifier of `ecPublicKey` over the curve.
    let algorithm: &[u8] = match curve {
        Curve::P256 => &[0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
        Curve::P384 => &[0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 0x22],
    };
    let version: &[u8] = &[2, 1, 0];
    der(0x30, &[version, algorithm, &der(4, key)].concat())
}

/// A value of DER behind its tag and length (X.690, 8.1). A key's length takes two bytes at most.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    let head: &[u8] = match length {
        0..128 => &[tag, low],
        128..256 => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [head, value].concat()
}

fn ed25519(text: &str) -> Result<Ed25519KeyPair, AuthError> {
    match pem(text)? {
        // What OpenSSL writes has no public key in it, which is checked where it is there.
        PrivateKeyDer::Pkcs8(key) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.secret_pkcs8_der()),
        _ => return Err(invalid("key", "is no Ed25519 key")),
    }
    .map_err(|_| invalid("key", "is no Ed25519 key"))
}

#[cfg(test)]
pub(super) mod tests {
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
        VerificationAlgorithm,
    };

    use super::*;

    pub(in super::super) const RSA: &str = include_str!("../../../tests/keys/rsa_pkcs1.pem");
    const RSA_PKCS8: &str = include_str!("../../../tests/keys/rsa_pkcs8.pem");
    const EC: &str = include_str!("../../../tests/keys/ec_sec1.pem");
    const EC_PKCS8: &str = include_str!("../../../tests/keys/ec_pkcs8.pem");
    const EC_384: &str = include_str!("../../../tests/keys/ec384_sec1.pem");
    const ED: &str = include_str!("../../../tests/keys/ed25519.pem");

    pub(in super::super) fn public(key: &SigningKey) -> Vec<u8> {
        match key {
            SigningKey::Hmac(_) => Vec::new(),
            SigningKey::Rsa(key, _) => key.public_key().as_ref().to_vec(),
            SigningKey::Ecdsa(key) => key.public_key().as_ref().to_vec(),
            SigningKey::Ed25519(key) => key.public_key().as_ref().to_vec(),
        }
    }

    #[test]
    fn keys_come_in_every_wrapping() {
        let cases: [(&str, &[&str], &'static dyn VerificationAlgorithm); 4] = [
            ("RS256", &[RSA, RSA_PKCS8], &RSA_PKCS1_2048_8192_SHA256),
            ("ES256", &[EC, EC_PKCS8], &ECDSA_P256_SHA256_FIXED),
            ("ES384", &[EC_384], &ECDSA_P384_SHA384_FIXED),
            ("EdDSA", &[ED], &ED25519),
        ];
        for (algorithm, keys, verifier) in cases {
            let first = public(&SigningKey::new(algorithm, &keys[0].into()).unwrap());
            for key in keys {
                let spellings = [(*key).to_owned(), key.replace('\n', "\\n"), key.replace('\n', " ")];
                for spelling in spellings {
                    let signature = SigningKey::new(algorithm, &spelling.into()).unwrap().sign(b"message").unwrap();
                    UnparsedPublicKey::new(verifier, &first).verify(b"message", &signature).expect("the signature of this key");
                }
            }
        }
    }

    #[test]
    fn what_is_no_key_of_the_algorithm_is_said_and_not_shown() {
        for (algorithm, key) in
            [("RS256", EC), ("ES256", RSA), ("ES384", EC), ("EdDSA", RSA), ("RS256", "s3cr3t"), ("ES256", "-----END KEY-----BEGIN")]
        {
            let error = SigningKey::new(algorithm, &key.into()).unwrap_err().to_string();
            assert!(error.starts_with("the connection's field `key` is no "), "{error}");
            assert!(!error.contains("s3cr3t") && !error.contains("MI"), "{error}");
        }
        assert_eq!(format!("{:?}", SigningKey::new("HS256", &"s3cr3t".into()).unwrap()), "Hmac");
    }
}
