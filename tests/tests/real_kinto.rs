//! Kinto announces its own end: first in a header, then by refusing. Nobody here wrote it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use linchpin_runtime::clock::Clock;
use linchpin_runtime::life::{Drift, Drifted, Source};
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::SimulatedClock;
use linchpin_runtime::{Notice, Observer};
use linchpin_tests::servers::{Server, kinto, kinto_that_backs_off};

linchpin_runtime::connector!("kinto");

#[derive(Debug, Default)]
struct Watch(Mutex<Vec<Drift>>);

impl Observer for Watch {
    fn noticed(&self, notice: &Notice) {
        if let Notice::Drift(drift) = notice {
            self.0.lock().expect("unpoisoned").push(Drift::clone(drift));
        }
    }
}

fn client(server: &Server) -> (kinto::Client, Arc<Watch>) {
    let watch = Arc::new(Watch::default());
    let open = kinto::Open { host: "kinto.example".parse().expect("a host") };
    let client = kinto::Client::builder(open).base_url(server.url()).observer(watch.clone()).build().expect("a client");
    (client, watch)
}

#[tokio::test]
async fn an_end_that_is_announced_is_told_once() {
    let Some(server) = kinto("2099-12-31") else { return };
    let (client, watch) = client(&server);
    for _ in 0..2 {
        assert_eq!(kinto::Hello::new().send(&client).await.expect("it still answers").project_name, "kinto");
    }
    let drifts = watch.0.lock().expect("unpoisoned");
    let [drift] = &drifts[..] else { panic!("told once: {drifts:?}") };
    assert_eq!((drift.operation, &drift.what, &drift.signal.sources[..]), ("hello", &Drifted::Undeclared, &[Source::Header("alert")][..]));
    let said = "Kinto 1 ends; migrate to version 2. https://kinto.example/ends";
    assert_eq!(drift.signal.info.as_deref(), Some(said));
    assert!(drift.edit.ends_with(&format!("use none \"{said}\"")), "{}", drift.edit);
    assert_eq!(client.signals()[0].undeclared, 2);
}

#[tokio::test]
async fn an_end_that_has_come_is_an_error_of_that_kind() {
    let Some(server) = kinto("2020-01-01") else { return };
    let (client, watch) = client(&server);
    let error = kinto::Hello::new().send(&client).await.expect_err("it has ended");
    assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Gone, Some(410)));
    let signal = error.signal().expect("it says so");
    assert!(signal.gone && signal.info.as_deref().is_some_and(|info| info.contains("migrate to version 2")), "{signal:?}");
    let drifts = watch.0.lock().expect("unpoisoned");
    assert_eq!(drifts.iter().map(|drift| drift.what.clone()).collect::<Vec<_>>(), [Drifted::Gone]);
    assert_eq!(client.signals()[0].undeclared, 1, "an answer is counted once");
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again_and_nobody_is_overwritten() {
    let Some(server) = kinto("2099-12-31") else { return };
    let person = kinto::Person::new("kinto.example".parse::<Host>().expect("a host"), "ann", "s3cr3t");
    let client = kinto::Client::builder(person).base_url(server.url()).cache(1 << 20).build().expect("a client");
    let everyone = || kinto::PutBucketPermissions::new(["system.Everyone".to_owned()]);
    let put = |note: &str| kinto::PutBucket::new("shared", kinto::PutBucketData::new().note(note), everyone());
    let get = || kinto::GetBucket::new("shared");
    let open = kinto::Open { host: "kinto.example".parse().expect("a host") };
    let anybody = kinto::Client::builder(open).base_url(server.url()).cache(1 << 20).build().expect("a client");

    put("one").if_none_match("*").send(&client).await.expect("there was none");
    let error = put("two").if_none_match("*").send(&client).await.expect_err("there is one");
    assert_eq!((error.kind(), error.is_stale()), (ErrorKind::Conflict, true));

    // What Kinto gives to a person it says to be `no-store`; what anybody may read, it lets be kept.
    for _ in 0..2 {
        assert!(!get().answer(&client).await.expect("an answer").is_kept());
    }
    let seen = get().answer(&anybody).await.expect("an answer");
    let again = get().answer(&anybody).await.expect("an answer");
    assert_eq!((seen.is_kept(), again.is_kept(), again.note.as_deref()), (false, true, Some("one")));
    let tag = again.etag().expect("Kinto gives a tag").clone();

    // Somebody else is faster.
    put("theirs").send(&client).await.expect("without a condition");
    let error = put("ours").if_match(&tag).send(&client).await.expect_err("it is another state");
    assert!(error.is_stale(), "{error}");
    assert_ne!(error.current_etag(), Some(&tag));
    let now = get().answer(&anybody).await.expect("an answer");
    assert_eq!((now.is_kept(), now.note.as_deref()), (false, Some("theirs")));
    put("ours").if_match(now.etag().expect("a tag")).send(&client).await.expect("it is the state that we know");
    assert_eq!(get().send(&client).await.expect("an answer").note.as_deref(), Some("ours"));
}

#[tokio::test]
async fn a_server_that_asks_for_quiet_gets_it() {
    let Some(server) = kinto_that_backs_off(30) else { return };
    let clock = Arc::new(SimulatedClock::at(SystemTime::now()));
    let open = || kinto::Open { host: "kinto.example".parse().expect("a host") };
    let builder = kinto::Client::builder(open()).base_url(server.url()).clock(clock.clone());
    let client = builder.overall_timeout(Duration::from_secs(40)).build().expect("a client");
    let start = clock.now();
    kinto::Hello::new().send(&client).await.expect("nobody asked for quiet yet");
    assert_eq!(clock.now() - start, Duration::ZERO);
    // It answers with success, and wants to hear nothing for half a minute: the next call waits, of a clone too.
    kinto::Hello::new().send(&client.clone()).await.expect("after the quiet");
    assert!((29..32).contains(&(clock.now() - start).as_secs()), "{:?}", clock.now() - start);
    // Who cannot wait so long is told at once, and how long it would be; nothing is sent.
    let hurried = kinto::Client::builder(open()).base_url(server.url()).clock(clock.clone()).overall_timeout(Duration::from_secs(10));
    let hurried = hurried.build().expect("a client");
    kinto::Hello::new().send(&hurried).await.expect("a client of its own knows of nothing yet");
    let before = clock.now();
    let error = kinto::Hello::new().send(&hurried).await.expect_err("it cannot wait");
    assert_eq!((error.kind(), clock.now()), (ErrorKind::RateLimited, before));
    assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(25)), "{error:?}");
}
