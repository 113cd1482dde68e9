//! What `change` blocks say, undone: the present, and from it what each older version had instead.
//!
//! Everything is resolved as it is now first. Then, newest change first, each verb marks what is new with the versions from its
//! own on, and puts beside it what stood there before, marked with the older versions. Projecting goes by those marks and
//! knows nothing of verbs. Order does not matter, inside one block or among the blocks of one version: verbs are applied by
//! kind, what they put in is hidden from each other until all of them are through, and two that speak of one thing contradict
//! each other.

mod apply;
mod facets;
mod members;
mod modules;
mod owners;
mod pages;
mod presence;
mod problems;
mod reads;
mod removals;
mod reshape;
mod settle;
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
    said: Said,
    differences: Vec<Difference>,
    item: &'a ast::Change,
}

/// What all blocks of one version have said so far.
#[derive(Default)]
struct Said {
    /// The facets of what, with the place.
    of: HashMap<(String, Facet), Span>,
    /// What has members that are put in or renamed.
    touched: Vec<targets::Owner>,
}

/// What about a target a verb changes; two verbs that change the same contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Facet {
    Presence,
    Before,
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
        let mut done = Vec::new();
        for blocks in changes.chunk_by(|(one, _), (other, _)| one == other) {
            let mut blocks: Vec<Undoing<'a>> = blocks.iter().map(|(version, placed)| Undoing::new(*version, placed)).collect();
            self.undo_version(&mut blocks, &mut whole);
            done.extend(blocks.into_iter().map(Undoing::finished));
        }
        if !done.is_empty() {
            self.narrow_inline(&whole);
            self.narrow_examples(&mut whole);
        }
        done
    }

    /// All blocks of one version at once, for what one says may stand on what another says.
    fn undo_version(&mut self, blocks: &mut [Undoing<'a>], whole: &mut Whole<'_>) {
        let all = blocks.iter().enumerate().flat_map(|(at, block)| block.item.verbs.iter().map(move |verb| (phase(&verb.kind), at, verb)));
        let mut verbs: Vec<(Phase, usize, &'a ast::Verb)> = all.collect();
        verbs.sort_by_key(|(phase, ..)| *phase);
        let mut said = Said::default();
        let mut shown = false;
        for (phase, at, verb) in verbs {
            if phase >= Phase::Calls && !shown {
                self.show_hidden(&said.touched, blocks[at].version, whole);
                shown = true;
            }
            std::mem::swap(&mut said, &mut blocks[at].said);
            self.undo_verb(verb, &mut blocks[at], whole);
            std::mem::swap(&mut said, &mut blocks[at].said);
        }
        let Some(first) = blocks.first() else { return };
        if !shown {
            self.show_hidden(&said.touched, first.version, whole);
        }
        self.stands_once_before(&said.touched, first, whole);
        self.paths_hold_their_inputs(&said.touched, first, whole);
        blocks.iter_mut().for_each(|block| block.differences.sort_by_key(|difference| difference.span));
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
    pub(super) fn reads_alike(&self, module: &Module, version: usize, other: usize) -> bool {
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

/// In which turn verbs are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// What stands elsewhere now, while it still looks as it does now.
    Nesting,
    /// What is new.
    New,
    /// What is gone.
    Gone,
    /// Types, which defaults are read against.
    Types,
    /// Everything else about a field.
    Facets,
    /// Names of fields: all else is told by the names of this version.
    Names,
    /// Calls and pages, told by the names that older versions had.
    Calls,
    /// Names of modules.
    Modules,
    /// What is said of the whole.
    Whole,
}

fn phase(verb: &ast::VerbKind) -> Phase {
    use ast::VerbKind::{
        Add, Auth, Default, Meaning, MergeFields, MergeModules, MergeVariants, MoveCall, MoveField, MovePlace, Page, Relax, RemoveField,
        RemoveItem, RemoveVariant, Rename, Require, Retype, Server, Split, Status,
    };
    match verb {
        MoveField { .. } => Phase::Nesting,
        Add(_) => Phase::New,
        RemoveField { .. } | RemoveVariant { .. } | RemoveItem(_) | MergeFields { .. } | MergeVariants { .. } | Split { .. } => Phase::Gone,
        Retype { .. } => Phase::Types,
        Require { .. } | Relax(_) | Default { .. } | MovePlace { .. } => Phase::Facets,
        Rename { from, .. } if from.len() == 1 => Phase::Modules,
        Rename { .. } => Phase::Names,
        MoveCall { .. } | Status { .. } | Page { .. } => Phase::Calls,
        MergeModules { .. } | Auth { .. } | Server { .. } | Meaning { .. } => Phase::Whole,
    }
}

impl<'a> Undoing<'a> {
    fn new(version: usize, placed: &Placed<'a, &'a ast::Change>) -> Self {
        Self {
            version,
            before: Versions::before(version),
            group: placed.group.clone(),
            said: Said::default(),
            differences: Vec::new(),
            item: placed.item,
        }
    }

    /// The name of the version, for messages.
    fn name(&self) -> &str {
        &self.item.version.value
    }

    /// Where types that it names are looked up from.
    fn site(&self, label: &str) -> Site {
        Site { group: self.group.clone(), name: super::names::pascal(&label.replace('.', "_")), label: label.to_owned(), on: self.before }
    }

    fn difference(&mut self, kind: DifferenceKind, target: &str, before: String, after: String, verb: &ast::Verb) {
        self.noted(kind, target, before, after, String::new(), verb);
    }

    fn noted(&mut self, kind: DifferenceKind, target: &str, before: String, after: String, note: String, verb: &ast::Verb) {
        let reason = super::docs(&verb.docs);
        self.differences.push(Difference {
            kind,
            target: target.to_owned(),
            before,
            after,
            note,
            successor: None,
            reason,
            span: verb.span,
        });
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
