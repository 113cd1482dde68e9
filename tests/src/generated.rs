//! The Rust that the compiler makes of the connectors' specs, as text.

use std::path::Path;

/// Name and text of each connector's module.
pub fn all() -> Vec<(String, String)> {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connectors/specs");
    linchpin_compiler::build_script::compile_folder(&specs).expect("the connectors' specs compile")
}

/// Rust text with comments, string literals and doc attributes blanked out.
pub fn without_text(rust: &str) -> String {
    let mut out = String::with_capacity(rust.len());
    let mut rest = rust;
    while let Some(at) = rest.find(['"', '/']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if let Some(literal) = rest.strip_prefix('"') {
            rest = &literal[raw_end(&out, literal).unwrap_or_else(|| end_of_literal(literal))..];
        } else {
            out.push('/');
            rest = &rest[1..];
        }
    }
    out + rest
}

/// Where a raw literal ends that begins after `before`: `r#"…"#`. None when it is not raw.
fn raw_end(before: &str, literal: &str) -> Option<usize> {
    let start = before.trim_end_matches('#');
    let is_raw = start.strip_suffix('r').is_some_and(|rest| !rest.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_'));
    let end = format!("\"{}", &before[start.len()..]);
    is_raw.then(|| literal.find(&end).map_or(literal.len(), |at| at + end.len()))
}

fn end_of_literal(literal: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in literal.char_indices() {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    literal.len()
}
