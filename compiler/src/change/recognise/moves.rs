//! What is gone from one place of an operation and new at another: moved, nested or taken out of its nest.

use super::Case;
use super::matching::unique_best;
use super::names::{docs_likeness, name_likeness, stem};
use crate::change::compare::{Comparer, Difference, joined};
use crate::change::findings::{Direction, Part, registry};
use crate::change::operations::Item;
use crate::change::shape::Use;
use crate::change::surface::Surface;
use std::collections::HashSet;

/// How deep below something new a moved thing is looked for.
const DEEPEST: usize = 4;
/// The most places that are looked at below one thing.
const MOST: usize = 300;
/// Names that say too little to follow alone.
const COMMON: [&str; 14] =
    ["id", "name", "url", "type", "key", "value", "code", "status", "title", "description", "data", "items", "object", "message"];

/// A thing that is gone or new, or what lies below it.
struct Leaf {
    item: usize,
    path: String,
    name: String,
    stem: String,
    what: Use,
    own: bool,
    part: Part,
    direction: Direction,
}

/// Replaces what is gone and new by what has moved.
pub(in crate::change) fn recognise(items: &mut Vec<Item>, comparer: &Comparer<'_>) {
    let mut gone = leaves(items, comparer.old, &["-removed"]);
    let mut fresh = leaves(items, comparer.new, &["-added", "-added-with-default"]);
    // Under another name nothing is looked for elsewhere, which leaves few of many.
    let stems = |leaves: &[Leaf]| leaves.iter().map(|leaf| leaf.stem.clone()).collect::<HashSet<String>>();
    let (before, after) = (stems(&gone), stems(&fresh));
    gone.retain(|leaf| after.contains(&leaf.stem));
    fresh.retain(|leaf| before.contains(&leaf.stem));
    let pairs = unique_best(gone.len(), fresh.len(), |one, two| case(comparer, &gone[one], &fresh[two]));
    let mut consumed = Vec::new();
    let mut moved = Vec::new();
    for (one, two, case) in pairs {
        let (before, after) = (&gone[one], &fresh[two]);
        if consumed.contains(&before.item) || consumed.contains(&after.item) {
            continue;
        }
        moved.push(item(items, before, after, case));
        consumed.extend(before.own.then_some(before.item));
        consumed.extend(after.own.then_some(after.item));
    }
    let mut at = 0;
    items.retain(|_| (!consumed.contains(&at), at += 1).0);
    items.extend(moved);
}

fn leaves(items: &[Item], surface: &Surface, ends: &[&str]) -> Vec<Leaf> {
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let id = item.difference.kind.id;
        let Some(what) = item.difference.field.as_ref().filter(|_| ends.iter().any(|end| id.ends_with(end))) else { continue };
        let leaf = |path: String, name: &str, what: &Use, own: bool| Leaf {
            item: at,
            path,
            name: name.to_owned(),
            stem: stem(name),
            what: what.clone(),
            own,
            part: item.part.clone(),
            direction: item.direction,
        };
        found.push(leaf(item.path.clone(), &item.difference.name, what, true));
        let mut open = vec![(item.path.clone(), what.clone(), 0)];
        let mut count = 0;
        while let Some((path, what, depth)) = open.pop() {
            let shape = surface.shape(what.shape);
            if let Some(inner) = &shape.items {
                open.push((joined(&path, "[]"), inner.clone(), depth));
            }
            for field in surface.all_fields(what.shape) {
                count += 1;
                if count > MOST {
                    break;
                }
                let path = joined(&path, &field.name);
                found.push(leaf(path.clone(), &field.name, &field.what, false));
                if depth + 1 < DEEPEST {
                    open.push((path, field.what.clone(), depth + 1));
                }
            }
            if count > MOST {
                break;
            }
        }
    }
    found
}

fn case(comparer: &Comparer<'_>, old: &Leaf, new: &Leaf) -> Option<Case> {
    // Below both, nothing is concluded: what holds them would have moved.
    if old.direction != new.direction || (!old.own && !new.own) || (old.path == new.path && old.part == new.part) {
        return None;
    }
    let answers = |part: &Part| matches!(part, Part::Answer(..) | Part::Header(..));
    if answers(&old.part) && old.part != new.part {
        return None;
    }
    if old.stem != new.stem || !comparer.same_type(&old.what, &new.what) {
        return None;
    }
    let mut case = Case::default();
    let docs = docs_likeness(&old.what.docs, &new.what.docs);
    if COMMON.contains(&old.name.to_lowercase().as_str()) {
        // `owner.id` may become `owner_info.id`; any other `id` is another thing.
        let above = |path: &str| path.rsplit_once('.').map_or(String::new(), |(above, _)| above.replace("[]", ""));
        let (one, two) = (above(&old.path), above(&new.path));
        if one.is_empty() || two.is_empty() || name_likeness(&one, &two) < 500 {
            return None;
        }
    }
    case.weigh(45, 1000, || format!("the same name, `{}`", new.name));
    case.weigh(20, 800, || format!("the same type, `{}`", comparer.new.type_text(&new.what)));
    if let Some(docs) = docs {
        case.weigh(20, docs, || "described alike".into());
    }
    case.weigh(15, if old.own && new.own { 1000 } else { 600 }, || "one is gone, one is new".into());
    Some(case)
}

fn item(items: &[Item], old: &Leaf, new: &Leaf, case: Case) -> Item {
    let (before, after) = (&items[old.item], &items[new.item]);
    let between = match (&old.part, &new.part) {
        (Part::Parameter(one), two) if *one != part_name(two) => Some((place(&old.part), place(&new.part))),
        (one, Part::Parameter(two)) if part_name(one) != *two => Some((place(&old.part), place(&new.part))),
        _ => None,
    };
    let mut difference = Difference::new(
        registry::FIELD_MOVED.of(new.direction),
        &new.name,
        before.difference.old.clone(),
        after.difference.new.clone(),
        "",
    );
    difference.old.text = old.path.clone();
    difference.new.text = new.path.clone();
    if let Some((from, to)) = between {
        difference.kind = &registry::PARAMETER_MOVED;
        difference.old.text = from;
        difference.new.text = to;
    }
    difference.evidence = Some(case.evidence());
    Item { part: new.part.clone(), direction: new.direction, path: new.path.clone(), difference, key: None }
}

fn part_name(part: &Part) -> String {
    if let Part::Parameter(name) = part { name.clone() } else { String::new() }
}

fn place(part: &Part) -> String {
    match part {
        Part::Parameter(name) => name.split(' ').next().unwrap_or_default().to_owned(),
        Part::Body(_) => "body".into(),
        other => other.text(),
    }
}
