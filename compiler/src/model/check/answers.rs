//! Answers by status.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::Answer;

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
