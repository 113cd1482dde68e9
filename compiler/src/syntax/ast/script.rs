//! Literals, and the examples and tests that are written with them.

use super::{Head, Ident, Text};
use crate::source::{Span, Spanned};

/// A literal: JSON with bare keys, bare enum variants and optional commas.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of literals.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `-12.5`, as written.
    Number(String),
    /// `"text"`
    Text(String),
    /// `current`, `cursor.time`: an enum's variant, or a name.
    Name(Vec<Ident>),
    /// `[1, 2]`
    List(Vec<Value>),
    /// `{ name: "Alpha", "odd key": 1 }`
    Object(Vec<(Text, Value)>),
}

/// `example ["title"] { given {…}  reply 200 {…} }` in a module; it may have everything that a test has.
#[derive(Clone, Debug)]
pub struct Example {
    /// The title.
    pub title: Option<Text>,
    /// What is given, sent, answered and expected.
    pub script: Script,
    /// The whole example.
    pub span: Span,
}

/// `test "title" call repos.list_for_org on v22 { … }`, `test "title" upgrade create_program from @1 { … }`
#[derive(Clone, Debug)]
pub struct Test {
    /// Documentation, versions.
    pub head: Head,
    /// The title.
    pub title: Text,
    /// The module; of an upgrade, what it becomes.
    pub module: Vec<Ident>,
    /// `from channels_info @1`, of an upgrade: what was stored.
    pub upgrade: Option<UpgradeFrom>,
    /// What is given, sent, answered and expected.
    pub script: Script,
    /// The whole test.
    pub span: Span,
}

/// `from @1`, `from channels_info @1`
#[derive(Clone, Debug)]
pub struct UpgradeFrom {
    /// Another module or connection; none: the same.
    pub of: Option<Vec<Ident>>,
    /// `@1`
    pub revision: Option<Spanned<u32>>,
    /// The clause.
    pub span: Span,
}

/// What a test or example says.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// `given { name: "Al" }`: inputs by spec name; also `connection { host: "acme.example" }` to say with which fields.
    pub given: Option<Value>,
    /// `connection oauth { … }`: the connection's name and fields. Values that are not given are made up.
    pub connection: Option<(Ident, Option<Value>)>,
    /// `sends … reply …`, one or more times.
    pub exchanges: Vec<ScriptExchange>,
    /// `yields [ … ]` (search) or `gives { … }` (action): the output by spec name. Only the members named are compared.
    pub output: Option<(Ident, Value)>,
    /// `fails not_found`, `fails invalid code "x"`: the kind of error, and the API's own code.
    pub fails: Option<(Ident, Option<Text>)>,
    /// `expect { … }`: the configuration that an upgrade gives.
    pub expect: Option<Value>,
    /// `asks portfolio_id`: what an upgrade asks for.
    pub asks: Vec<Ident>,
    /// `reviews status`: what an upgrade leaves for a person to look at.
    pub reviews: Vec<Ident>,
}

/// `sends GET "/a?b=c" [header "X" "y"] [body {…} | body "text"]  reply 200 [header "X" "y"] [{…} | "text"]`
#[derive(Clone, Debug)]
pub struct ScriptExchange {
    /// The request; where missing (examples), whatever the module sends.
    pub sends: Option<Sends>,
    /// The answer.
    pub reply: Reply,
}

/// `sends …`
#[derive(Clone, Debug)]
pub struct Sends {
    /// `GET`
    pub method: Spanned<String>,
    /// Path and query as on the wire, relative to the host; compared after percent-decoding, query order ignored.
    pub target: Text,
    /// Headers that must be there.
    pub headers: Vec<(Text, Text)>,
    /// The body that must be there.
    pub body: Option<Value>,
    /// The whole clause.
    pub span: Span,
}

/// `reply 200 header "Link" "<…>; rel=next" { … }`
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: Spanned<u16>,
    /// Headers.
    pub headers: Vec<(Text, Text)>,
    /// JSON, or text when it is a string.
    pub body: Option<Value>,
    /// The whole clause.
    pub span: Span,
}
