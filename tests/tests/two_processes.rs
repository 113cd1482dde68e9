//! One store of tokens, two processes: one of them renews, both use what it got; killed in the middle, it keeps nobody out.
//!
//! The processes are this very test program, told by its environment what to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use linchpin_connectors::microsoft_graph as graph;
use linchpin_runtime::auth::{FileStore, SealingKeys, Token, TokenStore};
use linchpin_runtime::http_module::{HttpRequest, Login, OAuth2, client_of};
use linchpin_runtime::{AnyClient, prelude::*};
use linchpin_tests::renewal::{self, KEY, TASKS, renewals, renewed};

/// Folder and address, for a process that is to make calls.
const TASK: &str = "LINCHPIN_TWO_PROCESSES";

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("linchpin-two-processes-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn client(store: FileStore, url: &str) -> graph::v1::Client {
    let oauth = graph::OAuth::new("id", "secret");
    graph::v1::Client::builder(oauth).base_url(url).token_store(Arc::new(store), "ann").build().expect("a client")
}

/// What a process does that the other tests start: says that it is there, then calls with many tasks at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_told_to_call() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (folder, url) = task.split_once('|').expect("a folder and an address");
    let client = client(FileStore::open(folder).expect("the store"), url);
    println!("\nready");
    let calls: Vec<_> = (0..TASKS)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { graph::v1::users::Read::new("ann").send(&client).await })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("an answer");
    }
}

/// The same without a spec.
fn universal_client(store: FileStore, url: &str) -> AnyClient {
    let (authorize, token) = (format!("{url}/common/oauth2/v2.0/authorize"), format!("{url}/common/oauth2/v2.0/token"));
    let oauth = OAuth2::authorization_code("id").client_secret("secret").authorize(authorize).token(token);
    let builder = client_of(&format!("{url}/v1.0"), &Login::oauth2(oauth)).expect("a login");
    builder.token_store(Arc::new(store), "ann").build_any().expect("a client")
}

/// What a process does that calls without a spec.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_told_to_call_without_a_spec() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (folder, url) = task.split_once('|').expect("a folder and an address");
    let client = universal_client(FileStore::open(folder).expect("the store"), url);
    println!("\nready");
    let calls: Vec<_> = (0..TASKS)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { HttpRequest::get("/users/ann").send(&client).await })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("an answer");
    }
}

fn start(folder: &Path, url: &str) -> Child {
    start_to("a_process_that_is_told_to_call", folder, url)
}

fn start_to(test: &str, folder: &Path, url: &str) -> Child {
    let mut child = renewal::start(test, &[(TASK, &format!("{}|{url}", folder.display()))]);
    renewal::said(&mut child, "ready");
    child
}

/// A store with a token that has run out.
async fn spent(folder: &Path) -> FileStore {
    spent_under(KEY, folder).await
}

async fn spent_under(key: &str, folder: &Path) -> FileStore {
    let store = FileStore::open(folder).expect("a store");
    store.keep(key, None, renewal::spent()).await.expect("it is kept");
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_renew_once() {
    let (folder, server) = (folder("once"), renewal::graph(renewed().delay(Duration::from_millis(300))).await);
    let store = spent(&folder).await;
    let url = server.url();
    let children: Vec<Child> = (0..2).map(|_| start(&folder, &url)).collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    renewal::assert_renewed_once(&server, &store, KEY).await;
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_without_a_spec_renew_once() {
    let (folder, server) = (folder("universal"), renewal::graph(renewed().delay(Duration::from_millis(300))).await);
    let url = server.url();
    let key = format!("http/{url} {url}/common/oauth2/v2.0/token id/authorization_code@1/ann");
    let store = spent_under(&key, &folder).await;
    let children: Vec<Child> = (0..2).map(|_| start_to("a_process_that_is_told_to_call_without_a_spec", &folder, &url)).collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    renewal::assert_renewed_once(&server, &store, &key).await;
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_renews_keeps_nobody_out() {
    let (folder, server) = (folder("killed"), renewal::graph(renewed().delay(Duration::from_secs(600))).await);
    server.on("POST", "/common/oauth2/v2.0/token", renewed());
    let store = spent(&folder).await;
    let url = server.url();
    let mut first = start(&folder, &url);
    while renewals(&server) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // It has the lease, and waits for a server that takes its time; the next in line waits for the lease.
    let mut second = start(&folder, &url);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(renewals(&server), 1, "one renews at a time");
    assert_eq!(store.load(KEY).await.expect("it is read").expect("it is there").access_token(), "a1", "the old token is still there");
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    assert!(second.wait().expect("it ends").success());
    assert_eq!(renewals(&server), 2);
    assert_eq!(store.load(KEY).await.expect("it is read").expect("it is there").access_token(), "a2");
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test]
async fn a_folder_of_tokens_keeps_them_apart_sealed_and_to_itself() {
    let folder = folder("sealed");
    let store = FileStore::open(&folder).expect("a store");
    let token = |name: &str| Token::new(name, SystemTime::now());
    store.keep("ann", None, token("access-of-ann")).await.expect("it is kept");
    store.keep("bob", None, token("access-of-bob")).await.expect("it is kept");
    let opened = FileStore::open(&folder).expect("the same store");
    assert_eq!(opened.load("ann").await.expect("it is read").expect("it is there").access_token(), "access-of-ann");
    assert!(opened.load("eve").await.expect("it is read").is_none());

    // A generation that somebody replaced is not replaced again.
    let theirs = opened.keep("ann", Some(9), token("late")).await.expect("it is decided");
    assert!(matches!(theirs, linchpin_runtime::auth::Kept::Theirs(token) if token.access_token() == "access-of-ann"));

    let files: Vec<PathBuf> = fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    for file in &files {
        let bytes = fs::read(file).expect("a file");
        assert!(!String::from_utf8_lossy(&bytes).contains("access-of"), "{}", file.display());
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file).expect("it is there").permissions()) & 0o077, 0);
    }
    // One person's token does not become another's, and a damaged one is told, not taken for none.
    let sealed: Vec<&PathBuf> = files.iter().filter(|file| file.extension().is_some_and(|end| end == "token")).collect();
    fs::copy(sealed[0], sealed[1]).expect("it is copied");
    let mixed = [opened.load("ann").await, opened.load("bob").await];
    assert_eq!(mixed.iter().filter(|loaded| loaded.is_err()).count(), 1, "{mixed:?}");
    for sealed in sealed {
        fs::write(sealed, b"short").expect("it is damaged");
    }
    assert!(opened.load("ann").await.is_err() && opened.keep("ann", None, token("new")).await.is_err());
    opened.forget("ann").await.expect("it is forgotten");
    assert!(opened.load("ann").await.expect("it is read").is_none());
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test]
async fn keys_are_changed_without_losing_a_token() {
    let folder = folder("keys");
    let (old, new) = (SealingKeys::generate().expect("a key"), SealingKeys::generate().expect("a key"));
    let keys = |key| SealingKeys::new(key).expect("a key");
    let store = FileStore::with_keys(&folder, keys(&old)).expect("a store");
    store.keep("ann", None, Token::new("a", SystemTime::now())).await.expect("it is kept");
    let both = FileStore::with_keys(&folder, keys(&new).and_old(&old).expect("a key")).expect("a store");
    assert_eq!(both.load("ann").await.expect("the old key opens").expect("it is there").access_token(), "a");
    assert_eq!(both.seal_anew().expect("it is sealed anew"), 1);
    assert_eq!(both.seal_anew().expect("nothing is left"), 0);
    let only = FileStore::with_keys(&folder, keys(&new)).expect("a store");
    assert_eq!(only.load("ann").await.expect("the new key opens").expect("it is there").access_token(), "a");
    let error = store.load("ann").await.expect_err("the old key alone").to_string();
    assert!(error.contains("another key"), "{error}");
    fs::remove_dir_all(folder).expect("the folder goes");
}
