//! The universal `graphql` module against Linear as emulate plays it, with the reference implementation of GraphQL behind it.

use linchpin_runtime::AnyClient;
use linchpin_runtime::ErrorKind;
use linchpin_runtime::graphql_module::{GraphqlError, GraphqlRequest};
use linchpin_runtime::http_module::{Login, client_of};
use linchpin_tests::servers::{self, Server};
use serde_json::{Value as Json, json};

fn client(server: &Server) -> AnyClient {
    let login = Login::bearer("lin_linchpin");
    client_of(&server.service("linear"), &login).and_then(|builder| builder.build_any()).expect("a client")
}

fn linear(document: &'static str) -> GraphqlRequest {
    GraphqlRequest::new("/graphql", document)
}

#[tokio::test]
async fn issues_are_read_page_by_page_as_nodes_and_as_edges() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let nodes = "query Issues($first: Int, $after: String, $filter: IssueFilter) {
      issues(first: $first, after: $after, filter: $filter) { nodes { title team { key } } pageInfo { hasNextPage endCursor } } }";
    let edges = "query Issues($first: Int, $cursor: String, $filter: IssueFilter) {
      issues(first: $first, after: $cursor, filter: $filter) { edges { cursor node { title team { key } } } pageInfo { endCursor hasNextPage } } }";
    // Seeded issues have titles without a space; those of the other test have one.
    let filter = json!({"title": {"in": ["One", "Two", "Three", "Four", "Five"]}});
    let by_nodes = linear(nodes).variable("first", 2).variable("filter", &filter).pages::<Json>(&client, "issues");
    let at = linchpin_runtime::graphql_module::Connection::at("issues").variable("cursor");
    let by_edges = linear(edges).variable("first", 2).variable("filter", &filter).pages::<Json>(&client, at);
    for mut pages in [by_nodes, by_edges] {
        let (mut sizes, mut titles) = (Vec::new(), Vec::new());
        while let Some(page) = pages.try_next().await.expect("a page") {
            sizes.push(page.len());
            titles.extend(page.iter().map(|issue| issue["title"].as_str().expect("a title").to_owned()));
            assert_eq!(page[0]["team"]["key"], "ENG");
        }
        titles.sort();
        assert_eq!((sizes, titles.join(" ")), (vec![2, 2, 1], "Five Four One Three Two".to_owned()));
    }
}

#[tokio::test]
async fn a_mutation_changes_what_a_query_reads() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let team: Json = linear("{ teams { nodes { id key } } }").whole(&client).await.expect("teams");
    let create = "mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id title } } }";
    let input = json!({"input": {"teamId": team["teams"]["nodes"][0]["id"], "title": "Made by a test"}});
    let made: Json = linear(create).variables(&input).whole(&client).await.expect("made");
    let id = made["issueCreate"]["issue"]["id"].as_str().expect("an id").to_owned();
    let two = "query Issue($id: String!) { issue(id: $id) { title } } query Viewer { viewer { email } }";
    let read: Json = linear(two).operation("Issue").variable("id", &id).whole(&client).await.expect("read");
    assert_eq!(read, json!({"issue": {"title": "Made by a test"}}));
    let viewer: Json = linear(two).operation("Viewer").whole(&client).await.expect("read");
    assert_eq!(viewer["viewer"]["email"], "ann@example.com");
}

#[tokio::test]
async fn what_the_server_refuses_is_told_with_its_place() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let error = linear("{ issues { nodes { titel } } }").send::<Json>(&client).await.expect_err("no such field");
    assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Invalid, Some(400)));
    assert!(error.message().is_some_and(|message| message.contains("Cannot query field \"titel\"")), "{error}");
    assert_eq!(GraphqlError::all_of(&error)[0].locations(), [(1, 20)]);

    let needs = linear("query Q($id: String!) { issue(id: $id) { id } }");
    let error = needs.send::<Json>(&client).await.expect_err("a variable is missing");
    assert!(error.message().is_some_and(|message| message.contains("$id")), "{error}");
    let nothing: Json = needs.variable("id", "no-such").whole(&client).await.expect("there is none");
    assert_eq!(nothing, json!({"issue": null}));

    let update = "mutation U($id: String!) { a: issueUpdate(id: $id, input: {title: \"x\"}) { success } }";
    let error = linear(update).variable("id", "no-such").send::<Json>(&client).await.expect_err("there is none");
    assert_eq!((error.kind(), error.path()), (ErrorKind::Invalid, Some("a")), "{error}");
}

/// The same API by a spec: documents were held against inputs and types when this was compiled.
mod by_spec {
    use futures_core::Stream;
    use linchpin_runtime::ErrorKind;
    use linchpin_runtime::graphql_module::GraphqlRequest;
    use linchpin_runtime::prelude::*;
    use linchpin_tests::servers::{self, Server};
    use serde_json::json;

    linchpin_runtime::connector!("linear");

    fn client(server: &Server) -> linear::Client {
        linear::Client::builder(linear::Token::new("lin_linchpin")).base_url(server.service("linear")).build().expect("a client")
    }

    #[tokio::test]
    async fn pages_actions_and_errors_are_typed() {
        let Some(server) = servers::emulate() else { return };
        let client = client(&server);
        let team = linear::ListTeams::new().send(&client).await.expect("teams").swap_remove(0);
        assert_eq!((team.key.as_str(), team.name.as_str()), ("ENG", "Engineering"));

        let seeded = ["One", "Two", "Three", "Four", "Five"].map(str::to_owned).to_vec();
        let filter = linear::IssueFilter::new().title(linear::Comparison::new().in_(seeded));
        let mut pages = linear::ListIssues::new().first(2).filter(filter).pages(&client);
        let mut sizes = Vec::new();
        let mut first = None;
        while let Some(page) = pages.try_next().await.expect("a page") {
            sizes.push(page.len());
            first = first.or(page.into_iter().next());
        }
        assert_eq!((sizes, pages.size_hint().0), (vec![2, 2, 1], 0));
        let first = first.expect("an issue");
        assert_eq!(first.team.key, "ENG");
        let read = linear::GetIssue::new(first.id.clone()).send(&client).await.expect("read");
        assert_eq!((read.id, read.title), (first.id, first.title));

        // A call that the spec does not have, over its connection and with its types.
        let open = "query Open($first: Int, $after: String) {
          issues(first: $first, after: $after) { nodes { id title team { key } } pageInfo { hasNextPage endCursor } } }";
        let mut open = GraphqlRequest::new("/graphql", open).variable("first", 3).items::<linear::Issue>(&client, "issues");
        assert_eq!(open.try_next().await.expect("a page").expect("an issue").team.key, "ENG");

        let made =
            client.call("create_issue", json!({"input": {"team_id": team.id.to_string(), "title": "Made by name"}})).await.expect("made");
        assert_eq!((&made["success"], &made["issue"]["title"]), (&json!(true), &json!("Made by name")));
        let nowhere = json!({"input": {"team_id": "no-such", "title": "x"}});
        let error = client.call("create_issue", nowhere).await.expect_err("there is no such team");
        assert_eq!((error.kind(), error.path(), error.operation()), (ErrorKind::Invalid, Some("made"), Some("create_issue")), "{error}");
    }
    /// All calls go to one address, and each is answered as its own examples say.
    #[tokio::test]
    async fn a_stand_in_tells_calls_apart_by_their_documents() {
        let stand_in = linchpin_runtime::testing::StandIn::from_examples::<linear::Api>().await.expect("it listens");
        let client = linear::Client::builder(linear::Token::new("any")).base_url(stand_in.url()).build().expect("a client");
        let teams = linear::ListTeams::new().send(&client).await.expect("teams");
        assert_eq!(teams[0].key, "ENG");
        let filter = || linear::IssueFilter::new().title(linear::Comparison::new().contains("i"));
        let mut issues = linear::ListIssues::new().first(2).filter(filter()).items(&client);
        assert_eq!(issues.try_next().await.expect("an issue").map(|issue| issue.title).as_deref(), Some("Sign in"));
        assert_eq!(issues.try_next().await.expect("an issue").map(|issue| issue.title).as_deref(), Some("Sign out"));
        let made = linear::CreateIssue::new(linear::CreateIssueInput::new("t1", "Sign in")).send(&client).await.expect("made");
        assert_eq!((made.success, made.issue.map(|issue| issue.title).as_deref()), (true, Some("Sign in")));
        let error = linear::GetIssue::new("7").send(&client).await.expect_err("it may not be seen");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Permission, Some("FORBIDDEN")));
        let sent = &stand_in.received()[1];
        assert_eq!(sent.header("accept"), Some("application/graphql-response+json, application/json;q=0.9"));
        assert_eq!(sent.json().expect("JSON")["variables"], json!({"first": 2, "filter": {"title": {"contains": "i"}}}));
    }
}
