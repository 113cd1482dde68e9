//! Items that come one after the other over one connection after another.

#[macro_use]
mod support;

use std::{sync::Arc, time::Duration};

use linchpin_runtime::{
    __codegen_v1 as lp, Client,
    prelude::*,
    testing::{Reply, SimulatedClock, StandIn},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

enum Api {}

impl lp::Api for Api {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable { connector: "feeds", servers: &["https://feeds.example"], ..lp::ApiTable::EMPTY };
}

lp::structure! {
    /// What changes.
    struct Changes "changes" {}
}

lp::structure! {
    /// A change.
    struct Change "Change" {
        id: String = "id!";
    }
}

operation!(
    Changes of Api -> Vec<Change>,
    name: "changes",
    method: "GET",
    path: "/changes",
    answers: &[lp::Answer {
        decoding: lp::Decoding::Items(&lp::ItemStream { framing: lp::Framing::Events, named: false, end: None, resume: true }),
        shape: <Change as lp::Shaped>::LINK,
        ..lp::Answer::EMPTY
    }],
    retry: lp::RetryClass::Safe,
);

impl lp::Streaming for Changes {
    type Event = Change;
}

/// Many servers, and what stands before them, end every connection after a minute or less. What a client may repeat is for what failed.
#[tokio::test]
async fn connections_that_end_when_they_gave_something_use_up_no_retries() {
    let server = StandIn::start().await.expect("it listens");
    server.on("GET", "/changes", Reply::status(200).header("content-type", "text/event-stream").body("data: {\"id\":\"1\"}\n\n"));
    let client = Client::<Api>::open().base_url(server.url()).clock(Arc::new(SimulatedClock::default())).build().expect("a client");
    let mut changes = Changes {}.events(&client);
    for number in 0..200 {
        assert!(changes.try_next().await.unwrap_or_else(|error| panic!("change {number}: {error}")).is_some());
    }
    assert_eq!(server.received().len(), 200);
}

/// Nothing happens for an hour, and what stands before the server ends each connection after half a minute.
#[tokio::test]
async fn connections_on_which_nothing_happens_for_long_use_up_no_retries() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let clock = Arc::new(SimulatedClock::default());
    let time = clock.clone();
    let server = tokio::spawn(async move {
        for number in 0..=120 {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let mut request = [0; 1024];
            assert_ne!(connection.read(&mut request).await.expect("a request"), 0);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n: here\n\n";
            connection.write_all(head.as_bytes()).await.expect("it is sent");
            // The client has seen that it is open by the time that it ends.
            tokio::time::sleep(Duration::from_millis(20)).await;
            time.advance(Duration::from_secs(30));
            if number == 120 {
                connection.write_all(b"data: {\"id\":\"1\"}\n\n").await.expect("it is sent");
            }
        }
    });
    let client = Client::<Api>::open().base_url(format!("http://{address}")).clock(clock).build().expect("a client");
    let mut changes = Changes {}.events(&client);
    assert_eq!(changes.try_next().await.expect("it goes on").expect("a change").id, "1");
    server.await.expect("all were asked for");
}
