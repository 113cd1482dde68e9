//! What stands elsewhere, or is one where there were several: names, nesting, splits and merges.

use super::super::Resolver;
use super::super::symbols::joined;
use super::super::types::literal;
use super::facets::{not_a_field, not_a_field_but_a_value};
use super::members::{Parting, hidden, insert, part};
use super::owners::Members;
use super::presence::old_place;
use super::reads::OtherName;
use super::removals::Removal;
use super::targets::Owner;
use super::{Facet, Undoing, Whole};
use crate::model::{DifferenceKind as Kind, EnumVariant, Field, Input, Literal, TypeDefKind};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, Path};

impl<'a> Resolver<'a> {
    #[allow(clippy::too_many_arguments, reason = "what a rename says, and where it is noted")]
    pub(super) fn undo_rename(
        &mut self,
        from: &Path,
        wire: Option<&ast::Text>,
        value: Option<&ast::Value>,
        to: &Ident,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let Some((old, owner_path)) = from.split_last() else { return };
        let now: Path = owner_path.iter().chain([to]).cloned().collect();
        let is_owner = self.owner_named(owner_path, undoing, whole).is_some();
        if owner_path.is_empty() || !is_owner && matches!(self.owner_named(&now, undoing, whole), Some(Owner::Module(_))) {
            return self.undo_module_rename(old, &now, verb, undoing, whole);
        }
        let Some(owner) = self.owner(owner_path, undoing, whole) else { return };
        let target = self.full_name(&now, undoing, whole);
        if !self.said_once(&owner, &to.value, Facet::Name, to.span, undoing) {
            return;
        }
        if !self.is_present((&owner, &to.value), &target, to.span, undoing, whole) {
            return;
        }
        let wire_name = match wire {
            Some(wire) => wire.value.clone(),
            None => self.convention.wire(&old.value),
        };
        let old_value = value.and_then(literal).unwrap_or_else(|| Literal::Text(old.value.clone()));
        let (version, before) = (undoing.version, undoing.before);
        let (mut found, mut wire_now) = (Err(Parting::Missing), String::new());
        let then = hidden(&old.value);
        self.in_members(&owner, version - 1, whole, &mut |members| {
            let one = match members {
                Members::Fields(list) => part(list, &to.value, version, before).map(|field| {
                    wire_now = std::mem::replace(&mut field.wire, wire_name.clone());
                    (field.name, field.span) = (then.clone(), old.span);
                }),
                Members::Inputs(list, _) => part(list, &to.value, version, before).map(|input| {
                    input.field.wire.clone_from(&wire_name);
                    (input.field.name, input.field.span) = (then.clone(), old.span);
                }),
                Members::Variants(list) => part(list, &to.value, version, before).map(|variant| {
                    variant.value.clone_from(&old_value);
                    (variant.name, variant.span) = (then.clone(), old.span);
                }),
                Members::Union(list) => part(list, &to.value, version, before).map(|variant| {
                    variant.tag = wire.map_or_else(|| old.value.clone(), |wire| wire.value.clone());
                    (variant.name, variant.span) = (then.clone(), old.span);
                }),
            };
            if one.is_ok() || matches!(found, Err(Parting::Missing)) {
                found = one;
            }
        });
        match &owner {
            Owner::Module(symbol) => super::modules::rename_bound(whole, *symbol, (version, before), &to.value, &old.value),
            Owner::Type(symbol) => {
                let (now, then) = ((to.value.as_str(), wire_now.as_str()), (old.value.as_str(), wire_name.as_str()));
                self.rename_read(&OtherName { owner: *symbol, now, then }, version, before, whole);
            }
            Owner::Connection(_) => {}
        }
        self.parted_of(found, (&owner, &target), to.span, undoing, whole);
        undoing.difference(Kind::Renamed, &target, old.value.clone(), to.value.clone(), verb);
    }

    /// `split User.name: string -> first_name, last_name`
    pub(super) fn undo_split(
        &mut self,
        from: &Path,
        field: Option<&'a ast::Field>,
        to: &'a [Path],
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let shown: Vec<String> = to.iter().map(|path| joined(path).0).collect();
        let Some(field) = field else {
            return self.noted_modules(Kind::Split, &[from], to, verb, undoing, whole);
        };
        let Some((_, owner_path)) = from.split_last() else { return };
        let owner_name = self.full_name(owner_path, undoing, whole);
        let Some(owner) = self.owner(owner_path, undoing, whole) else { return };
        for path in to {
            let Some(last) = path.last() else { continue };
            if !self.said_once(&owner, &last.value, Facet::Presence, last.span, undoing) {
                continue;
            }
            let found = self.came_member(&owner, &last.value, undoing, whole);
            self.parted_of(found, (&owner, &format!("{owner_name}.{}", last.value)), last.span, undoing, whole);
        }
        let note = format!("use {}", shown.join(", "));
        self.had_field((&owner, &owner_name), field, None, Removal { note, ..Removal::default() }, verb, undoing, whole);
        if let Some(last) = undoing.differences.last_mut().filter(|last| last.span == verb.span) {
            (last.kind, last.after) = (Kind::Split, shown.join(", "));
        }
    }

    /// The one that several became is new. Gives its owner, that one's name, and the name of both.
    fn came_of_several(
        &mut self,
        owner: &Path,
        to: &Ident,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) -> Option<(Owner, String, String)> {
        let owner_name = self.full_name(owner, undoing, whole);
        let owner = self.owner(owner, undoing, whole)?;
        let target = format!("{owner_name}.{}", to.value);
        if !self.said_once(&owner, &to.value, Facet::Presence, to.span, undoing) {
            return None;
        }
        let found = self.came_member(&owner, &to.value, undoing, whole);
        self.parted_of(found, (&owner, &target), to.span, undoing, whole);
        Some((owner, owner_name, target))
    }

    /// `merge User { first_name: string  last_name: string } -> name`
    pub(super) fn undo_merged_fields(
        &mut self,
        owner: &Path,
        fields: &'a [ast::Field],
        to: &Ident,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let Some((owner, owner_name, target)) = self.came_of_several(owner, to, undoing, whole) else { return };
        let noted = undoing.differences.len();
        for field in fields {
            self.had_field((&owner, &owner_name), field, None, Removal::default(), verb, undoing, whole);
        }
        undoing.differences.truncate(noted);
        let before: Vec<&str> = fields.iter().map(|field| field.name.value.as_str()).collect();
        undoing.difference(Kind::Merged, &target, before.join(", "), to.value.clone(), verb);
    }

    /// `merge Language { javascript, typescript } -> javascript_typescript`
    pub(super) fn undo_merged_variants(
        &mut self,
        owner: &Path,
        variants: &'a [ast::Variant],
        to: &Ident,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let Some((owner, owner_name, target)) = self.came_of_several(owner, to, undoing, whole) else { return };
        let merged = self.variant_origin(&owner, &to.value);
        let noted = undoing.differences.len();
        for variant in variants {
            self.had_variant((&owner, &owner_name), variant, Removal::default(), verb, undoing, whole);
        }
        // Each of them is what the one is now.
        if let (Some(origin), Owner::Type(symbol)) = (merged, &owner) {
            for index in self.definitions.get(symbol).cloned().unwrap_or_default() {
                if let TypeDefKind::Enum { variants: list, .. } = &mut self.types[index].kind {
                    let old = |one: &&mut EnumVariant| variants.iter().any(|variant| variant.name.span == one.span);
                    list.iter_mut().filter(old).for_each(|one| one.origin = origin);
                }
            }
        }
        undoing.differences.truncate(noted);
        let before: Vec<&str> = variants.iter().map(|variant| variant.name.value.as_str()).collect();
        undoing.difference(Kind::Merged, &target, before.join(", "), to.value.clone(), verb);
    }

    pub(super) fn variant_origin(&self, owner: &Owner, name: &str) -> Option<Span> {
        let Owner::Type(symbol) = owner else { return None };
        self.definitions_of(*symbol).find_map(|definition| match &definition.kind {
            TypeDefKind::Enum { variants, .. } => variants.iter().find(|one| one.name == name).map(|one| one.origin),
            _ => None,
        })
    }

    /// `move Invoice.subscription -> parent.subscription_details.subscription`
    #[allow(clippy::too_many_arguments, reason = "what a move says, and where it is noted")]
    pub(super) fn undo_nesting(
        &mut self,
        from: &Path,
        wire: Option<&ast::Text>,
        to: &Path,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let Some((old, owner_path)) = from.split_last() else { return };
        if owner_path.is_empty() {
            return self.report(not_a_field(&old.value, old.span));
        }
        let target = self.full_name(owner_path, undoing, whole);
        let Some(owner) = self.owner(owner_path, undoing, whole) else { return };
        let (shown, span) = joined(to);
        let Some((inner, leaf)) = self.leaf(&owner, to, undoing, whole) else { return };
        let fresh = self.said_once(&inner, &leaf.name, Facet::Presence, span, undoing)
            & self.said_once(&owner, &old.value, Facet::Before, old.span, undoing);
        if !fresh {
            return;
        }
        let on = undoing.before.and(self.owner_versions(&owner, whole));
        if on.is_empty() {
            return self.report(self.owner_came_later(&owner, &target, old.span, undoing, whole));
        }
        let found = self.came_member(&inner, &leaf.name, undoing, whole);
        let wire = wire.map_or_else(|| self.convention.wire(&old.value), |wire| wire.value.clone());
        let life = self.superseded(Some(format!("{target}.{shown}")), String::new(), verb.span, undoing);
        let field = Field { name: old.value.clone(), wire, on, span: old.span, life, ..leaf };
        let mut no_field = false;
        self.in_members(&owner, undoing.version - 1, whole, &mut |members| match members {
            Members::Fields(list) => insert(list, field.clone()),
            Members::Inputs(list, encoding) => insert(list, Input { field: field.clone(), place: old_place(None, encoding) }),
            Members::Variants(_) | Members::Union(_) => no_field = true,
        });
        if no_field {
            return self.report(not_a_field_but_a_value(&format!("{target}.{}", old.value), old.span));
        }
        self.parted(found, &format!("{target}.{shown}"), span, undoing);
        undoing.difference(Kind::Moved, &format!("{target}.{shown}"), old.value.clone(), shown, verb);
    }

    /// The field at the end of a path through structs, lists and maps, and what it belongs to.
    pub(super) fn leaf(&mut self, owner: &Owner, path: &Path, undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<(Owner, Field)> {
        let mut owner = owner.clone();
        let (last, around) = path.split_last()?;
        for step in around {
            match self.member_type(&owner, &step.value, undoing.version, whole).as_ref().and_then(super::targets::named) {
                Some(symbol) => owner = Owner::Type(symbol),
                None => {
                    self.report(self.no_member(&owner, step, whole));
                    return None;
                }
            }
        }
        let found = self.member(&owner, &last.value, undoing.version, whole);
        if found.is_none() {
            self.report(self.no_member(&owner, last, whole));
        }
        found.map(|field| (owner, field))
    }
}
