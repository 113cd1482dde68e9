//! Signatures: what is proved of each request. The kinds and their settings are the one table below, which resolving, the documentation and the
//! differ read; what each kind does is the runtime's matter.

use super::Template;
use crate::source::Span;

/// `sign KIND { … }`
#[derive(Clone, Debug)]
pub struct Sign {
    /// Which kind.
    pub kind: &'static SignKind,
    /// Name and value, in the order of the kind's settings; members of parts as `claims.iss`. Choices are words, times are seconds.
    pub settings: Vec<(String, Template)>,
    /// The kind's name in the clause.
    pub span: Span,
}

impl SignKind {
    /// How it stands in specs.
    pub fn clause(&self) -> String {
        if SIGN_KINDS.iter().any(|kind| kind.name == self.name) { format!("sign {}", self.name) } else { self.name.to_owned() }
    }
}

impl Sign {
    /// Does it make a token, `access_token`, rather than look at the request?
    pub fn makes_token(&self) -> bool {
        self.kind.sent == Some("access_token")
    }

    /// The hole that `send` must have, or nothing of the proof is sent; none where it stands in `Authorization` by itself.
    pub fn must_be_sent(&self) -> Option<&'static str> {
        self.kind.sent
    }

    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Option<&Template> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// A kind of signature.
#[derive(Debug)]
pub struct SignKind {
    /// The word in specs.
    pub name: &'static str,
    /// The same among the runtime's kinds.
    pub variant: &'static str,
    /// What a description calls it, where it has a word.
    pub scheme: &'static str,
    /// What it is set by.
    pub settings: &'static [Setting],
    /// Blocks of members of any name, and the names that it gives itself.
    pub parts: &'static [(&'static str, &'static [&'static str])],
    /// The hole that `send` must have; none where the proof stands in `Authorization` by itself, or in no request.
    pub sent: Option<&'static str>,
    /// What OpenAPI has for it.
    pub openapi: InOpenApi,
    /// Holes that `send` and its own templates may have beside the connection's fields.
    pub gives: &'static [&'static str],
}

/// What OpenAPI has for a kind of signature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InOpenApi {
    /// Nothing: what is sent stands among what the connection sends.
    Sent,
    /// A key in `Authorization`.
    Authorization,
    /// The same with what Amazon's API Gateway writes beside it.
    ApiGateway,
    /// A scheme of HTTP authentication.
    Http(&'static str),
}

/// A setting of a kind.
#[derive(Debug)]
pub struct Setting {
    /// `region`
    pub name: &'static str,
    /// What its value is.
    pub value: Setter,
    /// It must be said.
    pub required: bool,
}

/// What a setting's value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setter {
    /// A field or a template over the fields.
    Text,
    /// The same, and only over fields that are `secret`.
    Secret,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A length of time.
    Time,
    /// A template over the request.
    Request,
}

const fn must(name: &'static str, value: Setter) -> Setting {
    Setting { name, value, required: true }
}

const fn may(name: &'static str, value: Setter) -> Setting {
    Setting { name, value, required: false }
}

/// All kinds.
pub static SIGN_KINDS: &[&SignKind] = &[&AWS4, &DIGEST, &JWT, &HMAC, &OAUTH1];

/// What a request to Amazon's services is proved by.
pub static AWS4: SignKind = SignKind {
    name: "aws4",
    variant: "Aws4",
    scheme: "awsSigv4",
    sent: None,
    openapi: InOpenApi::ApiGateway,
    settings: &[
        must("service", Setter::Text),
        must("region", Setter::Text),
        must("key", Setter::Text),
        must("secret", Setter::Secret),
        may("session", Setter::Secret),
    ],
    parts: &[],
    gives: &[],
};

static DIGEST: SignKind = SignKind {
    name: "digest",
    variant: "Digest",
    scheme: "digest",
    sent: None,
    openapi: InOpenApi::Http("digest"),
    settings: &[must("user", Setter::Text), must("password", Setter::Secret)],
    parts: &[],
    gives: &[],
};

static JWT: SignKind = SIGNED_TOKEN;

const SIGNED_TOKEN: SignKind = SignKind {
    name: "jwt",
    variant: "Jwt",
    scheme: "",
    sent: Some("access_token"),
    openapi: InOpenApi::Sent,
    settings: JWT_SETTINGS,
    parts: JWT_PARTS,
    gives: &[],
};

/// What a JSON Web Token is set by, wherever one is signed.
pub const JWT_SETTINGS: &[Setting] =
    &[must("alg", Setter::Choice(JWT_ALGORITHMS)), must("key", Setter::Secret), may("lives", Setter::Time)];
/// What is in one, but for what the signer knows itself.
pub const JWT_PARTS: &[(&str, &[&str])] = &[("header", &["alg"]), ("claims", &["iat", "exp"])];
const JWT_ALGORITHMS: &[&str] = &["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"];

/// The token that `oauth2 jwt_bearer` exchanges.
pub static ASSERTION: SignKind = SignKind { name: "assertion", ..SIGNED_TOKEN };
/// The token by which a client shows who it is.
pub static CLIENT_KEY: SignKind = SignKind { name: "private_key_jwt", ..SIGNED_TOKEN };

/// What a client shows when a connection is made (mutual TLS).
pub static TLS: SignKind = SignKind {
    name: "tls",
    variant: "Tls",
    scheme: "mutual TLS",
    sent: None,
    openapi: InOpenApi::Sent,
    settings: &[must("certificate", Setter::Text), must("key", Setter::Secret)],
    parts: &[],
    gives: &[],
};

static HMAC: SignKind = SignKind {
    name: "hmac",
    variant: "Hmac",
    scheme: "",
    sent: Some("signature"),
    openapi: InOpenApi::Sent,
    settings: &[
        must("hash", Setter::Choice(&["sha1", "sha256", "sha384", "sha512"])),
        must("key", Setter::Secret),
        may("key_as", Setter::Choice(&["text", "base64", "hex"])),
        must("text", Setter::Request),
        must("as", Setter::Choice(&["hex", "upper_hex", "base64", "base64url"])),
        may("time", Setter::Choice(&["seconds", "millis", "rfc3339", "http"])),
    ],
    parts: &[],
    gives: &["signature", "time", "nonce"],
};

static OAUTH1: SignKind = SignKind {
    name: "oauth1",
    variant: "OAuth1",
    scheme: "oauth1",
    sent: None,
    openapi: InOpenApi::Authorization,
    settings: &[
        may("method", Setter::Choice(&["hmac_sha1", "hmac_sha256", "plaintext"])),
        must("consumer_key", Setter::Text),
        must("consumer_secret", Setter::Secret),
        may("token", Setter::Text),
        may("token_secret", Setter::Secret),
        may("realm", Setter::Text),
    ],
    parts: &[],
    gives: &[],
};

/// What the text of an HMAC may take from the request.
pub const REQUEST_HOLES: &[&str] = &[
    "request.method",
    "request.host",
    "request.path",
    "request.query",
    "request.sorted_query",
    "request.target",
    "request.url",
    "request.content_type",
    "request.body",
    "request.body_sha256",
    "request.body_sha256_base64",
    "request.body_sha512",
    "request.body_md5",
    "request.body_md5_base64",
];
