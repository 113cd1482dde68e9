//! OAuth 2.0 for calls that no spec describes: what a program says of it, and whether that can be used. How tokens are obtained, kept and renewed is
//! `auth`'s, as it is for connections of specs; the table by which it works is `oauth2_table`'s.

use std::fmt;

use http::HeaderName;
use percent_encoding::utf8_percent_encode;
use url::Url;

use super::oauth2_table::{Kind, Shown};
use crate::address::RESERVED;
use crate::auth;
use crate::connection::FieldValues;
use crate::error::{Error, ErrorKind};
use crate::operation::{ClientAuth, OAuth2Flow, OAuth2Step};
use crate::value::Secret;

/// A login by OAuth 2.0 (RFC 6749): [`Login::oauth2`](super::Login::oauth2) takes it.
///
/// A program that acts for itself has client credentials:
///
/// ```no_run
/// # async fn example() -> Result<(), linchpin_runtime::Error> {
/// use linchpin_runtime::http_module::{HttpRequest, Login, OAuth2, client_of};
/// let oauth = OAuth2::client_credentials("client-id")
///     .client_secret("t0p-secret")
///     .token("https://login.acme.example/token")
///     .scopes(["read", "write"]);
/// let acme = client_of("https://acme.example/api", &Login::oauth2(oauth))?.build_any()?;
/// let projects = HttpRequest::get("/projects").send(&acme).await?;
/// # Ok(())
/// # }
/// ```
///
/// One that acts for a person sends them to the authorization endpoint ([`AnyClient::authorizer`](crate::AnyClient::authorizer)), with PKCE:
///
/// ```no_run
/// # use linchpin_runtime::{AnyClient, Error, Url, auth::TokenStore, http_module::{Login, OAuth2, client_of}};
/// # use std::sync::Arc;
/// fn acme_of(store: Arc<dyn TokenStore>, person: &str) -> Result<AnyClient, Error> {
///     let oauth = OAuth2::authorization_code("client-id")
///         .client_secret("t0p-secret")
///         .authorize("https://login.acme.example/authorize")
///         .authorize_parameter("access_type", "offline")
///         .token("https://login.acme.example/token");
///     client_of("https://acme.example/api", &Login::oauth2(oauth))?.token_store(store, person).build_any()
/// }
/// ```
///
/// Whatever is given is taken as it is: no brace in it means anything.
#[derive(Clone)]
pub struct OAuth2 {
    flow: OAuth2Flow,
    client_id: String,
    client_secret: Option<Secret>,
    in_body: bool,
    authorize: Option<String>,
    token: Option<String>,
    refresh: Option<String>,
    scopes: Vec<String>,
    separator: String,
    parameters: Vec<(OAuth2Step, String, Secret)>,
    without_pkce: Option<String>,
    json: bool,
    shown: Shown,
    scheme: String,
}

impl OAuth2 {
    /// A person authorises the program in a browser (RFC 6749, 4.1), with PKCE (RFC 7636). It takes [`authorize`](Self::authorize) and
    /// [`token`](Self::token), and [`client_secret`](Self::client_secret) where the program was given one.
    pub fn authorization_code(client_id: impl Into<String>) -> Self {
        Self::of(OAuth2Flow::Code, client_id.into())
    }

    /// The program acts for itself (RFC 6749, 4.4). It takes [`token`](Self::token), and [`client_secret`](Self::client_secret) or the login's
    /// [certificate](super::Login::with_certificate).
    pub fn client_credentials(client_id: impl Into<String>) -> Self {
        Self::of(OAuth2Flow::ClientCredentials, client_id.into())
    }

    fn of(flow: OAuth2Flow, client_id: String) -> Self {
        Self {
            flow,
            client_id,
            client_secret: None,
            in_body: false,
            authorize: None,
            token: None,
            refresh: None,
            scopes: Vec::new(),
            separator: " ".to_owned(),
            parameters: Vec::new(),
            without_pkce: None,
            json: false,
            shown: Shown::Authorization,
            scheme: "Bearer".to_owned(),
        }
    }

    /// What the client proves itself with at the token endpoint. Default: nothing, as programs that can keep no secret do.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Sends id and secret in the body of token requests. Default: by HTTP basic, which every server must take (RFC 6749, 2.3.1).
    #[must_use]
    pub fn client_in_body(mut self) -> Self {
        self.in_body = true;
        self
    }

    /// Where a person's browser is sent.
    #[must_use]
    pub fn authorize(mut self, url: impl Into<String>) -> Self {
        self.authorize = Some(url.into());
        self
    }

    /// Where tokens are obtained.
    #[must_use]
    pub fn token(mut self, url: impl Into<String>) -> Self {
        self.token = Some(url.into());
        self
    }

    /// Where tokens are renewed. Default: where they are obtained.
    #[must_use]
    pub fn refresh(mut self, url: impl Into<String>) -> Self {
        self.refresh = Some(url.into());
        self
    }

    /// What is asked for. Default: nothing, so what the server gives.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// What stands between scopes. Default: a space (RFC 6749, 3.3).
    #[must_use]
    pub fn separator(mut self, separator: impl Into<String>) -> Self {
        self.separator = separator.into();
        self
    }

    /// One more parameter of the address that a person's browser is sent to.
    #[must_use]
    pub fn authorize_parameter(self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.parameter(OAuth2Step::Authorize, name.into(), value.into())
    }

    /// One more parameter of requests for a token: `audience`, `resource`.
    #[must_use]
    pub fn token_parameter(self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.parameter(OAuth2Step::Token, name.into(), value.into())
    }

    /// One more parameter of requests that renew a token.
    #[must_use]
    pub fn refresh_parameter(self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.parameter(OAuth2Step::Refresh, name.into(), value.into())
    }

    fn parameter(mut self, step: OAuth2Step, name: String, value: Secret) -> Self {
        self.parameters.push((step, name, value));
        self
    }

    /// Sends token requests as JSON. Default: as a form.
    #[must_use]
    pub fn json(mut self) -> Self {
        self.json = true;
        self
    }

    /// Goes without PKCE, for servers that refuse it, and says why. Default: with S256; servers that do not know it ignore it.
    #[must_use]
    pub fn without_pkce(mut self, why: impl Into<String>) -> Self {
        self.without_pkce = Some(why.into());
        self
    }

    /// What stands before the token in `Authorization`: `Token`, `OAuth`. Default: `Bearer` (RFC 6750).
    #[must_use]
    pub fn scheme(mut self, scheme: impl Into<String>) -> Self {
        (self.shown, self.scheme) = (Shown::Authorization, scheme.into());
        self
    }

    /// Shows the token alone in a header of this name. Default: in `Authorization`.
    #[must_use]
    pub fn in_header(mut self, name: impl Into<String>) -> Self {
        self.shown = Shown::Header(name.into());
        self
    }

    /// Shows the token in the query, for servers that take it nowhere else.
    #[must_use]
    pub fn in_query(mut self, name: impl Into<String>) -> Self {
        self.shown = Shown::Query(name.into());
        self
    }

    /// What kind of login it is, beside a certificate or not.
    pub(super) fn kind(&self, certified: bool) -> Kind {
        let client = match &self.client_secret {
            None => ClientAuth::None,
            Some(_) if self.in_body => ClientAuth::Body,
            Some(_) => ClientAuth::Basic,
        };
        Kind {
            flow: self.flow,
            client,
            pkce: self.without_pkce.is_none(),
            json: self.json,
            refresh: self.refresh.is_some(),
            certified,
            shown: self.shown.clone(),
        }
    }

    /// What of it is no kind but a value, for the names in the kind's table.
    pub(super) fn fill(&self, fields: &mut FieldValues) {
        fields.set("client_id", &self.client_id);
        fields.set("scheme", &self.scheme);
        if let Some(secret) = &self.client_secret {
            fields.set("client_secret", secret.expose());
        }
        for (name, address) in [("authorize", &self.authorize), ("token", &self.token), ("refresh", &self.refresh)] {
            if let Some(url) = address.as_deref().and_then(|address| Url::parse(address).ok()) {
                fields.set(name, url);
            }
        }
        if !self.scopes.is_empty() {
            fields.add_parameter(self.scopes_with(), "scope", self.scopes.join(&self.separator));
        }
        for (step, name, value) in &self.parameters {
            fields.add_parameter(*step, name, value.expose());
        }
    }

    /// Whose tokens these are, beside the name that the program gives: those of this client of this token endpoint, for this server.
    pub(super) fn scope(&self, server: &Url) -> String {
        let token = self.token.as_deref().and_then(|token| Url::parse(token).ok());
        let client = utf8_percent_encode(&self.client_id, RESERVED);
        format!("http/{} {} {client}", server.origin().ascii_serialization(), token.as_ref().map_or("", Url::as_str))
    }

    /// # Errors
    /// When it cannot be used: everything that is wrong with it.
    pub(super) fn check(&self, certified: bool) -> Result<(), Error> {
        let mut wrong = Vec::new();
        self.client_is_told(certified, &mut wrong);
        self.addresses_are_whole(&mut wrong);
        self.parameters_are_its_own(&mut wrong);
        self.nothing_is_without_effect(&mut wrong);
        self.tokens_can_be_shown(&mut wrong);
        if wrong.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Configuration, format!("the OAuth 2.0 login cannot be used: {}", wrong.join("; "))))
    }

    fn client_is_told(&self, certified: bool, wrong: &mut Vec<String>) {
        if self.client_id.is_empty() {
            wrong.push("the client id is empty".to_owned());
        }
        match &self.client_secret {
            Some(secret) if secret.is_empty() => wrong.push("the client secret is empty".to_owned()),
            None if self.flow == OAuth2Flow::ClientCredentials && !certified => {
                wrong.push("client credentials need `client_secret`, or a login with a certificate".to_owned());
            }
            _ => {}
        }
    }

    fn addresses_are_whole(&self, wrong: &mut Vec<String>) {
        let needed = [("authorize", &self.authorize, self.flow == OAuth2Flow::Code), ("token", &self.token, true)];
        for (name, address, needed) in needed.into_iter().chain([("refresh", &self.refresh, false)]) {
            match address {
                Some(address) => wrong.extend(address_problem(address).map(|problem| format!("the address of `{name}` {problem}"))),
                None if needed => wrong.push(format!("`{name}` is not given")),
                None => {}
            }
        }
    }

    /// What makes the requests safe is not for a parameter to say, and none takes the place of another.
    fn parameters_are_its_own(&self, wrong: &mut Vec<String>) {
        let secret = |name: &str| name == "client_secret" && self.in_body && self.client_secret.is_some();
        let scope = |step, name: &str| name == "scope" && step == self.scopes_with() && !self.scopes.is_empty();
        for (at, (step, name, _)) in self.parameters.iter().enumerate() {
            if name.is_empty() {
                wrong.push("a parameter has no name".to_owned());
            } else if OWN.contains(&name.as_str()) || secret(name) {
                wrong.push(format!("the parameter `{name}` is set by the client itself"));
            } else if scope(*step, name) || self.parameters[..at].iter().any(|(of, other, _)| of == step && other == name) {
                wrong.push(format!("the parameter `{name}` is given twice for one request"));
            }
        }
    }

    /// The request that asks for scopes.
    fn scopes_with(&self) -> OAuth2Step {
        if self.flow == OAuth2Flow::Code { OAuth2Step::Authorize } else { OAuth2Step::Token }
    }

    fn nothing_is_without_effect(&self, wrong: &mut Vec<String>) {
        if self.without_pkce.as_ref().is_some_and(|why| why.trim().is_empty()) {
            wrong.push("`without_pkce` does not say why".to_owned());
        }
        if self.flow == OAuth2Flow::Code {
            return;
        }
        let of = |step| self.parameters.iter().any(|(of, ..)| *of == step);
        let person = [
            ("authorize", self.authorize.is_some()),
            ("authorize_parameter", of(OAuth2Step::Authorize)),
            ("without_pkce", self.without_pkce.is_some()),
        ];
        let renewal = [("refresh", self.refresh.is_some()), ("refresh_parameter", of(OAuth2Step::Refresh))];
        let idle = |why: &'static str| move |(name, given): (&str, bool)| given.then(|| format!("`{name}` has no effect: {why}"));
        wrong.extend(person.into_iter().filter_map(idle("with client credentials no person is sent anywhere")));
        wrong.extend(renewal.into_iter().filter_map(idle("with client credentials a new token is asked for as the first was")));
    }

    fn tokens_can_be_shown(&self, wrong: &mut Vec<String>) {
        match &self.shown {
            Shown::Authorization if self.scheme.is_empty() || !self.scheme.bytes().all(|byte| byte.is_ascii_graphic()) => {
                wrong.push("the scheme is not one word".to_owned());
            }
            Shown::Header(name) if HeaderName::try_from(name.as_str()).is_err() => {
                wrong.push("the name of the header with the token is not one".to_owned());
            }
            Shown::Query(name) if name.is_empty() => wrong.push("the query parameter with the token has no name".to_owned()),
            _ => {}
        }
    }
}

/// What a parameter cannot be: it would be replaced, or stand for what the client has just made up.
const OWN: [&str; 8] =
    ["client_id", "code", "code_challenge", "code_challenge_method", "code_verifier", "redirect_uri", "refresh_token", "state"];

/// Why something secret cannot be sent to an address. It is not quoted, for what was meant to stand elsewhere may stand there.
fn address_problem(address: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(address) else { return Some("is not a whole one, such as `https://login.example/token`") };
    match () {
        () if auth::encrypted(&url).is_err() => Some("is not encrypted: it must begin with `https://`, or be on this machine"),
        () if !url.username().is_empty() || url.password().is_some() => Some("holds a user name"),
        () if url.fragment().is_some() => Some("has a fragment"),
        () => None,
    }
}

/// Where it goes, without what it is.
impl fmt::Debug for OAuth2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = |address: &Option<String>| {
            let url = address.as_deref().and_then(|address| Url::parse(address).ok());
            url.map(|url| url.origin().ascii_serialization())
        };
        f.debug_struct("OAuth2")
            .field("flow", &self.flow)
            .field("authorize", &origin(&self.authorize))
            .field("token", &origin(&self.token))
            .field("scopes", &self.scopes)
            .field("parameters", &self.parameters.iter().map(|(_, name, _)| name).collect::<Vec<_>>())
            .field("without_pkce", &self.without_pkce)
            .finish_non_exhaustive()
    }
}
