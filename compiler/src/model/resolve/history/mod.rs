//! What `change` blocks say, undone: the present, and from it what each older version had instead.
//!
//! Everything is resolved as it is now first. Then, newest change first, each verb marks what is new with the versions from its
//! own on, and puts beside it what stood there before, marked with the older versions. Projecting goes by those marks and
//! knows nothing of verbs. Order inside one block does not matter: verbs are applied by kind, and two that speak of one thing
//! contradict each other.

mod apply;
mod members;
mod modules;
mod removals;
mod targets;

use std::collections::HashMap;

use super::items::{Items, Placed};
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Change, Connection, Connector, Difference, DifferenceKind, Module, Symbol, Versions};
use crate::source::Span;
use crate::syntax::ast;

/// What the verbs of a spec work on.
pub(super) struct Whole<'w> {
    pub(super) modules: &'w mut Vec<Module>,
    pub(super) connections: &'w mut Vec<Connection>,
    pub(super) connector: &'w mut Connector,
}

/// One `change` while it is undone.
struct Undoing<'a> {
    /// Its version.
    version: usize,
    /// The versions before it.
    before: Versions,
    group: Vec<String>,
    /// What has been said of what: the target and the facet of it, with the place.
    said: HashMap<(String, Facet), Span>,
    differences: Vec<Difference>,
    item: &'a ast::Change,
}

/// What about a target a verb changes; two verbs that change the same contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Facet {
    Presence,
    Name,
    Type,
    Optional,
    Default,
    Place,
    Call,
    Status,
    Pages,
    Server,
}

impl<'a> Resolver<'a> {
    /// Undoes every change, newest version first.
    pub(super) fn undo(&mut self, items: &Items<'a>, mut whole: Whole<'_>) -> Vec<Change> {
        let mut changes: Vec<(usize, &Placed<'a, &'a ast::Change>)> = Vec::new();
        for placed in &items.changes {
            match self.version_index(&placed.item.version) {
                Some(0) => self.report(no_earlier_version(placed.item)),
                Some(version) => changes.push((version, placed)),
                None => {}
            }
        }
        changes.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        let mut said: HashMap<usize, HashMap<(String, Facet), Span>> = HashMap::new();
        let mut done = Vec::new();
        for (version, placed) in changes {
            let mut undoing = Undoing {
                version,
                before: Versions::before(version),
                group: placed.group.clone(),
                said: said.remove(&version).unwrap_or_default(),
                differences: Vec::new(),
                item: placed.item,
            };
            self.undo_change(&mut undoing, &mut whole);
            said.insert(version, std::mem::take(&mut undoing.said));
            done.push(undoing.finished());
        }
        if !done.is_empty() {
            self.narrow_examples(&mut whole);
        }
        done
    }

    fn undo_change(&mut self, undoing: &mut Undoing<'a>, whole: &mut Whole<'_>) {
        let mut verbs: Vec<&'a ast::Verb> = undoing.item.verbs.iter().collect();
        verbs.sort_by_key(|verb| phase(&verb.kind));
        for verb in verbs {
            self.undo_verb(verb, undoing, whole);
        }
        undoing.differences.sort_by_key(|difference| difference.span);
    }

    /// Examples show the present. In versions whose module, or whose types, are others, they are not tried.
    fn narrow_examples(&mut self, whole: &mut Whole<'_>) {
        let newest = |on: Versions| on.iter().max();
        for module in whole.modules.iter_mut() {
            let Some(newest) = newest(module.on) else { continue };
            let alike = self.alike(module, newest);
            for example in &mut module.examples {
                example.on = example.on.and(alike);
            }
        }
    }

    /// The versions in which the module takes and gives what it does in this one.
    pub(super) fn alike(&self, module: &Module, newest: usize) -> Versions {
        let alike = module.on.iter().filter(|version| self.reads_alike(module, *version, newest));
        Versions(alike.fold(0, |bits, version| bits | 1 << version))
    }

    /// Does the module take and give in one version what it does in another?
    fn reads_alike(&self, module: &Module, version: usize, other: usize) -> bool {
        let both = |on: Versions| on.has(version) == on.has(other);
        let mut seen: Vec<Symbol> = Vec::new();
        let mut open: Vec<Symbol> = Vec::new();
        let named = |ty: &crate::model::Type, open: &mut Vec<Symbol>| crate::model::project::references(ty, open);
        if !module.inputs.iter().all(|input| both(input.field.on)) || !module.constants.iter().all(|constant| both(constant.on)) {
            return false;
        }
        module.inputs.iter().for_each(|input| named(&input.field.ty, &mut open));
        module.answers.iter().filter_map(|answer| answer.body.as_ref()).for_each(|ty| named(ty, &mut open));
        module.page.iter().for_each(|page| named(&page.item, &mut open));
        while let Some(symbol) = open.pop() {
            if seen.contains(&symbol) {
                continue;
            }
            seen.push(symbol);
            for definition in self.definitions_of(symbol) {
                if !both(definition.on) || !members::all_marks(&definition.kind).all(both) {
                    return false;
                }
                open.extend(crate::model::project::type_references(definition));
            }
        }
        true
    }
}

/// In which turn verbs of a kind are applied: what stood there before comes first, names come last, modules as a whole after them.
fn phase(verb: &ast::VerbKind) -> u8 {
    use ast::VerbKind::{
        Add, Auth, Default, Meaning, MergeFields, MergeModules, MergeVariants, MoveCall, MoveField, MovePlace, Page, Relax, RemoveField,
        RemoveItem, RemoveVariant, Rename, Require, Retype, Server, Split, Status,
    };
    match verb {
        MoveField { .. } => 0,
        Add(_) => 1,
        RemoveField { .. } | RemoveVariant { .. } | RemoveItem(_) | MergeFields { .. } | MergeVariants { .. } | Split { .. } => 2,
        Require { .. } | Relax(_) | Retype { .. } | Default { .. } | MovePlace { .. } => 3,
        Rename { .. } => 4,
        MoveCall { .. } | Status { .. } | Page { .. } => 5,
        MergeModules { .. } | Auth { .. } | Server { .. } | Meaning { .. } => 6,
    }
}

impl Undoing<'_> {
    /// Where types that it names are looked up from.
    fn site(&self, label: &str) -> Site {
        Site { group: self.group.clone(), name: super::names::pascal(&label.replace('.', "_")), label: label.to_owned(), on: self.before }
    }

    fn difference(&mut self, kind: DifferenceKind, target: &str, before: String, after: String, verb: &ast::Verb) {
        self.noted(kind, target, before, after, String::new(), verb);
    }

    fn noted(&mut self, kind: DifferenceKind, target: &str, before: String, after: String, note: String, verb: &ast::Verb) {
        self.differences.push(Difference { kind, target: target.to_owned(), before, after, note, successor: None, span: verb.span });
    }

    fn finished(self) -> Change {
        Change {
            version: self.version,
            title: self.item.title.as_ref().map_or_else(String::new, |title| title.value.clone()),
            docs: super::docs(&self.item.docs),
            differences: self.differences,
            span: self.item.version.span,
        }
    }
}

fn no_earlier_version(item: &ast::Change) -> Diagnostic {
    Diagnostic::new(
        codes::NO_EARLIER_VERSION,
        item.version.span,
        format!("`{}` is the oldest version, so nothing changed with it", item.version.value),
    )
    .here("nothing came before")
    .help("add an `api` item for the version before it, or delete the change")
}
