//! Paging: every strategy moves, and every search ends.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Module, Page, Stop, Strategy, Type};

/// What counts is a whole number; what carries a cursor is text or an id.
pub(super) fn inputs_of_pages_have_fitting_types(checker: &mut Checker<'_>) {
    for (module, page) in paged(checker) {
        let (moved, size) = match &page.strategy {
            Strategy::Offset { advance, size } | Strategy::Number { advance, size, .. } => (Some(advance), size.as_ref()),
            _ => (None, None),
        };
        for name in moved.into_iter().chain(size) {
            let Some(field) = input(module, name) else { continue };
            if !matches!(field.ty, Type::Int(_)) && !super::is_unknown(&field.ty) {
                checker.report(wrong_type(field, page, "counts items or pages", "int"));
            }
        }
        if let Strategy::Cursor { send, .. } | Strategy::Keyset { send, .. } = &page.strategy
            && let Some(field) = input(module, send)
            && !carries_cursor(checker, &field.ty)
        {
            checker.report(wrong_type(field, page, "carries a cursor", "string"));
        }
    }
}

fn carries_cursor(checker: &Checker<'_>, ty: &Type) -> bool {
    match ty {
        Type::String(_) | Type::Id(_) | Type::Int(_) | Type::Json | Type::DateTime(_) | Type::Date(_) | Type::Uuid | Type::Decimal(_) => {
            true
        }
        Type::Named(_) => checker.definition(ty).is_none(),
        _ => false,
    }
}

fn wrong_type(field: &Field, page: &Page, role: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(codes::PAGE_INPUT_TYPE, field.span, format!("`{}` {role}, so it must be `{wanted}`", field.name))
        .here(format!("not `{wanted}`"))
        .also(page.spans.strategy, "bound to it here")
        .help(format!("write `{}: {wanted}`", field.name))
}

/// A page is short when it has fewer items than were asked for: that number must be known.
pub(super) fn short_pages_know_their_size(checker: &mut Checker<'_>) {
    for (module, page) in paged(checker) {
        if page.stop != Stop::Short {
            continue;
        }
        let size = match &page.strategy {
            Strategy::Offset { size, .. } | Strategy::Number { size, .. } => size.as_ref(),
            _ => continue,
        };
        let span = page.spans.stop.unwrap_or(page.spans.strategy);
        let Some(size) = size else {
            checker.report(
                Diagnostic::new(codes::SHORT_WITHOUT_SIZE, span, "`stop short` needs to know how many items a page was asked for")
                    .here("short of what?")
                    .help("add `size limit`, with the input that says how many items a page has, or write `stop empty`"),
            );
            continue;
        };
        if let Some(field) = input(module, size).filter(|field| field.optional && field.default.is_none()) {
            checker.report(
                Diagnostic::new(codes::SHORT_WITHOUT_SIZE, field.span, format!("`stop short` needs `{}`, which may be absent", field.name))
                    .here("may be absent")
                    .also(span, "needs it here")
                    .help(format!("give it a default, as in `{}: int = 100`, or write `stop empty`", field.name)),
            );
        }
    }
}

/// `absent` is about cursors and links; `short` is about sizes.
pub(super) fn stop_rules_fit_their_strategy(checker: &mut Checker<'_>) {
    for (_, page) in paged(checker) {
        let counts = matches!(page.strategy, Strategy::Offset { .. } | Strategy::Number { .. });
        let (rule, fits) = match page.stop {
            Stop::Absent => ("absent", !counts && !matches!(page.strategy, Strategy::Keyset { .. })),
            Stop::Short => ("short", counts),
            Stop::Empty | Stop::More(_) | Stop::Total(_) => continue,
        };
        if !fits {
            checker.report(
                Diagnostic::new(
                    codes::STOP_DOES_NOT_FIT,
                    page.spans.stop.unwrap_or(page.spans.strategy),
                    format!("`stop {rule}` never comes true with this strategy"),
                )
                .here("would page without end")
                .also(page.spans.strategy, "the strategy")
                .help(if counts {
                    "write `stop short`, `stop empty`, or `more` or `total` with a member of the answer"
                } else {
                    "write `stop empty`, or `stop more` with a member of the answer"
                }),
            );
        }
    }
}

/// Counting pages of items that move loses some and repeats others.
pub(super) fn paged_searches_have_a_stable_order(checker: &mut Checker<'_>) {
    for (module, page) in paged(checker) {
        let counts = matches!(page.strategy, Strategy::Offset { .. } | Strategy::Number { .. });
        if counts && module.order.is_none() && !has_order(module) {
            let name = checker.shown(module.symbol);
            checker.report(
                Diagnostic::new(
                    codes::UNSTABLE_ORDER,
                    page.spans.strategy,
                    format!("nothing keeps the items of `{name}` in order while pages are counted"),
                )
                .here("items that move are lost or come twice")
                .also(module.span, "this search")
                .help("write `order id` if the API sorts by that field, or `order none \"why\"`"),
            );
        }
    }
}

/// An input or constant that says how to sort counts as an order.
fn has_order(module: &Module) -> bool {
    let sorts = |name: &str| ["sort", "order"].iter().any(|word| name.to_lowercase().contains(word));
    module.constants.iter().any(|constant| sorts(&constant.name))
        || module.inputs.iter().any(|input| input.field.default.is_some() && (sorts(&input.field.name) || sorts(&input.field.wire)))
}

fn paged<'m>(checker: &Checker<'m>) -> Vec<(&'m Module, &'m Page)> {
    checker.model.modules.iter().filter_map(|module| Some((module, module.page.as_ref()?))).collect()
}

fn input<'m>(module: &'m Module, name: &str) -> Option<&'m Field> {
    module.inputs.iter().map(|input| &input.field).find(|field| field.name == name)
}
