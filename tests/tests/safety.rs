//! What `docs/safety.md` promises: that each line has its tests, and those of its tests that are about the whole.

use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::model::project::project_all;
use linchpin_compiler::source::Sources;
use linchpin_compiler::{check, generate};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in the workspace").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn each_promise_has_its_tests() {
    let page = read("docs/safety.md");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let numbers: Vec<usize> = rows.iter().filter_map(|row| row[0].parse().ok()).collect();
    assert_eq!(numbers, (1..=24).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    let named = rows.iter().filter(|row| row[0].parse::<usize>().is_err() && row.get(2).is_some_and(|tests| tests.contains("::"))).count();
    assert_eq!(named, 6 + 9, "the traps of pages, and what calls do");
    for row in rows.iter().filter(|row| row.get(2).is_some_and(|tests| tests.contains("::")) || row[0].parse::<usize>().is_ok()) {
        let tests: Vec<(&str, &str)> = row[2].split('`').filter_map(|word| word.split_once("::")).collect();
        if tests.is_empty() {
            wrong.push(format!("line {} names no test", row[0]));
        }
        for (path, name) in tests {
            let text = read(path);
            let found = text
                .split("\n#[")
                .chain(text.split("\n    #["))
                .filter(|part| part.starts_with("test]") || part.starts_with("tokio::test"))
                .any(|part| part.find("fn ").is_some_and(|at| part[at..].starts_with(&format!("fn {name}()"))));
            if !found {
                wrong.push(format!("line {}: no test `{name}` in {path}", row[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Engines of regular expressions that backtrack, of scripts and of templates.
const UNWANTED: &[&str] = &[
    "fancy-regex",
    "pcre",
    "pcre2",
    "onig",
    "regress",
    "rhai",
    "mlua",
    "rlua",
    "boa_engine",
    "rquickjs",
    "deno_core",
    "v8",
    "pyo3",
    "wasmtime",
    "handlebars",
    "tera",
    "minijinja",
    "jinja",
    "evalexpr",
    "cel-interpreter",
    "jaq-core",
    "jsonpath",
    "serde_yaml",
];

#[test]
fn nothing_that_backtracks_or_evaluates_is_a_dependency() {
    let lock = read("Cargo.lock");
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(names.contains(&"regex-lite"), "the lock file is read");
    let found: Vec<&&str> = names.iter().filter(|name| UNWANTED.contains(name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// The ways in which libraries let certificates go unchecked.
const UNCHECKED: &[&str] = &["dangerous(", "danger_accept", "ServerCertVerifier", "with_custom_certificate_verifier", "InsecureSkip"];

#[test]
fn nothing_switches_certificate_checks_off() {
    let mut found = Vec::new();
    let mut folders = vec![root().join("runtime/src"), root().join("cli/src"), root().join("compiler/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(text) = fs::read_to_string(&entry) {
                let used = UNCHECKED.iter().filter(|word| text.contains(**word));
                found.extend(used.map(|word| format!("{}: {word}", entry.display())));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    // What a spec can say of TLS is which certificate the client shows.
    let settings: Vec<&str> = linchpin_compiler::model::TLS.settings.iter().map(|setting| setting.name).collect();
    assert_eq!(settings, ["certificate", "key"]);
}

/// Everything that a spec may say in its own words, made to look like code and like the ends of what it stands in.
const HOSTILE: &str = r###"
/// */ fn evil() {} /* "# ]] #![allow(x)]
connector acme "EVIL" { server "https://acme.example" }

/// "]] fn evil() {}
type Thing {
  /// */ pub evil: u8,
  fn "EVIL": string = "EVIL"
  kind: Kind
}

enum Kind { one = "EVIL" }

/// fn evil() {}
action get_thing @1 "EVIL" {
  deprecated since 2026-01-01 use none "EVIL"
  GET "/things" -> Thing
  query { text "EVIL": string = "EVIL" }
}
"###;

#[test]
fn no_text_of_a_spec_becomes_code() {
    let evil = r##"\"# */ fn evil() { std::process::abort() } /* \\ {0} {{x}}"##;
    let spec = HOSTILE.replace("EVIL", evil);
    let mut sources = Sources::default();
    sources.add("acme.pin", spec);
    let mut diagnostics = Diagnostics::default();
    let model = check(&sources, &mut diagnostics);
    let said: String =
        diagnostics.sorted(&sources).into_iter().map(|one| linchpin_compiler::diagnostics::full::render(one, &sources, false)).collect();
    let model = model.unwrap_or_else(|| panic!("{said}"));
    let text = generate::file("acme", generate::generate(&model, &project_all(&model)));
    let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let items = format!("{:?}", names(&file.items));
    assert!(items.contains("GetThing") && !items.contains("evil"), "{items}");
}

/// The names of all items, those in modules and blocks of implementations too.
fn names(items: &[syn::Item]) -> Vec<String> {
    items
        .iter()
        .flat_map(|item| match item {
            syn::Item::Fn(item) => vec![item.sig.ident.to_string()],
            syn::Item::Struct(item) => {
                let fields = item.fields.iter().filter_map(|field| field.ident.as_ref()).map(ToString::to_string);
                fields.chain([item.ident.to_string()]).collect()
            }
            syn::Item::Enum(item) => {
                item.variants.iter().map(|variant| variant.ident.to_string()).chain([item.ident.to_string()]).collect()
            }
            syn::Item::Mod(item) => item.content.as_ref().map(|(_, items)| names(items)).unwrap_or_default(),
            syn::Item::Impl(item) => item
                .items
                .iter()
                .filter_map(|item| match item {
                    syn::ImplItem::Fn(item) => Some(item.sig.ident.to_string()),
                    _ => None,
                })
                .collect(),
            // What the macros are given is declared by them: names stand in it as plain tokens.
            syn::Item::Macro(item) => item.mac.tokens.clone().into_iter().filter_map(ident).collect(),
            _ => Vec::new(),
        })
        .collect()
}

fn ident(token: proc_macro2::TokenTree) -> Option<String> {
    match token {
        proc_macro2::TokenTree::Ident(ident) => Some(ident.to_string()),
        proc_macro2::TokenTree::Group(group) => Some(group.stream().into_iter().filter_map(ident).collect::<Vec<_>>().join(" ")),
        _ => None,
    }
}
