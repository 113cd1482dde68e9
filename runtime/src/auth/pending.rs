//! What is kept of an attempt between the redirect and the callback, in this process or, sealed, for another.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use zeroize::Zeroizing;

use super::authorize::{AuthorizationRequest, Issuer};
use super::sealing::SealingKeys;
use super::store::StoreError;
use crate::value::Secret;

/// What it is sealed as.
const KIND: &str = "authorization";

/// What is kept of an [`AuthorizationRequest`] until the browser comes back.
pub struct PendingAuthorization {
    pub(super) state: Secret,
    pub(super) verifier: Option<Secret>,
    pub(super) redirect_uri: Url,
    pub(super) issuer: Issuer,
    pub(super) begun_at: SystemTime,
}

impl PendingAuthorization {
    /// Under the name of the connection and the person that it is of: it opens for no other.
    pub(super) fn seal(&self, keys: &SealingKeys, name: &str) -> Result<Vec<u8>, StoreError> {
        let issuer = match &self.issuer {
            Issuer::Stated(issuer) => json!({ "stated": issuer }),
            Issuer::Origin(origin) => json!({ "origin": origin.ascii_serialization() }),
        };
        let clear = json!({
            "state": self.state.expose(),
            "verifier": self.verifier.as_ref().map(Secret::expose),
            "redirect_uri": self.redirect_uri.as_str(),
            "issuer": issuer,
            "begun_at": self.begun_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
        });
        keys.seal_as(KIND, name, 0, clear.to_string().into_bytes())
    }

    pub(super) fn open(keys: &SealingKeys, name: &str, sealed: &[u8]) -> Result<PendingAuthorization, StoreError> {
        let clear = keys.open_as(KIND, name, 0, sealed)?;
        PendingAuthorization::read(&clear).ok_or_else(|| "what is sealed cannot be read".into())
    }

    fn read(clear: &Zeroizing<Vec<u8>>) -> Option<PendingAuthorization> {
        let json: Json = serde_json::from_slice(clear).ok()?;
        let text = |name: &str| json[name].as_str();
        let issuer = match (json["issuer"]["stated"].as_str(), json["issuer"]["origin"].as_str()) {
            (Some(issuer), None) => Issuer::Stated(issuer.to_owned()),
            (None, Some(origin)) => Issuer::Origin(Url::parse(origin).ok()?.origin()),
            _ => return None,
        };
        Some(PendingAuthorization {
            state: Secret::new(text("state")?),
            verifier: text("verifier").map(Secret::new),
            redirect_uri: Url::parse(text("redirect_uri")?).ok()?,
            issuer,
            begun_at: UNIX_EPOCH.checked_add(Duration::from_secs(json["begun_at"].as_u64()?))?,
        })
    }

    /// What it is known by where it is written down that it was finished. It tells nothing of the state.
    pub(super) fn mark(&self, name: &str) -> [u8; 32] {
        let length = (name.len() as u64).to_be_bytes();
        let digest = Sha256::new().chain_update("linchpin authorization").chain_update(length).chain_update(name);
        digest.chain_update(self.state.expose()).finalize().into()
    }
}

impl From<AuthorizationRequest> for PendingAuthorization {
    fn from(request: AuthorizationRequest) -> PendingAuthorization {
        request.pending
    }
}

impl std::fmt::Debug for PendingAuthorization {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PendingAuthorization").field("redirect_uri", &self.redirect_uri.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(issuer: Issuer, verifier: Option<&str>) -> PendingAuthorization {
        PendingAuthorization {
            state: Secret::new("the-state"),
            verifier: verifier.map(Secret::new),
            redirect_uri: Url::parse("https://me.example/cb?app=7").unwrap(),
            issuer,
            begun_at: UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        }
    }

    #[test]
    fn it_opens_whole_and_only_where_it_belongs() {
        let key = SealingKeys::generate().unwrap();
        let keys = SealingKeys::new(&key).unwrap();
        let origin = Url::parse("https://acme.example:8443/authorize").unwrap().origin();
        for (issuer, verifier) in [(Issuer::Stated("https://acme.example/t".into()), Some("the-verifier")), (Issuer::Origin(origin), None)]
        {
            let pending = pending(issuer, verifier);
            let sealed = pending.seal(&keys, "acme/ann").unwrap();
            for secret in ["the-state", "the-verifier", "me.example"] {
                assert!(!sealed.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
            }
            let opened = PendingAuthorization::open(&keys, "acme/ann", &sealed).unwrap();
            assert!(opened.state == pending.state && opened.verifier == pending.verifier && opened.issuer == pending.issuer);
            assert_eq!((&opened.redirect_uri, opened.begun_at), (&pending.redirect_uri, pending.begun_at));
            assert_eq!(opened.mark("acme/ann"), pending.mark("acme/ann"));
            assert!(PendingAuthorization::open(&keys, "acme/bob", &sealed).is_err());
            assert!(keys.open("acme/ann", 0, &sealed).is_err(), "it is no token");
            for index in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[index] ^= 1;
                assert!(PendingAuthorization::open(&keys, "acme/ann", &changed).is_err(), "byte {index}");
                assert!(PendingAuthorization::open(&keys, "acme/ann", &sealed[..index]).is_err(), "{index} bytes");
            }
        }
    }

    #[test]
    fn marks_are_of_one_attempt_of_one_person() {
        let one = pending(Issuer::Stated(String::new()), None);
        assert_ne!(one.mark("ann"), one.mark("bob"));
        let other = PendingAuthorization { state: Secret::new("nthe-state"), ..pending(Issuer::Stated(String::new()), None) };
        assert_ne!(one.mark("ann"), other.mark("an"));
    }
}
