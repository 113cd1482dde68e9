//! Answers that are kept: what is asked, what is given, and what a server cannot make of it.

mod support;

use linchpin_runtime::{
    ETag, ErrorKind,
    prelude::*,
    testing::{Reply, StandIn},
};
use serde_json::json;
use support::*;

const ITEM: &str = "/api/1.0/items/1";

fn item(tag: &str, size: i64) -> Reply {
    Reply::json(200, &json!({ "data": { "id": "1", "Size": size } })).header("etag", tag)
}

fn get(id: &str) -> GetItem {
    GetItem { id: id.into(), view: None }
}

fn conditions(server: &StandIn) -> Vec<Option<String>> {
    server.received().iter().map(|request| request.header("if-none-match").map(str::to_owned)).collect()
}

async fn server(replies: impl IntoIterator<Item = Reply>) -> StandIn {
    let server = StandIn::start().await.expect("it listens");
    replies.into_iter().for_each(|reply| server.on("GET", ITEM, reply));
    server
}

fn keeping(server: &StandIn) -> linchpin_runtime::Client<Api> {
    builder(server).cache(1 << 20).no_retry().build().expect("a client")
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let server = server([item("\"a\"", 1), Reply::status(304).header("etag", "W/\"a\""), item("\"b\"", 2), Reply::status(304)]).await;
    let client = keeping(&server);
    let mut told = Vec::new();
    for _ in 0..4 {
        let answer = get("1").answer(&client.clone()).await.expect("an answer");
        told.push((answer.size, answer.is_kept(), answer.status().map(|status| status.as_u16())));
    }
    assert_eq!(told, [(Some(1), false, Some(200)), (Some(1), true, Some(200)), (Some(2), false, Some(200)), (Some(2), true, Some(200))]);
    assert_eq!(conditions(&server), [None, Some("\"a\"".into()), Some("\"a\"".into()), Some("\"b\"".into())]);
    assert_eq!(get("1").send(&client).await.expect("an answer").size, Some(2));
    assert_eq!(client.call("get_item", json!({ "id": "1" })).await.expect("by name")["size"], 2);
}

#[tokio::test]
async fn nothing_is_kept_unless_asked_or_where_it_must_not_be() {
    let plain = server([item("\"a\"", 1)]).await;
    let client = client(&plain);
    let refused = [
        item("\"a\"", 1).header("cache-control", "private, No-Store"),
        item("\"a\"", 1).header("vary", "Accept, *"),
        Reply::json(200, &json!({ "data": { "id": "1" } })),
        Reply::json(200, &json!({ "ok": false, "error": "x" })).header("etag", "\"a\""),
    ];
    for _ in 0..2 {
        get("1").send(&client).await.expect("an answer");
    }
    assert_eq!(conditions(&plain), [None, None]);
    for reply in refused {
        let server = server([reply]).await;
        let client = keeping(&server);
        for _ in 0..2 {
            let _ = get("1").send(&client).await;
        }
        assert_eq!(conditions(&server), [None, None]);
    }
}

#[tokio::test]
async fn clients_do_not_share() {
    let server = server([item("\"a\"", 1)]).await;
    for _ in 0..2 {
        get("1").send(&keeping(&server)).await.expect("an answer");
    }
    assert_eq!(conditions(&server), [None, None]);
}

#[tokio::test]
async fn the_room_is_bounded_and_the_oldest_goes() {
    let server = StandIn::start().await.expect("it listens");
    for id in ["1", "2", "3"] {
        let body = json!({ "data": { "id": id, "more": "x".repeat(1000) } });
        server.on("GET", &format!("/api/1.0/items/{id}"), Reply::json(200, &body).header("etag", "\"a\""));
    }
    let client = builder(&server).cache(3500).build().expect("a client");
    for id in ["1", "2", "1", "3", "1", "2"] {
        get(id).send(&client).await.expect("an answer");
    }
    let tag = Some("\"a\"".to_owned());
    // The third takes the place of the second, which was used before the first.
    assert_eq!(conditions(&server), [None, None, tag.clone(), None, tag, None]);
    let small = builder(&server).cache(100).build().expect("a client");
    for _ in 0..2 {
        get("1").send(&small).await.expect("an answer");
    }
    assert_eq!(conditions(&server)[6..], [None, None]);
}

#[tokio::test]
async fn a_304_that_is_of_something_else_gives_nothing() {
    let other = server([item("\"a\"", 1), Reply::status(304).header("etag", "\"b\""), item("\"b\"", 2)]).await;
    let client = keeping(&other);
    get("1").send(&client).await.expect("an answer");
    assert_eq!(get("1").send(&client).await.expect("asked again").size, Some(2));
    assert_eq!(conditions(&other), [None, Some("\"a\"".into()), None]);

    let unasked = server([Reply::status(304)]).await;
    assert_eq!(get("1").send(&keeping(&unasked)).await.expect_err("nothing was kept").kind(), ErrorKind::Decode);

    // Led elsewhere, it speaks of what is there.
    let led = server([item("\"a\"", 1), Reply::status(302).header("location", "/api/1.0/items/2"), item("\"c\"", 3)]).await;
    led.on("GET", "/api/1.0/items/2", Reply::status(304));
    let client = keeping(&led);
    get("1").send(&client).await.expect("an answer");
    assert_eq!(get("1").send(&client).await.expect("asked again").size, Some(3));
}

#[tokio::test]
async fn an_answer_that_depends_on_a_header_is_given_for_the_same_header_only() {
    let server = server([item("\"a\"", 1).header("vary", "Accept-Language")]).await;
    let client = keeping(&server);
    for _ in 0..2 {
        get("1").send(&client).await.expect("an answer");
    }
    assert_eq!(conditions(&server), [None, Some("\"a\"".into())]);
}

#[tokio::test]
async fn a_stale_change_is_told_with_what_there_is() {
    let server = StandIn::start().await.expect("it listens");
    server.on("PUT", "/api/1.0/form", Reply::reset());
    server.on("PUT", "/api/1.0/form", Reply::status(412).header("etag", "\"now\""));
    let form = || Form { tags: vec![], trace: "x".into(), session: "y".into(), text: String::new() };
    let client = client(&server);
    let lost = form().send(&client).await.expect_err("changed");
    assert!(lost.is_stale() && lost.to_string().contains("an earlier try"), "{lost}");
    let error = form().send(&client).await.expect_err("changed");
    assert_eq!((error.kind(), error.is_stale()), (ErrorKind::Conflict, true));
    assert_eq!(error.current_etag(), Some(&ETag::from("\"now\"".to_owned())));
    assert!(!error.to_string().contains("an earlier try"), "{error}");
}
