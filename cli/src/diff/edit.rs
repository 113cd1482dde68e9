//! `linchpin diff OLD NEW --edit`: writes what differs into the spec, as the `change` block of the newer version and the present as it is now.

use super::{Named, Read};
use crate::output::say;
use crate::{Outcome, files, spec};
use linchpin_compiler::change::edit::{self, Coming, Edited};
use linchpin_compiler::change::findings::Report;
use linchpin_compiler::diagnostics::{Severity, full};
use linchpin_compiler::model::Model;
use linchpin_compiler::syntax::ast::Date;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// Whether and how to edit.
#[derive(clap::Args)]
pub(super) struct Editing {
    /// Writes the change into the spec: OLD, unless another is named. OLD is its newest version, NEW is what comes after it.
    #[arg(long = "edit", value_name = "SPEC", num_args = 0..=1)]
    pub(super) spec: Option<Option<PathBuf>>,
    /// With --edit: prints what would change in the spec as a unified diff, and writes nothing.
    #[arg(long, requires = "spec")]
    dry_run: bool,
    /// With --edit: the name of the version that comes, `v22`; taken from NEW unless given.
    #[arg(long = "as", value_name = "VERSION", requires = "spec")]
    name: Option<String>,
    /// With --edit: what the owner announced, the title of the `change`.
    #[arg(long, requires = "spec")]
    title: Option<String>,
}

pub(super) fn run(arguments: &Editing, old: &Named, report: &Report, after: &Read, today: Option<Date>) -> Outcome {
    if !(old.path.is_dir() || old.path.extension().is_some_and(|extension| extension == "pin")) {
        return Err(format!("{} is no spec, so there is nothing to edit; name one: --edit acme.pin", old.path.display()));
    }
    let sources = spec::read(&old.path)?;
    let model = spec::checked(&old.path, &sources)?;
    if report.findings.is_empty() {
        say!("nothing differs");
        return Ok(ExitCode::SUCCESS);
    }
    let coming = coming(arguments, &model, after, today);
    let edited = edit::edit(&sources, report, &after.surface, &coming)?;
    if arguments.dry_run {
        files::show(&sources, &edited.sources, &edited.changed);
    } else {
        files::write(&sources, &edited.sources, &edited.changed)?;
    }
    tell(&edited, &coming, arguments.dry_run);
    Ok(ExitCode::SUCCESS)
}

/// The version that comes: as the newer spec has it, or made of what the description calls itself.
fn coming(arguments: &Editing, model: &Model, after: &Read, today: Option<Date>) -> Coming {
    let told = after.surface.version.clone();
    let known = |name: &str| model.apis.iter().any(|api| api.name == name);
    let (name, wire, released) = match &after.spec {
        Some((spec, version)) => {
            let api = &spec.apis[*version];
            (api.name.clone(), Some(api.wire.clone()).filter(|wire| *wire != api.name), api.released)
        }
        None => {
            let speaks = model.apis.iter().any(|api| api.wire != api.name);
            let name = version_name(&told, &known);
            (name.clone(), Some(told).filter(|told| speaks && *told != name), today)
        }
    };
    let name = arguments.name.clone().unwrap_or(name);
    let title = arguments.title.clone().unwrap_or_else(|| format!("What came with {name}"));
    Coming { name, wire, released, title }
}

/// `22.0.1` as `v22`, a date as it is; the next that is free where that is there already.
fn version_name(told: &str, known: &dyn Fn(&str) -> bool) -> String {
    let is_date =
        told.len() == 10 && told.split('-').map(str::len).eq([4, 2, 2]) && told.chars().all(|one| one.is_ascii_digit() || one == '-');
    if is_date && !known(told) {
        return told.to_owned();
    }
    let digits: String = told.trim_start_matches(['v', 'V']).chars().take_while(char::is_ascii_digit).collect();
    let first = digits.parse::<u32>().unwrap_or(1).clamp(1, 9_999);
    (first..).map(|number| format!("v{number}")).find(|name| !known(name)).unwrap_or_default()
}

fn tell(edited: &Edited, coming: &Coming, dry: bool) {
    let many = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let verb = if dry { "would be written" } else { "written" };
    let left = if edited.left.is_empty() { String::new() } else { format!(", {} left to you", many(edited.left.len(), "finding")) };
    anstream::eprintln!("change {}: {} {verb}{left}", coming.name, many(edited.stated, "statement"));
    for one in edited.asks.sorted(&edited.sources).into_iter().filter(|one| one.severity() == Severity::Error) {
        anstream::eprintln!("{}", full::render(one, &edited.sources, std::io::stderr().is_terminal()));
    }
}
