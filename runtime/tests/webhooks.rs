//! Deliveries end to end: questions that are answered, everything that must be refused, and the service. How single APIs prove theirs is
//! `webhook_schemes`'.

mod deliveries;

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use deliveries::*;
use http::StatusCode;
use linchpin_runtime::{
    __codegen_v1::{InstantTrigger, Json},
    webhook::{MemoryDeliveryLog, Received, Receiver},
};

// ── challenges ──────────────────────────────────────────────────────────────────────────────────────────────────────

async fn answer(sent: Sender, receiver: &Receiver<Json>) -> (StatusCode, String, String) {
    match sent.to(receiver).await.expect("it is answered") {
        Received::Answer(answer) => {
            let kind = answer.headers()["content-type"].to_str().expect("a text").to_owned();
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            (answer.status(), kind, String::from_utf8(answer.into_body().to_vec()).expect("a text"))
        }
        other => panic!("no answer: {other:?}"),
    }
}

#[tokio::test]
async fn challenges_in_the_body_are_answered_when_proved() {
    let receiver = receiver::<Slack>("s", 1000);
    let body = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
    let signature = format!("v0={}", hex(&code("s", &format!("v0:1000:{body}"))));
    let sent = || post(body).with("x-slack-request-timestamp", "1000");
    let (status, kind, text) = answer(sent().with("x-slack-signature", &signature), &receiver).await;
    assert_eq!((status, kind.as_str(), text.as_str()), (StatusCode::OK, "text/plain; charset=utf-8", "3eZbrw1aB"));
    assert_eq!(sent().status(&receiver).await, StatusCode::UNAUTHORIZED, "not signed");
}

#[tokio::test]
async fn challenges_in_the_query_are_answered_when_they_are_ours() {
    let receiver = receiver::<Meta>("verify-me", 0);
    let (_, _, text) = answer(get("/hook?hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444"), &receiver).await;
    assert_eq!(text, "1158201444");
    for uri in ["/hook?hub.mode=subscribe&hub.verify_token=other&hub.challenge=1", "/hook?hub.mode=subscribe&hub.challenge=1", "/hook"] {
        assert_eq!(get(uri).status(&receiver).await, StatusCode::UNAUTHORIZED, "{uri}");
    }
}

#[tokio::test]
async fn an_answer_with_a_code_signs_no_delivery() {
    let receiver = receiver::<Crc>("consumer", 0);
    let (_, kind, text) = answer(get("/hook?crc_token=challenge_string"), &receiver).await;
    assert_eq!(
        (kind.as_str(), text),
        ("application/json", format!(r#"{{"response_token":"sha256={}"}}"#, base64(&code("consumer", "challenge_string"))))
    );
    // Otherwise anybody could have a delivery signed: `{"a":1}`
    assert_eq!(get("/hook?crc_token=%7B%22a%22%3A1%7D").status(&receiver).await, StatusCode::BAD_REQUEST);
}

// ── what is refused ─────────────────────────────────────────────────────────────────────────────────────────────────

fn standard(id: &str, stamp: &str, body: &str, signed: &str) -> Sender {
    let key = "plJ3nmyCDGBKInavdOK15jsl";
    use base64::Engine;
    use hmac::{Hmac, KeyInit, Mac};
    let key = base64::engine::general_purpose::STANDARD.decode(key).expect("base64");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).expect("any key");
    mac.update(signed.as_bytes());
    let code = base64(&mac.finalize().into_bytes());
    post(body.to_owned()).with("webhook-id", id).with("webhook-timestamp", stamp).with("webhook-signature", format!("v1,{code}"))
}

#[tokio::test]
async fn whatever_is_missing_is_401() {
    let receiver = receiver::<Standard>("whsec_plJ3nmyCDGBKInavdOK15jsl", 1000);
    for missing in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut sent = standard("m1", "1000", "{}", "m1.1000.{}");
        sent.headers.remove(missing);
        assert_eq!(sent.status(&receiver).await, StatusCode::UNAUTHORIZED, "{missing}");
        let twice = standard("m1", "1000", "{}", "m1.1000.{}").with(missing, "x");
        assert_eq!(twice.status(&receiver).await, StatusCode::UNAUTHORIZED, "{missing} twice");
    }
}

#[tokio::test]
async fn times_are_tolerated_both_ways_and_signed() {
    let receiver = receiver::<Standard>("whsec_plJ3nmyCDGBKInavdOK15jsl", 10_000);
    for (stamp, good) in [("9700", true), ("10300", true), ("9699", false), ("10301", false), ("0", false), ("18446744073709551615", false)]
    {
        let sent = standard(stamp, stamp, "{}", &format!("{stamp}.{stamp}.{{}}"));
        let received = sent.to(&receiver).await;
        assert_eq!(matches!(received, Ok(Received::Event(_))), good, "{stamp}: {received:?}");
    }
    let another = standard("m", "10000", "{}", "m.9000.{}");
    assert_eq!(another.status(&receiver).await, StatusCode::UNAUTHORIZED, "the time is part of what is signed");
    for odd in ["", "1e4", " 10000x", "-1"] {
        let sent = standard("m", odd, "{}", &format!("m.{odd}.{{}}"));
        assert_eq!(sent.status(&receiver).await, StatusCode::UNAUTHORIZED, "{odd:?}");
    }
}

#[tokio::test]
async fn bytes_are_verified_as_they_came() {
    let receiver = receiver::<GitHub>("s", 0);
    let signed = r#"{ "a":  1 }"#;
    let signature = format!("sha256={}", hex(&code("s", signed)));
    assert_eq!(post(signed).with("x-hub-signature-256", &signature).event(&receiver).await["a"], 1);
    for other in [r#"{"a":1}"#, "{ \"a\":  1 }\n", r#"{ "a":  2 }"#, ""] {
        assert_eq!(post(other).with("x-hub-signature-256", &signature).status(&receiver).await, StatusCode::UNAUTHORIZED, "{other:?}");
    }
    for odd in ["sha256=", "sha256=zz", &signature[7..], &signature[..signature.len() - 2], "sha1=00"] {
        assert_eq!(post(signed).with("x-hub-signature-256", odd).status(&receiver).await, StatusCode::UNAUTHORIZED, "{odd}");
    }
}

#[tokio::test]
async fn what_comes_again_is_not_given_again() {
    let receiver = receiver::<Standard>("whsec_plJ3nmyCDGBKInavdOK15jsl", 1000);
    let sent = standard("m1", "1000", "{}", "m1.1000.{}");
    let Ok(Received::Event(first)) = sent.to(&receiver).await else { panic!("the first is given") };
    assert_eq!(first.id(), Some("m1"));
    assert!(matches!(sent.to(&receiver).await, Ok(Received::Repeated)));
    // The API tries again with a time of now.
    assert!(matches!(standard("m1", "1100", "{}", "m1.1100.{}").to(&receiver).await, Ok(Received::Repeated)));
    first.failed().await.expect("released");
    assert!(matches!(sent.to(&receiver).await, Ok(Received::Event(_))), "it could not be dealt with, so it may come again");
}

#[tokio::test]
async fn braces_that_are_text_are_no_holes() {
    let receiver = receiver::<Braces>("s", 0);
    let (_, _, text) = answer(get("/hook?ask=17"), &receiver).await;
    assert_eq!(text, r#"{"said":"{challenge} is 17"}"#);
    let code = hex(&code("s", "{id}{}"));
    let sent = |id: &str| post("{}").with("x-code", &code).with("x-id", id);
    assert!(matches!(sent("1").to(&receiver).await, Ok(Received::Event(_))));
    assert!(matches!(sent("2").to(&receiver).await, Ok(Received::Repeated)), "the id is not signed");
}

#[tokio::test]
async fn an_id_that_is_not_signed_opens_no_door() {
    let receiver = receiver::<GitHub>("s", 0);
    let signature = format!("sha256={}", hex(&code("s", "{}")));
    let sent = |id: &str| post("{}").with("x-hub-signature-256", &signature).with("x-github-delivery", id);
    assert!(matches!(sent("1").to(&receiver).await, Ok(Received::Event(_))));
    assert!(matches!(sent("2").to(&receiver).await, Ok(Received::Repeated)), "the same body under another id");
}

/// Accounts have a secret each, and what they call a delivery, or all that they say, may be the same: it is another delivery for all that.
#[tokio::test]
async fn what_comes_from_another_account_is_no_repetition() {
    let log = Arc::new(MemoryDeliveryLog::new(100));
    let bodies = |secret: &str| post("{}").with("x-hub-signature-256", format!("sha256={}", hex(&code(secret, "{}"))));
    let ids = |secret: &str| post(r#"{"id":17}"#).with("stripe-signature", format!("t=0,v1={}", hex(&code(secret, r#"0.{"id":17}"#))));
    let tokens = |secret: &str| post("{}").with("authorization", format!("Bearer {secret}"));
    for secret in ["ann", "bob"] {
        for (sent, receiver) in [
            (bodies(secret), receiver::<GitHub>(secret, 0)),
            (ids(secret), receiver::<Stripe>(secret, 0)),
            (tokens(secret), receiver::<Shared>(secret, 0)),
        ] {
            let receiver = receiver.log(log.clone());
            assert!(matches!(sent.to(&receiver).await, Ok(Received::Event(_))), "{secret}: {sent:?}");
            assert!(matches!(sent.to(&receiver).await, Ok(Received::Repeated)), "{secret}: {sent:?}");
        }
    }
    // While one secret replaces another, what was signed with either is the same delivery to whoever knows both.
    let both = GitHub::receiver(secrets(&["new", "ann"])).expect("keys").clock(at(0)).log(log);
    assert!(matches!(bodies("ann").to(&both).await, Ok(Received::Repeated)));
    assert!(matches!(bodies("new").to(&both).await, Ok(Received::Repeated)));
}

#[tokio::test]
async fn a_full_log_lets_nothing_in() {
    let receiver = receiver::<Standard>("whsec_plJ3nmyCDGBKInavdOK15jsl", 1000).log(Arc::new(MemoryDeliveryLog::new(1)));
    assert!(matches!(standard("m1", "1000", "{}", "m1.1000.{}").to(&receiver).await, Ok(Received::Event(_))));
    assert_eq!(standard("m2", "1000", "{}", "m2.1000.{}").status(&receiver).await, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn large_bodies_are_refused_before_they_are_looked_at() {
    let receiver = receiver::<GitHub>("s", 0).body_bytes(10);
    // Unsigned, and still 413: nothing was hashed.
    assert_eq!(post("12345678901").status(&receiver).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(post("1234567890").status(&receiver).await, StatusCode::UNAUTHORIZED);
}

/// A body of a megabyte can become fifty when it is read: nobody's is who did not prove himself.
#[test]
fn what_is_not_proved_is_not_read() {
    let body = Bytes::from(format!("[{}[]]", "[],".repeat(300_000)));
    let sent = [
        (post(body.clone()).with("x-hub-signature-256", format!("sha256={:064}", 0)), receiver::<GitHub>("s", 0)),
        (post(body.clone()).with("stripe-signature", format!("t=0,v1={:064}", 0)), receiver::<Stripe>("s", 0)),
        (post(body.clone()).with("authorization", "Bearer t"), receiver::<Shared>("s", 0)),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for (sent, receiver) in sent {
        let held = allocation_counter::measure(|| assert_eq!(runtime.block_on(sent.status(&receiver)), StatusCode::UNAUTHORIZED));
        assert!(held.bytes_max < 4 << 20, "{} bytes for {receiver:?}", held.bytes_max);
    }
}

#[tokio::test]
async fn what_is_not_the_triggers_is_not_given() {
    let body = "{}";
    let sent = post(body).with("x-shopify-topic", "orders/paid").with("x-shopify-hmac-sha256", base64(&code("s", body)));
    assert!(matches!(sent.to(&receiver::<Shopify>("s", 0)).await, Ok(Received::Other)));
}

#[test]
fn a_receiver_without_its_secret_is_none() {
    assert!(GitHub::receiver(secrets(&[])).is_err());
    assert!(GitHub::receiver(secrets(&["good", ""])).is_err());
    assert!(Standard::receiver(secrets(&["whsec_not base64"])).is_err());
    let shown = format!("{:?} {:?}", receiver::<GitHub>("s3cret", 0), GitHub::receiver(secrets(&["s3cret"])));
    assert!(!shown.contains("s3cret"), "{shown}");
}

// ── as a service ────────────────────────────────────────────────────────────────────────────────────────────────────

#[tokio::test]
async fn a_service_answers_for_the_receiver() {
    use http_body_util::Full;
    use tower_service::Service;
    let failing = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let fails = failing.clone();
    let mut service = receiver::<GitHub>("s", 0).body_bytes(100).service(move |event: Arc<Json>, _| {
        let fails = fails.load(std::sync::atomic::Ordering::Relaxed);
        async move { if fails { Err(format!("{} cannot be dealt with", event["a"])) } else { Ok(()) } }
    });
    let body = r#"{"a":1}"#;
    let request = |body: &'static str, signature: &str| {
        let request = http::Request::post("/hook").header("x-hub-signature-256", signature);
        request.body(Full::new(Bytes::from_static(body.as_bytes()))).expect("a request")
    };
    let signature = format!("sha256={}", hex(&code("s", body)));
    let mut status = async |request| service.call(request).await.expect("it always answers").status();
    assert_eq!(status(request(body, &signature)).await, StatusCode::INTERNAL_SERVER_ERROR);
    failing.store(false, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(status(request(body, &signature)).await, StatusCode::OK, "it may come again");
    failing.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(status(request(body, &signature)).await, StatusCode::OK, "and then no more");
    assert_eq!(status(request(body, "sha256=00")).await, StatusCode::UNAUTHORIZED);
    let large = Box::leak(vec!["x"; 101].concat().into_boxed_str());
    assert_eq!(status(request(large, &signature)).await, StatusCode::PAYLOAD_TOO_LARGE);
}

/// A sender that hangs up drops the future: what it had begun was not dealt with, and its next try counts.
#[tokio::test]
async fn a_delivery_that_is_cut_off_may_come_again() {
    use http_body_util::Full;
    use tower_service::Service;
    let (begun, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let mut service = receiver::<GitHub>("s", 0).service(move |_: Arc<Json>, _| {
        begun.send(()).expect("the test is there");
        async {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
            Ok::<(), String>(())
        }
    });
    let body = r#"{"a":1}"#;
    let signature = format!("sha256={}", hex(&code("s", body)));
    for _ in 0..2 {
        let request = http::Request::post("/hook").header("x-hub-signature-256", &signature);
        let request = request.body(Full::new(Bytes::from_static(body.as_bytes()))).expect("a request");
        let answer = service.call(request);
        tokio::select! {
            _ = answer => panic!("the handler takes a minute"),
            begun = seen.recv() => begun.expect("it begins, the second time too"),
        }
        tokio::task::yield_now().await;
    }
}

fn github(body: &'static str) -> http::Request<http_body_util::Full<Bytes>> {
    let signature = format!("sha256={}", hex(&code("s", body)));
    let request = http::Request::post("/hook").header("x-hub-signature-256", signature);
    request.body(http_body_util::Full::new(Bytes::from_static(body.as_bytes()))).expect("a request")
}

/// Whoever is told that all is well sends no more: so nobody is told that before it is.
#[tokio::test]
async fn what_is_being_dealt_with_is_no_success_yet() {
    use tower_service::Service;
    let (begun, mut seen) = tokio::sync::mpsc::unbounded_channel::<tokio::sync::oneshot::Sender<Result<(), String>>>();
    let mut service = receiver::<GitHub>("s", 0).service(move |_: Arc<Json>, _| {
        let (end, ended) = tokio::sync::oneshot::channel();
        begun.send(end).expect("the test is there");
        async { ended.await.expect("the test says how it ends") }
    });
    let mut send = || service.call(github(r#"{"a":1}"#));
    for (outcome, status) in [(Err("no".to_owned()), 500), (Ok(()), 200)] {
        let first = tokio::spawn(send());
        let end = seen.recv().await.expect("it begins, after a failure too");
        assert_eq!(send().await.expect("an answer").status(), StatusCode::SERVICE_UNAVAILABLE, "it may fail yet");
        end.send(outcome).expect("it waits");
        assert_eq!(first.await.expect("no panic").expect("an answer").status().as_u16(), status);
    }
    assert_eq!(send().await.expect("an answer").status(), StatusCode::OK, "it is dealt with");
    assert!(seen.try_recv().is_err(), "and nobody is told again");
}

/// A log that others have too, and that takes its time.
#[derive(Debug)]
struct Slow {
    log: MemoryDeliveryLog,
    settling: tokio::sync::mpsc::UnboundedSender<()>,
    may_settle: tokio::sync::Semaphore,
}

type Logged<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, linchpin_runtime::auth::StoreError>> + Send + 'a>>;

impl linchpin_runtime::webhook::DeliveryLog for Slow {
    fn claim<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> Logged<'a, bool> {
        self.log.claim(key, now, until)
    }

    fn release<'a>(&'a self, key: &'a [u8; 32]) -> Logged<'a, ()> {
        self.log.release(key)
    }

    fn settle<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> Logged<'a, ()> {
        self.settling.send(()).expect("the test is there");
        Box::pin(async move {
            self.may_settle.acquire().await?.forget();
            self.log.settle(key, now, until).await
        })
    }

    fn is_settled<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, soon: SystemTime) -> Logged<'a, bool> {
        self.log.is_settled(key, now, soon)
    }

    fn outlives_processes(&self) -> bool {
        true
    }
}

/// A sender that hangs up when the work is done and the log is not told of it yet: the work is not done again.
#[tokio::test]
async fn what_was_dealt_with_before_the_sender_hung_up_stays_so() {
    use tower_service::Service;
    let (settling, mut settles) = tokio::sync::mpsc::unbounded_channel();
    let log = Arc::new(Slow { log: MemoryDeliveryLog::new(10), settling, may_settle: tokio::sync::Semaphore::new(0) });
    let clock = at(0);
    let receiver = GitHub::receiver(secrets(&["s"])).expect("a key").clock(clock.clone()).log(log.clone());
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = count.clone();
    let mut service = receiver.service(move |_: Arc<Json>, _| {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async { Ok::<(), String>(()) }
    });
    let first = service.call(github("{}"));
    tokio::select! {
        _ = first => panic!("the log takes its time"),
        settling = settles.recv() => settling.expect("it is dealt with"),
    }
    let second = tokio::time::timeout(std::time::Duration::from_secs(5), settles.recv()).await;
    second.expect("the log is told all the same").expect("the log is there");
    log.may_settle.add_permits(1);
    while service.call(github("{}")).await.expect("an answer").status() != StatusCode::OK {
        tokio::task::yield_now().await;
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_service_answers_what_the_program_says_to_a_typed_event() {
    use http_body_util::{BodyExt, Full};
    use tower_service::Service;
    let mut service = receiver::<GitHub>("s", 0).every_time().answering(|event: Arc<Json>, id: Option<String>| async move {
        linchpin_runtime::webhook::Answer::json(&serde_json::json!({"sum": event["a"].as_i64().unwrap_or(0) + 1, "id": id}))
            .and_then(|answer| answer.status(201)?.header("X-Seen", "yes"))
    });
    let body = r#"{"a":1}"#;
    let signature = format!("sha256={}", hex(&code("s", body)));
    for _ in 0..2 {
        let request = http::Request::post("/hook").header("x-hub-signature-256", &signature).header("x-github-delivery", "d1");
        let response = service.call(request.body(Full::<Bytes>::from(body)).expect("a request")).await.expect("it always answers");
        assert_eq!((response.status(), response.headers()["x-seen"].to_str().ok()), (StatusCode::CREATED, Some("yes")));
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(body, r#"{"id":"d1","sum":2}"#);
    }
}

/// A log of a program's own that takes what comes and cannot be told more.
#[derive(Debug)]
struct Forgetful(MemoryDeliveryLog);

impl linchpin_runtime::webhook::DeliveryLog for Forgetful {
    fn claim<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> Logged<'a, bool> {
        self.0.claim(key, now, until)
    }

    fn release<'a>(&'a self, key: &'a [u8; 32]) -> Logged<'a, ()> {
        self.0.release(key)
    }

    fn settle<'a>(&'a self, _: &'a [u8; 32], _: SystemTime, _: SystemTime) -> Logged<'a, ()> {
        Box::pin(async { Err("it is full".into()) })
    }
}

#[tokio::test]
async fn what_was_claimed_is_given_also_where_the_log_cannot_be_told_more() {
    let receiver = receiver::<Standard>("whsec_plJ3nmyCDGBKInavdOK15jsl", 1000).log(Arc::new(Forgetful(MemoryDeliveryLog::new(10))));
    let delivery = standard("m1", "1000", "{}", "m1.1000.{}");
    assert!(matches!(delivery.to(&receiver).await, Ok(Received::Event(_))), "claimed and refused, it would be given to nobody");
    assert!(matches!(delivery.to(&receiver).await, Ok(Received::Repeated)));
}
