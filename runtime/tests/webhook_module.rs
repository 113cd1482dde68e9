//! The universal `webhook` module, and answers that a program makes: what is given, what is answered, and what is refused.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use hmac::{KeyInit, Mac};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use linchpin_runtime::{
    Error,
    testing::SimulatedClock,
    webhook::{Answer, WebhookService},
    webhook_module::{Challenge, DeliveryPart, Inbound, WebhookReceiver, receiver, schemes},
};
use serde_json::{Value as Json, json};
use tower_service::Service;

/// Slack's own example of a signed slash command.
const COMMAND: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar\
    &user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
    %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SENT: u64 = 1_531_420_618;

fn slack(now: u64) -> WebhookReceiver {
    let clock = SimulatedClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(now));
    receiver(schemes::SLACK, ["8f742231b10e8888abcd99yyyzzz85a5".into()]).expect("a receiver").clock(Arc::new(clock))
}

fn command(signature: &str) -> Request<Full<Bytes>> {
    let request = Request::post("/commands?team=a%20b")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-slack-request-timestamp", SENT.to_string())
        .header("x-slack-signature", signature);
    request.body(Full::from(COMMAND)).expect("a request")
}

async fn answered(service: &mut WebhookService<Inbound>, request: Request<Full<Bytes>>) -> (u16, String, Bytes) {
    let response: Response<Full<Bytes>> = service.call(request).await.expect("it always answers");
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().expect("text").to_owned());
    let status = response.status().as_u16();
    (status, kind.unwrap_or_default(), response.into_body().collect().await.expect("a body").to_bytes())
}

fn echo(asked: &Inbound) -> Result<Answer, Error> {
    let form = asked.form()?;
    let command = form.iter().find(|(name, _)| name == "command").map(|(_, value)| value.clone());
    let query = asked.query();
    Answer::json(&json!({"text": command, "team": query[0].1, "path": asked.path(), "method": asked.method().as_str()}))
}

#[tokio::test]
async fn a_slash_command_is_answered_with_what_the_program_says() {
    let mut service = slack(SENT).answering(|asked: Arc<Inbound>, _| async move { echo(&asked) });
    let (status, kind, body) = answered(&mut service, command(SIGNATURE)).await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let body: Json = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body, json!({"text": "/webhook-collect", "team": "a b", "path": "/commands", "method": "POST"}));
}

#[tokio::test]
async fn what_does_not_prove_itself_reaches_nobody() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let answering = move |receiver: WebhookReceiver| {
        let counted = counted.clone();
        receiver.answering(move |_, _| {
            counted.fetch_add(1, Ordering::Relaxed);
            async { Ok::<_, Error>(Answer::text("secret plans")) }
        })
    };
    let wrong = SIGNATURE.replace("a2", "a3");
    for (mut service, request, wanted) in [
        (answering(slack(SENT)), command(&wrong), 401),
        (answering(slack(SENT)), command(""), 401),
        (answering(slack(SENT + 301)), command(SIGNATURE), 401),
        (answering(slack(SENT - 301)), command(SIGNATURE), 401),
        (answering(slack(SENT).body_bytes(10)), command(SIGNATURE), 413),
    ] {
        let (status, _, body) = answered(&mut service, request).await;
        assert_eq!(status, wanted);
        assert!(!String::from_utf8_lossy(&body).contains("plans"));
    }
    assert_eq!(count.load(Ordering::Relaxed), 0);
    assert!(receiver(schemes::SLACK, []).is_err() && receiver(schemes::GITHUB, ["".into()]).is_err());
    assert!(receiver(schemes::STANDARD_WEBHOOKS, ["whsec_*".into()]).is_err());
}

#[tokio::test]
async fn what_comes_again_is_given_once_unless_it_is_a_question() {
    let mut once = slack(SENT).answering(|asked: Arc<Inbound>, _| async move { echo(&asked) });
    let (first, second) = (answered(&mut once, command(SIGNATURE)).await, answered(&mut once, command(SIGNATURE)).await);
    assert_eq!((first.0, first.2.is_empty(), second.0, second.2.is_empty()), (200, false, 200, true));
    let mut asks = slack(SENT).every_time().answering(|asked: Arc<Inbound>, _| async move { echo(&asked) });
    for _ in 0..2 {
        assert_eq!(answered(&mut asks, command(SIGNATURE)).await.1, "application/json");
    }
}

#[tokio::test]
async fn what_fails_or_takes_too_long_may_come_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let service = slack(SENT).answering(move |_, _| {
        let number = counted.fetch_add(1, Ordering::Relaxed);
        async move {
            match number {
                0 => Err("s3cr3t".to_owned()),
                1 => pending().await,
                _ => Answer::text("fine").status(202).map_err(|error| error.to_string()),
            }
        }
    });
    let mut service = service.within(Duration::from_millis(30));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let (status, _, body) = answered(&mut service, command(SIGNATURE)).await;
        assert!(!String::from_utf8_lossy(&body).contains("s3cr3t"));
        statuses.push(status);
    }
    assert_eq!(statuses, [500, 503, 202, 200]);
    assert_eq!(count.load(Ordering::Relaxed), 3, "the last is known");
}

#[tokio::test]
async fn a_multipart_form_and_json_are_read_and_bounded() {
    let body = "--B\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n\
        --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../a.txt\"\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--\r\n";
    let asked = |kind: &str, body: &'static str| {
        Request::put("/x").header("x-token", "t0p").header("content-type", kind).body(Full::from(body)).expect("a request")
    };
    let service = receiver(schemes::token("x-token"), ["t0p".into()]).expect("a receiver");
    let mut parts = service.clone().answering(|asked: Arc<Inbound>, _| async move {
        let parts = asked.multipart()?;
        let shown: Vec<_> = parts.iter().map(|part| (&part.name, &part.file_name, String::from_utf8_lossy(&part.content))).collect();
        assert!(!format!("{asked:?} {parts:?}").contains("hello"));
        Answer::json(&shown)
    });
    let (status, _, answer) = answered(&mut parts, asked("multipart/form-data; boundary=B", body)).await;
    assert_eq!((status, answer), (200, Bytes::from(r#"[["note",null,"hello"],["file","../a.txt","x"]]"#)));
    let (status, _, _) = answered(&mut parts, asked("multipart/form-data; boundary=C", body)).await;
    assert_eq!(status, 500, "the program could not read it");
    let mut sums = service.answering(|asked: Arc<Inbound>, _| async move {
        let numbers: Vec<i64> = asked.json()?;
        Answer::text(numbers.iter().sum::<i64>().to_string()).header("X-Count", &numbers.len().to_string())
    });
    assert_eq!(answered(&mut sums, asked("application/json", "[1,2,3]")).await.2, "6");
}

#[tokio::test]
async fn challenges_are_answered_and_not_given() {
    const ASKED: &[Challenge] = &[Challenge::of(DeliveryPart::Body(&["challenge"]))];
    let body = r#"{"challenge":"abc"}"#;
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"s").expect("any key");
    mac.update(body.as_bytes());
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let service = receiver(schemes::GITHUB, ["s".into()]).expect("a receiver").challenges(ASKED);
    let mut service = service.answering(|_, _| async { Err::<Answer, _>("nobody is told") });
    let asked = |code: &str| {
        let request = Request::post("/").header("x-hub-signature-256", format!("sha256={code}"));
        request.body(Full::from(body)).expect("a request")
    };
    assert_eq!(answered(&mut service, asked(&code)).await.2, "abc");
    assert_eq!(answered(&mut service, asked("00")).await.0, 401);
}

/// Whoever asks gets a code over little more than letters and digits. What consists of no more than that was not signed for a delivery.
#[tokio::test]
async fn an_answer_to_a_stranger_signs_no_delivery() {
    const ASKED: &[Challenge] = &[Challenge { answer: &[("code", "{hmac.hex}")], ..Challenge::of(DeliveryPart::Query("crc_token")) }];
    let given = Arc::new(AtomicUsize::new(0));
    let counted = given.clone();
    let service = receiver(schemes::GITHUB, ["s".into()]).expect("a receiver").challenges(ASKED);
    let mut service = service.answering(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, Error>(Answer::empty()) }
    });
    for (asked, body) in [("amount%3D100", "amount=100"), ("hello", "hello"), ("17", "17")] {
        let request = Request::get(format!("/?crc_token={asked}")).body(Full::default()).expect("a request");
        let (status, _, answer) = answered(&mut service, request).await;
        assert_eq!(status, 200);
        let answer: Json = serde_json::from_slice(&answer).expect("JSON");
        let code = answer["code"].as_str().expect("a code");
        let request = Request::post("/").header("x-hub-signature-256", format!("sha256={code}")).body(Full::from(body)).expect("a request");
        assert_eq!(answered(&mut service, request).await.0, 401, "{body}");
    }
    assert_eq!(given.load(Ordering::Relaxed), 0, "a stranger had a delivery of his own signed");
}
