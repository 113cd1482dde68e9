//! Parts of a request: what stands in a header, in the query, in the body, and how it is written.

use http::{HeaderMap, Method, Uri};
use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::{
    operation::{DeliveryPart, Encoded, Sent, Wanted},
    value::{Secret, bytes},
};

/// A request as it came.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// What is known of a request's content.
pub(super) struct Content<'a, 'b> {
    /// The body as JSON, if it is; read when it is asked for, since that costs more than a stranger's body is worth.
    pub(super) body: &'a dyn Fn() -> Option<&'b Value>,
    /// The claims of its token, if it has one.
    pub(super) claims: Option<&'a Value>,
}

impl Content<'_, '_> {
    /// Before anything was read.
    pub(super) const UNREAD: Content<'static, 'static> = Content { body: &|| None, claims: None };
}

impl Request<'_> {
    /// A header that stands there once. Two of one name could be read differently by two readers.
    fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.get_all(name).iter();
        let (first, second) = (all.next()?, all.next());
        first.to_str().ok().filter(|_| second.is_none())
    }

    /// A parameter that stands there once.
    fn query(&self, name: &str) -> Option<String> {
        let mut all = url::form_urlencoded::parse(self.uri.query()?.as_bytes()).filter(|(known, _)| known == name);
        let (first, second) = (all.next()?, all.next());
        second.is_none().then(|| first.1.into_owned())
    }

    /// The text of a part, if it is there and no list or object.
    pub(super) fn text(&self, part: DeliveryPart, content: &Content<'_, '_>) -> Option<String> {
        match part {
            DeliveryPart::Header(name) => self.header(name).map(str::to_owned),
            DeliveryPart::Query(name) => self.query(name),
            DeliveryPart::Claim(name) => scalar(content.claims?.get(name)?),
            DeliveryPart::Body(path) => scalar(path.iter().try_fold((content.body)()?, |value, name| value.get(name))?),
        }
    }

    /// Whether all conditions hold.
    pub(super) fn holds(&self, when: &[(DeliveryPart, Wanted)], content: &Content<'_, '_>, secrets: &[Secret]) -> bool {
        when.iter().all(|(part, wanted)| match (self.text(*part, content), wanted) {
            (None, _) => false,
            (Some(_), Wanted::Present) => true,
            (Some(text), Wanted::Text(value)) => text == *value,
            (Some(text), Wanted::Secret) => is_secret(text.as_bytes(), secrets),
        })
    }
}

/// Whether it is one of the secrets. How long it takes says nothing of how nearly it is one.
pub(super) fn is_secret(given: &[u8], secrets: &[Secret]) -> bool {
    let known = secrets.iter().fold(subtle::Choice::from(0), |known, secret| {
        let secret = secret.expose().as_bytes();
        // An empty secret is none.
        known | (given.ct_eq(secret) & subtle::Choice::from(u8::from(!secret.is_empty())))
    });
    known.into()
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Every value in a part: one, or those between the separators, that begin as they should.
pub(super) fn values(text: &str, sent: &Sent) -> Vec<String> {
    let parts: Vec<&str> = if sent.split.is_empty() { vec![text] } else { text.split(sent.split).collect() };
    parts.into_iter().filter_map(|part| part.trim().strip_prefix(sent.after)).map(str::to_owned).collect()
}

/// Bytes from how they are written; none where they are not.
pub(super) fn decoded(text: &str, encoding: Encoded) -> Option<Vec<u8>> {
    let parsed = match encoding {
        Encoded::Text => return Some(text.as_bytes().to_vec()),
        Encoded::Hex => bytes::parse(text, "hex"),
        Encoded::Base64 => bytes::parse(text, "base64"),
        Encoded::Base64Url => bytes::parse(text, "base64url"),
    };
    parsed.ok().map(Vec::from)
}

/// Bytes as they are written.
pub(super) fn encoded(value: &[u8], encoding: Encoded) -> String {
    match encoding {
        Encoded::Text => String::from_utf8_lossy(value).into_owned(),
        Encoded::Hex => bytes::format(value, "hex"),
        Encoded::Base64 => bytes::format(value, "base64"),
        Encoded::Base64Url => bytes::format(value, "base64url"),
    }
}
