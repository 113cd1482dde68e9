//! JSON Schema (2020-12) of a shape, for hosts that make forms, check mappings or ask a language model. It tells what is decoded and
//! what is validated, as far as the schema language can say it; how it is found and shown is the catalog's.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::{Attrs, Field, Kind, Leaf, Names, Range, Shape, SymbolTable, UnionStyle, UnionTable, Variant, text::Wire};

/// The schema language that is spoken here.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema of a shape, under the API's names or the spec's. Named types stand in `$defs`, so a type may hold itself.
///
/// ```
/// # use linchpin_runtime::{__codegen_v1 as lp, shape::{Names, Shaped, json_schema}};
/// let schema = json_schema(<Vec<lp::DateTime>>::shape(), Names::Wire);
/// assert_eq!(schema["items"]["format"], "date-time");
/// ```
pub fn json_schema(shape: &'static Shape, names: Names) -> Value {
    let mut writer = Writer { names, known: HashMap::new(), definitions: BTreeMap::new() };
    let mut schema = writer.shape(shape, &Attrs::OPTIONAL);
    schema.insert("$schema".to_owned(), DIALECT.into());
    if !writer.definitions.is_empty() {
        schema.insert("$defs".to_owned(), writer.definitions.into_iter().collect());
    }
    Value::Object(schema)
}

type Schema = Map<String, Value>;

struct Writer {
    names: Names,
    /// The name under which a shape is defined. A shape that has one is its own and stands at one address.
    known: HashMap<*const Shape, String>,
    definitions: BTreeMap<String, Value>,
}

impl Writer {
    /// The schema of what a field, an item or an answer is.
    fn shape(&mut self, shape: &'static Shape, attrs: &Attrs) -> Schema {
        let mut schema = match &shape.kind {
            Kind::Boxed(inner) => return self.shape(inner.get(), attrs),
            Kind::Optional(inner, _) | Kind::Patch(inner) => return or_null(self.shape(inner.get(), attrs)),
            Kind::Leaf(leaf) => leaf_schema(*leaf, attrs),
            Kind::List(item, _) => {
                let items = self.shape(item.get(), &of_items(attrs));
                object([("type", "array".into()), ("items", items.into())])
            }
            Kind::Map(item, _) => {
                let values = self.shape(item.get(), &of_items(attrs));
                object([("type", "object".into()), ("additionalProperties", values.into())])
            }
            Kind::Opaque(_) => self.file(),
            Kind::Structure(_) | Kind::TextEnum(_) | Kind::IntEnum(_) | Kind::Union(_) => self.reference(shape),
        };
        bounds(&mut schema, shape, attrs);
        if let Some(constant) = json_text(attrs.constant) {
            schema.insert("const".to_owned(), constant);
        }
        schema
    }

    /// A reference to a type's definition, which is written when it is first referred to.
    fn reference(&mut self, shape: &'static Shape) -> Schema {
        let name = match self.known.get(&std::ptr::from_ref(shape)) {
            Some(name) => name.clone(),
            None => self.define(shape),
        };
        object([("$ref", format!("#/$defs/{}", pointer_step(&name)).into())])
    }

    /// Types of different modules may share a name.
    fn define(&mut self, shape: &'static Shape) -> String {
        let base = if shape.name.is_empty() { "Object" } else { shape.name };
        let name = (1..)
            .map(|number| if number == 1 { base.to_owned() } else { format!("{base}_{number}") })
            .find(|name| !self.definitions.contains_key(name))
            .expect("there are more names than types");
        self.known.insert(shape, name.clone());
        self.definitions.insert(name.clone(), Value::Null);
        let mut schema = self.definition(shape);
        described(&mut schema, shape.docs);
        self.definitions.insert(name.clone(), schema.into());
        name
    }

    fn definition(&mut self, shape: &'static Shape) -> Schema {
        match &shape.kind {
            Kind::Structure(structure) => self.structure(structure.fields()),
            Kind::TextEnum(table) => {
                let by_name = self.names == Names::Spec;
                symbols(table, "string", |wire, name| if by_name { json!([name, wire]) } else { json!([wire]) })
            }
            Kind::IntEnum(table) => {
                let by_name = self.names == Names::Spec;
                symbols(table, "integer", |wire, name| if by_name { json!([name, wire]) } else { json!([wire]) })
            }
            Kind::Union(table) => self.union(table),
            _ => self.shape(shape, &Attrs::OPTIONAL),
        }
    }

    fn structure(&mut self, fields: &'static [Field]) -> Schema {
        let mut properties = Map::new();
        let mut required = Vec::new();
        let mut schema = object([("type", "object".into())]);
        for field in fields {
            if field.attrs.rest {
                if let Kind::Map(item, _) = field.shape().kind {
                    let values = self.shape(item.get(), &of_items(&field.attrs));
                    schema.insert("additionalProperties".to_owned(), values.into());
                }
                continue;
            }
            let name = self.name_of(field);
            properties.insert(name.to_owned(), self.field(field).into());
            if is_needed(field) {
                required.push(Value::from(name));
            }
        }
        schema.insert("properties".to_owned(), properties.into());
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        schema
    }

    fn field(&mut self, field: &'static Field) -> Schema {
        let attrs = &field.attrs;
        let mut schema = self.shape(field.shape(), attrs);
        described(&mut schema, field.docs);
        if attrs.deprecated.is_some() {
            schema.insert("deprecated".to_owned(), true.into());
        }
        let Some(default) = json_text(attrs.default) else { return schema };
        // Null stands for the default too.
        let mut schema = if allows_null(field.shape()) { schema } else { or_null(schema) };
        schema.insert("default".to_owned(), self.shown(field.shape(), default));
        schema
    }

    /// A default under the names that are asked for: the tables have it as on the wire.
    fn shown(&self, shape: &'static Shape, wire: Value) -> Value {
        match (&shape.bare().kind, self.names) {
            (Kind::TextEnum(table), Names::Spec) => named(table, |symbol| wire == *symbol).unwrap_or(wire),
            (Kind::IntEnum(table), Names::Spec) => named(table, |symbol| wire == *symbol).unwrap_or(wire),
            (Kind::List(item, _), Names::Spec) => match wire {
                Value::Array(items) => items.into_iter().map(|one| self.shown(item.get(), one)).collect(),
                other => other,
            },
            _ => wire,
        }
    }

    fn union(&mut self, table: &'static UnionTable) -> Schema {
        let UnionStyle::Tagged(tag) = table.style else {
            let variants = table.variants().iter().map(|variant| self.shape(variant.shape.get(), &Attrs::OPTIONAL).into());
            return object([("anyOf", Value::Array(variants.collect()))]);
        };
        let named = table.variants().len() - usize::from(table.open);
        let variants = &table.variants()[..named];
        let mut choices: Vec<Value> = variants.iter().map(|variant| self.tagged(tag, variant)).collect();
        if table.open {
            // Whatever is no object with a known tag.
            let known: Vec<Value> = variants.iter().flat_map(|variant| tag_values(variant.tag)).collect();
            choices.push(json!({ "not": { "type": "object", "properties": { tag: { "enum": known } }, "required": [tag] } }));
        }
        object([("oneOf", choices.into())])
    }

    fn tagged(&mut self, tag: &'static str, variant: &'static Variant) -> Value {
        let mut schema = self.shape(variant.shape.get(), &Attrs::OPTIONAL);
        described(&mut schema, variant.docs);
        let mut values = tag_values(variant.tag);
        let value = if values.len() == 1 { json!({ "const": values.remove(0) }) } else { json!({ "enum": values }) };
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), json!({ tag: value }));
        schema.insert("required".to_owned(), json!([tag]));
        schema.into()
    }

    /// Only a call by name has a file as JSON: text, or base64.
    fn file(&self) -> Schema {
        let base64 = json!({ "type": "object", "properties": { "base64": base64_text() }, "required": ["base64"] });
        match self.names {
            Names::Spec => object([("anyOf", json!([{ "type": "string" }, base64]))]),
            Names::Wire => object([("not", json!({}))]),
        }
    }

    fn name_of(&self, field: &Field) -> &'static str {
        match self.names {
            Names::Wire => field.wire,
            Names::Spec => field.name(),
        }
    }
}

/// Must it be there? As decoding has it: a default, an empty list or a constant stands for what is absent.
fn is_needed(field: &Field) -> bool {
    let attrs = &field.attrs;
    attrs.required && attrs.default.is_empty() && !matches!(field.shape().kind, Kind::Patch(_) | Kind::Leaf(Leaf::Unit))
}

fn allows_null(shape: &'static Shape) -> bool {
    match &shape.kind {
        Kind::Boxed(inner) => allows_null(inner.get()),
        kind => matches!(kind, Kind::Optional(..) | Kind::Patch(_) | Kind::Leaf(Leaf::Json | Leaf::Unit)),
    }
}

/// What is known of the items: what their own table says, in the field's format.
fn of_items(attrs: &Attrs) -> Attrs {
    Attrs { format: attrs.format, ..attrs.items.copied().unwrap_or(Attrs::OPTIONAL) }
}

/// A value that may also be null. One type with a null beside it stays flat, which is easier to read.
fn or_null(mut schema: Schema) -> Schema {
    let types = match schema.get("type") {
        _ if schema.is_empty() => return schema,
        Some(Value::String(one)) if !schema.contains_key("const") => json!([one, "null"]),
        Some(Value::Array(types)) if types.contains(&"null".into()) => return schema,
        Some(Value::Array(types)) if !schema.contains_key("const") => types.iter().cloned().chain(["null".into()]).collect(),
        _ => return object([("anyOf", json!([schema, { "type": "null" }]))]),
    };
    schema.insert("type".to_owned(), types);
    schema
}

fn leaf_schema(leaf: Leaf, attrs: &Attrs) -> Schema {
    let text = |format: &str| object([("type", "string".into()), ("format", format.into())]);
    let plain = |kind: &str| object([("type", kind.into())]);
    match (leaf, attrs.format) {
        (Leaf::Unit, _) => plain("null"),
        (Leaf::Bool, _) => plain("boolean"),
        (Leaf::Int, _) => object([("type", "integer".into()), ("format", "int64".into())]),
        (Leaf::Float, _) => plain("number"),
        (Leaf::String, _) => plain("string"),
        (Leaf::Decimal, _) => object([("type", json!(["number", "string"])), ("pattern", DECIMAL.into())]),
        (Leaf::DateTime, "") => text("date-time"),
        (Leaf::Date, "") => text("date"),
        (Leaf::DateTime, "epoch") => counted("number"),
        (Leaf::DateTime | Leaf::Date, "epoch" | "epoch_ms") => counted("integer"),
        (Leaf::Duration, "seconds" | "millis") => counted("number"),
        (Leaf::DateTime | Leaf::Date, _) => plain("string"),
        // Without a zone, which `time` of the schema language asks for.
        (Leaf::Time, _) => object([("type", "string".into()), ("pattern", r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$".into())]),
        (Leaf::Duration, _) => text("duration"),
        (Leaf::Uuid, _) => text("uuid"),
        (Leaf::Url, _) => text("uri"),
        (Leaf::Bytes, "hex") => object([("type", "string".into()), ("pattern", "^([0-9a-fA-F]{2})*$".into())]),
        (Leaf::Bytes, "base64url") => object([("type", "string".into()), ("contentEncoding", "base64url".into())]),
        (Leaf::Bytes, _) => base64_text(),
        (Leaf::Json, _) => Schema::new(),
        (Leaf::Secret, _) => object([("type", "string".into()), ("writeOnly", true.into())]),
        (Leaf::Host, _) => text("hostname"),
        (Leaf::Id, _) => object([("type", json!(["string", "integer"]))]),
    }
}

/// Numbers as texts have them; numbers themselves are not asked for a pattern.
const DECIMAL: &str = r"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$";

/// Time as a number; as text, the number in it.
fn counted(number: &str) -> Schema {
    object([("type", json!([number, "string"])), ("pattern", r"^[+-]?\d+(\.\d+)?$".into())])
}

fn base64_text() -> Schema {
    object([("type", "string".into()), ("format", "byte".into()), ("contentEncoding", "base64".into())])
}

/// Bounds, under the keywords of what is bounded.
fn bounds(schema: &mut Schema, shape: &'static Shape, attrs: &Attrs) {
    let keywords = match &shape.kind {
        Kind::List(..) => Some(("minItems", "maxItems")),
        Kind::Map(..) => Some(("minProperties", "maxProperties")),
        Kind::Leaf(Leaf::String | Leaf::Secret | Leaf::Url | Leaf::Id) | Kind::TextEnum(_) => Some(("minLength", "maxLength")),
        // The length of bytes is not that of their text.
        _ => None,
    };
    if let (Some((least_word, greatest_word)), Some((least, greatest))) = (keywords, attrs.length) {
        if least > 0 {
            schema.insert(least_word.to_owned(), least.into());
        }
        if greatest != u32::MAX {
            schema.insert(greatest_word.to_owned(), greatest.into());
        }
    }
    if !attrs.pattern.is_empty() && matches!(keywords, Some(("minLength", _))) {
        schema.insert("pattern".to_owned(), attrs.pattern.into());
    }
    if attrs.unique && matches!(shape.kind, Kind::List(..)) {
        schema.insert("uniqueItems".to_owned(), true.into());
    }
    if let Kind::Leaf(Leaf::Int | Leaf::Float | Leaf::Decimal) = shape.kind {
        range(schema, attrs.range);
    }
}

fn range(schema: &mut Schema, range: Range) {
    let (least, greatest) = match range {
        Range::Any => (None, None),
        Range::Int(least, greatest) => {
            ((least != i64::MIN).then(|| Value::from(least)), (greatest != i64::MAX).then(|| Value::from(greatest)))
        }
        // What is not finite is no JSON number, and no bound either.
        Range::Float(least, greatest) => (Some(Value::from(least)), Some(Value::from(greatest))),
    };
    for (keyword, bound) in [("minimum", least), ("maximum", greatest)] {
        if let Some(bound) = bound.filter(|bound| !bound.is_null()) {
            schema.insert(keyword.to_owned(), bound);
        }
    }
}

/// An enum: its known values, and of an open one any other of their type.
fn symbols<W: Wire + Copy>(table: &SymbolTable<W>, kind: &str, written: impl Fn(W, &str) -> Value) -> Schema {
    let mut known: Vec<Value> = Vec::new();
    for symbol in table.symbols() {
        let Value::Array(values) = written(symbol.wire, &symbol.name()) else { continue };
        for value in values {
            if !known.contains(&value) {
                known.push(value);
            }
        }
    }
    match table.other {
        Some(_) => object([("anyOf", json!([{ "enum": known }, { "type": kind }]))]),
        None => object([("enum", known.into())]),
    }
}

fn named<W: Wire>(table: &SymbolTable<W>, is: impl Fn(&W) -> bool) -> Option<Value> {
    table.symbols().iter().find(|symbol| is(&symbol.wire)).map(|symbol| symbol.name().into())
}

/// What stands for a tag on the wire: a tag may be text, a whole number or a flag, and decoding takes each for its text.
fn tag_values(tag: &str) -> Vec<Value> {
    let written_alike = |value: &Value| {
        let text = value.to_string();
        text == tag
    };
    let other = serde_json::from_str::<Value>(tag).ok().filter(|value| (value.is_i64() || value.is_boolean()) && written_alike(value));
    std::iter::once(Value::from(tag)).chain(other).collect()
}

fn described(schema: &mut Schema, docs: &str) {
    let docs: Vec<&str> = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let docs = docs.join("\n");
    if !docs.trim().is_empty() {
        schema.insert("description".to_owned(), docs.trim().into());
    }
}

/// A step of a JSON pointer in a URI fragment (RFC 6901, 6).
fn pointer_step(name: &str) -> String {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    percent_encoding::utf8_percent_encode(&escaped, percent_encoding::NON_ALPHANUMERIC).to_string().replace("%5F", "_")
}

fn json_text(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Schema {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
