//! A mistake as a JSON object on one line, for tools.

use super::json_value::Json;
use super::{Diagnostic, Fix};
use crate::source::{Sources, Span};

/// One object without a line end. Lines and columns count from 1, columns in characters; `end` is one past the last; offsets
/// are bytes from 0. The first label is the main place.
pub fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let labels =
        diagnostic.labels.iter().map(|label| Json::Object(vec![("place", place(label.span, sources)), ("text", Json::text(&label.text))]));
    let mut members = vec![
        ("severity", Json::text(diagnostic.severity().name())),
        ("code", Json::text(diagnostic.code.id)),
        ("title", Json::text(diagnostic.code.title)),
        ("message", Json::text(&diagnostic.message)),
        ("labels", Json::List(labels.collect())),
        ("help", Json::List(diagnostic.help.iter().map(Json::text).collect())),
    ];
    members.extend(diagnostic.fix.as_ref().map(|found| ("fix", fix(found, sources))));
    Json::Object(members).to_string()
}

fn fix(fix: &Fix, sources: &Sources) -> Json {
    let edits = fix.edits.iter().map(|edit| Json::Object(vec![("place", place(edit.span, sources)), ("text", Json::text(&edit.text))]));
    Json::Object(vec![("title", Json::text(&fix.title)), ("edits", Json::List(edits.collect()))])
}

fn place(span: Span, sources: &Sources) -> Json {
    let file = sources.file(span.file);
    let position = |at: u32| {
        let (line, column) = file.line_column(at);
        let numbers = [("line", line), ("column", column), ("offset", at as usize)];
        Json::Object(numbers.map(|(name, number)| (name, Json::Number(number))).into())
    };
    Json::Object(vec![("file", Json::text(&file.name)), ("start", position(span.start)), ("end", position(span.end))])
}
