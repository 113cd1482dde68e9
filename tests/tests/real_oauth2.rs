//! OAuth 2.0 against oidc-provider, a certified OpenID provider: client credentials, authorization code with PKCE driven without a
//! screen, rotation, tokens that live five seconds, and many tasks that need a new token at once.

use std::sync::Arc;
use std::time::Duration;

use linchpin_runtime::__codegen_v1 as lp;
use linchpin_runtime::auth::{MemoryStore, TokenStore};
use linchpin_runtime::http_module::{HttpRequest, Login, OAuth2, client_of};
use linchpin_runtime::{AnyClient, ErrorKind, Url};
use linchpin_tests::provider::{BEARER, Browser, count, me, plain};
use linchpin_tests::servers::{self, Server};
use serde_json::json;

lp::structure! {
    /// An application registered at the provider.
    pub struct App "App" {
        /// Its id.
        pub client_id: String = "client_id!";
        /// Its secret.
        pub client_secret: lp::Secret = "client_secret!";
    }
}

lp::structure! {
    /// A program that shows who it is in the body.
    pub struct Machine "Machine" {
        /// Its id.
        pub client_id: String = "client_id!";
        /// Its secret.
        pub client_secret: lp::Secret = "client_secret!";
    }
}

lp::structure! {
    /// The same, in the body.
    pub struct MachineInBody "MachineInBody" {
        /// Its id.
        pub client_id: String = "client_id!";
        /// Its secret.
        pub client_secret: lp::Secret = "client_secret!";
    }
}

lp::structure! {
    /// An application that can keep no secret.
    pub struct PublicApp "PublicApp" {
        /// Its id.
        pub client_id: String = "client_id!";
    }
}

const CODE: lp::OAuth2 = lp::OAuth2 {
    flow: lp::OAuth2Flow::Code,
    authorize: "https://provider.example/auth",
    token: "https://provider.example/token",
    client: lp::ClientAuth::Basic,
    rotation: lp::Rotation::Rotating,
    scopes: &["read", "offline_access"],
    ..lp::OAuth2::EMPTY
};
const CLIENT: lp::OAuth2 =
    lp::OAuth2 { flow: lp::OAuth2Flow::ClientCredentials, authorize: "", rotation: lp::Rotation::None, scopes: &["read", "write"], ..CODE };
const IN_BODY: lp::OAuth2 = lp::OAuth2 { client: lp::ClientAuth::Body, ..CLIENT };
const PUBLIC: lp::OAuth2 = lp::OAuth2 { client: lp::ClientAuth::None, ..CODE };
const PROBE: Option<(&str, &str)> = Some(("GET", "/me"));

linchpin_tests::declared_api! {
    "provider" at "https://provider.example" {
        "app": App { grant: lp::Grant::OAuth2(&CODE), credentials: BEARER, probe: PROBE }
        "machine": Machine { grant: lp::Grant::OAuth2(&CLIENT), credentials: BEARER, probe: PROBE }
        "machine_in_body": MachineInBody { grant: lp::Grant::OAuth2(&IN_BODY), credentials: BEARER, probe: PROBE }
        "public_app": PublicApp { grant: lp::Grant::OAuth2(&PUBLIC), credentials: BEARER, probe: PROBE }
    }
}

type Client = lp::Client<Api>;

const CALLBACK: &str = "http://127.0.0.1:9/callback";

fn app(id: &str) -> App {
    App { client_id: id.to_owned(), client_secret: "app-secret".into() }
}

fn client(server: &Server, connection: impl lp::ConnectsTo<Api>) -> Client {
    Client::builder(connection).base_url(server.url()).build().expect("a client")
}

fn client_with(server: &Server, connection: impl lp::ConnectsTo<Api>, store: &MemoryStore) -> Client {
    Client::builder(connection).base_url(server.url()).token_store(Arc::new(store.clone()), "ann").build().expect("a client")
}

async fn outlive_token() {
    tokio::time::sleep(Duration::from_millis(5_200)).await;
}

#[tokio::test]
async fn client_credentials_in_the_header_and_in_the_body() {
    let Some(server) = servers::oidc_provider() else { return };
    let by_header = client(&server, Machine { client_id: "machine".into(), client_secret: "machine secret/+".into() });
    let answer = me(&by_header).await.expect("an answer");
    assert_eq!((&answer["client"], &answer["scope"]), (&json!("machine"), &json!("read write")));
    assert_eq!(me(&by_header).await.expect("an answer")["token"], answer["token"], "the token serves again");
    assert_eq!(count(&server, "machine client_credentials 200").await, 1);

    let by_body = client(&server, MachineInBody { client_id: "machine-post".into(), client_secret: "post-secret".into() });
    assert_eq!(me(&by_body).await.expect("an answer")["client"], json!("machine-post"));
    by_body.probe().await.expect("the probe passes");
}

#[tokio::test]
async fn a_wrong_secret_is_an_authentication_error_that_does_not_show_it() {
    let Some(server) = servers::oidc_provider() else { return };
    let wrong = client(&server, Machine { client_id: "machine".into(), client_secret: "wr0ng-secret".into() });
    let error = wrong.probe().await.expect_err("refused");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("invalid_client")));
    let shown = format!("{error} {error:?} {wrong:?}");
    assert!(!shown.contains("wr0ng-secret"), "{shown}");
}

#[tokio::test]
async fn five_second_tokens_are_renewed_before_the_server_refuses_them() {
    let Some(server) = servers::oidc_provider() else { return };
    let short = client(&server, Machine { client_id: "machine-short".into(), client_secret: "short-secret".into() });
    let first = me(&short).await.expect("an answer");
    outlive_token().await;
    let second = me(&short).await.expect("an answer");
    assert_ne!(first["token"], second["token"]);
    assert_eq!(count(&server, "machine-short client_credentials 200").await, 2);
}

#[tokio::test]
async fn a_person_authorises_with_a_code_and_pkce() {
    let Some(server) = servers::oidc_provider() else { return };
    let client = client(&server, app("app-code"));
    let error = me(&client).await.expect_err("nobody has authorised it");
    assert_eq!(error.kind(), ErrorKind::Reauthorize);

    let authorizer = client.authorizer(Url::parse(CALLBACK).expect("a URL")).expect("a connection that a person authorises");
    let request = authorizer.begin().expect("a request");
    let callback = browse(request.url(), "ann").await;
    assert!(callback.contains("iss="), "the provider names itself (RFC 9207): {callback}");
    let token = authorizer.finish(request, &callback).await.expect("a token");
    assert!(token.refresh_token().is_some());
    let answer = me(&client).await.expect("an answer");
    assert_eq!((&answer["client"], &answer["account"]), (&json!("app-code"), &json!("ann")));

    // The answer to one attempt does not finish another.
    let other = authorizer.begin().expect("a request");
    let error = authorizer.finish(other, &callback).await.expect_err("another request's answer");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("state_mismatch")));
    assert_eq!(count(&server, "app-code authorization_code 200").await, 1);
    assert_eq!(count(&server, "app-code authorization_code 400").await, 0);
}

#[tokio::test]
async fn an_application_without_a_secret_authorises_with_pkce_alone() {
    let Some(server) = servers::oidc_provider() else { return };
    let client = client(&server, PublicApp { client_id: "app-public".into() });
    authorise(&client, "bob").await;
    assert_eq!(me(&client).await.expect("an answer")["account"], json!("bob"));
    outlive_token().await;
    assert_eq!(me(&client).await.expect("an answer")["account"], json!("bob"), "refreshed without a secret");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_ends_the_grant() {
    let Some(server) = servers::oidc_provider() else { return };
    let store = MemoryStore::new();
    let client = client_with(&server, app("app-rotation"), &store);
    let first = authorise(&client, "ann").await;

    outlive_token().await;
    me(&client).await.expect("refreshed");
    assert_eq!(count(&server, "app-rotation refresh_token 200").await, 1);
    let key = "provider//app@1/ann";
    let second = store.load(key).await.expect("a store").expect("a token");
    assert_ne!(second.refresh_token(), first.refresh_token(), "the new refresh token was kept");
    assert_eq!(second.generation, 2);

    // Somebody who has the first refresh token uses it again: the provider sees the reuse and ends the whole grant.
    let stolen = MemoryStore::new();
    stolen.keep(key, None, first).await.expect("kept");
    let thief = client_with(&server, app("app-rotation"), &stolen);
    let error = me(&thief).await.expect_err("reuse");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Reauthorize, Some("invalid_grant")));

    outlive_token().await;
    for _ in 0..3 {
        let error = me(&client).await.expect_err("the grant is over");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Reauthorize, Some("invalid_grant")));
    }
    assert_eq!(count(&server, "app-rotation refresh_token 400").await, 2, "a dead grant is asked about once");
    assert!(store.load(key).await.expect("a store").is_some(), "what was kept is not thrown away");
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_renewed_once() {
    let Some(server) = servers::oidc_provider() else { return };
    let client = client(&server, app("app-revoked"));
    let token = authorise(&client, "ann").await;
    let forget = HttpRequest::post(format!("{}/forget", server.url())).header("Authorization", format!("Bearer {}", token.access_token()));
    forget.send(&plain()).await.expect("forgotten");
    // By its clock the token is good, so the client finds out from the 401, refreshes and repeats the call.
    assert_eq!(me(&client).await.expect("an answer")["account"], json!("ann"));
    assert_eq!(count(&server, "app-revoked refresh_token 200").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_of_two_clients_share_one_refresh() {
    let Some(server) = servers::oidc_provider() else { return };
    let store = MemoryStore::new();
    let one = client_with(&server, app("app-shared"), &store);
    let two = client_with(&server, app("app-shared"), &store);
    authorise(&one, "ann").await;
    outlive_token().await;
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let client = if number % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move { me(&client).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no panic").expect("an answer")["account"], json!("ann"));
    }
    assert_eq!(count(&server, "app-shared refresh_token 200").await, 1);
    assert_eq!(count(&server, "app-shared refresh_token 400").await, 0);
}

/// The same without a spec: two clients of one person's, in `http` and nothing declared.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_a_spec_a_person_authorises_and_clients_share_one_refresh() {
    let Some(server) = servers::oidc_provider() else { return };
    let url = server.url();
    let store = MemoryStore::new();
    let client = || {
        let oauth = OAuth2::authorization_code("app-universal").client_secret("app-secret");
        let oauth = oauth.authorize(format!("{url}/auth")).token(format!("{url}/token")).scopes(["read", "offline_access"]);
        let builder = client_of(&url, &Login::oauth2(oauth)).expect("a login").token_store(Arc::new(store.clone()), "ann");
        builder.build_any().expect("a client")
    };
    let (one, two) = (client(), client());
    authorise_any(&one, "ann").await;
    let answer = me(&two).await.expect("an answer");
    assert_eq!((&answer["client"], &answer["account"]), (&json!("app-universal"), &json!("ann")));
    outlive_token().await;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let client = if number % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move { me(&client).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no panic").expect("an answer")["account"], json!("ann"));
    }
    assert_eq!(count(&server, "app-universal refresh_token 200").await, 1);
    assert_eq!(count(&server, "app-universal refresh_token 400").await, 0);
}

#[tokio::test]
async fn without_a_spec_a_program_shows_itself_in_either_way() {
    let Some(server) = servers::oidc_provider() else { return };
    let url = server.url();
    let by_header = OAuth2::client_credentials("machine-universal").client_secret("machine secret/+");
    let by_body = OAuth2::client_credentials("machine-post").client_secret("post-secret").client_in_body();
    for (oauth, id) in [(by_header, "machine-universal"), (by_body, "machine-post")] {
        let oauth = oauth.token(format!("{url}/token")).scopes(["read", "write"]);
        let client = client_of(&url, &Login::oauth2(oauth)).and_then(|builder| builder.build_any()).expect("a client");
        let answer = me(&client).await.expect("an answer");
        assert_eq!((&answer["client"], &answer["scope"]), (&json!(id), &json!("read write")));
    }
}

async fn authorise(client: &Client, login: &str) -> linchpin_runtime::auth::Token {
    authorise_any(client.any(), login).await
}

async fn authorise_any(client: &AnyClient, login: &str) -> linchpin_runtime::auth::Token {
    let authorizer = client.authorizer(Url::parse(CALLBACK).expect("a URL")).expect("a connection that a person authorises");
    let request = authorizer.begin().expect("a request");
    let callback = browse(request.url(), login).await;
    authorizer.finish(request, &callback).await.expect("a token")
}

/// Does what a person does in a browser: logs in, consents, and stops where the browser is sent back to the application.
async fn browse(url: &Url, login: &str) -> String {
    let mut browser = Browser::default();
    let mut request = HttpRequest::get(url.as_str());
    let mut at = url.clone();
    for _ in 0..16 {
        let page = browser.ask(request).await;
        request = match page.headers().get("location") {
            Some(location) => {
                at = at.join(location.to_str().expect("text")).expect("a URL");
                if at.as_str().starts_with(CALLBACK) {
                    return at.into();
                }
                HttpRequest::get(at.as_str())
            }
            None => submit(&at, &page.text().expect("a page"), login),
        };
    }
    panic!("the provider does not come to an end");
}

/// Fills in the provider's form: the one for logging in, or the one for consenting.
fn submit(at: &Url, page: &str, login: &str) -> HttpRequest {
    let prompt = if page.contains(r#"name="prompt" value="login""#) { "login" } else { "consent" };
    assert!(page.contains(&format!(r#"name="prompt" value="{prompt}""#)), "{page}");
    HttpRequest::post(at.as_str()).form([("prompt", prompt), ("login", login), ("password", "any")])
}
