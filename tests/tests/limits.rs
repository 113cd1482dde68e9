//! Limits of a client without a store: they hold for all its clones together, on a server that counts along. Those of several processes are
//! `real_shared`'s.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use linchpin_runtime::limit::{LimitStore, MemoryLimitStore, StoreDown};
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Reply, Route, SimulatedClock, StandIn};
use linchpin_runtime::{Held, Observer};
use linchpin_tests::counter::Counter;

linchpin_runtime::connector!("metered");
linchpin_runtime::connector!("narrow");

fn client(url: &str, patience: Duration) -> metered::Client {
    let key = metered::Key::new("metered.example".parse::<linchpin_runtime::Host>().expect("a host"), "k");
    metered::Client::builder(key).base_url(url).overall_timeout(patience).no_retry().build().expect("a client")
}

/// Has as many clones call at once, and gives how many were let through; the others are told when there is room.
async fn let_through<C>(clones: usize, client: &metered::Client, call: impl Fn(metered::Client) -> C) -> usize
where
    C: Future<Output = Result<metered::Taken, linchpin_runtime::Error>> + Send + 'static,
{
    let calls: Vec<_> = (0..clones).map(|_| tokio::spawn(call(client.clone()))).collect();
    let mut made = 0;
    for call in calls {
        match call.await.expect("no panic") {
            Ok(_) => made += 1,
            Err(error) => assert!(error.kind() == ErrorKind::RateLimited && error.retry_after().is_some(), "{error:?}"),
        }
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn clones_call_no_more_at_once_than_one_client_may() {
    let (url, counter) = Counter::listen(Duration::from_millis(20)).await;
    let client = client(&url, Duration::from_secs(120));
    let made = let_through(30, &client, |client| async move { metered::Slow::new().send(&client).await }).await;
    assert_eq!((made, counter.calls(), counter.most_at_once()), (30, 30, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn clones_share_a_window_of_calls_and_one_of_points() {
    let (url, counter) = Counter::listen(Duration::ZERO).await;
    let client = client(&url, Duration::from_secs(20));
    let made = let_through(40, &client, |client| async move { metered::Fixed::new().send(&client).await }).await;
    assert_eq!((made, counter.calls()), (25, 25));
    let made = let_through(40, &client, |client| async move { metered::Dear::new().send(&client).await }).await;
    assert_eq!((made, counter.calls()), (100 / 7, 25 + 100 / 7));
}

/// What was held back, and for how long.
#[derive(Debug, Default)]
struct HeldBack(Mutex<Vec<(&'static str, u64)>>);

impl Observer for HeldBack {
    fn held(&self, held: &Held) {
        self.0.lock().expect("unpoisoned").push((held.operation, held.waited.as_secs()));
    }
}

#[tokio::test]
async fn a_wait_that_one_call_is_told_of_holds_for_those_that_follow() {
    let server = StandIn::start().await.expect("it listens");
    let too_many = Reply::json(429, &serde_json::json!({})).header("retry-after", "30");
    let taken = || Reply::json(200, &serde_json::json!({ "ok": true }));
    server.route(Route::new("POST", "/fixed").reply(too_many).reply(taken()).reply(taken()));
    let held = Arc::new(HeldBack::default());
    let client = |patience: u64| {
        let key = metered::Key::new("metered.example".parse::<linchpin_runtime::Host>().expect("a host"), "k");
        let builder = metered::Client::builder(key).base_url(server.url()).overall_timeout(Duration::from_secs(patience));
        builder.clock(Arc::new(SimulatedClock::default())).observer(held.clone()).build().expect("a client")
    };
    // It changes something and bears no key, so it is not made again; what it was told holds all the same.
    let patient = client(60);
    assert_eq!(metered::Fixed::new().send(&patient).await.expect_err("too many").kind(), ErrorKind::RateLimited);
    assert!(held.0.lock().expect("unpoisoned").is_empty(), "the first is held back by nothing");
    metered::Fixed::new().send(&patient.clone()).await.expect("after the wait");
    metered::Fixed::new().send(&patient).await.expect("at once");
    assert_eq!(*held.0.lock().expect("unpoisoned"), [("fixed", 30)]);
    assert_eq!(server.received().len(), 3);

    // Who has less time is told how long it would be, and nothing is sent.
    let busy = StandIn::start().await.expect("it listens");
    busy.on("POST", "/fixed", Reply::json(429, &serde_json::json!({})).header("retry-after", "30"));
    let key = metered::Key::new("metered.example".parse::<linchpin_runtime::Host>().expect("a host"), "k");
    let hurried = metered::Client::builder(key).base_url(busy.url()).overall_timeout(Duration::from_secs(20));
    let hurried = hurried.clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    for calls in [1, 1] {
        let error = metered::Fixed::new().send(&hurried).await.expect_err("too many");
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(30))));
        assert_eq!(busy.received().len(), calls);
    }
}

/// A server that has a film, of which the first answer breaks off, and takes copies.
async fn copier() -> StandIn {
    let server = StandIn::start().await.expect("a stand-in");
    let film = |status: u16| Reply::status(status).header("etag", "\"f1\"");
    let rest = film(206).header("content-range", "bytes 3-9/10").body("3456789");
    server.on("GET", "/films/f1", film(200).body("0123456789").truncated(3));
    server.on("GET", "/films/f1", rest);
    server.on("GET", "/films/f1", film(200).body("0123456789"));
    let made = Reply::json(200, &serde_json::json!({ "id": "f2", "place": "p1" }));
    for (method, path) in [("POST", "/tickets"), ("PUT", "/copies/p1")] {
        server.on(method, path, made.clone());
    }
    server.on("PUT", "/parts/p1", Reply::status(308).header("range", "bytes=0-3"));
    server.on("PUT", "/parts/p1", Reply::status(308).header("range", "bytes=0-7"));
    server.on("PUT", "/parts/p1", made);
    server
}

/// The steps of one module share the place of a file that one of them gives: each would wait for the other otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_goes_on_has_one_place() {
    let stores: [Option<Arc<dyn LimitStore>>; 2] = [None, Some(Arc::new(MemoryLimitStore::new()))];
    for store in stores {
        let server = copier().await;
        let patience = Duration::from_secs(5);
        let mut builder = narrow::Client::builder(narrow::Key::new("k")).base_url(server.url()).overall_timeout(patience);
        if let Some(store) = store {
            builder = builder.limit_store(store, "k", StoreDown::Refuse);
        }
        let client = builder.build().expect("a client");
        narrow::CopyFilm::new("f1").send(&client).await.expect("copied");
        let received = server.received();
        assert_eq!(received.last().map(|last| &last.body[..]), Some(&b"0123456789"[..]));
        // The place is free again, also for the next one that does the same.
        let server = copier().await;
        let again = narrow::Client::builder(narrow::Key::new("k")).base_url(server.url()).overall_timeout(patience);
        narrow::CopyFilmInParts::new("f1").send(&again.build().expect("a client")).await.expect("copied");
        let sent: Vec<u8> = server.received().iter().filter(|one| one.method == "PUT").flat_map(|one| one.body.to_vec()).collect();
        assert_eq!(sent, b"0123456789");
        narrow::films::Open::new().send(&client).await.expect("there is a place");
    }
}

/// Whoever keeps a file keeps its place: until it is read to its end, or let go.
#[tokio::test]
async fn a_file_has_a_place_until_its_end() {
    let server = copier().await;
    let client = narrow::Client::builder(narrow::Key::new("k")).base_url(server.url()).overall_timeout(Duration::from_millis(400));
    let client = client.build().expect("a client");
    let film = narrow::films::Fetch::new("f1").send(&client).await.expect("a film");
    let error = narrow::films::Open::new().send(&client).await.expect_err("there is no place");
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    while film.chunk().await.expect("a piece").is_some() {}
    narrow::films::Open::new().send(&client).await.expect("there is a place");
    let left = narrow::films::Fetch::new("f1").send(&client).await.expect("a film");
    drop(left);
    narrow::films::Open::new().send(&client).await.expect("there is a place");
}
