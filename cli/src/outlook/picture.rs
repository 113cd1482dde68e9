//! The outlook as a picture: a timeline in SVG, a row for each thing, grouped by connector.
//!
//! Nothing is told by colour alone: each nearness has a mark of its own. The colours are those of Okabe and Ito, which people with
//! any kind of colour vision can tell apart. The picture brings its own ground, light or dark as the reader's system is, and no fonts.

use super::Outlook;
use super::axis::{Axis, spoken};
use super::text::{Nearness, count, distance, nearness, what_happens};
use linchpin_compiler::change::day::Day;
use linchpin_compiler::change::outlook::{Entry, Kind};
use std::fmt::Write;

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 32.0;
/// Where the rows' names end and the axis begins; where the axis ends and the dates begin.
const AXIS_LEFT: f64 = 396.0;
const AXIS_RIGHT: f64 = 1016.0;
const DATES: f64 = 1040.0;
const INDENT: f64 = 14.0;
const HEAD: f64 = 116.0;
const ROW: f64 = 42.0;
const GROUP: f64 = 44.0;
const FOOT: f64 = 28.0;

const STYLE: &str = "\
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif;fill:#1f2328}\
.ground{fill:#ffffff}.edge{fill:none;stroke:#d0d7de}.title{font-size:22px;font-weight:600}.quiet{fill:#59636e}\
.group{font-size:15px;font-weight:600}.name{font-size:13px}.small{font-size:11px}.date{font-size:13px;font-weight:600}\
.line{stroke:#e4e8ec;stroke-width:1}.year{stroke:#c9d1d9;stroke-width:1}.month{stroke:#eef1f4;stroke-width:1}\
.today{stroke:#1f2328;stroke-width:1.5}.pill{fill:#1f2328}.pill-text{fill:#ffffff;font-size:11px;font-weight:600}\
.passed{fill:#d55e00;stroke:#d55e00}.soon{fill:#e69f00;stroke:#e69f00}.later{fill:#0072b2;stroke:#0072b2}.open{fill:#8a939d;stroke:#8a939d}\
.bar{stroke:none}.span{fill-opacity:.32;stroke:none}.tail{fill-opacity:.14;stroke:none}.mark{stroke:#ffffff;stroke-width:1.5}\
.cross{fill:none;stroke-width:2.6;stroke-linecap:round}.ring{fill:#ffffff;stroke-width:2}\
.fade{fill:none;stroke-width:3;stroke-dasharray:1 6;stroke-linecap:round}.more{fill:none;stroke-width:1.6}\
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.edge{stroke:#30363d}.quiet{fill:#9198a1}.line{stroke:#21262d}\
.year{stroke:#3d444d}.month{stroke:#1b2027}.today{stroke:#e6edf3}.pill{fill:#e6edf3}.pill-text{fill:#0d1117}.later{fill:#56b4e9;stroke:#56b4e9}.span{fill-opacity:.42;stroke:none}\
.tail{stroke:none}.mark{stroke:#0d1117}.ring{fill:#0d1117}.more,.fade{fill:none}}";

/// The picture.
pub(super) fn render(outlook: &Outlook) -> String {
    let groups = groups(&outlook.entries);
    let rows = outlook.entries.len();
    let body = rows as f64 * ROW + groups.len() as f64 * GROUP;
    let top = HEAD + 34.0;
    let height = top + if rows == 0 { 70.0 } else { body } + FOOT;
    let axis = Axis::of(&outlook.entries, outlook.today, AXIS_LEFT, AXIS_RIGHT - AXIS_LEFT);
    let mut svg = Svg(String::new());
    svg.head(height, outlook);
    if rows == 0 {
        svg.text(MARGIN, top + 30.0, "name quiet", "Nothing is known to end.");
    } else {
        svg.axis(&axis, top, top + body);
        let mut y = top;
        for (title, entries) in groups {
            svg.group(&title, entries.len(), y);
            y += GROUP;
            for entry in entries {
                svg.row(entry, &axis, outlook.today, y);
                y += ROW;
            }
        }
        svg.now(&axis, outlook.today, top, top + body);
    }
    svg.0.push_str("</svg>\n");
    svg.0
}

/// The entries of each connector; the connector with the nearest deadline first.
fn groups(entries: &[Entry]) -> Vec<(String, Vec<&Entry>)> {
    let mut groups: Vec<(&str, String, Vec<&Entry>)> = Vec::new();
    for entry in entries {
        match groups.iter_mut().find(|(name, ..)| *name == entry.connector) {
            Some((_, _, group)) => group.push(entry),
            None => groups.push((&entry.connector, entry.title.clone(), vec![entry])),
        }
    }
    groups.into_iter().map(|(_, title, entries)| (title, entries)).collect()
}

struct Svg(String);

impl Svg {
    fn head(&mut self, height: f64, outlook: &Outlook) {
        let (today, rows) = (spoken(outlook.today), outlook.entries.len());
        let about = format!("{} of {}, seen from {today}", count(rows as i64, "ending"), count(outlook.connectors as i64, "connector"));
        let _ = write!(
            self.0,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n\
             <title>What ends when: {about}</title>\n<style>{STYLE}</style>\n\
             <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\" rx=\"12\"/>\n\
             <rect class=\"edge\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"12\"/>\n",
            WIDTH - 1.0,
            height - 1.0
        );
        self.text(MARGIN, 46.0, "title", "What ends when");
        self.text(MARGIN, 70.0, "name quiet", &about);
        self.legend(outlook);
    }

    /// What the marks mean, with how many there are of each; from the right edge to the left.
    fn legend(&mut self, outlook: &Outlook) {
        let kinds =
            [(Nearness::Open, "no date yet"), (Nearness::Later, "later"), (Nearness::Soon, "within 90 days"), (Nearness::Passed, "passed")];
        let mut right = WIDTH - MARGIN;
        for (kind, word) in kinds {
            let number = outlook.entries.iter().filter(|entry| nearness(entry, outlook.today) == kind).count();
            let label = format!("{number} {word}");
            right -= width(&label, 13.0);
            self.text(right, 46.0, if number == 0 { "name quiet" } else { "name" }, &label);
            self.mark(kind, right - 14.0, 41.5);
            right -= 40.0;
        }
    }

    fn axis(&mut self, axis: &Axis, top: f64, bottom: f64) {
        for tick in axis.ticks() {
            let (x, _) = axis.place(tick.day);
            self.line(x, top - 32.0, x, bottom, if tick.is_year { "year" } else { "month" });
            let class = if tick.is_year { "small" } else { "small quiet" };
            self.centred(x, top - 38.0, class, &tick.label);
        }
    }

    fn group(&mut self, title: &str, number: usize, y: f64) {
        self.line(MARGIN, y, WIDTH - MARGIN, y, "year");
        let title = fitted(title, 15.0, AXIS_LEFT - MARGIN - 90.0);
        self.text(MARGIN, y + 28.0, "group", &title);
        let behind = MARGIN + width(&title, 15.0) * 1.12 + 10.0;
        self.text(behind, y + 28.0, "small quiet", &number.to_string());
    }

    fn row(&mut self, entry: &Entry, axis: &Axis, today: Day, y: f64) {
        let middle = y + ROW / 2.0;
        // What ends with a version stands below it.
        let left = if entry.ends_with.is_some() { MARGIN + INDENT } else { MARGIN };
        let room = AXIS_LEFT - left - 24.0;
        let _ = writeln!(self.0, "<g><title>{}</title>", escaped(&whole(entry)));
        self.line(MARGIN, y, WIDTH - MARGIN, y, "line");
        self.text(left, middle - 3.0, "name", &fitted(&entry.name, 13.0, room));
        self.text(left, middle + 13.0, "small quiet", &about(entry, room));
        self.bar(entry, axis, today, middle);
        match entry.deadline() {
            Some(deadline) => {
                self.text(DATES, middle - 3.0, "date", &deadline.to_string());
                self.text(DATES, middle + 13.0, "small quiet", &distance(entry, today));
            }
            None => {
                self.text(DATES, middle - 3.0, "name quiet", &distance(entry, today));
                let since = entry.since.map(|since| format!("since {since}"));
                self.text(DATES, middle + 13.0, "small quiet", &since.unwrap_or_default());
            }
        }
        self.0.push_str("</g>\n");
    }

    /// From its beginning to its end. A version's bar is thick, and goes on, paler, from the end of support to when it is removed.
    fn bar(&mut self, entry: &Entry, axis: &Axis, today: Day, middle: f64) {
        let kind = nearness(entry, today);
        let class = class(kind);
        let thick = if entry.kind == Kind::Version { 12.0 } else { 5.0 };
        let (from, starts_here) = entry.since.map_or((axis.place(axis.start).0, false), |date| axis.place(Day::first(date)));
        let Some(deadline) = entry.deadline() else {
            let (now, _) = axis.place(today);
            let end = axis.right();
            if now > from {
                self.rect(from, now, middle, thick, &format!("span {class}"));
            }
            if !starts_here {
                self.more(from, middle, -1.0, class);
            }
            self.line(from.max(now) + 8.0, middle, end, middle, &format!("fade {class}"));
            self.mark(kind, from.max(now), middle);
            return;
        };
        let (to, ends_here) = axis.place(Day::first(deadline));
        if to > from {
            self.rect(from, to, middle, thick, &format!("span {class}"));
        }
        if let Some((removed, _)) = entry.end.filter(|end| *end != deadline).map(|end| axis.place(Day::first(end))) {
            self.rect(to, removed, middle, thick, &format!("tail {class}"));
            self.line(removed, middle - thick / 2.0, removed, middle + thick / 2.0, class);
        }
        if !starts_here {
            self.more(from, middle, -1.0, class);
        }
        if ends_here {
            self.mark(kind, to, middle);
        } else {
            self.more(to, middle, if Day::first(deadline) < axis.start { -1.0 } else { 1.0 }, class);
        }
    }

    /// The mark of a nearness: a cross, a diamond, a disc, a ring.
    fn mark(&mut self, kind: Nearness, x: f64, y: f64) {
        let class = class(kind);
        let _ = match kind {
            Nearness::Passed => {
                let (l, r, t, b) = (x - 4.5, x + 4.5, y - 4.5, y + 4.5);
                writeln!(self.0, "<path class=\"cross {class}\" d=\"M{l:.1} {t:.1}L{r:.1} {b:.1}M{l:.1} {b:.1}L{r:.1} {t:.1}\"/>")
            }
            Nearness::Soon => {
                let (l, r, t, b) = (x - 8.0, x + 8.0, y - 8.0, y + 8.0);
                writeln!(self.0, "<path class=\"{class} mark\" d=\"M{x:.1} {t:.1}L{r:.1} {y:.1}L{x:.1} {b:.1}L{l:.1} {y:.1}Z\"/>")
            }
            Nearness::Later => writeln!(self.0, "<circle class=\"{class} mark\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6.5\"/>"),
            Nearness::Open => writeln!(self.0, "<circle class=\"{class} ring\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>"),
        };
    }

    /// It goes on beyond the edge, to the left (-1) or to the right (1).
    fn more(&mut self, x: f64, y: f64, side: f64, class: &str) {
        let _ = writeln!(
            self.0,
            "<path class=\"more {class}\" d=\"M{:.1} {:.1}L{:.1} {y:.1}L{:.1} {:.1}\"/>",
            x - side * 2.0,
            y - 5.0,
            x + side * 3.0,
            x - side * 2.0,
            y + 5.0
        );
    }

    fn now(&mut self, axis: &Axis, today: Day, top: f64, bottom: f64) {
        let (x, _) = axis.place(today);
        let half = pill(today) / 2.0;
        self.line(x, top - 8.0, x, bottom, "today");
        let _ = writeln!(
            self.0,
            "<rect class=\"pill\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"20\" rx=\"10\"/>",
            x - half,
            top - 27.0,
            half * 2.0
        );
        self.centred(x, top - 13.0, "pill-text", &said_today(today));
    }

    fn rect(&mut self, from: f64, to: f64, middle: f64, thick: f64, class: &str) {
        let _ = writeln!(
            self.0,
            "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{thick}\" rx=\"{}\"/>",
            middle - thick / 2.0,
            (to - from).max(0.0),
            thick / 2.0
        );
    }

    fn line(&mut self, x1: f64, y1: f64, x2: f64, y2: f64, class: &str) {
        let _ = writeln!(self.0, "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
    }

    fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let _ = writeln!(self.0, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(text));
    }

    fn centred(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let _ = writeln!(self.0, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>", escaped(text));
    }
}

fn class(kind: Nearness) -> &'static str {
    match kind {
        Nearness::Passed => "passed",
        Nearness::Soon => "soon",
        Nearness::Later => "later",
        Nearness::Open => "open",
    }
}

fn said_today(today: Day) -> String {
    format!("today, {}", spoken(today))
}

/// The width of what holds today's name.
fn pill(today: Day) -> f64 {
    width(&said_today(today), 11.0) * 1.06 + 18.0
}

/// The second line of a row.
fn about(entry: &Entry, room: f64) -> String {
    let about = match (&entry.ends_with, what_happens(entry)) {
        (Some(version), _) => format!("{} of {version}", entry.kind.word()),
        (None, "support ends") => format!("{}, support ends", entry.kind.word()),
        _ => entry.kind.word().to_owned(),
    };
    let left = |instead: &str| room - width(&format!("{about} · {instead}"), 11.0);
    match (&entry.successor, entry.kind) {
        (Some(successor), _) => format!("{about} · use {}", fitted(beside(entry, successor), 11.0, left("use "))),
        (None, Kind::Version) => about,
        (None, _) => format!("{about} · {}", fitted("nothing takes its place", 11.0, left(""))),
    }
}

/// A successor that belongs to the same thing, by its own name.
fn beside<'e>(entry: &Entry, successor: &'e str) -> &'e str {
    let owner = entry.name.rsplit_once('.').map_or("", |(owner, _)| owner);
    match successor.rsplit_once('.') {
        Some((of, own)) if owner == of || owner.ends_with(&format!(".{of}")) => own,
        _ => successor,
    }
}

/// All that is known, for whoever points at a row.
fn whole(entry: &Entry) -> String {
    let mut whole = format!("{} {} of {}", entry.kind.word(), entry.name, entry.title);
    let since = if entry.kind == Kind::Version { "released" } else { "deprecated since" };
    let dates = [(since, entry.since), ("unsupported from", entry.unsupported), ("ends on", entry.end)];
    for (word, date) in dates.into_iter().filter_map(|(word, date)| Some((word, date?))) {
        let _ = write!(whole, ", {word} {date}");
    }
    let _ = write!(whole, ". {}", about(entry, f64::MAX));
    if !entry.why.is_empty() {
        let _ = write!(whole, ". {}", entry.why);
    }
    whole
}

/// A text that is shortened in its middle where it is wider than there is room for: the ends of names tell them apart.
fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    (1..letters.len())
        .rev()
        .map(|kept| {
            let (head, tail) = (kept.div_ceil(2), kept / 2);
            letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect::<String>()
        })
        .find(|short| width(short, size) <= room)
        .unwrap_or_default()
}

/// How wide a text is at most in the fonts that it may be shown in: DejaVu Sans is the widest.
fn width(text: &str, size: f64) -> f64 {
    let em = |letter: char| match letter {
        'i' | 'j' | 'l' | '.' | ',' | '\'' | '|' | ':' | ';' | 'I' | '!' | ' ' | '·' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.42,
        's' | 'c' | 'k' | 'v' | 'x' | 'y' | 'z' | '_' => 0.57,
        'm' | 'w' | 'M' | 'W' | '@' | '…' | '—' => 0.98,
        '<' | '>' | '&' | '+' | '=' | '%' | '#' | '~' => 0.84,
        'A'..='Z' => 0.7,
        letter if letter.is_ascii() => 0.635,
        _ => 1.0,
    };
    text.chars().map(em).sum::<f64>() * size
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
