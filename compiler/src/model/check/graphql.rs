//! GraphQL calls: a document is one call, its variables are the inputs, and it selects what is read. What the server's schema says is not known here.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes, nearest::nearest};
use crate::model::graphql::{self, Document, Found, Selection};
use crate::model::{ConstantPlace, Encoding, Field, Module, Place, Stop, Strategy, Type, TypeDefKind};
use crate::source::Span;

/// How deep a type is followed into a selection: fragments may lead back to themselves.
const DEPTH: usize = 32;

/// A document can be read, and holds one query or mutation.
pub(super) fn documents_are_one_call(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        let (Encoding::Graphql(text), Some(span)) = (&module.encoding, module.spans.detail) else { continue };
        if let Err(problem) = graphql::read(text) {
            checker.report(Diagnostic::new(codes::BAD_DOCUMENT, span, format!("the document is no GraphQL call: {problem}")));
        }
    }
}

/// Each variable is an input and each input a variable: a server takes no notice of one that it was not told of.
pub(super) fn variables_are_the_inputs(checker: &mut Checker<'_>) {
    for (module, document, span) in calls(checker) {
        let inputs = || module.inputs.iter().filter(|input| input.place == Place::Body).map(|input| &input.field);
        let constants = || module.constants.iter().filter(|constant| constant.place == ConstantPlace::Body);
        for variable in &document.variables {
            let name = variable.name.as_str();
            if let Some(input) = inputs().find(|input| input.wire == name) {
                if variable.required && (input.nullable || input.optional && input.default.is_none()) {
                    checker.report(may_be_absent(input, &variable.ty, span));
                }
            } else if !constants().any(|constant| constant.name == name) {
                checker.report(
                    Diagnostic::new(
                        codes::VARIABLES_DIFFER,
                        span,
                        format!("the document declares `${name}`, and no input gives it a value"),
                    )
                    .here(format!("`${name}: {}`", variable.ty))
                    .help(format!(
                        "add an input `{name}` behind the document, as in `{{ {name}: string }}`, or take the variable out of it"
                    )),
                );
            }
        }
        let given = inputs().map(|input| (&input.wire, input.span)).chain(constants().map(|constant| (&constant.name, constant.span)));
        for (wire, place) in given.filter(|(wire, _)| !document.variables.iter().any(|variable| variable.name == **wire)) {
            let names = document.variables.iter().map(|variable| variable.name.as_str());
            let problem = Diagnostic::new(codes::VARIABLES_DIFFER, place, format!("the document declares no variable `${wire}`"))
                .here("goes nowhere")
                .also(span, "the document");
            checker.report(match nearest(wire, names) {
                Some(near) => problem.help(format!("the document has `${near}`")),
                None => problem.help(format!("declare it behind the operation's name, as in `query Name(${wire}: String)`")),
            });
        }
    }
}

fn may_be_absent(input: &Field, ty: &str, document: Span) -> Diagnostic {
    Diagnostic::new(
        codes::VARIABLES_DIFFER,
        input.span,
        format!("the document wants a `{ty}` for `${}`, which may be left out here", input.wire),
    )
    .here("may be absent or null")
    .also(document, format!("`{ty}` must be given"))
    .help("make it required, give it a default, or take the `!` out of the document")
}

/// What is read of an answer is asked for: the places that are named, and what the types there need.
pub(super) fn what_is_read_is_selected(checker: &mut Checker<'_>) {
    for (module, document, span) in calls(checker) {
        for path in paths(module) {
            if let Found::Missing(name) = document.at(path) {
                checker.report(not_selected(&document, path, &name, span));
            }
        }
        let items = module.page.as_ref().map(|page| (&page.item, &page.items));
        let answers = module.answers.iter().filter_map(|answer| Some((answer.body.as_ref()?, &answer.at)));
        for (ty, path) in items.into_iter().chain(answers) {
            if let (false, Found::Selected(here)) = (path.is_empty(), document.at(path)) {
                members_are_selected(checker, &document, ty, &here, span, DEPTH);
            }
        }
    }
}

/// The places that are read by name.
fn paths(module: &Module) -> Vec<&[String]> {
    let mut paths: Vec<&[String]> = module.answers.iter().map(|answer| answer.at.as_slice()).collect();
    if let Some(page) = &module.page {
        paths.push(&page.items);
        paths.extend(match &page.strategy {
            Strategy::Cursor { read, .. } | Strategy::NextUrl { read } => Some(read.as_slice()),
            _ => None,
        });
        paths.extend(match &page.stop {
            Stop::More(told) | Stop::Total(told) => Some(told.as_slice()),
            _ => None,
        });
    }
    paths.retain(|path| !path.is_empty());
    paths.dedup();
    paths
}

fn not_selected(document: &Document, path: &[String], name: &str, span: Span) -> Diagnostic {
    let problem =
        Diagnostic::new(codes::NOT_SELECTED, span, format!("`{}` is read, and the document does not select `{name}`", path.join(".")))
            .here(format!("selects no `{name}` there"));
    if path.first().is_none_or(|first| first != "data") {
        return problem.help("what a GraphQL server gives stands in `data`: begin the path with it");
    }
    let before = path.iter().position(|step| step == name).unwrap_or_default();
    match document.at(&path[..before]) {
        Found::Selected(here) => problem.help(format!("it selects `{}`", document.names(&here).join("`, `"))),
        _ => problem,
    }
}

fn members_are_selected(checker: &mut Checker<'_>, document: &Document, ty: &Type, here: &[&Selection], span: Span, depth: usize) {
    let (Type::List(inner, _) | Type::Nullable(inner)) = ty else {
        let Some(depth) = depth.checked_sub(1) else { return };
        let Some(definition) = checker.definition(ty) else { return };
        let TypeDefKind::Struct(fields) = &definition.kind else { return };
        let now = checker.model.apis.len().saturating_sub(1);
        for field in fields.iter().filter(|field| field.on.has(now) && !field.rest) {
            match document.member(here, &field.wire) {
                Found::Selected(inside) => members_are_selected(checker, document, &field.ty, &inside, span, depth),
                Found::Missing(name) if !field.optional => {
                    let owner = checker.shown(definition.symbol);
                    checker.report(
                        Diagnostic::new(codes::NOT_SELECTED, span, format!("the document does not select `{name}`, which `{owner}` needs"))
                            .here(format!("selects `{}`", document.names(here).join("`, `")))
                            .also(field.span, "needed here")
                            .help(format!("select `{name}`, or make the field optional: `{}?`", field.name)),
                    );
                }
                _ => {}
            }
        }
        return;
    };
    members_are_selected(checker, document, inner, here, span, depth);
}

/// The modules that call a GraphQL server with a document that can be read.
fn calls<'m>(checker: &Checker<'m>) -> Vec<(&'m Module, Document, Span)> {
    let call = |module: &'m Module| {
        let Encoding::Graphql(text) = &module.encoding else { return None };
        Some((module, graphql::read(text).ok()?, module.spans.detail?))
    };
    checker.model.modules.iter().filter_map(call).collect()
}
