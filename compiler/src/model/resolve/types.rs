//! Type expressions and the items that define types. A struct, union or choice of literals written in place becomes a type
//! of its own, named after where it stands.

use super::bounds::Bounded;
use super::items::{Definition, Items, Placed};
use super::names::{pascal, snake};
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{EnumVariant, Literal, Symbol, Type, TypeDef, TypeDefKind, UnionVariant};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, TypeExpr, TypeKind, Value, ValueKind};

const DATE_FORMATS: [&str; 4] = ["epoch", "epoch_ms", "rfc3339", "%…"];
const DATETIME_FORMATS: [&str; 5] = ["epoch", "epoch_ms", "rfc3339", "rfc2822", "%…"];
const DURATION_FORMATS: [&str; 3] = ["iso8601", "seconds", "millis"];
const BYTES_FORMATS: [&str; 3] = ["base64", "base64url", "hex"];

/// Stands for an enum's value that could not be read: no value is a boolean, so rules pass it over.
const UNKNOWN_VALUE: Literal = Literal::Bool(false);

impl<'a> Resolver<'a> {
    /// Defines every type, enum and union, then reads the defaults of their fields.
    pub(super) fn define_types(&mut self, items: &Items<'a>) {
        for placed in &items.types {
            self.define(placed);
        }
        self.settle_defaults();
    }

    fn define(&mut self, placed: &Placed<'a, Definition<'a>>) {
        let (name, head) = (placed.item.name(), placed.item.head());
        let on = self.placed_versions(&placed.heads, head);
        let site = Site { group: placed.group.clone(), name: pascal(&name.value), label: name.value.clone(), on };
        let Some(symbol) = self.type_table.find(&placed.group, &name.value) else { return };
        let index = self.types.len();
        let life = self.life(head, &placed.group, name);
        let docs = super::docs(&head.docs);
        self.types.push(TypeDef { symbol, docs, on, life, kind: TypeDefKind::Struct(Vec::new()), inline: false, span: name.span });
        self.definitions.entry(symbol).or_default().push(index);
        self.types[index].kind = match placed.item {
            Definition::Struct(item) => self.structure(index, item, &site),
            Definition::Enum(item) => self.enumeration(item, &site),
            Definition::Union(item) => self.union(item, &site),
        };
    }

    fn structure(&mut self, index: usize, item: &'a ast::TypeItem, site: &Site) -> TypeDefKind {
        let mut written = self.members(&item.fields, site);
        for name in &item.with {
            let Some(mixin) = self.mixin(name) else { continue };
            if mixin.fields.is_empty() {
                self.report(gives_nothing(name, mixin, "fields { … }"));
            }
            let mixed = self.members(&mixin.fields, &mixin_site(mixin, site));
            written.extend(mixed);
        }
        self.names_differ(written.iter().map(|(_, field)| *field));
        let fields = written.into_iter().enumerate().map(|(at, (resolved, field))| {
            self.pending_defaults.extend(field.default.as_ref().map(|value| (index, at, value)));
            resolved
        });
        TypeDefKind::Struct(fields.collect())
    }

    fn members(&mut self, fields: &'a [ast::Field], site: &Site) -> Vec<(crate::model::Field, &'a ast::Field)> {
        fields.iter().map(|field| (self.field(field, site), field)).collect()
    }

    fn enumeration(&mut self, item: &'a ast::EnumItem, site: &Site) -> TypeDefKind {
        let scope = scope_of(site);
        let mut variants: Vec<EnumVariant> = Vec::new();
        for variant in &item.variants {
            let on = self.versions(&variant.head, site.on);
            if let Some(first) = variants.iter().find(|one| one.name == variant.name.value && !one.on.and(on).is_empty()) {
                let first = first.span;
                self.report(name_twice("value", &variant.name, first));
            }
            let value = self.enum_value(variant);
            variants.push(EnumVariant {
                name: variant.name.value.clone(),
                value,
                docs: super::docs(&variant.head.docs),
                on,
                life: self.life(&variant.head, &scope, &variant.name),
                span: variant.name.span,
                origin: variant.name.span,
            });
        }
        TypeDefKind::Enum { closed: item.closed, variants }
    }

    pub(super) fn enum_value(&mut self, variant: &ast::Variant) -> Literal {
        let Some(value) = &variant.value else { return Literal::Text(variant.name.value.clone()) };
        literal(value).filter(|literal| !matches!(literal, Literal::Bool(_))).unwrap_or_else(|| {
            let problem = Diagnostic::new(codes::BAD_ENUM_VALUE, value.span, "a value of an enum is text or a whole number");
            self.report(match too_large(value) {
                true => problem.here("too large").help(TOO_LARGE),
                false => problem
                    .here("neither text nor a whole number")
                    .help(format!("write `{} = \"…\"` or `{} = 1`", variant.name.value, variant.name.value)),
            });
            UNKNOWN_VALUE
        })
    }

    fn union(&mut self, item: &'a ast::UnionItem, site: &Site) -> TypeDefKind {
        self.names_differ(item.variants.iter());
        let variants = item.variants.iter().map(|variant| {
            let on = self.versions(&variant.head, site.on);
            let inner = Site { on, ..site.clone() };
            UnionVariant {
                name: variant.name.value.clone(),
                tag: variant.wire.as_ref().map_or(&variant.name.value, |tag| &tag.value).clone(),
                ty: self.ty(&variant.ty, &inner, &variant.name.value),
                docs: super::docs(&variant.head.docs),
                on,
                life: self.life(&variant.head, &scope_of(site), &variant.name),
                span: variant.name.span,
            }
        });
        let variants = variants.collect();
        TypeDefKind::Union { tag: item.tag.as_ref().map(|tag| tag.value.clone()), closed: item.closed, variants }
    }

    /// A type where one is expected. `hint` is the name of the field around it, for types written in place.
    pub(super) fn ty(&mut self, expr: &'a TypeExpr, site: &Site, hint: &str) -> Type {
        let bounds = expr.bounds.as_ref();
        match &expr.kind {
            TypeKind::Name(path) => self.named(path, bounds, site),
            TypeKind::List(item) => {
                let item = self.ty(item, site, hint);
                Type::List(Box::new(item), self.bounds(bounds, Bounded::Items, "a list"))
            }
            TypeKind::Map(item) => {
                let item = self.ty(item, site, hint);
                Type::Map(Box::new(item), self.bounds(bounds, Bounded::Entries, "a map"))
            }
            TypeKind::Id(of) => {
                self.bounds(bounds, Bounded::Nothing, "id");
                Type::Id(of.value.clone())
            }
            TypeKind::Literal(value) => self.literal_type(value),
            TypeKind::Null => {
                self.report(null_alone(expr.span));
                Type::UNKNOWN
            }
            TypeKind::Either(parts) => self.either(parts, expr.span, site, hint),
            TypeKind::Struct(fields) => self.inline_struct(fields, expr.span, site, hint),
        }
    }

    fn named(&mut self, path: &'a [Ident], bounds: Option<&ast::Bounds>, site: &Site) -> Type {
        if let [only] = path
            && let Some(builtin) = self.builtin(&only.value, bounds)
        {
            return builtin;
        }
        let symbol = self.find_type(&site.group, path);
        if symbol.is_some() {
            self.bounds(bounds, Bounded::Nothing, &path[path.len() - 1].value);
        }
        symbol.map_or(Type::UNKNOWN, Type::Named)
    }

    fn builtin(&mut self, name: &str, written: Option<&ast::Bounds>) -> Option<Type> {
        Some(match name {
            "string" => Type::String(self.bounds(written, Bounded::Text, name)),
            "int" => Type::Int(self.bounds(written, Bounded::Whole, name)),
            "float" => Type::Float(self.bounds(written, Bounded::Number, name)),
            "decimal" => Type::Decimal(self.bounds(written, Bounded::Number, name)),
            "date" => Type::Date(self.format(written, name, &DATE_FORMATS, "rfc3339")),
            "datetime" => Type::DateTime(self.format(written, name, &DATETIME_FORMATS, "rfc3339")),
            "duration" => Type::Duration(self.format(written, name, &DURATION_FORMATS, "iso8601")),
            "bytes" => Type::Bytes(self.format(written, name, &BYTES_FORMATS, "base64")),
            _ => {
                let plain = unbounded(name)?;
                self.bounds(written, Bounded::Nothing, name);
                plain
            }
        })
    }

    fn literal_type(&mut self, value: &Value) -> Type {
        literal(value).map_or_else(
            || {
                let problem =
                    Diagnostic::new(codes::BAD_LITERAL_TYPE, value.span, "only text, whole numbers and booleans can stand as a type");
                self.report(match too_large(value) {
                    true => problem.here("too large").help(TOO_LARGE),
                    false => {
                        problem.here("cannot be a type").help("write a literal such as `\"asc\"`, `1` or `true`, or the name of a type")
                    }
                });
                Type::UNKNOWN
            },
            Type::Literal,
        )
    }

    fn either(&mut self, parts: &'a [TypeExpr], span: Span, site: &Site, hint: &str) -> Type {
        let is_null = |part: &&TypeExpr| matches!(part.kind, TypeKind::Null);
        let nullable = parts.iter().any(|part| is_null(&part));
        let others: Vec<&'a TypeExpr> = parts.iter().filter(|part| !is_null(part)).collect();
        let ty = match others.as_slice() {
            [] => {
                self.report(null_alone(span));
                Type::UNKNOWN
            }
            [only] => self.ty(only, site, hint),
            many if many.iter().all(choosable) => self.inline_enum(many, span, site, hint),
            many => self.inline_union(many, span, site, hint),
        };
        if nullable && !matches!(ty, Type::Nullable(_)) { Type::Nullable(Box::new(ty)) } else { ty }
    }

    fn inline_struct(&mut self, fields: &'a [ast::Field], span: Span, site: &Site, hint: &str) -> Type {
        self.inline(span, site, hint, |resolver, index, inner| {
            let written = resolver.members(fields, inner);
            resolver.names_differ(fields.iter());
            let fields = written.into_iter().enumerate().map(|(at, (resolved, field))| {
                resolver.pending_defaults.extend(field.default.as_ref().map(|value| (index, at, value)));
                resolved
            });
            TypeDefKind::Struct(fields.collect())
        })
    }

    fn inline_enum(&mut self, parts: &[&'a TypeExpr], span: Span, site: &Site, hint: &str) -> Type {
        self.inline(span, site, hint, |_, _, inner| {
            let values = parts.iter().filter_map(|part| Some((literal_of(part)?, part.span)));
            let variants = values.enumerate().map(|(at, (value, span))| EnumVariant {
                name: value_name(&value, at),
                value,
                docs: String::new(),
                on: inner.on,
                life: None,
                span,
                origin: span,
            });
            TypeDefKind::Enum { closed: false, variants: variants.collect() }
        })
    }

    fn inline_union(&mut self, parts: &[&'a TypeExpr], span: Span, site: &Site, hint: &str) -> Type {
        self.inline(span, site, hint, |resolver, _, inner| {
            let mut variants: Vec<UnionVariant> = Vec::new();
            for part in parts {
                let name = free_name(part_name(part), &variants);
                let ty = resolver.ty(part, inner, &name);
                variants.push(UnionVariant { tag: name.clone(), name, ty, docs: String::new(), on: inner.on, life: None, span: part.span });
            }
            TypeDefKind::Union { tag: None, closed: false, variants }
        })
    }

    /// Defines a type that is written in place; the same place gives the same type.
    fn inline(&mut self, span: Span, site: &Site, hint: &str, kind: impl FnOnce(&mut Self, usize, &Site) -> TypeDefKind) -> Type {
        if let Some(symbol) = self.inline.get(&span) {
            return Type::Named(*symbol);
        }
        let label = if hint.is_empty() { site.label.clone() } else { format!("{}.{hint}", site.label) };
        let inner = Site { name: format!("{}{}", site.name, pascal(hint)), label, ..site.clone() };
        let symbol = self.inline_symbol(&inner);
        self.place_inline(symbol, &inner, span);
        self.inline.insert(span, symbol);
        let index = self.types.len();
        let docs = format!("What `{}` holds.", inner.label);
        let empty = TypeDefKind::Struct(Vec::new());
        self.types.push(TypeDef { symbol, docs, on: inner.on, life: None, kind: empty, inline: true, span });
        self.definitions.entry(symbol).or_default().push(index);
        self.types[index].kind = kind(self, index, &inner);
        Type::Named(symbol)
    }

    /// The definitions that a symbol has.
    pub(super) fn definitions_of(&self, symbol: Symbol) -> impl Iterator<Item = &TypeDef> {
        self.definitions.get(&symbol).into_iter().flatten().map(|index| &self.types[*index])
    }

    /// The mixin of this name; taking it in counts as use.
    pub(super) fn mixin(&mut self, name: &'a Ident) -> Option<&'a ast::Mixin> {
        self.used_mixins.insert(&name.value);
        let found = self.mixins.get(name.value.as_str()).copied();
        if found.is_none() {
            let mut known: Vec<&str> = self.mixins.keys().copied().collect();
            known.sort_unstable();
            self.report(super::unknown::unknown(codes::UNKNOWN_MIXIN, name, "mixin", known));
        }
        found
    }

    /// Every mixin is taken in by something.
    pub(super) fn mixins_are_used(&mut self, items: &Items<'a>) {
        for mixin in &items.mixins {
            if !self.used_mixins.contains(mixin.name.value.as_str()) {
                self.report(
                    Diagnostic::new(codes::UNUSED_MIXIN, mixin.name.span, format!("nothing takes in the mixin `{}`", mixin.name.value))
                        .here("never used")
                        .help(format!("write `with {}` after the name of a module or type, or delete it", mixin.name.value))
                        .replace("delete the mixin", mixin.span, ""),
                );
            }
        }
    }
}

/// The site of what a mixin says, in the versions of who takes it in.
pub(super) fn mixin_site(mixin: &ast::Mixin, taker: &Site) -> Site {
    Site { group: Vec::new(), name: pascal(&mixin.name.value), label: mixin.name.value.clone(), on: taker.on }
}

/// What fields of this site have as their scope.
pub(super) fn scope_of(site: &Site) -> Vec<String> {
    site.group.iter().chain([&site.label]).cloned().collect()
}

/// A mixin that has nothing for who takes it in.
pub(super) fn gives_nothing(name: &Ident, mixin: &ast::Mixin, wanted: &str) -> Diagnostic {
    Diagnostic::new(codes::MIXIN_GIVES_NOTHING, name.span, format!("the mixin `{}` has nothing to take in here", name.value))
        .here(format!("has no `{wanted}`"))
        .also(mixin.name.span, "declared here")
        .help("types take in `fields { … }`; modules take in everything else")
}

/// A name that is given twice within one thing.
pub(super) fn name_twice(what: &str, name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::new(codes::NAME_TWICE, name.span, format!("the {what} `{}` is given twice", name.value))
        .here("given again here")
        .also(first, "first given here")
        .help("give one of them another name, or delete one")
}

/// The literal that a value is, if it can stand as a type or a constant.
pub(super) fn literal(value: &Value) -> Option<Literal> {
    match &value.kind {
        ValueKind::Text(text) => Some(Literal::Text(text.clone())),
        ValueKind::Number(number) => number.parse().ok().map(Literal::Int),
        ValueKind::Bool(value) => Some(Literal::Bool(*value)),
        _ => None,
    }
}

fn literal_of(part: &TypeExpr) -> Option<Literal> {
    if let TypeKind::Literal(value) = &part.kind { literal(value) } else { None }
}

const TOO_LARGE: &str =
    "whole numbers go from `-9223372036854775808` to `9223372036854775807`; write it as text if it is none to count with";

/// A whole number that does not fit 64 bits.
fn too_large(value: &Value) -> bool {
    let ast::ValueKind::Number(text) = &value.kind else { return false };
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_err()
}

fn choosable(part: &&TypeExpr) -> bool {
    matches!(literal_of(part), Some(Literal::Text(_) | Literal::Int(_)))
}

pub(crate) fn value_name(value: &Literal, at: usize) -> String {
    match value {
        Literal::Text(text) => Some(snake(text)).filter(|name| name.starts_with(|c: char| c.is_alphabetic())),
        Literal::Int(number) if *number >= 0 => Some(format!("value_{number}")),
        _ => None,
    }
    .unwrap_or_else(|| format!("value_{}", at + 1))
}

/// What a part of `A | B` is called: after its type.
fn part_name(part: &TypeExpr) -> String {
    match &part.kind {
        TypeKind::Name(path) => path.last().map_or_else(String::new, |name| snake(&name.value)),
        TypeKind::List(item) => format!("{}_list", part_name(item)),
        TypeKind::Map(item) => format!("{}_map", part_name(item)),
        TypeKind::Id(of) => format!("{}_id", snake(&of.value)),
        TypeKind::Literal(value) => literal(value).map_or_else(String::new, |value| value_name(&value, 0)),
        TypeKind::Struct(_) => "object".to_owned(),
        TypeKind::Either(_) => "either".to_owned(),
        TypeKind::Null => "null".to_owned(),
    }
}

fn free_name(name: String, taken: &[UnionVariant]) -> String {
    let mut free = name.clone();
    let mut number = 1;
    while taken.iter().any(|variant| variant.name == free) {
        number += 1;
        free = format!("{name}_{number}");
    }
    free
}

fn unbounded(name: &str) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "time" => Type::Time,
        "uuid" => Type::Uuid,
        "url" => Type::Url,
        "json" => Type::Json,
        "secret" => Type::Secret,
        "host" => Type::Host,
        "file" => Type::File,
        _ => return None,
    })
}

fn null_alone(span: Span) -> Diagnostic {
    Diagnostic::new(codes::NULL_ALONE, span, "`null` alone is not a type")
        .here("always null")
        .help("write `T | null`, or `json` for a member that holds anything")
}
