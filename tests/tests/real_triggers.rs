//! Triggers of the GitHub connector against emulate's GitHub: hooks that are made, deliveries that it signs and sends, and polling.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use linchpin_connectors::github::{self, v2026_03_10 as v2026};
use linchpin_runtime::http_module::{self, HttpRequest};
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::SimulatedClock;
use linchpin_runtime::trigger::{PollState, Start};
use linchpin_runtime::webhook::{Answer, Endpoint, Received};
use linchpin_runtime::webhook_module::{Inbound, receiver, schemes};
use linchpin_tests::servers::{self, Server};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const OWNER: &str = "octocat";

fn client(server: &Server) -> v2026::Client {
    v2026::Client::builder(github::Token::new("gho_linchpin")).base_url(server.service("github")).build().expect("a client")
}

async fn repository(client: &v2026::Client, name: &str) {
    v2026::repos::CreateMine::new(name).description("Made by a test").auto_init(true).send(client).await.expect("a repository");
}

async fn issue(client: &v2026::Client, repo: &str, title: &str) -> v2026::Issue {
    v2026::issues::Create::new(OWNER, repo, title).send(client).await.expect("an issue")
}

/// Waits for what is delivered; a delivery takes no minute.
async fn next<T>(events: &mut mpsc::UnboundedReceiver<T>) -> Option<T> {
    tokio::time::timeout(Duration::from_secs(30), events.recv()).await.ok().flatten()
}

#[tokio::test]
async fn github_delivers_to_an_address_that_it_was_given_and_no_longer() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    repository(&client, "hooked").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let endpoint = Endpoint::new(format!("http://{address}/hook").parse().expect("a URL")).expect("a secret");

    // Two receivers: one with the secret of the hook, one with another.
    let (sent, mut events) = mpsc::unbounded_channel();
    let service = v2026::webhooks::OnIssues::receiver([endpoint.secret.clone()]).expect("a key").service(
        move |event: Arc<v2026::IssuesEvent>, id| {
            let sent = sent.clone();
            async move { sent.send((event.action.clone(), event.issue.title.clone(), id)) }
        },
    );
    let app = Router::new().route_service("/hook", service);
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });

    let trigger = || v2026::webhooks::OnIssues::new(OWNER, "hooked");
    let subscription = trigger().subscribe(&client, &endpoint).await.expect("a hook");
    assert!(subscription.gave()["id"].is_number() || subscription.gave()["id"].is_string(), "{:?}", subscription.gave());
    let kept = serde_json::to_string(&subscription).expect("JSON");
    assert!(!kept.contains(endpoint.secret.expose()), "the secret is not kept with it");

    issue(&client, "hooked", "It does not greet").await;
    let (action, title, id) = next(&mut events).await.expect("it is delivered");
    assert_eq!((action.as_str(), title.as_str()), ("opened", "It does not greet"));
    assert!(id.is_some(), "GitHub names its deliveries");

    let subscription = serde_json::from_str(&kept).expect("what was kept is read again");
    trigger().unsubscribe(&client, &endpoint, &subscription).await.expect("ended");
    trigger().unsubscribe(&client, &endpoint, &subscription).await.expect("it is ended already, and that is fine");
    issue(&client, "hooked", "Nobody hears this").await;
    let heard = tokio::time::timeout(Duration::from_secs(2), events.recv()).await;
    assert!(heard.is_err(), "no hook, no delivery: {heard:?}");
    serving.abort();
}

#[tokio::test]
async fn deliveries_with_another_secret_are_refused() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    repository(&client, "refused").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let endpoint = Endpoint::new(format!("http://{address}/hook").parse().expect("a URL")).expect("a secret");
    let (answered, mut answers) = mpsc::unbounded_channel();
    let (sent, mut events) = mpsc::unbounded_channel();
    let service =
        v2026::webhooks::OnIssues::receiver([Secret::new("another")]).expect("a key").service(move |event: Arc<v2026::IssuesEvent>, _| {
            let sent = sent.clone();
            async move { sent.send(event.action.clone()) }
        });
    let app = Router::new().route_service("/hook", service).layer(axum::middleware::from_fn(
        move |request: axum::extract::Request, next: axum::middleware::Next| {
            let answered = answered.clone();
            async move {
                let event = request.headers().get("x-github-event").and_then(|event| event.to_str().ok()).unwrap_or_default().to_owned();
                let response = next.run(request).await;
                answered.send((event, response.status().as_u16())).expect("somebody listens");
                response
            }
        },
    ));
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    v2026::webhooks::OnIssues::new(OWNER, "refused").subscribe(&client, &endpoint).await.expect("a hook");
    issue(&client, "refused", "Forged").await;
    loop {
        let (event, status) = next(&mut answers).await.expect("it is delivered");
        assert_eq!(status, 401, "{event}");
        if event == "issues" {
            break;
        }
    }
    assert!(events.try_recv().is_err());
    serving.abort();
}

#[tokio::test]
async fn stripe_signs_and_what_is_forged_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (given, mut events) = mpsc::unbounded_channel();
    let (answered, mut answers) = mpsc::unbounded_channel();
    let genuine = receiver(schemes::STRIPE, [Secret::new("whsec_linchpin")]).expect("a key").answering(move |event: Arc<Inbound>, _| {
        let given = given.clone();
        async move { given.send((event.headers().clone(), event.body().clone())).map(|()| Answer::text("ok")) }
    });
    let app = Router::new().route_service("/stripe", genuine).layer(axum::middleware::from_fn(
        move |request: axum::extract::Request, next: axum::middleware::Next| {
            let answered = answered.clone();
            async move {
                let response = next.run(request).await;
                answered.send(response.status().as_u16()).expect("somebody listens");
                response
            }
        },
    ));
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    let Some(server) = servers::emulated_stripe(&format!("http://{address}/stripe"), "whsec_linchpin") else { return };
    let client = http_module::client().and_then(|builder| builder.build_any()).expect("a client");
    let customer = HttpRequest::post(format!("{}/v1/customers", server.service("stripe"))).form([("email", "ann@example.com")]);
    customer.send(&client).await.expect("a customer");
    let (headers, body) = next(&mut events).await.expect("it is delivered");
    assert_eq!(next(&mut answers).await, Some(200));
    let event: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((&event["type"], &event["data"]["object"]["email"]), (&"customer.created".into(), &"ann@example.com".into()));

    // The very delivery: with another secret, with another byte, again, and much later.
    let to = |secret: &str| receiver(schemes::STRIPE, [Secret::new(secret)]).expect("a key");
    let (method, uri) = (http::Method::POST, http::Uri::from_static("/stripe"));
    let fresh = to("whsec_linchpin");
    assert!(fresh.receive(&method, &uri, &headers, &body).await.is_ok());
    assert!(matches!(fresh.receive(&method, &uri, &headers, &body).await, Ok(Received::Repeated)));
    let mut changed = body.to_vec();
    *changed.last_mut().expect("a byte") = b' ';
    let late = to("whsec_linchpin").clock(Arc::new(SimulatedClock::at(SystemTime::now() + Duration::from_secs(301 + 30))));
    for (what, receiver, body) in
        [("another secret", to("whsec_other"), body.clone()), ("another byte", to("whsec_linchpin"), changed.into()), ("late", late, body)]
    {
        let refusal = receiver.receive(&method, &uri, &headers, &body).await.expect_err(what);
        assert_eq!(refusal.status(), http::StatusCode::UNAUTHORIZED, "{what}");
    }
    serving.abort();
}

#[tokio::test]
async fn issues_are_polled_from_now_on_and_each_once() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    repository(&client, "polled").await;
    issue(&client, "polled", "Old").await;
    let trigger = || v2026::webhooks::WatchIssues::new(OWNER, "polled");
    let first = trigger().poll(&client, &PollState::start(Start::Now)).await.expect("a poll");
    assert_eq!(first.items.len(), 0, "what is there is not new");
    for title in ["One", "Two"] {
        issue(&client, "polled", title).await;
    }
    let second = trigger().poll(&client, &first.state).await.expect("a poll");
    let mut titles: Vec<&str> = second.items.iter().map(|issue| issue.title.as_str()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["One", "Two"]);
    let third = trigger().poll(&client, &second.state).await.expect("a poll");
    assert_eq!(third.items.len(), 0, "nothing twice");
    let again = trigger().poll(&client, &first.state).await.expect("a poll");
    assert_eq!(again.items.len(), 2, "a state that was not kept gives them again");
    let all = trigger().poll(&client, &PollState::start(Start::All)).await.expect("a poll");
    assert_eq!(all.items.len(), 3);
}
