//! What many modules take alike becomes a mixin: the inputs of a path, or those of the query and headers with how pages go on. The widest
//! sets that save the most lines come first; which lines these are is `print`'s.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::names::Names;
use super::plan::{Field, Mixin, Module, Place, Spec};
use super::texts;
use super::words::pascal;

/// A module with more mixins than this would say nothing itself.
const MOST: usize = 3;
/// So many lines a mixin saves at least.
const WORTH: usize = 20;
/// So many modules take a mixin at least; more where it has one input alone.
const FEW: usize = 4;
const MANY: usize = 10;
/// Sets of inputs that are compared with each other, the most frequent ones.
const COMPARED: usize = 240;
/// A name that is longer than this says no more.
const LONG: usize = 28;

/// What is taken together: paths are apart from the rest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Path,
    Request,
}

/// One input, or how pages go on, as it would be written.
#[derive(Clone)]
enum Part {
    Input(Place, Field),
    Page(String),
    Order(String),
}

/// Parts by number: the same number is the same text.
#[derive(Default)]
struct Parts {
    numbers: HashMap<String, usize>,
    list: Vec<Part>,
    lines: Vec<usize>,
}

type Set = BTreeSet<usize>;

/// Moves what modules share to mixins.
pub(super) fn shared(spec: &mut Spec, type_names: &mut Names) {
    for family in [Family::Path, Family::Request] {
        let mut parts = Parts::default();
        let mut sets: Vec<Set> = spec.modules.iter().map(|module| parts.of(module, family)).collect();
        for least in [2, 1] {
            while let Some(set) = best(&parts, &sets, &spec.modules, least) {
                let takers: Vec<usize> = takers(&set, &sets, &spec.modules).collect();
                let name = type_names.take(&name(&parts, &set, &takers, &spec.modules), "");
                let number = spec.mixins.len();
                spec.mixins.push(parts.mixin(&set, name));
                for taker in takers {
                    sets[taker].retain(|part| !set.contains(part));
                    parts.take_out(&set, &mut spec.modules[taker]);
                    spec.modules[taker].with.push(number);
                }
            }
        }
    }
}

impl Parts {
    fn of(&mut self, module: &Module, family: Family) -> Set {
        let inputs = Place::ALL.into_iter().filter(|place| (*place == Place::Path) == (family == Family::Path));
        let inputs = inputs.flat_map(|place| module.inputs_at(place).iter().map(move |field| Part::Input(place, field.clone())));
        let mut parts: Vec<Part> = inputs.collect();
        if family == Family::Request {
            parts.extend(module.page.clone().map(Part::Page));
            parts.extend(module.order.clone().map(Part::Order));
        }
        parts.into_iter().map(|part| self.number(part)).collect()
    }

    fn number(&mut self, part: Part) -> usize {
        let key = key(&part);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.list.len();
        self.lines.push(match &part {
            Part::Input(_, field) => 1 + texts::lines(&field.docs, 4).len(),
            _ => 1,
        });
        self.numbers.insert(key, number);
        self.list.push(part);
        number
    }

    fn inputs<'p>(&'p self, set: &'p Set) -> impl Iterator<Item = &'p Field> {
        set.iter().filter_map(|part| if let Part::Input(_, field) = &self.list[*part] { Some(field) } else { None })
    }

    fn pages(&self, set: &Set) -> Option<&str> {
        set.iter().find_map(|part| if let Part::Page(page) = &self.list[*part] { Some(page.as_str()) } else { None })
    }

    fn mixin(&self, set: &Set, name: String) -> Mixin {
        let mut mixin = Mixin { name, ..Mixin::default() };
        for part in set {
            match &self.list[*part] {
                Part::Input(place, field) => mixin.inputs.push((*place, field.clone())),
                Part::Page(page) => mixin.page = Some(page.clone()),
                Part::Order(order) => mixin.order = Some(order.clone()),
            }
        }
        mixin
    }

    fn take_out(&self, set: &Set, module: &mut Module) {
        for part in set {
            match &self.list[*part] {
                Part::Input(place, field) => module.inputs_at_mut(*place).retain(|one| one.name != field.name),
                Part::Page(_) => module.page = None,
                Part::Order(_) => module.order = None,
            }
        }
    }
}

/// All that would be written of a part, and no place of the document.
fn key(part: &Part) -> String {
    match part {
        Part::Input(place, field) => {
            let Field { name, wire, optional, what, default, style, docs, life, .. } = field;
            format!("{place:?} {name} {wire} {optional} {what:?} {default:?} {style:?} {docs} {life:?}")
        }
        Part::Page(page) => format!("page {page}"),
        Part::Order(order) => format!("order {order}"),
    }
}

fn takers<'s>(set: &'s Set, sets: &'s [Set], modules: &'s [Module]) -> impl Iterator<Item = usize> + 's {
    (0..sets.len()).filter(move |index| modules[*index].with.len() < MOST && set.is_subset(&sets[*index]))
}

/// The set of at least so many inputs that saves the most lines.
fn best(parts: &Parts, sets: &[Set], modules: &[Module], least: usize) -> Option<Set> {
    let mut counts: BTreeMap<&Set, usize> = BTreeMap::new();
    for (set, module) in sets.iter().zip(modules) {
        if module.with.len() < MOST && parts.inputs(set).count() >= least {
            *counts.entry(set).or_insert(0) += 1;
        }
    }
    let mut frequent: Vec<(&Set, usize)> = counts.iter().map(|(set, count)| (*set, *count)).collect();
    frequent.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    frequent.truncate(COMPARED);
    let mut candidates: BTreeSet<Set> = frequent.iter().map(|(set, _)| (*set).clone()).collect();
    for (index, (one, _)) in frequent.iter().enumerate() {
        candidates.extend(frequent[index + 1..].iter().map(|(other, _)| one.intersection(other).copied().collect()));
    }
    let saved = |set: &Set| {
        let count: usize = counts.iter().filter(|(other, _)| set.is_subset(other)).map(|(_, count)| count).sum();
        let inputs = parts.inputs(set).count();
        let enough = count >= if inputs == 1 { MANY } else { FEW };
        // A block of one undocumented input is as short as the mixin's name.
        let lines: usize = set.iter().map(|part| parts.lines[*part]).sum::<usize>() + usize::from(inputs > 1);
        let told = lines > 1 && (inputs > 1 || lines > inputs);
        if enough && told && inputs >= least { lines * (count - 1) } else { 0 }
    };
    let scored = candidates.into_iter().map(|set| (saved(&set), set));
    scored.filter(|(saved, _)| *saved >= WORTH).max_by(|(a, one), (b, other)| a.cmp(b).then(other.cmp(one))).map(|(_, set)| set)
}

/// What a person would call it: after the pages, its few inputs, or what all that take it do.
fn name(parts: &Parts, set: &Set, takers: &[usize], modules: &[Module]) -> String {
    let inputs: Vec<&Field> = parts.inputs(set).collect();
    if let Some(page) = parts.pages(set) {
        let sorted = inputs.iter().any(|field| ["sort", "order", "direction"].iter().any(|word| field.name.contains(word)));
        let words: Vec<&str> = page.split_whitespace().collect();
        let steps = words.first().copied().unwrap_or_default();
        let before = inputs.iter().any(|field| ["after", "before", "cursor"].contains(&field.name.as_str()));
        let kind = if steps == "cursor" || steps == "keyset" || before { "Cursor" } else { "" };
        return format!("{}{kind}Paging", if sorted { "Sorted" } else { "" });
    }
    let joined: String = inputs.iter().map(|field| pascal(&field.name)).collect();
    if inputs.len() <= 3 && joined.len() <= LONG {
        return joined;
    }
    let mut verbs: Vec<&str> = takers.iter().map(|taker| modules[*taker].name.split('_').next().unwrap_or_default()).collect();
    verbs.dedup();
    match verbs[..] {
        [only] => format!("{}Options", pascal(only)),
        _ => format!("{}Options", pascal(&inputs[0].name)),
    }
}
