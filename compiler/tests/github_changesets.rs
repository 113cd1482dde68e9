//! GitHub's named change sets, each applied to its API description: whether the verbs of `change` express each of them, and which two do
//! not commute. Prints the table.
//!
//! The change sets and the description are no part of the repository: `LINCHPIN_CORPUS` says where they lie, `../shared/corpus` beside the
//! workspace unless it is set; where they are missing, this says that it is skipped. The figure:
//! `cargo test -p linchpin-compiler --features diff --test github_changesets -- --nocapture`.

#[path = "github_changesets/patch.rs"]
mod patch;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::change::findings::Report;
use linchpin_compiler::change::statement::{Facet, Statement, described_otherwise, pascal, snake, statement};
use linchpin_compiler::change::surface::Surface;
use linchpin_compiler::change::{Options, diff, from_description};
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::import;
use patch::Patch;
use serde_json::Value;

fn corpus() -> PathBuf {
    let corpus = std::env::var_os("LINCHPIN_CORPUS").map_or_else(|| PathBuf::from("../../shared/corpus"), PathBuf::from);
    if corpus.is_absolute() { corpus } else { Path::new(env!("CARGO_MANIFEST_DIR")).join(corpus) }
}

fn read(name: &str) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(corpus().join(name)).ok()?).ok()
}

/// The change sets by name, each with its patches.
fn sets(told: &Value) -> BTreeMap<String, Vec<Patch>> {
    let mut sets: BTreeMap<String, Vec<Patch>> = BTreeMap::new();
    for site in told["sites"].as_array().into_iter().flatten() {
        for patch in site["patches"].as_array().into_iter().flatten() {
            let name = patch["changeset"].as_str().expect("a change set has a name").to_owned();
            sets.entry(name).or_default().push(Patch::of(&site["pointer"], patch));
        }
    }
    sets
}

fn applied(document: &Value, patches: &[Patch]) -> Value {
    let mut document = document.clone();
    patches.iter().for_each(|patch| patch.apply(&mut document));
    document
}

fn surface(document: &Value) -> Surface {
    let mut diagnostics = Diagnostics::default();
    let tree = import::parse("github.json", document.to_string(), &mut |_| None, &mut diagnostics);
    let document = import::read(&tree, &mut diagnostics).expect("it is a description");
    from_description::surface(&document, &tree)
}

/// A change set in the language, and what no verb tells of.
struct Told {
    findings: usize,
    statements: BTreeSet<Statement>,
    untold: Vec<String>,
}

fn told(old: &Surface, new: &Surface) -> Told {
    let report: Report = diff(old, new, &Options::default());
    let mut told = Told { findings: report.findings.len(), statements: BTreeSet::new(), untold: Vec::new() };
    for finding in &report.findings {
        match statement(finding, new) {
            Some(statement) => drop(told.statements.insert(statement)),
            None => told.untold.push(format!("{}: {}", finding.kind.id, finding.message)),
        }
    }
    if report.findings.is_empty() {
        told.statements.extend(described_otherwise(old, new));
    }
    told
}

/// Why it is no statement of a `change` block.
fn mistake(statement: &Statement) -> Option<String> {
    let mut sources = linchpin_compiler::source::Sources::default();
    let text = format!("change v2 \"Later\" {{\n  {}\n}}\n", statement.text);
    let file = sources.add("change.pin", text.as_str());
    let mut diagnostics = Diagnostics::default();
    linchpin_compiler::syntax::parse(file, &text, &mut diagnostics);
    let found = diagnostics.sorted(&sources);
    found.first().map(|one| linchpin_compiler::diagnostics::short::render(one, &sources).trim_end().to_owned())
}

/// The part of the description that two change sets both touch, as a description of its own: what one says of it the other may gainsay.
/// A component is given by a call of its own; what it refers to stays behind, for patches do not follow references.
fn shared(document: &Value, pointers: &BTreeSet<&str>) -> Value {
    let mut part = serde_json::json!({ "openapi": "3.0.3", "info": { "title": "part", "version": "1" }, "paths": {}, "components": {} });
    for pointer in pointers {
        let steps = patch::steps(pointer);
        let value = document.pointer(pointer).cloned().unwrap_or(Value::Null);
        let [section, kind, name] = [0, 1, 2].map(|at| steps.get(at).cloned().unwrap_or_default());
        part[&section][&kind][&name] = value;
        if section == "components" && kind == "schemas" {
            let whole = serde_json::json!({ "$ref": format!("#{pointer}") });
            part["paths"][format!("/{name}")]["get"]["responses"]["200"] =
                serde_json::json!({ "description": "", "content": { "application/json": { "schema": whole } } });
        }
    }
    part
}

/// What must be there though nothing else is said of it: a patch that names a list of what is required as a whole says so of all in it.
fn demanded(old: &Surface, new: &Surface) -> BTreeSet<Statement> {
    let mut found = BTreeSet::new();
    for shape in new.shapes.iter().filter(|shape| shape.name.is_some()) {
        let Some(before) = old.shapes.iter().find(|before| before.name == shape.name) else { continue };
        for name in shape.required_only.iter().filter(|name| !before.required_only.contains(name)) {
            let target = format!("{}.{}", pascal(shape.name.as_deref().unwrap_or_default()), snake(name));
            let text = format!("require {target}");
            found.insert(Statement { target, facet: Facet::Optional, text });
        }
    }
    found
}

/// What one set says, and what the other says when the first is there already: two statements on one facet of one target contradict.
fn contradiction(part: &Value, first: &[Patch], second: &[Patch]) -> Option<(Statement, Statement)> {
    let one = applied(part, first);
    let (before, between, after) = (surface(part), surface(&one), surface(&applied(&one, second)));
    let said = told(&before, &between).statements;
    let mut then = told(&between, &after).statements;
    then.extend(demanded(&between, &after));
    let pairs = said.iter().flat_map(|one| then.iter().map(move |two| (one, two)));
    pairs.filter(|(one, two)| one.contradicts(two)).map(|(one, two)| (one.clone(), two.clone())).next()
}

#[test]
fn githubs_change_sets_are_verbs() {
    let (Some(told_of), Some(document)) = (read("changes/github-changesets.json"), read("openapi/big/github.json")) else {
        eprintln!("skipped: no change sets under {}", corpus().display());
        return;
    };
    let sets = sets(&told_of);
    let before = surface(&document);
    let (mut expressed, mut unread) = (0, 0);
    println!("{:<66} {:>8} {:>10} verbs", "change set", "findings", "statements");
    for (name, patches) in &sets {
        let told = told(&before, &surface(&applied(&document, patches)));
        let whole = told.untold.is_empty() && !told.statements.is_empty();
        expressed += usize::from(whole);
        let mut verbs: BTreeMap<&str, usize> = BTreeMap::new();
        told.statements.iter().for_each(|one| *verbs.entry(one.text.split(' ').next().unwrap_or_default()).or_default() += 1);
        let verbs = verbs.iter().map(|(verb, count)| format!("{verb} {count}")).collect::<Vec<_>>().join(", ");
        println!("{name:<66} {:>8} {:>10} {verbs}", told.findings, told.statements.len());
        told.statements.iter().take(3).for_each(|one| println!("    {}", one.text));
        for (statement, mistake) in told.statements.iter().filter_map(|one| Some((one, mistake(one)?))) {
            println!("    NOT READ {}: {mistake}", statement.text);
            unread += 1;
        }
        told.untold.iter().for_each(|one| println!("    NOT EXPRESSED {one}"));
    }
    println!("{expressed} of {} expressed", sets.len());
    println!("{unread} statements that the language cannot read");
    let pairs = pairs(&sets, &document);
    println!("{} pairs; by their texts {} do not commute, by what they say {}", pairs.all, pairs.by_text.len(), pairs.proved.len());
    for ((one, two), (said, then)) in &pairs.proved {
        println!("    {one} / {two}\n        `{}` and then `{}`", said.text, then.text);
    }
    assert_eq!(expressed, sets.len(), "each change set is expressed");
    assert_eq!(unread, 0, "each statement is one of the language");
    assert_eq!(pairs.by_text, pairs.proved.keys().cloned().collect(), "the proof finds what the texts show");
    assert_eq!(pairs.by_text.len(), 1);
}

struct Pairs {
    all: usize,
    by_text: BTreeSet<(String, String)>,
    proved: BTreeMap<(String, String), (Statement, Statement)>,
}

fn pairs(sets: &BTreeMap<String, Vec<Patch>>, document: &Value) -> Pairs {
    let mut pairs = Pairs { all: 0, by_text: BTreeSet::new(), proved: BTreeMap::new() };
    let pointers = |patches: &'_ [Patch]| patches.iter().map(|patch| patch.pointer.clone()).collect::<BTreeSet<_>>();
    for (one, first) in sets {
        for (two, second) in sets.range::<String, _>((std::ops::Bound::Excluded(one), std::ops::Bound::Unbounded)) {
            pairs.all += 1;
            let (a, b) = (pointers(first), pointers(second));
            let common: BTreeSet<&str> = a.intersection(&b).map(String::as_str).collect();
            // Patches change nothing outside of where they are, so those of different places say nothing of the same target.
            if common.is_empty() {
                continue;
            }
            let inside =
                |patches: &[Patch]| patches.iter().filter(|one| common.contains(one.pointer.as_str())).cloned().collect::<Vec<_>>();
            let (first, second, part) = (inside(first), inside(second), shared(document, &common));
            let forth = applied(&applied(&part, &first), &second);
            if forth != applied(&applied(&part, &second), &first) {
                pairs.by_text.insert((one.clone(), two.clone()));
            }
            if let Some(found) = contradiction(&part, &first, &second).or_else(|| contradiction(&part, &second, &first)) {
                pairs.proved.insert((one.clone(), two.clone()), found);
            }
        }
    }
    pairs
}
