//! The shapes of a version's types, declared while the command runs.

use super::{json, plain, several_outputs};
use linchpin_compiler::model::{self, Bounds, Field, Literal, Module, Projection, Symbol, Type, TypeDefKind};
use linchpin_runtime::shape::dynamic::{Declarations, Declared, DynamicField, Part, id, leak};
use linchpin_runtime::shape::{Attrs, Shaped, UnionStyle};
use linchpin_runtime::{Body, Date as DateValue, DateTime, Decimal, Download, Duration, Host, Secret, Time};
use std::collections::HashMap;

/// While shapes are being declared.
pub(super) struct Declaring<'p> {
    pub(super) projection: &'p Projection<'p>,
    pub(super) shapes: Declarations,
    pub(super) types: HashMap<Symbol, Declared>,
}

impl Declaring<'_> {
    pub(super) fn definition(&self, definition: &model::TypeDef) {
        let declared = self.types[&definition.symbol];
        let name = &self.projection.model.name(definition.symbol).name;
        match &definition.kind {
            TypeDefKind::Struct(fields) => self.shapes.structure(declared, name, &definition.docs, self.fields(fields)),
            TypeDefKind::Enum { closed, variants } => {
                let symbol = |variant: &model::EnumVariant| (variant.name.clone(), variant.docs.clone());
                let integers: Option<Vec<_>> = variants
                    .iter()
                    .map(|variant| match variant.value {
                        Literal::Int(value) => Some((symbol(variant).0, value, symbol(variant).1)),
                        _ => None,
                    })
                    .collect();
                match integers {
                    Some(symbols) => self.shapes.int_enum(declared, name, &definition.docs, !closed, symbols),
                    None => {
                        let symbols = variants.iter().map(|variant| (symbol(variant).0, plain(&variant.value), symbol(variant).1));
                        self.shapes.text_enum(declared, name, &definition.docs, !closed, symbols.collect());
                    }
                }
            }
            TypeDefKind::Union { tag, closed, variants } => {
                let style = tag.as_ref().map_or(UnionStyle::Untagged, |tag| UnionStyle::Tagged(leak(tag.as_str())));
                let open = tag.is_some() && !closed;
                let other = open.then(|| ("Other".to_owned(), String::new(), Part::Of(<serde_json::Value as Shaped>::shape())));
                let variants = variants.iter().map(|one| (one.name.clone(), one.tag.clone(), self.part(&one.ty))).chain(other);
                self.shapes.union(declared, name, &definition.docs, style, open, variants.collect());
            }
        }
    }

    pub(super) fn structure(&self, name: &str, docs: &str, fields: &[Field]) -> Declared {
        let declared = self.shapes.declare();
        self.shapes.structure(declared, name, docs, self.fields(fields));
        declared
    }

    /// A structure with one field of that type, to hold the shape of a whole answer.
    pub(super) fn holder(&self, ty: &Type) -> Declared {
        let declared = self.shapes.declare();
        let field =
            DynamicField { name: "value".into(), wire: "value".into(), docs: String::new(), part: self.part(ty), attrs: Attrs::REQUIRED };
        self.shapes.structure(declared, "", "", vec![field]);
        declared
    }

    pub(super) fn output(&self, name: &str, module: &Module) -> Declared {
        let declared = self.shapes.declare();
        let variants = several_outputs(module).unwrap_or_default().into_iter().enumerate().map(|(index, body)| {
            let part = match body {
                None => Part::Of(<() as Shaped>::shape()),
                Some(Type::File) => Part::Of(<Download as Shaped>::shape()),
                Some(body) => self.part(body),
            };
            (format!("answer_{}", index + 1), String::new(), part)
        });
        self.shapes.union(declared, name, "", UnionStyle::Answers, false, variants.collect());
        declared
    }

    fn fields(&self, fields: &[Field]) -> Vec<DynamicField> {
        fields.iter().map(|field| self.field(field)).collect()
    }

    fn field(&self, field: &Field) -> DynamicField {
        let required = !field.optional && !field.nullable;
        let mut attrs = if field.rest {
            Attrs::REST
        } else if field.optional {
            Attrs::OPTIONAL
        } else {
            Attrs::REQUIRED
        };
        if field.nullable {
            attrs = attrs.nullable();
        }
        if let Some(default) = &field.default {
            attrs = attrs.default(leak(default.as_str()));
        }
        if let Some(life) = &field.life {
            attrs = attrs.deprecated(leak(life.ending().as_str()));
        }
        attrs = written(bounded(attrs, &field.ty), &field.ty);
        let part = match &field.ty {
            _ if field.rest => Part::Map(Box::new(Part::Of(<serde_json::Value as Shaped>::shape()))),
            ty if required => self.part(ty),
            ty => Part::Patch(Box::new(self.part(ty))),
        };
        DynamicField { name: field.name.clone(), wire: field.wire.clone(), docs: field.docs.clone(), part, attrs }
    }

    fn part(&self, ty: &Type) -> Part {
        let shape = match ty {
            Type::Named(symbol) => return Part::Declared(self.types[symbol]),
            Type::List(item, _) => return Part::List(Box::new(self.part(item))),
            Type::Map(item, _) => return Part::Map(Box::new(self.part(item))),
            Type::Nullable(inner) => return Part::Patch(Box::new(self.part(inner))),
            Type::String(_) | Type::Literal(Literal::Text(_)) => <String as Shaped>::shape(),
            Type::Int(_) | Type::Literal(Literal::Int(_)) => <i64 as Shaped>::shape(),
            Type::Float(_) => <f64 as Shaped>::shape(),
            Type::Bool | Type::Literal(Literal::Bool(_)) => <bool as Shaped>::shape(),
            Type::Decimal(_) => <Decimal as Shaped>::shape(),
            Type::Date(_) => <DateValue as Shaped>::shape(),
            Type::DateTime(_) => <DateTime as Shaped>::shape(),
            Type::Time => <Time as Shaped>::shape(),
            Type::Duration(_) => <Duration as Shaped>::shape(),
            Type::Uuid => <uuid::Uuid as Shaped>::shape(),
            Type::Url => <url::Url as Shaped>::shape(),
            Type::Bytes(_) => <bytes::Bytes as Shaped>::shape(),
            Type::Json => <serde_json::Value as Shaped>::shape(),
            Type::Secret => <Secret as Shaped>::shape(),
            Type::Host => <Host as Shaped>::shape(),
            Type::Id(_) => id(),
            Type::File => <Body as Shaped>::shape(),
        };
        Part::Of(shape)
    }
}

fn bounded(attrs: Attrs, ty: &Type) -> Attrs {
    let integer = |end: &Option<String>, other: i64| end.as_deref().and_then(|text| text.parse().ok()).unwrap_or(other);
    let length = |attrs: Attrs, bounds: &Bounds| {
        let attrs = if bounds.unique { attrs.unique() } else { attrs };
        match (&bounds.min, &bounds.max) {
            (None, None) => attrs,
            (min, max) => attrs
                .length(u32::try_from(integer(min, 0)).unwrap_or(0), u32::try_from(integer(max, i64::from(u32::MAX))).unwrap_or(u32::MAX)),
        }
    };
    match ty {
        Type::String(bounds) => {
            let attrs = length(attrs, bounds);
            bounds.pattern.as_ref().map_or(attrs, |pattern| attrs.pattern(leak(pattern.as_str())))
        }
        Type::List(item, bounds) | Type::Map(item, bounds) => {
            length(attrs, bounds).items(Box::leak(Box::new(bounded(Attrs::OPTIONAL, item))))
        }
        Type::Nullable(inner) => bounded(attrs, inner),
        Type::Int(bounds) if bounds.min.is_some() || bounds.max.is_some() => {
            attrs.range(integer(&bounds.min, i64::MIN), integer(&bounds.max, i64::MAX))
        }
        Type::Float(bounds) | Type::Decimal(bounds) if bounds.min.is_some() || bounds.max.is_some() => {
            let number = |end: &Option<String>, other: f64| end.as_deref().and_then(|text| text.parse().ok()).unwrap_or(other);
            attrs.range_float(number(&bounds.min, f64::NEG_INFINITY), number(&bounds.max, f64::INFINITY))
        }
        Type::Literal(value) => attrs.constant(leak(json(value))),
        _ => attrs,
    }
}

/// How a value is written, or the items of a list: a field's format goes for all that it holds.
fn written(attrs: Attrs, ty: &Type) -> Attrs {
    match ty {
        Type::Date(Some(format)) | Type::DateTime(Some(format)) | Type::Duration(Some(format)) | Type::Bytes(Some(format)) => {
            attrs.format(leak(format.as_str()))
        }
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => written(attrs, inner),
        _ => attrs,
    }
}
