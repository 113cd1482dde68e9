//! Types and formats: widened, narrowed, changed, one that became many.

use super::{Comparer, Difference, Key, Local};
use crate::change::findings::Both;
use crate::change::findings::{Side, registry};
use crate::change::shape::{Shape, ShapeId, Use};
use crate::change::surface::{NOWHERE, Surface};

/// What became of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::change) enum Turn {
    /// It is the same.
    Same,
    /// All that was allowed is, and more.
    Widened,
    /// Less is allowed.
    Narrowed,
    /// Something else.
    Changed,
}

impl Comparer<'_> {
    pub(super) fn compare_types(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        let has_choices = |shape: &Shape| !shape.one_of.is_empty() || !shape.any_of.is_empty();
        if has_choices(old) || has_choices(new) {
            return;
        }
        let turn = type_turn(self.old, key.old, self.new, key.new, self.loose());
        let kind: &Both = match turn {
            Turn::Same => return,
            Turn::Widened => &registry::TYPE_WIDENED,
            Turn::Narrowed => &registry::TYPE_NARROWED,
            Turn::Changed => match self.cardinality(key, old, new) {
                Some(kind) => kind,
                None => &registry::TYPE_CHANGED,
            },
        };
        let before = Side::new(self.old.type_text(&plain(key.old)), old.at.unwrap_or(NOWHERE));
        let after = Side::new(self.new.type_text(&plain(key.new)), new.at.unwrap_or(NOWHERE));
        let (before, after) = (before.clone().ty(before.text.clone()), after.clone().ty(after.text.clone()));
        local.differences.push(Difference::new(kind.of(key.direction), "", before, after, ""));
    }

    /// One that became a list of the same, or a list that became one.
    fn cardinality(&self, key: Key, old: &Shape, new: &Shape) -> Option<&'static Both> {
        let same = |one: ShapeId, other: ShapeId| {
            type_turn(self.old, one, self.new, other, self.loose()) == Turn::Same && named_alike(self.old.shape(one), self.new.shape(other))
        };
        match (old.is_list(), new.is_list()) {
            (false, true) => same(key.old, new.items.as_ref()?.shape).then_some(&registry::BECAME_LIST),
            (true, false) => same(old.items.as_ref()?.shape, key.new).then_some(&registry::BECAME_SINGLE),
            _ => None,
        }
    }

    /// Does the shape after take every value of the shape before, bounds and all?
    pub(in crate::change) fn takes_all(&self, old: ShapeId, new: ShapeId) -> bool {
        let (one, two) = (self.old.shape(old), self.new.shape(new));
        let turn = type_turn(self.old, old, self.new, new, false);
        let bounds =
            two.bounds.iter().all(|bound| one.bounds.iter().any(|other| other.keyword == bound.keyword && other.value == bound.value));
        let values = match (&one.values, &two.values) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(one), Some(two)) => one.list.iter().all(|value| two.list.iter().any(|other| other.wire == value.wire)),
        };
        // Written in an address, whatever fits a type can be written as text.
        let text = two.types == ["string"] && two.format.is_none() && !one.is_object();
        (matches!(turn, Turn::Same | Turn::Widened) || text) && bounds && values
    }

    /// The same type, so far as it shows: for recognising.
    pub(in crate::change) fn same_type(&self, old: &Use, new: &Use) -> bool {
        let (one, two) = (self.old.shape(old.shape), self.new.shape(new.shape));
        type_turn(self.old, old.shape, self.new, new.shape, self.loose()) == Turn::Same
            && named_alike(one, two)
            && alike_inside(self.old, one, self.new, two)
    }
}

fn plain(shape: ShapeId) -> Use {
    let life = crate::change::surface::Life::default();
    Use { shape, nullable: false, default: None, read_only: false, write_only: false, life, docs: String::new(), at: NOWHERE }
}

/// Objects that have names have the same, or have most fields in common.
fn named_alike(one: &Shape, two: &Shape) -> bool {
    match (&one.name, &two.name) {
        (Some(one), Some(two)) if one == two => true,
        _ if !one.is_object() && !two.is_object() => true,
        _ => {
            let common = one.fields.iter().filter(|field| two.field(&field.name).is_some()).count();
            common * 2 >= one.fields.len().max(two.fields.len())
        }
    }
}

/// Lists of the same, enums with values in common.
fn alike_inside(old: &Surface, one: &Shape, new: &Surface, two: &Shape) -> bool {
    let items = match (&one.items, &two.items) {
        (Some(one), Some(two)) => {
            type_turn(old, one.shape, new, two.shape, false) == Turn::Same && named_alike(old.shape(one.shape), new.shape(two.shape))
        }
        _ => true,
    };
    let values = match (&one.values, &two.values) {
        (Some(one), Some(two)) => one.list.iter().any(|value| two.list.iter().any(|other| other.wire == value.wire)),
        (None, None) => true,
        _ => false,
    };
    items && values
}

/// What became of a type. Loosely, only types that have nothing in common differ: a spec has types of its own.
pub(in crate::change) fn type_turn(old: &Surface, one: ShapeId, new: &Surface, two: ShapeId, loose: bool) -> Turn {
    let (before, after) = (types(old, one), types(new, two));
    let turn = sets(&before, &after);
    if loose {
        let touch =
            before.is_empty() || after.is_empty() || before.iter().any(|one| after.iter().any(|two| fits(one, two) || fits(two, one)));
        return if touch { Turn::Same } else { Turn::Changed };
    }
    if turn != Turn::Same || before.iter().any(|one| one == "object" || one == "array") {
        return turn;
    }
    formats(old.shape(one).format.as_deref(), new.shape(two).format.as_deref())
}

fn sets(before: &[String], after: &[String]) -> Turn {
    match (before.is_empty(), after.is_empty()) {
        (true, true) => return Turn::Same,
        (true, false) => return Turn::Narrowed,
        (false, true) => return Turn::Widened,
        _ => {}
    }
    let within = |inner: &[String], outer: &[String]| inner.iter().all(|one| outer.iter().any(|two| fits(one, two)));
    match (within(before, after), within(after, before)) {
        (true, true) => Turn::Same,
        (true, false) => Turn::Widened,
        (false, true) => Turn::Narrowed,
        (false, false) => Turn::Changed,
    }
}

fn fits(inner: &str, outer: &str) -> bool {
    inner == outer || (inner == "integer" && outer == "number")
}

/// Formats that say what a value is; others are remarks.
fn formats(old: Option<&str>, new: Option<&str>) -> Turn {
    let size = |format: &str| ["int32", "int64", "float", "double"].iter().position(|one| *one == format);
    match (old.filter(|one| tells(one)), new.filter(|one| tells(one))) {
        (None, None) => Turn::Same,
        (None, Some(_)) => Turn::Narrowed,
        (Some(_), None) => Turn::Widened,
        (Some(one), Some(two)) if one == two => Turn::Same,
        (Some(one), Some(two)) => match (size(one), size(two)) {
            (Some(one), Some(two)) if one < two => Turn::Widened,
            (Some(_), Some(_)) => Turn::Narrowed,
            _ => Turn::Changed,
        },
    }
}

fn tells(format: &str) -> bool {
    !["string", "password", "integer", "number", "boolean", "object", "array", ""].contains(&format)
}

/// The types of a shape, from what it says of values where it does not say the types.
fn types(surface: &Surface, id: ShapeId) -> Vec<String> {
    let mut at = id;
    for _ in 0..8 {
        let shape = surface.shape(at);
        if !shape.types.is_empty() {
            return shape.types.clone();
        }
        if shape.is_object() {
            return vec!["object".into()];
        }
        if shape.is_list() {
            return vec!["array".into()];
        }
        match shape.all_of.iter().find(|part| !surface.shape(part.shape).is_annotation()) {
            Some(part) => at = part.shape,
            None => return value_types(shape),
        }
    }
    Vec::new()
}

fn value_types(shape: &Shape) -> Vec<String> {
    let values = shape.values.iter().flat_map(|values| &values.list).map(|value| value.wire.as_str()).chain(shape.constant.as_deref());
    let mut found: Vec<String> = values.map(|wire| literal_type(wire).to_owned()).collect();
    found.sort();
    found.dedup();
    found
}

fn literal_type(wire: &str) -> &'static str {
    match wire.as_bytes().first() {
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'[') => "array",
        Some(b'{') => "object",
        _ if wire.contains(['.', 'e', 'E']) => "number",
        _ => "integer",
    }
}
