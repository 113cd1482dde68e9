//! Types of a spec as shapes. A name has one shape, made when it is first met; the types that JSON knows stand for those of the language.

use std::collections::HashMap;

use super::connections::life;
use crate::change::shape::{Bound, Field, Rest, Shape, ShapeId, Tag, Use, Value, Values};
use crate::model::{self, Bounds, Literal, Projection, Symbol, Type, TypeDefKind};
use crate::source::Span;

/// The shapes of a projection in the making.
pub(super) struct Shapes<'p, 'm> {
    projection: &'p Projection<'m>,
    made: Vec<Shape>,
    named: HashMap<Symbol, ShapeId>,
    pending: Vec<(ShapeId, Symbol)>,
}

impl<'p, 'm> Shapes<'p, 'm> {
    pub(super) fn new(projection: &'p Projection<'m>) -> Self {
        Self { projection, made: Vec::new(), named: HashMap::new(), pending: Vec::new() }
    }

    /// All shapes that were asked for, and those that they hold.
    pub(super) fn finish(mut self) -> Vec<Shape> {
        while let Some((id, symbol)) = self.pending.pop() {
            self.made[id.0 as usize] = self.definition(symbol);
        }
        self.made
    }

    pub(super) fn add(&mut self, shape: Shape) -> ShapeId {
        self.made.push(shape);
        ShapeId(self.made.len() as u32 - 1)
    }

    /// A field as a use of its type.
    pub(super) fn of_field(&mut self, field: &model::Field) -> Use {
        let mut what = self.used(&field.ty, field.span);
        what.nullable |= field.nullable;
        what.default.clone_from(&field.default);
        what.docs.clone_from(&field.docs);
        what.life = life(field.life.as_ref());
        what
    }

    /// A type in use.
    pub(super) fn used(&mut self, ty: &Type, at: Span) -> Use {
        let (shape, nullable) = match ty {
            Type::Nullable(inner) => (self.used(inner, at).shape, true),
            Type::Named(symbol) => (self.named(*symbol), false),
            other => (self.plain(other, at), false),
        };
        let life = crate::change::surface::Life::default();
        Use { shape, nullable, default: None, read_only: false, write_only: false, life, docs: String::new(), at }
    }

    fn named(&mut self, symbol: Symbol) -> ShapeId {
        if let Some(id) = self.named.get(&symbol) {
            return *id;
        }
        let id = self.add(Shape::default());
        self.named.insert(symbol, id);
        self.pending.push((id, symbol));
        id
    }

    fn plain(&mut self, ty: &Type, at: Span) -> ShapeId {
        let mut shape = Shape { at: Some(at), ..Shape::default() };
        let (types, format): (&[&str], Option<&str>) = match ty {
            Type::String(_) | Type::Secret | Type::Host => (&["string"], None),
            Type::Int(_) => (&["integer"], None),
            Type::Float(_) => (&["number"], None),
            Type::Decimal(_) => (&["number", "string"], Some("decimal")),
            Type::Bool => (&["boolean"], None),
            Type::Date(format) => (&["string"], Some(format.as_deref().unwrap_or("date"))),
            Type::DateTime(format) => (&["string", "number"], Some(format.as_deref().unwrap_or("date-time"))),
            Type::Time => (&["string"], Some("time")),
            Type::Duration(format) => (&["string", "number"], Some(format.as_deref().unwrap_or("duration"))),
            Type::Uuid => (&["string"], Some("uuid")),
            Type::Url => (&["string"], Some("uri")),
            Type::Bytes(_) => (&["string"], Some("byte")),
            Type::File => (&["string"], Some("binary")),
            Type::Id(_) => (&["string", "integer"], None),
            Type::Literal(literal) => {
                shape.constant = Some(literal_text(literal));
                (&[], None)
            }
            Type::List(inner, _) => {
                shape.items = Some(self.used(inner, at));
                (&["array"], None)
            }
            Type::Map(inner, _) => {
                shape.rest = Rest::Of(self.used(inner, at));
                (&["object"], None)
            }
            Type::Json | Type::Named(_) | Type::Nullable(_) => (&[], None),
        };
        shape.types = types.iter().map(|one| (*one).to_owned()).collect();
        shape.format = format.map(str::to_owned);
        shape.bounds = bounds(ty, at);
        if let Type::Id(of) = ty {
            shape.format = Some(format!("id of {of}"));
        }
        self.add(shape)
    }

    fn definition(&mut self, symbol: Symbol) -> Shape {
        let name = self.projection.model.full_name(symbol);
        let Some(definition) = self.projection.type_of(symbol).map(|one| one.item.clone()) else {
            return Shape { name: Some(name), ..Shape::default() };
        };
        let base = Shape { name: Some(name), docs: definition.docs.clone(), at: Some(definition.span), ..Shape::default() };
        match &definition.kind {
            TypeDefKind::Struct(fields) => self.structure(base, fields),
            TypeDefKind::Enum { closed, variants } => {
                let value = |variant: &model::EnumVariant| Value {
                    wire: literal_text(&variant.value),
                    spec_name: Some(variant.name.clone()),
                    docs: variant.docs.clone(),
                    at: variant.span,
                };
                let types = match variants.first().map(|variant| &variant.value) {
                    Some(Literal::Int(_)) => "integer",
                    _ => "string",
                };
                let values = Values { list: variants.iter().map(value).collect(), open: !closed };
                Shape { types: vec![types.to_owned()], values: Some(values), ..base }
            }
            TypeDefKind::Union { tag, variants, .. } => {
                let mapping = variants.iter().map(|variant| (variant.tag.clone(), variant.name.clone())).collect();
                let tag = tag.as_ref().map(|tag| Tag { property: tag.clone(), mapping, at: definition.span });
                let one_of = variants.iter().map(|variant| self.used(&variant.ty, variant.span)).collect();
                Shape { one_of, tag, ..base }
            }
        }
    }

    /// Fields as an object. What is not named is kept, so the object is open.
    pub(super) fn structure(&mut self, base: Shape, fields: &[model::Field]) -> Shape {
        let named = fields.iter().filter(|field| !field.rest);
        let fields = named.map(|field| Field {
            name: field.wire.clone(),
            spec_name: Some(field.name.clone()),
            required: !field.optional,
            what: self.of_field(field),
            at: field.span,
        });
        Shape { fields: fields.collect(), types: vec!["object".into()], ..base }
    }

    /// What stands around a type in an answer: `[Project] at data` is an object with a member `data`.
    pub(super) fn within(&mut self, what: Use, path: &[String]) -> Use {
        path.iter().rev().fold(what, |what, name| {
            let at = what.at;
            let field = Field { name: name.clone(), spec_name: None, required: true, what, at };
            let shape = Shape { types: vec!["object".into()], fields: vec![field], at: Some(at), ..Shape::default() };
            let life = crate::change::surface::Life::default();
            Use {
                shape: self.add(shape),
                nullable: false,
                default: None,
                read_only: false,
                write_only: false,
                life,
                docs: String::new(),
                at,
            }
        })
    }

    /// A value that never differs.
    pub(super) fn constant(&mut self, literal: &Literal, at: Span) -> Use {
        let shape = Shape { constant: Some(literal_text(literal)), at: Some(at), ..Shape::default() };
        let life = crate::change::surface::Life::default();
        Use { shape: self.add(shape), nullable: false, default: None, read_only: false, write_only: false, life, docs: String::new(), at }
    }
}

fn bounds(ty: &Type, at: Span) -> Vec<Bound> {
    let (bounds, low, high): (&Bounds, &'static str, &'static str) = match ty {
        Type::String(bounds) => (bounds, "minLength", "maxLength"),
        Type::Int(bounds) | Type::Float(bounds) | Type::Decimal(bounds) => (bounds, "minimum", "maximum"),
        Type::List(_, bounds) => (bounds, "minItems", "maxItems"),
        Type::Map(_, bounds) => (bounds, "minProperties", "maxProperties"),
        _ => return Vec::new(),
    };
    let one = |keyword: &'static str, value: &Option<String>| value.as_ref().map(|value| Bound { keyword, value: value.clone(), at });
    let unique = bounds.unique.then(|| Bound { keyword: "uniqueItems", value: "true".into(), at });
    [one(low, &bounds.min), one(high, &bounds.max), one("pattern", &bounds.pattern), unique].into_iter().flatten().collect()
}

/// A literal as JSON text.
pub(super) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => crate::diagnostics::json_value::Json::text(text.as_str()).to_string(),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}
