//! AWS Signature Version 4 in the `Authorization` header: the canonical request, the string to sign, and the key of the day.
//!
//! What is signed is what is sent: path and query are first rewritten to the one strict encoding, so that both sides read them alike. S3 signs
//! the path as it stands, every other service encodes it once more. A stream is not hashed; over TLS it goes as `UNSIGNED-PAYLOAD`.

use std::{
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use http::{HeaderName, HeaderValue, header};
use ring::{digest, hmac};

use super::{
    Signer,
    request::{authorize, decoded, encoded, encoded_bytes, host, joined, pairs, set_header, set_target, sorted},
    settings::Settings,
};
use crate::{
    auth::{error::AuthError, template},
    value::{Secret, bytes},
};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const CONTENT: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What proxies and the transport may change is not signed.
const UNSIGNED_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "te",
    "transfer-encoding",
    "user-agent",
];

/// Signs for one service in one region.
pub(super) struct Aws4 {
    service: String,
    region: String,
    key: String,
    secret: Secret,
    session: Option<Secret>,
    /// The key of a day, which takes four rounds to make.
    today: Mutex<Option<(String, hmac::Key)>>,
}

/// Without the keys.
impl std::fmt::Debug for Aws4 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aws4").field("service", &self.service).field("region", &self.region).finish_non_exhaustive()
    }
}

impl Aws4 {
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, AuthError> {
        let part = |name| settings.token(name, &['/', ',']);
        Ok(Aws4 {
            service: part("service")?,
            region: part("region")?,
            key: part("key")?,
            secret: settings.must("secret")?,
            session: settings.may("session")?,
            today: Mutex::default(),
        })
    }

    fn is_s3(&self) -> bool {
        matches!(self.service.as_str(), "s3" | "s3-object-lambda" | "s3-outposts" | "s3express")
    }

    /// The path in the strict encoding. S3 knows no escaped slash in a key.
    fn path(&self, path: &str) -> Result<String, AuthError> {
        if !self.is_s3() {
            return Ok(path.split('/').map(|segment| encoded_bytes(&decoded(segment))).collect::<Vec<_>>().join("/"));
        }
        let segments: Vec<Vec<u8>> = decoded(path).split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect();
        if segments.iter().any(|segment| matches!(segment.as_slice(), b"." | b"..")) {
            return Err(AuthError::Unsignable { problem: "a part of its path is `.` or `..`" });
        }
        Ok(segments.iter().map(|segment| encoded_bytes(segment)).collect::<Vec<_>>().join("/"))
    }

    /// The path as it is signed, from the one that is sent.
    fn canonical_path(&self, path: &str) -> String {
        if self.is_s3() {
            return path.to_owned();
        }
        let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(encoded).collect();
        let end = if path.ends_with('/') && !parts.is_empty() { "/" } else { "" };
        format!("/{}{end}", parts.join("/"))
    }

    fn payload(&self, request: &http::Request<()>, body: Option<&[u8]>) -> Result<String, AuthError> {
        match body {
            Some(body) => Ok(bytes::hex(digest::digest(&digest::SHA256, body).as_ref())),
            None => {
                let url = url::Url::parse(&request.uri().to_string()).map_err(|_| super::request::unsignable())?;
                template::require_tls(&url)?;
                Ok(UNSIGNED.to_owned())
            }
        }
    }

    fn key_of(&self, day: &str) -> hmac::Key {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = today.as_ref().filter(|(known, _)| known == day) {
            return key.clone();
        }
        let start = Secret::new(format!("AWS4{}", self.secret.expose()));
        let mut key = hmac::Key::new(hmac::HMAC_SHA256, start.expose().as_bytes());
        for part in [day, &self.region, &self.service, "aws4_request"] {
            key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
        }
        *today = Some((day.to_owned(), key.clone()));
        key
    }
}

impl Signer for Aws4 {
    fn sign(&self, request: &mut http::Request<()>, body: Option<&[u8]>, now: SystemTime) -> Result<(), AuthError> {
        let time = basic_time(now)?;
        let day = &time[..8];
        let payload = self.payload(request, body)?;
        let path = self.path(request.uri().path())?;
        let query = pairs(request.uri().query().unwrap_or_default());
        set_target(request, &path, &joined(&query))?;
        set_header(request, DATE, &time)?;
        if self.is_s3() || payload == UNSIGNED {
            set_header(request, CONTENT, &payload)?;
        }
        if let Some(session) = &self.session {
            set_header(request, TOKEN, session.expose())?;
        }
        let (names, lines) = canonical_headers(request)?;
        let canonical = format!("{}\n{}\n{}\n{lines}\n{names}\n{payload}", request.method(), self.canonical_path(&path), sorted(&query));
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let hashed = bytes::hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        let text = format!("{ALGORITHM}\n{time}\n{scope}\n{hashed}");
        let signature = bytes::hex(hmac::sign(&self.key_of(day), text.as_bytes()).as_ref());
        authorize(request, &format!("{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", self.key))
    }
}

/// The names of the signed headers, and a line for each.
fn canonical_headers(request: &http::Request<()>) -> Result<(String, String), AuthError> {
    let headers = request.headers();
    let mut signed: Vec<(&str, String)> = Vec::new();
    for name in headers.keys().map(HeaderName::as_str).filter(|name| !UNSIGNED_HEADERS.contains(name) && *name != header::HOST.as_str()) {
        let values: Result<Vec<String>, AuthError> = headers.get_all(name).iter().map(trimmed).collect();
        signed.push((name, values?.join(",")));
    }
    signed.push((header::HOST.as_str(), host(request.uri())?));
    signed.sort();
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    Ok((names.join(";"), lines))
}

/// Without space at the ends, and with one space for several.
fn trimmed(value: &HeaderValue) -> Result<String, AuthError> {
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| AuthError::Unsignable { problem: "a header of it is not text" })?;
    Ok(text.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

/// `20150830T123600Z`
fn basic_time(now: SystemTime) -> Result<String, AuthError> {
    let time = jiff::Timestamp::try_from(now).map_err(|_| AuthError::Unsignable { problem: "the clock shows no time of this era" })?;
    Ok(time.strftime("%Y%m%dT%H%M%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::settings::tests::settings;
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn signer(service: &'static str, session: Option<&'static str>) -> Aws4 {
        let mut pairs = vec![("service", service), ("region", "us-east-1"), ("key", "AKIDEXAMPLE"), ("secret", SECRET)];
        pairs.extend(session.map(|session| ("session", session)));
        Aws4::new(&settings(&pairs)).unwrap()
    }

    /// What the clock of AWS's own test suite shows.
    fn then() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_440_938_160)
    }

    fn signed(signer: &Aws4, method: &str, url: &str, header: Option<(&str, &str)>, body: Option<&[u8]>) -> http::Request<()> {
        let mut request = http::Request::builder().method(method).uri(url).header("user-agent", "x").body(()).unwrap();
        if let Some((name, value)) = header {
            request.headers_mut().insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
        signer.sign(&mut request, body, then()).unwrap();
        request
    }

    fn tail(request: &http::Request<()>) -> String {
        let value = &request.headers()[header::AUTHORIZATION];
        assert!(value.is_sensitive());
        let value = value.to_str().unwrap();
        let start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/";
        value.strip_prefix(start).and_then(|rest| rest.split_once("/aws4_request, SignedHeaders=")).expect("a signature").1.to_owned()
    }

    /// `get-vanilla`, `get-vanilla-query-unreserved` of AWS's test suite; the rest was signed by botocore with the same key and time.
    #[test]
    fn other_services_are_signed_as_aws_signs_them() {
        let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let unreserved = format!("https://example.amazonaws.com/?{unreserved}={unreserved}");
        for (url, header, expected) in [
            (
                "https://example.amazonaws.com/",
                None,
                "host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (&unreserved, None, "host;x-amz-date, Signature=9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
            (
                "https://example.amazonaws.com/a%20b/%E1%88%B4/x%2Fy",
                None,
                "host;x-amz-date, Signature=5641c1c31aeacc6eeead9c1de9b327019d6e10caf2045add4422fae8c84792a7",
            ),
            (
                "https://example.amazonaws.com//a//b/",
                None,
                "host;x-amz-date, Signature=125084d05882beb82770f7553eca9dc5479bd484c2579776817cc0a340800974",
            ),
            (
                "https://example.amazonaws.com/?b=2&a=x+y%2Bz&a=1&A=%2F",
                None,
                "host;x-amz-date, Signature=01b32d029f154a0aa9ce6209669ba48d9e442593df188c6e8cae9e880d0883cb",
            ),
            (
                "https://example.amazonaws.com/",
                Some(("my-header1", "  value1   two  ")),
                "host;my-header1;x-amz-date, Signature=9872f539ecaf251f24cf2a5d2ab50ca379daa9772e89519ddf44740df1d2eacd",
            ),
        ] {
            assert_eq!(tail(&signed(&signer("service", None), "GET", url, header, Some(b""))), expected, "{url}");
        }
        let form = Some(("content-type", "application/x-www-form-urlencoded; charset=utf-8"));
        let request = signed(&signer("service", None), "POST", "https://example.amazonaws.com/", form, Some(b"Param1=value1"));
        let expected = "content-type;host;x-amz-date, Signature=2f3b42f35f135abf9c562afcbbc44fc03df96dcfd4332ecebad8b39a7d4b6125";
        assert_eq!(tail(&request), expected);
        assert_eq!(request.headers()["x-amz-date"], "20150830T123600Z");
        assert!(!request.headers().contains_key("x-amz-content-sha256"));
    }

    #[test]
    fn a_session_token_and_a_port_are_signed() {
        let session = signer("service", Some("AQoDYXdzEPT//////////wEXAMPLE"));
        let request = signed(&session, "GET", "https://example.amazonaws.com:8443/", None, Some(b""));
        let expected = "host;x-amz-date;x-amz-security-token, Signature=2c24bbdef374cf431fe3129c6406a2effdcdb2548f08ae136fdd176ea3ae7507";
        assert_eq!(tail(&request), expected);
        assert!(request.headers()["x-amz-security-token"].is_sensitive());
    }

    /// Signed by botocore's signer for S3 with the same key and time.
    #[test]
    fn s3_signs_the_path_as_it_is_sent() {
        let s3 = signer("s3", None);
        let text = Some(("content-type", "text/plain"));
        let names = "content-type;host;x-amz-content-sha256;x-amz-date";
        // Whatever way the address spells its path and query, one spelling is sent.
        for url in ["https://example.amazonaws.com/b/a%20b/%E1%88%B4/(x)+y", "https://example.amazonaws.com/b/a%20b%2F%E1%88%B4/(x)%2By"] {
            let request = signed(&s3, "PUT", url, text, Some(b"hello"));
            let expected = format!("{names}, Signature=7b5c8ac0c8deabd376e270ea5df13bf0e258cc15585dc8f3085721989547ac9a");
            assert_eq!(tail(&request), expected, "{url}");
            assert_eq!(request.uri(), "https://example.amazonaws.com/b/a%20b/%E1%88%B4/%28x%29%2By");
        }
        let express =
            signed(&signer("s3express", None), "PUT", "https://example.amazonaws.com/b/a%20b/%E1%88%B4/(x)+y", text, Some(b"hello"));
        let expected = format!("{names}, Signature=aefce83f30bb5a773531d75d19a78fd62a277f42de2472bc0d327a9dd7f1837b");
        assert_eq!(tail(&express), expected);
        let listed = signed(&s3, "GET", "https://example.amazonaws.com/b?list-type=2&prefix=a/b+c", None, Some(b""));
        let expected = "host;x-amz-content-sha256;x-amz-date, Signature=5ed65bbcb006cb987cd110247a1470bf606d17efea27e4f78b9389f3496216d5";
        assert_eq!((tail(&listed).as_str(), listed.uri().query()), (expected, Some("list-type=2&prefix=a%2Fb%20c")));
    }

    #[test]
    fn a_path_that_would_become_another_is_refused() {
        let mut request = http::Request::get("https://s3.amazonaws.com/mine/a%2F..%2F..%2Ftheirs").body(()).unwrap();
        let error = signer("s3", None).sign(&mut request, Some(b""), then()).unwrap_err();
        assert_eq!(error.to_string(), "the request cannot be signed: a part of its path is `.` or `..`");
    }

    #[test]
    fn a_stream_goes_unhashed_and_over_tls_only() {
        let s3 = signer("s3", None);
        let request = signed(&s3, "PUT", "https://s3.amazonaws.com/b/k", None, None);
        assert_eq!(request.headers()["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
        let mut plain = http::Request::put("http://s3.amazonaws.com/b/k").body(()).unwrap();
        assert!(matches!(s3.sign(&mut plain, None, then()), Err(AuthError::UnsafeAddress { .. })));
    }

    #[test]
    fn the_key_is_made_once_a_day_and_shown_never() {
        let signer = signer("service", None);
        let url = "https://example.amazonaws.com/";
        let first = tail(&signed(&signer, "GET", url, None, Some(b"")));
        let mut next = http::Request::get(url).body(()).unwrap();
        signer.sign(&mut next, Some(b""), then() + Duration::from_secs(86_400)).unwrap();
        assert!(next.headers()[header::AUTHORIZATION].to_str().unwrap().contains("/20150831/"));
        assert_eq!(tail(&signed(&signer, "GET", url, None, Some(b""))), first);
        assert!(!format!("{signer:?}").contains("wJalr"));
    }
}
