//! Ten thousand calls, sixteen at a time, to a server on which a tenth of all requests goes wrong; beside them the same calls with reqwest in a loop
//! of the retry crate backon, as programs are written by hand. Printed is what the programs were told against what the server did:
//!
//! ```text
//! cargo run -p linchpin-tests --example faults
//! ```

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};
use linchpin_runtime::prelude::*;
use linchpin_tests::faults::{self, Account, Kind, Told};

linchpin_runtime::connector!("store");

const CALLS: usize = 10_000;
const AT_ONCE: usize = 16;
const SEED: u64 = 20_261_127;
const PATIENCE: Duration = Duration::from_millis(150);

#[tokio::main]
async fn main() {
    let start = Instant::now();
    let ours = linchpin().await;
    println!("linchpin         {ours} ({:.1} s)", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let peer = by_hand().await;
    println!("reqwest, backon  {peer} ({:.1} s)", start.elapsed().as_secs_f64());
    assert!(ours.lost.is_empty() && ours.doubled.is_empty() && ours.untyped == 0, "lost {:?}, doubled {:?}", ours.lost, ours.doubled);
}

async fn linchpin() -> Account {
    let server = faults::server(SEED).await;
    let client = store::Client::builder(store::Machine::new("id", "secret")).base_url(server.url()).try_timeout(PATIENCE);
    let client = client.build().expect("a client");
    let told = all(move |number| {
        let client = client.clone();
        async move {
            let id = number.to_string();
            let result = match Kind::of(number) {
                Kind::Read => store::ReadItem::new(id).send(&client).await,
                Kind::Put => store::PutItem::new(id, 1).send(&client).await,
                Kind::Keyed => store::AddItem::new(id, 1).send(&client).await,
                Kind::Bare => store::AddItemUnsafely::new(id, 1).send(&client).await,
            };
            Told::from(result.map(drop))
        }
    });
    faults::account(&told.await, &server.received())
}

/// As is usual: whatever fails is tried again, three times, with a wait that doubles; the key stays the same.
async fn by_hand() -> Account {
    let server = faults::server(SEED).await;
    rustls::crypto::ring::default_provider().install_default().expect("there is none yet");
    let http = reqwest::Client::builder().timeout(PATIENCE).build().expect("a client");
    let url = server.url();
    let told = all(move |number| {
        let (http, url) = (http.clone(), url.clone());
        async move {
            let once = || async {
                let request = match Kind::of(number) {
                    Kind::Read => http.get(format!("{url}/items/{number}")),
                    Kind::Put => http.put(format!("{url}/items/{number}")),
                    Kind::Keyed => http.post(format!("{url}/keyed/{number}")).header("idempotency-key", number.to_string()),
                    Kind::Bare => http.post(format!("{url}/bare/{number}")),
                };
                let request = request.header("content-type", "application/json").body(r#"{"count":1}"#);
                request.send().await?.error_for_status()?.bytes().await.map(drop)
            };
            let waits = ExponentialBuilder::default().with_min_delay(Duration::from_millis(200)).with_max_times(3).with_jitter();
            once.retry(waits).await.map_or_else(|error| Told::Failed(Some(kind(&error))), |()| Told::Done)
        }
    });
    faults::account(&told.await, &server.received())
}

/// What the error would be called here.
fn kind(error: &reqwest::Error) -> ErrorKind {
    match error.status().map(|status| status.as_u16()) {
        Some(401) => ErrorKind::Authentication,
        Some(429) => ErrorKind::RateLimited,
        Some(_) => ErrorKind::Server,
        None if error.is_timeout() => ErrorKind::Timeout,
        None => ErrorKind::Transport,
    }
}

/// Makes all calls, some at once, and gives what was told in the order of their numbers.
async fn all<F: Future<Output = Told> + Send + 'static>(call: impl Fn(usize) -> F + Send + Sync + 'static) -> Vec<Told> {
    let (call, next) = (Arc::new(call), Arc::new(AtomicUsize::new(0)));
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (call, next) = (call.clone(), next.clone());
            tokio::spawn(async move {
                let mut told = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= CALLS {
                        return told;
                    }
                    told.push((number, call(number).await));
                }
            })
        })
        .collect();
    let mut told = Vec::with_capacity(CALLS);
    for worker in workers {
        told.extend(worker.await.expect("no call panics"));
    }
    told.sort_by_key(|(number, _)| *number);
    told.into_iter().map(|(_, told)| told).collect()
}
