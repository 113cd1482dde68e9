//! Searches page by page: fetches ahead, decodes, and hands on pages or single items. Where a search stands and when it ends is `progress`'s.

mod progress;

use std::{
    fmt,
    future::Future,
    hash::{BuildHasher, RandomState},
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use serde_json::Value;
use tokio::task::JoinHandle;

pub use progress::Checkpoint;
use progress::link_next;
pub(crate) use progress::{Caps, Facts, Position, Progress};

use crate::{
    answer::{self, Answered, Content},
    call, encode,
    engine::Core,
    error::{Error, ErrorKind},
    observe::Notice,
    operation::{OperationTable, Page, Stop, Strategy},
    plain::Plain,
    shape::{self, Attrs, Erased, ErasedList, PageRequest, Shaped},
};

/// The next of a stream.
pub(crate) async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

/// The pages of a search. A stream of lists; the next page is fetched while the current one is used.
pub struct Pages<T> {
    pager: Pager,
    item: PhantomData<fn() -> T>,
}

impl<T: Shaped> Pages<T> {
    pub(crate) fn new(core: Arc<Core>, table: &'static OperationTable, input: Erased) -> Pages<T> {
        Pages { pager: Pager::new(core, table, input), item: PhantomData }
    }

    /// Goes on from a checkpoint, which must be of the same search with the same input.
    #[must_use]
    pub fn from(mut self, checkpoint: Checkpoint) -> Pages<T> {
        self.pager.resume(checkpoint);
        self
    }

    /// Where to go on after the pages that were given; none when there are no more.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.pager.next_checkpoint()
    }

    /// The next page; none at the end.
    ///
    /// # Errors
    /// As any call, and when the pages do not end as they should. There is nothing after an error.
    pub async fn try_next(&mut self) -> Result<Option<Vec<T>>, Error> {
        next(self).await.transpose()
    }
}

impl<T: Shaped> Stream for Pages<T> {
    type Item = Result<Vec<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let page = ready!(self.pager.poll_page(context));
        Poll::Ready(page.map(|page| page.map(typed)))
    }
}

fn typed<T: Shaped>(list: ErasedList) -> Vec<T> {
    list.into_vec::<T>().unwrap_or_else(|list| panic!("the table's items are {:?}, not the search's item type", list.item()))
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("search", &self.pager.table.name).field("progress", &self.pager.progress.counted()).finish()
    }
}

/// What gives pages, for [`Items`].
pub trait PageSource<T>: Stream<Item = Result<Vec<T>, Error>> + Unpin {
    /// Where to go on after the pages that were given.
    fn here(&self) -> Option<Checkpoint>;

    /// From there on.
    #[must_use]
    fn resumed(self, checkpoint: Checkpoint) -> Self;
}

impl<T: Shaped> PageSource<T> for Pages<T> {
    fn here(&self) -> Option<Checkpoint> {
        self.checkpoint()
    }

    fn resumed(self, checkpoint: Checkpoint) -> Self {
        self.from(checkpoint)
    }
}

/// The items of all pages of a search, one after the other.
pub struct Items<T, P = Pages<T>> {
    pages: P,
    page: std::vec::IntoIter<T>,
    /// Where the current page starts, and how many of its items were given.
    current: Option<Checkpoint>,
    /// Items of the first page that were given before the checkpoint.
    skip: usize,
}

impl<T: Shaped> Items<T> {
    pub(crate) fn new(pages: Pages<T>) -> Items<T> {
        Items::over(pages)
    }
}

impl<T, P: PageSource<T>> Items<T, P> {
    pub(crate) fn over(pages: P) -> Items<T, P> {
        Items { pages, page: Vec::new().into_iter(), current: None, skip: 0 }
    }

    /// Goes on from a checkpoint, which must be of the same search with the same input.
    #[must_use]
    pub fn from(mut self, checkpoint: Checkpoint) -> Items<T, P> {
        self.skip = checkpoint.taken;
        self.pages = self.pages.resumed(checkpoint);
        self
    }

    /// Where to go on after the items that were given; none when there are no more. Within a page that is the page and a count.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        if self.page.len() == 0 {
            return self.pages.here();
        }
        self.current.clone()
    }

    /// The next item; none at the end.
    ///
    /// # Errors
    /// As any call, and when the pages do not end as they should. There is nothing after an error.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        if let Some(item) = self.next_of_page() {
            return Ok(Some(item));
        }
        next(self).await.transpose()
    }

    fn next_of_page(&mut self) -> Option<T> {
        let item = self.page.next()?;
        if let Some(current) = &mut self.current {
            current.taken += 1;
        }
        Some(item)
    }
}

impl<T, P: PageSource<T>> Stream for Items<T, P> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.next_of_page() {
                return Poll::Ready(Some(Ok(item)));
            }
            let here = self.pages.here();
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => {
                    self.current = here.map(|here| Checkpoint { taken: 0, ..here });
                    self.page = page.into_iter();
                    // The checkpoint may be older than the list: what is no longer there is not missed.
                    for _ in 0..std::mem::take(&mut self.skip) {
                        drop(self.next_of_page());
                    }
                }
            }
        }
    }
}

// The items are never pinned, only moved out.
impl<T, P> Unpin for Items<T, P> {}

impl<T, P: fmt::Debug> fmt::Debug for Items<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}

/// The part of a search that does not depend on its item's type.
pub(crate) struct Pager {
    core: Arc<Core>,
    table: &'static OperationTable,
    page: Option<&'static Page>,
    input: Arc<Erased>,
    progress: Progress,
    state: State,
    /// Of the last item of the page before, for searches that count.
    last: Option<u64>,
    hasher: RandomState,
    told: bool,
}

/// What is known of the next page.
pub(crate) enum State {
    /// It has not been asked for.
    Before,
    /// It is on its way.
    Fetching(Fetching),
    /// It will not come, and this is why.
    Failed(Error),
    /// There is none.
    Done,
}

impl State {
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self, State::Before | State::Fetching(_))
    }
}

/// A fetch in a task of its own, so that it goes on while the caller works. Dropping it ends it.
pub(crate) struct Fetching(JoinHandle<Result<Answered, Error>>);

impl Fetching {
    pub(crate) fn of(call: impl Future<Output = Result<Answered, Error>> + Send + 'static) -> Fetching {
        Fetching(tokio::spawn(call))
    }

    /// The answer, once it is there.
    pub(crate) fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Result<Answered, Error>> {
        Poll::Ready(ready!(Pin::new(&mut self.0).poll(context)).unwrap_or_else(|stopped| Err(Error::of_stopped(stopped))))
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Pager {
    pub(crate) fn new(core: Arc<Core>, table: &'static OperationTable, input: Erased) -> Pager {
        let progress = progress_of(table, &input, core.settings.caps)();
        let hasher = RandomState::new();
        Pager { core, table, page: table.page, input: Arc::new(input), progress, state: State::Before, last: None, hasher, told: false }
    }

    pub(crate) fn resume(&mut self, checkpoint: Checkpoint) {
        if let Err(error) = self.progress.resume(self.table.name, checkpoint) {
            self.state = State::Failed(error);
        }
    }

    pub(crate) fn next_checkpoint(&self) -> Option<Checkpoint> {
        self.state.goes_on().then(|| self.progress.checkpoint(self.table.name))
    }

    /// The next page.
    pub(crate) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ErasedList, Error>>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::Before => self.fetch(),
                State::Failed(_) => {
                    let State::Failed(error) = std::mem::replace(&mut self.state, State::Done) else { return Poll::Ready(None) };
                    return Poll::Ready(Some(Err(error.with_operation(self.table))));
                }
                State::Fetching(fetching) => {
                    let fetched = ready!(fetching.poll_answer(context));
                    self.state = State::Done;
                    let page = fetched.and_then(|answered| self.take(&answered));
                    return Poll::Ready(Some(page.map_err(|error| {
                        self.state = State::Done;
                        self.core.blame(self.table, error)
                    })));
                }
            }
        }
    }

    /// Asks for the page at the current position.
    fn fetch(&mut self) {
        self.state = match self.progress.room().and_then(|_| self.prepared()) {
            Err(error) => State::Failed(error),
            Ok(prepared) => {
                let core = self.core.clone();
                State::Fetching(Fetching::of(async move { core.run(&prepared).await }))
            }
        };
    }

    fn prepared(&self) -> Result<call::Prepared, Error> {
        prepare(&self.core, self.table, self.input.as_ref().as_ref(), self.progress.position(), &[])
    }

    /// Decodes a page, asks for the next one as soon as it is known, and gives the items.
    fn take(&mut self, answered: &Answered) -> Result<ErasedList, Error> {
        let (mut list, facts) = self.core.watching(self.table, || read_page(answered, self.page))?;
        let room = self.progress.room()?;
        self.notice_shift(&list);
        match self.progress.advance(facts) {
            _ if list.len() as u64 > room => {
                while list.len() as u64 > room {
                    drop(list.pop());
                }
                self.state = State::Failed(self.progress.too_many());
            }
            Ok(true) => self.fetch(),
            Ok(false) => self.state = State::Done,
            Err(error) => self.state = State::Failed(error),
        }
        Ok(list)
    }

    /// For searches that count: the page starts with the item that the last page ended with, or the total has changed.
    fn notice_shift(&mut self, list: &ErasedList) {
        let counts = matches!(self.page.map(|page| page.strategy), Some(Strategy::Offset { .. } | Strategy::Number { .. }));
        if !counts || self.told {
            return;
        }
        let hash = |item: crate::shape::ErasedRef<'_>| self.hasher.hash_one(encode::json_text(item, &Attrs::REQUIRED));
        let repeated = self.last.is_some() && self.last == list.get(0).map(hash);
        self.last = list.last().map(hash).or(self.last);
        if repeated || self.progress.has_shifted() {
            self.told = true;
            self.core.tell(&Notice::Shifted { operation: self.table.name, pages: self.progress.counted().0 });
        }
    }
}

/// Makes the progress of a search before its first page, as often as it begins anew.
pub(crate) fn progress_of(table: &'static OperationTable, input: &Erased, caps: Caps) -> Box<dyn Fn() -> Progress + Send> {
    let page = table.page.unwrap_or(&ONE_PAGE);
    let number = |index: u16| field_number(input, index);
    let (advance, size) = match page.strategy {
        Strategy::Offset { advance, size } | Strategy::Number { advance, size, .. } => (number(advance), size.and_then(number)),
        _ => (None, None),
    };
    let size = size.and_then(|size| u64::try_from(size).ok());
    Box::new(move || Progress::new(page, advance, size, caps))
}

/// The request for a page; `also` are fields that are moved whichever page it is.
pub(crate) fn prepare(
    core: &Core,
    table: &'static OperationTable,
    input: shape::ErasedRef<'_>,
    position: &Position,
    also: &[(u16, &Value)],
) -> Result<call::Prepared, Error> {
    match (position, table.page.map(|page| &page.strategy)) {
        (Position::First, _) | (_, None) => call::prepare(core, table, input, also),
        (Position::Url(link), _) => call::follow(core, table, input, &call::home(core, table, input)?, link, also),
        (Position::Field(value), Some(strategy)) => {
            let moved = moved_field(strategy).ok_or_else(|| Error::new(ErrorKind::Input, "the checkpoint does not fit the search"))?;
            let both: Vec<(u16, &Value)> = also.iter().copied().chain([(moved, value)]).collect();
            call::prepare(core, table, input, &both)
        }
    }
}

/// The strategy of a search that does not page.
static ONE_PAGE: Page = Page {
    items: crate::operation::Items { at: &[], shape: <Value as Shaped>::LINK },
    strategy: Strategy::NextUrl { read: &[] },
    stop: Stop::Absent,
    cap: 1,
};

fn moved_field(strategy: &Strategy) -> Option<u16> {
    match *strategy {
        Strategy::Offset { advance, .. } | Strategy::Number { advance, .. } => Some(advance),
        Strategy::Cursor { send, .. } | Strategy::Keyset { send, .. } => Some(send),
        Strategy::LinkHeader { .. } | Strategy::NextUrl { .. } => None,
    }
}

fn field_number(input: &Erased, index: u16) -> Option<i64> {
    let index = usize::from(index);
    let attrs = &input.shape().fields().get(index)?.attrs;
    Plain::of(input.as_ref().field(index)?, attrs)?.flat().parse().ok()
}

/// What a page holds, in one pass over its JSON: the items, the cursor, what ends the search, and what reports an error.
pub(crate) fn read_page(answered: &Answered, page: Option<&'static Page>) -> Result<(ErasedList, Facts), Error> {
    let Content::Bytes(bytes) = &answered.content else {
        return Err(Error::new(ErrorKind::Decode, "the answer is a file, not a page"));
    };
    let item = page.map_or_else(|| item_of(answered.answer.shape.get()), |page| page.items.shape.get());
    let at = page.map(|page| page.items.at).filter(|at| !at.is_empty()).unwrap_or(answered.answer.at);
    let conditions = answer::conditions(answered);
    let mut paths: Vec<&'static [&'static str]> = conditions.iter().map(|(_, condition)| condition.path).collect();
    let cursor = page.and_then(|page| match page.strategy {
        Strategy::Cursor { read, .. } | Strategy::NextUrl { read } => Some(read),
        _ => None,
    });
    let end = page.and_then(|page| match page.stop {
        Stop::More(path) | Stop::Total(path) => Some(path),
        _ => None,
    });
    let mut index = |path: Option<&'static [&'static str]>| {
        paths.push(path?);
        Some(paths.len() - 1)
    };
    let (cursor, end) = (index(cursor), index(end));
    answer::expect_type(answered, &[b"json", b"text/plain", b"javascript"], "JSON")?;
    let request = PageRequest { items: at, item, picks: &paths, limits: shape::Limits::DEFAULT };
    let found = match shape::decode_page(bytes, &request) {
        Ok(found) => found,
        // An error of the API has other members than a page; what it says matters more than that it does not fit.
        Err(error) => {
            let reported = answer::pick(bytes, &paths).and_then(|found| answer::reported(answered, &conditions, &found));
            return Err(reported.unwrap_or_else(|| answer::undecodable(&error).with_status(answered.status)));
        }
    };
    if let Some(error) = answer::reported(answered, &conditions, &found.picks) {
        return Err(error);
    }
    if !found.found {
        return Err(answer::missing(at, answered.status));
    }
    let list = found.items;
    let value = |index: Option<usize>| index.and_then(|index| found.picks.get(index).cloned().flatten());
    let facts = Facts {
        items: list.len(),
        from: Some(answered.url.clone()),
        cursor: page.and_then(|page| match page.strategy {
            Strategy::LinkHeader { header } => link(answered, header),
            Strategy::Keyset { key, .. } => last_key(&list, key),
            _ => value(cursor),
        }),
        more: value(end).is_some_and(|more| !matches!(more, Value::Null | Value::Bool(false)) && more != "false" && more != ""),
        total: value(end).and_then(|total| total.as_u64().or_else(|| total.as_str()?.parse().ok())),
    };
    Ok((list, facts))
}

fn item_of(shape: &'static crate::shape::Shape) -> &'static crate::shape::Shape {
    match shape.bare().kind {
        crate::shape::Kind::List(item, _) => item.get(),
        _ => <Value as Shaped>::shape(),
    }
}

/// The next link of all headers of that name.
fn link(answered: &Answered, header: &str) -> Option<Value> {
    let links = answered.headers.get_all(header);
    links.iter().filter_map(|value| value.to_str().ok()).find_map(link_next).map(Value::from)
}

fn last_key(list: &ErasedList, key: &str) -> Option<Value> {
    let last = list.last()?;
    let index = last.shape().unboxed().fields().iter().position(|field| field.wire == key)?;
    let field = &last.shape().unboxed().fields()[index];
    serde_json::from_str(&encode::json_text(last.field(index)?, &field.attrs)).ok()
}
