//! `linchpin import --update SPEC DOCUMENT`: what the owner changed is edited into the spec; what people made of it stays.

use super::{Arguments, Report, load, read};
use crate::{Outcome, files, spec, today};
use linchpin_compiler::change::update::{self, Described, Updated, Wanted, report_json, report_text};
use linchpin_compiler::diagnostics::{Severity, full};
use linchpin_compiler::import::document::Document;
use linchpin_compiler::import::tree::Tree;
use linchpin_compiler::syntax::ast::Date;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Which spec follows, and how.
#[derive(clap::Args)]
pub(super) struct Updating {
    /// Edits this spec, a file or a folder, so that it follows the description. New operations come where the spec has more than half of
    /// the description, or as --only says.
    #[arg(long = "update", value_name = "SPEC", conflicts_with_all = ["output", "name", "force"])]
    pub(super) spec: Option<PathBuf>,
    /// With --update: the owner's description before, from which it is known what the owner changed.
    #[arg(long, value_name = "OLD", requires = "spec")]
    since: Option<PathBuf>,
    /// With --update: the API version that the description is of; concluded from spec and description unless given.
    #[arg(long = "as", value_name = "VERSION", requires = "spec")]
    version: Option<String>,
    /// With --update: when that version was released, as 2026-05-08.
    #[arg(long, value_name = "DATE", requires = "spec", value_parser = today::parse)]
    released: Option<Date>,
    /// With --update: what the owner announced, the title of the `change`.
    #[arg(long, requires = "spec")]
    title: Option<String>,
    /// With --update: prints what would change as a unified diff, and writes nothing.
    #[arg(long, requires = "spec")]
    dry_run: bool,
    /// With --update: the description's texts take the place of the documentation in the spec.
    #[arg(long, requires = "spec")]
    docs: bool,
}

pub(super) fn run(arguments: &Arguments, path: &Path, document: &Document<'_>, tree: &Tree) -> Outcome {
    let updating = &arguments.update;
    let sources = spec::read(path)?;
    spec::checked(path, &sources)?;
    let old = updating.since.as_ref().map(|since| load(since)).transpose()?;
    let before = match (&updating.since, &old) {
        (Some(path), Some(tree)) => Some((read(path, tree)?, tree)),
        _ => None,
    };
    let wanted = Wanted {
        only: arguments.only.clone(),
        version: updating.version.clone(),
        released: updating.released,
        title: updating.title.clone(),
        docs: updating.docs,
    };
    let since = before.as_ref().map(|(document, tree)| Described { document, tree });
    let updated = update::update(&sources, Described { document, tree }, since, &wanted)?;
    if updating.dry_run {
        files::show(&sources, &updated.sources, &updated.changed);
    } else {
        files::write(&sources, &updated.sources, &updated.changed)?;
    }
    match arguments.report {
        Report::Text => tell(&updated, updating.dry_run),
        Report::Json => anstream::eprintln!("{}", report_json(&updated)),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(updated: &Updated, dry: bool) {
    anstream::eprint!("{}", report_text(updated, dry));
    for one in updated.asks.sorted(&updated.sources).into_iter().filter(|one| one.severity() == Severity::Error) {
        anstream::eprintln!("{}", full::render(one, &updated.sources, std::io::stderr().is_terminal()));
    }
}
