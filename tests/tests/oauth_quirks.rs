//! The ways in which OAuth 2.0 servers differ, from the spec to the wire: parameters of each request, encodings, endpoints, separators, where an
//! answer keeps things, and the server that it names. What is sent is looked at before it leaves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use linchpin_runtime::http_module::HttpRequest;
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::SimulatedClock;
use linchpin_runtime::{HttpClient, Incoming, Observer, Outgoing, SendFailure, Url};
use serde_json::{Value as Json, json};

linchpin_runtime::connector!("quirks");

/// What was sent: method and address, the headers, the body.
type Sent = (String, HeaderMap, Json);

/// A network with the provider and the API on it, each at its own host; what else is called does not exist.
#[derive(Debug, Default)]
struct Network {
    sent: Mutex<Vec<Sent>>,
    /// Where the provider says that the account lives.
    region: Mutex<&'static str>,
}

impl Network {
    fn sent(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent.lock().expect("unpoisoned"))
    }

    fn answer(&self, at: &str) -> (u16, Json) {
        let token = |token: &str, again: &str| {
            let region = *self.region.lock().expect("unpoisoned");
            (
                200,
                json!({ "data": { "credentials": { "token": token, "again": again }, "lives": 600, "region_url": (!region.is_empty()).then_some(region) } }),
            )
        };
        match at {
            "POST https://login.example/acme/token" => token("a1", "r1"),
            "POST https://login.example/acme/refresh" => token("a2", "r2"),
            "GET https://eu.regions.example/api/me" | "GET https://us.regions.example/api/me" => (200, json!({ "name": "Ann" })),
            "GET https://eu.regions.example/api/things" => {
                (200, json!({ "data": [{ "id": "1" }], "next": "https://eu.regions.example/api/things?page=2" }))
            }
            "GET https://eu.regions.example/api/things?page=2" => {
                (200, json!({ "data": [{ "id": "2" }], "next": "https://evil.example/" }))
            }
            "POST https://git.example/sub/oauth/token" => (200, json!({ "access_token": "a1" })),
            "GET https://git.example/sub/api/me" => (200, json!({ "name": "Ann" })),
            _ => (404, json!({})),
        }
    }

    async fn exchange(&self, request: Outgoing) -> Result<Incoming, SendFailure> {
        let at = format!("{} {}", request.method, request.url);
        let body = request.body.collect().await.map_err(|error| SendFailure::broken(error.to_string()))?.to_bytes();
        let (status, answer) = self.answer(&at);
        self.sent.lock().expect("unpoisoned").push((at, request.headers, serde_json::from_slice(&body).unwrap_or(Json::Null)));
        let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, "application/json".parse().expect("a type"))]);
        Ok(Incoming { status: StatusCode::from_u16(status).expect("a status"), headers, body: answer.to_string().into() })
    }
}

impl HttpClient for Network {
    fn send(&self, request: Outgoing) -> std::pin::Pin<Box<dyn Future<Output = Result<Incoming, SendFailure>> + Send + '_>> {
        Box::pin(self.exchange(request))
    }
}

/// Which servers were called, as it is told.
#[derive(Debug, Default)]
struct Called(Mutex<Vec<String>>);

impl Observer for Called {
    fn tried(&self, attempt: &linchpin_runtime::Attempt) {
        self.0.lock().expect("unpoisoned").push(attempt.server.clone());
    }
}

struct Account {
    network: Arc<Network>,
    clock: Arc<SimulatedClock>,
    called: Arc<Called>,
    client: quirks::Client,
}

fn account(region: &'static str) -> Account {
    let (network, clock, called) = (Arc::new(Network::default()), Arc::new(SimulatedClock::default()), Arc::new(Called::default()));
    *network.region.lock().expect("unpoisoned") = region;
    let odd = quirks::Odd::new("login.example".parse::<Host>().expect("a host"), "id", "s3cr3t", "acme");
    let builder = quirks::Client::builder(odd).http_client(network.clone()).clock(clock.clone()).observer(called.clone());
    Account { client: builder.no_retry().build().expect("a client"), network, clock, called }
}

/// What a person does: goes there and comes back with a code.
async fn authorise(account: &Account) -> Result<Url, linchpin_runtime::Error> {
    let authorizer = account.client.authorizer("https://program.example/back".parse().expect("a URL")).expect("a person authorises it");
    let request = authorizer.begin().expect("a request");
    let url = request.url().clone();
    let callback = format!("https://program.example/back?code=c1&state={}", request.state());
    authorizer.finish(request, &callback).await.map(|_| url)
}

#[tokio::test]
async fn each_request_says_what_its_server_wants_to_hear() {
    let account = account("https://eu.regions.example/");
    let asked = authorise(&account).await.expect("authorised");
    let query: BTreeMap<String, String> = asked.query_pairs().into_owned().collect();
    let query: BTreeMap<&str, &str> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!((asked.host_str(), asked.path()), (Some("login.example"), "/acme/authorize"));
    assert_eq!((query["scope"], query["access_type"], query["aud"]), ("read:all,write:all", "offline", "api://acme"));
    assert!(!query.contains_key("code_challenge"), "it refuses what it does not know: {query:?}");

    let [(at, headers, body)] = &account.network.sent()[..] else { panic!("one request") };
    assert_eq!(
        (at.as_str(), &headers["content-type"]),
        ("POST https://login.example/acme/token", &"application/json".parse().expect("a value"))
    );
    assert!(!headers.contains_key("authorization"), "the client shows itself in the body");
    let expected = json!({
        "grant_type": "authorization_code", "code": "c1", "redirect_uri": "https://program.example/back",
        "client_id": "id", "client_secret": "s3cr3t", "resource": "https://login.example/api",
    });
    assert_eq!(body, &expected);

    // The token ends; it is renewed where that is done, with what belongs to that, and lives where the answer says.
    account.clock.advance(Duration::from_secs(601));
    assert_eq!(quirks::Me::new().send(&account.client).await.expect("an answer").name, "Ann");
    let [(renewal, _, renewed), (call, headers, _)] = &account.network.sent()[..] else { panic!("two requests") };
    assert_eq!(renewal, "POST https://login.example/acme/refresh");
    let expected = json!({
        "grant_type": "refresh_token", "refresh_token": "r1", "scope": "read:all", "client_id": "id", "client_secret": "s3cr3t",
    });
    assert_eq!(renewed, &expected);
    assert_eq!(call, "GET https://eu.regions.example/api/me");
    assert_eq!(
        (&headers["authorization"], &headers["x-region"]),
        (&"Bearer a2".parse().expect("one"), &"eu.regions.example".parse().expect("one"))
    );
}

#[tokio::test]
async fn calls_go_where_the_token_response_says_that_the_account_lives() {
    let account = account("https://eu.regions.example/");
    authorise(&account).await.expect("authorised");
    account.client.probe().await.expect("the probe goes there too");
    HttpRequest::get("/me").send(&account.client).await.expect("and so does a call that no spec describes");
    HttpRequest::get("https://eu.regions.example/api/me").send(&account.client).await.expect("by its whole address, too");
    let sent = account.network.sent();
    assert_eq!(sent[1..].iter().map(|(at, ..)| at.as_str()).collect::<Vec<_>>(), ["GET https://eu.regions.example/api/me"; 3]);
    assert!(sent[1..].iter().all(|(_, headers, _)| headers["authorization"] == "Bearer a1"));
    assert_eq!(*account.called.0.lock().expect("unpoisoned"), ["eu.regions.example"; 3], "the observer is told the server that was called");

    // Pages are followed there, and nowhere else.
    let mut things = quirks::ListThings::new().items(&account.client);
    assert_eq!(things.try_next().await.expect("a page").expect("one").id.to_string(), "1");
    assert_eq!(things.try_next().await.expect("a page").expect("two").id.to_string(), "2");
    assert_eq!(things.try_next().await.expect_err("a third page elsewhere").kind(), ErrorKind::UnsafeAddress);
    assert_eq!(
        account.network.sent().iter().map(|(at, ..)| at.as_str()).collect::<Vec<_>>(),
        ["GET https://eu.regions.example/api/things", "GET https://eu.regions.example/api/things?page=2",]
    );

    // A renewal may move it.
    *account.network.region.lock().expect("unpoisoned") = "us.regions.example";
    account.clock.advance(Duration::from_secs(601));
    quirks::Me::new().send(&account.client).await.expect("an answer");
    assert_eq!(account.network.sent()[1].0, "GET https://us.regions.example/api/me");
}

#[tokio::test]
async fn a_server_that_no_pattern_allows_gets_nothing() {
    for hostile in
        ["https://evil.example", "eu.regions.example.evil.example", "eu.regions.example@evil.example", "127.0.0.1", "login.example"]
    {
        let account = account(hostile);
        let error = authorise(&account).await.expect_err(hostile);
        assert_eq!(error.kind(), ErrorKind::UnsafeAddress, "{hostile}");
        assert_eq!(account.network.sent().len(), 1, "{hostile}: only the token endpoint was called");
    }
}

#[tokio::test]
async fn a_response_that_does_not_say_where_is_an_error_and_no_guess() {
    let account = account("");
    let error = authorise(&account).await.expect_err("nobody knows where");
    assert!(error.to_string().contains("where the account's server is"), "{error}");
    assert_eq!(account.network.sent().len(), 1);
}

#[tokio::test]
async fn endpoints_stand_below_the_address_of_a_server_of_ones_own() {
    let hosted = |site: &str| {
        let (network, site) = (Arc::new(Network::default()), site.parse::<Url>().expect("a URL"));
        let builder = quirks::Client::builder(quirks::Hosted::new(site, "id", "s3cr3t")).http_client(network.clone()).no_retry();
        (builder.build(), network)
    };
    for site in ["https://git.example/sub", "https://git.example/sub/"] {
        let (client, network) = hosted(site);
        assert_eq!(quirks::Me::new().send(&client.expect("a client")).await.expect("an answer").name, "Ann");
        let sent = network.sent();
        let called: Vec<_> = sent.iter().map(|(at, headers, _)| (at.as_str(), headers["authorization"].to_str().expect("text"))).collect();
        let expected =
            [("POST https://git.example/sub/oauth/token", "Basic aWQ6czNjcjN0"), ("GET https://git.example/sub/api/me", "Bearer a1")];
        assert_eq!(called, expected);
    }
    // In clear nothing is shown to it.
    let (client, network) = hosted("http://git.example");
    let error = quirks::Me::new().send(&client.expect("a client")).await.expect_err("it is not encrypted");
    assert_eq!((error.kind(), network.sent().len()), (ErrorKind::UnsafeAddress, 0));
}
