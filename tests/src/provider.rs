//! What is asked of the OpenID provider (`servers::oidc_provider`), and a browser without a screen in which a person authorises there.
//! What the person does, page by page, is each test's own.

use std::collections::HashMap;

use linchpin_runtime::__codegen_v1::Credential;
use linchpin_runtime::http_module::{self, HttpRequest, HttpResponse, Redirects};
use linchpin_runtime::{AnyClient, Error};
use serde_json::Value as Json;

use crate::servers::Server;

/// How a token is shown to the provider's API.
pub const BEARER: &[Credential] = &[Credential::Header("authorization", "Bearer {access_token}")];

/// Who calls, as the provider's own API knows it.
pub async fn me(client: &impl AsRef<AnyClient>) -> Result<Json, Error> {
    HttpRequest::get("/me").send(client).await?.json()
}

/// What the token endpoint was asked: `client grant status`, and how often.
pub async fn count(server: &Server, what: &str) -> u64 {
    let counts = HttpRequest::get(format!("{}/counts", server.url())).send(&plain()).await.expect("counts").json().expect("JSON");
    counts[what].as_u64().unwrap_or(0)
}

/// A client that shows no credential.
pub fn plain() -> AnyClient {
    http_module::client().and_then(|builder| builder.build_any()).expect("a client")
}

/// A browser without a screen. It follows nothing by itself.
#[derive(Debug, Default)]
pub struct Browser {
    cookies: HashMap<String, String>,
}

impl Browser {
    /// Sends a request with the cookies that there are, and keeps those that come back.
    pub async fn ask(&mut self, mut request: HttpRequest) -> HttpResponse {
        let jar: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !jar.is_empty() {
            request = request.header("Cookie", jar.join("; "));
        }
        let page = request.redirects(Redirects::Never).every_status().send(&plain()).await.expect("a page");
        for cookie in page.headers().get_all("set-cookie") {
            let pair = cookie.to_str().expect("text").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        page
    }
}
