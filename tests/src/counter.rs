//! A server that counts along: how many calls were under way at once, and when each came. What a client may do is each test's own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde_json::{Value, json};

/// What it counted.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    now: Arc<AtomicU32>,
    most: Arc<AtomicU32>,
    came: Arc<Mutex<Vec<Instant>>>,
    takes: Duration,
}

impl Counter {
    /// Starts one that takes so long for a call, and gives its address.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn listen(takes: Duration) -> (String, Counter) {
        let counter = Counter { takes, ..Counter::default() };
        let router = Router::new().route("/{what}", post(taken)).with_state(counter.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (url, counter)
    }

    /// How many calls came.
    pub fn calls(&self) -> usize {
        self.came().len()
    }

    /// The calls that are under way.
    pub fn at_once(&self) -> u32 {
        self.now.load(Ordering::SeqCst)
    }

    /// The most calls that ever were.
    pub fn most_at_once(&self) -> u32 {
        self.most.load(Ordering::SeqCst)
    }

    /// The most calls that came within a time of this length.
    pub fn most_within(&self, length: Duration) -> usize {
        let mut came = self.came().clone();
        came.sort();
        came.iter().map(|start| came.iter().filter(|one| *one >= start && **one < *start + length).count()).max().unwrap_or(0)
    }

    fn came(&self) -> MutexGuard<'_, Vec<Instant>> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn taken(State(counter): State<Counter>) -> axum::Json<Value> {
    counter.came().push(Instant::now());
    let now = counter.now.fetch_add(1, Ordering::SeqCst) + 1;
    counter.most.fetch_max(now, Ordering::SeqCst);
    tokio::time::sleep(counter.takes).await;
    counter.now.fetch_sub(1, Ordering::SeqCst);
    axum::Json(json!({ "ok": true }))
}
