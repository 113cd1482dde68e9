//! What each construct of a description becomes in a spec. A case is a small description; its snapshot shows the spec, which checks without a
//! warning, and the report of what was left out.

use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::diagnostics::{Diagnostics, short};
use linchpin_compiler::import::spec::{Imported, Options, report_json, report_text, spec};
use linchpin_compiler::import::tree::Tree;
use linchpin_compiler::import::{parse, read};
use linchpin_compiler::source::{FileId, Sources};
use linchpin_compiler::syntax::print::format;

fn cases() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imported");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("the folder of cases is there").map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    let text = |path: &PathBuf| fs::read_to_string(path).expect("it can be read");
    paths.iter().map(|path| (path.file_stem().expect("it has a name").to_string_lossy().into_owned(), text(path))).collect()
}

fn imported(name: &str, text: &str, options: &Options) -> (Imported, Tree) {
    let mut diagnostics = Diagnostics::default();
    let tree = parse(name, text.to_owned(), &mut |_| None, &mut diagnostics);
    let imported = {
        let document = read(&tree, &mut diagnostics).expect("it is a description");
        spec(&document, &tree, options)
    };
    (imported, tree)
}

fn checked(imported: &Imported) -> Vec<String> {
    let mut sources = Sources::default();
    imported.files.iter().for_each(|(name, text)| {
        sources.add(name.clone(), text.clone());
    });
    let mut diagnostics = Diagnostics::default();
    linchpin_compiler::check(&sources, &mut diagnostics);
    diagnostics.sorted(&sources).iter().map(|one| short::render(one, &sources)).collect()
}

#[test]
fn descriptions_become_specs_that_check() {
    for (name, text) in cases() {
        let (imported, tree) = imported(&format!("{name}.yaml"), &text, &Options::default());
        let [(_, spec)] = &imported.files[..] else { panic!("{name}: {} files", imported.files.len()) };
        assert_eq!(checked(&imported), [""; 0], "{name}:\n{spec}");
        assert_eq!(format(FileId(0), spec, &mut Diagnostics::default()).as_ref(), Some(spec), "{name}: the formatter leaves it as it is");
        insta::assert_snapshot!(name, format!("{spec}\n──\n{}", report_text(&imported, &tree)));
    }
}

#[test]
fn the_same_description_gives_the_same_spec() {
    for (name, text) in cases() {
        let (first, _) = imported(&name, &text, &Options::default());
        let (second, _) = imported(&name, &text, &Options::default());
        assert_eq!(first.files, second.files, "{name}");
        assert_eq!(first.notes, second.notes, "{name}");
    }
}

#[test]
fn only_what_is_named_is_imported() {
    let (_, text) = cases().into_iter().find(|(name, _)| name == "names").expect("the case is there");
    let options = Options { only: vec!["people/*".into()], name: Some("Fruit-Farm".into()), ..Options::default() };
    let (imported, _) = imported("names.yaml", &text, &options);
    assert_eq!((imported.name.as_str(), imported.carried.modules), ("fruit_farm", 1));
    assert!(!imported.files[0].1.contains("soil"), "what only the others need is left out");
    assert_eq!(checked(&imported), [""; 0]);
}

#[test]
fn a_long_spec_is_a_folder() {
    let operation = |tag: &str, number: usize| {
        let fields: String =
            (0..40).map(|field| format!("field{field}: {{ type: string, description: Number {field} of {tag} {number}. }}, ")).collect();
        format!(
            "  /{tag}/{number}: {{ get: {{ operationId: get{tag}{number}, tags: [{tag}], responses: {{ '200': {{ description: ok, content: {{ application/json: \
             {{ schema: {{ type: object, properties: {{ {fields} shared: {{ $ref: '#/components/schemas/Shared' }} }} }} }} }} }} }} }} }}\n"
        )
    };
    let paths: String = ["red", "blue"]
        .iter()
        .flat_map(|tag| (0..12).map(move |number| (tag, number)))
        .map(|(tag, number)| operation(tag, number))
        .collect();
    let text = format!(
        "openapi: 3.0.0\ninfo: {{ title: Long, version: '1' }}\nservers: [{{ url: 'https://long.example' }}]\npaths:\n{paths}components:\n  schemas:\n    Shared: {{ type: object, properties: {{ a: {{ type: string, description: A. }} }} }}\n"
    );
    let (imported, _) = imported("long.yaml", &text, &Options::default());
    let names: Vec<&str> = imported.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["long.pin", "shared.pin", "red.pin", "blue.pin"]);
    assert!(imported.files[1].1.contains("type Shared") && imported.files[2].1.contains("group red"));
    assert_eq!(checked(&imported), [""; 0]);
}

#[test]
fn reports_say_where() {
    let (_, text) = cases().into_iter().find(|(name, _)| name == "events").expect("the case is there");
    let (imported, tree) = imported("api/events.yaml", &text, &Options::default());
    let report: serde_json::Value = serde_json::from_str(&report_json(&imported, &tree)).expect("it is JSON");
    let pointers: Vec<&str> =
        report["not_carried_over"].as_array().expect("a list").iter().filter_map(|note| note["pointer"].as_str()).collect();
    let callback = "/paths/~1hooks/post/callbacks/happened/{$request.body#~1url}/post";
    // What is delivered becomes triggers, and how it proves itself is not said.
    assert_eq!(pointers, [callback, "/paths/~1trace/trace", "/webhooks/thingMade/post"]);
    assert!(report["not_carried_over"][0].to_string().contains("genuine"));
    assert_eq!(report["not_carried_over"][1]["line"], 11);
    assert_eq!(report["not_carried_over"][1]["file"], "api/events.yaml");
}
