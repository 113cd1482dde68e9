//! What a page reads and what it is ordered by, under the names that older versions had.

use super::super::Resolver;
use super::Whole;
use super::modules::part_module;
use crate::model::{Module, Order, Stop, Strategy, Symbol, Type, TypeDefKind, Versions};

/// A field under two names.
pub(super) struct OtherName<'n> {
    pub(super) owner: Symbol,
    /// Spec name and wire name.
    pub(super) now: (&'n str, &'n str),
    pub(super) then: (&'n str, &'n str),
}

/// Is a name in what a page reads or is ordered by? Most modules have none of it, and need not be looked at any closer.
fn may_read(module: &Module, other: &OtherName<'_>) -> bool {
    let Some(page) = &module.page else { return false };
    let (name, wire) = other.now;
    let read = match &page.strategy {
        Strategy::Cursor { read, .. } | Strategy::NextUrl { read } => read.as_slice(),
        _ => &[],
    };
    let stop = match &page.stop {
        Stop::More(path) | Stop::Total(path) => path.as_slice(),
        _ => &[],
    };
    let keyed = matches!(&page.strategy, Strategy::Keyset { key, .. } if key == wire);
    let ordered = matches!(&module.order, Some(Order::By(field)) if field == name);
    keyed || ordered || page.items.iter().chain(read).chain(stop).any(|step| step == wire)
}

impl Resolver<'_> {
    /// Pages of older versions read what has another name in them.
    pub(super) fn rename_read(&self, other: &OtherName<'_>, version: usize, before: Versions, whole: &mut Whole<'_>) {
        let mut found = Vec::new();
        for module in whole.modules.iter().filter(|module| module.on.has(version - 1) && may_read(module, other)) {
            let mut older = module.clone();
            if self.renamed_in(&mut older, other, version) {
                found.push(older);
            }
        }
        for older in found {
            if let Ok(at) = part_module(whole.modules, older.symbol, version, before) {
                let module = &mut whole.modules[at];
                (module.page, module.order, module.answers) = (older.page, older.order, older.answers);
            }
        }
    }

    fn renamed_in(&self, module: &mut Module, other: &OtherName<'_>, version: usize) -> bool {
        let Some(page) = &mut module.page else { return false };
        let Some(answer) = module.answers.first() else { return false };
        let Some(body) = &answer.body else { return false };
        let mut changed = false;
        let mut paths = vec![&mut page.items];
        if let Strategy::Cursor { read, .. } | Strategy::NextUrl { read } = &mut page.strategy {
            paths.push(read);
        }
        if let Stop::More(path) | Stop::Total(path) = &mut page.stop {
            paths.push(path);
        }
        for path in paths {
            changed |= self.renamed_along(path, &answer.at, body, other, version);
        }
        if page.item != Type::Named(other.owner) {
            return changed;
        }
        if let Strategy::Keyset { key, .. } = &mut page.strategy
            && key == other.now.1
        {
            other.then.1.clone_into(key);
            changed = true;
        }
        if let Some(Order::By(field)) = &mut module.order
            && field == other.now.0
        {
            other.then.0.clone_into(field);
            changed = true;
        }
        changed
    }

    /// Renames a step of a wire path, where it leads through the type.
    fn renamed_along(&self, path: &mut [String], at: &[String], body: &Type, other: &OtherName<'_>, version: usize) -> bool {
        if path.len() <= at.len() || path[..at.len()] != *at {
            return false;
        }
        let mut ty = body.clone();
        let mut changed = false;
        for step in &mut path[at.len()..] {
            while let Type::Nullable(inner) = ty {
                ty = *inner;
            }
            ty = match ty {
                Type::Map(inner, _) => *inner,
                Type::Named(symbol) => {
                    if symbol == other.owner && step == other.now.1 {
                        other.then.1.clone_into(step);
                        changed = true;
                    }
                    let Some(next) = self.type_on_wire(symbol, step, version - 1) else { return changed };
                    next
                }
                _ => return changed,
            };
        }
        changed
    }

    fn type_on_wire(&self, symbol: Symbol, wire: &str, version: usize) -> Option<Type> {
        self.definitions_of(symbol).filter(|one| one.on.has(version)).find_map(|definition| match &definition.kind {
            TypeDefKind::Struct(fields) => {
                fields.iter().find(|field| field.wire == wire && field.on.has(version)).map(|field| field.ty.clone())
            }
            _ => None,
        })
    }
}
