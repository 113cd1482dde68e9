//! The members of one complex value while it is written: which elements' values they are, and how many of those have been written. Writing is
//! `encode`'s.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::schema::{Complex, Element, Field, Particle, Term};

pub(super) struct Members<'v> {
    complex: &'v Complex,
    given: &'v Map<String, Json>,
    written: HashMap<&'v str, usize>,
}

impl<'v> Members<'v> {
    pub(super) fn new(complex: &'v Complex, given: &'v Map<String, Json>) -> Members<'v> {
        Members { complex, given, written: HashMap::new() }
    }

    pub(super) fn field(&self, element: &Element) -> Option<&'v Field> {
        self.complex.field(&element.name)
    }

    /// How many values of a member have been written.
    pub(super) fn written(&self, field: &Field) -> usize {
        self.written.get(field.key.as_str()).copied().unwrap_or_default()
    }

    /// Its values that have not.
    pub(super) fn left(&self, field: &Field) -> &'v [Json] {
        let values = given(field, self.given);
        &values[self.written(field).min(values.len())..]
    }

    /// So many more have been.
    pub(super) fn count(&mut self, field: &'v Field, more: usize) {
        *self.written.entry(&field.key).or_default() += more;
    }

    pub(super) fn written_in_all(&self) -> usize {
        self.written.values().sum()
    }

    /// Whether a value that is not written yet belongs here.
    pub(super) fn any_left(&self, particle: &Particle) -> bool {
        match &particle.term {
            Term::Any => false,
            Term::Group(group) => group.particles.iter().any(|particle| self.any_left(particle)),
            Term::Element(element) => self.field(element).is_some_and(|field| !self.left(field).is_empty()),
        }
    }

    /// What was given and found no place: two of a choice, or more than may come.
    pub(super) fn without_a_place(&self) -> Option<&'v Field> {
        self.complex.fields.iter().find(|field| !self.left(field).is_empty())
    }

    /// The names of the members that a particle takes.
    pub(super) fn keys(&self, particle: &Particle) -> Vec<&'v str> {
        match &particle.term {
            Term::Any => Vec::new(),
            Term::Element(element) => self.field(element).map(|field| field.key.as_str()).into_iter().collect(),
            Term::Group(group) => group.particles.iter().flat_map(|particle| self.keys(particle)).collect(),
        }
    }

    /// How many of those were given.
    pub(super) fn given_for(&self, particle: &Particle) -> usize {
        let is_given = |key: &&str| self.given.get(*key).is_some_and(|value| !value.is_null());
        self.keys(particle).into_iter().filter(is_given).count()
    }
}

/// The values of a member: the items of a list where several may come. Null where the element cannot be null is as if it were not there.
fn given<'v>(field: &Field, members: &'v Map<String, Json>) -> &'v [Json] {
    match members.get(&field.key) {
        None => &[],
        Some(Json::Null) if !field.element.nillable || field.repeated => &[],
        Some(Json::Array(items)) if field.repeated => items,
        Some(value) => std::slice::from_ref(value),
    }
}
