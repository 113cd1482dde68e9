//! Tokens in a folder, sealed: one file each, replaced as a whole, with locks that other programs on the machine heed too. How they are sealed is
//! `sealing`'s.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::sealing::{SealingKeys, record_name};
use super::store::{Kept, Lease, StoreError, TokenStore};
use super::token::Token;
use crate::clock::BoxFuture;
use crate::value::Secret;
use crate::whole_file::Temporary;

/// The file of a key that the store made itself.
const KEY_FILE: &str = "key";
/// The ending of a token's file.
const TOKEN: &str = "token";
/// The bytes before what is sealed: the generation.
const HEAD: usize = 8;
/// How soon somebody who waits for a lease looks again. They hold no thread meanwhile: whoever has the lease needs one to read and write with, and a
/// program that ends waits for none.
const NEXT_LOOK: Duration = Duration::from_millis(20);

/// Keeps tokens in a folder, sealed, for all programs on the machine that open it. One of them renews a token at a time; a program that ends, even in
/// the middle, leaves the token as it was before or as it is after, and its lock to the next.
///
/// ```
/// # use linchpin_runtime::auth::FileStore;
/// # let folder = std::env::temp_dir().join(format!("linchpin-doc-tokens-{}", std::process::id()));
/// let store = std::sync::Arc::new(FileStore::open(&folder)?);
/// // v22::Client::builder(connection).token_store(store, "ann").build()?
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
///
/// On file systems without locks, some of networks, two programs can renew at once; one of them then finds the other's token.
#[derive(Clone, Debug)]
pub struct FileStore(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    keys: SealingKeys,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore").field("folder", &self.folder).field("keys", &self.keys).finish()
    }
}

impl FileStore {
    /// A folder with a key of its own, made when it is first opened; only this user may read it. Whoever can read the key can read the tokens, so that
    /// is for one machine: elsewhere give the [keys](FileStore::with_keys).
    ///
    /// # Errors
    /// When the folder or the key cannot be made or read.
    pub fn open(folder: impl Into<PathBuf>) -> Result<FileStore, StoreError> {
        let folder = folder.into();
        make_private(&folder)?;
        let keys = SealingKeys::new(&own_key(&folder)?)?;
        Ok(FileStore(Arc::new(Inner { folder, keys })))
    }

    /// A folder whose keys are kept elsewhere.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn with_keys(folder: impl Into<PathBuf>, keys: SealingKeys) -> Result<FileStore, StoreError> {
        let folder = folder.into();
        make_private(&folder)?;
        Ok(FileStore(Arc::new(Inner { folder, keys })))
    }

    /// Seals with the first key what older ones sealed, and says how many that were. After that the older ones can be left out.
    ///
    /// # Errors
    /// When one of the tokens cannot be opened or written; the others stay as they are or have been sealed anew.
    pub fn seal_anew(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        for entry in fs::read_dir(&self.0.folder).map_err(|error| about(&self.0.folder, &error))? {
            let path = entry.map_err(|error| about(&self.0.folder, &error))?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|end| end == TOKEN) && self.0.seal_one_anew(name)? {
                count += 1;
            }
        }
        Ok(count)
    }

    /// Runs what waits for the disk where it keeps nobody else waiting.
    async fn apart<T: Send + 'static>(&self, work: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(|_| StoreError::from("the program is shutting down"))?
    }
}

impl TokenStore for FileStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Token>, StoreError>> {
        let name = record_name(key);
        Box::pin(self.apart(move |store| store.load(&name)))
    }

    fn keep<'a>(&'a self, key: &'a str, replacing: Option<u64>, token: Token) -> BoxFuture<'a, Result<Kept, StoreError>> {
        let name = record_name(key);
        Box::pin(self.apart(move |store| store.keep(&name, replacing, token)))
    }

    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        let name = record_name(key);
        Box::pin(self.apart(move |store| store.forget(&name)))
    }

    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async move {
            let name = record_name(key);
            loop {
                let name = name.clone();
                // The lock ends with its file, also when the program is killed.
                if let Some(lock) = self.apart(move |store| store.try_lock(&name, "lease")).await? {
                    return Ok(Lease::guarded(lock));
                }
                tokio::time::sleep(NEXT_LOOK).await;
            }
        })
    }
}

impl Inner {
    fn path(&self, name: &str, end: &str) -> PathBuf {
        self.folder.join(format!("{name}.{end}"))
    }

    /// Waits until nobody else has this lock, which is for as long as one file is written.
    fn lock(&self, name: &str, end: &str) -> Result<File, StoreError> {
        let (path, file) = self.lock_file(name, end)?;
        file.lock().map_err(|error| about(&path, &error))?;
        Ok(file)
    }

    /// The lock, unless somebody else has it.
    fn try_lock(&self, name: &str, end: &str) -> Result<Option<File>, StoreError> {
        let (path, file) = self.lock_file(name, end)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(about(&path, &error)),
        }
    }

    /// The file stays: one that is removed and made anew is another lock.
    fn lock_file(&self, name: &str, end: &str) -> Result<(PathBuf, File), StoreError> {
        let path = self.path(name, end);
        let file = private().create(true).truncate(false).write(true).open(&path).map_err(|error| about(&path, &error))?;
        Ok((path, file))
    }

    fn load(&self, name: &str) -> Result<Option<Token>, StoreError> {
        let path = self.path(name, TOKEN);
        let Some(bytes) = read(&path)? else { return Ok(None) };
        let (generation, sealed) = bytes.split_first_chunk::<HEAD>().ok_or_else(|| about(&path, &"it is cut off"))?;
        self.keys.open(name, u64::from_be_bytes(*generation), sealed).map(Some).map_err(|error| about(&path, &error))
    }

    fn keep(&self, name: &str, replacing: Option<u64>, token: Token) -> Result<Kept, StoreError> {
        let _writing = self.lock(name, "write")?;
        match self.load(name)? {
            Some(theirs) if Some(theirs.generation) != replacing => Ok(Kept::Theirs(theirs)),
            _ => self.write(name, &token).map(|()| Kept::Ours),
        }
    }

    fn forget(&self, name: &str) -> Result<(), StoreError> {
        let _writing = self.lock(name, "write")?;
        let path = self.path(name, TOKEN);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(about(&path, &error)),
            _ => Ok(()),
        }
    }

    fn seal_one_anew(&self, name: &str) -> Result<bool, StoreError> {
        let _writing = self.lock(name, "write")?;
        let sealed = read(&self.path(name, TOKEN))?.unwrap_or_default();
        if sealed.get(HEAD..).is_none_or(|sealed| self.keys.is_current(sealed)) {
            return Ok(false);
        }
        let Some(token) = self.load(name)? else { return Ok(false) };
        self.write(name, &token).map(|()| true)
    }

    /// Under the lock of writing. The disk has all of it before it takes the old one's place.
    fn write(&self, name: &str, token: &Token) -> Result<(), StoreError> {
        let bytes = [&token.generation.to_be_bytes()[..], &self.keys.seal(name, token)?].concat();
        let path = self.path(name, TOKEN);
        let written = Temporary::write_with(&mut private(), &path, &bytes).and_then(|file| file.move_to(&path));
        written.map_err(|error| about(&path, &error))
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(about(path, &error)),
    }
}

/// The folder's own key, made by whoever comes first.
fn own_key(folder: &Path) -> Result<Secret, StoreError> {
    let path = folder.join(KEY_FILE);
    if let Some(key) = read(&path)? {
        return String::from_utf8(key).map(Secret::new).map_err(|_| about(&path, &"it is no key"));
    }
    let key = SealingKeys::generate()?;
    let make = || {
        let made = Temporary::write_with(&mut private(), &path, key.expose().as_bytes())?;
        // Unlike moving, linking fails when another program was first.
        fs::hard_link(made.path(), &path)
    };
    match make() {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => own_key(folder),
        Err(error) => Err(about(&path, &error)),
    }
}

/// Files that only this user may read, where the system knows of that.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_private(folder: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| about(folder, &error))
}

fn about(path: &Path, reason: &dyn fmt::Display) -> StoreError {
    format!("{}: {reason}", path.display()).into()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    /// More wait for a lease than the program has threads for its disk.
    #[test]
    fn who_waits_for_a_lease_keeps_nobody_from_the_disk() {
        let folder = std::env::temp_dir().join(format!("linchpin-leases-{}", std::process::id()));
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let store = FileStore::open(&folder).unwrap();
            let lease = store.lease("ann").await.unwrap();
            let waiting: Vec<_> = (0..4)
                .map(|_| {
                    let store = store.clone();
                    tokio::spawn(async move { store.lease("ann").await.map(drop) })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
            let keep = store.keep("ann", None, Token::new("a", SystemTime::now()));
            tokio::time::timeout(Duration::from_secs(5), keep).await.expect("it is kept meanwhile").unwrap();
            drop(lease);
            for waiting in waiting {
                tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("soon").unwrap().unwrap();
            }
        });
        fs::remove_dir_all(folder).unwrap();
    }
}
