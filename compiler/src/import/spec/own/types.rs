//! Which components are types, enums and unions of the spec, and each of them as an item.

use std::collections::HashSet;

use super::Own;
use super::fields::block;
use super::literals::literal;
use super::names::{Site, dotted};
use super::read::{is_word, named};
use crate::import::node::{Node, Value};
use crate::import::spec::literals::quoted;
use crate::import::spec::words::pascal;
use crate::model::resolve::names::snake;

/// A component that becomes an item.
pub(super) struct Declared<'n> {
    pub(super) group: Vec<String>,
    pub(super) name: String,
    pub(super) node: &'n Node,
    pub(super) kind: Kind,
    /// It was written in place.
    inline: bool,
}

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Struct,
    Enum,
    Union,
}

/// A value of an enum.
struct Named {
    docs: String,
    name: String,
    wire: String,
    life: String,
}

impl<'n> Own<'n> {
    pub(super) fn declare_types(&mut self) {
        let components = self.root.get("components").and_then(|components| components.get("schemas")).map_or(&[][..], Node::members);
        let mut taken: HashSet<String> = HashSet::new();
        for member in components {
            let (key, node) = (&*member.key, &member.value);
            if node.get("x-linchpin-variant-of").is_some() {
                continue;
            }
            let Some(kind) = kind(node) else { continue };
            let parts: Vec<&str> = key.split('.').collect();
            let good = parts.iter().all(|part| is_word(part));
            let (group, name): (Vec<String>, String) = match parts.split_last() {
                Some((name, group)) if good => (group.iter().map(|part| (*part).to_owned()).collect(), (*name).to_owned()),
                _ => (Vec::new(), pascal(&named(key, "unnamed"))),
            };
            let free = (1..).map(|number| if number == 1 { name.clone() } else { format!("{name}{number}") });
            let name = free.into_iter().find(|name| taken.insert(dotted(&group, name))).expect("numbers do not end");
            if !good {
                self.odd(node, format!("`{key}` is no name of a type: it is called `{name}`"));
            }
            self.tables.by_key.insert(key, self.types.len());
            self.tables.types.insert(dotted(&group, &name));
            let inline = node.get("x-linchpin-inline").and_then(Node::bool) == Some(true);
            self.types.push(Declared { group, name, node, kind, inline });
        }
        for index in 0..self.types.len() {
            self.name_members(index);
        }
    }

    /// What belongs to a type can be named as a successor.
    fn name_members(&mut self, index: usize) {
        let Declared { group, name, node, .. } = &self.types[index];
        let (owner, node) = (dotted(group, name), *node);
        let listed = ["x-linchpin-values", "x-linchpin-variants"].into_iter().filter_map(|key| node.get(key)).flat_map(Node::items);
        let listed = listed.filter_map(|one| one.get("name")?.text());
        let properties = node.get("properties").map_or(&[][..], Node::members).iter();
        let fields = properties.map(|member| member.value.get("x-linchpin-name").and_then(Node::text).unwrap_or(&member.key));
        self.tables.successors.extend(listed.chain(fields).map(|member| format!("{owner}.{member}")));
        self.tables.successors.insert(owner);
    }

    /// Is this type written where it is used?
    pub(super) fn is_in_place(&self, index: usize) -> bool {
        self.types[index].inline && self.placed(index)
    }

    fn placed(&self, index: usize) -> bool {
        self.tables.placed.contains(&index)
    }

    /// The text of a type where it is used, if it was written in place there and would be called the same again.
    pub(super) fn in_place(&mut self, index: usize, site: &Site, hint: &str, alone: bool) -> Option<String> {
        let inner = site.inner(hint);
        let declared = &self.types[index];
        let docs = declared.node.get("description").and_then(Node::text).unwrap_or_default();
        let once = self.counted.as_ref().is_some_and(|counted| counted[index] == 1);
        let same = declared.group == inner.group && declared.name == inner.name && docs == format!("What `{}` holds.", inner.label);
        if !declared.inline || !once || !same || declared.node.get("x-linchpin-life").is_some() {
            return None;
        }
        let (node, kind) = (declared.node, declared.kind);
        if self.open.contains(&std::ptr::from_ref(node)) {
            return None;
        }
        self.open.push(node);
        // What stands in a choice that is not written in place after all is not in place either.
        let before = (kind == Kind::Union).then(|| self.tables.placed.clone());
        let text = match kind {
            Kind::Struct => Some(block("", self.fields(node, &inner))),
            Kind::Enum => self.choice_of_literals(node).filter(|_| alone),
            Kind::Union => self.choice_of_types(node, &inner).filter(|_| alone),
        };
        self.open.pop();
        if text.is_some() {
            self.tables.placed.insert(index);
        } else if let Some(before) = before {
            self.tables.placed = before;
        }
        text
    }

    fn choice_of_literals(&mut self, node: &'n Node) -> Option<String> {
        let values = self.values(node);
        let closed = node.get("enum").is_some();
        let wires: Vec<&str> = values.iter().map(|value| value.wire.as_str()).collect();
        let plain = |(at, value): (usize, &Named)| {
            value.docs.is_empty()
                && value.life.is_empty()
                && crate::model::resolve::types::value_name(&literal(&value.wire), at) == value.name
        };
        (!closed && values.len() > 1 && values.iter().enumerate().all(plain)).then(|| wires.join(" | "))
    }

    fn choice_of_types(&mut self, node: &'n Node, site: &Site) -> Option<String> {
        let closed = node.get("x-linchpin-open").and_then(Node::bool) == Some(false);
        if closed || node.get("discriminator").is_some() {
            return None;
        }
        let mut taken: Vec<String> = Vec::new();
        let mut texts = Vec::new();
        for variant in self.list(node, "x-linchpin-variants") {
            let (name, schema) = (self.word(variant, "name")?, variant.get("schema")?);
            let tag = variant.get("tag").and_then(Node::text).unwrap_or(name);
            if tag != name || variant.get("description").is_some() || variant.get("x-linchpin-life").is_some() {
                return None;
            }
            let base = self.part_name(schema)?;
            let free = (1..).map(|number| if number == 1 { base.clone() } else { format!("{base}_{number}") });
            let expected = free.into_iter().find(|name| !taken.contains(name)).expect("numbers do not end");
            if expected != name {
                return None;
            }
            taken.push(expected);
            let what = self.what(schema, site, name, false);
            if what.nullable {
                return None;
            }
            texts.push(what.text);
        }
        // All of literals would be an enum.
        let literals = texts.iter().all(|text| text.starts_with('"') || text.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
        (texts.len() > 1 && !literals).then(|| texts.join(" | "))
    }

    /// What a variant without a name is called: after its type.
    fn part_name(&mut self, schema: &'n Node) -> Option<String> {
        if let Some(reference) = schema.get("$ref") {
            let (key, _) = self.target(reference, "schemas")?;
            let index = *self.tables.by_key.get(key)?;
            let declared = &self.types[index];
            let in_place =
                declared.inline && declared.kind == Kind::Struct && self.counted.as_ref().is_none_or(|counted| counted[index] == 1);
            return Some(if in_place { "object".to_owned() } else { snake(&declared.name) });
        }
        if let Some(item) = schema.get("items") {
            return Some(format!("{}_list", self.part_name(item)?));
        }
        if let Some(item) = schema.get("additionalProperties") {
            return Some(format!("{}_map", self.part_name(item)?));
        }
        let site = Site::of(&[], "");
        let text = self.what(schema, &site, "", false).text;
        if let Some(of) = text.strip_prefix("id<").and_then(|rest| rest.strip_suffix('>')) {
            return Some(format!("{}_id", snake(of)));
        }
        let word = text.split('(').next().unwrap_or_default();
        is_word(word).then(|| word.to_owned())
    }

    /// A type as an item.
    pub(super) fn definition(&mut self, index: usize) -> String {
        let Declared { group, name, node, kind, .. } = &self.types[index];
        let (site, node, kind, group, name) = (Site::of(group, name), *node, *kind, group.clone(), name.clone());
        let docs = self.docs_of(node);
        let life = self.life(node, &group).trim_start().to_owned();
        let scope: Vec<String> = group.iter().chain([&name]).cloned().collect();
        let mut lines: Vec<String> = if life.is_empty() { Vec::new() } else { vec![life] };
        let head = match kind {
            Kind::Struct => {
                lines.extend(self.fields(node, &site));
                format!("type {name}")
            }
            Kind::Enum => {
                let closed = if node.get("enum").is_some() { "closed " } else { "" };
                lines.extend(self.values_in(node, &scope).into_iter().map(|value| {
                    let wire = if value.wire == quoted(&value.name) && !["deprecated", "on"].contains(&value.name.as_str()) {
                        String::new()
                    } else {
                        format!(" = {}", value.wire)
                    };
                    format!("{}{}{wire}{}", value.docs, value.name, value.life)
                }));
                format!("{closed}enum {name}")
            }
            Kind::Union => {
                let closed = if node.get("x-linchpin-open").and_then(Node::bool) == Some(false) { "closed " } else { "" };
                let discriminator = node.get("discriminator");
                let tag = discriminator.and_then(|discriminator| self.text(discriminator, "propertyName"));
                lines.extend(self.variants(node, &site, &scope));
                let by = tag.map(|tag| format!(" by {}", quoted(tag))).unwrap_or_default();
                format!("{closed}union {name}{by}")
            }
        };
        format!("{docs}{}", block(&head, lines))
    }

    fn variants(&mut self, node: &'n Node, site: &Site, scope: &[String]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut taken: HashSet<String> = HashSet::new();
        for (at, variant) in self.list(node, "x-linchpin-variants").iter().enumerate() {
            let name = self.word(variant, "name").map_or_else(|| format!("variant_{}", at + 1), str::to_owned);
            let Some(schema) = variant.get("schema").filter(|_| taken.insert(name.clone())) else {
                self.odd(variant, "a choice without a schema or a name of its own");
                continue;
            };
            let tag = self.text(variant, "tag").filter(|tag| *tag != name).map(|tag| format!(" {}", quoted(tag))).unwrap_or_default();
            let (docs, life) = (self.docs_of(variant), self.life(variant, scope));
            let ty = self.what(schema, site, &name, true).whole();
            lines.push(format!("{docs}{name}{tag}: {ty}{life}"));
        }
        lines
    }

    fn values(&mut self, node: &'n Node) -> Vec<Named> {
        self.values_in(node, &[])
    }

    /// The values of an enum: those that OpenAPI lists, with what is said of each.
    fn values_in(&mut self, node: &'n Node, scope: &[String]) -> Vec<Named> {
        let told = self.list(node, "x-linchpin-values");
        let listed = node.get("enum").or_else(|| node.get("x-extensible-enum")).map_or(&[][..], Node::items);
        let mut values: Vec<Named> = Vec::new();
        for (at, value) in listed.iter().enumerate() {
            let Some(wire) = super::super::literals::literal(value).filter(|_| !matches!(value.value, Value::Bool(_))) else {
                self.odd(value, "a value of an enum is text or a whole number");
                continue;
            };
            let of = told.iter().find(|one| one.get("value").is_some_and(|other| other.same(value)));
            let otherwise = crate::model::resolve::types::value_name(&literal(&wire), at);
            let name = of.and_then(|one| self.word(one, "name")).map_or(otherwise, str::to_owned);
            if values.iter().any(|other| other.name == name || other.wire == wire) {
                self.odd(value, "a value or a name that is there already");
                continue;
            }
            let (docs, life) = of.map_or_else(Default::default, |one| (self.docs_of(one), self.life(one, scope)));
            values.push(Named { docs, name, wire, life });
        }
        values
    }
}

/// What a component becomes; none for one that has no name in the spec and stands where it is used.
fn kind(node: &Node) -> Option<Kind> {
    let listed = |key: &str| node.get(key).is_some_and(|list| !list.items().is_empty());
    if listed("enum") || listed("x-extensible-enum") {
        return Some(Kind::Enum);
    }
    if listed("x-linchpin-variants") {
        return Some(Kind::Union);
    }
    let additional = node.get("additionalProperties");
    let rest = additional.is_none_or(|one| one.bool().is_some() || is_rest(one));
    let object = node.get("type").and_then(Node::text) == Some("object");
    (object && (rest || node.get("properties").is_some())).then_some(Kind::Struct)
}

/// Whatever else there may be: with nothing that is said of it but words.
pub(super) fn is_rest(additional: &Node) -> bool {
    additional.bool() == Some(true) || !additional.members().is_empty() && additional.members().iter().all(|one| &*one.key == "description")
}
