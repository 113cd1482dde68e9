//! What byte ranges say (RFC 9110, section 14): which answer goes on with a file, which is of another, and which is neither. Pure decisions over the
//! head of an answer; asking is `source`'s.

use http::{HeaderMap, StatusCode, header};

use crate::{
    error::{Error, ErrorKind},
    retry::http_date,
};

/// What tells one state of a file from every other: the only things that `If-Range` may carry (RFC 9110, 13.1.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Validator {
    /// A strong entity tag, quotes included.
    Tag(String),
    /// When it was changed, where that is too long ago to have happened twice.
    Modified(String),
}

impl Validator {
    /// None where the server gives nothing that is good for it. A date is not where there is a tag, and a date within the second in which the
    /// answer was made may be that of two states (RFC 9110, 8.8.2.2).
    pub(crate) fn of(headers: &HeaderMap) -> Option<Validator> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        if let Some(tag) = text(header::ETAG) {
            return is_strong(tag).then(|| Validator::Tag(tag.to_owned()));
        }
        let modified = text(header::LAST_MODIFIED)?;
        let (then, answered) = (http_date(modified)?, http_date(text(header::DATE)?)?);
        let apart = answered.duration_since(then).ok()?;
        (apart.as_secs() >= 1).then(|| Validator::Modified(modified.to_owned()))
    }

    /// What `If-Range` says.
    pub(crate) fn text(&self) -> &str {
        match self {
            Validator::Tag(text) | Validator::Modified(text) => text,
        }
    }

    /// Whether an answer is of another state. One that does not say is believed: it was asked with `If-Range`.
    fn contradicts(&self, headers: &HeaderMap) -> bool {
        let name = match self {
            Validator::Tag(_) => header::ETAG,
            Validator::Modified(_) => header::LAST_MODIFIED,
        };
        headers.get(name).is_some_and(|value| value.as_bytes().trim_ascii() != self.text().as_bytes())
    }

    /// Whether an answer says that it is of the same state.
    fn confirmed(&self, headers: &HeaderMap) -> bool {
        Validator::of(headers).is_some_and(|theirs| theirs == *self)
    }
}

fn is_strong(tag: &str) -> bool {
    tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"') && tag.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

/// A file of which a part has come.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) validator: Validator,
    /// How long all of it is, where that was said.
    pub(crate) total: Option<u64>,
    /// How it is packed, as the server said; ranges are of what is packed.
    pub(crate) encoding: Option<Vec<u8>>,
}

/// What an answer to "go on from here" is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// What follows, up to here, of so much.
    Part { until: u64, total: Option<u64> },
    /// The same from its beginning: the server knows no ranges.
    Whole,
    /// Another one from its beginning: it has changed.
    Changed,
    /// Nothing follows.
    Ended,
    /// There is no such place in what there is now, and nothing came.
    OutOfRange,
}

/// Sorts the head of an answer to a request for all from `at` on.
pub(crate) fn sort(known: &Known, at: u64, status: StatusCode, headers: &HeaderMap) -> Result<Answer, Error> {
    match status {
        StatusCode::PARTIAL_CONTENT => part(known, at, headers),
        StatusCode::RANGE_NOT_SATISFIABLE => Ok(match content_range(headers) {
            Some(Range { span: None, total: Some(total) }) if total == at && known.total.is_none_or(|known| known == total) => {
                Answer::Ended
            }
            _ => Answer::OutOfRange,
        }),
        _ if known.validator.confirmed(headers) && encoding(headers) == known.encoding => Ok(Answer::Whole),
        _ => Ok(Answer::Changed),
    }
}

fn part(known: &Known, at: u64, headers: &HeaderMap) -> Result<Answer, Error> {
    let wrong = |what: &str| Err(Error::new(ErrorKind::Decode, format!("the server goes on with the file in the wrong way: {what}")));
    // A server that holds `If-Range` to be fulfilled and sends another state is broken; bytes of two states are never put together.
    if known.validator.contradicts(headers) {
        return wrong("the part is of another state of it");
    }
    let Some(Range { span: Some((first, last)), total }) = content_range(headers) else {
        return wrong("`Content-Range` does not say which part it is");
    };
    if first != at {
        return wrong(&format!("it was asked from byte {at}, and the part begins at {first}"));
    }
    if let (Some(known), Some(total)) = (known.total, total)
        && known != total
    {
        return wrong(&format!("it had {known} bytes, and now it has {total}"));
    }
    let total = total.or(known.total);
    if total.is_some_and(|total| last >= total) {
        return wrong("the part ends after the end of the file");
    }
    if encoding(headers) != known.encoding {
        return wrong("the part is packed in another way");
    }
    let until = last.checked_add(1).ok_or_else(|| Error::new(ErrorKind::Limit, "the file is longer than can be counted"))?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
    if length.is_some_and(|length| length != until - first) {
        return wrong("the part is not as long as its range");
    }
    Ok(Answer::Part { until, total })
}

/// How an answer is packed.
pub(crate) fn encoding(headers: &HeaderMap) -> Option<Vec<u8>> {
    let stated = headers.get(header::CONTENT_ENCODING)?.as_bytes().to_ascii_lowercase();
    Some(stated).filter(|stated| !matches!(stated.as_slice(), b"" | b"identity"))
}

/// What `Content-Range` says: the first and the last byte, and how many there are.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    span: Option<(u64, u64)>,
    total: Option<u64>,
}

/// One range of bytes (RFC 9110, 14.4); none where it is anything else.
fn content_range(headers: &HeaderMap) -> Option<Range> {
    let mut values = headers.get_all(header::CONTENT_RANGE).iter();
    let (text, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    let (unit, rest) = text.trim().split_once(' ')?;
    let (span, total) = rest.trim().split_once('/')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let total = if total == "*" { None } else { Some(number(total)?) };
    if span == "*" {
        return Some(Range { span: None, total });
    }
    let (first, last) = span.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some(Range { span: Some((first, last)), total })
}

/// Digits and nothing else: `parse` alone would take a sign.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).expect("a header"))).collect()
    }

    fn known(total: Option<u64>) -> Known {
        Known { validator: Validator::Tag("\"a\"".into()), total, encoding: None }
    }

    fn sorted(total: Option<u64>, status: u16, pairs: &[(HeaderName, &str)]) -> Result<Answer, ErrorKind> {
        let status = StatusCode::from_u16(status).expect("a status");
        sort(&known(total), 4, status, &headers(pairs)).map_err(|error| error.kind())
    }

    #[test]
    fn only_strong_validators_are_good() {
        let validator = |pairs: &[(HeaderName, &str)]| Validator::of(&headers(pairs));
        let (modified, date) = ("Tue, 06 Oct 2026 10:00:00 GMT", "Tue, 06 Oct 2026 10:00:01 GMT");
        assert_eq!(validator(&[(header::ETAG, "\"a\"")]), Some(Validator::Tag("\"a\"".into())));
        for weak in ["W/\"a\"", "a", "\"", "\"a b\"", ""] {
            let pairs = [(header::ETAG, weak), (header::LAST_MODIFIED, modified), (header::DATE, date)];
            assert_eq!(validator(&pairs), None, "{weak}");
        }
        assert_eq!(validator(&[(header::LAST_MODIFIED, modified), (header::DATE, date)]), Some(Validator::Modified(modified.into())));
        assert_eq!(validator(&[(header::LAST_MODIFIED, modified), (header::DATE, modified)]), None);
        assert_eq!(validator(&[(header::LAST_MODIFIED, modified)]), None);
    }

    #[test]
    fn a_part_follows_what_there_is() {
        let range = |text| [(header::CONTENT_RANGE, text)];
        assert_eq!(sorted(Some(10), 206, &range("bytes 4-9/10")), Ok(Answer::Part { until: 10, total: Some(10) }));
        assert_eq!(sorted(None, 206, &range("bytes 4-6/10")), Ok(Answer::Part { until: 7, total: Some(10) }));
        assert_eq!(sorted(Some(10), 206, &range("Bytes 4-9/*")), Ok(Answer::Part { until: 10, total: Some(10) }));
        for wrong in [
            "bytes 0-9/10",
            "bytes 5-9/10",
            "bytes 4-9/11",
            "bytes 4-10/10",
            "bytes 9-4/10",
            "bytes */10",
            "bytes +4-9/10",
            "bytes 4-18446744073709551615/*",
            "bytes 4-99999999999999999999/*",
            "items 4-9/10",
            "4-9/10",
            "",
        ] {
            assert!(sorted(Some(10), 206, &range(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(sorted(Some(10), 206, &[]), Err(ErrorKind::Decode));
        let also = |name, value| sorted(Some(10), 206, &[(header::CONTENT_RANGE, "bytes 4-9/10"), (name, value)]);
        assert!(also(header::ETAG, "\"a\"").is_ok());
        assert!(also(header::ETAG, "\"b\"").is_err());
        assert!(also(header::CONTENT_ENCODING, "gzip").is_err());
        assert!(also(header::CONTENT_LENGTH, "6").is_ok());
        assert!(also(header::CONTENT_LENGTH, "7").is_err());
        assert!(also(header::CONTENT_RANGE, "bytes 4-9/10").is_err(), "two ranges");
    }

    #[test]
    fn what_is_no_part_begins_anew_or_ends() {
        assert_eq!(sorted(Some(10), 200, &[(header::ETAG, "\"a\"")]), Ok(Answer::Whole));
        assert_eq!(sorted(Some(10), 200, &[(header::ETAG, "\"b\"")]), Ok(Answer::Changed));
        assert_eq!(sorted(Some(10), 200, &[]), Ok(Answer::Changed));
        assert_eq!(sorted(None, 416, &[(header::CONTENT_RANGE, "bytes */4")]), Ok(Answer::Ended));
        assert_eq!(sorted(Some(10), 416, &[(header::CONTENT_RANGE, "bytes */4")]), Ok(Answer::OutOfRange));
        assert_eq!(sorted(None, 416, &[(header::CONTENT_RANGE, "bytes */3")]), Ok(Answer::OutOfRange));
        assert_eq!(sorted(None, 416, &[]), Ok(Answer::OutOfRange));
    }

    #[test]
    fn broken_ranges_are_no_part_and_do_no_harm() {
        let good = ["bytes 4-9/10", "bytes */10", "Bytes 4-9/*"];
        crate::fuzz::feed_text(
            50,
            &good,
            &["-", "/", "*", "+", " ", "bytes", "18446744073709551615", "99999999999999999999", "\u{e9}"],
            |text| {
                let Ok(value) = http::HeaderValue::from_bytes(text.as_bytes()) else { return };
                let headers = HeaderMap::from_iter([(header::CONTENT_RANGE, value)]);
                for status in [StatusCode::PARTIAL_CONTENT, StatusCode::RANGE_NOT_SATISFIABLE] {
                    if let Ok(Answer::Part { until, total }) = sort(&known(Some(10)), 4, status, &headers) {
                        assert!((5..=10).contains(&until) && total == Some(10), "{text}");
                    }
                }
            },
        );
    }
}
