//! What comes back as a stream: a file, with its length and type. Bounds and unpacking are the transport's.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, header};
use tokio::{io::AsyncWriteExt, sync::Mutex};

use crate::{
    error::{Error, ErrorKind},
    limit::Permits,
    shape::{Opaque, opaque},
    transport::Reader,
};

/// A file on its way in. Clones share the one stream: what one has read, the other does not get.
#[derive(Clone)]
pub struct Download {
    stream: Arc<Mutex<Open>>,
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
    _permits: Permits,
}

impl Download {
    pub(crate) fn new(headers: &HeaderMap, reader: Reader, idle: Duration, gathered: u64, permits: Permits) -> Download {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Download {
            length: reader.length(),
            content_type: text(header::CONTENT_TYPE).map(str::to_owned),
            file_name: text(header::CONTENT_DISPOSITION).and_then(file_name),
            stream: Arc::new(Mutex::new(Open { reader, idle, _permits: permits })),
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
        let mut open = self.stream.lock().await;
        let idle = open.idle;
        match tokio::time::timeout(idle, open.reader.chunk()).await {
            Ok(chunk) => chunk,
            Err(_) => Err(Error::new(ErrorKind::Timeout, "the download rested for too long")),
        }
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
    use super::*;

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
}
