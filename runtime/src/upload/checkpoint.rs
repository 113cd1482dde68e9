//! A place in an upload to go on from later. What goes on from it is `course`'s.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Value, json};

use crate::operation::{ApiTable, OperationTable};

/// Which operation it is: another spec, another row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Of {
    connector: String,
    version: String,
    pub(crate) operation: String,
    revision: u32,
    /// The modules that the steps call, with their revisions.
    steps: Vec<String>,
}

impl Of {
    pub(crate) fn new(api: &'static ApiTable, table: &'static OperationTable) -> Of {
        Of {
            connector: api.connector.to_owned(),
            version: api.version.to_owned(),
            operation: table.name.to_owned(),
            revision: table.revision,
            steps: crate::steps::calls(table),
        }
    }

    fn to_value(&self) -> Value {
        json!([self.connector, self.version, self.operation, self.revision, self.steps])
    }

    fn from_value(value: &Value) -> Option<Of> {
        let [connector, version, operation, revision, steps] = value.as_array()?.as_slice() else { return None };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Of {
            connector: text(connector)?,
            version: text(version)?,
            operation: text(operation)?,
            revision: u32::try_from(revision.as_u64()?).ok()?,
            steps: steps.as_array()?.iter().map(text).collect::<Option<_>>()?,
        })
    }
}

/// A place in an upload to go on from later, perhaps in another process. It holds what earlier steps gave, which for many APIs is an address that
/// needs no credential: keep it as one keeps a secret.
#[derive(Clone, PartialEq)]
pub struct UploadCheckpoint {
    pub(crate) of: Of,
    /// The step that sends the file, from 0; 0 where there is only the call itself.
    pub(crate) step: usize,
    /// What the steps before it gave, as far as it is still needed.
    pub(crate) outputs: Vec<Option<String>>,
    pub(crate) at: u64,
    pub(crate) total: u64,
}

impl UploadCheckpoint {
    /// The bytes that the server had when it was made.
    pub fn bytes(&self) -> u64 {
        self.at
    }

    /// How many there are in all: the file must still be as long.
    pub fn total(&self) -> u64 {
        self.total
    }

    fn from_value(value: &Value) -> Option<UploadCheckpoint> {
        let output = |value: &Value| if value.is_null() { Some(None) } else { value.as_str().map(|text| Some(text.to_owned())) };
        Some(UploadCheckpoint {
            of: Of::from_value(value.get("upload")?)?,
            step: usize::try_from(value.get("step")?.as_u64()?).ok()?,
            outputs: value.get("outputs")?.as_array()?.iter().map(output).collect::<Option<_>>()?,
            at: value.get("bytes")?.as_u64()?,
            total: value.get("total")?.as_u64()?,
        })
    }
}

/// Without what the steps gave.
impl std::fmt::Debug for UploadCheckpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let UploadCheckpoint { of, step, at, total, .. } = self;
        f.debug_struct("UploadCheckpoint")
            .field("operation", &of.operation)
            .field("step", step)
            .field("bytes", at)
            .field("total", total)
            .finish_non_exhaustive()
    }
}

impl Serialize for UploadCheckpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let UploadCheckpoint { of, step, outputs, at, total } = self;
        json!({ "upload": of.to_value(), "step": step, "outputs": outputs, "bytes": at, "total": total }).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UploadCheckpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        UploadCheckpoint::from_value(&value).ok_or_else(|| D::Error::custom("this is not a checkpoint of an upload"))
    }
}
