//! What was not carried over, for people and for tools.

use super::{Imported, Note};
use crate::diagnostics::json_value::Json;
use crate::import::tree::Tree;

/// How many notes of one kind a report for people shows.
const SHOWN: usize = 5;

/// For people: what came over, then notes by reason, each with its places.
pub fn text(imported: &Imported, tree: &Tree) -> String {
    let carried = &imported.carried;
    let many = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let files = many(imported.files.len(), "file");
    let mut out = format!("{}: {}, {}, {files}\n", imported.name, many(carried.modules, "module"), many(carried.types, "type"));
    if imported.notes.is_empty() {
        return out;
    }
    out.push_str(&format!("\nnot carried over: {}\n", many(imported.notes.len(), "thing")));
    let mut reasons: Vec<(&Note, Vec<&Note>)> = Vec::new();
    for note in &imported.notes {
        let alike = reasons.iter_mut().find(|(first, _)| first.subject == note.subject && general(&first.reason) == general(&note.reason));
        match alike {
            Some((_, notes)) => notes.push(note),
            None => reasons.push((note, vec![note])),
        }
    }
    reasons.sort_by_key(|(first, notes)| (first.subject, std::cmp::Reverse(notes.len())));
    for (first, notes) in reasons {
        if let [only] = notes[..] {
            out.push_str(&format!("\n{}: {}\n  {}\n", only.subject.name(), only.reason, place(only, tree)));
            continue;
        }
        // Reasons that differ in names and numbers stand with their places.
        let one = notes.iter().all(|note| note.reason == first.reason);
        let reason = if one { format!(": {}", first.reason) } else { String::new() };
        out.push_str(&format!("\n{} ({} times){reason}\n", first.subject.name(), notes.len()));
        for note in notes.iter().take(SHOWN) {
            let reason = if one { String::new() } else { format!(": {}", note.reason) };
            out.push_str(&format!("  {}{reason}\n", place(note, tree)));
        }
        if notes.len() > SHOWN {
            out.push_str(&format!("  and {} more; `--report json` lists all\n", notes.len() - SHOWN));
        }
    }
    out
}

/// For tools: one object.
pub fn json(imported: &Imported, tree: &Tree) -> String {
    let notes = imported.notes.iter().map(|note| {
        let file = tree.sources.file(note.at.file);
        let (line, column) = file.line_column(note.at.start);
        Json::Object(vec![
            ("subject", Json::text(note.subject.name())),
            ("reason", Json::text(&note.reason)),
            ("file", Json::text(&file.name)),
            ("line", Json::Number(line)),
            ("column", Json::Number(column)),
            ("pointer", Json::text(tree.pointer(note.at))),
        ])
    });
    Json::Object(vec![
        ("connector", Json::text(&imported.name)),
        ("files", Json::List(imported.files.iter().map(|(name, _)| Json::text(name)).collect())),
        ("modules", Json::Number(imported.carried.modules)),
        ("types", Json::Number(imported.carried.types)),
        ("not_carried_over", Json::List(notes.collect())),
    ])
    .to_string()
}

/// `acme.yaml:14:8 (#/paths/~1pets/get)`
fn place(note: &Note, tree: &Tree) -> String {
    let file = tree.sources.file(note.at.file);
    let (line, column) = file.line_column(note.at.start);
    format!("{}:{line}:{column} (#{})", file.name, tree.pointer(note.at))
}

/// A reason without the names and numbers in it.
fn general(reason: &str) -> String {
    let without_names: String = reason.split('`').step_by(2).collect();
    without_names.chars().filter(|c| !c.is_ascii_digit()).collect()
}
