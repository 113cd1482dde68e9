//! Examples of a document as examples of a module: what is given and what comes back, where both fit the types that were made.

use super::bodies::{Form, form};
use super::defaults;
use super::literals::{json, key, quoted};
use super::maker::Maker;
use super::notes::Subject;
use super::plan::{Example, Field, Held, Module, Type, TypeKind, What};
use crate::import::document::{Media, Operation, Parameter};
use crate::import::node::{Node, Value};

/// Longer answers would hide the module that they show.
const LONGEST: usize = 1_600;

/// An example of the module; none where the document has none. What does not fit is listed.
pub(super) fn example<'n>(maker: &mut Maker<'_, 'n>, operation: &Operation<'n>, module: &Module) -> Option<Example> {
    let [answer] = &module.answers[..] else { return None };
    let what = answer.what.as_ref()?;
    if answer.encoding.is_some() || matches!(what.ty, Type::Scalar("file", _)) {
        return None;
    }
    let told = operation.answers.iter().find(|one| one.status.starts_with('2')).or(operation.answers.first())?;
    let media = told.content.iter().find(|media| form(media.media) == Form::Json)?;
    let node = shown(maker, media)?;
    // What is no object and no list is written as the text that it is on the wire.
    let text = if matches!(node.value, Value::Map(_) | Value::List(_)) { json(node) } else { quoted(&node.json()) };
    if text == "[]" || text == "{}" {
        return None;
    }
    if text.len() > LONGEST {
        maker.note(Subject::Example, node.span, format!("an answer of {} characters is too long to stand in a spec", text.len()));
        return None;
    }
    if node.text().is_some() && !matches!(what.ty, Type::Scalar("string", _)) {
        maker.note(Subject::Example, node.span, "text where the answer is something else");
        return None;
    }
    if !fits(maker, what, node) {
        maker.note(Subject::Example, node.span, "the answer does not fit the type that the document gives it");
        return None;
    }
    let given = match given(maker, operation, module) {
        Ok(given) => given,
        Err((at, reason)) => {
            maker.note(Subject::Example, at.unwrap_or(node.span), reason);
            return None;
        }
    };
    let status = if told.status.len() == 3 && told.status.bytes().all(|byte| byte.is_ascii_digit()) {
        told.status.to_owned()
    } else {
        "200".to_owned()
    };
    Some(Example { given, status, reply: text })
}

/// The first example of an answer or body, or that of its schema.
fn shown<'n>(maker: &Maker<'_, 'n>, media: &Media<'n>) -> Option<&'n Node> {
    let own = media.examples.and_then(|node| value_of(maker, node, media.media));
    own.or_else(|| {
        let used = maker.used(&[media.schema?]);
        let node = used.examples?;
        // JSON Schema has a list of examples, OpenAPI 3.0 one.
        match &node.value {
            Value::List(items) if maker.document.form == crate::import::document::Form::OpenApi31 => items.first(),
            _ => Some(node),
        }
    })
}

/// `example` is the value itself, `examples` holds named ones, Swagger's are by media type.
fn value_of<'n>(maker: &Maker<'_, 'n>, node: &'n Node, media: &str) -> Option<&'n Node> {
    if maker.document.form == crate::import::document::Form::Swagger2 {
        return node.get(media).or_else(|| node.get("application/json"));
    }
    let Some(first) = node.members().first() else { return Some(node) };
    let named = node.members().iter().all(|member| {
        member.value.get("value").is_some() || member.value.get("$ref").is_some() || member.value.get("externalValue").is_some()
    });
    if !named {
        return Some(node);
    }
    first.value.get("value").or_else(|| maker.example_at(first.value.get("$ref")?.text()?))
}

/// Does an answer fit? More than the type names may come.
fn fits(maker: &Maker<'_, '_>, what: &What, node: &Node) -> bool {
    if node.value == Value::Null {
        return what.nullable;
    }
    match (&what.ty, &node.value) {
        (Type::List(item, bounds), Value::List(items)) => {
            let count = items.len() as f64;
            let end = |end: &Option<String>| end.as_ref().and_then(|end| end.parse::<f64>().ok());
            let counted = end(&bounds.min).is_none_or(|min| count >= min) && end(&bounds.max).is_none_or(|max| count <= max);
            counted && items.iter().all(|node| fits(maker, item, node))
        }
        (Type::Map(item), Value::Map(members)) => members.iter().all(|member| fits(maker, item, &member.value)),
        (Type::Named(id), _) => match &maker.types[id.0 as usize].kind {
            TypeKind::Struct(fields) => fits_struct(maker, fields, node),
            TypeKind::Enum(values) => {
                let text = values.iter().all(|value| value.wire.starts_with('"'));
                // An open enum takes what it does not know.
                match &node.value {
                    Value::Text(_) => text,
                    Value::Number(number) => !text && super::literals::whole(number).is_some(),
                    _ => false,
                }
            }
            TypeKind::Union { tag: None, variants } => variants.iter().any(|variant| fits(maker, &What::of(variant.ty.clone()), node)),
            TypeKind::Union { tag: Some(tag), variants } => {
                let told = node.get(tag).and_then(Node::plain);
                let variant = told.and_then(|told| variants.iter().find(|variant| variant.tag.as_deref() == Some(told)));
                told.is_some() && variant.is_none_or(|variant| fits(maker, &What::of(variant.ty.clone()), node))
            }
        },
        _ => defaults::literal(&maker.types, what, node).is_some(),
    }
}

fn fits_struct(maker: &Maker<'_, '_>, fields: &[Field], node: &Node) -> bool {
    let Value::Map(members) = &node.value else { return false };
    fields.iter().filter(|field| !field.rest).all(|field| match members.iter().find(|member| *member.key == *field.wire) {
        Some(member) => fits(maker, &field.what, &member.value),
        None => field.optional || field.default.is_some(),
    })
}

type Missing = (Option<crate::source::Span>, String);

/// The inputs of an example: what the document shows, and for what must be given a value of its type.
fn given<'n>(maker: &Maker<'_, 'n>, operation: &Operation<'n>, module: &Module) -> Result<String, Missing> {
    let mut all: Vec<String> = Vec::new();
    let parameters = module.path_inputs.iter().chain(&module.query).chain(&module.header).chain(&module.cookie);
    for field in parameters {
        if matches!(field.what.ty, Type::Literal(_)) && !field.optional {
            continue;
        }
        let told = operation.parameters.iter().find(|one| one.span == field.at);
        let node = told.and_then(|one| example_of(maker, one));
        let value = node.and_then(|node| defaults::given(&maker.types, &field.what, &plainly(node, &field.what)));
        match value {
            Some(value) if !field.optional && field.default.is_none() => all.push(format!("{}: {value}", key(&field.name))),
            Some(_) => {}
            None if field.optional || field.default.is_some() => {}
            None => all.push(format!("{}: {}", key(&field.name), sample(maker, &field.what, 0).ok_or_else(|| missing(&field.name))?)),
        }
    }
    let Some(body) = &module.body else { return Ok(format!("{{ {} }}", all.join(", "))) };
    let shown = operation
        .body
        .as_ref()
        .and_then(|body| body.content.iter().find(|media| body.content.len() == 1 || form(media.media) == Form::Json))
        .and_then(|media| shown(maker, media));
    match &body.held {
        Held::Whole(field) if field.what.ty == Type::scalar("file") => {
            if !field.optional {
                all.push(format!("{}: \"content\"", key(&field.name)));
            }
        }
        Held::Whole(field) => match shown {
            Some(node) => {
                let value = defaults::given(&maker.types, &field.what, node)
                    .ok_or((Some(node.span), "the body does not fit the type that the document gives it".to_owned()))?;
                all.push(format!("{}: {value}", key(&field.name)));
            }
            None if field.optional => {}
            None => all.push(format!("{}: {}", key(&field.name), sample(maker, &field.what, 0).ok_or_else(|| missing(&field.name))?)),
        },
        Held::Members(fields) => {
            for field in fields.iter().filter(|field| !field.rest) {
                if matches!(field.what.ty, Type::Literal(_)) && !field.optional {
                    continue;
                }
                let node = shown.and_then(|node| node.get(&field.wire)).filter(|node| node.value != Value::Null);
                if matches!(field.what.ty, Type::Scalar("file", _)) {
                    if !field.optional {
                        all.push(format!("{}: \"content\"", key(&field.name)));
                    }
                    continue;
                }
                match node {
                    Some(node) => {
                        let value = defaults::given(&maker.types, &field.what, node);
                        let misfit =
                            || (Some(node.span), format!("`{}` of the body does not fit the type that the document gives it", field.wire));
                        all.push(format!("{}: {}", key(&field.name), value.ok_or_else(misfit)?));
                    }
                    None if field.optional || field.default.is_some() => {}
                    None => {
                        all.push(format!("{}: {}", key(&field.name), sample(maker, &field.what, 0).ok_or_else(|| missing(&field.name))?))
                    }
                }
            }
        }
    }
    Ok(if all.is_empty() { "{ }".to_owned() } else { format!("{{ {} }}", all.join(", ")) })
}

fn missing(name: &str) -> Missing {
    (None, format!("`{name}` must be given, and no value of it is shown"))
}

/// A parameter in quotes that is a number is meant as one.
fn plainly(node: &Node, what: &What) -> Node {
    match (&what.ty, &node.value) {
        (Type::Scalar("int" | "float", _), Value::Text(text)) if text.parse::<f64>().is_ok() => {
            Node { span: node.span, value: Value::Number(text.clone()) }
        }
        (Type::Scalar("string", _), Value::Number(text)) => Node { span: node.span, value: Value::Text(text.clone()) },
        _ => node.clone(),
    }
}

fn example_of<'n>(maker: &Maker<'_, 'n>, parameter: &Parameter<'n>) -> Option<&'n Node> {
    let used = maker.used(&[parameter.schema?]);
    let own = used.examples.or(used.default);
    own.map(|node| match &node.value {
        Value::List(items) if maker.document.form == crate::import::document::Form::OpenApi31 => items.first().unwrap_or(node),
        _ => node,
    })
}

/// A value of a type, where none is shown.
fn sample(maker: &Maker<'_, '_>, what: &What, depth: usize) -> Option<String> {
    if depth > 4 {
        return None;
    }
    match &what.ty {
        Type::Literal(text) => Some(text.clone()),
        Type::Scalar(name, bounds) => match *name {
            "string" if bounds.pattern.is_some() => None,
            "string" => {
                let number = |end: &Option<String>| end.as_ref().and_then(|end| end.parse::<usize>().ok());
                let (min, max) = (number(&bounds.min).unwrap_or(0), number(&bounds.max).unwrap_or(usize::MAX));
                let text: String = "text".chars().cycle().take(4.max(min).min(max)).collect();
                (text.len() <= 200).then(|| quoted(&text))
            }
            "int" => bounds.min.clone().or_else(|| bounds.max.clone()).or_else(|| Some("1".to_owned())),
            "float" | "decimal" => bounds.min.clone().or_else(|| bounds.max.clone()).or_else(|| Some("1.5".to_owned())),
            "bool" => Some("true".to_owned()),
            "date" if bounds.format.is_none() => Some("\"2026-01-31\"".to_owned()),
            "datetime" if bounds.format.is_none() => Some("\"2026-01-31T12:30:00Z\"".to_owned()),
            "datetime" => Some("1767225600".to_owned()),
            "time" => Some("\"12:30:00\"".to_owned()),
            "duration" => Some("\"PT15M\"".to_owned()),
            "uuid" => Some("\"67e55044-10b1-426f-9247-bb680e5fe0c8\"".to_owned()),
            "url" => Some("\"https://example.com/\"".to_owned()),
            "bytes" => Some("\"SGVsbG8=\"".to_owned()),
            "json" => Some("{ }".to_owned()),
            "secret" => Some("\"secret\"".to_owned()),
            _ => None,
        },
        Type::List(item, bounds) => {
            let count = bounds.min.as_ref().and_then(|min| min.parse::<usize>().ok()).unwrap_or(1).clamp(1, 5);
            if bounds.unique && count > 1 {
                return None;
            }
            let one = sample(maker, item, depth + 1)?;
            Some(format!("[ {} ]", vec![one; count].join(", ")))
        }
        Type::Map(_) => Some("{ }".to_owned()),
        Type::Id(_) => Some(quoted("text")),
        Type::Named(id) => match &maker.types[id.0 as usize].kind {
            TypeKind::Enum(values) => values.first().map(|value| value.wire.clone()),
            TypeKind::Struct(fields) => {
                let needed = fields.iter().filter(|field| !field.optional && !field.rest && field.default.is_none());
                let all: Option<Vec<String>> =
                    needed.map(|field| Some(format!("{}: {}", key(&field.name), sample(maker, &field.what, depth + 1)?))).collect();
                Some(format!("{{ {} }}", all?.join(", ")))
            }
            TypeKind::Union { tag: None, variants } => {
                variants.first().and_then(|variant| sample(maker, &What::of(variant.ty.clone()), depth + 1))
            }
            TypeKind::Union { .. } => None,
        },
    }
}
