//! JSON by the names of a spec, and JSON as it travels: the one made into the other by the types of the spec. A program that was
//! compiled from the spec does this by its shape tables; the command has only the model.

use linchpin_compiler::diagnostics::nearest::nearest;
use linchpin_compiler::model::{Field, Literal, Projection, Type, TypeDefKind};
use serde_json::{Map, Value};

/// Which names a value bears.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum To {
    /// The owner's.
    Wire,
    /// The spec's.
    Spec,
}

/// The value under the other names. An unknown name in a value by the spec's names is a mistake; on the wire it is kept.
pub(crate) fn renamed(value: Value, ty: &Type, to: To, projection: &Projection<'_>) -> Result<Value, String> {
    match (ty, value) {
        (_, Value::Null) => Ok(Value::Null),
        (Type::Nullable(inner), value) => renamed(value, inner, to, projection),
        (Type::List(item, _), Value::Array(items)) => {
            let items = items.into_iter().map(|one| renamed(one, item, to, projection));
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        (Type::Map(item, _), Value::Object(members)) => {
            let members = members.into_iter().map(|(key, one)| Ok((key, renamed(one, item, to, projection)?)));
            members.collect::<Result<_, String>>().map(Value::Object)
        }
        (Type::Named(symbol), value) => match projection.type_of(*symbol).map(|definition| &definition.item.kind) {
            Some(TypeDefKind::Struct(fields)) => structure(value, fields, to, projection),
            Some(TypeDefKind::Enum { variants, .. }) => Ok(variants
                .iter()
                .find(|variant| match to {
                    To::Wire => value.as_str() == Some(&variant.name),
                    To::Spec => value == literal(&variant.value),
                })
                .map_or_else(|| value.clone(), |variant| match to {
                    To::Wire => literal(&variant.value),
                    To::Spec => Value::String(variant.name.clone()),
                })),
            Some(TypeDefKind::Union { tag, variants, .. }) => {
                let tagged = tag.as_ref().and_then(|tag| value.get(tag)).and_then(Value::as_str).map(str::to_owned);
                match variants.iter().find(|variant| tagged.as_deref() == Some(&variant.tag)) {
                    Some(variant) => renamed(value, &variant.ty, to, projection),
                    None => Ok(value),
                }
            }
            None => Ok(value),
        },
        (_, value) => Ok(value),
    }
}

fn structure(value: Value, fields: &[Field], to: To, projection: &Projection<'_>) -> Result<Value, String> {
    let Value::Object(members) = value else { return Ok(value) };
    let open = fields.iter().any(|field| field.rest);
    let mut out = Map::new();
    for (key, member) in members {
        let field = fields.iter().find(|field| !field.rest && key == if to == To::Wire { &field.name } else { &field.wire }.as_str());
        match field {
            Some(field) => {
                let name = if to == To::Wire { &field.wire } else { &field.name };
                out.insert(name.clone(), renamed(member, &field.ty, to, projection)?);
            }
            None if open || to == To::Spec => drop(out.insert(key, member)),
            None => return Err(unknown(&key, fields)),
        }
    }
    Ok(Value::Object(out))
}

/// What to say of a name that is not a field.
pub(crate) fn unknown<'f>(name: &str, fields: impl IntoIterator<Item = &'f Field>) -> String {
    let names: Vec<_> = fields.into_iter().map(|field| field.name.as_str()).collect();
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("there is no field `{name}`; did you mean `{near}`?"),
        None => format!("there is no field `{name}`; there are {}", names.join(", ")),
    }
}

fn literal(value: &Literal) -> Value {
    match value {
        Literal::Text(text) => Value::from(text.as_str()),
        Literal::Int(number) => Value::from(*number),
        Literal::Bool(value) => Value::from(*value),
    }
}
