//! Hands a universal call to the engine, under a table that says only what the engine must know: the method, whether it may be tried
//! again, and which statuses are answers.

use http::{HeaderValue, Method, StatusCode, header};

use super::request::{HttpRequest, Parts};
use super::response::HttpResponse;
use crate::answer::Content;
use crate::call::Prepared;
use crate::client::AnyClient;
use crate::download::Download;
use crate::engine::Core;
use crate::error::{Error, ErrorKind};
use crate::limit::Admitted;
use crate::operation::{Answer, Decoding, OperationTable, RetryClass, Statuses};

pub(super) async fn send(request: HttpRequest, client: &AnyClient) -> Result<HttpResponse, Error> {
    let core = &client.core;
    let parts = request.parts(core.servers.first(), &core.servers, |url| core.declared(url))?;
    let taken = if parts.every_status { Taken::Every } else { Taken::Good };
    let operation = table(&parts.method, parts.repeatable, taken);
    let answered = core.execute(&prepared(core, parts, operation)).await?;
    let status = StatusCode::from_u16(answered.status).map_err(|_| Error::new(ErrorKind::Decode, "the server's status is not one"))?;
    let body = match answered.content {
        Content::Bytes(body) => body,
        Content::Stream(download) => download.bytes().await?,
    };
    Ok(HttpResponse::new(status, answered.url, answered.headers, body))
}

/// The same, read by whoever gets it.
pub(super) async fn download(request: HttpRequest, client: &AnyClient) -> Result<Download, Error> {
    let core = &client.core;
    let parts = request.parts(core.servers.first(), &core.servers, |url| core.declared(url))?;
    let operation = table(&parts.method, parts.repeatable, Taken::File);
    let answered = core.execute(&prepared(core, parts, operation)).await?;
    Ok(match answered.content {
        Content::Stream(download) => download,
        Content::Bytes(body) => Download::of_bytes(&answered.headers, body),
    })
}

/// A call of another universal module, which says what it is by a table of its own.
pub(crate) fn prepare(core: &Core, request: &HttpRequest, operation: &'static OperationTable) -> Result<Prepared, Error> {
    request.parts(core.servers.first(), &core.servers, |url| core.declared(url)).map(|parts| prepared(core, parts, operation))
}

fn prepared(core: &Core, parts: Parts, operation: &'static OperationTable) -> Prepared {
    let mut headers = core.headers_for(parts.passage);
    for name in parts.headers.keys() {
        headers.remove(name);
    }
    headers.extend(parts.headers);
    headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    Prepared {
        operation,
        method: parts.method,
        url: parts.url,
        passage: parts.passage,
        headers,
        cookies: String::new(),
        payload: parts.payload,
        redirects: Some(parts.redirects),
        timeout: Some(parts.timeout),
        partial: false,
        streamed: false,
        conditional: false,
        wanted: None,
        part: false,
        place: Admitted::default(),
    }
}

/// What is taken as an answer.
#[derive(Clone, Copy)]
enum Taken {
    /// 2xx, and redirects that are not followed.
    Good,
    /// Whatever comes.
    Every,
    /// 2xx, as a stream.
    File,
}

/// The tables: by method, by whether the call may be repeated, by what is taken as an answer.
fn table(method: &Method, repeatable: bool, taken: Taken) -> &'static OperationTable {
    let row = METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(METHODS.len());
    &TABLES[row][usize::from(repeatable)][taken as usize]
}

const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH"];

static TABLES: [[[OperationTable; 3]; 2]; 8] = [
    by_method(METHODS[0], RetryClass::Safe),
    by_method(METHODS[1], RetryClass::Safe),
    by_method(METHODS[2], RetryClass::Safe),
    by_method(METHODS[3], RetryClass::Idempotent),
    by_method(METHODS[4], RetryClass::Idempotent),
    by_method(METHODS[5], RetryClass::Never),
    by_method(METHODS[6], RetryClass::Never),
    // What OpenTelemetry calls a method that is not one of the known.
    by_method("_OTHER", RetryClass::Never),
];

const fn by_method(method: &'static str, class: RetryClass) -> [[OperationTable; 3]; 2] {
    let repeatable = match class {
        RetryClass::Never => RetryClass::Idempotent,
        class => class,
    };
    [by_answer(method, class), by_answer(method, repeatable)]
}

/// In the order of [`Taken`].
const fn by_answer(method: &'static str, retry: RetryClass) -> [OperationTable; 3] {
    [one(method, retry, &GOOD), one(method, retry, &EVERY), one(method, retry, &FILE)]
}

const fn one(method: &'static str, retry: RetryClass, answers: &'static [Answer]) -> OperationTable {
    OperationTable { name: "http", title: "HTTP", method, retry, answers, ..OperationTable::EMPTY }
}

/// Nothing is decoded: the body is read within the client's bounds and given as it came.
const fn answer(first: u16, last: u16) -> Answer {
    Answer { statuses: Statuses(first, last), decoding: Decoding::Nothing, ..Answer::EMPTY }
}

static GOOD: [Answer; 1] = [answer(200, 399)];
static EVERY: [Answer; 1] = [answer(100, 599)];
static FILE: [Answer; 1] = [Answer { decoding: Decoding::Stream, ..answer(200, 299) }];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_say_what_may_be_repeated() {
        let class = |method: &str, repeatable| table(&method.parse().unwrap(), repeatable, Taken::Good).retry;
        assert_eq!(
            (class("GET", false), class("PUT", false), class("DELETE", false)),
            (RetryClass::Safe, RetryClass::Idempotent, RetryClass::Idempotent)
        );
        assert_eq!(
            (class("POST", false), class("PATCH", false), class("PURGE", false)),
            (RetryClass::Never, RetryClass::Never, RetryClass::Never)
        );
        assert_eq!((class("POST", true), class("GET", true)), (RetryClass::Idempotent, RetryClass::Safe));
    }

    #[test]
    fn tables_stand_in_the_order_of_their_methods() {
        for method in METHODS {
            assert_eq!(table(&method.parse().unwrap(), false, Taken::File).method, method);
        }
        assert_eq!(table(&"PURGE".parse().unwrap(), false, Taken::Good).method, "_OTHER");
    }
}
