//! An API description as it was published, typed: OpenAPI 3.x and Swagger 2.0 alike. It says what the document says, resolves
//! references, and draws no conclusion; what nothing here names is kept as raw nodes.

use super::node::Node;
use super::schema::{Schema, SchemaId};
use crate::model::AWS4;
use crate::source::Span;

/// Which specification a document follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Swagger 2.0
    Swagger2,
    /// OpenAPI 3.0
    OpenApi30,
    /// OpenAPI 3.1 or later: schemas are JSON Schema.
    OpenApi31,
}

/// A document.
#[derive(Clone, Debug)]
pub struct Document<'n> {
    /// What it follows.
    pub form: Form,
    /// `info.title`
    pub title: &'n str,
    /// `info.version`
    pub version: &'n str,
    /// `info.description`
    pub description: &'n str,
    /// `externalDocs.url`
    pub docs_url: Option<&'n str>,
    /// Where calls go.
    pub servers: Vec<Server<'n>>,
    /// What every operation needs that says nothing of its own.
    pub security: Option<Vec<Requirement<'n>>>,
    /// Tags that are described.
    pub tags: Vec<Tag<'n>>,
    /// Operations below `paths`, then webhooks.
    pub operations: Vec<Operation<'n>>,
    /// Security schemes.
    pub schemes: Vec<Scheme<'n>>,
    /// Every schema of the document, named or not, once.
    pub schemas: Vec<Schema<'n>>,
    /// The named ones.
    pub named: Vec<(&'n str, SchemaId)>,
    /// `x-…` at the top and in `info`.
    pub extensions: Extensions<'n>,
}

/// `x-…` members, raw.
pub type Extensions<'n> = Vec<(&'n str, &'n Node)>;

/// A tag.
#[derive(Clone, Debug)]
pub struct Tag<'n> {
    /// Its name.
    pub name: &'n str,
    /// What it is for.
    pub description: &'n str,
}

/// A server.
#[derive(Clone, Debug)]
pub struct Server<'n> {
    /// Its address, `{variables}` as written.
    pub url: String,
    /// What it is.
    pub description: &'n str,
    /// What its variables may be.
    pub variables: Vec<Variable<'n>>,
    /// Where it is written.
    pub span: Span,
}

/// A variable of a server's address.
#[derive(Clone, Debug)]
pub struct Variable<'n> {
    /// Its name.
    pub name: &'n str,
    /// The value that it has unless another is chosen.
    pub default: &'n str,
    /// The values to choose from; empty for any.
    pub values: Vec<&'n str>,
}

/// How something was brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin<'n> {
    /// A path.
    Path,
    /// A webhook, by its name.
    Webhook,
    /// A callback of an operation: its name.
    Callback(&'n str),
}

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation<'n> {
    /// Path, webhook or callback.
    pub origin: Origin<'n>,
    /// `GET`
    pub method: &'static str,
    /// The path as written; of a webhook its name, of a callback its expression.
    pub path: &'n str,
    /// Where the path is written.
    pub path_span: Span,
    /// `operationId`
    pub id: Option<&'n str>,
    /// A line.
    pub summary: &'n str,
    /// More.
    pub description: &'n str,
    /// Tags.
    pub tags: Vec<&'n str>,
    /// Path's and own; its own replace the path's of the same place and name.
    pub parameters: Vec<Parameter<'n>>,
    /// The body.
    pub body: Option<Body<'n>>,
    /// What comes back.
    pub answers: Vec<Answer<'n>>,
    /// What it asks the caller to offer.
    pub callbacks: Vec<Operation<'n>>,
    /// What it needs; none: what the document says.
    pub security: Option<Vec<Requirement<'n>>>,
    /// Where it goes, if not where the document says.
    pub servers: Vec<Server<'n>>,
    /// Deprecation and the like.
    pub life: Life<'n>,
    /// `x-…`, the path's first.
    pub extensions: Extensions<'n>,
    /// Where its method is written.
    pub span: Span,
}

/// Deprecation, sunset, stability.
#[derive(Clone, Copy, Debug, Default)]
pub struct Life<'n> {
    /// `deprecated`
    pub deprecated: bool,
    /// `x-sunset`, as written.
    pub sunset: Option<&'n str>,
    /// Whether a sunset is there but is no text.
    pub odd_sunset: bool,
    /// `x-stability-level`
    pub stability: Option<&'n str>,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum In {
    /// Path.
    Path,
    /// Query.
    Query,
    /// Header.
    Header,
    /// Cookie.
    Cookie,
}

/// A parameter, or a header of an answer.
#[derive(Clone, Debug)]
pub struct Parameter<'n> {
    /// Its name.
    pub name: &'n str,
    /// Where it goes.
    pub place: In,
    /// What it is for.
    pub description: &'n str,
    /// Must be sent.
    pub required: bool,
    /// How lists and objects are written, in OpenAPI's words; the default is filled in.
    pub style: &'n str,
    /// Each item apart.
    pub explode: bool,
    /// Reserved characters are sent as they are.
    pub allow_reserved: bool,
    /// `?name=` is meant.
    pub allow_empty: bool,
    /// What it holds.
    pub schema: Option<SchemaId>,
    /// The media type, where the value is one (`content`).
    pub media: Option<&'n str>,
    /// Deprecation and the like.
    pub life: Life<'n>,
    /// `x-…`
    pub extensions: Extensions<'n>,
    /// Where it is written.
    pub span: Span,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct Body<'n> {
    /// What it is for.
    pub description: &'n str,
    /// Must be sent.
    pub required: bool,
    /// `required: false` is written out.
    pub said_optional: bool,
    /// Per media type.
    pub content: Vec<Media<'n>>,
    /// `x-…`
    pub extensions: Extensions<'n>,
    /// Where it is written.
    pub span: Span,
}

/// Content in one media type.
#[derive(Clone, Debug)]
pub struct Media<'n> {
    /// `application/json`
    pub media: &'n str,
    /// What it holds.
    pub schema: Option<SchemaId>,
    /// The schema is of one of the items that come one after the other (OpenAPI 3.2, `itemSchema`).
    pub by_item: bool,
    /// `example` and `examples`, raw.
    pub examples: Option<&'n Node>,
    /// How members of a form are encoded, raw.
    pub encoding: Option<&'n Node>,
    /// Where it is written.
    pub span: Span,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer<'n> {
    /// `200`, `2XX` or `default`.
    pub status: &'n str,
    /// What it means.
    pub description: &'n str,
    /// Per media type.
    pub content: Vec<Media<'n>>,
    /// Headers.
    pub headers: Vec<Parameter<'n>>,
    /// Links, raw.
    pub links: Option<&'n Node>,
    /// `x-…`
    pub extensions: Extensions<'n>,
    /// Where its status is written.
    pub span: Span,
}

/// One way in: all of these schemes together, each with its scopes. No scheme: nobody needs to say who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement<'n> {
    /// Scheme and scopes.
    pub schemes: Vec<(&'n str, Vec<&'n str>)>,
    /// Where it is written.
    pub span: Span,
}

/// A security scheme.
#[derive(Clone, Debug)]
pub struct Scheme<'n> {
    /// Its name in the document.
    pub name: &'n str,
    /// What it is.
    pub kind: SchemeKind<'n>,
    /// In words.
    pub description: &'n str,
    /// `x-…`
    pub extensions: Extensions<'n>,
    /// Where its name is written.
    pub span: Span,
}

/// The extension by which Amazon's API Gateway says how a key in `Authorization` comes about.
pub(crate) const GATEWAY: &str = "x-amazon-apigateway-authtype";

impl Scheme<'_> {
    /// Is it no key but a signature, as Amazon's API Gateway writes it?
    pub(crate) fn is_aws_signature(&self) -> bool {
        self.extensions.iter().any(|(name, value)| *name == GATEWAY && value.plain() == Some(AWS4.scheme))
    }
}

/// The kinds of schemes.
#[derive(Clone, Debug)]
pub enum SchemeKind<'n> {
    /// A key.
    ApiKey {
        /// Where it goes.
        place: In,
        /// The header's or parameter's name.
        name: &'n str,
    },
    /// `Authorization` of HTTP: `basic`, `bearer`, …
    Http {
        /// In lower case.
        scheme: String,
        /// What a bearer token looks like.
        format: &'n str,
    },
    /// OAuth 2.0
    OAuth2(Vec<Flow<'n>>),
    /// OpenID Connect: where its description is.
    OpenId(&'n str),
    /// Client certificates.
    MutualTls,
    /// Another word.
    Other(&'n str),
}

/// A flow of OAuth 2.0.
#[derive(Clone, Debug)]
pub struct Flow<'n> {
    /// `authorizationCode`, `clientCredentials`, `implicit` or `password`: OpenAPI's words.
    pub name: &'static str,
    /// The authorization endpoint.
    pub authorize: Option<&'n str>,
    /// The token endpoint.
    pub token: Option<&'n str>,
    /// The refresh endpoint.
    pub refresh: Option<&'n str>,
    /// Scope and what it allows.
    pub scopes: Vec<(&'n str, &'n str)>,
    /// Where it is written.
    pub span: Span,
}
