//! The steps of an operation that makes several exchanges: a table each, and the table of the operation that it calls by its type.

use proc_macro2::TokenStream;
use quote::quote;

use super::names;
use super::scope::Scope;
use super::tables::{members, some, text, texts};
use crate::model::{FilePart, Step, StepPath, StepSource, StepValue, Steps, Symbol};

/// The `steps` and `gives` of a table.
pub(crate) fn steps(steps: &Steps, scope: &Scope<'_>) -> TokenStream {
    let list = steps.list.iter().map(|one| step(one, scope));
    let gives = path(&steps.gives);
    quote! {
        steps: &[#(#list),*],
        gives: #gives,
    }
}

/// What the documentation says of them.
pub(crate) fn docs(steps: &Steps, scope: &Scope<'_>) -> String {
    let called: Vec<String> = steps.list.iter().map(|step| format!("`{}`", spec_name(step.module, scope))).collect();
    match called.as_slice() {
        [only] => format!("It calls {only}."),
        called => format!("It calls {}, in this order.", called.join(", ")),
    }
}

fn spec_name(module: Symbol, scope: &Scope<'_>) -> String {
    let name = scope.projection.model.name(module);
    name.group.iter().chain([&name.name]).map(String::as_str).collect::<Vec<_>>().join(".")
}

pub(crate) fn step(step: &Step, scope: &Scope<'_>) -> TokenStream {
    let operation = names::ident(&scope.names().operation(step.module, step.revision).operation);
    let path = scope.path_to(&scope.projection.model.name(step.module).group);
    let name = text(&step.name, |name| quote!(name: #name,));
    let inputs = members(&step.inputs, |inputs| {
        let inputs = inputs.iter().map(member);
        quote!(inputs: &[#(#inputs),*],)
    });
    quote!(lp::StepTable { #name #inputs ..lp::StepTable::of(<#path #operation as lp::Operation>::TABLE) })
}

fn member((name, given): &(String, StepValue)) -> TokenStream {
    let given = value(given);
    quote!((#name, #given))
}

fn value(value: &StepValue) -> TokenStream {
    match value {
        StepValue::Json(json) => quote!(lp::StepValue::Json(#json)),
        StepValue::From(from) => {
            let from = path(from);
            quote!(lp::StepValue::From(#from))
        }
        StepValue::List(items) => {
            let items = items.iter().map(self::value);
            quote!(lp::StepValue::List(&[#(#items),*]))
        }
        StepValue::Object(given) => {
            let given = given.iter().map(member);
            quote!(lp::StepValue::Object(&[#(#given),*]))
        }
    }
}

pub(crate) fn path(path: &StepPath) -> TokenStream {
    let source = match &path.source {
        StepSource::Input(name) => quote!(lp::StepSource::Input(#name)),
        StepSource::Output(index) => {
            let index = proc_macro2::Literal::usize_unsuffixed(*index);
            quote!(lp::StepSource::Output(#index))
        }
        StepSource::Endpoint => quote!(lp::StepSource::Endpoint),
    };
    let down = members(&path.members, |names| {
        let names = texts(names);
        quote!(members: #names,)
    });
    let part = path.part.map(|part| {
        let part = match part {
            FilePart::Length => quote!(lp::FilePart::Length),
            FilePart::Name => quote!(lp::FilePart::Name),
            FilePart::Type => quote!(lp::FilePart::Type),
        };
        let part = some(&part);
        quote!(part: #part,)
    });
    quote!(lp::StepPath { source: #source, #down #part ..lp::StepPath::FIRST })
}
