//! What is new, and what older versions had: fields, inputs, values and whole items that came or went.

use super::super::Resolver;
use super::super::symbols::joined;
use super::members::{Parting, came_with, insert};
use super::owners::Members;
use super::targets::{Owner, Target};
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{DifferenceKind as Kind, Encoding, EnumVariant, Field, Input, Literal, Place, UnionVariant};
use crate::syntax::ast::{self, Ident, Path};

impl<'a> Resolver<'a> {
    /// `add Project.budget, archive_project`
    pub(super) fn undo_add(&mut self, path: &Path, verb: &ast::Verb, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
        let (name, span) = (self.full_name(path, undoing, whole), joined(path).1);
        let Some(target) = self.target(path, undoing, whole) else { return };
        let (owner, member) = match &target {
            Target::Whole(owner) => (owner, ""),
            Target::Member(owner, member) => (owner, member.as_str()),
        };
        if !self.said_once(owner, member, Facet::Presence, span, undoing) {
            return;
        }
        match target {
            Target::Whole(owner) => {
                let found = self.came_whole(&owner, undoing, whole);
                self.parted(found, &name, span, undoing);
            }
            Target::Member(owner, member) => {
                let found = self.came_member(&owner, &member, undoing, whole);
                self.parted_of(found, (&owner, &name), span, undoing, whole);
            }
        }
        undoing.difference(Kind::Added, &name, String::new(), name.clone(), verb);
    }

    pub(super) fn came_whole(&mut self, owner: &Owner, undoing: &Undoing<'_>, whole: &mut Whole<'_>) -> Result<(), Parting> {
        let mut found = Err(Parting::Missing);
        let mut narrow = |on: &mut crate::model::Versions| {
            if on.without(undoing.before).has(undoing.version) {
                *on = on.without(undoing.before);
                found = Ok(());
            }
        };
        match owner {
            Owner::Type(symbol) => {
                for index in self.definitions.get(symbol).cloned().unwrap_or_default() {
                    narrow(&mut self.types[index].on);
                }
            }
            Owner::Module(symbol) => {
                whole.modules.iter_mut().filter(|module| module.symbol == *symbol).for_each(|module| narrow(&mut module.on));
            }
            Owner::Connection(name) => {
                whole.connections.iter_mut().filter(|one| one.name == *name).for_each(|one| narrow(&mut one.on));
            }
        }
        found
    }

    pub(super) fn came_member(&mut self, owner: &Owner, member: &str, undoing: &Undoing<'_>, whole: &mut Whole<'_>) -> Result<(), Parting> {
        let (version, before) = (undoing.version, undoing.before);
        let mut found = Err(Parting::Missing);
        self.in_members(owner, version, whole, &mut |members| {
            let one = match members {
                Members::Fields(list) => came_with(list, member, version, before),
                Members::Variants(list) => came_with(list, member, version, before),
                Members::Union(list) => came_with(list, member, version, before),
                Members::Inputs(list, _) => came_with(list, member, version, before),
            };
            if one.is_ok() || matches!(found, Err(Parting::Missing)) {
                found = one;
            }
        });
        found
    }

    /// A field or input that older versions had.
    #[allow(clippy::too_many_arguments, reason = "what a removal says, and where it is noted")]
    pub(super) fn had_field(
        &mut self,
        (owner, owner_name): (&Owner, &str),
        written: &'a ast::Field,
        place: Option<&Ident>,
        note: String,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let target = format!("{owner_name}.{}", written.name.value);
        if !self.said_once(owner, &written.name.value, Facet::Before, written.name.span, undoing) {
            return;
        }
        let mut site = undoing.site(owner_name);
        site.on = site.on.and(self.owner_versions(owner, whole));
        if site.on.is_empty() {
            return self.report(self.owner_came_later(owner, owner_name, written.name.span, undoing, whole));
        }
        let mut field = self.field(written, &site);
        self.settle_defaults();
        field.default = written.default.as_ref().and_then(|value| self.default(&field, value));
        let shown = self.sources.text(written.ty.span).to_owned();
        let mut is_enum = false;
        self.in_members(owner, undoing.version - 1, whole, &mut |members| match members {
            Members::Fields(list) => insert(list, field.clone()),
            Members::Inputs(list, encoding) => {
                insert(list, Input { field: field.clone(), place: old_place(place, encoding) });
            }
            Members::Union(list) => insert(list, old_union_variant(written, &field)),
            Members::Variants(_) => is_enum = true,
        });
        if is_enum {
            self.report(value_with_type(owner_name, written));
        }
        self.places_have_bodies(owner, undoing.before, whole);
        undoing.noted(Kind::Removed, &target, shown, String::new(), note, verb);
    }

    /// A value that older versions had.
    pub(super) fn had_variant(
        &mut self,
        (owner, owner_name): (&Owner, &str),
        written: &ast::Variant,
        note: String,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let target = format!("{owner_name}.{}", written.name.value);
        if !self.said_once(owner, &written.name.value, Facet::Before, written.name.span, undoing) {
            return;
        }
        if self.owner_versions(owner, whole).and(undoing.before).is_empty() {
            return self.report(self.owner_came_later(owner, owner_name, written.name.span, undoing, whole));
        }
        let variant = self.old_variant(written, undoing.before);
        let mut no_enum = false;
        self.in_members(owner, undoing.version - 1, whole, &mut |members| match members {
            Members::Variants(list) => insert(list, variant.clone()),
            _ => no_enum = true,
        });
        if no_enum {
            return self.report(field_without_type(owner_name, written));
        }
        undoing.noted(Kind::Removed, &target, shown_value(&variant.value), String::new(), note, verb);
    }

    pub(super) fn old_variant(&mut self, written: &ast::Variant, before: crate::model::Versions) -> EnumVariant {
        EnumVariant {
            name: written.name.value.clone(),
            value: self.enum_value(written),
            docs: super::super::docs(&written.head.docs),
            on: before,
            life: None,
            span: written.name.span,
            origin: written.name.span,
        }
    }
}

/// Where a removed input went, where that is not said.
pub(super) fn old_place(written: Option<&Ident>, encoding: &Encoding) -> Place {
    match (written, encoding) {
        (Some(place), _) => super::modules::place(&place.value),
        (None, Encoding::None) => Place::Query("form_explode"),
        (None, _) => Place::Body,
    }
}

pub(super) fn old_union_variant(written: &ast::Field, field: &Field) -> UnionVariant {
    UnionVariant {
        name: field.name.clone(),
        tag: written.wire.as_ref().map_or(&written.name.value, |tag| &tag.value).clone(),
        ty: field.ty.clone(),
        docs: field.docs.clone(),
        on: field.on,
        span: field.span,
    }
}

pub(super) fn shown_value(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

pub(super) fn value_with_type(owner: &str, written: &ast::Field) -> Diagnostic {
    let name = &written.name.value;
    Diagnostic::new(codes::CHANGE_CONTRADICTS, written.name.span, format!("`{owner}` is an enum, whose values have no type"))
        .here("was a value")
        .help(format!("write what stood for it on the wire: `remove {owner}.{name} = \"…\"`"))
}

pub(super) fn field_without_type(owner: &str, written: &ast::Variant) -> Diagnostic {
    let name = &written.name.value;
    Diagnostic::new(codes::CHANGE_CONTRADICTS, written.name.span, format!("`{owner}` is no enum, so `{name}` had a type"))
        .here("which type did it have?")
        .help(format!("write its type, as in `remove {owner}.{name}: string`"))
}
