//! The connector, its API versions, and what they say for every module: servers, limits, retries, errors.

use super::{Date, Head, Ident, Send, Text, TypeExpr, Value};
use crate::source::{Span, Spanned};

/// `connector workfront "Adobe Workfront" { … }`; once per connector.
#[derive(Clone, Debug)]
pub struct Connector {
    /// Documentation.
    pub head: Head,
    /// The connector's name and the name of its Rust module.
    pub name: Ident,
    /// What people call it.
    pub title: Option<Text>,
    /// `docs "https://…"`
    pub docs_url: Option<Text>,
    /// `server "https://{connection.host}/attask/api/{api}"`, `server eu "https://…"`; several are allowed when each
    /// is named. The first is the default.
    pub servers: Vec<Server>,
    /// `names camelCase | snake_case | PascalCase | kebab-case | SCREAMING_SNAKE_CASE | as_written`
    pub names: Option<Ident>,
    /// `send header "X-Api" = "{api}"`: sent with every request.
    pub sends: Vec<Send>,
    /// `limit …`
    pub limits: Vec<Limit>,
    /// `retry 429, 5xx honour "Retry-After"`
    pub retry: Option<Retry>,
    /// `fails …`
    pub fails: Vec<Fails>,
    /// `served header "X-Api-Version"`: where the server says which version it served.
    pub served: Option<Text>,
    /// The whole item.
    pub span: Span,
}

/// `server "https://…"` or `server upload "https://…"`
#[derive(Clone, Debug)]
pub struct Server {
    /// Set when several servers are declared.
    pub name: Option<Ident>,
    /// A template over `{api}` and `{connection.FIELD}`.
    pub url: Template,
    /// The whole statement.
    pub span: Span,
}

/// A string with `{path}` holes. `{{` and `}}` write braces.
#[derive(Clone, Debug)]
pub struct Template {
    /// Text and holes in order.
    pub parts: Vec<TemplatePart>,
    /// The literal with its quotes.
    pub span: Span,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Plain text.
    Text(String),
    /// `{connection.host}`: the dotted names and the span of the hole.
    Hole(Vec<Ident>, Span),
}

/// `api v22 at "v22.0" { released 2026-05-08 unsupported 2028-10 removed 2029-01 }`
#[derive(Clone, Debug)]
pub struct Api {
    /// Documentation, life.
    pub head: Head,
    /// `v22` or `2026-03-10`; the order of the items is the order of the versions, oldest first.
    pub name: Ident,
    /// What `{api}` stands for; the name itself where it is not given.
    pub wire: Option<Text>,
    /// `released D`
    pub released: Option<Spanned<Date>>,
    /// `unsupported D`
    pub unsupported: Option<Spanned<Date>>,
    /// `removed D`
    pub removed: Option<Spanned<Date>>,
    /// The whole item.
    pub span: Span,
}

/// `limit 10 concurrent per connection` · `limit 5000 per 1h per connection` · `limit 50 per 1m moving per connection` ·
/// `limit 1000 points per 1m per connection` · `limit by headers points remaining "X-Left" reset delta "X-Reset"` ·
/// `limit by headers remaining "X-Remaining" reset epoch|delta|date "X-Reset"`
#[derive(Clone, Debug)]
pub struct Limit {
    /// The kind.
    pub kind: LimitKind,
    /// The whole statement.
    pub span: Span,
}

/// The kinds of limits.
#[derive(Clone, Debug)]
pub enum LimitKind {
    /// At most this many calls at once.
    Concurrent(Spanned<u64>),
    /// At most this many calls in a window.
    Window {
        /// How many.
        count: Spanned<u64>,
        /// The window, in milliseconds (`500ms 10s 1m 1h 1d`).
        window: Spanned<u64>,
        /// `moving`: any window of that length; otherwise fixed windows.
        moving: bool,
        /// `points`: what calls cost is counted, not calls.
        points: bool,
    },
    /// The server says in headers what is left and when it starts again.
    Headers {
        /// `remaining "…"`
        remaining: Text,
        /// `reset KIND "…"`: `epoch`, `delta` or `date`.
        reset: (Ident, Text),
        /// `points`: what calls cost is left, not a number of calls.
        points: bool,
    },
}

/// `cost 5` · `cost 5 read header "X-Cost"`
#[derive(Clone, Debug)]
pub struct Cost {
    /// How many points; before the answer is there, the best guess.
    pub points: Spanned<u64>,
    /// The header of the answer that says what it was.
    pub header: Option<Text>,
    /// The whole statement.
    pub span: Span,
}

/// `retry 429, 5xx honour "Retry-After"` on a connector; `retry safe | idempotent | never` or
/// `retry key header "Idempotency-Key"` on a module.
#[derive(Clone, Debug)]
pub struct Retry {
    /// `429`, `5xx`
    pub statuses: Vec<Spanned<String>>,
    /// `honour "Retry-After"`
    pub honour: Option<Text>,
    /// `safe`, `idempotent`, `never`
    pub class: Option<Ident>,
    /// `key header "Idempotency-Key"`
    pub key: Option<Text>,
    /// The whole statement.
    pub span: Span,
}

/// `fails E [at path] [on 4xx, 422] [when body.ok = false | when body.error present] [code body.error] [message body.detail]`
#[derive(Clone, Debug)]
pub struct Fails {
    /// The type of the error's body.
    pub body: TypeExpr,
    /// `at error`: where in the answer it stands.
    pub at: Option<WirePath>,
    /// `on 4xx`; every status that is not 2xx when neither `on` nor `when` is given.
    pub statuses: Vec<Spanned<String>>,
    /// `when …`: an error whatever the status.
    pub when: Option<Condition>,
    /// `code body.error`: the API's own error code.
    pub code: Option<WirePath>,
    /// `message body.error.message`
    pub message: Option<WirePath>,
    /// The whole statement.
    pub span: Span,
}

/// `body.ok = false` or `body.error present`
#[derive(Clone, Debug)]
pub struct Condition {
    /// Without the leading `body`.
    pub path: WirePath,
    /// The literal it must equal; none means that it must be there and not null.
    pub equals: Option<Value>,
    /// The whole clause.
    pub span: Span,
}

/// `data.items`, `"@odata.nextLink"`, `response_metadata.next_cursor`: member names of a JSON answer, as on the wire.
/// A leading `body` is dropped by the parser.
#[derive(Clone, Debug)]
pub struct WirePath {
    /// The members from the outside in.
    pub segments: Vec<Text>,
    /// The whole path.
    pub span: Span,
}
