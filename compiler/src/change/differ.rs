//! The differ: two surfaces compared.
//!
//! ```text
//! spec ───────────▶ surface ─┐
//!                            ├─▶ diff ─▶ report ─▶ text, JSON, Markdown, SARIF
//! API description ▶ surface ─┘
//! ```
//! A surface is neutral, so a spec can be compared with a description. Comparing draws no conclusion from where a surface came from,
//! except that a spec covers a part only.

use super::findings::{Class, Cost, Finding, Part, Report, Side, registry};
use super::options::Options;
use super::surface::{Origin, Surface};

/// Compares two surfaces.
pub fn diff(old: &Surface, new: &Surface, options: &Options) -> Report {
    let (findings, types) = super::operations::compare(old, new, options);
    let mut report = Report { findings, types, old: old.sources.clone(), new: new.sources.clone(), titles: (title(old), title(new)) };
    report.findings.extend(version_summary(old, new, &report));
    sort(&mut report);
    report
}

fn title(surface: &Surface) -> String {
    [surface.title.as_str(), surface.version.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a new version amounts to, of a spec that knows of versions.
fn version_summary(old: &Surface, new: &Surface, report: &Report) -> Option<Finding> {
    let versions = old.origin == Origin::Spec && new.origin == Origin::Spec && old.version != new.version;
    if !versions || report.findings.is_empty() {
        return None;
    }
    let breaking = report.count(Class::Breaking);
    let kind = if breaking == 0 { &registry::VERSION_ADDITIVE } else { &registry::VERSION_BREAKING };
    let place = |surface: &Surface| surface.releases.iter().find(|release| release.name == surface.version).map(|release| release.place);
    let side = |surface: &Surface| Side { place: place(surface), ..Side::words(&surface.version) };
    let many = format!("{breaking} way{}", if breaking == 1 { "" } else { "s" });
    let mut finding = Finding::new(kind, &new.version, side(old), side(new)).detail(&many).at("", Part::Whole, "");
    // The whole costs what its worst part costs.
    finding.cost = report.findings.iter().filter(|one| one.class == Class::Breaking).map(|one| one.cost).max().unwrap_or(Cost::Lossless);
    Some(finding)
}

/// Worst first; of one class what forces most first; then by place.
pub(super) fn sort(report: &mut Report) {
    for finding in &mut report.findings {
        finding.sites.sort();
        finding.sites.dedup();
    }
    report.findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.class, finding.level, finding.new.place.or(finding.old.place), finding.kind.id);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)).then_with(|| a.sites.cmp(&b.sites))
    });
}
