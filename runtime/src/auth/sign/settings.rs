//! The settings of a signature, filled in with what a person gave.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::super::{error::AuthError, template, values::Values};
use crate::{operation::Sign, value::Secret};

/// Settings by name.
pub(super) struct Settings<'s> {
    sign: &'static Sign,
    values: Values<'s>,
}

impl<'s> Settings<'s> {
    pub(super) fn new(sign: &'static Sign, values: Values<'s>) -> Self {
        Settings { sign, values }
    }

    /// The template of a setting, as the table has it.
    fn template(&self, name: &str) -> Option<&'static str> {
        self.sign.settings.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A setting that must be there, and not be empty.
    pub(super) fn must(&self, name: &'static str) -> Result<Secret, AuthError> {
        let template = self.template(name).ok_or_else(|| AuthError::table(format!("the signature has no `{name}`")))?;
        let value = template::expand(template, &self.values)?;
        if value.is_empty() { Err(invalid(name, "is empty")) } else { Ok(value) }
    }

    /// A setting that may be left out by the spec, or by the person.
    pub(super) fn may(&self, name: &'static str) -> Result<Option<Secret>, AuthError> {
        let Some(template) = self.template(name) else { return Ok(None) };
        match template::expand(template, &self.values) {
            Err(AuthError::MissingField { .. }) => Ok(None),
            value => value.map(|value| (!value.is_empty()).then_some(value)),
        }
    }

    /// A word that the spec chose.
    pub(super) fn word(&self, name: &'static str) -> Result<&'static str, AuthError> {
        self.template(name).ok_or_else(|| AuthError::table(format!("the signature has no `{name}`")))
    }

    /// The same where one is usual.
    pub(super) fn word_or(&self, name: &str, usual: &'static str) -> &'static str {
        self.template(name).unwrap_or(usual)
    }

    /// A length of time in seconds.
    pub(super) fn time(&self, name: &str, usual: Duration) -> Result<Duration, AuthError> {
        let Some(text) = self.template(name) else { return Ok(usual) };
        text.parse().map(Duration::from_secs).map_err(|_| AuthError::table(format!("`{name}` is no number of seconds")))
    }

    /// The members of a part; what a person may leave out is left out.
    pub(super) fn members(&self, part: &str) -> Result<Map<String, Json>, AuthError> {
        let mut members = Map::new();
        for (name, template) in self.sign.settings {
            let Some(name) = name.strip_prefix(part).and_then(|name| name.strip_prefix('.')) else { continue };
            match template::expand(template, &self.values) {
                Err(AuthError::MissingField { .. }) => {}
                value => drop(members.insert(name.to_owned(), value?.expose().into())),
            }
        }
        Ok(members)
    }

    /// A setting that is a word of a header: visible ASCII with none of these characters.
    pub(super) fn token(&self, name: &'static str, without: &[char]) -> Result<String, AuthError> {
        let value = self.must(name)?;
        if value.expose().chars().all(|one| one.is_ascii_graphic() && !without.contains(&one)) {
            Ok(value.expose().to_owned())
        } else {
            Err(invalid(name, "has a character that may not stand there"))
        }
    }
}

pub(super) fn invalid(name: &str, problem: &'static str) -> AuthError {
    AuthError::InvalidValue { field: name.to_owned(), problem }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{connection::FieldValues, operation::SignKind};

    /// Settings that are filled in as they stand.
    pub(in super::super) fn settings(pairs: &[(&'static str, &'static str)]) -> Settings<'static> {
        let fields: &'static FieldValues = Box::leak(Box::default());
        of(pairs, fields)
    }

    fn of(pairs: &[(&'static str, &'static str)], fields: &'static FieldValues) -> Settings<'static> {
        let settings: &'static [(&str, &str)] = Box::leak(pairs.to_vec().into_boxed_slice());
        Settings::new(Box::leak(Box::new(Sign { kind: SignKind::Aws4, settings })), Values::of(fields))
    }

    #[test]
    fn what_a_person_may_leave_out_is_left_out() {
        let mut fields = FieldValues::new();
        fields.set("given", "x");
        fields.set("empty", "");
        let settings = of(&[("a", "{given}"), ("b", "{absent}"), ("c", "{empty}")], Box::leak(Box::new(fields)));
        assert_eq!(settings.may("a").unwrap(), Some(Secret::from("x")));
        assert_eq!((settings.may("b").unwrap(), settings.may("c").unwrap(), settings.may("d").unwrap()), (None, None, None));
        assert!(matches!(settings.must("b"), Err(AuthError::MissingField { .. })));
        assert!(matches!(settings.must("c"), Err(AuthError::InvalidValue { .. })));
        assert!(matches!(settings.must("d"), Err(AuthError::InvalidTable { .. })));
    }
}
