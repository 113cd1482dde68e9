//! The universal `graphql` module: typed variables and data, errors in all their forms, pages, and a server that means no good.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use linchpin_runtime::{
    AnyClient, ClientBuilder, Error, ErrorKind, Notice, Observer,
    graphql_module::{Connection, GraphqlError, GraphqlRequest},
    http_module::{Login, client, client_of},
    testing::{Reply, Route, SimulatedClock, StandIn},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

const SECRET: &str = "k-s3cr3t";
const LIST: &str = "query List($first: Int!, $after: String) {
  team { issues(first: $first, after: $after) { nodes { id title } pageInfo { hasNextPage endCursor } } }
}";
const CLOSE: &str = "mutation Close($id: ID!) { close(id: $id) { ok } }";

#[derive(Debug, Deserialize, PartialEq)]
struct Issue {
    id: String,
    title: Option<String>,
}

#[derive(Serialize)]
struct First {
    first: u32,
}

async fn server() -> StandIn {
    StandIn::start().await.expect("it listens")
}

fn builder(server: &StandIn) -> ClientBuilder<()> {
    client_of(&server.url(), &Login::bearer(SECRET)).expect("a login").clock(Arc::new(SimulatedClock::default()))
}

fn any(server: &StandIn) -> AnyClient {
    builder(server).build_any().expect("a client")
}

fn list() -> GraphqlRequest {
    GraphqlRequest::new("/graphql", LIST).variables(&First { first: 2 })
}

fn answers(server: &StandIn, replies: impl IntoIterator<Item = Reply>) {
    server.route(replies.into_iter().fold(Route::new("POST", "/graphql"), Route::reply));
}

fn page(ids: &[&str], more: bool, end: &Json) -> Json {
    let nodes: Vec<Json> = ids.iter().map(|id| json!({"id": id, "title": null})).collect();
    json!({"data": {"team": {"issues": {"pageInfo": {"hasNextPage": more, "endCursor": end}, "nodes": nodes}}}})
}

async fn refused(status: u16, body: Json) -> (Error, usize) {
    let server = server().await;
    answers(&server, [Reply::json(status, &body)]);
    let error = list().send::<Json>(&any(&server)).await.expect_err("refused");
    (error, server.received().len())
}

#[tokio::test]
async fn a_call_carries_document_name_and_variables() {
    let server = server().await;
    answers(&server, [Reply::json(200, &json!({"data": {"a": 7}, "extensions": {"cost": 3}}))]);
    let two = "query A($x: [In!]) { a(x: $x) } query B { b }";
    let call = GraphqlRequest::new("/graphql", two).operation("A").variable("x", [json!({"y": 1.5})]).header("X-Feature", "on");
    let answer = call.send::<std::collections::BTreeMap<String, u8>>(&any(&server)).await.expect("an answer");
    assert_eq!((answer.data.as_ref().expect("data")["a"], answer.errors.len()), (7, 0));
    assert_eq!((answer.extensions["cost"].as_u64(), answer.status().as_u16()), (Some(3), 200));
    let request = &server.received()[0];
    assert_eq!(request.json().expect("JSON"), json!({"query": two, "operationName": "A", "variables": {"x": [{"y": 1.5}]}}));
    assert_eq!(request.header("accept"), Some("application/graphql-response+json, application/json;q=0.9"));
    assert_eq!((request.header("content-type"), request.header("x-feature")), (Some("application/json"), Some("on")));
    assert_eq!(request.header("authorization"), Some("Bearer k-s3cr3t"));
}

#[tokio::test]
async fn what_is_wrong_with_the_call_is_told_before_it_is_sent() {
    let server = server().await;
    for call in [
        GraphqlRequest::new("/graphql", "query {"),
        GraphqlRequest::new("/graphql", "subscription { a }"),
        list().variable("frist", 3),
        list().operation("Lost"),
        list().variables(&7),
        GraphqlRequest::new("ftp://acme.example/", LIST),
        list().header("Host", "evil.example"),
    ] {
        let error = call.send::<Json>(&any(&server)).await.expect_err("wrong");
        assert!(matches!(error.kind(), ErrorKind::Input | ErrorKind::UnsafeAddress), "{error}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn data_in_part_is_kept_and_told() {
    #[derive(Debug, Default)]
    struct Told(Mutex<Vec<String>>);
    impl Observer for Told {
        fn noticed(&self, notice: &Notice) {
            if let Notice::Partial { operation, errors, code, path } = notice {
                self.0.lock().expect("unpoisoned").push(format!("{operation} {errors} {code:?} {path:?}"));
            }
        }
    }
    let server = server().await;
    let errors = json!([
        {"message": "No", "path": ["team", "secret"], "locations": [{"line": 1, "column": 2}], "extensions": {"code": "FORBIDDEN"}},
        {"message": "Odd"}
    ]);
    answers(&server, [Reply::json(200, &json!({"errors": errors, "data": {"team": {"name": "A", "secret": null}}}))]);
    let told = Arc::new(Told::default());
    let client = builder(&server).observer(told.clone()).build_any().expect("a client");
    let answer = list().send::<Json>(&client).await.expect("in part");
    assert_eq!(answer.data.as_ref().expect("data")["team"]["name"], "A");
    assert_eq!((answer.errors[0].code(), answer.errors[0].path()), (Some("FORBIDDEN"), Some("team.secret")));
    assert_eq!((answer.errors[0].locations(), answer.errors[1].message()), ([(1, 2)].as_slice(), "Odd"));
    assert_eq!(*told.0.lock().expect("unpoisoned"), [r#"graphql 2 Some("FORBIDDEN") Some("team.secret")"#]);
    let whole = answer.whole().expect_err("a part is missing");
    assert_eq!((whole.kind(), whole.path(), whole.message()), (ErrorKind::Permission, Some("team.secret"), Some("No")));

    // What does not fit a type because the server could not give it is the server's error.
    let error = list().send::<std::collections::BTreeMap<String, Vec<u8>>>(&client).await.expect_err("it does not fit");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Permission, Some("FORBIDDEN")));
    assert_eq!(GraphqlError::all_of(&error).len(), 2);
}

#[tokio::test]
async fn refusals_are_of_our_kinds_whatever_the_status() {
    let coded = |code: &str| json!({"errors": [{"message": "No", "extensions": {"code": code}}], "data": null});
    for (status, body, kind, code) in [
        (200, coded("UNAUTHENTICATED"), ErrorKind::Authentication, Some("UNAUTHENTICATED")),
        (200, coded("FORBIDDEN"), ErrorKind::Permission, Some("FORBIDDEN")),
        (
            200,
            json!({"errors": [{"type": "NOT_FOUND", "path": ["team"], "message": "No"}], "data": null}),
            ErrorKind::NotFound,
            Some("NOT_FOUND"),
        ),
        (200, json!({"errors": [{"message": "No"}]}), ErrorKind::Invalid, None),
        (200, coded("PINEAPPLE"), ErrorKind::Invalid, Some("PINEAPPLE")),
        (400, coded("GRAPHQL_VALIDATION_FAILED"), ErrorKind::Invalid, Some("GRAPHQL_VALIDATION_FAILED")),
        (400, coded("AUTHENTICATION_ERROR"), ErrorKind::Authentication, Some("AUTHENTICATION_ERROR")),
        (401, json!({"message": "No"}), ErrorKind::Authentication, None),
        (401, json!({"errors": "No"}), ErrorKind::Authentication, None),
        (422, json!({"errors": {"message": "No"}}), ErrorKind::Invalid, None),
    ] {
        let (error, calls) = refused(status, body.clone()).await;
        assert_eq!((error.kind(), error.code(), error.message()), (kind, code, Some("No")), "{status} {body}: {error}");
        assert_eq!((error.status().map(|status| status.as_u16()), calls), (Some(status), 1), "{body}");
    }
}

#[tokio::test]
async fn a_query_is_tried_again_as_the_code_says() {
    let throttled = json!({
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": 202, "throttleStatus": {"currentlyAvailable": 2.0, "restoreRate": 100.0}}}
    });
    let server = server().await;
    answers(&server, [Reply::json(200, &throttled), Reply::json(200, &json!({"data": 1}))]);
    let clock = Arc::new(SimulatedClock::default());
    let client = builder(&server).clock(clock.clone()).build_any().expect("a client");
    assert_eq!(list().whole::<u8>(&client).await.expect("the second time"), 1);
    assert_eq!(clock.slept().iter().sum::<Duration>(), Duration::from_secs(2));

    // Headers say it first, and longer than a client waits is told.
    let server = self::server().await;
    let limited = json!({"errors": [{"message": "Slow down", "type": "RATE_LIMITED"}]});
    let reset = Reply::json(200, &limited).header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", "1700003600");
    answers(&server, [reset]);
    let error = list().send::<Json>(&any(&server)).await.expect_err("too many calls");
    assert_eq!((error.kind(), error.retry_after(), error.is_retryable()), (ErrorKind::RateLimited, Some(Duration::from_secs(3600)), true));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_mutation_is_never_tried_again_unless_the_program_says_so() {
    for reply in [
        Reply::json(503, &json!({})),
        Reply::json(200, &json!({"errors": [{"message": "", "extensions": {"code": "THROTTLED"}}]})),
        Reply::reset(),
    ] {
        let close = || GraphqlRequest::new("/graphql", CLOSE).variable("id", "i1");
        let server = server().await;
        answers(&server, [reply.clone()]);
        assert!(close().send::<Json>(&any(&server)).await.is_err());
        assert_eq!(server.received().len(), 1, "{reply:?}");
        assert!(close().repeatable().send::<Json>(&any(&server)).await.is_err());
        assert!(server.received().len() > 2, "{reply:?}");
    }
}

#[tokio::test]
async fn a_document_with_a_mutation_in_it_is_judged_by_what_is_called() {
    let server = server().await;
    answers(&server, [Reply::status(503), Reply::json(200, &json!({"data": {}}))]);
    let both = GraphqlRequest::new("/graphql", "query Q { a } # mutation\nmutation M { b(c: \"query\") }");
    both.clone().operation("Q").send::<Json>(&any(&server)).await.expect("tried again");
    assert_eq!(server.received().len(), 2);
    let server = self::server().await;
    answers(&server, [Reply::status(503)]);
    both.operation("M").send::<Json>(&any(&server)).await.expect_err("not tried again");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_connection_is_read_page_by_page_and_taken_up_again() {
    let server = server().await;
    let third = json!({"data": {"team": {"issues": {"edges": [{"node": {"id": "5", "title": "E"}, "cursor": "x"}], "pageInfo": {"hasNextPage": false, "endCursor": null}}}}});
    answers(
        &server,
        [
            Reply::json(200, &page(&["1", "2"], true, &json!("c1"))),
            Reply::json(200, &page(&[], true, &json!("c2"))),
            Reply::json(200, &third),
        ],
    );
    let mut pages = list().pages::<Issue>(&any(&server), "team.issues");
    let mut sizes = Vec::new();
    let mut checkpoint = None;
    while let Some(page) = pages.try_next().await.expect("a page") {
        sizes.push(page.len());
        checkpoint = checkpoint.or(pages.checkpoint());
    }
    assert_eq!((sizes, pages.checkpoint()), (vec![2, 0, 1], None));
    let cursors: Vec<Json> = server.received().iter().map(|request| request.json().expect("JSON")["variables"]["after"].clone()).collect();
    assert_eq!(cursors, [json!(null), json!("c1"), json!("c2")]);

    let stored = serde_json::to_string(&checkpoint.expect("there was more")).expect("it is written");
    let server = self::server().await;
    answers(&server, [Reply::json(200, &page(&["3"], false, &json!(null)))]);
    let checkpoint: linchpin_runtime::Checkpoint = serde_json::from_str(&stored).expect("it is read");
    let mut items = list().items::<Issue>(&any(&server), "team.issues").from(checkpoint.clone());
    assert_eq!(items.try_next().await.expect("an item").expect("one").id, "3");
    assert!(items.try_next().await.expect("the end").is_none());
    assert_eq!(server.received()[0].json().expect("JSON")["variables"], json!({"first": 2, "after": "c1"}));
    let other = list().pages::<Issue>(&any(&server), "viewer.issues").from(checkpoint).try_next().await.expect_err("another search");
    assert_eq!(other.kind(), ErrorKind::Input);
}

#[tokio::test]
async fn the_next_page_is_asked_for_while_the_first_is_used() {
    let server = server().await;
    answers(&server, [Reply::json(200, &page(&["1"], true, &json!("c1"))), Reply::json(200, &page(&["2"], false, &json!(null)))]);
    let mut pages = list().pages::<Issue>(&any(&server), "team.issues");
    assert_eq!(pages.try_next().await.expect("a page").map(|page| page.len()), Some(1));
    let asked = async {
        while server.received().len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asked).await.expect("without being asked for");
}

#[tokio::test]
async fn pages_that_do_not_end_are_ended() {
    // A server that goes on for ever: the same cursor, a circle, and always new ones.
    for (replies, kind, given) in [
        (vec![page(&["1"], true, &json!("a")), page(&["2"], true, &json!("a"))], ErrorKind::Paging, 2),
        (["a", "b", "c", "a"].map(|cursor| page(&["1"], true, &json!(cursor))).to_vec(), ErrorKind::Paging, 4),
        ((0..9).map(|n| page(&["1"], true, &json!(n))).collect(), ErrorKind::Limit, 5),
        ((0..9).map(|n| page(&["1", "2", "3"], true, &json!(n))).collect(), ErrorKind::Limit, 10),
    ] {
        let server = server().await;
        answers(&server, replies.iter().map(|page| Reply::json(200, page)));
        let client = builder(&server).pages(5).records(10).build_any().expect("a client");
        let mut items = list().items::<Issue>(&client, "team.issues");
        let mut count = 0;
        let error = loop {
            match items.try_next().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => panic!("it does not end by itself"),
                Err(error) => break error,
            }
        };
        assert_eq!((error.kind(), count), (kind, given), "{error}");
        assert!(items.try_next().await.expect("nothing after an error").is_none());
    }
}

#[tokio::test]
async fn what_of_a_page_could_not_be_given_is_null() {
    let connections = [
        json!({"nodes": [null, {"id": "2"}], "pageInfo": {"hasNextPage": false}}),
        json!({"edges": [{"node": null}, {"node": {"id": "2"}}], "pageInfo": {"hasNextPage": false}}),
        json!({"edges": [null, {"node": {"id": "2"}}], "pageInfo": {"hasNextPage": false}}),
    ];
    for issues in connections {
        let server = server().await;
        let errors = json!([{"message": "x", "type": "FORBIDDEN", "path": ["team", "issues", "edges", 0]}]);
        answers(&server, [Reply::json(200, &json!({"data": {"team": {"issues": issues}}, "errors": errors}))]);
        let mut pages = list().pages::<Option<Issue>>(&any(&server), "team.issues");
        let page = pages.try_next().await.unwrap_or_else(|error| panic!("{issues}: {error}")).expect("a page");
        let ids: Vec<Option<&str>> = page.iter().map(|issue| issue.as_ref().map(|issue| issue.id.as_str())).collect();
        assert_eq!((ids, pages.errors().len()), (vec![None, Some("2")], 1), "{issues}");
    }
}

#[tokio::test]
async fn a_page_that_is_refused_is_tried_again_as_the_code_says() {
    // A server whose fields may be null gives null for the one that it refuses, and not for all of the data.
    for refused in [json!({"team": null}), json!({"team": {"issues": null}}), json!(null)] {
        let server = server().await;
        let limited =
            json!({"data": refused, "errors": [{"message": "Slow down", "extensions": {"code": "RATE_LIMITED", "retryAfter": 3}}]});
        let replies = [page(&["1"], true, &json!("c1")), limited, page(&["2"], false, &json!(null))];
        answers(&server, replies.iter().map(|reply| Reply::json(200, reply)));
        let clock = Arc::new(SimulatedClock::default());
        let client = builder(&server).clock(clock.clone()).build_any().expect("a client");
        let mut items = list().items::<Issue>(&client, "team.issues");
        let mut ids = Vec::new();
        while let Some(issue) = items.try_next().await.unwrap_or_else(|error| panic!("{refused}: {error}")) {
            ids.push(issue.id);
        }
        assert_eq!((ids, server.received().len()), (vec!["1".to_owned(), "2".to_owned()], 3), "{refused}");
        assert_eq!(clock.slept().iter().sum::<Duration>(), Duration::from_secs(3), "{refused}");
    }
}

#[tokio::test]
async fn a_page_that_is_none_says_what_is_missing() {
    let info = |info: Json| json!({"data": {"team": {"issues": {"nodes": [], "pageInfo": info}}}});
    let in_part = |issues: Json| json!({"data": {"team": {"issues": issues}}, "errors": [{"message": "x", "type": "FORBIDDEN"}]});
    for (body, kind, said) in [
        (json!({"data": {"team": {"issues": {"nodes": []}}}}), ErrorKind::Decode, "has no `pageInfo` with `hasNextPage`"),
        (info(json!({"endCursor": "a"})), ErrorKind::Decode, "has no `pageInfo` with `hasNextPage`"),
        (info(json!({"hasNextPage": true, "endCursor": null})), ErrorKind::Decode, "no `endCursor`"),
        (info(json!({"hasNextPage": true, "endCursor": {"a": 1}})), ErrorKind::Decode, "neither text nor a number"),
        (json!({"data": {"team": {"issues": {"pageInfo": {"hasNextPage": false}}}}}), ErrorKind::Decode, "neither `nodes` nor"),
        (
            json!({"data": {"team": {"issues": {"edges": [{"cursor": "a"}], "pageInfo": {"hasNextPage": false}}}}}),
            ErrorKind::Decode,
            "neither `nodes` nor",
        ),
        (json!({"data": {"team": null}}), ErrorKind::Decode, "is not there"),
        (json!({"data": {"team": []}}), ErrorKind::Decode, "not what the program reads"),
        (
            json!({"data": {"team": {"issues": {"nodes": [null], "pageInfo": {"hasNextPage": false}}}}}),
            ErrorKind::Decode,
            "not what the program reads",
        ),
        (json!({"data": {"team": null}, "errors": [{"message": "x", "type": "FORBIDDEN"}]}), ErrorKind::Permission, "(FORBIDDEN: x)"),
        (json!({"errors": [{"message": "x", "type": "NOT_FOUND"}]}), ErrorKind::NotFound, "(NOT_FOUND: x)"),
        // What the server could not give is not what the document did not ask for.
        (in_part(json!({"nodes": null, "pageInfo": {"hasNextPage": false}})), ErrorKind::Permission, "(FORBIDDEN: x)"),
        (in_part(json!({"nodes": [], "pageInfo": null})), ErrorKind::Permission, "(FORBIDDEN: x)"),
        (in_part(json!({"nodes": [], "pageInfo": {"hasNextPage": true, "endCursor": null}})), ErrorKind::Permission, "(FORBIDDEN: x)"),
        (in_part(json!({"edges": [null], "pageInfo": {"hasNextPage": false}})), ErrorKind::Permission, "(FORBIDDEN: x)"),
    ] {
        let server = server().await;
        answers(&server, [Reply::json(200, &body)]);
        let mut pages = list().pages::<Issue>(&any(&server), "team.issues");
        let error = loop {
            match pages.try_next().await {
                Ok(Some(page)) => assert!(page.is_empty(), "{body}"),
                Ok(None) => panic!("no error: {body}"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert!(error.to_string().contains(said), "{body}: {error}");
    }
    let server = server().await;
    let undeclared = list().items::<Issue>(&any(&server), Connection::at("team.issues").variable("cursor"));
    let error = { undeclared }.try_next().await.expect_err("the document has no such variable");
    assert!(error.to_string().contains("declares no variable `$cursor`"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_missing_item_is_skipped_by_who_may_go_without() {
    let server = server().await;
    let nodes = json!([{"id": "1", "title": null}, null]);
    let body =
        json!({"data": {"team": {"issues": {"nodes": nodes, "pageInfo": {"hasNextPage": false}}}}, "errors": [{"message": "hidden"}]});
    answers(&server, [Reply::json(200, &body)]);
    let mut pages = list().pages::<Option<Issue>>(&any(&server), "team.issues");
    let page = pages.try_next().await.expect("a page").expect("one");
    assert_eq!((page.len(), page[1].is_none(), pages.errors()[0].message()), (2, true, "hidden"));
}

#[tokio::test]
async fn a_hostile_answer_is_bounded() {
    let many: Vec<Json> = (0..20_000).map(|n| json!({"message": "m".repeat(400), "path": vec![n; 50]})).collect();
    let (error, _) = refused(200, json!({"errors": many})).await;
    assert!(format!("{error} {error:?}").len() < 3_000, "{error}");
    assert_eq!((error.kind(), GraphqlError::all_of(&error).len()), (ErrorKind::Invalid, 0), "so large a body is not kept");

    let server = server().await;
    answers(&server, [Reply::json(200, &json!({"data": {}, "errors": many}))]);
    let answer = list().send::<Json>(&any(&server)).await.expect("in part");
    assert_eq!((answer.errors.len(), answer.error_count), (100, 20_000));
    assert!(format!("{answer:?}").len() < 4_000);
    let small = builder(&server).answer_bytes(1 << 20, 100_000).build_any().expect("a client");
    assert_eq!(list().send::<Json>(&small).await.expect_err("too large").kind(), ErrorKind::Limit);

    for (body, kind) in [
        (Reply::json(200, &json!({"data": {"team": "x"}})), ErrorKind::Decode),
        (Reply::json(200, &json!([])), ErrorKind::Decode),
        (Reply::json(200, &json!({})), ErrorKind::Decode),
        (Reply::status(200).header("content-type", "text/html").body("<html>"), ErrorKind::Decode),
        (
            Reply::status(200).header("content-type", "application/json").body(format!("{{\"data\":{}}}", "[".repeat(9_000))),
            ErrorKind::Decode,
        ),
        (Reply::status(200).header("content-type", "application/json").body("{\"data\":1,\"data\":2}"), ErrorKind::Decode),
    ] {
        let server = self::server().await;
        answers(&server, [body.clone()]);
        let error = list().send::<std::collections::BTreeMap<String, u8>>(&any(&server)).await.expect_err("no answer");
        assert_eq!(error.kind(), kind, "{body:?}: {error}");
    }
}

#[tokio::test]
async fn neither_redirect_nor_address_takes_the_credential_elsewhere() {
    let (home, thief) = (server().await, server().await);
    thief.on("POST", "/steal", Reply::json(200, &json!({"data": 1})));
    thief.on("GET", "/steal", Reply::json(200, &json!({"data": 1})));
    for status in [301, 302, 303, 307, 308] {
        let home = server().await;
        answers(&home, [Reply::status(status).header("location", &format!("{}/steal", thief.url()))]);
        list().send::<Json>(&any(&home)).await.expect_err("another origin");
        assert!(thief.received().is_empty(), "{status}");
    }
    answers(&home, [Reply::status(307).header("location", "/here")]);
    home.on("POST", "/here", Reply::json(200, &json!({"data": 5})));
    assert_eq!(list().whole::<u8>(&any(&home)).await.expect("the same origin"), 5);

    let away = GraphqlRequest::new(format!("{}/steal", thief.url()), "{ a }");
    away.send::<Json>(&any(&home)).await.expect("it is public there");
    away.send::<Json>(&client().and_then(|builder| builder.build_any()).expect("a client")).await.expect("without any server");
    assert!(thief.received().iter().all(|request| request.header("authorization").is_none()));
}
