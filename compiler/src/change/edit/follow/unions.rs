//! Unions: what tells their variants apart, and which there are.

use super::{Follower, behind, proposal, replace};
use crate::change::edit::foreign::{Taken, with_docs};
use crate::change::edit::proposal::Proposal;
use crate::change::edit::wire::Named;
use crate::change::findings::Finding;
use crate::diagnostics::Edit;
use crate::syntax::ast::{Field, UnionItem};

impl Follower<'_> {
    /// The union as it is there; variants keep their names here.
    pub(super) fn union(&self, finding: &Finding) -> Option<Proposal> {
        let (here, there) = finding.sites.iter().find_map(|site| self.named_at(site))?;
        let ((Named::Union(own), name), (Named::Union(theirs), _)) = (here, there) else { return None };
        if own.tag.is_some() != theirs.tag.is_some() {
            return None;
        }
        let mut edits = self.tag(own, theirs);
        let mut free: Vec<&Field> = theirs.variants.iter().collect();
        let mut gone = Vec::new();
        for variant in &own.variants {
            match self.partner(variant, &free) {
                Some(at) => edits.extend(self.tag_value(variant, free.remove(at))),
                None => gone.push(variant),
            }
        }
        let only_adds = edits.is_empty() && gone.is_empty();
        let mut all = Taken::default();
        let mut statements = Vec::new();
        for variant in &free {
            let taken = self.foreign.field(variant);
            all.text += &format!("\n  {}", taken.text);
            all.needs.extend(taken.needs);
            statements.push(format!("add {name}.{}", variant.name.value));
        }
        if gone.len() == own.variants.len() && free.is_empty() {
            return None;
        }
        edits.extend(gone.iter().map(|variant| replace(with_docs(&variant.head, variant.span), "")));
        if let Some(last) = own.variants.last().filter(|_| !free.is_empty()) {
            // Behind the last, which may go itself.
            match edits.iter_mut().find(|edit| edit.span.end == last.span.end) {
                Some(edit) => edit.text += &all.text,
                None => edits.push(replace(behind(last.span), all.text.as_str())),
            }
        }
        if edits.is_empty() {
            return None;
        }
        let proposal = proposal(edits, statements.join("\n"), all)?;
        Some(if only_adds { proposal } else { Proposal { statement: String::new(), ..proposal }.in_place_only() })
    }

    fn tag(&self, own: &UnionItem, theirs: &UnionItem) -> Vec<Edit> {
        match (&own.tag, &theirs.tag) {
            (Some(one), Some(two)) if one.value != two.value => vec![replace(one.span, self.their_text(two.span))],
            _ => Vec::new(),
        }
    }

    /// The same tag, or else the same type.
    fn partner(&self, own: &Field, theirs: &[&Field]) -> Option<usize> {
        let tag = |field: &Field| field.wire.as_ref().map_or_else(|| field.name.value.clone(), |wire| wire.value.clone());
        let same_type = |other: &Field| self.text(own.ty.span) == self.foreign.ty(&other.ty).text;
        let both = theirs.iter().position(|other| tag(own) == tag(other) && same_type(other));
        both.or_else(|| theirs.iter().position(|other| same_type(other)))
    }

    fn tag_value(&self, own: &Field, theirs: &Field) -> Option<Edit> {
        let tag = |field: &Field| field.wire.as_ref().map_or_else(|| field.name.value.clone(), |wire| wire.value.clone());
        if tag(own) == tag(theirs) {
            return None;
        }
        let text = format!("{:?}", tag(theirs));
        Some(match &own.wire {
            Some(wire) => replace(wire.span, text),
            None => replace(behind(own.name.span), format!(" {text}")),
        })
    }
}
