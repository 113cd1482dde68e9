//! The tables that generated code declares and the engine executes. Data only: nothing here acts.
//!
//! What an API has of its own is written as a literal by generated code, over the `EMPTY` of its kind, so a new member changes no generated
//! code. Operations, of which there may be thousands, are written as text (`text.rs`): rustc pays for each expression, and hardly for a text.

mod api;
mod connection;
mod declared;
mod example;
mod page;
mod part;
mod path;
mod place;
mod sign;
mod step;
mod text;
mod trigger;
mod upgrade_test;
mod wait;

pub use api::{ApiDates, ApiTable, RetryPolicy};
pub use connection::{ClientAuth, ConnectionTable, Credential, Exchange, Grant, OAuth2, OAuth2Flow, OAuth2Step, Rotation};
pub use declared::Operations;
pub(crate) use declared::declared;
pub use example::{ExampleExchange, ExampleTable};
pub use page::{Items, Page, Stop, Strategy};
pub use part::{Parts, PartsBy};
pub use path::{Segment, Segments};
pub use place::{Place, Style};
pub use sign::{Sign, SignKind};
pub use step::{FilePart, StepPath, StepSource, StepTable, StepValue};
pub use trigger::{Challenge, DeliveryPart, DeliveryTime, Encoded, Hash, Poll, PollOrder, Proof, ProofKind, Sent, Wanted, Webhook};
pub use upgrade_test::UpgradeTestTable;
pub use wait::{WaitFailure, WaitTable, WaitUntil};

use http::HeaderName;

use crate::shape::{Link, Shaped};

/// One module at one revision.
#[derive(Debug)]
pub struct OperationTable {
    /// `repos.list_for_org`
    pub name: &'static str,
    /// Its revision, from 1.
    pub revision: u32,
    /// What people call it.
    pub title: &'static str,
    /// The spec's documentation.
    pub docs: &'static str,
    /// Action, search or trigger.
    pub kind: ModuleKind,
    /// `GET`; empty for one with steps, and for a trigger that is told.
    pub method: &'static str,
    /// Path below the server, the numbers of inputs in braces: `/projects/{0}/tasks`. A brace that is sent is written twice.
    pub path: &'static str,
    /// Where it goes.
    pub server: ServerChoice,
    /// The shape of the input struct.
    pub input: Link,
    /// For each field of the input, in the same order, where it goes.
    pub places: &'static [Place],
    /// What is always sent.
    pub constants: &'static [Constant],
    /// How the body is encoded.
    pub body: BodyEncoding,
    /// Success answers; the first whose statuses match is taken.
    pub answers: &'static [Answer],
    /// The shape of the output (an enum over the answers when their shapes differ).
    pub output: Link,
    /// Error answers, in order; the connector's follow in [`ApiTable::failures`].
    pub failures: &'static [Failure],
    /// How a search pages.
    pub page: Option<&'static Page>,
    /// How its body goes in parts, if it does.
    pub parts: Option<&'static Parts>,
    /// May it be tried again.
    pub retry: RetryClass,
    /// Limits of its own, beside the connector's.
    pub limits: &'static [Limit],
    /// What it costs, where limits count points.
    pub cost: Cost,
    /// Connections that may call it; empty means any.
    pub connections: &'static [&'static str],
    /// Set when it is deprecated.
    pub life: Option<&'static Life>,
    /// What it gives for what it is given.
    pub examples: &'static [ExampleTable],
    /// The exchanges that it makes by calling other operations, in place of one of its own.
    pub steps: &'static [StepTable],
    /// What it gives, when it has steps.
    pub gives: StepPath,
    /// What it remembers, if it polls.
    pub poll: Option<&'static Poll>,
    /// How it is told, if it is.
    pub webhook: Option<&'static Webhook>,
}

/// Action, search or trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// Does one thing.
    Action,
    /// Gives 0..n items.
    Search,
    /// Starts a scenario.
    Trigger,
}

/// Where an operation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerChoice {
    /// The API's first server.
    Default,
    /// The API's server with this index.
    Named(u16),
    /// Its own template (see [`ApiTable::servers`]).
    Own(&'static str),
    /// The path's first segment is a whole URL of another origin; no credential travels there.
    Outside,
    /// The path's first segment is a whole URL that an answer gave. It leads to one of the API's servers, or the call is not made.
    Inside,
}

/// A value that is always sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Where.
    pub place: ConstantPlace,
    /// The wire name.
    pub name: &'static str,
    /// Text for query, header and cookie; JSON text for a body member. `{api}` is replaced in the API's own constants.
    pub value: &'static str,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEncoding {
    /// No body.
    None,
    /// `application/json`
    Json,
    /// JSON of this content type: `application/merge-patch+json`.
    JsonAs(&'static str),
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/form-data`
    Multipart,
    /// `application/xml` with this root element.
    Xml(&'static str),
    /// This content type, the field as it is (text, bytes or a streamed file).
    Raw(&'static str),
    /// A GraphQL request (GraphQL over HTTP, 5.4) with this document; the members are its variables.
    Graphql(&'static str),
}

/// Statuses from..=to, for example 200..=299.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statuses(pub u16, pub u16);

/// One success answer.
#[derive(Debug)]
pub struct Answer {
    /// When it applies.
    pub statuses: Statuses,
    /// How it is encoded.
    pub decoding: Decoding,
    /// What it holds; the shape of `()` for nothing.
    pub shape: Link,
    /// Members to go down first, on the wire.
    pub at: &'static [&'static str],
    /// The variant of the output enum, when the operation has several shapes.
    pub variant: Option<u16>,
}

/// How an answer is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoding {
    /// Nothing is read.
    Nothing,
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// Text in this content type.
    Text(&'static str),
    /// A stream of bytes.
    Stream,
    /// A list whose items come one after the other.
    Items(&'static ItemStream),
    /// The answer's headers, and nothing of its body.
    Headers,
}

/// Items that come one after the other, each in a frame of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemStream {
    /// What a frame is.
    pub framing: Framing,
    /// The name of an event is the tag of the union that it is.
    pub named: bool,
    /// What comes instead of an item when there are no more.
    pub end: Option<&'static str>,
    /// When the connection ends, those behind the last event are asked for.
    pub resume: bool,
}

/// What an item that comes by itself stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A server-sent event.
    Events,
    /// A line.
    Lines,
}

/// One error answer.
#[derive(Debug)]
pub struct Failure {
    /// When it applies by status; empty: every status that is not 2xx, unless `when` is set.
    pub statuses: &'static [Statuses],
    /// When it applies whatever the status.
    pub when: Option<Condition>,
    /// The shape of the error's body.
    pub shape: Link,
    /// Members to go down first.
    pub at: &'static [&'static str],
    /// Where the API's own code stands, from the top of the body.
    pub code: &'static [&'static str],
    /// Where its message stands.
    pub message: &'static [&'static str],
}

/// A member that must equal a JSON literal, or be there and not null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Members from the top of the body.
    pub path: &'static [&'static str],
    /// JSON text; none: present and not null.
    pub equals: Option<&'static str>,
}

/// May an operation be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryClass {
    /// It changes nothing.
    Safe,
    /// Twice is the same as once.
    Idempotent,
    /// A key in this header makes it idempotent; the same key goes with every try.
    Key(&'static str),
    /// Never.
    Never,
}

/// A limit on calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// At once, per connection.
    Concurrent(u32),
    /// In a window, per connection.
    Window {
        /// How many calls.
        count: u32,
        /// The window in milliseconds.
        millis: u64,
        /// Any window of that length, not fixed ones.
        moving: bool,
        /// What calls cost is counted, not calls.
        points: bool,
    },
    /// The server says in headers what is left.
    Headers {
        /// Header with the number of calls left.
        remaining: &'static str,
        /// Header with the time it starts again.
        reset: &'static str,
        /// What that time is.
        kind: Reset,
        /// What calls cost is left, not a number of calls.
        points: bool,
    },
}

/// What a call costs, where limits count that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// So many points; before the answer is there, the best guess.
    pub points: u32,
    /// The header of the answer that says what it was.
    pub header: Option<&'static str>,
}

impl Cost {
    /// A call of which nothing is said.
    pub const ONE: Cost = Cost { points: 1, header: None };
}

/// What a reset header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Seconds since 1970.
    Epoch,
    /// Seconds from now.
    Delta,
    /// An HTTP date (RFC 9110, 5.6.7).
    Date,
}

/// A deprecation. Dates are `YYYY-MM-DD` or `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Since when, where that is known.
    pub since: Option<&'static str>,
    /// When it stops.
    pub sunset: Option<&'static str>,
    /// What to use instead; none when the spec says `use none`.
    pub successor: Option<&'static str>,
    /// Why.
    pub why: &'static str,
}

impl OperationTable {
    /// Says nothing.
    pub const EMPTY: Self = Self {
        name: "",
        revision: 1,
        title: "",
        docs: "",
        kind: ModuleKind::Action,
        method: "",
        path: "",
        server: ServerChoice::Default,
        input: <() as Shaped>::LINK,
        places: &[],
        constants: &[],
        body: BodyEncoding::None,
        answers: &[],
        output: <() as Shaped>::LINK,
        failures: &[],
        page: None,
        parts: None,
        retry: RetryClass::Never,
        limits: &[],
        cost: Cost::ONE,
        connections: &[],
        life: None,
        examples: &[],
        steps: &[],
        gives: StepPath::FIRST,
        poll: None,
        webhook: None,
    };

    /// Whether it speaks to a GraphQL server, whose answers say by `errors` what others say by a status.
    pub(crate) fn is_graphql(&self) -> bool {
        matches!(self.body, BodyEncoding::Graphql(_))
    }

    /// The document that it sends to a GraphQL server.
    #[cfg(feature = "testing")]
    pub(crate) fn document(&self) -> Option<&'static str> {
        if let BodyEncoding::Graphql(document) = self.body { Some(document) } else { None }
    }

    /// The pieces of its path, in order.
    #[inline]
    pub fn segments(&self) -> Segments {
        Segments(self.path)
    }

    /// The path as declared, with the names of the inputs in braces.
    pub(crate) fn template(&self) -> String {
        let fields = self.input.fields();
        self.segments()
            .map(|segment| match segment {
                Segment::Text(text) => text.to_owned(),
                Segment::Field(index) => {
                    format!("{{{}}}", fields.get(usize::from(index)).map_or("", |field| field.name()))
                }
            })
            .collect()
    }

    /// The header that carries an idempotency key.
    pub(crate) fn key_header(&self) -> Option<HeaderName> {
        match self.retry {
            RetryClass::Key(name) => HeaderName::try_from(name).ok(),
            _ => None,
        }
    }
}

impl Answer {
    /// Every 2xx, and nothing is read.
    pub const EMPTY: Self =
        Self { statuses: Statuses(200, 299), decoding: Decoding::Nothing, shape: <() as Shaped>::LINK, at: &[], variant: None };

    /// Every 2xx, and JSON is read.
    pub const JSON: Self = Self { decoding: Decoding::Json, ..Self::EMPTY };
}

impl Failure {
    /// Every status that is not 2xx, and nothing is read.
    pub const EMPTY: Self = Self { statuses: &[], when: None, shape: <() as Shaped>::LINK, at: &[], code: &[], message: &[] };
}
