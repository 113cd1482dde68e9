//! Actions, searches and triggers.

use super::{
    Challenge, Cost, Cursor, Example, Fails, Field, From, Head, Ident, Limit, Path, Retry, Steps, Subscription, Template, Text, TypeExpr,
    Verify, Webhook, WirePath,
};
use crate::source::{Span, Spanned};

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
    /// `parts …`
    pub parts: Option<Parts>,
    /// `page …`
    pub page: Option<Page>,
    /// `order id` (field of the item), `order none "why"`: what keeps pages from shifting.
    pub order: Option<Order>,
    /// `limit …`
    pub limits: Vec<Limit>,
    /// `cost …`
    pub cost: Option<Cost>,
    /// `retry …`
    pub retry: Option<Retry>,
    /// `example { … }`, `example "with a budget" { … }`
    pub examples: Vec<Example>,
    /// `from @1 { … }`
    pub from: Vec<From>,
    /// `input { … }`: what a module with steps takes.
    pub input: Option<(Vec<Field>, Span)>,
    /// `steps { … }`: several exchanges in place of one.
    pub steps: Option<Steps>,
    /// `gives done.files`: what a module with steps gives; the output of its last step unless said.
    pub gives: Option<(Path, Span)>,
    /// `cursor time last_update id id`: what a poll remembers.
    pub cursor: Option<Cursor>,
    /// `webhook -> Event`: what is delivered to an instant trigger.
    pub webhook: Option<Webhook>,
    /// `verify …`: how a delivery is proved genuine.
    pub verify: Option<Verify>,
    /// `challenge …`
    pub challenges: Vec<Challenge>,
    /// `subscribe hook = create_hook { … }`
    pub subscribe: Option<Subscription>,
    /// `expires hook.expires_at`
    pub expires: Option<(Path, Span)>,
    /// `renew update_hook { … } before 1h`
    pub renew: Option<Subscription>,
    /// `unsubscribe delete_hook { … }`
    pub unsubscribe: Option<Subscription>,
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
    /// Set where the path is a URL that is given.
    pub leads: Option<Leads>,
    /// `-> T at data`
    pub answer: Option<Answer>,
    /// The whole statement.
    pub span: Span,
}

/// Where a URL leads that is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// `outside`: to another origin; no credential travels there.
    Outside,
    /// `inside`: to a server of the API, as an answer said; the credential travels.
    Inside,
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
    /// `as events by name end "[DONE]" resume`: how items come, where they come one after the other.
    pub items: ItemsCome,
    /// The whole answer.
    pub span: Span,
}

/// `parts content_range of 10MiB multiple 320KiB next nextExpectedRanges`: the body goes piece by piece.
#[derive(Clone, Debug)]
pub struct Parts {
    /// How a part says where it belongs.
    pub by: Ident,
    /// `of 10MiB`
    pub size: Option<Spanned<u64>>,
    /// `multiple 320KiB`
    pub multiple: Option<Spanned<u64>>,
    /// `next nextExpectedRanges`
    pub next: Option<WirePath>,
    /// The whole statement.
    pub span: Span,
}

/// What is said of items that come one after the other.
#[derive(Clone, Debug, Default)]
pub struct ItemsCome {
    /// `by name`: an event's name tells which variant it is.
    pub named: Option<Span>,
    /// `end "[DONE]"`: what comes instead of an item when there are no more.
    pub end: Option<Spanned<String>>,
    /// `resume`: asks for those that follow when the connection ends.
    pub resume: Option<Span>,
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
/// `body json value: Type` (the whole body is one field) · `body raw "text/plain" value: string` · `body raw "image/png" content: file` ·
/// `body graphql "query …" { … }`
#[derive(Clone, Debug)]
pub struct Request {
    /// `json`, `form`, `multipart`, `xml`, `raw`, `graphql`
    pub encoding: Spanned<String>,
    /// The content type after `raw`, the root element after `xml`, or the document after `graphql`.
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

/// `order id`, `order updated_at descending` or `order none "why"`
#[derive(Clone, Debug)]
pub struct Order {
    /// The field, with dots where it stands inside of another; or none.
    pub by: Option<Ident>,
    /// The newest or greatest comes first.
    pub descending: bool,
    /// Why there is none.
    pub why: Option<Text>,
    /// The whole statement.
    pub span: Span,
}
