//! `linchpin upgrade`: stored scenarios are planned and upgraded.

mod report;

use crate::output::{say, write};
use crate::{Outcome, spec, tables};
use clap::ValueEnum;
use linchpin_compiler::diagnostics::nearest::nearest;
use linchpin_compiler::model::Model;
use linchpin_runtime::upgrade::{Action, Plan, ScenarioFile, StepPlan, Upgrader};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to upgrade, and to what.
#[derive(clap::Args)]
#[command(
    after_help = "Exit status: 0 nothing is left to do, 1 a person must do something, 2 a scenario was left alone because it cannot be \
                        read or is not wholly understood."
)]
pub(crate) struct Arguments {
    /// Stored scenarios: JSON in the shape in which they are exported.
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,
    /// A connector's spec, a `.pin` file or a folder; give it again for each connector.
    #[arg(long, required = true, value_name = "PATH")]
    spec: Vec<PathBuf>,
    /// Says what would be done, and writes nothing.
    #[arg(long)]
    plan: bool,
    /// The API version to go to; the newest where not given.
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Stored steps call a connector by another name: `workfront-workfront=workfront`.
    #[arg(long, value_name = "NAME=CONNECTOR")]
    app: Vec<String>,
    /// Answers a question of the plan: `3.portfolio_id=p1` for step 3, `create_program.portfolio_id=p1` for all steps of the module. JSON, or
    /// text where it is none.
    #[arg(long, value_name = "QUESTION=VALUE", value_parser = answer)]
    answer: Vec<(String, Value)>,
    /// A JSON object with answers by question; --answer goes before it.
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// How it is said.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the report is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What became of one file.
struct Done {
    path: PathBuf,
    /// Or why it could not be read.
    plan: Result<Plan, String>,
    /// The backup, when it was written.
    backup: Option<PathBuf>,
    /// It would be written without `--plan`.
    changes: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let models = arguments.spec.iter().map(|path| spec::load(path)).collect::<Result<Vec<_>, _>>()?;
    let upgrader = upgrader(&models, arguments)?;
    let upgrader = answered(upgrader, arguments)?;
    let done: Vec<Done> = arguments.scenarios.iter().map(|path| upgrade(path, &upgrader, arguments.plan)).collect();
    match arguments.format {
        Format::Text => write(format_args!("{}", report::text(&done, arguments.plan))),
        Format::Json => say!("{:#}", report::json(&done)),
    }
    let understood = |done: &Done| done.plan.as_ref().is_ok_and(|plan| plan.problems.is_empty());
    let settled = |done: &Done| done.plan.as_ref().is_ok_and(|plan| !plan.needs_a_person());
    Ok(ExitCode::from(match () {
        () if !done.iter().all(understood) => 2,
        () if !done.iter().all(settled) => 1,
        () => 0,
    }))
}

fn upgrader(models: &[Model], arguments: &Arguments) -> Result<Upgrader, String> {
    let mut upgrader: Option<Upgrader> = None;
    let mut has_version = arguments.to.is_none();
    for model in models {
        // A version that only one of several connectors has moves that one; the others go to their newest.
        let wanted = arguments.to.as_deref().filter(|to| model.apis.iter().any(|api| api.name == *to || api.wire == *to));
        has_version |= wanted.is_some();
        let table = tables::api(&spec::version(model, wanted)?);
        upgrader = Some(match upgrader {
            None => Upgrader::new(table),
            Some(upgrader) => upgrader.and(table),
        });
    }
    if !has_version {
        let names: Vec<_> = models.iter().flat_map(|model| &model.apis).map(|api| format!("`{}`", api.name)).collect();
        return Err(format!(
            "no spec has the API version `{}`; there are {}",
            arguments.to.as_deref().unwrap_or_default(),
            names.join(", ")
        ));
    }
    let mut upgrader = upgrader.ok_or("give at least one --spec")?;
    for app in &arguments.app {
        let (name, connector) = app.split_once('=').ok_or_else(|| format!("`{app}` is not NAME=CONNECTOR"))?;
        if !models.iter().any(|model| model.connector.name == connector) {
            return Err(format!("no spec is of the connector `{connector}`"));
        }
        upgrader = upgrader.with_app(name, connector);
    }
    Ok(upgrader)
}

fn answer(text: &str) -> Result<(String, Value), String> {
    let (question, value) = text.split_once('=').ok_or("write QUESTION=VALUE, with the question as the plan has it in brackets")?;
    Ok((question.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))))
}

/// With all answers; one that answers nothing in these scenarios is a mistake, before anything is written.
fn answered(mut upgrader: Upgrader, arguments: &Arguments) -> Result<Upgrader, String> {
    let mut answers: Vec<(String, Value)> = Vec::new();
    if let Some(path) = &arguments.answers {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        let read: serde_json::Map<String, Value> = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        answers.extend(read);
    }
    answers.extend(arguments.answer.iter().cloned());
    if answers.is_empty() {
        return Ok(upgrader);
    }
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for path in &arguments.scenarios {
        // What cannot be read is said when it is to be upgraded.
        let plan = ScenarioFile::read(path).ok().and_then(|file| upgrader.plan(file.text()).ok());
        asked.extend(plan.iter().flat_map(|plan| &plan.steps).flat_map(questions));
    }
    if let Some((unknown, _)) = answers.iter().find(|(question, _)| !asked.contains(question)) {
        return Err(match nearest(unknown, asked.iter().map(String::as_str)) {
            Some(near) => format!("nothing asks `{unknown}`; did you mean `{near}`?"),
            None => format!("nothing asks `{unknown}`; --plan shows the questions"),
        });
    }
    for (question, value) in &answers {
        upgrader = upgrader.with_answer(question, value);
    }
    Ok(upgrader)
}

/// The names of a step's open questions: by its id, and by its module.
fn questions(step: &StepPlan) -> Vec<String> {
    let module = step.to.as_ref().map_or("", |at| &at.module);
    let open = step.findings.iter().filter(|finding| finding.action == Action::Asked);
    open.flat_map(|finding| [&step.id, module].map(|asks| format!("{asks}.{}", finding.place()))).collect()
}

fn upgrade(path: &Path, upgrader: &Upgrader, only_plan: bool) -> Done {
    let failed = |message: String| Done { path: path.to_owned(), plan: Err(message), backup: None, changes: false };
    let file = match ScenarioFile::read(path) {
        Ok(file) => file,
        Err(error) => return failed(error.to_string()),
    };
    let upgraded = match upgrader.upgrade(file.text()) {
        Ok(upgraded) => upgraded,
        Err(problem) => return failed(format!("{}: {problem}", path.display())),
    };
    let backup = match upgraded.text.as_deref().filter(|_| !only_plan).map(|text| file.replace(text)).transpose() {
        Ok(backup) => backup,
        Err(error) => return failed(error.to_string()),
    };
    Done { path: path.to_owned(), plan: Ok(upgraded.plan), backup, changes: upgraded.text.is_some() }
}
