//! The invariants of ARCHITECTURE.md, held by a test and not by memory. What the compiler or the type system holds already is
//! not here.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in the workspace").to_owned()
}

/// All files below a folder of the workspace with this ending, in order, generated and installed ones left out.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", ".git", ".venv"].contains(&name.as_str()) {
                    walk(&path, ending, found);
                }
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    assert!(!found.is_empty(), "no {ending} file below {folder}: the test looks in the wrong place");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).expect("found below the root").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap_or_default();
            (name, text)
        })
        .collect()
}

/// The code of a Rust file: comments and its test module left out.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text);
    text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

fn none_of(wrong: Vec<String>, what: &str) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn only_lowering_names_the_parsers_rules() {
    let wrong = files("compiler/src", ".rs")
        .into_iter()
        .filter(|(name, text)| !name.starts_with("compiler/src/syntax/") && words(&code(text)).any(|word| word == "Rule"))
        .map(|(name, _)| name)
        .collect();
    none_of(wrong, "files outside syntax/ that name pest's `Rule`");
}

#[test]
fn generating_compares_no_versions_and_reports_no_errors() {
    let forbidden = ["Versions", "Diagnostics", "Diagnostic", "resolve", "Sources"];
    let wrong = files("compiler/src/generate", ".rs")
        .into_iter()
        .flat_map(|(name, text)| {
            let code = code(&text);
            let found: Vec<_> = words(&code).filter(|word| forbidden.contains(word)).map(|word| format!("{name}: {word}")).collect();
            found
        })
        .collect();
    none_of(wrong, "the generator sees one projection only");
}

#[test]
fn the_compiler_is_a_function_of_its_text() {
    let forbidden = ["std::fs", "std::env", "SystemTime", "Instant", "RandomState", "std::process", "std::net", "thread_rng"];
    let wrong = files("compiler/src", ".rs")
        .into_iter()
        .filter(|(name, _)| !["compiler/src/build_script.rs", "compiler/src/build_script/tests.rs"].contains(&name.as_str()))
        .flat_map(|(name, text)| {
            let code = code(&text);
            let is_there = |word: &&str| if word.contains("::") { code.contains(*word) } else { words(&code).any(|one| one == *word) };
            forbidden.into_iter().filter(is_there).map(|word| format!("{name}: {word}")).collect::<Vec<_>>()
        })
        .collect();
    none_of(wrong, "disk, environment and clock belong to build_script.rs");
}

#[test]
fn generated_code_declares_and_does_not_act() {
    let forbidden = ["if", "while", "loop", "match", "async", "await", "unsafe", "fs", "env", "reqwest", "serde"];
    let generated: Vec<_> = linchpin_tests::generated::all().into_iter().collect();
    assert!(!generated.is_empty(), "no connector was generated");
    let mut wrong = Vec::new();
    for (name, text) in generated {
        let code = linchpin_tests::generated::without_text(&text);
        wrong.extend(words(&code).filter(|word| forbidden.contains(word)).map(|word| format!("{name}: {word}")));
        for line in code.lines().filter(|line| line.contains("::linchpin_runtime") && !line.contains("::linchpin_runtime::__codegen_v1")) {
            wrong.push(format!("{name}: {}", line.trim()));
        }
        if words(&code).zip(words(&code).skip(2)).any(|(first, third)| first == "for" && third == "in") {
            wrong.push(format!("{name}: a loop"));
        }
    }
    wrong.dedup();
    none_of(wrong, "generated code");
}

#[test]
fn each_code_has_a_page_and_a_fixture() {
    let fixtures = files("tests/errors", ".pin");
    let mut wrong = Vec::new();
    for code in linchpin_compiler::diagnostics::codes::ALL {
        if !fixtures.iter().any(|(name, _)| name.starts_with(&format!("tests/errors/{}", code.id))) {
            wrong.push(format!("{}: no fixture", code.id));
        }
        if code.page.len() < 100 {
            wrong.push(format!("{}: no page", code.id));
        }
    }
    let mut ids: Vec<_> = linchpin_compiler::diagnostics::codes::ALL.iter().map(|code| code.id).collect();
    let count = ids.len();
    assert!(ids.is_sorted(), "codes stand in order");
    ids.dedup();
    assert_eq!(count, ids.len(), "a code is used once");
    assert!(count >= 60, "only {count} codes");
    none_of(wrong, "diagnostic codes");
}

#[test]
fn runtime_and_compiler_do_not_know_each_other() {
    let manifest = |name: &str| fs::read_to_string(root().join(name).join("Cargo.toml")).expect("a member has a manifest");
    assert!(!manifest("runtime").contains("linchpin-compiler"));
    assert!(!manifest("compiler").contains("linchpin-runtime"));
}

#[test]
fn the_compiler_stays_light() {
    let manifest = fs::read_to_string(root().join("compiler/Cargo.toml")).expect("the compiler has a manifest");
    let dependencies = manifest.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).expect("it has dependencies");
    let names: Vec<_> =
        dependencies.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).filter(|name| !name.is_empty()).collect();
    for name in names {
        assert!(
            ["pest", "pest_derive", "proc-macro2", "quote", "regex-lite"].contains(&name),
            "`{name}` would enter the build of every user; say in ARCHITECTURE.md why it is worth that, then add it here"
        );
    }
    for table in manifest.split("\n[dependencies.").skip(1) {
        let table = table.split("\n[").next().unwrap_or(table);
        assert!(table.contains("optional = true"), "`{}` would enter the build of every user", table.split(']').next().unwrap_or_default());
    }
}

#[test]
fn each_file_says_what_it_is_for_and_holds_one_noun() {
    let mut wrong = Vec::new();
    for folder in ["compiler", "runtime", "connectors", "cli", "tests"] {
        for (name, text) in files(folder, ".rs") {
            if name.contains("/golden/") || name.contains("/fixtures/") {
                continue;
            }
            if !text.starts_with("//!") {
                wrong.push(format!("{name}: does not start with //!"));
            }
            let lines = text.lines().count();
            if lines > 900 {
                wrong.push(format!("{name}: {lines} lines"));
            }
        }
    }
    none_of(wrong, "files");
}

#[test]
fn unsafe_lives_in_one_module() {
    let allowed = |name: &str| name.starts_with("runtime/src/shape/memory/") || name == "runtime/src/shape/macros.rs";
    let wrong = ["runtime", "compiler", "connectors", "cli", "tests"]
        .into_iter()
        .flat_map(|folder| files(folder, ".rs"))
        .filter(|(name, _)| {
            !allowed(name)
                && name != "tests/tests/tidy.rs"
                && !["runtime/benches/", "connectors/benches/"].iter().any(|folder| name.starts_with(folder))
        })
        .filter(|(_, text)| ["unsafe {", "unsafe fn ", "unsafe impl "].iter().any(|code_of| code(text).contains(code_of)))
        .map(|(name, _)| name)
        .collect();
    none_of(wrong, "files with unsafe code");
}

#[test]
fn lock_files_carry_no_download_addresses() {
    for (name, text) in files("tests/servers", "package-lock.json") {
        assert!(!text.contains("\"resolved\""), "{name} carries download addresses");
    }
}
