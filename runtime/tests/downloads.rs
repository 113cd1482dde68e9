//! Downloads that break off: how they go on, in this process and in another, and what a hostile server cannot make of that.

mod support;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use linchpin_runtime::{
    __codegen_v1 as lp, Client, Download, DownloadCheckpoint, ErrorKind,
    clock::{BoxFuture, Clock},
    prelude::*,
    testing::{Reply, SimulatedClock, StandIn},
};
use support::*;

const FILE: &str = "0123456789abcdefghij";
const TAG: &str = "\"v1\"";

async fn server(replies: impl IntoIterator<Item = Reply>) -> StandIn {
    let server = StandIn::start().await.expect("it listens");
    replies.into_iter().for_each(|reply| server.on("GET", "/api/1.0/file", reply));
    server
}

fn whole() -> Reply {
    Reply::status(200).header("etag", TAG).body(FILE)
}

fn part(from: usize) -> Reply {
    ranged(&format!("bytes {from}-19/20"), &FILE[from..])
}

fn ranged(range: &str, body: &str) -> Reply {
    Reply::status(206).header("etag", TAG).header("content-range", range).body(body.to_owned())
}

async fn fetched(server: &StandIn) -> Download {
    let client = builder(server).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    Fetch {}.send(&client).await.expect("it begins")
}

async fn bytes(server: &StandIn) -> Result<String, ErrorKind> {
    let bytes = fetched(server).await.bytes().await.map_err(|error| error.kind())?;
    Ok(String::from_utf8(bytes.to_vec()).expect("text"))
}

/// The ranges that were asked for.
fn asked(server: &StandIn) -> Vec<Option<String>> {
    server.received().iter().map(|request| request.header("range").map(str::to_owned)).collect()
}

/// A file that is gone when the test is.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let folder = std::env::temp_dir().join(format!("linchpin-downloads-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Place(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("file")
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("a folder");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
        names.sort_unstable();
        names
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn what_breaks_off_goes_on() {
    let server = server([whole().truncated(5), part(5).truncated(7), part(12)]).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    let download = fetched(&server).await.on_progress(move |progress| listener.lock().expect("unpoisoned").push(progress));
    assert_eq!(download.bytes().await.expect("all of it"), FILE);
    assert_eq!(asked(&server), [None, Some("bytes=5-".into()), Some("bytes=12-".into())]);
    for request in &server.received()[1..] {
        assert_eq!(request.header("if-range"), Some(TAG));
        assert!(request.header("authorization").is_some_and(|sent| sent.contains(SECRET)), "each request is the API's own");
    }
    let told = told.lock().expect("unpoisoned");
    assert_eq!((told.last().map(|last| last.bytes), told.last().and_then(|last| last.total)), (Some(20), Some(20)));
    assert!(told.windows(2).all(|two| two[0].bytes < two[1].bytes));
}

#[tokio::test]
async fn a_date_serves_where_there_is_no_tag() {
    let dated =
        |reply: Reply| reply.header("last-modified", "Tue, 06 Oct 2026 10:00:00 GMT").header("date", "Tue, 06 Oct 2026 11:00:00 GMT");
    let rest = dated(Reply::status(206).header("content-range", "bytes 5-19/20").body(&FILE.as_bytes()[5..]));
    let server = server([dated(Reply::status(200).body(FILE)).truncated(5), rest]).await;
    assert_eq!(bytes(&server).await.expect("all of it"), FILE);
    assert_eq!(server.received()[1].header("if-range"), Some("Tue, 06 Oct 2026 10:00:00 GMT"));
}

#[tokio::test]
async fn without_a_strong_validator_nothing_is_put_together() {
    for reply in [Reply::status(200), Reply::status(200).header("etag", "W/\"v1\""), whole().header("accept-ranges", "none")] {
        let server = server([reply.body(FILE).truncated(5), part(5)]).await;
        assert_eq!(bytes(&server).await, Err(ErrorKind::Transport));
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_server_without_ranges_sends_it_again_and_what_came_is_passed_over() {
    let server = server([whole().truncated(5), whole().truncated(9), whole()]).await;
    assert_eq!(bytes(&server).await.expect("all of it"), FILE);
}

#[tokio::test]
async fn parts_may_be_shorter_than_what_was_asked_for() {
    let server = server([whole().truncated(5), ranged("bytes 5-9/20", "56789"), part(10)]).await;
    assert_eq!(bytes(&server).await.expect("all of it"), FILE);
    assert_eq!(asked(&server)[2].as_deref(), Some("bytes=10-"));
}

#[tokio::test]
async fn a_file_that_changed_is_told_or_begun_anew() {
    let other = Reply::status(200).header("etag", "\"v2\"").body("another file");
    let streamed = server([whole().truncated(5), other.clone()]).await;
    let error = fetched(&streamed).await.bytes().await.expect_err("two files");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Conflict, true));

    let saved = server([whole().truncated(5), other]).await;
    let place = Place::new("changed");
    assert_eq!(fetched(&saved).await.save_to(place.file()).await.expect("the other"), 12);
    assert_eq!(std::fs::read_to_string(place.file()).expect("a file"), "another file");
    assert_eq!(place.names(), ["file"]);

    let gone = server([whole().truncated(5), Reply::status(416).header("content-range", "bytes */3")]).await;
    assert_eq!(bytes(&gone).await, Err(ErrorKind::Conflict));
}

#[tokio::test]
async fn what_follows_must_be_what_follows() {
    let wrong = [
        ("it begins elsewhere", part(0).header("x", "y")),
        ("it restarts before", ranged("bytes 3-19/20", &FILE[3..])),
        ("it leaves bytes out", ranged("bytes 6-19/20", &FILE[6..])),
        ("another length", ranged("bytes 5-20/21", "56789abcdefghijX")),
        ("beyond its end", ranged("bytes 5-20/20", "56789abcdefghijX")),
        ("no range", Reply::status(206).header("etag", TAG).body(&FILE.as_bytes()[5..])),
        ("several ranges", part(5).header("content-range", "bytes 5-9/20")),
        ("another state", Reply::status(206).header("etag", "\"v2\"").header("content-range", "bytes 5-19/20").body(&FILE.as_bytes()[5..])),
        ("another length of the body", ranged("bytes 5-19/20", "56789")),
        ("packed all of a sudden", part(5).header("content-encoding", "gzip")),
        ("pages of parts", Reply::status(206).header("content-type", "multipart/byteranges; boundary=x").body("--x--")),
    ];
    for (what, reply) in wrong {
        let server = server([whole().truncated(5), reply]).await;
        assert_eq!(bytes(&server).await, Err(ErrorKind::Decode), "{what}");
        assert_eq!(server.received().len(), 2, "{what}: it is not tried again");
    }
    let unasked = server([part(0)]).await;
    let client = client(&unasked);
    assert_eq!(Fetch {}.send(&client).await.expect_err("a part").kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn tries_are_bounded() {
    let idle = server([whole().truncated(5), part(5).truncated(0)]).await;
    assert_eq!(bytes(&idle).await, Err(ErrorKind::Transport));
    assert_eq!(idle.received().len(), 4, "three more, since nothing came");

    // One byte at a time costs a try each, too.
    let slow = server([whole().truncated(1), part(1).truncated(1), part(2).truncated(1), part(3).truncated(1), part(4)]).await;
    assert_eq!(bytes(&slow).await, Err(ErrorKind::Transport));
    assert_eq!(slow.received().len(), 4);

    let once = server([whole().truncated(5), part(5)]).await;
    let client = builder(&once).no_retry().build().expect("a client");
    let download = Fetch {}.send(&client).await.expect("it begins");
    assert_eq!(download.bytes().await.expect_err("broken").kind(), ErrorKind::Transport);
    assert_eq!(once.received().len(), 1);
}

#[tokio::test]
async fn after_an_error_there_is_no_end() {
    let server = server([Reply::status(200).body(FILE).truncated(5)]).await;
    let download = fetched(&server).await;
    assert_eq!(download.chunk().await.expect("a piece").expect("a piece"), "01234");
    for _ in 0..2 {
        assert_eq!(download.chunk().await.expect_err("broken").kind(), ErrorKind::Transport);
    }
}

#[tokio::test]
async fn a_bomb_in_parts_is_a_bomb() {
    let zeros = vec![0; 8 << 20];
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &zeros).expect("it packs");
    let packed = packer.finish().expect("it packs");
    let (half, length) = (packed.len() / 2, packed.len());
    let first = Reply::status(200).header("etag", TAG).header("content-encoding", "gzip").body(packed.clone()).truncated(half);
    let rest = Reply::status(206).header("etag", TAG).header("content-encoding", "gzip");
    let rest = rest.header("content-range", &format!("bytes {half}-{}/{length}", length - 1)).body(packed[half..].to_vec());
    let bomb = server([first.clone(), rest.clone()]).await;
    assert_eq!(bytes(&bomb).await, Err(ErrorKind::Limit));

    // With room for it, packed parts are put together before they are unpacked.
    let fine = server([first, rest]).await;
    let client = builder(&fine).unpacking_ratio(100_000).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    let download = Fetch {}.send(&client).await.expect("it begins");
    assert!(download.checkpoint().is_none(), "unpacked bytes are no place in what is packed");
    assert_eq!(download.bytes().await.expect("all of it").len(), zeros.len());
}

#[tokio::test]
async fn limits_count_all_parts() {
    let server = server([whole().truncated(5), part(5)]).await;
    let client = builder(&server).download_bytes(12).build().expect("a client");
    assert_eq!(Fetch {}.send(&client).await.expect_err("its length").kind(), ErrorKind::Limit);
    let endless = server_of_unknown_length().await;
    let client = builder(&endless).download_bytes(12).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    let checkpoint = checkpoint(10, None);
    let resumed = Fetch {}.resume(&client, checkpoint).await.expect("it goes on");
    assert_eq!(resumed.bytes().await.expect_err("10 and 10").kind(), ErrorKind::Limit);
}

async fn server_of_unknown_length() -> StandIn {
    server([ranged("bytes 10-19/*", &FILE[10..])]).await
}

fn checkpoint(bytes: u64, total: Option<u64>) -> DownloadCheckpoint {
    let stored = serde_json::json!({ "download": "fetch", "bytes": bytes, "total": total, "etag": TAG });
    serde_json::from_value(stored).expect("a checkpoint")
}

#[tokio::test]
async fn another_process_goes_on() {
    let place = Place::new("resumed");
    let first = server([whole().truncated(5), Reply::status(503)]).await;
    let mut kept = Vec::new();
    let failed = fetched(&first).await.save_resumable(place.file(), |checkpoint| kept.push(checkpoint)).await;
    assert_eq!(failed.expect_err("no more").kind(), ErrorKind::Server);
    assert_eq!(place.names(), ["file.part", "file.part.of"]);
    let stored = serde_json::to_string(kept.last().expect("a checkpoint")).expect("it is written");
    assert!(!stored.contains(SECRET) && !stored.contains("127.0.0.1"), "{stored}");

    let checkpoint: DownloadCheckpoint = serde_json::from_str(&stored).expect("it is read");
    assert_eq!((checkpoint.bytes(), checkpoint.total()), (5, Some(20)));
    // Of the same address only: another server is another file.
    let second = server([part(5)]).await;
    let error = Fetch {}.resume(&client(&second), checkpoint.clone()).await.expect_err("elsewhere");
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    first.on("GET", "/api/1.0/file", part(5).truncated(8));
    first.on("GET", "/api/1.0/file", part(13));
    let client = builder(&first).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    let resumed = Fetch {}.resume(&client, checkpoint.clone()).await.expect("it goes on");
    assert_eq!((resumed.start(), resumed.length()), (5, Some(20)));
    assert_eq!(resumed.clone().save_to(place.file()).await.expect_err("its beginning is elsewhere").kind(), ErrorKind::Input);
    assert_eq!(resumed.save_resumable(place.file(), |_| {}).await.expect("all of it"), 20);
    assert_eq!(std::fs::read_to_string(place.file()).expect("a file"), FILE);
    assert_eq!(place.names(), ["file"]);
}

#[tokio::test]
async fn resuming_what_changed_begins_anew() {
    let place = Place::new("anew");
    std::fs::write(place.0.join("file.part"), "01234 and what was not counted").expect("a part");
    let server = server([Reply::status(200).header("etag", "\"v2\"").body("another file")]).await;
    let resumed = Fetch {}.resume(&client(&server), checkpoint(5, Some(20))).await.expect("it begins");
    assert_eq!(resumed.start(), 0);
    assert_eq!(resumed.save_resumable(place.file(), |_| {}).await.expect("all of it"), 12);
    assert_eq!(std::fs::read_to_string(place.file()).expect("a file"), "another file");
}

#[tokio::test]
async fn resuming_meets_what_there_is() {
    // All of it was there already.
    let whole_already = server([Reply::status(416).header("content-range", "bytes */20")]).await;
    let resumed = Fetch {}.resume(&client(&whole_already), checkpoint(20, Some(20))).await.expect("nothing follows");
    assert_eq!((resumed.start(), resumed.bytes().await.expect("nothing").len()), (20, 0));
    // There is no such place any more.
    let shorter = server([Reply::status(416).header("content-range", "bytes */3"), Reply::status(200).body("abc")]).await;
    let resumed = Fetch {}.resume(&client(&shorter), checkpoint(5, Some(20))).await.expect("it begins anew");
    assert_eq!((resumed.start(), resumed.bytes().await.expect("all of it")), (0, "abc".into()));
    // No ranges.
    let no_ranges = server([whole()]).await;
    let resumed = Fetch {}.resume(&client(&no_ranges), checkpoint(5, Some(20))).await.expect("it goes on");
    assert_eq!((resumed.start(), resumed.bytes().await.expect("the rest")), (5, FILE.as_bytes()[5..].to_vec().into()));
    // The part holds less than was counted, and what was not counted is cut off.
    let place = Place::new("short");
    let server = server([whole().truncated(5), part(5), whole(), whole().truncated(5), part(5)]).await;
    let kept = begun(&server, &place).await;
    let resumed = || async { Fetch {}.resume(&client(&server), kept.clone()).await.expect("it goes on") };
    std::fs::write(place.0.join("file.part"), "0123").expect("a part");
    resumed().await.save_resumable(place.file(), |_| {}).await.expect("begun anew");
    assert_eq!(saved(&place), (FILE.to_owned(), vec!["file".to_owned()]));
    begun(&server, &place).await;
    std::fs::write(place.0.join("file.part"), "01234old").expect("a part");
    resumed().await.save_resumable(place.file(), |_| {}).await.expect("all of it");
    assert_eq!(std::fs::read_to_string(place.file()).expect("a file"), FILE);
}

#[tokio::test]
async fn a_forged_checkpoint_is_an_error() {
    let server = server([part(5)]).await;
    let client = client(&server);
    let stored = |json| serde_json::from_value::<DownloadCheckpoint>(json).expect("a checkpoint");
    for forged in [
        serde_json::json!({ "download": "other", "bytes": 5, "etag": TAG }),
        serde_json::json!({ "download": "fetch", "bytes": 5, "etag": "x\r\nx-evil: 1" }),
        serde_json::json!({ "download": "fetch", "bytes": 5, "etag": TAG, "address": "00" }),
    ] {
        let error = Fetch {}.resume(&client, stored(forged)).await.expect_err("forged");
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    }
    assert!(server.received().is_empty());
    let resumed = client.any().resume_download("fetch", serde_json::json!({}), checkpoint(5, None)).await.expect("by name");
    assert_eq!(resumed.bytes().await.expect("the rest"), &FILE.as_bytes()[5..]);
}

#[tokio::test]
async fn what_could_not_be_saved_leaves_nothing_behind() {
    let place = Place::new("nothing");
    std::fs::write(place.file(), "what was there").expect("a file");
    let server = server([whole().truncated(5), Reply::status(503)]).await;
    fetched(&server).await.save_to(place.file()).await.expect_err("broken");
    assert_eq!(std::fs::read_to_string(place.file()).expect("a file"), "what was there");
    assert_eq!(place.names(), ["file"]);
}

#[tokio::test]
async fn the_rest_is_asked_for_at_home_and_led_nowhere_else() {
    let thief = StandIn::start().await.expect("it listens");
    thief.on("GET", "/steal", part(5));
    let away = Reply::status(302).header("location", &format!("{}/steal", thief.url()));
    let server = server([whole().truncated(5), away]).await;
    assert_eq!(bytes(&server).await, Err(ErrorKind::UnsafeAddress));
    assert!(thief.received().is_empty());
}

#[tokio::test]
async fn files_are_asked_for_as_they_are() {
    let server = server([whole()]).await;
    bytes(&server).await.expect("all of it");
    assert_eq!(server.received()[0].header("accept-encoding"), Some("identity"));
}

/// A clock on which whoever sleeps is woken when the test says so.
#[derive(Debug, Default)]
struct Gate {
    open: AtomicBool,
    slept: AtomicUsize,
}

/// The clock, for a client.
#[derive(Debug)]
struct Gated(Arc<Gate>);

impl Clock for Gated {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        let gate = self.0.clone();
        gate.slept.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            while !gate.open.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    }
}

/// A program that waits for pieces a little at a time, as in a `select!`, costs no more tries than one that waits for good.
#[tokio::test]
async fn a_pause_that_is_left_is_one_pause() {
    let server = server([whole().truncated(5), part(5)]).await;
    let gate = Arc::new(Gate::default());
    let client = builder(&server).clock(Arc::new(Gated(gate.clone()))).build().expect("a client");
    let download = Fetch {}.send(&client).await.expect("it begins");
    assert_eq!(download.chunk().await.expect("a piece").expect("a piece"), "01234");
    for left in 0..6 {
        let waited = tokio::time::timeout(Duration::from_millis(50), download.chunk()).await;
        assert!(waited.is_err(), "left {left} times: {waited:?}");
    }
    assert_eq!((gate.slept.load(Ordering::SeqCst), server.received().len()), (1, 1));
    gate.open.store(true, Ordering::SeqCst);
    assert_eq!(download.bytes().await.expect("the rest"), &FILE.as_bytes()[5..]);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn what_is_packed_is_whole_also_where_only_its_end_was_missing() {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, FILE.as_bytes()).expect("it packs");
    let packed = packer.finish().expect("it packs");
    for (sent, expected) in [(packed.len(), Ok(FILE.as_bytes().to_vec())), (packed.len() - 12, Err(ErrorKind::Decode))] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let piece = packed[..sent].to_vec();
        tokio::spawn(async move {
            // All that there is came, and the connection breaks before the server has said so.
            let head = "HTTP/1.1 200 OK\r\netag: \"v1\"\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n";
            let begun = [head.as_bytes(), format!("{sent:x}\r\n").as_bytes(), &piece, b"\r\n"].concat();
            let ended = format!("HTTP/1.1 416 No\r\ncontent-range: bytes */{sent}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            for answer in [begun, ended.into_bytes()] {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let _ = stream.read(&mut [0; 4096]).await.expect("a request");
                stream.write_all(&answer).await.expect("it is sent");
                stream.shutdown().await.expect("it is closed");
            }
        });
        let client = Client::<Api>::builder(key()).base_url(address).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
        let came = Fetch {}.send(&client).await.expect("it begins").bytes().await;
        assert_eq!(came.map(|bytes| bytes.to_vec()).map_err(|error| error.kind()), expected);
    }
}

/// Saves what comes of a file that breaks off, and gives where to go on.
async fn begun(server: &StandIn, place: &Place) -> DownloadCheckpoint {
    let mut kept = Vec::new();
    let client = builder(server).no_retry().build().expect("a client");
    let download = Fetch {}.send(&client).await.expect("it begins");
    download.save_resumable(place.file(), |checkpoint| kept.push(checkpoint)).await.expect_err("no more");
    kept.pop().expect("a checkpoint")
}

/// What was saved as a whole, and everything that is there.
fn saved(place: &Place) -> (String, Vec<String>) {
    (std::fs::read_to_string(place.file()).unwrap_or_default(), place.names())
}

#[tokio::test]
async fn what_is_kept_of_another_file_is_not_gone_on_with() {
    let place = Place::new("other");
    let other = Reply::status(200).header("etag", "\"v0\"").body("of another file");
    begun(&server([other.truncated(12)]).await, &place).await;
    let server = server([whole().truncated(5), whole()]).await;
    let download = fetched(&server).await;
    assert_eq!(download.chunk().await.expect("a piece").expect("a piece"), "01234");
    download.save_resumable(place.file(), |_| {}).await.expect("begun anew, since its beginning is not there");
    assert_eq!(saved(&place), (FILE.to_owned(), vec!["file".to_owned()]));
    let download = fetched(&server).await;
    download.chunk().await.expect("a piece");
    download.save_to(place.file()).await.expect("begun anew");
    assert_eq!(saved(&place), (FILE.to_owned(), vec!["file".to_owned()]));
}

#[tokio::test]
async fn what_is_kept_of_another_state_is_not_gone_on_with() {
    // One of the server's machines has it, and another has not.
    let place = Place::new("states");
    let other = Reply::status(200).header("etag", "\"v2\"").body("another file of twenty");
    let server = server([whole().truncated(5), other.truncated(12), part(5), whole()]).await;
    let checkpoint = begun(&server, &place).await;
    let client = builder(&server).no_retry().build().expect("a client");
    let resumed = || async { Fetch {}.resume(&client, checkpoint.clone()).await.expect("it goes on") };
    resumed().await.save_resumable(place.file(), |_| {}).await.expect_err("no more of the other");
    resumed().await.save_resumable(place.file(), |_| {}).await.expect("begun anew, since what is there is the other's");
    assert_eq!(saved(&place), (FILE.to_owned(), vec!["file".to_owned()]));
}

#[tokio::test]
async fn two_do_not_save_to_one_place() {
    let place = Place::new("two");
    let slow = server([whole().truncated(5), part(5).delay(Duration::from_secs(1))]).await;
    let quick = server([whole()]).await;
    let (first, second) = (fetched(&slow).await, fetched(&quick).await);
    let saving = tokio::spawn(first.save_resumable(place.file(), |_| {}));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = second.save_resumable(place.file(), |_| {}).await.expect_err("somebody else does");
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert_eq!(saving.await.expect("it runs").expect("all of it"), 20);
    assert_eq!(saved(&place), (FILE.to_owned(), vec!["file".to_owned()]));
    // Who had it is gone, and so is what kept others out.
    fetched(&quick).await.save_resumable(place.file(), |_| {}).await.expect("all of it");
}

/// The largest file that this process may write is a disk that is full.
#[cfg(unix)]
#[test]
fn what_a_full_disk_did_not_take_is_not_counted() {
    let name = "what_a_full_disk_did_not_take_is_not_counted";
    if std::env::var_os("LINCHPIN_FULL_DISK").is_none() {
        let program = std::env::current_exe().expect("a program");
        let limited = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\"";
        let mut child = std::process::Command::new("sh");
        child.arg("-c").arg(limited).arg(program).args(["--exact", name, "--nocapture"]).env("LINCHPIN_FULL_DISK", "1");
        let ended = child.output().expect("a shell");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let place = Place::new("full");
        let server = server([Reply::status(200).header("etag", TAG).body(vec![b'x'; 7 << 20])]).await;
        let mut kept = Vec::new();
        let error = fetched(&server).await.save_resumable(place.file(), |checkpoint| kept.push(checkpoint)).await.expect_err("it is full");
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        let there = std::fs::metadata(place.0.join("file.part")).expect("a part").len();
        assert_eq!(kept.last().map(DownloadCheckpoint::bytes), Some(there));
        assert!(there > 0);
    });
}

/// An API that wants one call at a time.
enum Narrow {}

impl lp::Api for Narrow {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable {
        connector: "narrow",
        servers: &["https://narrow.example"],
        limits: &[lp::Limit::Concurrent(1)],
        ..lp::ApiTable::EMPTY
    };
}

impl lp::OfferedBy<Narrow> for Fetch {}

#[tokio::test]
async fn a_download_that_failed_holds_no_place() {
    let other = || Reply::status(200).header("etag", "\"v2\"").body("another file");
    for (what, replies) in
        [("it broke off", vec![Reply::status(200).body(FILE).truncated(5)]), ("it changed", vec![whole().truncated(5), other()])]
    {
        let server = StandIn::start().await.expect("it listens");
        replies.into_iter().chain([whole()]).for_each(|reply| server.on("GET", "/file", reply));
        let client = Client::<Narrow>::open().base_url(server.url()).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
        let download = Fetch {}.send(&client).await.expect("it begins");
        assert_eq!(download.chunk().await.expect("a piece").expect("a piece"), "01234");
        download.chunk().await.expect_err(what);
        let again = tokio::time::timeout(Duration::from_secs(5), Fetch {}.send(&client)).await.expect(what).expect("a place is free");
        assert_eq!(again.bytes().await.expect("all of it"), FILE, "{what}");
        drop(download);
    }
}
