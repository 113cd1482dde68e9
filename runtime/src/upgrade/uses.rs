//! What the steps of a scenario use, as far as their text tells: modules, kinds of connections, and every name that occurs in their values
//! or in what other steps take from their output. Whether any of that ends is not decided here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    connection::connection_kinds,
    json::Object,
    report::{Problem, shown},
    scenario::{self, StoredStep},
    upgrader::revision,
};

/// Longer texts are no names.
const LONGEST: usize = 128;

/// What one step uses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepUse {
    /// Its id.
    pub step: String,
    /// `workfront`, as the step calls it.
    pub app: String,
    /// The API version that it was stored for, where it says so.
    pub version: Option<String>,
    /// The module.
    pub module: String,
    /// Its revision; 1 where the step does not say.
    pub revision: u32,
    /// The kinds of connections that it may use.
    pub connections: Vec<String>,
    /// Names and short texts of its values, and members of its output that other steps name.
    pub words: BTreeSet<String>,
}

/// What the steps of a scenario use.
///
/// # Errors
/// When the text is no scenario.
pub fn uses(scenario: &str) -> Result<Vec<StepUse>, Problem> {
    let read = scenario::read(scenario)?;
    let mut outputs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut used: Vec<StepUse> = read.steps.iter().map(|step| step_use(step, &mut outputs)).collect();
    for step in &mut used {
        step.words.extend(outputs.remove(&step.step).unwrap_or_default());
    }
    Ok(used)
}

fn step_use(stored: &StoredStep<'_>, outputs: &mut BTreeMap<String, BTreeSet<String>>) -> StepUse {
    let name = stored.module_name();
    let (app, module) = name.split_once(':').unwrap_or(("", &name));
    let (app, version) = app.split_once('@').map_or((app, None), |(app, version)| (app, Some(version)));
    let mut words = BTreeSet::new();
    for section in ["mapper", "parameters", "filter"] {
        let value = stored.members.raw(section).and_then(|raw| serde_json::from_str::<Value>(raw).ok());
        collect(&value.unwrap_or_default(), &mut words, outputs);
    }
    StepUse {
        step: shown(stored.id),
        app: shown(app),
        version: version.map(shown),
        module: shown(module),
        revision: revision(stored).unwrap_or(1),
        connections: stored.members.raw("metadata").and_then(Object::read).map_or_else(Vec::new, |metadata| connection_kinds(&metadata)),
        words,
    }
}

/// Its depth is bounded by the reader of JSON.
fn collect(value: &Value, words: &mut BTreeSet<String>, outputs: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::String(text) if text.contains("{{") => mapped(text, outputs),
        Value::String(text) if text.len() <= LONGEST => _ = words.insert(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words, outputs)),
        Value::Object(members) => {
            for (name, member) in members {
                words.extend((name.len() <= LONGEST).then(|| name.clone()));
                collect(member, words, outputs);
            }
        }
        _ => {}
    }
}

/// `{{2.owner.name}}`: step 2 gives `owner` and `name`. Every number with a dot and a name behind it counts, wherever in an expression.
fn mapped(text: &str, outputs: &mut BTreeMap<String, BTreeSet<String>>) {
    for expression in text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()) {
        let is_part = |letter: char| letter.is_alphanumeric() || "._-`[]$".contains(letter);
        for path in expression.split(|letter: char| !is_part(letter)) {
            let mut names = path.split(['.', '[', ']', '`']).filter(|name| !name.is_empty());
            let Some(step) = names.next().filter(|step| step.bytes().all(|byte| byte.is_ascii_digit())) else { continue };
            let names = names.filter(|name| name.len() <= LONGEST && !name.bytes().all(|byte| byte.is_ascii_digit()));
            outputs.entry(step.to_owned()).or_default().extend(names.map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_a_step_gives_and_what_others_take_from_it() {
        let text = r#"{"flow":[
            {"id":1,"module":"acme@v1:find","version":2,"mapper":{"status":"open","nested":[{"due":null}]},
             "metadata":{"parameters":[{"name":"__IMTCONN__","type":"account:acme-key"}]}},
            {"id":2,"module":"acme:read","mapper":{"id":"{{1.id}}","text":"a {{upper(1.owner.name)}} {{1.tags[1].`old-name`}} {{add(2;3)}}"}}]}"#;
        let used = uses(text).unwrap();
        let words = |at: usize| used[at].words.iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(words(0), ["due", "id", "name", "nested", "old-name", "open", "owner", "status", "tags"]);
        assert_eq!(words(1), ["id", "text"]);
        assert_eq!(
            (used[0].app.as_str(), used[0].version.as_deref(), used[0].module.as_str(), used[0].revision),
            ("acme", Some("v1"), "find", 2)
        );
        assert_eq!((used[1].version.as_deref(), used[1].revision), (None, 1));
        assert_eq!(used[0].connections, ["acme-key"]);
    }

    #[test]
    fn what_is_deep_or_broken_is_stepped_over() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let text = format!(r#"{{"flow":[{{"id":1,"module":"a:b","mapper":{{"x":{deep}}},"filter":"{{{{9"}}]}}"#);
        assert_eq!(uses(&text).unwrap()[0].words.len(), 0);
        assert!(uses("[]").is_err());
    }
}
