//! What a token response may teach: values for templates, among them the host that calls go to from then on.
//!
//! A server that could name any host would receive the credential at any host. So a learned host must match the pattern that the
//! spec declares for the field of that name, and an address under a name that no field declares must be the token endpoint's own
//! host or one below it.

use url::Url;

use super::error::AuthError;
use super::template::host_problem;
use super::token::Token;
use crate::shape::{Field, Kind, Leaf, Shape};

/// Checks everything a token response taught, and writes hosts as hosts: `https://na1.acme.example/` becomes `na1.acme.example`.
pub(crate) fn check(token: &mut Token, fields: &'static Shape, endpoint: &Url) -> Result<(), AuthError> {
    for (name, value) in &mut token.learned {
        match fields.fields().iter().find(|field| field.name() == name) {
            Some(field) if is_host(field) => {
                *value = host_of(name, value)?;
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
