//! A person authorises a connection of a program that runs as several processes: one begins, another finishes. Each client here stands for a process;
//! what they share is a store.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use linchpin_connectors::microsoft_graph as graph;
use linchpin_runtime::auth::{Authorizer, MemoryStore, SealingKeys, TokenStore};
use linchpin_runtime::store::{PostgresStore, RedisStore};
use linchpin_runtime::testing::{Reply, SimulatedClock, StandIn};
use linchpin_runtime::webhook::{DeliveryLog, MemoryDeliveryLog};
use linchpin_runtime::{Error, ErrorKind, Url, prelude::*};
use linchpin_tests::{renewal, servers};
use serde_json::json;

const CALLBACK: &str = "https://program.example/callback";
const TOKEN_PATH: &str = "/common/oauth2/v2.0/token";

/// What processes share.
struct Common {
    key: Secret,
    tokens: Arc<dyn TokenStore>,
    log: Arc<dyn DeliveryLog>,
}

impl Common {
    fn in_memory() -> Common {
        let key = SealingKeys::generate().expect("a key");
        Common { key, tokens: Arc::new(MemoryStore::new()), log: Arc::new(MemoryDeliveryLog::new(100)) }
    }

    fn keys(&self) -> SealingKeys {
        SealingKeys::new(&self.key).expect("a key")
    }

    /// A process with a client of its own, for one person.
    fn process(&self, server: &StandIn, person: &str) -> Process {
        let clock = Arc::new(SimulatedClock::default());
        let builder = graph::v1::Client::builder(graph::OAuth::new("id", "secret")).base_url(server.url()).clock(clock.clone());
        let client = builder.token_store(self.tokens.clone(), person).build().expect("a client");
        let authorizer = client.authorizer(Url::parse(CALLBACK).expect("a URL")).expect("a person authorises it");
        Process { client, authorizer: authorizer.between_processes(self.keys(), self.log.clone()), clock }
    }
}

struct Process {
    client: graph::v1::Client,
    authorizer: Authorizer,
    clock: Arc<SimulatedClock>,
}

impl Process {
    /// What the session keeps, and the address that the browser comes back with.
    fn begin(&self) -> (String, String) {
        let request = self.authorizer.begin().expect("a request");
        let callback = format!("{CALLBACK}?code=c1&state={}", request.state());
        (self.authorizer.seal(&request).expect("it is sealed"), callback)
    }

    async fn finish(&self, kept: &str, callback: &str) -> Result<(), Error> {
        self.authorizer.finish(self.authorizer.open(kept)?, callback).await.map(drop)
    }
}

fn code(result: Result<(), Error>) -> String {
    let error = result.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    error.code().expect("a code").to_owned()
}

/// How often the token endpoint was asked.
fn asked(server: &StandIn) -> usize {
    server.received().iter().filter(|one| one.path() == TOKEN_PATH).count()
}

async fn one_begins_and_another_finishes(common: Common) {
    let server = renewal::graph(renewal::renewed()).await;
    let (first, second) = (common.process(&server, "ann"), common.process(&server, "ann"));
    let request = first.authorizer.begin().expect("a request");
    let kept = first.authorizer.seal(&request).expect("it is sealed");
    let (url, callback) = (request.url().clone(), format!("{CALLBACK}?code=c1&state={}", request.state()));
    assert!(kept.len() < 1000 && !kept.contains(request.state()), "{kept}");
    drop((request, first.authorizer));

    second.finish(&kept, &callback).await.expect("finished elsewhere");
    let sent = server.received().into_iter().find(|one| one.path() == TOKEN_PATH).expect("the code was redeemed");
    let sent: HashMap<String, String> = url_pairs(&sent.body);
    let challenge = url.query_pairs().find(|(name, _)| name == "code_challenge").map(|(_, value)| value.into_owned());
    assert_eq!((sent["code"].as_str(), sent["redirect_uri"].as_str()), ("c1", CALLBACK));
    assert_eq!(Some(s256(&sent["code_verifier"])), challenge, "the verifier is the one that was begun with");
    // Both use what was obtained.
    for client in [&first.client, &second.client] {
        graph::v1::users::Read::new("ann").send(client).await.expect("an answer");
    }
    assert!(server.received().iter().filter(|one| one.method == "GET").all(|one| one.header("authorization") == Some("Bearer a2")));

    // It serves once, wherever it is tried again.
    for _ in 0..2 {
        let third = common.process(&server, "ann");
        assert_eq!(code(third.finish(&kept, &callback).await), "repeated_request");
    }
    assert_eq!(asked(&server), 1);
    // Of several at the same time, one.
    let (kept, callback) = second.begin();
    let tries = (0..6).map(|_| {
        let (process, kept, callback) = (common.process(&server, "ann"), kept.clone(), callback.clone());
        tokio::spawn(async move { process.finish(&kept, &callback).await.is_ok() })
    });
    let mut finished = 0;
    for one in tries.collect::<Vec<_>>() {
        finished += usize::from(one.await.expect("no panic"));
    }
    assert_eq!((finished, asked(&server)), (1, 2));
}

fn url_pairs(form: &[u8]) -> HashMap<String, String> {
    let text = format!("http://x.example/?{}", String::from_utf8_lossy(form));
    Url::parse(&text).expect("a form").query_pairs().into_owned().collect()
}

/// RFC 7636, 4.2, by another library than the runtime's.
fn s256(verifier: &str) -> String {
    use base64::Engine as _;
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(digest)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_finishes() {
    one_begins_and_another_finishes(Common::in_memory()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_finishes_over_postgres() {
    let Some(server) = servers::postgres() else { return };
    let store = PostgresStore::open(format!("postgres://postgres@127.0.0.1:{}/postgres", server.port())).expect("an address");
    store.create_tables().await.expect("tables");
    let common = Common::in_memory();
    let tokens = Arc::new(store.tokens(common.keys()));
    one_begins_and_another_finishes(Common { tokens, log: Arc::new(store), ..common }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_finishes_over_redis() {
    let Some(server) = servers::redis() else { return };
    let store = RedisStore::open(format!("redis://127.0.0.1:{}/0", server.port())).expect("an address");
    let common = Common::in_memory();
    let tokens = Arc::new(store.tokens(common.keys()));
    one_begins_and_another_finishes(Common { tokens, log: Arc::new(store), ..common }).await;
}

#[tokio::test]
async fn what_is_no_answer_uses_nothing_up() {
    let (common, server) = (Common::in_memory(), renewal::graph(Reply::status(503)).await);
    server.on("POST", TOKEN_PATH, renewal::renewed());
    let process = common.process(&server, "ann");
    let (kept, callback) = process.begin();
    assert_eq!(code(process.finish(&kept, &format!("{CALLBACK}?code=evil&state=other")).await), "state_mismatch");
    assert_eq!(code(process.finish(&kept, &callback.replace("program", "evil")).await), "redirect_mismatch");
    assert_eq!(asked(&server), 0);
    // What fails in passing may be tried again, by the browser's reload.
    let error = process.finish(&kept, &callback).await.expect_err("the server is ill");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Server, true));
    process.finish(&kept, &callback).await.expect("it is well again");
    assert_eq!(code(process.finish(&kept, &callback).await), "repeated_request");
}

#[tokio::test]
async fn it_is_of_one_person_and_ends() {
    let (common, server) = (Common::in_memory(), renewal::graph(renewal::renewed()).await);
    let (ann, bob) = (common.process(&server, "ann"), common.process(&server, "bob"));
    let (kept, callback) = ann.begin();
    let error = bob.finish(&kept, &callback).await.expect_err("another person's");
    assert!(!error.to_string().contains(&kept) && error.to_string().contains("belongs to another connection"), "{error}");
    assert_eq!(error.code(), Some("unknown_request"));
    for forged in [String::new(), "!".repeat(80), kept[1..].to_owned(), format!("{kept}AAAA")] {
        assert_eq!(code(ann.finish(&forged, &callback).await), "unknown_request", "{forged}");
    }
    let elsewhere = Common { key: SealingKeys::generate().expect("a key"), ..Common::in_memory() };
    assert_eq!(code(elsewhere.process(&server, "ann").finish(&kept, &callback).await), "unknown_request");

    let late = common.process(&server, "ann");
    late.clock.advance(Duration::from_secs(3601));
    assert_eq!(code(late.finish(&kept, &callback).await), "expired_request");
    let hasty = Process { authorizer: ann.authorizer.clone().lifetime(Duration::from_secs(60)), ..common.process(&server, "ann") };
    ann.clock.advance(Duration::from_secs(61));
    assert_eq!(code(hasty.finish(&kept, &callback).await), "expired_request");
    assert_eq!(asked(&server), 0);
    // In good time it is finished, and that stays so until nobody could try it again.
    let in_time = common.process(&server, "ann");
    in_time.clock.advance(Duration::from_secs(3600));
    in_time.finish(&kept, &callback).await.expect("in time");
    assert_eq!(code(in_time.finish(&kept, &callback).await), "repeated_request");
}

#[tokio::test]
async fn an_authorizer_of_one_process_says_so() {
    let server = renewal::graph(Reply::json(200, &json!({}))).await;
    let client = graph::v1::Client::builder(graph::OAuth::new("id", "secret")).base_url(server.url()).build().expect("a client");
    let alone = client.authorizer(Url::parse(CALLBACK).expect("a URL")).expect("a person authorises it");
    let error = alone.seal(&alone.begin().expect("a request")).expect_err("no keys");
    assert!(error.kind() == ErrorKind::Configuration && error.to_string().contains("between_processes"), "{error}");
}
