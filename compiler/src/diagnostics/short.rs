//! A mistake on one line, for editors and logs.

use super::Diagnostic;
use crate::source::Sources;

/// `specs/acme.pin:14:8: error[P0301]: …`
pub fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let span = diagnostic.span();
    let file = sources.file(span.file);
    let (line, column) = file.line_column(span.start);
    let message = diagnostic.message.replace(['\n', '\r'], " ");
    format!("{}:{line}:{column}: {}[{}]: {message}", file.name, diagnostic.severity().name(), diagnostic.code.id)
}
