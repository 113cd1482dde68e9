//! Retries, faults and jobs against WireMock: what is tried again, how long the server's wait is, what a broken answer becomes, and how a job is
//! waited for.

use std::time::{Duration, Instant};

use linchpin_runtime::__codegen_v1 as lp;
use linchpin_runtime::api::Operation as _;
use linchpin_runtime::http_module::{self, HttpRequest};
use linchpin_runtime::{Advanced, AnyClient, Error, ErrorKind, Host, Job, JobCheckpoint};
use linchpin_tests::servers::{self, Server};
use serde_json::{Value as Json, json};

linchpin_runtime::connector!("jobs");

/// An API that WireMock plays.
#[derive(Debug)]
pub enum Api {}

impl lp::Api for Api {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable {
        connector: "mocked",
        servers: &["https://mocked.example"],
        retry: lp::RetryPolicy { statuses: &[lp::Statuses(429, 429), lp::Statuses(500, 599)], honour: Some("retry-after") },
        ..lp::ApiTable::EMPTY
    };
}

fn client(server: &Server) -> lp::Client<Api> {
    lp::Client::<Api>::open().base_url(server.url()).try_timeout(Duration::from_secs(2)).build().expect("a client")
}

fn admin() -> AnyClient {
    http_module::client().and_then(|builder| builder.build_any()).expect("a client")
}

/// Answers in order: the scenario moves on with every request, and the last answer stays.
async fn plays(server: &Server, method: &str, path: &str, answers: &[Json]) {
    for (index, answer) in answers.iter().enumerate() {
        let state = |index: usize| if index == 0 { "Started".to_owned() } else { format!("after {index}") };
        let mut mapping = json!({
            "scenarioName": path,
            "requiredScenarioState": state(index),
            "request": {"method": method, "urlPath": path},
            "response": answer,
        });
        if index + 1 < answers.len() {
            mapping["newScenarioState"] = json!(state(index + 1));
        }
        let request = HttpRequest::post(format!("{}/__admin/mappings", server.url())).json(mapping);
        request.send(&admin()).await.expect("a mapping");
    }
}

/// How many requests arrived at a path.
async fn arrived(server: &Server, path: &str) -> u64 {
    let request = HttpRequest::post(format!("{}/__admin/requests/count", server.url())).json(json!({"urlPath": path}));
    request.send(&admin()).await.expect("a count").json().expect("JSON")["count"].as_u64().expect("a number")
}

fn good() -> Json {
    json!({"status": 200, "jsonBody": {"ok": true}})
}

async fn ask(client: &lp::Client<Api>, method: &str, path: &str) -> Result<Json, Error> {
    HttpRequest::new(method, path).send(client).await?.json()
}

#[tokio::test]
async fn a_read_is_tried_again_until_it_succeeds() {
    let Some(server) = servers::wiremock() else { return };
    plays(&server, "GET", "/flaky", &[json!({"status": 503}), json!({"status": 500}), good()]).await;
    assert_eq!(ask(&client(&server), "GET", "/flaky").await.expect("an answer"), json!({"ok": true}));
    assert_eq!(arrived(&server, "/flaky").await, 3);
}

#[tokio::test]
async fn a_post_is_never_repeated() {
    let Some(server) = servers::wiremock() else { return };
    plays(&server, "POST", "/create", &[json!({"status": 503})]).await;
    let error = ask(&client(&server), "POST", "/create").await.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!(arrived(&server, "/create").await, 1);

    plays(&server, "POST", "/create-reset", &[json!({"fault": "CONNECTION_RESET_BY_PEER"})]).await;
    let error = ask(&client(&server), "POST", "/create-reset").await.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(arrived(&server, "/create-reset").await, 1);
}

#[tokio::test]
async fn the_servers_wait_is_honoured() {
    let Some(server) = servers::wiremock() else { return };
    let wait = json!({"status": 429, "headers": {"Retry-After": "2"}});
    plays(&server, "GET", "/limited", &[wait, good()]).await;
    let start = Instant::now();
    ask(&client(&server), "GET", "/limited").await.expect("an answer");
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(arrived(&server, "/limited").await, 2);
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_told_and_not_sat_out() {
    let Some(server) = servers::wiremock() else { return };
    plays(&server, "GET", "/closed", &[json!({"status": 429, "headers": {"Retry-After": "3600"}})]).await;
    let start = Instant::now();
    let error = ask(&client(&server), "GET", "/closed").await.expect_err("limited");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(3600))));
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(arrived(&server, "/closed").await, 1);
}

#[tokio::test]
async fn broken_connections_are_tried_again_where_that_is_harmless() {
    let Some(server) = servers::wiremock() else { return };
    for (name, fault) in [
        ("reset", "CONNECTION_RESET_BY_PEER"),
        ("empty", "EMPTY_RESPONSE"),
        ("garbage", "RANDOM_DATA_THEN_CLOSE"),
        ("malformed", "MALFORMED_RESPONSE_CHUNK"),
    ] {
        let path = format!("/broken-{name}");
        plays(&server, "GET", &path, &[json!({"fault": fault}), good()]).await;
        assert_eq!(ask(&client(&server), "GET", &path).await.expect(name), json!({"ok": true}));
        assert_eq!(arrived(&server, &path).await, 2, "{name}");
    }
}

#[tokio::test]
async fn an_outage_ends_after_a_bounded_number_of_tries() {
    let Some(server) = servers::wiremock() else { return };
    plays(&server, "PUT", "/down", &[json!({"status": 502})]).await;
    let error = ask(&client(&server), "PUT", "/down").await.expect_err("down");
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.is_retryable());
    assert_eq!(arrived(&server, "/down").await, 4);
}

#[tokio::test]
async fn a_slow_answer_is_a_timeout() {
    let Some(server) = servers::wiremock() else { return };
    plays(&server, "POST", "/slow", &[json!({"status": 200, "fixedDelayMilliseconds": 5_000})]).await;
    let start = Instant::now();
    let error = HttpRequest::post("/slow").timeout(Duration::from_secs(1)).send(&client(&server)).await.expect_err("too slow");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(arrived(&server, "/slow").await, 1);
}

fn jobs_client(server: &Server) -> jobs::v2::Client {
    let connection = jobs::Token::new("jobs.example".parse::<Host>().expect("a host"), "s3cr3t");
    jobs::v2::Client::builder(connection).base_url(server.url()).build().expect("a client")
}

#[tokio::test]
async fn a_job_is_waited_for_by_its_status() {
    let Some(server) = servers::wiremock() else { return };
    let begun = json!({"status": 202, "headers": {"Location": "/v2/operations/7", "Retry-After": "1"}});
    plays(&server, "POST", "/v2/copies", &[begun]).await;
    let not_yet = json!({"status": 202, "jsonBody": {"percent": 50}, "headers": {"Retry-After": "0"}});
    let elsewhere = json!({"status": 303, "headers": {"Location": "/v2/rows/9"}});
    plays(&server, "GET", "/v2/operations/7", &[json!({"status": 204, "fixedDelayMilliseconds": 50}), not_yet, elsewhere]).await;
    plays(&server, "GET", "/v2/rows/9", &[json!({"status": 200, "jsonBody": {"id": "9"}})]).await;
    let client = jobs_client(&server);
    let mut job = jobs::v2::CopyRow::new("a").start(&client).expect("a job");
    let start = Instant::now();
    let Advanced::Pending(waiting) = job.advance(&client).await.expect("begun") else { panic!("it is not done") };
    assert_eq!((waiting.module, waiting.after), ("operations.status", Duration::from_secs(1)));
    tokio::time::sleep(waiting.after).await;
    let Advanced::Pending(waiting) = job.advance(&client).await.expect("asked") else { panic!("it is not done") };
    assert_eq!((waiting.calls, waiting.after), (1, Duration::from_secs(10)), "what the spec says, where the server says nothing");
    // Another client goes on from here.
    let kept = serde_json::to_string(&job.checkpoint().expect("a checkpoint")).expect("JSON");
    drop((job, client));
    let client = jobs_client(&server);
    let job = Job::<jobs::v2::CopyRow>::resume(&client, &serde_json::from_str::<JobCheckpoint>(&kept).expect("a checkpoint"));
    let row = job.expect("it fits").finish(&client).await.expect("copied");
    assert_eq!(row.id, "9");
    assert!(start.elapsed() >= Duration::from_secs(21), "a second, and ten twice: {:?}", start.elapsed());
    assert_eq!((arrived(&server, "/v2/copies").await, arrived(&server, "/v2/operations/7").await), (1, 3));
}
