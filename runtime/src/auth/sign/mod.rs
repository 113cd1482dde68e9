//! Proofs that depend on the request: which signer a table asks for, and the credentials around it. Each kind is a file of its own, a pure
//! function of the request, the settings and the time.

mod aws4;
mod digest;
mod request;
mod settings;

use std::{fmt, sync::Arc, time::SystemTime};

use super::error::AuthError;
use crate::{
    clock::{BoxFuture, Clock},
    connection::{Applied, Credentials, Setup, Transport},
    error::Error,
    operation::{Sign, SignKind},
};
use settings::Settings;

/// Signs requests.
trait Signer: Send + Sync + fmt::Debug {
    /// Signs a request that is otherwise complete; no body when it is a stream. Whatever cannot be signed is an error, and nothing is sent.
    fn sign(&self, request: &mut http::Request<()>, body: Option<&[u8]>, now: SystemTime) -> Result<(), AuthError>;
}

/// The credentials of a connection that signs.
pub(super) fn credentials(sign: &'static Sign, setup: &Setup, applied: Applied) -> Result<Arc<dyn Credentials>, AuthError> {
    let settings = Settings::new(sign, &setup.fields);
    let clock = setup.clock.clone();
    let signer: Box<dyn Signer> = match sign.kind {
        SignKind::Digest => return Ok(Arc::new(digest::Digest::new(&settings, applied)?)),
        SignKind::Aws4 => Box::new(aws4::Aws4::new(&settings)?),
    };
    Ok(Arc::new(Signed { applied: Arc::new(applied), signer, clock }))
}

/// What a person filled in signs each request, and is sent with none.
#[derive(Debug)]
struct Signed {
    applied: Arc<Applied>,
    signer: Box<dyn Signer>,
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

    fn sign(&self, request: &mut http::Request<()>, body: Option<&[u8]>) -> Result<(), Error> {
        Ok(self.signer.sign(request, body, self.clock.wall())?)
    }
}
