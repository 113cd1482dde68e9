//! What comes back as a stream: a file, with its length and type. Bounds and unpacking are the transport's.

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
use tokio::{io::AsyncWriteExt, sync::Mutex};

use crate::{
    error::{Error, ErrorKind},
    limit::Admitted,
    shape::{Opaque, opaque},
    transport::Reader,
};

/// A file on its way in: a stream of its pieces, which ends after an error. Clones share the one stream: what one has read, the other
/// does not get.
pub struct Download {
    stream: Arc<Mutex<Open>>,
    /// What was asked for by polling. The lock is only there to make it `Sync`.
    polled: std::sync::Mutex<Polled>,
    length: Option<u64>,
    content_type: Option<String>,
    file_name: Option<String>,
    /// The most bytes that [`Download::bytes`] gathers.
    gathered: u64,
}

struct Open {
    reader: Reader,
    idle: Duration,
    /// The call's place among those that run at once, kept until the stream is dropped.
    _permits: Admitted,
}

enum Polled {
    Nothing,
    Chunk(Pin<Box<dyn Future<Output = Result<Option<Bytes>, Error>> + Send>>),
    End,
}

impl Download {
    pub(crate) fn new(headers: &HeaderMap, reader: Reader, idle: Duration, gathered: u64, permits: Admitted) -> Download {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Download {
            length: reader.length(),
            content_type: text(header::CONTENT_TYPE).map(str::to_owned),
            file_name: text(header::CONTENT_DISPOSITION).and_then(file_name),
            stream: Arc::new(Mutex::new(Open { reader, idle, _permits: permits })),
            polled: std::sync::Mutex::new(Polled::Nothing),
            gathered,
        }
    }

    /// The number of bytes, when the server says so.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The content type, as the server says.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The file's name, as the server says, without any folder.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// When the connection breaks, rests for too long, or a limit is reached.
    pub async fn chunk(&self) -> Result<Option<Bytes>, Error> {
        // A piece that was polled for in vain would keep the stream to itself; nothing that came is lost with it.
        *self.polled.lock().unwrap_or_else(PoisonError::into_inner) = Polled::Nothing;
        chunk(&self.stream).await
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

    /// Writes it to a file and gives the number of bytes. A file that is there is replaced; one that could not be completed is removed.
    ///
    /// # Errors
    /// As [`Download::chunk`], and when the file cannot be written.
    pub async fn save_to(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let written = self.write(path).await;
        if written.is_err() {
            let _ = tokio::fs::remove_file(path).await;
        }
        written
    }

    async fn write(&self, path: &Path) -> Result<u64, Error> {
        let unwritable = |error: std::io::Error| Error::new(ErrorKind::Input, "the file cannot be written").with_source(&error);
        let mut file = tokio::fs::File::create(path).await.map_err(unwritable)?;
        let mut written = 0;
        while let Some(chunk) = self.chunk().await? {
            file.write_all(&chunk).await.map_err(unwritable)?;
            written += chunk.len() as u64;
        }
        file.flush().await.map_err(unwritable)?;
        Ok(written)
    }
}

async fn chunk(stream: &Mutex<Open>) -> Result<Option<Bytes>, Error> {
    let mut open = stream.lock().await;
    let idle = open.idle;
    match tokio::time::timeout(idle, open.reader.chunk()).await {
        Ok(chunk) => chunk,
        Err(_) => Err(Error::new(ErrorKind::Timeout, "the download rested for too long")),
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let this = self.get_mut();
        let polled = this.polled.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Polled::Nothing = polled {
            let stream = this.stream.clone();
            *polled = Polled::Chunk(Box::pin(async move { chunk(&stream).await }));
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
            polled: std::sync::Mutex::new(Polled::Nothing),
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

/// The name in a `Content-Disposition` (RFC 6266). Only its last step: a server must not choose the folder.
fn file_name(value: &str) -> Option<String> {
    let parameter = |wanted: &str| {
        value.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let extended = parameter("filename*").and_then(|value| {
        let encoded = value.get(..7).filter(|start| start.eq_ignore_ascii_case("utf-8''")).map(|_| &value[7..])?;
        percent_encoding::percent_decode_str(encoded).decode_utf8().ok().map(|name| name.into_owned())
    });
    let name = extended.or_else(|| parameter("filename"))?;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).collect();
    (!matches!(clean.as_str(), "" | "." | "..")).then_some(clean)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;
    use crate::transport::{IncomingBody, ReadLimits};

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
        Download::new(&HeaderMap::new(), reader, Duration::from_secs(5), 100, Admitted::default())
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

    #[test]
    fn file_names_have_no_folder() {
        for (header, name) in [
            (r#"attachment; filename="plan.pdf""#, Some("plan.pdf")),
            (r#"attachment; filename="../../etc/passwd""#, Some("passwd")),
            (r#"attachment; filename="a\b.txt""#, Some("b.txt")),
            ("attachment; filename=x; filename*=UTF-8''na%C3%AFve%2Fx.txt", Some("x.txt")),
            (r#"attachment; filename="..""#, None),
            ("inline", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
    }

    #[test]
    fn broken_names_stay_in_their_folder() {
        let good = [
            "attachment; filename=\"a b.pdf\"",
            "attachment; filename*=UTF-8''%e2%82%ac%20rates.pdf; filename=x",
            "inline; FileName=plain.txt",
        ];
        let pieces = ["../", "..\\", "%2f", "%5c", "%00", "\"", ";", "=", "'", "filename", "*", "/etc/passwd", "\u{e9}", "\r\n"];
        let mut named = 0;
        crate::fuzz::feed_text(27, &good, &pieces, |value| {
            if let Some(name) = file_name(value) {
                named += 1;
                assert!(!name.contains(['/', '\\']) && !name.contains(char::is_control), "{value}: {name}");
                assert!(!["", ".", ".."].contains(&name.as_str()), "{value}: {name}");
            }
        });
        assert!(named > 100, "{named} had a name: the changes are too coarse to test anything");
    }
}
