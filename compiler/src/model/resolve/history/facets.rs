//! One thing about a field or input that was otherwise: whether it is required, its type, its default.

use std::collections::HashMap;

use super::super::Resolver;
use super::super::symbols::joined;
use super::members::{Parting, part};
use super::owners::Members;
use super::problems::contradicts_present;
use super::targets::Target;
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{DifferenceKind as Kind, Field, Symbol, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Path};

/// Changes how a member was before; gives what it was and what it is, in words, or what contradicts it.
type Facets<'f> = &'f mut dyn FnMut(&mut Field) -> Result<(String, String), String>;

impl<'a> Resolver<'a> {
    pub(super) fn undo_require(
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

    pub(super) fn undo_retype(
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
        let written: HashMap<Symbol, String> =
            self.inline.iter().map(|(span, symbol)| (*symbol, letters(self.sources.text(*span)))).collect();
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

    pub(super) fn undo_default(
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
    pub(super) fn undo_facet(
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
        if !self.is_present((&owner, &member), &name, span, undoing, whole) {
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
}

pub(super) fn unwrapped(ty: Type) -> (Type, bool) {
    match ty {
        Type::Nullable(inner) => (*inner, true),
        ty => (ty, false),
    }
}

/// Where a type that is written in place stands: it is another type at each place, so it is not compared as one.
pub(super) fn inline_span(ty: &ast::TypeExpr) -> Option<Span> {
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
pub(super) fn letters(text: &str) -> String {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.flat_map(str::chars).filter(|one| !one.is_whitespace() && *one != ',').collect()
}

/// Can a default, as JSON, be one of this type too?
pub(super) fn fits(default: &str, ty: &Type) -> bool {
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

pub(super) fn not_a_field_but_a_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` is no field, and this is said of fields and inputs"))
        .here("not a field")
        .help("values of enums and variants of unions are added, removed, renamed and merged")
}

pub(super) fn not_a_field(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` is a whole item, and this is said of fields and inputs"))
        .here("not a field")
        .help("name a field by what it belongs to, as in `Project.budget`")
}
