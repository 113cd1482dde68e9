//! The transport over loopback: connections are kept and replaced, TLS is checked, proxies are used when named and only then.

mod support;

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, Version, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use linchpin_runtime::{__codegen_v1::Patch, Client, ClientBuilder, ErrorKind, prelude::*};
use rustls::pki_types::PrivateKeyDer;
use support::*;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

const ITEM: &str = r#"{"data": {"id": "1"}}"#;

/// What a server saw: how many connections, and what was asked over them.
#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<(Version, String)>,
}

struct Server {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// Answers every request with an item.
    async fn start(tls: Option<TlsAcceptor>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let server = Server { port, seen: seen.clone() };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("it accepts");
                seen.lock().expect("unpoisoned").connections += 1;
                tokio::spawn(connection(stream, tls.clone(), seen.clone()));
            }
        });
        server
    }

    fn connections(&self) -> usize {
        self.seen.lock().expect("unpoisoned").connections
    }

    fn requests(&self) -> Vec<(Version, String)> {
        self.seen.lock().expect("unpoisoned").requests.clone()
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, seen: Arc<Mutex<Seen>>) {
    let Some(tls) = tls else { return serve(stream, false, seen).await };
    // A client that does not trust the certificate hangs up.
    if let Ok(stream) = tls.accept(stream).await {
        let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        serve(stream, h2, seen).await;
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, h2: bool, seen: Arc<Mutex<Seen>>) {
    let service = service_fn(move |request: Request<Incoming>| {
        seen.lock().expect("unpoisoned").requests.push((request.version(), request.uri().to_string()));
        async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(ITEM.as_bytes())))) }
    });
    let io = TokioIo::new(stream);
    // The client may be gone before it has said goodbye.
    if h2 {
        #[cfg(feature = "http2")]
        drop(hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new()).serve_connection(io, service).await);
    } else {
        drop(hyper::server::conn::http1::Builder::new().serve_connection(io, service).await);
    }
}

/// A server's side of TLS for `localhost`, and the root that vouches for it.
fn certified(protocols: &[&str]) -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let mut config = rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a server's certificate");
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

fn to(url: impl Into<String>) -> ClientBuilder<Api> {
    Client::<Api>::builder(key()).base_url(url).no_retry()
}

fn get() -> GetItem {
    GetItem { id: "1".into(), view: None }
}

fn create() -> CreateItem {
    CreateItem { name: "A".into(), note: Patch::Leave }
}

#[tokio::test]
async fn connections_are_kept() {
    let server = Server::start(None).await;
    let client = to(format!("http://127.0.0.1:{}", server.port)).build().expect("a client");
    for _ in 0..5 {
        get().send(&client).await.expect("an item");
        create().send(&client).await.expect("an item");
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 10));
    assert!(server.requests().iter().all(|(version, uri)| *version == Version::HTTP_11 && uri.starts_with("/api/1.0/items")));
}

#[tokio::test]
async fn what_the_environment_says_of_proxies_is_not_heard() {
    // The other test, in a process whose environment names proxies where nobody listens.
    let mut again = std::process::Command::new(std::env::current_exe().expect("this program"));
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        again.env(name, "http://127.0.0.1:1");
    }
    // Where these name loopback, a client that hears the rest would seem deaf.
    again.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = again.args(["--exact", "connections_are_kept"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("it accepts");
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await.expect("a request");
            // It says nothing of closing, and closes.
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{ITEM}", ITEM.len());
            stream.write_all(answer.as_bytes()).await.expect("it sends");
        }
    });
    let client = to(url).build().expect("a client");
    for _ in 0..3 {
        // Never tried again by our rules: it must not come to that.
        create().send(&client).await.expect("an item");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn certificates_are_checked() {
    let (tls, root) = certified(&[]);
    let server = Server::start(Some(tls)).await;
    let url = format!("https://localhost:{}", server.port);
    let trusting = to(&url).add_roots(root.as_bytes()).build().expect("a client");
    for _ in 0..2 {
        get().send(&trusting).await.expect("an item");
    }
    assert_eq!(server.connections(), 1);

    let error = get().send(&to(&url).build().expect("a client")).await.expect_err("not trusted");
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    let elsewhere = to(url.replace("localhost", "127.0.0.1")).add_roots(root.as_bytes()).build().expect("a client");
    let error = get().send(&elsewhere).await.expect_err("another name");
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn the_version_is_agreed_on() {
    let (tls, root) = certified(&["h2", "http/1.1"]);
    let server = Server::start(Some(tls)).await;
    let client = to(format!("https://localhost:{}", server.port)).add_roots(root.as_bytes()).build().expect("a client");
    get().send(&client).await.expect("an item");
    create().send(&client).await.expect("an item");
    let spoken = if cfg!(feature = "http2") { Version::HTTP_2 } else { Version::HTTP_11 };
    assert!(server.requests().iter().all(|(version, _)| *version == spoken), "{:?}", server.requests());
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
}

#[tokio::test]
async fn connecting_has_its_own_time() {
    // It takes connections, and never answers the TLS greeting.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    let client = to(url).connect_timeout(Duration::from_millis(100)).build().expect("a client");
    let sent = tokio::time::timeout(Duration::from_secs(20), get().send(&client)).await.expect("sooner than the try's own time");
    assert_eq!(sent.expect_err("too slow").kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_proxy_is_used_when_it_is_named() {
    let proxy = Server::start(None).await;
    let client = to("http://api.example.invalid").proxy(format!("http://127.0.0.1:{}", proxy.port)).build().expect("a client");
    get().send(&client).await.expect("an item");
    let requests = proxy.requests();
    assert!(requests[0].1.starts_with("http://api.example.invalid/api/1.0/items/1"), "{requests:?}");
}
