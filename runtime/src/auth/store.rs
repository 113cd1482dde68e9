//! Where tokens are kept: the trait that any store fulfils, and the store in memory.
//!
//! Stores that outlive the process (`file_store`, a database) implement the same trait elsewhere.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::token::Token;
use crate::clock::BoxFuture;

/// What a store reports. Its text must hold nothing secret.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// What became of a token that was to be kept.
#[derive(Clone, Debug)]
pub enum Kept {
    /// It is stored.
    Ours,
    /// Somebody else replaced the token first; this is theirs, and nothing was written.
    Theirs(Token),
}

/// Held while one party renews the token of a key; dropping it lets the next one in.
pub struct Lease {
    _guard: Option<Box<dyn Send>>,
}

impl Lease {
    /// A lease that excludes nobody, for stores that only one process uses.
    pub fn none() -> Self {
        Self { _guard: None }
    }

    /// A lease that ends when the guard is dropped.
    pub fn guarded(guard: impl Send + 'static) -> Self {
        Self { _guard: Some(Box::new(guard)) }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lease")
    }
}

/// Keeps tokens between calls, and between programs where it can.
///
/// A key names one authorization of one person; two people must never share one.
pub trait TokenStore: Send + Sync + fmt::Debug {
    /// The token kept under a key.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Token>, StoreError>>;

    /// Keeps a token if the one it replaces still has the generation `replacing` (`None`: there is none). This is one atomic step.
    fn keep<'a>(&'a self, key: &'a str, replacing: Option<u64>, token: Token) -> BoxFuture<'a, Result<Kept, StoreError>>;

    /// Forgets a token, when a person disconnects. Never called because a renewal failed.
    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Waits until nobody else renews the token of this key. The default excludes nobody; [`keep`](Self::keep) still decides who
    /// was first. A store that several programs share should exclude: a server that sees a rotated refresh token used twice takes it
    /// for stolen and ends the grant.
    fn lease<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async { Ok(Lease::none()) })
    }
}

/// Keeps tokens in memory, for as long as the program runs. Clones share what they keep.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    tokens: Arc<Mutex<HashMap<String, Token>>>,
    leases: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn with_tokens<T>(&self, action: impl FnOnce(&mut HashMap<String, Token>) -> T) -> T {
        // A panic elsewhere cannot leave the map half written: every action is a single operation on it.
        action(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep_now(&self, key: &str, replacing: Option<u64>, token: Token) -> Kept {
        self.with_tokens(|tokens| match tokens.get(key) {
            Some(theirs) if Some(theirs.generation) != replacing => Kept::Theirs(theirs.clone()),
            _ => {
                tokens.insert(key.to_owned(), token);
                Kept::Ours
            }
        })
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Token>, StoreError>> {
        let found = self.with_tokens(|tokens| tokens.get(key).cloned());
        Box::pin(async { Ok(found) })
    }

    fn keep<'a>(&'a self, key: &'a str, replacing: Option<u64>, token: Token) -> BoxFuture<'a, Result<Kept, StoreError>> {
        Box::pin(async move { Ok(self.keep_now(key, replacing, token)) })
    }

    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.with_tokens(|tokens| tokens.remove(key));
            Ok(())
        })
    }

    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Lease, StoreError>> {
        let lock = {
            let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(leases.entry(key.to_owned()).or_default())
        };
        Box::pin(async move { Ok(Lease::guarded(lock.lock_owned().await)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn token(name: &str, generation: u64) -> Token {
        Token { generation, ..Token::new(name, UNIX_EPOCH) }
    }

    #[tokio::test]
    async fn the_first_to_replace_a_generation_wins() {
        let store = MemoryStore::new();
        assert!(matches!(store.keep("k", None, token("a", 1)).await.unwrap(), Kept::Ours));
        assert!(matches!(store.keep("k", Some(1), token("b", 2)).await.unwrap(), Kept::Ours));
        match store.keep("k", Some(1), token("c", 2)).await.unwrap() {
            Kept::Theirs(theirs) => assert_eq!(theirs.access_token(), "b"),
            Kept::Ours => panic!("a stale generation replaced a newer token"),
        }
        assert_eq!(store.load("k").await.unwrap().unwrap().access_token(), "b");
        assert!(store.load("other").await.unwrap().is_none());
        store.forget("k").await.unwrap();
        assert!(store.load("k").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_lease_lets_one_in_at_a_time() {
        let store = MemoryStore::new();
        let first = store.lease("k").await.unwrap();
        let clone = store.clone();
        let second = tokio::spawn(async move { clone.lease("k").await.unwrap() });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        let _other_key = store.lease("other").await.unwrap();
        drop(first);
        second.await.unwrap();
    }
}
