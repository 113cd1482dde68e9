//! What a module does: its exchange, where inputs go, what comes back, how it pages, and its examples.

use super::{Cost, Failure, Field, ItemStream, Life, Limit, Literal, Parts, Poll, Step, Steps, Symbol, Template, Type, Versions, Webhook};
use crate::source::Span;
use crate::syntax::ast::{ModuleKind, Value};

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
    /// `GET`; empty for a module with steps and for a trigger that is told.
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
    /// How its body goes in parts.
    pub parts: Option<Parts>,
    /// How it pages.
    pub page: Option<Page>,
    /// What keeps its pages from shifting, where the spec says.
    pub order: Option<Order>,
    /// Its limits.
    pub limits: Vec<Limit>,
    /// What it costs, where the spec says.
    pub cost: Option<Cost>,
    /// May it be tried again.
    pub retry: RetryClass,
    /// The exchanges that it makes by calling other modules, in place of one of its own.
    pub steps: Option<Steps>,
    /// What it remembers, if it polls.
    pub poll: Option<Poll>,
    /// How it is told, if it is.
    pub webhook: Option<Webhook>,
    /// Examples, then the tests that name it stay in [`Model::tests`](super::Model::tests).
    pub examples: Vec<Script>,
    /// Its name in the spec.
    pub span: Span,
    /// Where its parts are written.
    pub spans: ModuleSpans,
}

impl Module {
    /// Does it make one exchange of its own? Otherwise it has steps, or waits to be told.
    pub fn is_exchange(&self) -> bool {
        self.steps.is_none() && self.webhook.is_none()
    }

    /// The calls of other modules that it makes, in its steps or to be told.
    pub fn calls(&self) -> impl Iterator<Item = &Step> {
        let steps = self.steps.iter().flat_map(|steps| &steps.list);
        let told = self.webhook.iter().flat_map(|webhook| {
            let renew = webhook.renew.as_ref().map(|(step, _)| step);
            webhook.subscribe.iter().chain(renew).chain(&webhook.unsubscribe)
        });
        steps.chain(told)
    }
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
    /// What stands behind the encoding: a content type, a root element, a document.
    pub detail: Option<Span>,
    /// The class in its `retry` statement.
    pub retry: Option<Span>,
    /// Its `cost` statement.
    pub cost: Option<Span>,
    /// Just before its closing brace: where statements are added.
    pub end: Span,
}

/// What keeps the pages of a search from shifting while they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// The field that items are ordered by.
    By(String),
    /// Nothing does, and this is why.
    None(String),
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
    /// An address on one of the connector's servers, given whole by the path's first hole.
    Inside,
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
    /// Nowhere by itself: the module's steps use it.
    Steps,
}

/// What is always sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Where.
    pub place: ConstantPlace,
    /// What the spec calls it.
    pub field: String,
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
    /// JSON of this content type.
    JsonAs(String),
    /// URL-encoded form.
    Form,
    /// multipart/form-data.
    Multipart,
    /// XML with this root element.
    Xml(String),
    /// This content type.
    Raw(String),
    /// A GraphQL request with this document, whose variables are the members.
    Graphql(String),
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
    /// A list whose items come one after the other.
    Items(ItemStream),
    /// The answer's headers, and nothing of its body.
    Headers,
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

impl RetryClass {
    /// The class of a call whose module says nothing of it. A GraphQL query is a POST that only reads.
    pub fn usual(method: &str, encoding: &Encoding) -> Self {
        match encoding {
            Encoding::Graphql(text) if super::graphql::read(text).is_ok_and(|document| !document.mutates) => Self::Safe,
            _ => Self::by_method(method),
        }
    }

    /// The class of a method.
    pub fn by_method(method: &str) -> Self {
        match method {
            "GET" | "HEAD" | "OPTIONS" => Self::Safe,
            "PUT" | "DELETE" => Self::Idempotent,
            _ => Self::Never,
        }
    }
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
    /// In which versions it is tried.
    pub on: Versions,
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
