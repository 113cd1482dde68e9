//! `linchpin fmt`: the canonical layout. A file with mistakes in its text is left alone and reported.

use crate::output::say;
use crate::{Outcome, files, spec};
use linchpin_compiler::diagnostics::{Diagnostics, full};
use linchpin_compiler::syntax::{self, print};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to format.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Specs: `.pin` files, or folders that hold one connector each.
    #[arg(required = true)]
    specs: Vec<PathBuf>,
    /// Only says which files would change, and fails if any would.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut clean = true;
    for path in spec::among(&arguments.specs)? {
        let sources = spec::read(path)?;
        for (id, file) in sources.iter() {
            let mut diagnostics = Diagnostics::default();
            let text = syntax::is_text(file, &mut diagnostics).then_some(&file.text);
            let Some(formatted) = text.and_then(|text| print::format(id, text, &mut diagnostics)) else {
                for one in diagnostics.sorted(&sources) {
                    anstream::eprintln!("{}", full::render(one, &sources, std::io::stderr().is_terminal()));
                }
                clean = false;
                continue;
            };
            let formatted = files::with_line_ends_of(&file.text, &formatted);
            if formatted == file.text {
                continue;
            }
            if arguments.check {
                say!("{} would change", file.name);
                clean = false;
            } else {
                write(Path::new(&file.name), &formatted)?;
                say!("{}", file.name);
            }
        }
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Beside the file first, then in its place: a reader never sees half of it.
fn write(path: &Path, text: &str) -> Result<(), String> {
    let beside = path.with_extension("pin.new");
    std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path)).map_err(|error| format!("{}: {error}", path.display()))
}
