//! AWS Signature Version 4 against moto, which checks every signature with the code of Amazon's own Python library: IAM, SQS, DynamoDB, and S3
//! with keys that need encoding, and streams.

use std::pin::Pin;
use std::task::{Context, Poll};

use linchpin_runtime::__codegen_v1 as lp;
use linchpin_runtime::http_module::HttpRequest;
use linchpin_runtime::{Body, Error, ErrorKind};
use linchpin_tests::servers;
use serde_json::{Value as Json, json};

lp::structure! {
    /// An access key, for one service.
    pub struct Key "Key" {
        /// The service.
        pub service: String = "service!";
        /// The id.
        pub access_key_id: String = "access_key_id!";
        /// The key.
        pub secret_access_key: lp::Secret = "secret_access_key!";
    }
}

linchpin_tests::declared_api! {
    "aws" at "https://aws.example" {
        "key": Key {
            sign: Some(&lp::Sign {
                kind: lp::SignKind::Aws4,
                settings: &[("service", "{service}"), ("region", "us-east-1"), ("key", "{access_key_id}"), ("secret", "{secret_access_key}")],
            }),
        }
    }
}

/// Somebody who may do everything, on a server that checks.
struct Account {
    base: String,
    id: String,
    secret: String,
}

impl Account {
    fn client(&self, service: &str) -> lp::Client<Api> {
        self.client_with(service, &self.secret)
    }

    fn client_with(&self, service: &str, secret: &str) -> lp::Client<Api> {
        let key = Key { service: service.into(), access_key_id: self.id.clone(), secret_access_key: secret.into() };
        lp::Client::builder(key).base_url(&self.base).no_retry().build().expect("a client")
    }

    /// Makes the account while moto checks nothing yet, then has it check.
    async fn open(base: String) -> Account {
        let anybody = Account { base: base.clone(), id: "anybody".into(), secret: "anything".into() };
        let iam = anybody.client("iam");
        act(&iam, &[("Action", "CreateUser"), ("UserName", "ann")]).await.expect("a user");
        let everything = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } }).to_string();
        let policy = [("Action", "PutUserPolicy"), ("UserName", "ann"), ("PolicyName", "all"), ("PolicyDocument", &everything)];
        act(&iam, &policy).await.expect("a policy");
        let made = act(&iam, &[("Action", "CreateAccessKey"), ("UserName", "ann")]).await.expect("a key");
        HttpRequest::post("/moto-api/reset-auth").raw("0").send(&iam).await.expect("it checks");
        Account { base, id: member(&made, "AccessKeyId"), secret: member(&made, "SecretAccessKey") }
    }
}

async fn account() -> Option<(Account, std::sync::Arc<servers::Server>)> {
    let server = servers::moto()?;
    let account = Account::open(server.url()).await;
    Some((account, server))
}

async fn act(client: &lp::Client<Api>, parameters: &[(&str, &str)]) -> Result<String, Error> {
    let form = parameters.iter().copied().chain([("Version", "2010-05-08")]);
    HttpRequest::post("/").form(form).send(client).await?.text()
}

fn member(xml: &str, name: &str) -> String {
    let found = xml.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once("</"));
    found.unwrap_or_else(|| panic!("no {name} in {xml}")).0.to_owned()
}

#[tokio::test]
async fn every_service_accepts_what_is_signed() {
    let Some((account, _server)) = account().await else { return };
    iam(&account).await;
    sqs(&account).await;
    dynamodb(&account).await;
    s3(&account).await;
    forged(&account).await;
}

async fn iam(account: &Account) {
    let listed = act(&account.client("iam"), &[("Action", "ListUsers"), ("PathPrefix", "/")]).await.expect("the users");
    assert_eq!(member(&listed, "UserName"), "ann");
}

async fn sqs(account: &Account) {
    let client = account.client("sqs");
    let call = async |action: &str, input: Json| -> Json {
        let request = HttpRequest::post("/").header("x-amz-target", format!("AmazonSQS.{action}")).json(input);
        request.header("content-type", "application/x-amz-json-1.0").send(&client).await.expect("an answer").json().expect("JSON")
    };
    let queue = call("CreateQueue", json!({ "QueueName": "jobs" })).await;
    call("SendMessage", json!({ "QueueUrl": queue["QueueUrl"], "MessageBody": "héllo & more" })).await;
    let received = call("ReceiveMessage", json!({ "QueueUrl": queue["QueueUrl"] })).await;
    assert_eq!(received["Messages"][0]["Body"], json!("héllo & more"));
}

async fn dynamodb(account: &Account) {
    let client = account.client("dynamodb");
    let request = HttpRequest::post("/").header("x-amz-target", "DynamoDB_20120810.ListTables").json(json!({}));
    let answer = request.header("content-type", "application/x-amz-json-1.0").send(&client).await.expect("an answer");
    assert_eq!(answer.json().expect("JSON"), json!({ "TableNames": [] }));
}

/// A stream that gives what it has from the back.
struct Pieces(Vec<&'static str>);

impl futures_core::Stream for Pieces {
    type Item = Result<&'static str, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop().map(Ok))
    }
}

async fn s3(account: &Account) {
    let client = account.client("s3");
    HttpRequest::put("/shelf").send(&client).await.expect("a bucket");
    let path = "/shelf/a%20folder/%C3%A9t%C3%A9%20(1)%2B2.txt";
    HttpRequest::put(path).raw("summer").send(&client).await.expect("an object");
    let stream = Body::stream(Pieces(vec!["pieces", "in "])).length(9);
    HttpRequest::put("/shelf/streamed").raw(stream).send(&client).await.expect("a stream");
    for (path, expected) in [(path, "summer"), ("/shelf/streamed", "in pieces")] {
        let answer = HttpRequest::get(path).send(&client).await.expect("the object");
        assert_eq!(answer.text().expect("text"), expected);
    }
    let list = HttpRequest::get("/shelf").query("list-type", "2").query("prefix", "a folder/").query("delimiter", "~ +");
    let listed = list.send(&client).await.expect("the list").text().expect("text");
    assert_eq!(member(&listed, "Key"), "a folder/été (1)+2.txt");
}

/// The server does check: one letter less of the key, and nothing goes; what was tried is not shown.
async fn forged(account: &Account) {
    let wrong = &account.secret[1..];
    for service in ["iam", "s3"] {
        let client = account.client_with(service, wrong);
        let request = if service == "s3" { HttpRequest::get("/shelf") } else { HttpRequest::post("/").form([("Action", "ListUsers")]) };
        let error = request.send(&client).await.expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::Permission | ErrorKind::Authentication), "{service}: {error}");
        assert!(!format!("{error} {error:?} {client:?}").contains(wrong), "{service}");
    }
}
