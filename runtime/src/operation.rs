//! The tables that generated code declares and the engine executes. Data only: nothing here acts.
//!
//! Every struct is written as a literal by generated code, so a new member is a change of `__codegen_v1`.

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
    /// `GET`
    pub method: &'static str,
    /// Path below the server, in order.
    pub path: &'static [Segment],
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
    /// May it be tried again.
    pub retry: RetryClass,
    /// Limits of its own, beside the connector's.
    pub limits: &'static [Limit],
    /// Connections that may call it; empty means any.
    pub connections: &'static [&'static str],
    /// Set when it is deprecated.
    pub life: Option<&'static Life>,
    /// What it gives for what it is given.
    pub examples: &'static [ExampleTable],
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

/// A piece of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Sent as it is.
    Text(&'static str),
    /// The input field with this index, percent-encoded as one path segment.
    Field(u16),
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
}

/// Where an input field goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path, where [`Segment::Field`] names it.
    Path(Style),
    /// Into the query, under the field's wire name.
    Query(Style),
    /// A header, under the field's wire name.
    Header(Style),
    /// A cookie.
    Cookie(Style),
    /// A member of the body.
    Body,
    /// The whole body.
    WholeBody,
}

/// How lists and objects are written where there is no JSON. The OpenAPI styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a=1&a=2`, objects as `k=v` pairs.
    FormExplode,
    /// `a=1,2`, objects as `a=k,v`.
    Form,
    /// `a=1%202`
    Space,
    /// `a=1|2`
    Pipe,
    /// `a[k]=v`
    Deep,
    /// `a[]=1&a[]=2`
    Brackets,
    /// `1,2`; objects `k,v`
    Simple,
    /// `1,2`; objects `k=v`
    SimpleExplode,
    /// `.1,2`
    Label,
    /// `.1.2`
    LabelExplode,
    /// `;a=1,2`
    Matrix,
    /// `;a=1;a=2`
    MatrixExplode,
    /// `a={"k":1}`
    Json,
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
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/form-data`
    Multipart,
    /// `application/xml` with this root element.
    Xml(&'static str),
    /// This content type, the field as it is (text, bytes or a streamed file).
    Raw(&'static str),
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

/// How a search pages. Field numbers are indexes into the input.
#[derive(Debug)]
pub struct Page {
    /// Where the items stand in the decoded answer.
    pub items: Items,
    /// The strategy.
    pub strategy: Strategy,
    /// When it ends, beside what the strategy itself says.
    pub stop: Stop,
    /// The most pages.
    pub cap: u32,
}

/// Where the items of a page stand: wire members from the top of the answer, and the item's shape.
#[derive(Debug)]
pub struct Items {
    /// Empty when the answer is the list.
    pub at: &'static [&'static str],
    /// The shape of one item.
    pub shape: Link,
}

/// The six page strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The field moves by the number of items received.
    Offset {
        /// The field that moves.
        advance: u16,
        /// The field with the page size.
        size: Option<u16>,
    },
    /// The field moves by one.
    Number {
        /// The field that moves.
        advance: u16,
        /// The field with the page size.
        size: Option<u16>,
        /// The first page's number.
        start: i64,
    },
    /// The next cursor stands in the answer.
    Cursor {
        /// The field that carries it.
        send: u16,
        /// Where it stands.
        read: &'static [&'static str],
    },
    /// The next URL stands in a Link header, `rel="next"` (RFC 8288).
    LinkHeader {
        /// The header's name, in lower case.
        header: &'static str,
    },
    /// The next URL stands in the answer.
    NextUrl {
        /// Where it stands.
        read: &'static [&'static str],
    },
    /// The last item's key is the next cursor.
    Keyset {
        /// The field that carries it.
        send: u16,
        /// The wire name of the item's key.
        key: &'static str,
    },
}

/// When paging ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// No cursor, no link.
    Absent,
    /// A page with no items.
    Empty,
    /// A page with fewer items than asked for.
    Short,
    /// This member is false or absent.
    More(&'static [&'static str]),
    /// As many items as this member says were seen.
    Total(&'static [&'static str]),
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
    },
    /// The server says in headers what is left.
    Headers {
        /// Header with the number of calls left.
        remaining: &'static str,
        /// Header with the time it starts again.
        reset: &'static str,
        /// What that time is.
        kind: Reset,
    },
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
    /// Since when.
    pub since: &'static str,
    /// When it stops.
    pub sunset: Option<&'static str>,
    /// What to use instead; none when the spec says `use none`.
    pub successor: Option<&'static str>,
    /// Why.
    pub why: &'static str,
}

/// One API version of one connector.
#[derive(Debug)]
pub struct ApiTable {
    /// `workfront`
    pub connector: &'static str,
    /// `Adobe Workfront`
    pub title: &'static str,
    /// The spec's documentation.
    pub docs: &'static str,
    /// `v22`; empty when the connector has no versions.
    pub version: &'static str,
    /// What `{api}` stands for.
    pub wire_version: &'static str,
    /// Templates over `{api}` and `{connection.FIELD}`.
    pub servers: &'static [&'static str],
    /// Sent with every request.
    pub constants: &'static [Constant],
    /// Limits per connection.
    pub limits: &'static [Limit],
    /// Which statuses are tried again, and which header says how long to wait.
    pub retry: RetryPolicy,
    /// Error answers of every operation.
    pub failures: &'static [Failure],
    /// The ways to connect.
    pub connections: &'static [&'static ConnectionTable],
    /// Every operation of this version.
    pub operations: &'static [&'static OperationTable],
    /// `YYYY-MM-DD` or `YYYY-MM`, empty when not known.
    pub released: &'static str,
    /// From when it is no longer supported.
    pub unsupported: Option<&'static str>,
    /// From when it no longer answers.
    pub removed: Option<&'static str>,
}

/// Which statuses are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// For example 429 and 500..=599.
    pub statuses: &'static [Statuses],
    /// For example `retry-after`, in lower case.
    pub honour: Option<&'static str>,
}

/// One way of authenticating, at one revision.
#[derive(Debug)]
pub struct ConnectionTable {
    /// `oauth`
    pub name: &'static str,
    /// From 1.
    pub revision: u32,
    /// What people call it.
    pub title: &'static str,
    /// The spec's documentation.
    pub docs: &'static str,
    /// What a person fills in.
    pub fields: Link,
    /// How the credential is obtained.
    pub grant: Grant,
    /// Where it goes. Values are templates over the fields' spec names and `{access_token}`.
    pub credentials: &'static [Credential],
    /// Method and path of a call that shows whether it works.
    pub probe: Option<(&'static str, &'static str)>,
    /// Where its calls go, if not to the API's servers.
    pub server: Option<&'static str>,
    /// Set when it is deprecated.
    pub life: Option<&'static Life>,
}

/// Where a credential goes. Values are templates: `{key}`, `Token {key}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A header.
    Header(&'static str, &'static str),
    /// A query parameter.
    Query(&'static str, &'static str),
    /// A cookie.
    Cookie(&'static str, &'static str),
    /// `Authorization: Basic` of user and password (RFC 7617).
    Basic(&'static str, &'static str),
}

/// How a credential is obtained.
#[derive(Debug)]
pub enum Grant {
    /// The fields are the credential.
    Fields,
    /// OAuth 2.0 (RFC 6749).
    OAuth2(&'static OAuth2),
    /// Credentials are exchanged for a token at an ordinary operation.
    Exchange(&'static Exchange),
}

/// An OAuth 2.0 grant. URLs and parameters are templates over the connection's fields.
#[derive(Debug)]
pub struct OAuth2 {
    /// Authorization code or client credentials.
    pub flow: OAuth2Flow,
    /// The authorization endpoint; empty for client credentials.
    pub authorize: &'static str,
    /// The token endpoint.
    pub token: &'static str,
    /// The refresh endpoint, if it is another.
    pub refresh: Option<&'static str>,
    /// How the client shows who it is.
    pub client: ClientAuth,
    /// The token request is JSON, not a form.
    pub json: bool,
    /// What becomes of the refresh token.
    pub rotation: Rotation,
    /// PKCE with S256 (RFC 7636).
    pub pkce: bool,
    /// Scopes.
    pub scopes: &'static [&'static str],
    /// Between scopes.
    pub separator: &'static str,
    /// More parameters: (where, name, template).
    pub extra: &'static [(OAuth2Step, &'static str, &'static str)],
    /// Where the token response keeps things that do not stand at their standard member: (name, path).
    pub reads: &'static [(&'static str, &'static [&'static str])],
}

/// The grant type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuth2Flow {
    /// RFC 6749, 4.1.
    Code,
    /// RFC 6749, 4.4.
    ClientCredentials,
}

/// Which request an extra parameter goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuth2Step {
    /// The authorization request.
    Authorize,
    /// The token request.
    Token,
    /// The refresh request.
    Refresh,
}

/// How a client shows who it is at the token endpoint (RFC 6749, 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// HTTP basic.
    Basic,
    /// `client_id` and `client_secret` in the body.
    Body,
    /// A public client: `client_id` only.
    None,
}

/// What becomes of a refresh token when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new one comes with every refresh.
    Rotating,
    /// It stays.
    Fixed,
    /// There is none.
    None,
}

/// A two-step exchange. Values are templates over the connection's fields.
#[derive(Debug)]
pub struct Exchange {
    /// `POST`
    pub method: &'static str,
    /// Below the server, or a whole URL.
    pub url: &'static str,
    /// (where, name, template)
    pub values: &'static [(ConstantPlace, &'static str, &'static str)],
    /// How the body is encoded.
    pub body: BodyEncoding,
    /// Where the token stands.
    pub token: &'static [&'static str],
    /// Where the number of seconds it lives stands; empty when the answer does not say.
    pub expires_in: &'static [&'static str],
    /// Where the time it ends stands (RFC 3339 or epoch seconds).
    pub expires_at: &'static [&'static str],
}

/// An example or a test of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExampleTable {
    /// What it shows.
    pub title: &'static str,
    /// The input by spec name, as JSON.
    pub given: &'static str,
    /// With which connection (its name, and its fields by spec name as JSON); none: any, its fields made up.
    pub connection: Option<(&'static str, &'static str)>,
    /// The requests and answers, one or more.
    pub exchanges: &'static [ExampleExchange],
    /// The output by spec name, as JSON; empty when not said. Members that it does not name are not compared.
    pub output: &'static str,
    /// The kind of error that is expected (`not_found`), and the API's own code.
    pub fails: Option<(&'static str, Option<&'static str>)>,
}

/// One request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExampleExchange {
    /// Method and target as on the wire; empty when not said.
    pub sends: (&'static str, &'static str),
    /// Request headers that must be there.
    pub request_headers: &'static [(&'static str, &'static str)],
    /// Request body as JSON; empty when not said.
    pub request_body: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// Its headers.
    pub headers: &'static [(&'static str, &'static str)],
    /// Its body.
    pub body: &'static str,
}

// Generated code writes a table as what it says over the `EMPTY` of its kind, so a new member changes no generated code.

impl OperationTable {
    /// Says nothing.
    pub const EMPTY: Self = Self {
        name: "",
        revision: 1,
        title: "",
        docs: "",
        kind: ModuleKind::Action,
        method: "",
        path: &[],
        server: ServerChoice::Default,
        input: <() as Shaped>::LINK,
        places: &[],
        constants: &[],
        body: BodyEncoding::None,
        answers: &[],
        output: <() as Shaped>::LINK,
        failures: &[],
        page: None,
        retry: RetryClass::Never,
        limits: &[],
        connections: &[],
        life: None,
        examples: &[],
    };
}

impl Answer {
    /// Every 2xx, and nothing is read.
    pub const EMPTY: Self =
        Self { statuses: Statuses(200, 299), decoding: Decoding::Nothing, shape: <() as Shaped>::LINK, at: &[], variant: None };
}

impl Failure {
    /// Every status that is not 2xx, and nothing is read.
    pub const EMPTY: Self = Self { statuses: &[], when: None, shape: <() as Shaped>::LINK, at: &[], code: &[], message: &[] };
}

impl ApiTable {
    /// Says nothing.
    pub const EMPTY: Self = Self {
        connector: "",
        title: "",
        docs: "",
        version: "",
        wire_version: "",
        servers: &[],
        constants: &[],
        limits: &[],
        retry: RetryPolicy::EMPTY,
        failures: &[],
        connections: &[],
        operations: &[],
        released: "",
        unsupported: None,
        removed: None,
    };
}

impl RetryPolicy {
    /// No status is tried again.
    pub const EMPTY: Self = Self { statuses: &[], honour: None };
}

impl ConnectionTable {
    /// Says nothing.
    pub const EMPTY: Self = Self {
        name: "",
        revision: 1,
        title: "",
        docs: "",
        fields: <() as Shaped>::LINK,
        grant: Grant::Fields,
        credentials: &[],
        probe: None,
        server: None,
        life: None,
    };
}

impl OAuth2 {
    /// Authorization code with PKCE; the client shows who it is by HTTP basic.
    pub const EMPTY: Self = Self {
        flow: OAuth2Flow::Code,
        authorize: "",
        token: "",
        refresh: None,
        client: ClientAuth::Basic,
        json: false,
        rotation: Rotation::None,
        pkce: true,
        scopes: &[],
        separator: " ",
        extra: &[],
        reads: &[],
    };
}

impl Exchange {
    /// Says nothing.
    pub const EMPTY: Self =
        Self { method: "", url: "", values: &[], body: BodyEncoding::None, token: &[], expires_in: &[], expires_at: &[] };
}

impl ExampleTable {
    /// Nothing is given and nothing expected.
    pub const EMPTY: Self = Self { title: "", given: "", connection: None, exchanges: &[], output: "", fails: None };
}

impl ExampleExchange {
    /// Any request, and an empty answer.
    pub const EMPTY: Self = Self { sends: ("", ""), request_headers: &[], request_body: "", status: 200, headers: &[], body: "" };
}
