//! WS-Security's UsernameToken (OASIS, Username Token Profile 1.0): a login in the envelope's header, beside or in place of one of HTTP.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;

use super::fault::WSSE;
use crate::{
    error::{Error, ErrorKind},
    random,
    value::Secret,
    xml::escape,
};

const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PROFILE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// A user's name and password, sent in the envelope to the client's own server, encrypted, and nowhere else.
///
/// ```
/// # use linchpin_runtime::soap::UsernameToken;
/// let login = UsernameToken::digest("ann", "t0p-secret");
/// assert_eq!(format!("{login:?}"), "UsernameToken(digest)");
/// ```
#[derive(Clone)]
pub struct UsernameToken {
    user: String,
    password: Secret,
    digest: bool,
    lifetime: Option<Duration>,
}

impl UsernameToken {
    /// With the password as it is (`PasswordText`).
    pub fn text(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { user: user.into(), password: password.into(), digest: false, lifetime: None }
    }

    /// With a hash of the password, the time and a random number (`PasswordDigest`), which is good once.
    pub fn digest(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { digest: true, ..Self::text(user, password) }
    }

    /// Adds until when the message is good, for services that ask for it.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    pub(super) fn password(&self) -> &Secret {
        &self.password
    }

    /// The token of one message.
    pub(super) fn token(&self, now: std::time::SystemTime) -> Result<Token, Error> {
        self.token_of(now, &random::bytes::<16>()?)
    }

    fn token_of(&self, now: std::time::SystemTime, nonce: &[u8]) -> Result<Token, Error> {
        let outside = || Error::new(ErrorKind::Configuration, "the time of day is outside of the calendar");
        let now = Timestamp::try_from(now).map_err(|_| outside())?;
        let created = written(now);
        let lifetime = self.lifetime.and_then(|lifetime| i64::try_from(lifetime.as_secs()).ok());
        let expires = lifetime.map(|seconds| Timestamp::from_second(now.as_second().saturating_add(seconds)).map_err(|_| outside()));
        Ok(Token {
            user: self.user.clone(),
            password: if self.digest { digest(nonce, &created, self.password.expose()).into() } else { self.password.clone() },
            nonce: self.digest.then(|| STANDARD.encode(nonce)),
            expires: expires.transpose()?.map(written),
            created,
        })
    }
}

/// How the password goes, without what it is.
impl fmt::Debug for UsernameToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.digest { "UsernameToken(digest)" } else { "UsernameToken(text)" })
    }
}

/// In milliseconds, as most services write it.
fn written(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// `Base64(SHA-1(nonce + created + password))`. SHA-1 is what the profile asks for; the connection is encrypted besides.
fn digest(nonce: &[u8], created: &str, password: &str) -> String {
    let mut hash = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(nonce);
    hash.update(created.as_bytes());
    hash.update(password.as_bytes());
    STANDARD.encode(hash.finish())
}

/// What stands in the header of one message.
pub(super) struct Token {
    user: String,
    password: Secret,
    /// There when the password is hashed.
    nonce: Option<String>,
    created: String,
    expires: Option<String>,
}

impl Token {
    pub(super) fn write(&self, out: &mut String) -> Result<(), Error> {
        out.push_str(&format!("<wsse:Security xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\" soap:mustUnderstand=\"1\">"));
        if let Some(expires) = &self.expires {
            let created = &self.created;
            out.push_str(&format!(
                "<wsu:Timestamp><wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp>"
            ));
        }
        out.push_str("<wsse:UsernameToken><wsse:Username>");
        escape(out, &self.user)?;
        let kind = if self.nonce.is_some() { "PasswordDigest" } else { "PasswordText" };
        out.push_str(&format!("</wsse:Username><wsse:Password Type=\"{PROFILE}#{kind}\">"));
        escape(out, self.password.expose())?;
        out.push_str("</wsse:Password>");
        if let Some(nonce) = &self.nonce {
            let created = &self.created;
            out.push_str(&format!("<wsse:Nonce EncodingType=\"{BASE64}\">{nonce}</wsse:Nonce><wsu:Created>{created}</wsu:Created>"));
        }
        out.push_str("</wsse:UsernameToken></wsse:Security>");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    /// The values were computed with Python's hashlib.
    #[test]
    fn a_digest_is_of_nonce_time_and_password() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250);
        let token =
            UsernameToken::digest("ann", "t0p-secret").with_lifetime(Duration::from_secs(60)).token_of(now, b"0123456789abcdef").unwrap();
        assert_eq!((token.created.as_str(), token.expires.as_deref()), ("2023-11-14T22:13:20.250Z", Some("2023-11-14T22:14:20.000Z")));
        assert_eq!(token.password.expose(), "w7QTfwWemIKvUIQ8xQWZYmyFsrU=");
    }

    #[test]
    fn a_password_is_escaped_and_not_shown() {
        let login = UsernameToken::text("ann & co", "a<b");
        let mut out = String::new();
        login.token_of(SystemTime::UNIX_EPOCH, b"x").unwrap().write(&mut out).unwrap();
        assert!(out.contains(">ann &amp; co<") && out.contains("#PasswordText\">a&lt;b<") && !out.contains("Nonce"), "{out}");
        assert!(!format!("{login:?}").contains("a<b"));
    }
}
