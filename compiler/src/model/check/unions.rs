//! Unions: tags that tell, and variants that can be reached.

use std::collections::{HashMap, HashSet};

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Type, TypeDef, TypeDefKind, UnionVariant};

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

/// Does every value of `later` fit `first`?
fn takes_all_of(checker: &Checker<'_>, first: &Type, later: &Type) -> bool {
    if super::is_unknown(first) || super::is_unknown(later) {
        return false;
    }
    match (first, later) {
        (Type::Json, _) => true,
        (Type::Float(_), Type::Int(_)) => true,
        (a, b) if a == b => true,
        (Type::Named(_), Type::Named(_)) => match (required(checker, first), required(checker, later)) {
            (Some(few), Some(many)) => few.iter().all(|one| many.contains(one)),
            _ => false,
        },
        _ => false,
    }
}

/// The members that a struct needs, with their types; none when it is no struct.
fn required(checker: &Checker<'_>, ty: &Type) -> Option<HashSet<(String, String)>> {
    let TypeDefKind::Struct(fields) = &checker.definition(ty)?.kind else { return None };
    let needed = fields.iter().filter(|field| !field.optional && !field.rest && field.default.is_none());
    Some(needed.map(|field: &Field| (field.wire.clone(), format!("{:?}{}", field.ty, field.nullable))).collect())
}

fn tagged<'m>(checker: &Checker<'m>) -> Vec<(&'m TypeDef, &'m Vec<UnionVariant>)> {
    let unions = checker.model.types.iter().filter_map(|definition| match &definition.kind {
        TypeDefKind::Union { tag: Some(_), variants, .. } => Some((definition, variants)),
        _ => None,
    });
    unions.collect()
}
