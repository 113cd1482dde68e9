//! OAuth 1.0a (RFC 5849): requests signed with the client's secret and, where there is one, that of a token.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use ring::hmac;

use super::{
    Signer,
    request::{authorize, encoded, host, pairs, sorted, unsignable},
    settings::{Settings, invalid},
};
use crate::{
    auth::{error::AuthError, template},
    value::Secret,
};

/// A client, and on whose behalf it calls.
pub(super) struct OAuth1 {
    method: Method,
    consumer: String,
    consumer_secret: Secret,
    token: Option<Secret>,
    token_secret: Option<Secret>,
    realm: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    HmacSha1,
    HmacSha256,
    Plaintext,
}

impl OAuth1 {
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, AuthError> {
        let method = match settings.word_or("method", "hmac_sha1") {
            "hmac_sha1" => Method::HmacSha1,
            "hmac_sha256" => Method::HmacSha256,
            "plaintext" => Method::Plaintext,
            other => return Err(AuthError::table(format!("`{other}` is no method of OAuth 1.0"))),
        };
        let realm = settings.may("realm")?.map(|realm| realm.expose().to_owned());
        if realm.as_ref().is_some_and(|realm| realm.contains(|one: char| one == '"' || one == '\\' || one.is_control())) {
            return Err(invalid("realm", "has a character that may not stand there"));
        }
        Ok(OAuth1 {
            method,
            consumer: settings.must("consumer_key")?.expose().to_owned(),
            consumer_secret: settings.must("consumer_secret")?,
            token: settings.may("token")?,
            token_secret: settings.may("token_secret")?,
            realm,
        })
    }

    fn sign_with(&self, request: &mut http::Request<()>, body: Option<&[u8]>, time: &str, nonce: &str) -> Result<(), AuthError> {
        let mut own = vec![
            ("oauth_consumer_key", self.consumer.clone()),
            ("oauth_signature_method", self.method.name().to_owned()),
            ("oauth_timestamp", time.to_owned()),
            ("oauth_nonce", nonce.to_owned()),
            ("oauth_version", "1.0".to_owned()),
        ];
        own.extend(self.token.as_ref().map(|token| ("oauth_token", token.expose().to_owned())));
        let signature = self.signature(request, body, &own)?;
        own.push(("oauth_signature", signature));
        let realm = self.realm.iter().map(|realm| format!("realm=\"{realm}\""));
        let own = own.iter().map(|(name, value)| format!("{name}=\"{}\"", encoded(value)));
        authorize(request, &format!("OAuth {}", realm.chain(own).collect::<Vec<_>>().join(", ")))
    }

    fn signature(&self, request: &http::Request<()>, body: Option<&[u8]>, own: &[(&str, String)]) -> Result<String, AuthError> {
        let token_secret = self.token_secret.as_ref().map_or("", Secret::expose);
        let key = Secret::new(format!("{}&{}", encoded(self.consumer_secret.expose()), encoded(token_secret)));
        let algorithm = match self.method {
            Method::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Method::HmacSha256 => hmac::HMAC_SHA256,
            Method::Plaintext => {
                // The secrets themselves are sent (RFC 5849, 3.4.4).
                let url = url::Url::parse(&request.uri().to_string()).map_err(|_| unsignable())?;
                template::require_tls(&url)?;
                return Ok(key.expose().to_owned());
            }
        };
        let key = hmac::Key::new(algorithm, key.expose().as_bytes());
        Ok(STANDARD.encode(hmac::sign(&key, base_string(request, body, own)?.as_bytes())))
    }
}

/// RFC 5849, 3.4.1.
fn base_string(request: &http::Request<()>, body: Option<&[u8]>, own: &[(&str, String)]) -> Result<String, AuthError> {
    let uri = request.uri();
    let mut parameters = pairs(uri.query().unwrap_or_default());
    parameters.extend(form(request.headers(), body)?);
    parameters.extend(own.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let address = format!("{}://{}{}", uri.scheme_str().ok_or_else(unsignable)?, host(uri)?, uri.path());
    Ok(format!("{}&{}&{}", request.method(), encoded(&address), encoded(&sorted(&parameters))))
}

/// The members of a form are signed (RFC 5849, 3.4.1.3.1); any other body is not.
fn form(headers: &HeaderMap, body: Option<&[u8]>) -> Result<Vec<(String, String)>, AuthError> {
    if !crate::form::is_form(headers) {
        return Ok(Vec::new());
    }
    let body = body.ok_or(AuthError::Unsignable { problem: "its form is signed, and it is a stream" })?;
    Ok(pairs(std::str::from_utf8(body).map_err(|_| unsignable())?))
}

impl Signer for OAuth1 {
    fn sign(&self, request: &mut http::Request<()>, body: Option<&[u8]>, now: SystemTime) -> Result<(), AuthError> {
        let time = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().to_string();
        self.sign_with(request, body, &time, &super::nonce()?)
    }
}

/// Without the secrets.
impl fmt::Debug for OAuth1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth1").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Method::HmacSha1 => "HMAC-SHA1",
            Method::HmacSha256 => "HMAC-SHA256",
            Method::Plaintext => "PLAINTEXT",
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::super::settings::tests::settings;
    use super::*;

    fn signed(signer: &OAuth1, url: &str, nonce: &str, time: &str) -> Vec<(String, String)> {
        let mut request = http::Request::get(url).body(()).unwrap();
        signer.sign_with(&mut request, Some(b""), time, nonce).unwrap();
        let value = &request.headers()[header::AUTHORIZATION];
        assert!(value.is_sensitive());
        let value = value.to_str().unwrap().strip_prefix("OAuth ").unwrap();
        value
            .split(", ")
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name.into(), value.trim_matches('"').into()))
            .collect()
    }

    fn of(parameters: &[(String, String)], name: &str) -> String {
        parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// RFC 5849, 1.2.
    const PHOTOS: &[(&str, &str)] = &[
        ("consumer_key", "dpf43f3p2l4k3l03"),
        ("consumer_secret", "kd94hf93k423kf44"),
        ("token", "nnch734d00sl2jdk"),
        ("token_secret", "pfkkdhi9sl3r4s00"),
        ("realm", "Photos"),
    ];

    #[test]
    fn the_base_string_is_that_of_the_rfc() {
        // RFC 5849, 3.4.1.
        let url = "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b";
        let request = http::Request::post(url).header("content-type", "application/x-www-form-urlencoded").body(()).unwrap();
        let own = [
            ("oauth_consumer_key", "9djdj82h48djs9d2".to_owned()),
            ("oauth_token", "kkk9d7dh3k39sjv7".to_owned()),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", "137131201".to_owned()),
            ("oauth_nonce", "7d8f3e4a".to_owned()),
        ];
        let expected = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26\
                        oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26\
                        oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7";
        assert_eq!(base_string(&request, Some(b"c2&a3=2+q"), &own).unwrap(), expected);
        assert!(matches!(base_string(&request, None, &own), Err(AuthError::Unsignable { .. })));
    }

    #[test]
    fn the_signature_is_that_of_the_rfc() {
        // RFC 5849, 1.2.
        let signer = OAuth1::new(&settings(PHOTOS)).unwrap();
        let request = http::Request::get("http://photos.example.net/photos?file=vacation.jpg&size=original").body(()).unwrap();
        let own = [
            ("oauth_consumer_key", "dpf43f3p2l4k3l03".to_owned()),
            ("oauth_token", "nnch734d00sl2jdk".to_owned()),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", "137131202".to_owned()),
            ("oauth_nonce", "chapoH".to_owned()),
        ];
        assert_eq!(signer.signature(&request, Some(b""), &own).unwrap(), "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
    }

    #[test]
    fn a_request_carries_what_was_signed() {
        let signer = OAuth1::new(&settings(PHOTOS)).unwrap();
        let sent = signed(&signer, "https://photos.example.net/photos?file=vacation.jpg&size=original", "chapoH", "137131202");
        let names: Vec<&str> = sent.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "realm",
                "oauth_consumer_key",
                "oauth_signature_method",
                "oauth_timestamp",
                "oauth_nonce",
                "oauth_version",
                "oauth_token",
                "oauth_signature"
            ]
        );
        assert_eq!((of(&sent, "realm").as_str(), of(&sent, "oauth_token").as_str()), ("Photos", "nnch734d00sl2jdk"));
        let shown = format!("{signer:?}");
        assert!(!shown.contains("kd94") && !shown.contains("pfkk"), "{shown}");
    }

    #[test]
    fn plaintext_goes_over_tls_only() {
        let mut pairs = PHOTOS.to_vec();
        pairs.push(("method", "plaintext"));
        let signer = OAuth1::new(&settings(&pairs)).unwrap();
        // RFC 5849, 3.4.4: both secrets, encoded, and encoded once more for the header.
        let sent = signed(&signer, "https://photos.example.net/", "n", "1");
        assert_eq!(of(&sent, "oauth_signature"), "kd94hf93k423kf44%26pfkkdhi9sl3r4s00");
        let mut plain = http::Request::get("http://photos.example.net/").body(()).unwrap();
        assert!(matches!(signer.sign_with(&mut plain, Some(b""), "1", "n"), Err(AuthError::UnsafeAddress { .. })));
    }
}
