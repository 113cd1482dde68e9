//! What whole imported APIs cost: GitHub's, Stripe's and Kubernetes' descriptions become specs, each of which is built in a crate of its own
//! as a user has it, a build script and one line of Rust. Printed are the lines of spec, the Rust made of them, CPU time and peak memory
//! of the build script, unoptimised as cargo builds it, and those of rustc for the crate alone, dependencies not counted:
//!
//! ```text
//! cargo bench -p linchpin-connectors --bench imported
//! cargo bench -p linchpin-connectors --bench imported -- github check    # one of them, one column
//! cargo bench -p linchpin-connectors --bench imported -- all             # does the Rust of every description compile?
//! ```
//!
//! The descriptions are no part of the repository: `LINCHPIN_CORPUS` says where they lie, `../shared/corpus` beside the workspace unless it is
//! set. Where they are missing, this bench says so and ends.

#[path = "../../../compiler/tests/corpus/mod.rs"]
mod corpus;
mod crates;
mod measure;
#[path = "../measured/mod.rs"]
mod measured;

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use crates::{Crate, Workspace};
use measured::Cost;

/// Seconds that rustc may take for GitHub's whole API, and the arguments that make cargo do it.
const AIMS: [(&str, &[&str], f64); 3] =
    [("check", &["check"], 6.0), ("debug", &["build"], 8.0), ("release", &["build", "--release"], 20.0)];

/// Megabytes that rustc may take.
const MEMORY_AIM: f64 = 1000.0;

/// Seconds and megabytes that the build script may take.
const SCRIPT_AIM: (f64, f64) = (5.0, 500.0);

fn main() {
    // Cargo runs this very program in the place of rustc, to measure it.
    if let Some(log) = env::var_os(measured::LOG) {
        std::process::exit(measured::rustc(Path::new(&log)));
    }
    let words: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(folder) = corpus::part("the bench", "openapi") else { return };
    if words.first().is_some_and(|word| word == "all") {
        std::process::exit(i32::from(!all_compile(root)));
    }
    let (names, columns): (Vec<String>, Vec<String>) = words.into_iter().partition(|word| !AIMS.iter().any(|(name, ..)| name == word));
    let names = if names.is_empty() { ["github", "stripe", "kubernetes"].map(String::from).to_vec() } else { names };
    large(root, &folder, &names, &columns);
}

/// Builds a few large ones, and prints what that took beside what is aimed at.
fn large(root: &Path, folder: &Path, names: &[String], columns: &[String]) {
    let workspace = Workspace::new(root, "imported");
    let crates: Vec<Crate> = names.iter().map(|name| workspace.import(&folder.join(format!("big/{name}.json")))).collect();
    workspace.manifest(&crates);
    println!("{:12} {:>9} {:>8}   {:>17} {}", "", "spec", "Rust", "build script", AIMS.map(|(name, ..)| format!("{name:>17}")).join(" "));
    for one in &crates {
        let mut costs = BTreeMap::new();
        for (column, arguments, _) in AIMS {
            if columns.is_empty() || columns.iter().any(|name| name == column) {
                costs.insert(column, measure::crate_alone(&workspace, one, arguments));
            }
        }
        let script = measure::build_script(&workspace, one);
        let cells = AIMS.map(|(name, ..)| costs.get(name).map_or_else(|| format!("{:>17}", "-"), cell));
        println!(
            "{:12} {:>9} {:>5} kB   {} {}",
            one.name,
            one.lines,
            measure::rust_of(&workspace, one) / 1000,
            cell(&script),
            cells.join(" ")
        );
    }
    let aims = AIMS.map(|(_, _, seconds)| cell(&Cost { seconds, megabytes: MEMORY_AIM, good: true }));
    let script = cell(&Cost { seconds: SCRIPT_AIM.0, megabytes: SCRIPT_AIM.1, good: true });
    println!("{:12} {:>9} {:>8}   {script} {}", "aim, github", "", "", aims.join(" "));
}

fn cell(cost: &Cost) -> String {
    if cost.good { format!("{:>6.2} s {:>5.0} MB", cost.seconds, cost.megabytes) } else { format!("{:>17}", "does not compile") }
}

/// Checks the Rust of every description. False when one does not compile.
fn all_compile(root: &Path) -> bool {
    let workspace = Workspace::new(root, "imported_all");
    let crates: Vec<Crate> = corpus::descriptions().iter().map(|path| workspace.import(path)).collect();
    workspace.manifest(&crates);
    let costs = measure::check_all(&workspace);
    let compiles = |one: &&Crate| costs.get(&one.package()).is_some_and(|cost| cost.good);
    let good = crates.iter().filter(compiles).count();
    for one in crates.iter().filter(|one| !compiles(one)) {
        println!("{} does not compile", one.name);
    }
    let seconds: f64 = costs.values().map(|cost| cost.seconds).sum();
    println!("{good} of {} descriptions become Rust that compiles; rustc took {seconds:.1} s for them (aim: all)", crates.len());
    good == crates.len()
}
