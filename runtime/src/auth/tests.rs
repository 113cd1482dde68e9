//! The session against a token endpoint in memory, under a clock that the test moves.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use url::Url;

use super::store::{Kept, Lease, StoreError};
use super::*;
use crate::clock::Clock;
use crate::connection::FieldValues;
use crate::operation::{ClientAuth, ConnectionTable, Credential, OAuth2, OAuth2Flow, Rotation};

#[derive(Debug, Default)]
struct TestClock(AtomicU64);

impl TestClock {
    fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn wall(&self) -> SystemTime {
        UNIX_EPOCH + self.now()
    }

    fn sleep(&self, _duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Answers with what the test put in line, and remembers what it was asked.
#[derive(Default)]
struct Endpoint {
    answers: Mutex<VecDeque<Result<(u16, String), ErrorKind>>>,
    asked: Mutex<Vec<String>>,
}

impl Endpoint {
    fn answers(&self, status: u16, body: &str) {
        self.answers.lock().unwrap().push_back(Ok((status, body.to_owned())));
    }

    fn fails(&self, kind: ErrorKind) {
        self.answers.lock().unwrap().push_back(Err(kind));
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Transport for Endpoint {
    fn exchange<'a>(&'a self, request: Request<Bytes>) -> BoxFuture<'a, Result<Response<Bytes>, Error>> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(String::from_utf8(request.body().to_vec()).unwrap());
            // Others get their turn while the answer is under way.
            tokio::task::yield_now().await;
            match self.answers.lock().unwrap().pop_front().expect("the endpoint was asked more often than expected") {
                Ok((status, body)) => Ok(Response::builder().status(status).body(Bytes::from(body)).unwrap()),
                Err(kind) => Err(Error::new(kind, "the network failed")),
            }
        })
    }
}

/// A store whose writes the test can make fail.
#[derive(Debug, Default)]
struct FailingStore {
    inner: MemoryStore,
    failures: AtomicU64,
}

impl TokenStore for FailingStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Token>, StoreError>> {
        self.inner.load(key)
    }

    fn keep<'a>(&'a self, key: &'a str, replacing: Option<u64>, token: Token) -> BoxFuture<'a, Result<Kept, StoreError>> {
        if self.failures.load(Ordering::Relaxed) == 0 {
            return self.inner.keep(key, replacing, token);
        }
        self.failures.fetch_sub(1, Ordering::Relaxed);
        Box::pin(async { Err(StoreError::from("disk full")) })
    }

    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.forget(key)
    }

    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Lease, StoreError>> {
        self.inner.lease(key)
    }
}

const CODE: OAuth2 = OAuth2 {
    authorize: "https://acme.example/authorize",
    token: "https://acme.example/token",
    client: ClientAuth::None,
    rotation: Rotation::Rotating,
    ..OAuth2::EMPTY
};
const CLIENT: OAuth2 = OAuth2 { flow: OAuth2Flow::ClientCredentials, ..CODE };

const fn table(oauth: &'static OAuth2) -> ConnectionTable {
    ConnectionTable {
        name: "oauth",
        grant: Grant::OAuth2(oauth),
        credentials: &[Credential::Header("authorization", "Bearer {access_token}")],
        ..ConnectionTable::EMPTY
    }
}

static BY_CODE: ConnectionTable = table(&CODE);
static BY_CLIENT: ConnectionTable = table(&CLIENT);

struct World {
    clock: Arc<TestClock>,
    endpoint: Arc<Endpoint>,
    session: Session,
}

impl World {
    fn with(table: &'static ConnectionTable, store: Arc<dyn TokenStore>) -> Self {
        let clock = Arc::new(TestClock::default());
        clock.advance(1_000_000);
        let mut fields = FieldValues::new();
        fields.set("client_id", "me");
        let setup = Setup {
            table,
            fields,
            base: Url::parse("https://acme.example/").unwrap(),
            servers: Vec::new(),
            clock: clock.clone(),
            scope: "acme".to_owned(),
        };
        let session = connect(setup, Some(Keeping { store, key: "ann".to_owned() }), None).unwrap().session.unwrap();
        Self { clock, endpoint: Arc::default(), session }
    }

    fn new(table: &'static ConnectionTable) -> Self {
        Self::with(table, Arc::new(MemoryStore::new()))
    }

    async fn obtain(&self, stale: Option<u64>) -> Result<String, Error> {
        self.session.obtain(stale, self.endpoint.clone()).await.map(|applied| shown(&applied))
    }

    fn ready(&self) -> Option<String> {
        self.session.ready().map(|applied| shown(&applied))
    }

    async fn authorised(self) -> Self {
        let end = self.clock.wall() + Duration::from_secs(3600);
        let token = Token::new("a1", self.clock.wall()).with_refresh("r1").expiring_at(end);
        self.session.accept(token).await.unwrap();
        self
    }
}

fn shown(applied: &Applied) -> String {
    format!("{}#{}", applied.headers[0].1.to_str().unwrap().trim_start_matches("Bearer "), applied.generation)
}

fn fresh(token: &str) -> String {
    format!(r#"{{"access_token":"{token}","expires_in":3600}}"#)
}

#[tokio::test]
async fn a_token_is_obtained_once_and_renewed_ahead_of_its_end() {
    let world = World::new(&BY_CLIENT);
    assert_eq!(world.ready(), None);
    world.endpoint.answers(200, &fresh("a"));
    assert_eq!(world.obtain(None).await.unwrap(), "a#1");
    assert_eq!(world.ready().unwrap(), "a#1");
    world.clock.advance(3530);
    assert_eq!(world.ready().unwrap(), "a#1");
    world.clock.advance(20);
    assert_eq!(world.ready(), None);
    world.endpoint.answers(200, &fresh("b"));
    assert_eq!(world.obtain(None).await.unwrap(), "b#2");
    assert_eq!(world.endpoint.asked().len(), 2);
}

#[tokio::test]
async fn tasks_that_need_it_at_once_share_one_renewal() {
    let world = World::new(&BY_CODE).authorised().await;
    world.endpoint.answers(200, r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (session, endpoint) = (world.session.clone(), world.endpoint.clone());
            tokio::spawn(async move { shown(&session.obtain(Some(1), endpoint).await.unwrap()) })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "a2#2");
    }
    assert_eq!(world.endpoint.asked(), ["grant_type=refresh_token&refresh_token=r1&client_id=me"]);
    // Generation 2 was refused too: that is another renewal, with the rotated token.
    world.endpoint.answers(200, &fresh("a3"));
    assert_eq!(world.obtain(Some(2)).await.unwrap(), "a3#3");
    assert_eq!(world.endpoint.asked()[1], "grant_type=refresh_token&refresh_token=r2&client_id=me");
    // No new refresh token came: the old one serves again.
    world.endpoint.answers(200, &fresh("a4"));
    world.obtain(Some(3)).await.unwrap();
    assert_eq!(world.endpoint.asked()[2], "grant_type=refresh_token&refresh_token=r2&client_id=me");
}

#[tokio::test]
async fn two_clients_over_one_store_share_one_renewal() {
    let store = MemoryStore::new();
    let one = World::with(&BY_CODE, Arc::new(store.clone())).authorised().await;
    let other = World::with(&BY_CODE, Arc::new(store));
    assert_eq!(other.obtain(None).await.unwrap(), "a1#1");
    one.endpoint.answers(200, r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#);
    let (first, second) = tokio::join!(one.obtain(Some(1)), other.obtain(Some(1)));
    assert_eq!((first.unwrap().as_str(), second.unwrap().as_str()), ("a2#2", "a2#2"));
    assert_eq!(one.endpoint.asked().len() + other.endpoint.asked().len(), 1);
}

#[tokio::test]
async fn a_dropped_call_does_not_lose_the_rotated_token() {
    let world = World::new(&BY_CODE).authorised().await;
    world.endpoint.answers(200, r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#);
    {
        let mut call = Box::pin(world.obtain(Some(1)));
        assert!(futures_poll_once(&mut call).await.is_none());
    }
    while world.ready() != Some("a2#2".to_owned()) {
        tokio::task::yield_now().await;
    }
}

async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn a_passing_failure_ends_nothing() {
    let world = World::new(&BY_CODE).authorised().await;
    world.clock.advance(3550);
    world.endpoint.answers(503, "down");
    // Due, not over: the token at hand serves, and the endpoint rests.
    assert_eq!(world.obtain(None).await.unwrap(), "a1#1");
    assert_eq!(world.ready().unwrap(), "a1#1");
    world.clock.advance(6);
    assert_eq!(world.ready(), None);
    world.endpoint.fails(ErrorKind::Transport);
    assert_eq!(world.obtain(None).await.unwrap(), "a1#1");
    // Over: now it is an error, but one that passes, and the refresh token is still there.
    world.clock.advance(60);
    world.endpoint.answers(500, "");
    let error = world.obtain(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.is_retryable());
    world.endpoint.answers(200, &fresh("a2"));
    assert_eq!(world.obtain(None).await.unwrap(), "a2#2");
    assert!(world.endpoint.asked().iter().all(|body| body.contains("refresh_token=r1")));
}

#[tokio::test]
async fn a_dead_grant_is_not_asked_about_twice() {
    let world = World::new(&BY_CODE).authorised().await;
    world.endpoint.answers(400, r#"{"error":"invalid_grant"}"#);
    for _ in 0..3 {
        let error = world.obtain(Some(1)).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Reauthorize, Some("invalid_grant")));
        assert!(!error.is_retryable());
    }
    assert_eq!(world.endpoint.asked().len(), 1);
    let world = world.authorised().await;
    assert_eq!(world.obtain(Some(1)).await.unwrap(), "a1#2");
}

/// Keeps times less exactly than they are.
#[derive(Debug)]
struct Rounding(MemoryStore);

impl TokenStore for Rounding {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Token>, StoreError>> {
        Box::pin(async move {
            let rounded = |token: Token| Token { obtained_at: token.obtained_at - Duration::from_millis(1), ..token };
            Ok(self.0.load(key).await?.map(rounded))
        })
    }

    fn keep<'a>(&'a self, key: &'a str, replacing: Option<u64>, token: Token) -> BoxFuture<'a, Result<Kept, StoreError>> {
        self.0.keep(key, replacing, token)
    }

    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.forget(key)
    }

    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Lease, StoreError>> {
        self.0.lease(key)
    }
}

#[tokio::test]
async fn a_token_that_comes_back_rounded_is_the_same() {
    let world = World::with(&BY_CODE, Arc::new(Rounding(MemoryStore::new()))).authorised().await;
    world.endpoint.answers(200, &fresh("a2"));
    assert_eq!(world.obtain(Some(1)).await.unwrap(), "a2#2", "what was refused is renewed, not sent again");
}

#[tokio::test]
async fn who_disconnects_and_connects_again_is_found_by_everybody() {
    let store = MemoryStore::new();
    let one = World::with(&BY_CODE, Arc::new(store.clone()));
    let other = World::with(&BY_CODE, Arc::new(store.clone()));
    one.session.accept(Token::new("a", one.clock.wall())).await.unwrap();
    assert_eq!(other.obtain(None).await.unwrap(), "a#1");
    // Neither token can be refreshed, and each is the first of its grant.
    store.forget(one.session.key()).await.unwrap();
    one.session.accept(Token::new("b", one.clock.wall())).await.unwrap();
    assert_eq!(other.obtain(Some(1)).await.unwrap(), "b#2");
    assert_eq!(other.ready().unwrap(), "b#2");
    assert_eq!(other.obtain(Some(2)).await.unwrap_err().kind(), ErrorKind::Reauthorize);
}

/// A browser that is closed ends the call that finishes, and the code it brought serves once.
#[tokio::test]
async fn a_person_who_leaves_early_has_authorised() {
    let world = World::new(&BY_CODE);
    let redirect_uri = Url::parse("https://me.example/callback").unwrap();
    let authorizer = Authorizer::new(world.session.clone(), world.endpoint.clone(), redirect_uri).unwrap();
    let request = authorizer.begin().unwrap();
    let callback = format!("https://me.example/callback?code=c&state={}", request.state());
    world.endpoint.answers(200, &fresh("a1"));
    {
        let mut call = Box::pin(authorizer.finish(request, &callback));
        assert!(futures_poll_once(&mut call).await.is_none());
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.ready().as_deref(), Some("a1#1"));
}

#[tokio::test]
async fn what_was_authorised_on_another_device_is_kept_when_nobody_waits() {
    const DEVICE: OAuth2 = OAuth2 { flow: OAuth2Flow::Device, device: "https://acme.example/device", ..CODE };
    static BY_DEVICE: ConnectionTable = table(&DEVICE);
    let world = World::new(&BY_DEVICE);
    let authorizer = DeviceAuthorizer::new(world.session.clone(), world.endpoint.clone()).unwrap();
    world.endpoint.answers(200, r#"{"device_code":"d","user_code":"u","verification_uri":"https://acme.example/d"}"#);
    let code = authorizer.begin().await.unwrap();
    world.endpoint.answers(200, &fresh("a1"));
    {
        let mut call = Box::pin(authorizer.finish(code));
        while world.endpoint.asked().len() < 2 {
            assert!(futures_poll_once(&mut call).await.is_none());
            tokio::task::yield_now().await;
        }
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.ready().as_deref(), Some("a1#1"));
}

#[tokio::test]
async fn a_connection_nobody_authorised_says_so() {
    let world = World::new(&BY_CODE);
    let error = world.obtain(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Reauthorize);
    assert_eq!(error.to_string(), "the connection has to be authorised again: nobody has authorised it yet (not_authorised)");
    assert!(world.endpoint.asked().is_empty());
}

#[tokio::test]
async fn a_token_is_kept_before_it_is_used() {
    let store = Arc::new(FailingStore::default());
    let world = World::with(&BY_CODE, store.clone()).authorised().await;
    store.failures.store(1, Ordering::Relaxed);
    world.endpoint.answers(200, r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#);
    let error = world.obtain(Some(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenStore);
    assert!(error.is_retryable());
    // Not lost either: the next call keeps it first, without asking the server again.
    assert_eq!(world.obtain(Some(1)).await.unwrap(), "a2#2");
    assert_eq!(world.endpoint.asked().len(), 1);
}

#[tokio::test]
async fn a_store_that_fails_does_not_stop_a_token_that_is_good() {
    let store = Arc::new(FailingStore::default());
    let world = World::with(&BY_CODE, store.clone()).authorised().await;
    world.clock.advance(3550);
    store.failures.store(1, Ordering::Relaxed);
    world.endpoint.answers(200, r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#);
    assert_eq!(world.obtain(None).await.unwrap(), "a1#1");
    world.clock.advance(6);
    assert_eq!(world.obtain(None).await.unwrap(), "a2#2");
    assert_eq!(world.endpoint.asked().len(), 1);
}

#[tokio::test]
async fn nobody_waits_for_a_renewal_ahead_of_time() {
    let world = World::new(&BY_CODE).authorised().await;
    world.clock.advance(3550);
    assert_eq!(world.ready(), None);
    world.endpoint.answers(200, &fresh("a2"));
    let (session, endpoint) = (world.session.clone(), world.endpoint.clone());
    let renewal = tokio::spawn(async move { session.obtain(None, endpoint).await });
    while world.endpoint.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.ready().unwrap(), "a1#1");
    renewal.await.unwrap().unwrap();
    assert_eq!(world.ready().unwrap(), "a2#2");
}

#[tokio::test]
async fn debug_shows_no_token() {
    let world = World::new(&BY_CODE).authorised().await;
    let shown = format!("{:?}", world.session);
    assert!(!shown.contains("a1") && !shown.contains("r1"), "{shown}");
}
