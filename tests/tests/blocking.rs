//! The blocking client, in a program that has no async of its own.

use std::io::Read as _;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use linchpin_connectors::microsoft_graph as graph;
use linchpin_runtime::graphql_module::GraphqlRequest;
use linchpin_runtime::http_module::{self, HttpRequest, Login, OAuth2};
use linchpin_runtime::soap::{self, SoapRequest};
use linchpin_runtime::testing::SimulatedClock;
use linchpin_runtime::testing::{Reply, StandIn};
use linchpin_runtime::webhook::Received;
use linchpin_runtime::webhook_module::{receiver, schemes};
use linchpin_runtime::{Advanced, Body, DownloadCheckpoint, ErrorKind, Host, JobCheckpoint, UploadCheckpoint, blocking};
use serde_json::json;

linchpin_runtime::connector!("feeds");
linchpin_runtime::connector!("jobs");
linchpin_runtime::connector!("tus");

/// A stand-in on a thread of its own; it stops when the sender is dropped.
fn serving(set: impl FnOnce(&StandIn) + Send + 'static) -> (String, mpsc::Sender<()>) {
    let (ready, address) = mpsc::channel();
    let (stop, stopped) = mpsc::channel::<()>();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let server = runtime.block_on(StandIn::start()).expect("it listens");
        set(&server);
        ready.send(server.url()).expect("somebody waits");
        let _ = stopped.recv();
    });
    (address.recv().expect("it starts"), stop)
}

fn stand_in() -> (String, mpsc::Sender<()>) {
    serving(|server| {
        let token = json!({ "access_token": "token", "token_type": "Bearer", "expires_in": 3600 });
        server.on("POST", "/contoso.example/oauth2/v2.0/token", Reply::json(200, &token));
        server.on("GET", "/v1.0/users/*", Reply::json(200, &json!({ "id": "u", "displayName": "Adele Vance" })));
        let page = |ids: &[&str], next: Option<&str>| {
            let users: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
            let mut body = json!({ "value": users });
            if let Some(next) = next {
                body["@odata.nextLink"] = format!("{}/v1.0/users?$skiptoken={next}", server.url()).into();
            }
            Reply::json(200, &body)
        };
        server.on("GET", "/v1.0/users", page(&["a", "b"], Some("2")));
        server.on("GET", "/v1.0/users?$skiptoken=2", page(&["c"], None));
    })
}

fn client(url: &str) -> blocking::Client<graph::v1::Api> {
    let app = graph::App::new("contoso.example", "id", "secret");
    blocking::Client::of(graph::v1::Client::builder(app).base_url(url)).expect("a client")
}

#[test]
fn calls_pages_and_the_dynamic_door_without_async() {
    let (url, _stop) = stand_in();
    let client = client(&url);
    let read = client.send(graph::v1::users::Read::new("adele@contoso.example")).expect("an answer");
    assert_eq!(read.display_name.as_deref(), Some("Adele Vance"));
    let ids: Result<Vec<String>, _> =
        client.items(graph::v1::users::List::new()).map(|user| Ok::<_, linchpin_runtime::Error>(user?.id.to_string())).collect();
    assert_eq!(ids.expect("both pages"), ["a", "b", "c"]);
    assert_eq!(client.pages(graph::v1::users::List::new()).map(|page| page.expect("a page").len()).collect::<Vec<_>>(), [2, 1]);
    let called = client.call("users.read", json!({ "user": "adele@contoso.example" })).expect("an answer");
    assert_eq!(called["display_name"], "Adele Vance");
    let wrong = client.call("users.raed", json!({})).expect_err("no such module");
    assert!(wrong.to_string().contains("users.read"), "{wrong}");
}

#[test]
fn many_threads_share_one_client() {
    let (url, _stop) = stand_in();
    let client = client(&url);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    client.send(graph::v1::users::Read::new("adele@contoso.example")).expect("an answer");
                }
            });
        }
    });
}

#[tokio::test]
async fn async_code_is_told_rather_than_blocked() {
    let client = client("http://127.0.0.1:9");
    let error = client.send(graph::v1::users::Read::new("u")).expect_err("it would block");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let mut items = client.items(graph::v1::users::List::new());
    assert!(items.next().is_some_and(|item| item.is_err()));
    assert!(items.next().is_none());
    drop(client);
}

#[test]
fn events_come_one_after_the_other() {
    let (url, _stop) = serving(|server| {
        let first = "event: order.created\nid: 7\ndata: {\"id\":\"1\",\"total\":\"2\"}\n\nevent: order.created\ndata: []\n\n";
        let second = "event: order.cancelled\nid: 8\ndata: {\"id\":\"1\"}\n\n";
        for body in [first, second] {
            server.on("GET", "/orders/changes", Reply::status(200).header("content-type", "text/event-stream").body(body));
        }
        server.on("GET", "/orders/changes", Reply::status(204));
    });
    let clock = Arc::new(SimulatedClock::default());
    let feeds = blocking::Client::of(feeds::Client::builder(feeds::Key::new("k")).base_url(url).clock(clock)).expect("a client");
    let mut changes = feeds.events(feeds::FollowOrders::new()).after("6");
    assert!(matches!(changes.next(), Some(Ok(feeds::Change::Ordered(_)))));
    // One that cannot be read is no end.
    assert!(matches!(changes.next(), Some(Err(error)) if error.kind() == ErrorKind::Decode));
    assert!(matches!(changes.next(), Some(Ok(feeds::Change::Cancelled(_)))));
    assert_eq!(changes.last_id(), Some("8"));
    assert!(changes.next().is_none() && changes.next().is_none());
}

fn jobs_client(url: &str) -> blocking::Client<jobs::v2::Api> {
    let token = jobs::Token::new("jobs.example".parse::<Host>().expect("a host"), "k");
    let builder = jobs::v2::Client::builder(token).base_url(url).clock(Arc::new(SimulatedClock::default()));
    blocking::Client::of(builder).expect("a client")
}

#[test]
fn jobs_are_advanced_finished_and_gone_on_with() {
    let (url, _stop) = serving(|server| {
        let state = |state: &str| json!({ "id": "e1", "state": state, "file": format!("{}/e1.csv", server.url()) });
        server.on("POST", "/v2/exports", Reply::json(202, &json!({ "id": "e1", "state": "WAITING" })));
        server.on("GET", "/v2/exports/e1", Reply::json(200, &json!({ "id": "e1", "state": "RUNNING" })));
        server.on("GET", "/v2/exports/e1", Reply::json(200, &state("DONE")));
        server.on("GET", "/e1.csv", Reply::status(200).header("content-type", "text/csv").body("id\n1\n"));
    });
    let client = jobs_client(&url);
    let mut job = client.start(jobs::v2::ExportAll::new()).expect("a job");
    assert!(matches!(job.advance().expect("begun"), Advanced::Pending(_)));
    let kept = serde_json::to_string(&job.checkpoint().expect("a checkpoint")).expect("JSON");
    drop(job);
    let kept: JobCheckpoint = serde_json::from_str(&kept).expect("a checkpoint");
    let job = jobs_client(&url);
    let file = job.resume_job::<jobs::v2::ExportAll>(&kept).expect("it fits").finish().expect("exported");
    assert_eq!(&job.wait(file.bytes()).expect("no async").expect("the file")[..], b"id\n1\n");
}

#[test]
fn downloads_are_read_gathered_saved_and_gone_on_with() {
    let (url, _stop) = serving(|server| {
        let film = |status: u16| Reply::status(status).header("etag", "\"f1\"").header("content-type", "text/plain");
        let rest = |from: usize| film(206).header("content-range", &format!("bytes {from}-9/10")).body("0123456789"[from..].to_owned());
        server.on("POST", "/v2/copies", Reply::status(202).header("location", "/v2/files/1"));
        let begun = || film(200).body("0123456789").truncated(4);
        [begun(), rest(4), rest(4), begun(), Reply::status(403), rest(4)].into_iter().for_each(|reply| {
            server.on("GET", "/v2/files/1", reply);
        });
    });
    let client = jobs_client(&url);
    let mut download = client.download(jobs::v2::Print::new("a")).expect("printed");
    assert_eq!((download.length(), download.start(), download.content_type()), (Some(10), 0, Some("text/plain")));
    let mut two = [0; 2];
    download.read_exact(&mut two).expect("two bytes");
    assert!(&two == b"01" && download.checkpoint().is_none(), "in the middle of a piece there is no place to go on from");
    assert_eq!(download.chunk().expect("the rest of the piece").expect("a piece"), "23");
    let kept = serde_json::to_string(&download.checkpoint().expect("a place")).expect("JSON");
    // What breaks off goes on.
    let mut rest = String::new();
    download.read_to_string(&mut rest).expect("the rest");
    assert_eq!((rest.as_str(), download.chunk().expect("the end")), ("456789", None));

    let kept: DownloadCheckpoint = serde_json::from_str(&kept).expect("a checkpoint");
    let told = Arc::new(Mutex::new(0));
    let listener = told.clone();
    let resumed = client.resume(jobs::v2::Print::new("a"), kept.clone()).expect("it goes on");
    let resumed = resumed.on_progress(move |progress| *listener.lock().expect("unpoisoned") = progress.bytes);
    assert_eq!((resumed.start(), resumed.bytes().expect("the rest")), (4, "456789".into()));
    assert_eq!(*told.lock().expect("unpoisoned"), 10);
    let folder = std::env::temp_dir().join(format!("linchpin-blocking-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("film");
    let broken = client.download(jobs::v2::Print::new("a")).expect("printed");
    assert_eq!(broken.save_resumable(&path, |_| {}).expect_err("refused").kind(), ErrorKind::Permission);
    let resumed = client.resume(jobs::v2::Print::new("a"), kept).expect("it goes on");
    assert_eq!(resumed.save_resumable(&path, |_| {}).expect("saved"), 10);
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "0123456789");
    std::fs::remove_dir_all(folder).expect("it goes");
}

#[test]
fn uploads_tell_how_far_they_are_and_go_on() {
    let (url, _stop) = serving(|server| {
        server.on("POST", "/files", Reply::status(201).header("location", &format!("{}/files/7", server.url())));
        let has =
            |status: u16, bytes: u64| Reply::status(status).header("upload-offset", &bytes.to_string()).header("tus-resumable", "1.0.0");
        [has(204, 4), Reply::status(403), has(204, 8), has(204, 10)].into_iter().for_each(|reply| server.on("PATCH", "/files/7", reply));
        server.on("HEAD", "/files/7", has(200, 4).header("upload-length", "10"));
    });
    let client = || {
        blocking::Client::of(tus::Client::builder(tus::Open { host: "tus.example".parse().expect("a host") }).base_url(&url))
            .expect("a client")
    };
    let (told, kept) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(None)));
    let (listener, keep) = (told.clone(), kept.clone());
    let upload = client().upload(tus::UploadFile::new(Body::from("0123456789"))).part_size(4);
    let upload = upload.on_progress(move |progress| listener.lock().expect("unpoisoned").push(progress.bytes));
    let failed = upload.on_checkpoint(move |one: UploadCheckpoint| *keep.lock().expect("unpoisoned") = Some(one)).send();
    assert_eq!(failed.expect_err("refused").kind(), ErrorKind::Permission);
    assert_eq!(*told.lock().expect("unpoisoned"), [4]);
    let kept = kept.lock().expect("unpoisoned").take().expect("a checkpoint");
    client().upload(tus::UploadFile::new(Body::from("0123456789"))).part_size(4).resume(kept).send().expect("uploaded");
}

#[test]
fn universal_modules_without_async() {
    let (url, _stop) = serving(|server| {
        server.on("GET", "/projects", Reply::json(200, &json!([{ "id": "1" }])));
        let page = |nodes: &[u32], next: Option<&str>| {
            let nodes: Vec<_> = nodes.iter().map(|id| json!({ "id": id })).collect();
            let info = json!({ "hasNextPage": next.is_some(), "endCursor": next });
            Reply::json(200, &json!({ "data": { "things": { "nodes": nodes, "pageInfo": info } } }))
        };
        server.on("POST", "/graphql", page(&[1, 2], Some("c2")));
        server.on("POST", "/graphql", page(&[3], None));
    });
    let acme = http_module::client_of(&url, &Login::bearer("k")).expect("a server");
    let acme = blocking::AnyClient::of(acme).expect("a client");
    let projects: serde_json::Value = acme.http(HttpRequest::get("/projects")).expect("an answer").json().expect("JSON");
    assert_eq!(projects[0]["id"], "1");
    let document = "query Things($after: String) { things(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
    let things = acme.graphql_items::<serde_json::Value>(&GraphqlRequest::new("/graphql", document), "things");
    assert_eq!(things.map(|thing| thing.expect("a thing")["id"].clone()).collect::<Vec<_>>(), [1, 2, 3]);
    let last = acme.graphql::<serde_json::Value>(&GraphqlRequest::new("/graphql", document)).expect("an answer");
    assert_eq!(last.data.expect("data")["things"]["nodes"][0]["id"], 3);
    // Over a connection of a spec, too, and by name.
    let graph = client(&stand_in().0).any();
    assert!(graph.call("users.raed", json!({})).expect_err("no such module").to_string().contains("users.read"));
}

#[test]
fn a_person_logs_in_without_a_spec_and_without_async() {
    let (url, _stop) = serving(|server| {
        server.on("GET", "/api/me", Reply::json(200, &json!({ "name": "Ann" })));
        server.on("POST", "/token", Reply::json(200, &json!({ "access_token": "a1", "expires_in": 3600 })));
    });
    let oauth = OAuth2::authorization_code("id").authorize(format!("{url}/authorize")).token(format!("{url}/token"));
    let acme = http_module::client_of(&format!("{url}/api"), &Login::oauth2(oauth)).and_then(blocking::AnyClient::of).expect("a client");
    let error = acme.http(HttpRequest::get("/me")).expect_err("nobody has authorised it");
    assert_eq!(error.kind(), ErrorKind::Reauthorize);
    let authorizer = acme.client().authorizer("https://program.example/back".parse().expect("a URL")).expect("a person authorises it");
    let request = authorizer.begin().expect("a request");
    let callback = format!("https://program.example/back?code=c1&state={}", request.state());
    acme.wait(authorizer.finish(request, &callback)).expect("no async around it").expect("a token");
    assert_eq!(acme.http(HttpRequest::get("/me")).expect("an answer").json().expect("JSON")["name"], "Ann");
}

#[test]
fn operations_of_a_wsdl_without_async() {
    let (url, _stop) = serving(|server| {
        let xml = |body: &str| Reply::status(200).header("content-type", "text/xml; charset=utf-8").body(body.to_owned());
        let sum = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><x><sum>3.5</sum><label>L</label></x></e:Body></e:Envelope>";
        server.on("GET", "/calculator.wsdl", xml(include_str!("../soap/calculator.wsdl")));
        server.on("POST", "/rpc", xml(sum));
    });
    let service = blocking::AnyClient::of(soap::client_of(&url).expect("an address")).expect("a client");
    let (wsdl, problems) = service.wsdl("/calculator.wsdl").expect("a WSDL");
    assert!(problems.is_empty(), "{problems:?}");
    let add = wsdl.operation("add").expect("an operation");
    let request = SoapRequest::new(&add).input(json!({ "label": "L", "numbers": { "number": [1, 2.5] } }));
    assert_eq!(service.soap(request).expect("an answer").value(), &json!({ "sum": 3.5, "label": "L" }));
}

#[test]
fn deliveries_without_async() {
    use http::{HeaderMap, HeaderValue, Method, Uri};
    let universal =
        blocking::Receiver::of(receiver(schemes::token("x-gitlab-token"), ["s3cr3t".into()]).expect("a receiver")).expect("a thread");
    let (method, uri) = (Method::POST, Uri::from_static("/hooks"));
    let mut headers = HeaderMap::new();
    let refused = universal.receive(&method, &uri, &headers, b"{}").expect_err("nothing proves it");
    assert_eq!(refused.status(), 401);
    headers.insert("x-gitlab-token", HeaderValue::from_static("s3cr3t"));
    let Received::Event(delivery) = universal.receive(&method, &uri, &headers, b"{\"a\":1}").expect("genuine") else { panic!("an event") };
    universal.failed(delivery).expect("it may come again");
}

#[tokio::test]
async fn async_code_is_told_everywhere() {
    let url = "http://127.0.0.1:9";
    let kind = |error: linchpin_runtime::Error| assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    let jobs = jobs_client(url);
    kind(jobs.download(jobs::v2::Print::new("a")).expect_err("it would block"));
    kind(jobs.start(jobs::v2::ExportAll::new()).expect("a job").advance().expect_err("it would block"));
    let feeds = blocking::Client::of(feeds::Client::builder(feeds::Key::new("k")).base_url(url)).expect("a client");
    let mut changes = feeds.events(feeds::FollowOrders::new());
    kind(changes.next().expect("an error").expect_err("it would block"));
    assert!(changes.next().is_none());
    kind(
        blocking::AnyClient::of(http_module::client().expect("a client"))
            .expect("a client")
            .http(HttpRequest::get(url))
            .expect_err("it would"),
    );
    let universal =
        blocking::Receiver::of(receiver(schemes::token("x-gitlab-token"), ["s3cr3t".into()]).expect("a receiver")).expect("a thread");
    let refused = universal.receive(&http::Method::POST, &http::Uri::from_static("/"), &http::HeaderMap::new(), b"").expect_err("it would");
    assert_eq!(refused.status(), 500);
}
