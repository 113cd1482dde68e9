//! GitHub's named change sets, each applied to its API description: whether the verbs of `change` express each of them, and which two do
//! not commute. Prints the table.
//!
//! The change sets and the description are no part of the repository: `LINCHPIN_CORPUS` says where they lie, `../shared/corpus` beside the
//! workspace unless it is set; where they are missing, this says that it is skipped. The figure:
//! `cargo test -p linchpin-compiler --features diff --test github_changesets -- --nocapture`.

mod corpus;

#[path = "github_changesets/patch.rs"]
mod patch;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use linchpin_compiler::change::findings::Report;
use linchpin_compiler::change::statement::{Facet, Statement, module_name, statement};
use linchpin_compiler::change::surface::{Operation, Sense, Surface};
use linchpin_compiler::change::{Options, diff, from_description};
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::import;
use patch::Patch;
use serde_json::Value;

fn read(name: &str) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(corpus::part("GitHub's change sets", name)?).ok()?).ok()
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

/// Operations that look as they did and are described otherwise: whether they do something else, no description can show, and somebody must
/// say.
fn described_otherwise(old: &Surface, new: &Surface) -> Vec<Statement> {
    let changed = |after: &&Operation| {
        old.operations.iter().any(|before| (&before.method, &before.path) == (&after.method, &after.path) && before.docs != after.docs)
    };
    let one = |operation: &Operation| {
        let target = module_name(operation);
        let text = format!("meaning {target} \"its description changed\"");
        Statement { target, facet: Facet::Meaning, text }
    };
    new.operations.iter().filter(|operation| operation.sense == Sense::Call).filter(changed).map(one).collect()
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

#[test]
fn githubs_change_sets_are_verbs() {
    let (Some(told_of), Some(document)) = (read("changes/github-changesets.json"), read("openapi/big/github.json")) else { return };
    let sets = sets(&told_of);
    let before = surface(&document);
    let (mut expressed, mut unread, mut said) = (0, 0, BTreeMap::new());
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
        said.insert(name.clone(), told.statements);
    }
    println!("{expressed} of {} expressed", sets.len());
    println!("{unread} statements that the language cannot read");
    let pairs = pairs(&sets, &said, &document);
    println!("{} pairs; by their texts {} do not commute, by what they say {}", pairs.all, pairs.by_text.len(), pairs.proved.len());
    for ((one, two), (said, then)) in &pairs.proved {
        println!("    {one} / {two}\n        `{}` and `{}`", said.text, then.text);
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

fn pairs(sets: &BTreeMap<String, Vec<Patch>>, said: &BTreeMap<String, BTreeSet<Statement>>, document: &Value) -> Pairs {
    let mut pairs = Pairs { all: 0, by_text: BTreeSet::new(), proved: BTreeMap::new() };
    for (one, first) in sets {
        for (two, second) in sets.range::<String, _>((std::ops::Bound::Excluded(one), std::ops::Bound::Unbounded)) {
            pairs.all += 1;
            if !texts_commute(document, first, second) {
                pairs.by_text.insert((one.clone(), two.clone()));
            }
            let both = said[one].iter().flat_map(|one| said[two].iter().map(move |two| (one, two)));
            if let Some((a, b)) = both.into_iter().find(|(a, b)| a.contradicts(b)) {
                pairs.proved.insert((one.clone(), two.clone()), (a.clone(), b.clone()));
            }
        }
    }
    pairs
}

/// Do both orders give one document? Patches change nothing outside of where they are.
fn texts_commute(document: &Value, first: &[Patch], second: &[Patch]) -> bool {
    let pointers = |patches: &[Patch]| patches.iter().map(|patch| patch.pointer.clone()).collect::<BTreeSet<_>>();
    pointers(first).intersection(&pointers(second)).all(|pointer| {
        let inside = |patches: &[Patch]| patches.iter().filter(|one| one.pointer == *pointer).cloned().collect::<Vec<_>>();
        let (first, second) = (inside(first), inside(second));
        let mut part = Value::Object(serde_json::Map::new());
        patch::put(&mut part, pointer, document.pointer(pointer).cloned().unwrap_or(Value::Null));
        applied(&applied(&part, &first), &second) == applied(&applied(&part, &second), &first)
    })
}
