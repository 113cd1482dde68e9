//! Short names for types that were written in place: by what they are called where they stand, as far as that is clear.

use std::collections::{BTreeMap, HashMap};

use super::maker::Maker;
use super::plan::{TypeId, TypeItem, TypeKind};
use super::words::{pascal, words};

/// Words that say where something stands and not what it is.
pub(super) const DULL: [&str; 12] =
    ["", "output", "body", "item", "variant", "value", "failure", "object", "data", "result", "response", "attribute"];
/// Names that are longer than this are shortened where that is clear.
const LONG: usize = 28;

/// Does a name say twice what it holds, as `GetBoardResponseBoard` does? Values to choose from are of something, so they keep its name.
fn stutters(item: &TypeItem) -> bool {
    let own = pascal(&item.own);
    let parent = item.name.strip_suffix(&own).unwrap_or_default();
    let last = words(&own).pop().unwrap_or_default();
    matches!(item.kind, TypeKind::Struct(_)) && !last.is_empty() && words(parent).contains(&last)
}

impl Maker<'_, '_> {
    /// Gives short names; `stands_for` says which type each became.
    pub(super) fn short_names(&mut self, stands_for: &[TypeId]) {
        let before: Vec<String> = self.types.iter().map(|item| item.name.clone()).collect();
        let mut places: BTreeMap<TypeId, Vec<usize>> = BTreeMap::new();
        for (index, id) in stands_for.iter().enumerate() {
            places.entry(*id).or_default().push(index);
        }
        let mut by_own: HashMap<String, Vec<TypeId>> = HashMap::new();
        for id in places.keys().filter(|id| self.types[id.0 as usize].inline) {
            by_own.entry(self.types[id.0 as usize].own.clone()).or_default().push(*id);
        }
        for (id, all) in &places {
            let item = &self.types[id.0 as usize];
            let shared = all.len() > 1 || self.shared_enums.contains_key(id);
            let clear = (item.name.len() > LONG || stutters(item)) && by_own.get(&item.own).is_some_and(|all| all.len() == 1);
            if !item.inline || !(shared || clear) {
                continue;
            }
            let Some(own) = self.usual_name(all) else { continue };
            let wanted = pascal(&own);
            if !wanted.is_empty() && !self.type_names.has(&wanted) {
                self.types[id.0 as usize].name = self.type_names.take(&wanted, "");
            }
        }
        for id in self.shared_enums.keys() {
            self.types[id.0 as usize].inline = false;
        }
        self.follow_parents(&before);
    }

    /// What several places call a type; none where they only say where it stands.
    fn usual_name(&self, all: &[usize]) -> Option<String> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for index in all {
            let own = self.types[*index].own.clone();
            if !DULL.contains(&own.as_str()) {
                *counts.entry(own).or_insert(0) += 1;
            }
        }
        counts.into_iter().max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0))).map(|(own, _)| own)
    }

    /// What is called after a type that has a shorter name now is called after that name.
    fn follow_parents(&mut self, before: &[String]) {
        let mut renamed: HashMap<&str, String> = HashMap::new();
        for (item, before) in self.types.iter().zip(before) {
            if item.name != *before {
                renamed.insert(before, item.name.clone());
            }
        }
        let mut order: Vec<usize> =
            (0..self.types.len()).filter(|index| self.types[*index].inline && self.types[*index].name == before[*index]).collect();
        order.sort_by_key(|index| before[*index].len());
        for index in order {
            let name = &before[index];
            let ends = (1..name.len()).rev().filter(|end| name.is_char_boundary(*end));
            let parent = ends.filter_map(|end| Some((end, renamed.get(&name[..end])?))).next();
            let Some((end, parent)) = parent else { continue };
            let wanted = format!("{parent}{}", &name[end..]);
            if !self.type_names.has(&wanted) {
                let shorter = self.type_names.take(&wanted, "");
                self.types[index].name.clone_from(&shorter);
                renamed.insert(name, shorter);
            }
        }
    }
}
