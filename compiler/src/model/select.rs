//! A part of a connector: the modules that somebody wants, and all that these need. What nothing reaches any more is gone.
//!
//! It leaves out whole items and changes none, so what is left is generated as it would be beside the rest.

use std::collections::{HashMap, HashSet};

use super::project::{module_references, references, type_references};
use super::{Model, Symbol, SymbolName, Upgrade, UpgradeOf};
use crate::diagnostics::nearest::nearest;

/// What somebody wants of a connector: `repos/list_for_org`, `repos/*`, `*/list*`, `repos` for the whole group, `github/repos` where
/// the connector is said too. `*` stands for any letters of one name, `**` for any number of names; `.` parts names as `/` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// As it was written.
    pub text: String,
    names: Vec<String>,
}

impl Pattern {
    /// Reads one.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let names = text.split(['/', '.']).map(str::to_owned).collect();
        Self { text, names }
    }

    /// Is a module of this name meant, or a group that it stands in?
    fn takes(&self, connector: &str, name: &SymbolName) -> bool {
        let path: Vec<&str> = name.group.iter().chain([&name.name]).map(String::as_str).collect();
        let whole: Vec<&str> = std::iter::once(connector).chain(path.iter().copied()).collect();
        let meant = |path: &[&str], least: usize| (least..=path.len()).any(|length| fits(&self.names, &path[..length]));
        meant(&path, 1) || meant(&whole, 2)
    }

    /// Does it take some module of the connector?
    pub fn takes_some(&self, model: &Model) -> bool {
        model.modules.iter().any(|module| self.takes(&model.connector.name, model.name(module.symbol)))
    }

    /// What was meant instead, perhaps.
    pub fn nearest<'m>(&self, models: impl IntoIterator<Item = &'m Model>) -> Option<String> {
        let mut known: Vec<String> = Vec::new();
        for model in models {
            let connector = &model.connector.name;
            let groups = model.groups.iter().map(|group| group.path.join("/")).flat_map(|path| [format!("{path}/*"), path]);
            let names = model.modules.iter().map(|module| model.name(module.symbol));
            let modules = names.map(|name| name.group.iter().chain([&name.name]).map(String::as_str).collect::<Vec<_>>().join("/"));
            known.extend(groups.chain(modules).flat_map(|name| [format!("{connector}/{name}"), name]));
        }
        nearest(&self.names.join("/"), known.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// Do names fit a pattern, all of them?
fn fits(pattern: &[String], names: &[&str]) -> bool {
    match (pattern.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => (0..=names.len()).any(|skipped| fits(rest, &names[skipped..])),
        (Some((first, rest)), Some((name, names))) => name_fits(first, name) && fits(rest, names),
        _ => false,
    }
}

/// `list*`, `*_of_*`
fn name_fits(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(left) = name.strip_prefix(before) else { return false };
    let ends = left.char_indices().map(|(at, _)| at).chain([left.len()]);
    ends.into_iter().any(|at| name_fits(rest, &left[at..]))
}

/// The connector with the modules that some pattern takes, and what they need: the modules that they call, and every type that is
/// reached. Connections and API versions stay.
pub fn select(model: Model, wanted: &[Pattern]) -> Model {
    keep(model, |connector, name| wanted.iter().any(|pattern| pattern.takes(connector, name)))
}

/// The connector without the modules that some pattern takes, unless others call them, and without the types that nothing else reaches.
pub fn except(model: Model, unwanted: &[Pattern]) -> Model {
    keep(model, |connector, name| !unwanted.iter().any(|pattern| pattern.takes(connector, name)))
}

/// The connector with one module and what that needs.
#[cfg(feature = "export")]
pub(crate) fn only(model: Model, module: Symbol) -> Model {
    let name = model.name(module).clone();
    keep(model, |_, one| *one == name)
}

fn keep(mut model: Model, wanted: impl Fn(&str, &SymbolName) -> bool) -> Model {
    let connector = model.connector.name.clone();
    let taken = |symbol: Symbol| wanted(&connector, model.name(symbol));
    let mut kept: HashSet<Symbol> = model.modules.iter().map(|module| module.symbol).filter(|symbol| taken(*symbol)).collect();
    // What steps and subscriptions call makes no calls itself.
    let called = model.modules.iter().filter(|module| kept.contains(&module.symbol)).flat_map(super::Module::calls);
    let called: Vec<Symbol> = called.map(|step| step.module).collect();
    kept.extend(called);
    let leads_to = |to: &UpgradeOf| match to {
        UpgradeOf::Module(symbol) => kept.contains(symbol),
        UpgradeOf::Connection(_) => true,
    };
    model.modules.retain(|module| kept.contains(&module.symbol));
    model.tests.retain(|test| kept.contains(&test.module));
    model.upgrades.retain(|upgrade| leads_to(&upgrade.to));
    model.upgrade_tests.retain(|test| leads_to(&test.to));
    let reached = reached(&model);
    model.types.retain(|definition| reached.contains(&definition.symbol));
    for field in model.modules.iter_mut().flat_map(|module| &mut module.inputs) {
        field.field.from = field.field.from.filter(|search| kept.contains(search));
    }
    keep_groups(&mut model);
    model
}

/// The types that something names which is still there.
fn reached(model: &Model) -> HashSet<Symbol> {
    let mut definitions: HashMap<Symbol, Vec<usize>> = HashMap::new();
    for (index, definition) in model.types.iter().enumerate() {
        definitions.entry(definition.symbol).or_default().push(index);
    }
    let mut open: Vec<Symbol> = model.modules.iter().flat_map(module_references).collect();
    let stored = model.upgrades.iter().flat_map(|Upgrade { input, .. }| input).map(|field| &field.ty);
    let failures = model.connector.fails.iter().map(|failure| &failure.body);
    let filled_in = model.connections.iter().flat_map(|connection| &connection.fields).map(|field| &field.ty);
    stored.chain(failures).chain(filled_in).for_each(|ty| references(ty, &mut open));
    let mut reached = HashSet::new();
    while let Some(symbol) = open.pop() {
        if reached.insert(symbol) {
            let found = definitions.get(&symbol).into_iter().flatten();
            open.extend(found.flat_map(|index| type_references(&model.types[*index])));
        }
    }
    reached
}

/// The groups in which something is left.
fn keep_groups(model: &mut Model) {
    let items = model.types.iter().map(|one| one.symbol).chain(model.modules.iter().map(|one| one.symbol));
    let used: HashSet<Vec<String>> = items.map(|symbol| model.name(symbol).group.clone()).collect();
    model.groups.retain(|group| used.iter().any(|path| path.starts_with(&group.path)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(pattern: &str, group: &[&str], name: &str) -> bool {
        let name = SymbolName { group: group.iter().map(|one| (*one).to_owned()).collect(), name: name.to_owned() };
        Pattern::new(pattern).takes("acme", &name)
    }

    #[test]
    fn patterns_take_what_they_say() {
        for pattern in ["repos/list", "repos.list", "repos/*", "repos", "acme/repos", "acme/repos/l*t", "*/list", "**", "**/list", "acme/*"]
        {
            assert!(takes(pattern, &["repos"], "list"), "{pattern}");
        }
        for pattern in ["list", "repo", "repos/lis", "repos/list/*", "acme", "", "other/repos", "repos/*s", "re/pos"] {
            assert!(!takes(pattern, &["repos"], "list"), "{pattern}");
        }
        assert!(takes("ping", &[], "ping") && takes("acme/ping", &[], "ping") && !takes("acme/ping/**/x", &[], "ping"));
        assert!(takes("a/**/get", &["a", "b", "c"], "get") && takes("a/*/c", &["a", "b", "c"], "get"));
        assert!(takes("größe*", &[], "größen") && name_fits("*_of_*", "list_of_things"));
    }
}
