//! Which file each part stands in: one file, or a folder of them when that would be long.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::plan::{Spec, TypeId};
use super::print::Printer;

/// From so many lines on a spec is a folder.
pub(super) const LONG: usize = 1_500;

/// Every text of a spec by the name of its file, unformatted.
pub(super) struct Parts {
    pub(super) head: String,
    /// Types that several groups name, then those of no group and its modules.
    pub(super) shared: String,
    /// Per group: its name, and its text with the types that it alone names.
    pub(super) groups: Vec<(String, String)>,
}

/// Prints a spec in parts. Types stand with the group that alone names them.
pub(super) fn parts(spec: &Spec, printer: &mut Printer<'_>, used: &HashMap<TypeId, usize>) -> Parts {
    let owners = owners(spec);
    let own = |owner: Option<usize>| -> Vec<TypeId> {
        let all = (0..spec.types.len() as u32).map(TypeId);
        all.filter(|id| used.contains_key(id) && owners.get(id).copied().flatten() == owner).collect()
    };
    if !spec.docs.is_empty() {
        printer.file_docs(&spec.docs);
    }
    printer.connector();
    let head = printer.take();
    let items = |printer: &mut Printer<'_>, owner: Option<usize>| {
        let mut ids: Vec<TypeId> = own(owner).into_iter().filter(|id| !printer.is_in_place(*id)).collect();
        ids = in_reading_order(spec, ids);
        let mut texts = Vec::new();
        for id in ids {
            printer.item(spec.item(id));
            texts.push(printer.take());
        }
        texts
    };
    let mixins = |printer: &mut Printer<'_>, owner: Option<usize>| {
        let own = (0..spec.mixins.len()).filter(|number| mixin_owner(spec, *number) == owner);
        let print = |number: usize| {
            printer.mixin(&spec.mixins[number]);
            printer.take()
        };
        own.map(print).collect::<Vec<_>>()
    };
    let mut texts = mixins(printer, None);
    texts.extend(items(printer, None));
    for module in spec.modules.iter().filter(|module| module.group.is_none()) {
        printer.module(module);
        texts.push(printer.take());
    }
    let shared = texts.join("\n");
    let mut groups = Vec::new();
    for (index, group) in spec.groups.iter().enumerate() {
        let mut texts = mixins(printer, Some(index));
        texts.extend(items(printer, Some(index)));
        printer.group(index);
        texts.push(printer.take());
        groups.push((group.name.clone(), texts.join("\n")));
    }
    Parts { head, shared, groups }
}

/// What refers to another stands before it, so that a reader comes from the whole to its parts; otherwise as they were made.
fn in_reading_order(spec: &Spec, ids: Vec<TypeId>) -> Vec<TypeId> {
    let within: HashSet<TypeId> = ids.iter().copied().collect();
    let mut placed: HashSet<TypeId> = HashSet::new();
    let mut order = Vec::new();
    for id in ids {
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            if !placed.insert(next) {
                continue;
            }
            order.push(next);
            let mut named = Vec::new();
            spec.item(next).names(&mut |name| named.push(name));
            // Only what was made for this place follows it; what has a name of its own comes in its turn.
            open.extend(named.into_iter().rev().filter(|name| within.contains(name) && spec.item(*name).inline));
        }
    }
    order
}

/// The group that alone takes in a mixin; none where several do.
fn mixin_owner(spec: &Spec, number: usize) -> Option<usize> {
    let mut groups = spec.modules.iter().filter(|module| module.with.contains(&number)).map(|module| module.group);
    let first = groups.next().flatten();
    first.filter(|first| groups.all(|group| group == Some(*first)))
}

/// The group that alone names a type, directly or not; none where several do, or what belongs to no group.
fn owners(spec: &Spec) -> HashMap<TypeId, Option<usize>> {
    let mut owners: HashMap<TypeId, Option<usize>> = HashMap::new();
    let mut by_group: BTreeMap<Option<usize>, Vec<TypeId>> = BTreeMap::new();
    for module in &spec.modules {
        module.names(&mut |id| by_group.entry(module.group).or_default().push(id));
    }
    spec.fails.iter().for_each(|fails| fails.ty.names(&mut |id| by_group.entry(None).or_default().push(id)));
    for (number, mixin) in spec.mixins.iter().enumerate() {
        mixin.names(&mut |id| by_group.entry(mixin_owner(spec, number)).or_default().push(id));
    }
    for (group, roots) in by_group {
        let mut seen = HashSet::new();
        let mut open = roots;
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            owners
                .entry(id)
                .and_modify(|owner| {
                    if *owner != group {
                        *owner = None
                    }
                })
                .or_insert(group);
            spec.item(id).names(&mut |name| open.push(name));
        }
    }
    owners
}

/// How often each type is named by what stands in the spec; those that nothing names are not there.
pub(super) fn uses(spec: &Spec) -> HashMap<TypeId, usize> {
    let mut used: HashMap<TypeId, usize> = HashMap::new();
    let mut open: Vec<TypeId> = Vec::new();
    let mut count = |id: TypeId, open: &mut Vec<TypeId>| {
        let count = used.entry(id).or_insert(0);
        *count += 1;
        if *count == 1 {
            open.push(id);
        }
    };
    for module in &spec.modules {
        module.names(&mut |id| count(id, &mut open));
    }
    spec.fails.iter().for_each(|fails| fails.ty.names(&mut |id| count(id, &mut open)));
    spec.mixins.iter().for_each(|mixin| mixin.names(&mut |id| count(id, &mut open)));
    while let Some(id) = open.pop() {
        let mut named = Vec::new();
        spec.item(id).names(&mut |name| named.push(name));
        named.into_iter().for_each(|name| count(name, &mut open));
    }
    used
}
