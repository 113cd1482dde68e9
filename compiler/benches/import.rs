//! How much CPU it takes to make a spec of an API description of GitHub's size: reading the text, typing it, making the spec, and checking
//! what came out. `cargo bench -p linchpin-compiler --features import --bench import`.
//!
//! The description is no part of the repository: `LINCHPIN_CORPUS` says where it lies, `../shared/corpus` beside the workspace unless it
//! is set. Where it is missing, this says that it is skipped.

#[path = "../tests/corpus/mod.rs"]
mod corpus;
#[path = "cpu/mod.rs"]
mod cpu;

use std::time::Duration;

use cpu::cpu;
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::import;
use linchpin_compiler::import::spec::{Imported, Options, spec};
use linchpin_compiler::source::Sources;

/// How often it is done; the quickest run counts.
const RUNS: usize = 5;

/// Prints the figures.
pub(crate) fn main() {
    let Some(text) = description() else { return };
    let mut best: Option<[Duration; 3]> = None;
    let mut made = None;
    for _ in 0..RUNS {
        let (times, imported) = run(&text);
        if best.is_none_or(|best| times.iter().sum::<Duration>() < best.iter().sum()) {
            best = Some(times);
        }
        made = Some(imported);
    }
    let (Some(best), Some(imported)) = (best, made) else { return };
    let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
    let lines: usize = imported.files.iter().map(|(_, text)| text.lines().count()).sum();
    println!(
        "{:.1} MB, {} modules, {} types, {lines} lines, CPU, best of {RUNS}",
        text.len() as f64 / 1e6,
        imported.carried.modules,
        imported.carried.types
    );
    println!("read {}, make the spec {}, together {}; check it {}", ms(best[0]), ms(best[1]), ms(best[0] + best[1]), ms(best[2]));
}

fn description() -> Option<String> {
    std::fs::read_to_string(corpus::part("the bench", "openapi/big/github.json")?).ok()
}

fn run(text: &str) -> ([Duration; 3], Imported) {
    let mut times = [Duration::ZERO; 3];
    let start = cpu();
    let mut diagnostics = Diagnostics::default();
    let tree = import::parse("github.json", text.to_owned(), &mut |_| None, &mut diagnostics);
    let document = import::read(&tree, &mut diagnostics).expect("it is a description");
    times[0] = cpu() - start;
    let start = cpu();
    let imported = spec(&document, &tree, &Options::default());
    times[1] = cpu() - start;
    let start = cpu();
    let mut sources = Sources::default();
    for (name, text) in &imported.files {
        sources.add(name.clone(), text.clone());
    }
    let checked = linchpin_compiler::check(&sources, &mut diagnostics);
    times[2] = cpu() - start;
    assert!(checked.is_some(), "the spec checks");
    (times, imported)
}
