//! A spec's types in Rust: which type a field has, what must be boxed, and what the table is told of it.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;

use super::scope::Scope;
use crate::model::{Bounds, Literal, Type};

/// The Rust type.
pub(crate) fn rust_type(ty: &Type, scope: &Scope<'_>) -> TokenStream {
    match ty {
        Type::String(_) | Type::Literal(Literal::Text(_)) => quote!(lp::String),
        Type::Int(_) | Type::Literal(Literal::Int(_)) => quote!(i64),
        Type::Bool | Type::Literal(Literal::Bool(_)) => quote!(bool),
        Type::Float(_) => quote!(f64),
        Type::Decimal(_) => quote!(lp::Decimal),
        Type::Date(_) => quote!(lp::Date),
        Type::DateTime(_) => quote!(lp::DateTime),
        Type::Time => quote!(lp::Time),
        Type::Duration(_) => quote!(lp::Duration),
        Type::Uuid => quote!(lp::Uuid),
        Type::Url => quote!(lp::Url),
        Type::Bytes(_) => quote!(lp::Bytes),
        Type::Json => quote!(lp::Json),
        Type::Secret => quote!(lp::Secret),
        Type::Host => quote!(lp::Host),
        Type::File => quote!(lp::Body),
        Type::Id(of) => {
            let marker = scope.id_marker(of);
            quote!(lp::Id<#marker>)
        }
        Type::Named(symbol) => scope.type_path(*symbol),
        Type::List(item, _) => {
            let item = rust_type(item, scope);
            quote!(lp::Vec<#item>)
        }
        Type::Map(item, _) => {
            let item = rust_type(item, scope);
            quote!(lp::Map<#item>)
        }
        Type::Nullable(inner) => {
            let inner = rust_type(inner, scope);
            quote!(lp::Option<#inner>)
        }
    }
}

/// The Rust type of an answer: like any other, but a file is what streams in, and nothing is `()`.
pub(crate) fn answer_type(ty: Option<&Type>, scope: &Scope<'_>) -> TokenStream {
    match ty {
        None => quote!(()),
        Some(Type::File) => quote!(lp::Download),
        Some(ty) => rust_type(ty, scope),
    }
}

/// The table of a type's shape.
pub(crate) fn shape(rust: &TokenStream) -> TokenStream {
    quote!(<#rust as lp::Shaped>::LINK)
}

/// What a field's table demands of its values, and how they are written.
pub(crate) fn demands(ty: &Type) -> Vec<String> {
    let mut all = Vec::new();
    demanded(ty, "", &mut all);
    all.extend(Some(format(ty)).filter(|format| !format.is_empty()).map(|format| format!("format {format}")));
    all
}

/// What is demanded of a value, and of what is in it: `items.` for each level.
fn demanded(ty: &Type, prefix: &str, all: &mut Vec<String>) {
    match ty {
        Type::String(bounds) => length(bounds, prefix, all),
        Type::List(item, bounds) | Type::Map(item, bounds) => {
            length(bounds, prefix, all);
            demanded(item, &format!("{prefix}items."), all);
        }
        Type::Int(bounds) => range::<i64>(bounds, "range", prefix, all),
        Type::Float(bounds) | Type::Decimal(bounds) => range::<f64>(bounds, "fractions", prefix, all),
        Type::Literal(literal) => all.push(format!("{prefix}constant {}", json(literal))),
        Type::Nullable(inner) => demanded(inner, prefix, all),
        _ => {}
    }
}

/// How a value is written, or the items of a list: a field's format goes for all that it holds.
fn format(ty: &Type) -> &str {
    match ty {
        Type::Date(Some(format)) | Type::DateTime(Some(format)) | Type::Duration(Some(format)) | Type::Bytes(Some(format)) => format,
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => format(inner),
        _ => "",
    }
}

fn length(bounds: &Bounds, prefix: &str, all: &mut Vec<String>) {
    range::<u32>(bounds, "length", prefix, all);
    all.extend(bounds.pattern.as_ref().map(|pattern| format!("{prefix}pattern {pattern}")));
    all.extend(bounds.unique.then(|| format!("{prefix}unique")));
}

/// `length 1..255`; an end that is left out is open.
fn range<T: std::str::FromStr + std::fmt::Display>(bounds: &Bounds, what: &str, prefix: &str, all: &mut Vec<String>) {
    let end = |end: &Option<String>| end.as_deref().and_then(|end| end.parse::<T>().ok()).map_or_else(String::new, |end| end.to_string());
    if bounds.min.is_some() || bounds.max.is_some() {
        all.push(format!("{prefix}{what} {}..{}", end(&bounds.min), end(&bounds.max)));
    }
}

fn fraction(end: Option<&str>) -> Option<TokenStream> {
    let value: f64 = end?.parse().ok()?;
    value.is_finite().then(|| Token::f64_unsuffixed(value).into_token())
}

/// A literal as JSON text.
pub(crate) fn json(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => json_text(text),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

/// A literal as plain text, for queries, headers and cookies.
pub(crate) fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        other => json(other),
    }
}

pub(crate) fn json_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// The Rust expression of a literal.
pub(crate) fn expression(literal: &Literal) -> TokenStream {
    match literal {
        Literal::Text(text) => quote!(lp::String::from(#text)),
        Literal::Int(number) => Token::i64_unsuffixed(*number).into_token(),
        Literal::Bool(value) => quote!(#value),
    }
}

/// The Rust expression of a default, which is JSON text in wire form and fits its type.
pub(crate) fn default_value(ty: &Type, json: &str, scope: &Scope<'_>) -> TokenStream {
    simple_default(ty, json, scope).unwrap_or_else(|| {
        let (rust, format) = (rust_type(ty, scope), format(ty));
        quote!(lp::preset::<#rust>(#json, #format))
    })
}

/// The defaults that people write are mostly numbers, booleans, plain texts and known values of an enum.
fn simple_default(ty: &Type, json: &str, scope: &Scope<'_>) -> Option<TokenStream> {
    let text = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|text| !text.contains('\\'));
    match ty {
        Type::Int(_) => json.parse().ok().map(|number| Token::i64_unsuffixed(number).into_token()),
        Type::Float(_) => fraction(Some(json)),
        Type::Bool => json.parse::<bool>().ok().map(|value| quote!(#value)),
        Type::String(_) => text.map(|text| quote!(lp::String::from(#text))),
        Type::List(..) if json == "[]" => Some(quote!(lp::Vec::new())),
        Type::Literal(literal) => Some(expression(literal)),
        Type::Named(symbol) => {
            let variant = scope.enum_variant(*symbol, |value| self::json(value) == json)?;
            let path = scope.type_path(*symbol);
            Some(quote!(#path::#variant))
        }
        _ => None,
    }
}

trait IntoToken {
    fn into_token(self) -> TokenStream;
}

impl IntoToken for Token {
    fn into_token(self) -> TokenStream {
        proc_macro2::TokenTree::Literal(self).into()
    }
}
