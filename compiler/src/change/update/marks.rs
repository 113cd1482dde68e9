//! What people marked to be left alone: a comment that begins with `kept` on the line of a field, value or module, or on the line above it. Whatever
//! the owner's description says of that, it stays as it is.

use crate::change::findings::Finding;
use crate::source::{Sources, Span};
use crate::syntax::ast::{File, Group, Head, Item};

pub(super) struct Marks<'m> {
    spec: &'m Sources,
    files: &'m [File],
}

impl<'m> Marks<'m> {
    pub(super) fn new(spec: &'m Sources, files: &'m [File]) -> Self {
        Self { spec, files }
    }

    /// Is what a finding is about marked, or the item that it stands in?
    pub(super) fn keep(&self, finding: &Finding) -> bool {
        let Some(place) = finding.old.place.filter(|place| self.files.iter().any(|file| file.id == place.file)) else { return false };
        let Some(file) = self.files.iter().find(|file| file.id == place.file) else { return false };
        let lines = self.spec.file(file.id);
        let marked: Vec<usize> = file
            .comments
            .iter()
            .filter(|comment| self.spec.text(comment.span).trim_start_matches('/').trim_start().starts_with("kept"))
            .map(|comment| lines.line_of(comment.span.start) + usize::from(!comment.trailing))
            .collect();
        if marked.is_empty() {
            return false;
        }
        let starts = [Some(place.start), item(&file.items, place).map(|(head, span)| first(head, span))];
        starts.into_iter().flatten().any(|start| marked.contains(&lines.line_of(start)))
    }
}

/// Where an item begins, its documentation included.
fn first(head: &Head, span: Span) -> u32 {
    head.docs.first().map_or(span.start, |line| line.span.start.min(span.start))
}

/// The item in which a place lies.
fn item(items: &[Item], place: Span) -> Option<(&Head, Span)> {
    let holds = |span: Span| span.start <= place.start && place.end <= span.end;
    items.iter().find_map(|item| match item {
        Item::Group(Group { items, span, .. }) if holds(*span) => self::item(items, place),
        Item::Module(one) if holds(one.span) => Some((&one.head, one.span)),
        Item::Type(one) if holds(one.span) => Some((&one.head, one.span)),
        Item::Enum(one) if holds(one.span) => Some((&one.head, one.span)),
        Item::Union(one) if holds(one.span) => Some((&one.head, one.span)),
        _ => None,
    })
}
