//! Operations: the struct that a caller fills in, the enum of its answers where they differ, and the table that the engine
//! executes.

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::quote;

use super::docs::{deprecation, documentation};
use super::names;
use super::scope::Scope;
use super::structs::{RustField, Use, constructors, rust_fields};
use super::tables::{body, constants, failures, life, limits, member, members, path, some, statuses, text, texts};
use super::types::{answer_type, rust_type, shape};
use super::{examples, pages, steps, triggers};
use crate::model::{Answer, Decoding, Field, Module, ModuleServer, PathPart, Place, RetryClass};
use crate::syntax::ast::ModuleKind;

/// An action, search or trigger.
pub(crate) fn operation(module: &Module, scope: &Scope<'_>) -> TokenStream {
    let called = scope.names().operation(module.symbol, module.revision);
    let name = names::ident(&called.operation);
    let spec_name = &scope.projection.model.name(module.symbol).name;
    let docs = documentation(&docs(module, scope), spec_name);
    let life = deprecation(module.life.as_ref(), |written| scope.successor(written));
    let inputs: Vec<&Field> = module.inputs.iter().map(|input| &input.field).collect();
    let mut fields = rust_fields(&inputs, None, Use::Sent, scope);
    let polled = module.poll.iter().flat_map(|poll| &poll.inputs);
    polled.for_each(|name| fields.iter_mut().filter(|field| field.field.name == *name).for_each(RustField::is_filled_in));
    let private = TokenStream::new();
    let lines: TokenStream = fields.iter().map(|field| field.definition(&private, scope)).collect();
    let constructors = constructors(&name, &fields, scope);
    let output = Output::of(module, &called.output, scope);
    let (output_type, answers_enum) = (&output.rust, output.definition(&name));
    let table = table(module, &name, &output, scope);
    let search = if module.kind == ModuleKind::Trigger { triggers::traits(module, &name, scope) } else { search(module, &name, scope) };
    let offered = offered(&name, module, scope);
    quote! {
        lp::structure! {
            #docs
            #life
            pub struct #name #spec_name input {
                #lines
            }
        }
        #constructors
        #answers_enum
        impl lp::Operation for #name {
            type Output = #output_type;
            const TABLE: &'static lp::OperationTable = &#table;
        }
        #search
        #offered
    }
}

/// That this version has an operation, its own or one of an earlier version.
pub(crate) fn offered(name: &Ident, module: &Module, scope: &Scope<'_>) -> TokenStream {
    let root = scope.path_to(&[]);
    // What is sent once is no trigger, and what is watched is not sent.
    let how = if module.kind == ModuleKind::Trigger { quote!(WatchedIn) } else { quote!(OfferedBy) };
    quote!(impl lp::#how<#root Api> for #name {})
}

/// What the spec says, or the title; then the exchange, or what the steps call.
fn docs(module: &Module, scope: &Scope<'_>) -> String {
    let said = if module.docs.trim().is_empty() { module.title.trim_end_matches('.').to_owned() + "." } else { module.docs.clone() };
    if let Some(steps) = &module.steps {
        return format!("{}\n\n{}", said.trim_end(), steps::docs(steps, scope));
    }
    if module.webhook.is_some() {
        return said;
    }
    let path: String = module.path.iter().map(path_text).collect();
    format!("{}\n\n`{} {}`", said.trim_end(), module.method, path.replace('`', "'"))
}

fn path_text(part: &PathPart) -> String {
    match part {
        PathPart::Text(text) => text.clone(),
        PathPart::Input(name) => format!("{{{name}}}"),
    }
}

fn search(module: &Module, name: &Ident, scope: &Scope<'_>) -> TokenStream {
    let Some(page) = &module.page else { return TokenStream::new() };
    let item = rust_type(&page.item, scope);
    quote!(impl lp::Search for #name { type Item = #item; })
}

/// Has an operation an enum of its own for its answers?
pub(crate) fn has_own_output(module: &Module) -> bool {
    module.answers.iter().any(|answer| answer.body != module.answers[0].body)
}

/// What an operation gives.
struct Output {
    /// Its type.
    rust: TokenStream,
    /// The variants of its enum, when its answers have several shapes.
    variants: Vec<(Ident, TokenStream)>,
    /// For each answer, the variant it becomes.
    of_answer: Vec<Option<u16>>,
}

impl Output {
    fn of(module: &Module, enum_name: &str, scope: &Scope<'_>) -> Self {
        let mut shapes: Vec<&Answer> = Vec::new();
        let mut numbers = Vec::new();
        for answer in &module.answers {
            let known = shapes.iter().position(|one| one.body == answer.body);
            numbers.push(known.unwrap_or(shapes.len()));
            if known.is_none() {
                shapes.push(answer);
            }
        }
        if let [only] = shapes.as_slice() {
            let rust = answer_type(only.body.as_ref(), scope);
            return Self { rust, variants: Vec::new(), of_answer: vec![None; module.answers.len()] };
        }
        let variants = names::variants(shapes.iter().map(|answer| status_name(answer.statuses)), false);
        let variants = variants.into_iter().zip(&shapes).map(|(name, answer)| (name, answer_type(answer.body.as_ref(), scope))).collect();
        let name = names::ident(enum_name);
        Self { rust: quote!(#name), variants, of_answer: numbers.into_iter().map(|number| u16::try_from(number).ok()).collect() }
    }

    fn definition(&self, operation: &Ident) -> TokenStream {
        if self.variants.is_empty() {
            return TokenStream::new();
        }
        let name = &self.rust;
        let spec_name = name.to_string();
        let docs = format!("What [`{operation}`] gives.");
        let lines = self.variants.iter().map(|(variant, holds)| {
            let docs = format!("`{}`", names::snake(&variant.to_string()));
            quote!(#[doc = #docs] #variant(#holds),)
        });
        quote!(lp::answers! { #[doc = #docs] pub enum #name #spec_name { #(#lines)* } })
    }
}

/// The name that a status goes by.
fn status_name((from, to): (u16, u16)) -> &'static str {
    match (from, to) {
        (200, 200) => "ok",
        (201, 201) => "created",
        (202, 202) => "accepted",
        (203, 203) => "non_authoritative",
        (204, 204) => "no_content",
        (205, 205) => "reset_content",
        (206, 206) => "partial_content",
        (207, 207) => "multi_status",
        (301, 301) => "moved_permanently",
        (302, 302) => "found",
        (303, 303) => "see_other",
        (304, 304) => "not_modified",
        (307, 307) => "temporary_redirect",
        (308, 308) => "permanent_redirect",
        (200..=299, _) => "success",
        (300..=399, _) => "redirect",
        _ => "answer",
    }
}

fn table(module: &Module, name: &Ident, output: &Output, scope: &Scope<'_>) -> TokenStream {
    let spec_path = &scope.projection.model.name(module.symbol);
    let full_name = spec_path.group.iter().chain([&spec_path.name]).map(String::as_str).collect::<Vec<_>>().join(".");
    let revision = Token::u32_unsuffixed(module.revision);
    let title = &module.title;
    let docs = text(&module.docs, |docs| quote!(docs: #docs,));
    let kind = kind(module.kind);
    let input = shape(&quote!(#name));
    let Exchange { address, message, repetition } = Exchange::of(module, output, scope);
    let steps = module.steps.as_ref().map(|steps| steps::steps(steps, scope));
    let output = shape(&output.rust);
    let failures = failures(&module.fails, scope);
    let page = pages::page(module, scope);
    let trigger = triggers::table(module, scope);
    let connections = members(&module.connections, |names| {
        let names = texts(names);
        quote!(connections: #names,)
    });
    let life = life(module.life.as_ref());
    let examples = members(&module.examples, |list| {
        let list = list.iter().map(examples::table);
        quote!(examples: &[#(#list),*],)
    });
    quote! {
        lp::OperationTable {
            name: #full_name,
            revision: #revision,
            title: #title,
            #docs
            kind: #kind,
            #address
            input: #input,
            #message
            output: #output,
            #failures
            #page
            #trigger
            #repetition
            #connections
            #steps
            #life
            #examples
            ..lp::OperationTable::EMPTY
        }
    }
}

/// What is said of the one exchange of a module; nothing for one with steps.
#[derive(Default)]
struct Exchange {
    /// Where it goes.
    address: TokenStream,
    /// What is sent and what comes back.
    message: TokenStream,
    /// When and how often.
    repetition: TokenStream,
}

impl Exchange {
    fn of(module: &Module, output: &Output, scope: &Scope<'_>) -> Self {
        if !module.is_exchange() {
            // Of a delivery, only what it holds is said.
            let answers = module.answers.iter().zip(&output.of_answer).map(|(one, variant)| answer(one, *variant, scope));
            let message = member(module.webhook.as_ref(), |_| quote!(answers: &[#(#answers),*],));
            return Self { message, ..Self::default() };
        }
        let method = &module.method;
        let path = numbered_path(module);
        let server = server(&module.server);
        let places = places(module);
        let constants = constants(&module.constants);
        let body = body(&module.encoding);
        let answers = module.answers.iter().zip(&output.of_answer).map(|(one, variant)| answer(one, *variant, scope));
        let retry = retry(&module.retry);
        let limits = limits(&module.limits);
        Self {
            address: quote!(method: #method, path: #path, #server),
            message: quote!(#places #constants #body answers: &[#(#answers),*],),
            repetition: quote!(retry: #retry, #limits),
        }
    }
}

fn kind(kind: ModuleKind) -> TokenStream {
    match kind {
        ModuleKind::Action => quote!(lp::ModuleKind::Action),
        ModuleKind::Search => quote!(lp::ModuleKind::Search),
        ModuleKind::Trigger => quote!(lp::ModuleKind::Trigger),
    }
}

/// The path with the numbers of inputs in braces; a brace that is sent stands twice.
fn numbered_path(module: &Module) -> String {
    let part = |part: &PathPart| match part {
        PathPart::Text(text) => text.replace('{', "{{"),
        PathPart::Input(name) => format!("{{{}}}", input_index(module, name)),
    };
    module.path.iter().map(part).collect()
}

/// The number of an input; the checker has made sure that there is one.
pub(crate) fn input_index(module: &Module, name: &str) -> Token {
    let index = module.inputs.iter().position(|input| input.field.name == name).expect("a checked module names only its own inputs");
    Token::u16_unsuffixed(u16::try_from(index).expect("no module has as many inputs"))
}

fn server(server: &ModuleServer) -> TokenStream {
    let choice = match server {
        ModuleServer::Default => return TokenStream::new(),
        ModuleServer::Named(index) => {
            let index = Token::u16_unsuffixed(u16::try_from(*index).expect("no connector has as many servers"));
            quote!(Named(#index))
        }
        ModuleServer::Own(template) => {
            let template = &template.text;
            quote!(Own(#template))
        }
        ModuleServer::Outside => quote!(Outside),
    };
    quote!(server: lp::ServerChoice::#choice,)
}

fn places(module: &Module) -> TokenStream {
    members(&module.inputs, |inputs| {
        let places = inputs.iter().map(|input| match input.place {
            Place::Path(style) => styled("path", style),
            Place::Query(style) => styled("query", style),
            Place::Header(style) => styled("header", style),
            Place::Cookie(style) => styled("cookie", style),
            Place::Body => quote!(lp::IN_BODY),
            Place::WholeBody => quote!(lp::Place::WholeBody),
            Place::Steps => unreachable!("a module with steps has no exchange"),
        });
        quote!(places: &[#(#places),*],)
    })
}

fn styled(place: &str, style: &str) -> TokenStream {
    match (place, style) {
        ("path", "simple") => return quote!(lp::IN_PATH),
        ("query", "form_explode") => return quote!(lp::IN_QUERY),
        ("header", "simple") => return quote!(lp::IN_HEADER),
        _ => {}
    }
    let (place, style) = (names::ident(&names::camel(place)), names::ident(&names::camel(style)));
    quote!(lp::Place::#place(lp::Style::#style))
}

/// An answer as what it says over the usual ones: any 2xx, with JSON or with nothing.
fn answer(answer: &Answer, variant: Option<u16>, scope: &Scope<'_>) -> TokenStream {
    let statuses = member(Some(answer.statuses).filter(|range| *range != (200, 299)), |range| {
        let statuses = statuses(range);
        quote!(statuses: #statuses,)
    });
    let (decoding, usual) = match &answer.decoding {
        Decoding::Nothing => (None, quote!(EMPTY)),
        Decoding::Json => (None, quote!(JSON)),
        Decoding::Xml => (Some(quote!(Xml)), quote!(EMPTY)),
        Decoding::Text(content_type) => (Some(quote!(Text(#content_type))), quote!(EMPTY)),
        Decoding::Stream => (Some(quote!(Stream)), quote!(EMPTY)),
    };
    let decoding = member(decoding, |decoding| quote!(decoding: lp::Decoding::#decoding,));
    let shape = member(answer.body.as_ref(), |body| {
        let shape = shape(&answer_type(Some(body), scope));
        quote!(shape: #shape,)
    });
    let at = path(&answer.at, "at");
    let variant = member(variant, |number| {
        let number = Token::u16_unsuffixed(number);
        let variant = some(&quote!(#number));
        quote!(variant: #variant,)
    });
    let said = quote!(#statuses #decoding #shape #at #variant);
    if said.is_empty() { quote!(lp::Answer::#usual) } else { quote!(lp::Answer { #said ..lp::Answer::#usual }) }
}

fn retry(retry: &RetryClass) -> TokenStream {
    match retry {
        RetryClass::Safe => quote!(lp::RetryClass::Safe),
        RetryClass::Idempotent => quote!(lp::RetryClass::Idempotent),
        RetryClass::Key(header) => quote!(lp::RetryClass::Key(#header)),
        RetryClass::Never => quote!(lp::RetryClass::Never),
    }
}
