//! What generated code costs rustc: the github connector, against a crate with the same types under serde's derives and one async fn per
//! operation. Both hold a caller that decodes and encodes every type and calls every operation, so that nothing stays
//! uninstantiated: ours through the runtime's own functions, as operations do it, and once more through serde_json, as a program may. Printed are CPU seconds of rustc for that crate alone, dependencies not counted (the median of five runs; in release
//! one run):
//!
//! ```text
//! cargo bench -p linchpin-connectors --bench rustc_cost
//! cargo bench -p linchpin-connectors --bench rustc_cost -- github check    # one row
//! ```

mod caller;
#[path = "../measured/mod.rs"]
mod measured;
mod peer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use linchpin_compiler::diagnostics::{Diagnostics, full};
use linchpin_compiler::model::project::project_all;
use linchpin_compiler::{build_script, check, generate};

/// The ratios that are aimed at.
const TARGETS: [(&str, &[&str], f64); 3] =
    [("check", &["check"], 8.0), ("debug", &["build"], 8.0), ("release", &["build", "--release"], 15.0)];

fn main() {
    // Cargo runs this very program in the place of rustc, to measure it.
    if let Some(log) = env::var_os(measured::LOG) {
        std::process::exit(measured::rustc(Path::new(&log)));
    }
    let mut words = env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let connector = words.next().unwrap_or_else(|| "github".to_owned());
    let only = words.next();
    let folder = write_crates(&connector);
    println!("{:8} {:>9} {:>9} {:>7} {:>7} {:>18} {:>7}", "rustc", "ours", "peer", "ratio", "aim", "ours by serde_json", "ratio");
    for (name, arguments, aim) in TARGETS {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let runs = if name == "release" { 1 } else { RUNS };
        let costs: Vec<_> = (0..runs).map(|_| built(&folder, arguments)).collect();
        let (ours, serde, peer) = (median(&costs, "ours"), median(&costs, "serde_door"), median(&costs, "peer"));
        println!("{name:8} {ours:>8.2}s {peer:>8.2}s {:>6.1}x {aim:>6.0}x {serde:>17.2}s {:>6.1}x", peer / ours, peer / serde);
    }
}

/// Builds the crates from nothing of their own, and gives the seconds of each.
fn built(folder: &Path, arguments: &[&str]) -> BTreeMap<String, f64> {
    for name in ["ours", "serde", "peer"] {
        let source = folder.join(name).join("src/lib.rs");
        let text = fs::read(&source).expect("written above");
        fs::write(&source, text).expect("it was writable above");
    }
    let log = folder.join("rustc_cost.log");
    let status = measured::cargo(&log, folder, &folder.join("target"), arguments).status().expect("cargo runs");
    assert!(status.success(), "cargo {arguments:?} failed in {}", folder.display());
    measured::notes(&log).into_iter().map(|(name, cost)| (name, cost.seconds)).collect()
}

/// How often each crate is built; release, where both take long, once.
const RUNS: usize = 5;

/// The median of what a crate took.
fn median(runs: &[BTreeMap<String, f64>], name: &str) -> f64 {
    let mut seconds: Vec<f64> = runs.iter().map(|costs| costs[name]).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// Writes both crates, and says how big they are.
fn write_crates(connector: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let spec = root.join("specs").join(connector);
    let sources = build_script::load(&spec).unwrap_or_else(|error| panic!("{}: {error}", spec.display()));
    let mut diagnostics = Diagnostics::default();
    let model = check(&sources, &mut diagnostics).unwrap_or_else(|| {
        let mistakes: String = diagnostics.sorted(&sources).into_iter().map(|one| full::render(one, &sources, false)).collect();
        panic!("{mistakes}")
    });
    let projections = project_all(&model);
    let module = generate::module_name(&model);
    let ours = generate::file(connector, generate::generate(&model, &projections));
    let our_items = caller::items(&ours);
    let by_serde = format!("{ours}\n{}", caller::ours(&module, &our_items, caller::Door::SerdeJson));
    let ours = format!("{ours}\n{}", caller::ours(&module, &our_items, caller::Door::Runtime));
    let peer = peer::generate(&projections).to_string();

    let folder = target_folder(root).join("rustc_cost");
    write(&folder.join("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"ours\", \"serde\", \"peer\"]\n");
    write(&folder.join("ours/Cargo.toml"), &manifest("ours", &our_dependencies(root)));
    write(&folder.join("ours/src/lib.rs"), &ours);
    write(&folder.join("serde/Cargo.toml"), &manifest("serde_door", &our_dependencies(root)));
    write(&folder.join("serde/src/lib.rs"), &by_serde);
    write(&folder.join("peer/Cargo.toml"), &manifest("peer", PEER_DEPENDENCIES));
    write(&folder.join("peer/src/lib.rs"), &peer);
    // The same versions of what both depend on; cargo adds what is missing.
    fs::copy(root.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("the workspace has a lock file");
    println!(
        "{connector}: {} types, {} operations; {} kB of Rust here, {} kB there",
        our_items.types.len(),
        our_items.operations.len(),
        ours.len() / 1000,
        peer.len() / 1000
    );
    folder
}

/// What a peer needs: the client and the types that generators of its kind use.
const PEER_DEPENDENCIES: &str = r#"jiff = { version = "0.2", features = ["serde"] }
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "form"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
url = { version = "2", features = ["serde"] }
uuid = { version = "1", features = ["serde"] }
"#;

fn our_dependencies(root: &Path) -> String {
    let runtime = root.join("../runtime").canonicalize().expect("the runtime stands beside");
    format!("linchpin-runtime = {{ path = {:?} }}\nserde_json = \"1\"\n", runtime.display().to_string())
}

fn manifest(name: &str, dependencies: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n{dependencies}")
}

fn target_folder(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("../target"), PathBuf::from)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder below target");
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
