//! Files that go in parts: the course of it over real connections, and what servers say of it that must not be believed.

mod support;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use linchpin_runtime::{
    __codegen_v1::{self as lp, Body},
    ErrorKind, Upload as Uploading, UploadCheckpoint,
    testing::{Reply, SimulatedClock, StandIn},
};
use serde_json::json;
use support::*;

const FILE: &str = "0123456789abcdefghijABCDE";

macro_rules! sending {
    ($type:ident, $name:literal, $method:literal, $server:expr, $path:literal, $output:ty, $answer:expr, $parts:expr) => {
        lp::structure! {
            /// Sends a file in parts.
            pub struct $type $name {
                /// Where it goes.
                pub url: String = "url!";
                /// The file.
                pub content: lp::Body = "content!";
            }
        }
        impl lp::Operation for $type {
            type Output = $output;
            fn table() -> &'static lp::OperationTable {
                static TABLE: lp::OperationTable = lp::OperationTable {
                    name: $name,
                    input: <$type as lp::Shaped>::LINK,
                    output: <$output as lp::Shaped>::LINK,
                    method: $method,
                    path: $path,
                    server: $server,
                    places: &[lp::Place::Path(lp::Style::Simple), lp::Place::WholeBody],
                    body: lp::BodyEncoding::Raw("application/octet-stream"),
                    answers: &[$answer],
                    retry: lp::RetryClass::Idempotent,
                    parts: Some(&$parts),
                    ..lp::OperationTable::EMPTY
                };
                &TABLE
            }
        }
        impl lp::OfferedBy<Api> for $type {}
        impl lp::Uploads for $type {}
    };
}

const ITEM: lp::Answer = lp::Answer { shape: <Item as lp::Shaped>::LINK, ..lp::Answer::JSON };
const LISTED: lp::Parts = lp::Parts { by: lp::PartsBy::ContentRange, size: 10, multiple: 5, next: &["missing"] };
const BY_HEADER: lp::Parts = lp::Parts { next: &[], ..LISTED };
const TUS: lp::Parts = lp::Parts { by: lp::PartsBy::Tus, ..BY_HEADER };

sending!(SendListed, "send_listed", "PUT", lp::ServerChoice::Outside, "{0}", Item, ITEM, LISTED);
sending!(SendByHeader, "send_by_header", "PUT", lp::ServerChoice::Outside, "{0}", Item, ITEM, BY_HEADER);
sending!(SendTus, "send_tus", "PATCH", lp::ServerChoice::Default, "/files/{0}", (), lp::Answer::EMPTY, TUS);

fn more(missing: &str) -> Reply {
    Reply::json(202, &json!({ "missing": [missing] }))
}

fn done() -> Reply {
    Reply::json(201, &json!({ "id": "f1", "Size": 25 }))
}

async fn server(method: &str, path: &str, replies: impl IntoIterator<Item = Reply>) -> StandIn {
    let server = StandIn::start().await.expect("it listens");
    replies.into_iter().for_each(|reply| server.on(method, path, reply));
    server
}

fn patient(server: &StandIn) -> lp::Client<Api> {
    builder(server).clock(Arc::new(SimulatedClock::default())).build().expect("a client")
}

fn listed(server: &StandIn, content: impl Into<Body>) -> Uploading<Item> {
    use lp::Uploads as _;
    SendListed { url: format!("{}/up/1?sig=x", server.url()), content: content.into() }.upload(&patient(server))
}

/// Method, range and length of the body of each request.
fn sent(server: &StandIn) -> Vec<(String, Option<String>, usize)> {
    let range = |name: &str, one: &linchpin_runtime::testing::Received| one.header(name).map(str::to_owned);
    let of = |one: &linchpin_runtime::testing::Received| {
        (one.method.clone(), range("content-range", one).or_else(|| range("upload-offset", one)), one.body.len())
    };
    server.received().iter().map(of).collect()
}

fn row(method: &str, range: &str, length: usize) -> (String, Option<String>, usize) {
    (method.to_owned(), Some(range.to_owned()).filter(|range| !range.is_empty()), length)
}

/// What arrived, put together where it belongs.
fn arrived(server: &StandIn) -> Vec<u8> {
    let mut whole = Vec::new();
    for one in server.received().iter().filter(|one| !one.body.is_empty()) {
        let range = one.header("content-range").or_else(|| one.header("upload-offset")).expect("a place");
        let at: usize = range.trim_start_matches("bytes ").split('-').next().and_then(|at| at.parse().ok()).expect("a number");
        whole.truncate(at);
        whole.extend_from_slice(&one.body);
    }
    whole
}

#[tokio::test]
async fn part_follows_part_and_no_credential_goes_along() {
    let server = server("PUT", "/up/1", [more("10-"), more("20-24"), done()]).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    let item = listed(&server, FILE).on_progress(move |one| listener.lock().expect("unpoisoned").push((one.bytes, one.total))).await;
    assert_eq!(item.expect("uploaded").id, "f1");
    assert_eq!(sent(&server), [row("PUT", "bytes 0-9/25", 10), row("PUT", "bytes 10-19/25", 10), row("PUT", "bytes 20-24/25", 5)]);
    assert_eq!(arrived(&server), FILE.as_bytes());
    assert_eq!(*told.lock().expect("unpoisoned"), [(10, Some(25)), (20, Some(25)), (25, Some(25))]);
    assert!(server.received().iter().all(|one| !format!("{one:?}").contains(SECRET) && one.header("x-version").is_none()));
}

#[tokio::test]
async fn files_and_streams_go_in_parts_too() {
    let path = std::env::temp_dir().join(format!("linchpin-uploads-{}", std::process::id()));
    std::fs::write(&path, FILE).expect("it writes");
    let from_disk = server("PUT", "/up/1", [more("10-"), more("20-"), done()]).await;
    listed(&from_disk, Body::path(&path)).await.expect("uploaded");
    assert_eq!(arrived(&from_disk), FILE.as_bytes());

    let growing = server("PUT", "/up/1", [more("10-"), done()]).await;
    let grows = path.clone();
    let upload = listed(&growing, Body::path(&path)).on_progress(move |_| std::fs::write(&grows, "shorter").expect("it writes"));
    let error = upload.await.expect_err("another file by now");
    assert_eq!((error.kind(), growing.received().len()), (ErrorKind::Input, 1), "{error}");
    std::fs::remove_file(path).expect("it goes");

    let pieces = || linchpin_runtime::__codegen_v1::Body::stream(Pieces(FILE.as_bytes().chunks(7).map(<[u8]>::to_vec).collect()));
    let streamed = server("PUT", "/up/1", [more("10-"), Reply::reset(), more("20-"), done()]).await;
    streamed.on("GET", "/up/1", more("15-"));
    listed(&streamed, pieces().length(25)).await.expect("uploaded");
    assert_eq!(arrived(&streamed), FILE.as_bytes());
    let unknown = server("PUT", "/up/1", [done()]).await;
    assert_eq!(listed(&unknown, pieces()).await.expect_err("how long?").kind(), ErrorKind::Input);
    assert_eq!(listed(&unknown, "").await.expect_err("nothing").kind(), ErrorKind::Input);
    assert!(unknown.received().is_empty());
    let short = server("PUT", "/up/1", [more("10-"), more("20-")]).await;
    assert_eq!(listed(&short, pieces().length(30)).await.expect_err("25 came").kind(), ErrorKind::Input);
}

struct Pieces(std::collections::VecDeque<Vec<u8>>);

impl futures_core::Stream for Pieces {
    type Item = Result<Vec<u8>, std::io::Error>;
    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.pop_front().map(Ok))
    }
}

#[tokio::test]
async fn after_a_break_the_server_is_asked_how_much_it_has() {
    // The second part arrives, and its answer is lost; then the server has too much to do.
    let server = server("PUT", "/up/1", [more("10-"), Reply::reset(), Reply::status(503).header("retry-after", "7"), done()]).await;
    server.on("GET", "/up/1", more("20-"));
    let clock = Arc::new(SimulatedClock::default());
    let client = builder(&server).clock(clock.clone()).build().expect("a client");
    use lp::Uploads as _;
    let upload = SendListed { url: format!("{}/up/1", server.url()), content: FILE.into() }.upload(&client);
    upload.await.expect("uploaded");
    assert_eq!(
        sent(&server)[1..],
        [
            row("PUT", "bytes 10-19/25", 10),
            row("GET", "", 0),
            row("PUT", "bytes 20-24/25", 5),
            row("GET", "", 0),
            row("PUT", "bytes 20-24/25", 5)
        ]
    );
    assert!(clock.slept().contains(&std::time::Duration::from_secs(7)), "{:?}", clock.slept());
}

#[tokio::test]
async fn another_process_goes_on() {
    let first = server("PUT", "/up/1", [more("10-"), Reply::status(403)]).await;
    let kept = Arc::new(Mutex::new(None));
    let keep = kept.clone();
    let failed = listed(&first, FILE).on_checkpoint(move |one| *keep.lock().expect("unpoisoned") = Some(one)).await;
    assert_eq!(failed.expect_err("forbidden").kind(), ErrorKind::Permission);
    let stored = serde_json::to_string(&kept.lock().expect("unpoisoned").take().expect("a checkpoint")).expect("it is written");

    let checkpoint = || serde_json::from_str::<UploadCheckpoint>(&stored).expect("it is read");
    assert_eq!((checkpoint().bytes(), checkpoint().total()), (10, 25));
    let second = server("PUT", "/up/1", [done()]).await;
    second.on("GET", "/up/1", more("20-"));
    listed(&second, FILE).resume(checkpoint()).await.expect("uploaded");
    assert_eq!(sent(&second), [row("GET", "", 0), row("PUT", "bytes 20-24/25", 5)]);

    let other = server("GET", "/up/1", [more("20-")]).await;
    assert_eq!(listed(&other, "another file").resume(checkpoint()).await.expect_err("another length").kind(), ErrorKind::Input);
    let forged = stored.replace("send_listed", "send_tus");
    let forged = serde_json::from_str::<UploadCheckpoint>(&forged).expect("it is read");
    assert_eq!(listed(&other, FILE).resume(forged).await.expect_err("another module").kind(), ErrorKind::Checkpoint);
    let forged = stored.replace("\"step\":0", "\"step\":3");
    let forged = serde_json::from_str::<UploadCheckpoint>(&forged).expect("it is read");
    assert_eq!(listed(&other, FILE).resume(forged).await.expect_err("no such step").kind(), ErrorKind::Checkpoint);
    let forged = stored.replacen("\"send_listed\",1", "\"send_listed\",2", 1);
    assert_ne!(forged, stored, "the revision stands behind the name");
    let forged = serde_json::from_str::<UploadCheckpoint>(&forged).expect("it is read");
    assert_eq!(listed(&other, FILE).resume(forged).await.expect_err("another revision").kind(), ErrorKind::Checkpoint);
    assert!(other.received().is_empty());
    let gone = server("GET", "/up/1", [Reply::status(404)]).await;
    assert_eq!(listed(&gone, FILE).resume(checkpoint()).await.expect_err("it has expired").kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn by_header_the_server_says_what_it_has() {
    use lp::Uploads as _;
    let more = |range: &str| Reply::status(308).header("range", range);
    let server = server("PUT", "/up/1", [more("bytes=0-9"), Reply::reset(), more("bytes=0-14"), done()]).await;
    let upload = || SendByHeader { url: format!("{}/up/1", server.url()), content: FILE.into() }.upload(&patient(&server));
    upload().await.expect("uploaded");
    assert_eq!(
        sent(&server),
        [row("PUT", "bytes 0-9/25", 10), row("PUT", "bytes 10-19/25", 10), row("PUT", "bytes */25", 0), row("PUT", "bytes 15-24/25", 10)]
    );
    // All had arrived, and only the last answer was lost.
    let lost = self::server("PUT", "/up/1", [more("bytes=0-9"), more("bytes=0-19"), Reply::reset(), done()]).await;
    let item = SendByHeader { url: format!("{}/up/1", lost.url()), content: FILE.into() }.upload(&patient(&lost)).await;
    assert_eq!(item.expect("uploaded").id, "f1");
    assert_eq!(sent(&lost)[3], row("PUT", "bytes */25", 0));
}

#[tokio::test]
async fn tus_is_spoken() {
    use lp::{Operation as _, Uploads as _};
    let at = |offset: &str| Reply::status(204).header("upload-offset", offset);
    let server = server("PATCH", "/api/1.0/files/7", [at("10"), Reply::status(409), at("20"), at("25")]).await;
    server.on("HEAD", "/api/1.0/files/7", Reply::status(200).header("upload-offset", "10").header("upload-length", "25"));
    SendTus { url: "7".into(), content: FILE.into() }.upload(&patient(&server)).await.expect("uploaded");
    assert_eq!(arrived(&server), FILE.as_bytes());
    for one in server.received() {
        assert_eq!(one.header("tus-resumable"), Some("1.0.0"));
        assert!(one.header("authorization").is_some_and(|sent| sent.contains(SECRET)), "it is at home");
        assert!(one.method == "HEAD" || one.header("content-type") == Some("application/offset+octet-stream"));
    }
    let plain = self::server("PATCH", "/api/1.0/files/7", [at("10"), at("20"), at("25")]).await;
    SendTus { url: "7".into(), content: FILE.into() }.send(&patient(&plain)).await.expect("uploaded");
    assert_eq!(plain.received().len(), 3);
}

#[tokio::test]
async fn what_a_server_says_is_held_to_what_it_was_sent() {
    let wrong = [
        ("it has more than it was sent", vec![more("20-")]),
        ("it is done too early", vec![done()]),
        ("it is never done", vec![more("10-"), more("20-"), more("25-")]),
        ("no ranges", vec![Reply::json(202, &json!({ "missing": "all" }))]),
    ];
    for (what, replies) in wrong {
        let server = server("PUT", "/up/1", replies).await;
        assert_eq!(listed(&server, FILE).await.expect_err(what).kind(), ErrorKind::Decode, "{what}");
    }
    // One that takes nothing, or forgets what it took, is not served for ever.
    for replies in [vec![more("0-")], vec![more("10-"), more("0-"), more("5-"), more("0-")]] {
        let server = server("PUT", "/up/1", replies).await;
        assert_eq!(listed(&server, FILE).await.expect_err("no end").kind(), ErrorKind::Transport);
        assert!(server.received().len() <= 6, "{}", server.received().len());
    }
    let broken = server("PUT", "/up/1", [Reply::reset()]).await;
    broken.on("GET", "/up/1", more("0-"));
    assert_eq!(listed(&broken, FILE).await.expect_err("it breaks each time").kind(), ErrorKind::Transport);
    assert!(broken.received().len() <= 8, "{}", broken.received().len());
}

#[tokio::test]
async fn a_part_is_led_nowhere_else() {
    let thief = StandIn::start().await.expect("it listens");
    thief.on("PUT", "/steal", done());
    let away = Reply::status(308).header("location", &format!("{}/steal", thief.url()));
    let server = server("PUT", "/up/1", [more("10-"), away]).await;
    assert_eq!(listed(&server, FILE).await.expect_err("another origin").kind(), ErrorKind::UnsafeAddress);
    assert!(thief.received().is_empty());
}

#[tokio::test]
async fn the_size_of_parts_is_a_choice_within_the_rule() {
    let server = server("PUT", "/up/1", [more("15-"), done()]).await;
    let parts = Arc::new(AtomicU64::new(0));
    let counted = parts.clone();
    let upload = listed(&server, FILE).part_size(11).on_progress(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    upload.await.expect("uploaded");
    assert_eq!(sent(&server), [row("PUT", "bytes 0-14/25", 15), row("PUT", "bytes 15-24/25", 10)]);
    assert_eq!(parts.load(Ordering::Relaxed), 2);
}
