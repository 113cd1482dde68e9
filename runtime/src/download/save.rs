//! A download into a file: under a name of its own until it is whole, and then in its place.

use std::path::{Path, PathBuf};

use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncSeekExt, AsyncWriteExt},
};

use super::{
    DownloadCheckpoint,
    mark::Mark,
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
    /// Of what they are, where another process may go on with them.
    mark: Option<Mark>,
}

impl Part {
    /// Under a name that nobody else has.
    pub(super) fn passing(path: &Path) -> Part {
        Part { path: beside(path, &format!(".{:08x}.part", fastrand::u32(..))), passing: true, mark: None }
    }

    /// Under a name that another process finds again.
    ///
    /// # Errors
    /// When somebody else is saving there.
    pub(super) async fn kept(path: &Path) -> Result<Part, Error> {
        let path = beside(path, ".part");
        let mark = beside(&path, ".of");
        let mark = aside(move || Mark::take(&mark)).await?;
        Ok(Part { path, passing: false, mark: Some(mark) })
    }

    /// Writes all that comes, behind what is there already where the source begins in the middle, and moves it to its place. Gives its length.
    pub(super) async fn fill(
        mut self,
        source: &mut Source,
        path: &Path,
        mut keep: impl FnMut(DownloadCheckpoint) + Send,
    ) -> Result<u64, Error> {
        let mut file = self.open(source).await?;
        let filled = self.write(&mut file, source, &mut keep).await;
        if filled.is_err() {
            self.passing |= source.checkpoint().is_none();
            if !self.passing
                && file.flush().await.is_ok()
                && file.sync_all().await.is_ok()
                && let Ok(there) = file.metadata().await.map(|there| there.len())
            {
                // A disk that is full has less than came.
                source.checkpoint().map(|checkpoint| checkpoint.at_most(there)).into_iter().for_each(&mut keep);
            }
        }
        let length = filled?;
        file.flush().await.map_err(unwritable)?;
        file.sync_all().await.map_err(unwritable)?;
        drop(file);
        fs::rename(&self.path, path).await.map_err(unwritable)?;
        self.passing = false;
        self.mark.iter().for_each(Mark::remove);
        let path = path.to_owned();
        aside(move || sync_folder(&path).map_err(unwritable)).await?;
        Ok(length)
    }

    /// The file, as far as the source has come. Where what was given is not in it, the source begins anew.
    async fn open(&mut self, source: &mut Source) -> Result<File, Error> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let mut file = options.open(&self.path).await.map_err(unwritable)?;
        let (from, of_it) = (source.given(), of(source));
        if from > 0 && self.holds(&file, from, of_it).await? {
            file.set_len(from).await.map_err(unwritable)?;
            file.seek(std::io::SeekFrom::Start(from)).await.map_err(unwritable)?;
            return Ok(file);
        }
        if from > 0 && !source.begin_anew().await? {
            let path = self.path.display();
            let message = format!("the download goes on at byte {from}, and what comes before that is not in `{path}`: begin it anew");
            return Err(Error::new(ErrorKind::Input, message));
        }
        self.begin(&mut file, of(source)).await?;
        Ok(file)
    }

    /// Whether so much is there, and of that.
    async fn holds(&mut self, file: &File, from: u64, of: Option<String>) -> Result<bool, Error> {
        let there = file.metadata().await.map_err(unwritable)?.len();
        Ok(there >= from && of.is_some() && of == self.marked().await?)
    }

    /// Nothing is there, and then it is said what will be. Wherever that is left, no bytes are taken for what they are not.
    async fn begin(&mut self, file: &mut File, of: Option<String>) -> Result<(), Error> {
        self.set_mark(String::new()).await?;
        file.set_len(0).await.map_err(unwritable)?;
        file.seek(std::io::SeekFrom::Start(0)).await.map_err(unwritable)?;
        if let Some(of) = of.filter(|_| self.mark.is_some()) {
            file.sync_all().await.map_err(unwritable)?;
            self.set_mark(of).await?;
        }
        Ok(())
    }

    async fn set_mark(&mut self, of: String) -> Result<(), Error> {
        let written = self.at_mark(move |mark| mark.write(&of)).await?;
        written.unwrap_or(Ok(())).map_err(unwritable)
    }

    async fn marked(&mut self) -> Result<Option<String>, Error> {
        // What cannot be read says nothing.
        let read = self.at_mark(Mark::read).await?.and_then(Result::ok);
        Ok(read.filter(|of| !of.is_empty()))
    }

    /// What comes of work at the mark, if there is one.
    async fn at_mark<T: Send + 'static>(&mut self, work: impl FnOnce(&mut Mark) -> T + Send + 'static) -> Result<Option<T>, Error> {
        let Some(mut mark) = self.mark.take() else { return Ok(None) };
        let (mark, done) = aside(move || {
            let done = work(&mut mark);
            Ok((mark, done))
        })
        .await?;
        self.mark = Some(mark);
        Ok(Some(done))
    }

    async fn write(
        &mut self,
        file: &mut File,
        source: &mut Source,
        keep: &mut (impl FnMut(DownloadCheckpoint) + Send),
    ) -> Result<u64, Error> {
        let mut told = source.given();
        loop {
            match source.piece().await? {
                Piece::Bytes(bytes) => file.write_all(&bytes).await.map_err(unwritable)?,
                Piece::Anew => {
                    file.flush().await.map_err(unwritable)?;
                    self.begin(file, of(source)).await?;
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
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.passing {
            let _ = std::fs::remove_file(&self.path);
            self.mark.iter().for_each(Mark::remove);
        }
    }
}

/// What stands for the state of the file that comes, where another process may go on with it.
fn of(source: &Source) -> Option<String> {
    source.checkpoint().map(|checkpoint| checkpoint.of())
}

/// Files are worked on where waiting holds nobody up.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(unwritable(std::io::Error::other(error))))
}

pub(super) fn unwritable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Input, "the file cannot be written").with_source(&error)
}
