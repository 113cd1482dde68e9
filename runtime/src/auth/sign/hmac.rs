//! Signatures that an API has of its own: which parts of the request stand in the signed text, in which order and spelling, is data. Where the
//! signature goes, and with it the time and the nonce, the connection's credentials say.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{HeaderValue, header};
use md5::{Digest as _, Md5};
use ring::{digest, hmac};

use super::{
    Signer,
    request::{encoded, host, pairs, set_header, set_target, sorted, unsignable},
    settings::{Settings, invalid},
};
use crate::{
    auth::{
        credential,
        error::AuthError,
        template::{self, Piece},
        values::Values,
    },
    connection::{FieldValues, Setup},
    operation::Credential,
    value::{self, Secret},
};

/// Signs a text that the spec puts together.
pub(super) struct Hmac {
    key: hmac::Key,
    text: &'static str,
    spelling: Spelling,
    time: Time,
    fields: FieldValues,
    /// What is sent only once it is known: with the time and the nonce, and with the signature.
    before: Vec<Credential>,
    after: Vec<Credential>,
    /// What can be sent before anything is signed.
    at_hand: Vec<Credential>,
}

#[derive(Clone, Copy, Debug)]
enum Spelling {
    Hex,
    UpperHex,
    Base64,
    Base64Url,
}

#[derive(Clone, Copy, Debug)]
enum Time {
    Seconds,
    Millis,
    Rfc3339,
    Http,
}

impl Hmac {
    pub(super) fn new(settings: &Settings<'_>, setup: &Setup) -> Result<Self, AuthError> {
        let algorithm = match settings.word("hash")? {
            "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            "sha256" => hmac::HMAC_SHA256,
            "sha384" => hmac::HMAC_SHA384,
            "sha512" => hmac::HMAC_SHA512,
            other => return Err(AuthError::table(format!("`{other}` is no hash"))),
        };
        let spelling = match settings.word("as")? {
            "hex" => Spelling::Hex,
            "upper_hex" => Spelling::UpperHex,
            "base64" => Spelling::Base64,
            "base64url" => Spelling::Base64Url,
            other => return Err(AuthError::table(format!("`{other}` is no spelling of a signature"))),
        };
        let time = match settings.word_or("time", "seconds") {
            "seconds" => Time::Seconds,
            "millis" => Time::Millis,
            "rfc3339" => Time::Rfc3339,
            "http" => Time::Http,
            other => return Err(AuthError::table(format!("`{other}` is no spelling of a time"))),
        };
        let (mut before, mut after, mut at_hand) = (Vec::new(), Vec::new(), Vec::new());
        for credential in setup.table.credentials {
            match (names(credential, &["signature"])?, names(credential, &["time", "nonce"])?) {
                (true, _) => after.push(*credential),
                (false, true) => before.push(*credential),
                (false, false) => at_hand.push(*credential),
            }
        }
        let key = hmac::Key::new(algorithm, &key(settings)?);
        Ok(Hmac { key, text: settings.word("text")?, spelling, time, fields: setup.fields.clone(), before, after, at_hand })
    }

    fn sign_with(&self, request: &mut http::Request<()>, body: Option<&[u8]>, time: &str, nonce: &str) -> Result<(), AuthError> {
        let mut values = self.fields.clone();
        values.set("time", time);
        values.set("nonce", nonce);
        send(&self.before, &values, request)?;
        let text = self.signed_text(request, body, &values)?;
        let signature = self.spelling.write(hmac::sign(&self.key, &text).as_ref());
        values.set("signature", signature);
        send(&self.after, &values, request)
    }

    fn signed_text(&self, request: &http::Request<()>, body: Option<&[u8]>, values: &FieldValues) -> Result<Vec<u8>, AuthError> {
        let values = Values::of(values);
        let mut text = Vec::new();
        for piece in template::pieces(self.text)? {
            match piece {
                Piece::Text(piece) => text.extend_from_slice(piece.as_bytes()),
                Piece::Hole("request.body") => text.extend_from_slice(body.ok_or_else(stream)?),
                Piece::Hole(name) => match part(name, request, body)? {
                    Some(part) => text.extend_from_slice(part.as_bytes()),
                    None => text.extend_from_slice(values.resolve(name)?.as_bytes()),
                },
            }
        }
        Ok(text)
    }
}

/// A part of the request by its name; none when it is no part of it.
fn part(name: &str, request: &http::Request<()>, body: Option<&[u8]>) -> Result<Option<String>, AuthError> {
    let uri = request.uri();
    let body = || body.ok_or_else(stream);
    let sha = |algorithm, body: &[u8]| digest::digest(algorithm, body);
    Ok(Some(match name {
        "request.method" => request.method().to_string(),
        "request.host" => host(uri)?,
        "request.path" => uri.path().to_owned(),
        "request.query" => uri.query().unwrap_or_default().to_owned(),
        "request.sorted_query" => sorted(&pairs(uri.query().unwrap_or_default())),
        "request.target" => uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
        "request.url" => uri.to_string(),
        "request.content_type" => match request.headers().get(header::CONTENT_TYPE) {
            Some(value) => value.to_str().map_err(|_| unsignable())?.to_owned(),
            None => String::new(),
        },
        "request.body_sha256" => value::bytes::hex(sha(&digest::SHA256, body()?).as_ref()),
        "request.body_sha256_base64" => STANDARD.encode(sha(&digest::SHA256, body()?)),
        "request.body_sha512" => value::bytes::hex(sha(&digest::SHA512, body()?).as_ref()),
        "request.body_md5" => value::bytes::hex(&Md5::digest(body()?)),
        "request.body_md5_base64" => STANDARD.encode(Md5::digest(body()?)),
        _ => return Ok(None),
    }))
}

fn stream() -> AuthError {
    AuthError::Unsignable { problem: "its body is signed, and it is a stream" }
}

impl Signer for Hmac {
    fn at_hand(&self, _all: &'static [Credential]) -> Vec<Credential> {
        self.at_hand.clone()
    }

    fn sign(&self, request: &mut http::Request<()>, body: Option<&[u8]>, now: SystemTime) -> Result<(), AuthError> {
        let nonce = super::nonce()?;
        self.sign_with(request, body, &self.time.write(now)?, &nonce)
    }

    fn query(&self) -> Vec<&'static str> {
        let query = |credential: &Credential| if let Credential::Query(name, _) = credential { Some(*name) } else { None };
        self.before.iter().chain(&self.after).filter_map(query).collect()
    }
}

/// Without the key.
impl fmt::Debug for Hmac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hmac").field("text", &self.text).field("spelling", &self.spelling).field("time", &self.time).finish_non_exhaustive()
    }
}

impl Spelling {
    fn write(self, bytes: &[u8]) -> String {
        match self {
            Spelling::Hex => value::bytes::hex(bytes),
            Spelling::UpperHex => value::bytes::hex(bytes).to_ascii_uppercase(),
            Spelling::Base64 => STANDARD.encode(bytes),
            Spelling::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        }
    }
}

impl Time {
    fn write(self, now: SystemTime) -> Result<String, AuthError> {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let date = || jiff::Timestamp::try_from(now).map_err(|_| AuthError::Unsignable { problem: "the clock shows no time of this era" });
        Ok(match self {
            Time::Seconds => since.as_secs().to_string(),
            Time::Millis => since.as_millis().to_string(),
            Time::Rfc3339 => date()?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Time::Http => date()?.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        })
    }
}

/// The key's bytes, however they are written.
fn key(settings: &Settings<'_>) -> Result<zeroize::Zeroizing<Vec<u8>>, AuthError> {
    let text: Secret = settings.must("key")?;
    let text = text.expose();
    let bytes = match settings.word_or("key_as", "text") {
        "text" => Some(text.as_bytes().to_vec()),
        spelled @ ("base64" | "hex") => value::bytes::parse(text, spelled).ok().map(Vec::from),
        other => return Err(AuthError::table(format!("`{other}` is no spelling of a key"))),
    };
    bytes.map(zeroize::Zeroizing::new).ok_or_else(|| invalid("key", "is not written as the spec says"))
}

/// Does a credential's value name one of these?
fn names(credential: &Credential, wanted: &[&str]) -> Result<bool, AuthError> {
    let templates = match credential {
        Credential::Header(_, value) | Credential::Query(_, value) | Credential::Cookie(_, value) => vec![*value],
        Credential::Basic(user, password) => vec![*user, *password],
    };
    for template in templates {
        if template::pieces(template)?.iter().any(|piece| matches!(piece, Piece::Hole(name) if wanted.contains(name))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts credentials into a request that is complete otherwise.
fn send(credentials: &[Credential], values: &FieldValues, request: &mut http::Request<()>) -> Result<(), AuthError> {
    let applied = credential::apply(credentials, &Values::of(values), 0)?;
    for (name, value) in applied.headers {
        request.headers_mut().insert(name, value);
    }
    for (name, value) in &applied.query {
        let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or_default());
        let joint = if query.is_empty() { "" } else { "&" };
        let query = format!("{query}{joint}{}={}", encoded(name), encoded(value));
        set_target(request, &path, &query)?;
    }
    for (name, value) in &applied.cookies {
        let old = request.headers().get(header::COOKIE).map(HeaderValue::to_str).transpose().map_err(|_| unsignable())?;
        let all = old.map_or_else(String::new, |old| format!("{old}; ")) + &format!("{name}={}", value.as_str());
        set_header(request, header::COOKIE, &all)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        operation::{ConnectionTable, Sign, SignKind},
        testing::SimulatedClock,
    };

    fn signer(
        settings: &[(&'static str, &'static str)],
        credentials: &[Credential],
        key: &str,
    ) -> Result<(Hmac, Vec<Credential>), AuthError> {
        let settings: &'static [(&str, &str)] = Box::leak(settings.to_vec().into_boxed_slice());
        let sign: &'static Sign = Box::leak(Box::new(Sign { kind: SignKind::Hmac, settings }));
        let credentials: &'static [Credential] = Box::leak(credentials.to_vec().into_boxed_slice());
        let table = Box::leak(Box::new(ConnectionTable { sign: Some(sign), credentials, ..ConnectionTable::EMPTY }));
        let mut fields = FieldValues::new();
        fields.set("api_key", "k-1");
        fields.set("secret", key);
        let base = url::Url::parse("https://acme.example").unwrap();
        let setup = Setup { table, fields, base, servers: Vec::new(), clock: Arc::new(SimulatedClock::default()), scope: String::new() };
        let signer = Hmac::new(&Settings::new(sign, Values::of(&setup.fields)), &setup)?;
        let at_hand = signer.at_hand(table.credentials);
        Ok((signer, at_hand))
    }

    /// The example in the documentation of a large exchange: query and body are signed as one, and the signature is the last parameter.
    #[test]
    fn a_query_is_signed_with_what_is_added_to_it() {
        let settings =
            [("hash", "sha256"), ("key", "{secret}"), ("text", "{request.query}{request.body}"), ("as", "hex"), ("time", "millis")];
        let credentials = [
            Credential::Header("X-Key", "{api_key}"),
            Credential::Query("signature", "{signature}"),
            Credential::Query("timestamp", "{time}"),
        ];
        let key = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
        let (signer, at_hand) = signer(&settings, &credentials, key).unwrap();
        assert_eq!(at_hand, [credentials[0]]);
        assert_eq!(signer.query(), ["timestamp", "signature"]);
        let url = "https://acme.example/order?symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000";
        let mut request = http::Request::post(url).body(()).unwrap();
        signer.sign_with(&mut request, Some(b""), "1499827319559", "n").unwrap();
        let expected = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71";
        assert_eq!(request.uri().to_string(), format!("{url}&timestamp=1499827319559&signature={expected}"));
    }

    #[test]
    fn every_part_of_a_request_can_be_signed() {
        let text = "{request.method} {request.host} {request.path} {request.sorted_query} {request.target} {request.url} {request.content_type} {request.body_sha256} {request.body_md5_base64} {time} {nonce} {api_key}";
        let settings = [("hash", "sha512"), ("key", "{secret}"), ("key_as", "hex"), ("text", text), ("as", "base64")];
        let (signer, _) = signer(&settings, &[Credential::Header("X-Sign", "v1={signature}")], "00ff10").unwrap();
        let url = "https://acme.example:8443/a%20b?z=1&a=x+y";
        let mut request = http::Request::put(url).header("content-type", "text/plain").body(()).unwrap();
        let signed = signer.signed_text(&request, Some(b"hello"), &{
            let mut values = signer.fields.clone();
            values.set("time", "12");
            values.set("nonce", "n0");
            values
        });
        let expected = format!(
            "PUT acme.example:8443 /a%20b a=x%20y&z=1 /a%20b?z=1&a=x+y {url} text/plain \
             2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 XUFAKrxLKna5cZ2REBfFkg== 12 n0 k-1"
        );
        assert_eq!(String::from_utf8(signed.unwrap()).unwrap(), expected);
        signer.sign_with(&mut request, Some(b"hello"), "12", "n0").unwrap();
        let value = &request.headers()["x-sign"];
        assert!(value.is_sensitive() && value.to_str().unwrap().starts_with("v1="));
        let key = hmac::Key::new(hmac::HMAC_SHA512, &[0, 0xff, 0x10]);
        let signature = STANDARD.decode(&value.to_str().unwrap()[3..]).unwrap();
        hmac::verify(&key, expected.as_bytes(), &signature).expect("the signature of this text");
        assert!(matches!(signer.sign_with(&mut request, None, "12", "n0"), Err(AuthError::Unsignable { .. })));
    }

    #[test]
    fn times_and_keys_are_written_as_the_spec_says() {
        let now = UNIX_EPOCH + std::time::Duration::from_millis(1_440_938_160_250);
        let written: Vec<String> =
            [Time::Seconds, Time::Millis, Time::Rfc3339, Time::Http].iter().map(|time| time.write(now).unwrap()).collect();
        assert_eq!(written, ["1440938160", "1440938160250", "2015-08-30T12:36:00Z", "Sun, 30 Aug 2015 12:36:00 GMT"]);
        for (spelling, wrong) in [("hex", "abc"), ("hex", "zz"), ("base64", "***")] {
            let settings = [("hash", "sha256"), ("key", "{secret}"), ("key_as", spelling), ("text", ""), ("as", "hex")];
            let error = signer(&settings, &[], wrong).unwrap_err();
            assert_eq!(error.to_string(), "the connection's field `key` is not written as the spec says");
        }
    }
}
