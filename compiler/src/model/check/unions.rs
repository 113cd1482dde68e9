//! Unions: tags that tell, and variants that can be reached.

use std::collections::HashMap;

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Literal, Type, TypeDef, TypeDefKind, UnionVariant};

/// In each version a tag stands for one variant.
pub(super) fn tags_are_unique(checker: &mut Checker<'_>) {
    for (_, variants) in tagged(checker) {
        let mut seen: HashMap<&str, Vec<&UnionVariant>> = HashMap::new();
        for variant in variants {
            let same = seen.entry(&variant.tag).or_default();
            if let Some(first) = same.iter().find(|first| first.name != variant.name && !first.on.and(variant.on).is_empty()) {
                checker.report(
                    Diagnostic::new(
                        codes::TAG_TWICE,
                        variant.span,
                        format!("the tag \"{}\" stands for both `{}` and `{}`", variant.tag, first.name, variant.name),
                    )
                    .here("the same tag again")
                    .also(first.span, "first given here")
                    .help(format!("give it its own tag: `{} \"…\": …`", variant.name)),
                );
            }
            same.push(variant);
        }
    }
}

/// A tag is a member, so what it tells apart has members.
pub(super) fn tagged_variants_are_structs(checker: &mut Checker<'_>) {
    for (definition, variants) in tagged(checker) {
        for variant in variants {
            if is_struct(checker, &variant.ty) {
                continue;
            }
            checker.report(
                Diagnostic::new(
                    codes::TAGGED_NO_STRUCT,
                    variant.span,
                    format!("the variant `{}` is no struct, so there is no place for its tag", variant.name),
                )
                .here("has no members")
                .also(definition.span, "told apart by a tag")
                .help("give it a struct, or leave `by \"…\"` out: then the variants are tried in order"),
            );
        }
    }
}

fn is_struct(checker: &Checker<'_>, ty: &Type) -> bool {
    match ty {
        Type::Json | Type::Map(..) => true,
        Type::Named(_) => checker.definition(ty).is_none_or(|definition| !matches!(definition.kind, TypeDefKind::Enum { .. })),
        _ => false,
    }
}

/// Variants are tried in order: one that takes everything that a later one takes hides it.
pub(super) fn every_variant_can_be_reached(checker: &mut Checker<'_>) {
    for definition in &checker.model.types {
        let TypeDefKind::Union { tag: None, variants, .. } = &definition.kind else { continue };
        for (index, later) in variants.iter().enumerate() {
            let Some(first) =
                variants[..index].iter().find(|first| !first.on.and(later.on).is_empty() && takes_all_of(checker, &first.ty, &later.ty))
            else {
                continue;
            };
            checker.report(
                Diagnostic::new(
                    codes::SHADOWED_VARIANT,
                    later.span,
                    format!("`{}` is never reached: whatever fits it fits `{}`, which is tried first", later.name, first.name),
                )
                .here("never reached")
                .also(first.span, "takes it all")
                .help("put the variant that asks for more first"),
            );
        }
    }
}

/// Types nest no deeper than this where one is looked for in another; below it they are taken to differ.
const DEEP: usize = 6;

/// Does every value of `later` fit `first`?
fn takes_all_of(checker: &Checker<'_>, first: &Type, later: &Type) -> bool {
    takes(checker, first, later, DEEP)
}

fn takes(checker: &Checker<'_>, first: &Type, later: &Type, deep: usize) -> bool {
    if super::is_unknown(first) || super::is_unknown(later) || deep == 0 {
        return false;
    }
    match (first, later) {
        (Type::Json, _) | (Type::Float(_), Type::Int(_)) => true,
        (a, b) if a == b => true,
        (Type::Nullable(first), Type::Nullable(later)) => takes(checker, first, later, deep),
        (Type::Nullable(first), later) => takes(checker, first, later, deep),
        (Type::List(first, _), Type::List(later, _)) | (Type::Map(first, _), Type::Map(later, _)) => takes(checker, first, later, deep - 1),
        (Type::Named(_), Type::Named(_)) => match (members(checker, first), members(checker, later)) {
            (Some(first), Some(later)) => takes_members(checker, first, later, deep - 1),
            _ => is_text(checker, first) && is_text(checker, later),
        },
        _ => is_text(checker, first) && (matches!(later, Type::Literal(Literal::Text(_))) || is_text(checker, later)),
    }
}

/// What the first needs the later has, and what both name has a type in the first that takes that of the later.
fn takes_members(checker: &Checker<'_>, first: &[Field], later: &[Field], deep: usize) -> bool {
    first.iter().filter(|field| !field.rest).all(|field| match later.iter().find(|other| other.wire == field.wire && !other.rest) {
        Some(other) => {
            let as_often = field.optional || field.default.is_some() || !(other.optional || other.default.is_some());
            as_often && (field.nullable || !other.nullable) && takes(checker, &field.ty, &other.ty, deep)
        }
        None => field.optional || field.default.is_some(),
    })
}

/// Does it take any text? An open enum does.
fn is_text(checker: &Checker<'_>, ty: &Type) -> bool {
    let open_enum = |definition: &TypeDef| match &definition.kind {
        TypeDefKind::Enum { closed: false, variants } => variants.iter().all(|variant| matches!(variant.value, Literal::Text(_))),
        _ => false,
    };
    matches!(ty, Type::String(_)) || checker.definition(ty).is_some_and(open_enum)
}

fn members<'m>(checker: &Checker<'m>, ty: &Type) -> Option<&'m [Field]> {
    match &checker.definition(ty)?.kind {
        TypeDefKind::Struct(fields) => Some(fields),
        _ => None,
    }
}

fn tagged<'m>(checker: &Checker<'m>) -> Vec<(&'m TypeDef, &'m Vec<UnionVariant>)> {
    let unions = checker.model.types.iter().filter_map(|definition| match &definition.kind {
        TypeDefKind::Union { tag: Some(_), variants, .. } => Some((definition, variants)),
        _ => None,
    });
    unions.collect()
}
