//! Parts of connectors, as `Build::only` gives them: they stand by themselves, and what is in them works as in the whole.

/// What was built of the connectors' specs.
macro_rules! part {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/parts/", $name, ".rs"));
    };
}

part!("github");
part!("slack");
part!("stripe");

use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Reply, StandIn};
use serde_json::json;

#[test]
fn nothing_is_in_a_part_that_it_does_not_need() {
    let text = |name: &str| std::fs::read_to_string(format!("{}/parts/{name}.rs", env!("OUT_DIR"))).expect("it was built");
    let slack = text("slack");
    assert!(
        slack.contains("pub struct Upload ") && slack.contains("pub struct GetUploadUrl "),
        "the exchanges that a module makes are needed"
    );
    assert!(!slack.contains("pub mod chat") && !slack.contains("pub struct Reminder "), "the rest is not");
    assert!(!std::path::Path::new(&format!("{}/parts/jira.rs", env!("OUT_DIR"))).exists(), "of Jira nothing was named");
}

/// This package has the feature `slack-files` and not `slack`.
#[test]
fn a_feature_of_a_group_takes_that_group() {
    let folder = format!("{}/by_feature", env!("OUT_DIR"));
    let text = std::fs::read_to_string(format!("{folder}/slack.rs")).expect("it was built");
    assert!(text.contains("pub mod files") && text.contains("pub struct Upload ") && !text.contains("pub mod chat"));
    assert_eq!(std::fs::read_dir(folder).expect("it is there").count(), 1, "no feature is on of any other connector");
}

#[tokio::test]
async fn a_part_works_as_the_whole_does() {
    let server = StandIn::start().await.expect("a stand-in");
    let charge = json!({ "id": "ch_1", "amount": 5, "amount_refunded": 0, "currency": "eur", "refunded": false });
    server.on("GET", "/v1/charges/ch_1", Reply::json(200, &charge));
    let client = stripe::v2025_03_31::Client::builder(stripe::Key::new("sk")).base_url(server.url()).build().expect("a client");
    let found = stripe::v2025_03_31::GetCharge::new("ch_1").send(&client).await.expect("it is there");
    assert_eq!((found.amount, found.currency.as_str()), (5, "eur"));
}
