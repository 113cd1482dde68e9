//! An OpenAPI 3 document, as far as the comparison reads it: operations, parameters, and the shapes a schema allows.

use std::borrow::Cow;
use std::path::Path;
use std::{fs, io};

use serde_json::{Map, Value, json};

use super::patch;

/// An OpenAPI document.
pub struct Document(Value);

/// What a schema allows: any of several shapes, and perhaps null.
#[derive(Default)]
pub(super) struct Shapes<'d> {
    /// The shapes; none when only null is allowed.
    pub(super) any_of: Vec<Cow<'d, Value>>,
    /// Null is allowed.
    pub(super) nullable: bool,
}

/// An operation with what its path gives it.
pub(super) struct Operation<'d> {
    path: &'d Value,
    operation: &'d Value,
}

impl Document {
    /// Reads a document.
    pub fn read(path: &Path) -> io::Result<Document> {
        Ok(Document(serde_json::from_slice(&fs::read(path)?)?))
    }

    /// The document as a later version of the API changes it.
    pub fn at_version(&self, version: &str) -> Document {
        Document(patch::at_version(&self.0, version))
    }

    /// The document without what a JSON pointer names.
    pub fn without(&self, pointer: &str) -> Document {
        let mut value = self.0.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
        if let Some(Value::Object(members)) = value.pointer_mut(parent) {
            members.remove(name);
        }
        Document(value)
    }

    /// The operation with this path, hole for hole, and this method in lower case.
    pub(super) fn operation(&self, path: &str, method: &str) -> Option<Operation<'_>> {
        let path = self.0["paths"].get(path)?;
        Some(Operation { path, operation: path.get(method)? })
    }

    /// Is there anything at this path?
    pub(super) fn has_path(&self, path: &str) -> bool {
        self.0["paths"].get(path).is_some()
    }

    /// What stands behind a reference, or the value itself.
    pub(super) fn follow<'d>(&'d self, mut value: &'d Value) -> &'d Value {
        while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            value = self.0.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        }
        value
    }

    /// What a schema allows. `oneOf` and `anyOf` are taken apart, `allOf` is put together.
    pub(super) fn shapes<'d>(&'d self, schema: &'d Value) -> Shapes<'d> {
        let schema = self.follow(schema);
        let mut shapes = Shapes { any_of: Vec::new(), nullable: schema["nullable"] == true };
        let choices = ["oneOf", "anyOf"].into_iter().filter(|_| schema.get("properties").is_none()).find_map(|name| schema.get(name));
        if let Some(choices) = choices.and_then(Value::as_array) {
            choices.iter().for_each(|choice| shapes.take(self.shapes(choice)));
        } else if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            shapes.take(self.all_of(schema, parts));
        } else if let (Some(choices), None) = (schema.get("items"), schema.get("type")) {
            // A converter of older documents writes a choice as `items` without `type: array`.
            shapes.take(self.shapes(choices));
        } else if !(shapes.nullable && ["type", "properties", "enum"].iter().all(|name| schema.get(name).is_none())) {
            shapes.any_of.push(Cow::Borrowed(schema));
        }
        shapes
    }

    fn all_of<'d>(&'d self, schema: &'d Value, parts: &'d [Value]) -> Shapes<'d> {
        if let ([only], None) = (parts, schema.get("properties")) {
            return self.shapes(only);
        }
        let mut properties = Map::new();
        let mut required = Vec::new();
        let parts: Vec<Shapes<'d>> = parts.iter().map(|part| self.shapes(part)).collect();
        for part in parts.iter().flat_map(|part| &part.any_of).map(Cow::as_ref).chain([schema]) {
            properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
            required.extend(part["required"].as_array().cloned().unwrap_or_default());
        }
        let whole = json!({ "type": "object", "properties": properties, "required": required });
        Shapes { any_of: vec![Cow::Owned(whole)], nullable: false }
    }
}

impl<'d> Shapes<'d> {
    fn take(&mut self, other: Shapes<'d>) {
        self.any_of.extend(other.any_of);
        self.nullable |= other.nullable;
    }
}

/// `string`, `object`, …; `any` where a schema does not say.
pub(super) fn kind(schema: &Value) -> &str {
    match schema["type"].as_str() {
        Some(kind) => kind,
        None if schema.get("properties").is_some() => "object",
        None => "any",
    }
}

/// Must an object of this schema have the member?
pub(super) fn requires(schema: &Value, member: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|name| name == member))
}

impl<'d> Operation<'d> {
    /// The owner says that it is on its way out.
    pub(super) fn is_deprecated(&self) -> bool {
        self.operation["deprecated"] == true
    }

    /// All parameters: those of the path, then the operation's own.
    pub(super) fn parameters(&self, document: &'d Document) -> impl Iterator<Item = &'d Value> {
        let lists = [self.path, self.operation].map(|one| one["parameters"].as_array());
        lists.into_iter().flatten().flatten().map(|parameter| document.follow(parameter))
    }

    /// The request body, if there is one.
    pub(super) fn body(&self, document: &'d Document) -> Option<&'d Value> {
        self.operation.get("requestBody").map(|body| document.follow(body))
    }

    /// Responses whose status lies in a range: their contents by media type.
    pub(super) fn answers(&self, document: &'d Document, statuses: (u16, u16)) -> Vec<&'d Value> {
        let all = self.operation["responses"].as_object();
        let within = |status: &str| status.parse().is_ok_and(|status: u16| (statuses.0..=statuses.1).contains(&status));
        let wanted = all.into_iter().flatten().filter(|(status, _)| within(status));
        wanted.map(|(_, response)| &document.follow(response)["content"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_taken_apart() {
        let document = Document(json!({ "components": {
            "name": { "type": "string", "nullable": true },
            "either": { "oneOf": [ { "$ref": "#/components/name" }, { "type": "integer" } ] },
            "tuple": { "items": { "anyOf": [ { "type": "string" }, { "nullable": true, "title": "nothing" } ] } },
            "both": { "allOf": [
                { "properties": { "a": {} }, "required": ["a"] },
                { "properties": { "b": {} } }
            ] }
        } }));
        let shapes = |name: &str| document.shapes(&document.0["components"][name]);
        let kinds = |name: &str| shapes(name).any_of.iter().map(|shape| kind(shape).to_owned()).collect::<Vec<_>>();
        assert_eq!(kinds("either"), ["string", "integer"]);
        assert!(shapes("either").nullable);
        assert_eq!(kinds("tuple"), ["string"]);
        assert!(shapes("tuple").nullable);
        let both = shapes("both");
        assert_eq!(both.any_of[0]["properties"], json!({ "a": {}, "b": {} }));
        assert!(requires(&both.any_of[0], "a") && !requires(&both.any_of[0], "b"));
    }
}
