//! What calls cost.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Limit, Module};

/// A cost that no limit counts holds nothing back.
pub(super) fn costs_are_counted(checker: &mut Checker<'_>) {
    // A limit that could not be read may count them.
    if !checker.model.whole {
        return;
    }
    for module in &checker.model.modules {
        let Some(span) = module.spans.cost.filter(|_| !limits(checker, module).any(Limit::counts_points)) else { continue };
        checker.report(
            Diagnostic::new(codes::COST_UNCOUNTED, span, "no limit counts points, so this cost holds nothing back")
                .here("counted by nothing")
                .help("write `limit 1000 points per 1m per connection` in the connector, with the API's own numbers")
                .help("or, where headers say what is left: `limit by headers points remaining \"X-Left\" reset delta \"X-Reset\"`"),
        );
    }
}

/// What costs more than a whole window holds goes over the limit whenever it is sent.
pub(super) fn costs_fit_their_window(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        let (Some(span), Some(cost)) = (module.spans.cost, &module.cost) else { continue };
        let least = limits(checker, module).filter_map(|limit| match limit {
            Limit::Window { count, points: true, .. } => Some(*count),
            _ => None,
        });
        let Some(least) = least.min().filter(|least| u64::from(cost.points) > *least) else { continue };
        checker.report(
            Diagnostic::new(codes::COST_TOO_HIGH, span, format!("a call that costs {} never fits a window of {least} points", cost.points))
                .here(format!("at most {least}"))
                .help("one of the two numbers is not what the API's documentation says"),
        );
    }
}

fn limits<'m>(checker: &Checker<'m>, module: &'m Module) -> impl Iterator<Item = &'m Limit> {
    checker.model.connector.limits.iter().chain(&module.limits)
}
