//! Importing API descriptions as their owners publish them: every one becomes a spec that checks, and nothing is lost unsaid.
//!
//! The descriptions are no part of the repository: `LINCHPIN_CORPUS` says where they lie, `../shared/corpus` beside the workspace unless it is
//! set. Where they are missing, this test says that it is skipped. `LINCHPIN_ONLY` names those to import, by a part of their path.

mod corpus;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::Instant;

use linchpin_compiler::diagnostics::{Diagnostics, Severity, short};
use linchpin_compiler::import::document::Document;
use linchpin_compiler::import::spec::{Imported, Options, spec};
use linchpin_compiler::import::tree::Tree;
use linchpin_compiler::source::Sources;
use linchpin_compiler::{build_script, import};
use serde_json::Value;

/// What is counted of one document.
#[derive(Default, Clone, Copy)]
struct Counts {
    operations: usize,
    operations_carried: usize,
    properties: usize,
    properties_carried: usize,
}

#[test]
fn every_description_becomes_a_spec_that_checks() {
    let Some(folder) = corpus::part("the import of the corpus", "openapi") else { return };
    let only = std::env::var("LINCHPIN_ONLY").unwrap_or_default();
    let (mut failures, mut total, mut documents, mut warnings) = (Vec::new(), Counts::default(), 0, BTreeMap::<&str, usize>::new());
    for path in corpus::descriptions().into_iter().filter(|path| path.to_string_lossy().contains(&only)) {
        let started = Instant::now();
        let name = path.strip_prefix(&folder).expect("it lies there").display().to_string();
        let mut diagnostics = Diagnostics::default();
        let tree = build_script::load_description(&path, &mut diagnostics).expect("it can be read");
        let Some(document) = import::read(&tree, &mut diagnostics) else {
            failures.push(format!("{name}: not read"));
            continue;
        };
        let imported = spec(&document, &tree, &Options::default());
        let took = started.elapsed();
        let mut sources = Sources::default();
        for (file, text) in &imported.files {
            sources.add(file.clone(), text.clone());
        }
        if let Ok(out) = std::env::var("LINCHPIN_OUT") {
            let into = Path::new(&out).join(path.file_stem().expect("it has a name"));
            fs::create_dir_all(&into).expect("a folder");
            imported.files.iter().for_each(|(file, text)| fs::write(into.join(file), text).expect("it can be written"));
        }
        let mut found = Diagnostics::default();
        linchpin_compiler::check(&sources, &mut found);
        let mistakes: Vec<String> =
            found.sorted(&sources).iter().filter(|one| one.severity() == Severity::Error).map(|one| short::render(one, &sources)).collect();
        for one in found.sorted(&sources).iter().filter(|one| one.severity() == Severity::Warning) {
            *warnings.entry(one.code.id).or_insert(0) += 1;
        }
        if !mistakes.is_empty() {
            failures.push(format!("{name}: {} mistakes\n    {}", mistakes.len(), mistakes[..mistakes.len().min(4)].join("\n    ")));
        }
        let counts = counted(&path, &document, &tree, &imported, &name);
        let lines: usize = imported.files.iter().map(|(_, text)| text.lines().count()).sum();
        println!(
            "{name}: {}/{} operations, {}/{} properties, {lines} lines, {} notes, {took:.0?}",
            counts.operations_carried,
            counts.operations,
            counts.properties_carried,
            counts.properties,
            imported.notes.len()
        );
        total.operations += counts.operations;
        total.operations_carried += counts.operations_carried;
        total.properties += counts.properties;
        total.properties_carried += counts.properties_carried;
        documents += 1;
    }
    println!(
        "{documents} documents: {}/{} operations, {}/{} properties; warnings {warnings:?}",
        total.operations_carried, total.operations, total.properties_carried, total.properties
    );
    assert!(failures.is_empty(), "{} of {documents} documents:\n{}", failures.len(), failures.join("\n"));
    assert!(warnings.is_empty(), "what is imported has warnings: {warnings:?}");
    assert!(total.operations_carried * 1000 >= total.operations * 995, "{} of {} operations", total.operations_carried, total.operations);
    assert!(total.properties_carried * 1000 >= total.properties * 995, "{} of {} properties", total.properties_carried, total.properties);
}

/// Counts over the raw document, with another reader of JSON: operations, and the properties of all schemas that they reach.
fn counted(path: &Path, document: &Document<'_>, tree: &Tree, imported: &Imported, name: &str) -> Counts {
    let raw: Value = serde_json::from_str(&fs::read_to_string(path).expect("it can be read")).expect("it is JSON");
    let mut counts = Counts::default();
    let carried: HashSet<(&str, &str)> =
        imported.carried.operations.iter().map(|index| &document.operations[*index]).map(|one| (one.path, one.method)).collect();
    let pointers = carried_pointers(document, tree, imported);
    let mut seen = HashSet::new();
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    let paths = raw["paths"].as_object().into_iter().flatten();
    for (path, item) in paths {
        let at = format!("/paths/{}", escaped(path));
        for (method, operation) in item.as_object().into_iter().flatten() {
            const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            counts.operations += 1;
            counts.operations_carried += usize::from(carried.contains(&(path.as_str(), method.to_uppercase().as_str())));
            reach(&raw, operation, &format!("{at}/{method}"), &mut seen);
        }
        reach(&raw, &item["parameters"], &format!("{at}/parameters"), &mut seen);
    }
    let noted: HashSet<String> = imported.notes.iter().map(|note| tree.pointer(note.at)).collect();
    for pointer in &seen {
        let Some((before, _)) = pointer.rsplit_once('/') else { continue };
        if !before.ends_with("/properties") || before.ends_with("/properties/properties") || is_data(pointer) {
            continue;
        }
        let value = raw.pointer(pointer).expect("it was reached");
        if !value.is_object() && !value.is_boolean() {
            continue;
        }
        counts.properties += 1;
        if pointers.contains(pointer.as_str()) {
            counts.properties_carried += 1;
        } else {
            let reason =
                if noted.iter().any(|noted| pointer.starts_with(noted.as_str()) && !noted.is_empty()) { "listed" } else { "unlisted" };
            *missing.entry(reason.to_owned()).or_insert(0) += 1;
            if std::env::var_os("LINCHPIN_MISSING").is_some() {
                println!("  {name}: {reason} {pointer}");
            }
        }
    }
    if !missing.is_empty() {
        println!("  {name}: not in the model: {missing:?}");
    }
    counts
}

/// The pointers of all schemas that something was made of.
fn carried_pointers(document: &Document<'_>, tree: &Tree, imported: &Imported) -> HashSet<String> {
    let by_place: HashMap<_, _> = imported.carried.schemas.iter().map(|id| (document.schemas[id.0 as usize].span, *id)).collect();
    by_place.keys().map(|span| tree.pointer(*span)).collect()
}

/// Everything below a value, references followed. Of a body or an answer in several media types, which are several spellings of one thing,
/// the one that a program would take: the others are listed as left out.
fn reach(raw: &Value, value: &Value, at: &str, seen: &mut HashSet<String>) {
    let mut open = vec![(value, at.to_owned())];
    while let Some((value, at)) = open.pop() {
        if !seen.insert(at.clone()) {
            continue;
        }
        if let Some(target) = value.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#')) {
            let target = target.replace("%7B", "{").replace("%7D", "}");
            if let Some(found) = raw.pointer(&target) {
                open.push((found, target));
            }
            continue;
        }
        match value {
            Value::Object(members) if at.ends_with("/content") && !at.ends_with("/properties/content") && members.len() > 1 => {
                let likes = ["application/json", "json", "x-www-form-urlencoded", "multipart", "xml", ""];
                let media = likes.iter().find_map(|like| members.iter().find(|(media, _)| media.to_lowercase().contains(like)));
                let (media, value) = media.expect("the last takes any");
                open.push((value, format!("{at}/{}", escaped(media))));
            }
            Value::Object(members) => {
                for (key, value) in members {
                    let inside_properties = at.ends_with("/properties");
                    let skipped = ["example", "examples", "default", "enum", "callbacks", "links", "required", "x-examples"];
                    if inside_properties || !skipped.contains(&key.as_str()) && !key.starts_with("x-") {
                        open.push((value, format!("{at}/{}", escaped(key))));
                    }
                }
            }
            Value::Array(items) => open.extend(items.iter().enumerate().map(|(index, item)| (item, format!("{at}/{index}")))),
            _ => {}
        }
    }
}

/// Headers and what only error answers hold are told by schemas too; a member called `properties` is none.
fn is_data(pointer: &str) -> bool {
    pointer.contains("/headers/")
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
