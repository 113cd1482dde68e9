//! Documentation and deprecations. What a spec's author wrote is data: it is made safe for rustdoc, and none of it can
//! become code, a doctest, a link to an item or HTML.

use std::fmt::Write;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Life;

/// Fences whose content rustdoc shows and does not run.
const SHOWN_LANGUAGES: &[&str] = &["json", "http", "text", "xml", "yaml", "toml", "sh", "csv"];

/// The documentation of an item, or what is said of it where the spec says nothing.
pub(crate) fn documentation(text: &str, otherwise: &str) -> TokenStream {
    let text = safe(if text.trim().is_empty() { otherwise } else { text });
    quote!(#[doc = #text])
}

/// The deprecation of an item, if it has one. `successor` is what its successor is called in Rust.
pub(crate) fn deprecation(life: Option<&Life>, successor: impl Fn(&str) -> String) -> TokenStream {
    let Some(life) = life else { return TokenStream::new() };
    let since = life.since.map(|date| date.to_string()).into_iter();
    let mut note = match (&life.successor, life.sunset) {
        (Some(written), None) => format!("use `{}`", successor(written)),
        (Some(written), Some(sunset)) => format!("use `{}` before {sunset}", successor(written)),
        (None, None) => "there is no successor".to_owned(),
        (None, Some(sunset)) => format!("it ends {sunset}, and there is no successor"),
    };
    if !life.why.is_empty() {
        let _ = write!(note, ": {}", life.why);
    }
    quote!(#[deprecated(#(since = #since,)* note = #note)])
}

/// Text that rustdoc shows as it was meant.
pub(crate) fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut fenced = false;
    for line in text.lines() {
        let line = line.trim_end();
        let start = line.trim_start();
        if let Some(language) = start.strip_prefix("```") {
            let language = language.trim_start_matches('`').trim();
            let shown = if SHOWN_LANGUAGES.contains(&language) { language } else { "text" };
            let _ = writeln!(out, "```{}", if fenced { "" } else { shown });
            fenced = !fenced;
        } else if fenced {
            let _ = writeln!(out, "{}", line.replace('\r', " "));
        } else {
            // Four columns would make it a code block, which rustdoc would compile.
            let indent = if line.len() - start.len() > 1 && starts_item(start) { "  " } else { "" };
            out.push_str(indent);
            inline(start, &mut out);
            out.push('\n');
        }
    }
    if fenced {
        out.push_str("```\n");
    }
    out.truncate(out.trim_end().len());
    out
}

/// Does a line start an item of a list?
fn starts_item(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("* ")
}

/// One line: code spans and links stay, brackets and angles are escaped, bare addresses become links.
fn inline(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let taken = code_span(rest).or_else(|| link(rest)).or_else(|| autolink(rest));
        if let Some(length) = taken {
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        } else if let Some(length) = address(rest) {
            let _ = write!(out, "<{}>", &rest[..length]);
            rest = &rest[length..];
        } else {
            if matches!(first, '[' | ']' | '<' | '>' | '`' | '\\') {
                out.push('\\');
            }
            out.push(if first.is_control() { ' ' } else { first });
            rest = &rest[first.len_utf8()..];
        }
    }
}

/// The length of a code span that the text starts with.
fn code_span(text: &str) -> Option<usize> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let (fence, inner) = text.split_at(ticks);
    if ticks == 0 {
        return None;
    }
    inner.find(fence).map(|end| ticks + end + ticks).filter(|end| !text[*end..].starts_with('`'))
}

/// The length of a `[text](https://…)` that the text starts with.
fn link(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let close = inner.find([']', '[', '`', '<'])?;
    let target = inner[close..].strip_prefix("](")?;
    let length = address(target)?;
    target[length..].starts_with(')').then_some(1 + close + 2 + length + 1)
}

/// The length of a `<https://…>` that the text starts with.
fn autolink(text: &str) -> Option<usize> {
    let length = address(text.strip_prefix('<')?)?;
    text[1 + length..].starts_with('>').then_some(length + 2)
}

/// The length of an address that the text starts with, without the punctuation that ends a sentence.
fn address(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let end = text.find(|c: char| c.is_whitespace() || c.is_control() || "<>[]()`\"'\\|".contains(c)).unwrap_or(text.len());
    let length = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']).len();
    (length > scheme.len()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};
    use crate::syntax::ast::Date;

    #[test]
    fn text_stays_text() {
        assert_eq!(safe("A `Vec<T>` of <b>[items]</b>, 1 < 2."), r"A `Vec<T>` of \<b\>\[items\]\</b\>, 1 \< 2.");
        assert_eq!(safe("See https://a.example/x?y=1, or (http://b.example)."), "See <https://a.example/x?y=1>, or (<http://b.example>).");
        assert_eq!(
            safe("[the docs](https://a.example/x) and <https://b.example>"),
            "[the docs](https://a.example/x) and <https://b.example>"
        );
        assert_eq!(safe("an open ` tick and [x]: y"), r"an open \` tick and \[x\]: y");
    }

    #[test]
    fn nothing_becomes_a_doctest() {
        assert_eq!(safe("a\n\n    std::process::exit(1)\n"), "a\n\nstd::process::exit(1)");
        assert_eq!(safe("```rust\nfn f() {}\n```\nb"), "```text\nfn f() {}\n```\nb");
        assert_eq!(safe("```json\n{}"), "```json\n{}\n```");
        assert_eq!(safe("- a\n    - b"), "- a\n  - b");
    }

    #[test]
    fn a_deprecation_says_when_and_what_instead() {
        let life = Life {
            since: Some(Date { year: 2025, month: 10, day: Some(23) }),
            sunset: Some(Date { year: 2028, month: 1, day: None }),
            successor: Some("oauth".to_owned()),
            why: "Safer.".to_owned(),
            span: Span { file: FileId(0), start: 0, end: 0 },
        };
        let tokens = deprecation(Some(&life), |_| "OAuth".to_owned()).to_string();
        assert_eq!(tokens, r#"# [deprecated (since = "2025-10-23" , note = "use `OAuth` before 2028-01: Safer.")]"#);
    }
}
