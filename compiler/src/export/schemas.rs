//! Types as JSON Schema: the connector's own under `components`, the language's in place.

use std::collections::HashSet;

use super::Exporter;
use super::extensions::{said, with_life};
use super::json::{Object, Value};
use crate::model::{Bounds, EnumVariant, Field, Literal, Type, TypeDef, TypeDefKind, UnionVariant};

impl Exporter<'_> {
    /// `components.schemas`: every type of the version.
    pub(super) fn schemas(&self) -> Object {
        let mut schemas = Object::new();
        for definition in self.projection.types.iter().map(|one| &one.item) {
            schemas.set(self.type_name(definition.symbol), self.definition(definition));
        }
        for (name, schema) in self.tagged_variants() {
            schemas.set(name, schema);
        }
        schemas
    }

    /// A type in place; a reference where it is one of the connector's.
    pub(super) fn schema(&self, ty: &Type) -> Object {
        match ty {
            Type::Nullable(inner) => nullable(self.schema(inner)),
            Type::Named(symbol) => Object::new().with("$ref", format!("#/components/schemas/{}", self.type_name(*symbol))),
            Type::List(item, bounds) => {
                let schema = Object::new().with("type", "array").with("items", self.schema(item));
                bounded(schema, bounds, ["minItems", "maxItems"]).flag("uniqueItems", bounds.unique)
            }
            Type::Map(item, bounds) => {
                let schema = Object::new().with("type", "object").with("additionalProperties", self.schema(item));
                bounded(schema, bounds, ["minProperties", "maxProperties"])
            }
            scalar => scalar_schema(scalar),
        }
    }

    /// A field's type with all that is said of the field.
    pub(super) fn field_schema(&self, field: &Field) -> Object {
        let schema = self.schema(&field.ty);
        let schema = if field.nullable { nullable(schema) } else { schema };
        self.annotated(schema, field)
    }

    /// What is said of a field, beside its type.
    fn annotated(&self, schema: Object, field: &Field) -> Object {
        let name = (field.name != field.wire).then_some(&field.name);
        let schema = schema.unless_empty("description", said(&field.docs));
        let schema = schema.maybe("default", field.default.as_deref().and_then(Value::parse));
        let schema = with_life(schema, field.life.as_ref()).maybe("x-linchpin-name", name);
        let schema = schema.flag("x-linchpin-optional", field.optional && field.default.is_some());
        schema.maybe("x-linchpin-from", field.from.map(|search| self.module_name(search)))
    }

    /// The name on the wire of what the document does not name so, where the `names` rule does not give it.
    pub(super) fn odd_wire<'f>(&self, field: &'f Field) -> Option<&'f String> {
        (self.convention.wire(&field.name) != field.wire).then_some(&field.wire)
    }

    /// Fields as an object. What a field has a default for need not be there.
    pub(super) fn structure<'f>(&self, fields: impl Iterator<Item = &'f Field> + Clone) -> Object {
        let mut properties = Object::new();
        for field in fields.clone().filter(|field| !field.rest) {
            properties.set(&field.wire, self.field_schema(field));
        }
        let needed = fields.clone().filter(|field| !field.rest && !field.optional && field.default.is_none());
        let required: Vec<&String> = needed.map(|field| &field.wire).collect();
        let rest = fields.clone().find(|field| field.rest).map(|field| {
            if field.docs.trim().is_empty() { Value::Bool(true) } else { Object::new().with("description", said(&field.docs)).into() }
        });
        // Where it stands among the others matters to nobody but the spec.
        let before = fields.clone().position(|field| field.rest).filter(|before| before + 1 < fields.clone().count());
        let schema = Object::new().with("type", "object").unless_empty("properties", properties);
        let schema = schema.unless_empty("required", required).maybe("additionalProperties", rest);
        schema.maybe("x-linchpin-rest", before.map(|before| before as u64))
    }

    fn definition(&self, definition: &TypeDef) -> Object {
        let schema = match &definition.kind {
            TypeDefKind::Struct(fields) => self.structure(fields.iter()),
            TypeDefKind::Enum { closed, variants } => enumeration(*closed, variants),
            TypeDefKind::Union { tag, closed, variants } => {
                self.union(definition, tag.as_deref(), variants).with("x-linchpin-open", !closed)
            }
        };
        let described = Object::new().unless_empty("description", said(&definition.docs)).joined(schema);
        with_life(described, definition.life.as_ref()).flag("x-linchpin-inline", definition.inline)
    }

    /// With a tag exactly one choice is right; without one they are tried in order, and several may fit.
    fn union(&self, definition: &TypeDef, tag: Option<&str>, variants: &[UnionVariant]) -> Object {
        let named = variants.iter().map(|variant| {
            let one = Object::new().with("name", &variant.name).unless_empty("tag", variant.tag.as_str());
            let one = one.unless_empty("description", said(&variant.docs)).with("schema", self.schema(&variant.ty));
            with_life(one, variant.life.as_ref())
        });
        let named: Vec<Object> = named.collect();
        let Some(tag) = tag else {
            let choices: Vec<Object> = variants.iter().map(|variant| self.schema(&variant.ty)).collect();
            return Object::new().with("anyOf", choices).with("x-linchpin-variants", named);
        };
        let target = |variant: &UnionVariant| format!("#/components/schemas/{}", self.variant_name(definition, tag, variant));
        let choices: Vec<Object> = variants.iter().map(|variant| Object::new().with("$ref", target(variant))).collect();
        let mapping = variants.iter().fold(Object::new(), |mapping, variant| mapping.with(&variant.tag, target(variant)));
        let discriminator = Object::new().with("propertyName", tag).with("mapping", mapping);
        Object::new().with("oneOf", choices).with("discriminator", discriminator).with("x-linchpin-variants", named)
    }

    /// What a choice is called: its type, where that says the tag itself, or a schema of its own that adds it.
    fn variant_name(&self, union: &TypeDef, tag: &str, variant: &UnionVariant) -> String {
        match &variant.ty {
            Type::Named(symbol) if self.says_tag(&variant.ty, tag, &variant.tag) => self.type_name(*symbol),
            _ => format!("{}.{}", self.type_name(union.symbol), variant.name),
        }
    }

    /// Does a struct itself say that its tag has this value and no other?
    fn says_tag(&self, ty: &Type, tag: &str, value: &str) -> bool {
        let Type::Named(symbol) = ty else { return false };
        let Some(TypeDef { kind: TypeDefKind::Struct(fields), .. }) = self.definition_of(*symbol) else { return false };
        let literal = Type::Literal(Literal::Text(value.to_owned()));
        fields.iter().any(|field| field.wire == tag && field.ty == literal && !field.optional && !field.nullable)
    }

    /// Variants whose types do not say the tag themselves, with it.
    fn tagged_variants(&self) -> Vec<(String, Object)> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for definition in self.projection.types.iter().map(|one| &one.item) {
            let TypeDefKind::Union { tag: Some(tag), variants, .. } = &definition.kind else { continue };
            for variant in variants.iter().filter(|variant| !self.says_tag(&variant.ty, tag, &variant.tag)) {
                let name = self.variant_name(definition, tag, variant);
                let value = Object::new().with("const", variant.tag.as_str());
                let own =
                    Object::new().with("type", "object").with("properties", Object::new().with(tag, value)).with("required", vec![tag]);
                let schema = Object::new()
                    .with("allOf", vec![self.schema(&variant.ty), own])
                    .with("x-linchpin-variant-of", self.type_name(definition.symbol));
                if seen.insert(name.clone()) {
                    found.push((name, schema));
                }
            }
        }
        found
    }
}

/// The values of an open enum are no more than what is known of it, so any value of the type is right.
fn enumeration(closed: bool, variants: &[EnumVariant]) -> Object {
    let ty = if variants.iter().any(|variant| matches!(variant.value, Literal::Int(_))) { "integer" } else { "string" };
    let values: Vec<Value> = variants.iter().map(|variant| literal(&variant.value)).collect();
    let named = variants.iter().map(|variant| {
        let one = Object::new().with("value", literal(&variant.value)).with("name", &variant.name);
        with_life(one.unless_empty("description", said(&variant.docs)), variant.life.as_ref())
    });
    let named: Vec<Object> = named.collect();
    let schema = Object::new().with("type", ty);
    let schema =
        if closed { schema.with("enum", values) } else { schema.with("examples", values.clone()).with("x-extensible-enum", values) };
    schema.with("x-linchpin-values", named)
}

/// A literal as JSON.
pub(super) fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => text.into(),
        Literal::Int(number) => (*number).into(),
        Literal::Bool(value) => (*value).into(),
    }
}

fn scalar_schema(ty: &Type) -> Object {
    let formatted = |word: &str, format: &str| Object::new().with("type", word).with("format", format);
    match ty {
        Type::String(bounds) => {
            let schema = bounded(Object::new().with("type", "string"), bounds, ["minLength", "maxLength"]);
            schema.maybe("pattern", bounds.pattern.as_ref())
        }
        Type::Int(bounds) => bounded(formatted("integer", "int64"), bounds, ["minimum", "maximum"]),
        Type::Float(bounds) => bounded(formatted("number", "double"), bounds, ["minimum", "maximum"]),
        Type::Decimal(bounds) => {
            let schema = Object::new().with("type", vec!["number", "string"]).with("format", "decimal");
            own(bounded(schema, bounds, ["minimum", "maximum"]), "decimal")
        }
        Type::Bool => Object::new().with("type", "boolean"),
        Type::Date(None) => formatted("string", "date"),
        Type::DateTime(None) => formatted("string", "date-time"),
        Type::Date(Some(format)) => timed("date", format),
        Type::DateTime(Some(format)) => timed("datetime", format),
        Type::Time => formatted("string", "time"),
        Type::Duration(None) => formatted("string", "duration"),
        Type::Duration(Some(format)) => own(Object::new().with("type", "number"), &with_format("duration", format)),
        Type::Uuid => formatted("string", "uuid"),
        Type::Url => formatted("string", "uri"),
        Type::Bytes(None) => Object::new().with("type", "string").with("contentEncoding", "base64"),
        Type::Bytes(Some(format)) => {
            let encoding = if format == "hex" { "base16" } else { format };
            own(Object::new().with("type", "string").with("contentEncoding", encoding), &with_format("bytes", format))
        }
        Type::Secret => own(formatted("string", "password"), "secret"),
        Type::Host => own(formatted("string", "hostname"), "host"),
        Type::File => own(formatted("string", "binary"), "file"),
        Type::Id(of) => own(Object::new().with("type", vec!["string", "integer"]), &format!("id<{of}>")),
        Type::Literal(value) => Object::new().with("const", literal(value)),
        // Anything.
        Type::Json | Type::Named(_) | Type::List(..) | Type::Map(..) | Type::Nullable(_) => Object::new(),
    }
}

/// A point in time in a format of its own: a number where it counts, text otherwise.
fn timed(word: &str, format: &str) -> Object {
    let ty = if format.starts_with("epoch") { "integer" } else { "string" };
    own(Object::new().with("type", ty), &with_format(word, format))
}

fn with_format(word: &str, format: &str) -> String {
    format!("{word}(format {})", Value::from(format))
}

/// With the language's own word, where the schema alone does not tell.
fn own(schema: Object, word: &str) -> Object {
    schema.with("x-linchpin-type", word)
}

fn bounded(schema: Object, bounds: &Bounds, [low, high]: [&str; 2]) -> Object {
    let number = |text: &Option<String>| text.clone().map(Value::Number);
    schema.maybe(low, number(&bounds.min)).maybe(high, number(&bounds.max))
}

/// Or null.
pub(super) fn nullable(mut schema: Object) -> Object {
    if schema.is_empty() {
        // Anything holds null already; that the spec names it is said.
        let any = ["object", "array", "string", "number", "boolean", "null"];
        return own(schema.with("type", any.to_vec()), "json | null");
    }
    match schema.get_mut("type") {
        Some(Value::List(types)) => types.push("null".into()),
        Some(only) => *only = Value::List(vec![only.clone(), "null".into()]),
        None => return Object::new().with("anyOf", vec![schema, Object::new().with("type", "null")]),
    }
    schema
}
