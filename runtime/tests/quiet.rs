//! Quiet that a server asks for while it still answers: who keeps it, and whose word it is.

mod support;

use std::{sync::Arc, time::Duration};

use linchpin_runtime::{
    ErrorKind,
    prelude::*,
    testing::{Reply, SimulatedClock, StandIn},
};
use serde_json::json;
use support::{Elsewhere, GetItem, builder};

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
async fn the_apis_own_word_holds() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/items/1", Reply::json(200, &json!({"data": {"id": "1"}})).header("backoff", "3600"));
    let client = builder(&server).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    item().send(&client).await.expect("an answer");
    let error = item().send(&client).await.expect_err("it asked for quiet");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(3600))));
    assert_eq!(server.received().len(), 1);
}
