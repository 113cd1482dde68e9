//! What the dotted names of verbs stand for.

use super::super::Resolver;
use super::super::symbols::joined;
use super::super::unknown::unknown_at;
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Symbol, Type, TypeDefKind};
use crate::source::Span;
use crate::syntax::ast::{Ident, Path};

/// What something belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A struct, an enum or a union.
    Type(Symbol),
    /// A module, whose inputs are meant.
    Module(Symbol),
    /// A connection as a whole: its fields are ours, not the API's.
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
    pub(super) fn owner(&mut self, path: &[Ident], undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<Owner> {
        for length in (1..=path.len()).rev() {
            let Some(mut owner) = self.owner_named(&path[..length], undoing, whole) else { continue };
            for inner in &path[length..] {
                let Some(found) = self.inside(&owner, &inner.value, undoing.version, whole) else {
                    let known = self.member_names(&owner, whole);
                    let names = known.iter().map(String::as_str);
                    self.report(unknown_at(codes::UNKNOWN_TARGET, inner.span, &inner.value, "field with members called", names));
                    return None;
                };
                owner = found;
            }
            if let Owner::Connection(name) = &owner {
                self.report(ours(name, path[0].span));
                return None;
            }
            return Some(owner);
        }
        let path = path.to_vec();
        let unknown = self.unknown_target(&path, undoing, whole);
        self.report(unknown);
        None
    }

    pub(super) fn owner_named(&self, path: &[Ident], undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<Owner> {
        if path.is_empty() {
            return None;
        }
        let name = joined(path).0;
        if let Some(symbol) = self.type_table.find(&undoing.group, &name) {
            return Some(Owner::Type(symbol));
        }
        if let Some(symbol) = self.module_table.find(&undoing.group, &name) {
            return Some(Owner::Module(symbol));
        }
        whole.connections.iter().any(|connection| connection.name == name).then_some(Owner::Connection(name))
    }

    /// What a dotted name says, from outside all groups: the same for every block that speaks of it.
    pub(super) fn full_name(&self, path: &[Ident], undoing: &Undoing<'_>, whole: &Whole<'_>) -> String {
        let root = (1..=path.len()).rev().find_map(|length| Some((length, self.owner_named(&path[..length], undoing, whole)?)));
        let Some((length, owner)) = root else { return joined(path).0 };
        let rest = path[length..].iter().map(|name| name.value.clone());
        [self.owner_name(&owner)].into_iter().chain(rest).collect::<Vec<_>>().join(".")
    }

    /// The type of a member, where it is a struct written in place or one of its own.
    fn inside(&self, owner: &Owner, name: &str, version: usize, whole: &Whole<'_>) -> Option<Owner> {
        let ty = self.member_type(owner, name, version, whole)?;
        named(&ty).map(Owner::Type)
    }

    /// The type of a member in one version.
    pub(super) fn member_type(&self, owner: &Owner, name: &str, version: usize, whole: &Whole<'_>) -> Option<Type> {
        let own = |field: &&Field| field.name == name && field.on.has(version);
        match owner {
            Owner::Type(symbol) => {
                self.definitions_of(*symbol).filter(|one| one.on.has(version)).find_map(|definition| match &definition.kind {
                    TypeDefKind::Struct(fields) => fields.iter().find(own).map(whole_type),
                    TypeDefKind::Union { variants, .. } => {
                        variants.iter().find(|one| one.name == name && one.on.has(version)).map(|one| one.ty.clone())
                    }
                    TypeDefKind::Enum { .. } => None,
                })
            }
            Owner::Module(symbol) => {
                let modules = whole.modules.iter().filter(|module| module.symbol == *symbol && module.on.has(version));
                modules.flat_map(|module| &module.inputs).map(|input| &input.field).find(own).map(whole_type)
            }
            Owner::Connection(_) => None,
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
            Owner::Connection(_) => Vec::new(),
        }
    }

    fn unknown_target(&self, path: &Path, undoing: &Undoing<'_>, whole: &Whole<'_>) -> Diagnostic {
        let (name, span) = joined(path);
        if let Some(mixin) = self.mixins.get(path[0].value.as_str()) {
            return of_mixin(&path[0], mixin.name.span);
        }
        let names = self.type_table.names().chain(self.module_table.names()).chain(whole.connections.iter().map(|one| one.name.as_str()));
        let prefix = undoing.group.iter().map(|part| format!("{part}.")).collect::<String>();
        let known: Vec<String> = names.map(|name| name.strip_prefix(&prefix).unwrap_or(name).to_owned()).collect();
        unknown_at(codes::UNKNOWN_TARGET, span, &name, "type, module or connection", known.iter().map(String::as_str))
    }

    /// Records that a verb speaks of a member, or of the whole where none is named; two that say the same kind of thing
    /// contradict each other.
    pub(super) fn said_once(&mut self, owner: &Owner, member: &str, facet: Facet, span: Span, undoing: &mut Undoing<'_>) -> bool {
        let facets = match facet {
            Facet::Presence => vec![Facet::Presence, Facet::Name, Facet::Type, Facet::Optional, Facet::Default, Facet::Place],
            Facet::Before => vec![Facet::Before],
            one => vec![one, Facet::Presence],
        };
        let key = format!("{owner:?}.{member}");
        let before = facets.iter().find_map(|facet| undoing.said.of.get(&(key.clone(), *facet)).copied());
        if let Some(first) = before.filter(|first| *first != span) {
            let target = if member.is_empty() { self.owner_name(owner) } else { format!("{}.{member}", self.owner_name(owner)) };
            self.report(contradiction(&target, span, first));
            return false;
        }
        undoing.said.of.insert((key, facet), span);
        undoing.said.touched.push(owner.clone());
        true
    }
}

/// A field's type with its `null`.
fn whole_type(field: &Field) -> Type {
    if field.nullable { Type::Nullable(Box::new(field.ty.clone())) } else { field.ty.clone() }
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
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("two statements say how `{target}` was before"))
        .here("this one")
        .also(first, "and this one")
        .help("keep one of them, or say both in one: `remove` with what it was, and `add` for what it is")
}

fn ours(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("what people fill in for `{name}` is not changed by the owner"))
        .here("a connection")
        .help(format!(
            "what is asked for otherwise is another revision: `connection {name} @2 {{ … from @1 {{ … }} }}`; `auth {name} -> …` says \
             that another connection took its place"
        ))
}

fn of_mixin(name: &Ident, declared: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_TARGET, name.span, format!("`{}` is a mixin, which no version of the API knows", name.value))
        .here("a mixin")
        .also(declared, "declared here")
        .help("name the types or modules that take it in: what changed for one of them need not have changed for all")
}
