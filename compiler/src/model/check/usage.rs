//! What is declared and never used.

use std::collections::HashSet;

use super::{Checker, parts, references};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Symbol, Type};

/// Something refers to every type. Types that only an unused type refers to are not reported beside it.
pub(super) fn types_are_used(checker: &mut Checker<'_>) {
    let model = checker.model;
    if !model.whole || model.modules.is_empty() {
        return;
    }
    let used = used(checker);
    let ids = named_by_ids(checker);
    let mut seen = HashSet::new();
    for definition in &model.types {
        let name = &model.name(definition.symbol).name;
        if definition.inline || used.contains(&definition.symbol) || ids.contains(name.as_str()) || !seen.insert(definition.symbol) {
            continue;
        }
        checker.report(
            Diagnostic::new(codes::UNUSED_TYPE, definition.span, format!("nothing uses `{name}`"))
                .here("never used")
                .help("delete it, or name it where it belongs"),
        );
    }
}

fn used(checker: &Checker<'_>) -> HashSet<Symbol> {
    let mut used = HashSet::new();
    each_type(checker, &mut |ty, owner| {
        references(ty, &mut |symbol| {
            if owner != Some(symbol) {
                used.insert(symbol);
            }
        });
    });
    used
}

/// The names in `id<T>`.
fn named_by_ids<'m>(checker: &Checker<'m>) -> HashSet<&'m str> {
    let mut named = HashSet::new();
    each_type(checker, &mut |ty, _| ids(ty, &mut named));
    named
}

fn ids<'m>(ty: &'m Type, named: &mut HashSet<&'m str>) {
    match ty {
        Type::Id(of) => {
            named.insert(of);
        }
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => ids(inner, named),
        _ => {}
    }
}

/// Visits every type that stands anywhere, with the definition that it stands in.
fn each_type<'m>(checker: &Checker<'m>, visit: &mut dyn FnMut(&'m Type, Option<Symbol>)) {
    let model = checker.model;
    for definition in &model.types {
        parts(definition).into_iter().for_each(|ty| visit(ty, Some(definition.symbol)));
    }
    for module in &model.modules {
        module.inputs.iter().for_each(|input| visit(&input.field.ty, None));
        module.answers.iter().filter_map(|answer| answer.body.as_ref()).for_each(|ty| visit(ty, None));
        module.page.iter().for_each(|page| visit(&page.item, None));
        module.fails.iter().for_each(|failure| visit(&failure.body, None));
    }
    // What only an older revision took is declared for that.
    model.upgrades.iter().flat_map(|upgrade| &upgrade.input).for_each(|field| visit(&field.ty, None));
    model.connector.fails.iter().for_each(|failure| visit(&failure.body, None));
    model.connections.iter().flat_map(|connection| &connection.fields).for_each(|field| visit(&field.ty, None));
}
