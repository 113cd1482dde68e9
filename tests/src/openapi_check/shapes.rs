//! A spec's type against the shapes that a schema allows.
//!
//! What is sent must be something the owner takes; what comes back must be readable whatever the owner sends. So an input needs
//! one fitting shape among several, an output has to fit all of them, and required and null count the other way round.

use std::borrow::Cow;
use std::collections::HashSet;

use linchpin_compiler::model::{EnumVariant, Field, Literal, Projection, Symbol, Type, TypeDefKind};
use serde_json::Value;

use super::document::{Document, kind, requires};
use super::findings::Findings;

/// Which way a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// To the API.
    Input,
    /// From the API.
    Output,
}

use Direction::{Input, Output};

/// A comparison under way.
pub(super) struct Comparison<'a> {
    pub(super) projection: &'a Projection<'a>,
    pub(super) document: &'a Document,
    pub(super) findings: Findings,
    /// Types that were already held against the same schemas: recursion ends here.
    seen: HashSet<(Symbol, Direction, String)>,
}

/// Members of an object on both sides.
struct Members<'m> {
    fields: Vec<&'m Field>,
    /// What the names of fields stand behind in a place: a type's or a module's name.
    owner: &'m str,
    objects: &'m [&'m Value],
    direction: Direction,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(projection: &'a Projection<'a>, document: &'a Document) -> Self {
        Self { projection, document, findings: Findings::default(), seen: HashSet::new() }
    }

    /// What a type, an enum or a module is called in a place.
    pub(super) fn name(&self, symbol: Symbol) -> String {
        let name = self.projection.model.name(symbol);
        name.group.iter().chain([&name.name]).map(String::as_str).collect::<Vec<_>>().join(".")
    }

    /// Holds a type against schemas that stand side by side.
    pub(super) fn compare(&mut self, ty: &Type, schemas: &[&Value], direction: Direction, place: &str) {
        let document = self.document;
        let shapes: Vec<Cow<'_, Value>> = schemas.iter().flat_map(|schema| document.shapes(schema).any_of).collect();
        if let Some((wanted, called)) = scalar(ty) {
            self.fitting(&shapes, direction, place, called, |kind, _| wanted.contains(&kind));
            return;
        }
        match ty {
            Type::Nullable(inner) => self.compare(inner, schemas, direction, place),
            Type::List(item, _) => {
                let lists = self.fitting(&shapes, direction, place, "a list", |kind, _| kind == "array");
                self.compare_parts(item, &lists, "items", direction, &format!("{place}[]"));
            }
            Type::Map(item, _) => {
                let is_map = |kind: &str, shape: &Value| kind == "object" && (shape.get("properties").is_none() || is_open(shape));
                let maps = self.fitting(&shapes, direction, place, "a map", is_map);
                self.compare_parts(item, &maps, "additionalProperties", direction, &format!("{place}{{}}"));
            }
            Type::Named(symbol) => self.compare_named(*symbol, &shapes, direction, place),
            // `json` and `file` take whatever there is.
            _ => {}
        }
    }

    fn compare_parts(&mut self, item: &Type, wholes: &[&Value], part: &str, direction: Direction, place: &str) {
        let parts: Vec<&Value> = wholes.iter().filter_map(|whole| whole.get(part)).filter(|part| part.is_object()).collect();
        if !parts.is_empty() {
            self.compare(item, &parts, direction, place);
        }
    }

    fn compare_named(&mut self, symbol: Symbol, shapes: &[Cow<'_, Value>], direction: Direction, place: &str) {
        let projection = self.projection;
        let Some(definition) = projection.type_of(symbol) else {
            return self.findings.add(place, "names a type that this version does not have");
        };
        let name = self.name(symbol);
        match &definition.item.kind {
            TypeDefKind::Struct(fields) => {
                let objects = self.fitting(shapes, direction, place, "an object", |kind, _| kind == "object");
                let objects: Vec<&Value> = objects.into_iter().filter(|object| object.get("properties").is_some()).collect();
                let key = (symbol, direction, objects.iter().map(ToString::to_string).collect());
                if !objects.is_empty() && self.seen.insert(key) {
                    self.members(&Members { fields: fields.iter().collect(), owner: &name, objects: &objects, direction });
                }
            }
            TypeDefKind::Enum { variants, .. } => {
                let wanted = if variants.iter().any(|one| matches!(one.value, Literal::Int(_))) { "integer" } else { "string" };
                let values = self.fitting(shapes, direction, place, "an enum", |kind, _| kind == wanted);
                self.compare_values(&name, variants, &values);
            }
            TypeDefKind::Union { variants, .. } => {
                for variant in variants {
                    self.compare(&variant.ty, &shapes.iter().map(Cow::as_ref).collect::<Vec<_>>(), Input, place);
                }
            }
        }
    }

    /// Every value of ours is one of the owner's, where the owner lists them.
    fn compare_values(&mut self, name: &str, variants: &[EnumVariant], schemas: &[&Value]) {
        let lists: Vec<_> = schemas.iter().filter_map(|schema| schema["enum"].as_array()).collect();
        for variant in variants {
            let place = format!("{name}.{}", variant.name);
            let value = match &variant.value {
                Literal::Text(text) => Value::from(text.as_str()),
                Literal::Int(number) => Value::from(*number),
                Literal::Bool(truth) => Value::from(*truth),
            };
            if lists.len() < schemas.len() || lists.iter().any(|list| list.contains(&value)) {
                self.findings.present(&place);
            } else {
                self.findings.missing(&place, format!("{value} is not among the values there"));
            }
        }
    }

    fn members(&mut self, members: &Members<'_>) {
        for field in members.fields.iter().filter(|field| !field.rest) {
            self.member(field, members);
        }
        if members.direction == Input {
            self.nothing_required_is_left_out(members);
        }
    }

    fn member(&mut self, field: &Field, members: &Members<'_>) {
        let place = format!("{}.{}", members.owner, field.name);
        let there: Vec<&Value> = members.objects.iter().filter_map(|object| object["properties"].get(&field.wire)).collect();
        if there.is_empty() {
            return match field.optional && members.direction == Output {
                true => self.findings.missing(&place, "is not there"),
                false => self.findings.add(&place, "is not there"),
            };
        }
        self.findings.present(&place);
        let required = members.objects.iter().all(|object| requires(object, &field.wire));
        let nullable = there.iter().any(|schema| self.document.shapes(schema).nullable);
        self.presence(field, &place, required, members.direction);
        match members.direction {
            Input if field.nullable && !nullable => self.findings.add(&place, "may be null here, not there"),
            Output if nullable && !field.nullable && field.ty != Type::Json => self.findings.add(&place, "may be null there, not here"),
            _ => {}
        }
        self.compare(&field.ty, &there, members.direction, &place);
    }

    /// Required and optional agree as far as they must.
    pub(super) fn presence(&mut self, field: &Field, place: &str, required: bool, direction: Direction) {
        let always = !field.optional && field.default.is_none();
        match direction {
            Input if always && !required => self.findings.add(place, "required here, optional there"),
            Input if field.optional && required => self.findings.add(place, "optional here, required there"),
            Output if !field.optional && !required => self.findings.add(place, "required here, optional there"),
            _ => {}
        }
    }

    fn nothing_required_is_left_out(&mut self, members: &Members<'_>) {
        let [first, others @ ..] = members.objects else { return };
        let required = first["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for name in required.filter(|name| others.iter().all(|object| requires(object, name))) {
            if !members.fields.iter().any(|field| field.wire == *name) {
                self.findings.add(&format!("{}.{name}", members.owner), "required there, missing here");
            }
        }
    }

    /// A request body whose members are a module's inputs.
    pub(super) fn body_members(&mut self, fields: Vec<&Field>, module: &str, schema: &Value) {
        let document = self.document;
        let shapes = document.shapes(schema).any_of;
        let objects: Vec<&Value> = shapes.iter().map(Cow::as_ref).filter(|shape| shape.get("properties").is_some()).collect();
        if objects.is_empty() {
            return self.findings.add(module, "the body is no object there");
        }
        self.members(&Members { fields, owner: module, objects: &objects, direction: Input });
    }

    /// The shapes that fit; a finding when an output has another, or when none fits an input.
    fn fitting<'s>(
        &mut self,
        shapes: &'s [Cow<'_, Value>],
        direction: Direction,
        place: &str,
        called: &str,
        fits: impl Fn(&str, &Value) -> bool,
    ) -> Vec<&'s Value> {
        let (good, bad): (Vec<&Value>, Vec<&Value>) =
            shapes.iter().map(Cow::as_ref).partition(|shape| kind(shape) == "any" || fits(kind(shape), shape));
        if !bad.is_empty() && (direction == Output || good.is_empty()) {
            let kinds: std::collections::BTreeSet<&str> = bad.iter().map(|shape| kind(shape)).collect();
            let kinds: Vec<&str> = kinds.into_iter().collect();
            self.findings.add(place, format!("{called} here, {} there", kinds.join(" or ")));
        }
        good
    }
}

/// The kinds of schema that a value without parts may have, and what it is called.
fn scalar(ty: &Type) -> Option<(&'static [&'static str], &'static str)> {
    Some(match ty {
        Type::String(_) | Type::Secret | Type::Host | Type::Uuid | Type::Url | Type::Bytes(_) => (&["string"], "a string"),
        Type::DateTime(Some(format)) if format.starts_with("epoch") => (&["integer", "number"], "a time in seconds"),
        Type::DateTime(_) | Type::Date(_) | Type::Time => (&["string"], "a time"),
        Type::Duration(Some(_)) => (&["integer", "number"], "a duration in numbers"),
        Type::Duration(None) => (&["string"], "a duration"),
        Type::Int(_) | Type::Literal(Literal::Int(_)) => (&["integer"], "an integer"),
        Type::Float(_) | Type::Decimal(_) => (&["integer", "number"], "a number"),
        Type::Bool | Type::Literal(Literal::Bool(_)) => (&["boolean"], "a boolean"),
        Type::Id(_) => (&["string", "integer"], "an id"),
        Type::Literal(Literal::Text(_)) => (&["string"], "a literal"),
        _ => return None,
    })
}

/// May an object of this schema have members that are not listed?
fn is_open(schema: &Value) -> bool {
    schema.get("additionalProperties").is_some_and(|other| other != &Value::Bool(false))
}
