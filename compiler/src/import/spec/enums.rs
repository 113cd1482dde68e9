//! Values to choose from: names for them, and one enum where several places offer the same.

use super::flat::Flat;
use super::literals;
use super::maker::{Hint, Maker};
use super::names::Names;
use super::notes::Subject;
use super::plan::{Type, TypeKind, Value, What};
use super::words::snake;
use crate::import::node::{self, Node};
use crate::import::schema::SchemaId;
use crate::source::Span;

impl<'n> Maker<'_, 'n> {
    /// A choice of values; one value is a constant.
    pub(super) fn enumeration(&mut self, flat: &Flat<'n>, key: &[SchemaId], hint: &Hint, at: Span) -> Type {
        let nodes = distinct(flat.values);
        let is_text = |node: &&Node| matches!(node.value, node::Value::Text(_));
        if let [only] = nodes[..]
            && matches!(only.value, node::Value::Text(_) | node::Value::Bool(_))
            && (flat.types.is_empty() || flat.types.contains(&"string") || flat.types.contains(&"boolean"))
            && !matches!(hint, Hint::Component(_))
        {
            return self.constant(only, flat);
        }
        let free = Flat { values: None, ..flat.clone() };
        if nodes.iter().all(|node| matches!(node.value, node::Value::Bool(_))) {
            return Type::scalar("bool");
        }
        if flat.types.contains(&"array") {
            self.note(Subject::Constraint, at, "`enum` beside an array: which lists are allowed is a rule that types do not have");
            return self.what_without_values(&free, key, hint, at);
        }
        let values: Option<Vec<Value>> = values(&nodes, flat.types.contains(&"string"), self.value_names(key));
        let Some(mut values) = values.filter(|_| nodes.iter().all(is_text) || !nodes.iter().any(is_text) || flat.types.contains(&"string"))
        else {
            self.note(Subject::Constraint, at, "values that are neither all text nor all whole numbers: their type alone is kept");
            return self.what_without_values(&free, key, hint, at);
        };
        values.iter_mut().for_each(|value| value.docs = one_line(&value.docs));
        if let (Hint::Place { own, .. }, None) = (hint, self.made.get(key))
            && let Some(id) = self.same_values(&values, own)
        {
            return Type::Named(id);
        }
        let id = self.declare(key, hint, flat.docs);
        self.types[id.0 as usize].kind = TypeKind::Enum(values);
        Type::Named(id)
    }

    fn what_without_values(&mut self, flat: &Flat<'n>, key: &[SchemaId], hint: &Hint, at: Span) -> Type {
        let What { ty, .. } = self.decided(flat, key, &[], hint, at);
        ty
    }

    /// An enum written in place that offers the same values under the same name.
    fn same_values(&mut self, values: &[Value], own: &str) -> Option<super::plan::TypeId> {
        let found = self.enums_in_place.get(&(own.to_owned(), values.iter().map(|value| value.wire.clone()).collect::<Vec<_>>())).copied();
        if let Some(id) = found {
            self.shared_enums.insert(id, own.to_owned());
            return Some(id);
        }
        let id = super::plan::TypeId(self.types.len() as u32);
        self.enums_in_place.insert((own.to_owned(), values.iter().map(|value| value.wire.clone()).collect()), id);
        None
    }

    /// `x-enum-varnames`, `x-enumNames` and `x-enum-descriptions`: names and words for values.
    fn value_names(&self, key: &[SchemaId]) -> (Vec<&'n str>, Vec<&'n str>) {
        let extension = |names: &[&str]| -> Vec<&'n str> {
            let all = key.iter().flat_map(|id| &self.schema(*id).extensions);
            let found = all.filter(|(name, _)| names.contains(name)).map(|(_, node)| *node).next();
            found.map_or_else(Vec::new, |node| node.items().iter().filter_map(Node::text).collect())
        };
        (extension(&["x-enum-varnames", "x-enumNames", "x-enum-names"]), extension(&["x-enum-descriptions", "x-enumDescriptions"]))
    }
}

/// Each value once; null is no value.
fn distinct(values: Option<&Node>) -> Vec<&Node> {
    let mut seen = std::collections::HashSet::new();
    let all = values.map_or(&[][..], Node::items).iter();
    all.filter(|node| node.value != node::Value::Null && seen.insert(node.json())).collect()
}

/// Names for values; none where one is no value of an enum.
fn values(nodes: &[&Node], as_text: bool, (names, docs): (Vec<&str>, Vec<&str>)) -> Option<Vec<Value>> {
    let mut taken = Names::default();
    let numbers = nodes.iter().all(|node| matches!(node.value, node::Value::Number(_)));
    let named = names.len() == nodes.len();
    let mut values = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let text = node.plain()?;
        let wire = if numbers && !as_text { literals::literal(node)? } else { literals::quoted(text) };
        let wanted = if named { snake(names[index], "value") } else { value_name(text) };
        let docs = docs.get(index).filter(|_| docs.len() == nodes.len()).copied().unwrap_or_default();
        values.push(Value { name: taken.take(&wanted, "_"), wire, docs: docs.to_owned(), life: None });
    }
    Some(values)
}

fn value_name(text: &str) -> String {
    match text {
        "" => "empty".to_owned(),
        "*" => "all".to_owned(),
        "=" => "equal".to_owned(),
        _ => snake(text, "value"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
