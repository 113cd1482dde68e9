//! What a call costs: CPU time of the client alone, every layer on, against reqwest and serde's derive used by hand on the same server; how many
//! calls a second many tasks make; how long a process takes from its start to its first answer.
//!
//! `cargo bench -p linchpin-runtime --bench calls`. The server and each measurement run in processes of their own, the measurements in turn,
//! so that neither the server's time nor another run's memory is counted. The last lines are what the figures in the repository come from.

use std::{
    convert::Infallible,
    fmt::Write as _,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use linchpin_runtime::{__codegen_v1 as lp, Client, prelude::*};
use serde::Deserialize;

const PAGES: usize = 200;
const RECORDS: usize = 1000;
const CALLS: usize = 5_000;
/// How many tasks call at once, and how often each.
const TASKS: usize = 64;
const CALLS_PER_TASK: usize = 200;
/// Many short runs in turn: a neighbour on the machine then disturbs both sides alike.
const RUNS: usize = 31;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "serve"] => serve(),
        [_, "measure", what, url] => measure(what, url),
        _ => compare(),
    }
}

// The server.

fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("it listens");
        println!("http://{}", listener.local_addr().expect("an address"));
        let pages: Vec<Bytes> = (0..PAGES).map(|page| page_body(page).into()).collect();
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            stream.set_nodelay(true).expect("it is a socket");
            let pages = pages.clone();
            let service = service_fn(move |request| {
                let body = answer(&pages, &request);
                async move {
                    let response = Response::builder()
                        .header("content-type", "application/json")
                        .header("x-left", "1000000")
                        .header("x-reset", "3600");
                    Ok::<_, Infallible>(response.body(Full::new(body)).expect("a response"))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
}

fn answer(pages: &[Bytes], request: &Request<Incoming>) -> Bytes {
    if request.uri().path() != "/v1/projects" {
        return Bytes::from_static(SMALL.as_bytes());
    }
    let query = request.uri().query().unwrap_or_default();
    let page = query.split('&').find_map(|pair| pair.strip_prefix("cursor=")).and_then(|cursor| cursor.parse::<usize>().ok());
    pages[page.unwrap_or(0)].clone()
}

const SMALL: &str = r#"{"data":{"id":"p-000001","name":"Project number one, which has a name","status":"CUR","owner":"u-000001","note":null,"percent":42.5,"updated":"2026-01-02T03:04:05Z"}}"#;

fn page_body(page: usize) -> String {
    let mut body = r#"{"data":["#.to_owned();
    for record in 0..RECORDS {
        let id = page * RECORDS + record;
        let comma = if record == 0 { "" } else { "," };
        let _ = write!(
            body,
            r#"{comma}{{"id":"p-{id:08}","name":"Project number {id:08}, which has a name like many others","status":"CUR","owner":"u-{:06}","note":null,"percent":42.5,"updated":"2026-01-02T03:04:05Z","size":{}}}"#,
            id % 977,
            10_000_000 + id
        );
    }
    match page + 1 {
        PAGES => body.push_str(r#"],"meta":{"next":null}}"#),
        next => _ = write!(body, r#"],"meta":{{"next":"{next}"}}}}"#),
    }
    body
}

// reqwest and serde by hand.

#[derive(Deserialize)]
struct PlainAnswer {
    data: PlainProject,
}

#[derive(Deserialize)]
struct PlainPage {
    data: Vec<PlainProject>,
    meta: PlainMeta,
}

#[derive(Deserialize)]
struct PlainMeta {
    next: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "decoded, as a program's own fields would be")]
struct PlainProject {
    id: String,
    name: String,
    status: String,
    owner: String,
    note: Option<String>,
    percent: f64,
    updated: String,
    size: Option<i64>,
}

/// No TLS is used here, so the cheapest configuration is the fair one: no roots to load.
fn plain_client() -> reqwest::Client {
    plain_builder().build().expect("a client")
}

/// One that gives up on a call after a while, as a program in production sets it, and as ours does by itself.
fn timed_client() -> reqwest::Client {
    plain_builder().timeout(Duration::from_secs(60)).build().expect("a client")
}

fn plain_builder() -> reqwest::ClientBuilder {
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls)
}

async fn plain_calls(client: reqwest::Client, url: &str) -> usize {
    let mut read = 0;
    for call in 0..CALLS {
        let request = client.get(format!("{url}/v1/projects/p-{call}?view=full")).header("authorization", "Bearer k-1");
        let bytes = request.send().await.expect("an answer").bytes().await.expect("a body");
        let answer: PlainAnswer = serde_json::from_slice(&bytes).expect("a project");
        read += answer.data.id.len();
    }
    read
}

async fn plain_tasks(url: &str) -> usize {
    let client = plain_client();
    let task = |task: usize| {
        let (client, url) = (client.clone(), url.to_owned());
        async move {
            for call in 0..CALLS_PER_TASK {
                let request = client.get(format!("{url}/v1/projects/p-{task}-{call}?view=full")).header("authorization", "Bearer k-1");
                let bytes = request.send().await.expect("an answer").bytes().await.expect("a body");
                let _: PlainAnswer = serde_json::from_slice(&bytes).expect("a project");
            }
        }
    };
    all((0..TASKS).map(task)).await
}

async fn plain_first(url: &str) -> usize {
    let request = plain_client().get(format!("{url}/v1/projects/p-1?view=full")).header("authorization", "Bearer k-1");
    let bytes = request.send().await.expect("an answer").bytes().await.expect("a body");
    serde_json::from_slice::<PlainAnswer>(&bytes).expect("a project").data.id.len()
}

/// Runs them side by side.
async fn all(tasks: impl Iterator<Item = impl Future<Output = ()> + Send + 'static>) -> usize {
    let running: Vec<_> = tasks.map(tokio::spawn).collect();
    let count = running.len();
    for task in running {
        task.await.expect("a task ends");
    }
    count
}

async fn plain_pages(client: reqwest::Client, url: &str) -> usize {
    let (mut read, mut next) = (0, Some(String::new()));
    while let Some(cursor) = next {
        let query = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
        let request = client.get(format!("{url}/v1/projects?limit=1000{query}")).header("authorization", "Bearer k-1");
        let bytes = request.send().await.expect("an answer").bytes().await.expect("a body");
        let page: PlainPage = serde_json::from_slice(&bytes).expect("a page");
        for project in page.data {
            read += project.id.len();
        }
        next = page.meta.next;
    }
    read
}

// The same through the engine.

enum Api {}

impl lp::Api for Api {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable {
        connector: "bench",
        servers: &["https://bench.example/v1"],
        limits: &[
            lp::Limit::Concurrent(TASKS as u32),
            lp::Limit::Window { count: 10_000_000, millis: 60_000, moving: false, points: false },
            lp::Limit::Headers { remaining: "x-left", reset: "x-reset", kind: lp::Reset::Delta, points: false },
        ],
        retry: lp::RetryPolicy { statuses: &[lp::Statuses(429, 429), lp::Statuses(500, 599)], honour: Some("retry-after") },
        connections: &[<Key as lp::Connection>::TABLE],
        operations: lp::operations![Get, List],
        ..lp::ApiTable::EMPTY
    };
}

lp::structure! {
    /// API key.
    pub struct Key "key" {
        key: lp::Secret = "key!";
    }
}

impl lp::Connection for Key {
    const TABLE: &'static lp::ConnectionTable = &lp::ConnectionTable {
        name: "key",
        fields: <Key as lp::Shaped>::LINK,
        credentials: &[lp::Credential::Header("authorization", "Bearer {key}")],
        ..lp::ConnectionTable::EMPTY
    };
}

impl lp::ConnectsTo<Api> for Key {}

lp::structure! {
    /// A project.
    pub struct Project "Project" {
        id: String = "id!";
        name: String = "name!";
        status: String = "status!";
        owner: String = "owner!";
        note: Option<String> = "note?";
        percent: f64 = "percent!";
        updated: String = "updated!";
        size: Option<i64> = "size";
    }
}

lp::operation! {
    /// Gets one.
    pub struct Get "get" -> Project {
        id: String = "id!" "length 1..100";
        view: Option<String> = "view";
    }
    "name get";
    "sends GET /projects/{0}";
    "in path query";
    r#"answer {"as":"json","shape":0,"at":["data"]}"#;
    "retry safe";
    [];
}

impl lp::OfferedBy<Api> for Get {}

lp::operation! {
    /// Lists them.
    pub struct List "list" -> Vec<Project> {
        limit: i64 = "limit!" "range 1..2000";
        cursor: Option<String> = "cursor";
    }
    "name list";
    "kind search";
    "sends GET /projects";
    "in query query";
    r#"answer {"as":"json","shape":0,"at":["data"]}"#;
    r#"page {"by":"cursor","send":1,"read":["meta","next"],"at":["data"],"shape":1,"stop":"absent","cap":10000}"#;
    "retry safe";
    [Project];
}

impl lp::OfferedBy<Api> for List {}

impl lp::Search for List {
    type Item = Project;
}

fn client(url: &str) -> Client<Api> {
    Client::<Api>::builder(Key { key: "k-1".into() }).base_url(url).build().expect("a client")
}

async fn our_calls(url: &str) -> usize {
    let client = client(url);
    let mut read = 0;
    for call in 0..CALLS {
        let project = Get { id: format!("p-{call}"), view: Some("full".into()) }.send(&client).await.expect("a project");
        read += project.id.len();
    }
    read
}

async fn our_tasks(url: &str) -> usize {
    let client = client(url);
    let task = |task: usize| {
        let client = client.clone();
        async move {
            for call in 0..CALLS_PER_TASK {
                Get { id: format!("p-{task}-{call}"), view: Some("full".into()) }.send(&client).await.expect("a project");
            }
        }
    };
    all((0..TASKS).map(task)).await
}

async fn our_first(url: &str) -> usize {
    Get { id: "p-1".into(), view: Some("full".into()) }.send(&client(url)).await.expect("a project").id.len()
}

async fn our_pages(url: &str) -> usize {
    let client = client(url);
    let mut items = List { limit: 1000, cursor: None }.items(&client);
    let mut read = 0;
    while let Some(project) = items.try_next().await.expect("a project") {
        read += project.id.len();
    }
    read
}

// Measuring.

fn measure(what: &str, url: &str) {
    let mut builder =
        if what.ends_with("tasks") { tokio::runtime::Builder::new_multi_thread() } else { tokio::runtime::Builder::new_current_thread() };
    let runtime = builder.enable_all().build().expect("a runtime");
    let (before, begun) = (cpu_seconds(), Instant::now());
    let read = runtime.block_on(async {
        match what {
            "plain calls" => plain_calls(plain_client(), url).await,
            "timed calls" => plain_calls(timed_client(), url).await,
            "our calls" => our_calls(url).await,
            "plain pages" => plain_pages(plain_client(), url).await,
            "timed pages" => plain_pages(timed_client(), url).await,
            "our pages" => our_pages(url).await,
            "plain tasks" => plain_tasks(url).await,
            "our tasks" => our_tasks(url).await,
            "plain first" => plain_first(url).await,
            "our first" => our_first(url).await,
            _ => 0,
        }
    });
    println!("{} {} {} {read}", cpu_seconds() - before, peak_kib(), begun.elapsed().as_secs_f64());
}

/// CPU seconds of this process, in user and kernel.
fn cpu_seconds() -> f64 {
    // SAFETY: a zeroed `rusage` is one, and the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// The most memory that was resident.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_server() -> Server {
    let mut child = this().arg("serve").stdout(Stdio::piped()).spawn().expect("the server starts");
    let mut url = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut url).expect("its address");
    Server(child, url.trim().to_owned())
}

fn this() -> Command {
    Command::new(std::env::current_exe().expect("this program"))
}

/// What one run took.
struct Taken {
    cpu: f64,
    peak: u64,
    /// Seconds by the clock: of the calls alone, and from before the process was there.
    wall: f64,
    whole: f64,
}

fn run(what: &str, url: &str) -> Taken {
    let begun = Instant::now();
    let output = this().args(["measure", what, url]).output().expect("the measurement runs");
    let whole = begun.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<&str> = text.split_whitespace().collect();
    let [cpu, peak, wall, _] = figures.as_slice() else { panic!("{what}: {}", String::from_utf8_lossy(&output.stderr)) };
    let seconds = |text: &str| text.parse().expect("seconds");
    Taken { cpu: seconds(cpu), peak: peak.parse().expect("KiB"), wall: seconds(wall), whole }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn compare() {
    let server = start_server();
    cpu_of("calls", CALLS, "calls", &server.1);
    cpu_of("pages", PAGES * RECORDS, "records", &server.1);
    many_tasks(&server.1);
    first_answer(&server.1);
}

/// What one costs on each side, and to what ratio of the peers' that comes, pair by pair.
fn cpu_of(kind: &str, count: usize, unit: &str, url: &str) {
    const SIDES: [(&str, &str); 3] = [("plain", "reqwest + serde"), ("timed", "  with a timeout"), ("our", "linchpin")];
    let runs: Vec<[Taken; 3]> = (0..RUNS).map(|_| SIDES.map(|(side, _)| run(&format!("{side} {kind}"), url))).collect();
    println!("{kind}: {count} {unit}, median of {RUNS} runs in turn");
    for (at, (_, name)) in SIDES.into_iter().enumerate() {
        let each = median(runs.iter().map(|run| run[at].cpu).collect()) / count as f64;
        let peak = runs.iter().map(|run| run[at].peak).max().unwrap_or_default();
        println!("  {name:16} {:>8.2} µs CPU each  {:>9.0} {unit} per CPU second  peak {peak} KiB", each * 1e6, 1.0 / each);
    }
    for (at, name) in [(0, "plain"), (1, "one with a timeout")] {
        let ratio = median(runs.iter().map(|run| run[2].cpu / run[at].cpu).collect());
        println!("  CPU {ratio:.3} of {name} (median of each pair); {unit} per CPU second {:.3} of it", 1.0 / ratio);
    }
}

fn many_tasks(url: &str) {
    let (mut plain, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (peer, own) = (run("plain tasks", url).wall, run("our tasks", url).wall);
        plain.push(peer);
        ours.push(own);
        ratios.push(peer / own);
    }
    let calls = (TASKS * CALLS_PER_TASK) as f64;
    println!("tasks: {TASKS} at once, {CALLS_PER_TASK} calls each, median of {RUNS} runs in turn");
    println!("  reqwest + serde  {:>8.0} calls per second", calls / median(plain));
    println!("  linchpin         {:>8.0} calls per second, {:.3} of plain (median of each pair)", calls / median(ours), median(ratios));
}

fn first_answer(url: &str) {
    let mut taken = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        for (taken, what) in taken.iter_mut().zip(["nothing", "plain first", "our first"]) {
            taken.push(run(what, url).whole * 1e3);
        }
    }
    let [nothing, plain, ours] = taken.map(median);
    println!("first: from the start of a process to its end after one answer, median of {RUNS} runs in turn");
    println!("  no call          {nothing:>8.2} ms");
    println!("  reqwest + serde  {plain:>8.2} ms");
    println!("  linchpin         {ours:>8.2} ms");
}
