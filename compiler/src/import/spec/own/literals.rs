//! Values of the document as literals: as they come, and where names of the spec stand in them.

use super::Own;
use crate::import::node::{Node, Value};
use crate::import::spec::literals::{is_unseen, json, key, listed};
use crate::model::Literal;

/// Choices within choices are looked through so deep.
const DEEPEST_CHOICE: usize = 4;

/// A value as it comes.
pub(super) fn plain(node: &Node) -> String {
    json(node)
}

/// A literal of the language that was written from a value.
pub(super) fn literal(text: &str) -> Literal {
    match text.parse() {
        Ok(number) => Literal::Int(number),
        Err(_) => Literal::Text(text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).to_owned()),
    }
}

/// A bare word that is a value, and no other.
fn is_value_name(text: &str) -> bool {
    super::read::is_word(text) && !["true", "false", "null"].contains(&text) && !text.chars().any(is_unseen)
}

impl<'n> Own<'n> {
    /// A value in which things go by the spec's names: values of enums stand as names, or in a step as they are on the wire.
    pub(super) fn by_names(&mut self, value: &'n Node, schema: &'n Node, names: bool) -> String {
        let schema = self.seen_through(schema);
        // Which choice is meant is tried by those who read it, and a bare name would be a mistake for the others.
        let names = names && (schema.get("x-linchpin-variants").is_none() || schema.get("discriminator").is_some());
        match &value.value {
            Value::Text(text) => self.enum_value(text, schema, names, 0).unwrap_or_else(|| plain(value)),
            Value::List(items) => {
                let Some(item) = schema.get("items") else { return plain(value) };
                let mut out = String::new();
                listed('[', ']', items.iter(), &mut out, |value, out| out.push_str(&self.by_names(value, item, names)));
                out
            }
            Value::Map(members) => {
                let tag = schema.get("discriminator").and_then(|one| one.get("propertyName")).and_then(Node::text);
                let schema = self.chosen(value, schema);
                let mut out = String::new();
                listed('{', '}', members.iter(), &mut out, |member, out| {
                    out.push_str(&key(&member.key));
                    out.push_str(": ");
                    let held = || schema.get("additionalProperties").filter(|one| one.bool().is_none());
                    // What tells the choice stands as it is on the wire.
                    let inner = property(schema, &member.key).or_else(held).filter(|_| tag != Some(&member.key));
                    out.push_str(&inner.map_or_else(|| plain(&member.value), |inner| self.by_names(&member.value, inner, names)));
                });
                out
            }
            _ => plain(value),
        }
    }

    /// The schema behind references, and beside null.
    pub(super) fn seen_through(&mut self, mut schema: &'n Node) -> &'n Node {
        for _ in 0..32 {
            let inner = match (schema.get("$ref"), schema.get("anyOf").map(Node::items)) {
                (Some(reference), _) => self.target(reference, "schemas").map(|(_, target)| target),
                (None, Some([only, null])) if null.get("type").and_then(Node::text) == Some("null") => Some(only),
                _ => None,
            };
            let Some(inner) = inner else { break };
            schema = inner;
        }
        schema
    }

    fn enum_value(&mut self, text: &str, schema: &'n Node, names: bool, depth: usize) -> Option<String> {
        if let Some(variants) = schema.get("x-linchpin-variants").filter(|_| schema.get("discriminator").is_none()) {
            // A choice of itself is none.
            if depth > DEEPEST_CHOICE {
                return None;
            }
            let schemas = variants.items().iter().filter_map(|variant| variant.get("schema"));
            return schemas.into_iter().find_map(|one| {
                let schema = self.seen_through(one);
                self.enum_value(text, schema, names, depth + 1)
            });
        }
        let told = schema.get("x-linchpin-values")?.items();
        let found = told.iter().find(|one| one.get("name").and_then(Node::text) == Some(text))?;
        if names && is_value_name(text) { Some(text.to_owned()) } else { super::super::literals::literal(found.get("value")?) }
    }

    /// Of a union, the choice that a value is of.
    fn chosen(&mut self, value: &'n Node, schema: &'n Node) -> &'n Node {
        let Some(variants) = schema.get("x-linchpin-variants").map(Node::items) else { return schema };
        let tag = schema.get("discriminator").and_then(|one| one.get("propertyName")).and_then(Node::text);
        let found = match tag {
            Some(tag) => {
                let told = value.get(tag).and_then(Node::plain);
                let of = |variant: &&Node| variant.get("tag").or_else(|| variant.get("name")).and_then(Node::text) == told;
                variants.iter().find(of).and_then(|variant| variant.get("schema"))
            }
            None => variants.iter().filter_map(|variant| variant.get("schema")).find(|one| self.fits(value, one)),
        };
        found.map_or(schema, |found| self.seen_through(found))
    }

    /// Could an object be of this schema, by the names of its members?
    fn fits(&mut self, value: &'n Node, schema: &'n Node) -> bool {
        let schema = self.seen_through(schema);
        let known = |name: &str| property(schema, name).is_some() || schema.get("additionalProperties").is_some();
        let required = schema.get("required").map_or(&[][..], Node::items).iter().filter_map(Node::text);
        let spec_name = |wire: &str| {
            let property = schema.get("properties").and_then(|all| all.get(wire));
            let constant = property.is_some_and(|one| one.get("const").is_some());
            let name = property.and_then(|one| one.get("x-linchpin-name")).and_then(Node::text).unwrap_or(wire).to_owned();
            (!constant).then_some(name)
        };
        value.members().iter().all(|member| known(&member.key))
            && required.filter_map(spec_name).all(|name| value.get(&name).is_some())
            && schema.get("type").and_then(Node::text) == Some("object")
    }
}

/// The member with this name in the spec.
pub(super) fn property<'n>(schema: &'n Node, name: &str) -> Option<&'n Node> {
    let members = schema.get("properties").map_or(&[][..], Node::members).iter();
    let called = |node: &'n Node, wire: &'n str| node.get("x-linchpin-name").and_then(Node::text).unwrap_or(wire);
    members.map(|member| (&member.value, &*member.key)).find(|(node, wire)| called(node, wire) == name).map(|(node, _)| node)
}
