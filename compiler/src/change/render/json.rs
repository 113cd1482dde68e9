//! For tools: one JSON object with all findings, whole.

use super::side_place;
use crate::change::findings::{Class, Finding, Part, Report, Side, Site};
use crate::diagnostics::json_value::Json;
use crate::source::{Sources, Span};

/// One object without a line end. Lines and columns count from 1; offsets are bytes from 0.
pub fn json(report: &Report) -> String {
    let counts = [("breaking", Class::Breaking), ("deprecation", Class::Deprecation), ("compatible", Class::Compatible)];
    Json::Object(vec![
        ("old", Json::text(&report.titles.0)),
        ("new", Json::text(&report.titles.1)),
        ("counts", Json::Object(counts.map(|(name, class)| (name, Json::Number(report.count(class)))).into())),
        ("findings", Json::List(report.findings.iter().map(|finding| one(finding, report)).collect())),
    ])
    .to_string()
}

fn one(finding: &Finding, report: &Report) -> Json {
    let mut members = vec![
        ("id", Json::text(finding.kind.id)),
        ("class", Json::text(finding.class.name())),
        ("level", Json::text(finding.level.name())),
        ("cost", Json::text(finding.cost.name())),
        ("message", Json::text(&finding.message)),
        ("name", Json::text(&finding.name)),
        ("old", side(&finding.old, &report.old)),
        ("new", side(&finding.new, &report.new)),
    ];
    if let Some(evidence) = &finding.evidence {
        let reasons = Json::List(evidence.reasons.iter().map(Json::text).collect());
        members.push(("evidence", Json::Object(vec![("confidence", Json::Number(evidence.confidence.into())), ("reasons", reasons)])));
    }
    members.push(("sites", Json::List(finding.sites.iter().map(site).collect())));
    Json::Object(members)
}

fn side(side: &Side, sources: &Sources) -> Json {
    let mut members = Vec::new();
    if !side.text.is_empty() {
        members.push(("text", Json::text(&side.text)));
    }
    members.extend(side.ty.as_ref().map(|ty| ("type", Json::text(ty))));
    members.extend(side.spec_name.as_ref().map(|name| ("spec_name", Json::text(name))));
    if !side.path.is_empty() {
        members.push(("path", Json::text(&side.path)));
    }
    members.extend(side_place(side, sources).map(|(sources, span)| ("place", place(sources, span))));
    Json::Object(members)
}

fn place(sources: &Sources, span: Span) -> Json {
    let file = sources.file(span.file);
    let (line, column) = file.line_column(span.start);
    Json::Object(vec![
        ("file", Json::text(&file.name)),
        ("line", Json::Number(line)),
        ("column", Json::Number(column)),
        ("offset", Json::Number(span.start as usize)),
        ("length", Json::Number((span.end - span.start) as usize)),
    ])
}

fn site(site: &Site) -> Json {
    let (part, name, media) = match &site.part {
        Part::Whole => ("whole", "", ""),
        Part::Parameter(name) => ("parameter", name.as_str(), ""),
        Part::Body(media) => ("body", "", media.as_str()),
        Part::Answer(status, media) => ("response", status.as_str(), media.as_str()),
        Part::Header(status, name) => ("header", status.as_str(), name.as_str()),
        Part::Security(name) => ("security", name.as_str(), ""),
    };
    let all = [("operation", site.operation.as_str()), ("part", part), ("of", name), ("in", media), ("path", site.path.as_str())];
    Json::Object(all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, Json::text(text))).collect())
}
