//! From an answer to a value or an error: which answer of the table applies, what its content type must be, what the API says went wrong.
//! Reading JSON down a path is `walk`'s, decoding by shape is `shape`'s.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use url::Url;

use crate::{
    call::Prepared,
    download::{Again, Download},
    engine::Core,
    error::{Error, ErrorKind},
    events,
    graphql_module::{self as graphql, Told},
    head::ETag,
    life,
    limit::Admitted,
    operation::{Answer, ApiTable, Condition, Decoding, Failure, Framing, Limit, OperationTable, Reset},
    retry::{includes, stated_wait},
    shape::{self, DecodeError, Erased, Kind, Leaf, Names, PageRequest, Shape, Shaped},
    transport::{Incoming, IncomingBody, ReadLimits, Reader},
};

/// The most bytes of an error's body that are read.
const ERROR_BYTES: u64 = 1 << 20;
/// Headers under which servers name a request.
const REQUEST_IDS: [&str; 7] =
    ["x-request-id", "request-id", "x-github-request-id", "x-amzn-requestid", "x-ms-request-id", "x-slack-req-id", "x-correlation-id"];

/// A success answer, read as far as its kind asks for, and not decoded.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) operation: &'static OperationTable,
    pub(crate) api: &'static ApiTable,
    pub(crate) answer: &'static Answer,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    pub(crate) content: Content,
    /// What it holds was kept from before.
    pub(crate) kept: bool,
    pub(crate) speaker: Speaker,
}

/// Who answers a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Speaker {
    /// A server that may see the credential: what it says holds for other calls, too.
    pub(crate) ours: bool,
    /// Another may have done what the call asks, and redirected to this one.
    pub(crate) acted: bool,
}

impl Speaker {
    /// An error of what it said. Another server does not speak of the end of this API's operations: what names its operation already is not heeded.
    fn said(self, operation: &'static OperationTable, error: Error) -> Error {
        if self.ours { error } else { error.with_operation(operation) }
    }
}

impl Answered {
    /// The same without what it holds.
    pub(crate) fn head(&self) -> Answered {
        let Answered { operation, api, answer, status, ref headers, ref url, kept, speaker, .. } = *self;
        let content = Content::Bytes(Bytes::new());
        Answered { operation, api, answer, status, headers: headers.clone(), url: url.clone(), content, kept, speaker }
    }
}

/// What an answer holds.
#[derive(Debug)]
pub(crate) enum Content {
    Bytes(Bytes),
    Stream(Download),
}

/// Why an answer is no success.
#[derive(Debug)]
pub(crate) enum Failed {
    /// It could not be read.
    Unread(Error),
    /// It says so; and the status that decides what comes of it.
    Answer(Error, u16),
}

/// Sorts an answer by its status and reads it.
pub(crate) fn receive<'a>(
    core: &'a Core,
    call: &'a Prepared,
    url: Url,
    incoming: Incoming,
    speaker: Speaker,
    permits: &'a mut Option<Admitted>,
) -> impl Future<Output = Result<Answered, Failed>> + Send + 'a {
    let Incoming { status: stated_status, headers, body } = incoming;
    // A block holds what it captures once, where an `async fn` would hold each of these twice.
    async move {
        let operation = call.operation;
        let status = stated_status.as_u16();
        let Some(answer) = answer_of(call, status) else {
            let error = Box::pin(refusal(core, operation, Incoming { status: stated_status, headers, body })).await;
            let status = if operation.is_graphql() { graphql::amounts_to(&error, stated_status) } else { status };
            return Err(Failed::Answer(speaker.said(operation, error), status));
        };
        // Read where it lies: what a `match` takes apart, the future would hold three times.
        let mut unread = unread(core, call, answer, stated_status, &headers, body, permits)?;
        let read = match &mut unread {
            Unread::Content(_) => None,
            Unread::All(reader) => Some(reader.all().await.map_err(Failed::Unread)?),
        };
        let content = match (read, unread) {
            (None, Unread::Content(content)) => content,
            (read, _) => Content::Bytes(read.unwrap_or_default()),
        };
        if let (true, Content::Bytes(body)) = (operation.is_graphql(), &content)
            && let Some(error) = graphql::refused(core, call, answer, stated_status, &headers, body)
        {
            let status = graphql::amounts_to(&error, stated_status);
            return Err(Failed::Answer(error, status));
        }
        Ok(Answered { operation, api: core.table, answer, status, headers, url, content, kept: false, speaker })
    }
}

/// What becomes of a success before its body is read.
enum Unread {
    /// Nothing is read here.
    Content(Content),
    /// All of it is read.
    All(Reader),
}

fn unread(
    core: &Core,
    call: &Prepared,
    answer: &Answer,
    stated_status: StatusCode,
    headers: &HeaderMap,
    body: IncomingBody,
    permits: &mut Option<Admitted>,
) -> Result<Unread, Failed> {
    let (operation, status) = (call.operation, stated_status.as_u16());
    if call.partial && status == 416 || call.conditional && status == 304 {
        return Ok(Unread::Content(Content::Bytes(Bytes::new())));
    }
    if status == 206 && answer.decoding == Decoding::Stream && !call.partial && !call.headers.contains_key(header::RANGE) {
        let message = "the server sent a part of the file, and all of it was asked for";
        return Err(Failed::Unread(Error::new(ErrorKind::Decode, message).with_status(status)));
    }
    // An API that reports errors with status 200 does so in JSON where a file was asked for, too.
    let may_fail = is_json(headers) && failures(operation, core.table).any(|failure| failure.when.is_some());
    if !(is_streamed(call, answer, headers) && (call.streamed || !may_fail)) {
        return Reader::new(headers, body, core.read_limits()).map(Unread::All).map_err(Failed::Unread);
    }
    let limits = ReadLimits { wire: core.settings.download, decoded: core.settings.download, ..core.read_limits() };
    let reader = Reader::new(headers, body, limits).map_err(Failed::Unread)?;
    let permits = permits.take().unwrap_or_default();
    let again = Again::of(core, call, stated_status, headers);
    let download = Download::new(headers, reader, core.settings.idle, core.settings.read.decoded, permits, again);
    Ok(Unread::Content(Content::Stream(download)))
}

/// The answer of the table that a status belongs to. Who asks for a part of a file gets one as the file, or is told that there is none.
fn answer_of(call: &Prepared, status: u16) -> Option<&'static Answer> {
    let answers = call.operation.answers;
    if call.partial && matches!(status, 206 | 416) {
        return answers.iter().find(|answer| answer.decoding == Decoding::Stream);
    }
    if call.part && matches!(status, 200..=299 | 308) {
        let fitting = answers.iter().find(|answer| includes(std::slice::from_ref(&answer.statuses), status));
        return fitting.or(answers.first());
    }
    // What did not change is what an answer with 200 was.
    let status = if call.conditional && status == 304 { 200 } else { status };
    answers.iter().find(|answer| includes(std::slice::from_ref(&answer.statuses), status))
}

/// Whether the body is read by whoever gets it. An error that stands in the place of events is read here.
fn is_streamed(call: &Prepared, answer: &Answer, headers: &HeaderMap) -> bool {
    match answer.decoding {
        Decoding::Stream => true,
        Decoding::Items(items) => call.streamed && !(items.framing == Framing::Events && is_json(headers)),
        _ => false,
    }
}

fn failures(operation: &'static OperationTable, api: &'static ApiTable) -> impl Iterator<Item = &'static Failure> {
    operation.failures.iter().chain(api.failures)
}

/// The error of a status that is no success.
async fn refusal(core: &Core, operation: &'static OperationTable, incoming: Incoming) -> Error {
    let (status, headers) = (incoming.status, incoming.headers);
    let limits = ReadLimits { wire: ERROR_BYTES, decoded: ERROR_BYTES, ..core.read_limits() };
    let body = match Reader::new(&headers, incoming.body, limits) {
        // The status says what went wrong; a body that cannot be read does not change that.
        Ok(mut reader) => reader.all().await.unwrap_or_default(),
        Err(_) => Bytes::new(),
    };
    let applies = |failure: &&Failure| match failure.statuses {
        [] => !status.is_success(),
        statuses => includes(statuses, status.as_u16()),
    };
    let failure = failures(operation, core.table)
        .filter(applies)
        .find(|failure| failure.when.is_none_or(|condition| value_at(&body, condition.path).is_some_and(|found| holds(condition, &found))));
    let wait = stated(core, &headers, status);
    let kind = match kind(status) {
        ErrorKind::Permission if wait.is_some() => ErrorKind::RateLimited,
        kind => kind,
    };
    if let Some(told) = operation.is_graphql().then(|| Told::by(&body)).flatten() {
        let kind = told.kind().unwrap_or(kind);
        let error = told.error(kind, wait).with_status(status.as_u16());
        return error.with_request_id(request_id(&headers)).with_body(body);
    }
    let said = status.canonical_reason().map_or_else(String::new, |reason| format!(" {reason}"));
    let message = format!("the server answered {}{said}", status.as_u16());
    with_api(kind, message, status.as_u16(), &headers, body, failure).with_retry_after(wait)
}

/// An error with what the API says for itself. An end that only the body speaks of is one of that kind, whatever the status.
fn with_api(
    kind: ErrorKind,
    said: impl Into<String>,
    status: u16,
    headers: &HeaderMap,
    body: Bytes,
    failure: Option<&'static Failure>,
) -> Error {
    let text = |path: &[&str]| match (path, value_at(&body, path)) {
        ([], _) | (_, None | Some(Value::Null)) => None,
        (_, Some(Value::String(text))) => Some(text),
        (_, Some(other)) => Some(other.to_string()),
    };
    let (code, message) = failure.map_or((None, None), |failure| (text(failure.code), text(failure.message)));
    let id = request_id(headers);
    let may_end = matches!(kind, ErrorKind::Gone | ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::Server);
    let signal = if may_end { life::refused(status, code.as_deref(), message.as_deref(), &body, headers) } else { None };
    let kind = if signal.is_some() { ErrorKind::Gone } else { kind };
    let tag = if status == 412 { ETag::of(headers) } else { None };
    Error::new(kind, said).with_status(status).with_etag(tag).with_request_id(id).with_api(code, message, body, failure).with_signal(signal)
}

/// The id under which the server knows the request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    REQUEST_IDS.iter().find_map(|name| headers.get(*name)?.to_str().ok()).map(str::to_owned)
}

/// The kind of a status.
pub(crate) fn kind(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401 | 407 => ErrorKind::Authentication,
        403 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        409 | 412 => ErrorKind::Conflict,
        410 => ErrorKind::Gone,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::Invalid,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Decode,
    }
}

/// How long the server asks to wait: in the header that the spec names, in `Retry-After`, or by a limit whose calls are used up.
pub(crate) fn stated(core: &Core, headers: &HeaderMap, status: StatusCode) -> Option<std::time::Duration> {
    let now = core.clock.wall();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let declared = core.table.retry.honour.and_then(text).or_else(|| text("retry-after"));
    if let Some(wait) = declared.and_then(|value| stated_wait(value, now)) {
        return Some(wait);
    }
    if !matches!(status.as_u16(), 403 | 429) {
        return None;
    }
    core.table.limits.iter().find_map(|limit| match limit {
        Limit::Headers { remaining, reset, kind, .. } if text(remaining)?.trim() == "0" => match kind {
            Reset::Delta => text(reset)?.trim().parse().ok().map(std::time::Duration::from_secs),
            Reset::Epoch | Reset::Date => stated_wait(text(reset)?, now),
        },
        _ => None,
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| contains(value.as_bytes(), b"json"))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    let begins = |window: &[u8]| window[..1].eq_ignore_ascii_case(&part[..1]);
    text.windows(part.len()).any(|window| begins(window) && window.eq_ignore_ascii_case(part))
}

/// Whether what was found is what a condition names.
pub(crate) fn holds(condition: Condition, found: &Value) -> bool {
    match condition.equals {
        None => !found.is_null(),
        Some(literal) => serde_json::from_str::<Value>(literal).is_ok_and(|literal| literal == *found),
    }
}

/// The conditions under which a success status is an error after all.
pub(crate) fn conditions(answered: &Answered) -> Vec<(&'static Failure, Condition)> {
    let applies = |failure: &&Failure| failure.statuses.is_empty() || includes(failure.statuses, answered.status);
    failures(answered.operation, answered.api).filter(applies).filter_map(|failure| Some((failure, failure.when?))).collect()
}

/// The error that an answer with a success status reports, given what stands where the conditions point.
pub(crate) fn reported(answered: &Answered, conditions: &[(&'static Failure, Condition)], found: &[Option<Value>]) -> Option<Error> {
    let (failure, _) = conditions
        .iter()
        .zip(found)
        .find(|((_, condition), found)| found.as_ref().is_some_and(|found| holds(*condition, found)))
        .map(|(failing, _)| failing)?;
    let Content::Bytes(body) = &answered.content else { return None };
    let said = "the API reports an error";
    let error = with_api(ErrorKind::Invalid, said, answered.status, &answered.headers, body.clone(), Some(failure));
    Some(answered.speaker.said(answered.operation, error))
}

/// The value of an answer, of the operation's output shape.
pub(crate) fn decode(answered: &Answered) -> Result<Erased, Error> {
    decode_alone(answered).map(|value| in_variant(answered, value))
}

/// The value of an answer, of that answer's own shape.
pub(crate) fn decode_alone(answered: &Answered) -> Result<Erased, Error> {
    match &answered.content {
        Content::Stream(download) => Ok(Erased::new(download.clone())),
        Content::Bytes(bytes) => {
            check_conditions(answered, bytes)?;
            decode_bytes(answered, bytes)
        }
    }
}

/// Whether an answer with a success status reports an error; its value is not looked at.
pub(crate) fn check(answered: &Answered) -> Result<(), Error> {
    match &answered.content {
        Content::Stream(_) => Ok(()),
        Content::Bytes(bytes) => check_conditions(answered, bytes),
    }
}

/// How long an answer of any status asks to pause: in the header that the spec names, or in `Retry-After`.
pub(crate) fn stated_pause(core: &Core, headers: &HeaderMap) -> Option<std::time::Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let declared = core.table.retry.honour.and_then(text).or_else(|| text("retry-after"));
    declared.and_then(|value| stated_wait(value, core.clock.wall()))
}

pub(crate) fn check_conditions(answered: &Answered, bytes: &Bytes) -> Result<(), Error> {
    let conditions = conditions(answered);
    if conditions.is_empty() {
        return Ok(());
    }
    let paths: Vec<_> = conditions.iter().map(|(_, condition)| condition.path).collect();
    // What is not JSON reports nothing; decoding says what is wrong with it.
    pick(bytes, &paths).and_then(|found| reported(answered, &conditions, &found)).map_or(Ok(()), Err)
}

/// The members at some paths, in one pass that builds nothing else; none when it is not JSON.
pub(crate) fn pick(bytes: &[u8], paths: &[&[&str]]) -> Option<Vec<Option<Value>>> {
    // A path that no answer has, because only the picks are wanted.
    let request = PageRequest { items: &["\u{0}"], item: <() as Shaped>::shape(), picks: paths, limits: shape::Limits::DEFAULT };
    shape::decode_page(bytes, &request).ok().map(|page| page.picks)
}

fn value_at(bytes: &[u8], path: &[&str]) -> Option<Value> {
    pick(bytes, &[path])?.pop()?
}

/// What could not be decoded, as the one error type.
pub(crate) fn undecodable(error: &DecodeError) -> Error {
    let made = Error::new(ErrorKind::Decode, format!("the answer is not what the spec says: {}", error.message()));
    let made = match error.snippet() {
        Some(snippet) => made.with_snippet(snippet),
        None => made,
    };
    match error.path() {
        "" => made,
        path => made.with_path(path),
    }
}

fn decode_bytes(answered: &Answered, bytes: &Bytes) -> Result<Erased, Error> {
    let Answer { decoding, shape, at, .. } = *answered.answer;
    let shape = shape.get();
    match decoding {
        Decoding::Nothing => Ok(Erased::new(())),
        Decoding::Headers => from_headers(shape, answered),
        Decoding::Stream => Ok(Erased::new(Download::of_bytes(&answered.headers, bytes.clone()))),
        Decoding::Text(_) => text(shape, bytes, answered),
        Decoding::Items(items) => events::gather(answered, items, bytes),
        Decoding::Xml => {
            expect_type(answered, &[b"xml"], "XML")?;
            crate::xml::read(bytes, shape, at).map_err(|error| error.with_status(answered.status))
        }
        Decoding::Json => {
            expect_type(answered, &[b"json", b"text/plain", b"javascript"], "JSON")?;
            let decoded = shape::decode_at(shape, bytes, at, Names::Wire, shape::Limits::DEFAULT);
            decoded.map_err(|error| undecodable(&error).with_status(answered.status))
        }
    }
}

/// A member for each header that is there. A relative address is taken from where the answer came from (RFC 9110, 10.2.2).
fn from_headers(shape: &'static Shape, answered: &Answered) -> Result<Erased, Error> {
    let mut members = serde_json::Map::new();
    for field in shape.bare().fields() {
        let mut values = answered.headers.get_all(field.wire).iter();
        let Some(text) = values.next().and_then(|value| value.to_str().ok()).map(str::trim) else { continue };
        if values.next().is_some() {
            let problem = format!("the answer has more than one header `{}`", field.wire);
            return Err(Error::new(ErrorKind::Decode, problem).with_status(answered.status));
        }
        let plain = || Value::String(text.to_owned());
        let value = match field.shape().bare().kind {
            Kind::Leaf(Leaf::Url) => answered.url.join(text).map_or_else(|_| plain(), |url| Value::String(url.into())),
            Kind::Leaf(Leaf::Int | Leaf::Float | Leaf::Bool) | Kind::IntEnum(_) => serde_json::from_str(text).unwrap_or_else(|_| plain()),
            _ => plain(),
        };
        members.insert(field.wire.to_owned(), value);
    }
    let json = Value::Object(members).to_string();
    let decoded = Erased::decode(shape, json.as_bytes(), Names::Wire);
    decoded.map_err(|error| {
        let made = Error::new(ErrorKind::Decode, format!("the answer's headers are not what the spec says: {}", error.message()));
        let made = if error.path().is_empty() { made } else { made.with_path(error.path()) };
        made.with_status(answered.status)
    })
}

/// What should stand at a path does not.
pub(crate) fn missing(at: &[&str], status: u16) -> Error {
    Error::new(ErrorKind::Decode, "the answer lacks what the spec says").with_path(at.join(".")).with_status(status)
}

/// A page of HTML from a portal or a proxy is not taken for the API's answer. No stated type is fine.
pub(crate) fn expect_type(answered: &Answered, good: &[&[u8]], wanted: &str) -> Result<(), Error> {
    let Some(stated) = answered.headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    if good.iter().any(|good| contains(stated.as_bytes(), good)) {
        return Ok(());
    }
    let stated = crate::error::shorten(&String::from_utf8_lossy(stated.as_bytes()));
    Err(Error::new(ErrorKind::Decode, format!("the answer is {stated}, not {wanted}")).with_status(answered.status))
}

fn text(shape: &'static Shape, bytes: &Bytes, answered: &Answered) -> Result<Erased, Error> {
    if shape.same(<Bytes as Shaped>::shape()) {
        return Ok(Erased::new(bytes.clone()));
    }
    let bad = |what: &str| Error::new(ErrorKind::Decode, format!("the answer is not {what}")).with_status(answered.status);
    let text = std::str::from_utf8(bytes).map_err(|_| bad("UTF-8 text"))?;
    if shape.same(<String as Shaped>::shape()) {
        return Ok(Erased::new(text.to_owned()));
    }
    let json = Value::String(text.to_owned()).to_string();
    Erased::decode(shape, json.as_bytes(), Names::Wire).map_err(|error| undecodable(&error).with_status(answered.status))
}

/// In the variant of the output enum that the answer belongs to.
fn in_variant(answered: &Answered, value: Erased) -> Erased {
    let output = answered.operation.output.get();
    match (answered.answer.variant, &output.kind) {
        (Some(variant), Kind::Union(_)) => {
            let filled = Erased::build(output, |slot| {
                slot.fill_variant(usize::from(variant), |inner| match inner.shape().kind {
                    // A shape that is declared at run time has its parts behind boxes.
                    Kind::Boxed(_) => inner.fill_box(|inner| Ok::<_, std::convert::Infallible>(inner.put_erased(value))),
                    _ => Ok(inner.put_erased(value)),
                })
            });
            let Ok(filled) = filled;
            filled
        }
        _ => value,
    }
}

/// Decodes what stands at a path.
pub(crate) fn decode_at<T: Shaped>(bytes: &[u8], at: &[&str]) -> Option<T> {
    let value = shape::decode_at(T::shape(), bytes, at, Names::Wire, shape::Limits::DEFAULT).ok()?;
    value.into::<T>().ok()
}
