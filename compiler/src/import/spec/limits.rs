//! How often one may call, by the headers and statuses that a document shows.

use super::literals::quoted;
use crate::import::document::{Operation, Parameter};

/// What calls that were refused for being too many say, and the limits that answers tell of.
pub(super) fn told(operations: &[&Operation<'_>]) -> (Option<String>, Vec<String>) {
    let answers = || operations.iter().flat_map(|one| &one.answers);
    let headers = || answers().flat_map(|answer| &answer.headers);
    let after = headers().find(|header| header.name.eq_ignore_ascii_case("retry-after"));
    let refused = answers().any(|answer| answer.status == "429");
    let retry = (refused || after.is_some()).then(|| {
        let honour = after.map_or_else(String::new, |header| format!(" honour {}", quoted(header.name)));
        format!("429, 5xx{honour}")
    });
    (retry, by_headers(headers()).into_iter().collect())
}

/// `X-RateLimit-Remaining` with `X-RateLimit-Reset`, and their kin.
fn by_headers<'h, 'n: 'h>(headers: impl Iterator<Item = &'h Parameter<'n>> + Clone) -> Option<String> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "");
    let is = |header: &&Parameter<'_>, word: &str| plain(header.name).ends_with(word) && plain(header.name).contains("limit");
    let remaining = headers.clone().find(|header| is(header, "remaining"))?;
    let reset = headers.clone().find(|header| is(header, "reset"))?;
    let said = reset.description.to_lowercase();
    let epoch = ["epoch", "unix", "timestamp", "utc"].iter().any(|word| said.contains(word));
    let kind = if epoch || !said.contains("second") { "epoch" } else { "delta" };
    Some(format!("by headers remaining {} reset {kind} {}", quoted(remaining.name), quoted(reset.name)))
}
