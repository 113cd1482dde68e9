//! The engine: takes a prepared call down the layers and brings its answer up. Nothing here is generic; which layer decides what is said in
//! each layer's own file.

mod exchanges;
mod hops;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use http::{HeaderMap, StatusCode, header};
use url::Url;

use crate::{
    answer::{self, Answered, Speaker},
    budget::Budget,
    cache::{self, Cache},
    call::Prepared,
    client::Settings,
    clock::{BoxFuture, Clock},
    connection::{Applied, Credentials, Transport},
    error::{Error, ErrorKind},
    gate::Passage,
    life::Watch,
    limit::{self, Admitted, Limits, Quiet, Refusal, Sharing},
    observe::{self, Attempt, Held, Notice, Observer},
    operation::{ApiTable, Cost, OperationTable, RetryClass},
    retry::{self, Outcome, Quotas, Try, Verdict},
    transport::{Http, ReadLimits},
};

pub(crate) use exchanges::Exchanges;

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
    #[cfg(feature = "cookies")]
    pub(crate) cookies: Option<crate::cookies::Jar>,
    pub(crate) limits: Option<Limits>,
    pub(crate) quiet: Quiet,
    pub(crate) sharing: Option<Sharing>,
    pub(crate) own_limits: Mutex<HashMap<&'static str, Arc<Limits>>>,
    pub(crate) quotas: Quotas,
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
    speaker: Speaker,
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
        let permits = self.admit(call.operation, budget, &call.place).await?;
        self.tries(call, budget, permits).await
    }

    /// Waits for a place under the limits of the API and of the operation, where it does not share that of another call.
    async fn admit(&self, operation: &'static OperationTable, budget: &Budget, shares: &Admitted) -> Result<Admitted, Error> {
        let (until, cost) = (budget.until(), operation.cost.points);
        let came = self.observer.as_ref().map(|_| self.clock.now());
        self.keep_quiet(until).await.map_err(refusal)?;
        let admitted = match (self.limits_of(operation), &self.limits) {
            (Some(own), Some(all)) => {
                let call = limit::Call { clock: &*self.clock, until, cost, shares };
                Box::pin(call.admitted(&own, all)).await.map_err(refusal)?
            }
            (Some(own), None) => {
                let own = own.admit(&*self.clock, until, cost, &shares.own).await.map_err(refusal)?;
                // It may have begun while this call stood in line.
                self.keep_quiet(until).await.map_err(refusal)?;
                Admitted { own, all: limit::Permits::default() }
            }
            (None, Some(all)) => {
                let all = all.admit(&*self.clock, until, cost, &shares.all).await.map_err(refusal)?;
                Admitted { own: limit::Permits::default(), all }
            }
            (None, None) => Admitted::default(),
        };
        self.tell_held(operation, came);
        Ok(admitted)
    }

    /// One more try is one more call to whoever counts them.
    async fn admit_again(&self, operation: &'static OperationTable, budget: &Budget, admitted: &mut Admitted) -> Result<(), Error> {
        let (until, cost) = (budget.until(), operation.cost.points);
        let came = self.observer.as_ref().map(|_| self.clock.now());
        self.keep_quiet(until).await.map_err(refusal)?;
        if let Some(limits) = self.limits_of(operation) {
            admitted.own.count_again(limits.admit_again(&*self.clock, until, cost).await.map_err(refusal)?);
            self.keep_quiet(until).await.map_err(refusal)?;
        }
        if let Some(limits) = &self.limits {
            admitted.all.count_again(limits.admit_again(&*self.clock, until, cost).await.map_err(refusal)?);
        }
        self.tell_held(operation, came);
        Ok(())
    }

    /// Tells the observer that a try waited, if it did: nobody waits for less than a millisecond.
    fn tell_held(&self, operation: &OperationTable, came: Option<Duration>) {
        if let (Some(observer), Some(came)) = (&self.observer, came) {
            let waited = self.clock.now().saturating_sub(came);
            if waited >= Duration::from_millis(1) {
                observer.held(&Held { operation: operation.name, waited });
            }
        }
    }

    /// Waits while the server wants to hear nothing.
    async fn keep_quiet(&self, until: Option<Duration>) -> Result<(), Refusal> {
        while let Some(wait) = self.quiet.left(self.clock.now()) {
            if until.is_some_and(|until| self.clock.now() + wait >= until) {
                return Err(Refusal::TooLong(wait));
            }
            self.clock.sleep(wait).await;
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
        // What said 401 where every status is an answer: it is the answer, unless a new credential gets another.
        let mut unproved = None;
        let often = loop {
            number += 1;
            let applied = match self.before(call, number, stale, budget, &mut permits).await {
                Ok(applied) => applied,
                Err(error) => return unproved.map_or(Err(error), |answered: Box<Answered>| Ok(*answered)),
            };
            // Where nothing was shown, nothing can be stale.
            let shown = applied.as_ref().filter(|_| stale.is_none()).map(|applied| applied.generation);
            let may_be_stale = |status, speaker| shown.is_some() && self.may_be_stale(call, status, speaker);
            let refused = match self.one_try(call, applied.as_deref(), number, budget, &mut permits).await {
                Ok(answered) if may_be_stale(Outcome::Status(answered.status), answered.speaker) => {
                    (stale, unproved) = (shown, Some(Box::new(answered)));
                    continue;
                }
                Ok(answered) if answered.speaker.ours && answered.status == 429 => break Box::new(answered),
                Ok(answered) => {
                    self.quotas.of(call.passage).refund();
                    return Ok(answered);
                }
                Err(refused) if may_be_stale(refused.outcome, refused.speaker) => {
                    stale = shown;
                    continue;
                }
                Err(refused) => refused,
            };
            if let (Some(stated), Outcome::Status(429), true) = (refused.stated, refused.outcome, refused.speaker.ours) {
                self.pause(call.operation, stated).await;
            }
            match self.verdict(call, &refused, number, budget) {
                Verdict::Stop if lost && refused.error.is_stale() => {
                    let message = "an earlier try, whose answer was lost, may have made this very change";
                    return Err(refused.error.located(message));
                }
                Verdict::Stop => return Err(refused.error),
                Verdict::After(wait) => {
                    lost |= refused.outcome == Outcome::Broken;
                    if !wait.is_zero() {
                        self.clock.sleep(wait).await;
                    }
                }
            }
        };
        Box::pin(self.heeded(call, often)).await
    }

    /// What a try waits for: its place, where it is not the first, and the credential.
    async fn before(
        &self,
        call: &Prepared,
        number: u32,
        stale: Option<u64>,
        budget: &Budget,
        permits: &mut Option<Admitted>,
    ) -> Result<Option<Arc<Applied>>, Error> {
        if let Some(admitted) = permits.as_mut().filter(|_| number > 1) {
            Box::pin(self.admit_again(call.operation, budget, admitted)).await?;
        }
        self.credential(call, stale, budget).await
    }

    /// Whether another credential may get another answer, and the call may be sent once more for that.
    fn may_be_stale(&self, call: &Prepared, outcome: Outcome, speaker: Speaker) -> bool {
        let undone = !speaker.acted || call.operation.retry != RetryClass::Never;
        outcome == Outcome::Status(401) && speaker.ours && undone && self.renews() && call.payload.is_whole()
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
            stated: refused.stated,
            left: budget.left(self.clock.now()),
            repeatable: call.payload.is_whole(),
            ..Try::new(refused.outcome, number)
        };
        self.another(call, call.operation.retry, &this)
    }

    /// Whether there is another try of a call, and when. It is taken from what all calls to such a server may repeat.
    pub(crate) fn another(&self, call: &Prepared, class: RetryClass, this: &Try) -> Verdict {
        match self.following(class, this) {
            Verdict::After(wait) if self.quotas.of(call.passage).take() => Verdict::After(wait),
            _ => Verdict::Stop,
        }
    }

    /// The same for what has not failed: nothing is taken.
    pub(crate) fn following(&self, class: RetryClass, this: &Try) -> Verdict {
        retry::decide(class, &self.table.retry, &self.settings.retry, this)
    }

    fn renews(&self) -> bool {
        self.credentials.as_ref().is_some_and(|credentials| credentials.renews())
    }

    /// What the connection adds; nothing for calls that go outside, or that are public.
    async fn credential(&self, call: &Prepared, stale: Option<u64>, budget: &Budget) -> Result<Option<Arc<Applied>>, Error> {
        let bare = call.passage == Passage::Bare || crate::call::is_public(call.operation);
        let Some(credentials) = self.credentials.as_ref().filter(|_| !bare) else { return Ok(None) };
        if stale.is_none()
            && let Some(applied) = credentials.ready()
        {
            return Ok(Some(applied));
        }
        let obtaining = credentials.obtain(stale, self.transport.clone());
        // Whoever renews goes on with it; this call does not wait for longer than it may take.
        let Some(left) = budget.left(self.clock.now()) else { return obtaining.await.map(Some) };
        Box::pin(tokio::time::timeout(left, obtaining)).await.unwrap_or_else(|_| Err(unobtained())).map(Some)
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
        let moved = applied.filter(|_| call.passage == Passage::WithCredentials).and_then(|applied| applied.moved(&call.url)).map(Box::new);
        let url = moved.as_deref().unwrap_or(&call.url);
        let span = tracing::debug_span!(
            "http.client",
            otel.kind = "client",
            otel.name = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
            operation = call.operation.name,
            http.request.method = call.operation.method,
            server.address = url.host_str(),
            server.port = url.port_or_known_default(),
            url.scheme = url.scheme(),
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
        let mut hops = std::pin::pin!(self.hops(call, url, applied, permits));
        let in_span = std::future::poll_fn(|context| span.in_scope(|| hops.as_mut().poll(context)));
        let timed = tokio::time::timeout(budget.next_try(start), in_span).await;
        let result = timed.unwrap_or_else(|_| {
            let error = Error::new(ErrorKind::Timeout, "the server took too long");
            Err(Refused { error, outcome: Outcome::Broken, stated: None, speaker: Speaker::default() })
        });
        self.report(call, url, &result, number, start, &span);
        result
    }

    fn report(&self, call: &Prepared, url: &Url, result: &Result<Answered, Refused>, number: u32, start: Duration, span: &tracing::Span) {
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
                server: url.host_str().unwrap_or_default().to_owned(),
                port: url.port_or_known_default(),
                template: call.operation.template(),
                status,
                resend_count: number - 1,
                error,
                duration: self.clock.now().saturating_sub(start),
            });
        }
    }

    /// Learns from an answer's head what it says of limits, and of the end of things.
    async fn learn(&self, operation: &'static OperationTable, status: u16, headers: &HeaderMap, admitted: Option<&Admitted>) {
        if let Some(limits) = &self.limits {
            self.correct(limits, operation.cost, headers, admitted.and_then(|admitted| admitted.all.counted())).await;
        }
        if let Some(limits) = self.limits_of(operation) {
            self.correct(&limits, operation.cost, headers, admitted.and_then(|admitted| admitted.own.counted())).await;
        }
        if let Some(wait) = limit::quiet_asked(headers, self.clock.wall()) {
            self.grow_quiet(wait).await;
        }
        self.heed_headers(operation, status, headers);
    }

    /// The server named the time because of too many calls: whoever is under the same limits waits, also where this call is not made again.
    async fn pause(&self, operation: &'static OperationTable, wait: Duration) {
        if let Some(limits) = &self.limits {
            limits.pause(&*self.clock, wait).await;
        }
        if let Some(limits) = self.limits_of(operation) {
            limits.pause(&*self.clock, wait).await;
        }
    }

    /// Where every status is an answer, so is the one that says that there were too many calls.
    async fn heeded(&self, call: &Prepared, answered: Box<Answered>) -> Result<Answered, Error> {
        if let Some(stated) = answer::stated(self, &answered.headers, StatusCode::TOO_MANY_REQUESTS) {
            self.pause(call.operation, stated).await;
        }
        Ok(*answered)
    }

    /// The server named a time in which it wants no calls: nobody makes any, in no process that shares the API's limits. Where it declares none, nothing
    /// is shared either, and this client and its clones are quiet.
    async fn grow_quiet(&self, wait: Duration) {
        match &self.limits {
            Some(limits) => limits.pause(&*self.clock, wait).await,
            None => self.quiet.begin(self.clock.now(), wait),
        }
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

    /// The headers of every request to a server. A foreign one gets none of the API's own: some of them may be confidential.
    pub(crate) fn headers_for(&self, passage: Passage) -> HeaderMap {
        match passage {
            Passage::WithCredentials => self.headers.clone(),
            Passage::Bare => {
                let general = [header::USER_AGENT, header::ACCEPT_ENCODING].into_iter();
                general.filter_map(|name| self.headers.get(&name).map(|value| (name, value.clone()))).collect()
            }
        }
    }

    /// An address of a server to which a token response moved the calls, as if it had not; any other as it is.
    pub(crate) fn declared(&self, url: Url) -> Url {
        let applied = self.credentials.as_ref().and_then(|credentials| credentials.ready());
        applied.and_then(|applied| applied.declared(&url)).unwrap_or(url)
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

fn unobtained() -> Error {
    Error::new(ErrorKind::Timeout, "no credential was obtained in the time that the call may take")
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size<F>(_: impl FnOnce(&'static Core, &'static Prepared) -> F) -> usize {
        size_of::<F>()
    }

    /// A future is copied where it is made and again at each layer that waits for it, all of it. At 4.6 KB these copies no longer fitted the first
    /// cache beside what a call works on, and cost a call more time than all layers do. What is seldom waited for belongs on the heap.
    #[test]
    fn the_future_of_a_call_stays_small() {
        let size = size(|core, call| core.run(call));
        assert!(size <= 1792, "{size} bytes");
    }
}
