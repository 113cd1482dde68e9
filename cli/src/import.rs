//! `linchpin import`: the owner's description becomes a spec, or an edit of the spec that there is.

mod update;

use crate::Outcome;
use crate::output::say;
use clap::ValueEnum;
use linchpin_compiler::diagnostics::{Diagnostics, Severity, full};
use linchpin_compiler::import::document::Document;
use linchpin_compiler::import::spec::{Imported, Options, report_json, report_text, spec};
use linchpin_compiler::import::tree::Tree;
use linchpin_compiler::{build_script, import};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to import and where to write it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// An OpenAPI 3.0 or 3.1 or Swagger 2.0 description, JSON or YAML.
    document: PathBuf,
    /// Where the spec goes: `acme.pin`, or the folder `acme` when it is long. Printed unless given.
    #[arg(short, long, value_name = "SPEC")]
    output: Option<PathBuf>,
    /// Only these operations: globs over ids, paths and `tag/id`.
    #[arg(long, value_name = "GLOB", num_args = 1..)]
    only: Vec<String>,
    /// The connector's name; taken from the description's title unless given.
    #[arg(long)]
    name: Option<String>,
    /// How what could not be carried over is shown, on the error stream.
    #[arg(long, value_enum, default_value_t = Report::Text)]
    report: Report,
    /// Writes over what is there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    update: update::Updating,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Report {
    /// For people.
    Text,
    /// One JSON object, with every place.
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let path = &arguments.document;
    let tree = load(path)?;
    let document = read(path, &tree)?;
    if let Some(spec) = &arguments.update.spec {
        return update::run(arguments, spec, &document, &tree);
    }
    let imported = spec(&document, &tree, &Options { only: arguments.only.clone(), name: arguments.name.clone(), ..Options::default() });
    if imported.carried.modules == 0 && !arguments.only.is_empty() {
        return Err(format!("no operation of {} is called {}", path.display(), arguments.only.join(" or ")));
    }
    match &arguments.output {
        Some(output) => write(&imported, output, arguments.force)?,
        None => print(&imported),
    }
    match arguments.report {
        Report::Text => anstream::eprint!("{}", report_text(&imported, &tree)),
        Report::Json => anstream::eprintln!("{}", report_json(&imported, &tree)),
    }
    Ok(ExitCode::SUCCESS)
}

/// The text of a description.
fn load(path: &Path) -> Result<Tree, String> {
    let mut diagnostics = Diagnostics::default();
    let tree = build_script::load_description(path, &mut diagnostics).map_err(|error| format!("{}: {error}", path.display()))?;
    mistakes(&diagnostics, &tree);
    Ok(tree)
}

/// What it says; its mistakes go to the error stream.
fn read<'n>(path: &Path, tree: &'n Tree) -> Result<Document<'n>, String> {
    let mut diagnostics = Diagnostics::default();
    let document = import::read(tree, &mut diagnostics);
    mistakes(&diagnostics, tree);
    document.ok_or_else(|| format!("{} cannot be read as an API description", path.display()))
}

fn mistakes(diagnostics: &Diagnostics, tree: &Tree) {
    for one in diagnostics.sorted(&tree.sources).into_iter().filter(|one| one.severity() == Severity::Error) {
        anstream::eprintln!("{}", full::render(one, &tree.sources, std::io::stderr().is_terminal()));
    }
}

/// One file as it is; of several, each under its name.
fn print(imported: &Imported) {
    for (name, text) in &imported.files {
        if imported.files.len() > 1 {
            say!("// {name}");
        }
        say!("{}", text.trim_end());
    }
}

/// A file, or a folder of that name without its ending.
fn write(imported: &Imported, output: &Path, force: bool) -> Result<(), String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let is_file = output.extension().is_some_and(|extension| extension == "pin");
    let (folder, alone) = match (&imported.files[..], is_file) {
        ([_], true) => (output.parent().unwrap_or(Path::new("")).to_path_buf(), Some(output.to_path_buf())),
        (_, true) => (output.with_extension(""), None),
        (_, false) => (output.to_path_buf(), None),
    };
    let target = alone.clone().unwrap_or_else(|| folder.clone());
    let taken = if alone.is_some() {
        target.exists()
    } else {
        target.is_file() || std::fs::read_dir(&target).is_ok_and(|mut all| all.next().is_some())
    };
    if taken && !force {
        return Err(format!("{} is there already; `--force` writes over it", target.display()));
    }
    if !folder.as_os_str().is_empty() {
        std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
    }
    for (name, text) in &imported.files {
        let path = alone.clone().unwrap_or_else(|| folder.join(name));
        std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}
