//! A file on its way in, to be read like any other.

use std::{
    fmt,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use bytes::Bytes;

use super::Waiter;
use crate::{download, download::DownloadCheckpoint, error::Error, transfer::Progress};

/// A file on its way in: read it, gather it, or save it. Where the connection breaks, it goes on by itself, as a [`download::Download`] does.
///
/// ```no_run
/// # fn example(mut report: linchpin_runtime::blocking::Download) -> Result<(), Box<dyn std::error::Error>> {
/// let mut first = [0; 5];
/// std::io::Read::read_exact(&mut report, &mut first)?;
/// if &first == b"%PDF-" {
///     report.on_progress(|progress| println!("{} bytes", progress.bytes)).bytes()?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct Download {
    inner: download::Download,
    waiter: Arc<Waiter>,
    /// What came and was not read yet.
    left: Bytes,
}

impl Download {
    pub(super) fn new(inner: download::Download, waiter: Arc<Waiter>) -> Download {
        Download { inner, waiter, left: Bytes::new() }
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// As [`download::Download::chunk`]; and of [`Configuration`](crate::ErrorKind::Configuration) from async code, which it would block.
    pub fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if !self.left.is_empty() {
            return Ok(Some(std::mem::take(&mut self.left)));
        }
        self.waiter.wait(self.inner.chunk())?
    }

    /// All of it that was not read yet in memory, up to the client's limit for answers.
    ///
    /// # Errors
    /// As [`Download::chunk`].
    pub fn bytes(self) -> Result<Bytes, Error> {
        let rest = self.waiter.wait(self.inner.bytes())??;
        Ok(if self.left.is_empty() { rest } else { [self.left, rest].concat().into() })
    }

    /// Writes it to a file, whole or not at all. See [`download::Download::save_to`].
    ///
    /// # Errors
    /// As there, and as [`Download::chunk`].
    pub fn save_to(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.waiter.wait(self.inner.save_to(path))?
    }

    /// Writes it to a file, and keeps what came where it cannot be completed. See [`download::Download::save_resumable`].
    ///
    /// # Errors
    /// As there, and as [`Download::chunk`].
    pub fn save_resumable(self, path: impl AsRef<Path>, keep: impl FnMut(DownloadCheckpoint) + Send) -> Result<u64, Error> {
        self.waiter.wait(self.inner.save_resumable(path, keep))?
    }

    /// Tells how far it has come, at each piece.
    #[must_use]
    pub fn on_progress(self, listener: impl FnMut(Progress) + Send + 'static) -> Download {
        Download { inner: self.inner.on_progress(listener), ..self }
    }

    /// Where to go on after the pieces that were given; none in the middle of one, and where [`download::Download::checkpoint`] has none.
    pub fn checkpoint(&self) -> Option<DownloadCheckpoint> {
        self.inner.checkpoint().filter(|_| self.left.is_empty())
    }

    /// The number of bytes of all of it, when the server says so.
    pub fn length(&self) -> Option<u64> {
        self.inner.length()
    }

    /// Which byte of the file comes first: 0, unless it was [resumed](super::Client::resume).
    pub fn start(&self) -> u64 {
        self.inner.start()
    }

    /// The content type, as the server says.
    pub fn content_type(&self) -> Option<&str> {
        self.inner.content_type()
    }

    /// The file's name, as the server says, without any folder.
    pub fn file_name(&self) -> Option<&str> {
        self.inner.file_name()
    }
}

/// An [`Error`] is the source of what it fails with.
impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left.is_empty() {
            match self.chunk().map_err(io::Error::other)? {
                Some(piece) => self.left = piece,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.left.len());
        buffer[..length].copy_from_slice(&self.left.split_to(length));
        Ok(length)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
