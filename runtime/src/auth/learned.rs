//! What a token response may teach: values for templates, among them the host that calls go to from then on.
//!
//! A server that could name any host would receive the credential at any host. So a learned host must match the pattern that the
//! spec declares for the field of that name, and an address under a name for which no pattern is declared must be the token endpoint's
//! own host or one below it.

use url::Url;

use super::error::AuthError;
use super::template::host_problem;
use super::token::Token;
use crate::shape::{Field, Kind, Leaf, Shape};

/// Checks everything a token response taught, and writes hosts as hosts: `https://na1.acme.example/` becomes `na1.acme.example`.
pub(crate) fn check(token: &mut Token, fields: &'static Shape, endpoint: &Url) -> Result<(), AuthError> {
    for (name, value) in &mut token.learned {
        match fields.fields().iter().find(|field| field.name() == name) {
            Some(field) if is_host(field) || !field.attrs.pattern.is_empty() => {
                if is_host(field) || looks_like_an_address(value) {
                    *value = host_of(name, value)?;
                }
                if !matches(field.attrs.pattern, value) {
                    return Err(refused(name, "does not match the pattern that the spec declares for it"));
                }
            }
            _ if looks_like_an_address(value) => {
                *value = host_of(name, value)?;
                if !endpoint.host_str().is_some_and(|home| is_same_or_below(value, home)) {
                    return Err(refused(name, "is another host than the token endpoint's, and no field of that name allows it"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_host(field: &Field) -> bool {
    matches!(field.shape().bare().kind, Kind::Leaf(Leaf::Host))
}

/// No pattern means that no host was declared, so none is accepted. The pattern is the spec's, the text the server's: the matcher
/// takes time linear in the text.
fn matches(pattern: &str, host: &str) -> bool {
    !pattern.is_empty() && regex_lite::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(host))
}

fn looks_like_an_address(value: &str) -> bool {
    value.contains(['.', ':', '/', '\\', '@', '%']) || value.eq_ignore_ascii_case("localhost")
}

fn is_same_or_below(host: &str, home: &str) -> bool {
    let home = home.to_ascii_lowercase();
    host == home || host.strip_suffix(&home).is_some_and(|below| below.ends_with('.'))
}

/// The host of a bare name or of an `https` origin. Anything more than an origin is refused.
fn host_of(name: &str, value: &str) -> Result<String, AuthError> {
    let host = value.strip_prefix("https://").map_or(value, |rest| rest.strip_suffix('/').unwrap_or(rest));
    match host_problem(host) {
        Some(problem) => Err(refused(name, problem)),
        None => Ok(host.to_ascii_lowercase()),
    }
}

fn refused(name: &str, problem: &str) -> AuthError {
    AuthError::UnsafeAddress { problem: format!("`{name}` of the token response {problem}") }
}

#[cfg(test)]
#[expect(unsafe_code, reason = "what `structure!` writes")]
mod tests {
    use super::*;
    use crate::shape::Shaped;
    use crate::value::Host;
    use std::time::UNIX_EPOCH;

    crate::structure! {
        struct Organisation "Organisation" {
            instance: Option<Host> = "instance" r"pattern [a-z0-9-]+\.acme\.example";
            other: Option<Host> = "other";
            tenant: Option<String> = "tenant";
            region: Option<String> = "region" r"pattern ^[a-z]+\.regions\.example$";
            shard: Option<String> = "shard" r"pattern ^[a-z0-9]+$";
        }
    }

    fn learn(name: &str, value: &str) -> Result<String, AuthError> {
        let mut token = Token::new("t", UNIX_EPOCH);
        token.learned.insert(name.to_owned(), value.to_owned());
        let endpoint = Url::parse("https://login.acme.example/token").unwrap();
        check(&mut token, <Organisation as Shaped>::shape(), &endpoint)?;
        Ok(token.learned(name).unwrap().to_owned())
    }

    #[test]
    fn a_host_matches_the_declared_pattern_as_a_whole() {
        assert_eq!(learn("instance", "na1.acme.example").unwrap(), "na1.acme.example");
        assert_eq!(learn("instance", "https://NA1.acme.example/").unwrap(), "na1.acme.example");
        for hostile in [
            "evil.example",
            "na1.acme.example.evil.example",
            "evil.example/na1.acme.example",
            "https://na1.acme.example@evil.example/",
            "https://evil.example/?na1.acme.example",
            "http://na1.acme.example",
            "na1.acme.example:8443",
            "na1.acme.example\nevil.example",
            "",
        ] {
            assert!(matches!(learn("instance", hostile), Err(AuthError::UnsafeAddress { .. })), "{hostile}");
        }
    }

    #[test]
    fn a_text_that_becomes_a_host_matches_its_pattern_too() {
        assert_eq!(learn("region", "https://eu.regions.example/").unwrap(), "eu.regions.example");
        assert_eq!(learn("shard", "na12").unwrap(), "na12");
        for hostile in
            ["evil.example", "login.acme.example", "eu.regions.example.evil.example", "https://eu.regions.example@evil.example", "eu"]
        {
            assert!(learn("region", hostile).is_err(), "{hostile}");
        }
        for hostile in ["na12.evil.example", "na12/x", "evil.example/", "na-12", ""] {
            assert!(learn("shard", hostile).is_err(), "{hostile}");
        }
    }

    #[test]
    fn without_a_pattern_no_host_is_learned() {
        assert!(learn("other", "na1.acme.example").is_err());
        assert!(learn("other", "login.acme.example").is_err());
    }

    #[test]
    fn what_is_not_declared_stays_with_the_token_endpoint() {
        assert_eq!(learn("api_domain", "https://login.acme.example").unwrap(), "login.acme.example");
        assert_eq!(learn("api_domain", "eu.login.acme.example").unwrap(), "eu.login.acme.example");
        assert_eq!(learn("team_id", "T0123").unwrap(), "T0123");
        for hostile in ["acme.example", "evil.example", "xlogin.acme.example", "localhost", "127.0.0.1", "169.254.169.254"] {
            assert!(learn("api_domain", hostile).is_err(), "{hostile}");
        }
    }
}
