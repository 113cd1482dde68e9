//! A process that dies while it deals with a delivery: with a log that outlives it, the delivery may come again a minute later, and not before; what
//! was dealt with does not. The process that dies is this very test program, told by its environment what to do.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use linchpin_runtime::prelude::*;
use linchpin_runtime::store::PostgresStore;
use linchpin_runtime::testing::SimulatedClock;
use linchpin_runtime::webhook::{Answer, DeliveryLog, Received};
use linchpin_runtime::webhook_module::{Inbound, WebhookReceiver, receiver, schemes};
use linchpin_tests::{renewal, servers};
use tokio::sync::mpsc;

/// The address of the store, for a process that is to receive.
const TASK: &str = "LINCHPIN_KILLED_DELIVERIES";

/// The proof of GitHub's, over a body that is always the same: what comes again is known for a day.
fn github(log: Arc<dyn DeliveryLog>, minutes: u64) -> WebhookReceiver {
    let now = SystemTime::now() + Duration::from_secs(60 * minutes);
    receiver(schemes::GITHUB, [Secret::new("It's a Secret to Everybody")]).expect("a key").log(log).clock(Arc::new(SimulatedClock::at(now)))
}

const BODY: &str = "Hello, World!";

fn headers() -> HeaderMap {
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    HeaderMap::from_iter([("x-hub-signature-256".parse().expect("a name"), signature.parse().expect("a value"))])
}

/// Receives at a port that it says, and never comes to an end with anything.
#[tokio::test]
async fn a_process_that_is_told_to_receive() {
    let Ok(url) = std::env::var(TASK) else { return };
    let log = Arc::new(PostgresStore::open(&url).expect("an address"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = github(log, 0).answering(|_: Arc<Inbound>, _| async {
        println!("\ndealing");
        std::future::pending::<Result<Answer, String>>().await
    });
    println!("\nready {address}");
    axum::serve(listener, Router::new().route_service("/hook", service.within(Duration::from_secs(600)))).await.expect("it serves");
}

/// What a receiver with a clock that is so many minutes ahead makes of the delivery.
async fn comes(log: &PostgresStore, minutes: u64) -> Received<Inbound> {
    let receiver = github(Arc::new(log.clone()), minutes);
    receiver.receive(&Method::POST, &Uri::from_static("/hook"), &headers(), BODY.as_bytes()).await.expect("it is genuine")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_was_dealing_with_may_come_again() {
    let Some(server) = servers::postgres() else { return };
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port());
    let log = PostgresStore::open(&url).expect("an address");
    log.create_tables().await.expect("tables");
    let mut process = renewal::start("a_process_that_is_told_to_receive", &[(TASK, &url)]);
    let address = tokio::task::block_in_place(|| renewal::said(&mut process, "ready "));
    let sending = tokio::spawn(async move {
        let client = linchpin_runtime::http_module::client().and_then(|builder| builder.no_retry().build_any()).expect("a client");
        let mut request = linchpin_runtime::http_module::HttpRequest::post(format!("http://{address}/hook")).raw(BODY);
        for (name, value) in &headers() {
            request = request.header(name.as_str(), value.to_str().expect("text"));
        }
        request.send(&client).await.map(drop)
    });
    tokio::task::block_in_place(|| renewal::said(&mut process, "dealing"));
    process.kill().expect("it runs");
    process.wait().expect("it ends");
    assert!(sending.await.expect("no panic").is_err(), "nobody answered, so the API sends it again");
    // Somebody may still be dealing with it: for a minute it is taken. Told that all is well, the API would not send it again.
    let mut service = github(Arc::new(log.clone()), 0).answering(|_: Arc<Inbound>, _| async { Ok::<_, String>(Answer::text("ok")) });
    let answer = tower_service::Service::call(&mut service, sent()).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(matches!(comes(&log, 0).await, Received::Repeated));
    assert!(matches!(comes(&log, 2).await, Received::Event(_)), "nobody deals with it any more");
}

fn sent() -> Request<http_body_util::Full<&'static [u8]>> {
    let mut request = Request::post("/hook").body(http_body_util::Full::new(BODY.as_bytes())).expect("a request");
    *request.headers_mut() = headers();
    request
}

#[tokio::test]
async fn what_was_dealt_with_does_not_come_again() {
    let Some(server) = servers::postgres() else { return };
    let log = PostgresStore::open(format!("postgres://postgres@127.0.0.1:{}/postgres", server.port())).expect("an address");
    log.create_tables().await.expect("tables");
    let (given, mut events) = mpsc::unbounded_channel();
    let mut service = github(Arc::new(log.clone()), 0).answering(move |event: Arc<Inbound>, _| {
        let given = given.clone();
        async move { given.send(event.body().clone()).map(|()| Answer::text("ok")) }
    });
    for _ in 0..2 {
        let answer = tower_service::Service::call(&mut service, sent()).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!((events.try_recv().expect("it was given"), events.try_recv().is_err()), (BODY.into(), true));
    assert!(matches!(comes(&log, 2).await, Received::Repeated));
    assert!(matches!(comes(&log, 23 * 60).await, Received::Repeated));
    assert!(matches!(comes(&log, 25 * 60).await, Received::Event(_)), "it is remembered for a day");
}
