//! Descriptions as documentation: lines that are not too long, HTML reduced to what it says, titles of one line.

use super::literals::is_unseen;
use super::words::capitalised;

const WIDTH: usize = 120;
const LONGEST_TITLE: usize = 90;

/// The first sentence of a summary, as a title.
pub(super) fn title(text: &str) -> Option<String> {
    let line = plain(text).lines().map(str::trim).find(|line| !line.is_empty())?.trim_start_matches(['#', '*', ' ']).to_owned();
    let line = line.split_once(". ").map_or(line.as_str(), |(first, _)| first);
    let line = line.trim_end_matches(['.', ' ', '*', ':']).replace('`', "");
    let short = line.chars().count() <= LONGEST_TITLE;
    let cut = || {
        let cut: String = line.chars().take(LONGEST_TITLE).collect();
        format!("{} …", cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before))
    };
    (!line.is_empty()).then(|| capitalised(&if short { line.clone() } else { cut() }))
}

/// A description in lines of documentation.
pub(super) fn lines(text: &str, indentation: usize) -> Vec<String> {
    let text = plain(text);
    // Only what stands further to the right than the first line is meant to.
    let text = text.trim_start_matches([' ', '\t']);
    let mut lines: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in text.lines().map(str::trim_end) {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        if fenced || fence || line.trim_start().starts_with('|') {
            lines.push(line.to_owned());
        } else {
            wrap(line, WIDTH.saturating_sub(indentation + 4), &mut lines);
        }
    }
    if fenced {
        lines.push("```".to_owned());
    }
    lines.dedup_by(|later, earlier| later.is_empty() && earlier.is_empty());
    while lines.first().is_some_and(String::is_empty) {
        lines.remove(0);
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn wrap(line: &str, width: usize, out: &mut Vec<String>) {
    let indentation: String = line.chars().take_while(|c| *c == ' ').take(8).collect();
    let bullet = line.trim_start();
    let hanging = if bullet.starts_with("- ") || bullet.starts_with("* ") { format!("{indentation}  ") } else { indentation.clone() };
    let mut current = indentation;
    let mut empty = true;
    for word in line.split_whitespace() {
        if !empty && current.chars().count() + 1 + word.chars().count() > width {
            out.push(std::mem::replace(&mut current, hanging.clone()));
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    out.push(current.trim_end().to_owned());
}

/// Text without tags and without characters that cannot be seen.
pub(super) fn plain(text: &str) -> String {
    let text: String =
        text.chars().filter(|c| *c == '\n' || (!c.is_control() && !is_unseen(*c))).map(|c| if c == '\u{a0}' { ' ' } else { c }).collect();
    if !text.contains('<') {
        return entities(&text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        match tag(&rest[at..]) {
            Some((name, closes, length)) => {
                out.push_str(instead(name, closes));
                rest = &rest[at + length..];
            }
            None => {
                out.push('<');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    entities(&out)
}

/// The name of a tag of HTML, whether it closes, and how long it is.
fn tag(text: &str) -> Option<(&str, bool, usize)> {
    const TAGS: [&str; 34] = [
        "p", "br", "b", "i", "em", "strong", "a", "ul", "ol", "li", "code", "pre", "div", "span", "h1", "h2", "h3", "h4", "h5", "table",
        "tr", "td", "th", "tbody", "thead", "hr", "img", "sup", "sub", "u", "tt", "small", "details", "summary",
    ];
    let end = text.find('>')?;
    let inner = &text[1..end];
    let closes = inner.starts_with('/');
    let name = inner.trim_start_matches('/').split([' ', '/', '\n']).next()?;
    TAGS.iter().any(|known| known.eq_ignore_ascii_case(name)).then_some((name, closes, end + 1))
}

fn instead(name: &str, closes: bool) -> &'static str {
    match (name.to_ascii_lowercase().as_str(), closes) {
        ("br" | "tr" | "hr", _) => "\n",
        ("p" | "div" | "ul" | "ol" | "table" | "h1" | "h2" | "h3" | "h4" | "h5", _) => "\n\n",
        ("li", false) => "\n- ",
        ("code" | "tt", _) => "`",
        ("td" | "th", true) => " ",
        _ => "",
    }
}

fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    known.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
