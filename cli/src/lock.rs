//! `linchpin lock`: records what specs have released, beside them.

use crate::output::say;
use crate::{Outcome, files, spec};
use linchpin_compiler::build_script::lock_path;
use linchpin_compiler::change::lock;
use linchpin_compiler::diagnostics::{Diagnostics, full};
use linchpin_compiler::source::Sources;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, id};

/// What to record.
#[derive(clap::Args)]
#[command(after_help = "Exit status: 0 all is recorded, 1 a spec has mistakes or (with --check) something is not recorded.")]
pub(crate) struct Arguments {
    /// Specs: `.pin` files, or folders that hold one connector each.
    #[arg(required = true)]
    specs: Vec<PathBuf>,
    /// Only says what is not recorded, and fails if anything is not.
    #[arg(long)]
    check: bool,
    /// Takes out of the lock what nobody uses any more: an API version, a module or a connection; by the connector's name, what was
    /// released of the whole. May be given again.
    #[arg(long, value_name = "NAME", conflicts_with = "check")]
    drop: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut good = true;
    for path in spec::among(&arguments.specs)? {
        good &= lock_one(path, arguments)?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// False when the spec has mistakes, or something is not recorded and only that was asked.
fn lock_one(path: &Path, arguments: &Arguments) -> Result<bool, String> {
    let file = lock_path(path);
    let mut sources = spec::read(path)?;
    let before = sources.lock().map(|lock| sources.file(lock).text.clone());
    if !arguments.drop.is_empty() && !drop_names(&file, &mut sources, &arguments.drop)? {
        return Ok(false);
    }
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    show(&diagnostics, &sources);
    let Some(model) = model else { return Ok(false) };
    let locked = lock::record(&model, &sources);
    let text = files::with_line_ends_of(before.as_deref().unwrap_or_default(), &locked.text);
    if before.as_deref() == Some(&*text) {
        say!("{}: all is recorded", file.display());
        return Ok(true);
    }
    let word = if arguments.check { "not recorded" } else { "recorded" };
    say!("{}: {word}:", file.display());
    for line in &locked.added {
        say!("  {line}");
    }
    if locked.added.is_empty() {
        say!("  what is no longer there");
    }
    if arguments.check {
        return Ok(false);
    }
    write(&file, &text)?;
    Ok(true)
}

/// False when the lock has mistakes.
fn drop_names(file: &Path, sources: &mut Sources, names: &[String]) -> Result<bool, String> {
    if sources.lock().is_none() {
        return Err(format!("{}: there is no lock, so nothing can be taken out of it", file.display()));
    }
    let mut diagnostics = Diagnostics::default();
    let Some((text, unknown)) = lock::without(sources, names, &mut diagnostics) else {
        show(&diagnostics, sources);
        return Ok(false);
    };
    if let Some(name) = unknown.first() {
        return Err(format!(
            "{}: records no API version, module or connection `{name}`, and is not of a connector called so",
            file.display()
        ));
    }
    sources.add_lock(file.to_string_lossy(), text);
    Ok(true)
}

fn show(diagnostics: &Diagnostics, sources: &Sources) {
    for one in diagnostics.sorted(sources) {
        anstream::eprintln!("{}", full::render(one, sources, std::io::stderr().is_terminal()));
    }
}

/// Beside the file first, then in its place: a reader never sees half of it.
fn write(path: &Path, text: &str) -> Result<(), String> {
    let beside = path.with_extension(format!("lock.{}", id()));
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| {
        // The old file stands; what cannot be moved is of no use.
        let _ = std::fs::remove_file(&beside);
        format!("{}: {error}", path.display())
    })
}
