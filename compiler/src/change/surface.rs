//! A surface: what a connector spec or an API description lets be seen of an API, in one neutral form that can be compared. It
//! holds no syntax of either, and knows nothing of comparing.

use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::Date;

pub use super::shape::{Shape, ShapeId, Use};

/// What is compared.
#[derive(Clone, Debug)]
pub struct Surface {
    /// The texts, for places.
    pub sources: Sources,
    /// What it was made of.
    pub origin: Origin,
    /// The API's name.
    pub title: String,
    /// The API version, as the source has it.
    pub version: String,
    /// What `{api}` in an address stands for; empty where nothing does.
    pub version_wire: String,
    /// Operations, in the order of the source; webhooks among them.
    pub operations: Vec<Operation>,
    /// Every shape once.
    pub shapes: Vec<Shape>,
    /// Where calls go unless an operation says otherwise.
    pub servers: Vec<Server>,
    /// Ways to authenticate.
    pub schemes: Vec<Scheme>,
    /// What an operation needs that says nothing of its own.
    pub security: Security,
    /// Versions that the source knows of, with their dates.
    pub releases: Vec<Release>,
    /// Limits on the number of calls, as text; none where the source does not say.
    pub limits: Vec<(String, Span)>,
    /// Where the API version is told apart from the operations; none where the source does not say.
    pub selector: Option<(Selector, Span)>,
}

/// What a surface was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A spec: written by hand, so it covers a part of its API, in types of its own.
    Spec,
    /// An API description: it covers the whole.
    Description,
}

/// Where a caller says which API version is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// In the server's address.
    Server,
    /// In a header.
    Header,
    /// In the query.
    Query,
}

/// An API version and its dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// `v22`
    pub name: String,
    /// When it was released.
    pub released: Option<Date>,
    /// From when it is no longer supported.
    pub unsupported: Option<Date>,
    /// From when it no longer answers.
    pub removed: Option<Date>,
    /// Its name in the source.
    pub place: Span,
}

/// An exchange: an operation, or an event that the API sends.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Called by us, or by the API.
    pub sense: Sense,
    /// `operationId`, or the module's name.
    pub id: Option<String>,
    /// A line.
    pub title: String,
    /// More.
    pub docs: String,
    /// Where a group or tag puts it.
    pub group: Vec<String>,
    /// `GET`
    pub method: String,
    /// As written: `/pets/{id}`; of an event its name.
    pub path: String,
    /// Parameters.
    pub inputs: Vec<Input>,
    /// The body.
    pub body: Option<Body>,
    /// What comes back.
    pub answers: Vec<Answer>,
    /// Events that calling it brings about.
    pub callbacks: Vec<Operation>,
    /// What it needs.
    pub security: Security,
    /// Where it goes, if not where everything goes.
    pub servers: Vec<Server>,
    /// How it pages.
    pub page: Option<Page>,
    /// The module that it is, in a spec.
    pub module: Option<Module>,
    /// Deprecation and the like.
    pub life: Life,
    /// Where it is written.
    pub place: Span,
    /// Where its path is written.
    pub path_place: Span,
}

/// Who calls whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sense {
    /// We call.
    Call,
    /// The API calls: a webhook or callback.
    Event,
}

/// What a spec says beyond the exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// `action`, `search` or `trigger`.
    pub kind: &'static str,
    /// Its revision.
    pub revision: u32,
    /// What items are ordered by, or what a poll remembers.
    pub order: Option<String>,
    /// Until when it waits for what it began, and for how long, step by step.
    pub waits: Vec<String>,
    /// What fails these waits, and where it is said why.
    pub wait_failures: Vec<WaitFailure>,
}

/// What fails a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitFailure {
    /// When it fails.
    pub when: String,
    /// The same, and where its code and message stand.
    pub told: String,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InputPlace {
    /// Path.
    Path,
    /// Query.
    Query,
    /// Header.
    Header,
    /// Cookie.
    Cookie,
}

impl InputPlace {
    /// "query"
    pub fn name(self) -> &'static str {
        match self {
            InputPlace::Path => "path",
            InputPlace::Query => "query",
            InputPlace::Header => "header",
            InputPlace::Cookie => "cookie",
        }
    }
}

/// A parameter, or a header of an answer.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name on the wire.
    pub name: String,
    /// Its name in the spec.
    pub spec_name: Option<String>,
    /// Where it goes.
    pub place: InputPlace,
    /// Must be there.
    pub required: bool,
    /// How lists and objects are written; none where the source does not say.
    pub style: Option<String>,
    /// What it is for.
    pub docs: String,
    /// What it holds.
    pub what: Option<Use>,
    /// Deprecation and the like.
    pub life: Life,
    /// Where it is written.
    pub at: Span,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Must be there.
    pub required: bool,
    /// Per media type.
    pub content: Vec<Content>,
    /// Where it is written.
    pub at: Span,
}

/// Content in one media type.
#[derive(Clone, Debug)]
pub struct Content {
    /// `application/json`, parameters left out.
    pub media: String,
    /// What it holds.
    pub what: Option<Use>,
    /// Where it is written.
    pub at: Span,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `200`, `2XX` or `default`.
    pub status: String,
    /// Per media type.
    pub content: Vec<Content>,
    /// Headers.
    pub headers: Vec<Input>,
    /// Where it is written.
    pub at: Span,
}

impl Answer {
    /// 2xx and 3xx; `default` counts as neither success nor error.
    pub fn is_success(&self) -> bool {
        self.status.starts_with(['2', '3'])
    }

    /// 4xx and 5xx.
    pub fn is_error(&self) -> bool {
        self.status.starts_with(['4', '5'])
    }

    /// An error, whichever way it is told: by a status, as what comes otherwise, or by something in the body (`when ok`).
    pub fn tells_error(&self) -> bool {
        self.is_error() || self.status == "default" || self.status.starts_with("when")
    }
}

/// How a search pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// `offset`, `number`, `cursor`, `link header`, `next url` or `keyset`.
    pub scheme: &'static str,
    /// The inputs that take part.
    pub inputs: Vec<String>,
    /// Where the answer says how many there are in all.
    pub total: Option<String>,
    /// What it was concluded from; empty where the source says it.
    pub signs: Vec<String>,
    /// Where it is written.
    pub at: Span,
}

/// Where calls go.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its address; holes in braces.
    pub url: String,
    /// Where it is written.
    pub at: Span,
}

/// What is needed to call: any one of these ways.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// The ways; none and `said`: nothing is needed.
    pub ways: Vec<Way>,
    /// The source says it here, and does not leave it to the whole.
    pub said: bool,
}

/// All of these schemes together, each with its scopes.
#[derive(Clone, Debug)]
pub struct Way {
    /// Scheme and scopes.
    pub schemes: Vec<(String, Vec<String>)>,
    /// Where it is written.
    pub at: Span,
}

/// A way to authenticate.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// Its name in the source.
    pub name: String,
    /// What it is: `api key`, `basic`, `bearer`, `oauth2`, …
    pub kind: String,
    /// Where the credential goes: `header X-Api-Key`.
    pub placement: Option<String>,
    /// What a person fills in; only a spec says.
    pub fields: Vec<CredentialField>,
    /// OAuth 2.0: flows with their addresses and scopes.
    pub flows: Vec<Flow>,
    /// Deprecation.
    pub life: Life,
    /// Where it is written.
    pub at: Span,
}

/// What a person fills in.
#[derive(Clone, Debug, PartialEq)]
pub struct CredentialField {
    /// Its name.
    pub name: String,
    /// Its type, as text.
    pub kind: String,
    /// Must be given.
    pub required: bool,
    /// It has a default.
    pub default: bool,
    /// Where it is written.
    pub at: Span,
}

/// A flow of OAuth 2.0.
#[derive(Clone, Debug)]
pub struct Flow {
    /// `code`, `client credentials`, `implicit`, `password`.
    pub name: &'static str,
    /// Endpoints: `authorize`, `token`, `refresh`.
    pub urls: Vec<(&'static str, String)>,
    /// Rules: `PKCE`, `client authentication`, …, each with what holds.
    pub rules: Vec<(&'static str, String)>,
    /// Scopes.
    pub scopes: Vec<String>,
    /// Where it is written.
    pub at: Span,
}

/// Deprecation, sunset, stability.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Life {
    /// It is deprecated.
    pub deprecated: bool,
    /// When it stops.
    pub sunset: Sunset,
    /// `draft`, `alpha`, `beta` or `stable`, or another word.
    pub stability: Option<String>,
    /// What to use in its place.
    pub successor: Option<String>,
}

/// When something stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sunset {
    /// Nothing is said.
    #[default]
    None,
    /// Something is said that is no date.
    Malformed,
    /// On this day.
    On(Date),
}

/// A place for what stands nowhere.
pub const NOWHERE: Span = Span { file: FileId(u32::MAX), start: 0, end: 0 };

/// Holes of a path without their names: `/pets/{}`.
pub fn anonymous(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '{' => {
                inside = true;
                out.push_str("{}");
            }
            '}' if inside => inside = false,
            _ if inside => {}
            other => out.push(other),
        }
    }
    out
}

/// The names of a path's holes, in order.
pub fn holes(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

impl Surface {
    /// A shape.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }
}
