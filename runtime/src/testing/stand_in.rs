//! A server on loopback that answers from a spec's examples, or as a test tells it, and keeps what it was asked. What it answers is `script`'s.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    examples,
    faults::FaultSchedule,
    script::{Fault, Received, Reply, Route},
};
use crate::{api::Api, operation::ApiTable};

/// A server on loopback. It stops when it is dropped.
pub struct StandIn {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    routes: Vec<Route>,
    received: Vec<Received>,
    faults: Option<FaultSchedule>,
}

impl StandIn {
    /// One that answers 404 to everything until it is told otherwise.
    ///
    /// # Errors
    /// When loopback cannot be listened on.
    pub async fn start() -> io::Result<StandIn> {
        StandIn::start_on(0).await
    }

    /// The same on a port of one's choice; 0 for any that is free.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub async fn start_on(port: u16) -> io::Result<StandIn> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let server = tokio::spawn(serve(listener, state.clone()));
        Ok(StandIn { address, state, server })
    }

    /// One that answers from the examples and tests of an API's spec: what they give is answered as they say, anything else that a module
    /// can send as its first example is. Token endpoints answer with a token.
    ///
    /// # Errors
    /// When loopback cannot be listened on.
    pub async fn from_examples<A: Api>() -> io::Result<StandIn> {
        StandIn::from_table(A::TABLE).await
    }

    /// One that answers from the examples of a table.
    ///
    /// # Errors
    /// When loopback cannot be listened on.
    pub async fn from_table(table: &'static ApiTable) -> io::Result<StandIn> {
        StandIn::from_table_on(table, 0).await
    }

    /// The same on a port of one's choice; 0 for any that is free.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub async fn from_table_on(table: &'static ApiTable, port: u16) -> io::Result<StandIn> {
        let stand_in = StandIn::start_on(port).await?;
        lock(&stand_in.state).routes = examples::of_table(table, &stand_in.url());
        Ok(stand_in)
    }

    /// `http://127.0.0.1:49152`, for [`ClientBuilder::base_url`](crate::ClientBuilder::base_url).
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds a route. Among those that fit a request the one that names most is taken, among equals the one added first that has answers of
    /// its own left.
    pub fn route(&self, route: Route) {
        let mut state = lock(&self.state);
        let same = |known: &&mut Route| known.is_for_the_same(&route);
        match state.routes.iter_mut().find(same) {
            Some(known) => known.replies.extend(route.replies),
            None => state.routes.push(route),
        }
    }

    /// Adds an answer to a method and path, see [`Route::new`].
    pub fn on(&self, method: &str, target: &str, reply: Reply) {
        self.route(Route::new(method, target).reply(reply));
    }

    /// From now on, some requests meet faults.
    pub fn faults(&self, schedule: FaultSchedule) {
        lock(&self.state).faults = Some(schedule);
    }

    /// Every request until now, in the order of their arrival.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandIn").field("address", &self.address).finish_non_exhaustive()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    // Connections end with the server, not after it.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        let service = service_fn(move |request| answer(state.clone(), request));
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        connections.spawn(async move {
            // A client that goes away and a fault that was asked for end a connection with an error; neither is news.
            let _ = connection.await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(state: Arc<Mutex<State>>, request: Request<Incoming>) -> Result<Response<Answer>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let target = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let received = Received { method: parts.method.to_string(), target, headers: parts.headers, body, acted: true };
    let reply = next_reply(&mut lock(&state), received);
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    if reply.fault == Some(Fault::Reset) {
        return Err(io::Error::other("reset, as asked"));
    }
    let cut = match reply.fault {
        Some(Fault::Truncated(after)) => Some(after.min(reply.body.len())),
        _ => None,
    };
    let mut response = Response::new(Answer { body: Some(reply.body), cut, broken: false });
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    Ok(response)
}

fn next_reply(state: &mut State, mut received: Received) -> Reply {
    let fault = state.faults.as_mut().and_then(FaultSchedule::next);
    received.acted = fault.as_ref().is_none_or(|fault| fault.acts());
    // What is not acted on takes no answer from its route.
    let reply = if received.acted { routed(state, &received) } else { Reply::status(200) };
    state.received.push(received);
    match fault {
        Some(fault) => fault.spoil(reply),
        None => reply,
    }
}

fn routed(state: &mut State, received: &Received) -> Reply {
    let best = state.routes.iter().filter_map(|route| route.fits(received)).max();
    let mut fitting = state.routes.iter_mut().filter(|route| route.fits(received) == best && best.is_some());
    let reply = fitting.next().and_then(Route::next);
    let missing = || {
        let message = format!("the stand-in has no answer for {} {}", received.method, received.path());
        Reply::status(404).header("content-type", "text/plain").body(message)
    };
    reply.unwrap_or_else(missing)
}

/// A body that may break off.
struct Answer {
    body: Option<Bytes>,
    cut: Option<usize>,
    broken: bool,
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match (self.body.take(), self.cut) {
            (Some(body), None) if body.is_empty() => Poll::Ready(None),
            (Some(body), None) => Poll::Ready(Some(Ok(Frame::data(body)))),
            (Some(body), Some(after)) => Poll::Ready(Some(Ok(Frame::data(body.slice(..after))))),
            (None, None) => Poll::Ready(None),
            // Once more around, so that what there is of the body is sent before the connection breaks.
            (None, Some(_)) if !self.broken => {
                self.broken = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            (None, Some(_)) => Poll::Ready(Some(Err(io::Error::other("truncated, as asked")))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, |body| SizeHint::with_exact(body.len() as u64))
    }
}
