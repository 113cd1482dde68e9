//! Schemas seen through: references followed, `allOf` merged, the ways of writing "or null" made one. What comes out is one set of rules for
//! one value; which type that is, is `types`'s to say.

use std::collections::HashSet;

use super::maker::Maker;
use crate::import::document::Form;
use crate::import::node::{Node, Value};
use crate::import::schema::{Discriminator, Limit, Schema, SchemaId};
use crate::source::Span;

/// What is said where a schema is used, and what it is made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Used<'n> {
    pub(super) nullable: bool,
    pub(super) docs: &'n str,
    pub(super) default: Option<&'n Node>,
    pub(super) examples: Option<&'n Node>,
    pub(super) deprecated: Option<SchemaId>,
    pub(super) read_only: bool,
    pub(super) write_only: bool,
    /// Schemas with a name of their own.
    pub(super) named: Vec<SchemaId>,
    /// Schemas that say something of values.
    pub(super) leaves: Vec<SchemaId>,
}

/// All rules for one value.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat<'n> {
    pub(super) docs: &'n str,
    pub(super) types: Vec<&'n str>,
    pub(super) format: Option<&'n str>,
    pub(super) values: Option<&'n Node>,
    pub(super) constant: Option<&'n Node>,
    pub(super) pattern: Option<(&'n str, Span)>,
    pub(super) limits: Vec<Limit<'n>>,
    pub(super) unique: bool,
    pub(super) properties: Vec<(&'n str, Span, Vec<SchemaId>)>,
    pub(super) required: HashSet<&'n str>,
    pub(super) items: Vec<SchemaId>,
    pub(super) prefix_items: Vec<SchemaId>,
    pub(super) additional: Option<SchemaId>,
    pub(super) closed: bool,
    /// Several `oneOf` or `anyOf` may hold together.
    pub(super) choices: Vec<Vec<SchemaId>>,
    pub(super) discriminator: Option<Discriminator<'n>>,
    pub(super) examples: Vec<&'n Node>,
    pub(super) encoding: Option<&'n str>,
}

impl<'n> Maker<'_, 'n> {
    pub(super) fn schema(&self, id: SchemaId) -> &Schema<'n> {
        &self.document.schemas[id.0 as usize]
    }

    /// What several schemas say together where they are used.
    pub(super) fn used(&self, ids: &[SchemaId]) -> Used<'n> {
        let mut used = Used::default();
        let mut seen = HashSet::new();
        ids.iter().for_each(|id| self.expand(*id, &mut used, &mut seen));
        used
    }

    /// What a named schema is made of.
    pub(super) fn inside(&self, id: SchemaId) -> Used<'n> {
        let mut used = Used::default();
        let mut seen = HashSet::from([id]);
        self.look_into(id, &mut used, &mut seen);
        used.named.retain(|named| *named != id);
        used
    }

    fn expand(&self, id: SchemaId, used: &mut Used<'n>, seen: &mut HashSet<SchemaId>) {
        if !seen.insert(id) {
            return;
        }
        if self.component_names.contains_key(&id) {
            self.name(id, used);
            return;
        }
        self.look_into(id, used, seen);
    }

    fn name(&self, id: SchemaId, used: &mut Used<'n>) {
        if !used.named.contains(&id) {
            used.named.push(id);
        }
        let inside = self.inside(id);
        used.nullable |= inside.nullable;
        used.read_only |= inside.read_only;
        used.write_only |= inside.write_only;
        used.default = used.default.or(inside.default);
        used.examples = used.examples.or(inside.examples);
    }

    fn look_into(&self, id: SchemaId, used: &mut Used<'n>, seen: &mut HashSet<SchemaId>) {
        let schema = self.schema(id);
        self.told(id, used);
        if let Some((_, target)) = schema.reference {
            if self.document.form == Form::OpenApi31 && says_more(schema) {
                used.leaves.push(id);
            }
            return self.expand(target, used, seen);
        }
        for part in &schema.all_of {
            self.expand(*part, used, seen);
        }
        let real = self.real_choices(schema);
        if let [only] = real[..] {
            self.expand(only, used, seen);
        }
        if says_more(schema) || real.len() > 1 {
            used.leaves.push(id);
        }
    }

    /// What a schema says of its use, and not of values.
    fn told(&self, id: SchemaId, used: &mut Used<'n>) {
        let schema = self.schema(id);
        let choices = || schema.one_of.iter().chain(&schema.any_of);
        let null_value = schema.values.is_some_and(|values| values.items().iter().any(|value| value.value == Value::Null));
        used.nullable |= schema.nullable
            || schema.types.contains(&"null")
            || null_value
            || choices().any(|choice| self.is_null(*choice))
            || schema.constant.is_some_and(|value| value.value == Value::Null);
        used.read_only |= schema.read_only;
        used.write_only |= schema.write_only;
        used.default = used.default.or(schema.default);
        used.examples = used.examples.or(schema.examples);
        if used.docs.is_empty() {
            used.docs = if schema.description.is_empty() { "" } else { schema.description };
        }
        let odd = schema.extensions.iter().any(|(name, _)| super::life::is_sign(name));
        if (schema.life.deprecated || schema.life.sunset.is_some() || odd) && used.deprecated.is_none() {
            used.deprecated = Some(id);
        }
    }

    /// The choices that are not null, each once.
    pub(super) fn real_choices(&self, schema: &Schema<'n>) -> Vec<SchemaId> {
        let mut real: Vec<SchemaId> = Vec::new();
        for choice in schema.one_of.iter().chain(&schema.any_of) {
            if !self.is_null(*choice) && !real.contains(choice) {
                real.push(*choice);
            }
        }
        real
    }

    fn is_null(&self, id: SchemaId) -> bool {
        let mut schema = self.schema(id);
        let mut seen = HashSet::from([id]);
        // `NullEnum`, a schema of its own, stands for null in what some frameworks write.
        while let Some((_, target)) = schema.reference.filter(|(_, target)| seen.insert(*target)) {
            schema = self.schema(target);
        }
        let null_only = schema.values.is_some_and(|values| matches!(values.items(), [one] if one.value == Value::Null));
        schema.types == ["null"] || null_only || schema.constant.is_some_and(|value| value.value == Value::Null)
    }

    /// The leaves of schemas, those inside of named ones too.
    pub(super) fn opened(&self, used: &Used<'n>) -> Vec<SchemaId> {
        let mut seen: HashSet<SchemaId> = HashSet::new();
        let mut leaves = Vec::new();
        let mut open: Vec<Used<'n>> = vec![used.clone()];
        while let Some(one) = open.pop() {
            for named in one.named.iter().rev() {
                if seen.insert(*named) {
                    open.push(self.inside(*named));
                }
            }
            leaves.splice(0..0, one.leaves.iter().copied());
        }
        let mut once = HashSet::new();
        leaves.retain(|leaf| once.insert(*leaf));
        leaves
    }

    /// The rules of several schemas as one.
    pub(super) fn merged(&self, leaves: &[SchemaId]) -> Flat<'n> {
        let mut flat = Flat::default();
        for leaf in leaves {
            self.merge(*leaf, &mut flat);
        }
        flat
    }

    fn merge(&self, id: SchemaId, flat: &mut Flat<'n>) {
        let schema = self.schema(id);
        if flat.docs.is_empty() {
            flat.docs = schema.description;
        }
        let types: Vec<&'n str> = schema.types.iter().copied().filter(|one| *one != "null").collect();
        let narrower: Vec<&'n str> = flat.types.iter().copied().filter(|one| types.contains(one)).collect();
        match (flat.types.is_empty(), types.is_empty(), narrower.is_empty()) {
            (true, _, _) => flat.types = types,
            (false, false, false) => flat.types = narrower,
            _ => {}
        }
        flat.format = flat.format.or(schema.format);
        flat.values = narrower_values(flat.values, schema.values.or(schema.extensible_values));
        flat.constant = flat.constant.or(schema.constant.filter(|value| value.value != Value::Null));
        flat.pattern = flat.pattern.or(schema.pattern.filter(|(pattern, _)| !pattern.is_empty()));
        flat.limits.extend(schema.limits.iter().cloned());
        flat.unique |= schema.unique;
        for property in &schema.properties {
            match flat.properties.iter_mut().find(|(name, _, _)| *name == property.name) {
                Some((_, _, ids)) if !ids.contains(&property.schema) => ids.push(property.schema),
                Some(_) => {}
                None => flat.properties.push((property.name, property.span, vec![property.schema])),
            }
        }
        flat.required.extend(schema.required.iter().map(|(name, _)| *name));
        flat.items.extend(schema.items.filter(|item| !flat.items.contains(item)));
        if flat.prefix_items.is_empty() {
            flat.prefix_items.clone_from(&schema.prefix_items);
        }
        match schema.additional.map(|(id, _)| (id, self.schema(id).verdict)) {
            Some((_, Some(false))) => flat.closed = true,
            Some((id, _)) => flat.additional = flat.additional.or(Some(id)),
            None => {}
        }
        let real = self.real_choices(schema);
        if real.len() > 1 {
            flat.choices.push(real);
        }
        if flat.discriminator.is_none() {
            flat.discriminator.clone_from(&schema.discriminator);
        }
        flat.examples.extend(schema.examples);
        flat.encoding = flat.encoding.or(schema.content_encoding);
    }
}

/// The shorter of two lists of values is what remains, where it is a part of the other.
fn narrower_values<'n>(one: Option<&'n Node>, other: Option<&'n Node>) -> Option<&'n Node> {
    match (one, other) {
        (Some(one), Some(other)) if other.items().len() < one.items().len() => Some(other),
        (one, other) => one.or(other),
    }
}

/// Does a schema say anything of values besides what it refers to?
fn says_more(schema: &Schema<'_>) -> bool {
    // A type beside `allOf` repeats what its parts say.
    let types = schema.types.iter().any(|one| *one != "null") && (schema.all_of.is_empty() || !schema.properties.is_empty());
    types
        || schema.verdict.is_some()
        || !schema.properties.is_empty()
        || !schema.required.is_empty()
        || schema.values.is_some_and(|values| values.items().iter().any(|value| value.value != Value::Null))
        || schema.extensible_values.is_some()
        || schema.constant.is_some_and(|value| value.value != Value::Null)
        || !schema.limits.is_empty()
        || schema.pattern.is_some()
        || schema.format.is_some()
        || schema.items.is_some()
        || !schema.prefix_items.is_empty()
        || schema.additional.is_some()
        || schema.not.is_some()
        || schema.discriminator.is_some()
        || !schema.applied.is_empty()
}
