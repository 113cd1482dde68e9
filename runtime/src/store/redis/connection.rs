//! One connection to a Redis server, made when it is needed and made anew when it is gone. Commands go out side by side over it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{
    AsyncConnectionConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisError, RetryMethod, Script, ScriptInvocation, Value,
    aio::MultiplexedConnection,
};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::super::{Failure, FailureKind, PAUSE, Reach, in_time};
use crate::auth::StoreError;

/// A connection and how to make it.
pub(super) struct Connection {
    info: ConnectionInfo,
    tls: Option<TlsConnector>,
    patience: Duration,
    current: tokio::sync::Mutex<Option<MultiplexedConnection>>,
}

impl Connection {
    pub(super) fn new(reach: &Reach) -> Result<Connection, StoreError> {
        // The crate knows this scheme only together with a TLS of its own.
        let (plain, tls) = match reach.url.strip_prefix("rediss://") {
            Some(rest) => {
                let config = crate::transport::tls(&reach.roots, None)?;
                (format!("redis://{rest}"), Some(TlsConnector::from(Arc::new(config))))
            }
            None => (reach.url.to_owned(), None),
        };
        // What is wrong with it is told without the address, in which the password may stand.
        let info = plain.as_str().into_connection_info().map_err(|_| "the address is not one of Redis: redis://host/0, rediss://host/0")?;
        Ok(Connection { info, tls, patience: reach.patience, current: tokio::sync::Mutex::default() })
    }

    /// What a script gives for one key. It may be run twice, when the connection breaks before its answer is here. A server that says that it is not ready
    /// is asked again for as long as one answer may take.
    pub(super) async fn run(&self, script: &Script, key: &str, values: &[&[u8]]) -> Result<Value, StoreError> {
        let mut invocation = script.key(key);
        values.iter().for_each(|value| {
            invocation.arg(*value);
        });
        let (mut again, until) = (true, Instant::now() + self.patience);
        loop {
            let failure = match in_time(self.patience, self.once(&invocation)).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if matches!(failure.kind, FailureKind::Broken | FailureKind::Late) {
                self.current.lock().await.take();
            }
            match failure.kind {
                FailureKind::Broken if std::mem::take(&mut again) => {}
                FailureKind::NotYet if Instant::now() + PAUSE < until => tokio::time::sleep(PAUSE).await,
                _ => return Err(failure.into()),
            }
        }
    }

    async fn once(&self, invocation: &ScriptInvocation<'_>) -> Result<Value, Failure> {
        let mut connection = self.connection().await?;
        invocation.invoke_async::<Value>(&mut connection).await.map_err(|error| Failure::of(&error, kind(&error)))
    }

    async fn connection(&self) -> Result<MultiplexedConnection, Failure> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref() {
            return Ok(connection.clone());
        }
        let refused = |error: std::io::Error| Failure::of(&error, FailureKind::Refused);
        let connection = match self.info.addr() {
            ConnectionAddr::Tcp(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(refused)?;
                let _ = stream.set_nodelay(true);
                match &self.tls {
                    None => self.over(stream).await?,
                    Some(tls) => {
                        let name = ServerName::try_from(host.clone()).map_err(|error| Failure::of(&error, FailureKind::Refused))?;
                        self.over(tls.connect(name, stream).await.map_err(refused)?).await?
                    }
                }
            }
            #[cfg(unix)]
            ConnectionAddr::Unix(path) => self.over(tokio::net::UnixStream::connect(path).await.map_err(refused)?).await?,
            _ => return Err(Failure { text: "the address is of a kind that is not known".to_owned(), kind: FailureKind::Refused }),
        };
        *current = Some(connection.clone());
        Ok(connection)
    }

    async fn over(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<MultiplexedConnection, Failure> {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(self.patience));
        let made = MultiplexedConnection::new_with_config(self.info.redis_settings(), stream, config).await;
        let (connection, driver) = made.map_err(|error| Failure::of(&error, FailureKind::Refused))?;
        tokio::spawn(driver);
        Ok(connection)
    }
}

/// What an error says of the connection. Nothing was done where a server says that it is a replica now (another connection may lead to the one that writes),
/// that it still reads its data, or that a script keeps it busy.
fn kind(error: &RedisError) -> FailureKind {
    match error.retry_method() {
        _ if error.is_timeout() => FailureKind::Late,
        RetryMethod::Reconnect | RetryMethod::ReconnectFromInitialConnections | RetryMethod::RefreshSlotsAndRetry => FailureKind::Broken,
        RetryMethod::WaitAndRetry => FailureKind::NotYet,
        _ if error.code() == Some("BUSY") => FailureKind::NotYet,
        // Before Redis 7 what a command in a script is refused with stands in the text of another error.
        _ if error.detail().is_some_and(|detail| detail.contains("-READONLY ")) => FailureKind::Broken,
        _ => FailureKind::Refused,
    }
}
