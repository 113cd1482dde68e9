//! `linchpin outlook`: what ends when, across connectors; as a table, as JSON, as a picture.

mod axis;
mod json;
mod picture;
mod table;
mod text;

use crate::output::write;
use crate::{Outcome, spec};
use clap::ValueEnum;
use linchpin_compiler::build_script::now;
use linchpin_compiler::change::day::Day;
use linchpin_compiler::change::outlook::{Entry, Use, merged, outlook, outlook_of};
use linchpin_compiler::model::Model;
use linchpin_runtime::upgrade::{ScenarioFile, StepUse, uses};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to look at, and how it is shown.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Connectors' specs: `.pin` files, or folders that hold one connector each.
    #[arg(required = true)]
    specs: Vec<PathBuf>,
    /// The day that counts as today, for example 2026-11-26.
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Day>,
    /// Only what ends within this many days, or has ended.
    #[arg(long, value_name = "DAYS")]
    within: Option<u32>,
    /// A stored scenario: only what it uses is shown. Give it again for each scenario.
    #[arg(long, value_name = "FILE")]
    scenario: Vec<PathBuf>,
    /// Stored steps call a connector by another name: `workfront-workfront=workfront`.
    #[arg(long, value_name = "NAME=CONNECTOR")]
    app: Vec<String>,
    /// How it is shown; by default a table, or what the name of the file says.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Writes to a file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people at a terminal.
    Table,
    /// For programs.
    Json,
    /// A timeline.
    Svg,
}

/// What there is to show.
struct Outlook {
    today: Day,
    entries: Vec<Entry>,
    /// How many connectors were looked at.
    connectors: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let models = spec::among(&arguments.specs)?.into_iter().map(spec::load).collect::<Result<Vec<_>, _>>()?;
    let today = arguments.today.unwrap_or_else(now);
    let entries = if arguments.scenario.is_empty() {
        models.iter().flat_map(outlook).collect()
    } else {
        let steps = steps(&arguments.scenario)?;
        used(&models, &steps, &arguments.app)?
    };
    let shown = Outlook { today, entries: merged(entries, today, arguments.within), connectors: models.len() };
    let text = match arguments.format() {
        Format::Table => table::render(&shown, arguments.output.is_none()),
        Format::Json => json::render(&shown),
        Format::Svg => picture::render(&shown),
    };
    match &arguments.output {
        None => write(format_args!("{text}")),
        Some(path) => std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Arguments {
    fn format(&self) -> Format {
        let by_name = || match self.output.as_ref()?.extension()?.to_str()? {
            "svg" => Some(Format::Svg),
            "json" => Some(Format::Json),
            _ => None,
        };
        self.format.or_else(by_name).unwrap_or(Format::Table)
    }
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "write a day such as 2026-11-26".to_owned())
}

fn steps(scenarios: &[PathBuf]) -> Result<Vec<StepUse>, String> {
    let mut steps = Vec::new();
    for path in scenarios {
        let file = ScenarioFile::read(path).map_err(|error| error.to_string())?;
        steps.extend(uses(file.text()).map_err(|problem| format!("{}: {problem}", path.display()))?);
    }
    Ok(steps)
}

fn used(models: &[Model], steps: &[StepUse], apps: &[String]) -> Result<Vec<Entry>, String> {
    let apps = apps
        .iter()
        .map(|app| app.split_once('=').ok_or_else(|| format!("`{app}` is not NAME=CONNECTOR")))
        .collect::<Result<Vec<_>, _>>()?;
    let connectors: Vec<&str> = models.iter().map(|model| model.connector.name.as_str()).collect();
    if let Some((_, unknown)) = apps.iter().find(|(_, connector)| !connectors.contains(connector)) {
        return Err(format!("no spec is of the connector `{unknown}`"));
    }
    let is_of = |step: &StepUse, connector: &str| {
        step.app == connector || apps.iter().any(|(name, known)| *name == step.app && *known == connector)
    };
    let of_model = |model: &Model| {
        let uses: Vec<Use> = steps.iter().filter(|step| is_of(step, &model.connector.name)).map(as_use).collect();
        outlook_of(model, &uses)
    };
    Ok(models.iter().flat_map(of_model).collect())
}

fn as_use(step: &StepUse) -> Use {
    let StepUse { version, module, revision, connections, words, .. } = step.clone();
    Use { version, module, revision, connections, words }
}
