//! Files that are written whole or not at all: beside their place first, and then moved there.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A file beside another, gone again unless it takes that one's place.
pub(crate) struct Temporary {
    path: PathBuf,
    moved: bool,
}

impl Temporary {
    /// The disk has all of it when this is there.
    pub(crate) fn write(beside_path: &Path, bytes: &[u8]) -> io::Result<Self> {
        Self::write_with(&mut OpenOptions::new(), beside_path, bytes)
    }

    /// The same with permissions of one's own.
    pub(crate) fn write_with(options: &mut OpenOptions, beside_path: &Path, bytes: &[u8]) -> io::Result<Self> {
        let path = beside(beside_path, &format!(".{:08x}.tmp", fastrand::u32(..)));
        let mut file = options.write(true).create_new(true).open(&path)?;
        let made = Self { path, moved: false };
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(made)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn move_to(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.moved = true;
        sync_folder(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.moved {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// `plan.json.bak` of `plan.json`
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A new name is on disk when its folder is; only Unix lets a folder be opened for that.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
