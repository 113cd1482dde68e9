//! A person authorises on another device (RFC 8628): the code to show them, and asking until they have.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Response;
use serde_json::Value as Json;
use url::Url;

use super::error::AuthError;
use super::session::{Session, to_its_end};
use super::template::require_tls;
use super::token::{Token, at, lifetime, text};
use super::token_request::{Proof, device_request, refused};
use super::values::Values;
use crate::connection::Transport;
use crate::error::{Error, ErrorKind};
use crate::operation::{Grant, OAuth2, OAuth2Flow};
use crate::value::Secret;

/// How long to wait between two questions where the server does not say (RFC 8628, 3.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// The longest that a server may have us wait between two questions.
const LONGEST: Duration = Duration::from_secs(300);
/// How long a code holds where the server does not say, which it must.
const LIFETIME: Duration = Duration::from_secs(900);

/// Has a person authorise a client's connection on another device.
///
/// ```no_run
/// # async fn login(client: &linchpin_runtime::AnyClient) -> Result<(), linchpin_runtime::Error> {
/// let authorizer = client.device_authorizer()?;
/// let code = authorizer.begin().await?;
/// println!("open {} and enter {}", code.verification_uri(), code.user_code());
/// authorizer.finish(code).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DeviceAuthorizer {
    session: Session,
    transport: Arc<dyn Transport>,
    oauth: &'static OAuth2,
}

/// One attempt: what to show to the person.
pub struct DeviceCode {
    device_code: Secret,
    user_code: String,
    verification_uri: Url,
    complete: Option<Url>,
    interval: Duration,
    /// When it ends.
    pub expires_at: SystemTime,
}

impl DeviceCode {
    /// What the person enters.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Where they enter it.
    pub fn verification_uri(&self) -> &Url {
        &self.verification_uri
    }

    /// The same with the code in it, for a link or a picture of it, where the server has one.
    pub fn verification_uri_complete(&self) -> Option<&Url> {
        self.complete.as_ref()
    }
}

impl DeviceAuthorizer {
    pub(crate) fn new(session: Session, transport: Arc<dyn Transport>) -> Result<Self, Error> {
        match session.setup().table.grant {
            Grant::OAuth2(oauth) if oauth.flow == OAuth2Flow::Device => Ok(Self { session, transport, oauth }),
            _ => Err(Error::new(ErrorKind::Configuration, "this connection is not one that a person authorises on another device")),
        }
    }

    /// Asks for a code.
    ///
    /// # Errors
    /// The server gives none, or a field of the connection has no value.
    pub async fn begin(&self) -> Result<DeviceCode, Error> {
        let setup = self.session.setup();
        let now = setup.clock.wall();
        let request = device_request(self.oauth, &Values::of(&setup.fields), self.session.rebase(), now)?;
        let answer = self.transport.exchange(request).await?;
        Ok(read(&answer, setup.clock.wall())?)
    }

    /// Asks, as often as the server allows, until the person has authorised; keeps the token, which the client uses from then on.
    ///
    /// # Errors
    /// The person refused or took too long, or the server did not give a token.
    pub async fn finish(&self, code: DeviceCode) -> Result<Token, Error> {
        let clock = &self.session.setup().clock;
        let mut interval = code.interval;
        loop {
            clock.sleep(interval).await;
            if clock.wall() >= code.expires_at {
                return Err(AuthError::refused("expired_token", "the code was not used in time").into());
            }
            // Whoever stops waiting asks no further; what was obtained by then is kept.
            let (authorizer, device_code) = (self.clone(), code.device_code.clone());
            match to_its_end(async move { authorizer.ask_once(&device_code).await }).await? {
                Ok(token) => return Ok(token),
                Err(error) => interval = next(error, interval)?,
            }
        }
    }

    /// What the server answered; a token is kept. One that could not be kept is not asked for again.
    async fn ask_once(&self, device_code: &Secret) -> Result<Result<Token, AuthError>, AuthError> {
        let answer = self.session.ask(&Proof::Device(device_code), &*self.transport).await;
        if let Ok(token) = &answer {
            self.session.accept(token.clone()).await?;
        }
        Ok(answer)
    }
}

/// How long to wait before the next question, if there is to be one (RFC 8628, 3.5). A server that fails in passing is asked less often.
fn next(error: AuthError, interval: Duration) -> Result<Duration, AuthError> {
    let code = match &error {
        AuthError::TokenEndpoint { code, .. } => code.as_str(),
        _ => "",
    };
    match code {
        "authorization_pending" => Ok(interval),
        "slow_down" => Ok((interval + SLOWER).min(LONGEST)),
        "access_denied" => Err(AuthError::refused(code, "the person refused")),
        "expired_token" => Err(AuthError::refused(code, "the code was not used in time")),
        _ if error.is_passing() => Ok((interval * 2).min(LONGEST)),
        _ => Err(error),
    }
}

fn read(answer: &Response<Bytes>, now: SystemTime) -> Result<DeviceCode, AuthError> {
    if !answer.status().is_success() {
        return Err(refused(answer));
    }
    let json: Json = serde_json::from_slice(answer.body()).map_err(|_| AuthError::answer("it is not JSON"))?;
    let member = |name: &str| at(&json, &[name]).and_then(text).filter(|text| !text.is_empty());
    let must = |name: &str| member(name).ok_or_else(|| AuthError::answer(format!("it has no `{name}`")));
    // What a person is sent to must be a page, and one that nobody between can change. Google has the older name.
    let address = |text: String| {
        let url = Url::parse(&text).map_err(|_| AuthError::answer("the address for the person is not a URL"))?;
        require_tls(&url).map(|()| url)
    };
    let lives = at(&json, &["expires_in"]).map(lifetime).transpose()?.flatten().unwrap_or(LIFETIME);
    let interval = at(&json, &["interval"]).map(lifetime).transpose()?.flatten();
    let user_code = must("user_code")?;
    if user_code.contains(char::is_control) {
        return Err(AuthError::answer("its `user_code` holds a control character"));
    }
    Ok(DeviceCode {
        device_code: must("device_code")?.into(),
        user_code,
        verification_uri: address(member("verification_uri").map_or_else(|| must("verification_url"), Ok)?)?,
        complete: member("verification_uri_complete").map(address).transpose()?,
        interval: interval.unwrap_or(INTERVAL).clamp(Duration::from_secs(1), LONGEST),
        expires_at: now.checked_add(lives).unwrap_or(now + LIFETIME),
    })
}

impl std::fmt::Debug for DeviceAuthorizer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DeviceAuthorizer").field("session", &self.session).finish_non_exhaustive()
    }
}

/// Without the codes: whoever has the person's could have them authorise somebody else.
impl std::fmt::Debug for DeviceCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DeviceCode")
            .field("verification_uri", &self.verification_uri.as_str())
            .field("interval", &self.interval)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &'static str) -> Response<Bytes> {
        Response::builder().status(status).body(Bytes::from(body)).unwrap()
    }

    #[test]
    fn the_example_of_the_rfc_is_read() {
        // RFC 8628, 3.2.
        let body = r#"{"device_code":"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS","user_code":"WDJB-MJHT",
            "verification_uri":"https://example.com/device","verification_uri_complete":"https://example.com/device?user_code=WDJB-MJHT",
            "expires_in":1800,"interval":7}"#;
        let code = read(&answer(200, body), SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!((code.user_code(), code.verification_uri().as_str()), ("WDJB-MJHT", "https://example.com/device"));
        assert_eq!(code.verification_uri_complete().map(Url::as_str), Some("https://example.com/device?user_code=WDJB-MJHT"));
        assert_eq!((code.interval, code.expires_at), (Duration::from_secs(7), SystemTime::UNIX_EPOCH + Duration::from_secs(1800)));
        let shown = format!("{code:?}");
        assert!(!shown.contains("WDJB") && !shown.contains("GmRh"));
    }

    #[test]
    fn a_person_is_not_sent_just_anywhere() {
        for address in ["http://example.com/device", "javascript:alert(1)", "file:///etc/passwd", "x"] {
            let body = format!(r#"{{"device_code":"d","user_code":"u","verification_uri":"{address}"}}"#);
            let answer = Response::builder().status(200).body(Bytes::from(body)).unwrap();
            assert!(read(&answer, SystemTime::UNIX_EPOCH).is_err(), "{address}");
        }
        let refused = read(&answer(401, r#"{"error":"invalid_client"}"#), SystemTime::UNIX_EPOCH);
        assert!(matches!(refused, Err(AuthError::TokenEndpoint { status: 401, code, .. }) if code == "invalid_client"));
    }

    #[test]
    fn the_server_sets_the_pace() {
        let said = |code: &str, status| AuthError::TokenEndpoint { status, code: code.to_owned(), description: String::new() };
        let five = Duration::from_secs(5);
        assert_eq!(next(said("authorization_pending", 400), five).unwrap(), five);
        assert_eq!(next(said("slow_down", 400), five).unwrap(), five * 2);
        assert_eq!(next(said("", 503), five).unwrap(), five * 2);
        for code in ["access_denied", "expired_token"] {
            assert!(matches!(next(said(code, 400), five), Err(AuthError::Refused { code: said, .. }) if said == code));
        }
        assert!(matches!(next(said("invalid_client", 401), five), Err(AuthError::TokenEndpoint { .. })));
    }
}
