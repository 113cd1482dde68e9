//! What comes back as a stream: a file, with its length and type. Bounds and unpacking are the transport's.

mod checkpoint;
mod mark;
mod name;
mod range;
mod save;
mod source;

use std::{
    fmt,
    path::Path,
    pin::Pin,
    sync::{Arc, PoisonError},
    task::{self, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, header};
use tokio::sync::Mutex;

use crate::{
    error::{Error, ErrorKind},
    limit::Admitted,
    shape::{Opaque, opaque},
    transfer::{Progress, SharedListener},
    transport::{ReadLimits, Reader},
};

pub use checkpoint::DownloadCheckpoint;
use save::Part;
use source::Source;
pub(crate) use source::{Again, resume};

/// A file on its way in: a stream of its pieces, which ends after an error. Clones share the one stream: what one has read, the other
/// does not get.
///
/// Where the connection breaks, it goes on by itself: the rest is asked for by range, as often as the client's [`RetrySettings`] allow, from
/// servers that say by a strong `ETag` or `Last-Modified` whether it is still the same file.
///
/// [`RetrySettings`]: crate::RetrySettings
pub struct Download {
    stream: Arc<Mutex<Source>>,
    /// Who is told how far it has come.
    listener: SharedListener,
    /// What was asked for by polling. The lock is only there to make it `Sync`.
    polled: std::sync::Mutex<Polled>,
    start: u64,
    length: Option<u64>,
    content_type: Option<String>,
    file_name: Option<String>,
    /// The most bytes that [`Download::bytes`] gathers.
    gathered: u64,
}

enum Polled {
    Nothing,
    Chunk(Pin<Box<dyn Future<Output = Result<Option<Bytes>, Error>> + Send>>),
    End,
}

impl Download {
    pub(crate) fn new(
        headers: &HeaderMap,
        reader: Reader,
        idle: Duration,
        gathered: u64,
        permits: Admitted,
        again: Option<Again>,
    ) -> Download {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let listener = SharedListener::default();
        Download {
            start: 0,
            length: reader.length(),
            content_type: text(header::CONTENT_TYPE).map(str::to_owned),
            file_name: text(header::CONTENT_DISPOSITION).and_then(name::file_name),
            listener: listener.clone(),
            stream: Arc::new(Mutex::new(Source::new(reader, idle, permits, again, listener))),
            polled: std::sync::Mutex::new(Polled::Nothing),
            gathered,
        }
    }

    /// What is in memory already.
    pub(crate) fn of_bytes(headers: &HeaderMap, bytes: Bytes) -> Download {
        let unbounded = ReadLimits { wire: u64::MAX, decoded: u64::MAX, ratio: u64::MAX };
        let reader = Reader::of_bytes(bytes, unbounded);
        Download::new(headers, reader, Duration::MAX, u64::MAX, Admitted::default(), None)
    }

    /// The same, begun in the middle.
    fn begin_at(self, at: u64, place: impl FnOnce(&mut Source)) -> Download {
        let Download { content_type, file_name, gathered, stream, listener, .. } = self;
        let mut source = Arc::into_inner(stream).expect("nobody else has it yet").into_inner();
        place(&mut source);
        let length = source.total();
        let polled = std::sync::Mutex::new(Polled::Nothing);
        Download { start: at, listener, length, content_type, file_name, gathered, polled, stream: Arc::new(Mutex::new(source)) }
    }

    /// The stream behind it, when nobody else has it.
    fn into_source(self) -> Option<Source> {
        Arc::into_inner(self.stream).map(Mutex::into_inner)
    }

    /// What it reads from, when nobody else has it.
    pub(crate) fn into_reader(self) -> Option<(Reader, Admitted)> {
        self.into_source().map(Source::into_reader)
    }

    /// The place that is held while it comes; none while somebody reads it.
    pub(crate) fn place(&self) -> Option<Admitted> {
        Some(self.stream.try_lock().ok()?.place().clone())
    }

    /// The number of bytes of all of it, when the server says so.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Which byte of the file comes first: 0, unless it was [resumed](crate::api::Operation::resume).
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The content type, as the server says.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The file's name, as the server says, without any folder.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Tells how far it has come, at each piece. Where a file that is saved begins anew because it changed, so does the count.
    #[must_use]
    pub fn on_progress(self, listener: impl FnMut(Progress) + Send + 'static) -> Download {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
        self
    }

    /// Where to go on after the pieces that were given; none where the server gives nothing to know the file by, or packs it on the way, and while
    /// a piece is waited for.
    pub fn checkpoint(&self) -> Option<DownloadCheckpoint> {
        self.stream.try_lock().ok()?.checkpoint()
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// When the connection breaks, rests for too long, or a limit is reached, and it cannot go on; of [`ErrorKind::Conflict`] when the file
    /// changed meanwhile.
    pub async fn chunk(&self) -> Result<Option<Bytes>, Error> {
        // A piece that was polled for in vain would keep the stream to itself; nothing that came is lost with it.
        *self.polled.lock().unwrap_or_else(PoisonError::into_inner) = Polled::Nothing;
        self.stream.lock().await.chunk().await
    }

    /// All of it in memory, up to the client's limit for answers.
    ///
    /// # Errors
    /// As [`Download::chunk`].
    pub async fn bytes(self) -> Result<Bytes, Error> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if (all.len() + chunk.len()) as u64 > self.gathered {
                let message = format!("the file is longer than {} bytes, the most this client keeps in memory", self.gathered);
                return Err(Error::new(ErrorKind::Limit, message));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.into())
    }

    /// Writes it to a file and gives the number of bytes. Until it is whole it stands beside under another name; then it replaces what is
    /// there. What could not be completed is removed. Where the file changes meanwhile, it begins anew, and also where pieces of it were taken before.
    ///
    /// # Errors
    /// As [`Download::chunk`], and when the file cannot be written, or pieces were taken of one that cannot be asked for again.
    pub async fn save_to(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        if self.start > 0 {
            let message = "a resumed download is saved where the first part of it is: use `save_resumable`";
            return Err(Error::new(ErrorKind::Input, message));
        }
        *self.polled.lock().unwrap_or_else(PoisonError::into_inner) = Polled::Nothing;
        let mut source = self.stream.lock().await;
        Part::passing(path).fill(&mut source, path, |_| {}).await
    }

    /// Writes it to a file as [`Download::save_to`] does, and keeps what came where it cannot be completed: under the file's name and `.part`, beside
    /// a note of what it is of. Where the two do not fit the checkpoint that this goes on from, it begins anew. One at a time saves to a place.
    /// `keep` is given a checkpoint from time to time, and once more when it fails; from the last one of them another process goes on with
    /// [`resume`](crate::api::Operation::resume) and this.
    ///
    /// ```no_run
    /// # use linchpin_runtime::{Download, DownloadCheckpoint, Error};
    /// # async fn example(download: Download) -> Result<(), Error> {
    /// let mut last: Option<DownloadCheckpoint> = None;
    /// download.save_resumable("film.mp4", |checkpoint| last = Some(checkpoint)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Download::save_to`], and when somebody else is saving there.
    pub async fn save_resumable(self, path: impl AsRef<Path>, keep: impl FnMut(DownloadCheckpoint) + Send) -> Result<u64, Error> {
        let path = path.as_ref();
        *self.polled.lock().unwrap_or_else(PoisonError::into_inner) = Polled::Nothing;
        let mut source = self.stream.lock().await;
        Part::kept(path).await?.fill(&mut source, path, keep).await
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let this = self.get_mut();
        let polled = this.polled.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Polled::Nothing = polled {
            let stream = this.stream.clone();
            *polled = Polled::Chunk(Box::pin(async move { stream.lock().await.chunk().await }));
        }
        let Polled::Chunk(future) = polled else { return Poll::Ready(None) };
        let next = ready!(future.as_mut().poll(context)).transpose();
        *polled = if matches!(next, Some(Ok(_))) { Polled::Nothing } else { Polled::End };
        Poll::Ready(next)
    }
}

impl Clone for Download {
    fn clone(&self) -> Download {
        Download {
            stream: self.stream.clone(),
            listener: self.listener.clone(),
            polled: std::sync::Mutex::new(Polled::Nothing),
            start: self.start,
            length: self.length,
            content_type: self.content_type.clone(),
            file_name: self.file_name.clone(),
            gathered: self.gathered,
        }
    }
}

opaque!(Download);

/// Two downloads are the same when they are the same stream.
impl Opaque for Download {
    const NAME: &'static str = "file";

    fn same(&self, other: &Download) -> bool {
        Arc::ptr_eq(&self.stream, &other.stream)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("length", &self.length)
            .field("content_type", &self.content_type)
            .field("file_name", &self.file_name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;
    use crate::transport::IncomingBody;

    /// Gives a piece, waits for a while, gives another, and breaks off.
    struct Halting(usize);

    impl Stream for Halting {
        type Item = std::io::Result<Bytes>;

        fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<std::io::Result<Bytes>>> {
            self.0 += 1;
            match self.0 {
                1 => Poll::Ready(Some(Ok("one".into()))),
                2 => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                3 => Poll::Ready(Some(Ok("two".into()))),
                _ => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
            }
        }
    }

    fn halting() -> Download {
        let limits = ReadLimits { wire: 100, decoded: 100, ratio: 10 };
        let reader = Reader::new(&HeaderMap::new(), IncomingBody::stream(Halting(0)), limits).unwrap();
        Download::new(&HeaderMap::new(), reader, Duration::from_secs(5), 100, Admitted::default(), None)
    }

    #[tokio::test]
    async fn it_is_a_stream_that_ends_after_an_error() {
        let mut download = halting();
        let mut pieces = Vec::new();
        while let Some(piece) = poll_fn(|context| Pin::new(&mut download).poll_next(context)).await {
            pieces.push(piece.map_err(|error| error.kind()));
        }
        assert_eq!(pieces, [Ok("one".into()), Ok("two".into()), Err(ErrorKind::Transport)]);
    }

    #[tokio::test]
    async fn what_was_polled_for_in_vain_is_not_lost() {
        let mut download = halting();
        assert_eq!(download.chunk().await.unwrap().unwrap(), "one");
        let waiting = poll_fn(|context| Poll::Ready(Pin::new(&mut download).poll_next(context).is_pending())).await;
        assert!(waiting);
        assert_eq!(download.chunk().await.unwrap().unwrap(), "two");
    }
}
