//! Modules with steps, end to end: generated Rust against a stand-in. The spec is `golden/steps.pin`, and the tests that it holds run here.

use linchpin_runtime::connector;

connector!("steps");

mod calls {
    //! What the Rust does.

    use std::time::Duration;

    use linchpin_runtime::testing::{Reply, StandIn};
    use linchpin_runtime::{Body, ErrorKind, prelude::*};
    use serde_json::json;

    use super::steps::{Token, v1, v2};

    async fn server() -> StandIn {
        let server = StandIn::start().await.expect("a stand-in");
        let ticket = json!({ "ticket": { "id": "f9", "uploadURL": format!("{}/up/f9", server.url()) } });
        server.on("POST", "/v2/tickets", Reply::json(200, &ticket));
        server.on("PUT", "/up/f9", Reply::status(201));
        server.on("POST", "/v2/close", Reply::json(200, &json!({ "files": [{ "id": "f9", "name": "a.txt", "size": 5 }] })));
        server
    }

    fn connection() -> Token {
        Token::new("steps.example".parse::<Host>().expect("a host"), "s3cr3t")
    }

    fn client(server: &StandIn) -> v2::Client {
        v2::Client::builder(connection()).base_url(server.url()).build().expect("a client")
    }

    fn targets(server: &StandIn) -> Vec<String> {
        server.received().iter().map(|one| format!("{} {}", one.method, one.target)).collect()
    }

    #[tokio::test]
    async fn each_step_is_given_what_earlier_ones_gave() {
        let server = server().await;
        let content = Body::from("hello").content_type("text/plain");
        let files = v2::Upload::new(content, "a.txt").erase_channel().send(&client(&server)).await.expect("uploaded");
        assert_eq!((files.len(), files[0].id.to_string(), files[0].size), (1, "f9".to_owned(), 5));
        assert_eq!(targets(&server), ["POST /v2/tickets", "PUT /up/f9", "POST /v2/close"]);
        let received = server.received();
        assert_eq!(received[0].json(), Some(json!({ "filename": "a.txt", "length": 5, "sort": "TXT" })));
        // What is absent stays absent, what is erased is erased.
        assert_eq!(received[2].json(), Some(json!({ "files": [{ "id": "f9" }], "channel": null, "labels": { "type": "text/plain" } })));
    }

    #[tokio::test]
    async fn no_credential_goes_outside() {
        let server = server().await;
        v2::Upload::new(Body::from("hello"), "a.txt").send(&client(&server)).await.expect("uploaded");
        let received = server.received();
        let carries = |index: usize| received[index].header("authorization").is_some();
        assert_eq!([carries(0), carries(1), carries(2)], [true, false, true]);
        assert!(!format!("{:?}", received[1]).contains("s3cr3t"));
    }

    #[tokio::test]
    async fn each_step_is_tried_again_as_its_own_module_may_be() {
        let server = StandIn::start().await.expect("a stand-in");
        let ticket = json!({ "ticket": { "id": "f9", "uploadURL": format!("{}/up/f9", server.url()) } });
        server.on("POST", "/v2/tickets", Reply::status(503).header("retry-after", "0"));
        server.on("POST", "/v2/tickets", Reply::json(200, &ticket));
        server.on("PUT", "/up/f9", Reply::status(503).header("retry-after", "0"));
        server.on("PUT", "/up/f9", Reply::status(201));
        server.on("POST", "/v2/close", Reply::json(503, &json!({ "code": "later" })));
        let error = v2::Upload::new(Body::from("hello"), "a.txt").send(&client(&server)).await.expect_err("the last step fails");
        // The last is a bare POST: once and no more, and the steps before it are not made again.
        assert_eq!(targets(&server), ["POST /v2/tickets", "POST /v2/tickets", "PUT /up/f9", "PUT /up/f9", "POST /v2/close"]);
        assert_eq!((error.kind(), error.code(), error.operation()), (ErrorKind::Server, Some("later"), Some("upload")));
        let step = error.step().expect("a step");
        assert_eq!((step.number(), step.name(), step.module()), (3, Some("done"), "files.close"));
        assert_eq!(step.done().collect::<Vec<_>>(), ["files.open", "files.put"]);
        assert_eq!(
            error.to_string(),
            "upload: step 3 of 3, `done` (files.close): the server answered 503 Service Unavailable (later); \
             done before it, and not undone: files.open, files.put"
        );
    }

    #[tokio::test]
    async fn what_is_known_to_fail_is_said_before_anything_is_sent() {
        let server = server().await;
        let chunks = || futures::stream(["he", "llo"]);
        let error = v2::Upload::new(Body::stream(chunks()), "a.txt").send(&client(&server)).await.expect_err("no length");
        assert_eq!((error.kind(), error.step().is_none()), (ErrorKind::Input, true));
        assert!(error.to_string().contains("state it with `Body::length`"), "{error}");
        // The key may not close, so nothing is begun.
        let key = super::steps::Key::new("steps.example".parse::<Host>().expect("a host"), "k");
        let other = v2::Client::builder(key).base_url(server.url()).build().expect("a client");
        let error = v2::Upload::new(Body::from("hello"), "a.txt").send(&other).await.expect_err("not allowed");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(server.received().is_empty());

        v2::Upload::new(Body::stream(chunks()).length(5), "a.txt").send(&client(&server)).await.expect("uploaded");
        assert_eq!((&server.received()[1].body[..], server.received()[1].header("content-length")), (&b"hello"[..], Some("5")));
    }

    #[tokio::test]
    async fn one_deadline_is_for_all_steps() {
        let server = StandIn::start().await.expect("a stand-in");
        let ticket = json!({ "ticket": { "id": "f9", "uploadURL": format!("{}/up/f9", server.url()) } });
        server.on("POST", "/v2/tickets", Reply::json(200, &ticket).delay(Duration::from_millis(300)));
        server.on("PUT", "/up/f9", Reply::status(201).delay(Duration::from_millis(300)));
        let client = v2::Client::builder(connection()).base_url(server.url()).overall_timeout(Duration::from_millis(500)).no_retry();
        let client = client.build().expect("a client");
        let error = v2::Upload::new(Body::from("hello"), "a.txt").send(&client).await.expect_err("too slow together");
        assert_eq!((error.kind(), error.step().map(|step| step.number())), (ErrorKind::Timeout, Some(2)));
    }

    #[tokio::test]
    async fn what_one_step_downloads_the_next_uploads() {
        let server = server().await;
        let file = json!({ "file": { "id": "f1", "name": "a.png", "size": 5, "owner": { "name": "Ann" } } });
        server.on("GET", "/v2/files/f1", Reply::json(200, &file));
        server.on("GET", "/v2/files/f1/content", Reply::status(200).body("bytes"));
        let closed = v2::Duplicate::new("f1").send(&client(&server)).await.expect("copied");
        assert_eq!(closed.files.len(), 1);
        let received = server.received();
        assert_eq!(received[2].json(), Some(json!({ "filename": "a.png", "length": 5, "sort": "IMG" })));
        assert_eq!(&received[3].body[..], b"bytes");
        let more = json!({ "was": file["file"], "tags": ["f1", 1, true] });
        assert_eq!(received[4].json(), Some(json!({ "files": [{ "id": "f9", "Title": "copy" }], "channel": null, "more": more })));
    }

    #[tokio::test]
    async fn what_may_be_lacking_on_the_way_may_be_lacking_in_the_end() {
        let server = StandIn::start().await.expect("a stand-in");
        let file = |owner: serde_json::Value| Reply::json(200, &json!({ "file": { "id": "f1", "name": "a", "size": 5, "owner": owner } }));
        server.on("GET", "/v2/files/f1", file(json!({ "name": "Ann", "mail": "ann@steps.example" })));
        server.on("GET", "/v2/files/f1", file(json!(null)));
        let client = client(&server);
        let mail: Option<String> = v2::Mail::new("f1").send(&client).await.expect("an answer");
        assert_eq!(mail.as_deref(), Some("ann@steps.example"));
        assert_eq!(v2::Mail::new("f1").send(&client).await.expect("an answer"), None);
        assert_eq!(client.call("mail", json!({ "id": "f1" })).await.expect("an answer"), json!(null));
    }

    #[tokio::test]
    async fn an_older_version_makes_the_same_steps_under_its_own_names() {
        let server = server().await;
        let ticket = json!({ "ticket": { "id": "f9", "address": format!("{}/up/f9", server.url()) } });
        server.on("POST", "/v1/tickets", Reply::json(200, &ticket));
        server.on("POST", "/v1/close", Reply::json(200, &json!({ "files": [] })));
        let client = v1::Client::builder(connection()).base_url(server.url()).build().expect("a client");
        let files: Vec<v2::File> = v1::Upload::new(Body::from("hello"), "a.txt").send(&client).await.expect("uploaded");
        assert_eq!(files.len(), 0);
        assert_eq!(server.received()[0].json(), Some(json!({ "name": "a.txt", "length": 5, "sort": "TXT" })));
        // Its steps are the same in both versions, so it is one type.
        let _: v1::Mail = v2::Mail::new("f1");
    }

    #[tokio::test]
    async fn a_host_calls_it_by_name() {
        let server = StandIn::from_examples::<v2::Api>().await.expect("a stand-in");
        let client = client(&server);
        let input = json!({ "content": { "base64": "aGVsbG8=", "name": "a.txt" }, "filename": "b.txt" });
        let files = client.call("upload@2", input).await.expect("uploaded");
        assert_eq!(files, json!([{ "id": "f9", "name": "a.txt", "size": 5 }]));
        let module = client.catalog().module("upload").expect("a module");
        assert_eq!(module.output_schema()["type"], "array");
        assert!(module.input_schema().to_string().contains(r#""required":["content","filename"]"#));
        let error = client.any().pages("upload", json!({ "content": "x", "filename": "y" })).expect("made").try_next().await;
        assert_eq!(error.expect_err("no pages").kind(), ErrorKind::Configuration);
    }

    #[tokio::test]
    async fn a_file_that_is_still_needed_is_kept_in_no_checkpoint() {
        let server = server().await;
        let client = client(&server);
        let mut job = v2::Upload::new(Body::from("hello"), "a.txt").start(&client).expect("a job");
        let error = job.checkpoint().expect_err("the file is sent later");
        assert_eq!(error.kind(), ErrorKind::Checkpoint);
        assert!(error.to_string().contains("`content` is a file that a later step needs"), "{error}");
        let mut calls = 0;
        let files = loop {
            calls += 1;
            match job.advance(&client).await.expect("it goes on") {
                linchpin_runtime::Advanced::Pending(waiting) => assert!(waiting.after.is_zero()),
                linchpin_runtime::Advanced::Done(files) => break files,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((calls, files.len(), targets(&server).len()), (3, 1, 3));
        // Nothing is begun that the connection may not end.
        let key = super::steps::Key::new("steps.example".parse::<Host>().expect("a host"), "k");
        let other = v2::Client::builder(key).base_url(server.url()).build().expect("a client");
        let refused = v2::Upload::new(Body::from("hello"), "a.txt").start(&other).expect_err("not allowed");
        assert_eq!((refused.kind(), targets(&server).len()), (ErrorKind::Configuration, 3));
    }

    #[tokio::test]
    async fn slack_takes_a_file_in_three_exchanges() {
        use linchpin_connectors::slack;

        let server = StandIn::from_examples::<slack::Api>().await.expect("a stand-in");
        let client = slack::Client::builder(slack::Token::new("xoxb-s3cr3t")).base_url(server.url()).build().expect("a client");
        let upload = slack::files::Upload::new(Body::from("Good evening.\n"), "evening.txt").channel("C1");
        let files = upload.send(&client).await.expect("uploaded");
        assert_eq!(files[0].id.as_ref().map(ToString::to_string).as_deref(), Some("F1"));
        let outside = "POST /upload/v1/ABC";
        assert_eq!(targets(&server), ["POST /api/files.getUploadURLExternal", outside, "POST /api/files.completeUploadExternal"]);
        let received = server.received();
        assert_eq!(&received[0].body[..], b"filename=evening.txt&length=14");
        assert_eq!((&received[1].body[..], received[1].header("authorization")), (&b"Good evening.\n"[..], None));
        assert_eq!(received[2].json(), Some(json!({ "files": [{ "id": "F1" }], "channel_id": "C1" })));
    }

    mod futures {
        //! A stream over what is there already.

        use std::convert::Infallible;
        use std::pin::Pin;
        use std::task::{Context, Poll};

        pub(super) struct Chunks(std::array::IntoIter<&'static str, 2>);

        pub(super) fn stream(chunks: [&'static str; 2]) -> Chunks {
            Chunks(chunks.into_iter())
        }

        impl futures_core::Stream for Chunks {
            type Item = Result<&'static str, Infallible>;

            fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                Poll::Ready(self.0.next().map(Ok))
            }
        }
    }
}
