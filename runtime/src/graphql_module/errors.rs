//! The errors in a GraphQL answer, as they came: read whatever their form, and bounded in number and when they are shown.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::codes;
use crate::error::{Error, ErrorKind, shorten};

/// The most errors of one answer that are kept.
const KEPT: usize = 100;
/// The most steps of a path that are kept.
const STEPS: usize = 32;

/// One error in a GraphQL answer. `Debug` and `Display` show no extensions.
#[derive(Clone, PartialEq)]
pub struct GraphqlError {
    message: String,
    code: Option<String>,
    kind: Option<ErrorKind>,
    path: Option<String>,
    locations: Vec<(u32, u32)>,
    extensions: Map<String, Json>,
}

impl GraphqlError {
    /// What the server says.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The server's code: `extensions.code`, or where the server keeps it (GitHub in `type`, AppSync in `errorType`).
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// What the code means, where it is one that servers use alike.
    pub fn kind(&self) -> Option<ErrorKind> {
        self.kind
    }

    /// Which value of the data could not be given: `issues.nodes[3].title`.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Lines and columns of the document, from 1.
    pub fn locations(&self) -> &[(u32, u32)] {
        &self.locations
    }

    /// What else the server says.
    pub fn extensions(&self) -> &Map<String, Json> {
        &self.extensions
    }

    /// The errors that a call failed with, where it was a GraphQL server that refused it.
    pub fn all_of(error: &Error) -> Vec<GraphqlError> {
        let bytes = error.body_bytes().map(|bytes| &bytes[..]).unwrap_or_default();
        super::envelope::errors(bytes).unwrap_or_default().list
    }

    /// Reads an error, whatever it is.
    fn of(json: Json) -> GraphqlError {
        let mut members = match json {
            Json::Object(members) => members,
            Json::String(message) => Map::from_iter([("message".to_owned(), Json::String(message))]),
            other => Map::from_iter([("message".to_owned(), Json::String(shorten(&other.to_string())))]),
        };
        let code = codes::code(&members);
        let extensions = match members.remove("extensions") {
            Some(Json::Object(extensions)) => extensions,
            _ => Map::new(),
        };
        let message = match members.remove("message") {
            Some(Json::String(message)) => message,
            _ => String::new(),
        };
        GraphqlError {
            kind: code.as_deref().and_then(codes::kind),
            path: members.get("path").and_then(path),
            locations: members.get("locations").map(locations).unwrap_or_default(),
            message,
            code,
            extensions,
        }
    }
}

impl fmt::Display for GraphqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shorten(&self.message))?;
        if let Some(path) = &self.path {
            write!(f, " at `{}`", shorten(path))?;
        }
        self.code.as_ref().map_or(Ok(()), |code| write!(f, " ({})", shorten(code)))
    }
}

impl fmt::Debug for GraphqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlError")
            .field("message", &shorten(&self.message))
            .field("code", &self.code.as_deref().map(shorten))
            .field("path", &self.path.as_deref().map(shorten))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for GraphqlError {}

/// The errors of an answer, bounded.
#[derive(Debug, Default)]
pub(super) struct Errors {
    pub(super) list: Vec<GraphqlError>,
    /// How many there were in all.
    pub(super) count: usize,
}

impl Errors {
    /// The error that says what went wrong: the first with a code that is known, or the first.
    pub(super) fn telling(&self) -> Option<&GraphqlError> {
        self.list.iter().find(|error| error.kind.is_some()).or(self.list.first())
    }
}

impl<'de> Deserialize<'de> for Errors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ErrorsVisitor)
    }
}

/// A list, as it should be, or what servers write in its place: one error, or a text.
struct ErrorsVisitor;

impl ErrorsVisitor {
    fn one(json: Json) -> Errors {
        Errors { list: vec![GraphqlError::of(json)], count: 1 }
    }
}

impl<'de> Visitor<'de> for ErrorsVisitor {
    type Value = Errors;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of errors")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Errors, A::Error> {
        let mut errors = Errors::default();
        while errors.count < KEPT {
            let Some(error) = list.next_element::<Json>()? else { return Ok(errors) };
            errors.list.push(GraphqlError::of(error));
            errors.count += 1;
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            errors.count += 1;
        }
        Ok(errors)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, members: A) -> Result<Errors, A::Error> {
        Json::deserialize(serde::de::value::MapAccessDeserializer::new(members)).map(Self::one)
    }

    fn visit_str<E>(self, text: &str) -> Result<Errors, E> {
        Ok(Self::one(text.into()))
    }

    fn visit_bool<E>(self, there: bool) -> Result<Errors, E> {
        Ok(if there { Self::one(Json::Null) } else { Errors::default() })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Errors, E> {
        Ok(Self::one(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Errors, E> {
        Ok(Self::one(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Errors, E> {
        Ok(Self::one(number.into()))
    }

    fn visit_unit<E>(self) -> Result<Errors, E> {
        Ok(Errors::default())
    }
}

fn path(path: &Json) -> Option<String> {
    let mut text = String::new();
    for step in path.as_array()?.iter().take(STEPS) {
        match step {
            Json::Number(index) => text.push_str(&format!("[{index}]")),
            Json::String(name) if text.is_empty() => text.push_str(&shorten(name)),
            Json::String(name) => text.push_str(&format!(".{}", shorten(name))),
            _ => return None,
        }
    }
    Some(text).filter(|text| !text.is_empty())
}

fn locations(locations: &Json) -> Vec<(u32, u32)> {
    let number = |location: &Json, name: &str| u32::try_from(location.get(name)?.as_u64()?).ok();
    let list = locations.as_array().into_iter().flatten().take(STEPS);
    list.filter_map(|location| Some((number(location, "line")?, number(location, "column")?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(json: &Json) -> Errors {
        serde_json::from_str(&json.to_string()).expect("whatever it is")
    }

    #[test]
    fn an_error_is_read_with_its_place_and_code() {
        let errors = read(&json!([{
            "message": "No", "path": ["issues", "nodes", 3, "title"], "locations": [{"line": 2, "column": 5}, {"line": "x"}],
            "extensions": {"code": "FORBIDDEN", "need": "admin"}
        }]));
        let error = &errors.list[0];
        assert_eq!((error.message(), error.path(), error.code()), ("No", Some("issues.nodes[3].title"), Some("FORBIDDEN")));
        assert_eq!((error.kind(), error.locations()), (Some(ErrorKind::Permission), [(2, 5)].as_slice()));
        assert_eq!(error.extensions()["need"], "admin");
        assert_eq!(error.to_string(), "No at `issues.nodes[3].title` (FORBIDDEN)");
    }

    #[test]
    fn what_is_no_list_of_errors_is_read_all_the_same() {
        for (json, count) in [
            (json!("Invalid API key"), 1),
            (json!({"message": "Bad"}), 1),
            (json!(null), 0),
            (json!(false), 0),
            (json!(true), 1),
            (json!(7), 1),
            (json!([]), 0),
            (json!(["text", 1, null, [], {"message": 5, "path": "x", "locations": 3, "extensions": []}]), 5),
        ] {
            assert_eq!(read(&json).count, count, "{json}");
        }
        assert_eq!(read(&json!("Invalid API key")).list[0].message(), "Invalid API key");
    }

    #[test]
    fn many_and_long_ones_are_bounded() {
        let many: Vec<Json> = (0..5_000).map(|n| json!({"message": "x".repeat(500), "path": vec![n; 40]})).collect();
        let errors = read(&json!(many));
        assert_eq!((errors.count, errors.list.len()), (5_000, KEPT));
        let shown = format!("{} {:?}", errors.list[0], errors.list[0]);
        assert!(shown.len() < 2_000, "{}", shown.len());
    }

    #[test]
    fn extensions_are_not_shown() {
        let error = GraphqlError::of(json!({"message": "No", "extensions": {"variables": {"password": "s3cr3t"}}}));
        assert!(!format!("{error} {error:?}").contains("s3cr3t"));
    }
}
