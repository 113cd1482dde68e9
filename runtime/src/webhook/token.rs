//! JSON Web Tokens (RFC 7519) that prove deliveries: verified with one algorithm, the declared one. The crate that reads them is a feature
//! (`jwt`); without it no receiver of such a trigger can be made, so none lets anything through.

use super::refusal::Refusal;
use crate::{error::Error, operation::Proof, value::Secret};

#[cfg(not(feature = "jwt"))]
mod verifier {
    use super::*;
    use crate::error::ErrorKind;

    const WITHOUT: &str = "this API proves its deliveries by JSON Web Tokens: build linchpin-runtime with the feature `jwt`";

    pub(in crate::webhook) fn check(_: &str, _: &[Secret]) -> Result<(), Error> {
        Err(Error::new(ErrorKind::Configuration, WITHOUT))
    }

    pub(in crate::webhook) fn claims(_: &str, _: &str, _: &Proof, _: &[Secret], _: u64) -> Result<serde_json::Value, Refusal> {
        Err(Refusal::new(http::StatusCode::INTERNAL_SERVER_ERROR, WITHOUT))
    }

    #[cfg(feature = "testing")]
    pub(in crate::webhook) fn make(_: &str, _: &Proof, _: &[u8], _: &Secret, _: u64) -> Result<String, Error> {
        Err(Error::new(ErrorKind::Configuration, WITHOUT))
    }
}

#[cfg(feature = "jwt")]
mod verifier {
    use std::str::FromStr;

    use jsonwebtoken::{Algorithm, DecodingKey, Validation};
    use serde_json::Value;

    use super::*;
    use crate::error::ErrorKind;

    fn wrong(message: &str) -> Error {
        Error::new(ErrorKind::Configuration, message)
    }

    fn named(algorithm: &str) -> Result<Algorithm, Error> {
        Algorithm::from_str(algorithm).map_err(|_| wrong("the algorithm of the tokens is unknown"))
    }

    /// A shared secret as it is; a public key in PEM.
    fn key(algorithm: Algorithm, secret: &Secret) -> Result<DecodingKey, Error> {
        let text = secret.expose().as_bytes();
        let key = match algorithm {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => Ok(DecodingKey::from_secret(text)),
            Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(text),
            Algorithm::EdDSA => DecodingKey::from_ed_pem(text),
            _ => DecodingKey::from_rsa_pem(text),
        };
        key.map_err(|_| wrong("a key of the tokens is not a public key in PEM"))
    }

    /// Whether tokens can be verified with these secrets.
    pub(in crate::webhook) fn check(algorithm: &str, secrets: &[Secret]) -> Result<(), Error> {
        let algorithm = named(algorithm)?;
        secrets.iter().try_for_each(|secret| key(algorithm, secret).map(drop))
    }

    /// The claims of a token that one of the keys signed. A token that does not end, by its claims or by the declared time, is refused.
    pub(in crate::webhook) fn claims(token: &str, algorithm: &str, proof: &Proof, secrets: &[Secret], now: u64) -> Result<Value, Refusal> {
        let configured = |_| Refusal::new(http::StatusCode::INTERNAL_SERVER_ERROR, "the tokens cannot be verified");
        let algorithm = named(algorithm).map_err(configured)?;
        let mut validation = Validation::new(algorithm);
        // The time is ours to tell: below.
        (validation.validate_exp, validation.validate_nbf) = (false, false);
        validation.required_spec_claims.clear();
        validation.validate_aud = !proof.audience.is_empty();
        if !proof.audience.is_empty() {
            validation.set_audience(&[proof.audience]);
            validation.required_spec_claims.insert("aud".to_owned());
        }
        if !proof.issuer.is_empty() {
            validation.set_issuer(&[proof.issuer]);
            validation.required_spec_claims.insert("iss".to_owned());
        }
        let keys: Vec<DecodingKey> = secrets.iter().map(|secret| key(algorithm, secret)).collect::<Result<_, _>>().map_err(configured)?;
        let verified = keys.iter().find_map(|key| jsonwebtoken::decode::<Value>(token, key, &validation).ok());
        let claims = verified.ok_or_else(|| Refusal::unproved("no key of ours signed the token for us"))?.claims;
        within_its_time(&claims, proof, now)?;
        Ok(claims)
    }

    /// RFC 7519, 4.1.4 and 4.1.5, with a minute for clocks that differ.
    fn within_its_time(claims: &Value, proof: &Proof, now: u64) -> Result<(), Refusal> {
        const LEEWAY: f64 = 60.0;
        let now = now as f64 / 1000.0;
        let ends = claims.get("exp").and_then(Value::as_f64);
        match ends {
            Some(end) if end + LEEWAY < now => return Err(Refusal::unproved("the token has run out")),
            None if claims.get("exp").is_some() => return Err(Refusal::unproved("the token's end is no time")),
            None if proof.time.is_none() => return Err(Refusal::unproved("the token never ends")),
            _ => {}
        }
        match claims.get("nbf").map(Value::as_f64) {
            Some(Some(begins)) if begins - LEEWAY <= now => Ok(()),
            Some(_) => Err(Refusal::unproved("the token is not valid yet")),
            None => Ok(()),
        }
    }

    /// A token as the API would make it, for tests: of a shared secret only.
    #[cfg(feature = "testing")]
    pub(in crate::webhook) fn make(algorithm: &str, proof: &Proof, body: &[u8], secret: &Secret, now: u64) -> Result<String, Error> {
        use sha2::Digest;

        let algorithm = named(algorithm)?;
        let mut claims = serde_json::json!({ "exp": now / 1000 + 300, "iat": now / 1000 });
        let mut text = |name: &str, value: &str| {
            if !value.is_empty() {
                claims[name] = value.into();
            }
        };
        text("iss", proof.issuer);
        text("aud", proof.audience);
        if let Some((claim, encoding)) = proof.digest {
            text(claim, &super::super::part::encoded(&sha2::Sha256::digest(body), encoding));
        }
        if let Some(crate::operation::DeliveryPart::Claim(claim)) = proof.id {
            text(claim, &format!("{:032x}", fastrand::u128(..)));
        }
        let key = jsonwebtoken::EncodingKey::from_secret(secret.expose().as_bytes());
        jsonwebtoken::encode(&jsonwebtoken::Header::new(algorithm), &claims, &key).map_err(|_| wrong("the token cannot be made"))
    }
}

pub(super) use verifier::*;
