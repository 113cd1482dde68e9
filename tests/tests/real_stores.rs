//! Tokens, states of polls and deliveries in a real PostgreSQL and a real Redis: the same promises of both, and what each can do besides.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use linchpin_runtime::auth::{Kept, SealingKeys, Token, TokenStore};
use linchpin_runtime::store::tokio_postgres::{self, NoTls};
use linchpin_runtime::store::{PostgresSettings, PostgresStore, RedisSettings, RedisStore, SealedTokens};
use linchpin_runtime::trigger::{PollState, Start, StateStore};
use linchpin_runtime::webhook::DeliveryLog;
use linchpin_tests::servers::{self, Server};

fn postgres_url(server: &Server) -> String {
    format!("postgres://postgres@127.0.0.1:{}/postgres", server.port())
}

fn redis_url(server: &Server) -> String {
    format!("redis://127.0.0.1:{}/0", server.port())
}

async fn postgres() -> Option<(Server, PostgresStore)> {
    let server = servers::postgres()?;
    let store = PostgresStore::open(postgres_url(&server)).expect("an address");
    store.create_tables().await.expect("tables");
    Some((server, store))
}

fn redis() -> Option<(Server, RedisStore)> {
    let server = servers::redis()?;
    let store = RedisStore::open(redis_url(&server)).expect("an address");
    Some((server, store))
}

/// A connection of the test's own.
async fn psql(server: &Server) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&postgres_url(server), NoTls).await.expect("it connects");
    tokio::spawn(connection);
    client
}

fn key() -> (linchpin_runtime::Secret, SealingKeys) {
    let key = SealingKeys::generate().expect("a key");
    let keys = SealingKeys::new(&key).expect("a key");
    (key, keys)
}

fn token(name: &str, generation: u64) -> Token {
    let mut token = Token::new(name, SystemTime::UNIX_EPOCH).with_refresh(format!("refresh-of-{name}"));
    token.generation = generation;
    token
}

/// The promises of a store of tokens.
async fn tokens_are_kept(first: SealedTokens, second: SealedTokens) {
    // Whatever a key holds, it is one key.
    for key in ["ann", "it's \"ann\"; DROP TABLE linchpin_tokens; --", "änn\u{0}\n*", &"x".repeat(10_000)] {
        assert!(first.load(key).await.expect("it is read").is_none());
        assert!(matches!(first.keep(key, None, token("a1", 1)).await.expect("it is kept"), Kept::Ours));
        let theirs = second.keep(key, None, token("late", 1)).await.expect("it is decided");
        assert!(matches!(theirs, Kept::Theirs(token) if token.access_token() == "a1"));
        assert!(matches!(second.keep(key, Some(1), token("a2", 2)).await.expect("it is kept"), Kept::Ours));
        let theirs = first.keep(key, Some(1), token("stale", 2)).await.expect("it is decided");
        assert!(matches!(theirs, Kept::Theirs(token) if token.access_token() == "a2"));
        let kept = first.load(key).await.expect("it is read").expect("it is there");
        assert_eq!((kept.access_token(), kept.refresh_token(), kept.generation), ("a2", Some("refresh-of-a2"), 2));
        first.forget(key).await.expect("it is forgotten");
        assert!(second.load(key).await.expect("it is read").is_none());
    }
    // Of many who replace the same, one does.
    first.keep("bob", None, token("b1", 1)).await.expect("it is kept");
    let replacing = (0..20).map(|number| {
        let store = if number % 2 == 0 { first.clone() } else { second.clone() };
        tokio::spawn(async move { store.keep("bob", Some(1), token(&format!("b2-{number}"), 2)).await.expect("it is decided") })
    });
    let mut ours = 0;
    for kept in replacing.collect::<Vec<_>>() {
        ours += usize::from(matches!(kept.await.expect("no panic"), Kept::Ours));
    }
    assert_eq!(ours, 1);
}

/// One is let in at a time, and the next when they are done.
async fn leases_let_one_in(first: SealedTokens, second: SealedTokens) {
    let lease = first.lease("ann").await.expect("nobody has it");
    let other = second.lease("bob").await.expect("another's");
    let waiting = tokio::spawn(async move { second.lease("ann").await.expect("it comes free") });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    drop((lease, other));
    tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("soon").expect("no panic");
}

async fn states_are_kept(store: &dyn StateStore) {
    let (now, all) = (PollState::start(Start::Now), PollState::start(Start::All));
    assert_eq!(store.load("k'\"").await.expect("it is read"), None);
    store.keep("k'\"", &now).await.expect("it is kept");
    store.keep("k'\"", &all).await.expect("it is kept");
    assert_eq!(store.load("k'\"").await.expect("it is read"), Some(all));
    assert_eq!(store.load("k").await.expect("it is read"), None);
}

async fn deliveries_are_taken_once(store: Arc<dyn DeliveryLog>) {
    let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
    let claims = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.claim(&[7; 32], now, now + hour).await.expect("it is decided") })
    });
    let mut taken = 0;
    for claim in claims.collect::<Vec<_>>() {
        taken += usize::from(claim.await.expect("no panic"));
    }
    assert_eq!(taken, 1);
    store.release(&[7; 32]).await.expect("it is released");
    assert!(store.claim(&[7; 32], now, now + hour).await.expect("it is decided"));
    // Whoever deals with one says so, and it stays taken.
    assert!(store.outlives_processes() && store.claim(&[9; 32], now, now + Duration::from_millis(200)).await.expect("it is decided"));
    store.extend(&[9; 32], now, now + hour).await.expect("it is kept");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let then = SystemTime::now();
    assert!(!store.claim(&[9; 32], then, then + hour).await.expect("it is decided"));
    // As long as nobody said that it is done, it may fail: unless it is taken for longer than anybody takes one to deal with it.
    let is_settled = async |key: &[u8; 32], soon| store.is_settled(key, then, then + soon).await.expect("it is decided");
    assert!(!is_settled(&[9; 32], 2 * hour).await && is_settled(&[9; 32], hour / 2).await);
    store.settle(&[9; 32], then, then + hour).await.expect("it is kept");
    assert!(is_settled(&[9; 32], 2 * hour).await && !store.claim(&[9; 32], then, then + hour).await.expect("it is decided"));
    assert!(!is_settled(&[10; 32], hour).await, "nobody took it");
    // One whose time is over may come again.
    assert!(store.claim(&[8; 32], now, now + Duration::from_millis(50)).await.expect("it is decided"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let later = SystemTime::now();
    assert!(store.claim(&[8; 32], later, later + hour).await.expect("it is decided"));
    assert!(!store.claim(&[8; 32], later, later + hour).await.expect("it is decided"));
}

async fn keys_are_changed(tokens: impl Fn(SealingKeys) -> SealedTokens) {
    let ((old, was), (new, only)) = (key(), key());
    let store = tokens(was);
    for name in 0..3 {
        store.keep(&format!("k{name}"), None, token("a", 1)).await.expect("it is kept");
    }
    let both = tokens(SealingKeys::new(&new).expect("a key").and_old(&old).expect("a key"));
    assert_eq!(both.seal_anew().await.expect("it is sealed anew"), 3);
    assert_eq!(both.seal_anew().await.expect("nothing is left"), 0);
    assert_eq!(tokens(only).load("k1").await.expect("the new key opens").expect("it is there").access_token(), "a");
    let error = store.load("k1").await.expect_err("the old key alone").to_string();
    assert!(error.contains("another key"), "{error}");
}

/// A server that is gone is told in time, and by no panic.
async fn nobody_is_there<T: std::fmt::Debug>(asked: impl Future<Output = Result<T, linchpin_runtime::auth::StoreError>>) {
    let error = tokio::time::timeout(Duration::from_secs(10), asked).await.expect("in time").expect_err("nobody is there").to_string();
    assert!(!error.contains("pass-word"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_everything() {
    let Some((server, store)) = postgres().await else { return };
    let (key, keys) = key();
    let other = PostgresStore::open(postgres_url(&server)).expect("an address");
    let (first, second) = (store.tokens(keys), other.tokens(SealingKeys::new(&key).expect("a key")));
    tokens_are_kept(first.clone(), second.clone()).await;
    leases_let_one_in(first.clone(), second).await;
    states_are_kept(&store).await;
    deliveries_are_taken_once(Arc::new(store.clone())).await;

    let rows = psql(&server).await.query("SELECT name, sealed FROM linchpin_tokens", &[]).await.expect("rows");
    assert_eq!(rows.len(), 1);
    let (name, sealed): (String, Vec<u8>) = (rows[0].get(0), rows[0].get(1));
    assert!(name.len() == 64 && !String::from_utf8_lossy(&sealed).contains("b2"), "{name}");
    // Tables under another name are others; those that are there stay.
    let apart = PostgresSettings::new(postgres_url(&server)).table_prefix("Apart_").open().expect("a store");
    let error = StateStore::load(&apart, "k").await.expect_err("no tables").to_string();
    assert!(error.contains("\"Apart_states\" does not exist") && error.contains("create_tables"), "{error}");
    apart.create_tables().await.expect("tables");
    apart.create_tables().await.expect("they are there already");
    keys_are_changed(|keys| apart.tokens(keys)).await;
    assert!(first.load("bob").await.expect("it is read").is_some());
    // The database refuses a key that it cannot hold.
    StateStore::keep(&store, "\u{0}", &PollState::start(Start::All)).await.expect_err("no text");
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_everything() {
    let Some((server, store)) = redis() else { return };
    let (key, keys) = key();
    let other = RedisStore::open(redis_url(&server)).expect("an address");
    let (first, second) = (store.tokens(keys), other.tokens(SealingKeys::new(&key).expect("a key")));
    tokens_are_kept(first.clone(), second.clone()).await;
    leases_let_one_in(first.clone(), second).await;
    states_are_kept(&store).await;
    deliveries_are_taken_once(Arc::new(store.clone())).await;
    let apart = RedisSettings::new(redis_url(&server)).key_prefix("a[p]*?\\:").open().expect("a store");
    assert!(StateStore::load(&apart, "k'\"").await.expect("it is read").is_none());
    keys_are_changed(|keys| apart.tokens(keys)).await;
    assert!(first.load("bob").await.expect("it is read").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_committed_with_the_programs_own_work() {
    let Some((server, store)) = postgres().await else { return };
    let mut program = psql(&server).await;
    program.batch_execute("CREATE TABLE work (what text)").await.expect("a table");
    let state = PollState::start(Start::All);
    for commit in [false, true] {
        let transaction = program.transaction().await.expect("a transaction");
        assert_eq!(store.load_state_in(&transaction, "k").await.expect("it is read"), None);
        transaction.execute("INSERT INTO work VALUES ('done')", &[]).await.expect("work");
        store.keep_state_in(&transaction, "k", &state).await.expect("it is kept");
        assert_eq!(StateStore::load(&store, "k").await.expect("it is read"), None, "nothing is there before its end");
        if commit { transaction.commit().await } else { transaction.rollback().await }.expect("it ends");
        let there = StateStore::load(&store, "k").await.expect("it is read");
        let work: i64 = program.query_one("SELECT count(*) FROM work", &[]).await.expect("a row").get(0);
        assert_eq!((there, work), if commit { (Some(state.clone()), 1) } else { (None, 0) });
    }
    // Whoever reads it to go on from it waits for whoever does so already.
    let transaction = program.transaction().await.expect("a transaction");
    store.load_state_in(&transaction, "k").await.expect("it is read");
    let (mut second, waiting) = (psql(&server).await, store.clone());
    let waiting = tokio::spawn(async move {
        let transaction = second.transaction().await.expect("a transaction");
        waiting.load_state_in(&transaction, "k").await.expect("it is read")
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    store.keep_state_in(&transaction, "k", &PollState::start(Start::Now)).await.expect("it is kept");
    transaction.commit().await.expect("it ends");
    assert_eq!(waiting.await.expect("no panic"), Some(PollState::start(Start::Now)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_to_postgres_is_made_anew_and_a_server_that_is_gone_is_told() {
    let Some((server, store)) = postgres().await else { return };
    StateStore::keep(&store, "k", &PollState::start(Start::All)).await.expect("it is kept");
    let program = psql(&server).await;
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'linchpin'";
    assert_eq!(program.query(ended, &[]).await.expect("it ends").len(), 1);
    assert!(StateStore::load(&store, "k").await.expect("over another connection").is_some());
    let url = format!("postgres://postgres:pass-word@127.0.0.1:{}/postgres", server.port());
    drop(server);
    nobody_is_there(StateStore::load(&store, "k")).await;
    nobody_is_there(store.tokens(key().1).lease("k")).await;
    nobody_is_there(StateStore::load(&PostgresStore::open(url).expect("an address"), "k")).await;
    assert!(PostgresStore::open("postgres://user:pass-word@host:port").is_err_and(|error| !error.to_string().contains("pass-word")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_to_redis_is_made_anew_and_a_server_that_is_gone_is_told() {
    let Some((server, store)) = redis() else { return };
    StateStore::keep(&store, "k", &PollState::start(Start::All)).await.expect("it is kept");
    let ended =
        std::process::Command::new("redis-cli").args(["-p", &server.port().to_string(), "CLIENT", "KILL", "TYPE", "normal"]).output();
    assert_eq!(String::from_utf8_lossy(&ended.expect("redis-cli").stdout).trim(), "1");
    assert!(StateStore::load(&store, "k").await.expect("over another connection").is_some());
    drop(server);
    nobody_is_there(StateStore::load(&store, "k")).await;
    nobody_is_there(store.tokens(key().1).lease("k")).await;
    assert!(RedisStore::open("redis://:pass-word@[").is_err_and(|error| !error.to_string().contains("pass-word")));
}

/// A database on another machine is spoken to over TLS only; this one has none.
#[tokio::test]
async fn nothing_leaves_the_machine_in_clear() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody");
        let mut asked = [0; 8];
        stream.read_exact(&mut asked).await.expect("it asks for TLS");
        stream.write_all(b"N").await.expect("there is none");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.expect("it ends");
        rest
    });
    // The name is another machine's; where it is found is this one.
    let url = format!("postgres://user:pass-word@db.example:{port}/db?hostaddr=127.0.0.1");
    let store = PostgresStore::open(url).expect("an address");
    nobody_is_there(StateStore::load(&store, "k")).await;
    assert!(server.await.expect("no panic").is_empty(), "nothing was sent after that");
}

#[test]
fn stores_show_nothing_of_where_they_are() {
    let shown = format!(
        "{:?} {:?} {:?}",
        PostgresStore::open("postgres://user:pass-word@127.0.0.1/db").expect("an address"),
        PostgresSettings::new("postgres://user:pass-word@127.0.0.1/db"),
        RedisStore::open("redis://:pass-word@127.0.0.1/0").expect("an address"),
    );
    assert!(!shown.contains("pass-word"), "{shown}");
}

/// Over TLS a server must prove who it is: by a root that the program added, and under the name that it was asked by.
#[tokio::test(flavor = "multi_thread")]
async fn over_tls_a_server_proves_who_it_is() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let identity = servers::Identity { certificate: made.cert.pem(), key: made.signing_key.serialize_pem() };
    let root = identity.certificate.as_bytes();
    let state = PollState::start(Start::All);
    if let Some(server) = servers::postgres_with(Some(&identity)) {
        let url = |host: &str| format!("postgres://postgres@{host}:{}/postgres?sslmode=require", server.port());
        let store = PostgresSettings::new(url("localhost")).add_roots(root).open().expect("a store");
        store.create_tables().await.expect("tables, over TLS");
        StateStore::keep(&store, "k", &state).await.expect("it is kept");
        assert_eq!(StateStore::load(&store, "k").await.expect("it is read"), Some(state.clone()));
        nobody_is_there(StateStore::load(&PostgresStore::open(url("localhost")).expect("a store"), "k")).await;
        nobody_is_there(StateStore::load(&PostgresSettings::new(url("127.0.0.1")).add_roots(root).open().expect("a store"), "k")).await;
    }
    if let Some(server) = servers::redis_with(Some(&identity)) {
        let url = |host: &str| format!("rediss://{host}:{}/0", server.port());
        let store = RedisSettings::new(url("localhost")).add_roots(root).open().expect("a store");
        StateStore::keep(&store, "k", &state).await.expect("it is kept");
        assert_eq!(StateStore::load(&store, "k").await.expect("it is read"), Some(state));
        nobody_is_there(StateStore::load(&RedisStore::open(url("localhost")).expect("a store"), "k")).await;
        nobody_is_there(StateStore::load(&RedisSettings::new(url("127.0.0.1")).add_roots(root).open().expect("a store"), "k")).await;
    }
}
