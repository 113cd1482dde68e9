//! The syntax tree: what was written, with a span on everything. It resolves nothing and checks nothing.
//!
//! Every node says in its comment how it is spelled. Statements inside a block may come in any order; the
//! clauses of one statement stand in one order. Commas and line ends are space.

mod change;
mod connection;
mod connector;
mod module;
mod script;
mod steps;
mod trigger;
mod types;

use crate::source::{FileId, Span, Spanned};
pub use change::*;
pub use connection::*;
pub use connector::*;
pub use module::*;
pub use script::*;
pub use steps::*;
pub use trigger::*;
pub use types::*;

/// A name as written, for example `create_program`.
pub type Ident = Spanned<String>;
/// A string literal with its escapes resolved (`\" \\ \n \t \r \u{1F600}`).
pub type Text = Spanned<String>;

/// One `.pin` file.
#[derive(Clone, Debug)]
pub struct File {
    /// The file.
    pub id: FileId,
    /// `//!` lines at the top.
    pub docs: Vec<Text>,
    /// Items in the order they were written.
    pub items: Vec<Item>,
    /// Every comment of the file that is not documentation, in order: the formatter puts each back.
    pub comments: Vec<Comment>,
    /// Stretches that could not be read and were reported. A name that stands in one may be declared there, so later stages
    /// do not call it unknown.
    pub unread: Vec<Span>,
}

/// A `// …` comment.
#[derive(Clone, Debug)]
pub struct Comment {
    /// From the slashes to the end of the line.
    pub span: Span,
    /// True when code stands before it on its line.
    pub trailing: bool,
}

/// What stands at the top level of a file or in a group.
#[derive(Clone, Debug)]
pub enum Item {
    /// `use "shared/paging.pin"`
    Use(Use),
    /// `connector acme "Acme" { … }`
    Connector(Connector),
    /// `api v22 at "v22.0" { … }`
    Api(Api),
    /// `connection oauth @1 "OAuth 2.0" { … }`
    Connection(Connection),
    /// `type Project { … }`
    Type(TypeItem),
    /// `enum Status { … }`
    Enum(EnumItem),
    /// `union Owner by "kind" { … }`
    Union(UnionItem),
    /// `mixin Listing { … }`
    Mixin(Mixin),
    /// `group repos "Repositories" { … }`
    Group(Group),
    /// `action`, `search` or `trigger`
    Module(Module),
    /// `test "…" call m { … }`
    Test(Test),
    /// `change v22 "…" { … }`
    Change(Change),
}

/// `use "…"`
#[derive(Clone, Debug)]
pub struct Use {
    /// Relative to the file it stands in; never leaves the connector's root folder's parent.
    pub path: Text,
    /// The whole statement.
    pub span: Span,
}

/// What any item may carry before and after its name.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// `///` lines, without the slashes and one following space.
    pub docs: Vec<Text>,
    /// `on v21`, `on v21, v22`, `on v21..`, `on ..v21`, `on v20..v22`: the API versions it belongs to; none means all.
    pub on: Option<On>,
    /// `deprecated since D [sunset D] use X "why"`.
    pub life: Option<Life>,
}

/// `on v21, v22..`
#[derive(Clone, Debug)]
pub struct On {
    /// The parts, separated by commas.
    pub parts: Vec<OnPart>,
    /// From `on` to the last part.
    pub span: Span,
}

/// One version or a range of versions, both ends included, in the order in which the `api` items stand.
#[derive(Clone, Debug)]
pub enum OnPart {
    /// `v21`
    One(Ident),
    /// `v20..v22`, `v21..`, `..v21`
    Range(Option<Ident>, Option<Ident>),
    /// Every version before this one; nobody writes it, a `change` says it of what only older versions have.
    Before(Ident),
}

/// `deprecated since 2025-10-23 sunset 2026-06 use oauth "why"`
#[derive(Clone, Debug)]
pub struct Life {
    /// When it was deprecated, where that is known.
    pub since: Option<Spanned<Date>>,
    /// When it stops.
    pub sunset: Option<Spanned<Date>>,
    /// What to use instead.
    pub successor: Successor,
    /// The reason or advice; compulsory after `use none`.
    pub why: Option<Text>,
    /// The whole clause.
    pub span: Span,
}

/// What comes after `use` in a life clause.
#[derive(Clone, Debug)]
pub enum Successor {
    /// `use none`
    None(Span),
    /// `use oauth`, `use Issue.assignees`, `use repos.list_for_org`
    Path(Vec<Ident>),
}

/// `2026-05-08` or `2028-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31, where it was given.
    pub day: Option<u8>,
}

impl std::fmt::Display for Date {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)?;
        self.day.map_or(Ok(()), |day| write!(formatter, "-{day:02}"))
    }
}

/// `group repos "Repositories" { items }`; groups nest.
#[derive(Clone, Debug)]
pub struct Group {
    /// Documentation, versions.
    pub head: Head,
    /// A Rust submodule.
    pub name: Ident,
    /// The title.
    pub title: Option<Text>,
    /// The items; types in a group are named `group.Type` from outside it.
    pub items: Vec<Item>,
    /// The whole item.
    pub span: Span,
}
