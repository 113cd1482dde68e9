//! API versions and limits, so far as the sources tell of them.

use super::Differ;
use crate::change::findings::{Finding, Part, Side, registry};
use crate::change::options::day_number;

/// What became of the versions and limits.
pub(super) fn compare(differ: &mut Differ<'_>) {
    let (old, new, options) = (differ.comparer.old, differ.comparer.new, differ.comparer.options);
    let mut push = |finding: Finding| differ.found.push(finding.at("", Part::Whole, ""));
    for release in &new.releases {
        let before = old.releases.iter().find(|one| one.name == release.name);
        let known = before.is_some_and(|before| before.unsupported == release.unsupported);
        if let Some(date) = release.unsupported.filter(|_| !known) {
            let side = Side::new(date.to_string(), release.place);
            let old = before.map_or_else(Side::default, |before| {
                Side::new(before.unsupported.map_or_else(String::new, |date| date.to_string()), before.place)
            });
            push(Finding::new(&registry::VERSION_END_ANNOUNCED, &release.name, old, side));
        }
        let over = release.removed.zip(options.today).is_some_and(|(removed, today)| day_number(removed) <= day_number(today));
        if over && release.name == old.version {
            let text = release.removed.map_or_else(String::new, |date| date.to_string());
            let side = Side::new(text.clone(), release.place);
            push(Finding::new(&registry::VERSION_RETIRED, &release.name, Side::default(), side).detail(&format!(", since {text}")));
        }
    }
    if old.origin == new.origin && old.limits.iter().map(|(text, _)| text).ne(new.limits.iter().map(|(text, _)| text)) {
        let side = |limits: &[(String, crate::source::Span)]| match limits {
            [] => Side::words("none"),
            [(_, at), ..] => Side::new(limits.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(", "), *at),
        };
        push(Finding::new(&registry::RATE_LIMIT_CHANGED, "limits", side(&old.limits), side(&new.limits)));
    }
}
