//! Where a person's browser comes back to when the program runs on their own machine: a port on loopback (RFC 8252, 7.3). What the browser brings is
//! judged by [`Authorizer::finish`](super::Authorizer::finish).

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::Url;

use super::authorize::AuthorizationRequest;
use crate::error::{Error, ErrorKind};

/// The path that the browser comes back to.
const PATH: &str = "/callback";

/// Waits on loopback for the browser of a person who authorises a connection.
///
/// ```no_run
/// # async fn login(client: &linchpin_runtime::AnyClient) -> Result<(), linchpin_runtime::Error> {
/// use linchpin_runtime::auth::Loopback;
/// let loopback = Loopback::bind(0).await?;
/// let authorizer = client.authorizer(loopback.redirect_uri().clone())?;
/// let request = authorizer.begin()?;
/// println!("open {}", request.url());
/// let callback = loopback.answer_to(&request, std::time::Duration::from_secs(300)).await?;
/// authorizer.finish(request, &callback).await?;
/// # Ok(())
/// # }
/// ```
pub struct Loopback {
    listener: TcpListener,
    redirect_uri: Url,
}

impl Loopback {
    /// Listens on 127.0.0.1, on this port or, with 0, on any that is free. Servers that do not follow RFC 8252 want the port that was registered.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub async fn bind(port: u16) -> Result<Loopback, Error> {
        let unusable =
            |error: io::Error| Error::new(ErrorKind::Configuration, format!("127.0.0.1:{port} cannot be listened on")).with_source(&error);
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(unusable)?;
        let address: SocketAddr = listener.local_addr().map_err(unusable)?;
        let redirect_uri = Url::parse(&format!("http://{address}{PATH}"));
        let redirect_uri = redirect_uri.map_err(|_| Error::new(ErrorKind::Configuration, "the port has no address"))?;
        Ok(Loopback { listener, redirect_uri })
    }

    /// `http://127.0.0.1:49152/callback`
    pub fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// Waits for the address with which the browser comes back. Whatever else knocks, other pages and other programs, is turned away and waited past:
    /// only the browser that was sent out knows the state.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn answer_to(self, request: &AuthorizationRequest, within: Duration) -> Result<String, Error> {
        let (arrived, answer) = oneshot::channel();
        let visit = Arc::new(Visit { state: request.state().to_owned(), base: self.redirect_uri, arrived: Mutex::new(Some(arrived)) });
        let serving = serve(self.listener, visit);
        let late = || Error::new(ErrorKind::Timeout, "nobody came back from the browser in time");
        tokio::select! {
            never = serving => match never {},
            came = tokio::time::timeout(within, answer) => came.map_err(|_| late())?.map_err(|_| late()),
        }
    }
}

impl fmt::Debug for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loopback").field("redirect_uri", &self.redirect_uri.as_str()).finish_non_exhaustive()
    }
}

/// The one visit that is waited for.
struct Visit {
    state: String,
    base: Url,
    arrived: Mutex<Option<oneshot::Sender<String>>>,
}

async fn serve(listener: TcpListener, visit: Arc<Visit>) -> Infallible {
    // Connections end with the wait; the page has been sent by then, since it is what the sender waits behind.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let visit = visit.clone();
        connections.spawn(async move {
            let seen = visit.clone();
            let came = Arc::new(Mutex::new(None));
            let noted = came.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let (response, callback) = seen.answer(&request);
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = callback;
                async move { Ok::<_, Infallible>(response) }
            });
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10)).keep_alive(false).max_buf_size(64 << 10);
            // A browser that goes away is no news.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            let callback = came.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(callback) = callback
                && let Some(arrived) = visit.arrived.lock().unwrap_or_else(PoisonError::into_inner).take()
            {
                let _ = arrived.send(callback);
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

impl Visit {
    /// The page to show, and the address when it is the one that is waited for.
    fn answer(&self, request: &Request<Incoming>) -> (Response<Full<Bytes>>, Option<String>) {
        let mut url = self.base.clone();
        url.set_query(request.uri().query());
        let here = request.method() == Method::GET && request.uri().path() == PATH;
        if !here {
            return (page(StatusCode::NOT_FOUND, "There is nothing here."), None);
        }
        let states: Vec<_> = url.query_pairs().filter(|(name, _)| name == "state").collect();
        if !matches!(&states[..], [(_, state)] if *state == self.state) {
            return (page(StatusCode::BAD_REQUEST, "This is not the answer to the login that was begun."), None);
        }
        let text = match url.query_pairs().any(|(name, _)| name == "error") {
            true => "The login was refused. You can close this page; the program says more.",
            false => "You are back. You can close this page.",
        };
        (page(StatusCode::OK, text), Some(url.into()))
    }
}

/// A page without anything of the request in it, that leads nowhere and is kept nowhere.
fn page(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    response.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}
