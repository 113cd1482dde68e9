//! What a stand-in is told to answer, and what it was asked. Which route answers which request is decided here, without a network.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::operation::OperationTable;

/// One answer of a stand-in.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) delay: Duration,
    pub(crate) fault: Option<Fault>,
}

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection is closed without an answer.
    Reset,
    /// The body breaks off after so many bytes.
    Truncated(usize),
}

impl Reply {
    /// A status and no body.
    ///
    /// # Panics
    /// When it is no status: a mistake in the test.
    pub fn status(status: u16) -> Reply {
        let status = StatusCode::from_u16(status).expect("a status is from 100 to 999");
        Reply { status, headers: HeaderMap::new(), body: Bytes::new(), delay: Duration::ZERO, fault: None }
    }

    /// A status with a JSON body.
    pub fn json(status: u16, body: &Value) -> Reply {
        Reply::status(status).header("content-type", "application/json").body(body.to_string())
    }

    /// No answer: the connection is closed once the request has been read.
    pub fn reset() -> Reply {
        Reply { fault: Some(Fault::Reset), ..Reply::status(200) }
    }

    /// Adds a header.
    ///
    /// # Panics
    /// When it is no header: a mistake in the test.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Reply {
        let name = HeaderName::try_from(name).expect("a header's name");
        self.headers.append(name, HeaderValue::try_from(value).expect("a header's value"));
        self
    }

    /// The same with another status.
    ///
    /// # Panics
    /// When it is no status: a mistake in the test.
    #[must_use]
    pub fn status_code(self, status: u16) -> Reply {
        Reply { status: Reply::status(status).status, ..self }
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Reply {
        self.body = body.into();
        self
    }

    /// Waits before it answers.
    #[must_use]
    pub fn delay(self, delay: Duration) -> Reply {
        Reply { delay, ..self }
    }

    /// Breaks off after so many bytes of the body, though it stated the whole length.
    #[must_use]
    pub fn truncated(self, after: usize) -> Reply {
        Reply { fault: Some(Fault::Truncated(after)), ..self }
    }
}

/// A request that a stand-in received.
#[derive(Clone, Debug)]
pub struct Received {
    /// `GET`
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Whether the stand-in did what it was asked, even if its answer was lost. Only a [fault](super::FaultSchedule) keeps it from that.
    pub acted: bool,
}

impl Received {
    /// The path as it came.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Names and values of the query, decoded, in order.
    pub fn query(&self) -> Vec<(String, String)> {
        pairs(self.target.split_once('?').map_or("", |(_, query)| query))
    }

    /// A header's value, if there is one and it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON, if it is.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether its content type names this.
    pub(crate) fn is_of_type(&self, part: &str) -> bool {
        self.header(header::CONTENT_TYPE.as_str()).is_some_and(|stated| stated.contains(part))
    }
}

/// Names and values of a query or a form, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The steps of a path, decoded.
pub(crate) fn steps(path: &str) -> Vec<String> {
    path.split('/').map(|step| percent_decode_str(step).decode_utf8_lossy().into_owned()).collect()
}

/// What a stand-in answers to requests of one kind. The last answer is repeated, in a stand-in made from a spec all of them are.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) method: String,
    /// Decoded steps; `*` takes any.
    pub(crate) path: Vec<String>,
    /// Pairs that must be there, decoded and sorted.
    pub(crate) query: Vec<(String, String)>,
    /// The JSON that must be the body, if one must.
    pub(crate) body: Option<Value>,
    /// The GraphQL document that must be asked with; then `body` are its variables.
    pub(crate) document: Option<&'static str>,
    pub(crate) replies: VecDeque<Reply>,
    /// After the last answer comes the first again.
    pub(crate) again: bool,
}

impl Route {
    /// For a method and a path, whose steps may be `*` for any; with a query, the request must have these pairs and may have more.
    pub fn new(method: &str, target: &str) -> Route {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut query = pairs(query);
        query.sort_unstable();
        Route { method: method.to_owned(), path: steps(path), query, body: None, document: None, replies: VecDeque::new(), again: false }
    }

    /// Answers with this, after the answers added before.
    #[must_use]
    pub fn reply(mut self, reply: Reply) -> Route {
        self.replies.push_back(reply);
        self
    }

    /// Only for requests with this JSON.
    pub(super) fn body(self, body: Option<Value>) -> Route {
        Route { body, ..self }
    }

    /// Only for calls of this operation, where one address is for all.
    pub(super) fn of(self, operation: &OperationTable) -> Route {
        Route { document: operation.document(), ..self }
    }

    /// Starts over after its last answer.
    pub(super) fn again(self) -> Route {
        Route { again: true, ..self }
    }

    /// Does it take the very requests that the other takes?
    pub(super) fn is_for_the_same(&self, other: &Route) -> bool {
        self.method == other.method
            && self.path == other.path
            && self.query == other.query
            && self.body == other.body
            && self.document == other.document
    }

    /// How well it fits: none when it does not, more for each thing that it names.
    pub(crate) fn fits(&self, request: &Received) -> Option<usize> {
        let path = steps(request.path());
        let same_path = path.len() == self.path.len() && self.path.iter().zip(&path).all(|(wanted, step)| wanted == "*" || wanted == step);
        if !same_path || !self.method.eq_ignore_ascii_case(&request.method) {
            return None;
        }
        let query = request.query();
        let all_there = self.query.iter().all(|wanted| query.contains(wanted));
        let named = self.path.iter().filter(|step| *step != "*").count();
        let sent = if self.body.is_some() || self.document.is_some() { request.json() } else { None };
        let same_document = self.document.is_none_or(|document| sent.as_ref().is_some_and(|sent| sent["query"] == document));
        let members = if self.document.is_some() { sent.as_ref().and_then(|sent| sent.get("variables")) } else { sent.as_ref() };
        let same_body = self.body.as_ref().is_none_or(|body| members == Some(body));
        let told = usize::from(self.body.is_some()) + usize::from(self.document.is_some());
        (all_there && same_document && same_body).then_some(named + self.query.len() + told)
    }

    pub(crate) fn next(&mut self) -> Option<Reply> {
        match self.replies.len() {
            0 | 1 => self.replies.front().cloned(),
            _ if self.again => {
                self.replies.rotate_left(1);
                self.replies.back().cloned()
            }
            _ => self.replies.pop_front(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, target: &str) -> Received {
        Received { method: method.to_owned(), target: target.to_owned(), headers: HeaderMap::new(), body: Bytes::new(), acted: true }
    }

    #[test]
    fn a_route_that_names_more_fits_better() {
        let any = Route::new("GET", "/v1/items/*");
        let one = Route::new("GET", "/v1/items/a b");
        let first_page = Route::new("GET", "/v1/items/*?page=1&q=x");
        let asked = request("GET", "/v1/items/a%20b?q=x&page=1&more=2");
        assert!(one.fits(&asked) > any.fits(&asked));
        assert!(first_page.fits(&asked) > one.fits(&asked));
        assert_eq!(any.fits(&request("POST", "/v1/items/x")), None);
        assert_eq!(any.fits(&request("GET", "/v1/items/x/y")), None);
        assert_eq!(first_page.fits(&request("GET", "/v1/items/a?page=2&q=x")), None);
    }

    #[test]
    fn the_last_reply_is_repeated() {
        let mut route = Route::new("GET", "/").reply(Reply::status(500)).reply(Reply::status(200));
        let statuses: Vec<u16> = (0..3).filter_map(|_| route.next()).map(|reply| reply.status.as_u16()).collect();
        assert_eq!(statuses, [500, 200, 200]);
    }
}
