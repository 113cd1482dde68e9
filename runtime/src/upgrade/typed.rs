//! Upgrading values of Rust types: `create_program::r1::Input` becomes `CreateProgram`.

use std::{error::Error, fmt};

use super::{
    apply::{apply, shape_at},
    expression::NoExpressions,
    json::{Node, Object},
    report::{Finding, Verdict},
    table::UpgradeTable,
};
use crate::shape::{ErasedRef, Kind, Names, Shaped, View, decode_json};

/// The input of an older revision of a module, that becomes the input of a newer one.
pub trait Upgrade: Shaped {
    /// What it becomes.
    type Into: Shaped;
    /// How.
    const TABLE: &'static UpgradeTable;

    /// Becomes the newer input.
    ///
    /// # Errors
    /// When a person must say something first, or there is no way forward; [`Unfinished::findings`] has all of it.
    fn upgrade(self) -> Result<UpgradedInput<Self::Into>, Unfinished>
    where
        Self: Sized,
    {
        let json = ErasedRef::of(&self).encode_json(Names::Spec);
        let files = files(ErasedRef::of(&self));
        let (config, findings) = upgraded(Self::TABLE, &json, files)?;
        match decode_json(config.as_bytes(), Names::Spec) {
            Ok(value) => Ok(UpgradedInput { value, findings }),
            Err(error) => {
                let finding = Finding::review(error.path().to_owned(), error.message().to_owned());
                Err(Unfinished { findings: findings.into_iter().chain([finding]).collect() })
            }
        }
    }
}

/// A value that became one of a newer revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradedInput<T> {
    /// The value.
    pub value: T,
    /// What happened to its fields, and what should be looked at.
    pub findings: Vec<Finding>,
}

/// A value that does not become one of a newer revision by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// What happened to its fields, and what a person must do.
    pub findings: Vec<Finding>,
}

/// Not generic, so that it exists once.
fn upgraded(table: &'static UpgradeTable, json: &[u8], files: Vec<String>) -> Result<(String, Vec<Finding>), Unfinished> {
    if let Some(why) = table.gone {
        return Err(Unfinished { findings: vec![Finding::new(Verdict::NoSuccessor, super::report::Action::Step, "", why)] });
    }
    let text = std::str::from_utf8(json).unwrap_or("{}");
    let object = Object::read(text).unwrap_or_default();
    let (config, mut findings) = apply(table, [object, Object::default()], &NoExpressions);
    findings.extend(files.into_iter().map(|field| {
        Finding::new(Verdict::Asks, super::report::Action::Asked, field, "it holds a file, which must be given to the newer input itself")
    }));
    if findings.iter().any(|finding| finding.verdict >= Verdict::Asks) {
        return Err(Unfinished { findings });
    }
    let mut text = String::new();
    let [mapper, _] = config;
    Node::Object(mapper).write(&mut text);
    Ok((text, findings))
}

/// The fields that hold what JSON cannot: files.
fn files(input: ErasedRef<'_>) -> Vec<String> {
    let View::Structure(structure) = input.view() else { return Vec::new() };
    let is_file = |name: &str| shape_at(input.shape(), &[name]).is_some_and(|shape| matches!(shape.bare().kind, Kind::Opaque(_)));
    let given = |value: ErasedRef<'_>| !matches!(value.view(), View::Optional(None));
    structure.fields().filter(|(field, value)| is_file(field.name()) && given(*value)).map(|(field, _)| field.name().to_owned()).collect()
}

impl fmt::Display for Unfinished {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the input cannot be upgraded by itself")?;
        for finding in self.findings.iter().filter(|finding| finding.verdict >= Verdict::Review) {
            write!(formatter, "; {}{}{}", finding.field, if finding.field.is_empty() { "" } else { ": " }, finding.reason)?;
        }
        Ok(())
    }
}

impl Error for Unfinished {}
