//! The resolved model of one connector: names resolved, mixins taken in, wire names decided, literals read.
//!
//! It still holds every API version at once: an item and a field know in which versions they exist ([`Versions`]).
//! The stage `project` gives the connector as it stands in one version; only that stage compares versions.

pub mod check;
mod connection;
pub(crate) mod graphql;
mod history;
mod long_work;
mod operation;
pub mod project;
pub mod resolve;
pub mod select;
mod sign;
mod steps;
mod trigger;
mod trigger_text;

use crate::source::Span;
use crate::syntax::ast::Date;
pub use check::check;
pub use connection::*;
pub use history::*;
pub use long_work::*;
pub use operation::*;
pub use project::{project, project_all};
pub use resolve::resolve;
pub use sign::*;
pub use steps::*;
pub use trigger::*;

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
    /// In one of them.
    pub fn or(self, other: Versions) -> Versions {
        Versions(self.0 | other.0)
    }
    /// In this and not in the other.
    pub fn without(self, other: Versions) -> Versions {
        Versions(self.0 & !other.0)
    }
    /// Every version before the n-th.
    pub fn before(index: usize) -> Versions {
        Versions((1 << index) - 1)
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
    /// What the owner changed, newest version first.
    pub changes: Vec<Change>,
    /// How stored configuration follows.
    pub upgrades: Vec<Upgrade>,
    /// Tests of how it follows.
    pub upgrade_tests: Vec<UpgradeTest>,
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

impl SymbolName {
    /// It as it is written from outside its groups: `group.name`.
    pub fn full(&self) -> String {
        dotted(&self.group, &self.name)
    }
}

/// A name as it is written from outside the groups that it stands in: `group.name`.
pub(crate) fn dotted(group: &[String], name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{}.{name}", group.join(".")) }
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
    /// How names are spelled on the wire where nothing else is said: `camelCase`, … `as_written`.
    pub names: &'static str,
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
    /// The header in which the server says which version it served, in lower case.
    pub served: Option<String>,
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
    /// In which versions.
    pub on: Versions,
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
    /// Since when, where that is known.
    pub since: Option<Date>,
    /// When it stops.
    pub sunset: Option<Date>,
    /// What to use instead, as written (`oauth`, `Issue.assignees`); checked. None for `use none`.
    pub successor: Option<String>,
    /// Why.
    pub why: String,
    /// The clause.
    pub span: Span,
}

impl Life {
    /// When it stops and what to use instead, as the tables of fields have it: `2028-03 Issue.assignees`, a `-` for what nobody says.
    pub fn ending(&self) -> String {
        let sunset = self.sunset.map_or_else(|| "-".to_owned(), |date| date.to_string());
        format!("{sunset} {}", self.successor.as_deref().unwrap_or("-"))
    }
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
    /// The name of what it is now, where this is how it was in older versions; otherwise its own.
    pub origin: Span,
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
    /// Where that is written what it is now, if this is how it was in older versions; otherwise its own place.
    pub origin: Span,
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
    /// Set when it is deprecated.
    pub life: Option<Life>,
    /// Where it is written.
    pub span: Span,
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
        /// What calls cost is counted.
        points: bool,
    },
    /// Told by headers.
    Headers {
        /// Calls left.
        remaining: String,
        /// The header that says when it starts again.
        reset: String,
        /// `epoch`, `delta` or `date`.
        kind: String,
        /// What calls cost is left.
        points: bool,
    },
}

impl Limit {
    /// Whether it counts what calls cost, and not how many there are.
    pub fn counts_points(&self) -> bool {
        matches!(self, Limit::Window { points: true, .. } | Limit::Headers { points: true, .. })
    }
}

/// What a call costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// So many points, or the best guess.
    pub points: u32,
    /// The header of the answer that says what it was.
    pub header: Option<String>,
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

    /// The definition's name with its groups: `group.name`.
    pub fn full_name(&self, symbol: Symbol) -> String {
        self.name(symbol).full()
    }
}

impl Connector {
    /// Its servers in this version, in an order that is the same in every version.
    pub fn servers_in(&self, version: usize) -> impl Iterator<Item = &Server> {
        self.servers.iter().filter(move |server| server.on.has(version))
    }
}

impl Projection<'_> {
    /// The type that a symbol names in this version. Resolving has made sure that there is one.
    pub fn type_of(&self, symbol: Symbol) -> Option<&Projected<TypeDef>> {
        self.types.iter().find(|one| one.item.symbol == symbol)
    }
}
