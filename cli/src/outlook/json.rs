//! The outlook for programs.

use super::Outlook;
use super::text::what_happens;
use linchpin_compiler::change::outlook::Entry;
use serde_json::{Value, json};

pub(super) fn render(outlook: &Outlook) -> String {
    let entries: Vec<Value> = outlook.entries.iter().map(|entry| one(entry, outlook)).collect();
    format!("{:#}\n", json!({ "today": outlook.today.to_string(), "entries": entries }))
}

fn one(entry: &Entry, outlook: &Outlook) -> Value {
    json!({
        "connector": entry.connector,
        "kind": entry.kind.word(),
        "name": entry.name,
        "versions": entry.versions,
        "since": entry.since.map(|date| date.to_string()),
        "unsupported": entry.unsupported.map(|date| date.to_string()),
        "end": entry.end.map(|date| date.to_string()),
        "ends_with": entry.ends_with,
        "deadline": entry.deadline().map(|date| date.to_string()),
        "what": what_happens(entry),
        "days_left": entry.days_left(outlook.today),
        "successor": entry.successor,
        "why": entry.why,
    })
}
