//! JSON text as nodes. The grammar is the crate's; comments and trailing commas, which people leave in, are let pass.

use super::codes;
use super::node::{Member, Node, Value};
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};
use jsonc_parser::ast;
use jsonc_parser::common::Range;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// Reads the text of one file.
pub(super) fn parse(file: FileId, text: &str) -> Result<Node, Box<Diagnostic>> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options());
    let value = parsed.map_err(|error| {
        let message = format!("this is not JSON: {}", lower_first(&error.kind().to_string()));
        Box::new(Diagnostic::new(codes::NOT_A_DOCUMENT, span(file, error.range()), message))
    })?;
    let empty = || Box::new(Diagnostic::new(codes::NOT_A_DOCUMENT, Span { file, start: 0, end: 0 }, "the file is empty"));
    value.value.map(|value| node(file, value)).ok_or_else(empty)
}

fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn node(file: FileId, value: ast::Value<'_>) -> Node {
    match value {
        ast::Value::NullKeyword(null) => Node { span: span(file, null.range), value: Value::Null },
        ast::Value::BooleanLit(literal) => Node { span: span(file, literal.range), value: Value::Bool(literal.value) },
        ast::Value::NumberLit(literal) => Node { span: span(file, literal.range), value: Value::Number(literal.value.into()) },
        ast::Value::StringLit(literal) => Node { span: span(file, literal.range), value: Value::Text(literal.value.into()) },
        ast::Value::Array(array) => {
            let items = array.elements.into_iter().map(|element| node(file, element)).collect();
            Node { span: span(file, array.range), value: Value::List(items) }
        }
        ast::Value::Object(object) => {
            let members = object.properties.into_iter().map(|property| member(file, property)).collect();
            Node { span: span(file, object.range), value: Value::Map(members) }
        }
    }
}

fn member(file: FileId, property: ast::ObjectProp<'_>) -> Member {
    let (key, range): (Box<str>, Range) = match property.name {
        ast::ObjectPropName::String(name) => (name.value.into(), name.range),
        ast::ObjectPropName::Word(name) => (name.value.into(), name.range),
    };
    Member { key, key_span: span(file, range), value: node(file, property.value) }
}

fn span(file: FileId, range: Range) -> Span {
    Span { file, start: range.start as u32, end: range.end as u32 }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
