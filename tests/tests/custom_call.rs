//! Calls that no module of a connector covers, over the connector's own connection.

#![allow(deprecated, reason = "an API key needs no token first")]

use linchpin_connectors::workfront::{ApiKey, v21, v22};
use linchpin_runtime::http_module::HttpRequest;
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Reply, StandIn};
use serde_json::json;

fn key() -> ApiKey {
    ApiKey::new("acme.my.workfront.com".parse::<Host>().expect("a host"), "k-123")
}

#[tokio::test]
async fn a_custom_call_goes_below_the_versions_server_with_its_credential() {
    let workfront = StandIn::start().await.expect("a stand-in");
    for version in ["v21.0", "v22.0"] {
        workfront.on("GET", &format!("/attask/api/{version}/TMPL/search"), Reply::json(200, &json!({"data": [version]})));
    }
    let old = v21::Client::builder(key()).base_url(workfront.url()).build().expect("a client");
    let new = v22::Client::builder(key()).base_url(workfront.url()).build().expect("a client");
    let call = || HttpRequest::get("/TMPL/search").query("fields", "name,ownerID");
    assert_eq!(call().send(&old).await.expect("an answer").json().expect("JSON")["data"][0], "v21.0");
    assert_eq!(call().send(&new).await.expect("an answer").json().expect("JSON")["data"][0], "v22.0");
    for request in workfront.received() {
        assert_eq!(request.header("apiKey"), Some("k-123"));
        assert_eq!(request.query(), [("fields".to_owned(), "name,ownerID".to_owned())]);
    }
}

#[tokio::test]
async fn a_custom_call_cannot_leave_the_server() {
    let workfront = StandIn::start().await.expect("a stand-in");
    let client = v22::Client::builder(key()).base_url(workfront.url()).build().expect("a client");
    for path in ["/../../secret", "/%2e%2e/%2e%2e/secret"] {
        assert!(HttpRequest::get(path).send(&client).await.is_err(), "{path}");
    }
    assert!(workfront.received().is_empty());
}
