//! Examples as they travel: what a spec gives by its own names, by the names and values on the wire.

use std::collections::HashMap;

use super::Exporter;
use super::json::{Object, Value};
use crate::model::{EnumVariant, Field, Input, Literal, Module, Place, Script, Type, TypeDefKind, UnionVariant};

/// What one example puts into each place.
pub(super) struct Given {
    /// Its title.
    pub(super) title: String,
    /// Values by the spec's name of the input.
    pub(super) values: HashMap<String, Value>,
}

impl Exporter<'_> {
    /// The examples of a module that say what is given.
    pub(super) fn given(&self, module: &Module) -> Vec<Given> {
        module.examples.iter().filter(|script| script.fails.is_none()).filter_map(|script| self.given_of(module, script)).collect()
    }

    fn given_of(&self, module: &Module, script: &Script) -> Option<Given> {
        let Value::Object(object) = Value::parse(&script.given)? else { return None };
        let mut values = HashMap::new();
        for Input { field, .. } in &module.inputs {
            if let Some(value) = object.get(&field.name) {
                values.insert(field.name.clone(), self.wire(value, &field.ty));
            }
        }
        Some(Given { title: script.title.clone(), values })
    }

    /// A value by the spec's names as it is on the wire.
    pub(super) fn wire(&self, value: &Value, ty: &Type) -> Value {
        match (ty, value) {
            (_, Value::Null) => Value::Null,
            (Type::Nullable(inner), _) => self.wire(value, inner),
            (Type::List(item, _), Value::List(values)) => Value::List(values.iter().map(|value| self.wire(value, item)).collect()),
            (Type::Map(item, _), Value::Object(object)) => {
                let members = object.members().iter();
                members.fold(Object::new(), |map, (name, value)| map.with(name, self.wire(value, item))).into()
            }
            (Type::Named(symbol), _) => match self.definition_of(*symbol).map(|definition| &definition.kind) {
                Some(TypeDefKind::Struct(fields)) => self.wire_fields(value, fields.iter()),
                Some(TypeDefKind::Enum { variants, .. }) => wire_name(value, variants),
                Some(TypeDefKind::Union { tag, variants, .. }) => self.wire_variant(value, tag.as_deref(), variants),
                None => value.clone(),
            },
            _ => value.clone(),
        }
    }

    /// An object whose members are these fields. What no field names stays as it is.
    pub(super) fn wire_fields<'f>(&self, value: &Value, fields: impl Iterator<Item = &'f Field>) -> Value {
        let Value::Object(object) = value else { return value.clone() };
        let fields: Vec<&Field> = fields.filter(|field| !field.rest).collect();
        let mut out = Object::new();
        for (name, value) in object.members() {
            match fields.iter().find(|field| field.name == *name) {
                Some(field) => out.set(&field.wire, self.wire(value, &field.ty)),
                None => out.set(name, value.clone()),
            }
        }
        // A constant need not be given.
        for field in fields.iter().filter(|field| !field.optional) {
            if let (Type::Literal(value), None) = (&field.ty, out.get(&field.wire)) {
                out.set(&field.wire, super::schemas::literal(value));
            }
        }
        out.into()
    }

    fn wire_variant(&self, value: &Value, tag: Option<&str>, variants: &[UnionVariant]) -> Value {
        let chosen = match (tag, value) {
            (Some(tag), Value::Object(object)) => {
                variants.iter().find(|variant| object.get(tag).is_some_and(|told| *told == Value::from(variant.tag.as_str())))
            }
            _ => variants.iter().find(|variant| self.fits(value, &variant.ty)),
        };
        chosen.map_or_else(|| value.clone(), |variant| self.wire(value, &variant.ty))
    }

    /// Could a value be of this variant, by its members' names?
    fn fits(&self, value: &Value, ty: &Type) -> bool {
        let Type::Named(symbol) = ty else { return false };
        match (self.definition_of(*symbol).map(|definition| &definition.kind), value) {
            (Some(TypeDefKind::Struct(fields)), Value::Object(object)) => {
                let named = |name: &String| fields.iter().any(|field| field.name == *name);
                let needed = |field: &Field| field.optional || field.rest || field.default.is_some() || object.get(&field.name).is_some();
                object.members().iter().all(|(name, _)| named(name)) && fields.iter().all(needed)
            }
            (Some(TypeDefKind::Enum { variants, .. }), Value::Text(text)) => variants.iter().any(|variant| variant.name == *text),
            _ => false,
        }
    }
}

/// A value of an enum by its name; one that the spec does not name stays.
fn wire_name(value: &Value, variants: &[EnumVariant]) -> Value {
    let Value::Text(text) = value else { return value.clone() };
    let known = variants.iter().find(|variant| variant.name == *text);
    known.map_or_else(
        || value.clone(),
        |variant| match &variant.value {
            Literal::Text(wire) => wire.into(),
            other => super::schemas::literal(other),
        },
    )
}

/// The examples of one parameter or body, by a key each.
pub(super) fn named(values: impl Iterator<Item = (String, Value)>) -> Object {
    let mut examples = Object::new();
    for (index, (title, value)) in values.enumerate() {
        let key = if index == 0 { "example".to_owned() } else { format!("example-{}", index + 1) };
        examples.set(key, Object::new().unless_empty("summary", title).with("value", value));
    }
    examples
}

/// Is a member of the body given?
pub(super) fn is_body(input: &Input) -> bool {
    input.place == Place::Body
}
