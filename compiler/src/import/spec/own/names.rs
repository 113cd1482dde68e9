//! Names: which things bear them, how one is written inside of groups, and documentation and lives that go with what is named.

use std::collections::{HashMap, HashSet};

use super::Own;
use super::read::is_word;
use crate::import::node::Node;
use crate::import::spec::literals::{is_unseen, quoted};
pub(super) use crate::model::dotted;

/// Everything that can be named, by its names with dots between.
#[derive(Default)]
pub(super) struct Tables<'n> {
    pub(super) types: HashSet<String>,
    /// Types that were written where they are used.
    pub(super) placed: HashSet<usize>,
    /// Which type a component is.
    pub(super) by_key: HashMap<&'n str, usize>,
    pub(super) modules: HashSet<String>,
    pub(super) searches: HashSet<String>,
    /// The connection that a security scheme belongs to.
    pub(super) connections: HashMap<&'n str, String>,
    pub(super) servers: HashSet<&'n str>,
    /// Whatever can be named as a successor: items and their members.
    pub(super) successors: HashSet<String>,
}

/// Where something stands: its groups, and what types in place are called after.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) group: Vec<String>,
    /// `Project`
    pub(super) name: String,
    /// `Project.place`
    pub(super) label: String,
}

impl Site {
    pub(super) fn of(group: &[String], name: &str) -> Self {
        Self { group: group.to_vec(), name: crate::model::resolve::names::pascal(name), label: name.to_owned() }
    }

    /// The site of a type in place here.
    pub(super) fn inner(&self, hint: &str) -> Self {
        let label = if hint.is_empty() { self.label.clone() } else { format!("{}.{hint}", self.label) };
        Self { group: self.group.clone(), name: format!("{}{}", self.name, crate::model::resolve::names::pascal(hint)), label }
    }
}

/// The shortest way to write a name inside of groups, so that it leads to what is meant and not to a nearer thing.
pub(super) fn relative(known: &HashSet<String>, group: &[String], full: &str) -> Option<String> {
    let found = |name: &str| (0..=group.len()).rev().map(|depth| dotted(&group[..depth], name)).find(|path| known.contains(path));
    let parts: Vec<&str> = full.split('.').collect();
    (0..parts.len()).rev().map(|from| parts[from..].join(".")).find(|name| found(name).as_deref() == Some(full))
}

/// Lines of documentation, each with its mark.
pub(super) fn docs(text: &str, mark: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let seen = |letter: &char| *letter == '\t' || !letter.is_control() && !is_unseen(*letter);
    let line = |line: &str| format!("{mark} {}", line.chars().filter(seen).collect::<String>()).trim_end().to_owned() + "\n";
    text.split('\n').map(line).collect()
}

impl<'n> Own<'n> {
    /// The `description`, as lines above what it describes.
    pub(super) fn docs_of(&mut self, node: &'n Node) -> String {
        docs(self.text(node, "description").unwrap_or_default(), "///")
    }

    /// `deprecated …`, with a space before it; nothing for what lasts. `scope` is what it stands in.
    pub(super) fn life(&mut self, node: &'n Node, scope: &[String]) -> String {
        let Some(life) = self.object(node, "x-linchpin-life") else {
            let deprecated = node.get("deprecated").and_then(Node::bool) == Some(true);
            return if deprecated { format!(" deprecated use none {}", quoted("it is deprecated")) } else { String::new() };
        };
        self.life_in(life, scope)
    }

    /// The same of the object itself.
    pub(super) fn life_in(&mut self, life: &'n Node, scope: &[String]) -> String {
        let (since, sunset) = (self.date(life, "since"), self.date(life, "sunset"));
        let said = life.get("use").and_then(Node::text);
        let there = |known: &HashSet<String>, name: &str| (0..=scope.len()).any(|depth| known.contains(&dotted(&scope[..depth], name)));
        let successor = said.filter(|name| name.split('.').all(is_word) && there(&self.tables.successors, name));
        if let (Some(said), None) = (said, successor) {
            self.odd(life, format!("there is no `{said}` that could be used instead"));
        }
        let why = self.text(life, "why").unwrap_or_default();
        let why = match (why.trim().is_empty(), successor.is_none() || since.is_none()) {
            (false, _) => format!(" {}", quoted(why)),
            (true, true) => format!(" {}", quoted("it is deprecated")),
            (true, false) => String::new(),
        };
        let clause = |word: &str, date: Option<&str>| date.map(|date| format!(" {word} {date}")).unwrap_or_default();
        format!(" deprecated{}{} use {}{why}", clause("since", since), clause("sunset", sunset), successor.unwrap_or("none"))
    }
}
