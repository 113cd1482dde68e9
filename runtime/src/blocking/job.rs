//! An operation with steps on its way, made one call at a time.

use std::fmt;

use super::Client;
use crate::{
    api::{Api, OfferedBy, Operation},
    error::Error,
    steps::{self, Advanced, JobCheckpoint},
};

/// A job, with the client that makes its calls. [`Client::start`] gives one.
pub struct Job<O, A> {
    pub(super) inner: steps::Job<O>,
    pub(super) client: Client<A>,
}

impl<A: Api, O: Operation + OfferedBy<A>> Job<O, A> {
    /// Makes the next call, unless it is too early for it. See [`steps::Job::advance`].
    ///
    /// # Errors
    /// As there; and of [`Configuration`](crate::ErrorKind::Configuration) from async code, which it would block.
    pub fn advance(&mut self) -> Result<Advanced<O::Output>, Error> {
        self.client.waiter.wait(self.inner.advance(&self.client.inner))?
    }

    /// Makes all calls that are left, pausing in between.
    ///
    /// # Errors
    /// As [`Job::advance`].
    pub fn finish(self) -> Result<O::Output, Error> {
        self.client.waiter.wait(self.inner.finish(&self.client.inner))?
    }

    /// Where it stands, to go on from later with [`Client::resume_job`].
    ///
    /// # Errors
    /// As [`steps::Job::checkpoint`].
    pub fn checkpoint(&self) -> Result<JobCheckpoint, Error> {
        self.inner.checkpoint()
    }
}

impl<O, A> fmt::Debug for Job<O, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
