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
            rest = &literal[end_of_literal(literal)..];
        } else {
            out.push('/');
            rest = &rest[1..];
        }
    }
    out + rest
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
