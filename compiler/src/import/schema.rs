//! A schema as it was published: types, constraints, members, choices. One form for JSON Schema, for OpenAPI 3.0's own, and for what
//! Swagger 2.0 writes directly at a parameter.

use super::document::{Extensions, Life};
use super::node::Node;
use crate::source::Span;

/// A schema of a document: an index into [`Document::schemas`](super::document::Document::schemas).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub u32);

/// A schema.
#[derive(Clone, Debug)]
pub struct Schema<'n> {
    /// Where it is written.
    pub span: Span,
    /// `$ref`: the name at its end, and what it leads to. What else stands beside it counts from OpenAPI 3.1 on.
    pub reference: Option<(&'n str, SchemaId)>,
    /// `true` or `false` in place of an object: anything or nothing.
    pub verdict: Option<bool>,
    /// `title`
    pub title: &'n str,
    /// `description`
    pub description: &'n str,
    /// `type`, one or several; `null` is among them where the document says so.
    pub types: Vec<&'n str>,
    /// `nullable` or `x-nullable`
    pub nullable: bool,
    /// `format`
    pub format: Option<&'n str>,
    /// `enum`
    pub values: Option<&'n Node>,
    /// `x-extensible-enum`
    pub extensible_values: Option<&'n Node>,
    /// `const`
    pub constant: Option<&'n Node>,
    /// `default`
    pub default: Option<&'n Node>,
    /// `example` or `examples`, raw.
    pub examples: Option<&'n Node>,
    /// `properties`
    pub properties: Vec<Property<'n>>,
    /// `required`
    pub required: Vec<(&'n str, Span)>,
    /// `additionalProperties`
    pub additional: Option<(SchemaId, Span)>,
    /// `items`
    pub items: Option<SchemaId>,
    /// `prefixItems`
    pub prefix_items: Vec<SchemaId>,
    /// `allOf`
    pub all_of: Vec<SchemaId>,
    /// `oneOf`
    pub one_of: Vec<SchemaId>,
    /// `anyOf`
    pub any_of: Vec<SchemaId>,
    /// `not`
    pub not: Option<SchemaId>,
    /// `discriminator`
    pub discriminator: Option<Discriminator<'n>>,
    /// Bounds of numbers, lengths and counts.
    pub limits: Vec<Limit<'n>>,
    /// `pattern`
    pub pattern: Option<(&'n str, Span)>,
    /// `uniqueItems`
    pub unique: bool,
    /// Other keywords that hold a schema: the keyword, the member's name where the keyword has members, and the schema.
    pub applied: Vec<Applied<'n>>,
    /// `dependentRequired`: a member and those that must be there with it.
    pub dependent_required: Vec<(&'n str, Vec<&'n str>)>,
    /// `contentEncoding`
    pub content_encoding: Option<&'n str>,
    /// `contentMediaType`
    pub content_media_type: Option<&'n str>,
    /// `readOnly`
    pub read_only: bool,
    /// `writeOnly`
    pub write_only: bool,
    /// Deprecation and the like.
    pub life: Life<'n>,
    /// `x-…`
    pub extensions: Extensions<'n>,
    /// The whole, raw.
    pub node: &'n Node,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Property<'n> {
    /// Its name.
    pub name: &'n str,
    /// Where the name is written.
    pub span: Span,
    /// What it holds.
    pub schema: SchemaId,
}

/// What tells the choices of a `oneOf` apart.
#[derive(Clone, Debug)]
pub struct Discriminator<'n> {
    /// The member that tells.
    pub property: &'n str,
    /// Its values and what each stands for, as written.
    pub mapping: Vec<(&'n str, &'n str)>,
    /// Where it is written.
    pub span: Span,
}

/// One bound.
#[derive(Clone, Debug)]
pub struct Limit<'n> {
    /// `minimum`, `exclusiveMaximum`, `maxLength`, … OpenAPI 3.0's `exclusiveMinimum: true` makes its `minimum` exclusive here.
    pub keyword: &'static str,
    /// The number as written.
    pub value: &'n str,
    /// Where it is written.
    pub span: Span,
}

/// A keyword that holds a schema.
#[derive(Clone, Debug)]
pub struct Applied<'n> {
    /// `contains`, `patternProperties`, …
    pub keyword: &'static str,
    /// The member's name; empty where the keyword holds one schema.
    pub name: &'n str,
    /// The schema.
    pub schema: SchemaId,
    /// Where it is written.
    pub span: Span,
}
