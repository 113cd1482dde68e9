//! How much CPU the whole compiler takes for the connectors of this repository, by stage. `cargo bench -p linchpin-compiler` gives
//! the optimised figure; build scripts run unoptimised, so the one that users feel is that of
//! `cargo run -p linchpin-compiler --example compile_time`.

#[path = "cpu/mod.rs"]
mod cpu;

use std::path::{Path, PathBuf};
use std::time::Duration;

use cpu::cpu;
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::model::project::project_all;
use linchpin_compiler::source::Sources;
use linchpin_compiler::{build_script, check, generate, syntax};

/// How often each connector is compiled; the quickest run counts.
const RUNS: usize = 5;

/// The CPU that the stages took for one connector.
#[derive(Clone, Copy, Default)]
struct Stages {
    read: Duration,
    parse: Duration,
    check: Duration,
    project: Duration,
    generate: Duration,
    print: Duration,
}

impl Stages {
    fn total(&self) -> Duration {
        self.read + self.parse + self.check + self.project + self.generate + self.print
    }
}

/// Prints the table.
pub(crate) fn main() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connectors/specs");
    let profile = if cfg!(debug_assertions) { "unoptimised" } else { "optimised" };
    println!("CPU milliseconds of the compiler, {profile}, best of {RUNS}");
    println!(
        "{:18} {:>8} {:>8} {:>7} {:>7} {:>7} {:>8} {:>8} {:>7} {:>8}",
        "connector", "spec kB", "Rust kB", "read", "parse", "check", "project", "generate", "print", "total"
    );
    let mut total = Duration::ZERO;
    for connector in connectors(&specs) {
        let name = connector.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (stages, spec, rust) = (0..RUNS).map(|_| compile(&connector)).min_by_key(|(stages, ..)| stages.total()).expect("it runs");
        total += stages.total();
        let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        println!(
            "{name:18} {:>8} {:>8} {:>7} {:>7} {:>7} {:>8} {:>8} {:>7} {:>8}",
            spec / 1000,
            rust / 1000,
            ms(stages.read),
            ms(stages.parse),
            ms(stages.check),
            ms(stages.project),
            ms(stages.generate),
            ms(stages.print),
            ms(stages.total()),
        );
    }
    println!("all together: {:.0} ms", total.as_secs_f64() * 1e3);
}

/// The folders and files of specs, by name.
fn connectors(specs: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(specs).expect("the connectors' specs");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.retain(|path| path.extension().is_none_or(|extension| extension != "lock"));
    paths.sort();
    paths
}

fn compile(connector: &Path) -> (Stages, usize, usize) {
    let mut stages = Stages::default();
    let sources = timed(&mut stages.read, || build_script::load(connector).expect("it can be read"));
    timed(&mut stages.parse, || syntax::parse_all(&sources, &mut Diagnostics::default()));
    let mut diagnostics = Diagnostics::default();
    let model = timed(&mut stages.check, || check(&sources, &mut diagnostics));
    // Checking parses too.
    stages.check = stages.check.saturating_sub(stages.parse);
    let model = model.unwrap_or_else(|| panic!("{} has errors", connector.display()));
    let projections = timed(&mut stages.project, || project_all(&model));
    let tokens = timed(&mut stages.generate, || generate::generate(&model, &projections));
    let text = timed(&mut stages.print, || generate::file("a spec", tokens));
    let size = |sources: &Sources| sources.iter().map(|(_, file)| file.text.len()).sum();
    (stages, size(&sources), text.len())
}

fn timed<T>(spent: &mut Duration, work: impl FnOnce() -> T) -> T {
    let before = cpu();
    let result = work();
    *spent += cpu().saturating_sub(before);
    result
}
