//! Items that come one after the other, as an iterator that waits for the next.

use std::{fmt, sync::Arc};

use super::Waiter;
use crate::{error::Error, events, shape::Shaped};

/// What an operation gives one after the other. An item that cannot be read is an error, and others may follow it; after any other error there is
/// nothing.
pub struct Events<T> {
    pub(super) inner: events::Events<T>,
    pub(super) waiter: Arc<Waiter>,
    pub(super) over: bool,
}

impl<T: Shaped> Events<T> {
    /// Asks for the events behind the one with this id.
    #[must_use]
    pub fn after(self, id: impl Into<String>) -> Events<T> {
        Events { inner: self.inner.after(id), ..self }
    }

    /// Whether another connection goes on behind the last event when one ends. See [`events::Events::resume`].
    #[must_use]
    pub fn resume(self, on: bool) -> Events<T> {
        Events { inner: self.inner.resume(on), ..self }
    }

    /// The id of the last event that was given, if it or one before it had one.
    pub fn last_id(&self) -> Option<&str> {
        self.inner.last_id()
    }
}

impl<T: Shaped> Iterator for Events<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        // Async code is told once.
        let next = self.waiter.wait(self.inner.try_next()).unwrap_or_else(|error| {
            self.over = true;
            Err(error)
        });
        next.transpose()
    }
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
