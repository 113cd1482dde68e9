//! What goes out a second time and what does not: where a redirect leads nowhere, and where a 401 says that a token is stale.

#![allow(missing_docs, reason = "a test")]

#[macro_use]
mod support;

use std::sync::Arc;

use linchpin_runtime::{
    __codegen_v1 as lp, Client, ErrorKind, http_module,
    http_module::{HttpRequest, Redirects},
    prelude::*,
    testing::{Reply, SimulatedClock, StandIn},
};
use serde_json::json;

/// An API whose tokens are renewed.
enum Guarded {}

impl lp::Api for Guarded {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable {
        connector: "guarded",
        servers: &["https://guarded.example"],
        connections: &[<Machine as lp::Connection>::TABLE],
        ..lp::ApiTable::EMPTY
    };
}

lp::structure! {
    /// A program that acts for itself.
    struct Machine "machine" {
        client_id: String = "client_id!";
    }
}

impl lp::Connection for Machine {
    const TABLE: &'static lp::ConnectionTable = &lp::ConnectionTable {
        name: "machine",
        fields: <Machine as lp::Shaped>::LINK,
        grant: lp::Grant::OAuth2(&lp::OAuth2 {
            flow: lp::OAuth2Flow::ClientCredentials,
            token: "https://guarded.example/token",
            client: lp::ClientAuth::None,
            ..lp::OAuth2::EMPTY
        }),
        credentials: &[lp::Credential::Header("authorization", "Bearer {access_token}")],
        ..lp::ConnectionTable::EMPTY
    };
}

impl lp::ConnectsTo<Guarded> for Machine {}

lp::structure! {
    /// Open to everybody: no credential goes along.
    struct SignIn "sign_in" {}
}

operation!(
    SignIn of Guarded -> (),
    name: "sign_in",
    method: "POST",
    path: "/sign_in",
    answers: &[lp::Answer::EMPTY],
    connections: &["none"],
);

async fn guarded() -> (StandIn, Client<Guarded>) {
    let server = StandIn::start().await.expect("it listens");
    for token in ["a1", "a2"] {
        server.on("POST", "/token", Reply::json(200, &json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 })));
    }
    let machine = Machine { client_id: "one".into() };
    let client = Client::<Guarded>::builder(machine).base_url(server.url()).clock(Arc::new(SimulatedClock::default()));
    (server, client.build().expect("a client"))
}

fn count(server: &StandIn, path: &str) -> usize {
    server.received().iter().filter(|request| request.path() == path).count()
}

#[tokio::test]
async fn what_was_sent_before_a_redirect_is_not_sent_again_where_that_leads_nowhere() {
    let nobody = StandIn::start().await.expect("it listens").url();
    let server = StandIn::start().await.expect("it listens");
    for (status, path) in [(303, "/see"), (302, "/found")] {
        server.on("POST", path, Reply::status(status).header("location", &format!("{nobody}/order")));
        let client = http_module::client().expect("a builder").clock(Arc::new(SimulatedClock::default())).build_any().expect("a client");
        let order = HttpRequest::post(format!("{}{path}", server.url())).json(json!({ "pieces": 1 })).redirects(Redirects::All);
        let error = order.send(&client).await.expect_err("nobody listens there");
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert_eq!(count(&server, path), 1, "{path}: it may have done what it was asked");
    }
}

#[tokio::test]
async fn what_was_done_before_a_redirect_is_not_done_again_for_a_401() {
    let (server, client) = guarded().await;
    server.on("POST", "/see", Reply::status(303).header("location", "/order"));
    server.on("POST", "/moved", Reply::status(307).header("location", "/there"));
    server.on("GET", "/order", Reply::status(401));
    server.on("POST", "/there", Reply::status(401));
    server.on("POST", "/there", Reply::status(204));
    let post = |path: &str| HttpRequest::post(path).json(json!({ "pieces": 1 })).redirects(Redirects::All);
    let error = post("/see").send(&client).await.expect_err("refused");
    assert_eq!((error.kind(), count(&server, "/see")), (ErrorKind::Authentication, 1));
    // Who only says where to turn to has done nothing.
    post("/moved").send(&client).await.expect("with a new token");
    assert_eq!(count(&server, "/there"), 2);
}

#[tokio::test]
async fn a_call_without_a_credential_is_not_repeated_for_a_401() {
    let (server, client) = guarded().await;
    server.on("POST", "/sign_in", Reply::status(401));
    let error = SignIn {}.send(&client).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!((count(&server, "/sign_in"), count(&server, "/token")), (1, 0), "a token would change nothing");
}

#[tokio::test]
async fn a_401_renews_a_token_also_where_every_status_is_an_answer() {
    let (server, client) = guarded().await;
    server.on("GET", "/me", Reply::status(401));
    server.on("GET", "/me", Reply::json(200, &json!({ "name": "Ann" })));
    let answer = HttpRequest::get("/me").every_status().send(&client).await.expect("an answer");
    assert_eq!((answer.status().as_u16(), count(&server, "/me")), (200, 2));

    // Where a new token is refused, too, or none is had, the 401 is the answer.
    server.on("POST", "/token", Reply::json(400, &json!({ "error": "invalid_client" })));
    for (path, times) in [("/refused", 2), ("/none", 1)] {
        server.on("GET", path, Reply::status(401));
        let answer = HttpRequest::get(path).every_status().send(&client).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), count(&server, path)), (401, times), "{path}");
    }
}
