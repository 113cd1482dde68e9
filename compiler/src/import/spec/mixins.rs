//! What many modules take alike becomes a mixin: the inputs of a path, or those of the query and headers with how pages go on. The widest
//! sets that save the most lines come first; which lines these are is `print`'s.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::names::Names;
use super::plan::{Field, Mixin, Module, Place, Spec};
use super::texts;
use super::words::pascal;

/// A module with more mixins than this would say nothing itself.
const MOST: usize = 3;
/// So many modules take a mixin at least, of several inputs and of one alone.
const TAKERS: [usize; 2] = [4, 10];
/// So many where it holds parts of a path, which readers look for beside the path.
const TAKERS_OF_PATHS: [usize; 2] = [12, 30];
/// So many lines it saves at least.
const WORTH: usize = 24;
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
    Input(Place, Box<Field>),
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
        let mut nameless: BTreeSet<Set> = BTreeSet::new();
        for least in [2, 1] {
            while let Some(set) = best(&parts, &sets, &spec.modules, (family, least), &nameless) {
                let takers: Vec<usize> = takers(&set, &sets, &spec.modules).collect();
                let wanted = names(&parts, &set, &takers, spec);
                let Some(name) = wanted.into_iter().find(|name| !type_names.has(name)) else {
                    nameless.insert(set);
                    continue;
                };
                let name = type_names.take(&name, "");
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
        let inputs = inputs.flat_map(|place| module.inputs_at(place).iter().map(move |field| (place, field)));
        // What names an input beside it stays beside it.
        let inputs = inputs.filter(|(_, field)| field.life.as_ref().is_none_or(|life| life.successor.is_none()));
        let inputs = inputs.map(|(place, field)| Part::Input(place, Box::new(field.clone())));
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
        set.iter().filter_map(|part| if let Part::Input(_, field) = &self.list[*part] { Some(&**field) } else { None })
    }

    fn pages(&self, set: &Set) -> Option<&str> {
        set.iter().find_map(|part| if let Part::Page(page) = &self.list[*part] { Some(page.as_str()) } else { None })
    }

    fn mixin(&self, set: &Set, name: String) -> Mixin {
        let mut mixin = Mixin { name, ..Mixin::default() };
        for part in set {
            match &self.list[*part] {
                Part::Input(place, field) => mixin.inputs.push((*place, (**field).clone())),
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
            let Field { name, wire, optional, what, default, style, docs, life, .. } = &**field;
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
fn best(parts: &Parts, sets: &[Set], modules: &[Module], (family, least): (Family, usize), nameless: &BTreeSet<Set>) -> Option<Set> {
    let [several, alone] = if family == Family::Path { TAKERS_OF_PATHS } else { TAKERS };
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
        let enough = count >= if inputs == 1 { alone } else { several };
        // A block of one undocumented input is as short as the mixin's name.
        let lines: usize = set.iter().map(|part| parts.lines[*part]).sum::<usize>() + usize::from(inputs > 1);
        let told = lines > 1 && (inputs > 1 || lines > inputs);
        if enough && told && inputs >= least { lines * (count - 1) } else { 0 }
    };
    let scored = candidates.into_iter().filter(|set| !nameless.contains(set)).map(|set| (saved(&set), set));
    scored.filter(|(saved, _)| *saved >= WORTH).max_by(|(a, one), (b, other)| a.cmp(b).then(other.cmp(one))).map(|(_, set)| set)
}

/// What a person would call it, best first: after the pages, the thing whose path it is, its few inputs, or what all that take it do.
fn names(parts: &Parts, set: &Set, takers: &[usize], spec: &Spec) -> Vec<String> {
    let inputs: Vec<&Field> = parts.inputs(set).collect();
    let joined = inputs.iter().map(|field| pascal(&field.name)).collect::<Vec<_>>().join("And");
    let groups: BTreeSet<Option<usize>> = takers.iter().map(|taker| spec.modules[*taker].group).collect();
    let group = match Vec::from_iter(&groups)[..] {
        [Some(only)] => pascal(&spec.groups[*only].name),
        _ => String::new(),
    };
    if let Some(page) = parts.pages(set) {
        let name = paging(&inputs, page);
        return vec![name.clone(), format!("{group}{name}"), format!("{}{name}", pascal(&inputs[0].name))];
    }
    if set.iter().all(|part| matches!(parts.list[*part], Part::Input(Place::Path, _))) {
        return vec![format!("In{}", pascal(&of_what(inputs.iter().map(|field| field.name.as_str())))), format!("In{joined}")];
    }
    let mut verbs: Vec<&str> = takers.iter().map(|taker| spec.modules[*taker].name.split('_').next().unwrap_or_default()).collect();
    verbs.dedup();
    let verb = if let [only] = verbs[..] { pascal(only) } else { String::new() };
    let (first, last) = (pascal(&inputs[0].name), pascal(&inputs[inputs.len() - 1].name));
    let short = if inputs.len() <= 3 && joined.len() <= LONG { vec![joined.clone(), format!("{joined}Input")] } else { Vec::new() };
    let options = [format!("{verb}Options"), format!("{group}{verb}Options")];
    let about = topics(&inputs);
    let about = (!about.is_empty()).then(|| [format!("{about}Options"), format!("{group}{about}Options")]).into_iter().flatten();
    let ends = [
        format!("{first}Options"),
        format!("{group}{first}Options"),
        format!("{first}And{last}Options"),
        format!("{group}{first}And{last}Options"),
    ];
    let all = short.into_iter().chain(options).chain(about).chain(ends).chain((inputs.len() <= 3).then_some(joined));
    all.filter(|name| name != "Options").collect()
}

/// What most of the inputs are about, where they say so by the words that they begin with: `created_at_gt`, `created_at_lt`.
fn topics(inputs: &[&Field]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for field in inputs {
        let words: Vec<&str> = field.name.splitn(3, '_').collect();
        if let [first, second, _] = words[..] {
            *counts.entry(format!("{first}_{second}")).or_insert(0) += 1;
        }
    }
    let told: Vec<String> = counts.into_iter().filter(|(_, count)| *count >= 3).map(|(words, _)| pascal(&words)).collect();
    if told.len() > 2 { String::new() } else { told.join("And") }
}

fn paging(inputs: &[&Field], page: &str) -> String {
    let sorted = inputs.iter().any(|field| ["sort", "order", "direction"].iter().any(|word| field.name.contains(word)));
    let strategy = page.split_whitespace().next().unwrap_or_default();
    let goes_on = inputs.iter().any(|field| ["after", "before", "cursor"].contains(&field.name.as_str()));
    let by_cursor = ["cursor", "keyset"].contains(&strategy) || goes_on;
    format!("{}{}Paging", if sorted { "Sorted" } else { "" }, if by_cursor { "Cursor" } else { "" })
}

/// `owner`, `repo_id` are of a `repo`; `id` alone says nothing, so what stands before it does.
fn of_what<'f>(inputs: impl DoubleEndedIterator<Item = &'f str>) -> String {
    const KEYS: [&str; 5] = ["_id", "_name", "_number", "_slug", "_key"];
    let bare = |name: &'f str| KEYS.iter().find_map(|key| name.strip_suffix(key)).unwrap_or(name);
    let mut names = inputs.map(bare).rev();
    names.find(|name| !["id", "name", "key", "number"].contains(name)).unwrap_or("one").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_of_the_last_thing_in_them() {
        assert_eq!(of_what(["owner", "repo"].into_iter()), "repo");
        assert_eq!(of_what(["org", "team_slug"].into_iter()), "team");
        assert_eq!(of_what(["namespace", "name"].into_iter()), "namespace");
    }
}
