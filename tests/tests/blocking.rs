//! The blocking client, in a program that has no async of its own.

use std::sync::mpsc;
use std::thread;

use linchpin_connectors::microsoft_graph as graph;
use linchpin_runtime::testing::{Reply, StandIn};
use linchpin_runtime::{ErrorKind, blocking};
use serde_json::json;

/// A stand-in on a thread of its own; it stops when the sender is dropped.
fn stand_in() -> (String, mpsc::Sender<()>) {
    let (ready, address) = mpsc::channel();
    let (stop, stopped) = mpsc::channel::<()>();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let server = runtime.block_on(StandIn::start()).expect("it listens");
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
        ready.send(server.url()).expect("somebody waits");
        let _ = stopped.recv();
    });
    (address.recv().expect("it starts"), stop)
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
