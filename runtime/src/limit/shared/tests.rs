//! Places that are given back come free at once, whatever became of whoever had them or asked for them.

use std::time::{Duration, Instant};

use super::*;
use crate::{clock::BoxFuture, limit::MemoryLimitStore};

const TWO: &[Limit] = &[Limit::Concurrent(2)];
/// How long the slow store takes.
const SLOW: Duration = Duration::from_millis(60);
/// Long before a place runs out by itself.
const SOON: Duration = Duration::from_secs(3);

/// When a slow store does what it is asked: also when nobody waits for its answer any more.
#[derive(Clone, Copy, Debug)]
enum Writes {
    BeforeItAnswers,
    AsItAnswers,
}

/// A store that takes its time for writing.
#[derive(Clone, Debug)]
struct Slow(MemoryLimitStore, Writes);

impl LimitStore for Slow {
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Seen, StoreError>> {
        self.0.read(key)
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        seen: Option<u64>,
        record: Versioned,
        lasts: Duration,
    ) -> BoxFuture<'a, Result<Swapped, StoreError>> {
        let (store, writes, key) = (self.0.clone(), self.1, key.to_owned());
        let server = tokio::spawn(async move {
            let before = match writes {
                Writes::BeforeItAnswers => Some(store.swap(&key, seen, record.clone(), lasts).await),
                Writes::AsItAnswers => None,
            };
            tokio::time::sleep(SLOW).await;
            match before {
                Some(swapped) => swapped,
                None => store.swap(&key, seen, record, lasts).await,
            }
        });
        Box::pin(async { server.await.expect("no panic") })
    }
}

/// One process, over a store.
fn process(store: &(impl LimitStore + Clone + 'static)) -> Arc<Shared> {
    Arc::new(Shared::new(Arc::new(store.clone()), "k".to_owned(), TWO, StoreDown::Refuse))
}

async fn taken(process: &Arc<Shared>) -> Place {
    loop {
        match process.ask(Some(0), true).await.expect("the store answers") {
            Asked::Room(place, _) => return place.expect("a place"),
            Asked::Wait(wait) => tokio::time::sleep(wait).await,
            Asked::Alone => panic!("the store answers"),
        }
    }
}

/// Whether another process gets all places soon.
async fn all_are_free(store: &MemoryLimitStore) {
    let (other, start) = (process(store), Instant::now());
    let all = async { (taken(&other).await, taken(&other).await) };
    drop(tokio::time::timeout(SOON, all).await.expect("they are free soon"));
    assert!(start.elapsed() < SOON);
}

#[tokio::test]
async fn who_stops_asking_takes_no_place() {
    for writes in [Writes::BeforeItAnswers, Writes::AsItAnswers] {
        let store = MemoryLimitStore::new();
        let one = process(&Slow(store.clone(), writes));
        let left = tokio::time::timeout(SLOW / 3, one.ask(Some(0), true)).await;
        assert!(left.is_err(), "{writes:?}");
        all_are_free(&store).await;
        // Also where it has another place, and keeps it.
        let kept = taken(&one).await;
        assert!(tokio::time::timeout(SLOW / 3, one.ask(Some(0), true)).await.is_err(), "{writes:?}");
        let other = process(&store);
        let rest = tokio::time::timeout(SOON, taken(&other)).await.expect("the other place is free soon");
        assert!(matches!(other.ask(Some(0), true).await, Ok(Asked::Wait(_))), "{writes:?}: one is kept");
        drop((kept, rest));
        all_are_free(&store).await;
    }
}

#[tokio::test]
async fn places_that_come_back_while_it_is_told_are_told() {
    let store = MemoryLimitStore::new();
    let one = process(&Slow(store.clone(), Writes::BeforeItAnswers));
    let (first, second) = (taken(&one).await, taken(&one).await);
    drop(first);
    // The store is being told of the first, and of one that is left.
    tokio::time::sleep(SLOW / 3).await;
    drop(second);
    all_are_free(&store).await;
}

#[tokio::test]
async fn asking_in_vain_tells_nobody_anything() {
    let store = MemoryLimitStore::new();
    let (one, other) = (process(&store), process(&store));
    let held = (taken(&one).await, taken(&one).await);
    for _ in 0..3 {
        assert!(matches!(other.ask(Some(0), true).await, Ok(Asked::Wait(_))));
    }
    assert!(!other.keeper.load(Ordering::Acquire), "no task was started for it");
    drop(held);
    all_are_free(&store).await;
}
