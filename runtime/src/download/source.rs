//! Where a file's pieces come from: one answer, and where that breaks off, the next one that goes on with it. What an answer is good for is
//! `range`'s to say; each request goes through every layer, as the first did.

use std::{
    future::poll_fn,
    sync::{Arc, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{
    Download,
    checkpoint::{DownloadCheckpoint, digest},
    range::{self, Known, Validator},
};
use crate::{
    answer::{Answered, Content},
    budget::Budget,
    call::Prepared,
    clock::BoxFuture,
    engine::Core,
    error::{Error, ErrorKind},
    gate::Passage,
    limit::Admitted,
    operation::{Decoding, RetryClass},
    retry::{Outcome, Try, Verdict},
    transfer::{Progress, SharedListener},
    transport::{Reader, Span},
};

/// What must have come since the connection broke for the last time, for that to count as a beginning.
const ADVANCE: u64 = 64 * 1024;

/// The pieces of one file.
pub(super) struct Source {
    reader: Reader,
    idle: Duration,
    /// The call's place among those that run at once, kept until the stream is at its end, has failed or is dropped.
    permits: Admitted,
    again: Option<Again>,
    /// Unpacked bytes up to here.
    given: u64,
    /// It broke off, and is not going on yet. Kept, because whoever waits for a piece may stop doing so.
    broken: bool,
    /// The pause before the rest is asked for, and the asking: kept for the same reason, so that it is one try however often it is waited for.
    asking: Option<Asking>,
    /// Breaks since enough came, and where the last one was.
    breaks: u32,
    last_break: u64,
    listener: SharedListener,
}

/// What comes of asking for the rest, and the place where it begins.
type Asking = (BoxFuture<'static, Result<Answered, Error>>, u64);

/// How to ask for the rest.
pub(crate) struct Again {
    core: Arc<Core>,
    /// As it was asked first.
    call: Prepared,
    known: Known,
}

/// What comes next.
pub(super) enum Piece {
    Bytes(Bytes),
    /// It changed meanwhile: what follows is another from its beginning.
    Anew,
    End,
}

/// How it goes on.
enum Course {
    On,
    Anew,
}

impl Again {
    /// None where a part cannot be asked for: what answered says nothing to know it again by, or was not asked for in a way that may be repeated.
    pub(crate) fn of(core: &Core, call: &Prepared, status: StatusCode, headers: &HeaderMap) -> Option<Again> {
        let asks = call.method == Method::GET && call.payload.is_empty() && call.operation.retry != RetryClass::Never;
        let ranges = headers.get(header::ACCEPT_RANGES).is_none_or(|ranges| !ranges.as_bytes().eq_ignore_ascii_case(b"none"));
        let own_range = !call.partial && call.headers.contains_key(header::RANGE);
        if status != StatusCode::OK || !asks || !ranges || own_range {
            return None;
        }
        let known = Known { validator: Validator::of(headers)?, total: None, encoding: range::encoding(headers) };
        Some(Again { core: core.this.upgrade()?, call: whole(call), known })
    }
}

impl Source {
    pub(super) fn new(mut reader: Reader, idle: Duration, permits: Admitted, again: Option<Again>, listener: SharedListener) -> Source {
        let total = reader.stated();
        reader.stand(Span { total, ..Span::default() });
        let again = again.map(|again| Again { known: Known { total, ..again.known }, ..again });
        Source { reader, idle, permits, again, given: 0, broken: false, asking: None, breaks: 0, last_break: 0, listener }
    }

    pub(super) fn into_reader(self) -> (Reader, Admitted) {
        (self.reader, self.permits)
    }

    /// The place that is held while it comes.
    pub(super) fn place(&self) -> &Admitted {
        &self.permits
    }

    /// How long the file is, where that is known.
    pub(super) fn total(&self) -> Option<u64> {
        if self.reader.unpacks() { None } else { self.reader.span().total }
    }

    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// The next piece; an error where it broke off and cannot go on, or where it changed and what was given cannot be taken back.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match self.piece().await? {
            Piece::Bytes(bytes) => Ok(Some(bytes)),
            Piece::End => Ok(None),
            Piece::Anew => {
                self.again = None;
                self.broken = true;
                self.end();
                let message = "the file changed while it was read, so what follows does not belong to what came";
                Err(Error::new(ErrorKind::Conflict, message).with_retryable(true))
            }
        }
    }

    /// The next piece, for whoever can begin anew.
    pub(super) async fn piece(&mut self) -> Result<Piece, Error> {
        loop {
            let read = if self.broken { Err(broken_off()) } else { self.read().await };
            match read {
                Ok(Some(bytes)) => {
                    self.given += bytes.len() as u64;
                    self.tell();
                    return Ok(Piece::Bytes(bytes));
                }
                Ok(None) => {
                    self.end();
                    return Ok(Piece::End);
                }
                Err(error) => {
                    self.broken = true;
                    match self.go_on(error).await {
                        Ok(Course::On) => {}
                        Ok(Course::Anew) => {
                            self.tell();
                            return Ok(Piece::Anew);
                        }
                        Err(error) => {
                            self.end();
                            return Err(error);
                        }
                    }
                }
            }
        }
    }

    /// Asks for all of it again, for whoever lacks what was given; false where that cannot be asked for.
    pub(super) async fn begin_anew(&mut self) -> Result<bool, Error> {
        let Some(again) = &self.again else { return Ok(false) };
        // The place that what comes holds is the next one's.
        let (core, call) = (again.core.clone(), Prepared { place: self.permits.clone(), ..again.call.clone() });
        let fresh = match core.execute(&call).await?.content {
            Content::Stream(download) => download.into_source(),
            Content::Bytes(_) => None,
        };
        let Some(fresh) = fresh else { return Ok(false) };
        *self = Source { listener: self.listener.clone(), breaks: self.breaks, ..fresh };
        self.tell();
        Ok(true)
    }

    /// Nothing comes any more, however long whoever has this keeps it: its place is another's.
    fn end(&mut self) {
        self.permits = Admitted::default();
    }

    async fn read(&mut self) -> Result<Option<Bytes>, Error> {
        match tokio::time::timeout(self.idle, self.reader.chunk()).await {
            Ok(chunk) => chunk,
            Err(_) => Err(Error::new(ErrorKind::Timeout, "the download rested for too long")),
        }
    }

    fn tell(&mut self) {
        let told = Progress { bytes: self.given, total: self.total() };
        if let Some(listener) = &mut *self.listener.lock().unwrap_or_else(PoisonError::into_inner) {
            listener(told);
        }
    }

    /// Asks for the rest.
    async fn go_on(&mut self, error: Error) -> Result<Course, Error> {
        if self.asking.is_none() {
            self.asking = Some(self.ask(error)?);
        }
        let (answered, at) = poll_fn(|context| {
            let (asking, at) = self.asking.as_mut().expect("it was there before the wait");
            asking.as_mut().poll(context).map(|answered| (answered, *at))
        })
        .await;
        self.asking = None;
        self.take(answered?, at)
    }

    /// The rest, after a pause; or the error that there was, where it is not asked for.
    fn ask(&mut self, error: Error) -> Result<Asking, Error> {
        let may = matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout);
        let Some(again) = self.again.as_ref().filter(|_| may) else { return Err(error) };
        let (core, at) = (again.core.clone(), self.reader.at());
        // The place that the broken answer held is the next one's.
        let ranged = Prepared { place: self.permits.clone(), ..ranged(&again.call, &again.known.validator, at)? };
        let Verdict::After(wait) = self.pause(&core, &ranged, at) else { return Err(error) };
        let asking = async move {
            if !wait.is_zero() {
                core.clock.sleep(wait).await;
            }
            core.execute(&ranged).await
        };
        Ok((Box::pin(asking), at))
    }

    /// Whether there is another try, and when.
    fn pause(&mut self, core: &Core, call: &Prepared, at: u64) -> Verdict {
        let advanced = at - self.last_break.min(at);
        self.breaks = if advanced >= ADVANCE { 1 } else { self.breaks + 1 };
        self.last_break = at;
        // A server that gives a part at a time is not broken, unless the parts are next to nothing.
        if self.reader.span().until == Some(at) && advanced >= ADVANCE {
            self.breaks = 0;
            return Verdict::After(Duration::ZERO);
        }
        core.another(call, RetryClass::Safe, &Try::new(Outcome::Broken, self.breaks))
    }

    fn take(&mut self, answered: Answered, at: u64) -> Result<Course, Error> {
        let Some(again) = &mut self.again else { return Err(broken_off()) };
        let sorted = range::sort(&again.known, at, status(&answered), &answered.headers)?;
        // There is no such place any more, so it is another; whoever begins anew asks for it.
        let fresh = match answered.content {
            Content::Stream(download) => download.into_source(),
            Content::Bytes(_) => None,
        };
        let course = match (sorted, fresh) {
            // What is packed may not have ended with that, and not all that came of it is unpacked yet.
            (range::Answer::Ended, _) => {
                let nothing = Reader::of_bytes(Bytes::new(), again.core.read_limits());
                self.reader.go_on(nothing, Span { until: Some(at), total: Some(at), ..Span::default() });
                Course::On
            }
            (range::Answer::Part { until, total }, Some(fresh)) => {
                again.known.total = total;
                self.permits = fresh.permits;
                self.reader.go_on(fresh.reader, Span { until: Some(until), total, ..Span::default() });
                Course::On
            }
            (range::Answer::Whole, Some(fresh)) => {
                self.permits = fresh.permits;
                let total = again.known.total;
                self.reader.go_on(fresh.reader, Span { skip: at, total, ..Span::default() });
                Course::On
            }
            (_, Some(fresh)) => {
                let listener = self.listener.clone();
                let (breaks, last_break) = (self.breaks, 0);
                *self = Source { listener, breaks, last_break, ..fresh };
                Course::Anew
            }
            (_, None) => {
                let message = "the file changed while it was read, and there is no more of it where it broke off";
                return Err(Error::new(ErrorKind::Conflict, message).with_retryable(true));
            }
        };
        self.broken = false;
        Ok(course)
    }

    /// Where to go on from later, after so many bytes of what was given; none where nothing can be asked for but the whole, or what comes is
    /// unpacked here.
    pub(super) fn checkpoint(&self) -> Option<DownloadCheckpoint> {
        let again = self.again.as_ref().filter(|_| !self.reader.unpacks())?;
        let address = (again.call.passage == Passage::WithCredentials).then(|| digest(&again.call.url));
        Some(DownloadCheckpoint {
            operation: again.call.operation.name.to_owned(),
            address,
            at: self.given,
            total: self.total(),
            validator: again.known.validator.clone(),
        })
    }

    /// Begins in the middle, where a part came.
    fn begin_at(&mut self, at: u64, span: Span, known: Known, again: Option<Again>) {
        self.reader.stand(Span { from: at, ..span });
        self.given = at;
        self.last_break = at;
        self.again = again.map(|again| Again { known, ..again });
    }
}

/// Sends a call so that it goes on from a checkpoint. What comes is a download that begins there, or at its beginning where it has changed.
pub(crate) async fn resume(core: &Core, call: Prepared, checkpoint: &DownloadCheckpoint, budget: &Budget) -> Result<Answered, Error> {
    let other = |what: &str| Err(Error::new(ErrorKind::Input, format!("the checkpoint is of another {what}")));
    if checkpoint.operation != call.operation.name {
        return other(&format!("module, `{}`", crate::error::shorten(&checkpoint.operation)));
    }
    if checkpoint.is_elsewhere(&call) {
        return other("file");
    }
    let known = Known { validator: checkpoint.validator.clone(), total: checkpoint.total, encoding: None };
    let answered = core.run_within(&ranged(&call, &known.validator, checkpoint.at)?, budget).await?;
    // There is no file yet: whoever waits for one asks again.
    if answered.answer.decoding != Decoding::Stream {
        return Ok(answered);
    }
    let at = checkpoint.at;
    let span = match range::sort(&known, at, status(&answered), &answered.headers)? {
        range::Answer::Part { until, total } => Span { until: Some(until), total, ..Span::default() },
        range::Answer::Whole => Span { skip: at, total: known.total, ..Span::default() },
        range::Answer::Ended => Span { until: Some(at), total: Some(at), ..Span::default() },
        range::Answer::Changed => return Ok(answered),
        range::Answer::OutOfRange => return core.run_within(&call, budget).await,
    };
    Ok(placed(core, call, answered, at, span, known))
}

/// The same answer as a download that begins in the middle.
fn placed(core: &Core, call: Prepared, mut answered: Answered, at: u64, span: Span, known: Known) -> Answered {
    let content = std::mem::replace(&mut answered.content, Content::Bytes(Bytes::new()));
    let known = Known { total: span.total.or(known.total), ..known };
    let again = core.this.upgrade().map(|core| Again { core, call, known: known.clone() });
    let download = match content {
        Content::Stream(download) => download,
        // Nothing follows.
        Content::Bytes(bytes) => Download::of_bytes(&answered.headers, bytes),
    };
    let download = download.begin_at(at, |source| source.begin_at(at, span, known, again));
    // To whoever waits for the file, a part of it says what all of it would.
    if matches!(answered.status, 206 | 416) {
        answered.status = answered.answer.statuses.0;
    }
    answered.content = Content::Stream(download);
    answered
}

fn status(answered: &Answered) -> StatusCode {
    StatusCode::from_u16(answered.status).unwrap_or_default()
}

/// The call for all from a place on, as long as it is still the same.
fn ranged(call: &Prepared, validator: &Validator, at: u64) -> Result<Prepared, Error> {
    let unusable = |_| Error::new(ErrorKind::Input, "the checkpoint's tag is not one");
    let mut ranged = Prepared { partial: true, ..call.clone() };
    ranged.headers.insert(header::RANGE, HeaderValue::try_from(format!("bytes={at}-")).map_err(unusable)?);
    ranged.headers.insert(header::IF_RANGE, HeaderValue::try_from(validator.text()).map_err(unusable)?);
    Ok(ranged)
}

/// The call for all of it.
fn whole(call: &Prepared) -> Prepared {
    let mut whole = Prepared { place: Admitted::default(), ..call.clone() };
    if std::mem::take(&mut whole.partial) {
        whole.headers.remove(header::RANGE);
        whole.headers.remove(header::IF_RANGE);
    }
    whole
}

fn broken_off() -> Error {
    Error::new(ErrorKind::Transport, "the download broke off")
}
