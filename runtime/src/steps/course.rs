//! The course of an operation that makes several exchanges: one call at a time, in whatever process. What a call is given is `input`'s, when a
//! step that waits is made again `wait`'s, and how a course is kept `checkpoint`'s.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use serde_json::Value;

use super::{
    checkpoint::outputs_of,
    input::{Given, Known, at},
    lengths, paths,
    wait::{Next, Over, Standing, next},
};
use crate::{
    answer::{self, Answered, Content},
    budget::Budget,
    call::{self, Prepared},
    download::{self, DownloadCheckpoint},
    engine::Core,
    error::{Error, ErrorKind},
    observe::Waiting,
    operation::{Condition, OperationTable, StepSource, StepTable, WaitTable, WaitUntil},
    retry::includes,
    shape::{self, Erased, ErasedRef, Names},
    upload::{self, Tracking, Whereabouts},
};

/// An operation with steps on its way.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) table: &'static OperationTable,
    pub(super) known: Known,
    /// Of the step that is next, if it waits and was called.
    pub(super) wait: Option<WaitState>,
    /// Nothing is called before this.
    pub(super) ask_at: Option<SystemTime>,
    /// The lengths of files that are needed are known.
    pub(super) measured: bool,
}

/// Where a wait stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WaitState {
    pub(super) since: SystemTime,
    pub(super) calls: u32,
    pub(super) unclear: u32,
}

/// Files that take longer than an answer: how they go on, and who is told how far they are.
pub(super) struct Files<'f> {
    /// Of the file that the operation gives.
    pub(super) checkpoint: Option<&'f DownloadCheckpoint>,
    /// Of the file that a step sends in parts.
    pub(super) tracking: &'f mut Tracking,
}

/// What came of going on.
#[derive(Debug)]
pub(super) enum Progress {
    /// It is not done; when to go on.
    Pending(Waiting),
    /// It is done, and this is what it gives.
    Done(Erased),
}

/// What an answer of a step that waits shows.
enum Shown {
    NotYet,
    Done(Erased),
    Failed(Error),
}

impl Course {
    /// Before its first step. All that can be known to go wrong is said before the first request.
    pub(super) fn begin(core: &Core, table: &'static OperationTable, input: Erased) -> Result<Course, Error> {
        core.tell_life(table);
        if core.settings.validate {
            shape::validate(input.as_ref()).map_err(|problem| Error::new(ErrorKind::Input, problem.message()).with_path(problem.path()))?;
        }
        permitted(core, table)?;
        let outputs = Vec::with_capacity(table.steps.len());
        let known = Known { lengths: HashMap::new(), input: Given::Whole(input), outputs, endpoint: None };
        Ok(Course { table, known, wait: None, ask_at: None, measured: false })
    }

    /// How many steps are made.
    pub(super) fn made(&self) -> usize {
        self.known.outputs.len()
    }

    /// Makes the next call, unless it is too early for it. A step that waits has a time of its own, and what comes after it a new one.
    pub(super) async fn advance(
        mut self,
        core: &Core,
        budget: &mut Budget,
        files: &mut Files<'_>,
    ) -> (Option<Course>, Result<Progress, Error>) {
        if let Err(error) = self.measure().await {
            return (Some(self), Err(error));
        }
        let now = core.clock.wall();
        // However far a clock was set back, no pause is longer than the whole wait.
        let most = self.table.steps.get(self.made()).and_then(|step| step.wait.as_ref()).map_or(Duration::MAX, WaitTable::most);
        let early = self.ask_at.and_then(|ask_at| ask_at.duration_since(now).ok()).filter(|early| !early.is_zero());
        if let Some(early) = early.map(|early| early.min(most)) {
            let waiting = self.waiting(early, now);
            return (Some(self), Ok(Progress::Pending(waiting)));
        }
        let index = self.made();
        let Some(step) = self.table.steps.get(index) else {
            let error = Error::new(ErrorKind::Configuration, "it makes no exchange").with_operation(self.table);
            return (None, Err(error));
        };
        let pause = match step.wait.as_ref() {
            None => self.once(core, step, budget, files).await,
            Some(rule) => {
                let from = self.resumed(files);
                self.again(core, step, rule, from, budget).await
            }
        };
        match pause {
            // What was begun may ask for a pause that its wait does not have: then that is the wait's.
            Err(error) => {
                let failed = if self.made() < self.table.steps.len() { self.made() } else { index };
                let error = error.with_operation(self.table.steps[failed].operation).in_step(self.table, failed);
                (Some(self), Err(error))
            }
            Ok(_) if self.made() == self.table.steps.len() => {
                let table = self.table;
                (None, self.known.gives(table).map(Progress::Done).map_err(|error| error.with_operation(table)))
            }
            Ok(pause) => {
                let now = core.clock.wall();
                self.ask_at = (!pause.is_zero()).then(|| now.checked_add(pause)).flatten();
                let waiting = self.waiting(pause, now);
                (Some(self), Ok(Progress::Pending(waiting)))
            }
        }
    }

    async fn measure(&mut self) -> Result<(), Error> {
        if let (false, Given::Whole(input)) = (self.measured, &self.known.input) {
            self.known.lengths = lengths(self.table, input).await?;
        }
        self.measured = true;
        Ok(())
    }

    /// A step that is made once. What its answer says of a pause counts before what waits for it.
    async fn once(&mut self, core: &Core, step: &'static StepTable, budget: &mut Budget, files: &mut Files<'_>) -> Result<Duration, Error> {
        let answered = if step.operation.parts.is_some() {
            // What nobody keeps is not written.
            let kept = files.tracking.is_kept().then(|| outputs_of(self.table, &self.known.outputs)).transpose()?;
            let outputs = kept.unwrap_or_default();
            let answered = self.send_parts(core, step, files, outputs).await?;
            // What a large file takes is not taken from what follows.
            *budget = core.budget();
            answered
        } else {
            call_step(core, step, &self.known, self.resumed(files), budget).await?
        };
        let output = core.watching(answered.operation, || answer::decode(&answered))?;
        self.known.outputs.push(Some(output));
        let Some(rule) = self.table.steps.get(self.made()).and_then(|step| step.wait.as_ref()) else { return Ok(Duration::ZERO) };
        let stated = answer::stated_pause(core, &answered.headers);
        pause(rule, &Standing { waited: Duration::ZERO, calls: 0, unclear: 0, stated }, None)
    }

    /// Where the next step goes on with a file, if it is the step that gives it.
    fn resumed<'f>(&self, files: &Files<'f>) -> Option<&'f DownloadCheckpoint> {
        files.checkpoint.filter(|_| self.table.gives.source == StepSource::Output(self.made()))
    }

    async fn send_parts(
        &self,
        core: &Core,
        step: &'static StepTable,
        files: &mut Files<'_>,
        outputs: Vec<Option<String>>,
    ) -> Result<Answered, Error> {
        let place = Whereabouts { of: self.table, step: self.made(), outputs };
        Box::pin(upload::run(core, prepared(core, step, &self.known)?, files.tracking, place)).await
    }

    /// A step that waits, made once more.
    async fn again(
        &mut self,
        core: &Core,
        step: &'static StepTable,
        rule: &WaitTable,
        from: Option<&DownloadCheckpoint>,
        budget: &mut Budget,
    ) -> Result<Duration, Error> {
        let now = core.clock.wall();
        let mut state = self.wait.unwrap_or(WaitState { since: now, calls: 0, unclear: 0 });
        let left = rule.most().saturating_sub(elapsed(state.since, now));
        // A last call has the time of one try, even if the whole is over.
        let own = core.budget_of(left.max(core.settings.per_try));
        let called = call_step(core, step, &self.known, from, &own).await;
        state.calls += 1;
        let (shown, stated, error) = match called {
            Ok(answered) => {
                state.unclear = 0;
                (shown(rule, &answered), answer::stated_pause(core, &answered.headers), None)
            }
            Err(error) if error.is_retryable() => {
                state.unclear += 1;
                (Ok(Shown::NotYet), error.retry_after(), Some(error))
            }
            Err(error) => (Err(error), None, None),
        };
        self.wait = Some(state);
        let shown = shown?;
        match shown {
            Shown::Failed(error) => Err(error),
            Shown::Done(output) => {
                self.known.outputs.push(Some(output));
                self.wait = None;
                *budget = core.budget();
                Ok(Duration::ZERO)
            }
            Shown::NotYet => {
                let waited = elapsed(state.since, core.clock.wall());
                let pause = pause(rule, &Standing { waited, calls: state.calls, unclear: state.unclear, stated }, error)?;
                core.tell_waiting(&self.waiting(pause, core.clock.wall()));
                Ok(pause)
            }
        }
    }

    fn waiting(&self, after: Duration, now: SystemTime) -> Waiting {
        let index = self.made().min(self.table.steps.len().saturating_sub(1));
        Waiting {
            operation: self.table.name,
            step: index + 1,
            steps: self.table.steps.len(),
            module: self.table.steps[index].operation.name,
            calls: self.wait.map_or(0, |wait| wait.calls),
            waited: self.wait.map_or(Duration::ZERO, |wait| elapsed(wait.since, now)),
            after,
        }
    }
}

/// Whether the connection may make every step.
pub(super) fn permitted(core: &Core, table: &'static OperationTable) -> Result<(), Error> {
    table.steps.iter().try_for_each(|step| call::permitted(core, step.operation))
}

/// Nothing, on a clock that was set back.
fn elapsed(since: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(since).unwrap_or_default()
}

pub(super) async fn call_step(
    core: &Core,
    step: &StepTable,
    known: &Known,
    from: Option<&DownloadCheckpoint>,
    budget: &Budget,
) -> Result<Answered, Error> {
    let call = prepared(core, step, known)?;
    match from {
        None => core.run_within(&call, budget).await,
        // Where earlier steps say what is fetched, they may have made another file than the last time.
        Some(checkpoint) if is_given(step) && checkpoint.is_elsewhere(&call) => core.run_within(&call, budget).await,
        Some(checkpoint) => download::resume(core, call, checkpoint, budget).await,
    }
}

/// Whether what a step is given comes from earlier ones.
fn is_given(step: &StepTable) -> bool {
    let mut given = false;
    step.inputs.iter().for_each(|(_, value)| paths(value, &mut |path| given |= matches!(path.source, StepSource::Output(_))));
    given
}

fn prepared(core: &Core, step: &StepTable, known: &Known) -> Result<Prepared, Error> {
    let input = known.input_of(step)?;
    let call = call::prepare(core, step.operation, input.as_ref(), &[])?;
    Ok(Prepared { place: known.place(), ..call })
}

/// The pause before the next call, or why there is none.
fn pause(rule: &WaitTable, standing: &Standing, last: Option<Error>) -> Result<Duration, Error> {
    let over = match next(rule, standing) {
        Next::Again(pause) => return Ok(pause),
        Next::Over(over) => over,
    };
    let message = match over {
        // What went wrong says more than that it went wrong too often.
        Over::Unclear => return Err(last.unwrap_or_else(|| Error::new(ErrorKind::Timeout, "nothing was heard of what is waited for"))),
        Over::Time => format!("it was not done after {:?}, the longest that the spec waits", rule.most()),
        Over::Times => format!("it was not done after {} calls", standing.calls),
        Over::Stated(stated) => {
            format!("the server asks to wait {stated:?}, and {:?} is the longest that the spec waits", rule.most())
        }
    };
    let stated = if let Over::Stated(stated) = over { Some(stated) } else { None };
    let error = Error::new(ErrorKind::Timeout, message).with_retryable(false).with_retry_after(stated);
    Err(match last {
        Some(last) => error.with_source(&last),
        None => error,
    })
}

fn shown(rule: &WaitTable, answered: &Answered) -> Result<Shown, Error> {
    let by_status =
        |until: &WaitUntil| matches!(until, WaitUntil::Status(statuses) if includes(std::slice::from_ref(statuses), answered.status));
    let looks = rule.until.iter().any(|until| matches!(until, WaitUntil::When(_))) || !rule.fails.is_empty();
    let done = rule.until.iter().any(by_status);
    if !done && !looks {
        answer::check(answered)?;
        return Ok(Shown::NotYet);
    }
    let output = answer::decode_alone(answered)?;
    let failed = rule.fails.iter().find(|failure| holds(&failure.when, output.as_ref()));
    if let Some(failure) = failed {
        let text = |path: &[&str]| match path {
            [] => None,
            path => json_at(output.as_ref(), path).filter(|found| !found.is_null()).map(|found| match found {
                Value::String(text) => text,
                other => other.to_string(),
            }),
        };
        let (code, message) = (text(failure.code), text(failure.message));
        let body = if let Content::Bytes(body) = &answered.content { body.clone() } else { bytes::Bytes::new() };
        let error = Error::new(ErrorKind::Failed, "what was waited for has failed").with_status(answered.status);
        return Ok(Shown::Failed(error.with_api(code, message, body, None)));
    }
    let met = done || rule.until.iter().any(|until| matches!(until, WaitUntil::When(condition) if holds(condition, output.as_ref())));
    Ok(if met { Shown::Done(output) } else { Shown::NotYet })
}

fn holds(condition: &Condition, output: ErasedRef<'_>) -> bool {
    json_at(output, condition.path).is_some_and(|found| answer::holds(*condition, &found))
}

/// What stands at a path of the spec's names, as on the wire.
fn json_at(output: ErasedRef<'_>, path: &[&str]) -> Option<Value> {
    serde_json::from_slice(&at(output, path)?.encode_json(Names::Wire)).ok()
}
