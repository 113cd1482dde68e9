//! What a cassette keeps of exchanges that are not plain JSON, and that it replays them.

#[macro_use]
mod support;

use std::{fs, path::PathBuf};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use linchpin_runtime::{
    __codegen_v1 as lp, Body, Client,
    http_module::{HttpRequest, Login, Part, client_of},
    prelude::*,
    testing::{Cassette, Reply, StandIn},
};

enum Api {}

impl lp::Api for Api {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable { connector: "notes", servers: &["https://notes.example"], ..lp::ApiTable::EMPTY };
}

lp::structure! {
    /// Whose note.
    struct Read "read" {
        user: String = "user!";
        key: lp::Secret = "key!";
    }
}

operation!(
    Read of Api -> String,
    name: "read",
    method: "GET",
    path: "/users/{0}/keys/k-{1}/{{x}",
    places: &[lp::Place::Path(lp::Style::Simple), lp::Place::Path(lp::Style::Simple)],
    answers: &[lp::Answer { decoding: lp::Decoding::Json, shape: <String as lp::Shaped>::LINK, ..lp::Answer::EMPTY }],
    retry: lp::RetryClass::Safe,
);

fn path(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("linchpin-runtime-cassettes-{}", std::process::id())).join(name);
    let _ = fs::remove_file(&path);
    path
}

#[tokio::test]
async fn a_secret_input_in_the_path_is_not_kept() {
    let path = path("path.json");
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/users/ann/keys/k-s3cr3t/%7Bx%7D", Reply::json(200, &"a note".into()));
    for key in ["s3cr3t", "an0th3r"] {
        let cassette = Cassette::open(&path).expect("a cassette");
        let client = Client::<Api>::open().base_url(server.url()).http_client(cassette.client()).build().expect("a client");
        let note = Read { user: "ann".into(), key: key.into() }.send(&client).await.expect("an answer");
        assert_eq!(note, "a note");
        cassette.finish().expect("it is written, and read whole");
    }
    let written = fs::read_to_string(&path).expect("the cassette");
    assert!(written.contains("/users/ann/keys/scrubbed/%7Bx%7D") && !written.contains("s3cr3t"), "{written}");
}

#[tokio::test]
async fn a_form_with_a_file_is_replayed() {
    let path = path("form.json");
    let server = StandIn::start().await.expect("it listens");
    server.on("POST", "/photos", Reply::status(204));
    for password in ["s3cr3t", "an0th3r"] {
        let cassette = Cassette::open(&path).expect("a cassette");
        let client = client_of(&server.url(), &Login::header("x-key", "k3y-of-the-header"))
            .and_then(|builder| builder.http_client(cassette.client()).build_any());
        let photo = Body::from(vec![0xff, 0xd8, 0, 13, 10, 13, 10, 0xff]).content_type("image/jpeg").file_name("a.jpg");
        let form = [Part::text("password", password), Part::text("title", "A"), Part::file("photo", photo)];
        HttpRequest::post("/photos").multipart(form).send(&client.expect("a client")).await.expect("an answer");
        cassette.finish().expect("it is written, and read whole");
    }
    assert_eq!(server.received().len(), 1, "the second time nothing is sent");
    let written: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("the cassette")).expect("JSON");
    let body = written["exchanges"][0]["request"]["body"]["base64"].as_str().expect("it is not text");
    let body = BASE64_STANDARD.decode(body).expect("base64");
    let holds = |wanted: &[u8]| body.windows(wanted.len()).any(|window| window == wanted);
    assert!(holds(b"\xff\xd8\0\r\n\r\n\xff") && !holds(b"s3cr3t"));
}
