//! The specs of this repository that tests of whole connectors go through.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the compiler.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every connector, and the spec that holds everything.
pub(crate) fn specs() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("../connectors/specs")).expect("the connectors' specs").flatten();
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_none_or(|end| end == "pin")).collect();
    found.sort();
    assert!(found.len() >= 9, "only {} connectors", found.len());
    found.push(root().join("tests/export/everything.pin"));
    found
}
