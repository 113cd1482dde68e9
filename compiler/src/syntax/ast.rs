//! The syntax tree: what was written, with a span on everything. It resolves nothing and checks nothing.
//!
//! Every node says in its comment how it is spelled. Statements inside a block may come in any order; the
//! clauses of one statement stand in one order. Commas and line ends are space.

use crate::source::{FileId, Span, Spanned};

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
}

/// `deprecated since 2025-10-23 sunset 2026-06 use oauth "why"`
#[derive(Clone, Debug)]
pub struct Life {
    /// When it was deprecated.
    pub since: Spanned<Date>,
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

/// `connection oauth @1 "OAuth 2.0" { … }`
#[derive(Clone, Debug)]
pub struct Connection {
    /// Documentation, versions, life (`deprecated …` stands inside the braces).
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// `@1`
    pub revision: Option<Spanned<u32>>,
    /// The title.
    pub title: Option<Text>,
    /// `fields { host: host  key: secret }`: what a person fills in.
    pub fields: Vec<Field>,
    /// How the credential is obtained; none when the fields are the credential.
    pub grant: Option<Grant>,
    /// `send header "sessionID" = access_token`
    pub sends: Vec<Send>,
    /// `probe GET "/user/current"`: a call that shows whether the connection works.
    pub probe: Option<(Spanned<String>, Template)>,
    /// `server "…"`: where this connection's calls go, if not to the connector's server.
    pub server: Option<Server>,
    /// The whole item.
    pub span: Span,
}

/// How a credential is obtained.
#[derive(Clone, Debug)]
pub enum Grant {
    /// `oauth2 code { … }`, `oauth2 client_credentials { … }`
    OAuth2(OAuth2),
    /// `exchange POST "/login" { query {…} header {…} body form {…} token data.sessionID expires in data.expires_in }`:
    /// credentials are exchanged for a token at an ordinary operation (two-step). The value is `access_token` in `send`.
    Exchange(Exchange),
}

/// `oauth2 KIND { … }`
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// `code` or `client_credentials`.
    pub kind: Ident,
    /// `authorize "https://{host}/…"`; templates name the connection's own fields.
    pub authorize: Option<Template>,
    /// `token "https://{host}/…"`
    pub token: Option<Template>,
    /// `refresh "https://…"`: where refreshing goes elsewhere than `token`.
    pub refresh_url: Option<Template>,
    /// `client basic | body | none`: how the client shows who it is at the token endpoint.
    pub client: Option<Ident>,
    /// `body form | json`: the encoding of the token request; form unless said.
    pub body: Option<Ident>,
    /// `refresh rotating | fixed | none`
    pub refresh: Option<Ident>,
    /// `pkce S256 | none "why"`; S256 unless said.
    pub pkce: Option<(Ident, Option<Text>)>,
    /// `scopes { read "repo"  write "repo:write" }` or `scopes "a", "b"`.
    pub scopes: Vec<Text>,
    /// `separator ","`; a space unless said.
    pub separator: Option<Text>,
    /// `with authorize { access_type "offline" }`, `with token { audience "…" }`, `with refresh { … }`: extra parameters.
    pub extra: Vec<(Ident, Vec<Parameter>)>,
    /// `read access_token data.token`, `read expires_in data.ttl`, `read refresh_token …`, `read instance_url …`: where the
    /// token response keeps what we need, if not at the standard members; other names become holes for `server`.
    pub reads: Vec<(Ident, WirePath)>,
    /// The whole clause.
    pub span: Span,
}

/// `access_type "offline"` or `kind "accessType" = "web"`: the name, the name on the wire, the value.
pub type Parameter = (Ident, Option<Text>, Template);

/// `username "userName" = user`: the name, the name on the wire, the value.
pub type Binding = (Ident, Option<Text>, SendValue);

/// Two-step: `exchange POST "/login" { … }`
#[derive(Clone, Debug)]
pub struct Exchange {
    /// `POST`
    pub method: Spanned<String>,
    /// Relative to the server, or absolute.
    pub path: Template,
    /// `query { … }`, `header { … }`, `body json|form { … }` whose values are the connection's fields, as in
    /// `body form { username = user  password = password }`.
    pub query: Vec<Binding>,
    /// Headers.
    pub headers: Vec<Binding>,
    /// Body encoding and members.
    pub body: Option<(Ident, Vec<Binding>)>,
    /// `token data.sessionID`
    pub token: Option<WirePath>,
    /// `expires in data.ttl` (seconds) or `expires at data.until`.
    pub expires: Option<(Ident, WirePath)>,
    /// The whole clause.
    pub span: Span,
}

/// `send header "apiKey" = key` · `send query "key" = key` · `send cookie "sid" = key` · `send bearer access_token` ·
/// `send basic user password`
#[derive(Clone, Debug)]
pub struct Send {
    /// Where it goes.
    pub place: SendPlace,
    /// The whole statement.
    pub span: Span,
}

/// Where a credential or a constant goes.
#[derive(Clone, Debug)]
pub enum SendPlace {
    /// `header "Name" = value`
    Header(Text, SendValue),
    /// `query "name" = value`
    Query(Text, SendValue),
    /// `cookie "name" = value`
    Cookie(Text, SendValue),
    /// `bearer value`
    Bearer(SendValue),
    /// `basic user password`
    Basic(SendValue, SendValue),
}

/// A name (`key`, `access_token`) or a template (`"Token {key}"`).
#[derive(Clone, Debug)]
pub enum SendValue {
    /// A field of the connection, or `access_token`.
    Name(Ident),
    /// A template over those.
    Template(Template),
}

/// `limit 10 concurrent per connection` · `limit 5000 per 1h per connection` · `limit 50 per 1m moving per connection` ·
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
    },
    /// The server says in headers what is left and when it starts again.
    Headers {
        /// `remaining "…"`
        remaining: Text,
        /// `reset KIND "…"`: `epoch`, `delta` or `date`.
        reset: (Ident, Text),
    },
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

/// `type Project with Timestamps on v22 { fields }`
#[derive(Clone, Debug)]
pub struct TypeItem {
    /// Documentation, versions, life.
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// `with A, B`: mixins whose `fields { … }` it takes.
    pub with: Vec<Ident>,
    /// The fields.
    pub fields: Vec<Field>,
    /// The whole item.
    pub span: Span,
}

/// `owner_id? "ownerID": id<User> = default from list_users on v22 deprecated since …`, or `...: json`.
#[derive(Clone, Debug)]
pub struct Field {
    /// Documentation, versions, life.
    pub head: Head,
    /// The name; `...` for the rest.
    pub name: Ident,
    /// True for `...: json`: what the type does not name is kept.
    pub rest: bool,
    /// `?`: may be absent.
    pub optional: bool,
    /// The name on the wire, where the `names` rule does not give it.
    pub wire: Option<Text>,
    /// The type. A literal alone (`how "how": "gte"`) is a constant: it is always sent, and no field of the Rust struct.
    pub ty: TypeExpr,
    /// `= 0`: used when it is not given. With `= cursor.time` (triggers) the value is [`Value`] `Name`.
    pub default: Option<Value>,
    /// `from list_portfolios`: the search whose items a person picks from.
    pub from: Option<Vec<Ident>>,
    /// `style form|space|pipe|deep|simple|label|matrix|json|comma|brackets` and `explode`/`joined`, as in
    /// `ids: [string] style form joined`. Query default: `form explode`; path and header: `simple`.
    pub style: Option<Style>,
    /// The whole field.
    pub span: Span,
}

/// `style form joined`
#[derive(Clone, Debug)]
pub struct Style {
    /// The style.
    pub name: Ident,
    /// `explode` → true, `joined` → false.
    pub explode: Option<bool>,
    /// The clause.
    pub span: Span,
}

/// A type where one is expected.
#[derive(Clone, Debug)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeKind,
    /// `(1..255)`, `(pattern "…", format "…")`
    pub bounds: Option<Bounds>,
    /// The whole expression.
    pub span: Span,
}

/// The kinds of type expressions.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `string`, `Project`, `repos.Repository`: a builtin, or the name of a type, enum or union.
    Name(Vec<Ident>),
    /// `[T]`
    List(Box<TypeExpr>),
    /// `map<T>`
    Map(Box<TypeExpr>),
    /// `id<T>`; T is a name and need not be declared as a type: it only tells ids apart.
    Id(Ident),
    /// `"asc"`, `42`, `true`
    Literal(Value),
    /// `A | B | null`: tried in order; `null` alone makes it nullable.
    Either(Vec<TypeExpr>),
    /// `null`
    Null,
    /// `{ a: string }`: a struct named by where it stands.
    Struct(Vec<Field>),
}

/// `(1..255)`, `(..10)`, `(0..)`, `(pattern "^a")`, `(format "epoch")`, `(1..10, pattern "…")`, `(unique)`
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Lower end: characters of a string, value of a number, items of a list or map.
    pub min: Option<Spanned<String>>,
    /// Upper end, included.
    pub max: Option<Spanned<String>>,
    /// A regular expression, without look-around and back-references.
    pub pattern: Option<Text>,
    /// For dates and bytes: `format "epoch" | "epoch_ms" | "rfc3339" | "rfc2822" | "%Y-%m-%dT…" | "base64" | "base64url" | "hex"`.
    pub format: Option<Text>,
    /// `unique`: items of a list differ.
    pub unique: bool,
    /// The parentheses and what they hold.
    pub span: Option<Span>,
}

/// `enum Status { current = "CUR"  planning }`, `closed enum Priority { low = 1  high = 2 }`
#[derive(Clone, Debug)]
pub struct EnumItem {
    /// Documentation, versions, life.
    pub head: Head,
    /// `closed`: an unknown value is an error.
    pub closed: bool,
    /// The name.
    pub name: Ident,
    /// The values.
    pub variants: Vec<Variant>,
    /// The whole item.
    pub span: Span,
}

/// `current = "CUR" on v21 deprecated …`
#[derive(Clone, Debug)]
pub struct Variant {
    /// Documentation, versions, life.
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// A string or an integer; the name by the `names` rule's absence (as written) where not given.
    pub value: Option<Value>,
    /// The whole variant.
    pub span: Span,
}

/// `union Event by "type" { push "push": PushEvent }` (tagged) or `union Source { card: Card  bank: Bank }` (tried in order).
#[derive(Clone, Debug)]
pub struct UnionItem {
    /// Documentation, versions, life.
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// `by "type"`: the wire name of the member that tells which it is.
    pub tag: Option<Text>,
    /// `closed`: an unknown tag is an error; otherwise it is kept as JSON.
    pub closed: bool,
    /// `name "tag value": Type`; the tag value is the name where not given.
    pub variants: Vec<Field>,
    /// The whole item.
    pub span: Span,
}

/// `mixin Listing { query { … } page … }`, `mixin Timestamps { fields { … } }`
#[derive(Clone, Debug)]
pub struct Mixin {
    /// Documentation.
    pub head: Head,
    /// The name.
    pub name: Ident,
    /// `fields { … }`: taken by types.
    pub fields: Vec<Field>,
    /// Everything else: taken by modules.
    pub body: ModuleBody,
    /// The whole item.
    pub span: Span,
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

/// Which kind of module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// Does one thing.
    Action,
    /// Gives 0..n items, paged.
    Search,
    /// Starts a scenario.
    Trigger,
}

/// `action create_program @2 "Create a program" with Listing on v22 { … }`
#[derive(Clone, Debug)]
pub struct Module {
    /// Documentation, versions, life.
    pub head: Head,
    /// action, search or trigger.
    pub kind: ModuleKind,
    /// The name.
    pub name: Ident,
    /// `@2`; 1 where not given.
    pub revision: Option<Spanned<u32>>,
    /// The title.
    pub title: Option<Text>,
    /// `with A, B`
    pub with: Vec<Ident>,
    /// What it does.
    pub body: ModuleBody,
    /// The whole item.
    pub span: Span,
}

/// The statements of a module or of a mixin.
#[derive(Clone, Debug, Default)]
pub struct ModuleBody {
    /// `GET "/project/search" [outside] [-> answers]`; `poll GET …` in a trigger.
    pub exchange: Option<Exchange1>,
    /// `server upload` or `server "https://…"`
    pub server: Option<ModuleServer>,
    /// `connection oauth, api_key`: only these may call it; `connection none` for a public call.
    pub connections: Option<(Vec<Ident>, Span)>,
    /// `path { id: id<Project> }`: only for path parameters that need more than the hole says; a hole that no place
    /// declares is an error.
    pub path: Vec<Field>,
    /// `query { … }`
    pub query: Vec<Field>,
    /// `header { … }`
    pub header: Vec<Field>,
    /// `cookie { … }`
    pub cookie: Vec<Field>,
    /// `body { … }` and its other spellings.
    pub request: Option<Request>,
    /// `answers { 200 -> A at data  202 -> B  204 -> nothing }`
    pub answers: Vec<Answer>,
    /// `fails …`
    pub fails: Vec<Fails>,
    /// `page …`
    pub page: Option<Page>,
    /// `order id` (field of the item), `order none "why"`: what keeps pages from shifting.
    pub order: Option<Order>,
    /// `limit …`
    pub limits: Vec<Limit>,
    /// `retry …`
    pub retry: Option<Retry>,
    /// `example { … }`, `example "with a budget" { … }`
    pub examples: Vec<Example>,
}

/// `GET "/orgs/{org}/repos" outside -> [Repository] at data`
#[derive(Clone, Debug)]
pub struct Exchange1 {
    /// `poll` stood before it.
    pub poll: bool,
    /// `GET`, `POST`, …
    pub method: Spanned<String>,
    /// The path with its holes.
    pub path: Template,
    /// `outside`: another origin; no credential travels there.
    pub outside: bool,
    /// `-> T at data`
    pub answer: Option<Answer>,
    /// The whole statement.
    pub span: Span,
}

/// `200 -> T at data`; without a status it is every 2xx.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `200`, `2xx`
    pub status: Option<Spanned<String>>,
    /// What the answer holds.
    pub body: AnswerBody,
    /// `at data`
    pub at: Option<WirePath>,
    /// `as xml`, `as "text/csv"`: how it is encoded; JSON unless said.
    pub encoding: Option<Spanned<String>>,
    /// The whole answer.
    pub span: Span,
}

/// What an answer holds.
#[allow(clippy::large_enum_variant, reason = "nearly every answer is of the large kind, and there are few")]
#[derive(Clone, Debug)]
pub enum AnswerBody {
    /// `nothing`
    Nothing(Span),
    /// A type; `file` is a stream of bytes, `string` with `as "text/…"` is text.
    Type(TypeExpr),
}

/// `server …` on a module.
#[derive(Clone, Debug)]
pub enum ModuleServer {
    /// One of the connector's named servers.
    Name(Ident),
    /// Its own.
    Url(Template),
}

/// `body { … }` (JSON) · `body form { … }` · `body multipart { … }` · `body xml "root" { … }` · `body json Type` ·
/// `body json value: Type` (the whole body is one field) · `body raw "text/plain" value: string` · `body raw "image/png" content: file`
#[derive(Clone, Debug)]
pub struct Request {
    /// `json`, `form`, `multipart`, `xml`, `raw`
    pub encoding: Spanned<String>,
    /// The content type after `raw`, or the root element after `xml`.
    pub detail: Option<Text>,
    /// What it holds.
    pub body: RequestBody,
    /// The whole statement.
    pub span: Span,
}

/// What a request body holds.
#[derive(Clone, Debug)]
pub enum RequestBody {
    /// Each field is a member.
    Fields(Vec<Field>),
    /// One field is the whole body.
    Whole(Box<Field>),
}

/// `page STRATEGY [header "Link"] { … }`
#[derive(Clone, Debug)]
pub struct Page {
    /// `offset`, `number`, `cursor`, `link` (`link header "Link"`), `next` (`next url`), `keyset`.
    pub strategy: Ident,
    /// The header of `link header "Link"`.
    pub header: Option<Text>,
    /// `advance first` (offset, number): the input that moves.
    pub advance: Option<Ident>,
    /// `size limit`: the input that says how many items a page has.
    pub size: Option<Ident>,
    /// `send cursor` (cursor, keyset): the input that carries the cursor.
    pub send: Option<Ident>,
    /// `read response_metadata.next_cursor` (cursor, next): where the next cursor or URL stands in the answer.
    pub read: Option<WirePath>,
    /// `key id` (keyset): the field of the last item that becomes the cursor.
    pub key: Option<Ident>,
    /// `items data`: where the items stand; not needed where the answer says `[T] at data`.
    pub items: Option<WirePath>,
    /// `stop short | empty | absent | more has_more | total total_count`
    pub stop: Option<(Ident, Option<WirePath>, Span)>,
    /// `start 1` (number)
    pub start: Option<Spanned<u64>>,
    /// `cap 500`: the most pages that are fetched; 10,000 unless said.
    pub cap: Option<Spanned<u64>>,
    /// The whole statement.
    pub span: Span,
}

/// `order id` or `order none "why"`
#[derive(Clone, Debug)]
pub struct Order {
    /// The field, or none.
    pub by: Option<Ident>,
    /// Why there is none.
    pub why: Option<Text>,
    /// The whole statement.
    pub span: Span,
}

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

/// `test "title" call repos.list_for_org on v22 { … }`
#[derive(Clone, Debug)]
pub struct Test {
    /// Documentation, versions.
    pub head: Head,
    /// The title.
    pub title: Text,
    /// The module.
    pub module: Vec<Ident>,
    /// What is given, sent, answered and expected.
    pub script: Script,
    /// The whole test.
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
