//! Measuring rustc and build scripts: cargo is told to run this program in rustc's place, which runs rustc and notes what that took.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;
use std::{env, fs};

use crate::crates::{Crate, Workspace};

/// The variable that holds the file for the notes.
pub(crate) const LOG: &str = "LINCHPIN_IMPORTED_COST";

/// What a process took.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// CPU, user and system.
    pub(crate) seconds: f64,
    /// Peak memory.
    pub(crate) megabytes: f64,
    /// It ended well.
    pub(crate) good: bool,
}

/// Runs the rustc that cargo asked for, and notes under the crate's name what it took.
pub(crate) fn rustc(log: &Path) -> i32 {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (program, rest) = arguments.split_first().expect("cargo names the rustc to run");
    let status = Command::new(program).args(rest).env_remove(LOG).status().expect("rustc runs");
    let name = rest.iter().skip_while(|argument| *argument != "--crate-name").nth(1);
    if let Some(name) = name.filter(|name| *name != "___") {
        let Cost { seconds, megabytes, .. } = of_children(status.success());
        let mut file = fs::OpenOptions::new().append(true).create(true).open(log).expect("a file for notes");
        file.write_all(format!("{name} {seconds} {megabytes} {}\n", status.success()).as_bytes()).expect("a file for notes");
    }
    status.code().unwrap_or(1)
}

/// What the processes took that this one waited for; of memory, the one that took most.
fn of_children(good: bool) -> Cost {
    // SAFETY: all of it is numbers, for which nothing but zeros will do.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the place is that of a `rusage`.
    let status = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
    assert_eq!(status, 0, "getrusage knows its first argument");
    #[expect(clippy::cast_precision_loss, reason = "seconds and kilobytes are far from 2^52")]
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    #[expect(clippy::cast_precision_loss, reason = "as above")]
    let megabytes = usage.ru_maxrss as f64 / 1000.0;
    Cost { seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), megabytes, good }
}

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
    let _ = fs::remove_file(&log);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).args(["--quiet", "--message-format", "short"]).current_dir(&workspace.folder);
    cargo.env(LOG, &log).env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", workspace.target()).env_remove("RUSTFLAGS");
    cargo.env("RUSTC_WORKSPACE_WRAPPER", env::current_exe().expect("this program has a path"));
    let said = fs::File::create(workspace.folder.join("cargo.log")).expect("a file for what cargo says");
    cargo.stderr(Stdio::from(said)).status().expect("cargo runs");
    let notes = fs::read_to_string(&log).unwrap_or_default();
    notes.lines().filter_map(note).collect()
}

fn note(line: &str) -> Option<(String, Cost)> {
    let mut words = line.split(' ');
    let name = words.next()?.to_owned();
    let (seconds, megabytes) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((name, Cost { seconds, megabytes, good: words.next()? == "true" }))
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
    let notes = fs::read_to_string(&log).unwrap_or_default();
    notes.lines().find_map(note).map_or(Cost { seconds: 0.0, megabytes: 0.0, good: false }, |(_, cost)| cost)
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
