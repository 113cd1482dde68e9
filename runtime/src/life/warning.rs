//! `Warning: 299 - "…"` (RFC 7234, 5.5): a lasting warning in words. Kubernetes, Salesforce and others announce removals in it.

use super::{
    link::closing_quote,
    signal::{Signal, Source, speaks_of_an_end},
};

/// The most warnings of one header that are read.
const MOST: usize = 16;

/// What the warnings of one header say, when one of them is about an end.
pub(super) fn read(value: &str) -> Option<Signal> {
    let mut rest = value;
    for _ in 0..MOST {
        let (code, text, behind) = warning(rest)?;
        if code == "299" && speaks_of_an_end(&text) {
            return Some(Signal::from(Source::Header("warning")).saying(&text));
        }
        rest = behind;
    }
    None
}

/// `299 agent "text" "date"`: the code, the text, and what follows the comma.
fn warning(value: &str) -> Option<(&str, String, &str)> {
    let (code, rest) = value.trim_start_matches([' ', '\t', ',']).split_once(' ')?;
    let (_agent, rest) = rest.trim_start().split_once(' ')?;
    let quoted = rest.trim_start().strip_prefix('"')?;
    let end = closing_quote(quoted)?;
    let text = unescaped(&quoted[..end]);
    let mut behind = &quoted[end + 1..];
    if let Some(date) = behind.trim_start().strip_prefix('"') {
        behind = &date[closing_quote(date)? + 1..];
    }
    Some((code, text, behind))
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for letter in text.chars() {
        if letter == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(letter);
            escaped = false;
        }
    }
    out
}
