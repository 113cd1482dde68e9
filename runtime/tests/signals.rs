//! What servers say about the end of things, through a client: counted where the spec declares it, told once where it does not, and a typed
//! error where something has ended.

#![allow(missing_docs, reason = "a test")]

mod support;

use std::sync::{Arc, Mutex};

use linchpin_runtime::{
    Client, Error, ErrorKind, Notice, Observer, Patch,
    api::{Operation as _, Search as _},
    life::{Drift, Drifted, Source},
    testing::{Reply, SimulatedClock, StandIn},
};
use serde_json::json;
use support::{Api, ByCursor, CreateItem, Elsewhere, GetItem, PutOnce, builder};

#[derive(Debug, Default)]
struct Watch(Mutex<Vec<Notice>>);

impl Observer for Watch {
    fn noticed(&self, notice: &Notice) {
        self.0.lock().expect("unpoisoned").push(notice.clone());
    }
}

impl Watch {
    fn drifts(&self) -> Vec<Drift> {
        let drift = |notice: &Notice| if let Notice::Drift(drift) = notice { Some(Drift::clone(drift)) } else { None };
        self.0.lock().expect("unpoisoned").iter().filter_map(drift).collect()
    }
}

async fn watched() -> (StandIn, Client<Api>, Arc<Watch>) {
    let server = StandIn::start().await.expect("it listens");
    let watch = Arc::new(Watch::default());
    let client = builder(&server).clock(Arc::new(SimulatedClock::default())).observer(watch.clone()).build().expect("a client");
    (server, client, watch)
}

fn item() -> Reply {
    Reply::json(200, &json!({"data": {"id": "1"}}))
}

async fn create(client: &Client<Api>) -> Result<(), Error> {
    CreateItem { name: "A".into(), note: Patch::Leave }.send(client).await.map(|_| ())
}

#[tokio::test]
async fn drift_is_told_once_for_a_client_and_its_clones() {
    let (server, client, watch) = watched().await;
    let ending = || item().header("deprecation", "@1688169599").header("sunset", "Sun, 30 Jun 2024 23:59:59 UTC");
    for _ in 0..3 {
        server.on("POST", "/api/1.0/items", ending());
    }
    create(&client).await.expect("an item");
    create(&client.clone()).await.expect("an item");
    create(&client).await.expect("an item");
    let [drift] = &watch.drifts()[..] else { panic!("told once: {:?}", watch.drifts()) };
    assert_eq!((drift.operation, &drift.what), ("create_item", &Drifted::Undeclared));
    assert_eq!(drift.place, "action `create_item` @1");
    assert_eq!(drift.edit, r#"deprecated since 2023-06-30 sunset 2024-06-30 use none "the server says so""#);
    let counts: Vec<_> = client.signals().iter().map(|count| (count.operation, count.declared, count.undeclared)).collect();
    assert_eq!(counts, [("create_item", 0, 3)]);

    let (other_server, other, other_watch) = watched().await;
    other_server.on("POST", "/api/1.0/items", ending());
    create(&other).await.expect("an item");
    assert_eq!(other_watch.drifts().len(), 1, "another client tells it, too");
}

#[tokio::test]
async fn what_the_spec_declares_is_counted_and_a_date_that_slips_is_told() {
    let (server, client, watch) = watched().await;
    let path = "/api/1.0/items/1";
    for reply in [item(), item().header("deprecation", "true"), item().header("sunset", "Sun, 30 Jun 2024 23:59:59 GMT")] {
        server.on("GET", path, reply);
    }
    for _ in 0..3 {
        GetItem { id: "1".into(), view: None }.send(&client).await.expect("an item");
    }
    let counts: Vec<_> = client.signals().iter().map(|count| (count.operation, count.declared, count.undeclared)).collect();
    assert_eq!(counts, [("get_item", 1, 1)]);
    let [drift] = &watch.drifts()[..] else { panic!("told once: {:?}", watch.drifts()) };
    assert_eq!(drift.what, Drifted::Sunset { declared: None, announced: "2024-06-30".parse().expect("a day") });
    assert_eq!(drift.edit, r#"deprecated since 2024-06-30 sunset 2024-06-30 use get_thing "renamed""#);
}

#[tokio::test]
async fn what_has_ended_is_an_error_that_names_the_successor() {
    let (server, client, watch) = watched().await;
    server.on("GET", "/api/1.0/items/1", Reply::json(410, &json!({"errorMessages": ["The requested API has been removed."]})));
    let error = GetItem { id: "1".into(), view: None }.send(&client).await.expect_err("gone");
    assert_eq!((error.kind(), error.successor(), error.is_retryable()), (ErrorKind::Gone, Some("get_thing"), false));
    let signal = error.signal().expect("a signal");
    assert_eq!((signal.info.as_deref(), &signal.sources[..]), (Some("The requested API has been removed."), &[Source::Status(410)][..]));
    assert_eq!(error.to_string(), "get_item: the server answered 410 Gone; use `get_thing` instead");
    let [drift] = &watch.drifts()[..] else { panic!("told once: {:?}", watch.drifts()) };
    assert_eq!((drift.operation, &drift.what), ("get_item", &Drifted::Gone), "the spec names no day on which it ends");

    let retired = json!({"ok": false, "error": "method_deprecated", "response_metadata": {"messages": ["use get_thing"]}});
    server.on("POST", "/api/1.0/items", Reply::json(200, &retired));
    let error = create(&client).await.expect_err("gone");
    assert_eq!((error.kind(), error.code(), error.successor()), (ErrorKind::Gone, Some("method_deprecated"), None));
    assert_eq!(watch.drifts().len(), 2);

    server.on("GET", "/api/1.0/cursor", Reply::json(200, &retired));
    let error = ByCursor { cursor: None }.items(&client).try_next().await.expect_err("gone");
    assert_eq!(error.kind(), ErrorKind::Gone);
    assert_eq!(watch.drifts().len(), 3);
    let counts: Vec<_> = client.signals().iter().map(|count| (count.operation, count.undeclared)).collect();
    assert_eq!(counts, [("by_cursor", 1), ("create_item", 1), ("get_item", 1)], "each is counted once");
}

#[tokio::test]
async fn a_thing_that_is_gone_does_not_end_its_operation() {
    let (server, client, watch) = watched().await;
    server.on("POST", "/api/1.0/items", Reply::json(410, &json!({"detail": {"text": "the folder was deleted"}})));
    assert_eq!(create(&client).await.expect_err("gone").kind(), ErrorKind::Gone);
    assert_eq!(watch.drifts(), []);
    assert_eq!(client.signals().len(), 1);
}

#[tokio::test]
async fn another_server_does_not_end_an_operation() {
    let (_server, client, watch) = watched().await;
    let other = StandIn::start().await.expect("it listens");
    other.on("PUT", "/over", Reply::status(410).body("This link is no longer available."));
    other.on("PUT", "/ended", Reply::json(404, &json!({"error": "method_deprecated"})));
    other.on("PUT", "/told", Reply::json(200, &json!({"ok": false, "error": "method_deprecated"})));
    for path in ["/over", "/ended", "/told"] {
        let sent = Elsewhere { url: format!("{}{path}", other.url()), content: "file".into() }.send(&client).await;
        assert!(sent.expect_err("refused").signal().is_some(), "{path}: the call's own error says what it said");
    }
    assert_eq!((watch.drifts(), client.signals()), (vec![], vec![]));
}

#[tokio::test]
async fn another_version_than_was_asked_for_is_told_once() {
    let (server, client, watch) = watched().await;
    server.on("POST", "/api/1.0/items", item().header("x-shopify-api-version", "1.0"));
    create(&client).await.expect("an item");
    assert_eq!(watch.drifts(), []);
    server.on("POST", "/api/1.0/items", item().header("x-shopify-api-version", "2.0"));
    server.on("POST", "/api/1.0/once", Reply::status(200).header("x-shopify-api-version", "2.0"));
    create(&client).await.expect("an item");
    PutOnce {}.send(&client).await.expect("nothing");
    let [drift] = &watch.drifts()[..] else { panic!("told once: {:?}", watch.drifts()) };
    assert_eq!(drift.what, Drifted::Version { asked: "1.0", served: "2.0".into() });
    assert_eq!((drift.place.as_str(), drift.edit.as_str()), ("api `v1`", "removed 2023-11-14\napi 2-0 at \"2.0\" { }"));
    assert_eq!(client.signals(), []);
}
