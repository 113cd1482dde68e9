//! Choices that are tried in order: which can be told apart at all, and which must come first. What tells choices apart by a member is
//! `unions`'s.

use std::collections::HashSet;

use super::maker::{Hint, Maker};
use super::names::Names;
use super::notes::Subject;
use super::plan::{Bounds, Type, TypeKind, Value, What};
use super::unions::Choice;
use super::words::snake;
use crate::import::schema::SchemaId;
use crate::source::Span;

impl Maker<'_, '_> {
    /// Choices in an order in which each can be reached; those that another takes whole are left out.
    pub(super) fn reachable(&mut self, made: Vec<Choice>, hint: &Hint, at: Span) -> Vec<Choice> {
        let mut flat: Vec<Choice> = Vec::new();
        for one in made {
            match flat.iter_mut().find(|other| same_kind(&other.what.ty, &one.what.ty)) {
                Some(other) => other.what.ty = wider(other.what.ty.clone(), one.what.ty),
                None => flat.push(one),
            }
        }
        if flat.iter().any(|one| one.what.ty == Type::json()) {
            let kept: Vec<SchemaId> = flat.iter().filter_map(|one| one.schema).collect();
            kept.into_iter().for_each(|id| self.carry_all(id));
            self.note(Subject::Schema, at, "one of the choices may be anything, so `json` stands for all of them");
            return vec![Choice { name: "any".into(), schema: None, what: What::of(Type::json()), docs: String::new() }];
        }
        self.join_texts(&mut flat, hint);
        self.join_alike(&mut flat, hint, at);
        flat.sort_by_key(|one| self.rank(&one.what.ty));
        flat
    }

    /// Open enums take any text: several of them, or one and plain text, are one enum.
    fn join_texts(&mut self, flat: &mut Vec<Choice>, hint: &Hint) {
        let text_enum = |maker: &Self, ty: &Type| matches!(ty, Type::Named(id) if matches!(&maker.types[id.0 as usize].kind, TypeKind::Enum(values) if values.iter().all(|value| value.wire.starts_with('"'))));
        let constant = |ty: &Type| matches!(ty, Type::Literal(text) if text.starts_with('"'));
        let plain = |ty: &Type| matches!(ty, Type::Scalar("string" | "secret", _));
        // Whatever takes unknown values takes the empty one too.
        let blank = |maker: &Self, ty: &Type| matches!(ty, Type::Named(id) if matches!(&maker.types[id.0 as usize].kind, TypeKind::Enum(values) if matches!(&values[..], [only] if only.wire == "\"\"")));
        if flat.iter().any(|one| text_enum(self, &one.what.ty) && !blank(self, &one.what.ty)) {
            flat.retain(|one| !blank(self, &one.what.ty));
        }
        let enums = flat.iter().filter(|one| text_enum(self, &one.what.ty)).count();
        let constants = flat.iter().filter(|one| constant(&one.what.ty)).count();
        let texts = flat.iter().filter(|one| plain(&one.what.ty)).count();
        if enums + constants + texts < 2 || enums + constants == 0 {
            return;
        }
        if enums == 1 && constants == 0 {
            flat.retain(|one| !plain(&one.what.ty));
            return;
        }
        let mut values: Vec<Value> = Vec::new();
        let mut names = Names::default();
        for one in flat.iter() {
            let own: Vec<Value> = match &one.what.ty {
                Type::Named(id) if text_enum(self, &one.what.ty) => match &self.types[id.0 as usize].kind {
                    TypeKind::Enum(values) => values.clone(),
                    _ => Vec::new(),
                },
                Type::Literal(text) if constant(&one.what.ty) => {
                    let name = if text == "\"\"" { "empty".to_owned() } else { snake(text.trim_matches('"'), "value") };
                    vec![Value { name, wire: text.clone(), docs: String::new(), life: None }]
                }
                _ => Vec::new(),
            };
            for value in own {
                if !values.iter().any(|known| known.wire == value.wire) {
                    values.push(Value { name: names.take(&value.name, "_"), ..value });
                }
            }
        }
        flat.retain(|one| !text_enum(self, &one.what.ty) && !constant(&one.what.ty) && !plain(&one.what.ty));
        let own = Hint::place(&self.wanted_name(hint), "value");
        let key: Vec<SchemaId> = Vec::new();
        let id = self.declare(&key, &own, "");
        self.made.remove(&key);
        self.types[id.0 as usize].kind = TypeKind::Enum(values);
        flat.push(Choice { name: "value".into(), schema: None, what: What::of(Type::Named(id)), docs: String::new() });
    }

    /// Objects of which one fits whatever fits another cannot be told apart by trying: one with the members of both stands for them.
    fn join_alike(&mut self, flat: &mut Vec<Choice>, hint: &Hint, at: Span) {
        let mut index = 0;
        while index < flat.len() {
            let hidden = (0..index).find(|first| self.hides(&flat[*first].what.ty, &flat[index].what.ty));
            match hidden.and_then(|first| self.joined(&flat[first].what.ty, &flat[index].what.ty, hint).map(|ty| (first, ty))) {
                Some((first, ty)) => {
                    self.note(Subject::Schema, at, "nothing tells these choices apart: one type has the members of all");
                    flat[first].what.ty = ty;
                    if flat[first].name != flat[index].name {
                        flat[first].name = "object".to_owned();
                    }
                    flat.remove(index);
                }
                None => index += 1,
            }
        }
    }

    /// Does whatever fits the one fit the other, whichever is tried first?
    fn hides(&self, one: &Type, other: &Type) -> bool {
        let needed = |ty: &Type| -> Option<HashSet<(String, String)>> {
            let fields = self.struct_fields(ty)?;
            let needed = fields.iter().filter(|field| !field.optional && !field.rest && field.default.is_none());
            Some(needed.map(|field| (field.wire.clone(), format!("{:?}", field.what))).collect())
        };
        // What needs more is tried first, so only what needs the same is hidden.
        matches!((needed(one), needed(other)), (Some(one), Some(other)) if one == other)
    }

    /// One struct with the members of two; none when a member has another type in each.
    fn joined(&mut self, one: &Type, other: &Type, hint: &Hint) -> Option<Type> {
        let (mut fields, more) = (self.struct_fields(one)?.to_vec(), self.struct_fields(other)?.to_vec());
        let mut names = Names::default();
        fields.iter().for_each(|field| drop(names.take(&field.name, "_")));
        for mut field in more {
            match fields.iter_mut().find(|known| known.wire == field.wire) {
                Some(known) if known.what == field.what => {}
                Some(known) if same_kind(&known.what.ty, &field.what.ty) => {
                    known.what.ty = wider(known.what.ty.clone(), field.what.ty);
                    known.what.nullable |= field.what.nullable;
                }
                Some(_) => return None,
                None => {
                    field.name = names.take(&field.name, "_");
                    fields.push(field);
                }
            }
        }
        let id = match one {
            Type::Named(id) if self.joined_types.contains(id) => *id,
            _ => {
                let name = self.wanted_name(hint);
                let id = self.declare(&[], &Hint::place(&name, "object"), "");
                self.made.remove(&Vec::new());
                self.joined_types.insert(id);
                id
            }
        };
        self.types[id.0 as usize].kind = TypeKind::Struct(fields);
        Some(Type::Named(id))
    }

    /// What asks for more comes first.
    fn rank(&self, ty: &Type) -> (u32, i64) {
        match ty {
            Type::Literal(_) => (0, 0),
            Type::Scalar("bool", _) => (1, 0),
            Type::Scalar("int", _) => (2, 0),
            Type::Scalar("float" | "decimal", _) => (3, 0),
            Type::Scalar("uuid", _) => (4, 0),
            Type::Scalar("datetime", bounds) => (4, i64::from(bounds.format.is_none())),
            Type::Scalar("date" | "time" | "duration" | "url", _) => (5, 0),
            Type::Named(id) => match &self.types[id.0 as usize].kind {
                TypeKind::Enum(values) => (if values.iter().all(|value| value.wire.starts_with('"')) { 9 } else { 2 }, 0),
                TypeKind::Struct(fields) => {
                    let needed = fields.iter().filter(|field| !field.optional && !field.rest && field.default.is_none()).count();
                    (6, -(needed as i64))
                }
                TypeKind::Union { .. } => (7, 0),
            },
            Type::List(..) => (6, -1000),
            Type::Map(_) => (8, 0),
            Type::Scalar("bytes", _) => (9, 1),
            Type::Scalar(..) | Type::Id(_) => (10, 0),
        }
    }
}

/// Are two choices one, but for their bounds?
pub(super) fn same_kind(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Scalar(a, one), Type::Scalar(b, other)) => a == b && one.format == other.format,
        (a, b) => a == b,
    }
}

/// The bounds of both do not hold for each.
pub(super) fn wider(one: Type, other: Type) -> Type {
    match (one, other) {
        (Type::Scalar(name, one), Type::Scalar(_, other)) if one != other => {
            Type::Scalar(name, Bounds { format: one.format, ..Bounds::default() })
        }
        (one, _) => one,
    }
}
