//! Tables of connections: what a person fills in, how the credential is obtained, and where it goes.

use super::{BodyEncoding, ConstantPlace, Life, Sign};
use crate::shape::{Link, Shaped};

/// One way of authenticating, at one revision.
#[derive(Debug)]
pub struct ConnectionTable {
    /// `oauth`
    pub name: &'static str,
    /// From 1.
    pub revision: u32,
    /// What people call it.
    pub title: &'static str,
    /// The spec's documentation.
    pub docs: &'static str,
    /// What a person fills in.
    pub fields: Link,
    /// How the credential is obtained.
    pub grant: Grant,
    /// What is proved of each request.
    pub sign: Option<&'static Sign>,
    /// What the client shows when a connection is made: templates of a certificate and its key, in PEM.
    pub tls: Option<(&'static str, &'static str)>,
    /// Where it goes. Values are templates over the fields' spec names and `{access_token}`.
    pub credentials: &'static [Credential],
    /// Method and path of a call that shows whether it works.
    pub probe: Option<(&'static str, &'static str)>,
    /// Where its calls go, if not to the API's servers.
    pub server: Option<&'static str>,
    /// Set when it is deprecated.
    pub life: Option<&'static Life>,
}

/// Where a credential goes. Values are templates: `{key}`, `Token {key}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A header.
    Header(&'static str, &'static str),
    /// A query parameter.
    Query(&'static str, &'static str),
    /// A cookie.
    Cookie(&'static str, &'static str),
    /// `Authorization: Basic` of user and password (RFC 7617).
    Basic(&'static str, &'static str),
}

/// How a credential is obtained.
#[derive(Debug)]
pub enum Grant {
    /// The fields are the credential.
    Fields,
    /// OAuth 2.0 (RFC 6749).
    OAuth2(&'static OAuth2),
    /// Credentials are exchanged for a token at an ordinary operation.
    Exchange(&'static Exchange),
}

/// An OAuth 2.0 grant. URLs and parameters are templates over the connection's fields.
#[derive(Debug)]
pub struct OAuth2 {
    /// Which grant.
    pub flow: OAuth2Flow,
    /// The authorization endpoint; empty where no browser is sent anywhere.
    pub authorize: &'static str,
    /// The device authorization endpoint; empty where no person authorises on another device.
    pub device: &'static str,
    /// The token that is exchanged for another.
    pub assertion: Option<&'static Sign>,
    /// The token by which the client shows who it is.
    pub client_key: Option<&'static Sign>,
    /// The token endpoint.
    pub token: &'static str,
    /// The refresh endpoint, if it is another.
    pub refresh: Option<&'static str>,
    /// How the client shows who it is.
    pub client: ClientAuth,
    /// The token request is JSON, not a form.
    pub json: bool,
    /// What becomes of the refresh token.
    pub rotation: Rotation,
    /// PKCE with S256 (RFC 7636).
    pub pkce: bool,
    /// Scopes.
    pub scopes: &'static [&'static str],
    /// Between scopes.
    pub separator: &'static str,
    /// More parameters: (where, name, template).
    pub extra: &'static [(OAuth2Step, &'static str, &'static str)],
    /// Where the token response keeps things that do not stand at their standard member: (name, path).
    pub reads: &'static [(&'static str, &'static [&'static str])],
}

/// The grant type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OAuth2Flow {
    /// RFC 6749, 4.1.
    Code,
    /// RFC 6749, 4.4.
    ClientCredentials,
    /// RFC 6749, 4.3.
    Password,
    /// RFC 8628.
    Device,
    /// RFC 7523, 2.1.
    JwtBearer,
}

/// Which request an extra parameter goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuth2Step {
    /// The authorization request.
    Authorize,
    /// The token request.
    Token,
    /// The refresh request.
    Refresh,
}

/// How a client shows who it is at the token endpoint (RFC 6749, 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientAuth {
    /// HTTP basic.
    Basic,
    /// `client_id` and `client_secret` in the body.
    Body,
    /// A public client: `client_id` only.
    None,
    /// A token that the client signs (RFC 7523, 2.2).
    PrivateKeyJwt,
}

/// What becomes of a refresh token when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new one comes with every refresh.
    Rotating,
    /// It stays.
    Fixed,
    /// There is none.
    None,
}

/// A two-step exchange. Values are templates over the connection's fields.
#[derive(Debug)]
pub struct Exchange {
    /// `POST`
    pub method: &'static str,
    /// Below the server, or a whole URL.
    pub url: &'static str,
    /// (where, name, template)
    pub values: &'static [(ConstantPlace, &'static str, &'static str)],
    /// How the body is encoded.
    pub body: BodyEncoding,
    /// Where the token stands.
    pub token: &'static [&'static str],
    /// Where the number of seconds it lives stands; empty when the answer does not say.
    pub expires_in: &'static [&'static str],
    /// Where the time it ends stands (RFC 3339 or epoch seconds).
    pub expires_at: &'static [&'static str],
}

impl ConnectionTable {
    /// Says nothing.
    pub const EMPTY: Self = Self {
        name: "",
        revision: 1,
        title: "",
        docs: "",
        fields: <() as Shaped>::LINK,
        grant: Grant::Fields,
        sign: None,
        tls: None,
        credentials: &[],
        probe: None,
        server: None,
        life: None,
    };
}

impl OAuth2 {
    /// Authorization code with PKCE; the client shows who it is by HTTP basic.
    pub const EMPTY: Self = Self {
        flow: OAuth2Flow::Code,
        authorize: "",
        device: "",
        assertion: None,
        client_key: None,
        token: "",
        refresh: None,
        client: ClientAuth::Basic,
        json: false,
        rotation: Rotation::None,
        pkce: true,
        scopes: &[],
        separator: " ",
        extra: &[],
        reads: &[],
    };
}

impl Exchange {
    /// Says nothing.
    pub const EMPTY: Self =
        Self { method: "", url: "", values: &[], body: BodyEncoding::None, token: &[], expires_in: &[], expires_at: &[] };
}
