//! One type where several places hold the same: documents without named schemas write the same object again and again.

use std::collections::BTreeMap;

use super::maker::Maker;
use super::plan::{Field, Spec, Type, TypeId, TypeItem, TypeKind, Variant};
use super::type_names::DULL;

/// Each round finds what became alike in the one before; types nest no deeper than this by far.
const ROUNDS: usize = 12;

impl Maker<'_, '_> {
    /// Makes one of types that hold the same, and renames all that refer to them.
    pub(super) fn share(&mut self, spec: &mut Spec) {
        let mut stands_for: Vec<TypeId> = (0..self.types.len() as u32).map(TypeId).collect();
        for _ in 0..ROUNDS {
            if !self.share_once(&mut stands_for) {
                break;
            }
        }
        self.short_names(&stands_for);
        let to = |id: TypeId| stands_for[id.0 as usize];
        self.types.iter_mut().for_each(|item| rename_item(item, &to));
        for module in &mut spec.modules {
            module.each_type_mut(&mut |ty| rename(ty, &to));
        }
        spec.fails.iter_mut().for_each(|fails| rename(&mut fails.ty, &to));
    }

    /// One round; says whether anything became one.
    fn share_once(&mut self, stands_for: &mut [TypeId]) -> bool {
        let to = |id: TypeId| stands_for[id.0 as usize];
        let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, item) in self.types.iter().enumerate().filter(|(index, _)| stands_for[*index].0 as usize == *index) {
            if let Some(structure) = structure(item, &to) {
                alike.entry(structure).or_default().push(index);
            }
        }
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for all in alike.into_values().filter(|all| all.len() > 1) {
            // A named schema stands for those that are written in place, and for one that only says that it may be null: places say that.
            let (mut kept, or_null) = self.named(&all);
            merged.extend(or_null);
            for index in all.into_iter().filter(|index| self.types[*index].inline) {
                match kept.iter().find(|other| self.same(index, **other)) {
                    Some(other) => merged.push((index, *other)),
                    None => kept.push(index),
                }
            }
        }
        for (from, other) in &merged {
            stands_for[*from] = TypeId(*other as u32);
        }
        for index in 0..stands_for.len() {
            while stands_for[stands_for[index].0 as usize] != stands_for[index] {
                stands_for[index] = stands_for[stands_for[index].0 as usize];
            }
        }
        !merged.is_empty()
    }

    /// Of types that hold the same, the named ones that stay, and those that are another "or null", each with that other.
    fn named(&self, all: &[usize]) -> (Vec<usize>, Vec<(usize, usize)>) {
        let named: Vec<usize> = all.iter().copied().filter(|index| !self.types[*index].inline).collect();
        let other = |index: usize| {
            let bare = without_null(&self.types[index].name)?;
            named.iter().copied().find(|other| self.types[*other].name == bare).map(|other| (index, other))
        };
        let or_null: Vec<(usize, usize)> = named.iter().copied().filter_map(other).collect();
        let kept = named.iter().copied().filter(|index| or_null.iter().all(|(from, _)| from != index)).collect();
        (kept, or_null)
    }

    /// Do two that hold the same also mean the same? They are called so, or described so.
    fn same(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.types[one], &self.types[other]);
        let called = |item: &TypeItem| if item.inline { item.own.clone() } else { super::words::snake(&item.name, "") };
        let dull = DULL.contains(&one.own.as_str());
        (!dull && called(one) == called(other)) || described(one) == described(other) && fields(one) >= 2
    }
}

/// `NullableUser` and `UserOrNull` without what says that it may be null.
fn without_null(name: &str) -> Option<&str> {
    let bare = name.strip_prefix("Nullable").or_else(|| name.strip_suffix("Nullable")).or_else(|| name.strip_suffix("OrNull"));
    bare.filter(|bare| bare.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// What a type holds, without words; none for what is not shared.
fn structure(item: &TypeItem, to: &dyn Fn(TypeId) -> TypeId) -> Option<String> {
    let ty = |ty: &Type| {
        let mut ty = ty.clone();
        rename(&mut ty, to);
        format!("{ty:?}")
    };
    if item.life.is_some() {
        return None;
    }
    match &item.kind {
        TypeKind::Struct(fields) => {
            let field = |field: &Field| {
                let life = field.life.is_some();
                format!("{} {} {} {} {:?} {life}", field.wire, field.optional, field.what.nullable, ty(&field.what.ty), field.default)
            };
            (!fields.is_empty()).then(|| format!("struct {}", fields.iter().map(field).collect::<Vec<_>>().join("\n")))
        }
        TypeKind::Enum(values) => Some(format!("enum {}", values.iter().map(|value| value.wire.as_str()).collect::<Vec<_>>().join("\n"))),
        TypeKind::Union { tag, variants } => {
            let variant = |variant: &Variant| format!("{} {:?} {}", variant.name, variant.tag, ty(&variant.ty));
            (!variants.is_empty()).then(|| format!("union {tag:?} {}", variants.iter().map(variant).collect::<Vec<_>>().join("\n")))
        }
    }
}

/// The words about what a type holds.
fn described(item: &TypeItem) -> Vec<&str> {
    match &item.kind {
        TypeKind::Struct(fields) => fields.iter().map(|field| field.docs.as_str()).collect(),
        TypeKind::Enum(values) => values.iter().map(|value| value.docs.as_str()).chain([item.docs.as_str()]).collect(),
        TypeKind::Union { variants, .. } => variants.iter().map(|variant| variant.docs.as_str()).collect(),
    }
}

fn fields(item: &TypeItem) -> usize {
    match &item.kind {
        TypeKind::Struct(fields) => fields.len(),
        TypeKind::Enum(values) => values.len(),
        TypeKind::Union { variants, .. } => variants.len(),
    }
}

fn rename(ty: &mut Type, to: &dyn Fn(TypeId) -> TypeId) {
    match ty {
        Type::Named(id) | Type::Id(id) => *id = to(*id),
        Type::List(item, _) | Type::Map(item) => rename(&mut item.ty, to),
        Type::Scalar(..) | Type::Literal(_) => {}
    }
}

fn rename_item(item: &mut TypeItem, to: &dyn Fn(TypeId) -> TypeId) {
    match &mut item.kind {
        TypeKind::Struct(fields) => fields.iter_mut().for_each(|field| rename(&mut field.what.ty, to)),
        TypeKind::Union { tag, variants } => {
            variants.iter_mut().for_each(|variant| rename(&mut variant.ty, to));
            // Of two that became one, the second would never be reached.
            let mut seen = Vec::new();
            variants.retain(|variant| {
                tag.is_some()
                    || !seen.contains(&variant.ty) && {
                        seen.push(variant.ty.clone());
                        true
                    }
            });
        }
        TypeKind::Enum(_) => {}
    }
}
