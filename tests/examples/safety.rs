//! The table of `docs/safety.md`, line by line, with what its tests say now: the hostile server tries everything again.
//!
//! ```text
//! cargo run -p linchpin-tests --example safety
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// A line of the page: its number or name, what it promises, and the tests that hold it to it.
struct Line<'a> {
    name: &'a str,
    promise: &'a str,
    tests: Vec<(&'a str, &'a str)>,
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in the workspace");
    let page = std::fs::read_to_string(root.join("docs/safety.md")).expect("the page");
    let lines: Vec<Line<'_>> = page.lines().filter_map(line).collect();
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, test) in lines.iter().flat_map(|line| &line.tests) {
        wanted.entry(file).or_default().insert(test);
    }
    let mut passed = BTreeSet::new();
    for (target, tests) in by_target(&wanted) {
        passed.extend(run(root, &target, &tests).into_iter().map(|test| (target.clone(), test)));
    }
    let mut failed = 0;
    println!("\n| | promise | tests | |\n|---|---|---|---|");
    for line in &lines {
        let missing: Vec<&str> =
            line.tests.iter().filter(|(file, test)| !passed.contains(&(target(file), (*test).to_owned()))).map(|one| one.1).collect();
        failed += usize::from(!missing.is_empty());
        let verdict = if missing.is_empty() { "pass".to_owned() } else { format!("FAIL: {}", missing.join(", ")) };
        println!("| {} | {} | {} | {verdict} |", line.name, first_sentence(line.promise), line.tests.len());
    }
    println!("\n{} of {} lines pass", lines.len() - failed, lines.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A row that names tests.
fn line(text: &str) -> Option<Line<'_>> {
    let mut cells = text.strip_prefix("| ")?.trim_end_matches('|').split(" | ").map(str::trim);
    let (name, promise, tests) = (cells.next()?, cells.next()?, cells.next()?);
    let tests: Vec<(&str, &str)> = tests.split('`').filter_map(|word| word.split_once("::")).collect();
    (!tests.is_empty()).then_some(Line { name, promise, tests })
}

fn first_sentence(text: &str) -> &str {
    let end = text.find([':', ';', '.']).unwrap_or(text.len());
    &text[..end]
}

/// What cargo calls the tests of a file.
fn target(file: &str) -> Vec<String> {
    let (package, rest) = file.split_once('/').expect("a file in a package");
    let mut arguments = vec!["-p".to_owned(), format!("linchpin-{package}")];
    match rest.strip_prefix("tests/").and_then(|rest| rest.strip_suffix(".rs")) {
        Some(test) => arguments.extend(["--test".to_owned(), test.to_owned()]),
        None => arguments.push("--lib".to_owned()),
    }
    arguments
}

fn by_target<'a>(wanted: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeMap<Vec<String>, BTreeSet<&'a str>> {
    let mut targets: BTreeMap<Vec<String>, BTreeSet<&str>> = BTreeMap::new();
    for (file, tests) in wanted {
        targets.entry(target(file)).or_default().extend(tests);
    }
    targets
}

/// Runs the tests with these names, and gives those that passed.
fn run(root: &Path, target: &[String], tests: &BTreeSet<&str>) -> Vec<String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).arg("test").args(target).arg("--").args(tests).stderr(Stdio::inherit());
    let output = command.output().expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let results = said.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "));
    let named = results.map(|(path, result)| (path.rsplit("::").next().unwrap_or(path), result == "ok"));
    // Of several with one name all must pass.
    let (good, bad): (Vec<_>, Vec<_>) = named.partition(|(_, ok)| *ok);
    good.into_iter().filter(|(name, _)| !bad.iter().any(|(other, _)| other == name)).map(|(name, _)| name.to_owned()).collect()
}
