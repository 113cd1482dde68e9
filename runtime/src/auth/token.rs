//! A token as it is kept, and how it is read from a token response.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value as Json;

use super::error::AuthError;
use crate::value::Secret;

/// The parts of the token response, by default at the members of RFC 6749, 5.1.
type Reads = [(&'static str, &'static [&'static str])];

/// An access token with what belongs to it. `Debug` shows no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub(crate) access: Secret,
    pub(crate) refresh: Option<Secret>,
    /// When it was obtained.
    pub obtained_at: SystemTime,
    /// When it ends, if the server said so.
    pub expires_at: Option<SystemTime>,
    /// The scopes granted, as the server wrote them.
    pub scope: Option<String>,
    /// What else the response taught, by name: `instance_url`.
    pub(crate) learned: BTreeMap<String, String>,
    /// Counts the replacements; the store compares it.
    pub generation: u64,
}

impl Token {
    /// A token that was obtained elsewhere.
    pub fn new(access: impl Into<Secret>, obtained_at: SystemTime) -> Self {
        Self { access: access.into(), refresh: None, obtained_at, expires_at: None, scope: None, learned: BTreeMap::new(), generation: 0 }
    }

    /// With a refresh token.
    #[must_use]
    pub fn with_refresh(mut self, refresh: impl Into<Secret>) -> Self {
        self.refresh = Some(refresh.into());
        self
    }

    /// With the time it ends.
    #[must_use]
    pub fn expiring_at(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// The access token in clear, for stores and for applying it.
    pub fn access_token(&self) -> &str {
        self.access.expose()
    }

    /// The refresh token in clear, for stores and for refreshing.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh.as_ref().map(Secret::expose)
    }

    /// What the response taught under this name.
    pub fn learned(&self, name: &str) -> Option<&str> {
        self.learned.get(name).map(String::as_str)
    }

    /// True when its end has come.
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// True when it ends within the skew. A token that lives shortly is renewed in the last fifth of its life, so that a
    /// long skew does not mean a refresh with every call.
    pub fn is_due(&self, now: SystemTime, skew: Duration) -> bool {
        let Some(end) = self.expires_at else { return false };
        let life = end.duration_since(self.obtained_at).unwrap_or_default();
        end <= now + skew.min(life / 5)
    }

    /// What a refresh leaves: the new token, with the old refresh token, scope and learned values where it brings none.
    #[must_use]
    pub(crate) fn succeeding(mut self, old: &Token) -> Self {
        self.refresh = self.refresh.or_else(|| old.refresh.clone());
        self.scope = self.scope.or_else(|| old.scope.clone());
        for (name, value) in &old.learned {
            self.learned.entry(name.clone()).or_insert_with(|| value.clone());
        }
        self.generation = old.generation + 1;
        self
    }
}

/// Reads a token from the JSON of a successful token response.
pub(crate) fn read_token(answer: &Json, reads: &Reads, now: SystemTime) -> Result<Token, AuthError> {
    let member = |name: &'static str| {
        let path = reads.iter().find(|(read, _)| *read == name).map(|(_, path)| *path);
        at(answer, path.unwrap_or(&[name])).filter(|value| !value.is_null())
    };
    let access = member("access_token").and_then(text).filter(|token| !token.is_empty());
    let mut token = Token::new(access.ok_or_else(|| AuthError::answer("it has no access token"))?, now);
    require_bearer(member("token_type"))?;
    token.refresh = member("refresh_token").and_then(text).filter(|token| !token.is_empty()).map(Secret::new);
    token.expires_at = match (member("expires_in"), member("expires_at")) {
        (Some(seconds), _) => lifetime(seconds)?.and_then(|life| now.checked_add(life)),
        (None, Some(end)) => Some(instant(end)?),
        (None, None) => None,
    };
    token.scope = member("scope").and_then(scope);
    for (name, path) in reads.iter().filter(|(name, _)| !STANDARD_MEMBERS.contains(name)) {
        if let Some(value) = at(answer, path).and_then(text) {
            token.learned.insert((*name).to_owned(), value);
        }
    }
    Ok(token)
}

/// What every token response may hold; whatever else is read from one is learned.
pub(super) const STANDARD_MEMBERS: [&str; 6] = ["access_token", "token_type", "refresh_token", "expires_in", "expires_at", "scope"];

/// The value at a path of members.
pub(crate) fn at<'j>(json: &'j Json, path: &[&str]) -> Option<&'j Json> {
    path.iter().try_fold(json, |value, member| match value {
        Json::Array(items) => items.get(member.parse::<usize>().ok()?),
        _ => value.get(member),
    })
}

/// A string, or a number as its text: some servers number their tokens.
pub(crate) fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn scope(value: &Json) -> Option<String> {
    match value {
        Json::Array(scopes) => Some(scopes.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" ")),
        other => text(other),
    }
}

/// A client must not use a token whose type it does not understand (RFC 6749, 7.1). The two types that need a proof with
/// each call are refused; other words are what some servers write for a bearer token.
fn require_bearer(kind: Option<&Json>) -> Result<(), AuthError> {
    match kind.and_then(Json::as_str) {
        Some(kind) if ["dpop", "mac"].iter().any(|proof| kind.eq_ignore_ascii_case(proof)) => {
            Err(AuthError::answer(format!("a token of type `{}` cannot be sent as a bearer token", kind.to_lowercase())))
        }
        _ => Ok(()),
    }
}

/// Longer lives are cut: no credential is meant to outlive a century, and times must not overflow.
const LONGEST_LIFE: u64 = 100 * 365 * 24 * 3600;

/// Seconds as a number or a string. Zero and less mean "not said": a token that is born dead could never be used.
pub(crate) fn lifetime(value: &Json) -> Result<Option<Duration>, AuthError> {
    let seconds = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    match seconds.filter(|seconds| seconds.is_finite()) {
        Some(seconds) if seconds >= 1.0 => Ok(Some(Duration::from_secs((seconds as u64).min(LONGEST_LIFE)))),
        Some(_) => Ok(None),
        None => Err(AuthError::answer("its lifetime is not a number of seconds")),
    }
}

/// A point in time: RFC 3339, or seconds since 1970 as a number or a string (milliseconds when it is that large).
pub(crate) fn instant(value: &Json) -> Result<SystemTime, AuthError> {
    let wrong = || AuthError::answer("its end is neither a date of RFC 3339 nor seconds since 1970");
    let number = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => match text.trim().parse::<jiff::Timestamp>() {
            Ok(timestamp) => return Ok(timestamp.into()),
            Err(_) => text.trim().parse::<f64>().ok(),
        },
        _ => None,
    };
    let number = number.filter(|number| number.is_finite() && *number >= 0.0).ok_or_else(wrong)?;
    // Seconds reach 100,000,000,000 in the year 5138; no server dates a token there.
    let seconds = if number >= 1e11 { number / 1000.0 } else { number };
    Duration::try_from_secs_f64(seconds).ok().and_then(|since| UNIX_EPOCH.checked_add(since)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000)
    }

    fn after(seconds: u64) -> Option<SystemTime> {
        Some(now() + Duration::from_secs(seconds))
    }

    #[test]
    fn the_standard_response_is_read() {
        let answer = json!({"access_token": "a", "token_type": "Bearer", "refresh_token": "r", "expires_in": 3600, "scope": "x y"});
        let token = read_token(&answer, &[], now()).unwrap();
        assert_eq!((token.access_token(), token.refresh_token()), ("a", Some("r")));
        assert_eq!((token.expires_at, token.scope.as_deref()), (after(3600), Some("x y")));
        assert!(!format!("{token:?}").contains("\"a\""));
    }

    #[test]
    fn lifetimes_come_in_many_spellings() {
        for (given, expected) in [
            (json!("3600"), after(3600)),
            (json!(3600.0), after(3600)),
            (json!("3600.5"), after(3600)),
            (json!(0), None),
            (json!(-1), None),
            (json!(null), None),
            (json!(1e300), after(LONGEST_LIFE)),
        ] {
            let token = read_token(&json!({"access_token": "a", "expires_in": given}), &[], now()).unwrap();
            assert_eq!(token.expires_at, expected, "{given}");
        }
        for wrong in [json!("soon"), json!([1]), json!(true)] {
            assert!(read_token(&json!({"access_token": "a", "expires_in": wrong}), &[], now()).is_err());
        }
    }

    #[test]
    fn mapped_members_and_learned_values_are_read() {
        let reads: &Reads =
            &[("access_token", &["authed_user", "access_token"]), ("expires_at", &["until"]), ("instance_url", &["urls", "0"])];
        let answer = json!({"authed_user": {"access_token": "a"}, "until": "1970-01-12T14:46:40Z", "urls": ["na1.acme.example"]});
        let token = read_token(&answer, reads, now()).unwrap();
        assert_eq!(token.access_token(), "a");
        assert_eq!(token.expires_at, after(3600));
        assert_eq!(token.learned("instance_url"), Some("na1.acme.example"));
        assert_eq!(instant(&json!(1_000_000_000_000u64)).unwrap(), UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        assert!(instant(&json!("tomorrow")).is_err());
        assert!(instant(&json!(1e300)).is_err());
    }

    #[test]
    fn no_access_token_or_one_that_needs_proof_is_an_error() {
        assert!(read_token(&json!({"token": "a"}), &[], now()).is_err());
        assert!(read_token(&json!({"access_token": null}), &[], now()).is_err());
        assert!(read_token(&json!({"access_token": "a", "token_type": "DPoP"}), &[], now()).is_err());
    }

    #[test]
    fn a_refresh_keeps_what_it_does_not_replace() {
        let old = Token { generation: 4, ..Token::new("a", now()).with_refresh("r") };
        let kept = Token::new("b", now()).succeeding(&old);
        assert_eq!((kept.refresh_token(), kept.generation), (Some("r"), 5));
        let replaced = Token::new("b", now()).with_refresh("s").succeeding(&old);
        assert_eq!(replaced.refresh_token(), Some("s"));
    }

    #[test]
    fn a_short_lived_token_is_due_in_its_last_fifth() {
        let skew = Duration::from_secs(60);
        let at = |seconds| now() + Duration::from_secs(seconds);
        let short = Token::new("a", now()).expiring_at(at(5));
        assert!(!short.is_due(at(3), skew) && short.is_due(at(4), skew));
        let long = Token::new("a", now()).expiring_at(at(3600));
        assert!(!long.is_due(at(3539), skew) && long.is_due(at(3540), skew));
        assert!(!Token::new("a", now()).is_due(at(1_000_000_000), skew));
    }

    #[test]
    fn broken_token_responses_do_no_harm() {
        let reads: &Reads = &[("access_token", &["authed_user", "access_token"]), ("instance_url", &["urls", "0"])];
        let good = [
            r#"{"access_token":"a","token_type":"Bearer","refresh_token":"r","expires_in":3600,"scope":"x y"}"#,
            r#"{"authed_user":{"access_token":"a"},"expires_at":"1970-01-12T14:46:40Z","urls":["na1.acme.example"],"scope":["x"]}"#,
        ];
        let pieces =
            ["null", "{}", "[]", "1e400", "-1", "18446744073709551615", "\"\"", "true", "1e308", "\"9999-12-31T23:59:60Z\"", "expires_in"];
        let mut read = 0;
        crate::fuzz::feed(29, &good.map(str::as_bytes), &pieces, |answer| {
            let Ok(json) = serde_json::from_slice::<Json>(answer) else { return };
            for reads in [&[][..], reads] {
                let Ok(token) = read_token(&json, reads, now()) else { continue };
                read += 1;
                assert!(!token.access_token().is_empty());
                let _ = (token.is_due(now(), Duration::from_secs(60)), token.is_expired(now()));
            }
        });
        assert!(read > 100, "{read} were read: the changes are too coarse to test anything");
    }
}
