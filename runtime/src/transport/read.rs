//! Reading a body: within bounds on bytes and ratio, unpacked. Where the body comes from is `transport`'s.

use std::io;

use bytes::Bytes;
use http::{HeaderMap, header};

use super::IncomingBody;
use crate::error::{Error, ErrorKind};

/// Compressed bytes that are unpacked at once, so that the limits are looked at often enough.
const UNPACKED_AT_ONCE: usize = 4 * 1024;
/// Decoded bytes below which the ratio does not matter.
const RATIO_FROM: u64 = 1024 * 1024;

/// Bounds on what is read of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    /// Bytes as they come.
    pub(crate) wire: u64,
    /// Bytes after unpacking.
    pub(crate) decoded: u64,
    /// Decoded bytes for each byte that came.
    pub(crate) ratio: u64,
}

/// Which bytes of a whole a body holds, where it may be a part.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    /// Bytes before the first that is read here.
    pub(crate) from: u64,
    /// Where the current body ends, if it says so.
    pub(crate) until: Option<u64>,
    /// Where the whole ends, if that is known.
    pub(crate) total: Option<u64>,
    /// Bytes of the current body that were read before.
    pub(crate) skip: u64,
}

/// Reads a body within bounds, unpacking gzip.
#[derive(Debug)]
pub(crate) struct Reader {
    body: IncomingBody,
    /// On the heap: most answers of a small size come unpacked, and a reader is moved as often as they are.
    unpacker: Option<Box<flate2::write::MultiGzDecoder<Vec<u8>>>>,
    /// Came, and not unpacked yet.
    packed: Bytes,
    limits: ReadLimits,
    wire: u64,
    decoded: u64,
    stated: Option<u64>,
    span: Span,
}

impl Reader {
    /// Fails at once when the length that the server states is beyond the bounds, or the encoding is none that was asked for.
    pub(crate) fn new(headers: &HeaderMap, body: IncomingBody, limits: ReadLimits) -> Result<Reader, Error> {
        let stated = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if stated.is_some_and(|length| length > limits.wire) {
            return Err(too_long(limits.wire));
        }
        let unpacker = match headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes()) {
            None | Some(b"" | b"identity") => None,
            Some(encoding) if encoding.eq_ignore_ascii_case(b"gzip") || encoding.eq_ignore_ascii_case(b"x-gzip") => {
                Some(Box::new(flate2::write::MultiGzDecoder::new(Vec::new())))
            }
            Some(_) => return Err(Error::new(ErrorKind::Decode, "the answer is packed in a way that was not asked for")),
        };
        Ok(Reader { body, unpacker, packed: Bytes::new(), limits, wire: 0, decoded: 0, stated, span: Span::default() })
    }

    /// What is in memory.
    pub(crate) fn of_bytes(bytes: Bytes, limits: ReadLimits) -> Reader {
        let span = Span::default();
        Reader { body: bytes.into(), unpacker: None, packed: Bytes::new(), limits, wire: 0, decoded: 0, stated: None, span }
    }

    /// Reads on in another body, which follows what was read, and holds it to where it stands in the whole.
    pub(crate) fn go_on(&mut self, next: Reader, span: Span) {
        self.body = next.body;
        self.span = Span { from: self.span.from, ..span };
    }

    /// Says where the body stands in the whole.
    pub(crate) fn stand(&mut self, span: Span) {
        self.span = span;
    }

    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Bytes of the whole, as they come, up to here.
    pub(crate) fn at(&self) -> u64 {
        self.span.from.saturating_add(self.wire)
    }

    /// Whether what comes is packed.
    pub(crate) fn unpacks(&self) -> bool {
        self.unpacker.is_some()
    }

    /// The number of bytes as they come, when the server says so.
    pub(crate) fn stated(&self) -> Option<u64> {
        self.stated
    }

    /// The number of bytes there will be, when that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        if self.unpacker.is_some() { None } else { self.stated }
    }

    /// The next piece of the decoded body.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if !self.packed.is_empty() {
                let unpacked = self.unpack()?;
                if !unpacked.is_empty() {
                    return Ok(Some(unpacked));
                }
                continue;
            }
            let Some(mut chunk) = self.body.chunk().await? else { return self.finish() };
            let before = usize::try_from(self.span.skip).unwrap_or(usize::MAX).min(chunk.len());
            bytes::Buf::advance(&mut chunk, before);
            self.span.skip -= before as u64;
            if before > 0 && chunk.is_empty() {
                continue;
            }
            self.wire += chunk.len() as u64;
            self.within()?;
            if self.unpacker.is_none() {
                self.count(chunk.len())?;
                return Ok(Some(chunk));
            }
            self.packed = chunk;
        }
    }

    fn within(&self) -> Result<(), Error> {
        if self.at() > self.limits.wire {
            return Err(too_long(self.limits.wire));
        }
        if self.span.until.is_some_and(|until| self.at() > until) {
            return Err(Error::new(ErrorKind::Decode, "more came than the part of the file that the server named"));
        }
        Ok(())
    }

    fn unpack(&mut self) -> Result<Bytes, Error> {
        use io::Write;
        let Some(unpacker) = &mut self.unpacker else { return Ok(std::mem::take(&mut self.packed)) };
        let piece = self.packed.split_to(self.packed.len().min(UNPACKED_AT_ONCE));
        unpacker.write_all(&piece).map_err(|error| unpackable(&error))?;
        let unpacked = std::mem::take(unpacker.get_mut());
        self.count(unpacked.len())?;
        Ok(unpacked.into())
    }

    /// The end of what came. It must be the end of the whole, and what is packed must end too.
    fn finish(&mut self) -> Result<Option<Bytes>, Error> {
        if self.span.total.is_some_and(|total| self.at() < total) {
            return Err(Error::new(ErrorKind::Transport, "the answer broke off"));
        }
        let Some(mut unpacker) = self.unpacker.take().filter(|_| self.wire > 0) else { return Ok(None) };
        unpacker.try_finish().map_err(|error| unpackable(&error))?;
        let rest = std::mem::take(unpacker.get_mut());
        self.count(rest.len())?;
        Ok(Some(Bytes::from(rest)).filter(|rest| !rest.is_empty()))
    }

    fn count(&mut self, more: usize) -> Result<(), Error> {
        self.decoded += more as u64;
        let bomb = self.decoded > RATIO_FROM && self.decoded / self.wire.max(1) > self.limits.ratio;
        if self.decoded > self.limits.decoded {
            return Err(too_long(self.limits.decoded));
        }
        if bomb {
            return Err(Error::new(ErrorKind::Limit, format!("the answer unpacks to more than {} times its size", self.limits.ratio)));
        }
        Ok(())
    }

    /// All of it. A body that comes in one piece is not copied.
    pub(crate) async fn all(&mut self) -> Result<Bytes, Error> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        // Also when the stated length has come: reading to the end lets the connection be used again.
        match self.chunk().await? {
            None => Ok(first),
            Some(second) => Box::pin(self.gather(first, second)).await,
        }
    }

    async fn gather(&mut self, first: Bytes, second: Bytes) -> Result<Bytes, Error> {
        let expected = self.length().unwrap_or(0).min(self.limits.decoded);
        let mut all = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).max(first.len() + second.len()));
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.into())
    }
}

fn too_long(limit: u64) -> Error {
    Error::new(ErrorKind::Limit, format!("the answer is longer than {limit} bytes, the most this client reads"))
}

fn unpackable(error: &io::Error) -> Error {
    Error::new(ErrorKind::Decode, "the answer cannot be unpacked").with_source(error)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const LIMITS: ReadLimits = ReadLimits { wire: 10_000_000, decoded: 4_000_000, ratio: 50 };

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(bytes).expect("it packs");
        packer.finish().expect("it packs")
    }

    async fn read(encoding: &str, body: Vec<u8>, limits: ReadLimits) -> Result<Bytes, Error> {
        let mut headers = HeaderMap::new();
        if !encoding.is_empty() {
            headers.insert(header::CONTENT_ENCODING, encoding.parse().expect("a header"));
        }
        Reader::new(&headers, body.into(), limits)?.all().await
    }

    #[tokio::test]
    async fn gzip_is_unpacked() {
        let text = b"hello ".repeat(5000);
        assert_eq!(read("gzip", gzip(&text), LIMITS).await.expect("it reads"), text);
        assert_eq!(read("gzip", Vec::new(), LIMITS).await.expect("no body"), "");
        assert_eq!(read("", b"plain".to_vec(), LIMITS).await.expect("it reads"), "plain");
    }

    #[tokio::test]
    async fn a_bomb_is_stopped_by_ratio_and_by_size() {
        let bomb = gzip(&vec![0; 3_000_000]);
        assert_eq!(read("gzip", bomb.clone(), LIMITS).await.expect_err("ratio").kind(), ErrorKind::Limit);
        let roomy = ReadLimits { ratio: u64::MAX, decoded: 2_000_000, ..LIMITS };
        assert_eq!(read("gzip", bomb, roomy).await.expect_err("size").kind(), ErrorKind::Limit);
    }

    #[tokio::test]
    async fn broken_and_foreign_packings_are_errors() {
        let whole = gzip(&b"hello ".repeat(5000));
        let cut = whole[..whole.len() / 2].to_vec();
        assert_eq!(read("gzip", cut, LIMITS).await.expect_err("cut").kind(), ErrorKind::Decode);
        assert_eq!(read("gzip", b"not gzip".to_vec(), LIMITS).await.expect_err("not packed").kind(), ErrorKind::Decode);
        assert_eq!(read("br", whole, LIMITS).await.expect_err("not asked for").kind(), ErrorKind::Decode);
    }

    #[tokio::test]
    async fn broken_packings_do_no_harm() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let feeding = std::thread::spawn(move || {
            let (small, large) = (gzip(b"hello"), gzip(&b"hello ".repeat(5000)));
            let limits = ReadLimits { wire: 200_000, decoded: 100_000, ratio: 1000 };
            // The packer's window, and what is unpacked.
            let room = crate::fuzz::Room { times: 20, beside: 256 * 1024 };
            crate::fuzz::feed_within(room, 26, &[&small, &large], &["\u{1f}\u{8b}", "\u{0}\u{0}\u{0}", "\u{7f}", "hello"], |bytes| {
                if let Ok(unpacked) = runtime.block_on(read("gzip", bytes.to_vec(), limits)) {
                    assert!(unpacked.len() <= 100_000);
                }
            });
        });
        tokio::task::spawn_blocking(move || feeding.join()).await.expect("it runs").expect("nothing panics");
    }
}
