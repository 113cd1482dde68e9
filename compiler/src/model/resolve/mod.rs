//! Syntax trees to the resolved model: names looked up, mixins taken in, wire names decided, literals read.
//!
//! It reports what cannot be given a meaning: unknown names, pieces that are missing, literals that do not fit. Rules about
//! things that do have a meaning belong to `check`. It always gives a model; what could not be resolved is
//! [`Type::UNKNOWN`](super::Type::UNKNOWN), about which nothing more is said.

mod bounds;
mod connections;
mod connector;
mod credentials;
mod fields;
mod flat;
mod history;
mod inputs;
mod items;
mod life;
mod literals;
mod modules;
pub(crate) mod names;
mod oauth;
mod pages;
mod paths;
pub(crate) mod pattern;
pub(crate) mod scalars;
mod scripts;
mod sign;
mod statuses;
mod steps;
mod symbols;
mod templates;
mod triggers;
pub(crate) mod types;
mod unknown;
mod upgrades;
mod uses;
mod versions;

use std::collections::{HashMap, HashSet};

use super::{Api, Failure, Model, Module, Symbol, SymbolName, TypeDef, Versions};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::source::{Sources, Span};
use crate::syntax::ast;
use items::Items;
use life::PendingSuccessor;
use names::Convention;
use symbols::Table;

/// Gives the model of one connector, and says what is wrong with it.
pub fn resolve(files: &[ast::File], sources: &Sources, diagnostics: &mut Diagnostics) -> Model {
    uses::used_files_exist(files, sources, diagnostics);
    let items = Items::collect(files);
    let all_read = !diagnostics.has_errors() && files.iter().all(|file| file.unread.is_empty());
    let mut resolver = Resolver::new(sources, diagnostics);
    resolver.unread = unread_words(files, sources);
    resolver.whole = all_read;
    resolver.convention = resolver.convention_of(&items);
    resolver.read_apis(&items);
    resolver.declare(&items);
    resolver.define_types(&items);
    let mut connections = resolver.connections(&items);
    let mut connector = resolver.connector(&items, &connections);
    resolver.failures.clone_from(&connector.fails);
    let mut modules = resolver.modules(&items, &connector, &connections);
    let whole = history::Whole { modules: &mut modules, connections: &mut connections, connector: &mut connector };
    let changes = resolver.undo(&items, whole);
    resolver.examples_of_the_past(&items, &mut modules, &connections);
    resolver.steps(&items, &mut modules, &connections);
    resolver.triggers(&items, &mut modules);
    let upgrades = resolver.upgrades(&items, &mut modules, &connections);
    let tests = resolver.tests(&items, &modules, &connections);
    let upgrade_tests = resolver.upgrade_tests(&items, &upgrades, &modules, &connections);
    resolver.successors_exist(&modules, &connections);
    resolver.mixins_are_used(&items);
    Model {
        connector,
        connections,
        modules,
        tests,
        changes,
        upgrades,
        upgrade_tests,
        groups: items.group_definitions(),
        apis: resolver.apis,
        symbols: resolver.symbols,
        types: resolver.types,
        whole: all_read && !resolver.passed_over,
    }
}

/// What resolving knows so far.
struct Resolver<'a> {
    sources: &'a Sources,
    diagnostics: &'a mut Diagnostics,
    reported: HashSet<(&'static str, Span)>,
    /// Words in stretches that could not be read; they may declare things.
    unread: HashSet<&'a str>,
    /// Something was left out of the model, and reported, so what nothing uses may have been used there.
    passed_over: bool,
    /// True when all of the text could be read.
    whole: bool,
    convention: Convention,
    apis: Vec<Api>,
    api_index: HashMap<&'a str, usize>,
    all_versions: Versions,
    symbols: Vec<SymbolName>,
    type_table: Table,
    module_table: Table,
    module_kinds: HashMap<Symbol, ast::ModuleKind>,
    mixins: HashMap<&'a str, &'a ast::Mixin>,
    used_mixins: HashSet<&'a str>,
    types: Vec<TypeDef>,
    definitions: HashMap<Symbol, Vec<usize>>,
    inline: HashMap<Span, Symbol>,
    /// The connector's error answers.
    failures: Vec<Failure>,
    /// The modules that others call in steps.
    called: Vec<Module>,
    /// What polls remember.
    polls: Vec<triggers::Written<'a>>,
    pending_defaults: Vec<(usize, usize, &'a ast::Value)>,
    pending_successors: Vec<PendingSuccessor<'a>>,
}

/// Where something stands: what its names are looked up from, and what inline types are named after.
#[derive(Clone, Debug)]
struct Site {
    /// The groups around it, outermost first.
    group: Vec<String>,
    /// Its own name in `PascalCase`.
    name: String,
    /// Its name as written.
    label: String,
    /// The versions it exists in.
    on: Versions,
}

impl<'a> Resolver<'a> {
    fn new(sources: &'a Sources, diagnostics: &'a mut Diagnostics) -> Self {
        Self {
            sources,
            diagnostics,
            reported: HashSet::new(),
            unread: HashSet::new(),
            passed_over: false,
            whole: true,
            convention: Convention::AsWritten,
            apis: Vec::new(),
            api_index: HashMap::new(),
            all_versions: Versions(1),
            symbols: Vec::new(),
            type_table: Table::default(),
            module_table: Table::default(),
            module_kinds: HashMap::new(),
            mixins: HashMap::new(),
            used_mixins: HashSet::new(),
            types: Vec::new(),
            definitions: HashMap::new(),
            inline: HashMap::new(),
            failures: Vec::new(),
            called: Vec::new(),
            polls: Vec::new(),
            pending_defaults: Vec::new(),
            pending_successors: Vec::new(),
        }
    }

    /// Records a mistake once: what a mixin says is resolved for each who takes it.
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.may_be_unread(&diagnostic) && self.reported.insert((diagnostic.code.id, diagnostic.span())) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// True when what is missed may stand in a stretch that could not be read, which was reported already.
    fn may_be_unread(&self, diagnostic: &Diagnostic) -> bool {
        if self.whole {
            return false;
        }
        let mut named = words(self.sources.text(diagnostic.span()));
        ABOUT_ABSENCE.iter().any(|code| code.id == diagnostic.code.id) || named.next_back().is_some_and(|name| self.unread.contains(name))
    }
}

/// Codes that say that something is not there.
const ABOUT_ABSENCE: [Code; 15] = [
    codes::NO_EXCHANGE,
    codes::PAGE_INCOMPLETE,
    codes::NO_ITEMS,
    codes::HOLE_NOT_DECLARED,
    codes::NO_SUCH_HOLE,
    codes::INCOMPLETE_GRANT,
    codes::NO_CLIENT_FIELDS,
    codes::MISSING_MEMBER,
    codes::NO_CONNECTOR,
    codes::CONNECTION_LACKS_FIELD,
    codes::EXPECTS_NOTHING,
    codes::TOKEN_FROM_NOWHERE,
    codes::UNUSED_MIXIN,
    codes::ENDLESS_WAIT,
    codes::WAIT_INCOMPLETE,
];

fn unread_words<'a>(files: &[ast::File], sources: &'a Sources) -> HashSet<&'a str> {
    files.iter().flat_map(|file| &file.unread).flat_map(|span| words(sources.text(*span))).collect()
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').filter(|word| !word.is_empty())
}

/// Documentation lines as one text.
fn docs(lines: &[ast::Text]) -> String {
    lines.iter().map(|line| line.value.as_str()).collect::<Vec<_>>().join("\n")
}
