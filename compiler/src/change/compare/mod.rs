//! Comparing shapes. Each pair of shapes is compared once per direction, whatever uses it; then each use shows where the differences are
//! felt. So shapes may be circular, and a shape that a thousand operations share costs no more than one.

mod bounds;
mod choices;
mod fields;
mod types;
mod uses;
mod values;

use std::collections::{BTreeSet, HashMap};

use super::findings::{Class, Cost, Direction, Evidence, Kind, Side};
use super::options::Options;
use super::shape::{Shape, ShapeId, Use};
use super::surface::{Origin, Surface};

/// Compares shapes, and remembers.
pub(super) struct Comparer<'s> {
    /// Before.
    pub(super) old: &'s Surface,
    /// After.
    pub(super) new: &'s Surface,
    /// Settings.
    pub(super) options: &'s Options,
    known: HashMap<Key, usize>,
    pairs: Vec<Pair>,
    compared: usize,
    reaching: Vec<bool>,
    /// The member that tells which choice it is, by the shape of the choice, before.
    tags: HashMap<ShapeId, &'s str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    old: ShapeId,
    new: ShapeId,
    direction: Direction,
    /// Below a `not`, where what is allowed is forbidden and names mean little.
    negated: bool,
}

/// What is found of one pair.
struct Pair {
    key: Key,
    differences: Vec<Difference>,
    links: Vec<(String, usize)>,
}

/// One difference of a pair, wherever the pair is used.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    /// Which kind.
    pub(super) kind: &'static Kind,
    /// How bad, where it is not as the kind says.
    pub(super) class: Option<Class>,
    /// What it costs, where it is not as the kind says.
    pub(super) cost: Option<Cost>,
    /// What it is called.
    pub(super) name: String,
    /// Before.
    pub(super) old: Side,
    /// After.
    pub(super) new: Side,
    /// What stands in the sentence besides.
    pub(super) detail: String,
    /// Why it is taken for one thing.
    pub(super) evidence: Option<Evidence>,
    /// Where, from the pair.
    pub(super) segment: String,
    /// The field that is gone or new: it may have moved.
    pub(super) field: Option<Use>,
}

impl Difference {
    pub(super) fn new(kind: &'static Kind, name: &str, old: Side, new: Side, segment: &str) -> Self {
        Self {
            kind,
            class: None,
            cost: None,
            name: name.to_owned(),
            old,
            new,
            detail: String::new(),
            evidence: None,
            segment: segment.to_owned(),
            field: None,
        }
    }
}

/// What one pair is about to say.
#[derive(Default)]
pub(super) struct Local {
    pub(super) differences: Vec<Difference>,
    links: Vec<(String, usize)>,
}

/// Do two shapes, each of its own surface, go together?
type Alike = fn(&Surface, ShapeId, &Surface, ShapeId) -> bool;

/// Positions that go together: each pass gives those that it holds alike the first that is free.
fn pair_in_passes((old, before): (&Surface, &[Use]), (new, after): (&Surface, &[Use]), passes: &[Alike]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for same in passes {
        for (at, one) in before.iter().enumerate() {
            if pairs.iter().any(|(old, _)| *old == at) {
                continue;
            }
            let free = |two: usize| !pairs.iter().any(|(_, new)| *new == two);
            let found = (0..after.len()).find(|two| free(*two) && same(old, one.shape, new, after[*two].shape));
            pairs.extend(found.map(|two| (at, two)));
        }
    }
    pairs
}

/// A difference where it is felt.
#[derive(Clone, Debug)]
pub(super) struct Occurrence {
    /// Which pair, and which of its differences: what is shared is found once.
    pub(super) key: (usize, usize),
    /// The path from the root.
    pub(super) path: String,
}

impl<'s> Comparer<'s> {
    pub(super) fn new(old: &'s Surface, new: &'s Surface, options: &'s Options) -> Self {
        let choices = old.shapes.iter().filter_map(|shape| Some((shape.tag.as_ref()?, &shape.one_of)));
        let tags = choices.flat_map(|(tag, choices)| choices.iter().map(|choice| (choice.shape, tag.property.as_str()))).collect();
        Self { old, new, options, known: HashMap::new(), pairs: Vec::new(), compared: 0, reaching: Vec::new(), tags }
    }

    /// One side covers a part only, in types of its own.
    pub(super) fn loose(&self) -> bool {
        self.old.origin != self.new.origin
    }

    /// The old side is a spec that is held against a description.
    pub(super) fn old_is_part(&self) -> bool {
        self.loose() && self.old.origin == Origin::Spec
    }

    /// The new side is a spec that a description is held against.
    pub(super) fn new_is_part(&self) -> bool {
        self.loose() && self.new.origin == Origin::Spec
    }

    /// Asks for a pair to be compared.
    pub(super) fn pair(&mut self, old: ShapeId, new: ShapeId, direction: Direction) -> usize {
        self.pair_of(Key { old, new, direction, negated: false })
    }

    fn pair_of(&mut self, key: Key) -> usize {
        if let Some(index) = self.known.get(&key) {
            return *index;
        }
        let index = self.pairs.len();
        self.known.insert(key, index);
        self.pairs.push(Pair { key, differences: Vec::new(), links: Vec::new() });
        index
    }

    /// Compares all pairs that were asked for, and those that they ask for.
    pub(super) fn run(&mut self) {
        while self.compared < self.pairs.len() {
            let index = self.compared;
            self.compared += 1;
            let key = self.pairs[index].key;
            let mut local = Local::default();
            self.compare(key, &mut local);
            self.pairs[index].differences = local.differences;
            self.pairs[index].links = local.links;
        }
        self.mark_reaching();
    }

    fn compare(&mut self, key: Key, local: &mut Local) {
        let (old, new) = (self.old.shape(key.old), self.new.shape(key.new));
        self.compare_types(key, old, new, local);
        self.compare_values(key, old, new, local);
        self.compare_bounds(key, old, new, local);
        // A choice has no parts of its own: what it is compared with is compared with one of the choices.
        if is_choice(old) == is_choice(new) && !is_replaced(old, new, local) {
            self.compare_parts(key, old, new, local);
        }
        self.compare_choices(key, old, new, local);
        self.compare_rules(key, old, new, local);
    }

    /// A difference in what two uses say, and a link to what they use.
    fn link(&mut self, key: Key, old: &Use, new: &Use, segment: &str, local: &mut Local) {
        local.differences.extend(self.use_differences(key.direction, old, new, segment));
        self.link_shapes(key, old.shape, new.shape, segment, local);
    }

    fn link_shapes(&mut self, key: Key, old: ShapeId, new: ShapeId, segment: &str, local: &mut Local) {
        let pair = self.pair_of(Key { old, new, ..key });
        local.links.push((segment.to_owned(), pair));
    }

    /// Which pairs have differences, or lead to pairs that have some.
    fn mark_reaching(&mut self) {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.pairs.len()];
        for (index, pair) in self.pairs.iter().enumerate() {
            for (_, used) in &pair.links {
                users[*used].push(index);
            }
        }
        self.reaching = self.pairs.iter().map(|pair| !pair.differences.is_empty()).collect();
        let mut open: Vec<usize> = (0..self.pairs.len()).filter(|index| self.reaching[*index]).collect();
        while let Some(index) = open.pop() {
            for user in &users[index] {
                if !std::mem::replace(&mut self.reaching[*user], true) {
                    open.push(*user);
                }
            }
        }
    }

    /// Every difference that is felt from a pair, in the order of the sources; each pair at its first place only.
    pub(super) fn occurrences(&self, root: usize) -> Vec<Occurrence> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![(root, String::new())];
        while let Some((index, path)) = open.pop() {
            if !self.reaching[index] || !seen.insert(index) {
                continue;
            }
            let pair = &self.pairs[index];
            for (at, difference) in pair.differences.iter().enumerate() {
                found.push(Occurrence { key: (index, at), path: joined(&path, &difference.segment) });
            }
            open.extend(pair.links.iter().rev().map(|(segment, pair)| (*pair, joined(&path, segment))));
        }
        found
    }

    /// The pairs with the same old shape in which a difference is not found: what the old shape is held against there has it as it was.
    pub(super) fn unlike(&self, key: (usize, usize)) -> Vec<usize> {
        let (pair, difference) = (&self.pairs[key.0], self.difference(key));
        let same = |other: &Difference| {
            let whichever = |id: &'static str| id.strip_prefix("request-").or_else(|| id.strip_prefix("response-")).unwrap_or(id);
            whichever(other.kind.id) == whichever(difference.kind.id)
                && (&other.name, &other.old.text, &other.new.text) == (&difference.name, &difference.old.text, &difference.new.text)
        };
        let is_unlike = |other: &Pair| other.key.old == pair.key.old && !other.key.negated && !other.differences.iter().any(same);
        let pairs = self.pairs.iter().enumerate();
        if pair.key.negated { Vec::new() } else { pairs.filter(|(_, other)| is_unlike(other)).map(|(index, _)| index).collect() }
    }

    /// A pair and all that it leads to, each at its first place.
    pub(super) fn below(&self, root: usize) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![(root, String::new())];
        while let Some((index, path)) = open.pop() {
            if seen.insert(index) {
                open.extend(self.pairs[index].links.iter().rev().map(|(segment, pair)| (*pair, joined(&path, segment))));
                found.push((index, path));
            }
        }
        found
    }

    /// The names of all pairs that have two, in the order in which they were asked for.
    pub(super) fn names(&self) -> Vec<(String, String)> {
        let name = |key: Key| Some((self.old.shape(key.old).name.clone()?, self.new.shape(key.new).name.clone()?));
        self.pairs.iter().filter(|pair| !pair.key.negated).filter_map(|pair| name(pair.key)).collect()
    }

    /// A difference that is felt.
    pub(super) fn difference(&self, key: (usize, usize)) -> &Difference {
        &self.pairs[key.0].differences[key.1]
    }
}

/// It says only what may be chosen.
/// Did a value become another kind of thing? Then what it is made of is not new: it was told with the type.
fn is_replaced(old: &Shape, new: &Shape, local: &Local) -> bool {
    let changed = local.differences.iter().any(|one| one.segment.is_empty() && one.kind.id.ends_with("type-changed"));
    changed && !(old.is_object() && new.is_object())
}

fn is_choice(shape: &Shape) -> bool {
    (!shape.one_of.is_empty() || !shape.any_of.is_empty()) && shape.fields.is_empty() && shape.all_of.is_empty()
}

/// A path and a piece of it: names are parted by points.
pub(super) fn joined(path: &str, segment: &str) -> String {
    match (path.is_empty(), segment.is_empty()) {
        (true, _) => segment.to_owned(),
        (_, true) => path.to_owned(),
        _ if segment.starts_with(['[', '{', '(', '<']) => format!("{path}{segment}"),
        _ => format!("{path}.{segment}"),
    }
}

/// `Pet.owner`, or `owner` where the type has no name.
pub(super) fn member_path(shape: &Shape, name: &str) -> String {
    shape.name.as_ref().map_or_else(|| name.to_owned(), |of| format!("{of}.{name}"))
}
