//! Work that takes a while, end to end: generated Rust against a stand-in whose clock is ours, hostile answers, and jobs that go on in another
//! process. The spec is `specs/jobs.pin`, and the examples that it holds run here.

use linchpin_runtime::connector;

connector!("jobs");

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use linchpin_runtime::testing::{Reply, SimulatedClock, StandIn};
use linchpin_runtime::{Advanced, ErrorKind, Job, JobCheckpoint, Observer, Waiting, prelude::*};
use serde_json::{Value, json};

use jobs::{Token, v1, v2};

fn connection() -> Token {
    Token::new("jobs.example".parse::<Host>().expect("a host"), "s3cr3t")
}

/// A client on a clock that moves when somebody sleeps.
fn client(server: &StandIn) -> (v2::Client, Arc<SimulatedClock>) {
    let clock = Arc::new(SimulatedClock::default());
    let builder = v2::Client::builder(connection()).base_url(server.url()).no_retry().clock(clock.clone());
    (builder.build().expect("a client"), clock)
}

fn export(state: &str) -> Reply {
    Reply::json(200, &json!({ "id": "e1", "state": state }))
}

fn finished(server: &StandIn) -> Reply {
    Reply::json(200, &json!({ "id": "e1", "state": "DONE", "file": format!("{}/e1.csv", server.url()) }))
}

/// A server that has begun an export and shows how far it is, one answer after the other; the last stays.
async fn server(shown: &[Reply]) -> StandIn {
    let server = StandIn::start().await.expect("a stand-in");
    server.on("POST", "/v2/exports", Reply::json(202, &json!({ "id": "e1", "state": "WAITING" })));
    shown.iter().for_each(|reply| server.on("GET", "/v2/exports/e1", reply.clone()));
    server.on("GET", "/e1.csv", Reply::status(200).header("content-type", "text/csv").body("id\n1\n"));
    server
}

fn targets(server: &StandIn) -> Vec<String> {
    server.received().iter().map(|one| format!("{} {}", one.method, one.target)).collect()
}

fn seconds(all: &[u64]) -> Vec<Duration> {
    all.iter().map(|one| Duration::from_secs(*one)).collect()
}

#[tokio::test]
async fn it_is_asked_about_until_it_is_done_and_then_fetched() {
    let server = server(&[export("WAITING"), export("RUNNING").header("retry-after", "30"), export("RUNNING")]).await;
    server.on("GET", "/v2/exports/e1", finished(&server));
    let (client, clock) = client(&server);
    let file = v2::ExportAll::new().send(&client).await.expect("exported");
    assert_eq!(file.content_type(), Some("text/csv"));
    assert_eq!(&file.bytes().await.expect("the file")[..], b"id\n1\n");
    let asked = "GET /v2/exports/e1";
    assert_eq!(targets(&server), ["POST /v2/exports", asked, asked, asked, asked, "GET /e1.csv"]);
    // Pauses grow; what the server says takes their place.
    assert_eq!(clock.slept(), seconds(&[2, 30, 8]));
    let last = server.received().pop().expect("the file was asked for");
    assert_eq!(last.header("authorization"), None, "no credential goes outside");
}

#[tokio::test]
async fn a_job_may_take_longer_than_a_call() {
    let running = vec![export("RUNNING"); 12];
    let server = server(&running).await;
    server.on("GET", "/v2/exports/e1", finished(&server));
    let clock = Arc::new(SimulatedClock::default());
    let builder = v2::Client::builder(connection()).base_url(server.url()).clock(clock.clone());
    // Less than the first pauses take together.
    let client = builder.overall_timeout(Duration::from_secs(5)).build().expect("a client");
    v2::ExportAll::new().send(&client).await.expect("exported");
    assert!(clock.slept().iter().sum::<Duration>() > Duration::from_secs(300), "{:?}", clock.slept());
}

#[tokio::test]
async fn a_job_that_never_ends_is_given_up_when_the_spec_says() {
    let server = server(&[export("RUNNING")]).await;
    let (client, clock) = client(&server);
    let error = v2::ExportAll::new().send(&client).await.expect_err("it never ends");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, false));
    assert_eq!(
        error.to_string(),
        "export_all: step 2 of 3, `done` (exports.read): it was not done after 1800s, the longest that the spec waits; \
         done before it, and not undone: exports.begin"
    );
    let slept = clock.slept();
    assert_eq!(slept.iter().sum::<Duration>(), Duration::from_secs(1800));
    assert_eq!(targets(&server).len(), 1 + 1 + slept.len());

    let (client, clock) = self::client(&server);
    let error = v2::ExportParts::new().send(&client).await.expect_err("counted");
    assert!(error.to_string().contains("it was not done after 20 calls"), "{error}");
    assert_eq!(clock.slept(), vec![Duration::from_secs(2); 19]);
}

#[tokio::test]
async fn a_pause_of_a_year_is_told_and_not_sat_out() {
    let year = 365 * 24 * 3600;
    let shown = export("RUNNING").header("retry-after", &year.to_string());
    let server = server(&[shown]).await;
    let (client, clock) = client(&server);
    let error = v2::ExportAll::new().send(&client).await.expect_err("too long");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Timeout, Some(Duration::from_secs(year))));
    assert!(clock.slept().is_empty());
    // What was begun is done, and what waits for it is what fails.
    let server = StandIn::start().await.expect("a stand-in");
    let (client, _) = self::client(&server);
    server.on("POST", "/v2/copies", Reply::status(202).header("location", "/v2/operations/7").header("retry-after", &year.to_string()));
    let error = v2::CopyRow::new("a").send(&client).await.expect_err("too long");
    assert_eq!((error.kind(), error.step().map(|step| step.number())), (ErrorKind::Timeout, Some(2)), "{error}");
    assert_eq!(targets(&server).len(), 1);
    // A pause of nothing does not make it ask without end.
    let server = self::server(&[export("RUNNING").header("retry-after", "0")]).await;
    let (client, clock) = self::client(&server);
    v2::ExportAll::new().send(&client).await.expect_err("it never ends");
    assert!(targets(&server).len() <= 1 + 1 + 900, "{}", targets(&server).len());
    assert!(clock.slept().iter().all(|pause| *pause >= Duration::from_secs(2)), "{:?}", clock.slept());
}

#[tokio::test]
async fn what_fails_says_why_and_nothing_comes_after_it() {
    let failed = json!({ "id": "e1", "state": "FAILED", "error": { "code": "full", "text": "The disk is full" } });
    // It says both that it is done and that it failed: then it failed.
    let both = json!({ "id": "e1", "state": "FAILED", "file": "https://files.example/x", "error": { "code": "full" } });
    for answer in [failed, both] {
        let server = server(&[export("RUNNING"), Reply::json(200, &answer)]).await;
        let (client, _) = client(&server);
        let error = v2::ExportAll::new().send(&client).await.expect_err("failed");
        assert_eq!((error.kind(), error.code(), error.is_retryable()), (ErrorKind::Failed, Some("full"), false));
        assert_eq!(error.step().map(|step| step.module()), Some("exports.read"));
        assert!(!targets(&server).contains(&"GET /e1.csv".to_owned()));
    }
}

#[tokio::test]
async fn a_job_that_vanishes_is_an_error_at_once() {
    let server = server(&[export("RUNNING"), Reply::json(404, &json!({ "code": "gone" }))]).await;
    let (client, _) = client(&server);
    let error = v2::ExportAll::new().send(&client).await.expect_err("vanished");
    assert_eq!((error.kind(), error.code(), targets(&server).len()), (ErrorKind::NotFound, Some("gone"), 3));
}

#[tokio::test]
async fn what_passes_is_borne_for_a_while() {
    let busy = || Reply::json(503, &json!({ "code": "busy" }));
    let server = server(&[busy(), Reply::reset(), busy(), export("RUNNING"), busy()]).await;
    server.on("GET", "/v2/exports/e1", finished(&server));
    let (client, _) = client(&server);
    v2::ExportAll::new().send(&client).await.expect("exported");

    let server = self::server(&[busy()]).await;
    let (client, _) = self::client(&server);
    let error = v2::ExportAll::new().send(&client).await.expect_err("an outage");
    assert_eq!((error.kind(), error.code(), targets(&server).len()), (ErrorKind::Server, Some("busy"), 5));
}

#[tokio::test]
async fn unknown_states_and_odd_answers_do_not_end_it_by_mistake() {
    // A state that the spec does not know is no end; one that was left again does no harm.
    let server = server(&[export("PAUSED"), export("RUNNING"), export("WAITING")]).await;
    server.on("GET", "/v2/exports/e1", finished(&server));
    let (client, _) = client(&server);
    v2::ExportAll::new().send(&client).await.expect("exported");
    // What is no answer at all is said, and not waited for.
    let server = self::server(&[Reply::status(200).header("content-type", "text/html").body("<html>")]).await;
    let (client, _) = self::client(&server);
    let error = v2::ExportAll::new().send(&client).await.expect_err("a portal");
    assert_eq!((error.kind(), targets(&server).len()), (ErrorKind::Decode, 2));
}

#[tokio::test]
async fn a_status_tells_when_it_is_done() {
    let server = StandIn::start().await.expect("a stand-in");
    let begun = Reply::status(202).header("location", "/v2/operations/7").header("retry-after", "4");
    server.on("POST", "/v2/copies", begun);
    server.on("GET", "/v2/operations/7", Reply::json(202, &json!({ "percent": 3 })));
    server.on("GET", "/v2/operations/7", Reply::status(204));
    // What came of it stands elsewhere.
    server.on("GET", "/v2/operations/7", Reply::status(303).header("location", "/v2/rows/9"));
    server.on("GET", "/v2/rows/9", Reply::json(200, &json!({ "id": "9" })));
    let (client, clock) = client(&server);
    let row = v2::CopyRow::new("a").send(&client).await.expect("copied");
    assert_eq!(row.id, "9");
    assert_eq!(clock.slept(), seconds(&[4, 10, 10]), "what beginning it said counts before the first call");
    assert!(server.received().iter().all(|one| one.header("authorization") == Some("Bearer s3cr3t")), "all of it is inside");

    let server = StandIn::start().await.expect("a stand-in");
    let (client, _) = self::client(&server);
    server.on("POST", "/v2/copies", Reply::status(202).header("location", &format!("{}/v2/files/1", server.url())));
    server.on("GET", "/v2/files/1", Reply::status(202));
    server.on("GET", "/v2/files/1", Reply::status(200).body("printed"));
    let file = v2::Print::new("a").send(&client).await.expect("printed");
    assert_eq!(&file.bytes().await.expect("a file")[..], b"printed");
}

#[tokio::test]
async fn a_file_that_was_waited_for_goes_on_where_it_was_left() {
    let server = StandIn::start().await.expect("a stand-in");
    let whole = || Reply::status(200).header("etag", "\"p1\"").body("0123456789");
    let rest = Reply::status(206).header("etag", "\"p1\"").header("content-range", "bytes 4-9/10").body("456789");
    let end = Reply::status(416).header("content-range", "bytes */10");
    for place in [1, 1, 1, 2] {
        server.on("POST", "/v2/copies", Reply::status(202).header("location", &format!("/v2/files/{place}")));
    }
    let (first, other) = ([Reply::status(202), whole().truncated(4), Reply::status(202), rest, end], [Reply::status(202), whole()]);
    first.into_iter().for_each(|reply| server.on("GET", "/v2/files/1", reply));
    other.into_iter().for_each(|reply| server.on("GET", "/v2/files/2", reply));
    let download = v2::Print::new("a").send(&client(&server).0).await.expect("printed");
    assert_eq!(download.chunk().await.expect("a piece").expect("a piece"), "0123");
    let checkpoint = download.checkpoint().expect("a place");

    // Another process: what is before the file is made again, and the file goes on when it is there.
    let resumed = v2::Print::new("a").resume(&client(&server).0, checkpoint.clone()).await.expect("it goes on");
    assert_eq!((resumed.start(), resumed.length()), (4, Some(10)));
    assert_eq!(&resumed.bytes().await.expect("the rest")[..], b"456789");
    let ranges: Vec<_> = server.received().iter().map(|one| one.header("range").map(str::to_owned)).collect();
    let asked = Some("bytes=4-".to_owned());
    assert_eq!(ranges, [None, None, None, None, asked.clone(), asked]);

    // All of it is there already.
    let mut over = serde_json::to_value(&checkpoint).expect("JSON");
    over["bytes"] = 10.into();
    let over = serde_json::from_value(over).expect("a checkpoint");
    let resumed = v2::Print::new("a").resume(&client(&server).0, over).await.expect("it is over");
    assert_eq!((resumed.start(), resumed.bytes().await.expect("nothing").len()), (10, 0));

    // What is printed anew at another place is another file.
    let anew = v2::Print::new("a").resume(&client(&server).0, checkpoint).await.expect("it begins anew");
    assert_eq!((anew.start(), &anew.bytes().await.expect("all of it")[..]), (0, &b"0123456789"[..]));
}

#[tokio::test]
async fn the_address_of_a_job_stays_with_the_api() {
    let other = StandIn::start().await.expect("another");
    for elsewhere in [format!("{}/v2/operations/7", other.url()), "file:///etc/passwd".to_owned(), "https://user@jobs.example/7".to_owned()]
    {
        let server = StandIn::start().await.expect("a stand-in");
        let (client, _) = client(&server);
        server.on("POST", "/v2/copies", Reply::status(202).header("location", &elsewhere));
        let error = v2::CopyRow::new("a").send(&client).await.expect_err("it leads elsewhere");
        assert_eq!(error.kind(), ErrorKind::UnsafeAddress, "{elsewhere}: {error}");
        assert_eq!(error.step().map(|step| step.number()), Some(2));
    }
    assert!(other.received().is_empty());
    let server = StandIn::start().await.expect("a stand-in");
    let (client, _) = client(&server);
    server.on("POST", "/v2/copies", Reply::status(202));
    let error = v2::CopyRow::new("a").send(&client).await.expect_err("no address");
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert!(error.to_string().contains("headers"), "{error}");
}

#[tokio::test]
async fn whoever_drops_it_stops_asking() {
    let server = server(&[export("RUNNING")]).await;
    let client = v2::Client::builder(connection()).base_url(server.url()).build().expect("a client");
    let sending = v2::ExportAll::new().send(&client);
    let stopped = tokio::time::timeout(Duration::from_millis(300), sending).await;
    assert!(stopped.is_err(), "it pauses for two seconds");
    let asked = targets(&server).len();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!((asked, targets(&server).len()), (2, 2));
}

#[derive(Debug, Default)]
struct Watcher(Mutex<Vec<Waiting>>);

impl Observer for Watcher {
    fn waiting(&self, waiting: &Waiting) {
        self.0.lock().expect("nobody panicked").push(waiting.clone());
    }
}

#[tokio::test]
async fn an_observer_is_told_how_far_it_is() {
    let server = server(&[export("WAITING"), export("RUNNING")]).await;
    server.on("GET", "/v2/exports/e1", finished(&server));
    let watcher = Arc::new(Watcher::default());
    let builder = v2::Client::builder(connection()).base_url(server.url()).clock(Arc::new(SimulatedClock::default()));
    let client = builder.observer(watcher.clone()).build().expect("a client");
    v2::ExportAll::new().send(&client).await.expect("exported");
    let told = watcher.0.lock().expect("nobody panicked").clone();
    let shown: Vec<_> = told
        .iter()
        .map(|one| (one.operation, one.step, one.steps, one.module, one.calls, one.waited.as_secs(), one.after.as_secs()))
        .collect();
    assert_eq!(shown, [("export_all", 2, 3, "exports.read", 1, 0, 2), ("export_all", 2, 3, "exports.read", 2, 2, 4)]);
}

#[tokio::test]
async fn a_job_is_made_one_call_at_a_time() {
    let server = server(&[export("RUNNING")]).await;
    server.on("GET", "/v2/exports/e1", finished(&server));
    let (client, clock) = client(&server);
    let mut job = v2::ExportAll::new().start(&client).expect("nothing is wrong with it");
    assert!(server.received().is_empty(), "nothing is sent yet");
    let mut after = Vec::new();
    let file = loop {
        match job.advance(&client).await.expect("it goes on") {
            Advanced::Done(file) => break file,
            Advanced::Pending(waiting) => {
                after.push((waiting.module, waiting.after.as_secs()));
                if !waiting.after.is_zero() {
                    // Whoever comes too early is told so, and nothing is sent.
                    let sent = targets(&server).len();
                    let early = job.advance(&client).await.expect("it is told");
                    assert!(matches!(early, Advanced::Pending(early) if early.after == waiting.after));
                    assert_eq!(targets(&server).len(), sent);
                    clock.advance(waiting.after);
                }
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(after, [("exports.read", 0), ("exports.read", 2), ("exports.fetch", 0)]);
    assert_eq!(&file.bytes().await.expect("the file")[..], b"id\n1\n");
    assert_eq!(job.advance(&client).await.expect_err("it is over").kind(), ErrorKind::Configuration);
    assert_eq!(job.checkpoint().expect_err("it is over").kind(), ErrorKind::Checkpoint);
}

#[tokio::test]
async fn a_call_on_its_way_is_not_lost_when_its_future_is_dropped() {
    let server = StandIn::start().await.expect("a stand-in");
    server.on("POST", "/v2/exports", Reply::json(202, &json!({ "id": "e1", "state": "WAITING" })).delay(Duration::from_millis(400)));
    server.on("GET", "/v2/exports/e1", Reply::json(200, &json!({ "id": "e1", "state": "DONE" })));
    let client = v2::Client::builder(connection()).base_url(server.url()).build().expect("a client");
    let mut job = v2::ExportParts::new().start(&client).expect("a job");
    assert!(tokio::time::timeout(Duration::from_millis(100), job.advance(&client)).await.is_err(), "it is slow");
    assert_eq!(job.checkpoint().expect_err("nobody knows").kind(), ErrorKind::Checkpoint);
    job.finish(&client).await.expect("it is finished");
    assert_eq!(targets(&server), ["POST /v2/exports", "GET /v2/exports/e1"], "it was begun once");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_goes_on_from_a_checkpoint() {
    let server = server(&[export("RUNNING")]).await;
    server.on("GET", "/v2/exports/e1", finished(&server));
    let client = v2::Client::builder(connection()).base_url(server.url()).build().expect("a client");
    let password = Secret::new("pa55");
    let mut job = v2::ExportAll::new().password(password).start(&client).expect("a job");
    let before = serde_json::to_string(&job.checkpoint().expect("before its first step")).expect("JSON");
    assert!(before.contains("pa55"), "what a later step needs is there: {before}");
    for _ in 0..2 {
        job.advance(&client).await.expect("it goes on");
    }
    let checkpoint = job.checkpoint().expect("a checkpoint");
    drop(job);
    assert_eq!((checkpoint.operation(), checkpoint.api(), checkpoint.made()), (("export_all", 1), ("jobs", "v2"), (1, 3)));
    assert!(checkpoint.ask_at().is_some());
    let text = serde_json::to_string(&checkpoint).expect("JSON");
    assert!(!text.contains("pa55"), "what no later step needs is not kept: {text}");
    assert!(!format!("{checkpoint:?}").contains("e1"), "{checkpoint:?}");

    let output = Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", "a_process_that_goes_on", "--nocapture"])
        .env(TASK, json!({ "url": server.url(), "checkpoint": text }).to_string())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("done: id\n1\n"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let asked = "GET /v2/exports/e1";
    assert_eq!(targets(&server), ["POST /v2/exports", asked, asked, "GET /e1.csv"], "it was begun once, by the first");
}

const TASK: &str = "LINCHPIN_JOB";

/// What the process does that the test above starts.
#[tokio::test]
async fn a_process_that_goes_on() {
    let Ok(task) = std::env::var(TASK) else { return };
    let task: Value = serde_json::from_str(&task).expect("JSON");
    let checkpoint: JobCheckpoint = serde_json::from_str(task["checkpoint"].as_str().expect("a text")).expect("a checkpoint");
    let url = task["url"].as_str().expect("a text");
    let client = v2::Client::builder(connection()).base_url(url).build().expect("a client");
    let job = Job::<v2::ExportAll>::resume(&client, &checkpoint).expect("it fits");
    let file = job.finish(&client).await.expect("it is finished");
    println!("\ndone: {}", String::from_utf8_lossy(&file.bytes().await.expect("the file")));
}

fn changed(checkpoint: &JobCheckpoint, change: impl FnOnce(&mut Value)) -> Result<JobCheckpoint, serde_json::Error> {
    let mut value = serde_json::to_value(checkpoint).expect("JSON");
    change(&mut value);
    serde_json::from_value(value)
}

#[tokio::test]
async fn a_checkpoint_that_does_not_fit_is_refused() {
    let server = server(&[export("RUNNING")]).await;
    let (client, _) = client(&server);
    let mut job = v2::ExportAll::new().start(&client).expect("a job");
    for _ in 0..2 {
        job.advance(&client).await.expect("it goes on");
    }
    let good = job.checkpoint().expect("a checkpoint");
    let kind = |refused: Result<Job<v2::ExportAll>, linchpin_runtime::Error>| {
        let error = refused.expect_err("it does not fit");
        assert!(!error.to_string().contains("e1"), "{error}");
        error.kind()
    };
    // Of another operation, of another version.
    let other = Job::<v2::ExportParts>::resume(&client, &good).expect_err("of another operation");
    assert_eq!((other.kind(), other.to_string().contains("`export_all@1`")), (ErrorKind::Checkpoint, true), "{other}");
    let old = v1::Client::builder(connection()).base_url(server.url()).build().expect("a client");
    let other = old.any().resume_job(&good).expect_err("of another version");
    assert_eq!(other.kind(), ErrorKind::Checkpoint);
    assert_eq!(other.to_string(), "the checkpoint is of `jobs v2`, and this client is of `jobs v1`");
    // Changed by hand: whatever is changed is noticed.
    let parts = serde_json::to_value(&good).expect("JSON")["job"].as_array().expect("a list").len();
    for part in 1..parts {
        let tampered = changed(&good, |value| match &mut value["job"][part] {
            Value::String(text) => text.push('x'),
            Value::Number(number) => value["job"][part] = json!(number.as_u64().expect("small") + 1),
            Value::Array(list) if list.is_empty() => list.push(json!(["a", "b"])),
            Value::Array(list) => match &mut list[0] {
                Value::String(text) => text.push('x'),
                other => *other = json!("\"x\""),
            },
            other => *other = json!("2026-01-01T00:00:00Z"),
        });
        // What is no checkpoint at all is not read.
        if let Ok(tampered) = tampered {
            assert_eq!(kind(Job::resume(&client, &tampered)), ErrorKind::Checkpoint, "part {part}");
        }
    }
    for nonsense in [json!(null), json!({}), json!({ "job": [], "digest": "" }), json!({ "job": [1], "digest": 7 })] {
        assert!(serde_json::from_value::<JobCheckpoint>(nonsense).is_err());
    }
    // A store that sorts members and lays text out anew does no harm.
    let laid_out = serde_json::to_string_pretty(&good).expect("JSON");
    let same: JobCheckpoint = serde_json::from_str(&laid_out).expect("the same");
    assert_eq!(same, good);
    Job::<v2::ExportAll>::resume(&client, &same).expect("it fits");
}

#[tokio::test]
async fn a_host_does_the_same_by_name() {
    let server = server(&[export("RUNNING")]).await;
    let done = json!({ "id": "e1", "state": "DONE", "files": [format!("{}/e1.csv", server.url())] });
    server.on("GET", "/v2/exports/e1", Reply::json(200, &done));
    let (client, clock) = client(&server);
    let files = client.call("export_parts", json!({})).await.expect("exported");
    assert_eq!(files, done["files"]);
    assert_eq!(clock.slept(), seconds(&[2]));

    let module = client.catalog().module("export_all").expect("a module");
    assert_eq!(module.waits(), Some(Duration::from_secs(1800)));
    assert!(module.docs().contains("Exports everything"));
    assert_eq!(client.catalog().module("exports.read").expect("a module").waits(), None);

    let any = client.any();
    let mut job = any.start_job("export_parts@1", Value::Null).expect("a job");
    job.advance(any).await.expect("begun");
    let kept = serde_json::to_value(job.checkpoint().expect("a checkpoint")).expect("JSON");
    let mut job = any.resume_job(&serde_json::from_value(kept).expect("a checkpoint")).expect("it fits");
    let files = loop {
        match job.advance(any).await.expect("it goes on") {
            Advanced::Pending(waiting) => clock.advance(waiting.after),
            Advanced::Done(files) => break files,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(files, done["files"]);
    let error = any.start_job("exports.read", json!({ "id": "e1" })).expect_err("one exchange");
    assert_eq!(error.kind(), ErrorKind::Configuration);

    let mut job = any.start_job("export_all", json!({})).expect("a job");
    server.on("GET", "/v2/exports/e1", finished(&server));
    let file = loop {
        match job.advance_to_file(any).await.expect("it goes on") {
            Advanced::Pending(waiting) => clock.advance(waiting.after),
            Advanced::Done(file) => break file,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(&file.bytes().await.expect("the file")[..], b"id\n1\n");
}

#[tokio::test]
async fn older_versions_go_by_their_own_names() {
    let server = StandIn::start().await.expect("a stand-in");
    server.on("POST", "/v1/exports", Reply::json(202, &json!({ "id": "e1", "status": "WAITING" })));
    server.on("GET", "/v1/exports/e1", Reply::json(200, &json!({ "id": "e1", "status": "DONE" })));
    let client = v1::Client::builder(connection()).base_url(server.url()).build().expect("a client");
    let files = v1::ExportParts::new().send(&client).await.expect("exported");
    assert!(files.is_empty());
}

#[tokio::test]
async fn a_stand_in_made_of_examples_plays_a_job() {
    let server = StandIn::from_examples::<v2::Api>().await.expect("a stand-in");
    let (client, _) = client(&server);
    let file = v2::ExportAll::new().send(&client).await.expect("exported");
    assert_eq!(&file.bytes().await.expect("the file")[..], b"id\n1\n");
    let row = v2::CopyRow::new("a").send(&client).await.expect("copied");
    assert_eq!(row.id, "copy-of-a");
}
