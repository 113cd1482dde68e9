//! The course of an upload in parts: part after part, and where one fails, the question how much there is. What answers say is `rule`'s, and each
//! request goes through every layer, as any call does.

use super::{
    UploadCheckpoint,
    rule::{self, Said, Told},
    source::Source,
};
use crate::{
    answer::{Answered, Content},
    call::Prepared,
    checkpoint::Of,
    engine::Core,
    error::{Error, ErrorKind},
    operation::{ApiTable, OperationTable, Parts},
    retry::{Outcome, Try, Verdict},
    transfer::{Listener, Progress},
};

/// What a program wants to be told, and from where it goes on.
#[derive(Default)]
pub(crate) struct Tracking {
    pub(super) listener: Option<Listener>,
    pub(super) keep: Option<Box<dyn FnMut(UploadCheckpoint) + Send>>,
    pub(super) from: Option<UploadCheckpoint>,
    pub(super) size: Option<u64>,
}

/// Where the upload stands in an operation: what checkpoints say beside the bytes.
pub(crate) struct Whereabouts {
    pub(crate) of: &'static OperationTable,
    pub(crate) step: usize,
    pub(crate) outputs: Vec<Option<String>>,
}

/// The step to go on with, and what those before it gave.
type Begun<'c> = (usize, &'c [Option<String>]);

impl Tracking {
    /// Whether somebody keeps checkpoints.
    pub(crate) fn is_kept(&self) -> bool {
        self.keep.is_some()
    }

    /// Where to go on, if there is a checkpoint and it is of that operation.
    pub(crate) fn begins(&self, api: &'static ApiTable, table: &'static OperationTable) -> Result<Option<Begun<'_>>, Error> {
        let Some(from) = &self.from else { return Ok(None) };
        let other =
            |what: &str| Err(Error::new(ErrorKind::Checkpoint, format!("the checkpoint is of another {what}")).with_operation(table));
        if from.of.operation != table.name {
            return other(&format!("module, `{}`", crate::error::shorten(&from.of.operation)));
        }
        if from.of != Of::new(api, table) {
            return other("connector, version or revision of the module");
        }
        let step = table.steps.get(from.step).map(|step| step.operation);
        let sends = step.or((table.steps.is_empty() && from.step == 0).then_some(table));
        if from.outputs.len() != from.step || sends.is_none_or(|table| table.parts.is_none()) {
            return other("version of the module");
        }
        Ok(Some((from.step, &from.outputs)))
    }
}

/// Sends the body of a call in parts, if it goes in parts, and as one otherwise.
pub(crate) async fn run(core: &Core, call: Prepared, tracking: &mut Tracking, place: Whereabouts) -> Result<Answered, Error> {
    let Some(parts) = call.operation.parts else { return core.run(&call).await };
    let source = Source::new(&call.payload).await?;
    let total = source.total;
    if total == 0 {
        return Err(Error::new(ErrorKind::Input, "an empty file cannot be sent in parts"));
    }
    let from = tracking.from.take();
    if let Some(from) = from.as_ref().filter(|from| from.total != total) {
        let message = format!("the upload was begun with a file of {} bytes, and this one has {total}", from.total);
        return Err(Error::new(ErrorKind::Input, message));
    }
    let (size, multiple) = (tracking.size.unwrap_or(parts.size), parts.multiple.max(1));
    // No file is longer than the largest multiple.
    let size = size.checked_next_multiple_of(multiple).unwrap_or(u64::MAX - u64::MAX % multiple);
    let sent = if from.is_some() { total } else { 0 };
    let course = Course { core, parts, call, source, size, at: 0, sent, furthest: 0, failures: 0, unsure: from.is_some() };
    course.run(tracking, &place).await
}

struct Course<'c> {
    core: &'c Core,
    parts: &'static Parts,
    call: Prepared,
    source: Source,
    size: u64,
    /// The server has all before this.
    at: u64,
    /// The most that it can have.
    sent: u64,
    /// The most that it has had.
    furthest: u64,
    /// Tries since it had more than ever.
    failures: u32,
    /// What it has must be asked.
    unsure: bool,
}

impl Course<'_> {
    async fn run(mut self, tracking: &mut Tracking, place: &Whereabouts) -> Result<Answered, Error> {
        loop {
            let asked = self.unsure;
            let exchanged = if asked { self.ask().await } else { self.send().await };
            match exchanged {
                Ok((Told::Done, answered)) => {
                    self.at = self.source.total;
                    self.tell(tracking);
                    return Ok(answered);
                }
                Ok((Told::Next(next), _)) => {
                    self.unsure = false;
                    self.advance(next, asked).await?;
                    self.tell(tracking);
                    if let Some(keep) = &mut tracking.keep {
                        keep(self.checkpoint(place));
                    }
                }
                Err(error) => self.recover(error).await?,
            }
        }
    }

    /// The server has all before `next`. Where a part that was taken makes it no more than it had, it is a try.
    async fn advance(&mut self, next: u64, asked: bool) -> Result<(), Error> {
        self.at = next;
        if next > self.furthest {
            (self.furthest, self.failures) = (next, 0);
        } else if !asked {
            return self.pause(None, || Error::new(ErrorKind::Transport, "the server takes no more of the file")).await;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(Told, Answered), Error> {
        let (at, total) = (self.at, self.source.total);
        let until = at.saturating_add(self.size).min(total);
        let payload = self.source.part(at, until).await?;
        let part = Prepared { payload, ..rule::part(self.parts, &self.call, at, until, total) };
        self.sent = self.sent.max(until);
        let answered = self.core.execute(&part).await?;
        Ok((rule::after_part(self.parts, said(&answered), until, total)?, answered))
    }

    async fn ask(&mut self) -> Result<(Told, Answered), Error> {
        let question = rule::question(self.parts, &self.call, self.source.total);
        let answered = self.core.execute(&question).await?;
        Ok((rule::after_question(self.parts, said(&answered), self.sent, self.source.total)?, answered))
    }

    /// After a part that failed, what there is must be asked; a part that the server has already, or did not want yet, is no other case.
    async fn recover(&mut self, error: Error) -> Result<(), Error> {
        let passing = matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Server | ErrorKind::RateLimited);
        let misplaced = !self.unsure && error.status().is_some_and(|status| matches!(status.as_u16(), 409 | 416));
        if !(passing && error.is_retryable() || misplaced) {
            return Err(error);
        }
        self.unsure = true;
        let stated = error.retry_after();
        self.pause(stated, || error).await
    }

    async fn pause(&mut self, stated: Option<std::time::Duration>, error: impl FnOnce() -> Error) -> Result<(), Error> {
        self.failures += 1;
        // What the server has is known before anything is sent again, so nothing is made twice, whatever the class of the operation.
        let this = Try { stated, ..Try::new(Outcome::NotSent, self.failures) };
        match self.core.another(&self.call, self.call.operation.retry, &this) {
            Verdict::After(wait) => {
                self.core.clock.sleep(wait).await;
                Ok(())
            }
            Verdict::Stop => Err(error()),
        }
    }

    fn tell(&self, tracking: &mut Tracking) {
        if let Some(listener) = &mut tracking.listener {
            listener(Progress { bytes: self.at, total: Some(self.source.total) });
        }
    }

    fn checkpoint(&self, place: &Whereabouts) -> UploadCheckpoint {
        UploadCheckpoint {
            of: Of::new(self.core.table, place.of),
            step: place.step,
            outputs: place.outputs.clone(),
            at: self.at,
            total: self.source.total,
        }
    }
}

fn said(answered: &Answered) -> Said<'_> {
    let body: &[u8] = if let Content::Bytes(bytes) = &answered.content { bytes } else { &[] };
    Said { status: answered.status, headers: &answered.headers, body }
}
