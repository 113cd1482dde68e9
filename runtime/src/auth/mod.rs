//! How a client proves who calls: credentials from fields, OAuth 2.0, two-step exchange, and the store that keeps tokens.
//!
//! The messages are pure functions; `session` is the one place that waits and remembers. Sending is the engine's, through
//! [`Transport`]; where a credential may travel is the origin gate's.

mod authorize;
mod authorizer;
mod credential;
mod device;
mod error;
mod exchange;
mod file_store;
mod grant;
mod learned;
#[cfg(feature = "login")]
mod loopback;
mod pem;
mod pending;
mod pkce;
mod probe;
mod sealing;
mod session;
mod sign;
mod store;
mod template;
mod token;
mod token_request;
mod values;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use url::Url;

pub use authorize::AuthorizationRequest;
pub use authorizer::Authorizer;
pub use device::{DeviceAuthorizer, DeviceCode};
pub use file_store::FileStore;
#[cfg(feature = "login")]
pub use loopback::Loopback;
pub use pending::PendingAuthorization;
pub use sealing::SealingKeys;
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(crate) use sealing::record_name;
pub(crate) use session::Session;
pub use store::{Kept, Lease, MemoryStore, StoreError, TokenStore};
pub(crate) use template::{Piece, pieces};
pub use token::Token;

use crate::clock::BoxFuture;
use crate::connection::{Applied, Credentials, FieldValues, Setup, Transport};
use crate::error::{Error, ErrorKind};
use crate::operation::{ConnectionTable, Grant};
use crate::transport::Identity;
use error::AuthError;
use values::Values;

/// How a client proves who calls, and the session behind it where there is one.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) credentials: Arc<dyn Credentials>,
    /// None when the fields are the credential.
    pub(crate) session: Option<Session>,
}

/// Where a client's token is kept.
#[derive(Clone, Debug)]
pub(crate) struct Keeping {
    pub(crate) store: Arc<dyn TokenStore>,
    /// Names one authorization of one person.
    pub(crate) key: String,
}

/// Makes the credentials of one client. Without a store of the program's, the token lives and dies with the client. `rebase` takes the
/// place of the origin of every endpoint, when the program pointed the client at a stand-in.
pub(crate) fn connect(setup: Setup, keeping: Option<Keeping>, rebase: Option<Url>) -> Result<Connected, Error> {
    if matches!(setup.table.grant, Grant::Fields) {
        if let Some(sign) = setup.table.sign {
            return Ok(Connected { credentials: sign::credentials(sign, &setup)?, session: None });
        }
        let applied = credential::apply(setup.table.credentials, &Values::of(&setup.fields), 0)?;
        return Ok(Connected { credentials: Arc::new(FromFields(Arc::new(applied))), session: None });
    }
    let keeping = keeping.unwrap_or_else(|| Keeping { store: Arc::new(MemoryStore::new()), key: String::new() });
    let key = format!("{}/{}@{}/{}", setup.scope, setup.table.name, setup.table.revision, keeping.key);
    let session = Session::new(setup, rebase, keeping.store, key);
    Ok(Connected { credentials: Arc::new(session.clone()), session: Some(session) })
}

/// The fields, with the token endpoint's own host in the place of those that its answer is to teach: a client is made before it has a token.
pub(crate) fn until_taught(table: &ConnectionTable, fields: &FieldValues) -> FieldValues {
    let mut fields = fields.clone();
    let Grant::OAuth2(oauth) = table.grant else { return fields };
    let endpoint = template::expand_url(oauth.token, &Values::of(&fields)).ok();
    let Some(host) = endpoint.as_ref().and_then(Url::host_str) else { return fields };
    for (name, _) in oauth.reads.iter().filter(|(name, _)| !token::STANDARD_MEMBERS.contains(name)) {
        if fields.get(name).is_none() {
            fields.set(*name, host);
        }
    }
    fields
}

/// What a client shows when a connection is made, if its connection is one of those.
pub(crate) fn identity(table: &ConnectionTable, fields: &FieldValues) -> Result<Option<Identity>, Error> {
    let Some((certificate, key)) = table.tls else { return Ok(None) };
    let values = Values::of(fields);
    let filled = |template| Ok::<_, AuthError>(pem::tidy(template::expand(template, &values)?.expose()));
    Ok(Some(Identity { certificate: filled(certificate)?, key: filled(key)? }))
}

/// Credentials that are at hand already.
pub(crate) fn fixed(applied: Applied) -> Arc<dyn Credentials> {
    Arc::new(FromFields(Arc::new(applied)))
}

/// The value of `Authorization: Basic`.
pub(crate) fn basic(user: &str, password: &str) -> Result<http::HeaderValue, Error> {
    Ok(credential::basic(user, password)?)
}

/// Says so when a credential must not travel to this address.
pub(crate) fn encrypted(url: &Url) -> Result<(), Error> {
    Ok(template::require_tls(url)?)
}

/// A credential that is what a person filled in: always at hand, never renewed.
#[derive(Debug)]
struct FromFields(Arc<Applied>);

impl Credentials for FromFields {
    fn ready(&self) -> Option<Arc<Applied>> {
        Some(Arc::clone(&self.0))
    }

    fn obtain<'a>(&'a self, stale: Option<u64>, _transport: Arc<dyn Transport>) -> BoxFuture<'a, Result<Arc<Applied>, Error>> {
        let outcome = as_filled_in(&self.0, stale);
        Box::pin(async { outcome })
    }
}

/// What is filled in is all there is: when it is refused, nothing newer can be had.
fn as_filled_in(applied: &Arc<Applied>, stale: Option<u64>) -> Result<Arc<Applied>, Error> {
    match stale {
        None => Ok(Arc::clone(applied)),
        Some(_) => Err(Error::new(ErrorKind::Authentication, "the server refused the connection's credential")),
    }
}
