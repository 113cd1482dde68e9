//! Operations: the struct that a caller fills in, the enum of its answers where they differ, and what is said of them in clauses, of
//! which the engine makes the table that it executes.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::clauses::{Clauses, Json};
use super::docs::{deprecation, documentation};
use super::names;
use super::scope::Scope;
use super::structs::{RustField, Use, constructors, rust_fields};
use super::types::{answer_type, json, plain, rust_type};
use super::{examples, pages, steps, triggers};
use crate::model::{
    Answer, Constant, ConstantPlace, Cost, Decoding, Encoding, Failure, Field, ItemStream, Life, Limit, Module, ModuleServer, PathPart,
    Place, RetryClass, Type,
};
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
    let lines: TokenStream = fields.iter().map(RustField::input).collect();
    let constructors = constructors(&name, &fields, scope);
    let output = Output::of(module, &called.output, scope);
    let (output_type, answers_enum) = (&output.rust, output.definition(&name));
    let clauses = clauses(module, &output, scope).tokens();
    let search = if module.kind == ModuleKind::Trigger { triggers::traits(module, &name, scope) } else { search(module, &name, scope) };
    let offered = offered(&name, module, scope);
    let uploads = sends_parts(module, scope).then(|| quote!(impl lp::Uploads for #name {}));
    quote! {
        lp::operation! {
            #docs
            #life
            pub struct #name #spec_name -> #output_type {
                #lines
            }
            #clauses
        }
        #constructors
        #answers_enum
        #search
        #uploads
        #offered
    }
}

/// Whether a file goes in parts, in the module's own exchange or in one of its steps.
fn sends_parts(module: &Module, scope: &Scope<'_>) -> bool {
    let called = |step: &crate::model::Step| {
        let modules = scope.projection.modules.iter().map(|one| &one.item);
        modules.into_iter().any(|one| one.symbol == step.module && one.revision == step.revision && one.parts.is_some())
    };
    module.parts.is_some() || module.steps.iter().flat_map(|steps| &steps.list).any(called)
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
    if let [Answer { decoding: Decoding::Items(_), body: Some(Type::List(item, _)), .. }] = &module.answers[..] {
        let item = rust_type(item, scope);
        return quote!(impl lp::Streaming for #name { type Event = #item; });
    }
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

/// All that the runtime is told.
fn clauses(module: &Module, output: &Output, scope: &Scope<'_>) -> Clauses {
    let mut clauses = Clauses::of(&output.rust);
    clauses.say("name", &scope.projection.model.full_name(module.symbol));
    if module.revision != 1 {
        clauses.say("revision", &module.revision.to_string());
    }
    clauses.say("title", &module.title);
    clauses.say("docs", &module.docs);
    clauses.say("kind", kind(module.kind));
    if module.is_exchange() {
        exchange(module, output, &mut clauses, scope);
    } else if module.webhook.is_some() {
        // Of a delivery, only what it holds is said.
        answers(module, output, &mut clauses, scope);
    }
    for one in &module.fails {
        let said = failure(one, &mut clauses, scope);
        clauses.say_json("fails", said);
    }
    pages::page(module, &mut clauses, scope);
    if let Some(parts) = &module.parts {
        let said = Json::object().text("by", parts.by.word()).number("size", Some(parts.size)).number("multiple", Some(parts.multiple));
        clauses.say_json("parts", said.json("next", &Json::texts(&parts.next)));
    }
    triggers::said(module, &mut clauses, scope);
    if module.is_exchange() {
        clauses.say("retry", &retry(&module.retry));
        module.limits.iter().for_each(|one| clauses.say_json("limit", limit(one)));
        if let Some(Cost { points, header }) = &module.cost {
            clauses.say_json("cost", Json::object().number("points", u64::from(*points)).maybe("header", header.as_deref()));
        }
    }
    clauses.say("only", &module.connections.join(" "));
    if let Some(steps) = &module.steps {
        steps::steps(steps, &mut clauses, scope);
    }
    if let Some(told) = &module.life {
        clauses.say_json("life", life(told));
    }
    module.examples.iter().for_each(|one| clauses.say_json("example", examples::clause(one)));
    clauses
}

/// What is said of the one exchange of a module.
fn exchange(module: &Module, output: &Output, clauses: &mut Clauses, scope: &Scope<'_>) {
    clauses.say("sends", &format!("{} {}", module.method, numbered_path(module)));
    clauses.say("server", &server(&module.server));
    clauses.say("in", &module.inputs.iter().map(|input| place(&input.place)).collect::<Vec<_>>().join(" "));
    module.constants.iter().for_each(|one| clauses.say_json("constant", constant(one)));
    clauses.say("body", &body(&module.encoding));
    answers(module, output, clauses, scope);
}

fn answers(module: &Module, output: &Output, clauses: &mut Clauses, scope: &Scope<'_>) {
    for (one, variant) in module.answers.iter().zip(&output.of_answer) {
        let said = answer(one, *variant, clauses, scope);
        clauses.say_json("answer", said);
    }
}

fn kind(kind: ModuleKind) -> &'static str {
    match kind {
        ModuleKind::Action => "",
        ModuleKind::Search => "search",
        ModuleKind::Trigger => "trigger",
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
pub(crate) fn input_index(module: &Module, name: &str) -> u64 {
    module.inputs.iter().position(|input| input.field.name == name).expect("a checked module names only its own inputs") as u64
}

fn server(server: &ModuleServer) -> String {
    match server {
        ModuleServer::Default => String::new(),
        ModuleServer::Named(index) => index.to_string(),
        ModuleServer::Own(template) => format!("own {}", template.text),
        ModuleServer::Outside => "outside".to_owned(),
        ModuleServer::Inside => "inside".to_owned(),
    }
}

/// Where an input goes, and in which style if that is not the usual one.
fn place(place: &Place) -> String {
    let styled = |place: &str, style: &str, usual: &str| if style == usual { place.to_owned() } else { format!("{place}.{style}") };
    match place {
        Place::Path(style) => styled("path", style, "simple"),
        Place::Query(style) => styled("query", style, "form_explode"),
        Place::Header(style) => styled("header", style, "simple"),
        Place::Cookie(style) => styled("cookie", style, "form_explode"),
        Place::Body => "body".to_owned(),
        Place::WholeBody => "whole".to_owned(),
        Place::Steps => unreachable!("a module with steps has no exchange"),
    }
}

fn constant(constant: &Constant) -> Json {
    let (place, value) = match constant.place {
        ConstantPlace::Query => ("query", plain(&constant.value)),
        ConstantPlace::Header => ("header", plain(&constant.value)),
        ConstantPlace::Cookie => ("cookie", plain(&constant.value)),
        ConstantPlace::Body => ("body", json(&constant.value)),
    };
    Json::object().text("in", place).text("name", &constant.name).text("value", &value)
}

fn body(encoding: &Encoding) -> String {
    match encoding {
        Encoding::None => String::new(),
        Encoding::Json => "json".to_owned(),
        Encoding::JsonAs(content_type) => format!("json {content_type}"),
        Encoding::Form => "form".to_owned(),
        Encoding::Multipart => "multipart".to_owned(),
        Encoding::Xml(root) => format!("xml {root}"),
        Encoding::Raw(content_type) => format!("raw {content_type}"),
        Encoding::Graphql(document) => format!("graphql {document}"),
    }
}

/// An answer as what it says over the usual one: any 2xx, of which nothing is read.
fn answer(answer: &Answer, variant: Option<u16>, clauses: &mut Clauses, scope: &Scope<'_>) -> Json {
    let on = if answer.statuses == (200, 299) { String::new() } else { statuses(answer.statuses) };
    let (decoding, content_type) = match &answer.decoding {
        Decoding::Nothing => ("", ""),
        Decoding::Json => ("json", ""),
        Decoding::Xml => ("xml", ""),
        Decoding::Text(content_type) => ("text", content_type.as_str()),
        Decoding::Stream => ("stream", ""),
        Decoding::Items(items) => (items.framing.word(), ""),
        Decoding::Headers => ("headers", ""),
    };
    let shape = answer.body.as_ref().map(|body| clauses.number(&answer_type(Some(body), scope)));
    let said = Json::object().json("on", &on).text("as", decoding).text("type", content_type).number("shape", shape);
    let said = if let Decoding::Items(items) = &answer.decoding { streamed(said, items) } else { said };
    said.json("at", &Json::texts(&answer.at)).number("variant", variant.map(u64::from))
}

fn streamed(said: Json, items: &ItemStream) -> Json {
    said.flag("named", items.named).flag("resume", items.resume).maybe("end", items.end.as_deref())
}

/// `[200,299]`
fn statuses((from, to): (u16, u16)) -> String {
    format!("[{from},{to}]")
}

fn failure(failure: &Failure, clauses: &mut Clauses, scope: &Scope<'_>) -> Json {
    let on = Json::array(failure.statuses.iter().copied().map(statuses));
    let when = failure.when.as_ref().map_or_else(String::new, |(path, equals)| {
        Json::object().json("path", &Json::texts(path)).maybe("equals", equals.as_deref()).finished()
    });
    let shape = clauses.number(&rust_type(&failure.body, scope));
    let said = Json::object().json("on", &on).json("when", &when).number("shape", shape).json("at", &Json::texts(&failure.at));
    said.json("code", &Json::texts(&failure.code)).json("message", &Json::texts(&failure.message))
}

fn retry(retry: &RetryClass) -> String {
    match retry {
        RetryClass::Safe => "safe".to_owned(),
        RetryClass::Idempotent => "idempotent".to_owned(),
        RetryClass::Key(header) => format!("key {header}"),
        RetryClass::Never => String::new(),
    }
}

fn limit(limit: &Limit) -> Json {
    let count = |count: u64| count.min(u64::from(u32::MAX));
    match limit {
        Limit::Concurrent(most) => Json::object().number("concurrent", count(*most)),
        Limit::Window { count: calls, millis, moving, points } => {
            let said = Json::object().number("count", count(*calls)).number("millis", *millis).json("moving", &moving.to_string());
            said.flag("points", *points)
        }
        Limit::Headers { remaining, reset, kind, points } => {
            let kind = if matches!(kind.as_str(), "epoch" | "date") { kind } else { "delta" };
            Json::object().text("remaining", remaining).text("reset", reset).text("kind", kind).flag("points", *points)
        }
    }
}

fn life(life: &Life) -> Json {
    let (since, sunset) = (life.since.map(|date| date.to_string()), life.sunset.map(|date| date.to_string()));
    let said = Json::object().maybe("since", since.as_deref()).maybe("sunset", sunset.as_deref());
    said.maybe("successor", life.successor.as_deref()).text("why", &life.why)
}
