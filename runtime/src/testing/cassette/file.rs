//! The file of a cassette: JSON that people can read and compare. What of an exchange may stand in it is `scrub`'s.

use std::{fs, io, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::whole_file::Temporary;

/// The layout that is written here. Another is not read.
const LAYOUT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Tape {
    cassette: u32,
    exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Exchange {
    pub(super) request: Asked,
    pub(super) answer: Answered,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Content>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Content>,
}

/// A body, as readable as it can be. JSON stands as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Content {
    Json(Box<RawValue>),
    Text(String),
    Base64(String),
}

impl Content {
    /// None for an empty one.
    pub(super) fn of(bytes: &[u8]) -> Option<Content> {
        match std::str::from_utf8(bytes) {
            Ok("") => None,
            Ok(text) => Some(Content::text(text)),
            Err(_) => Some(Content::Base64(BASE64_STANDARD.encode(bytes))),
        }
    }

    pub(super) fn text(text: &str) -> Content {
        // White space around it, which a raw value does not keep, makes it text.
        let json = serde_json::from_str::<Box<RawValue>>(text).ok().filter(|json| json.get() == text);
        json.map_or_else(|| Content::Text(text.to_owned()), Content::Json)
    }

    pub(super) fn bytes(&self) -> io::Result<Bytes> {
        Ok(match self {
            Content::Json(json) => Bytes::copy_from_slice(json.get().as_bytes()),
            Content::Text(text) => Bytes::copy_from_slice(text.as_bytes()),
            Content::Base64(text) => BASE64_STANDARD.decode(text).map_err(io::Error::other)?.into(),
        })
    }
}

pub(super) fn read(path: &Path) -> io::Result<Vec<Exchange>> {
    let text = fs::read_to_string(path).map_err(|error| about(path, &error))?;
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> io::Result<Vec<Exchange>> {
    let tape: Tape = serde_json::from_str(text).map_err(|error| about(path, &error))?;
    if tape.cassette != LAYOUT {
        return Err(about(path, &format!("it has layout {}, and this library reads {LAYOUT}: record it anew", tape.cassette)));
    }
    for body in tape.exchanges.iter().flat_map(|exchange| [&exchange.request.body, &exchange.answer.body]).flatten() {
        body.bytes().map_err(|error| about(path, &error))?;
    }
    Ok(tape.exchanges)
}

/// All of it or nothing: the file is written beside its place, then moved there.
pub(super) fn write(path: &Path, exchanges: Vec<Exchange>) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(&Tape { cassette: LAYOUT, exchanges }).map_err(io::Error::other)?;
    text.push('\n');
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| about(folder, &error))?;
    let written = Temporary::write(path, text.as_bytes()).and_then(|file| file.move_to(path));
    written.map_err(|error| about(path, &error))
}

fn about(path: &Path, reason: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("the cassette {}: {reason}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_cassettes_do_no_harm() {
        let good = [
            r#"{"cassette":1,"exchanges":[{"request":{"method":"GET","url":"/a","headers":[["x","y"]]},"answer":{"status":200,"headers":[],"body":{"json":{"a":1}}}}]}"#,
            r#"{"cassette":1,"exchanges":[{"request":{"method":"POST","url":"/a","headers":[],"body":{"base64":"aGk="}},"answer":{"status":204,"headers":[],"body":{"text":"t"}}}]}"#,
        ];
        let pieces = ["null", "{}", "[]", "\"", ",", "-1", "70000", "base64", "text", "json", "=", "\\u0000"];
        let mut read = 0;
        crate::fuzz::feed_text(44, &good, &pieces, |text| {
            let Ok(exchanges) = parse(Path::new("tape.json"), text) else { return };
            read += 1;
            for body in exchanges.iter().filter_map(|exchange| exchange.answer.body.as_ref()) {
                body.bytes().expect("it was looked at when it was read");
            }
            let again = serde_json::to_string(&Tape { cassette: LAYOUT, exchanges }).expect("it is written");
            parse(Path::new("tape.json"), &again).expect("it is read again");
        });
        assert!(read > 100, "{read} were read: the changes are too coarse to test anything");
    }
}
