//! Repeating calls.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::RetryClass;

/// POST acts once per call: it is repeated only with a key that the server knows it by. PATCH is not repeated unless asked.
///
/// `retry safe` is not questioned: it is the author's word that the call only reads. Neither is `retry idempotent` on a PATCH
/// that sets values (RFC 5789, 2).
pub(super) fn unsafe_calls_are_not_repeated(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        let acts = module.method == "POST";
        let Some(span) = module.spans.retry.filter(|_| acts && module.retry == RetryClass::Idempotent) else { continue };
        checker.report(
            Diagnostic::new(codes::UNSAFE_RETRY, span, format!("`{}` does its work again each time it is sent", module.method))
                .here("repeated without a key")
                .also(module.spans.method, "acts once per call")
                .help("write `retry key header \"Idempotency-Key\"` if the API knows such a key, or `retry never`")
                .help("a call that only reads is `retry safe`")
                .replace("send an idempotency key", span, "key header \"Idempotency-Key\""),
        );
    }
}
