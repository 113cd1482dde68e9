//! scratch
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::change::update::{Described, Updated, Wanted, update};
use linchpin_compiler::change::{Options, diff, from_description, from_spec};
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::import::{self, document::Document, spec, tree::Tree};
use linchpin_compiler::source::Sources;

fn tree(path: &Path) -> Tree {
    import::parse(&path.display().to_string(), fs::read_to_string(path).unwrap(), &mut |_| None, &mut Diagnostics::default())
}

fn imported(document: &Document<'_>, tree: &Tree) -> Sources {
    let imported = spec::spec(document, tree, &spec::Options::default());
    let mut sources = Sources::default();
    for (name, text) in &imported.files { sources.add(name.clone(), text.clone()); }
    sources
}

fn residual(sources: &Sources, document: &Document<'_>, tree: &Tree) -> Vec<String> {
    let model = linchpin_compiler::check(sources, &mut Diagnostics::default()).expect("checks");
    let projection = linchpin_compiler::model::project::project(&model, model.apis.len() - 1);
    let surface = from_spec::surface(&projection, sources);
    let after = from_description::surface(document, tree);
    diff(&surface, &after, &Options::default()).findings.iter().map(|one| format!("{} {}", one.kind.id, one.message)).collect()
}

#[test]
fn pairs() {
    let only = std::env::var("LINCHPIN_ONLY").unwrap_or_default();
    let show = !only.is_empty();
    let mut cases: Vec<PathBuf> = fs::read_dir("/work/shared/corpus/changes/cases").unwrap().flatten().map(|e| e.path()).collect();
    cases.sort();
    let (mut rest, mut again, mut failed, mut asked) = (0, 0, 0, 0);
    let mut lefts: BTreeMap<String, usize> = BTreeMap::new();
    let mut keeps: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.to_string_lossy().contains(&only)) {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let find = |stem: &str| ["yaml", "json"].iter().map(|e| case.join(format!("{stem}.{e}"))).find(|p| p.exists()).unwrap();
        let (base, revision) = (tree(&find("base")), tree(&find("revision")));
        let mut d = Diagnostics::default();
        let (old, new) = (import::read(&base, &mut d).unwrap(), import::read(&revision, &mut d).unwrap());
        let spec = imported(&old, &base);
        let wanted = Wanted { only: vec!["*".into()], ..Wanted::default() };
        let described = Described { document: &new, tree: &revision };
        let since = std::env::var("SINCE").is_ok().then_some(Described { document: &old, tree: &base });
        let result: Updated = match update(&spec, described, since, &wanted) {
            Ok(result) => result,
            Err(error) => { failed += 1; println!("{name}: FAILED {error}"); continue }
        };
        if show {
            for (_, f) in spec.iter() { println!("{}", f.text); }
            for (_, f) in result.sources.iter() { println!("------\n{}", f.text); }
            for f in &result.written { println!("WRITTEN {} {}", f.kind.id, f.message); }
        }
        for open in &result.left {
            *lefts.entry(format!("{}: {}", open.finding.kind.id, open.why.clone().unwrap_or_default())).or_default() += 1;
            println!("{name}: left {} {} {:?}", open.finding.kind.id, open.finding.message, open.why);
        }
        for one in &result.kept { *keeps.entry(one.kind.id.to_string()).or_default() += 1; if show { println!("KEPT {} {}", one.kind.id, one.message); } }
        if result.asks.has_errors() { asked += 1; for one in result.asks.sorted(&result.sources) { if one.severity() == linchpin_compiler::diagnostics::Severity::Error { println!("{name}: ASKS {}", one.message); } } continue }
        let own = residual(&imported(&new, &revision), &new, &revision);
        let extra: Vec<String> = residual(&result.sources, &new, &revision).into_iter().filter(|one| !own.contains(one)).collect();
        if !extra.is_empty() { rest += 1; println!("{name}: REST {extra:?}"); }
        let second = update(&result.sources, described, since, &wanted).unwrap();
        if !second.changed.is_empty() { again += 1; println!("{name}: AGAIN"); }
    }
    println!("{} cases: failed {failed} rest {rest} again {again} asked {asked}\nleft {lefts:#?}\nkept {keeps:#?}", cases.len());
}

#[test]
fn same() {
    let only = std::env::var("LINCHPIN_DOC").unwrap_or_default();
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in ["big", "sample", "swagger-2.0"] {
        for e in fs::read_dir(format!("/work/shared/corpus/openapi/{folder}")).unwrap().flatten() { let p = e.path(); if p.extension().is_some_and(|x| x == "json") { paths.push(p); } }
    }
    paths.sort();
    let mut bad = 0;
    for path in paths.iter().filter(|p| p.to_string_lossy().contains(&only)) {
        let started = std::time::Instant::now();
        let tree = tree(path);
        let document = import::read(&tree, &mut Diagnostics::default()).unwrap();
        let spec = imported(&document, &tree);
        let result = update(&spec, Described { document: &document, tree: &tree }, None, &Wanted { only: vec!["*".into()], ..Wanted::default() });
        match result {
            Ok(result) => {
                if !result.changed.is_empty() || !result.left.is_empty() || !result.kept.is_empty() { bad += 1;
                println!("{}: changed {} left {} kept {} uncovered {}", path.display(), result.changed.len(), result.left.len(), result.kept.len(), result.uncovered.len());
                for f in result.written.iter().take(4) { println!("  written {} {} {:?}", f.kind.id, f.message, f.sites.first()); }
                for f in result.left.iter().take(4) { println!("  left {} {} {:?} {:?}", f.finding.kind.id, f.finding.message, f.finding.sites.first(), f.why); }
                for f in result.kept.iter().take(4) { println!("  kept {} {} {:?}", f.kind.id, f.message, f.sites.first()); }
                }
            }
            Err(e) => { bad += 1; println!("{}: {e}", path.display()); }
        }
        println!("{} {:?}", path.file_name().unwrap().to_string_lossy(), started.elapsed());
    }
    println!("{bad} of {}", paths.len());
}
