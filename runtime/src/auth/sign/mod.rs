//! Proofs that depend on the request: which signer a table asks for, and the credentials around it. Each kind is a file of its own, a pure
//! function of the request, the settings and the time.

mod aws4;
mod digest;
mod hmac;
mod jwt;
mod keys;
mod oauth1;
mod request;
mod settings;

use std::{fmt, sync::Arc, time::SystemTime};

use super::{credential, error::AuthError, values::Values};
use crate::{
    clock::{BoxFuture, Clock},
    connection::{Applied, Credentials, Setup, Transport},
    error::Error,
    operation::{Credential, Sign, SignKind},
    random,
    value::{Secret, bytes},
};
use serde_json::Value as Json;
use settings::Settings;

/// Signs requests.
trait Signer: Send + Sync + fmt::Debug {
    /// Signs a request that is otherwise complete; no body when it is a stream. Whatever cannot be signed is an error, and nothing is sent.
    fn sign(&self, request: &mut http::Request<()>, body: Option<&[u8]>, now: SystemTime) -> Result<(), AuthError>;

    /// Which of the connection's credentials can be sent as they are, before anything is signed.
    fn at_hand(&self, all: &'static [Credential]) -> Vec<Credential> {
        all.to_vec()
    }

    /// The names of the query parameters that it adds.
    fn query(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

/// The credentials of a connection that signs.
pub(super) fn credentials(sign: &'static Sign, setup: &Setup) -> Result<Arc<dyn Credentials>, AuthError> {
    let settings = Settings::new(sign, Values::of(&setup.fields));
    let clock = setup.clock.clone();
    let apply = |credentials: &[Credential]| credential::apply(credentials, &Values::of(&setup.fields), 0);
    let signer: Box<dyn Signer> = match sign.kind {
        SignKind::Jwt => return Ok(Arc::new(jwt::Minting::new(&settings, setup)?)),
        SignKind::Digest => return Ok(Arc::new(digest::Digest::new(&settings, apply(setup.table.credentials)?)?)),
        SignKind::Hmac => Box::new(hmac::Hmac::new(&settings, setup)?),
        SignKind::OAuth1 => Box::new(oauth1::OAuth1::new(&settings)?),
        SignKind::Aws4 => Box::new(aws4::Aws4::new(&settings)?),
    };
    let applied = apply(&signer.at_hand(setup.table.credentials))?;
    Ok(Arc::new(Signed { applied: Arc::new(applied), query: signer.query(), signer, clock }))
}

/// A token signed now, with claims of its own beside those of the spec.
pub(super) fn mint(sign: &'static Sign, values: &Values<'_>, own: &[(&str, Json)], now: SystemTime) -> Result<Secret, AuthError> {
    Ok(jwt::Jwt::new(&Settings::new(sign, *values))?.mint(own, now)?.0)
}

/// 128 bits of the system's randomness in 32 letters and digits, which every API takes.
fn nonce() -> Result<String, AuthError> {
    Ok(bytes::hex(&random::bytes::<16>()?))
}

/// What a person filled in signs each request, and is sent with none.
#[derive(Debug)]
struct Signed {
    applied: Arc<Applied>,
    signer: Box<dyn Signer>,
    query: Vec<&'static str>,
    clock: Arc<dyn Clock>,
}

impl Credentials for Signed {
    fn ready(&self) -> Option<Arc<Applied>> {
        Some(Arc::clone(&self.applied))
    }

    fn obtain<'a>(&'a self, stale: Option<u64>, _transport: Arc<dyn Transport>) -> BoxFuture<'a, Result<Arc<Applied>, Error>> {
        let outcome = super::as_filled_in(&self.applied, stale);
        Box::pin(async { outcome })
    }

    fn signs(&self) -> bool {
        true
    }

    fn signed_query(&self) -> &[&'static str] {
        &self.query
    }

    fn sign(&self, request: &mut http::Request<()>, body: Option<&[u8]>) -> Result<(), Error> {
        Ok(self.signer.sign(request, body, self.clock.wall())?)
    }
}
