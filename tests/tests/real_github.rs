//! The GitHub connector, as a program uses it, against emulate's GitHub.
//!
//! What emulate lacks is not tested here: gists, `GET /issues`, an organization's repositories, `GET /repos/…/tarball` and
//! `GET /repos/…/pulls/1/merge` answer 404, a wrong token is taken for somebody's, and a validation error has no list of fields.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use linchpin_connectors::github::{self, v2022_11_28 as v2022, v2026_03_10 as v2026};
use linchpin_runtime::http_module::{self, HttpRequest};
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::SimulatedClock;
use linchpin_runtime::{Attempt, Body, Error, Observer};
use linchpin_tests::servers::{self, Server};
use serde_json::{Value as Json, json};

const OWNER: &str = "octocat";

fn client(server: &Server) -> v2026::Client {
    v2026::Client::builder(github::Token::new("gho_linchpin")).base_url(server.service("github")).build().expect("a client")
}

/// A repository of a test's own, with a README in its first commit.
async fn repository(client: &v2026::Client, name: &str) -> v2026::Repository {
    v2026::repos::CreateMine::new(name).description("Made by a test").auto_init(true).send(client).await.expect("a repository")
}

#[tokio::test]
async fn a_repository_is_made_read_changed_listed_and_deleted() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let made = repository(&client, "crud").await;
    assert_eq!((made.name.as_str(), made.full_name.as_str(), made.private), ("crud", "octocat/crud", false));
    assert_eq!(made.owner.type_, v2026::AccountType::User);
    assert_eq!(made.permissions.as_ref().and_then(|permissions| permissions.push), Some(true));

    let changed = v2026::repos::Update::new(OWNER, "crud").description("Changed").has_wiki(false).send(&client).await.expect("changed");
    assert_eq!((changed.id.clone(), changed.description.as_deref(), changed.has_wiki), (made.id.clone(), Some("Changed"), false));
    let read = v2026::repos::Get::new(OWNER, "crud").send(&client).await.expect("read");
    assert_eq!(read, changed);

    let mut mine = v2026::repos::ListMine::new().items(&client);
    let mut found = false;
    while let Some(one) = mine.try_next().await.expect("a page") {
        found |= one.id == made.id;
    }
    assert!(found, "the new repository is in the list");

    v2026::repos::Delete::new(OWNER, "crud").send(&client).await.expect("deleted");
    let error = v2026::repos::Get::new(OWNER, "crud").send(&client).await.expect_err("gone");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_issue_is_opened_labelled_discussed_and_closed() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    repository(&client, "issues").await;
    let label = v2026::issues::CreateLabel::new(OWNER, "issues", "urgent").color("ff0000").send(&client).await.expect("a label");
    assert_eq!((label.name.as_str(), label.color.as_str()), ("urgent", "ff0000"));
    let milestone = v2026::issues::CreateMilestone::new(OWNER, "issues", "First").send(&client).await.expect("a milestone");

    let issue = v2026::issues::Create::new(OWNER, "issues", "It breaks")
        .body("When I press **go**.")
        .milestone(milestone.number)
        .assignees(vec!["hubot".to_owned()])
        .send(&client)
        .await
        .expect("an issue");
    assert_eq!((issue.number, issue.title.as_str(), issue.state.clone()), (1, "It breaks", v2026::State::Open));
    assert_eq!(logins(&issue.assignees), ["hubot"]);
    assert_eq!(issue.milestone.expect("a milestone").title, "First");

    let labels = v2026::issues::AddLabels::new(OWNER, "issues", 1).labels(vec!["urgent".to_owned()]).send(&client).await.expect("labelled");
    assert_eq!(labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>(), ["urgent"]);
    let comment = v2026::issues::CreateComment::new(OWNER, "issues", 1, "Which one?").send(&client).await.expect("a comment");
    let comment = v2026::issues::UpdateComment::new(OWNER, "issues", comment.id, "Which button?").send(&client).await.expect("changed");
    assert_eq!(comment.body.as_deref(), Some("Which button?"));
    v2026::issues::Lock::new(OWNER, "issues", 1).send(&client).await.expect("locked");

    let closed = v2026::issues::Update::new(OWNER, "issues", 1)
        .state(v2026::State::Closed)
        .state_reason(v2026::StateReason::Completed)
        .erase_milestone()
        .send(&client)
        .await
        .expect("closed");
    assert_eq!((closed.state.clone(), closed.state_reason.clone()), (v2026::State::Closed, Some(v2026::StateReason::Completed)));
    assert!(closed.closed_at.is_some_and(|at| at >= closed.created_at));
    assert_eq!((closed.comments, closed.locked), (1, true));
    assert_eq!(closed.milestone, None, "null took it out");
    assert_eq!(closed.body.as_deref(), Some("When I press **go**."), "what was not named stays");

    v2026::issues::DeleteComment::new(OWNER, "issues", comment.id).send(&client).await.expect("deleted");
    let comments = v2026::issues::ListComments::new(OWNER, "issues", 1).items(&client).try_next().await.expect("a page");
    assert_eq!(comments, None);
}

#[tokio::test]
async fn files_are_written_read_and_deleted_with_a_check_of_what_was_there() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    repository(&client, "contents").await;
    let path = "docs/a b ü#1.bin";
    let bytes = [0, 159, 146, 150, b'\n'];
    let first = v2026::contents::WriteFile::new(OWNER, "contents", path, "Add it", bytes.to_vec()).send(&client).await.expect("written");
    let first = first.content.expect("a file").sha.expect("a sum");

    let file = v2026::contents::GetFile::new(OWNER, "contents", path).send(&client).await.expect("read");
    assert_eq!((file.path.as_str(), file.size, file.sha.as_str()), (path, 5, first.as_str()));
    assert_eq!((file.encoding.as_deref(), file.content.as_deref().map(str::trim)), (Some("base64"), Some("AJ+Slgo=")));

    let second = v2026::contents::WriteFile::new(OWNER, "contents", path, "Change it", b"two".to_vec()).sha(first.as_str());
    let second = second.send(&client).await.expect("changed").content.expect("a file").sha.expect("a sum");
    let stale =
        v2026::contents::DeleteFile::new(OWNER, "contents", path, "Drop it", first.as_str()).send(&client).await.expect_err("stale");
    assert_eq!((stale.kind(), stale.status().map(|status| status.as_u16())), (ErrorKind::Conflict, Some(409)));

    let entries = v2026::contents::ListDirectory::new(OWNER, "contents", "docs").send(&client).await.expect("a list");
    let entries: Vec<_> = entries.into_iter().map(|entry| (entry.name, entry.type_)).collect();
    assert_eq!(entries, [("a b ü#1.bin".to_owned(), v2026::contents::EntryType::File)]);
    let gone = v2026::contents::DeleteFile::new(OWNER, "contents", path, "Drop it", second.as_str()).send(&client).await.expect("deleted");
    assert_eq!(gone.content, None);
    assert_eq!(gone.commit.message.as_deref(), Some("Drop it"));

    let readme = v2026::contents::GetReadme::new(OWNER, "contents").send(&client).await.expect("a README");
    assert_eq!(readme.name, "README.md");
    let mut commits = v2026::repos::ListCommits::new(OWNER, "contents").items(&client);
    let mut messages = Vec::new();
    while let Some(commit) = commits.try_next().await.expect("a page") {
        messages.push(commit.commit.message);
    }
    messages.sort();
    assert_eq!(messages, ["Add it", "Change it", "Drop it", "Initial commit"]);
}

#[tokio::test]
async fn a_pull_request_is_opened_reviewed_and_merged() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    repository(&client, "pulls").await;
    // The connector has no module for making a branch, so the program says it in HTTP, over the same connection.
    let head =
        v2026::repos::ListBranches::new(OWNER, "pulls").items(&client).try_next().await.expect("a page").expect("a branch").commit.sha;
    let branch = json!({"ref": "refs/heads/feature", "sha": head});
    HttpRequest::post("/repos/octocat/pulls/git/refs").json(branch).send(&client).await.expect("a branch");
    let file = v2026::contents::WriteFile::new(OWNER, "pulls", "feature.txt", "Add it", b"new".to_vec()).branch("feature");
    file.send(&client).await.expect("written");

    let pull = v2026::pulls::Create::new(OWNER, "pulls", "feature", "main").title("A feature").body("It is new.").send(&client).await;
    let pull = pull.expect("a pull request");
    assert_eq!((pull.number, pull.head.ref_.as_str(), pull.base.ref_.as_str()), (1, "feature", "main"));
    assert_eq!(pull.base.repo.expect("a repository").full_name, "octocat/pulls");
    let review = v2026::pulls::CreateReview::new(OWNER, "pulls", 1).body("Well done").event(v2026::pulls::ReviewEvent::Comment);
    let review = review.send(&client).await.expect("a review");
    assert_eq!((review.body.as_str(), review.state.as_str()), ("Well done", "COMMENTED"));
    let asked =
        v2026::pulls::RequestReviewers::new(OWNER, "pulls", 1).reviewers(vec!["hubot".to_owned()]).send(&client).await.expect("asked");
    assert_eq!(logins(&asked.requested_reviewers), ["hubot"]);

    let merged = v2026::pulls::Merge::new(OWNER, "pulls", 1).merge_method(v2026::MergeMethod::Squash).send(&client).await;
    assert!(merged.expect("merged").merged);
    let pull = v2026::pulls::Get::new(OWNER, "pulls", 1).send(&client).await.expect("read");
    assert_eq!((pull.state, pull.merged), (v2026::State::Closed, true));
    let error = v2026::pulls::Merge::new(OWNER, "pulls", 1).send(&client).await.expect_err("merged already");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Invalid, Some("Pull Request is not mergeable")));

    // Emulate's commits of a pull request have a tree without its address, which GitHub always gives: an answer that is not what the
    // spec says is an error that names the place, never a half-filled value.
    let error = v2026::pulls::ListCommits::new(OWNER, "pulls", 1).items(&client).try_next().await.expect_err("no address");
    assert_eq!((error.kind(), error.path()), (ErrorKind::Decode, Some("[0].commit.tree.url")));
}

#[tokio::test]
async fn a_release_gets_a_file_through_the_server_for_uploads() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    repository(&client, "releases").await;
    let release = v2026::releases::Create::new(OWNER, "releases", "v1.0").name("One").send(&client).await.expect("a release");
    let content = Body::from("seven b").content_type("text/plain");
    let asset = v2026::releases::UploadAsset::new(OWNER, "releases", release.id.clone(), "notes.txt", content).send(&client).await;
    // Emulate's answer lacks the digest, which GitHub always gives; so the file is there, and the answer is an error.
    let error = asset.expect_err("no digest");
    assert_eq!((error.kind(), error.path(), error.status().map(|status| status.as_u16())), (ErrorKind::Decode, Some("digest"), Some(201)));
    let latest = HttpRequest::get("/repos/octocat/releases/releases/latest").send(&client).await.expect("a release").json().expect("JSON");
    let asset = &latest["assets"][0];
    assert_eq!(
        (&asset["name"], &asset["size"], &asset["content_type"]),
        (&json!("notes.txt"), &json!(7), &json!("text/plain")),
        "{latest}"
    );
    let listed = v2026::releases::GetByTag::new(OWNER, "releases", "v1.0").send(&client).await.expect_err("no digest there either");
    assert_eq!((listed.kind(), listed.path()), (ErrorKind::Decode, Some("assets[0].digest")));
}

#[tokio::test]
async fn pages_follow_the_link_header_and_can_be_taken_up_again() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    repository(&client, "pages").await;
    for number in 1..=7 {
        v2026::issues::Create::new(OWNER, "pages", format!("Issue {number}")).send(&client).await.expect("an issue");
    }
    let list = || v2026::issues::List::new(OWNER, "pages").per_page(2);

    let mut pages = list().pages(&client);
    let mut read = Vec::new();
    let mut checkpoint = None;
    while let Some(page) = pages.try_next().await.expect("a page") {
        read.push(page.into_iter().map(|issue| issue.number).collect::<Vec<_>>());
        if read.len() == 2 {
            checkpoint = pages.checkpoint();
        }
    }
    assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2, 1]);
    let mut numbers: Vec<_> = read.concat();
    let rest = numbers[4..].to_vec();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);

    let mut items = list().items(&client).from(checkpoint.expect("there was more"));
    let mut again = Vec::new();
    while let Some(issue) = items.try_next().await.expect("an issue") {
        again.push(issue.number);
    }
    assert_eq!(again, rest, "the third page on, from where the first program stopped");

    // The same as JSON, for a program that learns the module's name while it runs.
    let mut pages = client.any().pages("issues.list", json!({"owner": OWNER, "repo": "pages", "per_page": 5})).expect("pages");
    let mut sizes = Vec::new();
    while let Some(page) = pages.try_next().await.expect("a page") {
        sizes.push(page.len());
    }
    assert_eq!(sizes, [5, 2]);
}

#[tokio::test]
async fn errors_have_kinds_and_the_typed_words_of_the_api() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let missing = v2026::repos::Get::new(OWNER, "no-such").send(&client).await.expect_err("there is none");
    assert_eq!((missing.kind(), missing.status().map(|status| status.as_u16())), (ErrorKind::NotFound, Some(404)));
    assert_eq!((missing.operation(), missing.message()), (Some("repos.get"), Some("Not Found")));
    let words: v2026::GithubError = missing.body().expect("GitHub's own words");
    assert_eq!((words.message.as_str(), words.documentation_url.as_deref()), ("Not Found", Some("https://emulate.dev/github")));

    repository(&client, "taken").await;
    let taken = v2026::repos::CreateMine::new("taken").send(&client).await.expect_err("taken");
    assert_eq!((taken.kind(), taken.status().map(|status| status.as_u16())), (ErrorKind::Invalid, Some(422)));
    assert_eq!(taken.body::<v2026::GithubError>().expect("words").message, "Repository already exists");
    assert!(!taken.is_retryable());

    let watched = Arc::new(Watch::default());
    let watching = v2026::Client::builder(github::Token::new("gho_linchpin")).base_url(server.service("github")).observer(watched.clone());
    let watching = watching.build().expect("a client");
    let empty = v2026::issues::Create::new(OWNER, "taken", "").send(&watching).await.expect_err("the spec says so");
    assert_eq!((empty.kind(), empty.path()), (ErrorKind::Input, Some("title")));
    assert_eq!(watched.attempts(), [], "nothing was sent");
    let _: Error = v2026::issues::Get::new(OWNER, "taken", 99).send(&watching).await.expect_err("there is none");
    assert_eq!(watched.attempts(), [("issues.get", Some(404))]);
}

#[tokio::test]
async fn both_versions_serve_in_one_program() {
    let Some(server) = servers::emulate() else { return };
    let new = client(&server);
    let old = v2022::Client::builder(github::Token::new("gho_linchpin")).base_url(server.service("github")).build().expect("a client");
    repository(&new, "versions").await;

    let opened: v2022::Issue =
        v2022::issues::Create::new(OWNER, "versions", "Old").assignees(vec!["hubot".to_owned()]).send(&old).await.expect("an issue");
    #[expect(deprecated, reason = "that is what is shown")]
    let assignee = opened.assignee.as_ref();
    assert_eq!(assignee.map(|user| user.login.as_str()), Some("hubot"), "only the older version has one assignee");
    let read: v2026::Issue = v2026::issues::Get::new(OWNER, "versions", opened.number).send(&new).await.expect("the same issue");
    assert_eq!(read.id, opened.id, "one type of id for both");
    // What did not change is one type, so a value of one version goes where the other's is wanted.
    let author: Option<v2026::User> = opened.user;
    assert_eq!(author, read.user);

    let old_limits = v2022::rate_limit::Get::new().send(&old).await.expect("limits");
    let new_limits = v2026::rate_limit::Get::new().send(&new).await.expect("limits");
    #[expect(deprecated, reason = "it stood there then")]
    let rate = old_limits.rate;
    assert_eq!((rate.limit, new_limits.resources.core.limit), (5000, 5000));

    let output = old.call("rate_limit.get", json!({})).await.expect("limits");
    assert!(output.get("rate").is_some(), "{output}");
    let output = new.call("rate_limit.get", json!({})).await.expect("limits");
    assert!(output.get("rate").is_none(), "{output}");
}

/// GitHub tells in headers how many calls are left. This uses up a token's calls, and then the client waits until the time that the
/// server named, by a clock that waits for nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_limit_in_the_headers_is_kept() {
    let Some(server) = servers::emulate() else { return };
    let plain = Arc::new(http_module::client().and_then(|builder| builder.build_any()).expect("a client"));
    let url = format!("{}/rate_limit", server.service("github"));
    let call = move || HttpRequest::get(url.as_str()).header("Authorization", "Bearer gho_busy");
    let answer = call().send(&*plain).await.expect("an answer");
    let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
    assert_eq!((header("x-ratelimit-limit"), header("x-ratelimit-remaining")), ("5000".to_owned(), "4999".to_owned()));
    // 19 times 263 are the 4,997 calls that leave two: one that is answered, one that is told that none is left.
    let spenders: Vec<_> = (0..19)
        .map(|_| {
            let (plain, call) = (plain.clone(), call.clone());
            tokio::spawn(async move {
                for _ in 0..263 {
                    call().send(&*plain).await.expect("an answer");
                }
            })
        })
        .collect();
    for spender in spenders {
        spender.await.expect("no panic");
    }

    let clock = Arc::new(SimulatedClock::at(SystemTime::now()));
    let busy = v2026::Client::builder(github::Token::new("gho_busy")).base_url(server.service("github")).clock(clock.clone());
    let busy = busy.overall_timeout(Duration::from_secs(2 * 3600)).build().expect("a client");
    v2026::users::GetMe::new().send(&busy).await.expect("one call is left");
    let used_up = v2026::users::GetMe::new().send(&busy).await.expect_err("none is left");
    assert_eq!((used_up.status().map(|status| status.as_u16()), used_up.message()), (Some(403), Some("API rate limit exceeded")));
    assert_eq!(used_up.kind(), ErrorKind::RateLimited, "a 403 that says when to come again is no lack of permission");
    assert!(used_up.retry_after().is_some_and(|wait| (3_500..=3_600).contains(&wait.as_secs())), "{:?}", used_up.retry_after());
    assert!(clock.slept().is_empty(), "until here there was no reason to wait");
    let _: Error = v2026::users::GetMe::new().send(&busy).await.expect_err("the server's own clock has not moved");
    let slept: Duration = clock.slept().iter().sum();
    assert!((3_500..=3_600).contains(&slept.as_secs()), "waited until the time that the server named: {slept:?}");
}

fn logins(users: &Option<Vec<v2026::User>>) -> Vec<&str> {
    users.iter().flatten().map(|user| user.login.as_str()).collect()
}

/// Remembers what was sent.
#[derive(Debug, Default)]
struct Watch(Mutex<Vec<(&'static str, Option<u16>)>>);

impl Watch {
    fn attempts(&self) -> Vec<(&'static str, Option<u16>)> {
        self.0.lock().expect("no panic").clone()
    }
}

impl Observer for Watch {
    fn tried(&self, attempt: &Attempt) {
        self.0.lock().expect("no panic").push((attempt.operation, attempt.status));
    }
}

#[tokio::test]
async fn the_catalogue_and_json_calls_go_the_same_way() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let me = client.call("users.get_me", json!({})).await.expect("me");
    assert_eq!((&me["login"], &me["email"]), (&json!("octocat"), &json!("octocat@example.com")));
    let error = client.call("users.get", json!({"username": "nobody-at-all"})).await.expect_err("there is none");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let created = client.call("repos.create_mine", json!({"name": "json", "private": true})).await.expect("a repository");
    assert_eq!((&created["private"], &created["description"]), (&json!(true), &Json::Null));
    client.probe().await.expect("the token is good");
}
