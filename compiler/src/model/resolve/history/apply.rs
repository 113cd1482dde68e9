//! One verb undone: what it says of fields, inputs and values.

use super::super::Resolver;
use super::super::symbols::joined;
use super::super::types::literal;
use super::members::{Marked, Parting, came_with, part};
use super::removals::Removal;
use super::targets::{Owner, Target};
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{DifferenceKind as Kind, EnumVariant, Field, Input, Literal, Type, TypeDefKind};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, Path, VerbKind};

/// Changes how a member was before; gives what it was and what it is, in words, or what contradicts it.
type Facets<'f> = &'f mut dyn FnMut(&mut Field) -> Result<(String, String), String>;

impl<'a> Resolver<'a> {
    pub(super) fn undo_verb(&mut self, verb: &'a ast::Verb, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
        match &verb.kind {
            VerbKind::Add(paths) => paths.iter().for_each(|path| self.undo_add(path, verb, undoing, whole)),
            VerbKind::RemoveField { owner, field, place, successor, why } => {
                let why = self.removal(&field.name, successor.as_ref(), why.as_ref(), verb.span, undoing);
                if let Some(owner) = self.owner(owner, undoing, whole) {
                    let successor = why.successor.clone();
                    self.had_field(&owner, field, place.as_ref(), why, verb, undoing, whole);
                    if let Some(last) = undoing.differences.last_mut().filter(|last| last.span == verb.span) {
                        last.successor = successor;
                    }
                }
            }
            VerbKind::RemoveVariant { owner, variant, successor, why } => {
                let why = self.removal(&variant.name, successor.as_ref(), why.as_ref(), verb.span, undoing);
                if let Some(owner) = self.owner(owner, undoing, whole) {
                    let successor = why.successor.clone();
                    self.had_variant(&owner, variant, why, verb, undoing, whole);
                    successor.into_iter().for_each(|successor| self.value_becomes(&owner, &variant.name, &successor));
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
                    if !field.optional {
                        return Err("is required now, so it was not relaxed".to_owned());
                    }
                    field.optional = false;
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
        let (name, span) = joined(path);
        if !self.said_once(&name, Facet::Presence, span, undoing) {
            return;
        }
        let found = match self.target(path, undoing, whole) {
            None => return,
            Some(Target::Whole(owner)) => self.came_whole(&owner, undoing, whole),
            Some(Target::Member(owner, member)) => self.came_member(&owner, &member, undoing, whole),
        };
        self.parted(found, &name, span, undoing);
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
        owner: &Owner,
        written: &'a ast::Field,
        place: Option<&Ident>,
        why: Removal,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let target = format!("{}.{}", self.owner_name(owner), written.name.value);
        if !self.said_once(&format!("{target} before"), Facet::Presence, written.name.span, undoing) {
            return;
        }
        let mut site = undoing.site(&self.owner_name(owner));
        let exists = self.owner_versions(owner, whole);
        site.on = site.on.and(exists);
        let mut field = self.field(written, &site);
        self.settle_defaults();
        field.default = written.default.as_ref().and_then(|value| self.default(&field, value));
        field.life = why.life.or(field.life);
        let shown = self.sources.text(written.ty.span).to_owned();
        let place = self.input_place(place, &target);
        let mut problem = None;
        let before = undoing.before;
        self.in_members(owner, undoing.version - 1, whole, &mut |members| match members {
            Members::Fields(list) => problem = problem.take().or(insert(list, field.clone())),
            Members::Inputs(list, encoding) => {
                let place = place.clone().unwrap_or_else(|| match encoding {
                    crate::model::Encoding::None => crate::model::Place::Query("form_explode"),
                    _ => crate::model::Place::Body,
                });
                problem = problem.take().or(insert(list, Input { field: field.clone(), place }));
            }
            Members::Variants(_) | Members::Union(_) => problem = Some(written.name.span),
        });
        if let Some(first) = problem {
            self.report(still_there(&target, written.name.span, first));
        }
        self.places_have_bodies(owner, before, whole);
        undoing.noted(Kind::Removed, &target, shown, String::new(), why.note, verb);
    }

    fn input_place(&mut self, place: Option<&Ident>, _target: &str) -> Option<crate::model::Place> {
        use crate::model::Place;
        Some(match place?.value.as_str() {
            "path" => Place::Path("simple"),
            "query" => Place::Query("form_explode"),
            "header" => Place::Header("simple"),
            "cookie" => Place::Cookie("form_explode"),
            _ => Place::Body,
        })
    }

    /// A value that older versions had.
    fn had_variant(
        &mut self,
        owner: &Owner,
        written: &ast::Variant,
        why: Removal,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let target = format!("{}.{}", self.owner_name(owner), written.name.value);
        if !self.said_once(&format!("{target} before"), Facet::Presence, written.name.span, undoing) {
            return;
        }
        let variant = EnumVariant { life: why.life, ..old_variant(written, undoing.before) };
        let mut problem = None;
        let mut no_enum = true;
        self.in_members(owner, undoing.version - 1, whole, &mut |members| {
            if let Members::Variants(list) = members {
                no_enum = false;
                problem = problem.take().or(insert(list, variant.clone()));
            }
        });
        if no_enum {
            self.report(
                Diagnostic::new(
                    codes::CHANGE_CONTRADICTS,
                    written.name.span,
                    format!("`{}` is no enum, so `{target}` was no value of it", self.owner_name(owner)),
                )
                .here("which type did it have?")
                .help(format!("write its type, as in `remove {target}: string`")),
            );
        } else if let Some(first) = problem {
            self.report(still_there(&target, written.name.span, first));
        }
        undoing.noted(Kind::Removed, &target, shown_value(&variant.value), String::new(), why.note, verb);
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
        if owner_path.is_empty() {
            return self.undo_module_rename(old, to, verb, undoing, whole);
        }
        let Some(owner) = self.owner(owner_path, undoing, whole) else { return };
        let target = format!("{}.{}", self.owner_name(&owner), to.value);
        if !self.said_once(&target, Facet::Name, to.span, undoing) {
            return;
        }
        let wire_name = match wire {
            Some(wire) => wire.value.clone(),
            None => self.convention.wire(&old.value),
        };
        let old_value = value.and_then(literal).unwrap_or_else(|| Literal::Text(old.value.clone()));
        let (version, before) = (undoing.version, undoing.before);
        let mut found = Err(Parting::Missing);
        let mut taken = None;
        self.in_members(&owner, version - 1, whole, &mut |members| {
            let one = match members {
                Members::Fields(list) => renamed(list, &to.value, &old.value, version, before, &mut taken, |field| {
                    field.wire.clone_from(&wire_name);
                    field.name.clone_from(&old.value);
                }),
                Members::Inputs(list, _) => renamed(list, &to.value, &old.value, version, before, &mut taken, |input| {
                    input.field.wire.clone_from(&wire_name);
                    input.field.name.clone_from(&old.value);
                }),
                Members::Variants(list) => renamed(list, &to.value, &old.value, version, before, &mut taken, |variant| {
                    variant.value.clone_from(&old_value);
                    variant.name.clone_from(&old.value);
                }),
                Members::Union(list) => renamed(list, &to.value, &old.value, version, before, &mut taken, |variant| {
                    variant.tag = wire.map_or_else(|| old.value.clone(), |wire| wire.value.clone());
                    variant.name.clone_from(&old.value);
                }),
            };
            if one.is_ok() || matches!(found, Err(Parting::Missing)) {
                found = one;
            }
        });
        if let Owner::Module(symbol) = &owner {
            super::modules::rename_bound(whole, *symbol, before, &to.value, &old.value);
        }
        if let Some(first) = taken {
            self.report(still_there(&format!("{}.{}", self.owner_name(&owner), old.value), old.span, first));
        }
        self.parted(found, &target, to.span, undoing);
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
            && let Some(ty) = self.member_type(&owner, &name.value, whole)
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
        let (name, span) = joined(target);
        let site = undoing.site(&name);
        let old = self.ty(from, &site, "");
        let new = self.ty(to, &super::Site { on: self.all_versions, ..site }, "now");
        self.settle_defaults();
        let (shown_old, shown_new) = (self.sources.text(from.span).to_owned(), self.sources.text(to.span).to_owned());
        let (old, old_nullable) = unwrapped(old);
        let (new, new_nullable) = unwrapped(new);
        let comparable = !contains_inline(to);
        let _ = span;
        self.undo_facet(target, Facet::Type, Kind::Retyped, verb, undoing, whole, &mut |field| {
            let unknown = field.ty == Type::UNKNOWN || new == Type::UNKNOWN;
            if comparable && !unknown && (field.ty != new || field.nullable != new_nullable) {
                return Err(format!("is not `{shown_new}` now"));
            }
            field.ty = old.clone();
            field.nullable = old_nullable;
            field.default = None;
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
        let Some(ty) = self.member_type(&owner, &member, whole) else { return };
        let mut read = |value: &'a ast::Value| {
            if matches!(&value.kind, ast::ValueKind::Name(path) if path.len() == 1 && path[0].value == "none") {
                return None;
            }
            let (text, problems) = self.literals().read(value, &ty, true, super::super::literals::Reading::default_value(undoing.before));
            problems.into_iter().for_each(|problem| self.report(problem));
            Some(text)
        };
        let (old, new) = (read(from), read(to));
        let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let (before, after) = (shown(&old), shown(&new));
        self.undo_facet(target, Facet::Default, Kind::Defaulted, verb, undoing, whole, &mut |field| {
            if field.default != new {
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
        let (name, span) = joined(path);
        let Target::Member(owner, member) = target else {
            return self.report(not_a_field(&name, span));
        };
        if !self.said_once(&name, facet, span, undoing) {
            return;
        }
        let (version, before) = (undoing.version, undoing.before);
        let mut outcome: Result<(String, String), String> = Err(String::new());
        let mut found = Err(Parting::Missing);
        self.in_members(&owner, version - 1, whole, &mut |members| {
            let one = match members {
                Members::Fields(list) => part(list, &member, version, before).map(|field| outcome = change(field)),
                Members::Inputs(list, _) => part(list, &member, version, before).map(|input| outcome = change(&mut input.field)),
                Members::Variants(_) | Members::Union(_) => Err(Parting::Missing),
            };
            if one.is_ok() || matches!(found, Err(Parting::Missing)) {
                found = one;
            }
        });
        let was_found = found.is_ok();
        self.parted(found, &name, span, undoing);
        match outcome {
            Ok((before, after)) => undoing.difference(kind, &name, before, after, verb),
            Err(problem) if was_found => self.report(contradicts_present(&name, span, &problem)),
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
        let Some(owner) = self.owner(owner_path, undoing, whole) else { return };
        for path in to {
            let Some(last) = path.last() else { continue };
            let found = self.came_member(&owner, &last.value, undoing, whole);
            self.parted(found, &last.value, last.span, undoing);
        }
        let note = format!("use {}", shown.join(", "));
        self.had_field(&owner, field, None, Removal { note, ..Removal::default() }, verb, undoing, whole);
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
        let Some(owner) = self.owner(owner, undoing, whole) else { return };
        let found = self.came_member(&owner, &to.value, undoing, whole);
        let target = format!("{}.{}", self.owner_name(&owner), to.value);
        self.parted(found, &target, to.span, undoing);
        let noted = undoing.differences.len();
        for field in fields {
            self.had_field(&owner, field, None, Removal::default(), verb, undoing, whole);
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
        let Some(owner) = self.owner(owner, undoing, whole) else { return };
        let found = self.came_member(&owner, &to.value, undoing, whole);
        let target = format!("{}.{}", self.owner_name(&owner), to.value);
        self.parted(found, &target, to.span, undoing);
        let merged = self.variant_origin(&owner, &to.value);
        let noted = undoing.differences.len();
        for variant in variants {
            self.had_variant(&owner, variant, Removal::default(), verb, undoing, whole);
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
        let Some(owner) = self.owner(owner_path, undoing, whole) else { return };
        let (shown, span) = joined(to);
        let Some(leaf) = self.leaf(&owner, to, whole) else { return };
        let wire = wire.map_or_else(|| self.convention.wire(&old.value), |wire| wire.value.clone());
        let name = old.value.clone();
        let field = Field { name, wire, on: undoing.before, span: old.span, origin: old.span, life: None, ..leaf };
        let mut problem = None;
        self.in_members(&owner, undoing.version - 1, whole, &mut |members| match members {
            Members::Fields(list) => problem = problem.take().or(insert(list, field.clone())),
            Members::Inputs(list, _) => {
                problem = problem.take().or(insert(list, Input { field: field.clone(), place: crate::model::Place::Body }));
            }
            _ => problem = Some(span),
        });
        let target = format!("{}.{}", self.owner_name(&owner), old.value);
        if let Some(first) = problem {
            self.report(still_there(&target, old.span, first));
        }
        undoing.difference(Kind::Moved, &format!("{}.{shown}", self.owner_name(&owner)), old.value.clone(), shown, verb);
    }

    /// The field at the end of a path through structs, lists and maps.
    fn leaf(&mut self, owner: &Owner, path: &Path, whole: &Whole<'_>) -> Option<Field> {
        let mut owner = owner.clone();
        let (last, around) = path.split_last()?;
        for step in around {
            match self.member_type(&owner, &step.value, whole).as_ref().and_then(super::targets::named) {
                Some(symbol) => owner = Owner::Type(symbol),
                None => {
                    self.report(self.no_member(&owner, step, whole));
                    return None;
                }
            }
        }
        let found = match &owner {
            Owner::Type(symbol) => self.definitions_of(*symbol).find_map(|definition| match &definition.kind {
                TypeDefKind::Struct(fields) => fields.iter().find(|field| field.name == last.value).cloned(),
                _ => None,
            }),
            Owner::Module(symbol) => {
                let inputs = whole.modules.iter().filter(|module| module.symbol == *symbol).flat_map(|module| &module.inputs);
                inputs.map(|input| &input.field).find(|field| field.name == last.value).cloned()
            }
            Owner::Connection(_) => None,
        };
        if found.is_none() {
            self.report(self.no_member(&owner, last, whole));
        }
        found
    }

    fn no_member(&self, owner: &Owner, name: &Ident, whole: &Whole<'_>) -> Diagnostic {
        let known = self.member_names(owner, whole);
        let what = format!("field of `{}` called", self.owner_name(owner));
        super::super::unknown::unknown(codes::UNKNOWN_TARGET, name, &what, known.iter().map(String::as_str))
    }

    /// Says what kept a member from being parted.
    pub(super) fn parted(&mut self, found: Result<(), Parting>, target: &str, span: Span, undoing: &Undoing<'_>) {
        let version = &undoing.item.version;
        match found {
            Ok(()) => {}
            Err(Parting::Missing) => self.report(
                Diagnostic::new(codes::UNKNOWN_TARGET, span, format!("there is no `{target}` in `{}`", version.value))
                    .here("not there")
                    .also(version.span, "this version")
                    .help("name things as they are in this version; `remove` says what only older versions had"),
            ),
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
            Owner::Connection(name) => {
                for connection in whole.connections.iter_mut().filter(|one| one.name == *name && one.on.has(version)) {
                    visit(Members::Fields(&mut connection.fields));
                }
            }
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

/// Puts in what was there before; gives the place of what stands in its way.
fn insert<T: Marked>(list: &mut Vec<T>, one: T) -> Option<Span> {
    let clash = list.iter().find(|other| other.name() == one.name() && !other.on().and(one.on()).is_empty()).map(Marked::span);
    if clash.is_none() {
        list.push(one);
    }
    clash
}

/// Renames how a member was before.
fn renamed<T: Marked>(
    list: &mut Vec<T>,
    now: &str,
    then: &str,
    version: usize,
    before: crate::model::Versions,
    taken: &mut Option<Span>,
    rename: impl FnOnce(&mut T),
) -> Result<(), Parting> {
    let clash = list.iter().find(|other| other.name() == then && other.on().has(version - 1)).map(Marked::span);
    if clash.is_some() {
        *taken = clash;
        return Ok(());
    }
    part(list, now, version, before).map(rename)
}

fn old_variant(written: &ast::Variant, before: crate::model::Versions) -> EnumVariant {
    let value = written.value.as_ref().and_then(literal).unwrap_or_else(|| Literal::Text(written.name.value.clone()));
    EnumVariant {
        name: written.name.value.clone(),
        value,
        docs: super::super::docs(&written.head.docs),
        on: before,
        life: None,
        span: written.name.span,
        origin: written.name.span,
    }
}

fn unwrapped(ty: Type) -> (Type, bool) {
    match ty {
        Type::Nullable(inner) => (*inner, true),
        ty => (ty, false),
    }
}

/// A struct written in place is another type at each place, so it cannot be compared.
fn contains_inline(ty: &ast::TypeExpr) -> bool {
    match &ty.kind {
        ast::TypeKind::Struct(_) => true,
        ast::TypeKind::List(inner) | ast::TypeKind::Map(inner) => contains_inline(inner),
        ast::TypeKind::Either(parts) => {
            parts.iter().filter(|part| !matches!(part.kind, ast::TypeKind::Null)).count() > 1 || parts.iter().any(contains_inline)
        }
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

fn still_there(target: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{target}` exists both before and after this change"))
        .here("said to be only older")
        .also(first, "there in the older version too")
        .help("for what became another type write `retype`; for what came in its place, `add` the new one")
}

fn not_a_field(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` is a whole item, and this is said of fields and inputs"))
        .here("not a field")
        .help("name a field by what it belongs to, as in `Project.budget`")
}

pub(super) fn contradicts_present(name: &str, span: Span, problem: &str) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` {problem}"))
        .here("contradicts how it is now")
        .help("a change says how this version differs from the one before: mend the present, or the change")
}
