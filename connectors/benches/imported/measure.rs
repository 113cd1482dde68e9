//! What rustc takes for the crates of imported connectors, and what their build scripts take.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;
use std::{env, fs};

use crate::crates::{Crate, Workspace};
use crate::measured::{self, Cost, LOG};

/// What rustc takes for one crate; its dependencies are built first.
pub(crate) fn crate_alone(workspace: &Workspace, one: &Crate, arguments: &[&str]) -> Cost {
    let mut arguments = arguments.to_vec();
    let package = one.package();
    arguments.extend(["--package", &package]);
    let costs = cargo(workspace, &arguments);
    costs.get(&package).copied().unwrap_or(Cost { seconds: 0.0, megabytes: 0.0, good: false })
}

/// What rustc takes for each crate of the workspace. Those that do not compile keep none of the others from it.
pub(crate) fn check_all(workspace: &Workspace) -> BTreeMap<String, Cost> {
    cargo(workspace, &["check", "--workspace", "--keep-going"])
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> BTreeMap<String, Cost> {
    let log = workspace.folder.join("costs.log");
    let said = fs::File::create(workspace.folder.join("cargo.log")).expect("a file for what cargo says");
    let mut cargo = measured::cargo(&log, &workspace.folder, &workspace.target(), arguments);
    cargo.args(["--message-format", "short"]).stderr(Stdio::from(said)).status().expect("cargo runs");
    measured::notes(&log)
}

/// What the crate's build script takes, as cargo built it, when it runs once more into an empty folder.
pub(crate) fn build_script(workspace: &Workspace, one: &Crate) -> Cost {
    let script = newest(workspace, one, "build-script-build");
    let out = workspace.folder.join("out");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).expect("a folder below target");
    let log = workspace.folder.join("script.log");
    let _ = fs::remove_file(&log);
    // By this program once more, so that nothing else is counted.
    let mut run = Command::new(env::current_exe().expect("this program has a path"));
    run.arg(script).args(["--crate-name", "script"]).current_dir(workspace.of(one)).env(LOG, &log).env("OUT_DIR", &out);
    run.env("CARGO_MANIFEST_DIR", workspace.of(one)).stdout(Stdio::null()).status().expect("the build script runs");
    measured::notes(&log).into_values().next().unwrap_or(Cost { seconds: 0.0, megabytes: 0.0, good: false })
}

/// The bytes of Rust that its build script makes.
pub(crate) fn rust_of(workspace: &Workspace, one: &Crate) -> u64 {
    bytes(&newest(workspace, one, "out"))
}

fn bytes(path: &Path) -> u64 {
    if path.is_dir() {
        return fs::read_dir(path).into_iter().flatten().flatten().map(|entry| bytes(&entry.path())).sum();
    }
    fs::metadata(path).map_or(0, |data| data.len())
}

/// What cargo made last of this name for the crate's build script.
fn newest(workspace: &Workspace, one: &Crate, name: &str) -> PathBuf {
    let start = format!("{}-", one.package());
    let folders = fs::read_dir(workspace.target().join("debug/build")).into_iter().flatten().flatten();
    let mine = folders.filter(|folder| folder.file_name().to_string_lossy().starts_with(&start)).map(|folder| folder.path().join(name));
    let changed = |path: &PathBuf| fs::metadata(path).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    mine.filter(|path| path.exists()).max_by_key(changed).unwrap_or_default()
}
