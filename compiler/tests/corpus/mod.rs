//! Where published descriptions lie. They are no part of the repository: `LINCHPIN_CORPUS` says where they are, `../shared/corpus` beside the
//! workspace unless it is set. What needs them says that it is skipped where they are not.
#![allow(dead_code, unreachable_pub, reason = "each test and each bench uses a part")]

use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "../skipped/mod.rs"]
pub mod skipped;

/// The folder of all of them, there or not.
pub fn root() -> PathBuf {
    let named = env::var_os("LINCHPIN_CORPUS").map_or_else(|| PathBuf::from("../../shared/corpus"), PathBuf::from);
    // Nothing, where it is absolute.
    Path::new(env!("CARGO_MANIFEST_DIR")).join(named)
}

/// A file or folder of it; where it is not there, says what is skipped.
pub fn part(what: &str, below: &str) -> Option<PathBuf> {
    let path = root().join(below);
    if path.exists() {
        return Some(path);
    }
    skipped::skipped(what, &format!("there is no {} (set LINCHPIN_CORPUS)", path.display()));
    None
}

/// Every description, in the order of their paths.
pub fn descriptions() -> Vec<PathBuf> {
    let folders = ["big", "sample", "swagger-2.0"].map(|kind| root().join("openapi").join(kind));
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    found.sort();
    found
}
