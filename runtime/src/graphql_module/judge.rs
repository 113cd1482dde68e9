//! What an answer of a GraphQL server comes to: a success, a success in part, or an error of one of our kinds. The engine asks here before
//! it decides on retries, for a server that answers 200 may still say "too many calls".

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value as Json;

use super::{
    codes,
    envelope::{self, Envelope},
    errors::{Errors, GraphqlError},
};
use crate::{
    answer,
    call::Prepared,
    engine::Core,
    error::{Error, ErrorKind},
    observe::Notice,
    operation::{Answer, OperationTable},
};

/// What a GraphQL server says went wrong.
pub(crate) struct Told {
    kind: Option<ErrorKind>,
    code: Option<String>,
    message: Option<String>,
    path: Option<String>,
    wait: Option<Duration>,
    count: usize,
}

impl Told {
    /// What errors say; none when there are none.
    pub(super) fn of(errors: &Errors, extensions: &Json) -> Option<Told> {
        let error = errors.telling()?;
        Some(Told {
            kind: error.kind(),
            code: error.code().map(str::to_owned),
            message: Some(error.message().to_owned()),
            path: error.path().map(str::to_owned),
            wait: codes::wait(error.extensions(), extensions),
            count: errors.count,
        })
    }

    /// What the body of an answer with an error status says.
    pub(crate) fn by(body: &[u8]) -> Option<Told> {
        let Envelope { errors, extensions, message, .. } = envelope::head(body)?;
        let alone = || Told { kind: None, code: None, message, path: None, wait: None, count: 1 };
        Told::of(&errors, &extensions).or_else(|| Some(alone()).filter(|told| told.message.is_some()))
    }

    /// The kind, where the code is known.
    pub(crate) fn kind(&self) -> Option<ErrorKind> {
        self.kind
    }

    /// The error. How long to wait is said by the headers first.
    pub(crate) fn error(self, kind: ErrorKind, stated: Option<Duration>) -> Error {
        let more = match self.count {
            0 | 1 => String::new(),
            count => format!(", with {count} errors"),
        };
        let error = Error::new(kind, format!("the GraphQL server refuses it{more}")).with_retry_after(stated.or(self.wait));
        let error = error.with_api(self.code, self.message.filter(|message| !message.is_empty()), Bytes::new(), None);
        match self.path {
            Some(path) => error.with_path(crate::error::shorten(&path)),
            None => error,
        }
    }
}

/// The error that an answer with a success status is after all: nothing stands at the place that is asked for, and errors say why. Where
/// something stands there, the errors are told to the observer.
pub(crate) fn refused(
    core: &Core,
    call: &Prepared,
    answer: &Answer,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
) -> Option<Error> {
    // Nearly no answer has errors, and one look is all that this costs then. Who escapes the letters of the word is understood by who reads it.
    if !body.windows(8).any(|window| window == b"\"errors\"") {
        return None;
    }
    let Envelope { data, errors, extensions, .. } = envelope::head(body)?;
    let told = Told::of(&errors, &extensions)?;
    let at = wanted(call, answer);
    if data.flatten().is_some() && (at.len() < 2 || there(body, &at)) {
        tell(core, call.operation, &errors);
        return None;
    }
    let kind = told.kind.unwrap_or(ErrorKind::Invalid);
    let stated = answer::stated(core, headers, codes::status(kind).and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(status));
    let stated = stated.or_else(|| until_reset(core, headers).filter(|_| kind == ErrorKind::RateLimited));
    let error = told.error(kind, stated).with_status(status.as_u16());
    Some(error.with_request_id(answer::request_id(headers)).with_body(body.clone()))
}

/// The status by which the engine decides: what the code says, or that of the answer.
pub(crate) fn amounts_to(error: &Error, status: StatusCode) -> u16 {
    codes::status(error.kind()).filter(|_| error.kind() != answer::kind(status)).unwrap_or(status.as_u16())
}

/// Where what is asked for stands: where the call says, or the items of its pages, or the answer of its table.
fn wanted<'a>(call: &'a Prepared, answer: &'a Answer) -> Vec<&'a str> {
    match &call.wanted {
        Some(path) => std::iter::once("data").chain(path.iter().map(String::as_str)).collect(),
        None => call.operation.page.map(|page| page.items.at).filter(|at| !at.is_empty()).unwrap_or(answer.at).to_vec(),
    }
}

fn there(body: &[u8], at: &[&str]) -> bool {
    answer::pick(body, &[at]).and_then(|mut found| found.pop()?).is_some_and(|found| !found.is_null())
}

/// The header that GitHub and those who learned from it send: no calls are left until then.
fn until_reset(core: &Core, headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    (text("x-ratelimit-remaining")?.trim() == "0").then(|| crate::retry::stated_wait(text("x-ratelimit-reset")?, core.clock.wall()))?
}

fn tell(core: &Core, operation: &'static OperationTable, errors: &Errors) {
    let first = errors.list.first();
    core.tell(&Notice::Partial {
        operation: operation.name,
        errors: errors.count,
        code: first.and_then(GraphqlError::code).map(crate::error::shorten),
        path: first.and_then(GraphqlError::path).map(crate::error::shorten),
    });
}
