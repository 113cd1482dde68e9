//! A mistake with the source around it, for people.

use super::{Diagnostic, Severity};
use crate::source::{FileId, SourceFile, Sources, Span};
use std::fmt::Write;

/// How many columns of a long line are shown.
const WIDEST: usize = 160;
const TAB: usize = 4;

/// The message, each place with its line underlined, then what to do; ends with a line end. `colour` writes ANSI escapes.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let paint = Paint { colour };
    let severity = diagnostic.severity();
    let loud = match severity {
        Severity::Error => paint.of("1;31"),
        Severity::Warning => paint.of("1;33"),
    };
    let mut out = String::new();
    let head = loud.text(&format!("{}[{}]", severity.name(), diagnostic.code.id));
    let _ = writeln!(out, "{head}{}", paint.of("1").text(&format!(": {}", printable(&diagnostic.message))));
    let gutter = gutter(diagnostic, sources);
    for (file, places) in by_file(diagnostic) {
        snippet(&mut out, sources.file(file), &places, gutter, paint, loud);
    }
    for help in &diagnostic.help {
        // A block to paste keeps its lines.
        let lines: Vec<String> = help.lines().map(printable).collect();
        let _ = writeln!(out, "{}", paint.of("36").text("help: ") + &lines.join("\n      "));
    }
    out
}

/// A label, and whether it is the main one.
struct Place<'d> {
    span: Span,
    text: &'d str,
    main: bool,
}

/// The labels of each file by place; the main label's file first.
fn by_file(diagnostic: &Diagnostic) -> Vec<(FileId, Vec<Place<'_>>)> {
    let mut files: Vec<(FileId, Vec<Place<'_>>)> = Vec::new();
    for (index, label) in diagnostic.labels.iter().enumerate() {
        let place = Place { span: label.span, text: &label.text, main: index == 0 };
        match files.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, places)) => places.push(place),
            None => files.push((label.span.file, vec![place])),
        }
    }
    for (_, places) in &mut files {
        places.sort_by_key(|place| (place.span.start, !place.main));
    }
    files
}

/// The width of the widest line number, at least two.
fn gutter(diagnostic: &Diagnostic, sources: &Sources) -> usize {
    let lines = diagnostic.labels.iter().map(|label| sources.file(label.span.file).line_of(label.span.start) + 1);
    lines.max().unwrap_or(1).to_string().len().max(2)
}

fn snippet(out: &mut String, file: &SourceFile, places: &[Place<'_>], gutter: usize, paint: Paint, loud: Ink) {
    let quiet = paint.of("34");
    let shown = places.iter().find(|place| place.main).unwrap_or(&places[0]);
    let (line, column) = file.line_column(shown.span.start);
    let _ = writeln!(out, "{}{} {}:{line}:{column}", " ".repeat(gutter), quiet.text("┌─"), file.name);
    let mut last = None;
    for place in places {
        let line = file.line_of(place.span.start);
        let window = Window::around(file, place.span, line);
        if last != Some(line) {
            let _ = writeln!(out, "{} {}", quiet.text(&format!("{:<gutter$}│", line + 1)), window.text);
        }
        last = Some(line);
        let (ink, mark) = if place.main { (loud, "^") } else { (quiet, "-") };
        let under = ink.text(format!("{} {}", mark.repeat(window.length), printable(place.text)).trim_end());
        let _ = writeln!(out, "{} {}{under}", quiet.text(&format!("{}│", " ".repeat(gutter))), " ".repeat(window.start));
    }
}

/// A line as it is shown, and where in it a span lies, in columns of the terminal.
struct Window {
    text: String,
    start: usize,
    length: usize,
}

impl Window {
    fn around(file: &SourceFile, span: Span, line: usize) -> Self {
        let text = file.line_text(line);
        let offset = file.line_start(line);
        let inside = |at: u32| (at.saturating_sub(offset) as usize).min(text.len());
        let before = columns(text.get(..inside(span.start)).unwrap_or(text));
        let under = columns(text.get(inside(span.start)..inside(span.end)).unwrap_or_default()).max(1);
        let whole = columns(text);
        if whole <= WIDEST {
            return Self { text: shown(text), start: before, length: under };
        }
        let first = before.saturating_sub(WIDEST / 2);
        let (window, cut) = cut(text, first);
        let start = before - first + cut;
        Self { text: window, start, length: under.min((WIDEST + cut).saturating_sub(start).max(1)) }
    }
}

/// The columns of a long line from `first` on; with how many columns stand before them for what was left out.
fn cut(text: &str, first: usize) -> (String, usize) {
    let mut at = 0;
    let mut window = String::new();
    for character in shown(text).chars() {
        if at >= first + WIDEST {
            window.push('…');
            break;
        }
        if at >= first {
            window.push(character);
        }
        at += width(character);
    }
    if first == 0 { (window, 0) } else { (format!("…{window}"), 1) }
}

/// A line with tabs as spaces and nothing that moves the cursor.
fn shown(text: &str) -> String {
    printable(&text.replace('\t', &" ".repeat(TAB)))
}

/// Control characters and those that turn the direction of writing are replaced: source text never steers a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|one| if one.is_control() || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') { '\u{fffd}' } else { one })
        .collect()
}

fn columns(text: &str) -> usize {
    text.chars().map(|one| if one == '\t' { TAB } else { width(one) }).sum()
}

/// How many columns a character takes: none for combining marks, two for East Asian wide letters and emoji.
fn width(character: char) -> usize {
    match character as u32 {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f900..=0x1f9ff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

#[derive(Clone, Copy)]
struct Ink {
    code: Option<&'static str>,
}

impl Paint {
    fn of(self, code: &'static str) -> Ink {
        Ink { code: self.colour.then_some(code) }
    }
}

impl Ink {
    fn text(self, text: &str) -> String {
        match self.code {
            Some(code) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            None => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::diagnostics::{Diagnostic, codes};
    use crate::source::{Sources, Span};

    fn place(text: &str, part: &str, file: crate::source::FileId) -> Span {
        let start = text.find(part).expect("the part stands in the text") as u32;
        Span { file, start, end: start + part.len() as u32 }
    }

    #[test]
    fn several_places_are_shown_in_order() {
        let text = "connection bearer @1 { }\n\taction x {\n  send 日本 beerer\n";
        let mut sources = Sources::default();
        let file = sources.add("acme.pin", text);
        let diagnostic = Diagnostic::new(codes::UNEXPECTED, place(text, "beerer", file), "no connection is called `beerer`")
            .here("not a connection")
            .also(place(text, "bearer", file), "declared here")
            .also(place(text, "x {", file), "")
            .help("write `bearer`");
        assert_eq!(
            render(&diagnostic, &sources, false),
            "error[P0101]: no connection is called `beerer`\n  ┌─ acme.pin:3:11\n1 │ connection bearer @1 { }\n  │            ------ declared here\n\
             2 │     action x {\n  │            ---\n3 │   send 日本 beerer\n  │             ^^^^^^ not a connection\nhelp: write `bearer`\n"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{} here {}", "a".repeat(400), "b".repeat(400));
        let mut sources = Sources::default();
        let file = sources.add("long.pin", text.as_str());
        let rendered = render(&Diagnostic::new(codes::UNEXPECTED, place(&text, "here", file), "found"), &sources, false);
        let lines: Vec<&str> = rendered.lines().collect();
        let column = lines[3].chars().position(|one| one == '^').expect("the place is underlined");
        assert_eq!(lines[2].chars().skip(column).take(4).collect::<String>(), "here");
        assert!(lines.iter().all(|line| line.chars().count() < 180));
    }

    #[test]
    fn source_text_cannot_steer_the_terminal() {
        let text = "a\u{1b}[2Jb";
        let mut sources = Sources::default();
        let file = sources.add("odd.pin", text);
        let rendered = render(&Diagnostic::new(codes::UNEXPECTED, place(text, "b", file), "odd"), &sources, false);
        assert!(!rendered.contains('\u{1b}'));
    }
}
