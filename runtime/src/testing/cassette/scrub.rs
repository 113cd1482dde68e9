//! What must not be kept of an exchange, taken out before it is kept. The rest stays letter by letter: numbers keep their spelling, members
//! their order.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fmt::{self, Write as _},
};

use http::{HeaderMap, HeaderValue};
use percent_encoding::utf8_percent_encode;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};
use url::Url;

use super::bodies::with_same_boundary;
use crate::{
    address::RESERVED,
    operation::{OperationTable, Segment},
    shape::{Kind, Leaf, Shape},
    transport::About,
    value::Secret,
};

/// What stands where something was taken out.
pub(super) const SCRUBBED: &str = "scrubbed";

/// Names that hold a secret wherever they stand, in lower case without separators. Names of paging tokens are not among them: a search ends
/// when a cursor comes twice.
const SECRET_NAMES: &[&str] = &[
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "assertion",
    "authorization",
    "authtoken",
    "bearertoken",
    "binarysecuritytoken",
    "clientassertion",
    "clientsecret",
    "csrftoken",
    "idtoken",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "refreshtoken",
    "secret",
    "secretaccesskey",
    "secretkey",
    "sessionid",
    "sessiontoken",
    "sharedaccesssignature",
    "sig",
    "signature",
    "signingsecret",
    "tempauth",
    "webhooksecret",
    "xamzsecuritytoken",
    "xamzsignature",
    "xgoogsignature",
];

/// Parts of the names of headers that hold a secret.
const SECRET_HEADERS: &[&str] = &["authorization", "cookie", "token", "secret", "password", "apikey", "accesskey", "session", "signature"];

/// A shorter one would be found by chance.
const SHORTEST_SECRET: usize = 4;

/// Deeper than this, JSON is not looked into, and not kept.
const DEEPEST: usize = 128;

/// What is secret whatever the exchange.
#[derive(Default)]
pub(super) struct Scrubber {
    names: BTreeSet<String>,
    texts: Vec<Secret>,
}

/// What is secret in one exchange.
pub(super) struct Scope<'s> {
    scrubber: &'s Scrubber,
    names: BTreeSet<String>,
    /// The segments of the path, from its end, that hold an input which is secret.
    segments: Vec<usize>,
    /// Nothing of it is kept.
    all: bool,
}

impl Scrubber {
    /// Members, parameters and headers of this name are secret too.
    pub(super) fn name(&mut self, name: &str) {
        self.names.insert(plain(name));
    }

    /// This text is secret wherever it stands.
    pub(super) fn text(&mut self, text: &Secret) {
        if text.expose().len() >= SHORTEST_SECRET && !self.texts.contains(text) {
            self.texts.push(text.clone());
        }
    }

    /// The tokens that a server gave are secret wherever they stand from then on.
    pub(super) fn tokens(&mut self, answer: &[u8]) {
        match serde_json::from_slice(answer) {
            Ok(json) => self.tokens_in(&json),
            Err(_) => url::form_urlencoded::parse(answer).for_each(|(name, value)| self.token(&name, &value)),
        }
    }

    fn tokens_in(&mut self, json: &Value) {
        match json {
            Value::Object(members) => members.iter().for_each(|(name, value)| match value {
                Value::String(text) => self.token(name, text),
                value => self.tokens_in(value),
            }),
            Value::Array(items) => items.iter().for_each(|item| self.tokens_in(item)),
            _ => {}
        }
    }

    fn token(&mut self, name: &str, text: &str) {
        if SECRET_NAMES.contains(&plain(name).as_str()) && text != SCRUBBED {
            self.text(&Secret::from(text.to_owned()));
        }
    }

    pub(super) fn scope(&self, about: &About) -> Scope<'_> {
        let (mut names, mut segments) = (BTreeSet::new(), Vec::new());
        if let About::Call { operation, query } = about {
            segments = secret_segments(operation);
            names.extend(query.iter().map(|name| plain(name)));
            let answers = operation.answers.iter().map(|answer| answer.shape.get());
            let failures = operation.failures.iter().map(|failure| failure.shape.get());
            let mut seen = BTreeSet::new();
            for shape in std::iter::once(operation.input.get()).chain(answers).chain(failures) {
                declared(shape, &mut seen, &mut names);
            }
        }
        Scope { scrubber: self, names, segments, all: matches!(about, About::Credential) }
    }

    #[cfg(test)]
    pub(super) fn scope_of_nothing(&self) -> Scope<'_> {
        Scope { scrubber: self, names: BTreeSet::new(), segments: Vec::new(), all: false }
    }

    /// The texts, taken out of a text that may spell them in other ways.
    fn texts<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.texts {
            for spelling in spellings(secret.expose()) {
                if text.contains(&spelling) {
                    text = text.replace(&spelling, SCRUBBED).into();
                }
            }
        }
        text
    }
}

/// Without its value, which nobody should print.
impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrubber").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Scope<'_> {
    pub(super) fn url(&self, url: &Url) -> String {
        let mut scrubbed = url.clone();
        let _ = scrubbed.set_password(None);
        let pairs: Option<String> = url.query().map(|query| self.pairs(query));
        scrubbed.set_query(pairs.as_deref());
        if !self.segments.is_empty() {
            let path: Vec<&str> = url.path().split('/').collect();
            let is_secret = |at: usize| self.segments.contains(&(path.len() - 1 - at));
            let path: Vec<&str> = path.iter().enumerate().map(|(at, segment)| if is_secret(at) { SCRUBBED } else { segment }).collect();
            scrubbed.set_path(&path.join("/"));
        }
        self.anywhere(scrubbed.as_str())
    }

    pub(super) fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.as_str().to_owned(), self.header(name.as_str(), value))).collect()
    }

    fn header(&self, name: &str, value: &HeaderValue) -> String {
        let bare = plain(name);
        let secret = value.is_sensitive() || self.names_secret(name) || SECRET_HEADERS.iter().any(|part| bare.contains(part));
        match value.to_str() {
            Ok(text) if !secret && name == "content-type" => with_same_boundary(text).into_owned(),
            Ok(text) if !secret => self.anywhere(text),
            _ => SCRUBBED.to_owned(),
        }
    }

    /// `a=1&b=2`, as it is but for what is secret.
    pub(super) fn pairs(&self, text: &str) -> String {
        let scrubbed = text.split('&').map(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            let decoded = url::form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| plain(&name)).unwrap_or_default();
            let secret = pair.contains('=') && (self.names_secret(&decoded) || self.all && !TELLS_LITTLE.contains(&decoded.as_str()));
            if secret { format!("{name}={SCRUBBED}") } else { pair.to_owned() }
        });
        scrubbed.collect::<Vec<_>>().join("&")
    }

    /// JSON that stands so deep, and within what is secret or not.
    pub(super) fn json(&self, value: &RawValue, secret: bool, depth: usize, out: &mut String) {
        let text = value.get();
        match text.as_bytes().first() {
            Some(b'{' | b'[') if depth == DEEPEST => out.push_str(&format!("\"{SCRUBBED}\"")),
            Some(b'{') => self.object(text, secret, depth + 1, out),
            Some(b'[') => self.array(text, secret, depth + 1, out),
            Some(b'"') if secret => out.push_str(&format!("\"{SCRUBBED}\"")),
            Some(b'0'..=b'9' | b'-') if secret => out.push('0'),
            _ => out.push_str(text),
        }
    }

    fn object(&self, text: &str, secret: bool, depth: usize, out: &mut String) {
        let Ok(Members(members)) = serde_json::from_str(text) else { return out.push_str(text) };
        out.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            let bare = plain(name);
            let secret = self.names_secret(name) || secret && !TELLS_LITTLE.contains(&bare.as_str());
            let _ = write!(out, "{}{}:", if index > 0 { "," } else { "" }, Value::from(name.as_str()));
            self.json(value, secret, depth, out);
        }
        out.push('}');
    }

    fn array(&self, text: &str, secret: bool, depth: usize, out: &mut String) {
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) else { return out.push_str(text) };
        out.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            self.json(item, secret, depth, out);
        }
        out.push(']');
    }

    /// Is a member, parameter, header or element of this name secret?
    pub(super) fn names_secret(&self, name: &str) -> bool {
        let bare = plain(name);
        SECRET_NAMES.contains(&bare.as_str()) || self.names.contains(&bare) || self.scrubber.names.contains(&bare)
    }

    /// Is all of the exchange?
    pub(super) fn all(&self) -> bool {
        self.all
    }

    /// A text without the secrets that may stand anywhere in one.
    pub(super) fn anywhere(&self, text: &str) -> String {
        self.scrubber.texts(&self.addresses(text)).into_owned()
    }
}

/// What may be kept of the exchange for a credential, since the client needs it and it opens nothing.
const TELLS_LITTLE: &[&str] = &["error", "errordescription", "expires", "expiresin", "granttype", "interval", "scope", "tokentype"];

/// An object's members in their order; a name that comes twice stays twice.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// A name as it is compared: `Access-Token`, `accessToken` and `access_token` are one.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A text as it may stand: as it is, in an address, in a form, in JSON.
fn spellings(text: &str) -> BTreeSet<String> {
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let json = Value::from(text).to_string();
    let strict = utf8_percent_encode(text, RESERVED).to_string();
    // As the library for addresses spells a path.
    let mut url = Url::parse("http://host/").expect("it is one");
    url.set_path(text);
    let path = url.path().trim_start_matches('/').to_owned();
    [text.to_owned(), strict, path, form, json[1..json.len() - 1].to_owned()].into()
}

/// Where the path of an operation holds what is secret, counted from its end.
fn secret_segments(operation: &OperationTable) -> Vec<usize> {
    let fields = operation.input.get().fields();
    let mut segments = vec![false];
    for segment in operation.segments() {
        match segment {
            Segment::Text(text) => segments.extend(text.matches('/').map(|_| false)),
            Segment::Field(index) => {
                let secret = fields.get(usize::from(index)).is_some_and(|field| holds_secret(field.shape()));
                segments.last_mut().into_iter().for_each(|segment| *segment |= secret);
            }
        }
    }
    segments.iter().rev().enumerate().filter(|(_, secret)| **secret).map(|(from_end, _)| from_end).collect()
}

/// The wire names of what a shape declares secret.
fn declared(shape: &'static Shape, seen: &mut BTreeSet<*const Shape>, names: &mut BTreeSet<String>) {
    if !seen.insert(shape) {
        return;
    }
    match &shape.kind {
        Kind::Optional(inner, _) | Kind::Boxed(inner) | Kind::Patch(inner) | Kind::List(inner, _) | Kind::Map(inner, _) => {
            declared(inner.get(), seen, names);
        }
        Kind::Structure(structure) => {
            for field in structure.fields() {
                if holds_secret(field.shape()) {
                    names.insert(plain(field.wire));
                }
                declared(field.shape(), seen, names);
            }
        }
        Kind::Union(union) => union.variants().iter().for_each(|variant| declared(variant.shape(), seen, names)),
        Kind::Leaf(_) | Kind::TextEnum(_) | Kind::IntEnum(_) | Kind::Opaque(_) => {}
    }
}

/// Is it a secret, or some?
fn holds_secret(shape: &'static Shape) -> bool {
    match &shape.kind {
        Kind::Leaf(leaf) => *leaf == Leaf::Secret,
        Kind::Optional(inner, _) | Kind::Boxed(inner) | Kind::Patch(inner) | Kind::List(inner, _) | Kind::Map(inner, _) => {
            holds_secret(inner.get())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(scrubber: &Scrubber, all: bool) -> Scope<'_> {
        Scope { all, ..scrubber.scope_of_nothing() }
    }

    #[test]
    fn what_is_named_secret_goes_and_the_rest_stays_letter_by_letter() {
        let mut scrubber = Scrubber::default();
        scrubber.name("e_mail");
        let json = r#"{ "b": 1.10, "Client-Secret": "x", "a": [ { "eMail": "ann@example.com", "next_page_token": "t1" } ], "pwd": 12345678901234567890 }"#;
        assert_eq!(
            scope(&scrubber, false).text("application/json", json),
            r#"{"b":1.10,"Client-Secret":"scrubbed","a":[{"eMail":"scrubbed","next_page_token":"t1"}],"pwd":0}"#
        );
        assert_eq!(
            scope(&scrubber, false).text("application/x-www-form-urlencoded", "a=1%20+2&client_secret=x&b"),
            "a=1%20+2&client_secret=scrubbed&b"
        );
    }

    #[test]
    fn of_an_exchange_for_a_credential_only_what_opens_nothing_stays() {
        let scrubber = Scrubber::default();
        let all = scope(&scrubber, true);
        assert_eq!(
            all.text("application/json", r#"{"access_token":"t","expires_in":60,"data":{"ticket":"s","n":7},"token_type":"bearer"}"#),
            r#"{"access_token":"scrubbed","expires_in":60,"data":{"ticket":"scrubbed","n":0},"token_type":"bearer"}"#
        );
        assert_eq!(
            all.text("application/x-www-form-urlencoded", "grant_type=refresh_token&code=c"),
            "grant_type=refresh_token&code=scrubbed"
        );
        assert_eq!(all.text("text/plain", "token s3cr3t"), "scrubbed");
    }

    #[test]
    fn a_secret_text_is_found_in_every_spelling() {
        let mut scrubber = Scrubber::default();
        scrubber.text(&Secret::new("p&w \"x\""));
        scrubber.text(&Secret::new("abc"));
        let plain = scope(&scrubber, false);
        assert_eq!(plain.text("text/plain", "p&w \"x\" abc p%26w+%22x%22 p%26w%20%22x%22"), "scrubbed abc scrubbed scrubbed");
        assert_eq!(plain.text("application/json", r#"{"note":"of p&w \"x\""}"#), r#"{"note":"of scrubbed"}"#);
        let url = Url::parse("https://ann:pw@acme.example/bot/p&w%20%22x%22/x?api_key=k&b=1").unwrap();
        assert_eq!(plain.url(&url), "https://ann@acme.example/bot/scrubbed/x?api_key=scrubbed&b=1");
    }

    #[test]
    fn headers_that_authenticate_are_not_kept() {
        let scrubber = Scrubber::default();
        let mut headers = HeaderMap::new();
        for (name, value) in [("set-cookie", "s=1"), ("x-auth-token", "t"), ("link", "<x>"), ("x-ratelimit-remaining", "9")] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let mut custom = HeaderValue::from_static("k");
        custom.set_sensitive(true);
        headers.insert("x-custom", custom);
        let kept = scope(&scrubber, false).headers(&headers);
        let kept: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            kept,
            [
                ("set-cookie", "scrubbed"),
                ("x-auth-token", "scrubbed"),
                ("link", "<x>"),
                ("x-ratelimit-remaining", "9"),
                ("x-custom", "scrubbed"),
            ]
        );
    }

    #[test]
    fn a_token_that_was_given_is_secret_wherever_it_stands() {
        let mut scrubber = Scrubber::default();
        scrubber.tokens(br#"{"ok":true,"authed":{"access_token":"t-s3cr3t"},"team":"acme","token_type":"bearer"}"#);
        scrubber.tokens(b"access_token=f-s3cr3t&scope=all");
        let shown = scrubber.scope_of_nothing().text("text/plain", "t-s3cr3t of acme, bearer f-s3cr3t of all");
        assert_eq!(shown, "scrubbed of acme, bearer scrubbed of all");
    }

    #[test]
    fn json_that_nests_too_deep_is_not_kept() {
        let scrubber = Scrubber::default();
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let kept = scrubber.scope_of_nothing().text("application/json", &deep);
        assert_eq!(kept, format!("{}\"scrubbed\"{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST)));
    }
}
