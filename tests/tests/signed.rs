//! Connections that sign, compiled from a spec: what arrives is what was signed, a recording holds none of it, and a stream of tries signs anew.

use std::fs;

use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Cassette, Received, Reply, StandIn};
use linchpin_runtime::{Client, ErrorKind};
use serde_json::json;

linchpin_runtime::connector!("vault");

const EC: &str = include_str!("../../runtime/tests/keys/ec_sec1.pem");
const RSA: &str = include_str!("../../runtime/tests/keys/rsa_pkcs1.pem");

async fn server() -> StandIn {
    let server = StandIn::start().await.expect("it listens");
    server.on("PUT", "/entries/*", Reply::json(200, &json!({ "id": "e 1", "text": "x" })));
    server.on("POST", "/token", Reply::json(200, &json!({ "access_token": "opens", "token_type": "Bearer", "expires_in": 600 })));
    server
}

fn put() -> vault::PutEntry {
    vault::PutEntry::new("e 1", "x & y")
}

async fn sent<C: linchpin_runtime::__codegen_v1::ConnectsTo<vault::Api>>(connection: C) -> Vec<Received> {
    let server = server().await;
    let client = Client::<vault::Api>::builder(connection).base_url(server.url()).no_retry().build().expect("a client");
    put().send(&client).await.expect("an answer");
    server.received()
}

fn parameter(request: &Received, name: &str) -> String {
    request.query().into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}

#[tokio::test]
async fn a_signature_of_the_apis_own_covers_what_arrives() {
    let server = server().await;
    let path = std::env::temp_dir().join(format!("linchpin-signed-{}.json", std::process::id()));
    let _ = fs::remove_file(&path);
    let cassette = Cassette::record(&path).expect("a cassette");
    let client = |cassette: &Cassette| {
        let exchange = vault::Exchange::new("k-1", "exchange-secret");
        Client::<vault::Api>::builder(exchange).base_url(server.url()).http_client(cassette.client()).build().expect("a client")
    };
    let recording = client(&cassette);
    put().send(&recording).await.expect("an answer");
    put().send(&recording).await.expect("an answer");
    let received = server.received();
    for request in &received {
        assert_eq!(request.headers["x-key"], "k-1");
        let (unsigned, proof) = request.target.split_once("&proof=").expect("the proof comes last");
        let text = format!("PUT\n{unsigned}\n{}", String::from_utf8_lossy(&request.body));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"exchange-secret");
        let expected: String = ring::hmac::sign(&key, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(proof, expected);
    }
    assert_ne!(parameter(&received[0], "nonce"), parameter(&received[1], "nonce"));
    assert_ne!(received[0].target, received[1].target);

    cassette.finish().expect("it is written");
    let text = fs::read_to_string(&path).expect("a file");
    for secret in [parameter(&received[0], "proof"), parameter(&received[0], "nonce"), "exchange-secret".to_owned()] {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
    // A later day signs other texts; what was recorded answers all the same.
    let replay = Cassette::replay(&path).expect("a cassette");
    put().send(&client(&replay)).await.expect("the recorded answer");
    fs::remove_file(&path).expect("it is there");
}

#[tokio::test]
async fn every_kind_of_signature_arrives() {
    let received = sent(vault::App::new("app-7", EC)).await;
    let token = received[0].headers["x-token"].to_str().expect("text");
    assert_eq!(token.split('.').count(), 3);
    assert!(token.starts_with("v1 ey"));

    let received = sent(vault::Aws::new("eu-west-1", "AKID", "aws-secret")).await;
    let value = received[0].headers["authorization"].to_str().expect("text");
    assert!(
        value.starts_with("AWS4-HMAC-SHA256 Credential=AKID/") && value.contains("/eu-west-1/vault/aws4_request, SignedHeaders="),
        "{value}"
    );
    assert!(!received[0].headers.contains_key("x-amz-security-token"));

    let received = sent(vault::Old::new("ck", "consumer-secret")).await;
    let value = received[0].headers["authorization"].to_str().expect("text");
    assert!(value.starts_with("OAuth oauth_consumer_key=\"ck\", oauth_signature_method=\"HMAC-SHA1\""), "{value}");

    let received = sent(vault::Intranet::new("ann", "digest-secret")).await;
    assert!(!received[0].headers.contains_key("authorization"), "nothing was asked");
}

#[tokio::test]
async fn every_grant_shows_what_it_has() {
    let form = |received: &[Received]| String::from_utf8(received[0].body.to_vec()).expect("text");
    let received = sent(vault::Member::new("ann", "p&w")).await;
    assert_eq!(form(&received), "grant_type=password&scope=read&username=ann&password=p%26w");
    assert_eq!(received[1].headers["authorization"], "Bearer opens");

    let received = sent(vault::Service::new("robot@acme.example", RSA)).await;
    let assertion = form(&received);
    assert!(assertion.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"), "{assertion}");
    assert!(!assertion.contains("client_"), "{assertion}");

    let server = server().await;
    let television = Client::<vault::Api>::builder(vault::Television::new("tv")).base_url(server.url()).build().expect("a client");
    assert_eq!(put().send(&television).await.expect_err("nobody has authorised it").kind(), ErrorKind::Reauthorize);
}
