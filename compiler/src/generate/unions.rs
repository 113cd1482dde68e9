//! Unions: one of several types, told apart by a member or by trying.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{deprecation, documentation};
use super::names;
use super::scope::Scope;
use super::types::rust_type;
use crate::model::{TypeDef, UnionVariant};

/// A `union` of the spec.
pub(crate) fn union(definition: &TypeDef, tag: Option<&str>, closed: bool, variants: &[UnionVariant], scope: &Scope<'_>) -> TokenStream {
    let name = scope.names().type_name(definition.symbol);
    let spec_name = &scope.projection.model.name(definition.symbol).name;
    let docs = documentation(&definition.docs, &format!("`{spec_name}`"));
    let life = deprecation(definition.life.as_ref(), |written| scope.successor(written));
    let open = tag.is_some() && !closed;
    let idents = names::variants(variants.iter().map(|one| one.name.as_str()), open);
    let lines: TokenStream = variants
        .iter()
        .zip(idents)
        .map(|(variant, ident)| {
            let docs = documentation(&variant.docs, &format!("`{}`", variant.name));
            let holds = rust_type(&variant.ty, scope);
            let boxed = scope.is_boxed(definition.symbol, &variant.ty);
            let holds = if boxed { quote!(lp::Box<#holds>) } else { holds };
            let value = tag.is_some().then(|| {
                let value = &variant.tag;
                quote!(= #value)
            });
            let life = deprecation(variant.life.as_ref(), |written| scope.successor(written));
            quote!(#docs #life #ident(#holds) #value,)
        })
        .collect();
    match tag {
        None => quote!(lp::untagged_union! { #docs #life pub enum #name #spec_name { #lines } }),
        Some(tag) if closed => quote!(lp::tagged_union! { #docs #life pub enum #name #spec_name by #tag closed { #lines } }),
        Some(tag) => quote!(lp::tagged_union! { #docs #life pub enum #name #spec_name by #tag { #lines } }),
    }
}
