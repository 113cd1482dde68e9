//! Dates of API versions and of deprecations.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Life, TypeDefKind};
use crate::syntax::ast::Date;

/// A version is released, then no longer supported, then removed.
pub(super) fn versions_live_in_order(checker: &mut Checker<'_>) {
    for api in &checker.model.apis {
        let dates = [("released", api.released), ("unsupported", api.unsupported), ("removed", api.removed)];
        let known: Vec<(&str, Date)> = dates.into_iter().filter_map(|(word, date)| Some((word, date?))).collect();
        let wrong = known.windows(2).map(|pair| (pair[0], pair[1])).find(|((_, a), (_, b))| is_after(*a, *b));
        if let Some(((before, early), (after, late))) = wrong {
            checker.report(
                Diagnostic::new(
                    codes::VERSION_DATES,
                    api.span,
                    format!("`{}` is {after} on {late} before it is {before} on {early}", api.name),
                )
                .here("these dates are out of order")
                .help("a version is first `released`, then `unsupported`, then `removed`"),
            );
        }
    }
}

/// The `api` items stand from the oldest to the newest.
pub(super) fn versions_are_released_in_order(checker: &mut Checker<'_>) {
    let released: Vec<_> = checker.model.apis.iter().filter_map(|api| Some((api, api.released?))).collect();
    for pair in released.windows(2) {
        let [(older, before), (newer, after)] = [pair[0], pair[1]];
        if is_after(before, after) {
            checker.report(
                Diagnostic::new(codes::RELEASES_OUT_OF_ORDER, newer.span, format!("`{}` was released before `{}`", newer.name, older.name))
                    .here(format!("released {after}"))
                    .also(older.span, format!("released {before}"))
                    .help("put the `api` items in order, the oldest first"),
            );
        }
    }
}

/// What is deprecated stops afterwards.
pub(super) fn deprecation_comes_before_sunset(checker: &mut Checker<'_>) {
    let dated = lives(checker).into_iter().filter_map(|life| Some((life, life.since?, life.sunset?)));
    let late: Vec<_> = dated.filter(|(_, since, sunset)| is_after(*since, *sunset)).collect();
    for (life, since, sunset) in late {
        checker.report(
            Diagnostic::new(
                codes::SUNSET_BEFORE_DEPRECATION,
                life.span,
                format!("this stops on {sunset}, before it is deprecated on {since}"),
            )
            .here("out of order")
            .help("`since` is the day it was deprecated, `sunset` the day it stops"),
        );
    }
}

fn lives<'m>(checker: &Checker<'m>) -> Vec<&'m Life> {
    let model = checker.model;
    let mut lives: Vec<&Life> = model.apis.iter().filter_map(|api| api.life.as_ref()).collect();
    for connection in &model.connections {
        lives.extend(connection.life.iter().chain(connection.fields.iter().filter_map(|field| field.life.as_ref())));
    }
    for definition in &model.types {
        lives.extend(&definition.life);
        match &definition.kind {
            TypeDefKind::Struct(fields) => lives.extend(fields.iter().filter_map(|field| field.life.as_ref())),
            TypeDefKind::Enum { variants, .. } => lives.extend(variants.iter().filter_map(|variant| variant.life.as_ref())),
            TypeDefKind::Union { variants, .. } => lives.extend(variants.iter().filter_map(|variant| variant.life.as_ref())),
        }
    }
    for module in &model.modules {
        lives.extend(module.life.iter().chain(module.inputs.iter().filter_map(|input| input.field.life.as_ref())));
    }
    lives.sort_by_key(|life| life.span);
    lives.dedup_by_key(|life| life.span);
    lives
}

/// Is `a` certainly after `b`? A month without a day may be any of its days.
fn is_after(a: Date, b: Date) -> bool {
    let first = |date: Date| (date.year, date.month, date.day.unwrap_or(1));
    let last = |date: Date| (date.year, date.month, date.day.unwrap_or(31));
    first(a) > last(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_not_after_its_days() {
        let date = |year, month, day| Date { year, month, day };
        assert!(is_after(date(2026, 2, None), date(2026, 1, Some(31))));
        assert!(!is_after(date(2026, 2, None), date(2026, 2, Some(1))));
        assert!(!is_after(date(2026, 2, Some(9)), date(2026, 2, None)));
    }
}
