//! The engine: takes a prepared call down the layers and brings its answer up. Nothing here is generic; which layer decides what is said in
//! each layer's own file.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use url::Url;

use crate::{
    answer::{self, Answered, Failed},
    body::Payload,
    budget::Budget,
    cache::{self, Cache},
    call::Prepared,
    client::Settings,
    clock::{BoxFuture, Clock},
    connection::{Applied, Credentials, Transport},
    error::{Error, ErrorKind},
    gate::{self, Passage},
    http_module::Redirects,
    life::Watch,
    limit::{Admitted, Limits, Refusal, Sharing},
    observe::{self, Attempt, Notice, Observer},
    operation::{ApiTable, Cost, OperationTable, RetryClass},
    retry::{self, Outcome, Quota, Try, Verdict},
    transport::{About, Http, Incoming, Outgoing, ReadLimits, Reader, SendFailure, guard_literal},
};

/// Redirects that one request may follow.
const HOPS: u32 = 5;

/// All that clones of a client share.
pub(crate) struct Core {
    /// Itself, for what outlives the call that made it and makes calls of its own.
    pub(crate) this: Weak<Core>,
    pub(crate) table: &'static ApiTable,
    /// The servers of the table, filled in, in its order.
    pub(crate) servers: Vec<Url>,
    pub(crate) fields: crate::connection::FieldValues,
    /// The name of the connection in use.
    pub(crate) connection: Option<&'static str>,
    pub(crate) credentials: Option<Arc<dyn Credentials>>,
    /// Takes the place of the origin of every server.
    pub(crate) rebase: Option<Url>,
    /// Headers of every request.
    pub(crate) headers: HeaderMap,
    /// What sends to servers that may see the credential.
    pub(crate) http: Http,
    /// What sends to any other.
    pub(crate) outside: Http,
    pub(crate) settings: Settings,
    pub(crate) cache: Option<Cache>,
    pub(crate) limits: Option<Limits>,
    pub(crate) sharing: Option<Sharing>,
    pub(crate) own_limits: Mutex<HashMap<&'static str, Arc<Limits>>>,
    pub(crate) quota: Quota,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) watch: Watch,
    pub(crate) transport: Arc<dyn Transport>,
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("connector", &self.table.connector)
            .field("version", &self.table.version)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// What became of a try that gave no success.
struct Refused {
    error: Error,
    outcome: Outcome,
    stated: Option<Duration>,
}

impl Core {
    /// [`Core::run`] on the heap, for futures that should stay small.
    pub(crate) fn execute<'a>(&'a self, call: &'a Prepared) -> BoxFuture<'a, Result<Answered, Error>> {
        Box::pin(self.run(call))
    }

    /// Sends a call and gives the head of its answer with the body, or the error of its last try.
    pub(crate) async fn run(&self, call: &Prepared) -> Result<Answered, Error> {
        let budget = Budget::start(self.clock.now(), self.settings.overall, call.timeout.unwrap_or(self.settings.per_try));
        self.run_within(call, &budget).await
    }

    /// The time of a call that starts now.
    pub(crate) fn budget(&self) -> Budget {
        Budget::start(self.clock.now(), self.settings.overall, self.settings.per_try)
    }

    /// The time of a call that starts now and has a bound of its own beside the client's.
    pub(crate) fn budget_of(&self, most: Duration) -> Budget {
        let overall = self.settings.overall.map_or(most, |overall| overall.min(most));
        Budget::start(self.clock.now(), Some(overall), self.settings.per_try)
    }

    /// Says to the log and the observer that something is waited for.
    pub(crate) fn tell_waiting(&self, waiting: &observe::Waiting) {
        observe::log_waiting(waiting);
        if let Some(observer) = &self.observer {
            observer.waiting(waiting);
        }
    }

    /// The same as [`Core::run`] within a time that has begun to run before.
    pub(crate) async fn run_within(&self, call: &Prepared, budget: &Budget) -> Result<Answered, Error> {
        self.tell_life(call.operation);
        let answered = match self.cache.as_ref().filter(|cache| cache.serves(call)) {
            Some(cache) => Box::pin(cache::read(self, cache, call, budget)).await,
            None => self.admitted(call, budget).await,
        };
        answered.map_err(|error| self.blame(call.operation, error))
    }

    /// Waits for a place, and sends.
    pub(crate) async fn admitted(&self, call: &Prepared, budget: &Budget) -> Result<Answered, Error> {
        let permits = self.admit(call.operation, budget).await?;
        self.tries(call, budget, permits).await
    }

    /// Waits for a place under the limits of the API and of the operation.
    async fn admit(&self, operation: &'static OperationTable, budget: &Budget) -> Result<Admitted, Error> {
        let (until, cost) = (budget.until(), operation.cost.points);
        let mut admitted = Admitted::default();
        if let Some(limits) = self.limits_of(operation) {
            admitted.own = limits.admit(&*self.clock, until, cost).await.map_err(refusal)?;
        }
        if let Some(limits) = &self.limits {
            admitted.all = limits.admit(&*self.clock, until, cost).await.map_err(refusal)?;
        }
        Ok(admitted)
    }

    /// One more try is one more call to whoever counts them.
    async fn admit_again(&self, operation: &'static OperationTable, budget: &Budget, admitted: &mut Admitted) -> Result<(), Error> {
        let (until, cost) = (budget.until(), operation.cost.points);
        if let Some(limits) = self.limits_of(operation) {
            admitted.own.count_again(limits.admit_again(&*self.clock, until, cost).await.map_err(refusal)?);
        }
        if let Some(limits) = &self.limits {
            admitted.all.count_again(limits.admit_again(&*self.clock, until, cost).await.map_err(refusal)?);
        }
        Ok(())
    }

    fn limits_of(&self, operation: &'static OperationTable) -> Option<Arc<Limits>> {
        if operation.limits.is_empty() {
            return None;
        }
        let mut own = lock(&self.own_limits);
        if let Some(limits) = own.get(operation.name) {
            return Some(limits.clone());
        }
        let sharing = self.sharing.clone().map(|sharing| Sharing { key: format!("{}/{}", sharing.key, operation.name), ..sharing });
        let limits = Arc::new(Limits::new(operation.limits, sharing)?);
        own.insert(operation.name, limits.clone());
        Some(limits)
    }

    async fn tries(&self, call: &Prepared, budget: &Budget, permits: Admitted) -> Result<Answered, Error> {
        let (mut number, mut stale, mut permits, mut lost) = (0, None, Some(permits), false);
        loop {
            number += 1;
            if let Some(admitted) = permits.as_mut().filter(|_| number > 1) {
                self.admit_again(call.operation, budget, admitted).await?;
            }
            let applied = self.credential(call, stale).await?;
            let refused = match self.one_try(call, applied.as_deref(), number, budget, &mut permits).await {
                Ok(answered) => {
                    self.quota.refund();
                    return Ok(answered);
                }
                Err(refused) => refused,
            };
            if stale.is_none() && refused.outcome == Outcome::Status(401) && self.renews() && call.payload.is_whole() {
                stale = Some(applied.map_or(0, |applied| applied.generation));
                continue;
            }
            match self.verdict(call, &refused, number, budget) {
                Verdict::Stop if lost && refused.error.is_stale() => {
                    let message = "an earlier try, whose answer was lost, may have made this very change";
                    return Err(refused.error.located(message));
                }
                Verdict::Stop => return Err(refused.error),
                Verdict::After(wait) => {
                    lost |= refused.outcome == Outcome::Broken;
                    self.rest(&refused, wait).await;
                }
            }
        }
    }

    fn verdict(&self, call: &Prepared, refused: &Refused, number: u32, budget: &Budget) -> Verdict {
        if call.part {
            return Verdict::Stop;
        }
        // What the gate or a limit of ours refuses will be refused again.
        if !refused.error.is_retryable() && !matches!(refused.outcome, Outcome::Status(_)) {
            return Verdict::Stop;
        }
        let this = Try {
            outcome: refused.outcome,
            number,
            stated: refused.stated,
            left: budget.left(self.clock.now()),
            repeatable: call.payload.is_whole(),
            random: fastrand::f64(),
        };
        match retry::decide(call.operation.retry, &self.table.retry, &self.settings.retry, &this) {
            Verdict::After(wait) if self.quota.take() => Verdict::After(wait),
            _ => Verdict::Stop,
        }
    }

    /// Waits; when the server named the time because of too many calls, everybody waits.
    async fn rest(&self, refused: &Refused, wait: Duration) {
        if let (Some(limits), Some(stated), Outcome::Status(429)) = (&self.limits, refused.stated, refused.outcome) {
            limits.pause(&*self.clock, stated).await;
        }
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
    }

    fn renews(&self) -> bool {
        self.credentials.as_ref().is_some_and(|credentials| credentials.renews())
    }

    /// What the connection adds; nothing for calls that go outside, or that are public.
    async fn credential(&self, call: &Prepared, stale: Option<u64>) -> Result<Option<Arc<Applied>>, Error> {
        let bare = call.passage == Passage::Bare || crate::call::is_public(call.operation);
        let Some(credentials) = self.credentials.as_ref().filter(|_| !bare) else { return Ok(None) };
        if stale.is_none()
            && let Some(applied) = credentials.ready()
        {
            return Ok(Some(applied));
        }
        credentials.obtain(stale, self.transport.clone()).await.map(Some)
    }

    /// One try under its time, logged under OpenTelemetry's names.
    async fn one_try(
        &self,
        call: &Prepared,
        applied: Option<&Applied>,
        number: u32,
        budget: &Budget,
        permits: &mut Option<Admitted>,
    ) -> Result<Answered, Refused> {
        let start = self.clock.now();
        let span = tracing::debug_span!(
            "http.client",
            otel.kind = "client",
            otel.name = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
            operation = call.operation.name,
            http.request.method = call.operation.method,
            server.address = call.url.host_str(),
            server.port = call.url.port_or_known_default(),
            url.scheme = call.url.scheme(),
            url.template = tracing::field::Empty,
            http.request.resend_count = number - 1,
            http.response.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        if !span.is_disabled() {
            let template = call.operation.template();
            span.record("otel.name", format!("{} {template}", call.operation.method));
            span.record("url.template", template);
        }
        // Pinned where it is made: a future of this size is not worth moving into the span and again into the timer.
        let mut hops = std::pin::pin!(self.hops(call, applied, permits));
        let in_span = std::future::poll_fn(|context| span.in_scope(|| hops.as_mut().poll(context)));
        let timed = tokio::time::timeout(budget.next_try(start), in_span).await;
        let result = timed.unwrap_or_else(|_| {
            let error = Error::new(ErrorKind::Timeout, "the server took too long");
            Err(Refused { error, outcome: Outcome::Broken, stated: None })
        });
        self.report(call, &result, number, start, &span);
        result
    }

    fn report(&self, call: &Prepared, result: &Result<Answered, Refused>, number: u32, start: Duration, span: &tracing::Span) {
        let (status, error) = match result {
            Ok(answered) => (Some(answered.status), None),
            Err(refused) => (refused.error.status().map(|status| status.as_u16()), Some(refused.error.kind())),
        };
        if !span.is_disabled() {
            span.record("http.response.status_code", status);
            if let Some(kind) = error {
                span.record("error.type", format!("{kind:?}"));
                span.record("otel.status_code", "ERROR");
            }
        }
        if let Some(observer) = &self.observer {
            observer.tried(&Attempt {
                operation: call.operation.name,
                method: call.operation.method,
                server: call.url.host_str().unwrap_or_default().to_owned(),
                port: call.url.port_or_known_default(),
                template: call.operation.template(),
                status,
                resend_count: number - 1,
                error,
                duration: self.clock.now().saturating_sub(start),
            });
        }
    }

    /// A request, and those that its redirects lead to.
    async fn hops(&self, call: &Prepared, applied: Option<&Applied>, permits: &mut Option<Admitted>) -> Result<Answered, Refused> {
        let mut hop = Hop { method: call.method.clone(), url: call.url.clone(), passage: call.passage, whole: true };
        for _ in 0..=HOPS {
            let incoming = self.hop(call, &hop, applied).await?;
            match location(&incoming, &hop, call.redirects) {
                Some(location) => hop = self.follow(call, hop, &incoming, location).map_err(refused_here)?,
                None => return self.receive(call, hop.url, incoming, permits).await,
            }
        }
        Err(refused_here(Error::new(ErrorKind::Limit, "the server redirects too often")))
    }

    /// The origin gate for one redirect.
    fn follow(&self, call: &Prepared, hop: Hop, incoming: &Incoming, location: &str) -> Result<Hop, Error> {
        let (url, passage) = gate::redirect(&hop.url, location, hop.passage, self.settings.redirects)?;
        let leaves = !gate::same_origin(&url, &hop.url);
        let method = method_after(incoming.status, hop.method);
        if leaves && method != Method::GET && method != Method::HEAD {
            return Err(Error::new(ErrorKind::UnsafeAddress, "a redirect leads a call that changes something to another origin"));
        }
        if !call.payload.is_whole() {
            return Err(
                Error::new(ErrorKind::Transport, "the server redirects, and the stream has been sent already").with_retryable(false)
            );
        }
        Ok(Hop { method, url, passage, whole: hop.whole && !leaves })
    }

    async fn hop(&self, call: &Prepared, hop: &Hop, applied: Option<&Applied>) -> Result<Incoming, Refused> {
        let outgoing = self.outgoing(call, hop, applied).await.map_err(refused_here)?;
        if self.settings.guard {
            guard_literal(&outgoing.url).map_err(refused_here)?;
        }
        let http = if hop.whole && hop.passage == Passage::WithCredentials { &self.http } else { &self.outside };
        let incoming = http.send(outgoing).await.map_err(|failure| match failure {
            SendFailure::NotSent(error) => Refused { error, outcome: Outcome::NotSent, stated: None },
            SendFailure::Broken(error) => Refused { error, outcome: Outcome::Broken, stated: None },
        })?;
        self.heed_challenge(hop, applied, &incoming);
        Ok(incoming)
    }

    /// Only a server that may see the credential may ask for it.
    fn heed_challenge(&self, hop: &Hop, applied: Option<&Applied>, incoming: &Incoming) {
        let home = hop.whole && hop.passage == Passage::WithCredentials && incoming.status == StatusCode::UNAUTHORIZED;
        if let (true, Some(applied), Some(credentials)) = (home, applied, &self.credentials) {
            credentials.challenged(applied.generation, &incoming.headers);
        }
    }

    /// Puts together what goes out. The credential joins here and nowhere else, and only past the gate.
    async fn outgoing(&self, call: &Prepared, hop: &Hop, applied: Option<&Applied>) -> Result<Outgoing, Error> {
        if !hop.whole {
            let mut headers = HeaderMap::new();
            for name in [header::USER_AGENT, header::ACCEPT_ENCODING] {
                headers.extend(self.headers.get(&name).map(|value| (name, value.clone())));
            }
            let body = Payload::default().open().await?;
            return Ok(Outgoing::new(hop.method.clone(), hop.url.clone(), headers, body, About::call(call.operation, None, &[])));
        }
        let mut url = hop.url.clone();
        let applied = applied.filter(|_| hop.passage == Passage::WithCredentials);
        let mut headers = call.headers.clone();
        if let Some(applied) = applied {
            for (name, value) in &applied.headers {
                headers.insert(name.clone(), value.clone());
            }
            apply_query(&mut url, applied);
        }
        if let Some(cookie) = cookies(&call.cookies, applied)? {
            headers.insert(header::COOKIE, cookie);
        }
        let payload = if hop.method == call.method { &call.payload } else { &Payload::default() };
        if payload.is_empty() {
            headers.remove(header::CONTENT_TYPE);
        }
        self.sign(&mut headers, &mut url, hop, payload, applied.is_some())?;
        let body = payload.open().await?;
        if body.length() == Some(0) && matches!(hop.method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let signed = self.credentials.as_ref().filter(|_| applied.is_some()).map_or(&[][..], |credentials| credentials.signed_query());
        let about = About::call(call.operation, applied, signed);
        Ok(Outgoing::new(hop.method.clone(), url, headers, body, about))
    }

    fn sign(&self, headers: &mut HeaderMap, url: &mut Url, hop: &Hop, payload: &Payload, home: bool) -> Result<(), Error> {
        let Some(credentials) = self.credentials.as_ref().filter(|credentials| home && credentials.signs()) else { return Ok(()) };
        let unsigned = || Error::new(ErrorKind::Input, "the request cannot be signed");
        let mut request = http::Request::new(());
        *request.method_mut() = hop.method.clone();
        *request.uri_mut() = url.as_str().parse().map_err(|_| unsigned())?;
        *request.headers_mut() = std::mem::take(headers);
        credentials.sign(&mut request, payload.in_memory().as_deref())?;
        let signed = Url::parse(&request.uri().to_string()).map_err(|_| unsigned())?;
        if !gate::same_origin(&signed, url) {
            return Err(Error::new(ErrorKind::UnsafeAddress, "signing must not change the request's origin"));
        }
        *url = signed;
        *headers = std::mem::take(request.headers_mut());
        Ok(())
    }

    /// Reads an answer as far as its kind asks for, and sorts it.
    async fn receive(&self, call: &Prepared, url: Url, incoming: Incoming, permits: &mut Option<Admitted>) -> Result<Answered, Refused> {
        let status = incoming.status.as_u16();
        self.learn(call.operation, status, &incoming.headers, permits.as_ref()).await;
        let result = answer::receive(self, call, url, incoming, permits).await;
        result.map_err(|failed| match failed {
            Failed::Unread(error) => Refused { error, outcome: Outcome::Broken, stated: None },
            Failed::Answer(error, status) => Refused { stated: error.retry_after(), error, outcome: Outcome::Status(status) },
        })
    }

    async fn learn(&self, operation: &'static OperationTable, status: u16, headers: &HeaderMap, admitted: Option<&Admitted>) {
        if let Some(limits) = &self.limits {
            self.correct(limits, operation.cost, headers, admitted.and_then(|admitted| admitted.all.counted())).await;
        }
        if let Some(limits) = self.limits_of(operation) {
            self.correct(&limits, operation.cost, headers, admitted.and_then(|admitted| admitted.own.counted())).await;
        }
        self.heed_headers(operation, status, headers);
    }

    /// What the answer says of the limits: what the call cost, and what is left.
    async fn correct(&self, limits: &Limits, cost: Cost, headers: &HeaderMap, counted: Option<Duration>) {
        let said = cost.header.and_then(|name| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok());
        if let (Some(counted), Some(actual)) = (counted, said) {
            // Nonsense becomes zero or the greatest number, and a window holds no more than its count.
            limits.settle(&*self.clock, counted, cost.points, actual.ceil() as u32).await;
        }
        limits.learn(headers, &*self.clock).await;
    }

    /// Says it in the log and to the observer.
    pub(crate) fn tell(&self, notice: &Notice) {
        observe::log(notice);
        if let Some(observer) = &self.observer {
            observer.noticed(notice);
        }
    }

    pub(crate) fn read_limits(&self) -> ReadLimits {
        self.settings.read
    }
}

fn refusal(refusal: Refusal) -> Error {
    match refusal {
        Refusal::TooLong(wait) => {
            let message = "the API's limit would be exceeded, and the wait is longer than the call may take";
            Error::new(ErrorKind::RateLimited, message).with_retry_after(Some(wait))
        }
        Refusal::NoPlace => {
            let message = "the API's limit of calls at once is reached, and no place came free in the time that the call may take";
            Error::new(ErrorKind::RateLimited, message)
        }
        Refusal::Store(error) => Error::new(ErrorKind::LimitStore, format!("the store of limits failed: {error}")),
    }
}

/// One request of a chain of redirects.
struct Hop {
    method: Method,
    url: Url,
    passage: Passage,
    /// The caller's headers and body go along.
    whole: bool,
}

fn refused_here(error: Error) -> Refused {
    Refused { error: error.with_retryable(false), outcome: Outcome::NotSent, stated: None }
}

/// Where a redirect leads. A method that changes something is only repeated where the status says so.
fn location<'a>(incoming: &'a Incoming, hop: &Hop, chosen: Option<Redirects>) -> Option<&'a str> {
    let reads = hop.method == Method::GET || hop.method == Method::HEAD;
    let (may_turn, may_repeat) = match chosen {
        None => (reads, true),
        Some(Redirects::Never) => (false, false),
        Some(Redirects::Reads) => (reads, reads),
        Some(Redirects::All) => (true, true),
    };
    let redirects = match incoming.status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => may_turn,
        StatusCode::SEE_OTHER | StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => may_repeat,
        _ => false,
    };
    incoming.headers.get(header::LOCATION).filter(|_| redirects)?.to_str().ok()
}

/// 303 says to read; 301 and 302 turn a POST into a GET, as every browser does (RFC 9110, 15.4.2 and 15.4.3).
fn method_after(status: StatusCode, method: Method) -> Method {
    let turns = match status {
        StatusCode::SEE_OTHER => method != Method::HEAD,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method == Method::POST,
        _ => false,
    };
    if turns { Method::GET } else { method }
}

/// A next link may hold the parameter already, when the server repeats what it was sent.
fn apply_query(url: &mut Url, applied: &Applied) {
    if applied.query.is_empty() {
        return;
    }
    let ours = |name: &str| applied.query.iter().any(|(known, _)| known == name);
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(name, _)| !ours(name)).map(|(name, value)| (name.into(), value.into())).collect();
    if kept.len() != url.query_pairs().count() {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    let secret = applied.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    url.query_pairs_mut().extend_pairs(secret);
}

fn cookies(own: &str, applied: Option<&Applied>) -> Result<Option<HeaderValue>, Error> {
    if own.is_empty() && applied.is_none_or(|applied| applied.cookies.is_empty()) {
        return Ok(None);
    }
    let mut all = own.to_owned();
    for (name, value) in applied.iter().flat_map(|applied| &applied.cookies) {
        if !all.is_empty() {
            all.push_str("; ");
        }
        all.push_str(name);
        all.push('=');
        all.push_str(value);
    }
    let mut value = HeaderValue::try_from(all).map_err(|_| Error::new(ErrorKind::Input, "a cookie holds a character that it must not"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The exchanges of `auth` over the client's own transport: under its limits and guard, with no credential, retry or redirect.
#[derive(Debug)]
pub(crate) struct Exchanges {
    pub(crate) http: Http,
    pub(crate) read: ReadLimits,
    pub(crate) timeout: Duration,
    pub(crate) guard: bool,
    pub(crate) user_agent: HeaderValue,
}

impl Exchanges {
    async fn run(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Error> {
        let (parts, body) = request.into_parts();
        let url =
            Url::parse(&parts.uri.to_string()).map_err(|_| Error::new(ErrorKind::Configuration, "the endpoint's address is not a URL"))?;
        if self.guard {
            guard_literal(&url)?;
        }
        let mut headers = parts.headers;
        headers.entry(header::USER_AGENT).or_insert(self.user_agent.clone());
        let payload = Payload::of(body).open().await?;
        let incoming =
            self.http.send(Outgoing::new(parts.method, url, headers, payload, About::Credential)).await.map_err(SendFailure::into_error)?;
        let bytes = Reader::new(&incoming.headers, incoming.body, self.read)?.all().await?;
        let mut response = http::Response::new(bytes);
        *response.status_mut() = incoming.status;
        *response.headers_mut() = incoming.headers;
        Ok(response)
    }
}

impl Transport for Exchanges {
    fn exchange<'a>(&'a self, request: http::Request<Bytes>) -> BoxFuture<'a, Result<http::Response<Bytes>, Error>> {
        Box::pin(async move {
            match tokio::time::timeout(self.timeout, self.run(request)).await {
                Ok(answer) => answer,
                Err(_) => Err(Error::new(ErrorKind::Timeout, "the endpoint took too long")),
            }
        })
    }
}

impl OperationTable {
    /// The path as declared, with the names of the inputs in braces.
    pub(crate) fn template(&self) -> String {
        let fields = self.input.fields();
        self.segments()
            .map(|segment| match segment {
                crate::operation::Segment::Text(text) => text.to_owned(),
                crate::operation::Segment::Field(index) => {
                    format!("{{{}}}", fields.get(usize::from(index)).map_or("", |field| field.name()))
                }
            })
            .collect()
    }

    /// The header that carries an idempotency key.
    pub(crate) fn key_header(&self) -> Option<HeaderName> {
        match self.retry {
            RetryClass::Key(name) => HeaderName::try_from(name).ok(),
            _ => None,
        }
    }
}
