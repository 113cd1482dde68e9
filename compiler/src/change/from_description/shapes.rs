//! Schemas as shapes. References are followed, and the ways in which documents write "or null" and "this, with a note" become one.

use super::life;
use crate::change::shape::{Bound, Condition, Field, Rest, Shape, ShapeId, Tag, Use, Value, Values};
use crate::import::document::Document;
use crate::import::node::{self, Node};
use crate::import::schema::{Schema, SchemaId};

/// A shape for each schema, with the same number.
pub(super) fn shapes(document: &Document<'_>) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = document.schemas.iter().map(|schema| shape(schema, document)).collect();
    for (name, id) in &document.named {
        let shape = &mut shapes[seen_through(document, *id).0 as usize];
        shape.name.get_or_insert_with(|| (*name).to_owned());
    }
    shapes
}

/// A schema in use: what wraps it is taken apart into the shape and what is said of this use.
pub(super) fn used(document: &Document<'_>, id: SchemaId) -> Use {
    let first = &document.schemas[id.0 as usize];
    let mut what = Use {
        shape: ShapeId(id.0),
        nullable: false,
        default: None,
        read_only: false,
        write_only: false,
        life: life(&first.life),
        docs: String::new(),
        at: first.span,
    };
    for id in chain(document, id) {
        let schema = &document.schemas[id.0 as usize];
        what.nullable |= schema.nullable || null_among(schema, document);
        what.read_only |= schema.read_only;
        what.write_only |= schema.write_only;
        what.default = what.default.or_else(|| schema.default.map(Node::json));
        if what.docs.is_empty() {
            what.docs = schema.description.to_owned();
        }
        if !what.life.deprecated {
            what.life = life(&schema.life);
        }
        what.shape = ShapeId(id.0);
    }
    what
}

/// The schemas from a use to what it is in the end.
fn chain(document: &Document<'_>, id: SchemaId) -> Vec<SchemaId> {
    let mut chain = vec![id];
    let mut at = id;
    while let Some(next) = inner(document, at) {
        if chain.contains(&next) {
            break;
        }
        chain.push(next);
        at = next;
    }
    chain
}

fn seen_through(document: &Document<'_>, id: SchemaId) -> SchemaId {
    chain(document, id).last().copied().unwrap_or(id)
}

/// What a schema merely wraps: the target of a reference, the one schema of an `allOf` that refers, the one choice besides null.
fn inner(document: &Document<'_>, id: SchemaId) -> Option<SchemaId> {
    let schema = &document.schemas[id.0 as usize];
    if let Some((_, target)) = schema.reference {
        return (!says_more(schema) || document.form != crate::import::document::Form::OpenApi31).then_some(target);
    }
    if says_more(schema) {
        return None;
    }
    if let ([only], [], []) = (&schema.all_of[..], &schema.one_of[..], &schema.any_of[..]) {
        return document.schemas[only.0 as usize].reference.map(|_| *only);
    }
    let choices = match (&schema.all_of[..], &schema.one_of[..], &schema.any_of[..]) {
        ([], choices, []) | ([], [], choices) if !choices.is_empty() => choices,
        _ => return None,
    };
    let mut real = choices.iter().filter(|choice| !is_null(&document.schemas[choice.0 as usize]));
    match (real.next(), real.next()) {
        (Some(only), None) if choices.len() > 1 => Some(*only),
        _ => None,
    }
}

fn is_null(schema: &Schema<'_>) -> bool {
    let null_only = schema.values.is_some_and(|values| matches!(values.items(), [one] if one.value == node::Value::Null));
    schema.types == ["null"] || null_only || schema.constant.is_some_and(|value| value.value == node::Value::Null)
}

/// Does it say anything of values besides what it wraps?
fn says_more(schema: &Schema<'_>) -> bool {
    // A type beside `allOf` with one reference repeats what the target says.
    let types = !schema.types.is_empty() && schema.all_of.is_empty() && schema.reference.is_none();
    types
        || !schema.properties.is_empty()
        || !schema.required.is_empty()
        || schema.values.is_some()
        || schema.constant.is_some()
        || !schema.limits.is_empty()
        || schema.pattern.is_some()
        || schema.items.is_some()
        || schema.additional.is_some()
        || schema.not.is_some()
        || !schema.applied.is_empty()
        || (schema.reference.is_some() && (!schema.all_of.is_empty() || !schema.one_of.is_empty() || !schema.any_of.is_empty()))
}

fn null_among(schema: &Schema<'_>, document: &Document<'_>) -> bool {
    let chosen = schema.one_of.iter().chain(&schema.any_of);
    let values = schema.values.is_some_and(|values| values.items().iter().any(|value| value.value == node::Value::Null));
    schema.types.contains(&"null")
        || (values && schema.types.is_empty())
        || chosen.into_iter().any(|id| is_null(&document.schemas[id.0 as usize]))
}

fn shape(schema: &Schema<'_>, document: &Document<'_>) -> Shape {
    let uses = |ids: &[SchemaId]| ids.iter().map(|id| used(document, *id)).collect::<Vec<_>>();
    let choices = |ids: &[SchemaId]| {
        let real = ids.iter().filter(|id| !is_null(&document.schemas[id.0 as usize]));
        real.map(|id| used(document, *id)).collect::<Vec<_>>()
    };
    let mut all_of = uses(&schema.all_of);
    all_of.extend(schema.reference.map(|(_, target)| used(document, target)));
    Shape {
        name: None,
        title: schema.title.to_owned(),
        docs: schema.description.to_owned(),
        types: schema.types.iter().filter(|one| **one != "null").map(|one| (*one).to_owned()).collect(),
        format: schema.format.map(str::to_owned),
        fields: fields(schema, document),
        required_only: required_only(schema),
        rest: rest(schema, document),
        items: schema.items.map(|id| used(document, id)),
        prefix_items: uses(&schema.prefix_items),
        values: values(schema.values, false).or_else(|| values(schema.extensible_values, true)),
        constant: schema.constant.map(Node::json),
        bounds: bounds(schema),
        all_of,
        one_of: choices(&schema.one_of),
        any_of: choices(&schema.any_of),
        not: schema.not.map(|id| used(document, id)),
        tag: tag(schema),
        rules: rules(schema, document),
        dependent_required: dependent_required(schema),
        content_encoding: schema.content_encoding.map(str::to_owned),
        content_media_type: schema.content_media_type.map(str::to_owned),
        at: Some(schema.span),
    }
}

fn fields(schema: &Schema<'_>, document: &Document<'_>) -> Vec<Field> {
    let field = |property: &crate::import::schema::Property<'_>| Field {
        name: property.name.to_owned(),
        spec_name: None,
        required: schema.required.iter().any(|(name, _)| *name == property.name),
        what: used(document, property.schema),
        at: property.span,
    };
    schema.properties.iter().map(field).collect()
}

fn required_only(schema: &Schema<'_>) -> Vec<String> {
    let named = |name: &str| schema.properties.iter().any(|property| property.name == name);
    schema.required.iter().filter(|(name, _)| !named(name)).map(|(name, _)| (*name).to_owned()).collect()
}

fn rest(schema: &Schema<'_>, document: &Document<'_>) -> Rest {
    let Some((id, _)) = schema.additional else { return Rest::Open };
    match document.schemas[id.0 as usize].verdict {
        Some(true) => Rest::Open,
        Some(false) => Rest::Closed,
        None => Rest::Of(used(document, id)),
    }
}

fn values(node: Option<&Node>, open: bool) -> Option<Values> {
    let items = node?.items().iter().filter(|item| item.value != node::Value::Null);
    let value = |item: &Node| Value { wire: item.json(), spec_name: None, docs: String::new(), at: item.span };
    Some(Values { list: items.map(value).collect(), open })
}

fn bounds(schema: &Schema<'_>) -> Vec<Bound> {
    let limit = |limit: &crate::import::schema::Limit<'_>| Bound { keyword: limit.keyword, value: limit.value.to_owned(), at: limit.span };
    let mut bounds: Vec<Bound> = schema.limits.iter().map(limit).collect();
    let pattern = schema.pattern.filter(|(text, _)| !text.is_empty());
    bounds.extend(pattern.map(|(text, at)| Bound { keyword: "pattern", value: text.to_owned(), at }));
    if schema.unique {
        bounds.push(Bound { keyword: "uniqueItems", value: "true".into(), at: schema.span });
    }
    bounds
}

fn tag(schema: &Schema<'_>) -> Option<Tag> {
    schema.discriminator.as_ref().map(|tag| Tag {
        property: tag.property.to_owned(),
        mapping: tag.mapping.iter().map(|(value, target)| ((*value).to_owned(), (*target).to_owned())).collect(),
        at: tag.span,
    })
}

fn rules(schema: &Schema<'_>, document: &Document<'_>) -> Vec<Condition> {
    let rule = |applied: &crate::import::schema::Applied<'_>| Condition {
        keyword: applied.keyword,
        name: applied.name.to_owned(),
        what: used(document, applied.schema),
        at: applied.span,
    };
    schema.applied.iter().map(rule).collect()
}

fn dependent_required(schema: &Schema<'_>) -> Vec<(String, Vec<String>)> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    schema.dependent_required.iter().map(|(name, needed)| ((*name).to_owned(), owned(needed))).collect()
}
