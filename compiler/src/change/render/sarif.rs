//! For code scanning: SARIF 2.1.0. A finding lies where it is written after the change, or before where it is gone.

use super::side_place;
use crate::change::findings::{Class, Finding, Kind, Report};
use crate::diagnostics::json_value::Json;
use crate::diagnostics::sarif::{artifact, log, message, region};

/// One log with one run.
pub fn sarif(report: &Report) -> String {
    let mut rules: Vec<&'static Kind> = report.findings.iter().map(|finding| finding.kind).collect();
    rules.sort_by_key(|kind| kind.id);
    rules.dedup_by_key(|kind| kind.id);
    let results = report.findings.iter().map(|finding| result(finding, report, &rules));
    log(rules.iter().map(|kind| rule(kind)).collect(), results.collect())
}

fn rule(kind: &Kind) -> Json {
    let words = kind.id.replace('-', " ");
    Json::Object(vec![
        ("id", Json::text(kind.id)),
        ("shortDescription", message(words)),
        ("defaultConfiguration", Json::Object(vec![("level", Json::text(level(kind.class)))])),
    ])
}

fn level(class: Class) -> &'static str {
    match class {
        Class::Breaking => "error",
        Class::Deprecation => "warning",
        Class::Compatible => "note",
    }
}

fn result(finding: &Finding, report: &Report, rules: &[&'static Kind]) -> Json {
    let mut lines = vec![finding.message.clone()];
    lines.extend(finding.sites.iter().take(10).map(|site| site.text()).filter(|text| !text.is_empty()));
    lines.extend(finding.evidence.as_ref().map(|evidence| format!("{} % sure: {}", evidence.confidence, evidence.reasons.join("; "))));
    let (old, new) = (side_place(&finding.old, &report.old), side_place(&finding.new, &report.new));
    let main = new.or(old);
    let other = new.and(old);
    let location = |(sources, span): (&crate::source::Sources, crate::source::Span)| {
        let physical = vec![("artifactLocation", artifact(span, sources)), ("region", region(span, sources))];
        Json::Object(vec![("physicalLocation", Json::Object(physical))])
    };
    let index = rules.binary_search_by_key(&finding.kind.id, |kind| kind.id).unwrap_or_default();
    let mut members = vec![
        ("ruleId", Json::text(finding.kind.id)),
        ("ruleIndex", Json::Number(index)),
        ("level", Json::text(level(finding.class))),
        ("message", message(lines.join("\n"))),
        ("locations", Json::List(main.into_iter().map(location).collect())),
    ];
    members.extend(other.map(|place| ("relatedLocations", Json::List(vec![location(place)]))));
    Json::Object(members)
}
