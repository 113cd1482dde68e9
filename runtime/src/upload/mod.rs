//! Files that go in parts: told how far they are, gone on with after a break, in this process or another. What the API declares of it stands in the
//! table (`operation::Parts`); the course is `course`'s.

mod checkpoint;
mod course;
mod rule;
mod source;

use std::{fmt, future::IntoFuture, marker::PhantomData, pin::Pin, sync::Arc};

use crate::{
    answer, call,
    clock::BoxFuture,
    engine::Core,
    error::Error,
    operation::OperationTable,
    shape::{Erased, Shaped},
    steps,
    transfer::Progress,
};

pub use checkpoint::UploadCheckpoint;
pub(crate) use course::{Tracking, Whereabouts, run};

/// An upload before it is begun: `.await` makes it.
#[must_use = "nothing is sent before it is awaited"]
pub struct Upload<T> {
    core: Arc<Core>,
    table: &'static OperationTable,
    input: Erased,
    tracking: Tracking,
    output: PhantomData<fn() -> T>,
}

impl<T: Shaped> Upload<T> {
    pub(crate) fn new(core: Arc<Core>, table: &'static OperationTable, input: Erased) -> Upload<T> {
        Upload { core, table, input, tracking: Tracking::default(), output: PhantomData }
    }

    /// Tells how much the server has, after each part.
    pub fn on_progress(mut self, listener: impl FnMut(Progress) + Send + 'static) -> Upload<T> {
        self.tracking.listener = Some(Box::new(listener));
        self
    }

    /// Gives a checkpoint after each part, to be kept: with the last one, another process goes on.
    pub fn on_checkpoint(mut self, keep: impl FnMut(UploadCheckpoint) + Send + 'static) -> Upload<T> {
        self.tracking.keep = Some(Box::new(keep));
        self
    }

    /// Goes on from a checkpoint, which must be of the same operation with the same input: the server is asked how much it has.
    pub fn resume(mut self, checkpoint: UploadCheckpoint) -> Upload<T> {
        self.tracking.from = Some(checkpoint);
        self
    }

    /// How many bytes a part has, rounded up to what the API wants parts to be multiples of. Default: what the spec says.
    pub fn part_size(mut self, bytes: u64) -> Upload<T> {
        self.tracking.size = Some(bytes.max(1));
        self
    }
}

/// Makes an operation that sends a file in parts, itself or in one of its steps, and tells how far it is.
pub(crate) fn start(
    core: Arc<Core>,
    table: &'static OperationTable,
    input: Erased,
    mut tracking: Tracking,
) -> BoxFuture<'static, Result<Erased, Error>> {
    Box::pin(async move {
        let made = if table.steps.is_empty() {
            send(&core, table, input, &mut tracking).await
        } else {
            steps::run(&core, table, input, None, &mut tracking).await
        };
        made.map_err(|error| core.blame(table, error))
    })
}

async fn send(core: &Core, table: &'static OperationTable, input: Erased, tracking: &mut Tracking) -> Result<Erased, Error> {
    tracking.begins(core.table, table)?;
    let call = call::prepare(core, table, input.as_ref(), &[])?;
    drop(input);
    let place = Whereabouts { of: table, step: 0, outputs: Vec::new() };
    let answered = Box::pin(run(core, call, tracking, place)).await?;
    core.watching(answered.operation, || answer::decode(&answered))
}

impl<T: Shaped> IntoFuture for Upload<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Upload { core, table, input, tracking, .. } = self;
        let sent = start(core, table, input, tracking);
        Box::pin(async move {
            let value = sent.await?.into::<T>();
            Ok(value.unwrap_or_else(|value| panic!("the table's output is {:?}, not the operation's", value.shape())))
        })
    }
}

impl<T> fmt::Debug for Upload<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("operation", &self.table.name).finish_non_exhaustive()
    }
}
