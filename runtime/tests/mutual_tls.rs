//! Mutual TLS over loopback: the certificate that a person filled in is shown to the API's own server, to nobody else, and in no message.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use linchpin_runtime::{
    __codegen_v1 as lp, ErrorKind, RedirectPolicy,
    http_module::{HttpRequest, Login, OAuth2, Redirects, client_of},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{RootCertStore, ServerConfig, pki_types::PrivateKeyDer, server::WebPkiClientVerifier};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

lp::structure! {
    /// A certificate and its key.
    pub struct Certified "Certified" {
        /// The certificate.
        pub certificate: lp::Secret = "certificate!";
        /// Its key.
        pub private_key: lp::Secret = "private_key!";
    }
}

impl lp::Connection for Certified {
    const TABLE: &'static lp::ConnectionTable = &lp::ConnectionTable {
        name: "certified",
        fields: <Certified as lp::Shaped>::LINK,
        tls: Some(("{certificate}", "{private_key}")),
        ..lp::ConnectionTable::EMPTY
    };
}

impl lp::ConnectsTo<Api> for Certified {}

lp::structure! {
    /// A certificate and its key, for a token.
    pub struct Bound "Bound" {
        /// The certificate.
        pub certificate: lp::Secret = "certificate!";
        /// Its key.
        pub private_key: lp::Secret = "private_key!";
        /// The client's id.
        pub client_id: String = "client_id!";
    }
}

/// The client shows itself to the token endpoint by its certificate (RFC 8705).
const BY_CERTIFICATE: lp::OAuth2 = lp::OAuth2 {
    flow: lp::OAuth2Flow::ClientCredentials,
    token: "https://bank.example/token",
    client: lp::ClientAuth::None,
    ..lp::OAuth2::EMPTY
};

impl lp::Connection for Bound {
    const TABLE: &'static lp::ConnectionTable = &lp::ConnectionTable {
        name: "bound",
        fields: <Bound as lp::Shaped>::LINK,
        grant: lp::Grant::OAuth2(&BY_CERTIFICATE),
        credentials: &[lp::Credential::Header("authorization", "Bearer {access_token}")],
        tls: Some(("{certificate}", "{private_key}")),
        ..lp::ConnectionTable::EMPTY
    };
}

impl lp::ConnectsTo<Api> for Bound {}

/// An API behind mutual TLS.
#[derive(Debug)]
pub enum Api {}

impl lp::Api for Api {
    const TABLE: &'static lp::ApiTable = &lp::ApiTable {
        connector: "bank",
        servers: &["https://bank.example"],
        connections: &[<Certified as lp::Connection>::TABLE, <Bound as lp::Connection>::TABLE],
        ..lp::ApiTable::EMPTY
    };
}

/// Who vouches for everybody here.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    roots: Arc<RootCertStore>,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).expect("a root");
        Authority { pem: certificate.pem(), issuer: Issuer::new(params, key), roots: Arc::new(roots) }
    }

    /// A certificate for a name, and its key.
    fn certify(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }
}

#[derive(Clone, Copy)]
enum Asks {
    Insists,
    Politely,
}

/// What a server saw: for each request, whether a certificate was shown.
type Shown = Arc<Mutex<Vec<bool>>>;

/// A server that redirects `/away` to another.
async fn serve(authority: &Authority, asks: Asks, away: Option<String>) -> (String, Shown) {
    let (certificate, key) = authority.certify("localhost");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(authority.roots.clone(), provider.clone());
    let verifier = match asks {
        Asks::Insists => verifier,
        Asks::Politely => verifier.allow_unauthenticated(),
    };
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("protocol versions");
    let config = config.with_client_cert_verifier(verifier.build().expect("a verifier"));
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = config.with_single_cert(vec![certificate.der().clone()], key).expect("a server's certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
    let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
    let shown = Shown::default();
    let seen = shown.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            let (acceptor, seen, away) = (acceptor.clone(), seen.clone(), away.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let certified = stream.get_ref().1.peer_certificates().is_some();
                let service = service_fn(move |request: Request<Incoming>| {
                    seen.lock().expect("unpoisoned").push(certified);
                    let answer = Response::builder();
                    let answer = match away.as_ref().filter(|_| request.uri().path() == "/away") {
                        Some(away) => answer.status(302).header("location", away.as_str()),
                        None => answer,
                    };
                    let body: &'static [u8] = match request.uri().path() {
                        "/token" => br#"{"access_token":"t0p","token_type":"Bearer","expires_in":60}"#,
                        _ => b"ok",
                    };
                    std::future::ready(Ok::<_, Infallible>(answer.body(Full::new(Bytes::from_static(body))).expect("an answer")))
                });
                drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    (url, shown)
}

fn client(authority: &Authority, url: &str, certificate: &str, key: &str) -> Result<lp::Client<Api>, linchpin_runtime::Error> {
    let certified = Certified { certificate: certificate.into(), private_key: key.into() };
    let builder = lp::Client::<Api>::builder(certified).base_url(url).add_roots(authority.pem.as_bytes()).no_retry();
    builder.redirects(RedirectPolicy::DropCredentials).build()
}

#[tokio::test]
async fn the_certificate_is_shown_at_home_and_nowhere_else() {
    let authority = Authority::new();
    let (elsewhere, seen_elsewhere) = serve(&authority, Asks::Politely, None).await;
    let (home, seen_at_home) = serve(&authority, Asks::Insists, Some(elsewhere)).await;
    let (certificate, key) = authority.certify("client");
    let (certificate, key) = (certificate.pem(), key.serialize_pem());
    for (certificate, key) in [(certificate.clone(), key.clone()), (certificate.replace('\n', "\\n"), key.replace('\n', " "))] {
        let client = client(&authority, &home, &certificate, &key).expect("a client");
        let answer = HttpRequest::get("/here").send(&client).await.expect("an answer");
        assert_eq!(answer.text().expect("text"), "ok");
        HttpRequest::get("/away").redirects(Redirects::All).send(&client).await.expect("an answer");
    }
    assert_eq!(*seen_at_home.lock().expect("unpoisoned"), [true; 4]);
    assert_eq!(*seen_elsewhere.lock().expect("unpoisoned"), [false; 2]);
}

#[tokio::test]
async fn the_token_endpoint_is_shown_the_certificate() {
    let authority = Authority::new();
    let (home, shown) = serve(&authority, Asks::Insists, None).await;
    let (certificate, key) = authority.certify("client");
    let bound = Bound { certificate: certificate.pem().into(), private_key: key.serialize_pem().into(), client_id: "me".into() };
    let builder = lp::Client::<Api>::builder(bound).base_url(&home).add_roots(authority.pem.as_bytes());
    let client = builder.build().expect("a client");
    HttpRequest::get("/here").send(&client).await.expect("a token, and an answer");
    assert_eq!(*shown.lock().expect("unpoisoned"), [true; 2], "the token and the call");
}

#[tokio::test]
async fn a_certificate_is_all_that_a_client_shows_for_a_token_without_a_spec() {
    let authority = Authority::new();
    let (elsewhere, seen_elsewhere) = serve(&authority, Asks::Politely, None).await;
    let (home, seen_at_home) = serve(&authority, Asks::Insists, None).await;
    let (login, seen_at_login) = serve(&authority, Asks::Insists, None).await;
    let (certificate, key) = authority.certify("client");
    let oauth = OAuth2::client_credentials("me").token(format!("{login}/token"));
    let certified = Login::oauth2(oauth).with_certificate(certificate.pem(), key.serialize_pem());
    let client = client_of(&home, &certified).expect("a login").add_roots(authority.pem.as_bytes()).build_any().expect("a client");
    HttpRequest::get("/here").send(&client).await.expect("a token, and an answer");
    HttpRequest::get(format!("{elsewhere}/there")).send(&client).await.expect("an answer");
    for (seen, shown) in [(seen_at_login, true), (seen_at_home, true), (seen_elsewhere, false)] {
        assert_eq!(*seen.lock().expect("unpoisoned"), [shown]);
    }
}

#[tokio::test]
async fn a_login_without_a_spec_shows_a_certificate_too() {
    let authority = Authority::new();
    let (elsewhere, seen_elsewhere) = serve(&authority, Asks::Politely, None).await;
    let (home, seen_at_home) = serve(&authority, Asks::Insists, None).await;
    let (certificate, key) = authority.certify("client");
    let (certificate, key) = (certificate.pem(), key.serialize_pem());
    for login in [Login::certificate(&*certificate, &*key), Login::bearer("t0p").with_certificate(&*certificate, &*key)] {
        let builder = client_of(&home, &login).expect("a login").add_roots(authority.pem.as_bytes());
        let client = builder.build_any().expect("a client");
        HttpRequest::get("/here").send(&client).await.expect("an answer");
        HttpRequest::get(format!("{elsewhere}/there")).send(&client).await.expect("an answer");
        assert!(!format!("{login:?} {client:?}").contains("BEGIN"));
    }
    assert_eq!(*seen_at_home.lock().expect("unpoisoned"), [true; 2]);
    assert_eq!(*seen_elsewhere.lock().expect("unpoisoned"), [false; 2]);
    let error = client_of(&home, &Login::certificate(certificate, "s3cr3t")).and_then(|builder| builder.build_any()).expect_err("no key");
    assert!(error.kind() == ErrorKind::Configuration && !error.to_string().contains("s3cr3t"), "{error}");
}

#[tokio::test]
async fn without_the_right_certificate_nothing_is_answered() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (home, seen) = serve(&authority, Asks::Insists, None).await;
    let (certificate, key) = other.certify("client");
    let stranger = client(&authority, &home, &certificate.pem(), &key.serialize_pem()).expect("a client");
    let error = HttpRequest::get("/here").send(&stranger).await.expect_err("a stranger's certificate");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(seen.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn what_does_not_belong_together_is_said_at_once() {
    let authority = Authority::new();
    let ((one, key), (two, _)) = (authority.certify("one"), authority.certify("two"));
    let key = key.serialize_pem();
    for (certificate, key, problem) in [
        (two.pem(), key.clone(), "the connection's certificate and key do not belong together"),
        ("s3cr3t".to_owned(), key.clone(), "the connection's certificate is not PEM"),
        (one.pem(), "s3cr3t".to_owned(), "the key of the connection's certificate is not PEM"),
    ] {
        let error = client(&authority, "https://localhost:1", &certificate, &key).expect_err("refused");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Configuration, problem));
        assert!(!format!("{error:?}").contains("s3cr3t"));
    }
    let certified = Certified { certificate: one.pem().into(), private_key: key.clone().into() };
    let builder = lp::Client::<Api>::builder(certified);
    let shown = format!("{builder:?}");
    assert!(!shown.contains("BEGIN"), "{shown}");
}
