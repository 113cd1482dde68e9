//! `linchpin diff`: what differs between two versions of an API.

mod edit;

use crate::output::say;
use crate::{Outcome, spec, today};
use clap::ValueEnum;
use linchpin_compiler::change::declared::{self, Declared};
use linchpin_compiler::change::findings::{Class, Report};
use linchpin_compiler::change::options::Stability;
use linchpin_compiler::change::surface::Surface;
use linchpin_compiler::change::{Options, diff, from_description, from_spec, render, told};
use linchpin_compiler::diagnostics::{Diagnostics, Severity, full};
use linchpin_compiler::model::Model;
use linchpin_compiler::source::Sources;
use linchpin_compiler::{build_script, import};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to compare and how to show it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Before: a spec (`acme.pin`, or a folder), one of its versions (`acme.pin@v21`), or an OpenAPI or Swagger description.
    old: String,
    /// After: likewise. `@v22` alone names another version of the same spec.
    new: String,
    /// How findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// From what on the exit status is 1.
    #[arg(long, value_enum, default_value_t = Threshold::Breaking)]
    fail_on: Threshold,
    /// The least number of days from a deprecation to its end; without it there is no such rule.
    #[arg(long, value_name = "DAYS")]
    deprecation_days: Option<u32>,
    /// Leaves out what is less stable than this.
    #[arg(long, value_enum, default_value_t = Least::Beta)]
    stability: Least,
    /// Which day it is, as 2026-05-08; the clock's unless given.
    #[arg(long, value_name = "DATE", value_parser = today::parse)]
    today: Option<linchpin_compiler::syntax::ast::Date>,
    #[command(flatten)]
    edit: edit::Editing,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON object.
    Json,
    /// Tables for a pull request.
    Markdown,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Threshold {
    /// A breaking change.
    Breaking,
    /// A breaking change or a deprecation.
    Deprecation,
    /// Any change.
    Any,
    /// Nothing.
    None,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Least {
    Draft,
    Alpha,
    Beta,
    Stable,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let old = Named::of(&arguments.old);
    let mut new = Named::of(&arguments.new);
    if new.path.as_os_str().is_empty() {
        new.path.clone_from(&old.path);
    }
    let (before, after) = (read(&old)?, read(&new)?);
    let mut report = diff(&before.surface, &after.surface, &options(arguments));
    declared::join(&mut report, &told(&before, &after), &after.surface.sources);
    if let Some(spec) = &arguments.edit.spec {
        let old = Named { path: spec.clone().unwrap_or(old.path), version: old.version };
        if std::fs::canonicalize(&old.path).ok() == std::fs::canonicalize(&new.path).ok() {
            return Err(format!("{} is NEW, which is what comes after the spec that is edited", old.path.display()));
        }
        return edit::run(&arguments.edit, &old, &report, &after, options(arguments).today);
    }
    match arguments.format {
        Format::Text => say!("{}", render::text(&report, std::io::stdout().is_terminal()).trim_end()),
        Format::Json => say!("{}", render::json(&report)),
        Format::Markdown => say!("{}", render::markdown(&report).trim_end()),
        Format::Sarif => say!("{}", render::sarif(&report)),
    }
    Ok(if reaches(&report, arguments.fail_on) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn options(arguments: &Arguments) -> Options {
    let least_stability = match arguments.stability {
        Least::Draft => Stability::Draft,
        Least::Alpha => Stability::Alpha,
        Least::Beta => Stability::Beta,
        Least::Stable => Stability::Stable,
    };
    let today = arguments.today.or_else(today::today);
    Options { today, days_stable: arguments.deprecation_days, days_beta: arguments.deprecation_days, least_stability }
}

fn reaches(report: &Report, threshold: Threshold) -> bool {
    let breaking = report.count(Class::Breaking) > 0;
    match threshold {
        Threshold::Breaking => breaking,
        Threshold::Deprecation => breaking || report.count(Class::Deprecation) > 0,
        Threshold::Any => !report.findings.is_empty(),
        Threshold::None => false,
    }
}

/// A file or folder, and the version of it that is meant.
struct Named {
    path: PathBuf,
    version: Option<String>,
}

impl Named {
    /// `acme.pin@v21`; a path that exists as it is written is taken as it is.
    fn of(text: &str) -> Self {
        match text.rsplit_once('@') {
            Some((path, version)) if !Path::new(text).exists() => Self { path: path.into(), version: Some(version.to_owned()) },
            _ => Self { path: text.into(), version: None },
        }
    }
}

/// One side.
struct Read {
    surface: Surface,
    /// The spec that it is, and which of its versions.
    spec: Option<(Model, usize)>,
}

fn read(named: &Named) -> Result<Read, String> {
    let is_spec = named.path.is_dir() || named.path.extension().is_some_and(|extension| extension == "pin");
    if is_spec {
        let sources = spec::read(&named.path)?;
        let model = spec::checked(&named.path, &sources)?;
        let projection = spec::version(&model, named.version.as_deref())?;
        let (surface, version) = (from_spec::surface(&projection, &sources), projection.version);
        return Ok(Read { surface, spec: Some((model, version)) });
    }
    if let Some(version) = &named.version {
        return Err(format!("`@{version}` names a version of a spec, and {} is none", named.path.display()));
    }
    Ok(Read { surface: described(&named.path)?, spec: None })
}

/// What the newer spec itself declares since the older one's version.
fn told(before: &Read, after: &Read) -> Vec<Declared> {
    let (Some((old, at)), Some((new, to))) = (&before.spec, &after.spec) else { return Vec::new() };
    let since = new.apis.iter().position(|api| api.name == old.apis[*at].name);
    match since.filter(|_| old.connector.name == new.connector.name) {
        Some(since) => told::between(new, since, *to),
        None => Vec::new(),
    }
}

fn described(path: &Path) -> Result<Surface, String> {
    let mut diagnostics = Diagnostics::default();
    let tree = build_script::load_description(path, &mut diagnostics).map_err(|error| format!("{}: {error}", path.display()))?;
    let document = import::read(&tree, &mut diagnostics);
    show(&diagnostics, &tree.sources);
    let document = document.ok_or_else(|| format!("{} cannot be read as an API description", path.display()))?;
    Ok(from_description::surface(&document, &tree))
}

/// Mistakes in full; of what is merely odd, how much there is: descriptions as published are full of it.
fn show(diagnostics: &Diagnostics, sources: &Sources) {
    let all = diagnostics.sorted(sources);
    for one in all.iter().filter(|one| one.severity() == Severity::Error) {
        anstream::eprintln!("{}", full::render(one, sources, std::io::stderr().is_terminal()));
    }
    let odd: Vec<_> = all.iter().filter(|one| one.severity() == Severity::Warning).collect();
    if let Some(first) = odd.first() {
        let more = if odd.len() > 1 { format!(" (and {} more of this kind or another)", odd.len() - 1) } else { String::new() };
        anstream::eprintln!("{}{more}", linchpin_compiler::diagnostics::short::render(first, sources).trim_end());
    }
}
