//! One connection to a PostgreSQL server, made when it is needed and made anew when it is gone. Statements go out side by side over it.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio_postgres::{
    Client, Config, Row,
    config::{Host, SslMode},
    error::{DbError, Severity, SqlState},
    types::{ToSql, Type},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::{Failure, FailureKind, PAUSE, Reach, in_time};
use crate::auth::StoreError;

/// A value of a statement, with its type.
pub(super) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection and how to make it.
pub(super) struct Connection {
    config: Config,
    tls: MakeRustlsConnect,
    patience: Duration,
    client: tokio::sync::Mutex<Option<Arc<Client>>>,
}

impl Connection {
    pub(super) fn new(reach: &Reach) -> Result<Connection, StoreError> {
        // What is wrong with it is told without the address, in which the password may stand.
        let mut config: Config = reach.url.parse().map_err(|error| Failure::of(&error, FailureKind::Refused))?;
        if config.get_ssl_mode() == SslMode::Prefer && !stays_here(&config) {
            config.ssl_mode(SslMode::Require);
        }
        if config.get_application_name().is_none() {
            config.application_name("linchpin");
        }
        config.connect_timeout(reach.patience);
        let tls = MakeRustlsConnect::new(crate::transport::tls(&reach.roots, None)?);
        Ok(Connection { config, tls, patience: reach.patience, client: tokio::sync::Mutex::default() })
    }

    /// The rows that a statement gives. It may be made twice, when the connection ends before its answer is here.
    pub(super) async fn rows(&self, statement: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.exchange(statement, Some(values)).await
    }

    /// Makes several statements without values in one transaction, which may be made twice, too.
    pub(super) async fn batch(&self, statements: &str) -> Result<(), StoreError> {
        self.exchange(statements, None).await.map(drop)
    }

    async fn exchange(&self, statement: &str, values: Option<&[Value<'_>]>) -> Result<Vec<Row>, StoreError> {
        let (mut again, until) = (true, Instant::now() + self.patience);
        loop {
            let client = match in_time(self.patience, self.client()).await {
                Ok(client) => client,
                Err(failure) if failure.kind == FailureKind::NotYet && Instant::now() + PAUSE < until => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(failure) => return Err(failure.into()),
            };
            let answer = async {
                let answer = match values {
                    Some(values) => client.query_typed(statement, values).await,
                    None => client.batch_execute(statement).await.map(|()| Vec::new()),
                };
                answer.map_err(|error| failure(&client, &error))
            };
            let failure = match in_time(self.patience, answer).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if failure.kind != FailureKind::Refused {
                self.leave(&client).await;
            }
            if failure.kind != FailureKind::Broken || !std::mem::take(&mut again) {
                return Err(failure.into());
            }
        }
    }

    /// The next statement goes over another connection than this one.
    async fn leave(&self, client: &Arc<Client>) {
        self.client.lock().await.take_if(|current| Arc::ptr_eq(current, client));
    }

    async fn client(&self) -> Result<Arc<Client>, Failure> {
        let mut slot = self.client.lock().await;
        if let Some(client) = slot.as_ref().filter(|client| !client.is_closed()) {
            return Ok(client.clone());
        }
        let (client, connection) = self.config.connect(self.tls.clone()).await.map_err(|error| {
            // It starts, or it is about to end.
            let not_yet = error.code() == Some(&SqlState::CANNOT_CONNECT_NOW);
            Failure::of(&error, if not_yet { FailureKind::NotYet } else { FailureKind::Refused })
        })?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to PostgreSQL ended");
            }
        });
        let client = Arc::new(client);
        *slot = Some(client.clone());
        Ok(client)
    }
}

/// What an error says of the connection. A server that ends one says why in an error, and that may be read before the end of the stream is: then it is
/// the answer to whatever was asked last, of which nothing was done.
fn failure(client: &Client, error: &tokio_postgres::Error) -> Failure {
    let broken = client.is_closed() || error.is_closed() || error.as_db_error().is_some_and(ends);
    let failure = Failure::of(error, if broken { FailureKind::Broken } else { FailureKind::Refused });
    if error.code() == Some(&SqlState::UNDEFINED_TABLE) { failure.with_help("`create_tables` makes them") } else { failure }
}

/// Whether a server, or a pooler in front of it, ends the connection by this: whatever is fatal does, by the protocol, and what tells of a shutdown
/// (57P01 to 57P03), of an idle time that is over (57P05) or of a connection that failed (class 08) does whatever it calls itself.
fn ends(error: &DbError) -> bool {
    let fatal = matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    fatal || matches!(error.code().code(), "57P01" | "57P02" | "57P03" | "57P05") || error.code().code().starts_with("08")
}

/// Only what does not leave the machine may go without TLS unless the address says so. Where addresses stand beside names, those are gone to.
fn stays_here(config: &Config) -> bool {
    config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}
