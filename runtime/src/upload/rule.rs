//! What servers say of a body that goes in parts: how much there is, where the next part begins, whether it is done. Pure decisions over answers.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;

use crate::{
    answer::pick,
    call::Prepared,
    error::{Error, ErrorKind},
    operation::{Parts, PartsBy},
};

const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// There is all before this byte.
    Next(u64),
    /// It is done, and this is the operation's answer.
    Done,
}

/// An answer as far as it matters here.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// The request for the part from `at` to `until`, but for its body.
pub(super) fn part(parts: &Parts, call: &Prepared, at: u64, until: u64, total: u64) -> Prepared {
    let mut part = Prepared { part: true, ..call.clone() };
    match parts.by {
        PartsBy::ContentRange => {
            let range = format!("bytes {at}-{}/{total}", until.saturating_sub(1));
            part.headers.insert(header::CONTENT_RANGE, text(&range));
        }
        PartsBy::Tus => {
            tus(&mut part);
            part.headers.insert(OFFSET, text(&at.to_string()));
            part.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/offset+octet-stream"));
        }
    }
    part
}

/// The request that asks how much there is.
pub(super) fn question(parts: &Parts, call: &Prepared, total: u64) -> Prepared {
    let mut asking = Prepared { part: true, payload: crate::body::Payload::default(), ..call.clone() };
    asking.headers.remove(header::CONTENT_TYPE);
    match parts.by {
        PartsBy::ContentRange if parts.next.is_empty() => {
            asking.headers.insert(header::CONTENT_RANGE, text(&format!("bytes */{total}")));
        }
        PartsBy::ContentRange => asking.method = Method::GET,
        PartsBy::Tus => {
            tus(&mut asking);
            asking.method = Method::HEAD;
        }
    }
    asking
}

fn tus(call: &mut Prepared) {
    call.headers.insert(RESUMABLE, HeaderValue::from_static("1.0.0"));
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("digits and signs are a header value")
}

/// What the answer to the part that ended at `until` says.
pub(super) fn after_part(parts: &Parts, said: Said<'_>, until: u64, total: u64) -> Result<Told, Error> {
    let told = match (parts.by, said.status) {
        (PartsBy::Tus, _) => offset(said, total)?,
        (PartsBy::ContentRange, 308) => Told::Next(received(said.headers)?),
        (PartsBy::ContentRange, 202) => Told::Next(missing(parts, said.body)?.unwrap_or(until)),
        (PartsBy::ContentRange, _) if until == total => Told::Done,
        (PartsBy::ContentRange, _) => return Err(odd("it calls the file whole, and the last part has not been sent")),
    };
    possible(parts, told, until, total)
}

/// A server cannot have more than it was sent, nor all of it without an end.
fn possible(parts: &Parts, told: Told, sent: u64, total: u64) -> Result<Told, Error> {
    match told {
        Told::Next(next) if next > sent => Err(odd("it has more of the file than it was sent")),
        Told::Next(next) if next == total && parts.by == PartsBy::ContentRange => {
            Err(odd("it has all of the file, and does not say what became of it"))
        }
        told => Ok(told),
    }
}

/// What the answer to the question how much there is says.
pub(super) fn after_question(parts: &Parts, said: Said<'_>, sent: u64, total: u64) -> Result<Told, Error> {
    let told = match (parts.by, said.status) {
        (PartsBy::Tus, _) => offset(said, total)?,
        (PartsBy::ContentRange, 308) => Told::Next(received(said.headers)?),
        (PartsBy::ContentRange, _) if parts.next.is_empty() => Told::Done,
        (PartsBy::ContentRange, _) => {
            Told::Next(missing(parts, said.body)?.ok_or_else(|| odd("it does not say which parts of the file it misses"))?)
        }
    };
    possible(parts, told, sent, total)
}

/// tus: how much there is, of a file that must be as long as ours.
fn offset(said: Said<'_>, total: u64) -> Result<Told, Error> {
    let number = |name: &HeaderName| said.headers.get(name).and_then(|value| digits(value.to_str().ok()?));
    if number(&LENGTH).is_some_and(|length| length != total) {
        return Err(Error::new(ErrorKind::Input, format!("the upload was begun for a file of another length than {total} bytes")));
    }
    let next = number(&OFFSET).ok_or_else(|| odd("it does not say how much of the file it has"))?;
    Ok(if next == total { Told::Done } else { Told::Next(next) })
}

/// `Range: bytes=0-99`: that much is there; without one, nothing is.
fn received(headers: &HeaderMap) -> Result<u64, Error> {
    let Some(range) = headers.get(header::RANGE) else { return Ok(0) };
    let last = range.to_str().ok().and_then(|range| range.trim().strip_prefix("bytes=")?.strip_prefix("0-").and_then(digits));
    last.and_then(|last| last.checked_add(1)).ok_or_else(|| odd("what it says to have does not begin with the first byte"))
}

/// `["100-", "200-299"]`: where the first of what is missing begins.
fn missing(parts: &Parts, body: &[u8]) -> Result<Option<u64>, Error> {
    let found = if parts.next.is_empty() { None } else { pick(body, &[parts.next]).and_then(|mut found| found.pop()?) };
    let ranges = match found {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(ranges)) => ranges,
        Some(one) => vec![one],
    };
    let begin = |range: &Value| digits(range.as_str()?.split('-').next()?);
    let begins: Option<Vec<u64>> = ranges.iter().map(begin).collect();
    let begins = begins.ok_or_else(|| odd("what it misses is no list of ranges"))?;
    Ok(begins.into_iter().min())
}

fn digits(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn odd(what: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("the server does not do uploads in parts as the spec says: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: Parts = Parts { by: PartsBy::ContentRange, size: 10, multiple: 5, next: &["missing"] };
    const BY_HEADER: Parts = Parts { next: &[], ..LISTED };
    const TUS: Parts = Parts { by: PartsBy::Tus, ..BY_HEADER };

    fn told(parts: &Parts, status: u16, header: Option<(HeaderName, &str)>, body: &str) -> Result<Told, ErrorKind> {
        let headers: HeaderMap = header.into_iter().map(|(name, value)| (name, text(value))).collect();
        after_part(parts, Said { status, headers: &headers, body: body.as_bytes() }, 20, 30).map_err(|error| error.kind())
    }

    #[test]
    fn the_next_part_begins_where_the_server_says() {
        assert_eq!(told(&LISTED, 202, None, r#"{"missing": ["20-"]}"#), Ok(Told::Next(20)));
        assert_eq!(told(&LISTED, 202, None, r#"{"missing": ["15-29", "7-9"]}"#), Ok(Told::Next(7)));
        assert_eq!(told(&LISTED, 202, None, "{}"), Ok(Told::Next(20)));
        assert_eq!(told(&BY_HEADER, 308, Some((header::RANGE, "bytes=0-19")), ""), Ok(Told::Next(20)));
        assert_eq!(told(&BY_HEADER, 308, None, ""), Ok(Told::Next(0)));
        assert_eq!(told(&TUS, 204, Some((OFFSET, "20")), ""), Ok(Told::Next(20)));
    }

    #[test]
    fn a_server_has_no_more_than_it_was_sent_and_says_what_it_has() {
        for (parts, status, header, body) in [
            (&LISTED, 202, None, r#"{"missing": ["21-"]}"#),
            (&LISTED, 202, None, r#"{"missing": ["-5"]}"#),
            (&LISTED, 202, None, r#"{"missing": [7]}"#),
            (&LISTED, 201, None, "{}"),
            (&BY_HEADER, 308, Some((header::RANGE, "bytes=5-19")), ""),
            (&BY_HEADER, 308, Some((header::RANGE, "bytes=0-20")), ""),
            (&BY_HEADER, 308, Some((header::RANGE, "bytes=0-18446744073709551615")), ""),
            (&TUS, 204, None, ""),
            (&TUS, 204, Some((OFFSET, "30")), ""),
        ] {
            let told = told(parts, status, header.clone(), body);
            assert!(matches!(told, Err(ErrorKind::Decode) | Ok(Told::Done)), "{header:?} {body} {told:?}");
            assert!(told.is_err() || parts.by == PartsBy::Tus, "{header:?} {body}");
        }
    }

    #[test]
    fn a_server_that_has_all_says_what_became_of_it() {
        let headers: HeaderMap = [(header::RANGE, text("bytes=0-29"))].into_iter().collect();
        let said = Said { status: 308, headers: &headers, body: b"" };
        assert!(after_question(&BY_HEADER, said, 30, 30).is_err(), "nothing is left to be sent, and it is not done");
    }

    #[test]
    fn the_last_part_ends_it() {
        let none = HeaderMap::new();
        let said = |status| Said { status, headers: &none, body: br#"{"missing": []}"# };
        assert_eq!(after_part(&LISTED, said(201), 30, 30).expect("done"), Told::Done);
        assert!(after_part(&LISTED, said(202), 30, 30).is_err(), "nothing is missing, and nothing came of it");
        assert_eq!(after_question(&BY_HEADER, said(200), 30, 30).expect("done"), Told::Done);
        assert!(after_question(&LISTED, said(200), 30, 30).is_err());
        let other: HeaderMap = [(OFFSET, text("5")), (LENGTH, text("31"))].into_iter().collect();
        let error = after_question(&TUS, Said { status: 200, headers: &other, body: b"" }, 30, 30).expect_err("another file");
        assert_eq!(error.kind(), ErrorKind::Input);
    }
}
