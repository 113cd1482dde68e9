//! Operations that make several exchanges: each step is a call of another operation, through every layer, under one deadline for all.
//!
//! What a step is given is `input`'s. Nothing is repeated when a later step fails, and nothing is undone: the error says what was done.

mod failed;
mod input;

use std::{collections::HashMap, sync::Arc};

use crate::{
    answer,
    body::Body,
    budget::Budget,
    call,
    clock::BoxFuture,
    download::{self, DownloadCheckpoint},
    engine::Core,
    error::{Error, ErrorKind},
    operation::{FilePart, OperationTable, StepPath, StepSource, StepTable, StepValue},
    shape::{self, Erased},
};

pub use failed::FailedStep;
use input::Known;
pub(crate) use input::at;

/// Makes all steps of an operation and gives what it gives.
///
/// With a checkpoint, the file that it gives goes on from there, and so does the step that gives it.
pub(crate) fn start(
    core: Arc<Core>,
    table: &'static OperationTable,
    input: Erased,
    checkpoint: Option<DownloadCheckpoint>,
) -> BoxFuture<'static, Result<Erased, Error>> {
    Box::pin(async move { run(&core, table, input, checkpoint.as_ref()).await.map_err(|error| error.with_operation(table)) })
}

async fn run(core: &Core, table: &'static OperationTable, input: Erased, checkpoint: Option<&DownloadCheckpoint>) -> Result<Erased, Error> {
    core.tell_life(table);
    // All that can be known to go wrong is said before the first request.
    if core.settings.validate {
        shape::validate(input.as_ref()).map_err(|problem| Error::new(ErrorKind::Input, problem.message()).with_path(problem.path()))?;
    }
    for step in table.steps {
        call::permitted(core, step.operation)?;
    }
    let mut known = Known { lengths: lengths(table, &input).await?, input, outputs: Vec::with_capacity(table.steps.len()), endpoint: None };
    let budget = core.budget();
    for (index, step) in table.steps.iter().enumerate() {
        let from = checkpoint.filter(|_| table.gives.source == StepSource::Output(index));
        let output =
            make(core, step, &known, from, &budget).await.map_err(|error| error.with_operation(step.operation).in_step(table, index))?;
        known.outputs.push(output);
    }
    known.gives(table)
}

/// Makes one call that is bound as a step is, outside of any steps: with what earlier ones gave.
pub(crate) async fn call(
    core: &Core,
    step: &'static StepTable,
    input: Erased,
    outputs: Vec<Erased>,
    endpoint: Option<Erased>,
) -> Result<Erased, Error> {
    call::permitted(core, step.operation).map_err(|error| error.with_operation(step.operation))?;
    let known = Known { input, outputs, lengths: HashMap::new(), endpoint };
    let budget = core.budget();
    make(core, step, &known, None, &budget).await.map_err(|error| error.with_operation(step.operation))
}

async fn make(core: &Core, step: &StepTable, known: &Known, from: Option<&DownloadCheckpoint>, budget: &Budget) -> Result<Erased, Error> {
    let input = known.input_of(step)?;
    let prepared = call::prepare(core, step.operation, input.as_ref(), &[])?;
    drop(input);
    let answered = match from {
        None => core.run_within(&prepared, budget).await?,
        Some(checkpoint) => download::resume(core, prepared, checkpoint, budget).await?,
    };
    answer::decode(&answered)
}

/// The lengths of the files whose length a step is given, by the names of the inputs.
async fn lengths(table: &'static OperationTable, input: &Erased) -> Result<HashMap<&'static str, u64>, Error> {
    let mut asked = Vec::new();
    let given = table.steps.iter().flat_map(|step| step.inputs).map(|(_, value)| value);
    given.for_each(|value| paths(value, &mut |path| asked.push(path)));
    asked.push(table.gives);
    let mut lengths = HashMap::new();
    for path in asked {
        let (StepSource::Input(name), Some(FilePart::Length)) = (path.source, path.part) else { continue };
        let Some(body) = input::at(input.as_ref(), &[name]).and_then(|value| value.get::<Body>().cloned()) else { continue };
        let length = body.known_length().await?.ok_or_else(|| {
            let message = format!("the length of the stream in `{name}` is needed before it is sent: state it with `Body::length`");
            Error::new(ErrorKind::Input, message)
        })?;
        lengths.insert(name, length);
    }
    Ok(lengths)
}

/// Every path in a value.
fn paths(value: &'static StepValue, visit: &mut impl FnMut(StepPath)) {
    match value {
        StepValue::Json(_) => {}
        StepValue::From(path) => visit(*path),
        StepValue::List(items) => items.iter().for_each(|item| paths(item, visit)),
        StepValue::Object(members) => members.iter().for_each(|(_, member)| paths(member, visit)),
    }
}
