//! The file that goes in parts: any part of it, as often as it is wanted; of a stream the part that is on its way.

use bytes::{Bytes, BytesMut};

use crate::{
    body::{Payload, Piece},
    error::{Error, ErrorKind},
    page::next,
};

/// What is sent.
pub(super) struct Source {
    of: Piece,
    pub(super) total: u64,
    /// Of a stream: what was read of it and not taken by the server yet, and where that begins.
    read: BytesMut,
    read_from: u64,
}

impl Source {
    pub(super) async fn new(payload: &Payload) -> Result<Source, Error> {
        let [piece] = payload.pieces.as_slice() else {
            return Err(Error::new(ErrorKind::Input, "there is no file to send in parts"));
        };
        let unknown = || Error::new(ErrorKind::Input, "the length of a stream that is sent in parts must be stated, with `Body::length`");
        let total = match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Path(path) | Piece::Part(path, ..) => {
                let unreadable =
                    |error: std::io::Error| Error::new(ErrorKind::Input, "the file to send cannot be read").with_source(&error);
                tokio::fs::metadata(path).await.map_err(unreadable)?.len()
            }
            Piece::Stream(_, length) => length.ok_or_else(unknown)?,
        };
        Ok(Source { of: piece.clone(), total, read: BytesMut::new(), read_from: 0 })
    }

    /// The bytes from `at` to `until`.
    pub(super) async fn part(&mut self, at: u64, until: u64) -> Result<Payload, Error> {
        let piece = match &self.of {
            Piece::Bytes(bytes) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                Piece::Bytes(bytes.slice(place(at)..place(until)))
            }
            Piece::Path(path) | Piece::Part(path, ..) => Piece::Part(path.clone(), at, until - at, self.total),
            Piece::Stream(..) => Piece::Bytes(self.streamed(at, until).await?),
        };
        Ok(Payload { pieces: vec![piece] })
    }

    /// What was taken is not kept; what was not is sent again from memory.
    async fn streamed(&mut self, at: u64, until: u64) -> Result<Bytes, Error> {
        if at < self.read_from {
            let message = "the server wants a part of the stream that it had taken, and a stream cannot be read again";
            return Err(Error::new(ErrorKind::Input, message));
        }
        let wanted = usize::try_from(until - at).map_err(|_| Error::new(ErrorKind::Limit, "the part is too long"))?;
        self.pass_over(at);
        while self.read_from < at || self.read.len() < wanted {
            let Piece::Stream(stream, _) = &self.of else { break };
            let taken = stream.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            let Some(mut open) = taken else { return Err(Error::new(ErrorKind::Input, "the stream to send has been sent already")) };
            let piece = next(&mut open).await;
            *stream.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(open);
            match piece {
                Some(Ok(bytes)) => {
                    self.read.extend_from_slice(&bytes);
                    self.pass_over(at);
                }
                Some(Err(error)) => return Err(Error::new(ErrorKind::Input, "the stream to send broke off").with_source(&error)),
                None => return Err(Error::new(ErrorKind::Input, "the stream to send is shorter than was stated")),
            }
        }
        Ok(Bytes::copy_from_slice(&self.read[..wanted]))
    }

    /// Lets go of what was read before `at`.
    fn pass_over(&mut self, at: u64) {
        let taken = usize::try_from(at - self.read_from).unwrap_or(usize::MAX).min(self.read.len());
        let _ = self.read.split_to(taken);
        self.read_from += taken as u64;
    }
}
