//! Answers by status.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Answer, Decoding, Type, TypeDefKind};

/// No status has two answers, except that a single status may stand out from its class.
pub(super) fn statuses_do_not_overlap(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        for (index, answer) in module.answers.iter().enumerate() {
            if let Some(first) = module.answers[..index].iter().find(|first| overlap(first, answer)) {
                checker.report(
                    Diagnostic::new(codes::ANSWERS_OVERLAP, answer.span, "this status has an answer already")
                        .here("never looked at")
                        .also(first.span, "taken first")
                        .help("delete one of them, or put the narrower status before the class"),
                );
            }
        }
    }
}

fn overlap(first: &Answer, later: &Answer) -> bool {
    let covers = first.statuses.0 <= later.statuses.0 && later.statuses.1 <= first.statuses.1;
    covers && first.span != later.span
}

/// What is read from headers is a struct of texts and numbers.
pub(super) fn headers_are_scalars(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        for answer in module.answers.iter().filter(|answer| answer.decoding == Decoding::Headers) {
            let Some(ty) = answer.body.as_ref().filter(|ty| !super::is_unknown(ty)) else { continue };
            let wrong = match checker.definition(ty).map(|definition| &definition.kind) {
                Some(TypeDefKind::Struct(fields)) => fields.iter().find(|field| !is_scalar(checker, &field.ty)).map(|field| field.span),
                Some(_) => Some(answer.span),
                None if matches!(ty, Type::Named(_)) => None,
                None => Some(answer.span),
            };
            if let Some(span) = wrong {
                checker.report(
                    Diagnostic::new(codes::HEADERS_SCALAR, span, "a header holds one value, and this is read from headers")
                        .here("no single value")
                        .also(answer.span, "read `as headers`")
                        .help("write for example `-> { status_url \"Location\": url } as headers`, a member for each header"),
                );
            }
        }
    }
}

fn is_scalar(checker: &Checker<'_>, ty: &Type) -> bool {
    match ty {
        Type::List(..) | Type::Map(..) | Type::File | Type::Json | Type::Bytes(_) => false,
        Type::Nullable(inner) => is_scalar(checker, inner),
        Type::Named(_) => checker.definition(ty).is_none_or(|definition| matches!(definition.kind, TypeDefKind::Enum { .. })),
        _ => true,
    }
}
