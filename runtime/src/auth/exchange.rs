//! The two-step connection: credentials are exchanged for a token at an ordinary operation.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, header};
use serde_json::Value as Json;
use url::Url;

use super::error::AuthError;
use super::template;
use super::token::{Token, at, instant, lifetime, text};
use super::token_request::{Parameters, endpoint, uri};
use super::values::Values;
use crate::operation::{BodyEncoding, ConstantPlace, Exchange};

/// The request that exchanges the credentials.
pub(crate) fn exchange_request(
    exchange: &Exchange,
    values: &Values<'_>,
    base: &Url,
    rebase: Option<&Url>,
) -> Result<Request<Bytes>, AuthError> {
    let mut url = match exchange.url.starts_with('/') {
        true => template::expand_below(base, exchange.url, values)?,
        false => endpoint(exchange.url, values, rebase)?,
    };
    let mut request = Request::new(Bytes::new());
    *request.method_mut() =
        Method::from_bytes(exchange.method.as_bytes()).map_err(|_| AuthError::table(format!("`{}` is not a method", exchange.method)))?;
    let mut body = Parameters::default();
    let mut cookies = Vec::new();
    for (place, name, value) in exchange.values {
        match place {
            ConstantPlace::Query => {
                url.query_pairs_mut().append_pair(name, template::expand(value, values)?.expose());
            }
            ConstantPlace::Header => {
                let value = template::expand_header(value, values)?;
                insert(&mut request, name, value.expose())?;
            }
            ConstantPlace::Cookie => cookies.push(format!("{name}={}", template::expand_cookie(value, values)?.expose())),
            ConstantPlace::Body => body.set(name, template::expand(value, values)?),
        }
    }
    if !cookies.is_empty() {
        insert(&mut request, "cookie", &cookies.join("; "))?;
    }
    *request.uri_mut() = uri(&url)?;
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    add_body(&mut request, exchange.body, &body)?;
    Ok(request)
}

fn insert(request: &mut Request<Bytes>, name: &str, value: &str) -> Result<(), AuthError> {
    let name = HeaderName::try_from(name).map_err(|_| AuthError::table(format!("`{name}` is not the name of a header")))?;
    let mut value =
        HeaderValue::from_str(value).map_err(|_| AuthError::table("a header's template has a character that may not stand in a header"))?;
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
    Ok(())
}

fn add_body(request: &mut Request<Bytes>, encoding: BodyEncoding, members: &Parameters) -> Result<(), AuthError> {
    let (kind, body) = match encoding {
        BodyEncoding::None => return Ok(()),
        BodyEncoding::Json => ("application/json", members.json()),
        BodyEncoding::Form => ("application/x-www-form-urlencoded", members.form()),
        BodyEncoding::JsonAs(_) | BodyEncoding::Multipart | BodyEncoding::Xml(_) | BodyEncoding::Raw(_) | BodyEncoding::Graphql(_) => {
            return Err(AuthError::table("an exchange sends JSON or a form"));
        }
    };
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    *request.body_mut() = Bytes::from(body);
    Ok(())
}

/// Reads the token from the answer.
pub(crate) fn exchange_response(exchange: &Exchange, answer: &Response<Bytes>, now: SystemTime) -> Result<Token, AuthError> {
    let status = answer.status();
    if !status.is_success() {
        // The answer's own words stay out of the message: a login that echoes what it was given would put it there.
        return Err(AuthError::TokenEndpoint { status: status.as_u16(), code: String::new(), description: String::new() });
    }
    let json: Json = serde_json::from_slice(answer.body()).map_err(|_| AuthError::answer("it is not JSON"))?;
    let access = at(&json, exchange.token).and_then(text).filter(|token| !token.is_empty());
    let access = access.ok_or_else(|| AuthError::answer(format!("it has no token at `{}`", exchange.token.join("."))))?;
    let mut token = Token::new(access, now);
    let member = |path: &[&str]| if path.is_empty() { None } else { at(&json, path).filter(|value| !value.is_null()) };
    if let Some(seconds) = member(exchange.expires_in) {
        token.expires_at = lifetime(seconds)?.and_then(|life| now.checked_add(life));
    } else if let Some(end) = member(exchange.expires_at) {
        token.expires_at = Some(instant(end)?);
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::super::values::fields;
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    const LOGIN: Exchange = Exchange {
        method: "POST",
        url: "/login",
        values: &[
            (ConstantPlace::Query, "apiVersion", "2"),
            (ConstantPlace::Header, "X-Tenant", "{tenant}"),
            (ConstantPlace::Body, "username", "{user}"),
            (ConstantPlace::Body, "password", "{password}"),
        ],
        body: BodyEncoding::Form,
        token: &["data", "sessionID"],
        expires_in: &["data", "ttl"],
        expires_at: &["data", "until"],
    };

    fn request(exchange: &Exchange) -> Request<Bytes> {
        let fields = fields(&[("user", "ann"), ("password", "p&w \"x\""), ("tenant", "t1")]);
        let base = Url::parse("https://acme.example/attask/api/v22.0").unwrap();
        exchange_request(exchange, &Values::of(&fields), &base, None).unwrap()
    }

    #[test]
    fn values_go_where_the_table_says() {
        let form = request(&LOGIN);
        assert_eq!(form.uri(), "https://acme.example/attask/api/v22.0/login?apiVersion=2");
        assert_eq!(form.headers()["x-tenant"], "t1");
        assert!(form.headers()["x-tenant"].is_sensitive());
        assert_eq!(form.body(), "username=ann&password=p%26w+%22x%22");
        let json = request(&Exchange { body: BodyEncoding::Json, ..LOGIN });
        let sent: Json = serde_json::from_slice(json.body()).unwrap();
        assert_eq!(sent, serde_json::json!({"username": "ann", "password": "p&w \"x\""}));
    }

    #[test]
    fn the_answer_says_the_token_and_its_end() {
        let read = |status: u16, body: &'static str| {
            exchange_response(&LOGIN, &Response::builder().status(status).body(Bytes::from(body)).unwrap(), UNIX_EPOCH)
        };
        let token = read(200, r#"{"data":{"sessionID":"s1","ttl":"90"}}"#).unwrap();
        assert_eq!((token.access_token(), token.expires_at), ("s1", Some(UNIX_EPOCH + Duration::from_secs(90))));
        let token = read(200, r#"{"data":{"sessionID":12,"until":100}}"#).unwrap();
        assert_eq!((token.access_token(), token.expires_at), ("12", Some(UNIX_EPOCH + Duration::from_secs(100))));
        assert!(matches!(read(200, r#"{"data":{}}"#), Err(AuthError::Answer { .. })));
        assert!(matches!(read(200, "<html>"), Err(AuthError::Answer { .. })));
        assert!(matches!(read(401, r#"{"message":"p&w"}"#), Err(AuthError::TokenEndpoint { status: 401, .. })));
    }
}
