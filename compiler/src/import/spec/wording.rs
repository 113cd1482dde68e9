//! Words that say nothing: documentation that repeats the name it stands at, or what stands a line above. What is left is worth reading.

use std::collections::HashSet;

use super::life::one_line;
use super::plan::{Field, Spec, Type, TypeId, TypeKind};
use super::words::words;

/// Words between words.
const FILLERS: [&str; 13] = ["the", "a", "an", "of", "for", "this", "that", "s", "in", "unique", "operation", "to", "all"];
/// What is longer says more, however it is put.
const LONG: usize = 10;

/// Takes out of a spec what only repeats.
pub(super) fn tidy(spec: &mut Spec, uses: &std::collections::HashMap<TypeId, usize>) {
    for item in &mut spec.types {
        let parent = stems(&item.name);
        match &mut item.kind {
            TypeKind::Struct(fields) => fields.iter_mut().for_each(|field| tidy_field(field, &parent)),
            TypeKind::Enum(values) => {
                for value in values.iter_mut().filter(|value| says_no_more(&value.docs, &stems(&value.name), &parent)) {
                    value.docs.clear();
                }
            }
            TypeKind::Union { .. } => {}
        }
    }
    for module in &mut spec.modules {
        let parent: HashSet<String> = stems(&module.name).into_iter().chain(stems(&module.title)).collect();
        if says_no_more(&module.docs, &stems(&module.title), &HashSet::new()) {
            module.docs.clear();
        }
        module.inputs_mut().for_each(|field| tidy_field(field, &parent));
    }
    once(spec, uses);
}

fn tidy_field(field: &mut Field, parent: &HashSet<String>) {
    let told = field.life.as_ref().is_some_and(|life| life.why == one_line(&field.docs));
    if told || says_no_more(&field.docs, &stems(&field.name), parent) {
        field.docs.clear();
    }
}

/// Is every word of it in a name, or in the name of what that belongs to?
fn says_no_more(docs: &str, name: &HashSet<String>, parent: &HashSet<String>) -> bool {
    let plain = docs.chars().all(|letter| letter.is_ascii_alphanumeric() || " .,'’_-\n".contains(letter));
    let said = stems(docs);
    let known = |word: &String| FILLERS.contains(&word.as_str()) || name.contains(word) || parent.contains(word);
    let of_an_id = |word: &String| *word == "identifier" && name.contains("id");
    plain && docs.split_whitespace().count() <= LONG && said.iter().all(|word| known(word) || of_an_id(word))
}

/// The words of a text, one and many alike.
fn stems(text: &str) -> HashSet<String> {
    let stem = |word: String| {
        let lower = word.to_ascii_lowercase();
        let many = lower.len() > 3 && !lower.ends_with("ss") && !FILLERS.contains(&lower.as_str());
        if many { lower.trim_end_matches('s').to_owned() } else { lower }
    };
    words(text).into_iter().map(stem).collect()
}

/// A type that was written in place is described where it is used.
fn once(spec: &mut Spec, uses: &std::collections::HashMap<TypeId, usize>) {
    let mut described: HashSet<(TypeId, String)> = HashSet::new();
    let mut look = |field: &Field| {
        if let Type::Named(id) = &field.what.ty {
            described.insert((*id, field.docs.clone()));
        }
    };
    for item in &spec.types {
        if let TypeKind::Struct(fields) = &item.kind {
            fields.iter().for_each(&mut look);
        }
    }
    spec.modules.iter().flat_map(|module| module.inputs()).for_each(&mut look);
    for (index, item) in spec.types.iter_mut().enumerate().filter(|(_, item)| item.inline) {
        let id = TypeId(index as u32);
        if uses.get(&id) == Some(&1) && described.contains(&(id, item.docs.clone())) {
            item.docs.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_a_name_says_no_more() {
        let no_more = |docs, name, parent| says_no_more(docs, &stems(name), &stems(parent));
        assert!(no_more("Unique ID of the board.", "board_id", ""));
        assert!(no_more("Board's name", "name", "GetBoardResponseBoard"));
        assert!(no_more("Unique identifier of the user", "user_id", ""));
        assert!(no_more("This operation gets boards.", "get boards", ""));
        assert!(!no_more("Created at, in UTC", "created_at", ""));
        assert!(!no_more("The organization name. The name is not case sensitive.", "org", "list_org_hooks"));
        assert!(!no_more("`board_id`", "board_id", ""));
    }
}
