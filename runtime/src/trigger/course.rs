//! The course of a poll: what each request asks for, and when there is nothing more to ask. Pure: pages in, requests out.
//!
//! Where the oldest items come first, a poll does not go from page to page as a search does: items that change while it reads leave their
//! places, and a page that is counted would lose others. It asks again from the last time that it saw, and follows the API's own pages only
//! through items of one time, where these fill a page. So whatever is read is complete up to that time, and a poll may stop after any page.

use serde_json::Value;

use super::{rule::Rule, state::At, state::PollState};
use crate::{
    error::{Error, ErrorKind},
    operation::{OperationTable, Poll, PollOrder},
    page::{Caps, Facts, Position, Progress},
    shape::{Erased, Kind, Leaf},
    value::DateTime,
};

/// When an item changed, and which it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) time: DateTime,
    pub(super) id: String,
}

/// A value for an input that carries the cursor.
pub(super) type Asked = Vec<(u16, Value)>;

pub(super) struct Course {
    table: &'static OperationTable,
    poll: &'static Poll,
    rule: Rule,
    /// From when on the requests ask.
    asked: DateTime,
    progress: Progress,
    /// Makes the progress of a request that asks anew.
    anew: Box<dyn Fn() -> Progress + Send>,
    /// The last time that was seen, for the order.
    last: Option<DateTime>,
    pages: u32,
    most: u32,
    /// The most new items.
    records: u64,
    done: bool,
    /// It stopped at the most pages.
    capped: bool,
}

impl Course {
    pub(super) fn begin(
        table: &'static OperationTable,
        poll: &'static Poll,
        input: &Erased,
        state: &PollState,
        now: DateTime,
        caps: Caps,
    ) -> Result<Course, Error> {
        if let At::Going(going) = &state.0
            && (going.trigger != table.name || going.revision != table.revision)
        {
            let (trigger, revision) = (crate::error::shorten(&going.trigger), going.revision);
            let message = format!("the state is of the trigger `{trigger}@{revision}`: `Upgrader::poll_state` says what becomes of it");
            return Err(Error::new(ErrorKind::Input, message));
        }
        let rule = Rule::begin(poll, state, now);
        let anew = crate::page::progress_of(table, input, caps);
        let most = table.page.map_or(1, |page| page.cap).min(caps.pages);
        let (asked, progress) = (rule.floor, anew());
        Ok(Course {
            table,
            poll,
            rule,
            asked,
            progress,
            anew,
            last: None,
            pages: 0,
            most,
            records: caps.records,
            done: false,
            capped: false,
        })
    }

    /// What the next request asks for; none when there is nothing more to ask.
    pub(super) fn next(&self) -> Option<(Asked, &Position)> {
        (!self.done).then(|| (self.wire(self.asked), self.progress.position()))
    }

    /// Takes in a page. Says which of its items are new.
    pub(super) fn take(&mut self, page: &[Seen], facts: Facts) -> Result<Vec<bool>, Error> {
        self.pages += 1;
        self.in_order(page)?;
        let fresh = self.rule.take(page);
        let more = self.progress.advance(facts)?;
        let greatest = page.iter().map(|item| item.time).max();
        let old = page.iter().any(|item| item.time < self.rule.floor);
        self.done = !more || self.poll.order == PollOrder::Falling && old;
        if self.done {
            return Ok(fresh);
        }
        if let (PollOrder::Rising, Some(greatest)) = (self.poll.order, greatest)
            && greatest > self.asked
            && self.wire(greatest) != self.wire(self.asked)
        {
            self.asked = greatest;
            self.progress = (self.anew)();
            self.last = None;
        }
        if self.pages >= self.most || self.rule.found() >= self.records {
            (self.done, self.capped) = (true, true);
        }
        Ok(fresh)
    }

    /// What to remember, and whether there is more already.
    pub(super) fn end(self) -> Result<(PollState, bool), Error> {
        if self.capped && self.poll.order != PollOrder::Rising {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("there are more than {} pages, and in this order a poll must read them all: raise its `cap`", self.most),
            ));
        }
        if self.capped && self.rule.is_baseline() {
            let message = format!(
                "what is there already fills more than {} pages, and the rest would be given as new: raise the `cap`, or start with `Start::Since`",
                self.most
            );
            return Err(Error::new(ErrorKind::Limit, message));
        }
        if self.capped && !self.rule.has_moved() {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("the time that is looked at again fills more than {} pages: raise the `cap`, or look back less far", self.most),
            ));
        }
        Ok((self.rule.end(self.table.name.to_owned(), self.table.revision), self.capped))
    }

    /// Items in another order than the spec says would be lost in silence.
    fn in_order(&mut self, page: &[Seen]) -> Result<(), Error> {
        if self.poll.order == PollOrder::Falling {
            // What comes in front while pages are read moves the rest down, so that it comes twice.
            self.last = None;
        }
        for item in page {
            let wrong = self.last.is_some_and(|last| match self.poll.order {
                PollOrder::Rising => item.time < last,
                PollOrder::Falling => item.time > last,
                PollOrder::Other => false,
            });
            if wrong {
                let order = if self.poll.order == PollOrder::Rising { "oldest" } else { "newest" };
                let message = format!("items do not come with the {order} first, as the spec says");
                return Err(Error::new(ErrorKind::Paging, message));
            }
            self.last = Some(item.time);
        }
        Ok(())
    }

    /// A time as each input that carries it is written.
    fn wire(&self, time: DateTime) -> Asked {
        let fields = self.table.input.fields();
        let written = |index: &u16| {
            let field = fields.get(usize::from(*index))?;
            let format = field.attrs.format;
            let text = match field.shape().bare().kind {
                Kind::Leaf(Leaf::Date) => {
                    // The day in which it lies, in UTC.
                    let day = time.epoch_seconds().div_euclid(86_400);
                    crate::value::Date::from_epoch_days(day)?.format(format)
                }
                _ => time.format(format),
            };
            let value = match (format.starts_with("epoch"), text.parse::<i64>()) {
                (true, Ok(number)) => number.into(),
                _ => text.into(),
            };
            Some((*index, value))
        };
        self.poll.inputs.iter().filter_map(written).collect()
    }
}
