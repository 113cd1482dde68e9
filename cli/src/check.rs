//! `linchpin check`: every mistake of every spec named.

use crate::output::say;
use crate::{Outcome, spec};
use clap::ValueEnum;
use linchpin_compiler::diagnostics::{Diagnostics, Severity, full, json, sarif, short};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to check and how to show it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Specs: `.pin` files, or folders that hold one connector each.
    #[arg(required = true)]
    specs: Vec<PathBuf>,
    /// How mistakes are shown.
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// Warnings fail too.
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// With the source, for people.
    Full,
    /// A line each.
    Short,
    /// A JSON object a line.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut errors = 0;
    let mut warnings = 0;
    let mut checked = Vec::new();
    let specs = spec::among(&arguments.specs)?;
    let mut unread = Vec::new();
    for path in &specs {
        // The mistakes of the others are shown all the same.
        let sources = match spec::read(path) {
            Ok(sources) => sources,
            Err(message) => {
                unread.push(message);
                continue;
            }
        };
        let mut diagnostics = Diagnostics::default();
        linchpin_compiler::check(&sources, &mut diagnostics);
        for one in diagnostics.sorted(&sources) {
            match one.severity() {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
        }
        checked.push((sources, diagnostics));
    }
    for (sources, diagnostics) in &checked {
        for one in diagnostics.sorted(sources) {
            match arguments.format {
                Format::Full => say!("{}", full::render(one, sources, std::io::stdout().is_terminal())),
                Format::Short => say!("{}", short::render(one, sources)),
                Format::Json => say!("{}", json::render(one, sources)),
                Format::Sarif => {}
            }
        }
    }
    if arguments.format == Format::Sarif {
        say!("{}", sarif::render(&checked));
    }
    if arguments.format == Format::Full && !checked.is_empty() {
        anstream::eprintln!("{}", summary(checked.len(), errors, warnings));
    }
    if let Some((last, others)) = unread.split_last() {
        others.iter().for_each(|message| anstream::eprintln!("linchpin: {message}"));
        return Err(last.clone());
    }
    let failed = errors > 0 || (arguments.deny_warnings && warnings > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn summary(specs: usize, errors: usize, warnings: usize) -> String {
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => format!("{} checked, no mistakes", count(specs, "spec")),
        _ => format!("{} checked: {}, {}", count(specs, "spec"), count(errors, "error"), count(warnings, "warning")),
    }
}
