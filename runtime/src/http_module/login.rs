//! Credentials for calls that no spec describes: what is shown to one server, and where it goes. What is obtained first and renewed is `oauth2`'s;
//! what is signed is a connection of a spec, whose clients send universal calls too.

use std::fmt;

use http::{HeaderName, HeaderValue, header};
use zeroize::Zeroizing;

use super::oauth2::OAuth2;
use crate::auth;
use crate::connection::Applied;
use crate::error::{Error, ErrorKind};
use crate::value::Secret;

/// What shows a server who calls. It goes to that server's origin and nowhere else.
#[derive(Clone)]
pub struct Login {
    shown: Shown,
    /// A certificate and its key, in PEM.
    identity: Option<(Secret, Secret)>,
}

#[derive(Clone)]
enum Shown {
    Nothing,
    Bearer(Secret),
    Basic(String, Secret),
    Header(String, Secret),
    Query(String, Secret),
    /// A token of its own session's.
    Obtained(Box<OAuth2>),
}

impl Login {
    /// `Authorization: Bearer` (RFC 6750).
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self::of(Shown::Bearer(token.into()))
    }

    /// `Authorization: Basic` (RFC 7617).
    pub fn basic(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::of(Shown::Basic(user.into(), password.into()))
    }

    /// A key in a header.
    pub fn header(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self::of(Shown::Header(name.into(), key.into()))
    }

    /// A key in the query, for servers that take it nowhere else.
    pub fn query(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self::of(Shown::Query(name.into(), key.into()))
    }

    /// A token that is obtained by OAuth 2.0, kept, and renewed before it ends: where and how tokens are kept says
    /// [`ClientBuilder::token_store`](crate::ClientBuilder::token_store).
    pub fn oauth2(oauth2: OAuth2) -> Self {
        Self::of(Shown::Obtained(Box::new(oauth2)))
    }

    /// A certificate that the client shows when a connection is made (mutual TLS), with its key, both in PEM.
    pub fn certificate(certificate: impl Into<Secret>, key: impl Into<Secret>) -> Self {
        Self::of(Shown::Nothing).with_certificate(certificate, key)
    }

    /// Shows a certificate beside the rest.
    #[must_use]
    pub fn with_certificate(self, certificate: impl Into<Secret>, key: impl Into<Secret>) -> Self {
        Self { identity: Some((certificate.into(), key.into())), ..self }
    }

    fn of(shown: Shown) -> Self {
        Self { shown, identity: None }
    }

    pub(super) fn identity(&self) -> Option<(&Secret, &Secret)> {
        self.identity.as_ref().map(|(certificate, key)| (certificate, key))
    }

    pub(super) fn obtained(&self) -> Option<&OAuth2> {
        match &self.shown {
            Shown::Obtained(oauth2) => Some(oauth2),
            _ => None,
        }
    }

    /// What is at hand already.
    pub(super) fn applied(&self) -> Result<Applied, Error> {
        let mut applied = Applied::default();
        match &self.shown {
            Shown::Nothing | Shown::Obtained(_) => {}
            Shown::Bearer(token) => {
                let value = Secret::new(format!("Bearer {}", token.expose()));
                applied.headers.push((header::AUTHORIZATION, sensitive(&value)?));
            }
            Shown::Basic(user, password) => applied.headers.push((header::AUTHORIZATION, auth::basic(user, password.expose())?)),
            Shown::Header(name, key) => {
                let name =
                    HeaderName::try_from(name.as_str()).map_err(|_| configuration("the name of the header with the key is not one"))?;
                applied.headers.push((name, sensitive(key)?));
            }
            Shown::Query(name, key) => applied.query.push((name.clone(), Zeroizing::new(key.expose().to_owned()))),
        }
        Ok(applied)
    }
}

/// Where it goes, without what it is.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.shown {
            Shown::Nothing => "Login(certificate)",
            Shown::Bearer(_) => "Login(bearer)",
            Shown::Basic(..) => "Login(basic)",
            Shown::Header(..) => "Login(header)",
            Shown::Query(..) => "Login(query)",
            Shown::Obtained(_) => "Login(oauth2)",
        })
    }
}

fn sensitive(value: &Secret) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::try_from(value.expose()).map_err(|_| configuration("the key holds a character that a header must not"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
