//! JSON Schema (2020-12) of what an operation takes and gives, for hosts that make forms or check mappings: as the catalog has it of modules.

use std::collections::{BTreeMap, HashMap};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json, json};

use super::{
    encode::TYPE,
    schema::{Base, Complex, Element, Field, Group, Kind, Order, Particle, Simple, Term, TypeId, Types, Variety},
};

/// The schema language that is spoken here.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What is not itself in a reference: names hold letters of any script.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

/// The schema of an element's value; of nothing when there is none.
pub(super) fn json_schema(types: &Types, element: Option<&Element>) -> Json {
    let mut writer = Writer { types, known: HashMap::new(), names: HashMap::new(), open: Vec::new(), definitions: BTreeMap::new() };
    let mut schema = match element {
        Some(element) => writer.content(element),
        None => json!({ "type": "object", "properties": {} }),
    };
    // Types are written one after the other and not inside each other: they may hold themselves, and chains of them may be long.
    while let Some((name, definition)) = writer.open.pop() {
        let definition = match definition {
            Definition::Type(id) => writer.definition(id),
            Definition::Choice(id) => writer.choice(id),
        };
        writer.definitions.insert(name, definition);
    }
    if let Some(members) = schema.as_object_mut() {
        members.insert("$schema".to_owned(), DIALECT.into());
        if !writer.definitions.is_empty() {
            members.insert("$defs".to_owned(), writer.definitions.into_iter().collect());
        }
    }
    schema
}

struct Writer<'t> {
    types: &'t Types,
    known: HashMap<Definition, String>,
    names: HashMap<String, usize>,
    open: Vec<(String, Definition)>,
    definitions: BTreeMap<String, Json>,
}

/// What stands under a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Definition {
    Type(TypeId),
    /// A type or one that derives from it.
    Choice(TypeId),
}

impl Writer<'_> {
    /// What an element holds, null if it may be.
    fn element(&mut self, element: &Element) -> Json {
        let mut schema = self.content(element);
        if element.nillable {
            schema = or_null(schema);
        }
        described(&mut schema, &element.docs);
        if let Kind::Simple(simple) = &self.types.get(element.type_id).kind {
            valued(&mut schema, simple, element.default.as_ref(), element.fixed);
        }
        schema
    }

    fn content(&mut self, element: &Element) -> Json {
        let id = element.type_id;
        let may_vary = matches!(self.types.get(id).kind, Kind::Complex(_)) && !self.types.derived(id).is_empty();
        if may_vary { self.reference(Definition::Choice(id)) } else { self.of(id) }
    }

    /// A type and those that derive from it. Which one it is says a member of the value.
    fn choice(&mut self, id: TypeId) -> Json {
        let mut choices = Vec::new();
        if !self.types.get(id).is_abstract {
            choices.push(self.of(id));
        }
        for other in self.types.derived(id) {
            let Some(name) = self.types.shown(other, id).filter(|_| !self.types.get(other).is_abstract) else { continue };
            let stated = json!({ "type": "object", "properties": { TYPE: { "const": name } }, "required": [TYPE] });
            choices.push(json!({ "allOf": [stated, self.of(other)] }));
        }
        json!({ "anyOf": choices })
    }

    fn of(&mut self, id: TypeId) -> Json {
        let one = self.types.get(id);
        match (&one.kind, &one.name) {
            (Kind::Simple(simple), _) => simple_schema(simple),
            (Kind::Any | Kind::Broken(_), _) => json!({}),
            (Kind::Complex(_), _) => self.reference(Definition::Type(id)),
        }
    }

    /// A definition is written later. Types of several namespaces may share a name.
    fn reference(&mut self, to: Definition) -> Json {
        let name = match self.known.get(&to) {
            Some(known) => known.clone(),
            None => {
                let (Definition::Type(id) | Definition::Choice(id)) = to;
                let kind = if matches!(to, Definition::Choice(_)) { ".any" } else { "" };
                let base = format!("{}{kind}", self.types.label(id));
                let numbered = |number: usize| if number == 1 { base.clone() } else { format!("{base}_{number}") };
                let from = *self.names.get(&base).unwrap_or(&1);
                let free = (from..).find(|number| !self.names.contains_key(&numbered(*number))).expect("there are more names than types");
                let name = numbered(free);
                self.names.insert(base, free);
                self.names.entry(name.clone()).or_insert(1);
                self.known.insert(to, name.clone());
                self.open.push((name.clone(), to));
                name
            }
        };
        json!({ "$ref": format!("#/$defs/{}", utf8_percent_encode(&name, ENCODED)) })
    }

    fn definition(&mut self, id: TypeId) -> Json {
        let one = self.types.get(id);
        let schema = match &one.kind {
            Kind::Complex(complex) => self.complex(complex),
            _ => Map::new(),
        };
        let mut schema = Json::Object(schema);
        described(&mut schema, &one.docs);
        schema
    }

    fn complex(&mut self, complex: &Complex) -> Map<String, Json> {
        let mut properties = Map::new();
        let mut required: Vec<Json> = Vec::new();
        for attribute in complex.attributes.iter() {
            let mut schema = simple_schema(&attribute.simple);
            described(&mut schema, &attribute.docs);
            valued(&mut schema, &attribute.simple, attribute.fixed.as_ref().or(attribute.default.as_ref()), attribute.fixed.is_some());
            properties.insert(attribute.key.clone(), schema);
            if attribute.required && attribute.fixed.is_none() {
                required.push(attribute.key.clone().into());
            }
        }
        if let Some(simple) = &complex.text {
            if complex.attributes.is_empty() {
                return simple_schema(simple).as_object().cloned().unwrap_or_default();
            }
            properties.insert("#text".to_owned(), simple_schema(simple));
        }
        for field in &complex.fields {
            properties.insert(field.key.clone(), self.field(field));
            if field.required && field.element.default.is_none() {
                required.push(field.key.clone().into());
            }
        }
        let mut schema = Map::from_iter([("type".to_owned(), "object".into()), ("properties".to_owned(), properties.into())]);
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        let mut choices = complex.content.as_ref().map_or_else(Vec::new, |content| choices(complex, content));
        match choices.len() {
            0 => {}
            1 => schema.extend(choices.pop().and_then(|choice| choice.as_object().cloned()).unwrap_or_default()),
            _ => drop(schema.insert("allOf".to_owned(), choices.into())),
        }
        schema
    }

    fn field(&mut self, field: &Field) -> Json {
        let schema = self.element(&field.element);
        if field.repeated { json!({ "type": "array", "items": schema }) } else { schema }
    }
}

fn described(schema: &mut Json, docs: &str) {
    if !docs.is_empty() {
        schema["description"] = docs.into();
    }
}

/// The value that stands for none, or is the only one.
fn valued(schema: &mut Json, simple: &Simple, value: Option<&String>, fixed: bool) {
    if let Some(value) = value.and_then(|value| super::scalar::read(simple, value).ok()) {
        schema[if fixed { "const" } else { "default" }] = value;
    }
}

/// Which members exclude each other: of the choices that are the content or stand in it, and must be made once.
fn choices(complex: &Complex, content: &Particle) -> Vec<Json> {
    let Term::Group(group) = &content.term else { return Vec::new() };
    if content.min == 0 || content.max > 1 {
        return Vec::new();
    }
    match group.order {
        Order::Choice => choice(complex, group).into_iter().collect(),
        Order::Sequence => group.particles.iter().flat_map(|particle| choices(complex, particle)).collect(),
        Order::All => Vec::new(),
    }
}

/// None where nothing needs to be chosen.
fn choice(complex: &Complex, group: &Group) -> Option<Json> {
    let alternatives: Vec<Vec<&str>> = group.particles.iter().map(|particle| needed(complex, particle)).collect();
    if alternatives.iter().any(Vec::is_empty) {
        return None;
    }
    // Alternatives of several members may share some, so that more than one holds.
    let word = if alternatives.iter().all(|keys| keys.len() == 1) { "oneOf" } else { "anyOf" };
    let required: Vec<Json> = alternatives.into_iter().map(|keys| json!({ "required": keys })).collect();
    Some(json!({ word: required }))
}

/// The members without which a particle cannot be.
fn needed<'c>(complex: &'c Complex, particle: &Particle) -> Vec<&'c str> {
    match &particle.term {
        _ if particle.min == 0 => Vec::new(),
        Term::Element(element) => complex.field(&element.name).map(|field| field.key.as_str()).into_iter().collect(),
        Term::Group(group) if group.order != Order::Choice => {
            group.particles.iter().flat_map(|particle| needed(complex, particle)).collect()
        }
        Term::Group(_) | Term::Any => Vec::new(),
    }
}

fn or_null(schema: Json) -> Json {
    match schema.get("type").and_then(Json::as_str).map(str::to_owned) {
        Some(kind) if schema.get("enum").is_none() => {
            let mut schema = schema;
            schema["type"] = json!([kind, "null"]);
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

fn simple_schema(simple: &Simple) -> Json {
    if let Variety::List(items) = &simple.variety {
        return json!({ "type": "array", "items": simple_schema(items) });
    }
    let base = simple.base();
    let mut schema = match base {
        Base::Bool => json!({ "type": "boolean" }),
        Base::Int(..) => json!({ "type": "integer" }),
        Base::Decimal => json!({ "type": ["number", "string"] }),
        Base::Float => json!({ "anyOf": [{ "type": "number" }, { "enum": ["INF", "-INF", "NaN"] }] }),
        Base::Uri => json!({ "type": "string", "format": "uri-reference" }),
        Base::DateTime => json!({ "type": "string", "format": "date-time" }),
        Base::Date => json!({ "type": "string", "format": "date" }),
        Base::Duration => json!({ "type": "string", "format": "duration" }),
        Base::Base64 => json!({ "type": "string", "format": "byte", "contentEncoding": "base64" }),
        Base::Hex => json!({ "type": "string", "pattern": "^([0-9a-fA-F]{2})*$" }),
        Base::Text | Base::Token | Base::Time | Base::Calendar | Base::QName => json!({ "type": "string" }),
    };
    if !simple.values.is_empty() {
        let values = simple.values.iter().filter_map(|value| super::scalar::read(simple, value).ok()).collect();
        schema["enum"] = Json::Array(values);
    }
    restrict(&mut schema, simple, base);
    schema
}

fn restrict(schema: &mut Json, simple: &Simple, base: Base) {
    let facets = &simple.facets;
    if matches!(base, Base::Text | Base::Token | Base::Uri) {
        for (word, bound) in [("minLength", facets.min_length), ("maxLength", facets.max_length)] {
            if let Some(bound) = bound {
                schema[word] = bound.into();
            }
        }
    }
    if let Base::Int(least, greatest) = base {
        // Bounds that JSON's readers keep exactly; wider ones say nothing to a form.
        let shown = |bound: Option<i128>| bound.and_then(|bound| i64::try_from(bound).ok()).filter(|bound| bound.unsigned_abs() < 1 << 53);
        for (word, bound) in [("minimum", shown(least)), ("maximum", shown(greatest))] {
            if let Some(bound) = bound {
                schema[word] = bound.into();
            }
        }
    }
    for (inclusive, exclusive, bound) in [("minimum", "exclusiveMinimum", &facets.least), ("maximum", "exclusiveMaximum", &facets.greatest)]
    {
        let Some(bound) = bound.as_ref().filter(|_| matches!(base, Base::Int(..) | Base::Decimal | Base::Float)) else { continue };
        let number = if bound.value.fract() == 0.0 && bound.value.abs() < 9e15 { json!(bound.value as i64) } else { json!(bound.value) };
        schema[if bound.exclusive { exclusive } else { inclusive }] = number;
    }
}
