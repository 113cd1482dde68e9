//! Quiet that a server asks for while it still answers: who keeps it, and whose word it is.

#[macro_use]
mod support;

use std::{sync::Arc, time::Duration};

use linchpin_runtime::{
    __codegen_v1 as lp, Client, ErrorKind,
    http_module::HttpRequest,
    prelude::*,
    testing::{Reply, Route, SimulatedClock, StandIn},
};
use serde_json::json;
use support::{Elsewhere, GetItem, builder};

/// An API without limits, but one of an operation.
enum Narrow {}

impl lp::Api for Narrow {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable { connector: "narrow", servers: &["https://narrow.example"], ..lp::ApiTable::EMPTY };
}

lp::structure! {
    /// One at a time.
    struct Alone "alone" {}
}

operation!(
    Alone of Narrow -> (),
    name: "alone",
    method: "GET",
    path: "/alone",
    answers: &[lp::Answer::EMPTY],
    retry: lp::RetryClass::Safe,
    limits: &[lp::Limit::Concurrent(1)],
);

fn item() -> GetItem {
    GetItem { id: "1".into(), view: None }
}

#[tokio::test]
async fn another_server_does_not_speak_for_the_api() {
    let server = StandIn::start().await.expect("it listens");
    let other = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/items/1", Reply::json(200, &json!({"data": {"id": "1"}})));
    other.on("PUT", "/quiet", Reply::status(200).header("backoff", "3600"));
    other.on("PUT", "/spent", Reply::status(200).header("x-left", "0").header("x-reset", "3600"));
    other.on("PUT", "/often", Reply::status(429).header("retry-after", "3600"));
    for path in ["/quiet", "/spent", "/often"] {
        let clock = Arc::new(SimulatedClock::default());
        let client = builder(&server).clock(clock.clone()).build().expect("a client");
        let sent = Elsewhere { url: format!("{}{path}", other.url()), content: "file".into() }.send(&client).await;
        assert_eq!(sent.is_ok(), path != "/often", "{path}");
        let answer = item().send(&client).await;
        assert!(answer.is_ok() && clock.slept().is_empty(), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn another_server_uses_up_no_tries_of_the_api() {
    let server = StandIn::start().await.expect("it listens");
    let other = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/items/1", Reply::status(503));
    server.on("GET", "/api/1.0/items/1", Reply::json(200, &json!({"data": {"id": "1"}})));
    other.on("GET", "/file", Reply::status(503));
    let client = builder(&server).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    for _ in 0..20 {
        HttpRequest::get(format!("{}/file", other.url())).send(&client).await.expect_err("it is down");
    }
    assert!(other.received().len() < 75, "its own are used up: {}", other.received().len());
    item().send(&client).await.expect("the second try");
}

#[tokio::test]
async fn a_429_holds_also_where_every_status_is_an_answer() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/items/1", Reply::json(200, &json!({"data": {"id": "1"}})));
    server.on("GET", "/api/1.0/often", Reply::status(429).header("retry-after", "7"));
    let clock = Arc::new(SimulatedClock::default());
    let client = builder(&server).clock(clock.clone()).build().expect("a client");
    HttpRequest::get("/often").every_status().send(&client).await.expect("an answer");
    item().send(&client).await.expect("an answer");
    assert_eq!(clock.slept(), [Duration::from_secs(7)]);
}

#[tokio::test]
async fn the_apis_own_word_holds() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/items/1", Reply::json(200, &json!({"data": {"id": "1"}})).header("backoff", "3600"));
    let client = builder(&server).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    item().send(&client).await.expect("an answer");
    let error = item().send(&client).await.expect_err("it asked for quiet");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(3600))));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn who_stood_in_line_when_it_began_keeps_it() {
    let server = StandIn::start().await.expect("it listens");
    let first = Reply::status(204).header("backoff", "3600").delay(Duration::from_millis(100));
    server.route(Route::new("GET", "/alone").reply(first));
    let clock = Arc::new(SimulatedClock::default());
    let client = Client::<Narrow>::open().base_url(server.url()).clock(clock).build().expect("a client");
    let (one, two) = tokio::join!(Alone {}.send(&client), Alone {}.send(&client));
    one.expect("an answer");
    assert_eq!(two.expect_err("it asked for quiet").kind(), ErrorKind::RateLimited);
    assert_eq!(server.received().len(), 1);
}
