//! The universal `http` module and credentials against httpbin.

use linchpin_runtime::__codegen_v1 as lp;
use linchpin_runtime::http_module::{self, HttpRequest, Part, Redirects};
use linchpin_runtime::{AnyClient, ErrorKind};
use linchpin_tests::servers;
use serde_json::{Value as Json, json};

lp::structure! {
    /// A user and a password.
    pub struct Login "Login" {
        /// The user.
        pub user: String = "user!";
        /// The password.
        pub password: lp::Secret = "password!";
    }
}

lp::structure! {
    /// The same, for a server that asks with a challenge.
    pub struct Challenged "Challenged" {
        /// The user.
        pub user: String = "user!";
        /// The password.
        pub password: lp::Secret = "password!";
    }
}

linchpin_tests::declared_api! {
    "httpbin" at "https://httpbin.example" {
        "login": Login {
            credentials: &[
                lp::Credential::Basic("{user}", "{password}"),
                lp::Credential::Header("x-key", "key-{password}"),
                lp::Credential::Query("key", "{password}"),
                lp::Credential::Cookie("session", "{password}"),
            ],
            probe: Some(("GET", "/basic-auth/{user}/s3cr3t")),
        }
        "challenged": Challenged {
            sign: Some(&lp::Sign { kind: lp::SignKind::Digest, settings: &[("user", "{user}"), ("password", "{password}")] }),
        }
    }
}

fn client(base: &str, password: &str) -> lp::Client<Api> {
    let login = Login { user: "ann".into(), password: password.into() };
    lp::Client::builder(login).base_url(base).build().expect("a client")
}

fn plain() -> AnyClient {
    http_module::client().and_then(|builder| builder.build_any()).expect("a client")
}

async fn json(request: HttpRequest, client: &impl AsRef<AnyClient>) -> Json {
    request.send(client).await.expect("an answer").json().expect("JSON")
}

#[tokio::test]
async fn credentials_arrive_in_every_place() {
    let Some(server) = servers::httpbin() else { return };
    let client = client(&server.url(), "s3cr3t");
    client.probe().await.expect("basic authentication passes");
    let seen = json(HttpRequest::get("/anything").query("q", "a b"), &client).await;
    assert_eq!(seen["args"], json!({"q": "a b", "key": "s3cr3t"}));
    assert_eq!(seen["headers"]["X-Key"], json!("key-s3cr3t"));
    assert_eq!(seen["headers"]["Cookie"], json!("session=s3cr3t"));
    assert_eq!(seen["headers"]["Authorization"], json!("Basic YW5uOnMzY3IzdA=="));
}

#[tokio::test]
async fn a_wrong_password_is_an_authentication_error_that_does_not_show_it() {
    let Some(server) = servers::httpbin() else { return };
    let client = client(&server.url(), "wr0ng");
    let error = client.probe().await.expect_err("refused");
    assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Authentication, Some(401)));
    let shown = format!("{error} {error:?} {client:?}");
    assert!(!shown.contains("wr0ng"), "{shown}");
}

#[tokio::test]
async fn bodies_arrive_as_they_were_meant() {
    let Some(server) = servers::httpbin() else { return };
    let (client, url) = (plain(), format!("{}/anything", server.url()));
    let post = || HttpRequest::post(&url);

    let form = json(post().form([("a", "1 & 2"), ("a", "3"), ("b", "é")]), &client).await;
    assert_eq!(form["form"], json!({"a": ["1 & 2", "3"], "b": "é"}));

    let sent = json!({"name": "Alpha", "tags": ["x", null]});
    assert_eq!(json(post().json(sent.clone()), &client).await["json"], sent);

    let raw = json(post().raw(lp::Body::from("<a/>").content_type("application/xml")), &client).await;
    assert_eq!((&raw["data"], &raw["headers"]["Content-Type"]), (&json!("<a/>"), &json!("application/xml")));

    let folder = std::env::temp_dir().join(format!("linchpin-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("plan.csv");
    std::fs::write(&path, "x,y\n").expect("a file");
    let parts = [
        Part::text("title", "Plan \"A\" é"),
        Part::file("from_path", lp::Body::path(&path).content_type("text/csv")),
        Part::file("from_memory", lp::Body::from("z").file_name("z.txt")),
    ];
    let multipart = json(post().multipart(parts), &client).await;
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(multipart["form"], json!({"title": "Plan \"A\" é"}));
    assert_eq!(multipart["files"], json!({"from_path": "x,y\n", "from_memory": "z"}));
}

#[tokio::test]
async fn queries_repeat_or_are_numbered() {
    let Some(server) = servers::httpbin() else { return };
    let client = plain();
    let get = || HttpRequest::get(format!("{}/get?z=0", server.url())).query("a", "1").query("a", "2");
    assert_eq!(json(get(), &client).await["args"], json!({"z": "0", "a": ["1", "2"]}));
    assert_eq!(json(get().numbered_query(), &client).await["args"], json!({"z": "0", "a[0]": "1", "a[1]": "2"}));
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    let Some(server) = servers::httpbin() else { return };
    let client = plain();
    let packed = json(HttpRequest::get(format!("{}/gzip", server.url())), &client).await;
    assert_eq!((&packed["gzipped"], &packed["headers"]["Accept-Encoding"]), (&json!(true), &json!("gzip")));
    let plain = json(HttpRequest::get(format!("{}/headers", server.url())).unpacked(), &client).await;
    assert_eq!(plain["headers"]["Accept-Encoding"], json!("identity"));
}

#[tokio::test]
async fn answers_are_parsed_by_their_content_type() {
    let Some(server) = servers::httpbin() else { return };
    let client = plain();
    let get = |path: &str| HttpRequest::get(format!("{}{path}", server.url()));
    let xml = get("/xml").send(&client).await.expect("an answer");
    // httpbin's document declares no document type; its root is `slideshow`.
    assert_eq!(xml.parsed().expect("XML")["slideshow"]["@author"], json!("Yours Truly"));
    assert_eq!(
        get("/robots.txt").send(&client).await.expect("an answer").parsed().expect("text"),
        json!("User-agent: *\nDisallow: /deny\n")
    );
    let image = get("/image/png").send(&client).await.expect("an answer");
    assert_eq!(image.parsed().expect_err("an image").kind(), ErrorKind::Decode);
    assert_eq!(&image.body()[1..4], b"PNG");
}

#[tokio::test]
async fn statuses_are_errors_unless_they_are_wanted() {
    let Some(server) = servers::httpbin() else { return };
    let client = lp::Client::<Api>::open().base_url(server.url()).no_retry().build().expect("a client");
    for (status, kind) in [
        (400, ErrorKind::Invalid),
        (403, ErrorKind::Permission),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
        (410, ErrorKind::Gone),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
    ] {
        let error = HttpRequest::get(format!("/status/{status}")).send(&client).await.expect_err("an error");
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (kind, Some(status)));
        let answer = HttpRequest::get(format!("/status/{status}")).every_status().send(&client).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
    }
}

#[tokio::test]
async fn redirects_are_followed_as_chosen() {
    let Some(server) = servers::httpbin() else { return };
    let client = plain();
    let to = |status: u16| format!("{}/redirect-to?url=%2Fanything&status_code={status}", server.url());
    let followed = json(HttpRequest::get(to(302)), &client).await;
    assert_eq!((&followed["method"], &followed["url"]), (&json!("GET"), &json!(format!("{}/anything", server.url()))));

    let kept = HttpRequest::get(to(302)).redirects(Redirects::Never).send(&client).await.expect("the redirect is the answer");
    assert_eq!((kept.status().as_u16(), kept.headers()["location"].to_str().expect("text")), (302, "/anything"));

    let post = |status: u16| HttpRequest::post(to(status)).json(json!({"a": 1}));
    let kept = post(307).send(&client).await.expect("the redirect of a POST is the answer");
    assert_eq!(kept.status().as_u16(), 307);
    let repeated = json(post(307).redirects(Redirects::All), &client).await;
    assert_eq!((&repeated["method"], &repeated["json"]), (&json!("POST"), &json!({"a": 1})));
    for status in [302, 303] {
        let turned = json(post(status).redirects(Redirects::All), &client).await;
        assert_eq!((&turned["method"], &turned["data"]), (&json!("GET"), &json!("")), "{status}");
    }

    let circle = HttpRequest::get(format!("{}/redirect/30", server.url())).send(&client).await.expect_err("no end");
    assert_eq!(circle.kind(), ErrorKind::Limit);
}

#[tokio::test]
async fn cookies_are_shared_when_they_are_wanted() {
    let Some(server) = servers::httpbin() else { return };
    let set = || HttpRequest::get(format!("{}/cookies/set?session=s1&theme=dark", server.url()));
    let seen = || HttpRequest::get(format!("{}/cookies", server.url()));
    // httpbin sets them with a redirect to what shows them.
    let client = http_module::client().and_then(|builder| builder.share_cookies().build_any()).expect("a client");
    assert_eq!(json(set(), &client).await["cookies"], json!({"session": "s1", "theme": "dark"}));
    let clone = client.clone();
    assert_eq!(json(seen().header("Cookie", "theme=light"), &clone).await["cookies"], json!({"session": "s1", "theme": "light"}));
    json(HttpRequest::get(format!("{}/cookies/delete?theme", server.url())), &clone).await;
    assert_eq!(json(seen(), &client).await["cookies"], json!({"session": "s1"}));
    // `localhost` is another origin than `127.0.0.1`, and the same server.
    let elsewhere = HttpRequest::get(format!("{}/cookies", server.url().replace("127.0.0.1", "localhost")));
    assert_eq!(json(elsewhere, &client).await["cookies"], json!({}));
    // Another client has another jar, and one that was not asked for has none.
    let other = http_module::client().and_then(|builder| builder.share_cookies().build_any()).expect("a client");
    assert_eq!(json(seen(), &other).await["cookies"], json!({}));
    let without = plain();
    json(set(), &without).await;
    assert_eq!(json(seen(), &without).await["cookies"], json!({}));
    assert!(!format!("{client:?}").contains("s1"));
}

#[tokio::test]
async fn where_redirects_end_and_files_that_are_not_held() {
    let Some(server) = servers::httpbin() else { return };
    let client = plain();
    let resolved = HttpRequest::new("HEAD", format!("{}/redirect/3", server.url())).send(&client).await.expect("an answer");
    assert_eq!((resolved.status().as_u16(), resolved.url().path()), (200, "/get"));
    let kept =
        HttpRequest::get(format!("{}/redirect/3", server.url())).redirects(Redirects::Never).send(&client).await.expect("the redirect");
    assert_eq!(kept.url().path(), "/redirect/3");

    let file = HttpRequest::get(format!("{}/image/png", server.url())).download(&client).await.expect("a file");
    assert_eq!((file.content_type(), file.length().is_some()), (Some("image/png"), true));
    assert_eq!(&file.bytes().await.expect("the file")[1..4], b"PNG");
    let error = HttpRequest::get(format!("{}/status/404", server.url())).download(&client).await.expect_err("no file");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_call_takes_no_longer_than_it_says() {
    let Some(server) = servers::httpbin() else { return };
    let client = http_module::client().and_then(|builder| builder.no_retry().build_any()).expect("a client");
    let slow =
        |seconds| HttpRequest::get(format!("{}/delay/2", server.url())).timeout(std::time::Duration::from_millis(seconds)).send(&client);
    // A second is the least, so this one is not given up at once.
    let start = std::time::Instant::now();
    assert_eq!(slow(0).await.expect_err("too slow").kind(), ErrorKind::Timeout);
    assert!((1.0..1.9).contains(&start.elapsed().as_secs_f64()), "{:?}", start.elapsed());
    assert_eq!(slow(10_000).await.expect("in time").status().as_u16(), 200);
}

#[tokio::test]
async fn credentials_do_not_follow_to_another_origin() {
    let Some(server) = servers::httpbin() else { return };
    let client = client(&server.url(), "s3cr3t");
    // `localhost` is another origin than `127.0.0.1`, and the same server.
    let elsewhere = server.url().replace("127.0.0.1", "localhost");
    let away = format!("{elsewhere}/anything");
    for redirects in [Redirects::Reads, Redirects::All] {
        let request = HttpRequest::get("/redirect-to").query("url", &away).header("X-Own", "mine").redirects(redirects);
        match request.send(&client).await {
            Ok(answer) => {
                let seen = answer.text().expect("text");
                assert!(!seen.contains("s3cr3t") && !seen.contains("czNjcjN0"), "{seen}");
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::UnsafeAddress),
        }
    }
    // The same when the caller names the other origin: the call is made, bare.
    let seen = HttpRequest::get(&away).send(&client).await.expect("an answer").text().expect("text");
    assert!(!seen.contains("s3cr3t") && !seen.contains("Authorization"), "{seen}");
    // On its own origin the credential follows.
    let home = json(HttpRequest::get("/redirect-to").query("url", "/anything"), &client).await;
    assert_eq!(home["headers"]["X-Key"], json!("key-s3cr3t"));
}

/// Counts the requests of a client.
#[derive(Debug, Default)]
struct Tries(std::sync::Mutex<Vec<Option<u16>>>);

impl linchpin_runtime::Observer for Tries {
    fn tried(&self, attempt: &linchpin_runtime::Attempt) {
        self.0.lock().expect("nobody panics").push(attempt.status);
    }
}

#[tokio::test]
async fn a_challenge_is_answered_and_later_ones_are_anticipated() {
    let Some(server) = servers::httpbin() else { return };
    for algorithm in ["MD5", "SHA-256"] {
        for quality in ["auth", "auth-int"] {
            let tries = std::sync::Arc::new(Tries::default());
            let login = Challenged { user: "ann".into(), password: "s3cr3t".into() };
            let client = lp::Client::<Api>::builder(login).base_url(server.url()).observer(tries.clone()).build().expect("a client");
            let path = format!("/digest-auth/{quality}/ann/s3cr3t/{algorithm}");
            // httpbin wants its cookie back, which it sets with the challenge to tell whether a nonce is its own.
            for _ in 0..3 {
                let request = HttpRequest::get(&path).header("cookie", "stale_after=never; fake=fake_value");
                assert_eq!(json(request, &client).await["user"], json!("ann"), "{quality} {algorithm}");
            }
            assert_eq!(*tries.0.lock().expect("nobody panics"), [Some(401), Some(200), Some(200), Some(200)], "{quality} {algorithm}");
        }
    }
}

#[tokio::test]
async fn a_refused_password_is_tried_once() {
    let Some(server) = servers::httpbin() else { return };
    let tries = std::sync::Arc::new(Tries::default());
    let login = Challenged { user: "ann".into(), password: "wr0ng".into() };
    let client = lp::Client::<Api>::builder(login).base_url(server.url()).observer(tries.clone()).build().expect("a client");
    let request = HttpRequest::get("/digest-auth/auth/ann/s3cr3t/SHA-256").header("cookie", "stale_after=never; fake=fake_value");
    let error = request.send(&client).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(*tries.0.lock().expect("nobody panics"), [Some(401), Some(401)]);
    assert!(!format!("{error} {error:?} {client:?}").contains("wr0ng"));
}
