//! Scenarios in files: read whole, written whole or not at all, the old one kept beside the new.

use std::{
    error::Error,
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::scenario::BYTES;
use crate::whole_file::{Temporary, beside};

/// The most backups of one file.
const BACKUPS: u32 = 10_000;

/// A scenario's file as it was when it was read.
#[derive(Clone, Debug)]
pub struct ScenarioFile {
    /// Where it really lies: a link is followed once.
    path: PathBuf,
    text: String,
}

/// Why a file was left alone.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    message: String,
    source: Option<io::Error>,
}

impl ScenarioFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is no UTF-8 text, or is larger than any scenario.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let failed = |error| FileError::io(path, "it cannot be read", error);
        let real = fs::canonicalize(path).map_err(failed)?;
        let about = fs::metadata(&real).map_err(failed)?;
        if !about.is_file() {
            return Err(FileError::new(path, "it is no file"));
        }
        if about.len() > BYTES as u64 {
            return Err(FileError::new(path, "it is larger than 64 MiB"));
        }
        let bytes = fs::read(&real).map_err(failed)?;
        let text = String::from_utf8(bytes).map_err(|_| FileError::new(path, "it is no UTF-8 text"))?;
        Ok(Self { path: real, text })
    }

    /// What it holds.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Writes what it holds from now on, and keeps what it held in a backup beside it, `NAME.bak` or `NAME.bak.2` and so on. Whatever
    /// happens on the way, the file holds either the one or the other.
    ///
    /// # Errors
    /// When the disk refuses, or somebody else has written the file since it was read. The file is as it was then.
    pub fn replace(&self, text: &str) -> Result<PathBuf, FileError> {
        let failed = |what: &str| {
            let (path, what) = (self.path.clone(), what.to_owned());
            move |error| FileError::io(&path, &what, error)
        };
        let permissions = fs::metadata(&self.path).map_err(failed("it cannot be read"))?.permissions();
        let new = Temporary::write(&self.path, text.as_bytes()).map_err(failed("the new file cannot be written beside it"))?;
        fs::set_permissions(new.path(), permissions.clone()).map_err(failed("the new file cannot get its permissions"))?;
        let now = fs::read(&self.path).map_err(failed("it cannot be read again"))?;
        if now != self.text.as_bytes() {
            return Err(FileError::new(&self.path, "somebody else has written it meanwhile"));
        }
        let backup = self.back_up(&permissions).map_err(failed("a backup cannot be written beside it"))?;
        new.move_to(&self.path).map_err(failed("the new file cannot take its place"))?;
        Ok(backup)
    }

    /// Writes a backup under the first name that is free.
    fn back_up(&self, permissions: &fs::Permissions) -> io::Result<PathBuf> {
        for number in 1..BACKUPS {
            let suffix = if number == 1 { ".bak".to_owned() } else { format!(".bak.{number}") };
            let path = beside(&self.path, &suffix);
            let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                other => other?,
            };
            fs::set_permissions(&path, permissions.clone())?;
            let written = file.write_all(self.text.as_bytes()).and_then(|()| file.sync_all());
            if let Err(error) = written {
                // Half a backup would look like a whole one.
                let _ = fs::remove_file(&path);
                return Err(error);
            }
            return Ok(path);
        }
        Err(io::Error::other("there are too many backups"))
    }
}

impl FileError {
    fn new(path: &Path, message: &str) -> Self {
        Self { path: path.to_owned(), message: message.to_owned(), source: None }
    }

    fn io(path: &Path, message: &str, source: io::Error) -> Self {
        Self { source: Some(source), ..Self::new(path, message) }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.message)?;
        match &self.source {
            Some(source) => write!(formatter, ": {source}"),
            None => Ok(()),
        }
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
