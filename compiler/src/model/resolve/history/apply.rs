//! One verb undone: what it says of fields, inputs and values.

use super::super::Resolver;
use super::super::symbols::joined;
use super::super::types::literal;
use super::members::{Parting, came_with, hidden, insert, part};
use super::reads::OtherName;
use super::targets::{Owner, Target};
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use std::collections::HashMap;

use crate::model::Symbol;
use crate::model::{DifferenceKind as Kind, Encoding, EnumVariant, Field, Input, Literal, Place, Type, TypeDefKind, UnionVariant};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, Path, VerbKind};

/// Changes how a member was before; gives what it was and what it is, in words, or what contradicts it.
type Facets<'f> = &'f mut dyn FnMut(&mut Field) -> Result<(String, String), String>;

impl<'a> Resolver<'a> {
    pub(super) fn undo_verb(&mut self, verb: &'a ast::Verb, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
        match &verb.kind {
            VerbKind::Add(paths) => paths.iter().for_each(|path| self.undo_add(path, verb, undoing, whole)),
            VerbKind::RemoveField { owner, field, place, successor, why } => {
                let shown = self.full_name(owner, undoing, whole);
                let note = self.advice(&shown, &field.name, successor.as_ref(), why.as_ref());
                if let Some(owner) = self.owner(owner, undoing, whole) {
                    self.had_field((&owner, &shown), field, place.as_ref(), note, verb, undoing, whole);
                }
            }
            VerbKind::RemoveVariant { owner, variant, successor, why } => {
                let shown = self.full_name(owner, undoing, whole);
                let note = self.advice(&shown, &variant.name, successor.as_ref(), why.as_ref());
                if let Some(owner) = self.owner(owner, undoing, whole) {
                    self.had_variant((&owner, &shown), variant, note, verb, undoing, whole);
                }
            }
            VerbKind::RemoveItem(item) => {
                let name = item_name(item);
                undoing.difference(Kind::Removed, &name, name.clone(), String::new(), verb);
            }
            VerbKind::Rename { from, wire, value, to } => self.undo_rename(from, wire.as_ref(), value.as_ref(), to, verb, undoing, whole),
            VerbKind::MoveField { from, wire, to } => self.undo_nesting(from, wire.as_ref(), to, verb, undoing, whole),
            VerbKind::Require { target, default } => self.undo_require(target, default.as_ref(), verb, undoing, whole),
            VerbKind::Relax(target) => {
                self.undo_facet(target, Facet::Optional, Kind::Relaxed, verb, undoing, whole, &mut |field| {
                    if !field.optional && field.default.is_none() {
                        return Err("is required now, so it was not relaxed".to_owned());
                    }
                    field.optional = false;
                    field.default = None;
                    Ok(("required".to_owned(), "optional".to_owned()))
                });
            }
            VerbKind::Retype { target, from, to } => self.undo_retype(target, from, to, verb, undoing, whole),
            VerbKind::Default { target, from, to } => self.undo_default(target, from, to, verb, undoing, whole),
            VerbKind::MovePlace { input, from, wire, to } => self.undo_place(input, from, wire.as_ref(), to, verb, undoing, whole),
            VerbKind::Split { from, field, to } => self.undo_split(from, field.as_deref(), to, verb, undoing, whole),
            VerbKind::MergeFields { owner, fields, to } => self.undo_merged_fields(owner, fields, to, verb, undoing, whole),
            VerbKind::MergeVariants { owner, variants, to } => self.undo_merged_variants(owner, variants, to, verb, undoing, whole),
            _ => self.undo_whole(verb, undoing, whole),
        }
    }

    /// `add Project.budget, archive_project`
    fn undo_add(&mut self, path: &Path, verb: &ast::Verb, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
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

    fn came_whole(&mut self, owner: &Owner, undoing: &Undoing<'_>, whole: &mut Whole<'_>) -> Result<(), Parting> {
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

    fn came_member(&mut self, owner: &Owner, member: &str, undoing: &Undoing<'_>, whole: &mut Whole<'_>) -> Result<(), Parting> {
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
    fn had_field(
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
    fn had_variant(
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

    fn old_variant(&mut self, written: &ast::Variant, before: crate::model::Versions) -> EnumVariant {
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

    /// What did not exist had no parts either.
    fn owner_came_later(&self, owner: &Owner, name: &str, span: Span, undoing: &Undoing<'_>, whole: &Whole<'_>) -> Diagnostic {
        let problem =
            Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` did not exist before `{}`, so nothing of it was otherwise", undoing.name()))
                .here("part of what is new");
        let declared = match owner {
            Owner::Type(symbol) => self.definitions_of(*symbol).next().map(|one| one.span),
            Owner::Module(symbol) => whole.modules.iter().find(|one| one.symbol == *symbol).map(|one| one.span),
            Owner::Connection(_) => None,
        };
        let problem = match declared {
            Some(declared) => problem.also(declared, "new with this version, or a later one"),
            None => problem,
        };
        problem.help("delete this, or say in which version the whole came")
    }

    #[allow(clippy::too_many_arguments, reason = "what a rename says, and where it is noted")]
    fn undo_rename(
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

    fn undo_require(
        &mut self,
        target: &Path,
        default: Option<&'a ast::Value>,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let mut stands_for_absence = String::new();
        if let (Some(value), Some((name, owner))) = (default, target.split_last())
            && let Some(owner) = self.owner(owner, undoing, whole)
            && let Some(ty) = self.member_type(&owner, &name.value, undoing.version, whole)
        {
            let reading = super::super::literals::Reading::given(undoing.before);
            let (text, problems) = self.literals().read(value, &ty, false, reading);
            problems.into_iter().for_each(|problem| self.report(problem));
            stands_for_absence = text;
        }
        self.undo_facet(target, Facet::Optional, Kind::Required, verb, undoing, whole, &mut |field| {
            if field.optional {
                return Err("is optional now, so it is not required".to_owned());
            }
            if let Some(default) = &field.default {
                return Err(format!("has the default {default} now, so it is not required"));
            }
            field.optional = true;
            Ok(("optional".to_owned(), "required".to_owned()))
        });
        if let Some(last) = undoing.differences.last_mut().filter(|last| last.span == verb.span) {
            last.note = stands_for_absence;
        }
    }

    fn undo_retype(
        &mut self,
        target: &Path,
        from: &'a ast::TypeExpr,
        to: &'a ast::TypeExpr,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let name = self.full_name(target, undoing, whole);
        let site = undoing.site(&name);
        let old = self.ty(from, &site, "");
        // What is written in place is compared as text: as a type, it would be one more.
        let in_place = inline_span(to);
        let new = if in_place.is_some() { Type::UNKNOWN } else { self.ty(to, &super::Site { on: self.all_versions, ..site }, "") };
        self.settle_defaults();
        let (shown_old, shown_new) = (self.sources.text(from.span).to_owned(), self.sources.text(to.span).to_owned());
        let (old, old_nullable) = unwrapped(old);
        let (new, new_nullable) = unwrapped(new);
        let written: HashMap<Symbol, String> = self.inline.iter().map(|(span, symbol)| (*symbol, letters(self.sources.text(*span)))).collect();
        let alike = in_place.map(|span| letters(self.sources.text(span)));
        self.undo_facet(target, Facet::Type, Kind::Retyped, verb, undoing, whole, &mut |field| {
            let unknown = field.ty == Type::UNKNOWN || new == Type::UNKNOWN;
            let same = match &alike {
                Some(text) => super::targets::named(&field.ty).and_then(|symbol| written.get(&symbol)) == Some(text),
                None => unknown || (field.ty == new && field.nullable == new_nullable),
            };
            if !same {
                return Err(format!("is not `{shown_new}` now"));
            }
            field.ty = old.clone();
            field.nullable = old_nullable;
            field.default = field.default.take().filter(|default| fits(default, &old));
            Ok((shown_old.clone(), shown_new.clone()))
        });
    }

    fn undo_default(
        &mut self,
        target: &Path,
        from: &'a ast::Value,
        to: &'a ast::Value,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let Some(Target::Member(owner, member)) = self.target(target, undoing, whole) else { return };
        let Some(ty) = self.member_type(&owner, &member, undoing.version, whole) else {
            return self.parted(Err(Parting::Missing), &joined(target).0, joined(target).1, undoing);
        };
        let old_type = self.member_type(&owner, &member, undoing.version - 1, whole).unwrap_or_else(|| ty.clone());
        let mut read = |value: &'a ast::Value, ty: &Type| {
            if matches!(&value.kind, ast::ValueKind::Name(path) if path.len() == 1 && path[0].value == "none") {
                return None;
            }
            let (text, problems) = self.literals().read(value, ty, true, super::super::literals::Reading::default_value(undoing.before));
            problems.into_iter().for_each(|problem| self.report(problem));
            Some(text)
        };
        let (old, new) = (read(from, &old_type), read(to, &ty));
        let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let (before, after) = (shown(&old), shown(&new));
        let now = self.member(&owner, &member, undoing.version, whole).and_then(|field| field.default);
        self.undo_facet(target, Facet::Default, Kind::Defaulted, verb, undoing, whole, &mut |field| {
            if now != new {
                return Err(format!("does not have the default {after} now"));
            }
            field.default.clone_from(&old);
            Ok((before.clone(), after.clone()))
        });
    }

    /// Changes one thing about how a field or input was before.
    #[allow(clippy::too_many_arguments, reason = "what a verb says, and where it is noted")]
    fn undo_facet(
        &mut self,
        path: &Path,
        facet: Facet,
        kind: Kind,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
        change: Facets<'_>,
    ) {
        let Some(target) = self.target(path, undoing, whole) else { return };
        let (name, span) = (self.full_name(path, undoing, whole), joined(path).1);
        let Target::Member(owner, member) = target else {
            return self.report(not_a_field(&name, span));
        };
        if !self.said_once(&owner, &member, facet, span, undoing) {
            return;
        }
        let (version, before) = (undoing.version, undoing.before);
        let mut no_field = false;
        let mut outcome: Result<(String, String), String> = Err(String::new());
        let mut found = Err(Parting::Missing);
        self.in_members(&owner, version - 1, whole, &mut |members| {
            let one = match members {
                Members::Fields(list) => part(list, &member, version, before).map(|field| outcome = change(field)),
                Members::Inputs(list, _) => part(list, &member, version, before).map(|input| outcome = change(&mut input.field)),
                Members::Variants(_) | Members::Union(_) => {
                    no_field = true;
                    return;
                }
            };
            if one.is_ok() || matches!(found, Err(Parting::Missing)) {
                found = one;
            }
        });
        if no_field {
            return self.report(not_a_field_but_a_value(&name, span));
        }
        let was_found = found.is_ok();
        self.parted_of(found, (&owner, &name), span, undoing, whole);
        match outcome {
            Ok((before, after)) => undoing.difference(kind, &name, before, after, verb),
            Err(problem) if was_found => {
                let present = self.member(&owner, &member, version, whole).map(|field| field.span);
                self.report(contradicts_present(&name, span, &problem, present));
            }
            Err(_) => {}
        }
    }

    /// `split User.name: string -> first_name, last_name`
    fn undo_split(
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
        self.had_field((&owner, &owner_name), field, None, note, verb, undoing, whole);
        if let Some(last) = undoing.differences.last_mut().filter(|last| last.span == verb.span) {
            (last.kind, last.after) = (Kind::Split, shown.join(", "));
        }
    }

    /// `merge User { first_name: string  last_name: string } -> name`
    fn undo_merged_fields(
        &mut self,
        owner: &Path,
        fields: &'a [ast::Field],
        to: &Ident,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let owner_name = self.full_name(owner, undoing, whole);
        let Some(owner) = self.owner(owner, undoing, whole) else { return };
        let target = format!("{owner_name}.{}", to.value);
        if !self.said_once(&owner, &to.value, Facet::Presence, to.span, undoing) {
            return;
        }
        let found = self.came_member(&owner, &to.value, undoing, whole);
        self.parted_of(found, (&owner, &target), to.span, undoing, whole);
        let noted = undoing.differences.len();
        for field in fields {
            self.had_field((&owner, &owner_name), field, None, String::new(), verb, undoing, whole);
        }
        undoing.differences.truncate(noted);
        let before: Vec<&str> = fields.iter().map(|field| field.name.value.as_str()).collect();
        undoing.difference(Kind::Merged, &target, before.join(", "), to.value.clone(), verb);
    }

    /// `merge Language { javascript, typescript } -> javascript_typescript`
    fn undo_merged_variants(
        &mut self,
        owner: &Path,
        variants: &'a [ast::Variant],
        to: &Ident,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let owner_name = self.full_name(owner, undoing, whole);
        let Some(owner) = self.owner(owner, undoing, whole) else { return };
        let target = format!("{owner_name}.{}", to.value);
        if !self.said_once(&owner, &to.value, Facet::Presence, to.span, undoing) {
            return;
        }
        let found = self.came_member(&owner, &to.value, undoing, whole);
        self.parted_of(found, (&owner, &target), to.span, undoing, whole);
        let merged = self.variant_origin(&owner, &to.value);
        let noted = undoing.differences.len();
        for variant in variants {
            self.had_variant((&owner, &owner_name), variant, String::new(), verb, undoing, whole);
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

    fn variant_origin(&self, owner: &Owner, name: &str) -> Option<Span> {
        let Owner::Type(symbol) = owner else { return None };
        self.definitions_of(*symbol).find_map(|definition| match &definition.kind {
            TypeDefKind::Enum { variants, .. } => variants.iter().find(|one| one.name == name).map(|one| one.origin),
            _ => None,
        })
    }

    /// `move Invoice.subscription -> parent.subscription_details.subscription`
    #[allow(clippy::too_many_arguments, reason = "what a move says, and where it is noted")]
    fn undo_nesting(
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
        let field = Field { name: old.value.clone(), wire, on, span: old.span, life: None, ..leaf };
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

    /// The field at the end of a path through structs, lists and maps, and what it belongs to.
    fn leaf(&mut self, owner: &Owner, path: &Path, undoing: &Undoing<'_>, whole: &Whole<'_>) -> Option<(Owner, Field)> {
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

    fn no_member(&self, owner: &Owner, name: &Ident, whole: &Whole<'_>) -> Diagnostic {
        let known = self.member_names(owner, whole);
        let what = format!("field of `{}` called", self.owner_name(owner));
        super::super::unknown::unknown(codes::UNKNOWN_TARGET, name, &what, known.iter().map(String::as_str))
    }

    /// Says what kept a member from being parted: that it, or all it belongs to, came later.
    pub(super) fn parted_of(
        &mut self,
        found: Result<(), Parting>,
        (owner, target): (&Owner, &str),
        span: Span,
        undoing: &Undoing<'_>,
        whole: &mut Whole<'_>,
    ) {
        let before = self.owner_versions(owner, whole).and(undoing.before);
        if matches!(found, Err(Parting::Missing)) && before.is_empty() {
            let name = target.rsplit_once('.').map_or(target, |(owner, _)| owner).to_owned();
            return self.report(self.owner_came_later(owner, &name, span, undoing, whole));
        }
        let member = target.rsplit_once('.').map(|(_, member)| member).filter(|_| matches!(found, Err(Parting::Missing)));
        if let Some(member) = member {
            let known = self.names_in(owner, undoing.version, whole);
            let near = crate::diagnostics::nearest::nearest(member, known.iter().map(String::as_str));
            let written = self.sources.text(span);
            let kept = written.rsplit_once('.').map_or_else(String::new, |(owner, _)| format!("{owner}."));
            let missing = missing(target, span, undoing);
            return self.report(match near {
                Some(near) => missing.help(format!("write `{near}`")).replace(format!("write `{near}`"), span, format!("{kept}{near}")),
                None => missing.help("name things as they are in this version; `remove` says what only older versions had"),
            });
        }
        self.parted(found, target, span, undoing);
    }

    /// What an owner has in one version.
    fn names_in(&mut self, owner: &Owner, version: usize, whole: &mut Whole<'_>) -> Vec<String> {
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

    /// Says what kept a member from being parted.
    pub(super) fn parted(&mut self, found: Result<(), Parting>, target: &str, span: Span, undoing: &Undoing<'_>) {
        let version = &undoing.item.version;
        match found {
            Ok(()) => {}
            Err(Parting::Missing) => {
                let help = "name things as they are in this version; `remove` says what only older versions had";
                self.report(missing(target, span, undoing).help(help));
            }
            Err(Parting::NotBefore(first)) => self.report(
                Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{target}` did not exist before `{}`", version.value))
                    .here("said to have been otherwise before")
                    .also(first, "exists only from a later version on")
                    .help("delete one of them"),
            ),
        }
    }

    /// What an owner is called, groups included.
    pub(super) fn owner_name(&self, owner: &Owner) -> String {
        match owner {
            Owner::Type(symbol) | Owner::Module(symbol) => {
                let name = &self.symbols[symbol.0 as usize];
                super::super::symbols::dotted(&name.group, &name.name)
            }
            Owner::Connection(name) => name.clone(),
        }
    }

    fn owner_versions(&self, owner: &Owner, whole: &Whole<'_>) -> crate::model::Versions {
        let none = crate::model::Versions(0);
        match owner {
            Owner::Type(symbol) => self.definitions_of(*symbol).fold(none, |on, one| on.or(one.on)),
            Owner::Module(symbol) => whole.modules.iter().filter(|one| one.symbol == *symbol).fold(none, |on, one| on.or(one.on)),
            Owner::Connection(name) => whole.connections.iter().filter(|one| one.name == *name).fold(none, |on, one| on.or(one.on)),
        }
    }

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
}

/// What an owner has.
pub(super) enum Members<'m> {
    Fields(&'m mut Vec<Field>),
    Variants(&'m mut Vec<EnumVariant>),
    Union(&'m mut Vec<crate::model::UnionVariant>),
    Inputs(&'m mut Vec<Input>, &'m crate::model::Encoding),
}

/// Where a removed input went, where that is not said.
fn old_place(written: Option<&Ident>, encoding: &Encoding) -> Place {
    match (written, encoding) {
        (Some(place), _) => super::modules::place(&place.value),
        (None, Encoding::None) => Place::Query("form_explode"),
        (None, _) => Place::Body,
    }
}

fn old_union_variant(written: &ast::Field, field: &Field) -> UnionVariant {
    UnionVariant {
        name: field.name.clone(),
        tag: written.wire.as_ref().map_or(&written.name.value, |tag| &tag.value).clone(),
        ty: field.ty.clone(),
        docs: field.docs.clone(),
        on: field.on,
        span: field.span,
    }
}

fn unwrapped(ty: Type) -> (Type, bool) {
    match ty {
        Type::Nullable(inner) => (*inner, true),
        ty => (ty, false),
    }
}

/// Where a type that is written in place stands: it is another type at each place, so it is not compared as one.
fn inline_span(ty: &ast::TypeExpr) -> Option<Span> {
    match &ty.kind {
        ast::TypeKind::Struct(_) => Some(ty.span),
        ast::TypeKind::List(inner) | ast::TypeKind::Map(inner) => inline_span(inner),
        ast::TypeKind::Either(parts) => {
            let others: Vec<&ast::TypeExpr> = parts.iter().filter(|part| !matches!(part.kind, ast::TypeKind::Null)).collect();
            if others.len() > 1 { Some(ty.span) } else { others.first().and_then(|only| inline_span(only)) }
        }
        _ => None,
    }
}

/// A type's text without what has no meaning in it.
fn letters(text: &str) -> String {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.flat_map(str::chars).filter(|one| !one.is_whitespace() && *one != ',').collect()
}

/// Can a default, as JSON, be one of this type too?
fn fits(default: &str, ty: &Type) -> bool {
    let is_number = default.parse::<f64>().is_ok();
    match ty {
        Type::Int(_) => default.parse::<i64>().is_ok(),
        Type::Float(_) | Type::Decimal(_) => is_number,
        Type::Bool => matches!(default, "true" | "false"),
        Type::String(_) | Type::Named(_) => default.starts_with('"'),
        Type::List(..) => default.starts_with('['),
        Type::Json => true,
        _ => false,
    }
}

fn shown_value(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}

fn item_name(item: &ast::Item) -> String {
    match item {
        ast::Item::Module(item) => item.name.value.clone(),
        ast::Item::Type(item) => item.name.value.clone(),
        ast::Item::Enum(item) => item.name.value.clone(),
        ast::Item::Union(item) => item.name.value.clone(),
        ast::Item::Connection(item) => item.name.value.clone(),
        _ => String::new(),
    }
}

fn value_with_type(owner: &str, written: &ast::Field) -> Diagnostic {
    let name = &written.name.value;
    Diagnostic::new(codes::CHANGE_CONTRADICTS, written.name.span, format!("`{owner}` is an enum, whose values have no type"))
        .here("was a value")
        .help(format!("write what stood for it on the wire: `remove {owner}.{name} = \"…\"`"))
}

fn field_without_type(owner: &str, written: &ast::Variant) -> Diagnostic {
    let name = &written.name.value;
    Diagnostic::new(codes::CHANGE_CONTRADICTS, written.name.span, format!("`{owner}` is no enum, so `{name}` had a type"))
        .here("which type did it have?")
        .help(format!("write its type, as in `remove {owner}.{name}: string`"))
}

fn not_a_field_but_a_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` is no field, and this is said of fields and inputs"))
        .here("not a field")
        .help("values of enums and variants of unions are added, removed, renamed and merged")
}

fn missing(target: &str, span: Span, undoing: &Undoing<'_>) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_TARGET, span, format!("there is no `{target}` in `{}`", undoing.name()))
        .here("not there")
        .also(undoing.item.version.span, "this version")
}

fn not_a_field(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` is a whole item, and this is said of fields and inputs"))
        .here("not a field")
        .help("name a field by what it belongs to, as in `Project.budget`")
}

/// What a change says of the present is not so.
pub(super) fn contradicts_present(name: &str, span: Span, problem: &str, present: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` {problem}")).here("contradicts how it is");
    let diagnostic = match present {
        Some(present) => diagnostic.also(present, "as it is in this version"),
        None => diagnostic,
    };
    diagnostic.help("a change says how this version differs from the one before: mend the present, or the change")
}
