//! Mistakes as SARIF 2.1.0, for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use super::json_value::Json;
use super::{Code, Diagnostic, Diagnostics, Fix, Label, Severity};
use crate::source::{Sources, Span};

/// One log with one run: the mistakes of several compilations.
pub fn render(checked: &[(Sources, Diagnostics)]) -> String {
    let mut rules: Vec<Code> = checked.iter().flat_map(|(sources, found)| found.sorted(sources)).map(|one| one.code).collect();
    rules.sort_by_key(|code| code.id);
    rules.dedup();
    let results = checked.iter().flat_map(|(sources, found)| found.sorted(sources).into_iter().map(|one| result(one, sources, &rules)));
    log(rules.iter().map(rule).collect(), results.collect())
}

/// A log with one run of this tool, of these rules and results.
pub(crate) fn log(rules: Vec<Json>, results: Vec<Json>) -> String {
    let driver = Json::Object(vec![
        ("name", Json::text("linchpin")),
        ("semanticVersion", Json::text(env!("CARGO_PKG_VERSION"))),
        ("rules", Json::List(rules)),
    ]);
    let run = Json::Object(vec![
        ("tool", Json::Object(vec![("driver", driver)])),
        ("columnKind", Json::text("unicodeCodePoints")),
        ("results", Json::List(results)),
    ]);
    Json::Object(vec![
        ("$schema", Json::text("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")),
        ("version", Json::text("2.1.0")),
        ("runs", Json::List(vec![run])),
    ])
    .to_string()
}

fn rule(code: &Code) -> Json {
    Json::Object(vec![
        ("id", Json::text(code.id)),
        ("shortDescription", message(code.title)),
        ("help", Json::Object(vec![("text", Json::text(code.page)), ("markdown", Json::text(code.page))])),
        ("defaultConfiguration", Json::Object(vec![("level", level(code.severity))])),
    ])
}

fn level(severity: Severity) -> Json {
    Json::text(severity.name())
}

pub(crate) fn message(text: impl Into<String>) -> Json {
    Json::Object(vec![("text", Json::text(text))])
}

fn result(diagnostic: &Diagnostic, sources: &Sources, rules: &[Code]) -> Json {
    let text = std::iter::once(&diagnostic.message).chain(&diagnostic.help).cloned().collect::<Vec<_>>().join("\n");
    let index = rules.binary_search_by_key(&diagnostic.code.id, |code| code.id).unwrap_or_default();
    let mut members = vec![
        ("ruleId", Json::text(diagnostic.code.id)),
        ("ruleIndex", Json::Number(index)),
        ("level", level(diagnostic.severity())),
        ("message", message(text)),
        ("locations", Json::List(diagnostic.labels.iter().take(1).map(|label| location(label, sources)).collect())),
    ];
    if diagnostic.labels.len() > 1 {
        members.push(("relatedLocations", Json::List(diagnostic.labels[1..].iter().map(|label| location(label, sources)).collect())));
    }
    members.extend(diagnostic.fix.as_ref().map(|found| ("fixes", Json::List(vec![fix(found, sources)]))));
    Json::Object(members)
}

fn location(label: &Label, sources: &Sources) -> Json {
    let physical = Json::Object(vec![("artifactLocation", artifact(label.span, sources)), ("region", region(label.span, sources))]);
    let mut members = vec![("physicalLocation", physical)];
    if !label.text.is_empty() {
        members.push(("message", message(&label.text)));
    }
    Json::Object(members)
}

pub(crate) fn artifact(span: Span, sources: &Sources) -> Json {
    Json::Object(vec![("uri", Json::Text(uri(&sources.file(span.file).name)))])
}

/// A relative reference: what may not stand in one is percent-encoded.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.replace('\\', "/").bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub(crate) fn region(span: Span, sources: &Sources) -> Json {
    let file = sources.file(span.file);
    let (start_line, start_column) = file.line_column(span.start);
    let (end_line, end_column) = file.line_column(span.end);
    let numbers = [("startLine", start_line), ("startColumn", start_column), ("endLine", end_line), ("endColumn", end_column)];
    Json::Object(numbers.map(|(name, number)| (name, Json::Number(number))).into())
}

fn fix(fix: &Fix, sources: &Sources) -> Json {
    let changes = fix.edits.iter().map(|edit| {
        let replacement = Json::Object(vec![("deletedRegion", region(edit.span, sources)), ("insertedContent", message(&edit.text))]);
        Json::Object(vec![("artifactLocation", artifact(edit.span, sources)), ("replacements", Json::List(vec![replacement]))])
    });
    Json::Object(vec![("description", message(&fix.title)), ("artifactChanges", Json::List(changes.collect()))])
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::{Diagnostic, Diagnostics, codes, json};
    use crate::source::{Sources, Span};

    #[test]
    fn places_and_fixes_are_told_to_tools() {
        let mut sources = Sources::default();
        let file = sources.add("my specs/acme.pin", "é send \"x\"\n");
        let span = Span { file, start: 3, end: 7 };
        let diagnostic =
            Diagnostic::new(codes::UNKNOWN_STATEMENT, span, "`send` is \"odd\"").help("write `sent`").replace("write `sent`", span, "sent");
        let line = json::render(&diagnostic, &sources);
        let place = "{\"file\":\"my specs/acme.pin\",\"start\":{\"line\":1,\"column\":3,\"offset\":3},\"end\":{\"line\":1,\"column\":7,\"offset\":7}}";
        assert_eq!(
            line,
            format!(
                "{{\"severity\":\"error\",\"code\":\"P0102\",\"title\":\"unknown statement\",\"message\":\"`send` is \\\"odd\\\"\",\
                 \"labels\":[{{\"place\":{place},\"text\":\"\"}}],\"help\":[\"write `sent`\"],\
                 \"fix\":{{\"title\":\"write `sent`\",\"edits\":[{{\"place\":{place},\"text\":\"sent\"}}]}}}}"
            )
        );
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(diagnostic);
        let log = super::render(&[(sources, diagnostics)]);
        let region = "\"region\":{\"startLine\":1,\"startColumn\":3,\"endLine\":1,\"endColumn\":7}";
        assert!(log.contains(&format!(
            "\"locations\":[{{\"physicalLocation\":{{\"artifactLocation\":{{\"uri\":\"my%20specs/acme.pin\"}},{region}}}}}]"
        )));
        assert!(log.contains("\"ruleId\":\"P0102\",\"ruleIndex\":0,\"level\":\"error\""));
        assert!(log.contains("\"insertedContent\":{\"text\":\"sent\"}"));
    }
}
