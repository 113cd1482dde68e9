//! What exists in which API version.

use super::{Checker, references};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Module, Place, Strategy, Symbol, Type, TypeDefKind, Versions};
use crate::source::Span;

/// A type exists in every version in which something uses it.
pub(super) fn types_exist_where_they_are_used(checker: &mut Checker<'_>) {
    let model = checker.model;
    for definition in &model.types {
        match &definition.kind {
            TypeDefKind::Struct(fields) => fields.iter().for_each(|field| field_types_exist(checker, field, definition.on)),
            TypeDefKind::Union { variants, .. } => {
                variants.iter().for_each(|variant| type_exists(checker, &variant.ty, variant.on.and(definition.on), variant.span));
            }
            TypeDefKind::Enum { .. } => {}
        }
    }
    for module in &model.modules {
        module.inputs.iter().for_each(|input| field_types_exist(checker, &input.field, module.on));
        for answer in &module.answers {
            answer.body.iter().for_each(|ty| type_exists(checker, ty, module.on, answer.span));
        }
        module.fails.iter().for_each(|failure| type_exists(checker, &failure.body, module.on, module.span));
    }
    let all = Versions(u64::MAX >> (64 - model.apis.len().clamp(1, 64)));
    model.connector.fails.iter().for_each(|failure| type_exists(checker, &failure.body, all, model.connector.span));
}

fn field_types_exist(checker: &mut Checker<'_>, field: &Field, owner: Versions) {
    type_exists(checker, &field.ty, field.on.and(owner), field.span);
}

fn type_exists(checker: &mut Checker<'_>, ty: &Type, on: Versions, span: Span) {
    let mut named: Vec<Symbol> = Vec::new();
    references(ty, &mut |symbol| named.push(symbol));
    for symbol in named {
        let definitions = checker.definitions(symbol);
        let Some(first) = definitions.first() else { continue };
        let declared = first.span;
        let there = definitions.iter().fold(0, |bits, definition| bits | definition.on.0);
        let missing = Versions(on.0 & !there);
        if !missing.is_empty() {
            let name = checker.shown(symbol);
            let versions = shown(checker, missing);
            checker.report(
                Diagnostic::new(codes::NOT_IN_VERSION, span, format!("this uses `{name}`, which does not exist in {versions}"))
                    .here(format!("exists in {versions}"))
                    .also(declared, "does not")
                    .help("say with `on` that this exists in the same versions, or widen the `on` of the type"),
            );
        }
    }
}

/// What a path or a page is bound to is there in every version of its module.
pub(super) fn bound_inputs_exist_in_every_version(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        let mut bound = bound_to_page(module);
        bound.extend(module.poll.iter().flat_map(|poll| &poll.inputs).map(String::as_str));
        for input in &module.inputs {
            let needed = matches!(input.place, Place::Path(_)) || bound.contains(&input.field.name.as_str());
            let there =
                module.inputs.iter().filter(|other| other.field.name == input.field.name).fold(0, |bits, other| bits | other.field.on.0);
            let missing = Versions(module.on.0 & !there);
            if needed && !missing.is_empty() {
                let versions = shown(checker, missing);
                checker.report(
                    Diagnostic::new(
                        codes::NOT_IN_VERSION,
                        input.field.span,
                        format!("the path or the paging needs `{}`, which does not exist in {versions}", input.field.name),
                    )
                    .here(format!("not in {versions}"))
                    .also(module.span, format!("exists in {versions}"))
                    .help("leave `on` out here, or describe the module apart for each version"),
                );
            }
        }
    }
}

fn bound_to_page(module: &Module) -> Vec<&str> {
    match module.page.as_ref().map(|page| &page.strategy) {
        Some(Strategy::Offset { advance, size } | Strategy::Number { advance, size, .. }) => {
            size.iter().chain([advance]).map(String::as_str).collect()
        }
        Some(Strategy::Cursor { send, .. } | Strategy::Keyset { send, .. }) => vec![send],
        _ => Vec::new(),
    }
}

fn shown(checker: &Checker<'_>, versions: Versions) -> String {
    let names: Vec<String> =
        versions.iter().filter_map(|index| checker.model.apis.get(index)).map(|api| format!("`{}`", api.name)).collect();
    names.join(", ")
}
