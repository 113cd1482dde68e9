//! Schemas: each node is read once, whatever refers to it, so circles are no trouble.

use super::{Reader, extensions};
use crate::import::codes;
use crate::import::document::{Form, Life};
use crate::import::node::{Node, Value};
use crate::import::schema::{Applied, Discriminator, Limit, Property, Schema, SchemaId};
use crate::source::Span;

/// Keywords with a number.
const LIMITS: [&str; 11] = [
    "minimum",
    "maximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
];
/// Keywords with one schema that nothing else here names.
const APPLIED: [&str; 8] =
    ["contains", "if", "then", "else", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"];
/// Keywords with a schema per member.
const APPLIED_BY_NAME: [&str; 2] = ["patternProperties", "dependentSchemas"];

impl<'n> Reader<'n, '_> {
    /// The schema that a node is.
    pub(super) fn schema(&mut self, node: &'n Node) -> SchemaId {
        let address = std::ptr::from_ref(node) as usize;
        if let Some(id) = self.known.get(&address) {
            return *id;
        }
        let id = SchemaId(self.schemas.len() as u32);
        self.known.insert(address, id);
        self.schemas.push(None);
        self.pending.push((id, node));
        id
    }

    /// `components.schemas`, or `definitions`.
    pub(super) fn named_schemas(&mut self, root: &'n Node) -> Vec<(&'n str, SchemaId)> {
        let found = match self.form {
            Form::Swagger2 => self.map(root, "definitions"),
            _ => self.map(root, "components").and_then(|components| self.map(components, "schemas")),
        };
        found.map_or(&[][..], Node::members).iter().map(|member| (&*member.key, self.schema(&member.value))).collect()
    }

    /// Reads all that were asked for, and all that these ask for.
    pub(super) fn schemas(&mut self) -> Vec<Schema<'n>> {
        while let Some((id, node)) = self.pending.pop() {
            let schema = self.read_schema(node);
            self.schemas[id.0 as usize] = Some(schema);
        }
        std::mem::take(&mut self.schemas).into_iter().flatten().collect()
    }

    /// A schema whose members are the fields of a form of Swagger 2.0.
    pub(super) fn form_schema(&mut self, first: &'n Node, fields: &[&'n Node]) -> SchemaId {
        let id = SchemaId(self.schemas.len() as u32);
        self.schemas.push(None);
        let mut schema = blank(first);
        schema.types.push("object");
        for field in fields {
            let Some(name) = field.get("name").filter(|name| name.text().is_some()) else { continue };
            let text = name.text().unwrap_or_default();
            schema.properties.push(Property { name: text, span: name.span, schema: self.schema(field) });
            if field.get("required").and_then(Node::bool) == Some(true) {
                schema.required.push((text, name.span));
            }
        }
        self.schemas[id.0 as usize] = Some(schema);
        id
    }

    fn read_schema(&mut self, node: &'n Node) -> Schema<'n> {
        let mut schema = blank(node);
        match &node.value {
            Value::Bool(verdict) => schema.verdict = Some(*verdict),
            Value::Map(_) => self.fill(&mut schema, node),
            _ => self.report(codes::WRONG_KIND, node, format!("a schema is {}, not an object", node.what())),
        }
        schema
    }

    /// One pass over the members: schemas are most of a document.
    fn fill(&mut self, schema: &mut Schema<'n>, node: &'n Node) {
        schema.life = self.life(node);
        for member in node.members() {
            let value = &member.value;
            match &*member.key {
                "$ref" => self.refer(schema, value),
                "title" => schema.title = value.plain().unwrap_or_default(),
                "description" => schema.description = value.plain().unwrap_or_default(),
                "type" => self.types(schema, value),
                "nullable" | "x-nullable" => schema.nullable |= value.bool() == Some(true),
                "format" => schema.format = value.plain(),
                "enum" => schema.values = self.array(value, "enum"),
                "x-extensible-enum" => schema.extensible_values = self.array(value, "x-extensible-enum"),
                "const" => schema.constant = Some(value),
                "default" => schema.default = Some(value),
                "example" | "examples" => schema.examples = Some(value),
                "properties" => self.properties(schema, value),
                "required" => schema.required.extend(value.items().iter().filter_map(|item| Some((item.text()?, item.span)))),
                "additionalProperties" => schema.additional = Some((self.schema(value), member.key_span)),
                "items" if matches!(value.value, Value::List(_)) => schema.prefix_items = self.several(value),
                "items" => schema.items = Some(self.schema(value)),
                "prefixItems" => schema.prefix_items = self.several(value),
                "allOf" => schema.all_of = self.several(value),
                "oneOf" => schema.one_of = self.several(value),
                "anyOf" => schema.any_of = self.several(value),
                "not" => schema.not = Some(self.schema(value)),
                "discriminator" => schema.discriminator = discriminator(value),
                "pattern" => schema.pattern = value.text().map(|text| (text, value.span)),
                "uniqueItems" => schema.unique = value.bool() == Some(true),
                "dependentRequired" => schema.dependent_required = dependents(value),
                "contentEncoding" => schema.content_encoding = value.text(),
                "contentMediaType" => schema.content_media_type = value.text(),
                "readOnly" => schema.read_only = value.bool() == Some(true),
                "writeOnly" => schema.write_only = value.bool() == Some(true),
                key => self.keyword(schema, key, value, member.key_span),
            }
        }
        self.limits(schema, node);
        schema.extensions = extensions(node);
    }

    fn keyword(&mut self, schema: &mut Schema<'n>, key: &str, value: &'n Node, span: Span) {
        if let Some(keyword) = APPLIED.iter().find(|keyword| **keyword == key) {
            schema.applied.push(Applied { keyword, name: "", schema: self.schema(value), span });
        } else if let Some(keyword) = APPLIED_BY_NAME.iter().find(|keyword| **keyword == key) {
            for member in value.members() {
                let applied = Applied { keyword, name: &member.key, schema: self.schema(&member.value), span: member.key_span };
                schema.applied.push(applied);
            }
        }
    }

    fn refer(&mut self, schema: &mut Schema<'n>, value: &'n Node) {
        let Some(text) = value.text() else { return };
        let Some(target) = self.target(value) else { return };
        let name = text.rsplit(['/', '#']).next().unwrap_or(text);
        schema.reference = Some((name, self.schema(target)));
    }

    fn types(&mut self, schema: &mut Schema<'n>, value: &'n Node) {
        let listed = if let Value::List(items) = &value.value { items.as_slice() } else { std::slice::from_ref(value) };
        for item in listed {
            match item.text() {
                Some(word) if !schema.types.contains(&word) => schema.types.push(word),
                // YAML reads a bare `null` as no text.
                None if item.value == Value::Null => schema.types.push("null"),
                Some(_) => {}
                None => self.report(codes::WRONG_KIND, item, format!("`type` is {}, not a string", item.what())),
            }
        }
    }

    fn properties(&mut self, schema: &mut Schema<'n>, value: &'n Node) {
        if !matches!(value.value, Value::Map(_) | Value::Null) {
            self.report(codes::WRONG_KIND, value, format!("`properties` is {}, not an object", value.what()));
        }
        for member in value.members() {
            schema.properties.push(Property { name: &member.key, span: member.key_span, schema: self.schema(&member.value) });
        }
    }

    fn several(&mut self, value: &'n Node) -> Vec<SchemaId> {
        if !matches!(value.value, Value::List(_)) {
            self.report(codes::WRONG_KIND, value, format!("this is {}, not an array of schemas", value.what()));
        }
        value.items().iter().map(|item| self.schema(item)).collect()
    }

    fn array(&mut self, value: &'n Node, key: &str) -> Option<&'n Node> {
        let is = matches!(value.value, Value::List(_));
        if !is && value.value != Value::Null {
            self.report(codes::WRONG_KIND, value, format!("`{key}` is {}, not an array", value.what()));
        }
        is.then_some(value)
    }

    fn limits(&mut self, schema: &mut Schema<'n>, node: &'n Node) {
        for keyword in LIMITS {
            let Some((value, span)) = node.get(keyword).and_then(|value| Some((value.number()?, value.span))) else { continue };
            let exclusive = match keyword {
                "minimum" => Some(("exclusiveMinimum", node.get("exclusiveMinimum"))),
                "maximum" => Some(("exclusiveMaximum", node.get("exclusiveMaximum"))),
                _ => None,
            };
            let keyword = match exclusive {
                Some((exclusive, Some(flag))) if flag.value == Value::Bool(true) => exclusive,
                _ => keyword,
            };
            schema.limits.push(Limit { keyword, value, span });
        }
        for keyword in ["exclusiveMinimum", "exclusiveMaximum"] {
            let found = node.get(keyword).and_then(|value| Some((value.number()?, value.span)));
            schema.limits.extend(found.map(|(value, span)| Limit { keyword, value, span }));
        }
    }
}

fn blank(node: &Node) -> Schema<'_> {
    Schema {
        span: node.span,
        reference: None,
        verdict: None,
        title: "",
        description: "",
        types: Vec::new(),
        nullable: false,
        format: None,
        values: None,
        extensible_values: None,
        constant: None,
        default: None,
        examples: None,
        properties: Vec::new(),
        required: Vec::new(),
        additional: None,
        items: None,
        prefix_items: Vec::new(),
        all_of: Vec::new(),
        one_of: Vec::new(),
        any_of: Vec::new(),
        not: None,
        discriminator: None,
        limits: Vec::new(),
        pattern: None,
        unique: false,
        applied: Vec::new(),
        dependent_required: Vec::new(),
        content_encoding: None,
        content_media_type: None,
        read_only: false,
        write_only: false,
        life: Life::default(),
        extensions: Vec::new(),
        node,
    }
}

/// Swagger 2.0 writes the member's name alone.
fn discriminator(node: &Node) -> Option<Discriminator<'_>> {
    if let Some(property) = node.text() {
        return Some(Discriminator { property, mapping: Vec::new(), span: node.span });
    }
    let property = node.get("propertyName").and_then(Node::text)?;
    let mapping = node.get("mapping").map_or(&[][..], Node::members);
    let mapping = mapping.iter().filter_map(|member| Some((&*member.key, member.value.text()?)));
    Some(Discriminator { property, mapping: mapping.collect(), span: node.span })
}

fn dependents(node: &Node) -> Vec<(&str, Vec<&str>)> {
    let members = node.members().iter();
    members.map(|member| (&*member.key, member.value.items().iter().filter_map(Node::text).collect())).collect()
}
