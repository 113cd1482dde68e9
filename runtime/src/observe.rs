//! What a program can watch: tries, waits, deprecations. Names follow OpenTelemetry's HTTP conventions. Nothing here holds a query, a header or
//! a body: those may be secret.

use std::time::Duration;

use crate::{error::ErrorKind, life::Drift, operation::Life};

/// Gets told what happens, for metrics and for noticing change. Called in the middle of calls, so it should return at once.
pub trait Observer: Send + Sync + std::fmt::Debug {
    /// A request got its answer, or failed.
    fn tried(&self, attempt: &Attempt) {
        let _ = attempt;
    }

    /// A job is not done yet, and will be asked for again.
    fn waiting(&self, waiting: &Waiting) {
        let _ = waiting;
    }

    /// A try waited until a limit had room for it, or until the server wanted to hear something again. One that cannot wait so long is an error of
    /// the kind [`ErrorKind::RateLimited`] instead.
    fn held(&self, held: &Held) {
        let _ = held;
    }

    /// Something a person should know; the call goes on.
    fn noticed(&self, notice: &Notice) {
        let _ = notice;
    }
}

/// One request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// `repos.list_for_org`
    pub operation: &'static str,
    /// `http.request.method`
    pub method: &'static str,
    /// `server.address`
    pub server: String,
    /// `server.port`
    pub port: Option<u16>,
    /// `url.template`: the path as declared, without what was filled in.
    pub template: String,
    /// `http.response.status_code`
    pub status: Option<u16>,
    /// `http.request.resend_count`: 0 for the first.
    pub resend_count: u32,
    /// `error.type`
    pub error: Option<ErrorKind>,
    /// From sending to the head of the answer.
    pub duration: Duration,
}

/// A try that was held back before it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// `repos.list_for_org`
    pub operation: &'static str,
    /// For how long.
    pub waited: Duration,
}

/// How far an operation is that makes several exchanges and waits for some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// `exports.create`
    pub operation: &'static str,
    /// The step that is next, from 1.
    pub step: usize,
    /// How many there are.
    pub steps: usize,
    /// The module that the step calls.
    pub module: &'static str,
    /// How often it was called, if it is one that waits.
    pub calls: u32,
    /// How long it has been waited for.
    pub waited: Duration,
    /// How long to pause before the next call.
    pub after: Duration,
}

/// Something a person should know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// The spec says that the operation is deprecated. Told once per operation and client.
    Deprecated {
        /// The operation.
        operation: &'static str,
        /// What the spec says.
        life: &'static Life,
    },
    /// The server says something about the end of the operation, or about the version it served, that the spec does not. Told once per
    /// operation and client; what the spec does declare is only counted.
    Drift(Box<Drift>),
    /// An answer holds something that the spec does not know: it is let be, and an enum's value is kept as it came. Told once per operation and client
    /// for each, at most a thousand of them; members are only looked for where the type does not keep them.
    Unknown {
        /// The operation.
        operation: &'static str,
        /// The type, by its name in the spec: `Project`, `Status`.
        within: &'static str,
        /// A member of it, or a value that it has.
        what: Unknown,
    },
    /// Records came or went while pages were read, so that one may be missing or come twice.
    Shifted {
        /// The search.
        operation: &'static str,
        /// Pages read until now.
        pages: u32,
    },
    /// A GraphQL server gave a part of what was asked for, and errors for the rest.
    Partial {
        /// The operation.
        operation: &'static str,
        /// How many errors.
        errors: usize,
        /// The code of the first, where it has one.
        code: Option<String>,
        /// What could not be given, by the first error: `issues.nodes[3].title`.
        path: Option<String>,
    },
}

/// Something that the spec does not know, shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unknown {
    /// A member of an object.
    Member(String),
    /// A value of an open enum.
    Value(String),
}

/// Says it in the log, to those who want to know all.
pub(crate) fn log_waiting(waiting: &Waiting) {
    let Waiting { operation, step, steps, module, calls, waited, after } = waiting;
    tracing::debug!(operation, step, steps, module, calls, ?waited, ?after, "not done yet");
}

/// Says it in the log.
pub(crate) fn log(notice: &Notice) {
    match notice {
        Notice::Deprecated { operation, life } => {
            let successor = life.successor.unwrap_or("nothing");
            tracing::warn!(operation, since = life.since, sunset = life.sunset, successor, "deprecated: {}", life.why);
        }
        Notice::Drift(drift) => {
            let Drift { operation, revision, what, signal, place, edit } = &**drift;
            let (since, sunset) = (signal.since.map(tracing::field::display), signal.sunset.map(tracing::field::display));
            let info = signal.info.as_deref();
            tracing::warn!(operation, revision, since, sunset, info, place, edit, "{}", what.sentence());
        }
        Notice::Unknown { operation, within, what } => {
            tracing::debug!(operation, within, ?what, "the answer holds something that the spec does not know");
        }
        Notice::Shifted { operation, pages } => {
            tracing::warn!(operation, pages, "records came or went while pages were read: one may be missing or come twice");
        }
        Notice::Partial { operation, errors, code, path } => {
            tracing::warn!(operation, errors, code, path, "only a part of what was asked for was given");
        }
    }
}
