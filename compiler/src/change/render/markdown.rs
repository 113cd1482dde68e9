//! For a pull request or a changelog: Markdown, a table per class.

use std::fmt::Write;

use super::{place_text, side_place};
use crate::change::findings::{Class, Finding, Report};

/// The most places that are listed for one finding.
const MOST_SITES: usize = 3;

/// The whole report.
pub fn markdown(report: &Report) -> String {
    let mut out = format!("## {} → {}\n", escaped(&report.titles.0), escaped(&report.titles.1));
    if report.findings.is_empty() {
        out.push_str("\nNothing differs.\n");
    }
    for (class, heading) in [(Class::Breaking, "Breaking"), (Class::Deprecation, "Deprecation"), (Class::Compatible, "Compatible")] {
        let findings: Vec<&Finding> = report.findings.iter().filter(|finding| finding.class == class).collect();
        if findings.is_empty() {
            continue;
        }
        let _ = write!(out, "\n### {heading} ({})\n\n| change | where | level | cost | kind |\n|---|---|---|---|---|\n", findings.len());
        for finding in findings {
            row(&mut out, finding, report);
        }
    }
    out
}

fn row(out: &mut String, finding: &Finding, report: &Report) {
    let mut change = escaped(&finding.message);
    if let Some(evidence) = &finding.evidence {
        let _ = write!(change, "<br>*{} % sure: {}*", evidence.confidence, escaped(&evidence.reasons.join("; ")));
    }
    let mut places: Vec<String> =
        finding.sites.iter().map(|site| escaped(&site.text())).filter(|text| !text.is_empty()).take(MOST_SITES).collect();
    if finding.sites.len() > MOST_SITES {
        places.push(format!("and {} more", finding.sites.len() - MOST_SITES));
    }
    let written = side_place(&finding.new, &report.new).or_else(|| side_place(&finding.old, &report.old));
    places.extend(written.map(|(sources, span)| format!("`{}`", place_text(sources, span))));
    let (level, cost) = (finding.level.name(), finding.cost.name());
    let _ = writeln!(out, "| {change} | {} | {level} | {cost} | `{}` |", places.join("<br>"), finding.kind.id);
}

/// What would end a cell or begin a tag. What stands between backticks is shown as it is.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
}
