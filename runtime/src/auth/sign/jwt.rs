//! JSON Web Tokens (RFC 7519) that a program signs itself, with a key that a person was given: no server is asked for them. One serves until half
//! of its time is over; then the next call signs another.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json};

use super::{keys::SigningKey, settings::Settings};
use crate::{
    auth::{credential, error::AuthError, token::Token, values::Values},
    clock::BoxFuture,
    connection::{Applied, Credentials, Setup, Transport},
    error::Error,
    value::Secret,
};

/// A token is said to be this much older than it is, for servers whose clocks are late.
const DRIFT: Duration = Duration::from_secs(30);

/// What makes tokens.
#[derive(Debug)]
pub(in crate::auth) struct Jwt {
    algorithm: String,
    key: SigningKey,
    lives: Duration,
    head: Map<String, Json>,
    claims: Map<String, Json>,
}

impl Jwt {
    pub(in crate::auth) fn new(settings: &Settings<'_>) -> Result<Jwt, AuthError> {
        let algorithm = settings.must("alg")?.expose().to_owned();
        let key = SigningKey::new(&algorithm, &settings.must("key")?)?;
        let (head, claims) = (settings.members("header")?, settings.members("claims")?);
        Ok(Jwt { key, lives: settings.time("lives", Duration::from_secs(300))?, head, claims, algorithm })
    }

    /// A token signed now, with claims of its own over those of the spec, and how long it holds.
    pub(in crate::auth) fn mint(&self, own: &[(&str, Json)], now: SystemTime) -> Result<(Secret, Duration), AuthError> {
        let mut head = Map::new();
        head.insert("typ".to_owned(), "JWT".into());
        head.extend(self.head.clone());
        head.insert("alg".to_owned(), self.algorithm.as_str().into());
        let issued = now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(DRIFT);
        let mut claims = self.claims.clone();
        claims.extend(own.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        claims.insert("iat".to_owned(), issued.as_secs().into());
        claims.insert("exp".to_owned(), (issued + self.lives).as_secs().into());
        let part = |part: Map<String, Json>| URL_SAFE_NO_PAD.encode(Json::Object(part).to_string());
        let text = format!("{}.{}", part(head), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(text.as_bytes())?);
        Ok((Secret::new(format!("{text}.{signature}")), self.lives.saturating_sub(DRIFT)))
    }
}

/// A connection whose credential is such a token.
pub(super) struct Minting {
    jwt: Jwt,
    setup: Setup,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    applied: Option<Arc<Applied>>,
    generation: u64,
    /// Until when it serves, on the client's clock.
    until: Duration,
}

impl Minting {
    pub(super) fn new(settings: &Settings<'_>, setup: &Setup) -> Result<Minting, AuthError> {
        let minting = Minting { jwt: Jwt::new(settings)?, setup: setup.clone(), held: Mutex::default() };
        minting.renew(None)?; // a template that cannot be filled in is told when the client is made
        Ok(minting)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signing takes no waiting, so whoever comes second waits for the lock and finds the new one.
    fn renew(&self, stale: Option<u64>) -> Result<Arc<Applied>, AuthError> {
        let mut held = self.held();
        let now = self.setup.clock.now();
        if let Some(applied) = held.applied.as_ref().filter(|_| now < held.until && stale.is_none_or(|stale| held.generation > stale)) {
            return Ok(Arc::clone(applied));
        }
        let wall = self.setup.clock.wall();
        let (text, lives) = self.jwt.mint(&[], wall)?;
        let token = Token { generation: held.generation + 1, ..Token::new(text.expose().to_owned(), wall) };
        let values = Values::of(&self.setup.fields).with_token(Some(&token));
        let applied = Arc::new(credential::apply(self.setup.table.credentials, &values, token.generation)?);
        *held = Held { applied: Some(Arc::clone(&applied)), generation: token.generation, until: now + lives / 2 };
        Ok(applied)
    }
}

impl Credentials for Minting {
    fn ready(&self) -> Option<Arc<Applied>> {
        let held = self.held();
        held.applied.clone().filter(|_| self.setup.clock.now() < held.until)
    }

    fn obtain<'a>(&'a self, stale: Option<u64>, _transport: Arc<dyn Transport>) -> BoxFuture<'a, Result<Arc<Applied>, Error>> {
        let outcome = self.renew(stale).map_err(Error::from);
        Box::pin(async { outcome })
    }

    fn renews(&self) -> bool {
        true
    }
}

/// Without the token.
impl fmt::Debug for Minting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minting")
            .field("algorithm", &self.jwt.algorithm)
            .field("generation", &self.held().generation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::super::{keys, settings::tests::settings};
    use super::*;
    use crate::{
        connection::FieldValues,
        operation::{ConnectionTable, Credential, Sign, SignKind},
        testing::SimulatedClock,
    };

    fn parts(token: &str) -> (Json, Json, Vec<u8>, &str) {
        let (text, signature) = token.rsplit_once('.').unwrap();
        let (head, claims) = text.split_once('.').unwrap();
        let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        (json(head), json(claims), URL_SAFE_NO_PAD.decode(signature).unwrap(), text)
    }

    #[test]
    fn a_token_says_what_the_spec_says_and_when() {
        let given = settings(&[
            ("alg", "RS256"),
            ("key", Box::leak(keys::tests::RSA.replace('{', "{{").into_boxed_str())),
            ("lives", "600"),
            ("header.kid", "k1"),
            ("claims.iss", "app"),
            ("claims.sub", "{nobody}"),
        ]);
        let jwt = Jwt::new(&given).unwrap();
        let (token, lives) = jwt.mint(&[("jti", "1".into())], UNIX_EPOCH + Duration::from_secs(1000)).unwrap();
        let (head, claims, signature, text) = parts(token.expose());
        assert_eq!(head, serde_json::json!({ "typ": "JWT", "alg": "RS256", "kid": "k1" }));
        assert_eq!(claims, serde_json::json!({ "iss": "app", "jti": "1", "iat": 970, "exp": 1570 }));
        assert_eq!(lives, Duration::from_secs(570));
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, keys::tests::public(&jwt.key));
        key.verify(text.as_bytes(), &signature).expect("the signature of this key");
    }

    #[test]
    fn one_serves_until_half_its_time_is_over_or_it_is_refused() {
        static SIGN: Sign = Sign { kind: SignKind::Jwt, settings: &[("alg", "HS256"), ("key", "{key}"), ("lives", "330")] };
        static TABLE: ConnectionTable = ConnectionTable {
            sign: Some(&SIGN),
            credentials: &[Credential::Header("authorization", "Bearer {access_token}")],
            ..ConnectionTable::EMPTY
        };
        let mut fields = FieldValues::new();
        fields.set("key", "s3cr3t");
        let clock = Arc::new(SimulatedClock::default());
        let base = url::Url::parse("https://acme.example").unwrap();
        let setup = Setup { table: &TABLE, fields, base, servers: Vec::new(), clock: clock.clone(), scope: String::new() };
        let minting = Minting::new(&Settings::new(&SIGN, Values::of(&setup.fields)), &setup).unwrap();
        let first = minting.ready().expect("one at once");
        assert!(first.headers[0].1.is_sensitive());
        clock.advance(Duration::from_secs(149));
        assert_eq!(minting.ready().map(|applied| applied.generation), Some(1));
        clock.advance(Duration::from_secs(1));
        assert!(minting.ready().is_none());
        let second = minting.renew(None).unwrap();
        assert_eq!((second.generation, minting.renew(Some(1)).unwrap().generation), (2, 2));
        assert_ne!(second.headers[0].1, first.headers[0].1);
        assert_eq!(minting.renew(Some(2)).unwrap().generation, 3);
        assert!(!format!("{minting:?}").contains("s3cr3t"));
    }
}
