//! The universal `http` module with a credential that no spec declares: where it goes, and where it does not.

use linchpin_runtime::http_module::{HttpRequest, Login, client_of};
use linchpin_runtime::testing::{Reply, StandIn};

async fn home() -> StandIn {
    let home = StandIn::start().await.expect("a stand-in");
    home.on("GET", "/api/me", Reply::json(200, &serde_json::json!({"name": "Ann"})));
    home
}

#[tokio::test]
async fn a_login_goes_with_calls_to_its_server() {
    let home = home().await;
    for (login, header, target) in [
        (Login::bearer("t0p"), ("authorization", Some("Bearer t0p")), "/api/me?x=1"),
        (Login::basic("Ann", "pw"), ("authorization", Some("Basic QW5uOnB3")), "/api/me?x=1"),
        (Login::header("X-Api-Key", "t0p"), ("x-api-key", Some("t0p")), "/api/me?x=1"),
        (Login::query("key", "t0p&"), ("authorization", None), "/api/me?x=1&key=t0p%26"),
    ] {
        let client = client_of(&format!("{}/api", home.url()), &login).and_then(|builder| builder.build_any()).expect("a client");
        let answer = HttpRequest::get("/me").query("x", "1").send(&client).await.expect("an answer");
        assert_eq!(answer.json().expect("JSON")["name"], "Ann");
        let request = home.received().pop().expect("it arrived");
        assert_eq!((request.header(header.0), request.target.as_str()), (header.1, target), "{login:?}");
        assert!(!format!("{login:?} {client:?}").contains("t0p"));
    }
}

#[tokio::test]
async fn a_login_goes_nowhere_else() {
    let (home, other) = (home().await, home().await);
    let client = client_of(&home.url(), &Login::bearer("t0p")).and_then(|builder| builder.build_any()).expect("a client");
    HttpRequest::get(format!("{}/api/me", other.url())).send(&client).await.expect("it is public there");
    assert_eq!(other.received()[0].header("authorization"), None);
    assert!(home.received().is_empty());
}

#[test]
fn what_cannot_be_sent_safely_is_refused_at_once() {
    let bearer = Login::bearer("t0p");
    for (server, login) in [
        ("http://acme.example", &bearer),
        ("https://user@acme.example", &bearer),
        ("acme.example", &bearer),
        ("https://acme.example", &Login::bearer("a\nb")),
        ("https://acme.example", &Login::header("X Key", "k")),
        ("https://acme.example", &Login::basic("a:b", "k")),
    ] {
        let error = client_of(server, login).expect_err(server);
        assert!(!error.to_string().contains("t0p"), "{error}");
    }
}
