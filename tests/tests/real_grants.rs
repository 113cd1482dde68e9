//! Grants without a browser of one's own against oidc-provider: clients that show who they are by signing, and a person who authorises on
//! another device.

use std::time::Duration;

use linchpin_runtime::__codegen_v1 as lp;
use linchpin_runtime::http_module::HttpRequest;
use linchpin_runtime::{ErrorKind, Url};
use linchpin_tests::provider::{BEARER, Browser, count, me};
use linchpin_tests::servers::{self, Server};
use serde_json::json;

/// Programs that show who they are by signing, with what.
macro_rules! keyed {
    ($($name:ident)+) => { $(
        lp::structure! {
            /// A program that signs.
            pub struct $name "Program" {
                /// Its id.
                pub client_id: String = "client_id!";
                /// What it signs with.
                pub private_key: lp::Secret = "private_key!";
            }
        }
    )+ };
}

keyed! { Rsa Curve Edwards }

lp::structure! {
    /// A television.
    pub struct Television "Television" {
        /// Its id.
        pub client_id: String = "client_id!";
    }
}

const fn signing(key: &'static lp::Sign) -> lp::OAuth2 {
    lp::OAuth2 {
        flow: lp::OAuth2Flow::ClientCredentials,
        token: "https://provider.example/token",
        client: lp::ClientAuth::PrivateKeyJwt,
        client_key: Some(key),
        scopes: &["read"],
        ..lp::OAuth2::EMPTY
    }
}

const fn with(algorithm: &'static [(&'static str, &'static str)]) -> lp::Sign {
    lp::Sign { kind: lp::SignKind::Jwt, settings: algorithm }
}

const DEVICE: lp::OAuth2 = lp::OAuth2 {
    flow: lp::OAuth2Flow::Device,
    device: "https://provider.example/device/auth",
    token: "https://provider.example/token",
    client: lp::ClientAuth::None,
    rotation: lp::Rotation::Rotating,
    scopes: &["read", "offline_access"],
    ..lp::OAuth2::EMPTY
};

linchpin_tests::declared_api! {
    "provider" at "https://provider.example" {
        "rsa": Rsa {
            grant: lp::Grant::OAuth2(&signing(&with(&[("alg", "RS256"), ("key", "{private_key}")]))),
            credentials: BEARER,
        }
        "curve": Curve {
            grant: lp::Grant::OAuth2(&signing(&with(&[("alg", "ES256"), ("key", "{private_key}")]))),
            credentials: BEARER,
        }
        "edwards": Edwards {
            grant: lp::Grant::OAuth2(&signing(&with(&[("alg", "EdDSA"), ("key", "{private_key}")]))),
            credentials: BEARER,
        }
        "television": Television { grant: lp::Grant::OAuth2(&DEVICE), credentials: BEARER }
    }
}

fn client(server: &Server, connection: impl lp::ConnectsTo<Api>) -> lp::Client<Api> {
    lp::Client::builder(connection).base_url(server.url()).build().expect("a client")
}

#[tokio::test]
async fn clients_show_who_they_are_by_signing() {
    let Some(server) = servers::oidc_provider() else { return };
    let (rsa, curve) = (include_str!("../../runtime/tests/keys/rsa_pkcs1.pem"), include_str!("../../runtime/tests/keys/ec_sec1.pem"));
    let edwards = include_str!("../../runtime/tests/keys/ed25519.pem");
    let by_rsa = client(&server, Rsa { client_id: "machine-RS256".into(), private_key: rsa.into() });
    assert_eq!(me(&by_rsa).await.expect("an answer")["client"], json!("machine-RS256"));
    let by_curve = client(&server, Curve { client_id: "machine-ES256".into(), private_key: curve.into() });
    assert_eq!(me(&by_curve).await.expect("an answer")["client"], json!("machine-ES256"));
    let by_edwards = client(&server, Edwards { client_id: "machine-EdDSA".into(), private_key: edwards.into() });
    assert_eq!(me(&by_edwards).await.expect("an answer")["client"], json!("machine-EdDSA"));

    let stranger = client(&server, Curve { client_id: "machine-RS256".into(), private_key: curve.into() });
    let error = me(&stranger).await.expect_err("another's key");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("invalid_client")));
}

#[tokio::test]
async fn a_person_authorises_on_another_device() {
    let Some(server) = servers::oidc_provider() else { return };
    let client = client(&server, Television { client_id: "television".into() });
    assert_eq!(me(&client).await.expect_err("nobody has authorised it").kind(), ErrorKind::Reauthorize);

    let authorizer = client.device_authorizer().expect("a connection of this kind");
    let code = authorizer.begin().await.expect("a code");
    let (page, user_code) = (code.verification_uri().clone(), code.user_code().to_owned());
    // The first question comes before the person is done: it is asked again.
    let person = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(5_500)).await;
        enter(&page, &user_code, "ann").await;
    });
    let token = authorizer.finish(code).await.expect("a token");
    person.await.expect("no panic");
    assert!(token.refresh_token().is_some());
    assert_eq!(me(&client).await.expect("an answer")["account"], json!("ann"));
    let grant = "television urn:ietf:params:oauth:grant-type:device_code";
    // Who refuses, in the other test, is counted among those who are told to wait.
    assert!(count(&server, &format!("{grant} 400")).await >= 1);
    assert_eq!(count(&server, &format!("{grant} 200")).await, 1);

    // The token lives five seconds; then it is refreshed as any other.
    tokio::time::sleep(Duration::from_millis(5_200)).await;
    assert_eq!(me(&client).await.expect("an answer")["account"], json!("ann"));
}

#[tokio::test]
async fn a_person_may_refuse() {
    let Some(server) = servers::oidc_provider() else { return };
    let client = client(&server, Television { client_id: "television".into() });
    let authorizer = client.device_authorizer().expect("a connection of this kind");
    let code = authorizer.begin().await.expect("a code");
    let mut person = Person::default();
    let page = person.get(code.verification_uri()).await;
    let page = person.submit(&page, &[("user_code", code.user_code())]).await;
    person.submit(&page, &[("abort", "yes")]).await;
    let error = authorizer.finish(code).await.expect_err("refused");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("access_denied")));
}

/// Does what a person does: enters the code, confirms it, logs in and consents.
async fn enter(url: &Url, user_code: &str, login: &str) {
    let mut person = Person::default();
    let mut page = person.get(url).await;
    page = person.submit(&page, &[("user_code", user_code)]).await;
    for _ in 0..4 {
        if !page.contains("<form") {
            return;
        }
        page = person.submit(&page, &[("user_code", user_code), ("confirm", "yes"), ("login", login), ("password", "any")]).await;
    }
    panic!("the provider does not come to an end: {page}");
}

/// Goes from page to page by the forms that stand there.
#[derive(Default)]
struct Person {
    browser: Browser,
    at: Option<Url>,
}

impl Person {
    async fn get(&mut self, url: &Url) -> String {
        self.at = Some(url.clone());
        self.follow(HttpRequest::get(url.as_str())).await
    }

    /// Sends the form of a page, with what it holds already.
    async fn submit(&mut self, page: &str, filled: &[(&str, &str)]) -> String {
        let mut pairs: Vec<(String, String)> = page.split("<input").skip(1).filter_map(hidden).collect();
        pairs.retain(|(name, _)| !filled.iter().any(|(known, _)| known == name));
        pairs.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let action = page.split_once("action=\"").and_then(|(_, rest)| rest.split_once('"')).expect("a form").0;
        let to = self.at.as_ref().expect("a page").join(action).expect("a URL");
        self.at = Some(to.clone());
        self.follow(HttpRequest::post(to.as_str()).form(pairs)).await
    }

    async fn follow(&mut self, mut request: HttpRequest) -> String {
        for _ in 0..8 {
            let page = self.browser.ask(request).await;
            let Some(location) = page.headers().get("location") else { return page.text().expect("text") };
            let at = self.at.as_ref().expect("a page").join(location.to_str().expect("text")).expect("a URL");
            request = HttpRequest::get(at.as_str());
            self.at = Some(at);
        }
        panic!("the provider redirects without end");
    }
}

/// Name and value of a field that the page fills in itself.
fn hidden(input: &str) -> Option<(String, String)> {
    let tag = input.split('>').next()?;
    let attribute = |name: &str| Some(tag.split_once(&format!("{name}=\""))?.1.split('"').next()?.to_owned());
    attribute("type").filter(|kind| kind == "hidden")?;
    Some((attribute("name")?, attribute("value")?))
}
