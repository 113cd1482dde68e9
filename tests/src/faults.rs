//! Calls to a server on which much goes wrong, and the account afterwards: what the program was told against what the server did.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use linchpin_runtime::testing::{FaultSchedule, Received, Reply, Route, StandIn};
use linchpin_runtime::{Error, ErrorKind};
use serde_json::json;

/// What one call does to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Changes nothing.
    Read,
    /// Twice is the same as once.
    Put,
    /// A key makes twice once.
    Keyed,
    /// Twice is twice.
    Bare,
}

impl Kind {
    /// All kinds in turn.
    pub fn of(number: usize) -> Kind {
        [Kind::Read, Kind::Put, Kind::Keyed, Kind::Bare][number % 4]
    }
}

/// What a program was told of a call.
#[derive(Clone, Debug)]
pub enum Told {
    /// It was done.
    Done,
    /// It failed in this way, if the way has a name.
    Failed(Option<ErrorKind>),
}

impl From<Result<(), Error>> for Told {
    fn from(result: Result<(), Error>) -> Told {
        match result {
            Ok(()) => Told::Done,
            Err(error) => Told::Failed(Some(error.kind())),
        }
    }
}

/// How long an answer that is late takes. A client that waits less gives up.
pub const LATE: Duration = Duration::from_millis(400);

/// The server, and what goes wrong on it: a tenth of all requests, the same ones for a seed.
///
/// # Panics
/// When loopback cannot be listened on.
pub async fn server(seed: u64) -> StandIn {
    let server = StandIn::start().await.expect("it listens");
    let token = json!({ "access_token": "token", "token_type": "Bearer", "expires_in": 600 });
    server.on("POST", "/token", Reply::json(200, &token));
    let item = Reply::json(200, &json!({ "id": "an item with a name long enough to be cut in the middle", "count": 1 }));
    for (method, path) in [("GET", "/items/*"), ("PUT", "/items/*"), ("POST", "/keyed/*"), ("POST", "/bare/*")] {
        server.route(Route::new(method, path).reply(item.clone()));
    }
    let faults = FaultSchedule::seeded(seed)
        .refused(0.015)
        .lost(0.015)
        .truncated(0.015)
        .late(0.01, LATE)
        .answered(0.015, Reply::status(429).header("retry-after", "1"))
        .answered(0.015, Reply::status(503))
        .answered(0.005, Reply::status(500))
        .answered(0.01, Reply::status(401));
    server.faults(faults);
    server
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Calls.
    pub calls: usize,
    /// Calls that were done, as the program was told.
    pub done: usize,
    /// Calls that were told as done, and the server did nothing.
    pub lost: Vec<String>,
    /// Calls that the server did more than once.
    pub doubled: Vec<String>,
    /// Calls that failed, by their kind.
    pub failed: BTreeMap<String, usize>,
    /// Failures whose kind the program was not told.
    pub untyped: usize,
    /// Requests that reached the server.
    pub requests: usize,
}

/// Compares what the program was told, call by call, with what the server did.
pub fn account(told: &[Told], received: &[Received]) -> Account {
    let mut account = Account { calls: told.len(), requests: received.len(), ..Account::default() };
    let mut acted: BTreeMap<usize, Vec<&Received>> = BTreeMap::new();
    for request in received.iter().filter(|request| request.acted) {
        if let Some(number) = request.path().rsplit('/').next().and_then(|number| number.parse().ok()) {
            acted.entry(number).or_default().push(request);
        }
    }
    for (number, told) in told.iter().enumerate() {
        let kind = Kind::of(number);
        let deeds = acted.get(&number).map_or(&[][..], Vec::as_slice);
        let effects = match kind {
            Kind::Read | Kind::Put => deeds.len().min(1),
            Kind::Keyed => deeds.iter().map(|request| request.header("idempotency-key")).collect::<BTreeSet<_>>().len(),
            Kind::Bare => deeds.len(),
        };
        if effects > 1 {
            account.doubled.push(format!("{kind:?} {number}"));
        }
        match told {
            Told::Done if effects == 0 => account.lost.push(format!("{kind:?} {number}")),
            Told::Done => account.done += 1,
            Told::Failed(Some(kind)) => *account.failed.entry(format!("{kind:?}")).or_default() += 1,
            Told::Failed(None) => account.untyped += 1,
        }
    }
    account
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed: usize = self.failed.values().sum();
        write!(
            f,
            "{} calls, {} requests: {} done, {} lost, {} doubled, {} failed and told why {:?}, {} failed untold",
            self.calls,
            self.requests,
            self.done,
            self.lost.len(),
            self.doubled.len(),
            failed,
            self.failed,
            self.untyped
        )
    }
}
