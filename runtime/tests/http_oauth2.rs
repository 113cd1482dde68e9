//! Logins by OAuth 2.0 that no spec describes: what is asked at the token endpoint, where the token goes, under what it is kept, and what is refused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use linchpin_runtime::auth::{MemoryStore, TokenStore};
use linchpin_runtime::graphql_module::GraphqlRequest;
use linchpin_runtime::http_module::{HttpRequest, Login, OAuth2, client_of};
use linchpin_runtime::testing::{Received, Reply, Route, SimulatedClock, StandIn};
use linchpin_runtime::{AnyClient, ErrorKind, Url};
use serde_json::{Value, json};

const CALLBACK: &str = "https://program.example/back";

fn token(access: &str, refresh: Option<&str>) -> Reply {
    let mut answer = json!({ "access_token": access, "token_type": "Bearer", "expires_in": 3600 });
    if let Some(refresh) = refresh {
        answer["refresh_token"] = refresh.into();
    }
    Reply::json(200, &answer)
}

/// A provider whose tokens are `a1`, `a2`, … with `r1`, `r2`, … to renew them.
async fn provider() -> StandIn {
    let provider = StandIn::start().await.expect("a stand-in");
    provider
        .route(Route::new("POST", "/token").reply(token("a1", Some("r1"))).reply(token("a2", Some("r2"))).reply(token("a3", Some("r3"))));
    provider
}

async fn home() -> StandIn {
    let home = StandIn::start().await.expect("a stand-in");
    home.on("GET", "/api/me", Reply::json(200, &json!({ "name": "Ann" })));
    home
}

fn of(provider: &StandIn, path: &str) -> String {
    format!("{}{path}", provider.url())
}

fn machine(provider: &StandIn) -> OAuth2 {
    OAuth2::client_credentials("my id").client_secret("s3cr3t+").token(of(provider, "/token"))
}

fn person(provider: &StandIn) -> OAuth2 {
    OAuth2::authorization_code("my id").client_secret("s3cr3t+").authorize(of(provider, "/authorize")).token(of(provider, "/token"))
}

fn client(home: &StandIn, oauth: OAuth2) -> AnyClient {
    client_of(&of(home, "/api"), &Login::oauth2(oauth)).and_then(|builder| builder.build_any()).expect("a client")
}

async fn me(client: &AnyClient) -> Result<Value, linchpin_runtime::Error> {
    HttpRequest::get("/me").send(client).await?.json()
}

fn form(request: &Received) -> BTreeMap<String, String> {
    let query = Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(&request.body))).expect("a form");
    query.query_pairs().into_owned().collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What a person does: goes where they are sent, and comes back with a code.
async fn authorise(client: &AnyClient) -> BTreeMap<String, String> {
    let authorizer = client.authorizer(Url::parse(CALLBACK).expect("a URL")).expect("a person authorises it");
    let request = authorizer.begin().expect("a request");
    let asked = request.url().query_pairs().into_owned().collect();
    let callback = format!("{CALLBACK}?code=c1&state={}", request.state());
    authorizer.finish(request, &callback).await.expect("a token");
    asked
}

#[tokio::test]
async fn a_program_acts_for_itself() {
    let (home, provider) = (home().await, provider().await);
    let client = client(&home, machine(&provider).scopes(["read", "write"]).separator(",").token_parameter("audience", "api://{x}&}"));
    for _ in 0..2 {
        assert_eq!(me(&client).await.expect("an answer")["name"], "Ann");
    }
    assert!(home.received().iter().all(|call| call.header("authorization") == Some("Bearer a1")));
    let [asked] = &provider.received()[..] else { panic!("one token serves twice") };
    // `my+id:s3cr3t%2B`: each part form-encoded before they are joined (RFC 6749, 2.3.1).
    assert_eq!(asked.header("authorization"), Some("Basic bXkraWQ6czNjcjN0JTJC"));
    assert_eq!(form(asked), map(&[("grant_type", "client_credentials"), ("scope", "read,write"), ("audience", "api://{x}&}")]));
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let (home, provider) = (StandIn::start().await.expect("a stand-in"), provider().await);
    home.route(Route::new("GET", "/api/me").reply(Reply::status(401)).reply(Reply::json(200, &json!({ "name": "Ann" }))));
    let client = client(&home, machine(&provider));
    assert_eq!(me(&client).await.expect("an answer")["name"], "Ann");
    let shown: Vec<_> = home.received().iter().map(|call| call.header("authorization").map(str::to_owned)).collect();
    assert_eq!(shown, [Some("Bearer a1".to_owned()), Some("Bearer a2".to_owned())]);

    // GraphQL says the same with status 200.
    let refused = json!({ "errors": [{ "message": "who?", "extensions": { "code": "UNAUTHENTICATED" } }] });
    let viewer = Reply::json(200, &json!({ "data": { "viewer": "Ann" } }));
    home.route(Route::new("POST", "/api/graphql").reply(Reply::json(200, &refused)).reply(viewer));
    let viewer = GraphqlRequest::new("/graphql", "{ viewer }").whole::<Value>(&client).await.expect("an answer");
    assert_eq!(viewer["viewer"], "Ann");
    assert_eq!(home.received().last().expect("a call").header("authorization"), Some("Bearer a3"));
}

#[tokio::test]
async fn a_person_authorises_and_the_token_is_renewed() {
    let (home, provider) = (home().await, provider().await);
    provider.on("POST", "/renew", token("a9", None));
    let oauth = person(&provider)
        .scopes(["read", "offline"])
        .authorize_parameter("prompt", "{consent}")
        .token_parameter("resource", "r")
        .refresh(of(&provider, "/renew?x={y}"))
        .refresh_parameter("scope", "read")
        .client_in_body();
    let clock = Arc::new(SimulatedClock::default());
    let builder = client_of(&of(&home, "/api"), &Login::oauth2(oauth)).expect("a login").clock(clock.clone());
    let client = builder.build_any().expect("a client");
    assert_eq!(me(&client).await.expect_err("nobody has authorised it").kind(), ErrorKind::Reauthorize);

    let asked = authorise(&client).await;
    assert_eq!(asked["code_challenge_method"], "S256");
    let told = asked.iter().filter(|(name, _)| !["state", "code_challenge", "code_challenge_method"].contains(&name.as_str()));
    let expected =
        [("response_type", "code"), ("client_id", "my id"), ("redirect_uri", CALLBACK), ("scope", "read offline"), ("prompt", "{consent}")];
    assert_eq!(told.map(|(name, value)| (name.clone(), value.clone())).collect::<BTreeMap<_, _>>(), map(&expected));
    assert_eq!(me(&client).await.expect("an answer")["name"], "Ann");
    clock.advance(Duration::from_secs(3601));
    assert_eq!(me(&client).await.expect("an answer")["name"], "Ann");

    let [code, renewal] = &provider.received()[..] else { panic!("two requests") };
    assert!(code.header("authorization").is_none());
    let mut sent = form(code);
    assert!(sent.remove("code_verifier").is_some_and(|verifier| verifier.len() >= 43));
    let client_is = [("client_id", "my id"), ("client_secret", "s3cr3t+")];
    let expected = [("grant_type", "authorization_code"), ("code", "c1"), ("redirect_uri", CALLBACK), ("resource", "r")];
    assert_eq!(sent, map(&[&expected[..], &client_is].concat()));
    assert_eq!(renewal.target, "/renew?x={y}");
    let expected = [("grant_type", "refresh_token"), ("refresh_token", "r1"), ("scope", "read")];
    assert_eq!(form(renewal), map(&[&expected[..], &client_is].concat()));
    let shown: Vec<_> = home.received().iter().map(|call| call.header("authorization").map(str::to_owned)).collect();
    assert_eq!(shown, [Some("Bearer a1".to_owned()), Some("Bearer a9".to_owned())]);
}

#[tokio::test]
async fn a_program_without_a_secret_shows_its_id_and_may_go_without_pkce() {
    let (home, provider) = (home().await, provider().await);
    let oauth = OAuth2::authorization_code("public").authorize(of(&provider, "/authorize")).token(of(&provider, "/token")).json();
    let client = client(&home, oauth.without_pkce("it refuses what it does not know"));
    assert!(!authorise(&client).await.contains_key("code_challenge"));
    let expected = json!({ "grant_type": "authorization_code", "code": "c1", "redirect_uri": CALLBACK, "client_id": "public" });
    assert_eq!(provider.received()[0].json(), Some(expected));
}

#[tokio::test]
async fn the_token_goes_where_the_server_wants_it() {
    for (shown, header, target) in [
        (OAuth2::scheme as fn(OAuth2, &'static str) -> OAuth2, ("authorization", Some("Token a1")), "/api/me"),
        (OAuth2::in_header, ("token", Some("a1")), "/api/me"),
        (OAuth2::in_query, ("authorization", None), "/api/me?Token=a1"),
    ] {
        let (home, provider) = (home().await, provider().await);
        me(&client(&home, shown(machine(&provider), "Token"))).await.expect("an answer");
        let call = home.received().pop().expect("it arrived");
        assert_eq!((call.header(header.0), call.target.as_str()), (header.1, target));
    }
}

#[tokio::test]
async fn neither_token_nor_secret_goes_elsewhere() {
    let (home, other, provider) = (home().await, home().await, provider().await);
    home.on("GET", "/api/away", Reply::status(302).header("location", &of(&other, "/api/me")));
    let client = client(&home, machine(&provider));
    me(&client).await.expect("an answer");
    HttpRequest::get(of(&other, "/api/me")).send(&client).await.expect("it is public there");
    HttpRequest::get("/away").send(&client).await.expect_err("it leads elsewhere");
    assert!(other.received().iter().all(|call| call.header("authorization").is_none()));
    // The token endpoint is another server: it gets the client's secret, and no token.
    HttpRequest::post(of(&provider, "/token")).send(&client).await.expect("an answer");
    assert_eq!(provider.received()[1].header("authorization"), None);

    // An endpoint that leads on is not followed with what it was to get.
    let sly = StandIn::start().await.expect("a stand-in");
    sly.on("POST", "/token", Reply::status(307).header("location", &of(&other, "/token")));
    let client = client_of(&home.url(), &Login::oauth2(machine(&sly))).and_then(|builder| builder.build_any()).expect("a client");
    HttpRequest::get("/api/me").send(&client).await.expect_err("no token");
    assert!(other.received().iter().all(|call| call.path() != "/token"));
}

#[tokio::test]
async fn clients_share_what_is_kept_under_one_name_and_nothing_else() {
    let (home, other, provider) = (home().await, home().await, provider().await);
    let (store, clock) = (MemoryStore::new(), Arc::new(SimulatedClock::default()));
    let of_name = |server: &StandIn, oauth: OAuth2, name: &str| {
        let builder = client_of(&of(server, "/api"), &Login::oauth2(oauth)).expect("a login").clock(clock.clone());
        builder.token_store(Arc::new(store.clone()), name).build_any().expect("a client")
    };
    let (one, two) = (of_name(&home, person(&provider), "ann"), of_name(&home, person(&provider), "ann"));
    authorise(&one).await;
    me(&two).await.expect("the other has authorised it");
    clock.advance(Duration::from_secs(3601));
    let calls: Vec<_> = (0..16).map(|number| if number % 2 == 0 { one.clone() } else { two.clone() }).collect();
    let calls: Vec<_> = calls.into_iter().map(|client| tokio::spawn(async move { me(&client).await })).collect();
    for call in calls {
        call.await.expect("no panic").expect("an answer");
    }
    assert_eq!(provider.received().len(), 2, "one code, one renewal");
    let key = format!("http/{} {}/token my%20id/authorization_code@1/ann", home.url(), provider.url());
    assert_eq!(store.load(&key).await.expect("a store").expect("it is there").access_token(), "a2");

    // Another person, server, application or endpoint has another token, also under the same name.
    let stranger = OAuth2::authorization_code("other id").client_secret("s").authorize(of(&provider, "/authorize"));
    let provider_too = self::provider().await;
    for (server, oauth, name) in [
        (&home, person(&provider), "bob"),
        (&other, person(&provider), "ann"),
        (&home, stranger.token(of(&provider, "/token")), "ann"),
        (&home, person(&provider_too), "ann"),
    ] {
        let error = me(&of_name(server, oauth, name)).await.expect_err("not theirs");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Reauthorize, Some("not_authorised")));
    }
    me(&of_name(&home, machine(&provider), "ann")).await.expect("the program's own token");
    assert_eq!(form(&provider.received()[2])["grant_type"], "client_credentials");
    assert!(other.received().is_empty());
}

#[test]
fn mistakes_are_told_all_at_once() {
    let told = |oauth: OAuth2| {
        let error = client_of("https://acme.example", &Login::oauth2(oauth)).expect_err("it cannot be used");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.to_string()
    };
    let good = || OAuth2::authorization_code("id").authorize("https://login.example/a").token("https://login.example/t");
    client_of("https://acme.example", &Login::oauth2(good())).expect("nothing is wrong with it");
    assert_eq!(
        told(OAuth2::authorization_code("").client_secret("").token("http://login.example/token").without_pkce(" ")),
        "the OAuth 2.0 login cannot be used: the client id is empty; the client secret is empty; `authorize` is not given; the address of `token` \
         is not encrypted: it must begin with `https://`, or be on this machine; `without_pkce` does not say why"
    );
    for (oauth, message) in [
        (good().token("login.example/token"), "the address of `token` is not a whole one, such as `https://login.example/token`"),
        (good().refresh("https://u:p4ss@login.example/t"), "the address of `refresh` holds a user name"),
        (good().authorize("https://login.example/#a"), "the address of `authorize` has a fragment"),
        (good().token_parameter("code_verifier", "x"), "the parameter `code_verifier` is set by the client itself"),
        (good().authorize_parameter("", "x"), "a parameter has no name"),
        (
            good().client_secret("s").client_in_body().token_parameter("client_secret", "x"),
            "the parameter `client_secret` is set by the client itself",
        ),
        (good().scopes(["a"]).authorize_parameter("scope", "b"), "the parameter `scope` is given twice for one request"),
        (
            good().token_parameter("resource", "a").refresh_parameter("resource", "a").token_parameter("resource", "b"),
            "the parameter `resource` is given twice for one request",
        ),
        (good().scheme("Bearer token"), "the scheme is not one word"),
        (good().in_header("X Token"), "the name of the header with the token is not one"),
        (good().in_query(""), "the query parameter with the token has no name"),
        (
            OAuth2::client_credentials("id").token("https://login.example/t"),
            "client credentials need `client_secret`, or a login with a certificate",
        ),
        (
            OAuth2::client_credentials("id").client_secret("s").token("https://login.example/t").authorize("https://login.example/a"),
            "`authorize` has no effect: with client credentials no person is sent anywhere",
        ),
        (
            OAuth2::client_credentials("id").client_secret("s").token("https://login.example/t").refresh_parameter("a", "b"),
            "`refresh_parameter` has no effect: with client credentials a new token is asked for as the first was",
        ),
    ] {
        assert_eq!(told(oauth), format!("the OAuth 2.0 login cannot be used: {message}"));
    }
    // What was meant to stand elsewhere is not shown.
    assert!(!told(good().token("s3cr3t")).contains("s3cr3t"));
}

#[tokio::test]
async fn what_cannot_be_done_says_so() {
    let home = home().await;
    let nobody = OAuth2::client_credentials("id").client_secret("s").token("http://127.0.0.1:1/token");
    let robot = client_of(&home.url(), &Login::oauth2(nobody)).and_then(|builder| builder.no_retry().build_any()).expect("a client");
    let error = HttpRequest::get("/api/me").send(&robot).await.expect_err("nobody is there");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.to_string().contains("while a credential is obtained: the connection could not be made"), "{error}");
    assert!(home.received().is_empty());
    let error = robot.authorizer(Url::parse(CALLBACK).expect("a URL")).expect_err("no person is asked");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("not one that a person authorises"), "{error}");
}

#[tokio::test]
async fn nothing_secret_is_shown() {
    let (home, provider) = (home().await, StandIn::start().await.expect("a stand-in"));
    provider.on("POST", "/token", Reply::json(401, &json!({ "error": "invalid_client" })));
    let oauth = machine(&provider).token_parameter("key", "p4rameter").token(of(&provider, "/token?key=qu3ry"));
    let client = client(&home, oauth.clone());
    let error = me(&client).await.expect_err("refused");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("invalid_client")));
    let login = Login::oauth2(oauth.clone());
    let shown = format!("{oauth:?} {login:?} {client:?} {error} {error:?}");
    assert!(["s3cr3t", "p4rameter", "qu3ry"].iter().all(|secret| !shown.contains(secret)), "{shown}");
    assert!(shown.contains("Login(oauth2)") && shown.contains(&provider.url()), "{shown}");
}

#[tokio::test]
async fn another_server_that_asks_who_calls_is_not_asked_again() {
    let (provider, home, other) = (provider().await, home().await, StandIn::start().await.expect("a stand-in"));
    other.on("POST", "/orders", Reply::status(401));
    let client = client(&home, machine(&provider));
    me(&client).await.expect("it is known");
    let error = HttpRequest::post(of(&other, "/orders")).send(&client).await.expect_err("it is unknown there");
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!((other.received().len(), provider.received().len()), (1, 1), "a POST is sent once, and the token is not renewed");
}

#[tokio::test]
async fn a_calls_time_ends_it_also_while_a_token_is_obtained() {
    let (home, provider) = (home().await, StandIn::start().await.expect("a stand-in"));
    provider.on("POST", "/token", token("a1", None).delay(Duration::from_secs(2)));
    let builder = client_of(&of(&home, "/api"), &Login::oauth2(machine(&provider))).expect("a login");
    let client = builder.overall_timeout(Duration::from_millis(200)).build_any().expect("a client");
    let begun = std::time::Instant::now();
    let error = me(&client).await.expect_err("there is no token yet");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    // What was asked for is not lost with the call.
    tokio::time::sleep(Duration::from_secs(3)).await;
    me(&client).await.expect("the token has come");
    assert_eq!(provider.received().len(), 1);
}
