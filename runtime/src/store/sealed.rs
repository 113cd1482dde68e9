//! Tokens in a database: sealed before they leave, and leased to one process at a time. Which database it is, is left to `TokenRows`.

use std::{fmt, sync::Arc};

use crate::{
    auth::{Kept, Lease, SealingKeys, StoreError, Token, TokenStore, record_name},
    clock::BoxFuture,
    limit::{Asked, LimitStore, Shared, StoreDown},
    operation::Limit,
};

/// One renews at a time.
const LEASE: &[Limit] = &[Limit::Concurrent(1)];

/// A generation and what is sealed.
pub(super) type SealedRow = (u64, Vec<u8>);

/// Records of tokens in a database, by a name that tells nothing about the key.
pub(super) trait TokenRows: Send + Sync + fmt::Debug {
    /// The generation and what is sealed.
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SealedRow>, StoreError>>;

    /// Writes in one step, if there is none, or the one there has the generation `replacing`, or is this one; says whether it did.
    fn keep<'a>(
        &'a self,
        name: &'a str,
        replacing: Option<u64>,
        generation: u64,
        sealed: &'a [u8],
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Removes it.
    fn forget<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), StoreError>>;

    /// All names.
    fn names(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>>;
}

/// Keeps tokens in a database, sealed, for all processes that have the keys. One of them renews a token at a time: whoever does says that it lives
/// every few seconds, and when it dies the next one begins 15 seconds later at most.
#[derive(Clone, Debug)]
pub struct SealedTokens {
    rows: Arc<dyn TokenRows>,
    leases: Arc<dyn LimitStore>,
    keys: Arc<SealingKeys>,
}

impl SealedTokens {
    pub(super) fn new<S: TokenRows + LimitStore + Clone + 'static>(store: &S, keys: SealingKeys) -> SealedTokens {
        SealedTokens { rows: Arc::new(store.clone()), leases: Arc::new(store.clone()), keys: Arc::new(keys) }
    }

    /// Seals with the first key what older ones sealed, and says how many that were. After that the older ones can be left out.
    ///
    /// # Errors
    /// When one of the tokens cannot be opened or written; the others stay as they are or have been sealed anew.
    pub async fn seal_anew(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        for name in self.rows.names().await? {
            let Some((generation, sealed)) = self.rows.load(&name).await? else { continue };
            if self.keys.is_current(&sealed) {
                continue;
            }
            let anew = self.keys.seal(&name, &self.keys.open(&name, generation, &sealed)?)?;
            // Whoever was faster sealed a newer token, with the newer key.
            count += usize::from(self.rows.keep(&name, Some(generation), generation, &anew).await?);
        }
        Ok(count)
    }

    async fn read(&self, name: &str) -> Result<Option<Token>, StoreError> {
        let Some((generation, sealed)) = self.rows.load(name).await? else { return Ok(None) };
        self.keys.open(name, generation, &sealed).map(Some)
    }

    async fn write(&self, name: &str, replacing: Option<u64>, token: &Token) -> Result<Kept, StoreError> {
        let sealed = self.keys.seal(name, token)?;
        loop {
            if self.rows.keep(name, replacing, token.generation, &sealed).await? {
                return Ok(Kept::Ours);
            }
            // If somebody forgot it since, there is nothing in the way any more.
            if let Some(theirs) = self.read(name).await? {
                return Ok(Kept::Theirs(theirs));
            }
        }
    }

    async fn wait(&self, name: &str) -> Result<Lease, StoreError> {
        let lease = Arc::new(Shared::new(self.leases.clone(), format!("lease/{name}"), LEASE, StoreDown::Refuse));
        loop {
            match lease.ask(None, true).await? {
                Asked::Room(place, _) => return Ok(Lease::guarded(place)),
                Asked::Wait(wait) => tokio::time::sleep(wait).await,
                Asked::Alone => return Err("the store of leases does not answer".into()),
            }
        }
    }
}

impl TokenStore for SealedTokens {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Token>, StoreError>> {
        Box::pin(async move { self.read(&record_name(key)).await })
    }

    fn keep<'a>(&'a self, key: &'a str, replacing: Option<u64>, token: Token) -> BoxFuture<'a, Result<Kept, StoreError>> {
        Box::pin(async move { self.write(&record_name(key), replacing, &token).await })
    }

    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.rows.forget(&record_name(key)).await })
    }

    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async move { self.wait(&record_name(key)).await })
    }
}
