//! Limits of a client without a store: they hold for all its clones together, on a server that counts along. Those of several processes are
//! `real_shared`'s.

use std::time::Duration;

use linchpin_runtime::prelude::*;
use linchpin_tests::counter::Counter;

linchpin_runtime::connector!("metered");

fn client(url: &str, patience: Duration) -> metered::Client {
    let key = metered::Key::new("metered.example".parse::<linchpin_runtime::Host>().expect("a host"), "k");
    metered::Client::builder(key).base_url(url).overall_timeout(patience).no_retry().build().expect("a client")
}

/// Has as many clones call at once, and gives how many were let through; the others are told when there is room.
async fn let_through<C>(clones: usize, client: &metered::Client, call: impl Fn(metered::Client) -> C) -> usize
where
    C: Future<Output = Result<metered::Taken, linchpin_runtime::Error>> + Send + 'static,
{
    let calls: Vec<_> = (0..clones).map(|_| tokio::spawn(call(client.clone()))).collect();
    let mut made = 0;
    for call in calls {
        match call.await.expect("no panic") {
            Ok(_) => made += 1,
            Err(error) => assert!(error.kind() == ErrorKind::RateLimited && error.retry_after().is_some(), "{error:?}"),
        }
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn clones_call_no_more_at_once_than_one_client_may() {
    let (url, counter) = Counter::listen(Duration::from_millis(20)).await;
    let client = client(&url, Duration::from_secs(120));
    let made = let_through(30, &client, |client| async move { metered::Slow::new().send(&client).await }).await;
    assert_eq!((made, counter.calls(), counter.most_at_once()), (30, 30, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn clones_share_a_window_of_calls_and_one_of_points() {
    let (url, counter) = Counter::listen(Duration::ZERO).await;
    let client = client(&url, Duration::from_secs(20));
    let made = let_through(40, &client, |client| async move { metered::Fixed::new().send(&client).await }).await;
    assert_eq!((made, counter.calls()), (25, 25));
    let made = let_through(40, &client, |client| async move { metered::Dear::new().send(&client).await }).await;
    assert_eq!((made, counter.calls()), (100 / 7, 25 + 100 / 7));
}
