//! Which values a step's input takes: what is equal, and what loses nothing on the way.

use crate::model::Type;

/// Can a value of one type be given where another is wanted? Lengths and ranges are looked at when the call is made.
pub(super) fn fits(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (from, to) if *from == Type::UNKNOWN || *to == Type::UNKNOWN => true,
        (Type::Named(from), Type::Named(to)) => from == to,
        (Type::Id(from), Type::Id(to)) => from == to,
        (Type::List(from, _), Type::List(to, _)) | (Type::Map(from, _), Type::Map(to, _)) => !holds_file(from) && fits(from, to),
        (Type::Nullable(from), Type::Nullable(to)) => fits(from, to),
        (from, Type::Nullable(to)) => fits(from, to),
        // What is secret stays so, and a file is no text.
        (Type::Secret, to) => *to == Type::Secret,
        (Type::File, to) => *to == Type::File,
        (_, Type::Json) => !holds_file(from) && !holds_secret(from),
        (Type::Int(_), Type::Float(_) | Type::Decimal(_)) => true,
        (Type::Url | Type::Uuid | Type::Host, Type::String(_)) | (Type::String(_), Type::Secret) => true,
        (Type::Literal(from), to) => literal_fits(from, to),
        (Type::String(_), Type::String(_))
        | (Type::Int(_), Type::Int(_))
        | (Type::Float(_), Type::Float(_))
        | (Type::Decimal(_), Type::Decimal(_))
        | (Type::Date(_), Type::Date(_))
        | (Type::DateTime(_), Type::DateTime(_))
        | (Type::Duration(_), Type::Duration(_))
        | (Type::Bytes(_), Type::Bytes(_)) => true,
        (from, to) => from == to,
    }
}

fn literal_fits(from: &crate::model::Literal, to: &Type) -> bool {
    use crate::model::Literal;
    match (from, to) {
        (Literal::Text(_), Type::String(_)) | (Literal::Int(_), Type::Int(_)) | (Literal::Bool(_), Type::Bool) => true,
        (from, Type::Literal(to)) => from == to,
        _ => false,
    }
}

fn holds_file(ty: &Type) -> bool {
    holds(ty, &Type::File)
}

fn holds_secret(ty: &Type) -> bool {
    holds(ty, &Type::Secret)
}

fn holds(ty: &Type, what: &Type) -> bool {
    match ty {
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => holds(inner, what),
        ty => ty == what,
    }
}

/// A type in words.
pub(super) fn shown(ty: &Type, name: impl Fn(crate::model::Symbol) -> String + Copy) -> String {
    match ty {
        Type::String(_) => "string".to_owned(),
        Type::Int(_) => "int".to_owned(),
        Type::Float(_) => "float".to_owned(),
        Type::Decimal(_) => "decimal".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Date(_) => "date".to_owned(),
        Type::DateTime(_) => "datetime".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Duration(_) => "duration".to_owned(),
        Type::Uuid => "uuid".to_owned(),
        Type::Url => "url".to_owned(),
        Type::Bytes(_) => "bytes".to_owned(),
        Type::Json => "json".to_owned(),
        Type::Secret => "secret".to_owned(),
        Type::Host => "host".to_owned(),
        Type::File => "file".to_owned(),
        Type::Id(of) => format!("id<{of}>"),
        Type::Literal(literal) => super::super::scalars::literal_text(literal),
        Type::Named(symbol) => name(*symbol),
        Type::List(inner, _) => format!("[{}]", shown(inner, name)),
        Type::Map(inner, _) => format!("map<{}>", shown(inner, name)),
        Type::Nullable(inner) => format!("{} | null", shown(inner, name)),
    }
}
