//! Several processes on one store, PostgreSQL or Redis: one of them renews a token, together they keep to the declared limits, and one that is killed
//! keeps nobody out for long.
//!
//! The processes are this very test program, told by its environment what to do.

use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use linchpin_connectors::microsoft_graph as graph;
use linchpin_runtime::auth::{SealingKeys, TokenStore};
use linchpin_runtime::limit::{LimitStore, StoreDown};
use linchpin_runtime::prelude::*;
use linchpin_runtime::store::{PostgresStore, RedisStore};
use linchpin_runtime::testing::{Reply, StandIn};
use linchpin_tests::counter::Counter;
use linchpin_tests::renewal::{self, KEY, TASKS, renewals, renewed, said};
use linchpin_tests::servers::{self, Server};
use serde_json::json;

linchpin_runtime::connector!("metered");

/// Store, its address, what to do, and the address of the API.
const TASK: &str = "LINCHPIN_SHARED";
/// The key that seals, for both processes.
const SEALING: &str = "LINCHPIN_SHARED_KEY";

/// One of the two stores, and where it is.
#[derive(Clone)]
enum Store {
    Postgres(PostgresStore, String),
    Redis(RedisStore, String),
}

impl Store {
    fn open(kind: &str, url: &str) -> Store {
        match kind {
            "postgres" => Store::Postgres(PostgresStore::open(url).expect("an address"), url.to_owned()),
            _ => Store::Redis(RedisStore::open(url).expect("an address"), url.to_owned()),
        }
    }

    async fn postgres() -> Option<(Server, Store)> {
        let server = servers::postgres()?;
        let store = Store::open("postgres", &format!("postgres://postgres@127.0.0.1:{}/postgres", server.port()));
        let Store::Postgres(postgres, _) = &store else { unreachable!("just made") };
        postgres.create_tables().await.expect("tables");
        Some((server, store))
    }

    async fn redis() -> Option<(Server, Store)> {
        let server = servers::redis()?;
        let store = Store::open("redis", &format!("redis://127.0.0.1:{}/0", server.port()));
        Some((server, store))
    }

    fn limits(&self) -> Arc<dyn LimitStore> {
        match self {
            Store::Postgres(store, _) => Arc::new(store.clone()),
            Store::Redis(store, _) => Arc::new(store.clone()),
        }
    }

    fn tokens(&self, key: &Secret) -> Arc<dyn TokenStore> {
        let keys = SealingKeys::new(key).expect("a key");
        match self {
            Store::Postgres(store, _) => Arc::new(store.tokens(keys)),
            Store::Redis(store, _) => Arc::new(store.tokens(keys)),
        }
    }

    fn word(&self) -> String {
        match self {
            Store::Postgres(_, url) => format!("postgres|{url}"),
            Store::Redis(_, url) => format!("redis|{url}"),
        }
    }
}

fn graph_client(store: &Store, key: &Secret, url: &str) -> graph::v1::Client {
    let oauth = graph::OAuth::new("id", "secret");
    graph::v1::Client::builder(oauth).base_url(url).token_store(store.tokens(key), "ann").build().expect("a client")
}

fn metered_client(store: Arc<dyn LimitStore>, url: &str, patience: Duration) -> metered::Client {
    let key = metered::Key::new("metered.example".parse::<linchpin_runtime::Host>().expect("a host"), "k");
    let builder = metered::Client::builder(key).base_url(url).overall_timeout(patience).no_retry();
    builder.limit_store(store, "account", StoreDown::Refuse).build().expect("a client")
}

/// What a process does that the other tests start: says that it is there, then calls with many tasks at once, and says how many calls were made.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_told_to_call() {
    let Ok(task) = std::env::var(TASK) else { return };
    let [kind, url, what, api] = task.split('|').collect::<Vec<_>>()[..] else { panic!("four words: {task}") };
    let store = Store::open(kind, url);
    println!("\nready");
    if what == "renew" {
        let key = Secret::new(std::env::var(SEALING).expect("the key"));
        let client = graph_client(&store, &key, api);
        let calls = (0..TASKS).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { graph::v1::users::Read::new("ann").send(&client).await })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.expect("no panic").expect("an answer");
        }
        return;
    }
    let (what, patience) = what.split_once(' ').expect("what, and how long");
    let client = metered_client(store.limits(), api, Duration::from_millis(patience.parse().expect("a number")));
    let calls = (0..40).map(|_| {
        let (client, what) = (client.clone(), what.to_owned());
        tokio::spawn(async move {
            match what.as_str() {
                "moving" => metered::Moving::new().send(&client).await,
                "fixed" => metered::Fixed::new().send(&client).await,
                "dear" => metered::Dear::new().send(&client).await,
                "slow" => metered::Slow::new().send(&client).await,
                other => panic!("{other}"),
            }
        })
    });
    let mut made = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.expect("no panic") {
            Ok(_) => made += 1,
            Err(error) => assert!(error.kind() == ErrorKind::RateLimited && error.retry_after().is_some(), "{error:?}"),
        }
    }
    println!("\nmade {made}");
}

fn start(store: &Store, what: &str, api: &str, key: Option<&Secret>) -> Child {
    let task = format!("{}|{what}|{api}", store.word());
    let mut environment = vec![(TASK, task.as_str())];
    environment.extend(key.map(|key| (SEALING, key.expose())));
    renewal::start("a_process_that_is_told_to_call", &environment)
}

/// A store with a token that has run out, and its key.
async fn spent(store: &Store) -> Secret {
    let key = SealingKeys::generate().expect("a key");
    store.tokens(&key).keep(KEY, None, renewal::spent()).await.expect("it is kept");
    key
}

async fn processes_renew_once(store: Store) {
    let server = renewal::graph(renewed().delay(Duration::from_millis(300))).await;
    let key = spent(&store).await;
    let mut children: Vec<Child> = (0..2).map(|_| start(&store, "renew", &server.url(), Some(&key))).collect();
    for child in &mut children {
        assert!(child.wait().expect("it ends").success());
    }
    renewal::assert_renewed_once(&server, &*store.tokens(&key), KEY).await;
}

async fn a_killed_process_keeps_nobody_out(store: Store) {
    let server = renewal::graph(renewed().delay(Duration::from_secs(600))).await;
    server.on("POST", "/common/oauth2/v2.0/token", renewed());
    let key = spent(&store).await;
    let mut first = start(&store, "renew", &server.url(), Some(&key));
    while renewals(&server) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // It has the lease, and waits for a server that takes its time; the next in line waits for the lease, longer than a lease lasts
    // without a word.
    let mut second = start(&store, "renew", &server.url(), Some(&key));
    said(&mut second, "ready");
    tokio::time::sleep(Duration::from_secs(17)).await;
    assert_eq!(renewals(&server), 1, "one renews at a time");
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    let killed = Instant::now();
    assert!(second.wait().expect("it ends").success());
    assert!(killed.elapsed() < Duration::from_secs(30), "{:?}", killed.elapsed());
    assert_eq!(renewals(&server), 2);
    assert_eq!(store.tokens(&key).load(KEY).await.expect("it is read").expect("it is there").access_token(), "a2");
}

/// Starts two processes that each make 40 calls, and gives how many each could make.
fn two_processes(store: &Store, what: &str, api: &str) -> Vec<u32> {
    let mut children: Vec<Child> = (0..2).map(|_| start(store, what, api, None)).collect();
    let made = children.iter_mut().map(|child| said(child, "made ").parse().expect("a number"));
    let made: Vec<u32> = made.collect();
    assert!(children.iter_mut().all(|child| child.wait().expect("it ends").success()));
    made
}

async fn processes_keep_to_limits(store: Store) {
    // A window that is longer than all this: exactly as many calls as it holds.
    for (what, holds) in [("fixed", 25), ("dear", 100 / 7)] {
        let (url, counter) = Counter::listen(Duration::ZERO).await;
        let made = two_processes(&store, &format!("{what} 20000"), &url);
        assert_eq!((made.iter().sum::<u32>(), counter.calls()), (holds, holds as usize), "{what}: {made:?}");
    }
    // A call comes a little after it was let go, so the server may see a window a little shorter. All calls are made in the end.
    let (url, counter) = Counter::listen(Duration::ZERO).await;
    let made = two_processes(&store, "moving 120000", &url);
    assert_eq!((made.iter().sum::<u32>(), counter.calls()), (80, 80));
    assert!(counter.most_within(Duration::from_millis(750)) <= 5, "{} within a window", counter.most_within(Duration::from_millis(750)));
    // A few at once, over both.
    let (url, counter) = Counter::listen(Duration::from_millis(20)).await;
    let made = two_processes(&store, "slow 120000", &url);
    assert_eq!((made.iter().sum::<u32>(), counter.calls()), (80, 80));
    assert_eq!(counter.most_at_once(), 3);
}

/// Places of a process that was killed come free when it has said nothing for a while, and not before.
async fn places_of_a_killed_process_come_free(store: Store) {
    let (url, counter) = Counter::listen(Duration::from_secs(600)).await;
    let mut first = start(&store, "slow 600000", &url, None);
    while counter.at_once() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (quick, _) = Counter::listen(Duration::ZERO).await;
    // Longer than a place is held without a word: the first process says that it lives.
    let client = metered_client(store.limits(), &quick, Duration::from_secs(17));
    let refused = metered::Slow::new().send(&client).await.expect_err("all places are taken");
    assert_eq!(refused.kind(), ErrorKind::RateLimited);
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    let client = metered_client(store.limits(), &quick, Duration::from_secs(30));
    metered::Slow::new().send(&client).await.expect("a place comes free");
}

/// What one client learns from headers holds for another; what a call turned out to cost, too.
async fn corrections_are_shared(store: Store) {
    let server = StandIn::start().await.expect("it listens");
    let (first, second) = (store.limits(), store.limits());
    let (first, second) =
        (metered_client(first, &server.url(), Duration::from_secs(5)), metered_client(second, &server.url(), Duration::from_secs(5)));
    server.on("POST", "/told", Reply::json(200, &json!({})).header("x-left", "15").header("x-reset", "3600"));
    metered::Told::new().send(&first).await.expect("room");
    metered::Told::new().send(&second).await.expect("room for one more");
    let refused = metered::Told::new().send(&first).await.expect_err("5 points are left, and it costs 10");
    assert!(refused.kind() == ErrorKind::RateLimited && refused.retry_after() > Some(Duration::from_secs(3000)), "{refused:?}");
    // Of 100 points a call is thought to cost 10, and costs 45; then it is thought to fit no more.
    server.on("POST", "/settled", Reply::json(200, &json!({})).header("x-cost", "44.5"));
    metered::Settled::new().send(&first).await.expect("room");
    metered::Settled::new().send(&second).await.expect("room");
    metered::Settled::new().send(&second).await.expect("10 of 10 that are left");
    assert_eq!(metered::Settled::new().send(&first).await.expect_err("nothing is left").kind(), ErrorKind::RateLimited);
}

/// A store that is gone refuses, or is done without, as the program chose.
async fn a_store_that_is_gone(server: Server, store: Store) {
    let (url, counter) = Counter::listen(Duration::ZERO).await;
    let client = |down| {
        let key = metered::Key::new("metered.example".parse::<linchpin_runtime::Host>().expect("a host"), "k");
        let builder = metered::Client::builder(key).base_url(&url).overall_timeout(Duration::from_secs(20)).no_retry();
        builder.limit_store(store.limits(), "account", down).build().expect("a client")
    };
    let (refuses, alone) = (client(StoreDown::Refuse), client(StoreDown::Alone));
    metered::Fixed::new().send(&refuses).await.expect("room");
    metered::Fixed::new().send(&alone).await.expect("room");
    drop(server);
    let refused = metered::Fixed::new().send(&refuses).await.expect_err("nobody knows");
    assert!(refused.kind() == ErrorKind::LimitStore && refused.is_retryable(), "{refused:?}");
    assert_eq!(counter.calls(), 2, "nothing was sent");
    // Alone it keeps to what it knows itself: 25, one of which was made already.
    for _ in 0..24 {
        metered::Fixed::new().send(&alone).await.expect("it goes on");
    }
    assert_eq!(metered::Fixed::new().send(&alone).await.expect_err("it counts for itself").kind(), ErrorKind::RateLimited);
    assert_eq!(counter.calls(), 26);
}

macro_rules! both {
    ($postgres:ident, $redis:ident, $promise:ident) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $postgres() {
            let Some((_server, store)) = Store::postgres().await else { return };
            $promise(store).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn $redis() {
            let Some((_server, store)) = Store::redis().await else { return };
            $promise(store).await;
        }
    };
}

both!(two_processes_renew_once_over_postgres, two_processes_renew_once_over_redis, processes_renew_once);
both!(killed_while_renewing_over_postgres, killed_while_renewing_over_redis, a_killed_process_keeps_nobody_out);
both!(two_processes_keep_to_limits_over_postgres, two_processes_keep_to_limits_over_redis, processes_keep_to_limits);
both!(killed_with_places_over_postgres, killed_with_places_over_redis, places_of_a_killed_process_come_free);
both!(corrections_are_shared_over_postgres, corrections_are_shared_over_redis, corrections_are_shared);

#[tokio::test(flavor = "multi_thread")]
async fn without_postgres() {
    let Some((server, store)) = Store::postgres().await else { return };
    a_store_that_is_gone(server, store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis() {
    let Some((server, store)) = Store::redis().await else { return };
    a_store_that_is_gone(server, store).await;
}
