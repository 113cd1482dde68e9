//! The history of an API: every version as the changes leave it when they are undone, how stored configuration follows, that what
//! is said in another order means the same, and that no text makes any of it panic.

#[path = "history/printer.rs"]
mod printer;

use linchpin_compiler::diagnostics::{Diagnostics, Severity, full};
use linchpin_compiler::model::Model;
use linchpin_compiler::source::{FileId, Sources};
use linchpin_compiler::syntax::print;
use std::path::{Path, PathBuf};

const CONNECTOR: &str = "connector acme \"Acme\" { server \"https://api.acme.example\" }\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/history")
}

fn fixtures(kind: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder().join(kind)).unwrap_or_else(|error| panic!("{kind}: {error}"));
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "pin"));
    let name = |path: &Path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    let mut found: Vec<_> = paths.map(|path| (name(&path), std::fs::read_to_string(&path).expect("the file is text"))).collect();
    found.sort();
    assert!(!found.is_empty(), "{kind} holds no files");
    found
}

struct Checked {
    sources: Sources,
    diagnostics: Diagnostics,
    model: Option<Model>,
}

fn check(name: &str, text: &str) -> Checked {
    let mut sources = Sources::default();
    sources.add(format!("{name}.pin"), text);
    if !text.contains("connector ") {
        sources.add("connector.pin", CONNECTOR);
    }
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    Checked { sources, diagnostics, model }
}

impl Checked {
    fn rendered(&self) -> String {
        self.diagnostics.sorted(&self.sources).iter().map(|one| full::render(one, &self.sources, false)).collect::<Vec<_>>().join("\n")
    }

    fn errors(&self) -> usize {
        self.diagnostics.sorted(&self.sources).iter().filter(|one| one.severity() == Severity::Error).count()
    }
}

/// What a spec means in each of its versions, or what is wrong with it.
fn told(name: &str, text: &str) -> String {
    let checked = check(name, text);
    let mistakes = checked.rendered();
    match &checked.model {
        Some(model) if checked.errors() == 0 => format!("{mistakes}{}", printer::model(model)),
        _ => mistakes,
    }
}

fn snapshot(kind: &str, name: &str, text: &str, told: &str) {
    insta::with_settings!({ description => text, omit_expression => true, prepend_module_to_snapshot => false,
        snapshot_path => format!("history/{kind}") }, { insta::assert_snapshot!(name, told) });
}

#[test]
fn older_versions_are_the_present_with_the_changes_undone() {
    for (name, text) in fixtures("undone") {
        let checked = check(&name, &text);
        assert_eq!(checked.errors(), 0, "{name}\n{}", checked.rendered());
        snapshot("undone", &name, &text, &told(&name, &text));
    }
}

#[test]
fn configuration_follows() {
    for (name, text) in fixtures("followed") {
        let checked = check(&name, &text);
        assert_eq!(checked.errors(), 0, "{name}\n{}", checked.rendered());
        snapshot("followed", &name, &text, &told(&name, &text));
    }
}

#[test]
fn contradictions_are_told_with_both_places() {
    for (name, text) in fixtures("contradicted") {
        let checked = check(&name, &text);
        assert!(checked.errors() > 0, "{name} has no mistake");
        snapshot("contradicted", &name, &text, &checked.rendered());
    }
}
