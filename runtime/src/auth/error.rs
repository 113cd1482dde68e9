//! What can go wrong while a credential is obtained or applied. Callers see it as the runtime's one error type.
//!
//! No variant carries a secret: values that a person filled in are named, never quoted.

use std::fmt;

use crate::error::{Error, ErrorKind, shorten};
use crate::random::NoRandomness;

/// Why a credential could not be obtained or applied.
#[derive(Debug)]
pub(crate) enum AuthError {
    /// A field that a template names has no value.
    MissingField { field: String },
    /// A value may not stand where the template puts it.
    InvalidValue { field: String, problem: &'static str },
    /// A request that the connection's signature cannot cover.
    Unsignable { problem: &'static str },
    /// The table itself is wrong; a compiled spec does not get here.
    InvalidTable { problem: String },
    /// Nothing unguessable can be made.
    Randomness(NoRandomness),
    /// An address that a credential must not travel to.
    UnsafeAddress { problem: String },
    /// The person or the server refused the authorization, or the callback is not the answer to our request. The code is one of
    /// RFC 6749, 4.1.2.1, or ours: `state_mismatch`, `issuer_mismatch`, `redirect_mismatch`, and of attempts that other processes began
    /// `unknown_request`, `expired_request`, `repeated_request`.
    Refused { code: String, description: String },
    /// The grant is used up or was withdrawn. A person has to authorise again.
    Reauthorize { code: String, description: String },
    /// The token endpoint answered with an error that authorising again does not mend.
    TokenEndpoint { status: u16, code: String, description: String },
    /// The token endpoint's answer could not be understood.
    Answer { problem: String },
    /// The token endpoint could not be reached or did not answer in time.
    Transport(Error),
    /// The token store failed.
    Store(super::store::StoreError),
}

impl AuthError {
    /// True when the same request may succeed later without anybody doing anything.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_retryable(),
            Self::Store(_) => true,
            Self::TokenEndpoint { status, .. } => matches!(status, 408 | 429 | 500..),
            _ => false,
        }
    }

    pub(crate) fn table(problem: impl Into<String>) -> Self {
        Self::InvalidTable { problem: problem.into() }
    }

    pub(crate) fn answer(problem: impl Into<String>) -> Self {
        Self::Answer { problem: problem.into() }
    }

    pub(crate) fn refused(code: &str, description: impl AsRef<str>) -> Self {
        Self::Refused { code: shorten(code), description: shorten(description.as_ref()) }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::MissingField { .. } | Self::InvalidValue { .. } | Self::InvalidTable { .. } | Self::Randomness(_) => {
                ErrorKind::Configuration
            }
            Self::UnsafeAddress { .. } => ErrorKind::UnsafeAddress,
            Self::Unsignable { .. } => ErrorKind::Input,
            Self::Reauthorize { .. } => ErrorKind::Reauthorize,
            Self::TokenEndpoint { status: 429, .. } => ErrorKind::RateLimited,
            Self::TokenEndpoint { status: 500.., .. } => ErrorKind::Server,
            Self::Refused { .. } | Self::TokenEndpoint { .. } => ErrorKind::Authentication,
            Self::Answer { .. } => ErrorKind::Decode,
            Self::Transport(error) => error.kind(),
            Self::Store(_) => ErrorKind::TokenStore,
        }
    }
}

impl From<NoRandomness> for AuthError {
    fn from(none: NoRandomness) -> Self {
        Self::Randomness(none)
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        let mut made = Self::new(error.kind(), error.to_string()).with_retryable(error.is_passing());
        match error {
            AuthError::Transport(error) => return error,
            AuthError::Store(source) => made = made.with_source(source.as_ref()),
            AuthError::TokenEndpoint { status, code, .. } => made = made.with_status(status).with_code(code),
            AuthError::Refused { code, .. } | AuthError::Reauthorize { code, .. } => made = made.with_code(code),
            _ => {}
        }
        made
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingField { field } => write!(out, "the connection's field `{field}` has no value"),
            Self::InvalidValue { field, problem } => write!(out, "the connection's field `{field}` {problem}"),
            Self::Unsignable { problem } => write!(out, "the request cannot be signed: {problem}"),
            Self::InvalidTable { problem } => write!(out, "the connection's table is wrong: {problem}"),
            Self::Randomness(none) => none.fmt(out),
            Self::UnsafeAddress { problem } => write!(out, "unsafe address: {problem}"),
            Self::Refused { description, .. } => described(out, "authorization was refused", description),
            Self::Reauthorize { description, .. } => described(out, "the connection has to be authorised again", description),
            Self::TokenEndpoint { status, description, .. } => {
                described(out, &format!("the token endpoint answered {status}"), description)
            }
            Self::Answer { problem } => write!(out, "the token endpoint's answer is not understood: {problem}"),
            Self::Transport(error) => error.fmt(out),
            Self::Store(_) => out.write_str("the token store failed"),
        }
    }
}

fn described(out: &mut fmt::Formatter<'_>, what: &str, description: &str) -> fmt::Result {
    out.write_str(what)?;
    if description.is_empty() { Ok(()) } else { write!(out, ": {description}") }
}

impl std::error::Error for AuthError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_that_pass_are_passing() {
        let endpoint = |status| AuthError::TokenEndpoint { status, code: String::new(), description: String::new() };
        assert!(endpoint(503).is_passing());
        assert!(endpoint(429).is_passing());
        assert!(!endpoint(401).is_passing());
        assert!(Error::from(endpoint(503)).is_retryable());
        assert!(!Error::from(endpoint(401)).is_retryable());
    }

    #[test]
    fn a_dead_grant_says_what_to_do() {
        let error = Error::from(AuthError::Reauthorize { code: "invalid_grant".into(), description: String::new() });
        assert_eq!(error.kind(), ErrorKind::Reauthorize);
        assert_eq!(error.code(), Some("invalid_grant"));
        assert_eq!(error.to_string(), "the connection has to be authorised again (invalid_grant)");
    }
}
