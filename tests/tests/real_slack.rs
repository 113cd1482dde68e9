//! The Slack connector, as a program uses it, against emulate's Slack.
//!
//! What emulate lacks is not tested here: `reactions.list` answers 404, `conversations.open` does not take people from a form, and a wrong
//! token is taken for somebody's.

use linchpin_connectors::slack::{self, Client};
use linchpin_runtime::prelude::*;
use linchpin_tests::servers::{self, Server};
use serde_json::json;

fn client(server: &Server) -> Client {
    Client::builder(slack::Token::new("xoxb-linchpin")).base_url(server.service("slack")).build().expect("a client")
}

/// A channel of a test's own.
async fn channel(client: &Client, name: &str) -> slack::Channel {
    slack::conversations::Create::new(name).send(client).await.expect("a channel")
}

#[tokio::test]
async fn the_connection_says_who_it_is() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    client.probe().await.expect("the token is good");
    let identity = slack::auth::Test::new().send(&client).await.expect("who");
    assert_eq!((identity.team.as_str(), identity.user.as_str()), ("Acme", "ann"));
    let team = slack::team::Info::new().send(&client).await.expect("the workspace");
    assert_eq!((&team.id, team.domain.as_str()), (&identity.team_id, "acme"));
}

#[tokio::test]
async fn a_message_is_posted_changed_answered_and_deleted() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let channel = channel(&client, "messages").await;
    let topic = slack::conversations::SetTopic::new("Only tests", &channel.id).send(&client).await.expect("changed");
    assert_eq!(topic.topic.expect("a topic").value, "Only tests");

    let text = "Good morning, \"all\" & <everybody> ☕";
    let posted = slack::chat::PostMessage::new(&channel.id).text(text).send(&client).await.expect("posted");
    assert_eq!((&posted.channel, posted.message.text.as_str()), (&channel.id, text));
    let updated = slack::chat::Update::new(&posted.ts, &channel.id).text("Good evening").send(&client).await.expect("changed");
    assert_eq!((&updated.ts, updated.text.as_str()), (&posted.ts, "Good evening"));

    let answer = slack::chat::PostMessage::new(&channel.id).text("You too").thread_ts(&posted.ts).send(&client).await.expect("posted");
    let mut thread = slack::conversations::Replies::new(&posted.ts, &channel.id).items(&client);
    let mut texts = Vec::new();
    while let Some(message) = thread.try_next().await.expect("a page") {
        texts.push(message.text);
    }
    assert_eq!(texts, ["Good evening", "You too"]);

    slack::reactions::Add::new("wave", &channel.id, &posted.ts).send(&client).await.expect("reacted");
    let reacted = slack::reactions::Get::new(&channel.id, &posted.ts).send(&client).await.expect("reactions");
    let reactions = reacted.message.expect("a message").reactions.expect("reactions");
    assert_eq!(reactions.iter().map(|one| (one.name.as_str(), one.count)).collect::<Vec<_>>(), [("wave", 1)]);
    let address = slack::chat::GetPermalink::new(&channel.id, &posted.ts).send(&client).await.expect("an address");
    assert!(address.permalink.path().contains("/archives/"), "{}", address.permalink);

    slack::chat::Delete::new(&answer.ts, &channel.id).send(&client).await.expect("deleted");
    let error = slack::chat::Delete::new(&answer.ts, &channel.id).send(&client).await.expect_err("deleted already");
    assert_eq!(error.code(), Some("message_not_found"));
}

#[tokio::test]
async fn conversations_come_page_by_page() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let mut made = Vec::new();
    for number in 1..=5 {
        made.push(channel(&client, &format!("paged-{number}")).await.id);
    }
    let mut pages = slack::conversations::List::new().limit(2).pages(&client);
    let mut found = Vec::new();
    let mut count = 0;
    while let Some(page) = pages.try_next().await.expect("a page") {
        assert!((1..=2).contains(&page.len()), "{} on page {count}", page.len());
        count += 1;
        found.extend(page.into_iter().map(|channel| channel.id));
    }
    // Other tests make channels at the same time, so there may be more.
    assert!(count >= 4, "{count} pages of 2 for 2 seeded and 5 new channels");
    assert!(made.iter().all(|id| found.contains(id)), "{made:?} in {found:?}");
    let mut once = found.clone();
    once.dedup();
    assert_eq!(once, found);
}

#[tokio::test]
async fn history_is_read_by_cursor_and_taken_up_again() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let channel = channel(&client, "history").await;
    for number in 1..=5 {
        slack::chat::PostMessage::new(&channel.id).text(format!("Message {number}")).send(&client).await.expect("posted");
    }
    let history = || slack::conversations::History::new(&channel.id).limit(2);
    let mut pages = history().pages(&client);
    let mut read = Vec::new();
    while let Some(page) = pages.try_next().await.expect("a page") {
        read.push(page.into_iter().map(|message| message.text).collect::<Vec<_>>());
    }
    assert_eq!(read, [vec!["Message 5", "Message 4"], vec!["Message 3", "Message 2"], vec!["Message 1"]], "the newest first");

    let mut first = history().pages(&client);
    first.try_next().await.expect("a page").expect("messages");
    let kept = serde_json::to_string(&first.checkpoint().expect("there is more")).expect("JSON");
    let mut rest = history().items(&client).from(serde_json::from_str(&kept).expect("a checkpoint"));
    let mut texts = Vec::new();
    while let Some(message) = rest.try_next().await.expect("a page") {
        texts.push(message.text);
    }
    assert_eq!(texts, ["Message 3", "Message 2", "Message 1"]);
}

#[tokio::test]
async fn people_are_listed_and_found() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let mut everybody = slack::users::List::new().limit(1).items(&client);
    let mut names = Vec::new();
    while let Some(user) = everybody.try_next().await.expect("a page") {
        names.push(user.name);
    }
    names.sort();
    assert!(["ann", "bob"].iter().all(|name| names.iter().any(|one| one == name)), "{names:?}");

    let bob = slack::users::LookupByEmail::new("bob@example.com").send(&client).await.expect("Bob");
    assert_eq!((bob.real_name.as_deref(), bob.profile.email.as_deref()), (Some("Bob Example"), Some("bob@example.com")));
    let again = slack::users::Info::new(&bob.id).send(&client).await.expect("Bob");
    assert_eq!(again.id, bob.id);
}

#[tokio::test]
async fn a_refusal_with_status_200_is_a_typed_error() {
    let Some(server) = servers::emulate() else { return };
    let client = client(&server);
    let error = slack::chat::PostMessage::new("C0NOWHERE").text("Hello").send(&client).await.expect_err("no such channel");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, Some("channel_not_found")));
    assert_eq!((error.operation(), error.status().map(|status| status.as_u16())), (Some("chat.post_message"), Some(200)));
    let words: slack::SlackError = error.body().expect("Slack's own words");
    assert_eq!((words.ok, words.error.as_str()), (false, "channel_not_found"));
    assert!(!error.is_retryable());

    // The same inside a search, on the first page and as JSON.
    let error = slack::conversations::History::new("C0NOWHERE").items(&client).try_next().await.expect_err("no such channel");
    assert_eq!(error.code(), Some("channel_not_found"));
    let error = client.call("users.lookup_by_email", json!({"email": "nobody@example.com"})).await.expect_err("nobody");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, Some("users_not_found")));
    channel(&client, "taken").await;
    let error = slack::conversations::Create::new("taken").send(&client).await.expect_err("taken");
    assert_eq!(error.code(), Some("name_taken"));
}
