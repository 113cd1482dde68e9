//! What is sent: bytes from memory, a file or a stream, with length and type, and the payload that a request makes of them. Which encoding an
//! operation has is `call`'s.

use std::{
    borrow::Cow,
    collections::VecDeque,
    fmt, io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use base64::Engine as _;
use bytes::Bytes;
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt, AsyncSeekExt, ReadBuf, Take},
};

use crate::{
    download::Download,
    error::{Error, ErrorKind},
    shape::{Opaque, opaque},
};

/// How much of a file is read at once.
const CHUNK: usize = 64 * 1024;

type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// A file to send: from memory, from a path or from a stream.
#[derive(Clone)]
pub struct Body {
    source: Source,
    length: Option<u64>,
    content_type: Option<String>,
    file_name: Option<String>,
}

#[derive(Clone)]
enum Source {
    Memory(Bytes),
    Path(PathBuf),
    Stream(Arc<Mutex<Option<ByteStream>>>),
}

impl Body {
    /// Reads the file when it is sent, and again when it is sent again.
    pub fn path(path: impl AsRef<Path>) -> Body {
        let path = path.as_ref();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Body { source: Source::Path(path.to_owned()), length: None, content_type: None, file_name }
    }

    /// Sends a stream as it comes. It can be sent once, so a call with it is not repeated once the stream has been started.
    pub fn stream<S, B, E>(stream: S) -> Body
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Into<Bytes>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream: ByteStream = Box::pin(Mapped(Box::pin(stream)));
        Body { source: Source::Stream(Arc::new(Mutex::new(Some(stream)))), length: None, content_type: None, file_name: None }
    }

    /// States the length in bytes, where a stream's is known.
    #[must_use]
    pub fn length(mut self, bytes: u64) -> Body {
        self.length = Some(bytes);
        self
    }

    /// States the content type, `image/png`.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Body {
        self.content_type = Some(content_type.into());
        self
    }

    /// States the file name that a multipart form carries.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Body {
        self.file_name = Some(name.into());
        self
    }

    /// What came in goes on, as it comes.
    pub(crate) fn from_download(download: Download) -> Body {
        let (length, content_type) = (download.length(), download.content_type().map(str::to_owned));
        let file_name = download.file_name().map(str::to_owned);
        Body { length, content_type, file_name, ..Body::stream(download) }
    }

    /// The number of bytes, as far as it can be known without reading: a stream's is what was stated.
    pub(crate) async fn known_length(&self) -> Result<Option<u64>, Error> {
        match &self.source {
            Source::Memory(bytes) => Ok(Some(bytes.len() as u64)),
            Source::Path(path) => match tokio::fs::metadata(path).await {
                Ok(metadata) => Ok(Some(metadata.len())),
                Err(error) => Err(Error::new(ErrorKind::Input, "the file to send cannot be read").with_source(&error)),
            },
            Source::Stream(_) => Ok(self.length),
        }
    }

    pub(crate) fn stated_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    pub(crate) fn stated_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    pub(crate) fn piece(&self) -> Piece {
        match &self.source {
            Source::Memory(bytes) => Piece::Bytes(bytes.clone()),
            Source::Path(path) => Piece::Path(path.clone()),
            Source::Stream(stream) => Piece::Stream(stream.clone(), self.length),
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Body {
        Body { source: Source::Memory(bytes.into()), length: None, content_type: None, file_name: None }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.source {
            Source::Memory(bytes) => format!("{} bytes", bytes.len()),
            Source::Path(path) => path.display().to_string(),
            Source::Stream(_) => "stream".to_owned(),
        };
        f.debug_struct("Body")
            .field("source", &source)
            .field("content_type", &self.content_type)
            .field("file_name", &self.file_name)
            .finish()
    }
}

opaque!(Body);

/// Two bodies are the same when they are known to send the same: streams only with themselves.
impl Body {
    /// The form in which a call by name takes a file: `{"base64": "…", "name": "photo.png"}`.
    pub fn json_of(bytes: &[u8], file_name: Option<&str>) -> serde_json::Value {
        let content = base64::engine::general_purpose::STANDARD.encode(bytes);
        match file_name {
            Some(name) => serde_json::json!({ "base64": content, "name": name }),
            None => serde_json::json!({ "base64": content }),
        }
    }
}

impl Opaque for Body {
    const NAME: &'static str = "file";

    /// Text, or `{"base64": "…", "name": "…", "type": "…"}`. Never a path: what a host stores must not choose which files are read.
    fn from_json(given: &serde_json::Value) -> Option<Body> {
        if let Some(text) = given.as_str() {
            return Some(Body::from(text.to_owned()));
        }
        let member = |name: &str| given.get(name).and_then(serde_json::Value::as_str);
        let mut body = Body::from(base64::engine::general_purpose::STANDARD.decode(member("base64")?).ok()?);
        body.file_name = member("name").map(str::to_owned);
        body.content_type = member("type").map(str::to_owned);
        Some(body)
    }

    fn same(&self, other: &Body) -> bool {
        let same = match (&self.source, &other.source) {
            (Source::Memory(one), Source::Memory(two)) => one == two,
            (Source::Path(one), Source::Path(two)) => one == two,
            (Source::Stream(one), Source::Stream(two)) => Arc::ptr_eq(one, two),
            _ => false,
        };
        same && self.content_type == other.content_type && self.file_name == other.file_name
    }
}

struct Mapped<S>(Pin<Box<S>>);

impl<S, B, E> Stream for Mapped<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.0.as_mut().poll_next(context));
        Poll::Ready(item.map(|item| item.map(Into::into).map_err(io::Error::other)))
    }
}

/// A part of a payload.
#[derive(Clone)]
pub(crate) enum Piece {
    Bytes(Bytes),
    Path(PathBuf),
    /// Bytes of a file from a place on, and how long the whole is.
    Part(PathBuf, u64, u64, u64),
    Stream(Arc<Mutex<Option<ByteStream>>>, Option<u64>),
}

/// All that a request sends after its head, in pieces. Cheap to clone; each clone reads files anew.
#[derive(Clone, Default)]
pub(crate) struct Payload {
    pub(crate) pieces: Vec<Piece>,
}

impl Payload {
    pub(crate) fn of(bytes: impl Into<Bytes>) -> Payload {
        Payload { pieces: vec![Piece::Bytes(bytes.into())] }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The bytes of the whole payload, when all of it is in memory.
    pub(crate) fn in_memory(&self) -> Option<Cow<'_, [u8]>> {
        if let [Piece::Bytes(bytes)] = self.pieces.as_slice() {
            return Some(Cow::Borrowed(bytes));
        }
        let pieces = self.pieces.iter().map(|piece| if let Piece::Bytes(bytes) = piece { Some(bytes.as_ref()) } else { None });
        pieces.collect::<Option<Vec<_>>>().map(|pieces| Cow::Owned(pieces.concat()))
    }

    /// Whether it can be sent now: not when a stream in it has been started before.
    pub(crate) fn is_whole(&self) -> bool {
        self.pieces.iter().all(|piece| match piece {
            Piece::Stream(stream, _) => stream.lock().unwrap_or_else(PoisonError::into_inner).is_some(),
            _ => true,
        })
    }

    /// Starts reading. Lengths of files are taken now. What is in memory is open at once.
    pub(crate) async fn open(&self) -> Result<OpenPayload, Error> {
        match self.at_hand() {
            Some(open) => Ok(open),
            None => Box::pin(self.open_each()).await,
        }
    }

    fn at_hand(&self) -> Option<OpenPayload> {
        let bytes = |piece: &Piece| if let Piece::Bytes(bytes) = piece { Some(OpenPiece::Bytes(bytes.clone())) } else { None };
        let lengths = self.pieces.iter().map(|piece| if let Piece::Bytes(bytes) = piece { bytes.len() as u64 } else { 0 });
        Some(OpenPayload { length: Some(lengths.sum()), pieces: self.pieces.iter().map(bytes).collect::<Option<_>>()? })
    }

    async fn open_each(&self) -> Result<OpenPayload, Error> {
        let mut length = Some(0u64);
        let mut pieces = VecDeque::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let (open, known) = open(piece).await?;
            length = length.zip(known).and_then(|(sum, more)| sum.checked_add(more));
            pieces.push_back(open);
        }
        Ok(OpenPayload { pieces, length })
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} pieces)", self.pieces.len())
    }
}

async fn open(piece: &Piece) -> Result<(OpenPiece, Option<u64>), Error> {
    match piece {
        Piece::Bytes(bytes) => Ok((OpenPiece::Bytes(bytes.clone()), Some(bytes.len() as u64))),
        Piece::Path(path) => {
            let unreadable = |error: io::Error| Error::new(ErrorKind::Input, "the file to send cannot be read").with_source(&error);
            let file = File::open(path).await.map_err(unreadable)?;
            let length = file.metadata().await.map_err(unreadable)?.len();
            Ok((OpenPiece::File(file, Vec::new()), Some(length)))
        }
        Piece::Part(path, from, length, total) => {
            let unreadable = |error: io::Error| Error::new(ErrorKind::Input, "the file to send cannot be read").with_source(&error);
            let mut file = File::open(path).await.map_err(unreadable)?;
            if file.metadata().await.map_err(unreadable)?.len() != *total {
                return Err(Error::new(ErrorKind::Input, "the file was changed while it was sent"));
            }
            file.seek(io::SeekFrom::Start(*from)).await.map_err(unreadable)?;
            Ok((OpenPiece::Part(file.take(*length), Vec::new()), Some(*length)))
        }
        Piece::Stream(stream, length) => {
            let taken = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
            let stream = taken.ok_or_else(|| Error::new(ErrorKind::Input, "the stream to send has been sent already"))?;
            Ok((OpenPiece::Stream(Mutex::new(stream)), *length))
        }
    }
}

/// A payload being read. What an [`HttpClient`](crate::transport::HttpClient) sends.
pub struct OpenPayload {
    pieces: VecDeque<OpenPiece>,
    length: Option<u64>,
}

enum OpenPiece {
    Bytes(Bytes),
    File(File, Vec<u8>),
    Part(Take<File>, Vec<u8>),
    /// The lock only makes it `Sync`; it is never contended.
    Stream(Mutex<ByteStream>),
}

impl OpenPayload {
    /// The number of bytes, when it is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// All of it, when it is in memory in one piece.
    pub(crate) fn into_bytes(mut self) -> Result<Bytes, OpenPayload> {
        match (self.pieces.len(), self.pieces.pop_front()) {
            (0, _) => Ok(Bytes::new()),
            (1, Some(OpenPiece::Bytes(bytes))) => Ok(bytes),
            (_, first) => {
                self.pieces.extend(first);
                let end = self.pieces.len() - 1;
                self.pieces.rotate_right(1.min(end));
                Err(self)
            }
        }
    }
}

impl fmt::Debug for OpenPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenPayload({:?} bytes)", self.length)
    }
}

impl http_body::Body for OpenPayload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            let Some(piece) = self.pieces.front_mut() else { return Poll::Ready(None) };
            let read = match piece {
                OpenPiece::Bytes(bytes) => {
                    Some(Ok(std::mem::take(bytes))).filter(|read| read.as_ref().is_ok_and(|bytes| !bytes.is_empty()))
                }
                OpenPiece::File(file, buffer) => ready!(read_file(file, buffer, context)),
                OpenPiece::Part(file, buffer) => ready!(read_file(file, buffer, context)),
                OpenPiece::Stream(stream) => {
                    ready!(stream.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll_next(context))
                }
            };
            match read {
                Some(read) => return Poll::Ready(Some(read.map(Frame::data))),
                None => drop(self.pieces.pop_front()),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

fn read_file(file: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
    buffer.resize(CHUNK, 0);
    let mut read = ReadBuf::new(buffer);
    if let Err(error) = ready!(Pin::new(file).poll_read(context, &mut read)) {
        return Poll::Ready(Some(Err(error)));
    }
    let filled = read.filled().len();
    buffer.truncate(filled);
    Poll::Ready((filled > 0).then(|| Ok(Bytes::from(std::mem::take(buffer)))))
}

/// The next frame of data of a body; what is not data is passed over.
#[cfg(test)]
pub(crate) async fn next_data<B>(body: &mut B) -> Option<Result<Bytes, B::Error>>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    struct Next<'a, B>(&'a mut B);
    impl<B: http_body::Body<Data = Bytes> + Unpin> std::future::Future for Next<'_, B> {
        type Output = Option<Result<Bytes, B::Error>>;
        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            loop {
                match ready!(Pin::new(&mut *self.0).poll_frame(context)) {
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(data) => return Poll::Ready(Some(Ok(data))),
                        Err(_) => continue,
                    },
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
            }
        }
    }
    Next(body).await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(payload: &Payload) -> (Option<u64>, Vec<u8>) {
        let mut open = payload.open().await.expect("it opens");
        let (length, mut all) = (open.length(), Vec::new());
        while let Some(data) = next_data(&mut open).await {
            all.extend(data.expect("it reads"));
        }
        (length, all)
    }

    #[tokio::test]
    async fn pieces_are_sent_in_order_and_files_twice() {
        let path = std::env::temp_dir().join(format!("linchpin-body-{}", std::process::id()));
        std::fs::write(&path, vec![b'x'; CHUNK + 3]).expect("it writes");
        let pieces = vec![Piece::Bytes("head".into()), Body::path(&path).piece(), Piece::Bytes("tail".into())];
        let payload = Payload { pieces };
        for _ in 0..2 {
            let (length, all) = read(&payload).await;
            assert_eq!(length, Some(CHUNK as u64 + 11));
            assert_eq!(all.len(), CHUNK + 11);
            assert!(all.starts_with(b"headx") && all.ends_with(b"xtail"));
        }
        std::fs::remove_file(path).expect("it goes");
    }

    #[tokio::test]
    async fn a_stream_is_sent_once() {
        struct Two(u8);
        impl Stream for Two {
            type Item = Result<&'static str, io::Error>;
            fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                self.0 += 1;
                Poll::Ready((self.0 <= 2).then_some(Ok("ab")))
            }
        }
        let payload = Payload { pieces: vec![Body::stream(Two(0)).length(4).piece()] };
        assert!(payload.is_whole());
        assert_eq!(read(&payload).await, (Some(4), b"abab".to_vec()));
        assert!(!payload.is_whole());
        assert_eq!(payload.open().await.expect_err("sent").kind(), ErrorKind::Input);
    }
}
