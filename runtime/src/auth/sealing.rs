//! Tokens, and attempts to get one, as bytes that may lie on a disk, in a database or with whom they are about: sealed with a key that is kept elsewhere.
//! Where the bytes lie is the stores'.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::store::StoreError;
use super::token::Token;
use crate::random;
use crate::value::{Secret, bytes::hex};

/// The layout of what is sealed here.
const LAYOUT: u8 = 1;
/// What tokens are bound to, so that nothing else is opened as one.
const TOKEN: &str = "token";
const KEY_LEN: usize = 32;
const ID_LEN: usize = 4;

/// The keys that seal tokens, and attempts to get one: the first seals, all open. AES-256 in Galois/counter mode (NIST SP 800-38D), a fresh random nonce for each record; a
/// record opens only under the name and the generation for which it was sealed.
///
/// A new key is put in front and the old one kept behind it until everything is sealed anew:
///
/// ```
/// # use linchpin_runtime::auth::SealingKeys;
/// let (old, new) = (SealingKeys::generate()?, SealingKeys::generate()?);
/// let keys = SealingKeys::new(&new)?.and_old(&old)?;
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct SealingKeys(Vec<SealingKey>);

struct SealingKey {
    /// Tells which key sealed a record, and nothing about the key.
    id: [u8; ID_LEN],
    key: LessSafeKey,
}

impl SealingKeys {
    /// One key: 32 random bytes in base64.
    ///
    /// # Errors
    /// When it is not that.
    pub fn new(key: &Secret) -> Result<SealingKeys, StoreError> {
        Ok(SealingKeys(vec![SealingKey::new(key)?]))
    }

    /// Opens also what this key sealed.
    ///
    /// # Errors
    /// When it is not 32 bytes in base64.
    pub fn and_old(mut self, key: &Secret) -> Result<SealingKeys, StoreError> {
        self.0.push(SealingKey::new(key)?);
        Ok(self)
    }

    /// A new key.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Secret, StoreError> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        random::fill(&mut *bytes)?;
        Ok(Secret::new(BASE64_STANDARD.encode(*bytes)))
    }

    /// Seals a token under a name.
    pub(crate) fn seal(&self, name: &str, token: &Token) -> Result<Vec<u8>, StoreError> {
        self.seal_as(TOKEN, name, token.generation, in_clear(token))
    }

    /// Opens what was sealed under this name and generation.
    pub(crate) fn open(&self, name: &str, generation: u64, record: &[u8]) -> Result<Token, StoreError> {
        let clear = self.open_as(TOKEN, name, generation, record)?;
        read_clear(&clear, generation).ok_or_else(|| "the token that is kept cannot be read".into())
    }

    /// Seals something of a kind under a name.
    pub(super) fn seal_as(&self, kind: &str, name: &str, generation: u64, clear: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let mut sealed = Zeroizing::new(clear);
        let key = self.0.first().ok_or("there is no key to seal with")?;
        let nonce = random::bytes::<NONCE_LEN>()?;
        let bound = Aad::from(bound_to(kind, key.id, name, generation));
        let tag = key.key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed);
        let tag = tag.map_err(|_| format!("the {kind} cannot be sealed"))?;
        Ok([&[LAYOUT][..], &key.id, &nonce, &sealed, tag.as_ref()].concat())
    }

    /// Opens what was sealed as that kind of thing, under this name and generation.
    pub(super) fn open_as(&self, kind: &str, name: &str, generation: u64, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let (id, nonce, sealed) =
            parts(record).ok_or_else(|| format!("what is kept is no sealed {kind}, or of a layout that this version does not know"))?;
        let key = self.0.iter().find(|key| key.id == id);
        let other = || {
            let help = "give that one to `SealingKeys::and_old`, or, where it is lost, `forget` what is kept and authorise again";
            format!("the {kind} was sealed with another key ({}): {help}", hex(&id))
        };
        let key = key.ok_or_else(other)?;
        let mut clear = Zeroizing::new(sealed.to_vec());
        let bound = Aad::from(bound_to(kind, id, name, generation));
        let opened = key.key.open_in_place(Nonce::assume_unique_for_key(nonce), bound, &mut clear);
        let length = opened.map_err(|_| format!("what is kept of the {kind} was changed, or belongs to another connection"))?.len();
        clear.truncate(length);
        Ok(clear)
    }

    /// Did the first key seal it?
    pub(crate) fn is_current(&self, record: &[u8]) -> bool {
        parts(record).is_some_and(|(id, _, _)| self.0.first().is_some_and(|key| key.id == id))
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| hex(&key.id))).finish()
    }
}

impl SealingKey {
    fn new(text: &Secret) -> Result<SealingKey, StoreError> {
        let wrong = || StoreError::from("a sealing key is 32 bytes in base64, as `SealingKeys::generate` makes them");
        let text = text.expose().trim();
        let engines = [&BASE64_STANDARD, &BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE, &BASE64_URL_SAFE_NO_PAD];
        let bytes = Zeroizing::new(engines.iter().find_map(|engine| engine.decode(text).ok()).ok_or_else(wrong)?);
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| wrong())?;
        let digest = Sha256::new().chain_update("linchpin sealing key").chain_update(&*bytes).finalize();
        Ok(SealingKey { id: *digest.first_chunk().ok_or_else(wrong)?, key: LessSafeKey::new(key) })
    }
}

/// What the record of a key is called: a key may hold anything, and be of any length.
pub(crate) fn record_name(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

/// What a record is good for; it stands in clear beside it and is sealed with it.
fn bound_to(kind: &str, id: [u8; ID_LEN], name: &str, generation: u64) -> Vec<u8> {
    [b"linchpin ", kind.as_bytes(), &[LAYOUT], &id, &generation.to_be_bytes(), name.as_bytes()].concat()
}

/// Layout, id of the key, nonce, and what is sealed with its tag.
fn parts(record: &[u8]) -> Option<([u8; ID_LEN], [u8; NONCE_LEN], &[u8])> {
    let (layout, rest) = record.split_first()?;
    let (id, rest) = rest.split_first_chunk::<ID_LEN>()?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
    (*layout == LAYOUT && sealed.len() >= AES_256_GCM.tag_len()).then_some((*id, *nonce, sealed))
}

fn in_clear(token: &Token) -> Vec<u8> {
    let time = |time: SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        json!([since.as_secs(), since.subsec_nanos()])
    };
    let clear = json!({
        "access": token.access.expose(),
        "refresh": token.refresh.as_ref().map(Secret::expose),
        "obtained_at": time(token.obtained_at),
        "expires_at": token.expires_at.map(time),
        "scope": token.scope,
        "learned": token.learned,
    });
    clear.to_string().into_bytes()
}

fn read_clear(clear: &[u8], generation: u64) -> Option<Token> {
    let json: Json = serde_json::from_slice(clear).ok()?;
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let time = |value: &Json| {
        let since = Duration::new(value.get(0)?.as_u64()?, u32::try_from(value.get(1)?.as_u64()?).ok()?);
        UNIX_EPOCH.checked_add(since)
    };
    let learned = json["learned"].as_object()?.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    Some(Token {
        access: Secret::new(text("access")?),
        refresh: text("refresh").map(Secret::new),
        obtained_at: time(&json["obtained_at"])?,
        expires_at: time(&json["expires_at"]),
        scope: text("scope"),
        learned: learned.collect(),
        generation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (Secret, SealingKeys) {
        let key = SealingKeys::generate().unwrap();
        let keys = SealingKeys::new(&key).unwrap();
        (key, keys)
    }

    fn token() -> Token {
        let obtained = UNIX_EPOCH + Duration::new(1_700_000_000, 123);
        let mut token =
            Token::new("access-in-clear", obtained).with_refresh("refresh-in-clear").expiring_at(obtained + Duration::from_secs(60));
        token.scope = Some("a b".to_owned());
        token.learned.insert("instance_url".to_owned(), "https://na1.acme.example".to_owned());
        token.generation = 7;
        token
    }

    #[test]
    fn what_is_sealed_opens_whole_and_shows_nothing() {
        let (_, keys) = keys();
        let sealed = keys.seal("me", &token()).unwrap();
        assert_eq!(keys.open("me", 7, &sealed).unwrap(), token());
        for secret in ["access-in-clear", "refresh-in-clear", "acme"] {
            assert!(!sealed.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
        assert_ne!(sealed, keys.seal("me", &token()).unwrap(), "the nonce is fresh");
    }

    #[test]
    fn a_record_opens_only_where_it_belongs() {
        let (_, keys) = keys();
        let sealed = keys.seal("me", &token()).unwrap();
        assert!(keys.open("you", 7, &sealed).is_err());
        assert!(keys.open("me", 8, &sealed).is_err());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(keys.open("me", 7, &changed).is_err(), "byte {index}");
        }
        for length in 0..sealed.len() {
            assert!(keys.open("me", 7, &sealed[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn an_old_key_opens_until_it_is_left_out() {
        let ((old, was), (new, only)) = (keys(), keys());
        let sealed = was.seal("me", &token()).unwrap();
        let both = SealingKeys::new(&new).unwrap().and_old(&old).unwrap();
        assert!(!both.is_current(&sealed));
        let again = both.seal("me", &both.open("me", 7, &sealed).unwrap()).unwrap();
        assert!(both.is_current(&again) && only.open("me", 7, &again).is_ok());
        let error = only.open("me", 7, &sealed).unwrap_err().to_string();
        assert!(error.contains("another key") && error.contains("and_old"), "{error}");
    }

    #[test]
    fn keys_are_32_bytes_in_base64() {
        for wrong in ["", "short", "not base64 at all, but long enough to be a key!", "AAAAAAAAAAAAAAAAAAAAAA=="] {
            assert!(SealingKeys::new(&Secret::new(wrong)).is_err(), "{wrong}");
        }
        let (key, keys) = keys();
        assert!(!format!("{keys:?}").contains(key.expose()));
    }
}
