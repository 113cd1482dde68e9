//! Limits of a client without a store: they hold for all its clones together, on a server that counts along. Those of several processes are
//! `real_shared`'s.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Reply, Route, SimulatedClock, StandIn};
use linchpin_runtime::{Held, Observer};
use linchpin_tests::counter::Counter;

linchpin_runtime::connector!("metered");

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
