//! Where the states of polls are kept between runs of a program: the trait that any store fulfils, and files.

use std::{fmt, fs, io, path::PathBuf};

use super::PollState;
use crate::{auth::StoreError, clock::BoxFuture, whole_file::Temporary};

/// Keeps states between polls. A key names one trigger with one input of one person.
///
/// A state is kept when what it came with is dealt with. A program whose work lives in a database better keeps the state there, in the same
/// transaction: then nothing is done twice.
pub trait StateStore: Send + Sync + fmt::Debug {
    /// The state kept under a key.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<PollState>, StoreError>>;

    /// Keeps a state in the place of the one before, whole or not at all.
    fn keep<'a>(&'a self, key: &'a str, state: &'a PollState) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// A file for each key, in one folder. A file is replaced whole: whatever happens meanwhile, it is the state before or the state after.
#[derive(Clone, Debug)]
pub struct FileStateStore {
    folder: PathBuf,
}

impl FileStateStore {
    /// In this folder, which is made when the first state is kept.
    pub fn new(folder: impl Into<PathBuf>) -> FileStateStore {
        FileStateStore { folder: folder.into() }
    }

    /// Letters, digits, `-` and `_` stay; everything else is written as its bytes, so that no key leaves the folder and no two share a file.
    fn path(&self, key: &str) -> PathBuf {
        let mut name = String::with_capacity(key.len() + 5);
        for byte in key.bytes() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
                // Upper case too: some file systems do not tell it from lower.
                _ => name.push_str(&format!("%{byte:02x}")),
            }
        }
        self.folder.join(name + ".json")
    }

    fn read(path: &PathBuf) -> Result<Option<PollState>, StoreError> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl StateStore for FileStateStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<PollState>, StoreError>> {
        let path = self.path(key);
        Box::pin(async move { tokio::task::spawn_blocking(move || Self::read(&path)).await? })
    }

    fn keep<'a>(&'a self, key: &'a str, state: &'a PollState) -> BoxFuture<'a, Result<(), StoreError>> {
        let (path, folder) = (self.path(key), self.folder.clone());
        let text = serde_json::to_vec(state);
        Box::pin(async move {
            let text = text?;
            tokio::task::spawn_blocking(move || {
                fs::create_dir_all(&folder)?;
                Temporary::write(&path, &text)?.move_to(&path)?;
                Ok(())
            })
            .await?
        })
    }
}
