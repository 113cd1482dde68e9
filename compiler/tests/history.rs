//! The history of an API: every version as the changes leave it when they are undone, how stored configuration follows, that what
//! is said in another order means the same, and that no text makes any of it panic.

#[path = "history/printer.rs"]
mod printer;

use linchpin_compiler::diagnostics::{Diagnostics, Severity, full};
use linchpin_compiler::model::Model;
use linchpin_compiler::source::Sources;
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
        snapshot("undone", &name, &text, &told(&name, &text));
    }
    for (name, text) in fixtures("undone") {
        let checked = check(&name, &text);
        assert_eq!(checked.errors(), 0, "{name}\n{}", checked.rendered());
    }
}

#[test]
fn configuration_follows() {
    for (name, text) in fixtures("followed") {
        snapshot("followed", &name, &text, &told(&name, &text));
    }
    for (name, text) in fixtures("followed") {
        let checked = check(&name, &text);
        assert_eq!(checked.errors(), 0, "{name}\n{}", checked.rendered());
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

/// Lines under their headings, without the order of what stands in them.
fn unordered(told: &str) -> Vec<String> {
    let mut heading = "";
    let mut lines = Vec::new();
    for line in told.lines() {
        if line.starts_with("── ") {
            heading = line;
        }
        let open = line.replace("{ ", "{  ").replace(" }", "  }");
        let mut parts: Vec<&str> = open.split("  ").filter(|part| !part.is_empty()).collect();
        parts.sort_unstable();
        lines.push(format!("{heading}: {}", parts.join("  ")));
    }
    lines.sort();
    lines
}

/// The lines of each `change` in another order.
fn reordered(text: &str, by: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            // What stands above a verb goes with it.
            Some(last) if last.starts_with("  ///") && last.lines().all(|line| line.starts_with("  ///")) => *last += &format!("\n{line}"),
            _ => lines.push(line.to_owned()),
        }
    }
    let mut at = 0;
    while at < lines.len() {
        let indent = lines[at].len() - lines[at].trim_start().len();
        at += 1;
        if !lines[at - 1].lines().last().is_some_and(|line| line.trim_start().starts_with("change ")) || lines[at - 1].contains('}') {
            continue;
        }
        let end = (at..lines.len()).find(|end| lines[*end] == format!("{}}}", " ".repeat(indent))).expect("a block ends");
        let turn = by % (end - at).max(1);
        if by.is_multiple_of(2) {
            lines[at..end].reverse();
        }
        lines[at..end].rotate_left(turn);
        at = end;
    }
    lines.join("\n")
}

#[test]
fn the_order_of_verbs_does_not_matter() {
    for kind in ["undone", "followed"] {
        for (name, text) in fixtures(kind) {
            let expected = unordered(&told(&name, &text));
            for by in 1..9 {
                let other = reordered(&text, by);
                assert_eq!(unordered(&told(&name, &other)), expected, "{name}, {by}\n{other}");
            }
        }
    }
}

/// Blocks of other versions, and of this one, stand anywhere.
#[test]
fn the_order_of_blocks_does_not_matter() {
    let change = |text: &str| text.starts_with("change ");
    for (name, text) in fixtures("undone") {
        let items: Vec<&str> = text.split("\n\n").collect();
        let (changes, others): (Vec<&str>, Vec<&str>) = items.iter().partition(|item| change(item));
        let expected = unordered(&told(&name, &text));
        for turn in 0..changes.len() {
            let mut turned = changes.clone();
            turned.rotate_left(turn);
            turned.reverse();
            let other = turned.iter().chain(&others).copied().collect::<Vec<_>>().join("\n\n");
            let header = other.replacen("//!", "//", usize::MAX);
            assert_eq!(unordered(&told(&name, &header)), expected, "{name}\n{header}");
        }
    }
}

/// A type that a `from` block writes in place is in Rust where the input of the older revision is, and nowhere else.
#[test]
fn what_was_written_in_place_stands_with_what_had_it() {
    let text = format!(
        r#"{CONNECTOR}
        api v1 {{}}
        api v2 {{}}
        action create @2 {{
          POST "/tasks" -> nothing
          body {{ owner_id: string }}
          from @1 {{ was owner: {{ id: string }}  set owner_id = was.owner.id }}
        }}
        action mark @2 {{
          POST "/marks" -> nothing
          body {{ owner_id: string }}
          from @1 on v1 {{ was owner: {{ id: string }}  set owner_id = was.owner.id }}
        }}
        connection key @2 {{
          fields {{ token: secret }}
          send bearer token
          from @1 {{ was inner: {{ a: string }}  ask token "Make one." }}
        }}
        "#
    );
    let mut sources = Sources::default();
    sources.add("acme.pin", text);
    let module = linchpin_compiler::compile(&sources).module.expect("there is no mistake").text;
    let (v1, v2) = module.split_once("pub mod v2").expect("there are two versions");
    let declares = |text: &str, name: &str| text.contains(&format!("pub struct {name} "));
    assert!(declares(v2, "CreateR1Owner") && declares(v2, "CreateRev1") && !v1.contains("CreateR1Owner"), "{module}");
    assert!(declares(v1, "MarkR1Owner") && !declares(v2, "MarkR1Owner"), "{module}");
    assert!(!module.contains("KeyR1"), "{module}");
}
