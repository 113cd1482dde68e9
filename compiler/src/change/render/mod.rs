//! Reports for people and for tools. Rendering decides nothing; it shows all that a report holds.

mod json;
mod markdown;
mod sarif;
mod text;

use super::findings::Side;
use crate::source::{Sources, Span};
pub use json::json;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::text;

/// `pets.yaml:12:9`
fn place_text(sources: &Sources, span: Span) -> String {
    let file = sources.file(span.file);
    let (line, column) = file.line_column(span.start);
    format!("{}:{line}:{column}", file.name)
}

/// The place of a side, if it has one in these sources.
fn side_place<'s>(side: &Side, sources: &'s Sources) -> Option<(&'s Sources, Span)> {
    side.place.filter(|span| (span.file.0 as usize) < sources.iter().count()).map(|span| (sources, span))
}

/// "3 findings"
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
