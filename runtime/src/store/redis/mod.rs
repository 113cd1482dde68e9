//! Everything that is kept, in Redis. What is asked of the server is `scripts`'.

mod connection;
mod scripts;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use redis::{FromRedisValue, Script, Value};

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
    value::bytes::hex,
    webhook::DeliveryLog,
};
use connection::Connection;
use scripts::Scripts;

/// Keeps tokens, states of polls, deliveries and limits in Redis (6 or later). Clones share one connection, which is made when it is first needed, and anew
/// when it is gone.
///
/// ```no_run
/// # async fn example() -> Result<(), linchpin_runtime::auth::StoreError> {
/// use linchpin_runtime::{auth::SealingKeys, store::RedisStore, value::Secret};
///
/// let store = RedisStore::open("rediss://:password@cache.example/0")?;
/// let tokens = store.tokens(SealingKeys::new(&Secret::new(std::env::var("TOKEN_KEY")?))?);
/// # Ok(())
/// # }
/// ```
///
/// What a server forgets is gone: one that keeps tokens or states must write them to disk (`appendonly yes`) and put nothing out to make room
/// (`maxmemory-policy noeviction`). `redis://` is not encrypted, `rediss://` is, and the server must prove who it is.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    connection: Connection,
    scripts: Scripts,
    prefix: String,
}

/// Where the server is, and what its keys are called.
pub struct RedisSettings(Reach);

impl RedisSettings {
    /// An address, `rediss://user:password@host:6379/0`, or `redis://…` without TLS.
    pub fn new(url: impl Into<String>) -> RedisSettings {
        RedisSettings(Reach::new(url.into(), "linchpin:"))
    }

    /// How the names of the keys begin. Default: `linchpin:`.
    #[must_use]
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.0.prefix = prefix.into();
        self
    }

    /// Trusts these certificates (PEM) beside the public roots. Default: the public roots.
    #[must_use]
    pub fn add_roots(mut self, pem: &[u8]) -> Self {
        self.0.add_roots(pem);
        self
    }

    /// How long the server may take for one command, and to connect. Default: 5 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.patience = timeout;
        self
    }

    /// The store. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none.
    pub fn open(&self) -> Result<RedisStore, StoreError> {
        let connection = Connection::new(&self.0)?;
        Ok(RedisStore(Arc::new(Inner { connection, scripts: Scripts::new(), prefix: self.0.prefix.clone() })))
    }
}

/// Without the address, in which a password may stand.
impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSettings").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}

impl RedisStore {
    /// The store at an address, with keys that begin with `linchpin:`. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none.
    pub fn open(url: impl Into<String>) -> Result<RedisStore, StoreError> {
        RedisSettings::new(url).open()
    }

    /// A store of tokens that are sealed with these keys.
    pub fn tokens(&self, keys: SealingKeys) -> SealedTokens {
        SealedTokens::new(self, keys)
    }

    fn key(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}:{name}", self.0.prefix)
    }

    async fn run<T: FromRedisValue>(&self, script: &Script, key: &str, values: &[&[u8]]) -> Result<T, StoreError> {
        let answer: Value = self.0.connection.run(script, key, values).await?;
        T::from_redis_value(answer).map_err(|_| strange("answer of Redis's"))
    }
}

impl TokenRows for RedisStore {
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SealedRow>, StoreError>> {
        Box::pin(async move {
            let there: (Option<u64>, Option<Vec<u8>>) = self.run(&self.0.scripts.load_token, &self.key("token", name), &[]).await?;
            Ok(there.0.zip(there.1))
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
            // No generation is written as nothing.
            let replacing = replacing.map(|replacing| replacing.to_string()).unwrap_or_default();
            let generation = generation.to_string();
            let values: [&[u8]; 3] = [replacing.as_bytes(), generation.as_bytes(), sealed];
            self.run(&self.0.scripts.keep_token, &self.key("token", name), &values).await
        })
    }

    fn forget<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.run::<i64>(&self.0.scripts.forget, &self.key("token", name), &[]).await.map(drop) })
    }

    fn names(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        Box::pin(async move {
            let start = self.key("token", "");
            // What means something in a pattern is meant as it is.
            let pattern: String = start.chars().flat_map(|letter| ['\\', letter]).chain(['*']).collect();
            let (mut names, mut cursor) = (std::collections::BTreeSet::new(), "0".to_owned());
            loop {
                let values: [&[u8]; 2] = [cursor.as_bytes(), pattern.as_bytes()];
                let (next, found): (String, Vec<String>) = self.run(&self.0.scripts.names, &start, &values).await?;
                names.extend(found.iter().filter_map(|key| key.strip_prefix(&start)).map(str::to_owned));
                if next == "0" {
                    return Ok(names.into_iter().collect());
                }
                cursor = next;
            }
        })
    }
}

impl StateStore for RedisStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<PollState>, StoreError>> {
        Box::pin(async move {
            let text: Option<Vec<u8>> = self.run(&self.0.scripts.load_state, &self.key("state", key), &[]).await?;
            Ok(text.map(|text| serde_json::from_slice(&text)).transpose()?)
        })
    }

    fn keep<'a>(&'a self, key: &'a str, state: &'a PollState) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let text = serde_json::to_vec(state)?;
            self.run::<Value>(&self.0.scripts.keep_state, &self.key("state", key), &[&text]).await.map(drop)
        })
    }
}

impl DeliveryLog for RedisStore {
    fn claim<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let lasts = millis(now, until);
            let claim = fastrand::u64(..).to_be_bytes();
            let values: [&[u8]; 2] = [&claim, lasts.as_bytes()];
            self.run(&self.0.scripts.claim, &self.key("delivery", &hex(key)), &values).await
        })
    }

    fn release<'a>(&'a self, key: &'a [u8; 32]) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.run::<i64>(&self.0.scripts.forget, &self.key("delivery", &hex(key)), &[]).await.map(drop) })
    }

    fn outlives_processes(&self) -> bool {
        true
    }

    fn extend<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let lasts = millis(now, until);
            self.run::<Value>(&self.0.scripts.extend, &self.key("delivery", &hex(key)), &[lasts.as_bytes()]).await.map(drop)
        })
    }

    fn settle<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let lasts = millis(now, until);
            self.run::<Value>(&self.0.scripts.settle, &self.key("delivery", &hex(key)), &[lasts.as_bytes()]).await.map(drop)
        })
    }

    fn is_settled<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, soon: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let soon = millis(now, soon);
            self.run(&self.0.scripts.is_settled, &self.key("delivery", &hex(key)), &[soon.as_bytes()]).await
        })
    }
}

/// From one time to another, in milliseconds as Redis takes them.
fn millis(now: SystemTime, until: SystemTime) -> String {
    until.duration_since(now).unwrap_or_default().as_millis().clamp(1, i64::MAX as u128).to_string()
}

/// Seconds, microseconds, version and record.
type There = (u64, u32, Option<u64>, Option<Vec<u8>>);

fn seen((seconds, micros, version, bytes): There) -> Seen {
    let record = version.zip(bytes).map(|(version, bytes)| Versioned { version, bytes });
    Seen { record, time: Duration::new(seconds, micros.saturating_mul(1000).min(999_999_999)) }
}

impl LimitStore for RedisStore {
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Seen, StoreError>> {
        Box::pin(async move {
            // A list ends, in Lua, where something is not there; the last two are there together or not at all.
            let there: Vec<Value> = self.run(&self.0.scripts.read_limit, &self.key("limit", key), &[]).await?;
            Ok(seen(four(there)?))
        })
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        seen_version: Option<u64>,
        record: Versioned,
        lasts: Duration,
    ) -> BoxFuture<'a, Result<Swapped, StoreError>> {
        Box::pin(async move {
            let known = seen_version.map(|version| version.to_string()).unwrap_or_default();
            let (version, lasts) = (record.version.to_string(), lasts.as_millis().clamp(1, i64::MAX as u128).to_string());
            let values: [&[u8]; 4] = [known.as_bytes(), version.as_bytes(), &record.bytes, lasts.as_bytes()];
            let there: Vec<Value> = self.run(&self.0.scripts.swap_limit, &self.key("limit", key), &values).await?;
            let ours = there.len() == 2;
            let seen = seen(four(there)?);
            Ok(if ours { Swapped::Ours(seen.time) } else { Swapped::Theirs(seen) })
        })
    }
}

fn four(mut there: Vec<Value>) -> Result<There, StoreError> {
    there.resize(4, Value::Nil);
    There::from_redis_value(Value::Array(there)).map_err(|_| strange("record"))
}
