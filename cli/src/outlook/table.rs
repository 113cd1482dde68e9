//! The outlook for people at a terminal: a line for each thing, the nearest end first.

use super::Outlook;
use super::text::{Nearness, count, date, distance, instead, nearness, what_happens};
use linchpin_compiler::change::outlook::Entry;
use std::fmt::Write;

const HEADINGS: [&str; 6] = ["DATE", "", "CONNECTOR", "WHAT", "NAME", "INSTEAD"];

/// The table; with colours where a terminal may show them.
pub(super) fn render(outlook: &Outlook, coloured: bool) -> String {
    if outlook.entries.is_empty() {
        return format!("Nothing ends, of {}, seen from {}.\n", count(outlook.connectors as i64, "connector"), outlook.today);
    }
    let rows: Vec<[String; 6]> = outlook.entries.iter().map(|entry| cells(entry, outlook)).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEADINGS[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    let mut out = String::new();
    line(&mut out, &HEADINGS.map(str::to_owned), &widths, if coloured { "\x1b[2m" } else { "" });
    for (entry, row) in outlook.entries.iter().zip(&rows) {
        let style = match nearness(entry, outlook.today) {
            _ if !coloured => "",
            Nearness::Passed => "\x1b[1;31m",
            Nearness::Soon => "\x1b[1;33m",
            Nearness::Later => "",
            Nearness::Open => "\x1b[2m",
        };
        line(&mut out, row, &widths, style);
    }
    out.push_str(&summary(outlook));
    out
}

fn cells(entry: &Entry, outlook: &Outlook) -> [String; 6] {
    let what = match &entry.ends_with {
        Some(version) => format!("{} ends with {version}", entry.kind.word()),
        None => format!("{} {}", entry.kind.word(), what_happens(entry)),
    };
    [date(entry), distance(entry, outlook.today), entry.connector.clone(), what, entry.name.clone(), instead(entry)]
}

fn line(out: &mut String, cells: &[String; 6], widths: &[usize], style: &str) {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(text, "{cell:width$}  ");
    }
    let end = if style.is_empty() { "" } else { "\x1b[0m" };
    let _ = writeln!(out, "{style}{}{end}", text.trim_end());
}

fn summary(outlook: &Outlook) -> String {
    let number = |wanted: Nearness| outlook.entries.iter().filter(|entry| nearness(entry, outlook.today) == wanted).count();
    let (passed, soon) = (number(Nearness::Passed), number(Nearness::Soon));
    let all = count(outlook.entries.len() as i64, "ending");
    let of = count(outlook.connectors as i64, "connector");
    format!("\n{all} of {of}, seen from {}: {passed} passed, {soon} within 90 days.\n", outlook.today)
}
