//! The messages to and from a token endpoint (RFC 6749, 4.1.3, 4.3.2, 4.4.2, 5 and 6; RFC 7523; RFC 8628), as functions of what there is to show and of
//! the time.

use bytes::Bytes;
use http::{Method, Request, Response, header};
use serde_json::Value as Json;
use std::time::SystemTime;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::credential::basic;
use super::error::AuthError;
use super::pkce::unguessable;
use super::sign::mint;
use super::template;
use super::token::{Token, at, read_token, text};
use super::values::Values;
use crate::error::shorten;
use crate::form;
use crate::operation::{ClientAuth, OAuth2, OAuth2Flow, OAuth2Step, Sign};
use crate::value::Secret;

/// What a client shows for a token.
#[derive(Debug)]
pub(crate) enum Proof<'a> {
    /// Who it is, and nothing else (RFC 6749, 4.4).
    Client,
    /// The code that a person's browser brought back (RFC 6749, 4.1.3).
    Code { code: &'a Secret, verifier: Option<&'a Secret>, redirect_uri: &'a str },
    /// A person's name and password (RFC 6749, 4.3).
    Password,
    /// What the client signed (RFC 7523, 2.1).
    Assertion,
    /// The code that a person enters on another device (RFC 8628, 3.4).
    Device(&'a Secret),
    /// An earlier refresh token (RFC 6749, 6).
    Refresh(&'a str),
}

impl Proof<'_> {
    fn step(&self) -> OAuth2Step {
        match self {
            Self::Refresh(_) => OAuth2Step::Refresh,
            _ => OAuth2Step::Token,
        }
    }
}

/// Name and value pairs in the order in which they are sent. A later value for a name replaces the earlier one.
#[derive(Default)]
pub(crate) struct Parameters(Vec<(String, Secret)>);

impl Parameters {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Secret>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Adds the spec's own parameters of a step, then those that the program brought.
    pub(crate) fn extend(&mut self, oauth: &OAuth2, step: OAuth2Step, values: &Values<'_>) -> Result<(), AuthError> {
        for (_, name, value) in oauth.extra.iter().filter(|(of, _, _)| *of == step) {
            self.set(name, template::expand(value, values)?);
        }
        values.parameters(step).for_each(|(name, value)| self.set(name, value));
        Ok(())
    }

    pub(crate) fn form(&self) -> String {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(self.iter());
        form.finish()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }

    pub(crate) fn json(&self) -> String {
        let members = self.iter().map(|(name, value)| (name.to_owned(), Json::from(value)));
        Json::Object(members.collect()).to_string()
    }
}

/// The request for a token. `rebase`, when set, takes the place of the endpoint's origin: for tests against a stand-in.
pub(crate) fn token_request(
    oauth: &OAuth2,
    values: &Values<'_>,
    proof: &Proof<'_>,
    rebase: Option<&Url>,
    now: SystemTime,
) -> Result<Request<Bytes>, AuthError> {
    let url = match (proof, oauth.refresh) {
        (Proof::Refresh(_), Some(refresh)) => refresh,
        _ => oauth.token,
    };
    let url = endpoint(url, values, rebase)?;
    let mut parameters = Parameters::default();
    // What the spec adds comes first, so that nothing it says can take the place of what makes the request safe.
    parameters.set("grant_type", grant_type(proof));
    if matches!(proof, Proof::Client | Proof::Password | Proof::Assertion) && !oauth.scopes.is_empty() {
        parameters.set("scope", oauth.scopes.join(oauth.separator));
    }
    parameters.extend(oauth, proof.step(), values)?;
    add_proof(&mut parameters, proof, oauth, values, (&url, now))?;
    finished(oauth, values, parameters, (&url, now))
}

/// The request for a code that a person enters on another device (RFC 8628, 3.1).
pub(crate) fn device_request(
    oauth: &OAuth2,
    values: &Values<'_>,
    rebase: Option<&Url>,
    now: SystemTime,
) -> Result<Request<Bytes>, AuthError> {
    let url = endpoint(oauth.device, values, rebase)?;
    let mut parameters = Parameters::default();
    if !oauth.scopes.is_empty() {
        parameters.set("scope", oauth.scopes.join(oauth.separator));
    }
    parameters.extend(oauth, OAuth2Step::Authorize, values)?;
    let client_id = values.field("client_id")?;
    parameters.set("client_id", client_id);
    finished(oauth, values, parameters, (&url, now))
}

/// The whole request, once the client has shown who it is.
fn finished(
    oauth: &OAuth2,
    values: &Values<'_>,
    mut parameters: Parameters,
    (url, now): (&Url, SystemTime),
) -> Result<Request<Bytes>, AuthError> {
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri(url)?;
    add_client(&mut request, &mut parameters, oauth, values, (url, now))?;
    let (kind, body) = match oauth.json {
        true => ("application/json", parameters.json()),
        false => ("application/x-www-form-urlencoded", parameters.form()),
    };
    *request.body_mut() = Bytes::from(body);
    request.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    Ok(request)
}

fn grant_type(proof: &Proof<'_>) -> &'static str {
    match proof {
        Proof::Client => "client_credentials",
        Proof::Code { .. } => "authorization_code",
        Proof::Refresh(_) => "refresh_token",
        Proof::Password => "password",
        Proof::Assertion => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        Proof::Device(_) => "urn:ietf:params:oauth:grant-type:device_code",
    }
}

fn add_proof(
    parameters: &mut Parameters,
    proof: &Proof<'_>,
    oauth: &OAuth2,
    values: &Values<'_>,
    (url, now): (&Url, SystemTime),
) -> Result<(), AuthError> {
    match proof {
        Proof::Client => {}
        Proof::Password => {
            parameters.set("username", values.field("username")?);
            parameters.set("password", values.field("password")?);
        }
        Proof::Assertion => parameters.set("assertion", assertion(oauth.assertion, values, url, None, now)?),
        Proof::Device(code) => parameters.set("device_code", (*code).clone()),
        Proof::Code { code, verifier, redirect_uri } => {
            parameters.set("code", (*code).clone());
            parameters.set("redirect_uri", *redirect_uri);
            if let Some(verifier) = verifier {
                parameters.set("code_verifier", (*verifier).clone());
            }
        }
        Proof::Refresh(token) => parameters.set("refresh_token", *token),
    }
    Ok(())
}

/// A token signed for this endpoint, which serves once (RFC 7523, 3). What the spec claims goes before what is usual.
fn assertion(
    sign: Option<&'static Sign>,
    values: &Values<'_>,
    url: &Url,
    client: Option<&str>,
    now: SystemTime,
) -> Result<Secret, AuthError> {
    let sign = sign.ok_or_else(|| AuthError::table("nothing says what is signed"))?;
    let claimed = |name: &str| sign.settings.iter().any(|(known, _)| known.strip_prefix("claims.") == Some(name));
    let mut own: Vec<(&str, Json)> = vec![("jti", unguessable()?.expose().into())];
    let usual = [("aud", Some(url.as_str())), ("iss", client), ("sub", client)];
    own.extend(usual.iter().filter(|(name, _)| !claimed(name)).filter_map(|(name, value)| Some((*name, (*value)?.into()))));
    mint(sign, values, &own, now)
}

/// Shows who the client is. With basic authentication both parts are form-encoded first (RFC 6749, 2.3.1).
fn add_client(
    request: &mut Request<Bytes>,
    parameters: &mut Parameters,
    oauth: &OAuth2,
    values: &Values<'_>,
    (url, now): (&Url, SystemTime),
) -> Result<(), AuthError> {
    let id = values.field("client_id");
    match oauth.client {
        ClientAuth::Basic => {
            let encode = |text: &str| Secret::new(byte_serialize(text.as_bytes()).collect::<String>());
            let (id, secret) = (encode(id?), encode(values.field("client_secret")?));
            request.headers_mut().insert(header::AUTHORIZATION, basic(id.expose(), secret.expose())?);
        }
        ClientAuth::Body => {
            parameters.set("client_id", id?);
            parameters.set("client_secret", values.field("client_secret")?);
        }
        // A password, or what was signed, may be all there is to show.
        ClientAuth::None if matches!(oauth.flow, OAuth2Flow::Password | OAuth2Flow::JwtBearer) => {
            id.iter().for_each(|id| parameters.set("client_id", *id));
        }
        ClientAuth::None => parameters.set("client_id", id?),
        ClientAuth::PrivateKeyJwt => {
            let id = id?;
            parameters.set("client_id", id);
            parameters.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            parameters.set("client_assertion", assertion(oauth.client_key, values, url, Some(id), now)?);
        }
    }
    Ok(())
}

/// The URL of an endpoint, moved to another origin when the client was pointed there.
pub(crate) fn endpoint(template: &str, values: &Values<'_>, rebase: Option<&Url>) -> Result<Url, AuthError> {
    let url = template::expand_url(template, values)?;
    let Some(base) = rebase else { return Ok(url) };
    template::require_tls(base)?;
    let mut moved = base.clone();
    moved.set_path(url.path());
    moved.set_query(url.query());
    Ok(moved)
}

pub(crate) fn uri(url: &Url) -> Result<http::Uri, AuthError> {
    url.as_str().parse().map_err(|_| AuthError::UnsafeAddress { problem: "not a URL that HTTP can carry".to_owned() })
}

/// Reads the answer to a token request.
pub(crate) fn token_response(oauth: &OAuth2, proof: &Proof<'_>, answer: &Response<Bytes>, now: SystemTime) -> Result<Token, AuthError> {
    let json = members(answer);
    if answer.status().is_success()
        && let Some(json) = &json
    {
        let token = read_token(json, oauth.reads, now);
        // Some servers report an error with status 200; what they call it says more than that the token is missing.
        if token.is_ok() || error_code(json).is_empty() {
            return token;
        }
    }
    Err(failure(answer.status().as_u16(), json.as_ref(), proof))
}

/// The answer's members: JSON, or a form as some servers write it whatever was asked for.
fn members(answer: &Response<Bytes>) -> Option<Json> {
    let body = answer.body();
    if let Ok(json) = serde_json::from_slice(body) {
        return Some(json);
    }
    let kind = answer.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let is_form = kind.starts_with("application/x-www-form-urlencoded") || kind.starts_with("text/plain");
    is_form.then(|| form::json(body))
}

/// What the servers we know call a refresh token that is over. `invalid_grant` is the standard's word (RFC 6749, 5.2).
const DEAD_GRANT: [&str; 5] = ["invalid_grant", "bad_refresh_token", "invalid_refresh_token", "token_revoked", "token_expired"];

/// Why an endpoint gave nothing.
pub(crate) fn refused(answer: &Response<Bytes>) -> AuthError {
    failure(answer.status().as_u16(), members(answer).as_ref(), &Proof::Client)
}

fn failure(status: u16, json: Option<&Json>, proof: &Proof<'_>) -> AuthError {
    let (code, description) = json.map(|json| (error_code(json), error_description(json))).unwrap_or_default();
    if json.is_none() && (200..300).contains(&status) {
        return AuthError::answer("it is neither JSON nor a form");
    }
    let standing = matches!(proof, Proof::Client | Proof::Password | Proof::Assertion);
    if !standing && status < 500 && DEAD_GRANT.contains(&code.as_str()) {
        return AuthError::Reauthorize { code, description };
    }
    AuthError::TokenEndpoint { status, code, description }
}

fn error_code(json: &Json) -> String {
    let code = at(json, &["error"]).and_then(text).or_else(|| at(json, &["error", "code"]).and_then(text));
    shorten(&code.unwrap_or_default())
}

fn error_description(json: &Json) -> String {
    let places: [&[&str]; 3] = [&["error_description"], &["error", "message"], &["message"]];
    shorten(&places.iter().find_map(|place| at(json, place).and_then(text)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::values::fields;
    use super::*;
    use std::time::UNIX_EPOCH;

    const OAUTH: OAuth2 =
        OAuth2 { authorize: "https://{host}/authorize", token: "https://{host}/token", scopes: &["read", "write"], ..OAuth2::EMPTY };

    fn request(oauth: &OAuth2, proof: &Proof<'_>) -> Request<Bytes> {
        let fields = fields(&[("host", "acme.example"), ("client_id", "my id"), ("client_secret", "s+cret:"), ("tenant", "t1")]);
        token_request(oauth, &Values::of(&fields), proof, None, UNIX_EPOCH).unwrap()
    }

    fn body(request: &Request<Bytes>) -> &str {
        std::str::from_utf8(request.body()).unwrap()
    }

    fn answer(status: u16, kind: &str, body: &'static str) -> Response<Bytes> {
        Response::builder().status(status).header("content-type", kind).body(Bytes::from(body)).unwrap()
    }

    #[test]
    fn client_credentials_send_scopes_and_basic() {
        let request = request(&OAUTH, &Proof::Client);
        assert_eq!(body(&request), "grant_type=client_credentials&scope=read+write");
        assert_eq!(request.uri(), "https://acme.example/token");
        // `my+id:s%2Bcret%3A`: each part form-encoded before they are joined.
        assert_eq!(request.headers()["authorization"], "Basic bXkraWQ6cyUyQmNyZXQlM0E=");
        assert!(request.headers()["authorization"].is_sensitive());
    }

    #[test]
    fn a_code_goes_with_its_verifier_and_redirect_uri() {
        let oauth = OAuth2 { client: ClientAuth::Body, separator: ",", ..OAUTH };
        let (code, verifier) = (Secret::new("c&1"), Secret::new("v"));
        let proof = Proof::Code { code: &code, verifier: Some(&verifier), redirect_uri: "https://me.example/cb" };
        let request = request(&oauth, &proof);
        assert_eq!(
            body(&request),
            "grant_type=authorization_code&code=c%261&redirect_uri=https%3A%2F%2Fme.example%2Fcb&code_verifier=v\
             &client_id=my+id&client_secret=s%2Bcret%3A"
        );
        assert!(!request.headers().contains_key("authorization"));
    }

    #[test]
    fn quirks_of_the_refresh_request() {
        let oauth = OAuth2 {
            client: ClientAuth::None,
            json: true,
            refresh: Some("https://{host}/refresh/{tenant}"),
            extra: &[
                (OAuth2Step::Refresh, "scope", "offline {tenant}"),
                (OAuth2Step::Refresh, "refresh_token", "the spec cannot replace it"),
                (OAuth2Step::Token, "audience", "not this step"),
            ],
            ..OAUTH
        };
        let request = request(&oauth, &Proof::Refresh("r1"));
        assert_eq!(request.uri(), "https://acme.example/refresh/t1");
        assert_eq!(request.headers()["content-type"], "application/json");
        let sent: Json = serde_json::from_str(body(&request)).unwrap();
        let expected =
            serde_json::json!({"grant_type": "refresh_token", "scope": "offline t1", "refresh_token": "r1", "client_id": "my id"});
        assert_eq!(sent, expected);
    }

    #[test]
    fn a_stand_in_takes_the_place_of_the_origin_only() {
        let fields = fields(&[("host", "acme.example")]);
        let rebase = Url::parse("http://127.0.0.1:4321/").unwrap();
        let url = endpoint("https://{host}/a/token?x=1", &Values::of(&fields), Some(&rebase)).unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:4321/a/token?x=1");
        let elsewhere = Url::parse("http://acme.example/").unwrap();
        assert!(endpoint("https://{host}/token", &Values::of(&fields), Some(&elsewhere)).is_err());
    }

    #[test]
    fn answers_come_as_json_or_as_a_form() {
        let json = answer(200, "application/json", r#"{"access_token":"a","expires_in":"60"}"#);
        let form = answer(200, "application/x-www-form-urlencoded; charset=utf-8", "access_token=a&expires_in=60");
        for answer in [json, form] {
            let token = token_response(&OAUTH, &Proof::Client, &answer, UNIX_EPOCH).unwrap();
            assert_eq!(token.access_token(), "a");
            assert!(token.expires_at.is_some());
        }
        let html = answer(200, "text/html", "<html>access_token=a</html>");
        assert!(matches!(token_response(&OAUTH, &Proof::Client, &html, UNIX_EPOCH), Err(AuthError::Answer { .. })));
    }

    #[test]
    fn errors_are_told_apart() {
        let refresh = Proof::Refresh("r");
        let read = |proof: &Proof<'_>, answer| token_response(&OAUTH, proof, &answer, UNIX_EPOCH).unwrap_err();
        let dead = answer(400, "application/json", r#"{"error":"invalid_grant","error_description":"used"}"#);
        assert!(
            matches!(read(&refresh, dead), AuthError::Reauthorize { code, description } if code == "invalid_grant" && description == "used")
        );
        let hidden = answer(200, "application/json", r#"{"error":"bad_refresh_token"}"#);
        assert!(matches!(read(&refresh, hidden), AuthError::Reauthorize { .. }));
        let client = answer(401, "application/json", r#"{"error":{"code":"invalid_client","message":"who?"}}"#);
        assert!(matches!(read(&Proof::Client, client), AuthError::TokenEndpoint { status: 401, code, .. } if code == "invalid_client"));
        // A server that is down may say anything: it does not end a grant.
        let down = answer(503, "application/json", r#"{"error":"invalid_grant"}"#);
        assert!(read(&refresh, down).is_passing());
        let page = answer(502, "text/html", "<html>bad gateway</html>");
        assert!(read(&refresh, page).is_passing());
    }
}
