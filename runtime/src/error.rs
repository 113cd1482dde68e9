//! The one error type: what went wrong by kind, what the API said, and nothing secret. Leaves to `answer` which status is which kind.

use std::{error::Error as StdError, fmt, time::Duration};

use bytes::Bytes;

use crate::{
    head::ETag,
    life::Signal,
    operation::{Failure, Life, OperationTable},
    shape::Shaped,
    steps::FailedStep,
};

/// The most bytes of an answer that an error keeps for [`Error::body`].
pub(crate) const KEPT_BODY: usize = 64 * 1024;
/// The most characters of foreign text that a message shows.
const SHOWN: usize = 300;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or its connection cannot be made as asked.
    Configuration,
    /// The input breaks a rule that the spec states; nothing was sent.
    Input,
    /// The connection failed or broke.
    Transport,
    /// The server, or the whole call, took longer than allowed.
    Timeout,
    /// The credential is missing, wrong or has run out (401).
    Authentication,
    /// The connection's grant is used up or was withdrawn: a person has to authorise it again.
    Reauthorize,
    /// The token store failed, so a renewed credential could not be kept or found.
    TokenStore,
    /// The credential is good and not enough (403).
    Permission,
    /// There is no such thing (404).
    NotFound,
    /// The store that limits are counted in failed, so nothing was sent: nobody knows whether there was room.
    LimitStore,
    /// It contradicts what is there (409, 412).
    Conflict,
    /// The API refuses the request as it is; [`Error::body`] has its own words.
    Invalid,
    /// Too many calls (429); [`Error::retry_after`] says when.
    RateLimited,
    /// It is no longer offered (410, or the API says so in other words, as Slack does with `method_deprecated`); [`Error::successor`] names
    /// what took its place, where the spec knows, and [`Error::signal`] has what the server said.
    Gone,
    /// The server failed (5xx).
    Server,
    /// The answer is not what the spec says; the message names the place.
    Decode,
    /// A limit of this client was reached: bytes, depth, pages, records.
    Limit,
    /// The pages of a search do not end as they should: a cursor came a second time.
    Paging,
    /// The address is one where this request must not go.
    UnsafeAddress,
    /// What was waited for has failed, as the API says; [`Error::code`] and [`Error::message`] have its own words.
    Failed,
    /// What a job was to go on from is of another operation, revision or version, or not as it was written.
    Checkpoint,
}

/// An error of a call. Small, opaque, safe to print.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static OperationTable>,
    /// What the spec says about its end, or about that of its API version.
    life: Option<&'static Life>,
    signal: Option<Box<Signal>>,
    step: Option<FailedStep>,
    status: Option<u16>,
    code: Option<String>,
    api_message: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    retryable: bool,
    etag: Option<ETag>,
    path: Option<String>,
    body: Option<(Bytes, &'static [&'static str])>,
    source: Option<Cause>,
}

/// What a library below said, as text: none of its types reach the public signature.
#[derive(Debug)]
struct Cause {
    text: String,
    source: Option<Box<Cause>>,
}

impl Cause {
    fn of(error: &(dyn StdError + 'static)) -> Cause {
        Cause { text: shorten(&error.to_string()), source: error.source().map(|source| Box::new(Cause::of(source))) }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl Error {
    /// Of a task that did not come to its end: the runtime ends, or it panicked, and then whoever waited does.
    pub(crate) fn of_stopped(stopped: tokio::task::JoinError) -> Error {
        match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Error::new(ErrorKind::Transport, "the program is shutting down"),
        }
    }

    /// An error with a message. The message must hold nothing secret.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            life: None,
            signal: None,
            step: None,
            status: None,
            code: None,
            api_message: None,
            request_id: None,
            retry_after: None,
            retryable: matches!(
                kind,
                ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::RateLimited | ErrorKind::Server | ErrorKind::LimitStore
            ),
            etag: None,
            path: None,
            body: None,
            source: None,
        }))
    }

    /// Adds what a library below said. Its text must hold nothing secret.
    pub(crate) fn with_source(mut self, source: &(dyn StdError + 'static)) -> Error {
        self.0.source = Some(Cause::of(source));
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Error {
        self.0.status = Some(status);
        self
    }

    /// The code that somebody else gave for what went wrong, for example `invalid_grant`. Empty means none.
    pub(crate) fn with_code(mut self, code: impl AsRef<str>) -> Error {
        self.0.code = Some(shorten(code.as_ref())).filter(|code| !code.is_empty());
        self
    }

    pub(crate) fn with_operation(mut self, operation: &'static OperationTable) -> Error {
        self.0.operation.get_or_insert(operation);
        self.0.life = operation.life.or(self.0.life);
        self
    }

    /// What the spec says about the end of the API version: what is said of the operation goes before it.
    pub(crate) fn with_version_life(mut self, life: Option<&'static Life>) -> Error {
        self.0.life = self.0.life.or(life);
        self
    }

    /// What the server said about the end of what was called.
    pub(crate) fn with_signal(mut self, signal: Option<Signal>) -> Error {
        self.0.signal = signal.map(Box::new);
        self
    }

    /// It came in this step of an operation.
    pub(crate) fn in_step(mut self, of: &'static OperationTable, index: usize) -> Error {
        self.0.step.get_or_insert(FailedStep::new(of, index));
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Error {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Error {
        self.0.retryable = retryable;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Error {
        if id.is_some() {
            self.0.request_id = id.map(|id| shorten(&id));
        }
        self
    }

    pub(crate) fn with_path(mut self, path: impl Into<String>) -> Error {
        self.0.path = Some(path.into());
        self
    }

    /// The tag of the state that there is, where the call was bound to another.
    pub(crate) fn with_etag(mut self, tag: Option<ETag>) -> Error {
        self.0.etag = tag;
        self
    }

    /// Says where it came from, before what is wrong.
    pub(crate) fn located(mut self, place: &str) -> Error {
        self.0.message = format!("{place}: {}", self.0.message);
        self
    }

    /// Some characters around the mistake.
    pub(crate) fn with_snippet(mut self, snippet: &str) -> Error {
        self.0.message = format!("{} near `{}`", self.0.message, shorten(snippet));
        self
    }

    /// What the API said for itself. A body over the kept size is dropped, never cut: half a document decodes to nothing.
    pub(crate) fn with_api(
        mut self,
        code: Option<String>,
        message: Option<String>,
        body: Bytes,
        failure: Option<&'static Failure>,
    ) -> Error {
        self.0.code = code.map(|code| shorten(&code));
        self.0.api_message = message.map(|message| shorten(&message));
        self.0.body = (body.len() <= KEPT_BODY).then_some((body, failure.map_or(&[], |failure| failure.at)));
        self
    }

    /// The answer's body, under the same rule as [`Error::with_api`].
    pub(crate) fn with_body(mut self, body: Bytes) -> Error {
        self.0.body = (body.len() <= KEPT_BODY).then_some((body, &[]));
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<http::StatusCode> {
        self.0.status.and_then(|status| http::StatusCode::from_u16(status).ok())
    }

    /// Whether the same call may succeed later. Says nothing about whether repeating it is harmless.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether what the call was bound to, by an `If-Match` or the like, is not so (412): somebody else has changed it, or an earlier try of
    /// this call whose answer was lost.
    pub fn is_stale(&self) -> bool {
        self.0.status == Some(412)
    }

    /// The tag of the state that there is, where the call was bound to another and the server says which it is.
    pub fn current_etag(&self) -> Option<&ETag> {
        self.0.etag.as_ref()
    }

    /// The API's own code for what went wrong, where the spec says where it stands.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The API's own message, where the spec says where it stands.
    pub fn message(&self) -> Option<&str> {
        self.0.api_message.as_deref()
    }

    /// The name in the spec of the operation that was called, `repos.list_for_org`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.step.map(FailedStep::of).or(self.0.operation).map(|operation| operation.name)
    }

    /// The step that failed, when the operation makes several exchanges and at least one was begun.
    pub fn step(&self) -> Option<FailedStep> {
        self.0.step
    }

    /// What took the operation's place, or that of its API version, when the spec says so.
    pub fn successor(&self) -> Option<&'static str> {
        self.0.life.and_then(|life| life.successor)
    }

    /// What the server said about the end of what was called, when that is what went wrong.
    pub fn signal(&self) -> Option<&Signal> {
        self.0.signal.as_deref()
    }

    /// The id under which the server knows the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Where in the answer or the input the mistake is: `$.data[3].id`.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The body of the API's own error, as the spec types it. `None` when there is none or it is of another shape.
    pub fn body<E: Shaped>(&self) -> Option<E> {
        let (bytes, at) = self.0.body.as_ref()?;
        crate::answer::decode_at::<E>(bytes, at)
    }

    /// The body of the API's own error, as it came.
    pub fn body_bytes(&self) -> Option<&Bytes> {
        self.0.body.as_ref().map(|(bytes, _)| bytes)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = self.operation() {
            write!(f, "{operation}: ")?;
        }
        if let Some(step) = inner.step {
            write!(f, "{step}: ")?;
        }
        f.write_str(&inner.message)?;
        if let Some(path) = &inner.path {
            write!(f, " at `{path}`")?;
        }
        match (&inner.code, &inner.api_message) {
            (Some(code), Some(message)) => write!(f, " ({code}: {message})")?,
            (Some(text), None) | (None, Some(text)) => write!(f, " ({text})")?,
            (None, None) => {}
        }
        if let Some(id) = &inner.request_id {
            write!(f, " [request {id}]")?;
        }
        match (inner.kind, inner.life) {
            (ErrorKind::Gone, Some(Life { successor: Some(successor), .. })) => write!(f, "; use `{successor}` instead"),
            (ErrorKind::Gone, Some(Life { why, .. })) if !why.is_empty() => write!(f, "; nothing takes its place: {why}"),
            _ => Ok(()),
        }?;
        match inner.step.map(|step| step.done().collect::<Vec<_>>()) {
            Some(done) if !done.is_empty() => write!(f, "; done before it, and not undone: {}", done.join(", ")),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("operation", &self.operation())
            .field("step", &inner.step.map(|step| step.to_string()))
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("api_message", &inner.api_message)
            .field("request_id", &inner.request_id)
            .field("signal", &inner.signal)
            .field("retry_after", &inner.retry_after)
            .field("path", &inner.path)
            .field("body_bytes", &inner.body.as_ref().map(|(body, _)| body.len()))
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| source as _)
    }
}

/// Foreign text, bounded and on one line.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renderings_are_bounded_and_on_one_line() {
        let error = Error::new(ErrorKind::Invalid, "refused").with_status(400).with_api(
            Some("bad".into()),
            Some("line\r\nbreak ".repeat(100)),
            Bytes::from_static(b"{\"secret\":\"s3cr3t\"}"),
            None,
        );
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains('\n') && !shown.contains('\r'), "{shown}");
        assert!(!shown.contains("s3cr3t"), "{shown}");
        assert!(shown.len() < 1200, "{}", shown.len());
    }

    #[test]
    fn sources_are_kept_as_text() {
        let parse = "x".parse::<u8>().expect_err("not a number");
        let error = Error::new(ErrorKind::Transport, "failed").with_source(&parse);
        assert_eq!(error.source().expect("a source").to_string(), "invalid digit found in string");
        assert!(error.is_retryable());
    }
}
