//! The caller of our crate: what it has is read off the generated text, whose layout is fixed.

use std::collections::BTreeSet;
use std::fmt::Write;

/// What a version has, by path below the connector's module.
pub(crate) struct Items {
    pub(crate) types: Vec<String>,
    /// The operation, and the version that it is sent to.
    pub(crate) operations: Vec<(String, String)>,
}

/// The types and operations of a generated file.
pub(crate) fn items(text: &str) -> Items {
    let mut modules: Vec<(usize, &str)> = Vec::new();
    let (mut types, mut operations, mut inputs) = (Vec::new(), Vec::new(), BTreeSet::new());
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        let line = line.trim_start();
        let path = |modules: &[(usize, &str)], name: &str| {
            modules.iter().skip(1).map(|(_, module)| *module).chain([name]).collect::<Vec<_>>().join("::")
        };
        if let Some(name) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(" {")) {
            modules.push((depth, name));
        } else if line == "}" && modules.last().is_some_and(|(start, _)| *start == depth) {
            modules.pop();
        } else if let Some(name) =
            ["pub struct ", "pub enum "].iter().find_map(|start| line.strip_prefix(start)).filter(|rest| rest.contains('"'))
        {
            let named = path(&modules, name.split(' ').next().unwrap_or_default());
            // What an operation is given says what that gives.
            if name.contains("\" -> ") {
                inputs.insert(named.clone());
            }
            types.push(named);
        } else if let Some((_, name)) = line.split_once("Api> for ").filter(|_| line.starts_with("impl lp::OfferedBy<")) {
            let version = modules.get(1).map_or("", |(_, module)| *module).to_owned();
            operations.push((path(&modules, name.trim_end_matches(" {}")), version));
        }
    }
    types.retain(|name| !inputs.contains(name));
    // An operation that later versions offer too is called once, as the peer has it once.
    operations.retain(|(name, _)| inputs.contains(name));
    Items { types, operations }
}

/// The way in which a caller decodes and encodes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The runtime's own functions, which nothing generic stands behind.
    Runtime,
    /// serde_json's, which are made again for each type, as for the peer's.
    SerdeJson,
}

/// Functions that decode and encode every type and call every operation.
pub(crate) fn ours(module: &str, items: &Items, door: Door) -> String {
    let mut out = String::from("use linchpin_runtime::prelude::*;\n");
    for (index, name) in items.types.iter().enumerate() {
        let _ = match door {
            Door::Runtime => writeln!(
                out,
                "pub fn round_trip_{index}(text: &str) -> Result<Vec<u8>, linchpin_runtime::shape::DecodeError> {{ let value: {module}::{name} = linchpin_runtime::shape::decode_json(text.as_bytes(), linchpin_runtime::shape::Names::Wire)?; Ok(linchpin_runtime::shape::encode_json(&value, linchpin_runtime::shape::Names::Wire)) }}"
            ),
            Door::SerdeJson => writeln!(
                out,
                "pub fn round_trip_{index}(text: &str) -> Result<String, serde_json::Error> {{ let value: {module}::{name} = serde_json::from_str(text)?; serde_json::to_string(&value) }}"
            ),
        };
    }
    for (index, (name, version)) in items.operations.iter().enumerate() {
        let client = if version.is_empty() { format!("{module}::Client") } else { format!("{module}::{version}::Client") };
        let _ = writeln!(
            out,
            "pub fn call_{index}<'c>(client: &'c {client}, input: {module}::{name}) -> std::pin::Pin<Box<dyn Future<Output = Result<<{module}::{name} as linchpin_runtime::api::Operation>::Output, linchpin_runtime::Error>> + Send + 'c>> {{ Box::pin(input.send(client)) }}"
        );
    }
    out
}
