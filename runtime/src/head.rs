//! An answer with what stands around it: its status, and the tag of the state that it shows. What it holds is decoded like any other.

use std::{
    fmt,
    marker::PhantomData,
    ops::Deref,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::{
    answer::Answered,
    client::AnyClient,
    error::Error,
    shape::{Erased, Shaped},
};

/// The tag of one state of a thing (`ETag`, RFC 9110, 8.8.3), quotes included. Given back in an `If-Match`, it keeps a change from being made to
/// any other state; in an `If-None-Match`, it asks for what is newer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    pub(crate) fn of(headers: &HeaderMap) -> Option<ETag> {
        headers.get(header::ETAG)?.to_str().ok().map(|tag| ETag(tag.trim().to_owned())).filter(|tag| !tag.0.is_empty())
    }

    /// As it stands in a header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it only says that two states mean the same. No change can be bound to one.
    pub fn is_weak(&self) -> bool {
        self.0.starts_with("W/")
    }
}

impl From<String> for ETag {
    /// One that was stored.
    fn from(tag: String) -> ETag {
        ETag(tag)
    }
}

impl From<ETag> for String {
    fn from(tag: ETag) -> String {
        tag.0
    }
}

impl From<&ETag> for String {
    fn from(tag: &ETag) -> String {
        tag.0.clone()
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands around an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    status: Option<StatusCode>,
    tag: Option<ETag>,
    kept: bool,
}

impl Head {
    pub(crate) fn of(answered: &Answered) -> Head {
        Head { status: StatusCode::from_u16(answered.status).ok(), tag: ETag::of(&answered.headers), kept: answered.kept }
    }
}

/// An answer with what stands around it: what [`Operation::answer`](crate::api::Operation::answer) gives. It can be used as what it holds.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    value: T,
    head: Head,
}

impl<T> Answer<T> {
    /// What it holds.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The status; none of several exchanges.
    pub fn status(&self) -> Option<StatusCode> {
        self.head.status
    }

    /// The tag of the state that it shows, if the server gave one.
    pub fn etag(&self) -> Option<&ETag> {
        self.head.tag.as_ref()
    }

    /// Whether the server said that nothing changed since it was kept, see [`ClientBuilder::cache`](crate::ClientBuilder::cache).
    pub fn is_kept(&self) -> bool {
        self.head.kept
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// An answer that is on its way.
pub(crate) type Coming = Pin<Box<dyn Future<Output = Result<(Erased, Head), Error>> + Send>>;

/// An [`Answer`] on its way. It is sent when it is first polled.
#[must_use = "nothing is sent before it is polled"]
pub struct AnswerFuture<T> {
    coming: Coming,
    output: PhantomData<fn() -> T>,
}

impl<T> AnswerFuture<T> {
    pub(crate) fn new(coming: Coming) -> AnswerFuture<T> {
        AnswerFuture { coming, output: PhantomData }
    }
}

impl<T: Shaped> Future for AnswerFuture<T> {
    type Output = Result<Answer<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let coming = ready!(self.coming.as_mut().poll(context));
        Poll::Ready(coming.map(|(value, head)| {
            let value = value.into::<T>();
            Answer { value: value.unwrap_or_else(|value| panic!("the table's output is {:?}, not the operation's", value.shape())), head }
        }))
    }
}

impl AnyClient {
    /// Calls a module by its name, as [`AnyClient::call`] does, and gives what stands around the answer too.
    ///
    /// # Errors
    /// As there.
    pub async fn answer(&self, module: &str, input: Value) -> Result<Answer<Value>, Error> {
        let (module, input) = self.input(module, &input)?;
        let coming = self.start_whole(module.table(), input.as_ref());
        drop(input);
        let (value, head) = coming.await?;
        let value = crate::dynamic::to_json(value.as_ref()).map_err(|error| error.with_operation(module.table()))?;
        Ok(Answer { value, head })
    }
}
