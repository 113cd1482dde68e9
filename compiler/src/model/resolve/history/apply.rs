//! Which verb is undone how: a contents page.

use super::super::Resolver;
use super::{Facet, Undoing, Whole};
use crate::model::DifferenceKind as Kind;
use crate::syntax::ast::{self, VerbKind};

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
}

pub(super) fn item_name(item: &ast::Item) -> String {
    match item {
        ast::Item::Module(item) => item.name.value.clone(),
        ast::Item::Type(item) => item.name.value.clone(),
        ast::Item::Enum(item) => item.name.value.clone(),
        ast::Item::Union(item) => item.name.value.clone(),
        ast::Item::Connection(item) => item.name.value.clone(),
        _ => String::new(),
    }
}
