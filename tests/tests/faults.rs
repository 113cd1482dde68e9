//! A server on which a tenth of all requests goes wrong: nothing is lost, nothing is done twice, and every failure says what it is.

use std::sync::Arc;
use std::time::Duration;

use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::SimulatedClock;
use linchpin_runtime::{ErrorKind, RetrySettings};
use linchpin_tests::faults::{self, Account, Kind, Told};

linchpin_runtime::connector!("store");

/// Calls one after the other, so that a seed gives the same run each time.
async fn run(seed: u64, calls: usize) -> Account {
    let server = faults::server(seed).await;
    let client = store::Client::builder(store::Machine::new("id", "secret")).base_url(server.url());
    // Waiting between tries takes no time; what is late on the network does.
    let client = client.try_timeout(Duration::from_millis(150)).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    let mut told = Vec::with_capacity(calls);
    for number in 0..calls {
        told.push(call(&client, number).await);
    }
    faults::account(&told, &server.received())
}

async fn call(client: &store::Client, number: usize) -> Told {
    let id = number.to_string();
    let result = match Kind::of(number) {
        Kind::Read => store::ReadItem::new(id).send(client).await,
        Kind::Put => store::PutItem::new(id, 1).send(client).await,
        Kind::Keyed => store::AddItem::new(id, 1).send(client).await,
        Kind::Bare => store::AddItemUnsafely::new(id, 1).send(client).await,
    };
    result.map(drop).into()
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_and_every_failure_is_typed() {
    for seed in [1, 2] {
        let account = run(seed, 1_000).await;
        assert_eq!((account.lost.len(), account.doubled.len(), account.untyped), (0, 0, 0), "seed {seed}: {account}");
        let known = [ErrorKind::Transport, ErrorKind::Timeout, ErrorKind::RateLimited, ErrorKind::Server, ErrorKind::Authentication];
        let known: Vec<String> = known.iter().map(|kind| format!("{kind:?}")).collect();
        assert!(account.failed.keys().all(|kind| known.contains(kind)), "seed {seed}: {account}");
        // Only calls that must not be repeated fail at one fault in ten; the others come through.
        assert!(account.done >= 970 && account.requests > 1_050, "seed {seed}: {account}");
    }
}

#[tokio::test]
async fn without_retries_the_faults_are_seen() {
    let server = faults::server(3).await;
    let client = store::Client::builder(store::Machine::new("id", "secret")).base_url(server.url());
    let client = client.try_timeout(Duration::from_millis(150)).retry(RetrySettings { tries: 1, ..RetrySettings::default() });
    let client = client.build().expect("a client");
    let mut told = Vec::new();
    for number in 0..400 {
        told.push(call(&client, number).await);
    }
    let account = faults::account(&told, &server.received());
    assert!(account.failed.values().sum::<usize>() > 20, "{account}");
    assert!(account.lost.is_empty() && account.doubled.is_empty(), "{account}");
}
