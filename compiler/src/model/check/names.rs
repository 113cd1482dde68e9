//! Names on the wire: one name in one place means one thing.

use std::collections::HashMap;
use std::hash::Hash;

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{ConstantPlace, Module, Place, TypeDefKind, Versions};
use crate::source::Span;

/// No two fields of a struct are one member in the same version.
pub(super) fn wire_names_of_fields_are_unique(checker: &mut Checker<'_>) {
    for definition in &checker.model.types {
        let TypeDefKind::Struct(fields) = &definition.kind else { continue };
        let named = fields.iter().filter(|field| !field.rest).map(|field| Named {
            key: field.wire.as_str(),
            name: &field.name,
            on: field.on,
            span: field.span,
        });
        for (again, first) in repeated(named) {
            checker.report(wire_name_twice(again.key, &again, &first, "a member"));
        }
    }
    for connection in &checker.model.connections {
        let named =
            connection.fields.iter().map(|field| Named { key: field.wire.as_str(), name: &field.name, on: field.on, span: field.span });
        for (again, first) in repeated(named) {
            checker.report(wire_name_twice(again.key, &again, &first, "a field"));
        }
    }
}

/// No two inputs of a module, constants included, are one parameter.
pub(super) fn wire_names_of_inputs_are_unique(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        for (again, first) in repeated(sent(module).into_iter()) {
            let what = match again.key.0 {
                Kind::Query => "a query parameter",
                Kind::Header => "a header",
                Kind::Cookie => "a cookie",
                Kind::Body => "a member of the body",
            };
            checker.report(wire_name_twice(&again.key.1.clone(), &again, &first, what));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Query,
    Header,
    Cookie,
    Body,
}

struct Named<'m, K> {
    key: K,
    name: &'m str,
    on: Versions,
    span: Span,
}

fn sent(module: &Module) -> Vec<Named<'_, (Kind, String)>> {
    let inputs = module.inputs.iter().filter(|input| !input.field.rest).filter_map(|input| {
        let kind = match input.place {
            Place::Query(_) => Kind::Query,
            Place::Header(_) => Kind::Header,
            Place::Cookie(_) => Kind::Cookie,
            Place::Body => Kind::Body,
            Place::Path(_) | Place::WholeBody | Place::Steps => return None,
        };
        Some(Named { key: (kind, spelled(kind, &input.field.wire)), name: &input.field.name, on: input.field.on, span: input.field.span })
    });
    let constants = module.constants.iter().map(|constant| {
        let kind = match constant.place {
            ConstantPlace::Query => Kind::Query,
            ConstantPlace::Header => Kind::Header,
            ConstantPlace::Cookie => Kind::Cookie,
            ConstantPlace::Body => Kind::Body,
        };
        Named { key: (kind, spelled(kind, &constant.name)), name: &constant.name, on: constant.on, span: constant.span }
    });
    inputs.chain(constants).collect()
}

/// Headers are the same in any case (RFC 9110, 5.1).
fn spelled(kind: Kind, name: &str) -> String {
    if kind == Kind::Header { name.to_lowercase() } else { name.to_owned() }
}

/// Those whose key an earlier one has in one of the same versions. Two of one name were reported where names are resolved.
fn repeated<'m, K: Eq + Hash + Clone>(all: impl Iterator<Item = Named<'m, K>>) -> Vec<(Named<'m, K>, Named<'m, K>)> {
    let mut seen: HashMap<K, Vec<(Versions, Span, &'m str)>> = HashMap::new();
    let mut found = Vec::new();
    for one in all {
        let earlier = seen.entry(one.key.clone()).or_default();
        let first = earlier.iter().find(|(on, span, name)| !on.and(one.on).is_empty() && *span != one.span && *name != one.name).copied();
        earlier.push((one.on, one.span, one.name));
        if let Some((on, span, name)) = first {
            let first = Named { key: one.key.clone(), name, on, span };
            found.push((one, first));
        }
    }
    found
}

fn wire_name_twice<K>(wire: &str, again: &Named<'_, K>, first: &Named<'_, K>, what: &str) -> Diagnostic {
    Diagnostic::new(
        codes::WIRE_NAME_TWICE,
        again.span,
        format!("`{}` and `{}` are both {what} `{wire}` on the wire", first.name, again.name),
    )
    .here(format!("is `{wire}` on the wire"))
    .also(first.span, format!("is `{wire}` too"))
    .help("give one of them its own name on the wire, in quotes after its name")
}
