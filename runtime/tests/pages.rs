//! Searches end to end over loopback: fetching ahead, ends, checkpoints.

mod support;

use std::time::Duration;

use linchpin_runtime::{
    Checkpoint, ErrorKind,
    prelude::*,
    testing::{Reply, StandIn},
};
use serde_json::{Value, json};
use support::*;

fn page(ids: &[&str], next: Value) -> Reply {
    let items: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    Reply::json(200, &json!({ "meta": { "next": next }, "data": items }))
}

async fn ids(search: ByCursor, server: &StandIn) -> Result<Vec<String>, (Vec<String>, linchpin_runtime::Error)> {
    let (mut items, mut ids) = (search.items(&client(server)), Vec::new());
    loop {
        match items.try_next().await {
            Ok(Some(item)) => ids.push(item.id),
            Ok(None) => return Ok(ids),
            Err(error) => return Err((ids, error)),
        }
    }
}

#[tokio::test]
async fn cursors_lead_on_over_an_empty_middle_page() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/cursor", page(&["1", "2"], json!("a b")));
    server.on("GET", "/api/1.0/cursor?cursor=a b", page(&[], json!("c")));
    server.on("GET", "/api/1.0/cursor?cursor=c", page(&["3"], json!("")));
    assert_eq!(ids(ByCursor { cursor: None }, &server).await.expect("all"), ["1", "2", "3"]);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_cycle_of_cursors_ends_with_an_error_after_what_was_read() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/cursor", page(&["1"], json!("a")));
    server.on("GET", "/api/1.0/cursor?cursor=a", page(&["2"], json!("b")));
    server.on("GET", "/api/1.0/cursor?cursor=b", page(&["3"], json!("a")));
    let (read, error) = ids(ByCursor { cursor: None }, &server).await.expect_err("a cycle");
    assert_eq!((read, error.kind()), (vec!["1".to_owned(), "2".into(), "3".into()], ErrorKind::Paging));
    assert!(server.received().len() <= 3);
}

#[tokio::test]
async fn caps_on_pages_and_records_are_errors() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/cursor", page(&["1", "2"], json!("a")));
    server.on("GET", "/api/1.0/cursor?cursor=a", page(&["3", "4"], json!("b")));
    let records = builder(&server).records(3).build().expect("a client");
    let mut items = ByCursor { cursor: None }.items(&records);
    for id in ["1", "2", "3"] {
        assert_eq!(items.try_next().await.expect("an item").expect("an item").id, id);
    }
    assert_eq!(items.try_next().await.expect_err("the cap").kind(), ErrorKind::Limit);
    assert!(items.try_next().await.expect("the end").is_none());

    let pages = builder(&server).pages(1).build().expect("a client");
    let mut pages = ByCursor { cursor: None }.pages(&pages);
    assert_eq!(pages.try_next().await.expect("a page").expect("a page").len(), 2);
    assert_eq!(pages.try_next().await.expect_err("the cap").kind(), ErrorKind::Limit);
}

#[tokio::test]
async fn the_next_page_is_fetched_while_this_one_is_read() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/cursor", page(&["1", "2"], json!("a")));
    server.on("GET", "/api/1.0/cursor?cursor=a", page(&["3"], json!(null)));
    let mut items = ByCursor { cursor: None }.items(&client(&server));
    items.try_next().await.expect("an item");
    // The caller is busy with the first item and asks for nothing.
    let fetched = async {
        while server.received().len() < 2 {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(Duration::from_secs(10), fetched).await.expect("the second page is asked for meanwhile");
}

#[tokio::test]
async fn a_checkpoint_goes_on_within_a_page() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/offset?first=0", Reply::json(200, &json!({"data": [{"id": "1"}, {"id": "2"}]})));
    server.on("GET", "/api/1.0/offset?first=2", Reply::json(200, &json!({"data": [{"id": "3"}, {"id": "4"}]})));
    server.on("GET", "/api/1.0/offset?first=4", Reply::json(200, &json!({"data": [{"id": "5"}]})));
    let client = client(&server);
    let search = || ByOffset { first: 0, limit: 2 };
    let mut items = search().items(&client);
    for _ in 0..3 {
        items.try_next().await.expect("an item").expect("an item");
    }
    let stored = serde_json::to_string(&items.checkpoint().expect("not at the end")).expect("it is written");
    drop(items);
    let checkpoint: Checkpoint = serde_json::from_str(&stored).expect("it is read");
    let (mut items, mut rest) = (search().items(&client).from(checkpoint.clone()), Vec::new());
    while let Some(item) = items.try_next().await.expect("an item") {
        rest.push(item.id);
    }
    assert_eq!(rest, ["4", "5"]);
    assert!(items.checkpoint().is_none());
    let mut other = ByCursor { cursor: None }.pages(&client).from(checkpoint);
    assert_eq!(other.try_next().await.expect_err("of another search").kind(), ErrorKind::Input);
}

#[tokio::test]
async fn next_links_are_followed_within_the_origin() {
    let server = StandIn::start().await.expect("it listens");
    let first = Reply::json(200, &json!({"data": [{"id": "1"}]})).header("link", r#"<?page=2>; rel="next", <?page=1>; rel="first""#);
    server.on("GET", "/api/1.0/link", first);
    server.on("GET", "/api/1.0/link?page=2", Reply::json(200, &json!({"data": [{"id": "2"}]})));
    let mut items = ByLink {}.items(&client(&server));
    let mut ids = Vec::new();
    while let Some(item) = items.try_next().await.expect("an item") {
        ids.push(item.id);
    }
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(server.received()[1].query(), [("page".into(), "2".into()), ("api_key".into(), SECRET.into())]);
}

#[tokio::test]
async fn an_error_in_a_page_is_the_apis_own() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/cursor", Reply::json(200, &json!({"ok": false, "error": "bad_cursor"})));
    let (_, error) = ids(ByCursor { cursor: None }, &server).await.expect_err("an error");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, Some("bad_cursor")));
}
