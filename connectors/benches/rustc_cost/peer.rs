//! The peer: the same types under serde's derives, and one async fn per operation with its request written out, as generators do.

use std::collections::BTreeSet;

use linchpin_compiler::model::{
    Answer, ConstantPlace, Decoding, Encoding, Field, Input, Literal, Module, PathPart, Place, Projection, Symbol, Type, TypeDef,
    TypeDefKind,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

/// Words that need the raw form as names.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "box", "break", "const", "continue", "do", "dyn", "else", "enum", "extern", "false", "final", "fn",
    "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The whole crate.
pub(crate) fn generate(projections: &[Projection<'_>]) -> TokenStream {
    let versions = projections.iter().map(version);
    quote! {
        #[derive(Debug)]
        pub enum Error { Transport(reqwest::Error), Api(u16, serde_json::Value), Status(u16) }
        impl From<reqwest::Error> for Error {
            fn from(error: reqwest::Error) -> Self { Self::Transport(error) }
        }
        #(#versions)*
    }
}

struct Version<'p> {
    projection: &'p Projection<'p>,
}

fn version(projection: &Projection<'_>) -> TokenStream {
    let name = module_of(projection.version);
    let version = Version { projection };
    let types = projection.types.iter().map(|one| match one.same_as {
        Some(earlier) => {
            let (earlier, name) = (module_of(earlier), version.name(one.item.symbol));
            quote!(pub use super::#earlier::#name;)
        }
        None => version.definition(&one.item),
    });
    // Generators of this kind know requests: what the owner delivers, and what is done in steps, only our crate has.
    let operations = projection.modules.iter().enumerate().map(|(index, one)| match one.same_as {
        None if !one.item.method.is_empty() => version.operation(index, &one.item),
        _ => TokenStream::new(),
    });
    let round_trips = projection.types.iter().enumerate().filter(|(_, one)| one.same_as.is_none()).map(|(index, one)| {
        let (function, name) = (format_ident!("round_trip_{index}"), version.name(one.item.symbol));
        quote! {
            pub fn #function(text: &str) -> Result<String, serde_json::Error> {
                let value: #name = serde_json::from_str(text)?;
                serde_json::to_string(&value)
            }
        }
    });
    quote!(pub mod #name { #(#types)* #(#operations)* #(#round_trips)* })
}

fn module_of(version: usize) -> Ident {
    format_ident!("v{version}")
}

/// A field's name; with a rename where that is not its name on the wire.
fn field_name(field: &Field) -> (Ident, TokenStream) {
    let (name, wire) = (&field.name, &field.wire);
    let ident = match name.as_str() {
        "self" | "super" | "crate" | "Self" => format_ident!("{name}_"),
        word if KEYWORDS.contains(&word) => Ident::new_raw(word, Span::call_site()),
        _ => format_ident!("{name}"),
    };
    let same = name == wire && !name.ends_with('_');
    (ident, if same { TokenStream::new() } else { quote!(#[serde(rename = #wire)]) })
}

impl Version<'_> {
    fn name(&self, symbol: Symbol) -> Ident {
        let name = &self.projection.model.name(symbol).name;
        format_ident!("{}{}", name[..1].to_uppercase() + &name[1..], symbol.0)
    }

    fn rust_type(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Int(_) | Type::Literal(Literal::Int(_)) => quote!(i64),
            Type::Float(_) | Type::Decimal(_) => quote!(f64),
            Type::Bool | Type::Literal(Literal::Bool(_)) => quote!(bool),
            Type::DateTime(_) => quote!(jiff::Timestamp),
            Type::Date(_) => quote!(jiff::civil::Date),
            Type::Uuid => quote!(uuid::Uuid),
            Type::Url => quote!(url::Url),
            Type::Json => quote!(serde_json::Value),
            Type::File => quote!(Vec<u8>),
            Type::Named(symbol) => {
                let name = self.name(*symbol);
                quote!(#name)
            }
            Type::List(item, _) => {
                let item = self.rust_type(item);
                quote!(Vec<#item>)
            }
            Type::Map(item, _) => {
                let item = self.rust_type(item);
                quote!(std::collections::BTreeMap<String, #item>)
            }
            Type::Nullable(inner) => {
                let inner = self.rust_type(inner);
                quote!(Option<#inner>)
            }
            _ => quote!(String),
        }
    }

    fn definition(&self, definition: &TypeDef) -> TokenStream {
        let name = self.name(definition.symbol);
        let derives = quote!(#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]);
        match &definition.kind {
            TypeDefKind::Struct(fields) => {
                let fields = fields.iter().map(|field| self.field(field, Some(definition.symbol)));
                quote!(#derives pub struct #name { #(#fields)* })
            }
            TypeDefKind::Enum { variants, .. } if variants.iter().any(|one| matches!(one.value, Literal::Int(_))) => {
                quote!(#derives #[serde(transparent)] pub struct #name(pub i64);)
            }
            TypeDefKind::Enum { closed, variants } => {
                let variants = variants.iter().enumerate().map(|(index, variant)| {
                    let ident = format_ident!("V{index}");
                    let Literal::Text(value) = &variant.value else { unreachable!("integers stand above") };
                    quote!(#[serde(rename = #value)] #ident,)
                });
                let other = (!closed).then(|| {
                    quote!(
                        #[serde(untagged)]
                        Other(String),
                    )
                });
                quote!(#derives pub enum #name { #(#variants)* #other })
            }
            TypeDefKind::Union { tag, variants, .. } => {
                let style = match tag {
                    Some(tag) => quote!(#[serde(tag = #tag)]),
                    None => quote!(#[serde(untagged)]),
                };
                let variants = variants.iter().enumerate().map(|(index, variant)| {
                    let (ident, holds, value) = (format_ident!("V{index}"), self.rust_type(&variant.ty), &variant.tag);
                    let rename = tag.is_some().then(|| quote!(#[serde(rename = #value)]));
                    quote!(#rename #ident(Box<#holds>),)
                });
                quote!(#derives #style pub enum #name { #(#variants)* })
            }
        }
    }

    fn field(&self, field: &Field, owner: Option<Symbol>) -> TokenStream {
        let ty = self.rust_type(&field.ty);
        if field.rest {
            return quote!(#[serde(flatten)] pub extra: serde_json::Map<String, serde_json::Value>,);
        }
        let (ident, rename) = field_name(field);
        let boxed =
            owner.is_some_and(|owner| matches!(&field.ty, Type::Named(symbol) if self.reaches(*symbol, owner, &mut BTreeSet::new())));
        let ty = if boxed { quote!(Box<#ty>) } else { ty };
        if field.optional {
            quote!(#rename #[serde(default, skip_serializing_if = "Option::is_none")] pub #ident: Option<#ty>,)
        } else if field.nullable {
            quote!(#rename pub #ident: Option<#ty>,)
        } else {
            quote!(#rename pub #ident: #ty,)
        }
    }

    /// Does a type hold another by value?
    fn reaches(&self, from: Symbol, to: Symbol, seen: &mut BTreeSet<Symbol>) -> bool {
        if from == to {
            return true;
        }
        let Some(TypeDefKind::Struct(fields)) = self.projection.type_of(from).map(|one| &one.item.kind) else { return false };
        seen.insert(from) && fields.iter().any(|field| matches!(&field.ty, Type::Named(symbol) if self.reaches(*symbol, to, seen)))
    }

    fn operation(&self, index: usize, module: &Module) -> TokenStream {
        let (input, body, function, caller) = (
            format_ident!("Input{index}"),
            format_ident!("Body{index}"),
            format_ident!("operation_{index}"),
            format_ident!("call_{index}"),
        );
        let is_body = |input: &&Input| matches!(input.place, Place::Body);
        let fields = module.inputs.iter().filter(|one| !is_body(one)).map(|one| self.plain_field(&one.field));
        let members: Vec<_> = module.inputs.iter().filter(is_body).map(|one| self.field(&one.field, None)).collect();
        let has_body = !members.is_empty();
        let body_struct = has_body.then(|| quote!(#[derive(Clone, Debug, serde::Serialize)] pub struct #body { #(#members)* }));
        let body_field = has_body.then(|| quote!(pub body: #body,));
        let output = self.output(index, module);
        let (output_type, output_enum, arms) = (&output.0, &output.1, &output.2);
        let url = url(module);
        let method = Ident::new(&module.method.to_uppercase(), Span::call_site());
        let parameters = module.inputs.iter().map(parameter);
        let constants = module.constants.iter().map(|constant| {
            let (name, value) = (&constant.name, literal_text(&constant.value));
            match constant.place {
                ConstantPlace::Query => quote!(request = request.query(&[(#name, #value)]);),
                _ => quote!(request = request.header(#name, #value);),
            }
        });
        let sent = match (&module.encoding, has_body) {
            (Encoding::Form, true) => quote!(request = request.form(&input.body);),
            (_, true) => quote!(request = request.json(&input.body);),
            _ => TokenStream::new(),
        };
        quote! {
            #body_struct
            #output_enum
            #[derive(Clone, Debug)]
            pub struct #input { #(#fields)* #body_field }
            pub async fn #function(client: &reqwest::Client, base: &str, input: &#input) -> Result<#output_type, super::Error> {
                let mut request = client.request(reqwest::Method::#method, #url);
                #(#parameters)*
                #(#constants)*
                #sent
                let response = request.send().await?;
                match response.status().as_u16() {
                    #(#arms)*
                    status @ 400..=599 => Err(super::Error::Api(status, response.json().await?)),
                    status => Err(super::Error::Status(status)),
                }
            }
            pub fn #caller<'c>(client: &'c reqwest::Client, base: &'c str, input: &'c #input)
                -> std::pin::Pin<Box<dyn Future<Output = Result<#output_type, super::Error>> + Send + 'c>> {
                Box::pin(#function(client, base, input))
            }
        }
    }

    /// A field of an input, which no derive of serde sees.
    fn plain_field(&self, field: &Field) -> TokenStream {
        let (ident, _) = field_name(field);
        let ty = self.rust_type(&field.ty);
        if field.optional || field.nullable || field.default.is_some() {
            quote!(pub #ident: Option<#ty>,)
        } else {
            quote!(pub #ident: #ty,)
        }
    }

    /// The type of the answers, its enum if they differ, and the arms that read them.
    fn output(&self, index: usize, module: &Module) -> (TokenStream, TokenStream, Vec<TokenStream>) {
        let differ = module.answers.iter().any(|one| one.body != module.answers[0].body);
        let name = format_ident!("Output{index}");
        let arms = module.answers.iter().enumerate().map(|(number, answer)| {
            let (from, to) = answer.statuses;
            let read = self.read(answer);
            let variant = format_ident!("V{number}");
            let value = if differ { quote!(#name::#variant(#read)) } else { read };
            quote!(#from..=#to => Ok(#value),)
        });
        let arms = arms.collect();
        if !differ {
            return (self.answer_type(&module.answers[0]), TokenStream::new(), arms);
        }
        let variants = module.answers.iter().enumerate().map(|(number, answer)| {
            let (variant, holds) = (format_ident!("V{number}"), self.answer_type(answer));
            quote!(#variant(#holds),)
        });
        (quote!(#name), quote!(#[derive(Clone, Debug)] pub enum #name { #(#variants)* }), arms)
    }

    fn answer_type(&self, answer: &Answer) -> TokenStream {
        answer.body.as_ref().map_or_else(|| quote!(()), |ty| self.rust_type(ty))
    }

    fn read(&self, answer: &Answer) -> TokenStream {
        let ty = self.answer_type(answer);
        match (&answer.decoding, answer.at.first()) {
            (Decoding::Nothing, _) => quote!(()),
            (Decoding::Text(_), _) => quote!(response.text().await?),
            (Decoding::Stream, _) => quote!(response.bytes().await?.to_vec()),
            (_, Some(member)) => quote!({
                #[derive(serde::Deserialize)]
                struct Envelope { #[serde(rename = #member)] inner: #ty }
                response.json::<Envelope>().await?.inner
            }),
            _ => quote!(response.json::<#ty>().await?),
        }
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

/// The URL, written into a format string.
fn url(module: &Module) -> TokenStream {
    let mut text = String::from("{base}");
    let mut holes = Vec::new();
    for part in &module.path {
        match part {
            PathPart::Text(part) => text.push_str(&part.replace('{', "{{").replace('}', "}}")),
            PathPart::Input(name) => {
                text.push_str("{}");
                let field = &module.inputs.iter().find(|one| &one.field.name == name).expect("a hole has an input").field;
                let (ident, _) = field_name(field);
                holes.push(quote!(serde_json::json!(input.#ident).to_string().trim_matches('"')));
            }
        }
    }
    quote!(format!(#text, #(#holes),*))
}

/// How an input gets into the request.
fn parameter(input: &Input) -> TokenStream {
    let (ident, _) = field_name(&input.field);
    let wire = &input.field.wire;
    let add = match input.place {
        Place::Query(_) => quote!(request = request.query(&[(#wire, serde_json::json!(value))]);),
        Place::Header(_) | Place::Cookie(_) => quote!(request = request.header(#wire, serde_json::json!(value).to_string());),
        Place::WholeBody => quote!(request = request.json(value);),
        Place::Path(_) | Place::Body | Place::Steps => return TokenStream::new(),
    };
    let field = &input.field;
    if field.optional || field.nullable || field.default.is_some() {
        quote!(if let Some(value) = &input.#ident { #add })
    } else {
        quote!({ let value = &input.#ident; #add })
    }
}
