//! How much CPU it takes to compare two API descriptions of GitHub's size: reading both texts, typing them, comparing, and rendering the
//! report. The second is the first with some 500 mutations of all kinds. `cargo bench -p linchpin-compiler --features diff --bench diff`.
//!
//! The description is no part of the repository: `LINCHPIN_CORPUS` says where it lies, `../shared/corpus` beside the workspace unless it
//! is set. Where it is missing, this says that it is skipped.

#[path = "../tests/corpus/mod.rs"]
mod corpus;
#[path = "cpu/mod.rs"]
mod cpu;

use std::time::Duration;

use cpu::cpu;
use linchpin_compiler::change::findings::{Class, Report};
use linchpin_compiler::change::surface::Surface;
use linchpin_compiler::change::{Options, diff, from_description, render};
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::import;
use linchpin_compiler::import::node::{Member, Node, Value};

/// How often it is done; the quickest run counts.
const RUNS: usize = 5;
/// How many mutations are made.
const MUTATIONS: usize = 500;

/// Prints the figures.
pub(crate) fn main() {
    let Some(old) = description() else { return };
    let (new, mutations) = mutated(&old);
    let mut best: Option<[Duration; 4]> = None;
    let mut report = None;
    for _ in 0..RUNS {
        let (times, found) = run(&old, &new);
        if best.is_none_or(|best| times.iter().sum::<Duration>() < best.iter().sum()) {
            best = Some(times);
        }
        report = Some(found);
    }
    let (Some(best), Some(report)) = (best, report) else { return };
    let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
    let counts = [Class::Breaking, Class::Deprecation, Class::Compatible].map(|class| report.count(class));
    println!("{:.1} MB and {:.1} MB, {mutations} mutations, CPU, best of {RUNS}", old.len() as f64 / 1e6, new.len() as f64 / 1e6);
    println!("read both {}, surfaces {}, compare {}, render {}", ms(best[0]), ms(best[1]), ms(best[2]), ms(best[3]));
    println!("total {}", ms(best.iter().sum()));
    let sites: usize = report.findings.iter().map(|finding| finding.sites.len()).sum();
    println!(
        "{} findings ({} breaking, {} deprecation, {} compatible), felt in {sites} places",
        report.findings.len(),
        counts[0],
        counts[1],
        counts[2]
    );
}

fn description() -> Option<String> {
    std::fs::read_to_string(corpus::part("the bench", "openapi/big/github.json")?).ok()
}

fn run(old: &str, new: &str) -> ([Duration; 4], Report) {
    let mut times = [Duration::ZERO; 4];
    let start = cpu();
    let mut diagnostics = Diagnostics::default();
    let texts = [old, new].map(|text| import::parse("github.json", text.to_owned(), &mut |_| None, &mut diagnostics));
    let documents = texts.each_ref().map(|tree| import::read(tree, &mut diagnostics).expect("it is a description"));
    times[0] = cpu() - start;
    let start = cpu();
    let surfaces: Vec<Surface> = documents.iter().zip(&texts).map(|(document, tree)| from_description::surface(document, tree)).collect();
    times[1] = cpu() - start;
    let start = cpu();
    let report = diff(&surfaces[0], &surfaces[1], &Options::default());
    times[2] = cpu() - start;
    let start = cpu();
    let length = render::text(&report, false).len() + render::json(&report).len();
    times[3] = cpu() - start;
    assert!(length > 0);
    (times, report)
}

/// The text with mutations at places that a fixed sequence of numbers chooses.
fn mutated(text: &str) -> (String, usize) {
    let mut diagnostics = Diagnostics::default();
    let tree = import::parse("github.json", text.to_owned(), &mut |_| None, &mut diagnostics);
    let mut root = tree.root().expect("it can be read").clone();
    let total = count(&root);
    let mut numbers = Numbers(20_260_311);
    let mut wanted: Vec<usize> = (0..MUTATIONS).map(|_| numbers.next() as usize % total).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let (mut at, mut made) = (0, 0);
    walk(&mut root, &mut at, &wanted, &mut made, &mut numbers);
    (root.json(), made)
}

/// Pseudo-random numbers, the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

/// Objects that look like a schema, an operation or a parameter.
fn is_target(node: &Node) -> bool {
    node.get("type").is_some_and(|ty| ty.text().is_some()) || node.get("operationId").is_some() || node.get("in").is_some()
}

fn count(node: &Node) -> usize {
    let below: usize = node.members().iter().map(|member| count(&member.value)).chain(node.items().iter().map(count)).sum();
    below + usize::from(is_target(node))
}

fn walk(node: &mut Node, at: &mut usize, wanted: &[usize], made: &mut usize, numbers: &mut Numbers) {
    if is_target(node) {
        if wanted.binary_search(at).is_ok() && mutate(node, numbers) {
            *made += 1;
        }
        *at += 1;
    }
    match &mut node.value {
        Value::Map(members) => members.iter_mut().for_each(|member| walk(&mut member.value, at, wanted, made, numbers)),
        Value::List(items) => items.iter_mut().for_each(|item| walk(item, at, wanted, made, numbers)),
        _ => {}
    }
}

/// One change: what fits the node, by chance.
fn mutate(node: &mut Node, numbers: &mut Numbers) -> bool {
    let span = node.span;
    let Value::Map(members) = &mut node.value else { return false };
    let listed = |text: &str| Value::List(vec![Node { span, value: Value::Text(text.into()) }]);
    let choice = numbers.next() % 8;
    if choice >= 6 && drop_or_rename(members, choice == 6) {
        return true;
    }
    let (key, value) = match choice {
        0 => ("deprecated", Value::Bool(true)),
        1 => ("nullable", Value::Bool(true)),
        2 => ("type", Value::Text("boolean".into())),
        3 => ("maxLength", Value::Number("7".into())),
        4 => ("required", listed("id")),
        5 => ("enum", listed("a")),
        _ => ("default", Value::Text("other".into())),
    };
    members.retain(|member| &*member.key != key);
    members.push(Member { key: key.into(), key_span: span, value: Node { span, value } });
    true
}

/// The last property, if there is one: called otherwise, or gone.
fn drop_or_rename(members: &mut [Member], rename: bool) -> bool {
    let properties = members.iter_mut().find(|member| &*member.key == "properties");
    let Some(Value::Map(properties)) = properties.map(|member| &mut member.value.value) else { return false };
    match properties.last_mut() {
        Some(last) if rename => last.key = format!("{}_v2", last.key).into(),
        Some(_) => drop(properties.pop()),
        None => return false,
    }
    true
}
