//! What a later API version changes, where the document says it in itself: GitHub keeps the breaking changes of each version as
//! patches, beside what they change. Merge patches (RFC 7386) and the two JSON patch operations (RFC 6902) that occur.

use serde_json::{Map, Value};

/// The extension that holds the patches: a list of `{ version, patch }`.
const EXTENSION: &str = "x-github-breaking-changes";

/// The document with the changes of one version made everywhere, and the extension gone.
pub(super) fn at_version(value: &Value, version: &str) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| at_version(item, version)).collect(),
        Value::Object(members) => {
            let mut changed = Value::Object(members.clone());
            for change in members.get(EXTENSION).and_then(Value::as_array).into_iter().flatten() {
                if change["version"] == version {
                    apply(&mut changed, &change["patch"]);
                }
            }
            let Value::Object(changed) = changed else { return changed };
            let kept = changed.into_iter().filter(|(name, _)| name != EXTENSION);
            Value::Object(kept.map(|(name, member)| (name, at_version(&member, version))).collect())
        }
        other => other.clone(),
    }
}

fn apply(target: &mut Value, patch: &Value) {
    match patch {
        Value::Array(operations) => operations.iter().for_each(|operation| operate(target, operation)),
        _ => merge(target, patch),
    }
}

/// RFC 7386: null removes, an object goes deeper, everything else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, change) in patch {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), change);
        }
    }
}

/// One operation of RFC 6902: `remove`, or one that puts a value in a member's place.
fn operate(target: &mut Value, operation: &Value) {
    let path = operation["path"].as_str().unwrap_or_default();
    let Some((parent, last)) = path.rsplit_once('/') else { return };
    let last = last.replace("~1", "/").replace("~0", "~");
    match (target.pointer_mut(parent), operation["op"].as_str()) {
        (Some(Value::Object(members)), Some("remove")) => {
            members.remove(&last);
        }
        (Some(Value::Object(members)), Some("add" | "replace")) => {
            members.insert(last, operation["value"].clone());
        }
        (Some(Value::Array(items)), Some("remove")) => {
            if let Ok(index) = last.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        (parent, kind) => panic!("the document has a patch that is not understood: {kind:?} at {path}, found {parent:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_version_changes_what_it_stands_beside() {
        let document = json!({ "issue": {
            "properties": { "assignee": {}, "assignees": {} }, "required": ["id", "assignee"],
            EXTENSION: [
                { "version": "v2", "patch": { "properties": { "assignee": null }, "required": ["id"] } },
                { "version": "v3", "patch": [ { "op": "remove", "path": "/properties/assignees" } ] }
            ]
        } });
        let issue = |properties: Value, required: Value| json!({ "issue": { "properties": properties, "required": required } });
        assert_eq!(at_version(&document, "v1"), issue(json!({ "assignee": {}, "assignees": {} }), json!(["id", "assignee"])));
        assert_eq!(at_version(&document, "v2"), issue(json!({ "assignees": {} }), json!(["id"])));
        assert_eq!(at_version(&document, "v3"), issue(json!({ "assignee": {} }), json!(["id", "assignee"])));
    }
}
