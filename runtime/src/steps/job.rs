//! Jobs: operations that make several exchanges, one call at a time. Whoever has one says when to go on, and may keep it and go on in another
//! process. `send` is the same in a loop.

use std::{
    fmt,
    future::{Future, poll_fn},
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
};

use serde_json::Value;

use super::{
    checkpoint::JobCheckpoint,
    course::{Course, Files, Progress, permitted},
};
use crate::{
    api::{Api, OfferedBy, Operation},
    client::{AnyClient, Client},
    download::Download,
    dynamic,
    engine::Core,
    error::{Error, ErrorKind},
    observe::Waiting,
    operation::{ApiTable, OperationTable},
    shape::{Erased, Shaped},
    upload::Tracking,
};

/// What came of going on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Advanced<T> {
    /// It is not done: when to go on, and how far it is.
    Pending(Waiting),
    /// It is done, and this is what it gives.
    Done(T),
}

/// An operation on its way, made one call at a time. [`Operation::start`] gives one.
///
/// A call that is on its way when a future of this is dropped is not lost: it goes on with the next. A job that is dropped itself stops.
pub struct Job<O> {
    any: AnyJob,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Job<O> {
    pub(crate) fn start(client: &AnyClient, input: O) -> Result<Job<O>, Error> {
        let any = AnyJob::start(client, O::table(), Erased::new(input))?;
        Ok(Job { any, operation: PhantomData })
    }

    /// Goes on from a checkpoint.
    ///
    /// # Errors
    /// Of [`ErrorKind::Checkpoint`] when it is of another operation, revision or version, or not as it was written.
    pub fn resume<A: Api>(client: &Client<A>, checkpoint: &JobCheckpoint) -> Result<Job<O>, Error>
    where
        O: OfferedBy<A>,
    {
        let any = AnyJob::resume(client.any(), checkpoint)?;
        let wanted = O::table();
        if (any.table.name, any.table.revision) != (wanted.name, wanted.revision) {
            let message = format!("the checkpoint is of `{}@{}`, not of this operation", any.table.name, any.table.revision);
            return Err(Error::new(ErrorKind::Checkpoint, message).with_operation(wanted));
        }
        Ok(Job { any, operation: PhantomData })
    }

    /// Makes the next call, unless it is too early for it: then, and while it is not done, the answer says when to go on.
    ///
    /// # Errors
    /// As any call. A step that failed is made again by the next `advance`; whether that is harmless, the caller knows.
    pub async fn advance<A: Api>(&mut self, client: &Client<A>) -> Result<Advanced<O::Output>, Error>
    where
        O: OfferedBy<A>,
    {
        match self.any.step(client.any()).await? {
            Progress::Pending(waiting) => Ok(Advanced::Pending(waiting)),
            Progress::Done(output) => typed(output).map(Advanced::Done),
        }
    }

    /// Makes all calls that are left, pausing in between, as `send` does.
    ///
    /// # Errors
    /// As any call.
    pub async fn finish<A: Api>(mut self, client: &Client<A>) -> Result<O::Output, Error>
    where
        O: OfferedBy<A>,
    {
        self.any.run(client.any()).await.and_then(typed)
    }

    /// Where it stands, to go on from later.
    ///
    /// # Errors
    /// Of [`ErrorKind::Checkpoint`] when a later step needs a file, while a call is on its way, and when it is over.
    pub fn checkpoint(&self) -> Result<JobCheckpoint, Error> {
        self.any.checkpoint()
    }
}

fn typed<T: Shaped>(output: Erased) -> Result<T, Error> {
    output.into::<T>().map_err(|_| Error::new(ErrorKind::Decode, "what the steps give is of another type"))
}

impl<O> fmt::Debug for Job<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.any.fmt(f)
    }
}

/// A job of a module called by its name. [`AnyClient::start_job`] gives one.
pub struct AnyJob {
    api: &'static ApiTable,
    table: &'static OperationTable,
    state: State,
}

enum State {
    /// Nothing is on its way.
    Resting(Box<Course>),
    /// A call is.
    Calling(Pin<Box<dyn Future<Output = Called> + Send>>),
    /// It is done, or cannot go on.
    Over,
}

type Called = (Option<Course>, Result<Progress, Error>);

impl AnyJob {
    pub(crate) fn start(client: &AnyClient, table: &'static OperationTable, input: Erased) -> Result<AnyJob, Error> {
        if table.steps.is_empty() {
            let message = "it is one exchange, and nothing of it can be waited for: send it";
            return Err(Error::new(ErrorKind::Configuration, message).with_operation(table));
        }
        let course = Course::begin(&client.core, table, input).map_err(|error| error.with_operation(table))?;
        Ok(AnyJob { api: client.core.table, table, state: State::Resting(Box::new(course)) })
    }

    pub(crate) fn resume(client: &AnyClient, checkpoint: &JobCheckpoint) -> Result<AnyJob, Error> {
        let course = checkpoint.course(client.core.table)?;
        permitted(&client.core, course.table).map_err(|error| error.with_operation(course.table))?;
        Ok(AnyJob { api: client.core.table, table: course.table, state: State::Resting(Box::new(course)) })
    }

    /// Makes the next call, see [`Job::advance`]. What it gives comes by the spec's names.
    ///
    /// # Errors
    /// As there.
    pub async fn advance(&mut self, client: &AnyClient) -> Result<Advanced<Value>, Error> {
        match self.step(client).await? {
            Progress::Pending(waiting) => Ok(Advanced::Pending(waiting)),
            Progress::Done(output) => {
                dynamic::to_json(output.as_ref()).map(Advanced::Done).map_err(|error| error.with_operation(self.table))
            }
        }
    }

    /// The same for a module that gives a file.
    ///
    /// # Errors
    /// As [`AnyJob::advance`]; and when the module gives no file.
    pub async fn advance_to_file(&mut self, client: &AnyClient) -> Result<Advanced<Download>, Error> {
        match self.step(client).await? {
            Progress::Pending(waiting) => Ok(Advanced::Pending(waiting)),
            Progress::Done(output) => {
                let download = output.as_ref().get::<Download>().cloned();
                let none = || Error::new(ErrorKind::Input, "the module gives no file").with_operation(self.table);
                download.map(Advanced::Done).ok_or_else(none)
            }
        }
    }

    /// Where it stands, see [`Job::checkpoint`].
    ///
    /// # Errors
    /// As there.
    pub fn checkpoint(&self) -> Result<JobCheckpoint, Error> {
        let unkept = |message: &str| Error::new(ErrorKind::Checkpoint, message).with_operation(self.table);
        match &self.state {
            State::Resting(course) => JobCheckpoint::of(self.api, course).map_err(|error| error.with_operation(self.table)),
            State::Calling(_) => Err(unkept("a call is on its way, and nobody knows what comes of it: advance first")),
            State::Over => Err(unkept("it is over, and there is nothing to go on from")),
        }
    }

    async fn run(&mut self, client: &AnyClient) -> Result<Erased, Error> {
        loop {
            match self.step(client).await? {
                Progress::Done(output) => return Ok(output),
                Progress::Pending(waiting) if waiting.after.is_zero() => {}
                Progress::Pending(waiting) => client.core.clock.sleep(waiting.after).await,
            }
        }
    }

    async fn step(&mut self, client: &AnyClient) -> Result<Progress, Error> {
        let (api, table) = (client.core.table, self.table);
        let configuration = |message: &str| Error::new(ErrorKind::Configuration, message).with_operation(table);
        if (api.connector, api.version) != (self.api.connector, self.api.version) {
            return Err(configuration("the job was begun with a client of another API or version"));
        }
        if let State::Resting(_) = self.state
            && let State::Resting(course) = std::mem::replace(&mut self.state, State::Over)
        {
            self.state = State::Calling(Box::pin(call(client.core.clone(), course)));
        }
        let State::Calling(calling) = &mut self.state else {
            return Err(configuration("it is over"));
        };
        let (rest, progress) = poll_fn(|context| calling.as_mut().poll(context)).await;
        self.state = rest.map_or(State::Over, |course| State::Resting(Box::new(course)));
        progress.map_err(|error| error.with_operation(table))
    }
}

async fn call(core: Arc<Core>, course: Box<Course>) -> Called {
    let mut budget = core.budget();
    let mut tracking = Tracking::default();
    course.advance(&core, &mut budget, &mut Files { checkpoint: None, tracking: &mut tracking }).await
}

/// Nothing of what was given, and nothing that came.
impl fmt::Debug for AnyJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, made) = match &self.state {
            State::Resting(course) => ("resting", Some(course.made())),
            State::Calling(_) => ("calling", None),
            State::Over => ("over", None),
        };
        f.debug_struct("Job").field("operation", &self.table.name).field("state", &state).field("made", &made).finish_non_exhaustive()
    }
}
