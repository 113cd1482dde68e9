//! Links the attributes of types, and what restricts their texts.

use std::{collections::HashSet, sync::Arc};

use indexmap::IndexMap;

use super::{
    Attribute,
    declared::{Declared, docs, form, qualified},
    link::{Found, Linker},
    simple::{Base, Bound, Facets, Simple, Variety},
};
use crate::{
    error::shorten,
    soap::name::{ENCODING, Name, XML, XSD, is_ncname},
};

impl<'d> Linker<'d, '_> {
    /// The attributes that stand in a type, after those of its base.
    pub(super) fn attributes(&mut self, at: Declared<'d>, base: &Arc<[Arc<Attribute>]>) -> Found<(Arc<[Arc<Attribute>]>, bool)> {
        let mut own = Vec::new();
        let mut open = false;
        let mut groups = HashSet::new();
        let mut stack = vec![at];
        while let Some(one) = stack.pop() {
            for node in one.node.children.iter().filter(|child| &*child.name.namespace == XSD) {
                let inner = Declared { node, ..one };
                match &*node.name.local {
                    "attribute" => own.push(inner),
                    "anyAttribute" => open = true,
                    "attributeGroup" => {
                        let name = node.attribute("ref").and_then(|name| qualified(inner, name));
                        let group = name.as_ref().and_then(|name| self.attribute_groups.get(name));
                        let group = *group.ok_or_else(|| inner.problem("there is no such attribute group"))?;
                        if groups.insert(name) {
                            stack.push(group);
                        }
                    }
                    _ => {}
                }
            }
        }
        if own.is_empty() {
            return Ok((base.clone(), open));
        }
        let mut all: IndexMap<Name, Arc<Attribute>> = base.iter().map(|attribute| (attribute.name.clone(), attribute.clone())).collect();
        for one in own {
            let attribute = self.attribute(one)?;
            if one.node.attribute("use") == Some("prohibited") {
                all.shift_remove(&attribute.name);
            } else {
                all.insert(attribute.name.clone(), attribute);
            }
        }
        let mut taken = HashSet::new();
        Ok((all.into_values().map(|attribute| keyed(attribute, &mut taken)).collect(), open))
    }

    fn attribute(&mut self, at: Declared<'d>) -> Found<Arc<Attribute>> {
        let place = std::ptr::from_ref(at.node);
        if let Some(known) = self.linked_attributes.get(&place) {
            return Ok(known.clone());
        }
        let linked = Arc::new(self.attribute_of(at)?);
        self.linked_attributes.insert(place, linked.clone());
        Ok(linked)
    }

    fn attribute_of(&mut self, at: Declared<'d>) -> Found<Attribute> {
        let required = at.node.attribute("use") == Some("required");
        let (declared, name) = match at.node.attribute("ref") {
            Some(reference) => {
                let name = qualified(at, reference).ok_or_else(|| at.problem(format!("`{}` is not a name here", shorten(reference))))?;
                (self.attributes.get(&name).copied(), name)
            }
            None => {
                let local = at.node.attribute("name").filter(|name| is_ncname(name));
                let local = local.ok_or_else(|| at.problem("this attribute has no name"))?;
                (Some(at), Name::new(form(at, "attributeFormDefault"), local))
            }
        };
        let simple = match declared {
            Some(declared) => match declared.node.attribute("type") {
                Some(name) => self.text_of(declared, name)?,
                None if declared.node.child(XSD, "simpleType").is_some() => self.inline_simple(declared)?,
                None => Arc::new(Simple::of(Variety::Atomic(Base::Text))),
            },
            // `xml:lang` and the like are nobody's to declare, and SOAP encoding's stand in types that are broken anyway.
            None if [XML, ENCODING].contains(&&*name.namespace) => Arc::new(Simple::of(Variety::Atomic(Base::Text))),
            None => return Err(at.problem(format!("there is no attribute `{}`", shorten(&name.to_string())))),
        };
        let stated = |word: &str| at.node.attribute(word).or_else(|| declared?.node.attribute(word)).map(str::to_owned);
        let (fixed, default) = (stated("fixed"), stated("default"));
        Ok(Attribute { key: format!("@{}", name.local), name, simple, required, fixed, default, docs: docs(at.node) })
    }
}

/// An attribute under the name that values have for it: with its namespace where an earlier one has the same.
fn keyed(attribute: Arc<Attribute>, taken: &mut HashSet<String>) -> Arc<Attribute> {
    if taken.insert(attribute.key.clone()) {
        return attribute;
    }
    let Name { namespace, local } = &attribute.name;
    let key = format!("@{{{namespace}}}{local}");
    taken.insert(key.clone());
    Arc::new(Attribute { key, ..(*attribute).clone() })
}

/// A simple type with the facets of a restriction.
pub(super) fn restricted(base: &Arc<Simple>, at: Declared<'_>) -> Arc<Simple> {
    let mut values = Vec::new();
    let mut facets = base.facets.clone();
    for facet in at.node.children.iter().filter(|child| &*child.name.namespace == XSD) {
        let Some(value) = facet.attribute("value") else { continue };
        let bound = |exclusive| value.parse().ok().map(|value| Bound { value, exclusive });
        match &*facet.name.local {
            "enumeration" => values.push(value.to_owned()),
            "length" => (facets.min_length, facets.max_length) = (value.parse().ok(), value.parse().ok()),
            "minLength" => facets.min_length = value.parse().ok(),
            "maxLength" => facets.max_length = value.parse().ok(),
            "minInclusive" => facets.least = bound(false).or(facets.least),
            "minExclusive" => facets.least = bound(true).or(facets.least),
            "maxInclusive" => facets.greatest = bound(false).or(facets.greatest),
            "maxExclusive" => facets.greatest = bound(true).or(facets.greatest),
            _ => {}
        }
    }
    if values.is_empty() && same(&facets, &base.facets) {
        return base.clone();
    }
    let values = if values.is_empty() { base.values.clone() } else { values.into() };
    Arc::new(Simple { variety: base.variety.clone(), values, facets })
}

fn same(one: &Facets, other: &Facets) -> bool {
    let bound = |bound: &Option<Bound>| bound.as_ref().map(|bound| (bound.value.to_bits(), bound.exclusive));
    (one.min_length, one.max_length, bound(&one.least), bound(&one.greatest))
        == (other.min_length, other.max_length, bound(&other.least), bound(&other.greatest))
}
