//! Types as text: as the language writes them, so that a lock reads like a spec; and back.

use crate::model::{Bounds, Literal, Model, Type};

/// What a type's text says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A type of the language, or a literal.
    Plain(String, Limits),
    /// A type of the connector.
    Named(String),
    /// `[T]`
    List(Box<Shape>, Limits),
    /// `map<T>`
    Map(Box<Shape>, Limits),
    /// `T | null`, inside of another.
    Nullable(Box<Shape>),
}

/// What stands in parentheses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limits {
    /// Lower end.
    pub(super) min: Option<f64>,
    /// Upper end.
    pub(super) max: Option<f64>,
    /// `pattern "…"`, `format "…"`, `unique`, in this order.
    pub(super) others: Vec<String>,
}

/// A type as the language writes it.
pub(super) fn text(model: &Model, ty: &Type) -> String {
    let mut out = String::new();
    write(model, ty, &mut out);
    out
}

fn write(model: &Model, ty: &Type, out: &mut String) {
    let (name, bounds) = match ty {
        Type::String(bounds) => ("string", Some(bounds)),
        Type::Int(bounds) => ("int", Some(bounds)),
        Type::Float(bounds) => ("float", Some(bounds)),
        Type::Decimal(bounds) => ("decimal", Some(bounds)),
        Type::Bool => ("bool", None),
        Type::Date(format) => return formatted("date", format.as_deref(), out),
        Type::DateTime(format) => return formatted("datetime", format.as_deref(), out),
        Type::Duration(format) => return formatted("duration", format.as_deref(), out),
        Type::Bytes(format) => return formatted("bytes", format.as_deref(), out),
        Type::Time => ("time", None),
        Type::Uuid => ("uuid", None),
        Type::Url => ("url", None),
        Type::Json => ("json", None),
        Type::Secret => ("secret", None),
        Type::Host => ("host", None),
        Type::File => ("file", None),
        Type::Id(of) => {
            out.push_str("id<");
            out.push_str(of);
            return out.push('>');
        }
        Type::Literal(value) => return out.push_str(&literal(value)),
        Type::Named(symbol) => return out.push_str(&model.full_name(*symbol)),
        Type::List(inner, bounds) => {
            out.push('[');
            write(model, inner, out);
            out.push(']');
            ("", Some(bounds))
        }
        Type::Map(inner, bounds) => {
            out.push_str("map<");
            write(model, inner, out);
            out.push('>');
            ("", Some(bounds))
        }
        Type::Nullable(inner) => {
            write(model, inner, out);
            (" | null", None)
        }
    };
    out.push_str(name);
    bounds.iter().for_each(|bounds| bounded(bounds, out));
}

fn formatted(name: &str, format: Option<&str>, out: &mut String) {
    out.push_str(name);
    if let Some(format) = format {
        out.push_str("(format ");
        out.push_str(&quoted(format));
        out.push(')');
    }
}

fn bounded(bounds: &Bounds, out: &mut String) {
    let mut parts = Vec::new();
    if bounds.min.is_some() || bounds.max.is_some() {
        parts.push(format!("{}..{}", bounds.min.as_deref().unwrap_or_default(), bounds.max.as_deref().unwrap_or_default()));
    }
    parts.extend(bounds.pattern.as_ref().map(|pattern| format!("pattern {}", quoted(pattern))));
    parts.extend(bounds.unique.then(|| "unique".to_owned()));
    if !parts.is_empty() {
        out.push('(');
        out.push_str(&parts.join(", "));
        out.push(')');
    }
}

/// A literal as the language writes it.
pub(super) fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => quoted(text),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

/// A string as the language writes it. It has its own rule for what is not seen, since what stands in locks stays as it is, byte for byte.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other if other.is_control() => out.push_str(&format!("\\u{{{:X}}}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// What a text says; none when it is no type.
pub(super) fn parse(text: &str) -> Option<Shape> {
    let mut rest = text;
    let shape = shape(&mut rest, 0)?;
    rest.is_empty().then_some(shape)
}

/// How deep lists and maps may stand in each other: a damaged lock must not exhaust the stack.
const DEPTH: usize = 32;

fn shape(rest: &mut &str, depth: usize) -> Option<Shape> {
    if depth > DEPTH {
        return None;
    }
    let mut one = if let Some(inner) = rest.strip_prefix('[') {
        *rest = inner;
        let item = shape(rest, depth + 1)?;
        *rest = rest.strip_prefix(']')?;
        Shape::List(Box::new(item), limits(rest)?)
    } else if let Some(inner) = rest.strip_prefix("map<") {
        *rest = inner;
        let item = shape(rest, depth + 1)?;
        *rest = rest.strip_prefix('>')?;
        Shape::Map(Box::new(item), limits(rest)?)
    } else if rest.starts_with('"') {
        let length = string_length(rest)?;
        let (literal, behind) = rest.split_at(length);
        *rest = behind;
        Shape::Plain(literal.to_owned(), Limits::default())
    } else {
        let length = rest.find([']', '>', '(', ' ', ')', ',', '"']).unwrap_or(rest.len());
        let length = if rest.starts_with("id<") { rest.find('>')? + 1 } else { length };
        let (name, behind) = rest.split_at(length);
        *rest = behind;
        match name {
            "" => return None,
            name if is_plain(name) => Shape::Plain(name.to_owned(), limits(rest)?),
            name => Shape::Named(name.to_owned()),
        }
    };
    while let Some(behind) = rest.strip_prefix(" | null") {
        *rest = behind;
        one = Shape::Nullable(Box::new(one));
    }
    Some(one)
}

fn is_plain(name: &str) -> bool {
    const PLAIN: [&str; 18] = [
        "string", "int", "float", "decimal", "bool", "date", "datetime", "duration", "bytes", "time", "uuid", "url", "json", "secret",
        "host", "file", "true", "false",
    ];
    PLAIN.contains(&name) || name.starts_with("id<") || name.starts_with('-') || name.starts_with(|first: char| first.is_ascii_digit())
}

fn limits(rest: &mut &str) -> Option<Limits> {
    let mut limits = Limits::default();
    let Some(mut inside) = rest.strip_prefix('(') else { return Some(limits) };
    loop {
        if let Some(behind) = inside.strip_prefix(')') {
            *rest = behind;
            return Some(limits);
        }
        inside = inside.strip_prefix(", ").unwrap_or(inside);
        let length = match inside.find('"').filter(|at| inside[..*at].trim_end().chars().all(|letter| letter.is_ascii_lowercase())) {
            Some(at) => at + string_length(&inside[at..])?,
            None => inside.find([')', ','])?,
        };
        let (part, behind) = inside.split_at(length);
        inside = behind;
        match part.split_once("..") {
            Some((min, max)) if !part.contains('"') => {
                limits.min = number(min)?;
                limits.max = number(max)?;
            }
            _ => limits.others.push(part.to_owned()),
        }
    }
}

fn number(text: &str) -> Option<Option<f64>> {
    if text.is_empty() { Some(None) } else { text.replace('_', "").parse().ok().map(Some) }
}

/// The length of a string literal, its quotes included.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return Some(at + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

impl Limits {
    /// Is everything that these let through let through by the others?
    pub(super) fn lie_within(&self, others: &Limits) -> bool {
        let low = others.min.is_none_or(|least| self.min.is_some_and(|min| min >= least));
        let high = others.max.is_none_or(|most| self.max.is_some_and(|max| max <= most));
        low && high && others.others.iter().all(|one| self.others.contains(one))
    }

    /// The format of a date and the like, which is not a bound but another type.
    pub(super) fn format(&self) -> Option<&String> {
        self.others.iter().find(|one| one.starts_with("format "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        for text in [
            "string",
            "string(1..255)",
            "string(..3, pattern \"^a(b),\\\"$\")",
            "[repos.Project](..10, unique)",
            "map<[int(-5..)]>",
            "[Issue | null]",
            "id<User>",
            "\"a > b]\"",
            "-42",
            "date(format \"%d.%m\")",
        ] {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in ["", "[string", "map<int", "string(1..", "string)", "\"open", "string(a..b)"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn bounds_lie_within_wider_ones() {
        let limits = |text: &str| match parse(text) {
            Some(Shape::Plain(_, limits)) => limits,
            other => panic!("{other:?}"),
        };
        assert!(limits("int(2..5)").lie_within(&limits("int(1..)")));
        assert!(!limits("int(1..)").lie_within(&limits("int(2..5)")));
        assert!(!limits("string").lie_within(&limits("string(pattern \"a\")")));
    }
}
