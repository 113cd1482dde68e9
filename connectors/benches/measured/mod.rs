//! Measuring rustc: cargo is told to run a bench in its place, which runs rustc and notes what that took. Which crates are built is the
//! benches' own.
#![allow(dead_code, reason = "each bench uses a part")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// The variable that holds the file for the notes.
pub(crate) const LOG: &str = "LINCHPIN_RUSTC_COST";

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

/// Cargo, with this program in rustc's place; it builds from nothing of its own.
pub(crate) fn cargo(log: &Path, folder: &Path, target: &Path, arguments: &[&str]) -> Command {
    let _ = fs::remove_file(log);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).arg("--quiet").current_dir(folder).env(LOG, log).env("CARGO_INCREMENTAL", "0");
    cargo.env("RUSTC_WORKSPACE_WRAPPER", env::current_exe().expect("this program has a path"));
    cargo.env("CARGO_TARGET_DIR", target).env_remove("RUSTFLAGS");
    cargo
}

/// What was noted, by crate; of one that was built twice, the last.
pub(crate) fn notes(log: &Path) -> BTreeMap<String, Cost> {
    fs::read_to_string(log).unwrap_or_default().lines().filter_map(note).collect()
}

fn note(line: &str) -> Option<(String, Cost)> {
    let mut words = line.split(' ');
    let name = words.next()?.to_owned();
    let (seconds, megabytes) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((name, Cost { seconds, megabytes, good: words.next()? == "true" }))
}
