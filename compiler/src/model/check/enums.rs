//! Enums, and unions so far as they are choices.

use std::collections::HashMap;

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{EnumVariant, Literal, TypeDefKind};

/// An enum has values and a union has variants.
pub(super) fn there_is_something_to_choose(checker: &mut Checker<'_>) {
    if !checker.model.whole {
        return;
    }
    for definition in &checker.model.types {
        let what = match &definition.kind {
            TypeDefKind::Enum { variants, .. } if variants.is_empty() => "values",
            TypeDefKind::Union { variants, .. } if variants.is_empty() => "variants",
            _ => continue,
        };
        let name = checker.shown(definition.symbol);
        checker.report(
            Diagnostic::new(codes::NO_VARIANTS, definition.span, format!("`{name}` has no {what}")).here("nothing to choose from").help(
                if what == "values" {
                    "add a value, or write `string` where it is used"
                } else {
                    "add a variant, or write `json` where it is used"
                },
            ),
        );
    }
}

/// In each version a wire value stands for one name, and all values are text or all are numbers.
pub(super) fn values_are_unique_and_of_one_kind(checker: &mut Checker<'_>) {
    for definition in &checker.model.types {
        let TypeDefKind::Enum { variants, .. } = &definition.kind else { continue };
        let mut seen: HashMap<String, Vec<&EnumVariant>> = HashMap::new();
        let read = || variants.iter().filter(|variant| !matches!(variant.value, Literal::Bool(_)));
        for variant in read() {
            let same = seen.entry(shown(&variant.value)).or_default();
            let first = same.iter().find(|first| first.name != variant.name && !first.on.and(variant.on).is_empty());
            if let Some(first) = first {
                checker.report(value_twice(variant, first));
            }
            same.push(variant);
        }
        let first = read().next();
        let other = read().find(|variant| first.is_some_and(|first| is_number(first) != is_number(variant)));
        if let (Some(first), Some(other)) = (first, other) {
            checker.report(mixed(other, first));
        }
    }
}

fn is_number(variant: &EnumVariant) -> bool {
    matches!(variant.value, Literal::Int(_))
}

fn shown(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

fn value_twice(variant: &EnumVariant, first: &EnumVariant) -> Diagnostic {
    Diagnostic::new(
        codes::ENUM_VALUE_TWICE,
        variant.span,
        format!("{} stands for both `{}` and `{}`", shown(&variant.value), first.name, variant.name),
    )
    .here("the same value again")
    .also(first.span, "first given here")
    .help("delete one of them, or give it its own value")
}

fn mixed(other: &EnumVariant, first: &EnumVariant) -> Diagnostic {
    let kind = |variant| if is_number(variant) { "a number" } else { "text" };
    Diagnostic::new(codes::MIXED_ENUM, other.span, "an enum's values are all text or all numbers")
        .here(kind(other).to_string())
        .also(first.span, kind(first).to_string())
        .help("write all values in one way; for an API that mixes them, use a union of two enums")
}
