//! Which group an operation belongs to and what it is called: by its tag and its id, otherwise by its path and method.

use super::names::Names;
use super::plan::Group;
use super::texts;
use super::words::{is_plural, plural, singular, snake, title, words};
use crate::import::document::{Document, Operation};

/// Operations without tags are put into groups from so many on.
const MANY: usize = 24;

/// What paths end in that is done, and no thing.
const LOOKING: [&str; 4] = ["find", "search", "lookup", "validate"];

/// The groups, and for each operation its group and name.
pub(super) fn named(document: &Document<'_>, operations: &[&Operation<'_>]) -> (Vec<Group>, Vec<(Option<usize>, String)>) {
    let keys = keys(operations);
    let mut groups: Vec<Group> = Vec::new();
    let mut group_keys: Vec<String> = Vec::new();
    let mut taken = Names::default();
    let mut order: Vec<&str> = document.tags.iter().map(|tag| tag.name).collect();
    keys.iter().flatten().for_each(|key| order.push(key));
    for key in order {
        // `Pets` and `pets` are one group.
        if group_keys.iter().any(|known| same(known, key)) || !keys.iter().flatten().any(|used| same(used, key)) {
            continue;
        }
        let described = document.tags.iter().find(|tag| tag.name == key).map_or("", |tag| tag.description);
        group_keys.push(key.to_owned());
        groups.push(Group { name: taken.take(&snake(key, "group"), "_"), title: group_title(key), docs: described.to_owned() });
    }
    let mut scopes: Vec<Names> = vec![Names::default(); groups.len() + 1];
    let mut wanted: Vec<(Option<usize>, Vec<String>)> = Vec::new();
    for (operation, key) in operations.iter().zip(&keys) {
        let group = key.as_ref().and_then(|key| group_keys.iter().position(|known| same(known, key)));
        wanted.push((group, candidates(operation, group.map(|index| group_keys[index].as_str()), operations)));
    }
    let names = wanted.into_iter().map(|(group, candidates)| {
        let scope = group.map_or(0, |index| index + 1);
        (group, scopes[scope].take_first(&candidates, "_"))
    });
    let names = names.collect();
    (groups, names)
}

fn same(one: &str, other: &str) -> bool {
    one == other || snake(one, "group") == snake(other, "group")
}

/// For each operation what groups it: its first tag, or the first word of its path where nothing has tags.
fn keys(operations: &[&Operation<'_>]) -> Vec<Option<String>> {
    let tag = |one: &&Operation<'_>| one.tags.iter().find(|tag| !snake(tag, "").is_empty()).map(|tag| (*tag).to_owned());
    let tags: Vec<Option<String>> = operations.iter().map(tag).collect();
    let distinct = |keys: &[Option<String>]| keys.iter().flatten().collect::<std::collections::BTreeSet<_>>().len();
    if distinct(&tags) > 1 {
        return tags;
    }
    if operations.len() >= MANY {
        let common = common(operations);
        let word = |one: &&Operation<'_>| statics(one.path).get(common).map(|word| (*word).to_owned());
        let keys: Vec<Option<String>> = operations.iter().map(word).collect();
        let groups = distinct(&keys);
        if groups > 1 && groups * 3 <= operations.len() {
            return keys;
        }
    }
    vec![None; operations.len()]
}

/// How many words all paths begin with alike.
fn common(operations: &[&Operation<'_>]) -> usize {
    let Some(first) = operations.first() else { return 0 };
    let first = statics(first.path);
    let alike = |index: usize| operations.iter().all(|one| statics(one.path).get(index) == first.get(index)) && index < first.len();
    (0..).take_while(|index| alike(*index)).count()
}

/// The parts of a path that are no parameters and no version.
fn statics(path: &str) -> Vec<&str> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    path.split('/').filter(|part| !part.is_empty() && !part.starts_with('{') && !is_version(part)).collect()
}

fn is_version(part: &str) -> bool {
    let digits = part.strip_prefix(['v', 'V']).unwrap_or("");
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn group_title(key: &str) -> String {
    let plain = texts::title(&key.replace('_', " ")).unwrap_or_else(|| key.to_owned());
    let words = words(key);
    // `LinkedTransactions`, and neither `PayPal` nor `HubDB`.
    if words.len() > 1
        && !plain.contains(' ')
        && words.iter().all(|word| word.len() > 3 && word[1..].chars().all(|c| c.is_ascii_lowercase()))
    {
        return title(&snake(key, "group"));
    }
    if plain.contains(' ') || key.chars().any(|c| c.is_ascii_uppercase()) { plain } else { title(&snake(key, "group")) }
}

/// What an operation may be called, best first.
fn candidates(operation: &Operation<'_>, key: Option<&str>, all: &[&Operation<'_>]) -> Vec<String> {
    let by_path = by_path(operation, all);
    let Some(id) = operation.id.filter(|id| !words(id).is_empty()) else {
        return by_path;
    };
    let full = without_path(id, operation);
    let short = key.map_or_else(|| full.clone(), |key| without_group(&full, id, key));
    if short.is_empty() || generated(&full) || mechanical(&full, operation) {
        return by_path.into_iter().chain([full]).collect();
    }
    // `POST /tasks/{id}/accept` is `accept`, whatever a framework adds to it.
    let verb = short.strip_suffix("_create").filter(|verb| key.is_some() && is_verb(operation, verb)).map(str::to_owned);
    verb.into_iter().chain([short, full]).collect()
}

/// Is it the last part of a path, after the one thing that it is done to?
pub(super) fn is_verb(operation: &Operation<'_>, word: &str) -> bool {
    let parts: Vec<&str> = operation.path.split('/').filter(|part| !part.is_empty()).collect();
    let [.., hole, last] = parts[..] else { return false };
    operation.method == "POST" && hole.starts_with('{') && snake(last, "") == word && !is_plural(word)
}

/// Is an id nothing that a person would say?
fn generated(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    words.len() > 8 || ["get", "post", "put", "patch", "delete", "list", "create", "update"].contains(&name)
}

/// Is an id nothing but the method and the path, with or without the parameters in it?
fn mechanical(name: &str, operation: &Operation<'_>) -> bool {
    let method = operation.method.to_lowercase();
    let bare = name.strip_prefix(&format!("{method}_")).or_else(|| name.strip_suffix(&format!("_{method}")));
    let Some(bare) = bare else { return false };
    let path = |holes: bool| {
        let parts = operation.path.split('/').filter(|part| !part.is_empty() && (holes || !part.starts_with('{')));
        parts.map(|part| snake(&part.replace(['{', '}'], " "), "")).collect::<Vec<_>>().join("_")
    };
    let ids = operation
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| if part.starts_with('{') { "id".to_owned() } else { snake(part, "") });
    let with_ids = ids.collect::<Vec<_>>().join("_");
    // What ends in a hole may say so by the hole's name alone.
    let squeezed = |text: &str| text.replace('_', "");
    let spellings = [path(true), path(false), with_ids];
    bare.contains('_') && spellings.iter().any(|one| squeezed(one) == squeezed(bare))
}

/// An id that ends with its own path and method, as some servers make them, is what stands before.
fn without_path(id: &str, operation: &Operation<'_>) -> String {
    let spelled = snake(id, "call");
    let path = snake(&operation.path.replace(['{', '}'], " "), "");
    let path = path.trim_matches('_');
    let end = format!("_{path}_{}", operation.method.to_lowercase());
    match spelled.strip_suffix(&end) {
        Some(before) if !path.is_empty() && !before.is_empty() => before.to_owned(),
        _ => spelled,
    }
}

/// `repos/list-for-org` in the group `repos` is `list_for_org`; `listCoreV1Pods` in `core_v1` is `list_pods`.
fn without_group(name: &str, id: &str, key: &str) -> String {
    let group = snake(key, "");
    let one = group.split('_').map(singular).collect::<Vec<_>>().join("_");
    for group in [&group, &one] {
        let separated = id.match_indices(['/', '.', ':', '_']).any(|(end, _)| snake(&id[..end], "") == *group);
        if let Some(rest) = name.strip_prefix(&format!("{group}_")).filter(|_| separated) {
            return legal(rest);
        }
        // `ClientController_Get`
        if let Some((class, rest)) = id.split_once(['_', '.', '/'])
            && class.ends_with("Controller")
        {
            return legal(&snake(rest, ""));
        }
        if group.contains('_')
            && let Some((before, rest)) = name.split_once(&format!("_{group}_"))
        {
            return legal(&format!("{before}_{rest}"));
        }
    }
    name.to_owned()
}

fn legal(name: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("call_{name}") } else { name.to_owned() }
}

/// `GET /pets/{id}` is `get_pet`, `POST /pets/{id}/feed` is `feed_pet`; longer names where that one is taken.
fn by_path(operation: &Operation<'_>, all: &[&Operation<'_>]) -> Vec<String> {
    let hole = operation.path.rsplit_once('{').and_then(|(_, rest)| rest.split('}').next()).map(|name| snake(name, "")).unwrap_or_default();
    let collection = format!("{}/{{", operation.path.trim_end_matches('/'));
    let holds_others = all.iter().any(|other| other.path.starts_with(&collection));
    let mut names: Vec<String> = [3, 8].iter().map(|kept| by_nouns(operation, *kept, holds_others)).collect();
    // What stands behind `#` only tells operations of one address apart, which a name does too.
    let apart = operation.path.split_once('#').map(|(_, apart)| snake(apart, "")).filter(|apart| !apart.is_empty());
    names.extend(apart.map(|apart| format!("{}_{apart}", names[0])));
    if !hole.is_empty() {
        names.push(format!("{}_by_{hole}", names[0]));
        names.push(format!("{}_by_{hole}", names[1]));
    }
    names
}

/// A part of a path without what is no word: braces, and keys such as `6VMVochwUWo`.
fn without_keys(part: &str) -> String {
    let is_key = |word: &&str| {
        let has = |kind: fn(&char) -> bool| word.chars().any(|letter| kind(&letter));
        word.len() >= 8 && has(char::is_ascii_digit) && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase)
    };
    part.split(['{', '}', '-', '.', '_']).filter(|word| !is_key(word)).collect::<Vec<_>>().join(" ")
}

fn by_nouns(operation: &Operation<'_>, kept: usize, holds_others: bool) -> String {
    let path = operation.path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && !is_version(part)).collect();
    let ends_in_hole = parts.last().is_some_and(|part| part.starts_with('{'));
    let mut nouns: Vec<String> = parts
        .iter()
        .filter(|part| !part.starts_with('{'))
        .map(|part| snake(&without_keys(part), ""))
        .filter(|noun| !noun.is_empty())
        .collect();
    // The last names what it is about; those before it only where they are short.
    let left_out = nouns.len().saturating_sub(kept);
    nouns.drain(..left_out);
    let Some(last) = nouns.pop() else {
        return format!("{}_root", operation.method.to_lowercase());
    };
    let many = !ends_in_hole && (is_plural(&last) || holds_others);
    let before: String = nouns.iter().map(|noun| format!("{}_", singular(noun))).collect();
    // `GET /members/find`
    if operation.method == "GET" && LOOKING.contains(&last.as_str()) && !nouns.is_empty() {
        let noun = nouns.pop().expect("there is one");
        let noun = if last == "search" { plural(&noun) } else { singular(&noun) };
        return legal(&format!("{last}_{}{noun}", nouns.iter().map(|noun| format!("{}_", singular(noun))).collect::<String>()));
    }
    let is_verb = operation.method == "POST" && !many && !ends_in_hole && parts.len() > 1 && parts[parts.len() - 2].starts_with('{');
    if is_verb && !nouns.is_empty() {
        return legal(&format!("{last}_{}", before.trim_end_matches('_')));
    }
    let verb = match (operation.method, many) {
        ("GET", true) => "list",
        ("GET", false) => "get",
        ("POST", _) => "create",
        ("PUT", _) => "replace",
        ("PATCH", _) => "update",
        ("DELETE", _) => "delete",
        (method, _) => return legal(&format!("{}_{before}{last}", method.to_lowercase())),
    };
    let noun = if verb == "list" { plural(&last) } else { singular(&last) };
    format!("{verb}_{before}{noun}")
}
