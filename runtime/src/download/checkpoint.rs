//! A place in a download to go on from later. What goes on from it is `source`'s.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::range::Validator;
use crate::{call::Prepared, checkpoint::stored, gate::Passage, value::bytes::hex};

/// A place in a download to go on from later, perhaps in another process: how many bytes are kept, and which state of the file they are of. It
/// holds no credential and no address.
///
/// ```
/// # fn stored() -> String { r#"{"download":"get_report","bytes":4096,"total":9000,"etag":"\"v1\""}"#.into() }
/// let checkpoint: linchpin_runtime::DownloadCheckpoint = serde_json::from_str(&stored())?;
/// assert_eq!(checkpoint.bytes(), 4096);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadCheckpoint {
    pub(crate) operation: String,
    /// Of the address, where that is the API's own: what was left elsewhere, or is new each time, cannot be told apart by it.
    pub(crate) address: Option<String>,
    pub(crate) at: u64,
    pub(crate) total: Option<u64>,
    pub(crate) validator: Validator,
}

impl DownloadCheckpoint {
    /// The bytes that were there when it was made: a file that holds fewer cannot go on from it.
    pub fn bytes(&self) -> u64 {
        self.at
    }

    /// How many there are in all, where that was known.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether a call asks for a file at another address of the API's own.
    pub(crate) fn is_elsewhere(&self, call: &Prepared) -> bool {
        let own = call.passage == Passage::WithCredentials;
        own && self.address.as_ref().is_some_and(|address| *address != digest(&call.url))
    }

    /// The same, where no more than that is there.
    pub(super) fn at_most(self, bytes: u64) -> DownloadCheckpoint {
        DownloadCheckpoint { at: self.at.min(bytes), ..self }
    }

    /// What stands for the state of the file that its bytes are of.
    pub(super) fn of(&self) -> String {
        let (name, text) = self.validator();
        hex(&Sha256::digest(json!([self.operation, self.address, name, text]).to_string()))
    }

    fn validator(&self) -> (&'static str, &str) {
        let name = if matches!(self.validator, Validator::Tag(_)) { "etag" } else { "modified" };
        (name, self.validator.text())
    }

    fn to_value(&self) -> Value {
        let mut value = json!({ "download": self.operation, "bytes": self.at });
        if let Some(total) = self.total {
            value["total"] = total.into();
        }
        if let Some(address) = &self.address {
            value["address"] = address.as_str().into();
        }
        let (name, text) = self.validator();
        value[name] = text.into();
        value
    }

    fn from_value(value: &Value) -> Option<DownloadCheckpoint> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let validator = match (text("etag"), text("modified")) {
            (Some(tag), None) => Validator::Tag(tag),
            (None, Some(modified)) => Validator::Modified(modified),
            _ => return None,
        };
        let total = match value.get("total") {
            None | Some(Value::Null) => None,
            Some(total) => Some(total.as_u64()?),
        };
        Some(DownloadCheckpoint {
            operation: text("download")?,
            address: text("address"),
            at: value.get("bytes")?.as_u64()?,
            total,
            validator,
        })
    }
}

/// What stands for an address in a checkpoint.
pub(super) fn digest(url: &Url) -> String {
    hex(&Sha256::digest(url.as_str()))
}

stored!(DownloadCheckpoint, "this is not a checkpoint of a download");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_survives_being_stored() {
        for (validator, total) in [(Validator::Tag("\"a\"".into()), Some(10)), (Validator::Modified("Tue".into()), None)] {
            let checkpoint = DownloadCheckpoint { operation: "get".into(), address: Some("ab".into()), at: 4, total, validator };
            let stored = serde_json::to_string(&checkpoint).expect("it is written");
            assert_eq!(serde_json::from_str::<DownloadCheckpoint>(&stored).expect("it is read"), checkpoint);
        }
        for wrong in ["{}", r#"{"download":"a","bytes":-1,"etag":"x"}"#, r#"{"download":"a","bytes":1}"#, "3"] {
            assert!(serde_json::from_str::<DownloadCheckpoint>(wrong).is_err(), "{wrong}");
        }
    }
}
