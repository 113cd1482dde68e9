//! Calls end to end over loopback: what is sent, what is decoded, what is tried again, what an error says.

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use linchpin_runtime::{
    __codegen_v1::{Body, Patch},
    Attempt, ErrorKind, Notice, Observer,
    prelude::*,
    testing::{Reply, SimulatedClock, StandIn},
};
use serde_json::json;
use support::*;

#[tokio::test]
async fn a_get_carries_path_query_headers_and_credentials() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/items/*", Reply::json(200, &json!({"data": {"id": "i/1", "Size": 3, "new": true}})));
    let item = GetItem { id: "i/1 ü".into(), view: Some("a b".into()) }.send(&client(&server)).await.expect("an item");
    assert_eq!((item.id.as_str(), item.size), ("i/1", Some(3)));
    let received = &server.received()[0];
    assert_eq!(received.path(), "/api/1.0/items/i%2F1%20%C3%BC");
    assert_eq!(received.query(), [("view".into(), "a b".into()), ("api_key".into(), SECRET.into())]);
    assert_eq!(received.header("authorization"), Some("Bearer k-s3cr3t"));
    assert_eq!((received.header("x-version"), received.header("accept")), (Some("1.0"), Some("application/json, */*;q=0.1")));
}

#[tokio::test]
async fn bodies_are_encoded_as_declared() {
    let server = StandIn::start().await.expect("it listens");
    server.on("POST", "/api/1.0/items", Reply::json(201, &json!({"data": {"id": "1"}})));
    for path in ["/api/1.0/upload", "/api/1.0/form"] {
        server.on(if path.ends_with("form") { "PUT" } else { "POST" }, path, Reply::status(204));
    }
    let client = client(&server);
    for note in [Patch::Leave, Patch::Erase, Patch::Set("n".to_owned())] {
        CreateItem { name: "A \"b\"".into(), note }.send(&client).await.expect("created");
    }
    let content = Body::from("file content").content_type("text/plain").file_name("a\"b.txt");
    Upload { title: "T".into(), content }.send(&client).await.expect("uploaded");
    let form = Form { tags: vec!["a,b".into(), "c".into()], trace: "t-1".into(), session: "s;1".into(), text: "x & y".into() };
    form.send(&client).await.expect("sent");

    let received = server.received();
    assert_eq!(received[0].json(), Some(json!({"Name": "A \"b\"", "kind": "plain"})));
    assert_eq!(received[1].json(), Some(json!({"Name": "A \"b\"", "note": null, "kind": "plain"})));
    assert_eq!(received[2].json(), Some(json!({"Name": "A \"b\"", "note": "n", "kind": "plain"})));
    let upload = String::from_utf8_lossy(&received[3].body);
    assert!(upload.contains("name=\"title\"\r\n\r\nT\r\n"), "{upload}");
    assert!(upload.contains("filename=\"a%22b.txt\"\r\nContent-Type: text/plain\r\n\r\nfile content\r\n--"), "{upload}");
    assert_eq!(received[3].header("content-length").map(str::to_owned), Some(received[3].body.len().to_string()));
    assert_eq!(received[4].target, "/api/1.0/form?tags=a%2Cb,c&api_key=k-s3cr3t");
    assert_eq!((received[4].header("x-trace"), received[4].header("cookie")), (Some("t-1"), Some("session=s%3B1")));
    assert_eq!(received[4].body, "text=x%20%26%20y");
}

#[tokio::test]
async fn json_has_the_media_type_that_is_declared() {
    let server = StandIn::start().await.expect("it listens");
    server.on("PATCH", "/api/1.0/form", Reply::status(204));
    Merge { note: Patch::Erase }.send(&client(&server)).await.expect("sent");
    let received = server.received();
    assert_eq!(
        (received[0].header("content-type"), received[0].json()),
        (Some("application/merge-patch+json"), Some(json!({"note": null})))
    );
}

#[tokio::test]
async fn answers_of_several_shapes_are_told_apart_by_status() {
    let server = StandIn::start().await.expect("it listens");
    for reply in [Reply::json(200, &json!({"data": {"id": "1"}})), Reply::json(202, &json!({"error": "queued"})), Reply::status(204)] {
        server.on("POST", "/api/1.0/start", reply);
    }
    let client = client(&server);
    assert!(matches!(Start {}.send(&client).await.expect("done"), Started::Done(item) if item.id == "1"));
    assert!(matches!(Start {}.send(&client).await.expect("later"), Started::Later(later) if later.error == "queued"));
    assert!(matches!(Start {}.send(&client).await.expect("nothing"), Started::Nothing(())));
}

#[tokio::test]
async fn errors_say_what_the_api_said() {
    let server = StandIn::start().await.expect("it listens");
    let refused = Reply::json(404, &json!({"error": "gone_fishing", "hint": "later", "detail": {"text": "no item"}}));
    server.on("GET", "/api/1.0/items/a", refused.header("x-request-id", "r-7"));
    server.on("GET", "/api/1.0/items/b", Reply::json(200, &json!({"ok": false, "error": "not_in_channel"})));
    server.on("GET", "/api/1.0/items/c", Reply::json(200, &json!({"data": {"id": 5}})));
    server.on("GET", "/api/1.0/items/d", Reply::status(200).header("content-type", "text/html").body("<html>"));
    let client = client(&server);
    let get = async |id: &str| GetItem { id: id.into(), view: None }.send(&client).await.expect_err("an error");

    let error = get("a").await;
    assert_eq!((error.kind(), error.status().map(|s| s.as_u16())), (ErrorKind::NotFound, Some(404)));
    assert_eq!((error.code(), error.message(), error.request_id()), (Some("gone_fishing"), Some("no item"), Some("r-7")));
    assert_eq!((error.operation(), error.successor()), (Some("get_item"), Some("get_thing")));
    assert_eq!(error.body::<Trouble>().and_then(|trouble| trouble.hint).as_deref(), Some("later"));
    assert!(!error.is_retryable());
    assert_eq!(error.to_string(), "get_item: the server answered 404 Not Found (gone_fishing: no item) [request r-7]");

    let error = get("b").await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, Some("not_in_channel")));
    let error = get("c").await;
    assert_eq!((error.kind(), error.path()), (ErrorKind::Decode, Some("data.id")), "{error}");
    let error = get("d").await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("text/html"), "{error}");
}

#[tokio::test]
async fn each_status_is_an_error_of_its_kind() {
    let server = StandIn::start().await.expect("it listens");
    let kinds = [
        (400, ErrorKind::Invalid, false),
        (401, ErrorKind::Authentication, false),
        (403, ErrorKind::Permission, false),
        (404, ErrorKind::NotFound, false),
        (408, ErrorKind::Timeout, true),
        (409, ErrorKind::Conflict, false),
        (410, ErrorKind::Gone, false),
        (412, ErrorKind::Conflict, false),
        (422, ErrorKind::Invalid, false),
        (429, ErrorKind::RateLimited, true),
        (500, ErrorKind::Server, true),
        (503, ErrorKind::Server, true),
    ];
    for (status, ..) in kinds {
        server.on("PATCH", "/api/1.0/form", Reply::json(status, &json!({"error": "no", "detail": {"text": status}})));
    }
    let client = client(&server);
    for (status, kind, may_pass) in kinds {
        let error = Merge { note: Patch::Erase }.send(&client).await.expect_err("an error");
        assert_eq!((error.status().map(|status| status.as_u16()), error.kind()), (Some(status), kind));
        assert_eq!(
            (error.is_retryable(), error.code(), error.message()),
            (may_pass, Some("no"), Some(status.to_string().as_str())),
            "{status}"
        );
    }
    assert_eq!(server.received().len(), kinds.len(), "none was tried again");
}

#[tokio::test]
async fn inputs_that_break_the_spec_are_not_sent() {
    let server = StandIn::start().await.expect("it listens");
    let error = GetItem { id: "1".into(), view: Some("far too long".into()) }.send(&client(&server)).await.expect_err("refused");
    assert_eq!((error.kind(), error.path()), (ErrorKind::Input, Some("view")), "{error}");
    assert!(server.received().is_empty());
}

#[derive(Debug, Default)]
struct Watch(Mutex<(Vec<Attempt>, Vec<Notice>)>);

impl Observer for Watch {
    fn tried(&self, attempt: &Attempt) {
        self.0.lock().expect("unpoisoned").0.push(attempt.clone());
    }

    fn noticed(&self, notice: &Notice) {
        self.0.lock().expect("unpoisoned").1.push(notice.clone());
    }
}

#[tokio::test]
async fn safe_calls_are_tried_again_and_waits_honoured() {
    let server = StandIn::start().await.expect("it listens");
    let item = Reply::json(200, &json!({"data": {"id": "1"}}));
    let path = "/api/1.0/items/1";
    server.on("GET", path, Reply::status(429).header("retry-after", "7"));
    server.on("GET", path, Reply::status(503).header("retry-after", "Tue, 14 Nov 2023 22:13:47 GMT"));
    server.on("GET", path, Reply::reset());
    server.on("GET", path, item);
    let (clock, watch) = (Arc::new(SimulatedClock::default()), Arc::new(Watch::default()));
    let client = builder(&server).clock(clock.clone()).observer(watch.clone()).build().expect("a client");
    GetItem { id: "1".into(), view: None }.send(&client).await.expect("the fourth try");
    let slept = clock.slept();
    assert_eq!(slept[0], Duration::from_secs(7));
    assert_eq!(slept[1], Duration::from_secs(20), "from 22:13:27, where the first wait ended, to 22:13:47");
    assert!(slept.get(2).is_none_or(|wait| *wait <= Duration::from_millis(800)), "{slept:?}");

    let seen = watch.0.lock().expect("unpoisoned");
    let tries: Vec<_> = seen.0.iter().map(|attempt| (attempt.status, attempt.resend_count, attempt.template.as_str())).collect();
    let template = "/items/{id}";
    assert_eq!(tries, [(Some(429), 0, template), (Some(503), 1, template), (None, 2, template), (Some(200), 3, template)]);
    assert_eq!(seen.1.len(), 1, "deprecation is told once: {:?}", seen.1);
}

#[tokio::test]
async fn a_bare_post_is_never_repeated() {
    let server = StandIn::start().await.expect("it listens");
    for reply in [Reply::status(503), Reply::reset()] {
        server.on("POST", "/api/1.0/items", reply);
    }
    let client = builder(&server).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    let create = || CreateItem { name: "A".into(), note: Patch::Leave };
    assert_eq!(create().send(&client).await.expect_err("refused").kind(), ErrorKind::Server);
    assert_eq!(create().send(&client).await.expect_err("broken").kind(), ErrorKind::Transport);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn an_idempotency_key_stays_the_same_over_tries() {
    let server = StandIn::start().await.expect("it listens");
    for reply in [Reply::reset(), Reply::status(500), Reply::status(204), Reply::status(204)] {
        server.on("POST", "/api/1.0/once", reply);
    }
    let client = builder(&server).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    PutOnce {}.send(&client).await.expect("the third try");
    PutOnce {}.send(&client).await.expect("the first try");
    let keys: Vec<_> = server.received().iter().map(|request| request.header("idempotency-key").map(str::to_owned)).collect();
    assert!(keys[0].as_ref().is_some_and(|key| key.len() == 36), "{keys:?}");
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3], "{keys:?}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_tried_again_and_a_slow_server_times_out() {
    let server = StandIn::start().await.expect("it listens");
    let item = Reply::json(200, &json!({"data": {"id": "1"}}));
    server.on("GET", "/api/1.0/items/1", item.clone().truncated(8));
    server.on("GET", "/api/1.0/items/1", item.clone());
    server.on("GET", "/api/1.0/items/2", item.delay(Duration::from_secs(60)));
    let clock = Arc::new(SimulatedClock::default());
    let client = builder(&server).clock(clock).try_timeout(Duration::from_millis(500)).build().expect("a client");
    GetItem { id: "1".into(), view: None }.send(&client).await.expect("the second try");
    let client = builder(&server).no_retry().try_timeout(Duration::from_millis(50)).build().expect("a client");
    let error = GetItem { id: "2".into(), view: None }.send(&client).await.expect_err("too slow");
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn downloads_stream() {
    let server = StandIn::start().await.expect("it listens");
    let file = vec![b'x'; 300_000];
    let reply = Reply::status(200).header("content-type", "image/png").header("content-disposition", "attachment; filename=\"../a.png\"");
    server.on("GET", "/api/1.0/file", reply.body(file.clone()));
    let client = client(&server);
    let download = Fetch {}.send(&client).await.expect("a file");
    assert_eq!((download.length(), download.content_type(), download.file_name()), (Some(300_000), Some("image/png"), Some("a.png")));
    assert_eq!(download.bytes().await.expect("the bytes"), file);
    let path = std::env::temp_dir().join(format!("linchpin-download-{}", std::process::id()));
    let written = Fetch {}.send(&client).await.expect("a file").save_to(&path).await.expect("saved");
    assert_eq!((written, std::fs::read(&path).expect("it is there").len()), (300_000, 300_000));
    std::fs::remove_file(path).expect("it goes");
}

#[tokio::test]
async fn modules_are_called_by_name() {
    let server = StandIn::start().await.expect("it listens");
    server.on("POST", "/api/1.0/items", Reply::json(200, &json!({"data": {"id": "1", "Size": 4}})));
    let client = client(&server);
    let output = client.call("create_item@1", json!({"name": "A", "note": null})).await.expect("created");
    assert_eq!(output, json!({"id": "1", "size": 4}));
    assert_eq!(server.received()[0].json(), Some(json!({"Name": "A", "note": null, "kind": "plain"})));
    let error = client.call("create_item", json!({"nmae": "A", "name": "A"})).await.expect_err("no such input");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("there is no input `nmae`; near it: `name`"), "{error}");
    let error = client.call("creat_item", json!({})).await.expect_err("no such module");
    assert!(error.to_string().contains("near it: `create_item`"), "{error}");
    let error = client.call("create_item@9", json!({})).await.expect_err("no such revision");
    assert!(error.to_string().contains("`create_item@1`"), "{error}");
    let error = client.call("create_item", json!({"name": 5})).await.expect_err("does not fit");
    assert_eq!((error.kind(), error.path()), (ErrorKind::Input, Some("name")), "{error}");
}
