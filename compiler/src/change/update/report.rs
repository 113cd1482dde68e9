//! What became of a spec, for people and for tools.

use std::fmt::Write;

use super::Updated;
use crate::change::edit::Open;
use crate::change::findings::{Finding, Side};
use crate::diagnostics::json_value::Json;
use crate::source::Sources;

/// How many of a kind a report for people shows where they are only remarks.
const SHOWN: usize = 10;
/// How many places of one finding.
const PLACES: usize = 3;

/// For people: what was written, what is left to them, what stays as it is, and what the spec does not cover.
pub fn text(updated: &Updated, dry: bool) -> String {
    let mut out = String::new();
    let change = updated.version.as_ref().map(|version| format!(", change {version}")).unwrap_or_default();
    let verb = if dry { "would be written" } else { "written" };
    match updated.written.len() {
        0 if updated.changed.is_empty() => out.push_str("nothing to write: the spec says what the description says\n"),
        count => drop(writeln!(out, "{} {verb}{change}", many(count, "change"))),
    }
    for finding in &updated.written {
        line(&mut out, finding, None);
    }
    if !updated.left.is_empty() {
        let _ = writeln!(out, "\nleft to you: {}", many(updated.left.len(), "thing"));
        for open in &updated.left {
            line(&mut out, &open.finding, open.why.as_deref());
            hint(&mut out, &open.finding, updated);
        }
    }
    if !updated.questions.is_empty() {
        let _ = writeln!(out, "\nto be worded by you: {}", many(updated.questions.len(), "question"));
        updated.questions.iter().for_each(|question| {
            let _ = writeln!(out, "  {question}");
        });
    }
    if !updated.kept.is_empty() {
        let _ = writeln!(out, "\nkept as the spec has it: {}", many(updated.kept.len(), "thing"));
        for finding in updated.kept.iter().take(SHOWN) {
            line(&mut out, finding, None);
            hint(&mut out, finding, updated);
        }
        rest(&mut out, updated.kept.len());
    }
    if !updated.uncovered.is_empty() {
        let _ = writeln!(out, "\nnot in the spec: {} (`--only GLOB` takes them in)", many(updated.uncovered.len(), "operation"));
        for name in updated.uncovered.iter().take(SHOWN) {
            let _ = writeln!(out, "  {name}");
        }
        rest(&mut out, updated.uncovered.len());
    }
    out
}

fn rest(out: &mut String, count: usize) {
    if count > SHOWN {
        let _ = writeln!(out, "  and {} more; `--report json` lists all", count - SHOWN);
    }
}

fn many(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

fn line(out: &mut String, finding: &Finding, why: Option<&str>) {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    let _ = writeln!(out, "  {}{why}", finding.message);
    let sites: Vec<String> = finding.sites.iter().map(|site| site.text()).filter(|text| !text.is_empty()).collect();
    for site in sites.iter().take(PLACES) {
        let _ = writeln!(out, "    {site}");
    }
    if sites.len() > PLACES {
        let _ = writeln!(out, "    and in {}", many(sites.len() - PLACES, "more place"));
    }
    if let Some(evidence) = finding.evidence.as_ref().filter(|evidence| evidence.confidence < 100) {
        let _ = writeln!(out, "    {} % sure: {}", evidence.confidence, evidence.reasons.join("; "));
    }
}

/// Where it stands, and what the description would have there.
fn hint(out: &mut String, finding: &Finding, updated: &Updated) {
    if let Some(place) = place(&finding.old, &updated.sources) {
        let _ = writeln!(out, "    {place}");
    }
    if let Some(text) = written_there(&finding.new, &updated.after) {
        let _ = writeln!(out, "    the description has it so: {text}");
    }
}

fn place(side: &Side, sources: &Sources) -> Option<String> {
    let span = side.place?;
    let (_, file) = sources.iter().find(|(id, file)| *id == span.file && file.text.len() >= span.end as usize)?;
    let (line, column) = file.line_column(span.start);
    Some(format!("{}:{line}:{column}", file.name))
}

/// The line of a fresh import, which can be pasted.
fn written_there(side: &Side, sources: &Sources) -> Option<String> {
    let span = side.place?;
    let (_, file) = sources.iter().find(|(id, file)| *id == span.file && file.text.len() >= span.end as usize)?;
    let text = file.line_text(file.line_of(span.start)).trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// For tools: one object.
pub fn json(updated: &Updated) -> String {
    let findings = |list: &[Finding]| Json::List(list.iter().map(|finding| Json::Object(one(finding, updated))).collect());
    let left = updated.left.iter().map(|Open { finding, why }| {
        let mut members = one(finding, updated);
        members.extend(why.as_ref().map(|why| ("why", Json::text(why))));
        Json::Object(members)
    });
    let names = |list: &[String]| Json::List(list.iter().map(Json::text).collect());
    let files = updated.changed.iter().map(|id| updated.sources.file(*id).name.clone()).collect::<Vec<_>>();
    let mut members = vec![("files", names(&files))];
    members.extend(updated.version.as_ref().map(|version| ("version", Json::text(version))));
    members.extend([
        ("written", findings(&updated.written)),
        ("left", Json::List(left.collect())),
        ("questions", names(&updated.questions)),
        ("kept", findings(&updated.kept)),
        ("not_in_the_spec", names(&updated.uncovered)),
    ]);
    Json::Object(members).to_string()
}

fn one(finding: &Finding, updated: &Updated) -> Vec<(&'static str, Json)> {
    let sites = finding.sites.iter().map(|site| Json::text(site.text())).collect();
    let mut members = vec![
        ("id", Json::text(finding.kind.id)),
        ("class", Json::text(finding.class.name())),
        ("message", Json::text(&finding.message)),
        ("sites", Json::List(sites)),
    ];
    members.extend(place(&finding.old, &updated.sources).map(|place| ("place", Json::text(place))));
    members.extend(written_there(&finding.new, &updated.after).map(|text| ("described_as", Json::text(text))));
    members
}
