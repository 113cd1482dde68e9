//! A file that goes in parts.

use std::{fmt, sync::Arc};

use super::Waiter;
use crate::{
    error::Error,
    shape::Shaped,
    transfer::Progress,
    upload::{self, UploadCheckpoint},
};

/// An upload before it is begun: [`send`](Upload::send) makes it.
#[must_use = "nothing is sent before `send`"]
pub struct Upload<T> {
    pub(super) inner: upload::Upload<T>,
    pub(super) waiter: Arc<Waiter>,
}

impl<T: Shaped> Upload<T> {
    /// Tells how much the server has, after each part.
    pub fn on_progress(self, listener: impl FnMut(Progress) + Send + 'static) -> Upload<T> {
        Upload { inner: self.inner.on_progress(listener), ..self }
    }

    /// Gives a checkpoint after each part, to be kept: with the last one, another process goes on.
    pub fn on_checkpoint(self, keep: impl FnMut(UploadCheckpoint) + Send + 'static) -> Upload<T> {
        Upload { inner: self.inner.on_checkpoint(keep), ..self }
    }

    /// Goes on from a checkpoint. See [`upload::Upload::resume`].
    pub fn resume(self, checkpoint: UploadCheckpoint) -> Upload<T> {
        Upload { inner: self.inner.resume(checkpoint), ..self }
    }

    /// How many bytes a part has. See [`upload::Upload::part_size`].
    pub fn part_size(self, bytes: u64) -> Upload<T> {
        Upload { inner: self.inner.part_size(bytes), ..self }
    }

    /// Makes it, and waits for its end.
    ///
    /// # Errors
    /// As any call; and of [`Configuration`](crate::ErrorKind::Configuration) from async code, which it would block.
    pub fn send(self) -> Result<T, Error> {
        self.waiter.wait(self.inner.into_future())?
    }
}

impl<T> fmt::Debug for Upload<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
