//! One connection at work: its token at hand, renewed by one task at a time, kept before it is used.
//!
//! The order is always the same: wait for whoever renews already; look whether they did our work; take the store's lease; look
//! whether another process did our work; ask the server; keep the answer; only then use it.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tracing::Instrument as _;
use url::Url;

use super::credential;
use super::error::AuthError;
use super::grant;
use super::store::{Kept, TokenStore};
use super::template;
use super::token::Token;
use super::token_request::Proof;
use super::values::Values;
use crate::address;
use crate::clock::BoxFuture;
use crate::connection::{Applied, Credentials, Setup, Transport};
use crate::error::Error;
use crate::gate;

/// A token is renewed this long before it ends, or in the last fifth of a short life.
const SKEW: Duration = Duration::from_secs(60);
/// After a renewal ahead of time failed in passing, the token at hand serves this long before the next attempt.
const REST: Duration = Duration::from_secs(5);

/// A connection whose credential is obtained from a server. Clones are the same session.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

struct Inner {
    setup: Setup,
    rebase: Option<url::Url>,
    store: Arc<dyn TokenStore>,
    key: String,
    held: Mutex<Held>,
    flight: tokio::sync::Mutex<()>,
}

/// What is in memory.
#[derive(Default)]
struct Held {
    /// The token, and what is sent of it. A token is told from another by its secrets and not by its generation alone, since what is authorised anew
    /// after it was forgotten begins to count again. What is sent counts the tokens that were held here.
    current: Option<(Token, Arc<Applied>)>,
    /// A new token that the store failed to keep, with the generation it replaces. It is kept before anything else happens, because
    /// the server may have used up the old one.
    unkept: Option<(Option<u64>, Token)>,
    /// The generation whose grant the server declared dead: asking again is of no use until the store has a newer one.
    dead: Option<(u64, String, String)>,
    /// On the client's clock: until then a token that is merely due is good enough.
    rests_until: Option<Duration>,
}

impl Session {
    pub(crate) fn new(setup: Setup, rebase: Option<url::Url>, store: Arc<dyn TokenStore>, key: String) -> Self {
        let (held, flight) = (Mutex::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Inner { setup, rebase, store, key, held, flight }))
    }

    pub(crate) fn setup(&self) -> &Setup {
        &self.0.setup
    }

    pub(crate) fn rebase(&self) -> Option<&url::Url> {
        self.0.rebase.as_ref()
    }

    /// Under what the token is kept: names one connection of one person.
    pub(crate) fn key(&self) -> &str {
        &self.0.key
    }

    /// Takes a token that a person has just authorised: it replaces whatever was kept.
    pub(crate) async fn accept(&self, token: Token) -> Result<Arc<Applied>, AuthError> {
        self.0.accept(token).await
    }

    /// Asks the server with a proof.
    pub(crate) async fn ask(&self, proof: &Proof<'_>, transport: &dyn Transport) -> Result<Token, AuthError> {
        self.0.ask(proof, transport).await
    }
}

/// Runs in a task of its own what must not stop half way: a server that was asked answers once, and a caller who goes away must not take the answer along.
pub(super) async fn to_its_end<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, Error>
where
    T: Send + 'static,
    E: Into<Error> + Send + 'static,
{
    let done = tokio::spawn(work.instrument(tracing::Span::current())).await;
    done.map_err(Error::of_stopped)?.map_err(E::into)
}

impl Credentials for Session {
    fn ready(&self) -> Option<Arc<Applied>> {
        self.0.usable(None).or_else(|| self.0.serving())
    }

    /// The renewal runs in a task of its own: dropping the call must not drop the answer that carries a new refresh token.
    fn obtain<'a>(&'a self, stale: Option<u64>, transport: Arc<dyn Transport>) -> BoxFuture<'a, Result<Arc<Applied>, Error>> {
        let inner = Arc::clone(&self.0);
        Box::pin(to_its_end(async move { inner.renew(stale, &*transport).await }))
    }

    fn renews(&self) -> bool {
        true
    }
}

impl Inner {
    fn held(&self) -> MutexGuard<'_, Held> {
        // What is held is replaced as a whole, so a panic elsewhere cannot leave it half written.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wall(&self) -> SystemTime {
        self.setup.clock.wall()
    }

    /// What is at hand, if it is newer than what was refused and not about to end.
    fn usable(&self, stale: Option<u64>) -> Option<Arc<Applied>> {
        let held = self.held();
        let (token, applied) = held.current.as_ref()?;
        if stale.is_some_and(|stale| applied.generation <= stale) {
            return None;
        }
        let now = self.wall();
        let rests = held.rests_until.is_some_and(|until| self.setup.clock.now() < until);
        let good = if rests { !token.is_expired(now) } else { !token.is_due(now, SKEW) };
        good.then(|| Arc::clone(applied))
    }

    /// What is at hand, while somebody renews it ahead of its end: nobody else has to wait for that.
    fn serving(&self) -> Option<Arc<Applied>> {
        let _renewing = self.flight.try_lock().err()?;
        let held = self.held();
        let (token, applied) = held.current.as_ref()?;
        (!token.is_expired(self.wall())).then(|| Arc::clone(applied))
    }

    async fn renew(&self, stale: Option<u64>, transport: &dyn Transport) -> Result<Arc<Applied>, AuthError> {
        let _flight = self.flight.lock().await;
        if let Some(applied) = self.usable(stale) {
            return Ok(applied);
        }
        match self.renew_alone(stale, transport).await {
            Ok(applied) => Ok(applied),
            Err(error) => self.survive(error, stale).await,
        }
    }

    async fn renew_alone(&self, stale: Option<u64>, transport: &dyn Transport) -> Result<Arc<Applied>, AuthError> {
        let _lease = self.store.lease(&self.key).await.map_err(AuthError::Store)?;
        self.keep_unkept().await?;
        let old = self.reload().await?;
        if let Some(applied) = self.usable(stale) {
            return Ok(applied);
        }
        let token = self.ask_anew(old.as_ref(), transport).await?;
        self.replace(old.as_ref(), token, stale).await
    }

    /// What the store has is what counts: somebody else may have renewed or revoked it.
    async fn reload(&self) -> Result<Option<Token>, AuthError> {
        let kept = self.store.load(&self.key).await.map_err(AuthError::Store)?;
        if let Some(token) = &kept {
            self.hold(token.clone())?;
        }
        Ok(kept)
    }

    async fn ask_anew(&self, old: Option<&Token>, transport: &dyn Transport) -> Result<Token, AuthError> {
        if let (Some(old), Some((generation, code, description))) = (old, &self.held().dead)
            && old.generation == *generation
        {
            return Err(AuthError::Reauthorize { code: code.clone(), description: description.clone() });
        }
        let proof = grant::proof(self.setup.table, old)?;
        let token = self.ask(&proof, transport).await?;
        Ok(match old {
            Some(old) => token.succeeding(old),
            None => Token { generation: 1, ..token },
        })
    }

    async fn ask(&self, proof: &Proof<'_>, transport: &dyn Transport) -> Result<Token, AuthError> {
        let values = Values::of(&self.setup.fields);
        let request = grant::request(&self.setup, &values, proof, self.rebase.as_ref())?;
        let endpoint = request.uri().to_string();
        let answer = transport.exchange(request).await.map_err(AuthError::Transport)?;
        grant::read(self.setup.table, proof, &answer, &endpoint, self.wall())
    }

    /// Keeps a new token, then uses it.
    async fn replace(&self, old: Option<&Token>, token: Token, stale: Option<u64>) -> Result<Arc<Applied>, AuthError> {
        let replacing = old.map(|old| old.generation);
        match self.store.keep(&self.key, replacing, token.clone()).await {
            Ok(Kept::Ours) => self.hold(token),
            Ok(Kept::Theirs(theirs)) => {
                self.hold(theirs)?;
                // Theirs was the last to be written, so it is the one the server knows; if even that is refused or over, the next
                // call renews it.
                self.usable(stale).ok_or_else(|| AuthError::Store("the token was replaced by somebody else meanwhile".into()))
            }
            Err(error) => {
                self.held().unkept = Some((replacing, token));
                Err(AuthError::Store(error))
            }
        }
    }

    async fn keep_unkept(&self) -> Result<(), AuthError> {
        let Some((replacing, token)) = self.held().unkept.clone() else { return Ok(()) };
        self.store.keep(&self.key, replacing, token).await.map_err(AuthError::Store)?;
        self.held().unkept = None;
        Ok(())
    }

    /// A renewal failed. A dead grant may have been replaced by a process that takes no lease; a passing failure leaves a token that
    /// is still good in use. The stored token is never removed.
    async fn survive(&self, error: AuthError, stale: Option<u64>) -> Result<Arc<Applied>, AuthError> {
        if let AuthError::Reauthorize { code, description } = &error {
            let asked = self.held().current.as_ref().map(|(_, applied)| applied.generation);
            self.reload().await?;
            if let Some(applied) = self.usable(stale.max(asked)) {
                return Ok(applied);
            }
            let mut held = self.held();
            let same = held.current.as_ref().filter(|(_, applied)| Some(applied.generation) == asked);
            held.dead = same.map(|(token, _)| (token.generation, code.clone(), description.clone()));
        }
        if error.is_passing() && stale.is_none() {
            self.held().rests_until = Some(self.setup.clock.now() + REST);
            if let Some(applied) = self.usable(None) {
                tracing::warn!(connection = self.setup.table.name, %error, "renewing the token ahead of its end failed; it still serves");
                return Ok(applied);
            }
            self.held().rests_until = None;
        }
        Err(error)
    }

    async fn accept(&self, token: Token) -> Result<Arc<Applied>, AuthError> {
        let _flight = self.flight.lock().await;
        let _lease = self.store.lease(&self.key).await.map_err(AuthError::Store)?;
        let old = self.store.load(&self.key).await.map_err(AuthError::Store)?;
        let generation = old.as_ref().map_or(1, |old| old.generation + 1);
        let token = Token { generation, ..token };
        self.held().unkept = None;
        self.replace(old.as_ref(), token, None).await
    }

    /// Which servers are elsewhere than the client was made with, because the token response said so. One that points the client at a
    /// stand-in means that.
    fn moved(&self, values: &Values<'_>) -> Result<Vec<(Url, Url)>, AuthError> {
        let mut moved = Vec::new();
        for (template, declared) in self.setup.servers.iter().filter(|(template, _)| self.rebase.is_none() && template.contains('{')) {
            let real = address::server(template, |hole| values.resolve(hole).ok().map(Cow::Borrowed));
            let real = real.map_err(|_| AuthError::answer("it does not say where the account's server is"))?;
            template::require_tls(&real)?;
            if !gate::same_origin(&real, declared) {
                moved.push((declared.clone(), real));
            }
        }
        Ok(moved)
    }

    /// Makes a kept token the one in use, if it is not that already.
    fn hold(&self, token: Token) -> Result<Arc<Applied>, AuthError> {
        let held = self.held().current.clone();
        // By what is secret in it: a store may round its times.
        let is_same = |one: &Token| (one.generation, &one.access, &one.refresh) == (token.generation, &token.access, &token.refresh);
        let count = match held {
            Some((one, applied)) if is_same(&one) => return Ok(applied),
            held => held.map_or(1, |(_, applied)| applied.generation + 1),
        };
        let values = Values::of(&self.setup.fields).with_token(Some(&token));
        let moved = self.moved(&values)?;
        let applied = credential::apply(self.setup.table.credentials, &values, count)?;
        let applied = Arc::new(Applied { moved, ..applied });
        let mut held = self.held();
        held.current = Some((token, Arc::clone(&applied)));
        held.dead = None;
        held.rests_until = None;
        Ok(applied)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.0.held();
        formatter
            .debug_struct("Session")
            .field("connection", &self.0.setup.table.name)
            .field("generation", &held.current.as_ref().map(|(token, _)| token.generation))
            .field("expires_at", &held.current.as_ref().and_then(|(token, _)| token.expires_at))
            .finish_non_exhaustive()
    }
}
