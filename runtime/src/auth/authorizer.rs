//! The two ends of an authorization by a person: begin it, and finish it with the address the browser came back to.

use std::sync::Arc;

use url::Url;

use super::authorize::AuthorizationRequest;
use super::error::AuthError;
use super::session::Session;
use super::token::Token;
use super::token_request::Proof;
use super::values::Values;
use crate::connection::Transport;
use crate::error::Error;
use crate::operation::{Grant, OAuth2, OAuth2Flow};

/// Has a person authorise a client's connection (OAuth 2.0 authorization code, with PKCE unless the spec opts out).
///
/// Every [`begin`](Self::begin) is one attempt with a state and a verifier of its own. What [`finish`](Self::finish) obtains is kept in
/// the client's token store and used by the client from then on.
#[derive(Clone)]
pub struct Authorizer {
    session: Session,
    transport: Arc<dyn Transport>,
    oauth: &'static OAuth2,
    redirect_uri: Url,
    issuer: Option<String>,
}

impl Authorizer {
    pub(crate) fn new(session: Session, transport: Arc<dyn Transport>, redirect_uri: Url) -> Result<Self, Error> {
        let oauth = match session.setup().table.grant {
            Grant::OAuth2(oauth) if oauth.flow == OAuth2Flow::Code => oauth,
            _ => return Err(AuthError::table("nobody has to authorise this connection").into()),
        };
        Ok(Self { session, transport, oauth, redirect_uri, issuer: None })
    }

    /// States the issuer: the answer must then name it (RFC 9207). Without this, an answer that names an issuer must name one at the
    /// authorization endpoint's origin.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Starts an attempt.
    ///
    /// # Errors
    /// A field of the connection has no value or may not stand where the spec puts it.
    pub fn begin(&self) -> Result<AuthorizationRequest, Error> {
        let values = Values::of(&self.session.setup().fields);
        let issuer = self.issuer.clone();
        Ok(AuthorizationRequest::begin(self.oauth, &values, &self.redirect_uri, issuer, self.session.rebase())?)
    }

    /// Ends an attempt with the whole address that the browser came back to, and gives the token that the client now uses.
    ///
    /// # Errors
    /// The address is not the answer to this request, the person refused, or the server did not give a token.
    pub async fn finish(&self, request: AuthorizationRequest, callback: &str) -> Result<Token, Error> {
        let code = request.accept(callback)?;
        let proof = Proof::Code { code: &code.code, verifier: code.verifier.as_ref(), redirect_uri: code.redirect_uri.as_str() };
        let token = self.session.ask(&proof, &*self.transport).await?;
        self.session.accept(token.clone()).await?;
        Ok(token)
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
