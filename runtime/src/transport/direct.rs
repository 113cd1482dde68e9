//! Sending without a proxy, over hyper's pooling client: reqwest would parse each address again and pass each call through layers of its own,
//! which costs as much CPU as all of ours. What these layers would do, the engine does.

use std::{
    error::Error as StdError,
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body::Body as _;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use tokio::net::TcpStream;
use tower_service::Service;

use super::{ConnectSettings, Incoming, IncomingBody, Outgoing, SendFailure, Source, chain, failure, guard::Resolver};
use crate::{
    body::OpenPayload,
    error::{Error, ErrorKind},
};

/// How long a connection is kept that nothing uses.
const IDLE: Duration = Duration::from_secs(90);
/// After how much silence the other end is asked whether it is still there, how often, and how many times.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(15), Duration::from_secs(15), 3);
/// How long sent bytes may go without being acknowledged.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// What is spoken over TLS, the best first.
const PROTOCOLS: &[&[u8]] = if cfg!(feature = "http2") { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };

/// An answer that is waited for.
pub(super) type Answer = legacy::ResponseFuture;

/// hyper's client with connections of ours. Clones share connections.
#[derive(Clone, Debug)]
pub(crate) struct Direct(Arc<legacy::Client<Connector, OpenPayload>>);

impl Direct {
    pub(super) fn new(settings: &ConnectSettings, mut tls: rustls::ClientConfig) -> Direct {
        tls.alpn_protocols = PROTOCOLS.iter().map(|protocol| protocol.to_vec()).collect();
        let mut tcp = HttpConnector::new_with_resolver(Resolver { guard: settings.guard });
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(settings.connect_timeout));
        let (silence, interval, times) = KEEPALIVE;
        tcp.set_keepalive(Some(silence));
        tcp.set_keepalive_interval(Some(interval));
        tcp.set_keepalive_retries(Some(times));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        let connector = Connector(Arc::new(Connecting { inner: HttpsConnector::from((tcp, tls)), longest: settings.connect_timeout }));
        let client = legacy::Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).build(connector);
        Direct(Arc::new(client))
    }

    /// Makes one request, which is sent when its answer is first waited for.
    pub(super) fn send(&self, request: Outgoing) -> Result<Answer, SendFailure> {
        let uri = Uri::try_from(String::from(request.url)).map_err(|_| unsendable())?;
        let mut outgoing = Request::new(request.body);
        *outgoing.method_mut() = request.method;
        *outgoing.uri_mut() = uri;
        *outgoing.headers_mut() = request.headers;
        outgoing.headers_mut().entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        Ok(self.0.request(outgoing))
    }
}

/// Waits for the head of an answer.
pub(super) async fn head(answer: Answer) -> Result<Incoming, SendFailure> {
    let (head, body) = answer.await.map_err(|error| sort(&error))?.into_parts();
    Ok(Incoming { status: head.status, headers: head.headers, body: IncomingBody(Source::Direct(body)) })
}

fn unsendable() -> SendFailure {
    SendFailure::NotSent(Error::new(ErrorKind::Input, "the address is not one that HTTP can carry").with_retryable(false))
}

/// The texts of these errors hold no address but that of the connection.
fn sort(error: &legacy::Error) -> SendFailure {
    failure(error, error.is_connect(), timed_out(error))
}

fn timed_out(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
            || cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout)
    })
}

/// The next piece of a body. Trailers are passed over.
pub(super) async fn chunk(body: &mut hyper::body::Incoming) -> Result<Option<Bytes>, Error> {
    loop {
        let frame = match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Ok(None),
            Some(Err(error)) => return Err(failure(&error, false, timed_out(&error)).into_error()),
            Some(Ok(frame)) => frame,
        };
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
}

/// Makes connections: resolves, connects and agrees on TLS, all within one time. hyper's client clones it for every request, and seldom uses it.
#[derive(Clone, Debug)]
struct Connector(Arc<Connecting>);

#[derive(Debug)]
struct Connecting {
    inner: HttpsConnector<HttpConnector<Resolver>>,
    longest: Duration,
}

type Failed = Box<dyn StdError + Send + Sync>;

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Failed;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failed>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failed>> {
        // Neither of the two has anything to wait for, and `call` takes a new clone.
        self.0.inner.clone().poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.0.longest, self.0.inner.clone().call(to));
        Box::pin(async move {
            let late = || io::Error::new(io::ErrorKind::TimedOut, "connecting took too long");
            connecting.await.unwrap_or_else(|_| Err(late().into()))
        })
    }
}
