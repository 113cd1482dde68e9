//! A place in an upload to go on from later. What goes on from it is `course`'s.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Value, json};

/// A place in an upload to go on from later, perhaps in another process. It holds what earlier steps gave, which for many APIs is an address that
/// needs no credential: keep it as one keeps a secret.
#[derive(Clone, PartialEq)]
pub struct UploadCheckpoint {
    pub(crate) operation: String,
    /// The step that sends the file, from 0; 0 where there is only the call itself.
    pub(crate) step: usize,
    /// What the steps before it gave, by the spec's names.
    pub(crate) outputs: Vec<Value>,
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
        Some(UploadCheckpoint {
            operation: value.get("upload")?.as_str()?.to_owned(),
            step: usize::try_from(value.get("step")?.as_u64()?).ok()?,
            outputs: value.get("outputs")?.as_array()?.clone(),
            at: value.get("bytes")?.as_u64()?,
            total: value.get("total")?.as_u64()?,
        })
    }
}

/// Without what the steps gave.
impl std::fmt::Debug for UploadCheckpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let UploadCheckpoint { operation, step, at, total, .. } = self;
        f.debug_struct("UploadCheckpoint")
            .field("operation", operation)
            .field("step", step)
            .field("bytes", at)
            .field("total", total)
            .finish_non_exhaustive()
    }
}

impl Serialize for UploadCheckpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let UploadCheckpoint { operation, step, outputs, at, total } = self;
        json!({ "upload": operation, "step": step, "outputs": outputs, "bytes": at, "total": total }).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UploadCheckpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        UploadCheckpoint::from_value(&value).ok_or_else(|| D::Error::custom("this is not a checkpoint of an upload"))
    }
}
