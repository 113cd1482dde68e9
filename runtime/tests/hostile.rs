//! A hostile server: what it must not get, where it must not lead, what it must not make us hold.

mod support;

use std::{io::Write, sync::Arc, time::Duration};

use linchpin_runtime::{
    __codegen_v1::Body,
    ErrorKind, RedirectPolicy,
    prelude::*,
    testing::{Reply, SimulatedClock, StandIn},
};
use serde_json::json;
use support::*;

async fn two() -> (StandIn, StandIn) {
    (StandIn::start().await.expect("it listens"), StandIn::start().await.expect("it listens"))
}

/// Nothing of ours reached it: no header, no query, no body.
fn knows_nothing(server: &StandIn) -> bool {
    server.received().iter().all(|request| !format!("{request:?}").contains(SECRET))
}

#[tokio::test]
async fn a_next_link_to_another_origin_is_refused() {
    let (server, thief) = two().await;
    thief.on("GET", "/steal", Reply::json(200, &json!({"data": []})));
    let stolen = format!("{}/steal", thief.url());
    server.on("GET", "/api/1.0/link", Reply::json(200, &json!({"data": [{"id": "1"}]})).header("link", &format!("<{stolen}>; rel=next")));
    server.on("GET", "/api/1.0/next", Reply::json(200, &json!({"data": [{"id": "1"}], "next": stolen})));
    let client = client(&server);
    let mut by_link = ByLink {}.items(&client);
    assert!(by_link.try_next().await.expect("the first page's item").is_some());
    assert_eq!(by_link.try_next().await.expect_err("another origin").kind(), ErrorKind::UnsafeAddress);
    let mut by_url = ByNextUrl {}.items(&client);
    assert!(by_url.try_next().await.expect("the first page's item").is_some());
    assert_eq!(by_url.try_next().await.expect_err("another origin").kind(), ErrorKind::UnsafeAddress);
    assert!(thief.received().is_empty());
}

#[tokio::test]
async fn a_stored_checkpoint_leads_nowhere_else_either() {
    let (server, thief) = two().await;
    let forged = json!({"search": "by_link", "pages": 1, "records": 1, "taken": 0, "url": thief.url()});
    let checkpoint = serde_json::from_value(forged).expect("it reads");
    let mut pages = ByLink {}.pages(&client(&server)).from(checkpoint);
    assert_eq!(pages.try_next().await.expect_err("another origin").kind(), ErrorKind::UnsafeAddress);
    assert!(thief.received().is_empty());
}

#[tokio::test]
async fn a_redirect_takes_no_credential_elsewhere() {
    let (server, thief) = two().await;
    thief.on("GET", "/steal", Reply::json(200, &json!({"data": {"id": "x"}})));
    server.on("GET", "/api/1.0/items/away", Reply::status(302).header("location", &format!("{}/steal", thief.url())));
    server.on("GET", "/api/1.0/items/here", Reply::status(302).header("location", "/api/1.0/items/there"));
    server.on("GET", "/api/1.0/items/there", Reply::json(200, &json!({"data": {"id": "x"}})));
    server.on("GET", "/api/1.0/items/loop", Reply::status(302).header("location", "/api/1.0/items/loop"));
    let get = |id: &str| GetItem { id: id.into(), view: None };

    let plain = client(&server);
    assert_eq!(get("away").send(&plain).await.expect_err("another origin").kind(), ErrorKind::UnsafeAddress);
    assert!(thief.received().is_empty());
    get("here").send(&plain).await.expect("the same origin");
    assert_eq!(get("loop").send(&plain).await.expect_err("for ever").kind(), ErrorKind::Limit);

    let never = builder(&server).redirects(RedirectPolicy::Never).build().expect("a client");
    assert_eq!(get("here").send(&never).await.expect_err("none").kind(), ErrorKind::UnsafeAddress);

    let dropping = builder(&server).redirects(RedirectPolicy::DropCredentials).build().expect("a client");
    get("away").send(&dropping).await.expect("a bare request");
    assert!(knows_nothing(&thief) && thief.received().len() == 1);
    assert!(thief.received()[0].header("x-version").is_none());
}

#[tokio::test]
async fn a_redirect_that_repeats_the_query_takes_no_key_along() {
    let (server, other) = two().await;
    other.on("GET", "/file", Reply::json(200, &json!({"data": {"id": "x"}})));
    // As servers do that name the new host and add what they were asked.
    let repeated = format!("{}/file?view=all&api_key={SECRET}&key=its%20own&token={SECRET}", other.url());
    server.on("GET", "/api/1.0/items/moved", Reply::status(302).header("location", &repeated));
    let dropping = builder(&server).redirects(RedirectPolicy::DropCredentials).build().expect("a client");
    GetItem { id: "moved".into(), view: Some("all".into()) }.send(&dropping).await.expect("a bare request");
    assert_eq!(other.received()[0].target, "/file?view=all&key=its+own");
    // What holds nothing of ours goes there as it was said: it may be signed.
    let plain = format!("{}/file?key=its%20own&sig=a+b", other.url());
    server.on("GET", "/api/1.0/items/signed", Reply::status(302).header("location", &plain));
    GetItem { id: "signed".into(), view: None }.send(&dropping).await.expect("a bare request");
    assert_eq!(other.received()[1].target, "/file?key=its%20own&sig=a+b");
}

#[cfg(feature = "cookies")]
#[tokio::test]
async fn another_server_borrows_no_session() {
    let (server, thief) = two().await;
    let item = Reply::json(200, &json!({"data": {"id": "1"}})).header("set-cookie", "sid=s3ss10n; Path=/");
    server.on("GET", "/api/1.0/items/1", item);
    let client = builder(&server).share_cookies().build().expect("a client");
    let get = || GetItem { id: "1".into(), view: None };
    get().send(&client).await.expect("an item");
    get().send(&client).await.expect("an item");
    assert_eq!(server.received()[1].header("cookie"), Some("sid=s3ss10n"));
    // Where it leads is the stranger's choice, so nobody is shown there who calls.
    thief.on("PUT", "/put", Reply::status(303).header("location", &format!("{}/api/1.0/items/1?delete=1", server.url())));
    Elsewhere { url: format!("{}/put", thief.url()), content: Body::from("file") }.send(&client).await.expect("an answer");
    let [.., led] = &server.received()[..] else { panic!("it was led there") };
    assert_eq!((led.query().len(), led.header("authorization"), led.header("cookie")), (1, None, None));
}

#[tokio::test]
async fn a_post_is_not_led_elsewhere_with_its_body() {
    let (server, thief) = two().await;
    server.on("POST", "/api/1.0/upload", Reply::status(307).header("location", &thief.url()));
    let client = builder(&server).redirects(RedirectPolicy::DropCredentials).build().expect("a client");
    let error = Upload { title: SECRET.into(), content: Body::from("x") }.send(&client).await.expect_err("another origin");
    assert_eq!(error.kind(), ErrorKind::UnsafeAddress);
    assert!(thief.received().is_empty());
}

#[tokio::test]
async fn an_outside_address_gets_no_credential() {
    let (server, outside) = two().await;
    outside.on("PUT", "/put", Reply::status(200));
    let client = client(&server);
    let to = |url: String| Elsewhere { url, content: Body::from("file") };
    to(format!("{}/put?sig=1", outside.url())).send(&client).await.expect("sent");
    assert!(knows_nothing(&outside));
    assert_eq!((outside.received()[0].target.as_str(), &outside.received()[0].body[..]), ("/put?sig=1", &b"file"[..]));
    assert!(outside.received()[0].header("x-version").is_none());
    for bad in ["/relative", "file:///etc/passwd", "http://user:pass@127.0.0.1/"] {
        assert_eq!(to(bad.into()).send(&client).await.expect_err(bad).kind(), ErrorKind::UnsafeAddress, "{bad}");
    }
}

#[tokio::test]
async fn ids_do_not_climb() {
    let server = StandIn::start().await.expect("it listens");
    let client = client(&server);
    let get = |id: &str| GetItem { id: id.into(), view: None };
    for bad in ["..", ".", ""] {
        assert_eq!(get(bad).send(&client).await.expect_err("refused").kind(), ErrorKind::UnsafeAddress, "{bad}");
    }
    assert!(server.received().is_empty());
    for id in ["a/../../admin?x=1#f", "%2e%2e", "..%2f..", "..\\..", "https://evil.example/"] {
        assert_eq!(get(id).send(&client).await.expect_err("not there").kind(), ErrorKind::NotFound, "{id}");
    }
    for request in server.received() {
        assert!(request.path().starts_with("/api/1.0/items/") && request.path().matches('/').count() == 4, "{}", request.target);
    }
}

#[tokio::test]
async fn header_values_cannot_add_headers() {
    let server = StandIn::start().await.expect("it listens");
    let form = Form { tags: vec![], trace: "x\r\nx-evil: 1".into(), session: "a\r\nb; c=d".into(), text: String::new() };
    assert_eq!(form.send(&client(&server)).await.expect_err("refused").kind(), ErrorKind::Input);
    assert!(server.received().is_empty());
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).expect("it packs");
    packer.finish().expect("it packs")
}

#[tokio::test]
async fn a_gzip_bomb_is_not_held() {
    let server = StandIn::start().await.expect("it listens");
    let bomb = gzip(&vec![b' '; 64 << 20]);
    let packed =
        |body: Vec<u8>| Reply::status(200).header("content-type", "application/json").header("content-encoding", "gzip").body(body);
    server.on("GET", "/api/1.0/items/bomb", packed(bomb.clone()));
    server.on("GET", "/api/1.0/items/fine", packed(gzip(br#"{"data": {"id": "x"}}"#)));
    server.on("GET", "/api/1.0/items/error", packed(bomb).status_code(500));
    let client = builder(&server).no_retry().build().expect("a client");
    let get = |id: &str| GetItem { id: id.into(), view: None };
    assert_eq!(get("bomb").send(&client).await.expect_err("too much").kind(), ErrorKind::Limit);
    assert_eq!(get("fine").send(&client).await.expect("unpacked").id, "x");
    assert_eq!(get("error").send(&client).await.expect_err("an error").kind(), ErrorKind::Server);
    let resident = std::fs::read_to_string("/proc/self/status").ok().and_then(|status| {
        let line = status.lines().find(|line| line.starts_with("VmHWM"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    // The test itself held the 64 MiB once, to pack them.
    assert!(resident.is_none_or(|kib| kib < 160 * 1024), "{resident:?} KiB");
}

#[tokio::test]
async fn long_and_deep_answers_are_refused() {
    let server = StandIn::start().await.expect("it listens");
    let json_body = |body: String| Reply::status(200).header("content-type", "application/json").body(body);
    server.on("GET", "/api/1.0/items/long", json_body(format!(r#"{{"data": {{"id": "{}"}}}}"#, "x".repeat(200_000))));
    server.on("GET", "/api/1.0/items/deep", json_body(format!(r#"{{"data": {{"id": "x", "more": {}}}}}"#, "[".repeat(100_000))));
    let client = builder(&server).answer_bytes(150_000, 150_000).build().expect("a client");
    let get = |id: &str| GetItem { id: id.into(), view: None };
    assert_eq!(get("long").send(&client).await.expect_err("too long").kind(), ErrorKind::Limit);
    assert_eq!(get("deep").send(&client).await.expect_err("too deep").kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn the_egress_guard_refuses_loopback() {
    let server = StandIn::start().await.expect("it listens");
    let by_number = builder(&server).egress_guard(true).no_retry().build().expect("a client");
    let error = GetItem { id: "1".into(), view: None }.send(&by_number).await.expect_err("loopback");
    assert_eq!(error.kind(), ErrorKind::UnsafeAddress, "{error}");
    let by_name = server.url().replace("127.0.0.1", "localhost");
    let by_name = builder(&server).base_url(by_name).egress_guard(true).no_retry().build().expect("a client");
    let error = GetItem { id: "1".into(), view: None }.send(&by_name).await.expect_err("loopback");
    assert_eq!(error.kind(), ErrorKind::UnsafeAddress, "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_server_that_asks_for_a_day_of_waiting_is_not_obeyed() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/api/1.0/items/1", Reply::status(429).header("retry-after", "86400"));
    let clock = Arc::new(SimulatedClock::default());
    let client = builder(&server).clock(clock.clone()).build().expect("a client");
    let error = GetItem { id: "1".into(), view: None }.send(&client).await.expect_err("limited");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(86_400))));
    assert!(clock.slept().is_empty());
}

#[tokio::test]
async fn no_rendering_of_an_error_shows_a_secret() {
    // Nobody listens there any more, so the transport's own error, which knows the URL, is what is rendered.
    let url = StandIn::start().await.expect("it listens").url();
    tokio::task::yield_now().await;
    let client = linchpin_runtime::Client::<Api>::builder(key()).base_url(url).no_retry().build().expect("a client");
    let error = GetItem { id: "1".into(), view: None }.send(&client).await.expect_err("nobody there");
    let mut rendered = format!("{error} {error:?} {client:?} {:?}", key());
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        rendered.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    assert!(!rendered.contains(SECRET), "{rendered}");
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn a_page_of_html_is_not_taken_for_json() {
    let server = StandIn::start().await.expect("it listens");
    let item = r#"{"data": {"id": "x"}}"#;
    server.on("GET", "/api/1.0/items/html", Reply::status(200).header("content-type", "text/html").body(item));
    server.on(
        "GET",
        "/api/1.0/items/json",
        Reply::status(200).header("content-type", "application/problem+json; charset=utf-8").body(item),
    );
    let client = client(&server);
    let get = |id: &str| GetItem { id: id.into(), view: None };
    let error = get("html").send(&client).await.expect_err("no JSON");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("text/html"), "{error}");
    get("json").send(&client).await.expect("JSON by another name");
}

#[tokio::test]
async fn what_one_connection_uses_up_another_has() {
    let server = StandIn::start().await.expect("it listens");
    let spent = Reply::json(200, &json!({"data": {"id": "1"}})).header("x-left", "0").header("x-reset", "3600");
    server.on("GET", "/api/1.0/items/1", spent);
    let clocks = [Arc::new(SimulatedClock::default()), Arc::new(SimulatedClock::default())];
    let clients = clocks.each_ref().map(|clock| builder(&server).clock(clock.clone()).build().expect("a client"));
    let get = || GetItem { id: "1".into(), view: None };
    get().send(&clients[0]).await.expect("an answer");
    get().send(&clients[1]).await.expect("an answer");
    assert!(clocks[1].slept().is_empty(), "the limit of one connection is not another's");
    let error = get().send(&clients[0]).await.expect_err("the limit is that of this connection");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(3600))));
    assert_eq!(server.received().len(), 2);
}

/// A public server that leads to this machine.
#[derive(Debug, Default)]
struct Leading(std::sync::Mutex<Vec<String>>);

impl linchpin_runtime::HttpClient for Leading {
    fn send(
        &self,
        request: linchpin_runtime::Outgoing,
    ) -> linchpin_runtime::clock::BoxFuture<'_, Result<linchpin_runtime::Incoming, linchpin_runtime::SendFailure>> {
        self.0.lock().expect("unpoisoned").push(request.url.to_string());
        let headers = [(http::header::LOCATION, http::HeaderValue::from_static("http://127.0.0.1:9/steal"))].into_iter().collect();
        let body = linchpin_runtime::IncomingBody::from(Vec::new());
        Box::pin(async { Ok(linchpin_runtime::Incoming { status: http::StatusCode::FOUND, headers, body }) })
    }
}

#[tokio::test]
async fn the_egress_guard_looks_at_each_redirect() {
    let leading = Arc::new(Leading::default());
    let client = linchpin_runtime::Client::<Api>::builder(key()).base_url("http://93.184.215.14").http_client(leading.clone());
    let client = client.redirects(RedirectPolicy::DropCredentials).egress_guard(true).no_retry().build().expect("a client");
    let error = GetItem { id: "1".into(), view: None }.send(&client).await.expect_err("it leads to loopback");
    assert_eq!(error.kind(), ErrorKind::UnsafeAddress, "{error}");
    assert_eq!(leading.0.lock().expect("unpoisoned").len(), 1, "the second is not sent");
}
