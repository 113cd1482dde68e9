//! Exported documents: they are what OpenAPI says that a document is, their examples are of their own schemas, and our own reader
//! finds in them what the spec says. Tried on the connectors in all their versions, and on a spec that holds everything.

mod specs;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use linchpin_compiler::change::{Options, diff, from_description, from_spec, render};
use linchpin_compiler::diagnostics::{Diagnostics, Severity, full};
use linchpin_compiler::export::{Exported, openapi};
use linchpin_compiler::model::Model;
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::Sources;
use linchpin_compiler::{build_script, import};
use serde_json::Value;
use specs::{root, specs};

fn checked(path: &Path) -> (Sources, Model) {
    let sources = build_script::load(path).expect("specs can be read");
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    let mistakes: String = diagnostics.sorted(&sources).into_iter().map(|one| full::render(one, &sources, false)).collect();
    let model = model.unwrap_or_else(|| panic!("{} does not check:\n{mistakes}", path.display()));
    (sources, model)
}

/// Each version of each spec: its name and its document.
fn documents() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for path in specs() {
        let (_, model) = checked(&path);
        for (version, api) in model.apis.iter().enumerate() {
            let Exported { text, .. } = openapi(&project(&model, version));
            let document = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            found.push((format!("{} {}", model.connector.name, api.name), document));
        }
    }
    found
}

#[test]
fn documents_are_openapi() {
    let text = fs::read_to_string(root().join("tests/export/openapi-3.1-schema.json")).expect("the schema of OpenAPI 3.1");
    let mut compiler = boon::Compiler::new();
    let at = "https://spec.openapis.org/oas/3.1/schema/2022-10-07";
    compiler.add_resource(at, serde_json::from_str(&text).expect("it is JSON")).expect("it is a resource");
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile(at, &mut schemas).expect("it is a schema");
    assert!(schemas.validate(&serde_json::json!({ "openapi": "3.1.0", "paths": {} }), index).is_err(), "a document needs `info`");
    for (name, document) in documents() {
        if let Err(error) = schemas.validate(&document, index) {
            panic!("{name} is no OpenAPI document: {error:#}");
        }
        let ids: Vec<&str> = operations(&document).filter_map(|(_, operation)| operation["operationId"].as_str()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}: an `operationId` stands once");
        references_lead_somewhere(&name, &document, &document);
    }
}

/// The operations of a document, with their paths.
fn operations(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |(_, operation)| (path, operation)))
}

fn references_lead_somewhere(name: &str, document: &Value, value: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let found = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
                assert!(found.is_some(), "{name}: `{reference}` leads nowhere");
            }
            members.values().for_each(|value| references_lead_somewhere(name, document, value));
        }
        Value::Array(items) => items.iter().for_each(|value| references_lead_somewhere(name, document, value)),
        _ => {}
    }
}

#[test]
fn examples_are_of_their_schemas() {
    let mut tried = 0;
    for (name, document) in documents() {
        let mut compiler = boon::Compiler::new();
        compiler.set_default_draft(boon::Draft::V2020_12);
        let address = "mem:///document.json";
        compiler.add_resource(address, document.clone()).expect("it is a resource");
        let mut schemas = boon::Schemas::new();
        let mut places = Vec::new();
        with_examples(&document, &mut String::new(), &mut places);
        for place in places {
            let holder = document.pointer(&place).expect("found there");
            let index = compiler.compile(&format!("{address}#{}/schema", fragment(&place)), &mut schemas);
            let index = index.unwrap_or_else(|error| panic!("{name}: {place} holds no schema: {error:#}"));
            for example in holder["examples"].as_object().expect("looked for").values() {
                tried += 1;
                if let Err(error) = schemas.validate(&example["value"], index) {
                    panic!("{name}: {place} gives {} but {error:#}", example["value"]);
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} examples were tried");
}

/// A JSON pointer as it is written in an address.
fn fragment(pointer: &str) -> String {
    let escaped = |letter: char| match letter {
        '{' => "%7B".to_owned(),
        '}' => "%7D".to_owned(),
        '#' => "%23".to_owned(),
        ' ' => "%20".to_owned(),
        letter => letter.to_string(),
    };
    pointer.chars().map(escaped).collect()
}

/// Where parameters and media types have examples.
fn with_examples(value: &Value, at: &mut String, found: &mut Vec<String>) {
    let mut inside = |name: &str, value: &Value| {
        let length = at.len();
        at.push('/');
        at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        with_examples(value, at, found);
        at.truncate(length);
    };
    match value {
        Value::Object(members) => {
            members.iter().filter(|(name, _)| !name.starts_with("x-")).for_each(|(name, value)| inside(name, value));
            if members.contains_key("schema") && members.get("examples").is_some_and(Value::is_object) {
                found.push(at.clone());
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| inside(&index.to_string(), value)),
        _ => {}
    }
}

/// Without exception: what the differ finds between a spec and its own document is a fault of the one or the other.
#[test]
fn our_own_reader_finds_what_the_spec_says() {
    for path in specs() {
        let (sources, model) = checked(&path);
        for version in 0..model.apis.len() {
            let projection = project(&model, version);
            let name = format!("{} {}", model.connector.name, model.apis[version].name);
            let mut diagnostics = Diagnostics::default();
            let tree = import::parse("exported.json", openapi(&projection).text, &mut |_| None, &mut diagnostics);
            let document = import::read(&tree, &mut diagnostics).unwrap_or_else(|| panic!("{name} cannot be read"));
            let odd = diagnostics.sorted(&tree.sources).into_iter().filter(|one| one.severity() <= Severity::Error);
            let odd: String = odd.map(|one| full::render(one, &tree.sources, false)).collect();
            assert!(odd.is_empty(), "{name} is read with complaints:\n{odd}");
            let (spec, described) = (from_spec::surface(&projection, &sources), from_description::surface(&document, &tree));
            let paths = spec.operations.iter().filter(|one| one.method != "STEPS" && one.path.starts_with('/')).count();
            assert!(described.operations.len() >= paths, "{name} has {paths} operations, its document {}", described.operations.len());
            for (old, new) in [(&spec, &described), (&described, &spec)] {
                let mut report = diff(old, new, &Options::default());
                // A description has no dates of versions, so seen from there the spec announces them.
                report.findings.retain(|finding| finding.kind.id != "version-end-announced" || std::ptr::eq(old, &spec));
                assert!(report.findings.is_empty(), "{name} differs from its document:\n{}", render::text(&report, false));
            }
        }
    }
}

/// What is changed in a document is found: the comparison above would see it.
#[test]
fn what_is_missing_in_a_document_is_found() {
    let (sources, model) = checked(&root().join("tests/export/everything.pin"));
    let projection = project(&model, model.apis.len() - 1);
    let text = openapi(&projection).text;
    for (what, with) in [
        ("\"X-Key\"", "\"X-Key\""),
        ("\"colour\": {", "\"shade\": {"),
        ("\"/form\"", "\"/forms\""),
        ("\"type\": \"boolean\"", "\"type\": \"array\""),
    ] {
        let tree = import::parse("exported.json", text.replace(what, with), &mut |_| None, &mut Diagnostics::default());
        let document = import::read(&tree, &mut Diagnostics::default()).expect("it can be read");
        let report = diff(&from_spec::surface(&projection, &sources), &from_description::surface(&document, &tree), &Options::default());
        assert_eq!(report.findings.is_empty(), what == with, "{what} became {with}");
    }
}

#[test]
fn everything_is_carried_over() {
    let (_, model) = checked(&root().join("tests/export/everything.pin"));
    let Exported { text, left_out } = openapi(&project(&model, model.apis.len() - 1));
    insta::assert_snapshot!("everything", format!("{text}\n{}", left_out.join("\n")));
}
