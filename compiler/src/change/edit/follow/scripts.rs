//! Examples and tests of a module whose inputs change: what they give goes along, so that they still show a call that can be made.

use super::{Follower, replace};
use crate::change::edit::wire::dotted;
use crate::diagnostics::Edit;
use crate::source::Span;
use crate::syntax::ast::{Field, Item, Module, TypeExpr, TypeKind, Value, ValueKind};

impl<'f> Follower<'f> {
    /// A required input that comes: each call that is shown gives it.
    pub(super) fn given_too(&self, owner: &str, name: &str, theirs: &Field) -> Vec<Edit> {
        let lacking: Vec<&Value> = self.given(owner).into_iter().filter(|given| entry(given, name).is_none()).collect();
        if lacking.is_empty() {
            return Vec::new();
        }
        let shown = || self.their_example(&theirs.name.value).map(|value| self.their_text(value.span).to_owned());
        let Some(value) = sample(&theirs.ty, &|span| self.their_text(span).to_owned()).or_else(shown) else { return Vec::new() };
        let edit = |given: &Value| {
            let end = given.span.end - 1;
            let comma = if matches!(&given.kind, ValueKind::Object(entries) if entries.is_empty()) { "" } else { ", " };
            replace(Span { start: end, end, ..given.span }, format!("{comma}{name}: {value} "))
        };
        lacking.into_iter().map(edit).collect()
    }

    /// An input that goes.
    pub(super) fn given_no_more(&self, owner: &str, name: &str) -> Vec<Edit> {
        let edits = self.given(owner).into_iter().filter_map(|given| {
            let ValueKind::Object(entries) = &given.kind else { return None };
            let at = entries.iter().position(|(key, _)| key.value == name)?;
            let (key, value) = &entries[at];
            let start = if at == 0 { key.span.start } else { entries[at - 1].1.span.end };
            let end = entries.get(1).filter(|_| at == 0).map_or(value.span.end, |(next, _)| next.span.start);
            Some(replace(Span { start, end, ..key.span }, ""))
        });
        edits.collect()
    }

    /// An input that is called otherwise.
    pub(super) fn given_as(&self, owner: &str, name: &str, now: &str) -> Vec<Edit> {
        let keys = self.given(owner).into_iter().filter_map(|given| Some(entry(given, name)?.0));
        keys.map(|key| replace(key, now)).collect()
    }

    /// What the examples and tests of a module give.
    fn given(&self, module: &str) -> Vec<&'f Value> {
        let call = self.members.calls.iter().find(|call| call.name == module);
        let examples = call.into_iter().flat_map(|call| &call.module.body.examples).filter_map(|one| one.script.given.as_ref());
        let tests = self.files.iter().flat_map(|file| &file.items).filter_map(|item| match item {
            Item::Test(test) if test.upgrade.is_none() && dotted(&test.module) == module => test.script.given.as_ref(),
            _ => None,
        });
        examples.chain(tests).collect()
    }

    /// A value that an example there gives to an input of this name.
    fn their_example(&self, name: &str) -> Option<&'f Value> {
        let modules = self.theirs.calls.iter().map(|call| call.module);
        let given = |module: &'f Module| module.body.examples.iter().filter_map(|one| one.script.given.as_ref());
        modules.flat_map(given).find_map(|given| match &given.kind {
            ValueKind::Object(entries) => entries.iter().find(|(key, _)| key.value == name).map(|(_, value)| value),
            _ => None,
        })
    }
}

/// The place of a name in an object, and its value.
fn entry<'v>(given: &'v Value, name: &str) -> Option<(Span, &'v Value)> {
    match &given.kind {
        ValueKind::Object(entries) => entries.iter().find(|(key, _)| key.value == name).map(|(key, value)| (key.span, value)),
        _ => None,
    }
}

/// Some value of a type, where one can be told from how the type is written.
fn sample(ty: &TypeExpr, text: &dyn Fn(Span) -> String) -> Option<String> {
    // What is bounded may refuse any value that is made up.
    let is_free =
        ty.bounds.as_ref().is_none_or(|bounds| bounds.pattern.is_none() && bounds.min.as_ref().is_none_or(|min| min.value == "1"));
    let plain = |name: &str| {
        Some(match name {
            "string" | "json" | "secret" => "\"text\"",
            "int" | "float" | "decimal" => "1",
            "bool" => "true",
            "date" => "\"2026-01-02\"",
            "datetime" => "\"2026-01-02T03:04:05Z\"",
            "uuid" => "\"6f1c2d3e-4a5b-4c6d-8e7f-0a1b2c3d4e5f\"",
            "url" => "\"https://example.com/\"",
            _ => return None,
        })
    };
    match &ty.kind {
        TypeKind::Name(path) if is_free => plain(&dotted(path)).map(str::to_owned),
        TypeKind::Id(_) => Some("\"text\"".to_owned()),
        TypeKind::Literal(value) => Some(text(value.span)),
        TypeKind::Either(choices) => choices.iter().find_map(|choice| sample(choice, text)),
        TypeKind::List(_) if ty.bounds.is_none() => Some("[]".to_owned()),
        _ => None,
    }
}
