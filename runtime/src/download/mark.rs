//! Whose bytes stand beside a file that is not whole yet, and that only one writes them: a small file beside them, locked while they come. What is
//! written, and when, is `save`'s.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::save::unwritable;
use crate::error::{Error, ErrorKind};

/// How often, and how long after one another, it is tried: whoever was dropped a moment ago may still be writing in it.
const TRIES: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(20);

/// The file beside the bytes. A process that is killed lets go of it.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    file: File,
}

impl Mark {
    /// # Errors
    /// When somebody else writes there, and when it cannot be made.
    pub(super) fn take(path: &Path) -> Result<Mark, Error> {
        for number in 0..TRIES {
            if number > 0 {
                thread::sleep(BETWEEN);
            }
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(unwritable)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => {}
                // Whoever had it has perhaps removed it since it was opened: then it keeps nobody out. Where a file system knows no locks, nothing does.
                Ok(()) | Err(TryLockError::Error(_)) if is_at(&file, path) => return Ok(Mark { path: path.to_owned(), file }),
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
        }
        let message = format!("somebody else is saving there and holds `{}`: let them end", path.display());
        Err(Error::new(ErrorKind::Input, message))
    }

    /// What the bytes are said to be of.
    pub(super) fn read(&mut self) -> io::Result<String> {
        let mut text = String::new();
        self.file.rewind()?;
        (&self.file).take(1024).read_to_string(&mut text)?;
        Ok(text)
    }

    /// Says what the bytes that follow are of; with nothing, that nobody knows. The disk has it when this is done.
    pub(super) fn write(&mut self, of: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(of.as_bytes())?;
        self.file.sync_all()
    }

    /// There is nothing left to be marked.
    pub(super) fn remove(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(ours), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

/// Only Unix tells files apart; elsewhere one that is open is not removed under its name's next owner.
#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}
