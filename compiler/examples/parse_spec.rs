//! Checks one connector and prints what is wrong with it: `cargo run -p linchpin-compiler --example parse_spec -- SPEC`, where
//! SPEC is a `.pin` file or a folder of them. With `--short`, one line for each mistake.

use linchpin_compiler::build_script::load;
use linchpin_compiler::check;
use linchpin_compiler::diagnostics::{Diagnostics, full, short};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let brief = arguments.iter().any(|argument| argument == "--short");
    arguments.retain(|argument| argument != "--short");
    let mut worst = ExitCode::SUCCESS;
    for spec in &arguments {
        match load(Path::new(spec)) {
            Ok(sources) => {
                let mut diagnostics = Diagnostics::default();
                check(&sources, &mut diagnostics);
                for diagnostic in diagnostics.sorted(&sources) {
                    let text = if brief { short::render(diagnostic, &sources) } else { full::render(diagnostic, &sources, false) };
                    println!("{}", text.trim_end());
                }
                if diagnostics.has_errors() {
                    worst = ExitCode::FAILURE;
                }
            }
            Err(error) => {
                eprintln!("{spec}: {error}");
                worst = ExitCode::FAILURE;
            }
        }
    }
    worst
}
