//! The resolved model of one connector: names resolved, mixins taken in, wire names decided, literals read.
//!
//! It still holds every API version at once: an item and a field know in which versions they exist ([`Versions`]).
//! The stage `project` gives the connector as it stands in one version; only that stage compares versions.

pub mod check;
pub mod project;
pub mod resolve;

use crate::source::Span;
use crate::syntax::ast::{Date, ModuleKind, Value};
pub use check::check;
pub use project::{project, project_all};
pub use resolve::resolve;

/// A set of API versions: bit n is the n-th `api` item, oldest first. A connector without `api` items has one
/// nameless version, bit 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Versions(pub u64);

/// The most API versions a connector may have.
pub const MOST_VERSIONS: usize = 64;

impl Versions {
    /// Does it hold the n-th version?
    pub fn has(self, index: usize) -> bool {
        self.0 >> index & 1 == 1
    }
    /// In both.
    pub fn and(self, other: Versions) -> Versions {
        Versions(self.0 & other.0)
    }
    /// In no version.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// The indexes it holds.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..MOST_VERSIONS).filter(move |index| self.has(*index))
    }
}

/// A name of a type, or of a module, with all definitions that bear it: an index into [`Model::symbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

impl Symbol {
    /// What a name stands for that could not be resolved. A model without errors holds none.
    pub const UNKNOWN: Symbol = Symbol(u32::MAX);
}

/// One connector, whole.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the `connector` item says.
    pub connector: Connector,
    /// Oldest first; at least one (nameless when the spec has none).
    pub apis: Vec<Api>,
    /// In the order in which they were written.
    pub connections: Vec<Connection>,
    /// What each [`Symbol`] is called, with its group.
    pub symbols: Vec<SymbolName>,
    /// Types, enums and unions. Several may share a symbol when no version has two of them.
    pub types: Vec<TypeDef>,
    /// Actions, searches and triggers. Several may share a symbol likewise, or have different revisions.
    pub modules: Vec<Module>,
    /// Groups that hold at least one item, outer before inner.
    pub groups: Vec<GroupDef>,
    /// Tests that stand at the top level.
    pub tests: Vec<Test>,
    /// True when all of the text could be read; if not, rules about what is missing keep silent.
    pub whole: bool,
}

/// A symbol's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolName {
    /// The groups it stands in, outermost first.
    pub group: Vec<String>,
    /// Its own name, as written.
    pub name: String,
}

/// A group.
#[derive(Clone, Debug)]
pub struct GroupDef {
    /// Its path, itself last.
    pub path: Vec<String>,
    /// The title.
    pub title: String,
    /// Documentation.
    pub docs: String,
}

/// What the `connector` item says.
#[derive(Clone, Debug)]
pub struct Connector {
    /// The name.
    pub name: String,
    /// The title; the name where none is given.
    pub title: String,
    /// `//!` lines and `///` lines.
    pub docs: String,
    /// Where the owner documents the API.
    pub docs_url: Option<String>,
    /// Server templates; at least one unless every module has its own.
    pub servers: Vec<Server>,
    /// Sent with every request.
    pub sends: Vec<Send>,
    /// Limits per connection.
    pub limits: Vec<Limit>,
    /// Statuses that are tried again; ranges from..=to.
    pub retry_statuses: Vec<(u16, u16)>,
    /// The header that says how long to wait.
    pub honour: Option<String>,
    /// Error answers.
    pub fails: Vec<Failure>,
    /// The item.
    pub span: Span,
}

/// A server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name, where there are several.
    pub name: Option<String>,
    /// Its template.
    pub url: Template,
}

/// A string with holes, as `{path}` text ready for the tables. Holes are checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The whole, for example `https://{connection.host}/attask/api/{api}`.
    pub text: String,
    /// The dotted names in its holes.
    pub holes: Vec<String>,
    /// Where it was written.
    pub span: Span,
}

/// An API version.
#[derive(Clone, Debug)]
pub struct Api {
    /// `v22`; empty for the nameless one.
    pub name: String,
    /// What `{api}` stands for.
    pub wire: String,
    /// Documentation.
    pub docs: String,
    /// When it was released.
    pub released: Option<Date>,
    /// From when it is no longer supported.
    pub unsupported: Option<Date>,
    /// From when it no longer answers.
    pub removed: Option<Date>,
    /// Set when it is deprecated.
    pub life: Option<Life>,
    /// Its name in the spec.
    pub span: Span,
}

/// A deprecation.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// Since when.
    pub since: Date,
    /// When it stops.
    pub sunset: Option<Date>,
    /// What to use instead, as written (`oauth`, `Issue.assignees`); checked. None for `use none`.
    pub successor: Option<String>,
    /// Why.
    pub why: String,
    /// The clause.
    pub span: Span,
}

/// What a type refers to.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// `string`
    String(Bounds),
    /// `int`
    Int(Bounds),
    /// `float`
    Float(Bounds),
    /// `decimal`
    Decimal(Bounds),
    /// `bool`
    Bool,
    /// `date`; a format where it is not `%Y-%m-%d`.
    Date(Option<String>),
    /// `datetime`; a format where it is not RFC 3339.
    DateTime(Option<String>),
    /// `time`
    Time,
    /// `duration`: ISO 8601 unless the format says `seconds` or `millis`.
    Duration(Option<String>),
    /// `uuid`
    Uuid,
    /// `url`
    Url,
    /// `bytes`: base64 unless the format says `base64url` or `hex`.
    Bytes(Option<String>),
    /// `json`
    Json,
    /// `secret`
    Secret,
    /// `host`
    Host,
    /// `file`
    File,
    /// `id<T>`: the T.
    Id(String),
    /// `"asc"`
    Literal(Literal),
    /// A type, enum or union of the connector; its definition depends on the version.
    Named(Symbol),
    /// `[T]`
    List(Box<Type>, Bounds),
    /// `map<T>`
    Map(Box<Type>, Bounds),
    /// `T | null`
    Nullable(Box<Type>),
}

impl Type {
    /// The type of what could not be resolved; rules say nothing about it.
    pub const UNKNOWN: Type = Type::Named(Symbol::UNKNOWN);
}

/// A literal type.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A string.
    Text(String),
    /// An integer.
    Int(i64),
    /// A boolean.
    Bool(bool),
}

/// What a value must keep to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Lower end as written: characters, value, or items.
    pub min: Option<String>,
    /// Upper end, included.
    pub max: Option<String>,
    /// A regular expression.
    pub pattern: Option<String>,
    /// Items differ.
    pub unique: bool,
}

/// A field of a type, or an input of a module.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The spec's name.
    pub name: String,
    /// The name on the wire.
    pub wire: String,
    /// Documentation.
    pub docs: String,
    /// In which versions.
    pub on: Versions,
    /// Its type, without `| null`.
    pub ty: Type,
    /// May be absent.
    pub optional: bool,
    /// May be null.
    pub nullable: bool,
    /// It holds what the type does not name (`...: json`).
    pub rest: bool,
    /// The default as JSON text (wire form).
    pub default: Option<String>,
    /// The search to pick from.
    pub from: Option<Symbol>,
    /// Set when it is deprecated.
    pub life: Option<Life>,
    /// Its name in the spec.
    pub span: Span,
}

/// A definition.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// Its name.
    pub symbol: Symbol,
    /// Documentation.
    pub docs: String,
    /// In which versions.
    pub on: Versions,
    /// Set when it is deprecated.
    pub life: Option<Life>,
    /// What it is.
    pub kind: TypeDefKind,
    /// It was written in place, and its name was made.
    pub inline: bool,
    /// Where it is written.
    pub span: Span,
}

/// The kinds of definitions.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeDefKind {
    /// A struct.
    Struct(Vec<Field>),
    /// An enum.
    Enum {
        /// An unknown value is an error.
        closed: bool,
        /// The values.
        variants: Vec<EnumVariant>,
    },
    /// A union.
    Union {
        /// The wire name of the member that tells which it is; none: tried in order.
        tag: Option<String>,
        /// An unknown tag is an error.
        closed: bool,
        /// The variants.
        variants: Vec<UnionVariant>,
    },
}

/// A value of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumVariant {
    /// The name.
    pub name: String,
    /// On the wire: text or an integer; all of an enum are of one kind.
    pub value: Literal,
    /// Documentation.
    pub docs: String,
    /// In which versions.
    pub on: Versions,
    /// Set when it is deprecated.
    pub life: Option<Life>,
    /// Where it is written.
    pub span: Span,
}

/// A variant of a union.
#[derive(Clone, Debug, PartialEq)]
pub struct UnionVariant {
    /// The name.
    pub name: String,
    /// The value of the tag.
    pub tag: String,
    /// What it holds.
    pub ty: Type,
    /// Documentation.
    pub docs: String,
    /// In which versions.
    pub on: Versions,
    /// Where it is written.
    pub span: Span,
}

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
}

/// How a credential is obtained.
#[derive(Clone, Debug)]
pub enum Grant {
    /// The fields are the credential.
    Fields,
    /// OAuth 2.0.
    OAuth2(OAuth2),
    /// Two-step.
    Exchange(Exchange),
}

/// OAuth 2.0. Parameters as in the runtime's table of that name.
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// `code` (true) or client credentials.
    pub code: bool,
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
    /// Scopes.
    pub scopes: Vec<String>,
    /// Between scopes.
    pub separator: String,
    /// (`authorize` | `token` | `refresh`, wire name, value)
    pub extra: Vec<(String, String, Template)>,
    /// (name, path in the token response)
    pub reads: Vec<(String, Vec<String>)>,
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

/// A limit.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// At once.
    Concurrent(u64),
    /// In a window.
    Window {
        /// How many.
        count: u64,
        /// Milliseconds.
        millis: u64,
        /// Any window of that length.
        moving: bool,
    },
    /// Told by headers.
    Headers {
        /// Calls left.
        remaining: String,
        /// The header that says when it starts again.
        reset: String,
        /// `epoch`, `delta` or `date`.
        kind: String,
    },
}

/// An error answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Ranges of statuses; empty: all that are not 2xx, unless `when` is set.
    pub statuses: Vec<(u16, u16)>,
    /// Path, and the JSON literal it must equal (none: present and not null).
    pub when: Option<(Vec<String>, Option<String>)>,
    /// The body.
    pub body: Type,
    /// Where it stands.
    pub at: Vec<String>,
    /// The API's own code.
    pub code: Vec<String>,
    /// Its message.
    pub message: Vec<String>,
}

/// An action, a search or a trigger, flat: mixins are taken in.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name.
    pub symbol: Symbol,
    /// action, search, trigger.
    pub kind: ModuleKind,
    /// The revision.
    pub revision: u32,
    /// The title.
    pub title: String,
    /// Documentation.
    pub docs: String,
    /// In which versions.
    pub on: Versions,
    /// Set when it is deprecated.
    pub life: Option<Life>,
    /// `GET`
    pub method: String,
    /// Text and holes; a hole is the name of an input with place `Path`.
    pub path: Vec<PathPart>,
    /// Where it goes.
    pub server: ModuleServer,
    /// Connections that may call it; empty: any. `none` stands for a call without credentials.
    pub connections: Vec<String>,
    /// Inputs: path holes first in their order, then query, header, cookie, body, as written.
    pub inputs: Vec<Input>,
    /// What is always sent.
    pub constants: Vec<Constant>,
    /// The body.
    pub encoding: Encoding,
    /// Success answers; at least one.
    pub answers: Vec<Answer>,
    /// Error answers of its own.
    pub fails: Vec<Failure>,
    /// How it pages.
    pub page: Option<Page>,
    /// What keeps its pages from shifting, where the spec says.
    pub order: Option<Order>,
    /// Its limits.
    pub limits: Vec<Limit>,
    /// May it be tried again.
    pub retry: RetryClass,
    /// Examples, then the tests that name it stay in [`Model::tests`].
    pub examples: Vec<Script>,
    /// Its name in the spec.
    pub span: Span,
    /// Where its parts are written.
    pub spans: ModuleSpans,
}

/// Where the parts of a module are written.
#[derive(Clone, Copy, Debug)]
pub struct ModuleSpans {
    /// The method.
    pub method: Span,
    /// The path.
    pub path: Span,
    /// The encoding of the body.
    pub body: Option<Span>,
    /// The class in its `retry` statement.
    pub retry: Option<Span>,
}

/// What keeps the pages of a search from shifting while they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// The field that items are ordered by.
    By(String),
    /// Nothing does, and the spec says why.
    None,
}

/// A piece of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum PathPart {
    /// Text.
    Text(String),
    /// The name of an input.
    Input(String),
}

/// Where a module goes.
#[derive(Clone, Debug, PartialEq)]
pub enum ModuleServer {
    /// The connector's first.
    Default,
    /// The connector's server with this index.
    Named(usize),
    /// Its own.
    Own(Template),
    /// Another origin, named by the path's first hole.
    Outside,
}

/// An input and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The field.
    pub field: Field,
    /// Where.
    pub place: Place,
}

/// Where an input goes. The style is one of the runtime's `Style` names, in snake case: `form_explode form space pipe deep
/// brackets simple simple_explode label label_explode matrix matrix_explode json`.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Into the path.
    Path(&'static str),
    /// Into the query.
    Query(&'static str),
    /// A header.
    Header(&'static str),
    /// A cookie.
    Cookie(&'static str),
    /// A member of the body.
    Body,
    /// The whole body.
    WholeBody,
}

/// What is always sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Where.
    pub place: ConstantPlace,
    /// The wire name.
    pub name: String,
    /// The value.
    pub value: Literal,
    /// In which versions.
    pub on: Versions,
    /// Its name in the spec.
    pub span: Span,
}

/// Where a constant goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstantPlace {
    /// Query.
    Query,
    /// Header.
    Header,
    /// Cookie.
    Cookie,
    /// A member of the body.
    Body,
}

/// How a request body is encoded.
#[derive(Clone, Debug, PartialEq)]
pub enum Encoding {
    /// No body.
    None,
    /// JSON.
    Json,
    /// URL-encoded form.
    Form,
    /// multipart/form-data.
    Multipart,
    /// XML with this root element.
    Xml(String),
    /// This content type.
    Raw(String),
}

/// A success answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Statuses from..=to.
    pub statuses: (u16, u16),
    /// What it holds; none for nothing.
    pub body: Option<Type>,
    /// Where it stands.
    pub at: Vec<String>,
    /// How it is encoded.
    pub decoding: Decoding,
    /// Where it is written: its status, if it has one.
    pub span: Span,
}

/// How an answer is encoded.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoding {
    /// Nothing is read.
    Nothing,
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// Text in this content type.
    Text(String),
    /// Bytes.
    Stream,
}

/// How a search pages. Inputs are named by their spec names.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Wire path from the top of the answer to the items.
    pub items: Vec<String>,
    /// What an item is.
    pub item: Type,
    /// The strategy.
    pub strategy: Strategy,
    /// When it ends.
    pub stop: Stop,
    /// The most pages.
    pub cap: u32,
    /// Where its parts are written.
    pub spans: PageSpans,
}

/// Where the parts of a page are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSpans {
    /// The strategy's name.
    pub strategy: Span,
    /// The rule to stop.
    pub stop: Option<Span>,
}

/// The page strategies.
#[derive(Clone, Debug, PartialEq)]
pub enum Strategy {
    /// Moves by the items received.
    Offset {
        /// The input that moves.
        advance: String,
        /// The input with the page size.
        size: Option<String>,
    },
    /// Moves by one.
    Number {
        /// The input that moves.
        advance: String,
        /// The input with the page size.
        size: Option<String>,
        /// The first page.
        start: i64,
    },
    /// A cursor in the answer.
    Cursor {
        /// The input that carries it.
        send: String,
        /// Where it stands.
        read: Vec<String>,
    },
    /// A Link header.
    Link {
        /// The header, in lower case.
        header: String,
    },
    /// A URL in the answer.
    NextUrl {
        /// Where it stands.
        read: Vec<String>,
    },
    /// The last item's key.
    Keyset {
        /// The input that carries it.
        send: String,
        /// The wire name of the key.
        key: String,
    },
}

/// When paging ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// No cursor.
    Absent,
    /// No items.
    Empty,
    /// Fewer items than asked for.
    Short,
    /// This member is false.
    More(Vec<String>),
    /// As many as this member says.
    Total(Vec<String>),
}

/// May it be tried again.
#[derive(Clone, Debug, PartialEq)]
pub enum RetryClass {
    /// Changes nothing.
    Safe,
    /// Twice is once.
    Idempotent,
    /// With a key in this header.
    Key(String),
    /// Never.
    Never,
}

/// A top-level test.
#[derive(Clone, Debug)]
pub struct Test {
    /// The module.
    pub module: Symbol,
    /// In which versions it runs.
    pub on: Versions,
    /// What it says.
    pub script: Script,
}

/// An example or test, checked against the types of its module.
#[derive(Clone, Debug)]
pub struct Script {
    /// The title.
    pub title: String,
    /// The input by spec name, as JSON text.
    pub given: String,
    /// The connection and its fields as JSON text; empty: made up.
    pub connection: Option<(String, String)>,
    /// Requests and answers.
    pub exchanges: Vec<ScriptExchange>,
    /// The output by spec name, as JSON text; empty when not said.
    pub output: String,
    /// The kind of error expected, and the API's own code.
    pub fails: Option<(String, Option<String>)>,
    /// Where it is written.
    pub span: Span,
}

/// One request and its answer, as text.
#[derive(Clone, Debug)]
pub struct ScriptExchange {
    /// Method and target; none when not said.
    pub sends: Option<(String, String)>,
    /// Headers that must be there.
    pub request_headers: Vec<(String, String)>,
    /// JSON text of the body; empty when not said.
    pub request_body: String,
    /// The status of the answer.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
    /// The literal it came from, where there is one.
    pub body_value: Option<Value>,
}

/// One connector as it stands in one API version: what the generator sees. The same definitions with everything that
/// the version does not have left out, and every symbol defined at most once (modules: once per revision).
#[derive(Clone, Debug)]
pub struct Projection<'m> {
    /// The whole connector: names of symbols, connections, groups.
    pub model: &'m Model,
    /// Which version: an index into [`Model::apis`].
    pub version: usize,
    /// The types, in the order of the model.
    pub types: Vec<Projected<TypeDef>>,
    /// The modules, in the order of the model.
    pub modules: Vec<Projected<Module>>,
    /// Servers, connections, connector-wide failures and so on are the model's.
    pub tests: Vec<Test>,
}

/// A definition in one version.
#[derive(Clone, Debug)]
pub struct Projected<T> {
    /// The definition, with the fields and variants of this version only.
    pub item: T,
    /// The earlier version in which it, and everything that it refers to, is just the same: it is re-exported from there.
    /// It always names the earliest such version. None: it is generated here.
    pub same_as: Option<usize>,
}

impl Model {
    /// The definition's own name.
    pub fn name(&self, symbol: Symbol) -> &SymbolName {
        static UNKNOWN: SymbolName = SymbolName { group: Vec::new(), name: String::new() };
        self.symbols.get(symbol.0 as usize).unwrap_or(&UNKNOWN)
    }
}

impl Projection<'_> {
    /// The type that a symbol names in this version. Resolving has made sure that there is one.
    pub fn type_of(&self, symbol: Symbol) -> Option<&Projected<TypeDef>> {
        self.types.iter().find(|one| one.item.symbol == symbol)
    }
}
