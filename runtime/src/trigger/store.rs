//! Where the states of polls are kept between runs of a program: the trait that any store fulfils, and files.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::PollState;
use crate::{auth::StoreError, clock::BoxFuture, value::bytes::hex, whole_file::Temporary};

/// The longest name of a file that is made of a key alone. File systems take 255 bytes, and what is written beside it has a few more.
const LONGEST_NAME: usize = 200;

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
    /// Of a long key a digest stands for the end.
    fn path(&self, key: &str) -> PathBuf {
        let mut name = String::with_capacity(key.len() + 5);
        for byte in key.bytes() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
                // Upper case too: some file systems do not tell it from lower.
                _ => name.push_str(&format!("%{byte:02x}")),
            }
        }
        if name.len() > LONGEST_NAME {
            name.truncate(LONGEST_NAME - 65);
            name = format!("{name}~{}", hex(&Sha256::digest(key)));
        }
        self.folder.join(name + ".json")
    }

    fn read(path: &Path) -> Result<Option<PollState>, StoreError> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).map_err(|error| about(path, &error))?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(about(path, &error)),
        }
    }

    fn write(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        Temporary::write(path, text)?.move_to(path)
    }
}

impl StateStore for FileStateStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<PollState>, StoreError>> {
        let path = self.path(key);
        Box::pin(async move { tokio::task::spawn_blocking(move || Self::read(&path)).await? })
    }

    fn keep<'a>(&'a self, key: &'a str, state: &'a PollState) -> BoxFuture<'a, Result<(), StoreError>> {
        let (path, store) = (self.path(key), self.clone());
        let text = serde_json::to_vec(state);
        Box::pin(async move {
            let text = text?;
            tokio::task::spawn_blocking(move || store.write(&path, &text).map_err(|error| about(&path, &error))).await?
        })
    }
}

fn about(path: &Path, reason: &dyn fmt::Display) -> StoreError {
    format!("{}: {reason}", path.display()).into()
}

#[cfg(test)]
mod tests {
    use super::super::{Start, state::At};
    use super::*;

    #[tokio::test]
    async fn a_key_may_be_long_and_two_share_no_file() {
        let folder = std::env::temp_dir().join(format!("linchpin-long-keys-{}", std::process::id()));
        let store = FileStateStore::new(&folder);
        let state = PollState(At::Start(Start::All));
        let keys: Vec<String> = ["A", "B"].iter().map(|end| format!("{}{end}", "{\"Repo\":\"\u{e9}\"}".repeat(100))).collect();
        assert_eq!(store.load(&keys[0]).await.expect("it can be looked for"), None);
        store.keep(&keys[0], &state).await.expect("it is kept");
        assert!(store.load(&keys[0]).await.expect("it is read").is_some());
        assert!(store.load(&keys[1]).await.expect("it is another").is_none());
        assert_ne!(store.path("A"), store.path("a"));
        fs::write(store.path("a"), "{").expect("it is written");
        let error = store.load("a").await.expect_err("it is broken").to_string();
        assert!(error.contains("a.json"), "{error}");
        fs::remove_dir_all(folder).expect("it is removed");
    }
}
