//! Everything that is kept, in PostgreSQL. The statements are `tables`'.

mod connection;
mod tables;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio_postgres::{
    Row, Transaction,
    types::{Json, Type},
};

use super::{
    Reach,
    sealed::{SealedRow, SealedTokens, TokenRows},
    strange,
};
use crate::{
    auth::{SealingKeys, StoreError},
    clock::BoxFuture,
    limit::{LimitStore, Seen, Swapped, Versioned},
    trigger::{PollState, StateStore},
    webhook::DeliveryLog,
};
use connection::Connection;
use tables::Tables;

/// Keeps tokens, states of polls, deliveries and limits in a PostgreSQL database (12 or later). Clones share one connection, which is made when it is
/// first needed, and anew when it is gone.
///
/// ```no_run
/// # async fn example() -> Result<(), linchpin_runtime::auth::StoreError> {
/// use linchpin_runtime::{auth::SealingKeys, store::PostgresStore, value::Secret};
///
/// let store = PostgresStore::open("postgres://program@db.example/program")?;
/// store.create_tables().await?;
/// let tokens = store.tokens(SealingKeys::new(&Secret::new(std::env::var("TOKEN_KEY")?))?);
/// # Ok(())
/// # }
/// ```
///
/// Unless the server is on this machine or the address says `sslmode=disable`, it is spoken to over TLS only, and must prove who it is.
#[derive(Clone)]
pub struct PostgresStore(Arc<Inner>);

struct Inner {
    connection: Connection,
    tables: Tables,
    prefix: String,
}

/// Where the database is, and what its tables are called.
pub struct PostgresSettings(Reach);

impl PostgresSettings {
    /// An address, `postgres://user:password@host/database`.
    pub fn new(url: impl Into<String>) -> PostgresSettings {
        PostgresSettings(Reach::new(url.into(), "linchpin_"))
    }

    /// How the names of the tables begin, with a schema if there is one: `app.linchpin_`. Default: `linchpin_`, in the schema where the
    /// connection's search path finds it.
    #[must_use]
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.0.prefix = prefix.into();
        self
    }

    /// Trusts these certificates (PEM) beside the public roots. Default: the public roots.
    #[must_use]
    pub fn add_roots(mut self, pem: &[u8]) -> Self {
        self.0.add_roots(pem);
        self
    }

    /// How long the server may take for one statement, and to connect. Default: 5 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.patience = timeout;
        self
    }

    /// The store. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address or the prefix is none.
    pub fn open(&self) -> Result<PostgresStore, StoreError> {
        let connection = Connection::new(&self.0)?;
        Ok(PostgresStore(Arc::new(Inner { connection, tables: Tables::new(&self.0.prefix)?, prefix: self.0.prefix.clone() })))
    }
}

/// Without the address, in which a password may stand.
impl fmt::Debug for PostgresSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSettings").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// The store at an address, with tables that begin with `linchpin_`. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none.
    pub fn open(url: impl Into<String>) -> Result<PostgresStore, StoreError> {
        PostgresSettings::new(url).open()
    }

    /// Makes the tables that are not there yet. Nothing else does: a program whose tables are made by other means calls this never, see
    /// [`create_tables_sql`](Self::create_tables_sql).
    ///
    /// # Errors
    /// When the server does not answer, or the user may not make tables.
    pub async fn create_tables(&self) -> Result<(), StoreError> {
        self.0.connection.batch(&self.0.tables.create).await
    }

    /// What [`create_tables`](Self::create_tables) says to the server, for those who make tables by migrations.
    pub fn create_tables_sql(&self) -> &str {
        &self.0.tables.create
    }

    /// A store of tokens that are sealed with these keys.
    pub fn tokens(&self, keys: SealingKeys) -> SealedTokens {
        SealedTokens::new(self, keys)
    }

    /// The state kept under a key, read in a transaction of the program's. Until that ends, nobody else reads it this way: of two processes that
    /// poll the same, one waits for the other and goes on from its state.
    ///
    /// # Errors
    /// When the server refuses, or what is kept is no state.
    pub async fn load_state_in(&self, transaction: &Transaction<'_>, key: &str) -> Result<Option<PollState>, StoreError> {
        let rows = transaction.query_typed(&self.0.tables.lock_state, &[(&key, Type::TEXT)]).await?;
        state(&rows)
    }

    /// Keeps a state in a transaction of the program's: together with what was done about the items, or not at all.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn keep_state_in(&self, transaction: &Transaction<'_>, key: &str, state: &PollState) -> Result<(), StoreError> {
        transaction.query_typed(&self.0.tables.keep_state, &[(&key, Type::TEXT), (&Json(state), Type::JSONB)]).await?;
        Ok(())
    }

    async fn rows(&self, statement: &str, values: &[connection::Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.0.connection.rows(statement, values).await
    }
}

/// A generation as databases count.
fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| "the number is greater than the database can hold".into())
}

fn state(rows: &[Row]) -> Result<Option<PollState>, StoreError> {
    let Some(row) = rows.first() else { return Ok(None) };
    let Json(state) = row.try_get::<_, Json<PollState>>(0)?;
    Ok(Some(state))
}

impl TokenRows for PostgresStore {
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SealedRow>, StoreError>> {
        Box::pin(async move {
            let rows = self.rows(&self.0.tables.load_token, &[(&name, Type::TEXT)]).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            let generation = u64::try_from(row.try_get::<_, i64>(0)?).map_err(|_| strange("generation"))?;
            Ok(Some((generation, row.try_get(1)?)))
        })
    }

    fn keep<'a>(
        &'a self,
        name: &'a str,
        replacing: Option<u64>,
        generation: u64,
        sealed: &'a [u8],
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let (replacing, generation) = (replacing.map(signed).transpose()?, signed(generation)?);
            let values: [connection::Value<'_>; 4] =
                [(&name, Type::TEXT), (&generation, Type::INT8), (&sealed, Type::BYTEA), (&replacing, Type::INT8)];
            Ok(!self.rows(&self.0.tables.keep_token, &values).await?.is_empty())
        })
    }

    fn forget<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.rows(&self.0.tables.forget_token, &[(&name, Type::TEXT)]).await.map(drop) })
    }

    fn names(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        Box::pin(async move {
            let rows = self.rows(&self.0.tables.token_names, &[]).await?;
            rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
        })
    }
}

impl StateStore for PostgresStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<PollState>, StoreError>> {
        Box::pin(async move { state(&self.rows(&self.0.tables.load_state, &[(&key, Type::TEXT)]).await?) })
    }

    fn keep<'a>(&'a self, key: &'a str, state: &'a PollState) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.rows(&self.0.tables.keep_state, &[(&key, Type::TEXT), (&Json(state), Type::JSONB)]).await.map(drop) })
    }
}

impl DeliveryLog for PostgresStore {
    fn claim<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let claim = fastrand::i64(..);
            let key = key.as_slice();
            let values: [connection::Value<'_>; 4] =
                [(&key, Type::BYTEA), (&claim, Type::INT8), (&now, Type::TIMESTAMPTZ), (&until, Type::TIMESTAMPTZ)];
            Ok(!self.rows(&self.0.tables.claim, &values).await?.is_empty())
        })
    }

    fn release<'a>(&'a self, key: &'a [u8; 32]) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.rows(&self.0.tables.release, &[(&key.as_slice(), Type::BYTEA)]).await.map(drop) })
    }

    fn outlives_processes(&self) -> bool {
        true
    }

    fn extend<'a>(&'a self, key: &'a [u8; 32], _now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(
            async move { self.rows(&self.0.tables.extend, &[(&key.as_slice(), Type::BYTEA), (&until, Type::TIMESTAMPTZ)]).await.map(drop) },
        )
    }

    fn settle<'a>(&'a self, key: &'a [u8; 32], _now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(
            async move { self.rows(&self.0.tables.settle, &[(&key.as_slice(), Type::BYTEA), (&until, Type::TIMESTAMPTZ)]).await.map(drop) },
        )
    }

    fn is_settled<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, soon: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let key = key.as_slice();
            let values: [connection::Value<'_>; 3] = [(&key, Type::BYTEA), (&now, Type::TIMESTAMPTZ), (&soon, Type::TIMESTAMPTZ)];
            Ok(!self.rows(&self.0.tables.is_settled, &values).await?.is_empty())
        })
    }
}

impl LimitStore for PostgresStore {
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Seen, StoreError>> {
        Box::pin(async move {
            let rows = self.rows(&self.0.tables.read_limit, &[(&key, Type::TEXT)]).await?;
            let row = rows.first().ok_or_else(|| strange("time"))?;
            let record = match (row.try_get::<_, Option<i64>>(1)?, row.try_get::<_, Option<Vec<u8>>>(2)?) {
                (Some(version), Some(bytes)) => Some(Versioned { version: u64::try_from(version).map_err(|_| strange("version"))?, bytes }),
                _ => None,
            };
            Ok(Seen { record, time: time(row)? })
        })
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        seen: Option<u64>,
        record: Versioned,
        lasts: Duration,
    ) -> BoxFuture<'a, Result<Swapped, StoreError>> {
        Box::pin(async move {
            let (version, seen) = (signed(record.version)?, seen.map(signed).transpose()?);
            let lasts = lasts.as_millis() as f64;
            let values: [connection::Value<'_>; 5] =
                [(&key, Type::TEXT), (&version, Type::INT8), (&record.bytes, Type::BYTEA), (&seen, Type::INT8), (&lasts, Type::FLOAT8)];
            match self.rows(&self.0.tables.swap_limit, &values).await?.first() {
                Some(row) => Ok(Swapped::Ours(time(row)?)),
                None => Ok(Swapped::Theirs(self.read(key).await?)),
            }
        })
    }
}

fn time(row: &Row) -> Result<Duration, StoreError> {
    let time = row.try_get::<_, SystemTime>(0)?;
    time.duration_since(UNIX_EPOCH).map_err(|_| strange("time"))
}
