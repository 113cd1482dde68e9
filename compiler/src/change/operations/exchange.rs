//! What is found of one exchange before it becomes findings: differences with the part of the exchange that they belong to, so that
//! what moved from one part to another can be recognised.

use crate::change::compare::{Comparer, Difference, joined};
use crate::change::findings::{Direction, Part};
use crate::change::shape::Use;
use crate::change::surface::Operation;

/// One difference, and where.
#[derive(Clone, Debug)]
pub(in crate::change) struct Item {
    pub(in crate::change) part: Part,
    pub(in crate::change) direction: Direction,
    pub(in crate::change) path: String,
    pub(in crate::change) difference: Difference,
    /// Shared by all that use the same shapes.
    pub(in crate::change) key: Option<(usize, usize)>,
}

/// A pair of shapes to look into.
pub(super) struct Root {
    pub(super) part: Part,
    direction: Direction,
    pub(super) pair: usize,
}

/// An operation before and after.
pub(in crate::change) struct Exchange<'s> {
    pub(in crate::change) old: &'s Operation,
    pub(in crate::change) new: &'s Operation,
    /// `GET /pets`, as it is now.
    pub(in crate::change) name: String,
    items: Vec<Item>,
    pub(super) roots: Vec<Root>,
}

impl<'s> Exchange<'s> {
    pub(in crate::change) fn new(old: &'s Operation, new: &'s Operation) -> Self {
        Self { old, new, name: super::name(new), items: Vec::new(), roots: Vec::new() }
    }

    /// A difference of a part as such.
    pub(super) fn push(&mut self, part: Part, direction: Direction, difference: Difference) {
        let path = difference.segment.clone();
        self.items.push(Item { part, direction, path, difference, key: None });
    }

    /// Two uses in a part: what differs is found when all shapes are compared.
    pub(super) fn look_into(&mut self, comparer: &mut Comparer<'_>, part: &Part, direction: Direction, old: &Use, new: &Use) {
        for difference in comparer.use_differences(direction, old, new, "") {
            self.push(part.clone(), direction, difference);
        }
        self.look_into_shapes(comparer, part, direction, old, new);
    }

    /// The same without what is said of the uses.
    pub(super) fn look_into_shapes(&mut self, comparer: &mut Comparer<'_>, part: &Part, direction: Direction, old: &Use, new: &Use) {
        let pair = comparer.pair(old.shape, new.shape, direction);
        self.roots.push(Root { part: part.clone(), direction, pair });
    }

    /// All differences; asked for when all shapes have been compared.
    pub(super) fn items(&mut self, comparer: &Comparer<'_>) -> Vec<Item> {
        let mut items = std::mem::take(&mut self.items);
        for root in &self.roots {
            for occurrence in comparer.occurrences(root.pair) {
                items.push(Item {
                    part: root.part.clone(),
                    direction: root.direction,
                    path: joined("", &occurrence.path),
                    difference: comparer.difference(occurrence.key).clone(),
                    key: Some(occurrence.key),
                });
            }
        }
        items
    }
}
