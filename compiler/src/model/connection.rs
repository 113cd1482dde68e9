//! A connection: what a person fills in, how the credential is obtained, and where it goes.

use super::{ConstantPlace, Encoding, Field, Life, Sign, Template, Versions};
use crate::source::Span;

/// A connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The name.
    pub name: String,
    /// The revision.
    pub revision: u32,
    /// The title.
    pub title: String,
    /// Documentation.
    pub docs: String,
    /// In which versions.
    pub on: Versions,
    /// What a person fills in.
    pub fields: Vec<Field>,
    /// How the credential is obtained.
    pub grant: Grant,
    /// What is proved of each request.
    pub sign: Option<Sign>,
    /// What the client shows when a connection is made.
    pub tls: Option<Sign>,
    /// Where it goes.
    pub sends: Vec<Send>,
    /// Method and path.
    pub probe: Option<(String, Template)>,
    /// Where its calls go.
    pub server: Option<Template>,
    /// Set when it is deprecated.
    pub life: Option<Life>,
    /// Where it is written.
    pub span: Span,
    /// Just before its closing brace: where statements are added.
    pub end: Span,
}

/// How a credential is obtained.
#[derive(Clone, Debug)]
pub enum Grant {
    /// The fields are the credential.
    Fields,
    /// OAuth 2.0.
    OAuth2(Box<OAuth2>),
    /// Two-step.
    Exchange(Box<Exchange>),
}

/// OAuth 2.0. Parameters as in the runtime's table of that name.
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// Which grant.
    pub flow: Flow,
    /// Where a code for a person is asked for.
    pub device: Option<Template>,
    /// The token that is exchanged for another.
    pub assertion: Option<Sign>,
    /// The token by which the client shows who it is.
    pub client_key: Option<Sign>,
    /// The authorization endpoint.
    pub authorize: Option<Template>,
    /// The token endpoint.
    pub token: Template,
    /// The refresh endpoint, if another.
    pub refresh_url: Option<Template>,
    /// How the client shows who it is.
    pub client: ClientAuth,
    /// The token request is JSON.
    pub json: bool,
    /// What becomes of a refresh token.
    pub rotation: Rotation,
    /// PKCE with S256.
    pub pkce: bool,
    /// Why there is no PKCE, where the spec says so.
    pub pkce_reason: Option<String>,
    /// Scopes.
    pub scopes: Vec<String>,
    /// What the spec calls the scopes, where it names them: as many, or none.
    pub scope_names: Vec<String>,
    /// Between scopes.
    pub separator: String,
    /// (`authorize` | `token` | `refresh`, wire name, value)
    pub extra: Vec<(String, String, Template)>,
    /// (name, path in the token response)
    pub reads: Vec<(String, Vec<String>)>,
}

/// A grant of OAuth 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A person authorises in a browser.
    Code,
    /// The client alone.
    ClientCredentials,
    /// A person's name and password.
    Password,
    /// A person authorises on another device.
    Device,
    /// A token that the client signed.
    JwtBearer,
}

/// Each grant with its word in specs.
pub const FLOWS: [(&str, Flow); 5] = [
    ("code", Flow::Code),
    ("client_credentials", Flow::ClientCredentials),
    ("password", Flow::Password),
    ("device", Flow::Device),
    ("jwt_bearer", Flow::JwtBearer),
];

impl Flow {
    /// The word in specs.
    pub fn name(self) -> &'static str {
        FLOWS.iter().find(|(_, flow)| *flow == self).map_or("", |(name, _)| name)
    }

    /// Must a person be there?
    pub fn asks_a_person(self) -> bool {
        matches!(self, Flow::Code | Flow::Device)
    }
}

/// How a client shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// HTTP basic.
    Basic,
    /// In the body.
    Body,
    /// A public client.
    None,
    /// A token that it signs (RFC 7523).
    PrivateKeyJwt,
}

impl ClientAuth {
    /// The word in specs.
    pub fn name(self) -> &'static str {
        match self {
            ClientAuth::Basic => "basic",
            ClientAuth::Body => "body",
            ClientAuth::None => "none",
            ClientAuth::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// What becomes of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Replaced at every use.
    Rotating,
    /// Stays.
    Fixed,
    /// There is none.
    None,
}

/// Two-step.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// Relative to the server, or absolute.
    pub url: Template,
    /// Where, wire name, value.
    pub values: Vec<(ConstantPlace, String, Template)>,
    /// `json` or `form`; none without a body.
    pub body: Option<Encoding>,
    /// Where the token stands.
    pub token: Vec<String>,
    /// Where the seconds it lives stand.
    pub expires_in: Vec<String>,
    /// Where the time it ends stands.
    pub expires_at: Vec<String>,
}

/// Where something that is always sent goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Send {
    /// A header: name and value.
    Header(String, Template),
    /// A query parameter.
    Query(String, Template),
    /// A cookie.
    Cookie(String, Template),
    /// `Authorization: Basic`: user and password.
    Basic(Template, Template),
}
