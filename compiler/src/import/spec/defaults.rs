//! Values of a document against the types that were made of it: a literal of the language, or nothing where the value does not fit.

use super::literals::{json, key, listed, number, quoted, whole};
use super::plan::{Bounds, Type, TypeItem, TypeKind, What};
use crate::import::node::{Node, Value};
use crate::model::resolve::{pattern, scalars};

/// A value as a literal, by wire names.
pub(super) fn literal(types: &[TypeItem], what: &What, node: &Node) -> Option<String> {
    Fitting { types, spec_names: false }.what(what, node)
}

/// A value as a literal, by the spec's names.
pub(super) fn given(types: &[TypeItem], what: &What, node: &Node) -> Option<String> {
    Fitting { types, spec_names: true }.what(what, node)
}

struct Fitting<'t> {
    types: &'t [TypeItem],
    spec_names: bool,
}

impl Fitting<'_> {
    fn what(&self, what: &What, node: &Node) -> Option<String> {
        if node.value == Value::Null {
            return what.nullable.then(|| "null".to_owned());
        }
        match &what.ty {
            Type::Scalar(name, bounds) => scalar(name, bounds, node),
            Type::Id(_) => scalar("string", &Bounds::default(), node),
            Type::Literal(literal) => super::literals::literal(node).filter(|found| found == literal),
            Type::Named(id) => self.named(&self.types[id.0 as usize], node),
            Type::List(item, bounds) => {
                let Value::List(items) = &node.value else { return None };
                let all: Option<Vec<String>> = items.iter().map(|node| self.what(item, node)).collect();
                counted(items.len(), bounds).then_some(())?;
                Some(joined('[', ']', all?))
            }
            Type::Map(item) => {
                let Value::Map(members) = &node.value else { return None };
                let entry =
                    |member: &crate::import::node::Member| Some(format!("{}: {}", key(&member.key), self.what(item, &member.value)?));
                Some(joined('{', '}', members.iter().map(entry).collect::<Option<Vec<_>>>()?))
            }
        }
    }

    fn named(&self, item: &TypeItem, node: &Node) -> Option<String> {
        match &item.kind {
            TypeKind::Enum(values) => {
                let found = super::literals::literal(node)?;
                let numbers = values.iter().any(|value| !value.wire.starts_with('"'));
                let fits = if numbers { !found.starts_with('"') } else { found.starts_with('"') };
                (fits && found != "true" && found != "false" && values.iter().any(|value| value.wire == found)).then_some(found)
            }
            TypeKind::Struct(fields) => {
                let Value::Map(members) = &node.value else { return None };
                let open = fields.iter().any(|field| field.rest);
                let mut out = Vec::new();
                for member in members {
                    match fields.iter().find(|field| field.wire == *member.key && !field.rest) {
                        Some(field) => {
                            let name = if self.spec_names { &field.name } else { &field.wire };
                            out.push(format!("{}: {}", key(name), self.what(&field.what, &member.value)?));
                        }
                        None if open => out.push(format!("{}: {}", key(&member.key), json(&member.value))),
                        None => return None,
                    }
                }
                let given = |wire: &str| members.iter().any(|member| &*member.key == wire);
                let whole = fields.iter().all(|field| field.optional || field.rest || field.default.is_some() || given(&field.wire));
                whole.then(|| joined('{', '}', out))
            }
            TypeKind::Union { tag: None, variants } => {
                variants.iter().find_map(|variant| self.what(&What { ty: variant.ty.clone(), nullable: false }, node))
            }
            TypeKind::Union { tag: Some(tag), variants } => {
                let told = node.get(tag)?.plain()?;
                let variant = variants.iter().find(|variant| variant.tag.as_deref() == Some(told))?;
                self.what(&What { ty: variant.ty.clone(), nullable: false }, node)
            }
        }
    }
}

fn joined(open: char, close: char, all: Vec<String>) -> String {
    let mut out = String::new();
    listed(open, close, all.iter(), &mut out, |one, out| out.push_str(one));
    out
}

fn scalar(name: &str, bounds: &Bounds, node: &Node) -> Option<String> {
    match (name, &node.value) {
        ("json", _) => Some(json(node)),
        ("int", Value::Number(text)) => whole(text).filter(|text| within(text, bounds)),
        ("float", Value::Number(text)) => Some(number(text)).filter(|text| within(text, bounds)),
        ("decimal", Value::Number(text)) => Some(number(text)).filter(|text| within(text, bounds)),
        ("decimal", Value::Text(text)) if text.parse::<f64>().is_ok_and(f64::is_finite) => Some(quoted(text)),
        ("bool", Value::Bool(value)) => Some(value.to_string()),
        ("datetime" | "date", Value::Number(text)) if bounds.format == Some("epoch") => Some(number(text)),
        ("datetime" | "date", _) if bounds.format.is_some() => None,
        ("string", Value::Text(text)) => {
            let matches = bounds.pattern.as_ref().is_none_or(|one| pattern::matches(one, text));
            (matches && counted(text.chars().count(), bounds)).then(|| quoted(text))
        }
        ("datetime" | "date" | "time" | "duration" | "uuid" | "url" | "bytes", Value::Text(text)) => {
            scalars::is_text_of(name, text).then(|| quoted(text))
        }
        ("secret", Value::Text(text)) => Some(quoted(text)),
        _ => None,
    }
}

fn within(text: &str, bounds: &Bounds) -> bool {
    let end = |end: &Option<String>| end.as_ref().and_then(|end| end.parse::<f64>().ok());
    let Ok(number) = text.parse::<f64>() else { return false };
    end(&bounds.min).is_none_or(|min| number >= min) && end(&bounds.max).is_none_or(|max| number <= max)
}

fn counted(count: usize, bounds: &Bounds) -> bool {
    within(&count.to_string(), bounds)
}
