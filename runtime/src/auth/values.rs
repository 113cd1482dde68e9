//! What a template may name: the connection's fields, the token, what the token response taught, and the API's version.

use super::error::AuthError;
use super::token::Token;
use crate::connection::FieldValues;
use crate::operation::OAuth2Step;

/// The values that stand for the holes of a template.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Values<'a> {
    fields: &'a FieldValues,
    token: Option<&'a Token>,
}

impl<'a> Values<'a> {
    pub(crate) fn of(fields: &'a FieldValues) -> Self {
        Self { fields, token: None }
    }

    #[must_use]
    pub(crate) fn with_token(self, token: Option<&'a Token>) -> Self {
        Self { token, ..self }
    }

    /// The value of a hole: `access_token`, `key`, `connection.key`. What the token response said goes before what was filled in,
    /// because the server moved us there; it was checked when it was learned.
    pub(crate) fn resolve(&self, hole: &str) -> Result<&'a str, AuthError> {
        let name = hole.strip_prefix("connection.").unwrap_or(hole);
        if let Some(token) = self.token {
            if name == "access_token" {
                return Ok(token.access_token());
            }
            if let Some(learned) = token.learned(name) {
                return Ok(learned);
            }
        }
        self.field(name)
    }

    /// Parameters of a step's requests that the table does not name.
    pub(crate) fn parameters(&self, step: OAuth2Step) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.parameters(step)
    }

    /// The value of a field, or the error that names it.
    pub(crate) fn field(&self, name: &str) -> Result<&'a str, AuthError> {
        self.fields.get(name).ok_or_else(|| AuthError::MissingField { field: name.to_owned() })
    }
}

/// Field values for tests.
#[cfg(test)]
pub(crate) fn fields(pairs: &[(&str, &str)]) -> FieldValues {
    let mut fields = FieldValues::new();
    for (name, value) in pairs {
        fields.set(*name, *value);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_field_is_named() {
        let fields = FieldValues::new();
        let error = Values::of(&fields).resolve("connection.key").unwrap_err();
        assert_eq!(error.to_string(), "the connection's field `key` has no value");
    }

    #[test]
    fn what_the_token_taught_goes_first() {
        let fields = fields(&[("host", "old.example"), ("key", "k")]);
        let mut token = Token::new("t", std::time::UNIX_EPOCH);
        token.learned.insert("host".to_owned(), "new.example".to_owned());
        let values = Values::of(&fields).with_token(Some(&token));
        assert_eq!(values.resolve("connection.host").unwrap(), "new.example");
        assert_eq!(values.resolve("access_token").unwrap(), "t");
        assert_eq!(values.resolve("key").unwrap(), "k");
    }
}
