//! The answer to a GraphQL call: typed data, and the errors beside it.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::Value as Json;

use super::{
    envelope::{self, Envelope},
    errors::{Errors, GraphqlError},
    judge::Told,
    send,
};
use crate::{
    answer::Answered,
    error::{Error, ErrorKind},
};

/// The answer to a GraphQL call. `Debug` shows no data, header value or extension.
#[derive(Clone)]
#[non_exhaustive]
pub struct GraphqlResponse<T> {
    /// What was asked for; none where the server gives null and no error.
    pub data: Option<T>,
    /// Why parts of it are missing; at most 100.
    pub errors: Vec<GraphqlError>,
    /// How many errors there were in all.
    pub error_count: usize,
    /// What else the server says: costs, traces.
    pub extensions: Json,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> GraphqlResponse<T> {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The data, if all of it came.
    ///
    /// # Errors
    /// When any part of it is missing, of the kind that the errors' codes name.
    pub fn whole(self) -> Result<T, Error> {
        let Self { data, errors, error_count, extensions, status, .. } = self;
        if let Some(told) = Told::of(&Errors { list: errors, count: error_count }, &extensions) {
            return Err(refused(told, status));
        }
        data.ok_or_else(|| Error::new(ErrorKind::NotFound, "the server gives null").with_path("data").with_status(status.as_u16()))
    }
}

impl<T: DeserializeOwned> GraphqlResponse<T> {
    pub(super) fn of(answered: &Answered) -> Result<Self, Error> {
        let status = StatusCode::from_u16(answered.status).map_err(|_| Error::new(ErrorKind::Decode, "the server's status is not one"))?;
        let made = read(send::body(answered)?, status, PhantomData::<Option<T>>);
        let Envelope { data, errors, extensions, .. } = made.map_err(|error| error.with_operation(answered.operation))?;
        let data = data.flatten();
        Ok(Self { data, error_count: errors.count, errors: errors.list, extensions, status, headers: answered.headers.clone() })
    }
}

/// Reads an answer with data in it. What does not fit because the server could not give it is that error, and not one of decoding.
pub(super) fn read<'de, S: DeserializeSeed<'de>>(bytes: &'de Bytes, status: StatusCode, seed: S) -> Result<Envelope<S::Value>, Error> {
    match envelope::read(bytes, seed) {
        Ok(envelope) if envelope.data.is_some() => Ok(envelope),
        Ok(Envelope { errors, extensions, .. }) => Err(match Told::of(&errors, &extensions) {
            Some(told) => refused(told, status),
            None => Error::new(ErrorKind::Decode, "the answer is no GraphQL: it has neither data nor errors").with_status(status.as_u16()),
        }),
        Err(error) => {
            let told = envelope::head(bytes).and_then(|head| Told::of(&head.errors, &head.extensions));
            Err(match told {
                Some(told) => refused(told, status),
                None => unfit(&error, status),
            }
            .with_body(bytes.clone()))
        }
    }
}

/// The error that a server tells of.
pub(super) fn refused(told: Told, status: StatusCode) -> Error {
    let kind = told.kind().unwrap_or(ErrorKind::Invalid);
    told.error(kind, None).with_status(status.as_u16())
}

fn unfit(error: &serde_json::Error, status: StatusCode) -> Error {
    let what = if error.is_data() { "the answer's data is not what the program reads" } else { "the answer is no GraphQL" };
    Error::new(ErrorKind::Decode, what).with_source(error).with_status(status.as_u16())
}

impl<T> fmt::Debug for GraphqlResponse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlResponse")
            .field("status", &self.status)
            .field("data", &self.data.as_ref().map(|_| ..))
            .field("errors", &self.errors.iter().take(3).collect::<Vec<_>>())
            .field("error_count", &self.error_count)
            .finish_non_exhaustive()
    }
}
