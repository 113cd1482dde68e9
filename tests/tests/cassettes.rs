//! Cassettes: recorded against a server, replayed without one, and nothing secret in the file.

use std::fs;
use std::path::PathBuf;

use linchpin_connectors::microsoft_graph as graph;
use linchpin_runtime::http_module::{HttpRequest, Login, OAuth2, client_of};
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Cassette, Reply, StandIn};
use linchpin_runtime::{Client, Error, ErrorKind};
use serde_json::json;

const SECRET: &str = "client&secret of Contoso";

fn path(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("linchpin-cassettes-{}", std::process::id())).join(name);
    let _ = fs::remove_file(&path);
    path
}

fn client(url: &str, cassette: &Cassette) -> Client<graph::v1::Api> {
    let app = graph::App::new("contoso.example", "id", SECRET);
    graph::v1::Client::builder(app).base_url(url).http_client(cassette.client()).build().expect("a client")
}

async fn server() -> StandIn {
    let server = StandIn::start().await.expect("it listens");
    let token =
        json!({ "access_token": "token-that-opens", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "refresh-that-opens" });
    server.on("POST", "/contoso.example/oauth2/v2.0/token", Reply::json(200, &token).header("set-cookie", "session=cookie-that-opens"));
    let next = format!("{}/v1.0/users?$skiptoken=page-2", server.url());
    let first = json!({ "value": [{ "id": "a", "mail": "ann@contoso.example", "note": SECRET }], "@odata.nextLink": next });
    server.on("GET", "/v1.0/users", Reply::json(200, &first).header("x-session-token", "header-that-opens"));
    server.on("GET", "/v1.0/users?$skiptoken=page-2", Reply::json(200, &json!({ "value": [{ "id": "b" }] })));
    server.on("GET", "/v1.0/users/nobody", Reply::json(404, &json!({ "error": { "code": "NotFound", "message": "nobody" } })));
    server
}

async fn all(client: &Client<graph::v1::Api>) -> Result<Vec<String>, Error> {
    let mut items = graph::v1::users::List::new().items(client);
    let mut ids = Vec::new();
    while let Some(user) = items.try_next().await? {
        ids.push(user.id.to_string());
    }
    Ok(ids)
}

#[tokio::test]
async fn what_was_recorded_is_replayed_without_a_server_and_without_secrets() {
    let path = path("users.json");
    let server = server().await;
    let url = server.url();
    let cassette = Cassette::open(&path).expect("a cassette").scrub(&["mail"]);
    assert!(cassette.records());
    let recording = client(&url, &cassette);
    assert_eq!(all(&recording).await.expect("both pages"), ["a", "b"]);
    let missing = graph::v1::users::Read::new("nobody").send(&recording).await.expect_err("nobody");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(!path.exists(), "nothing is written before the end");
    cassette.finish().expect("it is written");
    drop((recording, server));

    let written = fs::read_to_string(&path).expect("the cassette");
    for secret in [
        "token-that-opens",
        "refresh-that-opens",
        "cookie-that-opens",
        "header-that-opens",
        "ann@contoso.example",
        "secret of",
        "secret+of",
        "secret%20of",
    ] {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
    assert!(written.contains("page-2") && written.contains("expires_in"), "{written}");

    let cassette = Cassette::open(&path).expect("a cassette").scrub(&["mail"]);
    assert!(!cassette.records());
    let replaying = client(&url, &cassette);
    assert_eq!(all(&replaying).await.expect("both pages"), ["a", "b"]);
    let again = graph::v1::users::Read::new("nobody").send(&replaying).await.expect_err("nobody");
    assert_eq!((again.kind(), again.to_string()), (missing.kind(), missing.to_string()));

    let unknown = graph::v1::users::Read::new("else").send(&replaying).await.expect_err("not recorded");
    assert!(unknown.to_string().contains("no answer for GET") && unknown.to_string().contains("/v1.0/users/else"), "{unknown}");
    let twice = graph::v1::users::Read::new("nobody").send(&replaying).await.expect_err("replayed already");
    assert!(twice.to_string().contains("has been replayed"), "{twice}");
    cassette.finish().expect("all of it was asked for");
}

#[tokio::test]
async fn a_login_without_a_spec_leaves_nothing_secret_either() {
    let path = path("universal.json");
    let server = StandIn::start().await.expect("it listens");
    server.on("POST", "/token", Reply::json(200, &json!({ "access_token": "token-that-opens", "expires_in": 3600 })));
    server.on("GET", "/me", Reply::json(200, &json!({ "name": "Ann", "note": SECRET })));
    let url = server.url();
    let client = |cassette: &Cassette| {
        let oauth = OAuth2::client_credentials("id").client_secret(SECRET).client_in_body().token(format!("{url}/token"));
        let login = Login::oauth2(oauth.token_parameter("password", "parameter-that-opens").in_query("t"));
        client_of(&url, &login).and_then(|builder| builder.http_client(cassette.client()).build_any()).expect("a client")
    };
    let cassette = Cassette::open(&path).expect("a cassette");
    HttpRequest::get("/me").send(&client(&cassette)).await.expect("an answer");
    cassette.finish().expect("it is written");
    let called = server.received().iter().map(|request| request.target.clone()).collect::<Vec<_>>();
    assert_eq!(called, ["/token", "/me?t=token-that-opens"]);
    drop(server);

    let written = fs::read_to_string(&path).expect("the cassette");
    for secret in ["that-opens", "secret of", "secret+of", "secret%20of"] {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
    let cassette = Cassette::open(&path).expect("a cassette");
    let answer = HttpRequest::get("/me").send(&client(&cassette)).await.expect("it is replayed");
    assert_eq!(answer.json().expect("JSON")["name"], "Ann");
    cassette.finish().expect("all of it was asked for");
}

#[tokio::test]
async fn what_is_not_asked_for_any_more_is_told() {
    let path = path("left.json");
    let server = server().await;
    let cassette = Cassette::record(&path).expect("a cassette");
    let recording = client(&server.url(), &cassette);
    all(&recording).await.expect("both pages");
    graph::v1::users::Read::new("nobody").send(&recording).await.expect_err("nobody");
    cassette.finish().expect("it is written");

    let cassette = Cassette::replay(&path).expect("a cassette");
    let client = client(&server.url(), &cassette);
    all(&client).await.expect("both pages");
    let left = cassette.finish().expect_err("one was not asked for").to_string();
    assert!(left.contains("GET") && left.contains("/v1.0/users/nobody") && !left.contains("page-2"), "{left}");
}

/// A tape is recorded over any client, a tape among them: so one is scrubbed of more than when it was made, without the server.
#[tokio::test]
async fn a_tape_is_recorded_through_another_client() {
    let (first, second) = (path("first.json"), path("second.json"));
    let server = server().await;
    let url = server.url();
    let cassette = Cassette::record(&first).expect("a cassette");
    all(&client(&url, &cassette)).await.expect("both pages");
    cassette.finish().expect("it is written");
    drop(server);
    assert!(fs::read_to_string(&first).expect("a tape").contains("ann@contoso.example"));

    let played = Cassette::replay(&first).expect("a cassette");
    let cassette = Cassette::record_through(&second, played.client()).scrub(&["mail"]);
    assert!(cassette.records());
    assert_eq!(all(&client(&url, &cassette)).await.expect("both pages"), ["a", "b"]);
    cassette.finish().expect("it is written");
    played.finish().expect("all of the first was asked for");
    assert!(!fs::read_to_string(&second).expect("a tape").contains("ann@contoso.example"));

    let cassette = Cassette::replay(&second).expect("a cassette");
    assert_eq!(all(&client(&url, &cassette)).await.expect("both pages"), ["a", "b"]);
    cassette.finish().expect("all of it was asked for");
}

#[test]
fn files_that_are_no_cassettes_are_told_with_their_name() {
    let path = path("broken.json");
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    for (text, wanted) in [
        ("{", "EOF"),
        (r#"{"cassette":9,"exchanges":[]}"#, "layout 9"),
        (
            r#"{"cassette":1,"exchanges":[{"request":{"method":"GET","url":"x","headers":[]},"answer":{"status":200,"headers":[],"body":{"base64":"?"}}}]}"#,
            "Invalid",
        ),
    ] {
        fs::write(&path, text).expect("it is written");
        let error = Cassette::replay(&path).expect_err("no cassette").to_string();
        assert!(error.contains("broken.json") && error.contains(wanted), "{error}");
    }
}
