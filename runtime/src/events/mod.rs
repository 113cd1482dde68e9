//! Items that come one after the other, while the connection stays open: server-sent events and lines of JSON, as a stream of typed values. What is
//! read of the bytes is `frames`', what of a frame `item`'s, and when a connection is followed by another `source`'s.

mod frames;
mod item;
mod source;

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use serde_json::Value;

use crate::{
    client::AnyClient,
    clock::BoxFuture,
    engine::Core,
    error::Error,
    operation::OperationTable,
    page::next,
    shape::{Erased, ErasedRef, Shaped},
};
pub(crate) use item::gather;
use source::Source;

/// What an operation gives one after the other: a stream that asks when it is first polled. An item that cannot be read is an error, and others may
/// follow it; after any other error there is nothing.
pub struct Events<T> {
    course: Course,
    item: PhantomData<fn() -> T>,
}

impl<T: Shaped> Events<T> {
    pub(crate) fn new(core: &Arc<Core>, table: &'static OperationTable, input: ErasedRef<'_>) -> Events<T> {
        Events { course: Course::new(core, table, input), item: PhantomData }
    }

    /// Asks for the events behind the one with this id, as `Last-Event-ID`.
    #[must_use]
    pub fn after(mut self, id: impl Into<String>) -> Events<T> {
        self.course.begin(|source| source.after(id.into()));
        self
    }

    /// Whether another connection goes on behind the last event when one ends, as a browser's `EventSource` does: only with events, and where they are
    /// asked for by GET. Default: what the spec says.
    #[must_use]
    pub fn resume(mut self, on: bool) -> Events<T> {
        self.course.begin(|source| source.resume = on);
        self
    }

    /// The id of the last event that was given, if it or one before it had one: where to go on with [`Events::after`].
    pub fn last_id(&self) -> Option<&str> {
        self.course.last_id.as_deref()
    }

    /// The next item; none at the end.
    ///
    /// # Errors
    /// As any call; of [`Decode`](crate::ErrorKind::Decode) for an item that is not what the spec says, with its line; of [`Timeout`](crate::ErrorKind::Timeout) when nothing comes
    /// for longer than the client's idle timeout, of [`Limit`](crate::ErrorKind::Limit) when an item is too long or there are too many.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        next(self).await.transpose()
    }
}

impl<T: Shaped> Stream for Events<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(self.course.poll_next(context));
        Poll::Ready(next.map(|item| item.map(typed)))
    }
}

fn typed<T: Shaped>(item: Erased) -> T {
    item.into::<T>().unwrap_or_else(|item| panic!("the table's items are {:?}, not the operation's event type", item.shape()))
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("operation", &self.course.table.name).field("last_id", &self.course.last_id).finish()
    }
}

/// The part that does not depend on the item's type.
struct Course {
    table: &'static OperationTable,
    state: State,
    last_id: Option<String>,
}

/// The next item, and where the one after it comes from.
type Taken = (Box<Source>, Result<Option<Erased>, Error>);

enum State {
    Idle(Box<Source>),
    Waiting(BoxFuture<'static, Taken>),
    Failed(Error),
    Over,
}

impl Course {
    fn new(core: &Arc<Core>, table: &'static OperationTable, input: ErasedRef<'_>) -> Course {
        let state = match Source::new(core, table, input) {
            Ok(source) => State::Idle(Box::new(source)),
            Err(error) => State::Failed(error.with_operation(table)),
        };
        Course { table, state, last_id: None }
    }

    /// Says something before the first item.
    fn begin(&mut self, say: impl FnOnce(&mut Source)) {
        if let State::Idle(source) = &mut self.state {
            say(source);
            self.last_id.clone_from(&source.last_id);
        }
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Erased, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Failed(error) => return Poll::Ready(Some(Err(error))),
                State::Idle(mut source) => {
                    self.state = State::Waiting(Box::pin(async move {
                        let next = source.next().await;
                        (source, next)
                    }));
                }
                State::Waiting(mut waiting) => {
                    let Poll::Ready((source, next)) = waiting.as_mut().poll(context) else {
                        self.state = State::Waiting(waiting);
                        return Poll::Pending;
                    };
                    self.last_id.clone_from(&source.last_id);
                    if !source.is_over() {
                        self.state = State::Idle(source);
                    }
                    return Poll::Ready(next.transpose());
                }
            }
        }
    }
}

/// The items of an operation called by name, by the spec's names.
pub struct AnyEvents(Events<Value>);

impl AnyClient {
    /// Calls a module whose items come one after the other.
    ///
    /// # Errors
    /// When there is no such module or input, or what it gives comes at once.
    pub fn events(&self, module: &str, input: Value) -> Result<AnyEvents, Error> {
        let (module, input) = self.input(module, &input)?;
        let events = Events::new(&self.core, module.table(), input.as_ref());
        match events.course.state {
            State::Failed(error) => Err(error),
            _ => Ok(AnyEvents(events)),
        }
    }
}

impl AnyEvents {
    /// See [`Events::after`].
    #[must_use]
    pub fn after(self, id: impl Into<String>) -> AnyEvents {
        AnyEvents(self.0.after(id))
    }

    /// See [`Events::resume`].
    #[must_use]
    pub fn resume(self, on: bool) -> AnyEvents {
        AnyEvents(self.0.resume(on))
    }

    /// See [`Events::last_id`].
    pub fn last_id(&self) -> Option<&str> {
        self.0.last_id()
    }

    /// The next item; none at the end.
    ///
    /// # Errors
    /// As [`Events::try_next`].
    pub async fn try_next(&mut self) -> Result<Option<Value>, Error> {
        let next = std::future::poll_fn(|context| self.0.course.poll_next(context)).await.transpose()?;
        next.map(|item| crate::dynamic::to_json(item.as_ref())).transpose()
    }
}

impl fmt::Debug for AnyEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
