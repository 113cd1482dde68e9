//! Specs follow descriptions that other people wrote: pairs of descriptions before and after a change, and descriptions as published, by which
//! a spec that was made of them must not change.
//!
//! The descriptions are no part of the repository: `LINCHPIN_CORPUS` says where they lie, `../shared/corpus` beside the workspace unless it is
//! set. Where they are missing, this says that it is skipped. `LINCHPIN_ONLY` names some by a part of their path, and prints them. Large ones are left
//! out of unoptimised runs: `cargo test --release -p linchpin-compiler --features diff --test corpus_update -- --nocapture`.

mod corpus;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::build_script;
use linchpin_compiler::change::update::{Described, Updated, Wanted, update};
use linchpin_compiler::change::{Options, diff, from_description, from_spec};
use linchpin_compiler::diagnostics::{Diagnostics, Edit, Fix};
use linchpin_compiler::import::document::Document;
use linchpin_compiler::import::tree::Tree;
use linchpin_compiler::import::{self, spec};
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::{Sources, Span};
use linchpin_compiler::syntax::ast::Item;
use linchpin_compiler::syntax::{edit, parse_all};

/// How many pairs may leave a difference that the description of the revision and a spec made of it do not have. With the description before at
/// hand, and without. Why each does: see [`LEFT`].
const MOST_WITH: usize = 1;
const MOST_WITHOUT: usize = 5;

/// So many changes are written at least.
const LEAST: usize = 170;

/// The pairs that leave something, and why.
const LEFT: &[(&str, &str)] = &[
    ("TestApiDeprecated_DetectsReactivatedOperations", "a deprecation may be a person's: without the description before it stays"),
    ("TestBreaking_SunsetDeleted_WithSources", "likewise the day of an end"),
    ("TestBreaking_DeletedPath", "a trigger may be a person's: without the description before it stays"),
    ("TestBreaking_DeletedTag", "likewise"),
    ("TestResponsePropertyAnyOfModified", "a choice between a type and another that holds the same members is merged into one type"),
];

/// Above this size a document is for optimised runs.
const SMALL: u64 = 300_000;

fn only() -> String {
    std::env::var("LINCHPIN_ONLY").unwrap_or_default()
}

fn load(path: &Path) -> Tree {
    build_script::load_description(path, &mut Diagnostics::default()).expect("it can be read")
}

fn read(tree: &Tree) -> Document<'_> {
    import::read(tree, &mut Diagnostics::default()).expect("the corpus holds descriptions")
}

fn imported(document: &Document<'_>, tree: &Tree) -> Sources {
    let imported = spec::spec(document, tree, &spec::Options::default());
    let mut sources = Sources::default();
    for (name, text) in &imported.files {
        sources.add(name.clone(), text.clone());
    }
    sources
}

fn all() -> Wanted {
    Wanted { only: vec!["*".into()], ..Wanted::default() }
}

/// What differs between a spec and a description, a line each.
fn differences(sources: &Sources, document: &Document<'_>, tree: &Tree) -> Vec<String> {
    let model = linchpin_compiler::check(sources, &mut Diagnostics::default()).expect("the spec checks");
    let spec = from_spec::surface(&project(&model, model.apis.len() - 1), sources);
    let report = diff(&spec, &from_description::surface(document, tree), &Options::default());
    // A description may name no success at all; then which status a spec has is its own affair.
    let told = |id: &str| id == "response-success-status-removed";
    report
        .findings
        .iter()
        .map(|one| if told(one.kind.id) { one.kind.id.to_owned() } else { format!("{} {}", one.kind.id, one.message) })
        .collect()
}

fn texts(sources: &Sources) -> Vec<&str> {
    sources.iter().map(|(_, file)| file.text.as_str()).collect()
}

struct Counts {
    pairs: usize,
    changes: usize,
    left: BTreeMap<String, usize>,
    kept: usize,
    rest: Vec<String>,
}

/// Every pair: a spec is made of the first description and follows the second.
fn follow_pairs(folder: &Path, with_before: bool) -> Counts {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).expect("it is a folder").flatten().map(|entry| entry.path()).collect();
    cases.sort();
    let mut counts = Counts { pairs: 0, changes: 0, left: BTreeMap::new(), kept: 0, rest: Vec::new() };
    for case in cases.iter().filter(|case| case.to_string_lossy().contains(&only())) {
        let name = case.file_name().expect("it has a name").to_string_lossy().into_owned();
        let find = |stem: &str| ["yaml", "json"].map(|end| case.join(format!("{stem}.{end}"))).into_iter().find(|path| path.exists());
        let (Some(base), Some(revision)) = (find("base"), find("revision")) else { continue };
        let (base, revision) = (load(&base), load(&revision));
        let (old, new) = (read(&base), read(&revision));
        let (spec, after) = (imported(&old, &base), Described { document: &new, tree: &revision });
        let since = with_before.then_some(Described { document: &old, tree: &base });
        let updated = update(&spec, after, since, &all()).unwrap_or_else(|error| panic!("{name}: {error}"));
        counts.take(&name, &updated, &spec);
        let own = differences(&imported(&new, &revision), &new, &revision);
        let rest: Vec<String> = differences(&updated.sources, &new, &revision).into_iter().filter(|one| !own.contains(one)).collect();
        if !rest.is_empty() {
            println!("  {name}: still differs: {}", rest.join("; "));
            counts.rest.push(name.clone());
        }
        // Following the same again changes nothing, whether what it came from is known or not.
        for since in [None, Some(after)] {
            let again = update(&updated.sources, after, since, &all()).unwrap_or_else(|error| panic!("{name}, again: {error}"));
            assert_eq!(texts(&again.sources), texts(&updated.sources), "{name} is not done the second time");
        }
    }
    counts
}

impl Counts {
    fn take(&mut self, name: &str, updated: &Updated, before: &Sources) {
        self.pairs += 1;
        self.changes += updated.written.len();
        self.kept += updated.kept.len();
        assert!(!updated.asks.has_errors(), "{name}: the updated spec does not check");
        assert_eq!(updated.changed.is_empty(), texts(&updated.sources) == texts(before), "{name}: told as changed");
        for open in &updated.left {
            *self.left.entry(open.finding.kind.id.to_owned()).or_default() += 1;
        }
        if !only().is_empty() {
            texts(before).into_iter().chain(texts(&updated.sources)).for_each(|text| println!("{text}\n------"));
        }
    }

    fn say(&self, how: &str) {
        let left: usize = self.left.values().sum();
        println!(
            "{how}: {} pairs, {} changes written, {left} left to a person {:?}, {} kept; {} still differ",
            self.pairs,
            self.changes,
            self.left,
            self.kept,
            self.rest.len()
        );
    }
}

#[test]
fn pairs_of_descriptions_are_followed() {
    let Some(cases) = corpus::part("following descriptions of the corpus", "changes/cases") else { return };
    for (with_before, most, how) in [(true, MOST_WITH, "with the description before"), (false, MOST_WITHOUT, "without it")] {
        let counts = follow_pairs(&cases, with_before);
        counts.say(how);
        let unknown: Vec<&String> = counts.rest.iter().filter(|name| !LEFT.iter().any(|(known, _)| known == name)).collect();
        assert!(unknown.is_empty() && counts.rest.len() <= most, "{how}: {unknown:?} of {:?}", counts.rest);
        // Otherwise nothing was followed and the rest means nothing.
        assert!(!only().is_empty() || counts.changes >= LEAST, "{} changes in {} pairs", counts.changes, counts.pairs);
    }
}

/// Modules and groups are called otherwise and stand in another order, with a comment at each.
fn by_hand(sources: &Sources) -> Sources {
    let files = parse_all(sources, &mut Diagnostics::default());
    let mut edited = Sources::default();
    for (file, (id, source)) in files.iter().zip(sources.iter()) {
        let mut spans: Vec<Span> = Vec::new();
        rename(&file.items, &mut spans);
        let fixes = spans.iter().map(|span| Edit { span: Span { end: span.start, ..*span }, text: "our_".into() });
        let fixes: Vec<Fix> = fixes.map(|edit| Fix { title: String::new(), edits: vec![edit] }).collect();
        let (text, applied) = edit::apply(id, &source.text, &fixes);
        assert_eq!(applied, fixes.len(), "every name is another");
        edited.add(source.name.clone(), format!("// Read and named by people.\n{text}\n// The end.\n"));
    }
    edited
}

fn rename(items: &[Item], spans: &mut Vec<Span>) {
    for item in items {
        match item {
            Item::Module(module) => spans.push(module.name.span),
            Item::Group(group) => {
                spans.push(group.name.span);
                rename(&group.items, spans);
            }
            _ => {}
        }
    }
}

#[test]
fn a_spec_does_not_change_by_the_description_that_it_has() {
    let Some(_) = corpus::part("following descriptions of the corpus", "openapi") else { return };
    let paths = corpus::descriptions().into_iter().filter(|path| path.to_string_lossy().contains(&only()));
    let is_small =
        |path: &PathBuf| !cfg!(debug_assertions) || !only().is_empty() || fs::metadata(path).is_ok_and(|file| file.len() < SMALL);
    let (small, large): (Vec<PathBuf>, Vec<PathBuf>) = paths.partition(is_small);
    let (mut told, mut failures) = (0, Vec::new());
    for path in &small {
        let tree = load(path);
        let document = read(&tree);
        let described = Described { document: &document, tree: &tree };
        let plain = imported(&document, &tree);
        for (spec, how) in [(by_hand(&plain), "edited by hand"), (plain, "as imported")] {
            match update(&spec, described, None, &Wanted::default()) {
                Ok(updated) => {
                    told += updated.left.len() + updated.kept.len();
                    if !updated.changed.is_empty() || !updated.uncovered.is_empty() {
                        let first = updated.written.first().map(|one| one.message.clone()).unwrap_or_default();
                        failures.push(format!("{}, {how}: {} changed: {first}", path.display(), updated.written.len()));
                    }
                }
                Err(error) => failures.push(format!("{}, {how}: {error}", path.display())),
            }
        }
    }
    println!(
        "{} descriptions, each twice: {} changed, {told} remarks; {} are for optimised runs",
        small.len(),
        failures.len(),
        large.len()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
