//! What checkpoints have in common: which operation one is of, and how it is stored. What each holds beside that is said where it is made.

use serde_json::{Value, json};

use crate::operation::{ApiTable, OperationTable};

/// Which operation a checkpoint is of: another spec, another row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Of {
    pub(crate) connector: String,
    pub(crate) version: String,
    pub(crate) operation: String,
    pub(crate) revision: u32,
    /// The modules that its steps call, with their revisions.
    pub(crate) steps: Vec<String>,
}

impl Of {
    pub(crate) fn new(api: &'static ApiTable, table: &'static OperationTable) -> Of {
        Of {
            connector: api.connector.to_owned(),
            version: api.version.to_owned(),
            operation: table.name.to_owned(),
            revision: table.revision,
            steps: table.steps.iter().map(|step| format!("{}@{}", step.operation.name, step.operation.revision)).collect(),
        }
    }

    /// In the order in which it stands in what is stored.
    pub(crate) fn to_values(&self) -> [Value; 5] {
        let Of { connector, version, operation, revision, steps } = self;
        [json!(connector), json!(version), json!(operation), json!(revision), json!(steps)]
    }

    pub(crate) fn from_values(values: &[Value]) -> Option<Of> {
        let [connector, version, operation, revision, steps] = values else { return None };
        Some(Of {
            connector: read_text(connector)?,
            version: read_text(version)?,
            operation: read_text(operation)?,
            revision: u32::try_from(revision.as_u64()?).ok()?,
            steps: steps.as_array()?.iter().map(read_text).collect::<Option<_>>()?,
        })
    }
}

/// What steps gave, as JSON in a text, for those of which it is still needed.
pub(crate) fn outputs_from(value: &Value) -> Option<Vec<Option<String>>> {
    let output = |value: &Value| if value.is_null() { Some(None) } else { read_text(value).map(Some) };
    value.as_array()?.iter().map(output).collect()
}

pub(crate) fn read_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Serde for what is stored as one JSON value, by its `to_value`, and is read by its `from_value` as a whole or not at all.
macro_rules! stored {
    ($stored:ty, $otherwise:literal) => {
        impl serde::Serialize for $stored {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.to_value().serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $stored {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                Self::from_value(&value).ok_or_else(|| serde::de::Error::custom($otherwise))
            }
        }
    };
}

pub(crate) use stored;
