//! The two ends of an authorization by a person: begin it, and finish it with the address the browser came back to, in one process or in two.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use url::Url;

use super::authorize::{AuthorizationCode, AuthorizationRequest};
use super::error::AuthError;
use super::pending::PendingAuthorization;
use super::sealing::SealingKeys;
use super::session::{Session, to_its_end};
use super::store::StoreError;
use super::token::Token;
use super::token_request::Proof;
use super::values::Values;
use crate::connection::Transport;
use crate::error::{Error, ErrorKind};
use crate::operation::{Grant, OAuth2, OAuth2Flow};
use crate::webhook::DeliveryLog;

/// How long a sealed attempt may be finished, unless the program says otherwise.
const LIFETIME: Duration = Duration::from_secs(3600);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// By how much the clocks of the processes may differ.
const CLOCKS: Duration = Duration::from_secs(300);

/// Has a person authorise a client's connection (OAuth 2.0 authorization code, with PKCE unless the spec or the login opts out).
///
/// Every [`begin`](Self::begin) is one attempt with a state and a verifier of its own. What [`finish`](Self::finish) obtains is kept in
/// the client's token store and used by the client from then on.
///
/// A program that runs as several processes lets one of them begin and whichever the browser comes back to finish:
///
/// ```no_run
/// # use linchpin_runtime::{AnyClient, Error, Url, auth::{Authorizer, SealingKeys}, webhook::DeliveryLog};
/// # use std::sync::Arc;
/// fn authorizer(client: &AnyClient, keys: SealingKeys, log: Arc<dyn DeliveryLog>) -> Result<Authorizer, Error> {
///     let redirect_uri = Url::parse("https://program.example/callback").expect("it is a URL");
///     Ok(client.authorizer(redirect_uri)?.between_processes(keys, log))
/// }
///
/// /// Where to send the browser, and what its session, or a cookie, keeps until it is back.
/// fn begin(authorizer: &Authorizer) -> Result<(Url, String), Error> {
///     let request = authorizer.begin()?;
///     Ok((request.url().clone(), authorizer.seal(&request)?))
/// }
///
/// /// In whatever process.
/// async fn finish(authorizer: &Authorizer, kept: &str, callback: &str) -> Result<(), Error> {
///     authorizer.finish(authorizer.open(kept)?, callback).await.map(drop)
/// }
/// ```
#[derive(Clone)]
pub struct Authorizer {
    session: Session,
    transport: Arc<dyn Transport>,
    oauth: &'static OAuth2,
    redirect_uri: Url,
    issuer: Option<String>,
    between: Option<Between>,
    lifetime: Duration,
}

/// What processes share that finish each other's attempts.
#[derive(Clone)]
struct Between {
    keys: Arc<SealingKeys>,
    log: Arc<dyn DeliveryLog>,
}

impl Authorizer {
    pub(crate) fn new(session: Session, transport: Arc<dyn Transport>, redirect_uri: Url) -> Result<Self, Error> {
        let oauth = match session.setup().table.grant {
            Grant::OAuth2(oauth) if oauth.flow == OAuth2Flow::Code => oauth,
            _ => return Err(Error::new(ErrorKind::Configuration, "this connection is not one that a person authorises in a browser")),
        };
        Ok(Self { session, transport, oauth, redirect_uri, issuer: None, between: None, lifetime: LIFETIME })
    }

    /// States the issuer: the answer must then name it (RFC 9207). Without this, an answer that names an issuer must name one at the
    /// authorization endpoint's origin.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Has attempts sealed with these keys, so that another process can finish them, and each written down when it is finished, in a log that these
    /// processes share, so that it serves once. Either store of `store` is such a log.
    #[must_use]
    pub fn between_processes(mut self, keys: SealingKeys, log: Arc<dyn DeliveryLog>) -> Self {
        self.between = Some(Between { keys: Arc::new(keys), log });
        self
    }

    /// How long after it was begun a sealed attempt may be finished, a day at most. Default: an hour, in which a person has found their second factor.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime.min(LONGEST);
        self
    }

    /// Starts an attempt.
    ///
    /// # Errors
    /// A field of the connection has no value or may not stand where the spec puts it.
    pub fn begin(&self) -> Result<AuthorizationRequest, Error> {
        let setup = self.session.setup();
        let (values, issuer) = (Values::of(&setup.fields), self.issuer.clone());
        let now = setup.clock.wall();
        Ok(AuthorizationRequest::begin(self.oauth, &values, &self.redirect_uri, issuer, self.session.rebase(), now)?)
    }

    /// What is kept of an attempt, as text for a cookie or a column: sealed, bound to this connection and this key of the token store, some 500 bytes.
    /// Keep it with the session of the person who started it, so that nobody else can finish it.
    ///
    /// # Errors
    /// When this authorizer is not one [between processes](Self::between_processes).
    pub fn seal(&self, request: &AuthorizationRequest) -> Result<String, Error> {
        let sealed = request.pending.seal(&self.between()?.keys, self.session.key());
        let unsealed = |error: StoreError| Error::new(ErrorKind::Configuration, "the attempt cannot be sealed").with_source(error.as_ref());
        Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(unsealed)?))
    }

    /// Opens what [`seal`](Self::seal) gave, perhaps in another process.
    ///
    /// # Errors
    /// When this authorizer is not one between processes; of the kind [`Authentication`](ErrorKind::Authentication) when the text is of another
    /// connection or person, was changed, or is of an attempt that was begun too long ago.
    pub fn open(&self, sealed: &str) -> Result<PendingAuthorization, Error> {
        let keys = &self.between()?.keys;
        let unknown = |why: &str| AuthError::refused("unknown_request", format!("this is no attempt of this connection: {why}"));
        let bytes = URL_SAFE_NO_PAD.decode(sealed.trim()).map_err(|_| unknown("it is no sealed text"))?;
        let pending = PendingAuthorization::open(keys, self.session.key(), &bytes).map_err(|error| unknown(&error.to_string()))?;
        if self.session.setup().clock.wall() > pending.begun_at + self.lifetime {
            return Err(AuthError::refused("expired_request", "the attempt was begun too long ago").into());
        }
        Ok(pending)
    }

    /// Ends an attempt with the whole address that the browser came back to, and gives the token that the client now uses.
    ///
    /// # Errors
    /// The address is not the answer to this request, the person refused, the server did not give a token, or the attempt was finished before.
    pub async fn finish(&self, attempt: impl Into<PendingAuthorization>, callback: &str) -> Result<Token, Error> {
        let pending = attempt.into();
        let (mark, ends) = (pending.mark(self.session.key()), pending.begun_at + self.lifetime + CLOCKS);
        // What is no answer to it uses nothing up.
        let code = pending.accept(callback)?;
        // From here on the code is being used up: a browser that does not wait for the end loses nothing.
        let authorizer = self.clone();
        to_its_end(async move { authorizer.redeem(code, mark, ends).await }).await
    }

    async fn redeem(&self, code: AuthorizationCode, mark: [u8; 32], ends: SystemTime) -> Result<Token, Error> {
        self.claim(&mark, ends).await?;
        let proof = Proof::Code { code: &code.code, verifier: code.verifier.as_ref(), redirect_uri: code.redirect_uri.as_str() };
        match self.session.ask(&proof, &*self.transport).await {
            Ok(token) => {
                self.session.accept(token.clone()).await?;
                Ok(token)
            }
            Err(error) => {
                // Where nothing was obtained and that may pass, the browser may come back once more.
                if let (true, Some(between)) = (error.is_passing(), &self.between) {
                    let _ = between.log.release(&mark).await;
                }
                Err(error.into())
            }
        }
    }

    fn between(&self) -> Result<&Between, Error> {
        let alone = "this authorizer keeps attempts in one process: `Authorizer::between_processes` takes what others need";
        self.between.as_ref().ok_or_else(|| Error::new(ErrorKind::Configuration, alone))
    }

    /// Writes down that it is finished, if nobody has.
    async fn claim(&self, mark: &[u8; 32], ends: SystemTime) -> Result<(), Error> {
        let Some(between) = &self.between else { return Ok(()) };
        let claimed = between.log.claim(mark, self.session.setup().clock.wall(), ends).await;
        let silent = "the log that tells which authorizations were finished does not answer";
        let failed = |error: StoreError| Error::new(ErrorKind::TokenStore, silent).with_retryable(true).with_source(error.as_ref());
        if claimed.map_err(failed)? {
            return Ok(());
        }
        Err(AuthError::refused("repeated_request", "the attempt was finished before").into())
    }
}

impl std::fmt::Debug for Authorizer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Authorizer")
            .field("session", &self.session)
            .field("redirect_uri", &self.redirect_uri.as_str())
            .finish_non_exhaustive()
    }
}
