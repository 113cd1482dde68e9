//! A token that several processes renew together: the server that renews it, the token that has run out, and the processes, which are the
//! test program itself, told by its environment what to do. Where the token is kept is each test's own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use linchpin_runtime::auth::{Token, TokenStore};
use linchpin_runtime::testing::{Received, Reply, StandIn};
use serde_json::json;

/// Under what a store keeps the token.
pub const KEY: &str = "microsoft_graph/v1/oauth@1/ann";
/// How many calls a process makes at once.
pub const TASKS: usize = 8;

/// Microsoft Graph with one user, whose token endpoint first answers this, then whatever else is put there.
pub async fn graph(first: Reply) -> StandIn {
    let server = StandIn::start().await.expect("it listens");
    server.on("POST", "/common/oauth2/v2.0/token", first);
    server.on("GET", "/v1.0/users/ann", Reply::json(200, &json!({ "id": "ann" })));
    server
}

/// A renewed token: `a2`, and `r2` for the next.
pub fn renewed() -> Reply {
    Reply::json(200, &json!({ "access_token": "a2", "refresh_token": "r2", "token_type": "Bearer", "expires_in": 3600 }))
}

/// The token that has run out: `a1`, and `r1` to renew it.
pub fn spent() -> Token {
    let hour = Duration::from_secs(3600);
    Token::new("a1", SystemTime::now() - 2 * hour).with_refresh("r1").expiring_at(SystemTime::now() - hour)
}

/// How often the token endpoint was asked.
pub fn renewals(server: &StandIn) -> usize {
    server.received().iter().filter(|request| request.path().ends_with("/token")).count()
}

/// One token was asked for, everything that two processes called went with it, and it is kept under this key.
pub async fn assert_renewed_once(server: &StandIn, store: &dyn TokenStore, key: &str) {
    assert_eq!(renewals(server), 1, "{:?}", server.received());
    let calls: Vec<Received> = server.received().into_iter().filter(|request| request.path() == "/v1.0/users/ann").collect();
    assert_eq!(calls.len(), 2 * TASKS);
    assert!(calls.iter().all(|call| call.header("authorization") == Some("Bearer a2")));
    let kept = store.load(key).await.expect("it is read").expect("it is there");
    assert_eq!((kept.access_token(), kept.refresh_token()), ("a2", Some("r2")));
}

/// Starts the test of this name in a process of its own, with these words in its environment.
pub fn start(test: &str, environment: &[(&str, &str)]) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(["--exact", test, "--nocapture"]).envs(environment.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("it starts")
}

/// What a process said behind a word, at the beginning of a line.
pub fn said(child: &mut Child, word: &str) -> String {
    let output = BufReader::new(child.stdout.as_mut().expect("piped"));
    let line = output.lines().map_while(Result::ok).find(|line| line.starts_with(word));
    line.unwrap_or_else(|| panic!("it says `{word}`"))[word.len()..].trim().to_owned()
}
