//! A place in an upload to go on from later. What goes on from it is `course`'s.

use serde_json::{Value, json};

use crate::checkpoint::{Of, outputs_from, stored};

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

    fn to_value(&self) -> Value {
        let UploadCheckpoint { of, step, outputs, at, total } = self;
        json!({ "upload": of.to_values(), "step": step, "outputs": outputs, "bytes": at, "total": total })
    }

    fn from_value(value: &Value) -> Option<UploadCheckpoint> {
        Some(UploadCheckpoint {
            of: Of::from_values(value.get("upload")?.as_array()?)?,
            step: usize::try_from(value.get("step")?.as_u64()?).ok()?,
            outputs: outputs_from(value.get("outputs")?)?,
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

stored!(UploadCheckpoint, "this is not a checkpoint of an upload");
