//! Applies a connection's credentials to a request: headers, query parameters, cookies, `Authorization: Basic`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, header};

use zeroize::Zeroizing;

use super::error::AuthError;
use super::template;
use super::values::Values;
use crate::connection::Applied;
use crate::operation::Credential;
use crate::value::Secret;

/// Evaluates a connection's credentials over its fields and its token.
pub(crate) fn apply(credentials: &[Credential], values: &Values<'_>, generation: u64) -> Result<Applied, AuthError> {
    let mut applied = Applied { generation, ..Applied::default() };
    let clear = |value: Secret| Zeroizing::new(value.expose().to_owned());
    for credential in credentials {
        match *credential {
            Credential::Header(name, template) => {
                let value = template::expand_header(template, values)?;
                applied.headers.push((header_name(name)?, sensitive(value.expose())?));
            }
            Credential::Query(name, template) => {
                applied.query.push((name.to_owned(), clear(template::expand(template, values)?)));
            }
            Credential::Cookie(name, template) => {
                applied.cookies.push((name.to_owned(), clear(template::expand_cookie(template, values)?)));
            }
            Credential::Basic(user, password) => {
                let user = template::expand(user, values)?;
                let password = template::expand(password, values)?;
                applied.headers.push((header::AUTHORIZATION, basic(user.expose(), password.expose())?));
            }
        }
    }
    Ok(applied)
}

/// `Basic` of RFC 7617, as UTF-8. A colon in the user name cannot be told from the separator, so it is refused.
pub(crate) fn basic(user: &str, password: &str) -> Result<HeaderValue, AuthError> {
    let problem = match () {
        () if user.contains(':') => Some("holds a colon, which basic authentication cannot carry"),
        () if user.contains(char::is_control) => Some("holds a control character"),
        () => None,
    };
    if let Some(problem) = problem {
        return Err(AuthError::InvalidValue { field: "user".to_owned(), problem });
    }
    if password.contains(char::is_control) {
        return Err(AuthError::InvalidValue { field: "password".to_owned(), problem: "holds a control character" });
    }
    let pair = Secret::new(format!("{user}:{password}"));
    let encoded = Secret::new(STANDARD.encode(pair.expose()));
    sensitive(&format!("Basic {}", encoded.expose()))
}

fn sensitive(value: &str) -> Result<HeaderValue, AuthError> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| AuthError::table("a credential's template has a character that may not stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn header_name(name: &str) -> Result<HeaderName, AuthError> {
    HeaderName::try_from(name).map_err(|_| AuthError::table(format!("`{name}` is not the name of a header")))
}

#[cfg(test)]
mod tests {
    use super::super::values::fields;
    use super::*;
    use crate::connection::FieldValues;

    fn given() -> FieldValues {
        fields(&[("key", "k-1"), ("user", "Aladdin"), ("password", "open sesame")])
    }

    #[test]
    fn every_place_is_filled_and_sensitive() {
        let fields = given();
        let credentials = [
            Credential::Header("apiKey", "Token {key}"),
            Credential::Query("api_key", "{key}"),
            Credential::Cookie("sid", "{key}"),
            Credential::Basic("{user}", "{password}"),
        ];
        let applied = apply(&credentials, &Values::of(&fields), 7).unwrap();
        assert_eq!(applied.headers[0].1, "Token k-1");
        // RFC 7617, 2: the example of the document.
        assert_eq!(applied.headers[1].1, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!((applied.query[0].0.as_str(), applied.query[0].1.as_str()), ("api_key", "k-1"));
        assert_eq!((applied.cookies[0].0.as_str(), applied.cookies[0].1.as_str()), ("sid", "k-1"));
        assert!(applied.headers.iter().all(|(_, value)| value.is_sensitive()));
        assert_eq!(applied.generation, 7);
    }

    #[test]
    fn debug_shows_names_only() {
        let fields = given();
        let credentials = [Credential::Header("apiKey", "{key}"), Credential::Query("q", "{password}")];
        let shown = format!("{:?}", apply(&credentials, &Values::of(&fields), 0).unwrap());
        assert!(shown.contains("apikey") && shown.contains('q'));
        assert!(!shown.contains("k-1") && !shown.contains("sesame"));
    }

    #[test]
    fn a_colon_in_the_user_is_refused() {
        assert!(basic("a:b", "c").is_err());
        assert!(basic("", "x").is_ok());
        // RFC 7617, 2.1: the password `123£` in UTF-8.
        assert_eq!(basic("test", "123£").unwrap(), "Basic dGVzdDoxMjPCow==");
    }
}
