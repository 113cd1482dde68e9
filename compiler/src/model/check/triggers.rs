//! Triggers: what a header tells apart is a union by that header, and a union that is told apart by a header names its trigger's.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Type, TypeDefKind};

/// A delivery whose kind stands in a header is a union by the header's name.
pub(super) fn headers_tell_variants_apart(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        let Some(webhook) = &module.webhook else { continue };
        let (Some(by), Some(answer)) = (&webhook.by, module.answers.first()) else { continue };
        let Some(body) = answer.body.as_ref().filter(|body| !super::is_unknown(body)) else { continue };
        let definition = checker.definition(body);
        let told = match (body, definition.map(|one| &one.kind)) {
            (Type::Named(_), Some(TypeDefKind::Union { tag: Some(tag), .. })) => Some(tag),
            _ => None,
        };
        if told.is_some_and(|tag| tag.eq_ignore_ascii_case(by)) {
            continue;
        }
        let problem = match told {
            Some(tag) => format!("what is delivered is told apart by `{tag}`, not by the header `{by}`"),
            None => format!("what is delivered has no variants that the header `{by}` could tell apart"),
        };
        let problem = Diagnostic::new(codes::OTHER_UNION, answer.span, problem).here("not a union by this header");
        let problem = problem.help(format!("deliver a `union Event by \"{by}\" {{ … }}`, or leave out `by header`"));
        let declared = definition.filter(|one| !one.inline).map(|one| one.span);
        checker.report(match declared {
            Some(span) => problem.also(span, "declared here"),
            None => problem,
        });
    }
}
