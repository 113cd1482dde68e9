//! Triggers that poll: what is new since the last time, and what to remember for the next.
//!
//! What a poll asks for, takes and remembers is decided by `course` and `rule`, without a network or a clock; the state is a value that the
//! caller keeps with its own work, or in a `store`. Triggers that are told are [`webhook`](crate::webhook)'s.

mod course;
mod rule;
mod state;
mod store;
#[cfg(test)]
mod tests;

use std::{future::Future, pin::Pin, sync::Arc};

use serde_json::Value;

pub use state::{PollState, Start};
pub use store::{FileStateStore, StateStore};

use crate::{
    api::{Api, Operation, WatchedIn},
    client::{AnyClient, Client},
    dynamic,
    engine::Core,
    error::{Error, ErrorKind},
    operation::{OperationTable, Poll},
    page,
    shape::{Erased, ErasedList, Shaped},
};
use course::{Course, Seen};

/// Something that can be watched by polling.
pub trait Trigger: Operation {
    /// One item.
    type Item: Shaped;

    /// What is new since a state: the items, and the state to go on from. Nothing is remembered here: whoever keeps the new state says that
    /// the items are dealt with. If it is not kept, the next poll gives them again.
    ///
    /// # Errors
    /// As any call; the state is then as it was. Also when items do not come in the order that the spec says.
    fn poll<A>(self, client: &Client<A>, state: &PollState) -> Polling<Self::Item>
    where
        A: Api,
        Self: WatchedIn<A> + Sized,
    {
        let polled = start(client.any(), Self::table(), Erased::new(self), state.clone());
        Polling { polled, item: std::marker::PhantomData }
    }
}

/// What a poll found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Polled<T> {
    /// What is new, in the order in which it came.
    pub items: Vec<T>,
    /// Where to go on: to be kept together with what was done about the items.
    pub state: PollState,
    /// There is more already: the poll stopped at its cap of pages.
    pub more: bool,
}

/// A poll on its way.
#[must_use = "nothing is sent before it is polled"]
pub struct Polling<T> {
    polled: Pin<Box<dyn Future<Output = Result<Found, Error>> + Send>>,
    item: std::marker::PhantomData<fn() -> T>,
}

impl<T: Shaped> Future for Polling<T> {
    type Output = Result<Polled<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        let found = std::task::ready!(self.polled.as_mut().poll(context));
        std::task::Poll::Ready(found.map(|found| Polled {
            items: found.items.into_iter().filter_map(|item| item.into::<T>().ok()).collect(),
            state: found.state,
            more: found.more,
        }))
    }
}

impl AnyClient {
    /// Polls a trigger by its name, `watch_projects` or `watch_projects@1`, with its input by spec names; items come by spec names too.
    ///
    /// # Errors
    /// As a typed poll; and when there is no such trigger or input, with the nearest names.
    pub async fn poll(&self, trigger: &str, input: Value, state: &PollState) -> Result<Polled<Value>, Error> {
        let (module, input) = self.input(trigger, &input)?;
        let found = start(self, module.table(), input, state.clone()).await?;
        let items: Result<Vec<Value>, Error> = found.items.iter().map(|item| dynamic::to_json(item.as_ref())).collect();
        Ok(Polled { items: items.map_err(|error| error.with_operation(module.table()))?, state: found.state, more: found.more })
    }
}

/// What was found, without its type.
struct Found {
    items: Vec<Erased>,
    state: PollState,
    more: bool,
}

fn start(
    client: &AnyClient,
    table: &'static OperationTable,
    input: Erased,
    state: PollState,
) -> Pin<Box<dyn Future<Output = Result<Found, Error>> + Send>> {
    let core = client.core.clone();
    Box::pin(async move { run(&core, table, input, &state).await.map_err(|error| error.with_operation(table)) })
}

async fn run(core: &Arc<Core>, table: &'static OperationTable, input: Erased, state: &PollState) -> Result<Found, Error> {
    let Some(poll) = table.poll else {
        return Err(Error::new(ErrorKind::Configuration, "it does not poll"));
    };
    let now = crate::value::DateTime::try_from(core.clock.wall()).unwrap_or_else(|_| crate::value::DateTime::now());
    let mut course = Course::begin(table, poll, &input, state, now, core.settings.caps)?;
    let mut items = Vec::new();
    while let Some((asked, position)) = course.next() {
        let also: Vec<(u16, &Value)> = asked.iter().map(|(index, value)| (*index, value)).collect();
        let prepared = page::prepare(core, table, input.as_ref(), position, &also)?;
        let answered = core.run(&prepared).await?;
        let (list, facts) = core.watching(table, || page::read_page(&answered, table.page))?;
        let seen = seen(&list, poll).map_err(|error| error.with_status(answered.status))?;
        let fresh = course.take(&seen, facts)?;
        items.extend(kept(list, &fresh));
    }
    let (state, more) = course.end()?;
    Ok(Found { items, state, more })
}

/// When each item of a page changed, and which it is.
fn seen(list: &ErasedList, poll: &Poll) -> Result<Vec<Seen>, Error> {
    let one = |(index, item): (usize, crate::shape::ErasedRef<'_>)| {
        rule::seen(item, poll).ok_or_else(|| {
            let message = format!("item {index} does not say when it changed, or which it is");
            Error::new(ErrorKind::Decode, message).with_path(format!("[{index}].{}", poll.time.join(".")))
        })
    };
    list.iter().enumerate().map(one).collect()
}

/// The items of a page that are new, in their order.
fn kept(mut list: ErasedList, fresh: &[bool]) -> Vec<Erased> {
    let mut items = Vec::new();
    for fresh in fresh.iter().rev() {
        let item = list.pop();
        items.extend(item.filter(|_| *fresh));
    }
    items.reverse();
    items
}
