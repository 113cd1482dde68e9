//! Files in parts, end to end: Microsoft Graph's large uploads as the generated Rust makes them, against a stand-in that answers as Graph documents it.

use std::sync::{Arc, Mutex};

use linchpin_connectors::microsoft_graph as graph;
use linchpin_runtime::testing::{Received, Reply, StandIn};
use linchpin_runtime::{Body, ErrorKind, UploadCheckpoint, prelude::*};
use serde_json::json;

const PART: usize = 320 * 1024;

async fn server() -> StandIn {
    let server = StandIn::start().await.expect("it listens");
    let token = json!({ "access_token": "t0k3n", "token_type": "Bearer", "expires_in": 600 });
    server.on("POST", "/contoso.example/oauth2/v2.0/token", Reply::json(200, &token));
    let session = json!({ "uploadUrl": format!("{}/up/1?guid=7", server.url()), "nextExpectedRanges": ["0-"] });
    server.on("POST", "/v1.0/drives/d/items/root:/film.mp4:/createUploadSession", Reply::json(200, &session));
    server
}

fn more(from: usize) -> Reply {
    Reply::json(202, &json!({ "expirationDateTime": "2026-12-01T00:00:00Z", "nextExpectedRanges": [format!("{from}-")] }))
}

fn client(server: &StandIn) -> graph::v1::Client {
    graph::v1::Client::builder(graph::App::new("contoso.example", "id", "s3cr3t")).base_url(server.url()).build().expect("a client")
}

fn film(content: Body) -> graph::v1::drive::UploadLarge {
    graph::v1::drive::UploadLarge::new("d", "root", "film.mp4", content).conflict_behavior(graph::v1::ConflictBehavior::Rename)
}

fn asked(server: &StandIn) -> Vec<String> {
    let shown = |one: &Received| format!("{} {}", one.method, one.header("content-range").unwrap_or("-"));
    calls(server).iter().map(shown).collect()
}

/// What was asked, the token apart.
fn calls(server: &StandIn) -> Vec<Received> {
    server.received().into_iter().filter(|one| !one.target.contains("/oauth2/")).collect()
}

/// Uploads until the server refuses the second part, and gives what was kept of it; parts that come later are answered with `then`.
async fn broken_off(server: &StandIn, file: &[u8], then: Vec<Reply>) -> String {
    // All at once: the last answer of a route is the one that stays.
    for reply in [more(PART), Reply::status(400)].into_iter().chain(then) {
        server.on("PUT", "/up/1", reply);
    }
    let kept: Arc<Mutex<Option<UploadCheckpoint>>> = Arc::default();
    let keep = kept.clone();
    let upload = film(file.to_vec().into()).upload(&client(server)).part_size(PART as u64);
    let failed = upload.on_checkpoint(move |one| *keep.lock().expect("unpoisoned") = Some(one)).await.expect_err("refused");
    assert_eq!((failed.kind(), failed.step().map(|step| step.number())), (ErrorKind::Invalid, Some(2)), "{failed}");
    serde_json::to_string(&kept.lock().expect("unpoisoned").take().expect("a checkpoint")).expect("it is written")
}

#[tokio::test]
async fn a_film_goes_up_in_parts_and_goes_on_after_a_crash() {
    let server = server().await;
    let total = 2 * PART + 100;
    let file = vec![7; total];
    let finished = Reply::json(201, &json!({ "id": "01NM", "name": "film 1.mp4", "size": total }));
    let stored = broken_off(&server, &file, vec![more(2 * PART), finished]).await;

    // Another process, with nothing but the checkpoint and the file.
    server.on("GET", "/up/1", Reply::json(200, &json!({ "nextExpectedRanges": [format!("{PART}-")] })));
    let checkpoint: UploadCheckpoint = serde_json::from_str(&stored).expect("it is read");
    assert!(!format!("{checkpoint:?}").contains("guid"), "its address is not printed");
    let item = film(file.into()).upload(&client(&server)).part_size(PART as u64).resume(checkpoint).await.expect("uploaded");
    assert_eq!((item.name.as_deref(), item.size), (Some("film 1.mp4"), Some(total as i64)));
    let rows = [
        "POST -".to_owned(),
        format!("PUT bytes 0-{}/{total}", PART - 1),
        format!("PUT bytes {PART}-{}/{total}", 2 * PART - 1),
        "GET -".to_owned(),
        format!("PUT bytes {PART}-{}/{total}", 2 * PART - 1),
        format!("PUT bytes {}-{}/{total}", 2 * PART, total - 1),
    ];
    assert_eq!(asked(&server), rows);
    let knows = |one: &Received| one.header("authorization").is_some();
    assert!(knows(&calls(&server)[0]) && calls(&server)[1..].iter().all(|one| !knows(one)), "the address is permission enough");
}

/// Whoever can write where checkpoints are kept can name an address; it gets the rest of the file at most, and no token.
#[tokio::test]
async fn a_forged_checkpoint_takes_no_credential_along() {
    let (server, thief) = (server().await, StandIn::start().await.expect("another"));
    let file = vec![7; 2 * PART];
    let stored = broken_off(&server, &file, Vec::new()).await;
    thief.on("GET", "/up/1", more(PART));
    thief.on("PUT", "/up/1", Reply::json(201, &json!({ "id": "01NM" })));
    let resume = async |forged: String| {
        assert_ne!(forged, stored, "it holds the address");
        let forged: UploadCheckpoint = serde_json::from_str(&forged).expect("it is read");
        film(file.clone().into()).upload(&client(&server)).part_size(PART as u64).resume(forged).await
    };
    resume(stored.replace(&server.url(), &thief.url())).await.expect("it goes there");
    assert_eq!(asked(&thief), ["GET -".to_owned(), format!("PUT bytes {PART}-{}/{}", 2 * PART - 1, 2 * PART)]);
    assert!(thief.received().iter().all(|one| one.header("authorization").is_none()));
    let error = resume(stored.replace("http://", "ftp://")).await.expect_err("no such address");
    assert_eq!(error.kind(), ErrorKind::UnsafeAddress, "{error}");
}

#[tokio::test]
async fn without_being_watched_it_is_a_call_like_any_other() {
    let server = server().await;
    server.on("PUT", "/up/1", Reply::json(201, &json!({ "id": "01NM" })));
    assert_eq!(film("small".into()).send(&client(&server)).await.expect("uploaded").id, "01NM".into());
    let by_name = json!({ "drive": "d", "parent": "root", "name": "film.mp4", "content": "small", "conflict_behavior": "rename" });
    assert_eq!(client(&server).call("drive.upload_large", by_name).await.expect("uploaded")["id"], "01NM");
    assert_eq!(asked(&server)[1], "PUT bytes 0-4/5");
}
