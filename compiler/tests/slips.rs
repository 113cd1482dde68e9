//! One slip is one message, and that says what to type: each line of `slips/*.txt` in the place that is marked in the spec above it. What a
//! message offers as an edit leaves nothing of its kind.

use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::diagnostics::{Diagnostics, short};
use linchpin_compiler::source::Sources;
use linchpin_compiler::syntax::edit;

/// A spec with a place in it, and what is written there.
struct Slips {
    name: String,
    spec: String,
    lines: Vec<String>,
}

fn slips() -> Vec<Slips> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slips");
    let files = fs::read_dir(folder).expect("the folder of slips is there").flatten();
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Slips {
    let text = fs::read_to_string(path).expect("it can be read");
    let (spec, lines) = text.split_once("---\n").expect("a spec, and what is written in it");
    let name = path.file_stem().and_then(|name| name.to_str()).expect("a plain name").to_owned();
    Slips { name, spec: spec.to_owned(), lines: lines.lines().map(str::to_owned).collect() }
}

/// The spec with a line in its place; `⏎` stands for a line end, and what follows is indented.
fn with(spec: &str, line: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("slip.pin", spec.replacen('…', &line.replace('⏎', "\n      "), 1));
    sources
}

fn found(sources: &Sources) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    linchpin_compiler::check(sources, &mut diagnostics);
    diagnostics
}

#[test]
fn one_slip_is_one_message_that_says_what_to_type() {
    let mut wrong = Vec::new();
    for Slips { name, spec, lines } in slips() {
        let mut told = String::new();
        for line in &lines {
            let sources = with(&spec, line);
            let diagnostics = found(&sources);
            let all = diagnostics.sorted(&sources);
            told.push_str(&format!("{line}\n"));
            for one in &all {
                told.push_str(&format!("    {}: {} [{}]\n", one.code.id, one.message, sources.text(one.span())));
                one.help.iter().for_each(|help| told.push_str(&format!("    help: {help}\n")));
            }
            if all.len() != 1 || all[0].help.is_empty() {
                let told: Vec<String> = all.iter().map(|one| short::render(one, &sources)).collect();
                wrong.push(format!("{name}: {line}\n{}", told.join("\n")));
            }
        }
        insta::with_settings!({ description => spec, omit_expression => true, prepend_module_to_snapshot => false,
            snapshot_path => "slips" }, { insta::assert_snapshot!(name, told) });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_a_message_offers_mends_the_slip() {
    let mut offered = 0;
    for Slips { name, spec, lines } in slips() {
        for line in &lines {
            let sources = with(&spec, line);
            let (id, source) = sources.iter().next().expect("there is the spec");
            let diagnostics = found(&sources);
            let fixes: Vec<_> = diagnostics.sorted(&sources).into_iter().filter_map(|one| one.fix.as_ref()).collect();
            if fixes.is_empty() {
                continue;
            }
            offered += 1;
            let (mended, applied) = edit::apply(id, &source.text, fixes.iter().copied());
            assert_eq!(applied, fixes.len(), "{name}: {line}");
            let mut again = Sources::default();
            again.add("slip.pin", mended.clone());
            let left = found(&again);
            let told: Vec<&str> = diagnostics.sorted(&sources).iter().map(|one| one.code.id).collect();
            let left = left.sorted(&again).into_iter().filter(|one| told.contains(&one.code.id));
            let left: Vec<String> = left.map(|one| short::render(one, &again)).collect();
            assert!(left.is_empty(), "{name}: {line}\n{mended}\n{}", left.join("\n"));
        }
    }
    assert!(offered >= 40, "only {offered} slips have an edit");
}
