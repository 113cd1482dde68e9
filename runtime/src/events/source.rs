//! Where items come from: a connection that stays open, and where the spec or the program says so, the next one that goes on behind the last
//! event. Each request goes through every layer, as any call does.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue};

use super::{
    frames::{Frame, Frames},
    item::{self, Item},
};
use crate::{
    answer::{Answered, Content},
    call::{self, Prepared},
    engine::Core,
    error::{Error, ErrorKind},
    limit::Admitted,
    operation::{Decoding, Framing, ItemStream, OperationTable, RetryClass},
    retry::{Outcome, Try, Verdict},
    shape::{Erased, ErasedRef},
    transport::Reader,
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The items of one call.
pub(super) struct Source {
    core: Arc<Core>,
    call: Prepared,
    items: &'static ItemStream,
    frames: Frames,
    open: Option<Open>,
    /// The id of the event that was given last.
    pub(super) last_id: Option<String>,
    pub(super) resume: bool,
    given: u64,
    /// Connections in a row that gave nothing and soon ended.
    idle: u32,
    /// There is no other connection before this, on the client's clock: also where whoever waits stops doing so and comes back.
    rests_until: Option<Duration>,
    over: bool,
}

/// A connection that was open for so long has not failed, whatever it gave: where nothing happens, what stands before a server ends it all the same.
const STAYED: Duration = Duration::from_secs(10);

/// A connection.
struct Open {
    reader: Reader,
    head: Answered,
    /// When it was opened, on the client's clock.
    since: Duration,
    /// The call's place among those that run at once.
    _permits: Admitted,
}

/// What a connection gave.
enum Next {
    Frame(Frame),
    /// It ended, in good order or by this error.
    Closed(Option<Error>),
}

impl Source {
    /// # Errors
    /// When the operation gives no items of that kind, or its input does not fit.
    pub(super) fn new(core: &Arc<Core>, table: &'static OperationTable, input: ErasedRef<'_>) -> Result<Source, Error> {
        let Some(Decoding::Items(items)) = table.answers.first().map(|answer| answer.decoding) else {
            let message = "what it gives does not come one after the other";
            return Err(Error::new(ErrorKind::Input, message).with_operation(table));
        };
        let call = Prepared { streamed: true, ..call::prepare(core, table, input, &[])? };
        let frames = Frames::new(items.framing, core.settings.event);
        let resume = items.resume;
        Ok(Source {
            core: core.clone(),
            call,
            items,
            frames,
            open: None,
            last_id: None,
            resume,
            given: 0,
            idle: 0,
            rests_until: None,
            over: false,
        })
    }

    /// Goes on behind the event with this id.
    pub(super) fn after(&mut self, id: String) {
        self.frames.set_id(id.clone());
        self.last_id = Some(id);
    }

    /// Whether there is nothing more.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// The next item; none at the end. After an error about one item others may follow, after any other error there is nothing.
    pub(super) async fn next(&mut self) -> Result<Option<Erased>, Error> {
        let next = self.item().await;
        self.over |= match &next {
            Ok(item) => item.is_none(),
            Err(error) => error.kind() != ErrorKind::Decode || self.open.is_none(),
        };
        if self.over {
            self.open = None;
        }
        next.map_err(|error| self.core.blame(self.call.operation, error))
    }

    async fn item(&mut self) -> Result<Option<Erased>, Error> {
        while !self.over {
            let frame = match self.frame().await? {
                Next::Frame(frame) => frame,
                Next::Closed(error) => match self.again(error)? {
                    true => continue,
                    false => break,
                },
            };
            let Some(open) = &mut self.open else { break };
            if self.given >= self.core.settings.caps.records {
                let message = format!("there are more than {} items, the most this call may read", self.core.settings.caps.records);
                self.over = true;
                return Err(Error::new(ErrorKind::Limit, message));
            }
            if !frame.id.is_empty() {
                self.last_id = Some(frame.id.clone());
            }
            match item::read(&mut open.head, self.items, &frame)? {
                Item::Is(item) => {
                    self.given += 1;
                    self.idle = 0;
                    return Ok(Some(item));
                }
                Item::Passed => {}
                Item::End => break,
            }
        }
        Ok(None)
    }

    async fn frame(&mut self) -> Result<Next, Error> {
        loop {
            if let Some(frame) = self.frames.next() {
                return Ok(Next::Frame(frame));
            }
            let idle = self.core.settings.idle;
            let Some(open) = &mut self.open else {
                match self.connect().await? {
                    true => continue,
                    false => return Ok(Next::Closed(None)),
                }
            };
            match tokio::time::timeout(idle, open.reader.chunk()).await {
                Ok(Ok(Some(bytes))) => self.frames.push(&bytes)?,
                Ok(Ok(None)) if self.frames.ends_with_one() => self.frames.finish(),
                Ok(Ok(None)) => return Ok(Next::Closed(None)),
                Ok(Err(error)) => return Ok(Next::Closed(Some(error))),
                Err(_) => return Ok(Next::Closed(Some(Error::new(ErrorKind::Timeout, "nothing came for too long")))),
            }
        }
    }

    /// Opens a connection; false where the server says that there is nothing more.
    async fn connect(&mut self) -> Result<bool, Error> {
        let clock = &self.core.clock;
        if let Some(rest) = self.rests_until.map(|until| until.saturating_sub(clock.now())).filter(|rest| !rest.is_zero()) {
            clock.sleep(rest).await;
        }
        self.rests_until = None;
        if self.frames.id().is_empty() {
            self.call.headers.remove(LAST_EVENT_ID);
        } else {
            let id = HeaderValue::from_bytes(self.frames.id().as_bytes());
            let id = id.map_err(|_| Error::new(ErrorKind::Decode, "the id of the last event cannot be sent back"))?;
            self.call.headers.insert(LAST_EVENT_ID, id);
        }
        self.frames.begin_anew();
        let mut head = self.core.execute(&self.call).await?;
        if head.status == 204 {
            self.over = true;
            return Ok(false);
        }
        match std::mem::replace(&mut head.content, Content::Bytes(bytes::Bytes::new())) {
            Content::Stream(download) => {
                item::check_type(&head, self.items.framing)?;
                let Some((reader, permits)) = download.into_reader() else { return Ok(false) };
                self.open = Some(Open { reader, head, since: self.core.clock.now(), _permits: permits });
                Ok(true)
            }
            // The API's own error, or something else in the place of items.
            Content::Bytes(bytes) => {
                head.content = Content::Bytes(bytes.clone());
                crate::answer::check_conditions(&head, &bytes)?;
                item::check_type(&head, self.items.framing)?;
                Err(Error::new(ErrorKind::Decode, "the answer does not hold what the spec says"))
            }
        }
    }

    /// Whether another connection goes on with what one gave that has ended, after a rest.
    fn again(&mut self, error: Option<Error>) -> Result<bool, Error> {
        let now = self.core.clock.now();
        let stayed = self.open.take().is_some_and(|open| now.saturating_sub(open.since) >= STAYED);
        let broken = error.as_ref().is_none_or(|error| matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout));
        let resumes = self.resume && self.items.framing == Framing::Events && self.call.method == http::Method::GET;
        if self.over || !resumes || !broken {
            return match error {
                Some(error) => Err(error),
                None if self.items.end.is_some() && !self.over => Err(item::unended()),
                None => Ok(false),
            };
        }
        self.idle = if stayed { 1 } else { self.idle + 1 };
        let this = Try::new(Outcome::Broken, self.idle);
        // A connection that gave something has not failed, nor has one on which nothing happened for long: however many end, nothing is taken from what all
        // calls together may repeat.
        let served = self.idle == 1 && (self.given > 0 || stayed);
        let next =
            if served { self.core.following(RetryClass::Safe, &this) } else { self.core.another(&self.call, RetryClass::Safe, &this) };
        match next {
            Verdict::After(wait) => {
                let asked = self.frames.retry().unwrap_or(Duration::ZERO).min(self.core.settings.retry.longest_stated);
                self.rests_until = Some(now + wait.max(asked));
                Ok(true)
            }
            Verdict::Stop => {
                Err(error.unwrap_or_else(|| Error::new(ErrorKind::Transport, "the server ends the connection again and again")))
            }
        }
    }
}
