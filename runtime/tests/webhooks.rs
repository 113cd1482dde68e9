//! Deliveries end to end: published examples of several APIs, and everything that must be refused.
#![allow(unsafe_code, reason = "the macros that declare shapes write it")]

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use linchpin_runtime::{
    __codegen_v1::{
        Answer, Challenge, DeliveryPart, DeliveryTime, Encoded, Hash, InstantTrigger, Json, ModuleKind, Operation, OperationTable, Proof,
        ProofKind, Sent, Shaped, Wanted, Webhook,
    },
    Secret,
    testing::SimulatedClock,
    webhook::{MemoryDeliveryLog, Received, Receiver, Refusal},
};

linchpin_runtime::structure! {
    /// What a trigger takes.
    pub struct Nothing "nothing" {}
}

macro_rules! trigger {
    ($name:ident, $webhook:expr) => {
        linchpin_runtime::structure! {
            /// A trigger.
            pub struct $name "watch" {}
        }
        impl Operation for $name {
            type Output = Json;
            fn table() -> &'static OperationTable {
                const TABLE: &OperationTable = &OperationTable {
                    name: stringify!($name),
                    kind: ModuleKind::Trigger,
                    answers: &[Answer { shape: <Json as Shaped>::LINK, ..Answer::JSON }],
                    output: <Json as Shaped>::LINK,
                    webhook: Some(&$webhook),
                    ..OperationTable::EMPTY
                };
                TABLE
            }
        }
        impl InstantTrigger for $name {}
    };
}

const fn header(name: &'static str, after: &'static str, encoding: Encoded) -> Sent {
    Sent { part: DeliveryPart::Header(name), after, encoding, ..Sent::EMPTY }
}

const fn time(sent: Sent, millis: bool) -> Option<DeliveryTime> {
    Some(DeliveryTime { sent, millis, within: 300_000 })
}

const HMAC: Proof = Proof { kind: ProofKind::Hmac(Hash::Sha256), over: "{body}", ..Proof::EMPTY };

trigger!(
    Standard,
    Webhook {
        proof: Proof {
            sent: Sent { split: " ", ..header("webhook-signature", "v1,", Encoded::Base64) },
            over: "{id}.{time}.{body}",
            key: Encoded::Base64,
            key_after: "whsec_",
            time: time(header("webhook-timestamp", "", Encoded::Text), false),
            id: Some(DeliveryPart::Header("webhook-id")),
            ..HMAC
        },
        ..Webhook::EMPTY
    }
);
trigger!(
    GitHub,
    Webhook {
        proof: Proof {
            sent: header("x-hub-signature-256", "sha256=", Encoded::Hex),
            id: Some(DeliveryPart::Header("x-github-delivery")),
            ..HMAC
        },
        ..Webhook::EMPTY
    }
);
trigger!(
    Stripe,
    Webhook {
        proof: Proof {
            sent: Sent { split: ",", ..header("stripe-signature", "v1=", Encoded::Hex) },
            over: "{time}.{body}",
            time: time(Sent { split: ",", ..header("stripe-signature", "t=", Encoded::Text) }, false),
            id: Some(DeliveryPart::Body(&["id"])),
            ..HMAC
        },
        ..Webhook::EMPTY
    }
);
trigger!(
    Slack,
    Webhook {
        proof: Proof {
            sent: header("x-slack-signature", "v0=", Encoded::Hex),
            over: "v0:{time}:{body}",
            time: time(header("x-slack-request-timestamp", "", Encoded::Text), false),
            id: Some(DeliveryPart::Body(&["event_id"])),
            ..HMAC
        },
        challenges: &[Challenge {
            when: &[(DeliveryPart::Body(&["type"]), Wanted::Text("url_verification"))],
            ..Challenge::of(DeliveryPart::Body(&["challenge"]))
        }],
        ..Webhook::EMPTY
    }
);
trigger!(
    SlackCommand,
    Webhook {
        form: true,
        proof: Proof {
            sent: header("x-slack-signature", "v0=", Encoded::Hex),
            over: "v0:{time}:{body}",
            time: time(header("x-slack-request-timestamp", "", Encoded::Text), false),
            ..HMAC
        },
        ..Webhook::EMPTY
    }
);
trigger!(
    Shopify,
    Webhook {
        when: &[(DeliveryPart::Header("x-shopify-topic"), Wanted::Text("orders/create"))],
        proof: Proof { sent: header("x-shopify-hmac-sha256", "", Encoded::Base64), ..HMAC },
        ..Webhook::EMPTY
    }
);
trigger!(
    HubSpot,
    Webhook {
        proof: Proof {
            sent: header("x-hubspot-signature-v3", "", Encoded::Base64),
            over: "{method}{url}{body}{time}",
            time: time(header("x-hubspot-request-timestamp", "", Encoded::Text), true),
            ..HMAC
        },
        ..Webhook::EMPTY
    }
);
trigger!(
    Shared,
    Webhook {
        proof: Proof { kind: ProofKind::Token, sent: header("authorization", "Bearer ", Encoded::Text), ..Proof::EMPTY },
        ..Webhook::EMPTY
    }
);
trigger!(
    Meta,
    Webhook {
        proof: Proof { sent: header("x-hub-signature-256", "sha256=", Encoded::Hex), ..HMAC },
        challenges: &[Challenge {
            when: &[
                (DeliveryPart::Query("hub.mode"), Wanted::Text("subscribe")),
                (DeliveryPart::Query("hub.verify_token"), Wanted::Secret),
            ],
            ..Challenge::of(DeliveryPart::Query("hub.challenge"))
        }],
        ..Webhook::EMPTY
    }
);
trigger!(
    Crc,
    Webhook {
        proof: Proof { sent: header("x-twitter-webhooks-signature", "sha256=", Encoded::Base64), ..HMAC },
        challenges: &[Challenge {
            answer: &[("response_token", "sha256={hmac.base64}")],
            ..Challenge::of(DeliveryPart::Query("crc_token"))
        }],
        ..Webhook::EMPTY
    }
);
trigger!(
    Token,
    Webhook {
        proof: Proof {
            kind: ProofKind::Jwt("HS256"),
            sent: header("authorization", "Bearer ", Encoded::Text),
            audience: "us",
            digest: Some(("body_sha256", Encoded::Hex)),
            id: Some(DeliveryPart::Claim("jti")),
            ..Proof::EMPTY
        },
        ..Webhook::EMPTY
    }
);

fn secrets(texts: &[&str]) -> Vec<Secret> {
    texts.iter().map(|text| Secret::new(*text)).collect()
}

fn at(seconds: u64) -> Arc<SimulatedClock> {
    Arc::new(SimulatedClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)))
}

fn receiver<T: InstantTrigger<Output = Json>>(secret: &str, seconds: u64) -> Receiver<Json> {
    T::receiver(secrets(&[secret])).expect("a key").clock(at(seconds))
}

struct Sender {
    method: Method,
    uri: &'static str,
    headers: HeaderMap,
    body: Bytes,
}

fn post(body: impl Into<Bytes>) -> Sender {
    Sender { method: Method::POST, uri: "/hook", headers: HeaderMap::new(), body: body.into() }
}

fn get(uri: &'static str) -> Sender {
    Sender { method: Method::GET, uri, headers: HeaderMap::new(), body: Bytes::new() }
}

impl Sender {
    fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_str(value.as_ref()).expect("a header"));
        self
    }

    fn at(self, uri: &'static str) -> Self {
        Sender { uri, ..self }
    }

    async fn to(&self, receiver: &Receiver<Json>) -> Result<Received<Json>, Refusal> {
        let uri: Uri = self.uri.parse().expect("a URI");
        receiver.receive(&self.method, &uri, &self.headers, &self.body).await
    }

    async fn event(&self, receiver: &Receiver<Json>) -> Json {
        match self.to(receiver).await.expect("it is genuine") {
            Received::Event(delivery) => delivery.event,
            other => panic!("no event: {other:?}"),
        }
    }

    async fn status(&self, receiver: &Receiver<Json>) -> StatusCode {
        self.to(receiver).await.expect_err("it is refused").status()
    }
}

fn code(secret: &str, text: &str) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

// ── published examples ──────────────────────────────────────────────────────────────────────────────────────────────

#[tokio::test]
async fn the_examples_of_standard_webhooks() {
    let receiver = receiver::<Standard>("whsec_plJ3nmyCDGBKInavdOK15jsl", 1_731_705_121);
    let sent = post(r#"{"event_type":"ping","data":{"success":true}}"#)
        .with("webhook-id", "msg_loFOjxBNrRLzqYUf")
        .with("webhook-timestamp", "1731705121")
        .with("webhook-signature", "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=");
    assert_eq!(sent.event(&receiver).await["event_type"], "ping");

    let receiver = self::receiver::<Standard>("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1_614_265_330);
    let several = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let sent = post(r#"{"test": 2432232314}"#)
        .with("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
        .with("webhook-timestamp", "1614265330")
        .with("webhook-signature", several);
    assert_eq!(sent.event(&receiver).await["test"], 2_432_232_314_u64);
}

#[tokio::test]
async fn the_example_of_github() {
    // GitHub's example signs a text that is no JSON: it proves itself, and cannot be read.
    let receiver = receiver::<GitHub>("It's a Secret to Everybody", 0);
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let sent = post("Hello, World!").with("x-hub-signature-256", signature);
    assert_eq!(sent.status(&receiver).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post("Hello, World?").with("x-hub-signature-256", signature).status(&receiver).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_example_of_slack() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar\
        &user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
        %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let sent = post(body)
        .with("x-slack-request-timestamp", "1531420618")
        .with("x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
    let event = sent.event(&receiver::<SlackCommand>("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618)).await;
    assert_eq!((&event["command"], &event["text"]), (&"/webhook-collect".into(), &"".into()));
}

#[tokio::test]
async fn a_code_of_shopify() {
    let sent = post(r#"{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}"#)
        .with("x-shopify-topic", "orders/create")
        .with("x-shopify-hmac-sha256", "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=");
    assert_eq!(sent.event(&receiver::<Shopify>("test-webhook-secret", 0)).await["total_price"], "123.45");
}

// ── schemes without a published example ─────────────────────────────────────────────────────────────────────────────

#[tokio::test]
async fn hubspot_signs_method_url_body_and_time() {
    let receiver = receiver::<HubSpot>("s", 1000).public_url("https://hooks.example".parse().expect("a URL"));
    let body = r#"{"eventId":1}"#;
    for (uri, signed) in [("/hub?a=b%20c", "/hub?a=b%20c"), ("/hub?a=b%3Ac%2c", "/hub?a=b:c,"), ("/hub?a=%3A", "/hub?a=%3A")] {
        let code = code("s", &format!("POSThttps://hooks.example{signed}{body}1000500"));
        let sent = post(body).at(uri).with("x-hubspot-request-timestamp", "1000500").with("x-hubspot-signature-v3", base64(&code));
        let fresh = receiver.clone().log(Arc::new(MemoryDeliveryLog::new(10)));
        assert_eq!(sent.event(&fresh).await["eventId"], 1, "{uri}");
    }
    let code = base64(&code("s", &format!("POSThttps://hooks.example/hub{body}1000500")));
    let elsewhere = post(body).at("/other").with("x-hubspot-request-timestamp", "1000500").with("x-hubspot-signature-v3", &code);
    assert_eq!(elsewhere.status(&receiver).await, StatusCode::UNAUTHORIZED);
    let untold = self::receiver::<HubSpot>("s", 1000);
    let sent = post(body).at("/hub").with("x-hubspot-request-timestamp", "1000500").with("x-hubspot-signature-v3", &code);
    assert_eq!(sent.status(&untold).await, StatusCode::INTERNAL_SERVER_ERROR, "nobody said what the URL is");
}

#[tokio::test]
async fn stripe_signs_time_and_body_with_several_codes() {
    let receiver = Stripe::receiver(secrets(&["whsec_old", "whsec_new"])).expect("keys").clock(at(1_700_000_000));
    let body = r#"{"id":"evt_1","type":"charge.succeeded"}"#;
    let code = hex(&code("whsec_new", &format!("1700000000.{body}")));
    let wrong = "0".repeat(64);
    let sent = post(body).with("stripe-signature", format!("t=1700000000,v1={wrong},v1={code},v0={wrong}"));
    assert_eq!(sent.event(&receiver).await["id"], "evt_1");
    let twice = post(body).with("stripe-signature", format!("t=1700000000,t=1700000001,v1={code}"));
    assert_eq!(twice.status(&receiver).await, StatusCode::UNAUTHORIZED, "two times are none");
}

#[tokio::test]
async fn a_shared_secret_is_compared_whole() {
    let receiver = Shared::receiver(secrets(&["old secret", "new secret"])).expect("keys").clock(at(0));
    for (number, secret) in ["old secret", "new secret"].iter().enumerate() {
        let sent = post(format!(r#"{{"n":{number}}}"#)).with("authorization", format!("Bearer {secret}"));
        assert_eq!(sent.event(&receiver).await["n"], number);
    }
    for wrong in ["Bearer new secre", "Bearer new secret2", "Bearer ", "Bearer", "new secret", "bearer new secret", ""] {
        assert_eq!(post("{}").with("authorization", wrong).status(&receiver).await, StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
}

#[tokio::test]
async fn tokens_are_for_us_for_this_body_and_for_a_time() {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use sha2::Digest;
    let body = r#"{"n":1}"#;
    let digest = hex(&sha2::Sha256::digest(body));
    let claims = |exp: u64, aud: &str, jti: &str| serde_json::json!({ "exp": exp, "aud": aud, "body_sha256": digest, "jti": jti });
    let made = |algorithm, claims: &Json, key: &str| {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key.as_bytes())).expect("a token")
    };
    let receiver = receiver::<Token>("s", 1000);
    let sent = |token: String| post(body).with("authorization", format!("Bearer {token}"));
    let good = made(Algorithm::HS256, &claims(1100, "us", "a"), "s");
    assert_eq!(sent(good.clone()).event(&receiver).await["n"], 1);
    assert!(matches!(sent(good.clone()).to(&receiver).await, Ok(Received::Repeated)));
    let mut other_body = sent(good);
    other_body.body = Bytes::from_static(br#"{"n":2}"#);
    assert_eq!(other_body.status(&receiver).await, StatusCode::UNAUTHORIZED);
    let mut endless = claims(1100, "us", "e");
    endless.as_object_mut().expect("claims").remove("exp");
    let none =
        format!("{}.{}.", base64(br#"{"alg":"none"}"#).trim_end_matches('='), base64(claims(1100, "us", "f").to_string().as_bytes()));
    for (what, token) in [
        ("run out", made(Algorithm::HS256, &claims(900, "us", "b"), "s")),
        ("for others", made(Algorithm::HS256, &claims(1100, "them", "c"), "s")),
        ("another key", made(Algorithm::HS256, &claims(1100, "us", "d"), "t")),
        ("another algorithm", made(Algorithm::HS512, &claims(1100, "us", "d"), "s")),
        ("without an end", made(Algorithm::HS256, &endless, "s")),
        ("unsigned", none),
        ("no token", "x.y.z".to_owned()),
    ] {
        assert_eq!(sent(token).status(&receiver).await, StatusCode::UNAUTHORIZED, "{what}");
    }
}

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

trigger!(
    Braces,
    Webhook {
        proof: Proof { sent: header("x-code", "", Encoded::Hex), over: "{{id}}{body}", id: Some(DeliveryPart::Header("x-id")), ..HMAC },
        challenges: &[Challenge { answer: &[("said", "{{challenge}} is {challenge}")], ..Challenge::of(DeliveryPart::Query("ask")) }],
        ..Webhook::EMPTY
    }
);

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
