//! Authorization code with PKCE (RFC 6749, 4.1; RFC 7636; RFC 9207): where to send a person's browser, and what to make of the
//! address it comes back with. What is kept in between is `pending`'s.

use std::time::SystemTime;

use url::Url;

use super::error::AuthError;
use super::pending::PendingAuthorization;
use super::pkce;
use super::token_request::{Parameters, endpoint};
use super::values::Values;
use crate::operation::{OAuth2, OAuth2Step};
use crate::value::Secret;

/// One attempt to have a person authorise a connection.
///
/// Send the browser to [`url`](Self::url), and give the address it comes back with to
/// [`Authorizer::finish`](super::Authorizer::finish). That consumes the request: its state and verifier serve once. Keep it with
/// the session of the person who started it, so that nobody else can finish it; where the browser may come back to another process,
/// keep what [`Authorizer::seal`](super::Authorizer::seal) makes of it.
pub struct AuthorizationRequest {
    pub(crate) url: Url,
    pub(crate) pending: PendingAuthorization,
}

/// Who must have answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// This issuer, and the answer must say so.
    Stated(String),
    /// An issuer at the authorization endpoint's origin, if the answer names one.
    Origin(url::Origin),
}

/// The code that a person's browser brought back, with what is needed to redeem it.
#[derive(Debug)]
pub(crate) struct AuthorizationCode {
    pub(crate) code: Secret,
    pub(crate) verifier: Option<Secret>,
    pub(crate) redirect_uri: Url,
}

impl AuthorizationRequest {
    /// Makes the request of one attempt.
    pub(crate) fn begin(
        oauth: &OAuth2,
        values: &Values<'_>,
        redirect_uri: &Url,
        issuer: Option<String>,
        rebase: Option<&Url>,
        now: SystemTime,
    ) -> Result<Self, AuthError> {
        if redirect_uri.fragment().is_some() {
            // RFC 6749, 3.1.2
            return Err(AuthError::UnsafeAddress { problem: "a redirect URI may not have a fragment".to_owned() });
        }
        let mut url = endpoint(oauth.authorize, values, rebase)?;
        let state = pkce::unguessable()?;
        let verifier = if oauth.pkce { Some(pkce::unguessable()?) } else { None };
        let mut parameters = Parameters::default();
        parameters.set("response_type", "code");
        if !oauth.scopes.is_empty() {
            parameters.set("scope", oauth.scopes.join(oauth.separator));
        }
        // What the spec adds comes before what makes the request safe, so that it cannot replace that.
        parameters.extend(oauth, OAuth2Step::Authorize, values)?;
        parameters.set("client_id", values.field("client_id")?);
        parameters.set("redirect_uri", redirect_uri.as_str());
        parameters.set("state", state.clone());
        if let Some(verifier) = &verifier {
            parameters.set("code_challenge", pkce::challenge(verifier));
            parameters.set("code_challenge_method", "S256");
        }
        url.query_pairs_mut().extend_pairs(parameters.iter());
        let issuer = issuer.map_or_else(|| Issuer::Origin(url.origin()), Issuer::Stated);
        let pending = PendingAuthorization { state, verifier, redirect_uri: redirect_uri.clone(), issuer, begun_at: now };
        Ok(Self { url, pending })
    }

    /// Where to send the person's browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The unguessable text that names this attempt. A web application files the request under it, together with the person's
    /// session.
    pub fn state(&self) -> &str {
        self.pending.state.expose()
    }
}

impl PendingAuthorization {
    /// Checks that an address is the answer to this request and to no other, and takes the code out of it.
    pub(crate) fn accept(self, callback: &str) -> Result<AuthorizationCode, AuthError> {
        let callback = self.same_redirect(callback)?;
        let answer = Answer::of(&callback, &self.redirect_uri)?;
        // The state is checked before anything else of the answer is believed, its errors included.
        if !answer.state.is_some_and(|state| self.state == Secret::new(state)) {
            return Err(AuthError::refused("state_mismatch", "the answer does not belong to this request"));
        }
        self.issuer.check(answer.issuer.as_deref())?;
        if let Some(error) = answer.error {
            return Err(AuthError::refused(&error, answer.description.unwrap_or_default()));
        }
        match answer.code {
            Some(code) if !code.is_empty() => {
                Ok(AuthorizationCode { code: Secret::new(code), verifier: self.verifier, redirect_uri: self.redirect_uri })
            }
            _ => Err(AuthError::refused("missing_code", "the answer has neither a code nor an error")),
        }
    }

    /// The callback's address without what the server added must be the redirect URI to the letter.
    fn same_redirect(&self, callback: &str) -> Result<Url, AuthError> {
        let mismatch = || AuthError::refused("redirect_mismatch", "the answer came to another address than the redirect URI");
        let callback = Url::parse(callback).map_err(|_| mismatch())?;
        let bare = |url: &Url| {
            let mut url = url.clone();
            url.set_query(None);
            url.set_fragment(None);
            url
        };
        if bare(&callback) != bare(&self.redirect_uri) { Err(mismatch()) } else { Ok(callback) }
    }
}

impl std::fmt::Debug for AuthorizationRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AuthorizationRequest")
            .field("at", &self.url.origin().ascii_serialization())
            .field("redirect_uri", &self.pending.redirect_uri.as_str())
            .finish_non_exhaustive()
    }
}

impl Issuer {
    /// RFC 9207, 2.4: an answer from another server than the one we asked is refused.
    fn check(&self, issuer: Option<&str>) -> Result<(), AuthError> {
        let agrees = match (self, issuer) {
            (Self::Stated(expected), Some(issuer)) => expected == issuer,
            (Self::Stated(_), None) => false,
            (Self::Origin(origin), Some(issuer)) => Url::parse(issuer).is_ok_and(|issuer| issuer.origin() == *origin),
            (Self::Origin(_), None) => true,
        };
        if agrees {
            return Ok(());
        }
        Err(AuthError::refused("issuer_mismatch", "the answer names another issuer than the server that was asked"))
    }
}

/// The parameters of a callback.
#[derive(Default)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    description: Option<String>,
    issuer: Option<String>,
}

impl Answer {
    /// Reads them. A parameter that comes twice is refused (RFC 6749, 3.1), and the redirect URI's own must have come back.
    fn of(callback: &Url, redirect_uri: &Url) -> Result<Self, AuthError> {
        let mut own: Vec<_> = redirect_uri.query_pairs().collect();
        let mut answer = Self::default();
        for (name, value) in callback.query_pairs() {
            let place = match &*name {
                "code" => &mut answer.code,
                "state" => &mut answer.state,
                "error" => &mut answer.error,
                "error_description" => &mut answer.description,
                "iss" => &mut answer.issuer,
                _ => {
                    own.retain(|pair| *pair != (name.clone(), value.clone()));
                    continue;
                }
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(AuthError::refused("repeated_parameter", "a parameter of the answer comes twice"));
            }
        }
        if !own.is_empty() {
            return Err(AuthError::refused("redirect_mismatch", "the answer lacks a parameter of the redirect URI"));
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::values::fields;
    use super::*;
    use std::collections::HashMap;

    const OAUTH: OAuth2 = OAuth2 {
        authorize: "https://{host}/authorize?tenant=1",
        token: "https://{host}/token",
        scopes: &["read", "write"],
        separator: ",",
        extra: &[
            (OAuth2Step::Authorize, "access_type", "offline"),
            (OAuth2Step::Authorize, "state", "fixed"),
            (OAuth2Step::Token, "audience", "elsewhere"),
        ],
        ..OAuth2::EMPTY
    };
    const REDIRECT: &str = "https://me.example/callback?app=7";

    fn begin_with(oauth: &OAuth2, issuer: Option<&str>) -> AuthorizationRequest {
        let fields = fields(&[("host", "acme.example"), ("client_id", "me")]);
        let redirect = Url::parse(REDIRECT).unwrap();
        AuthorizationRequest::begin(oauth, &Values::of(&fields), &redirect, issuer.map(str::to_owned), None, SystemTime::UNIX_EPOCH)
            .unwrap()
    }

    fn begin() -> AuthorizationRequest {
        begin_with(&OAUTH, None)
    }

    fn code_of(error: AuthError) -> String {
        match error {
            AuthError::Refused { code, .. } => code,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn the_url_says_everything_the_server_needs() {
        let request = begin();
        let sent: HashMap<String, String> = request.url().query_pairs().into_owned().collect();
        let verifier = request.pending.verifier.as_ref().unwrap();
        for (name, expected) in [
            ("tenant", "1"),
            ("response_type", "code"),
            ("client_id", "me"),
            ("scope", "read,write"),
            ("access_type", "offline"),
            ("redirect_uri", REDIRECT),
            ("state", request.state()),
            ("code_challenge", &pkce::challenge(verifier)),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(sent.get(name).map(String::as_str), Some(expected), "{name}");
        }
        assert!(!sent.contains_key("audience"));
        assert!(!request.url().as_str().contains(verifier.expose()));
        assert_ne!(begin().state(), request.state());
        let shown = format!("{request:?}");
        assert!(!shown.contains(request.state()) && !shown.contains(verifier.expose()), "{shown}");
    }

    #[test]
    fn without_pkce_there_is_no_challenge() {
        let request = begin_with(&OAuth2 { pkce: false, ..OAUTH }, None);
        assert!(!request.url().as_str().contains("code_challenge"));
    }

    #[test]
    fn the_right_answer_gives_the_code() {
        let request = begin();
        let callback = format!("{REDIRECT}&code=c%2F1&state={}&iss=https%3A%2F%2Facme.example%2Ftenant", request.state());
        let code = request.pending.accept(&callback).unwrap();
        assert_eq!(code.code.expose(), "c/1");
        assert!(code.verifier.is_some());
        assert_eq!(code.redirect_uri.as_str(), REDIRECT);
    }

    #[test]
    fn answers_to_something_else_are_refused() {
        let outcome = |build: &dyn Fn(&str) -> String| {
            let request = begin();
            let callback = build(request.state());
            code_of(request.pending.accept(&callback).unwrap_err())
        };
        for (expected, callback) in [
            ("state_mismatch", "https://me.example/callback?app=7&code=c"),
            ("state_mismatch", "https://me.example/callback?app=7&code=c&state="),
            ("state_mismatch", "https://me.example/callback?app=7&error=access_denied&state=wrong"),
            ("redirect_mismatch", "https://me.example/callback/?app=7&code=c&state=STATE"),
            ("redirect_mismatch", "https://me.example:444/callback?app=7&code=c&state=STATE"),
            ("redirect_mismatch", "http://me.example/callback?app=7&code=c&state=STATE"),
            ("redirect_mismatch", "https://evil.example/callback?app=7&code=c&state=STATE"),
            ("redirect_mismatch", "https://me.example/callback?code=c&state=STATE"),
            ("redirect_mismatch", "/callback?code=c&state=STATE"),
            ("repeated_parameter", "https://me.example/callback?app=7&code=c&code=d&state=STATE"),
            ("issuer_mismatch", "https://me.example/callback?app=7&code=c&state=STATE&iss=https%3A%2F%2Fevil.example"),
            ("access_denied", "https://me.example/callback?app=7&error=access_denied&state=STATE"),
            ("missing_code", "https://me.example/callback?app=7&state=STATE"),
        ] {
            assert_eq!(outcome(&|state| callback.replace("STATE", state)), expected, "{callback}");
        }
    }

    #[test]
    fn a_stated_issuer_must_be_named() {
        let accept = |tail: &str| {
            let request = begin_with(&OAUTH, Some("https://acme.example/tenant"));
            let callback = format!("{REDIRECT}&code=c&state={}{tail}", request.state());
            request.pending.accept(&callback)
        };
        assert!(accept("&iss=https%3A%2F%2Facme.example%2Ftenant").is_ok());
        assert_eq!(code_of(accept("&iss=https%3A%2F%2Facme.example").unwrap_err()), "issuer_mismatch");
        assert_eq!(code_of(accept("").unwrap_err()), "issuer_mismatch");
    }

    #[test]
    fn a_redirect_uri_has_no_fragment() {
        let fields = fields(&[("host", "acme.example"), ("client_id", "me")]);
        let redirect = Url::parse("https://me.example/cb#x").unwrap();
        assert!(AuthorizationRequest::begin(&OAUTH, &Values::of(&fields), &redirect, None, None, SystemTime::UNIX_EPOCH).is_err());
    }

    /// Only what holds this attempt's own state, once, at the redirect URI, gives a code.
    #[test]
    fn broken_callbacks_give_no_code() {
        let state = begin().state().to_owned();
        let good = [
            "&code=c%2F1&state=STATE&iss=https%3A%2F%2Facme.example%2Ftenant",
            "&error=access_denied&state=STATE",
            "&code=c&state=STATE#x",
        ];
        let good = good.map(|tail| format!("{REDIRECT}{}", tail.replace("STATE", &state)));
        let (pair, state) = (format!("&state={state}"), state.as_str());
        let pieces = [&pair, state, "&", "=", "?", "#", "%", "code", "error=x", "//evil.example/", "@", "\u{e9}"];
        let mut given = 0;
        crate::fuzz::feed_text(30, &good.each_ref().map(String::as_str), &pieces, |callback| {
            let mut request = begin();
            request.pending.state = Secret::new(state);
            let whole = url::Url::parse(callback).ok();
            if let Ok(code) = request.pending.accept(callback) {
                given += 1;
                let whole = whole.expect("a URL");
                assert!(!code.code.expose().is_empty());
                assert_eq!(&whole[..url::Position::AfterPath], "https://me.example/callback", "{callback}");
                let states = whole.query_pairs().filter(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
                assert_eq!(states.collect::<Vec<_>>(), [state], "{callback}");
            }
        });
        assert!(given > 50, "{given} gave a code: the changes are too coarse to test anything");
    }
}
