//! What answers hold that the spec does not know: it is let be, counted by type and name, and told once.

use std::sync::{Arc, Mutex};

use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Reply, Route, StandIn};
use linchpin_runtime::{Notice, Observer, Unknown};
use serde_json::json;

linchpin_runtime::connector!("jobs");
linchpin_runtime::connector!("triggers");

use jobs::v2;

#[derive(Debug, Default)]
struct Told(Mutex<Vec<(String, &'static str, Unknown)>>);

impl Observer for Told {
    fn noticed(&self, notice: &Notice) {
        if let Notice::Unknown { operation, within, what } = notice {
            self.0.lock().expect("unpoisoned").push(((*operation).to_owned(), within, what.clone()));
        }
    }
}

fn token() -> jobs::Token {
    jobs::Token::new("jobs.example".parse::<linchpin_runtime::Host>().expect("a host"), "t")
}

#[tokio::test]
async fn what_an_api_adds_is_counted_and_told_once() {
    let server = StandIn::start().await.expect("it listens");
    let long = "x".repeat(10_000);
    server.on("GET", "/v2/exports/e1", Reply::json(200, &json!({ "id": "e1", "state": "PAUSED", "owner": { "id": 1 }, &*long: 1 })));
    server.on("GET", "/v2/exports/e2", Reply::json(200, &json!({ "id": "e2", "state": "DONE" })));
    let told = Arc::new(Told::default());
    let client = v2::Client::builder(token()).base_url(server.url()).observer(told.clone()).build().expect("a client");
    for _ in 0..3 {
        let export = v2::exports::Read::new("e1").send(&client).await.expect("it is let be");
        assert_eq!(export.state.as_str(), "PAUSED", "and what it says is kept");
    }
    v2::exports::Read::new("e2").send(&client).await.expect("nothing is strange here");
    client.call("exports.read", json!({ "id": "e1" })).await.expect("by name, too");

    let counted: Vec<_> = client.unknowns().into_iter().map(|one| (one.operation, one.within, one.what, one.answers)).collect();
    let shortened = format!("{}…", "x".repeat(40));
    let what = [Unknown::Member("owner".into()), Unknown::Member(shortened), Unknown::Value("PAUSED".into())];
    let expected: Vec<_> =
        what.iter().zip(["Export", "Export", "State"]).map(|(what, within)| ("exports.read", within, what.clone(), 4)).collect();
    assert_eq!(counted, expected);
    let told = told.0.lock().expect("unpoisoned");
    assert_eq!(told.len(), 3, "each once: {told:?}");
}

#[tokio::test]
async fn pages_are_looked_at_and_who_does_not_watch_pays_nothing() {
    let server = StandIn::start().await.expect("it listens");
    let ticket = json!({ "id": "1", "title": "T", "changed_at": "2026-01-02T00:00:02Z", "colour": "red" });
    server.on("GET", "/tickets", Reply::json(200, &json!({ "data": [ticket, ticket], "next": null })));
    let told = Arc::new(Told::default());
    let client = triggers::Client::open().base_url(server.url()).observer(told.clone()).build().expect("a client");
    let start = linchpin_runtime::trigger::PollState::start(linchpin_runtime::trigger::Start::All);
    triggers::WatchTickets::new().poll(&client, &start).await.expect("a poll");
    let [one] = &client.unknowns()[..] else { panic!("one thing: {:?}", client.unknowns()) };
    assert_eq!((one.within, &one.what, one.answers), ("Ticket", &Unknown::Member("colour".into()), 1));

    let blind = triggers::Client::open().base_url(server.url()).build().expect("a client");
    triggers::WatchTickets::new().poll(&blind, &start).await.expect("a poll");
    assert!(blind.unknowns().is_empty());
}

#[tokio::test]
async fn a_server_cannot_fill_the_memory_with_names() {
    let server = StandIn::start().await.expect("it listens");
    let told = Arc::new(Told::default());
    let client = v2::Client::builder(token()).base_url(server.url()).observer(told.clone()).build().expect("a client");
    let mut route = Route::new("GET", "/v2/exports/e1");
    for round in 0..30 {
        let mut export = json!({ "id": "e1", "state": "DONE" });
        for number in 0..200 {
            export[format!("member{round}x{number}")] = json!(1);
        }
        route = route.reply(Reply::json(200, &export));
    }
    server.route(route);
    for _ in 0..30 {
        v2::exports::Read::new("e1").send(&client).await.expect("it is let be");
    }
    assert_eq!((client.unknowns().len(), told.0.lock().expect("unpoisoned").len()), (1000, 1000));
}
