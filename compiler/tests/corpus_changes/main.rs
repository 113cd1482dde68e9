//! The differ against the pairs of API descriptions of another project's tests, with what that project expects of each. Prints how many
//! agree, and each that does not with the reason for which we stand by ours.
//!
//! The pairs are no part of the repository: `LINCHPIN_CORPUS` says where they lie, `../shared/corpus` beside the workspace unless it is
//! set. Where they are missing, this says that it is skipped. The figure: `cargo test -p linchpin-compiler --features diff --test corpus_changes -- --nocapture`.

#[path = "../corpus/mod.rs"]
mod corpus;

mod mapping;

use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::change::findings::{Class, Finding, Kind, Part, Site};
use linchpin_compiler::change::options::Stability;
use linchpin_compiler::change::surface::anonymous;
use linchpin_compiler::change::{Options, diff, from_description};
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::import;
use linchpin_compiler::syntax::ast::Date;
use mapping::{Where, meaning};
use serde_json::Value;

/// What the other project has no rule for, so that its expectations, complete as they are, say nothing of it.
const NO_RULE: &[(&str, &str)] = &[
    ("server-", "its area of servers has no rules"),
    ("request-not-", "it looks into what is negated, not at whether something is"),
    ("response-not-", "likewise"),
    ("event-", "callbacks and webhooks are not looked into"),
];

/// Ids that it reports at level INFO though no pair asserts the level: all of its checks of security.
const INFORMATION: &[&str] = &["api-security", "api-global-security"];

/// The least share that must agree, in percent.
const LEAST: usize = 97;

/// Cases in which we say something else, and why.
const STANDS: &[(&str, &str)] = &[
    ("TestAPISecurityAdded", "a caller that need not authenticate before and must now is broken, so this is no mere information"),
    ("TestAPIGlobalSecurityyAdded", "as above, for every operation"),
    ("TestRequestBodyTypeLooselyTypedCompatible", "an object's elements do not fit where XML has text, so this is no compatible change"),
    (
        "TestBreaking_DeletedTag",
        "parameters described by `content` are compared as well, and XML text that becomes an object breaks its readers",
    ),
    (
        "TestRequestBodyDefaultValueChanged",
        "who leaves a value out gets another result; the other project itself calls it breaking for parameters",
    ),
];

struct Case {
    name: String,
    base: (String, String),
    revision: (String, String),
    expected: Value,
}

fn cases() -> Option<Vec<Case>> {
    let folder = corpus::part("the published cases of changes", "changes/cases")?;
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Some(paths.iter().filter_map(|path| case(path)).collect())
}

fn case(folder: &Path) -> Option<Case> {
    let text = |stem: &str| {
        let names = [format!("{stem}.yaml"), format!("{stem}.json")];
        names.into_iter().find_map(|name| Some((name.clone(), fs::read_to_string(folder.join(&name)).ok()?)))
    };
    let expected = serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).ok()?).ok()?;
    Some(Case { name: folder.file_name()?.to_string_lossy().into_owned(), base: text("base")?, revision: text("revision")?, expected })
}

fn surface(file: &(String, String)) -> linchpin_compiler::change::surface::Surface {
    let mut diagnostics = Diagnostics::default();
    let tree = import::parse(&file.0, file.1.clone(), &mut |_| None, &mut diagnostics);
    let document = import::read(&tree, &mut diagnostics).expect("the corpus holds descriptions");
    from_description::surface(&document, &tree)
}

fn options(expected: &Value) -> Options {
    let mut options = Options { today: Some(Date { year: 2026, month: 11, day: Some(1) }), ..Options::default() };
    let set = &expected["options"];
    let days = |level: &str| set["deprecation_days"][level].as_u64().map(|days| days as u32);
    (options.days_stable, options.days_beta) = (days("stable"), days("beta"));
    if let Some(least) = Stability::of(set["minimum_stability"].as_str()).filter(|_| set["minimum_stability"].is_string()) {
        options.least_stability = least;
    }
    options
}

/// A finding where it is felt.
struct Seen {
    kind: &'static Kind,
    class: Class,
    place: Where,
    operation: String,
    message: String,
}

fn seen(findings: &[Finding]) -> Vec<Seen> {
    let one = |finding: &Finding, site: &Site| Seen {
        kind: finding.kind,
        class: finding.class,
        place: place(site),
        operation: site.operation.clone(),
        message: format!("{} ({}): {}", finding.kind.id, finding.message, site.text()),
    };
    findings.iter().flat_map(|finding| finding.sites.iter().map(move |site| one(finding, site))).collect()
}

fn place(site: &Site) -> Where {
    if !site.operation.is_empty() && !site.operation.contains(" /") {
        return Where::Event;
    }
    match (&site.part, site.path.is_empty()) {
        (Part::Parameter(_), true) => Where::Parameter,
        (Part::Parameter(_), false) => Where::ParameterProperty,
        (Part::Body(_) | Part::Answer(..), true) => Where::Body,
        (Part::Body(_) | Part::Answer(..), false) => Where::Property,
        _ => Where::Any,
    }
}

/// Does what is seen mean this id? A change that was recognised as one thing means all that it is made of.
fn means(seen: &Seen, id: &str) -> bool {
    let (kinds, place) = meaning(id);
    let kind = kinds.iter().any(|kind| *kind == seen.kind.id || seen.kind.covers.contains(kind));
    kind && (place == Where::Any || place == seen.place || seen.place == Where::Any)
}

fn is_level(class: Class, level: &str) -> bool {
    (class == Class::Breaking) == (level == "ERR" || level == "WARN")
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map_or_else(Vec::new, |list| list.iter().filter_map(Value::as_str).collect())
}

/// Which level the other project gives to each id, so far as any pair says.
struct Levels(Vec<(String, String)>);

impl Levels {
    fn of(cases: &[Case]) -> Self {
        let all = cases.iter().flat_map(|case| case.expected["expected"].as_array().cloned().unwrap_or_default());
        let mut levels: Vec<(String, String)> =
            all.filter_map(|one| Some((one["id"].as_str()?.to_owned(), one["level"].as_str()?.to_owned()))).collect();
        let scope = cases
            .iter()
            .flat_map(|case| strings(&case.expected["scope_ids"]))
            .filter(|id| INFORMATION.iter().any(|start| id.starts_with(start)));
        levels.extend(scope.map(|id| (id.to_owned(), "INFO".to_owned())));
        levels.sort();
        levels.dedup();
        Self(levels)
    }

    /// Every id that means what is seen is at level INFO.
    fn informs(&self, seen: &Seen) -> bool {
        let mut meant = self.0.iter().filter(|(id, _)| means(seen, id)).peekable();
        meant.peek().is_some() && meant.all(|(_, level)| level == "INFO")
    }
}

/// What is wrong with what was seen; empty when it agrees.
fn judge(expected: &Value, seen: &[Seen], levels_of: &Levels, composites: &mut usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let levels = strings(&expected["reported_levels"]);
    let list = expected["expected"].as_array().cloned().unwrap_or_default();
    let mut used = vec![0_usize; seen.len()];
    for want in &list {
        let (id, level) = (want["id"].as_str().unwrap_or_default(), want["level"].as_str().unwrap_or_default());
        let operation = want["operation"].as_str().zip(want["path"].as_str()).map(|(method, path)| format!("{method} {path}"));
        let fits = |at: usize, one: &Seen| {
            // One composite stands for one of each that it covers.
            let free = used[at] == 0 || (!one.kind.covers.is_empty() && used[at] < 2);
            let here = |operation: &String| one.operation.is_empty() || anonymous(operation) == anonymous(&one.operation);
            free && means(one, id) && operation.as_ref().is_none_or(here)
        };
        let candidates: Vec<usize> = (0..seen.len()).filter(|at| fits(*at, &seen[*at])).collect();
        let found = candidates.iter().find(|at| is_level(seen[**at].class, level)).or(candidates.first());
        match found {
            None => wrong.push(format!("expected {id} {level} {}", operation.unwrap_or_default())),
            Some(at) => {
                used[*at] += 1;
                let (kinds, _) = meaning(id);
                *composites += usize::from(!kinds.contains(&seen[*at].kind.id));
                if !is_level(seen[*at].class, level) {
                    wrong.push(format!("{id} is {level}, ours is {}", seen[*at].class.name()));
                }
            }
        }
    }
    let informs = levels.contains(&"INFO");
    let scope = strings(&expected["scope_ids"]);
    let in_scope = |one: &Seen| {
        // Where another project only informs, its lists of what is worse say nothing of the thing.
        let level = informs || (one.class == Class::Breaking && !levels_of.informs(one));
        let silent = one.place == Where::Event || NO_RULE.iter().any(|(start, _)| one.kind.id.starts_with(start));
        level && !silent && (expected["scope"] == "all-checks" || scope.iter().any(|id| means(one, id)))
    };
    if expected["complete"] == true {
        let extra = seen.iter().enumerate().filter(|(at, one)| used[*at] == 0 && in_scope(one));
        wrong.extend(extra.map(|(_, one)| format!("not expected: {}", one.message)));
    }
    for id in strings(&expected["absent"]) {
        wrong.extend(seen.iter().filter(|one| in_scope(one) && means(one, id)).map(|one| format!("must be absent: {}", one.message)));
    }
    wrong
}

#[test]
fn the_differ_agrees_with_the_published_expectations() {
    let Some(cases) = cases() else { return };
    let (mut agree, mut composites) = (0, 0);
    let levels = Levels::of(&cases);
    let mut unexplained = Vec::new();
    for case in &cases {
        let (old, new) = (surface(&case.base), surface(&case.revision));
        let report = diff(&old, &new, &options(&case.expected));
        let wrong = judge(&case.expected, &seen(&report.findings), &levels, &mut composites);
        if wrong.is_empty() {
            agree += 1;
            continue;
        }
        let why = STANDS.iter().find(|(name, _)| *name == case.name).map(|(_, why)| *why);
        println!("{}: {}", case.name, why.map_or("NO REASON GIVEN".into(), |why| format!("we stand by ours, because {why}")));
        for line in &wrong {
            println!("    {line}");
        }
        if why.is_none() {
            unexplained.push(case.name.clone());
        }
    }
    println!(
        "{agree} of {} cases agree, {:.1} %; {composites} expectations met by a change recognised as one thing",
        cases.len(),
        agree as f64 * 100.0 / cases.len() as f64
    );
    assert!(agree * 100 >= LEAST * cases.len(), "{agree} of {} cases agree", cases.len());
    assert!(unexplained.is_empty(), "no reason is given for {unexplained:?}");
}
