//! Answers that come one item after the other, end to end: generated Rust against servers that answer in pieces, break off, and never end. The spec
//! is `specs/feeds.pin`, and the examples that it holds run here.

use linchpin_runtime::connector;

connector!("feeds");

mod streams {
    use std::sync::Arc;
    use std::time::Duration;

    use linchpin_runtime::testing::{Reply, SimulatedClock, StandIn};
    use linchpin_runtime::{ErrorKind, prelude::*};
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::feeds::{Change, Client, Complete, ExportOrders, FollowOrders, FollowStock, Key, Move, Piece, ReadLog};

    fn events(body: &str) -> Reply {
        Reply::status(200).header("content-type", "text/event-stream").body(body.to_owned())
    }

    async fn answering(method: &str, path: &str, replies: impl IntoIterator<Item = Reply>) -> StandIn {
        let server = StandIn::start().await.expect("it listens");
        replies.into_iter().for_each(|reply| server.on(method, path, reply));
        server
    }

    fn client(url: String) -> Client {
        Client::builder(Key::new("s3cr3t")).base_url(url).clock(Arc::new(SimulatedClock::default())).build().expect("a client")
    }

    /// Sends these pieces to whoever connects, and then nothing more, with the connection open.
    async fn hanging(pieces: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    let _ = stream.read(&mut request).await;
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").await;
                    for piece in pieces {
                        let _ = stream.write_all(piece.as_bytes()).await;
                        let _ = stream.flush().await;
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    std::future::pending::<()>().await;
                });
            }
        });
        url
    }

    #[tokio::test]
    async fn pieces_are_given_as_they_come() {
        let url = hanging(&["data: {\"type\":\"text_delta\",", "\"text\":\"Hi\"}\n\nda", "ta: {\"type\":\"message_stop\"}\n", "\n"]).await;
        let mut pieces = Complete::new("Hello").events(&client(url));
        let Some(Piece::Text(text)) = pieces.try_next().await.expect("the first") else { panic!("it is text") };
        assert_eq!(text.text, "Hi");
        // The connection is open, and nothing says yet that there is no more.
        assert!(matches!(pieces.try_next().await.expect("the second"), Some(Piece::Stop(_))));
    }

    #[tokio::test]
    async fn the_sentinel_ends_and_its_lack_is_an_error() {
        let whole = "data: {\"type\":\"message_stop\"}\n\ndata: [DONE]\n\ndata: nonsense\n\n";
        let server = answering("POST", "/complete", [events(whole)]).await;
        let mut pieces = Complete::new("Hello").events(&client(server.url()));
        assert!(pieces.try_next().await.expect("an item").is_some());
        assert!(pieces.try_next().await.expect("the end").is_none());
        assert!(pieces.try_next().await.expect("and no more").is_none());
        assert_eq!(server.received()[0].header("accept"), Some("text/event-stream"));
        assert_eq!(Complete::new("Hello").send(&client(server.url())).await.expect("all of them").len(), 1);

        let cut = answering("POST", "/complete", [events("data: {\"type\":\"message_stop\"}\n\n")]).await;
        let mut pieces = Complete::new("Hello").events(&client(cut.url()));
        assert!(pieces.try_next().await.expect("an item").is_some());
        assert_eq!(pieces.try_next().await.expect_err("half an answer").kind(), ErrorKind::Transport);
        assert!(pieces.try_next().await.expect("nothing after it").is_none());
        assert_eq!(cut.received().len(), 1, "a POST is not asked again");
        assert_eq!(Complete::new("Hello").send(&client(cut.url())).await.expect_err("half").kind(), ErrorKind::Transport);
    }

    #[tokio::test]
    async fn an_error_may_come_in_the_middle_or_instead() {
        let failing =
            "data: {\"type\":\"text_delta\",\"text\":\"Hi\"}\n\ndata: {\"error\":{\"kind\":\"overloaded\",\"message\":\"later\"}}\n\n";
        let server = answering("POST", "/complete", [events(failing)]).await;
        let mut pieces = Complete::new("Hello").events(&client(server.url()));
        assert!(pieces.try_next().await.expect("an item").is_some());
        let error = pieces.try_next().await.expect_err("the API says so");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, Some("overloaded")));
        assert!(pieces.try_next().await.expect("nothing after it").is_none());

        let instead = Reply::json(200, &json!({ "error": { "kind": "quota" } }));
        let page = Reply::status(200).header("content-type", "text/html").body("<html>");
        let refused = Reply::json(401, &json!({ "error": { "kind": "who" } }));
        for (reply, kind) in [(instead, ErrorKind::Invalid), (page, ErrorKind::Decode), (refused, ErrorKind::Authentication)] {
            let server = answering("POST", "/complete", [reply]).await;
            let error = Complete::new("Hello").events(&client(server.url())).try_next().await.expect_err("no events");
            assert_eq!(error.kind(), kind, "{error}");
        }
    }

    #[tokio::test]
    async fn an_item_that_cannot_be_read_names_its_line_and_others_follow() {
        let body = "{\"result\":{\"id\":\"1\",\"total\":\"1\"}}\n{\"result\":{\"id\":\"2\"}}\nnonsense\n{\"result\":{\"id\":\"4\",\"total\":\"4\"}}";
        let reply = Reply::status(200).header("content-type", "application/x-ndjson").body(body);
        let server = answering("GET", "/orders/export", [reply]).await;
        let mut orders = ExportOrders::new().events(&client(server.url()));
        assert_eq!(orders.try_next().await.expect("the first").expect("the first").id, "1".into());
        let missing = orders.try_next().await.expect_err("no total");
        assert!(missing.to_string().contains("on line 2") && missing.to_string().contains("total"), "{missing}");
        let nonsense = orders.try_next().await.expect_err("no JSON");
        assert!(nonsense.to_string().contains("on line 3"), "{nonsense}");
        assert_eq!(orders.try_next().await.expect("the last").expect("the last").id, "4".into());
        assert!(orders.try_next().await.expect("the end").is_none());
        let error = ExportOrders::new().send(&client(server.url())).await.expect_err("all or nothing");
        assert!(error.to_string().contains("on line 2"), "{error}");
    }

    #[tokio::test]
    async fn lines_of_text_are_text() {
        let reply = Reply::status(200).header("content-type", "text/plain").body("one\r\n\n\"two\"\n");
        let server = answering("GET", "/log", [reply]).await;
        assert_eq!(ReadLog::new().send(&client(server.url())).await.expect("all of them"), ["one", "\"two\""]);
    }

    #[tokio::test]
    async fn names_tell_variants_apart_and_it_goes_on_behind_the_last_event() {
        let first = "event: order.created\nid: 7\ndata: {\"id\":\"1\",\"total\":\"2\"}\n\nevent: ping\ndata: {}\n\nid: 8\nevent: order.cancelled\ndata: {\"id\":\"1\"}\n\nid: 9\nevent: order.created\ndata: {\"id\"";
        let second = "retry: 700\nid: 9\nevent: order.created\ndata: {\"id\":\"2\",\"total\":\"3\"}\n\n";
        let third = "event: order.cancelled\ndata: {\"id\":\"2\"}\n\n";
        let server = answering("GET", "/orders/changes", [events(first), events(second), events(third), Reply::status(204)]).await;
        let clock = Arc::new(SimulatedClock::default());
        let client = Client::builder(Key::new("s3cr3t")).base_url(server.url()).clock(clock.clone()).build().expect("a client");
        let mut changes = FollowOrders::new().shop("s1").events(&client).after("6");
        let mut told = Vec::new();
        while let Some(change) = changes.try_next().await.expect("a change") {
            let what = match change {
                Change::Ordered(order) => format!("ordered {}", order.id),
                Change::Cancelled(order) => format!("cancelled {}", order.id),
                // The union is open, so it keeps what it does not know.
                _ => "another".to_owned(),
            };
            told.push((what, changes.last_id().map(str::to_owned)));
        }
        let told: Vec<(&str, Option<&str>)> = told.iter().map(|(what, id)| (what.as_str(), id.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("ordered 1", Some("7")),
                ("another", Some("7")),
                ("cancelled 1", Some("8")),
                ("ordered 2", Some("9")),
                ("cancelled 2", Some("9"))
            ]
        );
        let asked: Vec<_> = server.received().iter().map(|one| one.header("last-event-id").map(str::to_owned)).collect();
        let asked: Vec<Option<&str>> = asked.iter().map(Option::as_deref).collect();
        // What had not ended is asked for again: its id counts once the event is whole.
        assert_eq!(asked, [Some("6"), Some("8"), Some("9"), Some("9")]);
        assert!(server.received().iter().all(|one| one.header("authorization").is_some() && one.target.ends_with("?shop=s1")));
        assert!(clock.slept().iter().any(|wait| *wait >= Duration::from_millis(700)), "{:?}", clock.slept());
    }

    #[tokio::test]
    async fn a_closed_union_passes_over_what_it_does_not_know() {
        let body = "event: ping\ndata: now\n\nevent: left\ndata: {\"id\":\"1\"}\n\ndata: {}\n\nevent: came\ndata: [1]\n\n";
        let server = answering("GET", "/stock", [events(body)]).await;
        let mut moves = FollowStock::new().events(&client(server.url()));
        assert!(matches!(moves.try_next().await.expect("a move"), Some(Move::Left(_))));
        let error = moves.try_next().await.expect_err("no object has a name");
        assert!(error.to_string().contains("on line 9"), "{error}");
        assert!(moves.try_next().await.expect("the end").is_none());
    }

    /// A program that waits for events a little at a time, as in a `select!`, does not come back sooner than one that waits for good.
    #[tokio::test]
    async fn a_rest_that_is_left_is_kept_all_the_same() {
        let change = "retry: 400\nevent: order.cancelled\ndata: {\"id\":\"1\"}\n\n";
        let server = answering("GET", "/orders/changes", [events(change)]).await;
        let client = Client::builder(Key::new("s3cr3t")).base_url(server.url()).build().expect("a client");
        let mut changes = FollowOrders::new().events(&client);
        changes.try_next().await.expect("a change").expect("a change");
        let ended = std::time::Instant::now();
        for _ in 0..3 {
            tokio::time::timeout(Duration::from_millis(50), changes.try_next()).await.expect_err("it rests");
        }
        assert_eq!(server.received().len(), 1);
        changes.try_next().await.expect("a change").expect("a change");
        assert!(ended.elapsed() >= Duration::from_millis(400) && server.received().len() == 2);
    }

    #[tokio::test]
    async fn connections_that_give_nothing_are_bounded() {
        let server = answering("GET", "/orders/changes", [events(": nothing here\n\n")]).await;
        let error = FollowOrders::new().events(&client(server.url())).try_next().await.expect_err("again and again");
        assert_eq!((error.kind(), server.received().len()), (ErrorKind::Transport, 4));
        let mut once = FollowOrders::new().events(&client(server.url())).resume(false);
        assert!(once.try_next().await.expect("the end").is_none());
        assert_eq!(server.received().len(), 5);
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_or_too_much_is_left() {
        let silent = hanging(&[": nothing yet\n"]).await;
        let builder = |url: String| Client::builder(Key::new("s3cr3t")).base_url(url);
        let waiting = builder(silent).idle_timeout(Duration::from_millis(60)).no_retry().build().expect("a client");
        let error = FollowOrders::new().events(&waiting).try_next().await.expect_err("silence");
        assert_eq!(error.kind(), ErrorKind::Timeout);

        let endless = "data: 0123456789012345678901234567890123456789\n".repeat(10);
        let server = answering("GET", "/orders/changes", [events(&endless)]).await;
        let short = builder(server.url()).event_bytes(200).build().expect("a client");
        let error = FollowOrders::new().events(&short).try_next().await.expect_err("one event without an end");
        assert_eq!((error.kind(), server.received().len()), (ErrorKind::Limit, 1), "{error}");

        let many = "event: order.cancelled\ndata: {\"id\":\"1\"}\n\n".repeat(10);
        let server = answering("GET", "/orders/changes", [events(&many)]).await;
        let few = builder(server.url()).records(3).build().expect("a client");
        let mut changes = FollowOrders::new().events(&few);
        for _ in 0..3 {
            assert!(changes.try_next().await.expect("a change").is_some());
        }
        assert_eq!(changes.try_next().await.expect_err("too many").kind(), ErrorKind::Limit);

        let forged = "id: a\u{1}b\nevent: order.cancelled\ndata: {\"id\":\"1\"}\n\n";
        let server = answering("GET", "/orders/changes", [events(forged)]).await;
        let mut changes = FollowOrders::new().events(&client(server.url()));
        assert!(changes.try_next().await.expect("a change").is_some());
        assert_eq!(changes.try_next().await.expect_err("no header can say it").kind(), ErrorKind::Decode);
        assert!(changes.try_next().await.expect("nothing after it").is_none());
    }

    #[tokio::test]
    async fn by_name_they_come_by_the_specs_names() {
        let server = StandIn::from_examples::<super::feeds::Api>().await.expect("it listens");
        let client = client(server.url());
        let mut pieces = client.any().events("complete", json!({ "prompt": "Hello" })).expect("a module of that kind");
        assert_eq!(pieces.try_next().await.expect("a piece"), Some(json!({ "type": "text_delta", "text": "Hi" })));
        let all = client.call("complete", json!({ "prompt": "Hello" })).await.expect("all of them");
        assert_eq!(all.as_array().map(Vec::len), Some(2));
        assert_eq!(client.call("export_orders", json!({})).await.expect("all of them")[1]["id"], "2");
        let catalog = client.catalog();
        let module = catalog.module("complete").expect("a module");
        assert_eq!((&module.describe()["streams"], &module.output_schema()["type"]), (&json!("events"), &json!("array")));
    }
}
