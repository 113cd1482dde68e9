//! What a program can find out about an API at run time: its modules, their revisions, what they take and give, and what is deprecated.

use serde_json::{Value, json};

use crate::{
    error::{Error, ErrorKind},
    operation::{ApiTable, ConnectionTable, Decoding, Framing, Life, ModuleKind, OperationTable},
    shape::{Names, json_schema},
};

/// The modules of one version of an API.
#[derive(Clone, Copy, Debug)]
pub struct Catalog {
    table: &'static ApiTable,
}

/// One module at one revision.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    table: &'static OperationTable,
}

impl Catalog {
    /// Of an API.
    pub fn new(table: &'static ApiTable) -> Catalog {
        Catalog { table }
    }

    /// `workfront`
    pub fn connector(&self) -> &'static str {
        self.table.connector
    }

    /// `v22`; empty when the connector has no versions.
    pub fn version(&self) -> &'static str {
        self.table.version
    }

    /// Its table.
    pub fn table(&self) -> &'static ApiTable {
        self.table
    }

    /// Every module, in the order of the spec.
    pub fn modules(&self) -> impl Iterator<Item = Module> + use<> {
        self.table.operations.iter().map(|table| Module { table })
    }

    /// The ways to connect.
    pub fn connections(&self) -> impl Iterator<Item = &'static ConnectionTable> + use<> {
        self.table.connections.iter().copied()
    }

    /// The module with this name, `create_project` (its latest revision) or `create_project@1`.
    ///
    /// # Errors
    /// When there is none, with the nearest names.
    pub fn module(&self, wanted: &str) -> Result<Module, Error> {
        let (name, revision) = match wanted.split_once('@') {
            None => (wanted, None),
            Some((name, revision)) => match revision.parse::<u32>() {
                Ok(revision) => (name, Some(revision)),
                Err(_) => return Err(unknown(format!("`{}` is no revision", crate::error::shorten(revision)))),
            },
        };
        let named = || self.modules().filter(|module| module.name() == name);
        let found = named().filter(|module| revision.is_none_or(|revision| module.revision() == revision)).max_by_key(Module::revision);
        found.ok_or_else(|| unknown(self.why_not(name, revision, named().map(|module| module.revision()))))
    }

    fn why_not(&self, name: &str, revision: Option<u32>, known: impl Iterator<Item = u32>) -> String {
        let revisions: Vec<String> = known.map(|revision| format!("`{name}@{revision}`")).collect();
        let name = crate::error::shorten(name);
        match (revision, revisions.as_slice()) {
            (Some(revision), [_, ..]) => format!("`{name}` has no revision {revision}; there is {}", revisions.join(", ")),
            _ => match nearest(&name, self.modules().map(|module| module.name())).as_slice() {
                [] => format!("`{}` has no module `{name}`", self.table.connector),
                near => format!("`{}` has no module `{name}`; near it: `{}`", self.table.connector, near.join("`, `")),
            },
        }
    }
}

/// At most three names that somebody may have meant.
pub(crate) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let far = wanted.chars().count() / 3 + 1;
    let mut near: Vec<(usize, &'n str)> =
        names.map(|name| (distance(wanted, name), name)).filter(|(distance, _)| *distance <= far).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

fn unknown(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

/// Letters to add, remove or change (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, &beside) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != beside);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

impl Module {
    /// `repos.list_for_org`
    pub fn name(&self) -> &'static str {
        self.table.name
    }

    /// From 1.
    pub fn revision(&self) -> u32 {
        self.table.revision
    }

    /// How long it may wait for what it begins to be done, if it does.
    pub fn waits(&self) -> Option<std::time::Duration> {
        let waits = self.table.steps.iter().filter_map(|step| step.wait.as_ref()).map(|wait| wait.most());
        waits.reduce(std::time::Duration::saturating_add)
    }

    /// What people call it.
    pub fn title(&self) -> &'static str {
        self.table.title
    }

    /// The spec's documentation.
    pub fn docs(&self) -> &'static str {
        self.table.docs
    }

    /// Action, search or trigger.
    pub fn kind(&self) -> ModuleKind {
        self.table.kind
    }

    /// Its deprecation, if it is deprecated.
    pub fn life(&self) -> Option<&'static Life> {
        self.table.life
    }

    /// Its table.
    pub fn table(&self) -> &'static OperationTable {
        self.table
    }

    /// JSON Schema (2020-12) of what a call by name takes.
    pub fn input_schema(&self) -> Value {
        let mut schema = json_schema(self.table.input.get(), Names::Spec);
        // What a poll fills in itself is nobody's to give.
        let filled_in = self.table.poll.iter().flat_map(|poll| poll.inputs);
        let names = filled_in.filter_map(|index| Some(self.table.input.fields().get(usize::from(*index))?.name()));
        let own = schema["$ref"].as_str().map_or_else(String::new, |own| own.trim_start_matches('#').to_owned());
        if let Some(properties) = schema.pointer_mut(&format!("{own}/properties")).and_then(Value::as_object_mut) {
            names.for_each(|name| drop(properties.remove(name)));
        }
        schema
    }

    /// JSON Schema (2020-12) of what a call by name gives.
    pub fn output_schema(&self) -> Value {
        json_schema(self.table.output.get(), Names::Spec)
    }

    /// How the items come, where they come one after the other: see [`AnyClient::events`](crate::AnyClient::events).
    pub fn streams(&self) -> Option<Framing> {
        match self.table.answers.first()?.decoding {
            Decoding::Items(items) => Some(items.framing),
            _ => None,
        }
    }

    /// All of it as JSON, for hosts that show it.
    pub fn describe(&self) -> Value {
        let kind = match self.kind() {
            ModuleKind::Action => "action",
            ModuleKind::Search => "search",
            ModuleKind::Trigger => "trigger",
        };
        let deprecated =
            self.life().map(|life| json!({ "since": life.since, "sunset": life.sunset, "use": life.successor, "why": life.why }));
        let mut described = json!({
            "name": self.name(), "revision": self.revision(), "title": self.title(), "docs": self.docs(), "kind": kind,
            "deprecated": deprecated, "input": self.input_schema(), "output": self.output_schema(),
        });
        if let Some(framing) = self.streams() {
            let streams = match framing {
                Framing::Events => "events",
                Framing::Lines => "lines",
            };
            described["streams"] = streams.into();
        }
        described
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, expected) in
            [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("create_project", "create_projekt", 1), ("ü", "u", 1)]
        {
            assert_eq!(distance(one, other), expected, "{one} {other}");
            assert_eq!(distance(other, one), expected, "{other} {one}");
        }
    }
}
