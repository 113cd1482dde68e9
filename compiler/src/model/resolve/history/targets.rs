//! What the dotted names of verbs stand for.

use super::super::Resolver;
use super::super::symbols::joined;
use super::super::unknown::unknown_at;
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Symbol, Type, TypeDefKind};
use crate::source::Span;
use crate::syntax::ast::Path;

/// What something belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A struct, an enum or a union.
    Type(Symbol),
    /// A module, whose inputs are meant.
    Module(Symbol),
    /// A connection, whose fields are meant.
    Connection(String),
}

/// What a dotted name stands for.
pub(super) enum Target {
    /// A type, module or connection as a whole.
    Whole(Owner),
    /// A field, input or value.
    Member(Owner, String),
}

impl Resolver<'_> {
    /// What a name stands for, as it is called in the version of the change.
    pub(super) fn target(&mut self, path: &Path, undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<Target> {
        if let Some(owner) = self.owner_named(path, undoing, whole) {
            return Some(Target::Whole(owner));
        }
        let (name, owner) = path.split_last()?;
        if owner.is_empty() {
            self.report(self.unknown_target(path, undoing, whole));
            return None;
        }
        let owner = self.owner(owner, undoing, whole)?;
        Some(Target::Member(owner, name.value.clone()))
    }

    /// What a member belongs to: a type, a module or a connection, or a struct that is written inside of one.
    pub(super) fn owner(&mut self, path: &[crate::syntax::ast::Ident], undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<Owner> {
        for length in (1..=path.len()).rev() {
            let Some(mut owner) = self.owner_named(&path[..length], undoing, whole) else { continue };
            for inner in &path[length..] {
                let Some(found) = self.inside(&owner, &inner.value, whole) else {
                    let known = self.member_names(&owner, whole);
                    let names = known.iter().map(String::as_str);
                    self.report(unknown_at(codes::UNKNOWN_TARGET, inner.span, &inner.value, "field with members called", names));
                    return None;
                };
                owner = found;
            }
            return Some(owner);
        }
        let path = path.to_vec();
        let unknown = self.unknown_target(&path, undoing, whole);
        self.report(unknown);
        None
    }

    fn owner_named(&self, path: &[crate::syntax::ast::Ident], undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<Owner> {
        let name = joined(path).0;
        if let Some(symbol) = self.type_table.find(&undoing.group, &name) {
            return Some(Owner::Type(symbol));
        }
        if let Some(symbol) = self.module_table.find(&undoing.group, &name) {
            return Some(Owner::Module(symbol));
        }
        whole.connections.iter().any(|connection| connection.name == name).then_some(Owner::Connection(name))
    }

    /// The type of a member, where it is a struct written in place or one of its own.
    fn inside(&self, owner: &Owner, name: &str, whole: &Whole<'_>) -> Option<Owner> {
        let ty = self.member_type(owner, name, whole)?;
        named(&ty).map(Owner::Type)
    }

    /// The type of a member as it is now.
    pub(super) fn member_type(&self, owner: &Owner, name: &str, whole: &Whole<'_>) -> Option<Type> {
        match owner {
            Owner::Type(symbol) => self.definitions_of(*symbol).find_map(|definition| match &definition.kind {
                TypeDefKind::Struct(fields) => fields.iter().find(|field| field.name == name).map(|field| field.ty.clone()),
                TypeDefKind::Union { variants, .. } => variants.iter().find(|one| one.name == name).map(|one| one.ty.clone()),
                TypeDefKind::Enum { .. } => None,
            }),
            Owner::Module(symbol) => {
                let inputs = whole.modules.iter().filter(|module| module.symbol == *symbol).flat_map(|module| &module.inputs);
                inputs.map(|input| &input.field).find(|field| field.name == name).map(|field| field.ty.clone())
            }
            Owner::Connection(connection) => {
                let fields = whole.connections.iter().filter(|one| one.name == *connection).flat_map(|one| &one.fields);
                fields.into_iter().find(|field| field.name == name).map(|field| field.ty.clone())
            }
        }
    }

    /// The names of what an owner has, for suggestions.
    pub(super) fn member_names(&self, owner: &Owner, whole: &Whole<'_>) -> Vec<String> {
        match owner {
            Owner::Type(symbol) => self
                .definitions_of(*symbol)
                .flat_map(|definition| match &definition.kind {
                    TypeDefKind::Struct(fields) => fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>(),
                    TypeDefKind::Enum { variants, .. } => variants.iter().map(|one| one.name.clone()).collect(),
                    TypeDefKind::Union { variants, .. } => variants.iter().map(|one| one.name.clone()).collect(),
                })
                .collect(),
            Owner::Module(symbol) => {
                let inputs = whole.modules.iter().filter(|module| module.symbol == *symbol).flat_map(|module| &module.inputs);
                inputs.map(|input| input.field.name.clone()).collect()
            }
            Owner::Connection(connection) => {
                let fields = whole.connections.iter().filter(|one| one.name == *connection).flat_map(|one| &one.fields);
                fields.map(|field| field.name.clone()).collect()
            }
        }
    }

    fn unknown_target(&self, path: &Path, undoing: &Undoing<'_>, whole: &Whole<'_>) -> Diagnostic {
        let (name, span) = joined(path);
        let names = self.type_table.names().chain(self.module_table.names()).chain(whole.connections.iter().map(|one| one.name.as_str()));
        let prefix = undoing.group.iter().map(|part| format!("{part}.")).collect::<String>();
        let known: Vec<String> = names.map(|name| name.strip_prefix(&prefix).unwrap_or(name).to_owned()).collect();
        unknown_at(codes::UNKNOWN_TARGET, span, &name, "type, module or connection", known.iter().map(String::as_str))
    }

    /// Records that a verb speaks of something; two that say the same kind of thing contradict each other.
    pub(super) fn said_once(&mut self, target: &str, facet: Facet, span: Span, undoing: &mut Undoing<'_>) -> bool {
        let facets = match facet {
            Facet::Presence => vec![Facet::Presence, Facet::Name, Facet::Type, Facet::Optional, Facet::Default, Facet::Place],
            one => vec![one, Facet::Presence],
        };
        let before = facets.iter().find_map(|facet| undoing.said.get(&(target.to_owned(), *facet)).copied());
        match before {
            Some(first) if first != span => {
                self.report(contradiction(target, span, first));
                return false;
            }
            _ => {}
        }
        undoing.said.insert((target.to_owned(), facet), span);
        true
    }
}

/// The type that a value is made of, lists and `null` apart.
pub(super) fn named(ty: &Type) -> Option<Symbol> {
    match ty {
        Type::Named(symbol) if *symbol != Symbol::UNKNOWN => Some(*symbol),
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => named(inner),
        _ => None,
    }
}

fn contradiction(target: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("two statements say different things about how `{target}` was before"))
        .here("this one")
        .also(first, "and this one")
        .help("keep one of them, or say both in one: `remove` with what it was, and `add` for what it is")
}
