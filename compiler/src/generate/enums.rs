//! Enums: the values a spec knows. An open one keeps a value that it does not know.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;

use super::docs::{deprecation, documentation};
use super::names;
use super::scope::Scope;
use crate::model::{EnumVariant, Literal, TypeDef};

/// An `enum` of the spec.
pub(crate) fn enumeration(definition: &TypeDef, closed: bool, variants: &[EnumVariant], scope: &Scope<'_>) -> TokenStream {
    let name = scope.names().type_name(definition.symbol);
    let spec_name = &scope.projection.model.name(definition.symbol).name;
    let docs = documentation(&definition.docs, &format!("`{spec_name}`"));
    let life = deprecation(definition.life.as_ref(), |written| scope.successor(written));
    let idents = names::variants(variants.iter().map(|one| one.name.as_str()), !closed);
    let lines: TokenStream = variants
        .iter()
        .zip(&idents)
        .map(|(variant, ident)| {
            let docs = documentation(&variant.docs, &format!("`{}`", variant.name));
            let life = deprecation(variant.life.as_ref(), |written| scope.successor(written));
            let value = wire_value(&variant.value);
            let named = (plain_snake(&ident.to_string()) != variant.name).then_some(&variant.name);
            quote!(#docs #life #ident #named = #value,)
        })
        .collect();
    let integers = variants.iter().any(|one| matches!(one.value, Literal::Int(_))).then(|| quote!(int));
    if closed {
        quote!(lp::closed_enum! { #docs #life pub enum #name #spec_name #integers { #lines } })
    } else {
        quote!(lp::open_enum! { #docs #life pub enum #name #spec_name #integers { #lines } })
    }
}

/// What the table takes a variant's name in the spec to be where it is not told: an underscore before each capital.
fn plain_snake(ident: &str) -> String {
    let mut name = String::with_capacity(ident.len() + 4);
    for (index, letter) in ident.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

fn wire_value(value: &Literal) -> Token {
    match value {
        Literal::Text(text) => Token::string(text),
        Literal::Int(number) => Token::i64_unsuffixed(*number),
        Literal::Bool(value) => Token::string(if *value { "true" } else { "false" }),
    }
}
