//! One connection to a PostgreSQL server, made when it is needed and made anew when it is gone. Statements go out side by side over it.

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio_postgres::{
    Client, Config, Row,
    config::{Host, SslMode},
    error::SqlState,
    types::{ToSql, Type},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::{Failure, FailureKind, Reach, in_time};
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

    /// The rows that a statement gives. It may be made twice, when the connection breaks before its answer is here.
    pub(super) async fn rows(&self, statement: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut again = true;
        loop {
            let client = in_time(self.patience, self.client()).await?;
            let answer = in_time(self.patience, async {
                client.query_typed(statement, values).await.map_err(|error| {
                    let broken = client.is_closed() || error.is_closed();
                    let failure = Failure::of(&error, if broken { FailureKind::Broken } else { FailureKind::Refused });
                    if error.code() == Some(&SqlState::UNDEFINED_TABLE) { failure.with_help("`create_tables` makes them") } else { failure }
                })
            });
            match answer.await {
                Err(failure) if failure.kind == FailureKind::Broken && std::mem::take(&mut again) => {}
                Err(failure) if failure.kind == FailureKind::Late => {
                    self.client.lock().await.take();
                    return Err(failure.into());
                }
                answer => return Ok(answer?),
            }
        }
    }

    /// Makes several statements without values in one transaction.
    pub(super) async fn batch(&self, statements: &str) -> Result<(), StoreError> {
        let client = in_time(self.patience, self.client()).await?;
        let answer = async { client.batch_execute(statements).await.map_err(|error| Failure::of(&error, FailureKind::Refused)) };
        Ok(in_time(self.patience, answer).await?)
    }

    async fn client(&self) -> Result<Arc<Client>, Failure> {
        let mut slot = self.client.lock().await;
        if let Some(client) = slot.as_ref().filter(|client| !client.is_closed()) {
            return Ok(client.clone());
        }
        let (client, connection) =
            self.config.connect(self.tls.clone()).await.map_err(|error| Failure::of(&error, FailureKind::Refused))?;
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
