//! The tables of names: what is declared where, how a name is looked up from inside groups, and names for types that are
//! written in place.

use std::collections::HashMap;

use super::items::Items;
use super::names::title;
use super::unknown::unknown_at;
use super::{Resolver, Site};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::model::{Symbol, SymbolName, Versions, dotted};
use crate::source::Span;
use crate::syntax::ast::Ident;

/// Names of one kind by their dotted path.
#[derive(Default)]
pub(super) struct Table {
    symbols: HashMap<String, Symbol>,
    /// Dotted paths in the order of their declaration, for suggestions.
    order: Vec<String>,
    /// Where each path is declared and for which versions (and revision, for modules).
    places: HashMap<Symbol, Vec<(Versions, u32, Span)>>,
}

impl Table {
    /// Looks a dotted name up from inside groups, innermost first.
    pub(super) fn find(&self, group: &[String], name: &str) -> Option<Symbol> {
        (0..=group.len()).rev().find_map(|depth| self.symbols.get(&dotted(&group[..depth], name)).copied())
    }

    /// All dotted names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    /// Do two declarations share a version and a revision?
    fn clashes(&self, symbol: Symbol) -> bool {
        let places = self.places.get(&symbol).map_or(&[][..], Vec::as_slice);
        let clash = |(index, (on, revision, _)): (usize, &(Versions, u32, Span))| {
            places[..index].iter().any(|(other, at, _)| at == revision && !other.and(*on).is_empty())
        };
        places.iter().enumerate().any(clash)
    }

    /// An earlier declaration that shares a version and a revision with this one.
    fn clash(&self, symbol: Symbol, on: Versions, revision: u32) -> Option<Span> {
        let places = self.places.get(&symbol)?;
        places.iter().find(|(other, at, _)| *at == revision && !other.and(on).is_empty()).map(|(_, _, span)| *span)
    }
}

/// A written path as one text and one span.
pub(super) fn joined(path: &[Ident]) -> (String, Span) {
    let text = path.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
    (text, path[0].span.to(path[path.len() - 1].span))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Type,
    Module,
}

/// Names that the language gives itself.
pub(super) const BUILTINS: [&str; 18] = [
    "string", "int", "float", "decimal", "bool", "date", "datetime", "time", "duration", "uuid", "url", "bytes", "file", "json", "secret",
    "host", "id", "map",
];

impl<'a> Resolver<'a> {
    /// Gives a symbol to every type and module, before anything refers to one.
    pub(super) fn declare(&mut self, items: &Items<'a>) {
        for placed in &items.types {
            let name = placed.item.name();
            if BUILTINS.contains(&name.value.as_str()) {
                self.report(reserved(name));
            }
            let on = self.placed_versions(&placed.heads, placed.item.head());
            self.declare_one(Kind::Type, &placed.group, name, on, 1);
        }
        for placed in &items.modules {
            let module = placed.item;
            let revision = module.revision.as_ref().map_or(1, |revision| revision.value);
            let on = self.placed_versions(&placed.heads, &module.head);
            let symbol = self.declare_one(Kind::Module, &placed.group, &module.name, on, revision);
            self.module_kinds.insert(symbol, module.kind);
        }
        for mixin in &items.mixins {
            if let Some(first) = self.mixins.insert(&mixin.name.value, mixin) {
                self.report(twice("mixin", &mixin.name, first.name.span));
            }
        }
    }

    fn declare_one(&mut self, kind: Kind, group: &[String], name: &Ident, on: Versions, revision: u32) -> Symbol {
        let symbol = self.intern(kind, group, &name.value);
        let clash = self.table(kind).clash(symbol, on, revision);
        self.table(kind).places.entry(symbol).or_default().push((on, revision, name.span));
        if let Some(first) = clash {
            self.report(twice(if kind == Kind::Type { "type" } else { "module" }, name, first));
        }
        symbol
    }

    /// Is there no telling which module a name stands for? It was reported where they are declared.
    pub(super) fn is_declared_twice(&self, module: Symbol) -> bool {
        self.module_table.clashes(module)
    }

    fn intern(&mut self, kind: Kind, group: &[String], name: &str) -> Symbol {
        let path = dotted(group, name);
        if let Some(symbol) = self.table(kind).symbols.get(&path) {
            return *symbol;
        }
        let symbol = Symbol(self.symbols.len() as u32);
        self.symbols.push(SymbolName { group: group.to_vec(), name: name.to_owned() });
        let table = self.table(kind);
        table.symbols.insert(path.clone(), symbol);
        table.order.push(path);
        symbol
    }

    /// The symbol of a module that has this name in some version.
    pub(super) fn intern_module(&mut self, group: &[String], name: &str) -> Symbol {
        self.intern(Kind::Module, group, name)
    }

    fn table(&mut self, kind: Kind) -> &mut Table {
        match kind {
            Kind::Type => &mut self.type_table,
            Kind::Module => &mut self.module_table,
        }
    }

    /// A symbol for a type that is written in place: named after where it stands, with a number when that name is taken.
    pub(super) fn inline_symbol(&mut self, site: &Site) -> Symbol {
        let mut name = site.name.clone();
        let mut number = 1;
        loop {
            let symbol = self.intern(Kind::Type, &site.group, &name);
            if self.type_table.clash(symbol, site.on, 1).is_none() {
                return symbol;
            }
            number += 1;
            name = format!("{}{number}", site.name);
        }
    }

    /// Remembers where an inline type stands, so that the next of that name gets another.
    pub(super) fn place_inline(&mut self, symbol: Symbol, site: &Site, span: Span) {
        self.type_table.places.entry(symbol).or_default().push((site.on, 1, span));
    }

    /// The type that a path names, from inside groups.
    pub(super) fn find_type(&mut self, group: &[String], path: &[Ident]) -> Option<Symbol> {
        let (name, span) = joined(path);
        let found = self.type_table.find(group, &name);
        if found.is_none() {
            let known: Vec<String> = self.type_table.names().map(|name| relative(group, name)).collect();
            let names = known.iter().map(String::as_str).chain(BUILTINS);
            let unknown = unknown_at(codes::UNKNOWN_TYPE, span, &name, "type", names);
            // The type that is meant is not unused.
            let meant = unknown.fix.iter().flat_map(|fix| &fix.edits).any(|edit| known.contains(&edit.text));
            self.passed_over |= meant;
            self.report(unknown);
        }
        found
    }

    /// The module that a path names, from inside groups.
    pub(super) fn find_module(&mut self, code: Code, group: &[String], path: &[Ident]) -> Option<Symbol> {
        let (name, span) = joined(path);
        let found = self.module_table.find(group, &name);
        if found.is_none() {
            let known: Vec<String> = self.module_table.names().map(|name| relative(group, name)).collect();
            let unknown = unknown_at(code, span, &name, "module", known.iter().map(String::as_str));
            self.report(unknown);
        }
        found
    }
}

/// A dotted path as it is written from inside groups.
fn relative(group: &[String], path: &str) -> String {
    let prefix = group.iter().map(|part| format!("{part}.")).collect::<String>();
    path.strip_prefix(&prefix).unwrap_or(path).to_owned()
}

/// A thing that is declared twice where only one can be.
pub(super) fn twice(what: &str, name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DECLARED_TWICE, name.span, format!("the {what} `{}` is declared twice", name.value))
        .here("declared again here")
        .also(first, "first declared here")
        .help("give one of them another name, or say with `on` in which API versions each exists")
}

fn reserved(name: &Ident) -> Diagnostic {
    let other = title(&name.value);
    Diagnostic::new(codes::RESERVED_NAME, name.span, format!("`{}` is a type of the language", name.value))
        .here("this name is taken")
        .help(format!("give it another name, for example `{other}`"))
}
