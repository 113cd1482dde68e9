//! What a change says about why something went: the note for upgrades, and the deprecation that older versions carry for it.

use super::super::Resolver;
use super::super::symbols::joined;
use super::Undoing;
use super::targets::Owner;
use crate::model::{Life, TypeDefKind};
use crate::source::Span;
use crate::syntax::ast::{Ident, Path, Text};

/// Why a field or a value went.
#[derive(Default)]
pub(super) struct Removal {
    /// In words.
    pub(super) note: String,
    /// What took its place: `Issue.assignees`.
    pub(super) successor: Option<String>,
    /// What older versions say of it.
    pub(super) life: Option<Life>,
}

impl<'a> Resolver<'a> {
    /// `use Issue.assignees "why"` behind a removal. It is deprecated since the version without it came, and ends with the last
    /// version that has it.
    pub(super) fn removal(
        &mut self,
        scope: &str,
        name: &'a Ident,
        (successor, why): (Option<&'a Path>, Option<&Text>),
        span: Span,
        undoing: &Undoing<'_>,
    ) -> Removal {
        let note = self.advice(scope, name, successor, why);
        let successor = successor.map(|path| joined(path).0).filter(|path| path != "none");
        let why = why.map_or_else(String::new, |why| why.value.clone());
        let life = self.superseded(successor.clone(), why, span, undoing).filter(|_| !note.is_empty());
        Removal { note, successor, life }
    }

    /// The deprecation that older versions carry of what is not there any more. None where nobody says when the version without it came.
    pub(super) fn superseded(&self, successor: Option<String>, why: String, span: Span, undoing: &Undoing<'_>) -> Option<Life> {
        let last = &self.apis[undoing.version - 1];
        let sunset = last.removed.or(last.unsupported);
        let since = self.apis[undoing.version].released?;
        Some(Life { since: Some(since), sunset, successor, why, span })
    }

    /// A value that went and has a successor in the same enum is what that one is now.
    pub(super) fn value_becomes(&mut self, owner: &Owner, variant: &Ident, successor: &str) {
        let Some((_, name)) = successor.rsplit_once('.').filter(|(of, _)| *of == self.owner_name(owner)) else { return };
        let (Some(origin), Owner::Type(symbol)) = (self.variant_origin(owner, name), owner) else { return };
        for index in self.definitions.get(symbol).cloned().unwrap_or_default() {
            if let TypeDefKind::Enum { variants, .. } = &mut self.types[index].kind {
                variants.iter_mut().filter(|one| one.span == variant.span).for_each(|one| one.origin = origin);
            }
        }
    }
}
