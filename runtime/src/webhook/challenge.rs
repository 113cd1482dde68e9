//! Requests that show that the receiver is there: they are answered, and nobody is told of them.
//!
//! What is asked in the query comes without a proof, so anybody may ask. An answer made with the secret is given to little more than letters and
//! digits, and a delivery that consists of no more than that is refused: otherwise a stranger could have one of his own signed.

use bytes::Bytes;
use http::{Response, StatusCode, header};

use super::{
    part::{Content, Request, encoded},
    refusal::{Refusal, text},
    verify::made,
};
use crate::{
    auth::{self, Piece},
    operation::{Challenge, DeliveryPart, Encoded, Hash, ProofKind, Webhook},
    value::Secret,
};

/// The most letters of a challenge.
pub(super) const MOST: usize = 512;

/// The answer, if the request is one of these challenges; `from_body`: those in the body, which was proved, or those that are not.
pub(super) fn answer(
    webhook: &Webhook,
    request: &Request<'_>,
    content: &Content<'_, '_>,
    (secrets, keys): (&[Secret], &[Vec<u8>]),
    from_body: bool,
) -> Option<Result<Response<Bytes>, Refusal>> {
    webhook.challenges.iter().find_map(|challenge| {
        if matches!(challenge.part, DeliveryPart::Body(_)) != from_body || !request.holds(challenge.when, content, secrets) {
            return None;
        }
        let given = request.text(challenge.part, content)?;
        Some(answered(webhook, challenge, &given, keys))
    })
}

/// Whether a stranger may have had this signed, by asking for it.
pub(super) fn may_have_signed(webhook: &Webhook, message: &[u8]) -> bool {
    let anybody = webhook.challenges.iter().filter(|challenge| !matches!(challenge.part, DeliveryPart::Body(_)));
    let mut templates = anybody.flat_map(|challenge| challenge.answer).map(|(_, template)| auth::pieces(template));
    let signs = templates.any(|pieces| pieces.is_ok_and(|pieces| pieces.iter().any(is_code)));
    signs && message.len() <= MOST && may_be_signed(webhook, message)
}

fn may_be_signed(webhook: &Webhook, text: &[u8]) -> bool {
    // A form needs no more than `=` to be one.
    let also: &[u8] = if webhook.form { b"-_" } else { b"-_.~+/=" };
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || also.contains(byte))
}

fn is_code(piece: &Piece<'_>) -> bool {
    matches!(piece, Piece::Hole("hmac.hex" | "hmac.base64"))
}

fn answered(webhook: &Webhook, challenge: &Challenge, given: &str, keys: &[Vec<u8>]) -> Result<Response<Bytes>, Refusal> {
    let shown = given.len() <= MOST && given.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if given.is_empty() || !shown {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "the challenge is no short text"));
    }
    if challenge.answer.is_empty() {
        return Ok(text(StatusCode::OK, given));
    }
    let broken = || Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer cannot be put together as the spec says");
    let members = challenge.answer.iter().map(|(name, template)| Ok((*name, auth::pieces(template).map_err(|_| broken())?)));
    let members: Vec<(&str, Vec<Piece<'_>>)> = members.collect::<Result<_, Refusal>>()?;
    let signs = members.iter().flat_map(|(_, pieces)| pieces).any(is_code);
    if signs && !may_be_signed(webhook, given.as_bytes()) {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "the challenge could be a delivery, and would be signed"));
    }
    let hash = if let ProofKind::Hmac(hash) = webhook.proof.kind { hash } else { Hash::Sha256 };
    let code = keys.first().map(|key| made(hash, key, &[given.as_bytes()])).unwrap_or_default();
    let filled = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => Ok((*text).to_owned()),
        Piece::Hole("challenge") => Ok(given.to_owned()),
        Piece::Hole("hmac.hex") => Ok(encoded(&code, Encoded::Hex)),
        Piece::Hole("hmac.base64") => Ok(encoded(&code, Encoded::Base64)),
        Piece::Hole(_) => Err(broken()),
    };
    let mut body = serde_json::Map::new();
    for (name, pieces) in &members {
        body.insert((*name).to_owned(), pieces.iter().map(filled).collect::<Result<String, Refusal>>()?.into());
    }
    let body = serde_json::Value::Object(body);
    let mut response = Response::new(Bytes::from(body.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    Ok(response)
}
