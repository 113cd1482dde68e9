//! Measuring rustc: cargo is told to run this program in its place, which runs rustc and notes what that took.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// The variable that holds the file for the notes.
pub(crate) const LOG: &str = "LINCHPIN_RUSTC_COST";

/// Clock ticks of `/proc/self/stat` in a second, on every Linux.
const TICKS: f64 = 100.0;

/// Runs the rustc that cargo asked for, and notes its CPU time under the crate's name.
pub(crate) fn rustc(log: &Path) -> i32 {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (program, rest) = arguments.split_first().expect("cargo names the rustc to run");
    let status = Command::new(program).args(rest).env_remove(LOG).status().expect("rustc runs");
    let name = rest.iter().skip_while(|argument| *argument != "--crate-name").nth(1);
    if let Some(name) = name.filter(|name| *name != "___") {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(log).expect("a file for notes");
        writeln!(file, "{name} {}", seconds_of_children()).expect("a file for notes");
    }
    status.code().unwrap_or(1)
}

/// User and system time of the processes that this one waited for.
fn seconds_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("this bench runs on Linux");
    // The second member is the program's name in parentheses, which may hold spaces.
    let members = stat.rsplit(')').next().expect("a name stands before the numbers");
    members.split_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// Builds the crates from nothing of their own, and gives the seconds of each.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> BTreeMap<String, f64> {
    let log = folder.join("rustc_cost.log");
    let _ = fs::remove_file(&log);
    for name in ["ours", "serde", "peer"] {
        let source = folder.join(name).join("src/lib.rs");
        let text = fs::read(&source).expect("written above");
        fs::write(&source, text).expect("it was writable above");
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).arg("--quiet").current_dir(folder).env(LOG, &log).env("CARGO_INCREMENTAL", "0");
    cargo.env("RUSTC_WORKSPACE_WRAPPER", env::current_exe().expect("this program has a path"));
    cargo.env("CARGO_TARGET_DIR", folder.join("target")).env_remove("RUSTFLAGS");
    let status = cargo.status().expect("cargo runs");
    assert!(status.success(), "cargo {arguments:?} failed in {}", folder.display());
    let notes = fs::read_to_string(&log).expect("rustc was measured");
    notes
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, seconds)| Some((name.to_owned(), seconds.parse().ok()?)))
        .collect()
}
