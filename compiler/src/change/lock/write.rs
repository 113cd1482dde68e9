//! A record as text: a section for each entry, a line for each fact, all in one order, so that the same record is the same bytes and two
//! branches that add to it can be merged line by line.

use super::record::{Entry, Fact, Key, Record};
use crate::model::Versions;

/// The text of a lock.
pub(super) fn text(record: &Record) -> String {
    let mut out = format!(
        "# What `{0}` has released, recorded by `linchpin lock`. Commit this file, and change it only by that command.\n\nlock = 1\nconnector = {1}\n",
        record.connector,
        string(&record.connector)
    );
    if is_versioned(record) {
        out.push_str("\n[api]\n");
        for (name, wire) in &record.apis {
            line(&mut out, &bare(name), &string(wire));
        }
    }
    for section in sections(record) {
        out.push('\n');
        out.push_str(&section);
    }
    out
}

/// The text of each entry.
pub(super) fn sections(record: &Record) -> impl Iterator<Item = String> {
    record.entries.iter().map(|entry| section(record, entry))
}

fn is_versioned(record: &Record) -> bool {
    record.apis.iter().any(|(name, _)| !name.is_empty())
}

fn section(record: &Record, entry: &Entry) -> String {
    let mut out = String::from("[");
    out.push_str(entry.kind.word());
    out.push('.');
    out.push_str(&string(&format!("{}{}", entry.label(), range(record, entry.on))));
    out.push_str("]\n");
    for (key, fact) in entry.facts.iter() {
        line(&mut out, &key_text(key), &fact_text(fact));
    }
    out
}

/// ` on v1..v2`: open at the end of the newest version, and at that of the oldest.
fn range(record: &Record, on: Versions) -> String {
    let (first, last) = (on.0.trailing_zeros() as usize, 63 - on.0.leading_zeros().min(63) as usize);
    let newest = record.apis.len() - 1;
    if on.is_empty() || first == 0 && last >= newest {
        return String::new();
    }
    let name = |at: usize| record.apis.get(at).map_or("", |(name, _)| name.as_str());
    match (first == 0, last >= newest) {
        (true, _) => format!(" on ..{}", name(last)),
        (_, true) => format!(" on {}..", name(first)),
        _ => format!(" on {}..{}", name(first), name(last)),
    }
}

fn line(out: &mut String, key: &str, value: &str) {
    out.push_str(key);
    out.push_str(" = ");
    out.push_str(value);
    out.push('\n');
}

fn key_text(key: &Key) -> String {
    if key.name.is_empty() { key.group.to_owned() } else { format!("{}.{}", key.group, bare(&key.name)) }
}

/// A key as it is, where TOML lets it stand without quotes.
fn bare(name: &str) -> String {
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if plain { name.to_owned() } else { string(name) }
}

fn fact_text(fact: &Fact) -> String {
    if let [("", text)] = fact.facets.as_slice() {
        return string(text);
    }
    let mut out = String::from("{ ");
    for (index, (name, text)) in fact.facets.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(name);
        out.push_str(" = ");
        match *name {
            "optional" | "null" => out.push_str("true"),
            _ => out.push_str(&string(text)),
        }
    }
    out.push_str(" }");
    out
}

/// A literal string where that reads better.
fn string(text: &str) -> String {
    let control = text.chars().any(char::is_control);
    if !control && !text.contains('\'') && text.contains(['"', '\\']) {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other if other.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
