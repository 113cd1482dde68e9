//! Operations that make several exchanges: each step is a call of another operation, through every layer, under one deadline for all but what
//! waits, which has its own.
//!
//! What a step is given is `input`'s; one call after the other is `course`'s, when a step that waits is made again `wait`'s; going on in another
//! process is `job`'s and `checkpoint`'s. Nothing is repeated when a later step fails, and nothing is undone: the error says what was done.

mod checkpoint;
mod course;
mod failed;
mod input;
mod job;
mod wait;

use std::{collections::HashMap, sync::Arc};

use crate::{
    answer,
    body::Body,
    call,
    clock::BoxFuture,
    download::DownloadCheckpoint,
    engine::Core,
    error::{Error, ErrorKind},
    operation::{FilePart, OperationTable, StepPath, StepSource, StepTable, StepValue},
    shape::Erased,
    upload::Tracking,
};

pub use checkpoint::JobCheckpoint;
use course::{Course, Files, Progress, call_step};
pub use failed::FailedStep;
pub(crate) use input::at;
use input::{Given, Known};
pub use job::{Advanced, AnyJob, Job};

/// Makes all steps of an operation and gives what it gives. Whoever drops this stops waiting.
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

/// The same, where whoever waits is told how far the files are.
pub(crate) async fn run(
    core: &Core,
    table: &'static OperationTable,
    input: Erased,
    checkpoint: Option<&DownloadCheckpoint>,
    tracking: &mut Tracking,
) -> Result<Erased, Error> {
    let mut course = Course::begin(core, table, input)?;
    if let Some((begun, outputs)) = tracking.begins(core.table, table)? {
        course.known.outputs = checkpoint::outputs(&table.steps[..begun], outputs)?;
    }
    let mut files = Files { checkpoint, tracking };
    let mut budget = core.budget();
    loop {
        let (rest, progress) = course.advance(core, &mut budget, &mut files).await;
        match (rest, progress?) {
            (_, Progress::Done(output)) => return Ok(output),
            (None, Progress::Pending(_)) => return Err(Error::new(ErrorKind::Configuration, "it ends before it is done")),
            (Some(rest), Progress::Pending(waiting)) => {
                if !waiting.after.is_zero() {
                    core.clock.sleep(waiting.after).await;
                }
                course = rest;
            }
        }
    }
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
    let outputs = outputs.into_iter().map(Some).collect();
    let known = Known { input: Given::Whole(input), outputs, lengths: HashMap::new(), endpoint };
    let budget = core.budget();
    let answered = call_step(core, step, &known, None, &budget).await;
    answered
        .and_then(|answered| core.watching(answered.operation, || answer::decode(&answered)))
        .map_err(|error| error.with_operation(step.operation))
}

/// The lengths of the files whose length a step is given, by the names of the inputs.
async fn lengths(table: &'static OperationTable, input: &Erased) -> Result<HashMap<&'static str, u64>, Error> {
    let mut lengths = HashMap::new();
    for path in asked(table, 0) {
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

/// Every path that the steps from one on go, and what the operation gives.
fn asked(table: &'static OperationTable, from: usize) -> Vec<StepPath> {
    let mut asked = Vec::new();
    let given = table.steps.iter().skip(from).flat_map(|step| step.inputs).map(|(_, value)| value);
    given.for_each(|value| paths(value, &mut |path| asked.push(path)));
    asked.push(table.gives);
    asked
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
