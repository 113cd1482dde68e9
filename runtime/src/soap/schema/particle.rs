//! In which order and how often elements stand in another.

use std::sync::Arc;

use super::Element;

/// As often as one likes.
pub(in crate::soap) const UNBOUNDED: u32 = u32::MAX;
/// The deepest that groups may stand in each other, and the most elements that a type may name.
pub(super) const GROUP_DEPTH: usize = 16;
pub(super) const GROUP_SIZE: usize = 20_000;

/// Something, so many times.
#[derive(Clone, Debug)]
pub(in crate::soap) struct Particle {
    pub(in crate::soap) min: u32,
    pub(in crate::soap) max: u32,
    pub(in crate::soap) term: Term,
}

/// What stands there.
#[derive(Clone, Debug)]
pub(in crate::soap) enum Term {
    Element(Arc<Element>),
    Group(Arc<Group>),
    /// Elements that the schema does not name.
    Any,
}

/// Several particles.
#[derive(Debug)]
pub(in crate::soap) struct Group {
    pub(in crate::soap) order: Order,
    pub(in crate::soap) particles: Vec<Particle>,
    pub(super) size: usize,
    pub(super) depth: usize,
}

/// How the particles of a group stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::soap) enum Order {
    /// One after the other.
    Sequence,
    /// One of them.
    Choice,
    /// In any order.
    All,
}

impl Group {
    /// None when it is too deep or too large: groups that name groups grow by powers.
    pub(super) fn new(order: Order, particles: Vec<Particle>) -> Option<Arc<Self>> {
        let size = particles.iter().map(Particle::size).fold(1, usize::saturating_add);
        let depth = 1 + particles.iter().map(Particle::depth).max().unwrap_or(0);
        (size <= GROUP_SIZE && depth <= GROUP_DEPTH).then(|| Arc::new(Self { order, particles, size, depth }))
    }
}

impl Particle {
    pub(super) fn once(term: Term) -> Self {
        Self { min: 1, max: 1, term }
    }

    pub(super) fn size(&self) -> usize {
        match &self.term {
            Term::Group(group) => group.size,
            Term::Element(_) | Term::Any => 1,
        }
    }

    fn depth(&self) -> usize {
        match &self.term {
            Term::Group(group) => group.depth,
            Term::Element(_) | Term::Any => 0,
        }
    }

    /// Whether it may hold elements that the schema does not name.
    pub(super) fn is_open(&self) -> bool {
        match &self.term {
            Term::Group(group) => group.particles.iter().any(Particle::is_open),
            Term::Any => true,
            Term::Element(_) => false,
        }
    }
}
