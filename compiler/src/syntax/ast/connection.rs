//! Connections: what a person fills in, how the credential is obtained, where it goes.

use super::{Field, From, Head, Ident, Server, Template, Text, WirePath};
use crate::source::{Span, Spanned};

/// `connection oauth @1 "OAuth 2.0" { … }`
#[derive(Clone, Debug)]
pub struct Connection {
    /// Documentation, versions, life (`deprecated …` stands inside the braces).
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// `@1`
    pub revision: Option<Spanned<u32>>,
    /// The title.
    pub title: Option<Text>,
    /// `fields { host: host  key: secret }`: what a person fills in.
    pub fields: Vec<Field>,
    /// How the credential is obtained; none when the fields are the credential.
    pub grant: Option<Grant>,
    /// A second grant, which there must not be.
    pub beside: Option<Span>,
    /// `sign aws4 { … }`: what is proved of each request.
    pub sign: Option<Sign>,
    /// `tls { certificate = certificate  key = private_key }`: what the client shows when a connection is made.
    pub tls: Option<Sign>,
    /// `send header "sessionID" = access_token`
    pub sends: Vec<Send>,
    /// `probe GET "/user/current"`: a call that shows whether the connection works.
    pub probe: Option<(Spanned<String>, Template)>,
    /// `server "…"`: where this connection's calls go, if not to the connector's server.
    pub server: Option<Server>,
    /// `from api_key @1 { … }`
    pub from: Vec<From>,
    /// The whole item.
    pub span: Span,
}

impl Connection {
    /// Takes a grant in; of two, the first one counts.
    pub(crate) fn grants(&mut self, grant: Option<Grant>) {
        match &self.grant {
            None => self.grant = grant,
            Some(_) => self.beside = grant.map(|grant| grant.span()),
        }
    }
}

/// How a credential is obtained.
#[derive(Clone, Debug)]
pub enum Grant {
    /// `oauth2 code { … }`, `oauth2 client_credentials { … }`
    OAuth2(Box<OAuth2>),
    /// `exchange POST "/login" { query {…} header {…} body form {…} token data.sessionID expires in data.expires_in }`:
    /// credentials are exchanged for a token at an ordinary operation (two-step). The value is `access_token` in `send`.
    Exchange(Box<Exchange>),
}

impl Grant {
    /// The whole clause.
    pub fn span(&self) -> Span {
        match self {
            Grant::OAuth2(oauth2) => oauth2.span,
            Grant::Exchange(exchange) => exchange.span,
        }
    }
}

/// `oauth2 KIND { … }`
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// `code`, `client_credentials`, `password`, `device` or `jwt_bearer`.
    pub kind: Ident,
    /// `authorize "https://{host}/…"`; templates name the connection's own fields.
    pub authorize: Option<Template>,
    /// `token "https://{host}/…"`
    pub token: Option<Template>,
    /// `refresh "https://…"`: where refreshing goes elsewhere than `token`.
    pub refresh_url: Option<Template>,
    /// `device "https://…"`: where a code for a person is asked for.
    pub device: Option<Template>,
    /// `assertion { alg = RS256  key = private_key  claims { … } }`: the token that is exchanged.
    pub assertion: Option<Sign>,
    /// `client basic | body | none | private_key_jwt`: how the client shows who it is at the token endpoint.
    pub client: Option<Ident>,
    /// `client private_key_jwt { alg = ES256  key = private_key }`
    pub client_key: Option<Sign>,
    /// `body form | json`: the encoding of the token request; form unless said.
    pub body: Option<Ident>,
    /// `refresh rotating | fixed | none`
    pub refresh: Option<Ident>,
    /// `pkce S256 | none "why"`; S256 unless said.
    pub pkce: Option<(Ident, Option<Text>)>,
    /// `scopes { read "repo"  write "repo:write" }` or `scopes "a", "b"`.
    pub scopes: Vec<Text>,
    /// What the spec calls the scopes, where it names them.
    pub scope_names: Vec<Ident>,
    /// `separator ","`; a space unless said.
    pub separator: Option<Text>,
    /// `with authorize { access_type "offline" }`, `with token { audience "…" }`, `with refresh { … }`: extra parameters.
    pub extra: Vec<(Ident, Vec<Parameter>)>,
    /// `read access_token data.token`, `read expires_in data.ttl`, `read refresh_token …`, `read instance_url …`: where the
    /// token response keeps what we need, if not at the standard members; other names become holes for `server`.
    pub reads: Vec<(Ident, WirePath)>,
    /// The whole clause.
    pub span: Span,
}

/// `access_type "offline"` or `kind "accessType" = "web"`: the name, the name on the wire, the value.
pub type Parameter = (Ident, Option<Text>, Template);

/// `username "userName" = user`: the name, the name on the wire, the value.
pub type Binding = (Ident, Option<Text>, SendValue);

/// Two-step: `exchange POST "/login" { … }`
#[derive(Clone, Debug)]
pub struct Exchange {
    /// `POST`
    pub method: Spanned<String>,
    /// Relative to the server, or absolute.
    pub path: Template,
    /// `query { … }`, `header { … }`, `body json|form { … }` whose values are the connection's fields, as in
    /// `body form { username = user  password = password }`.
    pub query: Vec<Binding>,
    /// Headers.
    pub headers: Vec<Binding>,
    /// Body encoding and members.
    pub body: Option<(Ident, Vec<Binding>)>,
    /// `token data.sessionID`
    pub token: Option<WirePath>,
    /// `expires in data.ttl` (seconds) or `expires at data.until`.
    pub expires: Option<(Ident, WirePath)>,
    /// The whole clause.
    pub span: Span,
}

/// `send header "apiKey" = key` · `send query "key" = key` · `send cookie "sid" = key` · `send bearer access_token` ·
/// `send basic user password`
#[derive(Clone, Debug)]
pub struct Send {
    /// Where it goes.
    pub place: SendPlace,
    /// The whole statement.
    pub span: Span,
}

/// Where a credential or a constant goes.
#[derive(Clone, Debug)]
pub enum SendPlace {
    /// `header "Name" = value`
    Header(Text, SendValue),
    /// `query "name" = value`
    Query(Text, SendValue),
    /// `cookie "name" = value`
    Cookie(Text, SendValue),
    /// `bearer value`
    Bearer(SendValue),
    /// `basic user password`
    Basic(SendValue, SendValue),
}

/// A name (`key`, `access_token`) or a template (`"Token {key}"`).
#[derive(Clone, Debug)]
pub enum SendValue {
    /// A field of the connection, or `access_token`.
    Name(Ident),
    /// A template over those.
    Template(Template),
}

/// `sign KIND { service = "s3"  region = region  claims { iss = issuer } }`
#[derive(Clone, Debug)]
pub struct Sign {
    /// `aws4`, `digest`, …
    pub kind: Ident,
    /// `NAME = VALUE`; a word or a length of time is a name.
    pub settings: Vec<(Ident, SendValue)>,
    /// `NAME { … }`
    pub parts: Vec<(Ident, Vec<Binding>)>,
    /// The whole clause.
    pub span: Span,
}
