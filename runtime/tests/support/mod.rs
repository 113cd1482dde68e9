//! A small API as generated code declares it, for the engine's tests.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test uses a part")]

use linchpin_runtime::{__codegen_v1 as lp, Client, ClientBuilder, testing::StandIn};

pub enum Api {}

impl lp::Api for Api {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable {
        connector: "acme",
        title: "Acme",
        version: "v1",
        wire_version: "1.0",
        servers: &["https://{connection.host}/api/{api}"],
        constants: &[lp::Constant { place: lp::ConstantPlace::Header, name: "x-version", value: "{api}" }],
        limits: &[lp::Limit::Headers { remaining: "x-left", reset: "x-reset", kind: lp::Reset::Delta, points: false }],
        retry: lp::RetryPolicy { statuses: &[lp::Statuses(429, 429), lp::Statuses(500, 599)], honour: Some("retry-after") },
        failures: &[
            lp::Failure {
                when: Some(lp::Condition { path: &["ok"], equals: Some("false") }),
                shape: <Trouble as lp::Shaped>::LINK,
                code: &["error"],
                ..lp::Failure::EMPTY
            },
            lp::Failure { shape: <Trouble as lp::Shaped>::LINK, code: &["error"], message: &["detail", "text"], ..lp::Failure::EMPTY },
        ],
        connections: &[<Key as lp::Connection>::TABLE],
        operations: lp::Operations::Tables(&[
            GetItem::TABLE,
            CreateItem::TABLE,
            PutOnce::TABLE,
            ByCursor::TABLE,
            ByLink::TABLE,
            ByNextUrl::TABLE,
            ByOffset::TABLE,
            Fetch::TABLE,
            Upload::TABLE,
            Form::TABLE,
            Elsewhere::TABLE,
            Start::TABLE,
        ]),
        ..lp::ApiTable::EMPTY
    };
}

lp::structure! {
    /// API key.
    pub struct Key "key" {
        pub host: lp::Host = "host!";
        pub key: lp::Secret = "key!";
    }
}

impl lp::Connection for Key {
    const TABLE: &'static lp::ConnectionTable = &lp::ConnectionTable {
        name: "key",
        fields: <Key as lp::Shaped>::LINK,
        credentials: &[lp::Credential::Header("authorization", "Bearer {key}"), lp::Credential::Query("api_key", "{key}")],
        ..lp::ConnectionTable::EMPTY
    };
}

impl lp::ConnectsTo<Api> for Key {}

lp::structure! {
    /// An item.
    pub struct Item "Item" {
        pub id: String = "id!";
        pub size: Option<i64> = "size Size";
    }
}

lp::structure! {
    /// The API's own error.
    pub struct Trouble "Trouble" {
        pub error: String = "error!";
        pub hint: Option<String> = "hint";
    }
}

/// Makes an operation of a type, of this API or of one that a test declares for itself.
macro_rules! operation {
    ($type:ident -> $output:ty, $($table:tt)*) => {
        operation!($type of Api -> $output, $($table)*);
    };
    ($type:ident of $api:ident -> $output:ty, $($table:tt)*) => {
        impl lp::Operation for $type {
            type Output = $output;
            fn table() -> &'static lp::OperationTable {
                Self::TABLE
            }
        }
        impl $type {
            const TABLE: &'static lp::OperationTable =
                &lp::OperationTable { input: <$type as lp::Shaped>::LINK, output: <$output as lp::Shaped>::LINK, $($table)* ..lp::OperationTable::EMPTY };
        }
        impl lp::OfferedBy<$api> for $type {}
    };
}

const fn json(shape: lp::Link, at: &'static [&'static str]) -> lp::Answer {
    lp::Answer { decoding: lp::Decoding::Json, shape, at, ..lp::Answer::EMPTY }
}

const ITEM: lp::Answer = json(<Item as lp::Shaped>::LINK, &["data"]);
const ITEMS: lp::Answer = json(<Vec<Item> as lp::Shaped>::LINK, &["data"]);
const NOTHING: lp::Answer = lp::Answer::EMPTY;

lp::structure! {
    /// Gets an item.
    pub struct GetItem "get_item" {
        pub id: String = "id!";
        pub view: Option<String> = "view" "length 0..8";
    }
}
operation!(GetItem -> Item,
    name: "get_item", method: "GET",
    path: "/items/{0}",
    places: &[lp::Place::Path(lp::Style::Simple), lp::Place::Query(lp::Style::FormExplode)],
    answers: &[ITEM], retry: lp::RetryClass::Safe,
    life: Some(&lp::Life { since: Some("2026-01"), sunset: None, successor: Some("get_thing"), why: "renamed" }),
);

lp::structure! {
    /// Creates an item.
    pub struct CreateItem "create_item" {
        pub name: String = "name! Name";
        pub note: lp::Patch<String> = "note?";
    }
}
operation!(CreateItem -> Item,
    name: "create_item", method: "POST", path: "/items",
    places: &[lp::Place::Body, lp::Place::Body], body: lp::BodyEncoding::Json,
    constants: &[lp::Constant { place: lp::ConstantPlace::Body, name: "kind", value: "\"plain\"" }],
    answers: &[ITEM],
);

lp::structure! {
    /// Creates with a key.
    pub struct PutOnce "put_once" {}
}
operation!(PutOnce -> (),
    name: "put_once", method: "POST", path: "/once",
    answers: &[NOTHING], retry: lp::RetryClass::Key("idempotency-key"),
);

lp::structure! {
    /// By cursor.
    pub struct ByCursor "by_cursor" {
        pub cursor: Option<String> = "cursor";
    }
}
operation!(ByCursor -> Vec<Item>,
    name: "by_cursor", kind: lp::ModuleKind::Search, method: "GET", path: "/cursor",
    places: &[lp::Place::Query(lp::Style::FormExplode)], answers: &[ITEMS], retry: lp::RetryClass::Safe,
    page: Some(&lp::Page {
        items: lp::Items { at: &["data"], shape: <Item as lp::Shaped>::LINK },
        strategy: lp::Strategy::Cursor { send: 0, read: &["meta", "next"] },
        stop: lp::Stop::Absent,
        cap: 1000,
    }),
);
impl lp::Search for ByCursor {
    type Item = Item;
}

lp::structure! {
    /// By link.
    pub struct ByLink "by_link" {}
}
operation!(ByLink -> Vec<Item>,
    name: "by_link", kind: lp::ModuleKind::Search, method: "GET", path: "/link",
    answers: &[ITEMS], retry: lp::RetryClass::Safe,
    page: Some(&lp::Page {
        items: lp::Items { at: &["data"], shape: <Item as lp::Shaped>::LINK },
        strategy: lp::Strategy::LinkHeader { header: "link" },
        stop: lp::Stop::Absent,
        cap: 1000,
    }),
);
impl lp::Search for ByLink {
    type Item = Item;
}

lp::structure! {
    /// By next URL.
    pub struct ByNextUrl "by_next_url" {}
}
operation!(ByNextUrl -> Vec<Item>,
    name: "by_next_url", kind: lp::ModuleKind::Search, method: "GET", path: "/next",
    answers: &[ITEMS], retry: lp::RetryClass::Safe,
    page: Some(&lp::Page {
        items: lp::Items { at: &["data"], shape: <Item as lp::Shaped>::LINK },
        strategy: lp::Strategy::NextUrl { read: &["next"] },
        stop: lp::Stop::Absent,
        cap: 1000,
    }),
);
impl lp::Search for ByNextUrl {
    type Item = Item;
}

lp::structure! {
    /// By offset.
    pub struct ByOffset "by_offset" {
        pub first: i64 = "first!" "default 0";
        pub limit: i64 = "limit!" "default 2";
    }
}
operation!(ByOffset -> Vec<Item>,
    name: "by_offset", kind: lp::ModuleKind::Search, method: "GET", path: "/offset",
    places: &[lp::Place::Query(lp::Style::FormExplode), lp::Place::Query(lp::Style::FormExplode)],
    answers: &[ITEMS], retry: lp::RetryClass::Safe,
    page: Some(&lp::Page {
        items: lp::Items { at: &["data"], shape: <Item as lp::Shaped>::LINK },
        strategy: lp::Strategy::Offset { advance: 0, size: Some(1) },
        stop: lp::Stop::Short,
        cap: 1000,
    }),
);
impl lp::Search for ByOffset {
    type Item = Item;
}

lp::structure! {
    /// Downloads.
    pub struct Fetch "fetch" {}
}
operation!(Fetch -> lp::Download,
    name: "fetch", method: "GET", path: "/file", retry: lp::RetryClass::Safe,
    answers: &[lp::Answer { decoding: lp::Decoding::Stream, shape: <lp::Download as lp::Shaped>::LINK, ..lp::Answer::EMPTY }],
);

lp::structure! {
    /// Uploads.
    pub struct Upload "upload" {
        pub title: String = "title!";
        pub content: lp::Body = "content!";
    }
}
operation!(Upload -> (),
    name: "upload", method: "POST", path: "/upload",
    places: &[lp::Place::Body, lp::Place::Body], body: lp::BodyEncoding::Multipart, answers: &[NOTHING],
    retry: lp::RetryClass::Idempotent,
);

lp::structure! {
    /// A form with everything.
    pub struct Form "form" {
        pub tags: Vec<String> = "tags!";
        pub trace: String = "trace! X-Trace";
        pub session: String = "session!";
        pub text: String = "text!";
    }
}
operation!(Form -> (),
    name: "form", method: "PUT", path: "/form",
    places: &[lp::Place::Query(lp::Style::Form), lp::Place::Header(lp::Style::Simple), lp::Place::Cookie(lp::Style::Form), lp::Place::Body],
    body: lp::BodyEncoding::Form, answers: &[NOTHING], retry: lp::RetryClass::Idempotent,
);

lp::structure! {
    /// A patch, in a media type of its own.
    pub struct Merge "merge" {
        pub note: lp::Patch<String> = "note?";
    }
}
operation!(Merge -> (),
    name: "merge", method: "PATCH", path: "/form", places: &[lp::Place::Body],
    body: lp::BodyEncoding::JsonAs("application/merge-patch+json"), answers: &[NOTHING],
);

lp::structure! {
    /// Another origin.
    pub struct Elsewhere "elsewhere" {
        pub url: String = "url!";
        pub content: lp::Body = "content!";
    }
}
operation!(Elsewhere -> (),
    name: "elsewhere", method: "PUT", path: "{0}", server: lp::ServerChoice::Outside,
    places: &[lp::Place::Path(lp::Style::Simple), lp::Place::WholeBody], body: lp::BodyEncoding::Raw("application/octet-stream"),
    answers: &[NOTHING],
);

lp::answers! {
    /// Started or done.
    pub enum Started "Started" { Done(Item), Later(Trouble), Nothing(()), }
}
lp::structure! {
    /// Starts something.
    pub struct Start "start" {}
}
operation!(Start -> Started,
    name: "start", method: "POST", path: "/start",
    answers: &[
        lp::Answer { statuses: lp::Statuses(200, 200), variant: Some(0), ..ITEM },
        lp::Answer { statuses: lp::Statuses(202, 202), variant: Some(1), ..json(<Trouble as lp::Shaped>::LINK, &[]) },
        lp::Answer { statuses: lp::Statuses(204, 204), variant: Some(2), ..NOTHING },
    ],
);

pub const SECRET: &str = "k-s3cr3t";

pub fn key() -> Key {
    Key { host: "acme.example".parse().expect("a host"), key: SECRET.into() }
}

pub fn builder(stand_in: &StandIn) -> ClientBuilder<Api> {
    Client::<Api>::builder(key()).base_url(stand_in.url())
}

pub fn client(stand_in: &StandIn) -> Client<Api> {
    builder(stand_in).build().expect("a client")
}
