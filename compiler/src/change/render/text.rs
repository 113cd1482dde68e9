//! For people: by class, then by what has to move; each finding with where it is felt, where it is written, and why it is thought so.

use std::fmt::Write;

use super::{counted, place_text, side_place};
use crate::change::findings::{Class, Finding, Level, Report};

/// The most places that are listed for one finding.
const MOST_SITES: usize = 4;

/// The whole report. With `color`, for a terminal.
pub fn text(report: &Report, color: bool) -> String {
    let mut out = String::new();
    let paint = Paint(color);
    let _ = writeln!(out, "{} → {}", paint.bold(&report.titles.0), paint.bold(&report.titles.1));
    if report.findings.is_empty() {
        out.push_str("\nNothing differs.\n");
    }
    for class in [Class::Breaking, Class::Deprecation, Class::Compatible] {
        let count = report.count(class);
        if count == 0 {
            continue;
        }
        let _ = writeln!(out, "\n{}", paint.class(class, &format!("{} ({count})", heading(class))));
        for level in [Level::Connector, Level::Connection, Level::Module, Level::None] {
            let of = |finding: &&Finding| finding.class == class && finding.level == level;
            let mut findings = report.findings.iter().filter(of).peekable();
            if findings.peek().is_some() {
                let _ = writeln!(out, "\n  {}", paint.faint(level_heading(level)));
            }
            for finding in findings {
                one(&mut out, finding, report, paint);
            }
        }
    }
    let _ = writeln!(out, "\n{}", summary(report));
    out
}

/// "3 breaking, 1 deprecation, 12 compatible"
fn summary(report: &Report) -> String {
    let counts = [Class::Breaking, Class::Deprecation, Class::Compatible].map(|class| format!("{} {}", report.count(class), class.name()));
    format!("{}: {}", counted(report.findings.len(), "finding"), counts.join(", "))
}

fn heading(class: Class) -> &'static str {
    match class {
        Class::Breaking => "Breaking",
        Class::Deprecation => "Deprecation",
        Class::Compatible => "Compatible",
    }
}

fn level_heading(level: Level) -> &'static str {
    match level {
        Level::Connector => "the whole connector moves",
        Level::Connection => "connections change",
        Level::Module => "modules change",
        Level::None => "nothing that a user sees changes",
    }
}

fn one(out: &mut String, finding: &Finding, report: &Report, paint: Paint) {
    let mark = match finding.class {
        Class::Breaking => "✗",
        Class::Deprecation => "!",
        Class::Compatible => "+",
    };
    let kind = paint.faint(&format!("[{}, {}]", finding.kind.id, finding.cost.name()));
    let _ = writeln!(out, "  {} {}  {kind}", paint.class(finding.class, mark), finding.message);
    for site in finding.sites.iter().map(|site| site.text()).filter(|text| !text.is_empty()).take(MOST_SITES) {
        let _ = writeln!(out, "      {site}");
    }
    if finding.sites.len() > MOST_SITES {
        let _ = writeln!(out, "      and in {} more", counted(finding.sites.len() - MOST_SITES, "place"));
    }
    if let Some(evidence) = &finding.evidence {
        let _ = writeln!(out, "      {} % sure: {}", evidence.confidence, evidence.reasons.join("; "));
    }
    let places = [side_place(&finding.old, &report.old), side_place(&finding.new, &report.new)];
    let places: Vec<String> = places.into_iter().flatten().map(|(sources, span)| place_text(sources, span)).collect();
    if !places.is_empty() {
        let _ = writeln!(out, "      {}", paint.faint(&places.join(" → ")));
    }
}

/// Colours, or none.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    fn class(self, class: Class, text: &str) -> String {
        match class {
            Class::Breaking => self.with("1;31", text),
            Class::Deprecation => self.with("1;33", text),
            Class::Compatible => self.with("32", text),
        }
    }
}
