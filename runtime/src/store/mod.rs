//! Stores for programs that run as several processes: tokens, states of polls, deliveries and limits, in PostgreSQL (feature `postgres`) or in
//! Redis (feature `redis`).
//!
//! Both implement the traits that the stores of one machine do ([`TokenStore`](crate::auth::TokenStore),
//! [`StateStore`](crate::trigger::StateStore), [`DeliveryLog`](crate::webhook::DeliveryLog), [`LimitStore`](crate::limit::LimitStore)). How tokens
//! are sealed and leased is the same in both (`sealed`); each statement is one atomic step, and harmless when it is made twice, so that one whose
//! answer was lost can be made again.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
mod sealed;

use std::{fmt, time::Duration};

#[cfg(feature = "postgres")]
pub use postgres::{PostgresSettings, PostgresStore};
#[cfg(feature = "redis")]
pub use redis::{RedisSettings, RedisStore};
pub use sealed::SealedTokens;

/// The library that [`PostgresStore::keep_state_in`] takes transactions of, so that a program has the same version.
#[cfg(feature = "postgres")]
pub use tokio_postgres;

use crate::auth::StoreError;

/// How long a server may take, connecting included, unless the program says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a server that is not ready is left alone.
const PAUSE: Duration = Duration::from_millis(100);

/// How a server is reached, and how the names of what is kept there begin.
struct Reach {
    url: String,
    prefix: String,
    roots: Vec<u8>,
    patience: Duration,
}

impl Reach {
    fn new(url: String, prefix: &str) -> Reach {
        Reach { url, prefix: prefix.to_owned(), roots: Vec::new(), patience: PATIENCE }
    }

    fn add_roots(&mut self, pem: &[u8]) {
        self.roots.extend_from_slice(pem);
        self.roots.push(b'\n');
    }
}

/// What went wrong with a server.
#[derive(Debug)]
struct Failure {
    text: String,
    kind: FailureKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailureKind {
    /// The connection broke: another may do.
    Broken,
    /// The server does nothing yet, and says so: later it may.
    NotYet,
    /// Nothing came in time, and nobody knows whether the other end is still there.
    Late,
    /// The server, or the program, said no.
    Refused,
}

impl Failure {
    /// With what stands behind it, which is where libraries put the reason.
    fn of(error: &(dyn std::error::Error + 'static), kind: FailureKind) -> Failure {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let more = cause.to_string();
            if !text.contains(&more) {
                text = format!("{text}: {more}");
            }
            source = cause.source();
        }
        Failure { text, kind }
    }

    /// With what to do about it.
    #[cfg(feature = "postgres")]
    fn with_help(self, help: &str) -> Failure {
        Failure { text: format!("{}; {help}", self.text), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

/// The bounded time of one exchange with a server.
async fn in_time<T>(patience: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = |_| Failure { text: format!("no answer in {patience:?}"), kind: FailureKind::Late };
    tokio::time::timeout(patience, work).await.map_err(late)?
}

/// What came is not what was asked for.
fn strange(what: &str) -> StoreError {
    format!("the server's answer is no {what}").into()
}
