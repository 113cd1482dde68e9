//! Patches to a JSON document: JSON Merge Patch (RFC 7386) and JSON Patch (RFC 6902), as far as the change sets use it.

use serde_json::{Map, Value};

/// One patch and where it is applied.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    /// A JSON pointer.
    pub(super) pointer: String,
    what: Value,
    merges: bool,
}

impl Patch {
    pub(super) fn of(pointer: &Value, told: &Value) -> Self {
        let pointer = pointer.as_str().expect("a site has a pointer").to_owned();
        let merges = match told["patch_format"].as_str() {
            Some("merge-patch") => true,
            Some("json-patch") => false,
            other => panic!("unknown format of patch: {other:?}"),
        };
        Self { pointer, what: told["patch"].clone(), merges }
    }

    /// Applies it to a whole document.
    pub(super) fn apply(&self, document: &mut Value) {
        let Some(target) = document.pointer_mut(&self.pointer) else { return };
        if self.merges {
            merge(target, &self.what);
        } else {
            self.what.as_array().expect("a JSON patch is a list").iter().for_each(|operation| operate(target, operation));
        }
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(object) = target else { return };
    for (name, value) in members {
        if value.is_null() {
            object.remove(name);
        } else {
            merge(object.entry(name).or_insert(Value::Null), value);
        }
    }
}

fn operate(target: &mut Value, operation: &Value) {
    let path = operation["path"].as_str().expect("an operation has a path");
    let (parent, _) = path.rsplit_once('/').expect("the whole is not replaced");
    let name = steps(path).pop().expect("a path has a last step");
    let parent = target.pointer_mut(parent).unwrap_or_else(|| panic!("{path} leads nowhere"));
    let value = operation["value"].clone();
    match (operation["op"].as_str(), parent) {
        (Some("remove"), Value::Object(object)) => drop(object.remove(&name)),
        (Some("remove"), Value::Array(list)) => drop(list.remove(name.parse().expect("a position"))),
        (Some("add" | "replace"), Value::Object(object)) => drop(object.insert(name, value)),
        (Some("replace"), Value::Array(list)) => list[name.parse::<usize>().expect("a position")] = value,
        (Some("add"), Value::Array(list)) if name == "-" => list.push(value),
        (Some("add"), Value::Array(list)) => list.insert(name.parse().expect("a position"), value),
        (other, _) => panic!("unknown operation {other:?}"),
    }
}

/// The steps of a pointer.
pub(super) fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// Puts a value where a pointer leads, with what is around it.
pub(super) fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut at = document;
    for step in steps(pointer) {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = at.as_object_mut().expect("it was made one").entry(step).or_insert(Value::Null);
    }
    *at = value;
}
