//! Deprecations: the life clause, and whether the successor that it names exists.

use std::collections::{HashMap, HashSet};

use super::Resolver;
use super::symbols::joined;
use super::unknown::unknown_at;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Connection, Life, Module, TypeDefKind, dotted};
use crate::source::Span;
use crate::syntax::ast::{self, Head, Ident, Successor};

/// A successor that is looked up when everything has a name.
pub(super) struct PendingSuccessor<'a> {
    pub(super) path: &'a [Ident],
    /// The dotted path of what it stands in.
    pub(super) scope: Vec<String>,
    pub(super) owner: &'a Ident,
}

impl<'a> Resolver<'a> {
    /// The life clause of an item or field. `scope` is what it stands in: groups, then the item for a field.
    pub(super) fn life(&mut self, head: &'a Head, scope: &[String], owner: &'a Ident) -> Option<Life> {
        let life = head.life.as_ref()?;
        let successor = match &life.successor {
            Successor::None(span) => {
                self.use_none_says_why(life, *span);
                None
            }
            Successor::Path(path) if path.is_empty() => None,
            Successor::Path(path) => {
                self.pending_successors.push(PendingSuccessor { path, scope: scope.to_vec(), owner });
                Some(joined(path).0)
            }
        };
        let why = life.why.as_ref().map_or_else(String::new, |why| why.value.clone());
        Some(Life {
            since: life.since.as_ref().map(|date| date.value),
            sunset: life.sunset.as_ref().map(|date| date.value),
            successor,
            why,
            span: life.span,
        })
    }

    fn use_none_says_why(&mut self, life: &ast::Life, span: Span) {
        if life.why.as_ref().is_none_or(|why| why.value.trim().is_empty()) {
            self.report(
                Diagnostic::new(codes::NO_REASON, span, "`use none` does not say why there is no successor")
                    .here("a reason must follow")
                    .help("write for example `use none \"the owner closed this service\"`"),
            );
        }
    }

    /// What is said of something that was removed: its successor, looked up later, and why. `scope` is what it belonged to.
    pub(super) fn advice(&mut self, scope: &str, owner: &'a Ident, successor: Option<&'a ast::Path>, why: Option<&ast::Text>) -> String {
        let why = why.map(|why| why.value.clone()).filter(|why| !why.trim().is_empty());
        let used = match successor.map(Vec::as_slice) {
            None => None,
            Some([none]) if none.value == "none" => {
                if why.is_none() {
                    self.report(
                        Diagnostic::new(codes::NO_REASON, none.span, "`use none` does not say why there is no successor")
                            .here("a reason must follow")
                            .help("write for example `use none \"nobody read it\"`"),
                    );
                }
                None
            }
            Some(path) => {
                let scope = scope.split('.').map(str::to_owned).collect();
                self.pending_successors.push(PendingSuccessor { path, scope, owner });
                Some(format!("use {}", joined(path).0))
            }
        };
        [used, why].into_iter().flatten().collect::<Vec<_>>().join(": ")
    }

    /// Every successor that is named exists and is not the thing itself.
    pub(super) fn successors_exist(&mut self, modules: &[Module], connections: &[Connection]) {
        let pending = std::mem::take(&mut self.pending_successors);
        if pending.is_empty() {
            return;
        }
        let known = self.everything_named(modules, connections);
        for one in pending {
            let (name, span) = joined(one.path);
            let found = (0..=one.scope.len()).rev().map(|depth| dotted(&one.scope[..depth], &name)).find(|path| known.contains(path));
            let owner = dotted(&one.scope, &one.owner.value);
            match found {
                None => self.report(unknown_successor(&name, span, &one, &known)),
                Some(path) if path == owner => self.report(own_successor(&name, span, one.owner)),
                Some(_) => {}
            }
        }
    }

    fn everything_named(&self, modules: &[Module], connections: &[Connection]) -> HashSet<String> {
        let mut known: HashSet<String> = self.type_table.names().chain(self.module_table.names()).map(str::to_owned).collect();
        known.extend(self.apis.iter().map(|api| api.name.clone()));
        for connection in connections {
            known.extend(connection.fields.iter().map(|field| format!("{}.{}", connection.name, field.name)));
            known.insert(connection.name.clone());
        }
        let paths: HashMap<_, _> = (0..).zip(&self.symbols).map(|(index, name)| (index, name.full())).collect();
        for module in modules {
            known.extend(module.inputs.iter().map(|input| format!("{}.{}", paths[&module.symbol.0], input.field.name)));
        }
        for definition in &self.types {
            let owner = &paths[&definition.symbol.0];
            known.extend(members(&definition.kind).map(|member| format!("{owner}.{member}")));
        }
        known
    }
}

/// Names of fields, values or variants.
fn members(kind: &TypeDefKind) -> Box<dyn Iterator<Item = &str> + '_> {
    match kind {
        TypeDefKind::Struct(fields) => Box::new(fields.iter().map(|field| field.name.as_str())),
        TypeDefKind::Enum { variants, .. } => Box::new(variants.iter().map(|variant| variant.name.as_str())),
        TypeDefKind::Union { variants, .. } => Box::new(variants.iter().map(|variant| variant.name.as_str())),
    }
}

fn unknown_successor(name: &str, span: Span, one: &PendingSuccessor<'_>, known: &HashSet<String>) -> Diagnostic {
    let prefix = one.scope.iter().map(|part| format!("{part}.")).collect::<String>();
    let mut near: Vec<&str> = known.iter().map(|path| path.strip_prefix(&prefix).unwrap_or(path)).collect();
    near.sort_unstable();
    unknown_at(codes::UNKNOWN_SUCCESSOR, span, name, "successor", near)
        .also(one.owner.span, "this is deprecated")
        .help("name what is to be used instead, or write `use none \"why\"`")
}

fn own_successor(name: &str, span: Span, owner: &Ident) -> Diagnostic {
    Diagnostic::new(codes::OWN_SUCCESSOR, span, format!("`{name}` is named as its own successor"))
        .here("the same thing")
        .also(owner.span, "this is deprecated")
        .help("name what is to be used instead, or write `use none \"why\"`")
}
