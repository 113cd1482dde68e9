//! A download into a file: under a name of its own until it is whole, and then in its place.

use std::path::{Path, PathBuf};

use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncSeekExt, AsyncWriteExt},
};

use super::{
    DownloadCheckpoint,
    source::{Piece, Source},
};
use crate::{
    error::{Error, ErrorKind},
    whole_file::{beside, sync_folder},
};

/// So many bytes after a checkpoint comes the next.
const BETWEEN: u64 = 8 << 20;

/// Where the bytes stand until there are all of them.
pub(super) struct Part {
    path: PathBuf,
    /// Gone again unless it becomes whole.
    passing: bool,
}

impl Part {
    /// Under a name that nobody else has.
    pub(super) fn passing(path: &Path) -> Part {
        Part { path: beside(path, &format!(".{:08x}.part", fastrand::u32(..))), passing: true }
    }

    /// Under a name that another process finds again.
    pub(super) fn kept(path: &Path) -> Part {
        Part { path: beside(path, ".part"), passing: false }
    }

    /// Writes all that comes, behind what is there already where the source begins in the middle, and moves it to its place. Gives its length.
    pub(super) async fn fill(
        mut self,
        source: &mut Source,
        path: &Path,
        mut keep: impl FnMut(DownloadCheckpoint) + Send,
    ) -> Result<u64, Error> {
        let mut file = self.open(source.given()).await?;
        let filled = write(&mut file, source, &mut keep).await;
        if filled.is_err() {
            self.passing |= source.checkpoint().is_none();
            if !self.passing && file.flush().await.is_ok() && file.sync_data().await.is_ok() {
                source.checkpoint().into_iter().for_each(&mut keep);
            }
        }
        let length = filled?;
        file.flush().await.map_err(unwritable)?;
        file.sync_all().await.map_err(unwritable)?;
        drop(file);
        fs::rename(&self.path, path).await.map_err(unwritable)?;
        self.passing = false;
        let path = path.to_owned();
        let synced = tokio::task::spawn_blocking(move || sync_folder(&path)).await;
        synced.map_err(std::io::Error::other).and_then(|synced| synced).map_err(unwritable)?;
        Ok(length)
    }

    async fn open(&self, from: u64) -> Result<File, Error> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let mut file = options.open(&self.path).await.map_err(unwritable)?;
        let there = file.metadata().await.map_err(unwritable)?.len();
        if there < from {
            let message = format!("the download goes on at byte {from}, and `{}` holds {there}: begin it anew", self.path.display());
            return Err(Error::new(ErrorKind::Input, message));
        }
        file.set_len(from).await.map_err(unwritable)?;
        file.seek(std::io::SeekFrom::Start(from)).await.map_err(unwritable)?;
        Ok(file)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.passing {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

async fn write(file: &mut File, source: &mut Source, keep: &mut (impl FnMut(DownloadCheckpoint) + Send)) -> Result<u64, Error> {
    let mut told = source.given();
    loop {
        match source.piece().await? {
            Piece::Bytes(bytes) => file.write_all(&bytes).await.map_err(unwritable)?,
            Piece::Anew => {
                file.flush().await.map_err(unwritable)?;
                file.set_len(0).await.map_err(unwritable)?;
                file.seek(std::io::SeekFrom::Start(0)).await.map_err(unwritable)?;
                told = 0;
            }
            Piece::End => return Ok(source.given()),
        }
        if source.given() - told >= BETWEEN
            && let Some(checkpoint) = source.checkpoint()
        {
            // What a checkpoint counts is on the disk.
            file.flush().await.map_err(unwritable)?;
            file.sync_data().await.map_err(unwritable)?;
            told = source.given();
            keep(checkpoint);
        }
    }
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Input, "the file cannot be written").with_source(&error)
}
