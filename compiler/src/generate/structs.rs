//! Structs: the types of a spec, and what operations are given. Both are fields with a wire name, a place in a table, and a
//! way to be filled in.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::docs::{deprecation, documentation};
use super::names;
use super::scope::{Scope, is_patch};
use super::types::{default_value, demands, expression, rust_type};
use crate::model::{Field, Life, Symbol, Type, TypeDef};

/// Who reads the fields, which decides what may be left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Answers only: fields are read.
    Received,
    /// Sent: fields are filled in, and absent and null are told apart.
    Sent,
}

/// A field as Rust has it.
pub(crate) struct RustField<'m> {
    pub(crate) field: &'m Field,
    pub(crate) ident: Ident,
    /// What a caller gives.
    value: TokenStream,
    holder: Holder,
    boxed: bool,
    start: Start,
}

/// What holds the value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Plain,
    Option,
    Patch,
}

/// What `new` puts in.
enum Start {
    /// What the caller gives.
    Given,
    /// This, until a setter is called.
    Preset(TokenStream),
    /// This, for good.
    Constant(TokenStream),
}

/// The fields of a struct. `owner` is the struct itself, if others can name it.
pub(crate) fn rust_fields<'m>(fields: &[&'m Field], owner: Option<Symbol>, used: Use, scope: &Scope<'_>) -> Vec<RustField<'m>> {
    let idents = names::fields(fields.iter().map(|field| if field.rest { "extra" } else { field.name.as_str() }));
    fields.iter().zip(idents).map(|(field, ident)| rust_field(field, ident, owner, used, scope)).collect()
}

fn rust_field<'m>(field: &'m Field, ident: Ident, owner: Option<Symbol>, used: Use, scope: &Scope<'_>) -> RustField<'m> {
    let value = rust_type(&field.ty, scope);
    let value = if field.rest { quote!(lp::Map<#value>) } else { value };
    let boxed = owner.is_some_and(|owner| scope.is_boxed(owner, &field.ty));
    let holder = match field {
        _ if field.rest => Holder::Plain,
        _ if used == Use::Sent && is_patch(field) => Holder::Patch,
        _ if field.nullable || (field.optional && field.default.is_none()) => Holder::Option,
        _ => Holder::Plain,
    };
    let start = match (&field.ty, &field.default) {
        _ if field.rest => Start::Preset(quote!(lp::Map::new())),
        (Type::Literal(literal), _) if holder == Holder::Plain => Start::Constant(expression(literal)),
        (_, Some(json)) if json == "null" => Start::Preset(quote!(lp::None)),
        (ty, Some(json)) => {
            let value = default_value(ty, json, scope);
            Start::Preset(held(value, holder, boxed))
        }
        (_, None) if holder == Holder::Patch => Start::Preset(quote!(lp::Patch::Leave)),
        (_, None) if field.optional => Start::Preset(quote!(lp::None)),
        _ => Start::Given,
    };
    RustField { field, ident, value, holder, boxed, start }
}

/// A value in what holds it.
fn held(value: TokenStream, holder: Holder, boxed: bool) -> TokenStream {
    let value = if boxed { quote!(lp::Box::new(#value)) } else { value };
    match holder {
        Holder::Plain => value,
        Holder::Option => quote!(lp::Some(#value)),
        Holder::Patch => quote!(lp::Patch::Set(#value)),
    }
}

impl RustField<'_> {
    /// Nobody sets it: the runtime does.
    pub(crate) fn is_filled_in(&mut self) {
        self.start = Start::Constant(quote!(lp::None));
    }

    /// The field's whole type.
    fn holding(&self) -> TokenStream {
        let value = &self.value;
        let value = if self.boxed { quote!(lp::Box<#value>) } else { value.clone() };
        match self.holder {
            Holder::Plain => value,
            Holder::Option => quote!(lp::Option<#value>),
            Holder::Patch => quote!(lp::Patch<#value>),
        }
    }

    /// What the table says of it: `name! wire`, and then what is demanded.
    fn said(&self) -> Vec<String> {
        let Field { name, wire, .. } = self.field;
        if self.field.rest {
            let mut said = vec![format!("{}*", self.ident)];
            said.extend(demands(&self.field.ty));
            said.extend(self.field.life.as_ref().map(deprecated));
            return said;
        }
        let required = if self.field.optional { "" } else { "!" };
        let nullable = if self.field.nullable { "?" } else { "" };
        let wire = if wire == name { String::new() } else { format!(" {wire}") };
        let mut said = vec![format!("{name}{required}{nullable}{wire}")];
        said.extend(demands(&self.field.ty));
        said.extend(self.field.default.as_ref().map(|json| format!("default {json}")));
        said.extend(self.field.life.as_ref().map(deprecated));
        said
    }

    /// Its line in the macro of a type.
    pub(crate) fn definition(&self, scope: &Scope<'_>) -> TokenStream {
        let docs = documentation(&self.field.docs, &format!("`{}`", self.field.name));
        let life = deprecation(self.field.life.as_ref(), |written| scope.successor(written));
        let line = self.line();
        quote!(#docs #life pub #line)
    }

    /// Its line in the macro of an operation. Only the table shows it, so it has no documentation that is made up.
    pub(crate) fn input(&self) -> TokenStream {
        let docs = &self.field.docs;
        let docs = if docs.trim().is_empty() { TokenStream::new() } else { documentation(docs, "") };
        let line = self.line();
        quote!(#docs #line)
    }

    fn line(&self) -> TokenStream {
        let (ident, ty, said) = (&self.ident, self.holding(), self.said());
        quote!(#ident: #ty = #(#said)*;)
    }

    fn is_given(&self) -> bool {
        matches!(self.start, Start::Given)
    }

    /// A parameter of `new`.
    fn parameter(&self) -> TokenStream {
        let (ident, value) = (&self.ident, self.given_type());
        quote!(#ident: impl lp::Into<#value>)
    }

    /// What a caller gives where it must be given: null is a value too.
    fn given_type(&self) -> TokenStream {
        if self.holder == Holder::Plain { self.value.clone() } else { self.holding() }
    }

    /// What `new` puts in.
    fn start(&self) -> TokenStream {
        let ident = &self.ident;
        match &self.start {
            Start::Given if self.holder == Holder::Plain => {
                let value = held(quote!(#ident.into()), self.holder, self.boxed);
                quote!(#ident: #value)
            }
            Start::Given => quote!(#ident: #ident.into()),
            Start::Preset(value) | Start::Constant(value) => quote!(#ident: #value),
        }
    }

    /// The setter of a field that need not be given, and what erases it.
    fn setters(&self, taken: &mut names::Taken, scope: &Scope<'_>) -> TokenStream {
        if !matches!(self.start, Start::Preset(_)) {
            return TokenStream::new();
        }
        let (ident, value) = (&self.ident, &self.value);
        let name = names::ident(&taken.take(ident.to_string(), "_"));
        let docs = documentation(&self.field.docs, &format!("Sets `{}`.", self.field.name));
        let life = deprecation(self.field.life.as_ref(), |written| scope.successor(written));
        let set = held(quote!(value.into()), self.holder, self.boxed);
        let eraser = (self.holder == Holder::Patch).then(|| {
            let name = names::ident(&taken.take(format_ident!("erase_{ident}").to_string(), "_"));
            let docs = documentation(&format!("Erases `{}`: sends null.", self.field.name), "");
            quote! {
                #docs
                #life
                #[inline]
                pub fn #name(mut self) -> Self {
                    self.#ident = lp::Patch::Erase;
                    self
                }
            }
        });
        quote! {
            #docs
            #life
            pub fn #name(mut self, value: impl lp::Into<#value>) -> Self {
                self.#ident = #set;
                self
            }
            #eraser
        }
    }
}

/// `new` with what is required, and a setter for the rest.
pub(crate) fn constructors(name: &Ident, fields: &[RustField<'_>], scope: &Scope<'_>) -> TokenStream {
    let parameters = fields.iter().filter(|field| field.is_given()).map(RustField::parameter);
    let starts = fields.iter().map(RustField::start);
    let mut taken = names::setters();
    let setters: TokenStream = fields.iter().map(|field| field.setters(&mut taken, scope)).collect();
    let is_given = fields.iter().any(RustField::is_given);
    let docs = if is_given { "With what is required." } else { "With nothing set." };
    // What takes nothing of a type of the caller's is compiled where it stands unless it is said to be for inlining.
    let inline = (!is_given).then(|| quote!(#[inline]));
    quote! {
        impl #name {
            #[doc = #docs]
            #inline
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#starts),* }
            }
            #setters
        }
    }
}

/// A `type` of the spec.
pub(crate) fn structure(definition: &TypeDef, fields: &[Field], scope: &Scope<'_>) -> TokenStream {
    let name = scope.names().type_name(definition.symbol);
    let spec_name = &scope.projection.model.name(definition.symbol).name;
    let is_sent = scope.whole.sent.contains(&definition.symbol);
    let used = if is_sent { Use::Sent } else { Use::Received };
    let fields: Vec<&Field> = fields.iter().collect();
    let fields = rust_fields(&fields, Some(definition.symbol), used, scope);
    let docs = documentation(&definition.docs, &format!("`{spec_name}`"));
    let life = deprecation(definition.life.as_ref(), |written| scope.successor(written));
    let lines: TokenStream = fields.iter().map(|field| field.definition(scope)).collect();
    let constructors = is_sent.then(|| constructors(&name, &fields, scope));
    let default = (is_sent && !fields.iter().any(RustField::is_given)).then(|| default(&name));
    quote! {
        lp::structure! {
            #docs
            #life
            pub struct #name #spec_name {
                #lines
            }
        }
        #constructors
        #default
    }
}

/// What needs nothing may be left to `Default`.
fn default(name: &Ident) -> TokenStream {
    quote! {
        impl lp::Default for #name {
            #[inline]
            fn default() -> Self { Self::new() }
        }
    }
}

/// What the table says of a deprecated field: when it stops, and what to use instead.
fn deprecated(life: &Life) -> String {
    format!("deprecated {}", life.ending())
}
