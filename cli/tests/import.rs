//! `linchpin import`: where it writes, what it refuses, and its two reports.

mod common;

use common::{Folder, linchpin_in};

const PETS: &str = r##"openapi: 3.0.0
info: { title: Pets, version: "1" }
servers: [{ url: "https://pets.example" }]
paths:
  /pets: { get: { operationId: listPets, tags: [pets], responses: { "200": { description: ok, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Pet" } } } } } } } }
  /toys: { trace: { operationId: traceToys, responses: { "200": { description: ok } } }, get: { operationId: listToys, tags: [toys], responses: { "200": { description: ok } } } }
components: { schemas: { Pet: { type: object, properties: { name: { type: string } } } } }
"##;

#[test]
fn a_spec_is_printed_or_written_and_checks() {
    let folder = Folder::new("import");
    folder.write("pets.yaml", PETS);
    let printed = linchpin_in(&folder, ["import", "pets.yaml"]);
    assert_eq!(printed.status, 0, "{}", printed.err);
    assert!(printed.out.contains("search list_pets @1") && printed.err.starts_with("pets: 2 modules, 1 type, 1 file"), "{}", printed.err);
    let written = linchpin_in(&folder, ["import", "pets.yaml", "-o", "deep/zoo.pin", "--name", "zoo"]);
    assert_eq!((written.status, written.out.as_str()), (0, ""), "{}", written.err);
    assert!(folder.read("deep/zoo.pin").contains("connector zoo \"Pets\""));
    let checked = linchpin_in(&folder, ["check", "deep/zoo.pin", "--deny-warnings"]);
    assert_eq!(checked.status, 0, "{}{}", checked.out, checked.err);
}

#[test]
fn what_is_there_is_not_written_over_unless_forced() {
    let folder = Folder::new("import-over");
    folder.write("pets.yaml", PETS);
    folder.write("pets.pin", "mine");
    let refused = linchpin_in(&folder, ["import", "pets.yaml", "-o", "pets.pin"]);
    assert_eq!((refused.status, folder.read("pets.pin").as_str()), (2, "mine"));
    assert!(refused.err.contains("pets.pin is there already; `--force` writes over it"), "{}", refused.err);
    assert_eq!(linchpin_in(&folder, ["import", "pets.yaml", "-o", "pets.pin", "--force"]).status, 0);
    assert!(folder.read("pets.pin").contains("connector pets"));
}

#[test]
fn only_what_is_named_comes_and_nothing_is_said() {
    let folder = Folder::new("import-only");
    folder.write("pets.yaml", PETS);
    let some = linchpin_in(&folder, ["import", "pets.yaml", "--only", "pets/*"]);
    assert!(some.out.contains("list_pets") && !some.out.contains("list_toys"), "{}", some.out);
    let none = linchpin_in(&folder, ["import", "pets.yaml", "--only", "birds/*"]);
    assert_eq!(none.status, 2);
    assert!(none.err.contains("no operation of pets.yaml is called birds/*"), "{}", none.err);
}

#[test]
fn a_report_for_tools_is_one_object() {
    let folder = Folder::new("import-report");
    folder.write("pets.yaml", PETS);
    let run = linchpin_in(&folder, ["import", "pets.yaml", "--report", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.err).expect("it is JSON");
    assert_eq!((&report["connector"], &report["modules"]), (&"pets".into(), &2.into()));
    let note = &report["not_carried_over"][0];
    assert_eq!((&note["file"], &note["line"], &note["pointer"]), (&"pets.yaml".into(), &6.into(), &"/paths/~1toys/trace".into()));
}

#[test]
fn what_is_no_description_is_told() {
    let folder = Folder::new("import-none");
    folder.write("notes.yaml", "a: 1\n");
    let run = linchpin_in(&folder, ["import", "notes.yaml"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("I0102") && run.err.contains("cannot be read as an API description"), "{}", run.err);
    assert_eq!(linchpin_in(&folder, ["import", "nowhere.yaml"]).status, 2);
}

const MORE: (&str, &str) = ("name: { type: string }", "name: { type: string }, tail: { type: boolean }");

#[test]
fn an_update_edits_what_is_there_and_only_when_asked() {
    let folder = Folder::new("import-update");
    folder.write("pets.yaml", PETS);
    assert_eq!(linchpin_in(&folder, ["import", "pets.yaml", "-o", "pets.pin"]).status, 0);
    let before = folder.read("pets.pin");
    let same = linchpin_in(&folder, ["import", "--update", "pets.pin", "pets.yaml"]);
    assert_eq!((same.status, folder.read("pets.pin")), (0, before.clone()), "{}", same.err);
    assert!(same.err.starts_with("nothing to write"), "{}", same.err);
    folder.write("next.yaml", &PETS.replace(MORE.0, MORE.1));
    let dry = linchpin_in(&folder, ["import", "--update", "pets.pin", "next.yaml", "--dry-run"]);
    assert_eq!((dry.status, folder.read("pets.pin")), (0, before.clone()), "{}", dry.err);
    assert!(dry.out.contains("+++ pets.pin") && dry.out.contains("tail?: bool"), "{}", dry.out);
    let since = linchpin_in(&folder, ["import", "--update", "pets.pin", "next.yaml", "--since", "pets.yaml", "--report", "json"]);
    let report: serde_json::Value = serde_json::from_str(&since.err).expect("it is JSON");
    assert_eq!((&report["files"][0], &report["written"][0]["id"]), (&"pets.pin".into(), &"response-field-added".into()), "{report}");
    assert!(folder.read("pets.pin").contains("tail?: bool"));
    // Since then nothing changed.
    let after = folder.read("pets.pin");
    assert_eq!(linchpin_in(&folder, ["import", "--update", "pets.pin", "next.yaml"]).status, 0);
    assert_eq!(folder.read("pets.pin"), after);
}

#[test]
fn an_update_that_cannot_be_says_why_and_writes_nothing() {
    let folder = Folder::new("import-update-not");
    folder.write("pets.yaml", PETS);
    folder.write("pets.pin", "connector pets \"Pets\" {");
    for (arguments, why) in [
        (vec!["import", "--update", "pets.pin", "pets.yaml"], "has mistakes"),
        (vec!["import", "--update", "none.pin", "pets.yaml"], "none.pin"),
        (vec!["import", "--update", "pets.pin", "pets.yaml", "-o", "other.pin"], "cannot be used with"),
        (vec!["import", "pets.yaml", "--dry-run"], "--update"),
    ] {
        let run = linchpin_in(&folder, &arguments);
        assert!(run.status != 0 && run.err.contains(why), "{arguments:?}: {}", run.err);
    }
    assert_eq!(folder.read("pets.pin"), "connector pets \"Pets\" {");
}
