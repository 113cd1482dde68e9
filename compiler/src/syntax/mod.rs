//! Text to syntax tree and back. Nothing here knows what a name stands for.
pub mod ast;
mod brackets;
pub mod edit;
mod lower;
pub mod print;
mod scan;
pub(crate) mod text;

/// The methods that HTTP has and a module can call.
pub(crate) const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::source::{FileId, SourceFile, Sources};

/// Is the file text at all? Says so where it is not; nothing else that could be said of it would be right.
pub fn is_text(file: &SourceFile, diagnostics: &mut Diagnostics) -> bool {
    let Some(span) = file.not_utf8 else { return true };
    diagnostics.push(
        Diagnostic::new(codes::ODD_CHARACTER, span, "specs are UTF-8, and this is where the file stops being so")
            .here("no character in UTF-8")
            .help("save the file in the encoding UTF-8"),
    );
    false
}

/// The tree of one file. There is always one: what could not be read was reported and left out.
pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> ast::File {
    let mut mended = text.as_bytes().to_vec();
    let mut scan = scan::scan(file, &mut mended, diagnostics);
    brackets::balance(file, &mut mended, &mut scan, diagnostics);
    // Whole characters are overwritten, so this copies nothing.
    let mended = String::from_utf8_lossy(&mended);
    lower::file(file, text, &mended, scan, diagnostics)
}

/// The trees of all files, in their order.
pub fn parse_all(sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<ast::File> {
    sources.iter().map(|(id, file)| parse(id, &file.text, diagnostics)).collect()
}
