//! Items and pages as iterators.

use std::{fmt, sync::Arc};

use serde::de::DeserializeOwned;

use super::Waiter;
use crate::{error::Error, graphql_module, page::Checkpoint, shape::Shaped};

/// The items of a search, one after the other. After an error it ends; [`checkpoint`](Items::checkpoint) says where to go on.
pub struct Items<T> {
    pub(super) inner: crate::page::Items<T>,
    pub(super) waiter: Arc<Waiter>,
    pub(super) failed: bool,
}

impl<T: Shaped> Items<T> {
    /// Goes on from here.
    #[must_use]
    pub fn from(self, checkpoint: Checkpoint) -> Items<T> {
        Items { inner: self.inner.from(checkpoint), ..self }
    }

    /// Where the page begins that is being read.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.inner.checkpoint()
    }
}

impl<T: Shaped> Iterator for Items<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.waiter.next(&mut self.failed, self.inner.try_next())
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The pages of a search, one after the other. After an error it ends; [`checkpoint`](Pages::checkpoint) says where to go on.
pub struct Pages<T> {
    pub(super) inner: crate::page::Pages<T>,
    pub(super) waiter: Arc<Waiter>,
    pub(super) failed: bool,
}

impl<T: Shaped> Pages<T> {
    /// Goes on from here.
    #[must_use]
    pub fn from(self, checkpoint: Checkpoint) -> Pages<T> {
        Pages { inner: self.inner.from(checkpoint), ..self }
    }

    /// Where the next page begins.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.inner.checkpoint()
    }
}

impl<T: Shaped> Iterator for Pages<T> {
    type Item = Result<Vec<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.waiter.next(&mut self.failed, self.inner.try_next())
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The items of a GraphQL connection, one after the other. After an error it ends; [`checkpoint`](GraphqlItems::checkpoint) says where to go on.
pub struct GraphqlItems<T> {
    pub(super) inner: graphql_module::GraphqlItems<T>,
    pub(super) waiter: Arc<Waiter>,
    pub(super) failed: bool,
}

impl<T: DeserializeOwned> GraphqlItems<T> {
    /// Goes on from here.
    #[must_use]
    pub fn from(self, checkpoint: Checkpoint) -> GraphqlItems<T> {
        GraphqlItems { inner: self.inner.from(checkpoint), ..self }
    }

    /// Where the page begins that is being read.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.inner.checkpoint()
    }
}

impl<T: DeserializeOwned> Iterator for GraphqlItems<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.waiter.next(&mut self.failed, self.inner.try_next())
    }
}

impl<T> fmt::Debug for GraphqlItems<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlItems").finish_non_exhaustive()
    }
}
