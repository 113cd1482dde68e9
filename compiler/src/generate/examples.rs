//! Examples as tables, and the tests of a spec as Rust's tests.

use proc_macro2::{Literal as Token, TokenStream};
use quote::{format_ident, quote};

use super::clauses::Json;
use super::names;
use super::scope::{Scope, has_versions};
use super::tables::{member, members, option, some, text};
use crate::model::{Script, ScriptExchange};

/// An example or test.
pub(crate) fn table(script: &Script) -> TokenStream {
    let title = text(&script.title, |title| quote!(title: #title,));
    let given = text(&script.given, |given| quote!(given: #given,));
    let connection = member(script.connection.as_ref(), |(name, fields)| {
        let connection = some(&quote!((#name, #fields)));
        quote!(connection: #connection,)
    });
    let exchanges = script.exchanges.iter().map(exchange);
    let output = text(&script.output, |output| quote!(output: #output,));
    let fails = member(script.fails.as_ref(), |(kind, code)| {
        let code = option(code.as_ref(), |code| quote!(#code));
        let fails = some(&quote!((#kind, #code)));
        quote!(fails: #fails,)
    });
    quote! {
        lp::ExampleTable { #title #given #connection exchanges: &[#(#exchanges),*], #output #fails ..lp::ExampleTable::EMPTY }
    }
}

fn exchange(exchange: &ScriptExchange) -> TokenStream {
    let sends = member(exchange.sends.as_ref(), |(method, target)| quote!(sends: (#method, #target),));
    let request_headers = headers(&exchange.request_headers, &quote!(request_headers));
    let request_body = text(&exchange.request_body, |body| quote!(request_body: #body,));
    let status = Token::u16_unsuffixed(exchange.status);
    let headers = headers(&exchange.headers, &quote!(headers));
    let body = text(&exchange.body, |body| quote!(body: #body,));
    quote!(lp::ExampleExchange { #sends #request_headers #request_body status: #status, #headers #body ..lp::ExampleExchange::EMPTY })
}

fn headers(headers: &[(String, String)], name: &TokenStream) -> TokenStream {
    members(headers, |headers| {
        let headers = headers.iter().map(|(name, value)| quote!((#name, #value)));
        quote!(#name: &[#(#headers),*],)
    })
}

/// An example of an operation, as a clause.
pub(crate) fn clause(script: &Script) -> Json {
    let connection = script.connection.as_ref().map(|(name, fields)| pair(name, fields)).unwrap_or_default();
    let exchanges = Json::array(script.exchanges.iter().map(exchange_clause));
    let fails = script.fails.as_ref().map(|(kind, code)| Json::object().text("kind", kind).maybe("code", code.as_deref()).finished());
    let said = Json::object().text("title", &script.title).text("given", &script.given).json("connection", &connection);
    said.json("exchanges", &exchanges).text("output", &script.output).json("fails", &fails.unwrap_or_default())
}

fn exchange_clause(exchange: &ScriptExchange) -> String {
    let sends = exchange.sends.as_ref().map(|(method, target)| pair(method, target)).unwrap_or_default();
    let pairs = |headers: &[(String, String)]| Json::array(headers.iter().map(|(name, value)| pair(name, value)));
    let said = Json::object().json("sends", &sends).json("request_headers", &pairs(&exchange.request_headers));
    let said = said.text("request_body", &exchange.request_body).number("status", u64::from(exchange.status));
    said.json("headers", &pairs(&exchange.headers)).text("body", &exchange.body).finished()
}

fn pair(one: &str, two: &str) -> String {
    Json::texts(&[one, two])
}

/// The tests of one version: what the spec's tests and examples say, sent through the runtime. Names are unique in `taken`,
/// which all versions share.
pub(crate) fn tests(scope: &Scope<'_>, taken: &mut names::Taken) -> TokenStream {
    let api = &scope.projection.model.apis[scope.projection.version];
    let suffix = if api.name.is_empty() { String::new() } else { format!("_{}", scope.whole.versions[scope.projection.version]) };
    let mut name = |title: &str| names::ident(&taken.take(names::snake(&format!("{}{suffix}", names::snake(title))), "_"));
    let version = version_path(scope);
    let mut tests = TokenStream::new();
    for test in &scope.projection.tests {
        let Some(module) = dotted(scope, test.module) else { continue };
        let (name, table) = (name(&test.script.title), table(&test.script));
        tests.extend(test_function(&name, &version, &module, &quote!(&#table)));
    }
    for module in scope.projection.modules.iter().filter(|module| module.same_as.is_none()) {
        let symbol = scope.projection.model.name(module.item.symbol);
        let path = symbol.group.iter().map(|group| names::module(group));
        let operation = names::ident(&scope.names().operation(module.item.symbol, module.item.revision).operation);
        let called = format!("{}@{}", symbol.full(), module.item.revision);
        let table = quote!(<#version #(#path::)* #operation as lp::Operation>::table());
        for (index, _) in module.item.examples.iter().enumerate() {
            let index = Token::usize_unsuffixed(index);
            let name = name(&format!("example_of_{}", symbol.name));
            tests.extend(test_function(&name, &version, &called, &quote!(&#table.examples[#index])));
        }
    }
    if scope.projection.version + 1 == scope.projection.model.apis.len() {
        tests.extend(super::upgrades::tests(scope, &version, taken));
    }
    tests
}

fn test_function(name: &proc_macro2::Ident, version: &TokenStream, module: &str, example: &TokenStream) -> TokenStream {
    quote! {
        #[test]
        fn #name() {
            lp::spec_test::<#version Api>(#module, #example);
        }
    }
}

/// The way from the tests' module to a version's.
fn version_path(scope: &Scope<'_>) -> TokenStream {
    let version = &scope.whole.versions[scope.projection.version];
    if has_versions(scope.projection.model) { quote!(super::#version::) } else { quote!(super::) }
}

/// `repos.list_for_org@2`: the newest revision that this version has.
fn dotted(scope: &Scope<'_>, symbol: crate::model::Symbol) -> Option<String> {
    let revision = scope.names().newest_revision(symbol)?;
    Some(format!("{}@{revision}", scope.projection.model.full_name(symbol)))
}

/// The module that holds the tests.
pub(crate) fn module(tests: &TokenStream) -> TokenStream {
    if tests.is_empty() {
        return TokenStream::new();
    }
    let name = format_ident!("spec_tests");
    quote! {
        #[cfg(test)]
        mod #name {
            use ::linchpin_runtime::__codegen_v1 as lp;
            #tests
        }
    }
}
