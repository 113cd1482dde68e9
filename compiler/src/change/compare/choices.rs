//! Unions: choices that are gone or new, and what tells them apart.

use super::types::{Turn, type_turn};
use super::{Alike, Comparer, Difference, Key, Local, pair_in_passes};
use crate::change::findings::{Both, Class, Direction, Side, registry};
use crate::change::shape::{Shape, ShapeId, Tag, Use};
use crate::change::surface::{NOWHERE, Origin, Surface};

impl Comparer<'_> {
    pub(super) fn compare_choices(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        self.compare_tags(key, old, new, local);
        let any = |shape: &Shape| !shape.one_of.is_empty() || !shape.any_of.is_empty();
        match (any(old), any(new)) {
            (true, true) => {
                let named = |shape: &Shape| if shape.one_of.is_empty() { "any" } else { "one" };
                let (one, two) = (named(old), named(new));
                let sets = if one == two {
                    [(&old.one_of, &new.one_of, true), (&old.any_of, &new.any_of, false)]
                } else {
                    // `oneOf` written as `anyOf`: the same choices.
                    let (before, after) =
                        (if one == "one" { &old.one_of } else { &old.any_of }, if two == "one" { &new.one_of } else { &new.any_of });
                    [(before, after, two == "one"), (&old.prefix_items, &old.prefix_items, false)]
                };
                let sets = if one == two { &sets[..] } else { &sets[..1] };
                for (before, after, exact) in sets {
                    self.compare_sets(key, before, after, *exact, (old, new), local);
                }
            }
            (false, true) => self.became_choice(key, old, new, local),
            (true, false) => self.became_one(key, old, new, local),
            (false, false) => {}
        }
    }

    fn compare_sets(&mut self, key: Key, before: &[Use], after: &[Use], exact: bool, shapes: (&Shape, &Shape), local: &mut Local) {
        let pairs = self.by_tag(before, after, shapes).unwrap_or_else(|| paired(self.old, before, self.new, after));
        for (one, two) in &pairs {
            let segment = format!("({})", self.new.type_text(&after[*two]));
            self.link(key, &before[*one], &after[*two], &segment, local);
        }
        let (added, removed) =
            if exact { (&registry::ONE_OF_ADDED, &registry::ONE_OF_REMOVED) } else { (&registry::ANY_OF_ADDED, &registry::ANY_OF_REMOVED) };
        for (_, one) in before.iter().enumerate().filter(|(at, _)| !self.new_is_part() && !pairs.iter().any(|(one, _)| one == at)) {
            let side = Side::new(self.old.type_text(one), one.at);
            local.differences.push(Difference::new(removed.of(key.direction), "", side, Side::default(), ""));
        }
        for (_, two) in after.iter().enumerate().filter(|(at, _)| !self.old_is_part() && !pairs.iter().any(|(_, two)| two == at)) {
            let side = Side::new(self.new.type_text(two), two.at);
            let mut difference = Difference::new(added.of(key.direction), "", Side::default(), side, "");
            // A union with a tag is open: a choice that is not known is kept as it is.
            if key.direction == Direction::Response && shapes.0.tag.is_some() {
                difference.class = Some(Class::Compatible);
            }
            local.differences.push(difference);
        }
    }

    /// The choices of a spec and those of a description by what the tag says: each has names of its own for them.
    fn by_tag(&self, before: &[Use], after: &[Use], (old, new): (&Shape, &Shape)) -> Option<Vec<(usize, usize)>> {
        let (one, two) = (old.tag.as_ref()?, new.tag.as_ref()?);
        if !self.loose() {
            return None;
        }
        // A spec's values stand in the order of its choices; a description's lead to a name.
        let choice = |surface: &Surface, choices: &[Use], at: usize, target: &str| match surface.origin {
            Origin::Spec => (at < choices.len()).then_some(at),
            Origin::Description => {
                let name = target.rsplit('/').next().unwrap_or(target);
                choices.iter().position(|choice| surface.shape(choice.shape).name.as_deref() == Some(name))
            }
        };
        let pairs = one.mapping.iter().enumerate().filter_map(|(at, (value, target))| {
            let there = two.mapping.iter().position(|(other, _)| other == value)?;
            Some((choice(self.old, before, at, target)?, choice(self.new, after, there, &two.mapping[there].1)?))
        });
        let pairs: Vec<(usize, usize)> = pairs.collect();
        (!pairs.is_empty()).then_some(pairs)
    }

    fn became_choice(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        let choices = if new.one_of.is_empty() { &new.any_of } else { &new.one_of };
        let loose = self.loose();
        let found = choices.iter().find(|choice| alike(self.old, key.old, self.new, choice.shape, loose));
        if let Some(choice) = found {
            let segment = format!("({})", self.new.type_text(choice));
            self.link_shapes(key, key.old, choice.shape, &segment, local);
        }
        let kind = if found.is_some() { &registry::BECAME_CHOICE } else { &registry::TYPE_CHANGED };
        self.choice_difference(key, kind, old, new, local);
    }

    fn became_one(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        let choices = if old.one_of.is_empty() { &old.any_of } else { &old.one_of };
        let loose = self.loose();
        let found = choices.iter().find(|choice| alike(self.old, choice.shape, self.new, key.new, loose));
        if let Some(choice) = found {
            self.link_shapes(key, choice.shape, key.new, "", local);
        }
        let kind = if found.is_some() { &registry::NO_LONGER_CHOICE } else { &registry::TYPE_CHANGED };
        self.choice_difference(key, kind, old, new, local);
    }

    fn choice_difference(&mut self, key: Key, kind: &'static Both, old: &Shape, new: &Shape, local: &mut Local) {
        if self.loose() {
            return;
        }
        let before = Side::new(text(self.old, key.old), old.at.unwrap_or(NOWHERE));
        let after = Side::new(text(self.new, key.new), new.at.unwrap_or(NOWHERE));
        local.differences.push(Difference::new(kind.of(key.direction), "", before, after, ""));
    }

    fn compare_tags(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        let mut push = |kind: &'static Both, name: &str, old: Side, new: Side| {
            local.differences.push(Difference::new(kind.of(key.direction), name, old, new, ""));
        };
        match (&old.tag, &new.tag) {
            (None, Some(tag)) if !self.loose() => {
                push(&registry::TAG_ADDED, &tag.property, Side::default(), Side::new(&tag.property, tag.at))
            }
            (Some(tag), None) if !self.loose() => {
                push(&registry::TAG_REMOVED, &tag.property, Side::new(&tag.property, tag.at), Side::default())
            }
            (Some(before), Some(after)) => {
                if before.property != after.property {
                    let sides = (Side::new(&before.property, before.at), Side::new(&after.property, after.at));
                    push(&registry::TAG_PROPERTY_CHANGED, &after.property, sides.0, sides.1);
                }
                mapping(before, after, self.loose(), &mut push);
            }
            _ => {}
        }
    }
}

/// What the values stand for; loosely, each side has names of its own for that.
fn mapping(before: &Tag, after: &Tag, loose: bool, push: &mut dyn FnMut(&'static Both, &str, Side, Side)) {
    for (value, target) in &before.mapping {
        match after.mapping.iter().find(|(other, _)| other == value) {
            None => push(&registry::TAG_VALUE_REMOVED, value, Side::new(target, before.at), Side::default()),
            Some((_, other)) if other != target && !loose => {
                push(&registry::TAG_VALUE_CHANGED, value, Side::new(target, before.at), Side::new(other, after.at));
            }
            Some(_) => {}
        }
    }
    for (value, target) in after.mapping.iter().filter(|(value, _)| !before.mapping.iter().any(|(other, _)| other == value)) {
        push(&registry::TAG_VALUE_ADDED, value, Side::default(), Side::new(target, after.at));
    }
}

fn text(surface: &Surface, shape: ShapeId) -> String {
    let life = crate::change::surface::Life::default();
    surface.type_text(&Use {
        shape,
        nullable: false,
        default: None,
        read_only: false,
        write_only: false,
        life,
        docs: String::new(),
        at: NOWHERE,
    })
}

/// The same so far as it shows. Loosely, names are each side's own.
fn alike(old: &Surface, one: ShapeId, new: &Surface, two: ShapeId, loose: bool) -> bool {
    let (first, second) = (old.shape(one), new.shape(two));
    match (&first.name, &second.name) {
        (Some(a), Some(b)) if a == b || !loose => a == b,
        _ => {
            let fields = first.fields.iter().filter(|field| second.field(&field.name).is_some()).count();
            let same = type_turn(old, one, new, two, loose) != Turn::Changed;
            same && fields * 2 >= first.fields.len().max(second.fields.len())
        }
    }
}

/// Choices that go together: those of one name or title, then those alike; nameless ones that are left go by their order.
fn paired(old: &Surface, before: &[Use], new: &Surface, after: &[Use]) -> Vec<(usize, usize)> {
    let passes: [Alike; 4] = [
        |old, one, new, two| old.shape(one).name.is_some() && old.shape(one).name == new.shape(two).name,
        |old, one, new, two| {
            let (one, two) = (old.shape(one), new.shape(two));
            one.name.is_none() && two.name.is_none() && !one.title.is_empty() && one.title == two.title
        },
        |old, one, new, two| {
            old.shape(one).name.is_none() == new.shape(two).name.is_none()
                && text(old, one) == text(new, two)
                && alike(old, one, new, two, false)
        },
        |old, one, new, two| old.shape(one).name.is_none() && new.shape(two).name.is_none() && alike(old, one, new, two, false),
    ];
    let mut pairs = pair_in_passes((old, before), (new, after), &passes);
    let left = |surface: &Surface, list: &[Use], taken: &dyn Fn(usize) -> bool| -> Vec<usize> {
        let nameless = |at: &usize| surface.shape(list[*at].shape).name.is_none() && surface.shape(list[*at].shape).title.is_empty();
        (0..list.len()).filter(|at| !taken(*at)).filter(nameless).collect()
    };
    let rest_old = left(old, before, &|at| pairs.iter().any(|(one, _)| *one == at));
    let rest_new = left(new, after, &|at| pairs.iter().any(|(_, two)| *two == at));
    if rest_old.len() == rest_new.len() {
        pairs.extend(rest_old.into_iter().zip(rest_new));
    }
    pairs.sort_unstable();
    pairs
}
