//! What types and modules have, in one version.

use super::super::Resolver;
use super::members::Parting;
use super::targets::Owner;
use super::{Undoing, Whole};
use crate::model::{EnumVariant, Field, Input, TypeDefKind};
use crate::source::Span;

impl<'a> Resolver<'a> {
    /// Calls `visit` with the members of each definition of an owner that exists in a version.
    pub(super) fn in_members(&mut self, owner: &Owner, version: usize, whole: &mut Whole<'_>, visit: &mut dyn FnMut(Members<'_>)) {
        match owner {
            Owner::Type(symbol) => {
                for index in self.definitions.get(symbol).cloned().unwrap_or_default() {
                    if !self.types[index].on.has(version) {
                        continue;
                    }
                    visit(match &mut self.types[index].kind {
                        TypeDefKind::Struct(fields) => Members::Fields(fields),
                        TypeDefKind::Enum { variants, .. } => Members::Variants(variants),
                        TypeDefKind::Union { variants, .. } => Members::Union(variants),
                    });
                }
            }
            Owner::Module(symbol) => {
                for module in whole.modules.iter_mut().filter(|module| module.symbol == *symbol && module.on.has(version)) {
                    visit(Members::Inputs(&mut module.inputs, &module.encoding));
                }
            }
            Owner::Connection(_) => {}
        }
    }

    /// A field or input in one version.
    pub(super) fn member(&self, owner: &Owner, name: &str, version: usize, whole: &Whole<'_>) -> Option<Field> {
        let own = |field: &&Field| field.name == name && field.on.has(version);
        match owner {
            Owner::Type(symbol) => {
                self.definitions_of(*symbol).filter(|one| one.on.has(version)).find_map(|definition| match &definition.kind {
                    TypeDefKind::Struct(fields) => fields.iter().find(own).cloned(),
                    _ => None,
                })
            }
            Owner::Module(symbol) => {
                let modules = whole.modules.iter().filter(|module| module.symbol == *symbol && module.on.has(version));
                modules.flat_map(|module| &module.inputs).map(|input| &input.field).find(own).cloned()
            }
            Owner::Connection(_) => None,
        }
    }

    /// Is it there in the version of the change? Says so if not.
    pub(super) fn is_present(
        &mut self,
        (owner, member): (&Owner, &str),
        target: &str,
        span: Span,
        undoing: &Undoing<'_>,
        whole: &mut Whole<'_>,
    ) -> bool {
        let found = self.names_in(owner, undoing.version, whole).iter().any(|name| name == member);
        if !found {
            self.parted_of(Err(Parting::Missing), (owner, target), span, undoing, whole);
        }
        found
    }

    /// What an owner has in one version.
    pub(super) fn names_in(&mut self, owner: &Owner, version: usize, whole: &mut Whole<'_>) -> Vec<String> {
        fn names<T: super::members::Marked>(list: &[T], version: usize) -> Vec<String> {
            list.iter().filter(|one| one.on().has(version)).map(|one| one.name().to_owned()).collect()
        }
        let mut found = Vec::new();
        self.in_members(owner, version, whole, &mut |members| {
            found.extend(match members {
                Members::Fields(list) => names(list, version),
                Members::Variants(list) => names(list, version),
                Members::Union(list) => names(list, version),
                Members::Inputs(list, _) => names(list, version),
            });
        });
        found
    }

    /// What an owner is called, groups included.
    pub(super) fn owner_name(&self, owner: &Owner) -> String {
        match owner {
            Owner::Type(symbol) | Owner::Module(symbol) => self.symbols[symbol.0 as usize].full(),
            Owner::Connection(name) => name.clone(),
        }
    }

    pub(super) fn owner_versions(&self, owner: &Owner, whole: &Whole<'_>) -> crate::model::Versions {
        let none = crate::model::Versions(0);
        match owner {
            Owner::Type(symbol) => self.definitions_of(*symbol).fold(none, |on, one| on.or(one.on)),
            Owner::Module(symbol) => whole.modules.iter().filter(|one| one.symbol == *symbol).fold(none, |on, one| on.or(one.on)),
            Owner::Connection(name) => whole.connections.iter().filter(|one| one.name == *name).fold(none, |on, one| on.or(one.on)),
        }
    }
}

/// What an owner has.
pub(super) enum Members<'m> {
    Fields(&'m mut Vec<Field>),
    Variants(&'m mut Vec<EnumVariant>),
    Union(&'m mut Vec<crate::model::UnionVariant>),
    Inputs(&'m mut Vec<Input>, &'m crate::model::Encoding),
}
