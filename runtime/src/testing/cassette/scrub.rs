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
use serde_json::value::RawValue;
use url::Url;

use super::file::Content;
use crate::{
    address::RESERVED,
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
    "signature",
    "signingsecret",
    "webhooksecret",
];

/// Parts of the names of headers that hold a secret.
const SECRET_HEADERS: &[&str] = &["authorization", "cookie", "token", "secret", "password", "apikey", "accesskey", "session", "signature"];

/// A shorter one would be found by chance.
const SHORTEST_SECRET: usize = 4;

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

    pub(super) fn scope(&self, about: &About) -> Scope<'_> {
        let mut names = BTreeSet::new();
        if let About::Call { operation, query } = about {
            names.extend(query.iter().map(|name| plain(name)));
            let answers = operation.answers.iter().map(|answer| answer.shape.get());
            let failures = operation.failures.iter().map(|failure| failure.shape.get());
            let mut seen = BTreeSet::new();
            for shape in std::iter::once(operation.input.get()).chain(answers).chain(failures) {
                declared(shape, &mut seen, &mut names);
            }
        }
        Scope { scrubber: self, names, all: matches!(about, About::Credential) }
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
        self.scrubber.texts(scrubbed.as_str()).into_owned()
    }

    pub(super) fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.as_str().to_owned(), self.header(name.as_str(), value))).collect()
    }

    fn header(&self, name: &str, value: &HeaderValue) -> String {
        let bare = plain(name);
        let secret = value.is_sensitive() || self.names_secret(&bare) || SECRET_HEADERS.iter().any(|part| bare.contains(part));
        match value.to_str() {
            Ok(text) if !secret => self.scrubber.texts(text).into_owned(),
            _ => SCRUBBED.to_owned(),
        }
    }

    /// A text of this content type.
    pub(super) fn body(&self, content_type: &str, text: &str) -> String {
        let scrubbed = if content_type.contains("x-www-form-urlencoded") {
            self.pairs(text)
        } else if let Ok(json) = serde_json::from_str::<&RawValue>(text) {
            let mut out = String::with_capacity(text.len());
            self.json(json, self.all, &mut out);
            out
        } else if self.all {
            SCRUBBED.to_owned()
        } else {
            text.to_owned()
        };
        self.scrubber.texts(&scrubbed).into_owned()
    }

    /// What is not text cannot be looked into; of an exchange for a credential nothing is kept.
    pub(super) fn binary(&self, body: &[u8]) -> Option<Content> {
        if self.all { Some(Content::Text(SCRUBBED.to_owned())) } else { Content::of(body) }
    }

    /// `a=1&b=2`, as it is but for what is secret.
    fn pairs(&self, text: &str) -> String {
        let scrubbed = text.split('&').map(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            let decoded = url::form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| plain(&name)).unwrap_or_default();
            let secret = pair.contains('=') && (self.names_secret(&decoded) || self.all && !TELLS_LITTLE.contains(&decoded.as_str()));
            if secret { format!("{name}={SCRUBBED}") } else { pair.to_owned() }
        });
        scrubbed.collect::<Vec<_>>().join("&")
    }

    fn json(&self, value: &RawValue, secret: bool, out: &mut String) {
        let text = value.get();
        match text.as_bytes().first() {
            Some(b'{') => self.object(text, secret, out),
            Some(b'[') => self.array(text, secret, out),
            Some(b'"') if secret => out.push_str(&format!("\"{SCRUBBED}\"")),
            Some(b'0'..=b'9' | b'-') if secret => out.push('0'),
            _ => out.push_str(text),
        }
    }

    fn object(&self, text: &str, secret: bool, out: &mut String) {
        let Ok(Members(members)) = serde_json::from_str(text) else { return out.push_str(text) };
        out.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            let bare = plain(name);
            let secret = self.names_secret(&bare) || secret && !TELLS_LITTLE.contains(&bare.as_str());
            let _ = write!(out, "{}{}:", if index > 0 { "," } else { "" }, serde_json::Value::from(name.as_str()));
            self.json(value, secret, out);
        }
        out.push('}');
    }

    fn array(&self, text: &str, secret: bool, out: &mut String) {
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) else { return out.push_str(text) };
        out.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            self.json(item, secret, out);
        }
        out.push(']');
    }

    fn names_secret(&self, bare: &str) -> bool {
        SECRET_NAMES.contains(&bare) || self.names.contains(bare) || self.scrubber.names.contains(bare)
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
    let json = serde_json::Value::from(text).to_string();
    let strict = utf8_percent_encode(text, RESERVED).to_string();
    // As the library for addresses spells a path.
    let mut url = Url::parse("http://host/").expect("it is one");
    url.set_path(text);
    let path = url.path().trim_start_matches('/').to_owned();
    [text.to_owned(), strict, path, form, json[1..json.len() - 1].to_owned()].into()
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
        Scope { scrubber, names: BTreeSet::new(), all }
    }

    #[test]
    fn what_is_named_secret_goes_and_the_rest_stays_letter_by_letter() {
        let mut scrubber = Scrubber::default();
        scrubber.name("e_mail");
        let json = r#"{ "b": 1.10, "Client-Secret": "x", "a": [ { "eMail": "ann@example.com", "next_page_token": "t1" } ], "pwd": 12345678901234567890 }"#;
        assert_eq!(
            scope(&scrubber, false).body("application/json", json),
            r#"{"b":1.10,"Client-Secret":"scrubbed","a":[{"eMail":"scrubbed","next_page_token":"t1"}],"pwd":0}"#
        );
        assert_eq!(
            scope(&scrubber, false).body("application/x-www-form-urlencoded", "a=1%20+2&client_secret=x&b"),
            "a=1%20+2&client_secret=scrubbed&b"
        );
    }

    #[test]
    fn of_an_exchange_for_a_credential_only_what_opens_nothing_stays() {
        let scrubber = Scrubber::default();
        let all = scope(&scrubber, true);
        assert_eq!(
            all.body("application/json", r#"{"access_token":"t","expires_in":60,"data":{"ticket":"s","n":7},"token_type":"bearer"}"#),
            r#"{"access_token":"scrubbed","expires_in":60,"data":{"ticket":"scrubbed","n":0},"token_type":"bearer"}"#
        );
        assert_eq!(
            all.body("application/x-www-form-urlencoded", "grant_type=refresh_token&code=c"),
            "grant_type=refresh_token&code=scrubbed"
        );
        assert_eq!(all.body("text/plain", "token s3cr3t"), "scrubbed");
    }

    #[test]
    fn a_secret_text_is_found_in_every_spelling() {
        let mut scrubber = Scrubber::default();
        scrubber.text(&Secret::new("p&w \"x\""));
        scrubber.text(&Secret::new("abc"));
        let plain = scope(&scrubber, false);
        assert_eq!(plain.body("text/plain", "p&w \"x\" abc p%26w+%22x%22 p%26w%20%22x%22"), "scrubbed abc scrubbed scrubbed");
        assert_eq!(plain.body("application/json", r#"{"note":"of p&w \"x\""}"#), r#"{"note":"of scrubbed"}"#);
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
}
