//! The members of an element's value: each of its elements once, with the name that values have for it, and how often it may come.

use std::{collections::HashMap, sync::Arc};

use indexmap::IndexMap;

use super::{Element, Order, Particle, Term};
use crate::soap::name::Name;

/// A member of a value.
#[derive(Debug)]
pub(in crate::soap) struct Field {
    /// The element's local name; with its namespace where an earlier one has the same.
    pub(in crate::soap) key: String,
    pub(in crate::soap) element: Arc<Element>,
    /// It is always there.
    pub(in crate::soap) required: bool,
    /// It may come several times, so it is a list.
    pub(in crate::soap) repeated: bool,
}

#[derive(Clone)]
struct Tally {
    element: Arc<Element>,
    min: u32,
    max: u32,
}

/// The members of what a particle describes, and where each stands among them.
pub(super) fn fields(particle: Option<&Particle>) -> (Vec<Field>, HashMap<Name, usize>) {
    let mut tallies = IndexMap::new();
    if let Some(particle) = particle {
        tallies = tally(particle);
    }
    let mut fields: Vec<Field> = Vec::with_capacity(tallies.len());
    let mut by_name = HashMap::with_capacity(tallies.len());
    let mut taken = std::collections::HashSet::new();
    for (name, found) in tallies {
        let key = if taken.insert(name.local.clone()) { name.local.to_string() } else { name.to_string() };
        by_name.insert(name, fields.len());
        fields.push(Field { key, element: found.element, required: found.min > 0, repeated: found.max > 1 });
    }
    (fields, by_name)
}

fn tally(particle: &Particle) -> IndexMap<Name, Tally> {
    let mut found = match &particle.term {
        Term::Any => IndexMap::new(),
        Term::Element(element) => IndexMap::from([(element.name.clone(), Tally { element: element.clone(), min: 1, max: 1 })]),
        Term::Group(group) => {
            let mut parts = group.particles.iter().map(tally);
            if group.order == Order::Choice {
                one_of(parts)
            } else {
                parts.next().map_or_else(IndexMap::new, |first| parts.fold(first, and))
            }
        }
    };
    for one in found.values_mut() {
        one.min = one.min.min(particle.min);
        one.max = one.max.saturating_mul(particle.max);
    }
    found
}

/// Both stand there.
fn and(mut all: IndexMap<Name, Tally>, more: IndexMap<Name, Tally>) -> IndexMap<Name, Tally> {
    for (name, one) in more {
        match all.get_mut(&name) {
            Some(known) => {
                known.min = known.min.saturating_add(one.min);
                known.max = known.max.saturating_add(one.max);
            }
            None => {
                all.insert(name, one);
            }
        }
    }
    all
}

/// One of them stands there: what is not in each may be absent.
fn one_of(parts: impl Iterator<Item = IndexMap<Name, Tally>>) -> IndexMap<Name, Tally> {
    let mut all: IndexMap<Name, (Tally, usize)> = IndexMap::new();
    let mut count = 0;
    for part in parts {
        count += 1;
        for (name, one) in part {
            match all.get_mut(&name) {
                Some((known, times)) => {
                    known.min = known.min.min(one.min);
                    known.max = known.max.max(one.max);
                    *times += 1;
                }
                None => {
                    all.insert(name, (one, 1));
                }
            }
        }
    }
    let settled = |(name, (one, times)): (Name, (Tally, usize))| (name, Tally { min: if times < count { 0 } else { one.min }, ..one });
    all.into_iter().map(settled).collect()
}
