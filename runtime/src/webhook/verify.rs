//! Whether a delivery is genuine: its code, secret or token against what is declared. Pure: a request, the secrets and the time in; what was
//! proved out.

use http::StatusCode;
use ring::hmac;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::{
    challenge,
    part::{Content, Request, decoded, is_secret, values},
    refusal::Refusal,
    token,
};
use crate::{
    auth::{self, Piece},
    error::{Error, ErrorKind},
    operation::{DeliveryPart, DeliveryTime, Hash, Proof, ProofKind},
    value::Secret,
};

/// What a delivery proved.
#[derive(Debug)]
pub(super) struct Proved {
    /// What it is known by when it comes again.
    pub(super) key: [u8; 32],
    /// When it was sent, in milliseconds since 1970, where it says so in what is signed.
    pub(super) sent: Option<u64>,
    /// What the API calls it.
    pub(super) id: Option<String>,
    /// What was signed, where a challenge could be as short.
    pub(super) short: Option<Vec<u8>>,
    /// The claims of its token.
    pub(super) claims: Option<serde_json::Value>,
}

/// The keys that the secrets are; said when a receiver is made, not when a delivery comes.
pub(super) fn keys(proof: &Proof, secrets: &[Secret]) -> Result<Vec<Vec<u8>>, Error> {
    let wrong = |message: &str| Error::new(ErrorKind::Configuration, message);
    if proof.kind != ProofKind::None && (secrets.is_empty() || secrets.iter().any(|secret| secret.expose().is_empty())) {
        return Err(wrong("deliveries are proved by a secret, and there is none"));
    }
    if let ProofKind::Jwt(algorithm) = proof.kind {
        token::check(algorithm, secrets)?;
    }
    let key = |secret: &Secret| {
        let text = secret.expose();
        decoded(text.strip_prefix(proof.key_after).unwrap_or(text), proof.key).filter(|key| !key.is_empty())
    };
    secrets.iter().map(|secret| key(secret).ok_or_else(|| wrong("a secret is not written as the keys of this API are"))).collect()
}

/// Whether the request proves itself. Of its content nothing is read before that but what the proof needs.
pub(super) fn verify(
    proof: &Proof,
    request: &Request<'_>,
    content: &Content<'_, '_>,
    public_url: Option<&url::Url>,
    (secrets, keys): (&[Secret], &[Vec<u8>]),
    now: u64,
) -> Result<Proved, Refusal> {
    match proof.kind {
        ProofKind::None => Ok(Proved {
            key: digest(&[request.body]),
            sent: None,
            id: proof.id.and_then(|id| request.text(id, content)),
            claims: None,
            short: None,
        }),
        ProofKind::Token => {
            let sent = required(request, proof.sent.part, content)?;
            let given = values(&sent, &proof.sent);
            if !given.iter().filter_map(|one| decoded(one, proof.sent.encoding)).any(|one| is_secret(&one, secrets)) {
                return Err(Refusal::unproved("the secret is another"));
            }
            let id = proof.id.and_then(|id| request.text(id, content));
            // Who knows the secret may say whatever he likes, so what he calls it is as good as what it holds.
            let whose = whose(secrets.last().map_or(&[][..], |secret| secret.expose().as_bytes()));
            let key = id.as_ref().map_or_else(|| digest(&[&whose[..], request.body]), |id| digest(&[&whose[..], b"id", id.as_bytes()]));
            Ok(Proved { key, sent: None, id, claims: None, short: None })
        }
        ProofKind::Hmac(hash) => code(hash, proof, request, content, public_url, keys, now),
        ProofKind::Jwt(algorithm) => signed(algorithm, proof, request, content, secrets, now),
    }
}

fn code(
    hash: Hash,
    proof: &Proof,
    request: &Request<'_>,
    content: &Content<'_, '_>,
    public_url: Option<&url::Url>,
    keys: &[Vec<u8>],
    now: u64,
) -> Result<Proved, Refusal> {
    let sent = required(request, proof.sent.part, content)?;
    let codes: Vec<Vec<u8>> = values(&sent, &proof.sent).iter().filter_map(|one| decoded(one, proof.sent.encoding)).collect();
    if codes.is_empty() {
        return Err(Refusal::unproved("the signature is not written as declared"));
    }
    let (time_text, sent_at) = match &proof.time {
        Some(time) => time_of(time, request, content, now).map(|(text, at)| (text, Some(at)))?,
        None => (String::new(), None),
    };
    let id = || proof.id.and_then(|id| request.text(id, content));
    let over = auth::pieces(proof.over).map_err(|_| unfillable())?;
    let signs_id = over.contains(&Piece::Hole("id"));
    let signed_id = match signs_id.then(&id) {
        Some(None) => return Err(Refusal::unproved("the id that is part of what is signed is missing")),
        signed => signed.flatten().unwrap_or_default(),
    };
    let filled = Filled { request, time: &time_text, id: &signed_id };
    let messages = filled.messages(&over, public_url)?;
    let fits = |key: &&Vec<u8>| {
        // Every code against every message, however soon one fits.
        let made = messages.iter().map(|message| made(hash, key, message));
        let fits = made.flat_map(|made| codes.iter().map(move |code| made.as_slice().ct_eq(code)));
        bool::from(fits.fold(Choice::from(0), |genuine, fits| genuine | fits))
    };
    if !keys.iter().any(|key| fits(&key)) {
        return Err(Refusal::unproved("the signature is another"));
    }
    let whose = whose(keys.last().map_or(&[][..], Vec::as_slice));
    // Of two ways to write it, the shorter.
    let plain = messages.last().map_or(&[][..], Vec::as_slice);
    let short = (plain.iter().map(Vec::len).sum::<usize>() <= challenge::MOST).then(|| plain.concat());
    // An id that is not signed could be written anew beside an old delivery; then what is signed is what it is known by.
    let (id, in_body) = (id(), matches!(proof.id, Some(DeliveryPart::Body(_))));
    let key = match &id {
        Some(id) if signs_id || in_body => digest(&[&whose[..], b"id", id.as_bytes()]),
        // What can be written in several ways is known in the plain one: otherwise an old delivery could be written anew.
        _ => {
            let mut pieces = vec![whose.to_vec()];
            pieces.extend(messages.into_iter().next_back().unwrap_or_default());
            digest(&pieces)
        }
    };
    Ok(Proved { key, sent: sent_at, id, claims: None, short })
}

fn signed(
    algorithm: &str,
    proof: &Proof,
    request: &Request<'_>,
    content: &Content<'_, '_>,
    secrets: &[Secret],
    now: u64,
) -> Result<Proved, Refusal> {
    let sent = required(request, proof.sent.part, content)?;
    let tokens = values(&sent, &proof.sent);
    let [token] = tokens.as_slice() else { return Err(Refusal::unproved("the token is not written as declared")) };
    let claims = token::claims(token, algorithm, proof, secrets, now)?;
    let content = Content { body: content.body, claims: Some(&claims) };
    if let Some((claim, encoding)) = proof.digest {
        let stated = request.text(DeliveryPart::Claim(claim), &content).and_then(|stated| decoded(&stated, encoding));
        let stated = stated.ok_or_else(|| Refusal::unproved("the token does not say which body it is for"))?;
        if !bool::from(Sha256::digest(request.body).as_slice().ct_eq(&stated)) {
            return Err(Refusal::unproved("the token is for another body"));
        }
    }
    let sent_at = match &proof.time {
        Some(time) => Some(time_of(time, request, &content, now)?.1),
        None => None,
    };
    let id = proof.id.and_then(|id| request.text(id, &content));
    let signs_id = match proof.id {
        Some(DeliveryPart::Claim(_)) => true,
        Some(DeliveryPart::Body(_)) => proof.digest.is_some(),
        // Beside what is signed it could be written anew.
        _ => false,
    };
    let key = match &id {
        Some(id) if signs_id => digest(&[b"id", id.as_bytes()]),
        // What the token signs, which is another for each delivery, and what it came with. Not the signature: who has one of ECDSA can make
        // another that is as good.
        _ => digest(&[token.rsplit_once('.').map_or(token.as_str(), |(signed, _)| signed).as_bytes(), request.body]),
    };
    Ok(Proved { key, sent: sent_at, id, claims: Some(claims), short: None })
}

fn required(request: &Request<'_>, part: DeliveryPart, content: &Content<'_, '_>) -> Result<String, Refusal> {
    let missing = || match part {
        DeliveryPart::Header(name) => format!("there is no header `{name}`, or more than one"),
        DeliveryPart::Query(name) => format!("there is no parameter `{name}`, or more than one"),
        DeliveryPart::Claim(name) => format!("there is no claim `{name}`"),
        DeliveryPart::Body(path) => format!("there is no `{}` in the body", path.join(".")),
    };
    request.text(part, content).filter(|text| !text.is_empty()).ok_or_else(|| Refusal::unproved(missing()))
}

/// When a delivery was sent: as it was written, and in milliseconds. Too far from now, before or after, and it is refused.
fn time_of(time: &DeliveryTime, request: &Request<'_>, content: &Content<'_, '_>, now: u64) -> Result<(String, u64), Refusal> {
    let text = required(request, time.sent.part, content)?;
    let found = values(&text, &time.sent);
    let [text] = found.as_slice() else { return Err(Refusal::unproved("the time is not written as declared")) };
    let number: u64 = text.parse().map_err(|_| Refusal::unproved("the time is no number"))?;
    let at = if time.millis { Some(number) } else { number.checked_mul(1000) };
    let at = at.ok_or_else(|| Refusal::unproved("the time is beyond all times"))?;
    if now.abs_diff(at) > time.within {
        return Err(Refusal::unproved(if at < now { "it was sent too long ago" } else { "it claims to come from the future" }));
    }
    Ok((text.clone(), at))
}

/// The compiler writes no such template.
fn unfillable() -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "what is signed cannot be put together as the spec says")
}

/// What the holes of the signed text stand for.
struct Filled<'a> {
    request: &'a Request<'a>,
    time: &'a str,
    id: &'a str,
}

impl Filled<'_> {
    /// The pieces that are signed; twice where the URL may have been signed as it is or decoded.
    fn messages(&self, over: &[Piece<'_>], public_url: Option<&url::Url>) -> Result<Vec<Vec<Vec<u8>>>, Refusal> {
        if !over.contains(&Piece::Hole("url")) {
            return Ok(vec![self.message(over, "")?]);
        }
        let url = self.url(public_url)?;
        let plain = unescaped(&url);
        let mut messages = vec![self.message(over, &url)?];
        if plain != url {
            messages.push(self.message(over, &plain)?);
        }
        Ok(messages)
    }

    fn message(&self, over: &[Piece<'_>], url: &str) -> Result<Vec<Vec<u8>>, Refusal> {
        let piece = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => Ok(text.as_bytes().to_vec()),
            Piece::Hole("body") => Ok(self.request.body.to_vec()),
            Piece::Hole("time") => Ok(self.time.as_bytes().to_vec()),
            Piece::Hole("id") => Ok(self.id.as_bytes().to_vec()),
            Piece::Hole("method") => Ok(self.request.method.as_str().as_bytes().to_vec()),
            Piece::Hole("url") => Ok(url.as_bytes().to_vec()),
            Piece::Hole(_) => Err(unfillable()),
        };
        over.iter().map(piece).collect()
    }

    /// The address as the API knows it: behind a proxy, only the receiver's owner knows what stands before the path. What the request says of
    /// itself counts only where nobody told: servers of HTTP/2 say there what the proxy called, and senders say what they like.
    fn url(&self, public_url: Option<&url::Url>) -> Result<String, Refusal> {
        let uri = self.request.uri;
        if let Some(base) = public_url {
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            return Ok(base.origin().ascii_serialization() + path);
        }
        if uri.scheme().is_some() {
            return Ok(uri.to_string());
        }
        Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the URL is signed, and the receiver was not told its own"))
    }
}

/// What HubSpot decodes before it signs a URL, and nothing else.
fn unescaped(url: &str) -> String {
    const DECODED: [(&str, &str); 12] = [
        ("%3A", ":"),
        ("%2F", "/"),
        ("%3F", "?"),
        ("%40", "@"),
        ("%21", "!"),
        ("%24", "$"),
        ("%27", "'"),
        ("%28", "("),
        ("%29", ")"),
        ("%2A", "*"),
        ("%2C", ","),
        ("%3B", ";"),
    ];
    DECODED.iter().fold(url.to_owned(), |url, (written, meant)| url.replace(written, meant).replace(&written.to_lowercase(), meant))
}

/// The code of a message that comes in pieces.
pub(super) fn made<P: AsRef<[u8]>>(hash: Hash, key: &[u8], pieces: &[P]) -> Vec<u8> {
    let algorithm = match hash {
        Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => hmac::HMAC_SHA256,
        Hash::Sha384 => hmac::HMAC_SHA384,
        Hash::Sha512 => hmac::HMAC_SHA512,
    };
    let mut code = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    pieces.iter().for_each(|piece| code.update(piece.as_ref()));
    code.sign().as_ref().to_vec()
}

/// What tells the deliveries of one account from those of another in a log that they share: a little of the secret's digest, of which nobody gets to the
/// secret.
fn whose(secret: &[u8]) -> [u8; 4] {
    let [first, second, third, fourth, ..] = <[u8; 32]>::from(Sha256::digest(secret));
    [first, second, third, fourth]
}

/// What a delivery is known by. Pieces are told apart by their lengths.
pub(super) fn digest<P: AsRef<[u8]>>(pieces: &[P]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update((piece.as_ref().len() as u64).to_le_bytes());
        hasher.update(piece.as_ref());
    }
    hasher.finalize().into()
}

/// Signs as the API would, for tests and for stand-ins: the headers and query parameters of a delivery that proves itself.
#[cfg(feature = "testing")]
pub(crate) fn sign(
    proof: &Proof,
    request: &mut http::Request<bytes::Bytes>,
    public_url: Option<&url::Url>,
    secret: &Secret,
    now: u64,
) -> Result<(), Error> {
    use super::part::encoded;

    let failed = |_| Error::new(ErrorKind::Configuration, "the delivery cannot be signed");
    let put = |request: &mut http::Request<bytes::Bytes>, part: DeliveryPart, text: &str| -> Result<(), Error> {
        if let DeliveryPart::Header(name) = part {
            let name = http::HeaderName::try_from(name).map_err(|_| failed(()))?;
            let before = request.headers().get(&name).and_then(|value| value.to_str().ok()).map(|before| format!("{before},{text}"));
            let value = http::HeaderValue::try_from(before.as_deref().unwrap_or(text)).map_err(|_| failed(()))?;
            request.headers_mut().insert(name, value);
        } else if let DeliveryPart::Query(name) = part {
            let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or_default().to_owned());
            let mut pairs = url::form_urlencoded::Serializer::new(query);
            pairs.append_pair(name, text);
            *request.uri_mut() = format!("{path}?{}", pairs.finish()).parse().map_err(|_| failed(()))?;
        }
        Ok(())
    };
    if let Some(id) = proof.id
        && let DeliveryPart::Header(name) = id
        && request.headers().get(name).is_none()
    {
        put(request, id, &format!("{:032x}", fastrand::u128(..)))?;
    }
    let stamp = proof.time.as_ref().map(|time| if time.millis { now.to_string() } else { (now / 1000).to_string() });
    if let (Some(time), Some(stamp)) = (&proof.time, &stamp) {
        put(request, time.sent.part, &format!("{}{stamp}", time.sent.after))?;
    }
    match proof.kind {
        ProofKind::None => Ok(()),
        ProofKind::Token => {
            put(request, proof.sent.part, &format!("{}{}", proof.sent.after, encoded(secret.expose().as_bytes(), proof.sent.encoding)))
        }
        ProofKind::Jwt(algorithm) => {
            let token = token::make(algorithm, proof, request.body(), secret, now)?;
            put(request, proof.sent.part, &format!("{}{token}", proof.sent.after))
        }
        ProofKind::Hmac(hash) => {
            let keys = keys(proof, std::slice::from_ref(secret))?;
            let (method, uri, headers, body) =
                (request.method().clone(), request.uri().clone(), request.headers().clone(), request.body().clone());
            let shown = Request { method: &method, uri: &uri, headers: &headers, body: &body };
            let read: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
            let content = Content { body: &|| read.as_ref(), claims: None };
            let id = proof.id.and_then(|id| shown.text(id, &content)).unwrap_or_default();
            let filled = Filled { request: &shown, time: stamp.as_deref().unwrap_or_default(), id: &id };
            let over = auth::pieces(proof.over).map_err(|_| failed(()))?;
            let messages = filled.messages(&over, public_url).map_err(|_| failed(()))?;
            let code = made(hash, &keys[0], &messages[0]);
            put(request, proof.sent.part, &format!("{}{}", proof.sent.after, encoded(&code, proof.sent.encoding)))
        }
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

    use super::*;
    use crate::operation::{Encoded, Sent};

    const NOW: u64 = 1_700_000_000_000;
    const BODY: &str = r#"{"id":"evt_1","type":"order","amount":"12.50","to":["a","b"]}"#;

    const fn header(name: &'static str, after: &'static str, encoding: Encoded) -> Sent {
        Sent { part: DeliveryPart::Header(name), after, encoding, ..Sent::EMPTY }
    }

    const TIME: DeliveryTime = DeliveryTime { sent: header("x-time", "", Encoded::Text), millis: false, within: 300_000 };
    const CODE: Proof = Proof {
        kind: ProofKind::Hmac(Hash::Sha256),
        sent: Sent { split: " ", ..header("x-code", "v1,", Encoded::Base64) },
        over: "{id}.{time}.{body}",
        time: Some(TIME),
        id: Some(DeliveryPart::Header("x-id")),
        ..Proof::EMPTY
    };
    const HEX: Proof = Proof {
        kind: ProofKind::Hmac(Hash::Sha512),
        sent: header("x-code", "sha512=", Encoded::Hex),
        over: "{method}{url}{body}",
        id: Some(DeliveryPart::Body(&["id"])),
        ..Proof::EMPTY
    };
    const TOKEN: Proof = Proof {
        kind: ProofKind::Token,
        sent: header("x-code", "Bearer ", Encoded::Text),
        id: Some(DeliveryPart::Query("id")),
        ..Proof::EMPTY
    };
    #[cfg(feature = "jwt")]
    const JWT: Proof = Proof {
        kind: ProofKind::Jwt("HS256"),
        sent: header("x-code", "Bearer ", Encoded::Text),
        issuer: "acme",
        audience: "us",
        digest: Some(("body_hash", Encoded::Hex)),
        id: Some(DeliveryPart::Claim("jti")),
        ..Proof::EMPTY
    };

    /// A delivery as lines: address, id, time, code, and the rest is its body.
    fn lines(request: &http::Request<bytes::Bytes>) -> Vec<u8> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let head = format!("{}\n{}\n{}\n{}\n", request.uri(), header("x-id"), header("x-time"), header("x-code"));
        [head.as_bytes(), request.body()].concat()
    }

    fn read(bytes: &[u8]) -> Option<(Uri, HeaderMap, &[u8])> {
        let mut parts = bytes.splitn(5, |byte| *byte == b'\n');
        let uri = Uri::try_from(parts.next()?).ok()?;
        let mut headers = HeaderMap::new();
        for name in ["x-id", "x-time", "x-code"] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_bytes(parts.next()?).ok()?);
        }
        Some((uri, headers, parts.next()?))
    }

    /// Whatever is changed of a delivery, it is refused, unless nothing of what its proof covers was changed.
    fn only_what_was_sent_is_genuine(proof: &Proof, covers: fn(&Uri, &HeaderMap, &[u8]) -> Vec<u8>) {
        let secret = Secret::new("c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0");
        let secrets = [secret.clone()];
        let keys = keys(proof, &secrets).expect("keys");
        let public = url::Url::parse("https://me.example").expect("a URL");
        let mut sent = http::Request::new(bytes::Bytes::from_static(BODY.as_bytes()));
        *sent.uri_mut() = "/hooks?id=7".parse().expect("an address");
        *sent.method_mut() = Method::POST;
        sign(proof, &mut sent, Some(&public), &secret, NOW).expect("it is signed");
        let covered = covers(sent.uri(), sent.headers(), sent.body());
        let (good, mut genuine) = (lines(&sent), 0);
        let pieces = [
            "\n",
            "v1,",
            " ",
            "sha512=",
            "Bearer ",
            ".",
            "=",
            "0",
            "9999999999999999999",
            "null",
            "{",
            "\"",
            "%2F",
            "A",
            "eyJhbGciOiJub25lIn0.",
        ];
        crate::fuzz::feed(41, &[&good], &pieces, |bytes| {
            let Some((uri, headers, body)) = read(bytes) else { return };
            let request = Request { method: &Method::POST, uri: &uri, headers: &headers, body };
            let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
            let proved = verify(proof, &request, &Content { body: &|| json.as_ref(), claims: None }, Some(&public), (&secrets, &keys), NOW);
            if proved.is_ok() {
                genuine += 1;
                assert_eq!(covers(&uri, &headers, body), covered, "{}", String::from_utf8_lossy(bytes));
            }
        });
        assert!(genuine > 0, "what was sent is genuine");
    }

    #[test]
    fn nothing_broken_is_proved_by_a_code() {
        only_what_was_sent_is_genuine(&CODE, |_, headers, body| {
            [headers["x-id"].as_bytes(), headers["x-time"].as_bytes(), body].join(&b'.')
        });
        only_what_was_sent_is_genuine(&HEX, |uri, _, body| [unescaped(&uri.to_string()).as_bytes(), body].concat());
    }

    #[test]
    fn nothing_broken_is_proved_by_a_token() {
        only_what_was_sent_is_genuine(&TOKEN, |_, headers, _| headers["x-code"].as_bytes().to_vec());
    }

    #[cfg(feature = "jwt")]
    #[test]
    fn nothing_broken_is_proved_by_a_json_web_token() {
        only_what_was_sent_is_genuine(&JWT, |_, _, body| body.to_vec());
    }
}
