//! Operations that make several exchanges: each step is a call of another operation, through every layer, under one deadline for all.
//!
//! What a step is given is `input`'s. Nothing is repeated when a later step fails, and nothing is undone: the error says what was done.

mod failed;
mod input;

use std::{collections::HashMap, sync::Arc};

use crate::{
    answer::{self, Answered},
    body::Body,
    budget::Budget,
    call::{self, Prepared},
    clock::BoxFuture,
    download::{self, DownloadCheckpoint},
    engine::Core,
    error::{Error, ErrorKind},
    operation::{FilePart, OperationTable, StepPath, StepSource, StepTable, StepValue},
    shape::{self, Erased, Names},
    upload::{self, Tracking, Whereabouts},
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
    Box::pin(async move {
        let mut tracking = Tracking::default();
        run(&core, table, input, checkpoint.as_ref(), &mut tracking).await.map_err(|error| error.with_operation(table))
    })
}

/// Makes an operation that sends a file in parts, itself or in one of its steps, and tells how far it is.
pub(crate) fn upload(
    core: Arc<Core>,
    table: &'static OperationTable,
    input: Erased,
    mut tracking: Tracking,
) -> BoxFuture<'static, Result<Erased, Error>> {
    Box::pin(async move {
        let made = if table.steps.is_empty() {
            send(&core, table, input, &mut tracking).await
        } else {
            run(&core, table, input, None, &mut tracking).await
        };
        made.map_err(|error| core.blame(table, error))
    })
}

async fn send(core: &Core, table: &'static OperationTable, input: Erased, tracking: &mut Tracking) -> Result<Erased, Error> {
    tracking.begins(table)?;
    let prepared = call::prepare(core, table, input.as_ref(), &[])?;
    drop(input);
    let answered = in_parts(core, prepared, tracking, Whereabouts { of: table, step: 0, outputs: Vec::new() }).await?;
    answer::decode(&answered)
}

/// Sends a call whose body goes in parts, if it does, and as one otherwise.
pub(crate) async fn in_parts(core: &Core, call: Prepared, tracking: &mut Tracking, place: Whereabouts) -> Result<Answered, Error> {
    match call.operation.parts {
        Some(parts) => Box::pin(upload::run(core, parts, call, tracking, place)).await,
        None => core.run(&call).await,
    }
}

async fn run(
    core: &Core,
    table: &'static OperationTable,
    input: Erased,
    checkpoint: Option<&DownloadCheckpoint>,
    tracking: &mut Tracking,
) -> Result<Erased, Error> {
    core.tell_life(table);
    // All that can be known to go wrong is said before the first request.
    if core.settings.validate {
        shape::validate(input.as_ref()).map_err(|problem| Error::new(ErrorKind::Input, problem.message()).with_path(problem.path()))?;
    }
    for step in table.steps {
        call::permitted(core, step.operation)?;
    }
    let mut known = Known { lengths: lengths(table, &input).await?, input, outputs: Vec::with_capacity(table.steps.len()), endpoint: None };
    let mut budget = core.budget();
    if let Some((begun, outputs)) = tracking.begins(table)? {
        known
            .outputs
            .extend(table.steps[..begun].iter().zip(outputs).map(|(step, output)| kept(step, output)).collect::<Result<Vec<_>, _>>()?);
    }
    for (index, step) in table.steps.iter().enumerate().skip(known.outputs.len()) {
        if step.operation.parts.is_some() {
            let place = Whereabouts { of: table, step: index, outputs: known.outputs.iter().map(to_keep).collect::<Result<_, _>>()? };
            let output = make_in_parts(core, step, &known, tracking, place).await;
            known.outputs.push(output.map_err(|error| error.with_operation(step.operation).in_step(table, index))?);
            // What a large file takes is not taken from what follows.
            budget = core.budget();
            continue;
        }
        let from = checkpoint.filter(|_| table.gives.source == StepSource::Output(index));
        let output =
            make(core, step, &known, from, &budget).await.map_err(|error| error.with_operation(step.operation).in_step(table, index))?;
        known.outputs.push(output);
    }
    known.gives(table)
}

async fn make_in_parts(core: &Core, step: &StepTable, known: &Known, tracking: &mut Tracking, place: Whereabouts) -> Result<Erased, Error> {
    let input = known.input_of(step)?;
    let prepared = call::prepare(core, step.operation, input.as_ref(), &[])?;
    drop(input);
    answer::decode(&in_parts(core, prepared, tracking, place).await?)
}

/// What a step gave, to be kept in a checkpoint.
fn to_keep(output: &Erased) -> Result<serde_json::Value, Error> {
    crate::dynamic::to_json(output.as_ref())
}

/// What a step gave, from a checkpoint.
fn kept(step: &StepTable, output: &serde_json::Value) -> Result<Erased, Error> {
    let decoded = Erased::decode(step.operation.output.get(), output.to_string().as_bytes(), Names::Spec);
    decoded.map_err(|error| Error::new(ErrorKind::Input, format!("the checkpoint does not fit the module: {}", error.message())))
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
